/* Real threads on one heap: nothing is lost, nothing is handed out twice. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "sim/work/stress.h"

#include <string.h>

static void run_on(const char *platform, unsigned threads, uint64_t operations) {
    struct stress_options options = {.platform = platform_find(platform),
        .threads = threads,
        .operations = operations,
        .slots = 500,
        .seed = 42};
    struct stress_result result;
    struct error err;
    if (!stress_run(&options, &result, &err))
        fail_msg("%s", err.text);
    assert_true(result.allocations > threads * operations / 10 * 9);
    assert_true(result.heap_lock.taken > 0 && result.central_locks.taken > 0);
}

static void four_threads_lose_nothing_on_64_bit(void **state) {
    (void)state;
    run_on("linux/amd64", 4, 20000);
}

static void four_threads_lose_nothing_on_32_bit(void **state) {
    (void)state;
    run_on("linux/386", 4, 20000);
}

static void large_physical_pages_and_as_many_threads_as_can_be(void **state) {
    (void)state;
    run_on("linux/ppc64le", MAX_PS, 5000);
}

static void one_thread_alone_is_never_in_its_own_way(void **state) {
    struct stress_options options = {
        .platform = platform_find("linux/amd64"), .threads = 1, .operations = 5000, .bare = true};
    struct stress_result result;
    struct error err;
    (void)state;
    assert_true(stress_run(&options, &result, &err));
    assert_int_equal(result.allocations, 5000);
    assert_int_equal(result.heap_lock.waited, 0);
    assert_int_equal(result.central_locks.waited, 0);
}

static void expect_end(const struct stress_options *options, const char *expected) {
    struct stress_result result;
    struct error err = {""};
    assert_false(stress_run(options, &result, &err));
    if (!strstr(err.text, expected))
        fail_msg("`%s` does not say `%s`", err.text, expected);
}

static void go_may_end_the_program_before_it_begins(void **state) {
    struct stress_options options = {
        .platform = platform_find("linux/amd64"), .threads = MAX_PS, .operations = 1};
    struct stress_result result;
    struct error err = {""};
    unsigned ended = 0;
    (void)state;
    for (options.memory_limit = KiB(4); !stress_run(&options, &result, &err);
         options.memory_limit += KiB(16))
        ended += strcmp(err.text, "Go ended the program before the threads began") == 0;
    assert_true(ended > 0);
}

static void go_may_end_the_program(void **state) {
    struct stress_options options = {
        .platform = platform_find("linux/amd64"), .threads = 1, .operations = 3000, .slots = 1000};
    (void)state;
    options.memory_limit = MiB(2);
    expect_end(&options, "P0: Go ended the program at an allocation of ");
    options.seed = 212;
    expect_end(&options, "P0: Go ended the program at an allocation of 131072 bytes"); /* manual */
}

/* All threads stop then, wherever they are. */
static void go_may_end_the_program_of_many_threads(void **state) {
    struct stress_options options = {
        .platform = platform_find("linux/amd64"), .threads = 4, .milliseconds = 30, .slots = 500};
    unsigned ended = 0;
    (void)state;
    for (uint64_t limit = MiB(2); limit < MiB(8); limit += KiB(64)) {
        struct stress_result result;
        struct error err = {""};
        options.memory_limit = options.seed = limit;
        if (stress_run(&options, &result, &err))
            continue;
        assert_non_null(strstr(err.text, "Go ended the program "));
        ended++;
    }
    assert_true(ended > 10);
}

/* What is left at the end is collected and swept, for which there may be no memory. */
static void go_may_end_the_program_at_last(void **state) {
    struct stress_options options = {.platform = platform_find("linux/amd64"),
        .threads = 1,
        .operations = 400,
        .slots = 100,
        .seed = 1};
    struct stress_result result;
    struct error err = {""};
    unsigned last = 0;
    (void)state;
    for (options.memory_limit = MiB(2); !stress_run(&options, &result, &err);
         options.memory_limit += KiB(16))
        last += strstr(err.text, "the last collection") != NULL;
    assert_true(last > 0);
}

static void a_system_that_cannot_be_is_told(void **state) {
    struct platform odd = *platform_find("windows/386"); /* which is no host of ours */
    struct stress_options options = {.platform = &odd, .threads = 1};
    struct stress_result result;
    struct error err = {""};
    (void)state;
    odd.image_end = 1;
    assert_false(stress_run(&options, &result, &err));
    assert_string_not_equal(err.text, "");
}

static void it_ends_with_its_time(void **state) {
    struct stress_options options = {
        .platform = platform_find("linux/amd64"), .threads = 2, .milliseconds = 50, .bare = true};
    struct stress_result result;
    struct error err;
    (void)state;
    assert_true(stress_run(&options, &result, &err));
    assert_true(result.nanoseconds >= 50000000);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(four_threads_lose_nothing_on_64_bit),
        cmocka_unit_test(four_threads_lose_nothing_on_32_bit),
        cmocka_unit_test(large_physical_pages_and_as_many_threads_as_can_be),
        cmocka_unit_test(go_may_end_the_program_before_it_begins),
        cmocka_unit_test(go_may_end_the_program),
        cmocka_unit_test(go_may_end_the_program_of_many_threads),
        cmocka_unit_test(go_may_end_the_program_at_last),
        cmocka_unit_test(a_system_that_cannot_be_is_told),
        cmocka_unit_test(it_ends_with_its_time),
        cmocka_unit_test(one_thread_alone_is_never_in_its_own_way),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
