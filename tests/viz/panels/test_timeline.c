/* The timeline: columns and events belong together, peaks are not lost, an empty heap says so. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "tests/viz/panels/panel_fixture.h"
#include "viz/panels/timeline.h"

static void columns_run_from_the_first_event_to_the_last(void **unused) {
    (void)unused;
    const struct view v = {.count = 88204};
    struct rect area = rect_make(100, 600, 1280, 110);
    assert_int_equal(timeline_event_at(area, &v, 0), 0);
    assert_int_equal(timeline_event_at(area, &v, 100), 0);
    assert_int_equal(timeline_event_at(area, &v, 100 + 1280), 88204);
    assert_int_equal(timeline_event_at(area, &v, 100000), 88204);
    uint64_t last = 0;
    for (int x = 0; x < 1500; x++) {
        uint64_t seq = timeline_event_at(area, &v, x);
        assert_true(seq >= last);
        last = seq;
    }
}

static void an_empty_recording_has_only_event_0(void **unused) {
    (void)unused;
    const struct view v = {.count = 0};
    for (int x = 0; x < 400; x += 50)
        assert_int_equal(timeline_event_at(rect_make(0, 0, 400, 110), &v, x), 0);
    assert_int_equal(timeline_event_at(rect_make(0, 0, 1, 1), &v, 0), 0);
}

static void a_click_seeks_to_the_event_under_the_pointer(void **unused) {
    (void)unused;
    struct panel_fixture *f = fixture_new("linux/amd64", 1280, 110);
    fixture_start(f);
    fixture_ops(f, 50, 6);
    fixture_seek(f, 10);
    f->ui.mouse_x = 640;
    f->ui.mouse_y = 70;
    fixture_draw(f, panel_timeline);
    int64_t arg = -1;
    assert_int_equal(ui_command_at(&f->ui, 640, 70, &arg), CMD_SEEK);
    assert_int_equal(arg, timeline_event_at(fixture_area(f), &f->view, 640));
    assert_int_equal(ui_thing_at(&f->ui, 640, 70).kind, THING_EVENT);
    fixture_free(f);
}

static unsigned pixels_of(const struct panel_fixture *f, uint32_t color) {
    unsigned n = 0;
    for (int y = 0; y < f->ui.canvas->h; y++)
        for (int x = 0; x < f->ui.canvas->w; x++)
            n += f->ui.canvas->pixels[y * f->ui.canvas->stride + x] == color;
    return n;
}

static void the_cursor_moves_with_time(void **unused) {
    (void)unused;
    struct panel_fixture *f = fixture_new("linux/amd64", 1280, 110);
    fixture_start(f);
    fixture_ops(f, 50, 6);
    fixture_seek(f, 0);
    fixture_draw(f, panel_timeline);
    size_t bytes = (size_t)f->ui.canvas->stride * 110 * sizeof(uint32_t);
    uint32_t *first = xmalloc(bytes);
    memcpy(first, f->ui.canvas->pixels, bytes);
    fixture_seek(f, f->view.count / 2);
    fixture_draw(f, panel_timeline);
    assert_memory_not_equal(first, f->ui.canvas->pixels, bytes);
    free(first);
    fixture_free(f);
}

/* While a question asks for what comes, the chart and its marks end at the present. */
static void what_is_asked_for_is_not_drawn(void **unused) {
    (void)unused;
    struct panel_fixture *f = fixture_new("linux/amd64", 1280, 110);
    fixture_start(f);
    fixture_ops(f, 50, 6);
    fixture_seek(f, f->view.count / 2);
    const struct canvas *c = f->ui.canvas;
    for (int veiled = 0; veiled < 2; veiled++) {
        f->view.veiled = veiled;
        fixture_draw(f, panel_timeline);
        bool drawn = false;
        for (int x = 700; x < 1180; x++)
            for (int y = 45; y < 95; y++)
                drawn |= c->pixels[y * c->stride + x] != c->pixels[y * c->stride + 1279];
        assert_int_equal(drawn, !veiled);
    }
    fixture_free(f);
}

/* One operation among thousands takes much memory and gives it back: its column must show it. */
static void a_short_peak_is_not_lost(void **unused) {
    (void)unused;
    struct panel_fixture *f = fixture_new("linux/amd64", 400, 110);
    fixture_start(f);
    fixture_ops(f, 1500, 2);
    fixture_event(f, (struct event){.kind = EV_STAT_ADD, .w = STAT_heap_sys, .a = MiB(900)});
    fixture_event(f, (struct event){.kind = EV_STAT_ADD, .w = STAT_heap_inuse, .a = MiB(900)});
    fixture_ops(f, 1, 2);
    fixture_event(f, (struct event){.kind = EV_STAT_ADD, .w = STAT_heap_inuse, .a = 0 - MiB(900)});
    fixture_event(f, (struct event){.kind = EV_STAT_ADD, .w = STAT_heap_sys, .a = 0 - MiB(900)});
    fixture_ops(f, 1500, 2);
    fixture_seek(f, f->view.count);
    fixture_draw(f, panel_timeline);
    unsigned tall = 0;
    for (int x = 0; x < 400; x++) /* half-way up the chart, where nothing else reaches */
        tall += f->ui.canvas->pixels[70 * f->ui.canvas->stride + x] == f->theme.color[COLOR_arena];
    assert_int_equal(tall, 1);
    fixture_free(f);
}

static void an_empty_heap_says_so_and_draws_no_areas(void **unused) {
    (void)unused;
    struct panel_fixture *f = fixture_new("linux/amd64", 1280, 110);
    fixture_start(f);
    fixture_seek(f, 3);
    fixture_draw(f, panel_timeline);
    assert_false(fixture_texts_collide(f));
    assert_false(fixture_text_cut(f));
    assert_true(pixels_of(f, f->theme.color[COLOR_free_span]) < 200); /* the legend's alone */
    fixture_free(f);
}

static void texts_do_not_collide_at_any_width(void **unused) {
    (void)unused;
    for (int w = 640; w <= 1920; w += 160) {
        struct panel_fixture *f = fixture_new("linux/amd64", w, 110);
        fixture_start(f);
        fixture_ops(f, 300, 8);
        fixture_seek(f, f->view.count / 3);
        fixture_draw(f, panel_timeline);
        assert_false(fixture_texts_collide(f));
        assert_false(fixture_text_cut(f));
        fixture_free(f);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(columns_run_from_the_first_event_to_the_last),
        cmocka_unit_test(an_empty_recording_has_only_event_0),
        cmocka_unit_test(a_click_seeks_to_the_event_under_the_pointer),
        cmocka_unit_test(the_cursor_moves_with_time),
        cmocka_unit_test(what_is_asked_for_is_not_drawn),
        cmocka_unit_test(a_short_peak_is_not_lost),
        cmocka_unit_test(an_empty_heap_says_so_and_draws_no_areas),
        cmocka_unit_test(texts_do_not_collide_at_any_width),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
