/*
 * The rasteriser. Pixels are 0xffRRGGBB: the canvas itself is opaque, only what is drawn on it may
 * be see-through.
 *
 * Everything ends in two primitives: span_fill, a run of equally covered pixels in one row, and
 * pixel_cover, one pixel partly covered. Both expect coordinates inside the clip; shapes cut
 * themselves to it first. Rows cost what they cover: the inside of a shape is filled like a
 * rectangle and only its edge is computed pixel by pixel.
 *
 * Coordinates of pixels are their top-left corners: pixel 3 covers [3, 4).
 */
#include "viz/draw.h"
#include "viz/pixel.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* Rows of a polygon are sampled this often; across, coverage is exact. */
enum { SUBROWS = 16 };
enum { POLYGON_MAX = 64 };

/* Not C's fminf and fmaxf, which are calls. A b that is not a number gives a. */
static inline float minf(float a, float b) {
    return b < a ? b : a;
}

static inline float maxf(float a, float b) {
    return b > a ? b : a;
}

/* low if v is not a number. */
static inline float clampf(float v, float low, float high) {
    return v > low ? (v < high ? v : high) : low;
}

static int at_most(int n, int limit) {
    return n < limit ? n : limit;
}

/* --- Colours --- */

static inline unsigned alpha_of(uint32_t color) {
    return color >> 24;
}

uint32_t color_mix(uint32_t a, uint32_t b, float t) {
    float part = t > 0 ? (t < 1 ? t : 1) : 0; /* NaN gives a */
    uint32_t out = 0;
    for (int shift = 0; shift < 32; shift += 8) {
        float x = (float)(a >> shift & 0xff);
        float y = (float)(b >> shift & 0xff);
        out |= (uint32_t)(x + (y - x) * part + 0.5f) << shift;
    }
    return out;
}

uint32_t color_alpha(uint32_t color, unsigned alpha) {
    return (color & 0x00ffffff) | (uint32_t)(alpha < 255 ? alpha : 255) << 24;
}

/* --- Canvas and clip --- */

struct rect rect_inset(struct rect r, int d) {
    int w = r.w - 2 * d;
    int h = r.h - 2 * d;
    return (struct rect){r.x + d, r.y + d, w > 0 ? w : 0, h > 0 ? h : 0};
}

/* What a and b share; w and h are 0 if nothing. In 64 bits: panels may pass far-away rectangles. */
static struct rect intersect(struct rect a, struct rect b) {
    int64_t x0 = a.x > b.x ? a.x : b.x;
    int64_t y0 = a.y > b.y ? a.y : b.y;
    int64_t ax = (int64_t)a.x + a.w;
    int64_t bx = (int64_t)b.x + b.w;
    int64_t ay = (int64_t)a.y + a.h;
    int64_t by = (int64_t)b.y + b.h;
    int64_t x1 = ax < bx ? ax : bx;
    int64_t y1 = ay < by ? ay : by;
    if (x1 <= x0 || y1 <= y0)
        return (struct rect){b.x, b.y, 0, 0};
    return (struct rect){(int)x0, (int)y0, (int)(x1 - x0), (int)(y1 - y0)};
}

struct canvas *canvas_new(int w, int h) {
    INVARIANT(w > 0 && h > 0);
    struct canvas *c = xcalloc(1, sizeof *c);
    size_t count = (size_t)w * (size_t)h;
    *c = (struct canvas){.w = w, .h = h, .stride = w, .clip = {0, 0, w, h}};
    c->pixels = xmalloc(count * sizeof *c->pixels);
    for (size_t i = 0; i < count; i++)
        c->pixels[i] = 0xff000000;
    return c;
}

void canvas_free(struct canvas *c) {
    if (!c)
        return;
    free(c->pixels);
    free(c);
}

void canvas_clip(struct canvas *c, struct rect r) {
    INVARIANT(c->depth < (int)ARRAY_LEN(c->stack));
    c->stack[c->depth++] = c->clip;
    c->clip = intersect(r, c->clip);
}

void canvas_unclip(struct canvas *c) {
    INVARIANT(c->depth > 0);
    c->clip = c->stack[--c->depth];
}

static inline uint32_t *row_at(struct canvas *c, int y) {
    return c->pixels + (size_t)y * (size_t)c->stride;
}

/* --- Primitives; inside the clip --- */

static inline void span_fill(uint32_t *p, int n, uint32_t color) {
    unsigned a = alpha_of(color);
    if (a == 255)
        for (int i = 0; i < n; i++)
            p[i] = color;
    else
        for (int i = 0; i < n; i++)
            p[i] = pixel_blend(p[i], color, a);
}

