/*
 * What the timeline's dragging needs beside its picture.
 */
#ifndef ARENA_TIMELINE_H
#define ARENA_TIMELINE_H

#include "viz/ui.h"

/* The number of events applied (0 .. v->count) at the moment that the timeline in area shows at
 * window column x; columns outside the chart mean its ends. */
uint64_t timeline_event_at(struct rect area, const struct view *v, int x);
/* The two ends of the range: which of them has its handle at that point. */
enum timeline_handle { HANDLE_NONE, HANDLE_FROM, HANDLE_TO };
enum timeline_handle timeline_handle_at(struct rect area, const struct view *v, int x, int y);

#endif
