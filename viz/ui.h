/*
 * What a panel gets to draw with and how it answers the mouse.
 *
 * A frame: the app fills a view, calls each panel with its rectangle; the panel draws and registers
 * what the pointer can meet (ui_hot, ui_button). After the frame the app asks ui_thing_at() and
 * ui_command_at(). Panels keep no state of their own: everything that lasts is in the view.
 */
#ifndef ARENA_UI_H
#define ARENA_UI_H

#include "sim/base/i18n.h"
#include "sim/trace/recording.h"
#include "sim/trace/thing.h"
#include "sim/work/session.h"
#include "viz/commands.h"
#include "viz/draw.h"
#include "viz/theme.h"

/* What the centre of the window can show: X(NAME, label). The command CMD_NAME chooses it; those
 * commands stand in this order. */
#define CENTRES(X)                                                                                 \
    X(PATH, N_("Path"))                                                                            \
    X(MAP, N_("Map"))                                                                              \
    X(CACHES, N_("Caches"))                                                                        \
    X(WASTE, N_("Waste"))                                                                          \
    X(RANGE, N_("Range"))                                                                          \
    X(WHY, N_("Why"))

enum centre {
    CENTRE_AUTO, /* as the moment suggests */
#define X(NAME, label) CENTRE_##NAME,
    CENTRES(X)
#undef X
        CENTRE_COUNT
};

/* What the right column can show, likewise. */
#define RAILS(X)                                                                                   \
    X(NOW, N_("Now"))                                                                              \
    X(WORLD, N_("World"))                                                                          \
    X(INSPECT, N_("Inspect"))

enum rail {
#define X(NAME, label) RAIL_##NAME,
    RAILS(X)
#undef X
        RAIL_COUNT
};

struct lesson; /* sim/lesson/lesson.h */
struct lesson_view;
struct page; /* sim/lesson/pages.h */
struct pages;
struct progress;  /* sim/lesson/progress.h */
struct prompt;    /* viz/prompt.h */
struct life;      /* viz/life.h */
struct interval;  /* viz/interval.h */
struct sources;   /* viz/source.h */
struct notes;     /* viz/notes.h */
struct reachview; /* viz/reachview.h */

/* Everything the panels show. Pointers are the app's and good for the frame. */
struct view {
    const struct replica *r; /* the state at event `at` */
    const struct recording *rec;
    const struct session *session;
    const struct environment *env;
    const struct platform *platform;
    uint64_t at;    /* events applied: 0 .. count */
    uint64_t count; /* events there are */
    bool running;   /* the workload still produces more */
    bool playing;
    double speed;                     /* events a second while playing */
    enum language language;           /* of all words */
    struct thing hover;               /* under the pointer */
    struct thing pinned;              /* clicked */
    uint64_t zoom_start, zoom_size;   /* what the map shows, bytes of the address space */
    int rail_first;                   /* the inspector's first row: it scrolls */
    const struct life *lives;         /* two: of what is pinned and hovered; NULL: not looked up */
    const struct interval *interval;  /* of two moments; NULL: none can be set */
    const struct reachview *reach;    /* what is reachable, if that is asked; NULL: it cannot be */
    unsigned open_part;               /* of the waste view: enum waste_part */
    int open_row;                     /* ... and in it, by its id; -1: the first */
    const struct lesson_view *lesson; /* NULL: no lesson is open */
    const struct page *page;          /* that lies over the lesson; NULL: none */
    bool page_is_guide;               /* it is about a workload; else about a word */
    struct lesson *const *lessons;    /* all there are */
    size_t lesson_count;
    int source;                  /* the function shown in the source view; -1: the event's */
    int source_scroll;           /* rows that it was scrolled by */
    int lesson_scroll;           /* design pixels that a lesson's step was scrolled by */
    int help_page;               /* of the key help, from 1; 0: it is not shown */
    int world_row;               /* chosen by keys in the World tab, -1 if it is not shown */
    const char *workload;        /* its name */
    const struct notes *notes;   /* of the run; NULL: none */
    const struct prompt *prompt; /* the line that is typed into, NULL if none is open */
    const char *notice;          /* a line for the user, NULL if none */
    double seconds;              /* since start, for gentle motion; 0 in rendered pictures */
    bool teaching;               /* in front of a class: large type */
    bool veiled; /* a question asks for what comes: nothing after `at` is told yet */
    const struct progress *progress; /* of the lessons; NULL: none is kept */
};

/* The last event that may be told of, counted from 1. */
static inline uint64_t view_told(const struct view *v) {
    return v->veiled && v->at < v->count ? v->at : v->count;
}

struct hot {
    struct rect rect;
    struct thing thing;   /* THING_NONE: none */
    enum command command; /* CMD_NONE: none */
    int64_t arg;
};

/* What is being drawn: a panel, or a card that lies over all that was drawn before. */
struct ui_part {
    const char *name; /* in the code; NULL: none was told */
    struct rect rect;
    int layer;    /* 0: the panels; cards have one each, from 1 */
    bool scrolls; /* what a clip cuts can be scrolled to */
};

