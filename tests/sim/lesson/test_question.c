/* Questions, front matter and prose: how they are read, filled in and graded. */
#include "sim/lesson/front.h"
#include "sim/lesson/question.h"

#include "sim/work/script.h"
#include "sim/work/session.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

static const char script[] = "a = alloc 48\nb = alloc 100\n";

struct run {
    struct session *session;
    struct scope scope;
};

static struct run run_whole(void) {
    struct error err = {""};
    struct environment env = {
        .platform = platform_find("linux/amd64"), .provider = PROVIDER_MODEL, .seed = {1, 2}};
    struct session *s = session_new(&env, script_parse("t", script, &err), &err);
    while (session_pump(s, 100))
        continue;
    const struct recording *rec = session_recording(s);
    return (struct run){s, scope_of(rec, env.platform, "t", script, recording_count(rec))};
}

static void run_free(struct run *run) {
    scope_free(&run->scope);
    session_free(run->session);
}

static struct question parsed(const char *text) {
    struct question q;
    struct error err = {""};
    if (!question_parse(&q, "q.md", text, 10, &err))
        fail_msg("%s", err.text);
    return q;
}

/* --- Questions --- */

static void an_option_is_graded_by_what_holds(void **state) {
    (void)state;
    struct run run = run_whole();
    struct question q = parsed("How large is the slot of {a.size}?\n"
                               "\n"
                               "- 32 bytes {a.taken == 32}\n"
                               "  The next class is {a.taken}.\n"
                               "- 48 bytes {a.taken == 48}\n"
                               "- 64 bytes {a.taken == 64}\n"
                               "\n"
                               "why It is of class {a.span.class}.\n");
    struct grade grade;
    struct error err = {""};
    assert_int_equal(q.kind, QUESTION_PICK);
    assert_int_equal(q.option_count, 3);
    struct reply reply = {.option = 0};
    assert_true(question_grade(&q, "q.md", &run.scope, &reply, &grade, &err));
    assert_false(grade.right);
    assert_string_equal(grade.words.text, "The next class is 48 B.\n\nIt is of class 4.\n");
    sb_free(&grade.words);
    reply.option = 1;
    assert_true(question_grade(&q, "q.md", &run.scope, &reply, &grade, &err));
    assert_true(grade.right);
    assert_string_equal(grade.words.text, "It is of class 4.\n");
    sb_free(&grade.words);
    static const int others[] = {-1, 3, 2}; /* no option; one of which nothing is told */
    for (size_t i = 0; i < ARRAY_LEN(others); i++) {
        reply.option = others[i];
        assert_true(question_grade(&q, "q.md", &run.scope, &reply, &grade, &err));
        assert_false(grade.right);
        assert_string_equal(grade.words.text, "It is of class 4.\n");
        sb_free(&grade.words);
    }
    question_free(&q);
    run_free(&run);
}

static void a_number_is_compared_with_the_allocators(void **state) {
    (void)state;
    struct run run = run_whole();
    struct question q = parsed("How many bytes does b take?\nanswer {b.taken}\nwhy So.\n");
    struct grade grade;
    struct error err = {""};
    struct reply reply = {.option = -1, .number = 112};
    assert_true(question_grade(&q, "q.md", &run.scope, &reply, &grade, &err));
    assert_true(grade.right);
    sb_free(&grade.words);
    reply.number = 100;
    assert_true(question_grade(&q, "q.md", &run.scope, &reply, &grade, &err));
    assert_false(grade.right);
    assert_string_equal(grade.words.text, "112 B\n\nSo.\n");
    sb_free(&grade.words);
    question_free(&q);
    q = parsed("How many bytes does b take?\nanswer {b.taken}\nwhy It takes {b.taken}: so.\n");
    assert_true(question_grade(&q, "q.md", &run.scope, &reply, &grade, &err));
    assert_string_equal(grade.words.text, "It takes 112 B: so.\n"); /* not told twice */
    sb_free(&grade.words);
    question_free(&q);
    q = parsed(
        "How many bytes does b take?\nanswer {b.taken}\nwhy Not 1112 B, 5.112 B, 112 B.5.\n");
    assert_true(question_grade(&q, "q.md", &run.scope, &reply, &grade, &err));
    assert_string_equal(grade.words.text, "112 B\n\nNot 1112 B, 5.112 B, 112 B.5.\n");
    sb_free(&grade.words);
    question_free(&q);
    run_free(&run);
}

