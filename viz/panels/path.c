/*
 * The path panel: mallocinit as a diagram, the way taken lit.
 *
 *   tiny -- defer -- page -- sizes -- pointers 8 bytes?
 *     +-----------------+---------------------+
 *   hints ---------> 32-bit plan ------ break check
 *     |  (grid)          512 -- 256 -- 128 -- 0
 *     +----<----------------+                 +-> the run ends
 *   round -- layout -- last check -- mheap, mcache
 *
 * Both widths use the same diagram with each box in the same place, so that switching between them
 * shows what differs and nothing else. Boxes get their second and third lines of text only where
 * the height allows; rows never overlap.
 *
 * A narrow panel breaks each row in two:
 *
 *   tiny -- defer -- page
 *   sizes ------ pointers 8 bytes?
 *   hints ---> 32-bit plan
 *     |        break check
 *     |        512 -- 256
 *     |  +---- 128 -- 0 ---> the run ends
 *   round ------ layout
 *   last check - mheap, mcache
 */
#include "viz/panels/panels.h"

#include "viz/panels/attempts.h"
#include "viz/panels/path_nodes.h"

#include <stdio.h>
#include <string.h>

/* Design pixels. */
enum {
    LINE_H = 15,
    BOX_PAD = 3,
    STRIP_H = 18,
    GAP_LEAST = 8,
    GAP_MOST = 20,
    COLUMN_GAP = 10,
    TEXT_PAD = 6,
    SPARE_MOST = 16,
    SIZES_GAP = 8
};

/* What the diagram wants for all its lines of text, design pixels. */
enum { WIDTH_USUAL = 680, HEIGHT_USUAL = 310, WIDTH_NARROW = 600 };

/* Lines of text each row of boxes has room for. */
struct rows {
    int first, plan, sizes, last;
    int gap;   /* pixels between rows */
    int spare; /* pixels that each row is higher than its text */
};

struct diagram {
    struct rect box[NODE_COUNT];
    int lines[NODE_COUNT];
    bool narrow; /* each row is broken in two */
};

static int row_height(struct ui *ui, int lines) {
    return px(ui, (float)(lines * LINE_H + 2 * BOX_PAD));
}

static int boxes_height(struct ui *ui, const struct rows *r, bool narrow) {
    int rows = row_height(ui, r->first) + row_height(ui, r->plan) + row_height(ui, r->sizes) +
               row_height(ui, r->last);
    return rows * (narrow ? 2 : 1) + px(ui, STRIP_H);
}

/* As many lines as fit, dropping the least telling first. Between the rows are gaps, one of half
 * the height around the strip. */
static struct rows choose_rows(struct ui *ui, int height, bool narrow) {
    int rows = narrow ? 8 : 4, halves = 2 * rows - 1; /* of gaps */
    static const struct rows choices[] = {
        {3, 3, 3, 3, 0, 0},
        {2, 3, 3, 3, 0, 0},
        {2, 3, 3, 2, 0, 0},
        {2, 2, 3, 2, 0, 0},
        {2, 2, 2, 2, 0, 0},
        {1, 2, 2, 2, 0, 0},
        {1, 2, 2, 1, 0, 0},
        {1, 1, 2, 1, 0, 0},
        {1, 1, 1, 1, 0, 0},
    };
    struct rows r = choices[0];
    for (size_t i = 0; i < ARRAY_LEN(choices); i++) {
        r = choices[i];
        r.gap = (height - boxes_height(ui, &r, narrow)) * 2 / halves;
        if (r.gap >= px(ui, GAP_LEAST))
            break;
    }
    if (r.gap > px(ui, GAP_MOST)) {
        r.gap = px(ui, GAP_MOST);
        r.spare = (height - boxes_height(ui, &r, narrow) - r.gap * halves / 2) / rows;
        r.spare = r.spare < px(ui, SPARE_MOST) ? r.spare : px(ui, SPARE_MOST);
    }
    return r;
}

