/*
 * The chronicle of a recording: what is learnt from its events as they pass.
 *
 * A "head" replica follows the newest event; keyframes are copies of it. They share with it and
 * with each other what does not change between them, so that a keyframe costs what changed; they
 * are taken so sparsely that this stays below a few bytes an event, as long as the way from one to
 * the next does not get too long; and where that cannot be had, below a few bytes more.
 */
#ifndef ARENA_CHRONICLE_H
#define ARENA_CHRONICLE_H

#include "sim/trace/recording.h"

enum { KEYFRAME_MIN_GAP = 1 << 14 }; /* events: stepping over that many takes half a millisecond */

struct keyframe {
    struct replica *state; /* with state->seq events applied */
    size_t fresh;          /* replica_fresh() then */
};

/* Others look, and leave the changing to the functions here. */
struct chronicle {
    struct replica *head; /* with head->seq events applied: so many have passed */
    struct keyframe *keyframes;
    size_t keyframe_count, keyframe_cap;
    uint64_t keyframe_bytes; /* what they have cost */
    struct sample *samples;
    size_t sample_count;
    uint64_t sample_gap; /* events between samples, grows when they are thinned */
    struct sample live_peak, inuse_peak;
    struct mark *marks;
    size_t mark_count, mark_cap;
};

void chronicle_init(struct chronicle *c);
void chronicle_destroy(struct chronicle *c);
size_t chronicle_memory(const struct chronicle *c);

/* The next events pass. One that does not fit is a bug and aborts. */
void chronicle_pass(struct chronicle *c, const struct event *events, size_t count);
/* An event from outside: false and err if it does not fit. */
bool chronicle_offer(struct chronicle *c, const struct event *ev, struct error *err);
/* Takes a keyframe if it is time for one: to be asked every so many events, of which
 * KEYFRAME_MIN_GAP is a multiple. */
void chronicle_keyframe(struct chronicle *c);
/* The keyframe nearest to moment seq on either side, NULL if that is the beginning. */
const struct replica *chronicle_near(const struct chronicle *c, uint64_t seq);

#endif
