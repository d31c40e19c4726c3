/* Lines fed to a session once its workload has ended: they run, and run again. */
#include "sim/work/script.h"
#include "sim/work/session.h"

#include "sim/work/opfile.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static struct environment model_of(const char *platform) {
    return (struct environment){
        .platform = platform_find(platform), .provider = PROVIDER_MODEL, .seed = {1, 2}};
}

static struct session *open_source(struct op_source *source) {
    struct error err = {""};
    struct environment env = model_of("linux/amd64");
    assert_non_null(source);
    script_environment(source, &env);
    struct session *s = session_new(&env, source, &err);
    assert_non_null(s);
    return s;
}

static struct session *open_script(const char *script) {
    struct error err = {""};
    return open_source(script_parse("t.arena", script, &err));
}

static void run_to_end(struct session *s) {
    while (session_pump(s, 1000))
        continue;
}

/* Feeds lines and runs them; how many operations came of them. */
static uint64_t feed(struct session *s, const char *lines) {
    struct error err = {""};
    uint64_t before = recording_op_count(session_recording(s));
    if (!session_feed(s, lines, &err))
        fail_msg("refused: %s", err.text);
    run_to_end(s);
    return recording_op_count(session_recording(s)) - before;
}

static void refused(struct session *s, const char *lines, const char *why) {
    struct error err = {""};
    uint64_t before = recording_count(session_recording(s));
    assert_false(session_feed(s, lines, &err));
    if (!strstr(err.text, why))
        fail_msg("\"%s\" does not say \"%s\"", err.text, why);
    assert_int_equal(recording_count(session_recording(s)), before);
}

static void lines_go_on_with_the_scripts_variables(void **state) {
    (void)state;
    struct session *s = open_script("keep ring 10\nx = alloc 24\nring[] = alloc 8\n");
    run_to_end(s);
    assert_int_equal(feed(s, "drop x"), 1);
    assert_int_equal(feed(s, "y = alloc 48"), 1);
    assert_int_equal(feed(s, "ring[] = y"), 0);
    assert_int_equal(feed(s, "repeat 3\nring[] = alloc 100\nend"), 3);
    assert_int_equal(feed(s, "drop ring"), 5);
    assert_int_equal(feed(s, "# nothing"), 0);
    assert_string_equal(session_error(s)->text, "");
    session_free(s);
}

static void what_a_line_asks_of_the_heap_may_make_no_sense(void **state) {
    (void)state;
    struct session *s = open_script("alloc 8\n");
    run_to_end(s);
    assert_int_equal(feed(s, "x = alloc 16\nx.2 = x\n"), 1);
    assert_non_null(strstr(session_error(s)->text, "console:2: object 2 has no word 2"));
    assert_int_equal(feed(s, "alloc 8"), 1);
    assert_string_equal(session_error(s)->text, "");
    session_free(s);
}

static void names_of_one_line_are_known_in_the_next(void **state) {
    (void)state;
    struct session *s = open_script("alloc 8\n");
    run_to_end(s);
    assert_int_equal(feed(s, "type node = next:ptr key:word"), 0);
    assert_int_equal(feed(s, "keep more 100"), 0);
    assert_int_equal(feed(s, "more[] = new node"), 1);
    assert_int_equal(feed(s, "more[0].next = more[0]"), 1);
    session_free(s);
}

static void what_is_no_script_is_refused_and_leaves_no_trace(void **state) {
    (void)state;
    struct session *s = open_script("x = alloc 24\n");
    run_to_end(s);
    refused(s, "y = allocate 8", "console:1:");
    refused(s, "y = alloc 8 what", "console:1:");
    refused(s, "limit 5MiB", "after an operation");
    refused(s, "repeat 5", "no end");
    refused(s, "z = alloc 8\ndrop nobody", "console:2:");
    assert_int_equal(feed(s, "y = alloc 8"), 1); /* the name is still free */
    refused(s, "drop z", "nothing is called");
    session_free(s);
}

