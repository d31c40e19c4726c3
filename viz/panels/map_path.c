/*
 * The line above the map: the path from the whole space to where one is, each part of it a way back
 * to that part; and at its right end what can be said of the innermost.
 *
 * A place is on the path if the middle of the picture lies in it and the picture is not much larger
 * than it. Where the line is too short the middle of the path goes first: whence and whither stay.
 */
#include "viz/panels/attempts.h"
#include "viz/panels/map_parts.h"

#include "sim/trace/narrate.h"

#include <inttypes.h>
#include <stdio.h>

enum { MOST_CRUMBS = 6, GAP = 7 };

struct crumb {
    char text[96], brief[48]; /* brief: where the line is short */
    int64_t arg;              /* CMD_GO's; -1: nowhere else to go */
};

struct path {
    const struct map_frame *f;
    struct crumb crumbs[MOST_CRUMBS];
    int count;
};

static struct crumb *add(struct path *p, int64_t arg, const char *text) {
    INVARIANT(p->count < MOST_CRUMBS);
    struct crumb *c = &p->crumbs[p->count++];
    c->arg = arg;
    snprintf(c->text, sizeof c->text, "%s", text);
    snprintf(c->brief, sizeof c->brief, "%s", text);
    return c;
}

/* --- Where one is --- */

static bool is_in(const struct map_frame *f, struct zoom z) {
    enum { TIMES = 3 };
    uint64_t middle = f->grid.start + f->grid.size / 2;
    return z.size && middle >= z.start && middle - z.start < z.size &&
           f->grid.size / TIMES < z.size;
}

static bool add_place(struct path *p, enum map_place place, const char *text) {
    struct zoom z;
    if (!place_extent(p->f->v, place, &z) || !is_in(p->f, z))
        return false;
    add(p, place, text);
    return true;
}

static void add_span(struct path *p) {
    const struct map_frame *f = p->f;
    const struct rspan *s = replica_span(f->v->r, f->span);
    char text[96], size[32];
    if (!s || map_level(f) == LEVEL_PAGES)
        return;
    unsigned c = (unsigned)s->spanclass;
    if (s->state == SPAN_STATE_FREE)
        snprintf(text, sizeof text, _("0x%" PRIx64 " (free span)"), s->base);
    else if (s->state == SPAN_STATE_MANUAL)
        snprintf(text, sizeof text, _("0x%" PRIx64 " (span by hand)"), s->base);
    else if (spanclass_size_class(c) == 0)
        snprintf(text, sizeof text, _("0x%" PRIx64 " (span, large)"), s->base);
    else
        snprintf(text, sizeof text, _("0x%" PRIx64 " (span, %s)"), s->base,
            format_size(s->elemsize, size, sizeof size));
    struct crumb *crumb = add(p, go_address(s->base, false), text);
    snprintf(crumb->brief, sizeof crumb->brief, "0x%" PRIx64, s->base);
}

/* The slot that is pointed at, else the first in sight. */
static bool slot_in_sight(const struct map_frame *f, const struct rspan *s, struct slot_run *run) {
    uint64_t at = f->focus;
    if (!s || s->state != SPAN_STATE_INUSE)
        return false;
    if (map_grid_row(&f->grid, at) < 0 || at < s->base || at >= heapmap_span_end(s))
        at = f->grid.start > s->base ? f->grid.start : s->base;
    return heapmap_slots(s, at, at + 1, run);
}

static void add_slot(struct path *p) {
    const struct map_frame *f = p->f;
    const struct rspan *s = replica_span(f->v->r, f->span);
    struct slot_run run;
    char text[64];
    if (map_level(f) != LEVEL_WORDS || !slot_in_sight(f, s, &run))
        return;
    snprintf(text, sizeof text, _("slot %" PRIu64), run.first);
    add(p, go_address(s->base + run.first * s->elemsize, true), text);
}

static void find_path(struct path *p) {
    char size[32];
    add(p, PLACE_SPACE, format_size(zoom_end(p->f->v->platform), size, sizeof size));
    if (add_place(p, PLACE_METADATA, _("runtime metadata")))
        return;
    add_place(p, PLACE_RESERVATION, _("reservation"));
    if (add_place(p, PLACE_SPANS, "spans") || add_place(p, PLACE_BITMAP, "bitmap"))
        return;
    if (!add_place(p, PLACE_ARENA, "arena"))
        return;
    add_span(p);
    add_slot(p);
}

/* --- What is said of it --- */

static void tell_slots(const struct rspan *s, char *buf, size_t len) {
    char tail[32];
    uint64_t bytes = s->npages << ARENA_PAGE_SHIFT, used = s->nelems * s->elemsize;
    unsigned c = (unsigned)s->spanclass;
    const char *scan = spanclass_noscan(c) ? _("pointer-free") : _("scan");
    format_count(bytes > used ? bytes - used : 0, tail, sizeof tail);
    if (bytes > used)
        snprintf(buf, len,
            _("class %u, %s · %" PRIu64 " of %" PRIu64 " slots allocated · %s B tail waste"),
            spanclass_size_class(c), scan, s->alloc_count, s->nelems, tail);
    else
        snprintf(buf, len, _("class %u, %s · %" PRIu64 " of %" PRIu64 " slots allocated"),
            spanclass_size_class(c), scan, s->alloc_count, s->nelems);
}

