/* Events from outside: what cannot be, what does not fit and what takes too much is refused. */
#include "sim/trace/replica_parts.h"
#include "tests/sim/heap/mirror.h"
#include "tests/sim/trace/every_event.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

/* After the history, these events, of which the last is refused. */
struct misfit {
    struct event events[4];
    unsigned count;
};

#define REFUSED(...)                                                                               \
    { {__VA_ARGS__}, sizeof((struct event[]){__VA_ARGS__}) / sizeof(struct event) }
#define EV(...)                                                                                    \
    { __VA_ARGS__ }

static void assert_refused(const struct misfit *cases, size_t count, const char *words) {
    for (size_t i = 0; i < count; i++) {
        struct replica *r = after(ARRAY_LEN(history));
        struct error err = {""};
        const struct misfit *c = &cases[i];
        for (unsigned k = 0; k < c->count; k++)
            if (replica_offer(r, &c->events[k], &err) != (k + 1 < c->count))
                fail_msg("case %zu, event %u of %u: %s", i, k, c->count, err.text);
        if (!strstr(err.text, words))
            fail_msg("case %zu: \"%s\" does not say \"%s\"", i, err.text, words);
        replica_free(r);
    }
}

static void events_that_do_not_fit_the_state_are_refused(void **state) {
    static const uint16_t slot = LIST_FREE + 3;
    const struct misfit cases[] = {
        /* operations, and mallocinit */
        REFUSED(EV(EV_OP_BEGIN, 9 << 8, 1, 0, 0, 0)),
        REFUSED(EV(EV_OP_END, OP_ALLOC, 1, 0, 0, 0)),
        REFUSED(EV(EV_OP_BEGIN, OP_ALLOC, 1, 0, 0, 0), EV(EV_OP_BEGIN, OP_ALLOC, 2, 0, 0, 0)),
        REFUSED(EV(EV_OP_BEGIN, OP_ALLOC, 1, 0, 0, 0), EV(EV_OP_END, OP_ALLOC, 2, 0, 0, 0)),
        REFUSED(EV(EV_STEP, STEP_COUNT | STEP_HINTS << 8, 0, 0, 0, 0)),
        REFUSED(EV(EV_STEP, STEP_ROUND | STEP_SIZES << 8, 0, 0, 0, 0)),
        REFUSED(EV(EV_ATTEMPT, OUTCOME_REFUSED, HINT_COUNT + FALLBACK_COUNT, 0, 0, 0)),
        /* the address space */
        REFUSED(EV(EV_RANGE, RANGES(NONE, RESERVED), OWNERS(NOBODY, HEAP), 0x8000, 0x1000, 0)),
        REFUSED(EV(EV_RANGE, RANGES(RESERVED, MAPPED), OWNERS(OTHER, HEAP), 0x8000, 0x1000, 0)),
        REFUSED(EV(EV_RANGE, RANGES(RESERVED, MAPPED), OWNERS(HEAP, HEAP), 0x8000, 0x8000, 0)),
        REFUSED(EV(EV_RESIDENT, 1, 0, 0xb000, 0x1000, 0)),
        REFUSED(EV(EV_RESIDENT, 0, 0, 0xa000, 0x1000, 0)),
        REFUSED(EV(EV_RESIDENT, 0, 0, 0xb000, 0x2000, 0)),
        REFUSED(EV(EV_HEAP_SET, HEAP_FIELD_COUNT, 0, 0, 1, 0)),
        REFUSED(EV(EV_HEAP_SET, HEAP_arena_used, 0, 7, 1, 0)),
        /* spans */
        REFUSED(EV(EV_SPAN_BORN, 0, 3, 0, 0, 0)),
        REFUSED(EV(EV_SPAN_SET, SPAN_npages, 0, 0, 1, 0)),
        REFUSED(EV(EV_SPAN_SET, SPAN_npages, 1, 7, 1, 0)),
        REFUSED(EV(EV_SLOT, 0, 1, 7, 1, PAIR(5, 6))),
        REFUSED(EV(EV_BITS, 0, 1, 16, 0, 1)),
        REFUSED(EV(EV_PAGES, 0, 0, 4, 1, PAIR(2, 0))),
        REFUSED(EV(EV_BITMAP, 0, 0, 0, 0, 1)),
        REFUSED(EV(EV_BITMAP, 9, 0, 0, 0, 1)),
        REFUSED(EV(EV_BITMAP, 1, 0, 0, 7, 1)),
        /* lists */
        REFUSED(EV(EV_LIST_PUSH, LIST_COUNT, 1, 0, 0, 0)),
        REFUSED(EV(EV_LIST_PUSH, slot, 1, 0, 0, 0), EV(EV_LIST_PUSH, slot, 1, 0, 0, 0)),
        REFUSED(EV(EV_LIST_DROP, slot, 1, 0, 0, 0)),
        REFUSED(EV(EV_LIST_PUSH, slot, 1, 0, 0, 0), EV(EV_LIST_DROP, slot, 1, 2, 0, 0)),
        /* the treap: 3 with 1 on its left */
        REFUSED(EV(EV_TREAP_LEAF, 0, 1, 5, 3, 1)),
        REFUSED(EV(EV_TREAP_LEAF, 0, 2, 5, 99, 0)),
        REFUSED(EV(EV_TREAP_LEAF, 0, 2, 5, 2, 0)),
        REFUSED(EV(EV_TREAP_LEAF, 0, 2, 5, 3, 0)),
        REFUSED(EV(EV_TREAP_LEAF, 0, 2, 5, 0, 0)),
        REFUSED(EV(EV_TREAP_CUT, 0, 2, 50, 0, 0)),
        REFUSED(EV(EV_TREAP_CUT, 0, 3, 10, 0, 0)),
        REFUSED(EV(EV_TREAP_LEAF, 0, 2, 5, 1, 1), EV(EV_TREAP_CUT, 0, 1, 40, 3, 0)),
        REFUSED(EV(EV_TREAP_CUT, 0, 1, 40, 2, 0)),
        REFUSED(EV(EV_TREAP_CUT, 0, 1, 41, 3, 0)),
        REFUSED(EV(EV_TREAP_CUT, 0, 1, 40, 3, 1)),
        REFUSED(EV(EV_TREAP_TURN, 0, 1, 0, 0, 0)),
        REFUSED(EV(EV_TREAP_TURN, 1, 1, 0, 0, 0)),
        /* P's */
        REFUSED(EV(EV_CACHE, 7, 9, 0, 1, 0)),
        REFUSED(EV(EV_CACHE, NUM_SPAN_CLASSES, 0, 0, 1, 0)),
        REFUSED(EV(EV_CACHE, 7, 0, 1, 3, 0)),
        REFUSED(EV(EV_TINY, 0, 9, 0, 1, 0)),
        REFUSED(EV(EV_P_BORN, 0, MAX_PS, 0, 0, 0)),
        REFUSED(EV(EV_P_BORN, 0, 4, 0, 0, 0)),
        REFUSED(EV(EV_SWITCH, 0, 9, 0, 0, 0)),
        REFUSED(EV(EV_SWITCH, 0, 1, 9, 0, 0)),
        REFUSED(EV(EV_SWITCH, 0, 1, 2, 0, 0)),
        REFUSED(EV(EV_WAIT, RANK_HEAP, 9, 0, 0, 0)),
        REFUSED(EV(EV_WAIT, RANK_HEAP, 1, 9, 0, 0)),
        REFUSED(EV(EV_WAIT, RANK_HEAP, 1, 0, 0, 0), EV(EV_WAIT, RANK_HEAP, 1, 0, 0, 0)),
        REFUSED(EV(EV_GOT, RANK_HEAP, 1, 0, 0, 0)),
        REFUSED(EV(EV_STAT_ADD, STAT_COUNT, 0, 1, 0, 0)),
        REFUSED(EV(EV_STAT_ADD, STAT_LOCAL, 9, 1, 0, 0)),
        /* objects, and marking: one object of span 1 is grey */
        REFUSED(EV(EV_OBJECT, 7 | RUNG_COUNT << 8, 1, 0xa000, 5, PAIR(16, 0))),
        REFUSED(EV(EV_NMALLOC, NUM_SPAN_CLASSES, 0, 1, 0, 0)),
        REFUSED(EV(EV_BLACK, 0, 1, 0xa010, 0, 0)),
        REFUSED(EV(EV_BLACK, 0, 2, 0xa000, 0, 0)),
        REFUSED(EV(EV_BLACK, 0, 1, 0xa000, 0, 0), EV(EV_BLACK, 0, 1, 0xa000, 0, 0)),
        REFUSED(EV(EV_MARKED, 0, 0, 9, 0, 0)),
    };
    (void)state;
    assert_refused(cases, ARRAY_LEN(cases), "does not fit the ones before it");
}

