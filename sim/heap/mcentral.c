/*
 * mcentral: the shared store of one span class, between the mcaches and the heap of pages.
 *
 *   nonempty   spans with at least one free slot
 *   empty      spans without, and those an mcache holds
 *
 * A span that is handed to an mcache counts as used up at once (nmalloc, heap_live); what is left
 * over when it comes back is subtracted again.
 */
#include "sim/heap/heap_internal.h"

void mcentral_init(struct mcentral *c, unsigned spanclass) {
    c->spanclass = spanclass;
    c->nmalloc = 0;
    mspan_list_init(&c->nonempty, LIST_NONEMPTY + spanclass);
    mspan_list_init(&c->empty, LIST_EMPTY + spanclass);
}

static void nmalloc_add(struct heap *h, struct mcentral *c, uint64_t delta) {
    c->nmalloc += delta;
    EMIT(h, EV_NMALLOC, c->spanclass, 0, delta, 0, 0);
}

/* A fresh span, cut into slots. */
static struct mspan *mcentral_grow(struct heap *h, struct mcentral *c) {
    const struct size_class *sc = &h->sizes.classes[c->spanclass >> 1];
    struct mspan *s = mheap_alloc(h, sc->npages, c->spanclass, false, true);
    if (!s)
        return NULL;
    uint64_t n = (s->npages << GO_PAGE_SHIFT) / sc->size;
    SPAN_SET(h, s, limit, s->base + sc->size * n);
    mspan_init_slots(h, s);
    return s;
}

/* Moves a span to where those are that an mcache holds. */
static void take_for_cache(struct heap *h, struct mcentral *c, struct mspan *s) {
    mspan_list_remove(h, s->list == c->nonempty.id ? &c->nonempty : &c->empty, s);
    mspan_list_insert_back(h, &c->empty, s);
}

/* Sweeps full spans until one has a free slot; NULL if none has. Swept ones stand at the end. */
static struct mspan *sweep_full(struct heap *h, struct mcentral *c) {
    for (struct mspan *s = c->empty.first; s && sweep_claim(h, s); s = c->empty.first) {
        take_for_cache(h, c, s);
        mspan_sweep(h, s, true);
        uint64_t slot = mspan_peek_free(s);
        if (slot != s->nelems) {
            SPAN_SET(h, s, freeindex, slot);
            return s;
        }
        mspan_next_free(h, s); /* finds nothing, and notes that in freeindex */
    }
    return NULL;
}

/* The first span that mcentral has with a free slot, swept; NULL if it has none. */
static struct mspan *find_span(struct heap *h, struct mcentral *c) {
    struct mspan *s = c->nonempty.first;
    if (!s)
        return sweep_full(h, c);
    bool sweep = sweep_claim(h, s);
    take_for_cache(h, c, s);
    if (sweep)
        mspan_sweep(h, s, true);
    return s;
}

/* A span with at least one free slot, for an mcache. NULL: out of memory. Go's cacheSpan. */
struct mspan *mcentral_cache_span(struct heap *h, struct mcentral *c) {
    if (h->rung < RUNG_MCENTRAL)
        h->rung = RUNG_MCENTRAL;
    deduct_sweep_credit(
        h, (uint64_t)h->sizes.classes[c->spanclass >> 1].npages << GO_PAGE_SHIFT, 0);
    struct mspan *s = find_span(h, c);
    if (!s) {
        s = mcentral_grow(h, c);
        if (!s)
            return NULL;
        mspan_list_insert_back(h, &c->empty, s);
    }
    uint64_t bytes = s->npages << GO_PAGE_SHIFT;
    uint64_t unused = bytes / s->elemsize - s->alloc_count;
    INVARIANT(unused > 0 && s->freeindex < s->nelems);
    nmalloc_add(h, c, unused);
    stat_add(h, STAT_heap_live, bytes - s->alloc_count * s->elemsize);
    SPAN_SET(h, s, incache, 1);
    mspan_refill_cache(h, s);
    return s;
}

void mcentral_uncache_span(struct heap *h, struct mcentral *c, struct mspan *s) {
    uint64_t unused = (s->npages << GO_PAGE_SHIFT) / s->elemsize - s->alloc_count;
    INVARIANT(s->alloc_count > 0);
    SPAN_SET(h, s, incache, 0);
    if (!unused)
        return;
    mspan_list_remove(h, &c->empty, s);
    mspan_list_insert(h, &c->nonempty, s);
    stat_add(h, STAT_heap_live, (uint64_t)0 - unused * s->elemsize);
    nmalloc_add(h, c, (uint64_t)0 - unused);
}

bool mcentral_free_span(
    struct heap *h, struct mcentral *c, struct mspan *s, bool keep, bool was_full) {
    INVARIANT(!s->incache);
    SPAN_SET(h, s, needzero, 1);
    if (keep) {
        SPAN_SET(h, s, sweepgen, sweepgen(h));
        return false;
    }
    if (was_full) {
        mspan_list_remove(h, &c->empty, s);
        mspan_list_insert(h, &c->nonempty, s);
    }
    SPAN_SET(h, s, sweepgen, sweepgen(h));
    if (s->alloc_count != 0)
        return false;
    mspan_list_remove(h, &c->nonempty, s);
    mheap_free(h, s, false);
    return true;
}
