/* Host memory behind a simulated space: where the window lies, and what its bytes are. */
#include "sim/os/backing.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
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
    struct bias bias = backing_bias(b);
    return bias_host(&bias, addr);
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
    assert_ptr_equal(host(b, BASE), (void *)(uintptr_t)BASE); /* as it was */
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

/* Folded spaces: what a 32-bit program does with those it has no room for. */

#define BITMAP  (BASE + GiB(16) + MiB(512)) /* linux/amd64: where it ends and the arena begins */
#define PATTERN 0xdb

static bool commit_and_fill(struct backing *b, uint64_t addr, uint64_t size) {
    if (!backing_commit(b, addr, size))
        return false;
    memset(host(b, addr), PATTERN, (size_t)size);
    return true;
}

static bool is_filled(const struct backing *b, uint64_t addr, uint64_t size) {
    const uint8_t *p = host(b, addr);
    return p[0] == PATTERN && memcmp(p, p + 1, (size_t)size - 1) == 0;
}

static void a_folded_heap_has_room_where_it_begins(void **state) {
    (void)state;
    static const struct {
        const char *platform;
        uint64_t base, spans, bitmap, arena; /* where each begins to be used */
    } heaps[] = {
        {"linux/amd64", BASE, BASE, BITMAP - MiB(8), BITMAP},
        {"windows/amd64", BASE, BASE, BASE + MiB(1056 - 8), BASE + MiB(1056)},
        {"darwin/arm64", 0x130000000, 0x130000000, 0x130000000 + MiB(58), 0x130000000 + MiB(66)},
        {"linux/386", 0x8200000, 0x8200000, 0x17c00000, 0x18400000},
        {"linux/386", 0x8200000, 0x8200000, 0xe0e80000, 0xf5fa6000}, /* not one reservation */
        {"linux/mipsle", 0x200000, 0x200000, 0x7a00000, 0x3dfaf000},
    };
    for (size_t i = 0; i < ARRAY_LEN(heaps); i++) {
        struct backing *b = backing(heaps[i].platform);
        assert_true(backing_window(b, heaps[i].base));
        assert_true(commit_and_fill(b, heaps[i].spans, MiB(1)));
        assert_true(commit_and_fill(b, heaps[i].bitmap, MiB(8)));
        assert_true(backing_commit(b, heaps[i].arena, MiB(64)));
        assert_true(is_filled(b, heaps[i].spans, MiB(1)));
        assert_true(is_filled(b, heaps[i].bitmap, MiB(8)));
        assert_int_equal(*host(b, heaps[i].arena), 0);
        backing_free(b);
    }
}

#ifdef __SANITIZE_ADDRESS__
enum { CAN_LIMIT = 0 }; /* its own memory is beyond any limit */
#else
enum { CAN_LIMIT = 1 };
#endif

/* One with 3 GiB of address space to be had, as 32-bit programs have. */
static struct backing *folded(const char *platform) {
    struct rlimit was, now;
    unsigned long pages = 0;
    FILE *f = fopen("/proc/self/statm", "r");
    assert_true(f && fscanf(f, "%lu", &pages) == 1);
    fclose(f);
    assert_int_equal(getrlimit(RLIMIT_AS, &was), 0);
    now = was;
    now.rlim_cur = (rlim_t)pages * (rlim_t)sysconf(_SC_PAGESIZE) + GiB(3);
    if (sizeof(void *) == 8)
        assert_int_equal(setrlimit(RLIMIT_AS, &now), 0);
    struct backing *b = backing(platform);
    assert_int_equal(setrlimit(RLIMIT_AS, &was), 0);
    return b;
}

static void what_a_folded_space_has_no_room_for_is_refused(void **state) {
    (void)state;
    if (!CAN_LIMIT)
        skip();
    struct backing *b = folded("linux/amd64");
    assert_true(backing_window(b, BASE));
    assert_true(backing_covers(b, BITMAP, GiB(512)));
    assert_false(backing_commit(b, BITMAP + GiB(500), KiB(4)));
    unsigned had = 0;
    while (had < 64 && backing_commit(b, BITMAP + had * MiB(64), MiB(64)))
        had++;
    assert_in_range(had, 4, 36);
    assert_false(backing_commit(b, BITMAP, GiB(4)));
    backing_free(b);
    b = folded("linux/386"); /* the upper half does not follow the lower one in the window */
    assert_false(backing_commit(b, GiB(2) - KiB(4), KiB(8)));
    assert_false(backing_commit(b, GiB(2) - KiB(4), KiB(4)));
    backing_free(b);
}

/* Two ranges with one place in the window. */
static void a_place_in_a_folded_space_is_one_ranges_at_a_time(void **state) {
    (void)state;
    if (!CAN_LIMIT)
        skip();
    struct backing *b = folded("linux/amd64");
    assert_true(backing_window(b, BASE));
    struct bias bias = backing_bias(b);
    uint64_t spans = BASE, bitmap = BASE + (bias.low - bias.high);
    assert_ptr_equal(host(b, spans), host(b, bitmap));
    assert_true(commit_and_fill(b, spans, KiB(64)));
    assert_false(backing_commit(b, bitmap, KiB(64)));
    assert_true(commit_and_fill(b, bitmap + KiB(64), KiB(64)));
    assert_false(backing_commit(b, spans, KiB(128)));
    backing_release(b, bitmap, KiB(64)); /* has no bytes: nothing happens */
    backing_drop(b, bitmap, KiB(64));
    backing_drop(b, BASE + GiB(5), GiB(500) + KiB(4));
    assert_true(is_filled(b, spans, KiB(64)));
    backing_drop(b, spans, GiB(4));
    assert_true(commit_and_fill(b, bitmap, KiB(64)));
    assert_true(is_filled(b, bitmap, KiB(64)));
    assert_false(backing_commit(b, spans, KiB(4)));
    backing_free(b);
}

static void what_was_touched_is_resident(void **state) {
    (void)state;
    struct backing *b = backing("linux/386");
    uint64_t page = backing_page_size(b);
    uint8_t pages[4];
    assert_true(backing_commit(b, 0x10000, 4 * page));
    *host(b, 0x10000 + 2 * page) = 1;
    assert_true(backing_resident(b, 0x10000, 4 * page, pages));
    assert_memory_equal(pages, ((uint8_t[]){0, 0, 1, 0}), 4);
    backing_release(b, 0x10000, 4 * page);
    assert_true(backing_resident(b, 0x10000, 4 * page, pages));
    assert_memory_equal(pages, ((uint8_t[]){0, 0, 0, 0}), 4);
    assert_false(backing_resident(b, 0x10001, page, pages));
    backing_free(b);
    b = backing("linux/amd64"); /* lies nowhere yet */
    assert_false(backing_resident(b, BASE, page, pages));
    backing_free(b);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_32_bit_window_is_there_at_once),
        cmocka_unit_test(a_64_bit_window_lies_where_it_is_laid_first),
        cmocka_unit_test(a_commit_zeroes_and_a_release_too),
        cmocka_unit_test(parts_of_a_host_page_leave_the_rest_alone),
        cmocka_unit_test(released_and_dropped_memory_is_given_back),
        cmocka_unit_test(a_folded_heap_has_room_where_it_begins),
        cmocka_unit_test(what_a_folded_space_has_no_room_for_is_refused),
        cmocka_unit_test(a_place_in_a_folded_space_is_one_ranges_at_a_time),
        cmocka_unit_test(what_was_touched_is_resident),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
