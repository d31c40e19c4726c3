/* The heap of pages: cutting, joining, growing. Spans managed by hand are the plainest way to take
 * pages and give them back. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "tests/sim/heap/fixture.h"

#include <errno.h>

enum { MiB_PAGES = (1 << 20) / GO_PAGE_SIZE };

static uint64_t take(struct lab *lab, uint64_t npages) {
    uint64_t addr = heap_alloc_manual(lab->h, npages);
    assert_true(addr != 0);
    lab_check(lab);
    return addr;
}

static void give_back(struct lab *lab, uint64_t addr) {
    heap_free_manual(lab->h, addr);
    lab_check(lab);
}

/* The only free span stands at base and has npages. */
static void assert_one_free(const struct lab *lab, uint64_t base, uint64_t npages) {
    const struct mspan *s = lab_span(lab, base);
    assert_int_equal(s->state, SPAN_STATE_FREE);
    assert_int_equal(s->base, base);
    assert_int_equal(s->npages, npages);
    assert_int_equal(lab_count_spans(lab, SPAN_STATE_FREE), 1);
    assert_ptr_equal(lab_span(lab, base + (npages - 1) * GO_PAGE_SIZE), s);
}

static void assert_said(const struct lab *lab, const char *lines) {
    struct strbuf said = {0};
    assert_string_equal(lab_said(lab, &said), lines);
    sb_free(&said);
}

/* A heap whose arena has no more than a page, or after fewer refusals 128 MiB and so on. */
static void start_short(struct lab *lab, const char *platform, unsigned refused) {
    lab_open(lab, platform);
    lab->system->refuse = refused + (lab->h->ptr_size == 8 ? (unsigned)HINT_COUNT : 0);
    assert_true(heap_init(lab->h));
}

/* --- Cutting --- */

static void what_is_too_much_is_cut_off_at_the_end(void **state) {
    struct lab lab;
    (void)state;
    lab_start(&lab, "linux/amd64");
    uint64_t a = take(&lab, 8), start = lab.h->arena_start;
    assert_int_equal(a, start);
    assert_int_equal(lab_span(&lab, a)->npages, 8);
    assert_one_free(&lab, start + 8 * GO_PAGE_SIZE, 120);
    assert_ptr_equal(lab.h->free[120].first, lab_span(&lab, start + 8 * GO_PAGE_SIZE));
    assert_int_equal(take(&lab, 3), start + 8 * GO_PAGE_SIZE);
    assert_one_free(&lab, start + 11 * GO_PAGE_SIZE, 117);
    lab_close(&lab);
}

static void a_span_that_fits_exactly_is_not_cut(void **state) {
    struct lab lab;
    (void)state;
    lab_start(&lab, "linux/amd64");
    uint64_t a = take(&lab, 5), wall = take(&lab, 1);
    give_back(&lab, a);
    size_t spans = lab.h->allspans_len;
    assert_int_equal(take(&lab, 5), a);
    assert_int_equal(lab.h->allspans_len, spans);
    assert_int_equal(lab_count_spans(&lab, SPAN_STATE_FREE), 1);
    give_back(&lab, wall);
    lab_close(&lab);
}

static void the_shortest_list_that_fits_is_used_the_span_freed_last_first(void **state) {
    struct lab lab;
    uint64_t span[4];
    static const uint64_t npages[] = {6, 4, 4, 9};
    (void)state;
    lab_start(&lab, "linux/386");
    for (unsigned i = 0; i < 4; i++) {
        span[i] = take(&lab, npages[i]);
        take(&lab, 1); /* keeps them apart */
    }
    for (unsigned i = 0; i < 4; i++)
        give_back(&lab, span[i]);
    assert_int_equal(list_length(&lab.h->free[4]), 2);
    assert_int_equal(take(&lab, 4), span[2]);
    assert_int_equal(take(&lab, 3), span[1]);
    assert_int_equal(take(&lab, 4), span[0]);
    assert_int_equal(take(&lab, 4), span[3]);
    lab_close(&lab);
}

static void from_128_pages_on_free_spans_are_in_the_treap(void **state) {
    struct lab lab;
    (void)state;
    lab_start(&lab, "linux/amd64");
    uint64_t a = take(&lab, 128), wall = take(&lab, 1), b = take(&lab, 127);
    assert_null(lab.h->freelarge); /* 2 MiB, all taken */
    give_back(&lab, a);
    assert_ptr_equal(lab.h->freelarge->span_key, lab_span(&lab, a));
    give_back(&lab, b);
    assert_ptr_equal(lab.h->free[127].first, lab_span(&lab, b));
    give_back(&lab, wall);
    assert_int_equal(lab.h->freelarge->npages_key, 256);
    assert_int_equal(take(&lab, 2), a); /* one of the treap serves small requests too */
    lab_close(&lab);
}

