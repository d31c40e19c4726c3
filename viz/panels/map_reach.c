/*
 * What is reachable, on the map: where that was asked, everything else in the arena is dimmed. Of
 * pages and narrow slots the dimmed part is from the top what is not reached, as their fill is from
 * the bottom what is. The way from a root to an object is drawn as arrows from slot to slot.
 */
#include "viz/panels/map_parts.h"
#include "viz/reachview.h"

enum { NARROWEST = 4 }; /* design pixels for a slot by itself */

static void dim(const struct map_frame *f, struct rect box, double reached) {
    int h = box.h - (int)(reached * box.h + 0.5);
    if (reached > 0 && h >= box.h)
        h = box.h - 1;
    draw_fill(f->ui->canvas, rect_make(box.x, box.y, box.w, h),
        color_alpha(color_of(f->ui, COLOR_panel), 190));
}

/* [lo, hi) in steps; each is dimmed by its share. */
static void dim_steps(
    const struct map_frame *f, const struct reach *reach, uint64_t lo, uint64_t hi, uint64_t step) {
    for (uint64_t at = lo, next; at < hi; at = next) {
        uint64_t bytes;
        next = round_down(at, step) + step < hi ? round_down(at, step) + step : hi;
        reach_count(reach, at, next, &bytes);
        double share = (double)bytes / (double)(next - at);
        struct map_piece p;
        for (bool more = map_piece_begin(f, at, next, &p); more; more = map_piece_next(f, next, &p))
            dim(f, p.box, share < 1 ? share : 1);
    }
}

/* The slots of a span, one by one. An object larger than what is in sight counts by its slot. */
static void dim_slots(const struct map_frame *f, const struct reach *reach, const struct rspan *s,
    uint64_t lo, uint64_t hi) {
    for (uint64_t i = (lo - s->base) / s->elemsize;; i++) {
        uint64_t base = s->base + i * s->elemsize, end = base + s->elemsize;
        if (base >= hi)
            return;
        if (reach_has(reach, base))
            continue;
        struct map_piece p;
        end = end < hi ? end : hi;
        for (bool more = map_piece_begin(f, base > lo ? base : lo, end, &p); more;
             more = map_piece_next(f, end, &p))
            dim(f, p.box, 0);
    }
}

static void dim_spans(
    const struct map_frame *f, const struct reach *reach, uint64_t lo, uint64_t hi) {
    const struct replica *r = f->v->r;
    uint64_t step = map_cell_bytes(f, f->word, NARROWEST);
    for (uint64_t at = lo, next; at < hi; at = next) {
        const struct rspan *s = replica_span(r, heapmap_span_at(r, at));
        next = s ? heapmap_span_end(s) : round_down(at, ARENA_PAGE) + ARENA_PAGE;
        next = next < hi ? next : hi;
        if (s && s->state == SPAN_STATE_INUSE && s->elemsize &&
            map_pixels(f, s->elemsize) >= px(f->ui, NARROWEST))
            dim_slots(f, reach, s, at, next);
        else
            dim_steps(f, reach, at, next, step);
    }
}

/* A large object begins in one cell and fills others: cells inside it are all or nothing. */
static void dim_pages(
    const struct map_frame *f, const struct reach *reach, uint64_t lo, uint64_t hi) {
    enum { CELL = 5 }; /* design pixels, as pages are drawn */
    const struct replica *r = f->v->r;
    uint64_t step = map_cell_bytes(f, ARENA_PAGE, CELL);
    for (uint64_t at = lo, next; at < hi; at = next) {
        const struct rspan *s = replica_span(r, heapmap_span_at(r, at));
        bool large = s && s->state == SPAN_STATE_INUSE && s->elemsize > step;
        next = large ? heapmap_span_end(s) : round_down(at, step) + step;
        next = next < hi ? next : hi;
        if (large && step >= ARENA_PAGE)
            dim_slots(f, reach, s, at, next);
        else
            dim_steps(f, reach, at, next, step);
    }
}

static void draw_way(const struct map_frame *f) {
    const struct reachview *a = f->v->reach;
    size_t shown = a->path_length < REACHVIEW_PATH ? a->path_length : REACHVIEW_PATH;
    for (size_t i = 0; i < shown; i++) {
        uint64_t base, size;
        if (graph_slot(f->v->r, a->path[i], &base, &size) && base < map_grid_end(&f->grid) &&
            base + size > f->grid.start)
            map_outline(
                f, base, base + size, px(f->ui, i ? 1 : 2), color_of(f->ui, COLOR_attention));
        if (i)
            map_draw_way(f, a->path[i - 1], a->path[i]);
    }
}

void map_draw_reach(const struct map_frame *f) {
    const struct reachview *a = f->v->reach;
    uint64_t at = f->grid.start, stop = map_grid_end(&f->grid), end;
    uint64_t pixel = f->grid.row_bytes / (uint64_t)f->grid.rect.w + 1;
    if (!a || !a->reach || a->question == REACH_NOTHING)
        return;
    while (a->question == REACH_FROM && at < stop) {
        enum map_zone zone = map_zone_at(f, at, &end);
        end = end < stop ? end : stop;
        if (zone == ZONE_ARENA && map_level(f) == LEVEL_PAGES)
            dim_pages(f, a->reach, at, end);
        else if (zone == ZONE_ARENA)
            dim_spans(f, a->reach, at, end);
        at = end > at + pixel ? end : at + pixel;
    }
    if (a->question == REACH_WHY)
        draw_way(f);
}
