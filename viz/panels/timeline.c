/*
 * The timeline: the heap's statistics over the whole run, from event 0 at the left edge to the last
 * one at the right. While a question asks for what comes, only what was is drawn.
 *
 * Bytes in use stand at the bottom, idle ones on them, released ones (hatched) on top: together
 * they are what the system gave. Live bytes are a line. The chart is drawn by pixel columns from
 * the recording's samples, so the cost follows pixels. Of the samples in a column the one with most
 * in use is drawn: a peak is never lost. Marks closer than a few pixels merge; the legend counts
 * them all.
 */
#include "viz/panels/timeline.h"

#include <stdio.h>

#include "viz/interval.h"
#include "viz/life.h"
#include "viz/notes.h"
#include "viz/panels/panels.h"

enum { CAPTION = 22, MARK_ROW = 12, BOTTOM = 10, MARK_KINDS = MARK_COLLECTION + 1 };

/* Margins follow the panel's height alone, so that an event can be found without a ui. */
static int left_margin(struct rect area) {
    return area.h / 7;
}

static int right_margin(struct rect area) {
    return area.h * 3 / 4;
}

static int chart_width(struct rect area) {
    int w = area.w - left_margin(area) - right_margin(area);
    return w > 2 ? w : 2;
}

uint64_t timeline_event_at(struct rect area, const struct view *v, int x) {
    int w = chart_width(area), column = x - area.x - left_margin(area);
    if (column <= 0)
        return 0;
    if (column >= w - 1)
        return v->count;
    return (uint64_t)((double)v->count * column / (w - 1) + 0.5);
}

static int column_of(const struct view *v, int width, uint64_t seq) {
    if (v->count == 0)
        return 0;
    if (seq > v->count)
        seq = v->count;
    return (int)((double)seq / (double)v->count * (width - 1) + 0.5);
}

/* --- Legend --- */

/* The sign of a mark, centred at x, y. */
static void mark_sign(struct ui *ui, enum mark_kind kind, float x, float y) {
    float h = 4 * ui->scale;
    uint32_t refused = color_of(ui, COLOR_refused);
    if (kind == MARK_GROWTH) {
        const float xy[] = {x - h, y + h * 0.8f, x, y - h * 0.8f, x + h, y + h * 0.8f};
        draw_polygon(ui->canvas, xy, 3, color_of(ui, COLOR_arena));
        return;
    }
    if (kind == MARK_COLLECTION) {
        const float diamond[] = {x, y - h, x + h, y, x, y + h, x - h, y};
        draw_polygon(ui->canvas, diamond, 4, color_of(ui, COLOR_attention));
        return;
    }
    if (kind == MARK_FATAL)
        draw_circle(ui->canvas, x, y, 6 * ui->scale, refused);
    uint32_t cross = kind == MARK_FATAL ? color_of(ui, COLOR_panel) : refused;
    float d = kind == MARK_FATAL ? h * 0.6f : h * 0.9f, thick = 1.6f * ui->scale;
    draw_line(ui->canvas, x - d, y - d, x + d, y + d, thick, cross);
    draw_line(ui->canvas, x - d, y + d, x + d, y - d, thick, cross);
}

enum series { SERIES_INUSE, SERIES_LIVE, SERIES_IDLE, SERIES_RELEASED, SERIES_COUNT };

static void swatch(struct ui *ui, enum series s, struct rect r) {
    uint32_t idle = color_of(ui, COLOR_free_span);
    switch (s) {
    case SERIES_INUSE: draw_fill(ui->canvas, r, color_of(ui, COLOR_arena)); break;
    case SERIES_LIVE:
        r.y += r.h / 2 - px(ui, 1);
        r.h = px(ui, 2);
        draw_fill(ui->canvas, r, color_of(ui, COLOR_text));
        break;
    case SERIES_IDLE: draw_fill(ui->canvas, r, idle); break;
    default:
        draw_hatch(ui->canvas, r, px(ui, 4), idle);
        draw_frame(ui->canvas, r, 0, px(ui, 1), idle);
        break;
    }
}

/* One entry at x: a sign and its words. Returns where the next begins, or x if it did not fit. */
static int legend_words(struct ui *ui, struct rect row, int x, int sign_w, const char *words) {
    int w = text_width(ui->fonts, FACE_SANS, px(ui, SIZE_SMALL), words) + 1;
    if (x + sign_w + w > row.x + row.w)
        return x;
    ui_text(ui, rect_make(x + sign_w, row.y, w, row.h), FACE_SANS, SIZE_SMALL, 0,
        color_of(ui, COLOR_muted), words);
    return x + sign_w + w + px(ui, 14);
}

