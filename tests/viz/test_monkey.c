/*
 * Somebody plays about: commands, clicks, drags, wheels, keys, typing and resizing by lot, over
 * all workloads and lessons.
 *
 * After each act the window is drawn. Now and then the moment shown is compared with the same
 * moment come to in another way: from a keyframe, and at the end of a run with the newest state
 * there is. Each player plays in a process of its own, and notes what he does where this one sees
 * it: when he dies, his number and his last acts are told.
 *
 * MONKEY_SECONDS=N goes on with new players that long (`make monkey`), beginning with number
 * MONKEY_FIRST=N.
 */
#include "sim/base/random.h"
#include "sim/work/workload.h"
#include "viz/app_internal.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <dirent.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum {
    PLAYERS = 8, /* where no time is set */
    ACTS = 120,  /* of each */
    NOTES = 24,  /* acts that are told */
    NOTE_LEN = 120,
};

/* What a player did last; shared with the process that watches. */
struct diary {
    unsigned acts;
    char note[NOTES][NOTE_LEN];
};

struct monkey {
    struct app app;
    struct canvas *canvas;
    uint64_t lot;
    struct diary *diary;
};

static uint64_t any(struct monkey *m, uint64_t n) {
    return random_below(&m->lot, n);
}

PRINTF_LIKE(2, 3) static void note(struct monkey *m, const char *fmt, ...) {
    va_list args;
    va_start(args, fmt);
    vsnprintf(m->diary->note[m->diary->acts++ % NOTES], NOTE_LEN, fmt, args);
    va_end(args);
}

/* --- Acts --- */

static void run_command(struct monkey *m, enum command command, int64_t arg) {
    if (command == CMD_NONE)
        return;
    note(m, "command %s, %lld", command_info(command)->name, (long long)arg);
    app_command(&m->app, command, arg);
}

/* One that has keys, or that the palette has. */
static void act_command(struct monkey *m) {
    unsigned command = 1 + (unsigned)any(m, CMD_COUNT - 1);
    if (command_info(command)->keys[0] && command != CMD_QUIT)
        run_command(m, command, 0);
}

/* As the window does with a key. */
static void press_key(struct monkey *m, const char *key) {
    note(m, "key %s", key);
    if (!app_prompt_key(&m->app, key) && command_for_key(key) != CMD_QUIT)
        run_command(m, command_for_key(key), 0);
}

static void act_key(struct monkey *m) {
    const char *keys = command_info(1 + (unsigned)any(m, CMD_COUNT - 1))->keys;
    char key[32];
    snprintf(key, sizeof key, "%.*s", (int)strcspn(keys, " "), keys);
    if (key[0] && strcmp(key, "palette") != 0)
        press_key(m, key);
}

/* A point of something that can be clicked, or just any. */
static void choose_point(struct monkey *m, int *x, int *y) {
    const struct ui *ui = &m->app.ui;
    if (ui->hot_count && any(m, 4)) {
        struct rect r = ui->hots[any(m, ui->hot_count)].rect;
        *x = r.x + (int)any(m, (uint64_t)r.w);
        *y = r.y + (int)any(m, (uint64_t)r.h);
    } else {
        *x = (int)any(m, (uint64_t)m->canvas->w);
        *y = (int)any(m, (uint64_t)m->canvas->h);
    }
}

static void act_click(struct monkey *m) {
    int x, y;
    int64_t arg;
    choose_point(m, &x, &y);
    enum command command = ui_command_at(&m->app.ui, x, y, &arg);
    note(m, "click %d,%d: %s, %lld", x, y, command ? command_info(command)->name : "-",
        (long long)arg);
    if (command == CMD_QUIT)
        return;
    app_pointer(&m->app, x, y);
    app_press(&m->app, x, y, !any(m, 8));
    if (any(m, 2))
        app_draw(&m->app, m->canvas);
    app_release(&m->app, x, y);
}

static void act_other_button(struct monkey *m) {
    int x, y;
    choose_point(m, &x, &y);
    if (any(m, 2)) {
        note(m, "right click");
        app_right_click(&m->app);
    } else {
        note(m, "double click %d,%d", x, y);
        app_double_click(&m->app, x, y);
    }
}

static void act_move(struct monkey *m) {
    int x = -1, y = -1;
    if (any(m, 8))
        choose_point(m, &x, &y);
    note(m, "pointer %d,%d", x, y);
    app_pointer(&m->app, x, y);
}

