/*
 * Where a step's view points: what it pins and what its map shows, at the moment of the step. An
 * expression names a thing (an object, a span, a region, an attempt) or an address, and then what
 * lies there is meant: a slot or a page of the arena, an entry of the spans table, a byte of the
 * bitmap, or else the stretch of the address space that holds it.
 */
#include "sim/lesson/lesson.h"

static struct thing slot_thing(const struct replica *r, uint32_t handle, uint64_t slot) {
    const struct rspan *s = replica_span(r, handle);
    return (struct thing){THING_SLOT, handle, s->base + slot * s->elemsize, s->elemsize};
}

static struct thing arena_thing(const struct replica *r, uint64_t addr) {
    uint32_t handle = replica_span_of(r, addr);
    const struct rspan *s = replica_span(r, handle);
    if (s && s->state == SPAN_STATE_INUSE && s->elemsize &&
        (addr - s->base) / s->elemsize < s->nelems)
        return slot_thing(r, handle, (addr - s->base) / s->elemsize);
    return (struct thing){THING_PAGE, handle, round_down(addr, GO_PAGE_SIZE), GO_PAGE_SIZE};
}

static struct thing range_thing(const struct replica *r, uint64_t addr) {
    size_t i = rangemap_find(&r->ranges, addr);
    if (i == r->ranges.count || r->ranges.ranges[i].start > addr)
        return (struct thing){THING_RANGE, 0, addr, 0};
    const struct range *range = &r->ranges.ranges[i];
    return (struct thing){THING_RANGE, 0, range->start, range->end - range->start};
}

static struct thing address_thing(struct scope *scope, uint64_t addr) {
    const struct replica *r = scope_replica(scope);
    const uint64_t *h = r->heap, ptr = scope->platform->ptr_size;
    if (addr >= replica_arena_base(r) && addr < h[HEAP_arena_used])
        return arena_thing(r, addr);
    if (addr >= h[HEAP_spans] && addr < h[HEAP_spans] + h[HEAP_spans_cap] * ptr) {
        uint64_t page = (addr - h[HEAP_spans]) / ptr;
        return (struct thing){THING_ENTRY, page, h[HEAP_spans] + page * ptr, ptr};
    }
    if (addr < h[HEAP_bitmap] && addr >= h[HEAP_bitmap] - h[HEAP_bitmap_mapped])
        return (struct thing){THING_BITMAP_BYTE, h[HEAP_bitmap] - 1 - addr, addr, 1};
    return range_thing(r, addr);
}

static struct thing span_thing(const struct replica *r, uint32_t handle) {
    const struct rspan *s = replica_span(r, handle);
    return (struct thing){THING_PAGE, handle, s->base, s->npages * GO_PAGE_SIZE};
}

/* What the expression names, and its value. False and err (FILE:LINE: ...) if that is nothing. */
static bool named_thing(const struct lesson *l, const char *expression, int line,
    struct scope *scope, struct value *v, struct thing *out, struct error *err) {
    struct error why;
    if (!expr_eval(scope, expression, v, &why))
        return error_set(err, "%s:%d: {%s}: %s", l->path, line, expression, why.text);
    uint64_t n = (uint64_t)v->n;
    switch (v->kind) {
    case VALUE_OBJECT: *out = arena_thing(scope_replica(scope), n); return true;
    case VALUE_SPAN:
        if (!n)
            return error_set(err, "%s:%d: {%s} is no span at this moment; expected one", l->path,
                line, expression);
        *out = span_thing(scope_replica(scope), (uint32_t)n);
        return true;
    case VALUE_REGION: *out = (struct thing){.kind = THING_REGION, .index = n}; return true;
    case VALUE_ATTEMPT:
        *out = n < HINT_COUNT ? (struct thing){.kind = THING_HINT, .index = n}
                              : (struct thing){.kind = THING_FALLBACK, .index = n - HINT_COUNT};
        return true;
    case VALUE_ADDRESS: *out = address_thing(scope, n); return true;
    default:
        return error_set(err,
            "%s:%d: {%s} names no place; expected an object, a span or an address", l->path, line,
            expression);
    }
}

/* A page, or a slot of the span that holds it. */
static struct thing numbered_thing(const struct lesson_focus *focus, const struct replica *r) {
    uint64_t addr = replica_arena_base(r) + focus->index * GO_PAGE_SIZE;
    uint32_t handle = replica_span_of(r, addr);
    const struct rspan *s = replica_span(r, handle);
    if (focus->kind == THING_PAGE || !s || focus->slot >= s->nelems)
        return (struct thing){THING_PAGE, handle, addr, GO_PAGE_SIZE};
    return slot_thing(r, handle, focus->slot);
}

bool lesson_step_focus(const struct lesson *l, size_t step, struct scope *scope, struct thing *out,
    struct error *err) {
    const struct lesson_focus *focus = &l->steps[step].focus;
    struct value v = {0};
    if (focus->expression)
        return named_thing(l, focus->expression, focus->line, scope, &v, out, err);
    if (focus->kind == THING_PAGE || focus->kind == THING_SLOT)
        *out = numbered_thing(focus, scope_replica(scope));
    else
        *out = (struct thing){.kind = focus->kind, .index = focus->index};
    return true;
}

bool lesson_step_zoom(const struct lesson *l, size_t step, struct scope *scope, uint64_t *addr,
    uint64_t *size, struct error *err) {
    const struct lesson_zoom *zoom = &l->steps[step].zoom;
    struct value v = {0};
    struct thing thing = {0};
    int64_t n = 0;
    if (!named_thing(l, zoom->expression, zoom->line, scope, &v, &thing, err))
        return false;
    *addr = zoom->size && value_number(&v, &n) ? (uint64_t)n : thing.addr;
    *size = zoom->size ? zoom->size : thing.size;
    if (!*addr)
        return error_set(err,
            "%s:%d: {%s} has no place in the address space; expected an object, a span or an "
            "address",
            l->path, zoom->line, zoom->expression);
    return true;
}
