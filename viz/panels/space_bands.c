/*
 * The reservation, magnified: spans | bitmap | arena.
 *
 * The regions differ as 1 : 32 : 1024, so their bands have fixed widths instead. Inside a band the
 * place of an address is told from the end the region grows from: the left of spans and arena, the
 * right of the bitmap, which grows down, away from the arena. On 64-bit platforms that place is
 * logarithmic with a unit of 1 MiB of arena and what describes it (1 KiB of spans, 32 KiB of
 * bitmap), so that a page, its spans entry and its bitmap bytes are equally far along their bands.
 * On 32-bit ones it is linear: there spans and bitmap describe all 4 GiB from address 0 on, in
 * which the arena may be anywhere.
 */
#include "viz/panels/space_parts.h"

#include "viz/panels/attempts.h"
#include "viz/panels/heapmap.h"
#include "viz/panels/touched.h"

#include <math.h>
#include <stdio.h>

struct band {
    enum region region;
    const char *name;
    enum theme_color color;
    uint64_t start, size; /* bytes */
    uint64_t unit;        /* first step of the logarithm, bytes */
    bool downward;
    bool linear;
    struct rect rect;
};

/* Bytes of each state in a band. */
struct band_sum {
    uint64_t bytes[RANGE_STATE_COUNT];
    uint64_t touched;
};

void draw_state(struct ui *ui, struct rect r, enum range_state state, uint32_t color) {
    struct canvas *c = ui->canvas;
    int one = px(ui, 1) > 0 ? px(ui, 1) : 1;
    switch (state) {
    case RANGE_TAKEN:
    case RANGE_MAPPED: draw_fill(c, r, color); break;
    case RANGE_CHECKED: draw_hatch(c, r, px(ui, 9), color_alpha(color, 120)); break;
    case RANGE_RESERVED:
        draw_fill(c, r, color_alpha(color, 40));
        draw_hatch(c, r, px(ui, 5), color_alpha(color, 150));
        draw_frame(c, r, 0, one, color);
        break;
    case RANGE_RELEASED:
        draw_dots(c, r, px(ui, 4), color);
        draw_frame(c, r, 0, one, color_alpha(color, 140));
        break;
    default: break;
    }
}

/* How far along its band a byte offset is, 0 to 1, from the end the region grows from. */
static float along(const struct band *b, uint64_t offset) {
    if (offset >= b->size)
        return 1;
    if (b->linear)
        return (float)((double)offset / (double)b->size);
    double unit = (double)b->unit;
    return (float)(log2(1 + (double)offset / unit) / log2(1 + (double)b->size / unit));
}

static int band_x(const struct band *b, uint64_t addr) {
    uint64_t end = b->start + b->size;
    uint64_t offset = b->downward ? end - addr : addr - b->start;
    int d = (int)(along(b, offset) * (float)b->rect.w + 0.5f);
    return b->downward ? b->rect.x + b->rect.w - d : b->rect.x + d;
}

/* The pixels of [start, end), at least three wide so that it can be seen. */
static struct rect band_piece(struct ui *ui, const struct band *b, uint64_t start, uint64_t end) {
    int x0 = band_x(b, start), x1 = band_x(b, end), least = px(ui, 3);
    if (x1 - x0 < least && b->downward)
        x0 = x1 - least > b->rect.x ? x1 - least : b->rect.x;
    else if (x1 - x0 < least)
        x1 = x0 + least < b->rect.x + b->rect.w ? x0 + least : b->rect.x + b->rect.w;
    return rect_make(x0, b->rect.y, x1 - x0, b->rect.h);
}

/* What of the mapped memory [at, end) is touched, over the rest of it. */
static void band_touched(struct ui *ui, const struct view *v, const struct band *b, uint64_t at,
    uint64_t end, struct band_sum *sum) {
    uint32_t color = color_of(ui, b->color);
    bool known = touched_known(v), touched = !known;
    touched_draw(ui, band_piece(ui, b, at, end), touched, color);
    while (known && at < end) {
        uint64_t next = touched_run(v, at, end, &touched);
        sum->touched += touched ? next - at : 0;
        if (touched)
            touched_draw(ui, band_piece(ui, b, at, next), true, color);
        at = next;
    }
}

