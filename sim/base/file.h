/*
 * Files: read whole (plain and gzip alike, told apart by their first bytes), up to a limit, and
 * written whole (beside the old one and then renamed over it, so that a failed write leaves the old
 * file as it was).
 */
#ifndef ARENA_FILE_H
#define ARENA_FILE_H

#include "sim/base/base.h"

/* Reads path into out (emptied first), decompressed. "-" is standard input. On failure err says
 * which file and why. A compressed file that stops short gives what could be read and sets
 * *truncated (may be NULL, then it is a failure). What is larger than `most` bytes (of limits.h),
 * as it stands or decompressed, is refused once so much of it was read. */
bool file_read_most(
    const char *path, uint64_t most, struct strbuf *out, bool *truncated, struct error *err);
/* The same with LIMIT_INPUT. */
bool file_read(const char *path, struct strbuf *out, bool *truncated, struct error *err);

/* Has all that was printed to standard output arrived? To be asked at the end. */
bool file_flush_output(struct error *err);

/* Replaces path by the len bytes at data, all or nothing. */
bool file_write(const char *path, const void *data, size_t len, struct error *err);

#endif
