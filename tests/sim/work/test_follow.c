/* A replica that follows: what differs is found, wherever one goes from there. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "sim/work/follow.h"

#include "sim/work/program.h"

#include <string.h>

/* Where two texts differ, and what is told of it. */
static void expect_difference(
    const char *want, const char *got, int line, const char *wanted, const char *gotten) {
    assert_int_equal(first_difference(&want, &got), line);
    assert_int_equal(line_length(want), strlen(wanted));
    assert_memory_equal(want, wanted, strlen(wanted));
    assert_int_equal(line_length(got), strlen(gotten));
    assert_memory_equal(got, gotten, strlen(gotten));
}

static void the_first_line_that_differs_is_found(void **state) {
    (void)state;
    const char *a = "one\ntwo\n", *b = "one\ntwo\n";
    assert_int_equal(first_difference(&a, &b), 0);
    expect_difference("one\ntwo\n", "one\nsix\n", 2, "two", "six");
    expect_difference("one\ntwo\n", "one\ntwelve\n", 2, "two", "twelve");
    expect_difference("one\n", "one\ntwo\n", 2, "", "two");
    expect_difference("one\ntwo\n", "one\n", 2, "two", "");
    expect_difference("one\ntwo", "one\ntwo\n", 2, "two", "two"); /* the end of the line */
}

struct run {
    struct os *os;
    struct follower *follower;
    struct program *program;
    struct strbuf why;
};

static void begin(struct run *r) {
    struct error err = {""};
    const struct platform *platform = platform_find("linux/amd64");
    *r = (struct run){.os = os_model_new(platform, &(struct model_config){0}, &err)};
    assert_non_null(r->os);
    r->follower = follower_new(platform->ptr_size);
    r->program = program_new(r->os, follower_sink(r->follower));
    assert_true(program_run(r->program, &(struct op){.code = OP_INIT}, &err));
}

static void end(struct run *r) {
    program_free(r->program);
    follower_free(r->follower);
    os_destroy(r->os);
    sb_free(&r->why);
}

static void a_replica_that_has_followed_may_travel(void **state) {
    struct run r;
    (void)state;
    begin(&r);
    assert_true(follower_travel(r.follower, &r.why)); /* there and back, with nothing compared */
    assert_true(follower_compare(r.follower, program_heap(r.program), &r.why));
    assert_true(follower_travel(r.follower, &r.why));
    assert_string_equal(sb_text(&r.why), "");
    end(&r);
}

/* An event that the heap knows nothing of. */
static void what_the_heap_has_not_done_is_found(void **state) {
    struct run r;
    (void)state;
    begin(&r);
    const struct heap *h = program_heap(r.program);
    struct sink *sink = follower_sink(r.follower);
    assert_true(follower_compare(r.follower, h, &r.why));
    sink->emit(sink, &(struct event){.kind = EV_STAT_ADD, .w = STAT_heap_live, .a = 12345});
    assert_false(follower_compare(r.follower, h, &r.why));
    assert_non_null(strstr(sb_text(&r.why), "  the heap's dump    "));
    assert_non_null(strstr(sb_text(&r.why), "12345"));
    assert_false(follower_travel(r.follower, &r.why));
    assert_non_null(strstr(sb_text(&r.why), "differs from what it was there"));
    end(&r);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_first_line_that_differs_is_found),
        cmocka_unit_test(a_replica_that_has_followed_may_travel),
        cmocka_unit_test(what_the_heap_has_not_done_is_found),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
