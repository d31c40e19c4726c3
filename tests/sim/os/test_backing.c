/* Host memory behind a simulated space: where the window lies, and what its bytes are. */
#include "sim/os/backing.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cmocka.h>

#define BASE UINT64_C(0xc000000000)

static struct backing *backing(const char *platform) {
    struct error err = {""};
    struct backing *b = backing_new(platform_find(platform), &err);
    assert_string_equal(err.text, "");
    return b;
}

static uint8_t *host(const struct backing *b, uint64_t addr) {
    return (uint8_t *)(uintptr_t)(addr + (uint64_t)backing_bias(b));
}

static void a_32_bit_window_is_there_at_once(void **state) {
    (void)state;
    struct backing *b = backing("linux/386");
    assert_true(backing_covers(b, 0, GiB(4)));
    assert_false(backing_covers(b, 1, GiB(4)));
    assert_true(backing_window(b, 0x8200000));
    assert_true(backing_commit(b, 0xfffff000, KiB(4)));
    *host(b, 0xffffffff) = 1;
    assert_false(backing_commit(b, 0xfffff000, KiB(8)));
    backing_free(b);
}

static void a_64_bit_window_lies_where_it_is_laid_first(void **state) {
    (void)state;
    struct backing *b = backing("linux/amd64");
    assert_true(backing_bias(b) == 0);
    assert_false(backing_covers(b, BASE, 1));
    assert_false(backing_commit(b, BASE, KiB(4)));
    assert_true(backing_window(b, BASE));
    assert_true(backing_window(b, BASE + MiB(1))); /* within: no matter */
    assert_false(backing_window(b, BASE + GiB(1024)));
    assert_true(backing_covers(b, BASE, UINT64_C(0x8420002000) + GiB(1)));
    assert_false(backing_covers(b, BASE - 1, 2));
    assert_false(backing_covers(b, BASE, UINT64_C(0x8420002001) + GiB(1)));
    backing_free(b);
}

static void a_commit_zeroes_and_a_release_too(void **state) {
    (void)state;
    struct backing *b = backing("linux/386");
    assert_true(backing_commit(b, 0x10000, KiB(64)));
    memset(host(b, 0x10000), 0xdb, KiB(64));
    backing_release(b, 0x11000, KiB(4));
    assert_int_equal(*host(b, 0x10fff), 0xdb);
    assert_int_equal(*host(b, 0x11000), 0);
    assert_int_equal(*host(b, 0x11fff), 0);
    assert_int_equal(*host(b, 0x12000), 0xdb);
    *host(b, 0x11000) = 1; /* still usable */
    assert_true(backing_commit(b, 0x10000, KiB(64)));
    assert_int_equal(*host(b, 0x10000), 0);
    backing_free(b);
}

/* Pages of a target may be smaller than the host's: here, ranges that are no pages at all. */
static void parts_of_a_host_page_leave_the_rest_alone(void **state) {
    (void)state;
    struct backing *b = backing("linux/386");
    assert_true(backing_commit(b, 0x10000, KiB(64)));
    memset(host(b, 0x10000), 0xdb, KiB(64));
    assert_true(backing_commit(b, 0x10800, KiB(4)));
    assert_int_equal(*host(b, 0x107ff), 0xdb);
    assert_int_equal(*host(b, 0x10800), 0);
    assert_int_equal(*host(b, 0x117ff), 0);
    assert_int_equal(*host(b, 0x11800), 0xdb);
    backing_drop(b, 0x13800, KiB(8));
    assert_int_equal(*host(b, 0x137ff), 0xdb);
    assert_int_equal(*host(b, 0x13800), 0);
    assert_int_equal(*host(b, 0x15800), 0xdb);
    backing_release(b, 0x18100, 16);
    assert_int_equal(*host(b, 0x180ff), 0xdb);
    assert_int_equal(*host(b, 0x18100), 0);
    assert_int_equal(*host(b, 0x18110), 0xdb);
    backing_free(b);
}

/* Memory that the host holds for a range. */
static unsigned resident(const struct backing *b, uint64_t addr, uint64_t size) {
    unsigned char pages[64];
    unsigned n = 0;
    assert_true(size / KiB(4) <= sizeof pages);
    assert_int_equal(mincore(host(b, addr), size, pages), 0);
    for (uint64_t i = 0; i < size / KiB(4); i++)
        n += pages[i] & 1;
    return n;
}

static void released_and_dropped_memory_is_given_back(void **state) {
    (void)state;
    if (sysconf(_SC_PAGESIZE) != 4096)
        skip();
    struct backing *b = backing("linux/386");
    assert_true(backing_commit(b, 0x100000, KiB(64)));
    memset(host(b, 0x100000), 1, KiB(64));
    assert_int_equal(resident(b, 0x100000, KiB(64)), KiB(64) / KiB(4));
    backing_release(b, 0x100000, KiB(32));
    assert_int_equal(resident(b, 0x100000, KiB(64)), KiB(32) / KiB(4));
    backing_drop(b, 0x100000, KiB(64));
    assert_int_equal(resident(b, 0x100000, KiB(64)), 0);
    backing_free(b);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_32_bit_window_is_there_at_once),
        cmocka_unit_test(a_64_bit_window_lies_where_it_is_laid_first),
        cmocka_unit_test(a_commit_zeroes_and_a_release_too),
        cmocka_unit_test(parts_of_a_host_page_leave_the_rest_alone),
        cmocka_unit_test(released_and_dropped_memory_is_given_back),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