static void a_reason_names_a_number_by_itself(void **state) {
    (void)state;
    struct run run = run_whole();
    static const struct {
        const char *why;
        bool named;
    } cases[] = {{"2", true}, {"2: so.", true}, {"So: 2", true}, {"(2)", true},
        {"Are 2, or 2.", true}, {"2 objects.", false}, {"Not a2.", false}, {"Not 2a.", false},
        {"Not 2,5.", false}, {"Not 2.5.", false}, {"Not 1.2 but 3,2.", false}, {"None.", false}};
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        char text[80], told[80];
        struct grade grade;
        struct error err = {""};
        snprintf(text, sizeof text, "How many?\nanswer {objects_born}\nwhy %s\n", cases[i].why);
        snprintf(told, sizeof told, "%s%s\n", cases[i].named ? "" : "2\n\n", cases[i].why);
        struct question q = parsed(text);
        struct reply reply = {.option = -1, .number = 7};
        assert_true(question_grade(&q, "q.md", &run.scope, &reply, &grade, &err));
        assert_string_equal(grade.words.text, told);
        sb_free(&grade.words);
        question_free(&q);
    }
    struct question q = parsed("How many?\nanswer {b.taken}\nwhy All take 112 B each.\n");
    struct reply reply = {.option = -1, .number = 7};
    struct grade grade;
    struct error err = {""};
    assert_true(question_grade(&q, "q.md", &run.scope, &reply, &grade, &err));
    assert_string_equal(grade.words.text, "All take 112 B each.\n"); /* with its unit */
    sb_free(&grade.words);
    question_free(&q);
    run_free(&run);
}

static void a_place_is_right_if_it_holds_the_address(void **state) {
    (void)state;
    struct run run = run_whole();
    struct question q = parsed("Where is b?\npoint {b}\nwhy There.\n");
    struct grade grade;
    struct error err = {""};
    const uint64_t page = UINT64_C(0xc420002000);
    const struct {
        struct thing thing;
        bool right;
    } replies[] = {{{THING_SLOT, 1, page, 112}, true}, {{THING_PAGE, 1, page, 8192}, true},
        {{THING_SLOT, 1, page + 112, 112}, false}, {{THING_SLOT, 1, page - 48, 48}, false},
        {{THING_NONE, 0, page, 112}, false}};
    for (size_t i = 0; i < ARRAY_LEN(replies); i++) {
        struct reply reply = {.option = -1, .thing = replies[i].thing};
        assert_true(question_grade(&q, "q.md", &run.scope, &reply, &grade, &err));
        assert_int_equal(grade.right, replies[i].right);
        sb_free(&grade.words);
    }
    question_free(&q);
    run_free(&run);
}

/* A hint is the address that it asks for, a region all that is kept for it. */
static void what_has_a_number_alone_stands_for_its_addresses(void **state) {
    (void)state;
    struct run run = run_whole();
    struct error err = {""};
    static const struct {
        const char *text;
        struct thing thing;
        bool right;
    } cases[] = {
        {"?\npoint {hint(5).addr}\nwhy So.\n", {.kind = THING_HINT, .index = 5}, true},
        {"?\npoint {hint(5).addr}\nwhy So.\n", {.kind = THING_HINT, .index = 4}, false},
        {"?\npoint {a.bits}\nwhy So.\n", {.kind = THING_REGION, .index = REGION_BITMAP}, true},
        {"?\npoint {a.bits}\nwhy So.\n", {.kind = THING_REGION, .index = REGION_ARENA}, false},
        {"?\npoint {a.bits}\nwhy So.\n", {.kind = THING_STEP, .index = 1}, false},
    };
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        struct question q = parsed(cases[i].text);
        struct grade grade;
        struct reply reply = {.option = -1, .thing = cases[i].thing};
        assert_true(question_grade(&q, "q.md", &run.scope, &reply, &grade, &err));
        assert_int_equal(grade.right, cases[i].right);
        sb_free(&grade.words);
        question_free(&q);
    }
    run_free(&run);
}