static void band_states(
    struct ui *ui, const struct view *v, const struct band *b, struct band_sum *sum) {
    uint64_t at = b->start, end = b->start + b->size;
    while (at < end) {
        struct range run;
        uint64_t next = rangemap_run(&v->r->ranges, at, end, &run);
        sum->bytes[run.state] += next - at;
        if (run.state == RANGE_MAPPED)
            band_touched(ui, v, b, at, next, sum);
        else if (run.state != RANGE_NONE)
            draw_state(ui, band_piece(ui, b, at, next), run.state, color_of(ui, b->color));
        at = next;
    }
}

/* What a band says: its size and how much of that is what. */
struct band_words {
    char name[32];
    char bare[32];   /* "512 GiB": where there is no room to say more */
    char size[64];   /* "512 GiB checked" */
    char mapped[64]; /* "1 MiB mapped", or "" */
    char more[96];   /* "1 MiB mapped, 4 KiB touched", or "" */
    char both[96];   /* where there is one line for all */
};

static void tell_band(const struct view *v, const struct band *b, const struct layout *l,
    const struct band_sum *sum, struct band_words *w) {
    char size[32], solid[32];
    uint64_t mapped = sum->bytes[RANGE_MAPPED] + sum->bytes[RANGE_RELEASED];
    const char *format = sum->bytes[RANGE_RESERVED]  ? _("%s reserved")
                         : sum->bytes[RANGE_CHECKED] ? _("%s checked")
                                                     : "%s";
    snprintf(w->name, sizeof w->name, b->downward ? "\xE2\x97\x82 %s" : "%s \xE2\x96\xB8", b->name);
    w->bare[0] = w->size[0] = w->mapped[0] = w->more[0] = w->both[0] = '\0';
    if (!l->laid_out && !v->r->init.reached[STEP_SIZES])
        return;
    format_total(b->size, size, sizeof size);
    snprintf(w->bare, sizeof w->bare, "%s", size);
    if (!l->laid_out)
        format = init_failed(v->r) ? _("%s not reserved") : _("%s planned");
    snprintf(w->size, sizeof w->size, format, size);
    snprintf(w->both, sizeof w->both, "%s", w->size);
    if (mapped == 0)
        return;
    format_size(mapped, solid, sizeof solid);
    snprintf(w->mapped, sizeof w->mapped, _("%s mapped"), solid);
    snprintf(w->both, sizeof w->both, _("%s, %s mapped"), size, solid);
    if (!touched_known(v))
        return;
    char touched[32];
    format_size(sum->touched, touched, sizeof touched);
    snprintf(w->more, sizeof w->more, _("%s mapped, %s touched"), solid, touched);
    if (sum->touched == mapped)
        snprintf(w->more, sizeof w->more, _("%s mapped and touched"), solid);
    snprintf(w->mapped, sizeof w->mapped, _("%s touched"), touched);
}

static int small_width(struct ui *ui, enum face face, const char *text) {
    return *text ? text_width(ui->fonts, face, px(ui, SIZE_SMALL), text) + px(ui, 1) : 0;
}

/* Name and figures one below the other on a plate, so that the pattern does not disturb them;
 * returns the plate. The plate keeps to the end that the region grows toward. */
