/* Soaking: sound programs pass, and a failure is found, shrunk and can be run again. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "sim/work/soak.h"

#include "sim/work/child.h"
#include "sim/work/opfile.h"
#include "sim/work/script.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

static void done(struct soak_result *r) {
    sb_free(&r->why);
    sb_free(&r->script);
}

static void random_programs_pass(void **state) {
    const struct soak_options o = {.seed = 20, .runs = 12};
    struct soak_result r;
    (void)state;
    soak(&o, &r);
    if (r.failed)
        fail_msg("%s%s", sb_text(&r.why), sb_text(&r.script));
    assert_int_equal(r.runs, 12);
    assert_true(r.ops > 12 && r.events > r.ops);
    done(&r);
}

static void it_stops_after_so_many_operations(void **state) {
    const struct soak_options o = {.seed = 1, .ops = 500, .platform = platform_find("windows/386")};
    struct soak_result r;
    uint64_t ops = 0;
    (void)state;
    soak(&o, &r);
    assert_false(r.failed);
    assert_true(r.ops >= 500);
    for (size_t i = 0; platform_at(i); i++)
        ops += platform_at(i) == o.platform ? r.platform_ops[i] : 0;
    assert_int_equal(ops, r.ops);
    done(&r);
}

/* A fault: the second drop after a typed object was made breaks something. */
struct fault {
    bool typed, crash; /* crash: with a signal; else it is told, and the exit status is 1 */
    int drops;
};

static void break_something(void *arg, const struct op *op) {
    struct fault *f = arg;
    f->typed |= op->code == OP_ALLOC_TYPED;
    f->drops += f->typed && op->code == OP_DROP;
    if (f->drops != 2)
        return;
    if (f->crash)
        BUG("object %u breaks", op->id);
    fprintf(stderr, "object %u breaks\n", op->id);
    _exit(EXIT_FAILURE);
}

static size_t count_ops(const char *script) {
    size_t n = 0;
    for (const char *at = script; (at = strstr(at, "\n> ")); at++)
        n++;
    return n;
}

static void a_failure_is_found_and_shrunk(void **state) {
    struct fault fault = {0};
    struct soak_options o = {
        .seed = 1, .runs = 30, .listener = break_something, .listener_arg = &fault};
    struct soak_result r;
    (void)state;
    soak(&o, &r);
    assert_true(r.failed);
    assert_non_null(strstr(sb_text(&r.why), "breaks"));
    /* init, a typed object, two objects, two drops; one of the objects is the typed one */
    assert_in_range(count_ops(sb_text(&r.script)), 5, 7);
    done(&r);

    struct soak_result again;
    uint64_t seed = r.seed;
    fault.crash = true;
    o = (struct soak_options){
        .seed = seed, .runs = 1, .listener = break_something, .listener_arg = &fault};
    soak(&o, &again);
    assert_true(again.failed && again.seed == seed);
    done(&again);
}

/* Objects break in other words before the tenth allocation. */
static void break_early_or_late(void *arg, const struct op *op) {
    unsigned *allocs = arg;
    *allocs += op->code == OP_ALLOC;
    if (op->code == OP_DROP) {
        fprintf(stderr, "%s\n", *allocs < 10 ? "too young" : "too old");
        _exit(EXIT_FAILURE);
    }
}

static void another_failure_is_not_taken_for_it(void **state) {
    unsigned allocs = 0; /* the seed's program makes 24 before it drops one */
    const struct soak_options o = {
        .seed = 14, .runs = 1, .listener = break_early_or_late, .listener_arg = &allocs};
    struct soak_result r;
    (void)state;
    soak(&o, &r);
    assert_true(r.failed);
    assert_string_equal(sb_text(&r.why), "too old\n");
    /* init, ten objects, a drop */
    assert_int_equal(count_ops(sb_text(&r.script)), 12);
    done(&r);
}

/* Breaks the first time only, in whatever child. */
static void break_once(void *arg, const struct op *op) {
    if (op->code == OP_ALLOC && (*(int *)arg)++ == 5)
        _exit(EXIT_FAILURE);
}

