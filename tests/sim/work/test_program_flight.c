/* The program under study with several operations in flight at a time. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "sim/work/program.h"
#include "tests/sim/heap/fixture.h"
#include "tests/sim/heap/mirror.h"

#include <string.h>

enum { PS = 4, OBJECTS = 400 };

struct stage {
    struct test_os *system;
    struct recording *rec;
    struct program *p;
    uint32_t next; /* number of the next object */
};

static void begin(struct stage *st, struct op op) {
    struct error err;
    if (!program_start(st->p, &op, &err))
        fail_msg("%s", err.text);
}

static void open_stage(struct stage *st, uint64_t seed) {
    *st = (struct stage){.system = test_os_new("linux/amd64"), .rec = recording_new()};
    st->p = program_new(&st->system->os, recording_sink(st->rec));
    program_set_checked(st->p, true);
    begin(st, (struct op){.code = OP_INIT});
    begin(st, (struct op){.code = OP_PS, .size = PS});
    begin(st, (struct op){.code = OP_INTERLEAVE, .size = seed});
}

static void close_stage(struct stage *st) {
    struct strbuf why = {0};
    program_settle(st->p);
    if (!mirror_equal(program_heap(st->p), recording_head(st->rec), &why))
        fail_msg("%s", sb_text(&why));
    sb_free(&why);
    program_free(st->p);
    recording_free(st->rec);
    os_destroy(&st->system->os);
}

/* The next object; its number. */
static uint32_t allocate(struct stage *st, uint64_t size) {
    begin(st, (struct op){.code = OP_ALLOC, .id = st->next, .size = size});
    return st->next++;
}

static unsigned in_flight(const struct stage *st) {
    const struct replica *r = recording_head(st->rec);
    unsigned n = 0;
    for (unsigned p = 0; p < PS; p++)
        n += r->op[p].in_flight;
    return n;
}

static uint64_t address(const struct stage *st, uint32_t id) {
    uint64_t addr = 0, size;
    assert_true(program_object(st->p, id, &addr, &size));
    return addr;
}

static void allocations_are_in_flight_on_every_p_at_once(void **state) {
    struct stage st;
    unsigned most = 0;
    (void)state;
    open_stage(&st, 1);
    for (unsigned i = 0; i < OBJECTS; i++) {
        allocate(&st, 512);
        most = most < in_flight(&st) ? in_flight(&st) : most;
        assert_true(program_in_flight(st.p) == (in_flight(&st) > 0));
        assert_true(program_usable(st.p, i));
    }
    assert_int_equal(most, PS);
    program_settle(st.p);
    assert_false(program_in_flight(st.p));
    assert_int_equal(in_flight(&st), 0);
    for (uint32_t i = 0; i < OBJECTS; i++)
        assert_int_not_equal(address(&st, i), 0);
    assert_int_equal(recording_head(st.rec)->objects_born, OBJECTS);
    close_stage(&st);
}

/* Several P's sweep what a collection has left to them. The first one that enters a span among the
 * swept makes room for it, and may be overtaken on the way. */
static void swept_spans_are_entered_by_all_at_once(void **state) {
    (void)state;
    for (uint64_t seed = 1; seed <= 20; seed++) {
        struct stage st;
        open_stage(&st, seed);
        for (unsigned i = 0; i < 200; i++) {
            allocate(&st, 16u << i % 8);
            if (i == 100)
                begin(&st, (struct op){.code = OP_COLLECT_LAZY});
        }
        close_stage(&st); /* checked */
    }
}

static void operations_begin_in_the_order_of_their_numbers(void **state) {
    struct stage st;
    (void)state;
    open_stage(&st, 2);
    for (unsigned i = 0; i < OBJECTS; i++)
        allocate(&st, 300);
    program_settle(st.p);
    assert_int_equal(recording_op_count(st.rec), OBJECTS + 3);
    bool out_of_order = false;
    uint32_t ended = 0;
    for (uint64_t i = 0; i < recording_count(st.rec); i++) {
        const struct event *ev = recording_event(st.rec, i);
        if (ev->kind == EV_OP_END) {
            out_of_order |= ev->x < ended;
            ended = ev->x;
        }
    }
    for (uint32_t op = 0; op < OBJECTS + 3; op++)
        assert_int_equal(recording_event(st.rec, recording_op_start(st.rec, op))->x, op);
    assert_true(out_of_order);
    close_stage(&st);
}

