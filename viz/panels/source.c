/*
 * Why: the event just told, the rule behind it, and the function that did it, with the line lit
 * that tells the event. Or, when a name was clicked, any function of the allocator.
 *
 * Code is drawn in columns of one width; a line that does not fit goes on below, indented. What is
 * shown begins where the lit line can be seen, and can be scrolled.
 */
#include "sim/lesson/source.h"
#include "sim/trace/why.h"
#include "viz/panels/panels.h"
#include "viz/panels/sentence.h"

#include <stdlib.h>
#include <string.h>

enum {
    PAD = 10,
    TITLE_H = 26,
    LINE_H = 17,
    HANG = 8,     /* columns that a continued line is indented by */
    LEAST = 24,   /* columns that a line has at least */
    LED_ROWS = 3, /* rows above the lit one */
    BACK_W = 104,
};

/* What is shown. */
struct shown {
    int function;           /* number in ui->sources, -1: none */
    const struct event *ev; /* NULL: a function by itself */
    struct why why;         /* of ev */
};

/* One row on the screen: bytes [start, end) of the function's text. */
struct row {
    size_t start, end;
    int line;   /* in the file; 0: it continues the row above */
    int indent; /* columns */
    bool lit;
};

struct code {
    const struct source_function *f;
    struct row *rows;
    size_t count, cap;
    int columns;
};

/* The width of a column. */
static int em_of(const struct ui *ui) {
    return text_width(ui->fonts, FACE_MONO, px(ui, SIZE_SMALL), "0");
}

static struct shown what_is_shown(const struct ui *ui, const struct view *v) {
    struct shown s = {.function = v->source};
    if (s.function >= 0 || v->at == 0)
        return s;
    s.ev = recording_event(v->rec, v->at - 1);
    s.why = why_of(s.ev, v->r);
    s.function = source_find(ui->sources, s.why.file, s.why.function);
    return s;
}

/* --- Rows --- */

static bool is_inside_char(char c) {
    return ((unsigned char)c & 0xc0) == 0x80;
}

static int column_count(const char *text, size_t len) {
    int n = 0;
    for (size_t i = 0; i < len; i++)
        n += !is_inside_char(text[i]);
    return n;
}

/* Where a row that begins at start has to end: after the last blank that fits, or in the middle. */
static size_t row_end(const char *text, size_t start, size_t end, int columns) {
    size_t last = start, i = start;
    for (int n = 0; i < end; i++) {
        if (is_inside_char(text[i]))
            continue;
        if (n++ == columns)
            return last > start ? last : i;
        if (text[i] == ' ' && n > 1)
            last = i + 1;
    }
    return end;
}

static void add_row(struct code *code, struct row row) {
    void *rows = code->rows;
    array_reserve(&rows, &code->cap, code->count + 1, sizeof *code->rows);
    code->rows = rows;
    code->rows[code->count++] = row;
}

static void add_line(struct code *code, size_t start, size_t end, int line, bool lit) {
    const char *text = code->f->text;
    size_t blank = strspn(text + start, " ");
    int indent = (int)(blank < end - start ? blank : end - start);
    if (start == end)
        add_row(code, (struct row){start, end, line, 0, lit});
    for (size_t at = start + (size_t)indent; at < end; line = 0) {
        int column = line ? indent : indent + HANG;
        if (column > code->columns - LEAST)
            column = code->columns > LEAST ? code->columns - LEAST : 0;
        size_t to = row_end(text, at, end, code->columns - column);
        add_row(code, (struct row){at, to, line, column, lit});
        at = to;
    }
}

/* The function's text in rows; the caller frees them. */
static struct code set_code(const struct ui *ui, const struct shown *s, int columns) {
    struct code code = {
        .f = source_at(ui->sources, s->function), .columns = columns > LEAST ? columns : LEAST};
    int line = code.f->line;
    for (size_t at = 0; at < code.f->len; line++) {
        const char *text = code.f->text + at;
        const char *newline = memchr(text, '\n', code.f->len - at);
        size_t len = newline ? (size_t)(newline - text) : code.f->len - at;
        bool lit = s->ev && source_line_has(text, len, s->why.mark);
        add_line(&code, at, at + len, line, lit);
        at += len + 1;
    }
    return code;
}

