/* Recordings: any moment is reached from anywhere, and the indexes beside the events are right. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "sim/trace/chronicle.h"
#include "sim/trace/recording.h"
#include "sim/work/program.h"
#include "tests/sim/heap/fixture.h"
#include "tests/sim/heap/mirror.h"
#include "tests/sim/trace/random_recording.h"
#include "tests/sim/work/random_ops.h"

#include <stdlib.h>

/* --- Seeking --- */

enum { MOMENTS = 24 };

/* What the state is at some moments, found by going forward once. */
struct moments {
    uint64_t seq[MOMENTS], digest[MOMENTS], tables[MOMENTS];
};

static void note_moments(const struct recording *rec, struct moments *m) {
    struct replica *r = replica_new();
    uint64_t count = recording_count(rec);
    for (unsigned i = 0; i < MOMENTS; i++) {
        m->seq[i] = count * i / (MOMENTS - 1);
        while (r->seq < m->seq[i])
            replica_apply(r, recording_event(rec, r->seq));
        m->digest[i] = replica_digest(r);
        m->tables[i] = replica_tables_digest(r);
    }
    replica_free(r);
}

/* What its events make of a chronicle: the keyframes that the recording has, too. */
static void chronicle_of(const struct recording *rec, struct chronicle *c) {
    chronicle_init(c);
    for (uint64_t i = 0; i < recording_count(rec); i++) {
        chronicle_pass(c, recording_event(rec, i), 1);
        if ((i + 1) % RECORDING_BLOCK == 0)
            chronicle_keyframe(c);
    }
}

static void a_moment_is_the_same_from_wherever_it_is_reached(void **state) {
    struct recording *rec = random_recording("linux/amd64", 6000, 88172645463325252);
    struct random_ops random = {.state = 12345};
    struct chronicle c;
    struct moments m;
    (void)state;
    chronicle_of(rec, &c);
    assert_true(c.keyframe_count > 0); /* on the way */
    chronicle_destroy(&c);
    assert_in_range(recording_memory(rec), KiB(500), MiB(500));
    note_moments(rec, &m);
    struct replica *r = replica_new();
    for (unsigned i = 0; i < 100; i++) {
        uint64_t to = random_below(&random, MOMENTS);
        recording_seek(rec, &r, m.seq[to]);
        assert_int_equal(r->seq, m.seq[to]);
        assert_int_equal(replica_digest(r), m.digest[to]);
        if (i % 5 == 0)
            assert_int_equal(replica_tables_digest(r), m.tables[to]);
    }
    replica_free(r);
    recording_free(rec);
}

static void short_ways_are_walked_with_the_same_replica(void **state) {
    struct recording *rec = random_recording("linux/386", 300, 99);
    struct replica *r = replica_new(), *same = r;
    (void)state;
    assert_true(recording_count(rec) > 1000);
    recording_seek(rec, &r, 1000);
    uint64_t digest = replica_digest(r);
    for (unsigned i = 0; i < 20; i++) {
        recording_seek(rec, &r, 1000 + i);
        recording_seek(rec, &r, 1000 - i);
        recording_seek(rec, &r, 1000);
        assert_ptr_equal(r, same);
        assert_int_equal(replica_digest(r), digest);
    }
    replica_free(r);
    recording_free(rec);
}

static void of_no_operation_there_is_the_first(void **state) {
    struct recording *rec = recording_new();
    (void)state;
    assert_int_equal(recording_op_at(rec, 0), 0);
    recording_append(rec, &(struct event){.kind = EV_MESSAGE});
    assert_int_equal(recording_op_at(rec, 0), 0);
    recording_append(rec, &(struct event){.kind = EV_OP_BEGIN, .w = OP_ALLOC});
    recording_append(rec, &(struct event){.kind = EV_OP_END, .w = OP_ALLOC});
    recording_append(rec, &(struct event){.kind = EV_OP_BEGIN, .w = OP_ALLOC, .x = 1});
    assert_int_equal(recording_op_at(rec, 2), 0);
    assert_int_equal(recording_op_at(rec, UINT64_MAX), 1); /* beyond the end: the last one */
    recording_free(rec);
    recording_free(NULL);
}

/* What was looked at stays unpacked for a while, and is counted. */
static void memory_is_that_of_blocks_looked_at_too(void **state) {
    struct recording *rec = random_recording("linux/amd64", 2500, 88172645463325252);
    (void)state;
    assert_true(recording_count(rec) / RECORDING_BLOCK > 12);
    size_t before = recording_memory(rec);
    recording_event(rec, 0);
    assert_int_equal(recording_memory(rec), before + RECORDING_BLOCK * sizeof(struct event));
    recording_free(rec);
}

