/*
 * The whole address space on one ruler, to scale.
 *
 * 64-bit: every hint is a mark at its true address. What became of it shows in the mark's shape as
 * well as in its colour: not tried, a short faint stroke; being asked, a full stroke; refused, a
 * stroke with a cross on top; granted, a bar with a foot; granted elsewhere, a hollow bar.
 * 32-bit: each arena size that was asked for is a bar of that length, one below the other.
 * Whatever else is in the space lies behind: at least two pixels wide, however small it is.
 */
#include "viz/panels/space_parts.h"

#include "viz/panels/attempts.h"

#include <stdio.h>

enum { LANE = 15 }; /* design pixels an attempt of the 32-bit plan takes */

static bool narrow(const struct view *v) {
    return v->platform->ptr_size == 4;
}

uint64_t ruler_span(const struct platform *p) {
    return p->ptr_size == 4 ? GiB(4) : p->user_end;
}

static unsigned lanes(const struct view *v) {
    unsigned tried = fallback_tally(v->r).tried;
    unsigned n = tried + (fallback_asked(v->r) >= 0);
    return n ? n : 1;
}

int ruler_height(const struct view *v) {
    return narrow(v) ? (int)lanes(v) * LANE + 5 : 26;
}

int ruler_x(const struct view *v, struct rect r, uint64_t addr) {
    uint64_t span = ruler_span(v->platform);
    double part = addr >= span ? 1 : (double)addr / (double)span;
    return r.x + (int)(part * r.w);
}

/* The pixels of [start, end), at least two wide. */
static struct rect piece(
    struct ui *ui, const struct view *v, struct rect r, uint64_t start, uint64_t end) {
    int x0 = ruler_x(v, r, start), x1 = ruler_x(v, r, end), least = px(ui, 2);
    if (x1 - x0 < least)
        x1 = x0 + least;
    if (x1 > r.x + r.w) {
        x1 = r.x + r.w;
        x0 = x0 < x1 - least ? x0 : x1 - least;
    }
    return rect_make(x0, r.y, x1 - x0, r.h);
}

/* A range at a hint's address is a foot below the hint's mark, which says what came of it. */
static struct rect below_mark(const struct view *v, uint64_t start, struct rect piece) {
    uint64_t number = start >> 40;
    if (narrow(v) || number >= HINT_COUNT || start != hint_addr(v->platform, (unsigned)number))
        return piece;
    int h = piece.h / 6;
    return rect_make(piece.x, piece.y + piece.h - h, piece.w, h);
}

static enum theme_color owner_color(unsigned owner) {
    switch (owner) {
    case OWNER_HEAP: return COLOR_arena;
    case OWNER_METADATA: return COLOR_metadata;
    default: return COLOR_other;
    }
}

static void draw_range(struct ui *ui, const struct view *v, struct rect r, struct range range) {
    struct thing self = {THING_RANGE, 0, range.start, range.end - range.start};
    struct rect p = piece(ui, v, r, range.start, range.end);
    if (range.owner == OWNER_OTHER)
        p = below_mark(v, range.start, p);
    draw_state(ui, p, range.state, color_of(ui, owner_color(range.owner)));
    if (thing_lit(v, self))
        draw_frame(
            ui->canvas, rect_inset(p, -px(ui, 2)), 0, px(ui, 1), color_of(ui, COLOR_attention));
    ui_hot(ui, p, self);
}

/* The bytes of the 32-bit plan's reservation: they are drawn in its lane. */
static struct range in_lane(const struct view *v) {
    int used = fallback_tally(v->r).used;
    if (!narrow(v) || used < 0)
        return (struct range){0};
    const struct attempt *a = &v->r->init.fallbacks[used];
    return (struct range){.start = a->answer, .end = a->answer + a->size};
}

static uint64_t clamp(uint64_t n, uint64_t least, uint64_t most) {
    return n < least ? least : n > most ? most : n;
}

/* What the replica knows of the space: inside the lane's bytes (within) or outside them. */
static void draw_ranges(
    struct ui *ui, const struct view *v, struct rect r, struct range lane, bool within) {
    const struct rangemap *m = &v->r->ranges;
    for (size_t i = 0; i < m->count; i++) {
        struct range before = m->ranges[i], inside = before, after = before;
        before.end = clamp(before.end, 0, lane.start);
        inside.start = clamp(inside.start, lane.start, lane.end);
        inside.end = clamp(inside.end, lane.start, lane.end);
        after.start = clamp(after.start, lane.end, UINT64_MAX);
        if (within && inside.start < inside.end)
            draw_range(ui, v, r, inside);
        if (!within && before.start < before.end)
            draw_range(ui, v, r, before);
        if (!within && after.start < after.end)
            draw_range(ui, v, r, after);
    }
}

