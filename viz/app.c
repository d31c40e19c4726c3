/* The app: opening, running and moving in time. See app.h. */
#include "viz/app_internal.h"

#include "sim/base/data.h"
#include "sim/work/workload.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Events a second while playing. */
static const double speeds[] = {2, 5, 12, 30, 80, 200, 500, 2e3, 1e4, 5e4, 2e5, 1e6};
enum { SPEED_START = 3 };

enum {
    PUMP_OPS = 64,       /* operations between looks at the clock's budget */
    PUMP_EVENTS = 60000, /* events that one tick may add: a few milliseconds */
    NOTICE_SECONDS = 6,
};

void app_notice(struct app *app, const char *fmt, ...) {
    va_list args;
    va_start(args, fmt);
    vsnprintf(app->notice, sizeof app->notice, fmt, args);
    va_end(args);
    app->notice_until = app->seconds + NOTICE_SECONDS;
    app->dirty = true;
}

/* --- Opening --- */

static bool open_theme(struct app *app, const char *name, struct error *err) {
    struct strbuf relative = {0}, path = {0};
    sb_printf(&relative, "assets/themes/%s.theme", name);
    bool ok =
        data_path(relative.text, &path)
            ? theme_load(path.text, &app->theme, err)
            : error_set(err, "there is no theme `%s`, expected a file %s", name, relative.text);
    sb_free(&relative);
    sb_free(&path);
    return ok;
}

/* The platform of the machine we run on, if we know it. */
static const struct platform *native_platform(void) {
#if defined(__linux__) && defined(__aarch64__)
    return platform_find("linux/arm64");
#elif defined(__linux__) && defined(__i386__)
    return platform_find("linux/386");
#else
    return platform_find("linux/amd64");
#endif
}

static const char *builtin_name(const char *name) {
    for (size_t i = 0; workload_builtin(i); i++)
        if (strcmp(workload_builtin(i), name) == 0)
            return workload_builtin(i);
    return NULL;
}

static struct session *open_workload(struct app *app, const char *name, struct error *err) {
    struct environment env = {0};
    sb_clear(&app->report);
    struct op_source *source = workload_open(name, &app->world, &env, &app->report, err);
    if (!source)
        return NULL;
    app->builtin = builtin_name(name);
    snprintf(app->workload_name, sizeof app->workload_name, "%s", workload_title(source));
    struct session *s = session_new(&env, source, err);
    if (s) {
        env_free(&app->world);
        env_copy(&app->world, &env);
    }
    env_free(&env);
    return s;
}

void app_take_session(struct app *app, struct session *s) {
    session_free(app->session);
    replica_free(app->replica);
    app->session = s;
    app->replica = replica_new();
    app->at = 0;
    app->owed = 0;
    app->running = session_pump(s, 0);
    app->hover = app->pinned = (struct thing){0};
    app->zoom = (struct zoom){0};
    app->path_wanted = -1;
    app->dirty = true;
}

static void default_world(struct app *app, const struct environment *asked) {
    env_copy(&app->world, asked);
    if (!app->world.platform)
        app->world.platform = native_platform();
    if (!app->world.seed[0] && !app->world.seed[1]) /* the same run every time */
        app->world.seed[0] = 1, app->world.seed[1] = 2;
    app->home = (struct environment){.platform = native_platform(),
        .provider = app->world.provider,
        .seed = {app->world.seed[0], app->world.seed[1]}};
}

bool app_open(struct app *app, const struct app_options *options, struct error *err) {
    *app = (struct app){.speed = SPEED_START, .path_wanted = -1};
    default_world(app, &options->world);
    app->ui.scale = options->scale > 0 ? options->scale : 1;
    app->ui.mouse_x = app->ui.mouse_y = -1;
    app->fonts = fonts_open(err);
    const char *workload = options->workload ? options->workload : workload_builtin(0);
    if (!app->fonts || !open_theme(app, options->theme ? options->theme : "dark", err) ||
        !lessons_list(&app->lessons, &app->lesson_count, err))
        return false;
    struct session *s = open_workload(app, workload, err);
    if (!s)
        return false;
    app_take_session(app, s);
    return true;
}

void app_open_builtin(struct app *app, size_t i) {
    struct error err;
    struct session *s = open_workload(app, workload_builtin(i), &err);
    if (!s) {
        app_notice(app, "%s", err.text);
        return;
    }
    app->lesson.lesson = NULL;
    app_take_session(app, s);
    app_notice(app, "Workload: %s", app->workload_name);
}

