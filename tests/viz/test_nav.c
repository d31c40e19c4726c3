/* Where one has looked: back and forward, and what counts as one visit. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "viz/nav.h"

static void visit(struct nav *n, uint64_t at, uint64_t zoom, uint64_t page, double seconds) {
    nav_visit(n,
        &(struct place){.at = at,
            .zoom = {.start = zoom, .size = zoom ? 64 : 0},
            .pinned = {.kind = page ? THING_PAGE : THING_NONE, .addr = page}},
        seconds);
}

static void back_and_forward(void **state) {
    (void)state;
    struct nav n = {0};
    assert_null(nav_move(&n, -1));
    assert_null(nav_move(&n, 1));
    visit(&n, 1, 0, 0, 0);
    visit(&n, 100, 0, 0, 5);
    visit(&n, 100, 0, 0x2000, 6);
    assert_int_equal(nav_move(&n, -1)->pinned.kind, THING_NONE);
    assert_int_equal(nav_move(&n, -1)->at, 1);
    assert_null(nav_move(&n, -1));
    assert_int_equal(nav_move(&n, 1)->at, 100);
    assert_int_equal(nav_move(&n, 1)->pinned.addr, 0x2000);
    assert_null(nav_move(&n, 1));
}

static void going_elsewhere_forgets_what_was_undone(void **state) {
    (void)state;
    struct nav n = {0};
    for (uint64_t i = 1; i <= 4; i++)
        visit(&n, i * 100, 0, 0, (double)i * 10);
    nav_move(&n, -1);
    nav_move(&n, -1);
    visit(&n, 7, 0, 0, 100);
    assert_null(nav_move(&n, 1));
    assert_int_equal(nav_move(&n, -1)->at, 200);
}

static void panning_is_one_visit(void **state) {
    (void)state;
    struct nav n = {0};
    visit(&n, 1, 0, 0, 0);
    for (uint64_t i = 1; i <= 20; i++)
        visit(&n, 1, i * 64, 0, 2 + (double)i * 0.1);
    assert_int_equal(n.count, 2);
    assert_int_equal(n.places[1].zoom.start, 20 * 64);
    visit(&n, 1, 99, 0, 10); /* after a pause it is another */
    assert_int_equal(n.count, 3);
}

static void another_sort_of_change_is_another_visit(void **state) {
    (void)state;
    struct nav n = {0};
    visit(&n, 1, 0, 0, 0);
    visit(&n, 2, 0, 0, 0.1);
    visit(&n, 2, 64, 0, 0.2);
    visit(&n, 2, 64, 0x2000, 0.3);
    visit(&n, 2, 64, 0x4000, 0.4); /* things pinned are never merged */
    assert_int_equal(n.count, 5);
}

static void the_same_place_is_no_visit(void **state) {
    (void)state;
    struct nav n = {0};
    visit(&n, 1, 0, 0, 0);
    visit(&n, 1, 0, 0, 9);
    assert_int_equal(n.count, 1);
}

static void a_visit_after_going_back_is_not_merged_into_it(void **state) {
    (void)state;
    struct nav n = {0};
    visit(&n, 1, 0, 0, 0);
    visit(&n, 2, 0, 0, 10);
    visit(&n, 3, 0, 0, 20);
    nav_move(&n, -1);
    visit(&n, 4, 0, 0, 20.1);
    assert_int_equal(nav_move(&n, -1)->at, 2);
}

static void the_oldest_is_forgotten(void **state) {
    (void)state;
    struct nav n = {0};
    for (uint64_t i = 0; i < NAV_MAX + 5; i++)
        visit(&n, i, 0, 0, (double)i * 10);
    assert_int_equal(n.count, NAV_MAX);
    size_t steps = 0;
    while (nav_move(&n, -1))
        steps++;
    assert_int_equal(steps, NAV_MAX - 1);
    assert_int_equal(n.places[0].at, 5);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(back_and_forward),
        cmocka_unit_test(going_elsewhere_forgets_what_was_undone),
        cmocka_unit_test(panning_is_one_visit),
        cmocka_unit_test(another_sort_of_change_is_another_visit),
        cmocka_unit_test(the_same_place_is_no_visit),
        cmocka_unit_test(a_visit_after_going_back_is_not_merged_into_it),
        cmocka_unit_test(the_oldest_is_forgotten),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
