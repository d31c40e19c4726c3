/* The importer of allocfreetrace logs. */
#include "sim/work/importer.h"

#include "sim/work/script.h"

#include "tests/sim/scratch.h"
#include "tests/sim/work/optext.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define STACK                                                                                      \
    "goroutine 1 [running]:\nruntime.mallocgc(0x8, 0x0)\n\t/go/src/runtime/malloc.go:782 "         \
    "+0x449\n\n"

static struct op_source *parse(const char *text) {
    struct error err = {""};
    struct op_source *source = importer_parse("t.log", text, strlen(text), false, &err);
    if (!source)
        fail_msg("refused: %s", err.text);
    return source;
}

static void expect_ops(const char *text, unsigned ptr_size, const char *expected) {
    struct op_source *source = parse(text);
    struct strbuf got = {0};
    optext_run(source, ptr_size, &got);
    assert_string_equal(got.text, expected);
    optext_run(source, ptr_size, &got);
    assert_string_equal(got.text, expected);
    sb_free(&got);
    source->destroy(source);
}

static void expect_error(const char *text, const char *expected) {
    struct error err = {""};
    assert_null(importer_parse("t.log", text, strlen(text), false, &err));
    assert_string_equal(err.text, expected);
}

static void allocations_and_frees_become_operations(void **state) {
    (void)state;
    expect_ops("tracealloc(0xc420000010, 0x10)\n" STACK
               "tracealloc(0xc420000020, 0x30, string)\n" STACK
               "tracefree(0xc420000010, 0x10)\n" STACK,
        8, "init\nalloc 1 16\ntyped 2 3x16 p\ndrop 1\n");
}

static void what_a_collection_found_dead_is_dropped_before_it(void **state) {
    (void)state;
    expect_ops("tracealloc(0x1000, 0x8)\ntracealloc(0x2000, 0x8)\ntracegc()\n"
               "tracealloc(0x3000, 0x8)\ntracefree(0x1000, 0x8)\ntracefree(0x3000, 0x8)\n",
        8,
        "init\nalloc 1 8\nalloc 2 8\ndrop 1\nnote The program collected here (1 of 1)\n"
        "collect\nalloc 3 8\ndrop 3\n");
}

static void collections_become_phases(void **state) {
    (void)state;
    expect_ops("tracealloc(0x1000, 0x8)\ntracegc()\n" STACK "end tracegc\n\ntracegc()\n", 4,
        "init\nalloc 1 8\nnote The program collected here (1 of 2)\ncollect\n"
        "note The program collected here (2 of 2)\ncollect\n");
}

static void an_address_used_again_is_a_new_object(void **state) {
    (void)state;
    expect_ops("tracealloc(0x1000, 0x8)\ntracefree(0x1000, 0x8)\ntracealloc(0x1000, 0x8)\n"
               "tracefree(0x1000, 0x8)\n",
        4, "init\nalloc 1 8\ndrop 1\nalloc 2 8\ndrop 2\n");
}

static void an_allocation_at_a_live_address_replaces(void **state) {
    (void)state;
    static const char log[] = "tracealloc(0x1000, 0x8)\ntracealloc(0x1000, 0x10)\n";
    expect_ops(log, 4, "init\nalloc 1 8\ndrop 1\nalloc 2 16\n");
    struct op_source *source = parse(log);
    assert_int_equal(importer_result(source)->replaced, 1);
    source->destroy(source);
}

static void a_free_of_the_unknown_is_counted_and_left_out(void **state) {
    (void)state;
    static const char log[] = "tracefree(0x2000, 0x8)\ntracealloc(0x1000, 0x8)\n"
                              "tracefree(0x1000, 0x8)\ntracefree(0x1000, 0x8)\n";
    expect_ops(log, 4, "init\nalloc 1 8\ndrop 1\n");
    struct op_source *source = parse(log);
    assert_int_equal(importer_result(source)->unknown, 2);
    assert_int_equal(importer_result(source)->frees, 3);
    source->destroy(source);
}

