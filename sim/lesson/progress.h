/*
 * Progress: which steps of which lessons somebody has seen, and how the questions went. Lines of
 * `LESSON STEP seen|wrong|right` in $XDG_STATE_HOME/arenascope/progress. Nothing is locked by it.
 *
 * A line that cannot be is left out; the file is written anew when there is something to keep.
 */
#ifndef ARENA_PROGRESS_H
#define ARENA_PROGRESS_H

#include "sim/lesson/lesson.h"

enum mark_of_step { STEP_UNSEEN, STEP_SEEN, STEP_WRONG, STEP_RIGHT };

struct progress {
    struct progress_entry {
        char *lesson; /* file's name, the same in all languages */
        unsigned step;
        enum mark_of_step mark;
    } * entries;
    size_t count, cap;
    bool changed; /* since it was read or written */
};

/* Reads a file into what is marked already (at first: nothing, all zero); that there is none is
 * fine. False and err if it cannot be read: what is there is not to be written over. */
bool progress_read(struct progress *p, const char *path, struct error *err);
/* Writes it, if it has changed. */
bool progress_write(struct progress *p, const char *path, struct error *err);
/* As if nothing had been seen. */
void progress_reset(struct progress *p);
void progress_free(struct progress *p);

/* A step was seen or its question answered. What was right stays right. */
void progress_mark(struct progress *p, const struct lesson *l, size_t step, enum mark_of_step mark);
enum mark_of_step progress_of(const struct progress *p, const struct lesson *l, size_t step);

/* Of a lesson: steps seen, questions right, questions there are. */
struct progress_sum {
    size_t seen, right, questions;
};
struct progress_sum progress_sum(const struct progress *p, const struct lesson *l);

#endif
