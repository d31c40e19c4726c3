/* mcentral: spans with and without free slots, between the mcache and the heap of pages. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "tests/sim/heap/fixture.h"

enum {
    SIZE = 1024, /* eight to a span, */
    CLASS = 31,
    SPAN_CLASS = CLASS << 1 | 1,
    SLOTS = 8,
};

static struct mcentral *central(const struct lab *lab) {
    return &lab->h->central[SPAN_CLASS];
}

/* Fills n spans; their first objects. */
static void fill_spans(struct lab *lab, uint64_t *first, size_t n) {
    for (size_t i = 0; i < n * SLOTS; i++) {
        uint64_t addr = lab_new(lab, SIZE);
        if (i % SLOTS == 0)
            first[i / SLOTS] = addr;
    }
    lab_check(lab);
}

static void assert_lengths(const struct lab *lab, size_t nonempty, size_t empty) {
    assert_int_equal(list_length(&central(lab)->nonempty), nonempty);
    assert_int_equal(list_length(&central(lab)->empty), empty);
}

static void a_span_in_an_mcache_counts_as_empty_and_used_up(void **state) {
    struct lab lab;
    (void)state;
    lab_start(&lab, "linux/amd64");
    uint64_t addr = lab_new(&lab, SIZE);
    const struct mspan *s = lab_span(&lab, addr);
    assert_lengths(&lab, 0, 1);
    assert_true(s->incache);
    assert_int_equal(s->limit, s->base + GO_PAGE_SIZE);
    assert_int_equal(central(&lab)->nmalloc, SLOTS);
    assert_int_equal(heap_stat(lab.h, STAT_heap_live), GO_PAGE_SIZE);
    lab_close(&lab);
}

static void full_spans_stay_among_the_empty_in_the_order_they_came(void **state) {
    struct lab lab;
    uint64_t first[3];
    (void)state;
    lab_start(&lab, "linux/amd64");
    fill_spans(&lab, first, 3);
    assert_lengths(&lab, 0, 3);
    const struct mspan *s = central(&lab)->empty.first;
    for (size_t i = 0; i < 3; i++, s = s->next) {
        assert_int_equal(s->base, first[i]);
        assert_int_equal(s->incache, i == 2); /* filled, but not yet replaced */
    }
    assert_int_equal(central(&lab)->nmalloc, 3 * SLOTS);
    lab_close(&lab);
}

static void what_is_left_over_is_subtracted_when_the_span_comes_back(void **state) {
    struct lab lab;
    (void)state;
    lab_start(&lab, "linux/amd64");
    uint64_t live[] = {lab_new(&lab, SIZE), lab_new(&lab, SIZE), lab_new(&lab, SIZE)};
    lab_collect(&lab, live, 3, false);
    assert_lengths(&lab, 1, 0);
    assert_false(lab_span(&lab, live[0])->incache);
    assert_int_equal(central(&lab)->nmalloc, 3);
    assert_int_equal(heap_stat(lab.h, STAT_heap_live), 3 * SIZE);
    lab_close(&lab);
}

static void a_full_span_that_comes_back_stays_among_the_empty(void **state) {
    struct lab lab;
    uint64_t first;
    (void)state;
    lab_start(&lab, "linux/amd64");
    fill_spans(&lab, &first, 1);
    lab_collect(&lab, &first, 1, false);
    assert_lengths(&lab, 0, 1);
    assert_int_equal(central(&lab)->nmalloc, SLOTS);
    heap_sweep_all(lab.h); /* only now it is known that seven slots are free */
    assert_lengths(&lab, 1, 0);
    assert_int_equal(central(&lab)->nmalloc, SLOTS);
    lab_close(&lab);
}

static void a_span_with_a_free_slot_is_handed_out_before_a_fresh_one(void **state) {
    struct lab lab;
    uint64_t first[3], live[2];
    (void)state;
    lab_start(&lab, "linux/amd64");
    fill_spans(&lab, first, 3);
    live[0] = first[0], live[1] = first[2];
    lab_collect(&lab, live, 2, true); /* of the second nothing is left: it goes home */
    assert_lengths(&lab, 2, 0);
    const struct mspan *next = central(&lab)->nonempty.first;
    uint64_t nmalloc = central(&lab)->nmalloc;
    assert_int_equal(lab_new(&lab, SIZE), next->base + SIZE);
    assert_lengths(&lab, 1, 1);
    assert_ptr_equal(central(&lab)->empty.last, next);
    assert_int_equal(central(&lab)->nmalloc, nmalloc + SLOTS - 1);
    lab_close(&lab);
}

