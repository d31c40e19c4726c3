/*
 * The map: one continuous zoom over the address space, from all of it to the bits of a word. This
 * file lays it out, splits what is in sight into zones and lights what is pointed at; the parts
 * (map_parts.h) fill the grid.
 *
 * Cost follows pixels: the ground is read pixel by pixel, zones too narrow to show anything of
 * their own are left to it, and merged cells look at a bounded number of spans.
 */
#include "viz/panels/map_parts.h"
#include "viz/panels/panels.h"

#include <inttypes.h>
#include <stdio.h>

/* --- Shared by the parts --- */

double map_pixels(const struct map_frame *f, uint64_t bytes) {
    return map_grid_pixels(&f->grid, bytes);
}

enum map_level map_level(const struct map_frame *f) {
    enum {
        WORD_FROM = 22,
        PAGE_FROM = 64
    }; /* design pixels from which the next level is legible */
    if (map_pixels(f, f->word) >= px(f->ui, WORD_FROM))
        return LEVEL_WORDS;
    return map_pixels(f, ARENA_PAGE) >= px(f->ui, PAGE_FROM) ? LEVEL_SLOTS : LEVEL_PAGES;
}

uint64_t map_cell_bytes(const struct map_frame *f, uint64_t unit, int narrowest) {
    uint64_t bytes = unit;
    while (bytes < f->grid.row_bytes && map_pixels(f, bytes) < px(f->ui, (float)narrowest))
        bytes *= 2;
    return bytes;
}

static void piece_set(const struct map_frame *f, uint64_t hi, struct map_piece *p) {
    const struct map_grid *g = &f->grid;
    uint64_t row_end = g->first + (uint64_t)(p->row + 1) * g->row_bytes;
    p->last = hi <= row_end;
    p->hi = p->last ? hi : row_end;
    int gap = px(f->ui, 2);
    int x0 = map_grid_x(g, p->row, p->lo), x1 = map_grid_x(g, p->row, p->hi);
    int y0 = map_grid_y(g, p->row), y1 = map_grid_y(g, p->row + 1) - gap;
    p->box = rect_make(x0, y0, x1 - x0, y1 - y0);
}

bool map_piece_begin(const struct map_frame *f, uint64_t lo, uint64_t hi, struct map_piece *p) {
    const struct map_grid *g = &f->grid;
    p->first = lo >= g->first;
    p->lo = p->first ? lo : g->first;
    if (p->lo >= hi || p->lo >= g->first + (uint64_t)g->rows * g->row_bytes)
        return false;
    p->row = (int)((p->lo - g->first) / g->row_bytes);
    piece_set(f, hi, p);
    return true;
}

bool map_piece_next(const struct map_frame *f, uint64_t hi, struct map_piece *p) {
    if (p->last || p->row + 1 >= f->grid.rows)
        return false;
    p->row++;
    p->lo = p->hi;
    p->first = false;
    piece_set(f, hi, p);
    return true;
}

/* A line along the piece's top or bottom edge, over the addresses [lo, hi). */
static void edge(const struct map_frame *f, const struct map_piece *p, uint64_t lo, uint64_t hi,
    int y, int thick, uint32_t color) {
    if (hi <= lo)
        return;
    int x0 = map_grid_x(&f->grid, p->row, lo) - (lo == p->lo ? thick : 0);
    int x1 = map_grid_x(&f->grid, p->row, hi) + (hi == p->hi ? thick : 0);
    draw_fill(f->ui->canvas, rect_make(x0, y, x1 - x0, thick), color);
}

/* What is too narrow for a frame is framed all the same, by a little room around it. */
static bool outline_small(
    const struct map_frame *f, uint64_t lo, uint64_t hi, int thick, uint32_t color) {
    struct map_piece p;
    int least = px(f->ui, 4);
    if (map_pixels(f, hi - lo) >= least || !map_piece_begin(f, lo, hi, &p))
        return false;
    struct rect b = rect_make(p.box.x - least / 2, p.box.y, least, p.box.h);
    draw_frame(f->ui->canvas, rect_inset(b, -thick), 0, thick, color);
    return true;
}

