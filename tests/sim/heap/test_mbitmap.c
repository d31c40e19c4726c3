/* The heap bitmap. A digit a word: 1 pointer, 2 scan, 3 both; the second word has no scan bit. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "tests/sim/heap/fixture.h"

static void assert_bits(const struct lab *lab, uint64_t addr, uint64_t size, const char *digits) {
    struct strbuf bits = {0};
    heap_bits(lab->h, addr, size, &bits);
    assert_string_equal(sb_text(&bits), digits);
    sb_free(&bits);
}

/* A fresh object of count elements. words: one digit an element's word up to the last pointer. */
static uint64_t object(struct lab *lab, uint64_t elem_words, const char *words, uint64_t count) {
    uint8_t mask[8] = {0};
    uint64_t n = 0, ptr_size = lab->h->ptr_size;
    for (; words[n]; n++)
        if (words[n] == 'p')
            mask[n / 8] |= (uint8_t)(1u << n % 8);
    const struct heap_type type = {elem_words * ptr_size, n * ptr_size, mask};
    struct heap_object o = heap_malloc(lab->h, count * type.size, &type);
    assert_true(o.addr != 0);
    return o.addr;
}

static void pointers_are_where_the_type_says(void **state) {
    struct lab lab;
    (void)state;
    lab_start(&lab, "linux/amd64");
    assert_bits(&lab, object(&lab, 2, "pp", 1), 16, "31");
    assert_bits(&lab, object(&lab, 2, ".p", 1), 16, "21");
    assert_bits(&lab, object(&lab, 4, "pppp", 1), 32, "3133");
    assert_bits(&lab, object(&lab, 4, "p..p", 1), 32, "3023");
    assert_bits(&lab, object(&lab, 6, ".....p", 1), 48, "202223");
    assert_bits(&lab, object(&lab, 12, "pp.pp.pp.pp.", 1), 96, "312332332332");
    lab_close(&lab);
}

static void words_after_the_last_pointer_are_dead_from_the_third_on(void **state) {
    struct lab lab;
    (void)state;
    lab_start(&lab, "linux/amd64");
    assert_bits(&lab, object(&lab, 4, "p", 1), 32, "3000");
    assert_bits(&lab, object(&lab, 4, "pp", 1), 32, "3100");
    assert_bits(&lab, object(&lab, 4, "..p", 1), 32, "2030");
    assert_bits(&lab, object(&lab, 2, "p", 1), 16, "30");
    lab_close(&lab);
}

static void what_the_class_adds_to_the_size_is_dead(void **state) {
    struct lab lab;
    (void)state;
    lab_start(&lab, "linux/amd64");
    assert_bits(&lab, object(&lab, 5, "ppppp", 1), 48, "313330");
    assert_bits(&lab, object(&lab, 7, "ppppppp", 1), 64, "31333330");
    lab_close(&lab);
}

static void arrays_repeat_their_element(void **state) {
    struct lab lab;
    (void)state;
    lab_start(&lab, "linux/amd64");
    assert_bits(&lab, object(&lab, 2, "p", 3), 48, "303230");
    assert_bits(&lab, object(&lab, 1, "p", 4), 32, "3133");
    assert_bits(&lab, object(&lab, 3, ".p", 4), 96, "212232232230");
    assert_bits(&lab, object(&lab, 3, ".p", 3), 80, "2122322300");
    lab_close(&lab);
}

static void long_objects_are_written_in_several_pieces(void **state) {
    struct lab lab;
    (void)state;
    lab_start(&lab, "linux/amd64");
    uint64_t before = recording_count(lab.rec);
    uint64_t addr = object(&lab, 2, ".p", 64); /* 1024 bytes: 32 bytes of bitmap */
    struct strbuf expected = {0};
    sb_puts(&expected, "21");
    for (unsigned i = 1; i < 64; i++)
        sb_puts(&expected, "23");
    assert_bits(&lab, addr, 1024, sb_text(&expected));
    assert_int_equal(lab_count_events(&lab, EV_BITMAP, before), 4);
    sb_free(&expected);
    lab_close(&lab);
}

/* 48 bytes are six words, a byte and a half: every byte between two objects is shared. */
static void neighbours_keep_their_half_of_a_shared_byte(void **state) {
    struct lab lab;
    (void)state;
    lab_start(&lab, "linux/amd64");
    uint64_t a = object(&lab, 6, "pppppp", 1);
    uint64_t b = object(&lab, 6, "p", 1);
    uint64_t c = object(&lab, 6, "pppppp", 1);
    assert_int_equal(b, a + 48);
    assert_int_equal(c, b + 48);
    assert_bits(&lab, a, 144,
        "313333"
        "300000"
        "313333");
    lab_close(&lab);
    /* On 32 bits, objects of two words. */
    lab_start(&lab, "linux/386");
    a = object(&lab, 2, "pp", 1);
    b = object(&lab, 2, ".p", 1);
    object(&lab, 2, "p", 1);
    assert_int_equal(b, a + 8);
    assert_bits(&lab, a, 24, "312130");
    lab_close(&lab);
}

