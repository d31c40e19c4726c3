/* Clerks: what is given is done, once each and in order, before the waiting ends. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "sim/trace/clerk.h"

#include <pthread.h>

/* What the clerk has done. No lock: it is his until he was waited for. */
struct ledger {
    uint64_t done;
    unsigned out_of_order;
    pthread_t by;
};

static void enter(void *arg, uint64_t piece) {
    struct ledger *l = arg;
    l->out_of_order += piece != l->done;
    l->done++;
    l->by = pthread_self();
}

static void all_is_done_in_order_when_waited_for(void **unused) {
    struct ledger l = {0};
    struct clerk *c = clerk_new(enter, &l);
    uint64_t given = 0;
    (void)unused;
    clerk_wait(c, 0, 0); /* for nothing */
    for (unsigned round = 0; round < 300; round++) {
        for (unsigned i = 0; i < round % 7; i++, given++)
            clerk_give(c);
        clerk_wait(c, 0, 0);
        assert_int_equal(l.done, given);
    }
    assert_int_equal(l.out_of_order, 0);
    assert_false(pthread_equal(l.by, pthread_self()));
    clerk_free(c);
}

static void what_was_given_is_done_before_the_clerk_goes(void **unused) {
    struct ledger l = {0};
    struct clerk *c = clerk_new(enter, &l);
    (void)unused;
    for (unsigned i = 0; i < 50; i++)
        clerk_give(c);
    clerk_free(c);
    assert_int_equal(l.done, 50);
    clerk_free(clerk_new(enter, &l)); /* that never had work */
    clerk_free(NULL);
    assert_int_equal(l.done, 50);
}

/* Work that goes on only when it is let. */
struct gate {
    pthread_mutex_t lock;
    pthread_cond_t opened;
    unsigned open; /* pieces below it may be done */
    unsigned done;
};

static void pass_gate(void *arg, uint64_t piece) {
    struct gate *g = arg;
    pthread_mutex_lock(&g->lock);
    while (g->open <= piece)
        pthread_cond_wait(&g->opened, &g->lock);
    g->done++;
    pthread_mutex_unlock(&g->lock);
}

static void open_gate(struct gate *g, unsigned pieces) {
    pthread_mutex_lock(&g->lock);
    g->open = pieces;
    pthread_cond_signal(&g->opened);
    pthread_mutex_unlock(&g->lock);
}

static void one_waits_only_when_too_much_is_left(void **unused) {
    struct gate g = {.lock = PTHREAD_MUTEX_INITIALIZER, .opened = PTHREAD_COND_INITIALIZER};
    struct clerk *c = clerk_new(pass_gate, &g);
    (void)unused;
    for (unsigned i = 0; i < 5; i++)
        clerk_give(c);
    clerk_wait(c, 5, 1); /* nothing is done, and this comes back */
    open_gate(&g, 3);
    clerk_wait(c, 4, 2);
    pthread_mutex_lock(&g.lock);
    assert_int_equal(g.done, 3);
    pthread_mutex_unlock(&g.lock);
    open_gate(&g, 5);
    clerk_free(c);
    assert_int_equal(g.done, 5);
}

/* There are no threads with stacks of 64 TiB (4 GiB where addresses have 32 bits). */
static void without_a_thread_the_giver_does_it(void **unused) {
    struct ledger l = {0};
    struct clerk *c = clerk_new(enter, &l);
    pthread_attr_t usual, impossible;
    (void)unused;
    assert_int_equal(pthread_getattr_default_np(&usual), 0);
    assert_int_equal(pthread_getattr_default_np(&impossible), 0);
    size_t stack = (size_t)(SIZE_MAX > UINT32_MAX ? UINT64_C(1) << 46 : 0xfff00000);
    assert_int_equal(pthread_attr_setstacksize(&impossible, stack), 0);
    assert_int_equal(pthread_setattr_default_np(&impossible), 0);
    for (unsigned i = 1; i <= 10; i++) {
        clerk_give(c);
        assert_int_equal(l.done, i);
        clerk_wait(c, 0, 0);
    }
    assert_int_equal(pthread_setattr_default_np(&usual), 0);
    pthread_attr_destroy(&usual);
    pthread_attr_destroy(&impossible);
    assert_true(pthread_equal(l.by, pthread_self()));
    assert_int_equal(l.out_of_order, 0);
    clerk_free(c);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(all_is_done_in_order_when_waited_for),
        cmocka_unit_test(what_was_given_is_done_before_the_clerk_goes),
        cmocka_unit_test(one_waits_only_when_too_much_is_left),
        cmocka_unit_test(without_a_thread_the_giver_does_it),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
