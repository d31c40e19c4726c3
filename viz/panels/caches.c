/*
 * Caches: every shelf that a span can stand on, from the nearest to the farthest.
 *
 *   mcache    one column for each size class, a row with pointers and one without: how full the
 *             span is that the P allocates from. Beside it the P's tiny block.
 *   mcentral  in the same columns: how many spans with room (up) and how many full ones (down).
 *   mheap     free runs by length (up) and spans of large objects (down); the treap as a tree.
 *
 * Counts are bars on a logarithmic scale. The span that is lit elsewhere is framed here, and a band
 * over its column ties its mcache slot to its mcentral lists.
 */
#include <inttypes.h>
#include <math.h>
#include <stdio.h>

#include "sim/base/i18n.h"
#include "viz/panels/caption.h"
#include "viz/panels/heapmap.h"
#include "viz/panels/panels.h"
#include "viz/panels/sentence.h"
#include "viz/panels/shelf.h"
#include "viz/panels/treap.h"

/* Design pixels. */
enum { CAPTION = 22, AXIS = 18, TINY_H = 26, SWEEP_H = 20, BETWEEN = 10, LABEL_W = 70, CELL = 11 };

/* One picture. */
struct page {
    struct ui *ui;
    const struct view *v;
    struct rect area;
    int x, w;     /* of the columns of size classes */
    uint32_t lit; /* the span to light, 0: none */
    bool chosen;
    uint64_t most; /* the longest of mcentral's lists, spans */
};

static uint32_t lit_color(const struct page *c) {
    return color_of(c->ui, c->chosen ? COLOR_text : COLOR_attention);
}

/* What a row of columns is, at its left. */
static void row_label_in(struct page *c, int y, int h, enum theme_color color, const char *label) {
    ui_text(c->ui, rect_make(c->area.x, y, px(c->ui, LABEL_W), h), FACE_SANS, SIZE_SMALL, 0,
        color_of(c->ui, color), label);
}

static void row_label(struct page *c, int y, int h, const char *label) {
    row_label_in(c, y, h, COLOR_muted, label);
}

/* --- mcache and tiny blocks --- */

static void draw_mcaches(struct page *c, int y, int h) {
    unsigned ps = c->v->r->more_ps + 1;
    for (unsigned p = 0; p < ps; p++) {
        int top = y + (int)p * h / (int)ps, bottom = y + (int)(p + 1) * h / (int)ps;
        int row_h = bottom - top - (ps > 1 ? px(c->ui, 2) : 0);
        char label[48];
        shelf_draw_mcache(c->ui, c->v, rect_make(c->x, top, c->w, row_h), p);
        if (ps == 1) {
            row_label(c, top, row_h / 2, "scan");
            row_label(c, top + row_h / 2, row_h / 2, "noscan");
        } else if (row_h >= px(c->ui, SIZE_SMALL + 2)) {
            bool waits = c->v->r->wait[p].waits, acts = p == c->v->r->acting;
            snprintf(label, sizeof label, waits ? _("P%u waits") : "P%u", p);
            row_label_in(c, top, row_h,
                acts    ? COLOR_attention
                : waits ? COLOR_text
                        : COLOR_muted,
                label);
        }
    }
}

/* Sixteen bytes, filled as far as they are handed out. Returns where the next may begin. */
static int draw_tiny_block(struct page *c, int x, int y, int cell, unsigned p) {
    struct ui *ui = c->ui;
    const struct replica *r = c->v->r;
    for (unsigned i = 0; i < TINY_SIZE; i++) {
        struct rect box = {x + (int)i * cell, y + px(ui, 7), cell - 1, px(ui, TINY_H - 12)};
        bool taken = r->tiny[p] && i < r->tiny_offset[p];
        draw_fill(ui->canvas, box,
            taken ? heapmap_class_color(ui, TINY_SPAN_CLASS) : color_of(ui, COLOR_raised));
    }
    struct rect block = {x, y, cell * TINY_SIZE, px(ui, TINY_H)};
    if (r->tiny[p])
        ui_hot(ui, block,
            (struct thing){.kind = THING_SLOT,
                .index = replica_span_of(r, r->tiny[p]),
                .addr = r->tiny[p],
                .size = TINY_SIZE});
    return x + block.w;
}

