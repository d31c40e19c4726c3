/*
 * Narration: each event told as one plain sentence with its numbers, for the window and the
 * terminal.
 */
#ifndef ARENA_NARRATE_H
#define ARENA_NARRATE_H

#include "sim/trace/replica.h"

/* How much an event matters to somebody reading along. */
enum weight {
    WEIGHT_DETAIL, /* bookkeeping: statistics, single fields */
    WEIGHT_STEP,   /* something a reader wants to follow */
    WEIGHT_CALL,   /* a call to the system */
    WEIGHT_EVENT,  /* operations, refusals, fatal errors */
};

enum weight narrate_weight(const struct event *ev);

/* Appends one sentence about the event. after: the state just after it (may be NULL: then names of
 * spans are left out). ptr_size as in the platform. */
void narrate(
    const struct event *ev, const struct replica *after, unsigned ptr_size, struct strbuf *out);

#endif