/* A row of boxes: where it is, how far apart they are, lines of text in each. */
struct row {
    struct rect rect;
    int gap, lines;
};

/* Boxes side by side, as wide as their weights say. */
static void place_row(
    struct diagram *d, const struct row *row, enum node first, const int *weights, int count) {
    int total = 0, seen = 0, room = row->rect.w - (count - 1) * row->gap;
    for (int i = 0; i < count; i++)
        total += weights[i];
    for (int i = 0; i < count; i++) {
        int x0 = room * seen / total, x1 = room * (seen + weights[i]) / total;
        d->box[first + i] =
            rect_make(row->rect.x + x0 + i * row->gap, row->rect.y, x1 - x0, row->rect.h);
        d->lines[first + i] = row->lines;
        seen += weights[i];
    }
}

/* The next row of boxes below the last one. */
static void next_row(struct ui *ui, struct row *row, int gap, int lines, int spare) {
    row->rect.y += row->rect.h + gap;
    row->rect.h = row_height(ui, lines) + spare;
    row->lines = lines;
}

static void place_narrow(struct ui *ui, struct rect area, struct diagram *d) {
    static const int three[] = {1, 1, 1}, sizes[] = {184, 134}, two[] = {1, 1}, last[] = {4, 5};
    static const int one[] = {1};
    struct rows r = choose_rows(ui, area.h, true);
    int gap = px(ui, COLUMN_GAP), strip = px(ui, STRIP_H), split = area.w * 38 / 100;
    struct row row = {{area.x, area.y - r.gap, area.w, 0}, gap, 0};
    next_row(ui, &row, r.gap, r.first, r.spare);
    place_row(d, &row, NODE_TINY, three, 3);
    next_row(ui, &row, r.gap, r.first, r.spare);
    place_row(d, &row, NODE_SIZES, sizes, 2);

    row.rect.x += split + 2 * gap;
    row.rect.w -= split + 2 * gap;
    for (int i = 0; i < 2; i++) {
        next_row(ui, &row, r.gap, r.plan, r.spare);
        place_row(d, &row, NODE_PLAN + (enum node)i, one, 1);
    }
    row.gap = px(ui, SIZES_GAP);
    for (int i = 0; i < FALLBACK_COUNT; i += 2) {
        next_row(ui, &row, r.gap, r.sizes, r.spare);
        place_row(d, &row, NODE_SIZE0 + (enum node)i, two, 2);
    }
    int top = d->box[NODE_PLAN].y, bottom = row.rect.y + row.rect.h;
    d->box[NODE_HINTS] = rect_make(area.x, top, split, bottom - top);

    int x = d->box[NODE_SIZE0].x; /* leaves the ways down alone */
    d->box[NODE_THROW] = rect_make(x, bottom + r.gap, area.x + area.w - x, strip);
    d->lines[NODE_THROW] = 1;
    row = (struct row){{area.x, bottom + r.gap, area.w, strip}, gap, 0};
    next_row(ui, &row, r.gap / 2, r.last, r.spare);
    place_row(d, &row, NODE_ROUND, last, 2);
    next_row(ui, &row, r.gap, r.last, r.spare);
    place_row(d, &row, NODE_LAST, last, 2);
}

