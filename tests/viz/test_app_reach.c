/* What is reachable, asked by commands. */
#include "viz/app_internal.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

struct fixture {
    struct app app;
    struct canvas *canvas;
};

static void open_it(struct fixture *f) {
    struct error err = {""};
    struct app_options options = {.workload = "trees",
        .world = {.platform = platform_find("linux/amd64"), .provider = PROVIDER_MODEL}};
    if (!app_open(&f->app, &options, &err))
        fail_msg("%s", err.text);
    f->canvas = canvas_new(1280, 720);
    app_seek(&f->app, UINT64_MAX);
    app_work(&f->app, UINT64_MAX);
    app_command(&f->app, CMD_MAP, 0);
    app_draw(&f->app, f->canvas);
}

static void close_it(struct fixture *f) {
    canvas_free(f->canvas);
    app_close(&f->app);
}

/* The first allocated slot of the arena. */
static struct thing some_object(const struct app *app) {
    const struct replica *r = app->scene->replica;
    for (uint64_t addr = r->heap[HEAP_arena_start]; addr < r->heap[HEAP_arena_used]; addr += 8) {
        uint64_t base, size;
        if (graph_slot(r, addr, &base, &size))
            return (struct thing){THING_SLOT, replica_span_of(r, base), base, size};
    }
    fail_msg("nothing is allocated");
    return (struct thing){.kind = THING_NONE};
}

static void the_roots_are_asked_about_if_nothing_is_pinned(void **state) {
    (void)state;
    struct fixture f;
    open_it(&f);
    struct rect map = app_scene_layout(&f.app)->arena;
    app_command(&f.app, CMD_REACHABLE, 0);
    app_reach(&f.app, UINT64_MAX);
    const struct reachview *reach = &f.app.scene->reach;
    assert_non_null(reach->reach);
    assert_int_equal(reach->object, 0);
    assert_true(reach_objects(reach->reach) > 0);
    app_draw(&f.app, f.canvas); /* a strip above the map tells */
    assert_true(app_scene_layout(&f.app)->arena.y > map.y);
    app_command(&f.app, CMD_REACHABLE, 0);
    assert_int_equal(reach->question, REACH_NOTHING);
    app_draw(&f.app, f.canvas);
    assert_int_equal(app_scene_layout(&f.app)->arena.y, map.y);
    close_it(&f);
}

static void why_needs_an_object(void **state) {
    (void)state;
    struct fixture f;
    open_it(&f);
    const struct reachview *reach = &f.app.scene->reach;
    app_command(&f.app, CMD_WHY_ALIVE, 0);
    assert_int_equal(reach->question, REACH_NOTHING);
    assert_true(f.app.notice[0] != '\0');
    f.app.scene->pinned = some_object(&f.app);
    app_command(&f.app, CMD_WHY_ALIVE, 0);
    app_reach(&f.app, UINT64_MAX);
    assert_int_equal(reach->question, REACH_WHY);
    assert_int_equal(reach->object, f.app.scene->pinned.addr);
    close_it(&f);
}

static void another_run_forgets_the_question(void **state) {
    (void)state;
    struct fixture f;
    open_it(&f);
    app_command(&f.app, CMD_REACHABLE, 0);
    app_reach(&f.app, UINT64_MAX);
    app_command(&f.app, CMD_TOGGLE_WIDTH, 0);
    assert_int_equal(f.app.scene->reach.question, REACH_NOTHING);
    assert_null(f.app.scene->reach.graph);
    close_it(&f);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_roots_are_asked_about_if_nothing_is_pinned),
        cmocka_unit_test(why_needs_an_object),
        cmocka_unit_test(another_run_forgets_the_question),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
