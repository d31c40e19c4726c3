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

/* Takes the lesson; what is typed is in `typed`. False and err: it is not true. */
static bool try(struct lesson *l, const char *typed, struct taken *t, struct error *err) {
    struct environment world = lesson_world(l);
    char bytes[4096];
    FILE *in = tmpfile(), *out = tmpfile();
    assert_true(in && out);
    fputs(typed, in);
    rewind(in);
    bool ok = lesson_tell(l, &world, in, out, &t->right, &t->asked, err);
    rewind(out);
    for (size_t n; (n = fread(bytes, 1, sizeof bytes, out)) > 0;)
        sb_add(&t->said, bytes, n);
    fclose(in);
    fclose(out);
    lesson_free(l);
    return ok;
}

static struct taken take(struct lesson *l, const char *typed) {
    struct taken t = {0};
    struct error err = {""};
    if (!try(l, typed, &t, &err))
        fail_msg("%s", err.text);
    return t;
}

static struct lesson *parsed(const char *text) {
    struct error err = {""};
    struct lesson *l = lesson_parse("x.md", text, strlen(text), &err);
    if (!l)
        fail_msg("%s", err.text);
    return l;
}

static struct taken take_text(const char *text, const char *typed) {
    return take(parsed(text), typed);
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

static void a_step_may_ask_nothing(void **state) {
    (void)state;
    struct taken t = take_text(BEGIN END, "1\n");
    says(&t, "\n1/1  S\n\n  See.\n", true);
    says(&t, ">", false);
    assert_int_equal(t.asked, 0);
    sb_free(&t.said);
}

#define NUMBER BEGIN "```question\nHow many?\n\nanswer {objects_born * 7}\n\nwhy So.\n```\n" END

static void where_nobody_answers_the_answer_is_told(void **state) {
    (void)state;
    struct taken t = take_text(PICK, "");
    says(&t, "The answer: 1. yes, really\n", true);
    assert_int_equal(t.asked, 0);
    sb_free(&t.said);
    t = take_text(NUMBER, "");
    says(&t, "The answer: 7\n  So.\n", true);
    sb_free(&t.said);
}

static void a_word_is_explained_and_the_question_waits(void **state) {
    (void)state;
    struct taken t = take_text(PICK, "? treap\n？slots\n? no such word\nwhat\n1\n");
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

/* The challenge leaves nothing behind. */
static void the_step_after_a_challenge_is_as_its_run_was(void **state) {
    (void)state;
    struct taken t = take_text(
        DO "## Next\n<!-- view\nstop end\n-->\nThere is {objects_born}.\n", "alloc 16\nalloc 16\n");
    says(&t, "\n2/2  Next\n\n  There is 1.\n", true);
    assert_int_equal(t.right, 1);
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

#define QUESTION(ask, option, answer, why)                                                         \
    BEGIN "```question\n" ask "\n\n- " option " {" answer "}\n- no {0}\n\nwhy " why "\n```\n" END

static void a_lesson_that_is_not_true_ends_there(void **state) {
    (void)state;
    static const struct {
        const char *text, *error;
    } cases[] = {
        {BEGIN "<!-- view\nstop end\n-->\nSee {nobody}.\n", "x.md:11: {nobody}"},
        {BEGIN "<!-- view\nstop object 9\n-->\nSee.\n", "x.md:9: the run never comes"},
        {"# T\n## S\n```arena\na = alloc 8\ndrop a\na.0 = nil\n```\n" END, "x.md:6: "},
        {QUESTION("{nobody}", "yes", "1", "So."), "x.md:9: {nobody}"},
        {QUESTION("Why?", "{nobody}", "1", "So."), "x.md:11: {nobody}"},
        {QUESTION("Why?", "yes", "nobody", "So."), "x.md:11: {nobody}"},
        {QUESTION("Why?", "yes", "1", "{nobody}"), "x.md:14: {nobody}"},
    };
    static const char *const typed[] = {"", "1\n"}; /* whether it is answered or not */
    for (size_t i = 0; i < ARRAY_LEN(cases) * ARRAY_LEN(typed); i++) {
        struct taken t = {0};
        struct error err = {""};
        const char *error = cases[i / 2].error;
        assert_false(try(parsed(cases[i / 2].text), typed[i % 2], &t, &err));
        if (strncmp(err.text, error, strlen(error)) != 0)
            fail_msg("\"%s\" is not \"%s\"", err.text, error);
        sb_free(&t.said);
    }
}

static void what_is_no_answer_is_asked_again(void **state) {
    (void)state;
    struct taken t = take_text(PICK, "0\n3\n\nyes\n1\n");
    assert_true(t.asked == 1 && t.right == 1);
    sb_free(&t.said);
    char line[1200];
    memset(line, ' ', sizeof line);
    memcpy(line + sizeof line - 4, "1\n2", 4);
    t = take_text(PICK, line); /* the long one is none, the last has no end */
    says(&t, "That line is too long.", true);
    assert_true(t.asked == 1 && t.right == 0);
    sb_free(&t.said);
    line[600] = '\0';
    t = take_text(PICK, line);
    says(&t, "That line is too long.", true);
    says(&t, "The answer:", true);
    assert_int_equal(t.asked, 0);
    sb_free(&t.said);
    memset(line, ' ', 510);
    memcpy(line + 510, "1", 2); /* as long as can be, without an end */
    t = take_text(PICK, line);
    assert_true(t.asked == 1 && t.right == 1);
    sb_free(&t.said);
}

static void without_a_glossary_no_word_is_explained(void **state) {
    (void)state;
    const char *data = getenv("ARENASCOPE_DATA");
    char *before = data ? xstrdup(data) : NULL;
    setenv("ARENASCOPE_DATA", "/nonexistent", 1);
    struct taken t = take_text(PICK, "? treap\n1\n");
    if (before)
        setenv("ARENASCOPE_DATA", before, 1);
    else
        unsetenv("ARENASCOPE_DATA");
    says(&t, "! there is no file lessons/en/glossary.md", true);
    assert_int_equal(t.right, 1);
    sb_free(&t.said);
    free(before);
}

static void lines_that_go_wrong_while_they_run_are_told(void **state) {
    (void)state;
    struct taken t = take_text(DO, "precise on\nn = alloc 48\ncollect\nfill n\nskip\n");
    says(&t, "! console:4: ", true);
    says(&t, "was collected", true);
    sb_free(&t.said);
    t = take_text(DO, "huge = alloc 1TiB\nalloc 8\nskip\n");
    says(&t, "Go has ended the program: `again` begins anew.", true);
    says(&t, "! Go has ended the program: nothing can be run after that", true);
    sb_free(&t.said);
    t = take_text(DO, "n = alloc 5GiB\nworld image 1\nworld platform linux/386\nskip\n");
    says(&t, /* a 32-bit program has no room for the object itself */
        sizeof(void *) == 8 ? "do not fit the platform's address space"
                            : "this machine has no room for 5 GiB more of linux/amd64's memory",
        true);
    sb_free(&t.said);
}

/* --- The picture --- */

static void pages_are_letters_by_what_is_in_them(void **state) {
    (void)state;
    struct replica *r = replica_new();
    struct strbuf out = {0};
    regions_tell(r, 8, &out);
    assert_string_equal(sb_text(&out), "  (no heap yet)\n");
    sb_clear(&out);
    static const uint64_t bitmap = 0x200000, pages = 300;
    const struct event events[] = {
        {.kind = EV_HEAP_SET, .w = HEAP_bitmap, .b = bitmap},
        {.kind = EV_HEAP_SET, .w = HEAP_arena_start, .b = bitmap},
        {.kind = EV_HEAP_SET, .w = HEAP_arena_used, .b = bitmap + pages * GO_PAGE_SIZE},
        {.kind = EV_SPAN_BORN, .x = 1},
        {.kind = EV_SPAN_BORN, .x = 2},
        {.kind = EV_SPAN_BORN, .x = 3},
        {.kind = EV_SPAN_BORN, .x = 4},
        {.kind = EV_SPAN_SET, .w = SPAN_state, .x = 1, .b = SPAN_STATE_MANUAL},
        {.kind = EV_SPAN_SET, .w = SPAN_state, .x = 2, .b = SPAN_STATE_INUSE},
        {.kind = EV_SPAN_SET, .w = SPAN_state, .x = 3, .b = SPAN_STATE_INUSE},
        {.kind = EV_SPAN_SET, .w = SPAN_state, .x = 4, .b = SPAN_STATE_FREE},
        {.kind = EV_SPAN_SET, .w = SPAN_spanclass, .x = 3, .b = (NUM_SIZE_CLASSES - 1) << 1},
    };
    for (size_t i = 0; i < ARRAY_LEN(events); i++)
        replica_apply(r, &events[i]);
    for (uint32_t i = 1; i <= 4; i++) {
        const uint64_t base = bitmap + (i - 1) * GO_PAGE_SIZE;
        const struct event more[] = {{.kind = EV_SPAN_SET, .w = SPAN_base, .x = i, .b = base},
            {.kind = EV_SPAN_SET, .w = SPAN_npages, .x = i, .b = 1},
            {.kind = EV_PAGES, .a = i - 1, .b = 1, .c = (uint64_t)i << 32}};
        for (size_t k = 0; k < ARRAY_LEN(more); k++)
            replica_apply(r, &more[k]);
    }
    regions_tell(r, 8, &out);
    assert_non_null(strstr(sb_text(&out), " ML"));
    assert_non_null(strstr(sb_text(&out), " MLz......"));
    assert_non_null(
        strstr(sb_text(&out), "arena   0x000000200000         0 B, 0 B mapped")); /* no end yet */
    int lines = 0;
    for (const char *at = sb_text(&out); (at = strchr(at, '\n')); at++)
        lines++;
    assert_int_equal(lines, 3 + 4 + 1); /* four of the five lines of pages */
    sb_clear(&out);
    replica_apply(r, &(struct event){.kind = EV_HEAP_SET,
                         .w = HEAP_arena_used,
                         .a = bitmap + pages * GO_PAGE_SIZE,
                         .b = bitmap + 70 * GO_PAGE_SIZE});
    regions_tell(r, 8, &out);
    assert_non_null(strstr(sb_text(&out), "0x000000280000 ......\n")); /* 6 of the second */
    sb_free(&out);
    replica_free(r);
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
        cmocka_unit_test(a_step_may_ask_nothing),
        cmocka_unit_test(where_nobody_answers_the_answer_is_told),
        cmocka_unit_test(a_word_is_explained_and_the_question_waits),
        cmocka_unit_test(words_that_have_it_in_them_are_listed),
        cmocka_unit_test(a_challenge_is_played),
        cmocka_unit_test(another_world_is_tried),
        cmocka_unit_test(the_step_after_a_challenge_is_as_its_run_was),
        cmocka_unit_test(one_may_ask_for_a_hint_begin_again_and_give_up),
        cmocka_unit_test(what_makes_no_sense_is_said_and_forgotten),
        cmocka_unit_test(a_lesson_that_is_not_true_ends_there),
        cmocka_unit_test(what_is_no_answer_is_asked_again),
        cmocka_unit_test(without_a_glossary_no_word_is_explained),
        cmocka_unit_test(lines_that_go_wrong_while_they_run_are_told),
        cmocka_unit_test(pages_are_letters_by_what_is_in_them),
        cmocka_unit_test(the_challenges_of_the_course_are_played),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
