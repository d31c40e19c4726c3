/*
 * arenascope: watch a real memory allocator work. This file reads the command line; app.h is where
 * to go on reading.
 *
 * Exit status: 0 all is well, 2 bad input or no display.
 */
#include "sim/base/file.h"
#include "sim/base/i18n.h"
#include "sim/base/xdg.h"
#include "sim/work/arguments.h"
#include "viz/prefs.h"
#include "viz/tour.h"
#include "viz/window.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { EXIT_BAD_INPUT = 2, WIDTH = 1280, HEIGHT = 720, MAX_TODO = 32 };

/* What the command line asks for. */
struct request {
    struct app_options app;
    const char *out;
    uint64_t at; /* UINT64_MAX: the end */
    uint64_t taken;
    uint64_t map, map_size;
    bool has_at, has_map, tell, path;
    enum command todo[MAX_TODO];
    int64_t todo_arg[MAX_TODO];
    int todo_count;
    int w, h;           /* 0: not said */
    struct prefs prefs; /* as kept; for the window alone */
};

/* What --taken asks for; the addresses are the platform's. */
static void take_hints(struct request *o) {
    struct environment *world = &o->app.world;
    if (o->taken && !world->platform)
        world->platform = platform_find("linux/amd64");
    for (uint64_t i = 0; i < o->taken; i++)
        env_toggle_taken(world, i << 40 | world->platform->hint, KiB(64));
}

/* "2.3" or "2": the lesson's number, and a step, from 1. */
static bool read_lesson(const char *text, unsigned *lesson, size_t *step) {
    unsigned l, s = 1;
    char rest;
    int n = sscanf(text, "%u.%u%c", &l, &s, &rest);
    if (n < 1 || n > 2 || !l || !s || (n == 1 && strchr(text, '.')))
        return false;
    *lesson = l;
    *step = s - 1;
    return true;
}

/* Brings the app to what the options ask for: lesson, moment, path. */
static bool prepare(
    struct app *app, const struct request *o, const char *lesson_text, struct error *err) {
    unsigned number;
    size_t lesson, step;
    if (lesson_text) {
        if (!read_lesson(lesson_text, &number, &step))
            return error_set(
                err, _("`%s` names no lesson, expected for example 1 or 1.3"), lesson_text);
        if (!lessons_find(app->lessons, app->lesson_count, number, &lesson, err) ||
            !app_open_lesson(app, lesson, step, err))
            return false;
    }
    if (o->has_at) {
        app_seek(app, o->at);
        app_work(app, UINT64_MAX);
    }
    if (o->path)
        app->centre = CENTRE_PATH;
    if (o->has_map && !app_map_show(app, o->map, o->map_size))
        return error_set(err, _("--map: 0x%" PRIx64 " is beyond the address space of %s"), o->map,
            session_env(app->scene->session)->platform->name);
    for (int i = 0; i < o->todo_count; i++)
        app_command(app, o->todo[i], o->todo_arg[i]), app_work(app, UINT64_MAX);
    return true;
}

static int bad_input(const struct error *err) {
    fprintf(stderr, "arenascope: %s\n", err->text);
    return EXIT_BAD_INPUT;
}

/* Opens the app as asked, lets show do its part, and closes it. lesson: NULL or what lesson. */
static int with_app(struct request *o, const char *lesson,
    bool (*show)(struct app *app, const struct request *o, const char *what, struct error *err),
    const char *what) {
    struct app app;
    struct error err = {""};
    take_hints(o);
    o->w = o->w ? o->w : WIDTH;
    o->h = o->h ? o->h : HEIGHT;
    bool ok = app_open(&app, &o->app, &err) && prepare(&app, o, lesson, &err) &&
              show(&app, o, what, &err);
    app_close(&app);
    env_free(&o->app.world);
    return ok ? EXIT_SUCCESS : bad_input(&err);
}

/* Writes what was set in the window, if anything was. */
static bool keep_prefs(const struct prefs *kept, const struct prefs *before,
    const struct prefs *after, struct error *err) {
    struct prefs changed = *kept;
    struct strbuf path = {0};
    bool ok = !prefs_change(&changed, before, after) || !prefs_path(&path) ||
              prefs_write(path.text, &changed, err);
    sb_free(&path);
    return ok;
}

