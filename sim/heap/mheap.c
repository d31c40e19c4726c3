/*
 * mheap: the heap of pages. It cuts the arena into spans, joins free neighbours again, and asks the
 * system for more when nothing fits.
 *
 *   mheap_alloc           a span for objects: sweeps first if that is due, then
 *     alloc_span          the smallest free span that fits: lists by length below 128 pages, the
 *                         treap from 128 on; else grow. What is too much is cut off and freed again
 *       grow              at least 1 MiB of fresh arena, freed into the heap like a used span
 *         mheap_sys_alloc moves arena_alloc up, in the reservation, or (32-bit) finds more of it
 *   free_span             joins the free neighbours on both sides, files the result by length
 *
 * The spans table has an entry (a handle) for each page of [arena_start, arena_used). It is right
 * for every page of a span in use, and for the first and last page of a free one: enough to find a
 * span from an object and a free neighbour from a border. Inside free spans stale entries remain.
 *
 * The heap's lock keeps all of this; who allocates or frees a span takes it at the top
 * (mheap_alloc, mheap_free, manual spans) and lets go of it while it sweeps for others.
 *
 * The table lies in the target's own memory, in the spans region, one word an entry, as in Go;
 * where Go stores the mspan's address we store its handle.
 */
#include "sim/heap/heap_internal.h"

enum {
    HEAP_ALLOC_CHUNK = 1 << 20, /* least growth: fewer mappings for the system to keep */
    GROW_UNIT = 64 << 10,       /* growth is a multiple of it */
    ARENA_UNIT = 256 << 20,     /* further reservations are a multiple of it */
    STRAND_LIMIT = 16 << 20,    /* at most so much of a block may be left unused for a new one */
};

/* --- The spans table --- */

static uint64_t page_of(const struct heap *h, uint64_t addr) {
    return ((addr - h->arena_start) & h->ptr_mask) >> GO_PAGE_SHIFT;
}

static void table_put(struct heap *h, uint64_t page, uint32_t handle) {
    void *entry = os_host(h->os, h->spans + page * h->ptr_size);
    if (h->ptr_size == 8)
        *(uint64_t *)entry = handle;
    else
        *(uint32_t *)entry = handle;
}

/* Enters s for count pages from page on; one event for each run of equal old entries. */
static void table_set(struct heap *h, uint64_t page, uint64_t count, const struct mspan *s) {
    for (uint64_t end = page + count; page < end;) {
        uint32_t old = table_get(h, page);
        uint64_t run = 0;
        do {
            table_put(h, page + run, s->handle);
            run++;
        } while (page + run < end && table_get(h, page + run) == old);
        if (old != s->handle)
            EMIT(h, EV_PAGES, 0, 0, page, run, old | (uint64_t)s->handle << 32);
        page += run;
    }
}

/* Maps the table for every page below arena_used. */
static void map_spans(struct heap *h, uint64_t arena_used) {
    uint64_t bytes = page_of(h, arena_used) * h->ptr_size;
    uint64_t need = round_up(bytes, h->os->phys_page_size) / h->ptr_size, have = h->spans_len;
    if (have >= need)
        return;
    HEAP_SET(h, spans_len, need);
    sys_map(h, h->spans + have * h->ptr_size, (need - have) * h->ptr_size, h->arena_reserved,
        STAT_other_sys);
}

/* Moves arena_used up. What describes the new part is mapped before anyone can see it. */
static void set_arena_used(struct heap *h, uint64_t arena_used) {
    map_bits(h, arena_used);
    map_spans(h, arena_used);
    HEAP_SET(h, arena_used, arena_used);
}

/* --- Start --- */

void mheap_init(struct heap *h, uint64_t spans_start, uint64_t spans_bytes) {
    fixalloc_init(&h->treapalloc, h->platform->sizeof_treapnode, STAT_other_sys, META_TREAP);
    fixalloc_init(&h->spanalloc, h->platform->sizeof_mspan, STAT_mspan_sys, META_MSPANS);
    fixalloc_init(&h->cachealloc, h->platform->sizeof_mcache, STAT_mcache_sys, META_MCACHES);
    for (unsigned i = 0; i < NUM_PAGE_LISTS; i++) {
        mspan_list_init(&h->free[i], LIST_FREE + i);
        mspan_list_init(&h->busy[i], LIST_BUSY + i);
    }
    mspan_list_init(&h->busylarge, LIST_BUSYLARGE);
    for (unsigned i = 0; i < NUM_SPAN_CLASSES; i++)
        mcentral_init(&h->central[i], i);
    HEAP_SET(h, spans, spans_start);
    HEAP_SET(h, spans_cap, spans_bytes / h->ptr_size);
    set_arena_used(h, h->arena_used);
}

