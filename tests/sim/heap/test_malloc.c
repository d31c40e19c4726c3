/* Allocation, the part of malloc.c that runs after mallocinit: tiny, small and large objects. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "tests/sim/heap/fixture.h"

#include <string.h>

static bool all_zero(const struct lab *lab, uint64_t addr, uint64_t size) {
    const uint8_t *byte = os_host(&lab->system->os, addr);
    while (size && !*byte)
        byte++, size--;
    return size == 0;
}

/* --- Nothing at all --- */

static void objects_of_no_bytes_share_an_address_outside_the_heap(void **state) {
    struct lab lab;
    (void)state;
    lab_start(&lab, "linux/amd64");
    uint64_t before = recording_count(lab.rec);
    struct heap_object a = heap_malloc(lab.h, 0, NULL), b = heap_malloc(lab.h, 0, NULL);
    assert_true(a.zerobase && b.zerobase);
    assert_int_equal(a.addr, b.addr);
    assert_int_equal(a.size, 0);
    assert_int_equal(recording_count(lab.rec), before);
    lab_close(&lab);
}

/* --- Tiny objects --- */

static void tiny_objects_share_a_block_of_16_bytes(void **state) {
    struct lab lab;
    (void)state;
    lab_start(&lab, "linux/amd64");
    uint64_t block = lab_new(&lab, 5);
    for (uint64_t at = 5; at < 16; at++)
        assert_int_equal(lab_new(&lab, 1), block + at);
    assert_int_equal(lab_new(&lab, 1), block + 16); /* the block is full: the next one */
    assert_int_equal(heap_stat(lab.h, STAT_local_tinyallocs), 11);
    lab_close(&lab);
}

static void tiny_objects_are_aligned_as_their_size_suggests(void **state) {
    struct lab lab;
    (void)state;
    lab_start(&lab, "linux/amd64");
    uint64_t block = lab_new(&lab, 1);
    assert_int_equal(lab_new(&lab, 3), block + 1); /* odd: anywhere */
    assert_int_equal(lab_new(&lab, 1), block + 4);
    assert_int_equal(lab_new(&lab, 2), block + 6); /* even: to 2 */
    assert_int_equal(lab_new(&lab, 8), block + 8); /* 8: to 8 */
    block = lab_new(&lab, 1);
    assert_int_equal(lab_new(&lab, 12), block + 4); /* 4 and 12: to 4 */
    block = lab_new(&lab, 1);
    assert_int_equal(lab_new(&lab, 10), block + 2);
    assert_int_equal(lab_new(&lab, 4), block + 12);
    lab_close(&lab);
}

static void a_tiny_object_that_does_not_fit_goes_into_a_block_of_its_own(void **state) {
    struct lab lab;
    (void)state;
    lab_start(&lab, "linux/386");
    uint64_t first = lab_new(&lab, 3);
    assert_int_equal(lab_new(&lab, 15), first + 16);
    /* 3 bytes are used of the first block, 15 of the second: the first goes on. */
    assert_int_equal(lab_new(&lab, 1), first + 3);
    lab_close(&lab);
}

static void the_block_with_more_room_becomes_the_current_one(void **state) {
    struct lab lab;
    (void)state;
    lab_start(&lab, "linux/amd64");
    uint64_t first = lab_new(&lab, 14);
    assert_int_equal(lab_new(&lab, 7), first + 16);
    assert_int_equal(lab_new(&lab, 1), first + 16 + 7);
    /* As much used in both: the old one stays. */
    assert_int_equal(lab_new(&lab, 1), first + 16 + 8);
    assert_int_equal(lab_new(&lab, 9), first + 32);
    assert_int_equal(lab_new(&lab, 1), first + 16 + 9);
    lab_close(&lab);
}

static void only_pointer_free_objects_below_16_bytes_are_tiny(void **state) {
    static const uint8_t mask = 1;
    struct lab lab;
    (void)state;
    lab_start(&lab, "linux/amd64");
    uint64_t tiny = lab_new(&lab, 1);
    struct heap_object o = heap_malloc(lab.h, 8, &(struct heap_type){8, 8, &mask});
    assert_int_equal(o.spanclass, 1 << 1);
    assert_int_equal(o.size, 8);
    o = heap_malloc(lab.h, 16, NULL);
    assert_int_equal(o.addr, tiny + 16); /* a neighbour in the same span, not in the block */
    assert_int_equal(o.size, 16);
    assert_int_equal(heap_stat(lab.h, STAT_local_tinyallocs), 0);
    /* A type without pointers is as good as none. */
    o = heap_malloc(lab.h, 2, &(struct heap_type){2, 0, NULL});
    assert_int_equal(o.addr, tiny + 2);
    assert_int_equal(o.rung, RUNG_TINY);
    lab_close(&lab);
}

