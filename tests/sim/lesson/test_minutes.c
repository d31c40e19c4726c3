/* How long a lesson takes: what is counted, and what it weighs. */
#include "sim/lesson/minutes.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static struct lesson_measure measure(const char *text) {
    struct error err = {""};
    struct lesson_measure m = {0};
    struct lesson *l = lesson_parse("x.md", text, strlen(text), &err);
    if (!l)
        fail_msg("%s", err.text);
    struct environment world = lesson_world(l);
    if (!lesson_measure(l, &world, &m, &err))
        fail_msg("%s", err.text);
    lesson_free(l);
    return m;
}

#define STEP(stop, prose) "## Go\n```arena\ninit\n```\n<!-- view\nstop " stop "\n-->\n" prose

static void words_and_chinese_characters_are_counted(void **state) {
    (void)state;
    struct lesson_measure m = measure("# Two words\n" STEP("start", "One `two`, **three** – 4.\n"));
    assert_int_equal(m.words, 2 + 1 + 4); /* the dash is none */
    assert_int_equal(m.characters, 0);
    m = measure("# 标题\n" STEP("start", "堆在 arena 里，有 128 个。\n"));
    assert_int_equal(m.characters, 2 + 5);
    assert_int_equal(m.words, 1 + 2);
    m = measure("# T\n" STEP("start", "– a– a里b\n"));
    assert_int_equal(m.words, 1 + 1 + 3);
    m = measure("# T\n" STEP("start", "a\u33ffb \u3400\u9fff\ua000 \U0001ffff\U00020000"
                                      "\U0003fffd\U0003fffe\n"));
    assert_int_equal(m.characters, 4); /* the edges of Chinese, and what is beside them */
}

static void a_number_counts_as_it_is_read(void **state) {
    (void)state;
    struct lesson_measure m = measure("# T\n" STEP("end", "{arena_start + 8} {spans.bytes}\n"));
    assert_int_equal(m.words, 1 + 1 + 3); /* an address; "512 MiB" */
}

static void lines_of_code_count_by_themselves(void **state) {
    (void)state;
    struct lesson_measure m =
        measure("# T\n" STEP("start", "See:\n\n```\none two\n\nthree\n```\n"));
    assert_int_equal(m.words, 3);
    assert_int_equal(m.code_lines, 2);
}

static void questions_count_with_options_and_reason(void **state) {
    (void)state;
    static const char question[] = "```question\nWhy so?\n- yes it is {1}\n- no {0}\n"
                                   "  This is said if it is wrong.\nwhy Because.\n```\n";
    struct strbuf text = {0};
    sb_printf(&text, "# T\n" STEP("start", "See.\n%s"), question);
    struct lesson_measure m = measure(sb_text(&text)),
                          none = measure("# T\n" STEP("start", "See.\n"));
    assert_int_equal(m.questions, 1);
    assert_int_equal(m.words - none.words, 2 + 3 + 1 + 1);
    assert_true(m.minutes > none.minutes);
    sb_free(&text);
}

/* Nobody walks a whole run: a few events count, however many there are. */
static void events_are_walked_up_to_a_few(void **state) {
    (void)state;
    static const char second[] = "\n## On\n<!-- view\nstop step %s\n-->\nSee.\n";
    const char *const stops[] = {"check tiny class", "check defer sizes", "done"};
    unsigned events[3];
    for (int i = 0; i < 3; i++) {
        struct strbuf text = {0};
        sb_puts(&text, "# T\n" STEP("step check tiny class", "See.\n"));
        sb_printf(&text, second, stops[i]);
        events[i] = measure(sb_text(&text)).events;
        sb_free(&text);
    }
    assert_int_equal(measure("# T\n" STEP("start", "See.\n")).events, 0);
    assert_int_equal(events[1] - events[0], 1);
    assert_in_range(events[2] - events[0], 2, 20);
}

static void time_is_the_sum_of_its_parts(void **state) {
    (void)state;
    struct strbuf text = {0};
    sb_puts(&text, "# T\n" STEP("start", ""));
    for (int i = 0; i < 178; i++)
        sb_puts(&text, "word ");
    sb_puts(&text, "\n");
    struct lesson_measure m = measure(sb_text(&text));
    assert_int_equal(m.words, 180);
    assert_true(fabs(m.minutes - 1) < 0.001);
    sb_free(&text);
}

static void a_lesson_that_is_not_true_is_told(void **state) {
    (void)state;
#define ASKS(ask, option, why)                                                                     \
    "# T\n" STEP(                                                                                  \
        "start", "See.\n```question\n" ask "\n- " option " {1}\n- b {0}\nwhy " why "\n```\n")
    static const struct {
        const char *text, *error;
    } cases[] = {
        {"# T\n" STEP("hint 9", "See.\n"), "x.md:7: the run never comes"},
        {"# T\n" STEP("start", "{nobody}\n"), "x.md:9: {nobody}"},
        {ASKS("{nobody}", "a", "So."), "x.md:11: {nobody}"},
        {ASKS("Why?", "{nobody}", "So."), "x.md:12: {nobody}"},
        {ASKS("Why?", "a", "{nobody}"), "x.md:14: {nobody}"},
        {"# T\n## S\n```arena\na = alloc 8\ndrop a\na.0 = nil\n```\n<!-- view\nstop end\n-->\ns\n",
            "x.md:6: "},
    };
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        struct error err = {""};
        struct lesson_measure m;
        struct lesson *l = lesson_parse("x.md", cases[i].text, strlen(cases[i].text), &err);
        if (!l)
            fail_msg("%s", err.text);
        struct environment world = lesson_world(l);
        assert_false(lesson_measure(l, &world, &m, &err));
        if (strncmp(err.text, cases[i].error, strlen(cases[i].error)) != 0)
            fail_msg("\"%s\" is not \"%s\"", err.text, cases[i].error);
        lesson_free(l);
    }
}

static void what_is_said_may_be_wrong_by_one_or_a_fifth(void **state) {
    (void)state;
    assert_true(fabs(minutes_tolerance(3) - 1) < 0.001);
    assert_true(fabs(minutes_tolerance(5) - 1) < 0.001);
    assert_true(fabs(minutes_tolerance(20) - 4) < 0.001);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(words_and_chinese_characters_are_counted),
        cmocka_unit_test(a_number_counts_as_it_is_read),
        cmocka_unit_test(lines_of_code_count_by_themselves),
        cmocka_unit_test(questions_count_with_options_and_reason),
        cmocka_unit_test(events_are_walked_up_to_a_few),
        cmocka_unit_test(time_is_the_sum_of_its_parts),
        cmocka_unit_test(a_lesson_that_is_not_true_is_told),
        cmocka_unit_test(what_is_said_may_be_wrong_by_one_or_a_fifth),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
