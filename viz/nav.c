/* Where one has looked: see nav.h. */
#include "viz/nav.h"

#include <string.h>

/* Changes closer than this are one, seconds. */
static const double TOGETHER = 0.8;

enum { CHANGED_AT = 1, CHANGED_ZOOM = 2, CHANGED_PINNED = 4, CHANGED_CENTRE = 8 };

static unsigned changes(const struct place *a, const struct place *b) {
    bool zoom = a->zoom.start != b->zoom.start || a->zoom.size != b->zoom.size;
    return (a->at != b->at ? CHANGED_AT : 0) | (zoom ? CHANGED_ZOOM : 0) |
           (thing_same(a->pinned, b->pinned) ? 0 : CHANGED_PINNED) |
           (a->centre != b->centre ? CHANGED_CENTRE : 0);
}

void nav_visit(struct nav *n, const struct place *place, double seconds) {
    if (n->count == 0) {
        n->places[n->count++] = *place;
        return;
    }
    unsigned changed = changes(&n->places[n->now], place);
    if (!changed)
        return;
    bool goes_on = changed == n->changed && seconds - n->when < TOGETHER &&
                   (changed == CHANGED_AT || changed == CHANGED_ZOOM);
    if (!goes_on && n->now + 1 == NAV_MAX)
        memmove(n->places, n->places + 1, n->now-- * sizeof *n->places);
    if (!goes_on)
        n->now++;
    n->places[n->now] = *place;
    n->count = n->now + 1;
    n->changed = changed;
    n->when = seconds;
}

const struct place *nav_move(struct nav *n, int direction) {
    if (direction < 0 ? n->now == 0 : n->now + 1 >= n->count)
        return NULL;
    n->now += direction < 0 ? (size_t)-1 : 1;
    n->changed = 0;
    return &n->places[n->now];
}
