/* Foundations: numbers, strings, growing arrays, errors. */
#include "sim/base/base.h"
#include "sim/base/random.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

static void numbers_are_decimal_or_hex_with_a_suffix(void **state) {
    (void)state;
    static const struct {
        const char *text;
        uint64_t n;
    } cases[] = {{"0", 0}, {"512", 512}, {"0x200", 512}, {"0XfF", 255}, {"64K", KiB(64)},
        {"64KB", KiB(64)}, {"64KiB", KiB(64)}, {"3M", MiB(3)}, {"2GiB", GiB(2)},
        {"1TiB", UINT64_C(1) << 40}, {"7B", 7}, {"010", 10}, {"0x10KiB", KiB(16)},
        {"18446744073709551615", UINT64_MAX}, {"0xffffffffffffffff", UINT64_MAX}};
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        uint64_t n = 1;
        assert_true(parse_u64(cases[i].text, &n));
        assert_int_equal(n, cases[i].n);
    }
}

static void what_is_no_number_is_refused(void **state) {
    (void)state;
    static const char *const cases[] = {"", " 1", "1 ", "-1", "+1", "x", "0x", "0xK", "0x-1", "1.5",
        "1k", "1KIB", "1 KiB", "1PiB", "12abc", "18446744073709551616", "16777216TiB",
        "0x10000000000000000"};
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        uint64_t n = 77;
        assert_false(parse_u64(cases[i], &n));
        assert_int_equal(n, 77);
    }
}

static void sizes_are_written_for_people(void **state) {
    (void)state;
    static const struct {
        uint64_t bytes;
        const char *text;
    } cases[] = {{0, "0 B"}, {96, "96 B"}, {1023, "1023 B"}, {1024, "1 KiB"}, {1536, "1.50 KiB"},
        {KiB(10) + 512, "10.5 KiB"}, {KiB(528) + 512, "528.5 KiB"}, {GiB(512), "512 GiB"},
        {UINT64_C(1) << 50, "1 PiB"}, {UINT64_C(1) << 63, "8192 PiB"}};
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        char buf[32];
        assert_ptr_equal(format_size(cases[i].bytes, buf, sizeof buf), buf);
        assert_string_equal(buf, cases[i].text);
    }
}

static void addresses_are_told_in_hex_with_0x(void **state) {
    (void)state;
    char buf[32];
    assert_string_equal(format_hex(0, buf, sizeof buf), "0x0");
    assert_string_equal(format_hex(UINT64_C(0xc000000000), buf, sizeof buf), "0xc000000000");
    assert_string_equal(format_hex(UINT64_MAX, buf, sizeof buf), "0xffffffffffffffff");
}

static void strings_grow_and_stay_terminated(void **state) {
    (void)state;
    struct strbuf sb = {0}, want = {0};
    assert_string_equal(sb_text(&sb), "");
    for (int i = 0; i < 1000; i++) {
        sb_printf(&sb, "%d,", i);
        assert_int_equal(strlen(sb.text), sb.len);
    }
    assert_memory_equal(sb.text, "0,1,2,3,", 8);
    assert_string_equal(sb.text + sb.len - 8, "998,999,");
    sb_clear(&sb);
    assert_string_equal(sb_text(&sb), "");
    assert_int_equal(sb.len, 0);
    sb_add(&sb, "ab\0c", 4);
    assert_int_equal(sb.len, 4);
    assert_memory_equal(sb.text, "ab\0c", 5);
    sb_free(&sb);
    assert_null(sb.text);
    sb_puts(&want, "again");
    assert_string_equal(want.text, "again");
    sb_free(&want);
}

static void text_of_any_length_can_be_formatted(void **state) {
    (void)state;
    struct strbuf sb = {0};
    sb_puts(&sb, "x");
    sb_printf(&sb, "%*s", 100000, "end");
    assert_int_equal(sb.len, 100001);
    assert_string_equal(sb.text + 99998, "end");
    sb_free(&sb);
}

static void arrays_at_least_double(void **state) {
    (void)state;
    void *array = NULL;
    size_t cap = 0;
    array_reserve(&array, &cap, 1, 8);
    assert_true(cap >= 1);
    size_t before = cap;
    array_reserve(&array, &cap, before, 8);
    assert_int_equal(cap, before);
    memset(array, 7, before * 8);
    array_reserve(&array, &cap, before + 1, 8);
    assert_true(cap >= 2 * before);
    assert_int_equal(((unsigned char *)array)[before * 8 - 1], 7);
    array_reserve(&array, &cap, 1000, 8);
    assert_true(cap >= 1000);
    free(array);
}

static void errors_are_filled_and_say_false(void **state) {
    (void)state;
    struct error err = {""};
    assert_false(error_set(&err, "%s:%d: broken", "f", 3));
    assert_string_equal(err.text, "f:3: broken");
    assert_false(error_set(&err, "`%s` is wrong", "a\nb\033[2J"));
    assert_string_equal(err.text, "`a b [2J` is wrong");
    assert_false(error_set(NULL, "nobody listens"));
    char large[2000];
    memset(large, 'x', sizeof large - 1);
    large[sizeof large - 1] = '\0';
    assert_false(error_set(&err, "%s", large));
    assert_int_equal(strlen(err.text), sizeof err.text - 1);
}

