/*
 * bench_view: how fast the window is. Prints figures beside their goals, and writes them to a file
 * (--json FILE). --least and --most N leave out heaps of fewer and of more objects.
 *
 * For heaps of 10^3, 10^5 and 10^7 objects: a workload brings up the objects and goes on allocating
 * and dropping; the recording of it is played at a million events a second, each frame as the
 * window makes it (time passes, the picture is drawn into the window's surface, the surface is
 * shown). Then random moments of the run are gone to, and every view is drawn.
 *
 * What is measured is wall-clock time, as a person waits; other programs on the machine show in it.
 * Beside it stands what the frame took of a processor.
 */
#include "sim/base/file.h"
#include "sim/base/random.h"
#include "sim/trace/history.h"
#include "tests/bench/report.h"
#include "viz/app_internal.h"

#include <SDL.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { WIDTH = 1920, HEIGHT = 1080, FRAMES = 400, SEEKS = 200, VIEW_FRAMES = 40, STARTS = 9 };
static const uint64_t PLAYED = 8000000; /* events there are beyond the heap's coming up */

static double now_ms(void) {
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec * 1e3 + (double)t.tv_nsec / 1e6;
}

/* Time that this process was at work. */
static double cpu_ms(void) {
    struct timespec t;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
    return (double)t.tv_sec * 1e3 + (double)t.tv_nsec / 1e6;
}

/* --- Figures --- */

struct figures {
    double *ms;
    size_t count;
};

static int by_value(const void *a, const void *b) {
    double x = *(const double *)a, y = *(const double *)b;
    return x < y ? -1 : x > y;
}

/* The value that the given share of the figures does not exceed; sorts them. */
static double percentile(struct figures *f, double share) {
    qsort(f->ms, f->count, sizeof *f->ms, by_value);
    size_t i = (size_t)(share * (double)f->count);
    return f->ms[i < f->count ? i : f->count - 1];
}

/* --- The window --- */

struct stage {
    SDL_Window *window;
    struct app app;
};

static void check(bool ok, const struct error *err) {
    if (ok)
        return;
    fprintf(stderr, "bench_view: %s\n", err->text);
    exit(2);
}

static void stage_open(struct stage *s, const char *workload, bool animates) {
    struct error err = {""};
    const struct app_options options = {.workload = workload,
        .world = {.platform = platform_find("linux/amd64"), .provider = PROVIDER_MODEL}};
    SDL_SetHint(SDL_HINT_FRAMEBUFFER_ACCELERATION, "0");
    check(SDL_Init(SDL_INIT_VIDEO) == 0 || error_set(&err, "%s", SDL_GetError()), &err);
    s->window = SDL_CreateWindow("bench_view", 0, 0, WIDTH, HEIGHT, 0);
    check(s->window || error_set(&err, "%s", SDL_GetError()), &err);
    check(app_open(&s->app, &options, &err), &err);
    s->app.animates = animates;
}

static void stage_close(struct stage *s) {
    app_close(&s->app);
    SDL_DestroyWindow(s->window);
    SDL_Quit();
}

static void show(struct stage *s) {
    SDL_Surface *surface = SDL_GetWindowSurface(s->window);
    struct error err = {""};
    check(surface || error_set(&err, "%s", SDL_GetError()), &err);
    INVARIANT(surface);
    struct canvas canvas = {.pixels = surface->pixels,
        .w = surface->w,
        .h = surface->h,
        .stride = surface->pitch / 4,
        .clip = {0, 0, surface->w, surface->h}};
    app_draw(&s->app, &canvas);
    SDL_UpdateWindowSurface(s->window);
}

/* --- Workloads --- */

/* Brings up so many objects, then allocates and drops. */
static void write_workload(const char *path, uint64_t objects) {
    struct strbuf text = {0};
    struct error err;
    uint64_t thousands = objects / 1000, churn = PLAYED / 8 / 2;
    sb_printf(&text,
        "title %" PRIu64 " objects\nseed 1 2\nkeep young 1000\n"
        "type node = left:ptr right:ptr key:word\n"
        "repeat %" PRIu64 "\n repeat 500\n  alloc 16..48\n  new node\n end\nend\n"
        "phase \"Allocating and dropping\"\n"
        "repeat %" PRIu64
        "\n repeat 1000\n  young[] = alloc 16..400\n  young[] = new node\n end\nend\n",
        objects, thousands, churn / 1000 + 1);
    check(file_write(path, text.text, text.len, &err), &err);
    sb_free(&text);
}

/* --- Measuring --- */

