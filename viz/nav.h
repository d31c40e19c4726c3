/*
 * Where one has looked: places in the order of visiting, to go back to and forward again, like a
 * browser's pages. Pure.
 *
 * A place is what navigation changes: the moment, the part of the arena shown, the pinned thing and
 * what the centre shows. Changes of the same sort in quick succession (panning, zooming, stepping)
 * are one visit. The world is none of it: another run begins another history.
 */
#ifndef ARENA_NAV_H
#define ARENA_NAV_H

#include "viz/ui.h"
#include "viz/zoom.h"

enum { NAV_MAX = 100 };

struct place {
    uint64_t at;
    struct zoom zoom;
    struct thing pinned;
    enum centre centre;
};

/* Zero-initialise it. */
struct nav {
    struct place places[NAV_MAX];
    size_t count, now; /* places[now] is where one is, if count */
    unsigned changed;  /* what the latest change was of */
    double when;       /* seconds: its time */
};

/* One is at that place now; seconds grow from call to call. Forgets what was undone if it is
 * another place. */
void nav_visit(struct nav *n, const struct place *place, double seconds);
/* The place before (-1) or after (1), which is then where one is; NULL if there is none. */
const struct place *nav_move(struct nav *n, int direction);

#endif
