/*
 * Challenges: each can be done. tests/data/challenges/N.txt has lines that do number N, counted
 * from 1 over the course: `world LINE` changes the world, as its tab does, all others are typed
 * into the console.
 */
#include "sim/lesson/lesson.h"

#include "sim/base/data.h"
#include "sim/base/file.h"
#include "sim/work/script.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

struct solution {
    struct strbuf world, lines;
};

static struct solution read_solution(unsigned number) {
    char path[64];
    struct solution out = {0};
    struct strbuf text = {0};
    struct error err = {""};
    snprintf(path, sizeof path, "tests/data/challenges/%u.txt", number);
    if (!file_read(path, &text, NULL, &err))
        fail_msg("challenge %u has no solution: %s", number, err.text);
    for (char *line = strtok(text.text, "\n"); line; line = strtok(NULL, "\n")) {
        bool world = strncmp(line, "world ", 6) == 0;
        sb_printf(world ? &out.world : &out.lines, "%s\n", world ? line + 6 : line);
    }
    sb_free(&text);
    return out;
}

static void run(struct session *s, unsigned number) {
    while (session_pump(s, 1000))
        continue;
    if (session_error(s)->text[0])
        fail_msg("challenge %u: %s", number, session_error(s)->text);
}

/* Does the challenge hold at the end of the run as it is now? */
static bool is_done(const struct lesson *l, size_t step, struct session *s) {
    uint64_t end = recording_count(session_recording(s));
    struct scope scope = lesson_step_scope(l, step, s, end);
    struct strbuf values[MAX_WATCHED] = {{0}};
    const struct question *q = l->steps[step].question;
    bool done = question_done(q, &scope, values);
    for (int i = 0; i < MAX_WATCHED; i++) {
        assert_true((values[i].len > 0) == (i < q->watched_count));
        sb_free(&values[i]);
    }
    scope_free(&scope);
    return done;
}

/* The run begins again in the world with what the lines say of it. */
static void change_world(struct session *s, struct environment *env, const char *lines) {
    struct error err = {""};
    struct op_source *source = script_parse("solution", lines, &err);
    if (!source) {
        fail_msg("%s", err.text);
        return;
    }
    assert_true(script_environment(source, env));
    source->destroy(source);
    if (!session_restart(s, env, &err))
        fail_msg("%s", err.text);
}

static void solve(const struct lesson *l, size_t step, unsigned number) {
    struct environment env,
        base = {
            .platform = platform_find("linux/amd64"), .provider = PROVIDER_MODEL, .seed = {1, 2}};
    struct error err = {""};
    struct solution solution = read_solution(number);
    struct session *s = lesson_session(l->steps[step].script, &base, &env, &err);
    assert_non_null(s);
    run(s, number);
    if (is_done(l, step, s))
        fail_msg("%s: challenge %u is done before it has begun", l->path, number);
    if (solution.world.len) {
        change_world(s, &env, sb_text(&solution.world));
        run(s, number);
    }
    if (solution.lines.len && !session_feed(s, sb_text(&solution.lines), &err))
        fail_msg("challenge %u: %s", number, err.text);
    run(s, number);
    if (!is_done(l, step, s))
        fail_msg("%s:%d: challenge %u is not done by its solution", l->path,
            l->steps[step].question->line, number);
    session_free(s);
    env_free(&env);
    sb_free(&solution.world);
    sb_free(&solution.lines);
}

static void every_challenge_can_be_done(void **state) {
    (void)state;
    for (enum language language = 0; language < LANGUAGE_COUNT; language++) {
        struct lesson **lessons;
        size_t count;
        struct error err = {""};
        unsigned number = 0;
        if (!lessons_list(language, &lessons, &count, &err))
            fail_msg("%s", err.text);
        for (size_t i = 0; i < count; i++)
            for (size_t k = 0; k < lessons[i]->step_count; k++) {
                const struct question *q = lessons[i]->steps[k].question;
                if (q && q->kind == QUESTION_DO)
                    solve(lessons[i], k, ++number);
            }
        assert_true(number >= 8);
        lessons_free(lessons, count);
    }
}

/* --- Reading --- */

static bool parses(const char *text, struct error *err) {
    struct question q;
    bool ok = question_parse(&q, "x.md", text, 1, err);
    question_free(&q);
    return ok;
}

static void a_challenge_says_what_to_watch_and_gives_hints(void **state) {
    (void)state;
    struct question q;
    struct error err = {""};
    static const char text[] = "Do it.\ndo {ops > 3}\nsee operations {ops}\nhint More.\n"
                               "hint Still more.\nwhy It is done.\n";
    assert_true(question_parse(&q, "x.md", text, 1, &err));
    assert_int_equal(q.kind, QUESTION_DO);
    assert_string_equal(q.answer, "ops > 3");
    assert_int_equal(q.watched_count, 1);
    assert_string_equal(q.watched[0].label, "operations");
    assert_string_equal(q.watched[0].expression, "ops");
    assert_int_equal(q.hint_count, 2);
    question_free(&q);
}

static void what_is_no_challenge_is_named_with_its_line(void **state) {
    (void)state;
    struct error err = {""};
    assert_false(parses("Do it.\ndo something\nwhy So.\n", &err));
    assert_non_null(strstr(err.text, "x.md:2: no expression"));
    assert_false(parses("Do it.\nanswer {ops}\nsee operations {ops}\nwhy So.\n", &err));
    assert_non_null(strstr(err.text, "x.md:3: nothing can be watched here"));
    assert_false(parses("Do it.\ndo {ops}\nsee operations\nwhy So.\n", &err));
    assert_non_null(strstr(err.text, "x.md:3: nothing is watched"));
    assert_false(parses("Do it.\ndo {1}\nhint a\nhint b\nhint c\nhint d\nwhy So.\n", &err));
    assert_non_null(strstr(err.text, "x.md:6: a hint too many"));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_challenge_can_be_done),
        cmocka_unit_test(a_challenge_says_what_to_watch_and_gives_hints),
        cmocka_unit_test(what_is_no_challenge_is_named_with_its_line),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
