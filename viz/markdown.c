/*
 * Markdown: see markdown.h.
 *
 * Reading follows md4c's callbacks with one open block; text outside any block (md4c leaves out
 * paragraphs in tight lists) opens a paragraph. Drawing measures whole beginnings of lines, never
 * single words, so that kerning and rounding cannot add up to a line that is too wide.
 */
#include "viz/markdown.h"

#include <linebreak.h>
#include <md4c.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* --- Reading --- */

struct reader {
    struct markdown *md;
    bool open; /* the last block still takes text */
    unsigned depth;
    unsigned strong, code; /* spans open */
    unsigned numbers[16];  /* by depth: the next item's number, 0: bullets */
    bool item;             /* an item began and has no text yet */
};

static struct md_block *open_block(struct reader *r, enum md_kind kind) {
    struct markdown *md = r->md;
    void *blocks = md->blocks;
    array_reserve(&blocks, &md->cap, md->count + 1, sizeof *md->blocks);
    md->blocks = blocks;
    struct md_block *b = &md->blocks[md->count++];
    *b = (struct md_block){.kind = kind, .depth = r->depth};
    if (r->item && kind == MD_PARAGRAPH) {
        b->kind = MD_ITEM;
        unsigned *number = &r->numbers[r->depth % ARRAY_LEN(r->numbers)];
        b->number = *number ? (*number)++ : 0;
    }
    r->item = false;
    r->open = true;
    return b;
}

static void add_text(struct reader *r, enum md_style style, const char *text, size_t len) {
    if (!r->open)
        open_block(r, MD_PARAGRAPH);
    struct md_block *b = &r->md->blocks[r->md->count - 1];
    size_t start = b->text.len;
    sb_add(&b->text, text, len);
    if (b->run_count && b->runs[b->run_count - 1].style == style) {
        b->runs[b->run_count - 1].end = b->text.len;
        return;
    }
    void *runs = b->runs;
    array_reserve(&runs, &b->run_cap, b->run_count + 1, sizeof *b->runs);
    b->runs = runs;
    b->runs[b->run_count++] = (struct md_run){start, b->text.len, style};
}

static void enter_list(struct reader *r, unsigned first_number) {
    r->open = false;
    r->depth++;
    r->numbers[r->depth % ARRAY_LEN(r->numbers)] = first_number;
}

static int enter_block(MD_BLOCKTYPE type, void *detail, void *arg) {
    struct reader *r = arg;
    switch (type) {
    case MD_BLOCK_UL: enter_list(r, 0); break;
    case MD_BLOCK_OL: enter_list(r, ((MD_BLOCK_OL_DETAIL *)detail)->start); break;
    case MD_BLOCK_QUOTE: enter_list(r, 0); break;
    case MD_BLOCK_LI:
        r->open = false;
        r->item = true;
        break;
    case MD_BLOCK_H: open_block(r, MD_HEADING); break;
    case MD_BLOCK_CODE: open_block(r, MD_CODE_BLOCK); break;
    case MD_BLOCK_P: open_block(r, MD_PARAGRAPH); break;
    default: break;
    }
    return 0;
}

static int leave_block(MD_BLOCKTYPE type, void *detail, void *arg) {
    struct reader *r = arg;
    (void)detail;
    r->open = false;
    if (type == MD_BLOCK_UL || type == MD_BLOCK_OL || type == MD_BLOCK_QUOTE)
        r->depth--;
    if (type == MD_BLOCK_LI)
        r->item = false;
    return 0;
}

static int enter_span(MD_SPANTYPE type, void *detail, void *arg) {
    struct reader *r = arg;
    (void)detail;
    r->strong += type == MD_SPAN_STRONG || type == MD_SPAN_EM;
    r->code += type == MD_SPAN_CODE;
    return 0;
}

static int leave_span(MD_SPANTYPE type, void *detail, void *arg) {
    struct reader *r = arg;
    (void)detail;
    r->strong -= type == MD_SPAN_STRONG || type == MD_SPAN_EM;
    r->code -= type == MD_SPAN_CODE;
    return 0;
}

/* The few entities that prose needs; others stay as they are written. */
static void add_entity(struct reader *r, enum md_style style, const char *text, size_t len) {
    static const struct {
        const char *entity, *text;
    } known[] = {
        {"&amp;", "&"}, {"&lt;", "<"}, {"&gt;", ">"}, {"&quot;", "\""}, {"&nbsp;", "\u00a0"}};
    for (size_t i = 0; i < ARRAY_LEN(known); i++)
        if (strlen(known[i].entity) == len && memcmp(known[i].entity, text, len) == 0) {
            add_text(r, style, known[i].text, strlen(known[i].text));
            return;
        }
    add_text(r, style, text, len);
}

static int take_text(MD_TEXTTYPE type, const MD_CHAR *bytes, MD_SIZE len, void *arg) {
    struct reader *r = arg;
    enum md_style style = r->code ? MD_CODE : r->strong ? MD_STRONG : MD_PLAIN;
    switch (type) {
    case MD_TEXT_NULLCHAR: add_text(r, style, "\ufffd", strlen("\ufffd")); break;
    case MD_TEXT_BR: add_text(r, style, "\n", 1); break;
    case MD_TEXT_SOFTBR: add_text(r, style, " ", 1); break;
    case MD_TEXT_ENTITY: add_entity(r, style, bytes, len); break;
    default: add_text(r, style, bytes, len); break;
    }
    return 0;
}

