/*
 * Names on the map: what is too small to say what it is, or has no size at all. The 128 hints with
 * what came of them, the image, the program break, the three regions and which way they grow, the
 * runtime's own memory, the end of all addresses.
 *
 * A name stands beside its place, on a plate, if that leaves the names before it alone; otherwise
 * it is left out, and its place, always drawn, tells it to the pointer. The names that matter most
 * come first.
 */
#include "viz/panels/map_parts.h"

#include "viz/panels/attempts.h"
#include "viz/panels/space_parts.h"

#include <stdio.h>

enum { MOST_PLATES = 192 };

struct marks {
    const struct map_frame *f;
    struct rect plates[MOST_PLATES];
    int count;
};

/* --- Plates --- */

static bool is_free(const struct marks *m, struct rect r) {
    for (int i = 0; i < m->count; i++) {
        struct rect o = m->plates[i];
        if (r.x < o.x + o.w && o.x < r.x + r.w && r.y < o.y + o.h && o.y < r.y + r.h)
            return false;
    }
    return m->count < MOST_PLATES;
}

static bool put(struct marks *m, struct rect r, enum theme_color color, const char *text) {
    struct ui *ui = m->f->ui;
    struct rect g = m->f->grid.rect;
    bool inside = r.x >= g.x && r.y >= g.y && r.x + r.w <= g.x + g.w && r.y + r.h <= g.y + g.h;
    if (!inside || !is_free(m, r))
        return false;
    m->plates[m->count++] = r;
    struct ui_part map = ui->part;
    ui_card(ui, "map's mark", r);
    draw_round(ui->canvas, r, px(ui, 3), color_alpha(color_of(ui, COLOR_panel), 225));
    struct rect box = rect_make(r.x + px(ui, 4), r.y, r.w - px(ui, 8), r.h);
    ui_text(ui, box, FACE_SANS, SIZE_SMALL, 0, color_of(ui, color), text);
    ui->part = map;
    return true;
}

/* Beside [lo, hi): right of its end, or left of its beginning; leftward turns that round. */
static void name(struct marks *m, uint64_t lo, uint64_t hi, bool leftward, enum theme_color color,
    const char *text) {
    const struct map_frame *f = m->f;
    struct ui *ui = f->ui;
    struct map_piece p;
    int gap = px(ui, 3), h = px(ui, 15);
    if (hi <= f->grid.start || lo >= map_grid_end(&f->grid) || !map_piece_begin(f, lo, hi, &p))
        return;
    while (!p.last && map_piece_next(f, hi, &p))
        ;
    if (p.box.h < h)
        return;
    int w = text_width(ui->fonts, FACE_SANS, px(ui, SIZE_SMALL), text) + px(ui, 9);
    int wide = p.box.w > px(ui, 3) ? p.box.w : px(ui, 3);
    struct rect right = rect_make(p.box.x + wide + gap, p.box.y + p.box.h - h, w, h), left = right;
    left.x = p.box.x - gap - w;
    if (!put(m, leftward ? left : right, color, text))
        put(m, leftward ? right : left, color, text);
}

/* Inside [lo, hi), where that is wide enough, at the end it does not grow from. */
static bool name_inside(struct marks *m, uint64_t lo, uint64_t hi, bool leftward,
    enum theme_color color, const char *text) {
    const struct map_frame *f = m->f;
    struct ui *ui = f->ui;
    struct map_piece p;
    int h = px(ui, 15), w = text_width(ui->fonts, FACE_SANS, px(ui, SIZE_SMALL), text) + px(ui, 9);
    for (bool more = map_piece_begin(f, lo, hi, &p); more; more = map_piece_next(f, hi, &p)) {
        if (p.box.w < w + px(ui, 10) || p.box.h < h || p.lo < f->grid.start)
            continue;
        int x = leftward ? p.box.x + px(ui, 5) : p.box.x + p.box.w - w - px(ui, 5);
        return put(m, rect_make(x, p.box.y + (p.box.h - h) / 2, w, h), color, text);
    }
    return false;
}

