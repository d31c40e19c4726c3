/*
 * Sweep bookkeeping: the stacks of in-use spans, and sweeping before the heap may grow.
 *
 * Every span in use stands on one of two stacks, which change roles at each collection (sweepgen
 * grows by 2): sweep_spans[sweepgen / 2 % 2] has the swept ones, the other those still to be swept.
 * A fresh span is a swept one. Before its first collection a heap has nothing to sweep: the first
 * look finds the other stack empty and sets sweepdone.
 */
#include "sim/heap/heap_internal.h"

enum {
    SWEEP_BLOCK = 512,     /* entries: 4 KiB on 64-bit */
    SWEEP_SPINE_CAP = 256, /* blocks that the first spine has room for */
};

/* Go keeps the stack in blocks of persistent memory, found through a spine that doubles. */
static void sweep_buf_grow(struct heap *h, struct sweep_buf *b) {
    uint64_t align = h->platform->cache_line;
    if (b->blocks == b->spine_cap) {
        b->spine_cap = b->spine_cap ? b->spine_cap * 2 : SWEEP_SPINE_CAP;
        persistentalloc(h, b->spine_cap * h->ptr_size, align, STAT_gc_sys, META_SWEEPBUF);
    }
    persistentalloc(h, SWEEP_BLOCK * h->ptr_size, align, STAT_gc_sys, META_SWEEPBUF);
    b->blocks++;
}

/* Enters a span in use among the swept ones. */
void sweep_push(struct heap *h, struct mspan *s) {
    struct sweep_buf *b = &h->sweep_spans[sweepgen(h) / 2 % 2];
    if (b->index == b->blocks * SWEEP_BLOCK)
        sweep_buf_grow(h, b);
    void *spans = b->spans;
    array_reserve(&spans, &b->cap, b->index + 1, sizeof *b->spans);
    b->spans = spans;
    b->spans[b->index++] = s;
}

/* Sweeps before npages are taken, so that the heap does not grow while garbage stands in it. */
void sweep_reclaim(struct heap *h, uint64_t npages) {
    (void)npages;
    INVARIANT(h->sweep_spans[1 - sweepgen(h) / 2 % 2].index == 0);
    stat_add(h, STAT_sweepdone, 1);
}