/* Frames while a million events a second are played from `from` on. */
static void play(struct stage *s, uint64_t from, struct figures *f, struct figures *cpu) {
    struct app *app = &s->app;
    app_seek(app, from);
    app->playing = true;
    for (int i = 0; i < 40; i++) /* to the highest speed */
        app_speed(app, 1);
    show(s);
    for (f->count = 0; f->count < FRAMES; f->count++) {
        double start = now_ms(), cpu_start = cpu_ms();
        app_tick(app, 1.0 / 60);
        show(s);
        f->ms[f->count] = now_ms() - start;
        cpu->ms[f->count] = cpu_ms() - cpu_start;
    }
    cpu->count = f->count;
    app->playing = false;
}

static void seek(struct stage *s, struct figures *f, bool draws) {
    uint64_t state = 1, count = scene_count(s->app.scene);
    for (f->count = 0; f->count < SEEKS; f->count++) {
        uint64_t to = random_below(&state, count);
        double start = now_ms();
        app_seek(&s->app, to);
        if (draws)
            show(s);
        f->ms[f->count] = now_ms() - start;
    }
}

/* The work of drawing the same picture some times. */
static void draw_again(struct stage *s, struct figures *f) {
    show(s);
    for (f->count = 0; f->count < VIEW_FRAMES; f->count++) {
        double start = cpu_ms();
        show(s);
        f->ms[f->count] = cpu_ms() - start;
    }
}

static void each_view(struct stage *s, struct report *report, uint64_t objects, struct figures *f) {
    static const char *const names[] = {
#define X(NAME, label) #NAME,
        CENTRES(X)
#undef X
    };
    for (unsigned view = 0; view < ARRAY_LEN(names); view++) {
        char name[64];
        s->app.centre = (enum centre)(view + 1);
        draw_again(s, f);
        snprintf(
            name, sizeof name, "%" PRIu64 " objects: work of a picture, %s", objects, names[view]);
        tell(report, name, percentile(f, 0.5), "ms", NO_GOAL, 0);
    }
    s->app.centre = CENTRE_AUTO;
}

/* The map at every scale, from the whole space to a word. */
static void each_scale(
    struct stage *s, struct report *report, uint64_t objects, struct figures *f) {
    const uint64_t *heap = s->app.scene->replica->heap;
    uint64_t arena = heap[HEAP_arena_start], used = heap[HEAP_arena_used] - arena;
    const struct {
        const char *name;
        uint64_t addr, size;
    } scales[] = {{"reservation", heap[HEAP_spans], heap[HEAP_arena_end] - heap[HEAP_spans]},
        {"arena in use", arena, used}, {"64 MiB", arena, MiB(64)}, {"1 MiB", arena, MiB(1)},
        {"page", arena + round_down(used / 2, GO_PAGE_SIZE), GO_PAGE_SIZE}};
    for (size_t i = 0; i < ARRAY_LEN(scales); i++) {
        char name[64];
        app_map_show(&s->app, scales[i].addr, scales[i].size);
        draw_again(s, f);
        snprintf(name, sizeof name, "%" PRIu64 " objects: work of a picture, map of %s", objects,
            scales[i].name);
        tell(report, name, percentile(f, 0.5), "ms", NO_GOAL, 0);
    }
    s->app.centre = CENTRE_AUTO;
}

/* Of objects here and there in the heap: when they were born, touched, dropped and swept. */
static void lives(struct stage *s, struct figures *f) {
    const struct replica *r = s->app.scene->replica;
    uint64_t arena = r->heap[HEAP_arena_start], used = r->heap[HEAP_arena_used] - arena;
    uint64_t state = 1;
    struct object_life life;
    for (f->count = 0; f->count < SEEKS; f->count++) {
        double start = now_ms();
        object_life(
            session_recording(s->app.scene->session), r, arena + random_below(&state, used), &life);
        f->ms[f->count] = now_ms() - start;
    }
}

