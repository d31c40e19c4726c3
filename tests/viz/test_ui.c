/*
 * What panels share: what the pointer meets, and text that stays in its box.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdlib.h>
#include <string.h>

#include "viz/ui.h"

struct fixture {
    struct ui ui;
    struct theme theme;
};

static int open_ui(void **state) {
    struct fixture *f = xcalloc(1, sizeof *f);
    struct error err = {{0}};
    for (size_t i = 0; i < COLOR_COUNT; i++)
        f->theme.color[i] = 0xff000000 | (uint32_t)(i + 1) * 0x070503;
    f->ui = (struct ui){.canvas = canvas_new(600, 400),
        .fonts = fonts_open(&err),
        .theme = &f->theme,
        .scale = 1,
        .mouse_x = -1,
        .mouse_y = -1,
        .record_boxes = true};
    ui_begin(&f->ui);
    *state = f;
    return f->ui.fonts ? 0 : -1;
}

static int close_ui(void **state) {
    struct fixture *f = *state;
    ui_free(&f->ui);
    fonts_close(f->ui.fonts);
    canvas_free(f->ui.canvas);
    free(f);
    return 0;
}

static struct ui *ui_of(void **state) {
    return &((struct fixture *)*state)->ui;
}

static struct thing hint(uint64_t index) {
    return (struct thing){.kind = THING_HINT, .index = index};
}

static void later_things_lie_above(void **state) {
    struct ui *ui = ui_of(state);
    ui_hot(ui, rect_make(10, 10, 100, 100), hint(1));
    ui_hot(ui, rect_make(50, 50, 100, 100), hint(2));
    assert_int_equal(ui_thing_at(ui, 20, 20).index, 1);
    assert_int_equal(ui_thing_at(ui, 60, 60).index, 2);
    assert_int_equal(ui_thing_at(ui, 9, 20).kind, THING_NONE);
    assert_int_equal(ui_thing_at(ui, -1, -1).kind, THING_NONE);
    ui_begin(ui);
    assert_int_equal(ui_thing_at(ui, 60, 60).kind, THING_NONE);
}

static void a_thing_may_be_a_button_too(void **state) {
    struct ui *ui = ui_of(state);
    int64_t arg = 0;
    ui_hot(ui, rect_make(0, 0, 20, 20), hint(7));
    ui_click(ui, rect_make(0, 0, 20, 20), CMD_TAKE_HINT, 7);
    assert_int_equal(ui_thing_at(ui, 5, 5).index, 7);
    assert_int_equal(ui_command_at(ui, 5, 5, &arg), CMD_TAKE_HINT);
    assert_int_equal(arg, 7);
    assert_int_equal(ui_command_at(ui, 25, 5, &arg), CMD_NONE);
}

static void a_cover_hides_what_lies_below(void **state) {
    struct ui *ui = ui_of(state);
    int64_t arg = 0;
    ui_hot(ui, rect_make(0, 0, 100, 100), hint(7));
    ui_click(ui, rect_make(0, 0, 100, 100), CMD_TAKE_HINT, 7);
    ui_hot(ui, rect_make(50, 0, 50, 100), (struct thing){.kind = THING_NONE});
    ui_click(ui, rect_make(90, 0, 10, 10), CMD_DISMISS, 0);
    assert_int_equal(ui_thing_at(ui, 60, 5).kind, THING_NONE);
    assert_int_equal(ui_command_at(ui, 60, 5, &arg), CMD_NONE);
    assert_int_equal(ui_command_at(ui, 95, 5, &arg), CMD_DISMISS);
    assert_int_equal(ui_thing_at(ui, 40, 5).index, 7);
}

static void what_is_clipped_away_cannot_be_met(void **state) {
    struct ui *ui = ui_of(state);
    canvas_clip(ui->canvas, rect_make(0, 0, 50, 50));
    ui_hot(ui, rect_make(40, 40, 100, 100), hint(1));
    ui_hot(ui, rect_make(200, 200, 10, 10), hint(2));
    ui->mouse_x = ui->mouse_y = 45;
    assert_true(ui_hovered(ui, rect_make(40, 40, 100, 100)));
    ui->mouse_x = 60;
    assert_false(ui_hovered(ui, rect_make(40, 40, 100, 100)));
    canvas_unclip(ui->canvas);
    assert_int_equal(ui_thing_at(ui, 45, 45).index, 1);
    assert_int_equal(ui_thing_at(ui, 60, 60).kind, THING_NONE);
    assert_int_equal(ui->hot_count, 1);
}

static void no_pointer_hovers_nothing(void **state) {
    assert_false(ui_hovered(ui_of(state), rect_make(-10, -10, 600, 400)));
}

static bool inside(struct rect r, struct rect box) {
    return r.x >= box.x && r.y >= box.y && r.x + r.w <= box.x + box.w && r.y + r.h <= box.y + box.h;
}

static void text_is_aligned_in_its_box(void **state) {
    struct ui *ui = ui_of(state);
    struct rect box = {100, 40, 200, 30};
    for (int align = 0; align < 3; align++) {
        int width = ui_text(ui, box, FACE_SANS, SIZE_BODY, align, 0xffffffff, "arena");
        struct text_box b = ui->boxes[align];
        assert_int_equal(b.rect.w, width);
        assert_int_equal(b.rect.x, 100 + align * (200 - width) / 2);
        assert_true(inside(b.rect, box));
        assert_in_range(b.rect.y + b.rect.h / 2, 53, 57);
        assert_false(b.cut);
    }
}

static void long_text_is_cut_and_says_so(void **state) {
    struct ui *ui = ui_of(state);
    struct rect box = {10, 10, 60, 20};
    for (int align = 0; align < 3; align++) {
        int width = ui_textf(ui, box, FACE_MONO, SIZE_BODY, align, 0xffffffff, "0x%x", 0xc4200000);
        assert_in_range(width, 20, 60);
        assert_true(ui->boxes[align].cut);
        assert_true(inside(ui->boxes[align].rect, box));
    }
}

static void boxes_are_recorded_only_if_asked(void **state) {
    struct ui *ui = ui_of(state);
    ui->record_boxes = false;
    ui_text(ui, rect_make(0, 0, 50, 20), FACE_SANS, SIZE_BODY, 0, 0xffffffff, "arena");
    assert_int_equal(ui->box_count, 0);
}

static const char PROSE[] = "Go does not care where its heap is, but a debugger does. It asks for "
                            "an address that begins with 0x00c0.\n再对齐到 1 MiB，得到地址。";

static void a_paragraph_takes_the_height_it_says(void **state) {
    struct ui *ui = ui_of(state);
    struct rect box = {20, 20, 200, 300};
    int height = ui_paragraph(ui, box, FACE_SANS, SIZE_BODY, 0xffffffff, PROSE);
    assert_in_range(ui->box_count, 4, 8);
    for (size_t i = 0; i < ui->box_count; i++) {
        assert_true(inside(ui->boxes[i].rect, box));
        assert_false(ui->boxes[i].cut);
        assert_true(
            i == 0 || ui->boxes[i].rect.y >= ui->boxes[i - 1].rect.y + ui->boxes[i - 1].rect.h);
    }
    struct rect last = ui->boxes[ui->box_count - 1].rect;
    assert_in_range(20 + height - (last.y + last.h), 0, 5);
    assert_int_equal(ui_paragraph(ui, box, FACE_SANS, SIZE_BODY, 0xffffffff, ""), 0);
}

static void a_paragraphs_height_is_known_before(void **state) {
    struct ui *ui = ui_of(state);
    struct rect box = {20, 20, 200, 300};
    int height = ui_paragraph(ui, box, FACE_SANS, SIZE_BODY, 0xffffffff, PROSE);
    assert_int_equal(ui_paragraph_height(ui, 200, FACE_SANS, SIZE_BODY, PROSE, 100), height);
    int two = ui_paragraph_height(ui, 200, FACE_SANS, SIZE_BODY, PROSE, 2);
    box.h = two; /* room for just these */
    assert_int_equal(ui_paragraph(ui, box, FACE_SANS, SIZE_BODY, 0xffffffff, PROSE), two);
    assert_int_equal(ui_paragraph_height(ui, 200, FACE_SANS, SIZE_BODY, PROSE, 0), 0);
}

