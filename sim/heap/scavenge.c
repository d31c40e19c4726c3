/*
 * The scavenger: gives the pages of free spans back to the system. The address space stays ours and
 * mapped, the contents are gone; the span is used again like any other, after telling the system so
 * (sys_used). Only whole physical pages can be given back: where those are larger than ours, a
 * span's ragged ends stay.
 */
#include "sim/heap/heap_internal.h"

/* Gives back what of s is not yet; returns the bytes. */
static uint64_t release(struct heap *h, struct mspan *s, uint64_t now, uint64_t limit) {
    uint64_t phys = h->os->phys_page_size;
    uint64_t start = s->base, end = s->base + (s->npages << GO_PAGE_SHIFT);
    if (now - s->unusedsince <= limit || s->npreleased == s->npages)
        return 0;
    if (phys > GO_PAGE_SIZE) {
        start = round_up(start, phys);
        end = round_down(end, phys);
        if (end <= start)
            return 0;
    }
    uint64_t bytes = end - start, fresh = bytes - (s->npreleased << GO_PAGE_SHIFT);
    if (phys > GO_PAGE_SIZE && fresh == 0)
        return 0;
    stat_add(h, STAT_heap_released, fresh);
    SPAN_SET(h, s, npreleased, bytes >> GO_PAGE_SHIFT);
    sys_unused(h, start, bytes);
    return fresh;
}

static uint64_t release_treap(struct heap *h, struct treap_node *t, uint64_t now, uint64_t limit) {
    if (!t)
        return 0;
    uint64_t bytes = release(h, t->span_key, now, limit);
    bytes += release_treap(h, t->left, now, limit);
    return bytes + release_treap(h, t->right, now, limit);
}

struct scavenge {
    uint64_t now, limit, bytes;
};

static void scavenge(struct heap *h, void *arg) {
    struct scavenge *sc = arg;
    lock(h, &h->lock);
    for (unsigned i = 0; i < NUM_PAGE_LISTS; i++)
        for (struct mspan *s = h->free[i].first; s; s = s->next)
            sc->bytes += release(h, s, sc->now, sc->limit);
    sc->bytes += release_treap(h, h->freelarge, sc->now, sc->limit);
    unlock(h, &h->lock);
}

uint64_t heap_scavenge(struct heap *h, uint64_t now, uint64_t limit) {
    struct scavenge sc = {.now = now, .limit = limit};
    heap_guard(h, scavenge, &sc);
    return sc.bytes;
}
