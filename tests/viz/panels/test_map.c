/*
 * The map at every level of its zoom.
 */
#include "tests/viz/arena_fixture.h"
#include "tests/viz/panels/world.h"
#include "viz/panels/map_parts.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#define BASE 0xc420000000

static const struct rect AREA = {10, 10, 800, 240};

/* A script with every kind of span: typed, pointer-free, large. */
static const char SCRIPT[] = "type node = left:ptr right:ptr key:word*4\n"
                             "keep ring 300\n"
                             "init\n"
                             "repeat 200\n"
                             "ring[] = new node\n"
                             "ring[] = alloc 8..900\n"
                             "end\n"
                             "alloc 100KiB\n";

static struct thing thing_at(const struct world *w, uint64_t addr) {
    struct zoom z = {w->view.zoom_start, w->view.zoom_size};
    if (!z.size)
        z = zoom_settle(zoom_end(w->view.platform), place_home(&w->view), AREA, w->ui.scale);
    struct map_grid g = map_grid(z, AREA, w->ui.scale);
    int row = map_grid_row(&g, addr);
    assert_true(row >= 0);
    return ui_thing_at(&w->ui, map_grid_x(&g, row, addr) + 1, map_grid_y(&g, row) + 1);
}

static void show(struct world *w, uint64_t start, uint64_t size) {
    w->view.zoom_start = start;
    w->view.zoom_size = size;
    world_draw(w, panel_map, AREA, 1);
}

static void before_the_start_there_is_the_whole_space(void **state) {
    (void)state;
    struct world w;
    world_open(&w, "linux/amd64", "init\n");
    world_seek(&w, 0);
    world_draw(&w, panel_map, AREA, 1);
    assert_true(world_hot(&w, THING_HINT, 127).w > 0);
    assert_int_equal(world_hot(&w, THING_PAGE, 0).w, 0);
    world_close(&w);
}

static void the_overview_has_a_cell_for_each_page(void **state) {
    (void)state;
    struct world w;
    world_open(&w, "linux/amd64", SCRIPT);
    show(&w, 0, 0);
    for (uint64_t page = 0; page < 128; page++) {
        struct thing t = thing_at(&w, BASE + page * ARENA_PAGE);
        assert_int_equal(t.kind, THING_PAGE);
        assert_int_equal(t.addr, BASE + page * ARENA_PAGE);
    }
    world_close(&w);
}

static void slots_and_words_appear_when_zooming_in(void **state) {
    (void)state;
    struct world w;
    world_open(&w, "linux/amd64", SCRIPT);
    uint32_t span = replica_page(w.r, 0);
    uint64_t size = replica_span(w.r, span)->elemsize;
    show(&w, BASE, KiB(4));
    struct thing slot = thing_at(&w, BASE + size);
    assert_int_equal(slot.kind, THING_SLOT);
    assert_int_equal(slot.addr, BASE + size);
    assert_int_equal(slot.size, size);
    assert_int_equal(slot.index, span);
    show(&w, BASE, 128);
    struct thing word = thing_at(&w, BASE + 24);
    assert_int_equal(word.kind, THING_WORD);
    assert_int_equal(word.addr, BASE + 24);
    assert_int_equal(word.size, 8);
    world_close(&w);
}

static void the_hovered_page_is_lit(void **state) {
    (void)state;
    struct world w;
    world_open(&w, "linux/amd64", "init\n");
    struct replica *r = fix_64(128);
    fix_slots(r, fix_span(r, BASE, 2, SPAN_STATE_INUSE), 20, 1024, 9);
    w.view.r = r;
    show(&w, 0, 0);
    assert_int_equal(world_pixels(&w, AREA, COLOR_attention), 0);
    w.view.hover = (struct thing){THING_PAGE, 1, BASE + ARENA_PAGE, ARENA_PAGE};
    show(&w, 0, 0);
    assert_true(world_pixels(&w, AREA, COLOR_attention) > 50);
    replica_free(r);
    world_close(&w);
}

/* 170 slots of 48 bytes leave 32 bytes over. */
static void tail_waste_is_marked(void **state) {
    (void)state;
    struct world w;
    world_open(&w, "linux/amd64", "init\n");
    struct replica *r = fix_64(128);
    fix_slots(r, fix_span(r, BASE, 1, SPAN_STATE_INUSE), 8, 48, 36);
    w.view.r = r;
    show(&w, BASE + KiB(8) - KiB(1), KiB(1));
    assert_true(world_pixels(&w, AREA, COLOR_refused) > 10);
    show(&w, BASE, KiB(1));
    assert_int_equal(world_pixels(&w, AREA, COLOR_refused), 0);
    replica_free(r);
    world_close(&w);
}

