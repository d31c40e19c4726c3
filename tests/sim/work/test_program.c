/* The program under study: what operations do, what they tell, and which make no sense. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "sim/work/program.h"
#include "tests/sim/heap/fixture.h"
#include "tests/sim/heap/mirror.h"

#include <string.h>

/* --- A program and its recording --- */

struct stage {
    struct test_os *system;
    struct recording *rec;
    struct program *p;
};

static void open_stage(struct stage *st, const char *platform) {
    st->system = test_os_new(platform);
    st->rec = recording_new();
    st->p = program_new(&st->system->os, recording_sink(st->rec));
    program_set_checked(st->p, true);
}

static void run(struct stage *st, struct op op) {
    struct error err;
    if (!program_run(st->p, &op, &err))
        fail_msg("%s", err.text);
}

static void start(struct stage *st, const char *platform) {
    open_stage(st, platform);
    run(st, (struct op){.code = OP_INIT});
}

static void close_stage(struct stage *st) {
    struct strbuf why = {0};
    if (!mirror_equal(program_heap(st->p), recording_head(st->rec), &why))
        fail_msg("%s", sb_text(&why));
    sb_free(&why);
    program_free(st->p);
    recording_free(st->rec);
    os_destroy(&st->system->os);
}

static void alloc(struct stage *st, uint32_t id, uint64_t size) {
    run(st, (struct op){.code = OP_ALLOC, .id = id, .size = size});
}

/* An object of two words, both of them pointers. */
static void alloc_pair(struct stage *st, uint32_t id) {
    static const uint8_t mask = 3;
    uint64_t word = st->system->platform.ptr_size;
    run(st, (struct op){.code = OP_ALLOC_TYPED,
                .id = id,
                .elem = 2 * word,
                .count = 1,
                .ptrdata = 2 * word,
                .mask = &mask});
}

static void on(struct stage *st, enum op_code code, uint32_t id) {
    run(st, (struct op){.code = code, .id = id});
}

static void point(struct stage *st, uint32_t from, uint64_t word, uint32_t to) {
    run(st, (struct op){.code = OP_STORE, .id = from, .word = word, .dst = to});
}

static uint64_t address(const struct stage *st, uint32_t id) {
    uint64_t addr = 0, size;
    assert_true(program_object(st->p, id, &addr, &size));
    return addr;
}

static const struct event *last_event(const struct stage *st, enum event_kind kind) {
    for (uint64_t i = recording_count(st->rec); i > 0; i--)
        if (recording_event(st->rec, i - 1)->kind == kind)
            return recording_event(st->rec, i - 1);
    fail_msg("there is no event `%s`", event_kind_name(kind));
    return NULL;
}

/* The operation is refused in these words, and nothing happens. */
static void assert_refused(struct stage *st, struct op op, const char *why) {
    struct error err = {""};
    uint64_t events = recording_count(st->rec), digest = replica_digest(recording_head(st->rec));
    unsigned calls = st->system->calls;
    if (program_run(st->p, &op, &err))
        fail_msg("`%s` is carried out, expected: %s", op_code_name(op.code), why);
    assert_string_equal(err.text, why);
    assert_int_equal(recording_count(st->rec), events);
    assert_int_equal(replica_digest(recording_head(st->rec)), digest);
    assert_int_equal(st->system->calls, calls);
}

/* --- What is told --- */

static void operations_are_numbered_and_stand_around_what_they_cause(void **state) {
    struct stage st;
    (void)state;
    start(&st, "linux/amd64");
    alloc(&st, 7, 100);
    run(&st, (struct op){.code = OP_NOTE, .note = "a phase"});
    assert_int_equal(recording_op_count(st.rec), 3);
    static const enum op_code codes[] = {OP_INIT, OP_ALLOC, OP_NOTE};
    for (uint32_t i = 0; i < 3; i++) {
        const struct event *ev = recording_event(st.rec, recording_op_start(st.rec, i));
        assert_int_equal(ev->w, codes[i]);
        assert_int_equal(ev->x, i);
        if (i > 0)
            assert_int_equal(ev[-1].kind, EV_OP_END);
    }
    const struct event *begin = recording_event(st.rec, recording_op_start(st.rec, 1));
    assert_int_equal(begin->a, 7);
    assert_int_equal(begin->b, 100);
    close_stage(&st);
}

