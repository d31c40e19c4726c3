/* The replica: every kind of event does and undoes what its contract says, and after each step of
 * long random runs the replica holds what the heap holds. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "sim/trace/dumptext.h"
#include "sim/work/program.h"
#include "tests/sim/heap/fixture.h"
#include "tests/sim/heap/mirror.h"
#include "tests/sim/trace/every_event.h"
#include "tests/sim/work/random_ops.h"

#include <stdlib.h>
#include <string.h>

/* --- One event at a time --- */

static void every_kind_of_event_can_be_undone(void **state) {
    bool seen[EV_COUNT] = {false};
    struct replica *r = replica_new();
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(history); i++) {
        const struct event ev = history[i];
        uint64_t before = replica_digest(r), tables = replica_tables_digest(r);
        seen[ev.kind] = true;
        replica_apply(r, &ev);
        uint64_t after = replica_digest(r), tables_after = replica_tables_digest(r);
        assert_int_not_equal(before, after);
        replica_undo(r, &ev);
        assert_int_equal(replica_digest(r), before);
        assert_int_equal(replica_tables_digest(r), tables);
        replica_apply(r, &ev);
        assert_int_equal(replica_digest(r), after);
        assert_int_equal(replica_tables_digest(r), tables_after);
    }
    for (unsigned kind = 0; kind < EV_COUNT; kind++)
        if (!seen[kind])
            fail_msg("the history has no event `%s`", event_kind_name(kind));
    for (size_t i = ARRAY_LEN(history); i > 0; i--)
        replica_undo(r, &history[i - 1]);
    struct replica *fresh = replica_new();
    assert_int_equal(replica_digest(r), replica_digest(fresh));
    assert_int_equal(replica_tables_digest(r), replica_tables_digest(fresh));
    replica_free(fresh);
    replica_free(r);
}

static void events_say_what_their_contracts_say(void **state) {
    struct replica *r = after(ARRAY_LEN(history));
    (void)state;
    assert_int_equal(r->seq, ARRAY_LEN(history));
    assert_int_equal(r->ops, 1);
    assert_false(replica_in_op(r));
    assert_true(r->exited);
    assert_int_equal(r->status, 2);
    assert_int_equal(r->messages, 1);
    assert_int_equal(r->init.step, STEP_HINTS);
    assert_true(r->init.reached[STEP_HINTS] && !r->init.reached[STEP_DONE]);
    assert_int_equal(r->init.value[STEP_HINTS][1], 2);
    assert_int_equal(r->init.hints[0].outcome, OUTCOME_REFUSED);
    assert_int_equal(r->init.fallbacks[3].answer, 0x8000);
    assert_int_equal(r->heap[HEAP_arena_used], 0x10000);
    assert_int_equal(r->stats[STAT_heap_live], 400);
    for (unsigned kind = EV_OS_RESERVE; kind <= EV_OS_USED; kind++)
        assert_int_equal(r->os_calls[kind], 1);
    assert_int_equal(r->meta_count, 1);
    assert_int_equal(r->meta[0].size, 0x40000);
    assert_int_equal(r->cache[0][7], 2);
    assert_int_equal(r->tiny[0], 0xa000);
    assert_int_equal(r->tiny_offset[0], 5);
    assert_int_equal(r->nmalloc[7], 64);
    assert_int_equal(r->ladder[RUNG_OS], 1);
    assert_int_equal(r->objects_born, 1);
    assert_int_equal(r->objects_dropped, 1);
    assert_int_equal(r->grey, 1);
    assert_int_equal(replica_grey(r, 0), 0xa000);
    assert_int_equal(replica_span(r, 1)->grey, 1);
    assert_int_equal(replica_span(r, 1)->marked, 64);
    assert_false(replica_marking(r));
    assert_int_equal(rangemap_bytes(&r->resident, 0, UINT64_MAX, RANGE_MAPPED), 0x1000);
    assert_int_equal(r->collections, 1);
    assert_int_equal(rangemap_state(&r->ranges, 0x8000, NULL), RANGE_RESERVED);
    assert_int_equal(rangemap_state(&r->ranges, 0xa000, NULL), RANGE_NONE);
    assert_int_equal(rangemap_state(&r->ranges, 0xb000, NULL), RANGE_MAPPED);
    replica_free(r);
}

