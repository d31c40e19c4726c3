/* Scenes: the same workload in other worlds, and the same moment of it. */
#include "viz/scene.h"

#include "sim/work/session_file.h"
#include "viz/world.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

static struct scene open_scene(const char *platform, const char *workload) {
    struct error err = {""};
    struct scene s = {
        .world = {.platform = platform_find(platform), .provider = PROVIDER_MODEL, .seed = {1, 2}}};
    if (!scene_open(&s, workload, &err))
        fail_msg("not opened: %s", err.text);
    return s;
}

/* Steps through the operations of a run and looks whether the other follows, one by one. */
static void follow(struct scene *s, struct scene *other, unsigned ops) {
    scene_seek(s, 0);
    for (unsigned i = 0; i < ops; i++) {
        scene_step_op(s, 1);
        struct moment m = scene_moment(s);
        scene_go(other, &m);
        struct moment o = scene_moment(other);
        assert_int_equal(m.op, o.op);
        assert_int_equal(m.ended, o.ended);
    }
}

static void the_other_width_follows_operation_by_operation(void **state) {
    (void)state;
    struct error err = {""};
    struct scene wide = open_scene("linux/amd64", "strings"), narrow = {0};
    struct environment world;
    env_copy(&world, &wide.world);
    world_other_width(&world);
    assert_true(scene_open_like(&narrow, &wide, &world, &err));
    assert_int_equal(narrow.world.platform->ptr_size, 4);
    follow(&wide, &narrow, 300);
    assert_int_equal(wide.replica->objects_born, narrow.replica->objects_born);
    env_free(&world);
    scene_close(&wide);
    scene_close(&narrow);
}

/* A world with its own GOGC runs an operation that the workload does not have. */
static void a_world_with_operations_of_its_own_stays_in_step(void **state) {
    (void)state;
    struct error err = {""};
    struct scene plain = open_scene("linux/amd64", "small"), eager = {0};
    struct environment world;
    env_copy(&world, &plain.world);
    world.gogc = 50;
    world.ps = 2;
    assert_true(scene_open_like(&eager, &plain, &world, &err));
    follow(&plain, &eager, 300);
    follow(&eager, &plain, 300);
    scene_seek(&plain, UINT64_MAX);
    struct moment end = scene_moment(&plain);
    scene_go(&eager, &end);
    assert_int_equal(plain.replica->objects_born, eager.replica->objects_born);
    assert_true(eager.replica->collections > plain.replica->collections);
    env_free(&world);
    scene_close(&plain);
    scene_close(&eager);
}

static void inside_mallocinit_the_step_is_found(void **state) {
    (void)state;
    struct error err = {""};
    struct scene wide = open_scene("linux/amd64", "small"), narrow = {0};
    struct environment world;
    scene_run_to(&wide, 1000);
    while (wide.replica->init.step != STEP_SIZES)
        scene_seek(&wide, wide.at + 1);
    env_copy(&world, &wide.world);
    world_other_width(&world);
    assert_true(scene_open_like(&narrow, &wide, &world, &err));
    assert_true(scene_work(&narrow, UINT64_MAX));
    assert_int_equal(narrow.replica->init.step, STEP_SIZES);
    env_free(&world);
    scene_close(&wide);
    scene_close(&narrow);
}

static void a_rerun_comes_back_to_the_moment(void **state) {
    (void)state;
    struct error err = {""};
    struct scene s = open_scene("linux/amd64", "strings");
    scene_seek(&s, 5000);
    scene_step_op(&s, 1);
    struct moment before = scene_moment(&s);
    world_step(&s.world, WORLD_PLATFORM, 1);
    assert_true(scene_rerun(&s, &err));
    assert_int_equal(s.at, 0);
    struct moment ahead = scene_moment(&s);
    assert_int_equal(before.op, ahead.op);
    assert_true(scene_work(&s, UINT64_MAX));
    struct moment after = scene_moment(&s);
    assert_int_equal(before.op, after.op);
    assert_int_equal(before.ended, after.ended);
    scene_close(&s);
}

