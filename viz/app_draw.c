/* The app: the window's layout and its picture. See app.h. */
#include "viz/app_internal.h"
#include "viz/panels/panels.h"
#include "viz/panels/strip.h"

/* Design pixels. The middle gets what the columns leave. */
enum {
    BAR_H = 44,
    TIMELINE_H = 112,
    LESSON_W = 296,
    TEACHING_W = 440,
    RIGHT_W = 276,
    MIDDLE_MIN_W = 388,
    GAP = 14,
    SPACE_H = 166,
    REGIONS_H = 138,
    MAP_MIN_H = 160, /* with less the regions give way */
    STORY_MIN_H = 150,
    TABS_H = 24,
    RAIL_TABS_H = 34,
    HEAD_H = 32,
    NARROW = 600,
};

/* While mallocinit runs its path matters, later the map; unless the user wants another. */
static enum centre centre_of(const struct app *app) {
    if (app->centre != CENTRE_AUTO)
        return app->centre;
    const struct replica *r = app->scene->replica;
    return r->init.step != STEP_DONE || r->objects_born == 0 ? CENTRE_PATH : CENTRE_MAP;
}

/* Cuts h pixels off the top of *r. */
static struct rect cut_top(struct rect *r, int h) {
    struct rect top = {r->x, r->y, r->w, h < r->h ? h : r->h};
    r->y += top.h;
    r->h -= top.h;
    return top;
}

static struct rect cut_left(struct rect *r, int w) {
    struct rect left = {r->x, r->y, w < r->w ? w : r->w, r->h};
    r->x += left.w;
    r->w -= left.w;
    return left;
}

static void lay_out_scene(
    struct app *app, const struct scene *scene, struct scene_layout *l, struct rect column) {
    struct ui *ui = &app->ui;
    *l = (struct scene_layout){.column = column, .shows = centre_of(app)};
    struct rect rest = rect_inset(column, px(ui, GAP));
    if (app->comparing) {
        l->head = cut_top(&rest, px(ui, HEAD_H));
        cut_top(&rest, px(ui, GAP) / 2);
    }
    bool narrow = rest.w < px(ui, NARROW);
    /* The others need the room, and the path does where it is narrow. */
    if (l->shows == CENTRE_MAP || (l->shows == CENTRE_PATH && !narrow))
        l->space = cut_top(&rest, px(ui, SPACE_H));
    l->tabs = cut_top(&rest, px(ui, TABS_H));
    cut_top(&rest, px(ui, GAP) / 2);
    l->centre = rest;
    if (l->shows == CENTRE_MAP) {
        bool both = rest.h >= px(ui, REGIONS_H + GAP + MAP_MIN_H);
        l->regions = cut_top(&rest, both ? px(ui, REGIONS_H) : 0);
        cut_top(&rest, both ? px(ui, GAP) : 0);
        struct view v = app_view(app, scene);
        l->strips = cut_top(&rest, panel_strips_height(ui, &v));
        l->arena = rest;
    }
}

/* In front of a class the lesson has more room, as far as the middle can spare it. */
static int lesson_width(const struct app *app, int w) {
    const struct ui *ui = &app->ui;
    int usual = px(ui, LESSON_W), wide = w - px(ui, RIGHT_W + MIDDLE_MIN_W);
    if (!app->teaching || wide < usual)
        return usual;
    return wide < px(ui, TEACHING_W) ? wide : px(ui, TEACHING_W);
}

/* Two scenes share the middle and the lesson's place, and the timeline. */
static void lay_out(struct app *app, int w, int h) {
    struct ui *ui = &app->ui;
    struct app_layout *l = &app->layout;
    struct rect rest = {0, 0, w, h};
    *l = (struct app_layout){.bar = cut_top(&rest, px(ui, BAR_H))};
    int body_h = rest.h - px(ui, TIMELINE_H);
    struct rect body = cut_top(&rest, body_h > 0 ? body_h : 0);
    if (!app->comparing)
        l->lesson = cut_left(&body, lesson_width(app, w));
    struct rect middle = cut_left(&body, body.w - px(ui, RIGHT_W));
    l->rail = body;
    l->rail_tabs = cut_top(&l->rail, px(ui, RAIL_TABS_H));
    int shown = (int)app_scene_count(app), width = middle.w / shown;
    for (int i = 0; i < shown; i++) {
        struct rect column = cut_left(&middle, i + 1 < shown ? width : middle.w);
        lay_out_scene(app, &app->scenes[i], &l->scene[i], column);
        l->scene[i].timeline = cut_left(&rest, i + 1 < shown ? w / shown : rest.w);
    }
}