static struct rect stack_lines(
    struct ui *ui, const struct band *b, const char *const *text, int n) {
    int pad = px(ui, 6), line = px(ui, 15), inset = px(ui, 3), w = 0;
    int max = b->rect.w - 2 * inset - 2 * pad;
    for (int i = 0; i < n; i++) {
        int each = small_width(ui, i ? FACE_SANS : FACE_BOLD, text[i]);
        w = each > w ? each : w;
    }
    w = w < max ? w : max;
    int x = b->downward ? b->rect.x + inset : b->rect.x + b->rect.w - inset - w - 2 * pad;
    struct rect plate = {x, b->rect.y + (b->rect.h - n * line) / 2, w + 2 * pad, n * line};
    draw_round(ui->canvas, plate, px(ui, 3), color_alpha(color_of(ui, COLOR_panel), 225));
    for (int i = 0; i < n; i++)
        ui_text(ui, rect_make(plate.x + pad, plate.y + i * line, w, line),
            i ? FACE_SANS : FACE_BOLD, SIZE_SMALL, b->downward ? 0 : 2,
            color_of(ui, i ? COLOR_muted : COLOR_text), text[i]);
    return plate;
}

static struct rect band_label(struct ui *ui, const struct band *b, const struct band_words *w) {
    int line = px(ui, 15), room = b->rect.h / line, n = 1;
    const char *text[3] = {w->name};
    char all[160];
    int fits = b->rect.w - px(ui, 18);
    snprintf(all, sizeof all, "%s  %s", w->name, w->both);
    if (small_width(ui, FACE_BOLD, all) > fits)
        snprintf(all, sizeof all, "%s  %s", w->name, w->size);
    if (room >= 3 && *w->mapped) {
        text[n++] = small_width(ui, FACE_SANS, w->size) <= fits ? w->size : w->bare;
        text[n] = *w->more && small_width(ui, FACE_SANS, w->more) <= fits ? w->more : w->mapped;
        n += small_width(ui, FACE_SANS, text[n]) <= fits;
    } else if (room >= 2 && *w->both) {
        text[n++] = small_width(ui, FACE_SANS, w->both) <= fits   ? w->both
                    : small_width(ui, FACE_SANS, w->size) <= fits ? w->size
                                                                  : w->bare;
    } else if (small_width(ui, FACE_BOLD, all) <= fits) {
        text[0] = all;
    }
    return stack_lines(ui, b, text, n);
}

/* Where the arena's used part ends: a triangle standing on the lower edge, named where the label
 * leaves room. */
static void used_mark(
    struct ui *ui, const struct view *v, const struct band *b, struct rect label) {
    uint64_t used = v->r->heap[HEAP_arena_used];
    if (used < b->start || used > b->start + b->size)
        return;
    float x = (float)band_x(b, used), s = 4.5f * ui->scale;
    float y = (float)(b->rect.y + b->rect.h);
    uint32_t color = color_of(ui, COLOR_text);
    bool clear = x < (float)label.x || x > (float)(label.x + label.w);
    float upper = clear ? y : (float)label.y, lower = clear ? y : (float)(label.y + label.h);
    draw_line(ui->canvas, x, (float)b->rect.y, x, upper, ui->scale, color);
    draw_line(ui->canvas, x, lower, x, y, ui->scale, color); /* not through the words */
    float tri[6] = {x, y - s * 1.6f, x + s, y, x - s, y};
    draw_polygon(ui->canvas, tri, 3, color);
    int w = small_width(ui, FACE_SANS, _("used")), left = (int)x + px(ui, 7);
    struct rect box = {left, b->rect.y + b->rect.h - px(ui, 16), w, px(ui, 15)};
    if (left + w + px(ui, 8) > label.x)
        return;
    draw_fill(ui->canvas, box, color_alpha(color_of(ui, COLOR_panel), 200));
    ui_text(ui, box, FACE_SANS, SIZE_SMALL, 0, color, _("used"));
}

/* The page or piece under the pointer, as a line across the band. */
static void pointed_at(struct ui *ui, const struct band *b, uint64_t addr) {
    if (addr < b->start || addr >= b->start + b->size)
        return;
    struct rect r = {band_x(b, addr) - px(ui, 1), b->rect.y, px(ui, 2), b->rect.h};
    draw_fill(ui->canvas, r, color_of(ui, COLOR_attention));
}

