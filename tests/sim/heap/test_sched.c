/* P's that overlap: who waits for whom, the same again from the same seed, and how it all ends. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "tests/sim/heap/fixture.h"

#include <stdlib.h>
#include <string.h>

enum { PS = 4, ROUNDS = 300 };

/* What the P's do, each in its turn. */
struct work {
    struct lab lab;
    uint64_t size;   /* of objects; 0: a size of its own in each round */
    uint64_t *addrs; /* got so far */
    size_t count, cap;
    bool under_way[PS]; /* P is inside its body */
    bool stops[PS];     /* P wants to stop the world there; */
    bool stopping[PS];  /* it does, from the wish on */
    unsigned stopped;   /* ... and so often it had, */
    unsigned moving;    /* so often another P was in the middle of something */
};

static void open_work(struct work *w, uint64_t size) {
    *w = (struct work){.size = size};
    lab_start(&w->lab, "linux/amd64");
    assert_true(heap_set_ps(w->lab.h, PS));
}

static void close_work(struct work *w) {
    assert_int_equal(w->moving, 0);
    lab_close(&w->lab);
    free(w->addrs);
}

static void keep(struct work *w, uint64_t addr) {
    void *addrs = w->addrs;
    array_reserve(&addrs, &w->cap, w->count + 1, sizeof *w->addrs);
    w->addrs = addrs;
    w->addrs[w->count++] = addr;
}

static void allocate(struct heap *h, unsigned p, void *arg) {
    struct work *w = arg;
    w->under_way[p] = true;
    uint64_t size = w->size ? w->size : 16 + w->count * 40 % 5000;
    uint64_t addr = heap_malloc_on(h, p, size, NULL).addr;
    if (addr)
        keep(w, addr);
    if (addr && w->stops[p]) {
        w->stopping[p] = true;
        heap_stop_world(h);
        for (unsigned other = 0; other < PS; other++)
            w->moving += other != p && w->under_way[other] && !w->stops[other];
        w->stopped++;
        for (unsigned i = 0; i < 8; i++) /* ... and it stays so at every lock */
            heap_malloc_on(h, p, 4096, NULL);
        w->stopping[p] = false;
    }
    w->under_way[p] = false;
}

/* Rounds of one allocation on each P. */
static void run_rounds(struct work *w, unsigned rounds) {
    struct heap *h = w->lab.h;
    for (unsigned i = 0; i < rounds && !heap_exited(h, NULL); i++) {
        for (unsigned p = 0; p < PS; p++)
            heap_start_on(h, p, allocate, w);
        heap_await_all(h);
    }
}

static void a_p_waits_for_a_lock_that_another_holds(void **state) {
    struct work w;
    (void)state;
    open_work(&w, 1024);
    heap_overlap(w.lab.h, 5);
    run_rounds(&w, ROUNDS);
    lab_check(&w.lab);
    size_t waits = lab_count_events(&w.lab, EV_WAIT, 0);
    assert_true(waits > 10);
    assert_int_equal(lab_count_events(&w.lab, EV_GOT, 0), waits);
    assert_true(heap_lock_count(w.lab.h, true).waited + heap_lock_count(w.lab.h, false).waited > 5);
    assert_true(heap_lock_count(w.lab.h, true).taken > ROUNDS / 8);
    close_work(&w);
}

static void sweep_a_span(struct heap *h, unsigned p, void *arg) {
    uint64_t npages;
    (void)arg;
    assert_true(heap_sweep_one_on(h, p, &npages));
}

