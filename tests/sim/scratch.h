/* Scratch files for tests: written into a fresh directory that goes away with them. */
#ifndef ARENA_TESTS_SCRATCH_H
#define ARENA_TESTS_SCRATCH_H

#include "sim/base/base.h"

struct scratch {
    char dir[64];
    char path[160]; /* of the file named last */
};

/* A new, empty directory. */
void scratch_begin(struct scratch *s);
/* The path that a file of that name has, or would have. */
const char *scratch_path(struct scratch *s, const char *name);
/* Writes len bytes to dir/name and returns its path. */
const char *scratch_file(struct scratch *s, const char *name, const void *data, size_t len);
/* The same, compressed by gzip, of which only the first keep bytes are written (0: all). */
const char *scratch_gzip(
    struct scratch *s, const char *name, const void *data, size_t len, size_t keep);
/* Removes the directory and all that is in it. */
void scratch_end(struct scratch *s);

#endif
