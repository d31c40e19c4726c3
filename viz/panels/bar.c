/*
 * The bar on top of the window: what is shown (name, platform, width switch, provider, workload),
 * where in time (the transport buttons, event n of N, speed), and two buttons on the right.
 *
 * What fits is decided from the left cluster's priorities: the switch and the event number are
 * always there; the workload, the provider and the platform go first when the window is narrow.
 */
#include <stdio.h>

#include "viz/panels/panels.h"

enum { MARGIN = 14, GAP = 12, BUTTON = 28, BUTTON_GAP = 6, SEGMENT = 56, LEFT_ITEMS = 5 };

/* An item of the left cluster. Lower rank: kept longer. */
struct item {
    void (*draw)(struct ui *ui, const struct view *v, struct rect r);
    int width; /* real pixels; 0: nothing to show */
    int rank;
};

static int words_width(const struct ui *ui, enum face face, int size, const char *text) {
    return text_width(ui->fonts, face, px(ui, (float)size), text) + 1;
}

static struct rect middle(struct rect area, int x, int w, int h) {
    return rect_make(x, area.y + (area.h - h) / 2, w, h);
}

/* --- The left cluster --- */

static void draw_name(struct ui *ui, const struct view *v, struct rect r) {
    (void)v;
    ui_text(ui, r, FACE_BOLD, SIZE_LARGE, 0, color_of(ui, COLOR_text), "arenascope");
}

static void draw_platform(struct ui *ui, const struct view *v, struct rect r) {
    ui_text(ui, r, FACE_SANS, SIZE_BODY, 0, color_of(ui, COLOR_muted), v->platform->name);
}

/* Two halves, one lit; a click anywhere changes over. */
static void draw_switch(struct ui *ui, const struct view *v, struct rect r) {
    static const char *const labels[] = {N_("64-bit"), N_("32-bit")};
    struct rect pill = middle(r, r.x, r.w, px(ui, 24));
    int on = v->platform->ptr_size == 4, half = pill.w / 2;
    draw_round(ui->canvas, pill, pill.h / 2, color_of(ui, COLOR_raised));
    draw_round(ui->canvas, rect_make(pill.x + on * (pill.w - half), pill.y, half, pill.h),
        pill.h / 2, color_of(ui, COLOR_accent));
    uint32_t frame = color_of(ui, ui_hovered(ui, pill) ? COLOR_muted : COLOR_line);
    draw_frame(ui->canvas, pill, pill.h / 2, px(ui, 1), frame);
    for (int i = 0; i < 2; i++) {
        struct rect part = rect_make(pill.x + i * half, pill.y, half, pill.h);
        ui_text(ui, part, FACE_SANS, SIZE_SMALL, 1,
            color_of(ui, i == on ? COLOR_on_accent : COLOR_text), _(labels[i]));
    }
    ui_click(ui, pill, CMD_TOGGLE_WIDTH, 0);
}

static void draw_provider(struct ui *ui, const struct view *v, struct rect r) {
    ui_text(ui, r, FACE_SANS, SIZE_SMALL, 0, color_of(ui, COLOR_muted),
        _(session_provider(v->session)));
}

static void draw_workload(struct ui *ui, const struct view *v, struct rect r) {
    bool hot = ui_hovered(ui, r);
    ui_text(
        ui, r, FACE_SANS, SIZE_SMALL, 0, color_of(ui, hot ? COLOR_text : COLOR_muted), v->workload);
    ui_click(ui, r, CMD_NEXT_WORKLOAD, 0);
}

/* Draws the items that fit into the width, in their order. Returns the width taken. */
static int left_cluster(struct ui *ui, const struct view *v, struct rect area, int room) {
    const char *provider = v->session ? session_provider(v->session) : NULL;
    struct item items[LEFT_ITEMS] = {
        {draw_name, words_width(ui, FACE_BOLD, SIZE_LARGE, "arenascope"), 2},
        {draw_platform, words_width(ui, FACE_SANS, SIZE_BODY, v->platform->name), 1},
        {draw_switch, px(ui, 2 * SEGMENT), 0},
        {draw_provider, provider ? words_width(ui, FACE_SANS, SIZE_SMALL, _(provider)) : 0, 3},
        {draw_workload, v->workload ? words_width(ui, FACE_SANS, SIZE_SMALL, v->workload) : 0, 4},
    };
    bool kept[LEFT_ITEMS] = {false};
    int taken = 0, gap = px(ui, GAP);
    for (int rank = 0; rank < LEFT_ITEMS; rank++)
        for (int i = 0; i < LEFT_ITEMS; i++)
            if (items[i].rank == rank && items[i].width && taken + items[i].width + gap <= room) {
                kept[i] = true;
                taken += items[i].width + gap;
            }
    int x = area.x;
    for (int i = 0; i < LEFT_ITEMS; i++) {
        if (!kept[i])
            continue;
        items[i].draw(ui, v, rect_make(x, area.y, items[i].width, area.h));
        x += items[i].width + gap;
    }
    return taken;
}