static void a_collection_ends_the_tiny_block(void **state) {
    struct lab lab;
    (void)state;
    lab_start(&lab, "linux/amd64");
    uint64_t block = lab_new(&lab, 4);
    lab_collect(&lab, &block, 1, true);
    assert_int_equal(lab.h->cache.tiny, 0);
    assert_int_equal(lab_new(&lab, 4), block + 16);
    assert_int_equal(heap_stat(lab.h, STAT_tinyallocs), 0);
    lab_close(&lab);
}

static void one_live_object_keeps_its_tiny_block(void **state) {
    struct lab lab;
    (void)state;
    lab_start(&lab, "linux/amd64");
    uint64_t block = lab_new(&lab, 4), inside = lab_new(&lab, 4);
    struct heap_marked marked = lab_collect(&lab, &inside, 1, true);
    assert_int_equal(marked.objects, 1);
    assert_int_equal(marked.bytes, 16);
    assert_int_not_equal(lab_new(&lab, 16), block);
    lab_close(&lab);
}

/* --- Small objects --- */

static void small_objects_stand_next_to_each_other(void **state) {
    static const char *const platforms[] = {"linux/amd64", "linux/386", "linux/ppc64le"};
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(platforms); i++) {
        struct lab lab;
        lab_start(&lab, platforms[i]);
        uint64_t first = lab_new(&lab, 48);
        assert_int_equal(first % GO_PAGE_SIZE, 0);
        for (uint64_t n = 1; n < 8192 / 48; n++)
            assert_int_equal(lab_new(&lab, 33 + n % 16), first + n * 48);
        /* The page holds 170 of them; the next is on another. */
        assert_true(lab_span(&lab, first) != lab_span(&lab, lab_new(&lab, 48)));
        lab_close(&lab);
    }
}

static void sizes_and_pointers_choose_the_span(void **state) {
    static const uint8_t mask = 1;
    struct lab lab;
    (void)state;
    lab_start(&lab, "linux/amd64");
    struct heap_object plain = heap_malloc(lab.h, 33, NULL);
    struct heap_object pointers = heap_malloc(lab.h, 40, &(struct heap_type){40, 8, &mask});
    assert_int_equal(plain.size, 48);
    assert_int_equal(pointers.size, 48);
    assert_int_equal(plain.spanclass, 4 << 1 | 1);
    assert_int_equal(pointers.spanclass, 4 << 1);
    assert_true(lab_span(&lab, plain.addr) != lab_span(&lab, pointers.addr));
    assert_int_equal(lab_span(&lab, plain.addr)->elemsize, 48);
    lab_close(&lab);
}

static void every_size_takes_what_its_class_says(void **state) {
    struct lab lab;
    (void)state;
    lab_start(&lab, "linux/amd64");
    for (unsigned c = 3; c < NUM_SIZE_CLASSES; c++) {
        uint64_t size = lab.h->sizes.classes[c].size;
        struct heap_object o = heap_malloc(lab.h, size, NULL);
        assert_int_equal(o.size, size);
        assert_int_equal(o.spanclass, c << 1 | 1);
        o = heap_malloc(lab.h, lab.h->sizes.classes[c - 1].size + 1, NULL);
        assert_int_equal(o.size, size);
        assert_int_equal(heap_rounded_size(lab.h, size), size);
    }
    lab_close(&lab);
}

static void the_rung_says_where_the_memory_was_found(void **state) {
    struct lab lab;
    (void)state;
    lab_start(&lab, "linux/amd64");
    assert_int_equal(heap_malloc(lab.h, 4096, NULL).rung, RUNG_OS);     /* the first of all */
    assert_int_equal(heap_malloc(lab.h, 4096, NULL).rung, RUNG_MCACHE); /* its span has two slots */
    assert_int_equal(heap_malloc(lab.h, 4096, NULL).rung, RUNG_MHEAP);
    assert_int_equal(heap_malloc(lab.h, 65536, NULL).rung, RUNG_MHEAP);
    uint64_t live[3] = {lab_new(&lab, 64)};
    lab_collect(&lab, live, 1, true); /* its span goes back to mcentral */
    assert_int_equal(heap_malloc(lab.h, 64, NULL).rung, RUNG_MCENTRAL);
    assert_int_equal(heap_malloc(lab.h, 64, NULL).rung, RUNG_MCACHE);
    lab_close(&lab);
}

