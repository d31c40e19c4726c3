/*
 * The lesson pane: a step's prose between its heading and the buttons; without a lesson the start
 * page. What a word means, or what to look for in a workload, is a page that lies over both.
 *
 * What does not fit fades out under an ellipsis, and can be scrolled to; the shipped lessons fit at
 * the window's usual size.
 */
#include "viz/panels/lesson_parts.h"

#include <limits.h>
#include <stdio.h>
#include <string.h>

/* Design pixels. */
enum { MARGIN = 16, BUTTON_W = 98, CODE_H = 17, CARD_APART = 12, PROSE_LEAST = 90 };

/* --- Around a step --- */

static void draw_head(struct ui *ui, const struct view *v, struct rect *rest) {
    const struct lesson_view *lv = v->lesson;
    const struct lesson_step *step = &lv->lesson->steps[lv->step];
    struct rect row = take_top(rest, px(ui, LESSON_HEAD_H));
    row.w -= quiet_button(ui, row, _("lessons"), CMD_LESSON_CLOSE);
    row.w -= quiet_button(ui, row, _("restart"), CMD_LESSON_RESTART);
    ui_textf(ui, row, FACE_SANS, SIZE_SMALL, 0, color_of(ui, COLOR_muted),
        _("Lesson %zu · step %zu"), (size_t)lesson_number(lv->lesson, lv->number), lv->step + 1);
    take_top(rest, px(ui, 10));
    lesson_title(ui, v, rest, step->title);
}

static void draw_foot(struct ui *ui, const struct view *v, struct rect row) {
    const struct lesson_view *lv = v->lesson;
    size_t count = lv->lesson->step_count;
    bool last = lv->step + 1 == count, last_of_all = last && lv->number + 1 == v->lesson_count;
    struct rect back = {row.x, row.y, px(ui, BUTTON_W), row.h};
    struct rect next = {row.x + row.w - back.w, row.y, back.w, row.h};
    char label[64];
    snprintf(label, sizeof label, "%s", _("next →"));
    if (last && !last_of_all)
        snprintf(label, sizeof label, _("lesson %zu →"),
            (size_t)lesson_number(v->lessons[lv->number + 1], lv->number + 1));
    if (lv->step || lv->number)
        ui_button(ui, back, _("← back"), false, CMD_LESSON_BACK, 0);
    else
        dead_button(ui, back, _("← back"));
    if (last_of_all)
        ui_button(ui, next, _("done"), true, CMD_LESSON_CLOSE, 0);
    else
        ui_button(ui, next, label, true, CMD_LESSON_NEXT, 0);
    struct rect between = {back.x + back.w, row.y, next.x - back.x - back.w, row.h};
    ui_textf(ui, between, FACE_SANS, SIZE_BODY, 1, color_of(ui, COLOR_muted), "%zu / %zu",
        lv->step + 1, count);
}

/* "sim/heap/mheap.c: grow", as much of the file's name as there is room for. */
static int draw_code(struct ui *ui, struct rect row, const struct lesson_code *code) {
    struct strbuf full = {0};
    const char *name = strrchr(code->file, '/');
    sb_printf(&full, "%s: %s", code->file, code->function);
    const char *without = name ? full.text + (name + 1 - code->file) : full.text;
    const char *const texts[] = {full.text, without, code->function, NULL};
    int w = ui_text_first(ui, row, 0, ui_link_color(ui), texts);
    sb_free(&full);
    return w;
}

/* With the gap above. */
static int codes_height(struct ui *ui, const struct lesson_step *step) {
    return step->code_count ? (int)step->code_count * px(ui, CODE_H) + px(ui, 10) : 0;
}

/* Which code does what the step tells. */
static void draw_codes(struct ui *ui, const struct lesson_step *step, struct rect *rest) {
    struct rect area = take_bottom(rest, codes_height(ui, step));
    take_top(&area, px(ui, 10));
    for (size_t i = 0; i < step->code_count; i++) {
        struct rect row = take_top(&area, px(ui, CODE_H));
        const struct lesson_code *code = &step->codes[i];
        row.w = draw_code(ui, row, code);
        ui_link_code(ui, row, code->file, code->function);
    }
}

/* --- A step, and its question --- */

static int set_prose(struct ui *ui, const struct view *v, struct rect area, bool draw) {
    const struct markdown *prose = &v->lesson->prose;
    area.h = markdown_height(ui, prose, area.w, lesson_prose_look(v));
    if (draw)
        markdown_draw(ui, prose, area, lesson_prose_look(v));
    return area.h;
}

/* Prose, and the question below it. */
static int set_step(struct ui *ui, const struct view *v, struct rect area, bool draw) {
    int h = set_prose(ui, v, area, draw) + px(ui, CARD_APART);
    struct rect card = {area.x, area.y + h, area.w, INT_MAX / 2};
    card.h = lesson_card(ui, v, card, false);
    if (draw)
        lesson_card(ui, v, card, true);
    return h + card.h;
}

/* Before a class, where all is larger, the code gives way to a step that would not fit above it. */
static bool room_for_codes(struct ui *ui, const struct view *v, struct rect area) {
    const struct lesson_view *lv = v->lesson;
    int codes = codes_height(ui, &lv->lesson->steps[lv->step]);
    int h = v->teaching && lv->quiz.question ? set_step(ui, v, area, false)
            : v->teaching                    ? set_prose(ui, v, area, false)
                                             : 0;
    return h + codes <= area.h;
}

/* The question stays in sight below the prose, if that leaves enough of it. */
static void draw_step(struct ui *ui, const struct view *v, struct rect area) {
    const struct lesson_view *lv = v->lesson;
    draw_foot(ui, v, take_bottom(&area, px(ui, LESSON_FOOT_H)));
    take_bottom(&area, px(ui, 12));
    draw_head(ui, v, &area);
    if (room_for_codes(ui, v, area))
        draw_codes(ui, &lv->lesson->steps[lv->step], &area);
    if (!lv->quiz.question) {
        draw_scrolled(ui, v, area, set_prose);
        return;
    }
    struct rect card = {area.x, 0, area.w, INT_MAX / 2};
    card.h = lesson_card(ui, v, card, false);
    int left = area.h - card.h - px(ui, CARD_APART);
    if (left < px(ui, PROSE_LEAST) || set_step(ui, v, area, false) <= area.h) {
        draw_scrolled(ui, v, area, set_step);
        return;
    }
    card.y = area.y + area.h - card.h;
    lesson_card(ui, v, card, true);
    area.h = left;
    draw_scrolled(ui, v, area, set_prose);
}

void panel_lesson(struct ui *ui, const struct view *v, struct rect area) {
    canvas_clip(ui->canvas, area);
    struct rect inside = rect_inset(area, px(ui, MARGIN));
    if (inside.w > 0 && inside.h > 0) {
        if (v->page)
            lesson_page(ui, v, inside);
        else if (v->lesson)
            draw_step(ui, v, inside);
        else
            lesson_start(ui, v, inside);
    }
    canvas_unclip(ui->canvas);
}
