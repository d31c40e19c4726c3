/* A thread that takes work off another one: see clerk.h. */
#include "sim/trace/clerk.h"

#include <pthread.h>
#include <stdlib.h>

struct clerk {
    void (*work)(void *arg, uint64_t piece);
    void *arg;

    /* The giver's own. */
    enum { NOT_YET, AT_WORK, CANNOT_BE } thread_state;
    pthread_t thread;

    /* Under the lock. */
    pthread_mutex_t lock;
    pthread_cond_t given_more, done_more;
    uint64_t given, done;
    uint64_t wanted; /* the giver waits until so many are done */
    bool leave;
};

struct clerk *clerk_new(void (*work)(void *arg, uint64_t piece), void *arg) {
    struct clerk *c = xcalloc(1, sizeof *c);
    c->work = work;
    c->arg = arg;
    pthread_mutex_init(&c->lock, NULL);
    pthread_cond_init(&c->given_more, NULL);
    pthread_cond_init(&c->done_more, NULL);
    return c;
}

static void *clerk_run(void *arg) {
    struct clerk *c = arg;
    pthread_mutex_lock(&c->lock);
    for (;;) {
        while (c->done == c->given && !c->leave)
            pthread_cond_wait(&c->given_more, &c->lock);
        if (c->done == c->given)
            break;
        pthread_mutex_unlock(&c->lock);
        c->work(c->arg, c->done);
        pthread_mutex_lock(&c->lock);
        if (++c->done == c->wanted)
            pthread_cond_signal(&c->done_more);
    }
    pthread_mutex_unlock(&c->lock);
    return NULL;
}

static void start(struct clerk *c) {
    bool ok = pthread_create(&c->thread, NULL, clerk_run, c) == 0;
    c->thread_state = ok ? AT_WORK : CANNOT_BE;
}

void clerk_free(struct clerk *c) {
    if (!c)
        return;
    if (c->thread_state == AT_WORK) {
        pthread_mutex_lock(&c->lock);
        c->leave = true;
        pthread_cond_signal(&c->given_more);
        pthread_mutex_unlock(&c->lock);
        pthread_join(c->thread, NULL);
    }
    pthread_cond_destroy(&c->given_more);
    pthread_cond_destroy(&c->done_more);
    pthread_mutex_destroy(&c->lock);
    free(c);
}

void clerk_give(struct clerk *c) {
    if (c->thread_state == NOT_YET)
        start(c);
    if (c->thread_state == CANNOT_BE) {
        c->work(c->arg, c->done);
        c->given = ++c->done;
        return;
    }
    pthread_mutex_lock(&c->lock);
    c->given++;
    pthread_cond_signal(&c->given_more);
    pthread_mutex_unlock(&c->lock);
}

void clerk_wait(struct clerk *c, uint64_t most, uint64_t left) {
    if (c->thread_state != AT_WORK)
        return;
    pthread_mutex_lock(&c->lock);
    c->wanted = c->given - c->done > most ? c->given - left : 0;
    while (c->done < c->wanted)
        pthread_cond_wait(&c->done_more, &c->lock);
    pthread_mutex_unlock(&c->lock);
}
