/*
 * The allocator of Go 1.10, told from the top. Start reading here.
 *
 * Parts
 *
 *   arena      one contiguous range of address space that all objects live in
 *   page       8 KiB of it
 *   mspan      a run of pages: free, or holding objects of one span class, or one large object
 *   span class size class (66 sizes up to 32 KiB; 0: large) and whether objects hold pointers
 *   mcache     per P: one span with free slots for each span class, and a tiny block. No lock.
 *   mcentral   per span class: the spans that no mcache holds
 *   mheap      the heap of pages: free spans by length, the spans table, growth of the arena
 *   bitmap     two bits for each word of the arena: where pointers are
 *
 * Address space, as mallocinit lays it out (64-bit sizes):
 *
 *      spans 512 MiB           bitmap 16 GiB                arena 512 GiB
 *     |--mspan of each page--|........<--grows down--|--grows up-->........................|
 *     ^ h->spans                           h->bitmap ^         arena_used ^      arena_end ^
 *
 *   arena_start   where addresses of the heap begin: first byte of the arena, where h->bitmap ends;
 *                 0 on 32-bit, where the heap may come to lie anywhere
 *   arena_used    end of what was ever handed to the heap of pages; spans table and bitmap are
 *                 mapped up to here
 *   arena_alloc   next byte to take from the current block; often, not always, arena_used
 *   arena_end     end of the current block
 *
 * The path of an allocation (heap_malloc, Go's mallocgc); each step is taken only if the one before
 * could not serve:
 *
 *   0. size 0: one fixed address outside the heap.
 *   1. tiny (under 16 bytes, no pointers): the rest of the P's tiny block. malloc.c
 *   2. small (to 32 KiB): the next free slot of the mcache's span for its class. mspan.c
 *   3. that span is full: another from the class's mcentral. mcache.c, mcentral.c
 *   4. mcentral has none: pages from mheap, cut into slots. Large objects start here. mheap.c
 *   5. mheap has no run that long: more arena, from the reservation or the system. mheap.c, mem.c
 *
 * Small objects and spans are zeroed when they are allocated, and only if used before. Objects with
 * pointers get their bits in the bitmap (mbitmap.c).
 *
 * Several P's may allocate at the same time: threads.c says how they share the heap, sched.c how
 * they wait for each other in an order that can be had again.
 *
 * The siblings: sizeclass (which sizes), mem (system calls, memory for the runtime's own records),
 * mspan, treap (large free spans), mheap, mcentral, mcache, mbitmap, mark, sweep, scavenge, pace,
 * emit (events and Go's ways to end), dump and check (every structure as text, and its invariants).
 */
#include "sim/heap/heap_internal.h"

#include <stdlib.h>
#include <string.h>

enum {
    MIN_PHYS_PAGE = 4096,
    DEFER_POOLS = 5,      /* sizes of deferred calls that a P pools */
    IMAGE_GAP = 1 << 18,  /* 32-bit: keep so far from the program's image, */
    START_UNIT = 1 << 20, /* and start at a multiple of this, */
    BREAK_GAP = 1 << 20,  /* or so far above the program break */
    ZEROBASE = 0,
};

/* --- mallocinit --- */

static void at_step(
    struct heap *h, enum init_step *last, enum init_step step, uint64_t a, uint64_t b, uint64_t c) {
    EMIT(h, EV_STEP, step | *last << 8, 0, a, b, c);
    *last = step;
}

/* Deferred calls are pooled by their arguments' size; all sizes of one pool must come to lie in one
 * size class. Source: testdefersizes. */
static void test_defer_sizes(struct heap *h) {
    uint64_t header = h->platform->sizeof_defer;
    uint64_t min_alloc = round_up(header, 16), min_args = min_alloc - header;
    uint64_t pool_size[DEFER_POOLS] = {0};
    for (uint64_t args = 0;; args++) {
        uint64_t pool = args <= min_args ? 0 : (args - min_args + 15) / 16;
        if (pool >= DEFER_POOLS)
            return;
        uint64_t size = size_rounded(&h->sizes, args <= min_args ? min_alloc : header + args);
        if (!pool_size[pool])
            pool_size[pool] = size;
        if (pool_size[pool] != size) {
            heap_print(h, MSG_BAD_DEFER_CLASS, args, size, pool);
            heap_throw(h, MSG_THROW_DEFER_CLASS);
        }
    }
}

