/*
 * Nothing is clipped and nothing overlaps, anywhere in the window.
 *
 * The whole app is brought to many moments of many runs. At each it is drawn in ways that are drawn
 * by lot from everything there is: sizes, scales, languages, themes, centres, right columns, places
 * of the map, and what lies over them. (By lot because all together are millions; every pair of
 * ways comes up many times.) Of each picture all texts are known: none may lie over another, leave
 * its panel or the window, and no label or number may be cut. A long sentence may, so much of it
 * being shown that it is understood.
 *
 * LAYOUT_DRAWS=N draws each moment N times (`make layout`); LAYOUT_PICTURES=DIR keeps a picture of
 * each failure.
 */
#include "sim/base/random.h"
#include "viz/app_internal.h"
#include "viz/world.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

/* --- Ways to draw --- */

/* Each has room for 960x600 pixels of the design. */
static const struct size {
    int w, h;
    float scale;
} sizes[] = {{960, 600, 1}, {1280, 720, 1}, {1920, 1080, 1}, {1200, 750, 1.25f}, {1440, 900, 1.5f},
    {1920, 1080, 1.5f}, {960, 1080, 1}, {1920, 600, 1}};

/* What lies over the panels, or lights something in them. */
enum over {
    OVER_NOTHING,
    OVER_HELP,
    OVER_PALETTE,
    OVER_SEARCH,
    OVER_NOTE,
    OVER_CONSOLE,
    OVER_SAVE,
    OVER_NOTICE,
    OVER_BUSY,
    OVER_HOVER,
    OVER_PIN,
    OVER_RANGE,
    OVER_REACH,
    OVER_TEACHING,
    OVER_ANSWER,
    OVER_PART,
    OVER_CODE,
    OVER_TERM,
    OVER_GUIDE,
    OVER_COUNT
};
static const char *const over_names[] = {"nothing", "help", "palette", "search", "note", "console",
    "save", "notice", "busy", "hover", "pin", "range", "reach", "teaching", "answer", "part",
    "code", "term", "guide"};

/* Where the map looks: places by their commands, or so many bytes at what was allocated first. */
static const struct place_way {
    enum command command;
    uint64_t bytes;
} places[] = {{CMD_NONE, 0}, {CMD_GO_SPACE, 0}, {CMD_GO_RESERVATION, 0}, {CMD_GO_SPANS, 0},
    {CMD_GO_BITMAP, 0}, {CMD_GO_METADATA, 0}, {CMD_NONE, 16}, {CMD_NONE, 128}, {CMD_NONE, 2048},
    {CMD_NONE, 65536}, {CMD_NONE, 1 << 20}};

struct way {
    const struct size *size;
    enum language language;
    enum centre centre;
    enum rail rail;
    const struct place_way *place;
    enum over over;
    unsigned themes; /* steps from the present one */
    uint64_t lot;    /* for what else there is to choose */
};

static struct way draw_way(uint64_t *seed) {
    return (struct way){.size = &sizes[random_below(seed, ARRAY_LEN(sizes))],
        .language = (enum language)random_below(seed, LANGUAGE_COUNT),
        .centre = (enum centre)random_below(seed, CENTRE_COUNT),
        .rail = (enum rail)random_below(seed, RAIL_COUNT),
        .place = &places[random_below(seed, ARRAY_LEN(places))],
        .over = (enum over)random_below(seed, OVER_COUNT),
        .themes = (unsigned)random_below(seed, 2),
        .lot = random_u64(seed)};
}

/* --- Moments --- */

/* A run, and where to stop: at the nth event of a kind, or at so many thousandths of it. */
struct stage {
    const char *platform, *workload;
    unsigned taken; /* hints */
    uint64_t limit; /* of address space, MiB */
    unsigned kind, n;
    bool comparing, exited;
};
enum { THOUSANDTHS = EV_COUNT };
#define AMD64 "linux/amd64"
#define I386  "linux/386"

static const struct stage starts[] = {
    {AMD64, "strings", .kind = THOUSANDTHS, .n = 0},
    {AMD64, "strings", .kind = EV_STEP, .n = 4},
    {AMD64, "strings", .kind = EV_STEP, .n = 7},
    {AMD64, "strings", .taken = 100, .kind = EV_ATTEMPT, .n = 60},
    {AMD64, "strings", .taken = 128, .kind = EV_ATTEMPT, .n = 128},
    {AMD64, "small", .taken = 128, .kind = THOUSANDTHS, .n = 1000},
    {AMD64, "small", .limit = 3, .kind = THOUSANDTHS, .n = 1000, .exited = true},
    {I386, "strings", .kind = THOUSANDTHS, .n = 0},
    {I386, "strings", .kind = EV_STEP, .n = 3},
    {I386, "small", .limit = 290, .kind = EV_ATTEMPT, .n = 2},
    {I386, "small", .limit = 200, .kind = THOUSANDTHS, .n = 1000, .exited = true},
    {"windows/amd64", "strings", .kind = EV_STEP, .n = 6},
    {"linux/arm64", "strings", .kind = EV_STEP, .n = 6},
};