static void events_that_say_what_cannot_be_are_refused(void **state) {
    static const uint64_t huge = UINT64_C(1) << 60;
    const struct misfit cases[] = {
        REFUSED(EV(EV_COUNT, 0, 0, 0, 0, 0)),
        REFUSED(EV(EV_MESSAGE, 0, MSG_COUNT, 0, 0, 0)),
        REFUSED(EV(EV_META, META_MARKBITS + 1, 0, 0, 0, 0)),
        REFUSED(EV(EV_RANGE, RANGES(NONE, TAKEN), OWNERS(NOBODY, OTHER), 0x100000, 0, 0)),
        REFUSED(EV(EV_RANGE, RANGES(NONE, TAKEN), OWNERS(NOBODY, OTHER), UINT64_MAX, 2, 0)),
        REFUSED(EV(EV_RANGE, RANGE_STATE_COUNT << 8, OWNERS(NOBODY, OTHER), 0x100000, 1, 0)),
        REFUSED(EV(EV_RANGE, RANGES(NONE, TAKEN), (OWNER_OTHER + 1) << 8, 0x100000, 1, 0)),
        REFUSED(EV(EV_RESIDENT, 1, 0, 0x100000, 0, 0)),
        REFUSED(EV(EV_RESIDENT, 1, 0, UINT64_MAX, 2, 0)),
        REFUSED(EV(EV_SPAN_BORN, 0, 5, 0, 0, 0)),
        REFUSED(EV(EV_SPAN_SET, SPAN_npages, 4, 0, 1, 0)),
        REFUSED(EV(EV_SPAN_SET, SPAN_npages, 2, 0, huge, 0)),
        REFUSED(EV(EV_SPAN_SET, SPAN_nelems, 2, 0, huge, 0)),
        REFUSED(EV(EV_SPAN_SET, SPAN_state, 2, 0, SPAN_STATE_FREE + 1, 0)),
        REFUSED(EV(EV_SPAN_SET, SPAN_spanclass, 2, 0, NUM_SPAN_CLASSES, 0)),
        REFUSED(EV(EV_SPAN_SET, SPAN_FIELD_COUNT, 2, 0, 0, 0)),
        REFUSED(EV(EV_PAGES, 0, 0, huge, 1, 0)),
        REFUSED(EV(EV_PAGES, 0, 0, 1, huge, 0)),
        REFUSED(EV(EV_PAGES, 0, 0, 1, 1, PAIR(0, 4))),
        REFUSED(EV(EV_BITMAP, 1, 0, huge, 0, 1)),
        REFUSED(EV(EV_CACHE, 7, 0, 2, 4, 0)),
        REFUSED(EV(EV_OBJECT, NUM_SPAN_CLASSES, 1, 0, 0, 0)),
        REFUSED(EV(EV_OBJECT, 7, MAX_OBJECTS, 0, 0, 0)),
    };
    (void)state;
    assert_refused(cases, ARRAY_LEN(cases), "says what cannot be");
}

