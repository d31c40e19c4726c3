/*
 * The map moved about by commands and the pointer: glides, drags, places.
 */
#include "viz/app_internal.h"
#include "viz/panels/places.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

struct fixture {
    struct app app;
    struct canvas *canvas;
};

static void open_on(struct fixture *f, const char *platform) {
    struct error err = {""};
    struct app_options options = {.workload = "small",
        .world = {.platform = platform_find(platform), .provider = PROVIDER_MODEL}};
    if (!app_open(&f->app, &options, &err))
        fail_msg("%s", err.text);
    f->canvas = canvas_new(1280, 720);
    app_seek(&f->app, UINT64_MAX);
    app_work(&f->app, UINT64_MAX);
    app_command(&f->app, CMD_MAP, 0);
    f->app.animates = true;
    app_draw(&f->app, f->canvas);
}

static void close_it(struct fixture *f) {
    canvas_free(f->canvas);
    app_close(&f->app);
}

static struct zoom shown(struct fixture *f) {
    struct view v = app_view(&f->app, f->app.scene);
    return (struct zoom){v.zoom_start, v.zoom_size};
}

static void assert_same(struct zoom a, struct zoom b) {
    assert_int_equal(a.start, b.start);
    assert_int_equal(a.size, b.size);
}

static void wait_for_rest(struct fixture *f) {
    for (int i = 0; i < 20; i++)
        app_tick(&f->app, 0.016);
}

static struct rect map_area(struct fixture *f) {
    return app_scene_layout(&f->app)->arena;
}

static void a_zoom_glides_and_ends_exactly(void **state) {
    (void)state;
    struct fixture f;
    open_on(&f, "linux/amd64");
    struct zoom before = shown(&f);
    app_command(&f.app, CMD_GO_SPACE, 0);
    assert_same(shown(&f), before);
    app_tick(&f.app, 0.1);
    struct zoom half = shown(&f);
    assert_true(half.size > before.size && half.size < UINT64_C(1) << 47);
    assert_true(f.app.dirty);
    wait_for_rest(&f);
    assert_same(shown(&f), (struct zoom){0, UINT64_C(1) << 47});
    app_draw(&f.app, f.canvas);
    app_tick(&f.app, 0.016);
    assert_false(f.app.dirty);
    close_it(&f);
}

static void another_zoom_takes_a_glide_over_where_it_is(void **state) {
    (void)state;
    struct fixture f;
    open_on(&f, "linux/amd64");
    app_command(&f.app, CMD_GO_SPACE, 0);
    app_tick(&f.app, 0.1);
    struct zoom half = shown(&f);
    app_command(&f.app, CMD_GO_ARENA, 0);
    assert_same(shown(&f), half);
    wait_for_rest(&f);
    struct zoom arena = shown(&f);
    f.app.animates = false;
    app_command(&f.app, CMD_GO_SPACE, 0);
    assert_int_equal(shown(&f).size, UINT64_C(1) << 47);
    app_command(&f.app, CMD_GO_ARENA, 0);
    assert_same(shown(&f), arena);
    close_it(&f);
}

static void fit_goes_round_arena_reservation_space(void **state) {
    (void)state;
    struct fixture f;
    static const char *const platforms[] = {"linux/amd64", "linux/386"};
    for (size_t i = 0; i < ARRAY_LEN(platforms); i++) {
        open_on(&f, platforms[i]);
        f.app.animates = false;
        struct zoom home = shown(&f);
        app_command(&f.app, CMD_FIT, 0);
        struct zoom all = shown(&f);
        assert_true(all.size > home.size);
        app_command(&f.app, CMD_FIT, 0);
        assert_true(shown(&f).size > all.size);
        assert_int_equal(shown(&f).start, 0);
        app_command(&f.app, CMD_FIT, 0);
        assert_same(shown(&f), home);
        app_command(&f.app, CMD_ZOOM_IN, 0);
        app_command(&f.app, CMD_FIT, 0);
        assert_same(shown(&f), home);
        close_it(&f);
    }
}