/* cover is the part of the pixel that the shape covers, 0..1. */
static inline void pixel_cover(uint32_t *p, uint32_t color, float cover) {
    unsigned a = (unsigned)(cover * (float)alpha_of(color) + 0.5f);
    if (a >= 255)
        *p = color;
    else if (a)
        *p = pixel_blend(*p, color, a);
}

/* --- Rectangles --- */

void draw_fill(struct canvas *c, struct rect r, uint32_t color) {
    r = intersect(r, c->clip);
    if (r.h == 0 || alpha_of(color) == 0)
        return;
    uint32_t *first = row_at(c, r.y) + r.x;
    span_fill(first, r.w, color);
    /* Copying a finished row is what the machine is fastest at; a short row is not worth a call. */
    bool copy = r.w >= 32 && alpha_of(color) == 255;
    for (int y = 1; y < r.h; y++) {
        uint32_t *p = first + (size_t)y * (size_t)c->stride;
        if (copy)
            memcpy(p, first, (size_t)r.w * sizeof *p);
        else
            span_fill(p, r.w, color);
    }
}

/* How much of the pixel at x, y, counted from a rounded corner's outer point, lies inside. */
static float corner_cover(int x, int y, int radius) {
    if (x < 0 || y < 0)
        return 0;
    if (x >= radius || y >= radius)
        return 1;
    float dx = (float)(radius - x) - 0.5f;
    float dy = (float)(radius - y) - 0.5f;
    float d2 = dx * dx + dy * dy;
    float r = (float)radius;
    if (d2 <= (r - 0.5f) * (r - 0.5f))
        return 1;
    if (d2 >= (r + 0.5f) * (r + 0.5f))
        return 0;
    return r + 0.5f - sqrtf(d2);
}

/* The four corner pieces, k x k pixels each, of a ring between a corner of the given radius and the
 * same moved in by thick (no hole if thick is 0). */
static void draw_corners(
    struct canvas *c, struct rect r, int k, int radius, int thick, uint32_t color) {
    int inner = radius > thick ? radius - thick : 0;
    for (int y = 0; y < k; y++)
        for (int x = 0; x < k; x++) {
            float cover = corner_cover(x, y, radius);
            if (thick)
                cover -= corner_cover(x - thick, y - thick, inner);
            if (cover <= 0)
                continue;
            int xs[2] = {r.x + x, r.x + r.w - 1 - x};
            int ys[2] = {r.y + y, r.y + r.h - 1 - y};
            for (int i = 0; i < 4; i++)
                if (rect_has(c->clip, xs[i & 1], ys[i >> 1]))
                    pixel_cover(row_at(c, ys[i >> 1]) + xs[i & 1], color, cover);
        }
}

static int half_side(struct rect r) {
    return (r.w < r.h ? r.w : r.h) / 2;
}

void draw_round(struct canvas *c, struct rect r, int radius, uint32_t color) {
    int k = at_most(radius, half_side(r));
    if (k <= 0) {
        draw_fill(c, r, color);
        return;
    }
    if (intersect(r, c->clip).h == 0)
        return;
    draw_fill(c, rect_make(r.x, r.y + k, r.w, r.h - 2 * k), color);
    draw_fill(c, rect_make(r.x + k, r.y, r.w - 2 * k, k), color);
    draw_fill(c, rect_make(r.x + k, r.y + r.h - k, r.w - 2 * k, k), color);
    draw_corners(c, r, k, k, 0, color);
}

void draw_frame(struct canvas *c, struct rect r, int radius, int thick, uint32_t color) {
    int half = half_side(r);
    int k = at_most(radius > 0 ? radius : 0, half);
    if (thick <= 0 || r.w <= 0 || r.h <= 0 || intersect(r, c->clip).h == 0)
        return;
    if (thick > half || half == 0) { /* no hole is left */
        draw_round(c, r, k, color);
        return;
    }
    int corner = k > thick ? k : thick;
    int w = r.w - 2 * corner;
    int h = r.h - 2 * corner;
    draw_fill(c, rect_make(r.x + corner, r.y, w, thick), color);
    draw_fill(c, rect_make(r.x + corner, r.y + r.h - thick, w, thick), color);
    draw_fill(c, rect_make(r.x, r.y + corner, thick, h), color);
    draw_fill(c, rect_make(r.x + r.w - thick, r.y + corner, thick, h), color);
    draw_corners(c, r, corner, k, thick, color);
}

/* --- Patterns --- */

/* The first value from start on that is phase modulo step. */
static int first_in_phase(int start, int phase, int step) {
    int behind = (phase - start) % step;
    return start + (behind < 0 ? behind + step : behind);
}

