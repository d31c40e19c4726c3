/* What names of Go types say about their layout. */
#include "sim/work/gotype.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

/* "size align words": a letter a word up to the last pointer, p for pointers. */
static void describe(const char *name, unsigned ptr_size, char *out, size_t len) {
    struct gotype t;
    if (!gotype_layout(name, ptr_size, &t)) {
        snprintf(out, len, "?");
        return;
    }
    int n = snprintf(out, len, "%d %d ", (int)t.size, (int)t.align);
    for (uint64_t w = 0; w < t.ptr_words && (size_t)n + 1 < len; w++)
        n += snprintf(out + n, len - (size_t)n, "%c", t.mask[w / 8] >> w % 8 & 1 ? 'p' : '.');
}

static void expect(const char *name, const char *in64, const char *in32) {
    char got[400];
    describe(name, 8, got, sizeof got);
    assert_string_equal(got, in64);
    describe(name, 4, got, sizeof got);
    assert_string_equal(got, in32);
}

static void basic_types_are_known(void **state) {
    (void)state;
    expect("uint8", "1 1 ", "1 1 ");
    expect("int32", "4 4 ", "4 4 ");
    expect("int64", "8 8 ", "8 4 ");
    expect("float64", "8 8 ", "8 4 ");
    expect("complex128", "16 8 ", "16 4 ");
    expect("int", "8 8 ", "4 4 ");
    expect("uintptr", "8 8 ", "4 4 ");
    expect("string", "16 8 p", "8 4 p");
    expect("unsafe.Pointer", "8 8 p", "4 4 p");
    expect("error", "16 8 pp", "8 4 pp");
}

static void pointers_of_every_kind_are_one_word(void **state) {
    (void)state;
    static const char *const names[] = {"*main.N", "**runtime.g", "chan int", "chan<- string",
        "<-chan struct {}", "map[string]*main.N", "func()", "func(int, ...string) (int, error)",
        "func() func() int", "*struct { a int; b func() }", "*[4]map[string]interface {}",
        "*struct { a int \"json:\\\"a;}\\\"\"; b string }", "*net/http.Client",
        ("*main.Gr\xc3\xb6\xc3\x9f"
         "e"),
        "*map.bucket[string]int", "*map.hdr[string]int", "*mapper.T"};
    for (size_t i = 0; i < ARRAY_LEN(names); i++)
        expect(names[i], "8 8 p", "4 4 p");
}

static void slices_interfaces_and_arrays_are_spelled_out(void **state) {
    (void)state;
    expect("[]uint8", "24 8 p", "12 4 p");
    expect("[]json.reflectWithString", "24 8 p", "12 4 p");
    expect("interface {}", "16 8 pp", "8 4 pp");
    expect("interface { String() string }", "16 8 pp", "8 4 pp");
    expect("[3]string", "48 8 p.p.p", "24 4 p.p.p");
    expect("[1][]int32", "24 8 p", "12 4 p");
    expect("[0]string", "0 8 ", "0 4 ");
    expect("[4]struct {}", "0 1 ", "0 1 ");
    expect("[5]uint8", "5 1 ", "5 1 ");
}

static void structs_are_padded_as_the_compiler_does(void **state) {
    (void)state;
    expect("struct {}", "0 1 ", "0 1 ");
    expect("struct { F uintptr; R *json.structEncoder }", "16 8 .p", "8 4 .p");
    expect("struct { a uint8; b string; c bool }", "32 8 .p", "16 4 .p");
    expect("struct { a uint8; b int64 }", "16 8 ", "12 4 ");
    expect("struct { f func(); g int }", "16 8 p", "8 4 p");
    expect("struct { errors.errorString; a int }", "24 8 p", "12 4 p");
    expect("struct { string; *main.N }", "24 8 p.p", "12 4 p.p");
    expect("struct { a *int \"json:\\\"a;}\\\"\"; b string }", "24 8 pp", "12 4 pp");
    expect("struct { a struct { b int; c *int }; d *int }", "24 8 .pp", "12 4 .pp");
}

static void map_buckets_are_built_from_key_and_value(void **state) {
    (void)state;
    /* 8 hash bytes, 8 strings, 8 ints, the pointer to the next bucket. */
    expect("map.bucket[string]int", "208 8 .p.p.p.p.p.p.p.p.........p",
        "108 4 ..p.p.p.p.p.p.p.p.........p");
    expect("map.bucket[int32]uint8", "56 8 ", "52 4 ");
    expect("map.bucket[[200]uint8]int", "144 8 .pppppppp........p", "76 4 ..pppppppp........p");
    expect("map.hdr[string]int", "48 8 ..pp.p", "28 4 ...pp.p");
}

static void a_few_structs_of_the_library_are_known(void **state) {
    (void)state;
    expect("runtime.hmap", "48 8 ..pp.p", "28 4 ...pp.p");
    expect("runtime.hiter", "96 8 pppppppp", "48 4 pppppppp");
    expect("reflect.Value", "24 8 pp", "12 4 pp");
    expect("errors.errorString", "16 8 p", "8 4 p");
    expect("sync.WaitGroup", "12 4 ", "12 4 ");
}

static void other_names_settle_nothing(void **state) {
    (void)state;
    static const char *const names[] = {"main.N", "json.field", "reflect.ptrType", "intern",
        "struct { F uintptr; R json.floatEncoder }", "[2]main.N", "map.bucket[string]main.N",
        "atomic.Pointer[go.shape.int]", "chanx.T", "", "*", "[", "[]", "[3", "[99999999999]int",
        "struct {", "struct { a int", "struct { a int; }", "map[", "map.bucket[string", "func(",
        "string)", "int int", "[600]string", "struct { a int \"open", "*T[", ")",
        "*struct { a int \"open }", "*[3", "*[3]", "*map[", "*map[string]", "*map.hdr[", "*func() ",
        "map.bucket", "map.bucketint", "map.hdr[", "map.hdr[string]",
        "struct { a [400]string; b [400]string }"};
    for (size_t i = 0; i < ARRAY_LEN(names); i++)
        expect(names[i], "?", "?");
}

static void endless_nesting_settles_nothing(void **state) {
    (void)state;
    struct strbuf name = {0};
    for (int i = 0; i < 100; i++)
        sb_puts(&name, "[1]");
    sb_puts(&name, "int");
    expect(name.text, "?", "?");
    for (int inside = 1; inside < 40; inside++) { /* of one that is spelled out elsewhere, too */
        struct gotype t;
        sb_clear(&name);
        for (int i = 0; i < inside; i++)
            sb_puts(&name, "[1]");
        sb_puts(&name, "map.hdr[string]int");
        assert_true(gotype_layout(name.text, 8, &t) == (inside <= 28));
    }
    for (int i = 0; i < 100000; i++)
        sb_puts(&name, "*");
    expect(name.text, "?", "?");
    sb_clear(&name);
    for (int i = 0; i < 5000; i++)
        sb_puts(&name, "[]");
    expect(name.text, "?", "?");
    sb_free(&name);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(basic_types_are_known),
        cmocka_unit_test(pointers_of_every_kind_are_one_word),
        cmocka_unit_test(slices_interfaces_and_arrays_are_spelled_out),
        cmocka_unit_test(structs_are_padded_as_the_compiler_does),
        cmocka_unit_test(map_buckets_are_built_from_key_and_value),
        cmocka_unit_test(a_few_structs_of_the_library_are_known),
        cmocka_unit_test(other_names_settle_nothing),
        cmocka_unit_test(endless_nesting_settles_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
