/* The table of platforms: what holds for every row, and what single rows are known by. */
#include "sim/os/platform.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static void every_platform_is_found_by_its_name(void **state) {
    (void)state;
    size_t n = 0;
    for (const struct platform *p; (p = platform_at(n)) != NULL; n++)
        assert_ptr_equal(platform_find(p->name), p);
    assert_int_equal(n, 10);
    assert_null(platform_at(n + 100));
}

static void an_unknown_name_is_not_found(void **state) {
    (void)state;
    assert_null(platform_find("plan9/386"));
    assert_null(platform_find("linux"));
    assert_null(platform_find(""));
}

static void names_are_listed_in_order(void **state) {
    (void)state;
    struct strbuf names = {0};
    platform_names(&names);
    assert_string_equal(names.text,
        "linux/amd64, linux/386, linux/arm64, linux/arm, linux/mipsle, linux/ppc64le, "
        "darwin/amd64, darwin/arm64, windows/amd64, windows/386");
    sb_free(&names);
}

static void the_other_width_is_another_width(void **state) {
    (void)state;
    const struct platform *p;
    for (size_t i = 0; (p = platform_at(i)) != NULL; i++)
        assert_int_not_equal(platform_other_width(p)->ptr_size, p->ptr_size);
    p = platform_find("linux/amd64");
    assert_string_equal(platform_other_width(p)->name, "linux/386");
    assert_ptr_equal(platform_other_width(platform_other_width(p)), p);
}

static void every_row_is_consistent(void **state) {
    (void)state;
    const struct platform *p;
    for (size_t i = 0; (p = platform_at(i)) != NULL; i++) {
        bool wide = p->ptr_size == 8;
        assert_true(wide || p->ptr_size == 4);
        assert_true(p->max_mem == (UINT64_C(1) << p->addr_bits) - 1);
        assert_true(is_pow2(p->phys_page_size) && p->phys_page_size >= 4096);
        assert_true(p->image_end > 0 && p->image_end < p->user_end);
        assert_int_equal(p->brk != 0, p->goos == GOOS_LINUX);
        assert_true(p->goos != GOOS_LINUX || p->brk == round_up(p->image_end, p->phys_page_size));
        assert_int_equal(p->hint != 0, wide);
        assert_int_equal(p->gcbits_header, 2 * p->ptr_size);
        assert_int_equal(p->sizeof_defer, 8 + 5 * p->ptr_size);
        assert_true(wide || p->user_end <= UINT64_C(1) << 32);
    }
}

static void address_bits_have_their_exceptions(void **state) {
    (void)state;
    assert_int_equal(platform_find("linux/amd64")->addr_bits, 39);
    assert_int_equal(platform_find("darwin/amd64")->addr_bits, 39);
    assert_int_equal(platform_find("windows/amd64")->addr_bits, 35);
    assert_int_equal(platform_find("darwin/arm64")->addr_bits, 31);
    assert_int_equal(platform_find("windows/386")->addr_bits, 32);
    assert_int_equal(platform_find("linux/mipsle")->addr_bits, 31);
}

static void hints_have_their_exceptions(void **state) {
    (void)state;
    assert_true(platform_find("linux/amd64")->hint == UINT64_C(0xc000000000));
    assert_true(platform_find("linux/ppc64le")->hint == UINT64_C(0xc000000000));
    assert_true(platform_find("windows/amd64")->hint == UINT64_C(0xc000000000));
    assert_true(platform_find("linux/arm64")->hint == UINT64_C(0x4000000000));
    assert_true(platform_find("darwin/arm64")->hint == UINT64_C(0x130000000));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_platform_is_found_by_its_name),
        cmocka_unit_test(an_unknown_name_is_not_found),
        cmocka_unit_test(names_are_listed_in_order),
        cmocka_unit_test(the_other_width_is_another_width),
        cmocka_unit_test(every_row_is_consistent),
        cmocka_unit_test(address_bits_have_their_exceptions),
        cmocka_unit_test(hints_have_their_exceptions),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
