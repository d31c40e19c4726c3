/* The fault provider: exactly the call that is to fail fails, and nothing else is changed. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "sim/os/fault.h"
#include "sim/os/replay.h"

#include <string.h>

static struct os *faulty(const char *platform, struct fault fault) {
    struct error err = {""};
    const struct model_config config = {0};
    struct os *model = os_model_new(platform_find(platform), &config, &err);
    if (!model)
        fail_msg("%s", err.text);
    return os_fault_new(model, &fault);
}

static struct os_answer reserve(struct os *os, uint64_t addr) {
    bool reserved;
    return os->ops->reserve(os, addr, MiB(1), &reserved);
}

static void the_nth_call_alone_fails(void **state) {
    (void)state;
    struct os *os = faulty("linux/386", (struct fault){.call = FAULT_RESERVE, .nth = 2});
    assert_int_equal(reserve(os, 0x10000000).addr, 0x10000000);
    struct os_answer a = reserve(os, 0x20000000);
    assert_true(a.addr == 0 && a.err == 12);
    assert_int_equal(reserve(os, 0x20000000).addr, 0x20000000); /* it is as if never asked */
    assert_int_equal(os_fault_calls(os), 3);
    os_destroy(os);
}

static void for_good_every_later_one_fails_too(void **state) {
    (void)state;
    const struct fault fault = {.call = FAULT_ALLOC, .nth = 2, .for_good = true, .err = 13};
    struct os *os = faulty("linux/386", fault);
    assert_true(os->ops->alloc(os, 4096).addr != 0);
    for (int i = 0; i < 3; i++)
        assert_int_equal(os->ops->alloc(os, 4096).err, 13);
    assert_int_equal(reserve(os, 0x10000000).addr, 0x10000000);
    os_destroy(os);
}

static void what_is_not_done_leaves_the_contents(void **state) {
    (void)state;
    struct os *os = faulty("linux/386", (struct fault){.call = FAULT_UNUSED, .nth = 1});
    reserve(os, 0x10000000);
    assert_int_equal(os->ops->map(os, 0x10000000, 4096, true).addr, 0x10000000);
    uint8_t *byte = os_host(os, 0x10000000);
    *byte = 7;
    assert_int_equal(os->ops->unused(os, 0x10000000, 4096), 12);
    assert_int_equal(*byte, 7);
    assert_int_equal(os->ops->unused(os, 0x10000000, 4096), 0);
    assert_int_equal(*byte, 0);
    os_destroy(os);
}

static void each_platform_has_its_own_errno(void **state) {
    (void)state;
    struct os *os = faulty("windows/386", (struct fault){.call = FAULT_OCCUPY, .nth = 1});
    assert_int_equal(os->ops->occupy(os, 0x10000000, 65536), 8);
    assert_int_equal(os->ops->occupy(os, 0x10000000, 65536), 0);
    os_destroy(os);
}

static void the_break_and_what_is_in_memory_cannot_be_told(void **state) {
    (void)state;
    uint8_t pages[4];
    struct os *os = faulty("linux/386", (struct fault){.call = FAULT_BRK, .nth = 1});
    assert_int_equal(os->ops->brk(os), 0);
    assert_true(os->ops->brk(os) != 0);
    os_destroy(os);
    os = faulty("linux/386", (struct fault){.call = FAULT_RESIDENT, .nth = 1});
    reserve(os, 0x10000000);
    os->ops->map(os, 0x10000000, 4096, true);
    assert_false(os->ops->resident(os, 0x10000000, 4096, pages));
    assert_true(os->ops->resident(os, 0x10000000, 4096, pages));
    os_destroy(os);
}

static void without_a_fault_it_is_the_other_one(void **state) {
    (void)state;
    struct os *os = faulty("linux/amd64", (struct fault){.call = FAULT_MAP});
    assert_string_equal(os->ops->name, "simulated");
    assert_int_equal(os->ops->alloc(os, 4096).err, 0);
    assert_int_equal(os_fault_calls(os), 0);
    assert_string_equal(fault_call_name(FAULT_CALLS - 1), "occupy");
    assert_null(fault_call_name(FAULT_CALLS));
    os_destroy(os);
}

static void calls_are_counted_where_none_is_to_fail(void **state) {
    (void)state;
    struct os *os = faulty("linux/386", (struct fault){.call = FAULT_ALLOC});
    assert_true(os->ops->alloc(os, 4096).addr != 0);
    assert_true(os->ops->alloc(os, 4096).addr != 0);
    assert_int_equal(os_fault_calls(os), 2);
    os_destroy(os);
}

static void a_map_can_fail(void **state) {
    (void)state;
    struct os *os = faulty("linux/386", (struct fault){.call = FAULT_MAP, .nth = 1});
    reserve(os, 0x10000000);
    struct os_answer a = os->ops->map(os, 0x10000000, 4096, true);
    assert_true(a.addr == 0 && a.err == 12);
    assert_int_equal(os->ops->map(os, 0x10000000, 4096, true).addr, 0x10000000);
    os_destroy(os);
}

static void what_the_other_cannot_tell_cannot_be_told(void **state) {
    (void)state;
    uint8_t pages[4];
    struct error err = {""};
    const struct replay_world world = {
        .platform = platform_find("linux/386"), .phys_page_size = 4096};
    struct os *replay = os_replay_new(&world, &err);
    assert_non_null(replay);
    struct os *os = os_fault_new(replay, &(struct fault){.call = FAULT_RESIDENT});
    assert_null(os->ops->resident);
    os_destroy(os);
    os = faulty("linux/amd64", (struct fault){.call = FAULT_RESIDENT});
    assert_false(os->ops->resident(os, 0, os->host_page_size, pages)); /* it has no window yet */
    os_destroy(os);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_nth_call_alone_fails),
        cmocka_unit_test(for_good_every_later_one_fails_too),
        cmocka_unit_test(what_is_not_done_leaves_the_contents),
        cmocka_unit_test(each_platform_has_its_own_errno),
        cmocka_unit_test(the_break_and_what_is_in_memory_cannot_be_told),
        cmocka_unit_test(without_a_fault_it_is_the_other_one),
        cmocka_unit_test(calls_are_counted_where_none_is_to_fail),
        cmocka_unit_test(a_map_can_fail),
        cmocka_unit_test(what_the_other_cannot_tell_cannot_be_told),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