static void a_paragraph_never_leaves_its_box(void **state) {
    struct ui *ui = ui_of(state);
    for (int h = 0; h < 120; h += 3) {
        struct rect box = {20, 20, 150, h};
        ui_begin(ui);
        assert_true(ui_paragraph(ui, box, FACE_SANS, SIZE_BODY, 0xffffffff, PROSE) <= h);
        for (size_t i = 0; i < ui->box_count; i++) {
            assert_true(inside(ui->boxes[i].rect, box));
            assert_int_equal(ui->boxes[i].cut, i == ui->box_count - 1);
        }
    }
}

static void a_caption_leaves_the_rest(void **state) {
    struct ui *ui = ui_of(state);
    struct rect area = {30, 50, 300, 200};
    struct rect body = ui_caption(ui, area, "ARENA", "%d pages", 128);
    assert_int_equal(body.x, 30);
    assert_int_equal(body.w, 300);
    assert_int_equal(body.y + body.h, 250);
    assert_in_range(body.y, 68, 76);
    assert_int_equal(ui->box_count, 2);
    struct rect title = ui->boxes[0].rect, figures = ui->boxes[1].rect;
    assert_true(figures.x > title.x + title.w);
    assert_true(title.y + title.h <= body.y);
    assert_true(figures.x + figures.w <= 330);
}

