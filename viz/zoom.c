/*
 * Where the arena panel puts an address. See zoom.h.
 */
#include "viz/zoom.h"

enum {
    HEAD = 24, /* design pixels above the grid, for the caption */
    FOOT = 24, /* and below it, for the legend */
};

/* --- Bounds --- */

/* On 32-bit the heap may have blocks anywhere: the lowest address that is mapped for it and not in
 * the spans or bitmap region. */
static uint64_t lowest_block(const struct replica *r) {
    uint64_t spans = r->heap[HEAP_spans], bitmap = r->heap[HEAP_bitmap];
    for (size_t i = 0; i < r->ranges.count; i++) {
        const struct range *range = &r->ranges.ranges[i];
        bool ours = range->state == RANGE_MAPPED || range->state == RANGE_RELEASED;
        if (range->owner != OWNER_HEAP || !ours)
            continue;
        if (range->start < spans || range->start >= bitmap)
            return range->start;
        if (range->end > bitmap)
            return bitmap;
    }
    return bitmap;
}

uint64_t arena_base(const struct replica *r) {
    return r->heap[HEAP_arena_start] ? r->heap[HEAP_arena_start] : lowest_block(r);
}

uint64_t arena_limit(const struct replica *r) {
    uint64_t end = r->heap[HEAP_arena_end], used = r->heap[HEAP_arena_used];
    return used > end ? used : end;
}

struct zoom arena_fit(const struct replica *r) {
    uint64_t base = arena_base(r), used = r->heap[HEAP_arena_used];
    uint64_t size = used > base ? round_up(used - base, MiB(1)) : MiB(1);
    return (struct zoom){base, size};
}

struct zoom arena_zoom_clamp(const struct replica *r, struct zoom z) {
    struct zoom fit = arena_fit(r);
    if (z.size == 0)
        return fit;
    uint64_t base = fit.start, limit = arena_limit(r);
    uint64_t most = limit > base ? limit - base : 0;
    if (most < fit.size)
        most = fit.size;
    if (z.size > most)
        z.size = most;
    if (z.size < ARENA_ZOOM_MIN)
        z.size = ARENA_ZOOM_MIN;
    if (z.start < base)
        z.start = base;
    if (z.start - base > most - z.size)
        z.start = base + (most - z.size);
    return z;
}

/* --- Moving --- */

/* a + delta, held at 0. */
static uint64_t moved(uint64_t a, double delta) {
    if (delta < 0)
        return a > (uint64_t)-delta ? a - (uint64_t)-delta : 0;
    return a + (uint64_t)delta;
}

struct zoom arena_zoom_at(const struct replica *r, struct zoom z, double factor, uint64_t focus) {
    z = arena_zoom_clamp(r, z);
    double size = (double)z.size / factor;
    double most = 0x1p60; /* clamped further below; keeps the conversion defined */
    uint64_t fresh = size < ARENA_ZOOM_MIN ? ARENA_ZOOM_MIN : (uint64_t)(size < most ? size : most);
    double before = focus > z.start ? (double)(focus - z.start) : 0;
    double share = before < (double)z.size ? before / (double)z.size : 1;
    z.start = moved(focus, -share * (double)fresh);
    z.size = fresh;
    return arena_zoom_clamp(r, z);
}

struct zoom arena_pan(const struct replica *r, struct zoom z, double share) {
    z = arena_zoom_clamp(r, z);
    z.start = moved(z.start, share * (double)z.size);
    return arena_zoom_clamp(r, z);
}

struct zoom arena_zoom_to(const struct replica *r, uint64_t addr, uint64_t size) {
    uint64_t room = size / 2;
    uint64_t start = addr > room ? addr - room : 0;
    return arena_zoom_clamp(r, (struct zoom){start, size + 2 * room});
}

/* --- The grid --- */

/* How low a row may get, in design pixels. Words need room for two lines; an overview shows more
 * with many low rows. */
static int min_row_height(uint64_t zoom_size) {
    static const struct {
        uint64_t up_to;
        int height;
    } steps[] = {{KiB(1), 40}, {KiB(256), 20}, {MiB(1), 28}, {MiB(4), 16}};
    for (size_t i = 0; i < ARRAY_LEN(steps); i++)
        if (zoom_size <= steps[i].up_to)
            return steps[i].height;
    return 9;
}

static uint64_t div_up(uint64_t n, uint64_t d) {
    return n / d + (n % d != 0);
}

static int scaled(int design, float scale) {
    return (int)((float)design * scale + 0.5f);
}

struct arena_grid arena_grid(
    const struct replica *r, struct zoom z, struct rect area, float scale) {
    z = arena_zoom_clamp(r, z);
    int head = scaled(HEAD, scale), foot = scaled(FOOT, scale);
    struct arena_grid g = {.rect = rect_make(area.x, area.y + head, area.w, area.h - head - foot)};
    if (g.rect.h < 1)
        g.rect.h = 1;
    if (g.rect.w < 1)
        g.rect.w = 1;
    int fit = g.rect.h / scaled(min_row_height(z.size), scale);
    uint64_t max_rows = fit > 0 ? (uint64_t)fit : 1;
    g.row_bytes = ARENA_ZOOM_MIN / 2;
    while (div_up(z.size, g.row_bytes) > max_rows)
        g.row_bytes *= 2;
    g.rows = (int)div_up(z.size, g.row_bytes);
    /* To the nearest row, so that at most half a row of the zoom is out of sight; at the end to the
     * next, so that the end can be seen. */
    bool at_end = z.start + z.size >= arena_limit(r);
    uint64_t into = (z.start - arena_base(r)) & (g.row_bytes - 1);
    g.first = z.start - into;
    if (into > g.row_bytes / 2 || (at_end && into))
        g.first += g.row_bytes;
    return g;
}

uint64_t arena_grid_end(const struct arena_grid *g) {
    return g->first + (uint64_t)g->rows * g->row_bytes;
}

int arena_grid_x(const struct arena_grid *g, int row, uint64_t addr) {
    uint64_t into = addr - (g->first + (uint64_t)row * g->row_bytes);
    return g->rect.x + (int)((double)into / (double)g->row_bytes * g->rect.w + 0.5);
}

int arena_grid_y(const struct arena_grid *g, int row) {
    return g->rect.y + (int)((int64_t)g->rect.h * row / g->rows);
}

int arena_grid_row(const struct arena_grid *g, uint64_t addr) {
    if (addr < g->first || addr >= arena_grid_end(g))
        return -1;
    return (int)((addr - g->first) / g->row_bytes);
}

bool arena_grid_addr(const struct arena_grid *g, int x, int y, uint64_t *addr) {
    if (!rect_has(g->rect, x, y))
        return false;
    int row = 0;
    while (row + 1 < g->rows && arena_grid_y(g, row + 1) <= y)
        row++;
    double share = ((double)(x - g->rect.x) + 0.5) / g->rect.w;
    *addr = g->first + (uint64_t)row * g->row_bytes + (uint64_t)(share * (double)g->row_bytes);
    return true;
}

bool arena_addr_at(const struct replica *r, struct zoom z, struct rect area, float scale, int x,
    int y, uint64_t *addr) {
    struct arena_grid g = arena_grid(r, z, area, scale);
    return arena_grid_addr(&g, x, y, addr);
}