static void a_slot_used_again_forgets_the_old_type(void **state) {
    struct lab lab;
    (void)state;
    lab_start(&lab, "linux/amd64");
    uint64_t live[2];
    live[0] = object(&lab, 6, "pppppp", 1);
    uint64_t lost = object(&lab, 6, "pppppp", 1);
    live[1] = object(&lab, 6, "pppppp", 1);
    lab_collect(&lab, live, 2, true);
    assert_int_equal(object(&lab, 6, ".p", 1), lost);
    assert_bits(&lab, live[0], 144,
        "313333"
        "210000"
        "313333");
    lab_close(&lab);
}

static void objects_of_one_word_are_pointers_from_the_start_on_64_bits(void **state) {
    struct lab lab;
    (void)state;
    lab_start(&lab, "linux/amd64");
    uint64_t a = object(&lab, 1, "p", 1);
    assert_bits(&lab, a, 32, "3333"); /* those not allocated yet, too */
    uint64_t before = recording_count(lab.rec);
    object(&lab, 1, "p", 1);
    assert_int_equal(lab_count_events(&lab, EV_BITMAP, before), 0);
    lab_close(&lab);
    lab_start(&lab, "linux/386"); /* there they have a word to spare */
    a = object(&lab, 1, "p", 1);
    assert_bits(&lab, a, 16, "3000");
    lab_close(&lab);
}

static void pointer_free_objects_have_no_bits(void **state) {
    struct lab lab;
    (void)state;
    lab_start(&lab, "linux/386");
    uint64_t before = recording_count(lab.rec);
    uint64_t a = lab_new(&lab, 64);
    assert_bits(&lab, a, 64, "0000000000000000");
    assert_int_equal(lab_count_events(&lab, EV_BITMAP, before), 0);
    lab_close(&lab);
}

/* Pages that held pointers hold none when they come back. */
static void a_new_span_begins_with_clear_bits(void **state) {
    struct lab lab;
    (void)state;
    lab_start(&lab, "linux/amd64");
    uint64_t a = object(&lab, 1, "p", 1);
    object(&lab, 4, "pppp", 1);
    lab_collect(&lab, NULL, 0, true);
    assert_int_equal(lab_new(&lab, 64), a);
    assert_bits(&lab, a, 64, "00000000");
    assert_bits(&lab, a + 8128, 64, "00000000");
    lab_close(&lab);
}

static void large_objects_are_described_to_their_end(void **state) {
    struct lab lab;
    (void)state;
    lab_start(&lab, "linux/386");
    uint64_t words = 40960 / 4;
    uint64_t a = object(&lab, 1, "p", words - 1);
    assert_bits(&lab, a, 16, "3133");
    assert_bits(&lab, a + 40960 - 16, 16, "3330");
    lab_close(&lab);
}

static void the_bitmap_grows_downward_in_8_kib_pieces_of_whole_physical_pages(void **state) {
    struct lab lab;
    (void)state;
    lab_start(&lab, "linux/amd64");
    lab_new(&lab, 1);
    const struct event *map = lab_event(&lab, EV_OS_MAP, 1);
    assert_int_equal(map->a, lab.h->bitmap - KiB(32)); /* 1 MiB / 32 */
    assert_int_equal(map->b, KiB(32));
    assert_int_equal(lab.h->bitmap_mapped, KiB(32));
    lab_new(&lab, MiB(1) + KiB(64)); /* 8 KiB for as little as 64 KiB more */
    assert_int_equal(lab.h->bitmap_mapped, KiB(32) + KiB(40));
    assert_int_equal(heap_stat(lab.h, STAT_gc_sys),
        KiB(72) + KiB(64) + 256 * 8 + 512 * 8); /* and the first mark bits and sweep stack */
    lab_close(&lab);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(pointers_are_where_the_type_says),
        cmocka_unit_test(words_after_the_last_pointer_are_dead_from_the_third_on),
        cmocka_unit_test(what_the_class_adds_to_the_size_is_dead),
        cmocka_unit_test(arrays_repeat_their_element),
        cmocka_unit_test(long_objects_are_written_in_several_pieces),
        cmocka_unit_test(neighbours_keep_their_half_of_a_shared_byte),
        cmocka_unit_test(a_slot_used_again_forgets_the_old_type),
        cmocka_unit_test(objects_of_one_word_are_pointers_from_the_start_on_64_bits),
        cmocka_unit_test(pointer_free_objects_have_no_bits),
        cmocka_unit_test(a_new_span_begins_with_clear_bits),
        cmocka_unit_test(large_objects_are_described_to_their_end),
        cmocka_unit_test(the_bitmap_grows_downward_in_8_kib_pieces_of_whole_physical_pages),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
