/*
 * The line (or two) below the map: what the patterns and colours in sight mean, and no others. Each
 * of them can be told without colour: by its pattern, its shape, or its place.
 */
#include "viz/panels/map_parts.h"
#include "viz/panels/space_parts.h"
#include "viz/panels/touched.h"

enum { SWATCH_W = 16, SWATCH_H = 10, BETWEEN = 14, LINE = 17 };

static const char *key_text(enum map_key key) {
    static const char *const texts[KEY_COUNT] = {[KEY_NOTHING] = N_("nothing"),
        [KEY_CHECKED] = N_("only checked"),
        [KEY_RESERVED] = N_("reserved"),
        [KEY_MAPPED] = N_("mapped"),
        [KEY_TOUCHED] = N_("touched"),
        [KEY_RELEASED] = N_("released"),
        [KEY_OTHERS] = N_("others"),
        [KEY_METADATA] = N_("metadata"),
        [KEY_HINT] = N_("hint"),
        [KEY_HINT_REFUSED] = N_("refused"),
        [KEY_HINT_GRANTED] = N_("granted"),
        [KEY_BEYOND] = N_("beyond all addresses"),
        [KEY_SPANS] = N_("spans entries"),
        [KEY_BITMAP] = N_("bitmap"),
        [KEY_CLASSES] = N_("8 B to 32 KiB"),
        [KEY_LARGE] = N_("large"),
        [KEY_FREE_SPAN] = N_("free"),
        [KEY_MANUAL] = N_("by hand"),
        [KEY_NOSCAN] = N_("pointer-free"),
        [KEY_ALLOCATED] = N_("allocated"),
        [KEY_FREE_SLOT] = N_("free slot"),
        [KEY_MARKED] = N_("found live"),
        [KEY_BLACK] = N_("black: found, looked into"),
        [KEY_GREY] = N_("grey: found, waits"),
        [KEY_WHITE] = N_("white: not found yet"),
        [KEY_TAIL] = N_("tail waste"),
        [KEY_FREEINDEX] = N_("freeindex"),
        [KEY_CACHE] = N_("allocCache"),
        [KEY_BITS] = N_("scan and pointer bit"),
        [KEY_UNKNOWN] = N_("written long ago or by a fill: not looked up")};
    return _(texts[key]);
}

static void swatch_classes(struct ui *ui, struct rect r) {
    int n = COLOR_class6 - COLOR_class0 + 1;
    for (int i = 0; i < n; i++)
        draw_fill(ui->canvas,
            rect_make(r.x + i * r.w / n, r.y, (i + 1) * r.w / n - i * r.w / n, r.h),
            color_of(ui, (enum theme_color)(COLOR_class0 + i)));
}

static void swatch_state(
    struct ui *ui, struct rect r, enum range_state state, bool framed, enum theme_color color) {
    if (framed)
        draw_frame(ui->canvas, r, 0, 1, color_of(ui, COLOR_line));
    draw_state(ui, r, state, color_of(ui, color));
}

static void swatch_bits(struct ui *ui, struct rect r) {
    int w = (r.w - 1) / 2;
    uint32_t on = color_of(ui, COLOR_bitmap);
    draw_fill(ui->canvas, rect_make(r.x, r.y, w, r.h), on);
    draw_fill(ui->canvas, rect_make(r.x + w + 1, r.y, w, r.h),
        color_mix(color_of(ui, COLOR_panel), on, 0.25f));
}

static void swatch_mark(struct ui *ui, struct rect r, enum map_key key) {
    uint32_t full = color_of(ui, COLOR_class3);
    float x = (float)r.x + (float)r.w / 2, y = (float)r.y + (float)r.h / 2, s = 4 * ui->scale;
    float corner[] = {x - s, y - s, x + s, y + s, x - s, y + s};
    switch (key) {
    case KEY_NOSCAN:
        draw_fill(ui->canvas, r, full);
        heapmap_draw_noscan(ui, r);
        break;
    case KEY_ALLOCATED: draw_fill(ui->canvas, r, full); break;
    case KEY_FREE_SLOT: draw_frame(ui->canvas, r, 0, 1, full); break;
    case KEY_MARKED:
        draw_fill(ui->canvas, r, full);
        draw_circle(ui->canvas, x, y, 2.5f * ui->scale, map_text_on(ui, full));
        break;
    case KEY_BLACK: map_shade_box(ui, r, true, false, full); break;
    case KEY_GREY: map_shade_box(ui, r, true, true, full); break;
    case KEY_WHITE: map_shade_box(ui, r, false, false, full); break;
    case KEY_TAIL:
        draw_fill(ui->canvas, r, color_alpha(color_of(ui, COLOR_refused), 40));
        draw_hatch(ui->canvas, r, px(ui, 5), color_of(ui, COLOR_refused));
        break;
    case KEY_FREEINDEX: draw_polygon(ui->canvas, corner, 3, color_of(ui, COLOR_attention)); break;
    default: /* KEY_CACHE */
        draw_fill(ui->canvas, rect_make(r.x, r.y + r.h - px(ui, 2), r.w, px(ui, 2)),
            color_of(ui, COLOR_attention));
    }
}

