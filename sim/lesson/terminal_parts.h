/* What the files that take a lesson in a terminal share: see terminal.h. */
#ifndef ARENA_TERMINAL_PARTS_H
#define ARENA_TERMINAL_PARTS_H

#include "sim/base/limits.h"
#include "sim/lesson/pages.h"
#include "sim/lesson/terminal.h"

/* Who takes a lesson, and how it goes. */
struct talk {
    FILE *in, *out;
    int right, asked;      /* questions */
    bool told_how;         /* challenges are taken */
    struct pages glossary; /* read when a word is asked for */
    bool has_glossary;
};

/* Asks for a line, without its end. "? word" is answered from the glossary, and asked again. False
 * at the end of the input. */
bool talk_line(struct talk *t, const char *prompt, char line[LIMIT_TYPED]);
/* Writes the text, wrapped; every line after the indent. */
void talk_text(struct talk *t, const char *text, const char *indent);
/* The same of prose, filled in, without the marks of Markdown. False and err if an expression in it
 * means nothing at the scope's moment. */
bool talk_prose(struct talk *t, const struct prose *p, const char *path, struct scope *scope,
    const char *indent, struct error *err);

/* Takes the challenge of that step, in base's world: lines are read and run, the allocator judges.
 * The step has run there. */
void challenge_take(
    struct talk *t, const struct lesson *l, size_t step, const struct environment *base);

#endif
