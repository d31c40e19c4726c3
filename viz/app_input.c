/* The app: what commands and the pointer do. See app.h. */
#include "viz/app_internal.h"
#include "viz/panels/timeline.h"

#include "sim/work/workload.h"

#include <stdlib.h>
#include <string.h>

enum { HINT_TAKEN_SIZE = 64 << 10 }; /* what "taking" a hint maps there: as much as Go looks at */

/* --- Time --- */

static void step_mark(struct app *app, int direction) {
    if (!scene_step_mark(app->scene, direction))
        app_notice(app, direction > 0 ? _("No later collection, growth or refusal in this run.")
                                      : _("No earlier collection, growth or refusal in this run."));
}

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
    case CMD_OP_FORWARD: scene_step_op(s, 1); break;
    case CMD_OP_BACK: scene_step_op(s, -1); break;
    case CMD_MARK_FORWARD: step_mark(app, 1); break;
    case CMD_MARK_BACK: step_mark(app, -1); break;
    case CMD_HOME: app_seek(app, 0); break;
    case CMD_END:
        app_run_to(app, s->at + APP_RUN_AHEAD);
        app_seek(app, scene_count(s));
        break;
    case CMD_SEEK: app_seek(app, (uint64_t)arg); break;
    case CMD_FASTER: app_speed(app, 1); return true;
    case CMD_SLOWER: app_speed(app, -1); return true;
    default: return false;
    }
    app->playing = false; /* whoever steps wants to stay */
    return true;
}

/* --- View --- */

static void zoom_by(struct app *app, double factor) {
    struct scene *s = app->scene;
    struct zoom z = arena_zoom_clamp(s->replica, s->zoom);
    uint64_t focus = z.start + z.size / 2;
    arena_addr_at(
        s->replica, z, app->layout.arena, app->ui.scale, app->ui.mouse_x, app->ui.mouse_y, &focus);
    s->zoom = arena_zoom_at(s->replica, z, factor, focus);
}

static void focus_pinned(struct app *app) {
    struct scene *s = app->scene;
    struct thing t = s->pinned.kind ? s->pinned : s->hover;
    uint64_t size = t.kind == THING_PAGE ? GO_PAGE_SIZE : t.size ? t.size : 64;
    if (t.kind == THING_PAGE || t.kind == THING_SLOT || t.kind == THING_WORD)
        s->zoom = arena_zoom_to(s->replica, t.addr, size);
    else
        app_notice(app, "%s", _("Click a page or an object first, then F zooms to it."));
}

/* Shows that in the centre; the map, if it is there already. */
static void show_centre(struct app *app, enum centre centre) {
    app->centre = app->layout.shows == centre ? CENTRE_MAP : centre;
}

