/*
 * A small heap made by hand, from events as a heap would send them: for tests of what draws a
 * replica.
 */
#ifndef ARENA_TEST_ARENA_FIXTURE_H
#define ARENA_TEST_ARENA_FIXTURE_H

#include "sim/trace/replica.h"

void fix_heap(struct replica *r, enum heap_field field, uint64_t value);
void fix_stat(struct replica *r, enum stat_id stat, uint64_t delta);
/* The range must have been nothing. */
void fix_range(struct replica *r, uint64_t addr, uint64_t size, enum range_state state);
/* linux/amd64 as it starts at the first hint; pages of the arena are in use. */
struct replica *fix_64(uint64_t pages);
/* linux/386 with its first arena at 0x18400000. */
struct replica *fix_32(uint64_t pages);
void fix_field(
    struct replica *r, uint32_t span, enum span_field field, uint64_t old, uint64_t value);
/* A new span over fresh pages, counted from base; its handle. */
uint32_t fix_span(struct replica *r, uint64_t base, uint64_t npages, enum span_state state);
/* Cuts the span into slots; the first `taken` are allocated. */
void fix_slots(
    struct replica *r, uint32_t span, unsigned spanclass, uint64_t elemsize, uint64_t taken);
/* A slot beyond freeindex that survived a collection. */
void fix_survivor(struct replica *r, uint32_t span, uint64_t slot);
void fix_bitmap(struct replica *r, uint64_t index, uint8_t byte);

#endif