static void what_does_not_happen_again_is_told_so(void **state) {
    int *times =
        mmap(NULL, sizeof *times, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    assert_true(times != MAP_FAILED);
    const struct soak_options o = {
        .seed = 1, .runs = 3, .listener = break_once, .listener_arg = times};
    struct soak_result r;
    (void)state;
    soak(&o, &r);
    assert_true(r.failed);
    assert_string_equal(sb_text(&r.why), "it did not happen again when the program ran alone\n");
    assert_true(count_ops(sb_text(&r.script)) > 5); /* all of it */
    done(&r);
    munmap(times, sizeof *times);
}

static void shrinking_ends_with_its_time(void **state) {
    struct fault fault = {0};
    const struct soak_options o = {.seed = 1,
        .runs = 30,
        .shrink_seconds = 1e-9,
        .listener = break_something,
        .listener_arg = &fault};
    struct soak_result r;
    (void)state;
    soak(&o, &r);
    assert_true(r.failed);
    assert_true(count_ops(sb_text(&r.script)) > 7);
    done(&r);
}

static bool soak_in_the_open(void *arg, int log) {
    const struct soak_options *o = arg;
    struct soak_result r;
    (void)log;
    soak(o, &r);
    done(&r);
    return !r.failed;
}

static void progress_is_told_if_it_is_wanted(void **state) {
    struct soak_options o = {.seed = 5, .runs = 1, .progress = true};
    struct child_result r;
    (void)state;
    child_run(soak_in_the_open, &o, &r);
    assert_false(r.failed);
    assert_non_null(strstr(sb_text(&r.said), "\r1 programs, "));
    child_result_free(&r);
    o = (struct soak_options){.seed = 5, .seconds = 0.01};
    child_run(soak_in_the_open, &o, &r);
    assert_false(r.failed);
    assert_string_equal(sb_text(&r.said), "");
    child_result_free(&r);
}

static void run_script(const char *script, struct soak_result *r) {
    struct environment env = {.platform = platform_find("linux/386")};
    struct error err = {""};
    struct op_source *source = script_parse("t.arena", script, &err);
    assert_non_null(source);
    assert_true(script_environment(source, &env));
    source->ptr_size = env.platform->ptr_size;
    struct soak_result apart;
    assert_true(soak_source_apart(source, &env, &apart) == !apart.failed);
    source->rewind(source);
    assert_true(soak_source(source, &env, r) == !r->failed);
    assert_true(apart.failed == r->failed && apart.refused == r->refused && apart.ops == r->ops &&
                apart.events == r->events && apart.ended == r->ended);
    assert_string_equal(sb_text(&apart.why), sb_text(&r->why));
    done(&apart);
    source->destroy(source);
    env_free(&env);
}

static void a_source_may_fail_or_go_end_its_program(void **state) {
    struct soak_result r;
    (void)state;
    run_script("image 0x1000\nalloc 8\n", &r);
    assert_true(r.failed && r.ops == 0);
    assert_true(r.refused);
    assert_non_null(
        strstr(sb_text(&r.why), "t.arena: image_end 0x1000 is not possible on linux/386"));
    done(&r);
    run_script("x = alloc 8\ndrop x\ndrop x\n", &r);
    assert_true(r.failed && r.refused && r.ops == 3);
    assert_string_equal(sb_text(&r.why),
        "t.arena:3: x holds no object now; expected one assigned and not dropped\n");
    done(&r);
    run_script("limit 64MiB\nrepeat 100\nalloc 1MiB\nend\n", &r);
    assert_true(!r.failed && r.ended && r.ops < 100);
    done(&r);
}

static bool no_more(struct op_source *self, struct op *op, struct error *err) {
    (void)self, (void)op, (void)err;
    BUG("the replica differs");
}

static void what_breaks_apart_is_told(void **state) {
    const struct environment env = {.platform = platform_find("linux/386")};
    struct op_source broken = {.next = no_more};
    struct soak_result r;
    (void)state;
    assert_false(soak_source_apart(&broken, &env, &r));
    assert_true(r.failed && !r.refused);
    assert_non_null(strstr(sb_text(&r.why), "the replica differs"));
    done(&r);
}

/* The script of a failure, run as it stands. */
static void a_script_can_be_run_again(void **state) {
    static const char text[] =
        "# seed 1\nplatform linux/arm\nprovider model\nlimit memory 0x4000000\n"
        "> init\n> a 1 100\n> p 2 8 2 4 1\n> st 2 0 1 0\n> root 2\n"
        "> precise 1\n> g\n> f 1\n> d\n";
    struct error err = {""};
    struct soak_result r;
    struct environment env = {.platform = platform_find("linux/amd64")};
    struct op_source *source = opfile_parse("x", text, &err);
    (void)state;
    assert_string_equal(err.text, "");
    assert_true(opfile_environment(source, &env));
    assert_string_equal(env.platform->name, "linux/arm");
    assert_true(soak_source(source, &env, &r));
    assert_int_equal(r.ops, 9); /* a nil before the drop */
    done(&r);
    source->destroy(source);
    env_free(&env);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(random_programs_pass),
        cmocka_unit_test(it_stops_after_so_many_operations),
        cmocka_unit_test(a_failure_is_found_and_shrunk),
        cmocka_unit_test(another_failure_is_not_taken_for_it),
        cmocka_unit_test(what_does_not_happen_again_is_told_so),
        cmocka_unit_test(shrinking_ends_with_its_time),
        cmocka_unit_test(progress_is_told_if_it_is_wanted),
        cmocka_unit_test(a_source_may_fail_or_go_end_its_program),
        cmocka_unit_test(what_breaks_apart_is_told),
        cmocka_unit_test(a_script_can_be_run_again),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
