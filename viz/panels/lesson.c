/*
 * The lesson pane: a step's prose between its heading and the buttons; without a lesson the start
 * page, which says what this is, what to press first, and lists the lessons.
 *
 * What does not fit fades out under an ellipsis, and can be scrolled to; the shipped lessons fit at
 * the window's usual size.
 */
#include <limits.h>
#include <stdio.h>

#include "sim/lesson/progress.h"
#include "viz/lesson_view.h"
#include "viz/markdown_draw.h"
#include "viz/panels/panels.h"

/* Design pixels. */
enum {
    MARGIN = 16,
    HEAD_H = 22,
    FOOT_H = 30,
    BUTTON_W = 98,
    CODE_H = 17,
    FADE_H = 36,
    KEY_W = 46,
    KEY_ROW_H = 25,
    LESSON_ROW_H = 24,
    CARD_APART = 12,
    PROSE_LEAST = 90,
};

/* Prose is a little larger than the rest; before a class, much, and its questions with it. */
static struct md_look prose_look(const struct view *v) {
    return (struct md_look){v->teaching ? SIZE_LARGE + 2 : SIZE_BODY + 1, FACE_SANS, COLOR_text};
}

static struct md_look card_look(const struct view *v, enum face face) {
    return (struct md_look){v->teaching ? SIZE_LARGE : SIZE_BODY, face, COLOR_text};
}

/* Cuts h pixels off the top or the bottom of *r. */
static struct rect take_top(struct rect *r, int h) {
    struct rect top = {r->x, r->y, r->w, h < r->h ? h : r->h};
    r->y += top.h;
    r->h -= top.h;
    return top;
}

static struct rect take_bottom(struct rect *r, int h) {
    struct rect bottom = {r->x, r->y, r->w, h < r->h ? h : r->h};
    r->h -= bottom.h;
    bottom.y += r->h;
    return bottom;
}

/* --- A step --- */

/* A word that can be clicked, right-aligned; returns its width and the gap before it. */
static int quiet_button(struct ui *ui, struct rect row, const char *label, enum command command) {
    int w = text_width(ui->fonts, FACE_SANS, px(ui, SIZE_SMALL), label) + px(ui, 14);
    struct rect r = {row.x + row.w - w, row.y, w, row.h};
    bool hot = ui_hovered(ui, r);
    if (hot)
        draw_round(ui->canvas, r, px(ui, 5), color_of(ui, COLOR_raised));
    draw_frame(ui->canvas, r, px(ui, 5), px(ui, 1), color_of(ui, COLOR_line));
    ui_text(ui, r, FACE_SANS, SIZE_SMALL, 1, color_of(ui, hot ? COLOR_text : COLOR_muted), label);
    ui_click(ui, r, command, 0);
    return w + px(ui, 6);
}

static void draw_head(struct ui *ui, const struct lesson_view *lv, struct rect *rest) {
    const struct lesson_step *step = &lv->lesson->steps[lv->step];
    struct rect row = take_top(rest, px(ui, HEAD_H));
    row.w -= quiet_button(ui, row, _("lessons"), CMD_LESSON_CLOSE);
    row.w -= quiet_button(ui, row, _("restart"), CMD_LESSON_RESTART);
    ui_textf(ui, row, FACE_SANS, SIZE_SMALL, 0, color_of(ui, COLOR_muted),
        _("Lesson %zu · step %zu"), (size_t)lesson_number(lv->lesson, lv->number), lv->step + 1);
    take_top(rest, px(ui, 10));
    int h = ui_paragraph(ui, *rest, FACE_BOLD, SIZE_TITLE, color_of(ui, COLOR_text), step->title);
    take_top(rest, h + px(ui, 12));
}

