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

/* Two slots share 16 bytes, and with them what digests know them by. */
static void neighbours_of_eight_bytes_are_told_apart(void **unused) {
    struct story s;
    struct object_life life;
    uint64_t born[3];
    (void)unused;
    story_begin(&s);
    story_do(&s, (struct op){.code = OP_INIT}, EV_STEP);
    for (uint32_t i = 0; i < 3; i++)
        born[i] = story_do(&s,
            (struct op){.code = OP_ALLOC_TYPED,
                .id = i,
                .elem = 8,
                .count = 1,
                .ptrdata = 8,
                .mask = (const uint8_t[]){1}},
            EV_OBJECT);
    struct replica *r = replica_new();
    recording_seek(s.rec, &r, recording_count(s.rec));
    for (uint32_t i = 0; i < 3; i++) {
        assert_true(object_life(s.rec, r, recording_event(s.rec, born[i])->a, &life));
        assert_true(life.id == i && life.born == born[i]);
    }
    replica_free(r);
    story_end(&s);
}

static void where_no_object_is_there_is_no_life(void **unused) {
    struct story s;
    struct object_life life;
    (void)unused;
    story_begin(&s);
    story_do(&s, (struct op){.code = OP_INIT}, EV_STEP);
    uint64_t born = story_do(&s, alloc(1, 320), EV_OBJECT);
    uint64_t addr = recording_event(s.rec, born)->a;
    struct replica *r = replica_new();
    for (uint64_t i = 0; i <= born; i++) { /* while its span comes into being, too */
        recording_seek(s.rec, &r, i);
        assert_false(object_life(s.rec, r, addr, &life));
    }
    recording_seek(s.rec, &r, recording_count(s.rec));
    assert_true(object_life(s.rec, r, addr, &life));
    assert_false(object_life(s.rec, r, addr + 8191, &life)); /* the span's tail */
    assert_false(object_life(s.rec, r, addr + 8192, &life)); /* a free page */
    assert_false(object_life(s.rec, r, addr - 1, &life));
    replica_free(r);
    story_end(&s);
}

/* The page of 16-byte objects becomes one of 48-byte objects: a slot that none has had since has
 * no life, though an object began where it begins. */
static void a_slot_has_no_life_of_another_class(void **unused) {
    struct story s;
    struct object_life life;
    (void)unused;
    story_begin(&s);
    story_do(&s, (struct op){.code = OP_INIT}, EV_STEP);
    uint64_t first = story_do(&s, alloc(0, 16), EV_OBJECT);
    uint64_t addr = recording_event(s.rec, first)->a;
    for (uint32_t i = 1; i < 512; i++)
        story_do(&s, alloc(i, 16), EV_OBJECT);
    for (uint32_t i = 0; i < 512; i++)
        story_do(&s, (struct op){.code = OP_DROP, .id = i}, EV_DROP);
    story_do(&s, alloc(600, 16), EV_OBJECT); /* so that the mcache has another page */
    story_do(&s, (struct op){.code = OP_COLLECT}, EV_MARKED);
    uint64_t other = story_do(&s, alloc(601, 48), EV_OBJECT);
    assert_int_equal(recording_event(s.rec, other)->a, addr);
    struct replica *r = replica_new();
    recording_seek(s.rec, &r, recording_count(s.rec));
    assert_true(object_life(s.rec, r, addr, &life));
    assert_int_equal(life.id, 601);
    assert_false(object_life(s.rec, r, addr + 48, &life));
    replica_free(r);
    story_end(&s);
}

/* A number may be given again: what is dropped then is not the object that was swept before. */
static void a_number_may_be_given_again(void **unused) {
    struct story s;
    struct object_life life;
    (void)unused;
    story_begin(&s);
    story_do(&s, (struct op){.code = OP_INIT}, EV_STEP);
    story_do(&s, (struct op){.code = OP_PRECISE, .size = 1}, EV_OP_BEGIN);
    uint64_t filler = 0;
    for (uint32_t i = 100; i < 170; i++) /* so that its slot is not in the first word of bits */
        filler = story_do(&s, alloc(i, 96), EV_OBJECT);
    uint64_t born = story_do(&s, alloc(7, 96), EV_OBJECT);
    assert_true(born > filler);
    uint64_t addr = recording_event(s.rec, born)->a;
    story_do(&s, alloc(9, 2000), EV_OBJECT); /* another span */
    story_do(&s, (struct op){.code = OP_ROOT, .id = 100}, EV_OP_BEGIN);
    story_do(&s, (struct op){.code = OP_COLLECT}, EV_MARKED); /* nothing else is reached */
    struct replica *r = replica_new();
    recording_seek(s.rec, &r, born + 1);
    assert_true(object_life(s.rec, r, addr, &life));
    assert_true(life.swept != NO_EVENT && life.dropped == NO_EVENT);
    uint64_t swept = life.swept;
    uint64_t again = NO_EVENT;
    for (uint32_t i = 0; i < 70; i++) /* all numbered alike */
        again = story_do(&s, alloc(7, 96), EV_OBJECT);
    assert_int_equal(recording_event(s.rec, again)->a, addr);
    uint64_t dropped = story_do(&s, (struct op){.code = OP_DROP, .id = 7}, EV_DROP);
    assert_int_equal(recording_event(s.rec, dropped)->a, addr);
    assert_true(object_life(s.rec, r, addr, &life));
    assert_true(life.swept == swept && life.dropped == NO_EVENT);
    recording_seek(s.rec, &r, recording_count(s.rec));
    assert_true(object_life(s.rec, r, addr, &life));
    assert_true(life.born == again && life.dropped == dropped && life.swept == NO_EVENT);
    replica_free(r);
    story_end(&s);
}

