/* Environments: copying, taking addresses, telling what only the model can have. */
#include "sim/work/session.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

static struct environment usual(void) {
    return (struct environment){.platform = platform_find("linux/amd64")};
}

static void taking_a_range_twice_gives_it_back(void **state) {
    (void)state;
    struct environment env = usual();
    env_toggle_taken(&env, 0x10000, 0x1000);
    env_toggle_taken(&env, 0x20000, 0x1000);
    env_toggle_taken(&env, 0x30000, 0x1000);
    assert_true(env_is_taken(&env, 0x20fff));
    assert_false(env_is_taken(&env, 0x21000));
    assert_false(env_is_taken(&env, 0x1ffff));
    env_toggle_taken(&env, 0x20000, 0x1000);
    assert_false(env_is_taken(&env, 0x20000));
    assert_true(env_is_taken(&env, 0x10000) && env_is_taken(&env, 0x30000));
    assert_int_equal(env.model.taken_count, 2);
    env_free(&env);
}

static void a_range_of_another_size_is_another_range(void **state) {
    (void)state;
    struct environment env = usual();
    env_toggle_taken(&env, 0x10000, 0x1000);
    env_toggle_taken(&env, 0x10000, 0x2000);
    assert_int_equal(env.model.taken_count, 2);
    env_free(&env);
}

static void a_copy_has_its_own_ranges(void **state) {
    (void)state;
    struct environment env = usual(), copy;
    env_copy(&copy, &env);
    assert_null(copy.model.taken);
    env_toggle_taken(&env, 0x10000, 0x1000);
    env_copy(&copy, &env);
    env_toggle_taken(&env, 0x10000, 0x1000);
    assert_true(env_is_taken(&copy, 0x10000));
    env_free(&copy);
    env_free(&env);
}

static void only_what_differs_from_the_platform_is_a_fault(void **state) {
    (void)state;
    const struct platform *p = platform_find("linux/amd64");
    struct environment env = usual();
    assert_false(env_has_faults(&env));
    env.model.brk = p->brk;
    env.model.image_end = p->image_end;
    env.model.phys_page_size = p->phys_page_size;
    assert_false(env_has_faults(&env));
    env.model.brk++;
    assert_true(env_has_faults(&env));

    struct environment faults[7];
    for (size_t i = 0; i < ARRAY_LEN(faults); i++)
        faults[i] = usual();
    faults[0].model.address_limit = 1;
    faults[1].model.memory_limit = 1;
    faults[2].model.ignores_hints = true;
    faults[3].model.no_page_size = true;
    faults[4].model.phys_page_size = 1;
    faults[5].model.image_end = 1;
    env_toggle_taken(&faults[6], 1, 1);
    for (size_t i = 0; i < ARRAY_LEN(faults); i++) {
        assert_true(env_has_faults(&faults[i]));
        env_free(&faults[i]);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(taking_a_range_twice_gives_it_back),
        cmocka_unit_test(a_range_of_another_size_is_another_range),
        cmocka_unit_test(a_copy_has_its_own_ranges),
        cmocka_unit_test(only_what_differs_from_the_platform_is_a_fault),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