static void a_question_without_one_answer_is_named(void **state) {
    (void)state;
    struct run run = run_whole();
    struct error err = {""};
    int option;
    static const struct {
        const char *text, *error;
    } bad[] = {
        {"Which?\n- a {1 == 1}\n- b {2 == 2}\nwhy So.\n", "q.md:12: this option holds, too"},
        {"Which?\n- a {1 == 2}\n- b {2 == 1}\nwhy So.\n", "q.md:10: no option holds"},
        {"Which?\n- a {nobody}\n- b {2 == 1}\nwhy So.\n", "q.md:11: {nobody}: `nobody` is no"},
        {"What {nobody}?\nanswer {1}\nwhy So.\n", "q.md:10: {nobody}"},
        {"What?\nanswer {heap}\nwhy So.\n", "q.md:11: {heap} is no number"},
        {"What?\nanswer {1}\nwhy So\nand {nobody}.\n", "q.md:13: {nobody}"},
        {"What?\nanswer {nobody}\nwhy So.\n", "q.md:11: {nobody}"},
        {"Which?\n- {nobody} {1}\n- b {0}\nwhy So.\n", "q.md:11: {nobody}"},
        {"Which?\n- a {1}\n  {nobody}\n- b {0}\nwhy So.\n", "q.md:12: {nobody}"},
        {"What?\ndo {1}\nsee it {nobody}\nsee it {1}\nwhy So.\n", "q.md:12: {nobody}"},
        {"What?\ndo {1}\nhint {nobody}\nhint No.\nwhy So.\n", "q.md:12: {nobody}"},
    };
    for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
        struct question q = parsed(bad[i].text);
        assert_false(question_check(&q, "q.md", &run.scope, &option, &err));
        if (strncmp(err.text, bad[i].error, strlen(bad[i].error)) != 0)
            fail_msg("\"%s\" is not \"%s\"", err.text, bad[i].error);
        struct grade grade;
        assert_false(question_grade(&q, "q.md", &run.scope, &(struct reply){0}, &grade, &err));
        question_free(&q);
    }
    run_free(&run);
}

static void a_challenge_is_right_when_it_is_done(void **state) {
    (void)state;
    struct run run = run_whole();
    struct error err = {""};
    static const struct {
        const char *text, *watched;
        bool done, sound;
    } cases[] = {
        {"Two.\ndo {objects_born == 2}\nsee them {objects_born}\nwhy So.\n", "2", true, true},
        {"Three.\ndo {objects_born == 3}\nsee them {nobody}\nwhy So.\n", "–", false, false},
        {"Three.\ndo {objects_born == 3}\nsee them {a}\nwhy So.\n", "0xc420000000", false, true},
        {"One.\ndo {nobody}\nsee them {1}\nwhy So.\n", "1", false, false},
        {"One.\ndo {heap}\nsee them {1}\nwhy So.\n", "1", false, false},
    };
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        struct question q = parsed(cases[i].text);
        struct strbuf values[MAX_WATCHED] = {{0}};
        struct grade grade;
        assert_int_equal(question_done(&q, &run.scope, values), cases[i].done);
        assert_string_equal(values[0].text, cases[i].watched);
        bool sound = question_grade(&q, "q.md", &run.scope, &(struct reply){0}, &grade, &err);
        assert_int_equal(sound, cases[i].sound);
        assert_int_equal(grade.right, cases[i].done);
        if (sound)
            assert_string_equal(grade.words.text, "So.\n");
        sb_free(&grade.words);
        sb_free(&values[0]);
        question_free(&q);
    }
    run_free(&run);
}