static void an_allocation_tells_where_it_found_what(void **state) {
    struct stage st;
    (void)state;
    start(&st, "linux/amd64");
    alloc(&st, 7, 100);
    const struct event *ev = last_event(&st, EV_OBJECT);
    assert_int_equal(ev->x, 7);
    assert_int_equal(ev->a, address(&st, 7));
    assert_int_equal(ev->b, 100);
    assert_int_equal(ev->c, 112);
    assert_int_equal(ev->w, (8 << 1 | 1) | RUNG_OS << 8);
    assert_int_equal(last_event(&st, EV_OP_END)->a, address(&st, 7));
    alloc_pair(&st, 8);
    assert_int_equal(last_event(&st, EV_OBJECT)->c, 16 | UINT64_C(16) << 32);
    assert_int_equal(recording_head(st.rec)->objects_born, 2);
    close_stage(&st);
}

static void objects_of_no_bytes_are_no_objects_on_the_heap(void **state) {
    struct stage st;
    uint64_t addr, size;
    (void)state;
    start(&st, "linux/amd64");
    alloc(&st, 7, 0);
    assert_true(program_object(st.p, 7, &addr, &size));
    assert_int_equal(size, 0);
    assert_int_equal(recording_head(st.rec)->objects_born, 0);
    on(&st, OP_FILL, 7);
    on(&st, OP_ROOT, 7);
    on(&st, OP_COLLECT, 0);
    close_stage(&st);
}

static void stores_write_real_pointers_and_tell_old_and_new(void **state) {
    static const char *const platforms[] = {"linux/amd64", "linux/386"};
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(platforms); i++) {
        struct stage st;
        start(&st, platforms[i]);
        uint64_t word = st.system->platform.ptr_size;
        alloc_pair(&st, 1);
        alloc(&st, 2, 100);
        point(&st, 1, 1, 2);
        const struct event *ev = last_event(&st, EV_STORE);
        assert_int_equal(ev->x, 1);
        assert_int_equal(ev->a, 0);
        assert_int_equal(ev->b, address(&st, 2));
        assert_int_equal(ev->c, address(&st, 1) + word);
        assert_int_equal(heap_load(program_heap(st.p), ev->c), address(&st, 2));
        run(&st, (struct op){.code = OP_STORE, .id = 1, .word = 1, .dst = 2, .off = 99});
        assert_int_equal(heap_load(program_heap(st.p), ev->c), address(&st, 2) + 99);
        run(&st, (struct op){.code = OP_NIL, .id = 1, .word = 1});
        assert_int_equal(last_event(&st, EV_STORE)->a, address(&st, 2) + 99);
        assert_int_equal(heap_load(program_heap(st.p), ev->c), 0);
        close_stage(&st);
    }
}

static void filling_writes_the_whole_object_and_nothing_else(void **state) {
    struct stage st;
    (void)state;
    start(&st, "linux/amd64");
    for (uint32_t id = 0; id < 3; id++)
        alloc(&st, id, 48);
    on(&st, OP_FILL, 1);
    const uint8_t *bytes = os_host(&st.system->os, address(&st, 0));
    for (unsigned i = 0; i < 144; i++)
        assert_int_equal(bytes[i], i / 48 == 1 ? 0xdb : 0);
    close_stage(&st);
}

static void a_number_used_again_names_the_new_object(void **state) {
    struct stage st;
    uint64_t addr, size;
    (void)state;
    start(&st, "linux/amd64");
    alloc(&st, 5, 64);
    uint64_t old = address(&st, 5);
    alloc(&st, 5, 128);
    assert_true(program_object(st.p, 5, &addr, &size));
    assert_int_equal(size, 128);
    assert_int_not_equal(addr, old);
    on(&st, OP_COLLECT, 0);
    assert_int_equal(last_event(&st, EV_MARKED)->a, 1);
    close_stage(&st);
}

static void what_others_take_is_told_as_theirs(void **state) {
    struct stage st;
    enum range_owner owner;
    (void)state;
    open_stage(&st, "linux/amd64");
    run(&st, (struct op){.code = OP_OCCUPY, .addr = 0xc000000000, .size = 0x2000});
    const struct rangemap *ranges = &recording_head(st.rec)->ranges;
    assert_int_equal(rangemap_state(ranges, 0xc000001fff, &owner), RANGE_TAKEN);
    assert_int_equal(owner, OWNER_OTHER);
    assert_int_equal(last_event(&st, EV_OP_BEGIN)->a, 0xc000000000);
    close_stage(&st);
}

/* --- Collections --- */

