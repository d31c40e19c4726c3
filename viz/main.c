/*
 * arenascope: watch a real memory allocator work. This file reads the command line; app.h is where
 * to go on reading.
 *
 * Exit status: 0 all is well, 2 bad input or no display.
 */
#include "viz/tour.h"
#include "viz/window.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { EXIT_BAD_INPUT = 2, WIDTH = 1280, HEIGHT = 720, MAX_SIDE = 16384, MIN_W = 640, MIN_H = 400 };

static const char usage[] =
    "arenascope: watch the memory allocator of Go 1.10 work\n"
    "\n"
    "  arenascope [options]                  open the window at its start page\n"
    "  arenascope run [options] WORKLOAD     ... with a built-in workload (small, huge, ...), a "
    "script,\n"
    "                                        or the log of a Go program "
    "(GODEBUG=allocfreetrace=1)\n"
    "  arenascope lesson [options] N[.STEP]  ... at a lesson\n"
    "  arenascope render [options] WHAT      write that picture to a file; WHAT: a workload, or "
    "lesson:N.STEP\n"
    "  arenascope tour [options] [DIR]       write a picture of every lesson step, and tell it in "
    "words\n"
    "  arenascope keys                       list the keys\n"
    "\n"
    "  --platform NAME   linux/amd64, linux/386, ... (`arenasim platforms` lists them)\n"
    "  --provider P      host: the real kernel; model: a simulated address space\n"
    "  --at N            begin at event N, or at the `end`\n"
    "  --taken N         the first N hint addresses are taken\n"
    "  --limit SIZE      address space the program may have\n"
    "  --path            show the path of mallocinit, whatever the moment\n"
    "  --size WxH        of the window or the picture (1280x720)\n"
    "  --scale X         of the interface (1)\n"
    "  --theme NAME      dark, light or contrast\n"
    "  --lang en|zh      language of the words (what LANGUAGE or LANG says)\n"
    "  -o FILE.png       where `render` writes (arenascope.png)\n"
    "  --tell            print each change of state on standard output\n";

struct options {
    struct app_options app;
    const char *command; /* NULL: just open */
    const char *what;
    const char *out;
    uint64_t at; /* UINT64_MAX: the end */
    uint64_t taken;
    bool has_at, tell, path;
    int w, h;
};

static bool bad(struct error *err, const char *option, const char *value, const char *expected) {
    return error_set(err, "%s: `%s` cannot be, expected %s", option, value, expected);
}

static bool read_size(struct options *o, const char *value, struct error *err) {
    char rest;
    if (sscanf(value, "%dx%d%c", &o->w, &o->h, &rest) != 2 || o->w < MIN_W || o->h < MIN_H ||
        o->w > MAX_SIDE || o->h > MAX_SIDE)
        return bad(err, "--size", value, "WIDTHxHEIGHT from 640x400 to 16384x16384");
    return true;
}

static bool read_scale(struct options *o, const char *value, struct error *err) {
    char *end;
    o->app.scale = strtof(value, &end);
    if (*end || end == value || !(o->app.scale >= 0.5f && o->app.scale <= 4))
        return bad(err, "--scale", value, "a number from 0.5 to 4");
    return true;
}

static bool read_value(
    struct options *o, const char *option, const char *value, struct error *err) {
    struct environment *world = &o->app.world;
    if (strcmp(option, "--platform") == 0) {
        world->platform = platform_find(value);
        return world->platform || bad(err, option, value, "one that `arenasim platforms` lists");
    }
    if (strcmp(option, "--provider") == 0) {
        world->provider = strcmp(value, "host") == 0 ? PROVIDER_HOST : PROVIDER_MODEL;
        return world->provider == PROVIDER_HOST || strcmp(value, "model") == 0 ||
               bad(err, option, value, "host or model");
    }
    if (strcmp(option, "--at") == 0) {
        bool end = strcmp(value, "end") == 0;
        o->has_at = true;
        o->at = UINT64_MAX;
        return end || parse_u64(value, &o->at) ||
               bad(err, option, value, "an event number or `end`");
    }
    if (strcmp(option, "--taken") == 0)
        return (parse_u64(value, &o->taken) && o->taken <= HINT_COUNT) ||
               bad(err, option, value, "a number of hints, 0 to 128");
    if (strcmp(option, "--limit") == 0)
        return parse_u64(value, &world->model.address_limit) ||
               bad(err, option, value, "a size such as 560MiB");
    if (strcmp(option, "--size") == 0)
        return read_size(o, value, err);
    if (strcmp(option, "--scale") == 0)
        return read_scale(o, value, err);
    const char **text = strcmp(option, "--theme") == 0  ? &o->app.theme
                        : strcmp(option, "--lang") == 0 ? &o->app.language
                                                        : &o->out;
    *text = value;
    return true;
}

static bool takes_value(const char *option) {
    static const char *const known[] = {"--platform", "--provider", "--at", "--taken", "--limit",
        "--size", "--scale", "--theme", "--lang", "-o"};
    for (size_t i = 0; i < ARRAY_LEN(known); i++)
        if (strcmp(option, known[i]) == 0)
            return true;
    return false;
}

