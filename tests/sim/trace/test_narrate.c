/* Narration: sentences with the right numbers, for any record, with and without a replica. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "sim/trace/narrate.h"

/* A state with the regions of linux/amd64 and one span of 48-byte slots, handle 1. */
static struct rspan span = {.base = 0xc420000000,
    .npages = 1,
    .elemsize = 48,
    .nelems = 170,
    .state = SPAN_STATE_INUSE,
    .spanclass = 10};

static struct replica state(void) {
    static void *chunks[] = {&span};
    struct replica r = {.spans = {.chunks = chunks, .count = 1}, .span_count = 1};
    r.heap[HEAP_spans] = 0xc000000000;
    r.heap[HEAP_spans_cap] = 1 << 26;
    r.heap[HEAP_bitmap] = 0xc420000000;
    r.heap[HEAP_arena_start] = 0xc420000000;
    r.heap[HEAP_arena_end] = 0x14420002000;
    return r;
}

static void expect(struct event ev, const struct replica *after, const char *sentence) {
    struct strbuf out = {0};
    narrate(&ev, after, 8, &out);
    assert_string_equal(sb_text(&out), sentence);
    sb_free(&out);
}

static void hint_loop_is_told_with_its_numbers(void **unused) {
    (void)unused;
    expect(
        (struct event){
            .kind = EV_STEP, .w = STEP_HINTS, .a = 0x8420002000, .b = 0xc000000000, .c = 128},
        NULL,
        "8-byte pointers: try up to 128 addresses, from 0xc000000000 on, for 528.5 GiB each.");
}

static void what_another_p_than_the_first_does_is_said(void **unused) {
    (void)unused;
    struct event ev = {.kind = EV_OP_BEGIN, .w = OP_ALLOC | 2 << 8, .a = 7, .b = 48};
    expect(ev, NULL, "On P2: The program asks for object 7: 48 B without pointers.");
    ev = (struct event){.kind = EV_OP_END, .w = OP_ALLOC | 2 << 8, .a = 0xc420000000};
    expect(ev, NULL, "The program gets 0xc420000000.");
    ev = (struct event){.kind = EV_P_BORN, .x = 1, .a = 0x7ffff7fa76c8};
    expect(ev, NULL, "P1 starts, with an mcache of its own; its record is at 0x7ffff7fa76c8.");
}

static void attempts_tell_their_outcomes(void **unused) {
    (void)unused;
    struct event ev = {
        .kind = EV_ATTEMPT, .w = OUTCOME_REFUSED, .a = 0xc000000000, .b = 0x8420002000};
    expect(ev, NULL, "Hint 0, 0xc000000000: refused, something else is there.");
    ev = (struct event){.kind = EV_ATTEMPT,
        .w = OUTCOME_CHECKED,
        .x = 2,
        .a = 0x2c000000000,
        .b = 0x8420002000,
        .c = 0x2c000000000};
    expect(ev, NULL,
        "Hint 2, 0x2c000000000: free. Only 64 KiB were probed and given back: nothing is reserved "
        "yet.");
    ev = (struct event){.kind = EV_ATTEMPT,
        .w = OUTCOME_REFUSED,
        .x = HINT_COUNT + 1,
        .a = 0x8200000,
        .b = 0x20202000};
    expect(ev, NULL, "Arena of 256 MiB, 514 MiB in all, at 0x8200000: refused, no room.");
}

static void system_calls_name_the_region_where_it_is_known(void **unused) {
    (void)unused;
    struct replica r = state();
    struct event ev = {.kind = EV_OS_MAP, .a = 0xc420000000, .b = MiB(1), .c = 0xc420000000};
    expect(ev, &r, "Map 1 MiB at 0xc420000000 (arena).");
    expect(ev, NULL, "Map 1 MiB at 0xc420000000.");
    ev.a = ev.c = 0xc41fff8000;
    ev.b = KiB(32);
    expect(ev, &r, "Map 32 KiB at 0xc41fff8000 (bitmap).");
    ev.a = ev.c = 0xc000000000;
    expect(ev, &r, "Map 32 KiB at 0xc000000000 (spans).");
    ev.c = 0x7ffff7e87000;
    expect(ev, NULL,
        "Map 32 KiB at 0xc000000000: the system puts it at 0x7ffff7e87000, and Go cannot use "
        "that.");
}

static void touched_memory_is_told_from_mapped(void **unused) {
    (void)unused;
    struct replica r = state();
    struct event ev = {.kind = EV_RESIDENT, .w = 1, .a = 0xc420000000, .b = 0x1000};
    expect(ev, &r, "4 KiB at 0xc420000000 (arena) are touched: from now on they are in memory.");
    ev.w = 0;
    expect(ev, NULL, "4 KiB at 0xc420000000 are no longer in memory.");
}

