/* Marking: what is reached from where. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "tests/sim/heap/fixture.h"

#include <stdlib.h>
#include <string.h>

/* The object that holds addr has its mark bit. */
static bool marked(const struct lab *lab, uint64_t addr) {
    const struct mspan *s = lab_span(lab, addr);
    uint64_t slot = (addr - s->base) / s->elemsize;
    return s->gcmark_bits[slot / 64] >> slot % 64 & 1;
}

/* An object of words words, with pointers where mask has bits. */
static uint64_t object(struct lab *lab, uint64_t words, uint64_t ptr_words, uint8_t mask) {
    uint64_t w = lab->h->ptr_size;
    return lab_typed(lab, &(struct heap_type){words * w, ptr_words * w, &mask});
}

static void point(struct lab *lab, uint64_t from, uint64_t word, uint64_t to) {
    heap_store(lab->h, from + word * lab->h->ptr_size, to);
}

/* Marks all that root reaches. */
static struct heap_marked mark_from(struct lab *lab, uint64_t root) {
    heap_gc_begin(lab->h);
    heap_gc_mark(lab->h, root, true);
    struct heap_marked m = heap_gc_end(lab->h);
    lab_check(lab);
    return m;
}

static void what_pointers_reach_is_marked_and_nothing_else(void **state) {
    static const char *const platforms[] = {"linux/amd64", "linux/386", "linux/arm64"};
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(platforms); i++) {
        struct lab lab;
        lab_start(&lab, platforms[i]);
        uint64_t a = object(&lab, 4, 4, 0xf), b = object(&lab, 4, 4, 0xf);
        uint64_t c = object(&lab, 4, 4, 0xf), other = object(&lab, 4, 4, 0xf);
        point(&lab, a, 3, b);
        point(&lab, b, 1, c);
        point(&lab, other, 0, a);
        struct heap_marked m = mark_from(&lab, a);
        assert_true(marked(&lab, a) && marked(&lab, b) && marked(&lab, c));
        assert_false(marked(&lab, other));
        assert_int_equal(m.objects, 3);
        assert_int_equal(m.bytes, 3 * 4 * lab.h->ptr_size);
        assert_int_equal(lab_count_events(&lab, EV_GREY, 0), 3);
        assert_int_equal(lab_count_events(&lab, EV_BLACK, 0), 3);
        assert_int_equal(lab_event(&lab, EV_GREY, 1)->a, b);
        assert_int_equal(lab_event(&lab, EV_GREY, 1)->b, 1); /* the second slot */
        assert_int_equal(lab_event(&lab, EV_MARKED, 0)->a, 3);
        assert_int_equal(lab_event(&lab, EV_MARKED, 0)->b, m.bytes);
        assert_int_equal(heap_stat(lab.h, STAT_heap_live), m.bytes);
        lab_close(&lab);
    }
}

static void a_block_of_roots_is_marked_from_each_of_them(void **state) {
    static const char *const platforms[] = {"linux/amd64", "linux/386"};
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(platforms); i++) {
        struct lab lab;
        lab_start(&lab, platforms[i]);
        uint64_t a = object(&lab, 4, 4, 0xf), b = object(&lab, 4, 4, 0xf);
        uint64_t c = object(&lab, 4, 4, 0xf), other = object(&lab, 4, 4, 0xf);
        const uint64_t wide[] = {a, 0, c};
        const uint32_t narrow[] = {(uint32_t)a, 0, (uint32_t)c};
        point(&lab, a, 2, b);
        heap_gc_begin(lab.h);
        heap_gc_mark_roots(lab.h, lab.h->ptr_size == 8 ? (const void *)wide : narrow, 3, true);
        assert_true(marked(&lab, a) && marked(&lab, b) && marked(&lab, c));
        assert_false(marked(&lab, other));
        assert_int_equal(heap_gc_end(lab.h).objects, 3);
        lab_check(&lab);
        lab_close(&lab);
    }
}

static void cycles_end(void **state) {
    struct lab lab;
    (void)state;
    lab_start(&lab, "linux/amd64");
    uint64_t a = object(&lab, 2, 2, 3), b = object(&lab, 2, 2, 3);
    point(&lab, a, 0, b);
    point(&lab, b, 0, a);
    point(&lab, b, 1, b);
    assert_int_equal(mark_from(&lab, a).objects, 2);
    lab_close(&lab);
}

