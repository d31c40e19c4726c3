/* Preferences: read, kept, and what cannot be among them told. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "sim/base/file.h"
#include "sim/base/limits.h"
#include "sim/base/random.h"
#include "viz/prefs.h"

static char dir[64], path[128];

static int begin(void **state) {
    (void)state;
    snprintf(dir, sizeof dir, "/tmp/prefs.XXXXXX");
    assert_non_null(mkdtemp(dir));
    setenv("XDG_CONFIG_HOME", dir, 1);
    struct strbuf out = {0};
    assert_true(prefs_path(&out));
    snprintf(path, sizeof path, "%s", out.text);
    sb_free(&out);
    return 0;
}

static int end(void **state) {
    (void)state;
    char sub[128];
    snprintf(sub, sizeof sub, "%s/arenascope", dir);
    remove(path);
    remove(sub);
    return remove(dir);
}

static void write_text(const char *text) {
    struct error err;
    struct prefs none = {.scale = 1};
    assert_true(prefs_write(path, &none, &err)); /* makes the directory */
    assert_true(file_write(path, text, strlen(text), &err));
}

static char *text_now(void) {
    struct strbuf out = {0};
    struct error err;
    assert_true(file_read(path, &out, NULL, &err));
    return out.text;
}

static void no_file_is_fine(void **state) {
    (void)state;
    struct prefs p;
    struct strbuf report = {0};
    prefs_read(path, &p, &report);
    assert_int_equal(report.len, 0);
    assert_string_equal(p.theme, "");
    assert_int_equal(p.width, 0);
}

static void what_was_written_is_read_again(void **state) {
    (void)state;
    struct error err;
    struct prefs p = {.theme = "light",
                     .language = "zh",
                     .scale = 1.25f,
                     .width = 1400,
                     .height = 900,
                     .speed = 2000},
                 q;
    struct strbuf report = {0};
    assert_true(prefs_write(path, &p, &err));
    prefs_read(path, &q, &report);
    assert_int_equal(report.len, 0);
    assert_string_equal(q.theme, "light");
    assert_string_equal(q.language, "zh");
    assert_true(q.scale == 1.25f);
    assert_int_equal(q.width, 1400);
    assert_int_equal(q.height, 900);
    assert_int_equal(q.speed, 2000);
}

static void what_cannot_be_is_told_with_its_line_and_the_rest_holds(void **state) {
    (void)state;
    struct prefs p;
    struct strbuf report = {0};
    char wanted[256];
    write_text(
        "# mine\ntheme light\ncolour red\nscale 77\n\n  speed   80 \nwindow 10x10\nlanguage\n");
    prefs_read(path, &p, &report);
    assert_string_equal(p.theme, "light");
    assert_int_equal(p.speed, 80);
    assert_true(p.scale == 0);
    const char *lines[] = {"3: there is no preference `colour`", "4: scale cannot be `77`",
        "7: window cannot be `10x10`", "8: language cannot be ``"};
    for (size_t i = 0; i < ARRAY_LEN(lines); i++) {
        snprintf(wanted, sizeof wanted, "%s:%s", path, lines[i]);
        assert_non_null(strstr(report.text, wanted));
    }
    size_t count = 0;
    for (size_t i = 0; i < report.len; i++)
        count += report.text[i] == '\n';
    assert_int_equal(count, ARRAY_LEN(lines));
    sb_free(&report);
}

static void comments_and_unknown_lines_stay(void **state) {
    (void)state;
    struct error err;
    struct prefs p = {.theme = "contrast", .scale = 2};
    write_text("# mine\ntheme light\nfuture thing\n# end\ntheme dark\n");
    assert_true(prefs_write(path, &p, &err));
    char *text = text_now();
    assert_string_equal(text, "# mine\ntheme contrast\nfuture thing\n# end\nscale 2\n");
    free(text);
}