static bool view_command(struct app *app, enum command command) {
    static const double IN = 1.5, PAN = 0.25;
    struct scene *s = app->scene;
    switch (command) {
    case CMD_ZOOM_IN: zoom_by(app, IN); return true;
    case CMD_ZOOM_OUT: zoom_by(app, 1 / IN); return true;
    case CMD_PAN_LEFT: s->zoom = arena_pan(s->replica, s->zoom, -PAN); return true;
    case CMD_PAN_RIGHT: s->zoom = arena_pan(s->replica, s->zoom, PAN); return true;
    case CMD_FIT: s->zoom = (struct zoom){0}; return true;
    case CMD_FOCUS: focus_pinned(app); return true;
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

static uint64_t hint_address(const struct platform *p, unsigned i) {
    return (uint64_t)i << 40 | p->hint;
}

static unsigned taken_hints(const struct environment *env) {
    unsigned n = 0;
    for (unsigned i = 0; i < HINT_COUNT; i++)
        n += env_is_taken(env, hint_address(env->platform, i));
    return n;
}

/* Refuses all hints, or gives all of them back. */
static void take_all(struct app *app) {
    bool all = taken_hints(&app->scene->world) == HINT_COUNT;
    for (unsigned i = 0; i < HINT_COUNT; i++) {
        uint64_t addr = hint_address(app->scene->world.platform, i);
        if (env_is_taken(&app->scene->world, addr) == all)
            env_toggle_taken(&app->scene->world, addr, HINT_TAKEN_SIZE);
    }
    app_notice(
        app, all ? _("All hints are free again.") : _("All 128 hints are taken by somebody else."));
}

static void take_hint(struct app *app, int64_t hint) {
    uint64_t addr = hint_address(app->scene->world.platform, (unsigned)hint);
    env_toggle_taken(&app->scene->world, addr, HINT_TAKEN_SIZE);
    app_notice(app,
        env_is_taken(&app->scene->world, addr)
            ? _("0x%llx is taken: see where mallocinit goes now.")
            : _("0x%llx is free again."),
        (unsigned long long)addr);
}

/* Limits that lead, on 32-bit, to each of the four arena sizes and to failure. */
static void cycle_limit(struct app *app) {
    static const uint64_t limits[] = {0, MiB(800), MiB(560), MiB(420), MiB(290), MiB(200)};
    struct model_config *m = &app->scene->world.model;
    size_t next = 0;
    while (next < ARRAY_LEN(limits) && limits[next] != m->address_limit)
        next++;
    m->address_limit = limits[(next + 1) % ARRAY_LEN(limits)];
    char size[32];
    if (m->address_limit)
        app_notice(app, _("The program may now have %s of address space."),
            format_size(m->address_limit, size, sizeof size));
    else
        app_notice(app, "%s", _("The address space is unlimited again."));
}

/* A break so high that the usual start of the arena lies below it. */
static void cycle_break(struct app *app) {
    struct model_config *m = &app->scene->world.model;
    uint64_t image_end = m->image_end ? m->image_end : app->scene->world.platform->image_end;
    m->brk = m->brk ? 0 : round_up(image_end, MiB(1)) + MiB(48);
    app_notice(app,
        m->brk ? _("The program break has moved up to 0x%llx.")
               : _("The program break is where it usually is."),
        (unsigned long long)m->brk);
}

static void other_width(struct app *app) {
    app->scene->world.platform = platform_other_width(app->scene->world.platform);
    /* Faults are arranged for addresses of one width: they stay behind. */
    free(app->scene->world.model.taken);
    app->scene->world.model = (struct model_config){0};
}

static void next_workload(struct app *app) {
    size_t next = 0;
    for (size_t i = 0; workload_builtin(i); i++)
        if (app->scene->builtin && strcmp(workload_builtin(i), app->scene->builtin) == 0)
            next = i + 1;
    app_open_builtin(app, workload_builtin(next) ? next : 0);
}

static bool world_command(struct app *app, enum command command, int64_t arg) {
    struct environment before;
    bool needs_hints = command == CMD_TAKE_HINT || command == CMD_TAKE_ALL;
    if (command == CMD_NEXT_WORKLOAD) {
        next_workload(app);
        return true;
    }
    if (needs_hints && !app->scene->world.platform->hint) {
        app_notice(app, "%s", _("32-bit platforms have no hints: press M for 64-bit."));
        return true;
    }
    env_copy(&before, &app->scene->world);
    switch (command) {
    case CMD_TOGGLE_WIDTH: other_width(app); break;
    case CMD_TAKE_HINT: take_hint(app, arg); break;
    case CMD_TAKE_ALL: take_all(app); break;
    case CMD_CYCLE_LIMIT: cycle_limit(app); break;
    case CMD_CYCLE_BREAK: cycle_break(app); break;
    case CMD_ELSEWHERE:
        app->scene->world.model.ignores_hints = !app->scene->world.model.ignores_hints;
        app_notice(app, app->scene->world.model.ignores_hints
                            ? _("The kernel now ignores the address that is asked for.")
                            : _("The kernel gives the address asked for, if it is free."));
        break;
    default: env_free(&before); return false;
    }
    if (app_rerun(app)) {
        env_free(&before);
    } else {
        env_free(&app->scene->world);
        app->scene->world = before;
    }
    return true;
}

/* --- Lessons --- */

static void go_lesson(struct app *app, size_t lesson, size_t step) {
    struct error err;
    if (!app_open_lesson(app, lesson, step, &err))
        app_notice(app, "%s", err.text);
}

static bool lesson_command(struct app *app, enum command command, int64_t arg) {
    const struct lesson *l = app->lesson.lesson;
    size_t number = app->lesson.number, step = app->lesson.step;
    switch (command) {
    case CMD_LESSON_OPEN: go_lesson(app, (size_t)arg, 0); return true;
    case CMD_LESSON_CLOSE: app->lesson.lesson = NULL; return true;
    case CMD_LESSON_NEXT:
        if (!l)
            go_lesson(app, 0, 0);
        else if (step + 1 < l->step_count)
            go_lesson(app, number, step + 1);
        else if (number + 1 < app->lesson_count)
            go_lesson(app, number + 1, 0);
        else
            app_notice(app, "%s", _("That was the last step. Space plays on from here."));
        return true;
    case CMD_LESSON_BACK:
        if (l && (step || number))
            go_lesson(app, step ? number : number - 1,
                step ? step - 1 : app->lessons[number - 1]->step_count - 1);
        return true;
    case CMD_LESSON_RESTART:
        if (l)
            go_lesson(app, number, 0);
        return true;
    default: return false;
    }
}

/* --- Window --- */

static void change_scale(struct app *app, float by) {
    float scale = app->ui.scale + by;
    if (scale >= 0.75f && scale <= 4.0f)
        app->ui.scale = scale;
}

static void dismiss(struct app *app) {
    if (app->help_open)
        app->help_open = false;
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
    case CMD_HELP: app->help_open = !app->help_open; return true;
    case CMD_DISMISS: dismiss(app); return true;
    case CMD_QUIT: app->quit = true; return true;
    default: return false;
    }
}

void app_command(struct app *app, enum command command, int64_t arg) {
    if (command == CMD_NONE)
        return;
    app->dirty = true;
    bool known = time_command(app, command, arg) || view_command(app, command) ||
                 world_command(app, command, arg) || lesson_command(app, command, arg) ||
                 window_command(app, command);
    INVARIANT(known);
}

/* --- The pointer --- */

void app_pointer(struct app *app, int x, int y) {
    app->ui.mouse_x = x;
    app->ui.mouse_y = y;
    struct scene *s = app->scene;
    struct view v = app_view(app, s);
    if (app->drag == DRAG_TIMELINE) {
        app_seek(app, timeline_event_at(app->layout.timeline, &v, x));
        return;
    }
    if (app->drag == DRAG_ARENA && app->layout.arena.h > 0) {
        double share = (double)(app->drag_x - x) / app->layout.arena.w;
        s->zoom = arena_pan(s->replica, app->drag_zoom, share);
    }
    s->hover = x < 0 || app->help_open ? (struct thing){0} : ui_thing_at(&app->ui, x, y);
    app->dirty = true; /* buttons light up under the pointer too */
}

void app_press(struct app *app, int x, int y) {
    if (app->help_open) {
        app->help_open = false;
        app->dirty = true;
        return;
    }
    if (rect_has(app->layout.timeline, x, y)) {
        app->drag = DRAG_TIMELINE;
        app->playing = false;
    } else if (app->layout.arena.h > 0 && rect_has(app->layout.arena, x, y)) {
        app->drag = DRAG_ARENA;
    }
    app->drag_x = x;
    app->drag_zoom = arena_zoom_clamp(app->scene->replica, app->scene->zoom);
    app_pointer(app, x, y);
}

void app_release(struct app *app, int x, int y) {
    enum { CLICK_SLACK = 4 }; /* pixels that a hand may move during a click */
    enum drag drag = app->drag;
    app->drag = DRAG_NONE;
    int moved = x > app->drag_x ? x - app->drag_x : app->drag_x - x;
    if (drag == DRAG_TIMELINE || moved > CLICK_SLACK)
        return;
    int64_t arg = 0;
    enum command command = ui_command_at(&app->ui, x, y, &arg);
    struct thing thing = ui_thing_at(&app->ui, x, y);
    if (command != CMD_NONE)
        app_command(app, command, arg);
    else
        app->scene->pinned = thing;
    app->dirty = true;
}

void app_wheel(struct app *app, int x, int y, float notches, bool zoom) {
    app->ui.mouse_x = x;
    app->ui.mouse_y = y;
    struct scene *s = app->scene;
    if (!rect_has(app->layout.arena, x, y))
        return;
    if (zoom)
        zoom_by(app, notches > 0 ? 1.25 : 0.8);
    else
        s->zoom = arena_pan(s->replica, s->zoom, -0.1 * (double)notches);
    app->dirty = true;
}
