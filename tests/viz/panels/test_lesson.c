/* The lesson pane: every step of every lesson fits, and the buttons lead where they say. */
#include "tests/viz/panels/world.h"
#include "viz/lesson_view.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

/* The pane in a window of 1280x720. */
enum { PANE_W = 290, PANE_H = 560 };

struct pane {
    struct world w;
    struct lesson **lessons;
    size_t count;
    struct lesson_view lv;
};

static int open_pane(void **state) {
    struct pane *p = xcalloc(1, sizeof *p);
    struct error err = {""};
    if (!lessons_list(LANGUAGE_EN, &p->lessons, &p->count, &err))
        fail_msg("%s", err.text);
    world_open(&p->w, "linux/amd64", "init\n");
    p->w.view.lessons = p->lessons;
    p->w.view.lesson_count = p->count;
    *state = p;
    return 0;
}

static int close_pane(void **state) {
    struct pane *p = *state;
    lesson_view_clear(&p->lv);
    world_close(&p->w);
    lessons_free(p->lessons, p->count);
    free(p);
    return 0;
}

/* Shows a step, both from 0. */
static void show(struct pane *p, size_t lesson, size_t step, int w, int h, float scale) {
    struct error err;
    lesson_view_clear(&p->lv);
    p->lv = (struct lesson_view){.lesson = p->lessons[lesson], .number = lesson, .step = step};
    assert_true(lesson_step_prose(p->lessons[lesson], step, NULL, &p->lv.prose, &err));
    p->w.view.lesson = &p->lv;
    world_draw(&p->w, panel_lesson,
        rect_make(0, 0, (int)((float)w * scale), (int)((float)h * scale)), scale);
}

static void show_start(struct pane *p, int w, int h, float scale) {
    p->w.view.lesson = NULL;
    world_draw(&p->w, panel_lesson,
        rect_make(0, 0, (int)((float)w * scale), (int)((float)h * scale)), scale);
}

static bool overlap(struct rect a, struct rect b) {
    return a.x < b.x + b.w && b.x < a.x + a.w && a.y < b.y + b.h && b.y < a.y + a.h;
}

/* No two texts on each other, none outside the pane; cut: may any be cut? */
static void check(const struct pane *p, const char *what, int w, int h, bool cut) {
    const struct ui *ui = &p->w.ui;
    int width = (int)((float)w * ui->scale), height = (int)((float)h * ui->scale);
    for (size_t i = 0; i < ui->box_count; i++) {
        struct rect r = ui->boxes[i].rect;
        if (ui->boxes[i].cut && !cut)
            fail_msg("%s: text at %d,%d is cut", what, r.x, r.y);
        if (r.x < 0 || r.y < 0 || r.x + r.w > width || r.y + r.h > height)
            fail_msg("%s: text at %d,%d leaves the pane", what, r.x, r.y);
        for (size_t k = 0; k < i; k++)
            if (overlap(r, ui->boxes[k].rect))
                fail_msg("%s: texts at %d,%d and %d,%d overlap", what, r.x, r.y,
                    ui->boxes[k].rect.x, ui->boxes[k].rect.y);
    }
}

static const struct hot *find(const struct pane *p, enum command command, int64_t arg) {
    for (size_t i = 0; i < p->w.ui.hot_count; i++)
        if (p->w.ui.hots[i].command == command && p->w.ui.hots[i].arg == arg)
            return &p->w.ui.hots[i];
    return NULL;
}

static void every_step_fits_the_pane(void **state) {
    struct pane *p = *state;
    static const float scales[] = {1, 1.5f, 2};
    for (size_t i = 0; i < p->count; i++)
        for (size_t k = 0; k < p->lessons[i]->step_count; k++)
            for (size_t s = 0; s < ARRAY_LEN(scales); s++) {
                show(p, i, k, PANE_W, PANE_H, scales[s]);
                check(p, p->lessons[i]->steps[k].title, PANE_W, PANE_H, false);
                assert_true(p->w.ui.box_count > 8);
            }
}

/* At the end of its way the last line is there. */
static void a_small_pane_scrolls_and_never_overlaps(void **state) {
    struct pane *p = *state;
    size_t longer = 0; /* steps that do not fit */
    for (size_t i = 0; i < p->count; i++)
        for (size_t k = 0; k < p->lessons[i]->step_count; k++) {
            const char *title = p->lessons[i]->steps[k].title;
            p->w.view.lesson_scroll = 0;
            show(p, i, k, PANE_W, 300, 1);
            check(p, title, PANE_W, 300, false);
            longer += p->w.ui.lesson_most > 0;
            assert_int_equal(find(p, CMD_LESSON_DOWN, 0) != NULL, p->w.ui.lesson_most > 0);
            p->w.view.lesson_scroll = p->w.ui.lesson_most;
            show(p, i, k, PANE_W, 300, 1);
            check(p, title, PANE_W, 300, false);
            assert_null(find(p, CMD_LESSON_DOWN, 0));
            assert_non_null(find(p, k || i ? CMD_LESSON_BACK : CMD_LESSON_NEXT, 0));
        }
    assert_true(longer > 0);
    p->w.view.lesson_scroll = 0;
}