static void what_is_not_dropped_lives(void **state) {
    struct stage st;
    (void)state;
    start(&st, "linux/amd64");
    for (uint32_t id = 0; id < 4; id++)
        alloc(&st, id, 64);
    on(&st, OP_DROP, 1);
    on(&st, OP_DROP, 2);
    assert_int_equal(last_event(&st, EV_DROP)->x, 2);
    on(&st, OP_COLLECT, 0);
    assert_int_equal(last_event(&st, EV_MARKED)->a, 2);
    assert_int_equal(last_event(&st, EV_OP_END)->a, 2 * 64);
    assert_int_equal(heap_stat(program_heap(st.p), STAT_sweepdone), 1);
    assert_int_equal(recording_head(st.rec)->objects_dropped, 2);
    close_stage(&st);
}

static void precisely_what_roots_reach_lives(void **state) {
    struct stage st;
    (void)state;
    start(&st, "linux/amd64");
    for (uint32_t id = 0; id < 5; id++)
        alloc_pair(&st, id);
    point(&st, 0, 1, 1); /* 0 -> 1 -> 2, 3 -> 4 */
    point(&st, 1, 0, 2);
    point(&st, 3, 0, 4);
    run(&st, (struct op){.code = OP_PRECISE, .size = 1});
    on(&st, OP_ROOT, 0);
    on(&st, OP_ROOT, 3);
    on(&st, OP_COLLECT, 0);
    assert_int_equal(last_event(&st, EV_MARKED)->a, 5);
    on(&st, OP_UNROOT, 3);
    on(&st, OP_COLLECT, 0);
    assert_int_equal(last_event(&st, EV_MARKED)->a, 3);
    assert_true(program_usable(st.p, 2));
    assert_false(program_usable(st.p, 3));
    assert_false(program_usable(st.p, 4));
    close_stage(&st);
}

static void what_was_collected_can_be_dropped_and_replaced_but_not_used(void **state) {
    static const char why[] =
        "object 1 was collected, expected one that a root reached at the last collection";
    struct stage st;
    (void)state;
    start(&st, "linux/amd64");
    alloc_pair(&st, 0);
    alloc_pair(&st, 1);
    run(&st, (struct op){.code = OP_PRECISE, .size = 1});
    on(&st, OP_ROOT, 0);
    on(&st, OP_COLLECT_LAZY, 0);
    assert_refused(&st, (struct op){.code = OP_FILL, .id = 1}, why);
    assert_refused(&st, (struct op){.code = OP_ROOT, .id = 1}, why);
    assert_refused(&st, (struct op){.code = OP_NIL, .id = 1}, why);
    assert_refused(&st, (struct op){.code = OP_STORE, .id = 1, .dst = 0}, why);
    assert_refused(&st, (struct op){.code = OP_STORE, .id = 0, .dst = 1}, why);
    on(&st, OP_UNROOT, 1);
    on(&st, OP_DROP, 1);
    alloc_pair(&st, 1);
    point(&st, 0, 0, 1);
    close_stage(&st);
}

static void lazily_collected_memory_comes_back_span_by_span(void **state) {
    struct stage st;
    unsigned swept = 0;
    (void)state;
    start(&st, "linux/amd64");
    alloc(&st, 0, 40000);
    alloc(&st, 1, 64);
    on(&st, OP_DROP, 0);
    on(&st, OP_COLLECT_LAZY, 0);
    assert_int_equal(heap_stat(program_heap(st.p), STAT_sweepdone), 0);
    uint64_t pages = 0;
    for (; on(&st, OP_SWEEP_ONE, 0), program_swept(st.p); swept++) {
        pages += program_yield(st.p);
        assert_int_equal(last_event(&st, EV_OP_END)->a, program_yield(st.p));
    }
    assert_int_equal(swept, 2);
    assert_int_equal(pages, 5);
    on(&st, OP_SCAVENGE, 0);
    assert_int_equal(program_yield(st.p), heap_stat(program_heap(st.p), STAT_heap_released));
    assert_true(program_yield(st.p) > 0);
    close_stage(&st);
}

static void a_collection_falls_due_as_the_heap_grows(void **state) {
    struct stage st;
    (void)state;
    start(&st, "linux/amd64");
    run(&st, (struct op){.code = OP_GOGC, .size = 100});
    for (uint32_t id = 0; id < 300; id++)
        alloc(&st, id % 10, 40000);
    /* 11.7 MiB pass by, of which 0.4 live: at 4, 7.6 and 11.2. */
    assert_int_equal(recording_head(st.rec)->collections, 3);
    close_stage(&st);
}