/* --- Time --- */

/* A triangle of half-height h at x, y, pointing right (dir 1) or left (dir -1). */
static void triangle(struct ui *ui, float x, float y, float h, float dir, uint32_t color) {
    const float xy[] = {x - dir * h * 0.8f, y - h, x + dir * h, y, x - dir * h * 0.8f, y + h};
    draw_polygon(ui->canvas, xy, 3, color);
}

static void upright(struct ui *ui, float x, float y, float h, uint32_t color) {
    float w = 1.1f * ui->scale;
    const float xy[] = {x - w, y - h, x + w, y - h, x + w, y + h, x - w, y + h};
    draw_polygon(ui->canvas, xy, 4, color);
}

static void transport_sign(
    struct ui *ui, const struct view *v, struct rect r, enum command command) {
    float x = (float)r.x + (float)r.w / 2, y = (float)r.y + (float)r.h / 2, h = 4.5f * ui->scale;
    uint32_t text = color_of(ui, COLOR_text), lit = color_of(ui, COLOR_on_accent);
    switch (command) {
    case CMD_HOME:
        upright(ui, x - h, y, h, text);
        triangle(ui, x + h * 0.4f, y, h, -1, text);
        break;
    case CMD_STEP_BACK: triangle(ui, x, y, h, -1, text); break;
    case CMD_STEP_FORWARD: triangle(ui, x, y, h, 1, text); break;
    case CMD_END:
        triangle(ui, x - h * 0.4f, y, h, 1, text);
        upright(ui, x + h, y, h, text);
        break;
    default:
        if (v->playing) {
            upright(ui, x - h * 0.6f, y, h, lit);
            upright(ui, x + h * 0.6f, y, h, lit);
        } else {
            triangle(ui, x, y, h, 1, lit);
        }
        break;
    }
}

static const enum command transport[] = {
    CMD_HOME, CMD_STEP_BACK, CMD_PLAY, CMD_STEP_FORWARD, CMD_END};

static int transport_width(const struct ui *ui) {
    int n = (int)ARRAY_LEN(transport);
    return n * px(ui, BUTTON) + (n - 1) * px(ui, BUTTON_GAP);
}

static void draw_transport(struct ui *ui, const struct view *v, struct rect area) {
    int side = px(ui, BUTTON), x = area.x;
    for (size_t i = 0; i < ARRAY_LEN(transport); i++) {
        struct rect r = middle(area, x, side, side);
        ui_button(ui, r, "", transport[i] == CMD_PLAY, transport[i], 0);
        transport_sign(ui, v, r, transport[i]);
        x += side + px(ui, BUTTON_GAP);
    }
}

/* "event", the big number, "of N", speed: drawn, or only measured if draw is false. */
static int draw_position(
    struct ui *ui, const struct view *v, struct rect area, bool with_speed, bool draw) {
    char at[32], of[48], count[32], speed[48];
    /* Measured at its longest, so that the buttons stand still while the number runs. */
    format_count(draw ? v->at : v->count, at, sizeof at);
    snprintf(of, sizeof of, _("of %s%s"), format_count(v->count, count, sizeof count),
        v->running ? "+" : "");
    if (v->speed < 10 && v->speed != (double)(uint64_t)v->speed)
        snprintf(speed, sizeof speed, _("%.2g/s"), v->speed);
    else
        snprintf(
            speed, sizeof speed, _("%s/s"), format_count((uint64_t)v->speed, count, sizeof count));
    const struct {
        const char *text;
        enum face face;
        int size;
        enum theme_color color;
    } parts[] = {
        {_("event"), FACE_SANS, SIZE_BODY, COLOR_muted},
        {at, FACE_MONO, SIZE_LARGE, COLOR_text},
        {of, FACE_SANS, SIZE_BODY, COLOR_muted},
        {speed, FACE_SANS, SIZE_SMALL, COLOR_muted},
    };
    int x = area.x, n = with_speed ? 4 : 3;
    for (int i = 0; i < n; i++) {
        int w = words_width(ui, parts[i].face, parts[i].size, parts[i].text);
        x += i == 3 ? px(ui, GAP) : 0;
        if (draw)
            ui_text(ui, rect_make(x, area.y, w, area.h), parts[i].face, (float)parts[i].size, 0,
                color_of(ui, parts[i].color), parts[i].text);
        x += w + (i + 1 < n ? px(ui, 6) : 0);
    }
    return x - area.x;
}

