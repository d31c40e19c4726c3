/*
 * Waste: where every byte that the system gave is, as one bar whose parts open.
 *
 * Above the bar; below it (or at the left) the parts in words and figures, one of them open; beside
 * them what the open part is made of: span classes, lengths of free runs, kinds of records, and the
 * spans behind one of these. Blue is used as asked for, red is lost, grey is free.
 */
#include "viz/panels/waste.h"

#include <stdio.h>

#include "sim/base/i18n.h"
#include "viz/panels/caption.h"
#include "viz/panels/heapmap.h"
#include "viz/panels/panels.h"
#include "viz/panels/shelf.h"

/* Design pixels. */
enum {
    CAPTION = 22,
    BAR_H = 30,
    ROW = 20,
    GAP = 12,
    CHIP = 13,
    WIDE = 560, /* from here on, parts and what they are made of stand side by side */
    PARTS_W = 296,
    NAME_W = 156,
    SHARE_W = 48,
    BYTES_W = 84,
};

struct page {
    struct ui *ui;
    const struct view *v;
    struct waste w;
    enum waste_part open;
};

/* A part's colour and pattern. */
static void draw_part(struct ui *ui, struct rect r, enum waste_part part) {
    static const enum theme_color colors[WASTE_PARTS] = {COLOR_arena, COLOR_refused, COLOR_refused,
        COLOR_refused, COLOR_arena, COLOR_manual, COLOR_free_span, COLOR_free_span, COLOR_raised,
        COLOR_metadata};
    uint32_t color = color_of(ui, colors[part]), ground = color_of(ui, COLOR_ground);
    if (part == WASTE_SLOTS)
        color = color_mix(ground, color, 0.42f);
    if (part == WASTE_RELEASED || part == WASTE_UNUSED) {
        draw_frame(ui->canvas, r, 0, px(ui, 1), color_of(ui, COLOR_faint));
        if (part == WASTE_RELEASED)
            draw_hatch(ui->canvas, r, px(ui, 4), color_of(ui, COLOR_faint));
        return;
    }
    draw_fill(ui->canvas, r, color);
    if (part == WASTE_FREE)
        draw_frame(ui->canvas, r, 0, px(ui, 1), color_of(ui, COLOR_faint));
    if (part == WASTE_TINY)
        draw_hatch(ui->canvas, r, px(ui, 4), ground);
    if (part == WASTE_TAIL)
        draw_dots(ui->canvas, r, px(ui, 3), ground);
}

/* --- The bar --- */

/* Widths in pixels that add up to w; what is there at all has some. */
static void share_out(const struct waste *w, int least, int width, int out[WASTE_PARTS]) {
    int shown = 0, left = width, largest = 0;
    for (int i = 0; i < WASTE_PARTS; i++)
        shown += w->part[i] > 0;
    for (int i = 0; i < WASTE_PARTS; i++) {
        int free_w = width - shown * least;
        out[i] =
            !w->part[i]
                ? 0
                : least + (int)((double)w->part[i] / (double)w->whole * (free_w > 0 ? free_w : 0));
        left -= out[i];
        if (w->part[i] > w->part[largest])
            largest = i;
    }
    out[largest] += left;
}

static void draw_bar(const struct page *p, struct rect bar) {
    struct ui *ui = p->ui;
    int widths[WASTE_PARTS], x = bar.x;
    share_out(&p->w, px(ui, 3), bar.w, widths);
    struct rect open = {0};
    for (int i = 0; i < WASTE_PARTS; i++) {
        if (!widths[i])
            continue;
        struct rect r = {x, bar.y, widths[i] - 1, bar.h};
        draw_part(ui, r, (enum waste_part)i);
        ui_click(ui, rect_make(x, bar.y, widths[i], bar.h), CMD_OPEN_PART, i + 1);
        if (i == (int)p->open)
            open = r;
        x += widths[i];
    }
    if (open.w)
        draw_frame(ui->canvas, rect_inset(open, -px(ui, 3)), px(ui, 3), px(ui, 2),
            color_of(ui, COLOR_text));
}