static void a_handed_out_slot_moves_three_fields(void **state) {
    struct replica *r = after(ARRAY_LEN(history));
    const struct rspan *s = replica_span(r, 1);
    (void)state;
    assert_int_equal(s->freeindex, 5);
    assert_int_equal(s->alloc_cache, UINT64_MAX >> 5);
    assert_int_equal(s->alloc_count, 1);
    replica_free(r);
}

static void span_classes_are_summed_up(void **state) {
    enum { SPANCLASS = 8 << 1, LARGE = 1 };
    struct replica *r = replica_new();
    const struct event events[] = {
        {.kind = EV_SPAN_BORN, .x = 1, .a = 0x5000},
        {.kind = EV_SPAN_SET, .w = SPAN_npages, .x = 1, .b = 1},
        {.kind = EV_SPAN_SET, .w = SPAN_spanclass, .x = 1, .b = SPANCLASS},
        {.kind = EV_SPAN_SET, .w = SPAN_elemsize, .x = 1, .b = 96},
        {.kind = EV_SPAN_SET, .w = SPAN_nelems, .x = 1, .b = 85},
        {.kind = EV_SPAN_SET, .w = SPAN_state, .x = 1, .b = SPAN_STATE_INUSE},
        {.kind = EV_SLOT, .x = 1, .c = UINT64_C(1) << 32},
        {.kind = EV_OBJECT, .w = SPANCLASS | RUNG_OS << 8, .a = 0xa000, .b = 90, .c = 96},
        {.kind = EV_OBJECT, .w = LARGE | RUNG_OS << 8, .a = 0xc000, .b = 40000, .c = 40960},
        {.kind = EV_OBJECT, .w = TINY_SPAN_CLASS | RUNG_MCACHE << 8, .a = 0xe000, .b = 5, .c = 16},
        {.kind = EV_OBJECT, .w = TINY_SPAN_CLASS | RUNG_TINY << 8, .a = 0xe005, .b = 3, .c = 3},
        {.kind = EV_OBJECT, .w = TINY_SPAN_CLASS | RUNG_MCACHE << 8, .a = 0xe010, .b = 16, .c = 16},
    };
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(events); i++)
        replica_apply(r, &events[i]);
    const struct class_sum *c = &r->classes[SPANCLASS];
    assert_int_equal(c->spans, 1);
    assert_int_equal(c->pages, 1);
    assert_int_equal(c->slots, 85);
    assert_int_equal(c->slot_bytes, 85 * 96);
    assert_int_equal(c->taken_bytes, 96);
    assert_int_equal(c->asked, 90);
    assert_int_equal(r->classes[LARGE].took, 40960);
    assert_int_equal(r->classes[TINY_SPAN_CLASS].objects, 1);
    assert_int_equal(r->tiny_sum.objects, 2);
    assert_int_equal(r->tiny_sum.asked, 8);
    assert_int_equal(r->tiny_sum.blocks, 1);
    for (size_t i = ARRAY_LEN(events); i > 0; i--)
        replica_undo(r, &events[i - 1]);
    assert_int_equal(c->spans + c->slot_bytes + c->taken + c->asked + r->tiny_sum.blocks, 0);
    replica_free(r);
}

