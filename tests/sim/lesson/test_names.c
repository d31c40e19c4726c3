/* Names: each reads what it says off the heap, and where it means nothing that is said. */
#include "tests/sim/lesson/scoped.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

/* An expression and what it comes to. */
struct saying {
    const char *text, *expected;
};

static void all_say(struct run *run, const struct saying *sayings, size_t count) {
    for (size_t i = 0; i < count; i++)
        says(run, sayings[i].text, sayings[i].expected);
}

static void all_refuse(struct run *run, const struct saying *sayings, size_t count) {
    for (size_t i = 0; i < count; i++)
        refuses(run, sayings[i].text, sayings[i].expected);
}

/* Two tiny objects in one block, one of 48 bytes, and 256 pages given up. */
static const char script[] = "a = alloc 5\n"
                             "b = alloc 3\n"
                             "small = alloc 48\n"
                             "big = alloc 2MiB\n"
                             "drop big\n"
                             "collect\n";

static void groups_have_members(void **state) {
    (void)state;
    struct run run = run_of("linux/amd64", script);
    static const struct saying sayings[] = {
        {"heap.live", "64 B"},
        {"heap.inuse", "16 KiB"},
        {"heap.idle + heap.inuse == heap.sys", "yes"},
        {"heap.released", "0 B"},
        {"heap.objects", "0"}, /* an mcache has not given its spans back */
        {"heap.pages", "2"},
        {"heap.sweepgen", "2"},
        {"heap.swept", "258"},
        {"heap.sweepdone", "yes"},
        {"sys.mspan", "16 KiB"},
        {"sys.mcache", "16 KiB"},
        {"sys.gc > 0 && sys.other > 0", "yes"},
        {"sys.heap == heap.sys", "yes"},
        {"sys.stacks", "0 B"},
        {"sys.total == sys.mspan + sys.mcache + sys.gc + sys.other + sys.heap", "yes"},
        {"calls.reserve", "1"},
        {"calls.free + calls.unused + calls.used", "0"},
        {"calls.total == calls.reserve + calls.map + calls.alloc", "yes"},
        {"ladder.tiny", "1"},
        {"ladder.mcache + ladder.mcentral", "0"},
        {"ladder.mheap", "1"},
        {"ladder.system", "2"},
        {"ladder.total", "4"},
        {"free.runs", "1"},
        {"free.pages * page_size == heap.idle", "yes"},
        {"free.largest", "382"},
        {"treap.count", "1"},
        {"treap.pages", "382"},
        {"treap.depth", "1"},
        {"treap.root.pages", "382"},
        {"treap.root.state", "free"},
        {"tiny.allocs", "1"},
        {"freelist(1)", "0"},
    };
    static const struct saying nothing[] = {
        {"heap.nothing", "no member `nothing`"},
        {"ladder.nothing", "no member `nothing`"},
        {"calls.nothing", "no member `nothing`"},
        {"sys.nothing", "no member `nothing`"},
        {"free.nothing", "no member `nothing`"},
        {"treap.nothing", "no member `nothing`"},
        {"tiny.nothing", "no member `nothing`"},
        {"bitmap.nothing", "no member `nothing`"},
        {"treap.", "expected a name"},
        {"1.nothing", "no member `nothing`"},
    };
    all_say(&run, sayings, ARRAY_LEN(sayings));
    all_refuse(&run, nothing, ARRAY_LEN(nothing));
    look_after(&run, 2); /* init, a, b */
    says(&run, "tiny.block == arena_start", "yes");
    says(&run, "tiny.offset", "8 B");
    run_free(&run);
}

static void bare_names_are_of_the_run_and_its_world(void **state) {
    (void)state;
    struct run run = run_of("linux/amd64", script);
    static const struct saying sayings[] = {
        {"ops", "7"},
        {"events == end(events)", "yes"},
        {"mspans", "4"},
        {"objects_born - objects_dropped", "3"},
        {"grey", "0"},
        {"ps", "1"},
        {"asked", "528.5 GiB"},
        {"spans_len", "512"},
        {"spans_cap == spans.bytes / ptr_size", "yes"},
        {"phys_page_size", "4 KiB"},
        {"addr_bits", "39"},
        {"hint_count", "128"},
        {"image_end < user_end", "yes"},
        {"user_end", "0x7ffffffff000"},
        {"arena.reserved + arena.checked + arena.mapped == arena.bytes", "yes"},
        {"arena.released", "0 B"},
    };
    all_say(&run, sayings, ARRAY_LEN(sayings));
    scope_set(&run.scope, SCOPE_NOW, 0);
    says(&run, "spans.bytes", "0 B");
    says(&run, "treap.count", "0");
    refuses(&run, "treap.root", "no member `root`");
    run_free(&run);
}

