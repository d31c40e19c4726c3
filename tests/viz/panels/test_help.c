/* The key help: every command of the table is on it, and nothing is cut or overlaps. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "tests/viz/panels/panel_fixture.h"

/* A chip for each key ("mouse" for none) and at least a text for each command, but for those that
 * the palette alone has. */
static size_t texts_at_least(void) {
    size_t n = 0;
    for (unsigned c = CMD_NONE + 1; c < CMD_COUNT; c++) {
        const struct command_info *info = command_info(c);
        if (info->keys[0] && !command_has_keys(c))
            continue;
        n += 2;
        for (const char *p = info->keys; *p; p++)
            n += *p == ' ';
    }
    return n;
}

static void all_commands_are_shown_whole(void **unused) {
    (void)unused;
    static const int sizes[][2] = {{1280, 720}, {960, 600}, {1920, 1080}};
    for (size_t i = 0; i < ARRAY_LEN(sizes); i++) {
        struct panel_fixture *f = fixture_new("linux/amd64", sizes[i][0], sizes[i][1]);
        size_t boxes = 0;
        int pages = help_pages(&f->ui, fixture_area(f));
        assert_true(pages <= 3);
        for (f->view.help_page = 1; f->view.help_page <= pages; f->view.help_page++) {
            fixture_draw(f, panel_help);
            boxes += f->ui.box_count;
            assert_false(fixture_texts_collide(f));
            assert_false(fixture_text_cut(f));
        }
        assert_true(boxes >= texts_at_least());
        fixture_free(f);
    }
}

static void a_click_closes_it(void **unused) {
    (void)unused;
    struct panel_fixture *f = fixture_new("linux/amd64", 1280, 720);
    f->view.help_page = 1;
    fixture_draw(f, panel_help);
    int64_t arg;
    assert_int_equal(ui_command_at(&f->ui, 5, 5, &arg), CMD_HELP);
    assert_int_equal(ui_command_at(&f->ui, 640, 360, &arg), CMD_HELP);
    fixture_free(f);
}

static void a_small_window_is_no_trouble(void **unused) {
    (void)unused;
    struct panel_fixture *f = fixture_new("linux/amd64", 320, 200);
    f->view.help_page = 1;
    fixture_draw(f, panel_help);
    assert_true(f->ui.box_count > 0);
    fixture_free(f);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(all_commands_are_shown_whole),
        cmocka_unit_test(a_click_closes_it),
        cmocka_unit_test(a_small_window_is_no_trouble),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
