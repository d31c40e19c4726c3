/*
 * Stress: see stress.h.
 *
 * The calling thread is the collector: it looks at the heap once a millisecond, stops the world if
 * enough was allocated, collects on P 0 (whose thread waits like all others) and starts the world
 * again. A thread stops between two operations only, so it is never inside the heap then.
 */
#include "sim/work/stress.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <pthread.h>
#include <stdatomic.h>

enum {
    USUAL_SLOTS = 3000,
    MANUAL_SLOTS = 8,
    TINY_BLOCK = 16,
    MAX_SMALL = 32 << 10,
    EVERY_BYTE = 128, /* the pattern is in every byte up to here, and in some behind */
    STRIDE = 509,
    SMALL_MOST = 128, /* bytes, where only speed counts */
    CHECK_EVERY = 4,  /* collections */
};

#define GOAL_MINIMUM MiB(4)

struct item {
    uint64_t addr, size;   /* bytes as asked for; addr 0: the slot is free */
    uint64_t block, taken; /* what it stands in: address and bytes */
    uint64_t tag;
};

struct world;

struct worker {
    struct world *w;
    unsigned p;
    uint64_t random;
    struct item *items;
    uint64_t manual[MANUAL_SLOTS], manual_pages[MANUAL_SLOTS]; /* address 0: none */
    uint64_t allocations, mallocs, bytes, manuals;             /* mallocs: those that took memory */
    struct error why;                                          /* empty: all is well */
    pthread_t thread;
};

struct world {
    const struct stress_options *options;
    struct os *os;
    struct heap *heap;
    unsigned slots;
    struct worker workers[MAX_PS];
    uint64_t collections, marked;

    pthread_mutex_t mutex;
    pthread_cond_t changed;
    unsigned running;         /* threads that are neither waiting nor done */
    unsigned left;            /* threads that are not done */
    atomic_bool stop, finish; /* written with mutex held */
};

/* --- Randomness and patterns --- */

static uint64_t next_random(struct worker *t) {
    t->random ^= t->random << 13;
    t->random ^= t->random >> 7;
    t->random ^= t->random << 17;
    return t->random;
}

static uint64_t below(struct worker *t, uint64_t n) {
    return (next_random(t) >> 11) % n;
}

static uint8_t pattern(uint64_t tag, uint64_t offset) {
    return (uint8_t)(((tag ^ offset) * UINT64_C(0x9e3779b97f4a7c15) >> 56) | 1);
}

/* The next offset that has a pattern; all of them end with size. */
static uint64_t next_offset(uint64_t offset, uint64_t size) {
    if (offset + 1 < EVERY_BYTE || offset + 1 >= size)
        return offset + 1;
    return offset + STRIDE < size ? offset + STRIDE : size - 1;
}

/* What stands at the item is its pattern (or zeros, if it is fresh). */
static void check_item(const struct worker *t, const struct item *item, bool fresh) {
    const uint8_t *bytes = os_host(t->w->os, item->addr);
    for (uint64_t i = 0; i < item->size; i = next_offset(i, item->size)) {
        uint8_t expected = fresh ? 0 : pattern(item->tag, i);
        if (bytes[i] != expected) /* never: a bug */
            BUG("P%u: byte %" PRIu64 " of the %s object of %" PRIu64 " bytes at 0x%" PRIx64
                " is 0x%02x, expected 0x%02x",
                t->p, i, fresh ? "fresh" : "kept", item->size, item->addr, bytes[i], expected);
    }
}

static void write_pattern(struct worker *t, const struct item *item) {
    uint8_t *bytes = os_host(t->w->os, item->addr);
    for (uint64_t i = 0; i < item->size; i = next_offset(i, item->size))
        bytes[i] = pattern(item->tag, i);
}

/* --- What a thread does --- */

static uint64_t random_size(struct worker *t) {
    if (t->w->options->bare)
        return 1 + below(t, SMALL_MOST);
    uint64_t kind = below(t, 1000);
    if (kind < 300)
        return below(t, TINY_BLOCK);
    if (kind < 800)
        return 1 + below(t, UINT64_C(16) << below(t, 7));
    if (kind < 920) /* few to a span: all threads are often at the same two mcentrals */
        return UINT64_C(2048) << below(t, 2);
    if (kind < 992)
        return 1 + below(t, MAX_SMALL);
    return MAX_SMALL + below(t, KiB(256));
}