/* Columns of equal cover, phase by phase, of rows shifted by one each: stripes like "/". */
static void hatch_phase(
    struct canvas *c, struct rect r, int step, int phase, uint32_t color, float cover) {
    for (int y = r.y; y < r.y + r.h; y++) {
        uint32_t *row = row_at(c, y);
        for (int x = first_in_phase(r.x, phase - y, step); x < r.x + r.w; x += step)
            pixel_cover(row + x, color, cover);
    }
}

void draw_hatch(struct canvas *c, struct rect r, int step, uint32_t color) {
    r = intersect(r, c->clip);
    if (r.h == 0)
        return;
    if (step < 3) {
        draw_fill(c, r, color_alpha(color, alpha_of(color) / 2));
        return;
    }
    /* Stripes grow with the step; where it leaves room their edges are softened. */
    int solid = step / 7 > 1 ? step / 7 : 1;
    for (int i = 0; i < solid; i++)
        hatch_phase(c, r, step, i, color, 1);
    if (step >= solid + 4) {
        hatch_phase(c, r, step, step - 1, color, 0.4f);
        hatch_phase(c, r, step, solid, color, 0.4f);
    }
}

void draw_dots(struct canvas *c, struct rect r, int step, uint32_t color) {
    if (step < 2) {
        draw_fill(c, r, color_alpha(color, alpha_of(color) / 2));
        return;
    }
    int size = (step + 2) / 4 > 1 ? (step + 2) / 4 : 1;
    struct rect seen = intersect(r, c->clip);
    canvas_clip(c, seen);
    for (int y = first_in_phase(seen.y - size, 0, step); y < seen.y + seen.h; y += step)
        for (int x = first_in_phase(seen.x - size, 0, step); x < seen.x + seen.w; x += step)
            draw_fill(c, rect_make(x, y, size, size), color);
    canvas_unclip(c);
}

/* --- Polygons --- */

struct edge {
    float top, bottom; /* y */
    float x, slope;    /* x at the top, and how it grows by row */
};

struct shape {
    struct edge edges[POLYGON_MAX];
    int count;
    float left, top, right, bottom;
};

/* Where one sub-row of the clip meets a convex shape: [left, right), nothing if not left < right.
 */
struct cut {
    float left, right;
};

static void shape_add(struct shape *s, float x0, float y0, float x1, float y1) {
    s->left = minf(s->left, x0);
    s->right = maxf(s->right, x0);
    s->top = minf(s->top, y0);
    s->bottom = maxf(s->bottom, y0);
    if (y0 == y1)
        return;
    s->edges[s->count++] = (struct edge){
        .top = minf(y0, y1),
        .bottom = maxf(y0, y1),
        .x = y0 < y1 ? x0 : x1,
        .slope = (x1 - x0) / (y1 - y0),
    };
}

/* Cuts the sub-rows of row y, edge by edge. */
static void shape_cut(const struct shape *s, int y, struct rect clip, struct cut *cuts) {
    for (int i = 0; i < SUBROWS; i++)
        cuts[i] = (struct cut){INFINITY, -INFINITY};
    float first = (float)y + 0.5f / SUBROWS;
    for (const struct edge *e = s->edges; e < s->edges + s->count; e++) {
        /* A sub-row belongs to the edge if its middle is in [top, bottom). */
        float begin = ceilf((maxf(e->top, (float)y) - first) * SUBROWS);
        float end = ceilf((minf(e->bottom, (float)(y + 1)) - first) * SUBROWS);
        for (int i = (int)maxf(begin, 0); i < (int)minf(end, SUBROWS); i++) {
            float x = e->x + (first + (float)i / SUBROWS - e->top) * e->slope;
            cuts[i].left = minf(cuts[i].left, x);
            cuts[i].right = maxf(cuts[i].right, x);
        }
    }
    float left = (float)clip.x;
    float right = (float)(clip.x + clip.w);
    for (int i = 0; i < SUBROWS; i++) {
        cuts[i].left = clampf(cuts[i].left, left, right);
        cuts[i].right = clampf(cuts[i].right, left, right);
    }
}

static void cover_pixels(uint32_t *row, int from, int to, const struct cut *cuts, uint32_t color) {
    for (int x = from; x < to; x++) {
        float cover = 0;
        for (int i = 0; i < SUBROWS; i++) {
            float left = maxf(cuts[i].left, (float)x);
            float right = minf(cuts[i].right, (float)(x + 1));
            cover += right > left ? right - left : 0;
        }
        pixel_cover(row + x, color, cover / SUBROWS);
    }
}