static void draw_disabled(struct ui *ui, struct rect r, const char *label) {
    draw_frame(ui->canvas, r, px(ui, 6), px(ui, 1), color_of(ui, COLOR_line));
    ui_text(ui, r, FACE_SANS, SIZE_BODY, 1, color_of(ui, COLOR_faint), label);
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
        draw_disabled(ui, back, _("← back"));
    if (last_of_all)
        ui_button(ui, next, _("done"), true, CMD_LESSON_CLOSE, 0);
    else
        ui_button(ui, next, label, true, CMD_LESSON_NEXT, 0);
    struct rect between = {back.x + back.w, row.y, next.x - back.x - back.w, row.h};
    ui_textf(ui, between, FACE_SANS, SIZE_BODY, 1, color_of(ui, COLOR_muted), "%zu / %zu",
        lv->step + 1, count);
}

/* Which code does what the step tells. */
static void draw_codes(struct ui *ui, const struct lesson_step *step, struct rect *rest) {
    if (!step->code_count)
        return;
    struct rect area = take_bottom(rest, (int)step->code_count * px(ui, CODE_H));
    for (size_t i = 0; i < step->code_count; i++) {
        struct rect row = take_top(&area, px(ui, CODE_H));
        const struct lesson_code *code = &step->codes[i];
        row.w = ui_textf(ui, row, FACE_SANS, SIZE_SMALL, 0, ui_link_color(ui), "%s: %s", code->file,
            code->function);
        ui_link_code(ui, row, code->file, code->function);
    }
    take_bottom(rest, px(ui, 10));
}

/* Lines of one end of the area fade into the ground. */
static void fade(struct ui *ui, struct rect area, bool top) {
    int h = px(ui, FADE_H) < area.h ? px(ui, FADE_H) : area.h;
    uint32_t ground = color_of(ui, COLOR_panel);
    for (int i = 0; i < h; i++) {
        struct rect line = {area.x, top ? area.y + h - 1 - i : area.y + area.h - h + i, area.w, 1};
        draw_fill(ui->canvas, line, color_alpha(ground, (unsigned)(255 * (i + 1) / h)));
    }
}

/* There is more below: an ellipsis over the last lines, and a click leads on. */
static void fade_out(struct ui *ui, struct rect area) {
    fade(ui, area, false);
    int em = px(ui, SIZE_LARGE), h = px(ui, FADE_H);
    int x = area.x + (area.w - text_width(ui->fonts, FACE_SANS, em, "…")) / 2;
    text_draw(ui->canvas, ui->fonts, FACE_SANS, em, x,
        area.y + area.h - text_line_height(ui->fonts, FACE_SANS, em), color_of(ui, COLOR_muted),
        "…");
    ui_click(ui, rect_make(area.x, area.y + area.h - h, area.w, h), CMD_LESSON_DOWN, 0);
}

/* What may be longer than the pane: draws it from the area's top down, or not; returns its height.
 */
typedef int content_fn(struct ui *ui, const struct view *v, struct rect area, bool draw);

/* As much as the area has room for, moved up by what was scrolled. */
static void draw_scrolled(
    struct ui *ui, const struct view *v, struct rect area, content_fn *content) {
    int all = content(ui, v, area, false), most = all > area.h ? all - area.h : 0;
    ui->lesson_most = (int)((float)most / ui->scale + 0.99f);
    int up = v->lesson_scroll < ui->lesson_most ? px(ui, (float)v->lesson_scroll) : most;
    canvas_clip(ui->canvas, rect_inset(area, -px(ui, 1))); /* frames may stand out a little */
    ui->part.scrolls = most > 0;
    content(ui, v, rect_make(area.x, area.y - up, area.w, area.h), true);
    ui->part.scrolls = false;
    if (up)
        fade(ui, area, true);
    if (up < most)
        fade_out(ui, area);
    canvas_unclip(ui->canvas);
    ui_scrollbar(ui, rect_make(area.x, area.y, area.w + px(ui, 10), area.h), up, area.h, all);
}

/* --- Its question --- */