/* --- Memory --- */

/* Sets count pages from number page on, from one span's to another's. */
static bool offer_pages(struct replica *r, uint64_t page, uint64_t count, uint32_t old,
    uint32_t fresh, struct error *err) {
    return replica_offer(r,
        &(struct event){.kind = EV_PAGES, .a = page, .b = count, .c = old | (uint64_t)fresh << 32},
        err);
}

static struct replica *with_two_spans(void) {
    struct replica *r = replica_new();
    for (uint32_t i = 1; i <= 2; i++)
        replica_apply(r, &(struct event){.kind = EV_SPAN_BORN, .x = i});
    return r;
}

static void assert_pages(const struct replica *r, uint64_t page, uint64_t end, uint32_t span) {
    for (; page < end; page++)
        assert_int_equal(replica_page(r, page), span);
}

static void pages_change_alone_and_by_thousands(void **state) {
    enum { FROM = 1000, TO = 9000, HOLE = 4000, PATCH = 5 }; /* chunks are of 1024 */
    struct replica *r = with_two_spans();
    struct error err;
    (void)state;
    assert_true(offer_pages(r, FROM, TO - FROM, 0, 1, &err));
    struct replica *copy = replica_copy(r);
    const struct event patch = {
        .kind = EV_PAGES, .a = HOLE, .b = PATCH, .c = 1 | UINT64_C(2) << 32};
    replica_apply(r, &patch);
    assert_pages(r, FROM - 5, FROM, 0);
    assert_pages(r, FROM, HOLE, 1);
    assert_pages(r, HOLE, HOLE + PATCH, 2);
    assert_pages(r, HOLE + PATCH, TO, 1);
    assert_pages(r, TO, TO + 3000, 0);
    assert_pages(copy, FROM, TO, 1);
    replica_undo(r, &patch);
    assert_int_equal(replica_tables_digest(r), replica_tables_digest(copy));
    replica_undo(
        r, &(struct event){.kind = EV_PAGES, .a = FROM, .b = TO - FROM, .c = UINT64_C(1) << 32});
    assert_pages(r, 0, TO + 1, 0);
    assert_pages(copy, FROM, TO, 1);
    replica_apply(copy, &patch);
    assert_false(offer_pages(copy, FROM, TO - FROM, 1, 2, &err)); /* not all of them are 1 */
    assert_non_null(strstr(err.text, "does not fit"));
    replica_free(copy);
    replica_free(r);
    r = with_two_spans();
    assert_true(offer_pages(r, FROM, TO - FROM, 0, 1, &err));
    assert_true(offer_pages(r, TO - PATCH, PATCH, 1, 2, &err));
    assert_false(offer_pages(r, FROM, TO - FROM, 1, 2, &err)); /* nor here, at the end */
    replica_free(r);
    for (uint64_t page = 0; page <= 1000; page += 1000) { /* none was 1: whole chunks, a part */
        r = with_two_spans();
        assert_false(offer_pages(r, page, 3000, 1, 2, &err));
        assert_non_null(strstr(err.text, "does not fit"));
        replica_free(r);
    }
}