/* The address that the thing under the pointer has in this band: of a page also its entry in spans
 * and its bytes in the bitmap. 0: none. */
static uint64_t address_in(const struct view *v, const struct layout *l, enum region region) {
    struct thing t = v->hover.kind != THING_NONE ? v->hover : v->pinned;
    bool chosen;
    uint64_t focus = heapmap_focus(v, &chosen), start = v->r->heap[HEAP_arena_start];
    if (!chosen)
        return t.kind == THING_RANGE ? t.addr : 0;
    if (region == REGION_ARENA)
        return focus;
    if (region == REGION_SPANS)
        return page_entry(v->r, (focus - start) >> GO_PAGE_SHIFT, v->platform->ptr_size);
    return l->arena - 1 - (focus - start) / (4 * (uint64_t)v->platform->ptr_size);
}

static void draw_band(
    struct ui *ui, const struct view *v, const struct layout *l, const struct band *b) {
    struct thing self = {.kind = THING_REGION, .index = b->region};
    bool lit = thing_lit(v, self);
    struct band_sum sum = {.touched = 0};
    struct band_words words;
    uint32_t edge = color_of(ui, l->laid_out ? b->color : COLOR_faint);
    draw_fill(ui->canvas, b->rect, color_of(ui, COLOR_panel));
    if (l->laid_out)
        band_states(ui, v, b, &sum);
    tell_band(v, b, l, &sum, &words);
    int thick = px(ui, lit ? 2 : 1);
    draw_frame(ui->canvas, b->rect, 0, thick > 0 ? thick : 1,
        lit ? color_of(ui, COLOR_attention) : color_alpha(edge, 150));
    uint64_t addr = l->laid_out ? address_in(v, l, b->region) : 0;
    if (addr)
        pointed_at(ui, b, addr);
    struct rect label = band_label(ui, b, &words);
    if (l->laid_out && b->region == REGION_ARENA)
        used_mark(ui, v, b, label);
    ui_hot(ui, b->rect, self);
}

static void find_bands(
    const struct view *v, const struct layout *l, struct rect r, struct band bands[3]) {
    bool linear = v->platform->ptr_size == 4;
    const struct band all[] = {
        {REGION_SPANS, "spans", COLOR_spans, l->spans, l->spans_size, KiB(1), false, linear, r},
        {REGION_BITMAP, "bitmap", COLOR_bitmap, l->bitmap, l->bitmap_size, KiB(32), true, linear,
            r},
        {REGION_ARENA, "arena", COLOR_arena, l->arena, l->arena_size, MiB(1), false, linear, r},
    };
    int spans_w = r.w * 26 / 100, bitmap_w = r.w * 32 / 100;
    for (int i = 0; i < 3; i++)
        bands[i] = all[i];
    bands[0].rect.w = spans_w;
    bands[1].rect.x = r.x + spans_w;
    bands[1].rect.w = bitmap_w;
    bands[2].rect.x = r.x + spans_w + bitmap_w;
    bands[2].rect.w = r.w - spans_w - bitmap_w;
}

void draw_bands(struct ui *ui, const struct view *v, const struct layout *l, struct rect r) {
    static const enum map_place places[] = {PLACE_SPANS, PLACE_BITMAP, PLACE_ARENA};
    struct band bands[3];
    find_bands(v, l, r, bands);
    for (size_t i = 0; i < ARRAY_LEN(bands); i++) {
        draw_band(ui, v, l, &bands[i]);
        ui_click(ui, bands[i].rect, CMD_GO, places[i]);
    }
}

/* --- From addresses to pixels and back --- */

bool bands_x(const struct view *v, const struct layout *l, struct rect r, uint64_t lo, uint64_t hi,
    int *x0, int *x1) {
    struct band bands[3];
    bool any = false;
    find_bands(v, l, r, bands);
    for (size_t i = 0; i < ARRAY_LEN(bands); i++) {
        const struct band *b = &bands[i];
        uint64_t end = b->start + b->size;
        if (lo >= end || hi <= b->start)
            continue;
        int left = band_x(b, lo > b->start ? lo : b->start), right = band_x(b, hi < end ? hi : end);
        *x0 = any && *x0 < left ? *x0 : left;
        *x1 = any && *x1 > right ? *x1 : right;
        any = true;
    }
    return any;
}