static bool show_window(
    struct app *app, const struct request *o, const char *what, struct error *err) {
    (void)what;
    fputs(sb_text(&app->scene->report), stderr);
    struct strbuf state = {0};
    bool kept = xdg_path(XDG_STATE, "progress", &state);
    if (kept && !progress_read(&app->progress, state.text, err)) {
        fprintf(stderr, "%s\n", err->text);
        kept = false;
    }
    app->progress_path = kept ? state.text : NULL;
    int w = o->w, h = o->h;
    struct prefs before = app_prefs(app), after;
    before.width = w;
    before.height = h;
    bool ok = window_run(app, &w, &h, o->tell, err);
    if (kept && ok)
        ok = progress_write(&app->progress, state.text, err);
    app->progress_path = NULL;
    sb_free(&state);
    if (!ok)
        return false;
    after = app_prefs(app);
    after.width = w;
    after.height = h;
    return keep_prefs(&o->prefs, &before, &after, err);
}

static bool show_picture(
    struct app *app, const struct request *o, const char *what, struct error *err) {
    (void)what;
    app_finish(app); /* the timeline shows the whole run */
    if (o->todo_count)
        app->notice[0] = '\0';
    return render_png(app, o->out ? o->out : "arenascope.png", o->w, o->h, err);
}

static bool show_tour(
    struct app *app, const struct request *o, const char *what, struct error *err) {
    return tour(app, what, o->w, o->h, err);
}

/* --- Commands --- */

/* Preferences hold where no option says otherwise. What cannot be among them is told, and shown. */
static void apply_prefs(struct request *o, struct strbuf *report) {
    struct strbuf path = {0};
    if (prefs_path(&path))
        prefs_read(path.text, &o->prefs, report);
    sb_free(&path);
    const struct prefs *p = &o->prefs;
    fputs(sb_text(report), stderr);
    if (report->len)
        report->text[strcspn(report->text, "\n")] = '\0';
    o->app.notice = sb_text(report);
    o->app.theme = o->app.theme || !p->theme[0] ? o->app.theme : p->theme;
    o->app.language = o->app.language || !p->language[0] ? o->app.language : p->language;
    o->app.scale = o->app.scale > 0 ? o->app.scale : p->scale;
    o->app.speed = (double)p->speed;
    if (!o->w && p->width) {
        o->w = p->width;
        o->h = p->height;
    }
}

static int with_window(struct request *o, const char *lesson) {
    struct strbuf report = {0};
    apply_prefs(o, &report);
    int status = with_app(o, lesson, show_window, NULL);
    sb_free(&report);
    return status;
}

static int open_window(void *into, int count, char **words) {
    struct request *o = into;
    if (count)
        o->app.workload = words[0];
    return with_window(o, NULL);
}

static int open_lesson(void *into, int count, char **words) {
    (void)count;
    return with_window(into, words[0]);
}

static int render(void *into, int count, char **words) {
    static const char prefix[] = "lesson:";
    struct request *o = into;
    (void)count;
    if (strncmp(words[0], prefix, sizeof prefix - 1) == 0)
        return with_app(o, words[0] + sizeof prefix - 1, show_picture, NULL);
    o->app.workload = words[0];
    return with_app(o, NULL, show_picture, NULL);
}

static int tour_command(void *into, int count, char **words) {
    return with_app(into, NULL, show_tour, count ? words[0] : "arenascope-tour");
}

static int print(struct strbuf *text) {
    fputs(sb_text(text), stdout);
    sb_free(text);
    return EXIT_SUCCESS;
}

static int keys(void *into, int count, char **words) {
    struct strbuf out = {0};
    (void)into, (void)count, (void)words;
    commands_list(&out);
    return print(&out);
}

/* --- Options --- */

static bool opt_platform(void *into, const char *value, struct error *err) {
    return read_platform(&((struct request *)into)->app.world.platform, value, err);
}

static bool opt_provider(void *into, const char *value, struct error *err) {
    return read_provider(&((struct request *)into)->app.world, value, err);
}

static bool opt_at(void *into, const char *value, struct error *err) {
    struct request *o = into;
    bool end = strcmp(value, "end") == 0;
    o->has_at = true;
    o->at = UINT64_MAX;
    return end || parse_u64(value, &o->at) ||
           cli_bad_value(err, "--at", value, _("an event number or `end`"));
}