/* --- The parts --- */

static char *format_about(uint64_t bytes, bool about, char *buf, size_t len) {
    char size[32];
    snprintf(buf, len, "%s%s", about && bytes ? "≈ " : "", format_size(bytes, size, sizeof size));
    return buf;
}

/* A row's ground, if it is open or under the pointer. */
static void draw_row_ground(struct ui *ui, struct rect row, bool open) {
    struct rect r = {row.x - px(ui, 4), row.y, row.w + px(ui, 8), row.h};
    if (open || ui_hovered(ui, row))
        draw_round(ui->canvas, r, px(ui, 4),
            color_mix(color_of(ui, COLOR_ground), color_of(ui, COLOR_raised), open ? 1 : 0.5f));
    if (open)
        draw_fill(ui->canvas, rect_make(r.x, r.y, px(ui, 3), r.h), color_of(ui, COLOR_accent));
}

static void draw_part_row(const struct page *p, struct rect row, enum waste_part part) {
    struct ui *ui = p->ui;
    uint64_t bytes = p->w.part[part];
    uint32_t ink = color_of(ui, bytes ? COLOR_text : COLOR_faint);
    char text[48];
    int side = px(ui, 11), right = row.x + row.w;
    draw_row_ground(ui, row, part == p->open);
    draw_part(ui, rect_make(row.x + px(ui, 4), row.y + (row.h - side) / 2, side, side), part);
    int share_x = right - px(ui, SHARE_W), bytes_x = share_x - px(ui, BYTES_W);
    int x = row.x + px(ui, 22);
    ui_text(ui, rect_make(x, row.y, bytes_x - x, row.h), FACE_SANS, SIZE_SMALL, 0, ink,
        waste_part_name(part));
    ui_text(ui, rect_make(bytes_x, row.y, px(ui, BYTES_W), row.h), FACE_SANS, SIZE_SMALL, 2, ink,
        format_about(bytes, p->w.about[part], text, sizeof text));
    ui_text(ui, rect_make(share_x, row.y, px(ui, SHARE_W), row.h), FACE_SANS, SIZE_SMALL, 2,
        color_of(ui, COLOR_muted), format_share(bytes, p->w.whole, text, sizeof text));
    ui_click(ui, row, CMD_OPEN_PART, (int64_t)part + 1);
}

static void draw_parts(const struct page *p, struct rect area) {
    int h = px(p->ui, ROW), y = area.y;
    for (int i = 0; i < WASTE_PARTS && y + h <= area.y + area.h; i++, y += h)
        draw_part_row(p, rect_make(area.x, y, area.w, h), (enum waste_part)i);
    struct strbuf words = {0};
    waste_tell(p->v->r, &p->w, p->open, &words);
    y += px(p->ui, GAP);
    if (y < area.y + area.h)
        ui_paragraph(p->ui, rect_make(area.x, y, area.w, area.y + area.h - y), FACE_SANS,
            SIZE_SMALL, color_of(p->ui, COLOR_text), sb_text(&words));
    sb_free(&words);
}

/* --- What the open part is made of --- */

static uint32_t row_color(const struct page *p, const struct waste_row *row) {
    switch (waste_rows_of(p->open)) {
    case ROWS_CLASSES: return heapmap_class_color(p->ui, row->id);
    case ROWS_RECORDS: return color_of(p->ui, COLOR_metadata);
    default: return color_of(p->ui, COLOR_muted);
    }
}