static void as_many_pages_as_there_can_be_take_little(void **state) {
    enum { ALL = 1 << 26 }; /* of 512 GiB */
    struct replica *r = with_two_spans();
    struct error err;
    (void)state;
    assert_true(offer_pages(r, 0, ALL, 0, 1, &err));
    assert_true(offer_pages(r, 1, ALL - 2, 1, 2, &err));
    assert_int_equal(replica_page(r, 0), 1);
    assert_int_equal(replica_page(r, ALL / 2), 2);
    assert_int_equal(replica_page(r, ALL - 1), 1);
    assert_true(replica_memory(r) < MiB(1));
    assert_false(offer_pages(r, 0, ALL + 1, 0, 1, &err));
    assert_non_null(strstr(err.text, "says what cannot be"));
    replica_free(r);
}

/* Events each of which touches memory that none has touched before. */
static void events_that_take_ever_more_memory_are_refused(void **state) {
    (void)state;
    for (unsigned kind = 0; kind < 2; kind++) {
        struct replica *r = with_two_spans();
        struct error err = {""};
        const struct event bitmap = {.kind = EV_BITMAP, .w = 1, .c = 1},
                           pages = {.kind = EV_PAGES, .b = 1, .c = UINT64_C(1) << 32};
        struct event ev = kind ? pages : bitmap;
        while (replica_offer(r, &ev, &err))
            ev.a += kind ? 1024 : 4096;
        assert_non_null(strstr(err.text, "takes more memory than any run does"));
        assert_true(replica_memory(r) <= MiB(64) + (r->seq + 1) * KiB(1) + MiB(2));
        assert_true(r->seq > 10000);
        replica_free(r);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(events_that_do_not_fit_the_state_are_refused),
        cmocka_unit_test(events_that_say_what_cannot_be_are_refused),
        cmocka_unit_test(pages_change_alone_and_by_thousands),
        cmocka_unit_test(as_many_pages_as_there_can_be_take_little),
        cmocka_unit_test(events_that_take_ever_more_memory_are_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
