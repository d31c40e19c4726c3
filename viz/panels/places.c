/* Places of the address space. See places.h. */
#include "viz/panels/places.h"

#include "viz/panels/attempts.h"
#include "viz/panels/heapmap.h"

/* --- The regions --- */

/* Bytes of heap after the first reservation that follow it without a gap. */
static uint64_t grown(const struct replica *r, uint64_t end) {
    const struct rangemap *m = &r->ranges;
    uint64_t at = end;
    for (size_t i = rangemap_find(m, at); i < m->count; i++) {
        if (m->ranges[i].start > at || m->ranges[i].owner != OWNER_HEAP)
            break;
        at = m->ranges[i].end;
    }
    return at - end;
}

struct layout layout_of(const struct view *v) {
    const struct init_path *p = &v->r->init;
    struct layout l = {0};
    if (p->reached[STEP_SIZES]) {
        l.spans_size = p->value[STEP_SIZES][0];
        l.bitmap_size = p->value[STEP_SIZES][1];
        l.arena_size = p->value[STEP_SIZES][2];
        struct hint_tally t = fallback_tally(v->r);
        int next = t.used >= 0 ? t.used : fallback_asked(v->r);
        if (next >= 0)
            l.arena_size = fallback_arena((unsigned)next);
        else if (v->platform->ptr_size == 4)
            l.arena_size = fallback_arena(0);
    }
    l.laid_out = p->reached[STEP_LAYOUT] && v->r->heap[HEAP_bitmap] != 0;
    if (l.laid_out) {
        uint64_t end = p->value[STEP_ROUND][0] + p->value[STEP_ROUND][2];
        l.spans = v->r->heap[HEAP_spans] ? v->r->heap[HEAP_spans] : p->value[STEP_LAYOUT][0];
        l.arena = v->r->heap[HEAP_bitmap];
        l.bitmap = l.arena - l.bitmap_size;
        l.arena_size = end > l.arena ? end - l.arena : 0;
        l.arena_size += grown(v->r, l.arena + l.arena_size);
    }
    return l;
}

/* --- Pages and what describes them --- */

uint64_t page_addr(const struct replica *r, uint64_t page) {
    return r->heap[HEAP_arena_start] + (page << GO_PAGE_SHIFT);
}

uint64_t page_entry(const struct replica *r, uint64_t page, unsigned ptr_size) {
    return r->heap[HEAP_spans] + page * ptr_size;
}

uint64_t page_bits(const struct replica *r, uint64_t page, unsigned ptr_size) {
    return r->heap[HEAP_bitmap] - page * bitmap_bytes_a_page(ptr_size) - 1;
}

struct zoom spans_mapped(const struct replica *r, const struct platform *p) {
    uint64_t bytes = r->heap[HEAP_spans_len] * p->ptr_size;
    return (struct zoom){r->heap[HEAP_spans], round_up(bytes, p->phys_page_size)};
}

struct zoom bitmap_mapped(const struct replica *r) {
    uint64_t size = r->heap[HEAP_bitmap_mapped];
    return (struct zoom){r->heap[HEAP_bitmap] - size, size};
}

struct session_world place_world(const struct view *v) {
    if (v->session)
        return session_world(v->session);
    const struct platform *p = v->platform;
    return (struct session_world){
        .image_end = p->image_end, .brk = p->brk, .phys_page_size = p->phys_page_size};
}

/* --- Places --- */

/* The blocks of the runtime's own memory that lie nearest each other: all within 64 MiB of the
 * first. */
static bool metadata_extent(const struct replica *r, struct zoom *out) {
    uint64_t lo = UINT64_MAX, hi = 0;
    if (!r->meta_count)
        return false;
    uint64_t first = r->meta[0].addr;
    for (size_t i = 0; i < r->meta_count; i++) {
        const struct meta_block *b = &r->meta[i];
        uint64_t away = b->addr > first ? b->addr - first : first - b->addr;
        if (away > MiB(64))
            continue;
        lo = b->addr < lo ? b->addr : lo;
        hi = b->addr + b->size > hi ? b->addr + b->size : hi;
    }
    *out = (struct zoom){lo, hi - lo};
    return true;
}

