/* Soaking: sound programs pass, and a failure is found, shrunk and can be run again. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "sim/work/soak.h"

#include "sim/work/opfile.h"

#include <string.h>

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
    bool typed;
    int drops;
};

static void break_something(void *arg, const struct op *op) {
    struct fault *f = arg;
    f->typed |= op->code == OP_ALLOC_TYPED;
    f->drops += f->typed && op->code == OP_DROP;
    if (f->drops == 2)
        BUG("object %u breaks", op->id);
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
    o = (struct soak_options){
        .seed = seed, .runs = 1, .listener = break_something, .listener_arg = &fault};
    soak(&o, &again);
    assert_true(again.failed && again.seed == seed);
    done(&again);
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
        cmocka_unit_test(a_script_can_be_run_again),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
