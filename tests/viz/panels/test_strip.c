/* The strips above the map, and what they tell on it: marking, and what is reachable. */
#include "tests/viz/panels/world.h"
#include "viz/panels/heapmap.h"
#include "viz/panels/strip.h"
#include "viz/reachview.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static const struct rect MAP = {10, 10, 800, 240}, STRIP = {10, 10, 680, 48};

/* A root with four leaves, each pointing to one more object; four objects that nothing reaches. */
static const char SCRIPT[] = "type node = ptr*4\nprecise on\n"
                             "root0 = new node\nroot root0\n"
                             "a = new node\nb = new node\nc = new node\nd = new node\n"
                             "root0.0 = a\nroot0.1 = b\nroot0.2 = c\nroot0.3 = d\n"
                             "e = new node\na.0 = e\n"
                             "w = new node\nx = new node\ny = new node\nz = new node\n"
                             "collect\n";

static uint64_t object(const struct world *w, uint32_t id) {
    uint64_t addr, size;
    assert_true(program_object(session_program(w->session), id, &addr, &size));
    return addr;
}

/* The moment when that many objects are grey. */
static void seek_grey(struct world *w, uint64_t grey) {
    for (uint64_t i = 0; i <= w->view.count; i++) {
        world_seek(w, i);
        if (w->r->grey == grey)
            return;
    }
    fail_msg("there are never %d grey objects", (int)grey);
}

static void there_is_none_without_something_to_tell(void **state) {
    (void)state;
    struct world w;
    struct reachview v = {0};
    world_open(&w, "linux/amd64", SCRIPT);
    world_draw(&w, panel_strips, STRIP, 1);
    assert_int_equal(panel_strips_height(&w.ui, &w.view), 0);
    w.view.reach = &v;
    assert_int_equal(panel_strips_height(&w.ui, &w.view), 0);
    reachview_ask(&v, REACH_FROM, 0);
    assert_true(panel_strips_height(&w.ui, &w.view) > 0);
    reachview_clear(&v);
    world_close(&w);
}

static void the_queue_shows_which_is_next(void **state) {
    (void)state;
    struct world w;
    world_open(&w, "linux/amd64", SCRIPT);
    seek_grey(&w, 4);
    world_draw(&w, panel_strips, STRIP, 1);
    world_check_drawn(&w, STRIP);
    int left = 0;
    uint64_t first = 0;
    for (size_t i = 0; i < w.ui.hot_count; i++)
        if (w.ui.hots[i].thing.kind == THING_SLOT && (!first || w.ui.hots[i].rect.x < left)) {
            left = w.ui.hots[i].rect.x;
            first = w.ui.hots[i].thing.addr;
        }
    assert_true(w.ui.hot_count >= 3);
    assert_int_equal(first, object(&w, 5)); /* d was found last */
    assert_int_equal(first, replica_grey(w.r, 3));
    world_close(&w);
}

/* The colour a fifth from the top, or from the bottom, of a slot. */
static uint32_t color_in(const struct world *w, uint64_t addr, bool top) {
    struct map_grid g = map_grid((struct zoom){w->view.zoom_start, w->view.zoom_size}, MAP, 1);
    int row = map_grid_row(&g, addr);
    int x = (map_grid_x(&g, row, addr) + map_grid_x(&g, row, addr + 32)) / 2 + 4;
    int y0 = map_grid_y(&g, row), h = map_grid_y(&g, row + 1) - y0;
    int y = top ? y0 + h / 5 : y0 + h * 3 / 5;
    return w->canvas->pixels[(size_t)y * (size_t)w->canvas->stride + (size_t)x];
}

static void white_is_hollow_grey_half_full_black_full(void **state) {
    (void)state;
    struct world w;
    world_open(&w, "linux/amd64", SCRIPT);
    uint64_t black = object(&w, 1), grey = object(&w, 3), white = object(&w, 7);
    seek_grey(&w, 4);
    w.view.zoom_start = black;
    w.view.zoom_size = 1024;
    world_draw(&w, panel_map, MAP, 1);
    uint32_t full = heapmap_class_color(
        &w.ui, (unsigned)replica_span(w.r, replica_span_of(w.r, black))->spanclass);
    assert_true(color_in(&w, black, true) == full && color_in(&w, black, false) == full);
    assert_true(color_in(&w, grey, true) != full && color_in(&w, grey, false) == full);
    assert_true(color_in(&w, white, true) != full && color_in(&w, white, false) != full);
    world_close(&w);
}

