/* The line that is typed into: text in UTF-8, cursor, history, candidates. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <string.h>

#include "viz/prompt.h"

static void keys(struct prompt *p, const char *names) {
    char copy[256], *rest = NULL;
    snprintf(copy, sizeof copy, "%s", names);
    for (char *key = strtok_r(copy, " ", &rest); key; key = strtok_r(NULL, " ", &rest))
        prompt_key(p, key);
}

static void text_goes_in_at_the_cursor(void **state) {
    (void)state;
    struct prompt p = {0};
    prompt_open(&p, PROMPT_SEARCH, "ac");
    keys(&p, "Left");
    assert_true(prompt_insert(&p, "b"));
    assert_string_equal(p.text, "abc");
    keys(&p, "Home");
    prompt_insert(&p, "<");
    keys(&p, "End");
    prompt_insert(&p, ">");
    assert_string_equal(p.text, "<abc>");
    prompt_free(&p);
}

static void characters_are_whole(void **state) {
    (void)state;
    struct prompt p = {0};
    prompt_open(&p, PROMPT_NOTE, "é堆x");
    assert_int_equal(prompt_key(&p, "Backspace"), PROMPT_CHANGED);
    assert_int_equal(prompt_key(&p, "Backspace"), PROMPT_CHANGED);
    assert_string_equal(p.text, "é");
    prompt_insert(&p, "页面");
    keys(&p, "Left Left");
    assert_int_equal(p.cursor, strlen("é"));
    keys(&p, "Delete");
    assert_string_equal(p.text, "é面");
    assert_false(prompt_insert(&p, "\xff"));
    assert_false(prompt_insert(&p, "\xe9\xa1"));
    assert_string_equal(p.text, "é面");
    prompt_free(&p);
}

static void at_the_edges_nothing_is_erased(void **state) {
    (void)state;
    struct prompt p = {0};
    prompt_open(&p, PROMPT_SEARCH, "x");
    assert_int_equal(prompt_key(&p, "Delete"), PROMPT_MOVED);
    keys(&p, "Left Left");
    assert_int_equal(prompt_key(&p, "Backspace"), PROMPT_MOVED);
    assert_string_equal(p.text, "x");
    prompt_free(&p);
}

static void words_and_halves_are_erased_at_once(void **state) {
    (void)state;
    struct prompt p = {0};
    prompt_open(&p, PROMPT_CONSOLE, "x = alloc 48 ");
    keys(&p, "Ctrl+w");
    assert_string_equal(p.text, "x = alloc ");
    keys(&p, "Ctrl+Left Ctrl+k");
    assert_string_equal(p.text, "x = ");
    keys(&p, "Ctrl+a Ctrl+Right Ctrl+u");
    assert_string_equal(p.text, " = ");
    assert_int_equal(p.cursor, 0);
    prompt_free(&p);
}

static void what_is_pasted_is_one_line(void **state) {
    (void)state;
    struct prompt p = {0};
    prompt_open(&p, PROMPT_SEARCH, "");
    assert_true(prompt_insert(&p, "a\tb\nc\r\x01"));
    assert_string_equal(p.text, "a b c");
    assert_false(prompt_insert(&p, "\x1b"));
    prompt_free(&p);
}

static void there_is_an_end_to_the_room(void **state) {
    (void)state;
    struct prompt p = {0};
    prompt_open(&p, PROMPT_SEARCH, "");
    for (int i = 0; i < 2 * PROMPT_MAX; i++)
        prompt_insert(&p, "x");
    assert_int_equal(p.len, PROMPT_MAX - 1);
    assert_int_equal(strlen(p.text), PROMPT_MAX - 1);
    prompt_free(&p);
}

static void older_lines_come_back_and_the_draft_after_them(void **state) {
    (void)state;
    struct prompt p = {0};
    const char *lines[] = {"one", "two", "two", ""};
    for (size_t i = 0; i < ARRAY_LEN(lines); i++) {
        prompt_open(&p, PROMPT_CONSOLE, lines[i]);
        prompt_remember(&p);
    }
    prompt_open(&p, PROMPT_CONSOLE, "dra");
    keys(&p, "Up");
    assert_string_equal(p.text, "two");
    keys(&p, "Up Up Up");
    assert_string_equal(p.text, "one");
    keys(&p, "Down Down");
    assert_string_equal(p.text, "dra");
    prompt_open(&p, PROMPT_SEARCH, ""); /* each kind has its own */
    keys(&p, "Up");
    assert_string_equal(p.text, "");
    prompt_free(&p);
}