static void check_phys_page(struct heap *h) {
    uint64_t size = h->os->phys_page_size;
    if (size == 0)
        heap_throw(h, MSG_THROW_NO_PAGE_SIZE);
    if (size < MIN_PHYS_PAGE) {
        heap_print(h, MSG_PAGE_TOO_SMALL, size, MIN_PHYS_PAGE, 0);
        heap_throw(h, MSG_THROW_PAGE_SIZE);
    }
    if (!is_pow2(size)) {
        heap_print(h, MSG_PAGE_NOT_POW2, size, 0, 0);
        heap_throw(h, MSG_THROW_PAGE_SIZE);
    }
}

/* What mallocinit knows on its way. */
struct plan {
    enum init_step step;
    uint64_t spans_size, bitmap_size; /* bytes */
    uint64_t p, size;                 /* the reservation; p 0: none yet */
    bool reserved;
};

/* Asks for the reservation at p and tells what became of it. */
static void attempt(struct heap *h, struct plan *plan, unsigned number, uint64_t p) {
    plan->p = sys_reserve(h, p, plan->size, &plan->reserved);
    enum outcome outcome = !plan->p         ? OUTCOME_REFUSED
                           : plan->p != p   ? OUTCOME_ELSEWHERE
                           : plan->reserved ? OUTCOME_GRANTED
                                            : OUTCOME_CHECKED;
    EMIT(h, EV_ATTEMPT, outcome, number, p, plan->size, plan->p);
}

/* 64-bit: one reservation for everything, at an address that is easy to recognise: 0x00c0, 0x01c0,
 * ... 0x7fc0 followed by eight zero digits. In memory such a pointer begins c0 00, c1 00 and so on,
 * which no UTF-8 text contains, so that neither a person nor a conservative collector mistakes one
 * for the other. */
static void try_hints(struct heap *h, struct plan *plan) {
    uint64_t arena_size = round_up(h->platform->max_mem, GO_PAGE_SIZE);
    uint64_t hint = h->platform->hint;
    plan->size = plan->bitmap_size + plan->spans_size + arena_size + GO_PAGE_SIZE;
    at_step(h, &plan->step, STEP_HINTS, plan->size, hint, HINT_COUNT);
    for (unsigned i = 0; i < HINT_COUNT && !plan->p; i++)
        attempt(h, plan, i, (uint64_t)i << 40 | hint);
}

/* Where the 32-bit plan begins: above the program's image, and not across the program break, which
 * would make the system put the arena somewhere else. */
static uint64_t start_after_image(struct heap *h, const struct plan *plan, uint64_t brk) {
    uint64_t p = round_up(h->os->image_end + IMAGE_GAP, START_UNIT);
    return p <= brk && brk < p + plan->size ? round_up(brk + BREAK_GAP, START_UNIT) : p;
}

/* 32-bit, or 64-bit with every hint refused: spans and bitmap for the whole space right behind the
 * image, and an arena to begin with, the largest that the system will give. */
static void try_after_image(struct heap *h, struct plan *plan) {
    static const uint64_t arena_sizes[FALLBACK_COUNT] = {512 << 20, 256 << 20, 128 << 20, 0};
    uint64_t brk = h->os->ops->brk(h->os), image_end = h->os->image_end;
    uint64_t wanted = round_up(image_end + IMAGE_GAP, START_UNIT);
    at_step(h, &plan->step, STEP_FALLBACK, wanted, image_end, brk);
    for (unsigned i = 0; i < FALLBACK_COUNT && !plan->p; i++) {
        plan->size = plan->bitmap_size + plan->spans_size + arena_sizes[i] + GO_PAGE_SIZE;
        uint64_t start = start_after_image(h, plan, brk);
        if (i == 0)
            at_step(h, &plan->step, STEP_BREAK_CHECK, wanted, brk, start);
        attempt(h, plan, HINT_COUNT + i, start);
    }
    if (!plan->p) {
        at_step(h, &plan->step, STEP_FAILED, 0, 0, 0);
        heap_throw(h, MSG_THROW_NO_ARENA);
    }
}

