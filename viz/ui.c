/*
 * What panels share: places that the pointer can meet, text in boxes, captions, buttons.
 *
 * Places are cut to the canvas's clip when they are registered, so what is scrolled out of sight
 * cannot be met. Text never leaves its box sideways; downward it is the panel's to give room, and
 * the recorded boxes tell whether it did.
 */
#include "viz/ui.h"

#include "sim/lesson/pages.h"

#include "sim/lesson/source.h"

#include "sim/base/i18n.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Design pixels. */
enum { CAPTION_HEIGHT = 22, CAPTION_GAP = 10, BUTTON_RADIUS = 6, BUTTON_PADDING = 6 };

/* Lines of a paragraph stand apart by this much of a line's height. */
static const float LEADING = 1.22f;

void ui_begin(struct ui *ui) {
    ui->hot_count = 0;
    ui->box_count = 0;
    ui->caret = (struct rect){0};
    ui->part = (struct ui_part){0};
    ui->cards = 0;
}

void ui_panel(struct ui *ui, const char *name, struct rect r) {
    ui->part = (struct ui_part){.name = name, .rect = r};
}

void ui_card(struct ui *ui, const char *name, struct rect r) {
    ui->part = (struct ui_part){.name = name, .rect = r, .layer = ++ui->cards};
}

void ui_free(struct ui *ui) {
    free(ui->hots);
    free(ui->boxes);
    ui->hots = NULL;
    ui->boxes = NULL;
    ui->hot_count = ui->hot_cap = ui->box_count = ui->box_cap = 0;
}

/* --- The pointer --- */

static struct rect seen_part(const struct ui *ui, struct rect r) {
    struct rect clip = ui->canvas->clip;
    int x0 = r.x > clip.x ? r.x : clip.x;
    int y0 = r.y > clip.y ? r.y : clip.y;
    int x1 = r.x + r.w < clip.x + clip.w ? r.x + r.w : clip.x + clip.w;
    int y1 = r.y + r.h < clip.y + clip.h ? r.y + r.h : clip.y + clip.h;
    return rect_make(x0, y0, x1 > x0 ? x1 - x0 : 0, y1 > y0 ? y1 - y0 : 0);
}

static void add_hot(struct ui *ui, struct hot hot) {
    hot.rect = seen_part(ui, hot.rect);
    if (hot.rect.w == 0 || hot.rect.h == 0)
        return;
    void *hots = ui->hots;
    array_reserve(&hots, &ui->hot_cap, ui->hot_count + 1, sizeof *ui->hots);
    ui->hots = hots;
    ui->hots[ui->hot_count++] = hot;
}

void ui_hot(struct ui *ui, struct rect r, struct thing thing) {
    add_hot(ui, (struct hot){.rect = r, .thing = thing, .command = CMD_NONE});
}

void ui_click(struct ui *ui, struct rect r, enum command command, int64_t arg) {
    add_hot(
        ui, (struct hot){.rect = r, .thing = {.kind = THING_NONE}, .command = command, .arg = arg});
}

bool ui_hovered(const struct ui *ui, struct rect r) {
    return rect_has(seen_part(ui, r), ui->mouse_x, ui->mouse_y);
}

/* A place that is neither thing nor command covers what lies below it. */
static bool covers(const struct hot *hot) {
    return hot->thing.kind == THING_NONE && hot->command == CMD_NONE;
}

struct thing ui_thing_at(const struct ui *ui, int x, int y) {
    for (size_t i = ui->hot_count; i-- > 0;) {
        const struct hot *hot = &ui->hots[i];
        if (rect_has(hot->rect, x, y) && (hot->thing.kind != THING_NONE || covers(hot)))
            return hot->thing;
    }
    return (struct thing){.kind = THING_NONE};
}

enum command ui_command_at(const struct ui *ui, int x, int y, int64_t *arg) {
    for (size_t i = ui->hot_count; i-- > 0;) {
        const struct hot *hot = &ui->hots[i];
        if (!rect_has(hot->rect, x, y) || (hot->command == CMD_NONE && !covers(hot)))
            continue;
        *arg = hot->arg;
        return hot->command;
    }
    *arg = 0;
    return CMD_NONE;
}