/* How so many marks of a kind are counted: with one %s. */
static const char *marks_format(enum mark_kind kind, uint64_t n) {
    switch (kind) {
    case MARK_REFUSED: return ngettext("%s address refused", "%s addresses refused", n);
    case MARK_GROWTH: return ngettext("%s growth", "%s growths", n);
    case MARK_FATAL: return ngettext("%s fatal error", "%s fatal errors", n);
    default: return ngettext("%s collection", "%s collections", n);
    }
}

static void legend(struct ui *ui, struct rect row, const uint64_t marks[MARK_KINDS]) {
    static const char *const series[] = {N_("in use"), N_("live"), N_("idle"), N_("released")};
    int x = row.x, sign = px(ui, 16);
    for (int i = 0; i < SERIES_COUNT; i++) {
        int next = legend_words(ui, row, x, sign, _(series[i]));
        if (next != x)
            swatch(ui, (enum series)i,
                rect_make(x, row.y + row.h / 2 - px(ui, 4), px(ui, 11), px(ui, 8)));
        x = next;
    }
    for (int kind = 0; kind < MARK_KINDS; kind++) {
        if (!marks[kind])
            continue;
        char words[64], n[32];
        snprintf(words, sizeof words, marks_format((enum mark_kind)kind, marks[kind]),
            format_count(marks[kind], n, sizeof n));
        int next = legend_words(ui, row, x, sign, words);
        if (next != x)
            mark_sign(
                ui, (enum mark_kind)kind, (float)(x + px(ui, 6)), (float)row.y + (float)row.h / 2);
        x = next;
    }
}

/* --- Chart --- */

/* The sample to show for the events up to seq: of those not shown yet the one with most in use, or
 * else the last before. *next is the first not shown yet. */
static struct sample column_sample(
    const struct sample *samples, size_t count, size_t *next, uint64_t seq) {
    struct sample best = {0};
    if (*next > 0)
        best = samples[*next - 1];
    bool fresh = false;
    for (; *next < count && samples[*next].seq <= seq; ++*next)
        if (!fresh || samples[*next].heap_inuse >= best.heap_inuse) {
            best = samples[*next];
            fresh = true;
        }
    return best;
}

/* The most that the system gave, up to that event. */
static uint64_t peak_of(const struct sample *samples, size_t count, uint64_t told) {
    uint64_t peak = 0;
    for (size_t i = 0; i < count && samples[i].seq <= told; i++)
        if (samples[i].heap_sys > peak)
            peak = samples[i].heap_sys;
    return peak;
}

static int height_of(uint64_t bytes, uint64_t peak, int h) {
    return (int)((double)bytes / (double)peak * h + 0.5);
}

/* A column's areas, bottom up. Past the cursor they are fainter: that is still to come. */
static void draw_column(
    struct ui *ui, struct rect column, const struct sample *s, uint64_t peak, bool past) {
    uint32_t ground = color_of(ui, COLOR_panel);
    float dim = past ? 0 : 0.55f;
    int released = height_of(s->heap_released, peak, column.h);
    int inuse = height_of(s->heap_inuse, peak, column.h);
    int sys = height_of(s->heap_sys, peak, column.h);
    int idle = sys - inuse - released;
    int y = column.y + column.h - inuse;
    draw_fill(ui->canvas, rect_make(column.x, y, column.w, inuse),
        color_mix(color_of(ui, COLOR_arena), ground, dim));
    if (idle > 0) {
        y -= idle;
        draw_fill(ui->canvas, rect_make(column.x, y, column.w, idle),
            color_mix(color_of(ui, COLOR_free_span), ground, dim));
    }
    if (released > 0)
        draw_hatch(ui->canvas, rect_make(column.x, y - released, column.w, released), px(ui, 4),
            color_mix(color_of(ui, COLOR_free_span), ground, dim));
}

static void draw_chart(struct ui *ui, const struct view *v, struct rect chart, uint64_t peak) {
    size_t count, next = 0;
    const struct sample *samples = recording_samples(v->rec, &count);
    int cursor = column_of(v, chart.w, v->at), live_before = -1;
    int end = view_told(v) < v->count ? cursor : chart.w;
    for (int x = 0; x < end; x++) {
        uint64_t seq = (uint64_t)((double)v->count * x / (chart.w - 1) + 0.5);
        struct sample s = column_sample(samples, count, &next, seq);
        bool past = x <= cursor;
        draw_column(ui, rect_make(chart.x + x, chart.y, 1, chart.h), &s, peak, past);
        int live = chart.y + chart.h - height_of(s.heap_live, peak, chart.h);
        int from = live_before < 0 ? live : live_before;
        int top = live < from ? live : from, bottom = live < from ? from : live;
        draw_fill(ui->canvas, rect_make(chart.x + x, top, 1, bottom - top + px(ui, 1)),
            color_alpha(color_of(ui, COLOR_text), past ? 255 : 110));
        live_before = live;
    }
}

