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

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_heap_never_collects_unless_told),
        cmocka_unit_test(the_first_collection_is_due_at_four_mebibytes_scaled),
        cmocka_unit_test(the_next_one_is_due_when_what_was_marked_has_grown_by_its_share),
        cmocka_unit_test(sweeping_is_paid_for_before_the_next_collection),
        cmocka_unit_test(without_gogc_no_credit_is_asked),
        cmocka_unit_test(pages_free_for_five_minutes_are_given_back),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