/* Paragraphs on the card, or only their height; what is below them moves down. */
static void card_text(
    struct ui *ui, struct rect *at, struct md_look look, const struct markdown *text, bool draw) {
    int h = markdown_height(ui, text, at->w, look);
    if (draw)
        markdown_draw(ui, text, rect_make(at->x, at->y, at->w, h), look);
    take_top(at, h);
}

/* Whether it was right, in a word. */
static void card_verdict(
    struct ui *ui, const struct view *v, struct rect *at, enum theme_color color, bool draw) {
    const struct quiz *q = &v->lesson->quiz;
    const char *words = q->question->kind == QUESTION_DO ? _("Done.")
                        : q->right                       ? _("Right.")
                                                         : _("Not so.");
    struct md_look look = card_look(v, FACE_BOLD);
    if (draw)
        ui_paragraph(ui, *at, look.face, look.size, color_of(ui, color), words);
    take_top(at, ui_paragraph_height(ui, at->w, look.face, look.size, words, 1) + px(ui, 2));
}

/* Option number i: a box with its key, lit by the answer. */
static void draw_option(struct ui *ui, const struct view *v, int i, struct rect *at, bool draw) {
    const struct quiz *q = &v->lesson->quiz;
    struct md_look look = card_look(v, FACE_SANS);
    bool holds = q->right_option == i;
    int pad = px(ui, 7), key_w = px(ui, 20);
    int h = markdown_height(ui, &q->options[i], at->w - key_w - 2 * pad, look) + 2 * pad;
    struct rect box = take_top(at, h);
    take_top(at, px(ui, 6));
    if (!draw)
        return;
    bool picked = q->answered && q->picked == i;
    enum theme_color line = !q->answered          ? COLOR_line
                            : holds               ? COLOR_granted
                            : picked && !q->right ? COLOR_refused
                                                  : COLOR_line;
    bool hot = !q->answered && ui_hovered(ui, box);
    draw_round(ui->canvas, box, px(ui, 6), color_of(ui, hot ? COLOR_line : COLOR_panel));
    draw_frame(ui->canvas, box, px(ui, 6), px(ui, picked || (q->answered && holds) ? 2 : 1),
        color_of(ui, line));
    char key[12];
    snprintf(key, sizeof key, "%d", i + 1);
    const char *sign = !q->answered ? key : holds ? "✓" : picked ? "✗" : key;
    ui_text(ui, rect_make(box.x + pad, box.y + pad - px(ui, 1), key_w, px(ui, 18)), FACE_BOLD,
        SIZE_BODY, 0,
        color_of(ui, q->answered ? line == COLOR_line ? COLOR_muted : line : COLOR_muted), sign);
    struct rect words = {box.x + pad + key_w, box.y + pad, box.w - key_w - 2 * pad, h - 2 * pad};
    markdown_draw(ui, &q->options[i], words, look);
    if (!q->answered)
        ui_click(ui, box, CMD_ANSWER, i + 1);
}

/* What is to be done about a question that has no options. */
static void draw_task(struct ui *ui, const struct quiz *q, struct rect *at, bool draw) {
    bool number = q->question->kind == QUESTION_NUMBER;
    struct rect box = take_top(at, px(ui, 30));
    take_top(at, px(ui, 6));
    if (!draw)
        return;
    draw_frame(ui->canvas, box, px(ui, 6), px(ui, 1), color_of(ui, COLOR_line));
    const char *words = q->answered && number ? q->typed
                        : number              ? _("type a number")
                                              : _("click the place in the picture");
    ui_text(ui, rect_inset(box, px(ui, 6)), number ? FACE_MONO : FACE_SANS, SIZE_BODY, 0,
        color_of(ui, q->answered ? COLOR_text : COLOR_muted), words);
    if (number && !q->answered)
        ui_click(ui, box, CMD_ANSWER, 0);
}

