/* The app: where one has looked (nav.h), and jumps to what is worth seeing. */
#include "viz/app_internal.h"

void app_visit(struct app *app) {
    struct scene *s = app->scene;
    struct place here = {.at = s->at, .zoom = s->zoom, .pinned = s->pinned, .centre = app->centre};
    nav_visit(&s->nav, &here, app->seconds);
}

static void go_back(struct app *app, int direction) {
    struct scene *s = app->scene;
    const struct place *place = nav_move(&s->nav, direction);
    if (!place) {
        app_notice(app, "%s",
            direction < 0 ? _("There is nothing to go back to.")
                          : _("There is nothing to go forward to."));
        return;
    }
    app->playing = false;
    app_seek(app, place->at);
    app_look(app, place->zoom);
    s->pinned = place->pinned;
    app->centre = place->centre;
}

enum { ANY_MARK = ~0 };

/* To the next or previous mark of the kinds; none: the words say that there is none. */
static void go_mark(struct app *app, int direction, unsigned kinds, const char *none) {
    app->playing = false;
    if (!scene_step_mark(app->scene, direction, kinds))
        app_notice(app, "%s", none);
    else
        app_seek(app, app->scene->at);
}

static void go_fatal(struct app *app) {
    const char *none = _("Go does not end the program in this run.");
    if (!scene_step_mark(app->scene, -1, 1u << MARK_FATAL))
        go_mark(app, 1, 1u << MARK_FATAL, none);
}

bool app_nav_command(struct app *app, enum command command) {
    const char *no_later = _("There is no later one in this run.");
    const char *no_earlier = _("There is no earlier one in this run.");
    switch (command) {
    case CMD_UNDO: go_back(app, -1); return true;
    case CMD_REDO: go_back(app, 1); return true;
    case CMD_MARK_FORWARD:
        go_mark(app, 1, ANY_MARK, _("No later collection, growth or refusal in this run."));
        return true;
    case CMD_MARK_BACK:
        go_mark(app, -1, ANY_MARK, _("No earlier collection, growth or refusal in this run."));
        return true;
    case CMD_COLLECTION_NEXT: go_mark(app, 1, 1u << MARK_COLLECTION, no_later); return true;
    case CMD_COLLECTION_BACK: go_mark(app, -1, 1u << MARK_COLLECTION, no_earlier); return true;
    case CMD_GROWTH_NEXT: go_mark(app, 1, 1u << MARK_GROWTH, no_later); return true;
    case CMD_GROWTH_BACK: go_mark(app, -1, 1u << MARK_GROWTH, no_earlier); return true;
    case CMD_REFUSAL_NEXT: go_mark(app, 1, 1u << MARK_REFUSED, no_later); return true;
    case CMD_REFUSAL_BACK: go_mark(app, -1, 1u << MARK_REFUSED, no_earlier); return true;
    case CMD_OUT_OF_MEMORY: go_fatal(app); return true;
    case CMD_PEAK:
        app->playing = false;
        app_seek(app, recording_peak(session_recording(app->scene->session), STAT_heap_inuse).seq);
        return true;
    default: return false;
    }
}