/* --- Hints --- */

static void draw_hint_at(struct marks *m, unsigned i, int asked) {
    const struct map_frame *f = m->f;
    struct ui *ui = f->ui;
    uint64_t addr = hint_addr(f->v->platform, i);
    unsigned outcome = f->v->r->init.hints[i].outcome;
    struct thing self = {.kind = THING_HINT, .index = i};
    struct map_piece p;
    if (addr < f->grid.start || addr >= map_grid_end(&f->grid) ||
        !map_piece_begin(f, addr, addr + 1, &p))
        return;
    int pitch = (int)map_pixels(f, GiB(1024)), half = pitch < px(ui, 14) ? pitch / 2 : px(ui, 7);
    struct rect r = rect_make(p.box.x, p.box.y, 1, p.box.h), hot = r;
    r.h = r.h < px(ui, 26) ? r.h : px(ui, 26);
    hot.x -= half;
    hot.w = 2 * half;
    if (thing_lit(f->v, self))
        draw_fill(ui->canvas, hot, color_alpha(color_of(ui, COLOR_attention), 90));
    map_seen(f, outcome == OUTCOME_UNTRIED   ? KEY_HINT
                : outcome == OUTCOME_REFUSED ? KEY_HINT_REFUSED
                                             : KEY_HINT_GRANTED);
    draw_hint_mark(ui, r, (float)p.box.x, outcome, (int)i == asked, (float)pitch);
    ui_hot(ui, hot, self);
    ui_click(ui, hot, CMD_TAKE_HINT, (int64_t)i);
    char text[64];
    if (pitch > px(ui, 200))
        snprintf(text, sizeof text, _("hint %u: %s"), i, _(outcome_word(outcome)));
    else
        snprintf(text, sizeof text, "%u", i);
    if (pitch >= px(ui, 26))
        name(m, addr, addr + 1, false, outcome ? outcome_color(outcome) : COLOR_muted, text);
}

static void draw_hints(struct marks *m) {
    const struct map_frame *f = m->f;
    if (f->v->platform->ptr_size != 8 || map_pixels(f, GiB(1024)) < 3)
        return;
    for (unsigned i = 0; i < HINT_COUNT; i++)
        draw_hint_at(m, i, hint_asked(f->v->r));
}

/* --- The regions --- */

/* A triangle at the edge of what is in use, pointing where it grows. */
static void growth(const struct map_frame *f, uint64_t at, bool down, enum theme_color color) {
    struct map_piece p;
    uint64_t lo = down ? at - 1 : at;
    if (at <= f->grid.start || at >= map_grid_end(&f->grid) || !map_piece_begin(f, lo, at + 1, &p))
        return;
    float x = (float)(down && p.last ? p.box.x + p.box.w : p.box.x), s = 5 * f->ui->scale;
    float y = (float)p.box.y + (float)p.box.h / 2, tip = down ? x - 1.5f * s : x + 1.5f * s;
    float xy[] = {x, y - s, tip, y, x, y + s};
    draw_polygon(f->ui->canvas, xy, 3, color_of(f->ui, color));
}

/* The region's name with its size; inside what is not mapped yet, else beside all of it. */
static void name_region(struct marks *m, const char *format, struct zoom whole, struct zoom used,
    bool down, enum theme_color color) {
    char text[96], size[32];
    uint64_t used_end = used.start + used.size, whole_end = whole.start + whole.size;
    snprintf(text, sizeof text, format, format_total(whole.size, size, sizeof size));
    uint64_t lo = down ? whole.start : used_end, hi = down ? used.start : whole_end;
    if (used.size)
        growth(m->f, down ? used.start : used_end, down, color);
    if (lo < hi && !name_inside(m, lo, hi, down, color, text) &&
        map_pixels(m->f, whole.size) >= px(m->f->ui, 3))
        name(m, whole.start, whole_end, down, color, text);
}