/* The reservation may not begin at a page of ours: that is what the extra page was for. */
static void lay_out(struct heap *h, struct plan *plan) {
    uint64_t spans_start = round_up(plan->p, GO_PAGE_SIZE);
    uint64_t size = plan->size - (spans_start - plan->p);
    at_step(h, &plan->step, STEP_ROUND, plan->p, spans_start, size);
    uint64_t bitmap_end = spans_start + plan->spans_size + plan->bitmap_size;
    HEAP_SET(h, bitmap, bitmap_end);
    HEAP_SET(h, arena_start, h->ptr_size == 4 ? 0 : bitmap_end);
    HEAP_SET(h, arena_end, plan->p + size);
    HEAP_SET(h, arena_used, bitmap_end);
    HEAP_SET(h, arena_alloc, bitmap_end);
    HEAP_SET(h, arena_reserved, plan->reserved);
    at_step(h, &plan->step, STEP_LAYOUT, spans_start, bitmap_end, h->arena_end);
    if (h->arena_start % GO_PAGE_SIZE) { /* never: a sum of its multiples */
        heap_print(h, MSG_BAD_PAGESIZE, plan->p, bitmap_end, h->arena_start);
        heap_throw(h, MSG_THROW_MISROUNDED);
    }
    at_step(h, &plan->step, STEP_LAST_CHECK, h->arena_start, 0, 0);
    at_step(h, &plan->step, STEP_HEAP_INIT, h->arena_used, 0, 0);
    mheap_init(h, spans_start, plan->spans_size);
}

static void first_mcache(struct heap *h, struct plan *plan) {
    bool fresh;
    uint32_t record = fixalloc_alloc(h, &h->cachealloc, &fresh);
    mcache_init(h, &h->cache);
    at_step(h, &plan->step, STEP_MCACHE, h->cachealloc.records[record], 0, 0);
    at_step(h, &plan->step, STEP_DONE, 0, 0, 0);
}

static void mallocinit(struct heap *h, void *arg) {
    struct plan *plan = arg;
    uint64_t tiny = h->sizes.classes[TINY_SIZE_CLASS].size;
    at_step(h, &plan->step, STEP_TINY_CLASS, TINY_SIZE_CLASS, tiny, TINY_SIZE);
    if (tiny != TINY_SIZE)
        heap_throw(h, MSG_THROW_TINY_CLASS);
    at_step(h, &plan->step, STEP_DEFER_SIZES, DEFER_POOLS, 0, 0);
    test_defer_sizes(h);
    at_step(h, &plan->step, STEP_PHYS_PAGE, h->os->phys_page_size, MIN_PHYS_PAGE, 0);
    check_phys_page(h);

    uint64_t space = h->platform->max_mem + 1;
    plan->spans_size = round_up(space / GO_PAGE_SIZE * h->ptr_size, GO_PAGE_SIZE);
    plan->bitmap_size = round_up(space / (h->ptr_size * 8 / 2), GO_PAGE_SIZE);
    at_step(h, &plan->step, STEP_SIZES, plan->spans_size, plan->bitmap_size,
        h->ptr_size == 8 ? round_up(h->platform->max_mem, GO_PAGE_SIZE) : 0);
    if (h->ptr_size == 8)
        try_hints(h, plan);
    if (!plan->p)
        try_after_image(h, plan);
    lay_out(h, plan);
    first_mcache(h, plan);
}

bool heap_init(struct heap *h) {
    struct plan plan = {.step = STEP_NONE};
    return heap_guard(h, mallocinit, &plan);
}

/* --- mallocgc --- */

/* These are written once and compiled twice: guarded, when Go may end the program on the way, and
 * for what is at hand, when nobody is asked and nothing can fail. Then they return address 0 where
 * it is not at hand. */
#define TWICE static ALWAYS_INLINE

/* Clears the slot. Small ones, whose size is 8 or a multiple of 16, without a call: blocks from
 * both ends that overlap in the middle. */
TWICE void clear_slot(const struct heap *h, uint64_t addr, uint64_t size) {
    uint8_t *at = os_host(h->os, addr);
    if (size <= 16) {
        memset(at, 0, 8);
        memset(at + size - 8, 0, 8);
    } else if (size <= 64) {
        memset(at, 0, 16);
        memset(at + 16, 0, 16);
        memset(at + size - 32, 0, 16);
        memset(at + size - 16, 0, 16);
    } else {
        memset(at, 0, size);
    }
}

/* A free slot of the mcache's span for the class, refilled if need be. Go's nextFree. */
TWICE uint64_t next_slot(struct heap *h, struct mcache *c, unsigned spanclass, bool guarded) {
    struct mspan *s = c->alloc[spanclass];
    uint64_t slot = mspan_next_free_fast(h, s);
    if (UNLIKELY(slot == s->nelems)) {
        if (!guarded)
            return 0;
        slot = mspan_next_free(h, s);
        if (slot == s->nelems) {
            mcache_refill(h, c, spanclass);
            s = c->alloc[spanclass];
            slot = mspan_next_free(h, s);
            INVARIANT(slot < s->nelems);
        }
    }
    return s->base + slot * s->elemsize;
}

