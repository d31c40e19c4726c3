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
 * Only one can move a span from the first state to the second (sweep_claim): it alone sweeps the
 * span, and tells by the third that it has done so.
 *
 * Who sweeps: mcentral before it hands a span out; the heap before it grows (sweep_reclaim); the
 * next collection, whatever is left (sweep_finish); and anyone, one at a time (sweep_one).
 */
#include "sim/heap/heap_internal.h"

#include <stdlib.h>

enum { SWEEP_SPINE_CAP = 256 }; /* blocks that the first spine has room for */

/* --- The stacks --- */

/* Go keeps a stack in blocks of persistent memory, found through a spine that doubles. */
static void add_block(struct heap *h, struct sweep_buf *b) {
    uint64_t align = h->platform->cache_line;
    size_t n = b->blocks, chunk = 0;
    if (n == b->spine_cap) {
        b->spine_cap = b->spine_cap ? b->spine_cap * 2 : SWEEP_SPINE_CAP;
        persistentalloc(h, b->spine_cap * h->ptr_size, align, STAT_gc_sys, META_SWEEPBUF);
    }
    persistentalloc(h, SWEEP_BLOCK * h->ptr_size, align, STAT_gc_sys, META_SWEEPBUF);
    while (((size_t)2 << chunk) - 1 <= n)
        chunk++;
    if (!b->chunks[chunk])
        b->chunks[chunk] = xcalloc((size_t)SWEEP_BLOCK << chunk, sizeof(struct mspan *));
    b->blocks = n + 1;
}

/* Makes room for entry number i. */
NEVER_INLINE static void sweep_buf_grow(struct heap *h, struct sweep_buf *b, size_t i) {
    lock(h, &b->lock);
    if (i >= b->blocks * SWEEP_BLOCK) /* nobody has done so meanwhile */
        add_block(h, b);
    unlock(h, &b->lock);
}

void sweep_buf_free(struct sweep_buf *b) {
    for (size_t i = 0; i < ARRAY_LEN(b->chunks); i++)
        free(b->chunks[i]);
}

/* Enters n spans in use among the swept ones. */
static void push_swept(struct heap *h, struct mspan *const *spans, size_t n) {
    struct sweep_buf *b = &h->sweep_spans[sweepgen(h) / 2 % 2];
    uint64_t i = atomic_add(h, &b->index, n);
    while (UNLIKELY(i + n > b->blocks * SWEEP_BLOCK))
        sweep_buf_grow(h, b, i + n - 1);
    for (size_t k = 0; k < n; k++)
        *sweep_buf_at(b, i + k) = spans[k];
}

void sweep_push(struct heap *h, struct mspan *s) {
    push_swept(h, &s, 1);
}

static void prefetch_span(const struct mspan *s) {
    for (size_t at = 0; at < sizeof *s; at += CACHE_LINE)
        PREFETCH((const uint8_t *)s + at);
}

/* Takes up to n spans off the stack of those to be swept; returns how many. Who takes more than
 * there are gives them back at once. */
static size_t pop_unswept(struct heap *h, struct mspan **spans, size_t n) {
    enum { AHEAD = 3 };
    struct sweep_buf *b = &h->sweep_spans[1 - sweepgen(h) / 2 % 2];
    int64_t had = (int64_t)atomic_add(h, &b->index, (uint64_t)0 - n);
    size_t got = had <= 0 ? 0 : (uint64_t)had < n ? (size_t)had : n;
    if (got < n)
        atomic_add(h, &b->index, n - got);
    for (size_t k = 0; k < got; k++)
        spans[k] = *sweep_buf_at(b, (uint64_t)had - 1 - k);
    if (had >= (int64_t)n + AHEAD) /* by the time it is popped it will be at hand */
        prefetch_span(*sweep_buf_at(b, (uint64_t)had - n - AHEAD));
    return got;
}

/* --- One span --- */

static uint64_t count_marks(const struct mspan *s) {
    uint64_t n = 0;
    for (uint64_t w = 0; w < (s->nelems + 63) / 64; w++)
        n += (uint64_t)__builtin_popcountll(s->gcmark_bits[w]);
    return n;
}

/* The mark bits become the allocation bits; the next cycle marks in fresh ones. To have those may
 * take a lock, and memory: until then the span has the old ones twice, and so it is told. */
static void turn_bits(struct heap *h, struct mspan *s) {
    uint64_t words = (s->nelems + 63) / 64;
    for (uint64_t w = 0; w < words; w++)
        if (s->alloc_bits[w] != s->gcmark_bits[w])
            EMIT(h, EV_BITS, 0, s->handle, w, s->alloc_bits[w], s->gcmark_bits[w]);
    s->alloc_bits = s->gcmark_bits;
    gc_bits *fresh = new_mark_bits(h, s->nelems);
    for (uint64_t w = 0; w < words; w++)
        if (s->gcmark_bits[w])
            EMIT(h, EV_BITS, 1, s->handle, w, s->gcmark_bits[w], 0);
    s->gcmark_bits = fresh;
}

/* Sweeps a claimed span. True: it went back to the heap; else the caller enters it among the swept
 * ones. keep: the caller holds it and takes care of its place in the lists. */
