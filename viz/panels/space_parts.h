/*
 * The parts of the address space panel (space.c), each drawn into its own rectangle.
 */
#ifndef ARENA_PANELS_SPACE_PARTS_H
#define ARENA_PANELS_SPACE_PARTS_H

#include "viz/ui.h"

/* Bytes the ruler stands for: all that a program can have on 64-bit systems, 4 GiB on 32-bit ones.
 */
uint64_t ruler_span(const struct platform *p);
/* Design pixels the ruler wants in height: on 32-bit platforms a lane for each attempt. */
int ruler_height(const struct view *v);
/* The space from 0 to its end, with everything that is in it. */
void draw_ruler(struct ui *ui, const struct view *v, struct rect r);
/* Where an address is on the ruler, in pixels. */
int ruler_x(const struct view *v, struct rect r, uint64_t addr);

/* The three regions of the heap as they were laid out, or as they are planned. Bytes. */
struct layout {
    bool laid_out;
    uint64_t spans, spans_size;
    uint64_t bitmap, bitmap_size; /* bitmap: its lowest address */
    uint64_t arena, arena_size;
};
struct layout layout_of(const struct view *v);

/* spans | bitmap | arena side by side with what is reserved and mapped of each. */
void draw_bands(struct ui *ui, const struct view *v, const struct layout *l, struct rect r);
/* What the patterns mean. */
void draw_states_legend(struct ui *ui, const struct view *v, struct rect row);

/* Fills r with the pattern of a range state. */
void draw_state(struct ui *ui, struct rect r, enum range_state state, uint32_t color);

#endif