static void tell_tiny(struct page *c, struct rect box) {
    const struct replica *r = c->v->r;
    char full[128], some[64];
    if (!r->tiny[0]) {
        const char *none[] = {
            _("none yet: small pointer-free objects will share one"), _("none yet"), NULL};
        ui_text_first(c->ui, box, 0, color_of(c->ui, COLOR_muted), none);
        return;
    }
    snprintf(full, sizeof full, _("%u of %d bytes handed out, at 0x%" PRIx64),
        (unsigned)r->tiny_offset[0], TINY_SIZE, r->tiny[0]);
    snprintf(some, sizeof some, _("%u of %d bytes"), (unsigned)r->tiny_offset[0], TINY_SIZE);
    const char *texts[] = {full, some, NULL};
    ui_text_first(c->ui, box, 0, color_of(c->ui, COLOR_muted), texts);
}

static void draw_tiny(struct page *c, int y) {
    struct ui *ui = c->ui;
    unsigned ps = c->v->r->more_ps + 1;
    row_label(c, y, px(ui, TINY_H), _("tiny block"));
    int x = c->x + px(ui, 4), cell = px(ui, CELL), right = c->x + c->w;
    if (ps <= 1) {
        x = draw_tiny_block(c, x, y, cell, 0) + px(ui, 10);
        tell_tiny(c, rect_make(x, y, right - x, px(ui, TINY_H)));
        return;
    }
    int share = (right - x) / (int)ps;
    cell = (share - px(ui, 8)) / TINY_SIZE;
    for (unsigned p = 0; p < ps && cell > 1; p++)
        draw_tiny_block(c, x + (int)p * share, y, cell < px(ui, CELL) ? cell : px(ui, CELL), p);
}

/* --- mcentral --- */

static uint64_t longest_list(const struct replica *r) {
    uint64_t most = SHELF_FULL_BAR;
    for (unsigned i = LIST_NONEMPTY; i < LIST_COUNT; i++)
        if (r->lists[i].count > most)
            most = r->lists[i].count;
    return most;
}

static int bar_height(uint64_t n, uint64_t most, int room) {
    if (!n)
        return 0;
    int h = (int)(log2(1 + (double)n) / log2(1 + (double)most) * room + 0.5);
    return h > 0 ? h : 1;
}

/* One list of mcentral: a bar from the middle line up or down. */
static void draw_list(struct page *c, unsigned list, struct rect room, bool up, uint32_t color) {
    const struct rlist *l = &c->v->r->lists[list];
    int h = bar_height(l->count, c->most, room.h);
    const struct rspan *lit = replica_span(c->v->r, c->lit);
    struct rect bar = {room.x, up ? room.y + room.h - h : room.y, room.w, h};
    if (!l->count)
        return;
    draw_fill(c->ui->canvas, bar, color);
    if (lit && lit->list == list)
        draw_frame(c->ui->canvas, rect_inset(bar, -1), 0, px(c->ui, 1), lit_color(c));
    ui_hot(c->ui, room, shelf_thing(c->v->r, lit && lit->list == list ? c->lit : l->first));
}

static void draw_central_row(struct page *c, int y, int h, unsigned noscan) {
    int middle = y + h / 2, gap = c->w >= SHELF_CLASSES * 4 ? 1 : 0;
    draw_fill(c->ui->canvas, rect_make(c->x, middle, c->w, 1), color_of(c->ui, COLOR_line));
    for (int i = 0; i < SHELF_CLASSES; i++) {
        unsigned spanclass = (unsigned)(i + SHELF_FIRST_CLASS) << 1 | noscan;
        int x = shelf_column(c->x, c->w, i, SHELF_CLASSES);
        int w = shelf_column(c->x, c->w, i + 1, SHELF_CLASSES) - x - gap;
        struct rect above = {x, y, w, middle - y};
        struct rect below = {x, middle + 1, w, y + h - middle - 1};
        draw_list(c, LIST_NONEMPTY + spanclass, above, true, heapmap_open_color(c->ui, spanclass));
        draw_list(c, LIST_EMPTY + spanclass, below, false, heapmap_class_color(c->ui, spanclass));
    }
}

/* A ring where a P waits for the lists of a class; middle: the row's. */
static void draw_queue(struct page *c, int middle, unsigned spanclass) {
    int i = (int)spanclass_size_class(spanclass) - SHELF_FIRST_CLASS;
    int x = shelf_column(c->x, c->w, i, SHELF_CLASSES);
    float centre = (float)(x + shelf_column(c->x, c->w, i + 1, SHELF_CLASSES)) / 2;
    float scale = c->ui->scale;
    draw_circle(c->ui->canvas, centre, (float)middle, 6 * scale, color_of(c->ui, COLOR_attention));
    draw_circle(c->ui->canvas, centre, (float)middle, 4 * scale, color_of(c->ui, COLOR_ground));
}