static unsigned bitmap_pixels_of(unsigned spanclass, uint8_t byte) {
    struct world w;
    world_open(&w, "linux/amd64", "init\n");
    struct replica *r = fix_64(128);
    fix_slots(r, fix_span(r, BASE, 1, SPAN_STATE_INUSE), spanclass, 64, 20);
    fix_bitmap(r, 0, byte);
    fix_bitmap(r, 1, byte);
    w.view.r = r;
    show(&w, BASE, 64);
    struct zoom z = {BASE, 64};
    unsigned n = world_pixels(&w, map_grid(z, AREA, 1).rect, COLOR_bitmap);
    replica_free(r);
    world_close(&w);
    return n;
}

static void set_bits_are_lit_and_clear_ones_are_not(void **state) {
    (void)state;
    assert_int_equal(bitmap_pixels_of(10, 0), 0);
    unsigned one = bitmap_pixels_of(10, 0x01), all = bitmap_pixels_of(10, 0xff);
    assert_true(one > 50);
    assert_true(all > 6 * one && all < 10 * one);
}

static void pointer_free_spans_show_no_bits(void **state) {
    (void)state;
    assert_int_equal(bitmap_pixels_of(11, 0xff), 0);
}

/* Shows the panel around each place of the space, from sixteen bytes to all of it. */
static void at_every_zoom(struct world *w, int width, int height, float scale) {
    struct rect area = {10, 10, (int)((float)width * scale), (int)((float)height * scale)};
    uint64_t end = zoom_end(w->view.platform);
    for (int place = PLACE_SPACE; place < PLACE_COUNT; place++) {
        struct zoom at;
        if (!place_extent(&w->view, (enum map_place)place, &at))
            continue;
        uint64_t focus = place == PLACE_BITMAP ? at.start + at.size - 1 : at.start;
        for (uint64_t size = ZOOM_MIN; size <= end; size *= 4) {
            struct zoom z = {focus > size / 2 ? focus - size / 2 : 0, size};
            z = zoom_settle(end, z, area, scale);
            w->view.zoom_start = z.start;
            w->view.zoom_size = z.size;
            world_draw(w, panel_map, area, scale);
            world_check_drawn(w, area);
        }
    }
}

/* Along the whole run at home; at the end at every zoom: nothing cut, nothing overlapping. */
static void texts_fit_at_every_zoom(void **state) {
    (void)state;
    struct world w;
    static const char *const platforms[] = {"linux/amd64", "linux/386"};
    for (size_t i = 0; i < ARRAY_LEN(platforms); i++) {
        world_open(&w, platforms[i], SCRIPT);
        world_check_text(&w, panel_map, 240);
        at_every_zoom(&w, 680, 187, 1);
        at_every_zoom(&w, 1320, 540, 1);
        at_every_zoom(&w, 360, 150, 1.5f);
        world_close(&w);
    }
}

static float parts(const struct cell *c) {
    return c->allocated + c->open + c->manual + c->free + c->unused + c->metadata + c->taken;
}

/* However cells are merged, nothing of the arena is lost. */
static void merged_cells_sum_to_the_whole(void **state) {
    (void)state;
    struct world w;
    world_open(&w, "linux/amd64", SCRIPT);
    for (uint64_t step = ARENA_PAGE; step <= MiB(1); step *= 2) {
        struct heapmap map;
        heapmap_begin(&map, w.r, MiB(1) / step);
        double free = 0, whole = 0;
        for (uint64_t at = BASE; at < BASE + MiB(1); at += step) {
            struct cell cell = heapmap_cell(&map, at, at + step);
            free += (double)cell.free * (double)step;
            whole += (double)parts(&cell) * (double)step;
        }
        assert_true(whole > 0.999 * (double)MiB(1) && whole < 1.001 * (double)MiB(1));
        uint64_t idle = w.r->stats[STAT_heap_idle];
        assert_true(free > (double)idle - 64 && free < (double)idle + 64);
    }
    world_close(&w);
}

/* The bytes of all ground runs in sight, and of what lies over them, are the whole picture. */
static void nothing_in_sight_is_without_a_name(void **state) {
    (void)state;
    struct world w;
    world_open(&w, "linux/amd64", SCRIPT);
    for (uint64_t size = GiB(1); size <= zoom_end(w.view.platform); size *= 32) {
        show(&w, 0xc000000000 & ~(size - 1), size);
        struct map_grid g = map_grid((struct zoom){w.view.zoom_start, size}, AREA, 1);
        for (int row = 0; row < g.rows; row++) {
            int y = (map_grid_y(&g, row) + map_grid_y(&g, row + 1)) / 2;
            for (int x = g.rect.x + 1; x < g.rect.x + g.rect.w - 1; x++)
                assert_true(ui_thing_at(&w.ui, x, y).kind != THING_NONE);
        }
    }
    world_close(&w);
}

/* --- What describes the arena --- */

static void entries_and_bitmap_bytes_can_be_met(void **state) {
    (void)state;
    struct world w;
    world_open(&w, "linux/amd64", SCRIPT);
    show(&w, 0xc000000000, 64);
    struct thing entry = thing_at(&w, 0xc000000008);
    assert_int_equal(entry.kind, THING_ENTRY);
    assert_int_equal(entry.index, 1);
    assert_int_equal(entry.addr, 0xc000000008);
    show(&w, BASE - 64, 64);
    struct thing byte = thing_at(&w, BASE - 3); /* numbers grow downward */
    assert_int_equal(byte.kind, THING_BITMAP_BYTE);
    assert_int_equal(byte.index, 2);
    world_close(&w);
}

