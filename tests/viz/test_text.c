/*
 * Text: widths, fallback to Chinese, cutting and breaking. Nothing here knows one font's pixels.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdlib.h>
#include <string.h>

#include "viz/draw.h"

static int open_fonts(void **state) {
    struct error err = {{0}};
    *state = fonts_open(&err);
    if (!*state)
        print_error("%s\n", err.text);
    return *state ? 0 : -1;
}

static int close_fonts(void **state) {
    fonts_close(*state);
    return 0;
}

static int width(void **state, const char *text) {
    return text_width(*state, FACE_SANS, 13, text);
}

static void width_is_the_sum_of_the_parts(void **state) {
    assert_int_equal(width(state, ""), 0);
    assert_true(width(state, "arena") > 0);
    assert_int_equal(width(state, "arena 竞技场"), width(state, "arena ") + width(state, "竞技场"));
}

static void mono_is_mono(void **state) {
    int one = text_width(*state, FACE_MONO, 13, "0");
    assert_int_equal(text_width(*state, FACE_MONO, 13, "0xc000000000"), 12 * one);
    assert_int_equal(text_width(*state, FACE_MONO, 13, "iiWW|_"), 6 * one);
}

static void sizes_scale(void **state) {
    int small = text_width(*state, FACE_SANS, 12, "the heap bitmap");
    int large = text_width(*state, FACE_SANS, 48, "the heap bitmap");
    assert_in_range(large, 7 * small / 2, 9 * small / 2);
    assert_true(text_line_height(*state, FACE_SANS, 13) >= 13);
    assert_in_range(text_ascent(*state, FACE_SANS, 13), 9, 16);
}

static void absurd_sizes_are_harmless(void **state) {
    assert_true(text_width(*state, FACE_SANS, -5, "a") >= 0);
    assert_true(text_width(*state, FACE_SANS, 1 << 20, "a") > 0);
}

/* How many pixels text_draw changes. */
static int ink(struct fonts *f, enum face face, const char *text, struct rect clip) {
    struct canvas *c = canvas_new(400, 40);
    canvas_clip(c, clip);
    assert_int_equal(
        text_draw(c, f, face, 20, 5, 5, 0xffffffff, text), text_width(f, face, 20, text));
    int count = 0;
    for (int y = 0; y < 40; y++)
        for (int x = 0; x < 400; x++)
            if (c->pixels[y * 400 + x] != 0xff000000) {
                assert_true(rect_has(clip, x, y));
                count++;
            }
    canvas_free(c);
    return count;
}

static const struct rect ALL = {0, 0, 400, 40};

static void latin_chinese_and_arrows_leave_ink(void **state) {
    for (int face = 0; face < FACE_COUNT; face++) {
        assert_true(ink(*state, (enum face)face, "heap", ALL) > 100);
        assert_true(ink(*state, (enum face)face, "堆内存", ALL) > 200);
        assert_true(ink(*state, (enum face)face, "→", ALL) > 10);
        assert_true(ink(*state, (enum face)face, "▲", ALL) > 20);
    }
}

static void chinese_is_not_the_sign_for_missing(void **state) {
    int missing = ink(*state, FACE_SANS, "\xef\xbf\xbd", ALL);
    assert_int_not_equal(ink(*state, FACE_SANS, "堆", ALL), missing);
    assert_int_not_equal(ink(*state, FACE_SANS, "堆", ALL), ink(*state, FACE_SANS, "存", ALL));
}

static void bold_is_bolder_in_chinese_too(void **state) {
    assert_true(ink(*state, FACE_BOLD, "heap", ALL) > ink(*state, FACE_SANS, "heap", ALL));
    assert_true(ink(*state, FACE_BOLD, "一一", ALL) >= ink(*state, FACE_SANS, "一一", ALL));
    assert_true(ink(*state, FACE_BOLD, "内存", ALL) > ink(*state, FACE_SANS, "内存", ALL));
}

static void clip_cuts_letters(void **state) {
    int all = ink(*state, FACE_SANS, "mheap", ALL);
    int part = ink(*state, FACE_SANS, "mheap", rect_make(10, 12, 20, 7));
    assert_in_range(part, 10, all / 2);
    assert_int_equal(ink(*state, FACE_SANS, "mheap", rect_make(0, 0, 400, 0)), 0);
}

static void ink_stays_in_the_line(void **state) {
    int line = text_line_height(*state, FACE_SANS, 20);
    assert_int_equal(ink(*state, FACE_SANS, "Ågjpq|", ALL),
        ink(*state, FACE_SANS, "Ågjpq|", rect_make(0, 5, 400, line)));
}

static void invalid_bytes_show_as_replacements(void **state) {
    int missing = width(state, "\xef\xbf\xbd");
    assert_int_equal(width(state, "\xff"), missing);
    assert_int_equal(width(state, "\xc0\xaf"), 2 * missing);         /* overlong */
    assert_int_equal(width(state, "\xed\xa0\x80"), 3 * missing);     /* half a surrogate pair */
    assert_int_equal(width(state, "\xf4\x90\x80\x80"), 4 * missing); /* above U+10FFFF */
    assert_int_equal(width(state, "a\xe5"), width(state, "a") + missing); /* cut short */
    assert_int_equal(width(state, "\xe5z"), missing + width(state, "z"));
}

static void joiners_and_marks_of_order_take_no_room(void **state) {
    assert_int_equal(width(state, "a\u200bb\ufeff"), width(state, "ab"));
}

static void fit(void **state, int max_w, const char *text, const char *expected) {
    struct strbuf out = {0};
    sb_puts(&out, ">");
    text_fit(*state, FACE_SANS, 13, max_w, text, &out);
    assert_string_equal(out.text + 1, expected);
    sb_free(&out);
}

