/* Looking through a recording: searches find what going through every event finds. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "sim/trace/history.h"
#include "sim/work/program.h"
#include "tests/sim/heap/fixture.h"
#include "tests/sim/trace/random_recording.h"
#include "tests/sim/work/random_ops.h"

#include <stdlib.h>

/* --- Searching --- */

static uint64_t find_slowly(
    const struct recording *rec, uint64_t from, bool forward, const struct find *f) {
    if (forward) {
        for (uint64_t i = from; i < recording_count(rec); i++)
            if (find_matches(f, recording_event(rec, i)))
                return i;
    } else {
        for (uint64_t i = from; i > 0; i--)
            if (find_matches(f, recording_event(rec, i - 1)))
                return i - 1;
    }
    return NO_EVENT;
}

static void searches_find_what_is_there_and_nothing_else(void **state) {
    struct recording *rec = random_recording("linux/amd64", 2500, 4711);
    struct random_ops random = {.state = 3};
    uint64_t count = recording_count(rec), hits = 0;
    (void)state;
    assert_true(count > 4 * RECORDING_BLOCK);
    for (unsigned i = 0; i < 300; i++) {
        const struct event *ev = recording_event(rec, random_below(&random, count));
        struct find f = {.what = FIND_KIND, .value = UINT64_C(1) << ev->kind};
        uint32_t spans[2];
        if (i % 3 == 1 && event_spans(ev, spans))
            f = (struct find){.what = FIND_SPAN, .value = spans[0]};
        if (ev->kind == EV_OBJECT)
            f = (struct find){FIND_OBJECT, ev->x, ev->a, ev->b ? ev->b : 1};
        uint64_t from = random_below(&random, count + 1);
        bool forward = i & 1;
        uint64_t at = recording_find(rec, from, forward, &f);
        assert_int_equal(at, find_slowly(rec, from, forward, &f));
        hits += at != NO_EVENT;
    }
    assert_true(hits > 100 && hits < 300);
    recording_free(rec);
}

static void nothing_is_found_beyond_the_ends(void **state) {
    struct recording *rec = random_recording("linux/amd64", 20, 1);
    const struct find any = {.what = FIND_KIND, .value = UINT64_MAX};
    (void)state;
    uint64_t count = recording_count(rec);
    assert_int_equal(recording_find(rec, count, true, &any), NO_EVENT);
    assert_int_equal(recording_find(rec, UINT64_MAX, false, &any), count - 1);
    assert_int_equal(recording_find(rec, 0, false, &any), NO_EVENT);
    assert_int_equal(recording_find(rec, 0, true, &any), 0);
    recording_free(rec);
}

/* --- Lives --- */

/* The program's words for what the heap does, since lives are told by the program's objects. */
struct story {
    struct recording *rec;
    struct test_os *system;
    struct program *p;
};

static void story_begin(struct story *s) {
    s->rec = recording_new();
    s->system = test_os_new("linux/amd64");
    s->p = program_new(&s->system->os, recording_sink(s->rec));
}

static void story_end(struct story *s) {
    program_free(s->p);
    os_destroy(&s->system->os);
    recording_free(s->rec);
}

/* Does an operation; returns the number of its first event of the kind, NO_EVENT if none. */
static uint64_t story_do(struct story *s, struct op op, enum event_kind kind) {
    struct error err;
    uint64_t from = recording_count(s->rec);
    assert_true(program_run(s->p, &op, &err));
    return recording_find(
        s->rec, from, true, &(struct find){.what = FIND_KIND, .value = UINT64_C(1) << kind});
}

static struct op alloc(uint32_t id, uint64_t size) {
    return (struct op){.code = OP_ALLOC, .id = id, .size = size};
}