/* Where in the tiny block an object of size bytes may stand: aligned as its size suggests. */
static uint64_t tiny_offset(uint64_t offset, uint64_t size) {
    if (size % 8 == 0)
        return round_up(offset, 8);
    if (size % 4 == 0)
        return round_up(offset, 4);
    return size % 2 == 0 ? round_up(offset, 2) : offset;
}

/* Several pointer-free objects under 16 bytes share a block, which dies when all of them have. */
TWICE struct heap_object alloc_tiny(struct heap *h, struct mcache *c, uint64_t size, bool guarded) {
    uint64_t offset = tiny_offset(c->tinyoffset, size), block = c->tiny;
    if (offset + size <= TINY_SIZE && block) {
        set_tiny(h, c, block, offset + size);
        local_add(h, c, STAT_local_tinyallocs, 1);
        c->rung = RUNG_TINY;
        return (struct heap_object){block + offset, size, TINY_SPAN_CLASS, 0, false};
    }
    block = next_slot(h, c, TINY_SPAN_CLASS, guarded);
    if (!block)
        return (struct heap_object){0};
    clear_slot(h, block, TINY_SIZE);
    /* Go on with whichever block has more room left. */
    if (size < c->tinyoffset || !c->tiny)
        set_tiny(h, c, block, size);
    return (struct heap_object){block, TINY_SIZE, TINY_SPAN_CLASS, 0, false};
}

TWICE struct heap_object alloc_small(
    struct heap *h, struct mcache *c, uint64_t size, bool noscan, bool guarded) {
    unsigned size_class = size_class_of(&h->sizes, size);
    unsigned spanclass = size_class << 1 | noscan;
    uint64_t addr = next_slot(h, c, spanclass, guarded);
    size = h->sizes.classes[size_class].size;
    if (addr && c->alloc[spanclass]->needzero)
        clear_slot(h, addr, size);
    return (struct heap_object){addr, size, (uint8_t)spanclass, 0, false};
}

/* A large object has a span of its own. Go's largeAlloc. */
static struct heap_object alloc_large(struct heap *h, uint64_t size, bool noscan) {
    if (((size + GO_PAGE_SIZE) & h->ptr_mask) < size)
        heap_throw(h, MSG_THROW_OOM);
    uint64_t npages = round_up(size, GO_PAGE_SIZE) >> GO_PAGE_SHIFT;
    deduct_sweep_credit(h, npages << GO_PAGE_SHIFT, npages);
    struct mspan *s = mheap_alloc(h, npages, noscan, true);
    if (!s)
        heap_throw(h, MSG_THROW_OOM);
    SPAN_SET(h, s, limit, s->base + size);
    mspan_init_slots(h, s);
    SPAN_SET(h, s, freeindex, 1);
    SPAN_SET(h, s, alloc_count, 1);
    return (struct heap_object){s->base, s->elemsize, noscan, 0, false};
}

/* Bytes from the start of an object of size bytes that a collector has to look at. */
static uint64_t scan_size(uint64_t size, const struct heap_type *type) {
    return size > type->size ? size - type->size + type->ptrdata : type->ptrdata;
}

TWICE struct heap_object mallocgc(
    struct heap *h, struct mcache *c, uint64_t size, const struct heap_type *type, bool guarded) {
    struct heap_object got = {0};
    bool noscan = !type || !type->ptrdata;
    if (noscan && size < TINY_SIZE)
        got = alloc_tiny(h, c, size, guarded);
    else if (size <= MAX_SMALL_SIZE)
        got = alloc_small(h, c, size, noscan, guarded);
    else if (guarded)
        got = alloc_large(h, size, noscan);
    if (got.addr && !noscan) {
        heap_bits_set_type(h, got.addr, got.size, size, type);
        local_add(h, c, STAT_local_scan, scan_size(size, type));
    }
    got.rung = (uint8_t)c->rung;
    return got;
}

/* Results stand apart and are taken one by one: read as a block, so soon after they were written,
 * they would wait until all that was written before has reached memory. */
struct request {
    uint64_t addr;        /* of the object; 0: Go ended the program */
    struct mcache *cache; /* of the P that allocates */
    uint64_t size;        /* bytes wanted, then bytes got */
    const struct heap_type *type;
    uint8_t spanclass;
};

static void guarded_mallocgc(struct heap *h, void *arg) {
    struct request *r = arg;
    struct heap_object got = mallocgc(h, r->cache, r->size, r->type, true);
    r->addr = got.addr;
    r->size = got.size;
    r->spanclass = got.spanclass;
}

