/* Pace: when a collection is due, how sweeping is paid for, when memory is given back. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "tests/sim/heap/fixture.h"

#define SECOND UINT64_C(1000000000)

/* Allocates 1 KiB objects until a collection is due; returns the bytes allocated. */
static uint64_t fill_until_due(struct lab *lab) {
    uint64_t bytes = 0;
    while (!heap_gc_due(lab->h)) {
        lab_new(lab, 1024);
        bytes += 1024;
        assert_true(bytes < 64 << 20);
    }
    return bytes;
}

static void a_heap_never_collects_unless_told(void **state) {
    struct lab lab;
    (void)state;
    lab_start(&lab, "linux/amd64");
    for (int i = 0; i < 3; i++)
        lab_new(&lab, 16 << 20);
    assert_false(heap_gc_due(lab.h));
    assert_true(heap_goal(lab.h) == UINT64_MAX);
    lab_close(&lab);
}

static void the_first_collection_is_due_at_four_mebibytes_scaled(void **state) {
    static const struct {
        int64_t gogc;
        uint64_t due;
    } cases[] = {{100, 4 << 20}, {50, 2 << 20}, {200, 8 << 20}};
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        struct lab lab;
        lab_start(&lab, "linux/amd64");
        heap_set_gogc(lab.h, cases[i].gogc);
        fill_until_due(&lab);
        uint64_t live = heap_stat(lab.h, STAT_heap_live);
        assert_true(live >= cases[i].due && live < cases[i].due + GO_PAGE_SIZE);
        lab_close(&lab);
    }
}

static void the_next_one_is_due_when_what_was_marked_has_grown_by_its_share(void **state) {
    enum { KEPT = 8192 };
    static uint64_t live[KEPT];
    struct lab lab;
    (void)state;
    lab_start(&lab, "linux/amd64");
    for (size_t i = 0; i < KEPT; i++)
        live[i] = lab_new(&lab, 1024); /* 8 MiB */
    heap_set_gogc(lab.h, 100);
    lab_collect(&lab, live, KEPT, true);
    assert_int_equal(heap_goal(lab.h), 16 << 20);
    fill_until_due(&lab);
    uint64_t at = heap_stat(lab.h, STAT_heap_live), trigger = (8 << 20) + (7 << 20);
    assert_true(at >= trigger && at < trigger + GO_PAGE_SIZE);
    heap_set_gogc(lab.h, -1);
    assert_false(heap_gc_due(lab.h));
    lab_close(&lab);
}

static void sweeping_is_paid_for_before_the_next_collection(void **state) {
    enum { MADE = 16384 };
    static uint64_t made[MADE];
    struct lab lab;
    (void)state;
    lab_start(&lab, "linux/amd64");
    heap_set_gogc(lab.h, 100);
    for (size_t i = 0; i < MADE; i++)
        made[i] = lab_new(&lab, 1024);
    lab_collect(
        &lab, made, MADE, false); /* all live: nothing that allocation would want to sweep */
    assert_true(lab.h->sweep_pages_per_byte > 0);
    uint64_t before = heap_stat(lab.h, STAT_pages_swept);
    lab_new(&lab, 3 << 20);
    assert_true(heap_stat(lab.h, STAT_pages_swept) > before);
    fill_until_due(&lab);
    assert_int_equal(heap_stat(lab.h, STAT_pages_swept), MADE * 1024 / GO_PAGE_SIZE);
    lab_close(&lab);
}

static void without_gogc_no_credit_is_asked(void **state) {
    struct lab lab;
    uint64_t live;
    (void)state;
    lab_start(&lab, "linux/amd64");
    live = lab_new(&lab, 1 << 20);
    lab_collect(&lab, &live, 1, false);
    assert_true(lab.h->sweep_pages_per_byte == 0);
    lab_close(&lab);
}

static void pages_free_for_five_minutes_are_given_back(void **state) {
    struct lab lab;
    (void)state;
    lab_start(&lab, "linux/amd64");
    heap_free_manual(lab.h, heap_alloc_manual(lab.h, 8));
    assert_int_equal(heap_advance(lab.h, 140 * SECOND), 0); /* nobody looks yet */
    assert_int_equal(heap_advance(lab.h, 20 * SECOND), 0);  /* looked at, too young */
    assert_int_equal(heap_advance(lab.h, 151 * SECOND), 1 << 20);
    assert_int_equal(heap_stat(lab.h, STAT_heap_released), 1 << 20);
    lab_close(&lab);
}

