/*
 * A lesson as it is being taken: the step, its prose with the run's numbers in it, and its
 * question, asked and perhaps answered.
 */
#ifndef ARENA_LESSON_VIEW_H
#define ARENA_LESSON_VIEW_H

#include "sim/lesson/lesson.h"

/* A step's question, filled in. */
struct quiz {
    const struct question *question; /* NULL: the step asks nothing */
    struct markdown ask;
    struct markdown options[MAX_OPTIONS];
    bool answered, right;
    int right_option;      /* the one that holds; -1: it has none */
    int picked;            /* the option; -1: none */
    char typed[32];        /* the number, as it was typed */
    struct markdown words; /* why */
    /* Of a challenge: */
    struct strbuf watched[MAX_WATCHED]; /* the numbers, as they are now */
    struct markdown hints[MAX_HINTS];
    int hints_told;
    uint64_t looked_at; /* events that there were when they were looked at; UINT64_MAX: never */
};

struct lesson_view {
    const struct lesson *lesson; /* NULL: none is open */
    size_t number;               /* among all lessons, from 0 */
    size_t step;                 /* from 0 */
    unsigned variant;
    bool other_width;      /* than the app was opened with: steps that serve both keep it */
    struct lesson *varied; /* the lesson, if it is another variant than the list's; owned */
    struct markdown prose;
    struct quiz quiz;
};

/* Prose and question of the step at this moment of its run. The run must have ended. False and err
 * if an expression in them means nothing. */
bool lesson_view_fill(
    struct lesson_view *v, const struct session *session, uint64_t seq, struct error *err);
/* Does a question wait for a prediction? (A challenge asks for none.) */
bool lesson_view_asks(const struct lesson_view *v);
/* Grades a reply; the quiz is answered then. */
bool lesson_view_answer(struct lesson_view *v, const struct session *session, uint64_t seq,
    const struct reply *reply, struct error *err);
/* Looks at a challenge: what is watched, and whether it is done, once for each length of the run.
 * True if it is done now and was not before. */
bool lesson_view_watch(struct lesson_view *v, const struct session *session);
/* Closes the lesson. */
void lesson_view_clear(struct lesson_view *v);

#endif
