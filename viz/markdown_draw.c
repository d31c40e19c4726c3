/*
 * Drawing Markdown: see markdown_draw.h. Whole beginnings of lines are measured, never single
 * words, so that kerning and rounding cannot add up to a line that is too wide.
 *
 * Emphasis is bold; Chinese, whose strokes hardly show that, has its emphasis dots: one below each
 * character.
 */
#include "viz/markdown_draw.h"

#include "sim/lesson/columns.h"

#include <linebreak.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* One drawing, or measuring. */
struct setter {
    struct ui *ui;
    struct rect box;
    int y; /* of the next line's top */
    struct md_look look;
    int size, mono; /* heights of the faces, pixels */
    int line;       /* distance of lines */
    bool draw;
    struct strbuf piece; /* of a run, as text_draw wants it */
};

enum { KEEP_TOGETHER = 20 }; /* bytes of code that are not broken */

static bool has_dots(const struct md_block *b, const struct md_run *run) {
    const char *at = b->text.text + run->start, *end = b->text.text + run->end;
    while (run->style == MD_EMPHASIS && at < end)
        if (is_chinese(utf8_next(&at)))
            return true;
    return false;
}

static enum face run_face(
    const struct setter *s, const struct md_block *b, const struct md_run *run) {
    if (run->style == MD_CODE || b->kind == MD_CODE_BLOCK)
        return FACE_MONO;
    bool bold = b->kind == MD_HEADING || (run->style != MD_PLAIN && !has_dots(b, run));
    return bold ? FACE_BOLD : s->look.face;
}

static uint32_t style_color(const struct setter *s, const struct md_block *b, enum md_style style) {
    if (b->kind == MD_CODE_BLOCK)
        return color_of(s->ui, COLOR_muted);
    return color_of(s->ui, style == MD_CODE ? COLOR_attention : s->look.color);
}

static const char *piece_of(struct setter *s, const struct md_block *b, size_t start, size_t end) {
    sb_clear(&s->piece);
    sb_add(&s->piece, b->text.text + start, end - start);
    return s->piece.text;
}

/* The end of [start, end) without the blanks before it. */
static size_t trim(const struct md_block *b, size_t start, size_t end) {
    while (end > start && strchr(" \n", b->text.text[end - 1]))
        end--;
    return end;
}

/* A function's name leads to its code, a word in bold to the glossary; on every line it is on. */
static void link_run(
    struct setter *s, const struct md_block *b, const struct md_run *run, struct rect r) {
    const char *words = piece_of(s, b, run->start, run->end);
    if (run->style == MD_CODE)
        ui_link_code(s->ui, r, NULL, words);
    else if (run->style == MD_STRONG)
        ui_link_term(s->ui, r, words);
}

/* One below each Chinese character of the part, which begins at x. */
static void dot_characters(
    struct setter *s, enum face face, int x, int baseline, uint32_t color, const char *part) {
    int dot = s->size / 5 > 3 ? s->size / 5 : 3, y = baseline + s->size / 6;
    char one[8];
    while (*part) {
        const char *from = part;
        bool dotted = is_chinese(utf8_next(&part));
        snprintf(one, sizeof one, "%.*s", (int)(part - from), from);
        int w = text_width(s->ui->fonts, face, s->size, one);
        if (dotted)
            draw_round(
                s->ui->canvas, rect_make(x + (w - dot) / 2, y, dot, dot), (dot + 1) / 2, color);
        x += w;
    }
}