/* Its address is in the program's hands, though no root has it yet. */
static void the_object_whose_allocation_began_a_collection_lives(void **state) {
    struct stage st;
    (void)state;
    start(&st, "linux/amd64");
    run(&st, (struct op){.code = OP_PRECISE, .size = 1});
    run(&st, (struct op){.code = OP_GOGC, .size = 100});
    uint32_t id = 0;
    while (recording_head(st.rec)->collections == 0)
        alloc(&st, id++, 40000);
    assert_true(program_usable(st.p, id - 1));
    assert_false(program_usable(st.p, id - 2));
    assert_int_equal(last_event(&st, EV_MARKED)->a, 1);
    close_stage(&st);
}

static void spans_managed_by_hand_are_no_garbage(void **state) {
    struct stage st;
    (void)state;
    start(&st, "linux/amd64");
    run(&st, (struct op){.code = OP_MANUAL, .id = 3, .size = 4});
    on(&st, OP_COLLECT, 0);
    assert_int_equal(last_event(&st, EV_MARKED)->a, 0);
    assert_int_equal(heap_stat(program_heap(st.p), STAT_stacks_inuse), 4 * GO_PAGE_SIZE);
    on(&st, OP_FREE_MANUAL, 3);
    assert_int_equal(heap_stat(program_heap(st.p), STAT_stacks_inuse), 0);
    assert_refused(&st, (struct op){.code = OP_FREE_MANUAL, .id = 3},
        "there is no object 3, expected the number of one that was allocated");
    close_stage(&st);
}

/* --- What makes no sense --- */

static void nothing_comes_before_init(void **state) {
    struct stage st;
    (void)state;
    open_stage(&st, "linux/amd64");
    for (unsigned code = 0; code < OP_COUNT; code++) {
        struct strbuf why = {0};
        if (code == OP_OCCUPY || code == OP_INIT || code == OP_NOTE)
            continue;
        sb_printf(
            &why, "`%s` before the heap has started, expected `init` first", op_code_name(code));
        assert_refused(&st, (struct op){.code = (enum op_code)code, .size = 1}, sb_text(&why));
        sb_free(&why);
    }
    run(&st, (struct op){.code = OP_NOTE, .note = "so far"});
    close_stage(&st);
}

static void init_comes_once(void **state) {
    struct stage st;
    (void)state;
    start(&st, "linux/amd64");
    assert_refused(
        &st, (struct op){.code = OP_INIT}, "`init` after the heap has started, expected before");
    assert_refused(&st, (struct op){.code = OP_OCCUPY, .addr = 0x1000, .size = 0x1000},
        "`occupy` after the heap has started, expected before");
    close_stage(&st);
}

static void unknown_objects_are_refused(void **state) {
    static const enum op_code codes[] = {
        OP_DROP, OP_FILL, OP_ROOT, OP_UNROOT, OP_STORE, OP_NIL, OP_FREE_MANUAL};
    struct stage st;
    (void)state;
    start(&st, "linux/amd64");
    alloc(&st, 2, 100);
    on(&st, OP_DROP, 2);
    for (size_t i = 0; i < ARRAY_LEN(codes); i++) {
        assert_refused(&st, (struct op){.code = codes[i], .id = 2},
            "there is no object 2, expected the number of one that was allocated");
        assert_refused(&st, (struct op){.code = codes[i], .id = UINT32_MAX},
            "there is no object 4294967295, expected the number of one that was allocated");
    }
    alloc(&st, 2, 100);
    assert_refused(&st, (struct op){.code = OP_STORE, .id = 2, .dst = 9},
        "there is no object 9, expected the number of one that was allocated");
    assert_refused(&st, (struct op){.code = OP_FREE_MANUAL, .id = 2},
        "object 2 is no manually managed span, expected the number of one");
    close_stage(&st);
}

static void stores_outside_an_object_are_refused(void **state) {
    struct stage st;
    (void)state;
    start(&st, "linux/amd64");
    alloc_pair(&st, 1);
    alloc(&st, 2, 15);
    assert_refused(&st, (struct op){.code = OP_STORE, .id = 1, .word = 2, .dst = 1},
        "object 1 has no word 2, expected one below 2");
    assert_refused(&st, (struct op){.code = OP_NIL, .id = 2, .word = 1},
        "object 2 has no word 1, expected one below 1");
    assert_refused(&st, (struct op){.code = OP_STORE, .id = 1, .dst = 2, .off = 15},
        "offset 15 is outside object 2, expected less than 15");
    run(&st, (struct op){.code = OP_STORE, .id = 1, .dst = 2, .off = 14});
    close_stage(&st);
}

