/* Expressions: what they come to on a real run, how that is written, and what is refused. */
#include "sim/lesson/expr.h"

#include "sim/work/script.h"
#include "sim/work/session.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

static const char script[] = "type node = next:ptr value:word*5\n"
                             "keep ring 10\n"
                             "first = new node\n"
                             "repeat 3\n"
                             "ring[] = alloc 100\n"
                             "end\n"
                             "big = alloc 40000\n"
                             "drop first\n";

struct run {
    struct session *session;
    struct scope scope;
};

static struct run run_of(const char *platform, const char *text) {
    struct error err = {""};
    struct environment env = {.platform = platform_find(platform),
        .provider = PROVIDER_MODEL,
        .seed = {1, 2},
        .residency = true};
    struct op_source *source = script_parse("t", text, &err);
    assert_non_null(source);
    struct session *s = session_new(&env, source, &err);
    assert_non_null(s);
    while (session_pump(s, 100))
        continue;
    const struct recording *rec = session_recording(s);
    struct run run = {s, scope_of(rec, env.platform, "t", text, recording_count(rec))};
    scope_set(&run.scope, SCOPE_END, recording_count(rec));
    return run;
}

static struct run run_on(const char *platform) {
    return run_of(platform, script);
}

static void run_free(struct run *run) {
    scope_free(&run->scope);
    session_free(run->session);
}

/* To the moment after operation number op. */
static void look_after(struct run *run, uint64_t op) {
    const struct recording *rec = run->scope.rec;
    bool last = op + 1 == recording_op_count(rec);
    scope_set(
        &run->scope, SCOPE_NOW, last ? recording_count(rec) : recording_op_start(rec, op + 1));
}

static void says(struct run *run, const char *text, const char *expected) {
    struct strbuf out = {0};
    struct error err = {""};
    if (!expr_text(&run->scope, text, &out, &err))
        fail_msg("%s: %s", text, err.text);
    assert_string_equal(sb_text(&out), expected);
    sb_free(&out);
}

static void refuses(struct run *run, const char *text, const char *part) {
    struct strbuf out = {0};
    struct error err = {""};
    assert_false(expr_text(&run->scope, text, &out, &err));
    if (!strstr(err.text, part))
        fail_msg("%s: \"%s\" does not say \"%s\"", text, err.text, part);
    sb_free(&out);
}

static void operators_are_those_of_c(void **state) {
    (void)state;
    struct run run = run_on("linux/amd64");
    says(&run, "1 + 2 * 3", "7");
    says(&run, "(1 + 2) * 3", "9");
    says(&run, "7 / 2", "3");
    says(&run, "7 % 4 - 5", "-2");
    says(&run, "1 < 2 && !(3 >= 4)", "yes");
    says(&run, "1 == 2 || 2 != 2", "no");
    says(&run, "-3 + 10", "7");
    says(&run, "0x10 + 0", "0x10");
    run_free(&run);
}

static void a_value_knows_how_it_is_written(void **state) {
    (void)state;
    struct run run = run_on("linux/amd64");
    says(&run, "64KiB", "64 KiB");
    says(&run, "64KiB / 8", "8 KiB");
    says(&run, "64KiB / 8KiB", "8");
    says(&run, "1234567", "1,234,567");
    says(&run, "arena_start", "0xc420000000");
    says(&run, "arena_start + 8KiB", "0xc420002000");
    says(&run, "arena_start - spans.start", "16.5 GiB");
    says(&run, "page_size : bytes", "8,192 B");
    says(&run, "page_size : hex", "0x2000");
    says(&run, "100 * 1 / 4 : percent", "25 %");
    says(&run, "platform", "linux/amd64");
    run_free(&run);
}

static void names_read_the_heap(void **state) {
    (void)state;
    struct run run = run_on("linux/amd64");
    says(&run, "spans.bytes", "512 MiB");
    says(&run, "bitmap.bytes", "16 GiB");
    says(&run, "arena.bytes", "512 GiB");
    says(&run, "arena.mapped", "1 MiB");
    says(&run, "bitmap.touched > 0 && bitmap.touched < bitmap.mapped", "yes");
    says(&run, "bitmap.mapped == bitmap_mapped", "yes");
    says(&run, "hint(0).addr", "0xc000000000");
    says(&run, "hint(1).addr", "0x1c000000000");
    says(&run, "hint(0).checked", "yes");
    says(&run, "hint(1).tried", "no");
    says(&run, "hints_refused", "0");
    says(&run, "arena_reserved", "no");
    says(&run, "sizeclass(33).size", "48 B");
    says(&run, "class(1).objects", "1,024");
    says(&run, "sizeclass(48).tail", "32 B");
    says(&run, "ladder.total", "5");
    says(&run, "count(\"object\")", "5");
    says(&run, "collections", "0");
    says(&run, "exited", "no");
    says(&run, "printed(\"fatal error\")", "no");
    run_free(&run);
}