static void types_are_kept_until_their_objects_are_made(void **state) {
    struct stage st;
    (void)state;
    open_stage(&st, 3);
    for (unsigned i = 0; i < OBJECTS; i++) {
        uint8_t mask = (uint8_t)(1u << i % 4 | 8); /* gone as soon as the operation has begun */
        begin(&st, (struct op){.code = OP_ALLOC_TYPED,
                       .id = i,
                       .elem = 32,
                       .count = 1,
                       .ptrdata = 32,
                       .mask = &mask});
    }
    program_settle(st.p);
    for (uint32_t i = 0; i < OBJECTS; i++)
        for (unsigned word = 0; word < 4; word++) {
            struct strbuf bits = {0};
            heap_bits(program_heap(st.p), address(&st, i) + 8 * word, 8, &bits);
            bool pointer = (bits.text[0] - '0') & 1;
            assert_int_equal(pointer, word == i % 4 || word == 3);
            sb_free(&bits);
        }
    close_stage(&st);
}

static void any_other_operation_waits_for_all(void **state) {
    struct stage st;
    (void)state;
    const struct op others[] = {{.code = OP_DROP}, {.code = OP_ROOT, .id = 1},
        {.code = OP_FILL, .id = 2}, {.code = OP_COLLECT}, {.code = OP_SWEEP_ONE}, {.code = OP_NOTE},
        {.code = OP_ALLOC, .id = 3, .size = 8}}; /* the last one: an object that there is */
    open_stage(&st, 4);
    for (size_t i = 0; i < ARRAY_LEN(others); i++) {
        while (in_flight(&st) < 3)
            allocate(&st, 128);
        begin(&st, others[i]);
        assert_true(in_flight(&st) <= (i + 1 == ARRAY_LEN(others)));
    }
    close_stage(&st);
}

/* The oldest operation that was in flight when the last collection had marked. */
static uint32_t oldest_then(const struct stage *st) {
    uint64_t at = recording_count(st->rec);
    while (recording_event(st->rec, at - 1)->kind != EV_MARKED)
        at--;
    struct replica *r = replica_new();
    recording_seek(st->rec, &r, at);
    uint32_t oldest = UINT32_MAX;
    for (unsigned p = 0; p < PS; p++)
        if (r->op[p].in_flight && r->op[p].number < oldest)
            oldest = r->op[p].number;
    replica_free(r);
    return oldest;
}

/* What has been allocated since the oldest of them began is still in the program's hands. */
static void a_collection_in_flight_spares_what_is_in_flight(void **state) {
    enum { BEFORE = 5 }; /* operations before object 0 */
    struct stage st;
    (void)state;
    open_stage(&st, 5);
    begin(&st, (struct op){.code = OP_PRECISE, .size = 1});
    begin(&st, (struct op){.code = OP_GOGC, .size = 5});
    unsigned for_the_world = 0, several = 0;
    while (st.next < 2000) {
        uint64_t collections = recording_head(st.rec)->collections;
        allocate(&st, 2048);
        if (recording_head(st.rec)->collections == collections)
            continue;
        uint32_t oldest = oldest_then(&st) - BEFORE;
        for (uint32_t id = oldest; id < st.next; id++)
            assert_true(program_usable(st.p, id));
        assert_true(oldest == 0 || !program_usable(st.p, oldest - 1));
        several += st.next - oldest > 2;
    }
    for (uint64_t i = 0; i < recording_count(st.rec); i++) {
        const struct event *ev = recording_event(st.rec, i);
        for_the_world += ev->kind == EV_WAIT && (ev->w & 0xff) == RANK_WORLD;
    }
    assert_true(recording_head(st.rec)->collections > 10);
    assert_true(for_the_world > 0 && several > 0);
    close_stage(&st);
}

static void the_end_of_the_program_ends_what_is_in_flight(void **state) {
    struct stage st;
    (void)state;
    open_stage(&st, 6);
    for (unsigned i = 0; i < 20; i++)
        allocate(&st, 20000);
    st.system->map_fails = true;
    st.system->map_answer = 0;
    st.system->map_err = 12;
    while (!program_ended(st.p))
        allocate(&st, 20000);
    assert_false(program_in_flight(st.p));
    assert_int_equal(in_flight(&st), 0);
    uint64_t ops = recording_op_count(st.rec), ends = 0;
    bool exited = false;
    for (uint64_t i = 0; i < recording_count(st.rec); i++) {
        const struct event *ev = recording_event(st.rec, i);
        assert_true(!exited || ev->kind == EV_OP_END);
        exited |= ev->kind == EV_EXIT;
        ends += ev->kind == EV_OP_END;
    }
    assert_true(exited);
    assert_int_equal(ends, ops);
    assert_int_equal(ops, 3 + st.next - 1); /* the one that found the end never began */
    assert_false(program_usable(st.p, st.next - 1));
    struct op more = {.code = OP_ALLOC, .id = 9999, .size = 8};
    struct error err;
    assert_false(program_start(st.p, &more, &err));
    close_stage(&st);
}

