/*
 * The line that is typed into: a card with, from its top, lines of output, the line itself with its
 * cursor, the candidates with the chosen one lit, and an answer (the search has it beside its
 * line). The palette's card hangs from the top of the window and covers what is behind it; the
 * others stand above the timeline and are low, so that what they are about stays in sight.
 */
#include "viz/prompt.h"

#include <stdio.h>
#include <string.h>

#include "viz/panels/keys.h"
#include "viz/panels/panels.h"

enum {
    PALETTE_W = 660,
    LINE_W = 1000, /* the search, which has its answer beside it */
    OTHER_W = 720,
    MARGIN = 20,
    PADDING = 14,
    INPUT_H = 38,
    ANSWER_H = 24,
    OUTPUT_H = 20,
    ROW_H = 30,
    MAX_ROWS = 11,
    NAME_W = 190,
};

/* --- The line --- */

static const char *title_of(enum prompt_kind kind) {
    switch (kind) {
    case PROMPT_SEARCH: return _("Search");
    case PROMPT_NOTE: return _("Note");
    case PROMPT_CONSOLE: return _("Console");
    case PROMPT_SAVE: return _("Save as");
    case PROMPT_ANSWER: return _("Answer");
    default: return _("Command");
    }
}

/* What to type, while nothing is. */
static const char *hint_of(enum prompt_kind kind) {
    switch (kind) {
    case PROMPT_SEARCH:
        return _("an address, 48 B, class 5, an event such as refused, an object such as #12");
    case PROMPT_NOTE: return _("a note at this moment; empty: none");
    case PROMPT_SAVE:
        return _("a file: .arec the run and its notes, .png the picture, .csv a table, .json for "
                 "Perfetto");
    case PROMPT_ANSWER: return _("a number, such as 48, 0x30 or 64KiB");
    case PROMPT_CONSOLE: return _("a line of a script, such as x = alloc 48, drop x or collect");
    default: return _("some letters of a command, a lesson or a workload");
    }
}

static int width_of(struct ui *ui, const char *text, size_t len) {
    char part[PROMPT_MAX];
    memcpy(part, text, len);
    part[len] = '\0';
    return text_width(ui->fonts, FACE_SANS, px(ui, SIZE_LARGE), part);
}

/* Text, what is being composed (underlined) and the cursor; scrolled so that the cursor shows. */
static void draw_text(struct ui *ui, const struct prompt *p, struct rect r) {
    int before = width_of(ui, p->text, p->cursor), size = px(ui, SIZE_LARGE);
    int composed = width_of(ui, p->composing, strlen(p->composing));
    int line = text_line_height(ui->fonts, FACE_SANS, size);
    int scroll = before + composed + px(ui, 4) - r.w;
    int x = r.x - (scroll > 0 ? scroll : 0), y = r.y + (r.h - line) / 2;
    uint32_t color = color_of(ui, COLOR_text);
    char head[PROMPT_MAX];
    memcpy(head, p->text, p->cursor);
    head[p->cursor] = '\0';
    canvas_clip(ui->canvas, r);
    text_draw(ui->canvas, ui->fonts, FACE_SANS, size, x, y, color, head);
    text_draw(ui->canvas, ui->fonts, FACE_SANS, size, x + before, y, color, p->composing);
    draw_fill(ui->canvas, rect_make(x + before, y + line - px(ui, 1), composed, px(ui, 1)), color);
    text_draw(ui->canvas, ui->fonts, FACE_SANS, size, x + before + composed, y, color,
        p->text + p->cursor);
    ui->caret = rect_make(x + before + composed, y, px(ui, 2), line);
    draw_fill(ui->canvas, ui->caret, color_of(ui, COLOR_attention));
    canvas_unclip(ui->canvas);
}

/* The answer at the end of the line; returns the room it took. */
static int draw_beside(struct ui *ui, const struct prompt *p, struct rect r) {
    enum { LEAST_INPUT = 230 };
    int w = text_width(ui->fonts, FACE_SANS, px(ui, SIZE_SMALL), p->answer) + 1;
    int most = r.w - px(ui, LEAST_INPUT);
    w = w < most ? w : most;
    ui_text(ui, rect_make(r.x + r.w - w, r.y, w, r.h), FACE_SANS, SIZE_SMALL, 2,
        color_of(ui, p->bad ? COLOR_refused : COLOR_muted), p->answer);
    return w + px(ui, 12);
}

