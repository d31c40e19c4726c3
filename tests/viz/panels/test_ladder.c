/* The ladder: the way of the current allocation, counts and shares; and the small mcache and free
 * runs beside it. */
#include "tests/viz/panels/world.h"
#include "viz/panels/allocation.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

static const char script[] = "init\n"
                             "a = alloc 5\n"
                             "b = alloc 3\n"
                             "c = alloc 100000\n"
                             "d = alloc 48\n"
                             "e = alloc 48\n";

/* The moment just after object number id was made. */
static uint64_t made(const struct world *w, uint32_t id) {
    for (uint64_t i = 0; i < w->view.count; i++) {
        const struct event *ev = recording_event(w->view.rec, i);
        if (ev->kind == EV_OBJECT && ev->x == id)
            return i + 1;
    }
    fail_msg("object %u is never made", id);
    return 0;
}

static void the_way_ends_where_the_object_says(void **unused) {
    (void)unused;
    static const struct {
        uint32_t id;
        enum rung first, rung;
    } wanted[] = {{1, RUNG_TINY, RUNG_OS}, {2, RUNG_TINY, RUNG_TINY}, {3, RUNG_MHEAP, RUNG_MHEAP},
        {4, RUNG_MCACHE, RUNG_MHEAP}, {5, RUNG_MCACHE, RUNG_MCACHE}};
    struct world w;
    world_open(&w, "linux/amd64", script);
    for (size_t i = 0; i < ARRAY_LEN(wanted); i++) {
        world_seek(&w, made(&w, wanted[i].id));
        struct allocation a = allocation_at(&w.view);
        assert_true(a.any && a.done);
        assert_int_equal(a.first, wanted[i].first);
        assert_int_equal(a.rung, wanted[i].rung);
        assert_true(allocation_passed(&a, a.first) && allocation_passed(&a, a.rung));
        assert_false(allocation_passed(&a, (enum rung)(a.rung + 1)));
    }
    world_close(&w);
}

static void the_way_grows_with_the_events(void **unused) {
    (void)unused;
    struct world w;
    world_open(&w, "linux/amd64", script);
    uint64_t end = made(&w, 1);
    enum rung last = RUNG_TINY;
    world_seek(&w, end);
    uint64_t begin = allocation_at(&w.view).begin;
    for (uint64_t at = begin + 1; at < end; at++) {
        world_seek(&w, at);
        struct allocation a = allocation_at(&w.view);
        assert_true(a.any && !a.done && a.begin == begin);
        assert_true(a.rung >= last);
        last = a.rung;
    }
    assert_int_equal(last, RUNG_OS);
    world_seek(&w, 0);
    assert_false(allocation_at(&w.view).any);
    world_close(&w);
}

static void the_rung_of_the_current_allocation_leads_to_it(void **unused) {
    (void)unused;
    struct world w;
    world_open(&w, "linux/amd64", script);
    uint64_t at = made(&w, 3);
    world_seek(&w, at);
    world_draw(&w, panel_ladder, rect_make(10, 10, 248, 170), 1);
    struct rect lit = world_hot(&w, THING_EVENT, at - 1);
    assert_true(lit.w > 0);
    assert_true(world_pixels(&w, lit, COLOR_attention) > 20);
    world_close(&w);
}

static void the_next_allocation_of_a_rung_is_found(void **unused) {
    (void)unused;
    struct world w;
    world_open(&w, "linux/amd64", script);
    world_seek(&w, 0);
    assert_int_equal(allocation_next(&w.view, RUNG_OS), made(&w, 1));
    assert_int_equal(allocation_next(&w.view, RUNG_TINY), made(&w, 2));
    assert_int_equal(allocation_next(&w.view, RUNG_MHEAP), made(&w, 3));
    world_seek(&w, made(&w, 3));
    assert_int_equal(allocation_next(&w.view, RUNG_MHEAP), made(&w, 4));
    assert_int_equal(allocation_next(&w.view, RUNG_TINY), NO_EVENT);
    world_close(&w);
    /* Far more than a block between: what is passed over has none. */
    world_open(&w, "linux/amd64", "init\nrepeat 3000\nx = alloc 16\nend\ny = alloc 3000000\n");
    uint64_t big = made(&w, 3001);
    world_seek(&w, big / 2);
    assert_int_equal(allocation_next(&w.view, RUNG_OS), big);
    world_close(&w);
}

static void texts_fit_the_right_column(void **unused) {
    (void)unused;
    static const char *const platforms[] = {"linux/amd64", "linux/386"};
    static const struct {
        panel_fn *draw;
        int height;
    } panels[] = {{panel_ladder, 170}, {panel_mcache, 78}, {panel_free_runs, 76}};
    for (size_t i = 0; i < ARRAY_LEN(platforms); i++)
        for (size_t k = 0; k < ARRAY_LEN(panels); k++) {
            struct world w;
            world_open(&w, platforms[i], script);
            world_check_text_in(&w, panels[k].draw, 248, panels[k].height);
            world_close(&w);
        }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_way_ends_where_the_object_says),
        cmocka_unit_test(the_way_grows_with_the_events),
        cmocka_unit_test(the_rung_of_the_current_allocation_leads_to_it),
        cmocka_unit_test(the_next_allocation_of_a_rung_is_found),
        cmocka_unit_test(texts_fit_the_right_column),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