void map_outline(const struct map_frame *f, uint64_t lo, uint64_t hi, int thick, uint32_t color) {
    struct canvas *c = f->ui->canvas;
    uint64_t row = f->grid.row_bytes;
    uint64_t top_end = lo + row, bottom_start = hi - lo > row ? hi - row : lo;
    struct map_piece p;
    if (outline_small(f, lo, hi, thick, color))
        return;
    for (bool more = map_piece_begin(f, lo, hi, &p); more; more = map_piece_next(f, hi, &p)) {
        struct rect b = p.box;
        edge(f, &p, p.lo, p.hi < top_end ? p.hi : top_end, b.y - thick, thick, color);
        edge(f, &p, p.lo > bottom_start ? p.lo : bottom_start, p.hi, b.y + b.h, thick, color);
        if (p.first)
            draw_fill(c, rect_make(b.x - thick, b.y, thick, b.h), color);
        if (p.last)
            draw_fill(c, rect_make(b.x + b.w, b.y, thick, b.h), color);
    }
}

void map_text_lines(
    struct ui *ui, struct rect box, const uint32_t *colors, const char *const *texts) {
    int line = px(ui, 16), room = box.h / line;
    for (int i = 0; i < room && *texts; i++) {
        struct rect r = rect_make(box.x, box.y + i * line, box.w, line);
        ui_text_first(ui, r, 0, colors[i], texts);
        while (*texts)
            texts++;
        texts++;
    }
}

uint32_t map_text_on(const struct ui *ui, uint32_t ground) {
    unsigned light = 3 * (ground >> 16 & 0xff) + 6 * (ground >> 8 & 0xff) + (ground & 0xff);
    enum theme_color dark_one = ui->theme->dark ? COLOR_ground : COLOR_text;
    enum theme_color light_one = ui->theme->dark ? COLOR_text : COLOR_ground;
    return color_of(ui, light > 10 * 115 ? dark_one : light_one);
}

/* --- Zones --- */

static bool within(struct zoom z, uint64_t addr) {
    return addr >= z.start && addr - z.start < z.size;
}

/* addr is not within z: where z begins, if that is before *end. */
static void ends_before(struct zoom z, uint64_t addr, uint64_t *end) {
    if (z.size && z.start > addr && z.start < *end)
        *end = z.start;
}

enum map_zone map_zone_at(const struct map_frame *f, uint64_t addr, uint64_t *end) {
    const struct replica *r = f->v->r;
    struct zoom spans = spans_mapped(r, f->v->platform), bits = bitmap_mapped(r);
    struct zoom arena = {replica_arena_base(r), r->heap[HEAP_arena_used] - replica_arena_base(r)};
    if (!f->l.laid_out || r->heap[HEAP_arena_used] < arena.start)
        spans.size = bits.size = arena.size = 0;
    *end = UINT64_MAX;
    if (within(spans, addr)) {
        *end = spans.start + spans.size;
        return ZONE_SPANS;
    }
    if (within(bits, addr)) {
        *end = bits.start + bits.size;
        return ZONE_BITMAP;
    }
    struct range run;
    *end = rangemap_run(&r->ranges, addr, *end, &run);
    if (run.owner == OWNER_METADATA)
        return ZONE_META;
    bool in_arena = within(arena, addr) && run.owner == OWNER_HEAP;
    if (in_arena && *end > arena.start + arena.size)
        *end = arena.start + arena.size;
    ends_before(spans, addr, end);
    ends_before(bits, addr, end);
    ends_before(arena, addr, end);
    return in_arena ? ZONE_ARENA : ZONE_GROUND;
}

enum theme_color map_zone_color(enum map_zone zone) {
    static const enum theme_color colors[] = {[ZONE_GROUND] = COLOR_faint,
        [ZONE_SPANS] = COLOR_spans,
        [ZONE_BITMAP] = COLOR_bitmap,
        [ZONE_ARENA] = COLOR_arena,
        [ZONE_META] = COLOR_metadata};
    return colors[zone];
}

/* What the ground showed there gives way: gaps between cells are empty. */
static void clear(const struct map_frame *f, uint64_t lo, uint64_t hi) {
    struct map_piece p;
    for (bool more = map_piece_begin(f, lo, hi, &p); more; more = map_piece_next(f, hi, &p))
        draw_fill(f->ui->canvas, p.box, color_of(f->ui, COLOR_ground));
}