struct markdown markdown_parse(const char *text, size_t len) {
    struct markdown md = {0};
    struct reader r = {.md = &md};
    MD_PARSER parser = {.flags = MD_FLAG_NOHTML,
        .enter_block = enter_block,
        .leave_block = leave_block,
        .enter_span = enter_span,
        .leave_span = leave_span,
        .text = take_text};
    INVARIANT(len <= UINT32_MAX);
    if (md_parse(text, (MD_SIZE)len, &parser, &r) != 0)
        BUG("md4c cannot read %zu bytes of Markdown", len);
    return md;
}

void markdown_free(struct markdown *md) {
    for (size_t i = 0; i < md->count; i++) {
        sb_free(&md->blocks[i].text);
        free(md->blocks[i].runs);
    }
    free(md->blocks);
    *md = (struct markdown){0};
}

/* "•" or "3."; into buf. */
static const char *item_label(const struct md_block *b, char *buf, size_t size) {
    if (b->number)
        snprintf(buf, size, "%u.", b->number);
    else
        snprintf(buf, size, "\u2022");
    return buf;
}

void markdown_text(const struct markdown *md, struct strbuf *out) {
    for (size_t i = 0; i < md->count; i++) {
        const struct md_block *b = &md->blocks[i];
        bool in_list = i && b->kind == MD_ITEM && md->blocks[i - 1].kind == MD_ITEM;
        char label[16];
        if (i)
            sb_puts(out, in_list ? "\n" : "\n\n");
        if (b->kind == MD_ITEM)
            sb_printf(out, "%s ", item_label(b, label, sizeof label));
        size_t len = b->text.len;
        while (len && b->text.text[len - 1] == '\n')
            len--;
        sb_add(out, sb_text(&b->text), len);
    }
}

/* --- Drawing --- */

/* One drawing, or measuring. */
struct setter {
    struct ui *ui;
    struct rect box;
    int y;          /* of the next line's top */
    int size, mono; /* heights of the faces, pixels */
    int line;       /* distance of lines */
    bool draw;
    struct strbuf piece; /* of a run, as text_draw wants it */
};

enum { KEEP_TOGETHER = 20 }; /* bytes of code that are not broken */

static enum face style_face(const struct md_block *b, enum md_style style) {
    if (style == MD_CODE || b->kind == MD_CODE_BLOCK)
        return FACE_MONO;
    return style == MD_STRONG || b->kind == MD_HEADING ? FACE_BOLD : FACE_SANS;
}

static uint32_t style_color(const struct setter *s, const struct md_block *b, enum md_style style) {
    if (b->kind == MD_CODE_BLOCK)
        return color_of(s->ui, COLOR_muted);
    return color_of(s->ui, style == MD_CODE ? COLOR_attention : COLOR_text);
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
        enum face face = style_face(b, run->style);
        int size = face == FACE_MONO ? s->mono : s->size;
        const char *part = piece_of(s, b, lo, hi);
        int w = draw ? text_draw(s->ui->canvas, s->ui->fonts, face, size, x,
                           baseline - text_ascent(s->ui->fonts, face, size),
                           style_color(s, b, run->style), part)
                     : text_width(s->ui->fonts, face, size, part);
        if (draw && run->style == MD_CODE) /* a function's name leads to its code */
            ui_link_code(s->ui, rect_make(x, s->y, w, s->line), NULL, part);
        x += w;
    }
    return x - from;
}

static bool line_fits(const struct setter *s) {
    return s->y + s->line <= s->box.y + s->box.h;
}

/* The letters' own box, as ui_text has it. */
static void record_line(struct setter *s, int x, int w) {
    struct ui *ui = s->ui;
    if (!ui->record_boxes)
        return;
    void *boxes = ui->boxes;
    array_reserve(&boxes, &ui->box_cap, ui->box_count + 1, sizeof *ui->boxes);
    ui->boxes = boxes;
    struct rect r = {x, s->y + (s->line - s->size) / 2, w, s->size};
    ui->boxes[ui->box_count++] = (struct text_box){.rect = r, .within = s->box};
}

/* The line recorded last is not the text's last one. */
static void record_cut(struct setter *s) {
    struct ui *ui = s->ui;
    if (ui->record_boxes && ui->box_count)
        ui->boxes[ui->box_count - 1].cut = true;
}

static void set_line(struct setter *s, const struct md_block *b, size_t start, size_t end, int x) {
    if (s->draw && line_fits(s))
        record_line(s, x, set_piece(s, b, start, trim(b, start, end), x, true));
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
            item_label(b, label, sizeof label));
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
    struct ui *ui, const struct markdown *md, struct rect box, float size, bool draw) {
    struct setter s = {.ui = ui,
        .box = box,
        .y = box.y,
        .size = px(ui, size),
        .mono = px(ui, size - 1),
        .line = px(ui, size * 1.45f),
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

int markdown_draw(struct ui *ui, const struct markdown *md, struct rect box, float size) {
    return set_all(ui, md, box, size, true);
}

int markdown_height(struct ui *ui, const struct markdown *md, int w, float size) {
    return set_all(ui, md, rect_make(0, 0, w, 0), size, false);
}