static void a_name_that_settles_nothing_makes_every_word_a_pointer(void **state) {
    (void)state;
    expect_ops("tracealloc(0xc420000010, 0x30, main.N)\n", 8, "init\ntyped 1 6x8 p\n");
    /* An element larger than the object cannot be what the name seems to say. */
    expect_ops("tracealloc(0xc420000010, 0x8, string)\n", 8, "init\ntyped 1 1x8 p\n");
}

static void pointer_free_types_keep_their_bytes(void **state) {
    (void)state;
    expect_ops("tracealloc(0xc420000010, 0x10, int)\ntracealloc(0xc420000020, 0x0, main.N)\n", 4,
        "init\nalloc 1 16\nalloc 2 0\n");
}

static void the_other_width_keeps_the_number_of_elements(void **state) {
    (void)state;
    static const char log[] = "tracealloc(0xc420000010, 0x30, string)\n"
                              "tracealloc(0xc420000040, 0x30, main.N)\n"
                              "tracealloc(0xc420000070, 0x30)\n";
    expect_ops(log, 8, "init\ntyped 1 3x16 p\ntyped 2 6x8 p\nalloc 3 48\n");
    expect_ops(log, 4, "init\ntyped 1 3x8 p\ntyped 2 6x4 p\nalloc 3 48\n");
    static const char narrow[] = "tracealloc(0x18400010, 0x70, map.bucket[string]int)\n";
    expect_ops(narrow, 4, "init\ntyped 1 1x108 ..p.p.p.p.p.p.p.p.........p\n");
    expect_ops(narrow, 8, "init\ntyped 1 1x208 .p.p.p.p.p.p.p.p.........p\n");
}

static void addresses_tell_the_width(void **state) {
    (void)state;
    struct op_source *wide = parse("tracealloc(0xc420000010, 0x8)\n");
    struct op_source *narrow = parse("tracealloc(0x18400010, 0x8)\n");
    assert_int_equal(importer_result(wide)->width, 8);
    assert_int_equal(importer_result(narrow)->width, 4);
    wide->destroy(wide);
    narrow->destroy(narrow);
}

static void every_line_is_counted_once(void **state) {
    (void)state;
    struct op_source *source =
        parse("hello from the program\ntracealloc(0xc420000010, 0x8)\n" STACK
              "tracealloc(0xc420000020, 0x10, string)\ntracealloc(0xc420000030, 0x10, main.N)\n"
              "tracefree(0xc420000010, 0x8)\r\ntracegc()\ntracebacks are no trace\n");
    const struct import_report *r = importer_result(source);
    assert_int_equal(r->lines, 11);
    assert_int_equal(r->understood, 5);
    assert_int_equal(r->ignored, 6);
    assert_int_equal(r->allocs, 3);
    assert_int_equal(r->frees, 1);
    assert_int_equal(r->gcs, 1);
    assert_int_equal(r->untyped, 1);
    assert_int_equal(r->named, 1);
    assert_int_equal(r->assumed, 1);
    assert_int_equal(r->named_types, 1);
    assert_int_equal(r->assumed_types, 1);
    assert_false(r->truncated);
    source->destroy(source);
}

static void the_report_says_what_was_assumed(void **state) {
    (void)state;
    struct op_source *source = parse("tracealloc(0xc420000010, 0x8)\n"
                                     "tracealloc(0xc420000020, 0x10, main.N)\ntracefr");
    struct strbuf out = {0};
    importer_report(source, 4, &out);
    assert_string_equal(out.text,
        "t.log: 3 lines, 2 understood, 1 of stacks and other text ignored\n"
        "  2 allocations, 0 frees, 0 collections, of a 64-bit program\n"
        "  1 without a type: taken as pointer-free\n"
        "  1 whose type's name does not: every word taken as a pointer\n"
        "  run with 32-bit words: objects with pointers take the size they have there\n"
        "  the log stops short: its last line was left out\n");
    sb_free(&out);
    source->destroy(source);
}

