/*
 * The arena as slots: what a span was cut into. Allocated slots are filled, free ones outlined;
 * where slots are too narrow for that, columns show the share that is allocated. The triangle is
 * freeindex, the line under the slots the 64-bit window that allocCache describes; its bits stand
 * below the grid.
 */
#include "viz/panels/arena_parts.h"

#include <inttypes.h>
#include <stdio.h>

/* --- Slots --- */

struct span_frame {
    const struct arena_frame *f;
    const struct rspan *s;
    uint32_t handle;
    uint32_t full, open; /* colours */
};

/* An outline of one pixel inside the box; its ends only where the slot begins and ends. */
static void slot_outline(
    struct ui *ui, const struct arena_piece *p, struct rect b, uint32_t color) {
    draw_fill(ui->canvas, rect_make(b.x, b.y, b.w, 1), color);
    draw_fill(ui->canvas, rect_make(b.x, b.y + b.h - 1, b.w, 1), color);
    if (p->first)
        draw_fill(ui->canvas, rect_make(b.x, b.y, 1, b.h), color);
    if (p->last)
        draw_fill(ui->canvas, rect_make(b.x + b.w - 1, b.y, 1, b.h), color);
}

/* Text on a colour: whichever of the theme's two extremes stands out. */
static uint32_t text_on(const struct ui *ui, uint32_t ground) {
    unsigned light = 3 * (ground >> 16 & 0xff) + 6 * (ground >> 8 & 0xff) + (ground & 0xff);
    enum theme_color dark_one = ui->theme->dark ? COLOR_ground : COLOR_text;
    enum theme_color light_one = ui->theme->dark ? COLOR_text : COLOR_ground;
    return color_of(ui, light > 10 * 115 ? dark_one : light_one);
}

static bool slot_number(const struct span_frame *sf, struct rect b, uint64_t index, bool taken) {
    struct ui *ui = sf->f->ui;
    char text[24];
    snprintf(text, sizeof text, "%" PRIu64, index);
    int need = text_width(ui->fonts, FACE_SANS, px(ui, SIZE_SMALL), text);
    if (b.w < need + px(ui, 10) || b.h < px(ui, 16))
        return false;
    uint32_t color = taken ? text_on(ui, sf->full) : color_of(ui, COLOR_muted);
    ui_text(ui, b, FACE_SANS, SIZE_SMALL, 1, color, text);
    return true;
}

static void draw_slot(const struct span_frame *sf, uint64_t index) {
    const struct arena_frame *f = sf->f;
    struct ui *ui = f->ui;
    uint64_t lo = sf->s->base + index * sf->s->elemsize, hi = lo + sf->s->elemsize;
    bool taken = rspan_slot_allocated(sf->s, index), numbered = false;
    uint32_t rim = color_mix(sf->open, sf->full, 0.4f);
    struct arena_piece p;
    for (bool more = arena_piece_begin(f, lo, hi, &p); more; more = arena_piece_next(f, hi, &p)) {
        struct rect b = p.box;
        if (p.last && b.w > 2)
            b.w -= px(ui, 1);
        if (taken)
            draw_fill(ui->canvas, b, sf->full);
        else
            slot_outline(ui, &p, b, rim);
        if (taken && spanclass_noscan((unsigned)sf->s->spanclass))
            heapmap_draw_noscan(ui, b);
        if (!numbered) /* where the slot wraps, in the first piece with room */
            numbered = slot_number(sf, b, index, taken);
        ui_hot(ui, p.box, (struct thing){THING_SLOT, sf->handle, lo, sf->s->elemsize});
    }
}

/* Columns of slots too narrow to be drawn one by one. */
static void draw_columns(const struct span_frame *sf, uint64_t lo, uint64_t hi) {
    const struct arena_frame *f = sf->f;
    struct ui *ui = f->ui;
    int wide = px(ui, 3);
    uint64_t step = (uint64_t)((double)f->grid.row_bytes / f->grid.rect.w * wide);
    struct arena_piece p;
    for (bool more = arena_piece_begin(f, lo, hi, &p); more; more = arena_piece_next(f, hi, &p)) {
        draw_fill(ui->canvas, p.box, sf->open);
        for (uint64_t at = p.lo; at < p.hi; at += step) {
            struct slot_run run;
            uint64_t end = at + step < p.hi ? at + step : p.hi;
            if (!heapmap_slots(sf->s, at, end, &run))
                break;
            int h = (int)((double)p.box.h * (double)run.allocated / (double)run.count + 0.5);
            int x0 = arena_grid_x(&f->grid, p.row, at), x1 = arena_grid_x(&f->grid, p.row, end);
            draw_fill(ui->canvas, rect_make(x0, p.box.y + p.box.h - h, x1 - x0, h), sf->full);
        }
        if (spanclass_noscan((unsigned)sf->s->spanclass))
            heapmap_draw_noscan(ui, p.box);
    }
}

