/* The scavenger: what it gives back, with physical pages of several sizes. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "tests/sim/heap/fixture.h"

static uint64_t take(struct lab *lab, uint64_t npages) {
    uint64_t addr = heap_alloc_manual(lab->h, npages);
    assert_true(addr != 0);
    return addr;
}

static uint64_t scavenge_all(struct lab *lab) {
    uint64_t bytes = heap_scavenge(lab->h, UINT64_MAX, 0);
    lab_check(lab);
    return bytes;
}

static void assert_state(const struct lab *lab, uint64_t addr, enum range_state state) {
    assert_int_equal(rangemap_state(&lab->h->ranges, addr, NULL), state);
}

static void free_pages_are_given_back_and_counted(void **state) {
    struct lab lab;
    (void)state;
    lab_start(&lab, "linux/amd64");
    uint64_t rest = take(&lab, 8) + 8 * GO_PAGE_SIZE, bytes = 120 * GO_PAGE_SIZE;
    assert_int_equal(scavenge_all(&lab), bytes);
    assert_int_equal(heap_stat(lab.h, STAT_heap_released), bytes);
    assert_int_equal(heap_stat(lab.h, STAT_heap_idle), bytes); /* still the heap's */
    assert_int_equal(lab_span(&lab, rest)->npreleased, 120);
    const struct event *unused = lab_event(&lab, EV_OS_UNUSED, 0);
    assert_int_equal(unused->a, rest);
    assert_int_equal(unused->b, bytes);
    assert_state(&lab, rest - 1, RANGE_MAPPED);
    assert_state(&lab, rest, RANGE_RELEASED);
    lab_close(&lab);
}

static void pages_given_back_are_not_given_back_again(void **state) {
    struct lab lab;
    (void)state;
    lab_start(&lab, "linux/amd64");
    take(&lab, 8);
    scavenge_all(&lab);
    assert_int_equal(scavenge_all(&lab), 0);
    assert_int_equal(lab_count_events(&lab, EV_OS_UNUSED, 0), 1);
    lab_close(&lab);
}

static void pages_used_again_are_the_systems_no_longer(void **state) {
    struct lab lab;
    (void)state;
    lab_start(&lab, "linux/amd64");
    uint64_t rest = take(&lab, 8) + 8 * GO_PAGE_SIZE;
    scavenge_all(&lab);
    assert_int_equal(take(&lab, 4), rest);
    /* The whole span is taken back before it is cut. */
    const struct event *used = lab_event(&lab, EV_OS_USED, 0);
    assert_int_equal(used->a, rest);
    assert_int_equal(used->b, 120 * GO_PAGE_SIZE);
    assert_int_equal(heap_stat(lab.h, STAT_heap_released), 0);
    assert_int_equal(lab_span(&lab, rest + 4 * GO_PAGE_SIZE)->npreleased, 0);
    assert_state(&lab, rest + 4 * GO_PAGE_SIZE, RANGE_MAPPED);
    lab_check(&lab);
    assert_int_equal(scavenge_all(&lab), 116 * GO_PAGE_SIZE);
    lab_close(&lab);
}

static void their_contents_are_gone(void **state) {
    struct lab lab;
    (void)state;
    lab_start(&lab, "linux/amd64");
    uint64_t a = take(&lab, 8);
    heap_fill(lab.h, a, 8 * GO_PAGE_SIZE, 0xdb);
    heap_free_manual(lab.h, a);
    scavenge_all(&lab);
    assert_int_equal(take(&lab, 8), a);
    assert_int_equal(heap_load(lab.h, a), 0);
    lab_close(&lab);
}

static void joined_spans_keep_count_of_what_was_given_back(void **state) {
    struct lab lab;
    (void)state;
    lab_start(&lab, "linux/amd64");
    uint64_t a = take(&lab, 8), b = take(&lab, 8), c = take(&lab, 8);
    heap_free_manual(lab.h, a);
    assert_int_equal(scavenge_all(&lab), (8 + 104) * GO_PAGE_SIZE);
    heap_free_manual(lab.h, b); /* joins a, before it */
    assert_int_equal(lab_span(&lab, a)->npreleased, 8);
    heap_free_manual(lab.h, c); /* joins both */
    assert_int_equal(lab_span(&lab, a)->npages, 128);
    assert_int_equal(lab_span(&lab, a)->npreleased, 112);
    assert_int_equal(scavenge_all(&lab), 16 * GO_PAGE_SIZE);
    assert_int_equal(heap_stat(lab.h, STAT_heap_released), MiB(1));
    lab_close(&lab);
}

static void only_spans_free_for_longer_than_the_limit_are_given_back(void **state) {
    struct lab lab;
    (void)state;
    lab_start(&lab, "linux/amd64");
    uint64_t a = take(&lab, 8);
    take(&lab, 120);
    lab.h->now = 1000;
    heap_free_manual(lab.h, a);
    assert_int_equal(heap_scavenge(lab.h, 1500, 500), 0);
    assert_int_equal(heap_scavenge(lab.h, 1501, 500), 8 * GO_PAGE_SIZE);
    lab_close(&lab);
}

