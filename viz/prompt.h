/*
 * A line that is typed into, and what hangs on it: the lines typed before, a list of candidates one
 * of which is chosen, an answer below and lines of output above. The palette, the search, notes and
 * the console are such lines; one is open at a time.
 *
 * Pure: it gets text and names of keys, and says what came of them. Positions are bytes of UTF-8,
 * always between two characters.
 */
#ifndef ARENA_PROMPT_H
#define ARENA_PROMPT_H

#include "sim/base/limits.h"
#include "viz/commands.h"

enum prompt_kind {
    PROMPT_NONE, /* closed */
    PROMPT_PALETTE,
    PROMPT_SEARCH,
    PROMPT_NOTE,
    PROMPT_CONSOLE,
    PROMPT_SAVE,
    PROMPT_ANSWER, /* a number, to a lesson's question */
    PROMPT_KINDS
};

enum { PROMPT_MAX = LIMIT_TYPED, HISTORY_MAX = 64, OUTPUT_MAX = 5 };

/* Something that may be meant. The strings are others' and good while the prompt shows them. */
struct candidate {
    const char *words;  /* what it is called */
    const char *detail; /* what it does; may be "" */
    const char *keys;   /* as in commands.h; may be "" */
    enum command command;
    int64_t arg;
    int score;
    uint64_t hits; /* bit i: character i of words was typed */
};

struct prompt {
    enum prompt_kind kind;
    char text[PROMPT_MAX];
    size_t len, cursor;
    char composing[64]; /* what an input method has not given yet, at the cursor */
    struct candidate *candidates;
    size_t candidate_count, candidate_cap, chosen;
    char answer[512]; /* below the line; "" if none */
    bool bad;         /* ... and it is an error */
    char output[OUTPUT_MAX][256];
    size_t output_count;
    char *history[PROMPT_KINDS][HISTORY_MAX]; /* oldest first */
    size_t history_count[PROMPT_KINDS];
    size_t back;            /* lines back in the history; 0: the line being typed */
    char draft[PROMPT_MAX]; /* that line, while back > 0 */
};

/* What came of a key. */
enum prompt_event {
    PROMPT_IGNORED, /* it means nothing here */
    PROMPT_MOVED,   /* cursor or choice */
    PROMPT_CHANGED, /* the text */
    PROMPT_ACCEPTED,
    PROMPT_ACCEPTED_BACK, /* Shift+Enter */
    PROMPT_CANCELLED,
};

/* Opens it for a kind with that text, the cursor at its end. */
void prompt_open(struct prompt *p, enum prompt_kind kind, const char *text);
/* Closes it; history and output stay. */
void prompt_close(struct prompt *p);
void prompt_free(struct prompt *p);

/* Puts text in at the cursor; control characters are left out, line ends become blanks. False if
 * nothing was put in, because there is no room or it is no UTF-8. */
bool prompt_insert(struct prompt *p, const char *text);
/* A key by its name, as in commands.h. Up and Down choose among candidates, or fetch older lines
 * where there are none. */
enum prompt_event prompt_key(struct prompt *p, const char *key);
/* Empties the line. */
void prompt_clear(struct prompt *p);

/* Keeps the line as the newest of its kind's history, unless it is empty or there already. */
void prompt_remember(struct prompt *p);
/* A line of output; the oldest goes where there is no room. */
void prompt_print(struct prompt *p, const char *line);

/* Candidates: emptied, added, and put in order of score, best first; equals as they were added. */
void prompt_no_candidates(struct prompt *p);
void prompt_add_candidate(struct prompt *p, const struct candidate *c);
void prompt_sort_candidates(struct prompt *p);

#endif
