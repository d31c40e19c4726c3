/*
 * A small heap made by hand. See arena_fixture.h.
 */
#include "tests/viz/arena_fixture.h"

void fix_heap(struct replica *r, enum heap_field field, uint64_t value) {
    struct event ev = {.kind = EV_HEAP_SET, .w = (uint16_t)field, .a = r->heap[field], .b = value};
    replica_apply(r, &ev);
}

void fix_stat(struct replica *r, enum stat_id stat, uint64_t delta) {
    struct event ev = {.kind = EV_STAT_ADD, .w = (uint16_t)stat, .a = delta};
    replica_apply(r, &ev);
}

void fix_range(struct replica *r, uint64_t addr, uint64_t size, enum range_state state) {
    struct event ev = {
        .kind = EV_RANGE, .w = (uint16_t)(state << 8), .x = OWNER_HEAP << 8, .a = addr, .b = size};
    replica_apply(r, &ev);
}

static void fix_step(struct replica *r, enum init_step step, uint64_t a, uint64_t b, uint64_t c) {
    struct event ev = {.kind = EV_STEP,
        .w = (uint16_t)(step | (unsigned)r->init.step << 8),
        .a = a,
        .b = b,
        .c = c};
    replica_apply(r, &ev);
}

struct replica *fix_64(uint64_t pages) {
    struct replica *r = replica_new();
    fix_step(r, STEP_SIZES, MiB(512), GiB(16), GiB(512));
    fix_step(r, STEP_ROUND, 0xc000000000, 0xc000000000, 0x8420002000);
    fix_step(r, STEP_LAYOUT, 0xc000000000, 0xc420000000, 0x14420002000);
    uint64_t arena = 0xc420000000, end = 0x14420002000, used = arena + pages * 8192;
    fix_heap(r, HEAP_spans, 0xc000000000);
    fix_heap(r, HEAP_bitmap, arena);
    fix_heap(r, HEAP_arena_start, arena);
    fix_heap(r, HEAP_arena_end, end);
    fix_heap(r, HEAP_arena_used, used);
    fix_heap(r, HEAP_bitmap_mapped, pages * 256);
    fix_heap(r, HEAP_spans_len, round_up(pages * 8, 4096) / 8);
    if (pages)
        fix_range(r, arena, used - arena, RANGE_MAPPED);
    fix_range(r, used, end - used, RANGE_CHECKED);
    return r;
}

struct replica *fix_32(uint64_t pages) {
    struct replica *r = replica_new();
    fix_step(r, STEP_SIZES, MiB(2), MiB(256), MiB(512));
    fix_step(r, STEP_ROUND, 0x8200000, 0x8200000, 0x30202000);
    fix_step(r, STEP_LAYOUT, 0x8200000, 0x18400000, 0x38402000);
    fix_heap(r, HEAP_spans, 0x8200000);
    uint64_t arena = 0x18400000, end = 0x38402000, used = arena + pages * 8192;
    fix_heap(r, HEAP_bitmap, arena);
    fix_heap(r, HEAP_arena_end, end);
    fix_heap(r, HEAP_arena_used, used);
    fix_heap(r, HEAP_bitmap_mapped, used / 16);
    fix_heap(r, HEAP_spans_len, used / 8192);
    fix_range(r, 0x8200000, used - 0x8200000, RANGE_MAPPED);
    fix_range(r, used, end - used, RANGE_RESERVED);
    return r;
}

void fix_field(
    struct replica *r, uint32_t span, enum span_field field, uint64_t old, uint64_t value) {
    struct event ev = {.kind = EV_SPAN_SET, .w = (uint16_t)field, .x = span, .a = old, .b = value};
    replica_apply(r, &ev);
}

uint32_t fix_span(struct replica *r, uint64_t base, uint64_t npages, enum span_state state) {
    uint32_t handle = (uint32_t)r->span_count + 1;
    struct event born = {
        .kind = EV_SPAN_BORN, .x = handle, .a = 0x7ffff7f97000 + (uint64_t)handle * 152};
    replica_apply(r, &born);
    fix_field(r, handle, SPAN_base, 0, base);
    fix_field(r, handle, SPAN_npages, 0, npages);
    fix_field(r, handle, SPAN_state, 0, state);
    struct event pages = {.kind = EV_PAGES,
        .a = (base - r->heap[HEAP_arena_start]) / 8192,
        .b = npages,
        .c = (uint64_t)handle << 32};
    replica_apply(r, &pages);
    fix_stat(r, STAT_mspan_inuse, 152);
    if (state == SPAN_STATE_FREE) {
        struct event push = {.kind = EV_LIST_PUSH,
            .w = (uint16_t)(LIST_FREE + (npages < NUM_PAGE_LISTS ? npages : 0)),
            .x = handle};
        replica_apply(r, &push);
        fix_stat(r, STAT_heap_idle, npages * 8192);
    } else {
        fix_stat(r, STAT_pages_in_use, npages);
    }
    return handle;
}

void fix_slots(
    struct replica *r, uint32_t span, unsigned spanclass, uint64_t elemsize, uint64_t taken) {
    const struct rspan *s = replica_span(r, span);
    uint64_t nelems = s->npages * 8192 / elemsize;
    fix_field(r, span, SPAN_spanclass, 0, spanclass);
    fix_field(r, span, SPAN_elemsize, 0, elemsize);
    fix_field(r, span, SPAN_nelems, 0, nelems);
    fix_field(r, span, SPAN_freeindex, 0, taken);
    fix_field(r, span, SPAN_alloc_count, 0, taken);
    uint64_t left = 64 - taken % 64;
    fix_field(r, span, SPAN_alloc_cache, 0, left == 64 ? ~(uint64_t)0 : ((uint64_t)1 << left) - 1);
}

void fix_survivor(struct replica *r, uint32_t span, uint64_t slot) {
    const struct rspan *s = replica_span(r, span);
    uint64_t old = s->alloc_bits ? s->alloc_bits[slot / 64] : 0;
    uint64_t bit = (uint64_t)1 << (slot % 64), cache_bit = slot - s->freeindex;
    struct event ev = {.kind = EV_BITS, .x = span, .a = slot / 64, .b = old, .c = old | bit};
    replica_apply(r, &ev);
    fix_field(r, span, SPAN_alloc_count, s->alloc_count, s->alloc_count + 1);
    if (cache_bit < 64)
        fix_field(r, span, SPAN_alloc_cache, s->alloc_cache,
            s->alloc_cache & ~((uint64_t)1 << cache_bit));
}

void fix_bitmap(struct replica *r, uint64_t index, uint8_t byte) {
    struct event ev = {
        .kind = EV_BITMAP, .w = 1, .a = index, .b = replica_bitmap(r, index), .c = byte};
    replica_apply(r, &ev);
}
