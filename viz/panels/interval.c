/*
 * Between two moments: what lived through, what was allocated, what died, in all and by size class.
 *
 * Four sorts of slots: allocated at the first moment and still at the second (lived through), or
 * freed since; allocated in between and still there, or freed again. Blue is what stands at the
 * second moment, grey what is gone; what came in between is striped.
 */
#include "viz/interval.h"

#include <stdio.h>
#include <stdlib.h>

#include "sim/base/i18n.h"
#include "viz/panels/caption.h"
#include "viz/panels/panels.h"

/* Design pixels. */
enum {
    CAPTION = 22,
    BUTTON_H = 26,
    BUTTON_W = 108,
    ROW = 19,
    GAP = 12,
    TILE_H = 52,
    WIDE = 560, /* from here on the table has its four columns, and tiles stand in one row */
    NAME_W = 76,
    COUNT_W = 72,
};

enum sort { LIVED, BORN, FREED, BORN_DIED, SORTS };

static uint64_t sort_bytes(const struct range_class *k, enum sort sort) {
    const uint64_t bytes[SORTS] = {
        k->lived_bytes, k->born_bytes, k->freed_bytes, k->born_died_bytes};
    return bytes[sort];
}

static uint64_t sort_count(const struct range_class *k, enum sort sort) {
    const uint64_t counts[SORTS] = {k->lived, k->born, k->freed, k->born_died};
    return counts[sort];
}

static uint64_t all_bytes(const struct range_class *k) {
    return k->lived_bytes + k->born_bytes + k->freed_bytes + k->born_died_bytes;
}

static uint64_t all_count(const struct range_class *k) {
    return k->lived + k->born + k->freed + k->born_died;
}

static const char *sort_name(enum sort sort) {
    static const char *const names[SORTS] = {
        N_("lived through"), N_("new, and alive"), N_("died"), N_("came and went")};
    return _(names[sort]);
}

static void draw_sort(struct ui *ui, struct rect r, enum sort sort) {
    bool stands = sort == LIVED || sort == BORN;
    uint32_t color = color_of(ui, stands ? COLOR_arena : COLOR_faint);
    draw_fill(ui->canvas, r, color);
    if (sort == BORN || sort == BORN_DIED)
        draw_hatch(ui->canvas, r, px(ui, 4), color_of(ui, COLOR_ground));
}

/* --- The head: the two moments --- */

static void draw_buttons(struct ui *ui, const struct view *v, struct rect row) {
    struct rect b = {row.x, row.y, px(ui, BUTTON_W), row.h};
    bool set = v->interval && v->interval->from != NO_MOMENT;
    ui_button(ui, b, _("A: from here"), set, CMD_RANGE_FROM, 0);
    b.x += b.w + px(ui, 8);
    ui_button(ui, b, _("B: to here"), set && v->interval->to != NO_MOMENT, CMD_RANGE_TO, 0);
    b.x += b.w + px(ui, 8);
    if (set)
        ui_button(ui, b, _("clear"), false, CMD_RANGE_CLEAR, 0);
}

static void draw_caption(struct ui *ui, const struct view *v, struct rect area) {
    uint64_t from, to;
    char a[32], b[32], full[128], some[96];
    const char *none[] = {_("choose them"), NULL};
    if (!v->interval || !interval_ends(v->interval, v->at, &from, &to)) {
        caption_first(ui, area, _("BETWEEN TWO MOMENTS"), none);
        return;
    }
    format_count(from, a, sizeof a);
    format_count(to, b, sizeof b);
    snprintf(full, sizeof full, _("event %s to event %s"), a, b);
    snprintf(some, sizeof some, _("%s to %s"), a, b);
    const char *texts[] = {full, some, NULL};
    caption_first(ui, area, _("BETWEEN TWO MOMENTS"), texts);
}

/* --- In all --- */