static void a_pointer_into_an_object_keeps_all_of_it(void **state) {
    struct lab lab;
    (void)state;
    lab_start(&lab, "linux/amd64");
    uint64_t root = object(&lab, 1, 1, 1), target = object(&lab, 6, 6, 0x21);
    uint64_t next = object(&lab, 6, 6, 0), beyond = lab_new(&lab, 48);
    point(&lab, target, 0, beyond);
    point(&lab, root, 0, target + 47); /* its last byte */
    assert_int_equal(mark_from(&lab, root).objects, 3);
    assert_true(marked(&lab, target) && marked(&lab, beyond));
    assert_false(marked(&lab, next));
    lab_close(&lab);
}

static void the_byte_behind_an_object_is_its_neighbours(void **state) {
    struct lab lab;
    (void)state;
    lab_start(&lab, "linux/amd64");
    uint64_t root = object(&lab, 1, 1, 1), a = lab_new(&lab, 48), b = lab_new(&lab, 48);
    point(&lab, root, 0, a + 48);
    mark_from(&lab, root);
    assert_false(marked(&lab, a));
    assert_true(marked(&lab, b));
    lab_close(&lab);
}

static void every_slot_of_every_class_is_found_from_inside(void **state) {
    struct lab lab;
    (void)state;
    lab_start(&lab, "linux/amd64");
    for (unsigned c = 1; c < NUM_SIZE_CLASSES; c += 7) {
        uint64_t size = lab.h->sizes.classes[c].size;
        uint64_t first = lab_typed(&lab, &(struct heap_type){size, 8, (const uint8_t[]){1}});
        const struct mspan *s = lab_span(&lab, first);
        while (s->freeindex < s->nelems)
            lab_typed(&lab, &(struct heap_type){size, 8, (const uint8_t[]){1}});
        heap_gc_begin(lab.h);
        for (uint64_t n = 0; n < s->nelems; n++) {
            heap_gc_mark(lab.h, first + n * size + (n % 2 ? size - 1 : 0), false);
            assert_true(marked(&lab, first + n * size));
            assert_true(n + 1 == s->nelems || !marked(&lab, first + (n + 1) * size));
        }
        assert_int_equal(heap_gc_end(lab.h).objects, s->nelems);
    }
    lab_close(&lab);
}

static void only_words_that_are_pointers_are_followed(void **state) {
    struct lab lab;
    (void)state;
    lab_start(&lab, "linux/386");
    uint64_t root = object(&lab, 4, 4, 0x8), lost = lab_new(&lab, 32), kept = lab_new(&lab, 32);
    for (uint64_t word = 0; word < 3; word++)
        point(&lab, root, word, lost); /* numbers that look like addresses */
    point(&lab, root, 3, kept);
    assert_int_equal(mark_from(&lab, root).objects, 2);
    assert_false(marked(&lab, lost));
    lab_close(&lab);
}

static void dead_words_are_not_looked_at(void **state) {
    struct lab lab;
    (void)state;
    lab_start(&lab, "linux/amd64");
    /* Two words with pointers; the slot of eight has six dead ones. */
    uint64_t root = object(&lab, 7, 2, 3), lost = lab_new(&lab, 32), kept = lab_new(&lab, 32);
    point(&lab, root, 1, kept);
    for (uint64_t word = 2; word < 8; word++)
        point(&lab, root, word, lost);
    assert_int_equal(mark_from(&lab, root).objects, 2);
    assert_false(marked(&lab, lost));
    lab_close(&lab);
}

static void a_second_word_without_scan_bit_does_not_end_the_search(void **state) {
    struct lab lab;
    (void)state;
    lab_start(&lab, "linux/amd64");
    uint64_t root = object(&lab, 4, 4, 0x8), kept = lab_new(&lab, 32);
    point(&lab, root, 3, kept);
    mark_from(&lab, root);
    assert_true(marked(&lab, kept));
    lab_close(&lab);
}

static void pointer_free_objects_are_marked_and_not_looked_into(void **state) {
    struct lab lab;
    (void)state;
    lab_start(&lab, "linux/amd64");
    uint64_t root = object(&lab, 2, 2, 3), plain = lab_new(&lab, 64), lost = lab_new(&lab, 64);
    point(&lab, root, 0, plain);
    point(&lab, plain, 0, lost);
    assert_int_equal(mark_from(&lab, root).objects, 2);
    assert_int_equal(lab_count_events(&lab, EV_GREY, 0), 1); /* black at once */
    assert_false(marked(&lab, lost));
    lab_close(&lab);
}

