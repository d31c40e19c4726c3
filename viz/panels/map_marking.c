/*
 * Marking on the map: each allocated slot is white, grey or black, told by its fill as in the
 * textbooks' drawings: an outline, half filled, filled. Objects without pointers are black at once.
 */
#include "viz/panels/map_parts.h"

#include <stdlib.h>

static int by_address(const void *a, const void *b) {
    uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;
    return x < y ? -1 : x > y;
}

void map_find_greys(const struct map_frame *f, struct map_greys *greys) {
    const struct replica *r = f->v->r;
    for (uint64_t i = r->grey; i > 0 && greys->count < MAP_GREYS; i--) {
        uint64_t addr = replica_grey(r, i - 1);
        if (addr < map_grid_end(&f->grid) && addr + GO_PAGE_SIZE > f->grid.start)
            greys->slots[greys->count++] = addr;
    }
    qsort(greys->slots, greys->count, sizeof *greys->slots, by_address);
}

void map_shade_box(struct ui *ui, struct rect box, bool found, bool waits, uint32_t color) {
    int thick = px(ui, 1) > 0 ? px(ui, 1) : 1, half = box.h / 2;
    if (found && !waits) {
        draw_fill(ui->canvas, box, color);
        return;
    }
    draw_fill(ui->canvas, box, color_mix(color_of(ui, COLOR_panel), color, 0.12f));
    if (waits)
        draw_fill(ui->canvas, rect_make(box.x, box.y + box.h - half, box.w, half), color);
    draw_frame(ui->canvas, box, 0, thick, color);
}

void map_draw_shade(const struct map_frame *f, const struct rspan *s, uint64_t index,
    struct rect box, uint32_t color) {
    uint64_t addr = s->base + index * s->elemsize;
    bool found = rspan_bit(s->mark_bits, index);
    bool listed = bsearch(&addr, f->greys->slots, f->greys->count, sizeof addr, by_address);
    bool waits = found && s->grey && (listed || s->nelems == 1);
    map_seen(f, waits ? KEY_GREY : found ? KEY_BLACK : KEY_WHITE);
    map_shade_box(f->ui, box, found, waits, color);
}