static bool out_of_memory(struct worker *t, uint64_t size) {
    return error_set(
        &t->why, "P%u: Go ended the program at an allocation of %" PRIu64 " bytes", t->p, size);
}

/* One in three has pointers in its first word. */
static bool allocate(struct worker *t, struct item *item) {
    static const uint8_t first_word[] = {1};
    uint64_t word = t->w->os->platform->ptr_size, size = random_size(t);
    struct heap_type type = {.ptrdata = word, .mask = first_word};
    bool typed = size >= word && below(t, 3) == 0;
    if (typed)
        type.size = size = round_up(size, word);
    struct heap_object got = heap_malloc_on(t->w->heap, t->p, size, typed ? &type : NULL);
    t->allocations++;
    *item = (struct item){.size = size, .tag = (uint64_t)t->p << 56 | t->allocations};
    if (got.zerobase)
        return true;
    if (!got.addr)
        return out_of_memory(t, size);
    bool tiny = got.spanclass == TINY_SPAN_CLASS;
    item->addr = got.addr;
    item->block = tiny ? round_down(got.addr, TINY_BLOCK) : got.addr;
    item->taken = tiny ? TINY_BLOCK : got.size;
    t->mallocs++;
    t->bytes += size;
    if (t->w->options->bare)
        return true;
    check_item(t, item, true);
    write_pattern(t, item);
    return true;
}

static bool replace(struct worker *t) {
    struct item *item = &t->items[below(t, t->w->slots)];
    if (item->addr && !t->w->options->bare)
        check_item(t, item, false);
    *item = (struct item){0};
    return allocate(t, item);
}

static bool manual(struct worker *t) {
    unsigned i = (unsigned)below(t, MANUAL_SLOTS);
    if (t->manual[i]) {
        heap_free_manual_on(t->w->heap, t->p, t->manual[i]);
        t->manual[i] = 0;
        return true;
    }
    t->manual_pages[i] = 1 + below(t, 20);
    t->manual[i] = heap_alloc_manual_on(t->w->heap, t->p, t->manual_pages[i]);
    t->manuals++;
    if (!t->manual[i])
        return out_of_memory(t, t->manual_pages[i] << GO_PAGE_SHIFT);
    return true;
}

static bool step(struct worker *t) {
    uint64_t kind = t->w->options->bare ? 100 : below(t, 2000), npages;
    if (kind == 0)
        return manual(t);
    if (kind <= 10)
        heap_sweep_one_on(t->w->heap, t->p, &npages);
    return replace(t);
}

/* --- Stopping the world --- */

static void wait_for_start(struct world *w) {
    pthread_mutex_lock(&w->mutex);
    w->running--;
    pthread_cond_broadcast(&w->changed);
    while (w->stop)
        pthread_cond_wait(&w->changed, &w->mutex);
    w->running++;
    pthread_mutex_unlock(&w->mutex);
}

static void *work(void *arg) {
    struct worker *t = arg;
    struct world *w = t->w;
    uint64_t most = w->options->operations ? w->options->operations : UINT64_MAX;
    for (uint64_t i = 0; i < most && !atomic_load_explicit(&w->finish, memory_order_relaxed); i++) {
        if (atomic_load_explicit(&w->stop, memory_order_relaxed))
            wait_for_start(w);
        if (!step(t))
            break;
    }
    pthread_mutex_lock(&w->mutex);
    w->running--;
    w->left--;
    if (t->why.text[0])
        w->finish = true;
    pthread_cond_broadcast(&w->changed);
    pthread_mutex_unlock(&w->mutex);
    return NULL;
}

static void stop_world(struct world *w) {
    pthread_mutex_lock(&w->mutex);
    w->stop = true;
    while (w->running)
        pthread_cond_wait(&w->changed, &w->mutex);
    pthread_mutex_unlock(&w->mutex);
}

static void start_world(struct world *w) {
    pthread_mutex_lock(&w->mutex);
    w->stop = false;
    pthread_cond_broadcast(&w->changed);
    pthread_mutex_unlock(&w->mutex);
}

/* --- With the world stopped --- */

