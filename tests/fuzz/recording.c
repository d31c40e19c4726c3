/*
 * Recordings: bytes become a recording's file, which is loaded and looked at.
 *
 * Checksums and compression would turn every changed byte into the same refusal, so bytes stand for
 * what is under them. They are pieces, made whole here: 4 bytes of what it is, 4 bytes of length
 * (what stands behind it, if that is less), and what it holds; of kind "RAWE" it is events as they
 * are in memory, packed here, up to a block of them. Bytes that begin as a file does are one.
 */
#include "sim/trace/recfile_parts.h"
#include "sim/work/session_file.h"
#include "tests/fuzz/fuzz.h"

#include <stdlib.h>
#include <string.h>
#include <zstd.h>

static void add_piece(struct strbuf *out, const char *kind, const void *data, size_t len) {
    size_t room = ZSTD_compressBound(len);
    uint8_t head[PIECE_HEAD], *stored = xmalloc(room);
    size_t size = ZSTD_compress(stored, room, data, len, 1);
    memcpy(head, kind, 4);
    put_u32(head + 4, (uint32_t)len);
    put_u32(head + 8, (uint32_t)size);
    put_u32(head + 12, piece_checksum(head, stored, size));
    sb_add(out, (const char *)head, sizeof head);
    sb_add(out, (const char *)stored, size);
    free(stored);
}

static void add_events(struct strbuf *out, const uint8_t *data, size_t len) {
    size_t count = len / sizeof(struct event);
    if (count > RECORDING_BLOCK)
        count = RECORDING_BLOCK;
    struct event *events = xcalloc(count + 1, sizeof *events);
    uint8_t *block = xmalloc(BLOCK_HEAD + count * EVENTPACK_MOST);
    struct eventpack *packer = eventpack_new();
    memcpy(events, data, count * sizeof *events);
    size_t packed = eventpack_pack(packer, events, count, block + BLOCK_HEAD);
    put_u32(block, (uint32_t)count);
    put_u32(block + 4, (uint32_t)packed);
    add_piece(out, "EVTS", block, BLOCK_HEAD + packed);
    eventpack_free(packer);
    free(block);
    free(events);
}

static void add_file(struct strbuf *out, const uint8_t *data, size_t len) {
    sb_printf(out, RECFILE_NAME RECFILE_VERSION, event_vocabulary());
    for (size_t at = 0, size; len - at >= 8; at += size) {
        const char *kind = (const char *)data + at;
        size = get_u32(data + at + 4);
        at += 8;
        size = size < len - at ? size : len - at;
        if (memcmp(kind, "RAWE", 4) == 0)
            add_events(out, data + at, size);
        else
            add_piece(out, kind, data + at, size);
    }
}

static void load(const char *path) {
    struct strbuf report = {0};
    struct error err = {""};
    struct session *s = session_load(path, &report, &err);
    if (s)
        fuzz_look(session_recording(s), session_env(s)->platform->ptr_size);
    else
        fuzz_refused(&err);
    session_free(s);
    sb_free(&report);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len) {
    struct strbuf bytes = {0};
    size_t name = sizeof RECFILE_NAME - 1;
    if (len >= name && memcmp(data, RECFILE_NAME, name) == 0)
        sb_add(&bytes, (const char *)data, len);
    else
        add_file(&bytes, data, len);
    struct fuzz_file file = fuzz_file(bytes.text, bytes.len);
    load(file.path);
    fuzz_file_close(&file);
    sb_free(&bytes);
    return 0;
}
