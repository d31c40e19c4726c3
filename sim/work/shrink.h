/*
 * Shrinking: from a run that fails, a short one that still does, by leaving out whatever is not
 * needed (delta debugging). The run is tried again and again by whoever asked.
 */
#ifndef ARENA_SHRINK_H
#define ARENA_SHRINK_H

#include "sim/work/session.h"

/* A run: its world and its operations. The array is the suspect's, masks are the caller's. */
struct suspect {
    struct environment env;
    struct op *ops;
    size_t count;
};

void suspect_free(struct suspect *s);

/* Does the run still fail, and in the same way? */
typedef bool still_fails(void *arg, const struct suspect *s);

/* Shrinks s, which fails, with at most so many tries: whole stretches of operations first, then
 * single ones; what is arranged in the world; sizes and counts. Returns the tries it took. */
unsigned shrink(struct suspect *s, still_fails *fails, void *arg, unsigned tries);

#endif
