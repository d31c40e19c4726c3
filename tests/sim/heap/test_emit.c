/* Telling: who listens or not, what is told, and how programs end. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "tests/sim/heap/fixture.h"

/* --- The sink --- */

enum { OBJECTS = 400, SPANS = 24 };

/* A treap that turns, pages that were given back, more arena. */
static void grow_and_shrink(struct heap *h) {
    uint64_t spans[SPANS];
    for (unsigned i = 0; i < SPANS; i++) {
        spans[i] = heap_alloc_manual(h, 200 + i * 17 % 40);
        heap_alloc_manual(h, 1); /* a wall */
    }
    for (unsigned i = 0; i < SPANS; i++)
        heap_free_manual(h, spans[i]);
    heap_scavenge(h, UINT64_MAX, 0);
    heap_alloc_manual(h, 210);
    if (h->ptr_size == 4) { /* as if the block of arena were used up */
        HEAP_SET(h, arena_end, h->arena_alloc);
        heap_alloc_manual(h, 500);
    }
    persistentalloc(h, KiB(64), 8, STAT_other_sys, META_SWEEPBUF);
}

static void stop_or_allocate(struct heap *h, unsigned p, void *arg) {
    if (p == 3)
        heap_stop_world(h);
    for (unsigned i = 0; i < 20; i++)
        heap_malloc_on(h, p, *(const uint64_t *)arg + p, NULL);
}

/* P's that wait for each other. */
static void overlap(struct heap *h) {
    uint64_t size = 2000;
    assert_true(heap_set_ps(h, 4));
    heap_overlap(h, 5);
    for (unsigned round = 0; round < 20; round++) {
        for (unsigned p = 0; p < 4; p++)
            heap_start_on(h, p, stop_or_allocate, &size);
        heap_await_all(h);
    }
    heap_overlap_end(h);
}

/* Small, large and typed objects, collections, the scavenger; the dump afterwards. */
static void exercise(struct heap *h, struct test_os *system, struct strbuf *dump) {
    static const uint8_t mask = 3;
    uint64_t addr[OBJECTS];
    assert_true(heap_init(h));
    heap_seed(h, 7, 11);
    if (h->ptr_size == 4)
        system->elsewhere = 0x60001000; /* the first block of arena, and a second one behind it */
    for (unsigned round = 0; round < 3; round++) {
        for (unsigned i = 0; i < OBJECTS; i++) {
            uint64_t size = i % 50 == 49 ? 3000 * i : 1 + i * i % 2000;
            addr[i] = i % 3 ? heap_malloc(h, size, NULL).addr
                            : heap_malloc(h, 64, &(struct heap_type){64, 16, &mask}).addr;
            sb_printf(dump, "%llx\n", (unsigned long long)addr[i]);
        }
        heap_gc_begin(h);
        for (unsigned i = 0; i < OBJECTS; i += 3 + round)
            heap_gc_mark(h, addr[i], true);
        heap_gc_end(h);
        if (round == 1)
            heap_sweep_all(h);
    }
    heap_free_manual(h, heap_alloc_manual(h, 200));
    heap_scavenge(h, UINT64_MAX, 0);
    grow_and_shrink(h);
    overlap(h);
    heap_emit(h, (struct event){.kind = EV_STORE, .x = 1});
    heap_dump(h, dump);
}

static void a_heap_that_nobody_listens_to_does_the_same(void **state) {
    static const char *const platforms[] = {"linux/amd64", "linux/386", "linux/ppc64le"};
    static const unsigned refuse[] = {0, 3, 0}; /* the 32-bit arena begins empty */
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(platforms); i++) {
        struct strbuf heard = {0}, unheard = {0};
        struct lab lab;
        lab_open(&lab, platforms[i]);
        lab.system->refuse = refuse[i];
        exercise(lab.h, lab.system, &heard);
        assert_true(recording_count(lab.rec) > 1000);
        unsigned calls = lab.system->calls;
        lab_close(&lab);
        struct test_os *system = test_os_new(platforms[i]);
        struct heap *h = heap_new(&(struct heap_config){.os = &system->os});
        system->refuse = refuse[i];
        exercise(h, system, &unheard);
        assert_string_equal(sb_text(&heard), sb_text(&unheard));
        assert_int_equal(system->calls, calls);
        heap_free(h);
        os_destroy(&system->os);
        sb_free(&heard);
        sb_free(&unheard);
    }
}

static void events_from_outside_reach_the_sink(void **state) {
    struct lab lab;
    (void)state;
    lab_open(&lab, "linux/amd64");
    heap_emit(lab.h, (struct event){.kind = EV_STORE, .x = 7, .a = 1, .b = 2, .c = 3});
    const struct event *ev = lab_event(&lab, EV_STORE, 0);
    assert_int_equal(ev->x, 7);
    assert_int_equal(ev->a + ev->b * 10 + ev->c * 100, 321);
    lab_close(&lab);
}

/* --- What is told --- */

