/*
 * Fuzzing: each of the other files here is a target, LLVMFuzzerTestOneInput, which takes any bytes
 * and has to come back: no crash, no sanitizer's complaint, no leak, no hang, no more memory than
 * is stated (tests/fuzz.sh). Bytes that make no sense have to be refused in one line.
 *
 * A target is linked twice: with libFuzzer, which looks for bytes that reach new code, and with
 * replay.c, which needs no clang and goes through files that are there.
 *
 * The interface has no context; what a target keeps from one call to the next is static in it.
 */
#ifndef ARENA_FUZZ_H
#define ARENA_FUZZ_H

#include "sim/work/session.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

/* The bytes as text; the caller frees it. NULL if there is a zero byte among them: whoever reads
 * files refuses those before. */
char *fuzz_text(const uint8_t *data, size_t len);

/* A file in memory alone, for what reads files by name. */
struct fuzz_file {
    int fd;
    char path[32];
};
struct fuzz_file fuzz_file(const void *data, size_t len);
void fuzz_file_close(struct fuzz_file *f);

/* Aborts unless err is what a person can use: words in one line. */
void fuzz_refused(const struct error *err);

/* A simulated space is to have FUZZ_MEMORY bytes at most. */
void fuzz_bound(struct model_config *model);

/* Runs the workload in such a space as far as FUZZ_OPS or FUZZ_EVENTS go; the replica must end up
 * as the heap. The source is given away. NULL if the world cannot be. */
enum { FUZZ_OPS = 300, FUZZ_EVENTS = 20000, FUZZ_MEMORY = 256 << 20 };
struct session *fuzz_session(const struct environment *env, struct op_source *source);
void fuzz_run(struct session *s);

/* Does what the window does with a recording: goes to moments, back to the beginning, tells
 * events in words, follows pointers, exports. */
void fuzz_look(const struct recording *rec, unsigned ptr_size);

#endif
