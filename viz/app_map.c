/*
 * The app: moving about in the map. Every change of what it shows comes through app_look, which
 * begins a glide: for a fifth of a second the map moves from what is in sight now to what was asked
 * for. Another change may come on the way; the glide then goes on from where it is. The zoom asked
 * for is the scene's at once, so nothing but the picture ever sees the way there.
 */
#include "viz/app_internal.h"
#include "viz/panels/places.h"
#include "viz/panels/space.h"

static const double GLIDE_SECONDS = 0.2;

/* --- What is in sight --- */

/* Where the map rests, or would. While it is dragged it follows the hand, rows or no rows. */
static struct zoom resting(const struct app *app, const struct scene *s, const struct view *v) {
    struct rect area = app->layout.scene[s - app->scenes].arena;
    uint64_t end = zoom_end(v->platform);
    struct zoom z = zoom_clamp(end, s->zoom.size ? s->zoom : place_home(v));
    if ((s == app->scene && app->drag == DRAG_MAP && app->drag_moved) || area.h <= 0)
        return z;
    return zoom_settle(end, z, area, app->ui.scale);
}

struct zoom app_map_window(const struct app *app, const struct scene *s, const struct view *v) {
    struct zoom z = resting(app, s, v);
    if (!s->glide.on)
        return z;
    double left = 1 - (app->seconds - s->glide.since) / GLIDE_SECONDS;
    return left <= 0 ? z : zoom_between(s->glide.from, z, 1 - left * left * left);
}

/* What lies under the pointer changes as the map moves, and once more where it comes to rest. */
void app_map_tick(struct app *app) {
    static const double REST_SECONDS = 0.05;
    for (size_t i = 0; i < ARRAY_LEN(app->scenes); i++) {
        struct scene *s = &app->scenes[i];
        if (!s->glide.on)
            continue;
        s->glide.on = app->seconds - s->glide.since < GLIDE_SECONDS + REST_SECONDS;
        if (s == app->scene && app->drag == DRAG_NONE && app->ui.mouse_x >= 0 && !app->help_page)
            s->hover = ui_thing_at(&app->ui, app->ui.mouse_x, app->ui.mouse_y);
        app->dirty = true;
    }
}

static struct zoom shown(const struct app *app) {
    struct view v = app_view(app, app->scene);
    return (struct zoom){v.zoom_start, v.zoom_size};
}

static uint64_t space_end(const struct app *app) {
    return zoom_end(session_env(app->scene->session)->platform);
}

void app_look(struct app *app, struct zoom z) {
    struct scene *s = app->scene;
    s->glide = (struct glide){.from = shown(app), .since = app->seconds, .on = app->animates};
    s->zoom = z;
    app->dirty = true;
}

void app_look_at(struct app *app, uint64_t addr, uint64_t size) {
    app_look(app, zoom_to(space_end(app), addr, size));
}

/* --- Commands --- */

static void zoom_by(struct app *app, double factor) {
    struct view v = app_view(app, app->scene);
    struct map_grid g = map_grid(
        (struct zoom){v.zoom_start, v.zoom_size}, app_scene_layout(app)->arena, app->ui.scale);
    struct zoom z = resting(app, app->scene, &v);
    uint64_t focus = z.start + z.size / 2;
    map_grid_addr(&g, app->ui.mouse_x, app->ui.mouse_y, &focus);
    app_look(app, zoom_at(space_end(app), z, factor, focus));
}

static void pan_by(struct app *app, double share) {
    struct view v = app_view(app, app->scene);
    app_look(app, zoom_pan(space_end(app), resting(app, app->scene, &v), share));
}

/* The arena, all that is reserved, the whole space; and again. */
static void fit(struct app *app) {
    struct view v = app_view(app, app->scene);
    struct zoom home = {0}, all, space = {0, space_end(app)}, now = app->scene->zoom;
    bool reserved = place_window(&v, PLACE_RESERVATION, &all);
    if (now.size == 0 && reserved)
        app_look(app, all);
    else if (now.size == 0 || (reserved && now.start == all.start && now.size == all.size))
        app_look(app, space);
    else
        app_look(app, home);
}

/* To a place, or to the span or the slot at an address: see go_address. */
static void go(struct app *app, int64_t arg) {
    struct view v = app_view(app, app->scene);
    struct zoom z;
    bool known = arg < PLACE_COUNT ? place_window(&v, (enum map_place)arg, &z)
                                   : place_at(&v, (uint64_t)arg >> 1, arg & 1, &z);
    if (app->centre == CENTRE_PATH || app_scene_layout(app)->shows == CENTRE_PATH)
        app->centre = CENTRE_MAP;
    if (!known)
        app_notice(app, "%s", _("There is no such place yet: the heap is not laid out."));
    else if (arg == PLACE_SPACE || arg == PLACE_RESERVATION)
        app_look(app, z);
    else if (arg == PLACE_ARENA)
        app_look(app, (struct zoom){0});
    else
        app_look_at(app, z.start, z.size);
}

static void focus(struct app *app) {
    struct scene *s = app->scene;
    struct view v = app_view(app, s);
    struct zoom z;
    enum { LEAST = 64 }; /* bytes: what is smaller is seen among its neighbours */
    if (!place_of_thing(&v, s->pinned.kind ? s->pinned : s->hover, &z))
        app_notice(app, "%s", _("Click something in the map first, then F zooms to it."));
    else if (z.size < LEAST)
        app_look_at(app, round_down(z.start, LEAST), LEAST);
    else
        app_look_at(app, z.start, z.size);
}

