/* Why: every event has a rule and a function, and occasions are told apart by the state. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "sim/trace/replica_parts.h"
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

/* One field of a span may change on many occasions; the state tells which it was. */
static void a_field_of_a_span_is_set_where_its_state_says(void **unused) {
    enum { UNSWEPT = 0, SWEEPING = 1, SWEPT = 2 }; /* sweep generations, where the heap's is 2 */
    static const struct {
        struct rspan is;
        bool known; /* the spans table knows its first page to be its */
        enum span_field field;
        uint64_t old, fresh;
        const char *function;
    } cases[] = {
        {{.state = SPAN_STATE_DEAD}, false, SPAN_sweepgen, 0, 2, "grow"},
        {{.state = SPAN_STATE_DEAD}, false, SPAN_needzero, 0, 1, "trim"},
        {{.state = SPAN_STATE_DEAD}, false, SPAN_needzero, 1, 0, "mspan_alloc"},
        {{.state = SPAN_STATE_DEAD}, false, SPAN_base, 0, 1, "mspan_alloc"},
        {{.state = SPAN_STATE_FREE}, false, SPAN_state, SPAN_STATE_MANUAL, SPAN_STATE_FREE,
            "free_span"},
        {{.state = SPAN_STATE_FREE}, false, SPAN_state, SPAN_STATE_INUSE, SPAN_STATE_FREE,
            "free_span"},
        {{.state = SPAN_STATE_MANUAL}, false, SPAN_state, SPAN_STATE_DEAD, SPAN_STATE_MANUAL,
            "trim"},
        {{.state = SPAN_STATE_MANUAL, .unusedsince = 7}, false, SPAN_state, SPAN_STATE_FREE,
            SPAN_STATE_MANUAL, "trim"},
        {{.state = SPAN_STATE_MANUAL}, false, SPAN_state, SPAN_STATE_FREE, SPAN_STATE_MANUAL,
            "alloc_manual"},
        {{.state = SPAN_STATE_MANUAL}, false, SPAN_needzero, 0, 1, "free_manual"},
        {{.state = SPAN_STATE_MANUAL}, false, SPAN_needzero, 1, 0, "alloc_manual"},
        {{.state = SPAN_STATE_MANUAL}, false, SPAN_limit, 0, 1, "alloc_manual"},
        {{.state = SPAN_STATE_FREE}, true, SPAN_npages, 1, 2, "join_after"},
        {{.state = SPAN_STATE_FREE}, false, SPAN_base, 2, 1, "join_before"},
        {{.state = SPAN_STATE_FREE}, false, SPAN_unusedsince, 0, 7, "free_span"},
        {{.state = SPAN_STATE_FREE}, false, SPAN_unusedsince, 7, 0, "alloc_span"},
        {{.state = SPAN_STATE_FREE}, false, SPAN_npreleased, 7, 0, "alloc_span"},
        {{.state = SPAN_STATE_FREE, .in_treap = true}, false, SPAN_npreleased, 0, 7, "release"},
        {{.state = SPAN_STATE_FREE}, false, SPAN_sweepgen, 0, 2, "alloc_inuse"},
        {{.state = SPAN_STATE_INUSE}, false, SPAN_spanclass, 0, 2, "alloc_inuse"},
        {{.state = SPAN_STATE_INUSE}, false, SPAN_npages, 0, 2, "alloc_inuse"},
        {{.state = SPAN_STATE_INUSE}, false, SPAN_nelems, 0, 2, "mspan_init_slots"},
        {{.state = SPAN_STATE_INUSE, .sweepgen = SWEPT}, false, SPAN_alloc_cache, 0, UINT64_MAX,
            "mspan_init_slots"},
        {{.state = SPAN_STATE_INUSE, .sweepgen = SWEPT, .alloc_count = 64}, false, SPAN_alloc_cache,
            0, UINT64_MAX, "mspan_refill_cache"},
        {{.state = SPAN_STATE_INUSE, .sweepgen = SWEEPING}, false, SPAN_alloc_cache, 0, UINT64_MAX,
            "mspan_refill_cache"},
        {{.state = SPAN_STATE_INUSE, .sweepgen = SWEEPING}, false, SPAN_alloc_cache, 1, 0,
            "mspan_refill_cache"},
        {{.state = SPAN_STATE_INUSE, .sweepgen = SWEPT}, false, SPAN_alloc_cache, 1, 0,
            "none_left"},
        {{.state = SPAN_STATE_INUSE, .sweepgen = SWEPT}, false, SPAN_alloc_cache, 0, 1,
            "mspan_refill_cache"},
        {{.state = SPAN_STATE_INUSE, .spanclass = 10}, false, SPAN_needzero, 1, 0, "mheap_alloc"},
        {{.state = SPAN_STATE_INUSE, .sweepgen = SWEEPING}, false, SPAN_sweepgen, 0, 1,
            "sweep_claim"},
        {{.state = SPAN_STATE_INUSE, .sweepgen = SWEPT}, false, SPAN_sweepgen, 1, 2, "mspan_sweep"},
        {{.state = SPAN_STATE_INUSE, .sweepgen = SWEEPING}, false, SPAN_freeindex, 5, 0,
            "mspan_sweep"},
        {{.state = SPAN_STATE_INUSE, .sweepgen = SWEPT}, false, SPAN_freeindex, 0, 1,
            "alloc_large"},
        {{.state = SPAN_STATE_INUSE, .sweepgen = SWEPT}, false, SPAN_freeindex, 1, 0,
            "mspan_init_slots"},
        {{.state = SPAN_STATE_INUSE, .sweepgen = SWEPT, .spanclass = 10}, false, SPAN_freeindex, 1,
            0, "mspan_init_slots"},
        {{.state = SPAN_STATE_INUSE, .sweepgen = SWEPT, .spanclass = 10, .nelems = 170}, false,
            SPAN_freeindex, 1, 170, "none_left"},
        {{.state = SPAN_STATE_INUSE, .sweepgen = SWEPT, .spanclass = 10, .nelems = 170}, false,
            SPAN_freeindex, 1, 7, "find_span"},
        {{.state = SPAN_STATE_INUSE, .sweepgen = SWEEPING}, false, SPAN_alloc_count, 7, 5,
            "mspan_sweep"},
        {{.state = SPAN_STATE_INUSE, .sweepgen = SWEPT}, false, SPAN_alloc_count, 0, 1,
            "alloc_large"},
        {{.state = SPAN_STATE_INUSE, .sweepgen = SWEPT}, false, SPAN_alloc_count, 1, 0,
            "alloc_inuse"},
    };
    (void)unused;
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        struct state s;
        state_make(&s, SPAN_STATE_FREE);
        uint64_t list = s.span.list, base = s.span.base;
        s.span = cases[i].is;
        s.span.list = (uint16_t)list;
        s.span.base = s.r.heap[HEAP_arena_start] = base;
        s.r.stats[STAT_sweepgen] = 2;
        if (cases[i].known)
            assert_true(replica_pages_write(&s.r, 0, 1, 0, 1));
        struct event ev = span_set(cases[i].field, cases[i].old, cases[i].fresh);
        const char *function = why_of(&ev, &s.r).function;
        if (strcmp(function, cases[i].function) != 0)
            fail_msg(
                "%zu, %s: %s is not %s", i, span_field_name(ev.w), function, cases[i].function);
        chunks_free(&s.r.page_table, NULL);
    }
}