bool place_extent(const struct view *v, enum map_place place, struct zoom *out) {
    struct layout l = layout_of(v);
    uint64_t base = replica_arena_base(v->r), used = v->r->heap[HEAP_arena_used];
    if (place == PLACE_SPACE) {
        *out = (struct zoom){0, zoom_end(v->platform)};
        return true;
    }
    if (place == PLACE_METADATA)
        return metadata_extent(v->r, out);
    if (!l.laid_out)
        return false;
    switch (place) {
    case PLACE_SPANS: *out = (struct zoom){l.spans, l.spans_size}; break;
    case PLACE_BITMAP: *out = (struct zoom){l.bitmap, l.bitmap_size}; break;
    case PLACE_ARENA: {
        uint64_t end = l.arena + l.arena_size > used ? l.arena + l.arena_size : used;
        *out = (struct zoom){base, end - base};
        break;
    }
    default: *out = (struct zoom){l.spans, l.arena + l.arena_size - l.spans}; break;
    }
    return true;
}

/* On 32-bit both tables describe all the space: the part that is about the arena is shown. */
static struct zoom used_entries(const struct view *v) {
    uint64_t start = v->r->heap[HEAP_arena_start], base = replica_arena_base(v->r);
    uint64_t used = v->r->heap[HEAP_arena_used];
    uint64_t first = (base - start) >> GO_PAGE_SHIFT, end = (used - start) >> GO_PAGE_SHIFT;
    uint64_t addr = page_entry(v->r, first, v->platform->ptr_size);
    return (struct zoom){addr, (end > first ? end - first : 1) * v->platform->ptr_size};
}

static struct zoom used_bits(const struct view *v) {
    uint64_t start = v->r->heap[HEAP_arena_start], base = replica_arena_base(v->r);
    uint64_t used = v->r->heap[HEAP_arena_used], scale = 4 * (uint64_t)v->platform->ptr_size;
    uint64_t hi = v->r->heap[HEAP_bitmap] - (base - start) / scale;
    uint64_t lo = v->r->heap[HEAP_bitmap] - (used - start) / scale;
    return (struct zoom){lo < hi ? lo : hi - 1, lo < hi ? hi - lo : 1};
}

bool place_window(const struct view *v, enum map_place place, struct zoom *out) {
    if (!place_extent(v, place, out))
        return false;
    uint64_t base = replica_arena_base(v->r), used = v->r->heap[HEAP_arena_used];
    bool begun = used > base;
    if (place == PLACE_SPANS && begun)
        *out = used_entries(v);
    else if (place == PLACE_BITMAP && begun)
        *out = used_bits(v);
    else if (place == PLACE_ARENA)
        *out = (struct zoom){base, begun ? round_up(used - base, MiB(1)) : MiB(1)};
    return true;
}

bool place_at(const struct view *v, uint64_t addr, bool slot, struct zoom *out) {
    const struct rspan *s = replica_span(v->r, heapmap_span_at(v->r, addr));
    struct slot_run run;
    if (!s)
        return false;
    *out = (struct zoom){s->base, s->npages << GO_PAGE_SHIFT};
    if (slot && s->state == SPAN_STATE_INUSE && heapmap_slots(s, addr, addr + 1, &run))
        *out = (struct zoom){s->base + run.first * s->elemsize, s->elemsize};
    return true;
}

struct zoom place_home(const struct view *v) {
    struct zoom z;
    if (!place_window(v, PLACE_ARENA, &z))
        place_window(v, PLACE_SPACE, &z);
    return z;
}

bool place_of_thing(const struct view *v, struct thing t, struct zoom *out) {
    static const enum map_place regions[] = {PLACE_SPANS, PLACE_BITMAP, PLACE_ARENA};
    *out = (struct zoom){t.addr, t.size ? t.size : v->platform->ptr_size};
    switch (t.kind) {
    case THING_HINT:
        out->start = hint_addr(v->platform, (unsigned)t.index);
        out->size = GiB(1024);
        return true;
    case THING_REGION: return t.index < 3 && place_window(v, regions[t.index], out);
    case THING_PAGE: out->size = t.size ? t.size : GO_PAGE_SIZE; return true;
    case THING_RANGE:
    case THING_SLOT:
    case THING_WORD:
    case THING_ENTRY:
    case THING_BITMAP_BYTE:
    case THING_RECORD:
    case THING_MCACHE:
    case THING_META: return true;
    default: return false;
    }
}
