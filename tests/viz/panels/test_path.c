#include "tests/viz/panels/world.h"
#include "viz/panels/attempts.h"
#include "viz/panels/path_nodes.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

static const struct rect area = {10, 10, 900, 230};

static struct node_words told(const struct world *w, enum node n) {
    struct node_words words;
    node_describe(&w->view, n, &words);
    return words;
}

static void every_box_can_be_pointed_at(void **state) {
    (void)state;
    static const unsigned steps[] = {STEP_TINY_CLASS, STEP_DEFER_SIZES, STEP_PHYS_PAGE, STEP_SIZES,
        STEP_HINTS, STEP_FALLBACK, STEP_BREAK_CHECK, STEP_ROUND, STEP_LAYOUT, STEP_LAST_CHECK,
        STEP_HEAP_INIT, STEP_FAILED};
    static const char *const platforms[] = {"linux/amd64", "linux/386"};
    for (size_t p = 0; p < ARRAY_LEN(platforms); p++) {
        struct world w;
        world_open(&w, platforms[p], "init\n");
        world_draw(&w, panel_path, area, 1);
        for (size_t i = 0; i < ARRAY_LEN(steps); i++)
            assert_true(world_hot(&w, THING_STEP, steps[i]).w > 0);
        for (unsigned k = 0; k < FALLBACK_COUNT; k++)
            assert_true(world_hot(&w, THING_FALLBACK, k).w > 0);
        world_close(&w);
    }
}

static void both_widths_have_their_boxes_in_the_same_places(void **state) {
    (void)state;
    struct world wide, narrow;
    world_open(&wide, "linux/amd64", "init\n");
    world_open(&narrow, "linux/386", "init\n");
    world_draw(&wide, panel_path, area, 1);
    world_draw(&narrow, panel_path, area, 1);
    for (unsigned s = STEP_TINY_CLASS; s <= STEP_HEAP_INIT; s++) {
        struct rect a = world_hot(&wide, THING_STEP, s), b = world_hot(&narrow, THING_STEP, s);
        assert_true(a.x == b.x && a.y == b.y && a.w == b.w && a.h == b.h);
    }
    world_close(&wide);
    world_close(&narrow);
}

static void hint_cells_are_clickable_on_64_bit_platforms_alone(void **state) {
    (void)state;
    struct world w;
    int64_t arg = -1;
    world_open(&w, "linux/amd64", "init\n");
    world_draw(&w, panel_path, area, 1);
    for (unsigned i = 0; i < HINT_COUNT; i++) {
        struct rect hot = world_hot(&w, THING_HINT, i);
        assert_true(hot.w >= 5 && hot.h >= 5);
        assert_int_equal(
            ui_command_at(&w.ui, hot.x + hot.w / 2, hot.y + hot.h / 2, &arg), CMD_TAKE_HINT);
        assert_int_equal(arg, i);
    }
    world_close(&w);
    world_open(&w, "linux/386", "init\n");
    world_draw(&w, panel_path, area, 1);
    assert_int_equal(world_hot(&w, THING_HINT, 0).w, 0);
    world_close(&w);
}

static void a_hint_beyond_the_space_cannot_be_taken(void **state) {
    (void)state;
    struct world w;
    int64_t arg = -1;
    world_open(&w, "darwin/arm64", "init\n");
    world_draw(&w, panel_path, area, 1);
    struct rect first = world_hot(&w, THING_HINT, 0), second = world_hot(&w, THING_HINT, 1);
    assert_int_equal(ui_command_at(&w.ui, first.x + 2, first.y + 2, &arg), CMD_TAKE_HINT);
    assert_int_equal(ui_command_at(&w.ui, second.x + 2, second.y + 2, &arg), CMD_NONE);
    world_close(&w);
}

static void nothing_has_numbers_before_the_start(void **state) {
    (void)state;
    struct world w;
    world_open(&w, "linux/amd64", "init\n");
    world_seek(&w, 0);
    for (enum node n = NODE_TINY; n < NODE_COUNT; n++) {
        struct node_words words = told(&w, n);
        assert_int_equal(words.mood, MOOD_AHEAD);
        assert_string_equal(words.line[0], "");
    }
    world_close(&w);
}

static void the_current_step_is_the_only_one_marked(void **state) {
    (void)state;
    struct world w;
    world_open(&w, "linux/amd64", "init\n");
    world_seek_step(&w, STEP_PHYS_PAGE);
    assert_int_equal(told(&w, NODE_DEFER).mood, MOOD_PASSED);
    assert_int_equal(told(&w, NODE_PAGE).mood, MOOD_NOW);
    assert_int_equal(told(&w, NODE_SIZES).mood, MOOD_AHEAD);
    assert_string_equal(told(&w, NODE_PAGE).line[0], "4 KiB = 2^12");
    world_close(&w);
}

