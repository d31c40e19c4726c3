/* A lesson in a terminal: what is told, what is asked, and challenges that are played there. */
#include "sim/lesson/terminal.h"

#include "sim/base/file.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

struct taken {
    struct strbuf said;
    int right, asked;
};

/* Takes the lesson; what is typed is in `typed`. */
static struct taken take(struct lesson *l, const char *typed) {
    struct taken t = {0};
    struct error err = {""};
    struct environment world = lesson_world(l);
    char bytes[4096];
    FILE *in = tmpfile(), *out = tmpfile();
    assert_true(in && out);
    fputs(typed, in);
    rewind(in);
    if (!lesson_tell(l, &world, in, out, &t.right, &t.asked, &err))
        fail_msg("%s", err.text);
    rewind(out);
    for (size_t n; (n = fread(bytes, 1, sizeof bytes, out)) > 0;)
        sb_add(&t.said, bytes, n);
    fclose(in);
    fclose(out);
    lesson_free(l);
    return t;
}

static struct taken take_text(const char *text, const char *typed) {
    struct error err = {""};
    struct lesson *l = lesson_parse("x.md", text, strlen(text), &err);
    if (!l)
        fail_msg("%s", err.text);
    return take(l, typed);
}

static void says(const struct taken *t, const char *words, bool expected) {
    if ((strstr(sb_text(&t->said), words) != NULL) != expected)
        fail_msg("%s \"%s\" in:\n%s", expected ? "no" : "a", words, sb_text(&t->said));
}

#define BEGIN "# T\n## S\n```arena\nplatform linux/amd64\ninit\nfirst = alloc 48\n```\n"
#define END   "<!-- view\nstop end\n-->\nSee.\n"
#define PICK                                                                                       \
    BEGIN "```question\nIs `mheap` a **heap**?\n\n- yes, `really` {1}\n- no {0}\n"                 \
          "  It *is*.\n\nwhy It `is`.\n```\n" END
#define DO                                                                                         \
    BEGIN "```question\nTwo more.\ndo {objects_born >= 3 || spans.start > 1TiB}\n"                 \
          "see objects {objects_born}\nhint Use `alloc`.\nwhy So it is.\n```\n" END

static void questions_are_told_without_the_marks_of_markdown(void **state) {
    (void)state;
    struct taken t = take_text(PICK, "2\n");
    says(&t, "? Is mheap a heap?", true);
    says(&t, "1. yes, really", true);
    says(&t, "It is.", true);
    says(&t, "`really", false);
    says(&t, "**", false);
    assert_true(t.asked == 1 && t.right == 0);
    sb_free(&t.said);
}

static void a_word_is_explained_and_the_question_waits(void **state) {
    (void)state;
    struct taken t = take_text(PICK, "? treap\n? slots\n? no such word\nwhat\n1\n");
    says(&t, "| treap: ", true);
    says(&t, "| slot: ", true);
    says(&t, "no word with \"no such word\"", true);
    assert_true(t.asked == 1 && t.right == 1);
    sb_free(&t.said);
}

static void words_that_have_it_in_them_are_listed(void **state) {
    (void)state;
    struct taken t = take_text(PICK, "? address s\n? bit\n");
    says(&t, "| address space\n", true);
    says(&t, "allocation bits", true);
    says(&t, "pointer bit", true);
    sb_free(&t.said);
}

static void a_challenge_is_played(void **state) {
    (void)state;
    struct taken t = take_text(DO, "alloc 48\nalloc 48\n");
    says(&t, "Done.\n  So it is.", true);
    assert_true(t.asked == 1 && t.right == 1);
    sb_free(&t.said);
    t = take_text(DO, "repeat 2\nalloc 48\nend\n"); /* nothing runs before the end */
    assert_true(t.right == 1);
    sb_free(&t.said);
    t = take_text(DO, "alloc 48\n");
    says(&t, "Done.", false);
    assert_true(t.asked == 1 && t.right == 0);
    sb_free(&t.said);
}

static void another_world_is_tried(void **state) {
    (void)state;
    struct taken t = take_text(DO, "world take hints 1\n");
    says(&t, "Done.", true);
    assert_true(t.right == 1);
    sb_free(&t.said);
    t = take_text(DO, "world alloc 48\nworld limit nothing\n");
    says(&t, "\"alloc 48\" happens in a world", true);
    says(&t, "limit SIZE", true);
    assert_int_equal(t.right, 0);
    sb_free(&t.said);
}

static void one_may_ask_for_a_hint_begin_again_and_give_up(void **state) {
    (void)state;
    struct taken t = take_text(DO, "hint\nhint\nskip\n");
    says(&t, "Use alloc.", true);
    says(&t, "There is no other hint.", true);
    assert_true(t.asked == 0 && t.right == 0);
    sb_free(&t.said);
    t = take_text(DO, "alloc 48\nagain\nalloc 48\n");
    says(&t, "Done.", false);
    sb_free(&t.said);
    t = take_text(DO, "alloc 48\nagain\nalloc 48\nalloc 48\n");
    assert_int_equal(t.right, 1);
    sb_free(&t.said);
}

static void what_makes_no_sense_is_said_and_forgotten(void **state) {
    (void)state;
    struct taken t = take_text(DO, "frobnicate\nalloc 48\ndrop nobody\nend\nalloc 48\n");
    says(&t, "! console:1: unknown command \"frobnicate\"", true);
    assert_int_equal(t.right, 1);
    sb_free(&t.said);
}

/* All of the course's, by the solutions that test_challenges.c knows. */
static void the_challenges_of_the_course_are_played(void **state) {
    (void)state;
    struct strbuf typed = {0}, one = {0};
    struct error err = {""};
    char path[64];
    int count = 0;
    for (;; count++) {
        snprintf(path, sizeof path, "tests/data/challenges/%d.txt", count + 1);
        if (!file_read(path, &one, NULL, &err))
            break;
        sb_puts(&typed, sb_text(&one));
    }
    sb_free(&one);
    struct lesson *l = lesson_load("lessons/en/25-challenges.md", &err);
    if (!l)
        fail_msg("%s", err.text);
    struct taken t = take(l, sb_text(&typed));
    assert_true(count >= 8);
    assert_int_equal(t.right, count);
    assert_int_equal(t.asked, count);
    sb_free(&typed);
    sb_free(&t.said);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(questions_are_told_without_the_marks_of_markdown),
        cmocka_unit_test(a_word_is_explained_and_the_question_waits),
        cmocka_unit_test(words_that_have_it_in_them_are_listed),
        cmocka_unit_test(a_challenge_is_played),
        cmocka_unit_test(another_world_is_tried),
        cmocka_unit_test(one_may_ask_for_a_hint_begin_again_and_give_up),
        cmocka_unit_test(what_makes_no_sense_is_said_and_forgotten),
        cmocka_unit_test(the_challenges_of_the_course_are_played),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