/* --- Growing the arena --- */

/* Takes n bytes from the current block [arena_alloc, arena_end). */
static uint64_t take_from_block(struct heap *h, uint64_t n) {
    uint64_t p = h->arena_alloc;
    sys_map(h, p, n, h->arena_reserved, STAT_heap_sys);
    HEAP_SET(h, arena_alloc, p + n);
    if (h->arena_alloc > h->arena_used)
        set_arena_used(h, h->arena_alloc);
    INVARIANT(p % GO_PAGE_SIZE == 0);
    return p;
}

/* Tries to reserve another block for n bytes. False: the system has none, and it is not worth
 * looking whether n fits the old one. */
static bool reserve_block(struct heap *h, uint64_t n) {
    uint64_t size = round_up(n + GO_PAGE_SIZE, ARENA_UNIT) & h->ptr_mask;
    uint64_t new_end = (h->arena_end + size) & h->ptr_mask; /* may have overflowed */
    uint64_t max_mem = h->platform->max_mem;
    if (h->arena_end > new_end || ((new_end - h->arena_start - 1) & h->ptr_mask) > max_mem)
        return true;
    bool reserved = false;
    uint64_t p = sys_reserve(h, h->arena_end, size, &reserved);
    if (!p)
        return false;
    uint64_t span = (p + size - h->arena_start - 1) & h->ptr_mask;
    if (p == h->arena_end) {
        HEAP_SET(h, arena_end, new_end);
        HEAP_SET(h, arena_reserved, reserved);
    } else if (h->arena_start <= p && span <= max_mem &&
               h->arena_end - h->arena_alloc < STRAND_LIMIT) {
        /* Elsewhere, before or after: the rest of the old block is left alone for good. */
        HEAP_SET(h, arena_end, (p + size) & h->ptr_mask);
        HEAP_SET(h, arena_alloc, round_up(p, GO_PAGE_SIZE));
        HEAP_SET(h, arena_reserved, reserved);
    } else {
        /* Outside the arena, or too much would be stranded. It was never counted. */
        sys_free(h, p, size, STAT_COUNT);
    }
    return true;
}

/* 32-bit, with the reservation gone: memory wherever the system gives it, just for this. */
static uint64_t alloc_anywhere(struct heap *h, uint64_t n) {
    uint64_t size = (round_up(n, GO_PAGE_SIZE) + GO_PAGE_SIZE) & h->ptr_mask;
    uint64_t p = sys_alloc(h, size, STAT_heap_sys, OWNER_HEAP);
    if (!p)
        return 0;
    uint64_t top = h->arena_start + h->platform->max_mem; /* arena_start is 0 on 32-bit */
    if (((p + size) & h->ptr_mask) > top) {
        heap_print(h, MSG_NOT_USABLE, p, h->arena_start, top);
        sys_free(h, p, size, STAT_heap_sys);
        return 0;
    }
    p = round_up(p, GO_PAGE_SIZE);
    if (p + n > h->arena_used)
        set_arena_used(h, p + n);
    return p;
}

/* The next n bytes of arena, mapped, page-aligned; 0 if there is no more. Go's mheap.sysAlloc. */
uint64_t mheap_sys_alloc(struct heap *h, uint64_t n) {
    bool look = true;
    if (n > h->arena_end - h->arena_alloc)
        look = reserve_block(h, n);
    if (look && n <= h->arena_end - h->arena_alloc)
        return take_from_block(h, n);
    return h->ptr_size == 4 ? alloc_anywhere(h, n) : 0;
}

/* --- Spans --- */

static bool is_large(uint64_t npages) {
    return npages >= NUM_PAGE_LISTS;
}

