/*
 * Markdown: the prose of lessons, read by md4c into blocks of styled text.
 *
 * A block is a paragraph, a heading, a list's item or a block of code; its text is plain UTF-8 and
 * its runs say how each part of it looks. Links show their text, pictures their description; what
 * is not Markdown (HTML, tables) is text as it stands.
 */
#ifndef ARENA_MARKDOWN_H
#define ARENA_MARKDOWN_H

#include "sim/base/base.h"

enum md_style { MD_PLAIN, MD_EMPHASIS, MD_STRONG, MD_CODE };

/* Bytes [start, end) of the block's text. Runs follow each other without gaps. */
struct md_run {
    size_t start, end;
    enum md_style style;
};

enum md_kind { MD_PARAGRAPH, MD_HEADING, MD_ITEM, MD_CODE_BLOCK };

struct md_block {
    enum md_kind kind;
    unsigned depth;  /* lists and quotes around it */
    unsigned number; /* MD_ITEM: its number; 0: a bullet */
    struct strbuf text;
    struct md_run *runs;
    size_t run_count, run_cap;
};

struct markdown {
    struct md_block *blocks;
    size_t count, cap;
};

/* Reads len bytes of Markdown; any text is Markdown. Free it with markdown_free. */
struct markdown markdown_parse(const char *text, size_t len);
void markdown_free(struct markdown *md);

/* Appends the plain text: blocks separated by an empty line, items by a line's end. */
void markdown_text(const struct markdown *md, struct strbuf *out);

/* A list item's "•" or "3."; into buf. */
const char *md_item_label(const struct md_block *b, char *buf, size_t size);

#endif