/* Everything about a heap of so many objects; the 99th percentile of frames. */
static double measure(struct report *report, const char *dir, uint64_t objects, bool last) {
    char path[256], name[64];
    double ms[FRAMES], cpu_times[FRAMES];
    struct figures f = {.ms = ms}, cpu = {.ms = cpu_times};
    struct stage s;
    snprintf(path, sizeof path, "%s/%" PRIu64 ".arena", dir, objects);
    write_workload(path, objects);
    stage_open(&s, path, false);
    while (s.app.scene->running && s.app.scene->replica->objects_born < objects)
        app_seek(&s.app, s.app.scene->at + 100000), app_work(&s.app, UINT64_MAX);
    uint64_t from = s.app.scene->at;
    double start = now_ms();
    app_run_to(&s.app, from + PLAYED);
    double took = now_ms() - start;
    const struct recording *rec = session_recording(s.app.scene->session);
    uint64_t count = recording_count(rec);
    play(&s, from, &f, &cpu);
    double p99 = percentile(&f, 0.99);
    snprintf(name, sizeof name, "%" PRIu64 " objects: frame at 1M events/s, p50", objects);
    tell(report, name, percentile(&f, 0.5), "ms", NO_GOAL, 0);
    snprintf(name, sizeof name, "%" PRIu64 " objects: frame at 1M events/s, p99", objects);
    tell(report, name, p99, "ms", AT_MOST, 16.7);
    snprintf(name, sizeof name, "%" PRIu64 " objects: its work alone, p99", objects);
    tell(report, name, percentile(&cpu, 0.99), "ms", NO_GOAL, 0);
    each_view(&s, report, objects, &f);
    each_scale(&s, report, objects, &f);
    lives(&s, &f);
    snprintf(name, sizeof name, "%.1fM events: life of an object, p50", (double)count / 1e6);
    tell(report, name, percentile(&f, 0.5), "ms", NO_GOAL, 0);
    snprintf(name, sizeof name, "%.1fM events: life of an object, p99", (double)count / 1e6);
    tell(report, name, percentile(&f, 0.99), "ms", NO_GOAL, 0);
    start = now_ms();
    struct range_count *range = range_count_new(rec, from, count);
    while (range_count_step(range, UINT64_MAX)) {
    }
    range_count_free(range);
    snprintf(
        name, sizeof name, "what lived and died in %.1fM events", (double)(count - from) / 1e6);
    tell(report, name, now_ms() - start, "ms", NO_GOAL, 0);
    seek(&s, &f, false);
    snprintf(name, sizeof name, "%.1fM events: seek, p99", (double)count / 1e6);
    tell(report, name, percentile(&f, 0.99), "ms", last ? AT_MOST : NO_GOAL, 50);
    seek(&s, &f, true);
    snprintf(name, sizeof name, "%.1fM events: seek and picture, p99", (double)count / 1e6);
    tell(report, name, percentile(&f, 0.99), "ms", NO_GOAL, 0);
    snprintf(name, sizeof name, "%.1fM events: memory", (double)count / 1e6);
    tell(report, name, (double)recording_memory(rec) / (double)count, "B/ev",
        last ? AT_MOST : NO_GOAL, 16);
    snprintf(name, sizeof name, "%.1fM events: running and recording", (double)count / 1e6);
    tell(report, name, took * 1e6 / (double)(count - from), "ns/ev", NO_GOAL, 0);
    stage_close(&s);
    unlink(path);
    return p99;
}

/* --- Starting --- */

/* As a process of its own: from its beginning to the first frame. Prints when that was. */
static int start_once(void) {
    struct stage s;
    stage_open(&s, "small", true);
    app_tick(&s.app, 0);
    show(&s);
    printf("%.3f\n", now_ms());
    fflush(stdout);
    stage_close(&s);
    return 0;
}

static double time_start(const char *program) {
    double ms[STARTS];
    struct figures f = {.ms = ms};
    for (f.count = 0; f.count < STARTS; f.count++) {
        char command[512], line[64] = "";
        snprintf(command, sizeof command, "'%s' --start", program);
        double start = now_ms();
        FILE *child = popen(command, "r");
        bool read = child && fgets(line, sizeof line, child);
        if (child)
            pclose(child);
        f.ms[f.count] = read ? strtod(line, NULL) - start : 1e9;
    }
    return percentile(&f, 0.5);
}

static int run(const char *program, const char *json, uint64_t least, uint64_t most) {
    static const uint64_t sizes[] = {1000, 100000, 10000000};
    struct report report = {0};
    struct error err;
    char dir[] = "/tmp/bench-view-XXXXXX";
    double first = 0, last = 0;
    check(mkdtemp(dir) || error_set(&err, "cannot make %s", dir), &err);
    tell(&report, "start to first frame, median", time_start(program), "ms", AT_MOST, 200);
    for (size_t i = 0; i < ARRAY_LEN(sizes); i++) {
        if (sizes[i] < least || sizes[i] > most)
            continue;
        last = measure(&report, dir, sizes[i], sizes[i] == 10000000);
        first = first > 0 ? first : last; /* of the smallest */
    }
    if (least < most && first > 0)
        tell(&report, "frame p99, largest heap / smallest", last / first, "", AT_MOST, 1.3);
    rmdir(dir);
    check(report_end(&report, json, &err), &err);
    return report.missed ? 1 : 0;
}

int main(int argc, char **argv) {
    uint64_t least = 0, most = UINT64_MAX;
    const char *json = NULL;
    if (argc == 2 && strcmp(argv[1], "--start") == 0)
        return start_once();
    for (int i = 1; i + 1 < argc; i += 2)
        if (strcmp(argv[i], "--json") == 0)
            json = argv[i + 1];
        else if (strcmp(argv[i], "--least") == 0)
            least = strtoull(argv[i + 1], NULL, 0);
        else if (strcmp(argv[i], "--most") == 0)
            most = strtoull(argv[i + 1], NULL, 0);
    return run(argv[0], json, least, most);
}
