/*
 * The arena as slots: what a span was cut into. Allocated slots are filled, free ones outlined;
 * where slots are too narrow for that, columns show the share that is allocated. A dot marks what a
 * collection has found live. The triangle is freeindex, the line under the slots the 64-bit window
 * that allocCache describes: its bits stand in the line above the map.
 */
#include "viz/panels/map_parts.h"

#include <inttypes.h>
#include <stdio.h>

/* --- Slots --- */

struct span_frame {
    const struct map_frame *f;
    const struct rspan *s;
    uint32_t handle;
    uint32_t full, open; /* colours */
};

/* An outline of one pixel inside the box; its ends only where the slot begins and ends. */
static void slot_outline(struct ui *ui, const struct map_piece *p, struct rect b, uint32_t color) {
    draw_fill(ui->canvas, rect_make(b.x, b.y, b.w, 1), color);
    draw_fill(ui->canvas, rect_make(b.x, b.y + b.h - 1, b.w, 1), color);
    if (p->first)
        draw_fill(ui->canvas, rect_make(b.x, b.y, 1, b.h), color);
    if (p->last)
        draw_fill(ui->canvas, rect_make(b.x + b.w - 1, b.y, 1, b.h), color);
}

static bool slot_number(const struct span_frame *sf, struct rect b, uint64_t index, bool taken) {
    struct ui *ui = sf->f->ui;
    char text[24];
    snprintf(text, sizeof text, "%" PRIu64, index);
    int need = text_width(ui->fonts, FACE_SANS, px(ui, SIZE_SMALL), text);
    if (b.w < need + px(ui, 10) || b.h < px(ui, 16))
        return false;
    bool filled = taken && (!sf->f->greys || rspan_bit(sf->s->mark_bits, index));
    uint32_t color = filled ? map_text_on(ui, sf->full) : color_of(ui, COLOR_muted);
    ui_text(ui, b, FACE_SANS, SIZE_SMALL, 1, color, text);
    return true;
}

/* While a collection marks, and until the sweep: found live. */
static void draw_mark(const struct span_frame *sf, uint64_t index, struct rect b) {
    struct ui *ui = sf->f->ui;
    if (!rspan_bit(sf->s->mark_bits, index))
        return;
    float radius = (float)(b.w < b.h ? b.w : b.h) / 5;
    radius = radius < 3 * ui->scale ? radius : 3 * ui->scale;
    map_seen(sf->f, KEY_MARKED);
    draw_circle(ui->canvas, (float)(b.x + b.w) - 2 * radius, (float)b.y + 2 * radius, radius,
        map_text_on(ui, sf->full));
}

static void draw_slot(const struct span_frame *sf, uint64_t index) {
    const struct map_frame *f = sf->f;
    struct ui *ui = f->ui;
    uint64_t lo = sf->s->base + index * sf->s->elemsize, hi = lo + sf->s->elemsize;
    bool taken = rspan_slot_allocated(sf->s, index), numbered = false;
    uint32_t rim = color_mix(sf->open, sf->full, 0.4f);
    struct map_piece p;
    for (bool more = map_piece_begin(f, lo, hi, &p); more; more = map_piece_next(f, hi, &p)) {
        struct rect b = p.box;
        if (p.last && b.w > 2)
            b.w -= px(ui, 1);
        if (taken && f->greys)
            map_draw_shade(f, sf->s, index, b, sf->full);
        else if (taken)
            draw_fill(ui->canvas, b, sf->full);
        else
            slot_outline(ui, &p, b, rim);
        if (taken && !f->greys && spanclass_noscan((unsigned)sf->s->spanclass))
            heapmap_draw_noscan(ui, b);
        if (p.first && !f->greys)
            draw_mark(sf, index, b);
        if (!numbered) /* where the slot wraps, in the first piece with room */
            numbered = slot_number(sf, b, index, taken);
        ui_hot(ui, p.box, (struct thing){THING_SLOT, sf->handle, lo, sf->s->elemsize});
    }
}

