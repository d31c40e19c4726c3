/*
 * What the recording tells of words, and what it does not.
 */
#include "tests/viz/panels/world.h"
#include "viz/panels/contents.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static uint64_t last_address(const struct world *w, enum event_kind kind) {
    for (uint64_t i = w->view.count; i > 0; i--) {
        const struct event *ev = recording_event(w->view.rec, i - 1);
        if (ev->kind == kind)
            return kind == EV_STORE ? ev->c : ev->a;
    }
    fail_msg("no such event");
    return 0;
}

static const char SCRIPT[] = "type node = left:ptr right:ptr key:word*4\n"
                             "init\n"
                             "x = new node\n"
                             "y = new node\n"
                             "x.left = y\n"
                             "y.right = x+8\n"
                             "x.left = nil\n"
                             "x.right = y\n";

static void stores_are_known_and_the_rest_is_zero(void **state) {
    (void)state;
    struct world w;
    struct contents c;
    uint64_t value = 1;
    world_open(&w, "linux/amd64", SCRIPT);
    uint64_t right = last_address(&w, EV_STORE), x = right - 8;
    contents_read(&w.view, x, x + 48, &c);
    assert_true(contents_at(&c, x, &value));
    assert_int_equal(value, 0); /* left, nil again */
    assert_true(contents_at(&c, right, &value));
    assert_true(value > x && value < x + KiB(8)); /* y */
    assert_true(contents_at(&c, x + 40, &value));
    assert_int_equal(value, 0);
    assert_false(contents_at(&c, x + 48, &value)); /* not looked after */
    world_close(&w);
}

static void a_moment_before_the_store_has_the_old_value(void **state) {
    (void)state;
    struct world w;
    struct contents c;
    uint64_t value = 1, right;
    world_open(&w, "linux/386", SCRIPT);
    right = last_address(&w, EV_STORE);
    uint64_t seq = w.view.count;
    while (recording_event(w.view.rec, seq - 1)->kind != EV_STORE)
        seq--;
    world_seek(&w, seq - 1);
    contents_read(&w.view, right, right + 4, &c);
    assert_true(contents_at(&c, right, &value));
    assert_int_equal(value, 0);
    world_seek(&w, seq);
    contents_read(&w.view, right, right + 4, &c);
    assert_true(contents_at(&c, right, &value));
    assert_int_not_equal(value, 0);
    world_close(&w);
}

/* A slot that died and is handed out again is zero, whatever was stored there before. */
static void memory_used_again_is_zero(void **state) {
    (void)state;
    struct world w;
    struct contents c;
    uint64_t value = 1;
    world_open(&w, "linux/amd64",
        "type node = left:ptr key:word\n"
        "keep ring 600\n"
        "init\n"
        "repeat 600\n ring[] = new node\n ring[-1].left = ring[-1]\nend\n"
        "drop ring\n"
        "collect\n"
        "repeat 600\n ring[] = new node\nend\n");
    uint64_t last = last_address(&w, EV_OBJECT), first = round_down(last, KiB(8));
    contents_read(&w.view, first, first + KiB(8), &c);
    assert_true(contents_at(&c, last, &value));
    assert_int_equal(value, 0);
    world_close(&w);
}

static void what_a_fill_wrote_is_not_known(void **state) {
    (void)state;
    struct world w;
    struct contents c;
    uint64_t value;
    world_open(&w, "linux/amd64", "init\nx = alloc 64\ny = alloc 64\nfill x\n");
    uint64_t y = last_address(&w, EV_OBJECT), x = y - 64;
    contents_read(&w.view, x, x + 128, &c);
    assert_false(contents_at(&c, x, &value));
    assert_false(contents_at(&c, x + 56, &value));
    assert_true(contents_at(&c, y, &value));
    world_close(&w);
}

static void what_is_too_long_ago_is_not_known(void **state) {
    (void)state;
    struct world w;
    struct contents c;
    uint64_t value;
    world_open(&w, "linux/amd64", "init\nx = alloc 64\nrepeat 20000\nalloc 8\nend\n");
    assert_true(w.view.count > CONTENTS_LOOK_BACK + 1000);
    uint64_t first = 0;
    for (uint64_t i = 0; !first; i++)
        if (recording_event(w.view.rec, i)->kind == EV_OBJECT)
            first = recording_event(w.view.rec, i)->a;
    contents_read(&w.view, first, first + 64, &c);
    assert_false(contents_at(&c, first, &value));
    world_close(&w);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(stores_are_known_and_the_rest_is_zero),
        cmocka_unit_test(a_moment_before_the_store_has_the_old_value),
        cmocka_unit_test(memory_used_again_is_zero),
        cmocka_unit_test(what_a_fill_wrote_is_not_known),
        cmocka_unit_test(what_is_too_long_ago_is_not_known),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
