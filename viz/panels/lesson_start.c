/* The start page: what this is, what to press first, all lessons and built-in workloads. */
#include "viz/panels/lesson_parts.h"

#include <limits.h>
#include <stdio.h>
#include <string.h>

#include "sim/lesson/progress.h"
#include "sim/work/workload.h"

/* Design pixels. */
enum { KEY_W = 46, KEY_ROW_H = 25, LESSON_ROW_H = 24 };

static const char *const about =
    N_("This is Go 1.10's memory allocator, written again in C, and it really runs. It asks for "
       "address space, cuts it into pages and slots, and hands out objects. All is recorded: stop "
       "anywhere, and go back.");

static const struct {
    const char *key, *means;
    enum command command;
} first_keys[] = {
    {"Space", N_("play, and pause again"), CMD_PLAY},
    {"→", N_("one event; ← takes it back"), CMD_STEP_FORWARD},
    {"m", N_("the same in 32 or 64 bits"), CMD_TOGGLE_WIDTH},
    {"Enter", N_("begin a lesson"), CMD_LESSON_NEXT},
    {"?", N_("all keys"), CMD_HELP},
};

static void draw_key(struct ui *ui, struct rect row, const char *key, const char *means) {
    struct rect cap = {row.x, row.y + px(ui, 2), px(ui, KEY_W), row.h - px(ui, 5)};
    draw_round(ui->canvas, cap, px(ui, 5), color_of(ui, COLOR_raised));
    draw_frame(ui->canvas, cap, px(ui, 5), px(ui, 1), color_of(ui, COLOR_line));
    ui_text(ui, cap, FACE_MONO, SIZE_SMALL, 1, color_of(ui, COLOR_attention), key);
    row.h -= px(ui, 1);
    row.x += cap.w + px(ui, 10);
    row.w -= cap.w + px(ui, 10);
    ui_text(ui, row, FACE_SANS, SIZE_BODY, 0, color_of(ui, COLOR_text), means);
}

static void set_keys(struct ui *ui, struct rect *rest, bool draw) {
    *rest = draw ? ui_caption(ui, *rest, _("PRESS FIRST"), NULL) : ui_below_caption(ui, *rest);
    for (size_t i = 0; i < ARRAY_LEN(first_keys); i++) {
        struct rect row = take_top(rest, px(ui, KEY_ROW_H));
        if (!draw)
            continue;
        draw_key(ui, row, first_keys[i].key, _(first_keys[i].means));
        ui_click(ui, row, first_keys[i].command, 0);
    }
}

/* --- The list of lessons --- */

/* How far somebody has come: a ring that fills with the steps seen, and a tick when all questions
 * were right. */
static void draw_progress(
    struct ui *ui, const struct view *v, const struct lesson *l, struct rect r) {
    struct progress_sum sum = v->progress ? progress_sum(v->progress, l) : (struct progress_sum){0};
    float x = (float)r.x + (float)r.w / 2, y = (float)r.y + (float)r.h / 2, radius = 5 * ui->scale;
    bool all = sum.seen == l->step_count, right = all && sum.right == sum.questions;
    draw_circle(ui->canvas, x, y, radius, color_of(ui, right ? COLOR_granted : COLOR_line));
    if (right)
        return;
    draw_circle(ui->canvas, x, y, radius - 1.5f * ui->scale, color_of(ui, COLOR_panel));
    if (sum.seen)
        draw_circle(ui->canvas, x, y,
            (radius - 1.5f * ui->scale) * (float)sum.seen / (float)l->step_count,
            color_of(ui, COLOR_accent));
}

