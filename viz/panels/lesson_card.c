/* The lesson pane's card: the step's question, what it offers, and what came of it. */
#include "viz/panels/lesson_parts.h"

#include <limits.h>
#include <stdio.h>

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
    float size = lesson_card_look(v, FACE_BOLD).size;
    if (draw)
        ui_paragraph(ui, *at, FACE_BOLD, size, color_of(ui, color), words);
    take_top(at, ui_paragraph_height(ui, at->w, FACE_BOLD, size, words, 1) + px(ui, 2));
}

/* Option number i: a box with its key, lit by the answer. */
static void draw_option(struct ui *ui, const struct view *v, int i, struct rect *at, bool draw) {
    const struct quiz *q = &v->lesson->quiz;
    struct md_look look = lesson_card_look(v, FACE_SANS);
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
static void draw_task(struct ui *ui, const struct view *v, struct rect *at, bool draw) {
    const struct quiz *q = &v->lesson->quiz;
    float size = lesson_card_look(v, FACE_SANS).size;
    bool number = q->question->kind == QUESTION_NUMBER;
    struct rect box = take_top(at, px(ui, size + 17));
    take_top(at, px(ui, 6));
    if (!draw)
        return;
    draw_frame(ui->canvas, box, px(ui, 6), px(ui, 1), color_of(ui, COLOR_line));
    const char *words = q->answered && number ? q->typed
                        : number              ? _("type a number")
                                              : _("click the place in the picture");
    ui_text(ui, rect_inset(box, px(ui, 6)), number ? FACE_MONO : FACE_SANS, size, 0,
        color_of(ui, q->answered ? COLOR_text : COLOR_muted), words);
    if (number && !q->answered)
        ui_click(ui, box, CMD_ANSWER, 0);
}

/* What is watched: words, and the number of now. */
static void draw_watched(struct ui *ui, const struct view *v, int i, struct rect *at, bool draw) {
    const struct quiz *q = &v->lesson->quiz;
    float size = lesson_card_look(v, FACE_SANS).size;
    const char *label = q->question->watched[i].label, *value = sb_text(&q->watched[i]);
    int value_w = text_width(ui->fonts, FACE_MONO, px(ui, size), value), gap = px(ui, 10);
    int label_w = at->w - value_w - gap;
    int h = ui_paragraph_height(ui, label_w, FACE_SANS, size, label, INT_MAX);
    struct rect row = take_top(at, h);
    take_top(at, px(ui, 3));
    if (!draw)
        return;
    ui_paragraph(
        ui, rect_make(row.x, row.y, label_w, h), FACE_SANS, size, color_of(ui, COLOR_muted), label);
    ui_text(ui, rect_make(row.x + row.w - value_w - gap, row.y, value_w + gap, h), FACE_MONO, size,
        2, color_of(ui, COLOR_attention), value);
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
            dead_button(ui, r, _(ways[i].label));
            continue;
        }
        ui_button(ui, r, _(ways[i].label), false, ways[i].command, 0);
        draw_frame(ui->canvas, r, px(ui, 6), px(ui, 1), color_of(ui, COLOR_faint));
    }
}

static void draw_challenge(struct ui *ui, const struct view *v, struct rect *at, bool draw) {
    const struct quiz *q = &v->lesson->quiz;
    for (int i = 0; i < q->question->watched_count; i++)
        draw_watched(ui, v, i, at, draw);
    for (int i = 0; i < q->hints_told; i++) {
        take_top(at, px(ui, 6));
        card_text(ui, at, lesson_card_look(v, FACE_SANS), &q->hints[i], draw);
    }
    take_top(at, px(ui, 8));
    struct rect row = take_top(at, px(ui, LESSON_FOOT_H - 4));
    if (draw)
        draw_ways(ui, q, row);
}

int lesson_card(struct ui *ui, const struct view *v, struct rect card, bool draw) {
    const struct quiz *q = &v->lesson->quiz;
    struct rect at = rect_inset(card, px(ui, 12));
    int top = at.y;
    if (draw) {
        draw_round(ui->canvas, card, px(ui, 8), color_of(ui, COLOR_raised));
        draw_frame(ui->canvas, card, px(ui, 8), px(ui, 1), color_of(ui, COLOR_accent));
    }
    card_text(ui, &at, lesson_card_look(v, FACE_BOLD), &q->ask, draw);
    take_top(&at, px(ui, 8));
    for (int i = 0; i < q->question->option_count; i++)
        draw_option(ui, v, i, &at, draw);
    if (q->question->kind == QUESTION_DO)
        draw_challenge(ui, v, &at, draw);
    else if (!q->question->option_count)
        draw_task(ui, v, &at, draw);
    if (q->answered) {
        take_top(&at, px(ui, 4));
        card_verdict(ui, v, &at, q->right ? COLOR_granted : COLOR_attention, draw);
        card_text(ui, &at, lesson_card_look(v, FACE_SANS), &q->words, draw);
    }
    return at.y - top + 2 * px(ui, 12);
}
