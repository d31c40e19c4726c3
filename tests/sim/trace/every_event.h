/* A history that makes sense, with every kind of event in it, for the tests of replicas. */
#ifndef ARENA_TESTS_EVERY_EVENT_H
#define ARENA_TESTS_EVERY_EVENT_H

#include "sim/trace/replica.h"

#define PAIR(old, fresh)   ((old) | (uint64_t)(fresh) << 32)
#define RANGES(old, fresh) (RANGE_##old | RANGE_##fresh << 8)
#define OWNERS(old, fresh) (OWNER_##old | OWNER_##fresh << 8)

static const struct event history[] = {
    {EV_OP_BEGIN, OP_INIT, 0, 0, 0, 0},
    {EV_STEP, STEP_HINTS | STEP_NONE << 8, 0, 1, 2, 3},
    {EV_ATTEMPT, OUTCOME_REFUSED, 0, 0xc000000000, 0x1000, 0},
    {EV_ATTEMPT, OUTCOME_GRANTED, HINT_COUNT + 3, 0x8000, 0x2000, 0x8000},
    {EV_OS_RESERVE, 1, 0, 0x8000, 0x8000, 0x8000},
    {EV_RANGE, RANGES(NONE, RESERVED), OWNERS(NOBODY, HEAP), 0x8000, 0x8000, 0},
    {EV_OS_MAP, 1, 0, 0xa000, 0x2000, 0xa000},
    {EV_RANGE, RANGES(RESERVED, MAPPED), OWNERS(HEAP, HEAP), 0xa000, 0x2000, 0},
    {EV_HEAP_SET, HEAP_arena_used, 0, 0, 0x10000, 0},
    {EV_OS_ALLOC, 0, 0, 0, 0x40000, 0x100000},
    {EV_META, META_CHUNK, 0, 0x100000, 0x40000, 0},
    {EV_SPAN_BORN, 0, 1, 0x100000, 0, 0},
    {EV_SPAN_BORN, 0, 2, 0x100098, 0, 0},
    {EV_SPAN_BORN, 0, 3, 0x100130, 0, 0},
    {EV_SPAN_SET, SPAN_npages, 1, 0, 300, 0},
    {EV_SPAN_SET, SPAN_npages, 1, 300, 1, 0},
    {EV_PAGES, 0, 0, 4, 3, PAIR(0, 1)},
    {EV_PAGES, 0, 0, 5, 1, PAIR(1, 2)},
    {EV_LIST_PUSH, LIST_FREE + 3, 1, 0, 0, 0}, /* 1 */
    {EV_LIST_PUSH, LIST_FREE + 3, 2, 1, 0, 0}, /* 1 2 */
    {EV_LIST_PUSH, LIST_FREE + 3, 3, 0, 0, 0}, /* 3 1 2 */
    {EV_LIST_DROP, LIST_FREE + 3, 1, 3, 0, 0}, /* 3 2 */
    {EV_LIST_DROP, LIST_FREE + 3, 3, 0, 0, 0}, /* 2 */
    {EV_LIST_DROP, LIST_FREE + 3, 2, 0, 0, 0},
    {EV_TREAP_LEAF, 0, 2, 50, 0, 0},
    {EV_TREAP_LEAF, 0, 1, 40, 2, 0}, /* left of 2 */
    {EV_TREAP_TURN, 1, 2, 0, 0, 0},  /* 2 goes down to the right of 1 */
    {EV_TREAP_LEAF, 0, 3, 10, 2, 0},
    {EV_TREAP_TURN, 1, 2, 0, 0, 0}, /* 2 below 3, which is right of 1 */
    {EV_TREAP_TURN, 0, 1, 0, 0, 0}, /* 1 left of 3 */
    {EV_TREAP_CUT, 0, 2, 50, 3, 1},
    {EV_STAT_ADD, STAT_heap_live, 0, 500, 0, 0},
    {EV_STAT_ADD, STAT_heap_live, 0, (uint64_t)-100, 0, 0},
    {EV_BITS, 0, 1, 3, 0, 0xff},
    {EV_BITS, 1, 1, 15, 0, UINT64_MAX},
    {EV_SPAN_SET, SPAN_alloc_cache, 1, 0, UINT64_MAX, 0},
    {EV_SLOT, 0, 1, UINT64_MAX, UINT64_MAX >> 5, PAIR(0, 5)},
    {EV_BITMAP, 8, 0, 1000, 0, 0x0123456789abcdef},
    {EV_BITMAP, 3, 0, 1001, 0x89abcd, 0x1},
    {EV_CACHE, 7, 0, 0, 2, 0},
    {EV_TINY, 0, 0, 0, 0xa000, PAIR(0, 5)},
    {EV_P_BORN, 0, 1, 0x100200, 0, 0},
    {EV_P_BORN, 0, 2, 0x100300, 0, 0},
    {EV_SWITCH, 0, 1, 0, 0, 0},
    {EV_WAIT, RANK_CENTRAL | 7 << 8, 1, 0, 64, 0},
    {EV_SWITCH, 0, 2, 1, 0, 0},
    {EV_WAIT, RANK_CENTRAL | 7 << 8, 2, 0, 64, 0},
    {EV_SWITCH, 0, 0, 2, 0, 0},
    {EV_GOT, RANK_CENTRAL | 7 << 8, 1, 0, 64, 0},
    {EV_SWITCH, 0, 1, 0, 0, 0},
    {EV_GOT, RANK_CENTRAL | 7 << 8, 2, 1, 64, 0},
    {EV_WAIT, RANK_WORLD, 1, 1, 0, 0},
    {EV_GOT, RANK_WORLD, 1, 1, 0, 0},
    {EV_SWITCH, 0, 0, 1, 0, 0},
    {EV_CACHE, 7, 1, 0, 3, 0},
    {EV_TINY, 0, 1, 0, 0xb000, PAIR(0, 7)},
    {EV_STAT_ADD, STAT_local_scan, 1, 24, 0, 0},
    {EV_NMALLOC, 7, 0, 64, 0, 0},
    {EV_OBJECT, 7 | RUNG_OS << 8, 12, 0xa000, 5, PAIR(16, 0)},
    {EV_STORE, 0, 12, 0, 0xa000, 0xa000},
    {EV_DROP, 0, 12, 0xa000, 0, 0},
    {EV_GREY, 0, 1, 0xa000, 0, 0},
    {EV_GREY, 0, 1, 0xa010, 1, 0},
    {EV_BLACK, 0, 1, 0xa010, 1, 0},
    {EV_MARKED, 0, 0, 64, 99, 0},
    {EV_RESIDENT, 1, 0, 0xa000, 0x2000, 0},
    {EV_OS_UNUSED, 0, 0, 0xa000, 0x1000, 0},
    {EV_RESIDENT, 0, 0, 0xa000, 0x1000, 0},
    {EV_RANGE, RANGES(MAPPED, RELEASED), OWNERS(HEAP, HEAP), 0xa000, 0x1000, 0},
    {EV_OS_USED, 0, 0, 0xa000, 0x1000, 0},
    {EV_OS_FREE, 0, 0, 0xa000, 0x1000, 0},
    {EV_RANGE, RANGES(RELEASED, NONE), OWNERS(HEAP, NOBODY), 0xa000, 0x1000, 0},
    {EV_MESSAGE, 0, MSG_THROW_OOM, 0, 0, 0},
    {EV_EXIT, 2, 0, 0, 0, 0},
    {EV_OP_END, OP_INIT, 0, 0, 0, 0},
};

/* The first n events of the history. */
static inline struct replica *after(size_t n) {
    struct replica *r = replica_new();
    for (size_t i = 0; i < n; i++)
        replica_apply(r, &history[i]);
    return r;
}

#endif