static void sizes_beyond_the_address_space_are_refused(void **state) {
    struct stage st;
    (void)state;
    start(&st, "linux/386");
    assert_refused(&st, (struct op){.code = OP_ALLOC, .size = UINT64_C(1) << 32},
        "4294967296 bytes do not fit the platform's address space, expected at most 4294967295");
    assert_refused(&st, (struct op){.code = OP_MANUAL, .size = 1 << 19},
        "4294967296 bytes do not fit the platform's address space, expected at most 4294967295");
    assert_refused(&st, (struct op){.code = OP_MANUAL, .size = 0},
        "0 pages cannot be managed, expected at least one");
    assert_refused(&st, (struct op){.code = OP_ALLOC, .id = 1 << 26, .size = 1},
        "object number 67108864 is too large, expected less than 67108864");
    close_stage(&st);
}

static void page_counts_that_wrap_around_are_refused(void **state) {
    struct stage st;
    struct error err;
    (void)state;
    start(&st, "linux/amd64");
    for (unsigned shift = 50; shift < 64; shift++) {
        const struct op op = {.code = OP_MANUAL, .size = (UINT64_C(1) << shift) + 1};
        assert_false(program_run(st.p, &op, &err));
        assert_non_null(strstr(err.text, "expected at most"));
    }
    close_stage(&st);
}

static void types_that_cannot_be_are_refused(void **state) {
    static const uint8_t mask = 3;
    struct stage st;
    (void)state;
    start(&st, "linux/amd64");
    struct op op = {.code = OP_ALLOC_TYPED, .elem = 16, .count = 0, .ptrdata = 8, .mask = &mask};
    assert_refused(
        &st, op, "an array of 0 elements of 16 bytes cannot be, expected at least one of each");
    op.count = 1, op.elem = 0;
    assert_refused(
        &st, op, "an array of 1 elements of 0 bytes cannot be, expected at least one of each");
    op.count = UINT64_C(1) << 62, op.elem = 16;
    assert_refused(&st, op,
        "an array of 4611686018427387904 elements of 16 bytes cannot be, expected at least one "
        "of each");
    op.count = 1, op.ptrdata = 24;
    assert_refused(
        &st, op, "pointers in the first 24 of 16 bytes cannot be, expected whole words of 8 bytes");
    op.ptrdata = 12;
    assert_refused(
        &st, op, "pointers in the first 12 of 16 bytes cannot be, expected whole words of 8 bytes");
    op.ptrdata = 8, op.elem = 20;
    assert_refused(
        &st, op, "pointers in the first 8 of 20 bytes cannot be, expected whole words of 8 bytes");
    close_stage(&st);
}

static void settings_that_cannot_be_are_refused(void **state) {
    struct stage st;
    (void)state;
    start(&st, "linux/amd64");
    assert_refused(&st, (struct op){.code = OP_PS, .size = 9}, "9 P's cannot be, expected 1 to 8");
    run(&st, (struct op){.code = OP_PS, .size = 3});
    assert_refused(&st, (struct op){.code = OP_PS, .size = 2}, "2 P's cannot be, expected 3 to 8");
    assert_refused(&st, (struct op){.code = OP_GOGC, .size = UINT64_C(1) << 31},
        "a GOGC of 2147483648 percent cannot be, expected at most 2147483647 or off");
    run(&st, (struct op){.code = OP_GOGC, .size = UINT64_MAX});
    close_stage(&st);
}

static void after_the_end_nothing_runs(void **state) {
    struct stage st;
    (void)state;
    start(&st, "linux/386");
    assert_false(program_ended(st.p));
    alloc(&st, 1, 0xfffff000);
    assert_true(program_ended(st.p));
    assert_int_equal(last_event(&st, EV_OP_END)->a, 0);
    assert_int_equal(recording_event(st.rec, recording_count(st.rec) - 2)->kind, EV_EXIT);
    uint64_t addr, size;
    assert_false(program_object(st.p, 1, &addr, &size));
    assert_refused(&st, (struct op){.code = OP_NOTE, .note = "?"},
        "Go has ended the program, expected no more operations");
    close_stage(&st);
}

static void a_start_that_fails_ends_the_program(void **state) {
    struct stage st;
    (void)state;
    open_stage(&st, "linux/386");
    st.system->refuse = FALLBACK_COUNT;
    run(&st, (struct op){.code = OP_INIT});
    assert_true(program_ended(st.p));
    assert_false(replica_in_op(recording_head(st.rec)));
    close_stage(&st);
}

