/*
 * The scribe: writes down what operations came to, in the words of the transcripts.
 *
 * It is a sink: what happens outside (system calls, printed messages, the end) it takes from the
 * events, and passes all events on. So the same text could be made from any recording.
 */
#ifndef ARENA_SCRIBE_H
#define ARENA_SCRIBE_H

#include "sim/work/opline.h"
#include "sim/work/program.h"

struct scribe {
    struct sink sink;    /* first */
    struct sink *next;   /* NULL: nobody else listens */
    struct os *os;       /* the program's: fresh memory is looked at */
    struct strbuf lines; /* what has been written; whoever reads it empties it */
};

/* next may be NULL; os must be set before the first operation. */
void scribe_init(struct scribe *s, struct sink *next);
void scribe_destroy(struct scribe *s);

/* Runs the line's operation and appends its result to s->lines. False with err filled (without file
 * and line) if it makes no sense here. */
bool scribe_run(struct scribe *s, struct program *p, const struct opline *line, struct error *err);

#endif