static void what_is_no_question_is_refused_with_its_line(void **state) {
    (void)state;
    static const struct {
        const char *text, *error;
    } bad[] = {
        {"", "q.md:10: the question asks nothing"},
        {"- a {1}\n- b {0}\nwhy So.\n", "q.md:10: the question asks nothing"},
        {"What?\nwhy So.\n", "q.md:10: the question has no answer"},
        {"What?\n- a {1}\nwhy So.\n", "q.md:10: the question has no answer"},
        {"What?\nanswer {1}\n", "q.md:10: the question gives no reason"},
        {"What?\n- a\n- b {1}\nwhy So.\n", "q.md:11: the option has no condition"},
        {"What?\nanswer 1\nwhy So.\n", "q.md:11: no expression"},
        {"What?\nanswer {1}\nanswer {2}\nwhy So.\n", "q.md:12: a second answer"},
        {"What?\nanswer {1}\n- a {1}\nwhy So.\n", "q.md:12: options beside an answer"},
        {"What?\n- a {1}\nmore\nwhy So.\n", "q.md:12: text after the answer"},
        {"What?\n- a {1}\n- a {1}\n- a {1}\n- a {1}\n- a {1}\n- a {1}\n- a {1}\nwhy So.\n",
            "q.md:17: too many options"},
        {"What?\n- \n- b {1}\nwhy So.\n", "q.md:11: the option has no condition"},
        {"What?\n- a}\n- b {1}\nwhy So.\n", "q.md:11: the option has no condition"},
        {"What?\n- a {1}\nanswer {1}\nwhy So.\n", "q.md:12: a second answer"},
        {"What?\nanswer {1}\nmore\nwhy So.\n", "q.md:12: text after the answer"},
        {"What?\nanswer {1}\nsee a {1}\nwhy So.\n", "q.md:12: nothing can be watched here"},
        {"What?\ndo {1}\nsee a {1}\nsee a {1}\nsee a {1}\nsee a {1}\nsee a {1}\nwhy So.\n",
            "q.md:16: nothing can be watched here"},
        {"What?\ndo {1}\nsee a\nwhy So.\n", "q.md:12: nothing is watched"},
        {"What?\nanswer {1}\nhint a\nwhy So.\n", "q.md:12: a hint too many"},
        {"What?\ndo {1}\nhint a\nhint a\nhint a\nhint a\nwhy So.\n", "q.md:15: a hint too many"},
    };
    for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
        struct question q;
        struct error err = {""};
        assert_false(question_parse(&q, "q.md", bad[i].text, 10, &err));
        if (strncmp(err.text, bad[i].error, strlen(bad[i].error)) != 0)
            fail_msg("\"%s\" is not \"%s\"", err.text, bad[i].error);
        question_free(&q);
    }
}

static void numbers_are_read_as_people_type_them(void **state) {
    (void)state;
    static const struct {
        const char *text;
        int64_t n;
    } good[] = {{"48", 48}, {"0x30", 48}, {"64KiB", 65536}, {"64 KiB", 65536}, {"1,024", 1024},
        {"48 B", 48}, {" 7 ", 7}};
    static const char *const bad[] = {
        "", "x", "1.5", "-3", "48 bytes", "99999999999999999999", "0xffffffffffffffff"};
    int64_t n;
    for (size_t i = 0; i < ARRAY_LEN(good); i++) {
        assert_true(question_number(good[i].text, &n));
        assert_int_equal(n, good[i].n);
    }
    for (size_t i = 0; i < ARRAY_LEN(bad); i++)
        assert_false(question_number(bad[i], &n));
}

/* --- Prose --- */

static void braces_are_filled_outside_code(void **state) {
    (void)state;
    struct run run = run_whole();
    struct prose p = {0};
    struct strbuf out = {0};
    struct error err = {""};
    prose_add(&p, "It is {a.size} at `{a}`, \\{not\\} {1 + 1}.", 5);
    prose_add(&p, "```", 6);
    prose_add(&p, "struct {int x;}", 7);
    prose_add(&p, "```", 8);
    assert_true(prose_fill(&p, "p.md", &run.scope, &out, &err));
    assert_string_equal(
        out.text, "It is 48 B at `0xc420000000`, {not} 2.\n```\nstruct {int x;}\n```\n");
    sb_clear(&out);
    prose_add(&p, "And {b", 9);
    assert_false(prose_fill(&p, "p.md", &run.scope, &out, &err));
    assert_string_equal(err.text, "p.md:9: `{b` is not closed, expected `}` on the same line");
    prose_free(&p);
    sb_clear(&out);
    prose_add(&p, "~~~", 1);
    prose_add(&p, "{nobody}", 2);
    prose_add(&p, "~~~", 3);
    prose_add(&p, "C:\\ \\a \\", 4);
    assert_true(prose_fill(&p, "p.md", &run.scope, &out, &err));
    assert_string_equal(out.text, "~~~\n{nobody}\n~~~\nC:\\ \\a \\\n");
    prose_add(&p, "{a + 1234567890123456789012345", 5);
    assert_false(prose_fill(&p, "p.md", &run.scope, &out, &err));
    assert_string_equal(err.text,
        "p.md:5: `{a + 1234567890123456789` is not closed, expected `}` on the same line");
    prose_free(&p);
    sb_clear(&out);
    prose_add(&p, "{a} stays", 6);
    assert_true(prose_fill(&p, "p.md", NULL, &out, &err)); /* there is no run to fill it in from */
    assert_string_equal(out.text, "{a} stays\n");
    sb_free(&out);
    prose_free(&p);
    run_free(&run);
}

