/*
 * The three regions, linked. Side by side as they lie in memory: spans, a gap, then bitmap and
 * arena back to back. Of each only the part is drawn that stands for the arena's used pages, one
 * unit a page: an entry of the spans table, the bytes of the bitmap that describe the page, the
 * page. The bitmap begins at the arena and grows downward, so its units run from right to left.
 *
 * One page is lit in all three: lines join its places, and below each a box magnifies it.
 */
#include "viz/panels/heapmap.h"
#include "viz/panels/panels.h"
#include "viz/panels/touched.h"

#include <inttypes.h>
#include <stdio.h>

/* Design pixels, from the top down. */
enum {
    CAPTION = 21,
    LABELS = 16,
    LINES = 9,
    SLOPE = 12,
    BOXES = 40,
    TIGHT = 520, /* wide or less */
};

struct band {
    enum region region;
    enum theme_color color;
    struct rect rect;
    bool down; /* units run from right to left */
    struct rect box;
};

struct regions {
    struct ui *ui;
    const struct view *v;
    uint64_t base;         /* address of the first page */
    uint64_t first, count; /* pages, from arena_start */
    unsigned word;         /* bytes of a pointer */
    struct band bands[3];  /* by enum region */
    uint64_t focus;        /* address of the lit page, 0: none */
};

/* --- Places --- */

/* Where pages [from, to), counted from the first one shown, are in the band. */
static struct rect unit_rect(
    const struct regions *g, const struct band *b, uint64_t from, uint64_t to) {
    int x0 = (int)((double)from / (double)g->count * b->rect.w + 0.5);
    int x1 = (int)((double)to / (double)g->count * b->rect.w + 0.5);
    int left = b->down ? b->rect.x + b->rect.w - x1 : b->rect.x + x0;
    return rect_make(left, b->rect.y, x1 - x0, b->rect.h);
}

/* The lit page's place: never thinner than can be seen, never beside the band. */
static struct rect lit_rect(const struct regions *g, const struct band *b) {
    uint64_t page = (g->focus - g->base) >> ARENA_PAGE_SHIFT;
    struct rect r = unit_rect(g, b, page, page + 1);
    int least = px(g->ui, 4);
    if (r.w < least) {
        r.x -= (least - r.w) / 2;
        r.w = least;
    }
    int over = r.x + r.w - (b->rect.x + b->rect.w);
    if (over > 0)
        r.x -= over;
    if (r.x < b->rect.x)
        r.x = b->rect.x;
    return r;
}

static void lay_out(struct regions *g, struct rect area) {
    struct ui *ui = g->ui;
    int gap = px(ui, 22), w = area.w - gap;
    int widths[] = {w * 24 / 100, w * 35 / 100, w - w * 24 / 100 - w * 35 / 100};
    /* The boxes are as wide as what is read in them, where that needs more. */
    bool tight = area.w < px(ui, TIGHT);
    int share[] = {area.w * 315 / 1000, area.w * 370 / 1000, area.w * 315 / 1000};
    int top = area.y + px(ui, CAPTION) + px(ui, LABELS) + px(ui, LINES);
    int box_top = area.y + area.h - px(ui, BOXES);
    int bottom = box_top - px(ui, SLOPE), x = area.x;
    static const enum theme_color colors[] = {COLOR_spans, COLOR_bitmap, COLOR_arena};
    for (int i = 0; i < 3; i++) {
        struct band *b = &g->bands[i];
        b->region = (enum region)i;
        b->color = colors[i];
        b->rect = rect_make(x, top, widths[i] - (i == REGION_BITMAP ? px(ui, 1) : 0), bottom - top);
        b->down = i == REGION_BITMAP;
        int inner = i == REGION_BITMAP ? px(ui, 6) : 0; /* boxes stand apart though bands touch */
        b->box = rect_make(x, box_top, widths[i] - inner, px(ui, BOXES));
        if (tight)
            b->box = rect_make(i == 0   ? area.x
                               : i == 1 ? area.x + (area.w - share[1]) / 2
                                        : area.x + area.w - share[2],
                box_top, share[i] - px(ui, 3), px(ui, BOXES));
        x += widths[i] + (i == REGION_SPANS ? gap : 0);
    }
}