/* Allocates objects of 64 KiB until a collection is due; how many. */
static uint64_t count_until_due(struct lab *lab) {
    uint64_t n = 0;
    for (; !heap_gc_due(lab->h); n++)
        lab_new(lab, 65536);
    return n;
}

static void a_low_gogc_begins_a_twentieth_before_the_goal(void **state) {
    struct lab lab;
    uint64_t live[160];
    (void)state;
    lab_start(&lab, "linux/amd64");
    heap_set_gogc(lab.h, 50);
    for (unsigned i = 0; i < 160; i++)
        live[i] = lab_new(&lab, 65536);
    lab_collect(&lab, live, 160, true);
    assert_int_equal(heap_goal(lab.h), MiB(15));
    assert_int_equal(count_until_due(&lab), 76); /* 0.95 * 50 % of 10 MiB */
    lab_close(&lab);
}

static void little_that_lives_does_not_make_collections_frequent(void **state) {
    struct lab lab;
    (void)state;
    lab_start(&lab, "linux/amd64");
    heap_set_gogc(lab.h, 100);
    uint64_t live = lab_new(&lab, 65536);
    lab_collect(&lab, &live, 1, true);
    assert_int_equal(heap_goal(lab.h), MiB(4));
    assert_int_equal(count_until_due(&lab), 63);
    lab_close(&lab);
}

static void pages_that_the_caller_will_sweep_are_not_swept_for_it(void **state) {
    struct lab lab;
    (void)state;
    lab_start(&lab, "linux/amd64");
    heap_set_gogc(lab.h, 100);
    uint64_t addr = 0;
    for (unsigned i = 0; i < 2048; i++)
        addr = lab_new(&lab, 4096);
    lab_collect(&lab, &addr, 1, false);
    uint64_t debt = (uint64_t)(lab.h->sweep_pages_per_byte * (double)MiB(1));
    assert_true(debt > 10);
    deduct_sweep_credit(lab.h, MiB(1), debt);
    assert_int_equal(heap_stat(lab.h, STAT_pages_swept), 0);
    deduct_sweep_credit(lab.h, MiB(1), debt - 5);
    assert_int_equal(heap_stat(lab.h, STAT_pages_swept), 5);
    deduct_sweep_credit(lab.h, MiB(1), debt - 5); /* paid */
    assert_int_equal(heap_stat(lab.h, STAT_pages_swept), 5);
    lab_close(&lab);
}

static void time_starts_anew_for_what_is_used_in_between(void **state) {
    struct lab lab;
    (void)state;
    lab_start(&lab, "linux/amd64");
    uint64_t a = heap_alloc_manual(lab.h, 28);
    heap_alloc_manual(lab.h, 100);
    heap_advance(lab.h, 240 * SECOND);
    heap_free_manual(lab.h, a);
    assert_int_equal(heap_advance(lab.h, 240 * SECOND), 0);
    assert_int_equal(heap_advance(lab.h, 180 * SECOND), 28 * GO_PAGE_SIZE);
    lab_close(&lab);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_heap_never_collects_unless_told),
        cmocka_unit_test(the_first_collection_is_due_at_four_mebibytes_scaled),
        cmocka_unit_test(the_next_one_is_due_when_what_was_marked_has_grown_by_its_share),
        cmocka_unit_test(sweeping_is_paid_for_before_the_next_collection),
        cmocka_unit_test(without_gogc_no_credit_is_asked),
        cmocka_unit_test(pages_free_for_five_minutes_are_given_back),
        cmocka_unit_test(a_low_gogc_begins_a_twentieth_before_the_goal),
        cmocka_unit_test(little_that_lives_does_not_make_collections_frequent),
        cmocka_unit_test(pages_that_the_caller_will_sweep_are_not_swept_for_it),
        cmocka_unit_test(time_starts_anew_for_what_is_used_in_between),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
