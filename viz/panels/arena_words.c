/*
 * The arena as words, with the two bits that the heap bitmap keeps for each: the scan bit and the
 * pointer bit. A replica knows no object's contents, so a word shows its address and what the
 * bitmap says of it. Spans without pointers leave their bitmap alone: no bits are drawn there.
 */
#include "viz/panels/arena_parts.h"

#include <inttypes.h>
#include <stdio.h>

/* One word in sight. */
struct word {
    uint64_t addr;
    const struct rspan *s; /* its span if in use, else NULL */
    uint32_t handle;       /* its span whatever its state */
    uint64_t slot, number; /* the slot it is in, and which of the slot's words it is */
    bool in_slot, taken;
    bool bits; /* the bitmap describes it: */
    bool pointer, scan;
    struct rect box;
};

/* --- Reading --- */

/* Four words share a byte: pointer bits in the low half, scan bits in the high half. */
static void read_bits(const struct arena_frame *f, struct word *w) {
    const struct replica *r = f->v->r;
    uint64_t number = (w->addr - r->heap[HEAP_arena_start]) / f->word;
    unsigned byte = replica_bitmap(r, number / 4), shift = number % 4;
    w->pointer = byte >> shift & 1;
    w->scan = byte >> shift & 0x10;
}

static struct word read_word(const struct arena_frame *f, uint64_t addr) {
    struct word w = {.addr = addr, .handle = heapmap_span_at(f->v->r, addr)};
    const struct rspan *s = replica_span(f->v->r, w.handle);
    struct slot_run run;
    if (!s || s->state != SPAN_STATE_INUSE)
        return w;
    w.s = s;
    if (heapmap_slots(s, addr, addr + 1, &run)) {
        w.in_slot = true;
        w.slot = run.first;
        w.taken = run.allocated != 0;
        w.number = (addr - s->base - run.first * s->elemsize) / f->word;
    }
    w.bits = w.in_slot && !spanclass_noscan((unsigned)s->spanclass);
    if (w.bits)
        read_bits(f, &w);
    return w;
}

/* What the collector makes of the word; "dead" is Go's name for two clear bits: neither this
 * word nor what follows in the object is scanned. In an object's second word the high bit is the
 * checkmark bit, so it says nothing about what follows. */
static const char *meaning(const struct word *w) {
    if (!w->in_slot)
        return w->s ? _("tail waste") : "";
    if (!w->taken)
        return _("free");
    if (!w->bits)
        return _("pointer-free");
    if (w->pointer)
        return _("pointer");
    return w->scan || w->number == 1 ? _("data") : _("dead");
}

/* --- Drawing --- */

static void draw_ground(const struct arena_frame *f, const struct word *w, struct rect b) {
    struct ui *ui = f->ui;
    uint32_t panel = color_of(ui, COLOR_panel);
    if (!w->in_slot) {
        draw_fill(ui->canvas, b, color_mix(panel, color_of(ui, COLOR_raised), 0.8f));
        if (w->s)
            draw_hatch(ui->canvas, b, px(ui, 5), color_of(ui, COLOR_refused));
        return;
    }
    uint32_t color = heapmap_class_color(ui, (unsigned)w->s->spanclass);
    if (w->taken)
        draw_fill(ui->canvas, b, color_mix(panel, color, 0.38f));
    else
        draw_fill(ui->canvas, b, color_mix(panel, color, 0.08f));
    draw_frame(
        ui->canvas, b, px(ui, 2), px(ui, 1), color_mix(panel, color, w->taken ? 0.9f : 0.4f));
}

static void draw_bit(const struct arena_frame *f, struct rect b, bool set, const char *text) {
    struct ui *ui = f->ui;
    uint32_t bitmap = color_of(ui, COLOR_bitmap);
    uint32_t ground = set ? bitmap : color_mix(color_of(ui, COLOR_panel), bitmap, 0.12f);
    draw_round(ui->canvas, b, px(ui, 2), ground);
    if (b.w < px(ui, 9))
        return;
    ui_text(ui, b, FACE_MONO, SIZE_SMALL, 1,
        set ? color_of(ui, COLOR_ground) : color_of(ui, COLOR_muted), text);
}

/* The two bits side by side at the bottom of the word's box, scan first. */
static struct rect draw_bit_pair(const struct arena_frame *f, const struct word *w, struct rect b) {
    struct ui *ui = f->ui;
    int gap = px(ui, 2), wide = px(ui, 14), high = px(ui, 16);
    if (2 * wide + 3 * gap > b.w)
        wide = (b.w - 3 * gap) / 2;
    bool roomy = b.w >= px(ui, 88);
    int x = roomy ? b.x + px(ui, 6) : b.x + (b.w - 2 * wide - gap) / 2;
    int y = b.y + b.h - high - px(ui, 4);
    draw_bit(f, rect_make(x, y, wide, high), w->scan, w->scan ? "1" : "0");
    draw_bit(f, rect_make(x + wide + gap, y, wide, high), w->pointer, w->pointer ? "1" : "0");
    x += 2 * wide + 3 * gap;
    return rect_make(x, y, b.x + b.w - x, high);
}