/* --- Joining --- */

static void free_neighbours_are_joined_on_both_sides(void **state) {
    struct lab lab;
    (void)state;
    lab_start(&lab, "linux/amd64");
    uint64_t a = take(&lab, 8), b = take(&lab, 8), c = take(&lab, 8), d = take(&lab, 104);
    assert_int_equal(lab_count_spans(&lab, SPAN_STATE_FREE), 0);
    give_back(&lab, b);
    assert_one_free(&lab, b, 8);
    give_back(&lab, c); /* the one before */
    assert_one_free(&lab, b, 16);
    give_back(&lab, a); /* the one behind */
    assert_one_free(&lab, a, 24);
    give_back(&lab, d);
    assert_one_free(&lab, a, 128);
    b = take(&lab, 8), a = take(&lab, 8), c = take(&lab, 112);
    give_back(&lab, b);
    give_back(&lab, c);
    give_back(&lab, a); /* both at once */
    assert_one_free(&lab, b, 128);
    assert_int_equal(lab_count_spans(&lab, SPAN_STATE_DEAD), lab.h->allspans_len - 1);
    lab_close(&lab);
}

static void joined_pages_need_zeroing_if_any_of_them_does(void **state) {
    struct lab lab;
    (void)state;
    lab_start(&lab, "linux/amd64");
    uint64_t a = take(&lab, 8);
    assert_false(lab_span(&lab, a + 8 * GO_PAGE_SIZE)->needzero);
    give_back(&lab, a);
    assert_true(lab_span(&lab, a)->needzero);
    assert_int_equal(take(&lab, 4), a);
    assert_true(lab_span(&lab, a + 4 * GO_PAGE_SIZE)->needzero); /* the rest inherits it */
    lab_close(&lab);
}

static void fresh_pages_that_join_used_ones_need_zeroing(void **state) {
    struct lab lab;
    (void)state;
    lab_start(&lab, "linux/amd64");
    uint64_t start = take(&lab, 100);
    give_back(&lab, take(&lab, 28));
    take(&lab, 30); /* fresh ones behind the 28 */
    assert_true(lab_span(&lab, start + 130 * GO_PAGE_SIZE)->needzero);
    lab_close(&lab);
    /* On 32 bits a block can come to lie before one that is in use. */
    start_short(&lab, "linux/386", 3);
    lab.system->elsewhere = 0x60000000;
    uint64_t a = take(&lab, 64);
    take(&lab, 64);
    take(&lab, 255 * MiB_PAGES); /* the rest of that block */
    give_back(&lab, a);
    lab.system->elsewhere = 0x50000000;
    take(&lab, 255 * MiB_PAGES);
    assert_int_equal(take(&lab, 128), a - MiB(1));
    assert_int_equal(lab_span(&lab, a)->base, a);
    assert_true(lab_span(&lab, a)->needzero);
    lab_close(&lab);
}

static void pages_in_use_are_not_joined(void **state) {
    struct lab lab;
    (void)state;
    lab_start(&lab, "linux/amd64");
    uint64_t a = take(&lab, 8), object = lab_new(&lab, 40000), c = take(&lab, 8);
    give_back(&lab, a);
    give_back(&lab, c);
    assert_int_equal(lab_span(&lab, a)->npages, 8);
    assert_int_equal(lab_span(&lab, object)->state, SPAN_STATE_INUSE);
    assert_int_equal(lab_count_spans(&lab, SPAN_STATE_FREE), 2);
    lab_close(&lab);
}

/* --- Spans managed by hand --- */