static void the_64_bit_way_leads_past_the_32_bit_plan(void **state) {
    (void)state;
    struct world w;
    world_open(&w, "linux/amd64", "take hints 2\ninit\n");
    assert_int_equal(way_between(&w.view, NODE_WIDTH, NODE_HINTS), WAY_TAKEN);
    assert_int_equal(way_between(&w.view, NODE_HINTS, NODE_ROUND), WAY_TAKEN);
    assert_int_equal(way_between(&w.view, NODE_HINTS, NODE_PLAN), WAY_NOT_TAKEN);
    assert_int_equal(told(&w, NODE_PLAN).mood, MOOD_AHEAD);
    struct node_words hints = told(&w, NODE_HINTS);
    assert_string_equal(hints.line[0], "2 refused: 0x00c0, 0x01c0");
    assert_string_equal(hints.line[1], "0x02c0 granted: only checked");
    assert_int_equal(hints.tone[0], COLOR_refused);
    assert_string_equal(told(&w, NODE_SIZES).line[0], "512 MiB, 16 GiB, 512 GiB");
    world_close(&w);
}

static void all_hints_refused_lead_to_the_32_bit_plan(void **state) {
    (void)state;
    struct world w;
    world_open(&w, "linux/amd64", "take hints 128\ninit\n");
    assert_int_equal(told(&w, NODE_HINTS).mood, MOOD_REFUSED);
    assert_string_equal(told(&w, NODE_HINTS).line[0], "128 refused: 0x00c0 to 0x7fc0");
    assert_int_equal(way_between(&w.view, NODE_HINTS, NODE_PLAN), WAY_REFUSED);
    assert_int_equal(way_between(&w.view, NODE_WIDTH, NODE_PLAN), WAY_NOT_TAKEN);
    assert_int_equal(way_between(&w.view, NODE_SIZE0, NODE_ROUND), WAY_TAKEN);
    assert_string_equal(told(&w, NODE_SIZE0).line[0], "asks 17 GiB");
    world_close(&w);
}

static void a_limit_is_the_reason_that_sizes_are_refused(void **state) {
    (void)state;
    struct world w;
    world_open(&w, "linux/386", "limit 560MiB\ninit\n");
    assert_int_equal(told(&w, NODE_SIZE0).mood, MOOD_REFUSED);
    assert_string_equal(told(&w, NODE_SIZE0).line[0], "asks 770 MiB");
    assert_string_equal(told(&w, NODE_SIZE0).line[1], "over the limit");
    assert_int_equal(told(&w, NODE_SIZE0 + 1).mood, MOOD_PASSED);
    assert_int_equal(told(&w, NODE_SIZE0 + 2).mood, MOOD_AHEAD);
    assert_int_equal(way_between(&w.view, NODE_WIDTH, NODE_PLAN), WAY_TAKEN);
    assert_int_equal(way_between(&w.view, NODE_SIZE0, NODE_SIZE0 + 1), WAY_REFUSED);
    assert_int_equal(way_between(&w.view, NODE_SIZE0 + 1, NODE_ROUND), WAY_TAKEN);
    world_close(&w);
}

static void a_break_in_the_way_moves_the_start(void **state) {
    (void)state;
    struct world w;
    world_open(&w, "linux/386", "brk 0x9a00000\ninit\n");
    assert_string_equal(told(&w, NODE_BREAK).title, "break in the way? yes");
    assert_string_equal(told(&w, NODE_BREAK).line[0], "break 0x9a00000");
    assert_string_equal(told(&w, NODE_BREAK).line[1], "start moves to 0x9b00000");
    world_close(&w);
}

static void four_refusals_end_the_run_in_the_words_of_go(void **state) {
    (void)state;
    struct world w;
    world_open(&w, "linux/386", "limit 100MiB\ninit\n");
    struct node_words end = told(&w, NODE_THROW);
    assert_int_equal(end.mood, MOOD_REFUSED);
    assert_string_equal(
        end.line[0], "fatal error: runtime: cannot reserve arena virtual address space");
    assert_int_equal(way_between(&w.view, NODE_SIZE3, NODE_THROW), WAY_REFUSED);
    assert_int_equal(told(&w, NODE_ROUND).mood, MOOD_AHEAD);
    world_close(&w);
}

static void a_bad_page_size_ends_the_run_at_its_box(void **state) {
    (void)state;
    struct world w;
    world_open(&w, "linux/amd64", "page none\ninit\n");
    assert_int_equal(told(&w, NODE_PAGE).mood, MOOD_REFUSED);
    assert_int_equal(told(&w, NODE_DEFER).mood, MOOD_PASSED);
    assert_string_equal(told(&w, NODE_PAGE).line[0], "not known");
    assert_string_equal(
        told(&w, NODE_THROW).line[0], "fatal error: failed to get system page size");
    assert_int_equal(way_between(&w.view, NODE_SIZE3, NODE_THROW), WAY_NOT_TAKEN);
    world_close(&w);
}