/* What does not fit another slot is lost to this span. */
static void draw_tail(const struct span_frame *sf) {
    const struct arena_frame *f = sf->f;
    uint64_t lo = sf->s->base + sf->s->nelems * sf->s->elemsize, hi = heapmap_span_end(sf->s);
    struct arena_piece p;
    for (bool more = arena_piece_begin(f, lo, hi, &p); more; more = arena_piece_next(f, hi, &p)) {
        struct ui *ui = f->ui;
        uint32_t waste = color_of(ui, COLOR_refused);
        draw_fill(ui->canvas, p.box, color_alpha(waste, 40));
        draw_hatch(ui->canvas, p.box, px(ui, 5), waste);
    }
}

/* --- freeindex and the cache's window --- */

/* The slots that allocCache has bits for: from freeindex to the next multiple of 64. */
static uint64_t window_end(const struct rspan *s) {
    uint64_t end = round_down(s->freeindex, 64) + 64;
    return end < s->nelems ? end : s->nelems;
}

static void draw_freeindex(const struct span_frame *sf) {
    const struct arena_frame *f = sf->f;
    struct ui *ui = f->ui;
    if (sf->s->freeindex >= sf->s->nelems)
        return;
    uint64_t at = sf->s->base + sf->s->freeindex * sf->s->elemsize;
    struct arena_piece p;
    if (at < f->grid.first || !arena_piece_begin(f, at, at + sf->s->elemsize, &p))
        return;
    float side = (float)px(ui, 8), x = (float)p.box.x, y = (float)(p.box.y + p.box.h);
    float corner[] = {x, y - side, x + side, y, x, y};
    draw_polygon(ui->canvas, corner, 3, color_of(ui, COLOR_attention));
}

static void draw_window(const struct span_frame *sf) {
    const struct arena_frame *f = sf->f;
    const struct rspan *s = sf->s;
    uint64_t lo = s->base + s->freeindex * s->elemsize;
    uint64_t hi = s->base + window_end(s) * s->elemsize;
    struct arena_piece p;
    for (bool more = arena_piece_begin(f, lo, hi, &p); more; more = arena_piece_next(f, hi, &p)) {
        int thick = px(f->ui, 2);
        draw_fill(f->ui->canvas, rect_make(p.box.x, p.box.y + p.box.h, p.box.w, thick),
            color_of(f->ui, COLOR_attention));
    }
}

/* --- Spans --- */

static void draw_in_use(const struct span_frame *sf) {
    enum { NARROWEST = 4 }; /* design pixels for a slot */
    const struct arena_frame *f = sf->f;
    const struct rspan *s = sf->s;
    uint64_t lo = s->base > f->grid.first ? s->base : f->grid.first;
    uint64_t end = arena_grid_end(&f->grid), slots_end = s->base + s->nelems * s->elemsize;
    uint64_t hi = slots_end < end ? slots_end : end;
    if (hi <= lo || !s->elemsize)
        return;
    if (arena_pixels(f, s->elemsize) < px(f->ui, NARROWEST)) {
        draw_columns(sf, lo, hi);
    } else {
        uint64_t last = (hi - 1 - s->base) / s->elemsize;
        for (uint64_t i = (lo - s->base) / s->elemsize; i <= last; i++)
            draw_slot(sf, i);
    }
    draw_tail(sf);
    draw_freeindex(sf);
}

/* A piece of the arena with no slots: one flat stack. */
static void draw_flat(const struct arena_frame *f, const struct cell *cell, const char *text) {
    struct arena_piece p;
    for (bool more = arena_piece_begin(f, cell->start, cell->end, &p); more;
         more = arena_piece_next(f, cell->end, &p)) {
        heapmap_draw(f->ui, p.box, cell);
        if (p.first || p.row == 0)
            ui_text(f->ui, rect_inset(p.box, px(f->ui, 4)), FACE_SANS, SIZE_SMALL, 0,
                color_of(f->ui, COLOR_muted), text);
    }
}

static void flat_label(const struct rspan *s, char *buf, size_t len) {
    char pages[32];
    if (!s)
        snprintf(buf, len, "%s", _("not used yet"));
    else
        snprintf(buf, len,
            s->state == SPAN_STATE_MANUAL
                ? ngettext("managed by hand · %s page", "managed by hand · %s pages", s->npages)
                : ngettext("free · %s page", "free · %s pages", s->npages),
            format_count(s->npages, pages, sizeof pages));
}

static void hot_pages(const struct arena_frame *f) {
    uint64_t first = round_down(f->grid.first, ARENA_PAGE), end = arena_grid_end(&f->grid);
    for (uint64_t at = first; at < end; at += ARENA_PAGE) {
        struct thing t = {THING_PAGE, heapmap_span_at(f->v->r, at), at, ARENA_PAGE};
        struct arena_piece p;
        for (bool more = arena_piece_begin(f, at, at + ARENA_PAGE, &p); more;
             more = arena_piece_next(f, at + ARENA_PAGE, &p))
            ui_hot(f->ui, p.box, t);
    }
}