/* Pointers to what was dropped: Go ends such a program in the next sweep but one. */
static void pointers_to_dropped_objects_are_the_programs_own_fault(void **state) {
    struct stage st;
    struct error err;
    (void)state;
    open_stage(&st, "linux/amd64");
    program_set_checked(st.p, false);
    run(&st, (struct op){.code = OP_INIT});
    alloc_pair(&st, 0);
    alloc(&st, 1, 64);
    alloc(&st, 2, 64);
    point(&st, 0, 0, 1);
    point(&st, 0, 1, 2);
    on(&st, OP_DROP, 1);
    on(&st, OP_COLLECT, 0);
    run(&st, (struct op){.code = OP_PRECISE, .size = 1});
    on(&st, OP_ROOT, 0);
    const struct op collect = {.code = OP_COLLECT}, lazily = {.code = OP_COLLECT_LAZY};
    program_run(st.p, &lazily, &err);
    for (unsigned i = 0; i < 3 && !program_ended(st.p); i++)
        program_run(st.p, &collect, &err);
    assert_true(program_ended(st.p));
    const struct event *said = last_event(&st, EV_MESSAGE);
    assert_int_equal(said->x, MSG_THROW_SWEEP_COUNT);
    assert_false(replica_in_op(recording_head(st.rec)));
    close_stage(&st);
}

/* ... and at once, if nothing else has come to where they lead. */
static void a_pointer_into_a_span_that_went_home_ends_the_program(void **state) {
    struct stage st;
    (void)state;
    open_stage(&st, "linux/amd64");
    program_set_checked(st.p, false);
    run(&st, (struct op){.code = OP_INIT});
    alloc_pair(&st, 0);
    alloc(&st, 1, 40960);
    run(&st, (struct op){.code = OP_STORE, .id = 0, .dst = 1, .off = 40000});
    on(&st, OP_DROP, 1);
    on(&st, OP_COLLECT, 0);
    on(&st, OP_ROOT, 0);
    run(&st, (struct op){.code = OP_PRECISE, .size = 1});
    assert_false(program_ended(st.p));
    on(&st, OP_COLLECT, 0);
    assert_true(program_ended(st.p));
    assert_int_equal(last_event(&st, EV_MESSAGE)->x, MSG_THROW_BAD_POINTER);
    assert_int_equal(last_event(&st, EV_EXIT)->w, 2);
    assert_false(replica_in_op(recording_head(st.rec)));
    close_stage(&st);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(operations_are_numbered_and_stand_around_what_they_cause),
        cmocka_unit_test(an_allocation_tells_where_it_found_what),
        cmocka_unit_test(objects_of_no_bytes_are_no_objects_on_the_heap),
        cmocka_unit_test(stores_write_real_pointers_and_tell_old_and_new),
        cmocka_unit_test(filling_writes_the_whole_object_and_nothing_else),
        cmocka_unit_test(a_number_used_again_names_the_new_object),
        cmocka_unit_test(what_others_take_is_told_as_theirs),
        cmocka_unit_test(what_is_not_dropped_lives),
        cmocka_unit_test(precisely_what_roots_reach_lives),
        cmocka_unit_test(what_was_collected_can_be_dropped_and_replaced_but_not_used),
        cmocka_unit_test(lazily_collected_memory_comes_back_span_by_span),
        cmocka_unit_test(a_collection_falls_due_as_the_heap_grows),
        cmocka_unit_test(the_object_whose_allocation_began_a_collection_lives),
        cmocka_unit_test(spans_managed_by_hand_are_no_garbage),
        cmocka_unit_test(nothing_comes_before_init),
        cmocka_unit_test(init_comes_once),
        cmocka_unit_test(unknown_objects_are_refused),
        cmocka_unit_test(stores_outside_an_object_are_refused),
        cmocka_unit_test(sizes_beyond_the_address_space_are_refused),
        cmocka_unit_test(page_counts_that_wrap_around_are_refused),
        cmocka_unit_test(types_that_cannot_be_are_refused),
        cmocka_unit_test(settings_that_cannot_be_are_refused),
        cmocka_unit_test(after_the_end_nothing_runs),
        cmocka_unit_test(a_start_that_fails_ends_the_program),
        cmocka_unit_test(a_pointer_into_a_span_that_went_home_ends_the_program),
        cmocka_unit_test(pointers_to_dropped_objects_are_the_programs_own_fault),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