/* The longest form of the word's address that fits, or none. */
static void draw_address(const struct arena_frame *f, const struct word *w, struct rect b) {
    struct ui *ui = f->ui;
    char full[32], tail[32];
    snprintf(full, sizeof full, "0x%" PRIx64, w->addr);
    snprintf(tail, sizeof tail, "…%03x", (unsigned)(w->addr & 0xfff));
    const char *texts[] = {full, tail};
    struct rect line = rect_make(b.x + px(ui, 6), b.y + px(ui, 3), b.w - px(ui, 8), px(ui, 16));
    for (size_t i = 0; i < ARRAY_LEN(texts); i++)
        if (text_width(ui->fonts, FACE_MONO, px(ui, SIZE_SMALL), texts[i]) <= line.w) {
            ui_text(ui, line, FACE_MONO, SIZE_SMALL, 0,
                color_of(ui, w->taken ? COLOR_text : COLOR_muted), texts[i]);
            return;
        }
}

static void draw_meaning(const struct arena_frame *f, const struct word *w, struct rect line) {
    char full[64];
    const char *what = meaning(w);
    snprintf(full, sizeof full, _("word %" PRIu64 " · %s"), w->number, what);
    const char *texts[] = {w->in_slot ? full : what, what, NULL};
    line.w -= px(f->ui, 4);
    arena_text_first(f->ui, line, 0, color_of(f->ui, w->pointer ? COLOR_text : COLOR_muted), texts);
}

static void draw_word(const struct arena_frame *f, const struct word *w) {
    struct ui *ui = f->ui;
    struct rect b = w->box;
    bool ends_slot = w->in_slot && (w->number + 1) * f->word >= w->s->elemsize;
    b.w -= px(ui, ends_slot ? 4 : 1);
    draw_ground(f, w, b);
    draw_address(f, w, b);
    int y = b.y + b.h - px(ui, 20);
    struct rect line = rect_make(b.x + px(ui, 6), y, b.w - px(ui, 6), px(ui, 16));
    if (w->bits)
        line = draw_bit_pair(f, w, b);
    if (b.w >= px(ui, 88))
        draw_meaning(f, w, line);
    struct thing t = {THING_WORD, w->handle, w->addr, f->word};
    ui_hot(ui, w->box,
        w->handle ? t : (struct thing){THING_PAGE, 0, round_down(w->addr, ARENA_PAGE), ARENA_PAGE});
}

void arena_draw_words(const struct arena_frame *f) {
    uint64_t end = arena_grid_end(&f->grid);
    for (uint64_t at = f->grid.first; at < end; at += f->word) {
        struct arena_piece p;
        if (!arena_piece_begin(f, at, at + f->word, &p))
            continue;
        struct word w = read_word(f, at);
        w.box = p.box;
        draw_word(f, &w);
    }
}

/* --- Below the grid: where the bits are --- */

void arena_draw_bitmap_note(const struct arena_frame *f) {
    const struct replica *r = f->v->r;
    const struct rspan *s = replica_span(r, f->span);
    struct ui *ui = f->ui;
    char full[224], some[96];
    if (!s || s->state != SPAN_STATE_INUSE) {
        arena_draw_legend(f);
        return;
    }
    if (spanclass_noscan((unsigned)s->spanclass)) {
        ui_text(ui, f->foot, FACE_SANS, SIZE_SMALL, 0, color_of(ui, COLOR_muted),
            _("pointer-free: the heap bitmap is not used for this span"));
        return;
    }
    uint64_t lo = f->grid.first > s->base ? f->grid.first : s->base;
    uint64_t end = arena_grid_end(&f->grid), span_end = heapmap_span_end(s);
    uint64_t hi = span_end < end ? span_end : end;
    uint64_t start = r->heap[HEAP_arena_start], scale = 4 * (uint64_t)f->word;
    uint64_t from = r->heap[HEAP_bitmap] - (lo - start) / scale - 1;
    uint64_t to = r->heap[HEAP_bitmap] - (hi - 1 - start) / scale - 1;
    snprintf(full, sizeof full,
        _("heap bitmap: scan bit, pointer bit; 0 0: no pointers from here on · bytes 0x%" PRIx64
          " down to 0x%" PRIx64),
        from, to);
    snprintf(some, sizeof some, _("heap bitmap 0x%" PRIx64 " down to 0x%" PRIx64), from, to);
    const char *texts[] = {full, some, NULL};
    arena_text_first(ui, f->foot, 0, color_of(ui, COLOR_bitmap), texts);
}