static void only_what_changed_is_kept(void **state) {
    (void)state;
    struct prefs kept = {.theme = "dark", .scale = 1.5f};
    struct prefs before = {.theme = "light", .scale = 1, .speed = 30}; /* options said so */
    struct prefs after = before;
    assert_false(prefs_change(&kept, &before, &after));
    after.speed = 80;
    assert_true(prefs_change(&kept, &before, &after));
    assert_string_equal(kept.theme, "dark");
    assert_true(kept.scale == 1.5f);
    assert_int_equal(kept.speed, 80);
}

static void a_directory_that_cannot_be_made_is_told(void **state) {
    (void)state;
    struct error err;
    struct prefs p = {.scale = 1};
    assert_false(prefs_write("/proc/nowhere/arenascope/preferences", &p, &err));
    assert_non_null(strstr(err.text, "/proc/nowhere"));
}

static void the_place_follows_the_standard(void **state) {
    (void)state;
    struct strbuf out = {0};
    setenv("XDG_CONFIG_HOME", "relative", 1);
    setenv("HOME", "/home/somebody", 1);
    assert_true(prefs_path(&out));
    assert_string_equal(out.text, "/home/somebody/.config/arenascope/preferences");
    unsetenv("HOME");
    sb_clear(&out);
    assert_false(prefs_path(&out));
    sb_free(&out);
}

static void a_very_long_file_is_told_and_left_alone(void **state) {
    char *text = xcalloc(1, LIMIT_SETTINGS + 2);
    struct prefs p, changed = {.scale = 2};
    struct strbuf report = {0};
    struct error err;
    (void)state;
    memset(text, '\n', LIMIT_SETTINGS + 1);
    write_text(text);
    prefs_read(path, &p, &report);
    assert_non_null(strstr(report.text, ": is larger than 64 KiB"));
    assert_false(prefs_write(path, &changed, &err));
    assert_non_null(strstr(err.text, ": is larger than 64 KiB"));
    char *now = text_now();
    assert_string_equal(now, text);
    free(now);
    free(text);
    sb_free(&report);
}

/* Some bytes are others, and what is behind one is gone: read without harm, and whatever is set by
 * it could have been set. */
static void damaged_preferences_do_no_harm(void **state) {
    static const char sound[] = "# mine\ntheme contrast\nlanguage zh\nscale 1.25\n"
                                "window 1920x1080\nspeed 400000\n";
    uint64_t dice = 5;
    (void)state;
    for (int round = 0; round < 1000; round++) {
        char text[sizeof sound];
        struct strbuf report = {0};
        struct prefs p;
        memcpy(text, sound, sizeof text);
        for (uint64_t n = random_below(&dice, 6); n; n--)
            text[random_below(&dice, sizeof text - 1)] = (char)(1 + random_below(&dice, 255));
        if (random_below(&dice, 4) == 0)
            text[random_below(&dice, sizeof text)] = '\0';
        write_text(text);
        prefs_read(path, &p, &report);
        assert_true(p.scale == 0 || (p.scale >= 0.5f && p.scale <= 4));
        assert_true(p.width >= 0 && p.width <= PREFS_MAX_SIDE);
        assert_true(strlen(p.theme) < sizeof p.theme && strlen(p.language) <= 2);
        sb_free(&report);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(no_file_is_fine, begin, end),
        cmocka_unit_test_setup_teardown(what_was_written_is_read_again, begin, end),
        cmocka_unit_test_setup_teardown(
            what_cannot_be_is_told_with_its_line_and_the_rest_holds, begin, end),
        cmocka_unit_test_setup_teardown(comments_and_unknown_lines_stay, begin, end),
        cmocka_unit_test(only_what_changed_is_kept),
        cmocka_unit_test(a_directory_that_cannot_be_made_is_told),
        cmocka_unit_test(the_place_follows_the_standard),
        cmocka_unit_test_setup_teardown(a_very_long_file_is_told_and_left_alone, begin, end),
        cmocka_unit_test_setup_teardown(damaged_preferences_do_no_harm, begin, end),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