/* How many keyframes are taken of a million events, of which so many write memory that none has
 * written before. */
static size_t keyframes_of(unsigned pages) {
    struct chronicle c;
    struct event block[RECORDING_BLOCK];
    chronicle_init(&c);
    for (uint64_t seq = 0; seq < 1 << 20; seq += RECORDING_BLOCK) {
        for (uint64_t i = 0; i < RECORDING_BLOCK; i++)
            block[i] =
                seq + i < pages
                    ? (struct event){.kind = EV_BITMAP, .w = 1, .a = (seq + i) * 4096, .c = 1}
                    : (struct event){.kind = EV_MESSAGE};
        chronicle_pass(&c, block, RECORDING_BLOCK);
        chronicle_keyframe(&c);
    }
    size_t count = c.keyframe_count;
    chronicle_destroy(&c);
    return count;
}

static void keyframes_are_as_many_as_their_cost_allows(void **state) {
    (void)state;
    assert_in_range(keyframes_of(0), 5, 64);
    assert_int_equal(keyframes_of(700), 1);   /* the last moment for one */
    assert_int_equal(keyframes_of(68000), 0); /* more than all may take */
}

static void keyframes_are_the_head_as_it_was_and_counted_as_memory(void **state) {
    struct recording *rec = random_recording("linux/amd64", 6000, 88172645463325252);
    struct replica *r = replica_new();
    struct chronicle c;
    (void)state;
    chronicle_of(rec, &c);
    assert_true(c.keyframe_count > 0);
    const struct replica *first = c.keyframes[0].state;
    while (r->seq < first->seq)
        replica_apply(r, recording_event(rec, r->seq));
    assert_int_equal(replica_digest(first), replica_digest(r));
    assert_ptr_equal(chronicle_near(&c, first->seq + 1), first);
    size_t all = chronicle_memory(&c), keyframes = 0, count = c.keyframe_count;
    for (size_t i = 0; i < count; i++)
        keyframes += replica_memory(c.keyframes[i].state);
    c.keyframe_count = 0;
    assert_true(keyframes > KiB(100));
    assert_int_equal(chronicle_memory(&c), all - keyframes);
    c.keyframe_count = count;
    chronicle_destroy(&c);
    replica_free(r);
    recording_free(rec);
}

static void seeking_past_the_end_ends_at_the_end(void **state) {
    struct recording *rec = random_recording("linux/386", 50, 7);
    struct replica *r = replica_new();
    (void)state;
    recording_seek(rec, &r, UINT64_MAX);
    assert_int_equal(r->seq, recording_count(rec));
    assert_int_equal(replica_digest(r), replica_digest(recording_head(rec)));
    recording_seek(rec, &r, 0);
    assert_int_equal(r->seq, 0);
    replica_free(r);
    recording_free(rec);
}

static void a_recording_may_grow_while_it_is_looked_at(void **state) {
    struct lab lab;
    (void)state;
    lab_start(&lab, "linux/amd64");
    struct replica *r = replica_new();
    const struct event first = *recording_event(lab.rec, 0);
    for (unsigned i = 0; i < 40; i++) {
        for (unsigned k = 0; k < 600; k++)
            lab_new(&lab, 16 + k);
        recording_seek(lab.rec, &r, recording_count(lab.rec) / (1 + i % 3));
        if (i % 3 == 0) {
            struct strbuf why = {0};
            if (!mirror_equal(lab.h, r, &why))
                fail_msg("%s", sb_text(&why));
            sb_free(&why);
        }
    }
    assert_true(recording_count(lab.rec) > 1 << 15);
    assert_memory_equal(recording_event(lab.rec, 0), &first, sizeof first);
    replica_free(r);
    lab_close(&lab);
}

/* --- Blocks --- */

/* Every event of a long random program, beside the recording of it. */
struct twin {
    struct sink sink; /* first */
    struct recording *rec;
    struct event *events;
    size_t cap;
};

static void twin_emit(struct sink *sink, const struct event *ev) {
    struct twin *t = (struct twin *)sink;
    void *events = t->events;
    array_reserve(&events, &t->cap, recording_count(t->rec) + 1, sizeof *ev);
    t->events = events;
    t->events[recording_count(t->rec)] = *ev;
    recording_append(t->rec, ev);
}