static void what_is_no_heap_address_is_passed_over(void **state) {
    static const char *const platforms[] = {"linux/amd64", "linux/386"};
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(platforms); i++) {
        struct lab lab;
        lab_start(&lab, platforms[i]);
        uint64_t root = object(&lab, 8, 8, 0xff), manual = heap_alloc_manual(lab.h, 1);
        const struct mspan *s = lab_span(&lab, root);
        point(&lab, root, 0, 1);
        point(&lab, root, 1, lab.h->arena_used); /* behind the heap, */
        point(&lab, root, 3, manual);            /* a stack, */
        point(&lab, root, 4, lab.h->bitmap - 1); /* the bitmap, */
        point(&lab, root, 5, lab.h->spans);      /* the table, */
        point(&lab, root, 6, lab.h->ptr_mask);   /* nowhere, */
        point(&lab, root, 7, root + 8);          /* and the object itself */
        assert_int_equal(mark_from(&lab, root).objects, 1);
        assert_int_equal(s->gcmark_bits[0], 1);
        lab_close(&lab);
    }
}

static void the_rest_of_a_large_objects_last_page_is_no_part_of_it(void **state) {
    struct lab lab;
    (void)state;
    lab_start(&lab, "linux/amd64");
    uint64_t root = object(&lab, 2, 2, 3), large = lab_new(&lab, 40000);
    point(&lab, root, 0, large + 39999);
    assert_int_equal(mark_from(&lab, root).objects, 2);
    assert_false(heap_exited(lab.h, NULL));
    assert_false(heap_gc_marked(lab.h, large + 40000));
    lab_close(&lab);
}

/* Marking from root, Go ends the program in these words. */
static void assert_bad_pointer(struct lab *lab, uint64_t root, const char *words) {
    struct strbuf said = {0};
    int status = 0;
    heap_gc_begin(lab->h);
    heap_gc_mark(lab->h, root, true);
    assert_true(heap_exited(lab->h, &status));
    assert_int_equal(status, 2);
    heap_gc_mark(lab->h, root, true); /* nothing happens any more */
    assert_int_equal(heap_gc_end(lab->h).objects, 0);
    assert_string_equal(lab_said(lab, &said), words);
    sb_free(&said);
}

static void a_pointer_into_a_free_span_ends_the_program(void **state) {
    struct lab lab;
    (void)state;
    lab_start(&lab, "linux/amd64");
    uint64_t root = object(&lab, 3, 3, 7), gone = lab_new(&lab, 40000);
    point(&lab, root, 1, root);
    point(&lab, root, 2, gone + 100);
    lab_collect(&lab, &root, 1, true);
    assert_int_equal(root, 0xc420000000);
    assert_bad_pointer(&lab, root,
        "runtime: pointer 0xc420002064 to unallocated span idx=0x1 span.base()=0xc420002000 "
        "span.limit=0xc42000bc40 span.state=3\n"
        "runtime: found in object at *(0xc420000000+0x10)\n"
        "object=0xc420000000 k=0x6210000 s.base()=0xc420000000 s.limit=0xc420002000 "
        "s.spanclass=6 s.elemsize=32 s.state=_MSpanInUse\n"
        " *(object+0) = 0x0\n"
        " *(object+8) = 0xc420000000\n"
        " *(object+16) = 0xc420002064 <==\n"
        " *(object+24) = 0x0\n"
        "fatal error: found bad pointer in Go heap (incorrect use of unsafe or cgo?)\n");
    lab_close(&lab);
}

/* Of a free span only the ends are sure to be in the table: what it says of the middle may be the
 * record of a span that was joined, and is used elsewhere by now. */
static void a_stale_entry_of_the_table_holds_nothing(void **state) {
    struct lab lab;
    (void)state;
    lab_start(&lab, "linux/amd64");
    uint64_t first = heap_alloc_manual(lab.h, 3), second = heap_alloc_manual(lab.h, 3);
    heap_alloc_manual(lab.h, 1); /* a wall */
    heap_free_manual(lab.h, first);
    heap_free_manual(lab.h, second); /* takes the first one in */
    uint64_t middle = first + GO_PAGE_SIZE, large = 0;
    for (unsigned i = 0; i < 2; i++)
        large = lab_new(&lab, 7 * GO_PAGE_SIZE);
    struct mspan *stale = lab_span(&lab, middle);
    assert_ptr_equal(stale, lab_span(&lab, large));
    assert_true(middle < stale->base);
    heap_gc_begin(lab.h);
    assert_false(heap_gc_marked(lab.h, middle));
    heap_gc_mark(lab.h, middle, true);
    assert_true(heap_exited(lab.h, NULL));
    struct strbuf said = {0};
    assert_non_null(
        strstr(lab_said(&lab, &said), "pointer 0xc420002000 to unused region of span idx=0x1 "));
    sb_free(&said);
    lab_close(&lab);
}

