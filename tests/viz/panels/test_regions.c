/*
 * The three linked regions: the same page wherever one points at it.
 */
#include "tests/viz/arena_fixture.h"
#include "tests/viz/panels/world.h"
#include "viz/panels/places.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#define BASE 0xc420000000

static const struct rect AREA = {10, 10, 800, 130};

/* The bands: hot rectangles of pages in one row, left to right; where each region's first page is.
 */
struct places {
    struct rect first[3];
    size_t count;
};

static struct places places_of(const struct world *w, uint64_t page_addr) {
    struct places p = {.count = 0};
    for (size_t i = 0; i < w->ui.hot_count; i++) {
        const struct hot *h = &w->ui.hots[i];
        if (h->thing.kind == THING_PAGE && h->thing.addr == page_addr && p.count < 3)
            p.first[p.count++] = h->rect;
    }
    return p;
}

static void open_with(struct world *w, struct replica *r) {
    world_open(w, "linux/amd64", "init\n");
    w->view.r = r;
}

static void a_page_is_met_in_all_three_regions(void **state) {
    (void)state;
    struct world w;
    struct replica *r = fix_64(128);
    fix_slots(r, fix_span(r, BASE, 2, SPAN_STATE_INUSE), 20, 1024, 9);
    open_with(&w, r);
    world_draw(&w, panel_regions, AREA, 1);
    for (uint64_t page = 0; page < 128; page++)
        assert_int_equal(places_of(&w, BASE + page * ARENA_PAGE).count, 3);
    replica_free(r);
    world_close(&w);
}

static void the_bitmap_grows_away_from_the_arena(void **state) {
    (void)state;
    struct world w;
    struct replica *r = fix_64(128);
    open_with(&w, r);
    world_draw(&w, panel_regions, AREA, 1);
    struct places first = places_of(&w, BASE), last = places_of(&w, BASE + 127 * ARENA_PAGE);
    assert_true(first.first[REGION_SPANS].x < last.first[REGION_SPANS].x);
    assert_true(first.first[REGION_BITMAP].x > last.first[REGION_BITMAP].x);
    assert_true(first.first[REGION_ARENA].x < last.first[REGION_ARENA].x);
    struct rect bits = first.first[REGION_BITMAP];
    assert_in_range(first.first[REGION_ARENA].x - (bits.x + bits.w), 0, 2);
    replica_free(r);
    world_close(&w);
}

static void the_hovered_page_is_lit_in_all_three(void **state) {
    (void)state;
    struct world w;
    struct replica *r = fix_64(128);
    open_with(&w, r);
    world_draw(&w, panel_regions, AREA, 1);
    assert_int_equal(world_pixels(&w, AREA, COLOR_attention), 0);
    w.view.hover = (struct thing){THING_PAGE, 0, BASE + 77 * ARENA_PAGE, ARENA_PAGE};
    world_draw(&w, panel_regions, AREA, 1);
    struct places p = places_of(&w, BASE + 77 * ARENA_PAGE);
    for (size_t i = 0; i < 3; i++) {
        struct rect near = {p.first[i].x - 3, p.first[i].y - 3, p.first[i].w + 6, p.first[i].h + 6};
        assert_true(world_pixels(&w, near, COLOR_attention) > 20);
    }
    replica_free(r);
    world_close(&w);
}

static void the_latest_object_is_lit_when_nothing_is_pointed_at(void **state) {
    (void)state;
    struct world w;
    world_open(&w, "linux/386", "init\nalloc 100\n");
    world_draw(&w, panel_regions, AREA, 1);
    assert_true(world_pixels(&w, AREA, COLOR_attention) > 50);
    world_close(&w);
}

static void a_hundred_thousand_pages_are_merged_not_dropped(void **state) {
    (void)state;
    struct world w;
    struct replica *r = fix_64(100000);
    open_with(&w, r);
    world_draw(&w, panel_regions, AREA, 1);
    assert_true(w.ui.hot_count < 1000);
    uint64_t covered = 0;
    for (size_t i = 0; i < w.ui.hot_count; i++)
        covered += w.ui.hots[i].thing.kind == THING_PAGE ? w.ui.hots[i].thing.size : 0;
    assert_int_equal(covered / ARENA_PAGE, 3 * 100000);
    replica_free(r);
    world_close(&w);
}

static void texts_fit_along_the_run(void **state) {
    (void)state;
    struct world w;
    static const char *const platforms[] = {"linux/amd64", "linux/386", "linux/arm64"};
    for (size_t i = 0; i < ARRAY_LEN(platforms); i++) {
        world_open(&w, platforms[i],
            "type node = left:ptr right:ptr\nrepeat 300\nnew node\nalloc 8..2000\nend\n"
            "alloc 3MiB\n");
        world_check_text(&w, panel_regions, 130);
        world_close(&w);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_page_is_met_in_all_three_regions),
        cmocka_unit_test(the_bitmap_grows_away_from_the_arena),
        cmocka_unit_test(the_hovered_page_is_lit_in_all_three),
        cmocka_unit_test(the_latest_object_is_lit_when_nothing_is_pointed_at),
        cmocka_unit_test(a_hundred_thousand_pages_are_merged_not_dropped),
        cmocka_unit_test(texts_fit_along_the_run),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
