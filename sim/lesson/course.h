/*
 * The course in a terminal: what `arenasim lesson` does. Words and lessons are in the language of
 * the environment.
 */
#ifndef ARENA_COURSE_H
#define ARENA_COURSE_H

#include "sim/lesson/lesson.h"

#include <stdio.h>

/* Writes a line for each lesson: number, minutes, title. With times each lesson is run, and what is
 * in it is told, and how long it takes, as reckoned (minutes.h) and as its front matter says: false
 * and err if one is not true. */
bool course_tell(bool times, FILE *out, struct error *err);

/* Lists the built-in workloads; with a name (NULL: none), what to look for in that one. False and
 * err if there is none of that name. */
bool guide_tell(const char *name, FILE *out, struct error *err);

/* Takes the lesson of that number, or in that file, on the platform (NULL: the lesson's own). False
 * and err if there is none, or it is not true there. */
bool course_take(
    const char *word, const struct platform *platform, FILE *in, FILE *out, struct error *err);

#endif
