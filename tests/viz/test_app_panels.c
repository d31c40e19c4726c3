/*
 * The views that explain, by keys and by the pointer: parts of the waste, ranges, rungs, what is
 * pinned.
 */
#include "viz/app_internal.h"
#include "viz/panels/timeline.h"
#include "viz/panels/waste.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

struct fixture {
    struct app app;
    struct canvas *canvas;
};

static void open_at(struct fixture *f, uint64_t event) {
    struct error err = {""};
    struct app_options options = {.workload = "small",
        .world = {.platform = platform_find("linux/amd64"), .provider = PROVIDER_MODEL}};
    if (!app_open(&f->app, &options, &err))
        fail_msg("%s", err.text);
    f->canvas = canvas_new(1280, 720);
    app_finish(&f->app);
    app_seek(&f->app, event);
    app_work(&f->app, UINT64_MAX);
    app_draw(&f->app, f->canvas);
}

static void close_it(struct fixture *f) {
    canvas_free(f->canvas);
    app_close(&f->app);
}

static void keys_open_every_part_that_has_something(void **state) {
    (void)state;
    struct fixture f;
    open_at(&f, 30000);
    struct waste w = waste_of(f.app.scene->replica);
    unsigned parts = 0, first = f.app.open_part, seen = 0;
    for (unsigned i = 0; i < WASTE_PARTS; i++)
        parts += w.part[i] > 0;
    do {
        app_command(&f.app, CMD_OPEN_PART, 0);
        assert_true(w.part[f.app.open_part] > 0);
        assert_int_equal(f.app.centre, CENTRE_WASTE);
        seen++;
    } while (f.app.open_part != first && seen <= WASTE_PARTS);
    assert_int_equal(seen, parts);
    app_command(&f.app, CMD_OPEN_PART_BACK, 0);
    app_command(&f.app, CMD_OPEN_PART, WASTE_TAIL + 1); /* clicked */
    assert_int_equal(f.app.open_part, WASTE_TAIL);
    app_command(&f.app, CMD_OPEN_ROW, 0);
    int row = f.app.open_row;
    assert_true(row >= 0);
    app_command(&f.app, CMD_OPEN_ROW, 0);
    assert_true(f.app.open_row != row);
    app_command(&f.app, CMD_OPEN_ROW_BACK, 0);
    assert_int_equal(f.app.open_row, row);
    close_it(&f);
}

static void escape_closes_one_thing_after_the_other(void **state) {
    (void)state;
    struct fixture f;
    open_at(&f, 30000);
    struct app *app = &f.app;
    const struct replica *r = app->scene->replica;
    uint32_t span = replica_span_of(r, r->heap[HEAP_arena_start]);
    app->scene->pinned = (struct thing){.kind = THING_PAGE, .index = span};
    app_notice(app, "%s", "Look.");
    app_command(app, CMD_TERM, 0);
    assert_non_null(app_page(app));
    app_command(app, CMD_CONSOLE, 0);
    app_command(app, CMD_HELP, 0);
    assert_true(app->help_page && app->prompt.kind == PROMPT_CONSOLE);
    app_command(app, CMD_DISMISS, 0);
    assert_true(!app->help_page && app->prompt.kind == PROMPT_CONSOLE);
    app_command(app, CMD_DISMISS, 0);
    assert_true(app->prompt.kind == PROMPT_NONE && app_page(app));
    app_command(app, CMD_DISMISS, 0);
    assert_true(!app_page(app) && app->notice[0]);
    app_command(app, CMD_DISMISS, 0);
    assert_true(!app->notice[0] && app->scene->pinned.kind == THING_PAGE);
    app_command(app, CMD_DISMISS, 0);
    assert_int_equal(app->scene->pinned.kind, THING_NONE);
    close_it(&f);
}

/* A long way that one need not wait for. */
static void escape_stops_what_takes_long(void **state) {
    (void)state;
    struct fixture f;
    struct error err = {""};
    struct app_options options = {.workload = "json",
        .world = {.platform = platform_find("linux/amd64"), .provider = PROVIDER_MODEL}};
    assert_true(app_open(&f.app, &options, &err));
    f.canvas = canvas_new(1280, 720);
    scene_head(f.app.scene, UINT64_MAX);
    app_work(&f.app, 1000);
    assert_true(app_busy(&f.app));
    app_draw(&f.app, f.canvas);
    app_command(&f.app, CMD_DISMISS, 0);
    assert_false(app_busy(&f.app));
    uint64_t at = f.app.scene->at;
    app_work(&f.app, UINT64_MAX);
    assert_int_equal(f.app.scene->at, at);
    close_it(&f);
}

static void play_at_the_end_begins_anew(void **state) {
    (void)state;
    struct fixture f;
    open_at(&f, UINT64_MAX);
    assert_true(f.app.scene->at > 0);
    app_command(&f.app, CMD_PLAY, 0);
    assert_true(f.app.playing);
    assert_int_equal(f.app.scene->at, 0);
    close_it(&f);
}

