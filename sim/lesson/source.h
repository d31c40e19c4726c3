/*
 * Sources: the functions of sim/ as they stand in its files, to be shown beside what they do.
 *
 * An index of all functions, by file and name, made once from the files that data_path finds (the
 * source tree, or what is installed). A function is its text from the comment above it to the brace
 * that ends it. The files are clang-format's work, which makes them easy to read: what begins a
 * line without a blank begins a definition, and a brace there ends it.
 */
#ifndef ARENA_SOURCE_H
#define ARENA_SOURCE_H

#include "sim/base/base.h"

struct sources;

struct source_function {
    const char *file; /* "sim/heap/mheap.c" */
    const char *name;
    const char *text; /* of the whole lines; not NUL-terminated */
    size_t len;
    int line; /* in file, of text's first line */
};

/* How a byte of a function's text is shown. */
enum source_style {
    SOURCE_PLAIN,
    SOURCE_COMMENT,
    SOURCE_KEYWORD,
    SOURCE_DEFINED, /* the function's own name, where it is defined */
    SOURCE_LINK,    /* the name of another function that there is */
};

/* The index; empty if no sources are to be had. */
struct sources *sources_open(void);
/* The same from a directory of the top of the sources. */
struct sources *sources_open_at(const char *top);
void sources_free(struct sources *s);

int source_count(const struct sources *s);
/* Function number i; NULL if there is none. */
const struct source_function *source_at(const struct sources *s, int i);
/* The number of the function of that name in file; of the first anywhere if file is NULL or has
 * none. -1: there is none. */
int source_find(const struct sources *s, const char *file, const char *name);

/* Fills styles, a byte for each of the function's text. */
void source_styles(const struct sources *s, int i, unsigned char *styles);

/* Is text[0..len) a line that has both words, each whole? NULL is had by all lines. */
bool source_line_has(const char *text, size_t len, const char *const words[2]);

#endif
