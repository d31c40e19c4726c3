/*
 * Reading Markdown: see markdown.h. It follows md4c's callbacks with one open block; text outside
 * any block (md4c leaves out paragraphs in tight lists) opens a paragraph.
 */
#include "sim/lesson/markdown.h"

#include <md4c.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct reader {
    struct markdown *md;
    bool open; /* the last block still takes text */
    unsigned depth;
    unsigned emphasis, strong, code; /* spans open */
    unsigned numbers[16];            /* by depth: the next item's number, 0: bullets */
    bool item;                       /* an item began and has no text yet */
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
    r->emphasis += type == MD_SPAN_EM;
    r->strong += type == MD_SPAN_STRONG;
    r->code += type == MD_SPAN_CODE;
    return 0;
}

static int leave_span(MD_SPANTYPE type, void *detail, void *arg) {
    struct reader *r = arg;
    (void)detail;
    r->emphasis -= type == MD_SPAN_EM;
    r->strong -= type == MD_SPAN_STRONG;
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
    enum md_style style = r->code       ? MD_CODE
                          : r->strong   ? MD_STRONG
                          : r->emphasis ? MD_EMPHASIS
                                        : MD_PLAIN;
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
    int failed = md_parse(text, (MD_SIZE)len, &parser, &r);
    INVARIANT(!failed);
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

const char *md_item_label(const struct md_block *b, char *buf, size_t size) {
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
            sb_printf(out, "%s ", md_item_label(b, label, sizeof label));
        size_t len = b->text.len;
        while (len && b->text.text[len - 1] == '\n')
            len--;
        sb_add(out, sb_text(&b->text), len);
    }
}