/* Ranges of the environment that the run has not met yet. */
static void draw_taken(struct ui *ui, const struct view *v, struct rect r) {
    if (!v->env)
        return;
    for (size_t i = 0; i < v->env->model.taken_count; i++) {
        struct taken_range t = v->env->model.taken[i];
        if (rangemap_state(&v->r->ranges, t.addr, NULL) != RANGE_NONE)
            continue;
        struct rect p = below_mark(v, t.addr, piece(ui, v, r, t.addr, t.addr + t.size));
        draw_fill(ui->canvas, p, color_of(ui, COLOR_other));
        ui_hot(ui, p, (struct thing){THING_RANGE, 0, t.addr, t.size});
    }
}

/* --- 64-bit: the hints --- */

void draw_hint_mark(
    struct ui *ui, struct rect r, float x, unsigned outcome, bool asked, float pitch) {
    struct canvas *c = ui->canvas;
    uint32_t color = color_of(ui, asked ? COLOR_attention : outcome_color(outcome));
    float top = (float)r.y, h = (float)r.h, thick = 1.6f * ui->scale;
    float half = pitch * 0.36f < 3.5f * ui->scale ? pitch * 0.36f : 3.5f * ui->scale;
    switch (outcome) {
    case OUTCOME_REFUSED:
        draw_line(c, x, top + h * 0.46f, x, top + h * 0.86f, thick, color);
        draw_cross(ui, x, top + h * 0.26f, half, color);
        break;
    case OUTCOME_GRANTED:
    case OUTCOME_CHECKED:
        draw_fill(c, rect_make((int)(x - thick), r.y, (int)(2 * thick + 0.5f), r.h), color);
        draw_fill(c,
            rect_make((int)(x - half - 1), r.y + r.h - px(ui, 3), (int)(2 * half + 2), px(ui, 3)),
            color);
        break;
    case OUTCOME_ELSEWHERE:
        draw_frame(c,
            rect_make((int)(x - half), r.y + px(ui, 3), (int)(2 * half + 1), r.h - px(ui, 6)), 0,
            px(ui, 1), color);
        break;
    default:
        if (asked)
            draw_line(c, x, top + h * 0.1f, x, top + h * 0.9f, thick * 1.3f, color);
        else
            draw_line(c, x, top + h * 0.36f, x, top + h * 0.64f, thick, color);
    }
}

static void draw_hint(
    struct ui *ui, const struct view *v, struct rect r, unsigned i, bool asked, float pitch) {
    uint64_t addr = hint_addr(v->platform, i);
    const struct attempt *a = &v->r->init.hints[i];
    struct thing self = {.kind = THING_HINT, .index = i};
    if (addr >= ruler_span(v->platform))
        return;
    float x = (float)r.x + (float)((double)addr / (double)ruler_span(v->platform) * r.w);
    int left = (int)(x - pitch / 2);
    struct rect hot = {left, r.y, (int)(x + pitch / 2) - left, r.h};
    if (thing_lit(v, self))
        draw_fill(ui->canvas, hot, color_alpha(color_of(ui, COLOR_attention), 90));
    draw_hint_mark(ui, r, x, a->outcome, asked, pitch);
    ui_hot(ui, hot, self);
    ui_click(ui, hot, CMD_TAKE_HINT, (int64_t)i);
}

static void draw_hints(struct ui *ui, const struct view *v, struct rect r) {
    int asked = hint_asked(v->r);
    float pitch = (float)r.w / (float)((double)ruler_span(v->platform) / (double)(GiB(1024)));
    for (unsigned i = 0; i < HINT_COUNT; i++)
        draw_hint(ui, v, r, i, asked == (int)i, pitch);
}

/* --- 32-bit: the sizes --- */

static void lane_words(const struct view *v, unsigned k, bool asked, char *buf, size_t len) {
    const struct attempt *a = &v->r->init.fallbacks[k];
    char size[32];
    format_total(asked ? fallback_total(v->r, k) : a->size, size, sizeof size);
    if (asked)
        snprintf(buf, len, _("%s: asking"), size);
    else if (a->outcome == OUTCOME_REFUSED)
        snprintf(buf, len, _("%s refused: %s"), size, attempt_reason(v, a));
    else
        snprintf(buf, len, _("%s granted: %s"), size, attempt_reason(v, a));
}