/* Weights are the widths that the longest texts need at the usual width. */
static void place_usual(struct ui *ui, struct rect area, struct diagram *d) {
    static const int first[] = {105, 101, 108, 184, 134}, plan[] = {1, 1}, sizes[] = {1, 1, 1, 1};
    static const int last[] = {146, 186, 138, 160};
    struct rows r = choose_rows(ui, area.h, false);
    int gap = px(ui, COLUMN_GAP), strip = px(ui, STRIP_H);
    struct row row = {{area.x, area.y, area.w, row_height(ui, r.first) + r.spare}, gap, r.first};
    place_row(d, &row, NODE_TINY, first, 5);

    int split = area.w * 33 / 100, top = area.y + row.rect.h + r.gap, right = split + 2 * gap;
    row = (struct row){
        {area.x + right, top, area.w - right, row_height(ui, r.plan) + r.spare}, gap, r.plan};
    place_row(d, &row, NODE_PLAN, plan, 2);
    row.rect.y += row.rect.h + r.gap;
    row.rect.h = row_height(ui, r.sizes) + r.spare;
    row.lines = r.sizes;
    row.gap = px(ui, SIZES_GAP);
    place_row(d, &row, NODE_SIZE0, sizes, FALLBACK_COUNT);
    int bottom = row.rect.y + row.rect.h;
    d->box[NODE_HINTS] = rect_make(area.x, top, split, bottom - top);

    row = (struct row){
        {area.x, bottom + r.gap + strip + r.gap / 2, area.w, row_height(ui, r.last) + r.spare}, gap,
        r.last};
    place_row(d, &row, NODE_ROUND, last, 4);
    /* The strip leaves the ways down to the first box of the last row alone. */
    int x = d->box[NODE_LAYOUT].x;
    d->box[NODE_THROW] = rect_make(x, bottom + r.gap, area.x + area.w - x, strip);
    d->lines[NODE_THROW] = 1;
}

static void place_boxes(struct ui *ui, struct rect area, struct diagram *d) {
    d->narrow = area.w < px(ui, WIDTH_NARROW);
    if (d->narrow)
        place_narrow(ui, area, d);
    else
        place_usual(ui, area, d);
}

/* --- Boxes --- */

static uint32_t mood_color(struct ui *ui, enum mood mood) {
    switch (mood) {
    case MOOD_PASSED:
        return color_mix(color_of(ui, COLOR_granted), color_of(ui, COLOR_ground), 0.45f);
    case MOOD_NOW: return color_of(ui, COLOR_attention);
    case MOOD_REFUSED: return color_of(ui, COLOR_refused);
    default: return color_of(ui, COLOR_faint);
    }
}

static void draw_frame_of(struct ui *ui, struct rect box, enum mood mood, bool lit) {
    uint32_t ground = color_of(ui, COLOR_ground), fill = color_of(ui, COLOR_panel);
    if (mood == MOOD_NOW)
        fill = color_mix(ground, color_of(ui, COLOR_attention), 0.10f);
    else if (mood == MOOD_REFUSED)
        fill = color_mix(ground, color_of(ui, COLOR_refused), 0.10f);
    else if (mood == MOOD_AHEAD)
        fill = ground;
    if (lit)
        fill = color_mix(fill, color_of(ui, COLOR_text), 0.08f);
    draw_round(ui->canvas, box, px(ui, 4), fill);
    int thick = mood == MOOD_NOW || lit ? px(ui, 2) : px(ui, 1);
    draw_frame(ui->canvas, box, px(ui, 4), thick > 0 ? thick : 1,
        lit ? color_of(ui, COLOR_attention) : mood_color(ui, mood));
}

/* A path not taken is faint, yet can be read. */
static uint32_t title_color(struct ui *ui, enum mood mood) {
    if (mood == MOOD_AHEAD)
        return color_mix(color_of(ui, COLOR_faint), color_of(ui, COLOR_muted), 0.6f);
    return color_of(ui, mood == MOOD_REFUSED ? COLOR_refused : COLOR_text);
}

static struct rect text_line(struct ui *ui, struct rect box, int index, int count) {
    int pad = px(ui, TEXT_PAD), line = px(ui, LINE_H);
    int top = box.y + (box.h - count * line) / 2;
    return rect_make(box.x + pad, top + index * line, box.w - 2 * pad, line);
}

