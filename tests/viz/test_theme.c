/*
 * Themes: what a file may say, and what the shipped ones promise to the eye.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "sim/base/file.h"
#include "sim/base/limits.h"
#include "viz/theme.h"

static const char *const shipped[] = {"dark", "light", "contrast"};

static struct theme load_shipped(const char *name) {
    const char *data = getenv("ARENASCOPE_DATA");
    char path[512];
    snprintf(path, sizeof path, "%s/assets/themes/%s.theme", data ? data : ".", name);
    struct theme t;
    struct error err;
    if (!theme_load(path, &t, &err))
        fail_msg("%s", err.text);
    return t;
}

/* A whole theme, one colour a line from line 1 on, then `dark yes`; without the line `without` and
 * with extra at the end. */
static bool load_text(
    const char *without, const char *extra, struct theme *out, struct error *err) {
    static const char *const names[] = {
#define X(name) #name,
        THEME_COLORS(X)
#undef X
    };
    struct strbuf text = {0};
    for (size_t i = 0; i < ARRAY_LEN(names); i++)
        if (strcmp(names[i], without) != 0)
            sb_printf(&text, "%s #%06x\n", names[i], (unsigned)i);
    if (strcmp(without, "dark") != 0)
        sb_puts(&text, "dark yes\n");
    sb_puts(&text, extra);
    char path[64];
    snprintf(path, sizeof path, "/tmp/arenascope-theme-%ld.theme", (long)getpid());
    bool ok = file_write(path, text.text, text.len, err) && theme_load(path, out, err);
    unlink(path);
    sb_free(&text);
    return ok;
}

static void refused(const char *without, const char *extra, const char *expected) {
    struct theme t = {.name = "untouched"};
    struct error err = {{0}};
    assert_false(load_text(without, extra, &t, &err));
    if (!strstr(err.text, expected))
        fail_msg("expected \"%s\" in \"%s\"", expected, err.text);
    assert_string_equal(t.name, "untouched");
}

static void every_colour_is_read(void **state) {
    (void)state;
    struct theme t;
    struct error err;
    assert_true(load_text("", "\n  # a comment\n\t\r\n", &t, &err));
    for (unsigned i = 0; i < COLOR_COUNT; i++)
        assert_int_equal(t.color[i], 0xff000000 | i);
    assert_true(t.dark);
    assert_memory_equal(t.name, "arenascope-theme-", 17);
    assert_null(strchr(t.name, '.'));
}

static void mistakes_are_told_with_their_line(void **state) {
    (void)state;
    char line[32];
    snprintf(line, sizeof line, ".theme:%d: ", COLOR_COUNT + 2);
    refused("", "teal #112233\n", line);
    refused("", "teal #112233\n", "unknown colour \"teal\"");
    refused("muted", "muted #12345\n", "\"#12345\" is no colour, expected muted #rrggbb");
    refused("muted", "muted #12345g\n", "is no colour");
    refused("muted", "muted 112233\n", "is no colour");
    refused("muted", "muted\n", "\"muted\" has no value, expected #rrggbb");
    refused("muted", "muted #112233 #445566\n", "\"#445566\" after the value");
    refused("", "muted #112233\n", "colour \"muted\" is set twice");
    refused("dark", "dark perhaps\n", "dark is \"perhaps\", expected yes or no");
    refused("", "dark no\n", "\"dark\" is set twice");
}

static void a_lacking_colour_is_named(void **state) {
    (void)state;
    refused("bitmap", "", "the file ends without \"bitmap\"");
    refused("dark", "", "the file ends without \"dark\"");
}

static void a_missing_file_is_named(void **state) {
    (void)state;
    struct theme t;
    struct error err;
    assert_false(theme_load("/nowhere/at/all.theme", &t, &err));
    assert_non_null(strstr(err.text, "/nowhere/at/all.theme"));
}

static void a_very_long_file_is_refused(void **state) {
    (void)state;
    char *blank = xmalloc(LIMIT_SETTINGS + 1);
    memset(blank, '\n', LIMIT_SETTINGS);
    blank[LIMIT_SETTINGS] = '\0';
    refused("", blank, ".theme: is larger than 64 KiB");
    free(blank);
}

static void shipped_themes_load_under_their_names(void **state) {
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(shipped); i++) {
        struct theme t = load_shipped(shipped[i]);
        assert_string_equal(t.name, shipped[i]);
        assert_int_equal(t.dark, i != 1);
    }
}

