/*
 * Where the arena panel puts an address, and moving about.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "tests/viz/arena_fixture.h"
#include "viz/zoom.h"

static const struct rect AREA = {100, 50, 800, 240};

static void fit_is_the_used_arena_in_whole_mib(void **state) {
    (void)state;
    struct replica *r = fix_64(130);
    struct zoom z = arena_fit(r);
    assert_int_equal(z.start, 0xc420000000);
    assert_int_equal(z.size, MiB(2));
    replica_free(r);
}

static void fit_of_an_empty_arena_is_one_mib(void **state) {
    (void)state;
    struct replica *r = fix_64(0);
    assert_int_equal(arena_fit(r).size, MiB(1));
    replica_free(r);
}

static void base_on_32_bit_is_the_first_arena(void **state) {
    (void)state;
    struct replica *r = fix_32(128);
    assert_int_equal(arena_base(r), 0x18400000);
    replica_free(r);
}

static void base_on_32_bit_goes_down_to_a_block_below(void **state) {
    (void)state;
    struct replica *r = fix_32(128);
    fix_range(r, 0x1000000, MiB(1), RANGE_MAPPED);
    assert_int_equal(arena_base(r), 0x1000000);
    replica_free(r);
}

/* Where no arena could be had at the start, the heap lives in blocks from anywhere. */
static void base_on_32_bit_without_an_arena_is_the_lowest_block(void **state) {
    (void)state;
    struct replica *r = fix_32(0);
    fix_range(r, 0xf5000000, MiB(1), RANGE_MAPPED);
    fix_heap(r, HEAP_arena_used, 0xf5100000);
    assert_int_equal(arena_base(r), 0xf5000000);
    assert_int_equal(arena_fit(r).size, MiB(1));
    replica_free(r);
}

static void the_end_of_the_arena_can_be_seen(void **state) {
    (void)state;
    struct replica *r = fix_64(1024);
    for (uint64_t size = KiB(3); size < MiB(8); size += size / 3) {
        struct zoom z = arena_zoom_clamp(r, (struct zoom){UINT64_MAX - size, size});
        struct arena_grid g = arena_grid(r, z, AREA, 1);
        assert_true(arena_grid_end(&g) >= r->heap[HEAP_arena_end]);
    }
    replica_free(r);
}

static void clamp_keeps_the_window_inside(void **state) {
    (void)state;
    struct replica *r = fix_64(128);
    struct zoom low = arena_zoom_clamp(r, (struct zoom){5, KiB(8)});
    assert_int_equal(low.start, 0xc420000000);
    struct zoom high = arena_zoom_clamp(r, (struct zoom){UINT64_MAX - 5, KiB(8)});
    assert_int_equal(high.start + high.size, r->heap[HEAP_arena_end]);
    struct zoom huge = arena_zoom_clamp(r, (struct zoom){0, UINT64_MAX});
    assert_int_equal(huge.size, r->heap[HEAP_arena_end] - 0xc420000000);
    struct zoom tiny = arena_zoom_clamp(r, (struct zoom){0xc420000000, 1});
    assert_int_equal(tiny.size, ARENA_ZOOM_MIN);
    replica_free(r);
}

static void zooming_keeps_the_focus_at_its_share(void **state) {
    (void)state;
    struct replica *r = fix_64(1024);
    struct zoom z = {0xc420100000, MiB(2)};
    uint64_t focus = z.start + MiB(1) / 2;
    struct zoom near = arena_zoom_at(r, z, 4, focus);
    assert_int_equal(near.size, KiB(512));
    assert_int_equal(focus - near.start, KiB(128));
    struct zoom back = arena_zoom_at(r, near, 0.25, focus);
    assert_int_equal(back.start, z.start);
    assert_int_equal(back.size, z.size);
    replica_free(r);
}

static void zooming_never_ends_beyond_the_bounds(void **state) {
    (void)state;
    struct replica *r = fix_64(128);
    struct zoom z = {0};
    for (int i = 0; i < 100; i++)
        z = arena_zoom_at(r, z, 1.25, 0xc420012345);
    assert_int_equal(z.size, ARENA_ZOOM_MIN);
    for (int i = 0; i < 400; i++)
        z = arena_zoom_at(r, z, 0.8, 0xc420012345);
    assert_int_equal(z.start, 0xc420000000);
    assert_int_equal(z.start + z.size, r->heap[HEAP_arena_end]);
    replica_free(r);
}

