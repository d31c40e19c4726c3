/*
 * Two moments of a run, and what lived and died between them.
 *
 * The user sets the moments; the count (sim/trace/history.h) is made in steps as time passes, and
 * the last finished one is kept, with the moments that it is about, while the next is made.
 */
#ifndef ARENA_INTERVAL_H
#define ARENA_INTERVAL_H

#include "sim/trace/history.h"

/* No moment: of `from` that there is no interval, of `to` that it ends at the moment shown. */
#define NO_MOMENT UINT64_MAX

struct interval {
    uint64_t from, to; /* as the user set them, in any order */
    struct range_count *counting;
    uint64_t counting_from, counting_to; /* what that is about */
    bool counted;                        /* there is a finished count */
    uint64_t counted_from, counted_to;
    struct range_class classes[NUM_SIZE_CLASSES];
};

/* None; whatever was before is freed. To begin with, the interval must be all zero. */
void interval_clear(struct interval *v);
/* The two moments in order, `at` being the one shown. False: there is no interval. */
bool interval_ends(const struct interval *v, uint64_t at, uint64_t *from, uint64_t *to);
/* Counts on, looking at that many events at most. True if something changed that can be seen. */
bool interval_work(struct interval *v, const struct recording *rec, uint64_t at, uint64_t events);
/* 0 to 1: how far the count is that is being made; 1 if none is. */
double interval_progress(const struct interval *v);

#endif
