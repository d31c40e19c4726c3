/* Scratch files: see scratch.h. */
#include "tests/sim/scratch.h"

#include <dirent.h>
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

void scratch_end(struct scratch *s) {
    DIR *dir = opendir(s->dir);
    INVARIANT(dir != NULL);
    struct dirent *entry;
    while ((entry = readdir(dir)))
        if (entry->d_name[0] != '.') {
            snprintf(s->path, sizeof s->path, "%s/%.80s", s->dir, entry->d_name);
            unlink(s->path);
        }
    closedir(dir);
    rmdir(s->dir);
}