static void lists_keep_their_order(void **state) {
    static const uint32_t orders[][3] = {{3, 1, 2}, {3, 2, 0}, {2, 0, 0}, {0, 0, 0}};
    (void)state;
    size_t third_push = 0;
    for (unsigned pushes = 0; pushes < 3; third_push++)
        pushes += history[third_push].kind == EV_LIST_PUSH;
    for (size_t i = 0; i < ARRAY_LEN(orders); i++) {
        struct replica *r = after(third_push + i);
        const struct rlist *list = &r->lists[LIST_FREE + 3];
        uint32_t n = 0, last = 0;
        for (uint32_t h = list->first; h; last = h, h = replica_span(r, h)->next, n++) {
            assert_int_equal(h, orders[i][n]);
            assert_int_equal(replica_span(r, h)->prev, last);
        }
        assert_int_equal(list->last, last);
        assert_int_equal(list->count, n);
        assert_int_equal(n, 3 - i);
        replica_free(r);
    }
}

static void the_treap_turns_both_ways(void **state) {
    struct replica *r = after(ARRAY_LEN(history));
    (void)state;
    assert_int_equal(r->treap_root, 3);
    assert_int_equal(replica_span(r, 3)->left, 1);
    assert_int_equal(replica_span(r, 3)->right, 0);
    assert_int_equal(replica_span(r, 1)->parent, 3);
    assert_int_equal(replica_span(r, 1)->priority, 40);
    assert_false(replica_span(r, 2)->in_treap);
    replica_free(r);
}

/* --- Reading --- */

static void tables_read_as_zero_where_nothing_was_written(void **state) {
    struct replica *r = after(ARRAY_LEN(history));
    (void)state;
    static const uint32_t pages[] = {0, 1, 2, 1, 0};
    for (uint64_t i = 0; i < ARRAY_LEN(pages); i++)
        assert_int_equal(replica_page(r, 3 + i), pages[i]);
    assert_int_equal(replica_page(r, UINT64_C(1) << 40), 0);
    static const uint8_t bytes[] = {0, 0xef, 0x01, 0, 0, 0x67, 0x45, 0x23, 0x01, 0};
    for (uint64_t i = 0; i < ARRAY_LEN(bytes); i++)
        assert_int_equal(replica_bitmap(r, 999 + i), bytes[i]);
    assert_int_equal(replica_bitmap(r, UINT64_C(1) << 40), 0);
    replica_free(r);
}

static void runs_of_zeros_in_the_bitmap_are_found_across_chunks(void **state) {
    enum { FAR = 200000 }; /* in another chunk, with one never written between */
    struct replica *r = replica_new();
    (void)state;
    replica_apply(r, &(struct event){.kind = EV_BITMAP, .w = 1, .a = 10, .c = 1});
    replica_apply(r, &(struct event){.kind = EV_BITMAP, .w = 1, .a = FAR, .c = 1});
    assert_int_equal(replica_bitmap_zeros(r, 0, 1000), 10);
    assert_int_equal(replica_bitmap_zeros(r, 10, 1000), 0);
    assert_int_equal(replica_bitmap_zeros(r, 11, FAR + 5), FAR - 11);
    assert_int_equal(replica_bitmap_zeros(r, 11, 100), 89);
    assert_int_equal(replica_bitmap_zeros(r, FAR + 1, FAR * 10), FAR * 9 - 1);
    assert_int_equal(replica_bitmap_zeros(r, 7, 7), 0);
    replica_free(r);
}

static void addresses_lead_to_their_spans(void **state) {
    struct lab lab;
    (void)state;
    lab_start(&lab, "linux/386");
    uint64_t small = lab_new(&lab, 64), large = lab_new(&lab, 40000);
    const struct replica *r = recording_head(lab.rec);
    assert_int_equal(replica_span_of(r, small + 8191), lab_span(&lab, small)->handle);
    assert_int_equal(replica_span_of(r, large), lab_span(&lab, large)->handle);
    assert_int_equal(replica_span_of(r, large + 40959), lab_span(&lab, large)->handle);
    assert_int_equal(replica_span_of(r, lab.h->arena_used - 1),
        lab_span(&lab, lab.h->arena_used - 1)->handle); /* a free one */
    assert_int_equal(replica_span_of(r, lab.h->arena_used), 0);
    assert_int_equal(replica_span_of(r, 0), 0);
    assert_int_equal(replica_span_of(r, small - 1), 0);
    lab_close(&lab);
}

