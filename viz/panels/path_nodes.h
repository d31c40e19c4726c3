/*
 * The boxes of the mallocinit diagram: what each says and how it stands. path.c lays them out,
 * joins and draws them.
 */
#ifndef ARENA_PANELS_PATH_NODES_H
#define ARENA_PANELS_PATH_NODES_H

#include "viz/ui.h"

enum node {
    NODE_TINY,
    NODE_DEFER,
    NODE_PAGE,
    NODE_SIZES,
    NODE_WIDTH, /* are pointers 8 bytes? */
    NODE_HINTS,
    NODE_PLAN,
    NODE_BREAK,
    NODE_SIZE0, /* then the other three arena sizes */
    NODE_SIZE3 = NODE_SIZE0 + FALLBACK_COUNT - 1,
    NODE_THROW,
    NODE_ROUND,
    NODE_LAYOUT,
    NODE_LAST,
    NODE_INIT,
    NODE_COUNT,
};

enum mood {
    MOOD_AHEAD,   /* not reached, or never will be */
    MOOD_PASSED,  /* */
    MOOD_NOW,     /* the run is here */
    MOOD_REFUSED, /* the system said no, or a check failed */
};

enum { NODE_LINES = 2 };

struct node_words {
    enum mood mood;
    struct thing thing;
    char title[72];
    char line[NODE_LINES][112]; /* "" from the first that is not needed */
    enum theme_color tone[NODE_LINES];
    int keep; /* the line that stays where there is room for one */
};

void node_describe(const struct view *v, enum node n, struct node_words *w);

/* How the way between two boxes stands. */
enum way { WAY_NOT_TAKEN, WAY_TAKEN, WAY_REFUSED };
enum way way_between(const struct view *v, enum node from, enum node to);

#endif
