/*
 * A run to draw: see world.h.
 */
#include "tests/viz/panels/world.h"

#include "sim/work/script.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

void world_open(struct world *w, const char *platform, const char *script) {
    struct error err = {""};
    *w = (struct world){0};
    w->env.platform = platform_find(platform);
    w->env.provider = PROVIDER_MODEL;
    w->env.residency = true;
    assert_non_null(w->env.platform);
    w->source = script_parse("script", script, &err);
    if (!w->source || !script_environment(w->source, &w->env))
        fail_msg("%s", err.text);
    w->session = session_new(&w->env, w->source, &err);
    if (!w->session)
        fail_msg("%s", err.text);
    program_set_checked(session_program(w->session), false); /* checking touches memory */
    while (session_pump(w->session, 1000))
        ;
    w->fonts = fonts_open(&err);
    if (!w->fonts || !theme_load("assets/themes/dark.theme", &w->theme, &err))
        fail_msg("%s", err.text);
    w->r = replica_new();
    w->view.env = &w->env;
    w->view.platform = w->env.platform;
    w->view.session = w->session;
    w->view.rec = session_recording(w->session);
    w->view.count = recording_count(w->view.rec);
    world_seek(w, w->view.count);
}

void world_close(struct world *w) {
    ui_free(&w->ui);
    if (w->canvas)
        canvas_free(w->canvas);
    fonts_close(w->fonts);
    replica_free(w->r);
    session_free(w->session);
    env_free(&w->env);
}

void world_seek(struct world *w, uint64_t seq) {
    recording_seek(w->view.rec, &w->r, seq);
    w->view.r = w->r;
    w->view.at = seq;
}

void world_seek_step(struct world *w, unsigned step) {
    for (uint64_t i = 0; i <= w->view.count; i++) {
        world_seek(w, i);
        if (w->r->init.step == step)
            return;
    }
    fail_msg("the run never comes to step %s", init_step_name(step));
}

void world_draw(struct world *w, panel_fn *panel, struct rect area, float scale) {
    if (w->canvas)
        canvas_free(w->canvas);
    w->canvas = canvas_new(area.x + area.w + 20, area.y + area.h + 20);
    draw_fill(w->canvas, w->canvas->clip, w->theme.color[COLOR_panel]);
    w->ui.canvas = w->canvas;
    w->ui.fonts = w->fonts;
    w->ui.theme = &w->theme;
    w->ui.scale = scale;
    w->ui.mouse_x = w->ui.mouse_y = -1;
    w->ui.record_boxes = true;
    ui_begin(&w->ui);
    panel(&w->ui, &w->view, area);
}

struct rect world_hot(const struct world *w, enum thing_kind kind, uint64_t index) {
    for (size_t i = 0; i < w->ui.hot_count; i++) {
        const struct hot *h = &w->ui.hots[i];
        if (h->thing.kind == kind && h->thing.index == index)
            return h->rect;
    }
    return (struct rect){0};
}

static int difference(uint32_t a, uint32_t b, int shift) {
    return abs((int)(a >> shift & 0xff) - (int)(b >> shift & 0xff));
}

unsigned world_pixels(const struct world *w, struct rect r, enum theme_color color) {
    uint32_t want = w->theme.color[color];
    unsigned n = 0;
    for (int y = r.y; y < r.y + r.h; y++)
        for (int x = r.x; x < r.x + r.w; x++) {
            uint32_t p = w->canvas->pixels[y * w->canvas->stride + x];
            n += difference(p, want, 0) + difference(p, want, 8) + difference(p, want, 16) < 60;
        }
    return n;
}

/* By how many pixels two rectangles share height and width; glyphs may touch by one. */
static bool overlap(struct rect a, struct rect b) {
    int right = a.x + a.w < b.x + b.w ? a.x + a.w : b.x + b.w;
    int bottom = a.y + a.h < b.y + b.h ? a.y + a.h : b.y + b.h;
    return right - (a.x > b.x ? a.x : b.x) > 1 && bottom - (a.y > b.y ? a.y : b.y) > 1;
}

void world_check_drawn(const struct world *w, struct rect area) {
    for (size_t i = 0; i < w->ui.box_count; i++) {
        const struct text_box *b = &w->ui.boxes[i];
        struct rect r = b->rect;
        if (b->cut)
            fail_msg("event %llu, %d wide: text at %d,%d is cut", (unsigned long long)w->view.at,
                area.w, r.x, r.y);
        if (r.x < area.x || r.y < area.y || r.x + r.w > area.x + area.w ||
            r.y + r.h > area.y + area.h)
            fail_msg("event %llu, %d wide: text at %d,%d leaves the panel",
                (unsigned long long)w->view.at, area.w, r.x, r.y);
        for (size_t j = 0; j < i; j++)
            if (overlap(r, w->ui.boxes[j].rect))
                fail_msg("event %llu, %d wide: texts at %d,%d and %d,%d overlap",
                    (unsigned long long)w->view.at, area.w, r.x, r.y, w->ui.boxes[j].rect.x,
                    w->ui.boxes[j].rect.y);
    }
}

/* Does the picture of the start differ between these two moments? (Most events are elsewhere.) */
static bool tells(const struct event *ev) {
    return ev->kind == EV_STEP || ev->kind == EV_ATTEMPT || ev->kind == EV_EXIT ||
           ev->kind == EV_HEAP_SET;
}

void world_check_text(struct world *w, panel_fn *panel, int height) {
    static const struct {
        int width;
        float scale;
    } sizes[] = {{680, 1}, {1000, 1}, {680, 1.5f}};
    for (uint64_t seq = 0; seq <= w->view.count; seq++) {
        if (seq && seq < w->view.count && !tells(recording_event(w->view.rec, seq - 1)))
            continue;
        world_seek(w, seq);
        size_t k = seq % ARRAY_LEN(sizes);
        float scale = sizes[k].scale;
        struct rect area = {
            10, 10, (int)((float)sizes[k].width * scale), (int)((float)height * scale)};
        world_draw(w, panel, area, scale);
        world_check_drawn(w, area);
    }
}

void world_check_text_in(struct world *w, panel_fn *panel, int width, int height) {
    enum { MOMENTS = 24 };
    for (uint64_t i = 0; i <= MOMENTS; i++) {
        float scale = i % 2 ? 1.5f : 1;
        struct rect area = {10, 10, (int)((float)width * scale), (int)((float)height * scale)};
        world_seek(w, w->view.count * i / MOMENTS);
        world_draw(w, panel, area, scale);
        world_check_drawn(w, area);
    }
}
