/* The story: rows are the events worth reading around the present one, the rest merged. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "sim/trace/narrate.h"
#include "tests/viz/panels/panel_fixture.h"

static void the_present_event_is_always_a_row(void **unused) {
    (void)unused;
    struct panel_fixture *f = fixture_new("linux/amd64", 250, 300);
    fixture_start(f);
    fixture_ops(f, 20, 12);
    for (uint64_t at = 1; at <= f->view.count; at++) {
        fixture_seek(f, at);
        fixture_draw(f, panel_story);
        bool found = false;
        for (size_t i = 0; i < f->ui.hot_count; i++)
            found |= f->ui.hots[i].thing.kind == THING_EVENT && f->ui.hots[i].thing.index == at - 1;
        assert_true(found);
    }
    fixture_free(f);
}

/* A click on any row goes to the moment just after its events. */
static void rows_seek_to_just_after_their_event(void **unused) {
    (void)unused;
    struct panel_fixture *f = fixture_new("linux/amd64", 250, 300);
    fixture_start(f);
    fixture_ops(f, 20, 12);
    fixture_seek(f, 60);
    fixture_draw(f, panel_story);
    unsigned seeks = 0, merged = 0;
    for (size_t i = 0; i < f->ui.hot_count; i++) {
        struct hot hot = f->ui.hots[i];
        if (hot.command != CMD_SEEK)
            continue;
        seeks++;
        struct thing at = ui_thing_at(&f->ui, hot.rect.x + 1, hot.rect.y + 1);
        assert_int_equal(at.kind, THING_EVENT);
        if (narrate_weight(recording_event(f->rec, at.index)) >= WEIGHT_STEP)
            assert_int_equal(hot.arg, at.index + 1);
        else if (at.index + 1 != f->view.at) { /* just before the next row's event */
            merged++;
            assert_true(hot.arg == 59 ||
                        narrate_weight(recording_event(f->rec, (uint64_t)hot.arg)) >= WEIGHT_STEP);
        }
        assert_true((uint64_t)hot.arg <= f->view.count);
    }
    assert_true(seeks >= 5);
    assert_true(merged >= 2);
    fixture_free(f);
}

/* While a question asks for what comes, no row tells it. */
static void what_is_asked_for_is_not_told(void **unused) {
    (void)unused;
    struct panel_fixture *f = fixture_new("linux/amd64", 250, 300);
    fixture_start(f);
    fixture_ops(f, 20, 12);
    fixture_seek(f, 60);
    for (int veiled = 0; veiled < 2; veiled++) {
        f->view.veiled = veiled;
        fixture_draw(f, panel_story);
        bool later = false;
        for (size_t i = 0; i < f->ui.hot_count; i++)
            later |= f->ui.hots[i].thing.kind == THING_EVENT && f->ui.hots[i].thing.index >= 60;
        assert_int_equal(later, !veiled);
    }
    fixture_free(f);
}

/* Rows stand below one another in the order of time, and none twice. */
static void rows_are_in_the_order_of_time(void **unused) {
    (void)unused;
    struct panel_fixture *f = fixture_new("linux/amd64", 420, 500);
    fixture_start(f);
    fixture_ops(f, 30, 5);
    fixture_seek(f, 80);
    fixture_draw(f, panel_story);
    uint64_t last = 0;
    bool any = false;
    for (int y = 0; y < 500; y++) {
        struct thing t = ui_thing_at(&f->ui, 50, y);
        if (t.kind != THING_EVENT)
            continue;
        assert_true(!any || t.index >= last);
        last = t.index;
        any = true;
    }
    assert_true(any);
    fixture_free(f);
}

static void a_long_run_of_bookkeeping_is_one_row(void **unused) {
    (void)unused;
    struct panel_fixture *f = fixture_new("linux/amd64", 250, 300);
    fixture_start(f);
    fixture_ops(f, 1, 100000);
    fixture_seek(f, 50000);
    fixture_draw(f, panel_story);
    unsigned rows = 0;
    for (size_t i = 0; i < f->ui.hot_count; i++)
        rows += f->ui.hots[i].command == CMD_SEEK;
    assert_int_equal(rows, 3); /* before, the present one, after */
    fixture_free(f);
}

static void texts_do_not_collide(void **unused) {
    (void)unused;
    for (int w = 220; w <= 520; w += 60) {
        struct panel_fixture *f = fixture_new("linux/amd64", w, 320);
        fixture_start(f);
        fixture_ops(f, 20, 12);
        for (uint64_t at = 0; at <= 30; at += 3) {
            fixture_seek(f, at);
            fixture_draw(f, panel_story);
            assert_false(fixture_texts_collide(f));
        }
        fixture_free(f);
    }
}

static void an_empty_recording_is_no_trouble(void **unused) {
    (void)unused;
    struct panel_fixture *f = fixture_new("linux/amd64", 250, 300);
    fixture_draw(f, panel_story);
    assert_int_equal(f->ui.hot_count, 0);
    fixture_free(f);
}

static void a_click_asks_why(void **unused) {
    (void)unused;
    struct panel_fixture *f = fixture_new("linux/amd64", 250, 300);
    int x, y;
    int64_t arg;
    fixture_start(f);
    fixture_seek(f, 3);
    fixture_draw(f, panel_story);
    assert_true(fixture_find_command(f, CMD_WHY, &x, &y, &arg));
    fixture_free(f);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_present_event_is_always_a_row),
        cmocka_unit_test(rows_seek_to_just_after_their_event),
        cmocka_unit_test(what_is_asked_for_is_not_told),
        cmocka_unit_test(rows_are_in_the_order_of_time),
        cmocka_unit_test(a_long_run_of_bookkeeping_is_one_row),
        cmocka_unit_test(texts_do_not_collide),
        cmocka_unit_test(an_empty_recording_is_no_trouble),
        cmocka_unit_test(a_click_asks_why),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
