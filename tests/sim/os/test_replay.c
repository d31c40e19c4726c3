/* The replay provider: recorded answers, and what happens when a request is another one. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "sim/os/replay.h"

#include "tests/sim/limit.h"

#include <string.h>

static struct os *world(const char *platform) {
    struct error err;
    const struct replay_world w = {.platform = platform_find(platform),
        .image_end = 0x80f1d08,
        .brk = 0x80f2000,
        .phys_page_size = 4096,
        .huge_page_size = 0x200000};
    struct os *os = os_replay_new(&w, &err);
    assert_non_null(os);
    return os;
}

static void expect(struct os *os, const char *call) {
    struct error err;
    if (!os_replay_expect(os, call, &err))
        fail_msg("%s", err.text);
}

static void assert_answer(struct os_answer got, uint64_t addr, int err) {
    assert_int_equal(got.addr, addr);
    assert_int_equal(got.err, err);
}

/* The provider has stopped, and says exactly this. */
static void assert_diverged(struct os *os, const char *why) {
    assert_true(os->diverged);
    assert_string_equal(os->why.text, why);
    os_destroy(os);
}

/* --- Answers --- */

static void the_world_is_as_recorded(void **state) {
    struct os *os = world("linux/386");
    (void)state;
    assert_string_equal(os->ops->name, "replay");
    assert_int_equal(os->image_end, 0x80f1d08);
    assert_int_equal(os->phys_page_size, 4096);
    assert_int_equal(os->huge_page_size, 0x200000);
    assert_int_equal(os->ops->brk(os), 0x80f2000);
    assert_int_equal(os->ops->occupy(os, 0x1000, 0x1000), 0);
    assert_false(os->diverged);
    os_destroy(os);
}

static void calls_are_answered_as_recorded_in_their_order(void **state) {
    struct os *os = world("linux/386");
    bool reserved = false;
    (void)state;
    expect(os, "reserve addr=0x8200000 size=0x30202000 -> 0x8200000 reserved=1");
    expect(os, "map addr=0x16bc0000 size=0x1840000 reserved=1");
    expect(os, "alloc addr=0x0 size=0x40000 -> 0xf5fa6000");
    expect(os, "unused addr=0x16bc0000 size=0x2000");
    expect(os, "used addr=0x16bc0000 size=0x2000");
    expect(os, "free addr=0xf5fa6000 size=0x40000");
    assert_answer(os->ops->reserve(os, 0x8200000, 0x30202000, &reserved), 0x8200000, 0);
    assert_true(reserved);
    assert_answer(os->ops->map(os, 0x16bc0000, 0x1840000, true), 0x16bc0000, 0);
    assert_answer(os->ops->alloc(os, 0x40000), 0xf5fa6000, 0);
    os->ops->unused(os, 0x16bc0000, 0x2000);
    os->ops->used(os, 0x16bc0000, 0x2000);
    os->ops->free(os, 0xf5fa6000, 0x40000);
    assert_false(os->diverged);
    assert_int_equal(os_replay_left(os), 0);
    os_destroy(os);
}

static void refusals_and_answers_elsewhere_are_given_again(void **state) {
    struct os *os = world("linux/amd64");
    bool reserved = true;
    (void)state;
    expect(os, "reserve addr=0xc000000000 size=0x8420002000 -> nil");
    expect(os, "reserve addr=0x1c000000000 size=0x8420002000 -> 0x1c000000000 reserved=0");
    expect(os, "map addr=0x1c420000000 size=0x100000 reserved=0 -> 0x7f0000000000 err=17");
    expect(os, "map addr=0x1c420000000 size=0x100000 reserved=0 -> nil err=12");
    expect(os, "alloc addr=0x0 size=0x1000 -> nil");
    assert_answer(os->ops->reserve(os, 0xc000000000, 0x8420002000, &reserved), 0, 0);
    assert_answer(os->ops->reserve(os, 0x1c000000000, 0x8420002000, &reserved), 0x1c000000000, 0);
    assert_false(reserved);
    assert_answer(os->ops->map(os, 0x1c420000000, 0x100000, false), 0x7f0000000000, 17);
    assert_answer(os->ops->map(os, 0x1c420000000, 0x100000, false), 0, 12);
    assert_answer(os->ops->alloc(os, 0x1000), 0, 0);
    assert_false(os->diverged);
    os_destroy(os);
}