/* The history up to its first event of that kind on P p, and with it. */
static struct replica *just_after(enum event_kind kind, unsigned p) {
    size_t n = 0;
    while (history[n].kind != kind || history[n].x != p)
        n++;
    return after(n + 1);
}

static void who_still_waits_waits_for_the_new_holder(void **state) {
    struct replica *r = just_after(EV_WAIT, 2);
    (void)state;
    assert_int_equal(r->acting, 2);
    assert_true(r->wait[1].waits && r->wait[2].waits);
    assert_int_equal(r->wait[2].rank, RANK_CENTRAL);
    assert_int_equal(r->wait[2].index, 7);
    assert_int_equal(r->wait[2].holder, 0);
    replica_free(r);
    r = just_after(EV_GOT, 1);
    assert_false(r->wait[1].waits);
    assert_true(r->wait[2].waits);
    assert_int_equal(r->wait[2].holder, 1);
    replica_free(r);
}

/* Only who waits for the same lock has a new holder to wait for. */
static void who_waits_for_another_lock_waits_on(void **state) {
    static const struct event events[] = {
        {.kind = EV_P_BORN, .x = 1},
        {.kind = EV_P_BORN, .x = 2},
        {.kind = EV_P_BORN, .x = 3},
        {.kind = EV_WAIT, .w = RANK_CENTRAL | 7 << 8, .x = 1, .a = 0},
        {.kind = EV_WAIT, .w = RANK_CENTRAL | 8 << 8, .x = 2, .a = 0},
        {.kind = EV_WAIT, .w = RANK_HEAP, .x = 3, .a = 0},
        {.kind = EV_GOT, .w = RANK_CENTRAL | 7 << 8, .x = 1, .a = 0},
    };
    struct replica *r = replica_new();
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(events); i++)
        replica_apply(r, &events[i]);
    assert_false(r->wait[1].waits);
    assert_true(r->wait[2].waits && r->wait[2].holder == 0);
    assert_true(r->wait[3].waits && r->wait[3].holder == 0);
    replica_free(r);
}

/* The table may name a span that is dead, or not there yet. */
static void addresses_lead_to_no_span_that_is_elsewhere(void **state) {
    static const uint64_t base = 0xc420000000;
    static const struct event events[] = {
        {.kind = EV_HEAP_SET, .w = HEAP_arena_start, .b = base},
        {.kind = EV_HEAP_SET, .w = HEAP_arena_used, .b = base + MiB(1)},
        {.kind = EV_SPAN_BORN, .x = 1},
        {.kind = EV_PAGES, .a = 0, .b = 4, .c = PAIR(0, 1)},
        {.kind = EV_SPAN_SET, .w = SPAN_base, .x = 1, .b = base + GO_PAGE_SIZE},
        {.kind = EV_SPAN_SET, .w = SPAN_npages, .x = 1, .b = 2},
    };
    struct replica *r = replica_new();
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(events); i++)
        replica_apply(r, &events[i]);
    assert_int_equal(replica_span_of(r, base + GO_PAGE_SIZE), 0); /* dead */
    replica_apply(
        r, &(struct event){.kind = EV_SPAN_SET, .w = SPAN_state, .x = 1, .b = SPAN_STATE_FREE});
    assert_int_equal(replica_span_of(r, base), 0);
    assert_int_equal(replica_span_of(r, base + GO_PAGE_SIZE), 1);
    assert_int_equal(replica_span_of(r, base + 3 * GO_PAGE_SIZE), 0);
    assert_int_equal(replica_span_of(r, base - 1), 0);
    assert_int_equal(replica_span_of(r, base + MiB(1)), 0);
    replica_free(r);
}

