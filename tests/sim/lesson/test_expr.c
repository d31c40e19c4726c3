/* Expressions: what they come to on a real run, how that is written, and what is refused. */
#include "tests/sim/lesson/scoped.h"

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

static struct run run_on(const char *platform) {
    return run_of(platform, script);
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
    says(&run, "2 <= 2 && 2 >= 2", "yes");
    says(&run, "1 && 0 || 0", "no");
    says(&run, "0 || 0 && 1", "no");
    says(&run, "0 || 1", "yes");
    says(&run, "!!7 != 1", "no");
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
    says(&run, "2048 : dec", "2048");
    says(&run, "2048 : count", "2,048");
    says(&run, "2048 : size", "2 KiB");
    says(&run, "0x10 : dec", "16");
    says(&run, "1 - 2048 : bytes", "-2,047 B");
    says(&run, "0x0 - 1", "0xffffffffffffffff");
    run_free(&run);
}

static void what_two_values_come_to_has_its_unit(void **state) {
    (void)state;
    struct run run = run_on("linux/amd64");
    look_after(&run, 1);
    says(&run, "8KiB + 8", "8.01 KiB");
    says(&run, "8 + 1KiB", "1.01 KiB");
    says(&run, "8 + first", "0xc420000008");
    says(&run, "first - first", "0 B");
    says(&run, "first / page_size", "102,825,984");
    says(&run, "first % page_size", "0 B");
    says(&run, "first * 1", "842,350,460,928");
    says(&run, "8KiB / first", "0 B");
    says(&run, "7 % first", "7");
    says(&run, "2 * 8KiB", "16 KiB");
    says(&run, "8KiB * 2", "16 KiB");
    says(&run, "20000 % 8KiB", "3.53 KiB");
    says(&run, "8 / 8KiB", "0");
    says(&run, "first", "0xc420000000");
    run_free(&run);
}

/* Sums that do not fit go round, as in the allocator; none is an end of the program. */
static void numbers_are_of_64_bits(void **state) {
    (void)state;
    struct run run = run_on("linux/amd64");
    static const char least[] = "(0 - 9223372036854775807 - 1)";
    static const struct {
        const char *rest, *expected;
    } cases[] = {{" : dec", "-9223372036854775808"}, {"", "-9,223,372,036,854,775,808"},
        {" / -1 : dec", "-9223372036854775808"}, {" % -1", "0"},
        {" * -1 : dec", "-9223372036854775808"}, {" - 1 : dec", "9223372036854775807"}};
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        struct strbuf text = {0};
        sb_printf(&text, "%s%s", least, cases[i].rest);
        says(&run, text.text, cases[i].expected);
        sb_free(&text);
    }
    says(&run, "-(0 - 9223372036854775807 - 1) : dec", "-9223372036854775808");
    says(&run, "7 / -1", "-7");
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
    if (!ev) {
        fail_msg("nobody waits");
        return;
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
    refuses(&run, "0xffffffffffffffff", "expected a number");
    refuses(&run, "12ab_c", "expected a number");
    refuses(&run, "a123456789012345678901234567890123456789012345678", "the name is too long");
    refuses(&run, "count(\"a text of more characters than any name of an event has\")",
        "expected a short text");
    refuses(&run, "1 ^ 2", "expected an operator");
    refuses(&run, "p9{", "no object of the script");
    refuses(&run, "p9:1", "no object of the script");
    refuses(&run, "first[", "expected a name");
    refuses(&run, "ring[heap]", "expected a number");
    refuses(&run, "ring[0", "expected `]`");
    refuses(&run, "(1 / 0)", "division by zero");
    refuses(&run, "start(1", "expected `)`");
    refuses(&run, "start(1 / 0)", "division by zero");
    refuses(&run, "heap.9", "expected a name");
    refuses(&run, "!=1", "expected a name");
    refuses(&run, "!heap", "expected a number");
    refuses(&run, "-nobody", "no object of the script");
    refuses(&run, "- !", "expected a name");
    static const char *const operators[] = {"*", "+", "==", "&&", "||"};
    for (size_t i = 0; i < ARRAY_LEN(operators); i++) {
        char text[32];
        snprintf(text, sizeof text, "heap %s 1", operators[i]);
        refuses(&run, text, "expected a number");
        snprintf(text, sizeof text, "1 %s heap", operators[i]);
        refuses(&run, text, "expected a number");
        snprintf(text, sizeof text, "1 %s nobody", operators[i]);
        refuses(&run, text, "no object of the script");
    }
    char deep[400];
    memset(deep, '(', sizeof deep - 1);
    deep[sizeof deep - 1] = '\0';
    refuses(&run, deep, "too many parentheses");
    run_free(&run);
}

static void a_value_alone_has_no_way_after_it(void **state) {
    (void)state;
    struct run run = run_on("linux/amd64");
    struct value v = {0};
    struct error err = {""};
    assert_true(expr_eval(&run.scope, " 1 + 1 ", &v, &err));
    assert_int_equal(v.n, 2);
    assert_false(expr_eval(&run.scope, "1 : hex", &v, &err));
    assert_string_equal(err.text, "expected an operator or the end at `: hex`");
    assert_false(expr_eval(&run.scope, "1 /", &v, &err));
    scope_set(&run.scope, SCOPE_NOW, UINT64_MAX); /* the run has not come there */
    assert_false(expr_eval(&run.scope, "1", &v, &err));
    assert_non_null(strstr(err.text, "has not come to that moment"));
    run_free(&run);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(operators_are_those_of_c),
        cmocka_unit_test(a_value_knows_how_it_is_written),
        cmocka_unit_test(what_two_values_come_to_has_its_unit),
        cmocka_unit_test(numbers_are_of_64_bits),
        cmocka_unit_test(names_read_the_heap),
        cmocka_unit_test(objects_go_by_their_names),
        cmocka_unit_test(refills_of_a_class_are_counted),
        cmocka_unit_test(other_moments_can_be_looked_at),
        cmocka_unit_test(on_32_bits_the_numbers_are_its_own),
        cmocka_unit_test(a_waiting_p_has_someone_it_waits_for),
        cmocka_unit_test(what_means_nothing_is_refused_in_words),
        cmocka_unit_test(a_value_alone_has_no_way_after_it),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