static void draw_input(struct ui *ui, const struct prompt *p, struct rect r) {
    const char *title = title_of(p->kind);
    int w = text_width(ui->fonts, FACE_BOLD, px(ui, SIZE_BODY), title) + px(ui, 14);
    ui_text(ui, rect_make(r.x, r.y, w, r.h), FACE_BOLD, SIZE_BODY, 0, color_of(ui, COLOR_accent),
        title);
    r.x += w;
    r.w -= w;
    if (p->kind == PROMPT_SEARCH && p->answer[0])
        r.w -= draw_beside(ui, p, r);
    if (!p->len && !p->composing[0])
        ui_text(ui, rect_make(r.x + px(ui, 8), r.y, r.w - px(ui, 8), r.h), FACE_SANS, SIZE_BODY, 0,
            color_of(ui, COLOR_muted), hint_of(p->kind));
    draw_text(ui, p, r);
}

/* --- Candidates --- */

/* The characters of the name that were typed, once more in colour. */
static void draw_hits(struct ui *ui, const struct candidate *c, struct rect r) {
    int size = px(ui, SIZE_BODY), line = text_line_height(ui->fonts, FACE_SANS, size);
    const char *s = c->words;
    for (unsigned i = 0; *s && i < 64; i++) {
        size_t at = (size_t)(s - c->words), len = 1;
        while (((unsigned char)s[len] & 0xc0) == 0x80)
            len++;
        char head[128], one[8];
        if (at + len >= sizeof head || len >= sizeof one)
            return;
        memcpy(head, c->words, at);
        memcpy(one, s, len);
        head[at] = one[len] = '\0';
        if (c->hits >> i & 1)
            text_draw(ui->canvas, ui->fonts, FACE_SANS, size,
                r.x + text_width(ui->fonts, FACE_SANS, size, head), r.y + (r.h - line) / 2,
                color_of(ui, COLOR_attention), one);
        s += len;
    }
}

/* As many of a command's keys as fit that width, the first in any case. */
static void few_keys(struct ui *ui, const char *keys, int width, char *out, size_t len) {
    snprintf(out, len, "%s", keys);
    while (strchr(out, ' ') && keys_width(ui, out) > width)
        *strrchr(out, ' ') = '\0';
}

static void draw_candidate(struct ui *ui, const struct candidate *c, struct rect row, bool chosen) {
    int pad = px(ui, PADDING);
    if (chosen || ui_hovered(ui, row))
        draw_round(ui->canvas, rect_inset(row, px(ui, 2)), px(ui, 6), color_of(ui, COLOR_raised));
    if (chosen)
        draw_fill(ui->canvas,
            rect_make(row.x + px(ui, 2), row.y + px(ui, 8), px(ui, 3), row.h - px(ui, 16)),
            color_of(ui, COLOR_attention));
    ui_click(ui, row, c->command, c->arg);
    struct rect in = rect_make(row.x + pad, row.y, row.w - 2 * pad, row.h);
    char keys[64];
    few_keys(ui, c->keys, in.w / 5, keys, sizeof keys);
    int keys_w = keys[0] ? keys_width(ui, keys) : 0;
    int name_w = text_width(ui->fonts, FACE_SANS, px(ui, SIZE_BODY), c->words) + 1;
    int most = c->detail[0] ? in.w * 2 / 3 - keys_w : in.w - keys_w;
    if (name_w < px(ui, NAME_W))
        name_w = px(ui, NAME_W);
    if (name_w > most)
        name_w = most;
    struct rect name = rect_make(in.x, in.y, name_w, in.h);
    ui_text(ui, name, FACE_SANS, SIZE_BODY, 0, color_of(ui, COLOR_text), c->words);
    draw_hits(ui, c, name);
    if (keys_w)
        keys_draw(ui, keys, in.x + in.w - keys_w, in.y + (in.h - px(ui, 20)) / 2, keys_w, true);
    int x = in.x + name_w + px(ui, 12);
    ui_text(ui, rect_make(x, in.y, in.x + in.w - keys_w - px(ui, 8) - x, in.h), FACE_SANS,
        SIZE_SMALL, 0, color_of(ui, COLOR_muted), c->detail);
}