/* From the layout on, before the mheap knows where its table is, too. */
static void regions_have_their_sizes_as_soon_as_they_are_laid_out(void **state) {
    (void)state;
    static const struct saying sizes[] = {{"linux/amd64", "512 MiB"}, {"linux/386", "2 MiB"}};
    for (size_t i = 0; i < ARRAY_LEN(sizes); i++) {
        struct run run = run_of(sizes[i].text, script);
        const struct recording *rec = run.scope.rec;
        uint64_t seq = 0;
        const struct event *ev;
        while ((ev = recording_event(rec, seq))->kind != EV_STEP || (ev->w & 0xff) != STEP_LAYOUT) {
            scope_set(&run.scope, SCOPE_NOW, seq++);
            says(&run, "spans.bytes + bitmap.bytes", "0 B");
        }
        for (; seq < recording_op_start(rec, 1); seq++) {
            scope_set(&run.scope, SCOPE_NOW, seq + 1);
            says(&run, "spans.bytes", sizes[i].expected);
            says(&run, "bitmap.start == spans.end", "yes");
            says(&run, "spans.start == end(spans.start)", "yes");
            says(&run, "bitmap.bytes == end(bitmap.bytes)", "yes");
        }
        run_free(&run);
    }
}

static void attempts_and_classes_have_members(void **state) {
    (void)state;
    struct run run = run_of("linux/amd64", "take hints 1\na = alloc 48\n");
    static const struct saying sayings[] = {
        {"hint(0).size", "528.5 GiB"},
        {"hint(0).elsewhere || hint(0).refused", "yes"},
        {"hint(0).reserved", "no"},
        {"hint(1).answer == hint(1).addr", "yes"},
        {"fallback(0).addr", "0x0"},
        {"fallback(0).tried", "no"},
        {"class(0).number", "0"},
        {"class(5).number", "5"},
        {"class(5).pages", "1"},
        {"class(4).objects * class(4).size + class(4).tail == 8KiB", "yes"},
    };
    static const struct saying nothing[] = {
        {"hint(0).nothing", "no member `nothing`"},
        {"class(5).nothing", "no member `nothing`"},
        {"class(0).objects", "no member `objects`"},
        {"class(0).tail", "no member `tail`"},
        {"class(67)", "no function `class` of such arguments"},
        {"sizeclass(32769)", "no size class, expected 1 to 32768"},
        {"fallback(4)", "expected 0 to 3"},
    };
    all_say(&run, sayings, ARRAY_LEN(sayings));
    all_refuse(&run, nothing, ARRAY_LEN(nothing));
    run_free(&run);
}

static void spans_of_a_class_are_found_in_mcache_and_mcentral(void **state) {
    (void)state;
    struct run run = run_of("linux/amd64", "type node = next:ptr value:word*5\n"
                                           "a = alloc 48\n"
                                           "b = new node\n");
    static const struct saying sayings[] = {
        {"mcache(48, 1).base == a.span.base", "yes"},
        {"mcache(48).base == b.span.base", "yes"},
        {"mcache(48, 0, 0).noscan", "no"},
        {"mcache(48, 1).incache", "yes"},
        {"mcentral(48).nonempty", "0"},
        {"mcentral(48, 1).empty", "1"},
        {"mcentral(48).nmalloc", "170"},
    };
    static const struct saying nothing[] = {
        {"mcache(48, 0, 99)", "there is no P 99"},
        {"mcache(1024).elemsize", "there is no span to have a `elemsize`"},
        {"mcache(48).nothing", "no member `nothing`"},
        {"mcentral(0)", "0 bytes have no size class"},
        {"mcentral(48).nothing", "no member `nothing`"},
    };
    all_say(&run, sayings, ARRAY_LEN(sayings));
    all_refuse(&run, nothing, ARRAY_LEN(nothing));
    run_free(&run);
}

