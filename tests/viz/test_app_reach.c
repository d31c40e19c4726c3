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

/* An object that a way of several steps leads to from a root; the question is asked. */
static const struct reachview *ask_about_a_far_one(struct fixture *f) {
    const struct replica *r = f->app.scene->replica;
    const struct reachview *reach = &f->app.scene->reach;
    for (uint64_t addr = r->heap[HEAP_arena_start]; addr < r->heap[HEAP_arena_used]; addr += 8) {
        uint64_t base, size;
        if (!graph_slot(r, addr, &base, &size) || base != addr)
            continue;
        f->app.scene->pinned = (struct thing){THING_SLOT, replica_span_of(r, base), base, size};
        app_command(&f->app, CMD_WHY_ALIVE, 0);
        app_reach(&f->app, UINT64_MAX);
        if (reach->path_length > 2)
            return reach;
        app_command(&f->app, CMD_WHY_ALIVE, 0);
    }
    fail_msg("nothing is held by others");
    return NULL;
}

static unsigned lit_pixels(struct fixture *f) {
    struct rect area = app_scene_layout(&f->app)->arena;
    uint32_t want = f->app.theme.color[COLOR_attention];
    unsigned n = 0;
    app_draw(&f->app, f->canvas);
    for (int y = area.y + area.h / 8; y < area.y + area.h; y++)
        for (int x = area.x; x < area.x + area.w; x++)
            n += f->canvas->pixels[y * f->canvas->stride + x] == want;
    return n;
}

static void the_way_from_a_root_is_drawn(void **state) {
    (void)state;
    struct fixture f;
    open_it(&f);
    const struct reachview *reach = ask_about_a_far_one(&f);
    size_t kept = reach->path_length < REACHVIEW_PATH ? reach->path_length : REACHVIEW_PATH;
    assert_int_equal(reach->path[kept - 1], reach->object);
    unsigned lit = lit_pixels(&f);
    app_command(&f.app, CMD_WHY_ALIVE, 0); /* no longer asked */
    assert_int_equal(reach->question, REACH_NOTHING);
    assert_true(lit > lit_pixels(&f) + 20);
    close_it(&f);
}

/* Of a thousand of the map's pixels. */
static uint64_t brightness(struct fixture *f) {
    struct rect area = app_scene_layout(&f->app)->arena;
    uint64_t sum = 0;
    for (int y = area.y; y < area.y + area.h; y++)
        for (int x = area.x; x < area.x + area.w; x++) {
            uint32_t p = f->canvas->pixels[y * f->canvas->stride + x];
            sum += (p >> 16 & 0xff) + (p >> 8 & 0xff) + (p & 0xff);
        }
    return sum * 1000 / ((uint64_t)area.w * (uint64_t)area.h);
}

/* Seen from afar and from near: what the object does not reach is dimmed. */
static void what_is_not_reached_is_dimmed_at_every_zoom(void **state) {
    (void)state;
    static const uint64_t sizes[] = {MiB(1), KiB(64), KiB(8), 512};
    struct fixture f;
    open_it(&f);
    f.app.scene->pinned = some_object(&f.app);
    for (size_t i = 0; i < ARRAY_LEN(sizes); i++) {
        app_look(&f.app, (struct zoom){f.app.scene->replica->heap[HEAP_arena_start], sizes[i]});
        app_draw(&f.app, f.canvas);
        uint64_t before = brightness(&f);
        app_command(&f.app, CMD_REACHABLE, 0);
        app_reach(&f.app, UINT64_MAX);
        app_draw(&f.app, f.canvas);
        assert_true(brightness(&f) < before);
        app_command(&f.app, CMD_REACHABLE, 0);
    }
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
        cmocka_unit_test(the_way_from_a_root_is_drawn),
        cmocka_unit_test(what_is_not_reached_is_dimmed_at_every_zoom),
        cmocka_unit_test(another_run_forgets_the_question),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
