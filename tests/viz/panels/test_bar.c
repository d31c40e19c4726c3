/* The bar: everything that must be there is there and nothing overlaps, at any width. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "tests/viz/panels/panel_fixture.h"

static void nothing_overlaps_at_any_width(void **unused) {
    (void)unused;
    for (int w = 640; w <= 1920; w += 80) {
        struct panel_fixture *f = fixture_new("linux/ppc64le", w, 44);
        f->view.count = 123456789;
        f->view.at = 88204;
        f->view.running = true;
        f->view.speed = 100000;
        fixture_draw(f, panel_bar);
        assert_true(f->ui.box_count >= 6);
        assert_false(fixture_texts_collide(f));
        assert_false(fixture_text_cut(f));
        fixture_free(f);
    }
}

static void every_button_can_be_clicked(void **unused) {
    (void)unused;
    static const enum command wanted[] = {CMD_HOME, CMD_STEP_BACK, CMD_PLAY, CMD_STEP_FORWARD,
        CMD_END, CMD_TOGGLE_WIDTH, CMD_LANGUAGE, CMD_THEME, CMD_HELP};
    for (int w = 800; w <= 1280; w += 480) {
        struct panel_fixture *f = fixture_new("linux/amd64", w, 44);
        fixture_draw(f, panel_bar);
        for (size_t i = 0; i < ARRAY_LEN(wanted); i++) {
            int x, y;
            int64_t arg;
            assert_true(fixture_find_command(f, wanted[i], &x, &y, &arg));
        }
        fixture_free(f);
    }
}

/* While the number runs the buttons must not move under the pointer. */
static void buttons_stand_still_while_the_number_runs(void **unused) {
    (void)unused;
    struct panel_fixture *f = fixture_new("linux/amd64", 1280, 44);
    int x0, x, y;
    int64_t arg;
    f->view.count = 88204;
    fixture_draw(f, panel_bar);
    assert_true(fixture_find_command(f, CMD_HOME, &x0, &y, &arg));
    f->view.at = 88204;
    fixture_draw(f, panel_bar);
    assert_true(fixture_find_command(f, CMD_HOME, &x, &y, &arg));
    assert_int_equal(x, x0);
    fixture_free(f);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(nothing_overlaps_at_any_width),
        cmocka_unit_test(every_button_can_be_clicked),
        cmocka_unit_test(buttons_stand_still_while_the_number_runs),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
