/* mcache: what one P allocates from. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "tests/sim/heap/fixture.h"

static void at_the_start_it_holds_no_span(void **state) {
    struct lab lab;
    (void)state;
    lab_start(&lab, "linux/amd64");
    for (unsigned i = 0; i < NUM_SPAN_CLASSES; i++)
        assert_ptr_equal(lab.h->cache.alloc[i], lab.h->emptymspan);
    assert_int_equal(lab.h->cache.tiny, 0);
    lab_close(&lab);
}

static void each_span_class_has_a_span_of_its_own(void **state) {
    static const uint8_t mask = 1;
    struct lab lab;
    (void)state;
    lab_start(&lab, "linux/386");
    uint64_t plain = lab_new(&lab, 64);
    uint64_t pointers = lab_typed(&lab, &(struct heap_type){64, 4, &mask});
    assert_ptr_equal(lab.h->cache.alloc[5 << 1 | 1], lab_span(&lab, plain));
    assert_ptr_equal(lab.h->cache.alloc[5 << 1], lab_span(&lab, pointers));
    assert_true(lab_span(&lab, plain)->incache && lab_span(&lab, pointers)->incache);
    lab_close(&lab);
}

static void a_full_span_is_replaced_when_one_more_slot_is_needed(void **state) {
    struct lab lab;
    (void)state;
    lab_start(&lab, "linux/amd64");
    uint64_t first = lab_new(&lab, 4096);
    lab_new(&lab, 4096);
    assert_true(lab_span(&lab, first)->incache); /* full, and still there */
    uint64_t third = lab_new(&lab, 4096);
    assert_false(lab_span(&lab, first)->incache);
    assert_ptr_equal(lab.h->cache.alloc[43 << 1 | 1], lab_span(&lab, third));
    assert_int_equal(lab_event(&lab, EV_CACHE, 1)->a, lab_span(&lab, first)->handle);
    assert_int_equal(lab_event(&lab, EV_CACHE, 1)->b, lab_span(&lab, third)->handle);
    lab_close(&lab);
}

static void a_collection_takes_all_spans_back(void **state) {
    struct lab lab;
    (void)state;
    lab_start(&lab, "linux/amd64");
    uint64_t live[] = {lab_new(&lab, 64), lab_new(&lab, 128), lab_new(&lab, 3)};
    lab_collect(&lab, live, 3, false);
    for (unsigned i = 0; i < NUM_SPAN_CLASSES; i++)
        assert_ptr_equal(lab.h->cache.alloc[i], lab.h->emptymspan);
    assert_int_equal(lab.h->cache.tiny, 0);
    assert_int_equal(lab.h->cache.tinyoffset, 0);
    assert_int_equal(lab_count_spans(&lab, SPAN_STATE_INUSE), 3);
    lab_close(&lab);
}

static void slots_that_no_object_took_are_not_live_any_more(void **state) {
    struct lab lab;
    (void)state;
    lab_start(&lab, "linux/amd64");
    for (unsigned i = 0; i < 3; i++)
        lab_new(&lab, 1024);
    assert_int_equal(heap_stat(lab.h, STAT_heap_live), 8 * 1024);
    mcache_release_all(lab.h, &lab.h->cache);
    assert_int_equal(heap_stat(lab.h, STAT_heap_live), 3 * 1024);
    assert_int_equal(lab.h->central[31 << 1 | 1].nmalloc, 3);
    lab_close(&lab);
}

static void its_counts_are_handed_in_with_the_heaps_lock(void **state) {
    static const uint8_t mask = 1;
    struct lab lab;
    (void)state;
    lab_start(&lab, "linux/amd64");
    lab_new(&lab, 1);
    lab_new(&lab, 1);
    lab_typed(&lab, &(struct heap_type){16, 8, &mask});
    assert_int_equal(heap_stat(lab.h, STAT_local_scan), 8);
    /* The object's span came from the heap of pages: what had been counted was handed in. */
    assert_int_equal(heap_stat(lab.h, STAT_local_tinyallocs), 0);
    assert_int_equal(heap_stat(lab.h, STAT_tinyallocs), 1);
    lab_new(&lab, 40000);
    assert_int_equal(heap_stat(lab.h, STAT_local_scan), 0);
    assert_int_equal(heap_stat(lab.h, STAT_heap_scan), 8);
    lab_close(&lab);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(at_the_start_it_holds_no_span),
        cmocka_unit_test(each_span_class_has_a_span_of_its_own),
        cmocka_unit_test(a_full_span_is_replaced_when_one_more_slot_is_needed),
        cmocka_unit_test(a_collection_takes_all_spans_back),
        cmocka_unit_test(slots_that_no_object_took_are_not_live_any_more),
        cmocka_unit_test(its_counts_are_handed_in_with_the_heaps_lock),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
