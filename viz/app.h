/*
 * The app: everything that lasts while the window is open, and what commands do to it. It knows no
 * SDL: the window (window.c) turns input into commands and pointer positions; pictures without a
 * window (tour.c) are made from the same app.
 *
 * What runs, and the moment that is looked at, is a scene (scene.h). There are two: the one that
 * commands go to, and, while comparing, the other beside it, which follows.
 */
#ifndef ARENA_APP_H
#define ARENA_APP_H

#include "sim/base/i18n.h"
#include "sim/lesson/pages.h"
#include "sim/lesson/progress.h"
#include "viz/lesson_view.h"
#include "viz/prefs.h"
#include "viz/prompt.h"
#include "viz/scene.h"
#include "viz/ui.h"

struct app_options {
    const char *workload;     /* name or file; NULL: the first built-in one */
    struct environment world; /* platform NULL: this machine's */
    const char *theme;        /* NULL: dark */
    const char *language;     /* a code or a locale; NULL: what the environment asks for */
    float scale;              /* 0: 1 */
    double speed;             /* events a second while playing; 0: the usual */
    const char *notice;       /* shown at first; NULL or "": none */
};

/* Where each part of a scene is, pixels; what is not shown has no height. */
struct scene_layout {
    struct rect column; /* all of it but the timeline */
    struct rect head;   /* which of two scenes it is */
    struct rect space, tabs, centre, regions, strips, arena, timeline;
    enum centre shows; /* what is in the centre; CENTRE_MAP is regions and arena */
};

/* Where each part of the window is, pixels. Recomputed for every picture. */
struct app_layout {
    struct rect bar, lesson, rail_tabs, rail;
    struct scene_layout scene[2];
};

/* What a press of the button began. */
enum drag { DRAG_NONE, DRAG_TIMELINE, DRAG_FROM, DRAG_TO, DRAG_MAP, DRAG_SPACE, DRAG_SELECT };

struct app {
    bool scale_is_free; /* nobody asked for one: the display's */
    struct fonts *fonts;
    struct theme theme;
    enum language language; /* of all words shown */
    struct ui ui;
    struct app_layout layout;

    struct environment home; /* where the app was opened: lessons begin there */
    struct scene scenes[2];
    struct scene *scene; /* the one that commands go to */
    bool comparing;      /* the other one is shown, too, at the same moment of its run */
    bool playing;
    unsigned speed; /* index into the table of speeds */
    double owed;    /* events that playing is behind, less than one */

    struct lesson **lessons;
    size_t lesson_count;
    struct progress progress;  /* of the lessons */
    const char *progress_path; /* where it is written as it is made; NULL: nowhere. Lent */
    bool teaching;             /* in front of a class: large type, Space goes on, nothing is kept */
    struct lesson_view lesson; /* lesson.lesson NULL: the start page */

    struct pages glossary, guides; /* in the app's language */
    int term, guide; /* the pages that lie over the lesson, the first over the second; -1: none */

    enum centre centre; /* wanted; CENTRE_AUTO: as the moment suggests */
    enum rail rail;
    int world_row;      /* enum world_row: what the keys change in the World tab */
    int rail_first;     /* the inspector's first row */
    unsigned open_part; /* of the waste view, and the row open in it: see struct view */
    int open_row;
    struct sources *sources; /* the allocator's functions */
    int source;              /* the one shown; -1: the event's. How far it was scrolled, in rows */
    int source_scroll;
    int lesson_scroll; /* design pixels; as many as there are, if it is more */
    int help_page;     /* of the key help, from 1; 0: it is not shown */
    int help_pages;
    struct prompt prompt;  /* the line that is typed into */
    struct strbuf console; /* lines of a repeat that has no end yet */
    enum drag drag;
    int drag_x, drag_y; /* where it began */
    bool drag_moved;    /* it is no mere click any more */
    struct zoom drag_zoom;

    bool animates; /* there is a window: what moves takes time */
    bool dirty;    /* the picture is out of date */
    bool quit;
    char notice[256];    /* for the user; "" if none */
    double seconds;      /* since start */
    double notice_until; /* seconds */
};

/* Opens fonts, theme, lessons and the workload. False and err if any cannot be had. */
bool app_open(struct app *app, const struct app_options *options, struct error *err);
void app_close(struct app *app);

/* Runs a command; arg as its button gave it. */
void app_command(struct app *app, enum command command, int64_t arg);

/* The pointer moved / a button went down or up / the wheel turned (notches, away from the user
 * positive). x < 0: the pointer left. select: the button, with Ctrl, draws a rectangle. */
void app_pointer(struct app *app, int x, int y);
void app_press(struct app *app, int x, int y, bool select);
void app_release(struct app *app, int x, int y);
void app_wheel(struct app *app, int x, int y, float notches, bool zoom);

/* The middle button moves the map and does nothing else; the right one takes away what is open or
 * pinned, or goes back to where one looked before; a double click zooms to what was hit. */
void app_press_middle(struct app *app, int x, int y);
void app_right_click(struct app *app);
void app_double_click(struct app *app, int x, int y);

/* A key, by its name as in commands.h, or text goes to the line that is open. False: none is. */
bool app_prompt_key(struct app *app, const char *key);
bool app_prompt_text(struct app *app, const char *text);
/* An input method is composing this text there. */
void app_prompt_compose(struct app *app, const char *text);

/* Shows size bytes of the address space in the map, a page if it is 0. False: there is no such
 * address. */
bool app_map_show(struct app *app, uint64_t addr, uint64_t size);

/* Time passes: the workload runs on, playing moves, motion goes on. Sets dirty as needed. */
void app_tick(struct app *app, double seconds);
/* Runs the workload to its end, or until it has made that many events. */
void app_run_to(struct app *app, uint64_t events);
/* Runs everything that is shown to its end: for pictures, whose timeline is to be whole. */
void app_finish(struct app *app);
/* So many events the workload may be ahead of the moment shown: a workload may be endless, memory
 * is not. */
#define APP_RUN_AHEAD UINT64_C(4000000)
/* Moves to the state with seq events applied: at once, or, where the workload has to run long for
 * it, in the next ticks. */
void app_seek(struct app *app, uint64_t seq);
/* Is the moment asked for still to come? Then Esc gives it up. */
bool app_busy(const struct app *app);
/* Runs up to so many events towards it. */
void app_work(struct app *app, uint64_t events);

/* Draws everything into canvas. */
void app_draw(struct app *app, struct canvas *canvas);
/* The view of a scene that panels get, for the app's own use. */
struct view app_view(const struct app *app, const struct scene *scene);

/* Opens a lesson (0 = first) at a step (0 = first). False and err if its script is broken. */
bool app_open_lesson(struct app *app, size_t lesson, size_t step, struct error *err);

/* What a person can set and find again, as it is now; the window's size is the window's. */
struct prefs app_prefs(const struct app *app);

/* One line that tells the state, for scripts and tests: "event=... count=... ops=... platform=...".
 */
void app_tell(const struct app *app, struct strbuf *out);

#endif
