/* Spans: lists, life and death, and the search for free slots. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "tests/sim/heap/fixture.h"

/* --- Lists --- */

static void assert_list(const struct mspan_list *list, struct mspan *const *spans, size_t n) {
    const struct mspan *s = list->first;
    for (size_t i = 0; i < n; i++, s = s->next) {
        assert_ptr_equal(s, spans[i]);
        assert_ptr_equal(s->prev, i ? spans[i - 1] : NULL);
        assert_int_equal(s->list, list->id);
    }
    assert_null(s);
    assert_ptr_equal(list->last, n ? spans[n - 1] : NULL);
}

static void spans_enter_lists_at_either_end_and_leave_from_anywhere(void **state) {
    struct lab lab;
    struct mspan *s[4];
    (void)state;
    lab_start(&lab, "linux/amd64");
    for (unsigned i = 0; i < 4; i++)
        s[i] = mspan_alloc(lab.h, lab.h->arena_start + i * GO_PAGE_SIZE, 1);
    struct mspan_list *list = &lab.h->busy[1];
    mspan_list_insert(lab.h, list, s[1]);
    mspan_list_insert(lab.h, list, s[0]);
    mspan_list_insert_back(lab.h, list, s[2]);
    mspan_list_insert_back(lab.h, list, s[3]);
    assert_list(list, s, 4);
    mspan_list_remove(lab.h, list, s[1]); /* the middle, */
    assert_list(list, (struct mspan *[]){s[0], s[2], s[3]}, 3);
    mspan_list_remove(lab.h, list, s[3]); /* the end, */
    assert_list(list, (struct mspan *[]){s[0], s[2]}, 2);
    mspan_list_remove(lab.h, list, s[0]); /* the beginning, */
    assert_list(list, (struct mspan *[]){s[2]}, 1);
    mspan_list_remove(lab.h, list, s[2]); /* and the only one */
    assert_list(list, NULL, 0);
    assert_int_equal(s[2]->list, LIST_NOWHERE);
    for (unsigned i = 0; i < 4; i++)
        mspan_dead(lab.h, s[i]);
    lab_close(&lab);
}

/* --- Life and death --- */

static void a_dead_spans_structure_and_handle_are_used_again(void **state) {
    struct lab lab;
    (void)state;
    lab_start(&lab, "linux/amd64");
    uint64_t base = lab.h->arena_start, inuse = heap_stat(lab.h, STAT_mspan_inuse);
    struct mspan *a = mspan_alloc(lab.h, base, 3), *b = mspan_alloc(lab.h, base, 4);
    assert_int_equal(a->handle, 1);
    assert_int_equal(b->handle, 2);
    assert_int_equal(b->record - a->record, 152);
    assert_int_equal(heap_stat(lab.h, STAT_mspan_inuse), inuse + 2 * 152);
    mspan_dead(lab.h, a);
    assert_int_equal(heap_stat(lab.h, STAT_mspan_inuse), inuse + 152);
    assert_ptr_equal(mspan_alloc(lab.h, base + GO_PAGE_SIZE, 5), a);
    assert_int_equal(a->handle, 1);
    assert_int_equal(a->npages, 5);
    assert_int_equal(lab.h->allspans_len, 2);
    assert_int_equal(heap_stat(lab.h, STAT_allspans), 2);
    mspan_dead(lab.h, a);
    mspan_dead(lab.h, b);
    lab_close(&lab);
}

static void a_structure_used_again_keeps_what_go_does_not_reset(void **state) {
    struct lab lab;
    (void)state;
    lab_start(&lab, "linux/amd64");
    struct mspan *s = mspan_alloc(lab.h, lab.h->arena_start, 1);
    SPAN_SET(lab.h, s, sweepgen, 6);
    SPAN_SET(lab.h, s, nelems, 7);
    SPAN_SET(lab.h, s, freeindex, 8);
    SPAN_SET(lab.h, s, npreleased, 1);
    SPAN_SET(lab.h, s, needzero, 1);
    mspan_dead(lab.h, s);
    s = mspan_alloc(lab.h, lab.h->arena_start, 1);
    assert_int_equal(s->sweepgen, 6);
    assert_int_equal(s->nelems, 7);
    assert_int_equal(s->freeindex, 0);
    assert_int_equal(s->npreleased, 0);
    assert_int_equal(s->needzero, 0);
    mspan_dead(lab.h, s);
    lab_close(&lab);
}