/* --- Bands --- */

/* Draws share of the box's height from the bottom in one colour. */
static void fill_share(struct ui *ui, struct rect r, float share, uint32_t color) {
    int h = (int)(share * (float)r.h + 0.5f);
    if (share > 0 && h < 1)
        h = 1;
    draw_fill(ui->canvas, rect_make(r.x, r.y + r.h - h, r.w, h), color);
}

static uint32_t dull(const struct regions *g, const struct band *b, float t) {
    return color_mix(color_of(g->ui, COLOR_panel), color_of(g->ui, b->color), t);
}

/* spans: entries of spans in use, bright; of free ones, dull. bitmap: as high as the page is
 * allocated where it says something; dull and dotted for spans without pointers. */
static void draw_unit(
    const struct regions *g, const struct band *b, struct rect r, const struct cell *cell) {
    float in_use = cell->allocated + cell->open + cell->manual;
    bool scan = cell->any_class && !spanclass_noscan(cell->spanclass);
    switch (b->region) {
    case REGION_SPANS:
        if (in_use + cell->free > 0)
            draw_fill(g->ui->canvas, r, dull(g, b, 0.28f));
        fill_share(g->ui, r, in_use, dull(g, b, 0.9f));
        break;
    case REGION_BITMAP:
        if (in_use + cell->free > 0)
            draw_fill(g->ui->canvas, r, dull(g, b, in_use > 0 ? 0.30f : 0.16f));
        if (scan)
            fill_share(g->ui, r, cell->allocated, dull(g, b, 0.95f));
        break;
    case REGION_ARENA: heapmap_draw(g->ui, r, cell); break;
    }
}

static void draw_band(const struct regions *g, const struct band *b) {
    const struct replica *r = g->v->r;
    uint64_t most = (uint64_t)(b->rect.w / px(g->ui, 1));
    uint64_t units = g->count < most ? g->count : most;
    bool apart = b->rect.w / (int)units >= px(g->ui, 3);
    struct heapmap map;
    heapmap_begin(&map, r, 3 * units); /* each band takes its share */
    for (uint64_t i = 0; i < units; i++) {
        uint64_t from = i * g->count / units, to = (i + 1) * g->count / units;
        uint64_t lo = g->base + (from << ARENA_PAGE_SHIFT), hi = g->base + (to << ARENA_PAGE_SHIFT);
        struct cell cell = heapmap_cell(&map, lo, hi);
        struct rect box = unit_rect(g, b, from, to);
        ui_hot(g->ui, box, (struct thing){THING_PAGE, cell.span, lo, hi - lo});
        const struct rspan *s = replica_span(r, cell.span);
        if (apart && !(s && heapmap_span_end(s) > hi)) { /* a gap at the span's end */
            box.w -= px(g->ui, 1);
            box.x += b->down ? px(g->ui, 1) : 0;
        }
        draw_unit(g, b, box, &cell);
    }
}

/* The part of the arena that the map shows. */
static void draw_zoom_mark(const struct regions *g) {
    const struct band *b = &g->bands[REGION_ARENA];
    uint64_t start = g->v->zoom_start, end = start + g->v->zoom_size;
    uint64_t whole = g->count << ARENA_PAGE_SHIFT;
    uint64_t lo = start > g->base ? start - g->base : 0, hi = end > g->base ? end - g->base : 0;
    if (lo >= whole || hi == 0 || (lo == 0 && hi >= whole))
        return;
    hi = hi < whole ? hi : whole;
    struct rect r =
        unit_rect(g, b, lo >> ARENA_PAGE_SHIFT, (hi + ARENA_PAGE - 1) >> ARENA_PAGE_SHIFT);
    int thick = px(g->ui, 2);
    draw_fill(g->ui->canvas, rect_make(r.x, r.y + r.h + px(g->ui, 1), r.w > 3 ? r.w : 3, thick),
        color_of(g->ui, COLOR_text));
}

/* --- Labels above the bands --- */