/* What is watched: words, and the number of now. */
static void draw_watched(struct ui *ui, const struct quiz *q, int i, struct rect *at, bool draw) {
    const char *label = q->question->watched[i].label, *value = sb_text(&q->watched[i]);
    int value_w = text_width(ui->fonts, FACE_MONO, px(ui, SIZE_BODY), value), gap = px(ui, 10);
    int label_w = at->w - value_w - gap;
    int h = ui_paragraph_height(ui, label_w, FACE_SANS, SIZE_BODY, label, INT_MAX);
    struct rect row = take_top(at, h);
    take_top(at, px(ui, 3));
    if (!draw)
        return;
    ui_paragraph(ui, rect_make(row.x, row.y, label_w, h), FACE_SANS, SIZE_BODY,
        color_of(ui, COLOR_muted), label);
    ui_text(ui, rect_make(row.x + row.w - value_w - gap, row.y, value_w + gap, h), FACE_MONO,
        SIZE_BODY, 2, color_of(ui, COLOR_attention), value);
}

/* How to go on with a challenge: type lines, have a hint, start over. */
static void draw_ways(struct ui *ui, const struct quiz *q, struct rect row) {
    static const struct {
        const char *label;
        enum command command;
    } ways[] = {{N_("console"), CMD_CONSOLE}, {N_("a hint"), CMD_CHALLENGE_HINT},
        {N_("start over"), CMD_ASK_AGAIN}};
    int n = (int)ARRAY_LEN(ways), gap = px(ui, 6), w = (row.w - (n - 1) * gap) / n;
    for (int i = 0; i < n; i++) {
        struct rect r = {row.x + i * (w + gap), row.y, w, row.h};
        if (ways[i].command == CMD_CHALLENGE_HINT && q->hints_told == q->question->hint_count) {
            draw_disabled(ui, r, _(ways[i].label));
            continue;
        }
        ui_button(ui, r, _(ways[i].label), false, ways[i].command, 0);
        draw_frame(ui->canvas, r, px(ui, 6), px(ui, 1), color_of(ui, COLOR_faint));
    }
}

static void draw_challenge(struct ui *ui, const struct view *v, struct rect *at, bool draw) {
    const struct quiz *q = &v->lesson->quiz;
    for (int i = 0; i < q->question->watched_count; i++)
        draw_watched(ui, q, i, at, draw);
    for (int i = 0; i < q->hints_told; i++) {
        take_top(at, px(ui, 6));
        card_text(ui, at, card_look(v, FACE_SANS), &q->hints[i], draw);
    }
    take_top(at, px(ui, 8));
    struct rect row = take_top(at, px(ui, FOOT_H - 4));
    if (draw)
        draw_ways(ui, q, row);
}

/* The card, or only its height. */
static int draw_quiz(struct ui *ui, const struct view *v, struct rect card, bool draw) {
    const struct quiz *q = &v->lesson->quiz;
    struct rect at = rect_inset(card, px(ui, 12));
    int top = at.y;
    if (draw) {
        draw_round(ui->canvas, card, px(ui, 8), color_of(ui, COLOR_raised));
        draw_frame(ui->canvas, card, px(ui, 8), px(ui, 1), color_of(ui, COLOR_accent));
    }
    card_text(ui, &at, card_look(v, FACE_BOLD), &q->ask, draw);
    take_top(&at, px(ui, 8));
    for (int i = 0; i < q->question->option_count; i++)
        draw_option(ui, v, i, &at, draw);
    if (q->question->kind == QUESTION_DO)
        draw_challenge(ui, v, &at, draw);
    else if (!q->question->option_count)
        draw_task(ui, q, &at, draw);
    if (q->answered) {
        take_top(&at, px(ui, 4));
        card_verdict(ui, v, &at, q->right ? COLOR_granted : COLOR_attention, draw);
        card_text(ui, &at, card_look(v, FACE_SANS), &q->words, draw);
    }
    return at.y - top + 2 * px(ui, 12);
}