static void twin_run(struct twin *t, unsigned ops) {
    struct test_os *system = test_os_new("linux/amd64");
    *t = (struct twin){.sink.emit = twin_emit, .rec = recording_new()};
    struct program *p = program_new(&system->os, &t->sink);
    struct random_ops random = {.state = 77, .ptr_size = 8};
    struct error err;
    assert_true(program_run(p, &(struct op){.code = OP_INIT}, &err));
    for (unsigned i = 0; i < ops; i++) {
        struct op op;
        random_op(&random, &op);
        program_run(p, &op, &err);
    }
    program_free(p);
    os_destroy(&system->os);
}

static void twin_free(struct twin *t) {
    recording_free(t->rec);
    free(t->events);
}

static void assert_same_event(const struct twin *t, uint64_t i) {
    assert_memory_equal(recording_event(t->rec, i), &t->events[i], sizeof(struct event));
}

static void packed_events_are_the_events_that_were_appended(void **state) {
    struct twin t;
    struct random_ops random = {.state = 5};
    (void)state;
    twin_run(&t, 3000);
    uint64_t count = recording_count(t.rec);
    assert_true(count > 12 * RECORDING_BLOCK && count % RECORDING_BLOCK);
    for (uint64_t i = 0; i < count; i++)
        assert_same_event(&t, i);
    for (unsigned i = 0; i < 300; i++) /* in no order */
        assert_same_event(&t, random_below(&random, count));
    twin_free(&t);
}

static void an_event_stays_while_few_other_blocks_are_looked_at(void **state) {
    struct twin t;
    (void)state;
    twin_run(&t, 3000);
    const struct event *held = recording_event(t.rec, 5);
    for (uint64_t block = 1; block <= RECORDING_NEAR; block++)
        assert_same_event(&t, block * RECORDING_BLOCK + 9);
    assert_memory_equal(held, &t.events[5], sizeof *held);
    twin_free(&t);
}

static void a_digest_never_denies_what_its_block_has(void **state) {
    struct twin t;
    unsigned denied = 0;
    (void)state;
    twin_run(&t, 3000);
    uint64_t blocks = recording_count(t.rec) / RECORDING_BLOCK;
    for (uint64_t i = 0; i < blocks * RECORDING_BLOCK; i++) {
        const struct event *ev = &t.events[i];
        uint64_t block = i / RECORDING_BLOCK;
        uint32_t spans[2];
        assert_true(recording_digest(t.rec, block)->kinds >> ev->kind & 1);
        for (unsigned k = event_spans(ev, spans); k > 0; k--)
            assert_true(recording_may_have(t.rec, block, KEY_SPAN, spans[k - 1]));
        if (ev->kind == EV_OBJECT || ev->kind == EV_DROP) {
            assert_true(recording_may_have(t.rec, block, KEY_ADDRESS, ev->a / 16));
            assert_true(recording_may_have(t.rec, block, KEY_OBJECT, ev->x));
        }
    }
    for (uint64_t i = 0; i < 1000; i++)
        denied += !recording_may_have(t.rec, i % blocks, KEY_OBJECT, 1000000 + i);
    assert_true(denied > 700);
    assert_null(recording_digest(t.rec, blocks));
    assert_true(recording_may_have(t.rec, blocks, KEY_SPAN, 1));
    twin_free(&t);
}

/* A copy of a state on the way is stepped to and fro while the same events are recorded again: the
 * two share what they can, in two threads. */
static void replicas_are_stepped_while_a_recording_goes_on(void **state) {
    struct twin t;
    struct recording *again = recording_new();
    struct replica *r = replica_new();
    (void)state;
    twin_run(&t, 6000);
    uint64_t count = recording_count(t.rec);
    for (uint64_t i = 0; i < count; i++) {
        recording_append(again, &t.events[i]);
        if (i % (3 * RECORDING_BLOCK) == RECORDING_BLOCK)
            recording_seek(again, &r, i - RECORDING_BLOCK / 2);
        else if (i % 5 == 0 && r->seq)
            replica_undo(r, &t.events[r->seq - 1]);
        else if (r->seq < i)
            replica_apply(r, &t.events[r->seq]);
    }
    assert_int_equal(recording_count(again), count);
    assert_int_equal(recording_op_count(again), recording_op_count(t.rec));
    assert_int_equal(replica_digest(recording_head(again)), replica_digest(recording_head(t.rec)));
    uint64_t at = r->seq, digest = replica_digest(r);
    recording_seek(t.rec, &r, 0);
    recording_seek(t.rec, &r, at);
    assert_int_equal(replica_digest(r), digest);
    replica_free(r);
    recording_free(again);
    twin_free(&t);
}

