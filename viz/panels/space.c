/*
 * The address space panel: a caption, the ruler of the whole space, what came of the addresses
 * asked for in words, and the reservation magnified into its three bands, joined to its place on
 * the ruler by a soft trapezoid.
 *
 * From top to bottom, in design pixels: caption, ruler (26, or a lane of 15 for each attempt of
 * the 32-bit plan), words (17, left out where there is no room), bands (what is left, none
 * if that is too little), legend (18).
 */
#include "viz/panels/space.h"
#include "viz/panels/attempts.h"
#include "viz/panels/panels.h"
#include "viz/panels/space_parts.h"

#include <stdio.h>
#include <string.h>

enum { WORDS = 17, LEGEND = 18, GAP = 7, GAP_MOST = 20, BANDS_LEAST = 17, BANDS_MOST = 58 };

struct space_layout {
    struct rect ruler, words, bands, legend;
};

static struct space_layout place(struct ui *ui, const struct view *v, struct rect area) {
    int ruler = px(ui, (float)ruler_height(v));
    int words = px(ui, WORDS), legend = px(ui, LEGEND), gap = px(ui, GAP);
    int bands = area.h - ruler - words - gap - legend;
    if (bands < px(ui, BANDS_LEAST)) {
        bands += words;
        words = 0;
    }
    if (bands < px(ui, BANDS_LEAST)) {
        bands += gap / 2;
        gap -= gap / 2;
    }
    if (bands < px(ui, BANDS_LEAST))
        bands = 0;
    if (bands > px(ui, BANDS_MOST)) {
        int spare = bands - px(ui, BANDS_MOST), most = px(ui, GAP_MOST) - gap;
        bands -= spare;
        gap += spare < most ? spare : most;
    }
    struct space_layout p;
    p.ruler = rect_make(area.x, area.y, area.w, ruler);
    p.words = rect_make(area.x, area.y + ruler, area.w, words);
    p.bands = rect_make(area.x, area.y + ruler + words + gap, area.w, bands);
    p.legend = rect_make(area.x, p.bands.y + p.bands.h, area.w, legend);
    return p;
}

/* From where the reservation is on the ruler to the whole width of the bands. */
static void draw_trapezoid(
    struct ui *ui, const struct view *v, const struct layout *l, const struct space_layout *p) {
    if (!l->laid_out)
        return;
    float x0 = (float)ruler_x(v, p->ruler, l->spans);
    float x1 = (float)ruler_x(v, p->ruler, l->arena + l->arena_size);
    float top = (float)(p->ruler.y + p->ruler.h), bottom = (float)p->bands.y;
    if (x1 < x0 + 2)
        x1 = x0 + 2;
    float xy[8] = {
        x0, top, x1, top, (float)(p->bands.x + p->bands.w), bottom, (float)p->bands.x, bottom};
    draw_polygon(ui->canvas, xy, 4, color_alpha(color_of(ui, COLOR_arena), 34));
}

/* A bracket under the ruler, and under the bands, around what the map shows: never too small to be
 * seen. */
static void draw_bracket(struct ui *ui, int x0, int x1, struct rect within, int bottom) {
    int least = px(ui, 7), thick = px(ui, 2), high = px(ui, 5);
    if (x1 - x0 < least) {
        x0 = (x0 + x1 - least) / 2;
        x1 = x0 + least;
    }
    int over = x1 - (within.x + within.w) > 0 ? x1 - (within.x + within.w) : 0;
    x0 = x0 - over > within.x ? x0 - over : within.x;
    x1 -= over;
    uint32_t color = color_of(ui, COLOR_text);
    draw_fill(ui->canvas, rect_make(x0, bottom - thick, x1 - x0, thick), color);
    draw_fill(ui->canvas, rect_make(x0, bottom - high, thick, high), color);
    draw_fill(ui->canvas, rect_make(x1 - thick, bottom - high, thick, high), color);
}

static void draw_window(
    struct ui *ui, const struct view *v, const struct layout *l, const struct space_layout *p) {
    uint64_t lo = v->zoom_start, hi = lo + v->zoom_size;
    if (!v->zoom_size)
        return;
    draw_bracket(ui, ruler_x(v, p->ruler, lo), ruler_x(v, p->ruler, hi), p->ruler,
        p->ruler.y + p->ruler.h + px(ui, 2));
    int x0, x1;
    if (p->bands.h && l->laid_out && bands_x(v, l, p->bands, lo, hi, &x0, &x1))
        draw_bracket(ui, x0, x1, p->bands, p->bands.y + p->bands.h + px(ui, 1));
}