static void draw_detail_row(
    const struct page *p, struct rect row, const struct waste_row *data, uint64_t most, bool open) {
    struct ui *ui = p->ui;
    char text[64];
    draw_row_ground(ui, row, open);
    int name_w = px(ui, NAME_W), bytes_w = px(ui, BYTES_W);
    ui_text(ui, rect_make(row.x + px(ui, 4), row.y, name_w - px(ui, 4), row.h), FACE_SANS,
        SIZE_SMALL, 0, color_of(ui, COLOR_text),
        waste_row_name(p->v->r, p->open, data, text, sizeof text));
    struct rect bar = {row.x + name_w, row.y + row.h / 2 - px(ui, 4),
        row.w - name_w - bytes_w - px(ui, 6), px(ui, 8)};
    if (bar.w > 0) {
        bar.w = (int)((double)bar.w * (double)data->bytes / (double)most + 0.5);
        bar.w = bar.w > 1 ? bar.w : 1;
        draw_fill(ui->canvas, bar, row_color(p, data));
    }
    ui_text(ui, rect_make(row.x + row.w - bytes_w, row.y, bytes_w, row.h), FACE_SANS, SIZE_SMALL, 2,
        color_of(ui, COLOR_text), format_about(data->bytes, data->about, text, sizeof text));
    ui_click(ui, row, CMD_OPEN_ROW, (int64_t)data->id + 1);
}

/* The rows that fit, the open one among them; what is left out is counted. */
static int draw_detail_rows(const struct page *p, struct rect area, const struct waste_row *rows,
    int count, const struct waste_row *open) {
    struct ui *ui = p->ui;
    int h = px(ui, ROW - 2), room = area.h / h, first = 0;
    uint64_t most = 1;
    for (int i = 0; i < count; i++)
        most = rows[i].bytes > most ? rows[i].bytes : most;
    if (count > room) {
        room--; /* the last line counts the others */
        int at = (int)(open - rows);
        first = at >= room ? at - room + 1 : 0;
    }
    int shown = count < room ? count : room > 0 ? room : 0;
    for (int i = 0; i < shown; i++)
        draw_detail_row(p, rect_make(area.x, area.y + i * h, area.w, h), &rows[first + i], most,
            &rows[first + i] == open);
    if (shown < count && area.h >= h)
        ui_textf(ui, rect_make(area.x + px(ui, 4), area.y + shown * h, area.w, h), FACE_SANS,
            SIZE_SMALL, 0, color_of(ui, COLOR_muted),
            ngettext("%d more", "%d more", (unsigned long)(count - shown)), count - shown);
    return (shown + (shown < count)) * h;
}

/* A span as a chip: how full it is. */
static void draw_chip(const struct page *p, struct rect r, uint32_t handle, uint32_t lit) {
    struct ui *ui = p->ui;
    const struct rspan *s = replica_span(p->v->r, handle);
    bool used = s->state == SPAN_STATE_INUSE && s->nelems;
    draw_fill(ui->canvas, r,
        used ? heapmap_open_color(ui, (unsigned)s->spanclass) : color_of(ui, COLOR_free_span));
    if (used) {
        int h = (int)((double)r.h * (double)s->alloc_count / (double)s->nelems + 0.5);
        draw_fill(ui->canvas, rect_make(r.x, r.y + r.h - h, r.w, h),
            heapmap_class_color(ui, (unsigned)s->spanclass));
    }
    if (handle == lit)
        draw_frame(ui->canvas, rect_inset(r, -px(ui, 2)), 0, px(ui, 1), color_of(ui, COLOR_text));
    ui_hot(ui, rect_inset(r, -1), shelf_thing(p->v->r, handle));
}