static void draw_tile(struct ui *ui, struct rect r, enum sort sort, const struct range_class *sum) {
    char text[48];
    int side = px(ui, 11), line = px(ui, 18);
    struct rect in = {r.x + px(ui, 8), r.y + px(ui, 5), r.w - px(ui, 12), line};
    draw_round(ui->canvas, r, px(ui, 5),
        color_mix(color_of(ui, COLOR_ground), color_of(ui, COLOR_raised), 0.6f));
    draw_sort(ui, rect_make(in.x, in.y + (line - side) / 2, side, side), sort);
    ui_text(ui, rect_make(in.x + side + px(ui, 7), in.y, in.w - side - px(ui, 7), line), FACE_SANS,
        SIZE_SMALL, 0, color_of(ui, COLOR_muted), sort_name(sort));
    in.y += line;
    ui_text(ui, rect_make(in.x, in.y, in.w, px(ui, 24)), FACE_SANS, SIZE_LARGE, 0,
        color_of(ui, COLOR_text), format_count(sort_count(sum, sort), text, sizeof text));
    int used = text_width(ui->fonts, FACE_SANS, px(ui, SIZE_LARGE), text) + px(ui, 10);
    ui_text(ui, rect_make(in.x + used, in.y, in.w - used, px(ui, 24)), FACE_SANS, SIZE_SMALL, 2,
        color_of(ui, COLOR_muted), format_size(sort_bytes(sum, sort), text, sizeof text));
}

/* Four in a row, or two and two. Returns the height they took. */
static int draw_tiles(struct ui *ui, struct rect area, const struct range_class *sum) {
    int columns = area.w >= px(ui, WIDE) ? SORTS : 2, gap = px(ui, 8), h = px(ui, TILE_H);
    int w = (area.w - (columns - 1) * gap) / columns;
    for (int i = 0; i < SORTS; i++)
        draw_tile(ui,
            rect_make(area.x + i % columns * (w + gap), area.y + i / columns * (h + gap), w, h),
            (enum sort)i, sum);
    return SORTS / columns * (h + gap);
}

/* --- By class --- */

struct line {
    unsigned size_class;
    const struct range_class *k;
};

static int by_bytes(const void *a, const void *b) {
    const struct line *x = a, *y = b;
    uint64_t p = all_bytes(x->k), q = all_bytes(y->k);
    return p != q ? (p < q ? 1 : -1) : (int)x->size_class - (int)y->size_class;
}

static void draw_bar(struct ui *ui, struct rect bar, const struct range_class *k, uint64_t most) {
    uint64_t before = 0;
    for (int i = 0; i < SORTS; i++) {
        uint64_t after = before + sort_bytes(k, (enum sort)i);
        int x0 = (int)((double)bar.w * (double)before / (double)most + 0.5);
        int x1 = (int)((double)bar.w * (double)after / (double)most + 0.5);
        if (after > before && x1 <= x0)
            x1 = x0 + 1;
        if (x1 > x0)
            draw_sort(ui, rect_make(bar.x + x0, bar.y, x1 - x0, bar.h), (enum sort)i);
        before = after;
    }
}

static void class_name(const struct line *l, char *out, size_t len) {
    char size[32];
    uint64_t n = all_count(l->k);
    if (l->size_class == 0)
        snprintf(out, len, "%s", _("large"));
    else
        snprintf(out, len, "%s B", format_count(n ? all_bytes(l->k) / n : 0, size, sizeof size));
}

static void draw_line_of(
    struct ui *ui, struct rect row, const struct line *l, uint64_t most, bool wide) {
    char text[48];
    class_name(l, text, sizeof text);
    int name_w = px(ui, NAME_W), count_w = px(ui, COUNT_W), columns = wide ? SORTS : 1;
    ui_text(ui, rect_make(row.x, row.y, name_w - px(ui, 8), row.h), FACE_SANS, SIZE_SMALL, 2,
        color_of(ui, COLOR_text), text);
    int numbers = row.x + row.w - columns * count_w;
    struct rect bar = {
        row.x + name_w, row.y + row.h / 2 - px(ui, 5), numbers - row.x - name_w, px(ui, 10)};
    draw_bar(ui, bar, l->k, most);
    if (!wide) {
        ui_text(ui, rect_make(numbers, row.y, count_w, row.h), FACE_SANS, SIZE_SMALL, 2,
            color_of(ui, COLOR_text), format_size(all_bytes(l->k), text, sizeof text));
        return;
    }
    for (int i = 0; i < SORTS; i++) {
        uint64_t n = sort_count(l->k, (enum sort)i);
        ui_text(ui, rect_make(numbers + i * count_w, row.y, count_w, row.h), FACE_SANS, SIZE_SMALL,
            2, color_of(ui, n ? COLOR_text : COLOR_faint), format_count(n, text, sizeof text));
    }
}

