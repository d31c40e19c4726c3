/* Workloads: one name opens a built-in one, a script or a log. */
#include "sim/work/workload.h"

#include "sim/work/importer.h"
#include "sim/work/script.h"
#include "tests/sim/scratch.h"
#include "tests/sim/work/optext.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

struct tally {
    uint64_t ops, allocs, typed, stores, bytes, largest, smallest, phases;
};

static struct tally tally_of(struct op_source *source, unsigned ptr_size) {
    struct tally t = {.smallest = UINT64_MAX};
    struct op op;
    struct error err;
    source->ptr_size = ptr_size;
    source->rewind(source);
    for (; source->next(source, &op, &err); t.ops++) {
        t.stores += op.code == OP_STORE;
        t.phases += op.code == OP_NOTE;
        if (op.code != OP_ALLOC && op.code != OP_ALLOC_TYPED)
            continue;
        uint64_t size = op.code == OP_ALLOC_TYPED ? op.elem * op.count : op.size;
        t.allocs++;
        t.typed += op.code == OP_ALLOC_TYPED;
        t.bytes += size;
        t.largest = size > t.largest ? size : t.largest;
        t.smallest = size < t.smallest ? size : t.smallest;
    }
    assert_string_equal(err.text, "");
    return t;
}

static struct op_source *open_workload(const char *name, struct environment *env) {
    struct error err = {""};
    struct op_source *source = workload_open(name, NULL, env, NULL, &err);
    if (!source)
        fail_msg("%s: %s", name, err.text);
    return source;
}

static void every_built_in_workload_runs_in_both_widths(void **state) {
    (void)state;
    size_t count = 0;
    for (const char *name; (name = workload_builtin(count)); count++) {
        struct environment env;
        struct op_source *source = open_workload(name, &env);
        struct tally wide = tally_of(source, 8), narrow = tally_of(source, 4);
        assert_int_equal(wide.ops, narrow.ops);
        assert_in_range(wide.ops, 200, 30000);
        assert_in_range(wide.bytes, KiB(64), MiB(600));
        assert_true(wide.phases >= (script_is(source) ? 3 : 1));
        assert_string_equal(workload_title(source), workload_builtin_title(count));
        assert_string_equal(env.platform->name, "linux/amd64");
        assert_int_equal(env.provider, PROVIDER_HOST);
        source->destroy(source);
        env_free(&env);
    }
    assert_true(count >= 3);
}

static void the_built_in_workloads_are_of_different_kinds(void **state) {
    (void)state;
    struct environment env;
    struct op_source *small = open_workload("small", &env), *huge = open_workload("huge", &env),
                     *strings = open_workload("strings", &env),
                     *trees = open_workload("trees", &env),
                     *workers = open_workload("workers", &env),
                     *buffers = open_workload("buffers", &env), *leak = open_workload("leak", &env);
    struct tally s = tally_of(small, 8), h = tally_of(huge, 8), t = tally_of(strings, 8),
                 n = tally_of(trees, 8), w = tally_of(workers, 8), b = tally_of(buffers, 8),
                 l = tally_of(leak, 8);
    assert_true(s.largest <= KiB(32) && s.typed == 0);
    assert_true(h.largest >= MiB(16) && h.bytes > 20 * s.bytes);
    assert_true(t.smallest < 16 && t.bytes / t.allocs < 200 && t.typed > 1000);
    assert_true(n.typed > n.allocs / 2 && n.stores > 1000);
    assert_true(w.typed == 200 && w.allocs > 1500 && w.stores == 0);
    assert_true(b.smallest > KiB(32) && b.largest == MiB(8));
    assert_true(l.stores > l.allocs / 2 && l.typed > 2000);
    small->destroy(small);
    huge->destroy(huge);
    strings->destroy(strings);
    trees->destroy(trees);
    workers->destroy(workers);
    buffers->destroy(buffers);
    leak->destroy(leak);
}

static void a_script_changes_the_world_it_is_given(void **state) {
    (void)state;
    static const char text[] = "platform linux/386\nlimit 512MiB\nalloc 8\n";
    struct scratch s;
    struct error err = {""};
    struct environment base = {.platform = platform_find("linux/arm64"), .seed = {5, 6}}, env;
    struct strbuf report = {0};
    scratch_begin(&s);
    const char *path = scratch_file(&s, "any-name.txt", text, strlen(text));
    struct op_source *source = workload_open(path, &base, &env, &report, &err);
    assert_non_null(source);
    assert_string_equal(env.platform->name, "linux/386");
    assert_int_equal(env.model.address_limit, MiB(512));
    assert_int_equal(env.seed[1], 6);
    assert_int_equal(source->ptr_size, 4);
    assert_string_equal(workload_title(source), "any-name.txt");
    assert_string_equal(sb_text(&report), "");
    source->destroy(source);
    env_free(&env);
    scratch_end(&s);
}