/* Columns of slots too narrow to be drawn one by one. */
static void draw_columns(const struct span_frame *sf, uint64_t lo, uint64_t hi) {
    const struct map_frame *f = sf->f;
    struct ui *ui = f->ui;
    int wide = px(ui, 3);
    uint64_t step = (uint64_t)((double)f->grid.row_bytes / f->grid.rect.w * wide);
    struct map_piece p;
    for (bool more = map_piece_begin(f, lo, hi, &p); more; more = map_piece_next(f, hi, &p)) {
        draw_fill(ui->canvas, p.box, sf->open);
        for (uint64_t at = p.lo; at < p.hi; at += step) {
            struct slot_run run;
            uint64_t end = at + step < p.hi ? at + step : p.hi;
            if (!heapmap_slots(sf->s, at, end, &run))
                break;
            int h = (int)((double)p.box.h * (double)run.allocated / (double)run.count + 0.5);
            int x0 = map_grid_x(&f->grid, p.row, at), x1 = map_grid_x(&f->grid, p.row, end);
            bool marking = f->greys != NULL;
            uint32_t white = color_mix(color_of(ui, COLOR_panel), sf->full, 0.3f);
            draw_fill(ui->canvas, rect_make(x0, p.box.y + p.box.h - h, x1 - x0, h),
                marking ? white : sf->full);
            h = (int)((double)p.box.h * (double)run.marked / (double)run.count + 0.5);
            if (marking)
                draw_fill(ui->canvas, rect_make(x0, p.box.y + p.box.h - h, x1 - x0, h), sf->full);
        }
        if (spanclass_noscan((unsigned)sf->s->spanclass))
            heapmap_draw_noscan(ui, p.box);
    }
}

/* What does not fit another slot is lost to this span. */
static void draw_tail(const struct span_frame *sf) {
    const struct map_frame *f = sf->f;
    uint64_t lo = sf->s->base + sf->s->nelems * sf->s->elemsize, hi = heapmap_span_end(sf->s);
    struct map_piece p;
    for (bool more = map_piece_begin(f, lo, hi, &p); more; more = map_piece_next(f, hi, &p)) {
        struct ui *ui = f->ui;
        uint32_t waste = color_of(ui, COLOR_refused);
        map_seen(f, KEY_TAIL);
        draw_fill(ui->canvas, p.box, color_alpha(waste, 40));
        draw_hatch(ui->canvas, p.box, px(ui, 5), waste);
    }
}

/* --- freeindex and the cache's window --- */

/* The slots that allocCache has bits for: from freeindex to the next multiple of 64. */
uint64_t map_cache_end(const struct rspan *s) {
    uint64_t end = round_down(s->freeindex, 64) + 64;
    return end < s->nelems ? end : s->nelems;
}

static void draw_freeindex(const struct span_frame *sf) {
    const struct map_frame *f = sf->f;
    struct ui *ui = f->ui;
    if (sf->s->freeindex >= sf->s->nelems)
        return;
    uint64_t at = sf->s->base + sf->s->freeindex * sf->s->elemsize;
    struct map_piece p;
    if (at < f->grid.first || !map_piece_begin(f, at, at + sf->s->elemsize, &p))
        return;
    float side = (float)px(ui, 8), x = (float)p.box.x, y = (float)(p.box.y + p.box.h);
    float corner[] = {x, y - side, x + side, y, x, y};
    draw_polygon(ui->canvas, corner, 3, color_of(ui, COLOR_attention));
    map_seen(f, KEY_FREEINDEX);
}

static void draw_window(const struct span_frame *sf) {
    const struct map_frame *f = sf->f;
    const struct rspan *s = sf->s;
    uint64_t lo = s->base + s->freeindex * s->elemsize;
    uint64_t hi = s->base + map_cache_end(s) * s->elemsize;
    struct map_piece p;
    if (hi > lo)
        map_seen(f, KEY_CACHE);
    for (bool more = map_piece_begin(f, lo, hi, &p); more; more = map_piece_next(f, hi, &p)) {
        int thick = px(f->ui, 2);
        draw_fill(f->ui->canvas, rect_make(p.box.x, p.box.y + p.box.h, p.box.w, thick),
            color_of(f->ui, COLOR_attention));
    }
}