struct block {
    uint64_t addr, size;
    bool tiny, manual;
};

static int by_address(const void *a, const void *b) {
    const struct block *x = a, *y = b;
    return x->addr < y->addr ? -1 : x->addr > y->addr;
}

static size_t blocks_of(const struct world *w, const struct worker *t, struct block *out) {
    size_t n = 0;
    for (unsigned i = 0; i < w->slots; i++)
        if (t->items[i].addr)
            out[n++] = (struct block){.addr = t->items[i].block,
                .size = t->items[i].taken,
                .tiny = t->items[i].taken == TINY_BLOCK};
    for (unsigned i = 0; i < MANUAL_SLOTS; i++)
        if (t->manual[i])
            out[n++] = (struct block){
                .addr = t->manual[i], .size = t->manual_pages[i] << GO_PAGE_SHIFT, .manual = true};
    return n;
}

/* What a collection has to mark: what the slots of all threads hold. No two of it overlap, but for
 * tiny objects in one block. */
static struct heap_marked add_up(const struct world *w) {
    size_t room = (size_t)(w->slots + MANUAL_SLOTS) * w->options->threads, n = 0;
    struct block *blocks = xcalloc(room, sizeof *blocks);
    struct heap_marked kept = {0};
    for (unsigned p = 0; p < w->options->threads; p++)
        n += blocks_of(w, &w->workers[p], blocks + n);
    qsort(blocks, n, sizeof *blocks, by_address);
    for (size_t i = 0; i < n; i++) {
        const struct block *b = &blocks[i], *next = i + 1 < n ? b + 1 : NULL;
        bool shared = next && b->addr == next->addr;
        INVARIANT(!shared || (b->tiny && next->tiny));
        if (shared)
            continue;                               /* the last of the block counts */
        if (next && b->addr + b->size > next->addr) /* never: a bug */
            BUG("0x%" PRIx64 " (%" PRIu64 " bytes) and 0x%" PRIx64 " overlap", b->addr, b->size,
                next->addr);
        kept.objects += !b->manual;
        kept.bytes += b->manual ? 0 : b->size;
    }
    free(blocks);
    return kept;
}

static void mark_all(struct world *w) {
    for (unsigned p = 0; p < w->options->threads; p++)
        for (unsigned i = 0; i < w->slots; i++)
            if (w->workers[p].items[i].addr)
                heap_gc_mark(w->heap, w->workers[p].items[i].addr, false);
}

/* If Go ends the program meanwhile, the rest does nothing, and the threads will find out. */
static struct heap_marked mark(struct world *w) {
    heap_gc_begin(w->heap);
    mark_all(w);
    struct heap_marked marked = heap_gc_end(w->heap);
    w->marked = marked.bytes;
    return marked;
}

static void mark_and_check(struct world *w) {
    bool check = w->collections % CHECK_EVERY == 0;
    struct heap_marked kept = add_up(w);
    if (check)
        heap_check(w->heap);
    struct heap_marked marked = mark(w);
    bool exited = heap_exited(w->heap, NULL);
    INVARIANT(exited || (marked.objects == kept.objects && marked.bytes == kept.bytes));
    if (check)
        heap_check(w->heap);
}

static void collect(struct world *w) {
    if (w->options->bare)
        mark(w);
    else
        mark_and_check(w);
    w->collections++;
}

static uint64_t now_ns(void) {
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (uint64_t)t.tv_sec * 1000000000u + (uint64_t)t.tv_nsec;
}

/* Are threads still at work, and none in trouble? */
static bool going(struct world *w) {
    pthread_mutex_lock(&w->mutex);
    bool yes = w->left && !w->finish;
    pthread_mutex_unlock(&w->mutex);
    return yes;
}

/* Collects until the time is up or the threads are done. */
static void watch(struct world *w) {
    uint64_t end = now_ns() + w->options->milliseconds * 1000000u, goal = GOAL_MINIMUM;
    while (going(w) && (w->options->operations || now_ns() < end)) {
        nanosleep(&(struct timespec){.tv_nsec = 1000000}, NULL);
        if (heap_stat(w->heap, STAT_heap_live) < goal)
            continue;
        stop_world(w);
        collect(w);
        goal = 2 * w->marked > GOAL_MINIMUM ? 2 * w->marked : GOAL_MINIMUM;
        start_world(w);
    }
}

