/* Sweeping: generations, at once and lazily, and who does it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "tests/sim/heap/fixture.h"

static uint64_t generation(const struct lab *lab) {
    return heap_stat(lab->h, STAT_sweepgen);
}

static void each_collection_is_two_generations_on(void **state) {
    struct lab lab;
    (void)state;
    lab_start(&lab, "linux/amd64");
    uint64_t a = lab_new(&lab, 64);
    const struct mspan *s = lab_span(&lab, a);
    assert_int_equal(generation(&lab), 0);
    for (uint64_t cycle = 1; cycle <= 3; cycle++) {
        lab_collect(&lab, &a, 1, false);
        assert_int_equal(generation(&lab), 2 * cycle);
        assert_int_equal(s->sweepgen, 2 * cycle - 2); /* to be swept */
        assert_int_equal(heap_stat(lab.h, STAT_sweepdone), 0);
        heap_sweep_all(lab.h);
        assert_int_equal(s->sweepgen, 2 * cycle);
        assert_int_equal(heap_stat(lab.h, STAT_sweepdone), 1);
    }
    lab_close(&lab);
}

static void a_generation_that_wraps_around_32_bits_still_sweeps(void **state) {
    struct lab lab;
    (void)state;
    lab_start(&lab, "linux/amd64");
    assert_int_equal(sweepgen_minus(lab.h, 2), 0xfffffffe);
    assert_int_equal(sweepgen_minus(lab.h, 1), 0xffffffff);
    lab_close(&lab);
}

static void a_span_is_claimed_once(void **state) {
    struct lab lab;
    (void)state;
    lab_start(&lab, "linux/amd64");
    uint64_t a = lab_new(&lab, 64);
    struct mspan *s = lab_span(&lab, a);
    assert_false(sweep_claim(lab.h, s)); /* nothing to be swept yet */
    lab_collect(&lab, &a, 1, false);
    assert_true(sweep_claim(lab.h, s));
    assert_int_equal(s->sweepgen, generation(&lab) - 1);
    assert_false(sweep_claim(lab.h, s));
    assert_false(sweep_claimed(lab.h, s, false));
    assert_false(sweep_claim(lab.h, s));
    lab_close(&lab);
}

static void with_threads_a_span_is_claimed_once_too(void **state) {
    struct test_os *system = test_os_new("linux/amd64");
    struct heap *h = heap_new(&(struct heap_config){.os = &system->os});
    (void)state;
    assert_true(heap_init(h));
    uint64_t addr = heap_malloc(h, 64, NULL).addr;
    struct mspan *s = span_of_page(h, (addr - h->arena_start) >> GO_PAGE_SHIFT);
    heap_gc_begin(h);
    heap_gc_mark(h, addr, false);
    heap_gc_end(h);
    heap_set_threaded(h, true);
    assert_true(sweep_claim(h, s));
    assert_true(being_swept(h, s));
    assert_false(sweep_claim(h, s));
    heap_set_threaded(h, false);
    assert_false(sweep_claimed(h, s, false));
    assert_false(sweep_claim(h, s));
    heap_check(h);
    heap_free(h);
    os_destroy(&system->os);
}

static void nothing_moves_before_the_sweep(void **state) {
    struct lab lab;
    (void)state;
    lab_start(&lab, "linux/amd64");
    uint64_t a = lab_new(&lab, 64), large = lab_new(&lab, 40000);
    lab_collect(&lab, NULL, 0, false);
    assert_int_equal(lab_span(&lab, a)->alloc_count, 1);
    assert_int_equal(lab_span(&lab, large)->state, SPAN_STATE_INUSE);
    assert_int_equal(heap_stat(lab.h, STAT_heap_live), 0);
    heap_sweep_all(lab.h);
    assert_int_equal(lab_count_spans(&lab, SPAN_STATE_INUSE), 0);
    lab_close(&lab);
}

