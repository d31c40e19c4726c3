/*
 * The strips above the map, one line each and only when there is something to say: the objects that
 * wait while a collection marks; what is reachable, where that was asked.
 */
#include "viz/panels/strip.h"
#include "viz/panels/panels.h"
#include "viz/reachview.h"

#include <inttypes.h>
#include <stdio.h>

enum { LINE = 24, CHIPS_MOST = 8 }; /* LINE: design pixels */

static bool asks(const struct view *v) {
    return v->reach && v->reach->question != REACH_NOTHING;
}

int panel_strips_height(const struct ui *ui, const struct view *v) {
    return px(ui, LINE) * (replica_marking(v->r) + asks(v));
}

/* --- Parts of a line --- */

/* What has no room is left out, and what would follow it, too. */
static void say(struct ui *ui, struct rect *row, enum theme_color color, const char *text) {
    const char *texts[] = {text, NULL};
    int used = ui_text_first(ui, *row, 0, color_of(ui, color), texts);
    used = used && used + px(ui, 10) < row->w ? used + px(ui, 10) : row->w;
    row->x += used;
    row->w -= used;
}

/* A slot by its address; lit if it is pointed at. False: there is no room. */
static bool chip(
    struct ui *ui, const struct view *v, struct rect *row, uint64_t addr, uint32_t rim) {
    char text[32];
    uint64_t base, size;
    snprintf(text, sizeof text, "0x%" PRIx64, addr);
    int w = text_width(ui->fonts, FACE_MONO, px(ui, SIZE_SMALL), text) + px(ui, 12);
    struct rect box = rect_make(row->x, row->y + px(ui, 2), w, row->h - px(ui, 5));
    if (w > row->w)
        return false;
    if (graph_slot(v->r, addr, &base, &size)) {
        struct thing t = {THING_SLOT, replica_span_of(v->r, base), base, size};
        if (thing_same(t, v->hover) || thing_same(t, v->pinned))
            rim = color_of(ui, COLOR_attention);
        ui_hot(ui, box, t);
    }
    draw_frame(ui->canvas, box, px(ui, 3), px(ui, 1), rim);
    ui_text(ui, box, FACE_MONO, SIZE_SMALL, 1, color_of(ui, COLOR_text), text);
    row->x += w + px(ui, 4);
    row->w -= w + px(ui, 4);
    return true;
}

/* --- Marking --- */

static void draw_queue(struct ui *ui, const struct view *v, struct rect row) {
    const struct replica *r = v->r;
    char text[128], marked[32], grey[32];
    format_count(r->marked, marked, sizeof marked);
    format_count(r->grey, grey, sizeof grey);
    snprintf(text, sizeof text,
        ngettext("Marking: %s object found", "Marking: %s objects found", r->marked), marked);
    say(ui, &row, COLOR_text, text);
    snprintf(
        text, sizeof text, ngettext("%s is grey and waits", "%s are grey and wait", r->grey), grey);
    say(ui, &row, COLOR_muted, text);
    if (!r->grey)
        return;
    say(ui, &row, COLOR_muted, _("next first:"));
    for (uint64_t i = 0; i < r->grey && i < CHIPS_MOST; i++)
        if (!chip(ui, v, &row, replica_grey(r, r->grey - 1 - i),
                color_of(ui, i ? COLOR_line : COLOR_attention)))
            return;
}

/* --- Reachable --- */

static void say_reached(struct ui *ui, const struct reachview *a, struct rect row) {
    char text[160], objects[32], bytes[32], roots[32];
    uint64_t n = reach_objects(a->reach);
    format_count(n, objects, sizeof objects);
    format_size(reach_bytes(a->reach), bytes, sizeof bytes);
    if (a->object)
        snprintf(text, sizeof text, _("From 0x%" PRIx64 " one reaches:"), a->object);
    else
        snprintf(text, sizeof text,
            ngettext("%s root reaches:", "%s roots reach:", reach_roots(a->reach)),
            format_count(reach_roots(a->reach), roots, sizeof roots));
    say(ui, &row, COLOR_text, text);
    snprintf(text, sizeof text, ngettext("%s object, %s", "%s objects, %s", n), objects, bytes);
    say(ui, &row, COLOR_attention, text);
    say(ui, &row, COLOR_muted,
        reach_cut(a->reach) ? _("and more: it was cut short") : _("all else on the map is dimmed"));
}

static void say_why(
    struct ui *ui, const struct view *v, const struct reachview *a, struct rect row) {
    char text[128], steps[32];
    if (!a->path_length) {
        say(ui, &row, COLOR_text, _("No root reaches it: the next collection takes it away."));
        return;
    }
    snprintf(text, sizeof text,
        ngettext("Alive: %s step from a root", "Alive: %s steps from a root", a->path_length - 1),
        format_count(a->path_length - 1, steps, sizeof steps));
    if (a->path_length == 1)
        snprintf(text, sizeof text, "%s", _("Alive: it is a root itself"));
    say(ui, &row, COLOR_text, text);
    size_t shown = a->path_length < REACHVIEW_PATH ? a->path_length : REACHVIEW_PATH;
    if (shown < a->path_length)
        say(ui, &row, COLOR_muted, "…");
    for (size_t i = 0; i < shown; i++) {
        if (i)
            say(ui, &row, COLOR_muted, "→");
        if (!chip(ui, v, &row, a->path[i], color_of(ui, COLOR_attention))) {
            say(ui, &row, COLOR_muted, "…");
            return;
        }
    }
}

static void draw_answer(struct ui *ui, const struct view *v, struct rect row) {
    const struct reachview *a = v->reach;
    char text[96];
    if (reachview_too_large(a))
        say(ui, &row, COLOR_text, _("This run has too many objects to follow their pointers."));
    else if (!a->reach && a->heavy && v->playing)
        say(ui, &row, COLOR_muted, _("Much is reachable: it is counted when the run pauses."));
    else if (!a->reach) {
        snprintf(text, sizeof text, _("Following pointers: %d %% of the run's events"),
            (int)(100 * reachview_progress(a)));
        say(ui, &row, COLOR_muted, text);
    } else if (a->question == REACH_WHY) {
        say_why(ui, v, a, row);
    } else {
        say_reached(ui, a, row);
    }
}

void panel_strips(struct ui *ui, const struct view *v, struct rect area) {
    struct rect row = rect_make(area.x, area.y, area.w, px(ui, LINE));
    canvas_clip(ui->canvas, area);
    if (replica_marking(v->r)) {
        draw_queue(ui, v, row);
        row.y += row.h;
    }
    if (asks(v))
        draw_answer(ui, v, row);
    canvas_unclip(ui->canvas);
}