static int set_prose(struct ui *ui, const struct view *v, struct rect area, bool draw) {
    const struct markdown *prose = &v->lesson->prose;
    area.h = markdown_height(ui, prose, area.w, prose_look(v));
    if (draw)
        markdown_draw(ui, prose, area, prose_look(v));
    return area.h;
}

/* Prose, and the question below it. */
static int set_step(struct ui *ui, const struct view *v, struct rect area, bool draw) {
    int h = set_prose(ui, v, area, draw) + px(ui, CARD_APART);
    struct rect card = {area.x, area.y + h, area.w, INT_MAX / 2};
    card.h = draw_quiz(ui, v, card, false);
    if (draw)
        draw_quiz(ui, v, card, true);
    return h + card.h;
}

/* The question stays in sight below the prose, if that leaves enough of it. */
static void draw_step(struct ui *ui, const struct view *v, struct rect area) {
    const struct lesson_view *lv = v->lesson;
    draw_foot(ui, v, take_bottom(&area, px(ui, FOOT_H)));
    take_bottom(&area, px(ui, 12));
    draw_head(ui, lv, &area);
    draw_codes(ui, &lv->lesson->steps[lv->step], &area);
    if (!lv->quiz.question) {
        draw_scrolled(ui, v, area, set_prose);
        return;
    }
    struct rect card = {area.x, 0, area.w, INT_MAX / 2};
    card.h = draw_quiz(ui, v, card, false);
    int left = area.h - card.h - px(ui, CARD_APART);
    if (left < px(ui, PROSE_LEAST) || set_step(ui, v, area, false) <= area.h) {
        draw_scrolled(ui, v, area, set_step);
        return;
    }
    card.y = area.y + area.h - card.h;
    draw_quiz(ui, v, card, true);
    area.h = left;
    draw_scrolled(ui, v, area, set_prose);
}

/* --- The start page --- */

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
    bool hot = ui_hovered(ui, row);
    if (hot)
        draw_round(ui->canvas, rect_make(row.x - px(ui, 6), row.y, row.w + px(ui, 12), row.h),
            px(ui, 4), color_of(ui, COLOR_raised));
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

static int set_start(struct ui *ui, const struct view *v, struct rect area, bool draw) {
    int h = ui_paragraph_height(ui, area.w, FACE_SANS, SIZE_BODY, _(about), INT_MAX);
    struct rect rest = {area.x, area.y, area.w, INT_MAX / 2};
    if (draw)
        ui_paragraph(ui, rest, FACE_SANS, SIZE_BODY, color_of(ui, COLOR_text), _(about));
    take_top(&rest, h + px(ui, 14));
    set_keys(ui, &rest, draw);
    take_top(&rest, px(ui, 12));
    rest = draw ? ui_caption(ui, rest, _("LESSONS"), NULL) : ui_below_caption(ui, rest);
    int row_h = px(ui, LESSON_ROW_H);
    for (size_t i = 0; i < v->lesson_count; i++, rest.y += row_h)
        if (draw)
            draw_lesson(ui, v, i, rect_make(rest.x, rest.y, rest.w, row_h));
    return rest.y - area.y;
}

static void draw_start(struct ui *ui, const struct view *v, struct rect area) {
    int h = ui_paragraph(ui, area, FACE_BOLD, SIZE_TITLE, color_of(ui, COLOR_text),
        _("Watch a memory allocator work"));
    take_top(&area, h + px(ui, 12));
    draw_scrolled(ui, v, area, set_start);
}

void panel_lesson(struct ui *ui, const struct view *v, struct rect area) {
    canvas_clip(ui->canvas, area);
    struct rect inside = rect_inset(area, px(ui, MARGIN));
    if (inside.w > 0 && inside.h > 0) {
        if (v->lesson)
            draw_step(ui, v, inside);
        else
            draw_start(ui, v, inside);
    }
    canvas_unclip(ui->canvas);
}
