/*
 * The parts of the address space panel (space.c), each drawn into its own rectangle.
 */
#ifndef ARENA_PANELS_SPACE_PARTS_H
#define ARENA_PANELS_SPACE_PARTS_H

#include "viz/panels/places.h"

/* Bytes the ruler stands for: all that a program can have on 64-bit systems, 4 GiB on 32-bit ones.
 */
uint64_t ruler_span(const struct platform *p);
/* Design pixels the ruler wants in height: on 32-bit platforms a lane for each attempt. */
int ruler_height(const struct view *v);
/* The space from 0 to its end, with everything that is in it. */
void draw_ruler(struct ui *ui, const struct view *v, struct rect r);
/* Where an address is on the ruler, in pixels. */
int ruler_x(const struct view *v, struct rect r, uint64_t addr);

/* spans | bitmap | arena side by side with what is reserved and mapped of each. */
void draw_bands(struct ui *ui, const struct view *v, const struct layout *l, struct rect r);
/* Where [lo, hi) is on the bands of r, pixels. False: it is beside all of them. */
bool bands_x(const struct view *v, const struct layout *l, struct rect r, uint64_t lo, uint64_t hi,
    int *x0, int *x1);
/* The address at an x of the bands of r. */
bool bands_addr(const struct view *v, const struct layout *l, struct rect r, int x, uint64_t *addr);
/* What the patterns mean. */
void draw_states_legend(struct ui *ui, const struct view *v, struct rect row);

/* A hint's mark at x in a row r: its shape tells the outcome too. pitch: pixels between hints. */
void draw_hint_mark(
    struct ui *ui, struct rect r, float x, unsigned outcome, bool asked, float pitch);

/* Fills r with the pattern of a range state. */
void draw_state(struct ui *ui, struct rect r, enum range_state state, uint32_t color);

#endif