static void what_blocks_have_nothing_of_is_not_there(void **unused) {
    struct recording *rec = recording_new();
    const struct find f = {FIND_OBJECT, 7, 0x1000, 48};
    (void)unused;
    for (unsigned i = 0; i < 3 * RECORDING_BLOCK; i++)
        recording_append(rec, &(struct event){.kind = EV_MESSAGE});
    assert_int_equal(recording_find(rec, 0, true, &f), NO_EVENT);
    recording_append(rec, &(struct event){.kind = EV_DROP, .x = 7, .a = 0x1000});
    assert_int_equal(recording_find(rec, 0, true, &f), 3 * RECORDING_BLOCK);
    assert_int_equal(recording_find(rec, 3 * RECORDING_BLOCK, false, &f), NO_EVENT);
    recording_free(rec);
}

static void an_objects_events_are_those_at_its_addresses(void **unused) {
    const struct find f = {FIND_OBJECT, 7, 0x1000, 48};
    static const struct {
        struct event ev;
        bool matches;
    } cases[] = {
        {{.kind = EV_OBJECT, .x = 7, .a = 0x1000}, true},
        {{.kind = EV_OBJECT, .x = 8, .a = 0x1000}, false},
        {{.kind = EV_DROP, .x = 7, .a = 0x1000}, true},
        {{.kind = EV_DROP, .x = 7, .a = 0x1030}, false},
        {{.kind = EV_STORE, .x = 7, .c = 0x1028}, true},
        {{.kind = EV_STORE, .x = 7, .c = 0xff8}, false},
        {{.kind = EV_STORE, .x = 8, .c = 0x1028}, false},
        {{.kind = EV_GREY, .x = 3, .a = 0x1000}, true},
        {{.kind = EV_BLACK, .x = 3, .a = 0x1030}, false},
        {{.kind = EV_SLOT, .x = 7, .a = 0x1000}, false},
    };
    (void)unused;
    for (size_t i = 0; i < ARRAY_LEN(cases); i++)
        assert_int_equal(find_matches(&f, &cases[i].ev), cases[i].matches);
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
    assert_false(range_count_step(c, 1)); /* and again */
    assert_true(range_count_progress(c) >= 1);
    range_count_free(c);
    range_count_free(NULL);
    recording_free(rec);
}

/* A range may begin while a span is being swept: what that sweep frees was not born in it. */
static void a_range_may_begin_within_a_sweep(void **unused) {
    struct recording *rec = random_recording("linux/amd64", 600, 31);
    uint64_t at = 0, count = recording_count(rec);
    (void)unused;
    for (; at < count; at++) {
        const struct event *ev = recording_event(rec, at);
        if (ev->kind == EV_SPAN_SET && ev->w == SPAN_sweepgen && (ev->b & 1))
            break;
    }
    assert_true(at < count);
    uint64_t end = at + 1;
    while (recording_event(rec, end)->kind != EV_OP_END)
        end++;
    struct range_count *c = range_count_new(rec, at + 1, end);
    assert_false(range_count_step(c, UINT64_MAX));
    for (unsigned i = 0; i < NUM_SIZE_CLASSES; i++)
        assert_int_equal(range_count_classes(c)[i].born_died, 0);
    range_count_free(c);
    recording_free(rec);
}

/* In a recording from outside a slot may be beyond any span's, and bits be cleared by nobody. */
static void slots_beyond_a_spans_are_not_counted(void **unused) {
    static const struct event events[] = {
        {.kind = EV_SPAN_BORN, .x = 1},
        {.kind = EV_SLOT, .x = 1, .c = UINT64_C(5000) << 32},
        {.kind = EV_BITS, .w = 1, .x = 1, .b = 0, .c = 7},
        {.kind = EV_BITS, .w = 1, .x = 1, .b = 7, .c = 0},
    };
    struct recording *rec = recording_new();
    (void)unused;
    for (size_t i = 0; i < ARRAY_LEN(events); i++)
        recording_append(rec, &events[i]);
    struct range_count *c = range_count_new(rec, 0, UINT64_MAX);
    assert_false(range_count_step(c, UINT64_MAX));
    assert_int_equal(range_count_classes(c)[0].born, 0);
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
        cmocka_unit_test(neighbours_of_eight_bytes_are_told_apart),
        cmocka_unit_test(where_no_object_is_there_is_no_life),
        cmocka_unit_test(a_slot_has_no_life_of_another_class),
        cmocka_unit_test(a_number_may_be_given_again),
        cmocka_unit_test(what_blocks_have_nothing_of_is_not_there),
        cmocka_unit_test(an_objects_events_are_those_at_its_addresses),
        cmocka_unit_test(a_range_may_begin_within_a_sweep),
        cmocka_unit_test(slots_beyond_a_spans_are_not_counted),
        cmocka_unit_test(ranges_count_what_lived_and_died),
        cmocka_unit_test(a_range_given_up_is_let_go_of),
        cmocka_unit_test(the_peak_is_a_moment_with_the_most),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