static void draw_grounds(struct app *app, struct canvas *c) {
    const struct ui *ui = &app->ui;
    const struct app_layout *l = &app->layout;
    struct rect rail = l->rail_tabs, time = l->scene[0].timeline;
    time.w = c->w;
    draw_fill(c, rect_make(0, 0, c->w, c->h), color_of(ui, COLOR_ground));
    const struct rect panels[] = {l->bar, l->lesson, rail, l->rail, time};
    for (size_t i = 0; i < ARRAY_LEN(panels); i++)
        draw_fill(c, panels[i], color_of(ui, COLOR_panel));
    uint32_t line = color_of(ui, COLOR_line);
    int body_h = time.y - rail.y;
    draw_fill(c, rect_make(0, l->bar.h - 1, c->w, 1), line);
    draw_fill(c, rect_make(0, time.y, c->w, 1), line);
    draw_fill(c, rect_make(rail.x, rail.y, 1, body_h), line);
    for (unsigned i = 0; i < app_scene_count(app); i++)
        if (l->scene[i].column.x)
            draw_fill(c, rect_make(l->scene[i].column.x - 1, rail.y, 1, body_h), line);
}

static void draw_notice(struct app *app, struct canvas *c, const char *text) {
    struct ui *ui = &app->ui;
    int w = text_width(app->fonts, FACE_SANS, px(ui, SIZE_BODY), text) + px(ui, 32);
    int most = c->w - px(ui, 40);
    struct rect r = {
        0, app->layout.scene[0].timeline.y - px(ui, 48), w < most ? w : most, px(ui, 34)};
    r.x = (c->w - r.w) / 2;
    ui_card(ui, "notice", r);
    draw_round(c, r, px(ui, 8), color_of(ui, COLOR_raised));
    draw_frame(c, r, px(ui, 8), px(ui, 1), color_of(ui, COLOR_attention));
    ui_text(ui, rect_inset(r, px(ui, 8)), FACE_SANS, SIZE_BODY, 1, color_of(ui, COLOR_text), text);
}

/* That the run is on its way to the moment asked for, how far it is, and how to stop it. */
static void draw_busy(struct app *app, struct canvas *c) {
    struct ui *ui = &app->ui;
    const struct scene *s = app->scene->errand.on ? app->scene : app_other_scene(app);
    uint64_t count = scene_count(s), goal = s->errand.seq;
    char number[32];
    struct rect r = {0, app->layout.scene[0].timeline.y - px(ui, 64), px(ui, 420), px(ui, 50)};
    r.x = (c->w - r.w) / 2;
    ui_card(ui, "busy", r);
    draw_round(c, r, px(ui, 8), color_of(ui, COLOR_raised));
    draw_frame(c, r, px(ui, 8), px(ui, 1), color_of(ui, COLOR_attention));
    struct rect in = rect_inset(r, px(ui, 10));
    ui_textf(ui, rect_make(in.x, in.y, in.w, px(ui, 18)), FACE_SANS, SIZE_BODY, 1,
        color_of(ui, COLOR_text), _("The workload runs: %s events so far. Esc stops it here."),
        format_count(count, number, sizeof number));
    if (s->errand.to_moment || !goal)
        return;
    struct rect bar = {in.x, in.y + in.h - px(ui, 4), in.w, px(ui, 4)};
    draw_fill(c, bar, color_of(ui, COLOR_line));
    bar.w = (int)((double)bar.w * (double)(count < goal ? count : goal) / (double)goal);
    draw_fill(c, bar, color_of(ui, COLOR_accent));
}