/* Relative luminance, 0..1, as the accessibility guidelines of the web define it. */
static double luminance(uint32_t color) {
    static const double weights[3] = {0.0722, 0.7152, 0.2126};
    double sum = 0;
    for (int i = 0; i < 3; i++) {
        double v = (color >> (8 * i) & 0xff) / 255.0;
        sum += weights[i] * (v <= 0.04045 ? v / 12.92 : pow((v + 0.055) / 1.055, 2.4));
    }
    return sum;
}

static double contrast(const struct theme *t, enum theme_color a, enum theme_color b) {
    double x = luminance(t->color[a]) + 0.05;
    double y = luminance(t->color[b]) + 0.05;
    return x > y ? x / y : y / x;
}

static void shipped_text_can_be_read(void **state) {
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(shipped); i++) {
        struct theme t = load_shipped(shipped[i]);
        bool high = strcmp(shipped[i], "contrast") == 0;
        static const enum theme_color grounds[] = {COLOR_ground, COLOR_panel, COLOR_raised};
        for (size_t g = 0; g < ARRAY_LEN(grounds); g++) {
            assert_true(contrast(&t, COLOR_text, grounds[g]) >= (high ? 14 : 7));
            assert_true(contrast(&t, COLOR_muted, grounds[g]) >= (high ? 7 : 4));
        }
        assert_true(contrast(&t, COLOR_on_accent, COLOR_accent) >= 4.5);
        assert_true(contrast(&t, COLOR_faint, COLOR_panel) >= (high ? 6 : 2.2));
        static const enum theme_color meanings[] = {
            COLOR_spans, COLOR_bitmap, COLOR_arena, COLOR_refused, COLOR_granted, COLOR_attention};
        for (size_t m = 0; m < ARRAY_LEN(meanings); m++)
            assert_true(contrast(&t, meanings[m], COLOR_panel) >= (high ? 6 : 3));
    }
}

static void size_classes_grow_brighter(void **state) {
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(shipped); i++) {
        struct theme t = load_shipped(shipped[i]);
        for (unsigned c = 2; c <= 66; c++)
            assert_true(
                luminance(theme_class_color(&t, c)) > luminance(theme_class_color(&t, c - 1)));
    }
}

/* What an eye without the green (or red) cones tells apart of two colours: brightness, and blue
 * against the rest. */
static double apart_without_red_green(uint32_t a, uint32_t b) {
    double bright = fabs(pow(luminance(a), 1 / 2.2) - pow(luminance(b), 1 / 2.2));
    double yellow_a = ((a >> 16 & 0xff) * 0.4 + (a >> 8 & 0xff) * 0.6 - (a & 0xff)) / 255;
    double yellow_b = ((b >> 16 & 0xff) * 0.4 + (b >> 8 & 0xff) * 0.6 - (b & 0xff)) / 255;
    return hypot(bright, yellow_a - yellow_b);
}

static void outcomes_and_regions_differ_without_red_and_green(void **state) {
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(shipped); i++) {
        struct theme t = load_shipped(shipped[i]);
        const uint32_t *c = t.color;
        assert_true(apart_without_red_green(c[COLOR_refused], c[COLOR_granted]) > 0.12);
        assert_true(apart_without_red_green(c[COLOR_refused], c[COLOR_attention]) > 0.12);
        assert_true(apart_without_red_green(c[COLOR_bitmap], c[COLOR_arena]) > 0.12);
        assert_true(apart_without_red_green(c[COLOR_bitmap], c[COLOR_spans]) > 0.12);
    }
}

static void classes_blend_from_the_first_to_the_last(void **state) {
    (void)state;
    struct theme t = load_shipped("dark");
    assert_int_equal(theme_class_color(&t, 0), t.color[COLOR_large]);
    assert_int_equal(theme_class_color(&t, 1), t.color[COLOR_class0]);
    assert_int_equal(theme_class_color(&t, 66), t.color[COLOR_class6]);
    assert_int_equal(theme_class_color(&t, 1000), t.color[COLOR_class6]);
    for (unsigned a = 1; a <= 66; a++)
        for (unsigned b = a + 1; b <= 66; b++)
            assert_int_not_equal(theme_class_color(&t, a), theme_class_color(&t, b));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_colour_is_read),
        cmocka_unit_test(mistakes_are_told_with_their_line),
        cmocka_unit_test(a_lacking_colour_is_named),
        cmocka_unit_test(a_missing_file_is_named),
        cmocka_unit_test(a_very_long_file_is_refused),
        cmocka_unit_test(shipped_themes_load_under_their_names),
        cmocka_unit_test(shipped_text_can_be_read),
        cmocka_unit_test(size_classes_grow_brighter),
        cmocka_unit_test(outcomes_and_regions_differ_without_red_and_green),
        cmocka_unit_test(classes_blend_from_the_first_to_the_last),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