static void a_log_is_known_by_its_content_and_reported(void **state) {
    (void)state;
    static const char text[] = "hello\ntracealloc(0xc000000010, 0x10, *main.N)\n";
    struct scratch s;
    struct error err = {""};
    struct environment env;
    struct strbuf report = {0};
    scratch_begin(&s);
    const char *path = scratch_gzip(&s, "log.arena", text, strlen(text), 0);
    struct op_source *source = workload_open(path, NULL, &env, &report, &err);
    assert_non_null(source);
    assert_non_null(importer_result(source));
    assert_non_null(strstr(report.text, "log.arena: 2 lines, 1 understood, 1 of stacks"));
    assert_string_equal(workload_title(source), "log.arena");
    source->destroy(source);
    env_free(&env);
    sb_free(&report);
    scratch_end(&s);
}

static void what_cannot_be_opened_says_why(void **state) {
    (void)state;
    static const struct {
        const char *text;
        size_t len;
        const char *why;
    } cases[] = {
        {"frobnicate\n", 11, "x:1: unknown command \"frobnicate\""},
        {"\x89PNG\r\n\0", 7, "x: has zero bytes; expected a script or an allocfreetrace log"},
        {"tracealloc(oops\n", 16, "x:1: broken line; expected tracealloc("},
    };
    struct scratch s;
    struct error err = {""};
    struct environment env;
    scratch_begin(&s);
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        const char *path = scratch_file(&s, "x", cases[i].text, cases[i].len);
        assert_null(workload_open(path, NULL, &env, NULL, &err));
        assert_non_null(strstr(err.text, cases[i].why));
        assert_null(env.platform);
    }
    assert_null(workload_open("/nonexistent/log", NULL, &env, NULL, &err));
    assert_string_equal(err.text, "/nonexistent/log: cannot open: No such file or directory");
    scratch_end(&s);
}

static void a_built_in_workload_needs_its_file(void **state) {
    struct error err = {""};
    struct environment env;
    const char *data = getenv("ARENASCOPE_DATA");
    char *before = data ? xstrdup(data) : NULL;
    (void)state;
    setenv("ARENASCOPE_DATA", "/nonexistent", 1);
    assert_null(workload_open("small", NULL, &env, NULL, &err));
    assert_string_equal(err.text,
        "the file of the built-in workload \"small\" is missing; expected "
        "it beside the program or in $ARENASCOPE_DATA");
    if (before)
        setenv("ARENASCOPE_DATA", before, 1);
    else
        unsetenv("ARENASCOPE_DATA");
    free(before);
    size_t count = 0;
    while (workload_builtin(count))
        count++;
    assert_null(workload_builtin_title(count));
}

static bool nothing(struct op_source *self, struct op *op, struct error *err) {
    (void)self, (void)op;
    err->text[0] = '\0';
    return false;
}

static void without_a_title_it_is_called_as_its_file(void **state) {
    struct error err = {""};
    struct op_source *here = script_parse("mine.arena", "alloc 8\n", &err);
    struct op_source nameless = {.next = nothing};
    struct op_source *there = script_parse("some/where/mine.arena", "alloc 8\n", &err);
    (void)state;
    assert_string_equal(workload_title(here), "mine.arena");
    assert_string_equal(workload_title(there), "mine.arena");
    assert_string_equal(workload_title(&nameless), "");
    here->destroy(here);
    there->destroy(there);
}

static void a_script_cut_short_in_its_compression_is_refused(void **state) {
    (void)state;
    struct scratch s;
    struct error err = {""};
    struct environment env;
    struct strbuf text = {0};
    for (unsigned i = 0; i < 3000; i++)
        sb_printf(&text, "alloc %u\n", i * 7919 % 10007);
    scratch_begin(&s);
    const char *path = scratch_gzip(&s, "cut.arena.gz", text.text, text.len, 5000);
    assert_null(workload_open(path, NULL, &env, NULL, &err));
    assert_non_null(strstr(err.text, "cut.arena.gz: cannot read: the gzip data stop short"));
    sb_free(&text);
    scratch_end(&s);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_built_in_workload_runs_in_both_widths),
        cmocka_unit_test(the_built_in_workloads_are_of_different_kinds),
        cmocka_unit_test(a_script_changes_the_world_it_is_given),
        cmocka_unit_test(a_log_is_known_by_its_content_and_reported),
        cmocka_unit_test(what_cannot_be_opened_says_why),
        cmocka_unit_test(a_built_in_workload_needs_its_file),
        cmocka_unit_test(without_a_title_it_is_called_as_its_file),
        cmocka_unit_test(a_script_cut_short_in_its_compression_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