/* Beside the bar, on the side with more room, on a plate. */
static void lane_label(
    struct ui *ui, struct rect r, struct rect bar, enum theme_color color, const char *text) {
    int w = text_width(ui->fonts, FACE_SANS, px(ui, SIZE_SMALL), text) + px(ui, 9);
    bool right = bar.x + bar.w + w + px(ui, 6) <= r.x + r.w;
    int x = right ? bar.x + bar.w + px(ui, 4) : bar.x - px(ui, 4) - w;
    struct rect box = {x < r.x ? r.x : x, bar.y - px(ui, 1), w, bar.h + px(ui, 2)};
    draw_fill(ui->canvas, box, color_alpha(color_of(ui, COLOR_panel), 200));
    box.x += px(ui, 4);
    box.w -= px(ui, 8);
    ui_text(ui, box, FACE_SANS, SIZE_SMALL, 0, color_of(ui, color), text);
}

/* What is asked for, refused or, once granted, what is in it. */
static void fill_lane(struct ui *ui, const struct view *v, struct rect bar, unsigned k, bool lit) {
    unsigned outcome = v->r->init.fallbacks[k].outcome;
    uint32_t paint = color_of(ui, outcome_color(outcome));
    if (outcome == OUTCOME_UNTRIED)
        paint = color_of(ui, COLOR_attention);
    draw_fill(ui->canvas, bar, color_of(ui, COLOR_panel));
    draw_fill(ui->canvas, bar, color_alpha(paint, lit ? 90 : 30));
    if (outcome == OUTCOME_REFUSED)
        draw_hatch(ui->canvas, bar, px(ui, 5), color_alpha(paint, 150));
    draw_frame(ui->canvas, bar, px(ui, 2), px(ui, lit ? 2 : 1), paint);
    if (outcome == OUTCOME_REFUSED)
        draw_cross(ui, (float)bar.x + (float)bar.w / 2, (float)bar.y + (float)bar.h / 2,
            3 * ui->scale, paint);
}

static void draw_lane(
    struct ui *ui, const struct view *v, struct rect r, unsigned k, struct rect lane) {
    const struct attempt *a = &v->r->init.fallbacks[k];
    bool asked = fallback_asked(v->r) == (int)k;
    bool used = fallback_tally(v->r).used == (int)k;
    struct thing self = {.kind = THING_FALLBACK, .index = k};
    uint64_t addr = asked ? v->r->init.value[STEP_BREAK_CHECK][2] : used ? a->answer : a->addr;
    uint64_t size = asked ? fallback_total(v->r, k) : a->size;
    struct rect bar = piece(ui, v, lane, addr, addr + size);
    bool lit = thing_lit(v, self);
    char words[96];
    fill_lane(ui, v, bar, k, lit);
    ui_hot(ui, bar, self);
    if (used)
        draw_ranges(ui, v, lane, in_lane(v), true);
    lane_words(v, k, asked, words, sizeof words);
    lane_label(ui, r, bar, asked ? COLOR_attention : outcome_color(a->outcome), words);
}

static void draw_lanes(struct ui *ui, const struct view *v, struct rect r) {
    unsigned n = fallback_tally(v->r).tried + (fallback_asked(v->r) >= 0);
    for (unsigned k = 0; k < n && k < FALLBACK_COUNT; k++) {
        struct rect lane = {r.x, r.y + px(ui, 3 + (float)k * LANE), r.w, px(ui, LANE) - px(ui, 1)};
        draw_lane(ui, v, r, k, lane);
    }
}

/* The program break, which the arena must not be laid over: a dotted upright. */
static void draw_break(struct ui *ui, const struct view *v, struct rect r) {
    uint64_t brk = v->r->init.reached[STEP_FALLBACK] ? v->r->init.value[STEP_FALLBACK][2]
                   : v->env && v->env->model.brk     ? v->env->model.brk
                                                     : v->platform->brk;
    if (!brk)
        return;
    int x = ruler_x(v, r, brk), step = px(ui, 4);
    for (int y = r.y; y < r.y + r.h; y += step)
        draw_fill(ui->canvas, rect_make(x, y, px(ui, 1), step / 2), color_of(ui, COLOR_text));
}

void draw_ruler(struct ui *ui, const struct view *v, struct rect r) {
    draw_round(ui->canvas, r, px(ui, 3), color_of(ui, COLOR_panel));
    draw_taken(ui, v, r);
    draw_ranges(ui, v, r, in_lane(v), false);
    uint64_t end = v->platform->user_end;
    if (end < ruler_span(v->platform))
        draw_fill(
            ui->canvas, piece(ui, v, r, end, ruler_span(v->platform)), color_of(ui, COLOR_line));
    if (narrow(v)) {
        draw_break(ui, v, r);
        draw_lanes(ui, v, r);
    } else {
        draw_hints(ui, v, r);
    }
    draw_frame(ui->canvas, r, px(ui, 3), px(ui, 1), color_of(ui, COLOR_line));
}
