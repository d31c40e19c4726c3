/*
 * Reading pages into cells: what is merged, what is counted, which span an address belongs to.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "tests/viz/arena_fixture.h"
#include "viz/panels/heapmap.h"

#define BASE 0xc420000000

static struct cell cell_of(const struct replica *r, uint64_t page, uint64_t pages) {
    struct heapmap m;
    heapmap_begin(&m, r, 1);
    uint64_t lo = BASE + page * ARENA_PAGE;
    return heapmap_cell(&m, lo, lo + pages * ARENA_PAGE);
}

static void close_to(float got, double wanted) {
    assert_true(got > wanted - 0.01 && got < wanted + 0.01);
}

static void a_page_shows_the_share_of_its_own_slots(void **state) {
    (void)state;
    struct replica *r = fix_64(128);
    uint32_t span = fix_span(r, BASE, 2, SPAN_STATE_INUSE);
    fix_slots(r, span, 20, 1024, 12); /* 8 slots a page */
    close_to(cell_of(r, 0, 1).allocated, 1);
    close_to(cell_of(r, 1, 1).allocated, 0.5);
    close_to(cell_of(r, 1, 1).open, 0.5);
    assert_int_equal(cell_of(r, 1, 1).span, span);
    assert_int_equal(cell_of(r, 1, 1).spanclass, 20);
    replica_free(r);
}

static void survivors_beyond_freeindex_count(void **state) {
    (void)state;
    struct replica *r = fix_64(128);
    uint32_t span = fix_span(r, BASE, 1, SPAN_STATE_INUSE);
    fix_slots(r, span, 2, 8, 100);
    fix_survivor(r, span, 127);
    fix_survivor(r, span, 128);
    struct slot_run run;
    assert_true(heapmap_slots(replica_span(r, span), BASE, BASE + ARENA_PAGE, &run));
    assert_int_equal(run.first, 0);
    assert_int_equal(run.count, 1024);
    assert_int_equal(run.allocated, 102);
    assert_true(heapmap_slots(replica_span(r, span), BASE + 127 * 8, BASE + 129 * 8, &run));
    assert_int_equal(run.count, 2);
    assert_int_equal(run.allocated, 2);
    replica_free(r);
}

static void the_tail_has_no_slots(void **state) {
    (void)state;
    struct replica *r = fix_64(128);
    uint32_t span = fix_span(r, BASE, 1, SPAN_STATE_INUSE);
    fix_slots(r, span, 8, 48, 170);
    struct slot_run run;
    assert_false(heapmap_slots(replica_span(r, span), BASE + 8160, BASE + 8192, &run));
    replica_free(r);
}

static void merged_pages_keep_their_shares(void **state) {
    (void)state;
    struct replica *r = fix_64(16);
    fix_slots(r, fix_span(r, BASE, 4, SPAN_STATE_INUSE), 20, 1024, 16);
    fix_span(r, BASE + 4 * ARENA_PAGE, 2, SPAN_STATE_FREE);
    fix_span(r, BASE + 6 * ARENA_PAGE, 2, SPAN_STATE_MANUAL);
    struct cell cell = cell_of(r, 0, 32); /* 16 pages are not in use yet */
    close_to(cell.allocated, 2.0 / 32);
    close_to(cell.open, 2.0 / 32);
    close_to(cell.free, 2.0 / 32);
    close_to(cell.manual, 2.0 / 32);
    close_to(cell.unused, 24.0 / 32);
    assert_int_equal(cell.span, 0);
    replica_free(r);
}

static void one_small_span_in_a_huge_cell_is_not_lost(void **state) {
    (void)state;
    struct replica *r = fix_64(128);
    fix_slots(r, fix_span(r, BASE + 100 * ARENA_PAGE, 1, SPAN_STATE_INUSE), 20, 1024, 8);
    struct cell cell = cell_of(r, 0, 1 << 20);
    assert_true(cell.any_class);
    assert_true(cell.allocated > 0);
    replica_free(r);
}

static void many_spans_in_a_cell_are_sampled_evenly(void **state) {
    (void)state;
    struct replica *r = fix_64(4096);
    for (uint64_t i = 0; i < 4096; i++) {
        uint32_t span = fix_span(r, BASE + i * ARENA_PAGE, 1, SPAN_STATE_INUSE);
        fix_slots(r, span, i < 3072 ? 20 : 30, 1024, 2);
    }
    struct cell cell = cell_of(r, 0, 4096);
    close_to(cell.allocated, 0.25);
    assert_int_equal(cell.spanclass, 20);
    replica_free(r);
}

/* As coalescing leaves it: the neighbour's entries stay behind inside. */
static void an_address_inside_a_free_span_finds_it(void **state) {
    (void)state;
    struct replica *r = fix_64(16);
    uint32_t left = fix_span(r, BASE, 4, SPAN_STATE_FREE);
    uint32_t right = fix_span(r, BASE + 4 * ARENA_PAGE, 4, SPAN_STATE_INUSE);
    fix_field(r, right, SPAN_state, SPAN_STATE_INUSE, SPAN_STATE_DEAD);
    fix_field(r, left, SPAN_npages, 4, 8);
    struct event last = {.kind = EV_PAGES, .a = 7, .b = 1, .c = right | (uint64_t)left << 32};
    replica_apply(r, &last);
    for (uint64_t page = 0; page < 8; page++)
        assert_int_equal(heapmap_span_at(r, BASE + page * ARENA_PAGE + 5), left);
    assert_int_equal(heapmap_span_at(r, BASE + 8 * ARENA_PAGE), 0);
    assert_int_equal(heapmap_span_at(r, BASE - 1), 0);
    replica_free(r);
}

static void focus_is_hovered_then_pinned_then_latest(void **state) {
    (void)state;
    struct replica *r = fix_64(16);
    struct recording *rec = recording_new();
    struct view v = {.r = r, .rec = rec, .at = 2, .count = 2};
    struct event begin = {.kind = EV_OP_BEGIN}, object = {.kind = EV_OBJECT, .a = BASE + 64};
    recording_append(rec, &begin);
    recording_append(rec, &object);
    bool chosen = true;
    assert_int_equal(heapmap_focus(&v, &chosen), BASE + 64);
    assert_false(chosen);
    v.pinned = (struct thing){THING_SLOT, 0, BASE + 128, 16};
    assert_int_equal(heapmap_focus(&v, &chosen), BASE + 128);
    assert_true(chosen);
    v.hover = (struct thing){THING_PAGE, 0, BASE + ARENA_PAGE, ARENA_PAGE};
    assert_int_equal(heapmap_focus(&v, NULL), BASE + ARENA_PAGE);
    v.hover = (struct thing){THING_HINT, 3, 0, 0};
    assert_int_equal(heapmap_focus(&v, NULL), BASE + 128);
    recording_free(rec);
    replica_free(r);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_page_shows_the_share_of_its_own_slots),
        cmocka_unit_test(survivors_beyond_freeindex_count),
        cmocka_unit_test(the_tail_has_no_slots),
        cmocka_unit_test(merged_pages_keep_their_shares),
        cmocka_unit_test(one_small_span_in_a_huge_cell_is_not_lost),
        cmocka_unit_test(many_spans_in_a_cell_are_sampled_evenly),
        cmocka_unit_test(an_address_inside_a_free_span_finds_it),
        cmocka_unit_test(focus_is_hovered_then_pinned_then_latest),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