static void an_object_is_followed_from_birth_to_sweep(void **unused) {
    struct story s;
    struct object_life life;
    (void)unused;
    story_begin(&s);
    story_do(&s, (struct op){.code = OP_INIT}, EV_STEP);
    uint64_t born = story_do(&s, alloc(7, 300), EV_OBJECT);
    story_do(&s, alloc(8, 300), EV_OBJECT);
    uint64_t addr = recording_event(s.rec, born)->a;
    uint64_t stored =
        story_do(&s, (struct op){.code = OP_STORE, .id = 7, .word = 2, .dst = 8}, EV_STORE);
    struct replica *r = replica_new();
    recording_seek(s.rec, &r, recording_count(s.rec));
    assert_true(object_life(s.rec, r, addr + 200, &life)); /* an interior address */
    assert_int_equal(life.born, born);
    assert_int_equal(life.id, 7);
    assert_true(life.addr == addr && life.size == 300);
    assert_int_equal(life.touched, stored);
    assert_int_equal(life.dropped, NO_EVENT);
    assert_int_equal(life.swept, NO_EVENT);

    uint64_t dropped = story_do(&s, (struct op){.code = OP_DROP, .id = 7}, EV_DROP);
    uint64_t collected = recording_count(s.rec);
    story_do(&s, (struct op){.code = OP_COLLECT}, EV_MARKED);
    assert_true(object_life(s.rec, r, addr, &life)); /* asked in the past, told of the future */
    assert_int_equal(life.dropped, dropped);
    assert_true(life.swept > collected && life.swept < recording_count(s.rec));
    assert_true(object_life(s.rec, r, addr + 320, &life)); /* its neighbour lives on */
    assert_int_equal(life.id, 8);
    assert_int_equal(life.swept, NO_EVENT);

    uint64_t again = story_do(&s, alloc(9, 300), EV_OBJECT); /* the slot has another one now */
    assert_int_equal(recording_event(s.rec, again)->a, addr);
    recording_seek(s.rec, &r, recording_count(s.rec));
    assert_true(object_life(s.rec, r, addr, &life));
    assert_true(life.born == again && life.id == 9 && life.touched == NO_EVENT);
    assert_false(object_life(s.rec, r, addr + 100 * 320, &life));
    replica_free(r);
    story_end(&s);
}

static void objects_in_a_tiny_block_are_told_apart(void **unused) {
    struct story s;
    struct object_life life;
    uint64_t born[3];
    (void)unused;
    story_begin(&s);
    story_do(&s, (struct op){.code = OP_INIT}, EV_STEP);
    for (uint32_t i = 0; i < 3; i++)
        born[i] = story_do(&s, alloc(i, 4), EV_OBJECT);
    struct replica *r = replica_new();
    recording_seek(s.rec, &r, recording_count(s.rec));
    uint64_t base = recording_event(s.rec, born[0])->a;
    for (uint32_t i = 0; i < 3; i++) {
        assert_true(object_life(s.rec, r, base + 4 * i + 3, &life));
        assert_true(life.id == i && life.born == born[i] && life.addr == base + 4 * i);
    }
    replica_free(r);
    story_end(&s);
}

/* --- Ranges --- */

struct tracked {
    uint32_t span;
    uint64_t slot, born, died;
    unsigned size_class;
};

struct tracker {
    struct tracked *slots;
    size_t count, cap;
};

/* Every slot ever taken, when, and the end of the sweep that freed it: by looking at the state
 * after each event. */
static void track(const struct recording *rec, struct tracker *t) {
    struct replica *r = replica_new();
    *t = (struct tracker){0};
    for (uint64_t i = 0; i < recording_count(rec); i++) {
        const struct event *ev = recording_event(rec, i);
        replica_apply(r, ev);
        if (ev->kind == EV_OBJECT && ev->w >> 8 != RUNG_TINY) {
            uint32_t span = replica_span_of(r, ev->a);
            const struct rspan *s = replica_span(r, span);
            void *slots = t->slots;
            array_reserve(&slots, &t->cap, t->count + 1, sizeof *t->slots);
            t->slots = slots;
            t->slots[t->count++] = (struct tracked){span, (ev->a - s->base) / s->elemsize, i,
                NO_EVENT, spanclass_size_class((unsigned)s->spanclass)};
        }
        bool swept = ev->kind == EV_SPAN_SET && ev->w == SPAN_sweepgen && (ev->a & 1);
        for (size_t k = 0; swept && k < t->count; k++) {
            struct tracked *slot = &t->slots[k];
            if (slot->span == ev->x && slot->died == NO_EVENT &&
                !rspan_slot_allocated(replica_span(r, slot->span), slot->slot))
                slot->died = i;
        }
    }
    replica_free(r);
}

