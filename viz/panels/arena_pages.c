/*
 * The arena as pages: one cell a page, or a power of two of pages where they would be too narrow.
 * Cells of one span touch, spans are set apart by a gap; the legend tells the colours.
 */
#include "viz/panels/arena_parts.h"

#include <inttypes.h>
#include <stdio.h>

/* --- Cells --- */

static uint64_t cell_bytes(const struct arena_frame *f) {
    enum { NARROWEST = 5 }; /* design pixels */
    uint64_t bytes = ARENA_PAGE;
    while (bytes < f->grid.row_bytes && arena_pixels(f, bytes) < px(f->ui, NARROWEST))
        bytes *= 2;
    return bytes;
}

/* A cell joins its neighbour on the right if both are of one span. */
static bool joins_next(const struct arena_frame *f, const struct cell *cell) {
    const struct rspan *s = replica_span(f->v->r, cell->span);
    return s && heapmap_span_end(s) > cell->end;
}

static void draw_cell(const struct arena_frame *f, int row, const struct cell *cell) {
    int x0 = arena_grid_x(&f->grid, row, cell->start);
    int x1 = arena_grid_x(&f->grid, row, cell->end);
    int y0 = arena_grid_y(&f->grid, row), y1 = arena_grid_y(&f->grid, row + 1);
    struct rect whole = rect_make(x0, y0, x1 - x0, y1 - y0);
    struct rect box = whole;
    box.h -= px(f->ui, 2);
    if (!joins_next(f, cell))
        box.w -= px(f->ui, 1);
    heapmap_draw(f->ui, box, cell);
    if (box.w == whole.w && box.w >= px(f->ui, 10)) /* pages can be counted inside a span */
        draw_fill(f->ui->canvas, rect_make(box.x + box.w - 1, box.y, 1, box.h),
            color_alpha(color_of(f->ui, COLOR_ground), 90));
    ui_hot(
        f->ui, whole, (struct thing){THING_PAGE, cell->span, cell->start, cell->end - cell->start});
}

void arena_draw_pages(const struct arena_frame *f) {
    struct heapmap map;
    uint64_t step = cell_bytes(f), at = f->grid.first;
    heapmap_begin(&map, f->v->r, (arena_grid_end(&f->grid) - at) / step);
    for (int row = 0; row < f->grid.rows; row++)
        for (uint64_t end = at + f->grid.row_bytes; at < end; at += step) {
            struct cell cell = heapmap_cell(&map, at, at + step);
            draw_cell(f, row, &cell);
        }
}

/* --- The legend --- */

static int swatch(struct ui *ui, struct rect line, int x, uint32_t color) {
    int side = px(ui, 10);
    struct rect r = rect_make(x, line.y + (line.h - side) / 2, side, side);
    draw_fill(ui->canvas, r, color);
    return x + side;
}

static int label(struct ui *ui, struct rect line, int x, const char *text) {
    struct rect box = rect_make(x, line.y, line.x + line.w - x, line.h);
    return x + ui_text(ui, box, FACE_SANS, SIZE_SMALL, 0, color_of(ui, COLOR_muted), text);
}

static int class_ramp(struct ui *ui, struct rect line, int x) {
    int gap = px(ui, 5);
    x = label(ui, line, x, "8 B") + gap;
    for (int c = COLOR_class0; c <= COLOR_class6; c++)
        x = swatch(ui, line, x, color_of(ui, (enum theme_color)c));
    return label(ui, line, x + gap, "32 KiB") + 2 * gap;
}

static int draw_key(struct ui *ui, struct rect line) {
    int gap = px(ui, 5);
    int x = class_ramp(ui, line, line.x);
    x = label(ui, line, swatch(ui, line, x, color_of(ui, COLOR_large)) + gap, _("large")) + 2 * gap;
    x = label(ui, line, swatch(ui, line, x, color_of(ui, COLOR_free_span)) + gap, _("free"));
    return x + 2 * gap;
}

/* Free runs: those in the lists and those in the treap. */
static uint64_t treap_size(const struct replica *r, uint32_t node) {
    const struct rspan *s = replica_span(r, node);
    return s ? 1 + treap_size(r, s->left) + treap_size(r, s->right) : 0;
}

static uint64_t free_runs(const struct replica *r) {
    uint64_t runs = treap_size(r, r->treap_root);
    for (unsigned i = 0; i < NUM_PAGE_LISTS; i++)
        runs += r->lists[LIST_FREE + i].count;
    return runs;
}

/* Every live mspan record is a span in use or a free run. */
static uint64_t live_spans(const struct replica *r, const struct platform *p) {
    return r->stats[STAT_mspan_inuse] / p->sizeof_mspan;
}

void arena_draw_legend(const struct arena_frame *f) {
    const struct replica *r = f->v->r;
    int x = draw_key(f->ui, f->foot);
    uint64_t pages = r->stats[STAT_pages_in_use], runs = free_runs(r);
    uint64_t live = live_spans(r, f->v->platform), spans = live > runs ? live - runs : 0;
    uint64_t idle = r->stats[STAT_heap_idle] >> ARENA_PAGE_SHIFT;
    char full[256], some[224], least[160], a[48], b[48], c[32], d[48], n[32];
    snprintf(a, sizeof a, ngettext("%s page", "%s pages", pages), format_count(pages, n, sizeof n));
    snprintf(b, sizeof b, ngettext("%s span", "%s spans", spans), format_count(spans, n, sizeof n));
    snprintf(d, sizeof d, ngettext("%s run", "%s runs", runs), format_count(runs, n, sizeof n));
    format_count(idle, c, sizeof c);
    snprintf(full, sizeof full, _("%s in %s · %s free in %s · dotted: pointer-free"), a, b, c, d);
    snprintf(some, sizeof some, _("%s in %s · %s free · dotted: no pointers"), a, b, c);
    snprintf(
        least, sizeof least, _("%s pages in use · %s free"), format_count(pages, n, sizeof n), c);
    const char *texts[] = {full, some, least, NULL};
    struct rect box = rect_make(x, f->foot.y, f->foot.x + f->foot.w - x, f->foot.h);
    arena_text_first(f->ui, box, 2, color_of(f->ui, COLOR_muted), texts);
}
