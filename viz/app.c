/* The app: opening, running and moving in time. See app.h. */
#include "sim/lesson/source.h"
#include "viz/app_internal.h"

#include "sim/base/data.h"
#include "sim/work/workload.h"
#include "viz/world.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Events a second while playing. */
static const double speeds[] = {2, 5, 12, 30, 80, 200, 500, 2e3, 1e4, 5e4, 2e5, 1e6};
enum { SPEED_START = 3 };

enum {
    PUMP_EVENTS = 60000, /* events that one tick may add: a few milliseconds */
    FIRST_EVENTS =
        300000, /* ... and that a command may add at once, before it shows that it works */
    RANGE_EVENTS = 100000, /* that one tick may look at for a range */
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
            : error_set(err, _("there is no theme `%s`, expected a file %s"), name, relative.text);
    sb_free(&relative);
    sb_free(&path);
    return ok;
}

/* A language that is asked for by name has to be there; one of the environment need not. */
static bool open_language(struct app *app, const char *name, struct error *err) {
    enum language language = language_of_environment();
    if (name && !language_find(name, &language))
        return error_set(err, _("there is no language `%s`, expected en or zh"), name);
    if (i18n_set_language(language, err))
        app->language = language;
    return !name || app->language == language;
}

/* Reads the lessons in the app's language; one that is open stays open at its step. */
static bool open_lessons(struct app *app, struct error *err) {
    struct lesson **lessons;
    size_t count;
    if (!lessons_list(app->language, &lessons, &count, err))
        return false;
    lessons_free(app->lessons, app->lesson_count);
    app->lessons = lessons;
    app->lesson_count = count;
    if (!app->lesson.lesson)
        return true;
    struct lesson_view old = app->lesson;
    const struct lesson *same = old.number < count ? lessons[old.number] : NULL;
    lesson_view_clear(&app->lesson);
    if (same && old.step < same->step_count) {
        app->lesson.lesson = same;
        app->lesson.number = old.number;
        app->lesson.step = old.step;
        snprintf(app->scene->name, sizeof app->scene->name, "%s", same->title);
        app_lesson_refill(app);
    }
    return true;
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

static void default_world(struct app *app, const struct environment *asked) {
    struct environment *world = &app->scene->world;
    env_copy(world, asked);
    if (!world->platform)
        world->platform = native_platform();
    if (!world->seed[0] && !world->seed[1]) /* the same run every time */
        world->seed[0] = 1, world->seed[1] = 2;
    world->residency = true;
    app->home = (struct environment){.platform = native_platform(),
        .provider = world->provider,
        .seed = {world->seed[0], world->seed[1]},
        .residency = true};
}

/* The slowest speed that is at least so many events a second. */
static unsigned speed_near(double wanted) {
    unsigned i = 0;
    while (wanted > 0 && speeds[i] < wanted && i + 1 < ARRAY_LEN(speeds))
        i++;
    return wanted > 0 ? i : SPEED_START;
}

bool app_open(struct app *app, const struct app_options *options, struct error *err) {
    *app = (struct app){
        .source = -1, .term = -1, .guide = -1, .open_row = -1, .help_pages = 1, .dirty = true};
    app->scene = &app->scenes[0];
    default_world(app, &options->world);
    app->scale_is_free = !(options->scale > 0);
    app->ui.scale = app->scale_is_free ? 1 : options->scale;
    app->speed = speed_near(options->speed);
    if (options->notice && options->notice[0])
        app_notice(app, "%s", options->notice);
    app->ui.mouse_x = app->ui.mouse_y = -1;
    if (!open_language(app, options->language, err))
        return false;
    app->ui.sources = app->sources = sources_open();
    app->fonts = fonts_open(err);
    const char *workload = options->workload ? options->workload : workload_builtin(0);
    return app->fonts && open_theme(app, options->theme ? options->theme : "dark", err) &&
           open_lessons(app, err) && app_open_pages(app, err) &&
           scene_open(app->scene, workload, err);
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

void app_next_language(struct app *app) {
    struct error err;
    enum language next = (enum language)((app->language + 1) % LANGUAGE_COUNT);
    app->language = i18n_set_language(next, &err) ? next : LANGUAGE_EN;
    if (app->language != next || !open_lessons(app, &err) || !app_open_pages(app, &err))
        app_notice(app, "%s", err.text);
}

void app_speed(struct app *app, int direction) {
    if (direction > 0 && app->speed + 1 < ARRAY_LEN(speeds))
        app->speed++;
    else if (direction < 0 && app->speed > 0)
        app->speed--;
}

void app_close(struct app *app) {
    for (size_t i = 0; i < ARRAY_LEN(app->scenes); i++)
        scene_close(&app->scenes[i]);
    lesson_view_clear(&app->lesson);
    progress_free(&app->progress);
    lessons_free(app->lessons, app->lesson_count);
    pages_free(&app->glossary);
    pages_free(&app->guides);
    prompt_free(&app->prompt);
    sb_free(&app->console);
    ui_free(&app->ui);
    fonts_close(app->fonts);
    sources_free(app->sources);
    *app = (struct app){0};
}

/* --- Time --- */

/* What the workload itself has to say against being run further. */
static void tell_error(struct app *app) {
    const struct error *err = session_error(app->scene->session);
    if (!app->scene->running && err->text[0])
        app_notice(app, "%s", err->text);
}

void app_run_to(struct app *app, uint64_t events) {
    scene_run_to(app->scene, events);
    app->dirty = true;
    tell_error(app);
}

bool app_busy(const struct app *app) {
    return app->scene->errand.on || (app->comparing && app->scenes[0].errand.on) ||
           (app->comparing && app->scenes[1].errand.on);
}

void app_work(struct app *app, uint64_t events) {
    bool was_busy = app_busy(app);
    if (!was_busy)
        return;
    app->dirty = true;
    if (scene_work(app->scene, events))
        app_follow(app);
    if (app->comparing)
        scene_work(app_other_scene(app), events);
    if (!app_busy(app))
        tell_error(app);
}

void app_finish(struct app *app) {
    app_work(app, UINT64_MAX);
    app_run_to(app, UINT64_MAX);
    if (app->comparing)
        scene_run_to(app_other_scene(app), UINT64_MAX);
    app_count_ranges(app, UINT64_MAX);
    app_reach(app, UINT64_MAX);
    app_lesson_watch(app);
}

void app_seek(struct app *app, uint64_t seq) {
    if (app->source < 0)
        app->source_scroll = 0;
    scene_head(app->scene, seq);
    app_work(app, FIRST_EVENTS);
}

/* --- Two scenes --- */

unsigned app_scene_count(const struct app *app) {
    return app->comparing ? 2 : 1;
}

struct scene *app_other_scene(struct app *app) {
    return &app->scenes[app->scene == &app->scenes[0]];
}

struct scene_layout *app_scene_layout(struct app *app) {
    return &app->layout.scene[app->scene - app->scenes];
}

void app_follow(struct app *app) {
    if (!app->comparing)
        return;
    struct moment m = scene_moment(app->scene);
    struct scene *other = app_other_scene(app);
    if (!app->scene->errand.on)
        scene_head_moment(other, &m);
}

void app_compare_end(struct app *app) {
    if (!app->comparing)
        return;
    if (app->scene != &app->scenes[0]) { /* what one was looking at stays */
        struct scene kept = *app->scene;
        scene_close(&app->scenes[0]);
        app->scenes[0] = kept;
        app->scenes[1] = (struct scene){0};
        app->scene = &app->scenes[0];
    }
    scene_close(&app->scenes[1]);
    app->comparing = false;
}

void app_compare(struct app *app, bool same) {
    struct error err;
    struct environment world;
    if (app->comparing) {
        app_compare_end(app);
        return;
    }
    env_copy(&world, &app->scene->world);
    if (!same)
        world_other_width(&world);
    else if (world.provider == PROVIDER_HOST) /* where the two would get in each other's way */
        world.provider = app->scene->world.provider = PROVIDER_MODEL, app_rerun(app);
    app->comparing = scene_open_like(&app->scenes[1], app->scene, &world, &err);
    app_work(app, FIRST_EVENTS);
    if (!app->comparing) {
        scene_close(&app->scenes[1]);
        app_notice(app, "%s", err.text);
    }
    env_free(&world);
}

/* The other scene shows the workload that this one has changed to. */
static void compare_anew(struct app *app) {
    struct error err;
    struct scene *other = app_other_scene(app);
    struct environment world;
    if (!app->comparing)
        return;
    env_copy(&world, &other->world);
    if (!scene_open_like(other, app->scene, &world, &err))
        app_notice(app, "%s", err.text);
    env_free(&world);
}

static void play(struct app *app, double seconds) {
    app->owed += seconds * speeds[app->speed];
    uint64_t whole = (uint64_t)app->owed;
    app->owed -= (double)whole;
    if (!whole)
        return;
    const struct scene *s = app->scene;
    app_seek(app, s->at + whole);
    if (s->at == scene_count(s) && !s->running)
        app->playing = false;
}

/* The workloads run ahead of the moment shown. */
static void run_ahead(struct app *app) {
    for (unsigned i = 0; i < app_scene_count(app); i++) {
        struct scene *s = &app->scenes[i];
        if (s->running && scene_count(s) < s->at + APP_RUN_AHEAD) {
            scene_run_to(s, scene_count(s) + PUMP_EVENTS);
            app->dirty = true;
        }
    }
}

void app_tick(struct app *app, double seconds) {
    app->seconds += seconds;
    app_map_tick(app);
    if (app->notice[0] && app->seconds > app->notice_until) {
        app->notice[0] = '\0';
        app->dirty = true;
    }
    if (app_busy(app))
        app_work(app, PUMP_EVENTS);
    else
        run_ahead(app);
    if (app->playing && !app_busy(app))
        play(app, seconds);
    app_count_ranges(app, RANGE_EVENTS);
    app_reach(app, RANGE_EVENTS);
    app_lesson_watch(app);
    app_keep_progress(app);
}

bool app_rerun(struct app *app) {
    struct error err;
    if (!scene_rerun(app->scene, &err)) {
        app_notice(app, "%s", err.text);
        return false;
    }
    app->centre = CENTRE_AUTO;
    app->lesson.quiz.looked_at = UINT64_MAX;
    app_work(app, FIRST_EVENTS);
    return true;
}

void app_open_builtin(struct app *app, size_t i) {
    struct error err;
    if (!scene_open(app->scene, workload_builtin(i), &err)) {
        app_notice(app, "%s", err.text);
        return;
    }
    lesson_view_clear(&app->lesson);
    app_show_guide(app);
    app->centre = CENTRE_AUTO;
    app->owed = 0;
    compare_anew(app);
    app_notice(app, _("Workload: %s"), _(app->scene->name));
}

/* --- Telling --- */

void app_tell(const struct app *app, struct strbuf *out) {
    const struct scene *s = app->scene;
    const struct replica *r = s->replica;
    const struct environment *env = session_env(s->session);
    struct view v = app_view(app, s);
    sb_printf(out,
        "event=%" PRIu64 " count=%" PRIu64 " ops=%" PRIu64
        " step=%s platform=%s provider=%s playing=%d comparing=%d",
        s->at, scene_count(s), r->ops, init_step_name(r->init.step), env->platform->name,
        session_provider(s->session), app->playing, app->comparing);
    sb_printf(out, " prompt=%d notes=%zu centre=%d rail=%d speed=%g scale=%g", app->prompt.kind,
        s->notes.count, app->centre, app->rail, v.speed, (double)app->ui.scale);
    sb_printf(out, " pinned=%d:0x%" PRIx64, s->pinned.kind, s->pinned.addr);
    sb_printf(out,
        " live=%" PRIu64 " taken=%zu theme=%s language=%s lesson=%zu.%zu help=%d exited=%d"
        " page=%d.%d map=0x%" PRIx64 ",%" PRIu64 "\n",
        r->stats[STAT_heap_live], env->model.taken_count, app->theme.name,
        language_code(app->language),
        app->lesson.lesson ? (size_t)lesson_number(app->lesson.lesson, app->lesson.number) : 0,
        app->lesson.lesson ? app->lesson.step + 1 : 0, app->help_page, r->exited, app->term,
        app->guide, v.zoom_start, v.zoom_size);
}

struct prefs app_prefs(const struct app *app) {
    struct prefs p = {
        .scale = app->scale_is_free ? 0 : app->ui.scale, .speed = (uint64_t)speeds[app->speed]};
    snprintf(p.theme, sizeof p.theme, "%s", app->theme.name);
    snprintf(p.language, sizeof p.language, "%s", language_code(app->language));
    return p;
}

struct view app_view(const struct app *app, const struct scene *s) {
    const struct recording *rec = session_recording(s->session);
    struct view v = {.r = s->replica,
        .rec = rec,
        .session = s->session,
        .env = session_env(s->session),
        .platform = session_env(s->session)->platform,
        .at = s->at,
        .count = recording_count(rec),
        .running = s->running,
        .playing = app->playing,
        .speed = speeds[app->speed],
        .language = app->language,
        .hover = s->hover,
        .pinned = s->pinned,
        .lesson = app->lesson.lesson ? &app->lesson : NULL,
        .page = app_page(app),
        .page_is_guide = app->term < 0,
        .lessons = app->lessons,
        .lesson_count = app->lesson_count,
        .teaching = app->teaching,
        .veiled = lesson_view_asks(&app->lesson),
        .progress = &app->progress,
        .rail_first = app->rail_first,
        .lives = s->lives,
        .reach = &s->reach,
        .interval = &s->interval,
        .open_part = app->open_part,
        .open_row = app->open_row,
        .source = app->source,
        .source_scroll = app->source_scroll,
        .lesson_scroll = app->lesson_scroll,
        .help_page = app->help_page,
        .world_row = app->rail == RAIL_WORLD ? app->world_row : -1,
        .workload = s->builtin ? _(s->name) : s->name,
        .notes = &s->notes,
        .prompt = app->prompt.kind ? &app->prompt : NULL,
        .notice = app->notice[0] ? app->notice : NULL,
        .seconds = app->seconds};
    struct zoom zoom = app_map_window(app, s, &v);
    v.zoom_start = zoom.start;
    v.zoom_size = zoom.size;
    return v;
}