static void mark_bits_become_allocation_bits(void **state) {
    struct lab lab;
    uint64_t addr[100], live[] = {0, 0, 0};
    (void)state;
    lab_start(&lab, "linux/386");
    for (unsigned i = 0; i < 100; i++)
        addr[i] = lab_new(&lab, 64);
    live[0] = addr[1], live[1] = addr[63], live[2] = addr[64];
    lab_collect(&lab, live, 3, true);
    const struct mspan *s = lab_span(&lab, addr[0]);
    assert_int_equal(s->alloc_bits[0], UINT64_C(1) << 63 | 2);
    assert_int_equal(s->alloc_bits[1], 1);
    assert_int_equal(s->gcmark_bits[0] | s->gcmark_bits[1], 0);
    assert_int_equal(s->alloc_count, 3);
    assert_int_equal(s->freeindex, 0);
    assert_int_equal(s->alloc_cache, ~s->alloc_bits[0]);
    assert_true(s->needzero);
    lab_close(&lab);
}

static void a_span_that_lost_nothing_is_only_a_generation_on(void **state) {
    struct lab lab;
    (void)state;
    lab_start(&lab, "linux/amd64");
    uint64_t live[] = {lab_new(&lab, 64), lab_new(&lab, 64)};
    lab_collect(&lab, live, 2, true);
    const struct mspan *s = lab_span(&lab, live[0]);
    assert_int_equal(s->sweepgen, generation(&lab));
    assert_false(s->needzero);
    assert_int_equal(s->alloc_bits[0], 3);
    assert_int_equal(lab.h->cache.local_nsmallfree[5], 0);
    lab_close(&lab);
}

static void one_span_at_a_time_is_swept_and_its_pages_counted(void **state) {
    struct lab lab;
    uint64_t npages, total = 0;
    unsigned swept = 0;
    (void)state;
    lab_start(&lab, "linux/amd64");
    uint64_t live = lab_new(&lab, 64);
    lab_new(&lab, 40000);
    lab_new(&lab, 128);
    lab_collect(&lab, &live, 1, false);
    for (; heap_sweep_one(lab.h, &npages); swept++) {
        total += npages;
        lab_check(&lab);
    }
    assert_int_equal(swept, 3);
    assert_int_equal(total, 5 + 1);
    assert_int_equal(heap_stat(lab.h, STAT_pages_swept), 5 + 1 + 1);
    assert_false(heap_sweep_one(lab.h, &npages));
    assert_int_equal(npages, 0);
    lab_close(&lab);
}

static void a_dead_large_object_goes_home_and_is_counted(void **state) {
    struct lab lab;
    (void)state;
    lab_start(&lab, "linux/amd64");
    uint64_t live = lab_new(&lab, 50000), dead = lab_new(&lab, 40000);
    lab_collect(&lab, &live, 1, true);
    assert_int_equal(lab_span(&lab, dead)->state, SPAN_STATE_FREE);
    assert_true(lab_span(&lab, dead)->needzero);
    assert_null(lab.h->busy[5].first);
    assert_int_equal(lab_span(&lab, live)->state, SPAN_STATE_INUSE);
    assert_int_equal(heap_stat(lab.h, STAT_heap_objects), 1);
    assert_int_equal(lab.h->cache.local_nlargefree, 1);
    assert_int_equal(lab.h->cache.local_largefree, 5 * GO_PAGE_SIZE);
    assert_int_equal(heap_stat(lab.h, STAT_nlargefree), 0); /* handed in at the next collection */
    lab_collect(&lab, &live, 1, true);
    assert_int_equal(heap_stat(lab.h, STAT_nlargefree), 1);
    assert_int_equal(heap_stat(lab.h, STAT_largefree), 5 * GO_PAGE_SIZE);
    assert_int_equal(lab.h->cache.local_nlargefree, 0);
    lab_close(&lab);
}

static void freed_slots_are_counted_by_class(void **state) {
    struct lab lab;
    (void)state;
    lab_start(&lab, "linux/amd64");
    uint64_t live = lab_new(&lab, 64);
    for (unsigned i = 0; i < 9; i++)
        lab_new(&lab, 64);
    lab_collect(&lab, &live, 1, true);
    assert_int_equal(lab.h->cache.local_nsmallfree[5], 9);
    lab_collect(&lab, &live, 1, true);
    assert_int_equal(lab.h->nsmallfree[5], 9);
    assert_int_equal(lab.h->cache.local_nsmallfree[5], 0);
    lab_close(&lab);
}