/* Where all of it does not fit, what stands before the colon, or nothing. */
static void box_line(
    struct ui *ui, struct rect line, enum face face, uint32_t color, const char *text) {
    char head[112];
    const char *end = strstr(text, ": ") ? strstr(text, ": ") : strstr(text, "：");
    snprintf(head, sizeof head, "%.*s", end ? (int)(end - text) : 0, text);
    int size = px(ui, SIZE_SMALL);
    const char *said = text_width(ui->fonts, face, size, text) <= line.w ? text : head;
    if (text_width(ui->fonts, face, size, said) <= line.w)
        ui_text(ui, line, face, SIZE_SMALL, 0, color, said);
}

static void draw_box(struct ui *ui, const struct view *v, enum node n, const struct diagram *d) {
    struct node_words w;
    struct rect box = d->box[n];
    node_describe(v, n, &w);
    draw_frame_of(ui, box, w.mood, thing_lit(v, w.thing));
    int used = 0, lines = d->lines[n];
    bool telling = !w.title[0] || (lines == 1 && w.mood == MOOD_REFUSED && w.line[0][0]);
    if (!telling)
        box_line(
            ui, text_line(ui, box, used++, lines), FACE_BOLD, title_color(ui, w.mood), w.title);
    bool one = lines - used < 2 && w.line[1][0];
    for (int i = one ? w.keep : 0; i < NODE_LINES && used < lines; i++)
        if (w.line[i][0])
            box_line(ui, text_line(ui, box, used++, lines), FACE_SANS, color_of(ui, w.tone[i]),
                w.line[i]);
    if (w.mood == MOOD_REFUSED && n != NODE_THROW)
        draw_cross(ui, (float)(box.x + box.w) - 9 * ui->scale, (float)box.y + 9 * ui->scale,
            3 * ui->scale, color_of(ui, COLOR_refused));
    ui_hot(ui, box, w.thing);
}

/* --- The hint loop: its box holds a grid of all hints --- */

static void draw_cell(struct ui *ui, struct rect r, unsigned outcome, bool asked, bool taken) {
    struct canvas *c = ui->canvas;
    uint32_t color = color_of(ui, asked ? COLOR_attention : outcome_color(outcome));
    float x = (float)r.x + (float)r.w / 2, y = (float)r.y + (float)r.h / 2;
    switch (outcome) {
    case OUTCOME_REFUSED:
        draw_round(c, r, px(ui, 1), color_alpha(color, 50));
        draw_cross(ui, x, y, (float)(r.w < r.h ? r.w : r.h) * 0.36f, color);
        break;
    case OUTCOME_ELSEWHERE: draw_frame(c, r, px(ui, 1), px(ui, 2), color); break;
    case OUTCOME_UNTRIED:
        draw_round(c, r, px(ui, 1), asked ? color : color_alpha(color, taken ? 70 : 130));
        if (taken)
            draw_circle(c, x, y, (float)r.h * 0.4f, color_of(ui, COLOR_other));
        break;
    default: draw_round(c, r, px(ui, 1), color);
    }
}

/* On 32-bit platforms there are no hints: the cells are there, and nothing to point at. */
static void put_cell(
    struct ui *ui, const struct view *v, unsigned i, struct rect cell, bool asked) {
    struct thing self = {.kind = THING_HINT, .index = i};
    struct rect r = {cell.x, cell.y, cell.w - px(ui, 2), cell.h - px(ui, 2)};
    bool wide = v->platform->ptr_size == 8;
    bool taken = wide && v->env && env_is_taken(v->env, hint_addr(v->platform, i));
    draw_cell(ui, r, v->r->init.hints[i].outcome, asked, taken);
    if (!wide)
        return;
    if (thing_lit(v, self))
        draw_frame(ui->canvas, rect_inset(r, -px(ui, 1)), px(ui, 1), px(ui, 1),
            color_of(ui, COLOR_attention));
    ui_hot(ui, cell, self);
    if (hint_addr(v->platform, i) < v->platform->user_end)
        ui_click(ui, cell, CMD_TAKE_HINT, (int64_t)i);
}