/* The array has room for 8192 entries, then for half as many again. */
static void the_array_of_all_spans_moves_when_it_is_full(void **state) {
    struct lab lab;
    (void)state;
    lab_start(&lab, "linux/amd64");
    uint64_t base = lab.h->arena_start;
    mspan_alloc(lab.h, base, 1);
    uint64_t first = lab.h->allspans_addr;
    assert_int_equal(lab.h->allspans_room, 8192);
    for (unsigned i = 1; i < 8192; i++)
        mspan_alloc(lab.h, base, 1);
    assert_int_equal(lab_count_events(&lab, EV_OS_FREE, 0), 0);
    mspan_alloc(lab.h, base, 1);
    assert_int_equal(lab.h->allspans_room, 12288);
    const struct event *freed = lab_event(&lab, EV_OS_FREE, 0);
    assert_int_equal(freed->a, first);
    assert_int_equal(freed->b, KiB(64));
    for (size_t i = lab.h->allspans_len; i > 0; i--)
        mspan_dead(lab.h, lab.h->allspans[i - 1]);
    lab_close(&lab);
}

/* --- Mark bits --- */

static void bits_are_used_again_two_epochs_later(void **state) {
    struct lab lab;
    (void)state;
    lab_start(&lab, "linux/amd64");
    gc_bits *a = new_mark_bits(lab.h, 100), *b = new_mark_bits(lab.h, 1);
    assert_ptr_equal(b, a + 2);
    a[1] = 1;
    next_mark_bit_epoch(lab.h); /* made for this cycle */
    assert_ptr_not_equal(new_mark_bits(lab.h, 1), a);
    next_mark_bit_epoch(lab.h); /* being swept away */
    new_mark_bits(lab.h, 1);
    assert_int_equal(a[1], 1);
    next_mark_bit_epoch(lab.h); /* nobody's */
    assert_ptr_equal(new_mark_bits(lab.h, 1), a);
    assert_int_equal(a[1], 0);
    assert_int_equal(lab_count_events(&lab, EV_OS_ALLOC, 0), 1 + 3);
    lab_close(&lab);
}

static void a_full_arena_of_bits_is_followed_by_another(void **state) {
    struct lab lab;
    (void)state;
    lab_start(&lab, "linux/386");
    uint64_t words = gcbits_bytes(lab.h) / 8;
    assert_int_equal(words, (KiB(64) - 8) / 8);
    gc_bits *first = new_mark_bits(lab.h, 64);
    for (uint64_t i = 1; i < words; i++)
        assert_ptr_equal(new_mark_bits(lab.h, 64), first + i);
    assert_int_equal(heap_stat(lab.h, STAT_gc_sys), lab.h->bitmap_mapped + KiB(64));
    new_mark_bits(lab.h, 64);
    assert_int_equal(heap_stat(lab.h, STAT_gc_sys), lab.h->bitmap_mapped + KiB(128));
    lab_close(&lab);
}

/* --- Free slots --- */

static void slots_are_handed_out_in_order_across_64(void **state) {
    struct lab lab;
    (void)state;
    lab_start(&lab, "linux/amd64");
    uint64_t first = lab_new(&lab, 32);
    const struct mspan *s = lab_span(&lab, first);
    assert_int_equal(s->nelems, 256);
    for (uint64_t n = 1; n < 256; n++) {
        assert_int_equal(s->freeindex, n);
        assert_int_equal(s->alloc_count, n);
        /* Bit 0 stands for freeindex: 64 - n % 64 bits are left, or a fresh word. */
        assert_int_equal(s->alloc_cache, UINT64_MAX >> n % 64);
        assert_int_equal(mspan_peek_free(s), n);
        assert_int_equal(lab_new(&lab, 32), first + 32 * n);
    }
    assert_int_equal(s->freeindex, s->nelems);
    assert_int_equal(mspan_peek_free(s), s->nelems);
    lab_close(&lab);
}