static void at_words(struct strbuf *out) {
    sb_puts(out, "end");
}

static bool opt_taken(void *into, const char *value, struct error *err) {
    return read_number(&((struct request *)into)->taken, "--taken", value, 0, HINT_COUNT, err);
}

static bool opt_limit(void *into, const char *value, struct error *err) {
    return parse_u64(value, &((struct request *)into)->app.world.model.address_limit) ||
           cli_bad_value(err, "--limit", value, _("a size such as 560MiB"));
}

static bool opt_map(void *into, const char *value, struct error *err) {
    struct request *o = into;
    const char *comma = strchr(value, ',');
    char *addr = xstrndup(value, comma ? (size_t)(comma - value) : strlen(value));
    bool ok = parse_u64(addr, &o->map) && (!comma || parse_u64(comma + 1, &o->map_size));
    free(addr);
    o->has_map = true;
    return ok ||
           cli_bad_value(err, "--map", value, _("an address, or one and a size after a comma"));
}

static bool opt_path(void *into, const char *value, struct error *err) {
    (void)value, (void)err;
    return ((struct request *)into)->path = true;
}

/* NAME, or NAME=NUMBER for what a click would say besides. */
static bool opt_do(void *into, const char *value, struct error *err) {
    struct request *o = into;
    char *name = xstrndup(value, strcspn(value, "="));
    const char *number = value + strlen(name);
    enum command command = command_named(name);
    uint64_t arg = 0;
    free(name);
    if (command == CMD_NONE || o->todo_count == MAX_TODO ||
        (*number && !parse_u64(number + 1, &arg)))
        return cli_bad_value(
            err, "--do", value, _("a name that `arenascope keys` has, 32 at most"));
    o->todo_arg[o->todo_count] = (int64_t)arg;
    o->todo[o->todo_count++] = command;
    return true;
}

/* With hyphens, as shells like words. */
static void do_words(struct strbuf *out) {
    for (unsigned c = CMD_NONE + 1; c < CMD_COUNT; c++) {
        size_t start = out->len;
        sb_printf(out, "%s ", command_info(c)->name);
        for (size_t i = start; i + 1 < out->len; i++)
            out->text[i] = out->text[i] == ' ' ? '-' : out->text[i];
    }
}

static bool opt_size(void *into, const char *value, struct error *err) {
    struct request *o = into;
    char rest;
    if (sscanf(value, "%dx%d%c", &o->w, &o->h, &rest) != 2 || o->w < PREFS_MIN_W ||
        o->h < PREFS_MIN_H || o->w > PREFS_MAX_SIDE || o->h > PREFS_MAX_SIDE)
        return cli_bad_value(err, "--size", value, _("WIDTHxHEIGHT from 640x400 to 16384x16384"));
    return true;
}

static bool opt_scale(void *into, const char *value, struct error *err) {
    float *scale = &((struct request *)into)->app.scale;
    char *end;
    *scale = strtof(value, &end);
    if (*end || end == value || !(*scale >= 0.5f && *scale <= 4))
        return cli_bad_value(err, "--scale", value, _("a number from 0.5 to 4"));
    return true;
}

static bool opt_theme(void *into, const char *value, struct error *err) {
    (void)err; /* opening it tells whether it is there */
    ((struct request *)into)->app.theme = value;
    return true;
}

static void theme_words(struct strbuf *out) {
    sb_puts(out, "dark light contrast");
}

static bool opt_lang(void *into, const char *value, struct error *err) {
    enum language language;
    if (!language_find(value, &language))
        return cli_bad_value(err, "--lang", value, _("en or zh"));
    ((struct request *)into)->app.language = value;
    return i18n_set_language(language, err);
}

static void lang_words(struct strbuf *out) {
    for (enum language l = 0; l < LANGUAGE_COUNT; l++)
        sb_printf(out, "%s%s", l ? " " : "", language_code(l));
}

static bool opt_out(void *into, const char *value, struct error *err) {
    (void)err;
    ((struct request *)into)->out = value;
    return true;
}

static bool opt_tell(void *into, const char *value, struct error *err) {
    (void)value, (void)err;
    return ((struct request *)into)->tell = true;
}

