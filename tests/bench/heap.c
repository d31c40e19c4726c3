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

#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

static struct {
    struct heap *heap;
    const struct roots *roots;
    size_t root_count;
    unsigned threads;
    uint64_t collections;

    atomic_bool due;        /* somebody found that a collection is due */
    atomic_bool collecting; /* somebody has taken it on: the others stop */
    atomic_uint running;    /* threads that have not stopped */
} w;

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

/* Pauses are much shorter than it takes the system to let a thread sleep and wake it up: so waiting
 * is looking again, at first. */
static void look_again(unsigned *looked) {
    enum { SOON = 20000 };
    if (++*looked > SOON)
        usleep(20);
}

/* A thread that says it runs while another begins to collect takes that back. */
static void go_on(void) {
    for (unsigned looked = 0;;) {
        while (w.collecting)
            look_again(&looked);
        w.running++;
        if (!w.collecting)
            return;
        w.running--;
    }
}

void allocator_enter(unsigned t) {
    (void)t;
    go_on();
}

void allocator_leave(unsigned t) {
    (void)t;
    w.running--;
}

/* Collects when the others have stopped, or stops while another does. */
static void at_safe_point(void) {
    bool nobody = false;
    unsigned looked = 0;
    if (w.threads > 1 && !atomic_compare_exchange_strong(&w.collecting, &nobody, true)) {
        w.running--;
        go_on();
        return;
    }
    while (w.threads > 1 && w.running > 1)
        look_again(&looked);
    if (w.due)
        collect();
    w.due = false;
    w.collecting = false;
}

void *allocator_new(unsigned t, size_t size, enum kind kind) {
    static const uint8_t first_word[] = {1};
    static const struct heap_type pointer = {.size = 8, .ptrdata = 8, .mask = first_word};
    if (UNLIKELY(atomic_load_explicit(&w.due, memory_order_relaxed)))
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