/* The hint under the pointer, told: "hint 3: 0x3c0 0000 0000, not tried". */
static bool say_pointed_hint(struct ui *ui, const struct view *v, struct rect *row) {
    struct thing t = v->hover.kind == THING_HINT ? v->hover : v->pinned;
    if (t.kind != THING_HINT || t.index >= HINT_COUNT)
        return false;
    unsigned i = (unsigned)t.index;
    const struct attempt *a = &v->r->init.hints[i];
    const char *reason = attempt_reason(v, a);
    bool taken = v->env && env_is_taken(v->env, hint_addr(v->platform, i));
    char addr[32], text[160];
    snprintf(text, sizeof text, _("hint %u: %s"), i,
        format_addr(hint_addr(v->platform, i), addr, sizeof addr));
    row_say(ui, row, color_of(ui, COLOR_text), text);
    snprintf(text, sizeof text, *reason ? _("%s: %s") : "%s%s", outcome_word(a->outcome), reason);
    row_say(ui, row,
        color_of(ui, a->outcome == OUTCOME_UNTRIED ? COLOR_muted : outcome_color(a->outcome)),
        text);
    row_say_right(ui, row, color_of(ui, COLOR_muted),
        hint_addr(v->platform, i) >= v->platform->user_end ? _("beyond the end of the space")
        : taken                                            ? _("click: give it back and run again")
                                                           : _("click: take it and run again"));
    return true;
}

/* After all hints: how the 32-bit plan fares, in a few words. */
static void say_plan(struct ui *ui, const struct view *v, struct rect *row) {
    struct hint_tally t = fallback_tally(v->r);
    char size[32], addr[32], text[160];
    if (t.used >= 0) {
        const struct attempt *a = &v->r->init.fallbacks[t.used];
        snprintf(text, sizeof text,
            a->outcome == OUTCOME_CHECKED
                ? _("32-bit plan: %s at %s granted (checked, not reserved)")
                : _("32-bit plan: %s at %s granted"),
            format_total(a->size, size, sizeof size), format_addr(a->answer, addr, sizeof addr));
        row_say(ui, row, color_of(ui, COLOR_granted), text);
    } else if (t.refused == FALLBACK_COUNT) {
        row_say(ui, row, color_of(ui, COLOR_refused), _("32-bit plan: all four sizes refused"));
    } else if (v->r->init.reached[STEP_FALLBACK]) {
        snprintf(text, sizeof text, _("32-bit plan: %u of 4 sizes refused"), t.refused);
        row_say(ui, row, color_of(ui, COLOR_attention), text);
    }
}

/* The hints that were not needed, or that a small space has no room for. */
static void say_rest(struct ui *ui, const struct view *v, struct hint_tally t, struct rect *row) {
    unsigned beyond = 0, rest = HINT_COUNT - t.tried;
    char text[64];
    for (unsigned i = 0; i < HINT_COUNT; i++)
        beyond += hint_addr(v->platform, i) >= ruler_span(v->platform);
    if (beyond)
        snprintf(text, sizeof text,
            ngettext("%u hint lies beyond the end", "%u hints lie beyond the end", beyond), beyond);
    else if (rest)
        snprintf(
            text, sizeof text, ngettext("%u hint not tried", "%u hints not tried", rest), rest);
    else
        return;
    row_say_right(ui, row, color_of(ui, COLOR_muted), text);
}

static void say_used_hint(struct ui *ui, const struct view *v, unsigned i, struct rect *row) {
    const struct attempt *a = &v->r->init.hints[i];
    char name[32], addr[32], text[128];
    hint_name(v->platform, i, name, sizeof name);
    if (a->outcome == OUTCOME_ELSEWHERE)
        snprintf(text, sizeof text, _("%s answered with %s"), name,
            format_addr(a->answer, addr, sizeof addr));
    else
        snprintf(text, sizeof text,
            a->outcome == OUTCOME_CHECKED ? _("%s granted (checked, not reserved)")
                                          : _("%s granted (reserved)"),
            name);
    if (row_say(ui, row, color_of(ui, COLOR_granted), text))
        return;
    snprintf(text, sizeof text, "%s: %s", name, outcome_word(a->outcome));
    row_say(ui, row, color_of(ui, COLOR_granted), text);
}

