/* Why: every event has a rule and a function, and occasions are told apart by the state. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "sim/trace/why.h"

/* A state with one span, handle 1. */
struct state {
    struct replica r;
    struct rspan span;
    void *chunk;
};

static void state_make(struct state *s, enum span_state span_state) {
    *s = (struct state){.span = {.base = 0xc420000000,
                            .npages = 1,
                            .elemsize = 48,
                            .nelems = 170,
                            .state = span_state,
                            .spanclass = 10,
                            .list = LIST_NOWHERE}};
    s->chunk = &s->span;
    s->r.spans = (struct chunked){.chunks = &s->chunk, .count = 1};
    s->r.span_count = 1;
}

static void expect(struct event ev, const struct state *s, const char *function) {
    assert_string_equal(why_of(&ev, s ? &s->r : NULL).function, function);
}

static struct event span_set(enum span_field field, uint64_t old, uint64_t new) {
    return (struct event){.kind = EV_SPAN_SET, .w = field, .x = 1, .a = old, .b = new};
}

static void every_event_has_an_answer(void **unused) {
    struct state s;
    (void)unused;
    state_make(&s, SPAN_STATE_INUSE);
    for (unsigned kind = 0; kind < EV_COUNT; kind++)
        for (unsigned w = 0; w < LIST_COUNT; w++)
            for (uint32_t x = 0; x < 2; x++) {
                struct event ev = {.kind = (uint16_t)kind, .w = (uint16_t)w, .x = x, .b = w % 2};
                struct why alone = why_of(&ev, NULL), why = why_of(&ev, &s.r);
                assert_true(alone.rule[0] && alone.file[0] && alone.function[0]);
                assert_true(why.rule[0] && why.file[0] && why.function[0]);
            }
}

static void every_step_and_message_has_its_own_function(void **unused) {
    (void)unused;
    expect((struct event){.kind = EV_STEP, .w = STEP_HINTS | STEP_SIZES << 8}, NULL, "try_hints");
    expect((struct event){.kind = EV_STEP, .w = STEP_MCACHE}, NULL, "first_mcache");
    expect((struct event){.kind = EV_MESSAGE, .x = MSG_THROW_CONFLICT}, NULL, "map_failed");
    expect((struct event){.kind = EV_MESSAGE, .x = MSG_HEAP_OOM}, NULL, "grow");
    expect((struct event){.kind = EV_ATTEMPT, .w = OUTCOME_CHECKED}, NULL, "linux_probe");
    expect((struct event){.kind = EV_OBJECT, .w = 10 | RUNG_MCENTRAL << 8}, NULL,
        "mcentral_cache_span");
}

static void rules_are_short_and_whole_sentences(void **unused) {
    struct why why;
    size_t n = 0;
    (void)unused;
    for (; why_at(n, &why); n++) {
        size_t len = strlen(why.rule);
        assert_in_range(len, 40, 280);
        assert_true(why.rule[len - 1] == '.');
        assert_null(strstr(why.rule, "  "));
    }
    assert_true(n > 100);
}

static void a_free_span_is_cut_joined_or_given_back(void **unused) {
    struct state s;
    (void)unused;
    state_make(&s, SPAN_STATE_FREE);
    s.span.unusedsince = 7;
    expect(span_set(SPAN_npages, 128, 1), &s, "trim");
    expect(span_set(SPAN_npages, 1, 128), &s, "join_before");
    expect(span_set(SPAN_state, SPAN_STATE_MANUAL, SPAN_STATE_FREE), &s, "trim");
    expect(span_set(SPAN_npreleased, 0, 1), &s, "join_before");
    s.span.list = LIST_FREE + 1;
    expect(span_set(SPAN_npreleased, 0, 1), &s, "release");
    expect(span_set(SPAN_state, SPAN_STATE_FREE, SPAN_STATE_DEAD), &s, "mspan_dead");
}

static void fresh_pages_and_free_ones_come_into_use_differently(void **unused) {
    struct state s;
    (void)unused;
    state_make(&s, SPAN_STATE_INUSE);
    expect(span_set(SPAN_state, SPAN_STATE_DEAD, SPAN_STATE_INUSE), &s, "grow");
    expect(span_set(SPAN_state, SPAN_STATE_FREE, SPAN_STATE_INUSE), &s, "alloc_inuse");
}

static void a_span_leaves_the_mcache_when_full_or_for_a_collection(void **unused) {
    struct state s;
    (void)unused;
    state_make(&s, SPAN_STATE_INUSE);
    expect(span_set(SPAN_incache, 0, 1), &s, "mcentral_cache_span");
    expect(span_set(SPAN_incache, 1, 0), &s, "mcache_refill");
    s.r.collections = 1; /* MARKED was told, sweepgen not yet */
    expect(span_set(SPAN_incache, 1, 0), &s, "mcentral_uncache_span");
    s.r.stats[STAT_sweepgen] = 2;
    expect(span_set(SPAN_incache, 1, 0), &s, "mcache_refill");
}

static void bits_are_marked_turned_and_forgotten(void **unused) {
    struct event ev = {.kind = EV_BITS, .w = 1, .x = 1, .b = 0, .c = 1};
    struct state s;
    (void)unused;
    state_make(&s, SPAN_STATE_INUSE);
    expect(ev, &s, "shade");
    ev.b = 1, ev.c = 0;
    expect(ev, &s, "mspan_forget_bits");
    s.r.stats[STAT_sweepgen] = 2;
    s.span.sweepgen = 1;
    expect(ev, &s, "turn_bits");
}

static void large_spans_are_swept_and_taken_in_their_own_way(void **unused) {
    struct state s;
    (void)unused;
    state_make(&s, SPAN_STATE_INUSE);
    expect(span_set(SPAN_limit, 0, 1), &s, "mcentral_grow");
    expect(span_set(SPAN_needzero, 0, 1), &s, "mcentral_free_span");
    s.span.spanclass = 1;
    expect(span_set(SPAN_limit, 0, 1), &s, "alloc_large");
    expect(span_set(SPAN_needzero, 0, 1), &s, "mspan_sweep");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_event_has_an_answer),
        cmocka_unit_test(every_step_and_message_has_its_own_function),
        cmocka_unit_test(rules_are_short_and_whole_sentences),
        cmocka_unit_test(a_free_span_is_cut_joined_or_given_back),
        cmocka_unit_test(fresh_pages_and_free_ones_come_into_use_differently),
        cmocka_unit_test(a_span_leaves_the_mcache_when_full_or_for_a_collection),
        cmocka_unit_test(bits_are_marked_turned_and_forgotten),
        cmocka_unit_test(large_spans_are_swept_and_taken_in_their_own_way),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
