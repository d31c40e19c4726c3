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
}

static void chinese_breaks_between_characters_and_keeps_its_punctuation(void **state) {
    (void)state;
    assert_int_equal(columns_of("内存 x"), 6);
    wraps("内存分配", 6, "  内存\n  分配\n");
    wraps("内存，分配", 6, "  内\n  存，\n  分配\n");
    wraps("有 arena 吗", 10, "  有 arena\n  吗\n");
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
        cmocka_unit_test(chinese_breaks_between_characters_and_keeps_its_punctuation),
        cmocka_unit_test(no_line_is_wider_than_asked),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