static void functions_take_what_they_take(void **state) {
    (void)state;
    struct run run = run_of("linux/amd64", script);
    static const struct saying sayings[] = {
        {"min(1, 2) + min(2, 1)", "2"},
        {"max(1, 2) + max(2, 1)", "4"},
        {"page(arena_start + 16KiB)", "2"},
        {"scanbit(small)", "0"},
    };
    static const struct saying nothing[] = {
        {"min(1)", "no function `min` of such arguments"},
        {"max(1, 2, 3)", "no function `max` of such arguments"},
        {"min(1, 2, 3, 4)", "expected `)` at `, 4)`"},
        {"min(1 2)", "expected `)` at `2)`"},
        {"min(1,", "expected a name at `the end`"},
        {"freelist(200)", "no function `freelist` of such arguments"},
        {"span()", "span() takes arguments"},
        {"count()", "count() takes arguments"},
        {"span(\"x\")", "argument 1 is no number"},
        {"printed(\"x\", \"y\")", "argument 1 is no number"},
        {"count(1)", "count() takes an event's kind in quotes"},
        {"ptrbit(0)", "0x0 is not in the arena"},
        {"ptrbit(arena_used)", "is not in the arena"},
    };
    all_say(&run, sayings, ARRAY_LEN(sayings));
    all_refuse(&run, nothing, ARRAY_LEN(nothing));
    run_free(&run);
}

static void what_go_printed_is_found(void **state) {
    (void)state;
    struct run run = run_of("linux/amd64", "limit memory 2MiB\nbig = alloc 8MiB\n");
    says(&run, "exited", "yes");
    says(&run, "printed(\"out of memory\")", "yes");
    says(&run, "printed(\"all is well\")", "no");
    run_free(&run);
}

static void an_object_is_marked_until_its_span_is_swept(void **state) {
    (void)state;
    struct run run = run_of("linux/amd64",
        "small = alloc 48\nlost = alloc 48\nroot small\nprecise on\ncollect lazily\n");
    says(&run, "small.marked && small.allocated", "yes");
    says(&run, "lost.marked", "no");
    look_after(&run, 3);
    says(&run, "small.marked", "no");
    says(&run, "small.addr == arena_start && small.page == 0", "yes");
    refuses(&run, "small.nothing", "no member `nothing`");
    run_free(&run);
}

/* Names outlive objects: their memory is others' then, or nobody's. */
static void a_collected_object_is_where_it_was(void **state) {
    (void)state;
    struct run run = run_of("linux/amd64", "precise on\nkeep r 512\nrepeat 512\nr[] = alloc 16\n"
                                           "end\nl = alloc 8KiB\nm = alloc 8KiB\ncollect\n"
                                           "x = alloc 48\n");
    says(&run, "x == r[0]", "yes");
    says(&run, "r[511].span.elemsize", "48 B"); /* in the tail of the new span */
    says(&run, "r[511].allocated || r[511].marked", "no");
    says(&run, "r[1].allocated", "yes"); /* x has that slot now */
    says(&run, "r[4].allocated", "no");
    says(&run, "l.span.state", "free");
    refuses(
        &run, "m.slot", "no member `slot`"); /* inside a free run, which has entries at its ends */
    run_free(&run);
    run = run_of(
        "linux/amd64", "precise on\nx = alloc 40000\ny = alloc 40000\ncollect\nz = alloc 8KiB\n");
    says(&run, "y.span.elemsize", "0 B"); /* what z left over is one free span */
    says(&run, "y.slot", "0");
    run_free(&run);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(groups_have_members),
        cmocka_unit_test(bare_names_are_of_the_run_and_its_world),
        cmocka_unit_test(regions_have_their_sizes_as_soon_as_they_are_laid_out),
        cmocka_unit_test(attempts_and_classes_have_members),
        cmocka_unit_test(spans_of_a_class_are_found_in_mcache_and_mcentral),
        cmocka_unit_test(functions_take_what_they_take),
        cmocka_unit_test(what_go_printed_is_found),
        cmocka_unit_test(an_object_is_marked_until_its_span_is_swept),
        cmocka_unit_test(a_collected_object_is_where_it_was),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