/* A large object's slot, of a class that is no size. */
static void the_slot_of_a_large_span_counts_what_was_asked(void **state) {
    static const struct event events[] = {
        {.kind = EV_SPAN_BORN, .x = 1},
        {.kind = EV_SPAN_SET, .w = SPAN_base, .x = 1, .b = 0x10000},
        {.kind = EV_SPAN_SET, .w = SPAN_limit, .x = 1, .b = 0x10000 + 40000},
        {.kind = EV_SPAN_SET, .w = SPAN_state, .x = 1, .b = SPAN_STATE_INUSE},
        {.kind = EV_SLOT, .x = 1, .c = PAIR(0, 1)},
    };
    struct replica *r = replica_new();
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(events); i++)
        replica_apply(r, &events[i]);
    assert_int_equal(r->classes[0].large_asked, 40000);
    replica_undo(r, &events[ARRAY_LEN(events) - 1]);
    assert_int_equal(r->classes[0].large_asked, 0);
    replica_free(r);
}

static void an_operation_in_flight_is_known(void **state) {
    struct replica *r = replica_new();
    (void)state;
    replica_apply(r, &(struct event){.kind = EV_P_BORN, .x = 1});
    assert_false(replica_in_op(r));
    replica_apply(r, &(struct event){.kind = EV_OP_BEGIN, .w = OP_ALLOC | 1 << 8, .x = 1});
    assert_true(replica_in_op(r));
    replica_free(r);
    replica_free(NULL);
}

/* On 32-bit the heap begins at the lowest block that is its own, wherever the regions are. */
static void the_arena_begins_at_the_lowest_block_of_the_heap(void **state) {
    enum { SPANS = 0x100000, BITMAP = 0x300000 };
    static const struct {
        struct event ranges[3];
        uint64_t base;
    } cases[] = {
        {{{0}}, BITMAP},
        {{{EV_RANGE, RANGES(NONE, MAPPED), OWNERS(NOBODY, HEAP), SPANS, 0x1000, 0}}, BITMAP},
        {{{EV_RANGE, RANGES(NONE, TAKEN), OWNERS(NOBODY, OTHER), 0x1000, 0x1000, 0},
             {EV_RANGE, RANGES(NONE, RESERVED), OWNERS(NOBODY, HEAP), 0x2000, 0x1000, 0},
             {EV_RANGE, RANGES(NONE, RELEASED), OWNERS(NOBODY, HEAP), 0x4000, 0x1000, 0}},
            0x4000},
        {{{EV_RANGE, RANGES(NONE, MAPPED), OWNERS(NOBODY, HEAP), SPANS, BITMAP - SPANS + 0x1000, 0},
             {EV_RANGE, RANGES(NONE, MAPPED), OWNERS(NOBODY, HEAP), 0x400000, 0x1000, 0}},
            BITMAP},
        {{{EV_RANGE, RANGES(NONE, MAPPED), OWNERS(NOBODY, HEAP), 0x400000, 0x1000, 0}}, 0x400000},
    };
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        struct replica *r = replica_new();
        replica_apply(r, &(struct event){.kind = EV_HEAP_SET, .w = HEAP_spans, .b = SPANS});
        replica_apply(r, &(struct event){.kind = EV_HEAP_SET, .w = HEAP_bitmap, .b = BITMAP});
        for (size_t k = 0; k < 3 && cases[i].ranges[k].kind == EV_RANGE; k++)
            replica_apply(r, &cases[i].ranges[k]);
        assert_int_equal(replica_arena_base(r), cases[i].base);
        replica_apply(
            r, &(struct event){.kind = EV_HEAP_SET, .w = HEAP_arena_start, .b = 0x800000});
        assert_int_equal(replica_arena_base(r), 0x800000);
        replica_free(r);
    }
}

