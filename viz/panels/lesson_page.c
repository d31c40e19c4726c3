/* A page over the lesson pane: what a word means, or what to look for in a workload. */
#include "viz/panels/lesson_parts.h"

#include <limits.h>

#include "sim/lesson/pages.h"

static int set_page(struct ui *ui, const struct view *v, struct rect area, bool draw) {
    struct md_look look = lesson_prose_look(v);
    struct rect rest = {area.x, area.y, area.w, INT_MAX / 2};
    int h = markdown_height(ui, &v->page->text, area.w, look);
    if (draw)
        markdown_draw(ui, &v->page->text, rect_make(area.x, area.y, area.w, h), look);
    take_top(&rest, h);
    if (v->page_is_guide) {
        take_top(&rest, px(ui, 18));
        lesson_workloads(ui, v, &rest, draw);
    }
    return rest.y - area.y;
}

void lesson_page(struct ui *ui, const struct view *v, struct rect area) {
    struct rect row = take_top(&area, px(ui, LESSON_HEAD_H));
    row.w -= quiet_button(ui, row, _("back"), CMD_PAGE_CLOSE);
    ui_text(ui, row, FACE_SANS, SIZE_SMALL, 0, color_of(ui, COLOR_muted),
        v->page_is_guide ? _("What to look for") : _("Glossary"));
    take_top(&area, px(ui, 10));
    int h = ui_paragraph(ui, area, FACE_BOLD, SIZE_TITLE, color_of(ui, COLOR_text), v->page->title);
    take_top(&area, h + px(ui, 12));
    draw_scrolled(ui, v, area, set_page);
}