bool bands_addr(
    const struct view *v, const struct layout *l, struct rect r, int x, uint64_t *addr) {
    struct band bands[3];
    find_bands(v, l, r, bands);
    for (size_t i = 0; i < ARRAY_LEN(bands); i++) {
        const struct band *b = &bands[i];
        int into = x - b->rect.x;
        if (!b->size || into < 0 || into >= b->rect.w)
            continue;
        double part = (double)into / b->rect.w, unit = (double)b->unit, size = (double)b->size;
        part = b->downward ? 1 - part : part;
        double offset = b->linear ? part * size : unit * (exp2(part * log2(1 + size / unit)) - 1);
        uint64_t bytes = offset < size ? (uint64_t)offset : b->size - 1;
        *addr = b->downward ? b->start + b->size - 1 - bytes : b->start + bytes;
        return true;
    }
    return false;
}

/* Room for a swatch at the row's beginning, and the text behind it. False: there is none. */
static bool legend_swatch(struct ui *ui, struct rect *row, const char *text, struct rect *swatch) {
    int w = px(ui, 16), h = px(ui, 9);
    *swatch = rect_make(row->x, row->y + (row->h - h) / 2, w, h);
    struct rect rest = {row->x + w + px(ui, 4), row->y, row->w - w - px(ui, 4), row->h};
    if (!row_say(ui, &rest, color_of(ui, COLOR_muted), text))
        return false;
    *row = rest;
    return true;
}

static void legend_item(
    struct ui *ui, struct rect *row, enum range_state state, uint32_t color, const char *text) {
    struct rect swatch;
    if (!legend_swatch(ui, row, text, &swatch))
        return;
    if (state == RANGE_NONE || state == RANGE_CHECKED)
        draw_frame(ui->canvas, swatch, 0, 1, color_of(ui, COLOR_line));
    draw_state(ui, swatch, state, color);
}

static void legend_mapped(struct ui *ui, struct rect *row, bool touched, const char *text) {
    struct rect swatch;
    if (legend_swatch(ui, row, text, &swatch))
        touched_draw(ui, swatch, touched, color_of(ui, COLOR_arena));
}

void draw_states_legend(struct ui *ui, const struct view *v, struct rect row) {
    static const char *const scales[] = {N_("not to scale: log steps"), N_("not to one scale")};
    const char *scale = _(scales[v->platform->ptr_size == 4]);
    uint32_t heap = color_of(ui, COLOR_arena);
    enum { ROOMY = 420 }; /* design pixels */
    if (row.w >= px(ui, ROOMY))
        legend_item(ui, &row, RANGE_NONE, heap, _("nothing"));
    legend_item(ui, &row, RANGE_CHECKED, heap, _("checked"));
    legend_item(ui, &row, RANGE_RESERVED, heap, _("reserved"));
    if (touched_known(v)) {
        legend_mapped(ui, &row, false, _("mapped"));
        legend_mapped(ui, &row, true, _("touched"));
    } else {
        legend_mapped(ui, &row, true, _("mapped"));
    }
    legend_item(ui, &row, RANGE_RELEASED, heap, _("released"));
    legend_item(ui, &row, RANGE_TAKEN, color_of(ui, COLOR_other), _("others"));
    legend_item(ui, &row, RANGE_MAPPED, color_of(ui, COLOR_metadata), _("metadata"));
    if (small_width(ui, FACE_SANS, scale) > row.w)
        scale = _("not to scale");
    if (small_width(ui, FACE_SANS, scale) <= row.w)
        row_say_right(ui, &row, color_of(ui, COLOR_muted), scale);
}