/* --- Memory is zeroed --- */

/* Fills an object of that size, loses it, and gets its place again, clean. */
static void assert_clean_reuse(const char *platform, uint64_t size) {
    struct lab lab;
    lab_start(&lab, platform);
    uint64_t kept = lab_new(&lab, size), lost = lab_new(&lab, size), live[] = {kept};
    assert_true(all_zero(&lab, lost, size));
    heap_fill(lab.h, kept, size, 0xdb);
    heap_fill(lab.h, lost, size, 0xdb);
    lab_collect(&lab, live, 1, true);
    assert_int_equal(lab_new(&lab, size), lost);
    assert_true(all_zero(&lab, lost, size));
    assert_false(all_zero(&lab, kept, 1));
    lab_close(&lab);
}

static void memory_used_again_after_a_collection_is_zeroed(void **state) {
    static const uint64_t sizes[] = {16, 24, 1024, 8192, 32768, 32769, 200000, MiB(2)};
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(sizes); i++) {
        assert_clean_reuse("linux/amd64", sizes[i]);
        assert_clean_reuse("linux/386", sizes[i]);
    }
}

static void a_tiny_block_used_again_is_zeroed(void **state) {
    struct lab lab;
    (void)state;
    lab_start(&lab, "linux/amd64");
    uint64_t kept = lab_new(&lab, 15), lost = lab_new(&lab, 15);
    heap_fill(lab.h, lost, 15, 0xdb);
    lab_collect(&lab, &kept, 1, true);
    assert_int_equal(lab_new(&lab, 3), lost);
    assert_true(all_zero(&lab, lost, 16));
    lab_close(&lab);
}

static void pages_that_come_back_in_other_sizes_are_zeroed(void **state) {
    struct lab lab;
    (void)state;
    lab_start(&lab, "linux/amd64");
    uint64_t large = lab_new(&lab, 65536);
    heap_fill(lab.h, large, 65536, 0xdb);
    lab_collect(&lab, NULL, 0, true);
    for (unsigned i = 0; i < 65536 / 512; i++) {
        uint64_t addr = lab_new(&lab, 512);
        assert_true(addr >= large && addr < large + 65536);
        assert_true(all_zero(&lab, addr, 512));
    }
    lab_close(&lab);
}

static void fresh_memory_is_not_zeroed_again(void **state) {
    struct lab lab;
    (void)state;
    lab_start(&lab, "linux/amd64");
    assert_false(lab_span(&lab, lab_new(&lab, 64))->needzero);
    assert_false(lab_span(&lab, lab_new(&lab, 65536))->needzero);
    lab_close(&lab);
}

/* --- Large objects --- */

static void a_large_object_has_whole_pages_of_its_own(void **state) {
    struct lab lab;
    (void)state;
    lab_start(&lab, "linux/amd64");
    struct heap_object o = heap_malloc(lab.h, 32769, NULL);
    const struct mspan *s = lab_span(&lab, o.addr);
    assert_int_equal(o.size, 5 * GO_PAGE_SIZE);
    assert_int_equal(o.spanclass, 1);
    assert_int_equal(s->npages, 5);
    assert_int_equal(s->base, o.addr);
    assert_int_equal(s->nelems, 1);
    assert_int_equal(s->elemsize, 5 * GO_PAGE_SIZE);
    assert_int_equal(s->limit, o.addr + 32769);
    assert_int_equal(s->alloc_count, 1);
    assert_ptr_equal(lab.h->busy[5].first, s);
    assert_int_equal(heap_stat(lab.h, STAT_nlargealloc), 1);
    assert_int_equal(heap_stat(lab.h, STAT_largealloc), 5 * GO_PAGE_SIZE);
    assert_int_equal(heap_stat(lab.h, STAT_heap_objects), 1);
    assert_int_equal(heap_stat(lab.h, STAT_heap_live), 5 * GO_PAGE_SIZE);
    lab_close(&lab);
}

static void large_objects_of_a_mebibyte_and_more_share_one_list(void **state) {
    struct lab lab;
    (void)state;
    lab_start(&lab, "linux/amd64");
    uint64_t a = lab_new(&lab, 127 * GO_PAGE_SIZE), b = lab_new(&lab, 128 * GO_PAGE_SIZE);
    uint64_t c = lab_new(&lab, 300 * GO_PAGE_SIZE);
    assert_ptr_equal(lab.h->busy[127].first, lab_span(&lab, a));
    assert_ptr_equal(lab.h->busylarge.first, lab_span(&lab, b));
    assert_ptr_equal(lab.h->busylarge.last, lab_span(&lab, c));
    lab_close(&lab);
}

