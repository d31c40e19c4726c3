/*
 * P's and locks: how several threads share a heap.
 *
 * A P is the right to run Go code; each has an mcache, from which it allocates without asking
 * anyone. A thread enters the heap on a P (heap_guard_on) and leaves it again; a P is never entered
 * twice at a time. What P's share is kept by locks, in the order of enum lock_rank:
 *
 *   an mcentral's  its two lists, and which span of them is whose
 *   the heap's     free and busy spans, the treap, the spans table, growth, records (fixalloc)
 *   sweep stack's  its growth
 *   gcbits         new arenas of bits; the bits themselves belong to whoever has the span
 *   persistent     the chunk
 *   os             calls to the system, the map of its address space
 *
 * Without a lock: statistics, nmalloc, sweepgen, how many spans a sweep stack has and how many bits
 * of an arena are taken, which are atomic. Whoever moves a span's sweepgen to "being swept" owns
 * the span until it says "swept"; whoever takes a swept span out of an mcentral, or new from the
 * heap, owns it until it is given back. Collections (mark, release of all mcaches, the change of
 * sweepgen) need the world stopped: no other P is entered then, and the caller sees to that.
 *
 * A heap starts with one P and takes no locks: as long as one thread runs all P's in turn, nobody
 * could hold one. sched.c makes them lock all the same, for P's that overlap.
 *
 * What all P's change for nearly every span costs threads more than the work itself. So they sweep
 * several spans at once, take mark bits for several, and tell heap_live what they took a little
 * later. Else a P does each when Go's does.
 *
 * When Go ends the program, the thread that found out gives its locks back and leaves. The others
 * leave at the next lock they get: what it keeps may be half changed.
 */
#include "sim/heap/heap_internal.h"

#include <sched.h>
#include <string.h>

/* Between the P's random words: Go's multiplier for the threads' seeds. */
#define SEED_STEP 1597334677u

/* --- Locks --- */

static void lock_init(struct lock *l, enum lock_rank rank, unsigned index) {
    *l = (struct lock){.rank = rank, .index = index};
}

void locks_init(struct heap *h) {
    for (unsigned i = 0; i < NUM_SPAN_CLASSES; i++)
        lock_init(&h->central[i].lock, RANK_CENTRAL, i);
    for (unsigned i = 0; i < ARRAY_LEN(h->sweep_spans); i++)
        lock_init(&h->sweep_spans[i].lock, RANK_SWEEPBUF, i);
    lock_init(&h->lock, RANK_HEAP, 0);
    lock_init(&h->gcbits_lock, RANK_GCBITS, 0);
    lock_init(&h->persistent_lock, RANK_PERSISTENT, 0);
    lock_init(&h->os_lock, RANK_OS, 0);
}

/* Locks are held for a moment: sleeping would take longer. But who has one may have to wait for a
 * processor. */
static void lock_threaded(struct lock *l) {
    enum { PATIENCE = 256 };
    unsigned looked = 0;
    while (atomic_exchange_explicit(&l->locked, true, memory_order_acquire))
        do {
            PAUSE();
            if (++looked % PATIENCE == 0)
                sched_yield();
        } while (atomic_load_explicit(&l->locked, memory_order_relaxed));
    l->taken++;
    l->waited += looked > 0;
}

static void unlock_threaded(struct lock *l) {
    atomic_store_explicit(&l->locked, false, memory_order_release);
}

void take_lock(struct heap *h, struct lock *l) {
    if (!h->threaded && !sched_overlapping(h))
        return;
    struct mcache *c = this_p(h);
    INVARIANT(!c->held_count || c->held[c->held_count - 1]->rank < l->rank);
    if (h->threaded)
        lock_threaded(l);
    else
        sched_lock(h, l);
    c->held[c->held_count++] = l;
    if (h->exited)
        heap_leave(h);
    if (!h->threaded)
        sched_interrupt(h);
}

void release_lock(struct heap *h, struct lock *l) {
    if (!h->threaded && !sched_overlapping(h))
        return;
    struct mcache *c = this_p(h);
    INVARIANT(c->held_count && c->held[c->held_count - 1] == l);
    c->held_count--;
    if (h->threaded)
        unlock_threaded(l);
    else
        sched_unlock(h, l);
}