static void a_pane_without_room_draws_no_nonsense(void **state) {
    struct pane *p = *state;
    for (int h = 0; h < 200; h += 7) {
        show(p, 0, 3, PANE_W, h, 1);
        show(p, 0, 3, h, PANE_H, 1);
        show_start(p, PANE_W, h, 1);
        show_start(p, h, PANE_H, 1);
    }
}

static void buttons_lead_on_and_back(void **state) {
    struct pane *p = *state;
    size_t last = p->lessons[p->count - 1]->step_count - 1;
    show(p, 0, 0, PANE_W, PANE_H, 1);
    assert_null(find(p, CMD_LESSON_BACK, 0));
    assert_non_null(find(p, CMD_LESSON_NEXT, 0));
    assert_non_null(find(p, CMD_LESSON_RESTART, 0));
    assert_non_null(find(p, CMD_LESSON_CLOSE, 0));
    show(p, 0, p->lessons[0]->step_count - 1, PANE_W, PANE_H, 1);
    assert_non_null(find(p, CMD_LESSON_BACK, 0));
    assert_non_null(find(p, CMD_LESSON_NEXT, 0)); /* to the next lesson */
    show(p, p->count - 1, last, PANE_W, PANE_H, 1);
    assert_non_null(find(p, CMD_LESSON_BACK, 0));
    assert_null(find(p, CMD_LESSON_NEXT, 0));
}

/* Is there such a thing to click, at once or further down? */
static bool start_offers(struct pane *p, int h, float scale, enum command command, int64_t arg) {
    bool found = false;
    p->w.view.lesson_scroll = 0;
    for (show_start(p, PANE_W, h, scale);; show_start(p, PANE_W, h, scale)) {
        found = find(p, command, arg) != NULL;
        if (found || p->w.view.lesson_scroll >= p->w.ui.lesson_most)
            break;
        p->w.view.lesson_scroll += h / 4;
    }
    p->w.view.lesson_scroll = 0;
    return found;
}

static void the_start_page_offers_keys_and_lessons(void **state) {
    struct pane *p = *state;
    static const enum command keys[] = {CMD_PLAY, CMD_STEP_FORWARD, CMD_TOGGLE_WIDTH, CMD_HELP};
    for (int scale = 1; scale <= 2; scale++) {
        show_start(p, PANE_W, PANE_H, (float)scale);
        check(p, "start page", PANE_W, PANE_H, false);
        for (size_t i = 0; i < ARRAY_LEN(keys); i++)
            assert_non_null(find(p, keys[i], 0));
        for (size_t i = 0; i < p->count; i++)
            assert_true(start_offers(p, PANE_H, (float)scale, CMD_LESSON_OPEN, (int64_t)i));
    }
}

/* With less room they are further down. */
static void a_lower_start_page_still_lists_the_lessons(void **state) {
    struct pane *p = *state;
    show_start(p, PANE_W, 500, 1);
    check(p, "start page", PANE_W, 500, true);
    for (size_t i = 0; i < p->count; i++)
        assert_true(start_offers(p, 500, 1, CMD_LESSON_OPEN, (int64_t)i));
}

static void numbers_in_the_prose_stand_out(void **state) {
    struct pane *p = *state;
    bool seen = false;
    for (size_t k = 0; k < p->lessons[0]->step_count; k++) {
        show(p, 0, k, PANE_W, PANE_H, 1);
        seen |= world_pixels(&p->w, rect_make(0, 60, PANE_W, 400), COLOR_attention) > 200;
    }
    assert_true(seen);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_step_fits_the_pane),
        cmocka_unit_test(a_small_pane_scrolls_and_never_overlaps),
        cmocka_unit_test(a_pane_without_room_draws_no_nonsense),
        cmocka_unit_test(buttons_lead_on_and_back),
        cmocka_unit_test(the_start_page_offers_keys_and_lessons),
        cmocka_unit_test(a_lower_start_page_still_lists_the_lessons),
        cmocka_unit_test(numbers_in_the_prose_stand_out),
    };
    return cmocka_run_group_tests(tests, open_pane, close_pane);
}
