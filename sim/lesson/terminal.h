/*
 * A lesson in a terminal: for people without a display, and for tests. The prose with its numbers
 * filled in, the regions and the first pages as letters, the questions asked and graded.
 */
#ifndef ARENA_TERMINAL_H
#define ARENA_TERMINAL_H

#include "sim/lesson/lesson.h"

#include <stdio.h>

/* Takes the lesson from its first step to its last, in base's world. Answers are read from in, a
 * line each; when it ends, questions answer themselves. False and err if the lesson is not true
 * there. *right, *asked: of the questions. */
bool lesson_tell(const struct lesson *l, const struct environment *base, FILE *in, FILE *out,
    int *right, int *asked, struct error *err);

/* Appends the regions of the heap and its first pages, a letter each. */
void regions_tell(const struct replica *r, unsigned ptr_size, struct strbuf *out);

#endif