/* --- Text --- */

void ui_record(struct ui *ui, struct rect letters, struct rect within, bool cut, const char *text) {
    struct rect seen = seen_part(ui, letters);
    if (!ui->record_boxes || seen.w == 0 || seen.h == 0)
        return;
    void *boxes = ui->boxes;
    array_reserve(&boxes, &ui->box_cap, ui->box_count + 1, sizeof *ui->boxes);
    ui->boxes = boxes;
    struct text_box *box = &ui->boxes[ui->box_count++];
    *box = (struct text_box){.rect = seen,
        .within = within,
        .cut = cut || (!ui->part.scrolls && (seen.w < letters.w || seen.h < letters.h)),
        .part = ui->part};
    snprintf(box->text, sizeof box->text, "%s", text);
}

/* The same of a line of text at x, line_y; size: of its letters, pixels. */
static void record_line(struct ui *ui, int x, int line_y, int width, int line_h, int size,
    struct rect within, bool cut, const char *text) {
    struct rect letters = {x, line_y + (line_h - size) / 2, width, size};
    ui_record(ui, letters, within, cut, text);
}

int ui_text(struct ui *ui, struct rect box, enum face face, float size, int align, uint32_t color,
    const char *text) {
    int em = px(ui, size);
    int width = text_width(ui->fonts, face, em, text);
    bool cut = width > box.w;
    struct strbuf fitted = {0};
    const char *shown = text;
    if (cut) {
        text_fit(ui->fonts, face, em, box.w, text, &fitted);
        shown = sb_text(&fitted);
        width = text_width(ui->fonts, face, em, shown);
    }
    int line = text_line_height(ui->fonts, face, em);
    int x = box.x + (align == 0 ? 0 : align == 1 ? (box.w - width) / 2 : box.w - width);
    int y = box.y + (box.h - line) / 2;
    text_draw(ui->canvas, ui->fonts, face, em, x, y, color, shown);
    record_line(ui, x, y, width, line, em, box, cut, text);
    sb_free(&fitted);
    return width;
}

int ui_textf(struct ui *ui, struct rect box, enum face face, float size, int align, uint32_t color,
    const char *fmt, ...) {
    struct strbuf text = {0};
    va_list args;
    va_start(args, fmt);
    sb_vprintf(&text, fmt, args);
    va_end(args);
    int width = ui_text(ui, box, face, size, align, color, sb_text(&text));
    sb_free(&text);
    return width;
}

int ui_text_first(
    struct ui *ui, struct rect box, int align, uint32_t color, const char *const *texts) {
    for (; *texts; texts++)
        if (text_width(ui->fonts, FACE_SANS, px(ui, SIZE_SMALL), *texts) <= box.w)
            return ui_text(ui, box, FACE_SANS, SIZE_SMALL, align, color, *texts);
    return 0;
}

/* Wrapped text on its way down a box. */
struct paragraph {
    struct ui *ui;
    struct rect box;
    enum face face;
    float size;
    uint32_t color;
    const char *text;
    int line, lines; /* the next one, and how many the text has */
    int room;        /* lines that the box has room for */
    int advance;     /* from line to line, pixels */
};

static void paragraph_line(void *arg, size_t start, size_t end) {
    struct paragraph *p = arg;
    int at = p->line++;
    if (at >= p->room)
        return;
    struct strbuf line = {0};
    sb_add(&line, p->text + start, end - start);
    bool cut = at == p->room - 1 && p->lines > p->room;
    int em = px(p->ui, p->size);
    if (cut) { /* the ellipsis stands for the lines below, too */
        struct strbuf whole = line;
        sb_puts(&whole, "…");
        line = (struct strbuf){0};
        text_fit(p->ui->fonts, p->face, em, p->box.w, whole.text, &line);
        sb_free(&whole);
    }
    int y = p->box.y + at * p->advance;
    int height = text_line_height(p->ui->fonts, p->face, em);
    int width =
        text_draw(p->ui->canvas, p->ui->fonts, p->face, em, p->box.x, y, p->color, sb_text(&line));
    record_line(p->ui, p->box.x, y, width, height, em, p->box, cut, p->text);
    sb_free(&line);
}

