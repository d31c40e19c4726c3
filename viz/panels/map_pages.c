/*
 * The arena as pages: one cell a page, or a power of two of pages where they would be too narrow.
 * Cells of one span touch, spans are set apart by a gap.
 */
#include "viz/panels/map_parts.h"

/* A cell joins its neighbour on the right if both are of one span. */
static bool joins_next(const struct map_frame *f, const struct cell *cell) {
    const struct rspan *s = replica_span(f->v->r, cell->span);
    return s && heapmap_span_end(s) > cell->end;
}

static void draw_cell(
    const struct map_frame *f, const struct map_piece *p, const struct cell *cell) {
    struct rect whole = p->box, box = whole;
    if (!joins_next(f, cell))
        box.w -= px(f->ui, 1);
    heapmap_draw(f->ui, box, cell);
    if (box.w == whole.w && box.w >= px(f->ui, 10)) /* pages can be counted inside a span */
        draw_fill(f->ui->canvas, rect_make(box.x + box.w - 1, box.y, 1, box.h),
            color_alpha(color_of(f->ui, COLOR_ground), 90));
    ui_hot(
        f->ui, whole, (struct thing){THING_PAGE, cell->span, cell->start, cell->end - cell->start});
}

static void see(const struct map_frame *f, const struct cell *cell) {
    if (cell->any_class) {
        map_seen(f, spanclass_size_class(cell->spanclass) ? KEY_CLASSES : KEY_LARGE);
        if (spanclass_noscan(cell->spanclass))
            map_seen(f, KEY_NOSCAN);
    }
    if (cell->marking && cell->any_class) {
        map_seen(f, KEY_BLACK);
        map_seen(f, KEY_GREY);
        map_seen(f, KEY_WHITE);
    }
    if (cell->free > 0)
        map_seen(f, KEY_FREE_SPAN);
    if (cell->manual > 0)
        map_seen(f, KEY_MANUAL);
    if (cell->released > 0)
        map_seen(f, KEY_RELEASED);
}

void map_draw_pages(const struct map_frame *f, uint64_t lo, uint64_t hi) {
    enum { NARROWEST = 5 }; /* design pixels */
    uint64_t step = map_cell_bytes(f, ARENA_PAGE, NARROWEST);
    struct heapmap map;
    heapmap_begin(&map, f->v->r, (hi - lo) / step + 1);
    for (uint64_t at = lo, next; at < hi; at = next) {
        struct map_piece p;
        next = round_down(at, step) + step < hi ? round_down(at, step) + step : hi;
        if (!map_piece_begin(f, at, next, &p))
            continue;
        struct cell cell = heapmap_cell(&map, at, next);
        draw_cell(f, &p, &cell);
        see(f, &cell);
    }
}