/* --- The run --- */

/* All threads are gone. What they have against what the heap says. */
static bool settle(struct world *w, struct stress_result *result, struct error *err) {
    uint64_t mallocs = 0;
    for (unsigned p = 0; p < w->options->threads; p++) {
        struct worker *t = &w->workers[p];
        mallocs += t->mallocs;
        result->allocations += t->allocations;
        result->bytes += t->bytes;
        result->manual += t->manuals;
        for (unsigned i = 0; i < w->slots && !w->options->bare; i++)
            if (t->items[i].addr)
                check_item(t, &t->items[i], false);
        if (t->why.text[0])
            return error_set(err, "%s", t->why.text);
    }
    heap_set_threaded(w->heap, false);
    collect(w);
    heap_sweep_all(w->heap);
    if (heap_exited(w->heap, NULL))
        return error_set(err, "Go ended the program at the last collection");
    heap_check(w->heap);
    struct heap_memstats m = heap_memstats(w->heap);
    if (m.mallocs != mallocs) /* never: a bug */
        BUG("the heap counts %" PRIu64 " allocations, the threads %" PRIu64, m.mallocs, mallocs);
    if (m.heap_alloc != w->marked) /* never: a bug */
        BUG("%" PRIu64 " bytes are allocated, expected what was marked, %" PRIu64, m.heap_alloc,
            w->marked);
    INVARIANT(heap_stat(w->heap, STAT_heap_live) == w->marked);
    return true;
}

static void start_threads(struct world *w) {
    unsigned n = w->options->threads;
    w->running = w->left = n;
    for (unsigned p = 0; p < n; p++) {
        struct worker *t = &w->workers[p];
        *t = (struct worker){.w = w, .p = p};
        t->random = (w->options->seed + 1) * UINT64_C(0x9e3779b97f4a7c15) +
                    p * UINT64_C(0xda942042e4dd58b5);
        t->items = xcalloc(w->slots, sizeof *t->items);
    }
    for (unsigned p = 0; p < n; p++)
        INVARIANT(pthread_create(&w->workers[p].thread, NULL, work, &w->workers[p]) == 0);
}

static bool run_threads(struct world *w, struct stress_result *result, struct error *err) {
    unsigned n = w->options->threads;
    heap_set_threaded(w->heap, true);
    uint64_t start = now_ns();
    start_threads(w);
    watch(w);
    pthread_mutex_lock(&w->mutex);
    w->finish = true;
    pthread_mutex_unlock(&w->mutex);
    for (unsigned p = 0; p < n; p++)
        pthread_join(w->workers[p].thread, NULL);
    result->nanoseconds = now_ns() - start;
    result->collections = w->collections;
    result->heap_lock = heap_lock_count(w->heap, false);
    result->central_locks = heap_lock_count(w->heap, true);
    bool good = settle(w, result, err);
    result->marked = w->marked;
    for (unsigned p = 0; p < n; p++)
        free(w->workers[p].items);
    return good;
}

bool stress_run(
    const struct stress_options *options, struct stress_result *result, struct error *err) {
    INVARIANT(options->threads >= 1 && options->threads <= MAX_PS);
    *result = (struct stress_result){0};
    struct world w = {.options = options, .slots = options->slots ? options->slots : USUAL_SLOTS};
    w.os = os_model_new(
        options->platform, &(struct model_config){.memory_limit = options->memory_limit}, err);
    if (!w.os) /* a 32-bit program has no room for a simulated space, but its kernel's own */
        w.os = os_host_new(options->platform, NULL);
    if (!w.os)
        return false;
    pthread_mutex_init(&w.mutex, NULL);
    pthread_cond_init(&w.changed, NULL);
    w.heap = heap_new(&(struct heap_config){.os = w.os});
    bool good = heap_init(w.heap);
    if (good) {
        INVARIANT(heap_set_ps(w.heap, options->threads)); /* caches fit in what init has mapped */
        good = run_threads(&w, result, err);
    } else {
        error_set(err, "Go ended the program before the threads began");
    }
    heap_free(w.heap);
    pthread_cond_destroy(&w.changed);
    pthread_mutex_destroy(&w.mutex);
    os_destroy(w.os);
    return good;
}