static void draw_zone(const struct map_frame *f, enum map_zone zone, uint64_t lo, uint64_t hi) {
    if (zone == ZONE_GROUND || zone == ZONE_META)
        return;
    clear(f, lo, hi);
    switch (zone) {
    case ZONE_SPANS: map_draw_entries(f, lo, hi); break;
    case ZONE_BITMAP: map_draw_bitmap(f, lo, hi); break;
    case ZONE_ARENA:
        switch (map_level(f)) {
        case LEVEL_PAGES: map_draw_pages(f, lo, hi); break;
        case LEVEL_SLOTS: map_draw_slots(f, lo, hi); break;
        case LEVEL_WORDS: map_draw_words(f, lo, hi); break;
        }
        break;
    default: break;
    }
}

/* Rows that stand half in the picture are drawn as a whole. */
static uint64_t rows_end(const struct map_frame *f) {
    return f->grid.first + (uint64_t)f->grid.rows * f->grid.row_bytes;
}

/* Neighbouring pieces of the arena that ranges alone keep apart (released, mapped) are one. */
static uint64_t zone_end(const struct map_frame *f, enum map_zone zone, uint64_t end) {
    uint64_t stop = rows_end(f), next;
    while (end < stop && map_zone_at(f, end, &next) == zone)
        end = next;
    return end < stop ? end : stop;
}

static void draw_zones(const struct map_frame *f) {
    enum { NARROWEST = 6 }; /* design pixels that a zone must have to be more than ground */
    uint64_t at = f->grid.first, stop = rows_end(f), end;
    uint64_t step = (uint64_t)((double)f->grid.row_bytes / f->grid.rect.w) + 1;
    while (at < stop) {
        enum map_zone zone = map_zone_at(f, at, &end);
        end = zone == ZONE_ARENA ? zone_end(f, zone, end) : end < stop ? end : stop;
        if (map_pixels(f, end - at) >= px(f->ui, NARROWEST))
            draw_zone(f, zone, at, end);
        at = end > at + step ? end : at + step;
    }
}

/* --- What is in sight --- */

static bool in_sight(const struct map_frame *f, const struct rspan *s) {
    return s && s->base < map_grid_end(&f->grid) && heapmap_span_end(s) > f->grid.start;
}

