/*
 * Soaking: random programs without end, through heap, checker and replica.
 *
 * After every operation all invariants are checked; every so often, and at the end, the replica's
 * dump is compared with the heap's; then everything is undone, done again, and sought. Programs run
 * in a child process, since a broken invariant aborts. A failure is shrunk to a few operations.
 */
#ifndef ARENA_SOAK_H
#define ARENA_SOAK_H

#include "sim/work/legal.h"
#include "sim/work/session.h"

struct soak_options {
    uint64_t seed;                   /* of the first program; each next one has the next number */
    uint64_t runs, ops;              /* stop after so many programs, operations; 0: no limit */
    double seconds;                  /* ... after that time; 0: no limit */
    double shrink_seconds;           /* to shrink a failure, at most; 0: two minutes */
    const struct platform *platform; /* NULL: all */
    bool progress;                   /* a line on standard error, now and then */
    /* Hears of each operation just before it runs, in the child: if it aborts, that is a failure.
     * May be NULL. */
    legal_listener *listener;
    void *listener_arg;
};

struct soak_result {
    bool failed;
    bool refused;               /* failed: by the source or its world; not by us */
    uint64_t runs, ops, events; /* done */
    uint64_t ended;             /* programs that Go ended */
    uint64_t
        platform_ops[PLATFORM_COUNT]; /* operations by platform, numbered as platform_at has them */
    uint64_t seed;                    /* failed: of that program */
    struct strbuf why;                /* failed: what was said, some lines */
    struct strbuf script; /* failed: what does it, shrunk: a file of operations (opfile.h) */
};

/* result's texts are the caller's to free. */
void soak(const struct soak_options *options, struct soak_result *result);

/* Runs a source's operations in that way, once, here: aborts if an invariant breaks or the replica
 * differs. False and why if the world cannot be, or the source breaks off with an error; the source
 * is the caller's. */
bool soak_source(
    struct op_source *source, const struct environment *env, struct soak_result *result);
/* The same in a child: a crash is a failure, and why is what it said. */
bool soak_source_apart(
    struct op_source *source, const struct environment *env, struct soak_result *result);

#endif
