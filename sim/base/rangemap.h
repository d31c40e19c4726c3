/*
 * A map of the address space: non-overlapping ranges with a state and an owner, in address order.
 * What is not listed is RANGE_NONE. Neighbours alike in both are one range, so the form is unique:
 * two maps that say the same are equal entry by entry.
 *
 * The heap's side keeps one to know what a system call changes (and so to emit RANGE events); the
 * replica keeps one to be drawn.
 */
#ifndef ARENA_RANGEMAP_H
#define ARENA_RANGEMAP_H

#include "sim/base/i18n.h"

/* States of a piece of the address space, as far as the heap's owner can know them. */
#define RANGE_STATES(X)                                                                            \
    X(NONE, N_("nothing"))      /* not ours, not known to be anyone's */                           \
    X(TAKEN, N_("taken"))       /* someone else's: the image, libraries, an occupied hint */       \
    X(CHECKED, N_("checked"))   /* looked at and found free, but not reserved */                   \
    X(RESERVED, N_("reserved")) /* reserved, inaccessible */                                       \
    X(MAPPED, N_("mapped"))     /* readable and writable */                                        \
    X(RELEASED, N_("released")) /* mapped, contents given back to the system */

enum range_state {
#define X(NAME, text) RANGE_##NAME,
    RANGE_STATES(X)
#undef X
        RANGE_STATE_COUNT
};

enum range_owner { OWNER_NOBODY, OWNER_HEAP, OWNER_METADATA, OWNER_OTHER };

struct range {
    uint64_t start, end; /* [start, end), bytes */
    uint8_t state;       /* enum range_state, never RANGE_NONE in a map */
    uint8_t owner;       /* enum range_owner */
};

struct rangemap {
    struct range *ranges;
    size_t count, cap;
};

void rangemap_free(struct rangemap *m);
void rangemap_copy(struct rangemap *to, const struct rangemap *from);
/* Index of the first range that ends after addr (count if none). */
size_t rangemap_find(const struct rangemap *m, uint64_t addr);
/* State at addr; owner (may be NULL) is filled too. */
enum range_state rangemap_state(const struct rangemap *m, uint64_t addr, enum range_owner *owner);
/* Makes [start, end) the given state and owner, splitting and joining neighbours. */
void rangemap_set(struct rangemap *m, uint64_t start, uint64_t end, enum range_state state,
    enum range_owner owner);
/* The part of [start, end) at its beginning that is uniform: returns its end, fills its state. */
uint64_t rangemap_run(const struct rangemap *m, uint64_t start, uint64_t end, struct range *out);
/* Bytes of [start, end) in that state. */
uint64_t rangemap_bytes(
    const struct rangemap *m, uint64_t start, uint64_t end, enum range_state state);

#endif
