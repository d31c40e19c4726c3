/*
 * Where the arena panel puts an address, and how one moves about in it. Pure functions.
 *
 * The arena is shown like text: addresses run from left to right and wrap into rows. A row always
 * holds a power of two of bytes, and rows begin at multiples of it, counted from arena_base. So a
 * page keeps its column while one pans, and while one zooms rows grow taller until each is cut in
 * two: the same rule from the whole address range down to eight words, whatever is drawn inside.
 *
 * A zoom is a piece of the address space, in bytes; size 0 means "all that is used" (arena_fit).
 */
#ifndef ARENA_ZOOM_H
#define ARENA_ZOOM_H

#include "sim/trace/replica.h"
#include "viz/draw.h"

enum {
    ARENA_PAGE_SHIFT = GO_PAGE_SHIFT,
    ARENA_PAGE = GO_PAGE_SIZE,
    ARENA_ZOOM_MIN = 64, /* bytes: eight words of 64 bits */
};

struct zoom {
    uint64_t start, size;
};

/* Rows and columns of one picture. */
struct arena_grid {
    struct rect rect;   /* where the rows are, pixels */
    uint64_t first;     /* address at its top left */
    uint64_t row_bytes; /* a power of two */
    int rows;
};

/* The lowest address of the heap's arena: h.arena_start on 64-bit. On 32-bit, where that is 0, the
 * lowest block that the heap has mapped, or where the first arena may begin. 0 before mallocinit.
 */
uint64_t arena_base(const struct replica *r);
/* The end of what can be shown: all that the heap may use without asking for another block. */
uint64_t arena_limit(const struct replica *r);

/* All of [arena_base, arena_used), in whole MiB, and at least one. */
struct zoom arena_fit(const struct replica *r);
/* The zoom itself, or arena_fit's if its size is 0; within the bounds. */
struct zoom arena_zoom_clamp(const struct replica *r, struct zoom z);
/* Closer by factor (2: half the bytes; 0.5: twice). The address focus keeps its place in the
 * window as far as the bounds allow. */
struct zoom arena_zoom_at(const struct replica *r, struct zoom z, double factor, uint64_t focus);
/* Moves by a share of the window's size: 0.5 is half a window towards higher addresses. */
struct zoom arena_pan(const struct replica *r, struct zoom z, double share);
/* A window around [addr, addr + size) with some room on both sides. */
struct zoom arena_zoom_to(const struct replica *r, uint64_t addr, uint64_t size);

/* The grid that a panel of that area shows the zoom in. scale: as in struct ui. */
struct arena_grid arena_grid(const struct replica *r, struct zoom z, struct rect area, float scale);
/* End of the addresses that the grid holds. */
uint64_t arena_grid_end(const struct arena_grid *g);
/* The x of an address of row `row`, and the row's top; both rounded to pixels. addr may be the
 * row's end. */
int arena_grid_x(const struct arena_grid *g, int row, uint64_t addr);
int arena_grid_y(const struct arena_grid *g, int row);
/* The row that holds addr; -1 if none does. */
int arena_grid_row(const struct arena_grid *g, uint64_t addr);
/* The address under a point. False: the point is beside the grid. */
bool arena_grid_addr(const struct arena_grid *g, int x, int y, uint64_t *addr);
/* The same from the panel's area, for the app's zoom at the cursor. */
bool arena_addr_at(const struct replica *r, struct zoom z, struct rect area, float scale, int x,
    int y, uint64_t *addr);

#endif
