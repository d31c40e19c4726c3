/*
 * Where the map puts an address. See zoom.h.
 */
#include "viz/zoom.h"

#include <math.h>

/* Design pixels. */
enum {
    HEAD = 26,      /* above the grid, for the path */
    FOOT = 40,      /* and below it, for the legend: two lines, */
    FOOT_WIDE = 22, /* or one where they fit side by side */
    WIDE_FROM = 1000,
    GUTTER_FROM = 520, /* the rows' addresses stand left, in a panel at least that wide */
};

uint64_t zoom_end(const struct platform *p) {
    uint64_t end = GiB(4);
    while (p->ptr_size == 8 && end < p->user_end)
        end *= 2;
    return end;
}

struct zoom zoom_clamp(uint64_t end, struct zoom z) {
    if (z.size > end)
        z.size = end;
    if (z.size < ZOOM_MIN)
        z.size = ZOOM_MIN;
    if (z.start > end - z.size)
        z.start = end - z.size;
    return z;
}

/* --- Moving --- */

/* a + delta, held at 0. */
static uint64_t moved(uint64_t a, double delta) {
    if (delta < 0)
        return a > (uint64_t)-delta ? a - (uint64_t)-delta : 0;
    return a + (uint64_t)delta;
}

struct zoom zoom_at(uint64_t end, struct zoom z, double factor, uint64_t focus) {
    z = zoom_clamp(end, z);
    double size = (double)z.size / factor, most = (double)end;
    uint64_t fresh = size < ZOOM_MIN ? ZOOM_MIN : (uint64_t)(size < most ? size : most);
    double before = focus > z.start ? (double)(focus - z.start) : 0;
    double share = before < (double)z.size ? before / (double)z.size : 1;
    z.start = moved(focus, -share * (double)fresh);
    z.size = fresh;
    return zoom_clamp(end, z);
}

struct zoom zoom_pan(uint64_t end, struct zoom z, double share) {
    z = zoom_clamp(end, z);
    z.start = moved(z.start, share * (double)z.size);
    return zoom_clamp(end, z);
}

struct zoom zoom_to(uint64_t end, uint64_t addr, uint64_t size) {
    uint64_t room = size < end ? size / 4 : 0;
    uint64_t start = addr > room ? addr - room : 0;
    return zoom_clamp(end, (struct zoom){start, size + 2 * room});
}

static uint64_t mixed(uint64_t a, uint64_t b, double t) {
    return b >= a ? a + (uint64_t)((double)(b - a) * t) : a - (uint64_t)((double)(a - b) * t);
}

struct zoom zoom_between(struct zoom from, struct zoom to, double t) {
    if (t >= 1 || from.size == 0)
        return to;
    if (t <= 0)
        return from;
    if (from.size == to.size)
        return (struct zoom){mixed(from.start, to.start, t), to.size};
    double size = (double)from.size * pow((double)to.size / (double)from.size, t);
    /* Start and end move in step with the size: then one point stands still. */
    double part = (size - (double)from.size) / ((double)to.size - (double)from.size);
    return (struct zoom){mixed(from.start, to.start, part), (uint64_t)(size + 0.5)};
}

/* --- The grid --- */

/* How low a row may get, in design pixels. Bytes and words need room for lines of text; an overview
 * shows more with many low rows; of the whole space a few rows with room for names say most. All
 * bounds are powers of two, so that settling cannot cross one. */
static int min_row_height(uint64_t size) {
    static const struct {
        uint64_t up_to;
        int height;
    } steps[] = {
        {256, 54}, {KiB(2), 38}, {KiB(256), 20}, {MiB(1), 26}, {MiB(64), 14}, {MiB(512), 16}};
    for (size_t i = 0; i < ARRAY_LEN(steps); i++)
        if (size <= steps[i].up_to)
            return steps[i].height;
    return 28;
}

static uint64_t div_up(uint64_t n, uint64_t d) {
    return n / d + (n % d != 0);
}

static int scaled(int design, float scale) {
    return (int)((float)design * scale + 0.5f);
}

/* Room for the longest address in sight. */
static int gutter_width(struct zoom z, struct rect area, float scale) {
    uint64_t end = z.start + z.size;
    if (area.w < scaled(GUTTER_FROM, scale))
        return 0;
    return scaled(end <= GiB(4) ? 88 : end <= GiB(1024) ? 102 : 116, scale);
}

