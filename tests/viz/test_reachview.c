/* The question of what is reachable: asked, worked at in pieces, answered, asked again elsewhere.
 */
#include "viz/reachview.h"

#include "tests/viz/panels/world.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

/* A list of 50 from one root, and 50 objects by themselves. */
static const char SCRIPT[] = "type node = ptr word*3\nprecise on\n"
                             "keep n 50\nhead = new node\nroot head\n"
                             "n[] = new node\nhead.0 = n[-1]\n"
                             "repeat 49\nn[] = new node\nn[-2].0 = n[-1]\nend\n"
                             "repeat 50\nalloc 100\nend\n";

static uint64_t object(const struct world *w, uint32_t id) {
    uint64_t addr, size;
    assert_true(program_object(session_program(w->session), id, &addr, &size));
    return addr;
}

static bool work(struct reachview *v, const struct world *w, uint64_t events) {
    return reachview_work(v, w->view.rec, w->r, w->view.platform->ptr_size, events);
}

static void an_answer_comes_in_pieces(void **state) {
    (void)state;
    struct world w;
    struct reachview v = {0};
    unsigned pieces = 0;
    world_open(&w, "linux/amd64", SCRIPT);
    assert_false(work(&v, &w, 100)); /* nothing is asked */
    reachview_ask(&v, REACH_FROM, 0);
    for (; !v.reach; pieces++) {
        assert_true(work(&v, &w, 100));
        assert_true(reachview_progress(&v) <= 1);
    }
    assert_true(pieces > 3);
    assert_int_equal(reach_objects(v.reach), 51);
    assert_false(work(&v, &w, 100)); /* there is nothing new */
    reachview_clear(&v);
    world_close(&w);
}

static void another_moment_has_another_answer(void **state) {
    (void)state;
    struct world w;
    struct reachview v = {0};
    world_open(&w, "linux/386", SCRIPT);
    reachview_ask(&v, REACH_FROM, 0);
    assert_true(work(&v, &w, UINT64_MAX));
    world_seek(
        &w, recording_op_start(w.view.rec, 8)); /* init, precise, head, root, n, store, n, store */
    assert_true(work(&v, &w, 0));
    assert_int_equal(reach_objects(v.reach), 3);
    reachview_ask(&v, REACH_FROM, 0); /* again: no longer */
    assert_int_equal(v.question, REACH_NOTHING);
    assert_null(v.reach);
    reachview_clear(&v);
    world_close(&w);
}

static void why_has_a_way_from_a_root_or_none(void **state) {
    (void)state;
    struct world w;
    struct reachview v = {0};
    world_open(&w, "linux/amd64", SCRIPT);
    uint64_t head = object(&w, 1), last = object(&w, 51), loose = object(&w, 60);
    reachview_ask(&v, REACH_WHY, last);
    assert_true(work(&v, &w, UINT64_MAX));
    assert_int_equal(v.path_length, 51);
    assert_true(v.path[0] == head && v.path[50] == last);
    reachview_ask(&v, REACH_WHY, loose);
    assert_true(work(&v, &w, UINT64_MAX));
    assert_int_equal(v.path_length, 0);
    reachview_clear(&v);
    world_close(&w);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_answer_comes_in_pieces),
        cmocka_unit_test(another_moment_has_another_answer),
        cmocka_unit_test(why_has_a_way_from_a_root_or_none),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
