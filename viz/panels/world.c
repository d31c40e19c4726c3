/*
 * The world: everything about the environment of the run that can be changed, a row each. A click
 * on the arrows, or on the value, changes it; the same workload runs again and the window comes
 * back to the moment that was shown.
 */
#include "viz/world.h"
#include "sim/base/i18n.h"
#include "viz/panels/panels.h"

enum { ROW = 27, ARROW = 20, LABEL_SHARE = 42 /* percent of the width */ };

static void arrow(struct ui *ui, struct rect r, float dir, enum command command, int64_t arg) {
    float x = (float)r.x + (float)r.w / 2, y = (float)r.y + (float)r.h / 2, h = 4 * ui->scale;
    const float xy[] = {
        x - dir * h * 0.7f, y - h, x + dir * h * 0.8f, y, x - dir * h * 0.7f, y + h};
    bool hot = ui_hovered(ui, r);
    draw_polygon(ui->canvas, xy, 3, color_of(ui, hot ? COLOR_text : COLOR_muted));
    ui_click(ui, r, command, arg);
}

/* Is the row as the platform and the workload have it? Then its value is muted. */
static bool is_usual(const struct environment *env, enum world_row row) {
    const struct model_config *m = &env->model;
    switch (row) {
    case WORLD_LIMIT: return !m->address_limit;
    case WORLD_MEMORY: return !m->memory_limit;
    case WORLD_HINTS: return !world_hints_taken(env);
    case WORLD_BREAK: return !m->brk;
    case WORLD_IMAGE: return !m->image_end;
    case WORLD_PAGE: return !m->no_page_size && !m->phys_page_size;
    case WORLD_ANSWERS: return !m->ignores_hints;
    case WORLD_GOGC: return !env->gogc;
    case WORLD_PS: return !env->ps;
    default: return true;
    }
}

static void draw_row(struct ui *ui, const struct view *v, enum world_row row, struct rect r) {
    char value[64];
    int side = px(ui, ARROW), label_w = r.w * LABEL_SHARE / 100;
    struct rect next = {r.x + r.w - side, r.y, side, r.h};
    struct rect previous = {r.x + label_w, r.y, side, r.h};
    struct rect middle = {previous.x + side, r.y, next.x - previous.x - side, r.h};
    bool chosen = (int)row == v->world_row, usual = is_usual(v->env, row);
    if (chosen || ui_hovered(ui, r))
        draw_round(ui->canvas, rect_make(r.x - px(ui, 6), r.y, r.w + px(ui, 8), r.h), px(ui, 4),
            color_of(ui, COLOR_raised));
    draw_fill(ui->canvas, rect_make(r.x, r.y + r.h - px(ui, 1), r.w, px(ui, 1)),
        color_of(ui, COLOR_line));
    ui_text(ui, rect_make(r.x, r.y, label_w, r.h), FACE_SANS, SIZE_SMALL, 0,
        color_of(ui, COLOR_muted), world_label(row));
    world_value(v->env, v->session, row, value, sizeof value);
    bool mono = row == WORLD_BREAK || row == WORLD_IMAGE;
    ui_text(ui, middle,
        mono    ? FACE_MONO
        : usual ? FACE_SANS
                : FACE_BOLD,
        SIZE_SMALL, 1, color_of(ui, usual ? COLOR_text : COLOR_attention), value);
    ui_click(ui, middle, CMD_WORLD_NEXT, (int64_t)row + 1);
    arrow(ui, previous, -1, CMD_WORLD_PREVIOUS, (int64_t)row + 1);
    arrow(ui, next, 1, CMD_WORLD_NEXT, (int64_t)row + 1);
}

void panel_world(struct ui *ui, const struct view *v, struct rect area) {
    struct rect body = ui_caption(ui, area, _("THE WORLD OF THE RUN"), NULL);
    body.y += ui_paragraph(ui, rect_make(body.x, body.y, body.w, px(ui, 54)), FACE_SANS, SIZE_SMALL,
                  color_of(ui, COLOR_muted),
                  _("Change a row: the same workload runs again, to this moment.")) +
              px(ui, 6);
    for (int row = 0; row < WORLD_ROW_COUNT; row++) {
        struct rect r = {area.x, body.y, area.w, px(ui, ROW)};
        if (!world_has(v->env, (enum world_row)row))
            continue;
        if (r.y + r.h > area.y + area.h)
            return;
        draw_row(ui, v, (enum world_row)row, r);
        body.y += r.h;
    }
    const char *why = v->session ? session_provider_why(v->session) : NULL;
    struct rect rest = {area.x, body.y + px(ui, 10), area.w, area.y + area.h - body.y - px(ui, 10)};
    if (why && rest.h > 0)
        ui_paragraph(ui, rest, FACE_SANS, SIZE_SMALL, color_of(ui, COLOR_muted), why);
}
