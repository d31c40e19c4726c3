/*
 * Overlapping P's, in an order that a seed decides: so that waiting for locks can be watched, and
 * the same run be had again.
 *
 * Each P with an operation in flight has a thread for the sake of its stack; but only one thread
 * runs at a time, the one whose turn it is. The turn goes from P to P
 *
 *   - before a lock is taken and just after, at random: so that it may be somebody else's by then,
 *     and somebody else may find it taken;
 *   - where a P has to wait;
 *   - where an operation ends;
 *
 * and, once the operation it waits for has ended, back to the caller, whose turn it is at first.
 * While a P wants the world to stop no operation begins, and once it has stopped only that P goes
 * on, to the end of its operation. All draws come from one generator, so everything follows from
 * its seed.
 *
 * Who gives a lock up hands it to one of those who wait for it, drawn as well. So a lock that is
 * waited for is never free, and who was chosen need not look again.
 *
 * Everything here is written by the thread whose turn it is; the mutex is held only to pass the
 * turn on.
 *
 *   IDLE -> READY -> IDLE                an operation begins, and ends
 *           READY -> WAITING -> READY    for a lock
 *           READY -> STOPPING -> READY   for the others to be IDLE, or STOPPING as well
 */
#include "sim/heap/heap_internal.h"

#include "sim/base/random.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    CALLER = MAX_PS, /* whose turn it is while no operation goes on */
    NOBODY,
    STACK_BYTES = 1 << 20, /* of a thread: a sink may need some of it */
    INTERRUPT_EVERY = 4,   /* chances: enough for P's to meet, few enough to follow them */
};

enum worker_state { IDLE, READY, WAITING, STOPPING };

/* Runs one P's operations. */
struct worker {
    struct heap *h;
    unsigned p;
    pthread_t thread;
    bool has_thread;
    pthread_cond_t wake;
    enum worker_state state;
    struct lock *wanted; /* while WAITING, else NULL */
    heap_body *body;     /* the operation in flight, unless IDLE */
    void *arg;
};

struct sched {
    pthread_mutex_t mutex;
    unsigned turn;    /* a P's number, or CALLER */
    unsigned goal;    /* the caller goes on when this P is IDLE; NOBODY: when all are */
    unsigned stopper; /* for this P the world has stopped, until its operation ends; or NOBODY */
    uint64_t random;
    bool over; /* threads end when their turn comes */
    struct worker workers[MAX_PS];
    pthread_cond_t wake_caller;
};

/* --- The turn --- */

static pthread_cond_t *wake_of(struct sched *s, unsigned who) {
    return who == CALLER ? &s->wake_caller : &s->workers[who].wake;
}

static void await_turn(struct sched *s, unsigned who) {
    pthread_mutex_lock(&s->mutex);
    while (s->turn != who)
        pthread_cond_wait(wake_of(s, who), &s->mutex);
    pthread_mutex_unlock(&s->mutex);
}

static void give_turn(struct sched *s, unsigned to) {
    pthread_mutex_lock(&s->mutex);
    s->turn = to;
    pthread_cond_signal(wake_of(s, to));
    pthread_mutex_unlock(&s->mutex);
}

static bool is(const struct worker *w, enum worker_state state, const struct lock *wanted) {
    return w->state == state && w->wanted == wanted;
}

/* One of the P's in that state, each as likely; NOBODY if there is none. */
static unsigned draw(struct sched *s, enum worker_state state, const struct lock *wanted) {
    unsigned count = 0;
    for (unsigned p = 0; p < MAX_PS; p++)
        count += is(&s->workers[p], state, wanted);
    if (count == 0)
        return NOBODY;
    uint64_t n = count > 1 ? random_below(&s->random, count) : 0;
    for (unsigned p = 0;; p++)
        if (is(&s->workers[p], state, wanted) && n-- == 0)
            return p;
}

static bool goal_reached(const struct sched *s) {
    bool reached = true;
    for (unsigned p = 0; p < MAX_PS; p++) {
        if (s->workers[p].state == STOPPING)
            return false;
        if (s->goal == NOBODY || s->goal == p)
            reached &= s->workers[p].state == IDLE;
    }
    return reached;
}

/* Who goes on. If nobody can, all that are left wait for the world to stop: it has, for one. */
static unsigned next_turn(struct sched *s) {
    if (s->stopper != NOBODY)
        return s->stopper;
    if (goal_reached(s))
        return CALLER;
    unsigned p = draw(s, READY, NULL);
    if (p != NOBODY)
        return p;
    p = draw(s, STOPPING, NULL);
    INVARIANT(p != NOBODY); /* locks are taken in order: no circle of waiting P's */
    s->workers[p].state = READY;
    return s->stopper = p;
}

/* Lets others go on, until it is this P's turn again. */
static void pass_turn(struct heap *h, unsigned p) {
    struct sched *s = h->sched;
    unsigned next = next_turn(s);
    if (next != p) {
        give_turn(s, next);
        await_turn(s, p);
    }
    heap_act(h, p);
}

static void *work(void *arg) {
    struct worker *w = arg;
    struct sched *s = w->h->sched;
    for (;;) {
        await_turn(s, w->p);
        if (s->over)
            return NULL;
        heap_act(w->h, w->p);
        w->body(w->h, w->p, w->arg);
        w->state = IDLE;
        if (s->stopper == w->p)
            s->stopper = NOBODY;
        give_turn(s, next_turn(s));
    }
}

/* --- Locks --- */

bool sched_overlapping(const struct heap *h) {
    return UNLIKELY(h->sched != NULL) && h->sched->turn != CALLER;
}

static struct worker *worker_of(struct heap *h) {
    return &h->sched->workers[h->running->p];
}

