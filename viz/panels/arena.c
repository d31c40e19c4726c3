/*
 * The arena panel: one continuous zoom over the arena's addresses, from all pages to the bits of a
 * word. This file lays it out, says in words what is in sight and lights what is pointed at; the
 * parts (arena_parts.h) fill the grid.
 */
#include "viz/panels/arena_parts.h"
#include "viz/panels/panels.h"

#include <inttypes.h>
#include <stdio.h>

/* --- Shared by the parts --- */

double arena_pixels(const struct arena_frame *f, uint64_t bytes) {
    return (double)bytes / (double)f->grid.row_bytes * f->grid.rect.w;
}

enum arena_level arena_level(const struct arena_frame *f) {
    enum {
        WORD_FROM = 22,
        PAGE_FROM = 64
    }; /* design pixels from which the next level is legible */
    if (arena_pixels(f, f->word) >= px(f->ui, WORD_FROM))
        return LEVEL_WORDS;
    return arena_pixels(f, ARENA_PAGE) >= px(f->ui, PAGE_FROM) ? LEVEL_SLOTS : LEVEL_PAGES;
}

static void piece_set(const struct arena_frame *f, uint64_t hi, struct arena_piece *p) {
    const struct arena_grid *g = &f->grid;
    uint64_t row_end = g->first + (uint64_t)(p->row + 1) * g->row_bytes;
    p->last = hi <= row_end;
    p->hi = p->last ? hi : row_end;
    int gap = px(f->ui, 2);
    int x0 = arena_grid_x(g, p->row, p->lo), x1 = arena_grid_x(g, p->row, p->hi);
    int y0 = arena_grid_y(g, p->row), y1 = arena_grid_y(g, p->row + 1) - gap;
    p->box = rect_make(x0, y0, x1 - x0, y1 - y0);
}

bool arena_piece_begin(
    const struct arena_frame *f, uint64_t lo, uint64_t hi, struct arena_piece *p) {
    p->first = lo >= f->grid.first;
    p->lo = p->first ? lo : f->grid.first;
    p->row = arena_grid_row(&f->grid, p->lo);
    if (p->row < 0 || p->lo >= hi)
        return false;
    piece_set(f, hi, p);
    return true;
}

bool arena_piece_next(const struct arena_frame *f, uint64_t hi, struct arena_piece *p) {
    if (p->last || p->row + 1 >= f->grid.rows)
        return false;
    p->row++;
    p->lo = p->hi;
    p->first = false;
    piece_set(f, hi, p);
    return true;
}

/* A line along the piece's top or bottom edge, over the addresses [lo, hi). */
static void edge(const struct arena_frame *f, const struct arena_piece *p, uint64_t lo, uint64_t hi,
    int y, int thick, uint32_t color) {
    if (hi <= lo)
        return;
    int x0 = arena_grid_x(&f->grid, p->row, lo) - (lo == p->lo ? thick : 0);
    int x1 = arena_grid_x(&f->grid, p->row, hi) + (hi == p->hi ? thick : 0);
    draw_fill(f->ui->canvas, rect_make(x0, y, x1 - x0, thick), color);
}

void arena_outline(
    const struct arena_frame *f, uint64_t lo, uint64_t hi, int thick, uint32_t color) {
    struct canvas *c = f->ui->canvas;
    uint64_t row = f->grid.row_bytes;
    uint64_t top_end = lo + row, bottom_start = hi - lo > row ? hi - row : lo;
    struct arena_piece p;
    for (bool more = arena_piece_begin(f, lo, hi, &p); more; more = arena_piece_next(f, hi, &p)) {
        struct rect b = p.box;
        edge(f, &p, p.lo, p.hi < top_end ? p.hi : top_end, b.y - thick, thick, color);
        edge(f, &p, p.lo > bottom_start ? p.lo : bottom_start, p.hi, b.y + b.h, thick, color);
        if (p.first)
            draw_fill(c, rect_make(b.x - thick, b.y, thick, b.h), color);
        if (p.last)
            draw_fill(c, rect_make(b.x + b.w, b.y, thick, b.h), color);
    }
}