static uint32_t chosen_span(const struct map_frame *f) {
    const struct replica *r = f->v->r;
    uint32_t handle = heapmap_span_at(r, f->focus);
    if (in_sight(f, replica_span(r, handle)))
        return handle;
    uint64_t at = f->grid.start, end = map_grid_end(&f->grid);
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

/* --- What is lit --- */

static bool whole_page_chosen(const struct map_frame *f) {
    struct thing t = f->v->hover.kind ? f->v->hover : f->v->pinned;
    return f->chosen && (t.kind == THING_PAGE || t.kind == THING_ENTRY || t.kind == THING_RECORD);
}

/* The slot, or the page, that is lit. */
static struct zoom lit_in_arena(const struct map_frame *f) {
    const struct replica *r = f->v->r;
    const struct rspan *s = replica_span(r, heapmap_span_at(r, f->focus));
    struct slot_run run;
    if (map_level(f) != LEVEL_PAGES && !whole_page_chosen(f) && s && s->state == SPAN_STATE_INUSE &&
        heapmap_slots(s, f->focus, f->focus + 1, &run))
        return (struct zoom){s->base + run.first * s->elemsize, s->elemsize};
    return (struct zoom){round_down(f->focus, ARENA_PAGE), ARENA_PAGE};
}

static void light(const struct map_frame *f, struct zoom z, int thick, enum theme_color color) {
    if (z.size && z.start < map_grid_end(&f->grid) && z.start + z.size > f->grid.start)
        map_outline(f, z.start, z.start + z.size, px(f->ui, (float)thick), color_of(f->ui, color));
}

/* The lit page in the arena and in all that describes it: its entry, its bitmap bytes, the record
 * of its span. */
static void light_focus(const struct map_frame *f) {
    const struct replica *r = f->v->r;
    int thick = f->chosen ? 2 : 1;
    if (!f->focus)
        return;
    uint64_t page = (f->focus - r->heap[HEAP_arena_start]) >> ARENA_PAGE_SHIFT;
    uint64_t bits = bitmap_bytes_a_page(f->word);
    const struct rspan *s = replica_span(r, heapmap_span_at(r, f->focus));
    light(f, lit_in_arena(f), thick, COLOR_attention);
    light(f, (struct zoom){page_entry(r, page, f->word), f->word}, thick, COLOR_attention);
    light(f, (struct zoom){page_bits(r, page, f->word) + 1 - bits, bits}, thick, COLOR_attention);
    if (s)
        light(f, (struct zoom){s->record, f->v->platform->sizeof_mspan}, thick, COLOR_attention);
}

/* What the pointer is at, if it is smaller than what is lit anyway. */
static void light_hover(const struct map_frame *f) {
    struct thing t = f->v->hover;
    struct zoom z;
    if (t.kind == THING_PAGE || t.kind == THING_SLOT || t.kind == THING_REGION ||
        t.kind == THING_HINT || !place_of_thing(f->v, t, &z))
        return;
    light(f, z, 1, COLOR_text);
}

/* --- The panel --- */

/* Addresses of rows, as many as have room, with a stripe of the zone's colour. */
static void draw_gutter(const struct map_frame *f) {
    struct ui *ui = f->ui;
    const struct map_grid *g = &f->grid;
    int line = px(ui, 15), last = g->rect.y - line;
    for (int row = 0; row < g->rows; row++) {
        uint64_t addr = g->first + (uint64_t)row * g->row_bytes, end;
        int y0 = map_grid_y(g, row), y1 = map_grid_y(g, row + 1) - px(ui, 2);
        enum map_zone zone = map_zone_at(f, addr, &end);
        draw_fill(ui->canvas, rect_make(g->rect.x - px(ui, 4), y0, px(ui, 2), y1 - y0),
            color_of(ui, map_zone_color(zone)));
        int y = y1 - y0 > line ? y0 + (y1 - y0 > 2 * line ? px(ui, 2) : (y1 - y0 - line) / 2) : y0;
        if (g->gutter.w == 0 || y < last + line || y < g->rect.y ||
            y + line > g->rect.y + g->rect.h)
            continue;
        char text[32];
        snprintf(text, sizeof text, "0x%" PRIx64, addr);
        ui_text(ui, rect_make(g->gutter.x, y, g->gutter.w - px(ui, 8), line), FACE_MONO, SIZE_SMALL,
            2, color_of(ui, COLOR_muted), text);
        last = y;
    }
}

void panel_map(struct ui *ui, const struct view *v, struct rect area) {
    bool seen[KEY_COUNT] = {false};
    struct map_frame f = {.ui = ui, .v = v, .word = v->platform->ptr_size, .seen = seen};
    struct zoom z = {v->zoom_start, v->zoom_size};
    if (z.size == 0)
        z = zoom_settle(zoom_end(v->platform), place_home(v), area, ui->scale);
    f.grid = map_grid(z, area, ui->scale);
    f.l = layout_of(v);
    f.focus = heapmap_focus(v, &f.chosen);
    f.span = chosen_span(&f);
    int below = f.grid.rect.y + f.grid.rect.h + px(ui, 4);
    f.head = rect_make(area.x, area.y, area.w, px(ui, 18));
    f.foot = rect_make(area.x, below, area.w, area.y + area.h - below);
    struct map_greys greys = {.count = 0};
    if (replica_marking(v->r) && map_level(&f) != LEVEL_PAGES) {
        map_find_greys(&f, &greys);
        f.greys = &greys;
    }
    canvas_clip(ui->canvas, rect_make(area.x, f.grid.rect.y, area.w, f.grid.rect.h));
    draw_gutter(&f);
    canvas_unclip(ui->canvas);
    canvas_clip(ui->canvas, rect_inset(f.grid.rect, -px(ui, 2))); /* frames stand out a little */
    map_draw_ground(&f);
    draw_zones(&f);
    map_draw_touched(&f);
    map_draw_reach(&f);
    map_draw_meta(&f);
    map_draw_marks(&f);
    light_focus(&f);
    light_hover(&f);
    map_draw_pointers(&f);
    canvas_unclip(ui->canvas);
    map_draw_path(&f);
    map_draw_legend(&f);
}
