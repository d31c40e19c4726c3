#include "tests/viz/panels/world.h"
#include "viz/panels/attempts.h"
#include "viz/panels/space_parts.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

static const struct rect area = {10, 10, 900, 110};

static void addresses_are_grouped_by_four_digits(void **state) {
    (void)state;
    char buf[32];
    assert_string_equal(format_addr(0x7fffffffefff, buf, sizeof buf), "0x7fff ffff efff");
    assert_string_equal(format_addr(0x8200000, buf, sizeof buf), "0x820 0000");
    assert_string_equal(format_addr(0xfff, buf, sizeof buf), "0xfff");
}

static void totals_leave_out_the_page_to_align_and_keep_halves(void **state) {
    (void)state;
    char buf[32];
    assert_string_equal(format_total(0x8420002000, buf, sizeof buf), "528.5 GiB");
    assert_string_equal(format_total(0x30202000, buf, sizeof buf), "770 MiB");
    assert_string_equal(format_total(GiB(16), buf, sizeof buf), "16 GiB");
    assert_string_equal(format_total(KiB(8), buf, sizeof buf), "8 KiB");
}

static void hints_stand_at_their_true_addresses(void **state) {
    (void)state;
    struct world w;
    world_open(&w, "linux/amd64", "init\n");
    world_draw(&w, panel_space, area, 1);
    for (unsigned i = 0; i < HINT_COUNT; i++) {
        struct rect hot = world_hot(&w, THING_HINT, i);
        double place = (double)hint_addr(w.env.platform, i) / (double)w.env.platform->user_end;
        assert_true(hot.w > 0);
        assert_in_range(hot.x + hot.w / 2 + 2 - (int)(place * area.w) - area.x, 0, 4);
    }
    world_close(&w);
}

static void a_click_on_a_hint_takes_its_address(void **state) {
    (void)state;
    struct world w;
    int64_t arg = -1;
    world_open(&w, "linux/amd64", "init\n");
    world_draw(&w, panel_space, area, 1);
    struct rect hot = world_hot(&w, THING_HINT, 77);
    int x = hot.x + hot.w / 2, y = hot.y + hot.h / 2;
    assert_int_equal(ui_command_at(&w.ui, x, y, &arg), CMD_TAKE_HINT);
    assert_int_equal(arg, 77);
    assert_int_equal(ui_thing_at(&w.ui, x, y).kind, THING_HINT);
    world_close(&w);
}

static void refused_and_granted_hints_have_their_colours(void **state) {
    (void)state;
    struct world w;
    world_open(&w, "linux/amd64", "take hints 2\ninit\n");
    world_seek(&w, 0);
    world_draw(&w, panel_space, area, 1);
    struct rect second = world_hot(&w, THING_HINT, 1), third = world_hot(&w, THING_HINT, 2);
    assert_int_equal(world_pixels(&w, second, COLOR_refused), 0);
    assert_int_equal(world_pixels(&w, third, COLOR_granted), 0);
    world_seek(&w, w.view.count);
    world_draw(&w, panel_space, area, 1);
    assert_true(world_pixels(&w, second, COLOR_refused) > 4);
    assert_true(world_pixels(&w, third, COLOR_granted) > 4);
    assert_int_equal(world_pixels(&w, third, COLOR_refused), 0);
    world_close(&w);
}

static void a_32_bit_space_has_attempts_instead_of_hints(void **state) {
    (void)state;
    struct world w;
    world_open(&w, "linux/386", "limit 560MiB\ninit\n");
    world_draw(&w, panel_space, area, 1);
    assert_int_equal(world_hot(&w, THING_HINT, 0).w, 0);
    struct rect refused = world_hot(&w, THING_FALLBACK, 0);
    struct rect granted = world_hot(&w, THING_FALLBACK, 1);
    assert_true(refused.w > granted.w);
    assert_true(granted.y >= refused.y + refused.h);
    assert_int_equal(world_hot(&w, THING_FALLBACK, 2).w, 0);
    /* 770 MiB of 4 GiB. */
    assert_in_range(refused.w, 770 * area.w / 4096 - 2, 770 * area.w / 4096 + 2);
    world_close(&w);
}

static void the_layout_is_planned_before_it_is_made(void **state) {
    (void)state;
    struct world w;
    world_open(&w, "linux/amd64", "x = alloc 48\n");
    world_seek_step(&w, STEP_HINTS);
    struct layout l = layout_of(&w.view);
    assert_false(l.laid_out);
    assert_true(l.spans_size == MiB(512) && l.bitmap_size == GiB(16) && l.arena_size == GiB(512));
    world_seek(&w, w.view.count);
    l = layout_of(&w.view);
    assert_true(l.laid_out);
    assert_true(l.spans == 0xc000000000 && l.bitmap == 0xc020000000 && l.arena == 0xc420000000);
    /* The 8 KiB to align were not needed and belong to the arena. */
    assert_true(l.arena_size == GiB(512) + KiB(8));
    world_close(&w);
}