static void slots_are_allocated_below_freeindex_or_by_their_bit(void **state) {
    const uint64_t bits[] = {0, UINT64_C(1) << 63};
    const struct rspan s = {.freeindex = 3, .alloc_bits = (uint64_t *)bits};
    (void)state;
    assert_true(rspan_slot_allocated(&s, 2));
    assert_false(rspan_slot_allocated(&s, 3));
    assert_true(rspan_slot_allocated(&s, 127));
    assert_false(rspan_bit(bits, 126));
    assert_true(rspan_bit(bits, 127));
    assert_false(rspan_bit(NULL, 127));
}

static void handles_out_of_range_are_no_span(void **state) {
    struct replica *r = after(ARRAY_LEN(history));
    (void)state;
    assert_null(replica_span(r, 0));
    assert_non_null(replica_span(r, 3));
    assert_null(replica_span(r, 4));
    replica_free(r);
}

static void a_copy_goes_its_own_way(void **state) {
    struct replica *r = after(ARRAY_LEN(history));
    (void)state;
    struct replica *copy = replica_copy(r);
    uint64_t digest = replica_digest(r), tables = replica_tables_digest(r);
    assert_int_equal(replica_digest(copy), digest);
    assert_int_equal(replica_tables_digest(copy), tables);
    for (size_t i = ARRAY_LEN(history); i > 0; i--)
        replica_undo(copy, &history[i - 1]);
    assert_int_equal(replica_digest(r), digest);
    assert_int_equal(replica_tables_digest(r), tables);
    size_t both = replica_memory(r) + replica_memory(copy);
    replica_free(replica_copy(r));
    assert_int_equal(replica_memory(r) + replica_memory(copy), both);
    assert_true(replica_unshared(r) >= sizeof *r && both >= 2 * replica_unshared(r));
    replica_free(copy);
    replica_free(r);
}

/* --- Long runs --- */

enum { OPS = 260, TABLES_EVERY = 20 };

/* A random program, and what its replica was like after every event. */
struct run {
    struct sink sink; /* first */
    struct os *os;
    struct test_os *test_os; /* the same, if it is one; otherwise NULL */
    struct program *program;
    struct recording *rec;
    bool precise;
    bool ps;           /* several P's, overlapping */
    uint64_t *digests; /* after event i; digests[0]: at the start */
    size_t count, cap;
    struct {
        uint64_t seq, tables, dump;
    } stops[OPS]; /* after some operations */
    size_t stop_count;
};

static void digest_now(struct run *run) {
    void *digests = run->digests;
    array_reserve(&digests, &run->cap, run->count + 1, sizeof *run->digests);
    run->digests = digests;
    run->digests[run->count++] = replica_digest(recording_head(run->rec));
}

static void run_emit(struct sink *sink, const struct event *ev) {
    struct run *run = (struct run *)sink;
    recording_append(run->rec, ev);
    digest_now(run);
}

static uint64_t dump_hash(const struct replica *r, unsigned ptr_size) {
    struct strbuf dump = {0};
    uint64_t hash = FNV_START;
    replica_dump(r, ptr_size, &dump);
    for (size_t i = 0; i < dump.len; i++)
        hash = fnv_byte(hash, (uint8_t)dump.text[i]);
    sb_free(&dump);
    return hash;
}

static void stop_here(struct run *run) {
    const struct replica *r = recording_head(run->rec);
    run->stops[run->stop_count].seq = r->seq;
    run->stops[run->stop_count].tables = replica_tables_digest(r);
    run->stops[run->stop_count].dump = dump_hash(r, run->os->platform->ptr_size);
    run->stop_count++;
}