/* --- The right cluster --- */

/* A disc half dark, half light. */
static void theme_sign(struct ui *ui, struct rect r) {
    float x = (float)r.x + (float)r.w / 2, y = (float)r.y + (float)r.h / 2;
    uint32_t text = color_of(ui, COLOR_text);
    draw_circle(ui->canvas, x, y, 6 * ui->scale, text);
    canvas_clip(ui->canvas, rect_make((int)x, r.y, r.w, r.h));
    draw_circle(ui->canvas, x, y, 4.6f * ui->scale, color_of(ui, COLOR_raised));
    canvas_unclip(ui->canvas);
}

/* "EN · 中文", the language shown in bold. Ends at right; returns where it begins. */
static int draw_languages(struct ui *ui, const struct view *v, struct rect area, int right) {
    static const char *const parts[] = {"EN", " · ", "中文"};
    int lit = v->language == LANGUAGE_ZH ? 2 : 0, x = right, width[3];
    for (int i = 0; i < 3; i++)
        x -= width[i] = words_width(ui, i == lit ? FACE_BOLD : FACE_SANS, SIZE_SMALL, parts[i]);
    struct rect all = middle(area, x, right - x, px(ui, BUTTON));
    for (int i = 0; i < 3; i++) {
        bool bright = i == lit || ui_hovered(ui, all);
        ui_text(ui, rect_make(x, all.y, width[i], all.h), i == lit ? FACE_BOLD : FACE_SANS,
            SIZE_SMALL, 0, color_of(ui, bright ? COLOR_text : COLOR_muted), parts[i]);
        x += width[i];
    }
    ui_click(ui, all, CMD_LANGUAGE, 0);
    return all.x;
}

static int right_cluster(struct ui *ui, const struct view *v, struct rect area) {
    int side = px(ui, BUTTON), gap = px(ui, BUTTON_GAP), right = area.x + area.w;
    struct rect help = middle(area, right - side, side, side);
    struct rect theme = middle(area, help.x - gap - side, side, side);
    ui_button(ui, theme, "", false, CMD_THEME, 0);
    theme_sign(ui, theme);
    ui_button(ui, help, "?", false, CMD_HELP, 0);
    return right - draw_languages(ui, v, area, theme.x - 2 * gap);
}

void panel_bar(struct ui *ui, const struct view *v, struct rect area) {
    draw_fill(ui->canvas, area, color_of(ui, COLOR_panel));
    draw_fill(ui->canvas, rect_make(area.x, area.y + area.h - px(ui, 1), area.w, px(ui, 1)),
        color_of(ui, COLOR_line));
    int margin = px(ui, MARGIN), gap = px(ui, GAP);
    struct rect in = rect_make(area.x + margin, area.y, area.w - 2 * margin, area.h);
    int right_edge = in.x + in.w - right_cluster(ui, v, in) - gap;
    int buttons = transport_width(ui) + gap;
    bool with_speed = area.w >= px(ui, 1000);
    int centre = buttons + draw_position(ui, v, in, with_speed, false);
    int left = left_cluster(ui, v, in, right_edge - in.x - centre);
    int x = area.x + (area.w - centre) / 2; /* in the middle, if both sides allow it */
    if (x < in.x + left + gap)
        x = in.x + left + gap;
    if (x > right_edge - centre)
        x = right_edge - centre;
    struct rect time = rect_make(x, area.y, centre, area.h);
    draw_transport(ui, v, time);
    draw_position(
        ui, v, rect_make(x + buttons, area.y, centre - buttons, area.h), with_speed, true);
}