static void manual_spans_are_stacks_and_no_part_of_heap_sys(void **state) {
    struct lab lab;
    (void)state;
    lab_start(&lab, "linux/amd64");
    uint64_t a = take(&lab, 4), bytes = 4 * GO_PAGE_SIZE;
    const struct mspan *s = lab_span(&lab, a);
    assert_int_equal(s->state, SPAN_STATE_MANUAL);
    assert_int_equal(s->limit, a + bytes);
    assert_int_equal(s->nelems, 0);
    assert_int_equal(heap_stat(lab.h, STAT_stacks_inuse), bytes);
    assert_int_equal(heap_stat(lab.h, STAT_heap_sys), MiB(1) - bytes);
    assert_int_equal(heap_stat(lab.h, STAT_heap_idle), MiB(1) - bytes);
    assert_int_equal(heap_stat(lab.h, STAT_heap_inuse), 0);
    assert_int_equal(heap_stat(lab.h, STAT_pages_in_use), 0);
    give_back(&lab, a);
    assert_int_equal(heap_stat(lab.h, STAT_stacks_inuse), 0);
    assert_int_equal(heap_stat(lab.h, STAT_heap_sys), MiB(1));
    assert_int_equal(heap_stat(lab.h, STAT_heap_idle), MiB(1));
    lab_close(&lab);
}

static void manual_spans_outlive_collections(void **state) {
    struct lab lab;
    (void)state;
    lab_start(&lab, "linux/amd64");
    uint64_t a = take(&lab, 4);
    lab_new(&lab, 40000);
    lab_collect(&lab, NULL, 0, true);
    assert_int_equal(lab_span(&lab, a)->state, SPAN_STATE_MANUAL);
    assert_int_equal(heap_stat(lab.h, STAT_heap_inuse), 0);
    give_back(&lab, a);
    assert_one_free(&lab, a, 128);
    lab_close(&lab);
}

/* --- Growing inside the reservation --- */

static void the_heap_grows_by_a_mebibyte_at_least(void **state) {
    struct lab lab;
    (void)state;
    lab_start(&lab, "linux/amd64");
    uint64_t start = lab.h->arena_start;
    take(&lab, 1);
    assert_int_equal(lab.h->arena_used, start + MiB(1));
    assert_int_equal(lab.h->arena_alloc, start + MiB(1));
    take(&lab, 127); /* the rest of it */
    assert_int_equal(lab.h->arena_used, start + MiB(1));
    take(&lab, 129); /* above a mebibyte in units of 64 KiB */
    assert_int_equal(lab.h->arena_used, start + MiB(1) + 136 * GO_PAGE_SIZE);
    assert_one_free(&lab, start + (128 + 129) * GO_PAGE_SIZE, 7);
    lab_close(&lab);
}

static void fresh_pages_join_the_free_ones_before_them(void **state) {
    struct lab lab;
    (void)state;
    lab_start(&lab, "linux/amd64");
    uint64_t start = take(&lab, 100), b = take(&lab, 30);
    assert_int_equal(b, start + 100 * GO_PAGE_SIZE); /* 28 old and 2 fresh ones */
    assert_one_free(&lab, start + 130 * GO_PAGE_SIZE, 126);
    lab_close(&lab);
}

static void table_and_bitmap_are_mapped_as_far_as_the_arena_is_used(void **state) {
    static const struct {
        const char *platform;
        uint64_t bitmap, table; /* bytes after the first mebibyte */
    } worlds[] = {{"linux/amd64", KiB(32), KiB(4)}, {"linux/ppc64le", KiB(64), KiB(64)}};
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(worlds); i++) {
        struct lab lab;
        lab_start(&lab, worlds[i].platform);
        take(&lab, 1);
        assert_int_equal(lab.h->bitmap_mapped, worlds[i].bitmap);
        assert_int_equal(lab.h->spans_len * 8, worlds[i].table);
        assert_int_equal(heap_stat(lab.h, STAT_heap_sys), MiB(1) - GO_PAGE_SIZE);
        lab_close(&lab);
    }
}

static void a_64_bit_arena_cannot_outgrow_its_512_gib(void **state) {
    struct lab lab;
    (void)state;
    lab_start(&lab, "linux/amd64");
    unsigned calls = lab.system->calls;
    assert_int_equal(heap_malloc(lab.h, UINT64_C(1) << 40, NULL).addr, 0);
    assert_said(&lab,
        "runtime: out of memory: cannot allocate 1099511627776-byte block (0 in use)\n"
        "fatal error: out of memory\n");
    assert_int_equal(lab.system->calls, calls);
    lab_close(&lab);
}

/* --- Growing beyond it --- */

static void assert_grows_contiguously(const char *platform) {
    struct lab lab;
    start_short(&lab, platform, 3);
    uint64_t p = lab.h->arena_alloc, end = lab.h->arena_end;
    assert_int_equal(end - p, GO_PAGE_SIZE);
    assert_int_equal(take(&lab, 1), p);
    assert_int_equal(lab.h->arena_end, end + MiB(256));
    assert_int_equal(lab.h->arena_alloc, p + MiB(1));
    lab_close(&lab);
}

