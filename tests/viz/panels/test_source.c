/* Why: the rule and the code are shown whole, lit where the event is told, and can be followed. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "sim/lesson/source.h"
#include "sim/trace/why.h"
#include "tests/viz/panels/world.h"

static const char script[] = "type node = next:ptr value:word*5\n"
                             "keep ring 60\n"
                             "repeat 100\n"
                             "    ring[] = new node\n"
                             "end\n"
                             "drop ring\n"
                             "collect\n";

static const struct rect wide = {0, 0, 680, 520}, narrow = {0, 0, 340, 400};

static struct sources *open(struct world *w) {
    world_open(w, "linux/amd64", script);
    struct sources *s = sources_open();
    w->ui.sources = s;
    w->view.source = -1;
    return s;
}

static void close(struct world *w, struct sources *s) {
    world_close(w);
    sources_free(s);
}

static void every_event_has_its_reason_in_sight(void **unused) {
    struct world w;
    (void)unused;
    struct sources *s = open(&w);
    uint64_t step = w.view.count / 150 + 1;
    for (uint64_t at = 0; at <= w.view.count; at += step) {
        world_seek(&w, at);
        world_draw(&w, panel_source, wide, 1);
        world_check_drawn(&w, wide);
        world_draw(&w, panel_source, narrow, 1);
        world_check_drawn(&w, narrow);
    }
    close(&w, s);
}

/* The line that tells the event is lit and drawn, wherever in the function it stands. */
static void the_telling_line_is_lit(void **unused) {
    struct world w;
    (void)unused;
    struct sources *s = open(&w);
    unsigned lit = 0;
    for (uint64_t at = 1; at <= 200 && at <= w.view.count; at++) {
        world_seek(&w, at);
        world_draw(&w, panel_source, narrow, 1);
        struct rect edge = {narrow.x, narrow.y, 4, narrow.h};
        const struct event *ev = recording_event(w.view.rec, at - 1);
        unsigned pixels = world_pixels(&w, edge, COLOR_attention);
        lit += pixels > 0;
        if ((ev->kind == EV_SPAN_SET && ev->w != SPAN_sweepgen) || ev->kind == EV_HEAP_SET ||
            ev->kind == EV_OS_MAP)
            assert_true(pixels > 0);
    }
    assert_true(lit > 50);
    close(&w, s);
}

static void long_functions_are_drawn_whole_by_scrolling(void **unused) {
    struct world w;
    (void)unused;
    struct sources *s = open(&w);
    for (int i = 0; i < source_count(s); i++) {
        if (source_at(s, i)->len < 2500)
            continue;
        w.view.source = i;
        w.view.source_scroll = 0;
        world_draw(&w, panel_source, narrow, 1);
        world_check_drawn(&w, narrow);
        assert_int_equal(w.ui.scroll_least, 0);
        assert_true(w.ui.scroll_most > 10);
        w.view.source_scroll = w.ui.scroll_most;
        world_draw(&w, panel_source, narrow, 1.5f);
        w.view.source_scroll = 100000; /* too far: the end */
        world_draw(&w, panel_source, narrow, 1);
        world_check_drawn(&w, narrow);
    }
    close(&w, s);
}

static void names_lead_on(void **unused) {
    struct world w;
    (void)unused;
    struct sources *s = open(&w);
    w.view.source = source_find(s, "sim/heap/malloc.c", "mallocinit");
    world_draw(&w, panel_source, wide, 1);
    int want = source_find(s, NULL, "try_hints");
    bool found = false, back = false;
    for (size_t i = 0; i < w.ui.hot_count; i++) {
        found |= w.ui.hots[i].command == CMD_SHOW_CODE && w.ui.hots[i].arg == want;
        back |= w.ui.hots[i].command == CMD_WHY;
    }
    assert_true(found);
    assert_true(back);
    close(&w, s);
}

static void without_sources_it_says_so(void **unused) {
    struct world w;
    (void)unused;
    struct sources *s = open(&w), *none = sources_open_at("/nonexistent");
    w.ui.sources = none;
    world_seek(&w, 20);
    world_draw(&w, panel_source, narrow, 1);
    world_check_drawn(&w, narrow);
    assert_true(w.ui.box_count > 0);
    sources_free(none);
    close(&w, s);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_event_has_its_reason_in_sight),
        cmocka_unit_test(the_telling_line_is_lit),
        cmocka_unit_test(long_functions_are_drawn_whole_by_scrolling),
        cmocka_unit_test(names_lead_on),
        cmocka_unit_test(without_sources_it_says_so),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
