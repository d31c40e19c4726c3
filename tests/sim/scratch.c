/* Scratch files: see scratch.h. */
#include "tests/sim/scratch.h"

#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>
#include <zlib.h>

void scratch_begin(struct scratch *s) {
    const char *base = getenv("TMPDIR");
    snprintf(s->dir, sizeof s->dir, "%.30s/arenascope-test-XXXXXX", base && *base ? base : "/tmp");
    INVARIANT(mkdtemp(s->dir) != NULL);
}

const char *scratch_path(struct scratch *s, const char *name) {
    snprintf(s->path, sizeof s->path, "%s/%.80s", s->dir, name);
    return s->path;
}

const char *scratch_file(struct scratch *s, const char *name, const void *data, size_t len) {
    scratch_path(s, name);
    FILE *f = fopen(s->path, "wb");
    INVARIANT(f && fwrite(data, 1, len, f) == len && fclose(f) == 0);
    return s->path;
}

const char *scratch_gzip(
    struct scratch *s, const char *name, const void *data, size_t len, size_t keep) {
    scratch_path(s, name);
    gzFile out = gzopen(s->path, "wb");
    INVARIANT(out && gzwrite(out, data, (unsigned)len) == (int)len && gzclose(out) == Z_OK);
    if (keep)
        INVARIANT(truncate(s->path, (off_t)keep) == 0);
    return s->path;
}

static int remove_one(const char *path, const struct stat *st, int type, struct FTW *at) {
    (void)st;
    (void)type;
    (void)at;
    return remove(path);
}

void scratch_end(struct scratch *s) {
    INVARIANT(nftw(s->dir, remove_one, 8, FTW_DEPTH | FTW_PHYS) == 0);
}