static void draw_central(struct page *c, int y, int h) {
    int row_h = h / 2 - px(c->ui, 3);
    draw_central_row(c, y, row_h, 0);
    draw_central_row(c, y + h - row_h, row_h, 1);
    row_label(c, y, row_h, "scan");
    row_label(c, y + h - row_h, row_h, "noscan");
    for (unsigned p = 0; p <= c->v->r->more_ps; p++) {
        const struct rwait *w = &c->v->r->wait[p];
        if (w->waits && w->rank == RANK_CENTRAL)
            draw_queue(c, spanclass_noscan(w->index) ? y + h - row_h / 2 : y + row_h / 2, w->index);
    }
}

/* Sizes below the columns; the lit column's own in its place. */
static void draw_sizes(struct page *c, int y) {
    struct ui *ui = c->ui;
    const struct rspan *s = replica_span(c->v->r, c->lit);
    struct rect axis = {c->x, y, c->w, px(ui, AXIS)};
    bool lit = s && s->state == SPAN_STATE_INUSE && spanclass_size_class((unsigned)s->spanclass);
    int from = axis.x, to = axis.x + axis.w;
    if (lit) {
        char size[32];
        int i = (int)spanclass_size_class((unsigned)s->spanclass) - SHELF_FIRST_CLASS;
        format_size(s->elemsize, size, sizeof size);
        int w = text_width(ui->fonts, FACE_SANS, px(ui, SIZE_SMALL), size) + px(ui, 2);
        int x = shelf_column(c->x, c->w, i, SHELF_CLASSES) - w / 2;
        x = x < axis.x ? axis.x : x + w > to ? to - w : x;
        ui_text(ui, rect_make(x, y, w, axis.h), FACE_SANS, SIZE_SMALL, 1, lit_color(c), size);
        from = x;
        to = x + w;
    }
    uint32_t muted = color_of(ui, COLOR_muted);
    int end_w = px(ui, 46);
    if (!lit || from >= axis.x + end_w)
        ui_text(ui, rect_make(axis.x, y, end_w, axis.h), FACE_SANS, SIZE_SMALL, 0, muted, "8 B");
    if (!lit || to <= axis.x + axis.w - end_w)
        ui_text(ui, rect_make(axis.x + axis.w - end_w, y, end_w, axis.h), FACE_SANS, SIZE_SMALL, 2,
            muted, "32 KiB");
}

/* A pale band over the lit span's column. */
static void draw_band(struct page *c, int y, int h) {
    const struct rspan *s = replica_span(c->v->r, c->lit);
    unsigned size_class = s ? spanclass_size_class((unsigned)s->spanclass) : 0;
    if (!s || s->state != SPAN_STATE_INUSE || size_class < SHELF_FIRST_CLASS)
        return;
    int i = (int)size_class - SHELF_FIRST_CLASS, pad = px(c->ui, 2);
    int x = shelf_column(c->x, c->w, i, SHELF_CLASSES);
    int w = shelf_column(c->x, c->w, i + 1, SHELF_CLASSES) - x;
    draw_fill(c->ui->canvas, rect_make(x - pad, y, w + 2 * pad, h), color_alpha(lit_color(c), 36));
}

/* --- mheap --- */

/* Spans of large objects, by pages, below the line of the free runs. */
static void draw_busy(struct page *c, struct rect r, uint64_t most) {
    const struct rspan *lit = replica_span(c->v->r, c->lit);
    for (unsigned pages = 1; pages <= NUM_PAGE_LISTS; pages++) {
        unsigned list = LIST_BUSY + pages; /* the last is LIST_BUSYLARGE */
        const struct rlist *l = &c->v->r->lists[list];
        struct rect column = shelf_free_column(r, pages);
        int h = bar_height(l->count, most, column.h);
        if (!l->count)
            continue;
        bool on = lit && lit->list == list;
        draw_fill(c->ui->canvas, rect_make(column.x, column.y, column.w, h),
            on ? lit_color(c) : color_of(c->ui, COLOR_large));
        ui_hot(c->ui, column, shelf_thing(c->v->r, on ? c->lit : l->first));
    }
}

static uint64_t most_busy(const struct replica *r) {
    uint64_t most = 0;
    for (unsigned list = LIST_BUSY; list <= LIST_BUSYLARGE; list++)
        if (r->lists[list].count > most)
            most = r->lists[list].count;
    return most;
}

