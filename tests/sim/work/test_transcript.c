/* Transcripts: what Go did must be what we do, and what differs must be found. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "sim/base/data.h"
#include "sim/base/file.h"
#include "sim/work/generate.h"
#include "sim/work/opfile.h"
#include "sim/work/transcript.h"
#include "tests/sim/scratch.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { PATH_ROOM = 64 };

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
    snprintf(path, PATH_ROOM, "/tmp/arenascope-transcript-XXXXXX");
    int fd = mkstemp(path);
    assert_true(fd >= 0);
    close(fd);
    assert_true(file_write(path, copy.text, copy.len, &err));
    sb_free(&source);
    sb_free(&text);
    sb_free(&copy);
}

static void must_fail(const char *from, const char *to, const char *expected_why) {
    char path[PATH_ROOM];
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

/* --- However the text stands --- */

/* Verifies text as a file; the caller frees the result's why. */
static void verify_text(const char *text, size_t len, struct verify_result *result) {
    struct verify_options options = {.replica = true};
    struct scratch s;
    scratch_begin(&s);
    transcript_verify(scratch_file(&s, "t.txt", text, len), &options, result);
    scratch_end(&s);
}

static void text_passes(const struct strbuf *text) {
    struct verify_result result;
    verify_text(sb_text(text), text->len, &result);
    if (!result.passed)
        fail_msg("%s", sb_text(&result.why));
    sb_free(&result.why);
}

static void text_fails(const char *text, size_t len, const char *expected_why) {
    struct verify_result result;
    verify_text(text, len, &result);
    assert_false(result.passed);
    if (!strstr(sb_text(&result.why), expected_why))
        fail_msg("`%s` does not say `%s`", sb_text(&result.why), expected_why);
    sb_free(&result.why);
}

static void read_data(const char *name, struct strbuf *text) {
    struct strbuf path = {0};
    struct error err;
    data_file(name, &path);
    assert_true(file_read(path.text, text, NULL, &err));
    sb_free(&path);
}

static void lines_may_end_in_other_ways(void **state) {
    struct strbuf text = {0}, dos = {0};
    (void)state;
    read_data("hints1-amd64", &text);
    for (size_t i = 0; i < text.len; i++)
        sb_add(&dos, text.text[i] == '\n' ? "\r\n" : &text.text[i], text.text[i] == '\n' ? 2 : 1);
    text_passes(&dos);
    text.text[--text.len] = '\0'; /* the last one need not end */
    text_passes(&text);
    sb_free(&text);
    sb_free(&dos);
}

static void what_is_no_transcript_is_said_to_be_none(void **state) {
    static const char head[] = "# x linux/386 y\nplatform ptrsize=4 maxmem=0xffffffff image_end=0 "
                               "brk=0 physpage=4096 hugepage=0 sizeof_mspan=0 ";
    (void)state;
    text_fails("", 0, ":1: not a transcript");
    text_fails("\n", 1, ":1: not a transcript");
    text_fails("# go1.10.8 linux/386 x\n\0hidden", 30, "has zero bytes");
    text_fails("# go1.10.8 linux/386 x\nplatform\n", 32, ":2: `platform` is not a platform line");
    text_fails(head, sizeof head - 1, ":2: sizeof_mspan is 0");
}

/* A platform line that says value of key, and of all else what can be. */
static void platform_line(const char *key, const char *value, struct strbuf *out) {
    static const char *const usual[][2] = {{"ptrsize", "4"}, {"maxmem", "0xffffffff"},
        {"image_end", "0x8200000"}, {"brk", "0x8400000"}, {"physpage", "4096"},
        {"hugepage", "0x200000"}, {"sizeof_mspan", "80"}, {"sizeof_mcache", "664"},
        {"sizeof_treapnode", "40"}};
    sb_puts(out, "# go1.10.8 linux/386 x\nplatform");
    for (size_t i = 0; i < ARRAY_LEN(usual); i++)
        sb_printf(out, " %s=%s", usual[i][0], strcmp(key, usual[i][0]) == 0 ? value : usual[i][1]);
    sb_puts(out, "\n");
}

static void every_number_of_the_platform_is_needed_and_possible(void **state) {
    static const char *const keys[] = {"ptrsize", "maxmem", "image_end", "brk", "physpage",
        "hugepage", "sizeof_mspan", "sizeof_mcache", "sizeof_treapnode"};
    static const struct {
        const char *value, *why;
    } broken[] = {{"", "has no number `"}, {"many", "has no number `"},
        {"0x1ffffffffffffff", "is 0x1ffffffffffffff, expected at most 0x"}};
    struct strbuf text = {0};
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(keys); i++)
        for (size_t b = 0; b < ARRAY_LEN(broken); b++) {
            bool mem = strcmp(keys[i], "maxmem") == 0 && b == 2;
            sb_clear(&text);
            platform_line(keys[i], broken[b].value, &text);
            text_fails(text.text, text.len, mem ? "the transcript says otherwise" : broken[b].why);
        }
    sb_clear(&text);
    platform_line("ptrsize", "8", &text);
    text_fails(text.text, text.len, ":2: linux/386 has 4-byte pointers and _MaxMem 0xffffffff");
    sb_clear(&text);
    platform_line("", "", &text);
    text_passes(&text);
    strstr(text.text, " brk=")[1] = 'B';
    text_fails(text.text, text.len, ":2: the platform line has no number `brk`");
    text_fails("#\nplatform ptrsize=4\n", 21, ":1: no known platform in `#`");
    sb_free(&text);
}