static void check_run(struct run *run, bool tables) {
    struct strbuf why = {0};
    const struct heap *h = program_heap(run->program);
    const struct replica *r = recording_head(run->rec);
    bool settled = !program_in_flight(run->program); /* else metadata may be on its way */
    if (!mirror_equal(h, r, &why) || (settled && !mirror_metadata_equal(h, r, &why)) ||
        (tables && !mirror_tables_equal(h, r, &why)))
        fail_msg("%s, after event %llu", sb_text(&why), (unsigned long long)r->seq);
    if (run->test_os) {
        uint64_t calls = 0;
        for (unsigned kind = EV_OS_RESERVE; kind <= EV_OS_USED; kind++)
            calls += r->os_calls[kind];
        assert_int_equal(calls, run->test_os->calls);
    }
    sb_free(&why);
}

/* What the system of a test does at one operation, to bring growth of every kind about. */
static void arrange(struct run *run, unsigned op) {
    struct test_os *os = run->test_os;
    if (!os || os->platform.ptr_size != 4)
        return;
    if (op == OPS / 4)
        os->elsewhere = 0x60000000;
    if (op == OPS / 2)
        os->elsewhere = 0x50000000; /* for the 300 MiB of the same operation: too much to strand */
}

static void next_op(struct run *run, struct random_ops *random, unsigned n, struct op *op) {
    random_op(random, op);
    if (n == 0)
        *op = (struct op){.code = OP_OCCUPY, .addr = 0x70000000, .size = 0x10000};
    else if (n == 1)
        *op = (struct op){.code = OP_INIT};
    else if (n == 2 && run->precise)
        *op = (struct op){.code = OP_PRECISE, .size = 1};
    else if (n == 3 && run->ps)
        *op = (struct op){.code = OP_PS, .size = 3};
    else if (n == 4 && run->ps)
        *op = (struct op){.code = OP_INTERLEAVE, .size = 7};
    else if (n == OPS / 2)
        *op = (struct op){.code = OP_MANUAL, .id = 999, .size = MiB(300) / GO_PAGE_SIZE};
    else if (n == OPS - 1) /* the end of the program: more than there is */
        *op = (struct op){.code = OP_ALLOC,
            .size = run->os->platform->ptr_size == 4 ? 0xfffff000 : UINT64_C(1) << 41};
}

static void go(struct run *run, uint64_t seed) {
    struct random_ops random = {.state = seed, .ptr_size = run->os->platform->ptr_size};
    struct error err;
    run->sink.emit = run_emit;
    run->rec = recording_new();
    run->program = program_new(run->os, &run->sink);
    digest_now(run);
    for (unsigned n = 0; n < OPS; n++) {
        struct op op;
        arrange(run, n);
        next_op(run, &random, n, &op);
        program_start(run->program, &op, &err);
        if (n + 1 == OPS)
            program_settle(run->program);
        check_run(run, n % 50 == 0 || n + 1 == OPS);
        if (!program_in_flight(run->program))
            heap_check(program_heap(run->program));
        if (n % TABLES_EVERY == 0 || n + 1 == OPS)
            stop_here(run);
    }
    assert_true(program_ended(run->program));
}

static void end_run(struct run *run) {
    program_free(run->program);
    recording_free(run->rec);
    os_destroy(run->os);
    free(run->digests);
}

/* All undone and done again, with the same state at each event and the same tables at the stops. */
static void back_and_forth(const struct run *run) {
    struct replica *r = replica_copy(recording_head(run->rec));
    unsigned ptr_size = run->os->platform->ptr_size;
    size_t stop = run->stop_count - 1;
    assert_int_equal(run->count, recording_count(run->rec) + 1);
    while (r->seq > 0) {
        replica_undo(r, recording_event(run->rec, r->seq - 1));
        assert_int_equal(replica_digest(r), run->digests[r->seq]);
        if (stop > 0 && r->seq == run->stops[stop - 1].seq) {
            stop--;
            assert_int_equal(replica_tables_digest(r), run->stops[stop].tables);
            assert_int_equal(dump_hash(r, ptr_size), run->stops[stop].dump);
        }
    }
    assert_int_equal(stop, 0);
    while (r->seq < recording_count(run->rec)) {
        replica_apply(r, recording_event(run->rec, r->seq));
        assert_int_equal(replica_digest(r), run->digests[r->seq]);
        if (r->seq == run->stops[stop].seq) {
            assert_int_equal(replica_tables_digest(r), run->stops[stop].tables);
            assert_int_equal(dump_hash(r, ptr_size), run->stops[stop].dump);
            stop++;
        }
    }
    assert_int_equal(stop, run->stop_count);
    replica_free(r);
}

