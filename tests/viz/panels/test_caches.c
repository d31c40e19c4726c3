/* The shelves that spans stand on: what is drawn leads to the span it stands for. */
#include "tests/viz/panels/world.h"
#include "viz/panels/shelf.h"
#include "viz/panels/treap.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

static const char script[] = "init\n"
                             "a = alloc 48\n"
                             "b = alloc 5\n"
                             "repeat 300\n"
                             "c = alloc 1024\n"
                             "end\n"
                             "big = alloc 2000000\n"
                             "huge = alloc 3000000\n"
                             "last = alloc 40000\n"
                             "drop huge\n"
                             "drop big\n"
                             "collect\n"
                             "repeat 5\n"
                             "d = alloc 48\n"
                             "e = alloc 5\n"
                             "end\n";

/* Is there a place that leads to the span? */
static bool met(const struct world *w, uint32_t handle) {
    return world_hot(w, THING_PAGE, handle).w > 0;
}

static void every_shelf_leads_to_its_spans(void **unused) {
    (void)unused;
    struct world w;
    world_open(&w, "linux/amd64", script);
    world_draw(&w, panel_caches, rect_make(10, 10, 680, 505), 1);
    const struct replica *r = w.r;
    unsigned cached = 0, listed = 0;
    for (unsigned c = 0; c < NUM_SPAN_CLASSES; c++)
        if (r->cache[0][c]) {
            assert_true(met(&w, r->cache[0][c]));
            cached++;
        }
    for (unsigned list = 1; list < LIST_COUNT; list++)
        if (r->lists[list].count) {
            assert_true(met(&w, r->lists[list].first));
            listed++;
        }
    assert_true(cached > 1 && listed > 3);
    uint32_t longest;
    assert_true(shelf_treap_longest(r, &longest) >= 128);
    assert_true(met(&w, longest));
    world_close(&w);
}

static void the_longest_run_is_found(void **unused) {
    (void)unused;
    struct world w;
    uint32_t handle = 0;
    world_open(&w, "linux/amd64", script);
    uint64_t longest = 0;
    for (uint32_t i = 1; i <= w.r->span_count; i++) {
        const struct rspan *s = replica_span(w.r, i);
        if (s->state == SPAN_STATE_FREE && s->npages > longest)
            longest = s->npages;
    }
    assert_int_equal(shelf_longest_free(w.r, &handle), longest);
    assert_int_equal(replica_span(w.r, handle)->npages, longest);
    world_seek(&w, 0);
    assert_int_equal(shelf_longest_free(w.r, &handle), 0);
    world_close(&w);
}

/* Twelve free runs of the treap, each between two that are kept. */
static const char apart[] = "init\n"
                            "keep runs 12\n"
                            "repeat 12\n"
                            "runs[] = alloc 1100000\n"
                            "alloc 40000\n"
                            "end\n"
                            "drop runs\n"
                            "collect\n";

/* Is each node of the subtree drawn below its parent, and on its side? How many there are. */
static unsigned assert_tree(
    const struct world *w, uint32_t node, const struct rect *parent, int side) {
    const struct rspan *s = replica_span(w->r, node);
    if (!s)
        return 0;
    struct rect box = world_hot(w, THING_PAGE, node);
    assert_true(box.w > 0);
    if (parent) {
        assert_true(box.y > parent->y);
        assert_true(side < 0 ? box.x < parent->x : box.x > parent->x);
    }
    return 1 + assert_tree(w, s->left, &box, -1) + assert_tree(w, s->right, &box, 1);
}

static void the_treap_is_drawn_as_a_tree(void **unused) {
    (void)unused;
    struct world w;
    struct rect area = {10, 10, 1200, 600};
    world_open(&w, "linux/amd64", apart);
    world_draw(&w, treap_draw, area, 1);
    assert_true(assert_tree(&w, w.r->treap_root, NULL, 0) >= 12);
    world_check_drawn(&w, area);
    w.view.pinned = shelf_thing(w.r, w.r->treap_root);
    unsigned plain = world_pixels(&w, area, COLOR_text);
    world_draw(&w, treap_draw, area, 1);
    assert_true(world_pixels(&w, area, COLOR_text) > plain + 50); /* it is framed */
    world_close(&w);
}

