/*
 * The small forms for the right column: the mcache of the P that allocates, and the free runs by
 * length. The large view (caches.c) shows all of them at length.
 */
#include <inttypes.h>
#include <stdio.h>

#include "sim/base/i18n.h"
#include "viz/panels/allocation.h"
#include "viz/panels/panels.h"
#include "viz/panels/shelf.h"

/* Design pixels. */
enum { CAPTION = 22, MCACHE_H = 38, AXIS = 18, BARS_H = 36 };

int panel_mcache_height(const struct ui *ui) {
    return px(ui, CAPTION + MCACHE_H + AXIS);
}

/* Words at the left, in the middle and at the right of an axis. */
static void axis(struct ui *ui, struct rect r, const char *left, const char *right) {
    uint32_t muted = color_of(ui, COLOR_muted);
    int half = r.w / 2;
    ui_text(ui, rect_make(r.x, r.y, half, r.h), FACE_SANS, SIZE_SMALL, 0, muted, left);
    ui_text(
        ui, rect_make(r.x + half, r.y, r.w - half, r.h), FACE_SANS, SIZE_SMALL, 2, muted, right);
}

void panel_mcache(struct ui *ui, const struct view *v, struct rect area) {
    struct allocation a = allocation_at(v);
    char title[48];
    unsigned p = a.any ? a.p : 0;
    snprintf(title, sizeof title, _("MCACHE OF P%u"), p);
    struct rect body = ui_caption(ui, area, title, NULL);
    struct rect grid = {body.x, body.y, body.w, px(ui, MCACHE_H)};
    shelf_draw_mcache(ui, v, grid, p);
    axis(ui, rect_make(grid.x, grid.y + grid.h, grid.w, px(ui, AXIS)), "8 B", "32 KiB");
}

int panel_free_runs_height(const struct ui *ui) {
    return px(ui, CAPTION + BARS_H + AXIS);
}

void panel_free_runs(struct ui *ui, const struct view *v, struct rect area) {
    uint64_t longest = shelf_longest_free(v->r, NULL);
    char words[64] = "", n[32];
    if (longest)
        snprintf(words, sizeof words,
            ngettext("longest: %s page", "longest: %s pages", (unsigned long)longest),
            format_count(longest, n, sizeof n));
    struct rect body = ui_caption(ui, area, _("FREE RUNS"), "%s", longest ? words : _("none"));
    struct rect bars = {body.x, body.y, body.w, px(ui, BARS_H)};
    shelf_draw_free(ui, v, bars, shelf_most_runs(v->r));
    struct rect foot = {bars.x, bars.y + bars.h, bars.w, px(ui, AXIS)};
    axis(ui, foot, _("1 page"), _("127 · treap"));
}