NEVER_INLINE static struct heap_object malloc_guarded(
    struct heap *h, unsigned p, uint64_t size, const struct heap_type *type) {
    struct request r = {.cache = h->mcaches[p], .size = size, .type = type};
    if (!heap_guard_on(h, p, guarded_mallocgc, &r))
        return (struct heap_object){0};
    return (struct heap_object){r.addr, r.size, r.spanclass, (uint8_t)r.cache->rung, false};
}

/* Nearly always the mcache has it at hand; then the guard can be saved. */
struct heap_object heap_malloc_on(
    struct heap *h, unsigned p, uint64_t size, const struct heap_type *type) {
    INVARIANT(p < h->ps);
    if (UNLIKELY(size == 0))
        return (struct heap_object){.addr = ZEROBASE, .zerobase = true};
    struct mcache *c = h->mcaches[p];
    c->rung = RUNG_MCACHE;
    if (UNLIKELY(h->exited))
        return (struct heap_object){0};
    if (!h->threaded)
        h->running = c;
    struct heap_object got = mallocgc(h, c, size, type, false);
    return got.addr ? got : malloc_guarded(h, p, size, type);
}

struct heap_object heap_malloc(struct heap *h, uint64_t size, const struct heap_type *type) {
    return heap_malloc_on(h, 0, size, type);
}

/* --- Life --- */

struct heap *heap_new(const struct heap_config *config) {
    struct heap *h = xcalloc_aligned(CACHE_LINE, sizeof *h);
    h->os = config->os;
    h->platform = config->os->platform;
    h->sink = config->sink;
    h->ptr_size = h->platform->ptr_size;
    h->ptr_mask = h->ptr_size == 4 ? UINT32_MAX : UINT64_MAX;
    h->now = h->last_scavenge = 1;
    heap_set_gogc(h, -1);
    size_classes_make(&h->sizes);
    h->emptymspan = xcalloc_aligned(CACHE_LINE, sizeof *h->emptymspan);
    h->emptymspan->list = LIST_NOWHERE;
    h->mcaches[0] = h->running = &h->cache;
    h->ps = 1;
    h->cache.fastrand[0] = 1; /* both words zero would give zeros for ever */
    mcache_init(h, &h->cache);
    locks_init(h);
    return h;
}

static void free_arenas(struct gcbits_arena *arena) {
    while (arena) {
        struct gcbits_arena *next = arena->next;
        free(arena);
        arena = next;
    }
}

void heap_free(struct heap *h) {
    if (!h)
        return;
    sched_free(h);
    mark_free(h);
    for (size_t i = 0; i < h->allspans_len; i++)
        free(h->allspans[i]);
    for (size_t i = 0; i < h->treap_node_cap; i++)
        free(h->treap_nodes[i]);
    for (unsigned p = 1; p < h->ps; p++)
        free(h->mcaches[p]);
    free(h->allspans);
    free(h->treap_nodes);
    free(h->emptymspan);
    sweep_buf_free(&h->sweep_spans[0]);
    sweep_buf_free(&h->sweep_spans[1]);
    free_arenas(h->gcbits.free);
    free_arenas(h->gcbits.next);
    free_arenas(h->gcbits.current);
    free_arenas(h->gcbits.previous);
    fixalloc_destroy(&h->spanalloc);
    fixalloc_destroy(&h->cachealloc);
    fixalloc_destroy(&h->treapalloc);
    rangemap_free(&h->ranges);
    free(h);
}

uint64_t heap_stat(const struct heap *h, enum stat_id stat) {
    if (stat < STAT_LOCAL)
        return h->stats[stat].value;
    uint64_t sum = 0;
    for (unsigned p = 0; p < h->ps; p++)
        sum += h->mcaches[p]->local[stat - STAT_LOCAL];
    return sum;
}

uint64_t heap_rounded_size(const struct heap *h, uint64_t size) {
    return size_rounded(&h->sizes, size);
}

void heap_fill(struct heap *h, uint64_t addr, uint64_t size, uint8_t byte) {
    memset(os_host(h->os, addr), byte, size);
}

/* Words of tiny objects need not be aligned. */
void heap_store(struct heap *h, uint64_t addr, uint64_t word) {
    uint32_t half = (uint32_t)word;
    if (h->ptr_size == 8)
        memcpy(os_host(h->os, addr), &word, sizeof word);
    else
        memcpy(os_host(h->os, addr), &half, sizeof half);
}

uint64_t heap_load(const struct heap *h, uint64_t addr) {
    return load_word(h, os_host(h->os, addr));
}
