/*
 * mcache: what one P allocates from without asking anyone: for each span class one span with free
 * slots, and the tiny block.
 */
#include "sim/heap/heap_internal.h"

void mcache_init(struct heap *h, struct mcache *c) {
    for (unsigned i = 0; i < NUM_SPAN_CLASSES; i++)
        c->alloc[i] = h->emptymspan;
}

void mcache_release_all(struct heap *h, struct mcache *c) {
    for (unsigned i = 0; i < NUM_SPAN_CLASSES; i++) {
        struct mspan *s = c->alloc[i];
        if (s == h->emptymspan)
            continue;
        mcentral_uncache_span(h, &h->central[i], s);
        EMIT(h, EV_CACHE, i, c->p, s->handle, 0, 0);
        c->alloc[i] = h->emptymspan;
    }
    set_tiny(h, c, 0, 0);
}

/* Replaces the full span of spanclass by one with free slots; throws if there is none to be had. */
void mcache_refill(struct heap *h, struct mcache *c, unsigned spanclass) {
    struct mspan *full = c->alloc[spanclass];
    INVARIANT(full->alloc_count == full->nelems);
    if (full != h->emptymspan)
        SPAN_SET(h, full, incache, 0);
    struct mspan *s = mcentral_cache_span(h, &h->central[spanclass]);
    if (!s)
        heap_throw(h, MSG_THROW_OOM);
    INVARIANT(s->alloc_count < s->nelems);
    EMIT(h, EV_CACHE, spanclass, c->p, full->handle, s->handle, 0);
    c->alloc[spanclass] = s;
}