static void every_place_shows_what_it_names(void **state) {
    (void)state;
    struct fixture f;
    open_on(&f, "linux/386");
    f.app.animates = false;
    for (int place = PLACE_SPACE; place < PLACE_COUNT; place++) {
        struct zoom want;
        struct view v = app_view(&f.app, f.app.scene);
        assert_true(place_window(&v, (enum map_place)place, &want));
        app_command(&f.app, (enum command)(CMD_GO_SPACE + place), 0);
        struct zoom got = shown(&f);
        assert_true(got.start <= want.start + want.size / 4);
        assert_true(got.start + got.size + want.size / 4 >= want.start + want.size);
    }
    close_it(&f);
}

static void assert_focus(struct fixture *f, struct thing thing, uint64_t start, uint64_t size) {
    app_command(&f->app, CMD_GO_SPACE, 0);
    f->app.scene->pinned = thing;
    app_command(&f->app, CMD_FOCUS, 0);
    struct zoom got = shown(f);
    assert_true(got.start <= start && got.start + got.size >= start + size);
    assert_true(got.size <= 8 * size || got.size < 1024);
    app_draw(&f->app, f->canvas);
}

/* Whatever is pinned is zoomed to: all of it is in sight, and not much else. */
static void what_is_pinned_is_zoomed_to(void **state) {
    (void)state;
    struct fixture f;
    open_on(&f, "linux/amd64");
    f.app.animates = false;
    const struct replica *r = f.app.scene->replica;
    uint64_t arena = r->heap[HEAP_arena_start];
    uint32_t span = replica_span_of(r, arena);
    const struct rspan *s = replica_span(r, span);
    assert_focus(
        &f, (struct thing){.kind = THING_HINT, .index = 1}, UINT64_C(0x1c000000000), GiB(1024));
    assert_focus(&f, (struct thing){.kind = THING_PAGE, .index = span, .addr = s->base}, s->base,
        GO_PAGE_SIZE);
    assert_focus(&f,
        (struct thing){.kind = THING_SLOT, .index = span, .addr = s->base, .size = s->elemsize},
        s->base, s->elemsize);
    assert_focus(
        &f, (struct thing){.kind = THING_RECORD, .index = span, .addr = s->record}, s->record, 8);
    static const enum map_place regions[] = {PLACE_SPANS, PLACE_BITMAP, PLACE_ARENA};
    for (unsigned i = 0; i < ARRAY_LEN(regions); i++) {
        struct view v = app_view(&f.app, f.app.scene);
        struct zoom region;
        assert_true(place_window(&v, regions[i], &region));
        assert_focus(
            &f, (struct thing){.kind = THING_REGION, .index = i}, region.start, region.size);
    }
    struct zoom before = shown(&f);
    f.app.scene->pinned = (struct thing){.kind = THING_EVENT, .index = 1}; /* which is nowhere */
    app_command(&f.app, CMD_FOCUS, 0);
    assert_same(shown(&f), before);
    assert_string_equal(f.app.notice, "Click something in the map first, then F zooms to it.");
    close_it(&f);
}

/* As the crumbs of the path above the map do it. */
static void an_address_leads_to_its_span_or_slot(void **state) {
    (void)state;
    struct fixture f;
    open_on(&f, "linux/amd64");
    f.app.animates = false;
    const struct replica *r = f.app.scene->replica;
    uint64_t arena = r->heap[HEAP_arena_start], base, size;
    const struct rspan *s = replica_span(r, replica_span_of(r, arena));
    assert_true(graph_slot(r, arena + s->elemsize, &base, &size));
    app_command(&f.app, CMD_GO_SPACE, 0);
    app_command(&f.app, CMD_GO, go_address(base + 1, false));
    struct zoom span = shown(&f);
    assert_true(
        span.start <= s->base && span.start + span.size >= s->base + (s->npages << GO_PAGE_SHIFT));
    app_command(&f.app, CMD_GO, go_address(base + 1, true));
    struct zoom slot = shown(&f);
    assert_true(slot.start <= base && slot.start + slot.size >= base + size);
    assert_true(slot.size < span.size);
    app_command(&f.app, CMD_GO, go_address(0x1000, true)); /* nothing is there */
    assert_same(shown(&f), slot);
    assert_true(f.app.notice[0]);
    close_it(&f);
}