/* Tabs and commands stand in one order. */
#define X(NAME, label)                                                                             \
    _Static_assert(CMD_##NAME - CMD_PATH == CENTRE_##NAME - CENTRE_PATH, "see CENTRES");
CENTRES(X)
#undef X

typedef void panel_fn(struct ui *ui, const struct view *v, struct rect area);

static void draw_panel(
    const char *name, panel_fn *panel, struct ui *ui, const struct view *v, struct rect area) {
    ui_panel(ui, name, area);
    panel(ui, v, area);
}
#define PANEL(name, ui, v, area) draw_panel("panel_" #name, panel_##name, ui, v, area)

static void draw_scene(struct app *app, const struct scene *scene, const struct scene_layout *l) {
    static const char *const labels[] = {
#define X(NAME, label) label,
        CENTRES(X)
#undef X
    };
    struct ui *ui = &app->ui;
    struct view v = app_view(app, scene);
    if (app->comparing) {
        ui_panel(ui, "panel_compare_head", l->head);
        panel_compare_head(ui, &v, scene == app->scene, l->head);
    }
    if (l->space.h > 0)
        PANEL(space, ui, &v, l->space);
    ui_panel(ui, "ui_tabs", l->tabs);
    ui_tabs(ui, l->tabs, labels, ARRAY_LEN(labels), l->shows - 1, CMD_PATH);
    switch (l->shows) {
    case CENTRE_PATH: PANEL(path, ui, &v, l->centre); break;
    case CENTRE_CACHES: PANEL(caches, ui, &v, l->centre); break;
    case CENTRE_WASTE: PANEL(waste, ui, &v, l->centre); break;
    case CENTRE_RANGE: PANEL(interval, ui, &v, l->centre); break;
    case CENTRE_WHY: PANEL(source, ui, &v, l->centre); break;
    default:
        if (l->regions.h > 0)
            PANEL(regions, ui, &v, l->regions);
        if (l->strips.h > 0)
            PANEL(strips, ui, &v, l->strips);
        PANEL(map, ui, &v, l->arena);
        break;
    }
    PANEL(timeline, ui, &v, l->timeline);
}

/* The panel on top of the area, if that leaves enough for the story. */
static void draw_above_story(struct ui *ui, const struct view *v, struct rect *area,
    const char *name, panel_fn *panel, int h) {
    if (area->h - h < px(ui, STORY_MIN_H))
        return;
    draw_panel(name, panel, ui, v, cut_top(area, h));
    cut_top(area, px(ui, GAP) * 2 / 3);
}

/* Where allocations end and what caches hold above, what just happened below. */
static void draw_now(struct ui *ui, const struct view *v, struct rect area) {
    draw_above_story(ui, v, &area, "panel_ladder", panel_ladder, panel_ladder_height(ui));
    draw_above_story(ui, v, &area, "panel_mcache", panel_mcache, panel_mcache_height(ui));
    draw_above_story(ui, v, &area, "panel_free_runs", panel_free_runs, panel_free_runs_height(ui));
    PANEL(story, ui, v, area);
}

static void draw_rail(struct app *app, const struct view *v) {
    static const char *const labels[] = {
#define X(NAME, label) label,
        RAILS(X)
#undef X
    };
    struct ui *ui = &app->ui;
    struct rect tabs = app->layout.rail_tabs, area = rect_inset(app->layout.rail, px(ui, GAP));
    tabs.x += px(ui, GAP) / 2;
    tabs.w -= px(ui, GAP);
    ui_panel(ui, "ui_tabs", tabs);
    ui_tabs(ui, tabs, labels, ARRAY_LEN(labels), app->rail, CMD_NOW);
    switch (app->rail) {
    case RAIL_WORLD: PANEL(world, ui, v, area); break;
    case RAIL_INSPECT: PANEL(inspect, ui, v, area); break;
    default:
        if (app->comparing) {
            struct view other = app_view(app, app_other_scene(app));
            bool first = app->scene == &app->scenes[0];
            ui_panel(ui, "panel_compare", area);
            panel_compare(ui, first ? v : &other, first ? &other : v, area);
        } else {
            draw_now(ui, v, area);
        }
        break;
    }
}

/* Looks up the lives of what is pinned and hovered. */
static void look_up_lives(struct app *app) {
    for (unsigned i = 0; i < app_scene_count(app); i++) {
        struct scene *s = &app->scenes[i];
        struct view v = app_view(app, s);
        life_update(&s->lives[0], &v, s->pinned);
        life_update(&s->lives[1], &v, s->hover);
    }
}

/* The inspector shows what is pinned, else what is hovered: the card has what it does not show.
 * (The timeline has a word of its own at the pointer.) */
static bool wants_card(struct app *app, const struct view *v) {
    bool inspected = app->rail == RAIL_INSPECT && v->pinned.kind == THING_NONE;
    return v->hover.kind != THING_NONE && !inspected && !thing_same(v->hover, v->pinned) &&
           app->drag == DRAG_NONE && !v->prompt &&
           !rect_has(app_scene_layout(app)->timeline, app->ui.mouse_x, app->ui.mouse_y);
}

void app_draw(struct app *app, struct canvas *canvas) {
    struct ui *ui = &app->ui;
    ui->canvas = canvas;
    ui->fonts = app->fonts;
    ui->theme = &app->theme;
    lay_out(app, canvas->w, canvas->h);
    ui_begin(ui);
    look_up_lives(app);
    struct view v = app_view(app, app->scene);
    const struct app_layout *l = &app->layout;
    draw_grounds(app, canvas);
    PANEL(bar, ui, &v, l->bar);
    if (!app->comparing)
        PANEL(lesson, ui, &v, l->lesson);
    for (unsigned i = 0; i < app_scene_count(app); i++)
        draw_scene(app, &app->scenes[i], &l->scene[i]);
    draw_rail(app, &v);
    if (app->drag == DRAG_SELECT && app->drag_moved)
        draw_frame(canvas, app_map_selection(app), 0, px(ui, 1), color_of(ui, COLOR_attention));
    if (app_busy(app))
        draw_busy(app, canvas);
    else if (v.notice)
        draw_notice(app, canvas, v.notice);
    struct rect all = {0, 0, canvas->w, canvas->h};
    if (wants_card(app, &v))
        panel_card(ui, &v, all);
    if (v.prompt)
        panel_prompt(ui, &v, rect_make(0, l->bar.h, all.w, l->scene[0].timeline.y - l->bar.h));
    app->help_pages = app->help_page ? help_pages(ui, all) : 1;
    if (app->help_page)
        panel_help(ui, &v, all);
    app->dirty = false;
}