/* 32 x 4 cells, or 16 x 8 or 8 x 16, whichever makes them largest; returns the height. */
static int draw_grid(struct ui *ui, const struct view *v, struct rect room) {
    int columns = 32, size = 0, most = px(ui, 14), asked = hint_asked(v->r);
    for (int n = 32; n >= 8; n /= 2) {
        int rows = HINT_COUNT / n, across = room.w / n, down = room.h / rows;
        int fits = across < down ? across : down;
        if (fits > size && size < most) {
            columns = n;
            size = fits;
        }
    }
    size = size > most ? most : size;
    int wide = room.w / columns < 2 * size ? room.w / columns : 2 * size;
    for (unsigned i = 0; i < HINT_COUNT; i++) {
        int col = (int)i % columns, row = (int)i / columns;
        struct rect cell = {room.x + col * wide, room.y + row * size, wide, size};
        put_cell(ui, v, i, cell, asked == (int)i);
    }
    return HINT_COUNT / columns * size;
}

/* "128 hints ... 528.5 GiB each"; where there is no room for both, the title. */
static void hints_head(
    struct ui *ui, const struct view *v, const struct node_words *w, struct rect head) {
    char each[64] = "", size[32];
    bool skipped = v->platform->ptr_size == 4 && v->r->init.step > STEP_SIZES;
    if (skipped) {
        snprintf(each, sizeof each, "%s", _("skipped"));
    } else if (w->mood != MOOD_AHEAD) {
        format_total(v->r->init.value[STEP_HINTS][0], size, sizeof size);
        snprintf(each, sizeof each, _("%s each"), size);
    }
    int title_w = text_width(ui->fonts, FACE_BOLD, px(ui, SIZE_SMALL), w->title);
    int each_w = text_width(ui->fonts, FACE_SANS, px(ui, SIZE_SMALL), each);
    if (each[0] && title_w + each_w + px(ui, 24) <= head.w)
        row_say_right(
            ui, &head, skipped ? title_color(ui, MOOD_AHEAD) : color_of(ui, COLOR_muted), each);
    ui_text(ui, head, FACE_BOLD, SIZE_SMALL, 0, title_color(ui, w->mood), w->title);
}

/* Lines of the box's text, which wraps where the box is tall. */
static int hints_lines(struct ui *ui, const struct node_words *w, int width, bool wrap) {
    int h = 0;
    for (int i = 0; i < NODE_LINES && w->line[i][0]; i++)
        h += wrap ? ui_paragraph_height(ui, width, FACE_SANS, SIZE_SMALL, w->line[i], 3)
                  : px(ui, LINE_H);
    return h > px(ui, LINE_H) ? h : px(ui, LINE_H);
}

static void draw_hints_box(struct ui *ui, const struct view *v, struct rect box) {
    struct node_words w;
    node_describe(v, NODE_HINTS, &w);
    draw_frame_of(ui, box, w.mood, thing_lit(v, w.thing));
    ui_hot(ui, box, w.thing);
    int pad = px(ui, TEXT_PAD), line = px(ui, LINE_H), top = px(ui, BOX_PAD);
    struct rect in = {box.x + pad, box.y + top, box.w - 2 * pad, box.h - 2 * top};
    bool wrap = in.h > in.w;
    hints_head(ui, v, &w, rect_make(in.x, in.y, in.w, line));
    int text_h = hints_lines(ui, &w, in.w, wrap), first = 0;
    struct rect room = {in.x, in.y + line + px(ui, 2), in.w, in.h - line - text_h - px(ui, 4)};
    if (room.h < px(ui, 24)) { /* the latest line alone */
        first = w.line[1][0] ? 1 : 0;
        room.h += text_h - line;
    }
    int y = room.y + draw_grid(ui, v, room) + px(ui, 2);
    for (int i = first; i < NODE_LINES && w.line[i][0]; i++) {
        struct rect r = {in.x, y, in.w, wrap ? in.y + in.h - y : line};
        uint32_t color = color_of(ui, w.tone[i]);
        if (wrap && ui_paragraph_height(ui, r.w, FACE_SANS, SIZE_SMALL, w.line[i], 3) <= r.h)
            y += ui_paragraph(ui, r, FACE_SANS, SIZE_SMALL, color, w.line[i]);
        else
            y += line, box_line(ui, r, FACE_SANS, color, w.line[i]);
    }
}

