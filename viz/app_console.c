/*
 * The app: the console. A line of a script is run after the end of the workload, and shown as it
 * happens. A repeat is complete with its end: until then lines are gathered.
 */
#include "viz/app_internal.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "sim/work/script.h"
#include "viz/search.h"

enum { FED_EVENTS = 200000 }; /* run before the answer is made; what is longer goes on in ticks */

static void say(struct prompt *p, bool bad, const char *text) {
    p->bad = bad;
    snprintf(p->answer, sizeof p->answer, "%s", text);
}

/* What the lines came to: operations and events, and the object made last. */
static void tell_events(struct app *app, uint64_t first) {
    const struct recording *rec = session_recording(app->scene->session);
    uint64_t count = recording_count(rec), objects = 0;
    unsigned long ops = 0;
    struct event object = {0};
    for (uint64_t i = first; i < count; i++) {
        const struct event *ev = recording_event(rec, i);
        ops += ev->kind == EV_OP_BEGIN;
        if (ev->kind == EV_OBJECT) {
            objects++;
            object = *ev;
        }
    }
    char line[256], size[32], events[32];
    format_count(count - first, events, sizeof events);
    if (objects == 1)
        snprintf(line, sizeof line, _("object #%u of %s at 0x%" PRIx64 "; %s events"), object.x,
            format_size(object.b, size, sizeof size), object.a, events);
    else
        snprintf(line, sizeof line,
            ngettext("%lu operation, %s events", "%lu operations, %s events", ops), ops, events);
    prompt_print(&app->prompt, count > first ? line : _("understood"));
}

/* Runs the lines gathered; they begin at the end of the run. */
static bool run_lines(struct app *app, const char *lines, struct error *err) {
    struct scene *s = app->scene;
    app_run_to(app, s->at + APP_RUN_AHEAD);
    if (s->running)
        return error_set(err, "%s",
            _("the workload is longer than what runs at once: go to its end first (End)"));
    uint64_t end = scene_count(s);
    if (!session_feed(s->session, lines, err))
        return false;
    s->running = true;
    scene_run_to(s, end + FED_EVENTS);
    app_seek(app, end);
    app->playing = scene_count(s) > end;
    app_lesson_watch(app);
    if (!s->running && session_error(s->session)->text[0])
        return error_set(err, "%s", session_error(s->session)->text);
    tell_events(app, end);
    return true;
}

void app_console_refresh(struct app *app) {
    say(&app->prompt, false, "");
}

void app_console_accept(struct app *app, int direction) {
    struct prompt *p = &app->prompt;
    struct strbuf echo = {0};
    struct error err;
    char most[32];
    (void)direction;
    if (!p->len)
        return;
    prompt_remember(p);
    sb_printf(&echo, "%s %s", app->console.len ? "…" : "›", p->text);
    prompt_print(p, echo.text);
    sb_free(&echo);
    sb_printf(&app->console, "%s\n", p->text);
    prompt_clear(p);
    if (app->console.len > LIMIT_CONSOLE) {
        format_size(LIMIT_CONSOLE, most, sizeof most);
        snprintf(p->answer, sizeof p->answer,
            _("the repeat has more than %s; it is forgotten: a file has room for it"), most);
        p->bad = true;
        sb_clear(&app->console);
        return;
    }
    if (script_open_repeats(app->console.text)) {
        say(p, false, _("the repeat goes on; `end` ends it"));
        return;
    }
    if (!run_lines(app, app->console.text, &err)) {
        say(p, true, err.text);
    }
    sb_clear(&app->console);
}

void app_console_close(struct app *app) {
    sb_clear(&app->console);
}
