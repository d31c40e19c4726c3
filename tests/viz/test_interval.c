/* Two moments of a run: their order, the count in steps, the panel about it and the handles. */
#include "tests/viz/panels/world.h"
#include "viz/interval.h"
#include "viz/panels/timeline.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

static const char script[] = "init\n"
                             "a = alloc 48\n"
                             "b = alloc 48\n"
                             "c = alloc 1000\n"
                             "drop a\n"
                             "collect\n"
                             "d = alloc 48\n"
                             "e = alloc 48\n"
                             "f = alloc 40000\n"
                             "drop d\n"
                             "collect\n";

/* The beginning of operation number op. */
static uint64_t moment(const struct world *w, uint64_t op) {
    return recording_op_start(w->view.rec, op);
}

static void count_all(struct world *w, struct interval *v) {
    unsigned steps = 0;
    while (interval_work(v, w->view.rec, w->view.at, 50))
        assert_true(++steps < 100000);
    assert_true(v->counted && !v->counting);
}

static void moments_count_in_order(void **unused) {
    (void)unused;
    struct interval v = {0};
    uint64_t from, to;
    interval_clear(&v);
    assert_false(interval_ends(&v, 9, &from, &to));
    v.from = 5;
    assert_true(interval_ends(&v, 9, &from, &to) && from == 5 && to == 9);
    assert_true(interval_ends(&v, 3, &from, &to) && from == 3 && to == 5);
    v.to = 7;
    assert_true(interval_ends(&v, 3, &from, &to) && from == 5 && to == 7);
}

static void what_lived_and_died_is_counted(void **unused) {
    (void)unused;
    struct world w;
    struct interval v = {0};
    world_open(&w, "linux/amd64", script);
    interval_clear(&v);
    v.from = moment(&w, 4); /* a, b, c are there */
    v.to = w.view.count;
    count_all(&w, &v);
    uint64_t lived = 0, freed = 0, born = 0, born_died = 0;
    for (unsigned i = 0; i < NUM_SIZE_CLASSES; i++) {
        lived += v.classes[i].lived;
        freed += v.classes[i].freed;
        born += v.classes[i].born;
        born_died += v.classes[i].born_died;
    }
    assert_int_equal(lived, 2);
    assert_int_equal(freed, 1);
    assert_int_equal(born, 2);
    assert_int_equal(born_died, 1);
    interval_clear(&v);
    world_close(&w);
}

static void an_end_that_moves_is_caught_up_with(void **unused) {
    (void)unused;
    struct world w;
    struct interval v = {0};
    world_open(&w, "linux/amd64", script);
    interval_clear(&v);
    v.from = moment(&w, 1);
    assert_true(interval_work(&v, w.view.rec, moment(&w, 8), 3));
    struct range_count *begun = v.counting;
    assert_non_null(begun);
    assert_true(interval_work(&v, w.view.rec, moment(&w, 9), 3));
    assert_ptr_equal(v.counting, begun); /* not begun anew */
    world_seek(&w, moment(&w, 10));
    count_all(&w, &v);
    assert_int_equal(v.counted_to, moment(&w, 10));
    assert_false(interval_work(&v, w.view.rec, w.view.at, 50)); /* nothing left to do */
    v.from = moment(&w, 2);
    assert_true(interval_work(&v, w.view.rec, w.view.at, 3));
    assert_int_equal(v.counting_from, v.from);
    interval_clear(&v);
    world_close(&w);
}

static void the_panel_fits_at_every_size(void **unused) {
    (void)unused;
    static const struct { int w, h; } sizes[] = {{680, 505}, {360, 385}, {1320, 865}};
    struct world w;
    struct interval v = {0};
    world_open(&w, "linux/amd64", script);
    interval_clear(&v);
    w.view.interval = &v;
    for (int set = 0; set < 2; set++)
        for (size_t k = 0; k < ARRAY_LEN(sizes); k++) {
            if (set) {
                v.from = moment(&w, 1);
                v.to = w.view.count;
                count_all(&w, &v);
            }
            world_check_text_in(&w, panel_interval, sizes[k].w, sizes[k].h);
        }
    interval_clear(&v);
    world_close(&w);
}

static void handles_stand_where_they_can_be_dragged(void **unused) {
    (void)unused;
    struct world w;
    struct interval v = {0};
    struct rect area = {0, 0, 1280, 112};
    world_open(&w, "linux/amd64", script);
    interval_clear(&v);
    w.view.interval = &v;
    unsigned found[HANDLE_TO + 1] = {0};
    for (int set = 0; set < 2; set++) {
        for (int x = 0; x < area.w; x++)
            for (int y = 0; y < area.h; y++) {
                enum timeline_handle handle = timeline_handle_at(area, &w.view, x, y);
                found[handle]++;
                if (handle != HANDLE_NONE) {
                    uint64_t at = timeline_event_at(area, &w.view, x);
                    uint64_t end = handle == HANDLE_FROM ? v.from : v.to;
                    assert_true((at > end ? at - end : end - at) < w.view.count / 40);
                }
            }
        assert_true(set || found[HANDLE_NONE] == (unsigned)(area.w * area.h));
        v.from = w.view.count / 4;
        v.to = w.view.count / 2;
    }
    assert_true(found[HANDLE_FROM] > 100 && found[HANDLE_TO] > 100);
    world_close(&w);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(moments_count_in_order),
        cmocka_unit_test(what_lived_and_died_is_counted),
        cmocka_unit_test(an_end_that_moves_is_caught_up_with),
        cmocka_unit_test(the_panel_fits_at_every_size),
        cmocka_unit_test(handles_stand_where_they_can_be_dragged),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