/* What waits for all that is in flight never begins if that ends the program. */
static void another_operation_may_find_the_end_of_the_program(void **state) {
    struct stage st;
    (void)state;
    open_stage(&st, 8);
    st.system->map_fails = true;
    st.system->map_answer = 0;
    st.system->map_err = 12;
    for (unsigned i = 0; i < 50 && in_flight(&st) < 2; i++)
        allocate(&st, 200000);
    assert_false(program_ended(st.p));
    uint64_t ops = recording_op_count(st.rec);
    begin(&st, (struct op){.code = OP_COLLECT});
    assert_true(program_ended(st.p));
    assert_int_equal(recording_op_count(st.rec), ops);
    close_stage(&st);
}

/* Did a P wait for the world when Go ended the program? */
static bool waited_for_the_world(const struct stage *st) {
    bool waits[PS] = {false}, any = false;
    for (uint64_t i = 0; i < recording_count(st->rec); i++) {
        const struct event *ev = recording_event(st->rec, i);
        if ((ev->kind == EV_WAIT || ev->kind == EV_GOT) && (ev->w & 0xff) == RANK_WORLD)
            waits[ev->x] = ev->kind == EV_WAIT;
        if (ev->kind == EV_EXIT)
            for (unsigned p = 0; p < PS; p++)
                any |= waits[p];
    }
    return any;
}

/* It does not collect then. */
static void who_wants_to_collect_may_find_the_end_of_the_program(void **state) {
    unsigned found = 0;
    (void)state;
    for (uint64_t seed = 1; seed < 200 && !found; seed++) {
        struct stage st;
        open_stage(&st, seed);
        begin(&st, (struct op){.code = OP_GOGC, .size = 5});
        for (unsigned i = 0; i < 100; i++)
            allocate(&st, 20000);
        st.system->map_fails = true;
        st.system->map_answer = 0;
        st.system->map_err = 12;
        while (!program_ended(st.p))
            allocate(&st, 200000);
        found += waited_for_the_world(&st);
        close_stage(&st);
    }
    assert_true(found > 0);
}

static void a_program_can_go_with_operations_in_flight(void **state) {
    struct stage st;
    (void)state;
    open_stage(&st, 7);
    while (in_flight(&st) < 3)
        allocate(&st, 4096);
    program_free(st.p);
    recording_free(st.rec);
    os_destroy(&st.system->os);
}

static void one_p_has_nobody_to_wait_for(void **state) {
    struct stage st;
    (void)state;
    st = (struct stage){.system = test_os_new("linux/amd64"), .rec = recording_new()};
    st.p = program_new(&st.system->os, recording_sink(st.rec));
    begin(&st, (struct op){.code = OP_INIT});
    begin(&st, (struct op){.code = OP_INTERLEAVE, .size = 1});
    allocate(&st, 64);
    assert_false(program_in_flight(st.p));
    begin(&st, (struct op){.code = OP_PS, .size = 2});
    allocate(&st, 64);
    assert_true(program_in_flight(st.p));
    begin(&st, (struct op){.code = OP_INTERLEAVE, .size = UINT64_MAX});
    assert_false(program_in_flight(st.p));
    allocate(&st, 64);
    assert_false(program_in_flight(st.p));
    close_stage(&st);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(allocations_are_in_flight_on_every_p_at_once),
        cmocka_unit_test(swept_spans_are_entered_by_all_at_once),
        cmocka_unit_test(operations_begin_in_the_order_of_their_numbers),
        cmocka_unit_test(types_are_kept_until_their_objects_are_made),
        cmocka_unit_test(any_other_operation_waits_for_all),
        cmocka_unit_test(a_collection_in_flight_spares_what_is_in_flight),
        cmocka_unit_test(the_end_of_the_program_ends_what_is_in_flight),
        cmocka_unit_test(another_operation_may_find_the_end_of_the_program),
        cmocka_unit_test(who_wants_to_collect_may_find_the_end_of_the_program),
        cmocka_unit_test(a_program_can_go_with_operations_in_flight),
        cmocka_unit_test(one_p_has_nobody_to_wait_for),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