static void draw_axis(struct ui *ui, struct rect area, struct rect chart, uint64_t peak) {
    char size[32];
    int x = chart.x + chart.w + px(ui, 8), h = px(ui, 16);
    struct rect label = rect_make(x, chart.y - h / 2, area.x + area.w - x - px(ui, 4), h);
    draw_fill(ui->canvas, rect_make(chart.x, chart.y, chart.w + px(ui, 4), px(ui, 1)),
        color_alpha(color_of(ui, COLOR_muted), 90));
    ui_text(ui, label, FACE_SANS, SIZE_SMALL, 0, color_of(ui, COLOR_muted),
        format_size(peak, size, sizeof size));
    label.y = chart.y + chart.h - h + px(ui, 3);
    ui_text(ui, label, FACE_SANS, SIZE_SMALL, 0, color_of(ui, COLOR_muted), "0");
}

/* Marks stand in a row above the chart. Those that would overlap one of their kind are left out of
 * the picture (the legend counts them). */
static void draw_marks(struct ui *ui, const struct view *v, struct rect chart) {
    size_t count;
    const struct mark *marks = recording_marks(v->rec, &count);
    int last[MARK_KINDS];
    for (int kind = 0; kind < MARK_KINDS; kind++)
        last[kind] = -1000;
    float y = (float)(chart.y - px(ui, 1)) - (float)px(ui, MARK_ROW) / 2;
    for (size_t i = 0; i < count; i++) {
        int x = column_of(v, chart.w, marks[i].seq);
        if (marks[i].seq > view_told(v))
            break;
        if (marks[i].kind >= MARK_KINDS || x - last[marks[i].kind] < px(ui, 9))
            continue;
        last[marks[i].kind] = x;
        mark_sign(ui, (enum mark_kind)marks[i].kind, (float)(chart.x + x), y);
    }
}

/* A flag for each note; one hovered tells its words. Flags that would overlap are one. */
static void draw_notes(struct ui *ui, const struct view *v, struct rect chart) {
    int last = -1000, h = px(ui, 8);
    for (size_t i = 0; v->notes && i < v->notes->count; i++) {
        const struct note *note = &v->notes->note[i];
        int x = chart.x + column_of(v, chart.w, note->seq), top = chart.y - px(ui, MARK_ROW + 3);
        if (note->seq == NOTE_AWAY || x - last < px(ui, 4))
            continue;
        last = x;
        const float xy[] = {(float)x, (float)top, (float)(x + px(ui, 10)),
            (float)top + (float)h / 2, (float)x, (float)(top + h)};
        draw_fill(ui->canvas, rect_make(x, top, px(ui, 1), chart.y + chart.h - top),
            color_of(ui, COLOR_accent));
        draw_polygon(ui->canvas, xy, 3, color_of(ui, COLOR_accent));
    }
}

/* The words of the note whose flag is under the pointer, and a click that goes there. */
static void draw_note_words(struct ui *ui, const struct view *v, struct rect chart) {
    for (size_t i = 0; v->notes && i < v->notes->count; i++) {
        const struct note *note = &v->notes->note[i];
        int x = chart.x + column_of(v, chart.w, note->seq), top = chart.y - px(ui, MARK_ROW + 3);
        struct rect flag = rect_make(x - px(ui, 3), top - px(ui, 3), px(ui, 15), px(ui, 14));
        if (note->seq == NOTE_AWAY)
            continue;
        ui_click(ui, flag, CMD_NOTE_GO, (int64_t)i);
        if (!ui_hovered(ui, flag))
            continue;
        int w = text_width(ui->fonts, FACE_SANS, px(ui, SIZE_SMALL), note->text) + px(ui, 16);
        int most = chart.w / 2, left = x + px(ui, 14);
        w = w < most ? w : most;
        left = left + w > chart.x + chart.w ? x - px(ui, 4) - w : left;
        struct rect chip = rect_make(left, top - px(ui, 4), w, px(ui, 20));
        draw_round(ui->canvas, chip, px(ui, 4), color_of(ui, COLOR_raised));
        draw_frame(ui->canvas, chip, px(ui, 4), px(ui, 1), color_of(ui, COLOR_accent));
        ui_text(ui, rect_inset(chip, px(ui, 2)), FACE_SANS, SIZE_SMALL, 1, color_of(ui, COLOR_text),
            note->text);
        return;
    }
}