void app_next_theme(struct app *app) {
    static const char *const names[] = {"dark", "light", "contrast"};
    struct error err;
    size_t next = 0;
    for (size_t i = 0; i < ARRAY_LEN(names); i++)
        if (strcmp(app->theme.name, names[i]) == 0)
            next = (i + 1) % ARRAY_LEN(names);
    if (!open_theme(app, names[next], &err))
        app_notice(app, "%s", err.text);
}

void app_speed(struct app *app, int direction) {
    if (direction > 0 && app->speed + 1 < ARRAY_LEN(speeds))
        app->speed++;
    else if (direction < 0 && app->speed > 0)
        app->speed--;
}

void app_close(struct app *app) {
    session_free(app->session);
    replica_free(app->replica);
    lessons_free(app->lessons, app->lesson_count);
    env_free(&app->world);
    sb_free(&app->report);
    ui_free(&app->ui);
    fonts_close(app->fonts);
    *app = (struct app){0};
}

/* --- Time --- */

uint64_t app_event_count(const struct app *app) {
    return recording_count(session_recording(app->session));
}

void app_run_to(struct app *app, uint64_t events) {
    while (app->running && app_event_count(app) < events)
        app->running = session_pump(app->session, PUMP_OPS);
    app->dirty = true;
    const struct error *err = session_error(app->session);
    if (!app->running && err->text[0])
        app_notice(app, "%s", err->text);
}

void app_seek(struct app *app, uint64_t seq) {
    if (seq > app_event_count(app) && app->running)
        app_run_to(app, seq);
    if (seq > app_event_count(app))
        seq = app_event_count(app);
    recording_seek(session_recording(app->session), &app->replica, seq);
    app->at = seq;
    app->dirty = true;
}

static void play(struct app *app, double seconds) {
    app->owed += seconds * speeds[app->speed];
    uint64_t whole = (uint64_t)app->owed;
    app->owed -= (double)whole;
    if (!whole)
        return;
    app_seek(app, app->at + whole);
    if (app->at == app_event_count(app) && !app->running)
        app->playing = false;
}

void app_tick(struct app *app, double seconds) {
    app->seconds += seconds;
    if (app->notice[0] && app->seconds > app->notice_until) {
        app->notice[0] = '\0';
        app->dirty = true;
    }
    if (app->running && app_event_count(app) < app->at + APP_RUN_AHEAD)
        app_run_to(app, app_event_count(app) + PUMP_EVENTS);
    if (app->playing)
        play(app, seconds);
}

/* --- The same point of another run --- */

/* A moment in terms that another run of the same workload shares. */
struct moment {
    bool at_end, started;
    uint64_t op;   /* the operation begun last */
    bool ended;    /* ... and its OP_END is past */
    unsigned step; /* of mallocinit, reached last */
};

static struct moment moment_of(const struct app *app) {
    const struct replica *r = app->replica;
    return (struct moment){.at_end = app->at == app_event_count(app) && !app->running,
        .started = r->ops > 0,
        .op = r->ops ? r->ops - 1 : 0,
        .ended = !r->in_op,
        .step = r->init.step};
}

/* Is the moment inside mallocinit's operation? Then steps tell it better than events. */
static uint64_t find_step(
    const struct recording *rec, uint64_t first, uint64_t end, unsigned step) {
    for (uint64_t i = first; i < end; i++) {
        const struct event *ev = recording_event(rec, i);
        if (ev->kind == EV_STEP && (ev->w & 0xff) >= step)
            return i + 1;
    }
    return end;
}

/* Brings the new session to the moment; as near as it gets where the run is shorter there. */
static void seek_moment(struct app *app, const struct moment *m) {
    const struct recording *rec = session_recording(app->session);
    while (app->running && (m->at_end || recording_op_count(rec) <= m->op + 1))
        app->running = session_pump(app->session, PUMP_OPS);
    uint64_t ops = recording_op_count(rec), count = recording_count(rec);
    if (m->at_end || m->op >= ops) {
        app_seek(app, count);
        return;
    }
    if (!m->started) {
        app_seek(app, 0);
        return;
    }
    uint64_t begin = recording_op_start(rec, m->op);
    uint64_t end = m->op + 1 < ops ? recording_op_start(rec, m->op + 1) : count;
    bool in_init = recording_event(rec, begin)->w == OP_INIT && !m->ended;
    if (in_init)
        end = m->step == STEP_NONE ? begin + 1 : find_step(rec, begin, end, m->step);
    app_seek(app, end);
}

