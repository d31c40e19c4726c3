/*
 * Lines above the map that tell what goes on in it: see strip.c.
 */
#ifndef ARENA_PANELS_STRIP_H
#define ARENA_PANELS_STRIP_H

#include "viz/ui.h"

/* What they need; 0: there is nothing to tell. */
int panel_strips_height(const struct ui *ui, const struct view *v);
void panel_strips(struct ui *ui, const struct view *v, struct rect area);

#endif