/* Where there is no room, a box stands for what is below it and leads to its topmost run. */
static void a_treap_without_room_is_merged(void **unused) {
    (void)unused;
    static const struct rect areas[] = {{10, 10, 160, 60}, {10, 10, 70, 200}, {10, 10, 30, 25}};
    struct world w;
    world_open(&w, "linux/amd64", apart);
    for (size_t i = 0; i < ARRAY_LEN(areas); i++) {
        world_draw(&w, treap_draw, areas[i], 1);
        assert_true(met(&w, w.r->treap_root));
        assert_true(w.ui.hot_count < 12);
        world_check_drawn(&w, areas[i]);
    }
    world_close(&w);
}

static void the_treap_is_counted_up_to_a_limit(void **unused) {
    (void)unused;
    struct replica *r = replica_new();
    for (uint32_t i = 1; i <= SHELF_TREAP_MOST + 9; i++) {
        replica_apply(r, &(struct event){.kind = EV_SPAN_BORN, .x = i});
        replica_apply(
            r, &(struct event){.kind = EV_TREAP_LEAF, .x = i, .b = i / 2, .c = i > 1 && i % 2});
        if (i == 5)
            assert_int_equal(shelf_treap_count(r, 1), 5);
    }
    assert_int_equal(shelf_treap_count(r, 1), SHELF_TREAP_MOST);
    assert_true(shelf_treap_count(r, 2) < SHELF_TREAP_MOST);
    replica_free(r);
}

static void a_pinned_span_is_framed(void **unused) {
    (void)unused;
    struct world w;
    world_open(&w, "linux/amd64", script);
    uint32_t span = w.r->cache[0][TINY_SPAN_CLASS];
    assert_true(span);
    w.view.pinned = shelf_thing(w.r, span);
    bool chosen = false;
    assert_int_equal(shelf_lit(&w.view, &chosen), span);
    assert_true(chosen);
    world_draw(&w, panel_mcache, rect_make(10, 10, 248, 78), 1);
    struct rect slot = world_hot(&w, THING_PAGE, span);
    assert_true(world_pixels(&w, rect_inset(slot, -2), COLOR_text) > 10);
    world_close(&w);
}

static void texts_fit_at_every_size(void **unused) {
    (void)unused;
    static const char *const platforms[] = {"linux/amd64", "linux/386"};
    static const struct { int w, h; } sizes[] = {{680, 505}, {360, 385}, {1320, 865}};
    for (size_t i = 0; i < ARRAY_LEN(platforms); i++)
        for (size_t k = 0; k < ARRAY_LEN(sizes); k++) {
            struct world w;
            world_open(&w, platforms[i], script);
            world_check_text_in(&w, panel_caches, sizes[k].w, sizes[k].h);
            world_close(&w);
        }
}

static void waiting_ps_are_named(void **unused) {
    (void)unused;
    struct world w;
    unsigned waits = 0;
    world_open(
        &w, "linux/amd64", "seed 1 2\ninit\nps 4\ninterleave 1\nrepeat 400\nalloc 2048\nend\n");
    for (uint64_t at = 0; at <= w.view.count; at++) {
        world_seek(&w, at);
        bool any = false;
        for (unsigned p = 0; p < MAX_PS; p++)
            any = any || w.r->wait[p].waits;
        if (!any || waits == 20)
            continue;
        waits++;
        world_draw(&w, panel_caches, rect_make(10, 10, 680, 505), 1);
        assert_true(world_pixels(&w, rect_make(10, 10, 680, 505), COLOR_attention) > 5);
    }
    assert_true(waits > 3);
    world_check_text_in(&w, panel_caches, 680, 505);
    world_check_text_in(&w, panel_caches, 480, 505);
    world_close(&w);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_shelf_leads_to_its_spans),
        cmocka_unit_test(the_longest_run_is_found),
        cmocka_unit_test(the_treap_is_drawn_as_a_tree),
        cmocka_unit_test(a_treap_without_room_is_merged),
        cmocka_unit_test(the_treap_is_counted_up_to_a_limit),
        cmocka_unit_test(a_pinned_span_is_framed),
        cmocka_unit_test(waiting_ps_are_named),
        cmocka_unit_test(texts_fit_at_every_size),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
