/*
 * Notes: a person's words at moments of a run, in the order of time. A recording's file keeps them
 * (session_file.h, bookmarks).
 *
 * A note is at a moment, in events applied. When the workload is run again in another world, it
 * goes to the same place inside the same operation, as soon as the run has come there; until then
 * it is away.
 */
#ifndef ARENA_NOTES_H
#define ARENA_NOTES_H

#include "sim/work/session.h"

#define NOTE_AWAY UINT64_MAX

struct note {
    uint64_t seq;      /* events applied, or NOTE_AWAY */
    uint64_t op, into; /* the workload's operation, and how many events of it are applied */
    char *text;
};

/* Zero-initialise it. */
struct notes {
    struct note *note;
    size_t count, cap;
};

/* Writes a note at the moment seq of the session, over what stood there; "" takes it away. False if
 * there are LIMIT_NOTES of them already. */
bool notes_put(struct notes *n, const struct session *s, uint64_t seq, const char *text);
/* The note at that very moment; NULL if there is none. */
const struct note *notes_at(const struct notes *n, uint64_t seq);
/* The next note after (1) or before (-1) the moment; NULL if there is none. */
const struct note *notes_next(const struct notes *n, uint64_t seq, int direction);
void notes_free(struct notes *n);

/* The session has begun anew: all notes are away. */
void notes_leave(struct notes *n);
/* Brings home what the run has come to; done: it will not come further, and what lies beyond goes
 * to its end. */
void notes_settle(struct notes *n, const struct session *s, bool done);

#endif