static void spans_in_use_stand_on_the_stack_of_their_generation(void **state) {
    struct lab lab;
    uint64_t npages;
    (void)state;
    lab_start(&lab, "linux/amd64");
    uint64_t live[] = {lab_new(&lab, 64), lab_new(&lab, 128)};
    const struct sweep_buf *even = &lab.h->sweep_spans[0], *odd = &lab.h->sweep_spans[1];
    assert_int_equal(even->index, 2);
    assert_int_equal(odd->index, 0);
    lab_collect(&lab, live, 2, false); /* the stacks change roles */
    assert_int_equal(even->index, 2);
    heap_sweep_one(lab.h, &npages);
    assert_int_equal(even->index, 1);
    assert_int_equal(odd->index, 1);
    heap_sweep_all(lab.h);
    lab_new(&lab, 256);
    assert_int_equal(even->index, 0);
    assert_int_equal(odd->index, 3);
    lab_close(&lab);
}

static void a_stack_grows_by_512_spans(void **state) {
    struct lab lab;
    (void)state;
    lab_start(&lab, "linux/386");
    lab_new(&lab, 8192);
    assert_int_equal(lab.h->sweep_spans[0].blocks, 1);
    for (unsigned i = 1; i < 512; i++)
        heap_malloc(lab.h, 8192, NULL);
    assert_int_equal(lab.h->sweep_spans[0].blocks, 1);
    uint64_t gc_sys = heap_stat(lab.h, STAT_gc_sys), mapped = lab.h->bitmap_mapped;
    heap_malloc(lab.h, 8192, NULL);
    assert_int_equal(lab.h->sweep_spans[0].blocks, 2);
    assert_int_equal(
        heap_stat(lab.h, STAT_gc_sys) - gc_sys, 512 * 4 + lab.h->bitmap_mapped - mapped);
    lab_close(&lab);
}

/* The blocks are found through a spine with room for 256. */
static void the_spine_of_a_stack_doubles(void **state) {
    enum { BLOCK = 512, SPINE = 256 };
    struct lab lab;
    (void)state;
    lab_start(&lab, "linux/amd64");
    struct mspan *s = lab_span(&lab, lab_new(&lab, 8192));
    struct sweep_buf *b = &lab.h->sweep_spans[0];
    for (unsigned i = 1; i < BLOCK * SPINE; i++)
        sweep_push(lab.h, s);
    assert_int_equal(b->blocks, SPINE);
    assert_int_equal(b->spine_cap, SPINE);
    uint64_t gc_sys = heap_stat(lab.h, STAT_gc_sys);
    sweep_push(lab.h, s);
    assert_int_equal(b->spine_cap, 2 * SPINE);
    assert_int_equal(heap_stat(lab.h, STAT_gc_sys) - gc_sys, (2 * SPINE + BLOCK) * 8);
    b->index = 1; /* the span stands there once, really */
    lab_close(&lab);
}

/* --- Sweeping before the heap grows --- */

/* Objects of these pages, 0-terminated; collected, none alive, none swept. */
static void garbage(struct lab *lab, uint64_t *addr, const uint64_t *npages) {
    lab_start(lab, "linux/amd64");
    for (unsigned i = 0; npages[i]; i++) {
        addr[i] = lab_new(lab, npages[i] * GO_PAGE_SIZE);
        INVARIANT(heap_alloc_manual(lab->h, 1)); /* a wall, so that nothing is joined */
    }
    lab_collect(lab, NULL, 0, false);
}

static bool swept(const struct lab *lab, uint64_t addr) {
    return lab_span(lab, addr)->state == SPAN_STATE_FREE;
}

static void one_large_object_of_that_size_or_more_is_enough(void **state) {
    struct lab lab;
    uint64_t addr[3];
    (void)state;
    garbage(&lab, addr, (const uint64_t[]){5, 9, 20, 0});
    assert_int_equal(lab_new(&lab, 8 * GO_PAGE_SIZE), addr[1]);
    assert_false(swept(&lab, addr[0]));
    assert_false(swept(&lab, addr[2]));
    lab_close(&lab);
}