bool app_map_show(struct app *app, uint64_t addr, uint64_t size) {
    uint64_t end = space_end(app);
    if (addr >= end || size > end - addr)
        return false;
    app->centre = CENTRE_MAP;
    app_look(app, (struct zoom){addr, size ? size : GO_PAGE_SIZE});
    return true;
}

bool app_map_command(struct app *app, enum command command, int64_t arg) {
    static const double IN = 1.5, PAN = 0.25;
    switch (command) {
    case CMD_ZOOM_IN: zoom_by(app, IN); return true;
    case CMD_ZOOM_OUT: zoom_by(app, 1 / IN); return true;
    case CMD_PAN_LEFT: pan_by(app, -PAN); return true;
    case CMD_PAN_RIGHT: pan_by(app, PAN); return true;
    case CMD_FIT: fit(app); return true;
    case CMD_GO_SPACE:
    case CMD_GO_RESERVATION:
    case CMD_GO_SPANS:
    case CMD_GO_BITMAP:
    case CMD_GO_ARENA:
    case CMD_GO_METADATA: go(app, PLACE_SPACE + (int64_t)command - CMD_GO_SPACE); return true;
    case CMD_GO: go(app, arg); return true;
    case CMD_FOCUS: focus(app); return true;
    default: return false;
    }
}

/* --- The pointer --- */

bool app_map_press(struct app *app, int x, int y, bool select) {
    if (app_scene_layout(app)->arena.h > 0 && rect_has(app_scene_layout(app)->arena, x, y))
        app->drag = select ? DRAG_SELECT : DRAG_MAP;
    else if (app_scene_layout(app)->arena.h > 0 && rect_has(app_scene_layout(app)->space, x, y))
        app->drag = DRAG_SPACE;
    else
        return false;
    app->drag_zoom = shown(app);
    return true;
}

/* The address that was grabbed follows the pointer, row by row and along the row. */
static void drag_map(struct app *app, int x, int y) {
    struct map_grid g = map_grid(app->drag_zoom, app_scene_layout(app)->arena, app->ui.scale);
    double rows = (double)(app->drag_y - y) / g.rect.h * (double)g.size / (double)g.row_bytes;
    rows += (double)(app->drag_x - x) / g.rect.w;
    double share = rows * (double)g.row_bytes / (double)g.size;
    app->scene->zoom = zoom_pan(space_end(app), app->drag_zoom, share);
    app->scene->glide.on = false;
}

/* The map's window moves, as large as it is, to where the pointer is in the panel above. */
static void drag_space(struct app *app, int x, int y) {
    struct view v = app_view(app, app->scene);
    uint64_t addr;
    if (!space_addr_at(&app->ui, &v, app_scene_layout(app)->space, x, y, &addr))
        return;
    uint64_t half = app->drag_zoom.size / 2;
    app->scene->zoom = (struct zoom){addr > half ? addr - half : 0, app->drag_zoom.size};
    app->scene->glide.on = false;
}

struct rect app_map_selection(const struct app *app) {
    int x = app->ui.mouse_x, y = app->ui.mouse_y;
    int left = x < app->drag_x ? x : app->drag_x, top = y < app->drag_y ? y : app->drag_y;
    return rect_make(left, top, (x < app->drag_x ? app->drag_x - x : x - app->drag_x) + 1,
        (y < app->drag_y ? app->drag_y - y : y - app->drag_y) + 1);
}

void app_map_drag(struct app *app, int x, int y) {
    enum { SLACK = 4 }; /* pixels that a hand may move during a click */
    struct rect r = app_map_selection(app);
    app->drag_moved = app->drag_moved || r.w > SLACK || r.h > SLACK;
    if (!app->drag_moved)
        return;
    if (app->drag == DRAG_MAP)
        drag_map(app, x, y);
    else if (app->drag == DRAG_SPACE)
        drag_space(app, x, y);
}

void app_map_drop(struct app *app, enum drag drag) {
    struct map_grid g = map_grid(app->drag_zoom, app_scene_layout(app)->arena, app->ui.scale);
    struct zoom z = app->scene->zoom;
    if (drag == DRAG_SELECT && map_grid_select(&g, app_map_selection(app), &z))
        app_look(app, z);
    else if (drag == DRAG_MAP) { /* from between two rows to whole ones */
        app->scene->glide = (struct glide){.from = z, .since = app->seconds, .on = app->animates};
        app->dirty = true;
    }
}

/* The share of the map that a notch pans: a row at least, since the map rests at rows. */
static double wheel_step(struct app *app) {
    struct view v = app_view(app, app->scene);
    struct map_grid g =
        map_grid(resting(app, app->scene, &v), app_scene_layout(app)->arena, app->ui.scale);
    double row = (double)g.row_bytes / (double)g.size;
    return row > 0.1 ? row : 0.1;
}

bool app_map_wheel(struct app *app, int x, int y, float notches, bool zoom) {
    if (!rect_has(app_scene_layout(app)->arena, x, y))
        return false;
    if (zoom)
        zoom_by(app, notches > 0 ? 1.25 : 0.8);
    else
        pan_by(app, -wheel_step(app) * (double)notches);
    return true;
}