/* A text box that was drawn, for the test that nothing overflows or overlaps. */
struct text_box {
    struct rect rect; /* the letters' own box, as far as it is in sight */
    struct rect within;
    bool cut; /* did not fit, and was ellipsised or clipped */
    struct ui_part part;
    char text[96]; /* the beginning of what was to be shown */
};

struct ui {
    struct canvas *canvas;
    struct fonts *fonts;
    const struct theme *theme;
    float scale;                   /* design pixels to real ones */
    int mouse_x, mouse_y;          /* -1: no pointer */
    struct rect caret;             /* where text is typed; w = 0: nowhere */
    const struct sources *sources; /* what names of functions lead to; NULL: nothing */
    const struct pages *glossary;  /* what words in bold lead to; NULL: nothing */
    int scroll_least, scroll_most; /* of source_scroll, as the source view has last drawn it */
    int lesson_most;               /* of lesson_scroll, likewise */
    struct hot *hots;
    size_t hot_count, hot_cap;
    struct text_box *boxes; /* recorded only if record_boxes */
    size_t box_count, box_cap;
    bool record_boxes;
    struct ui_part part; /* being drawn */
    int cards;           /* so far */
};

/* Design pixels to real ones. */
static inline int px(const struct ui *ui, float design) {
    float v = design * ui->scale;
    return (int)(v + (v < 0 ? -0.5f : 0.5f));
}

static inline uint32_t color_of(const struct ui *ui, enum theme_color c) {
    return ui->theme->color[c];
}

/* Text sizes of the whole window, in design pixels: three and a title. */
enum { SIZE_SMALL = 12, SIZE_BODY = 13, SIZE_LARGE = 16, SIZE_TITLE = 20 };

void ui_begin(struct ui *ui);
void ui_free(struct ui *ui);

/* What follows is the panel of that name, in r. */
void ui_panel(struct ui *ui, const char *name, struct rect r);
/* What follows is drawn on a card at r, which lies over all that was drawn before. */
void ui_card(struct ui *ui, const char *name, struct rect r);
/* Notes, if boxes are recorded, that text was drawn: the letters' box, without the space that fonts
 * keep above and below, in the box meant for it. cut: not all of it. */
void ui_record(struct ui *ui, struct rect letters, struct rect within, bool cut, const char *text);

/* The pointer meets r: it is that thing. Later ones lie above earlier ones; THING_NONE covers the
 * things and commands below it. */
void ui_hot(struct ui *ui, struct rect r, struct thing thing);
/* A click in r runs the command. */
void ui_click(struct ui *ui, struct rect r, enum command command, int64_t arg);
bool ui_hovered(const struct ui *ui, struct rect r);
struct thing ui_thing_at(const struct ui *ui, int x, int y);
enum command ui_command_at(const struct ui *ui, int x, int y, int64_t *arg);

/* Text inside a box: one line, left (align 0), centred (1) or right (2), middle of the box's
 * height; what does not fit is ellipsised. size is in design pixels. Returns the width drawn. */
int ui_text(struct ui *ui, struct rect box, enum face face, float size, int align, uint32_t color,
    const char *text);
int ui_textf(struct ui *ui, struct rect box, enum face face, float size, int align, uint32_t color,
    const char *fmt, ...) PRINTF_LIKE(7, 8);
/* The first of the texts (fullest first, NULL at the end) that fits the box, in small letters.
 * Returns the width drawn, 0 if none fits. */
int ui_text_first(
    struct ui *ui, struct rect box, int align, uint32_t color, const char *const *texts);
/* Wrapped text from the top of the box down; returns the height it took (never more than the box:
 * the last line is ellipsised). */
int ui_paragraph(
    struct ui *ui, struct rect box, enum face face, float size, uint32_t color, const char *text);
/* The height that the first max_lines lines of the text take in a box w wide. */
int ui_paragraph_height(
    struct ui *ui, int w, enum face face, float size, const char *text, int max_lines);
/* A panel's caption: muted, letterspaced, at the top of area, the title in capitals as given (names
 * of code keep their case). The figures of fmt follow it; fmt may be NULL. Returns what is left
 * below. */
struct rect ui_caption(struct ui *ui, struct rect area, const char *title, const char *fmt, ...)
    PRINTF_LIKE(4, 5);
struct rect ui_below_caption(const struct ui *ui, struct rect area);
/* A row of tabs from the left of area; a click on number i runs the command `first` + i. */
void ui_tabs(struct ui *ui, struct rect area, const char *const *labels, int count, int chosen,
    enum command first);
/* The colour of words that lead somewhere. */
uint32_t ui_link_color(const struct ui *ui);
/* A click in r shows the code of the function of that name, in file if it is there (NULL:
 * anywhere). False, and nothing is done, if there is none. */
bool ui_link_code(struct ui *ui, struct rect r, const char *file, const char *name);
/* The same for the glossary's page of that word. */
bool ui_link_term(struct ui *ui, struct rect r, const char *word);
/* A thin bar at the right of area that says which part of `all` rows (or pixels) is shown: so many
 * from `first` on. None if that is all. */
void ui_scrollbar(struct ui *ui, struct rect area, int first, int shown, int all);
/* A button with a label; lit if on. */
void ui_button(
    struct ui *ui, struct rect r, const char *label, bool on, enum command command, int64_t arg);

#endif
