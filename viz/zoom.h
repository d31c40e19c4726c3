/*
 * Where the map puts an address, and how one moves about in it. Pure functions.
 *
 * The address space is shown like text: addresses run from left to right and wrap into rows. A row
 * always holds a power of two of bytes and begins at a multiple of it. So an address keeps its
 * column while one pans, and while one zooms rows grow taller until each is cut in two: the same
 * rule from the whole address space down to sixteen bytes, whatever is drawn inside.
 *
 * A zoom is a piece of the address space, in bytes; size 0 means "where the map is at home"
 * (places.h). At rest it is settled: whole rows. On the way from one to another rows may stand
 * half in the picture.
 */
#ifndef ARENA_ZOOM_H
#define ARENA_ZOOM_H

#include "sim/os/platform.h"
#include "sim/trace/event.h"
#include "viz/draw.h"

enum {
    ARENA_PAGE_SHIFT = GO_PAGE_SHIFT,
    ARENA_PAGE = GO_PAGE_SIZE,
    ZOOM_MIN = 16, /* bytes: two words of 64 bits */
};

struct zoom {
    uint64_t start, size;
};

/* Rows and columns of one picture. */
struct map_grid {
    struct rect rect;     /* where the rows are, pixels */
    struct rect gutter;   /* left of it: the rows' addresses; no width where there is no room */
    uint64_t start, size; /* what is in sight, bytes */
    uint64_t first;       /* where the top row begins: at start, or out of sight above it */
    uint64_t row_bytes;   /* a power of two */
    int rows;             /* those that are at least partly in sight */
};

/* The end of what can be shown: the power of two that holds all addresses a program can have. */
uint64_t zoom_end(const struct platform *p);

/* Within [0, end), and neither too small nor too large. */
struct zoom zoom_clamp(uint64_t end, struct zoom z);
/* Closer by factor (2: half the bytes; 0.5: twice). The address focus keeps its place in the
 * window as far as the bounds allow. */
struct zoom zoom_at(uint64_t end, struct zoom z, double factor, uint64_t focus);
/* Moves by a share of the window's size: 0.5 is half a window towards higher addresses. */
struct zoom zoom_pan(uint64_t end, struct zoom z, double share);
/* A window around [addr, addr + size) with some room on both sides. */
struct zoom zoom_to(uint64_t end, uint64_t addr, uint64_t size);
/* The window of whole rows nearest to z in a panel of that area. Settling twice changes nothing. */
struct zoom zoom_settle(uint64_t end, struct zoom z, struct rect area, float scale);
/* On the way: t = 0 gives from, t = 1 exactly to. Between them each moment magnifies by the same
 * factor, and what keeps its place in both keeps it all the way. */
struct zoom zoom_between(struct zoom from, struct zoom to, double t);

/* The grid that a panel of that area shows the zoom in. scale: as in struct ui. */
struct map_grid map_grid(struct zoom z, struct rect area, float scale);
/* End of what is in sight. */
uint64_t map_grid_end(const struct map_grid *g);
/* The x of an address of row `row`, and the row's top; both rounded to pixels. addr may be the
 * row's end. */
int map_grid_x(const struct map_grid *g, int row, uint64_t addr);
int map_grid_y(const struct map_grid *g, int row);
/* The row that holds addr; -1 if none does. */
int map_grid_row(const struct map_grid *g, uint64_t addr);
/* Pixels for so many bytes in a row. */
double map_grid_pixels(const struct map_grid *g, uint64_t bytes);
/* The address under a point. False: the point is beside the grid. */
bool map_grid_addr(const struct map_grid *g, int x, int y, uint64_t *addr);
/* What a rectangle drawn with the pointer holds: from its first corner to its last, as one reads.
 * False: it is beside the grid. */
bool map_grid_select(const struct map_grid *g, struct rect r, struct zoom *out);

#endif
