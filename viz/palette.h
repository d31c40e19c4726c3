/*
 * The command palette: whatever can be done, found by typing some letters of it. Candidates are the
 * commands (by name and by what they do, in English and in the language shown), the lessons, the
 * built-in workloads and the notes of the run.
 */
#ifndef ARENA_PALETTE_H
#define ARENA_PALETTE_H

#include "sim/lesson/lesson.h"
#include "sim/lesson/pages.h"
#include "viz/notes.h"
#include "viz/prompt.h"

/* What there is besides commands. */
struct palette_world {
    struct lesson *const *lessons;
    size_t lesson_count;
    const struct notes *notes;    /* NULL: none */
    const struct pages *glossary; /* NULL: none */
};

/* Fills the prompt's candidates with what matches its text, best first. */
void palette_fill(struct prompt *p, const struct palette_world *world);

#endif