/* Draws [start, end) from x on, or only measures; returns its width. */
static int set_piece(
    struct setter *s, const struct md_block *b, size_t start, size_t end, int x, bool draw) {
    int from = x, baseline = s->y +
                             (s->line - text_line_height(s->ui->fonts, FACE_SANS, s->size)) / 2 +
                             text_ascent(s->ui->fonts, FACE_SANS, s->size);
    for (size_t i = 0; i < b->run_count; i++) {
        const struct md_run *run = &b->runs[i];
        size_t lo = run->start > start ? run->start : start, hi = run->end < end ? run->end : end;
        if (lo >= hi)
            continue;
        enum face face = run_face(s, b, run);
        int size = face == FACE_MONO ? s->mono : s->size;
        const char *part = piece_of(s, b, lo, hi);
        int w = draw ? text_draw(s->ui->canvas, s->ui->fonts, face, size, x,
                           baseline - text_ascent(s->ui->fonts, face, size),
                           style_color(s, b, run->style), part)
                     : text_width(s->ui->fonts, face, size, part);
        if (draw && has_dots(b, run))
            dot_characters(s, face, x, baseline, style_color(s, b, run->style), part);
        if (draw)
            link_run(s, b, run, rect_make(x, s->y, w, s->line));
        x += w;
    }
    return x - from;
}

static bool line_fits(const struct setter *s) {
    return s->y + s->line <= s->box.y + s->box.h;
}

/* What was drawn of one line. */
static void record_line(struct setter *s, const struct md_block *b, size_t start, int x, int w) {
    struct rect letters = {x, s->y + (s->line - s->size) / 2, w, s->size};
    ui_record(s->ui, letters, s->box, false, b->text.text + start);
}

/* The line recorded last is not the text's last one. */
static void record_cut(struct setter *s) {
    struct ui *ui = s->ui;
    if (ui->record_boxes && ui->box_count && !ui->part.scrolls)
        ui->boxes[ui->box_count - 1].cut = true;
}

static void set_line(struct setter *s, const struct md_block *b, size_t start, size_t end, int x) {
    if (s->draw && line_fits(s))
        record_line(s, b, start, x, set_piece(s, b, start, trim(b, start, end), x, true));
    else if (s->draw)
        record_cut(s);
    s->y += s->line;
}

/* A number and its unit stay together: "8 KiB". */
static bool is_before_unit(const char *text, size_t space) {
    static const char *const units[] = {"B", "KiB", "MiB", "GiB", "TiB", "GB"};
    if (!space || text[space] != ' ' || text[space - 1] < '0' || text[space - 1] > '9')
        return false;
    const char *word = text + space + 1;
    size_t len = strspn(word, "BKMGTi");
    for (size_t i = 0; i < ARRAY_LEN(units); i++)
        if (strlen(units[i]) == len && memcmp(units[i], word, len) == 0)
            return true;
    return false;
}

/* Where lines may and must end: libunibreak's answer for each byte (which needs fonts_open's
 * init_linebreak), except inside short code and before units. */
static char *find_breaks(const struct md_block *b) {
    char *breaks = xmalloc(b->text.len);
    set_linebreaks_utf8((const utf8_t *)b->text.text, b->text.len, NULL, breaks);
    for (size_t i = 0; i < b->text.len; i++)
        if (is_before_unit(b->text.text, i))
            breaks[i] = LINEBREAK_NOBREAK;
    for (size_t i = 0; i < b->run_count; i++) {
        const struct md_run *run = &b->runs[i];
        if (run->style != MD_CODE || run->end - run->start > KEEP_TOGETHER)
            continue;
        for (size_t k = run->start; k + 1 < run->end; k++)
            if (breaks[k] == LINEBREAK_ALLOWBREAK)
                breaks[k] = LINEBREAK_NOBREAK;
    }
    return breaks;
}

/* What of [start, end) fits w although it may not be broken: at least one character. */
static size_t force_break(struct setter *s, const struct md_block *b, const char *breaks,
    size_t start, size_t end, int w) {
    size_t last = start;
    for (size_t i = start; i < end; i++) {
        if (breaks[i] == LINEBREAK_INSIDEACHAR)
            continue;
        if (last > start && set_piece(s, b, start, i + 1, 0, false) > w)
            return last;
        last = i + 1;
    }
    return last;
}