static void a_place_that_is_not_yet_is_told(void **state) {
    (void)state;
    struct fixture f;
    open_on(&f, "linux/amd64");
    app_seek(&f.app, 1);
    app_command(&f.app, CMD_GO_BITMAP, 0);
    assert_string_equal(f.app.notice, "There is no such place yet: the heap is not laid out.");
    close_it(&f);
}

static void dragging_moves_rows_and_settles(void **state) {
    (void)state;
    struct fixture f;
    open_on(&f, "linux/amd64");
    f.app.animates = false;
    app_command(&f.app, CMD_ZOOM_IN, 0);
    app_command(&f.app, CMD_ZOOM_IN, 0);
    struct zoom before = shown(&f);
    struct map_grid g = map_grid(before, map_area(&f), 1);
    int x = g.rect.x + 50, y = g.rect.y + 30, row = g.rect.h / g.rows;
    app_press(&f.app, x, y, false);
    assert_same(shown(&f), before);
    app_pointer(&f.app, x, y - row - row / 3);
    assert_true(shown(&f).start > before.start + g.row_bytes);
    app_release(&f.app, x, y - row - row / 3);
    assert_same(shown(&f), (struct zoom){before.start + g.row_bytes, before.size});
    close_it(&f);
}

static void a_rectangle_is_zoomed_to(void **state) {
    (void)state;
    struct fixture f;
    open_on(&f, "linux/amd64");
    f.app.animates = false;
    struct zoom before = shown(&f);
    struct map_grid g = map_grid(before, map_area(&f), 1);
    int y = map_grid_y(&g, 1) + 2;
    app_press(&f.app, g.rect.x + g.rect.w / 4, y, true);
    app_pointer(&f.app, g.rect.x + g.rect.w / 2, y + 6);
    app_release(&f.app, g.rect.x + g.rect.w / 2, y + 6);
    struct zoom got = shown(&f);
    assert_true(got.size < before.size / 2);
    uint64_t middle = before.start + g.row_bytes + g.row_bytes * 3 / 8;
    assert_true(got.start < middle && got.start + got.size > middle);
    close_it(&f);
}

static void dragging_on_the_ruler_moves_the_map_there(void **state) {
    (void)state;
    struct fixture f;
    open_on(&f, "linux/386");
    f.app.animates = false;
    struct rect space = app_scene_layout(&f.app)->space;
    struct zoom before = shown(&f);
    int y = space.y + 30;
    app_press(&f.app, space.x + space.w / 2, y, false);
    app_pointer(&f.app, space.x + space.w * 3 / 4, y);
    app_release(&f.app, space.x + space.w * 3 / 4, y);
    struct zoom got = shown(&f);
    assert_int_equal(got.size, before.size);
    assert_true(got.start > GiB(3) - MiB(64) && got.start < GiB(3) + MiB(64));
    close_it(&f);
}

static void a_click_on_a_band_goes_to_its_region(void **state) {
    (void)state;
    struct fixture f;
    open_on(&f, "linux/amd64");
    f.app.animates = false;
    struct rect space = app_scene_layout(&f.app)->space;
    int x = space.x + space.w / 2, y = space.y + 110;
    app_press(&f.app, x, y, false);
    app_release(&f.app, x, y);
    uint64_t end = shown(&f).start + shown(&f).size, bitmap = 0xc420000000;
    assert_true(end > bitmap - MiB(1) && end < bitmap + MiB(1));
    close_it(&f);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_zoom_glides_and_ends_exactly),
        cmocka_unit_test(another_zoom_takes_a_glide_over_where_it_is),
        cmocka_unit_test(fit_goes_round_arena_reservation_space),
        cmocka_unit_test(every_place_shows_what_it_names),
        cmocka_unit_test(what_is_pinned_is_zoomed_to),
        cmocka_unit_test(an_address_leads_to_its_span_or_slot),
        cmocka_unit_test(a_place_that_is_not_yet_is_told),
        cmocka_unit_test(dragging_moves_rows_and_settles),
        cmocka_unit_test(a_rectangle_is_zoomed_to),
        cmocka_unit_test(dragging_on_the_ruler_moves_the_map_there),
        cmocka_unit_test(a_click_on_a_band_goes_to_its_region),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