/* --- Front matter --- */

static void front_matter_says_what_a_lesson_is(void **state) {
    (void)state;
    struct front f;
    struct error err = {""};
    struct strbuf line = {0};
    static const char text[] = "---\ntitle: Hints\ntitle: The hints\nnumber: 4\nplatforms: both\n"
                               "prerequisites: 2, 3\nminutes: 6\nvary size: 16 24 48\n---\n# T\n";
    for (unsigned variant = 0; variant < 6; variant++) {
        static const char *const sizes[] = {"16", "24", "48"};
        assert_true(front_parse(&f, "l.md", text, variant, &err));
        assert_string_equal(f.title, "The hints");
        assert_true(f.number == 4 && f.minutes == 6 && f.on_64 && f.on_32 && f.lines == 9);
        assert_int_equal(f.prerequisite_count, 2);
        assert_int_equal(f.prerequisites[1], 3);
        assert_string_equal(f.varied[0].value, sizes[variant % 3]);
        sb_clear(&line);
        front_vary(&f, "a = alloc $size # $wide $si", 27, &line);
        char expected[40];
        snprintf(expected, sizeof expected, "a = alloc %s # $wide $si", sizes[variant % 3]);
        assert_string_equal(line.text, expected);
        front_free(&f);
    }
    sb_free(&line);
    assert_true(front_parse(&f, "l.md", "---\nprerequisites: none\n---\n", 0, &err));
    assert_int_equal(f.prerequisite_count, 0);
    front_free(&f);
    assert_true(front_parse(&f, "l.md", "# T\n", 0, &err));
    assert_int_equal(f.lines, 0);
    front_free(&f);
}

static void wrong_front_matter_is_named_with_its_line(void **state) {
    (void)state;
    static const struct {
        const char *text, *error;
    } bad[] = {
        {"---\ntitle: T\n", "l.md:1: the front matter is not closed"},
        {"---\nnumber: x\n---\n", "l.md:2: expected a number"},
        {"---\nminutes: 0\n---\n", "l.md:2: expected a number"},
        {"---\nminutes: 1000\n---\n", "l.md:2: expected a number"},
        {"---\ntitle:\n---\n", "l.md:2: expected title: WORDS"},
        {"---\nprerequisites: 1 2 3 4 5 6 7 8 9\n---\n", "l.md:2: expected prerequisites"},
        {"---\nvary : 1\n---\n", "l.md:2: expected vary"},
        {"---\nvary a: 1\nvary b: 1\nvary c: 1\nvary d: 1\nvary e: 1\n---\n",
            "l.md:6: expected vary"},
        {"---\ntitle: T", "l.md:1: the front matter is not closed"},
        {"---\nplatforms: 16\n---\n", "l.md:2: expected platforms"},
        {"---\ntitle: T\nprerequisites: one\n---\n", "l.md:3: expected prerequisites"},
        {"---\nvary x:\n---\n", "l.md:2: expected vary"},
        {"---\nauthor: me\n---\n", "l.md:2: expected title:"},
        {"---\nnonsense\n---\n", "l.md:2: expected KEY: VALUE"},
    };
    for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
        struct front f;
        struct error err = {""};
        assert_false(front_parse(&f, "l.md", bad[i].text, 0, &err));
        if (strncmp(err.text, bad[i].error, strlen(bad[i].error)) != 0)
            fail_msg("\"%s\" is not \"%s\"", err.text, bad[i].error);
        front_free(&f);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_option_is_graded_by_what_holds),
        cmocka_unit_test(a_number_is_compared_with_the_allocators),
        cmocka_unit_test(a_reason_names_a_number_by_itself),
        cmocka_unit_test(a_place_is_right_if_it_holds_the_address),
        cmocka_unit_test(what_has_a_number_alone_stands_for_its_addresses),
        cmocka_unit_test(a_question_without_one_answer_is_named),
        cmocka_unit_test(a_challenge_is_right_when_it_is_done),
        cmocka_unit_test(what_is_no_question_is_refused_with_its_line),
        cmocka_unit_test(numbers_are_read_as_people_type_them),
        cmocka_unit_test(braces_are_filled_outside_code),
        cmocka_unit_test(front_matter_says_what_a_lesson_is),
        cmocka_unit_test(wrong_front_matter_is_named_with_its_line),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