static int columns_of(struct ui *ui, int width) {
    return (width - px(ui, 2 * PAD)) / em_of(ui);
}

static int gutter_of(const struct source_function *f) {
    int digits = 1;
    for (int line = f->line + column_count(f->text, f->len) / 16; line >= 10; line /= 10)
        digits++;
    return digits + 2;
}

/* The row at the top: with the lit one in sight, moved by what was scrolled. */
static size_t first_row(const struct code *code, size_t visible, int scroll) {
    size_t lit = 0, most = code->count > visible ? code->count - visible : 0;
    while (lit < code->count && !code->rows[lit].lit)
        lit++;
    size_t top = lit < code->count && lit >= visible ? lit - LED_ROWS : 0;
    top = top < most ? top : most;
    if (scroll < 0)
        return top < (size_t)-scroll ? 0 : top - (size_t)-scroll;
    top += (size_t)scroll;
    return top < most ? top : most;
}

/* --- Drawing --- */

static uint32_t style_color(const struct ui *ui, enum source_style style) {
    uint32_t text = color_of(ui, COLOR_text), muted = color_of(ui, COLOR_muted);
    switch (style) {
    case SOURCE_COMMENT: return muted;
    case SOURCE_KEYWORD: return color_mix(text, muted, 0.6f);
    case SOURCE_DEFINED: return color_of(ui, COLOR_attention);
    case SOURCE_LINK: return ui_link_color(ui);
    default: return text;
    }
}

static void draw_row(struct ui *ui, const struct code *code, const unsigned char *styles,
    const struct row *row, struct rect r) {
    int em = em_of(ui), x = r.x + row->indent * em;
    struct strbuf part = {0};
    for (size_t at = row->start; at < row->end;) {
        size_t end = at + 1;
        while (end < row->end && styles[end] == styles[at])
            end++;
        sb_clear(&part);
        sb_add(&part, code->f->text + at, end - at);
        struct rect word = rect_make(x, r.y, column_count(part.text, part.len) * em, r.h);
        ui_text(ui, rect_make(x, r.y, r.x + r.w - x, r.h), FACE_MONO, SIZE_SMALL, 0,
            style_color(ui, styles[at]), part.text);
        if (styles[at] == SOURCE_LINK)
            ui_link_code(ui, word, code->f->file, part.text);
        x += word.w;
        at = end;
    }
    sb_free(&part);
}

static void draw_rows(struct ui *ui, const struct code *code, const struct shown *s, size_t top,
    size_t visible, struct rect area) {
    int gutter = gutter_of(code->f), em = em_of(ui);
    unsigned char *styles = xmalloc(code->f->len);
    source_styles(ui->sources, s->function, styles);
    struct rect r = rect_make(area.x, area.y, area.w, px(ui, LINE_H));
    for (size_t i = top; i < code->count && i < top + visible; i++, r.y += r.h) {
        const struct row *row = &code->rows[i];
        uint32_t lit = color_of(ui, COLOR_attention);
        if (row->lit) {
            draw_fill(ui->canvas, r, color_mix(color_of(ui, COLOR_panel), lit, 0.16f));
            draw_fill(ui->canvas, rect_make(r.x, r.y, px(ui, 3), r.h), lit);
        }
        struct rect number = rect_make(r.x + px(ui, PAD), r.y, (gutter - 2) * em, r.h);
        if (row->line)
            ui_textf(
                ui, number, FACE_MONO, SIZE_SMALL, 2, color_of(ui, COLOR_faint), "%d", row->line);
        int x = number.x + gutter * em;
        draw_row(ui, code, styles, row, rect_make(x, r.y, area.x + area.w - x, r.h));
    }
    free(styles);
}

