/*
 * The two tables that describe the arena, as the map shows them: the spans table, an entry a page,
 * and the heap bitmap, a byte for four words.
 *
 * Far away a cell of either is drawn as the pages are that it describes, which is what it says of
 * them: an entry in the colour of its span's class under a violet edge, bitmap bytes as high as
 * their pages hold objects with pointers. Near, entries say where they point, and a byte shows its
 * four pairs of bits. The bitmap grows downward: to the right are the bits of lower pages.
 */
#include "viz/panels/map_parts.h"

#include <inttypes.h>
#include <stdio.h>

static uint32_t dull(const struct map_frame *f, enum theme_color color, float t) {
    return color_mix(color_of(f->ui, COLOR_panel), color_of(f->ui, color), t);
}

/* --- Entries --- */

struct entry {
    uint64_t addr, count; /* entries from addr on, merged */
    uint64_t page;        /* the first one's, from arena_start */
    struct rect box;
};

static uint32_t class_color_of(const struct map_frame *f, const struct rspan *s) {
    if (s->state == SPAN_STATE_FREE)
        return color_of(f->ui, COLOR_free_span);
    if (s->state == SPAN_STATE_MANUAL)
        return color_of(f->ui, COLOR_manual);
    return heapmap_class_color(f->ui, (unsigned)s->spanclass);
}

/* Inside a free span entries are left over from spans long gone. */
static void entry_words(const struct map_frame *f, const struct entry *e, struct rect box) {
    const struct replica *r = f->v->r;
    uint32_t handle = replica_page(r, e->page);
    const struct rspan *s = replica_span(r, handle);
    bool stale = s && handle != heapmap_span_at(r, page_addr(r, e->page));
    char number[64], target[96], least[32], what[64] = "";
    snprintf(number, sizeof number, _("entry %" PRIu64), e->page);
    snprintf(least, sizeof least, "%" PRIu64, e->page);
    if (!s)
        snprintf(target, sizeof target, "%s", _("nil"));
    else if (stale)
        snprintf(target, sizeof target, "%s", _("left over"));
    else
        snprintf(target, sizeof target, "→ mspan 0x%" PRIx64, s->record);
    if (s && !stale)
        snprintf(what, sizeof what, _("span 0x%" PRIx64), s->base);
    const char *texts[] = {
        number, least, NULL, target, s && !stale ? "→ mspan" : target, NULL, what, NULL, NULL};
    const uint32_t colors[] = {
        color_of(f->ui, COLOR_muted), color_of(f->ui, COLOR_text), color_of(f->ui, COLOR_muted)};
    map_text_lines(f->ui, box, colors, texts);
}

static void draw_entry_box(const struct map_frame *f, const struct entry *e) {
    enum { WORDS_FROM = 40 };
    struct ui *ui = f->ui;
    const struct rspan *s = replica_span(f->v->r, replica_page(f->v->r, e->page));
    struct rect b = e->box;
    b.w -= px(ui, 1);
    int edge = px(ui, b.w >= px(ui, WORDS_FROM) ? 5 : 3);
    draw_fill(ui->canvas, b, dull(f, COLOR_spans, 0.12f));
    if (s)
        draw_fill(ui->canvas, rect_make(b.x, b.y, edge, b.h), class_color_of(f, s));
    draw_fill(ui->canvas, rect_make(b.x, b.y, b.w, px(ui, 2)), dull(f, COLOR_spans, s ? 1 : 0.3f));
    if (b.w >= px(ui, WORDS_FROM))
        entry_words(f, e,
            rect_make(
                b.x + edge + px(ui, 4), b.y + px(ui, 3), b.w - edge - px(ui, 6), b.h - px(ui, 3)));
}

/* Small or merged: like the pages, under an edge. */
static void draw_entry_cell(
    const struct map_frame *f, const struct entry *e, const struct cell *cell) {
    struct ui *ui = f->ui;
    struct rect b = e->box;
    float in_use = cell->allocated + cell->open + cell->manual;
    int edge = b.h / 4 > px(ui, 2) ? b.h / 4 : px(ui, 2);
    if (b.w >= px(ui, 5))
        b.w -= px(ui, 1);
    draw_fill(ui->canvas, b, dull(f, COLOR_spans, 0.15f));
    heapmap_draw(ui, rect_make(b.x, b.y + edge, b.w, b.h - edge), cell);
    draw_fill(ui->canvas, rect_make(b.x, b.y, b.w, edge),
        dull(f, COLOR_spans,
            in_use > 0       ? 1
            : cell->free > 0 ? 0.5f
                             : 0.2f));
}

void map_draw_entries(const struct map_frame *f, uint64_t lo, uint64_t hi) {
    enum { NARROWEST = 4, BOX_FROM = 14 };
    const struct replica *r = f->v->r;
    uint64_t step = map_cell_bytes(f, f->word, NARROWEST);
    bool boxes = step == f->word && map_pixels(f, step) >= px(f->ui, BOX_FROM);
    struct heapmap map;
    heapmap_begin(&map, r, (hi - lo) / step + 1);
    map_seen(f, KEY_SPANS);
    for (uint64_t at = lo, next; at < hi; at = next) {
        struct map_piece p;
        next = round_down(at, step) + step < hi ? round_down(at, step) + step : hi;
        if (!map_piece_begin(f, at, next, &p))
            continue;
        struct entry e = {at, (next - at) / f->word, (at - r->heap[HEAP_spans]) / f->word, p.box};
        if (boxes) {
            draw_entry_box(f, &e);
        } else {
            struct cell cell = heapmap_cell(
                &map, page_addr(r, e.page), page_addr(r, e.page + (e.count ? e.count : 1)));
            draw_entry_cell(f, &e, &cell);
        }
        ui_hot(f->ui, p.box, (struct thing){THING_ENTRY, e.page, at, next - at});
    }
}