static void draw_spans(const struct page *p, struct rect area, const struct waste_row *row) {
    enum { MAX_CHIPS = 512 };
    struct ui *ui = p->ui;
    uint32_t handles[MAX_CHIPS];
    char name[64], title[128], n[32];
    int step = px(ui, CHIP + 3), top = px(ui, CAPTION);
    int columns = area.w / step, lines = (area.h - top) / step;
    if (columns < 1 || lines < 1 || !row->count)
        return;
    int max = columns * lines < MAX_CHIPS ? columns * lines : MAX_CHIPS;
    int count = waste_spans(p->v->r, p->open, row, handles, max);
    waste_row_name(p->v->r, p->open, row, name, sizeof name);
    format_count(row->count, n, sizeof n);
    if (waste_rows_of(p->open) == ROWS_FREE)
        snprintf(title, sizeof title,
            ngettext("%s: %s run", "%s: %s runs", (unsigned long)row->count), name, n);
    else
        snprintf(title, sizeof title,
            ngettext("%s: %s span, as full as it is drawn",
                "%s: %s spans, as full as they are drawn", (unsigned long)row->count),
            name, n);
    const char *texts[] = {title, name, NULL};
    ui_text_first(ui, rect_make(area.x, area.y, area.w, top), 0, color_of(ui, COLOR_muted), texts);
    uint32_t lit = shelf_lit(p->v, NULL);
    for (int i = 0; i < count; i++)
        draw_chip(p,
            rect_make(area.x + px(ui, 2) + i % columns * step, area.y + top + i / columns * step,
                px(ui, CHIP), px(ui, CHIP)),
            handles[i], lit);
}

static void draw_detail(const struct page *p, struct rect area) {
    struct waste_row rows[NUM_SPAN_CLASSES];
    int count = waste_rows(p->v->r, p->open, rows);
    const struct waste_row *open = waste_row_find(rows, count, p->v->open_row);
    const char *texts[] = {waste_part_name(p->open), NULL};
    caption_first(p->ui, rect_make(area.x, area.y, area.w, px(p->ui, CAPTION)),
        _("WHAT IT IS MADE OF"), texts);
    area.y += px(p->ui, CAPTION);
    area.h -= px(p->ui, CAPTION);
    if (!open) {
        ui_text(p->ui, rect_make(area.x, area.y, area.w, px(p->ui, ROW)), FACE_SANS, SIZE_SMALL, 0,
            color_of(p->ui, COLOR_muted), p->w.part[p->open] ? _("nothing smaller") : _("nothing"));
        return;
    }
    int used =
        draw_detail_rows(p, rect_make(area.x, area.y, area.w, area.h * 2 / 3), rows, count, open);
    used += px(p->ui, GAP);
    draw_spans(p, rect_make(area.x, area.y + used, area.w, area.h - used), open);
}

void panel_waste(struct ui *ui, const struct view *v, struct rect area) {
    struct page p = {.ui = ui, .v = v, .w = waste_of(v->r)};
    p.open = v->open_part < WASTE_PARTS ? (enum waste_part)v->open_part : WASTE_ASKED;
    char whole[64], size[32];
    format_size(p.w.whole, size, sizeof size);
    snprintf(whole, sizeof whole, _("%s from the system"), size);
    const char *texts[] = {whole, size, NULL};
    caption_first(ui, area, _("WHERE EVERY BYTE IS"), texts);
    int y = area.y + px(ui, CAPTION);
    if (!p.w.whole) {
        ui_text(ui, rect_make(area.x, y, area.w, px(ui, ROW)), FACE_SANS, SIZE_SMALL, 0,
            color_of(ui, COLOR_muted), _("nothing is mapped yet"));
        return;
    }
    draw_bar(&p, rect_make(area.x, y + px(ui, 3), area.w, px(ui, BAR_H)));
    y += px(ui, BAR_H + GAP + 3);
    int left = area.y + area.h - y;
    if (area.w >= px(ui, WIDE)) {
        int parts_w = px(ui, PARTS_W), x = area.x + parts_w + px(ui, 2 * GAP);
        draw_parts(&p, rect_make(area.x, y, parts_w, left));
        draw_detail(&p, rect_make(x, y, area.x + area.w - x, left));
        return;
    }
    int parts_h = px(ui, ROW) * WASTE_PARTS;
    draw_parts(&p, rect_make(area.x, y, area.w, parts_h < left ? parts_h : left));
    y += parts_h + px(ui, GAP);
    if (y + px(ui, CAPTION + 2 * ROW) < area.y + area.h)
        draw_detail(&p, rect_make(area.x, y, area.w, area.y + area.h - y));
}