static void an_arena_that_grew_where_it_ended_is_one_band(void **state) {
    (void)state;
    struct world w;
    world_open(&w, "linux/386", "limit 400MiB\ninit\nx = alloc 100MiB\ny = alloc 40MiB\n");
    struct layout l = layout_of(&w.view);
    assert_true(l.laid_out);
    assert_true(l.arena == w.r->heap[HEAP_bitmap]);
    assert_true(l.arena_size >= MiB(128));
    world_close(&w);
}

static void bands_can_be_pointed_at(void **state) {
    (void)state;
    struct world w;
    world_open(&w, "linux/amd64", "init\n");
    world_draw(&w, panel_space, area, 1);
    struct rect spans = world_hot(&w, THING_REGION, REGION_SPANS);
    struct rect bitmap = world_hot(&w, THING_REGION, REGION_BITMAP);
    struct rect arena = world_hot(&w, THING_REGION, REGION_ARENA);
    assert_true(spans.w > 0 && bitmap.x == spans.x + spans.w && arena.x == bitmap.x + bitmap.w);
    world_close(&w);
}

static void mapped_bitmap_is_at_its_right_end_and_mapped_arena_at_its_left(void **state) {
    (void)state;
    struct world w;
    world_open(&w, "linux/amd64", "x = alloc 8MiB\nfill x\n");
    world_draw(&w, panel_space, area, 1);
    struct rect bitmap = world_hot(&w, THING_REGION, REGION_BITMAP);
    struct rect arena = world_hot(&w, THING_REGION, REGION_ARENA);
    struct rect left = {bitmap.x + 2, bitmap.y + 1, 8, bitmap.h - 2};
    struct rect right = {bitmap.x + bitmap.w - 10, bitmap.y + 1, 8, bitmap.h - 2};
    struct rect start = {arena.x + 2, arena.y + 1, 8, arena.h - 2};
    assert_true(world_pixels(&w, right, COLOR_bitmap) > (unsigned)(right.w * right.h / 2));
    assert_true(world_pixels(&w, left, COLOR_bitmap) < (unsigned)(left.w * left.h / 2));
    assert_true(world_pixels(&w, start, COLOR_arena) > (unsigned)(start.w * start.h / 2));
    world_close(&w);
}

static void text_fits_at_every_moment_of_every_start(void **state) {
    (void)state;
    static const char *const starts[][2] = {
        {"linux/amd64", "x = alloc 48\n"},
        {"linux/amd64", "take hints 3\nx = alloc 48\n"},
        {"linux/amd64", "take hints 128\nx = alloc 48\n"},
        {"linux/amd64", "elsewhere on\ninit\n"},
        {"linux/386", "x = alloc 48\n"},
        {"linux/386", "limit 300MiB\nx = alloc 48\n"},
        {"linux/386", "limit 100MiB\ninit\n"},
        {"linux/386", "brk 0xb0000000\ninit\n"},
        {"linux/arm64", "take hints 2\ninit\n"},
        {"darwin/arm64", "take hints 1\ninit\n"},
        {"windows/amd64", "take hints 5\ninit\n"},
    };
    for (size_t i = 0; i < ARRAY_LEN(starts); i++) {
        struct world w;
        world_open(&w, starts[i][0], starts[i][1]);
        world_check_text(&w, panel_space, 110);
        world_check_text(&w, panel_space, 178);
        world_close(&w);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(addresses_are_grouped_by_four_digits),
        cmocka_unit_test(totals_leave_out_the_page_to_align_and_keep_halves),
        cmocka_unit_test(hints_stand_at_their_true_addresses),
        cmocka_unit_test(a_click_on_a_hint_takes_its_address),
        cmocka_unit_test(refused_and_granted_hints_have_their_colours),
        cmocka_unit_test(a_32_bit_space_has_attempts_instead_of_hints),
        cmocka_unit_test(the_layout_is_planned_before_it_is_made),
        cmocka_unit_test(an_arena_that_grew_where_it_ended_is_one_band),
        cmocka_unit_test(bands_can_be_pointed_at),
        cmocka_unit_test(mapped_bitmap_is_at_its_right_end_and_mapped_arena_at_its_left),
        cmocka_unit_test(text_fits_at_every_moment_of_every_start),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