static const struct stage runs[] = {
    {AMD64, "strings", .kind = EV_OBJECT, .n = 1},
    {AMD64, "strings", .kind = THOUSANDTHS, .n = 500},
    {AMD64, "strings", .kind = THOUSANDTHS, .n = 1000},
    {AMD64, "trees", .kind = EV_BLACK, .n = 40},
    {AMD64, "huge", .kind = THOUSANDTHS, .n = 1000},
    {AMD64, "workers", .kind = EV_WAIT, .n = 30},
    {I386, "small", .kind = EV_OBJECT, .n = 1},
    {I386, "small", .kind = EV_MARKED, .n = 1},
    {I386, "trees", .kind = THOUSANDTHS, .n = 700},
    {I386, "huge", .kind = THOUSANDTHS, .n = 1000},
    {I386, "workers", .kind = THOUSANDTHS, .n = 600},
    {"linux/mipsle", "strings", .kind = THOUSANDTHS, .n = 400},
    {"darwin/arm64", "small", .kind = THOUSANDTHS, .n = 900},
};

static const struct stage pairs[] = {
    {AMD64, "strings", .kind = EV_STEP, .n = 5, .comparing = true},
    {AMD64, "trees", .kind = EV_BLACK, .n = 20, .comparing = true},
    {AMD64, "huge", .kind = THOUSANDTHS, .n = 1000, .comparing = true},
    {I386, "small", .kind = THOUSANDTHS, .n = 800, .comparing = true},
    {I386, "small", .limit = 200, .kind = THOUSANDTHS, .n = 1000, .comparing = true},
    {I386, "workers", .kind = EV_WAIT, .n = 20, .comparing = true},
};

static uint64_t stop_of(const struct app *app, const struct stage *s) {
    const struct recording *rec = session_recording(app->scene->session);
    uint64_t count = recording_count(rec);
    unsigned n = 0;
    if (s->kind == THOUSANDTHS)
        return count * s->n / 1000;
    for (uint64_t i = 0; i < count; i++)
        if (recording_event(rec, i)->kind == s->kind && ++n == s->n)
            return i + 1;
    fail_msg("%s on %s has only %u events of kind %u", s->workload, s->platform, n, s->kind);
    return 0;
}

static void open_app(
    struct app *app, const char *platform, const char *workload, unsigned taken, uint64_t limit) {
    struct error err = {""};
    struct app_options options = {.workload = workload,
        .language = "en",
        .world = {.platform = platform_find(platform),
            .provider = PROVIDER_MODEL,
            .model = {.address_limit = MiB(limit)}}};
    if (taken)
        world_take_hints(&options.world, taken);
    if (!app_open(app, &options, &err))
        fail_msg("%s", err.text);
    env_free(&options.world);
    app_finish(app);
    app->ui.record_boxes = true;
}

static void open_stage(struct app *app, const struct stage *s) {
    open_app(app, s->platform, s->workload, s->taken, s->limit);
    if (s->comparing) {
        app_command(app, CMD_COMPARE, 0);
        app_finish(app);
    }
    app_seek(app, stop_of(app, s));
    assert_int_equal(app->scene->replica->exited, s->exited || (s->limit && s->comparing));
}

/* --- What is wrong --- */

/* Failures of all pictures, each sort once. */
struct faults {
    struct strbuf told;  /* lines */
    struct strbuf known; /* keys of what was told */
    unsigned count;
};

/* Words for where that was. */
static void tell_way(const struct app *app, const struct way *w, struct strbuf *out) {
    static const char *const centres[] = {"auto",
#define X(NAME, label) label,
        CENTRES(X)
#undef X
    };
    static const char *const rails[] = {
#define X(NAME, label) label,
        RAILS(X)
#undef X
    };
    const struct scene *s = app->scene;
    sb_printf(out, "%dx%d by %g, %s, %s, `%s` on %s, event %llu%s, %s, %s, %s, map at %s/%llu",
        w->size->w, w->size->h, (double)w->size->scale, language_code(app->language),
        app->theme.name, s->name, s->world.platform->name, (unsigned long long)s->at,
        app->comparing ? ", comparing" : "", centres[w->centre], rails[w->rail],
        over_names[w->over], w->place->command ? command_info(w->place->command)->name : "-",
        (unsigned long long)w->place->bytes);
}