static void what_no_span_holds_is_not_marked(void **state) {
    static const char *const platforms[] = {"linux/amd64", "linux/386"};
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(platforms); i++) {
        struct lab lab;
        lab_start(&lab, platforms[i]);
        uint64_t object = lab_new(&lab, 64); /* without pointers: there is nothing to follow */
        heap_gc_begin(lab.h);
        if (lab.h->ptr_size == 8)
            heap_gc_mark_roots(lab.h, &object, 1, true);
        else
            heap_gc_mark_roots(lab.h, &(uint32_t){(uint32_t)object}, 1, true);
        assert_true(heap_gc_marked(lab.h, object));
        assert_false(heap_gc_marked(lab.h, 0x1000)); /* on 32-bit below the first span */
        assert_false(heap_gc_marked(lab.h, lab.h->arena_used));
        heap_gc_end(lab.h);
        lab_close(&lab);
    }
}

static void a_pointer_behind_a_spans_objects_ends_the_program(void **state) {
    struct lab lab;
    (void)state;
    lab_start(&lab, "linux/386");
    lab_new(&lab, 8);
    uint64_t large = lab_new(&lab, 40000), base = lab_span(&lab, large)->base;
    struct strbuf words = {0};
    sb_printf(&words,
        "runtime: pointer 0x%llx to unused region of span idx=0x%llx span.base()=0x%llx "
        "span.limit=0x%llx span.state=1\n"
        "fatal error: found bad pointer in Go heap (incorrect use of unsafe or cgo?)\n",
        (unsigned long long)base + 40000, (unsigned long long)(base + 40000) >> GO_PAGE_SHIFT,
        (unsigned long long)base, (unsigned long long)base + 40000);
    assert_bad_pointer(&lab, large + 40000, words.text);
    sb_free(&words);
    lab_close(&lab);
}

/* Of a large object Go shows the beginning, and what is around the pointer; and it takes it for
 * several objects of 128 KiB. */
static void of_a_large_object_the_words_that_matter_are_shown(void **state) {
    enum { WORDS = 40000, BAD = 30000 };
    struct lab lab;
    (void)state;
    lab_start(&lab, "linux/amd64");
    uint8_t *mask = xcalloc(WORDS / 8, 1);
    mask[BAD / 8] = 1u << BAD % 8;
    uint64_t root = lab_typed(&lab, &(struct heap_type){WORDS * 8, WORDS * 8, mask});
    uint64_t gone = lab_new(&lab, 40000);
    point(&lab, root, BAD, gone);
    lab_collect(&lab, &root, 1, true);
    heap_gc_begin(lab.h);
    heap_gc_mark(lab.h, root, true);
    struct strbuf said = {0}, place = {0};
    uint64_t oblet = root + (128 << 10), off = BAD * 8 - (128 << 10);
    lab_said(&lab, &said);
    sb_printf(&place, "found in object at *(0x%llx+0x%llx)\nobject=0x%llx ",
        (unsigned long long)oblet, (unsigned long long)off, (unsigned long long)oblet);
    assert_non_null(strstr(said.text, place.text));
    sb_clear(&place);
    sb_printf(&place, " *(object+%llu) = 0x0\n ...\n *(object+%llu) = 0x0\n", 127 * 8ULL,
        (unsigned long long)off - 15 * 8);
    assert_non_null(strstr(said.text, place.text));
    sb_clear(&place);
    sb_printf(&place, " *(object+%llu) = 0x%llx <==\n", (unsigned long long)off,
        (unsigned long long)gone);
    assert_non_null(strstr(said.text, place.text));
    sb_clear(&place);
    sb_printf(
        &place, " *(object+%llu) = 0x0\n ...\nfatal error: ", (unsigned long long)off + 15 * 8);
    assert_non_null(strstr(said.text, place.text));
    sb_free(&said);
    sb_free(&place);
    free(mask);
    lab_close(&lab);
}

