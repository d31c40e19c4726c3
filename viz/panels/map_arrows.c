/*
 * Pointers as arrows, where the map is near enough: from the word that holds one to the slot that
 * it points into. Those of the object pointed at or pinned stand out, and so do the ones that point
 * to it, dashed; where few objects are in sight all their pointers are drawn, faded. An arrow to
 * what is out of sight ends at the edge, with the address.
 *
 * What points to what is known from the graph (sim/trace/graph.h) once it has come to the moment;
 * until then from the latest events (contents.h), for the object pointed at alone.
 */
#include "viz/panels/contents.h"
#include "viz/panels/map_parts.h"
#include "viz/reachview.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>

enum { OUT_MOST = 64, IN_MOST = 16, SLOTS_MOST = 96, FADED = 90 };

struct look {
    uint32_t color;
    bool dashed;
};

/* The middle of [addr, addr + size) as far as it is in sight, pixels. */
static bool place_on_map(
    const struct map_frame *f, uint64_t addr, uint64_t size, float *x, float *y) {
    struct map_piece p;
    if (addr < f->grid.start || addr >= map_grid_end(&f->grid) ||
        !map_piece_begin(f, addr, addr + size, &p))
        return false;
    *x = (float)p.box.x + (float)p.box.w / 2;
    *y = (float)p.box.y + (float)p.box.h / 2;
    return true;
}

/* A bow from (x0, y0) to (x1, y1) that (cx, cy) draws aside: where it is at t, 0 to 1. */
struct bow {
    float x0, y0, cx, cy, x1, y1;
};

static void bow_at(const struct bow *b, float t, float *x, float *y) {
    float u = 1 - t;
    *x = u * u * b->x0 + 2 * u * t * b->cx + t * t * b->x1;
    *y = u * u * b->y0 + 2 * u * t * b->cy + t * t * b->y1;
}

/* Bows keep off what lies in a line between the ends, and a pointer and its way back apart. */
static struct bow bow_between(
    const struct map_frame *f, float x0, float y0, float x1, float y1, float length) {
    float aside = 0.18f * length, most = 26 * f->ui->scale;
    aside = aside < most ? aside : most;
    return (struct bow){x0, y0, (x0 + x1) / 2 + aside * (y1 - y0) / length,
        (y0 + y1) / 2 - aside * (x1 - x0) / length, x1, y1};
}

static void draw_shaft(const struct map_frame *f, const struct bow *b, const struct look *look) {
    enum { PARTS = 16 };
    float x, y, px0 = b->x0, py0 = b->y0;
    for (int i = 1; i <= PARTS; i++) {
        bow_at(b, (float)i / PARTS, &x, &y);
        if (!look->dashed || i % 2)
            draw_line(f->ui->canvas, px0, py0, x, y, 1.5f * f->ui->scale, look->color);
        px0 = x;
        py0 = y;
    }
}

static void draw_arrow(
    const struct map_frame *f, float x0, float y0, float x1, float y1, const struct look *look) {
    float length = hypotf(x1 - x0, y1 - y0), side = 4 * f->ui->scale;
    if (length < 2 * side)
        return;
    struct bow b = bow_between(f, x0, y0, x1, y1, length);
    float dx = x1 - b.cx, dy = y1 - b.cy, last = hypotf(dx, dy);
    float ux = dx / last, uy = dy / last;
    b.x1 -= 2 * side * ux;
    b.y1 -= 2 * side * uy;
    draw_shaft(f, &b, look);
    float head[] = {x1, y1, b.x1 - side * uy, b.y1 + side * ux, b.x1 + side * uy, b.y1 - side * ux};
    draw_polygon(f->ui->canvas, head, 3, look->color);
    draw_circle(f->ui->canvas, x0, y0, 2.5f * f->ui->scale, look->color);
}

/* To the upper or lower edge, where the address is written. */
static void draw_to_edge(
    const struct map_frame *f, float x, float y, uint64_t to, const struct look *look) {
    struct ui *ui = f->ui;
    const struct rect g = f->grid.rect;
    bool up = to < f->grid.start;
    char text[32];
    snprintf(text, sizeof text, "0x%" PRIx64, to);
    int w = text_width(ui->fonts, FACE_MONO, px(ui, SIZE_SMALL), text) + px(ui, 10), h = px(ui, 16);
    struct rect box = rect_make((int)x - w / 2, up ? g.y : g.y + g.h - h, w, h);
    box.x = box.x < g.x ? g.x : box.x + w > g.x + g.w ? g.x + g.w - w : box.x;
    draw_arrow(f, x, y, x, (float)(up ? box.y + h : box.y), look);
    draw_fill(ui->canvas, box, color_of(ui, COLOR_panel));
    draw_frame(ui->canvas, box, px(ui, 3), px(ui, 1), look->color);
    ui_text(ui, box, FACE_MONO, SIZE_SMALL, 1, color_of(ui, COLOR_text), text);
}

static void frame_slot(const struct map_frame *f, uint64_t addr, uint32_t color) {
    uint64_t base, size;
    if (graph_slot(f->v->r, addr, &base, &size) && base < map_grid_end(&f->grid) &&
        base + size > f->grid.start)
        map_outline(f, base, base + size, px(f->ui, 1), color);
}