static void file_free(struct heap *h, struct mspan *s) {
    if (is_large(s->npages))
        treap_insert(h, s);
    else
        mspan_list_insert(h, &h->free[s->npages], s);
}

static void unfile_free(struct heap *h, struct mspan *s) {
    if (is_large(s->npages))
        treap_remove_span(h, s);
    else
        mspan_list_remove(h, &h->free[s->npages], s);
}

static struct mspan_list *busy_list(struct heap *h, uint64_t npages) {
    return is_large(npages) ? &h->busylarge : &h->busy[npages];
}

/* Takes in the free span just before s, if there is one. */
static void join_before(struct heap *h, struct mspan *s) {
    uint64_t p = page_of(h, s->base);
    struct mspan *before = p > 0 ? span_of_page(h, p - 1) : NULL;
    if (!before || before->state != SPAN_STATE_FREE)
        return;
    SPAN_SET(h, s, base, before->base);
    SPAN_SET(h, s, npages, s->npages + before->npages);
    SPAN_SET(h, s, npreleased, before->npreleased);
    SPAN_SET(h, s, needzero, s->needzero | before->needzero);
    table_set(h, p - before->npages, 1, s);
    unfile_free(h, before);
    mspan_dead(h, before);
}

static void join_after(struct heap *h, struct mspan *s) {
    uint64_t next = page_of(h, s->base) + s->npages;
    struct mspan *after = next < h->spans_len ? span_of_page(h, next) : NULL;
    if (!after || after->state != SPAN_STATE_FREE)
        return;
    SPAN_SET(h, s, npages, s->npages + after->npages);
    SPAN_SET(h, s, npreleased, s->npreleased + after->npreleased);
    SPAN_SET(h, s, needzero, s->needzero | after->needzero);
    table_set(h, page_of(h, s->base) + s->npages - 1, 1, s);
    unfile_free(h, after);
    mspan_dead(h, after);
}

/* What of a span's pages freeing it moves in the statistics. */
enum account { ACCT_NONE = 0, ACCT_INUSE = 1, ACCT_IDLE = 2 };

/* Go's freeSpanLocked. unusedsince 0: from now on. */
static void free_span(struct heap *h, struct mspan *s, unsigned account, uint64_t unusedsince) {
    INVARIANT(s->alloc_count == 0);
    if (s->state == SPAN_STATE_INUSE) {
        INVARIANT(s->sweepgen == sweepgen(h));
        mspan_forget_bits(s); /* their arenas are used again in a later epoch */
        stat_add(h, STAT_pages_in_use, (uint64_t)0 - s->npages);
    } else {
        INVARIANT(s->state == SPAN_STATE_MANUAL);
    }
    uint64_t bytes = s->npages << GO_PAGE_SHIFT;
    if (account & ACCT_INUSE)
        stat_add(h, STAT_heap_inuse, (uint64_t)0 - bytes);
    if (account & ACCT_IDLE)
        stat_add(h, STAT_heap_idle, bytes);
    SPAN_SET(h, s, state, SPAN_STATE_FREE);
    if (s->list != LIST_NOWHERE)
        mspan_list_remove(h, busy_list(h, s->npages), s);
    SPAN_SET(h, s, unusedsince, unusedsince ? unusedsince : h->now);
    SPAN_SET(h, s, npreleased, 0);
    join_before(h, s);
    join_after(h, s);
    file_free(h, s);
}

/* Adds at least npages of fresh pages to the heap, as a span that is freed at once so that it joins
 * its neighbours. False: out of memory, Go has said so. */
static bool grow(struct heap *h, uint64_t npages) {
    npages = round_up(npages, GROW_UNIT / GO_PAGE_SIZE);
    uint64_t need = npages << GO_PAGE_SHIFT;
    uint64_t ask = need < HEAP_ALLOC_CHUNK ? HEAP_ALLOC_CHUNK : need;
    reach_rung(h, RUNG_OS);
    uint64_t v = mheap_sys_alloc(h, ask);
    if (!v && ask > need)
        v = mheap_sys_alloc(h, ask = need);
    if (!v) {
        heap_print(h, MSG_HEAP_OOM, ask, h->stats[STAT_heap_sys].value, 0);
        return false;
    }
    struct mspan *s = mspan_alloc(h, v, ask >> GO_PAGE_SHIFT);
    table_set(h, page_of(h, s->base), s->npages, s);
    SPAN_SET(h, s, sweepgen, sweepgen(h));
    SPAN_SET(h, s, state, SPAN_STATE_INUSE);
    stat_add(h, STAT_pages_in_use, s->npages);
    free_span(h, s, ACCT_IDLE, 0);
    return true;
}