/* --- The command line --- */

static int completions(void *into, int count, char **words);
static int manual(void *into, int count, char **words);
static int help(void *into, int count, char **words);

static const struct cli_command commands[] = {
    {"", "", N_("opens the window at its start page."), open_window, NULL},
    {"run", "WORKLOAD",
        N_("opens the window with a built-in workload (small, huge, ...), a script, or the log of "
           "a Go "
           "program (GODEBUG=allocfreetrace=1)."),
        open_window, workload_words},
    {"lesson", "N[.STEP]", N_("opens the window at a lesson."), open_lesson, NULL},
    {"render", "WORKLOAD|lesson:N[.STEP]", N_("writes the picture to a file instead."), render,
        workload_words},
    {"tour", "[DIR]", N_("writes a picture of every lesson step, and tells it in words."),
        tour_command, NULL},
    {"keys", "", N_("lists the keys."), keys, NULL},
    {"completions", "SHELL", N_("prints what completes this command line in bash, zsh or fish."),
        completions, shell_words},
    {"manual", "", NULL, manual, NULL},
    {"help", "", N_("prints this."), help, NULL},
};

static const struct cli_option options[] = {
    {"--platform", "NAME", NULL,
        N_("the platform, such as linux/386 (`arenasim platforms` lists them)"), opt_platform,
        platform_words},
    {"--provider", "PROVIDER", NULL,
        N_("the real kernel (host) or a simulated address space (model)"), opt_provider,
        provider_words},
    {"--at", "N", NULL, N_("begin at event N, or at the `end`"), opt_at, at_words},
    {"--taken", "N", NULL, N_("the first N hint addresses are taken"), opt_taken, NULL},
    {"--limit", "SIZE", NULL, N_("address space the program may have"), opt_limit, NULL},
    {"--path", NULL, NULL, N_("show the path of mallocinit, whatever the moment"), opt_path, NULL},
    {"--map", "ADDR[,SIZE]", NULL, N_("show the map there, and so much of it"), opt_map, NULL},
    {"--do", "COMMAND", NULL, N_("then do what the key would; may be given several times"), opt_do,
        do_words},
    {"--size", "WxH", NULL, N_("size of the window or the picture (1280x720)"), opt_size, NULL},
    {"--scale", "X", NULL, N_("size of the interface (1)"), opt_scale, NULL},
    {"--theme", "NAME", NULL, N_("dark, light or contrast"), opt_theme, theme_words},
    {"--lang", "LANGUAGE", NULL, N_("en or zh: language of the words (what LANGUAGE or LANG says)"),
        opt_lang, lang_words},
    {"-o", "FILE.png", "render", N_("where to write (arenascope.png)"), opt_out, NULL},
    {"--tell", NULL, NULL, N_("print each change of state on standard output"), opt_tell, NULL},
};

static const struct cli cli = {
    .program = "arenascope",
    .about = N_("watch the memory allocator of Go 1.10 work"),
    .commands = commands,
    .command_count = ARRAY_LEN(commands),
    .options = options,
    .option_count = ARRAY_LEN(options),
};

static int completions(void *into, int count, char **words) {
    struct strbuf out = {0};
    struct error err;
    (void)into, (void)count;
    return cli_completions(&cli, words[0], &out, &err) ? print(&out) : bad_input(&err);
}

/* The manual page's sections that follow from the tables; the Makefile asks for them. */
static int manual(void *into, int count, char **words) {
    struct strbuf out = {0};
    (void)into, (void)count, (void)words;
    cli_manual(&cli, &out);
    commands_manual(&out);
    return print(&out);
}

static int help(void *into, int count, char **words) {
    struct strbuf out = {0};
    (void)into, (void)count, (void)words;
    cli_help(&cli, &out);
    return print(&out);
}

int main(int argc, char **argv) {
    struct request request = {0};
    struct cli_line line;
    struct error err;
    i18n_set_language(language_of_environment(), NULL); /* or English */
    if (!cli_read(&cli, argc, argv, &request, &line, &err)) {
        env_free(&request.app.world);
        return bad_input(&err);
    }
    int status = line.command->run(&request, line.count, line.words);
    return status != EXIT_SUCCESS || file_flush_output(&err) ? status : bad_input(&err);
}