/* Whatever ends the run in mallocinit, its box says what was found, and the last one Go's words. */
static void every_end_is_told_in_the_words_of_go(void **state) {
    (void)state;
    static const struct {
        const char *platform, *script, *page, *words;
    } ends[] = {
        {"linux/amd64", "page 6144\ninit\n", "not 2^n: 6144", "fatal error: bad system page size"},
        {"linux/amd64", "page 2048\ninit\n", "2 KiB = 2^11", "fatal error: bad system page size"},
        {"linux/amd64", "page 3000\ninit\n", "2.93 KiB", "fatal error: bad system page size"},
        {"linux/amd64", "limit memory 4KiB\ninit\n", "4 KiB = 2^12",
            "fatal error: runtime: cannot allocate memory (malloc)"},
    };
    for (size_t i = 0; i < ARRAY_LEN(ends); i++) {
        struct world w;
        world_open(&w, ends[i].platform, ends[i].script);
        assert_string_equal(told(&w, NODE_PAGE).line[0], ends[i].page);
        assert_int_equal(told(&w, NODE_THROW).mood, MOOD_REFUSED);
        assert_string_equal(told(&w, NODE_THROW).line[0], ends[i].words);
        world_check_text(&w, panel_path, 344);
        world_close(&w);
    }
}

/* Why a size or a hint was refused, as far as one can tell. */
static void refusals_have_their_reasons(void **state) {
    (void)state;
    static const struct {
        const char *platform, *script, *reason;
        bool hint; /* the first hint, else the first size */
    } cases[] = {
        {"linux/386", "limit 560MiB\ninit\n", "over the limit", false},
        {"linux/amd64", "take hints 1\ninit\n", "address taken", true},
        {"linux/386", "elsewhere on\nlimit 560MiB\ninit\n", "elsewhere", false},
    };
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        struct world w;
        world_open(&w, cases[i].platform, cases[i].script);
        const struct init_path *p = &w.r->init;
        const struct attempt *a = cases[i].hint ? &p->hints[0] : &p->fallbacks[0];
        assert_string_equal(attempt_reason(&w.view, a), cases[i].reason);
        world_close(&w);
    }
}

static void a_system_without_a_break_has_none_in_the_way(void **state) {
    (void)state;
    struct world w;
    world_open(&w, "windows/386", "init\n");
    assert_string_equal(told(&w, NODE_BREAK).title, "break in the way? no");
    assert_string_equal(told(&w, NODE_BREAK).line[0], "there is none");
    world_close(&w);
}

static void text_fits_at_every_moment_of_every_start(void **state) {
    (void)state;
    static const char *const starts[][2] = {
        {"linux/amd64", "x = alloc 48\n"},
        {"linux/amd64", "take hints 3\ninit\n"},
        {"linux/amd64", "take hints 128\ninit\n"},
        {"linux/amd64", "elsewhere on\ninit\n"},
        {"linux/amd64", "page none\ninit\n"},
        {"linux/386", "init\n"},
        {"linux/386", "limit 300MiB\ninit\n"},
        {"linux/386", "limit 100MiB\ninit\n"},
        {"linux/386", "brk 0x9a00000\ninit\n"},
        {"linux/arm64", "take hints 2\ninit\n"},
        {"darwin/arm64", "take hints 1\ninit\n"},
        {"windows/amd64", "take hints 5\ninit\n"},
    };
    for (size_t i = 0; i < ARRAY_LEN(starts); i++) {
        struct world w;
        world_open(&w, starts[i][0], starts[i][1]);
        world_check_text(&w, panel_path, 230);
        world_check_text(&w, panel_path, 344);
        world_check_text(&w, panel_path, 700);
        world_close(&w);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_box_can_be_pointed_at),
        cmocka_unit_test(both_widths_have_their_boxes_in_the_same_places),
        cmocka_unit_test(hint_cells_are_clickable_on_64_bit_platforms_alone),
        cmocka_unit_test(a_hint_beyond_the_space_cannot_be_taken),
        cmocka_unit_test(nothing_has_numbers_before_the_start),
        cmocka_unit_test(the_current_step_is_the_only_one_marked),
        cmocka_unit_test(the_64_bit_way_leads_past_the_32_bit_plan),
        cmocka_unit_test(all_hints_refused_lead_to_the_32_bit_plan),
        cmocka_unit_test(a_limit_is_the_reason_that_sizes_are_refused),
        cmocka_unit_test(a_break_in_the_way_moves_the_start),
        cmocka_unit_test(four_refusals_end_the_run_in_the_words_of_go),
        cmocka_unit_test(a_bad_page_size_ends_the_run_at_its_box),
        cmocka_unit_test(every_end_is_told_in_the_words_of_go),
        cmocka_unit_test(refusals_have_their_reasons),
        cmocka_unit_test(a_system_without_a_break_has_none_in_the_way),
        cmocka_unit_test(text_fits_at_every_moment_of_every_start),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