/* The recording with more at its end. */
static void and_then(const char *more, const char *expected_why) {
    struct strbuf text = {0};
    read_data("init-386", &text);
    sb_puts(&text, more);
    if (expected_why)
        text_fails(text.text, text.len, expected_why);
    else
        text_passes(&text);
    sb_free(&text);
}

static void what_cannot_have_happened_is_told(void **state) {
    (void)state;
    and_then("> b 77\n", "there is no object 77, expected the number of one");
    and_then("> f 77\n", "there is no object 77, expected the number of one");
    and_then("os map everything\n", "map everything");
    and_then("os reserve addr=0x0 size=0x1000 -> nil\n", "expected os reserve");
    and_then("> a 7 0\nalloc 7 zerobase\n> b 7\nbits 7 \n", NULL);
    and_then("> a 7 0\n", "expected (nothing)");
    must_fail("> occupy", "> \n> occupy", "an operation is missing");
    must_fail("\n> occupy", "\noccupy\n> occupy", ":3: `occupy` stands outside an operation");
    must_fail("reserved=0\nos map", "reserved=0 -> 0x1c420000000 err=12\nos map", "differs");
}

static void a_very_long_line_is_cut_in_what_is_said(void **state) {
    struct strbuf text = {0};
    (void)state;
    read_data("init-386", &text);
    sb_puts(&text, "> ");
    for (int i = 0; i < 100000; i++)
        sb_puts(&text, "ab");
    struct verify_result result;
    verify_text(text.text, text.len, &result);
    assert_false(result.passed);
    assert_non_null(strstr(sb_text(&result.why), "unknown operation `abab"));
    assert_true(result.why.len < 1000);
    sb_free(&result.why);
    sb_free(&text);
}

static void answers_that_cannot_be_are_not_believed(void **state) {
    (void)state;
    must_fail("-> 0x1c000000000 reserved=0", "-> 0xfffffffff0000000 reserved=0", "cannot be");
}

static void a_mask_must_be_whole(void **state) {
    struct strbuf text = {0};
    (void)state;
    read_data("init-386", &text);
    sb_puts(&text, "> p 0 80 1 80 f\n");
    text_fails(text.text, text.len, "the mask of `p 0 80 1 80 f` is too short");
    sb_free(&text);
}

/* --- Our own transcripts --- */

static void printed(const char *workload, struct strbuf *out) {
    struct error err = {""};
    if (!transcript_print(workload, out, &err))
        fail_msg("%s", err.text);
}

static void what_is_printed_verifies(void **state) {
    static const char *const workloads[] = {"trees", "strings"};
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(workloads); i++) {
        struct strbuf out = {0};
        printed(workloads[i], &out);
        assert_memory_equal(out.text, "# arenascope linux/amd64 ", 25);
        assert_non_null(strstr(out.text, "\n> seed "));
        assert_non_null(strstr(out.text, "\n> d\ndump\n"));
        text_passes(&out);
        sb_free(&out);
    }
}

static void the_world_of_a_script_is_written_down(void **state) {
    static const char script[] = "platform linux/amd64\ntake hints 3\nseed 7 9\nx = alloc 64\n";
    struct scratch s;
    struct strbuf out = {0};
    (void)state;
    scratch_begin(&s);
    printed(scratch_file(&s, "x.arena", script, sizeof script - 1), &out);
    scratch_end(&s);
    assert_non_null(strstr(out.text, "> occupy 0x2c000000000 65536\noccupy addr=0x2c000000000 "
                                     "size=0x10000 err=0\n"));
    assert_non_null(strstr(out.text, "os reserve addr=0xc000000000 size=0x8420002000 -> nil\n"));
    assert_non_null(strstr(out.text, "\n> seed 7 9\n> a 1 64\n"));
    text_passes(&out);
    sb_free(&out);
}

/* What is printed of a file of that text. */
static bool print_text(const char *text, struct strbuf *out, struct error *err) {
    struct scratch s;
    scratch_begin(&s);
    bool ok = transcript_print(scratch_file(&s, "some file", text, strlen(text)), out, err);
    scratch_end(&s);
    return ok;
}

