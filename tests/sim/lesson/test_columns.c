/* Text for terminals: no line is too wide, nothing is lost, Chinese counts two. */
#include "sim/lesson/columns.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static void wraps(const char *text, int width, const char *expected) {
    struct strbuf out = {0};
    columns_wrap(text, "  ", width, &out);
    assert_string_equal(sb_text(&out), expected);
    sb_free(&out);
}

static void words_go_to_the_next_line(void **state) {
    (void)state;
    wraps("one two three", 10, "  one two\n  three\n");
    wraps("one\n\ntwo", 10, "  one\n\n  two\n");
    wraps("averylongword x", 8, "  averylongword\n  x\n");
    wraps("", 8, "");
    wraps("one  ", 10, "  one\n");
    wraps("one \ntwo", 10, "  one\n  two\n");
    wraps("  \none", 10, "\n  one\n");
    wraps("one   two", 20, "  one   two\n");
}

/* Those at the edges of what is wide, and beside them. */
static void wide_characters_take_two_columns(void **state) {
    (void)state;
    static const struct {
        const char *text;
        int columns;
    } cases[] = {{"\u10ff", 1}, {"\u1100", 2}, {"\u115f", 2}, {"\u1160", 1}, {"\u2e7f", 1},
        {"\u2e80", 2}, {"\ua4cf", 2}, {"\ua4d0", 1}, {"\uabff", 1}, {"\uac00", 2}, {"\ud7a3", 2},
        {"\ud7a4", 1}, {"\uf8ff", 1}, {"\uf900", 2}, {"\ufaff", 2}, {"\ufb00", 1}, {"\ufe2f", 1},
        {"\ufe30", 2}, {"\ufe6f", 2}, {"\ufe70", 1}, {"\uff00", 2}, {"\uff60", 2}, {"\uff61", 1},
        {"\U0001ffff", 1}, {"\U00020000", 2}, {"\U0003fffd", 2}, {"\U0003fffe", 1}, {"\u00e9", 1},
        {"a", 1}};
    for (size_t i = 0; i < ARRAY_LEN(cases); i++)
        if (columns_of(cases[i].text) != cases[i].columns)
            fail_msg("\"%s\" takes %d columns", cases[i].text, columns_of(cases[i].text));
}

static void bytes_that_are_no_utf8_stand_for_themselves(void **state) {
    (void)state;
    assert_int_equal(columns_of("\xe4"
                                "ab"),
        3); /* a character that is cut off */
    assert_int_equal(columns_of("\x80"), 1);
}

static void chinese_breaks_between_characters_and_keeps_its_punctuation(void **state) {
    (void)state;
    assert_int_equal(columns_of("内存 x"), 6);
    wraps("内存分配", 6, "  内存\n  分配\n");
    wraps("内存，分配", 6, "  内\n  存，\n  分配\n");
    wraps("有 arena 吗", 10, "  有 arena\n  吗\n");
    wraps("arena吗", 8, "  arena\n  吗\n");
    wraps("arena，吗", 8, "  arena，\n  吗\n");
}

static void no_line_is_wider_than_asked(void **state) {
    (void)state;
    static const char text[] =
        "Go 想要的地址 0xc000000000 被占了，或者 128 个全被占了。What then? 怎么办？";
    for (int width = 24; width < 90; width++) {
        struct strbuf out = {0};
        columns_wrap(text, "  ", width, &out);
        for (char *line = strtok(out.text, "\n"); line; line = strtok(NULL, "\n"))
            assert_true(columns_of(line) <= width);
        sb_free(&out);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(words_go_to_the_next_line),
        cmocka_unit_test(wide_characters_take_two_columns),
        cmocka_unit_test(bytes_that_are_no_utf8_stand_for_themselves),
        cmocka_unit_test(chinese_breaks_between_characters_and_keeps_its_punctuation),
        cmocka_unit_test(no_line_is_wider_than_asked),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