static void another_block_behind_the_first_prolongs_it(void **state) {
    (void)state;
    assert_grows_contiguously("linux/386");
    assert_grows_contiguously("linux/mipsle");
    assert_grows_contiguously("linux/amd64"); /* 64 bits under the 32-bit plan */
}

static void a_block_elsewhere_replaces_the_rest_of_the_old_one(void **state) {
    struct lab lab;
    (void)state;
    start_short(&lab, "linux/386", 3);
    lab.system->elsewhere = 0x60001000;
    assert_int_equal(take(&lab, 1), 0x60002000); /* from our next page on */
    assert_int_equal(lab.h->arena_end, 0x60001000 + MiB(256));
    assert_int_equal(lab.h->arena_alloc, 0x60102000);
    assert_int_equal(lab.h->arena_used, 0x60102000);
    assert_null(lab_span(&lab, 0x60001fff));
    lab_close(&lab);
}

static void a_block_below_the_arena_is_used_too(void **state) {
    struct lab lab;
    (void)state;
    start_short(&lab, "linux/386", 3);
    uint64_t used = lab.h->arena_used;
    lab.system->elsewhere = 0x1000000;
    assert_int_equal(take(&lab, 1), 0x1000000);
    assert_int_equal(lab.h->arena_used, used); /* which stays as far as it was */
    assert_int_equal(lab.h->arena_alloc, 0x1100000);
    assert_int_equal(lab_span(&lab, 0x1000000)->npages, 1);
    lab_close(&lab);
}

/* With at least 16 MiB left in the old block, one elsewhere is given back, and what is wanted now
 * comes from anywhere. */
static void a_block_elsewhere_that_would_strand_16_mib_is_given_back(void **state) {
    struct lab lab;
    (void)state;
    start_short(&lab, "linux/386", 2);
    uint64_t alloc = lab.h->arena_alloc, end = lab.h->arena_end, anywhere = lab.system->alloc_at;
    lab.system->elsewhere = 0x60000000;
    assert_int_equal(take(&lab, 129 * MiB_PAGES), anywhere);
    const struct event *freed = lab_event(&lab, EV_OS_FREE, 0);
    assert_int_equal(freed->a, 0x60000000);
    assert_int_equal(freed->b, MiB(256));
    assert_int_equal(lab.h->arena_alloc, alloc);
    assert_int_equal(lab.h->arena_end, end);
    /* A page more than was asked for, so that ours can be cut out of it; all of it is counted. */
    assert_int_equal(heap_stat(lab.h, STAT_heap_sys), GO_PAGE_SIZE);
    lab_close(&lab);
}

/* 64 bits under the 32-bit plan: blocks below the arena, or beyond its 512 GiB, are of no use. */
static void a_64_bit_block_outside_the_arena_is_given_back(void **state) {
    static const uint64_t outside[] = {0x100000, UINT64_C(0x10000000000)};
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(outside); i++) {
        struct lab lab;
        start_short(&lab, "linux/amd64", 3);
        assert_true(outside[i] < lab.h->arena_start || outside[i] > lab.h->arena_start + GiB(512));
        lab.system->elsewhere = outside[i];
        assert_int_equal(heap_alloc_manual(lab.h, 1), 0);
        assert_int_equal(lab_event(&lab, EV_OS_FREE, 0)->a, outside[i]);
        assert_int_equal(lab_event(&lab, EV_OS_FREE, 0)->b, MiB(256));
        lab_close(&lab);
    }
}

static void a_block_that_would_end_beyond_4_gib_is_not_asked_for(void **state) {
    struct lab lab;
    (void)state;
    lab_start(&lab, "linux/386");
    size_t asked = lab_count_events(&lab, EV_OS_RESERVE, 0);
    lab.system->alloc_err = ENOMEM;
    lab.system->allocs_left = 0;
    assert_int_equal(heap_malloc(lab.h, 0xe8000000, NULL).addr, 0);
    assert_int_equal(lab_count_events(&lab, EV_OS_RESERVE, 0), asked);
    lab_close(&lab);
}