static void mspan_records_lie_at_their_addresses(void **state) {
    (void)state;
    struct world w;
    world_open(&w, "linux/amd64", SCRIPT);
    for (uint32_t span = 1; span <= w.r->span_count; span++) {
        uint64_t record = replica_span(w.r, span)->record;
        show(&w, round_down(record, 256), 512);
        struct thing t = thing_at(&w, record + 8);
        assert_int_equal(t.kind, THING_RECORD);
        assert_int_equal(t.index, span);
        assert_int_equal(t.addr, record);
    }
    world_close(&w);
}

/* A page that is pointed at is lit in its entry too, and an entry lights its page. */
static void what_belongs_together_lights_together(void **state) {
    (void)state;
    struct world w;
    world_open(&w, "linux/amd64", SCRIPT);
    w.view.hover = (struct thing){THING_PAGE, 1, BASE + 2 * ARENA_PAGE, ARENA_PAGE};
    show(&w, 0xc000000000, 64);
    assert_true(world_pixels(&w, AREA, COLOR_attention) > 50);
    w.view.hover = (struct thing){THING_ENTRY, 2, 0xc000000010, 8};
    show(&w, BASE, KiB(64));
    assert_true(world_pixels(&w, AREA, COLOR_attention) > 50);
    bool chosen;
    assert_int_equal(heapmap_focus(&w.view, &chosen), BASE + 2 * ARENA_PAGE);
    world_close(&w);
}

/* Of an object that is pointed at, the one that its pointer leads to is lit as well. */
static void pointers_lead_to_their_objects(void **state) {
    (void)state;
    struct world w;
    world_open(&w, "linux/amd64",
        "type node = left:ptr key:word*127\ninit\nx = new node\ny = new node\nz = new node\n"
        "x.left = z\n");
    uint64_t x = 0, size = replica_span(w.r, replica_page(w.r, 0))->elemsize;
    for (uint64_t i = 0; i < w.view.count && !x; i++)
        if (recording_event(w.view.rec, i)->kind == EV_OBJECT)
            x = recording_event(w.view.rec, i)->a;
    w.view.hover = (struct thing){THING_SLOT, 1, x, size};
    show(&w, BASE, KiB(8));
    struct map_grid g = map_grid((struct zoom){BASE, KiB(8)}, AREA, 1);
    uint64_t z = x + 2 * size;
    int row = map_grid_row(&g, z), left = map_grid_x(&g, row, z);
    struct rect edge = rect_make(left - 2, map_grid_y(&g, row), 4, 20);
    assert_true(world_pixels(&w, edge, COLOR_attention) >= 15);
    w.view.hover = (struct thing){THING_SLOT, 1, x + size, size}; /* y points nowhere */
    show(&w, BASE, KiB(8));
    assert_true(world_pixels(&w, edge, COLOR_attention) < 15);
    world_close(&w);
}

static void the_path_leads_back_to_each_place(void **state) {
    (void)state;
    struct world w;
    world_open(&w, "linux/amd64", SCRIPT);
    show(&w, BASE, 64);
    bool seen[PLACE_COUNT] = {false};
    int deeper = 0;
    for (size_t i = 0; i < w.ui.hot_count; i++) {
        const struct hot *h = &w.ui.hots[i];
        if (h->command == CMD_GO && h->arg < PLACE_COUNT)
            seen[h->arg] = true;
        else if (h->command == CMD_GO)
            deeper++;
    }
    assert_true(seen[PLACE_SPACE] && seen[PLACE_RESERVATION] && seen[PLACE_ARENA]);
    assert_false(seen[PLACE_SPANS] || seen[PLACE_BITMAP]);
    assert_int_equal(deeper, 2); /* span, slot */
    world_close(&w);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(before_the_start_there_is_the_whole_space),
        cmocka_unit_test(the_overview_has_a_cell_for_each_page),
        cmocka_unit_test(slots_and_words_appear_when_zooming_in),
        cmocka_unit_test(the_hovered_page_is_lit),
        cmocka_unit_test(tail_waste_is_marked),
        cmocka_unit_test(set_bits_are_lit_and_clear_ones_are_not),
        cmocka_unit_test(pointer_free_spans_show_no_bits),
        cmocka_unit_test(texts_fit_at_every_zoom),
        cmocka_unit_test(merged_cells_sum_to_the_whole),
        cmocka_unit_test(nothing_in_sight_is_without_a_name),
        cmocka_unit_test(entries_and_bitmap_bytes_can_be_met),
        cmocka_unit_test(mspan_records_lie_at_their_addresses),
        cmocka_unit_test(what_belongs_together_lights_together),
        cmocka_unit_test(pointers_lead_to_their_objects),
        cmocka_unit_test(the_path_leads_back_to_each_place),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