static void what_makes_no_sense_when_it_runs_is_told_and_not_run_again(void **state) {
    (void)state;
    struct environment env = model_of("linux/386");
    struct error err = {""};
    struct session *s = open_script("x = alloc 24\n");
    run_to_end(s);
    feed(s, "drop x");
    feed(s, "drop x");
    assert_non_null(strstr(session_error(s)->text, "console:2: x holds no object now"));
    assert_int_equal(feed(s, "x = alloc 8"), 1);
    assert_string_equal(session_error(s)->text, "");
    assert_true(session_restart(s, &env, &err));
    run_to_end(s);
    assert_string_equal(session_error(s)->text, "");
    assert_int_equal(recording_op_count(session_recording(s)), 4); /* init, alloc, drop, alloc */
    session_free(s);
}

static void a_restart_runs_the_lines_too(void **state) {
    (void)state;
    struct environment env = model_of("linux/386");
    struct error err = {""};
    struct session *s = open_script("x = alloc 24\n");
    uint64_t addr, size;
    run_to_end(s);
    feed(s, "y = alloc 1000");
    feed(s, "collect");
    uint64_t ops = recording_op_count(session_recording(s));
    assert_true(session_restart(s, &env, &err));
    run_to_end(s);
    assert_int_equal(recording_op_count(session_recording(s)), ops);
    assert_true(program_object(session_program(s), 2, &addr, &size));
    assert_int_equal(size, 1000);
    assert_true(addr <= UINT32_MAX);
    assert_int_equal(feed(s, "drop y"), 1);
    session_free(s);
}

static void other_workloads_get_a_script_of_their_own(void **state) {
    (void)state;
    struct environment env = model_of("linux/386");
    struct error err = {""};
    struct session *s =
        open_source(opfile_parse("t.ops", "> init\n> a 7 24\n> a 9 48\n> f 7\n", &err));
    uint64_t addr, size;
    run_to_end(s);
    assert_string_equal(session_error(s)->text, "");
    assert_int_equal(feed(s, "x = alloc 100"), 1);
    assert_true(program_object(session_program(s), 10, &addr, &size));
    assert_int_equal(size, 100);
    assert_true(program_object(session_program(s), 9, &addr, &size));
    assert_int_equal(size, 48);
    assert_int_equal(feed(s, "drop x"), 1);
    assert_true(session_restart(s, &env, &err));
    run_to_end(s);
    assert_string_equal(session_error(s)->text, "");
    assert_false(program_object(session_program(s), 10, &addr, &size));
    session_free(s);
}

static void nothing_goes_on_before_the_end_or_after_a_fatal_error(void **state) {
    (void)state;
    struct session *s = open_script("repeat 100\nalloc 8\nend\n");
    session_pump(s, 10);
    refused(s, "alloc 8", "not come to its end");
    run_to_end(s);
    session_free(s);
    s = open_script("limit memory 8MiB\nrepeat 100\nalloc 1MiB\nend\n");
    run_to_end(s);
    assert_true(program_ended(session_program(s)));
    refused(s, "alloc 8", "Go has ended");
    session_free(s);
    s = open_script("x = alloc 8\ndrop x\ndrop x\n");
    run_to_end(s);
    refused(s, "alloc 8", "has stopped");
    session_free(s);
}

static void open_repeats_are_counted(void **state) {
    (void)state;
    assert_int_equal(script_open_repeats("repeat 5"), 1);
    assert_int_equal(script_open_repeats("  repeat 5 as i\nrepeat 2\nalloc i\nend"), 1);
    assert_int_equal(script_open_repeats("repeat 5\nalloc 8\nend\n"), 0);
    assert_int_equal(script_open_repeats("repeated = alloc 8"), 0);
    assert_int_equal(script_open_repeats("end"), 0);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(lines_go_on_with_the_scripts_variables),
        cmocka_unit_test(what_a_line_asks_of_the_heap_may_make_no_sense),
        cmocka_unit_test(names_of_one_line_are_known_in_the_next),
        cmocka_unit_test(what_is_no_script_is_refused_and_leaves_no_trace),
        cmocka_unit_test(what_makes_no_sense_when_it_runs_is_told_and_not_run_again),
        cmocka_unit_test(a_restart_runs_the_lines_too),
        cmocka_unit_test(other_workloads_get_a_script_of_their_own),
        cmocka_unit_test(nothing_goes_on_before_the_end_or_after_a_fatal_error),
        cmocka_unit_test(open_repeats_are_counted),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
