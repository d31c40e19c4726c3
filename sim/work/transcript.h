/*
 * Transcripts: what Go 1.10.8's own allocator did, recorded as text
 * (tests/data/transcripts/README.md). A transcript is verified by running its operations on our
 * allocator, with the recorded answers of the system, and comparing every line. What a script does
 * here can be written down in the same form, to be compared with the real runtime.
 */
#ifndef ARENA_TRANSCRIPT_H
#define ARENA_TRANSCRIPT_H

#include "sim/base/base.h"

struct verify_options {
    /* Also follow the run in a replica: after every operation its dump must equal the heap's;
     * undone to the beginning, done again, and sought at random, it must give the same dumps at the
     * same moments. */
    bool replica;
};

struct verify_result {
    bool passed;
    bool unreadable;     /* not passed because the file could not be read, or nothing run here */
    uint64_t operations; /* run */
    uint64_t events;     /* seen by the replica */
    struct strbuf why;   /* if not passed: file:line, expected, got; several lines */
};

/* Verifies one file (plain or gzip). The result's why is the caller's to free. */
void transcript_verify(
    const char *path, const struct verify_options *options, struct verify_result *result);

/* Appends to out the transcript of a workload (workload.h) in a simulated space: its operations,
 * what came of each, and the dump of everything at the end (a file of operations has its own). What
 * the world has of taken ranges becomes `occupy` operations. False and err on bad input; out then
 * has what came before it. */
bool transcript_print(const char *workload, struct strbuf *out, struct error *err);

#endif