static void swatch_hint(struct ui *ui, struct rect r, unsigned outcome) {
    enum { PITCH = 16 };
    struct rect tall = rect_make(r.x, r.y - px(ui, 2), r.w, r.h + px(ui, 4));
    float x = (float)r.x + (float)r.w / 2;
    draw_hint_mark(ui, tall, x, outcome, false, (float)px(ui, PITCH));
}

static void swatch_touched(struct ui *ui, struct rect r) {
    int thick = px(ui, 3);
    draw_fill(ui->canvas, r, color_of(ui, COLOR_arena));
    draw_fill(ui->canvas, rect_make(r.x, r.y + r.h - thick - 1, r.w, 1), color_of(ui, COLOR_panel));
    draw_fill(ui->canvas, rect_make(r.x, r.y + r.h - thick, r.w, thick), color_of(ui, COLOR_text));
}

static void swatch(struct ui *ui, struct rect r, enum map_key key) {
    switch (key) {
    case KEY_HINT: swatch_hint(ui, r, OUTCOME_UNTRIED); break;
    case KEY_HINT_REFUSED: swatch_hint(ui, r, OUTCOME_REFUSED); break;
    case KEY_HINT_GRANTED: swatch_hint(ui, r, OUTCOME_GRANTED); break;
    case KEY_NOTHING: swatch_state(ui, r, RANGE_NONE, true, COLOR_line); break;
    case KEY_CHECKED: swatch_state(ui, r, RANGE_CHECKED, true, COLOR_arena); break;
    case KEY_RESERVED: swatch_state(ui, r, RANGE_RESERVED, false, COLOR_arena); break;
    case KEY_TOUCHED: swatch_touched(ui, r); break;
    case KEY_RELEASED: swatch_state(ui, r, RANGE_RELEASED, false, COLOR_arena); break;
    case KEY_OTHERS: swatch_state(ui, r, RANGE_TAKEN, false, COLOR_other); break;
    case KEY_METADATA: swatch_state(ui, r, RANGE_MAPPED, false, COLOR_metadata); break;
    case KEY_BEYOND: draw_fill(ui->canvas, r, color_of(ui, COLOR_line)); break;
    case KEY_SPANS:
        draw_fill(ui->canvas, r, color_of(ui, COLOR_class3));
        draw_fill(ui->canvas, rect_make(r.x, r.y, r.w, r.h / 3), color_of(ui, COLOR_spans));
        break;
    case KEY_BITMAP: swatch_state(ui, r, RANGE_MAPPED, false, COLOR_bitmap); break;
    case KEY_CLASSES: swatch_classes(ui, r); break;
    case KEY_LARGE: draw_fill(ui->canvas, r, color_of(ui, COLOR_large)); break;
    case KEY_FREE_SPAN: draw_fill(ui->canvas, r, color_of(ui, COLOR_free_span)); break;
    case KEY_MANUAL: draw_fill(ui->canvas, r, color_of(ui, COLOR_manual)); break;
    case KEY_BITS: swatch_bits(ui, r); break;
    case KEY_UNKNOWN:
        ui_text(ui, r, FACE_MONO, SIZE_SMALL, 1, color_of(ui, COLOR_muted), "?");
        break;
    default: swatch_mark(ui, r, key);
    }
}

static int entry_width(struct ui *ui, enum map_key key, bool words) {
    int w = key == KEY_CLASSES ? px(ui, 3 * SWATCH_W) : px(ui, SWATCH_W);
    if (words)
        w += px(ui, 5) + text_width(ui->fonts, FACE_SANS, px(ui, SIZE_SMALL), key_text(key)) + 1;
    return w;
}

static void draw_entry(const struct map_frame *f, enum map_key key, struct rect r) {
    struct ui *ui = f->ui;
    int w = entry_width(ui, key, false), h = px(ui, SWATCH_H);
    struct rect box = rect_make(r.x, r.y + (r.h - h) / 2, w, h);
    if (key == KEY_MAPPED)
        touched_draw(ui, box, !touched_known(f->v), color_of(ui, COLOR_arena));
    else
        swatch(ui, box, key);
    int x = r.x + w + px(ui, 5);
    ui_text(ui, rect_make(x, r.y, r.x + r.w - x, r.h), FACE_SANS, SIZE_SMALL, 0,
        color_of(ui, COLOR_muted), key_text(key));
}

void map_draw_legend(const struct map_frame *f) {
    struct ui *ui = f->ui;
    int x = f->foot.x, y = f->foot.y, line = px(ui, LINE), right = f->foot.x + f->foot.w;
    for (unsigned i = 0; i < KEY_COUNT; i++) {
        enum map_key key = (enum map_key)i;
        if (!f->seen[i])
            continue;
        int w = entry_width(ui, key, true);
        if (x + w > right && x > f->foot.x) {
            x = f->foot.x;
            y += line;
        }
        if (y + line > f->foot.y + f->foot.h)
            return;
        draw_entry(f, key, rect_make(x, y, w, line));
        x += w + px(ui, BETWEEN);
    }
}