/* From line to line of a paragraph whose lines are height high, pixels. */
static int line_advance(int height) {
    return (int)((float)height * LEADING + 0.5f);
}

static int height_of_lines(int lines, int height) {
    return lines > 0 ? (lines - 1) * line_advance(height) + height : 0;
}

int ui_paragraph_height(
    struct ui *ui, int w, enum face face, float size, const char *text, int max_lines) {
    int em = px(ui, size);
    int lines = text_wrap(ui->fonts, face, em, w, text, NULL, NULL);
    return height_of_lines(
        lines < max_lines ? lines : max_lines, text_line_height(ui->fonts, face, em));
}

int ui_paragraph(
    struct ui *ui, struct rect box, enum face face, float size, uint32_t color, const char *text) {
    int em = px(ui, size);
    int height = text_line_height(ui->fonts, face, em);
    int advance = line_advance(height);
    struct paragraph p = {.ui = ui,
        .box = box,
        .face = face,
        .size = size,
        .color = color,
        .text = text,
        .room = box.h < height ? 0 : 1 + (box.h - height) / advance,
        .advance = advance};
    p.lines = text_wrap(ui->fonts, face, em, box.w, text, NULL, NULL);
    text_wrap(ui->fonts, face, em, box.w, text, paragraph_line, &p);
    return height_of_lines(p.lines < p.room ? p.lines : p.room, height);
}

/* --- Captions and buttons --- */

/* Capitals stand apart a little; Chinese has none, and its signs stand apart already. */
static bool is_spaced(const char *title) {
    for (; *title; title++)
        if ((unsigned char)*title >= 0x80)
            return false;
    return true;
}

/* The title, letter by letter; returns its width. */
static int caption_title(struct ui *ui, struct rect box, const char *title) {
    int em = px(ui, SIZE_SMALL);
    int gap = !is_spaced(title) ? 0 : px(ui, 1) > 1 ? px(ui, 1) : 1;
    int line = text_line_height(ui->fonts, FACE_SANS, em);
    int y = box.y + (box.h - line) / 2;
    int x = box.x;
    uint32_t color = color_of(ui, COLOR_muted);
    canvas_clip(ui->canvas, box);
    for (const char *p = title; *p;) {
        char letter[8] = {*p++};
        for (size_t i = 1; i < 4 && ((unsigned char)*p & 0xc0) == 0x80; i++)
            letter[i] = *p++;
        x += text_draw(ui->canvas, ui->fonts, FACE_SANS, em, x, y, color, letter) + gap;
    }
    canvas_unclip(ui->canvas);
    int width = x > box.x ? x - box.x - gap : 0;
    record_line(ui, box.x, y, width, line, em, box, width > box.w, title);
    return width;
}

struct rect ui_below_caption(const struct ui *ui, struct rect area) {
    int height = px(ui, CAPTION_HEIGHT);
    return rect_make(area.x, area.y + height, area.w, area.h > height ? area.h - height : 0);
}

struct rect ui_caption(struct ui *ui, struct rect area, const char *title, const char *fmt, ...) {
    /* The line stands a little above the middle: what it names begins below. */
    struct rect box = rect_make(area.x, area.y, area.w, px(ui, CAPTION_HEIGHT - 4));
    int used = caption_title(ui, box, title);
    if (used)
        used += px(ui, CAPTION_GAP);
    struct strbuf figures = {0};
    va_list args;
    va_start(args, fmt);
    if (fmt)
        sb_vprintf(&figures, fmt, args);
    va_end(args);
    struct rect rest = rect_make(box.x + used, box.y, box.w - used, box.h);
    if (figures.len && rest.w > 0)
        ui_text(ui, rest, FACE_SANS, SIZE_SMALL, 0, color_of(ui, COLOR_muted), figures.text);
    sb_free(&figures);
    return ui_below_caption(ui, area);
}

