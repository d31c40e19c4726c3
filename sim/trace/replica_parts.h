/* What the files of the replica share: the parts of its state (replica_state.c) for those that
 * apply events (replica.c). Each is given for writing, unshared first if copies have it too. */
#ifndef ARENA_REPLICA_PARTS_H
#define ARENA_REPLICA_PARTS_H

#include "sim/trace/replica.h"

#include <setjmp.h>

/* Where to go, in place of aborting, when an event from outside does not fit. */
struct offer {
    jmp_buf way_out;
    struct error *err;
};

/* Words of bits of a span: the smallest slot is 8 bytes, the span of such one page. */
enum { RSPAN_MAX_WORDS = GO_PAGE_SIZE / 8 / 64 };

/* The span of a handle. */
struct rspan *replica_span_write(struct replica *r, uint32_t handle);
/* The mark or allocation bits of a span that is being written: a bit for each of its slots, and at
 * least that many words. */
uint64_t *rspan_bits_write(struct replica *r, struct rspan *s, bool marks, uint32_t words);
/* The span has another number of slots: where it has bits, it has one for each of them. */
void rspan_bits_fit(struct replica *r, struct rspan *s);
/* Writes fresh over count entries of the spans table from number page on. False, with some of them
 * written, if one of them is not old. However many they are, that takes some 12 KiB at most, and 8
 * bytes for 8 MiB of arena. */
bool replica_pages_write(
    struct replica *r, uint64_t page, uint64_t count, uint32_t old, uint32_t fresh);
uint64_t *replica_grey_write(struct replica *r, uint64_t i);
uint8_t *replica_bitmap_write(struct replica *r, uint64_t index);

#endif
