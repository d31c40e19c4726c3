/*
 * Lessons: Markdown files that read well by themselves, and that the window can walk through.
 *
 * A lesson is front matter (front.h), a title (`# ...`), an introduction, and steps (`## ...`).
 * Prose has expressions in it (prose.h): {arena_start}. These stand between the prose:
 *
 *   ```arena              the script (sim/work/script.h) that the step runs. A step without one
 *                         goes on with the step before's: the same run at another moment.
 *                         `arena show` shows the script in the pane, too.
 *   ```question           asked when the step's prose is read, graded by what then happens
 *                         (question.h)
 *   <!-- view             what the window shows, hidden from other readers of the file
 *   stop hint 0
 *   focus hint 0
 *   -->
 *
 * The directives, one a line:
 *
 *   stop start            where the run stops: before anything has happened ...
 *   stop step hint loop   ... when mallocinit has come to that step (as init_step_name has it)
 *   stop hint 3           ... when hint number 3, counted from 0, was answered
 *   stop arena 256MiB     ... when the 32-bit plan's attempt with such an arena was answered
 *   stop map 2            ... at the second event of that kind (as event_kind_name has it; 1 may
 *                         be left out)
 *   stop end              ... when all operations are done, or Go has ended the program
 *   stop ... in "Words"   the same within that phase of the script: from its beginning to the
 *                         beginning of the next
 *   focus hint 3          what is pinned: a hint, an attempt of the 32-bit plan (focus arena
 *                         256MiB), a step (focus step layout), a region (focus region bitmap), a
 *                         page of the arena (focus page 0), a slot of the span at a page (focus
 *                         slot 0 2: page 0, slot 2)
 *   focus {p}             ... or what the expression names at that moment: an object's slot, all
 *                         of a span, a region, an attempt, what lies at an address
 *   show path             the middle of the window: path, map, caches, waste, range or why.
 *                         Without it: as the moment suggests.
 *   zoom {p.span}         what the map shows: what the expression names, or from an address as
 *                         much as `zoom {arena_start} 64KiB` says; or one of the places that keys
 *                         go to: space, reservation, spans, bitmap, arena, metadata
 *   code FILE:FUNCTION    the code that the step speaks of
 *
 * Each step has exactly one stop, and a stop names what happens, never an event's number: a lesson
 * outlives changes to the allocator's events.
 */
#ifndef ARENA_LESSON_H
#define ARENA_LESSON_H

#include "sim/base/i18n.h"
#include "sim/lesson/front.h"
#include "sim/lesson/markdown.h"
#include "sim/lesson/question.h"
#include "sim/trace/thing.h"
#include "sim/work/session.h"

/* A script of a lesson may make so many operations: it is gone through when the lesson is read. */
enum { LESSON_MOST_OPS = 1000000 };

struct lesson_script {
    char *file;   /* the lesson's path, for messages */
    char *text;   /* after as many empty lines as stand above it in the file */
    uint64_t ops; /* operations that it makes */
};

enum stop_kind { STOP_NONE, STOP_START, STOP_STEP, STOP_ATTEMPT, STOP_EVENT, STOP_END };

struct lesson_stop {
    enum stop_kind kind;
    uint64_t value;    /* init step, attempt number, event kind */
    uint64_t count;    /* STOP_EVENT: which of them, from 1 */
    unsigned phase;    /* in the phase of that number, from 1; 0: anywhere */
    char *phase_words; /* its words, NULL if none */
    int line;
};

struct lesson_focus {
    enum thing_kind kind;
    uint64_t index; /* as in struct thing; THING_PAGE, THING_SLOT: the page */
    uint64_t slot;
    char *expression; /* if not NULL: it says what is pinned */
    int line;
};

enum lesson_show {
    SHOW_AS_SUGGESTED,
    SHOW_PATH,
    SHOW_MAP,
    SHOW_CACHES,
    SHOW_WASTE,
    SHOW_RANGE,
    SHOW_WHY
};

enum lesson_place {
    ZOOM_NOWHERE, /* as the map is at home */
    ZOOM_SPACE,
    ZOOM_RESERVATION,
    ZOOM_SPANS,
    ZOOM_BITMAP,
    ZOOM_ARENA,
    ZOOM_METADATA,
    ZOOM_EXPRESSION
};

struct lesson_zoom {
    enum lesson_place place;
    char *expression;
    uint64_t size; /* bytes; 0: all of what the expression names */
    int line;
};

struct lesson_code {
    char *file; /* from the top of the repository */
    char *function;
};