static bool read_word(struct options *o, const char *word, struct error *err) {
    static const char *const commands[] = {"run", "lesson", "render", "tour", "keys", "help"};
    if (!o->command) {
        for (size_t i = 0; i < ARRAY_LEN(commands); i++)
            if (strcmp(word, commands[i]) == 0)
                o->command = commands[i];
        return o->command || error_set(err,
                                 "unknown command `%s`, expected run, lesson, render, tour, "
                                 "keys or help",
                                 word);
    }
    if (o->what)
        return error_set(err, "`%s` is one too many, expected one thing to %s", word, o->command);
    o->what = word;
    return true;
}

static bool read_options(int argc, char **argv, struct options *o, struct error *err) {
    for (int i = 1; i < argc; i++) {
        const char *arg = argv[i];
        if (takes_value(arg)) {
            if (i + 1 == argc)
                return error_set(err, "%s: a value is missing after it", arg);
            if (!read_value(o, arg, argv[++i], err))
                return false;
        } else if (strcmp(arg, "--tell") == 0) {
            o->tell = true;
        } else if (strcmp(arg, "--path") == 0) {
            o->path = true;
        } else if (strcmp(arg, "--help") == 0 || strcmp(arg, "-h") == 0) {
            o->command = "help";
        } else if (arg[0] == '-' && arg[1]) {
            return error_set(err, "unknown option `%s`; `arenascope help` lists them", arg);
        } else if (!read_word(o, arg, err)) {
            return false;
        }
    }
    bool needs =
        o->command && (strcmp(o->command, "run") == 0 || strcmp(o->command, "render") == 0 ||
                          strcmp(o->command, "lesson") == 0);
    if (needs && !o->what)
        return error_set(err, "%s: what is missing; `arenascope help` tells", o->command);
    return true;
}

/* What --taken asks for; the addresses are the platform's. */
static void take_hints(struct options *o) {
    struct environment *world = &o->app.world;
    if (o->taken && !world->platform)
        world->platform = platform_find("linux/amd64");
    for (uint64_t i = 0; i < o->taken; i++)
        env_toggle_taken(world, i << 40 | world->platform->hint, KiB(64));
}

/* "lesson:2.3" or "2.3" or "2": lesson and step, from 1. */
static bool read_lesson(const char *text, size_t *lesson, size_t *step) {
    unsigned l, s = 1;
    char rest;
    int n = sscanf(text, "%u.%u%c", &l, &s, &rest);
    if (n < 1 || n > 2 || !l || !s || (n == 1 && strchr(text, '.')))
        return false;
    *lesson = l - 1;
    *step = s - 1;
    return true;
}

static int keys(void) {
    const char *group = "";
    for (unsigned i = CMD_NONE + 1; i < CMD_COUNT; i++) {
        const struct command_info *info = command_info(i);
        if (strcmp(group, info->group) != 0)
            printf("%s%s\n", group[0] ? "\n" : "", info->group);
        group = info->group;
        printf("  %-24s %s\n", info->keys, info->help);
    }
    return EXIT_SUCCESS;
}

/* Brings the app to what the options ask for: lesson, moment, path. */
static bool prepare(
    struct app *app, const struct options *o, const char *lesson_text, struct error *err) {
    size_t lesson, step;
    if (lesson_text) {
        if (!read_lesson(lesson_text, &lesson, &step))
            return error_set(
                err, "`%s` names no lesson, expected for example 1 or 1.3", lesson_text);
        if (!app_open_lesson(app, lesson, step, err))
            return false;
    }
    if (o->has_at) {
        app_run_to(app, o->at);
        app_seek(app, o->at);
    }
    if (o->path)
        app->centre = CENTRE_PATH;
    return true;
}

static bool act(struct options *o, struct error *err) {
    struct app app;
    const char *command = o->command ? o->command : "";
    bool render = strcmp(command, "render") == 0, lesson = strcmp(command, "lesson") == 0;
    const char *lesson_text = lesson ? o->what : NULL;
    if (render && strncmp(o->what, "lesson:", 7) == 0)
        lesson_text = o->what + 7;
    else if (render || strcmp(command, "run") == 0)
        o->app.workload = o->what;
    take_hints(o);
    bool ok = app_open(&app, &o->app, err) && prepare(&app, o, lesson_text, err);
    if (ok && render) {
        app_run_to(&app, UINT64_MAX); /* the timeline shows the whole run */
        ok = render_png(&app, o->out ? o->out : "arenascope.png", o->w, o->h, err);
    } else if (ok && strcmp(command, "tour") == 0) {
        ok = tour(&app, o->what ? o->what : "arenascope-tour", o->w, o->h, err);
    } else if (ok) {
        if (sb_text(&app.scene->report)[0])
            fputs(sb_text(&app.scene->report), stderr);
        ok = window_run(&app, o->w, o->h, o->tell, err);
    }
    app_close(&app);
    return ok;
}

int main(int argc, char **argv) {
    struct options o = {.w = WIDTH, .h = HEIGHT};
    struct error err = {""};
    bool ok = read_options(argc, argv, &o, &err);
    if (ok && o.command && strcmp(o.command, "help") == 0) {
        fputs(usage, stdout);
        return EXIT_SUCCESS;
    }
    if (ok && o.command && strcmp(o.command, "keys") == 0)
        return keys();
    ok = ok && act(&o, &err);
    env_free(&o.app.world);
    if (ok)
        return EXIT_SUCCESS;
    fprintf(stderr, "arenascope: %s\n", err.text);
    return EXIT_BAD_INPUT;
}