bool app_rerun(struct app *app) {
    struct error err;
    struct moment m = moment_of(app);
    if (!session_restart(app->session, &app->world, &err)) {
        app_notice(app, "%s", err.text);
        return false;
    }
    replica_free(app->replica);
    app->replica = replica_new();
    app->at = 0;
    app->running = true;
    app->hover = app->pinned = (struct thing){0};
    app->zoom = (struct zoom){0};
    seek_moment(app, &m);
    return true;
}

/* --- Lessons --- */

static bool lesson_session(struct app *app, const struct lesson_step *step, struct error *err) {
    struct environment env;
    struct session *s = lesson_step_session(step, &app->home, &env, err);
    if (!s)
        return false;
    env_free(&app->world);
    app->world = env;
    snprintf(app->workload_name, sizeof app->workload_name, "%s", app->lesson.lesson->title);
    app_take_session(app, s);
    return true;
}

bool app_open_lesson(struct app *app, size_t lesson, size_t step, struct error *err) {
    if (lesson >= app->lesson_count || step >= app->lessons[lesson]->step_count)
        return error_set(err, "there is no lesson %zu with a step %zu, expected one of %zu lessons",
            lesson + 1, step + 1, app->lesson_count);
    const struct lesson *l = app->lessons[lesson];
    app->lesson = (struct lesson_view){.lesson = l, .number = lesson, .step = step};
    app->lesson_hidden = false;
    app->playing = false;
    if (!lesson_session(app, &l->steps[step], err))
        return false;
    uint64_t seq = 0;
    const struct recording *rec = session_recording(app->session);
    while (!lesson_stop_at(&l->steps[step], rec, &seq) && app->running)
        app->running = session_pump(app->session, PUMP_OPS);
    if (session_error(app->session)->text[0])
        return error_set(err, "%s", session_error(app->session)->text);
    if (!lesson_stop_at(&l->steps[step], rec, &seq))
        return error_set(err, "%s:%d: the run never comes to where the step stops", l->path,
            l->steps[step].stop.line);
    app_seek(app, seq);
    app->pinned = lesson_step_focus(&l->steps[step], app->replica, app->world.platform);
    if (l->steps[step].show != SHOW_AS_SUGGESTED)
        app->path_wanted = l->steps[step].show == SHOW_PATH;
    return true;
}

/* --- Telling --- */

void app_tell(const struct app *app, struct strbuf *out) {
    const struct replica *r = app->replica;
    sb_printf(out,
        "event=%" PRIu64 " count=%" PRIu64 " ops=%" PRIu64
        " step=%s platform=%s provider=%s playing=%d",
        app->at, app_event_count(app), r->ops, init_step_name(r->init.step),
        session_env(app->session)->platform->name, session_provider(app->session), app->playing);
    sb_printf(out, " live=%" PRIu64 " taken=%zu theme=%s lesson=%zu.%zu help=%d exited=%d\n",
        r->stats[STAT_heap_live], session_env(app->session)->model.taken_count, app->theme.name,
        app->lesson.lesson ? app->lesson.number + 1 : 0,
        app->lesson.lesson ? app->lesson.step + 1 : 0, app->help_open, r->exited);
}

struct view app_view(const struct app *app) {
    const struct recording *rec = session_recording(app->session);
    struct zoom zoom = arena_zoom_clamp(app->replica, app->zoom);
    return (struct view){.r = app->replica,
        .rec = rec,
        .session = app->session,
        .env = session_env(app->session),
        .platform = session_env(app->session)->platform,
        .at = app->at,
        .count = recording_count(rec),
        .running = app->running,
        .playing = app->playing,
        .speed = speeds[app->speed],
        .hover = app->hover,
        .pinned = app->pinned,
        .zoom_start = zoom.start,
        .zoom_size = zoom.size,
        .lesson = app->lesson.lesson ? &app->lesson : NULL,
        .lessons = app->lessons,
        .lesson_count = app->lesson_count,
        .workload = app->workload_name,
        .notice = app->notice[0] ? app->notice : NULL,
        .seconds = app->seconds};
}