void heap_leave(struct heap *h) {
    struct mcache *c = this_p(h);
    while (c->held_count) {
        struct lock *l = c->held[--c->held_count];
        if (h->threaded)
            unlock_threaded(l);
        else
            sched_abandon(h, l);
    }
    INVARIANT(c->inside);
    longjmp(c->trap, 1);
}

struct lock_count heap_lock_count(const struct heap *h, bool central) {
    struct lock_count sum = {h->lock.taken, h->lock.waited};
    if (!central)
        return sum;
    sum = (struct lock_count){0};
    for (unsigned i = 0; i < NUM_SPAN_CLASSES; i++) {
        sum.taken += h->central[i].lock.taken;
        sum.waited += h->central[i].lock.waited;
    }
    return sum;
}

/* --- Who am I --- */

/* What the calling thread has entered last, of threaded heaps. Go keeps it with the thread, too. */
static _Thread_local struct mcache *entered;

struct mcache *this_p(const struct heap *h) {
    if (!h->threaded)
        return h->running;
    struct mcache *c = entered;
    INVARIANT(c && c->p < h->ps && h->mcaches[c->p] == c); /* who is in the heap is on a P */
    return c;
}

void reach_rung(struct heap *h, enum rung rung) {
    struct mcache *c = this_p(h);
    if (c->rung < rung)
        c->rung = rung;
}

void heap_act(struct heap *h, unsigned p) {
    INVARIANT(p < h->ps && !h->threaded);
    h->running = h->mcaches[p];
}

static void enter(struct heap *h, struct mcache *c) {
    c->inside = true;
    h->running = c;
}

/* The same for one of several threads. */
static void enter_threaded(struct mcache *c) {
    c->inside = true;
    c->outer = entered;
    entered = c;
}

static void leave(struct heap *h, struct mcache *c) {
    c->inside = false;
    if (UNLIKELY(h->threaded))
        entered = c->outer;
}

bool heap_guard_on(struct heap *h, unsigned p, void (*body)(struct heap *h, void *arg), void *arg) {
    INVARIANT(p < h->ps);
    struct mcache *const c = h->mcaches[p];
    if (UNLIKELY(h->exited))
        return false;
    INVARIANT(!c->inside);
    if (UNLIKELY(h->threaded))
        enter_threaded(c);
    else
        enter(h, c);
    bool finished = false;
    if (setjmp(c->trap) == 0) {
        body(h, arg);
        finished = true;
    }
    leave(h, c);
    return finished;
}

bool heap_guard(struct heap *h, void (*body)(struct heap *h, void *arg), void *arg) {
    return heap_guard_on(h, h->threaded ? 0 : h->running->p, body, arg);
}

/* --- P's --- */

static void seed_p(struct mcache *c, uint32_t a, uint32_t b) {
    c->fastrand[0] = a ^ SEED_STEP * c->p;
    c->fastrand[1] = b;
    if (c->p && !(c->fastrand[0] | c->fastrand[1]))
        c->fastrand[0] = 1; /* both words zero would give zeros for ever */
}

void heap_seed(struct heap *h, uint32_t a, uint32_t b) {
    for (unsigned p = 0; p < h->ps; p++)
        seed_p(h->mcaches[p], a, b);
}

/* One more P. Source: procresize, allocmcache. */
static void add_p(struct heap *h, void *arg) {
    (void)arg;
    bool fresh;
    uint32_t record = fixalloc_alloc(h, &h->cachealloc, &fresh);
    struct mcache *c = xcalloc(1, sizeof *c);
    c->p = h->ps;
    mcache_init(h, c);
    seed_p(c, h->cache.fastrand[0], h->cache.fastrand[1]);
    h->mcaches[h->ps++] = c;
    EMIT(h, EV_P_BORN, 0, c->p, h->cachealloc.records[record], 0, 0);
}

bool heap_set_ps(struct heap *h, unsigned ps) {
    INVARIANT(ps >= h->ps && ps <= MAX_PS && h->cachealloc.size && !h->threaded);
    while (h->ps < ps)
        if (!heap_guard(h, add_p, NULL))
            return false;
    return true;
}

unsigned heap_ps(const struct heap *h) {
    return h->ps;
}

void heap_set_threaded(struct heap *h, bool threaded) {
    INVARIANT(!threaded || (!h->sink && !h->sched));
    h->threaded = threaded;
    for (unsigned p = 0; p < h->ps; p++)
        flush_live(h, h->mcaches[p]);
}