/* Names the longest free run beside its bar. */
static void draw_longest(struct page *c, struct rect r, uint64_t most) {
    struct ui *ui = c->ui;
    uint64_t longest = shelf_longest_free(c->v->r, NULL);
    if (!longest || longest >= NUM_PAGE_LISTS) /* the treap says it */
        return;
    char words[48], n[32];
    snprintf(words, sizeof words, ngettext("%s page", "%s pages", (unsigned long)longest),
        format_count(longest, n, sizeof n));
    struct rect column = shelf_free_column(r, (unsigned)longest);
    int h = bar_height(c->v->r->lists[LIST_FREE + longest].count, most, r.h);
    int w = text_width(ui->fonts, FACE_SANS, px(ui, SIZE_SMALL), words) + px(ui, 2);
    int y = r.y + r.h - h - px(ui, 4), right = column.x + column.w + px(ui, 5);
    int x = right + w <= r.x + r.w ? right : column.x - px(ui, 5) - w;
    ui_text(ui, rect_make(x, y, w, px(ui, 16)), FACE_SANS, SIZE_SMALL, 0, color_of(ui, COLOR_muted),
        words);
}

static void draw_runs(struct page *c, struct rect r) {
    struct ui *ui = c->ui;
    const char *texts[] = {_("up: free runs · down: large objects, by pages"),
        _("up: free · down: large objects"), _("free · large"), NULL};
    caption_first(ui, r, "MHEAP", texts);
    uint64_t busy = most_busy(c->v->r), most = shelf_most_runs(c->v->r);
    most = busy > most ? busy : most;
    struct rect body = {r.x, r.y + px(ui, CAPTION), r.w, r.h - px(ui, CAPTION + AXIS)};
    int up = busy ? body.h * 3 / 5 : body.h - px(ui, 4);
    shelf_draw_free(ui, c->v, rect_make(body.x, body.y, body.w, up), most);
    draw_longest(c, rect_make(body.x, body.y, body.w, up), most);
    draw_busy(c, rect_make(body.x, body.y + up + 1, body.w, body.h - up - 1), most);
    uint32_t muted = color_of(ui, COLOR_muted);
    int half = r.w / 2;
    struct rect axis = {r.x, r.y + r.h - px(ui, AXIS), half, px(ui, AXIS)};
    ui_text(ui, axis, FACE_SANS, SIZE_SMALL, 0, muted, _("1 page"));
    axis.x += half;
    ui_text(ui, axis, FACE_SANS, SIZE_SMALL, 2, muted, _("127 · more"));
}

static void draw_treap(struct page *c, struct rect r) {
    uint64_t n = shelf_treap_count(c->v->r, c->v->r->treap_root);
    char full[96], some[48], count[32];
    format_count(n, count, sizeof count);
    snprintf(full, sizeof full,
        ngettext("%s free run of 128 pages or more", "%s free runs of 128 pages or more",
            (unsigned long)n),
        count);
    snprintf(some, sizeof some, ngettext("%s run", "%s runs", (unsigned long)n), count);
    const char *texts[] = {full, some, NULL}, *none[] = {_("no run of 128 pages or more is free"),
                                                  _("no run of 128 pages"), _("empty"), NULL};
    caption_first(c->ui, r, _("TREAP"), n ? texts : none);
    int top = px(c->ui, CAPTION);
    treap_draw(c->ui, c->v, rect_make(r.x, r.y + top, r.w, r.h - top));
}

/* --- Sweeping --- */

static void draw_sweep(struct page *c, struct rect row) {
    struct ui *ui = c->ui;
    const uint64_t *st = c->v->r->stats;
    uint64_t swept = st[STAT_pages_swept], in_use = st[STAT_pages_in_use];
    char full[160], some[80], a[32], b[32];
    format_count(swept, a, sizeof a);
    format_count(in_use, b, sizeof b);
    if (!c->v->r->collections)
        snprintf(some, sizeof some, "%s", _("no collection yet"));
    else if (st[STAT_sweepdone])
        snprintf(some, sizeof some, "%s", _("all spans are swept"));
    else
        snprintf(some, sizeof some, _("%s pages swept, %s in use"), a, b);
    snprintf(full, sizeof full, _("%s · generation %" PRIu64), some, st[STAT_sweepgen]);
    const char *texts[] = {full, some, NULL};
    row_label(c, row.y, row.h, _("sweeping"));
    struct rect rest = {c->x + px(ui, 4), row.y, c->w - px(ui, 4), row.h};
    ui_text_first(ui, rest, 0, color_of(ui, COLOR_text), texts);
}

/* The event by which P p began to wait, looked for among the latest; NULL if it is too long ago. */
static const struct event *wait_of(const struct view *v, unsigned p) {
    enum { LOOK_BACK = 4096 };
    uint64_t stop = v->at > LOOK_BACK ? v->at - LOOK_BACK : 0;
    for (uint64_t i = v->at; v->rec && i > stop; i--) {
        const struct event *ev = recording_event(v->rec, i - 1);
        if (ev->kind == EV_WAIT && ev->x == p)
            return ev;
    }
    return NULL;
}