static void mapped_memory_can_be_written_and_released_memory_is_zero(void **state) {
    struct os *os = world("linux/amd64");
    bool reserved;
    (void)state;
    expect(os, "reserve addr=0xc000000000 size=0x8420002000 -> 0xc000000000 reserved=0");
    expect(os, "map addr=0xc420000000 size=0x100000 reserved=0");
    expect(os, "unused addr=0xc420000000 size=0x2000");
    os->ops->reserve(os, 0xc000000000, 0x8420002000, &reserved);
    os->ops->map(os, 0xc420000000, 0x100000, false);
    uint8_t *bytes = os_host(os, 0xc420000000);
    assert_int_equal(bytes[0xfffff], 0);
    memset(bytes, 0xdb, 0x100000);
    os->ops->unused(os, 0xc420000000, 0x2000);
    assert_int_equal(bytes[0x1fff], 0);
    assert_int_equal(bytes[0x2000], 0xdb);
    os_destroy(os);
}

/* --- Differences --- */

static void another_request_names_both(void **state) {
    struct os *os = world("linux/386");
    (void)state;
    expect(os, "map addr=0x16bc0000 size=0x1840000 reserved=1");
    assert_answer(os->ops->map(os, 0x16bc0000, 0x1000, true), 0, 0);
    assert_diverged(os, "asked the system to map addr=0x16bc0000 size=0x1000, but recorded is map "
                        "addr=0x16bc0000 size=0x1840000");
    os = world("linux/386");
    expect(os, "map addr=0x16bc0000 size=0x1840000 reserved=1");
    os->ops->unused(os, 0x16bc0000, 0x1840000);
    assert_diverged(os, "asked the system to unused addr=0x16bc0000 size=0x1840000, but recorded "
                        "is map addr=0x16bc0000 size=0x1840000");
}

static void a_request_too_many_is_named(void **state) {
    struct os *os = world("linux/386");
    (void)state;
    assert_answer(os->ops->alloc(os, 0x40000), 0, 0);
    assert_diverged(
        os, "asked the system to alloc addr=0x0 size=0x40000, but no call is recorded here");
}

static void every_kind_of_call_notices(void **state) {
    bool reserved = false;
    (void)state;
    for (unsigned kind = 0; kind < 6; kind++) {
        struct os *os = world("linux/386");
        expect(os, "free addr=0x1000 size=0x1000");
        switch (kind) {
        case 0: os->ops->reserve(os, 0x1000, 0x1000, &reserved); break;
        case 1: os->ops->map(os, 0x1000, 0x1000, true); break;
        case 2: os->ops->alloc(os, 0x1000); break;
        case 3: os->ops->free(os, 0x1000, 0x2000); break;
        case 4: os->ops->unused(os, 0x1000, 0x1000); break;
        default: os->ops->used(os, 0x1000, 0x1000); break;
        }
        assert_true(os->diverged);
        assert_int_equal(os_replay_left(os), 1);
        os_destroy(os);
    }
}

static void calls_that_are_left_are_counted(void **state) {
    struct os *os = world("linux/386");
    (void)state;
    assert_int_equal(os_replay_left(os), 0);
    expect(os, "alloc addr=0x0 size=0x1000 -> 0xf5fa6000");
    expect(os, "alloc addr=0x0 size=0x2000 -> 0xf5fb6000");
    assert_int_equal(os_replay_left(os), 2);
    os->ops->alloc(os, 0x1000);
    assert_int_equal(os_replay_left(os), 1);
    os->ops->alloc(os, 0x1000); /* another: it is not used up */
    assert_int_equal(os_replay_left(os), 1);
    os_destroy(os);
}