/* Who finds that Go has ended the program meanwhile leaves. */
void sched_interrupt(struct heap *h) {
    struct worker *w = worker_of(h);
    if (random_below(&h->sched->random, INTERRUPT_EVERY) == 0)
        pass_turn(h, w->p);
    if (h->exited)
        heap_leave(h);
}

/* P p waits for the lock that holder has, or no longer. */
static void tell(
    struct heap *h, enum event_kind kind, const struct lock *l, unsigned p, unsigned holder) {
    bool central = l->rank == RANK_CENTRAL;
    EMIT(h, kind, l->rank | l->index << 8, p, holder,
        central ? h->sizes.classes[l->index >> 1].size : 0, 0);
}

static void wait_for(struct heap *h, struct lock *l) {
    struct worker *w = worker_of(h);
    tell(h, EV_WAIT, l, w->p, l->holder->p);
    l->waited++;
    w->state = WAITING;
    w->wanted = l;
    pass_turn(h, w->p);
    if (h->exited) {
        if (l->holder == h->running) /* handed over before the end */
            sched_abandon(h, l);
        heap_leave(h);
    }
    INVARIANT(l->holder == h->running);
}

void sched_lock(struct heap *h, struct lock *l) {
    sched_interrupt(h);
    if (l->holder)
        wait_for(h, l);
    l->holder = h->running;
    l->taken++;
}

void sched_unlock(struct heap *h, struct lock *l) {
    struct sched *s = h->sched;
    unsigned heir = draw(s, WAITING, l);
    l->holder = heir == NOBODY ? NULL : h->mcaches[heir];
    if (heir == NOBODY)
        return;
    s->workers[heir].state = READY;
    s->workers[heir].wanted = NULL;
    tell(h, EV_GOT, l, heir, h->running->p);
}

void sched_abandon(struct heap *h, struct lock *l) {
    l->holder = NULL;
    for (unsigned p = 0; p < MAX_PS; p++) {
        struct worker *w = &h->sched->workers[p];
        if (w->state == WAITING && w->wanted == l) {
            w->state = READY;
            w->wanted = NULL;
        }
    }
}

void heap_stop_world(struct heap *h) {
    if (!sched_overlapping(h))
        return;
    struct worker *w = worker_of(h);
    bool alone = true;
    for (unsigned p = 0; p < h->ps; p++)
        alone &= p == w->p || h->sched->workers[p].state == IDLE;
    if (alone)
        return;
    EMIT(h, EV_WAIT, RANK_WORLD, w->p, w->p, 0, 0);
    w->state = STOPPING;
    pass_turn(h, w->p);
    if (!h->exited)
        EMIT(h, EV_GOT, RANK_WORLD, w->p, w->p, 0, 0);
}

/* --- Operations --- */

void heap_overlap(struct heap *h, uint64_t seed) {
    INVARIANT(!h->threaded);
    if (!h->sched) {
        struct sched *s = h->sched = xcalloc(1, sizeof *h->sched);
        s->turn = CALLER;
        s->stopper = NOBODY;
        pthread_mutex_init(&s->mutex, NULL);
        pthread_cond_init(&s->wake_caller, NULL);
        for (unsigned p = 0; p < MAX_PS; p++) {
            s->workers[p] = (struct worker){.h = h, .p = p};
            pthread_cond_init(&s->workers[p].wake, NULL);
        }
    }
    heap_await_all(h);
    h->sched->random = seed;
}

static void start_thread(struct worker *w) {
    pthread_attr_t attr;
    pthread_attr_init(&attr);
    pthread_attr_setstacksize(&attr, STACK_BYTES);
    int err = pthread_create(&w->thread, &attr, work, w);
    if (err) {
        fprintf(stderr, "arenascope: no thread can be had for P%u: %s\n", w->p, strerror(err));
        exit(2);
    }
    pthread_attr_destroy(&attr);
    w->has_thread = true;
}

void heap_start_on(struct heap *h, unsigned p, heap_body *body, void *arg) {
    INVARIANT(h->sched && h->sched->turn == CALLER && p < h->ps);
    struct worker *w = &h->sched->workers[p];
    INVARIANT(w->state == IDLE);
    w->body = body;
    w->arg = arg;
    w->state = READY;
    if (!w->has_thread)
        start_thread(w);
}

bool heap_busy(const struct heap *h, unsigned p) {
    return h->sched && h->sched->workers[p].state != IDLE;
}

static void await_goal(struct heap *h, unsigned goal) {
    struct sched *s = h->sched;
    if (!s)
        return;
    INVARIANT(s->turn == CALLER);
    s->goal = goal;
    if (goal_reached(s))
        return;
    give_turn(s, next_turn(s));
    await_turn(s, CALLER);
}

void heap_await(struct heap *h, unsigned p) {
    await_goal(h, p);
}

void heap_await_all(struct heap *h) {
    await_goal(h, NOBODY);
}

static void sched_destroy(struct heap *h) {
    struct sched *s = h->sched;
    s->over = true;
    for (unsigned p = 0; p < MAX_PS; p++) {
        struct worker *w = &s->workers[p];
        if (w->has_thread) {
            give_turn(s, p);
            pthread_join(w->thread, NULL);
        }
        pthread_cond_destroy(&w->wake);
    }
    pthread_cond_destroy(&s->wake_caller);
    pthread_mutex_destroy(&s->mutex);
    free(s);
    h->sched = NULL;
}

void heap_overlap_end(struct heap *h) {
    if (!h->sched)
        return;
    heap_await_all(h);
    sched_destroy(h);
}

/* What is still in flight leaves at its next lock; nobody is told. */
void sched_free(struct heap *h) {
    h->sink = NULL;
    if (h->sched)
        h->exited = true;
    heap_overlap_end(h);
}