/* --- Ways between boxes --- */

static uint32_t way_color(struct ui *ui, enum way way) {
    switch (way) {
    case WAY_TAKEN: return color_of(ui, COLOR_granted);
    case WAY_REFUSED: return color_of(ui, COLOR_refused);
    default: return color_of(ui, COLOR_faint);
    }
}

struct point {
    float x, y;
};

/* Straight pieces through n points and an arrowhead at the last. */
static void draw_way(struct ui *ui, const struct point *p, int n, enum way way) {
    uint32_t color = way_color(ui, way);
    float thick = (way == WAY_NOT_TAKEN ? 1.0f : 2.0f) * ui->scale, s = 4 * ui->scale;
    for (int i = 0; i + 1 < n; i++) {
        float ext = i + 2 < n ? thick / 2 : 0;
        float dx = p[i + 1].x > p[i].x ? ext : p[i + 1].x < p[i].x ? -ext : 0;
        float dy = p[i + 1].y > p[i].y ? ext : p[i + 1].y < p[i].y ? -ext : 0;
        draw_line(ui->canvas, p[i].x, p[i].y, p[i + 1].x + dx, p[i + 1].y + dy, thick, color);
    }
    struct point a = p[n - 2], b = p[n - 1];
    if (a.y == b.y) {
        float d = b.x > a.x ? s : -s;
        float tri[6] = {b.x, b.y, b.x - d, b.y - s * 0.8f, b.x - d, b.y + s * 0.8f};
        draw_polygon(ui->canvas, tri, 3, color);
    } else {
        float d = b.y > a.y ? s : -s;
        float tri[6] = {b.x, b.y, b.x - s * 0.8f, b.y - d, b.x + s * 0.8f, b.y - d};
        draw_polygon(ui->canvas, tri, 3, color);
    }
}

static struct point at(struct rect r, float across, float down) {
    return (struct point){(float)r.x + (float)r.w * across, (float)r.y + (float)r.h * down};
}

/* One way: its course from box to box. */
struct course {
    enum node from, to;
    struct point p[6];
    int n;
};

enum { COURSE_COUNT = 21 };

/* Down, along at height y, and down into the other box. */
static struct course bend(enum node from, enum node to, struct point a, struct point b, float y) {
    return (struct course){from, to, {a, {a.x, y}, {b.x, y}, b}, 4};
}

/* Across to a box beside; else down to one in the row below, along halfway between the rows. */
static struct course way_to(const struct diagram *d, enum node from, enum node to) {
    struct rect f = d->box[from], t = d->box[to];
    if (t.y < f.y + f.h) {
        struct point b = at(t, 0, 0.5f);
        return (struct course){from, to, {{at(f, 1, 0).x, b.y}, b}, 2};
    }
    struct point a = at(f, 0.5f, 1), b = at(t, 0.5f, 0);
    return bend(from, to, a, b, (a.y + b.y) / 2);
}

/* From one of the four sizes to the rounding: all join on the way. In the narrow diagram they go
 * down beside the boxes, between these and the hints. */
static struct course join(const struct diagram *d, enum node from, float below) {
    struct rect f = d->box[from], round = d->box[NODE_ROUND];
    struct point a = at(f, 0.5f, 1), b = at(round, 0.75f, 0);
    if (!d->narrow)
        return bend(from, NODE_ROUND, a, b, below);
    float own = from < NODE_SIZE0 + 2 ? (a.y + (float)d->box[NODE_SIZE0 + 2].y) / 2 : below;
    float channel = (at(d->box[NODE_HINTS], 1, 0).x + (float)d->box[NODE_SIZE0].x) / 2;
    b.x = channel < b.x ? channel : b.x;
    return (struct course){
        from, NODE_ROUND, {a, {a.x, own}, {channel, own}, {channel, below}, {b.x, below}, b}, 6};
}

