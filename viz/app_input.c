/* The app: what commands and the pointer do. See app.h. */
#include "viz/app_internal.h"
#include "viz/panels/timeline.h"
#include "viz/world.h"

#include "sim/work/workload.h"

#include <stdlib.h>
#include <string.h>

/* --- Time --- */

static bool time_command(struct app *app, enum command command, int64_t arg) {
    struct scene *s = app->scene;
    switch (command) {
    case CMD_PLAY:
        app->playing = !app->playing;
        if (app->playing && s->at == scene_count(s) && !s->running)
            app_seek(app, 0);
        return true;
    case CMD_STEP_FORWARD: app_seek(app, s->at + 1); break;
    case CMD_STEP_BACK: app_seek(app, s->at ? s->at - 1 : 0); break;
    case CMD_OP_FORWARD:
        scene_step_op(s, 1);
        app_follow(app);
        break;
    case CMD_OP_BACK:
        scene_step_op(s, -1);
        app_follow(app);
        break;
    case CMD_HOME: app_seek(app, 0); break;
    case CMD_END: app_seek(app, s->running ? s->at + APP_RUN_AHEAD : scene_count(s)); break;
    case CMD_SEEK: app_seek(app, (uint64_t)arg); break;
    case CMD_FASTER: app_speed(app, 1); return true;
    case CMD_SLOWER: app_speed(app, -1); return true;
    default: return false;
    }
    app->playing = false; /* whoever steps wants to stay */
    return true;
}

/* --- View --- */

/* Shows that in the centre; the map, if it is there already. */
static void show_centre(struct app *app, enum centre centre) {
    if (centre == CENTRE_WHY && app_leave_function(app))
        return;
    app->centre = app_scene_layout(app)->shows == centre ? CENTRE_MAP : centre;
}

static bool view_command(struct app *app, enum command command) {
    switch (command) {
#define X(NAME, label)                                                                             \
    case CMD_##NAME: show_centre(app, CENTRE_##NAME); return true;
        CENTRES(X)
#undef X
#define X(NAME, label)                                                                             \
    case CMD_##NAME: app->rail = RAIL_##NAME; return true;
        RAILS(X)
#undef X
    default: return false;
    }
}

/* --- World --- */

/* What a command changes of a world, and what to tell the user about it. */
static bool change_world(
    struct environment *world, enum command command, int64_t arg, enum world_row *row) {
    int direction = arg < 0 ? -1 : 1;
    switch (command) {
    case CMD_TOGGLE_WIDTH:
        *row = WORLD_PLATFORM;
        world_other_width(world);
        return true;
    case CMD_TAKE_HINT:
        *row = WORLD_HINTS;
        world_toggle_hint(world, (unsigned)arg);
        return true;
    case CMD_TAKE_ALL:
        *row = WORLD_HINTS;
        world_take_hints(world, world_hints_taken(world) == HINT_COUNT ? 0 : HINT_COUNT);
        return true;
    case CMD_CYCLE_LIMIT: *row = WORLD_LIMIT; break;
    case CMD_CYCLE_BREAK: *row = WORLD_BREAK; break;
    case CMD_ELSEWHERE: *row = WORLD_ANSWERS; break;
    case CMD_WORLD_NEXT: direction = 1; break;
    case CMD_WORLD_PREVIOUS: direction = -1; break;
    default: return false;
    }
    world_step(world, *row, direction);
    return true;
}

static void next_workload(struct app *app) {
    size_t next = 0;
    for (size_t i = 0; workload_builtin(i); i++)
        if (app->scene->builtin && strcmp(workload_builtin(i), app->scene->builtin) == 0)
            next = i + 1;
    app_open_builtin(app, workload_builtin(next) ? next : 0);
}

static void tell_world(struct app *app, enum world_row row) {
    char value[64];
    const struct scene *s = app->scene;
    world_value(&s->world, s->session, row, value, sizeof value);
    app_notice(
        app, _("%s: %s. The same workload again, to the same moment."), world_label(row), value);
}

/* The next row of the World tab, which comes to be shown. */
static void choose_row(struct app *app, int direction) {
    bool shown = app->rail == RAIL_WORLD;
    app->rail = RAIL_WORLD;
    do
        app->world_row =
            (app->world_row + (shown ? direction : 0) + WORLD_ROW_COUNT) % WORLD_ROW_COUNT;
    while (!world_has(&app->scene->world, (enum world_row)app->world_row) && (shown = true));
}