static void a_workload_that_is_not_there_leaves_the_scene(void **state) {
    (void)state;
    struct error err = {""};
    struct scene s = open_scene("linux/amd64", "strings");
    scene_seek(&s, 100);
    assert_false(scene_open(&s, "/nowhere/to/be.arena", &err));
    assert_non_null(strstr(err.text, "/nowhere/to/be.arena"));
    assert_int_equal(s.at, 100);
    assert_string_equal(s.builtin, "strings");
    scene_close(&s);
}

static void a_recording_opens_where_it_was_left_and_runs_again(void **state) {
    (void)state;
    struct error err = {""};
    char path[] = "/tmp/arenascope-test-XXXXXX";
    struct scene s = open_scene("linux/386", "strings"), again = {0};
    int file = mkstemp(path);
    assert_true(file >= 0 && close(file) == 0);
    scene_seek(&s, 4000);
    scene_run_to(&s, UINT64_MAX);
    const struct session_view view = {.workload = "strings", .title = "Strings", .at = s.at};
    assert_true(session_save(s.session, path, &view, &err));
    assert_true(scene_open(&again, path, &err));
    assert_int_equal(again.at, 4000);
    assert_int_equal(scene_count(&again), scene_count(&s));
    assert_string_equal(again.name, "Strings");
    assert_string_equal(again.builtin, "strings");
    assert_int_equal(again.world.platform->ptr_size, 4);
    struct moment left = scene_moment(&again);
    world_other_width(&again.world);
    assert_true(scene_rerun(&again, &err));
    while (!scene_work(&again, UINT64_MAX)) {
    }
    assert_int_equal(again.replica->more_ps, s.replica->more_ps);
    assert_int_equal(session_env(again.session)->platform->ptr_size, 8);
    assert_int_equal(scene_moment(&again).op, left.op);
    scene_close(&s);
    scene_close(&again);
    unlink(path);
}

static void marks_are_stepped_through_both_ways(void **state) {
    (void)state;
    struct scene s = open_scene("linux/amd64", "strings");
    scene_run_to(&s, UINT64_MAX);
    uint64_t seen[64];
    unsigned n = 0;
    while (n < ARRAY_LEN(seen) && scene_step_mark(&s, 1, ~0u))
        seen[n++] = s.at;
    assert_true(n >= 3);
    scene_seek(&s, UINT64_MAX);
    while (n > 0) {
        assert_true(scene_step_mark(&s, -1, ~0u));
        assert_int_equal(s.at, seen[--n]);
    }
    assert_false(scene_step_mark(&s, -1, ~0u));
    scene_close(&s);
}

static void a_long_way_is_gone_in_pieces_and_can_be_given_up(void **state) {
    (void)state;
    struct scene s = open_scene("linux/amd64", "small");
    scene_head(&s, 50000);
    assert_false(scene_work(&s, 1000));
    assert_int_equal(s.at, 0); /* what is shown stays */
    unsigned pieces = 1;
    while (!scene_work(&s, 1000))
        pieces++;
    assert_int_equal(s.at, 50000);
    assert_in_range(pieces, 10, 50);
    scene_head(&s, 60000);
    assert_false(scene_work(&s, 1000));
    scene_stop(&s);
    assert_false(s.errand.on);
    assert_in_range(s.at, 50000, 60000);
    assert_int_equal(s.at, scene_count(&s));
    scene_close(&s);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_other_width_follows_operation_by_operation),
        cmocka_unit_test(a_world_with_operations_of_its_own_stays_in_step),
        cmocka_unit_test(inside_mallocinit_the_step_is_found),
        cmocka_unit_test(a_rerun_comes_back_to_the_moment),
        cmocka_unit_test(a_long_way_is_gone_in_pieces_and_can_be_given_up),
        cmocka_unit_test(a_workload_that_is_not_there_leaves_the_scene),
        cmocka_unit_test(a_recording_opens_where_it_was_left_and_runs_again),
        cmocka_unit_test(marks_are_stepped_through_both_ways),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