static void draw_cursor(struct ui *ui, const struct view *v, struct rect chart) {
    int x = chart.x + column_of(v, chart.w, v->at), top = chart.y - px(ui, MARK_ROW);
    uint32_t color = color_of(ui, COLOR_attention);
    draw_fill(ui->canvas, rect_make(x - px(ui, 1), top, px(ui, 2), chart.y + chart.h - top), color);
    draw_round(ui->canvas,
        rect_make(x - px(ui, 4), chart.y + chart.h - px(ui, 2), px(ui, 8), px(ui, 6)), px(ui, 2),
        color);
}

/* --- The range --- */

/* The handle of an end that stands at column x: before it at the beginning, after it at the end, so
 * that they never cover each other. */
static struct rect handle_box(struct rect area, int x, bool end) {
    int side = area.h / 8;
    return rect_make(end ? x : x - side, area.y + area.h - area.h / 10 - side, side, side);
}

static int handle_x(struct rect area, const struct view *v, uint64_t seq) {
    return area.x + left_margin(area) + column_of(v, chart_width(area), seq);
}

enum timeline_handle timeline_handle_at(struct rect area, const struct view *v, int x, int y) {
    const struct interval *iv = v->interval;
    if (!iv || iv->from == NO_MOMENT)
        return HANDLE_NONE;
    if (iv->to != NO_MOMENT &&
        rect_has(rect_inset(handle_box(area, handle_x(area, v, iv->to), true), -3), x, y))
        return HANDLE_TO;
    bool from =
        rect_has(rect_inset(handle_box(area, handle_x(area, v, iv->from), false), -3), x, y);
    return from ? HANDLE_FROM : HANDLE_NONE;
}

static void draw_handle(struct ui *ui, const struct view *v, struct rect area, struct rect chart,
    uint64_t seq, bool end) {
    int x = handle_x(area, v, seq);
    struct rect box = handle_box(area, x, end);
    draw_fill(ui->canvas, rect_make(x, chart.y, px(ui, 1), chart.h), color_of(ui, COLOR_accent));
    draw_round(ui->canvas, box, px(ui, 3), color_of(ui, COLOR_accent));
    ui_text(ui, box, FACE_BOLD, SIZE_SMALL, 1, color_of(ui, COLOR_on_accent), end ? "B" : "A");
}

/* A band over what lies between, and a handle at each end; an end that is the moment shown has the
 * cursor's. */
static void draw_range(struct ui *ui, const struct view *v, struct rect area, struct rect chart) {
    uint64_t from, to;
    if (!v->interval || !interval_ends(v->interval, v->at, &from, &to))
        return;
    int x0 = handle_x(area, v, from), x1 = handle_x(area, v, to);
    draw_fill(ui->canvas, rect_make(x0, chart.y, x1 - x0, chart.h),
        color_alpha(color_of(ui, COLOR_accent), 46));
    if (v->interval->to != NO_MOMENT)
        draw_handle(ui, v, area, chart, v->interval->to, true);
    draw_handle(ui, v, area, chart, v->interval->from, false);
}

/* The life of the object that is pinned, below the chart: from where it was allocated to where it
 * was freed, with a dot where it was dropped. */
static void draw_life(struct ui *ui, const struct view *v, struct rect chart) {
    const struct life *l = v->lives;
    if (!l || !l->any)
        return;
    const struct object_life *o = &l->object;
    uint32_t color = color_of(ui, COLOR_text);
    int y = chart.y + chart.h + px(ui, 5), h = px(ui, 2);
    int x0 = chart.x + column_of(v, chart.w, o->born + 1);
    uint64_t told = view_told(v), end = o->swept < told ? o->swept + 1 : told;
    int x1 = chart.x + column_of(v, chart.w, end);
    draw_fill(ui->canvas, rect_make(x0, y, x1 > x0 ? x1 - x0 : 1, h), color);
    draw_fill(ui->canvas, rect_make(x0, y - px(ui, 3), h, h + 2 * px(ui, 3)), color);
    if (o->swept != NO_EVENT)
        draw_fill(ui->canvas, rect_make(x1, y - px(ui, 3), h, h + 2 * px(ui, 3)), color);
    if (o->dropped != NO_EVENT)
        draw_circle(ui->canvas, (float)(chart.x + column_of(v, chart.w, o->dropped + 1)),
            (float)y + (float)h / 2, 3.5f * ui->scale, color);
}

