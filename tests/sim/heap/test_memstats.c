/* MemStats: what a Go program would read, against what the test did. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "tests/sim/heap/fixture.h"

#include <string.h>

static void mallocs_and_bytes_are_counted_by_class(void **state) {
    struct lab lab;
    (void)state;
    lab_start(&lab, "linux/amd64");
    for (int i = 0; i < 10; i++)
        lab_new(&lab, 40);
    lab_new(&lab, 100000);
    struct heap_memstats m = heap_memstats(lab.h);
    assert_int_equal(m.mallocs, 11);
    assert_int_equal(m.frees, 0);
    assert_int_equal(m.heap_objects, 11);
    assert_int_equal(m.total_alloc, 10 * 48 + 13 * GO_PAGE_SIZE);
    assert_int_equal(m.heap_alloc, m.total_alloc);
    assert_int_equal(m.by_size[4].size, 48);
    assert_int_equal(m.by_size[4].mallocs, 10);
    lab_close(&lab);
}

static void a_tiny_block_counts_each_object_but_its_bytes_once(void **state) {
    struct lab lab;
    (void)state;
    lab_start(&lab, "linux/amd64");
    for (int i = 0; i < 4; i++)
        lab_new(&lab, 4);
    struct heap_memstats m = heap_memstats(lab.h);
    /* Go counts the objects that joined a block as made and freed at once. */
    assert_int_equal(m.mallocs, 1 + 3);
    assert_int_equal(m.frees, 3);
    assert_int_equal(m.heap_alloc, 16);
    lab_close(&lab);
}

static void a_collection_counts_what_it_freed(void **state) {
    struct lab lab;
    uint64_t kept;
    (void)state;
    lab_start(&lab, "linux/amd64");
    kept = lab_new(&lab, 1024);
    for (int i = 0; i < 7; i++)
        lab_new(&lab, 1024);
    lab_new(&lab, 1 << 20);
    lab_collect(&lab, &kept, 1, true);
    struct heap_memstats m = heap_memstats(lab.h);
    assert_int_equal(m.mallocs, 9);
    assert_int_equal(m.frees, 8);
    assert_int_equal(m.heap_objects, 1);
    assert_int_equal(m.heap_alloc, 1024);
    assert_int_equal(m.by_size[31].frees, 7);
    assert_int_equal(m.num_gc, 1);
    lab_close(&lab);
}

static void sys_is_the_sum_of_its_parts(void **state) {
    struct lab lab;
    (void)state;
    lab_start(&lab, "linux/386");
    lab_new(&lab, 5 << 20);
    heap_alloc_manual(lab.h, 4);
    struct heap_memstats m = heap_memstats(lab.h);
    assert_int_equal(
        m.sys, m.heap_sys + m.stack_inuse + m.mspan_sys + m.mcache_sys + m.gc_sys + m.other_sys);
    assert_int_equal(m.stack_inuse, 4 * GO_PAGE_SIZE);
    assert_int_equal(m.mcache_inuse, lab.h->platform->sizeof_mcache);
    lab_close(&lab);
}

static void reading_changes_nothing(void **state) {
    struct lab lab;
    struct strbuf before = {0}, after = {0};
    (void)state;
    lab_start(&lab, "linux/amd64");
    lab_new(&lab, 24);
    heap_dump(lab.h, &before);
    heap_memstats(lab.h);
    heap_dump(lab.h, &after);
    assert_string_equal(before.text, after.text);
    sb_free(&before);
    sb_free(&after);
    lab_close(&lab);
}

static void collections_count_frees_once_swept(void **state) {
    struct lab lab;
    (void)state;
    lab_start(&lab, "linux/amd64");
    uint64_t live[] = {lab_new(&lab, 48), lab_new(&lab, 50000)};
    lab_new(&lab, 48);
    lab_new(&lab, 40000);
    lab_collect(&lab, live, 2, false);
    assert_int_equal(heap_memstats(lab.h).frees, 0);
    heap_sweep_all(lab.h);
    struct heap_memstats m = heap_memstats(lab.h);
    assert_int_equal(m.frees, 2);
    assert_int_equal(m.total_free, 48 + 40960);
    assert_int_equal(m.heap_alloc, 48 + 57344);
    assert_int_equal(m.heap_objects, 2);
    assert_int_equal(m.by_size[4].frees, 1);
    assert_int_equal(m.num_gc, 1);
    lab_collect(&lab, live, 2, true); /* the counts have been handed in: still the same */
    assert_int_equal(heap_memstats(lab.h).frees, 2);
    assert_int_equal(heap_memstats(lab.h).num_gc, 2);
    lab_close(&lab);
}

static void all_memory_from_the_system_adds_up(void **state) {
    struct lab lab;
    (void)state;
    lab_start(&lab, "linux/386");
    uint64_t live = lab_new(&lab, 100000);
    heap_alloc_manual(lab.h, 3);
    lab_collect(&lab, &live, 1, true);
    heap_scavenge(lab.h, UINT64_MAX, 0);
    struct heap_memstats m = heap_memstats(lab.h);
    uint64_t mapped = 0;
    for (size_t i = 0; i < lab.h->ranges.count; i++) {
        const struct range *r = &lab.h->ranges.ranges[i];
        if (r->state == RANGE_MAPPED || r->state == RANGE_RELEASED)
            mapped += r->end - r->start;
    }
    assert_int_equal(m.sys, mapped);
    assert_int_equal(m.stack_inuse, 3 * GO_PAGE_SIZE);
    assert_int_equal(m.heap_sys, m.heap_inuse + m.heap_idle);
    assert_int_equal(m.heap_released, m.heap_idle);
    lab_close(&lab);
}

static void the_next_collections_goal_is_told(void **state) {
    struct lab lab;
    (void)state;
    lab_start(&lab, "linux/amd64");
    assert_int_equal(heap_memstats(lab.h).next_gc, UINT64_MAX);
    heap_set_gogc(lab.h, 100);
    assert_int_equal(heap_memstats(lab.h).next_gc, 4473924);
    lab_close(&lab);
}

static void they_are_printed_under_gos_names(void **state) {
    struct lab lab;
    struct strbuf text = {0};
    (void)state;
    lab_start(&lab, "linux/amd64");
    lab_new(&lab, 40);
    lab_new(&lab, 48);
    lab_new(&lab, 100000);
    heap_memstats_print(lab.h, &text);
    assert_non_null(strstr(text.text, "TotalAlloc   106592\n"));
    assert_non_null(strstr(text.text, "\nHeapObjects  3\n"));
    assert_non_null(strstr(text.text, "\nNextGC       18446744073709551615\nNumGC        0\n"));
    assert_non_null(strstr(text.text, "\nBySize[4]    Size 48, Mallocs 2, Frees 0\n"));
    assert_null(strstr(text.text, "BySize[5]"));
    sb_free(&text);
    lab_close(&lab);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(mallocs_and_bytes_are_counted_by_class),
        cmocka_unit_test(a_tiny_block_counts_each_object_but_its_bytes_once),
        cmocka_unit_test(a_collection_counts_what_it_freed),
        cmocka_unit_test(sys_is_the_sum_of_its_parts),
        cmocka_unit_test(reading_changes_nothing),
        cmocka_unit_test(collections_count_frees_once_swept),
        cmocka_unit_test(all_memory_from_the_system_adds_up),
        cmocka_unit_test(the_next_collections_goal_is_told),
        cmocka_unit_test(they_are_printed_under_gos_names),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
