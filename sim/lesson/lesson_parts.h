/* What the files that read lessons share: see lesson.h. */
#ifndef ARENA_LESSON_PARTS_H
#define ARENA_LESSON_PARTS_H

#include "sim/lesson/lesson.h"

/* If text begins with that word, the rest after it and its blanks; else NULL. */
const char *after_word(const char *text, const char *word);

/* Reads one directive of a view into the step. path and line are for messages; text is the line
 * without blanks around it. */
bool lesson_directive(
    struct lesson_step *step, const char *path, int line, const char *text, struct error *err);

#endif
