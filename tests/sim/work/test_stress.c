/* Real threads on one heap: nothing is lost, nothing is handed out twice. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "sim/work/stress.h"

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

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(four_threads_lose_nothing_on_64_bit),
        cmocka_unit_test(four_threads_lose_nothing_on_32_bit),
        cmocka_unit_test(large_physical_pages_and_as_many_threads_as_can_be),
        cmocka_unit_test(one_thread_alone_is_never_in_its_own_way),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