/* --- Spans --- */

static void draw_in_use(const struct span_frame *sf, uint64_t from, uint64_t to) {
    enum { NARROWEST = 4 }; /* design pixels for a slot */
    const struct map_frame *f = sf->f;
    const struct rspan *s = sf->s;
    uint64_t lo = s->base > from ? s->base : from;
    uint64_t slots_end = s->base + s->nelems * s->elemsize;
    uint64_t hi = slots_end < to ? slots_end : to;
    if (hi <= lo || !s->elemsize)
        return;
    if (map_pixels(f, s->elemsize) < px(f->ui, NARROWEST)) {
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
static void draw_flat(const struct map_frame *f, const struct cell *cell, const char *text) {
    struct map_piece p;
    for (bool more = map_piece_begin(f, cell->start, cell->end, &p); more;
         more = map_piece_next(f, cell->end, &p)) {
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

static void hot_pages(const struct map_frame *f, uint64_t lo, uint64_t hi) {
    for (uint64_t at = round_down(lo, ARENA_PAGE); at < hi; at += ARENA_PAGE) {
        struct thing t = {THING_PAGE, heapmap_span_at(f->v->r, at), at, ARENA_PAGE};
        struct map_piece p;
        for (bool more = map_piece_begin(f, at, at + ARENA_PAGE, &p); more;
             more = map_piece_next(f, at + ARENA_PAGE, &p))
            ui_hot(f->ui, p.box, t);
    }
}

static void draw_span(const struct map_frame *f, uint32_t handle, uint64_t lo, uint64_t hi) {
    const struct rspan *s = replica_span(f->v->r, handle);
    unsigned c = (unsigned)s->spanclass;
    struct span_frame sf = {
        f, s, handle, heapmap_class_color(f->ui, c), heapmap_open_color(f->ui, c)};
    draw_in_use(&sf, lo, hi);
    if (handle == f->span)
        draw_window(&sf);
    map_seen(f, spanclass_size_class(c) ? KEY_CLASSES : KEY_LARGE);
    if (s->alloc_count && !f->greys)
        map_seen(f, KEY_ALLOCATED);
    if (s->alloc_count < s->nelems)
        map_seen(f, KEY_FREE_SLOT);
    if (spanclass_noscan(c))
        map_seen(f, KEY_NOSCAN);
}

/* Where the span at `at` ends, or a page without one. */
static uint64_t next_piece(const struct map_frame *f, const struct rspan *s, uint64_t at) {
    if (s)
        return heapmap_span_end(s);
    return at < f->v->r->heap[HEAP_arena_used] ? round_down(at, ARENA_PAGE) + ARENA_PAGE
                                               : UINT64_MAX;
}

void map_draw_slots(const struct map_frame *f, uint64_t lo, uint64_t hi) {
    const struct replica *r = f->v->r;
    struct heapmap map;
    heapmap_begin(&map, r, 64);
    hot_pages(f, lo, hi);
    for (uint64_t at = lo, next; at < hi; at = next) {
        uint32_t handle = heapmap_span_at(r, at);
        const struct rspan *s = replica_span(r, handle);
        next = next_piece(f, s, at);
        if (next > hi)
            next = hi;
        if (s && s->state == SPAN_STATE_INUSE) {
            draw_span(f, handle, at, next);
        } else {
            struct cell cell = heapmap_cell(&map, at, next);
            char label[64];
            flat_label(s, label, sizeof label);
            draw_flat(f, &cell, label);
            map_seen(f, s && s->state == SPAN_STATE_MANUAL ? KEY_MANUAL : KEY_FREE_SPAN);
        }
    }
}