static void keep_picture(const struct faults *f, const struct app *app) {
    struct strbuf path = {0};
    struct error err;
    const char *dir = getenv("LAYOUT_PICTURES");
    if (!dir)
        return;
    sb_printf(&path, "%s/%03u.png", dir, f->count);
    if (!canvas_save_png(app->ui.canvas, path.text, &err))
        fail_msg("%s", err.text);
    sb_free(&path);
}

/* a: the text; b: the other one, NULL if there is none. */
static void fault(struct faults *f, const struct app *app, const struct way *w, const char *what,
    const struct text_box *a, const struct text_box *b) {
    struct strbuf key = {0};
    sb_printf(&key, "\n%s|%s|%.12s|%s|%.12s|\n", what, a->part.name, a->text, b ? b->part.name : "",
        b ? b->text : "");
    if (!strstr(sb_text(&f->known), key.text)) {
        sb_puts(&f->known, key.text);
        keep_picture(f, app);
        sb_printf(&f->told, "%3u %s: \"%s\" at %d,%d %s", f->count++, a->part.name, a->text,
            a->rect.x, a->rect.y, what);
        if (b)
            sb_printf(
                &f->told, " \"%s\" of %s at %d,%d", b->text, b->part.name, b->rect.x, b->rect.y);
        sb_puts(&f->told, "\n      ");
        tell_way(app, w, &f->told);
        sb_puts(&f->told, "\n");
    }
    sb_free(&key);
}

/* By how many pixels two rectangles share height and width; letters may touch by one. */
static bool overlap(struct rect a, struct rect b) {
    int right = a.x + a.w < b.x + b.w ? a.x + a.w : b.x + b.w;
    int bottom = a.y + a.h < b.y + b.h ? a.y + a.h : b.y + b.h;
    return right - (a.x > b.x ? a.x : b.x) > 1 && bottom - (a.y > b.y ? a.y : b.y) > 1;
}

static bool inside(struct rect r, struct rect of) {
    return r.x >= of.x - 1 && r.y >= of.y - 1 && r.x + r.w <= of.x + of.w + 1 &&
           r.y + r.h <= of.y + of.h + 1;
}

/* Half the width of a line of columns: letters count one, Chinese signs two. */
static unsigned columns_of(const char *text) {
    unsigned n = 0;
    for (; *text; text++)
        if (((unsigned char)*text & 0xc0) != 0x80)
            n += (unsigned char)*text >= 0xe3 ? 2 : 1;
    return n;
}

static bool is_sentence(const struct text_box *b) {
    enum { LABEL_COLUMNS = 40 };
    return columns_of(b->text) > LABEL_COLUMNS;
}

static void check_picture(struct faults *f, const struct app *app, const struct way *w) {
    const struct ui *ui = &app->ui;
    struct rect window = {0, 0, w->size->w, w->size->h};
    assert_true(ui->box_count > 20);
    for (size_t i = 0; i < ui->box_count; i++) {
        const struct text_box *b = &ui->boxes[i];
        assert_non_null(b->part.name);
        if (!inside(b->rect, window))
            fault(f, app, w, "leaves the window", b, NULL);
        else if (!inside(b->rect, b->part.rect))
            fault(f, app, w, "leaves its panel", b, NULL);
        if (b->cut && !is_sentence(b))
            fault(f, app, w, "is cut", b, NULL);
        for (size_t k = 0; k < i; k++)
            if (ui->boxes[k].part.layer == b->part.layer && overlap(b->rect, ui->boxes[k].rect))
                fault(f, app, w, "lies over", b, &ui->boxes[k]);
    }
}

/* --- Drawing --- */

static void choose_panels(struct app *app, const struct way *w, struct canvas *canvas) {
    while (app->language != w->language)
        app_command(app, CMD_LANGUAGE, 0);
    for (unsigned i = 0; i < w->themes; i++)
        app_command(app, CMD_THEME, 0);
    app->ui.scale = w->size->scale;
    app->rail = w->rail;
    app->centre = CENTRE_AUTO;
    app->scene->zoom = (struct zoom){0};
    app_draw(app, canvas); /* the app knows what is shown by what it drew */
    if (w->place->command)
        app_command(app, w->place->command, 0);
    else if (w->place->bytes)
        app_map_show(app, app->scene->replica->heap[HEAP_arena_start], w->place->bytes);
    app->centre = w->centre;
    app->lesson_scroll = w->lot % 2 ? (int)(w->lot >> 8 & 0xff) : 0;
}