struct lesson_step {
    char *title;
    int line; /* of its heading in the file */
    struct prose prose;
    struct question *question; /* NULL: none is asked */
    const struct lesson_script *script;
    struct lesson_stop stop;
    struct lesson_focus focus;
    enum lesson_show show;
    struct lesson_zoom zoom;
    struct lesson_code *codes;
    size_t code_count, code_cap;
};

struct lesson {
    char *path;
    struct front front;
    char *title;
    struct prose intro;
    struct lesson_step *steps;
    size_t step_count, step_cap;
    struct lesson_script **scripts; /* the steps' */
    size_t script_count, script_cap;
};

/* Reads a lesson file, and its scripts: whatever is wrong is found here and named with its line.
 * The caller frees it with lesson_free. */
struct lesson *lesson_load(const char *path, struct error *err);
/* Its variant of that number: other values for what varies. lesson_load's is 0. */
struct lesson *lesson_load_variant(const char *path, unsigned variant, struct error *err);
/* The same from text; path is what messages call it. */
struct lesson *lesson_parse(const char *path, const char *text, size_t len, struct error *err);
struct lesson *lesson_parse_variant(
    const char *path, const char *text, size_t len, unsigned variant, struct error *err);
void lesson_free(struct lesson *l);

/* Reads all of lessons/en/, in the order of the files' names; each in the language, if there is a
 * file of the same name in its directory (lessons/zh/). Freed with lessons_free. */
bool lessons_list(enum language language, struct lesson ***out, size_t *count, struct error *err);
void lessons_free(struct lesson **lessons, size_t count);
/* The lesson's number, as its front matter says; else its place in the list, from 1. */
unsigned lesson_number(const struct lesson *l, size_t place);
/* Where the lesson of that number stands in the list; false and err, which says which there are. */
bool lessons_find(
    struct lesson *const *lessons, size_t count, uint64_t number, size_t *index, struct error *err);

/* The introduction as Markdown; it has no expressions. Freed with markdown_free. */
struct markdown lesson_intro(const struct lesson *l);
/* Appends the step's prose as plain text, filled in at the scope's moment (NULL: not). False and
 * err if an expression in it means nothing then. */
bool lesson_step_text(const struct lesson *l, size_t step, struct scope *scope, struct strbuf *out,
    struct error *err);
/* The same as Markdown. */
bool lesson_step_prose(const struct lesson *l, size_t step, struct scope *scope,
    struct markdown *out, struct error *err);
/* What the expressions of a step see: its run, at its own stop, at that of the step before and of
 * the next one. The run must have come to its end. Freed with scope_free. */
struct scope lesson_step_scope(
    const struct lesson *l, size_t step, const struct session *session, uint64_t seq);

/* A session for a step's script in base's world with what the script says of it; nothing has run
 * yet. env_out becomes that world; the caller frees it. */
struct session *lesson_session(const struct lesson_script *script, const struct environment *base,
    struct environment *env_out, struct error *err);

/* The step's run in base's world, whole. *s: the session of the step before, which stays if the run
 * is the same and is freed if not; NULL: none. False and err (*s may be NULL then) if the run
 * fails.
 */
bool lesson_step_run(const struct lesson *l, size_t step, const struct environment *base,
    struct session **s, struct error *err);
/* The world that a lesson is for if nobody asks for another: a simulated one. Nothing to free. */
struct environment lesson_world(const struct lesson *l);

/* The moment (events applied) at which the step stops; false if the recording does not reach it
 * (yet). A system call's moment is after the RANGE events that tell what came of it. */
bool lesson_stop_at(const struct lesson_step *step, const struct recording *rec, uint64_t *seq);
/* The same of a whole run: false and err (FILE:LINE: ...) if it never comes there. */
bool lesson_step_stop(const struct lesson *l, size_t step, const struct session *session,
    uint64_t *seq, struct error *err);

/* Makes the step sense on the other width, too: is the lesson for both, and does the step's script
 * leave the platform open? */
bool lesson_step_any_width(const struct lesson *l, size_t step);

/* What the step pins at the scope's moment; THING_NONE if nothing. False and err if its expression
 * means nothing then. */
bool lesson_step_focus(
    const struct lesson *l, size_t step, struct scope *scope, struct thing *out, struct error *err);
/* What ZOOM_EXPRESSION shows, bytes. */
bool lesson_step_zoom(const struct lesson *l, size_t step, struct scope *scope, uint64_t *addr,
    uint64_t *size, struct error *err);

#endif