uint32_t ui_link_color(const struct ui *ui) {
    return color_mix(color_of(ui, COLOR_accent), color_of(ui, COLOR_text), 0.4f);
}

/* A line below what can be clicked; always, or only under the pointer. */
static void underline(struct ui *ui, struct rect r, bool always) {
    bool hot = ui_hovered(ui, r);
    if (hot || always)
        draw_fill(ui->canvas, rect_make(r.x, r.y + r.h - px(ui, 2), r.w, px(ui, 1)),
            color_of(ui, hot ? COLOR_attention : COLOR_faint));
}

bool ui_link_term(struct ui *ui, struct rect r, const char *word) {
    int page = ui->glossary ? pages_find(ui->glossary, word) : -1;
    if (page < 0)
        return false;
    underline(ui, r, true);
    ui_click(ui, r, CMD_TERM, page + 1);
    return true;
}

bool ui_link_code(struct ui *ui, struct rect r, const char *file, const char *name) {
    int function = ui->sources ? source_find(ui->sources, file, name) : -1;
    if (function < 0)
        return false;
    underline(ui, r, false);
    ui_click(ui, r, CMD_SHOW_CODE, function);
    return true;
}

void ui_scrollbar(struct ui *ui, struct rect area, int first, int shown, int all) {
    if (all <= shown)
        return;
    struct rect bar = rect_make(area.x + area.w - px(ui, 4), area.y, px(ui, 3), area.h);
    draw_fill(ui->canvas, bar, color_of(ui, COLOR_line));
    bar.y += (int)((double)area.h * first / all);
    bar.h = (int)((double)area.h * shown / all);
    draw_fill(ui->canvas, bar, color_of(ui, COLOR_muted));
}

void ui_button(
    struct ui *ui, struct rect r, const char *label, bool on, enum command command, int64_t arg) {
    uint32_t ground = color_of(ui, on ? COLOR_accent : COLOR_raised);
    uint32_t ink = color_of(ui, on ? COLOR_on_accent : COLOR_text);
    if (ui_hovered(ui, r))
        ground = color_mix(ground, ink, 0.14f);
    draw_round(ui->canvas, r, px(ui, BUTTON_RADIUS), ground);
    int padding = px(ui, BUTTON_PADDING);
    struct rect inside = r;
    if (r.w > 4 * padding) {
        inside.x += padding;
        inside.w -= 2 * padding;
    }
    ui_text(ui, inside, FACE_SANS, SIZE_BODY, 1, ink, label);
    ui_click(ui, r, command, arg);
}

void ui_tabs(struct ui *ui, struct rect area, const char *const *labels, int count, int chosen,
    enum command first) {
    int x = area.x, pad = px(ui, 8), line = px(ui, 2);
    draw_fill(ui->canvas, rect_make(area.x, area.y + area.h - px(ui, 1), area.w, px(ui, 1)),
        color_of(ui, COLOR_line));
    for (int i = 0; i < count; i++) {
        bool on = i == chosen;
        int w =
            text_width(ui->fonts, on ? FACE_BOLD : FACE_SANS, px(ui, SIZE_SMALL), _(labels[i])) +
            2 * pad;
        struct rect r = rect_make(x, area.y, w, area.h);
        bool lit = on || ui_hovered(ui, r);
        ui_text(ui, r, on ? FACE_BOLD : FACE_SANS, SIZE_SMALL, 1,
            color_of(ui, lit ? COLOR_text : COLOR_muted), _(labels[i]));
        if (on)
            draw_fill(ui->canvas, rect_make(r.x, r.y + r.h - line, r.w, line),
                color_of(ui, COLOR_accent));
        ui_click(ui, r, first + (enum command)i, 0);
        x += w;
    }
}