static void objects_go_by_their_names(void **state) {
    (void)state;
    struct run run = run_on("linux/amd64");
    look_after(&run, 1); /* init, first */
    says(&run, "first", "0xc420000000");
    says(&run, "first.size", "48 B");
    says(&run, "first.slot", "0");
    says(&run, "first.span.elemsize", "48 B");
    says(&run, "span(first).nelems", "170");
    says(&run, "first.span.noscan", "no");
    says(&run, "first.entry == spans.start", "yes");
    says(&run, "first.bits == bitmap.end - 1", "yes");
    says(&run, "ptrbit(first)", "1");
    says(&run, "ptrbit(first + 8)", "0");
    look_after(&run, 4);
    says(&run, "ring[0] + 112 == ring[1]", "yes");
    says(&run, "ring[-1] == ring[2]", "yes");
    says(&run, "ring[0].waste", "12 B");
    says(&run, "ring[0].span.noscan", "yes");
    run_free(&run);
}

static void refills_of_a_class_are_counted(void **state) {
    (void)state;
    struct run run = run_of("linux/amd64", "repeat 17\nalloc 1024\nend\nalloc 48\ncollect\n");
    says(&run, "mcentral(1024, 1).refills", "3");
    says(&run, "mcentral(48, 1).refills", "1");
    says(&run, "mcentral(48).refills", "0");
    scope_set(&run.scope, SCOPE_NOW, 0);
    says(&run, "mcentral(1024, 1).refills", "0");
    run_free(&run);
}

static void other_moments_can_be_looked_at(void **state) {
    (void)state;
    struct run run = run_on("linux/amd64");
    look_after(&run, 1);
    says(&run, "heap.inuse - start(heap.inuse)", "8 KiB");
    says(&run, "end(ladder.total) - ladder.total", "4");
    says(&run, "end(heap.inuse) > heap.inuse", "yes");
    refuses(&run, "before(heap.inuse)", "has not come to that moment");
    scope_set(&run.scope, SCOPE_BEFORE, 0);
    says(&run, "before(mspans)", "0");
    run_free(&run);
}

static void on_32_bits_the_numbers_are_its_own(void **state) {
    (void)state;
    struct run run = run_on("linux/386");
    look_after(&run, 1);
    says(&run, "ptr_size", "4 B");
    says(&run, "arena_start", "0x0");
    says(&run, "spans.bytes", "2 MiB");
    says(&run, "bitmap.bytes", "256 MiB");
    says(&run, "first.size", "24 B");
    says(&run, "first.span.elemsize", "32 B");
    says(&run, "fallback(0).reserved", "yes");
    says(&run, "first.entry == spans.start + first / page_size * 4", "yes");
    says(&run, "ptrbit(first)", "1");
    run_free(&run);
}

static void a_waiting_p_has_someone_it_waits_for(void **state) {
    (void)state;
    struct run run = run_of("linux/amd64", "ps 4\ninterleave 1\nrepeat 40\nalloc 8KiB\nend\n");
    const struct recording *rec = run.scope.rec;
    const struct event *ev = NULL;
    refuses(&run, "awaited", "no object of the script");
    for (uint64_t i = 0; i < recording_count(rec); i++) {
        ev = recording_event(rec, i);
        if (ev->kind != EV_WAIT)
            continue;
        scope_set(&run.scope, SCOPE_NOW, i + 1);
        break;
    }
    char acting[8], awaited[8];
    snprintf(acting, sizeof acting, "%u", ev->x);
    snprintf(awaited, sizeof awaited, "%u", (unsigned)ev->a);
    says(&run, "acting", acting);
    says(&run, "awaited", awaited);
    says(&run, "acting != awaited", "yes");
    run_free(&run);
}

static void what_means_nothing_is_refused_in_words(void **state) {
    (void)state;
    struct run run = run_on("linux/amd64");
    refuses(&run, "", "expected a name");
    refuses(&run, "1 +", "expected a name");
    refuses(&run, "1 2", "expected an operator");
    refuses(&run, "1 / 0", "division by zero");
    refuses(&run, "nobody", "no object of the script");
    refuses(&run, "first", "holds no object");
    refuses(&run, "ring", "several objects");
    refuses(&run, "big[0]", "without [...]");
    refuses(&run, "ring[10]", "ring[9]");
    refuses(&run, "ring[7]", "holds no object");
    refuses(&run, "heap.nothing", "no member");
    refuses(&run, "heap", "cannot be shown");
    refuses(&run, "heap + 1", "expected a number");
    refuses(&run, "hint(128)", "0 to 127");
    refuses(&run, "sizeclass(0)", "no size class");
    refuses(&run, "span(1)", "no span holds");
    refuses(&run, "nothing(1)", "no function");
    refuses(&run, "count(\"nothing\")", "no kind of event");
    refuses(&run, "printed(1)", "words in quotes");
    refuses(&run, "count(\"nothing", "closing quote");
    refuses(&run, "(1", "expected `)`");
    refuses(&run, "1 : sideways", "after `:`");
    refuses(&run, "9999999999999999999999", "expected a number");
    char deep[400];
    memset(deep, '(', sizeof deep - 1);
    deep[sizeof deep - 1] = '\0';
    refuses(&run, deep, "too many parentheses");
    run_free(&run);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(operators_are_those_of_c),
        cmocka_unit_test(a_value_knows_how_it_is_written),
        cmocka_unit_test(names_read_the_heap),
        cmocka_unit_test(objects_go_by_their_names),
        cmocka_unit_test(refills_of_a_class_are_counted),
        cmocka_unit_test(other_moments_can_be_looked_at),
        cmocka_unit_test(on_32_bits_the_numbers_are_its_own),
        cmocka_unit_test(a_waiting_p_has_someone_it_waits_for),
        cmocka_unit_test(what_means_nothing_is_refused_in_words),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
