/* Writing recordings: see recfile.h. */
#include "sim/trace/recfile_parts.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <zstd.h>

enum { LEVEL = 1 }; /* zstd's usual one, 3, takes twice the time and saves a tenth */

struct recfile_writer {
    char *path;
    struct strbuf part; /* the name until it is whole */
    FILE *file;
    uint64_t events; /* written so far, a multiple of RECORDING_BLOCK */
    uint8_t *raw;    /* room for a piece */
    size_t raw_len;
    uint8_t *packed;
    ZSTD_CCtx *zstd;
};

static bool failed(const struct recfile_writer *w, struct error *err) {
    return error_set(err, "%s: cannot write: %s", w->path, strerror(errno));
}

struct recfile_writer *recfile_create(const char *path, struct error *err) {
    struct recfile_writer *w = xcalloc(1, sizeof *w);
    w->path = xstrdup(path);
    sb_printf(&w->part, "%s.part", path);
    w->raw = xmalloc(MOST_PIECE);
    w->packed = xmalloc(PIECE_HEAD + ZSTD_compressBound(MOST_PIECE));
    w->zstd = ZSTD_createCCtx();
    errno = ENOMEM; /* if there is none */
    w->file = w->zstd ? fopen(w->part.text, "wb") : NULL;
    if (!w->file || fprintf(w->file, RECFILE_NAME RECFILE_VERSION, event_vocabulary()) < 0) {
        failed(w, err);
        recfile_abandon(w);
        return NULL;
    }
    return w;
}

static void writer_free(struct recfile_writer *w) {
    free(w->path);
    sb_free(&w->part);
    free(w->raw);
    free(w->packed);
    ZSTD_freeCCtx(w->zstd);
    free(w);
}

void recfile_abandon(struct recfile_writer *w) {
    if (!w)
        return;
    if (w->file) {
        fclose(w->file);
        remove(w->part.text);
    }
    writer_free(w);
}

static bool write_piece(
    struct recfile_writer *w, const char *kind, const void *data, size_t len, struct error *err) {
    uint8_t *head = w->packed;
    size_t bound = ZSTD_compressBound(MOST_PIECE);
    size_t stored = ZSTD_compressCCtx(w->zstd, head + PIECE_HEAD, bound, data, len, LEVEL);
    INVARIANT(len <= MOST_PIECE);
    if (ZSTD_isError(stored)) /* for want of memory; there is room for whatever comes of it */
        return error_set(err, "%s: cannot write: %s", w->path, ZSTD_getErrorName(stored));
    memcpy(head, kind, 4);
    put_u32(head + 4, (uint32_t)len);
    put_u32(head + 8, (uint32_t)stored);
    put_u32(head + 12, piece_checksum(head, head + PIECE_HEAD, stored));
    /* Flushed: should we be killed, the file has every piece so far. */
    if (fwrite(head, 1, PIECE_HEAD + stored, w->file) != PIECE_HEAD + stored ||
        fflush(w->file) != 0)
        return failed(w, err);
    return true;
}

bool recfile_text(struct recfile_writer *w, const char *lines, struct error *err) {
    for (size_t left = strlen(lines); left;) {
        size_t len = left < MOST_PIECE ? left : MOST_PIECE;
        if (!write_piece(w, "TEXT", lines, len, err))
            return false;
        lines += len;
        left -= len;
    }
    return true;
}

static void add_block(struct recfile_writer *w, const struct recording *rec, uint64_t block) {
    size_t len;
    const uint8_t *bytes = recording_packed(rec, block, &len);
    uint64_t events = recording_count(rec) - block * RECORDING_BLOCK;
    put_u32(w->raw + w->raw_len, events < RECORDING_BLOCK ? (uint32_t)events : RECORDING_BLOCK);
    put_u32(w->raw + w->raw_len + 4, (uint32_t)len);
    memcpy(w->raw + w->raw_len + BLOCK_HEAD, bytes, len);
    w->raw_len += BLOCK_HEAD + len;
}

/* The blocks before `end`, piece by piece; only_whole: as long as they make whole pieces. */
static bool write_blocks(struct recfile_writer *w, const struct recording *rec, uint64_t end,
    bool only_whole, struct error *err) {
    uint64_t block = w->events / RECORDING_BLOCK;
    while (block < end && !(only_whole && end - block < PIECE_BLOCKS)) {
        w->raw_len = 0;
        for (unsigned i = 0; i < PIECE_BLOCKS && block < end; i++)
            add_block(w, rec, block++);
        if (!write_piece(w, "EVTS", w->raw, w->raw_len, err))
            return false;
        w->events = block * RECORDING_BLOCK;
    }
    return true;
}

bool recfile_events(struct recfile_writer *w, const struct recording *rec, struct error *err) {
    return write_blocks(w, rec, recording_count(rec) / RECORDING_BLOCK, true, err);
}

/* To where it outlives the machine. */
static bool sync_file(const struct recfile_writer *w, struct error *err) {
    if (fsync(fileno(w->file)) != 0)
        return failed(w, err);
    return true;
}

bool recfile_finish(struct recfile_writer *w, const struct recording *rec, struct error *err) {
    uint64_t count = recording_count(rec);
    uint8_t number[8];
    put_u32(number, (uint32_t)count);
    put_u32(number + 4, (uint32_t)(count >> 32));
    if (!write_blocks(w, rec, (count + RECORDING_BLOCK - 1) / RECORDING_BLOCK, false, err) ||
        !write_piece(w, "DONE", number, sizeof number, err) || !sync_file(w, err)) {
        recfile_abandon(w);
        return false;
    }
    bool ok = fclose(w->file) == 0 && rename(w->part.text, w->path) == 0;
    if (!ok) {
        failed(w, err);
        remove(w->part.text);
    }
    writer_free(w);
    return ok;
}