/* Which kinds of events the runs so far had. */
static bool kinds_seen[EV_COUNT];

static void note_kinds(const struct run *run) {
    for (uint64_t i = 0; i < recording_count(run->rec); i++)
        kinds_seen[recording_event(run->rec, i)->kind] = true;
}

static void on_test_system(const char *platform, unsigned refuse, bool precise, bool ps) {
    struct run run = {.precise = precise, .ps = ps};
    run.test_os = test_os_new(platform);
    run.test_os->refuse = refuse;
    run.os = &run.test_os->os;
    go(&run, 0x9e3779b97f4a7c15);
    back_and_forth(&run);
    note_kinds(&run);
    end_run(&run);
}

static void random_programs_on_an_obliging_system(void **state) {
    (void)state;
    on_test_system("linux/amd64", 3, true, false);
    on_test_system("linux/386", 2, true, false);
    on_test_system("linux/386", 3, false, false);
    on_test_system("linux/ppc64le", 0, false, false);
    on_test_system("darwin/arm64", 0, true, false);
    on_test_system("linux/amd64", 0, false, true);
    for (unsigned kind = 0; kind < EV_COUNT; kind++)
        if (!kinds_seen[kind] && kind != EV_RESIDENT) /* a heap alone does not know it */
            fail_msg("no run had an event `%s`", event_kind_name(kind));
}

static void random_programs_on_simulated_systems(void **state) {
    static const char *const platforms[] = {
        "linux/amd64", "linux/386", "linux/mipsle", "windows/386", "windows/amd64"};
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(platforms); i++) {
        struct run run = {0};
        struct error err = {0};
        run.os = os_model_new(platform_find(platforms[i]), &(struct model_config){0}, &err);
        if (!run.os) {
            fail_msg("%s", err.text);
            return;
        }
        go(&run, 88172645463325252 + i);
        back_and_forth(&run);
        end_run(&run);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_kind_of_event_can_be_undone),
        cmocka_unit_test(events_say_what_their_contracts_say),
        cmocka_unit_test(a_handed_out_slot_moves_three_fields),
        cmocka_unit_test(span_classes_are_summed_up),
        cmocka_unit_test(lists_keep_their_order),
        cmocka_unit_test(the_treap_turns_both_ways),
        cmocka_unit_test(tables_read_as_zero_where_nothing_was_written),
        cmocka_unit_test(runs_of_zeros_in_the_bitmap_are_found_across_chunks),
        cmocka_unit_test(addresses_lead_to_their_spans),
        cmocka_unit_test(who_still_waits_waits_for_the_new_holder),
        cmocka_unit_test(who_waits_for_another_lock_waits_on),
        cmocka_unit_test(addresses_lead_to_no_span_that_is_elsewhere),
        cmocka_unit_test(the_slot_of_a_large_span_counts_what_was_asked),
        cmocka_unit_test(an_operation_in_flight_is_known),
        cmocka_unit_test(the_arena_begins_at_the_lowest_block_of_the_heap),
        cmocka_unit_test(slots_are_allocated_below_freeindex_or_by_their_bit),
        cmocka_unit_test(handles_out_of_range_are_no_span),
        cmocka_unit_test(a_copy_goes_its_own_way),
        cmocka_unit_test(random_programs_on_an_obliging_system),
        cmocka_unit_test(random_programs_on_simulated_systems),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