static void boundaries_are_set_once_laid_out_and_moved(void **unused) {
    static struct range mapped[] = {
        {0xc420000000, 0xc420100000, RANGE_MAPPED, OWNER_HEAP},
        {0xc420100000, 0xc420200000, RANGE_MAPPED, OWNER_OTHER},
    };
    struct state s;
    (void)unused;
    state_make(&s, SPAN_STATE_FREE);
    s.r.ranges = (struct rangemap){.ranges = mapped, .count = ARRAY_LEN(mapped)};
    const struct {
        enum heap_field field;
        uint64_t value;
        const char *function;
    } cases[] = {{HEAP_arena_start, 1, "lay_out"}, {HEAP_spans, 1, "mheap_init"},
        {HEAP_spans_cap, 1, "mheap_init"}, {HEAP_arena_used, 1, "set_arena_used"},
        {HEAP_arena_alloc, 0xc420100000, "take_from_block"}, /* up to there it is the heap's */
        {HEAP_arena_alloc, 0xc420200000, "reserve_block"},   /* here somebody else's */
        {HEAP_arena_alloc, 0xd000000000, "reserve_block"}, {HEAP_arena_end, 1, "reserve_block"}};
    for (size_t i = 0; i < ARRAY_LEN(cases); i++)
        expect((struct event){.kind = EV_HEAP_SET, .w = cases[i].field, .b = cases[i].value}, &s,
            cases[i].function);
    expect((struct event){.kind = EV_HEAP_SET, .w = HEAP_arena_alloc, .b = 1}, NULL,
        "take_from_block");
    s.r.init.step = STEP_ROUND;
    expect((struct event){.kind = EV_HEAP_SET, .w = HEAP_arena_end}, &s, "lay_out");
}

/* "Everything is swept" is taken back where the sweep generation goes on. */
static void sweepdone_is_set_and_taken_back(void **unused) {
    (void)unused;
    expect((struct event){.kind = EV_STAT_ADD, .w = STAT_sweepdone, .a = 1}, NULL, "sweep_one");
    expect((struct event){.kind = EV_STAT_ADD, .w = STAT_sweepdone, .a = (uint64_t)-1}, NULL,
        "stat_add");
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
        cmocka_unit_test(a_field_of_a_span_is_set_where_its_state_says),
        cmocka_unit_test(boundaries_are_set_once_laid_out_and_moved),
        cmocka_unit_test(sweepdone_is_set_and_taken_back),
        cmocka_unit_test(large_spans_are_swept_and_taken_in_their_own_way),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