static void a_size_that_wraps_around_is_out_of_memory(void **state) {
    struct lab lab;
    struct strbuf said = {0};
    (void)state;
    lab_start(&lab, "linux/386");
    unsigned calls = lab.system->calls;
    assert_int_equal(heap_malloc(lab.h, 0xffffe001, NULL).addr, 0);
    assert_string_equal(lab_said(&lab, &said), "fatal error: out of memory\n");
    assert_int_equal(lab.system->calls, calls);
    sb_free(&said);
    lab_close(&lab);
}

static void nothing_is_allocated_after_the_end(void **state) {
    struct lab lab;
    int status = 0;
    (void)state;
    lab_start(&lab, "linux/386");
    heap_malloc(lab.h, 0xffffffff, NULL);
    assert_true(heap_exited(lab.h, &status));
    assert_int_equal(status, 2);
    uint64_t before = recording_count(lab.rec);
    assert_int_equal(heap_malloc(lab.h, 16, NULL).addr, 0);
    assert_int_equal(recording_count(lab.rec), before);
    lab_close(&lab);
}

/* --- Words --- */

static void words_have_the_width_of_the_platform(void **state) {
    struct lab lab;
    (void)state;
    lab_start(&lab, "linux/386");
    uint64_t a = lab_new(&lab, 16);
    heap_store(lab.h, a, 0xfffffffe);
    heap_store(lab.h, a + 4, 0x12345678);
    assert_int_equal(heap_load(lab.h, a), 0xfffffffe);
    assert_memory_equal(os_host(&lab.system->os, a + 4), "\x78\x56\x34\x12", 4);
    lab_close(&lab);
    lab_start(&lab, "linux/amd64");
    a = lab_new(&lab, 16);
    heap_store(lab.h, a, UINT64_C(0xfedcba9876543210));
    assert_int_equal(heap_load(lab.h, a), UINT64_C(0xfedcba9876543210));
    lab_close(&lab);
}

static uint64_t scannable(const struct lab *lab) {
    return heap_stat(lab->h, STAT_local_scan) + heap_stat(lab->h, STAT_heap_scan);
}

static void scannable_bytes_are_counted(void **state) {
    static const uint8_t mask = 5;
    struct lab lab;
    (void)state;
    lab_start(&lab, "linux/amd64");
    const struct heap_type type = {32, 24, &mask};
    lab_typed(&lab, &type);
    assert_int_equal(scannable(&lab), 24);
    heap_malloc(lab.h, 96, &type); /* three in a row: two whole ones and 24 bytes */
    assert_int_equal(scannable(&lab), 24 + 88);
    lab_new(&lab, 96);
    assert_int_equal(scannable(&lab), 24 + 88);
    lab_close(&lab);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(objects_of_no_bytes_share_an_address_outside_the_heap),
        cmocka_unit_test(tiny_objects_share_a_block_of_16_bytes),
        cmocka_unit_test(tiny_objects_are_aligned_as_their_size_suggests),
        cmocka_unit_test(a_tiny_object_that_does_not_fit_goes_into_a_block_of_its_own),
        cmocka_unit_test(the_block_with_more_room_becomes_the_current_one),
        cmocka_unit_test(only_pointer_free_objects_below_16_bytes_are_tiny),
        cmocka_unit_test(a_collection_ends_the_tiny_block),
        cmocka_unit_test(one_live_object_keeps_its_tiny_block),
        cmocka_unit_test(small_objects_stand_next_to_each_other),
        cmocka_unit_test(sizes_and_pointers_choose_the_span),
        cmocka_unit_test(every_size_takes_what_its_class_says),
        cmocka_unit_test(the_rung_says_where_the_memory_was_found),
        cmocka_unit_test(memory_used_again_after_a_collection_is_zeroed),
        cmocka_unit_test(a_tiny_block_used_again_is_zeroed),
        cmocka_unit_test(pages_that_come_back_in_other_sizes_are_zeroed),
        cmocka_unit_test(fresh_memory_is_not_zeroed_again),
        cmocka_unit_test(a_large_object_has_whole_pages_of_its_own),
        cmocka_unit_test(large_objects_of_a_mebibyte_and_more_share_one_list),
        cmocka_unit_test(a_size_that_wraps_around_is_out_of_memory),
        cmocka_unit_test(nothing_is_allocated_after_the_end),
        cmocka_unit_test(words_have_the_width_of_the_platform),
        cmocka_unit_test(scannable_bytes_are_counted),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
