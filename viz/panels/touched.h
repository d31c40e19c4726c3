/*
 * Touched memory: what of the mapped memory is in memory, for pictures. Runs that nobody asked the
 * kernel in, and memory that it cannot be asked about, say nothing of it: mapped is then all that
 * is told.
 */
#ifndef ARENA_PANELS_TOUCHED_H
#define ARENA_PANELS_TOUCHED_H

#include "viz/ui.h"

/* Does the run tell which of the heap's memory is touched? */
bool touched_known(const struct view *v);
/* Bytes of [lo, hi) that are. */
uint64_t touched_bytes(const struct view *v, uint64_t lo, uint64_t hi);
/* The part of [lo, hi) at its beginning that is touched, or is not: its end. */
uint64_t touched_run(const struct view *v, uint64_t lo, uint64_t hi, bool *touched);

/* Fills r for memory that is mapped: solid if it is touched, else pale in a frame. */
void touched_draw(struct ui *ui, struct rect r, bool touched, uint32_t color);

#endif