static void a_log_cut_anywhere_gives_what_stands_before_the_cut(void **state) {
    (void)state;
    static const char log[] = "tracealloc(0xc420000010, 0x10, *main.N)\n" STACK
                              "tracealloc(0xc420000020, 0x30, struct { f func() })\n"
                              "tracefree(0xc420000010, 0x10)\n";
    struct strbuf got = {0};
    size_t first = (size_t)(strchr(log, '\n') - log) + 1;
    for (size_t len = first; len < strlen(log); len++) {
        struct error err = {""};
        struct op_source *source = importer_parse("t.log", log, len, false, &err);
        assert_non_null(source);
        assert_int_equal(importer_result(source)->truncated, log[len - 1] != '\n');
        optext_run(source, 8, &got);
        bool second = len >= strlen(log) - strlen("tracefree(0xc420000010, 0x10)\n");
        assert_string_equal(
            got.text, second ? "init\ntyped 1 2x8 p\ntyped 2 6x8 p\n" : "init\ntyped 1 2x8 p\n");
        source->destroy(source);
    }
    sb_free(&got);
}

static void a_compressed_log_cut_short_is_read_as_far_as_it_goes(void **state) {
    (void)state;
    struct strbuf log = {0};
    struct scratch scratch;
    struct error err = {""};
    for (unsigned i = 0; i < 5000; i++)
        sb_printf(&log, "tracealloc(0x%x, 0x8)\n", 0x10000 + i * 7919 % 65536 * 8);
    scratch_begin(&scratch);
    const char *path = scratch_gzip(&scratch, "cut.gz", log.text, log.len, 8000);
    struct op_source *source = importer_open(path, &err);
    assert_non_null(source);
    assert_true(importer_result(source)->truncated);
    assert_in_range(importer_result(source)->allocs, 100, 4999);
    source->destroy(source);
    source = importer_open(scratch_gzip(&scratch, "whole.gz", log.text, log.len, 0), &err);
    assert_false(importer_result(source)->truncated);
    assert_int_equal(importer_result(source)->allocs, 5000);
    source->destroy(source);
    scratch_end(&scratch);
    sb_free(&log);
}

static void broken_logs_are_refused_with_file_and_line(void **state) {
    (void)state;
#define GOOD "tracealloc(0x1000, 0x8)\n"
    static const char alloc[] = "t.log:2: broken line; expected tracealloc(0xADDR, 0xSIZE[, TYPE])";
    static const char *const allocs[] = {"tracealloc(zz, 0x8)\n", "tracealloc(0x1000)\n",
        "tracealloc(0x1000, 8)\n", "tracealloc(0x, 0x8)\n", "tracealloc(0x1000, 0x8\n",
        "tracealloc(0x1000, 0x8, \n", "tracealloc(0x1000, 0x8 string)\n",
        "tracealloc(0x11112222333344445, 0x8)\n", "tracealloc(\n"};
    for (size_t i = 0; i < ARRAY_LEN(allocs); i++) {
        char log[200];
        snprintf(log, sizeof log, GOOD "%s", allocs[i]);
        expect_error(log, alloc);
    }
    expect_error(
        GOOD "tracefree(0x1000)\n", "t.log:2: broken line; expected tracefree(0xADDR, 0xSIZE)");
    expect_error(GOOD "tracefree(0x1000, 0x8) \n",
        "t.log:2: broken line; expected tracefree(0xADDR, 0xSIZE)");
    expect_error(GOOD "tracefree(0x1000, 0x8]\n",
        "t.log:2: broken line; expected tracefree(0xADDR, 0xSIZE)");
    expect_error(GOOD "tracegc(1)\n", "t.log:2: broken line; expected tracegc()");
    expect_error(GOOD "tracegc(x\n", "t.log:2: broken line; expected tracegc()");
    expect_error("tracealloc(0x1, 0x1000000000001)\n",
        "t.log:1: impossible size; expected at most 0x1000000000000 bytes");
    expect_error("hello\nworld\n",
        "t.log:2: no allocation in the whole file; expected a log of GODEBUG=allocfreetrace=1 "
        "with tracealloc(...) lines");
#undef GOOD
}

