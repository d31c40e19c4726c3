/*
 * Touched memory on the map: a line along the lower edge of what is in memory, under the heap's
 * three regions. Where there is no line the memory is mapped and no more: nobody has written to it
 * or read from it yet. (The ground tells them apart by its fill.)
 */
#include "viz/panels/map_parts.h"
#include "viz/panels/touched.h"

enum { THICK = 3 }; /* design pixels */

static bool has_line(enum map_zone zone) {
    return zone == ZONE_SPANS || zone == ZONE_BITMAP || zone == ZONE_ARENA;
}

static void draw_line_under(const struct map_frame *f, int row, uint64_t lo, uint64_t hi) {
    struct ui *ui = f->ui;
    int x0 = map_grid_x(&f->grid, row, lo), x1 = map_grid_x(&f->grid, row, hi);
    int thick = px(ui, THICK), y = map_grid_y(&f->grid, row + 1) - px(ui, 2) - thick;
    struct rect r = rect_make(x0, y, x1 > x0 ? x1 - x0 : 1, thick);
    draw_fill(ui->canvas, rect_make(r.x, r.y - 1, r.w, 1), color_of(ui, COLOR_panel));
    draw_fill(ui->canvas, r, color_of(ui, COLOR_text));
    map_seen(f, KEY_TOUCHED);
}

/* What [lo, hi) of the row has, from pixel to pixel. */
static void draw_row(const struct map_frame *f, int row, uint64_t lo, uint64_t hi, uint64_t pixel) {
    for (uint64_t at = lo; at < hi;) {
        bool touched;
        uint64_t end = touched_run(f->v, at, hi, &touched);
        if (touched)
            draw_line_under(f, row, at, end);
        at = end > at + pixel || end == hi ? end : at + pixel;
    }
}

void map_draw_touched(const struct map_frame *f) {
    const struct map_grid *g = &f->grid;
    uint64_t pixel = g->row_bytes / (uint64_t)g->rect.w;
    enum { HIGH = 12 }; /* design pixels that a row must have for a line to leave room */
    if (!touched_known(f->v) || map_grid_y(g, 1) - map_grid_y(g, 0) < px(f->ui, HIGH))
        return;
    for (int row = 0; row < g->rows; row++) {
        uint64_t at = g->first + (uint64_t)row * g->row_bytes, stop = at + g->row_bytes, end;
        while (at < stop) {
            enum map_zone zone = map_zone_at(f, at, &end);
            end = end < stop ? end : stop;
            if (has_line(zone))
                draw_row(f, row, at, end, pixel);
            at = end > at + pixel || end == stop ? end : at + pixel;
        }
    }
}