static void what_does_not_change_is_not_told(void **state) {
    struct lab lab;
    (void)state;
    lab_start(&lab, "linux/amd64");
    uint64_t before = recording_count(lab.rec), bitmap = lab.h->bitmap;
    stat_add(lab.h, STAT_heap_live, 0);
    HEAP_SET(lab.h, bitmap, bitmap);
    set_range(lab.h, bitmap, 0x1000, RANGE_CHECKED, OWNER_HEAP);
    assert_int_equal(recording_count(lab.rec), before);
    HEAP_SET(lab.h, bitmap, bitmap + 1);
    const struct event *ev = recording_event(lab.rec, before);
    assert_int_equal(ev->kind, EV_HEAP_SET);
    assert_int_equal(ev->w, HEAP_bitmap);
    assert_int_equal(ev->a, bitmap);
    assert_int_equal(ev->b, bitmap + 1);
    HEAP_SET(lab.h, bitmap, bitmap);
    lab_close(&lab);
}

static void a_range_is_told_in_pieces_that_were_alike(void **state) {
    struct lab lab;
    (void)state;
    lab_open(&lab, "linux/amd64");
    set_range(lab.h, 0x2000, 0x1000, RANGE_MAPPED, OWNER_HEAP);
    set_range(lab.h, 0x4000, 0x1000, RANGE_MAPPED, OWNER_METADATA);
    uint64_t before = recording_count(lab.rec);
    set_range(lab.h, 0x1000, 0x4000, RANGE_MAPPED, OWNER_HEAP);
    assert_int_equal(recording_count(lab.rec), before + 3);
    static const uint64_t pieces[][3] = {{0x1000, RANGE_NONE, OWNER_NOBODY},
        {0x3000, RANGE_NONE, OWNER_NOBODY}, {0x4000, RANGE_MAPPED, OWNER_METADATA}};
    for (unsigned i = 0; i < 3; i++) {
        const struct event *ev = recording_event(lab.rec, before + i);
        assert_int_equal(ev->a, pieces[i][0]);
        assert_int_equal(ev->b, 0x1000);
        assert_int_equal(ev->w, pieces[i][1] | RANGE_MAPPED << 8);
        assert_int_equal(ev->x, pieces[i][2] | OWNER_HEAP << 8);
    }
    lab_close(&lab);
}

static void a_slot_is_told_with_the_old_state_and_the_new(void **state) {
    struct lab lab;
    (void)state;
    lab_start(&lab, "linux/amd64");
    lab_new(&lab, 32);
    lab_new(&lab, 32);
    const struct event *ev = lab_event(&lab, EV_SLOT, 1);
    assert_int_equal(ev->a, UINT64_MAX >> 1);
    assert_int_equal(ev->b, UINT64_MAX >> 2);
    assert_int_equal(ev->c, 1 | UINT64_C(2) << 32);
    lab_close(&lab);
}

/* --- Ends --- */

static void count_up(struct heap *h, void *arg) {
    (void)h;
    ++*(int *)arg;
}

static void give_up(struct heap *h, void *arg) {
    ++*(int *)arg;
    heap_throw(h, MSG_THROW_OOM);
}

static void a_fatal_error_comes_back_to_who_entered_the_heap(void **state) {
    struct lab lab;
    int entered = 0, status = -1;
    (void)state;
    lab_start(&lab, "linux/amd64");
    assert_true(heap_guard(lab.h, count_up, &entered));
    assert_false(heap_exited(lab.h, &status));
    assert_int_equal(status, -1);
    assert_false(heap_guard(lab.h, give_up, &entered));
    assert_true(heap_exited(lab.h, &status));
    assert_int_equal(status, 2);
    assert_int_equal(entered, 2);
    assert_false(heap_guard(lab.h, count_up, &entered)); /* and that was all */
    assert_int_equal(entered, 2);
    lab_close(&lab);
}

static void a_fatal_error_is_a_message_and_an_exit(void **state) {
    struct lab lab;
    int entered = 0;
    (void)state;
    lab_start(&lab, "linux/amd64");
    uint64_t before = recording_count(lab.rec);
    heap_guard(lab.h, give_up, &entered);
    assert_int_equal(recording_count(lab.rec), before + 2);
    assert_int_equal(recording_event(lab.rec, before)->kind, EV_MESSAGE);
    assert_int_equal(recording_event(lab.rec, before)->x, MSG_THROW_OOM);
    assert_int_equal(recording_event(lab.rec, before + 1)->kind, EV_EXIT);
    assert_int_equal(recording_event(lab.rec, before + 1)->w, 2);
    lab_close(&lab);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_heap_that_nobody_listens_to_does_the_same),
        cmocka_unit_test(events_from_outside_reach_the_sink),
        cmocka_unit_test(what_does_not_change_is_not_told),
        cmocka_unit_test(a_range_is_told_in_pieces_that_were_alike),
        cmocka_unit_test(a_slot_is_told_with_the_old_state_and_the_new),
        cmocka_unit_test(a_fatal_error_comes_back_to_who_entered_the_heap),
        cmocka_unit_test(a_fatal_error_is_a_message_and_an_exit),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