/* Whatever is asked, and whenever: the answer has every event in it. */
static void what_is_asked_meanwhile_knows_all_events(void **state) {
    struct twin t;
    struct recording *again = recording_new();
    struct random_ops random = {.state = 9};
    uint64_t ops = 0, asked = 0, start = 0;
    (void)state;
    twin_run(&t, 3000);
    for (uint64_t i = 0; i < recording_count(t.rec); i++) {
        const struct event *ev = &t.events[i];
        recording_append(again, ev);
        start = ev->kind == EV_OP_BEGIN ? i : start;
        ops += ev->kind == EV_OP_BEGIN;
        if (random_below(&random, 1500))
            continue;
        size_t len;
        uint64_t block = random_below(&random, i / RECORDING_BLOCK + 1);
        switch (asked++ % 6) {
        case 0: assert_int_equal(recording_head(again)->seq, i + 1); break;
        case 1: assert_int_equal(recording_op_count(again), ops); break;
        case 2: assert_int_equal(recording_op_at(again, i), ops - 1); break;
        case 3: assert_int_equal(recording_op_start(again, ops - 1), start); break;
        case 4: assert_non_null(recording_packed(again, block, &len)); break;
        default: assert_memory_equal(recording_event(again, i), ev, sizeof *ev); break;
        }
        uint64_t any = random_below(&random, i + 1);
        assert_memory_equal(recording_event(again, any), &t.events[any], sizeof *ev);
    }
    assert_true(asked > 20);
    recording_free(again);
    twin_free(&t);
}

static void a_long_recording_takes_few_bytes_an_event(void **state) {
    struct lab lab;
    (void)state;
    lab_start(&lab, "linux/amd64");
    while (recording_count(lab.rec) < 600000)
        lab_new(&lab, 16 + recording_count(lab.rec) % 1000);
    assert_true(recording_memory(lab.rec) < 16 * recording_count(lab.rec));
    lab_close(&lab);
}

/* --- Beside the events --- */

static void emit(struct recording *rec, enum event_kind kind, unsigned w, uint32_t x) {
    recording_append(rec, &(struct event){.kind = (uint16_t)kind, .w = (uint16_t)w, .x = x});
}

static void add_op(struct recording *rec, uint32_t number, unsigned events) {
    emit(rec, EV_OP_BEGIN, OP_ALLOC, number);
    for (unsigned i = 0; i < events; i++)
        emit(rec, EV_STORE, 0, 0);
    emit(rec, EV_OP_END, OP_ALLOC, number);
}

static void operations_are_found_from_their_events(void **state) {
    struct recording *rec = recording_new();
    (void)state;
    emit(rec, EV_STORE, 0, 0); /* before the first */
    for (uint32_t i = 0; i < 5; i++)
        add_op(rec, i, i);
    emit(rec, EV_STORE, 0, 0); /* between operations: belongs to the one before */
    assert_int_equal(recording_op_count(rec), 5);
    static const uint64_t starts[] = {1, 3, 6, 10, 15};
    for (uint64_t i = 0, op = 0; i < recording_count(rec); i++) {
        while (op + 1 < 5 && starts[op + 1] <= i)
            op++;
        assert_int_equal(recording_op_at(rec, i), op);
    }
    for (uint64_t op = 0; op < 5; op++) {
        assert_int_equal(recording_op_start(rec, op), starts[op]);
        assert_int_equal(recording_event(rec, starts[op])->kind, EV_OP_BEGIN);
        assert_int_equal(recording_event(rec, starts[op])->x, op);
    }
    recording_free(rec);
}

static void samples_tell_the_statistics_after_an_operation(void **state) {
    struct recording *rec = recording_new();
    size_t count;
    (void)state;
    emit(rec, EV_OP_BEGIN, OP_ALLOC, 0);
    for (unsigned stat = STAT_heap_sys; stat <= STAT_heap_live; stat++)
        recording_append(
            rec, &(struct event){.kind = EV_STAT_ADD, .w = (uint16_t)stat, .a = 100 + stat});
    recording_samples(rec, &count);
    assert_int_equal(count, 0);
    emit(rec, EV_OP_END, OP_ALLOC, 0);
    const struct sample *s = recording_samples(rec, &count);
    assert_int_equal(count, 1);
    assert_int_equal(s->seq, recording_count(rec));
    assert_int_equal(s->heap_sys, 100 + STAT_heap_sys);
    assert_int_equal(s->heap_idle, 100 + STAT_heap_idle);
    assert_int_equal(s->heap_inuse, 100 + STAT_heap_inuse);
    assert_int_equal(s->heap_released, 100 + STAT_heap_released);
    assert_int_equal(s->heap_live, 100 + STAT_heap_live);
    recording_free(rec);
}

