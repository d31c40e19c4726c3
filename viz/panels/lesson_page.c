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
    take_top(&rest, h + px(ui, 18));
    if (v->page_is_guide)
        lesson_workloads(ui, v, &rest, draw);
    else
        lesson_lessons(ui, v, &rest, v->page->lessons, v->page->lesson_count, draw);
    return rest.y - area.y;
}

void lesson_page(struct ui *ui, const struct view *v, struct rect area) {
    struct rect row = take_top(&area, px(ui, LESSON_HEAD_H));
    row.w -= quiet_button(ui, row, _("back"), CMD_PAGE_CLOSE);
    ui_text(ui, row, FACE_SANS, SIZE_SMALL, 0, color_of(ui, COLOR_muted),
        v->page_is_guide ? _("What to look for") : _("Glossary"));
    take_top(&area, px(ui, 10));
    lesson_title(ui, v, &area, v->page->title);
    const struct pages *glossary = ui->glossary;
    if (!v->page_is_guide) /* what is bold there leads nowhere else */
        ui->glossary = NULL;
    draw_scrolled(ui, v, area, set_page);
    ui->glossary = glossary;
}