static void act_drag(struct monkey *m) {
    int x, y;
    choose_point(m, &x, &y);
    bool middle = !any(m, 4);
    note(m, "drag %d,%d%s", x, y, middle ? ", middle" : "");
    if (middle)
        app_press_middle(&m->app, x, y);
    else
        app_press(&m->app, x, y, !any(m, 3));
    for (uint64_t n = any(m, 5); n--;) {
        x += (int)any(m, 400) - 200, y += (int)any(m, 300) - 150;
        note(m, "... to %d,%d", x, y);
        app_pointer(&m->app, x, y);
        if (any(m, 2))
            app_draw(&m->app, m->canvas);
        if (!any(m, 12)) /* keys go on meanwhile */
            act_key(m);
    }
    note(m, "release %d,%d", x, y);
    app_release(&m->app, x, y);
}

static void act_wheel(struct monkey *m) {
    int x, y;
    choose_point(m, &x, &y);
    float notches = (float)any(m, 9) - 4;
    bool zoom = any(m, 2);
    note(m, "wheel %d,%d by %g%s", x, y, (double)notches, zoom ? ", zoom" : "");
    app_wheel(&m->app, x, y, notches, zoom);
}

static void act_type(struct monkey *m) {
    static const enum command lines[] = {CMD_PALETTE, CMD_SEARCH, CMD_CONSOLE, CMD_NOTE, CMD_SAVE};
    static const char *const words[] = {"go ", "x = alloc 48", "0xc000012345", "48 B", "class 5",
        "refused", "drop x", "collect", "repeat 3", "end", "#12", "课程", "\xff\xfe", "", "lesson",
        "y[] = new pair", "type pair = a:ptr b:word", "x.a = y", "18446744073709551616", "-1",
        "alloc 99999999999999999999", "collection", "%s%n", "\t", "run.arena", "alloc 1..64",
        "a rather long line that goes on and on so that it has to be scrolled in its box, and on"};
    static const char *const keys[] = {"Enter", "Shift+Enter", "Backspace", "Delete", "Left",
        "Right", "Up", "Down", "Home", "End", "Escape", "Ctrl+u", "Ctrl+Left", "Tab", "PageDown"};
    if (m->app.prompt.kind == PROMPT_NONE)
        run_command(m, lines[any(m, ARRAY_LEN(lines))], 0);
    for (uint64_t n = any(m, 4); n--;) {
        const char *word = words[any(m, ARRAY_LEN(words))];
        note(m, "text `%s`", word);
        app_prompt_text(&m->app, word);
        if (!any(m, 6))
            app_prompt_compose(&m->app, "pin yin");
    }
    app_draw(&m->app, m->canvas);
    for (uint64_t n = any(m, 4); n--;)
        press_key(m, keys[any(m, ARRAY_LEN(keys))]);
}

static void act_wait(struct monkey *m) {
    double seconds = (double)any(m, 1000) / (any(m, 4) ? 10000 : 100);
    note(m, "%g seconds", seconds);
    app_tick(&m->app, seconds);
}

static void act_resize(struct monkey *m) {
    canvas_free(m->canvas);
    m->canvas = canvas_new(200 + (int)any(m, 1400), 120 + (int)any(m, 800));
    note(m, "window %dx%d", m->canvas->w, m->canvas->h);
}

static void act_open(struct monkey *m) {
    size_t workloads = 0;
    while (workload_builtin(workloads))
        workloads++;
    if (any(m, 3) == 0)
        run_command(m, CMD_LESSON_OPEN, (int64_t)any(m, m->app.lesson_count));
    else if (any(m, 2))
        run_command(m, CMD_WORKLOAD_OPEN, (int64_t)any(m, workloads));
    else
        run_command(m, CMD_SEEK, (int64_t)any(m, scene_count(m->app.scene) + 2));
}

static void act(struct monkey *m) {
    static void (*const acts[])(struct monkey *) = {act_command, act_command, act_command, act_key,
        act_click, act_click, act_click, act_drag, act_drag, act_wheel, act_move, act_move,
        act_type, act_wait, act_wait, act_other_button};
    uint64_t n = any(m, 24 * ARRAY_LEN(acts));
    if (n < 8)
        act_resize(m);
    else if (n < 16)
        act_open(m);
    else
        acts[n % ARRAY_LEN(acts)](m);
}