static void what_ends_early_is_printed_as_far_as_it_goes(void **state) {
    static const char *const texts[] = {"platform linux/386\nlimit 1MiB\nalloc 8\n",
        "platform linux/386\nlimit 64MiB\nrepeat 100\nalloc 1MiB\nend\n",
        "platform linux/386\nlimit 1MiB\n> init\n> a 1 8\n",
        ("type t = ptr\nx = new t\ny = alloc 40000\nx.0 = y\ndrop y\ncollect\nprecise on\nroot "
         "x\ncollect\n"),
        "> init\n> a 1 64\n> b 1\n> d\n", "title \"\"\nseed 0 5\nphase one\nalloc 8\n",
        "title \"More words than there is room for in the line\tthat begins a transcript\"\n"};
    static const char *const expected[] = {"exit 2", "exit 2", "exit 2", "\nruntime: pointer 0xc",
        "> b 1\nbits 1 ", "# arenascope linux/amd64 workload\n",
        ("# arenascope linux/amd64 "
         "More-words-than-there-is-room-for-in-the-line-that-begins-a-tra\n")};
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(texts); i++) {
        struct strbuf out = {0};
        struct error err = {""};
        if (!print_text(texts[i], &out, &err))
            fail_msg("%s", err.text);
        if (!strstr(sb_text(&out), expected[i]))
            fail_msg("`%s` does not say `%s`", sb_text(&out), expected[i]);
        text_passes(&out);
        sb_free(&out);
    }
}

static void what_cannot_be_printed_is_told(void **state) {
    static const struct {
        const char *text, *why;
    } cases[] = {{"image 0x1000\nalloc 8\n", "image_end 0x1000 is not possible"},
        {"x = alloc 8\nx.9 = x\n", "some file:2: object 1 has no word 9"},
        {"x = alloc 8\ndrop x\ndrop x\n", "some file:3: x holds no object now"},
        {"> init\n> f 9\n", "some file:2: there is no object 9"},
        {"frobnicate\n", "some file:1: unknown command"}};
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        struct strbuf out = {0};
        struct error err = {""};
        assert_false(print_text(cases[i].text, &out, &err));
        if (!strstr(err.text, cases[i].why))
            fail_msg("`%s` does not say `%s`", err.text, cases[i].why);
        sb_free(&out);
    }
}

/* Run again in the simulated space, Go's own recordings come out as they are but for their title:
 * there the model answers as the kernel did. */
static void go_s_recordings_come_out_again(void **state) {
    static const char *const names[] = {
        "crowd-386", "hints127-amd64", "conflict-amd64", "graph-amd64", "tiny-386", "large-386"};
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(names); i++) {
        struct strbuf path = {0}, want = {0}, got = {0};
        data_file(names[i], &path);
        read_data(names[i], &want);
        printed(path.text, &got);
        assert_string_equal(strstr(want.text, "\nplatform"), strstr(got.text, "\nplatform"));
        sb_free(&path);
        sb_free(&want);
        sb_free(&got);
    }
}

struct writer {
    unsigned ptr_size;
    struct strbuf *out;
};

static void write_line(void *arg, const struct op *op) {
    const struct writer *w = arg;
    sb_puts(w->out, "> ");
    assert_true(opline_write(op, w->ptr_size, w->out));
    sb_puts(w->out, "\n");
}

/* A random program's operations as a file. */
static void random_file(uint64_t seed, struct strbuf *out) {
    struct generator *g = generator_new(seed, NULL);
    const struct environment *env = generator_env(g);
    struct error err;
    struct op op;
    struct os *os = os_model_new(env->platform, &env->model, &err);
    struct program *p = program_new(os, NULL);
    struct legal *l = legal_new(p, env->platform->ptr_size);
    opfile_write_world(env, out);
    struct writer w = {env->platform->ptr_size, out};
    legal_listen(l, write_line, &w);
    for (int i = 0; i < 150 && !program_ended(p); i++) {
        generator_next(g, l, &op);
        legal_run(l, &op);
    }
    legal_free(l);
    program_free(p);
    os_destroy(os);
    generator_free(g);
}

static void random_programs_verify(void **state) {
    (void)state;
    for (uint64_t seed = 100; seed < 130; seed++) {
        struct strbuf file = {0}, out = {0};
        struct scratch s;
        random_file(seed, &file);
        scratch_begin(&s);
        printed(scratch_file(&s, "x.ops", file.text, file.len), &out);
        scratch_end(&s);
        text_passes(&out);
        sb_free(&file);
        sb_free(&out);
    }
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
        cmocka_unit_test(lines_may_end_in_other_ways),
        cmocka_unit_test(what_is_no_transcript_is_said_to_be_none),
        cmocka_unit_test(every_number_of_the_platform_is_needed_and_possible),
        cmocka_unit_test(what_cannot_have_happened_is_told),
        cmocka_unit_test(a_very_long_line_is_cut_in_what_is_said),
        cmocka_unit_test(answers_that_cannot_be_are_not_believed),
        cmocka_unit_test(a_mask_must_be_whole),
        cmocka_unit_test(what_is_printed_verifies),
        cmocka_unit_test(the_world_of_a_script_is_written_down),
        cmocka_unit_test(what_ends_early_is_printed_as_far_as_it_goes),
        cmocka_unit_test(what_cannot_be_printed_is_told),
        cmocka_unit_test(go_s_recordings_come_out_again),
        cmocka_unit_test(random_programs_verify),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