static struct mspan *find_free(struct heap *h, uint64_t npages) {
    for (uint64_t n = npages; n < NUM_PAGE_LISTS; n++) {
        struct mspan *s = h->free[n].first;
        if (s) {
            mspan_list_remove(h, &h->free[n], s);
            return s;
        }
    }
    return treap_remove(h, npages);
}

/* Gives the pages beyond npages back as a free span of their own. */
static void trim(struct heap *h, struct mspan *s, uint64_t npages) {
    struct mspan *rest = mspan_alloc(h, s->base + (npages << GO_PAGE_SHIFT), s->npages - npages);
    SPAN_SET(h, s, npages, npages);
    uint64_t p = page_of(h, rest->base);
    table_set(h, p - 1, 1, s);
    table_set(h, p, 1, rest);
    table_set(h, p + rest->npages - 1, 1, rest);
    SPAN_SET(h, rest, needzero, s->needzero);
    SPAN_SET(h, s, state, SPAN_STATE_MANUAL); /* so that the rest does not join it again */
    SPAN_SET(h, rest, state, SPAN_STATE_MANUAL);
    free_span(h, rest, ACCT_NONE, s->unusedsince);
    SPAN_SET(h, s, state, SPAN_STATE_FREE);
}

/* A span of exactly npages, in no list, its state still free. Counts its bytes in stat. NULL: out
 * of memory. Go's allocSpanLocked. */
static struct mspan *alloc_span(struct heap *h, uint64_t npages, enum stat_id stat) {
    struct mspan *s = find_free(h, npages);
    if (!s) {
        if (!grow(h, npages))
            return NULL;
        /* The fresh pages are at least 128, hence in the treap. Only after a fallback to less than
         * 1 MiB they may not be: then Go gives up too. */
        s = treap_remove(h, npages);
        if (!s)
            return NULL;
    }
    INVARIANT(s->state == SPAN_STATE_FREE && s->npages >= npages);
    if (s->npreleased > 0) {
        sys_used(h, s->base, s->npages << GO_PAGE_SHIFT);
        stat_add(h, STAT_heap_released, (uint64_t)0 - (s->npreleased << GO_PAGE_SHIFT));
        SPAN_SET(h, s, npreleased, 0);
    }
    if (s->npages > npages)
        trim(h, s, npages);
    SPAN_SET(h, s, unusedsince, 0);
    table_set(h, page_of(h, s->base), npages, s);
    stat_add(h, stat, npages << GO_PAGE_SHIFT);
    stat_add(h, STAT_heap_idle, (uint64_t)0 - (npages << GO_PAGE_SHIFT));
    return s;
}

static void hand_in(struct heap *h, struct mcache *c, enum stat_id local, enum stat_id stat) {
    uint64_t counted = c->local[local - STAT_LOCAL];
    stat_add(h, stat, counted);
    local_add(h, c, local, (uint64_t)0 - counted);
}

void flush_cache_stats(struct heap *h, struct mcache *c) {
    hand_in(h, c, STAT_local_scan, STAT_heap_scan);
    hand_in(h, c, STAT_local_tinyallocs, STAT_tinyallocs);
}

static void count_large(struct heap *h, struct mspan *s) {
    stat_add(h, STAT_heap_objects, 1);
    stat_add(h, STAT_largealloc, s->elemsize);
    stat_add(h, STAT_nlargealloc, 1);
    stat_add(h, STAT_heap_live, s->npages << GO_PAGE_SHIFT);
    mspan_list_insert_back(h, busy_list(h, s->npages), s); /* swept spans stand at the end */
}

