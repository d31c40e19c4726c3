/*
 * The driver's allocator: arenascope's heap on the real kernel, with GOGC 100 and no hooks
 * attached.
 *
 * Nothing is freed by hand. When a collection is due, the thread that finds out stops the others at
 * their next allocation, marks from the roots, and lets them go on; what is dead is swept by
 * whoever needs memory. So all of it is in the time measured, as it is in Go's.
 */
#include "sim/heap/heap.h"
#include "tests/bench/driver.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>

static struct {
    struct heap *heap;
    const struct roots *roots;
    size_t root_count;
    unsigned threads;
    uint64_t collections;

    atomic_bool due; /* somebody found that a collection is due, or waits for all to stop */
    pthread_mutex_t mutex;
    pthread_cond_t changed;
    bool stopping;
    unsigned running; /* threads that are not waiting; with mutex held */
} w = {.mutex = PTHREAD_MUTEX_INITIALIZER, .changed = PTHREAD_COND_INITIALIZER};

static _Noreturn void fail(const char *why) {
    fprintf(stderr, "bench: %s\n", why);
    exit(2);
}

void allocator_open(unsigned threads, struct roots *roots, size_t count) {
    struct error err;
    struct os *os = os_host_new(platform_find("linux/amd64"), &err);
    if (!os)
        fail(err.text);
    w.heap = heap_new(&(struct heap_config){.os = os});
    if (!heap_init(w.heap) || !heap_set_ps(w.heap, threads))
        fail("Go ended the program at its start");
    heap_set_gogc(w.heap, 100);
    w.threads = threads;
    w.roots = roots;
    w.root_count = count;
    if (threads > 1)
        heap_set_threaded(w.heap, true);
}

static void collect(void) {
    if (!heap_gc_begin(w.heap))
        fail("Go ended the program at a collection");
    for (size_t i = 0; i < w.root_count; i++)
        if (w.roots[i].slots)
            heap_gc_mark_roots(w.heap, w.roots[i].slots, w.roots[i].count, true);
    heap_gc_end(w.heap);
    w.collections++;
}

void allocator_enter(unsigned t) {
    (void)t;
    pthread_mutex_lock(&w.mutex);
    while (w.stopping)
        pthread_cond_wait(&w.changed, &w.mutex);
    w.running++;
    pthread_mutex_unlock(&w.mutex);
}

void allocator_leave(unsigned t) {
    (void)t;
    pthread_mutex_lock(&w.mutex);
    w.running--;
    pthread_cond_broadcast(&w.changed);
    pthread_mutex_unlock(&w.mutex);
}

/* Stops the other threads and collects, or waits while another does. */
static void stop_and_collect(void) {
    pthread_mutex_lock(&w.mutex);
    w.running--;
    pthread_cond_broadcast(&w.changed);
    if (!w.stopping && w.due) {
        w.stopping = true;
        while (w.running)
            pthread_cond_wait(&w.changed, &w.mutex);
        collect();
        w.due = false;
        w.stopping = false;
        pthread_cond_broadcast(&w.changed);
    }
    while (w.stopping)
        pthread_cond_wait(&w.changed, &w.mutex);
    w.running++;
    pthread_mutex_unlock(&w.mutex);
}

static void at_safe_point(void) {
    if (w.threads > 1) {
        stop_and_collect();
        return;
    }
    collect();
    w.due = false;
}

void *allocator_new(unsigned t, size_t size, enum kind kind) {
    static const uint8_t first_word[] = {1};
    static const struct heap_type pointer = {.size = 8, .ptrdata = 8, .mask = first_word};
    if (atomic_load_explicit(&w.due, memory_order_relaxed))
        at_safe_point();
    struct heap_object got =
        heap_malloc_on(w.heap, t, size, kind == KIND_POINTERS ? &pointer : NULL);
    if (got.rung > RUNG_MCACHE) { /* only then the heap has grown */
        if (!got.addr)
            fail("out of memory");
        if (heap_gc_due(w.heap))
            w.due = true;
    }
    return (void *)(uintptr_t)got.addr; /* on the real kernel they are the same */
}

void allocator_drop(void *object) {
    (void)object;
}

bool allocator_frees(void) {
    return false;
}

uint64_t allocator_collections(void) {
    return w.collections;
}