/* The function's name and file, and the way back to the event's. */
static void draw_title(
    struct ui *ui, const struct shown *s, const struct source_function *f, struct rect title) {
    if (!s->ev) {
        struct rect back = rect_inset(title, px(ui, 3));
        back.w = px(ui, BACK_W);
        back.x = title.x + title.w - back.w;
        title.w -= back.w + px(ui, PAD);
        ui_button(ui, back, _("the event's"), false, CMD_WHY, 0);
    }
    int used = ui_text(ui, title, FACE_MONO, SIZE_SMALL, 0, color_of(ui, COLOR_attention), f->name);
    title.x += used + px(ui, PAD);
    title.w -= used + px(ui, PAD);
    const char *slash = strrchr(f->file, '/'), *file = f->file;
    if (slash && text_width(ui->fonts, FACE_MONO, px(ui, SIZE_SMALL), file) > title.w)
        file = slash + 1;
    if (text_width(ui->fonts, FACE_MONO, px(ui, SIZE_SMALL), file) <= title.w)
        ui_text(ui, title, FACE_MONO, SIZE_SMALL, 0, color_of(ui, COLOR_muted), file);
}

/* The box of code, as high as its rows need, or as there is room. */
static void draw_code(
    struct ui *ui, const struct view *v, const struct shown *s, struct rect area) {
    const struct source_function *f = source_at(ui->sources, s->function);
    struct code code = set_code(ui, s, columns_of(ui, area.w) - gutter_of(f));
    int line_h = px(ui, LINE_H), title_h = px(ui, TITLE_H), foot = px(ui, 6);
    size_t visible = (size_t)((area.h - title_h - foot) / line_h);
    if (code.count < visible)
        visible = code.count;
    area.h = title_h + (int)visible * line_h + foot;
    size_t usual = first_row(&code, visible, 0), top = first_row(&code, visible, v->source_scroll);
    ui->scroll_least = -(int)usual;
    ui->scroll_most = (int)(code.count - visible) - (int)usual;
    draw_round(ui->canvas, area, px(ui, 6), color_of(ui, COLOR_panel));
    draw_frame(ui->canvas, area, px(ui, 6), px(ui, 1), color_of(ui, COLOR_line));
    draw_title(
        ui, s, f, rect_make(area.x + px(ui, PAD), area.y, area.w - px(ui, 2 * PAD), title_h));
    struct rect body =
        rect_make(area.x + px(ui, 1), area.y + title_h, area.w - px(ui, 2), (int)visible * line_h);
    canvas_clip(ui->canvas, body);
    draw_rows(ui, &code, s, top, visible, body);
    ui_scrollbar(ui, body, (int)top, (int)visible, (int)code.count);
    canvas_unclip(ui->canvas);
    free(code.rows);
}

/* What happened, and the rule behind it. Returns the height. */
static int draw_rule(struct ui *ui, const struct view *v, const struct shown *s, struct rect area) {
    struct strbuf words = {0};
    char number[32];
    struct rect rest =
        ui_caption(ui, area, _("WHY"), _("event %s"), format_count(v->at, number, sizeof number));
    sentence(s->ev, v->r, v->platform->ptr_size, &words);
    int h =
        ui_paragraph(ui, rest, FACE_SANS, SIZE_BODY, color_of(ui, COLOR_muted), sb_text(&words));
    sb_free(&words);
    rest.y += h + px(ui, 6);
    rest.h -= h + px(ui, 6);
    h = ui_paragraph(ui, rest, FACE_SANS, SIZE_LARGE, color_of(ui, COLOR_text), s->why.rule);
    return rest.y + h + px(ui, 12) - area.y;
}

void panel_source(struct ui *ui, const struct view *v, struct rect area) {
    struct shown s = what_is_shown(ui, v);
    const char *instead = NULL;
    if (s.ev) {
        int h = draw_rule(ui, v, &s, area);
        area.y += h;
        area.h -= h;
    } else if (s.function < 0) {
        instead = _("Nothing has happened yet. One step forward, and here stands why.");
    }
    if (!instead && s.function < 0)
        instead = _("The allocator's sources are not installed beside this program.");
    if (instead)
        ui_paragraph(ui, area, FACE_SANS, SIZE_BODY, color_of(ui, COLOR_muted), instead);
    else if (area.h > px(ui, TITLE_H + 2 * LINE_H))
        draw_code(ui, v, &s, area);
}
