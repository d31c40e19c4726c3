/* Touched memory, for pictures: see touched.h. */
#include "viz/panels/touched.h"

bool touched_known(const struct view *v) {
    return v->rec && recording_head(v->rec)->resident.count > 0;
}

uint64_t touched_bytes(const struct view *v, uint64_t lo, uint64_t hi) {
    return rangemap_bytes(&v->r->resident, lo, hi, RANGE_MAPPED);
}

uint64_t touched_run(const struct view *v, uint64_t lo, uint64_t hi, bool *touched) {
    struct range run;
    uint64_t end = rangemap_run(&v->r->resident, lo, hi, &run);
    *touched = run.state == RANGE_MAPPED;
    return end;
}

void touched_draw(struct ui *ui, struct rect r, bool touched, uint32_t color) {
    if (touched) {
        draw_fill(ui->canvas, r, color);
        return;
    }
    draw_fill(ui->canvas, r, color_mix(color_of(ui, COLOR_panel), color, 0.3f));
    if (r.w > px(ui, 3) && r.h > px(ui, 3))
        draw_frame(ui->canvas, r, 0, px(ui, 1), color);
}