static void type(struct app *app, const struct way *w, const char *const *texts, size_t count) {
    const char *text = texts[w->lot % count];
    if (text)
        app_prompt_text(app, text);
}

/* Some thing that the pointer can meet. */
static void point(struct app *app, const struct way *w) {
    const struct ui *ui = &app->ui;
    for (size_t i = 0; i < ui->hot_count; i++) {
        const struct hot *hot = &ui->hots[(w->lot + i) % ui->hot_count];
        if (hot->thing.kind == THING_NONE)
            continue;
        int x = hot->rect.x + hot->rect.w / 2, y = hot->rect.y + hot->rect.h / 2;
        app_pointer(app, x, y);
        if (w->over != OVER_HOVER) {
            app->scene->pinned = hot->thing;
            app_pointer(app, -1, -1);
        }
        return;
    }
}

static void lay_over(struct app *app, const struct way *w, struct canvas *canvas) {
    static const char *const palette[] = {NULL, "go", "lesson", "xyzzy", "课"};
    static const char *const search[] = {NULL, "0xc000012345", "48 B", "class 5", "refused", "?"};
    static const char *const lines[] = {NULL, "x = alloc 48", "a longer line that one may type"};
    app_draw(app, canvas);
    switch (w->over) {
    case OVER_HELP:
        for (uint64_t n = w->lot % 3 + 1; n--;)
            app_command(app, CMD_HELP, 0);
        break;
    case OVER_PALETTE:
        app_prompt_open(app, PROMPT_PALETTE, "");
        type(app, w, palette, ARRAY_LEN(palette));
        break;
    case OVER_SEARCH:
        app_prompt_open(app, PROMPT_SEARCH, "");
        type(app, w, search, ARRAY_LEN(search));
        break;
    case OVER_NOTE: prompt_open(&app->prompt, PROMPT_NOTE, lines[w->lot % 2 + 1]); break;
    case OVER_CONSOLE:
        for (uint64_t n = w->lot % 7; n--;)
            prompt_print(&app->prompt, "line 1: there is no such name, expected x = alloc SIZE");
        prompt_open(&app->prompt, PROMPT_CONSOLE, "x = alloc 48");
        break;
    case OVER_SAVE: app_command(app, CMD_SAVE, 0); break;
    case OVER_NOTICE: app_command(app, CMD_RANGE_CLEAR, 0), app_notice(app, "%s", "…"); break;
    case OVER_BUSY: app->scene->errand.on = true, app->scene->errand.seq = 10000000; break;
    case OVER_HOVER:
    case OVER_PIN: point(app, w); break;
    case OVER_RANGE:
        app->scene->interval.from = app->scene->at / 3;
        app->scene->interval.to = app->scene->at / 2;
        app_count_ranges(app, UINT64_MAX);
        break;
    case OVER_REACH:
        point(app, w);
        app_command(app, w->lot >> 32 & 1 ? CMD_REACHABLE : CMD_WHY_ALIVE, 0);
        break;
    case OVER_TEACHING: app_command(app, CMD_TEACH, 0); break;
    case OVER_ANSWER:
        if (app->lesson.lesson) /* not to open one */
            app_command(app, CMD_ANSWER, (int64_t)(w->lot % 4 + 1));
        break;
    case OVER_PART:
        for (uint64_t n = w->lot % 5; n--;)
            app_command(app, CMD_OPEN_PART, 0);
        for (uint64_t n = w->lot / 5 % 4; n--;)
            app_command(app, CMD_OPEN_ROW, 0);
        break;
    case OVER_CODE: app_command(app, CMD_SHOW_CODE, (int64_t)(w->lot % 100)); break;
    case OVER_TERM: app_command(app, CMD_TERM, (int64_t)(w->lot % 70) + 1); break;
    case OVER_GUIDE: app_command(app, CMD_GUIDE, 0); break;
    default: break;
    }
}

static void lay_bare(struct app *app) {
    app->help_page = 0;
    app->teaching = false;
    app->source = -1;
    app_close_pages(app);
    reachview_clear(&app->scene->reach);
    prompt_close(&app->prompt);
    app->prompt.output_count = 0;
    app->scene->errand.on = false;
    app->notice[0] = '\0';
    app->scene->pinned = app->scene->hover = (struct thing){0};
    interval_clear(&app->scene->interval);
    app_pointer(app, -1, -1);
}

