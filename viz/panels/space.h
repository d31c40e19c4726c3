/*
 * What dragging in the address space panel needs beside its picture.
 */
#ifndef ARENA_PANELS_SPACE_H
#define ARENA_PANELS_SPACE_H

#include "viz/ui.h"

/* The address under a point of the panel in area: on the ruler or in one of the bands. False: the
 * point is beside both. */
bool space_addr_at(
    struct ui *ui, const struct view *v, struct rect area, int x, int y, uint64_t *addr);

#endif