/* A thin line under the pointer, and the number of the event there. */
static void draw_pointer(
    struct ui *ui, const struct view *v, struct rect area, struct rect chart, struct rect all) {
    if (!ui_hovered(ui, all))
        return;
    uint64_t seq = timeline_event_at(area, v, ui->mouse_x);
    int x = chart.x + column_of(v, chart.w, seq);
    char words[48], n[32];
    snprintf(words, sizeof words, _("event %s"), format_count(seq, n, sizeof n));
    int w = text_width(ui->fonts, FACE_MONO, px(ui, SIZE_SMALL), words) + px(ui, 12);
    int left = x + px(ui, 6) + w > chart.x + chart.w ? x - px(ui, 6) - w : x + px(ui, 6);
    struct rect chip = rect_make(left, chart.y + px(ui, 2), w, px(ui, 18));
    draw_fill(ui->canvas, rect_make(x, chart.y, px(ui, 1), chart.h), color_of(ui, COLOR_muted));
    ui_card(ui, "timeline's pointer", chip);
    draw_round(ui->canvas, chip, px(ui, 4), color_of(ui, COLOR_raised));
    draw_frame(ui->canvas, chip, px(ui, 4), px(ui, 1), color_of(ui, COLOR_line));
    ui_text(ui, chip, FACE_MONO, SIZE_SMALL, 1, color_of(ui, COLOR_text), words);
    if (seq > 0)
        ui_hot(ui, all, (struct thing){.kind = THING_EVENT, .index = seq - 1});
    ui_click(ui, all, CMD_SEEK, (int64_t)seq);
}

/* Says that there is nothing to draw, beside the cursor. */
static void draw_empty(struct ui *ui, const struct view *v, struct rect chart) {
    const char *words = _("the heap is still empty");
    int gap = px(ui, 12), cursor = column_of(v, chart.w, v->at);
    int w = text_width(ui->fonts, FACE_SANS, px(ui, SIZE_BODY), words) + 2 * gap;
    int x = cursor < w ? cursor : 0;
    ui_text(ui, rect_make(chart.x + x + gap, chart.y, chart.w - x - gap, chart.h), FACE_SANS,
        SIZE_BODY, 0, color_of(ui, COLOR_muted), words);
}

void panel_timeline(struct ui *ui, const struct view *v, struct rect area) {
    draw_fill(ui->canvas, area, color_of(ui, COLOR_panel));
    draw_fill(ui->canvas, rect_make(area.x, area.y, area.w, px(ui, 1)), color_of(ui, COLOR_line));
    int left = area.x + left_margin(area), top = area.y + px(ui, CAPTION + MARK_ROW + 4);
    struct rect chart =
        rect_make(left, top, chart_width(area), area.y + area.h - px(ui, BOTTOM) - top);
    struct rect head = rect_make(left, area.y + px(ui, 6), chart.w, px(ui, 18));
    ui_caption(ui, head, _("HEAP OVER TIME"), "%s", "");

    size_t count;
    const struct mark *marks = recording_marks(v->rec, &count);
    uint64_t by_kind[MARK_KINDS] = {0};
    for (size_t i = 0; i < count && marks[i].seq <= view_told(v); i++)
        if (marks[i].kind < MARK_KINDS)
            by_kind[marks[i].kind]++;
    int title = px(ui, 140);
    legend(ui, rect_make(head.x + title, head.y, head.w - title, head.h), by_kind);

    const struct sample *samples = recording_samples(v->rec, &count);
    uint64_t peak = peak_of(samples, count, view_told(v)), now = v->r->stats[STAT_heap_sys];
    peak = now > peak ? now : peak; /* an operation under way has no sample yet */
    if (peak) {
        draw_chart(ui, v, chart, peak);
        draw_axis(ui, area, chart, peak);
    } else {
        draw_empty(ui, v, chart);
    }
    draw_fill(ui->canvas, rect_make(chart.x, chart.y + chart.h, chart.w, px(ui, 1)),
        color_of(ui, COLOR_line));
    draw_range(ui, v, area, chart);
    draw_life(ui, v, chart);
    draw_cursor(ui, v, chart);
    draw_notes(ui, v, chart);
    draw_marks(ui, v, chart);
    draw_pointer(ui, v, area, chart,
        rect_make(chart.x, area.y + px(ui, CAPTION), chart.w, area.h - px(ui, CAPTION)));
    draw_note_words(ui, v, chart);
}
