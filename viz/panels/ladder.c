/*
 * The ladder: where allocations found their memory, nearest first. Five rungs with counts and
 * shares; the way of the current allocation is lit from the rung where it began down to the one
 * where it ended.
 *
 * Bars are logarithmic, so that 71 beside 58,391 is still a bar; the caption says so.
 */
#include "viz/panels/allocation.h"
#include "viz/panels/caption.h"
#include "viz/panels/panels.h"

#include <math.h>
#include <stdio.h>

#include "sim/base/i18n.h"

/* Design pixels. */
enum { CAPTION = 22, ROW = 22, GUTTER = 18, LABEL = 66, SHARE_W = 46, BAR_H = 10 };

static const char *rung_label(enum rung rung) {
    static const char *const labels[RUNG_COUNT] = {
        N_("tiny block"), "mcache", "mcentral", "mheap", N_("system")};
    return _(labels[rung]);
}

/* 0..1, 0 for nothing, and never less than a visible bit for something. */
static double bar_share(uint64_t n, uint64_t most) {
    return n ? log2(1 + (double)n) / log2(1 + (double)most) : 0;
}

/* The way in the gutter: a dot for each rung, joined where the allocation passed. */
static void draw_way(struct ui *ui, struct rect row, const struct allocation *a, enum rung rung) {
    float x = (float)row.x + 5 * ui->scale, y = (float)row.y + (float)row.h / 2;
    bool passed = allocation_passed(a, rung), ends = passed && rung == a->rung;
    uint32_t lit = color_of(ui, COLOR_attention);
    if (passed && rung > a->first)
        draw_line(ui->canvas, x, (float)row.y, x, y, 2 * ui->scale, lit);
    if (passed && !ends)
        draw_line(ui->canvas, x, y, x, (float)(row.y + row.h), 2 * ui->scale, lit);
    draw_circle(
        ui->canvas, x, y, (ends ? 5 : 3) * ui->scale, passed ? lit : color_of(ui, COLOR_line));
    if (ends && !a->done) /* still on its way */
        draw_circle(ui->canvas, x, y, 2.5f * ui->scale, color_of(ui, COLOR_panel));
}

/* What all rows share. */
struct ladder {
    struct allocation current;
    uint64_t all, most; /* allocations in sum, and on the fullest rung */
    int count_w;        /* room for a count, pixels */
};

static struct ladder ladder_of(struct ui *ui, const struct view *v) {
    struct ladder l = {.current = allocation_at(v), .most = 1};
    for (unsigned i = 0; i < RUNG_COUNT; i++) {
        l.all += v->r->ladder[i];
        if (v->r->ladder[i] > l.most)
            l.most = v->r->ladder[i];
    }
    char text[32];
    format_count(l.most, text, sizeof text);
    l.count_w = text_width(ui->fonts, FACE_SANS, px(ui, SIZE_SMALL), text) + px(ui, 8);
    return l;
}

static void draw_rung(
    struct ui *ui, const struct view *v, struct rect row, const struct ladder *l, enum rung rung) {
    const struct allocation *a = &l->current;
    uint64_t n = v->r->ladder[rung];
    bool here = a->any && a->rung == rung;
    uint32_t ink = color_of(ui, here ? COLOR_attention : COLOR_text);
    char text[32];
    draw_way(ui, row, a, rung);
    int x = row.x + px(ui, GUTTER), right = row.x + row.w - px(ui, SHARE_W);
    ui_text(ui, rect_make(x, row.y, px(ui, LABEL), row.h), FACE_SANS, SIZE_SMALL, 0, ink,
        rung_label(rung));
    int bar_x = x + px(ui, LABEL) + px(ui, 4), bar_w = right - l->count_w - bar_x;
    struct rect bar = {bar_x, row.y + (row.h - px(ui, BAR_H)) / 2, bar_w, px(ui, BAR_H)};
    if (bar.w > 0) {
        draw_fill(ui->canvas, bar, color_of(ui, COLOR_raised));
        int w = (int)(bar_share(n, l->most) * bar.w + 0.5);
        bar.w = n && w < px(ui, 2) ? px(ui, 2) : w;
        draw_fill(ui->canvas, bar, color_of(ui, here ? COLOR_attention : COLOR_arena));
    }
    ui_text(ui, rect_make(right - l->count_w, row.y, l->count_w, row.h), FACE_SANS, SIZE_SMALL, 2,
        ink, format_count(n, text, sizeof text));
    ui_text(ui, rect_make(right, row.y, px(ui, SHARE_W), row.h), FACE_SANS, SIZE_SMALL, 2,
        color_of(ui, COLOR_muted), format_share(n, l->all, text, sizeof text));
    if (n) {
        if (ui_hovered(ui, row))
            draw_fill(ui->canvas, rect_make(x, row.y + row.h - 1, right - x, 1),
                color_of(ui, COLOR_muted));
        ui_click(ui, row, CMD_RUNG, (int64_t)rung + 1);
    }
    if (here && a->done)
        ui_hot(ui, row, (struct thing){.kind = THING_EVENT, .index = a->object});
}

/* What the current allocation met on its way. */
static void tell_way(const struct view *v, const struct allocation *a, char *out, size_t len) {
    static const char *const ended[RUNG_COUNT] = {N_("%s fit into the tiny block."),
        N_("%s took a free slot of the mcache's span."),
        N_("%s: the mcache's span was full, mcentral gave one with room."),
        N_("%s: mcentral had no span with room, mheap cut a new one."),
        N_("%s: mheap had no free run that long, the system gave memory.")};
    char size[32];
    format_size(a->size, size, sizeof size);
    if (!a->any)
        snprintf(out, len, "%s",
            v->r->objects_born ? _("No allocation is on its way.")
                               : _("Nothing has been allocated yet."));
    else if (!a->done)
        snprintf(out, len, _("%s: on its way down."), size);
    else if (a->large && a->rung == RUNG_MHEAP)
        snprintf(out, len, _("%s is a large object: mheap gave it a span of its own."), size);
    else
        snprintf(out, len, _(ended[a->rung]), size);
}

int panel_ladder_height(const struct ui *ui) {
    return px(ui, CAPTION) + RUNG_COUNT * px(ui, ROW) + px(ui, 38);
}

void panel_ladder(struct ui *ui, const struct view *v, struct rect area) {
    const char *scale[] = {_("log scale"), _("log"), NULL};
    caption_first(ui, area, _("WHERE ALLOCATIONS END"), scale);
    struct ladder l = ladder_of(ui, v);
    int y = area.y + px(ui, CAPTION), row_h = px(ui, ROW);
    for (unsigned i = 0; i < RUNG_COUNT && y + row_h <= area.y + area.h; i++, y += row_h)
        draw_rung(ui, v, rect_make(area.x, y, area.w, row_h), &l, (enum rung)i);
    char words[160];
    tell_way(v, &l.current, words, sizeof words);
    int left = area.y + area.h - y;
    if (left > 0)
        ui_paragraph(ui, rect_make(area.x, y + px(ui, 2), area.w, left), FACE_SANS, SIZE_SMALL,
            color_of(ui, l.current.any ? COLOR_text : COLOR_muted), words);
}