static void panning_moves_by_a_share_and_stops_at_the_ends(void **state) {
    (void)state;
    struct replica *r = fix_64(1024);
    struct zoom z = {0xc420100000, KiB(64)};
    assert_int_equal(arena_pan(r, z, 0.5).start, 0xc420108000);
    assert_int_equal(arena_pan(r, z, -0.25).start, 0xc4200fc000);
    assert_int_equal(arena_pan(r, z, -1000).start, 0xc420000000);
    replica_free(r);
}

static void zoom_to_a_thing_holds_it_with_room(void **state) {
    (void)state;
    struct replica *r = fix_64(1024);
    struct zoom z = arena_zoom_to(r, 0xc420100000, KiB(8));
    assert_true(z.start < 0xc420100000 && z.start + z.size > 0xc420100000 + KiB(8));
    replica_free(r);
}

static void rows_hold_powers_of_two_and_all_of_the_zoom(void **state) {
    (void)state;
    struct replica *r = fix_64(1024);
    for (uint64_t size = ARENA_ZOOM_MIN; size < GiB(64); size = size * 3 / 2) {
        struct arena_grid g = arena_grid(r, (struct zoom){0xc420000000, size}, AREA, 1);
        assert_true(is_pow2(g.row_bytes));
        assert_int_equal(g.first, 0xc420000000);
        assert_true(arena_grid_end(&g) >= 0xc420000000 + size);
        assert_true(g.rect.h / g.rows >= 9);
    }
    replica_free(r);
}

static void a_page_keeps_its_column_while_panning(void **state) {
    (void)state;
    struct replica *r = fix_64(1024);
    uint64_t page = 0xc420106000;
    int x = -1;
    for (uint64_t start = 0xc4200e0000; start < page; start += 12345) {
        struct arena_grid g = arena_grid(r, (struct zoom){start, MiB(1)}, AREA, 1);
        int row = arena_grid_row(&g, page);
        if (row < 0)
            continue;
        int here = arena_grid_x(&g, row, page);
        assert_true(x < 0 || here == x);
        x = here;
    }
    assert_true(x >= 0);
    replica_free(r);
}

static void a_point_gives_the_address_drawn_there(void **state) {
    (void)state;
    struct replica *r = fix_64(128);
    struct zoom z = arena_fit(r);
    struct arena_grid g = arena_grid(r, z, AREA, 1);
    for (uint64_t page = 0; page < 128; page++) {
        uint64_t addr = 0xc420000000 + page * ARENA_PAGE, found;
        int row = arena_grid_row(&g, addr);
        int x = arena_grid_x(&g, row, addr) + 2, y = arena_grid_y(&g, row) + 1;
        assert_true(arena_addr_at(r, z, AREA, 1, x, y, &found));
        assert_int_equal(round_down(found, ARENA_PAGE), addr);
    }
    uint64_t unused;
    assert_false(arena_addr_at(r, z, AREA, 1, AREA.x + 5, AREA.y + 1, &unused));
    replica_free(r);
}

static void rows_count_from_the_lowest_block_on_32_bit(void **state) {
    (void)state;
    struct replica *r = fix_32(128);
    struct arena_grid g = arena_grid(r, arena_fit(r), AREA, 1);
    assert_int_equal(g.first, 0x18400000);
    replica_free(r);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(fit_is_the_used_arena_in_whole_mib),
        cmocka_unit_test(fit_of_an_empty_arena_is_one_mib),
        cmocka_unit_test(base_on_32_bit_is_the_first_arena),
        cmocka_unit_test(base_on_32_bit_goes_down_to_a_block_below),
        cmocka_unit_test(base_on_32_bit_without_an_arena_is_the_lowest_block),
        cmocka_unit_test(the_end_of_the_arena_can_be_seen),
        cmocka_unit_test(clamp_keeps_the_window_inside),
        cmocka_unit_test(zooming_keeps_the_focus_at_its_share),
        cmocka_unit_test(zooming_never_ends_beyond_the_bounds),
        cmocka_unit_test(panning_moves_by_a_share_and_stops_at_the_ends),
        cmocka_unit_test(zoom_to_a_thing_holds_it_with_room),
        cmocka_unit_test(rows_hold_powers_of_two_and_all_of_the_zoom),
        cmocka_unit_test(a_page_keeps_its_column_while_panning),
        cmocka_unit_test(a_point_gives_the_address_drawn_there),
        cmocka_unit_test(rows_count_from_the_lowest_block_on_32_bit),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
