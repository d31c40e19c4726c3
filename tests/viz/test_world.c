/* The world: its rows go round, forward and back, and say what they are. */
#include "viz/world.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static struct environment world_of(const char *platform) {
    return (struct environment){
        .platform = platform_find(platform), .provider = PROVIDER_MODEL, .seed = {1, 2}};
}

static void every_row_goes_round_and_back(void **state) {
    (void)state;
    for (int row = 0; row < WORLD_ROW_COUNT; row++) {
        struct environment env = world_of("linux/amd64");
        char first[64], value[64];
        world_value(&env, NULL, (enum world_row)row, first, sizeof first);
        int values = 0;
        do {
            world_step(&env, (enum world_row)row, 1);
            world_value(&env, NULL, (enum world_row)row, value, sizeof value);
        } while (++values < 50 && strcmp(value, first) != 0);
        assert_true(values < 50);
        for (int i = 0; i < values; i++)
            world_step(&env, (enum world_row)row, -1);
        world_value(&env, NULL, (enum world_row)row, value, sizeof value);
        if (row != WORLD_PAGE) /* the platform's size and the same by name read alike */
            assert_string_equal(value, first);
        env_free(&env);
    }
}

static void every_value_of_every_row_can_be_run_in_or_is_refused_in_words(void **state) {
    (void)state;
    static const char *const platforms[] = {"linux/amd64", "linux/386", "windows/amd64"};
    for (size_t p = 0; p < ARRAY_LEN(platforms); p++)
        for (int row = 0; row < WORLD_ROW_COUNT; row++) {
            struct environment env = world_of(platforms[p]);
            for (int i = 0; i < 12; i++) {
                struct error err = {""};
                world_step(&env, (enum world_row)row, 1);
                struct os *os = os_model_new(env.platform, &env.model, &err);
                assert_true(os || err.text[0]);
                os_destroy(os);
            }
            env_free(&env);
        }
}

static void hints_are_taken_from_the_first_on(void **state) {
    (void)state;
    struct environment env = world_of("linux/amd64");
    world_take_hints(&env, 3);
    assert_int_equal(world_hints_taken(&env), 3);
    assert_true(env_is_taken(&env, UINT64_C(0x2c000000000)));
    assert_false(env_is_taken(&env, UINT64_C(0x3c000000000)));
    world_toggle_hint(&env, 1);
    assert_int_equal(world_hints_taken(&env), 2);
    world_take_hints(&env, 0);
    assert_int_equal(env.model.taken_count, 0);
    env_free(&env);
}

static void the_other_width_leaves_faults_behind(void **state) {
    (void)state;
    struct environment env = world_of("linux/amd64");
    world_take_hints(&env, HINT_COUNT);
    world_other_width(&env);
    assert_string_equal(env.platform->name, "linux/386");
    assert_int_equal(env.model.taken_count, 0);
    assert_false(world_has(&env, WORLD_HINTS));
    assert_int_equal(world_hints_taken(&env), 0);
    world_take_hints(&env, 5); /* there are none to take */
    assert_int_equal(env.model.taken_count, 0);
    env_free(&env);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_row_goes_round_and_back),
        cmocka_unit_test(every_value_of_every_row_can_be_run_in_or_is_refused_in_words),
        cmocka_unit_test(hints_are_taken_from_the_first_on),
        cmocka_unit_test(the_other_width_leaves_faults_behind),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
