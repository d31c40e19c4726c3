/* Touched memory in pictures: told from what is mapped only, and silent where nothing is known. */
#include "tests/viz/panels/world.h"
#include "viz/panels/facts.h"
#include "viz/panels/places.h"
#include "viz/panels/touched.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#define BASE UINT64_C(0xc420000000)

/* The first 64 KiB are mapped and no more, the next 64 KiB are written to. */
static const char SCRIPT[] = "keep x 64\nkeep y 64\nrepeat 64\nx[] = alloc 1024\nend\n"
                             "repeat 64\ny[] = alloc 1024\nend\nfill y\n";

static void what_was_written_to_is_touched(void **state) {
    (void)state;
    struct world w;
    bool touched;
    world_open(&w, "linux/amd64", SCRIPT);
    assert_true(touched_known(&w.view));
    assert_int_equal(touched_bytes(&w.view, BASE, BASE + KiB(64)), 0);
    assert_int_equal(touched_bytes(&w.view, BASE, BASE + MiB(1)), KiB(64));
    assert_int_equal(touched_run(&w.view, BASE, BASE + MiB(1), &touched) - BASE, KiB(64));
    assert_false(touched);
    w.view.rec = NULL;
    assert_false(touched_known(&w.view));
    world_close(&w);
}

static void the_map_underlines_it(void **state) {
    (void)state;
    static const struct rect AREA = {10, 10, 800, 240};
    struct world w;
    world_open(&w, "linux/amd64", SCRIPT);
    world_draw(&w, panel_map, AREA, 1);
    struct map_grid g =
        map_grid(zoom_settle(zoom_end(w.view.platform), place_home(&w.view), AREA, 1), AREA, 1);
    int x0 = map_grid_x(&g, 0, BASE), x1 = map_grid_x(&g, 0, BASE + KiB(64));
    int x2 = map_grid_x(&g, 0, BASE + KiB(128)), y = map_grid_y(&g, 1) - 5;
    assert_int_equal(world_pixels(&w, rect_make(x0, y, x1 - x0, 3), COLOR_text), 0);
    assert_true(world_pixels(&w, rect_make(x1, y, x2 - x1, 3), COLOR_text) > (unsigned)(x2 - x1));
    world_close(&w);
}

static bool says(const struct facts *f, const char *value) {
    for (int i = 0; i < f->count; i++)
        if (strcmp(f->fact[i].value, value) == 0)
            return true;
    return false;
}

static void the_inspector_tells_how_much(void **state) {
    (void)state;
    struct world w;
    struct facts fresh = {0}, touched = {0};
    world_open(&w, "linux/amd64", SCRIPT);
    inspect(&w.view, (struct thing){THING_PAGE, replica_page(w.r, 0), BASE, KiB(8)}, &fresh);
    assert_true(says(&fresh, "0 B of 8 KiB mapped"));
    assert_true(says(&fresh, "Mapped, but nobody has written here yet: no memory is behind it."));
    inspect(&w.view, (struct thing){THING_PAGE, replica_page(w.r, 8), BASE + KiB(64), KiB(8)},
        &touched);
    assert_true(says(&touched, "8 KiB of 8 KiB mapped"));
    world_close(&w);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_was_written_to_is_touched),
        cmocka_unit_test(the_map_underlines_it),
        cmocka_unit_test(the_inspector_tells_how_much),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