/* The first of the three that there is room for. */
static void label(const struct regions *g, enum region region, const char *all, const char *full,
    const char *least) {
    const struct band *b = &g->bands[region];
    struct ui *ui = g->ui;
    struct rect box =
        rect_make(b->rect.x, b->rect.y - px(ui, LABELS) - px(ui, LINES), b->rect.w, px(ui, LABELS));
    if (region != REGION_SPANS) /* bitmap and arena touch, their labels do not */
        box.w -= px(ui, 8);
    if (region == REGION_ARENA)
        box.x += px(ui, 8);
    const char *texts[] = {touched_known(g->v) ? all : full, full, least, NULL};
    ui_text_first(ui, box, b->down ? 2 : 0, color_of(ui, b->color), texts);
}

static char *touched_text(
    const struct regions *g, uint64_t start, uint64_t size, char *buf, size_t len) {
    return format_size(touched_bytes(g->v, start, start + size), buf, len);
}

static void draw_labels(const struct regions *g) {
    const uint64_t *heap = g->v->r->heap;
    char all[160], full[128], size[32], touched[32];
    uint64_t bits = heap[HEAP_bitmap_mapped], used = g->count << ARENA_PAGE_SHIFT;
    uint64_t entries = round_up(heap[HEAP_spans_len] * g->word, g->v->platform->phys_page_size);
    format_size(entries, size, sizeof size);
    touched_text(g, heap[HEAP_spans], entries, touched, sizeof touched);
    snprintf(all, sizeof all, _("spans ▸ %s mapped, %s touched"), size, touched);
    snprintf(full, sizeof full, _("spans ▸ %s mapped"), size);
    label(g, REGION_SPANS, all, full, "spans ▸");
    format_size(bits, size, sizeof size);
    touched_text(g, heap[HEAP_bitmap] - bits, bits, touched, sizeof touched);
    snprintf(all, sizeof all, _("%s mapped, %s touched, grows downward ◂ bitmap"), size, touched);
    snprintf(full, sizeof full, _("%s mapped, grows downward ◂ bitmap"), size);
    label(g, REGION_BITMAP, all, full, _("grows downward ◂ bitmap"));
    format_size(used, size, sizeof size);
    touched_text(g, g->base, used, touched, sizeof touched);
    snprintf(all, sizeof all, _("arena ▸ %s used, %s touched"), size, touched);
    snprintf(full, sizeof full, _("arena ▸ %s used"), size);
    label(g, REGION_ARENA, all, full, "arena ▸");
}

/* --- The lit page --- */

/* One line above the bands joins the page's three places. */
static void draw_links(const struct regions *g) {
    struct ui *ui = g->ui;
    uint32_t color = color_of(ui, COLOR_attention);
    int thick = px(ui, 1), left = 0, right = 0;
    int y = g->bands[0].rect.y - px(ui, LINES) + px(ui, 3);
    for (int i = 0; i < 3; i++) {
        struct rect r = lit_rect(g, &g->bands[i]);
        int x = r.x + r.w / 2;
        left = i == 0 ? x : left;
        right = i == 2 ? x : right;
        draw_fill(ui->canvas, rect_make(x - thick / 2, y, thick, r.y - y), color);
        draw_frame(ui->canvas, rect_inset(r, -px(ui, 1)), 0, px(ui, 2), color);
    }
    draw_fill(ui->canvas, rect_make(left, y, right - left + thick, thick), color);
}

static void draw_slope(const struct regions *g, const struct band *b) {
    struct ui *ui = g->ui;
    struct rect r = lit_rect(g, b);
    float y0 = (float)(r.y + r.h), y1 = (float)b->box.y;
    float xy[] = {(float)r.x, y0, (float)(r.x + r.w), y0, (float)(b->box.x + b->box.w), y1,
        (float)b->box.x, y1};
    draw_polygon(ui->canvas, xy, 4, color_alpha(color_of(ui, b->color), 64));
}

static int box_pad(struct ui *ui, const struct band *b) {
    return px(ui, b->box.w < px(ui, 130) ? 4 : 8);
}