static void ranges_tell_what_they_were_and_are(void **unused) {
    (void)unused;
    struct event ev = {
        .kind = EV_RANGE, .w = RANGE_RESERVED | RANGE_MAPPED << 8, .a = 0x10000, .b = KiB(64)};
    expect(ev, NULL, "64 KiB at 0x10000: reserved before, mapped now.");
    ev.w = 77 | 99 << 8;
    expect(ev, NULL, "64 KiB at 0x10000: ? before, ? now.");
}

static void regions_end_where_the_next_begins(void **unused) {
    (void)unused;
    struct replica r = state();
    assert_int_equal(narrate_region(&r, 8, 0xbfffffffff), -1);
    assert_int_equal(narrate_region(&r, 8, 0xc000000000), 0);
    assert_int_equal(narrate_region(&r, 8, 0xc01fffffff), 0);
    assert_int_equal(narrate_region(&r, 8, 0xc020000000), 1);
    assert_int_equal(narrate_region(&r, 8, 0xc41fffffff), 1);
    assert_int_equal(narrate_region(&r, 8, 0xc420000000), 2);
    assert_int_equal(narrate_region(&r, 8, 0x14420001fff), 2);
    assert_int_equal(narrate_region(&r, 8, 0x14420002000), -1);
    r.heap[HEAP_arena_alloc] = 0x1000000; /* a 32-bit heap went on in a block before the first */
    assert_int_equal(narrate_region(&r, 8, 0xffffff), -1);
    assert_int_equal(narrate_region(&r, 8, 0x1000000), 2);
    assert_int_equal(narrate_region(&r, 8, 0x14420002000), -1); /* beyond both */
    r.heap[HEAP_bitmap] = 0;
    assert_int_equal(narrate_region(&r, 8, 0xc420000000), -1);
}

static void slots_name_their_span_by_its_base(void **unused) {
    (void)unused;
    struct replica r = state();
    struct event ev = {.kind = EV_SLOT, .x = 1, .c = 35 | UINT64_C(36) << 32};
    expect(ev, &r, "Slot 35 of span 0xc420000000 is handed out (48 B).");
    expect(ev, NULL, "Slot 35 of a span is handed out.");
    ev.x = 7; /* not in the replica */
    expect(ev, &r, "Slot 35 of a span is handed out.");
}

static void objects_tell_what_rounding_costs(void **unused) {
    (void)unused;
    struct event ev = {.kind = EV_OBJECT,
        .w = RUNG_MCACHE << 8 | 10,
        .x = 12,
        .a = 0xc420000690,
        .b = 40,
        .c = 48};
    expect(ev, NULL, "Object 12: 40 B asked, 48 B taken, from mcache; 8 B lost to rounding.");
    ev.b = 48;
    expect(ev, NULL, "Object 12: 48 B asked, 48 B taken, from mcache.");
    ev.b = ev.c = 8; /* as small as a tiny one, with a pointer */
    expect(ev, NULL, "Object 12: 8 B asked, 8 B taken, from mcache.");
    ev.w = RUNG_MCACHE << 8 | TINY_SPAN_CLASS;
    ev.c = 16;
    expect(ev, NULL, "Object 12: 8 B, the first in a tiny block of 16 B, from mcache.");
}

static void messages_are_quoted(void **unused) {
    (void)unused;
    expect((struct event){.kind = EV_MESSAGE, .x = MSG_THROW_NO_ARENA}, NULL,
        "Go prints \"fatal error: runtime: cannot reserve arena virtual address space\".");
}

static void statistics_shrink_and_grow(void **unused) {
    (void)unused;
    struct event ev = {.kind = EV_STAT_ADD, .w = STAT_heap_live, .a = 48};
    expect(ev, NULL, "heap_live (bytes counted as live) grows by 48 B.");
    ev.a = 0 - UINT64_C(8192);
    expect(ev, NULL, "heap_live (bytes counted as live) shrinks by 8 KiB.");
}

static void names_of_what_there_is_not_are_question_marks(void **unused) {
    (void)unused;
    assert_string_equal(outcome_name(OUTCOME_CHECKED), "free, only checked");
    assert_string_equal(outcome_name(99), "?");
    assert_string_equal(rung_name(RUNG_COUNT), "?");
    assert_string_equal(meta_kind_name(99), "?");
    assert_string_equal(span_state_name(99), "?");
    assert_int_equal(narrate_weight(&(struct event){.kind = 99}), WEIGHT_DETAIL);
}

