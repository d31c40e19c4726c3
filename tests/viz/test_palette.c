/* Fuzzy matching and the palette: what one means stands first. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "sim/base/i18n.h"
#include "viz/fuzzy.h"
#include "viz/palette.h"

static void letters_must_occur_in_order(void **state) {
    (void)state;
    assert_true(fuzzy_score("sf", "step forward", NULL) > 0);
    assert_int_equal(fuzzy_score("fs", "step forward", NULL), FUZZY_NONE);
    assert_int_equal(fuzzy_score("stepp", "step forward", NULL), FUZZY_NONE);
    assert_int_equal(fuzzy_score("x", "", NULL), FUZZY_NONE);
    assert_int_equal(fuzzy_score("", "anything", NULL), 0);
}

static void case_and_blanks_do_not_matter(void **state) {
    (void)state;
    assert_int_equal(
        fuzzy_score("Step F", "step forward", NULL), fuzzy_score("stepf", "Step Forward", NULL));
}

static void beginnings_of_words_and_neighbours_win(void **state) {
    (void)state;
    assert_true(fuzzy_score("sf", "step forward", NULL) > fuzzy_score("sf", "self", NULL));
    assert_true(fuzzy_score("the", "theme", NULL) > fuzzy_score("the", "to her end", NULL));
    assert_true(
        fuzzy_score("path", "path", NULL) > fuzzy_score("path", "path of mallocinit", NULL));
}

static void the_best_way_to_match_counts(void **state) {
    (void)state;
    uint64_t hits;
    fuzzy_score("map", "my a map", &hits); /* not m_ a __p */
    assert_int_equal(hits, UINT64_C(7) << 5);
}

static void chinese_is_matched_by_character(void **state) {
    (void)state;
    uint64_t hits;
    assert_true(fuzzy_score("下件", "下一个事件", &hits) > 0);
    assert_int_equal(hits, 1 | 1 << 4);
    assert_int_equal(fuzzy_score("上", "下一个事件", NULL), FUZZY_NONE);
}

static void long_texts_are_no_trouble(void **state) {
    (void)state;
    char a[300], b[300];
    memset(a, 'a', sizeof a);
    memset(b, 'a', sizeof b);
    a[299] = b[299] = '\0';
    assert_true(fuzzy_score(a, b, NULL) > 0);
}

static enum command first_for(const char *typed) {
    struct prompt p = {0};
    struct palette_world world = {0};
    prompt_open(&p, PROMPT_PALETTE, typed);
    palette_fill(&p, &world);
    enum command command = p.candidate_count ? p.candidates[0].command : CMD_NONE;
    prompt_free(&p);
    return command;
}

static void what_one_means_stands_first(void **state) {
    (void)state;
    assert_int_equal(first_for("step forward"), CMD_STEP_FORWARD);
    assert_int_equal(first_for("stepf"), CMD_STEP_FORWARD);
    assert_int_equal(first_for("theme"), CMD_THEME);
    assert_int_equal(first_for("quit"), CMD_QUIT);
    assert_int_equal(first_for("larger"), CMD_SCALE_UP);
    assert_int_equal(first_for("peak"), CMD_PEAK);
    assert_int_equal(first_for("refnext"), CMD_REFUSAL_NEXT);
    assert_int_equal(first_for("strings"), CMD_WORKLOAD_OPEN);
    assert_int_equal(first_for("zqzqzq"), CMD_NONE);
}

static void every_command_but_the_pointers_is_there_while_nothing_is_typed(void **state) {
    (void)state;
    struct prompt p = {0};
    struct palette_world world = {0};
    prompt_open(&p, PROMPT_PALETTE, "");
    palette_fill(&p, &world);
    for (unsigned c = CMD_NONE + 1; c < CMD_COUNT; c++) {
        size_t found = 0;
        for (size_t i = 0; i < p.candidate_count; i++)
            found += p.candidates[i].command == c;
        if (command_info(c)->keys[0] && c != CMD_LESSON_OPEN && c != CMD_WORKLOAD_OPEN &&
            c != CMD_NOTE_GO && c != CMD_PALETTE)
            assert_int_equal(found, 1);
    }
    prompt_free(&p);
}

static void lessons_are_found_by_their_title(void **state) {
    (void)state;
    struct lesson lesson = {.title = (char *)"Who may have this address?"};
    struct lesson *lessons[] = {&lesson};
    struct palette_world world = {.lessons = lessons, .lesson_count = 1};
    struct prompt p = {0};
    prompt_open(&p, PROMPT_PALETTE, "whomay");
    palette_fill(&p, &world);
    assert_int_equal(p.candidates[0].command, CMD_LESSON_OPEN);
    assert_int_equal(p.candidates[0].arg, 0);
    prompt_free(&p);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(letters_must_occur_in_order),
        cmocka_unit_test(case_and_blanks_do_not_matter),
        cmocka_unit_test(beginnings_of_words_and_neighbours_win),
        cmocka_unit_test(the_best_way_to_match_counts),
        cmocka_unit_test(chinese_is_matched_by_character),
        cmocka_unit_test(long_texts_are_no_trouble),
        cmocka_unit_test(what_one_means_stands_first),
        cmocka_unit_test(every_command_but_the_pointers_is_there_while_nothing_is_typed),
        cmocka_unit_test(lessons_are_found_by_their_title),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
