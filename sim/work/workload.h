/*
 * Workloads: whatever can be run. One name opens any of them: a built-in workload, a script, a file
 * of operations (transcripts are such), or the log of a real Go program.
 */
#ifndef ARENA_WORKLOAD_H
#define ARENA_WORKLOAD_H

#include "sim/work/op.h"
#include "sim/work/session.h"

/* Opens a file, told apart by its content, or the built-in workload of that name (a file of the
 * same name in the working directory comes second; "./small" means the file).
 *
 * env_out becomes base (NULL: linux/amd64 on the real kernel) with what the workload says of its
 * world; the caller frees it with env_free. What is worth telling about the reading is appended to
 * report (may be NULL): what an importer understood and assumed; nothing for scripts.
 *
 * The source is the caller's. On failure NULL, err is filled and env_out is empty. */
struct op_source *workload_open(const char *name, const struct environment *base,
    struct environment *env_out, struct strbuf *report, struct error *err);

/* What to call it: its title (that of a built-in one in English), else the file's name without the
 * directory. The source's. */
const char *workload_title(const struct op_source *source);

/* The name of built-in workload number i, NULL past the last. */
const char *workload_builtin(size_t i);
/* Its title in English, to be translated when it is shown. */
const char *workload_builtin_title(size_t i);

#endif