static void what_is_not_reached_is_dimmed(void **state) {
    (void)state;
    struct world w;
    struct reachview v = {0};
    world_open(&w, "linux/amd64", SCRIPT);
    uint64_t root = object(&w, 1), a = object(&w, 2), e = object(&w, 6), b = object(&w, 3);
    w.view.zoom_start = root;
    w.view.zoom_size = 1024;
    w.view.reach = &v;
    reachview_ask(&v, REACH_FROM, a);
    assert_true(reachview_work(&v, w.view.rec, w.r, 8, UINT64_MAX));
    world_draw(&w, panel_map, MAP, 1);
    uint32_t full = heapmap_class_color(
        &w.ui, (unsigned)replica_span(w.r, replica_span_of(w.r, root))->spanclass);
    assert_true(color_in(&w, a, false) == full && color_in(&w, e, false) == full);
    assert_true(color_in(&w, root, false) != full && color_in(&w, b, false) != full);
    world_draw(&w, panel_strips, STRIP, 1);
    world_check_drawn(&w, STRIP);
    reachview_clear(&v);
    world_close(&w);
}

static void the_way_from_a_root_can_be_pointed_at(void **state) {
    (void)state;
    struct world w;
    struct reachview v = {0};
    world_open(&w, "linux/386", SCRIPT);
    w.view.reach = &v;
    reachview_ask(&v, REACH_WHY, object(&w, 6));
    assert_true(reachview_work(&v, w.view.rec, w.r, 4, UINT64_MAX));
    world_draw(&w, panel_strips, STRIP, 1);
    world_check_drawn(&w, STRIP);
    assert_int_equal(w.ui.hot_count, 3);
    assert_int_equal(w.ui.hots[0].thing.addr, object(&w, 1));
    assert_int_equal(w.ui.hots[2].thing.addr, object(&w, 6));
    reachview_clear(&v);
    world_close(&w);
}

/* What the strip says of why the object lives: the places that can be pointed at, and texts. */
static void why(const char *script, uint32_t id, size_t *places, size_t *texts) {
    struct world w;
    struct reachview v = {0};
    world_open(&w, "linux/amd64", script);
    w.view.reach = &v;
    reachview_ask(&v, REACH_WHY, object(&w, id));
    assert_true(reachview_work(&v, w.view.rec, w.r, 8, UINT64_MAX));
    world_draw(&w, panel_strips, STRIP, 1);
    world_check_drawn(&w, STRIP);
    *places = w.ui.hot_count;
    *texts = w.ui.box_count;
    reachview_clear(&v);
    world_close(&w);
}

static void a_root_is_its_own_way_and_the_dead_have_none(void **state) {
    size_t places, texts;
    (void)state;
    why(SCRIPT, 1, &places, &texts);
    assert_int_equal(places, 1);
    why(SCRIPT, 7, &places, &texts); /* nothing reaches it */
    assert_int_equal(places, 0);
    assert_int_equal(texts, 1);
}

/* Of a long way as much is shown as there is room for. */
static void a_long_way_is_cut(void **state) {
    static const char chain[] = "type node = ptr*4\nprecise on\nkeep all 100\n"
                                "all[] = new node\nroot all[0]\n"
                                "repeat 99\nall[] = new node\nall[-2].0 = all[-1]\nend\n";
    size_t places, texts;
    (void)state;
    why(chain, 6, &places, &texts);
    assert_in_range(places, 3, 6);
    why(chain, 100, &places, &texts); /* more steps than are kept */
    assert_in_range(places, 2, 20);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(there_is_none_without_something_to_tell),
        cmocka_unit_test(the_queue_shows_which_is_next),
        cmocka_unit_test(white_is_hollow_grey_half_full_black_full),
        cmocka_unit_test(what_is_not_reached_is_dimmed),
        cmocka_unit_test(the_way_from_a_root_can_be_pointed_at),
        cmocka_unit_test(a_root_is_its_own_way_and_the_dead_have_none),
        cmocka_unit_test(a_long_way_is_cut),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