static void name_regions(struct marks *m) {
    const struct map_frame *f = m->f;
    const struct replica *r = f->v->r;
    const struct layout *l = &f->l;
    char text[96], size[32];
    if (!l->laid_out)
        return;
    uint64_t all = l->arena + l->arena_size - l->spans, base = replica_arena_base(r);
    uint64_t used = r->heap[HEAP_arena_used] > base ? r->heap[HEAP_arena_used] - base : 0;
    if (map_pixels(f, all) < px(f->ui, 200)) {
        snprintf(text, sizeof text, _("reservation, %s"), format_total(all, size, sizeof size));
        name(m, l->spans, l->arena + l->arena_size, false, COLOR_arena, text);
        return;
    }
    name_region(m, _("arena, %s ▸"), (struct zoom){l->arena, l->arena_size},
        (struct zoom){base, used}, false, COLOR_arena);
    name_region(m, _("◂ bitmap, %s, grows downward"), (struct zoom){l->bitmap, l->bitmap_size},
        bitmap_mapped(r), true, COLOR_bitmap);
    name_region(m, _("spans, %s ▸"), (struct zoom){l->spans, l->spans_size},
        spans_mapped(r, f->v->platform), false, COLOR_spans);
}

/* --- Others --- */

/* The program's image ends where the environment says; what lies highest is libraries and stack.
 * Hints that were taken are told by their marks. */
static const char *others_name(const struct map_frame *f, const struct range *range) {
    const struct environment *env = f->v->env;
    uint64_t image_end = place_world(f->v).image_end;
    if (image_end > range->start && image_end <= range->end)
        return _("image");
    if (env && env_is_taken(env, range->start))
        return f->v->platform->hint ? NULL : _("taken");
    return range->start >= zoom_end(f->v->platform) / 2 ? _("libraries, stack") : _("others");
}

static void name_others(struct marks *m) {
    enum { MOST = 64 };
    const struct map_frame *f = m->f;
    const struct rangemap *map = &f->v->r->ranges;
    size_t i = rangemap_find(map, f->grid.start);
    uint64_t end = map_grid_end(&f->grid);
    for (int n = 0; n < MOST && i < map->count && map->ranges[i].start < end; i++, n++) {
        const struct range *range = &map->ranges[i];
        if (range->owner != OWNER_OTHER)
            continue;
        const char *text = others_name(f, range);
        if (text && !name_inside(m, range->start, range->end, true, COLOR_text, text))
            name(m, range->start, range->end, false, COLOR_muted, text);
    }
}

static void name_metadata(struct marks *m) {
    struct zoom z;
    if (!place_extent(m->f->v, PLACE_METADATA, &z) || map_pixels(m->f, z.size) > px(m->f->ui, 60))
        return;
    name(m, z.start, z.start + z.size, true, COLOR_metadata, _("runtime metadata"));
}

/* A dotted upright; the arena must not be laid over it. */
static void draw_break(struct marks *m) {
    const struct map_frame *f = m->f;
    uint64_t brk = place_world(f->v).brk;
    struct map_piece p;
    if (!brk || brk < f->grid.start || brk >= map_grid_end(&f->grid) ||
        !map_piece_begin(f, brk, brk + 1, &p))
        return;
    int step = px(f->ui, 4);
    for (int y = p.box.y; y < p.box.y + p.box.h; y += step)
        draw_fill(f->ui->canvas, rect_make(p.box.x, y, px(f->ui, 2), step / 2),
            color_of(f->ui, COLOR_text));
    name(m, brk, brk + 1, false, COLOR_text, _("program break"));
}

void map_draw_marks(const struct map_frame *f) {
    struct marks m = {.f = f};
    name_regions(&m);
    draw_break(&m);
    name_metadata(&m);
    name_others(&m);
    draw_hints(&m);
}