static void a_block_elsewhere_that_strands_less_is_used(void **state) {
    struct lab lab;
    (void)state;
    start_short(&lab, "linux/386", 2);
    take(&lab, 112 * MiB_PAGES + 2); /* in units of 64 KiB: leaves 56 KiB short of 16 MiB */
    assert_int_equal(lab.h->arena_end - lab.h->arena_alloc, MiB(16) - KiB(56));
    lab.system->elsewhere = 0x60000000;
    assert_int_equal(take(&lab, 17 * MiB_PAGES), 0x60000000);
    assert_null(lab_event(&lab, EV_OS_FREE, 0));
    lab_close(&lab);
}

static void exactly_16_mib_are_too_much_to_strand(void **state) {
    struct lab lab;
    (void)state;
    start_short(&lab, "linux/386", 2);
    HEAP_SET(lab.h, arena_end, lab.h->arena_end - GO_PAGE_SIZE);
    take(&lab, 112 * MiB_PAGES);
    assert_int_equal(lab.h->arena_end - lab.h->arena_alloc, MiB(16));
    lab.system->elsewhere = 0x60000000;
    take(&lab, 17 * MiB_PAGES);
    assert_int_equal(lab_event(&lab, EV_OS_FREE, 0)->a, 0x60000000);
    lab_close(&lab);
}

static void with_no_block_to_be_had_32_bits_take_memory_from_anywhere(void **state) {
    struct lab lab;
    (void)state;
    start_short(&lab, "linux/386", 3);
    uint64_t anywhere = lab.system->alloc_at;
    lab.system->refuse = 1;
    uint64_t alloc = lab.h->arena_alloc;
    assert_int_equal(take(&lab, 1), anywhere);
    assert_int_equal(lab.h->arena_alloc, alloc);
    assert_int_equal(lab.h->arena_used, anywhere + MiB(1));
    enum range_owner owner;
    assert_int_equal(rangemap_state(&lab.h->ranges, anywhere, &owner), RANGE_MAPPED);
    assert_int_equal(owner, OWNER_HEAP);
    lab_close(&lab);
}

static void memory_from_anywhere_may_lie_below_what_is_used(void **state) {
    struct lab lab;
    (void)state;
    start_short(&lab, "linux/386", 3);
    uint64_t used = lab.h->arena_used;
    lab.system->refuse = 1;
    lab.system->alloc_at = 0x1000000;
    assert_int_equal(take(&lab, 1), 0x1000000);
    assert_int_equal(lab.h->arena_used, used);
    lab_close(&lab);
}

static void with_no_block_to_be_had_64_bits_are_out_of_memory(void **state) {
    struct lab lab;
    (void)state;
    start_short(&lab, "linux/amd64", 3);
    lab.system->refuse = 2;
    assert_int_equal(heap_malloc(lab.h, 40000, NULL).addr, 0);
    assert_said(&lab, "runtime: out of memory: cannot allocate 65536-byte block (0 in use)\n"
                      "fatal error: out of memory\n");
    lab_close(&lab);
}

static void memory_outside_the_usable_range_is_given_back(void **state) {
    struct lab lab;
    (void)state;
    start_short(&lab, "linux/mipsle", 3);
    lab.system->refuse = 1;
    lab.system->alloc_at = 0x7ff00000; /* with a page more it ends above 2 GiB */
    uint64_t sys = heap_stat(lab.h, STAT_heap_sys);
    assert_int_equal(heap_alloc_manual(lab.h, 128), 0);
    assert_said(&lab,
        "runtime: memory allocated by OS (0x7ff00000) not in usable range [0x0,0x7fffffff)\n"
        "runtime: out of memory: cannot allocate 1048576-byte block (0 in use)\n");
    assert_int_equal(lab_event(&lab, EV_OS_FREE, 0)->a, 0x7ff00000);
    assert_int_equal(heap_stat(lab.h, STAT_heap_sys), sys);
    lab_close(&lab);
}

static void out_of_memory_says_how_much_was_wanted_and_is_in_use(void **state) {
    struct lab lab;
    int status = 0;
    (void)state;
    start_short(&lab, "linux/386", 3);
    lab_new(&lab, 32768);
    lab.system->refuse = 2;
    lab.system->alloc_err = ENOMEM;
    assert_int_equal(heap_malloc(lab.h, MiB(300), NULL).addr, 0);
    assert_said(&lab,
        "runtime: out of memory: cannot allocate 314572800-byte block (1048576 in use)\n"
        "fatal error: out of memory\n");
    assert_true(heap_exited(lab.h, &status));
    assert_int_equal(status, 2);
    lab_close(&lab);
}