static void many_objects_and_types_are_told_apart(void **state) {
    (void)state;
    enum { N = 20000 };
    struct strbuf log = {0}, want = {0}, got = {0};
    for (unsigned i = 0; i < N; i++)
        sb_printf(&log, "tracealloc(0x%x, 0x8, p.T%u)\n", 0x100000 + 8 * i, i % 1000);
    for (unsigned i = N; i-- > 0;)
        sb_printf(&log, "tracefree(0x%x, 0x8)\n", 0x100000 + 8 * i);
    sb_puts(&want, "init\n");
    for (unsigned i = 0; i < N; i++)
        sb_printf(&want, "typed %u 2x4 p\n", i + 1);
    for (unsigned i = N; i-- > 0;)
        sb_printf(&want, "drop %u\n", i + 1);
    struct op_source *source = parse(log.text);
    assert_int_equal(importer_result(source)->assumed_types, 1000);
    optext_run(source, 4, &got);
    assert_true(strcmp(got.text, want.text) == 0);
    source->destroy(source);
    sb_free(&log);
    sb_free(&want);
    sb_free(&got);
}

/* Each is the beginning of the one before; the last ones fit the wider words only. */
static void names_that_begin_alike_are_told_apart(void **state) {
    (void)state;
    struct strbuf log = {0}, name = {0};
    for (unsigned i = 0; i < 200; i++)
        sb_puts(&name, "T");
    for (unsigned i = 0; i < 400; i++)
        sb_printf(&log, "tracealloc(0x%x, 0x8, %s)\n", 0x1000 + 8 * i, name.text + i % 200);
    sb_puts(&log, "tracealloc(0x20000, 0x1400, [5120]uint8)\n");
    sb_puts(&log, "tracealloc(0x30000, 0x400, [1024]uint8)\n");
    struct op_source *source = parse(log.text);
    assert_int_equal(importer_result(source)->assumed_types, 201);
    assert_int_equal(importer_result(source)->named_types, 1);
    source->destroy(source);
    sb_free(&log);
    sb_free(&name);
}

static void what_is_no_log_has_no_result(void **state) {
    struct error err = {""};
    struct op_source *script = script_parse("t.arena", "alloc 8\n", &err);
    (void)state;
    assert_null(importer_result(script));
    script->destroy(script);
    assert_null(importer_open("/nonexistent/t.log", &err));
    assert_string_equal(err.text, "/nonexistent/t.log: cannot open: No such file or directory");
}

static void logs_are_recognised_by_their_lines(void **state) {
    (void)state;
    static const char log[] = "starting\n\ntracealloc(0x1000, 0x8)\n";
    static const char script[] = "# tracealloc(0x1000, 0x8)\nalloc 8\n";
    assert_true(importer_recognises(log, strlen(log)));
    assert_false(importer_recognises(script, strlen(script)));
    assert_false(importer_recognises("", 0));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(allocations_and_frees_become_operations),
        cmocka_unit_test(what_a_collection_found_dead_is_dropped_before_it),
        cmocka_unit_test(collections_become_phases),
        cmocka_unit_test(an_address_used_again_is_a_new_object),
        cmocka_unit_test(an_allocation_at_a_live_address_replaces),
        cmocka_unit_test(a_free_of_the_unknown_is_counted_and_left_out),
        cmocka_unit_test(a_name_that_settles_nothing_makes_every_word_a_pointer),
        cmocka_unit_test(pointer_free_types_keep_their_bytes),
        cmocka_unit_test(the_other_width_keeps_the_number_of_elements),
        cmocka_unit_test(addresses_tell_the_width),
        cmocka_unit_test(every_line_is_counted_once),
        cmocka_unit_test(the_report_says_what_was_assumed),
        cmocka_unit_test(a_log_cut_anywhere_gives_what_stands_before_the_cut),
        cmocka_unit_test(a_compressed_log_cut_short_is_read_as_far_as_it_goes),
        cmocka_unit_test(broken_logs_are_refused_with_file_and_line),
        cmocka_unit_test(many_objects_and_types_are_told_apart),
        cmocka_unit_test(names_that_begin_alike_are_told_apart),
        cmocka_unit_test(what_is_no_log_has_no_result),
        cmocka_unit_test(logs_are_recognised_by_their_lines),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