static bool world_command(struct app *app, enum command command, int64_t arg) {
    struct environment changed;
    struct scene *s = app->scene;
    enum world_row row = (enum world_row)app->world_row;
    if (command == CMD_NEXT_WORKLOAD) {
        next_workload(app);
        return true;
    }
    if (command == CMD_WORKLOAD_OPEN) {
        app_open_builtin(app, (size_t)arg);
        return true;
    }
    if (command == CMD_ROW_DOWN || command == CMD_ROW_UP) {
        choose_row(app, command == CMD_ROW_DOWN ? 1 : -1);
        return true;
    }
    if (arg && (command == CMD_WORLD_NEXT || command == CMD_WORLD_PREVIOUS))
        row = (enum world_row)(app->world_row = (int)arg - 1); /* clicked */
    if (command == CMD_COMPARE || command == CMD_COMPARE_SAME) {
        app_compare(app, command == CMD_COMPARE_SAME);
        return true;
    }
    env_copy(&changed, &s->world);
    if (!change_world(&changed, command, arg, &row)) {
        env_free(&changed);
        return false;
    }
    struct environment before = s->world;
    s->world = changed;
    if (!world_has(&s->world, row) && command != CMD_TOGGLE_WIDTH)
        app_notice(app, _("32-bit platforms have no hints: press M for 64-bit."));
    else if (app_rerun(app)) {
        tell_world(app, row);
        if (command == CMD_TOGGLE_WIDTH)
            app_lesson_other_width(app);
    } else
        s->world = before, before = changed;
    env_free(&before);
    return true;
}

/* --- Window --- */

static void change_scale(struct app *app, float by) {
    app->scale_is_free = false;
    float scale = app->ui.scale + by;
    if (scale >= 0.75f && scale <= 4.0f)
        app->ui.scale = scale;
}

static void dismiss(struct app *app) {
    if (app_busy(app)) {
        for (unsigned i = 0; i < app_scene_count(app); i++)
            scene_stop(&app->scenes[i]);
        app->playing = false;
    } else if (app->help_page)
        app->help_page = 0;
    else if (app->prompt.kind)
        prompt_close(&app->prompt);
    else if (app_page(app))
        app_page_command(app, CMD_PAGE_CLOSE, 0);
    else if (app->notice[0])
        app->notice[0] = '\0';
    else
        app->scene->pinned = (struct thing){0};
}

static bool window_command(struct app *app, enum command command) {
    switch (command) {
    case CMD_THEME: app_next_theme(app); return true;
    case CMD_LANGUAGE: app_next_language(app); return true;
    case CMD_SCALE_UP: change_scale(app, 0.25f); return true;
    case CMD_SCALE_DOWN: change_scale(app, -0.25f); return true;
    case CMD_HELP: app->help_page = (app->help_page + 1) % (app->help_pages + 1); return true;
    case CMD_DISMISS: dismiss(app); return true;
    case CMD_QUIT: app->quit = true; return true;
    default: return false;
    }
}

void app_command(struct app *app, enum command command, int64_t arg) {
    if (command == CMD_NONE)
        return;
    app->dirty = true;
    app_visit(app);
    bool known = app_page_command(app, command, arg) || app_lesson_command(app, command, arg) ||
                 time_command(app, command, arg) || view_command(app, command) ||
                 app_nav_command(app, command) || app_panel_command(app, command, arg) ||
                 app_find_command(app, command, arg) || app_map_command(app, command, arg) ||
                 world_command(app, command, arg) || app_lesson_command(app, command, arg) ||
                 window_command(app, command);
    INVARIANT(known);
    app_visit(app);
}

/* --- The pointer --- */

/* The scene at that place of the window; the one with the commands, if it is no scene's. */
static struct scene *scene_at(struct app *app, int x, int y) {
    for (unsigned i = 0; i < app_scene_count(app); i++)
        if (rect_has(app->layout.scene[i].column, x, y) ||
            rect_has(app->layout.scene[i].timeline, x, y))
            return &app->scenes[i];
    return app->scene;
}

void app_pointer(struct app *app, int x, int y) {
    app->ui.mouse_x = x;
    app->ui.mouse_y = y;
    struct scene *s = app->drag == DRAG_NONE ? scene_at(app, x, y) : app->scene;
    struct view v = app_view(app, s);
    const struct scene_layout *l = app_scene_layout(app);
    if (app->drag == DRAG_FROM || app->drag == DRAG_TO) {
        uint64_t seq = timeline_event_at(l->timeline, &v, x);
        *(app->drag == DRAG_FROM ? &s->interval.from : &s->interval.to) = seq;
        app->dirty = true;
        return;
    }
    if (app->drag == DRAG_TIMELINE) {
        app_seek(app, timeline_event_at(l->timeline, &v, x));
        return;
    }
    app_map_drag(app, x, y);
    for (unsigned i = 0; i < app_scene_count(app); i++)
        app->scenes[i].hover = (struct thing){0};
    s->hover = (struct thing){0};
    if (x >= 0 && !app->help_page)
        s->hover = ui_thing_at(&app->ui, x, y);
    app->dirty = true; /* buttons light up under the pointer too */
}