/* 60000 operations of (on average) so many events: never more than 8192 samples, and no two of them
 * much farther apart than two others. */
static void assert_even_samples(unsigned events) {
    enum { MOST = 1 << 13, OPS = 60000 };
    struct recording *rec = recording_new();
    size_t count;
    for (uint32_t i = 0; i < OPS; i++) {
        add_op(rec, i, events ? events - 1 + i % 3 : 0);
        const struct sample *s = recording_samples(rec, &count);
        assert_true(count > 0 && count <= MOST);
        assert_int_equal(s[count - 1].seq, recording_count(rec)); /* the last one is now */
    }
    const struct sample *s = recording_samples(rec, &count);
    assert_true(count > MOST / 4);
    uint64_t least = UINT64_MAX, most = s[0].seq;
    for (size_t i = 1; i + 1 < count; i++) {
        assert_true(s[i].seq > s[i - 1].seq);
        uint64_t gap = s[i].seq - s[i - 1].seq;
        least = gap < least ? gap : least;
        most = gap > most ? gap : most;
    }
    assert_true(most <= 3 * least);
    recording_free(rec);
}

static void samples_are_bounded_ascend_and_stand_evenly(void **state) {
    (void)state;
    assert_even_samples(0);
    assert_even_samples(1);
    assert_even_samples(9);
}

static void marks_stand_where_something_worth_seeing_happened(void **state) {
    struct lab lab;
    size_t count;
    (void)state;
    lab_open(&lab, "linux/386");
    lab.system->refuse = 2;
    assert_true(heap_init(lab.h));
    lab_new(&lab, 100);
    lab_collect(&lab, NULL, 0, true);
    heap_malloc(lab.h, 0xfffff000, NULL);
    static const uint8_t kinds[] = {
        MARK_REFUSED, MARK_REFUSED, MARK_GROWTH, MARK_COLLECTION, MARK_FATAL};
    static const enum event_kind events[] = {
        EV_ATTEMPT, EV_ATTEMPT, EV_HEAP_SET, EV_MARKED, EV_EXIT};
    const struct mark *marks = recording_marks(lab.rec, &count);
    assert_int_equal(count, ARRAY_LEN(kinds));
    for (size_t i = 0; i < count; i++) {
        assert_int_equal(marks[i].kind, kinds[i]);
        assert_int_equal(recording_event(lab.rec, marks[i].seq - 1)->kind, events[i]);
    }
    lab_close(&lab);
}

static void the_head_is_the_newest_state(void **state) {
    struct recording *rec = recording_new();
    (void)state;
    const struct replica *head = recording_head(rec);
    for (uint32_t i = 0; i < 10; i++) {
        add_op(rec, i, 0);
        assert_int_equal(recording_head(rec)->seq, recording_count(rec));
        assert_int_equal(recording_head(rec)->ops, i + 1);
    }
    assert_ptr_equal(recording_head(rec), head);
    recording_free(rec);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_moment_is_the_same_from_wherever_it_is_reached),
        cmocka_unit_test(short_ways_are_walked_with_the_same_replica),
        cmocka_unit_test(of_no_operation_there_is_the_first),
        cmocka_unit_test(memory_is_that_of_blocks_looked_at_too),
        cmocka_unit_test(keyframes_are_as_many_as_their_cost_allows),
        cmocka_unit_test(keyframes_are_the_head_as_it_was_and_counted_as_memory),
        cmocka_unit_test(seeking_past_the_end_ends_at_the_end),
        cmocka_unit_test(a_recording_may_grow_while_it_is_looked_at),
        cmocka_unit_test(packed_events_are_the_events_that_were_appended),
        cmocka_unit_test(an_event_stays_while_few_other_blocks_are_looked_at),
        cmocka_unit_test(a_digest_never_denies_what_its_block_has),
        cmocka_unit_test(replicas_are_stepped_while_a_recording_goes_on),
        cmocka_unit_test(what_is_asked_meanwhile_knows_all_events),
        cmocka_unit_test(a_long_recording_takes_few_bytes_an_event),
        cmocka_unit_test(operations_are_found_from_their_events),
        cmocka_unit_test(samples_tell_the_statistics_after_an_operation),
        cmocka_unit_test(samples_are_bounded_ascend_and_stand_evenly),
        cmocka_unit_test(marks_stand_where_something_worth_seeing_happened),
        cmocka_unit_test(the_head_is_the_newest_state),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
