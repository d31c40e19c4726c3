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

/* A span with at least one free slot, for an mcache. NULL: out of memory. Go's cacheSpan. */
struct mspan *mcentral_cache_span(struct heap *h, struct mcentral *c) {
    if (h->rung < RUNG_MCENTRAL)
        h->rung = RUNG_MCENTRAL;
    struct mspan *s = c->nonempty.first;
    if (s)
        mspan_list_remove(h, &c->nonempty, s);
    else if (!(s = mcentral_grow(h, c)))
        return NULL;
    mspan_list_insert_back(h, &c->empty, s);

    uint64_t bytes = s->npages << GO_PAGE_SHIFT;
    uint64_t unused = bytes / s->elemsize - s->alloc_count;
    INVARIANT(unused > 0 && s->freeindex < s->nelems);
    nmalloc_add(h, c, unused);
    stat_add(h, STAT_heap_live, bytes - s->alloc_count * s->elemsize);
    SPAN_SET(h, s, incache, 1);
    mspan_refill_cache(h, s);
    return s;
}