static unsigned asked(const char *variable, unsigned otherwise) {
    const char *value = getenv(variable);
    return value && atoi(value) > 0 ? (unsigned)atoi(value) : otherwise;
}

/* LAYOUT_EVERY=N: of the lessons' steps each N-th. */
static bool is_passed_over(unsigned *step) {
    return (*step)++ % asked("LAYOUT_EVERY", 1) != 0;
}

static void draw_ways(struct faults *f, struct app *app, unsigned count, uint64_t *seed) {
    count = asked("LAYOUT_DRAWS", count);
    for (unsigned i = 0; i < count; i++) {
        struct way w = draw_way(seed);
        struct canvas *canvas = canvas_new(w.size->w, w.size->h);
        choose_panels(app, &w, canvas);
        lay_over(app, &w, canvas);
        app_draw(app, canvas);
        check_picture(f, app, &w);
        lay_bare(app);
        canvas_free(canvas);
    }
}

static void end(struct faults *f) {
    i18n_set_language(LANGUAGE_EN, NULL);
    if (f->count)
        fprintf(stderr, "%s", f->told.text);
    sb_free(&f->told);
    sb_free(&f->known);
    assert_int_equal(f->count, 0);
}

static void look_at_stages(const struct stage *stages, size_t count, uint64_t seed) {
    enum { DRAWS = 16 };
    struct faults f = {0};
    for (size_t i = 0; i < count; i++) {
        struct app app;
        open_stage(&app, &stages[i]);
        draw_ways(&f, &app, DRAWS, &seed);
        app_close(&app);
    }
    end(&f);
}

/* --- Tests --- */

static void all_is_readable_while_mallocinit_runs(void **state) {
    (void)state;
    look_at_stages(starts, ARRAY_LEN(starts), 1);
}

static void all_is_readable_along_the_runs(void **state) {
    (void)state;
    look_at_stages(runs, ARRAY_LEN(runs), 2);
}

static void all_is_readable_side_by_side(void **state) {
    (void)state;
    look_at_stages(pairs, ARRAY_LEN(pairs), 3);
}

static void all_is_readable_in_every_lesson_step(void **state) {
    (void)state;
    enum { DRAWS = 1 };
    struct faults f = {0};
    struct app app;
    struct error err = {""};
    uint64_t seed = 4;
    unsigned number = 0;
    open_app(&app, AMD64, "strings", 0, 0);
    for (size_t l = 0; l < app.lesson_count; l++)
        for (size_t step = 0; step < app.lessons[l]->step_count; step++) {
            if (is_passed_over(&number))
                continue;
            if (!app_open_lesson(&app, l, step, &err))
                fail_msg("%s", err.text);
            draw_ways(&f, &app, DRAWS, &seed);
        }
    app_close(&app);
    end(&f);
}

/* At the window's usual size nobody has to scroll to read a step and its question. */
static void every_lesson_step_fits_its_pane(void **state) {
    (void)state;
    static const char *const languages[] = {"en", "zh"};
    struct canvas *canvas = canvas_new(1280, 720);
    unsigned longer = 0, number = 0;
    for (size_t i = 0; i < ARRAY_LEN(languages); i++) {
        struct app app;
        struct error err = {""};
        struct app_options options = {.workload = "small",
            .language = languages[i],
            .world = {.platform = platform_find(AMD64), .provider = PROVIDER_MODEL}};
        assert_true(app_open(&app, &options, &err));
        for (size_t l = 0; l < app.lesson_count; l++)
            for (size_t step = 0; step < app.lessons[l]->step_count; step++) {
                if (is_passed_over(&number))
                    continue;
                if (!app_open_lesson(&app, l, step, &err))
                    fail_msg("%s", err.text);
                for (int teaching = 0; teaching < 2; teaching++) {
                    app.teaching = teaching;
                    app_draw(&app, canvas);
                    longer += app.ui.lesson_most > 0;
                    if (app.ui.lesson_most)
                        fprintf(stderr, "%s: %s: too long by %d%s\n", app.lessons[l]->path,
                            app.lessons[l]->steps[step].title, app.ui.lesson_most,
                            teaching ? " before a class" : "");
                }
            }
        app_close(&app);
    }
    canvas_free(canvas);
    assert_int_equal(longer, 0);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_lesson_step_fits_its_pane),
        cmocka_unit_test(all_is_readable_while_mallocinit_runs),
        cmocka_unit_test(all_is_readable_along_the_runs),
        cmocka_unit_test(all_is_readable_side_by_side),
        cmocka_unit_test(all_is_readable_in_every_lesson_step),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