static void small_objects_run_out_of_memory_too(void **state) {
    struct lab lab;
    (void)state;
    start_short(&lab, "linux/386", 3);
    lab.system->refuse = 2;
    lab.system->alloc_err = ENOMEM;
    assert_int_equal(heap_malloc(lab.h, 64, NULL).addr, 0);
    /* A mebibyte is not to be had, 64 KiB are not either. */
    assert_said(&lab, "runtime: out of memory: cannot allocate 65536-byte block (0 in use)\n"
                      "fatal error: out of memory\n");
    assert_int_equal(lab_count_events(&lab, EV_OS_ALLOC, 0), 1 + 2);
    assert_int_equal(lab_event(&lab, EV_OS_ALLOC, 1)->b, MiB(1) + GO_PAGE_SIZE);
    assert_int_equal(lab_event(&lab, EV_OS_ALLOC, 2)->b, KiB(64) + GO_PAGE_SIZE);
    lab_close(&lab);
}

/* Go looks for the fresh pages in the treap alone. */
static void pages_of_less_than_a_mebibyte_come_too_late_for_who_asked(void **state) {
    struct lab lab;
    (void)state;
    start_short(&lab, "linux/386", 3);
    uint64_t a = take(&lab, 128), b = take(&lab, 255 * MiB_PAGES);
    assert_int_equal(lab.h->arena_end - lab.h->arena_alloc, GO_PAGE_SIZE);
    lab.system->refuse = 1; /* the mebibyte; the 64 KiB after it are granted */
    lab.system->alloc_err = ENOMEM;
    assert_int_equal(heap_alloc_manual(lab.h, 8), 0);
    assert_said(&lab, "");
    assert_one_free(&lab, a + MiB(256), 8);
    assert_int_equal(take(&lab, 8), a + MiB(256));
    give_back(&lab, b);
    lab_close(&lab);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_too_much_is_cut_off_at_the_end),
        cmocka_unit_test(a_span_that_fits_exactly_is_not_cut),
        cmocka_unit_test(the_shortest_list_that_fits_is_used_the_span_freed_last_first),
        cmocka_unit_test(from_128_pages_on_free_spans_are_in_the_treap),
        cmocka_unit_test(free_neighbours_are_joined_on_both_sides),
        cmocka_unit_test(joined_pages_need_zeroing_if_any_of_them_does),
        cmocka_unit_test(fresh_pages_that_join_used_ones_need_zeroing),
        cmocka_unit_test(pages_in_use_are_not_joined),
        cmocka_unit_test(manual_spans_are_stacks_and_no_part_of_heap_sys),
        cmocka_unit_test(manual_spans_outlive_collections),
        cmocka_unit_test(the_heap_grows_by_a_mebibyte_at_least),
        cmocka_unit_test(fresh_pages_join_the_free_ones_before_them),
        cmocka_unit_test(table_and_bitmap_are_mapped_as_far_as_the_arena_is_used),
        cmocka_unit_test(a_64_bit_arena_cannot_outgrow_its_512_gib),
        cmocka_unit_test(another_block_behind_the_first_prolongs_it),
        cmocka_unit_test(a_block_elsewhere_replaces_the_rest_of_the_old_one),
        cmocka_unit_test(a_block_below_the_arena_is_used_too),
        cmocka_unit_test(a_block_elsewhere_that_would_strand_16_mib_is_given_back),
        cmocka_unit_test(a_64_bit_block_outside_the_arena_is_given_back),
        cmocka_unit_test(a_block_that_would_end_beyond_4_gib_is_not_asked_for),
        cmocka_unit_test(a_block_elsewhere_that_strands_less_is_used),
        cmocka_unit_test(exactly_16_mib_are_too_much_to_strand),
        cmocka_unit_test(with_no_block_to_be_had_32_bits_take_memory_from_anywhere),
        cmocka_unit_test(memory_from_anywhere_may_lie_below_what_is_used),
        cmocka_unit_test(with_no_block_to_be_had_64_bits_are_out_of_memory),
        cmocka_unit_test(memory_outside_the_usable_range_is_given_back),
        cmocka_unit_test(out_of_memory_says_how_much_was_wanted_and_is_in_use),
        cmocka_unit_test(small_objects_run_out_of_memory_too),
        cmocka_unit_test(pages_of_less_than_a_mebibyte_come_too_late_for_who_asked),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