static bool mspan_sweep(struct heap *h, struct mspan *s, bool keep) {
    INVARIANT(s->state == SPAN_STATE_INUSE && s->sweepgen == sweepgen_minus(h, 1));
    unsigned size_class = (unsigned)s->spanclass >> 1;
    uint64_t live = count_marks(s), freed = s->alloc_count - live;
    bool large_dead = size_class == 0 && live == 0, gone = false;
    if (live > s->alloc_count) { /* the program follows pointers to objects it dropped */
        heap_print(h, MSG_SWEEP_COUNT, s->nelems, live, s->alloc_count);
        heap_print(h, MSG_SWEEP_FREED, (uint16_t)freed, 0, 0);
        heap_throw(h, MSG_THROW_SWEEP_COUNT);
    }
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
        this_p(h)->local_nsmallfree[size_class] += freed;
        gone = mcentral_free_span(h, &h->central[s->spanclass], s, keep, was_full);
    } else if (large_dead) {
        struct mcache *p = this_p(h);
        p->local_nlargefree++;
        p->local_largefree += s->elemsize;
        mheap_free(h, s, true);
        gone = true;
    }
    return gone;
}

bool sweep_claimed(struct heap *h, struct mspan *s, bool keep) {
    stat_add(h, STAT_pages_swept, s->npages);
    bool gone = mspan_sweep(h, s, keep);
    if (!gone)
        sweep_push(h, s);
    return gone;
}

bool sweep_claim(struct heap *h, struct mspan *s) {
    uint64_t unswept = sweepgen_minus(h, 2), found = unswept, sweeping = sweepgen_minus(h, 1);
    if (h->threaded) {
        if (!atomic_compare_exchange_strong(&s->sweepgen, &found, sweeping))
            return false;
    } else {
        if (s->sweepgen != unswept)
            return false;
        atomic_store_explicit(&s->sweepgen, sweeping, memory_order_relaxed);
    }
    EMIT(h, EV_SPAN_SET, SPAN_sweepgen, s->handle, unswept, sweeping, 0);
    return true;
}

bool being_swept(const struct heap *h, const struct mspan *s) {
    return s->sweepgen == sweepgen_minus(h, 1);
}

/* --- Many spans --- */

/* Sweeps those of n spans that nobody has swept out of turn: the others may be anything by now.
 * False: there was none. *freed: pages that went home are added. */
static bool sweep_spans(struct heap *h, struct mspan **spans, size_t n, uint64_t *freed) {
    size_t claimed = 0, stay = 0;
    uint64_t pages = 0;
    for (size_t i = 0; i < n; i++)
        if (sweep_claim(h, spans[i])) {
            pages += spans[i]->npages;
            spans[claimed++] = spans[i];
        }
    if (!claimed)
        return false;
    stat_add(h, STAT_pages_swept, pages);
    for (size_t i = 0; i < claimed; i++) {
        uint64_t npages = spans[i]->npages;
        if (mspan_sweep(h, spans[i], false))
            *freed += npages;
        else
            spans[stay++] = spans[i];
    }
    if (stay)
        push_swept(h, spans, stay);
    return true;
}

uint64_t sweep_one(struct heap *h) {
    enum { MOST = 16 }; /* spans at once, by threads */
    struct mspan *spans[MOST];
    uint64_t freed = 0;
    if (h->stats[STAT_sweepdone].value)
        return SWEEP_NONE_LEFT;
    for (size_t n; (n = pop_unswept(h, spans, h->threaded ? MOST : 1));)
        if (sweep_spans(h, spans, n, &freed))
            return freed;
    h->stats[STAT_sweepdone].value = 1; /* set, not added to: other threads may find out, too */
    EMIT(h, EV_STAT_ADD, STAT_sweepdone, 0, 1, 0, 0);
    return SWEEP_NONE_LEFT;
}

/* Claims the first span of a list that is to be swept and moves it to the end, where the swept ones
 * stand; NULL if there is none. */
static struct mspan *take_unswept(struct heap *h, struct mspan_list *list) {
    struct mspan *s = list->first;
    bool claimed = false;
    while (s && !(claimed = sweep_claim(h, s)) && being_swept(h, s))
        s = s->next;
    if (!claimed)
        return NULL;
    mspan_list_remove(h, list, s);
    mspan_list_insert_back(h, list, s);
    return s;
}

/* Sweeps large objects' spans of one list until npages went home. The heap's lock is held, but not
 * while a span is swept. */
static uint64_t reclaim_list(struct heap *h, struct mspan_list *list, uint64_t npages) {
    uint64_t n = 0;
    struct mspan *s;
    while (n < npages && (s = take_unswept(h, list))) {
        uint64_t span_pages = s->npages;
        unlock(h, &h->lock);
        if (sweep_claimed(h, s, false))
            n += span_pages;
        lock(h, &h->lock);
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
    unlock(h, &h->lock);
    while (reclaimed < npages) {
        uint64_t n = sweep_one(h);
        if (n == SWEEP_NONE_LEFT)
            break;
        reclaimed += n;
    }
    lock(h, &h->lock);
}

void sweep_finish(struct heap *h) {
    while (sweep_one(h) != SWEEP_NONE_LEFT) {
    }
}