/* The stack of the swept ones is empty when the P's begin: all find that it has to grow. */
static void a_sweep_stack_grows_once_for_all_who_push(void **state) {
    enum { SEEDS = 20 };
    bool met = false;
    (void)state;
    for (unsigned seed = 1; seed <= SEEDS; seed++) {
        struct lab lab;
        uint64_t live[PS];
        lab_start(&lab, "linux/amd64");
        assert_true(heap_set_ps(lab.h, PS));
        for (unsigned i = 0; i < PS; i++)
            live[i] = lab_new(&lab, 64 << i);
        lab_collect(&lab, live, PS, false);
        heap_overlap(lab.h, seed);
        for (unsigned p = 0; p < PS; p++)
            heap_start_on(lab.h, p, sweep_a_span, NULL);
        heap_await_all(lab.h);
        const struct sweep_buf *swept = &lab.h->sweep_spans[sweepgen(lab.h) / 2 % 2];
        assert_int_equal(swept->index, PS);
        assert_int_equal(swept->blocks, 1);
        met |= swept->lock.taken > 1;
        lab_check(&lab);
        lab_close(&lab);
    }
    assert_true(met);
}

/* From the events alone: a P waits for what another holds, and does nothing until it has it. */
static void who_waits_does_nothing_until_it_has_the_lock(void **state) {
    struct work w;
    unsigned holder[PS];
    bool waits[PS] = {false};
    (void)state;
    open_work(&w, 1024);
    heap_overlap(w.lab.h, 11);
    run_rounds(&w, ROUNDS);
    unsigned acting = 0;
    for (uint64_t i = 0; i < recording_count(w.lab.rec); i++) {
        const struct event *ev = recording_event(w.lab.rec, i);
        if (ev->kind == EV_SWITCH) {
            assert_int_equal(ev->a, acting);
            acting = ev->x;
        }
        assert_false(waits[acting]);
        if (ev->kind == EV_WAIT) {
            assert_int_equal(ev->x, acting);
            assert_int_not_equal(ev->a, acting);
            waits[ev->x] = true;
            holder[ev->x] = ev->w;
        } else if (ev->kind == EV_GOT) {
            assert_int_equal(ev->a, acting); /* whoever gives it up says so */
            assert_true(waits[ev->x]);
            assert_int_equal(holder[ev->x], ev->w);
            waits[ev->x] = false;
        }
    }
    close_work(&w);
}

static int by_value(const void *a, const void *b) {
    const uint64_t *x = a, *y = b;
    return *x < *y ? -1 : *x > *y;
}

static void nothing_is_lost_or_handed_out_twice(void **state) {
    struct work w;
    (void)state;
    open_work(&w, 48);
    heap_overlap(w.lab.h, 3);
    run_rounds(&w, 10 * ROUNDS);
    assert_int_equal(w.count, 10 * ROUNDS * PS);
    qsort(w.addrs, w.count, sizeof *w.addrs, by_value);
    for (size_t i = 1; i < w.count; i++)
        assert_true(w.addrs[i] - w.addrs[i - 1] >= 48);
    lab_check(&w.lab);
    struct heap_marked marked = lab_collect(&w.lab, w.addrs, w.count, true);
    assert_int_equal(marked.objects, w.count);
    close_work(&w);
}

/* All events of a run from that seed, one after the other. */
static struct strbuf events_of(uint64_t seed) {
    struct work w;
    struct strbuf events = {0};
    open_work(&w, 0);
    heap_overlap(w.lab.h, seed);
    run_rounds(&w, ROUNDS);
    for (uint64_t i = 0; i < recording_count(w.lab.rec); i++)
        sb_add(&events, (const char *)recording_event(w.lab.rec, i), sizeof(struct event));
    close_work(&w);
    return events;
}

static void a_seed_decides_everything(void **state) {
    struct strbuf once = events_of(7), again = events_of(7), other = events_of(8);
    (void)state;
    assert_int_equal(once.len, again.len);
    assert_memory_equal(sb_text(&once), sb_text(&again), once.len);
    bool same = other.len == once.len && memcmp(sb_text(&other), sb_text(&once), once.len) == 0;
    assert_false(same);
    sb_free(&once);
    sb_free(&again);
    sb_free(&other);
}

