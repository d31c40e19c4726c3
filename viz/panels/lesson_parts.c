/* The parts of the lesson pane: see lesson_parts.h. */
#include "viz/panels/lesson_parts.h"

enum { FADE_H = 36 }; /* design pixels */

struct md_look lesson_prose_look(const struct view *v) {
    return (struct md_look){v->teaching ? SIZE_LARGE + 2 : SIZE_BODY + 1, FACE_SANS, COLOR_text};
}

struct md_look lesson_card_look(const struct view *v, enum face face) {
    return (struct md_look){v->teaching ? SIZE_LARGE : SIZE_BODY, face, COLOR_text};
}

struct rect take_top(struct rect *r, int h) {
    struct rect top = {r->x, r->y, r->w, h < r->h ? h : r->h};
    r->y += top.h;
    r->h -= top.h;
    return top;
}

struct rect take_bottom(struct rect *r, int h) {
    struct rect bottom = {r->x, r->y, r->w, h < r->h ? h : r->h};
    r->h -= bottom.h;
    bottom.y += r->h;
    return bottom;
}

void lesson_title(struct ui *ui, const struct view *v, struct rect *rest, const char *title) {
    float size = v->teaching ? SIZE_TITLE + 4 : SIZE_TITLE;
    int h = ui_paragraph(ui, *rest, FACE_BOLD, size, color_of(ui, COLOR_text), title);
    take_top(rest, h + px(ui, 12));
}

int quiet_button(struct ui *ui, struct rect row, const char *label, enum command command) {
    int w = text_width(ui->fonts, FACE_SANS, px(ui, SIZE_SMALL), label) + px(ui, 14);
    struct rect r = {row.x + row.w - w, row.y, w, row.h};
    bool hot = ui_hovered(ui, r);
    if (hot)
        draw_round(ui->canvas, r, px(ui, 5), color_of(ui, COLOR_raised));
    draw_frame(ui->canvas, r, px(ui, 5), px(ui, 1), color_of(ui, COLOR_line));
    ui_text(ui, r, FACE_SANS, SIZE_SMALL, 1, color_of(ui, hot ? COLOR_text : COLOR_muted), label);
    ui_click(ui, r, command, 0);
    return w + px(ui, 6);
}

void dead_button(struct ui *ui, struct rect r, const char *label) {
    draw_frame(ui->canvas, r, px(ui, 6), px(ui, 1), color_of(ui, COLOR_line));
    ui_text(ui, r, FACE_SANS, SIZE_BODY, 1, color_of(ui, COLOR_faint), label);
}

void light_row(struct ui *ui, struct rect row) {
    if (ui_hovered(ui, row))
        draw_round(ui->canvas, rect_make(row.x - px(ui, 6), row.y, row.w + px(ui, 12), row.h),
            px(ui, 4), color_of(ui, COLOR_raised));
}

/* Lines of one end of the area fade into the ground. */
static void fade(struct ui *ui, struct rect area, bool top) {
    int h = px(ui, FADE_H) < area.h ? px(ui, FADE_H) : area.h;
    uint32_t ground = color_of(ui, COLOR_panel);
    for (int i = 0; i < h; i++) {
        struct rect line = {area.x, top ? area.y + h - 1 - i : area.y + area.h - h + i, area.w, 1};
        draw_fill(ui->canvas, line, color_alpha(ground, (unsigned)(255 * (i + 1) / h)));
    }
}

/* There is more below: an ellipsis over the last lines, and a click leads on. */
static void fade_out(struct ui *ui, struct rect area) {
    fade(ui, area, false);
    int em = px(ui, SIZE_LARGE), h = px(ui, FADE_H);
    int x = area.x + (area.w - text_width(ui->fonts, FACE_SANS, em, "…")) / 2;
    text_draw(ui->canvas, ui->fonts, FACE_SANS, em, x,
        area.y + area.h - text_line_height(ui->fonts, FACE_SANS, em), color_of(ui, COLOR_muted),
        "…");
    ui_click(ui, rect_make(area.x, area.y + area.h - h, area.w, h), CMD_LESSON_DOWN, 0);
}

void draw_scrolled(struct ui *ui, const struct view *v, struct rect area, lesson_content *content) {
    int all = content(ui, v, area, false), most = all > area.h ? all - area.h : 0;
    ui->lesson_most = (int)((float)most / ui->scale + 0.99f);
    int up = v->lesson_scroll < ui->lesson_most ? px(ui, (float)v->lesson_scroll) : most;
    canvas_clip(ui->canvas, rect_inset(area, -px(ui, 1))); /* frames may stand out a little */
    ui->part.scrolls = most > 0;
    content(ui, v, rect_make(area.x, area.y - up, area.w, area.h), true);
    ui->part.scrolls = false;
    if (up)
        fade(ui, area, true);
    if (up < most)
        fade_out(ui, area);
    canvas_unclip(ui->canvas);
    ui_scrollbar(ui, rect_make(area.x, area.y, area.w + px(ui, 10), area.h), up, area.h, all);
}
