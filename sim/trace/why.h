/*
 * Why: for each event the rule that is behind it, and the function that keeps it.
 *
 * narrate() says what happened, with its numbers; this says why an allocator does such a thing.
 * Where the same event comes of different occasions (a span's field changes when it is made, cut,
 * joined, filled ...), the state after it tells which.
 */
#ifndef ARENA_WHY_H
#define ARENA_WHY_H

#include "sim/trace/replica.h"

struct why {
    const char *rule;     /* one to three sentences, in the person's language */
    const char *file;     /* "sim/heap/mheap.c", from the top of the sources */
    const char *function; /* the one that did it, or for which it was done; it stands in file */
    /* Words of the line in function that tells the event: it has both. NULL: any. Several lines may
     * have them, or none. */
    const char *mark[2];
};

/* after: the state just after the event; NULL: what it would tell apart is told in general. */
struct why why_of(const struct event *ev, const struct replica *after);

/* All answers there are, for tests: answer number i in *out; false past the last. */
bool why_at(size_t i, struct why *out);

#endif