/* The end of the line that begins at start. */
static size_t find_line_end(
    struct setter *s, const struct md_block *b, const char *breaks, size_t start, int w) {
    size_t last = start;
    for (size_t i = start; i < b->text.len; i++) {
        bool final = i + 1 == b->text.len;
        if (!final && breaks[i] != LINEBREAK_MUSTBREAK && breaks[i] != LINEBREAK_ALLOWBREAK)
            continue;
        if (set_piece(s, b, start, trim(b, start, i + 1), 0, false) > w)
            return last > start ? last : force_break(s, b, breaks, start, i + 1, w);
        last = i + 1;
        if (breaks[i] == LINEBREAK_MUSTBREAK)
            break;
    }
    return last;
}

static void set_text(struct setter *s, const struct md_block *b, int indent) {
    if (!b->text.len)
        return;
    char *breaks = find_breaks(b);
    int x = s->box.x + indent, w = s->box.w - indent;
    for (size_t start = 0; start < b->text.len;) {
        size_t end = find_line_end(s, b, breaks, start, w);
        set_line(s, b, start, end, x);
        start = end;
    }
    free(breaks);
}

static void set_item(struct setter *s, const struct md_block *b, int indent) {
    char label[16];
    if (s->draw && line_fits(s)) {
        int width = px(s->ui, 16);
        struct rect r = {s->box.x + indent - width, s->y, width, s->line};
        ui_text(s->ui, r, FACE_SANS, (float)s->size / s->ui->scale, 0, color_of(s->ui, COLOR_muted),
            md_item_label(b, label, sizeof label));
    }
    set_text(s, b, indent);
}

/* Code that stands apart: a box of small type. */
static void set_code_block(struct setter *s, const struct md_block *b, int indent) {
    struct setter inner = *s;
    int pad = px(s->ui, 8);
    inner.size = inner.mono = px(s->ui, SIZE_SMALL);
    inner.line = px(s->ui, SIZE_SMALL * 1.4f);
    inner.y = s->y + pad;
    inner.draw = false;
    set_text(&inner, b, indent + pad);
    struct rect r = {s->box.x + indent, s->y, s->box.w - indent, inner.y + pad - s->y};
    if (s->draw && r.y + r.h <= s->box.y + s->box.h) {
        draw_round(s->ui->canvas, r, px(s->ui, 6), color_of(s->ui, COLOR_raised));
        inner.draw = true;
        inner.y = s->y + pad;
        set_text(&inner, b, indent + pad);
    }
    s->piece = inner.piece;
    s->y = r.y + r.h;
}

static void set_block(struct setter *s, const struct md_block *b) {
    int indent = (int)b->depth * px(s->ui, 16);
    switch (b->kind) {
    case MD_ITEM: set_item(s, b, indent); break;
    case MD_CODE_BLOCK: set_code_block(s, b, indent); break;
    default: set_text(s, b, indent); break;
    }
}

static int set_all(
    struct ui *ui, const struct markdown *md, struct rect box, struct md_look look, bool draw) {
    struct setter s = {.ui = ui,
        .box = box,
        .y = box.y,
        .look = look,
        .size = px(ui, look.size),
        .mono = px(ui, look.size - 1),
        .line = px(ui, look.size * 1.45f),
        .draw = draw};
    for (size_t i = 0; i < md->count; i++) {
        const struct md_block *b = &md->blocks[i];
        if (i) {
            bool in_list = b->kind == MD_ITEM && md->blocks[i - 1].kind == MD_ITEM;
            s.y += px(ui, in_list ? 3 : 9);
        }
        set_block(&s, b);
    }
    sb_free(&s.piece);
    return s.y - box.y;
}

int markdown_draw(struct ui *ui, const struct markdown *md, struct rect box, struct md_look look) {
    return set_all(ui, md, box, look, true);
}

int markdown_height(struct ui *ui, const struct markdown *md, int w, struct md_look look) {
    return set_all(ui, md, rect_make(0, 0, w, 0), look, false);
}