static void a_span_whose_slots_do_not_fill_a_word_ends_where_it_ends(void **state) {
    struct lab lab;
    (void)state;
    lab_start(&lab, "linux/amd64");
    uint64_t first = lab_new(&lab, 112); /* 73 of them */
    struct mspan *s = lab_span(&lab, first);
    for (uint64_t n = 1; n < 73; n++)
        assert_ptr_equal(lab_span(&lab, lab_new(&lab, 112)), s);
    assert_int_equal(mspan_next_free(lab.h, s), 73);
    assert_int_equal(mspan_next_free_fast(lab.h, s), 73);
    assert_int_equal(s->alloc_count, 73);
    lab_close(&lab);
}

static void the_fast_path_leaves_the_last_slot_of_a_word_to_the_slow_one(void **state) {
    struct lab lab;
    (void)state;
    lab_start(&lab, "linux/amd64");
    struct mspan *s = lab_span(&lab, lab_new(&lab, 32));
    for (uint64_t n = 1; n < 63; n++)
        assert_int_equal(mspan_next_free_fast(lab.h, s), n);
    assert_int_equal(mspan_next_free_fast(lab.h, s), s->nelems);
    assert_int_equal(s->freeindex, 63);
    assert_int_equal(mspan_next_free(lab.h, s), 63);
    assert_int_equal(mspan_next_free_fast(lab.h, s), 64);
    lab_close(&lab);
}

/* Slot n of a span survives if keep(n). Afterwards exactly the others are handed out, in order. */
static void assert_gaps(const char *platform, uint64_t size, bool (*keep)(uint64_t n)) {
    struct lab lab;
    uint64_t live[1024];
    size_t count = 0;
    lab_start(&lab, platform);
    uint64_t first = lab_new(&lab, size);
    const struct mspan *s = lab_span(&lab, first);
    for (uint64_t n = 1; n < s->nelems; n++)
        lab_new(&lab, size);
    for (uint64_t n = 0; n < s->nelems; n++)
        if (keep(n))
            live[count++] = first + n * s->elemsize;
    lab_collect(&lab, live, count, true);
    assert_int_equal(s->alloc_count, count);
    for (uint64_t n = 0; n < s->nelems; n++)
        if (!keep(n)) {
            assert_int_equal(mspan_peek_free(s), n);
            assert_int_equal(lab_new(&lab, size), first + n * s->elemsize);
        }
    lab_check(&lab);
    assert_true(s->nelems % 64 != 0 || s->alloc_cache == 0);
    assert_true(lab_span(&lab, lab_new(&lab, size)) != s);
    lab_close(&lab);
}

static bool every_third(uint64_t n) {
    return n % 3 == 0;
}
static bool second_word(uint64_t n) {
    return n / 64 == 1;
}
static bool all_but_word_ends(uint64_t n) {
    return n % 64 != 63;
}
static bool all_but_word_starts(uint64_t n) {
    return n % 64 != 0;
}
static bool all_but_the_last(uint64_t n) {
    return n != 511 && n != 72;
}

static void after_a_collection_exactly_the_gaps_are_handed_out(void **state) {
    static bool (*const keeps[])(uint64_t) = {
        every_third, second_word, all_but_word_ends, all_but_word_starts, all_but_the_last};
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(keeps); i++) {
        assert_gaps("linux/amd64", 16, keeps[i]);
        assert_gaps("linux/386", 16, keeps[i]);
        assert_gaps("linux/amd64", 112, keeps[i]);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(spans_enter_lists_at_either_end_and_leave_from_anywhere),
        cmocka_unit_test(a_dead_spans_structure_and_handle_are_used_again),
        cmocka_unit_test(a_structure_used_again_keeps_what_go_does_not_reset),
        cmocka_unit_test(the_array_of_all_spans_moves_when_it_is_full),
        cmocka_unit_test(bits_are_used_again_two_epochs_later),
        cmocka_unit_test(a_full_arena_of_bits_is_followed_by_another),
        cmocka_unit_test(slots_are_handed_out_in_order_across_64),
        cmocka_unit_test(a_span_whose_slots_do_not_fill_a_word_ends_where_it_ends),
        cmocka_unit_test(the_fast_path_leaves_the_last_slot_of_a_word_to_the_slow_one),
        cmocka_unit_test(after_a_collection_exactly_the_gaps_are_handed_out),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
