/*
 * The comparison: the numbers of two runs of one workload at the same moment, side by side. Rows
 * that differ are marked, and say by how much.
 */
#include <inttypes.h>

#include "sim/base/i18n.h"
#include "viz/panels/panels.h"

enum { ROW = 19, VALUE = 31 /* percent of the width */ };

enum unit { UNIT_BYTES, UNIT_COUNT };

/* A number that both runs have. */
struct figure {
    const char *label;
    enum unit unit;
    uint64_t (*of)(const struct view *v);
};

static uint64_t region(const struct view *v, enum heap_field end, enum heap_field start) {
    uint64_t a = v->r->heap[end], b = v->r->heap[start];
    return a > b ? a - b : 0;
}

static uint64_t pointer_size(const struct view *v) {
    return v->platform->ptr_size;
}
static uint64_t refused(const struct view *v) {
    uint64_t n = 0;
    for (int i = 0; i < HINT_COUNT; i++)
        n += v->r->init.hints[i].outcome == OUTCOME_REFUSED;
    for (int i = 0; i < FALLBACK_COUNT; i++)
        n += v->r->init.fallbacks[i].outcome == OUTCOME_REFUSED;
    return n;
}
static uint64_t spans_bytes(const struct view *v) {
    return v->r->heap[HEAP_spans_cap] * v->platform->ptr_size;
}
static uint64_t bitmap_bytes(const struct view *v) {
    return v->r->heap[HEAP_bitmap_mapped];
}
static uint64_t arena_reserved(const struct view *v) {
    return region(v, HEAP_arena_end, HEAP_bitmap);
}
static uint64_t arena_used(const struct view *v) {
    return region(v, HEAP_arena_used, HEAP_bitmap);
}
static uint64_t live(const struct view *v) {
    return v->r->stats[STAT_heap_live];
}
static uint64_t in_use(const struct view *v) {
    return v->r->stats[STAT_heap_inuse];
}
static uint64_t idle(const struct view *v) {
    return v->r->stats[STAT_heap_idle];
}
static uint64_t released(const struct view *v) {
    return v->r->stats[STAT_heap_released];
}
static uint64_t metadata(const struct view *v) {
    const uint64_t *st = v->r->stats;
    return st[STAT_mspan_sys] + st[STAT_mcache_sys] + st[STAT_gc_sys] + st[STAT_other_sys];
}
static uint64_t spans_made(const struct view *v) {
    return v->r->span_count;
}
static uint64_t collections(const struct view *v) {
    return v->r->collections;
}
static uint64_t objects(const struct view *v) {
    return v->r->objects_born;
}
static uint64_t calls(const struct view *v) {
    uint64_t n = 0;
    for (int kind = 0; kind < EV_COUNT; kind++)
        n += v->r->os_calls[kind];
    return n;
}
static uint64_t events(const struct view *v) {
    return v->at;
}

static const struct figure figures[] = {
    {N_("pointer bytes"), UNIT_COUNT, pointer_size},
    {N_("refused"), UNIT_COUNT, refused},
    {N_("spans table"), UNIT_BYTES, spans_bytes},
    {N_("bitmap"), UNIT_BYTES, bitmap_bytes},
    {N_("arena kept"), UNIT_BYTES, arena_reserved},
    {N_("arena used"), UNIT_BYTES, arena_used},
    {N_("live"), UNIT_BYTES, live},
    {N_("in use"), UNIT_BYTES, in_use},
    {N_("idle"), UNIT_BYTES, idle},
    {N_("released"), UNIT_BYTES, released},
    {N_("metadata"), UNIT_BYTES, metadata},
    {N_("mspans"), UNIT_COUNT, spans_made},
    {N_("objects"), UNIT_COUNT, objects},
    {N_("collections"), UNIT_COUNT, collections},
    {N_("system calls"), UNIT_COUNT, calls},
    {N_("events"), UNIT_COUNT, events},
};

static char *figure_text(enum unit unit, uint64_t n, char *buf, size_t len) {
    if (unit == UNIT_BYTES)
        return format_size(n, buf, len);
    return format_count(n, buf, len);
}