static void a_rung_that_is_not_reached_again_is_told(void **state) {
    (void)state;
    struct fixture f;
    open_at(&f, UINT64_MAX);
    uint64_t at = f.app.scene->at;
    app_command(&f.app, CMD_RUNG, RUNG_MHEAP);
    assert_string_equal(f.app.notice, "No later allocation in this run ends there.");
    assert_int_equal(f.app.scene->at, at);
    close_it(&f);
}

static void a_range_is_counted_as_time_passes(void **state) {
    (void)state;
    struct fixture f;
    open_at(&f, 20000);
    struct interval *v = &f.app.scene->interval;
    app_command(&f.app, CMD_RANGE_FROM, 0);
    assert_int_equal(f.app.centre, CENTRE_RANGE);
    app_seek(&f.app, 60000);
    app_command(&f.app, CMD_RANGE_TO, 0);
    for (int i = 0; i < 20 && !v->counted; i++)
        app_tick(&f.app, 0.016);
    assert_true(v->counted && v->counted_from == 20000 && v->counted_to == 60000);
    app_draw(&f.app, f.canvas);
    assert_false(f.app.dirty);
    app_tick(&f.app, 0.016); /* nothing left to do, nothing to draw */
    assert_false(f.app.dirty);
    app_seek(&f.app, 10000); /* the beginning beyond the end: the end is the moment shown again */
    app_command(&f.app, CMD_RANGE_TO, 0);
    assert_int_equal(v->from, 0);
    assert_int_equal(v->to, 10000);
    app_command(&f.app, CMD_RANGE_CLEAR, 0);
    assert_true(v->from == NO_MOMENT && !v->counting);
    close_it(&f);
}

static void a_handle_is_dragged(void **state) {
    (void)state;
    struct fixture f;
    open_at(&f, 60000);
    struct interval *v = &f.app.scene->interval;
    v->from = 20000;
    app_draw(&f.app, f.canvas);
    struct rect area = app_scene_layout(&f.app)->timeline;
    struct view view = app_view(&f.app, f.app.scene);
    int x = 0, y = area.y + area.h - area.h / 5;
    while (x < area.w && timeline_handle_at(area, &view, x, y) != HANDLE_FROM)
        x++;
    assert_true(x < area.w);
    app_press(&f.app, x, y, false);
    app_pointer(&f.app, x + 200, y);
    app_release(&f.app, x + 200, y);
    assert_int_equal(v->from, timeline_event_at(area, &view, x + 200));
    assert_int_equal(f.app.scene->at, 60000); /* the moment shown stays */
    close_it(&f);
}

static void rungs_lead_onward(void **state) {
    (void)state;
    struct fixture f;
    open_at(&f, 5000);
    for (int i = 0; i < 3; i++) {
        uint64_t before = f.app.scene->at;
        app_command(&f.app, CMD_RUNG, RUNG_MHEAP + 1);
        app_work(&f.app, UINT64_MAX);
        assert_true(f.app.scene->at > before);
        const struct recording *rec = session_recording(f.app.scene->session);
        const struct event *ev = recording_event(rec, f.app.scene->at - 1);
        assert_int_equal(ev->kind, EV_OBJECT);
        assert_int_equal(ev->w >> 8, RUNG_MHEAP);
    }
    close_it(&f);
}

static void what_is_clicked_is_inspected(void **state) {
    (void)state;
    struct fixture f;
    open_at(&f, 30000);
    app_command(&f.app, CMD_CACHES, 0);
    app_draw(&f.app, f.canvas);
    struct rect at = {0};
    for (size_t i = 0; i < f.app.ui.hot_count && !at.w; i++) {
        struct rect r = f.app.ui.hots[i].rect, centre = app_scene_layout(&f.app)->centre;
        if (f.app.ui.hots[i].thing.kind == THING_PAGE && rect_has(centre, r.x, r.y))
            at = r;
    }
    assert_true(at.w > 0);
    app_press(&f.app, at.x, at.y, false);
    app_release(&f.app, at.x, at.y);
    assert_int_equal(f.app.scene->pinned.kind, THING_PAGE);
    assert_int_equal(f.app.rail, RAIL_INSPECT);
    app_command(&f.app, CMD_RAIL_DOWN, 0);
    assert_true(f.app.rail_first > 0);
    for (int i = 0; i < 30; i++)
        app_command(&f.app, CMD_RAIL_DOWN, 0);
    app_draw(&f.app, f.canvas);
    for (int i = 0; i < 30; i++)
        app_command(&f.app, CMD_RAIL_UP, 0);
    assert_int_equal(f.app.rail_first, 0);
    close_it(&f);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(keys_open_every_part_that_has_something),
        cmocka_unit_test(escape_closes_one_thing_after_the_other),
        cmocka_unit_test(escape_stops_what_takes_long),
        cmocka_unit_test(play_at_the_end_begins_anew),
        cmocka_unit_test(a_rung_that_is_not_reached_again_is_told),
        cmocka_unit_test(a_range_is_counted_as_time_passes),
        cmocka_unit_test(a_handle_is_dragged),
        cmocka_unit_test(rungs_lead_onward),
        cmocka_unit_test(what_is_clicked_is_inspected),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
