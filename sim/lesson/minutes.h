/*
 * How long a lesson takes somebody who takes it for the first time: reckoned from what is in it, so
 * that the minutes of its front matter are a measure. What the numbers are is said in minutes.c.
 *
 * Counted are titles, prose with its numbers filled in, questions with their options and the
 * reason; not what is told for a wrong answer alone, and no hints.
 */
#ifndef ARENA_MINUTES_H
#define ARENA_MINUTES_H

#include "sim/lesson/lesson.h"

struct lesson_measure {
    unsigned words;      /* of letters, and numbers */
    unsigned characters; /* Chinese ones */
    unsigned code_lines; /* shown as blocks */
    unsigned events;     /* walked one by one */
    unsigned steps, questions;
    double minutes;
};

/* Runs the lesson's steps in base's world and measures them. False and err if it is not true there.
 */
bool lesson_measure(const struct lesson *l, const struct environment *base,
    struct lesson_measure *out, struct error *err);

/* How many minutes the front matter may be wrong: one, or a fifth. */
double minutes_tolerance(unsigned declared);

#endif