/* --- What must hold --- */

static void check_same(const struct replica *a, const struct replica *b, unsigned ptr_size) {
    struct strbuf one = {0}, other = {0};
    replica_dump(a, ptr_size, &one);
    replica_dump(b, ptr_size, &other);
    INVARIANT(strcmp(sb_text(&one), sb_text(&other)) == 0);
    sb_free(&one);
    sb_free(&other);
}

static void check_scene(const struct scene *s) {
    const struct recording *rec = session_recording(s->session);
    unsigned ptr_size = session_env(s->session)->platform->ptr_size;
    struct replica *fresh = replica_new();
    INVARIANT(s->at <= recording_count(rec) && s->replica->seq == s->at);
    recording_seek(rec, &fresh, s->at);
    check_same(s->replica, fresh, ptr_size);
    if (s->at == recording_count(rec))
        check_same(s->replica, recording_head(rec), ptr_size);
    replica_free(fresh);
}

static void play(unsigned number, struct diary *diary) {
    struct monkey m = {.lot = number, .diary = diary};
    struct error err = {""};
    struct app_options options = {.workload = workload_builtin(number % 5),
        .language = "en",
        .world = {.platform = platform_at(any(&m, 10)),
            .provider = any(&m, 6) ? PROVIDER_MODEL : PROVIDER_HOST}};
    note(&m, "%s on %s", options.workload, options.world.platform->name);
    if (!app_open(&m.app, &options, &err))
        BUG("%s", err.text);
    m.app.animates = true;
    m.canvas = canvas_new(1000, 640);
    app_draw(&m.app, m.canvas);
    for (unsigned i = 0; i < ACTS; i++) {
        act(&m);
        app_draw(&m.app, m.canvas);
        for (unsigned k = 0; !any(&m, 16) && k < app_scene_count(&m.app); k++)
            check_scene(&m.app.scenes[k]);
    }
    canvas_free(m.canvas);
    app_close(&m.app);
}

/* --- Players --- */

static void empty_dir(const char *path) {
    DIR *dir = opendir(path);
    const struct dirent *entry;
    char file[512];
    while (dir && (entry = readdir(dir))) {
        snprintf(file, sizeof file, "%s/%s", path, entry->d_name);
        unlink(file);
    }
    if (dir)
        closedir(dir);
}

/* In a directory of his own, for what he saves. */
static bool survives(unsigned number, const char *dir, struct diary *diary) {
    int status;
    diary->acts = 0;
    fflush(NULL);
    pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0) { /* whose signals are its own, not the test's */
        for (int i = 1; i < NSIG; i++)
            signal(i, SIG_DFL);
        if (chdir(dir) != 0)
            abort();
        play(number, diary);
        exit(EXIT_SUCCESS);
    }
    assert_int_equal(waitpid(child, &status, 0), child);
    empty_dir(dir);
    return WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

static void tell(unsigned number, const struct diary *diary) {
    unsigned acts = diary->acts;
    fprintf(stderr, "MONKEY_FIRST=%u died after %u acts; the last ones were:\n", number, acts);
    for (unsigned i = acts > NOTES ? acts - NOTES : 0; i < acts; i++)
        fprintf(stderr, "    %s\n", diary->note[i % NOTES]);
}

static unsigned asked(const char *variable) {
    const char *value = getenv(variable);
    return value ? (unsigned)atoi(value) : 0;
}

static void whatever_is_done_the_window_stands(void **state) {
    (void)state;
    char dir[] = "/tmp/arenascope-monkey-XXXXXX";
    struct diary *diary =
        mmap(NULL, sizeof *diary, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    unsigned first = asked("MONKEY_FIRST"), seconds = asked("MONKEY_SECONDS"), deaths = 0;
    time_t until = time(NULL) + (time_t)seconds;
    assert_true(diary != MAP_FAILED && mkdtemp(dir));
    for (unsigned i = first; seconds ? time(NULL) < until : i < first + PLAYERS; i++)
        if (!survives(i, dir, diary)) {
            tell(i, diary);
            deaths++;
        }
    rmdir(dir);
    munmap(diary, sizeof *diary);
    assert_int_equal(deaths, 0);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(whatever_is_done_the_window_stands),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