static void the_caller_goes_on_when_the_awaited_p_is_done(void **state) {
    struct work w;
    bool others_still_busy = false;
    (void)state;
    open_work(&w, 2048);
    struct heap *h = w.lab.h;
    heap_overlap(h, 1);
    for (unsigned i = 0; i < ROUNDS; i++) {
        unsigned p = i % PS;
        heap_await(h, p);
        assert_false(heap_busy(h, p));
        for (unsigned other = 0; other < PS; other++)
            others_still_busy |= w.under_way[other];
        heap_start_on(h, p, allocate, &w);
        assert_true(heap_busy(h, p));
    }
    heap_await_all(h);
    assert_true(others_still_busy);
    assert_int_equal(w.count, ROUNDS);
    lab_check(&w.lab);
    close_work(&w);
}

static void the_world_stops_for_one_after_the_other(void **state) {
    struct work w;
    (void)state;
    open_work(&w, 512);
    w.stops[1] = w.stops[2] = true;
    heap_overlap(w.lab.h, 2);
    run_rounds(&w, ROUNDS);
    assert_int_equal(w.stopped, 2 * ROUNDS);
    assert_int_equal(w.count, PS * ROUNDS);
    unsigned for_the_world = 0;
    const struct event *ev;
    for (size_t n = 0; (ev = lab_event(&w.lab, EV_WAIT, n)); n++)
        for_the_world += (ev->w & 0xff) == RANK_WORLD;
    assert_true(for_the_world > 0);
    close_work(&w);
}

static void assert_nobody_stops(const struct work *w) {
    for (unsigned p = 0; p < PS; p++)
        assert_false(w->stopping[p]);
}

/* The caller waits for one P at a time, so that it could start others in between. */
static void nothing_begins_while_the_world_is_to_stop(void **state) {
    struct work w;
    (void)state;
    open_work(&w, 512);
    w.stops[0] = w.stops[3] = true;
    heap_overlap(w.lab.h, 4);
    for (unsigned i = 0; i < 4 * ROUNDS; i++) {
        unsigned p = i * 7 / 3 % PS;
        heap_await(w.lab.h, p);
        assert_nobody_stops(&w);
        heap_start_on(w.lab.h, p, allocate, &w);
    }
    heap_await_all(w.lab.h);
    assert_int_equal(w.count, 4 * ROUNDS);
    assert_true(w.stopped > ROUNDS);
    lab_check(&w.lab);
    close_work(&w);
}

static void alone_the_world_stands_still_anyway(void **state) {
    struct work w;
    (void)state;
    open_work(&w, 512);
    heap_stop_world(w.lab.h);
    w.stops[1] = true;
    heap_overlap(w.lab.h, 2);
    heap_stop_world(w.lab.h);
    heap_start_on(w.lab.h, 1, allocate, &w);
    heap_await_all(w.lab.h);
    assert_int_equal(w.stopped, 1);
    assert_int_equal(lab_count_events(&w.lab, EV_WAIT, 0), 0);
    close_work(&w);
}

static void a_fatal_error_ends_all_that_is_in_flight(void **state) {
    (void)state;
    unsigned while_waiting = 0;
    for (unsigned seed = 0; seed < 100; seed++) {
        struct work w;
        open_work(&w, 20000);
        w.lab.system->map_fails = false;
        heap_overlap(w.lab.h, seed);
        run_rounds(&w, 20);
        w.lab.system->map_fails = true;
        w.lab.system->map_answer = 0;
        w.lab.system->map_err = 12;
        run_rounds(&w, ROUNDS);
        assert_true(heap_exited(w.lab.h, NULL));
        for (unsigned p = 0; p < PS; p++) {
            assert_false(heap_busy(w.lab.h, p));
            assert_int_equal(w.lab.h->mcaches[p]->held_count, 0);
            while_waiting += recording_head(w.lab.rec)->wait[p].waits;
        }
        assert_null(w.lab.h->lock.holder);
        assert_int_equal(lab_count_events(&w.lab, EV_EXIT, 0), 1);
        const struct recording *rec = w.lab.rec;
        assert_int_equal(recording_event(rec, recording_count(rec) - 1)->kind, EV_EXIT);
        close_work(&w);
    }
    assert_true(while_waiting > 0);
}