/* A box: an address (or two), and below it what it is, in the first of the texts that fits. */
static void draw_box(
    const struct regions *g, const struct band *b, const char *address, const char *const *texts) {
    struct ui *ui = g->ui;
    draw_slope(g, b);
    draw_fill(ui->canvas, b->box, dull(g, b, 0.14f));
    draw_fill(
        ui->canvas, rect_make(b->box.x, b->box.y, b->box.w, px(ui, 2)), color_of(ui, b->color));
    int pad = box_pad(ui, b);
    struct rect line =
        rect_make(b->box.x + pad, b->box.y + px(ui, 4), b->box.w - 2 * pad, px(ui, 17));
    ui_text(ui, line, FACE_MONO, SIZE_SMALL, 0, color_of(ui, COLOR_text), address);
    line.y += line.h;
    ui_text_first(ui, line, 0, color_of(ui, COLOR_muted), texts);
    uint64_t page = round_down(g->focus, ARENA_PAGE);
    ui_hot(
        ui, b->box, (struct thing){THING_PAGE, heapmap_span_at(g->v->r, page), page, ARENA_PAGE});
}

/* Inside a free span only its first and last entry are kept up to date. */
static void box_spans(const struct regions *g, uint64_t page) {
    const struct replica *r = g->v->r;
    char address[32], full[160], least[96], count[32];
    snprintf(address, sizeof address, "0x%" PRIx64, page_entry(g->v->r, page, g->word));
    format_count(page, count, sizeof count);
    uint32_t entry = replica_page(r, page);
    const struct rspan *s = replica_span(r, entry);
    snprintf(least, sizeof least, _("entry %s"), count);
    if (!s)
        snprintf(full, sizeof full, _("entry %s: nil"), count);
    else if (entry != heapmap_span_at(r, page_addr(g->v->r, page)))
        snprintf(full, sizeof full, _("entry %s: left over"), count);
    else
        snprintf(full, sizeof full, _("entry %s → mspan 0x%" PRIx64), count, s->record);
    char middle[96];
    snprintf(middle, sizeof middle, _("entry %s → mspan"), count);
    const char *texts[] = {full, s ? middle : least, least, count, NULL};
    draw_box(g, &g->bands[REGION_SPANS], address, texts);
}

static void box_bitmap(const struct regions *g, uint64_t page) {
    const struct band *b = &g->bands[REGION_BITMAP];
    struct ui *ui = g->ui;
    char address[64], full[160], least[96], words[32];
    uint64_t high = page_bits(g->v->r, page, g->word), bytes = bitmap_bytes_a_page(g->word);
    snprintf(address, sizeof address, "0x%" PRIx64 " ↓ 0x%" PRIx64, high, high - bytes + 1);
    int room = b->box.w - 2 * box_pad(ui, b), size = px(ui, SIZE_SMALL);
    if (text_width(ui->fonts, FACE_MONO, size, address) > room)
        snprintf(address, sizeof address, "0x%" PRIx64 " ↓ …%03x", high,
            (unsigned)((high - bytes + 1) & 0xfff));
    if (text_width(ui->fonts, FACE_MONO, size, address) > room)
        snprintf(address, sizeof address, "0x%" PRIx64 " ↓", high);
    format_count(ARENA_PAGE / g->word, words, sizeof words);
    snprintf(full, sizeof full, _("%" PRIu64 " bytes: 2 bits for each of %s words"), bytes, words);
    snprintf(least, sizeof least, _("%" PRIu64 " bytes, 2 bits a word"), bytes);
    char bare[32];
    format_size(bytes, bare, sizeof bare);
    const char *texts[] = {full, least, bare, NULL};
    draw_box(g, b, address, texts);
}

