/* Programs made up at random: the same from the same seed, different from others, and legal. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "sim/work/generate.h"

#include "sim/os/os.h"
#include "sim/work/opline.h"

#include <stdio.h>
#include <string.h>

/* A program of a seed while it runs. */
struct run {
    struct generator *g;
    struct os *os;
    struct program *program;
    struct legal *legal;
    struct strbuf lines; /* of the operations that ran */
    uint64_t codes;      /* a bit for each op_code that ran */
    unsigned drawn, ran;
};

static void hear(void *arg, const struct op *op) {
    struct run *r = arg;
    opline_write(op, r->os->platform->ptr_size, &r->lines);
    sb_puts(&r->lines, "\n");
    r->codes |= UINT64_C(1) << op->code;
}

static void run_begin(struct run *r, uint64_t seed, const struct platform *platform) {
    struct error err = {""};
    *r = (struct run){.g = generator_new(seed, platform)};
    const struct environment *env = generator_env(r->g);
    r->os = os_model_new(env->platform, &env->model, &err);
    assert_string_equal(err.text, "");
    r->program = program_new(r->os, NULL);
    r->legal = legal_new(r->program, env->platform->ptr_size);
    legal_listen(r->legal, hear, r);
}

static void run_ops(struct run *r, unsigned most) {
    struct op op;
    for (; r->drawn < most && !program_ended(r->program); r->drawn++) {
        generator_next(r->g, r->legal, &op);
        r->ran += legal_run(r->legal, &op);
    }
}

static void run_end(struct run *r) {
    legal_free(r->legal);
    program_free(r->program);
    os_destroy(r->os);
    generator_free(r->g);
    sb_free(&r->lines);
}

static void the_same_seed_gives_the_same_program(void **state) {
    (void)state;
    for (uint64_t seed = 1; seed < 6; seed++) {
        struct run a, b;
        run_begin(&a, seed, NULL);
        run_begin(&b, seed, NULL);
        run_ops(&a, 300);
        run_ops(&b, 300);
        assert_string_equal(sb_text(&a.lines), sb_text(&b.lines));
        assert_true(generator_length(a.g) == generator_length(b.g));
        run_end(&a);
        run_end(&b);
    }
}

/* Of all weights of sizes this seed's mood takes none. */
static void a_mood_may_leave_nothing_but_empty_objects(void **state) {
    const uint64_t seed = 7345465;
    struct generator *g = generator_new(seed, NULL);
    struct run r;
    (void)state;
    generator_free(g);
    run_begin(&r, seed, NULL);
    run_ops(&r, 300);
    unsigned allocs = 0, id, size, count;
    for (const char *at = sb_text(&r.lines); at; at = strchr(at, '\n')) {
        at += *at == '\n';
        if (sscanf(at, "a %u %u", &id, &size) == 2)
            assert_int_equal(size, 0);
        else if (sscanf(at, "p %u %u %u", &id, &size, &count) == 3)
            assert_int_equal(count, 1);
        else
            continue;
        allocs++;
    }
    assert_true(allocs >= 5);
    run_end(&r);
}

static void another_seed_gives_another_program(void **state) {
    struct run a, b;
    (void)state;
    run_begin(&a, 14, platform_find("linux/amd64"));
    run_begin(&b, 15, platform_find("linux/amd64"));
    run_ops(&a, 100);
    run_ops(&b, 100);
    assert_string_not_equal(sb_text(&a.lines), sb_text(&b.lines));
    run_end(&a);
    run_end(&b);
}

static void every_operation_comes(void **state) {
    uint64_t codes = 0, all = ((UINT64_C(1) << OP_COUNT) - 1) & ~(UINT64_C(1) << OP_NOTE);
    (void)state;
    for (uint64_t seed = 1; seed < 200 && codes != all; seed++) {
        struct run r;
        run_begin(&r, seed, NULL);
        run_ops(&r, 400);
        codes |= r.codes;
        run_end(&r);
    }
    for (unsigned code = 0; code < OP_COUNT; code++)
        if (!(codes >> code & 1) && code != OP_NOTE)
            fail_msg("`%s` never came", op_code_name(code));
}

static void most_of_what_is_drawn_can_run(void **state) {
    unsigned drawn = 0, ran = 0;
    (void)state;
    for (uint64_t seed = 1; seed < 40; seed++) {
        struct run r;
        run_begin(&r, seed, NULL);
        run_ops(&r, 200);
        drawn += r.drawn;
        ran += r.ran;
        run_end(&r);
    }
    assert_true(ran > drawn / 2);
}

static void every_platform_and_fault_comes(void **state) {
    bool platforms[16] = {false};
    size_t known = 0;
    unsigned faults = 0;
    (void)state;
    while (platform_at(known))
        known++;
    assert_true(known <= 16);
    for (uint64_t seed = 1; seed < 400; seed++) {
        struct generator *g = generator_new(seed, NULL);
        const struct environment *env = generator_env(g);
        const struct model_config *m = &env->model;
        for (size_t i = 0; i < known; i++)
            platforms[i] |= platform_at(i) == env->platform;
        faults |= (m->taken_count ? 1u : 0) | (m->address_limit ? 2u : 0) |
                  (m->memory_limit ? 4u : 0) | (m->brk ? 8u : 0) | (m->phys_page_size ? 16u : 0) |
                  (m->no_page_size ? 32u : 0) | (m->ignores_hints ? 64u : 0);
        generator_free(g);
    }
    for (size_t i = 0; i < known; i++)
        assert_true(platforms[i]);
    assert_int_equal(faults, 127);
}

static void the_platform_asked_for_is_the_one(void **state) {
    const struct platform *mips = platform_find("linux/mipsle");
    (void)state;
    for (uint64_t seed = 1; seed < 20; seed++) {
        struct generator *g = generator_new(seed, mips);
        assert_ptr_equal(generator_env(g)->platform, mips);
        generator_free(g);
    }
}

static void what_is_kept_stays_bounded(void **state) {
    (void)state;
    for (uint64_t seed = 1; seed < 30; seed++) {
        struct run r;
        run_begin(&r, seed, NULL);
        run_ops(&r, 300);
        assert_true(legal_bytes(r.legal) < GiB(1));
        run_end(&r);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_same_seed_gives_the_same_program),
        cmocka_unit_test(a_mood_may_leave_nothing_but_empty_objects),
        cmocka_unit_test(another_seed_gives_another_program),
        cmocka_unit_test(every_operation_comes),
        cmocka_unit_test(most_of_what_is_drawn_can_run),
        cmocka_unit_test(every_platform_and_fault_comes),
        cmocka_unit_test(the_platform_asked_for_is_the_one),
        cmocka_unit_test(what_is_kept_stays_bounded),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
