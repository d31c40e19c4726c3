/* Host memory behind a simulated space: where the window lies, and what its bytes are. */
#include "sim/os/backing.h"

#include "tests/sim/limit.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cmocka.h>

#define WIDE (sizeof(void *) == 8)
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
    assert_false(backing_window(b, BASE - MiB(1)));
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

/* One with 3 GiB of address space to be had, as 32-bit programs have. */
static struct backing *folded(const char *platform) {
    if (!WIDE)
        return backing(platform);
    struct limit limit = limit_space(GiB(3));
    struct backing *b = backing(platform);
    limit_lift(&limit);
    return b;
}

static void what_a_folded_space_has_no_room_for_is_refused(void **state) {
    (void)state;
    if (!can_limit())
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
    if (!can_limit())
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
    uint8_t pages[KiB(128) / KiB(4)];
    assert_false(backing_resident(b, spans, KiB(128), pages)); /* half of it is the bitmap's */
    backing_release(b, bitmap, KiB(64));                       /* has no bytes: nothing happens */
    backing_drop(b, bitmap, KiB(64));
    backing_drop(b, BASE + GiB(5), GiB(500) + KiB(4));
    assert_true(is_filled(b, spans, KiB(64)));
    backing_drop(b, spans, GiB(4));
    assert_true(commit_and_fill(b, bitmap, KiB(64)));
    assert_true(is_filled(b, bitmap, KiB(64)));
    assert_false(backing_commit(b, spans, KiB(4)));
    backing_free(b);
}

static void a_window_is_as_large_as_the_host_gives(void **state) {
    (void)state;
    if (!can_limit() || !WIDE || under_valgrind())
        skip();
    struct limit limit = limit_space(GiB(300));
    struct backing *b = backing("linux/amd64");
    limit_lift(&limit);
    assert_true(backing_window(b, BASE));
    assert_true(backing_commit(b, BITMAP + GiB(100), KiB(64)));
    assert_false(backing_commit(b, BITMAP + GiB(300), KiB(64)));
    backing_free(b);
    limit = limit_space(GiB(2));
    b = backing("linux/amd64");
    limit_lift(&limit);
    assert_true(backing_window(b, BASE));
    assert_true(backing_commit(b, BITMAP, MiB(64)));
    assert_false(backing_commit(b, BITMAP + GiB(2), KiB(64)));
    backing_free(b);
    struct error err = {""};
    limit = limit_space(MiB(100));
    b = backing_new(platform_find("linux/amd64"), &err);
    limit_lift(&limit);
    assert_null(b);
    assert_string_equal(err.text, "linux/amd64: this machine does not give 256 MiB of address "
                                  "space: Cannot allocate memory");
}

static void a_space_of_2_gib_need_not_be_folded(void **state) {
    (void)state;
    if (!can_limit())
        skip();
    struct backing *b = folded("linux/mipsle");
    assert_true(commit_and_fill(b, 0x10000, KiB(64)));
    assert_true(commit_and_fill(b, 0x7ff00000, KiB(64)));
    assert_true(commit_and_fill(b, GiB(1) - KiB(64), KiB(128)));
    assert_true(is_filled(b, 0x10000, KiB(64)));
    backing_free(b);
}

/* Does the host hold this process to its limit of memory? */
static bool memory_can_run_out(void) {
    if (!can_limit())
        return false;
    struct limit limit = limit_memory();
    int flags = MAP_PRIVATE | MAP_ANONYMOUS;
    void *p = mmap(NULL, KiB(64), PROT_READ | PROT_WRITE, flags, -1, 0);
    limit_lift(&limit);
    if (p != MAP_FAILED)
        munmap(p, KiB(64));
    return p == MAP_FAILED;
}

static bool commit_without_memory(struct backing *b, uint64_t addr, uint64_t size) {
    struct limit limit = limit_memory();
    bool done = backing_commit(b, addr, size);
    limit_lift(&limit);
    return done;
}

static void without_memory_nothing_is_committed_and_yet_all_released(void **state) {
    (void)state;
    if (!memory_can_run_out())
        skip();
    struct backing *b = backing("linux/386");
    uint64_t page = backing_page_size(b), half = page / 2;
    assert_false(commit_without_memory(b, 0x100000, KiB(64)));
    assert_false(commit_without_memory(b, 0x200000 + half, page)); /* two halves of pages: */
    assert_true(backing_commit(b, 0x300000, page));
    assert_false(commit_without_memory(b, 0x300000 + half, page)); /* the first one is there */
    assert_true(backing_commit(b, 0x400000, KiB(64)));
    memset(host(b, 0x400000), PATTERN, KiB(64));
    struct limit limit = limit_memory();
    backing_release(b, 0x400000, KiB(64));
    limit_lift(&limit);
    for (unsigned i = 0; i < KiB(64); i++)
        assert_int_equal(host(b, 0x400000)[i], 0);
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
    assert_false(backing_resident(b, 0x10000, page + 1, pages));
    backing_free(b);
    b = backing("linux/amd64"); /* lies nowhere yet */
    assert_false(backing_resident(b, BASE, page, pages));
    backing_release(b, BASE, page);
    backing_drop(b, BASE, page);
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
        cmocka_unit_test(a_window_is_as_large_as_the_host_gives),
        cmocka_unit_test(a_space_of_2_gib_need_not_be_folded),
        cmocka_unit_test(without_memory_nothing_is_committed_and_yet_all_released),
        cmocka_unit_test(what_was_touched_is_resident),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
