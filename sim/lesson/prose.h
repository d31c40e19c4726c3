/*
 * Prose: text of a lesson with expressions in it, {arena_start}, and the lines it stands on.
 *
 * Filled in, it has the allocator's own numbers in their places. Code blocks stay as they are; a
 * brace that is meant is written \{.
 */
#ifndef ARENA_PROSE_H
#define ARENA_PROSE_H

#include "sim/lesson/expr.h"
#include "sim/lesson/markdown.h"

struct prose {
    struct strbuf text; /* whole lines */
    int *lines;         /* of the file, one for each line of text */
    size_t line_count, line_cap;
};

void prose_free(struct prose *p);
void prose_add(struct prose *p, const char *line, int number);

/* Appends the text with its expressions' values. False and err (FILE:LINE: ...) if one means
 * nothing at the scope's moment. Without a scope expressions are only looked for, and stand as they
 * are. */
bool prose_fill(const struct prose *p, const char *path, struct scope *scope, struct strbuf *out,
    struct error *err);
/* The same, read as Markdown; *out is empty on failure, else to be freed with markdown_free. */
bool prose_markdown(const struct prose *p, const char *path, struct scope *scope,
    struct markdown *out, struct error *err);

#endif