static void large_objects_with_pointers_are_followed_to_their_end(void **state) {
    struct lab lab;
    (void)state;
    lab_start(&lab, "linux/386");
    uint64_t words = 65536 / 4, mask_bytes = words / 8;
    uint8_t *mask = xcalloc(mask_bytes, 1);
    mask[mask_bytes - 1] = 0x80;
    uint64_t root = lab_typed(&lab, &(struct heap_type){65536, 65536, mask});
    uint64_t kept = lab_new(&lab, 16);
    point(&lab, root, words - 1, kept);
    assert_int_equal(mark_from(&lab, root).objects, 2);
    free(mask);
    lab_close(&lab);
}

static void without_following_only_the_object_itself_is_marked(void **state) {
    struct lab lab;
    (void)state;
    lab_start(&lab, "linux/amd64");
    uint64_t a = object(&lab, 2, 2, 3), b = object(&lab, 2, 2, 3);
    point(&lab, a, 0, b);
    struct heap_marked m = lab_collect(&lab, &a, 1, false);
    assert_int_equal(m.objects, 1);
    assert_false(marked(&lab, b));
    lab_close(&lab);
}

static void an_object_marked_twice_counts_once(void **state) {
    struct lab lab;
    (void)state;
    lab_start(&lab, "linux/amd64");
    uint64_t twice[2];
    twice[0] = twice[1] = lab_new(&lab, 100);
    struct heap_marked m = lab_collect(&lab, twice, 2, false);
    assert_int_equal(m.objects, 1);
    assert_int_equal(m.bytes, 112);
    lab_close(&lab);
}

static void long_chains_are_followed(void **state) {
    struct lab lab;
    (void)state;
    lab_start(&lab, "linux/amd64");
    uint64_t first = object(&lab, 2, 1, 1), last = first;
    for (unsigned i = 1; i < 20000; i++) {
        uint64_t next = object(&lab, 2, 1, 1);
        point(&lab, last, 0, next);
        last = next;
    }
    assert_int_equal(mark_from(&lab, first).objects, 20000);
    lab_close(&lab);
}

static void a_new_collection_finishes_the_sweep_of_the_last(void **state) {
    struct lab lab;
    (void)state;
    lab_start(&lab, "linux/amd64");
    uint64_t a = lab_new(&lab, 64), b = lab_new(&lab, 40000);
    lab_collect(&lab, &a, 1, false);
    assert_int_equal(lab_span(&lab, b)->state, SPAN_STATE_INUSE);
    heap_gc_begin(lab.h);
    assert_int_equal(lab_span(&lab, b)->state, SPAN_STATE_FREE);
    assert_false(marked(&lab, a));
    assert_int_equal(heap_stat(lab.h, STAT_sweepdone), 1);
    heap_gc_end(lab.h);
    lab_close(&lab);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_pointers_reach_is_marked_and_nothing_else),
        cmocka_unit_test(a_block_of_roots_is_marked_from_each_of_them),
        cmocka_unit_test(cycles_end),
        cmocka_unit_test(a_pointer_into_an_object_keeps_all_of_it),
        cmocka_unit_test(the_byte_behind_an_object_is_its_neighbours),
        cmocka_unit_test(every_slot_of_every_class_is_found_from_inside),
        cmocka_unit_test(only_words_that_are_pointers_are_followed),
        cmocka_unit_test(dead_words_are_not_looked_at),
        cmocka_unit_test(a_second_word_without_scan_bit_does_not_end_the_search),
        cmocka_unit_test(pointer_free_objects_are_marked_and_not_looked_into),
        cmocka_unit_test(what_is_no_heap_address_is_passed_over),
        cmocka_unit_test(the_rest_of_a_large_objects_last_page_is_no_part_of_it),
        cmocka_unit_test(a_pointer_into_a_free_span_ends_the_program),
        cmocka_unit_test(a_stale_entry_of_the_table_holds_nothing),
        cmocka_unit_test(what_no_span_holds_is_not_marked),
        cmocka_unit_test(a_pointer_behind_a_spans_objects_ends_the_program),
        cmocka_unit_test(of_a_large_object_the_words_that_matter_are_shown),
        cmocka_unit_test(large_objects_with_pointers_are_followed_to_their_end),
        cmocka_unit_test(without_following_only_the_object_itself_is_marked),
        cmocka_unit_test(an_object_marked_twice_counts_once),
        cmocka_unit_test(long_chains_are_followed),
        cmocka_unit_test(a_new_collection_finishes_the_sweep_of_the_last),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