static void a_swept_span_that_had_been_full_moves_to_the_front_of_the_nonempty(void **state) {
    struct lab lab;
    uint64_t first[3];
    (void)state;
    lab_start(&lab, "linux/amd64");
    fill_spans(&lab, first, 3);
    lab_collect(&lab, first, 3, false);
    uint64_t npages;
    const struct mspan *before = NULL;
    while (heap_sweep_one(lab.h, &npages)) {
        const struct mspan *s = central(&lab)->nonempty.first;
        if (s && s != before)
            assert_ptr_equal(s->next, before);
        before = s;
    }
    assert_lengths(&lab, 3, 0);
    lab_close(&lab);
}

static void a_span_without_objects_goes_home(void **state) {
    struct lab lab;
    uint64_t first[2];
    (void)state;
    lab_start(&lab, "linux/amd64");
    fill_spans(&lab, first, 2);
    lab_collect(&lab, NULL, 0, true);
    assert_lengths(&lab, 0, 0);
    assert_int_equal(lab_count_spans(&lab, SPAN_STATE_INUSE), 0);
    assert_int_equal(heap_stat(lab.h, STAT_heap_inuse), 0);
    assert_int_equal(lab_span(&lab, first[0])->npages, 128);
    lab_close(&lab);
}

/* An unswept full span is swept by mcentral itself when it needs one, out of turn. */
static void mcentral_sweeps_full_spans_until_one_has_a_free_slot(void **state) {
    struct lab lab;
    uint64_t first[3], live[2 * SLOTS + 1];
    (void)state;
    lab_start(&lab, "linux/amd64");
    fill_spans(&lab, first, 3);
    for (unsigned i = 0; i < SLOTS; i++) { /* two stay full, the third keeps one */
        live[i] = first[0] + i * SIZE;
        live[SLOTS + i] = first[1] + i * SIZE;
    }
    live[2 * SLOTS] = first[2] + 4 * SIZE;
    lab_collect(&lab, live, ARRAY_LEN(live), false);
    assert_lengths(&lab, 0, 3);
    assert_int_equal(lab_new(&lab, SIZE), first[2]);
    for (unsigned i = 0; i < 3; i++)
        assert_int_equal(lab_span(&lab, first[i])->sweepgen, heap_stat(lab.h, STAT_sweepgen));
    assert_int_equal(lab_span(&lab, first[0])->freeindex, SLOTS);
    /* Those that were looked at stand behind. */
    assert_int_equal(central(&lab)->empty.last->base, first[2]);
    assert_lengths(&lab, 0, 3);
    for (unsigned i = 1; i < SLOTS; i++)
        if (i != 4)
            assert_int_equal(lab_new(&lab, SIZE), first[2] + i * SIZE);
    lab_close(&lab);
}

static void an_unswept_span_with_free_slots_is_swept_before_it_is_used(void **state) {
    struct lab lab;
    (void)state;
    lab_start(&lab, "linux/amd64");
    uint64_t a = lab_new(&lab, SIZE), b = lab_new(&lab, SIZE);
    lab_collect(&lab, &b, 1, false);
    assert_lengths(&lab, 1, 0);
    assert_int_equal(lab_new(&lab, SIZE), a); /* free only since it was swept */
    assert_int_equal(lab_span(&lab, a)->sweepgen, heap_stat(lab.h, STAT_sweepgen));
    lab_close(&lab);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_span_in_an_mcache_counts_as_empty_and_used_up),
        cmocka_unit_test(full_spans_stay_among_the_empty_in_the_order_they_came),
        cmocka_unit_test(what_is_left_over_is_subtracted_when_the_span_comes_back),
        cmocka_unit_test(a_full_span_that_comes_back_stays_among_the_empty),
        cmocka_unit_test(a_span_with_a_free_slot_is_handed_out_before_a_fresh_one),
        cmocka_unit_test(a_swept_span_that_had_been_full_moves_to_the_front_of_the_nonempty),
        cmocka_unit_test(a_span_without_objects_goes_home),
        cmocka_unit_test(mcentral_sweeps_full_spans_until_one_has_a_free_slot),
        cmocka_unit_test(an_unswept_span_with_free_slots_is_swept_before_it_is_used),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