static void history_forgets_the_oldest(void **state) {
    (void)state;
    struct prompt p = {0};
    char line[16];
    for (int i = 0; i < HISTORY_MAX + 3; i++) {
        snprintf(line, sizeof line, "%d", i);
        prompt_open(&p, PROMPT_SEARCH, line);
        prompt_remember(&p);
    }
    assert_int_equal(p.history_count[PROMPT_SEARCH], HISTORY_MAX);
    assert_string_equal(p.history[PROMPT_SEARCH][0], "3");
    prompt_free(&p);
}

static void candidates_are_sorted_and_chosen_in_a_circle(void **state) {
    (void)state;
    struct prompt p = {0};
    prompt_open(&p, PROMPT_PALETTE, "");
    const int scores[] = {1, 5, 3, 5};
    for (int i = 0; i < 4; i++)
        prompt_add_candidate(&p, &(struct candidate){.words = "", .score = scores[i], .arg = i});
    prompt_sort_candidates(&p);
    const int order[] = {1, 3, 2, 0};
    for (int i = 0; i < 4; i++)
        assert_int_equal(p.candidates[i].arg, order[i]);
    keys(&p, "Up");
    assert_int_equal(p.chosen, 3);
    keys(&p, "Down Down");
    assert_int_equal(p.chosen, 1);
    keys(&p, "PageDown PageDown");
    assert_int_equal(p.chosen, 3);
    keys(&p, "PageUp");
    assert_int_equal(p.chosen, 0);
    prompt_free(&p);
}

static void keys_say_what_came_of_them(void **state) {
    (void)state;
    struct prompt p = {0};
    prompt_open(&p, PROMPT_SEARCH, "");
    assert_int_equal(prompt_key(&p, "Enter"), PROMPT_ACCEPTED);
    assert_int_equal(prompt_key(&p, "Shift+Enter"), PROMPT_ACCEPTED_BACK);
    assert_int_equal(prompt_key(&p, "Escape"), PROMPT_CANCELLED);
    assert_int_equal(prompt_key(&p, "F5"), PROMPT_IGNORED);
    assert_int_equal(prompt_key(&p, "Space"), PROMPT_IGNORED);
    prompt_free(&p);
}

static void output_keeps_the_last_lines(void **state) {
    (void)state;
    struct prompt p = {0};
    char line[16];
    for (int i = 0; i < OUTPUT_MAX + 2; i++) {
        snprintf(line, sizeof line, "%d", i);
        prompt_print(&p, line);
    }
    assert_int_equal(p.output_count, OUTPUT_MAX);
    assert_string_equal(p.output[0], "2");
    prompt_free(&p);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(text_goes_in_at_the_cursor),
        cmocka_unit_test(characters_are_whole),
        cmocka_unit_test(at_the_edges_nothing_is_erased),
        cmocka_unit_test(words_and_halves_are_erased_at_once),
        cmocka_unit_test(what_is_pasted_is_one_line),
        cmocka_unit_test(there_is_an_end_to_the_room),
        cmocka_unit_test(older_lines_come_back_and_the_draft_after_them),
        cmocka_unit_test(history_forgets_the_oldest),
        cmocka_unit_test(candidates_are_sorted_and_chosen_in_a_circle),
        cmocka_unit_test(keys_say_what_came_of_them),
        cmocka_unit_test(output_keeps_the_last_lines),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
