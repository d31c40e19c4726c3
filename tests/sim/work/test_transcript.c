/* Transcripts: what Go did must be what we do, and what differs must be found. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "sim/base/data.h"
#include "sim/base/file.h"
#include "sim/work/transcript.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static void data_file(const char *name, struct strbuf *path) {
    struct strbuf relative = {0};
    sb_printf(&relative, "tests/data/transcripts/%s.txt.gz", name);
    assert_true(data_path(relative.text, path));
    sb_free(&relative);
}

static void must_pass(const char *name, bool replica) {
    struct verify_options options = {.replica = replica};
    struct verify_result result;
    struct strbuf path = {0};
    data_file(name, &path);
    transcript_verify(path.text, &options, &result);
    if (!result.passed)
        fail_msg("%s", sb_text(&result.why));
    sb_free(&result.why);
    sb_free(&path);
}

static void replica_follows_every_start(void **state) {
    static const char *const names[] = {"init-386", "init-amd64", "init-arm", "init-arm64",
        "init-mipsle", "hints1-amd64", "hints2-arm64", "hints3-amd64", "hints127-amd64",
        "hints128-amd64", "conflict-amd64", "fallback4-386"};
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(names); i++)
        must_pass(names[i], true);
}

static void replica_follows_a_crowded_space(void **state) {
    (void)state;
    must_pass("crowd-386", true);
}

static void replica_follows_typed_objects(void **state) {
    (void)state;
    must_pass("bitmap-386", true);
    must_pass("bitmap-amd64", true);
}

static void replica_follows_every_size_class(void **state) {
    (void)state;
    must_pass("sizes-386", true);
    must_pass("sizes-amd64", true);
}

static void replica_follows_collections(void **state) {
    (void)state;
    must_pass("graph-arm64", true);
    must_pass("tiny-386", true);
    must_pass("grow-amd64", true);
}

/* --- What differs is found --- */

/* hints1-amd64 with `from` replaced by `to` (or unchanged, if from is NULL), in a file of its own.
 */
static void changed_copy(const char *from, const char *to, char *path) {
    struct strbuf source = {0}, text = {0}, copy = {0};
    struct error err;
    data_file("hints1-amd64", &source);
    assert_true(file_read(source.text, &text, NULL, &err));
    char *at = strstr(text.text, from);
    assert_non_null(at);
    sb_add(&copy, text.text, (size_t)(at - text.text));
    sb_puts(&copy, to);
    sb_puts(&copy, at + strlen(from));
    strcpy(path, "/tmp/arenascope-transcript-XXXXXX");
    int fd = mkstemp(path);
    assert_true(fd >= 0);
    close(fd);
    assert_true(file_write(path, copy.text, copy.len, &err));
    sb_free(&source);
    sb_free(&text);
    sb_free(&copy);
}

static void must_fail(const char *from, const char *to, const char *expected_why) {
    char path[64];
    struct verify_options options = {0};
    struct verify_result result;
    changed_copy(from, to, path);
    transcript_verify(path, &options, &result);
    remove(path);
    assert_false(result.passed);
    if (!strstr(sb_text(&result.why), expected_why))
        fail_msg("`%s` does not say `%s`", sb_text(&result.why), expected_why);
    sb_free(&result.why);
}

static void another_address_is_found(void **state) {
    (void)state;
    must_fail("alloc 0 0x", "alloc 0 0x1", "expected alloc 0 0x1");
}

static void another_statistic_is_found(void **state) {
    (void)state;
    must_fail("heap_sys=1048576", "heap_sys=1048577", ":100: differs");
}

static void another_system_call_is_found_and_both_are_named(void **state) {
    (void)state;
    must_fail("os map addr=0x1c420000000 size=0x100000", "os map addr=0x1c420000000 size=0x200000",
        "asked the system to map addr=0x1c420000000 size=0x100000, but recorded is map "
        "addr=0x1c420000000 size=0x200000");
}

static void a_missing_line_is_found(void **state) {
    (void)state;
    must_fail("treap -\n", "", "got      treap -");
}

static void an_unknown_operation_is_named_with_its_line(void **state) {
    (void)state;
    must_fail("> a 0 ", "> quux 0 ", "unknown operation `quux`");
}

static void broken_numbers_are_refused(void **state) {
    (void)state;
    must_fail("> a 0 ", "> a zero ", "cannot read the operation");
    must_fail("image_end=0x", "image_end=x", "no number `image_end`");
    must_fail("linux/amd64", "linux/pdp11", "no known platform");
}

static void a_missing_file_is_said_to_be_missing(void **state) {
    (void)state;
    struct verify_options options = {0};
    struct verify_result result;
    transcript_verify("/nonexistent/x.txt", &options, &result);
    assert_true(result.unreadable && !result.passed);
    assert_non_null(strstr(sb_text(&result.why), "/nonexistent/x.txt: cannot open"));
    sb_free(&result.why);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(replica_follows_every_start),
        cmocka_unit_test(replica_follows_a_crowded_space),
        cmocka_unit_test(replica_follows_typed_objects),
        cmocka_unit_test(replica_follows_every_size_class),
        cmocka_unit_test(replica_follows_collections),
        cmocka_unit_test(another_address_is_found),
        cmocka_unit_test(another_statistic_is_found),
        cmocka_unit_test(another_system_call_is_found_and_both_are_named),
        cmocka_unit_test(a_missing_line_is_found),
        cmocka_unit_test(an_unknown_operation_is_named_with_its_line),
        cmocka_unit_test(broken_numbers_are_refused),
        cmocka_unit_test(a_missing_file_is_said_to_be_missing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