/* What P's wait for: one in a sentence, else all of them by name. */
static void draw_waiting(struct page *c, struct rect row) {
    const struct replica *r = c->v->r;
    struct strbuf one = {0}, names = {0};
    for (unsigned p = 0; p <= r->more_ps; p++) {
        if (!r->wait[p].waits)
            continue;
        sb_printf(&names, "%sP%u", names.len ? " " : "", p);
        const struct event *ev = wait_of(c->v, p);
        if (ev && (!one.len || p == r->acting)) { /* rather the latest */
            sb_clear(&one);
            sentence(ev, NULL, c->v->platform->ptr_size, &one);
        }
    }
    const char *none[] = {_("no P waits for a lock"), _("no P"), NULL};
    const char *texts[] = {one.len ? one.text : sb_text(&names), sb_text(&names), NULL};
    row_label(c, row.y, row.h, _("waiting"));
    struct rect rest = {c->x + px(c->ui, 4), row.y, c->w - px(c->ui, 4), row.h};
    ui_text_first(c->ui, rest, 0, color_of(c->ui, COLOR_text), names.len ? texts : none);
    sb_free(&one);
    sb_free(&names);
}

/* --- All of it --- */

static struct rect cut(struct rect *area, int h) {
    struct rect top = {area->x, area->y, area->w, h};
    area->y += h;
    area->h -= h;
    return top;
}

static void draw_near(struct page *c, struct rect *rest, int mcache_h, int central_h) {
    struct ui *ui = c->ui;
    const char *texts[] = {_("each P's own spans, one of every class, used without a lock"),
        _("each P's own, used without a lock"), _("each P's own"), NULL};
    caption_first(ui, cut(rest, px(ui, CAPTION)), "MCACHE", texts);
    draw_band(c, rest->y, mcache_h + px(ui, TINY_H + BETWEEN + CAPTION) + central_h);
    draw_mcaches(c, cut(rest, mcache_h).y, mcache_h);
    draw_tiny(c, cut(rest, px(ui, TINY_H + BETWEEN)).y);
}

static void draw_shared(struct page *c, struct rect *rest, int central_h) {
    struct ui *ui = c->ui;
    const char *texts[] = {
        _("for all P's, a lock for each class · up: spans with room · down: full"),
        _("up: spans with room · down: full ones"), _("up: room · down: full"), NULL};
    caption_first(ui, cut(rest, px(ui, CAPTION)), "MCENTRAL", texts);
    draw_central(c, cut(rest, central_h).y, central_h);
    draw_sizes(c, cut(rest, px(ui, AXIS + BETWEEN)).y);
}

static void draw_heap(struct page *c, struct rect area) {
    int left_w = area.w * 11 / 20, apart = px(c->ui, 20);
    draw_runs(c, rect_make(area.x, area.y, left_w, area.h));
    draw_treap(c, rect_make(area.x + left_w + apart, area.y, area.w - left_w - apart, area.h));
}

void panel_caches(struct ui *ui, const struct view *v, struct rect area) {
    struct page c = {.ui = ui, .v = v, .area = area, .most = longest_list(v->r)};
    bool several = v->r->more_ps > 0;
    int foot = px(ui, SWEEP_H) * (several ? 2 : 1);
    int room = area.h - foot - px(ui, 3 * CAPTION + 2 * AXIS + TINY_H + 3 * BETWEEN);
    c.x = area.x + px(ui, LABEL_W);
    c.w = area.w - px(ui, LABEL_W);
    c.lit = shelf_lit(v, &c.chosen);
    if (room < px(ui, 100) || c.w < px(ui, 140)) {
        ui_paragraph(ui, area, FACE_SANS, SIZE_SMALL, color_of(ui, COLOR_muted),
            _("There is no room for the caches here: a larger window shows them."));
        return;
    }
    int central_h = room * (several ? 30 : 36) / 100, mcache_h = room * (several ? 30 : 20) / 100;
    struct rect rest = area;
    draw_near(&c, &rest, mcache_h, central_h);
    draw_shared(&c, &rest, central_h);
    draw_heap(&c, cut(&rest, rest.h - foot - px(ui, BETWEEN)));
    cut(&rest, px(ui, BETWEEN));
    draw_sweep(&c, cut(&rest, px(ui, SWEEP_H)));
    if (several)
        draw_waiting(&c, rest);
}
