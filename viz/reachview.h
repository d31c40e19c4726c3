/*
 * What is reachable, as the window shows it: a question asked by a command, and its answer, worked
 * out in pieces so that the window stays responsive, and anew when the moment is another.
 */
#ifndef ARENA_REACHVIEW_H
#define ARENA_REACHVIEW_H

#include "sim/trace/graph.h"

enum reach_question {
    REACH_NOTHING, /* none is asked */
    REACH_FROM,    /* what does an object, or what do the roots reach? */
    REACH_WHY,     /* which way leads from a root to an object? */
};

enum { REACHVIEW_PATH = 64 }; /* steps of a way that are kept: the last ones */

struct reachview {
    enum reach_question question;
    uint64_t object; /* slot asked about; 0: the roots */
    const struct recording *rec;
    struct graph *graph; /* of rec; NULL: not begun */
    struct reach *reach; /* the answer; NULL: not yet */
    uint64_t at;         /* the moment that it is for */
    uint64_t path[REACHVIEW_PATH];
    bool heavy;         /* the last answer took long: there was much */
    size_t path_length; /* REACH_WHY: of the whole way; 0: there is none */
};

/* Forgets the question, and all that was learnt of the run. */
void reachview_clear(struct reachview *v);
/* Asks it; asked already, it is forgotten. */
void reachview_ask(struct reachview *v, enum reach_question question, uint64_t object);
/* Looks at so many events more for the answer at r's moment. True if there is something new to be
 * seen. */
bool reachview_work(struct reachview *v, const struct recording *rec, const struct replica *r,
    unsigned ptr_size, uint64_t events);
/* The moment moves on too fast for a heavy answer: there is none for now. */
void reachview_wait(struct reachview *v);
/* Looks at so many events more for what points to what at r's moment, though nothing is asked. True
 * if that is known now, and was not before. */
bool reachview_learn(struct reachview *v, const struct recording *rec, const struct replica *r,
    unsigned ptr_size, uint64_t events);
/* What points to what at that moment; NULL: it is not known. */
const struct graph *reachview_graph(const struct reachview *v, uint64_t seq);
/* The run is too large for an answer. */
bool reachview_too_large(const struct reachview *v);
/* Part of the events looked at, 0 to 1. */
double reachview_progress(const struct reachview *v);

#endif