static void draw_figure(struct ui *ui, const struct figure *f, const struct view *a,
    const struct view *b, struct rect r) {
    char text[32];
    uint64_t na = f->of(a), nb = f->of(b);
    bool differs = na != nb;
    int w = r.w * VALUE / 100, label_w = r.w - 2 * w;
    if (differs)
        draw_fill(ui->canvas,
            rect_make(r.x - px(ui, 6), r.y + px(ui, 3), px(ui, 2), r.h - px(ui, 6)),
            color_of(ui, COLOR_attention));
    enum face face = differs ? FACE_BOLD : FACE_SANS;
    uint32_t color = color_of(ui, differs ? COLOR_text : COLOR_muted);
    ui_text(ui, rect_make(r.x, r.y, label_w, r.h), FACE_SANS, SIZE_SMALL, 0,
        color_of(ui, COLOR_muted), _(f->label));
    ui_text(ui, rect_make(r.x + label_w, r.y, w - px(ui, 4), r.h), face, SIZE_SMALL, 2, color,
        figure_text(f->unit, na, text, sizeof text));
    ui_text(ui, rect_make(r.x + label_w + w, r.y, w, r.h), face, SIZE_SMALL, 2, color,
        figure_text(f->unit, nb, text, sizeof text));
}

void panel_compare(struct ui *ui, const struct view *a, const struct view *b, struct rect area) {
    struct rect body = ui_caption(ui, area, _("SIDE BY SIDE"), NULL);
    int w = area.w * VALUE / 100, label_w = area.w - 2 * w;
    struct rect head = {body.x + label_w, body.y, w - px(ui, 4), px(ui, ROW)};
    ui_text(ui, head, FACE_BOLD, SIZE_SMALL, 2, color_of(ui, COLOR_text), _("left"));
    head.x += w;
    head.w = w;
    ui_text(ui, head, FACE_BOLD, SIZE_SMALL, 2, color_of(ui, COLOR_text), _("right"));
    int y = body.y + px(ui, ROW) + px(ui, 2);
    for (size_t i = 0; i < ARRAY_LEN(figures) && y + px(ui, ROW) <= area.y + area.h; i++) {
        draw_figure(ui, &figures[i], a, b, rect_make(area.x, y, area.w, px(ui, ROW)));
        y += px(ui, ROW);
    }
}

/* --- The head of a column --- */

/* What of the world tells the two apart: "linux/386 · GOGC 50 · 2 P's". */
static void describe(const struct view *v, struct strbuf *out) {
    const struct environment *env = v->env;
    char size[32];
    sb_printf(out, "%s", env->platform->name);
    if (env->model.address_limit)
        sb_printf(
            out, _(" · at most %s"), format_size(env->model.address_limit, size, sizeof size));
    if (env->model.taken_count)
        sb_printf(out, _(" · %zu taken"), env->model.taken_count);
    if (env->gogc)
        sb_printf(out, env->gogc < 0 ? _(" · GOGC off") : _(" · GOGC %" PRId64), env->gogc);
    if (env->ps)
        sb_printf(out, ngettext(" · %u P", " · %u P's", env->ps), env->ps);
}

void panel_compare_head(struct ui *ui, const struct view *v, bool chosen, struct rect area) {
    struct strbuf words = {0};
    char at[32];
    describe(v, &words);
    draw_round(ui->canvas, area, px(ui, 6), color_of(ui, COLOR_raised));
    if (chosen)
        draw_frame(ui->canvas, area, px(ui, 6), px(ui, 1), color_of(ui, COLOR_accent));
    struct rect in = rect_inset(area, px(ui, 8));
    in.w -= ui_textf(ui, in, FACE_SANS, SIZE_SMALL, 2, color_of(ui, COLOR_muted), _("event %s"),
                format_count(v->at, at, sizeof at)) +
            px(ui, 8);
    bool roomy = text_width(ui->fonts, FACE_BOLD, px(ui, SIZE_BODY), words.text) <= in.w;
    ui_text(
        ui, in, FACE_BOLD, roomy ? SIZE_BODY : SIZE_SMALL, 0, color_of(ui, COLOR_text), words.text);
    sb_free(&words);
}
