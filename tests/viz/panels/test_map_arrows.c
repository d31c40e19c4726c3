/* Pointers as arrows on the map. */
#include "tests/viz/panels/world.h"
#include "viz/reachview.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

static const struct rect MAP = {10, 10, 800, 240};

/* far lies in another span than the others. */
static const char SCRIPT[] =
    "type node = ptr*4\ntype big = ptr*100\n"
    "a = new node\nb = new node\nc = new node\nfar = new big\nd = new node\n"
    "a.0 = b\nc.3 = far\n";

struct drawn {
    struct world w;
    struct reachview reach;
};

static uint64_t object(const struct drawn *d, uint32_t id) {
    uint64_t addr, size;
    assert_true(program_object(session_program(d->w.session), id, &addr, &size));
    return addr;
}

static void open_near(struct drawn *d) {
    *d = (struct drawn){.reach = {0}};
    world_open(&d->w, "linux/amd64", SCRIPT);
    d->w.view.zoom_start = object(d, 1);
    d->w.view.zoom_size = 1024;
    d->w.view.reach = &d->reach;
}

static void close_it(struct drawn *d) {
    reachview_clear(&d->reach);
    world_close(&d->w);
}

/* Pixels that stand out while object number id is pinned. */
static unsigned lit(struct drawn *d, uint32_t id) {
    uint64_t addr = object(d, id);
    d->w.view.pinned = (struct thing){THING_SLOT, replica_span_of(d->w.r, addr), addr, 32};
    world_draw(&d->w, panel_map, MAP, 1);
    return world_pixels(&d->w, MAP, COLOR_attention);
}

static void learn(struct drawn *d) {
    assert_null(reachview_graph(&d->reach, d->w.view.at));
    assert_true(reachview_learn(&d->reach, d->w.view.rec, d->w.r, 8, UINT64_MAX));
    assert_non_null(reachview_graph(&d->reach, d->w.view.at));
}

static void what_is_pinned_has_arrows_before_and_after_the_graph_is_known(void **state) {
    (void)state;
    struct drawn d;
    open_near(&d);
    assert_true(lit(&d, 1) > lit(&d, 5) + 50);
    learn(&d);
    assert_true(lit(&d, 1) > lit(&d, 5) + 50);
    close_it(&d);
}

static void an_arrow_to_what_is_out_of_sight_ends_at_the_edge(void **state) {
    (void)state;
    struct drawn d;
    open_near(&d);
    learn(&d);
    assert_true(lit(&d, 3) > lit(&d, 5) + 50);
    close_it(&d);
}

static void few_objects_show_all_their_pointers(void **state) {
    (void)state;
    struct drawn d;
    open_near(&d);
    world_draw(&d.w, panel_map, MAP, 1);
    size_t n = (size_t)d.w.canvas->w * (size_t)d.w.canvas->h, differ = 0;
    uint32_t *before = xmalloc(n * sizeof *before);
    for (size_t i = 0; i < n; i++)
        before[i] = d.w.canvas->pixels[i];
    learn(&d);
    world_draw(&d.w, panel_map, MAP, 1);
    for (size_t i = 0; i < n; i++)
        differ += before[i] != d.w.canvas->pixels[i];
    assert_true(differ > 20);
    free(before);
    close_it(&d);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_pinned_has_arrows_before_and_after_the_graph_is_known),
        cmocka_unit_test(an_arrow_to_what_is_out_of_sight_ends_at_the_edge),
        cmocka_unit_test(few_objects_show_all_their_pointers),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