static void several_smaller_ones_do_if_none_is_as_large(void **state) {
    struct lab lab;
    uint64_t addr[4];
    (void)state;
    garbage(&lab, addr, (const uint64_t[]){5, 6, 7, 8, 0});
    lab_new(&lab, 10 * GO_PAGE_SIZE);
    assert_true(swept(&lab, addr[0]) && swept(&lab, addr[1])); /* 11 pages went home */
    assert_false(swept(&lab, addr[2]) || swept(&lab, addr[3]));
    lab_close(&lab);
}

static void large_objects_of_a_mebibyte_are_swept_one_by_one(void **state) {
    struct lab lab;
    uint64_t addr[3];
    (void)state;
    garbage(&lab, addr, (const uint64_t[]){130, 140, 150, 0});
    lab_new(&lab, 200 * GO_PAGE_SIZE);
    assert_true(swept(&lab, addr[0]) && swept(&lab, addr[1]));
    assert_false(swept(&lab, addr[2]));
    lab_close(&lab);
}

static void at_last_everything_is_swept(void **state) {
    struct lab lab;
    (void)state;
    lab_start(&lab, "linux/amd64");
    uint64_t small[2] = {lab_new(&lab, 8192)};
    INVARIANT(heap_alloc_manual(lab.h, 1));
    small[1] = lab_new(&lab, 4096);
    INVARIANT(heap_alloc_manual(lab.h, 1));
    lab_collect(&lab, NULL, 0, false);
    lab_new(&lab, 6 * GO_PAGE_SIZE);
    assert_true(swept(&lab, small[0]) && swept(&lab, small[1]));
    assert_int_equal(heap_stat(lab.h, STAT_sweepdone), 1);
    lab_close(&lab);
}

static void live_large_objects_go_to_the_back_of_their_list(void **state) {
    struct lab lab;
    (void)state;
    lab_start(&lab, "linux/amd64");
    uint64_t live = lab_new(&lab, 40000), dead = lab_new(&lab, 40000);
    uint64_t other = lab_new(&lab, 80000);
    lab_collect(&lab, &live, 1, false);
    assert_int_equal(lab_new(&lab, 40000), dead);
    assert_false(swept(&lab, other));
    assert_int_equal(lab.h->busy[5].first->base, live);
    assert_int_equal(lab.h->busy[5].last->base, dead);
    lab_close(&lab);
}

static void when_all_is_swept_nothing_is_swept_again(void **state) {
    struct lab lab;
    (void)state;
    lab_start(&lab, "linux/amd64");
    uint64_t live = lab_new(&lab, 40000);
    lab_collect(&lab, &live, 1, true);
    uint64_t pages = heap_stat(lab.h, STAT_pages_swept);
    lab_new(&lab, 40000);
    assert_int_equal(heap_stat(lab.h, STAT_pages_swept), pages);
    lab_close(&lab);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_collection_is_two_generations_on),
        cmocka_unit_test(a_generation_that_wraps_around_32_bits_still_sweeps),
        cmocka_unit_test(a_span_is_claimed_once),
        cmocka_unit_test(with_threads_a_span_is_claimed_once_too),
        cmocka_unit_test(nothing_moves_before_the_sweep),
        cmocka_unit_test(mark_bits_become_allocation_bits),
        cmocka_unit_test(a_span_that_lost_nothing_is_only_a_generation_on),
        cmocka_unit_test(one_span_at_a_time_is_swept_and_its_pages_counted),
        cmocka_unit_test(a_dead_large_object_goes_home_and_is_counted),
        cmocka_unit_test(freed_slots_are_counted_by_class),
        cmocka_unit_test(spans_in_use_stand_on_the_stack_of_their_generation),
        cmocka_unit_test(a_stack_grows_by_512_spans),
        cmocka_unit_test(the_spine_of_a_stack_doubles),
        cmocka_unit_test(one_large_object_of_that_size_or_more_is_enough),
        cmocka_unit_test(several_smaller_ones_do_if_none_is_as_large),
        cmocka_unit_test(large_objects_of_a_mebibyte_are_swept_one_by_one),
        cmocka_unit_test(at_last_everything_is_swept),
        cmocka_unit_test(live_large_objects_go_to_the_back_of_their_list),
        cmocka_unit_test(when_all_is_swept_nothing_is_swept_again),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