static void allocate_too_much(struct heap *h, unsigned p, void *arg) {
    (void)arg;
    assert_int_equal(heap_malloc_on(h, p, MiB(4), NULL).addr, 0);
}

static void stop_the_world(struct heap *h, unsigned p, void *arg) {
    (void)p, (void)arg;
    heap_stop_world(h);
}

static void the_program_may_end_while_a_p_waits_for_the_world(void **state) {
    (void)state;
    unsigned waited = 0;
    for (unsigned seed = 0; seed < 20; seed++) {
        struct work w;
        open_work(&w, 0);
        w.lab.system->map_fails = true;
        w.lab.system->map_err = 12;
        heap_overlap(w.lab.h, seed);
        heap_start_on(w.lab.h, 0, stop_the_world, NULL);
        heap_start_on(w.lab.h, 1, allocate_too_much, NULL);
        heap_await_all(w.lab.h);
        assert_true(heap_exited(w.lab.h, NULL));
        waited += lab_count_events(&w.lab, EV_WAIT, 0) > 0;
        assert_int_equal(lab_count_events(&w.lab, EV_GOT, 0), 0);
        close_work(&w);
    }
    assert_true(waited > 0 && waited < 20);
}

static void a_heap_can_go_with_operations_in_flight(void **state) {
    struct work w;
    (void)state;
    open_work(&w, 1024);
    heap_overlap(w.lab.h, 9);
    run_rounds(&w, 3);
    for (unsigned p = 0; p < PS; p++)
        heap_start_on(w.lab.h, p, allocate, &w);
    heap_await(w.lab.h, 2);
    heap_free(w.lab.h);
    recording_free(w.lab.rec);
    os_destroy(&w.lab.system->os);
    free(w.addrs);
}

static void without_overlap_nobody_locks(void **state) {
    struct work w;
    (void)state;
    open_work(&w, 1024);
    heap_await_all(w.lab.h);
    assert_false(heap_busy(w.lab.h, 0));
    heap_overlap(w.lab.h, 9);
    run_rounds(&w, 3);
    heap_overlap_end(w.lab.h);
    heap_overlap_end(w.lab.h);
    uint64_t taken = heap_lock_count(w.lab.h, false).taken;
    for (unsigned i = 0; i < 100; i++)
        assert_int_not_equal(heap_malloc_on(w.lab.h, i % PS, 4096, NULL).addr, 0);
    assert_int_equal(heap_lock_count(w.lab.h, false).taken, taken);
    heap_overlap(w.lab.h, 9);
    run_rounds(&w, 3);
    assert_int_equal(w.count, 6 * PS);
    close_work(&w);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_p_waits_for_a_lock_that_another_holds),
        cmocka_unit_test(a_sweep_stack_grows_once_for_all_who_push),
        cmocka_unit_test(who_waits_does_nothing_until_it_has_the_lock),
        cmocka_unit_test(nothing_is_lost_or_handed_out_twice),
        cmocka_unit_test(a_seed_decides_everything),
        cmocka_unit_test(the_caller_goes_on_when_the_awaited_p_is_done),
        cmocka_unit_test(the_world_stops_for_one_after_the_other),
        cmocka_unit_test(nothing_begins_while_the_world_is_to_stop),
        cmocka_unit_test(alone_the_world_stands_still_anyway),
        cmocka_unit_test(a_fatal_error_ends_all_that_is_in_flight),
        cmocka_unit_test(the_program_may_end_while_a_p_waits_for_the_world),
        cmocka_unit_test(a_heap_can_go_with_operations_in_flight),
        cmocka_unit_test(without_overlap_nobody_locks),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