/* --- The bitmap --- */

/* The arena that bitmap bytes [lo, hi) describe. */
static struct zoom described(const struct map_frame *f, uint64_t lo, uint64_t hi) {
    const uint64_t *heap = f->v->r->heap;
    uint64_t scale = 4 * (uint64_t)f->word;
    return (struct zoom){
        heap[HEAP_arena_start] + (heap[HEAP_bitmap] - hi) * scale, (hi - lo) * scale};
}

static void draw_bits_cell(const struct map_frame *f, struct rect b, const struct cell *cell) {
    struct ui *ui = f->ui;
    float in_use = cell->allocated + cell->open + cell->manual;
    bool scan = cell->any_class && !spanclass_noscan(cell->spanclass);
    float ground = in_use > 0 ? 0.30f : in_use + cell->free > 0 ? 0.16f : 0.08f;
    int h = scan ? (int)(cell->allocated * (float)b.h + 0.5f) : 0;
    draw_fill(ui->canvas, b, dull(f, COLOR_bitmap, ground));
    draw_fill(ui->canvas, rect_make(b.x, b.y + b.h - h, b.w, h), dull(f, COLOR_bitmap, 0.95f));
}

/* One of a byte's four pairs: scan bit left, pointer bit right. */
static void draw_pair(const struct map_frame *f, struct rect b, unsigned byte, unsigned word) {
    struct ui *ui = f->ui;
    bool bits[] = {byte >> word & 0x10, byte >> word & 1};
    int gap = px(ui, 1) > 0 ? px(ui, 1) : 1, w = (b.w - gap) / 2;
    for (int i = 0; i < 2; i++) {
        struct rect bit = rect_make(b.x + i * (w + gap), b.y, w, b.h);
        draw_fill(ui->canvas, bit, dull(f, COLOR_bitmap, bits[i] ? 1 : 0.16f));
        if (w >= px(ui, 9) && b.h >= px(ui, 13))
            ui_text(ui, bit, FACE_MONO, SIZE_SMALL, 1,
                color_of(ui, bits[i] ? COLOR_ground : COLOR_muted), bits[i] ? "1" : "0");
    }
}

static void byte_words(const struct map_frame *f, uint64_t addr, unsigned byte, struct rect box) {
    char value[32], full[96], some[64];
    struct zoom words = described(f, addr, addr + 1);
    snprintf(value, sizeof value, "0x%02x", byte);
    snprintf(full, sizeof full, _("4 words from 0x%" PRIx64), words.start);
    snprintf(some, sizeof some, "…%03x", (unsigned)(words.start & 0xfff));
    const char *texts[] = {full, some, NULL, value, NULL, NULL};
    const uint32_t colors[] = {color_of(f->ui, COLOR_muted), color_of(f->ui, COLOR_text)};
    map_text_lines(f->ui, box, colors, texts);
}

/* The pairs stand as the addresses do: the first word's leftmost. */
static void draw_byte(const struct map_frame *f, uint64_t addr, struct rect b) {
    struct ui *ui = f->ui;
    unsigned byte = replica_bitmap(f->v->r, f->v->r->heap[HEAP_bitmap] - 1 - addr);
    int gap = px(ui, 3), pair = (b.w - 5 * gap) / 4, line = px(ui, 16);
    b.w -= px(ui, 1);
    draw_fill(ui->canvas, b, dull(f, COLOR_bitmap, 0.14f));
    bool words = b.h >= 2 * line + px(ui, 4) && b.w >= px(ui, 34);
    int h = words || b.h > line + px(ui, 4) ? line : b.h - px(ui, 4);
    for (unsigned i = 0; i < 4; i++)
        draw_pair(f,
            rect_make(b.x + gap + (int)i * (pair + gap), b.y + b.h - h - px(ui, 2), pair, h), byte,
            i);
    if (words)
        byte_words(
            f, addr, byte, rect_make(b.x + gap, b.y + px(ui, 1), b.w - gap, b.h - h - px(ui, 3)));
}

void map_draw_bitmap(const struct map_frame *f, uint64_t lo, uint64_t hi) {
    enum { NARROWEST = 4, BYTE_FROM = 22 };
    uint64_t step = map_cell_bytes(f, 1, NARROWEST);
    bool bytes = step == 1 && map_pixels(f, 1) >= px(f->ui, BYTE_FROM);
    struct heapmap map;
    heapmap_begin(&map, f->v->r, (hi - lo) / step + 1);
    map_seen(f, bytes ? KEY_BITS : KEY_BITMAP);
    for (uint64_t at = lo, next; at < hi; at = next) {
        struct map_piece p;
        next = round_down(at, step) + step < hi ? round_down(at, step) + step : hi;
        if (!map_piece_begin(f, at, next, &p))
            continue;
        struct zoom arena = described(f, at, next);
        if (bytes) {
            draw_byte(f, at, p.box);
        } else {
            struct cell cell = heapmap_cell(&map, arena.start, arena.start + arena.size);
            draw_bits_cell(f, p.box, &cell);
        }
        uint64_t number = f->v->r->heap[HEAP_bitmap] - next;
        ui_hot(f->ui, p.box, (struct thing){THING_BITMAP_BYTE, number, at, next - at});
    }
}
