/*
 * Operations: what a program does to its heap, one at a time. Scripts, transcripts and imported
 * traces are all sources of operations; a program (program.h) carries them out.
 */
#ifndef ARENA_OP_H
#define ARENA_OP_H

#include "sim/base/base.h"
#include "sim/trace/event.h"

/* Objects are named by numbers that the source chooses; a number may be used again for a new
 * object, which then replaces the old one. */
struct op {
    enum op_code code;
    uint32_t id;   /* the object spoken of; STORE, NIL: the one written to */
    uint64_t addr; /* OCCUPY: where */
    uint64_t size; /* OCCUPY, ALLOC: bytes; MANUAL: pages; PRECISE: 1 on, 0 off; GOGC: percent,
                      UINT64_MAX off; ADVANCE: nanoseconds; PS: how many P's; ON: the P that
                      allocates, sweeps and manages spans from here on; INTERLEAVE: the seed from
                      which that P is drawn anew for each operation, and from which P's overlap
                      (program_start); UINT64_MAX: as ON says */
    /* ALLOC_TYPED: an array of count elements of elem bytes, whose first ptrdata bytes hold
     * pointers where mask says: one bit a word, lowest word in the lowest bit of mask[0]. */
    uint64_t elem, count, ptrdata;
    const uint8_t *mask; /* the source's; good until its next operation */
    uint64_t word;       /* STORE, NIL: word number in the object */
    uint32_t dst;        /* STORE: the object pointed to */
    uint64_t off;        /* STORE: bytes added to its address */
    uint32_t seed[2];    /* SEED: the two fastrand words */
    const char *note;    /* NOTE: a phase begins, in words (the source's, good while it lives) */
    int line;            /* of the source's file, 0 if it has no lines */
};

struct op_source {
    /* Fills *op with the next operation. Returns false at the end, or, with err filled, on bad
     * input (err->text is empty at a plain end). */
    bool (*next)(struct op_source *self, struct op *op, struct error *err);
    /* Starts over: the same operations come again. */
    void (*rewind)(struct op_source *self);
    void (*destroy)(struct op_source *self);
    /* The file it came from, for messages; NULL if none. The source's. */
    const char *name;
    /* Bytes of a word of the platform that will run the operations: whoever runs them sets it
     * before the first operation, or before rewind. The same source serves either width. */
    unsigned ptr_size;
};

#endif