static void count_tracked(const struct tracker *t, uint64_t from, uint64_t to,
    struct range_class classes[NUM_SIZE_CLASSES]) {
    for (size_t i = 0; i < t->count; i++) {
        const struct tracked *s = &t->slots[i];
        struct range_class *k = &classes[s->size_class];
        if (s->born >= to || s->died < from)
            continue;
        bool born = s->born >= from, died = s->died < to;
        k->born += born && !died;
        k->born_died += born && died;
        k->lived += !born && !died;
        k->freed += !born && died;
    }
}

/* A moment between operations. */
static uint64_t random_moment(const struct recording *rec, struct random_ops *random) {
    return recording_op_start(rec, random_below(random, recording_op_count(rec)));
}

static void ranges_count_what_lived_and_died(void **unused) {
    struct recording *rec = random_recording("linux/amd64", 1500, 31);
    struct random_ops random = {.state = 8};
    struct tracker t;
    uint64_t sum[4] = {0};
    (void)unused;
    track(rec, &t);
    for (unsigned i = 0; i < 25; i++) {
        uint64_t from = random_moment(rec, &random), to = random_moment(rec, &random);
        struct range_class expected[NUM_SIZE_CLASSES] = {{0}};
        if (from > to)
            continue;
        count_tracked(&t, from, to, expected);
        struct range_count *c = range_count_new(rec, from, to);
        while (range_count_step(c, 5000))
            assert_true(range_count_progress(c) < 1);
        assert_true(range_count_progress(c) >= 1);
        for (unsigned k = 0; k < NUM_SIZE_CLASSES; k++) {
            const struct range_class *x = &range_count_classes(c)[k], *y = &expected[k];
            assert_int_equal(x->born, y->born);
            assert_int_equal(x->born_died, y->born_died);
            assert_int_equal(x->lived, y->lived);
            assert_int_equal(x->freed, y->freed);
            sum[0] += x->born;
            sum[1] += x->born_died;
            sum[2] += x->lived;
            sum[3] += x->freed;
        }
        range_count_free(c);
    }
    for (unsigned i = 0; i < 4; i++)
        assert_true(sum[i] > 0);
    free(t.slots);
    recording_free(rec);
}

static void a_range_given_up_is_let_go_of(void **unused) {
    struct recording *rec = random_recording("linux/amd64", 300, 31);
    (void)unused;
    struct range_count *c = range_count_new(rec, 0, UINT64_MAX);
    assert_true(range_count_step(c, 10));
    range_count_free(c);
    c = range_count_new(rec, UINT64_MAX, 0); /* nothing between */
    assert_false(range_count_step(c, 1));
    range_count_free(c);
    recording_free(rec);
}

static void the_peak_is_a_moment_with_the_most(void **unused) {
    struct recording *rec = random_recording("linux/amd64", 2000, 12);
    uint64_t live = 0, inuse = 0;
    (void)unused;
    struct replica *r = replica_new();
    for (uint64_t i = 0; i < recording_count(rec); i++) {
        replica_apply(r, recording_event(rec, i));
        if (recording_event(rec, i)->kind != EV_OP_END)
            continue;
        live = r->stats[STAT_heap_live] > live ? r->stats[STAT_heap_live] : live;
        inuse = r->stats[STAT_heap_inuse] > inuse ? r->stats[STAT_heap_inuse] : inuse;
    }
    struct sample peak = recording_peak(rec, STAT_heap_live);
    assert_int_equal(peak.heap_live, live);
    recording_seek(rec, &r, peak.seq);
    assert_int_equal(r->stats[STAT_heap_live], live);
    assert_int_equal(recording_peak(rec, STAT_heap_inuse).heap_inuse, inuse);
    replica_free(r);
    recording_free(rec);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(searches_find_what_is_there_and_nothing_else),
        cmocka_unit_test(nothing_is_found_beyond_the_ends),
        cmocka_unit_test(an_object_is_followed_from_birth_to_sweep),
        cmocka_unit_test(objects_in_a_tiny_block_are_told_apart),
        cmocka_unit_test(ranges_count_what_lived_and_died),
        cmocka_unit_test(a_range_given_up_is_let_go_of),
        cmocka_unit_test(the_peak_is_a_moment_with_the_most),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