void app_press(struct app *app, int x, int y, bool select) {
    if (app->help_page) {
        app_command(app, CMD_HELP, 0);
        return;
    }
    app->drag_x = x;
    app->drag_y = y;
    app->drag_moved = false;
    if (app->prompt.kind == PROMPT_PALETTE) /* it covers everything */
        return;
    app->scene = scene_at(app, x, y);
    const struct scene_layout *l = app_scene_layout(app);
    int64_t note;
    bool on_flag = ui_command_at(&app->ui, x, y, &note) == CMD_NOTE_GO;
    if (rect_has(l->timeline, x, y) && !on_flag) {
        struct view v = app_view(app, app->scene);
        enum timeline_handle handle = timeline_handle_at(l->timeline, &v, x, y);
        app->drag = handle == HANDLE_FROM ? DRAG_FROM
                    : handle == HANDLE_TO ? DRAG_TO
                                          : DRAG_TIMELINE;
        app->playing = false;
    } else {
        app_map_press(app, x, y, select);
    }
    app_pointer(app, x, y);
}

/* Pins the thing, and shows all about it. */
static void pin(struct app *app, struct thing thing) {
    app->scene->pinned = thing;
    app->rail_first = 0;
    if (app_lesson_point(app, thing))
        return;
    if (thing.kind != THING_NONE)
        app->rail = RAIL_INSPECT;
}

void app_release(struct app *app, int x, int y) {
    enum drag drag = app->drag;
    app->drag = DRAG_NONE;
    if (app->drag_moved)
        app_map_drop(app, drag);
    if (drag == DRAG_TIMELINE || drag == DRAG_FROM || drag == DRAG_TO || app->drag_moved) {
        app_visit(app);
        return;
    }
    int64_t arg = 0;
    enum command command = ui_command_at(&app->ui, x, y, &arg);
    struct thing thing = ui_thing_at(&app->ui, x, y);
    bool palette = app->prompt.kind == PROMPT_PALETTE;
    if (palette && command != CMD_NONE && command != CMD_DISMISS)
        prompt_close(&app->prompt);
    /* Asked to point at one, a person who clicks a hint does not mean to take it. */
    if (command == CMD_TAKE_HINT && app_lesson_point(app, thing))
        app->scene->pinned = thing;
    else if (command != CMD_NONE)
        app_command(app, command, arg);
    else if (!palette)
        pin(app, thing);
    app_visit(app);
    app->dirty = true;
}

void app_press_middle(struct app *app, int x, int y) {
    if (app->help_page || app->prompt.kind == PROMPT_PALETTE)
        return;
    app->drag_x = x;
    app->drag_y = y;
    app->drag_moved = true; /* never a click */
    app->scene = scene_at(app, x, y);
    if (!rect_has(app_scene_layout(app)->timeline, x, y))
        app_map_press(app, x, y, false);
}

void app_right_click(struct app *app) {
    bool open = app->help_page || app->prompt.kind != PROMPT_NONE || app_page(app) ||
                app->scene->pinned.kind;
    app_command(app, open ? CMD_DISMISS : CMD_UNDO, 0);
}

/* The first click of the two has pinned it. */
void app_double_click(struct app *app, int x, int y) {
    int64_t arg;
    if (ui_command_at(&app->ui, x, y, &arg) == CMD_NONE && app->scene->pinned.kind != THING_NONE &&
        app->prompt.kind != PROMPT_PALETTE)
        app_command(app, CMD_FOCUS, 0);
}

void app_wheel(struct app *app, int x, int y, float notches, bool zoom) {
    app->ui.mouse_x = x;
    app->ui.mouse_y = y;
    app->scene = scene_at(app, x, y);
    const struct scene_layout *l = app_scene_layout(app);
    if (rect_has(app->layout.lesson, x, y))
        app_scroll_lesson(app, (int)(-40 * notches));
    else if (l->shows == CENTRE_WHY && rect_has(l->centre, x, y))
        app_scroll_code(app, (int)(-3 * notches));
    else if (app->rail == RAIL_INSPECT && rect_has(app->layout.rail, x, y))
        app_rail_scroll(app, notches > 0 ? -2 : 2);
    else
        app_map_wheel(app, x, y, notches, zoom);
    app_visit(app);
    app->dirty = true;
}
