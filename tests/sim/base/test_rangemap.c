/* The range map against a plain array of cells that says the same. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "sim/base/rangemap.h"

static void neighbours_alike_become_one(void **state) {
    (void)state;
    struct rangemap m = {0};
    rangemap_set(&m, 10, 20, RANGE_MAPPED, OWNER_HEAP);
    rangemap_set(&m, 30, 40, RANGE_MAPPED, OWNER_HEAP);
    assert_int_equal(m.count, 2);
    rangemap_set(&m, 20, 30, RANGE_MAPPED, OWNER_HEAP);
    assert_int_equal(m.count, 1);
    assert_int_equal(m.ranges[0].start, 10);
    assert_int_equal(m.ranges[0].end, 40);
    rangemap_free(&m);
}

static void a_hole_splits_a_range(void **state) {
    (void)state;
    struct rangemap m = {0};
    rangemap_set(&m, 0, 100, RANGE_RESERVED, OWNER_HEAP);
    rangemap_set(&m, 40, 60, RANGE_NONE, OWNER_NOBODY);
    assert_int_equal(m.count, 2);
    assert_int_equal(rangemap_state(&m, 39, NULL), RANGE_RESERVED);
    assert_int_equal(rangemap_state(&m, 40, NULL), RANGE_NONE);
    assert_int_equal(rangemap_state(&m, 60, NULL), RANGE_RESERVED);
    rangemap_free(&m);
}

static void a_run_ends_where_the_state_changes(void **state) {
    (void)state;
    struct rangemap m = {0};
    struct range run;
    rangemap_set(&m, 10, 20, RANGE_TAKEN, OWNER_OTHER);
    assert_int_equal(rangemap_run(&m, 0, 100, &run), 10);
    assert_int_equal(run.state, RANGE_NONE);
    assert_int_equal(rangemap_run(&m, 10, 100, &run), 20);
    assert_int_equal(run.state, RANGE_TAKEN);
    assert_int_equal(rangemap_run(&m, 20, 100, &run), 100);
    rangemap_free(&m);
}

static void bytes_are_counted_by_state(void **state) {
    (void)state;
    struct rangemap m = {0};
    rangemap_set(&m, 10, 20, RANGE_MAPPED, OWNER_HEAP);
    rangemap_set(&m, 30, 50, RANGE_MAPPED, OWNER_HEAP);
    rangemap_set(&m, 20, 25, RANGE_RELEASED, OWNER_HEAP);
    assert_int_equal(rangemap_bytes(&m, 0, 100, RANGE_MAPPED), 30);
    assert_int_equal(rangemap_bytes(&m, 15, 45, RANGE_MAPPED), 20);
    assert_int_equal(rangemap_bytes(&m, 15, 45, RANGE_RELEASED), 5);
    assert_int_equal(rangemap_bytes(&m, 50, 60, RANGE_MAPPED), 0);
    rangemap_free(&m);
}

static void random_changes_agree_with_cells(void **state) {
    (void)state;
    enum { CELLS = 64, ROUNDS = 20000 };
    uint8_t cells[CELLS] = {0};
    struct rangemap m = {0};
    uint32_t dice = 12345;
    for (int round = 0; round < ROUNDS; round++) {
        dice = dice * 1664525 + 1013904223;
        unsigned start = dice >> 8 & 63, len = 1 + (dice >> 16 & 15), value = dice >> 24 & 3;
        unsigned end = start + len < CELLS ? start + len : CELLS;
        rangemap_set(&m, start, end, (enum range_state)value, OWNER_NOBODY);
        for (unsigned i = start; i < end; i++)
            cells[i] = (uint8_t)value;
        for (unsigned i = 0; i < CELLS; i++)
            assert_int_equal(rangemap_state(&m, i, NULL), cells[i]);
        for (size_t i = 1; i < m.count; i++)
            assert_true(m.ranges[i - 1].end < m.ranges[i].start ||
                        m.ranges[i - 1].state != m.ranges[i].state);
    }
    rangemap_free(&m);
}

static void nothing_stays_nothing(void **state) {
    (void)state;
    struct rangemap m = {0};
    rangemap_set(&m, 10, 20, RANGE_NONE, OWNER_NOBODY);
    assert_int_equal(m.count, 0);
    rangemap_free(&m);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(nothing_stays_nothing),
        cmocka_unit_test(neighbours_alike_become_one),
        cmocka_unit_test(a_hole_splits_a_range),
        cmocka_unit_test(a_run_ends_where_the_state_changes),
        cmocka_unit_test(bytes_are_counted_by_state),
        cmocka_unit_test(random_changes_agree_with_cells),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