/* No system gives what it has given before, or what does not exist. */
static void impossible_answers_are_not_believed(void **state) {
    static const struct {
        uint64_t size;
        const char *call;
    } allocs[] = {
        {0, "alloc addr=0x0 size=0x0 -> 0x10000000"},
        {GiB(8), "alloc addr=0x0 size=0x200000000 -> 0x10000000"},
        {0x2000, "alloc addr=0x0 size=0x2000 -> 0xfffff000"},
        {0x2000, "alloc addr=0x0 size=0x2000 -> 0xf0000000"},
        {0x2000, "alloc addr=0x0 size=0x2000 -> 0xeffff000"},
    };
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(allocs); i++) {
        struct os *os = world("linux/386");
        expect(os, "alloc addr=0x0 size=0x1000 -> 0xf0000000");
        expect(os, "alloc addr=0x0 size=0x1000 -> 0xe0000000"); /* below is another matter */
        expect(os, allocs[i].call);
        os->ops->alloc(os, 0x1000);
        os->ops->alloc(os, 0x1000);
        assert_false(os->diverged);
        os->ops->alloc(os, allocs[i].size);
        assert_true(os->diverged);
        assert_non_null(strstr(os->why.text, " cannot be: expected a range of the address space "));
        os_destroy(os);
    }
    struct os *os = world("linux/amd64");
    expect(os, "map addr=0xc420000000 size=0x1000 reserved=0");
    expect(os, "map addr=0xc420000000 size=0x1000 reserved=0");
    os->ops->map(os, 0xc420000000, 0x1000, false);
    assert_false(os->diverged);
    os->ops->map(os, 0xc420000000, 0x1000, false);
    assert_true(os->diverged);
    os_destroy(os);
}

static void a_reservation_of_what_was_given_is_not_believed(void **state) {
    struct os *os = world("linux/amd64");
    bool reserved = false;
    (void)state;
    expect(os, "alloc addr=0x0 size=0x40000 -> 0xc000000000"); /* records: an address alone */
    expect(os, "reserve addr=0xc000000000 size=0x1000 -> 0xc000000000 reserved=1");
    assert_answer(os->ops->alloc(os, 0x40000), 0xc000000000, 0);
    assert_answer(os->ops->reserve(os, 0xc000000000, 0x1000, &reserved), 0, 0);
    assert_true(os->diverged);
    os_destroy(os);
}

static void a_second_arena_far_away_has_no_bytes(void **state) {
    struct os *os = world("linux/amd64");
    bool reserved = false;
    (void)state;
    expect(os, "reserve addr=0xc000000000 size=0x1000 -> 0xc000000000 reserved=1");
    expect(os, "reserve addr=0x7f0000000000 size=0x1000 -> 0x7f0000000000 reserved=1");
    assert_answer(os->ops->reserve(os, 0xc000000000, 0x1000, &reserved), 0xc000000000, 0);
    assert_answer(os->ops->reserve(os, 0x7f0000000000, 0x1000, &reserved), 0, 0);
    os_destroy(os);
}

static void a_map_that_failed_fails_again(void **state) {
    struct os *os = world("linux/386");
    (void)state;
    expect(os, "map addr=0x16bc0000 size=0x1000 reserved=1 -> 0x16bc0000 err=12");
    expect(os, "map addr=0x16bc0000 sizes=3 size=0x1000 reserved=1"); /* what else stands there */
    expect(os, "map addr=0x16bc0000 size=0x1000 reserved=1");
    assert_answer(os->ops->map(os, 0x16bc0000, 0x1000, true), 0x16bc0000, 12);
    assert_answer(os->ops->map(os, 0x16bc0000, 0x1000, true), 0x16bc0000, 0);
    assert_answer(os->ops->map(os, 0x17bc0000, 0x1000, true), 0, 0);
    assert_true(os->diverged);
    os_destroy(os);
}