static void page_sizes_are_judged(void **unused) {
    (void)unused;
    struct event ev = {.kind = EV_STEP, .w = STEP_PHYS_PAGE, .a = 12288, .b = 4096};
    expect(ev, NULL, "The system's pages are 12288 bytes: not a power of 2.");
    ev.a = 4096;
    expect(ev, NULL, "The system's pages are 4 KiB: large enough, and a power of 2.");
    ev.a = 2048;
    expect(ev, NULL, "The system's pages are 2 KiB: too small, 4 KiB is the least.");
}

static void rounding_loses_something_or_nothing(void **unused) {
    (void)unused;
    struct event ev = {.kind = EV_STEP, .w = STEP_ROUND, .a = 0x1000, .b = 0x2000};
    expect(ev, NULL, "Round 0x1000 up to a multiple of 8 KiB, 0x2000: 4 KiB are lost.");
    ev.a = 0x2000;
    expect(ev, NULL, "0x2000 is a multiple of 8 KiB already: nothing is lost to rounding.");
}

static void the_answers_to_a_reservation_are_told_apart(void **unused) {
    (void)unused;
    struct event ev = {.kind = EV_OS_RESERVE, .a = 0x8000, .b = KiB(64)};
    expect(ev, NULL, "Reserve 64 KiB at 0x8000: refused.");
    ev.c = 0x9000;
    expect(ev, NULL, "Reserve 64 KiB at 0x8000: the system answers 0x9000.");
    ev.c = 0x8000;
    expect(ev, NULL, "Reserve 64 KiB at 0x8000: it is free. Only checked, not reserved.");
    ev.w = 1;
    expect(ev, NULL, "Reserve 64 KiB at 0x8000: reserved.");
    ev = (struct event){.kind = EV_OS_MAP, .a = 0x8000, .b = KiB(64)};
    expect(ev, NULL, "Map 64 KiB at 0x8000: refused, error 0.");
    ev.x = 12;
    ev.c = 0x8000;
    expect(ev, NULL, "Map 64 KiB at 0x8000: refused, error 12.");
}

static void caches_and_lists_name_what_is_known(void **unused) {
    (void)unused;
    struct replica r = state();
    struct event ev = {.kind = EV_CACHE, .w = 9, .x = 1, .b = 1};
    expect(ev, &r, "P1's mcache takes span 0xc420000000 for objects of 48 B without pointers.");
    ev.w = 8;
    expect(ev, &r, "P1's mcache takes span 0xc420000000 for objects of 48 B with pointers.");
    expect(ev, NULL, "P1's mcache takes a span for span class 8.");
    uint64_t elemsize = span.elemsize, base = span.base;
    span.elemsize = 0; /* it has not come to that yet */
    expect(ev, &r, "P1's mcache takes span 0xc420000000 for span class 8.");
    struct event list = {.kind = EV_LIST_PUSH, .w = LIST_EMPTY + 8, .x = 1};
    expect(
        list, &r, "Span 0xc420000000 enters mcentral's empty list for span class 8, at the front.");
    span.base = 0;
    expect(ev, &r, "P1's mcache takes a span for span class 8.");
    span.elemsize = elemsize;
    span.base = base;
    list.w = LIST_BUSYLARGE;
    list.a = 1;
    expect(list, &r, "Span 0xc420000000 enters the busy list for large spans, at the back.");
    ev = (struct event){
        .kind = EV_TINY, .a = 0xc420000000, .b = 0xc420000000, .c = UINT64_C(7) << 32};
    expect(ev, NULL, "P0's tiny block is still 0xc420000000, 7 of 16 bytes used.");
}

static void break_check_tells_both_ways(void **unused) {
    (void)unused;
    struct event ev = {
        .kind = EV_STEP, .w = STEP_BREAK_CHECK, .a = 0x8200000, .b = 0x80f2000, .c = 0x8200000};
    expect(ev, NULL, "The program break 0x80f2000 is not in the way: start at 0x8200000.");
    ev.b = 0x9000000;
    ev.c = 0x9100000;
    expect(ev, NULL,
        "The program break 0x9000000 is in the way of 0x8200000: start past it, at 0x9100000.");
}