/* The rest of a span that was cut has been free for as long as the whole. */
static void a_rest_is_as_old_as_what_it_was_cut_from(void **state) {
    struct lab lab;
    (void)state;
    lab_start(&lab, "linux/amd64");
    uint64_t a = take(&lab, 8);
    take(&lab, 120);
    lab.h->now = 1000;
    heap_free_manual(lab.h, a);
    lab.h->now = 9000;
    take(&lab, 2);
    assert_int_equal(heap_scavenge(lab.h, 9000, 7999), 6 * GO_PAGE_SIZE);
    lab_close(&lab);
}

static void large_free_spans_are_given_back_too(void **state) {
    struct lab lab;
    uint64_t addr[5];
    (void)state;
    lab_start(&lab, "linux/amd64");
    for (unsigned i = 0; i < 5; i++) {
        addr[i] = take(&lab, 128 + i);
        take(&lab, 1);
    }
    for (unsigned i = 0; i < 5; i++)
        heap_free_manual(lab.h, addr[i]);
    uint64_t idle = heap_stat(lab.h, STAT_heap_idle);
    assert_int_equal(scavenge_all(&lab), idle);
    for (unsigned i = 0; i < 5; i++)
        assert_int_equal(lab_span(&lab, addr[i])->npreleased, 128 + i);
    lab_close(&lab);
}

/* --- Physical pages larger than ours --- */

static void of_64_kib_pages_only_whole_ones_are_given_back(void **state) {
    struct lab lab;
    (void)state;
    lab_start(&lab, "linux/ppc64le");
    uint64_t a = take(&lab, 1); /* the free span begins 8 KiB into a physical page */
    assert_int_equal(scavenge_all(&lab), MiB(1) - KiB(64));
    const struct event *unused = lab_event(&lab, EV_OS_UNUSED, 0);
    assert_int_equal(unused->a, a + KiB(64));
    assert_int_equal(unused->b, MiB(1) - KiB(64));
    assert_int_equal(lab_span(&lab, a + GO_PAGE_SIZE)->npreleased, 120);
    assert_int_equal(lab_span(&lab, a + GO_PAGE_SIZE)->npages, 127);
    assert_state(&lab, a + KiB(64) - 1, RANGE_MAPPED);
    assert_int_equal(scavenge_all(&lab), 0); /* the ragged end stays */
    assert_int_equal(lab_count_events(&lab, EV_OS_UNUSED, 0), 1);
    lab_close(&lab);
}

static void a_span_without_a_whole_physical_page_is_kept(void **state) {
    struct lab lab;
    (void)state;
    lab_start(&lab, "linux/ppc64le");
    take(&lab, 4);
    uint64_t a = take(&lab, 8); /* 64 KiB, but across a border */
    take(&lab, 116);
    heap_free_manual(lab.h, a);
    assert_int_equal(scavenge_all(&lab), 0);
    assert_int_equal(lab_count_events(&lab, EV_OS_UNUSED, 0), 0);
    assert_int_equal(lab_span(&lab, a)->npreleased, 0);
    lab_close(&lab);
}

static void physical_pages_completed_by_a_neighbour_follow(void **state) {
    struct lab lab;
    (void)state;
    lab_start(&lab, "linux/ppc64le");
    uint64_t a = take(&lab, 1);
    scavenge_all(&lab);
    heap_free_manual(lab.h, a);
    assert_int_equal(scavenge_all(&lab), KiB(64));
    assert_int_equal(lab_span(&lab, a)->npreleased, 128);
    assert_int_equal(heap_stat(lab.h, STAT_heap_released), MiB(1));
    lab_close(&lab);
}

static void of_16_kib_pages_only_whole_ones_are_given_back(void **state) {
    struct lab lab;
    (void)state;
    lab_start(&lab, "darwin/arm64");
    take(&lab, 1);
    assert_int_equal(scavenge_all(&lab), MiB(1) - KiB(16));
    lab_close(&lab);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(free_pages_are_given_back_and_counted),
        cmocka_unit_test(pages_given_back_are_not_given_back_again),
        cmocka_unit_test(pages_used_again_are_the_systems_no_longer),
        cmocka_unit_test(their_contents_are_gone),
        cmocka_unit_test(joined_spans_keep_count_of_what_was_given_back),
        cmocka_unit_test(only_spans_free_for_longer_than_the_limit_are_given_back),
        cmocka_unit_test(a_rest_is_as_old_as_what_it_was_cut_from),
        cmocka_unit_test(large_free_spans_are_given_back_too),
        cmocka_unit_test(of_64_kib_pages_only_whole_ones_are_given_back),
        cmocka_unit_test(a_span_without_a_whole_physical_page_is_kept),
        cmocka_unit_test(physical_pages_completed_by_a_neighbour_follow),
        cmocka_unit_test(of_16_kib_pages_only_whole_ones_are_given_back),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
