/*
 * Reading recordings: see recfile.h.
 *
 * Nothing is reserved on the word of the file but room for one piece, whose lengths have limits. A
 * piece counts only when its checksum is right; a file that ends inside a piece is cut there.
 */
#include "sim/trace/recfile_parts.h"

#include "sim/base/i18n.h"
#include "sim/base/limits.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <zstd.h>
#include <zstd_errors.h>

struct reader {
    const char *path;
    uint64_t most; /* events */
    FILE *file;
    uint64_t at; /* where the piece begins, bytes */
    uint8_t head[PIECE_HEAD];
    uint8_t *stored, *raw; /* room for a piece, compressed and not */
    size_t raw_len;
    struct eventpack *unpacker;
    struct event *events; /* room for a block */
    bool done;
};

static bool damaged(const struct reader *r, struct error *err) {
    return error_set(
        err, "%s: the recording is damaged (in the piece at byte %" PRIu64 ")", r->path, r->at);
}

bool recfile_recognises(const char *path) {
    char first[sizeof RECFILE_NAME - 1];
    struct stat st;
    if (stat(path, &st) != 0 || !S_ISREG(st.st_mode)) /* what is read from a pipe is gone */
        return false;
    FILE *f = fopen(path, "rb");
    bool is = f && fread(first, 1, sizeof first, f) == sizeof first &&
              memcmp(first, RECFILE_NAME, sizeof first) == 0;
    if (f)
        fclose(f);
    return is;
}

static bool read_name(struct reader *r, struct error *err) {
    char line[sizeof RECFILE_NAME + 16] = "", ours[32];
    r->file = fopen(r->path, "rb");
    if (!r->file)
        return error_set(err, "%s: cannot open: %s", r->path, strerror(errno));
    if (!fgets(line, sizeof line, r->file) ||
        strncmp(line, RECFILE_NAME, sizeof RECFILE_NAME - 1) != 0)
        return error_set(err, "%s: is no recording of arenascope", r->path);
    const char *version = line + sizeof RECFILE_NAME - 1;
    snprintf(ours, sizeof ours, RECFILE_VERSION, event_vocabulary());
    if (strcmp(version, ours) != 0)
        return error_set(err,
            "%s: is a recording of another version of arenascope (%.*s, expected %.*s)", r->path,
            (int)strcspn(version, "\n"), version, (int)strcspn(ours, "\n"), ours);
    r->at = strlen(line);
    return true;
}

/* What reading a piece came to. */
enum piece { PIECE_READ, PIECE_CUT, PIECE_BAD };

static enum piece read_piece(struct reader *r, struct error *err) {
    if (fread(r->head, 1, PIECE_HEAD, r->file) != PIECE_HEAD)
        return PIECE_CUT;
    size_t len = get_u32(r->head + 4), stored = get_u32(r->head + 8);
    if (len > MOST_PIECE || stored > ZSTD_compressBound(MOST_PIECE)) {
        damaged(r, err);
        return PIECE_BAD;
    }
    if (fread(r->stored, 1, stored, r->file) != stored)
        return PIECE_CUT;
    r->raw_len = len;
    bool intact = piece_checksum(r->head, r->stored, stored) == get_u32(r->head + 12);
    size_t got = intact ? ZSTD_decompress(r->raw, MOST_PIECE, r->stored, stored) : 0;
    if (ZSTD_getErrorCode(got) == ZSTD_error_memory_allocation)
        error_set(err, "%s: cannot read: out of memory", r->path);
    else if (!intact || got != len)
        damaged(r, err);
    else
        return PIECE_READ;
    return PIECE_BAD;
}

/* Only the last block of a file is not full. */
static bool take_events(struct reader *r, struct recording *rec, struct error *err) {
    for (size_t at = 0; at < r->raw_len;) {
        const uint8_t *head = r->raw + at;
        if (r->raw_len - at < BLOCK_HEAD || recording_count(rec) % RECORDING_BLOCK)
            return damaged(r, err);
        size_t count = get_u32(head), len = get_u32(head + 4);
        at += BLOCK_HEAD;
        if (count == 0 || count > RECORDING_BLOCK || len > r->raw_len - at ||
            !eventpack_unpack(r->unpacker, r->raw + at, len, r->events, count))
            return damaged(r, err);
        for (size_t i = 0; i < count; i++) {
            struct error why;
            if (!recording_offer(rec, &r->events[i], &why))
                return error_set(err, "%s: the recording is damaged: %s", r->path, why.text);
        }
        at += len;
    }
    return true;
}

static bool take_piece(struct reader *r, struct recfile *out, struct error *err) {
    if (memcmp(r->head, "EVTS", 4) == 0)
        return take_events(r, out->rec, err);
    if (memcmp(r->head, "TEXT", 4) == 0) {
        if (memchr(r->raw, 0, r->raw_len))
            return damaged(r, err);
        sb_add(&out->text, (const char *)r->raw, r->raw_len);
        return true;
    }
    if (memcmp(r->head, "DONE", 4) != 0 || r->raw_len != 8)
        return damaged(r, err);
    r->done = true;
    uint64_t count = get_u32(r->raw) | (uint64_t)get_u32(r->raw + 4) << 32;
    if (count != recording_count(out->rec))
        return damaged(r, err);
    return true;
}

static bool is_bounded(const struct reader *r, const struct recfile *f, struct error *err) {
    char most[32];
    if (f->text.len > LIMIT_ABOUT)
        return error_set(err,
            _("%s: the recording says more than %s of itself, the most there can be"), r->path,
            format_size(LIMIT_ABOUT, most, sizeof most));
    if (recording_count(f->rec) > r->most)
        return error_set(err,
            _("%s: the recording has more than %s events, the most that can be opened"), r->path,
            format_count(r->most, most, sizeof most));
    return true;
}

static bool read_pieces(struct reader *r, struct recfile *out, struct error *err) {
    while (!r->done) {
        enum piece piece = read_piece(r, err);
        if (piece == PIECE_BAD || (piece == PIECE_READ && !take_piece(r, out, err)))
            return false;
        if (!is_bounded(r, out, err))
            return false;
        if (piece == PIECE_CUT) {
            if (ferror(r->file))
                return error_set(err, "%s: cannot read: %s", r->path, strerror(errno));
            out->cut = true;
            return true;
        }
        r->at += PIECE_HEAD + get_u32(r->head + 8);
    }
    return true;
}

bool recfile_read_most(
    const char *path, uint64_t most_events, struct recfile *out, struct error *err) {
    struct reader r = {.path = path, .most = most_events};
    *out = (struct recfile){.rec = recording_new()};
    bool ok = read_name(&r, err);
    if (ok) {
        r.stored = xmalloc(ZSTD_compressBound(MOST_PIECE));
        r.raw = xmalloc(MOST_PIECE);
        r.events = xmalloc(RECORDING_BLOCK * sizeof *r.events);
        r.unpacker = eventpack_new();
        ok = read_pieces(&r, out, err);
    }
    if (r.file)
        fclose(r.file);
    free(r.stored);
    free(r.raw);
    free(r.events);
    eventpack_free(r.unpacker);
    if (!ok)
        recfile_free(out);
    return ok;
}

/* A run ends at the limit, but only after the operation that goes beyond it. */
bool recfile_read(const char *path, struct recfile *out, struct error *err) {
    return recfile_read_most(path, 2 * LIMIT_EVENTS, out, err);
}

void recfile_free(struct recfile *f) {
    recording_free(f->rec);
    sb_free(&f->text);
    *f = (struct recfile){0};
}
