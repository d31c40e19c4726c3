/*
 * Narration: each event told as one plain sentence with its numbers, for the window and the
 * terminal, in the language that is set.
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

/* Which of the three regions the address lies in, in their order in memory: 0 spans, 1 bitmap,
 * 2 arena, -1 none (or not laid out yet). */
int narrate_region(const struct replica *r, unsigned ptr_size, uint64_t addr);

/* The spans that the sentence about the event names by their handles; returns how many (0..2). */
unsigned narrate_spans(const struct event *ev, uint32_t handles[2]);

/* "granted", "refused", ...: enum outcome. "in use", "free", ...: enum span_state. What metadata
 * is for: enum meta_kind. Where an allocation ended: enum rung. Out-of-range numbers give "?". */
const char *outcome_name(unsigned outcome);
const char *span_state_name(unsigned state);
const char *meta_kind_name(unsigned kind);
const char *rung_name(unsigned rung);

#endif