static void tell_heap(const struct map_frame *f, char *buf, size_t len) {
    const struct replica *r = f->v->r;
    char pages[32], idle[32];
    snprintf(buf, len, _("%s pages in use, %s free"),
        format_count(r->stats[STAT_pages_in_use], pages, sizeof pages),
        format_count(r->stats[STAT_heap_idle] >> ARENA_PAGE_SHIFT, idle, sizeof idle));
}

static void tell_hints(const struct map_frame *f, char *buf, size_t len) {
    struct hint_tally t = hint_tally(f->v->r);
    if (f->v->platform->ptr_size == 8)
        snprintf(
            buf, len, _("128 hints, 1 TiB apart: %u asked for, %u refused"), t.tried, t.refused);
}

static void tell(const struct map_frame *f, const struct path *p, char *buf, size_t len) {
    const struct rspan *s = replica_span(f->v->r, f->span);
    bool inside = p->count > 1 && p->crumbs[p->count - 1].arg >= PLACE_COUNT;
    int64_t last = p->crumbs[p->count - 1].arg;
    buf[0] = '\0';
    if (inside && s && s->state == SPAN_STATE_INUSE)
        tell_slots(s, buf, len);
    else if (last == PLACE_SPACE)
        tell_hints(f, buf, len);
    else if (last == PLACE_ARENA)
        tell_heap(f, buf, len);
    else if (last == PLACE_BITMAP)
        snprintf(buf, len, "%s", _("2 bits for each word of the arena; grows downward"));
    else if (last == PLACE_SPANS)
        snprintf(buf, len, "%s", _("one pointer for each page of the arena"));
    else if (last == PLACE_METADATA)
        snprintf(buf, len, "%s", _("what the runtime keeps about the heap"));
}

/* "512 KiB": what is in sight. */
static void extent_text(const struct map_frame *f, char *buf, size_t len) {
    char size[32], pages[32];
    format_size(f->grid.size, size, sizeof size);
    if (f->grid.size < 2 * ARENA_PAGE || f->grid.size > GiB(1))
        snprintf(buf, len, _("%s in sight"), size);
    else
        snprintf(buf, len, _("%s in sight, %s pages"), size,
            format_count(f->grid.size >> ARENA_PAGE_SHIFT, pages, sizeof pages));
}

/* --- Drawing --- */

static const char ARROW[] = "›";

static int words_width(const struct map_frame *f, const char *text) {
    return text_width(f->ui->fonts, FACE_SANS, px(f->ui, SIZE_SMALL), text) + 1;
}

static int path_width(const struct path *p, bool brief) {
    int w = 0, between = words_width(p->f, ARROW) + 2 * px(p->f->ui, GAP);
    for (int i = 0; i < p->count; i++)
        w += words_width(p->f, brief ? p->crumbs[i].brief : p->crumbs[i].text) + (i ? between : 0);
    return w;
}

/* Takes the crumb before the last two out. */
static void shorten(struct path *p) {
    int out = p->count > 3 ? p->count - 3 : 1;
    for (int i = out; i + 1 < p->count; i++)
        p->crumbs[i] = p->crumbs[i + 1];
    p->count--;
}

static int draw_crumb(const struct path *p, int i, int x, bool brief) {
    struct ui *ui = p->f->ui;
    const char *text = brief ? p->crumbs[i].brief : p->crumbs[i].text;
    struct rect r = rect_make(x, p->f->head.y, words_width(p->f, text), p->f->head.h);
    bool last = i + 1 == p->count;
    uint32_t color = color_of(ui, last ? COLOR_text : COLOR_muted);
    if (ui_hovered(ui, r))
        color = color_of(ui, COLOR_attention);
    ui_text(ui, r, FACE_SANS, SIZE_SMALL, 0, color, text);
    if (ui_hovered(ui, r))
        draw_fill(ui->canvas, rect_make(r.x, r.y + r.h - px(ui, 2), r.w, 1), color);
    ui_click(ui, r, CMD_GO, p->crumbs[i].arg);
    return x + r.w;
}

static int draw_crumbs(struct path *p, int x, int room) {
    struct ui *ui = p->f->ui;
    bool brief = path_width(p, false) > room;
    while (brief && p->count > 1 && path_width(p, true) > room)
        shorten(p);
    for (int i = 0; i < p->count; i++) {
        if (i) {
            struct rect r =
                rect_make(x + px(ui, GAP), p->f->head.y, words_width(p->f, ARROW), p->f->head.h);
            ui_text(ui, r, FACE_SANS, SIZE_SMALL, 0, color_of(ui, COLOR_faint), ARROW);
            x = r.x + r.w + px(ui, GAP);
        }
        x = draw_crumb(p, i, x, brief);
    }
    return x;
}

void map_draw_path(const struct map_frame *f) {
    struct path p = {.f = f};
    struct ui *ui = f->ui;
    char extent[96], told[160], full[260];
    find_path(&p);
    tell(f, &p, told, sizeof told);
    extent_text(f, extent, sizeof extent);
    snprintf(full, sizeof full, "%s · %s", told, extent);
    int x = draw_crumbs(&p, f->head.x, f->head.w);
    int left = x + px(ui, 18);
    struct rect rest = rect_make(left, f->head.y, f->head.x + f->head.w - left, f->head.h);
    const char *texts[] = {told[0] ? full : extent, told[0] ? told : extent, extent, NULL};
    if (rest.w > 0)
        ui_text_first(ui, rest, 2, color_of(ui, COLOR_muted), texts);
}
