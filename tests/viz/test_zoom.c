/*
 * Where the map puts an address, and moving about, at every scale in both widths.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "viz/zoom.h"

static const struct rect AREA = {100, 50, 800, 240};
static const char *const PLATFORMS[] = {"linux/amd64", "linux/386"};

static uint64_t end_of(size_t i) {
    return zoom_end(platform_find(PLATFORMS[i]));
}

static void the_space_ends_at_a_power_of_two(void **state) {
    (void)state;
    assert_int_equal(end_of(0), UINT64_C(1) << 47);
    assert_int_equal(end_of(1), GiB(4));
    for (size_t i = 0; platform_at(i); i++) {
        assert_true(is_pow2(zoom_end(platform_at(i))));
        assert_true(zoom_end(platform_at(i)) >= platform_at(i)->user_end);
    }
}

static void clamp_keeps_the_window_inside(void **state) {
    (void)state;
    uint64_t end = end_of(1);
    struct zoom high = zoom_clamp(end, (struct zoom){UINT64_MAX - 5, KiB(8)});
    assert_int_equal(high.start + high.size, end);
    struct zoom huge = zoom_clamp(end, (struct zoom){77, UINT64_MAX});
    assert_int_equal(huge.start, 0);
    assert_int_equal(huge.size, end);
    assert_int_equal(zoom_clamp(end, (struct zoom){4096, 1}).size, ZOOM_MIN);
}

static void zooming_keeps_the_focus_at_its_share(void **state) {
    (void)state;
    uint64_t end = end_of(0);
    struct zoom z = {0xc420100000, MiB(2)};
    uint64_t focus = z.start + MiB(1) / 2;
    struct zoom near = zoom_at(end, z, 4, focus);
    assert_int_equal(near.size, KiB(512));
    assert_int_equal(focus - near.start, KiB(128));
    struct zoom back = zoom_at(end, near, 0.25, focus);
    assert_int_equal(back.start, z.start);
    assert_int_equal(back.size, z.size);
}

/* From the whole space to sixteen bytes and back, in both widths. */
static void zooming_reaches_both_ends(void **state) {
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(PLATFORMS); i++) {
        uint64_t end = end_of(i), focus = end / 3;
        struct zoom z = {0, end};
        for (int n = 0; n < 200; n++) {
            z = zoom_at(end, z, 1.25, focus);
            assert_true(focus >= z.start && focus < z.start + z.size);
        }
        assert_int_equal(z.size, ZOOM_MIN);
        for (int n = 0; n < 200; n++)
            z = zoom_at(end, z, 0.8, focus);
        assert_int_equal(z.start, 0);
        assert_int_equal(z.size, end);
    }
}

static void panning_moves_by_a_share_and_stops_at_the_ends(void **state) {
    (void)state;
    uint64_t end = end_of(0);
    struct zoom z = {0xc420100000, KiB(64)};
    assert_int_equal(zoom_pan(end, z, 0.5).start, 0xc420108000);
    assert_int_equal(zoom_pan(end, z, -0.25).start, 0xc4200fc000);
    assert_int_equal(zoom_pan(end, z, -1e9).start, 0);
    assert_int_equal(zoom_pan(end, z, 1e12).start, end - z.size);
}

static void zoom_to_a_thing_holds_it_with_room(void **state) {
    (void)state;
    struct zoom z = zoom_to(end_of(0), 0xc420100000, KiB(8));
    assert_true(z.start < 0xc420100000 && z.start + z.size > 0xc420100000 + KiB(8));
}

static void settled_windows_are_whole_rows_and_stay_as_they_are(void **state) {
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(PLATFORMS); i++) {
        uint64_t end = end_of(i);
        for (uint64_t size = ZOOM_MIN; size < end; size = size * 3 / 2) {
            for (uint64_t start = 0; start < end; start += end / 7 + 12345) {
                struct zoom z = zoom_settle(end, (struct zoom){start, size}, AREA, 1);
                struct map_grid g = map_grid(z, AREA, 1);
                assert_true(is_pow2(g.row_bytes));
                assert_int_equal(g.first, z.start);
                assert_int_equal((uint64_t)g.rows * g.row_bytes, z.size);
                assert_true(z.size >= size && z.start + z.size <= end);
                struct zoom again = zoom_settle(end, z, AREA, 1);
                assert_int_equal(again.start, z.start);
                assert_int_equal(again.size, z.size);
            }
        }
    }
}

static void rows_are_never_too_low(void **state) {
    (void)state;
    for (uint64_t size = ZOOM_MIN; size < end_of(0); size = size * 3 / 2) {
        struct zoom z = zoom_settle(end_of(0), (struct zoom){0xc420000000, size}, AREA, 1);
        struct map_grid g = map_grid(z, AREA, 1);
        assert_true(g.rect.h / g.rows >= 12);
    }
}

static void a_page_keeps_its_column_while_panning(void **state) {
    (void)state;
    uint64_t page = 0xc420106000;
    int x = -1;
    for (uint64_t start = 0xc4200e0000; start < page; start += 12345) {
        struct map_grid g = map_grid((struct zoom){start, MiB(1)}, AREA, 1);
        int row = map_grid_row(&g, page);
        if (row < 0)
            continue;
        int here = map_grid_x(&g, row, page);
        assert_true(x < 0 || here == x);
        x = here;
    }
    assert_true(x >= 0);
}