static void plot_courses(const struct diagram *d, struct course *c) {
    static const uint8_t ways[][2] = {{NODE_TINY, NODE_DEFER}, {NODE_DEFER, NODE_PAGE},
        {NODE_PAGE, NODE_SIZES}, {NODE_SIZES, NODE_WIDTH}, {NODE_HINTS, NODE_PLAN},
        {NODE_PLAN, NODE_BREAK}, {NODE_SIZE0, NODE_SIZE0 + 1}, {NODE_SIZE0 + 1, NODE_SIZE0 + 2},
        {NODE_SIZE0 + 2, NODE_SIZE3}, {NODE_ROUND, NODE_LAYOUT}, {NODE_LAYOUT, NODE_LAST},
        {NODE_LAST, NODE_INIT}, {NODE_WIDTH, NODE_HINTS}, {NODE_WIDTH, NODE_PLAN},
        {NODE_BREAK, NODE_SIZE0}};
    for (size_t i = 0; i < ARRAY_LEN(ways); i++)
        *c++ = way_to(d, (enum node)ways[i][0], (enum node)ways[i][1]);
    struct rect last = d->box[NODE_SIZE3];
    float strip = (float)d->box[NODE_THROW].y, below = (at(last, 0, 1).y + strip) / 2;
    struct point straight = at(d->box[NODE_ROUND], 0.35f, 0);
    *c++ = (struct course){
        NODE_HINTS, NODE_ROUND, {{straight.x, at(d->box[NODE_HINTS], 0, 1).y}, straight}, 2};
    for (enum node n = NODE_SIZE0; n <= NODE_SIZE3; n++)
        *c++ = join(d, n, below);
    struct point end = at(last, 0.8f, 1);
    *c = (struct course){NODE_SIZE3, NODE_THROW, {end, {end.x, strip}}, 2};
}

/* The ways taken lie over the others. */
static void draw_ways(struct ui *ui, const struct view *v, const struct diagram *d) {
    struct course courses[COURSE_COUNT];
    plot_courses(d, courses);
    for (int lit = 0; lit < 2; lit++)
        for (size_t i = 0; i < COURSE_COUNT; i++) {
            enum way way = way_between(v, courses[i].from, courses[i].to);
            if ((way != WAY_NOT_TAKEN) == lit)
                draw_way(ui, courses[i].p, courses[i].n, way);
        }
}

/* With room to spare the diagram is drawn larger: its small text in the window's next sizes. */
static float magnification(const struct ui *ui, struct rect area) {
    static const int sizes[] = {SIZE_LARGE, SIZE_BODY};
    for (size_t i = 0; i < ARRAY_LEN(sizes); i++) {
        float m = (float)sizes[i] / SIZE_SMALL;
        if (area.w >= px(ui, WIDTH_USUAL * m) && area.h >= px(ui, HEIGHT_USUAL * m))
            return m;
    }
    return 1;
}

void panel_path(struct ui *ui, const struct view *v, struct rect area) {
    const struct init_path *p = &v->r->init;
    struct diagram d = {0};
    struct rect body =
        ui_caption(ui, area, _("PATH OF mallocinit"), "%s", _(init_step_name(p->step)));
    float scale = ui->scale;
    ui->scale *= magnification(ui, body);
    place_boxes(ui, body, &d);
    canvas_clip(ui->canvas, area);
    draw_ways(ui, v, &d);
    for (enum node n = NODE_TINY; n < NODE_COUNT; n++) {
        if (n == NODE_HINTS)
            draw_hints_box(ui, v, d.box[n]);
        else
            draw_box(ui, v, n, &d);
    }
    canvas_unclip(ui->canvas);
    ui->scale = scale;
}