static void what_fits_is_left_alone(void **state) {
    fit(state, width(state, "mspan"), "mspan", "mspan");
    fit(state, 0, "", "");
}

static void what_does_not_fit_ends_in_an_ellipsis(void **state) {
    fit(state, width(state, "mspan…"), "mspans and mcaches", "mspan…");
    fit(state, width(state, "mspan…") - 1, "mspans and mcaches", "mspa…");
    fit(state, width(state, "span…"), "span class", "span…");
    fit(state, width(state, "span …"), "span class", "span…"); /* no space before it */
    fit(state, width(state, "内存…"), "内存分配器", "内存…");
    fit(state, width(state, "…"), "mspan", "…");
    fit(state, width(state, "…") - 1, "mspan", "");
}

struct lines {
    const char *text;
    struct strbuf out; /* lines, each ended by "/" */
};

static void add_line(void *arg, size_t start, size_t end) {
    struct lines *l = arg;
    sb_add(&l->out, l->text + start, end - start);
    sb_puts(&l->out, "/");
}

static void wrap(void **state, int max_w, const char *text, int count, const char *expected) {
    struct lines l = {.text = text};
    assert_int_equal(text_wrap(*state, FACE_SANS, 13, max_w, text, add_line, &l), count);
    assert_string_equal(sb_text(&l.out), expected);
    sb_free(&l.out);
}

static void lines_break_between_words(void **state) {
    int w = width(state, "the heap");
    wrap(state, w, "the heap asks the kernel", 3, "the heap/asks the/kernel/");
    wrap(state, 10000, "the heap asks the kernel", 1, "the heap asks the kernel/");
    wrap(state, w, "the heap   ", 1, "the heap/"); /* blanks may hang over */
}

static void newlines_break_hard(void **state) {
    wrap(state, 10000, "one\ntwo\r\n\nthree\n", 4, "one/two//three/");
    wrap(state, 10000, "", 0, "");
    wrap(state, 10000, "\n", 1, "/");
}

static void chinese_breaks_anywhere_but_before_its_stops(void **state) {
    wrap(state, width(state, "四个大字"), "四个大字，再来", 2, "四个大/字，再来/");
    wrap(state, width(state, "四个大"), "四个大字再来", 2, "四个大/字再来/");
}

static void long_words_are_broken_where_they_must(void **state) {
    wrap(state, width(state, "0xc00"), "0xc00000", 2, "0xc00/000/");
    wrap(state, 1, "abc", 3, "a/b/c/");
    wrap(state, 0, "堆 a", 2, "堆/a/");
}

static void invalid_text_wraps_and_loses_nothing(void **state) {
    struct lines l = {.text = "a\xff\xe5 b\xc3"};
    assert_int_equal(text_wrap(*state, FACE_SANS, 13, 10000, l.text, add_line, &l), 1);
    assert_string_equal(l.out.text, "a\xff\xe5 b\xc3/");
    sb_free(&l.out);
}

static void no_line_is_wider_than_asked(void **state) {
    static const char text[] = "Go asks for 0xc000000000, 再对齐到 1 MiB (it is 2^20 bytes); then "
                               "spans|bitmap|arena are laid out，得到 0x08200000。";
    for (int w = 40; w < 400; w += 13) {
        struct lines l = {.text = text};
        text_wrap(*state, FACE_SANS, 13, w, text, add_line, &l);
        char *rest = NULL;
        for (char *s = strtok_r(l.out.text, "/", &rest); s; s = strtok_r(NULL, "/", &rest))
            assert_true(width(state, s) <= w);
        sb_free(&l.out);
    }
}

static void many_glyphs_at_many_sizes_stay_right(void **state) {
    int before = width(state, "arena");
    char letter[4] = {0};
    for (int size = 8; size < 60; size++)
        for (unsigned cp = 0x100; cp < 0x400; cp++) {
            letter[0] = (char)(0xc0 | cp >> 6);
            letter[1] = (char)(0x80 | (cp & 0x3f));
            text_width(*state, FACE_SANS, size, letter);
        }
    assert_int_equal(width(state, "arena"), before);
    assert_true(ink(*state, FACE_SANS, "heap", ALL) > 100);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(width_is_the_sum_of_the_parts),
        cmocka_unit_test(mono_is_mono),
        cmocka_unit_test(sizes_scale),
        cmocka_unit_test(absurd_sizes_are_harmless),
        cmocka_unit_test(latin_chinese_and_arrows_leave_ink),
        cmocka_unit_test(chinese_is_not_the_sign_for_missing),
        cmocka_unit_test(bold_is_bolder_in_chinese_too),
        cmocka_unit_test(clip_cuts_letters),
        cmocka_unit_test(ink_stays_in_the_line),
        cmocka_unit_test(invalid_bytes_show_as_replacements),
        cmocka_unit_test(joiners_and_marks_of_order_take_no_room),
        cmocka_unit_test(what_fits_is_left_alone),
        cmocka_unit_test(what_does_not_fit_ends_in_an_ellipsis),
        cmocka_unit_test(lines_break_between_words),
        cmocka_unit_test(newlines_break_hard),
        cmocka_unit_test(chinese_breaks_anywhere_but_before_its_stops),
        cmocka_unit_test(long_words_are_broken_where_they_must),
        cmocka_unit_test(invalid_text_wraps_and_loses_nothing),
        cmocka_unit_test(no_line_is_wider_than_asked),
        cmocka_unit_test(many_glyphs_at_many_sizes_stay_right),
    };
    return cmocka_run_group_tests(tests, open_fonts, close_fonts);
}