static void copies_are_terminated(void **state) {
    (void)state;
    char *whole = xstrdup("arena"), *part = xstrndup("arena", 2);
    assert_string_equal(whole, "arena");
    assert_string_equal(part, "ar");
    free(whole);
    free(part);
}

static void rounding_goes_to_powers_of_two(void **state) {
    (void)state;
    assert_int_equal(round_up(0, 8), 0);
    assert_int_equal(round_up(1, 8), 8);
    assert_int_equal(round_up(8, 8), 8);
    assert_int_equal(round_down(15, 8), 8);
    assert_int_equal(round_up(UINT64_C(0xc000000001), KiB(8)), UINT64_C(0xc000002000));
    assert_true(is_pow2(1));
    assert_true(is_pow2(UINT64_C(1) << 63));
    assert_false(is_pow2(0));
    assert_false(is_pow2(12));
}

static void a_control_character_is_never_told(void **state) {
    (void)state;
    struct error err = {""};
    assert_false(error_set(&err, "a\177b"));
    assert_string_equal(err.text, "a b");
}

static void counts_have_commas_as_far_as_there_is_room(void **state) {
    (void)state;
    char buf[16];
    assert_string_equal(format_count(88204, buf, sizeof buf), "88,204");
    assert_string_equal(format_count(999, buf, sizeof buf), "999");
    assert_string_equal(format_count(1234567, buf, 10), "1,234,567");
    assert_string_equal(format_count(1234567, buf, 7), "1,2345");
    assert_string_equal(format_count(1234567, buf, 3), "12");
    assert_string_equal(format_count(1234567, buf, 1), "");
}

static void random_numbers_stay_below_their_bound(void **state) {
    (void)state;
    uint64_t state_a = 1, state_b = 1;
    for (unsigned i = 0; i < 1000; i++)
        assert_in_range(random_below(&state_a, 7), 0, 6);
    state_a = 1;
    assert_int_equal(random_below(&state_a, 0), random_u64(&state_b)); /* any */
}

/* --- Out of memory --- */

static volatile size_t too_much = SIZE_MAX / 2 + 1; /* more than pointers can tell apart */

static void too_large(void) {
    free(xmalloc(too_much));
}
static void too_many(void) {
    free(xcalloc(too_much, 8));
}
static void one_too_large(void) {
    free(xcalloc(1, too_much));
}

/* What the program says that runs this, and ends with status 2 over it. */
static void assert_out_of_memory(void (*body)(void), size_t size) {
    int ends[2], status = 0;
    char said[200] = "", expected[200];
    assert_int_equal(pipe(ends), 0);
    pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0) {
        dup2(ends[1], STDERR_FILENO);
        body();
        exit(0);
    }
    close(ends[1]);
    assert_true(read(ends[0], said, sizeof said - 1) > 0);
    close(ends[0]);
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_true(WIFEXITED(status) && WEXITSTATUS(status) == 2);
    snprintf(expected, sizeof expected,
        "arenascope: out of memory asking for %zu bytes for itself\n", size);
    assert_string_equal(said, expected);
}

static void without_memory_the_program_ends_with_a_line(void **state) {
    (void)state;
#ifdef __SANITIZE_ADDRESS__
    skip(); /* its allocator ends the program by itself */
#endif
    assert_out_of_memory(too_large, SIZE_MAX / 2 + 1);
    assert_out_of_memory(too_many, SIZE_MAX);
    assert_out_of_memory(one_too_large, SIZE_MAX / 2 + 1);
}

static void nothing_can_be_asked_for(void **state) {
    (void)state;
    free(xmalloc(0));
    free(xcalloc(1, 0));
    volatile size_t none = 0; /* which some libraries take as free */
    void *p = xrealloc(xmalloc(8), none);
    free(p);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_control_character_is_never_told),
        cmocka_unit_test(counts_have_commas_as_far_as_there_is_room),
        cmocka_unit_test(random_numbers_stay_below_their_bound),
        cmocka_unit_test(without_memory_the_program_ends_with_a_line),
        cmocka_unit_test(nothing_can_be_asked_for),
        cmocka_unit_test(addresses_are_told_in_hex_with_0x),
        cmocka_unit_test(numbers_are_decimal_or_hex_with_a_suffix),
        cmocka_unit_test(what_is_no_number_is_refused),
        cmocka_unit_test(sizes_are_written_for_people),
        cmocka_unit_test(strings_grow_and_stay_terminated),
        cmocka_unit_test(text_of_any_length_can_be_formatted),
        cmocka_unit_test(arrays_at_least_double),
        cmocka_unit_test(errors_are_filled_and_say_false),
        cmocka_unit_test(copies_are_terminated),
        cmocka_unit_test(rounding_goes_to_powers_of_two),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