static uint64_t row_bytes_for(uint64_t size, int height, float scale) {
    int fit = height / scaled(min_row_height(size), scale);
    uint64_t most = fit > 0 ? (uint64_t)fit : 1, bytes = ZOOM_MIN;
    while (div_up(size, bytes) > most)
        bytes *= 2;
    return bytes;
}

static struct rect at_least_a_pixel(struct rect r) {
    r.w = r.w < 1 ? 1 : r.w;
    r.h = r.h < 1 ? 1 : r.h;
    return r;
}

struct map_grid map_grid(struct zoom z, struct rect area, float scale) {
    bool wide = area.w >= scaled(WIDE_FROM, scale);
    int head = scaled(HEAD, scale), foot = scaled(wide ? FOOT_WIDE : FOOT, scale);
    int gutter = gutter_width(z, area, scale);
    struct map_grid g = {.start = z.start, .size = z.size};
    g.rect = at_least_a_pixel(
        rect_make(area.x + gutter, area.y + head, area.w - gutter, area.h - head - foot));
    g.gutter = rect_make(area.x, g.rect.y, gutter, g.rect.h);
    g.row_bytes = row_bytes_for(z.size, g.rect.h, scale);
    g.first = round_down(z.start, g.row_bytes);
    g.rows = (int)div_up(z.start + z.size - g.first, g.row_bytes);
    return g;
}

/* To the nearest row, so that at most half a row of the zoom is out of sight; but never beyond the
 * end. */
struct zoom zoom_settle(uint64_t end, struct zoom z, struct rect area, float scale) {
    z = zoom_clamp(end, z);
    struct map_grid g = map_grid(z, area, scale);
    uint64_t size = div_up(z.size, g.row_bytes) * g.row_bytes;
    uint64_t start = round_down(z.start + g.row_bytes / 2, g.row_bytes);
    return zoom_clamp(end, (struct zoom){start, size});
}

uint64_t map_grid_end(const struct map_grid *g) {
    return g->start + g->size;
}

int map_grid_x(const struct map_grid *g, int row, uint64_t addr) {
    uint64_t into = addr - (g->first + (uint64_t)row * g->row_bytes);
    return g->rect.x + (int)((double)into / (double)g->row_bytes * g->rect.w + 0.5);
}

int map_grid_y(const struct map_grid *g, int row) {
    double above = (double)(g->start - g->first);
    double rows = ((double)row * (double)g->row_bytes - above) / (double)g->size;
    return g->rect.y + (int)floor(rows * g->rect.h + 0.5);
}

int map_grid_row(const struct map_grid *g, uint64_t addr) {
    if (addr < g->start || addr >= map_grid_end(g))
        return -1;
    return (int)((addr - g->first) / g->row_bytes);
}

double map_grid_pixels(const struct map_grid *g, uint64_t bytes) {
    return (double)bytes / (double)g->row_bytes * g->rect.w;
}

bool map_grid_addr(const struct map_grid *g, int x, int y, uint64_t *addr) {
    if (!rect_has(g->rect, x, y))
        return false;
    int row = 0;
    while (row + 1 < g->rows && map_grid_y(g, row + 1) <= y)
        row++;
    double share = ((double)(x - g->rect.x) + 0.5) / g->rect.w;
    *addr = g->first + (uint64_t)row * g->row_bytes + (uint64_t)(share * (double)g->row_bytes);
    return true;
}

static int held(int v, int least, int most) {
    return v < least ? least : v > most ? most : v;
}

bool map_grid_select(const struct map_grid *g, struct rect r, struct zoom *out) {
    int right = g->rect.x + g->rect.w - 1, bottom = g->rect.y + g->rect.h - 1;
    uint64_t lo, hi;
    if (r.x > right || r.y > bottom || r.x + r.w <= g->rect.x || r.y + r.h <= g->rect.y)
        return false;
    int x = held(r.x + r.w - 1, g->rect.x, right), y = held(r.y + r.h - 1, g->rect.y, bottom);
    if (!map_grid_addr(g, held(r.x, g->rect.x, right), held(r.y, g->rect.y, bottom), &lo) ||
        !map_grid_addr(g, x, y, &hi) || hi < lo)
        return false;
    *out = (struct zoom){lo, hi - lo + 1};
    return true;
}
