/*
 * Sweeping: after marking, each span in use is looked at once. Its mark bits become its allocation
 * bits, so that unmarked slots are free; a span without marks goes back to the heap of pages.
 *
 * sweepgen, of the heap and of each span, says how far a span is (it grows by 2 with each
 * collection):
 *
 *      span == heap - 2   to be swept
 *      span == heap - 1   being swept
 *      span == heap       swept, ready to be used
 *
 * Every span in use stands on one of two stacks, which change roles at each collection:
 * sweep_spans[sweepgen / 2 % 2] has the swept ones, the other those still to be swept. Sweeping
 * takes from one and puts what stays in use onto the other. A span may be swept out of turn, by
 * whoever needs it; when it is popped later its sweepgen tells.
 *
 * Who sweeps: mcentral before it hands a span out; the heap before it grows (sweep_reclaim); the
 * next collection, whatever is left (sweep_finish); and anyone, one at a time (sweep_one).
 */
#include "sim/heap/heap_internal.h"

enum {
    SWEEP_BLOCK = 512,     /* entries: 4 KiB on 64-bit */
    SWEEP_SPINE_CAP = 256, /* blocks that the first spine has room for */
};

/* --- The stacks --- */

/* Go keeps a stack in blocks of persistent memory, found through a spine that doubles. */
static void sweep_buf_grow(struct heap *h, struct sweep_buf *b) {
    uint64_t align = h->platform->cache_line;
    if (b->blocks == b->spine_cap) {
        b->spine_cap = b->spine_cap ? b->spine_cap * 2 : SWEEP_SPINE_CAP;
        persistentalloc(h, b->spine_cap * h->ptr_size, align, STAT_gc_sys, META_SWEEPBUF);
    }
    persistentalloc(h, SWEEP_BLOCK * h->ptr_size, align, STAT_gc_sys, META_SWEEPBUF);
    b->blocks++;
}

void sweep_push(struct heap *h, struct mspan *s) {
    struct sweep_buf *b = &h->sweep_spans[sweepgen(h) / 2 % 2];
    if (b->index == b->blocks * SWEEP_BLOCK)
        sweep_buf_grow(h, b);
    void *spans = b->spans;
    array_reserve(&spans, &b->cap, b->index + 1, sizeof *b->spans);
    b->spans = spans;
    b->spans[b->index++] = s;
}

static struct mspan *pop_unswept(struct heap *h) {
    struct sweep_buf *b = &h->sweep_spans[1 - sweepgen(h) / 2 % 2];
    return b->index ? b->spans[--b->index] : NULL;
}

/* --- One span --- */

static uint64_t count_marks(const struct mspan *s) {
    uint64_t n = 0;
    for (uint64_t w = 0; w < (s->nelems + 63) / 64; w++)
        n += (uint64_t)__builtin_popcountll(s->gcmark_bits[w]);
    return n;
}

/* The mark bits become the allocation bits; the next cycle marks in fresh ones. */
static void turn_bits(struct heap *h, struct mspan *s) {
    for (uint64_t w = 0; w < (s->nelems + 63) / 64; w++) {
        if (s->alloc_bits[w] != s->gcmark_bits[w])
            EMIT(h, EV_BITS, 0, s->handle, w, s->alloc_bits[w], s->gcmark_bits[w]);
        if (s->gcmark_bits[w])
            EMIT(h, EV_BITS, 1, s->handle, w, s->gcmark_bits[w], 0);
    }
    s->alloc_bits = s->gcmark_bits;
    s->gcmark_bits = new_mark_bits(h, s->nelems);
}

/* Sweeps a span that is marked as being swept. True: it went back to the heap. keep: the caller
 * holds it and takes care of its place in the lists. */
bool mspan_sweep(struct heap *h, struct mspan *s, bool keep) {
    INVARIANT(s->state == SPAN_STATE_INUSE && s->sweepgen == sweepgen_minus(h, 1));
    stat_add(h, STAT_pages_swept, s->npages);
    unsigned size_class = (unsigned)s->spanclass >> 1;
    uint64_t live = count_marks(s), freed = s->alloc_count - live;
    bool large_dead = size_class == 0 && live == 0, gone = false;
    if (live > s->alloc_count) /* the program follows pointers to objects it dropped */
        heap_throw(h, MSG_THROW_SWEEP_COUNT);
    if (large_dead)
        SPAN_SET(h, s, needzero, 1);
    SPAN_SET(h, s, alloc_count, live);
    bool was_full = mspan_peek_free(s) == s->nelems;
    SPAN_SET(h, s, freeindex, 0);
    turn_bits(h, s);
    mspan_refill_cache(h, s);
    if (large_dead || freed == 0)
        SPAN_SET(h, s, sweepgen, sweepgen(h));
    if (freed > 0 && size_class != 0) {
        h->local_nsmallfree[size_class] += freed;
        gone = mcentral_free_span(h, &h->central[s->spanclass], s, keep, was_full);
    } else if (large_dead) {
        h->local_nlargefree++;
        h->local_largefree += s->elemsize;
        mheap_free(h, s, true);
        gone = true;
    }
    if (!gone)
        sweep_push(h, s);
    return gone;
}

/* Marks s as being swept if it is to be swept. */
bool sweep_claim(struct heap *h, struct mspan *s) {
    if (s->sweepgen != sweepgen_minus(h, 2))
        return false;
    SPAN_SET(h, s, sweepgen, sweepgen_minus(h, 1));
    return true;
}

/* --- Many spans --- */

uint64_t sweep_one(struct heap *h) {
    if (h->stats[STAT_sweepdone])
        return SWEEP_NONE_LEFT;
    for (struct mspan *s; (s = pop_unswept(h));) {
        INVARIANT(s->state == SPAN_STATE_INUSE || s->sweepgen == sweepgen(h));
        uint64_t npages = s->npages;
        if (s->state == SPAN_STATE_INUSE && sweep_claim(h, s))
            return mspan_sweep(h, s, false) ? npages : 0;
    }
    stat_add(h, STAT_sweepdone, 1);
    return SWEEP_NONE_LEFT;
}

/* Sweeps large objects' spans of one list until npages went home. Swept ones stand at the end. */
static uint64_t reclaim_list(struct heap *h, struct mspan_list *list, uint64_t npages) {
    uint64_t n = 0;
    for (struct mspan *s = list->first; s && sweep_claim(h, s); s = list->first) {
        uint64_t span_pages = s->npages;
        mspan_list_remove(h, list, s);
        mspan_list_insert_back(h, list, s);
        if (mspan_sweep(h, s, false))
            n += span_pages;
        if (n >= npages)
            break;
    }
    return n;
}

/* Sweeps before npages are taken, so that the heap does not grow while garbage stands in it: one
 * large object of that size or more, else several smaller ones, else everything. */
void sweep_reclaim(struct heap *h, uint64_t npages) {
    for (uint64_t i = npages; i < NUM_PAGE_LISTS; i++)
        if (reclaim_list(h, &h->busy[i], npages))
            return;
    if (reclaim_list(h, &h->busylarge, npages))
        return;
    uint64_t reclaimed = 0;
    for (uint64_t i = 0; i < npages && i < NUM_PAGE_LISTS; i++) {
        reclaimed += reclaim_list(h, &h->busy[i], npages - reclaimed);
        if (reclaimed >= npages)
            return;
    }
    while (reclaimed < npages) {
        uint64_t n = sweep_one(h);
        if (n == SWEEP_NONE_LEFT)
            return;
        reclaimed += n;
    }
}

void sweep_finish(struct heap *h) {
    while (sweep_one(h) != SWEEP_NONE_LEFT) {
    }
}
