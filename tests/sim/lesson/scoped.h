/* A script run whole in a simulated space, and what expressions come to on it. */
#ifndef ARENA_TESTS_SCOPED_H
#define ARENA_TESTS_SCOPED_H

#include "sim/lesson/expr.h"
#include "sim/work/session.h"

struct run {
    struct session *session;
    struct scope scope; /* at the run's end */
};

/* The text, which outlives the run, on the platform. */
struct run run_of(const char *platform, const char *text);
void run_free(struct run *run);
/* To the moment after operation number op. */
void look_after(struct run *run, uint64_t op);

/* Fails the test if the expression does not come to that text. */
void says(struct run *run, const char *text, const char *expected);
/* Fails the test if it comes to anything, or if what is wrong with it is told without that part. */
void refuses(struct run *run, const char *text, const char *part);

#endif