/* Any record at all: one sentence that begins with a capital or a name and ends with a stop. */
static void every_record_gives_one_sentence(void **unused) {
    (void)unused;
    static const uint64_t odd[] = {0, 1, 0x100000001, UINT64_MAX};
    struct replica r = state();
    for (unsigned kind = 0; kind <= EV_COUNT; kind++)
        for (unsigned w = 0; w < 600; w += w < 40 ? 1 : 37)
            for (size_t i = 0; i < ARRAY_LEN(odd); i++) {
                const struct event ev = {.kind = (uint16_t)kind,
                    .w = (uint16_t)w,
                    .x = (uint32_t)odd[i],
                    .a = odd[i],
                    .b = odd[(i + 1) % 4],
                    .c = odd[(i + 2) % 4]};
                struct strbuf out = {0};
                narrate(&ev, i % 2 ? &r : NULL, 8, &out);
                assert_true(out.len > 10);
                assert_int_equal(out.text[out.len - 1], '.');
                assert_null(strchr(out.text, '\n'));
                assert_null(strstr(out.text, "(null)"));
                assert_in_range(narrate_weight(&ev), WEIGHT_DETAIL, WEIGHT_EVENT);
                sb_free(&out);
            }
}

static void narration_appends(void **unused) {
    (void)unused;
    struct strbuf out = {0};
    sb_puts(&out, "7 ");
    struct event ev = {.kind = EV_SPAN_SET, .w = SPAN_state, .x = 1, .a = 3, .b = 1};
    struct replica r = state();
    narrate(&ev, &r, 8, &out);
    assert_string_equal(sb_text(&out), "7 Span 0xc420000000: free before, in use now.");
    sb_free(&out);
}

static void refusals_and_operations_weigh_most(void **unused) {
    (void)unused;
    assert_int_equal(narrate_weight(&(struct event){.kind = EV_OP_BEGIN}), WEIGHT_EVENT);
    assert_int_equal(
        narrate_weight(&(struct event){.kind = EV_ATTEMPT, .w = OUTCOME_REFUSED}), WEIGHT_EVENT);
    assert_int_equal(
        narrate_weight(&(struct event){.kind = EV_ATTEMPT, .w = OUTCOME_CHECKED}), WEIGHT_STEP);
    assert_int_equal(narrate_weight(&(struct event){.kind = EV_OS_MAP}), WEIGHT_CALL);
    assert_int_equal(narrate_weight(&(struct event){.kind = EV_STAT_ADD}), WEIGHT_DETAIL);
}

static void spans_that_a_sentence_names_are_listed(void **unused) {
    (void)unused;
    uint32_t handles[2];
    assert_int_equal(narrate_spans(&(struct event){.kind = EV_SLOT, .x = 3}, handles), 1);
    assert_int_equal(handles[0], 3);
    assert_int_equal(narrate_spans(&(struct event){.kind = EV_CACHE, .a = 4, .b = 5}, handles), 2);
    assert_int_equal(handles[1], 5);
    assert_int_equal(
        narrate_spans(&(struct event){.kind = EV_PAGES, .c = UINT64_C(9) << 32}, handles), 1);
    assert_int_equal(handles[0], 9);
    assert_int_equal(narrate_spans(&(struct event){.kind = EV_OBJECT, .x = 3}, handles), 0);
    assert_int_equal(narrate_spans(&(struct event){.kind = EV_PAGES, .c = 9}, handles), 0);
    assert_int_equal(narrate_spans(&(struct event){.kind = EV_CACHE, .a = 4}, handles), 1);
    assert_int_equal(handles[0], 4);
    assert_int_equal(narrate_spans(&(struct event){.kind = EV_CACHE, .b = 5}, handles), 1);
    assert_int_equal(handles[0], 5);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(hint_loop_is_told_with_its_numbers),
        cmocka_unit_test(what_another_p_than_the_first_does_is_said),
        cmocka_unit_test(attempts_tell_their_outcomes),
        cmocka_unit_test(system_calls_name_the_region_where_it_is_known),
        cmocka_unit_test(touched_memory_is_told_from_mapped),
        cmocka_unit_test(ranges_tell_what_they_were_and_are),
        cmocka_unit_test(regions_end_where_the_next_begins),
        cmocka_unit_test(slots_name_their_span_by_its_base),
        cmocka_unit_test(objects_tell_what_rounding_costs),
        cmocka_unit_test(messages_are_quoted),
        cmocka_unit_test(statistics_shrink_and_grow),
        cmocka_unit_test(names_of_what_there_is_not_are_question_marks),
        cmocka_unit_test(page_sizes_are_judged),
        cmocka_unit_test(rounding_loses_something_or_nothing),
        cmocka_unit_test(the_answers_to_a_reservation_are_told_apart),
        cmocka_unit_test(caches_and_lists_name_what_is_known),
        cmocka_unit_test(break_check_tells_both_ways),
        cmocka_unit_test(every_record_gives_one_sentence),
        cmocka_unit_test(narration_appends),
        cmocka_unit_test(refusals_and_operations_weigh_most),
        cmocka_unit_test(spans_that_a_sentence_names_are_listed),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