static void ignore(void *arg, uint64_t addr, uint64_t size, const char *what) {
    (void)addr, (void)size, (void)what;
    ++*(unsigned *)arg;
}

static void nothing_is_known_of_others(void **state) {
    struct os *os = world("linux/386");
    unsigned others = 0;
    (void)state;
    os_model_others(os, ignore, &others);
    assert_int_equal(others, 0);
    os_destroy(os);
}

static void a_machine_without_room_is_told(void **state) {
    const struct replay_world w = {.platform = platform_find("linux/amd64")};
    struct error err = {""};
    bool reserved = false;
    (void)state;
    if (!can_limit())
        skip();
    struct limit limit = limit_space(MiB(100));
    assert_null(os_replay_new(&w, &err));
    limit_lift(&limit);
    assert_non_null(strstr(err.text, "linux/amd64: this machine does not give 256 MiB"));
    limit = limit_space(GiB(1));
    struct os *os = world("linux/amd64");
    limit_lift(&limit);
    expect(os, "reserve addr=0xc000000000 size=0x8420002000 -> 0xc000000000 reserved=0");
    expect(os, "map addr=0x10000000000 size=0x100000 reserved=0");
    expect(os, "map addr=0x700000000000 size=0x100000 reserved=0");
    os->ops->reserve(os, 0xc000000000, 0x8420002000, &reserved);
    assert_false(os->diverged);
    os->ops->map(os, 0x10000000000, 0x100000, false);
    assert_true(os->diverged);
    assert_non_null(strstr(os->why.text, "this machine has no memory, or a program of its width"));
    os->diverged = false;
    os->ops->map(os, 0x700000000000, 0x100000, false); /* has an address alone, as recorded */
    assert_false(os->diverged);
    os_destroy(os);
}

/* --- Broken lines --- */

static void broken_lines_are_refused_and_quoted(void **state) {
    static const char *const lines[] = {"", "map", "mmap addr=0x1000 size=0x1000",
        "map addr=0x1000", "map size=0x1000", "map addr=0x1000 size=", "map addr=zebra size=0x1000",
        "map addr=0x1000 size=0x1000x", "mapaddr=0x1000 size=0x1000",
        "alloc addr=0x0 size=0x1000 -> ", "alloc addr=0x0 size=0x1000 -> nowhere",
        "map addr=0x1000 size=0x10000000000000000",
        "map addr=0x00000000000000000000000000000000000001 size=0x1000"};
    struct os *os = world("linux/386");
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(lines); i++) {
        struct error err = {0};
        struct strbuf expected = {0};
        sb_printf(&expected,
            "cannot read the system call `%s`, expected for example `map "
            "addr=0x1000 size=0x1000 reserved=1`",
            lines[i]);
        if (os_replay_expect(os, lines[i], &err))
            fail_msg("`%s` is taken", lines[i]);
        assert_string_equal(err.text, sb_text(&expected));
        sb_free(&expected);
    }
    assert_int_equal(os_replay_left(os), 0);
    os_destroy(os);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_world_is_as_recorded),
        cmocka_unit_test(calls_are_answered_as_recorded_in_their_order),
        cmocka_unit_test(refusals_and_answers_elsewhere_are_given_again),
        cmocka_unit_test(mapped_memory_can_be_written_and_released_memory_is_zero),
        cmocka_unit_test(another_request_names_both),
        cmocka_unit_test(a_request_too_many_is_named),
        cmocka_unit_test(every_kind_of_call_notices),
        cmocka_unit_test(calls_that_are_left_are_counted),
        cmocka_unit_test(impossible_answers_are_not_believed),
        cmocka_unit_test(a_reservation_of_what_was_given_is_not_believed),
        cmocka_unit_test(a_second_arena_far_away_has_no_bytes),
        cmocka_unit_test(a_map_that_failed_fails_again),
        cmocka_unit_test(nothing_is_known_of_others),
        cmocka_unit_test(a_machine_without_room_is_told),
        cmocka_unit_test(broken_lines_are_refused_and_quoted),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
