/*
 * One line of a script, read piece by piece.
 *
 * Every function skips blanks first. Those that return false with a reason have filled err with
 * `FILE:LINE: ...`, naming what was found and how the statement is written.
 */
#ifndef ARENA_SCRIPT_LEX_H
#define ARENA_SCRIPT_LEX_H

#include "sim/base/base.h"

struct cursor {
    const char *file;
    int line;
    const char *at;    /* in a NUL-terminated line */
    const char *usage; /* how the statement at hand is written; NULL while that is not known */
    struct error *err;
};

enum { LEX_WORD_MAX = 64 }; /* bytes of a word with its NUL */

/* `FILE:LINE: ` and the formatted text. */
bool lex_fail(struct cursor *c, const char *fmt, ...) PRINTF_LIKE(2, 3);
/* `expected WHAT at "..."; write: USAGE`. */
bool lex_expected(struct cursor *c, const char *what);

/* Is nothing left but blanks and a comment? */
bool lex_at_end(struct cursor *c);
/* Fails unless that is so. */
bool lex_end(struct cursor *c);

/* Steps over the punctuation text if it comes next; never fails. */
bool lex_accept(struct cursor *c, const char *text);
bool lex_need(struct cursor *c, const char *text);
/* Steps over that word if it comes next, whole; never fails. */
bool lex_accept_word(struct cursor *c, const char *word);
/* Does a name or number begin here? */
bool lex_word_ahead(struct cursor *c);
bool lex_number_ahead(struct cursor *c);

/* A name: letters, digits, underscores and anything beyond ASCII, no digit first. */
bool lex_word(struct cursor *c, char out[LEX_WORD_MAX], const char *what);
/* A number as parse_u64 has it. */
bool lex_number(struct cursor *c, uint64_t *out, const char *what);
/* The rest of the line, or a text in quotes; the caller frees it, NULL on failure. */
char *lex_text(struct cursor *c, const char *what);

#endif
