/*
 * mcentral: the shared store of one span class, between the mcaches and the heap of pages.
 *
 *   nonempty   spans with at least one free slot
 *   empty      spans without, and those an mcache holds
 *
 * A span that is handed to an mcache counts as used up at once (nmalloc, heap_live); what is left
 * over when it comes back is subtracted again.
 *
 * The lock keeps the lists. It is not held while a span is swept or got from the heap: the span is
 * nobody else's then, wherever it stands.
 */
#include "sim/heap/heap_internal.h"

void mcentral_init(struct mcentral *c, unsigned spanclass) {
    c->spanclass = spanclass;
    c->nmalloc = 0;
    mspan_list_init(&c->nonempty, LIST_NONEMPTY + spanclass);
    mspan_list_init(&c->empty, LIST_EMPTY + spanclass);
}

static void nmalloc_add(struct heap *h, struct mcentral *c, uint64_t delta) {
    atomic_add(h, &c->nmalloc, delta);
    EMIT(h, EV_NMALLOC, c->spanclass, 0, delta, 0, 0);
}

void flush_live(struct heap *h, struct mcache *c) {
    stat_add(h, STAT_heap_live, c->live);
    c->live = 0;
}

/* heap_live grows with every span. */
static void live_add(struct heap *h, uint64_t bytes) {
    enum {
        POCKET = 16 << 10
    }; /* bytes that heap_live may be behind, for each P that a thread runs */
    struct mcache *c = this_p(h);
    c->live += bytes;
    if (!h->threaded || c->live >= POCKET)
        flush_live(h, c);
}

/* A fresh span, cut into slots. */
static struct mspan *mcentral_grow(struct heap *h, struct mcentral *c) {
    const struct size_class *sc = &h->sizes.classes[c->spanclass >> 1];
    struct mspan *s = mheap_alloc(h, sc->npages, c->spanclass, false);
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

/* Takes the first span with a free slot that nobody else is sweeping; NULL if there is none.
 * *to_sweep: it is claimed, to be swept by the caller. */
static struct mspan *take_nonempty(struct heap *h, struct mcentral *c, bool *to_sweep) {
    lock(h, &c->lock);
    struct mspan *s = c->nonempty.first;
    while (s && !(*to_sweep = sweep_claim(h, s)) && being_swept(h, s))
        s = s->next;
    if (s)
        take_for_cache(h, c, s);
    unlock(h, &c->lock);
    return s;
}

/* Claims a full span to be swept; NULL if there is none. Swept ones stand at the end. */
static struct mspan *take_full(struct heap *h, struct mcentral *c) {
    lock(h, &c->lock);
    struct mspan *s = c->empty.first;
    bool claimed = false;
    while (s && !(claimed = sweep_claim(h, s)) && being_swept(h, s))
        s = s->next;
    if (claimed)
        take_for_cache(h, c, s);
    unlock(h, &c->lock);
    return claimed ? s : NULL;
}

/* A span that mcentral has with a free slot, swept; NULL if it has none. Full spans are swept until
 * one has. (Meanwhile others may have brought one with a free slot.) */
static struct mspan *find_span(struct heap *h, struct mcentral *c) {
    for (;;) {
        bool to_sweep = false;
        struct mspan *s = take_nonempty(h, c, &to_sweep);
        if (s) {
            if (to_sweep)
                sweep_claimed(h, s, true);
            return s;
        }
        s = take_full(h, c);
        if (!s)
            return NULL;
        sweep_claimed(h, s, true);
        uint64_t slot = mspan_peek_free(s);
        if (slot != s->nelems) {
            SPAN_SET(h, s, freeindex, slot);
            return s;
        }
        mspan_next_free(h, s); /* finds nothing, and notes that in freeindex */
    }
}

/* A span with at least one free slot, for an mcache. NULL: out of memory. Go's cacheSpan. */
struct mspan *mcentral_cache_span(struct heap *h, struct mcentral *c) {
    reach_rung(h, RUNG_MCENTRAL);
    deduct_sweep_credit(
        h, (uint64_t)h->sizes.classes[c->spanclass >> 1].npages << GO_PAGE_SHIFT, 0);
    struct mspan *s = find_span(h, c);
    if (!s) {
        s = mcentral_grow(h, c);
        if (!s)
            return NULL;
        lock(h, &c->lock);
        mspan_list_insert_back(h, &c->empty, s);
        unlock(h, &c->lock);
    }
    uint64_t bytes = s->npages << GO_PAGE_SHIFT;
    uint64_t unused = s->nelems - s->alloc_count;
    INVARIANT(unused > 0 && s->freeindex < s->nelems);
    nmalloc_add(h, c, unused);
    live_add(h, bytes - s->alloc_count * s->elemsize);
    SPAN_SET(h, s, incache, 1);
    mspan_refill_cache(h, s);
    return s;
}

void mcentral_uncache_span(struct heap *h, struct mcentral *c, struct mspan *s) {
    uint64_t unused = s->nelems - s->alloc_count;
    INVARIANT(s->alloc_count > 0);
    SPAN_SET(h, s, incache, 0);
    if (!unused)
        return;
    lock(h, &c->lock);
    mspan_list_remove(h, &c->empty, s);
    mspan_list_insert(h, &c->nonempty, s);
    unlock(h, &c->lock);
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
    lock(h, &c->lock);
    if (was_full) {
        mspan_list_remove(h, &c->empty, s);
        mspan_list_insert(h, &c->nonempty, s);
    }
    bool gone = s->alloc_count == 0;
    SPAN_SET(h, s, sweepgen, sweepgen(h)); /* from here on a P may take it, as soon as we unlock */
    if (gone)
        mspan_list_remove(h, &c->nonempty, s);
    unlock(h, &c->lock);
    if (gone)
        mheap_free(h, s, false);
    return gone;
}