void map_draw_way(const struct map_frame *f, uint64_t from, uint64_t to) {
    const struct look look = {color_of(f->ui, COLOR_attention), false};
    float x0, y0, x1, y1;
    if (place_on_map(f, from, f->word, &x0, &y0) && place_on_map(f, to, f->word, &x1, &y1))
        draw_arrow(f, x0, y0, x1, y1, &look);
}

/* labels: how many addresses may still be written at the edge. */
static void draw_pointer(
    const struct map_frame *f, uint64_t word, uint64_t to, const struct look *look, int *labels) {
    float x0, y0, x1, y1;
    if (!place_on_map(f, word, f->word, &x0, &y0))
        return;
    if (place_on_map(f, to, 1, &x1, &y1))
        draw_arrow(f, x0, y0, x1, y1, look);
    else if ((*labels)-- > 0)
        draw_to_edge(f, x0, y0, to, look);
}

/* --- From the graph --- */

static void draw_faded(const struct map_frame *f, const struct graph *g) {
    const struct look look = {color_alpha(color_of(f->ui, COLOR_text), FADED), false};
    const struct replica *r = f->v->r;
    uint64_t at = f->grid.start, end = map_grid_end(&f->grid), base, size;
    int slots = 0, labels = 0;
    for (; at < end && slots < SLOTS_MOST; slots++) {
        struct pointer out[OUT_MOST];
        const struct rspan *s = replica_span(r, replica_span_of(r, at));
        bool slot = graph_slot(r, at, &base, &size);
        size_t n = slot ? graph_out(g, r, base, out, OUT_MOST) : 0;
        for (size_t i = 0; i < n && i < OUT_MOST; i++)
            draw_pointer(f, out[i].word, out[i].value, &look, &labels);
        if (s && s->state == SPAN_STATE_INUSE && s->elemsize)
            at += s->elemsize - (at - s->base) % s->elemsize;
        else
            at = round_down(at, ARENA_PAGE) + ARENA_PAGE;
    }
}

/* Do so few objects stand in sight that all arrows can be told apart? */
static bool few_in_sight(const struct map_frame *f) {
    const struct rspan *s = replica_span(f->v->r, f->span);
    uint64_t bytes = map_grid_end(&f->grid) - f->grid.start;
    return s && s->elemsize && bytes / s->elemsize <= SLOTS_MOST;
}

static void draw_around(const struct map_frame *f, const struct graph *g, uint64_t base) {
    struct ui *ui = f->ui;
    const struct look away = {color_of(ui, COLOR_attention), false};
    const struct look here = {color_of(ui, COLOR_text), true};
    struct pointer p[OUT_MOST];
    int labels = 4;
    size_t n = graph_in(g, f->v->r, base, p, IN_MOST);
    for (size_t i = 0; i < n && i < IN_MOST; i++)
        draw_pointer(f, p[i].word, p[i].value, &here, &labels);
    labels = 4;
    n = graph_out(g, f->v->r, base, p, OUT_MOST);
    for (size_t i = 0; i < n && i < OUT_MOST; i++) {
        frame_slot(f, p[i].to, away.color);
        draw_pointer(f, p[i].word, p[i].value, &away, &labels);
    }
}

/* --- From the latest events --- */

static bool is_pointer(const struct map_frame *f, uint64_t addr) {
    const struct replica *r = f->v->r;
    const struct rspan *s = replica_span(r, replica_span_of(r, addr));
    uint64_t word = (addr - r->heap[HEAP_arena_start]) / f->word, base, size;
    return s && !spanclass_noscan((unsigned)s->spanclass) && graph_slot(r, addr, &base, &size) &&
           replica_bitmap(r, word / 4) >> word % 4 & 1;
}

static void draw_latest(const struct map_frame *f, struct thing t) {
    const struct look look = {color_of(f->ui, COLOR_attention), false};
    struct contents contents;
    uint64_t value, end = t.addr + t.size;
    int labels = 4;
    if (t.size > CONTENTS_WORDS * f->word)
        return;
    contents_read(f->v, t.addr, end, &contents);
    for (uint64_t at = t.addr; at < end; at += f->word)
        if (is_pointer(f, at) && contents_at(&contents, at, &value) && value) {
            frame_slot(f, value, look.color);
            draw_pointer(f, at, value, &look, &labels);
        }
}

void map_draw_pointers(const struct map_frame *f) {
    struct thing t = f->v->hover.kind ? f->v->hover : f->v->pinned;
    bool object = t.kind == THING_WORD || t.kind == THING_SLOT;
    const struct graph *g = f->v->reach ? reachview_graph(f->v->reach, f->v->at) : NULL;
    uint64_t base, size;
    if (map_level(f) == LEVEL_PAGES)
        return;
    if (g && few_in_sight(f))
        draw_faded(f, g);
    if (object && g && graph_slot(f->v->r, t.addr, &base, &size))
        draw_around(f, g, base);
    else if (object && !g)
        draw_latest(f, t);
}