void arena_text_first(
    struct ui *ui, struct rect box, int align, uint32_t color, const char *const *texts) {
    for (; *texts; texts++)
        if (text_width(ui->fonts, FACE_SANS, px(ui, SIZE_SMALL), *texts) <= box.w) {
            ui_text(ui, box, FACE_SANS, SIZE_SMALL, align, color, *texts);
            return;
        }
}

static bool in_sight(const struct arena_frame *f, const struct rspan *s) {
    return s && s->base < arena_grid_end(&f->grid) && heapmap_span_end(s) > f->grid.first;
}

static uint32_t chosen_span(const struct arena_frame *f) {
    const struct replica *r = f->v->r;
    uint32_t handle = heapmap_span_at(r, f->focus);
    if (in_sight(f, replica_span(r, handle)))
        return handle;
    uint64_t at = f->grid.first, end = arena_grid_end(&f->grid);
    for (int tries = 0; at < end && tries < 64; tries++) {
        handle = heapmap_span_at(r, at);
        const struct rspan *s = replica_span(r, handle);
        if (!s)
            return 0;
        if (s->state == SPAN_STATE_INUSE)
            return handle;
        at = heapmap_span_end(s);
    }
    return 0;
}

/* --- The caption --- */

/* "128 pages of 8 KiB", "1 KiB". */
static void extent_text(uint64_t bytes, char *buf, size_t len) {
    char count[32];
    if (bytes >= 2 * ARENA_PAGE)
        snprintf(buf, len, "%s pages of 8 KiB",
            format_count(bytes >> ARENA_PAGE_SHIFT, count, sizeof count));
    else
        format_size(bytes, buf, len);
}

static void caption_pages(const struct arena_frame *f, struct rect area) {
    const struct replica *r = f->v->r;
    char extent[64], size[32];
    uint64_t bytes = (uint64_t)f->grid.rows * f->grid.row_bytes;
    extent_text(bytes, extent, sizeof extent);
    format_size(bytes, size, sizeof size);
    if (f->grid.first == arena_base(r))
        ui_caption(
            f->ui, area, "ARENA", "0x%" PRIx64 ", first %s · %s", f->grid.first, size, extent);
    else
        ui_caption(f->ui, area, "ARENA", "0x%" PRIx64 " … 0x%" PRIx64 " · %s", f->grid.first,
            arena_grid_end(&f->grid) - 1, extent);
}

static void caption_span(const struct arena_frame *f, struct rect area, const struct rspan *s) {
    char size[32];
    format_size(s->npages << ARENA_PAGE_SHIFT, size, sizeof size);
    unsigned c = (unsigned)s->spanclass;
    const char *scan = spanclass_noscan(c) ? "pointer-free" : "scan";
    if (s->state == SPAN_STATE_FREE)
        ui_caption(f->ui, area, "FREE SPAN", "0x%" PRIx64 " · %" PRIu64 " pages, %s", s->base,
            s->npages, size);
    else if (s->state == SPAN_STATE_MANUAL)
        ui_caption(f->ui, area, "SPAN", "0x%" PRIx64 " · managed by hand · %s", s->base, size);
    else if (spanclass_size_class(c) == 0)
        ui_caption(
            f->ui, area, "SPAN", "0x%" PRIx64 " · one large object, %s · %s", s->base, scan, size);
    else
        ui_caption(f->ui, area, "SPAN",
            "0x%" PRIx64 " · class %u, %s · %" PRIu64 " B × %" PRIu64 " · %" PRIu64 " allocated",
            s->base, spanclass_size_class(c), scan, s->elemsize, s->nelems, s->alloc_count);
}

