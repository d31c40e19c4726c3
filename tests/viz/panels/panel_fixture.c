#include "tests/viz/panels/panel_fixture.h"

#include <stdlib.h>

struct panel_fixture *fixture_new(const char *platform, int w, int h) {
    struct panel_fixture *f = xcalloc(1, sizeof *f);
    struct error err = {{0}};
    f->rec = recording_new();
    f->r = replica_new();
    f->env.platform = platform_find(platform);
    INVARIANT(f->env.platform);
    for (int i = 0; i < COLOR_COUNT; i++)
        f->theme.color[i] = 0xff000000u | (uint32_t)(i + 1) * 0x070b11u;
    f->ui = (struct ui){.canvas = canvas_new(w, h),
        .fonts = fonts_open(&err),
        .theme = &f->theme,
        .scale = 1,
        .mouse_x = -1,
        .mouse_y = -1,
        .record_boxes = true};
    if (!f->ui.fonts)
        BUG("%s", err.text);
    f->view = (struct view){.r = f->r,
        .rec = f->rec,
        .env = &f->env,
        .platform = f->env.platform,
        .speed = 60,
        .workload = "many small things"};
    return f;
}

void fixture_free(struct panel_fixture *f) {
    recording_free(f->rec);
    replica_free(f->r);
    fonts_close(f->ui.fonts);
    canvas_free(f->ui.canvas);
    ui_free(&f->ui);
    free(f);
}

void fixture_event(struct panel_fixture *f, struct event ev) {
    recording_append(f->rec, &ev);
    f->view.count = recording_count(f->rec);
}

void fixture_start(struct panel_fixture *f) {
    const uint64_t size = 0x8420002000, first = 0xc000000000, second = 0x1c000000000;
    fixture_event(f, (struct event){.kind = EV_OP_BEGIN, .w = OP_INIT});
    fixture_event(f,
        (struct event){.kind = EV_STEP, .w = STEP_HINTS, .a = size, .b = first, .c = HINT_COUNT});
    fixture_event(f, (struct event){.kind = EV_OS_RESERVE, .x = 12, .a = first, .b = size});
    fixture_event(
        f, (struct event){.kind = EV_ATTEMPT, .w = OUTCOME_REFUSED, .a = first, .b = size});
    fixture_event(f, (struct event){.kind = EV_OS_RESERVE, .a = second, .b = size, .c = second});
    fixture_event(f, (struct event){.kind = EV_RANGE,
                         .w = RANGE_NONE | RANGE_CHECKED << 8,
                         .x = OWNER_NOBODY | OWNER_HEAP << 8,
                         .a = second,
                         .b = size});
    fixture_event(f,
        (struct event){
            .kind = EV_ATTEMPT, .w = OUTCOME_CHECKED, .x = 1, .a = second, .b = size, .c = second});
    fixture_event(f, (struct event){.kind = EV_STEP, .w = STEP_DONE | STEP_HINTS << 8});
    fixture_event(f, (struct event){.kind = EV_OP_END, .w = OP_INIT});
}

void fixture_ops(struct panel_fixture *f, unsigned n, unsigned details) {
    for (unsigned i = 0; i < n; i++) {
        uint32_t op = (uint32_t)recording_op_count(f->rec);
        fixture_event(
            f, (struct event){.kind = EV_OP_BEGIN, .w = OP_ALLOC, .x = op, .a = i, .b = 8192});
        fixture_event(f, (struct event){.kind = EV_STAT_ADD, .w = STAT_heap_sys, .a = 8192});
        fixture_event(f, (struct event){.kind = EV_STAT_ADD, .w = STAT_heap_inuse, .a = 8192});
        for (unsigned k = 2; k < details; k++)
            fixture_event(f, (struct event){.kind = EV_STAT_ADD, .w = STAT_heap_live, .a = 1});
        fixture_event(f, (struct event){.kind = EV_OP_END, .w = OP_ALLOC, .x = op, .a = 1});
    }
}

void fixture_seek(struct panel_fixture *f, uint64_t at) {
    recording_seek(f->rec, &f->r, at);
    f->view.r = f->r;
    f->view.at = at;
}

struct rect fixture_area(const struct panel_fixture *f) {
    return rect_make(0, 0, f->ui.canvas->w, f->ui.canvas->h);
}

void fixture_draw(
    struct panel_fixture *f, void (*panel)(struct ui *, const struct view *, struct rect)) {
    ui_begin(&f->ui);
    panel(&f->ui, &f->view, fixture_area(f));
}

static bool overlap(struct rect a, struct rect b) {
    return a.x < b.x + b.w && b.x < a.x + a.w && a.y < b.y + b.h && b.y < a.y + a.h;
}

bool fixture_texts_collide(const struct panel_fixture *f) {
    struct rect all = fixture_area(f);
    for (size_t i = 0; i < f->ui.box_count; i++) {
        struct rect a = f->ui.boxes[i].rect;
        if (a.x < all.x || a.y < all.y || a.x + a.w > all.w || a.y + a.h > all.h)
            return true;
        for (size_t k = 0; k < i; k++)
            if (overlap(a, f->ui.boxes[k].rect))
                return true;
    }
    return false;
}

bool fixture_text_cut(const struct panel_fixture *f) {
    for (size_t i = 0; i < f->ui.box_count; i++)
        if (f->ui.boxes[i].cut)
            return true;
    return false;
}

bool fixture_find_command(
    const struct panel_fixture *f, enum command command, int *x, int *y, int64_t *arg) {
    for (*y = 0; *y < f->ui.canvas->h; *y += 2)
        for (*x = 0; *x < f->ui.canvas->w; *x += 2)
            if (ui_command_at(&f->ui, *x, *y, arg) == command)
                return true;
    return false;
}
