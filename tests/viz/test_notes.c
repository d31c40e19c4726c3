/* Notes: written, found, and come along when the run begins anew in another world. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "sim/base/limits.h"
#include "viz/scene.h"

static struct scene open_scene(const char *platform) {
    struct error err = {""};
    struct scene s = {
        .world = {.platform = platform_find(platform), .provider = PROVIDER_MODEL, .seed = {1, 2}}};
    if (!scene_open(&s, "small", &err))
        fail_msg("%s", err.text);
    scene_run_to(&s, UINT64_MAX);
    return s;
}

static void put(struct scene *s, uint64_t seq, const char *text) {
    notes_put(&s->notes, s->session, seq, text);
}

static void they_stand_in_the_order_of_time(void **state) {
    (void)state;
    struct scene s = open_scene("linux/amd64");
    put(&s, 500, "b");
    put(&s, 900, "c");
    put(&s, 20, "a");
    assert_int_equal(s.notes.count, 3);
    assert_string_equal(notes_next(&s.notes, 0, 1)->text, "a");
    assert_string_equal(notes_next(&s.notes, 20, 1)->text, "b");
    assert_string_equal(notes_next(&s.notes, 900, -1)->text, "b");
    assert_null(notes_next(&s.notes, 900, 1));
    assert_null(notes_next(&s.notes, 20, -1));
    assert_null(notes_at(&s.notes, 21));
    scene_close(&s);
}

static void writing_again_replaces_and_nothing_takes_away(void **state) {
    (void)state;
    struct scene s = open_scene("linux/amd64");
    put(&s, 500, "first");
    put(&s, 500, "second");
    assert_int_equal(s.notes.count, 1);
    assert_string_equal(notes_at(&s.notes, 500)->text, "second");
    put(&s, 500, "");
    put(&s, 501, "");
    assert_int_equal(s.notes.count, 0);
    scene_close(&s);
}

static void they_come_along_to_the_other_width(void **state) {
    (void)state;
    struct scene s = open_scene("linux/amd64");
    struct error err;
    const struct recording *rec = session_recording(s.session);
    uint64_t op = recording_op_count(rec) / 2, seq = recording_op_start(rec, op) + 2;
    put(&s, 0, "beginning");
    put(&s, seq, "middle");
    put(&s, recording_count(rec), "end");
    s.world.platform = platform_find("linux/386");
    scene_seek(&s, 5);
    assert_true(scene_rerun(&s, &err));
    scene_work(&s, UINT64_MAX);
    if (s.running) /* not all are home yet */
        assert_int_equal(s.notes.note[2].seq, NOTE_AWAY);
    scene_run_to(&s, UINT64_MAX);
    rec = session_recording(s.session);
    assert_int_equal(s.notes.note[0].seq, 0);
    assert_int_equal(recording_op_at(rec, s.notes.note[1].seq - 1), op);
    assert_int_equal(s.notes.note[2].seq, recording_count(rec));
    scene_close(&s);
}

static void there_are_only_so_many(void **state) {
    (void)state;
    struct scene s = open_scene("linux/amd64");
    for (uint64_t seq = 1; seq <= LIMIT_NOTES; seq++)
        assert_true(notes_put(&s.notes, s.session, seq, "here"));
    assert_false(notes_put(&s.notes, s.session, 0, "one more"));
    assert_null(notes_at(&s.notes, 0));
    assert_true(notes_put(&s.notes, s.session, 7, "instead"));
    assert_int_equal(s.notes.count, LIMIT_NOTES);
    scene_close(&s);
}

static void another_workload_has_none(void **state) {
    (void)state;
    struct scene s = open_scene("linux/amd64");
    struct error err;
    put(&s, 500, "here");
    assert_true(scene_open(&s, "strings", &err));
    assert_int_equal(s.notes.count, 0);
    scene_close(&s);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(they_stand_in_the_order_of_time),
        cmocka_unit_test(writing_again_replaces_and_nothing_takes_away),
        cmocka_unit_test(they_come_along_to_the_other_width),
        cmocka_unit_test(there_are_only_so_many),
        cmocka_unit_test(another_workload_has_none),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