static void say_hints(struct ui *ui, const struct view *v, struct rect row) {
    struct hint_tally t = hint_tally(v->r);
    char text[160], from[32], to[32];
    if (say_pointed_hint(ui, v, &row))
        return;
    if (t.tried == 0) {
        snprintf(text, sizeof text, _("128 hints to try, %s to %s"),
            hint_name(v->platform, 0, from, sizeof from),
            hint_name(v->platform, HINT_COUNT - 1, to, sizeof to));
        row_say(ui, &row, color_of(ui, COLOR_muted), text);
        return;
    }
    say_rest(ui, v, t, &row);
    if (t.refused == HINT_COUNT)
        row_say(ui, &row, color_of(ui, COLOR_refused), _("all 128 hints refused"));
    else if (t.refused)
        row_say(
            ui, &row, color_of(ui, COLOR_refused), hints_refused_text(v, t, 4, text, sizeof text));
    if (t.used >= 0)
        say_used_hint(ui, v, (unsigned)t.used, &row);
    say_plan(ui, v, &row);
}

/* 32-bit: the two addresses that decide where the arena starts. */
static void say_start(struct ui *ui, const struct view *v, struct rect row) {
    char addr[32], text[96];
    uint64_t image =
        v->env && v->env->model.image_end ? v->env->model.image_end : v->platform->image_end;
    uint64_t brk = v->env && v->env->model.brk ? v->env->model.brk : v->platform->brk;
    if (v->r->init.reached[STEP_FALLBACK]) {
        image = v->r->init.value[STEP_FALLBACK][1];
        brk = v->r->init.value[STEP_FALLBACK][2];
    }
    snprintf(text, sizeof text, _("image ends %s"), format_addr(image, addr, sizeof addr));
    row_say(ui, &row, color_of(ui, COLOR_muted), text);
    if (brk) {
        snprintf(text, sizeof text, _("break %s (dotted)"), format_addr(brk, addr, sizeof addr));
        row_say(ui, &row, color_of(ui, COLOR_muted), text);
    }
    row_say_right(ui, &row, color_of(ui, COLOR_muted), _("libraries, stack"));
}

void panel_space(struct ui *ui, const struct view *v, struct rect area) {
    char end[32], size[32];
    uint64_t span = ruler_span(v->platform);
    struct rect body = ui_caption(ui, area, _("ADDRESS SPACE"), _("0 to %s (%s)"),
        format_addr(span - 1, end, sizeof end),
        format_size(round_up(span, MiB(1)), size, sizeof size));
    struct space_layout p = place(ui, v, body);
    struct layout l = layout_of(v);
    canvas_clip(ui->canvas, area);
    if (p.bands.h)
        draw_trapezoid(ui, v, &l, &p);
    draw_ruler(ui, v, p.ruler);
    if (p.words.h && v->platform->ptr_size == 8)
        say_hints(ui, v, p.words);
    else if (p.words.h)
        say_start(ui, v, p.words);
    if (p.bands.h)
        draw_bands(ui, v, &l, p.bands);
    draw_window(ui, v, &l, &p);
    draw_states_legend(ui, v, p.legend);
    canvas_unclip(ui->canvas);
}

bool space_addr_at(
    struct ui *ui, const struct view *v, struct rect area, int x, int y, uint64_t *addr) {
    struct rect body = ui_below_caption(ui, area);
    struct space_layout p = place(ui, v, body);
    struct layout l = layout_of(v);
    if (p.bands.h && l.laid_out && y >= p.bands.y && y < p.bands.y + p.bands.h)
        return bands_addr(v, &l, p.bands, x, addr);
    if (y < p.ruler.y || y >= p.ruler.y + p.ruler.h)
        return false;
    int into = x < p.ruler.x ? 0 : x > p.ruler.x + p.ruler.w ? p.ruler.w : x - p.ruler.x;
    *addr = (uint64_t)((double)ruler_span(v->platform) * into / p.ruler.w);
    return true;
}