static void caption_object(const struct arena_frame *f, struct rect area, const struct rspan *s) {
    struct slot_run run;
    uint64_t at = f->focus >= s->base && f->focus < heapmap_span_end(s) ? f->focus : s->base;
    if (at < f->grid.first || at >= arena_grid_end(&f->grid))
        at = f->grid.first > s->base ? f->grid.first : s->base;
    if (s->state != SPAN_STATE_INUSE || !heapmap_slots(s, at, at + 1, &run)) {
        caption_span(f, area, s);
        return;
    }
    unsigned c = (unsigned)s->spanclass;
    char words[32], bytes[32];
    ui_caption(f->ui, area, run.allocated ? "OBJECT" : "FREE SLOT",
        "0x%" PRIx64 " · slot %" PRIu64 " of %" PRIu64 " · %s B, %s words · class %u, %s",
        s->base + run.first * s->elemsize, run.first, s->nelems,
        format_count(s->elemsize, bytes, sizeof bytes),
        format_count(s->elemsize / f->word, words, sizeof words), spanclass_size_class(c),
        spanclass_noscan(c) ? "pointer-free" : "scan");
}

static void caption(const struct arena_frame *f, struct rect area, enum arena_level level) {
    const struct rspan *s = level == LEVEL_PAGES ? NULL : replica_span(f->v->r, f->span);
    if (!s)
        caption_pages(f, area);
    else if (level == LEVEL_WORDS)
        caption_object(f, area, s);
    else
        caption_span(f, area, s);
}

/* --- What is lit --- */

/* The page, slot or word that the pointer or the latest allocation is at. */
static void light_focus(const struct arena_frame *f, enum arena_level level) {
    if (arena_grid_row(&f->grid, f->focus) < 0)
        return;
    const struct replica *r = f->v->r;
    const struct rspan *s = replica_span(r, heapmap_span_at(r, f->focus));
    uint32_t color = color_of(f->ui, COLOR_attention);
    int thick = px(f->ui, f->chosen ? 2 : 1);
    uint64_t page = round_down(f->focus, ARENA_PAGE);
    struct slot_run run;
    if (level != LEVEL_PAGES && s && s->state == SPAN_STATE_INUSE &&
        heapmap_slots(s, f->focus, f->focus + 1, &run)) {
        uint64_t slot = s->base + run.first * s->elemsize;
        arena_outline(f, slot, slot + s->elemsize, thick, color);
    } else {
        arena_outline(f, page, page + ARENA_PAGE, thick, color);
    }
    if (level == LEVEL_WORDS && f->v->hover.kind == THING_WORD)
        arena_outline(f, f->focus, f->focus + f->word, thick, color_of(f->ui, COLOR_text));
}

static bool arena_exists(const struct replica *r) {
    return r->heap[HEAP_bitmap] != 0;
}

static void draw_nothing_yet(struct ui *ui, struct rect area) {
    struct rect below = ui_caption(ui, area, "ARENA", "%s", "not laid out yet");
    ui_paragraph(ui, below, FACE_SANS, SIZE_BODY, color_of(ui, COLOR_muted),
        "When mallocinit has found a place for the heap, its pages appear here, coloured by what "
        "they hold; zoom in to see slots, words and their bits.");
}

void panel_arena(struct ui *ui, const struct view *v, struct rect area) {
    if (!arena_exists(v->r)) {
        draw_nothing_yet(ui, area);
        return;
    }
    struct arena_frame f = {.ui = ui, .v = v, .word = v->platform->ptr_size};
    f.grid = arena_grid(v->r, (struct zoom){v->zoom_start, v->zoom_size}, area, ui->scale);
    f.focus = heapmap_focus(v, &f.chosen);
    f.span = chosen_span(&f);
    int foot = px(ui, 18);
    f.foot = rect_make(area.x, area.y + area.h - foot, area.w, foot);
    enum arena_level level = arena_level(&f);
    caption(&f, area, level);
    canvas_clip(ui->canvas, rect_inset(area, -px(ui, 2))); /* frames stand out a little */
    switch (level) {
    case LEVEL_PAGES:
        arena_draw_pages(&f);
        arena_draw_legend(&f);
        break;
    case LEVEL_SLOTS:
        arena_draw_slots(&f);
        arena_draw_cache(&f);
        break;
    case LEVEL_WORDS:
        arena_draw_words(&f);
        arena_draw_bitmap_note(&f);
        break;
    }
    light_focus(&f, level);
    canvas_unclip(ui->canvas);
}
