/*
 * The map's ground: every address in sight, by its state and its owner. Colour says whose it is,
 * pattern the state: nothing, checked, reserved, mapped, released, others'.
 *
 * Rows are read from left to right. What has at least a pixel is drawn as it is; what has less is
 * merged with its neighbours, as far as a pixel goes, into a stroke wide enough to be seen, of the
 * state that matters most among them. A stroke is met by the pointer like all else, and stands for
 * all the bytes that it merges.
 */
#include "viz/panels/map_parts.h"
#include "viz/panels/space_parts.h"
#include "viz/panels/touched.h"

/* A run of addresses alike in state, owner and region. */
struct run {
    uint64_t lo, hi;
    struct range what;
    bool touched; /* in memory; or mapped, where nothing is known of that */
    enum theme_color color;
};

/* --- Reading --- */

static enum theme_color run_color(const struct map_frame *f, const struct run *run) {
    switch (run->what.owner) {
    case OWNER_METADATA: return COLOR_metadata;
    case OWNER_HEAP: break;
    default: return COLOR_other;
    }
    if (!f->l.laid_out || run->lo >= f->l.arena || run->lo < f->l.spans)
        return COLOR_arena;
    return run->lo < f->l.bitmap ? COLOR_spans : COLOR_bitmap;
}

static void cut(uint64_t at, struct run *run) {
    if (at > run->lo && at < run->hi)
        run->hi = at;
}

/* The run that begins at lo, within [lo, end). */
static struct run run_at(const struct map_frame *f, uint64_t lo, uint64_t end) {
    struct run run = {.lo = lo};
    run.hi = rangemap_run(&f->v->r->ranges, lo, end, &run.what);
    cut(f->v->platform->user_end, &run);
    if (f->l.laid_out && run.what.owner == OWNER_HEAP) {
        cut(f->l.bitmap, &run);
        cut(f->l.arena, &run);
    }
    run.color = run_color(f, &run);
    run.touched = run.what.state == RANGE_MAPPED;
    if (run.touched && run.what.owner == OWNER_HEAP && touched_known(f->v))
        run.hi = touched_run(f->v, lo, run.hi, &run.touched);
    return run;
}

/* States by how much they matter where all cannot be shown. */
static int weight(const struct run *run) {
    static const int weights[RANGE_STATE_COUNT] = {[RANGE_CHECKED] = 1,
        [RANGE_RESERVED] = 2,
        [RANGE_RELEASED] = 3,
        [RANGE_TAKEN] = 4,
        [RANGE_MAPPED] = 5};
    return weights[run->what.state] + run->touched;
}

/* From `run` on, all that begins within the same pixel: the weightiest, with the bytes of all. Of
 * very many the last are jumped over. */
static struct run merge(const struct map_frame *f, struct run run, uint64_t pixel, uint64_t end) {
    enum { MOST = 64 };
    struct run best = run;
    uint64_t stop = run.lo + pixel < end ? run.lo + pixel : end, at = run.hi;
    int i = 0;
    for (; i < MOST && at < stop; i++) {
        struct run next = run_at(f, at, end);
        if (next.hi - next.lo >= pixel)
            break;
        if (weight(&next) > weight(&best))
            best = next;
        at = next.hi;
    }
    best.lo = run.lo;
    best.hi = i == MOST && at < stop ? stop : at;
    return best;
}

/* --- Drawing --- */

/* Where the heap's mapped memory is wide, zones are drawn over it that say more. */
static void see_state(const struct map_frame *f, const struct run *run, int wide) {
    enum { ZONE_FROM = 6 };
    static const enum map_key keys[RANGE_STATE_COUNT] = {[RANGE_NONE] = KEY_NOTHING,
        [RANGE_TAKEN] = KEY_OTHERS,
        [RANGE_CHECKED] = KEY_CHECKED,
        [RANGE_RESERVED] = KEY_RESERVED,
        [RANGE_MAPPED] = KEY_MAPPED,
        [RANGE_RELEASED] = KEY_RELEASED};
    if (run->what.owner == OWNER_METADATA)
        map_seen(f, KEY_METADATA);
    else if (run->what.owner != OWNER_HEAP || wide < px(f->ui, ZONE_FROM) ||
             (run->what.state != RANGE_MAPPED && run->what.state != RANGE_RELEASED))
        map_seen(f, keys[run->what.state]);
}

static void draw_run(const struct map_frame *f, const struct run *run, struct rect box) {
    struct ui *ui = f->ui;
    ui_hot(ui, box, (struct thing){THING_RANGE, 0, run->lo, run->hi - run->lo});
    if (run->lo >= f->v->platform->user_end) {
        map_seen(f, KEY_BEYOND);
        draw_fill(ui->canvas, box, color_of(ui, COLOR_line));
        return;
    }
    see_state(f, run, box.w);
    if (run->what.state == RANGE_MAPPED)
        touched_draw(ui, box, run->touched, color_of(ui, run->color));
    else
        draw_state(ui, box, run->what.state, color_of(ui, run->color));
}

struct row {
    int number;
    uint64_t lo, hi, pixel; /* pixel: bytes in one */
};

static struct rect row_box(
    const struct map_frame *f, const struct row *row, uint64_t lo, uint64_t hi) {
    int x0 = map_grid_x(&f->grid, row->number, lo), x1 = map_grid_x(&f->grid, row->number, hi);
    int y0 = map_grid_y(&f->grid, row->number);
    return rect_make(x0, y0, x1 - x0, map_grid_y(&f->grid, row->number + 1) - px(f->ui, 2) - y0);
}

/* Wide runs first, then the strokes over them. */
static void draw_row(const struct map_frame *f, const struct row *row, bool strokes) {
    uint64_t at = row->lo;
    int least = px(f->ui, 3);
    while (at < row->hi) {
        struct run run = run_at(f, at, row->hi);
        bool narrow = run.hi - run.lo < row->pixel;
        if (narrow)
            run = merge(f, run, row->pixel, row->hi);
        struct rect box = row_box(f, row, run.lo, run.hi);
        if (strokes && box.w < least && run.what.state != RANGE_NONE) {
            int right = f->grid.rect.x + f->grid.rect.w - least;
            box.x = box.x < right ? box.x : right;
            box.w = least;
            draw_run(f, &run, box);
        } else if (!strokes && box.w >= least) {
            draw_run(f, &run, box);
        }
        at = run.hi;
    }
}

void map_draw_ground(const struct map_frame *f) {
    const struct map_grid *g = &f->grid;
    for (int i = 0; i < g->rows; i++) {
        struct row row = {.number = i, .lo = g->first + (uint64_t)i * g->row_bytes};
        row.hi = row.lo + g->row_bytes;
        row.pixel = g->row_bytes / (uint64_t)g->rect.w + 1;
        draw_fill(f->ui->canvas, row_box(f, &row, row.lo, row.hi), color_of(f->ui, COLOR_panel));
        draw_row(f, &row, false);
        draw_row(f, &row, true);
    }
}
