/*
 * Where every byte that the system gave the heap is: parts that add up to the whole, and what each
 * part is made of.
 *
 * All is derived from statistics and class sums of the replica. One thing they do not know: which
 * of the small objects died, hence how many bytes the live ones had asked for. While nothing of a
 * class has died the figure is exact; later the live objects are taken to be like all that were
 * ever allocated in the class, and `about` is set.
 */
#ifndef ARENA_WASTE_SUMS_H
#define ARENA_WASTE_SUMS_H

#include "sim/trace/replica.h"

enum waste_part {
    WASTE_ASKED,    /* what live objects asked for */
    WASTE_ROUNDING, /* their slots are larger than that */
    WASTE_TINY,     /* room in tiny blocks that no object has */
    WASTE_TAIL,     /* ends of spans, too short for a slot */
    WASTE_SLOTS,    /* free slots in spans in use */
    WASTE_MANUAL,   /* spans managed by hand */
    WASTE_FREE,     /* free runs, not given back */
    WASTE_RELEASED, /* free runs, given back to the system */
    WASTE_UNUSED,   /* mapped, but not handed to the heap (32-bit) */
    WASTE_METADATA, /* the runtime's own records */
    WASTE_PARTS
};

struct waste {
    uint64_t whole; /* bytes from the system; the parts add up to it */
    uint64_t part[WASTE_PARTS];
    bool about[WASTE_PARTS];
};

struct waste waste_of(const struct replica *r);
/* The share of a span class in one of the first five parts, bytes; *about as above. */
uint64_t waste_of_class(
    const struct replica *r, unsigned spanclass, enum waste_part part, bool *about);

/* Kinds of the runtime's records. */
enum waste_record {
    RECORD_BITMAP,
    RECORD_MARKS,
    RECORD_MSPANS,
    RECORD_MCACHES,
    RECORD_OTHER,
    RECORD_COUNT
};
uint64_t waste_of_record(const struct replica *r, enum waste_record record);

/* Free runs by length, in octaves: octave n holds runs of [2^n, 2^(n+1)) pages; the last one all
 * that the treap has (128 pages and more). Pages; *runs: how many (the treap's up to a limit). */
enum { WASTE_OCTAVES = 8 };
uint64_t waste_free_pages(const struct replica *r, unsigned octave, uint64_t *runs);

#endif