static void a_caption_without_figures_or_room_is_fine(void **state) {
    struct ui *ui = ui_of(state);
    ui_caption(ui, rect_make(0, 0, 300, 200), "ARENA", "%s", "");
    assert_int_equal(ui->box_count, 1);
    struct rect body = ui_caption(ui, rect_make(0, 0, 60, 10), "ARENA", "%s", "a long tail of it");
    assert_int_equal(body.h, 0);
    for (size_t i = 0; i < ui->box_count; i++)
        assert_true(ui->boxes[i].rect.x + ui->boxes[i].rect.w <= 300);
}

static uint32_t button_color(struct ui *ui, struct rect r, bool on) {
    ui_button(ui, r, "64-bit", on, CMD_TOGGLE_WIDTH, 3);
    return ui->canvas->pixels[(r.y + r.h / 2) * ui->canvas->stride + r.x + 2];
}

static void a_button_runs_its_command_and_shows_its_state(void **state) {
    struct ui *ui = ui_of(state);
    struct rect r = {40, 40, 90, 28};
    assert_int_equal(button_color(ui, r, false), color_of(ui, COLOR_raised));
    assert_int_equal(button_color(ui, r, true), color_of(ui, COLOR_accent));
    ui->mouse_x = ui->mouse_y = 50;
    assert_int_not_equal(button_color(ui, r, false), color_of(ui, COLOR_raised));
    int64_t arg = 0;
    assert_int_equal(ui_command_at(ui, 50, 50, &arg), CMD_TOGGLE_WIDTH);
    assert_int_equal(arg, 3);
}

static void everything_scales(void **state) {
    struct ui *ui = ui_of(state);
    struct rect area = {0, 0, 500, 300};
    int once = ui_text(ui, area, FACE_SANS, SIZE_BODY, 0, 0xffffffff, "the heap bitmap");
    int caption = ui_caption(ui, area, "ARENA", "%s", "").y;
    ui->scale = 2;
    int twice = ui_text(ui, area, FACE_SANS, SIZE_BODY, 0, 0xffffffff, "the heap bitmap");
    assert_in_range(twice, once * 9 / 5, once * 11 / 5);
    assert_int_equal(ui_caption(ui, area, "ARENA", "%s", "").y, 2 * caption);
    assert_int_equal(px(ui, -1.5f), -3);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, open_ui, close_ui)

int main(void) {
    const struct CMUnitTest tests[] = {
        TEST(later_things_lie_above),
        TEST(a_thing_may_be_a_button_too),
        TEST(a_cover_hides_what_lies_below),
        TEST(what_is_clipped_away_cannot_be_met),
        TEST(no_pointer_hovers_nothing),
        TEST(text_is_aligned_in_its_box),
        TEST(long_text_is_cut_and_says_so),
        TEST(boxes_are_recorded_only_if_asked),
        TEST(a_paragraph_takes_the_height_it_says),
        TEST(a_paragraphs_height_is_known_before),
        TEST(a_paragraph_never_leaves_its_box),
        TEST(a_caption_leaves_the_rest),
        TEST(a_caption_without_figures_or_room_is_fine),
        TEST(a_button_runs_its_command_and_shows_its_state),
        TEST(everything_scales),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