/* What lies in the page, in full and in short. */
static void page_words(const struct rspan *s, char *full, char *brief, size_t len) {
    char pages[32], size[32];
    unsigned c = s ? (unsigned)s->spanclass : 0;
    format_count(s ? s->npages : 0, pages, sizeof pages);
    format_count(s ? s->elemsize : 0, size, sizeof size);
    if (!s) {
        snprintf(full, len, "%s", _("no span"));
        snprintf(brief, len, "%s", _("no span"));
    } else if (s->state == SPAN_STATE_FREE) {
        snprintf(
            full, len, ngettext("free run of %s page", "free run of %s pages", s->npages), pages);
        snprintf(brief, len, "%s", _("free"));
    } else if (s->state == SPAN_STATE_MANUAL) {
        snprintf(full, len, "%s", _("managed by hand"));
        snprintf(brief, len, "%s", _("by hand"));
    } else if (spanclass_size_class(c) == 0) {
        snprintf(full, len,
            ngettext("large object of %s page", "large object of %s pages", s->npages), pages);
        snprintf(brief, len, "%s", _("large object"));
    } else {
        snprintf(full, len,
            spanclass_noscan(c) ? _("class %u, %s B × %" PRIu64 ", pointer-free")
                                : _("class %u, %s B × %" PRIu64 ", scan"),
            spanclass_size_class(c), size, s->nelems);
        snprintf(brief, len, "%s B × %" PRIu64, size, s->nelems);
    }
}

static void box_arena(const struct regions *g, uint64_t page) {
    const struct replica *r = g->v->r;
    const struct rspan *s = replica_span(r, heapmap_span_at(r, page_addr(g->v->r, page)));
    char address[32], what[128], brief[128], full[192], middle[192], least[96], count[32];
    snprintf(address, sizeof address, "0x%" PRIx64, page_addr(g->v->r, page));
    format_count(page - g->first, count, sizeof count);
    page_words(s, what, brief, sizeof what);
    snprintf(full, sizeof full, _("page %s · %s"), count, what);
    snprintf(middle, sizeof middle, _("page %s · %s"), count, brief);
    snprintf(least, sizeof least, _("page %s"), count);
    const char *texts[] = {full, middle, least, count, NULL};
    draw_box(g, &g->bands[REGION_ARENA], address, texts);
}

static void light_page(const struct regions *g) {
    uint64_t page = (g->focus - g->v->r->heap[HEAP_arena_start]) >> ARENA_PAGE_SHIFT;
    box_spans(g, page);
    box_bitmap(g, page);
    box_arena(g, page);
    draw_links(g);
}

/* --- The panel --- */

static void draw_sentence(struct ui *ui, struct rect area, const char *text) {
    struct rect below =
        ui_caption(ui, area, _("REGIONS"), "%s", _("spans, bitmap and arena, page by page"));
    ui_paragraph(ui, below, FACE_SANS, SIZE_BODY, color_of(ui, COLOR_muted), text);
}

void panel_regions(struct ui *ui, const struct view *v, struct rect area) {
    const uint64_t *heap = v->r->heap;
    uint64_t base = replica_arena_base(v->r), used = heap[HEAP_arena_used];
    if (!heap[HEAP_bitmap]) {
        draw_sentence(ui, area,
            _("When the heap has its address range, the three regions appear here side by side: "
              "each "
              "page with its entry in spans and its bytes in the bitmap."));
        return;
    }
    if (used <= base) {
        draw_sentence(ui, area,
            _("No page of the arena is in use yet. The first allocation maps 1 MiB of it, and with "
              "it the entries and the bitmap bytes that describe those pages."));
        return;
    }
    struct regions g = {.ui = ui, .v = v, .base = base, .word = v->platform->ptr_size};
    g.first = (base - heap[HEAP_arena_start]) >> ARENA_PAGE_SHIFT;
    g.count = (used - base) >> ARENA_PAGE_SHIFT;
    bool chosen;
    g.focus = heapmap_focus(v, &chosen);
    ui_caption(ui, area, _("REGIONS"), "%s",
        chosen    ? _("the page pointed at, its entry, its bits")
        : g.focus ? _("the page of the latest allocation, its entry, its bits")
                  : _("point at a page to see its entry and its bits"));
    lay_out(&g, area);
    canvas_clip(ui->canvas, rect_inset(area, -px(ui, 2))); /* frames stand out a little */
    for (int i = 0; i < 3; i++)
        draw_band(&g, &g.bands[i]);
    draw_labels(&g);
    draw_zoom_mark(&g);
    if (g.focus)
        light_page(&g);
    canvas_unclip(ui->canvas);
}