static void shape_row(struct canvas *c, const struct shape *s, int y, uint32_t color) {
    struct cut cuts[SUBROWS];
    float outer_left = INFINITY, outer_right = -INFINITY;
    float inner_left = -INFINITY, inner_right = INFINITY;
    shape_cut(s, y, c->clip, cuts);
    for (int i = 0; i < SUBROWS; i++) {
        inner_left = maxf(inner_left, cuts[i].left);
        inner_right = minf(inner_right, cuts[i].right);
        if (cuts[i].left < cuts[i].right) {
            outer_left = minf(outer_left, cuts[i].left);
            outer_right = maxf(outer_right, cuts[i].right);
        }
    }
    if (outer_left >= outer_right)
        return;
    int from = (int)floorf(outer_left);
    int to = (int)ceilf(outer_right);
    int solid_from = at_most((int)ceilf(inner_left), to);
    int solid_to = (int)floorf(inner_right);
    if (solid_to <= solid_from)
        solid_from = solid_to = to;
    uint32_t *row = row_at(c, y);
    cover_pixels(row, from, solid_from, cuts, color);
    span_fill(row + solid_from, solid_to - solid_from, color);
    cover_pixels(row, solid_to, to, cuts, color);
}

void draw_polygon(struct canvas *c, const float *xy, int n, uint32_t color) {
    INVARIANT(n <= POLYGON_MAX);
    if (n < 3 || c->clip.h == 0 || alpha_of(color) == 0)
        return;
    struct shape s = {.left = INFINITY, .top = INFINITY, .right = -INFINITY, .bottom = -INFINITY};
    for (int i = 0; i < n; i++) {
        int next = (i + 1) % n * 2;
        shape_add(&s, xy[2 * i], xy[2 * i + 1], xy[next], xy[next + 1]);
    }
    float clip_top = (float)c->clip.y;
    float clip_bottom = (float)(c->clip.y + c->clip.h);
    if (s.right <= (float)c->clip.x || s.left >= (float)(c->clip.x + c->clip.w))
        return;
    int y0 = (int)floorf(clampf(s.top, clip_top, clip_bottom));
    int y1 = (int)ceilf(clampf(s.bottom, clip_top, clip_bottom));
    for (int y = y0; y < y1; y++)
        shape_row(c, &s, y, color);
}

void draw_line(
    struct canvas *c, float x0, float y0, float x1, float y1, float width, uint32_t color) {
    float dx = x1 - x0;
    float dy = y1 - y0;
    float length = sqrtf(dx * dx + dy * dy);
    if (!(length > 0))
        return;
    float nx = -dy / length * width / 2;
    float ny = dx / length * width / 2;
    const float xy[] = {x0 + nx, y0 + ny, x1 + nx, y1 + ny, x1 - nx, y1 - ny, x0 - nx, y0 - ny};
    draw_polygon(c, xy, 4, color);
}

/* --- Circles --- */

static void circle_row(struct canvas *c, int y, float cx, float cy, float radius, uint32_t color) {
    float left = (float)c->clip.x;
    float right = (float)(c->clip.x + c->clip.w);
    float dy = (float)y + 0.5f - cy;
    float outer = sqrtf(maxf(0, (radius + 0.5f) * (radius + 0.5f) - dy * dy));
    float core = (radius - 0.5f) * (radius - 0.5f) - dy * dy;
    float inner = radius > 0.5f && core > 0 ? sqrtf(core) : 0;
    int from = (int)floorf(clampf(cx - outer, left, right));
    int to = (int)ceilf(clampf(cx + outer, left, right));
    int solid_from = (int)ceilf(clampf(cx - inner, left, right));
    int solid_to = (int)floorf(clampf(cx + inner, left, right));
    uint32_t *row = row_at(c, y);
    for (int x = from; x < to; x++) {
        if (x == solid_from && solid_to > solid_from) {
            span_fill(row + x, solid_to - solid_from, color);
            x = solid_to - 1;
            continue;
        }
        float dx = (float)x + 0.5f - cx;
        pixel_cover(row + x, color, clampf(radius + 0.5f - sqrtf(dx * dx + dy * dy), 0, 1));
    }
}

void draw_circle(struct canvas *c, float x, float y, float radius, uint32_t color) {
    float top = (float)c->clip.y;
    float bottom = (float)(c->clip.y + c->clip.h);
    if (!(radius > 0) || x + radius < (float)c->clip.x ||
        x - radius > (float)(c->clip.x + c->clip.w))
        return;
    int y0 = (int)floorf(clampf(y - radius - 1, top, bottom));
    int y1 = (int)ceilf(clampf(y + radius + 1, top, bottom));
    for (int row = y0; row < y1; row++)
        circle_row(c, row, x, y, radius, color);
}