static void draw_lesson(struct ui *ui, const struct view *v, size_t i, struct rect row) {
    const struct lesson *l = v->lessons[i];
    char minutes[32] = "";
    light_row(ui, row);
    struct rect mark = {row.x, row.y, px(ui, 12), row.h};
    draw_progress(ui, v, l, mark);
    if (l->front.minutes)
        snprintf(minutes, sizeof minutes, _("%u min"), l->front.minutes);
    int w = text_width(ui->fonts, FACE_SANS, px(ui, SIZE_SMALL), minutes) + px(ui, 4);
    struct rect number = {mark.x + mark.w + px(ui, 4), row.y, px(ui, 22), row.h};
    ui_textf(
        ui, number, FACE_SANS, SIZE_SMALL, 2, color_of(ui, COLOR_muted), "%u", lesson_number(l, i));
    int x = number.x + number.w + px(ui, 8);
    ui_text(ui, rect_make(x, row.y, row.x + row.w - x - w, row.h), FACE_SANS, SIZE_BODY, 0,
        color_of(ui, COLOR_text), l->title);
    ui_text(ui, rect_make(row.x + row.w - w, row.y, w, row.h), FACE_SANS, SIZE_SMALL, 2,
        color_of(ui, COLOR_muted), minutes);
    ui_click(ui, row, CMD_LESSON_OPEN, (int64_t)i);
}

static bool is_among(unsigned number, const unsigned *numbers, size_t count) {
    for (size_t i = 0; i < count; i++)
        if (numbers[i] == number)
            return true;
    return !numbers;
}

void lesson_lessons(struct ui *ui, const struct view *v, struct rect *rest, const unsigned *numbers,
    size_t count, bool draw) {
    int row_h = px(ui, LESSON_ROW_H);
    *rest = draw ? ui_caption(ui, *rest, _("LESSONS"), NULL) : ui_below_caption(ui, *rest);
    for (size_t i = 0; i < v->lesson_count; i++) {
        if (!is_among(lesson_number(v->lessons[i], i), numbers, count))
            continue;
        if (draw)
            draw_lesson(ui, v, i, rect_make(rest->x, rest->y, rest->w, row_h));
        rest->y += row_h;
    }
}

/* --- The list of workloads --- */

static void draw_workload(struct ui *ui, const struct view *v, size_t i, struct rect row) {
    const char *title = _(workload_builtin_title(i));
    bool runs = !v->lesson && v->workload && strcmp(v->workload, title) == 0;
    light_row(ui, row);
    int w =
        ui_text(ui, row, FACE_MONO, SIZE_SMALL, 2, color_of(ui, COLOR_muted), workload_builtin(i));
    row.w -= w + px(ui, 6);
    ui_text(
        ui, row, FACE_SANS, SIZE_BODY, 0, color_of(ui, runs ? COLOR_attention : COLOR_text), title);
}

void lesson_workloads(struct ui *ui, const struct view *v, struct rect *rest, bool draw) {
    int row_h = px(ui, LESSON_ROW_H);
    *rest = draw ? ui_caption(ui, *rest, _("WORKLOADS"), NULL) : ui_below_caption(ui, *rest);
    for (size_t i = 0; workload_builtin(i); i++, rest->y += row_h) {
        struct rect row = {rest->x, rest->y, rest->w, row_h};
        if (!draw)
            continue;
        draw_workload(ui, v, i, row);
        ui_click(ui, row, CMD_WORKLOAD_OPEN, (int64_t)i);
    }
}

/* --- All of it --- */

static int set_start(struct ui *ui, const struct view *v, struct rect area, bool draw) {
    int h = ui_paragraph_height(ui, area.w, FACE_SANS, SIZE_BODY, _(about), INT_MAX);
    struct rect rest = {area.x, area.y, area.w, INT_MAX / 2};
    if (draw)
        ui_paragraph(ui, rest, FACE_SANS, SIZE_BODY, color_of(ui, COLOR_text), _(about));
    take_top(&rest, h + px(ui, 14));
    set_keys(ui, &rest, draw);
    take_top(&rest, px(ui, 12));
    lesson_lessons(ui, v, &rest, NULL, 0, draw);
    take_top(&rest, px(ui, 14));
    lesson_workloads(ui, v, &rest, draw);
    return rest.y - area.y;
}

void lesson_start(struct ui *ui, const struct view *v, struct rect area) {
    int h = ui_paragraph(ui, area, FACE_BOLD, SIZE_TITLE, color_of(ui, COLOR_text),
        _("Watch a memory allocator work"));
    take_top(&area, h + px(ui, 12));
    draw_scrolled(ui, v, area, set_start);
}
