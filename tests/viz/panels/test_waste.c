/* Waste: the parts add up to what the system gave, and to what they are made of. */
#include "tests/viz/panels/world.h"
#include "viz/panels/waste.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

static const char script[] = "init\n"
                             "repeat 40\n"
                             "a = alloc 33\n"
                             "b = alloc 5\n"
                             "c = alloc 1000\n"
                             "end\n"
                             "big = alloc 40000\n"
                             "huge = alloc 3000000\n"
                             "drop huge\n"
                             "collect\n"
                             "scavenge\n"
                             "d = alloc 33\n";

static uint64_t system_bytes(const struct replica *r) {
    const uint64_t *st = r->stats;
    return st[STAT_heap_sys] + st[STAT_stacks_inuse] + st[STAT_mspan_sys] + st[STAT_mcache_sys] +
           st[STAT_gc_sys] + st[STAT_other_sys];
}

static void parts_add_up_after_every_operation(void **unused) {
    (void)unused;
    static const char *const platforms[] = {"linux/amd64", "linux/386"};
    for (size_t i = 0; i < ARRAY_LEN(platforms); i++) {
        struct world w;
        world_open(&w, platforms[i], script);
        for (uint64_t op = 0; op < recording_op_count(w.view.rec); op++) {
            world_seek(&w, recording_op_start(w.view.rec, op));
            struct waste waste = waste_of(w.r);
            uint64_t in_use = 0;
            for (unsigned part = WASTE_ASKED; part <= WASTE_SLOTS; part++)
                in_use += waste.part[part];
            assert_int_equal(in_use, w.r->stats[STAT_heap_inuse]);
            assert_int_equal(waste.whole, system_bytes(w.r));
        }
        world_close(&w);
    }
}

static void rows_add_up_to_their_part(void **unused) {
    (void)unused;
    struct world w;
    world_open(&w, "linux/amd64", script);
    struct waste waste = waste_of(w.r);
    for (unsigned part = 0; part < WASTE_PARTS; part++) {
        struct waste_row rows[NUM_SPAN_CLASSES];
        int n = waste_rows(w.r, (enum waste_part)part, rows);
        uint64_t sum = 0;
        for (int i = 0; i < n; i++) {
            sum += rows[i].bytes;
            assert_true(i == 0 || waste_rows_of((enum waste_part)part) != ROWS_CLASSES ||
                        rows[i].bytes <= rows[i - 1].bytes);
        }
        if (waste_rows_of((enum waste_part)part) == ROWS_FREE)
            assert_int_equal(sum, w.r->stats[STAT_heap_idle]);
        else if (waste_rows_of((enum waste_part)part) != ROWS_NONE)
            assert_int_equal(sum, waste.part[part]);
    }
    world_close(&w);
}

static void what_was_asked_for_is_exact_until_something_dies(void **unused) {
    (void)unused;
    struct world w;
    world_open(
        &w, "linux/amd64", "init\na = alloc 33\nb = alloc 5\nc = alloc 3\nd = alloc 40000\n");
    struct waste waste = waste_of(w.r);
    assert_int_equal(waste.part[WASTE_ASKED], 33 + 5 + 3 + 40000);
    assert_int_equal(waste.part[WASTE_ROUNDING], 48 - 33 + 40960 - 40000);
    assert_int_equal(waste.part[WASTE_TINY], 16 - 8);
    for (unsigned part = 0; part < WASTE_PARTS; part++)
        assert_false(waste.about[part]);
    world_close(&w);
    world_open(&w, "linux/amd64", "init\na = alloc 33\nb = alloc 47\ndrop a\ncollect\n");
    waste = waste_of(w.r);
    assert_true(waste.about[WASTE_ASKED]);
    assert_int_equal(waste.part[WASTE_ASKED], 40);
    world_close(&w);
}

/* Every span behind a row stands in it, and no more than there are. */
static void rows_lead_to_their_spans(void **unused) {
    (void)unused;
    enum { MAX = 100 };
    struct world w;
    world_open(&w, "linux/amd64", script);
    for (unsigned part = 0; part < WASTE_PARTS; part++) {
        struct waste_row rows[NUM_SPAN_CLASSES];
        int n = waste_rows(w.r, (enum waste_part)part, rows);
        for (int i = 0; i < n; i++) {
            uint32_t spans[MAX];
            int count = waste_spans(w.r, (enum waste_part)part, &rows[i], spans, MAX);
            assert_int_equal(count, rows[i].count);
            for (int k = 0; k < count; k++) {
                const struct rspan *s = replica_span(w.r, spans[k]);
                if (waste_rows_of((enum waste_part)part) == ROWS_FREE)
                    assert_int_equal(s->state, SPAN_STATE_FREE);
                else
                    assert_int_equal(s->spanclass, rows[i].id);
            }
        }
    }
    world_close(&w);
}

static void every_part_can_be_opened_by_a_click(void **unused) {
    (void)unused;
    struct world w;
    world_open(&w, "linux/amd64", script);
    world_draw(&w, panel_waste, rect_make(10, 10, 680, 505), 1);
    bool seen[WASTE_PARTS] = {false};
    unsigned rows = 0;
    for (size_t i = 0; i < w.ui.hot_count; i++) {
        const struct hot *h = &w.ui.hots[i];
        if (h->command == CMD_OPEN_PART)
            seen[h->arg - 1] = true;
        rows += h->command == CMD_OPEN_ROW;
    }
    for (unsigned part = 0; part < WASTE_PARTS; part++)
        assert_true(seen[part]);
    assert_true(rows > 2);
    world_close(&w);
}

static void texts_fit_whatever_is_open(void **unused) {
    (void)unused;
    static const struct { int w, h; } sizes[] = {{680, 505}, {360, 385}, {1320, 865}};
    struct world w;
    world_open(&w, "linux/amd64", script);
    for (unsigned part = 0; part < WASTE_PARTS; part++)
        for (size_t k = 0; k < ARRAY_LEN(sizes); k++) {
            w.view.open_part = part;
            w.view.open_row = -1;
            world_check_text_in(&w, panel_waste, sizes[k].w, sizes[k].h);
        }
    world_close(&w);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(parts_add_up_after_every_operation),
        cmocka_unit_test(rows_add_up_to_their_part),
        cmocka_unit_test(what_was_asked_for_is_exact_until_something_dies),
        cmocka_unit_test(rows_lead_to_their_spans),
        cmocka_unit_test(every_part_can_be_opened_by_a_click),
        cmocka_unit_test(texts_fit_whatever_is_open),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
