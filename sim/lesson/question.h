/*
 * Questions: asked before something happens, graded by the allocator afterwards.
 *
 *   ```question
 *   What does this object cost in calls to the system?
 *
 *   - nothing, the arena is there {after(calls.map) == calls.map}
 *     The arena so far is addresses, not memory.
 *   - three mappings, one a region {after(calls.map) == calls.map + 3}
 *   - one mapping of 512 GiB {after(heap.sys) >= 512GiB}
 *
 *   why The page, its entry in the spans table and its bits lie in three regions.
 *   ```
 *
 * A question is text, an answer, and the reason. The answer is one of
 *
 *   - TEXT {CONDITION}       options to pick from; exactly one's condition holds. Indented lines
 *                            below say what is wrong with it, for who picked it.
 *   answer {EXPRESSION}      a number, typed in: 48, 0x30, 64KiB
 *   point {ADDRESS}          a place in the picture: what is clicked has to hold the address
 *   do {CONDITION}           a challenge: the program is to be brought to where that holds, by
 * lines typed after the script's or by another world. These may follow: see TEXT {EXPRESSION}    a
 * number to watch on the way hint TEXT                told when asked for, one by one
 *
 * All text may have expressions. They see the moment at which the step stops; after(...) is the
 * next step's. A question's lines are what a reader of the file sees, so they come before the step
 * that shows what happens.
 */
#ifndef ARENA_QUESTION_H
#define ARENA_QUESTION_H

#include "sim/lesson/prose.h"
#include "sim/trace/thing.h"

enum question_kind { QUESTION_PICK, QUESTION_NUMBER, QUESTION_POINT, QUESTION_DO };

enum { MAX_OPTIONS = 6, MAX_WATCHED = 4, MAX_HINTS = 3 };

struct question_option {
    struct prose text;
    char *condition;
    struct prose wrong; /* no lines: nothing is said */
    int line;
};

/* What is watched in a challenge. */
struct question_watch {
    char *label, *expression;
    int line;
};

struct question {
    enum question_kind kind;
    int line;
    struct prose ask;
    struct question_option options[MAX_OPTIONS];
    int option_count;
    char *answer; /* NUMBER, POINT, DO: the expression */
    int answer_line;
    struct question_watch watched[MAX_WATCHED]; /* DO */
    int watched_count;
    struct prose hints[MAX_HINTS]; /* DO */
    int hint_count;
    struct prose why;
};

/* Reads the lines of a block. first_line: of the file, of the block's first line. False and err
 * (path:line: ...) if it is no question. Freed with question_free in any case. */
bool question_parse(
    struct question *q, const char *path, const char *text, int first_line, struct error *err);
void question_free(struct question *q);

/* What somebody answered. */
struct reply {
    int option;         /* PICK */
    int64_t number;     /* NUMBER */
    struct thing thing; /* POINT */
};

struct grade {
    bool right;
    struct strbuf words; /* why, filled in; the caller's */
};

/* Is all of the question sound at the scope's moment: do its expressions mean something, and does
 * exactly one option hold? *option: that one. */
bool question_check(const struct question *q, const char *path, struct scope *scope, int *option,
    struct error *err);
/* The right reply; to a challenge there is none. False and err as question_check. */
bool question_reply(const struct question *q, const char *path, struct scope *scope,
    struct reply *out, struct error *err);
/* Grades a reply; to a challenge there is none: it is right when done. False and err as
 * question_check. */
bool question_grade(const struct question *q, const char *path, struct scope *scope,
    const struct reply *reply, struct grade *out, struct error *err);
/* Does a challenge's condition hold, and what is watched? values: texts, each the caller's, "–" for
 * what has no value at this moment. */
bool question_done(
    const struct question *q, struct scope *scope, struct strbuf values[MAX_WATCHED]);
/* Reads a number as people type it: 48, 0x30, 64KiB, 1,024, 48 B. */
bool question_number(const char *text, int64_t *out);

#endif
