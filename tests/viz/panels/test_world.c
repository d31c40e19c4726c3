/* The world's rows and the comparison: everything can be clicked, nothing is cut. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "tests/viz/panels/panel_fixture.h"
#include "viz/world.h"

enum { W = 248, H = 520 };

static void every_row_can_be_changed_with_the_mouse(void **state) {
    (void)state;
    static const char *const platforms[] = {"linux/amd64", "linux/386"};
    for (size_t p = 0; p < ARRAY_LEN(platforms); p++) {
        struct panel_fixture *f = fixture_new(platforms[p], W, H);
        bool seen[WORLD_ROW_COUNT + 1] = {false};
        fixture_draw(f, panel_world);
        for (size_t i = 0; i < f->ui.hot_count; i++)
            if (f->ui.hots[i].command == CMD_WORLD_NEXT)
                seen[f->ui.hots[i].arg] = true;
        for (int row = 0; row < WORLD_ROW_COUNT; row++)
            assert_int_equal(seen[row + 1], world_has(&f->env, (enum world_row)row));
        assert_false(fixture_texts_collide(f));
        assert_false(fixture_text_cut(f));
        fixture_free(f);
    }
}

static void a_short_column_shows_fewer_rows_and_no_half_ones(void **state) {
    (void)state;
    struct panel_fixture *f = fixture_new("linux/amd64", W, 200);
    fixture_draw(f, panel_world);
    for (size_t i = 0; i < f->ui.hot_count; i++)
        assert_true(f->ui.hots[i].rect.y + f->ui.hots[i].rect.h <= 200);
    assert_false(fixture_text_cut(f));
    fixture_free(f);
}

static const struct view *other;

static void compare_with_other(struct ui *ui, const struct view *v, struct rect area) {
    panel_compare(ui, v, other, area);
}

static void the_comparison_fits_its_column(void **state) {
    (void)state;
    struct panel_fixture *a = fixture_new("linux/amd64", W, H);
    struct panel_fixture *b = fixture_new("linux/386", W, H);
    fixture_start(a);
    fixture_ops(a, 20, 2);
    fixture_seek(a, a->view.count);
    other = &b->view;
    fixture_draw(a, compare_with_other);
    assert_false(fixture_texts_collide(a));
    assert_false(fixture_text_cut(a));
    assert_true(a->ui.box_count > 30);
    fixture_free(a);
    fixture_free(b);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_row_can_be_changed_with_the_mouse),
        cmocka_unit_test(a_short_column_shows_fewer_rows_and_no_half_ones),
        cmocka_unit_test(the_comparison_fits_its_column),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