/* Go's alloc_m, with the heap's lock held. */
static struct mspan *alloc_inuse(struct heap *h, uint64_t npages, unsigned spanclass, bool large) {
    if (!h->stats[STAT_sweepdone].value)
        sweep_reclaim(h, npages);
    flush_cache_stats(h, this_p(h));
    struct mspan *s = alloc_span(h, npages, STAT_heap_inuse);
    if (!s)
        return NULL;
    SPAN_SET(h, s, sweepgen, sweepgen(h));
    sweep_push(h, s);
    SPAN_SET(h, s, state, SPAN_STATE_INUSE);
    SPAN_SET(h, s, alloc_count, 0);
    SPAN_SET(h, s, spanclass, spanclass);
    unsigned size_class = spanclass >> 1;
    SPAN_SET(h, s, elemsize,
        size_class ? h->sizes.classes[size_class].size : s->npages << GO_PAGE_SHIFT);
    stat_add(h, STAT_pages_in_use, npages);
    if (large)
        count_large(h, s);
    return s;
}

void mheap_free(struct heap *h, struct mspan *s, bool large) {
    lock(h, &h->lock);
    flush_cache_stats(h, this_p(h));
    if (large)
        stat_add(h, STAT_heap_objects, (uint64_t)-1);
    free_span(h, s, ACCT_INUSE | ACCT_IDLE, 0);
    unlock(h, &h->lock);
}

/* npages that a runtime part manages by itself, as the stack allocator does; not counted as
 * heap_sys. NULL: out of memory. Go's allocManual. */
static struct mspan *alloc_manual(struct heap *h, uint64_t npages) {
    struct mspan *s = alloc_span(h, npages, STAT_stacks_inuse);
    if (!s)
        return NULL;
    SPAN_SET(h, s, state, SPAN_STATE_MANUAL);
    SPAN_SET(h, s, alloc_count, 0);
    SPAN_SET(h, s, spanclass, 0);
    SPAN_SET(h, s, nelems, 0);
    SPAN_SET(h, s, elemsize, 0);
    SPAN_SET(h, s, limit, s->base + (s->npages << GO_PAGE_SHIFT));
    stat_add(h, STAT_heap_sys, (uint64_t)0 - (s->npages << GO_PAGE_SHIFT));
    return s;
}

struct manual_request {
    uint64_t npages, addr;
};

static void manual_body(struct heap *h, void *arg) {
    struct manual_request *r = arg;
    lock(h, &h->lock);
    struct mspan *s = alloc_manual(h, r->npages);
    r->addr = s ? s->base : 0;
    unlock(h, &h->lock);
}

uint64_t heap_alloc_manual_on(struct heap *h, unsigned p, uint64_t npages) {
    struct manual_request r = {.npages = npages};
    heap_guard_on(h, p, manual_body, &r);
    return r.addr;
}

uint64_t heap_alloc_manual(struct heap *h, uint64_t npages) {
    return heap_alloc_manual_on(h, 0, npages);
}

static void free_manual(struct heap *h, void *arg) {
    uint64_t addr = *(const uint64_t *)arg;
    lock(h, &h->lock);
    struct mspan *s = span_of_page(h, page_of(h, addr));
    INVARIANT(s && s->state == SPAN_STATE_MANUAL && s->base == addr);
    uint64_t bytes = s->npages << GO_PAGE_SHIFT;
    SPAN_SET(h, s, needzero, 1);
    stat_add(h, STAT_stacks_inuse, (uint64_t)0 - bytes);
    stat_add(h, STAT_heap_sys, bytes);
    free_span(h, s, ACCT_IDLE, 0);
    unlock(h, &h->lock);
}

void heap_free_manual_on(struct heap *h, unsigned p, uint64_t addr) {
    heap_guard_on(h, p, free_manual, &addr);
}

void heap_free_manual(struct heap *h, uint64_t addr) {
    heap_free_manual_on(h, 0, addr);
}

/* A span of npages in use for objects of spanclass, whose memory reads as zeros. NULL: out of
 * memory. */
struct mspan *mheap_alloc(struct heap *h, uint64_t npages, unsigned spanclass, bool large) {
    reach_rung(h, RUNG_MHEAP);
    lock(h, &h->lock);
    struct mspan *s = alloc_inuse(h, npages, spanclass, large);
    unlock(h, &h->lock);
    if (!s)
        return NULL;
    if (s->needzero)
        heap_fill(h, s->base, s->npages << GO_PAGE_SHIFT, 0);
    SPAN_SET(h, s, needzero, 0);
    return s;
}
