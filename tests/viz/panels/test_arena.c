/*
 * The arena panel at every level of its zoom.
 */
#include "tests/viz/arena_fixture.h"
#include "tests/viz/panels/world.h"
#include "viz/zoom.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#define BASE 0xc420000000

static const struct rect AREA = {10, 10, 800, 240};

/* A script with every kind of span: typed, pointer-free, large. */
static const char SCRIPT[] = "type node = left:ptr right:ptr key:word*4\n"
                             "keep ring 300\n"
                             "init\n"
                             "repeat 200\n"
                             "ring[] = new node\n"
                             "ring[] = alloc 8..900\n"
                             "end\n"
                             "alloc 100KiB\n";

static struct thing thing_at(const struct world *w, uint64_t addr) {
    struct zoom z = {w->view.zoom_start, w->view.zoom_size};
    struct arena_grid g = arena_grid(w->view.r, z, AREA, w->ui.scale);
    int row = arena_grid_row(&g, addr);
    assert_true(row >= 0);
    return ui_thing_at(&w->ui, arena_grid_x(&g, row, addr) + 1, arena_grid_y(&g, row) + 1);
}

static void show(struct world *w, uint64_t start, uint64_t size) {
    w->view.zoom_start = start;
    w->view.zoom_size = size;
    world_draw(w, panel_arena, AREA, 1);
}

static void before_the_start_there_is_only_a_sentence(void **state) {
    (void)state;
    struct world w;
    world_open(&w, "linux/amd64", "init\n");
    world_seek(&w, 0);
    world_draw(&w, panel_arena, AREA, 1);
    assert_int_equal(w.ui.hot_count, 0);
    assert_true(w.ui.box_count > 0);
    world_close(&w);
}

static void the_overview_has_a_cell_for_each_page(void **state) {
    (void)state;
    struct world w;
    world_open(&w, "linux/amd64", SCRIPT);
    show(&w, 0, 0);
    for (uint64_t page = 0; page < 128; page++) {
        struct thing t = thing_at(&w, BASE + page * ARENA_PAGE);
        assert_int_equal(t.kind, THING_PAGE);
        assert_int_equal(t.addr, BASE + page * ARENA_PAGE);
    }
    world_close(&w);
}

static void slots_and_words_appear_when_zooming_in(void **state) {
    (void)state;
    struct world w;
    world_open(&w, "linux/amd64", SCRIPT);
    uint32_t span = replica_page(w.r, 0);
    uint64_t size = replica_span(w.r, span)->elemsize;
    show(&w, BASE, KiB(4));
    struct thing slot = thing_at(&w, BASE + size);
    assert_int_equal(slot.kind, THING_SLOT);
    assert_int_equal(slot.addr, BASE + size);
    assert_int_equal(slot.size, size);
    assert_int_equal(slot.index, span);
    show(&w, BASE, 128);
    struct thing word = thing_at(&w, BASE + 24);
    assert_int_equal(word.kind, THING_WORD);
    assert_int_equal(word.addr, BASE + 24);
    assert_int_equal(word.size, 8);
    world_close(&w);
}

static void the_hovered_page_is_lit(void **state) {
    (void)state;
    struct world w;
    world_open(&w, "linux/amd64", "init\n");
    struct replica *r = fix_64(128);
    fix_slots(r, fix_span(r, BASE, 2, SPAN_STATE_INUSE), 20, 1024, 9);
    w.view.r = r;
    show(&w, 0, 0);
    assert_int_equal(world_pixels(&w, AREA, COLOR_attention), 0);
    w.view.hover = (struct thing){THING_PAGE, 1, BASE + ARENA_PAGE, ARENA_PAGE};
    show(&w, 0, 0);
    assert_true(world_pixels(&w, AREA, COLOR_attention) > 50);
    replica_free(r);
    world_close(&w);
}

/* 170 slots of 48 bytes leave 32 bytes over. */
static void tail_waste_is_marked(void **state) {
    (void)state;
    struct world w;
    world_open(&w, "linux/amd64", "init\n");
    struct replica *r = fix_64(128);
    fix_slots(r, fix_span(r, BASE, 1, SPAN_STATE_INUSE), 8, 48, 36);
    w.view.r = r;
    show(&w, BASE + KiB(8) - KiB(1), KiB(1));
    assert_true(world_pixels(&w, AREA, COLOR_refused) > 10);
    show(&w, BASE, KiB(1));
    assert_int_equal(world_pixels(&w, AREA, COLOR_refused), 0);
    replica_free(r);
    world_close(&w);
}

static unsigned bitmap_pixels_of(unsigned spanclass, uint8_t byte) {
    struct world w;
    world_open(&w, "linux/amd64", "init\n");
    struct replica *r = fix_64(128);
    fix_slots(r, fix_span(r, BASE, 1, SPAN_STATE_INUSE), spanclass, 64, 20);
    fix_bitmap(r, 0, byte);
    fix_bitmap(r, 1, byte);
    w.view.r = r;
    show(&w, BASE, 64);
    struct zoom z = {BASE, 64};
    unsigned n = world_pixels(&w, arena_grid(r, z, AREA, 1).rect, COLOR_bitmap);
    replica_free(r);
    world_close(&w);
    return n;
}

static void set_bits_are_lit_and_clear_ones_are_not(void **state) {
    (void)state;
    assert_int_equal(bitmap_pixels_of(10, 0), 0);
    unsigned one = bitmap_pixels_of(10, 0x01), all = bitmap_pixels_of(10, 0xff);
    assert_true(one > 50);
    assert_true(all > 6 * one && all < 10 * one);
}

static void pointer_free_spans_show_no_bits(void **state) {
    (void)state;
    assert_int_equal(bitmap_pixels_of(11, 0xff), 0);
}

/* At every level, along the whole run: nothing cut, nothing overlapping. */
static void texts_fit_at_every_zoom(void **state) {
    (void)state;
    struct world w;
    static const char *const platforms[] = {"linux/amd64", "linux/386"};
    for (size_t i = 0; i < ARRAY_LEN(platforms); i++) {
        world_open(&w, platforms[i], SCRIPT);
        world_check_text(&w, panel_arena, 240);
        uint64_t base = arena_base(w.r), size = ARENA_ZOOM_MIN;
        for (; size < GiB(2); size *= 8) {
            w.view.zoom_start = base;
            w.view.zoom_size = size;
            world_check_text(&w, panel_arena, 240);
        }
        world_close(&w);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(before_the_start_there_is_only_a_sentence),
        cmocka_unit_test(the_overview_has_a_cell_for_each_page),
        cmocka_unit_test(slots_and_words_appear_when_zooming_in),
        cmocka_unit_test(the_hovered_page_is_lit),
        cmocka_unit_test(tail_waste_is_marked),
        cmocka_unit_test(set_bits_are_lit_and_clear_ones_are_not),
        cmocka_unit_test(pointer_free_spans_show_no_bits),
        cmocka_unit_test(texts_fit_at_every_zoom),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