void arena_draw_slots(const struct arena_frame *f) {
    const struct replica *r = f->v->r;
    struct heapmap map;
    heapmap_begin(&map, r, 64);
    hot_pages(f);
    uint64_t at = f->grid.first, end = arena_grid_end(&f->grid);
    while (at < end) {
        uint32_t handle = heapmap_span_at(r, at);
        const struct rspan *s = replica_span(r, handle);
        uint64_t next = s                               ? heapmap_span_end(s)
                        : at < r->heap[HEAP_arena_used] ? round_down(at, ARENA_PAGE) + ARENA_PAGE
                                                        : end;
        if (next > end)
            next = end;
        if (s && s->state == SPAN_STATE_INUSE) {
            unsigned c = (unsigned)s->spanclass;
            struct span_frame sf = {
                f, s, handle, heapmap_class_color(f->ui, c), heapmap_open_color(f->ui, c)};
            draw_in_use(&sf);
            if (handle == f->span)
                draw_window(&sf);
        } else {
            struct cell cell = heapmap_cell(&map, at, next);
            char label[64];
            flat_label(s, label, sizeof label);
            draw_flat(f, &cell, label);
        }
        at = next;
    }
}

/* --- Below the grid: the cache's bits and the waste --- */

static void draw_bits(const struct arena_frame *f, const struct rspan *s, int x, int cell_w) {
    struct ui *ui = f->ui;
    uint64_t left = window_end(s) > s->freeindex ? window_end(s) - s->freeindex : 0;
    int h = px(ui, 10), y = f->foot.y + (f->foot.h - h) / 2, gap = px(ui, 1);
    uint32_t full = heapmap_class_color(ui, (unsigned)s->spanclass);
    for (unsigned i = 0; i < 64; i++) {
        struct rect b = rect_make(x + (int)i * cell_w, y, cell_w - gap, h);
        bool free_slot = s->alloc_cache >> i & 1;
        if (i >= left)
            draw_fill(ui->canvas, b, color_of(ui, COLOR_raised));
        else if (!free_slot)
            draw_fill(ui->canvas, b, full);
        else
            draw_frame(ui->canvas, b, 0, gap, color_of(ui, COLOR_muted));
    }
}

static int foot_label(const struct arena_frame *f, int x, enum theme_color c, const char *text) {
    struct rect box = rect_make(x, f->foot.y, f->foot.x + f->foot.w - x, f->foot.h);
    return x + ui_text(f->ui, box, FACE_SANS, SIZE_SMALL, 0, color_of(f->ui, c), text);
}

static void waste_text(const struct rspan *s, char *full, char *least, size_t len) {
    char usable[32], whole[32], tail[32];
    uint64_t bytes = s->npages << ARENA_PAGE_SHIFT, used = s->nelems * s->elemsize;
    format_count(used, usable, sizeof usable);
    format_count(bytes, whole, sizeof whole);
    format_count(bytes > used ? bytes - used : 0, tail, sizeof tail);
    snprintf(full, len, _("%s of %s B usable · %s B tail waste"), usable, whole, tail);
    snprintf(least, len, _("%s B tail waste"), tail);
    if (bytes == used) {
        snprintf(full, len, _("%s B, all usable"), whole);
        snprintf(least, len, "%s", _("no waste"));
    }
}

void arena_draw_cache(const struct arena_frame *f) {
    const struct rspan *s = replica_span(f->v->r, f->span);
    if (!s || s->state != SPAN_STATE_INUSE) {
        arena_draw_legend(f);
        return;
    }
    struct ui *ui = f->ui;
    char text[48], full[128], least[128];
    snprintf(text, sizeof text, "freeindex %" PRIu64, s->freeindex);
    waste_text(s, full, least, sizeof full);
    int gap = px(ui, 14);
    int x = foot_label(f, f->foot.x, COLOR_attention, text) + gap;
    x = foot_label(f, x, COLOR_muted, "allocCache") + px(ui, 8);
    int room = f->foot.x + f->foot.w - x - gap -
               text_width(ui->fonts, FACE_SANS, px(ui, SIZE_SMALL), least);
    int cell_w = room / 64 < px(ui, 6) ? room / 64 : px(ui, 6);
    if (cell_w >= 3 && s->nelems > 1) {
        draw_bits(f, s, x, cell_w);
        x += 64 * cell_w + gap;
    }
    struct rect box = rect_make(x, f->foot.y, f->foot.x + f->foot.w - x, f->foot.h);
    const char *texts[] = {full, least, NULL};
    arena_text_first(ui, box, 2, color_of(ui, COLOR_muted), texts);
}