/* Swatches over the columns of counts. */
static void draw_columns(struct ui *ui, struct rect row) {
    int side = px(ui, 11), count_w = px(ui, COUNT_W);
    for (int i = 0; i < SORTS; i++) {
        int right = row.x + row.w - (SORTS - 1 - i) * count_w;
        draw_sort(
            ui, rect_make(right - side, row.y + (row.h - side) / 2, side, side), (enum sort)i);
    }
}

static void draw_classes(struct ui *ui, struct rect area, const struct range_class *classes) {
    struct line lines[NUM_SIZE_CLASSES];
    int count = 0, h = px(ui, ROW);
    for (unsigned i = 0; i < NUM_SIZE_CLASSES; i++)
        if (all_count(&classes[i]))
            lines[count++] = (struct line){.size_class = i, .k = &classes[i]};
    qsort(lines, (size_t)count, sizeof *lines, by_bytes);
    bool wide = area.w >= px(ui, WIDE);
    const char *texts[] = {
        _("most bytes first; a bar is bytes, numbers are slots"), _("most bytes first"), NULL};
    caption_first(
        ui, rect_make(area.x, area.y, area.w, px(ui, CAPTION)), _("BY SIZE CLASS"), texts);
    if (wide)
        draw_columns(ui, rect_make(area.x, area.y, area.w, px(ui, CAPTION - 4)));
    int y = area.y + px(ui, CAPTION), room = (area.y + area.h - y) / h;
    int shown = count <= room ? count : room > 0 ? room - 1 : 0;
    for (int i = 0; i < shown; i++)
        draw_line_of(
            ui, rect_make(area.x, y + i * h, area.w, h), &lines[i], all_bytes(lines[0].k), wide);
    if (shown < count && room > 0)
        ui_textf(ui, rect_make(area.x + px(ui, NAME_W), y + shown * h, area.w - px(ui, NAME_W), h),
            FACE_SANS, SIZE_SMALL, 0, color_of(ui, COLOR_muted),
            ngettext("%d class more", "%d classes more", (unsigned long)(count - shown)),
            count - shown);
}

/* --- All of it --- */

static struct range_class sum_of(const struct range_class *classes) {
    struct range_class sum = {0};
    for (unsigned i = 0; i < NUM_SIZE_CLASSES; i++) {
        const struct range_class *k = &classes[i];
        sum.lived += k->lived;
        sum.freed += k->freed;
        sum.born += k->born;
        sum.born_died += k->born_died;
        sum.lived_bytes += k->lived_bytes;
        sum.freed_bytes += k->freed_bytes;
        sum.born_bytes += k->born_bytes;
        sum.born_died_bytes += k->born_died_bytes;
    }
    return sum;
}

static void draw_progress(struct ui *ui, const struct interval *iv, struct rect row) {
    struct rect bar = {row.x, row.y + row.h / 2, row.w, px(ui, 3)};
    if (!iv->counting)
        return;
    draw_fill(ui->canvas, bar, color_of(ui, COLOR_line));
    bar.w = (int)((double)bar.w * interval_progress(iv));
    draw_fill(ui->canvas, bar, color_of(ui, COLOR_accent));
}

void panel_interval(struct ui *ui, const struct view *v, struct rect area) {
    draw_caption(ui, v, rect_make(area.x, area.y, area.w, px(ui, CAPTION)));
    int y = area.y + px(ui, CAPTION + 2), bottom = area.y + area.h;
    draw_buttons(ui, v, rect_make(area.x, y, area.w, px(ui, BUTTON_H)));
    y += px(ui, BUTTON_H);
    const struct interval *iv = v->interval;
    if (!iv || iv->from == NO_MOMENT) {
        y += px(ui, GAP);
        ui_paragraph(ui, rect_make(area.x, y, area.w, bottom - y), FACE_SANS, SIZE_BODY,
            color_of(ui, COLOR_text),
            _("Go to a moment and press <: the interval begins there. It ends at the moment shown, "
              "or where you press >. Here stands what lived through it, what was allocated and "
              "what died."));
        return;
    }
    draw_progress(ui, iv, rect_make(area.x, y, area.w, px(ui, GAP)));
    y += px(ui, GAP);
    if (!iv->counted)
        return;
    struct range_class sum = sum_of(iv->classes);
    y += draw_tiles(ui, rect_make(area.x, y, area.w, px(ui, TILE_H)), &sum) + px(ui, 6);
    if (bottom - y > px(ui, CAPTION + ROW))
        draw_classes(ui, rect_make(area.x, y, area.w, bottom - y), iv->classes);
}