/* As many as there is room for, the chosen one among them. */
static void draw_candidates(struct ui *ui, const struct prompt *p, struct rect area, size_t rows) {
    size_t first = p->chosen >= rows ? p->chosen - rows + 1 : 0;
    for (size_t i = 0; i < rows && first + i < p->candidate_count; i++)
        draw_candidate(ui, &p->candidates[first + i],
            rect_make(area.x, area.y + (int)i * px(ui, ROW_H), area.w, px(ui, ROW_H)),
            first + i == p->chosen);
}

/* --- The card --- */

static struct rect cut_top(struct rect *r, int h) {
    struct rect top = {r->x, r->y, r->w, h};
    r->y += h;
    r->h -= h;
    return top;
}

/* The answer to show; for the palette what there is to choose from. */
static void answer_of(const struct prompt *p, size_t rows, struct strbuf *out) {
    if (p->kind == PROMPT_SEARCH)
        return;
    if (p->kind != PROMPT_PALETTE)
        sb_puts(out, p->answer);
    else if (p->candidate_count == 0)
        sb_puts(out, _("Nothing is called that."));
    else if (p->candidate_count > rows)
        sb_printf(out, _("%zu of %zu"), p->chosen + 1, p->candidate_count);
}

void panel_prompt(struct ui *ui, const struct view *v, struct rect area) {
    const struct prompt *p = v->prompt;
    bool palette = p->kind == PROMPT_PALETTE;
    int pad = px(ui, PADDING), w = area.w - 2 * px(ui, MARGIN);
    int most_w = px(ui, palette ? PALETTE_W : p->kind == PROMPT_SEARCH ? LINE_W : OTHER_W);
    int room = (area.h - px(ui, 2 * MARGIN + INPUT_H + ANSWER_H)) / px(ui, ROW_H);
    size_t rows = p->candidate_count < MAX_ROWS ? p->candidate_count : MAX_ROWS;
    size_t output = p->kind == PROMPT_CONSOLE ? p->output_count : 0;
    struct strbuf answer = {0};
    if (room < 1)
        room = 1;
    if (rows > (size_t)room)
        rows = (size_t)room;
    if (w > most_w)
        w = most_w;
    answer_of(p, rows, &answer);
    int h = px(ui, INPUT_H) + (answer.len ? px(ui, ANSWER_H) : 0) + (int)output * px(ui, OUTPUT_H) +
            (int)rows * px(ui, ROW_H) + (rows || output ? px(ui, 8) : 0);
    int y = palette ? area.y + px(ui, MARGIN) : area.y + area.h - h - px(ui, 4);
    struct rect card = rect_make(area.x + (area.w - w) / 2, y, w, h);
    if (palette) {
        draw_fill(ui->canvas, area, color_alpha(color_of(ui, COLOR_ground), 120));
        ui_click(ui, area, CMD_DISMISS, 0);
    }
    ui_click(ui, card, CMD_NONE, 0);
    ui_card(ui, "panel_prompt", card);
    draw_round(ui->canvas, card, px(ui, 10), color_of(ui, COLOR_panel));
    draw_frame(ui->canvas, card, px(ui, 10), px(ui, 1), color_of(ui, COLOR_attention));
    struct rect in = card;
    if (output)
        cut_top(&in, px(ui, 6));
    for (size_t i = 0; i < output; i++) {
        struct rect line = cut_top(&in, px(ui, OUTPUT_H));
        ui_text(ui, rect_make(line.x + pad, line.y, line.w - 2 * pad, line.h), FACE_MONO,
            SIZE_SMALL, 0, color_of(ui, COLOR_muted), p->output[i]);
    }
    struct rect input = cut_top(&in, px(ui, INPUT_H));
    draw_input(ui, p, rect_make(input.x + pad, input.y, input.w - 2 * pad, input.h));
    draw_candidates(ui, p, cut_top(&in, (int)rows * px(ui, ROW_H)), rows);
    if (answer.len) {
        struct rect line = cut_top(&in, px(ui, ANSWER_H));
        ui_text(ui, rect_make(line.x + pad, line.y - px(ui, 4), line.w - 2 * pad, line.h),
            FACE_SANS, SIZE_SMALL, palette && p->candidate_count ? 2 : 0,
            color_of(ui, p->bad ? COLOR_refused : COLOR_muted), answer.text);
    }
    sb_free(&answer);
}