/* Wherever an address is drawn, the point there gives it back, at every scale in both widths. */
static void a_point_gives_the_address_drawn_there(void **state) {
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(PLATFORMS); i++) {
        uint64_t end = end_of(i);
        for (uint64_t size = ZOOM_MIN; size <= end / 2; size *= 4) {
            struct zoom z = zoom_settle(end, (struct zoom){end / 5, size}, AREA, 1);
            struct map_grid g = map_grid(z, AREA, 1);
            uint64_t cell = g.row_bytes / 16, found;
            for (uint64_t addr = z.start; addr < z.start + z.size; addr += cell) {
                int row = map_grid_row(&g, addr);
                int x = map_grid_x(&g, row, addr) + 2, y = map_grid_y(&g, row) + 1;
                assert_true(map_grid_addr(&g, x, y, &found));
                assert_int_equal(round_down(found, cell), addr);
            }
        }
    }
    struct map_grid g = map_grid((struct zoom){0, MiB(1)}, AREA, 1);
    uint64_t unused;
    assert_false(map_grid_addr(&g, AREA.x + 5, AREA.y + 1, &unused));
}

static void on_the_way_rows_may_stand_half_in_the_picture(void **state) {
    (void)state;
    struct zoom z = zoom_settle(end_of(0), (struct zoom){0xc420000000, MiB(1)}, AREA, 1);
    struct map_grid whole = map_grid(z, AREA, 1);
    z.start += whole.row_bytes / 2;
    struct map_grid g = map_grid(z, AREA, 1);
    assert_int_equal(g.rows, whole.rows + 1);
    assert_true(map_grid_y(&g, 0) < g.rect.y && map_grid_y(&g, 1) > g.rect.y);
    assert_int_equal(
        map_grid_y(&g, 1) - map_grid_y(&g, 0), map_grid_y(&whole, 1) - map_grid_y(&whole, 0));
}

static void a_glide_begins_and_ends_exactly(void **state) {
    (void)state;
    struct zoom from = {0, end_of(0)}, to = {0xc420012340, 64};
    assert_int_equal(zoom_between(from, to, 0).size, from.size);
    assert_int_equal(zoom_between(from, to, 1).start, to.start);
    assert_int_equal(zoom_between(from, to, 1).size, to.size);
    assert_int_equal(zoom_between(from, to, 1.7).size, to.size);
}

/* Each tenth of the way magnifies as much as the one before, and holds the place it goes to. */
static void a_glide_magnifies_evenly_towards_its_goal(void **state) {
    (void)state;
    struct zoom from = {0, end_of(0)}, to = {0xc420000000, MiB(1)}, last = from;
    double ratio = 0;
    for (int i = 1; i <= 10; i++) {
        struct zoom z = zoom_between(from, to, i / 10.0);
        double now = (double)last.size / (double)z.size;
        assert_true(i == 1 || (now > ratio * 0.99 && now < ratio * 1.01));
        assert_true(z.start <= to.start && z.start + z.size >= to.start + to.size);
        ratio = now;
        last = z;
    }
}

/* Interrupted half-way, a new glide goes on from there. */
static void a_glide_can_be_taken_over(void **state) {
    (void)state;
    struct zoom from = {0, GiB(4)}, to = {GiB(1), MiB(1)}, other = {GiB(2), GiB(1)};
    struct zoom half = zoom_between(from, to, 0.5);
    struct zoom next = zoom_between(half, other, 0.001);
    assert_true(next.size < half.size * 2 && next.size * 2 > half.size);
    assert_int_equal(zoom_between(half, other, 1).start, other.start);
}

static void a_rectangle_selects_from_corner_to_corner(void **state) {
    (void)state;
    struct zoom z = zoom_settle(end_of(0), (struct zoom){0xc420000000, MiB(1)}, AREA, 1), got;
    struct map_grid g = map_grid(z, AREA, 1);
    assert_true(map_grid_select(&g, g.rect, &got));
    assert_int_equal(round_down(got.start, KiB(8)), z.start);
    assert_true(got.size > z.size - KiB(8) && got.size <= z.size);
    struct rect cell = rect_make(map_grid_x(&g, 1, z.start + g.row_bytes), map_grid_y(&g, 1),
        g.rect.w / 2, map_grid_y(&g, 2) - map_grid_y(&g, 1));
    assert_true(map_grid_select(&g, cell, &got));
    assert_int_equal(round_down(got.start, KiB(8)), z.start + g.row_bytes);
    assert_true(got.size > g.row_bytes / 2 - KiB(4) && got.size < g.row_bytes / 2 + KiB(4));
    assert_false(map_grid_select(&g, rect_make(0, 0, 5, 5), &got));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_space_ends_at_a_power_of_two),
        cmocka_unit_test(clamp_keeps_the_window_inside),
        cmocka_unit_test(zooming_keeps_the_focus_at_its_share),
        cmocka_unit_test(zooming_reaches_both_ends),
        cmocka_unit_test(panning_moves_by_a_share_and_stops_at_the_ends),
        cmocka_unit_test(zoom_to_a_thing_holds_it_with_room),
        cmocka_unit_test(settled_windows_are_whole_rows_and_stay_as_they_are),
        cmocka_unit_test(rows_are_never_too_low),
        cmocka_unit_test(a_page_keeps_its_column_while_panning),
        cmocka_unit_test(a_point_gives_the_address_drawn_there),
        cmocka_unit_test(on_the_way_rows_may_stand_half_in_the_picture),
        cmocka_unit_test(a_glide_begins_and_ends_exactly),
        cmocka_unit_test(a_glide_magnifies_evenly_towards_its_goal),
        cmocka_unit_test(a_glide_can_be_taken_over),
        cmocka_unit_test(a_rectangle_selects_from_corner_to_corner),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
