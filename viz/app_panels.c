/* The app: commands of the views in the centre that explain. See app.h. */
#include "viz/app_internal.h"
#include "viz/panels/allocation.h"
#include "viz/panels/facts.h"
#include "viz/panels/waste.h"

enum { RAIL_ROWS = 8 }; /* that a key scrolls the inspector by */

/* The next or previous part that has anything; around the end. */
static void choose_part(struct app *app, int direction) {
    struct waste w = waste_of(app->scene->replica);
    unsigned part = app->open_part;
    for (unsigned i = 0; i < WASTE_PARTS; i++) {
        part = (part + (unsigned)(direction + WASTE_PARTS)) % WASTE_PARTS;
        if (w.part[part])
            break;
    }
    app->open_part = part;
    app->open_row = -1;
}

static void choose_row(struct app *app, int direction) {
    struct waste_row rows[NUM_SPAN_CLASSES];
    int count = waste_rows(app->scene->replica, (enum waste_part)app->open_part, rows);
    const struct waste_row *open = waste_row_find(rows, count, app->open_row);
    if (open)
        app->open_row = (int)rows[((int)(open - rows) + direction + count) % count].id;
}

/* To the next allocation that ends at that rung; below 0: as the current one does. */
static void go_rung(struct app *app, int64_t rung) {
    struct view v = app_view(app, app->scene);
    struct allocation a = allocation_at(&v);
    if (rung < 0)
        rung = a.any ? (int64_t)a.rung : RUNG_MCACHE;
    uint64_t at = allocation_next(&v, (enum rung)rung);
    app->playing = false;
    if (at == NO_EVENT)
        app_notice(app, "%s", _("No later allocation in this run ends there."));
    else
        app_seek(app, at);
}

/* The ends in order: setting one beyond the other moves that too. */
static void set_range(struct app *app, bool start) {
    struct interval *v = &app->scene->interval;
    uint64_t at = app->scene->at;
    if (start)
        v->from = at;
    else
        v->to = at;
    if (start && v->to != NO_MOMENT && v->to < at)
        v->to = NO_MOMENT;
    if (!start && (v->from == NO_MOMENT || v->from > at))
        v->from = 0;
}

void app_rail_scroll(struct app *app, int rows) {
    struct facts facts = {0};
    struct view v = app_view(app, app->scene);
    inspect(&v, v.pinned, &facts);
    int first = app->rail_first + rows;
    app->rail_first = first >= facts.count ? facts.count - 1 : first;
    if (app->rail_first < 0)
        app->rail_first = 0;
}

static bool moment_command(struct app *app, enum command command, int64_t arg) {
    switch (command) {
    case CMD_RANGE_FROM: set_range(app, true); break;
    case CMD_RANGE_TO: set_range(app, false); break;
    case CMD_RAIL_DOWN: app_rail_scroll(app, RAIL_ROWS); return true;
    case CMD_RAIL_UP: app_rail_scroll(app, -RAIL_ROWS); return true;
    case CMD_RUNG: go_rung(app, arg - 1); return true;
    case CMD_RANGE_CLEAR: interval_clear(&app->scene->interval); return true;
    default: return false;
    }
    app->centre = CENTRE_RANGE;
    return true;
}

void app_count_ranges(struct app *app, uint64_t events) {
    if (app->centre != CENTRE_RANGE)
        return;
    for (unsigned i = 0; i < app_scene_count(app); i++) {
        struct scene *s = &app->scenes[i];
        if (interval_work(&s->interval, session_recording(s->session), s->at, events))
            app->dirty = true;
    }
}

/* --- Why --- */

void app_scroll_code(struct app *app, int rows) {
    int scroll = app->source_scroll + rows;
    app->source_scroll = scroll < app->ui.scroll_least  ? app->ui.scroll_least
                         : scroll > app->ui.scroll_most ? app->ui.scroll_most
                                                        : scroll;
}

/* Back from a function to the event's; the view itself is like the others in the centre. */
bool app_leave_function(struct app *app) {
    bool left = app->source >= 0 && app_scene_layout(app)->shows == CENTRE_WHY;
    app->source = -1;
    app->source_scroll = 0;
    return left;
}

static bool code_command(struct app *app, enum command command, int64_t arg) {
    enum { PAGE_ROWS = 12 };
    switch (command) {
    case CMD_CODE_DOWN: app_scroll_code(app, PAGE_ROWS); return true;
    case CMD_CODE_UP: app_scroll_code(app, -PAGE_ROWS); return true;
    case CMD_SHOW_CODE:
        app->source = (int)arg;
        app->source_scroll = 0;
        app->centre = CENTRE_WHY;
        return true;
    default: return false;
    }
}

/* --- Reachable --- */

/* Is the map so near that pointers can be drawn? */
static bool shows_pointers(const struct app *app, const struct scene *s) {
    struct view v = app_view(app, s);
    bool pinned = s->pinned.kind == THING_SLOT || s->pinned.kind == THING_WORD;
    return pinned || (v.zoom_size && v.zoom_size <= KiB(64));
}

void app_reach(struct app *app, uint64_t events) {
    for (unsigned i = 0; i < app_scene_count(app); i++) {
        struct scene *s = &app->scenes[i];
        unsigned ptr_size = session_env(s->session)->platform->ptr_size;
        if (app->playing && s->reach.heavy)
            reachview_wait(&s->reach);
        else if (reachview_work(
                     &s->reach, session_recording(s->session), s->replica, ptr_size, events))
            app->dirty = true;
        if (shows_pointers(app, s) &&
            reachview_learn(&s->reach, session_recording(s->session), s->replica, ptr_size, events))
            app->dirty = true;
    }
}

/* The slot of the object that is pinned, else hovered. False: none is. */
static bool chosen_slot(const struct scene *s, uint64_t *base) {
    struct thing t = s->pinned.kind ? s->pinned : s->hover;
    uint64_t size;
    return (t.kind == THING_SLOT || t.kind == THING_WORD) &&
           graph_slot(s->replica, t.addr, base, &size);
}

static void ask_reach(struct app *app, enum reach_question question) {
    struct scene *s = app->scene;
    uint64_t base = 0;
    bool chosen = chosen_slot(s, &base);
    if (question == REACH_WHY && !chosen && s->reach.question != REACH_WHY) {
        app_notice(app, "%s", _("Pin an object first: zoom in, and click an allocated slot."));
        return;
    }
    if (!chosen && s->reach.question == question) /* no longer */
        base = s->reach.object;
    reachview_ask(&s->reach, question, base);
    app->centre = CENTRE_MAP;
}

bool app_panel_command(struct app *app, enum command command, int64_t arg) {
    if (code_command(app, command, arg))
        return true;
    switch (command) {
    case CMD_REACHABLE: ask_reach(app, REACH_FROM); return true;
    case CMD_WHY_ALIVE: ask_reach(app, REACH_WHY); return true;
    case CMD_OPEN_PART:
        choose_part(app, 1);
        if (arg) /* clicked: that one */
            app->open_part = (unsigned)(arg - 1);
        break;
    case CMD_OPEN_PART_BACK: choose_part(app, -1); break;
    case CMD_OPEN_ROW:
        choose_row(app, 1);
        if (arg)
            app->open_row = (int)(arg - 1);
        break;
    case CMD_OPEN_ROW_BACK: choose_row(app, -1); break;
    default: return moment_command(app, command, arg);
    }
    app->centre = CENTRE_WASTE;
    return true;
}
