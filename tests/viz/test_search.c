/* Searching a run: addresses, sizes, classes, objects, events. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <string.h>

#include "sim/trace/history.h"
#include "tests/viz/panels/world.h"
#include "viz/search.h"

static const char script[] = "provider model\n"
                             "take hints 2\n"
                             "keep ring 300\n"
                             "repeat 200\n"
                             "ring[] = alloc 48\n"
                             "end\n"
                             "big = alloc 100000\n"
                             "small = alloc 16\n"
                             "drop ring[5]\n"
                             "collect\n"
                             "repeat 200\n"
                             "ring[] = alloc 48\n"
                             "end\n"
                             "collect\n";

static int open_run(void **state) {
    static struct world w;
    world_open(&w, "linux/amd64", script);
    *state = &w;
    return 0;
}

static int close_run(void **state) {
    world_close(*state);
    return 0;
}

static struct search parsed(const char *text) {
    struct search s;
    assert_true(search_parse(text, &s));
    return s;
}

static void what_is_typed_is_told_apart(void **state) {
    (void)state;
    assert_int_equal(parsed("0xc420012040").kind, SEARCH_ADDRESS);
    assert_int_equal(parsed("c420012040").value, 0xc420012040);
    assert_int_equal(parsed(" 842350461024 ").kind, SEARCH_ADDRESS);
    assert_int_equal(parsed("48").kind, SEARCH_SIZE);
    assert_int_equal(parsed("48 B").value, 48);
    assert_int_equal(parsed("64 KiB").value, 65536);
    assert_int_equal(parsed("class 5").kind, SEARCH_CLASS);
    assert_int_equal(parsed("class 5").noscan, -1);
    assert_int_equal(parsed("5/scan").noscan, 0);
    assert_int_equal(parsed("5/noscan").noscan, 1);
    assert_int_equal(parsed("#123").kind, SEARCH_OBJECT);
    assert_int_equal(parsed("#123").value, 123);
    assert_int_equal(parsed("Refused").kind, SEARCH_EVENTS);
    assert_int_equal(parsed("collection").kinds, UINT64_C(1) << EV_MARKED);
    assert_int_equal(parsed("mheap_grow").w, HEAP_arena_used);
    assert_int_equal(parsed("collec").kinds, UINT64_C(1) << EV_MARKED);
}

static void nonsense_is_nothing(void **state) {
    (void)state;
    static const char *const texts[] = {"", "  ", "#", "#x", "xyzzy", "class 99", "0x", "5/what",
        "0", "99999999999999999999999", "co", "-5", "12 apples"};
    struct search s;
    for (size_t i = 0; i < ARRAY_LEN(texts); i++)
        assert_false(search_parse(texts[i], &s));
}

/* The address of the first slot of the first span in use with slots of that size. */
static const struct rspan *span_of_size(const struct world *w, uint64_t size) {
    for (uint32_t h = 1; h <= w->r->span_count; h++) {
        const struct rspan *s = replica_span(w->r, h);
        if (s->state == SPAN_STATE_INUSE && s->elemsize == size)
            return s;
    }
    fail_msg("no span with slots of %u bytes", (unsigned)size);
    return NULL;
}

static void an_interior_address_is_base_and_offset(void **state) {
    struct world *w = *state;
    world_seek(w, UINT64_MAX);
    const struct rspan *s = span_of_size(w, 48);
    struct search search = {.kind = SEARCH_ADDRESS, .value = s->base + 48 + 5};
    struct strbuf out = {0};
    char wanted[64];
    search_answer(&search, w->r, w->view.rec, w->view.platform, &out);
    snprintf(
        wanted, sizeof wanted, "= span 0x%llx + 0x35: slot 1 of 170", (unsigned long long)s->base);
    assert_non_null(strstr(out.text, wanted));
    assert_non_null(strstr(out.text, "48 B"));
    struct match m;
    assert_true(search_step(&search, w->r, w->view.rec, (struct thing){0}, 1, &m));
    assert_int_equal(m.thing.kind, THING_SLOT);
    assert_int_equal(m.thing.addr, s->base + 48);
    assert_false(m.moves);
    sb_free(&out);
}

static void addresses_outside_the_arena_are_told_too(void **state) {
    struct world *w = *state;
    world_seek(w, UINT64_MAX);
    const uint64_t addrs[] = {
        w->r->heap[HEAP_spans] + 8, w->r->heap[HEAP_bitmap] - 1, 0x10, UINT64_MAX};
    const char *words[] = {"spans + 0x8: the entry of page 1", "bitmap - 0x1", "0x10: nothing", ""};
    for (size_t i = 0; i < ARRAY_LEN(addrs); i++) {
        struct strbuf out = {0};
        search_answer(&(struct search){.kind = SEARCH_ADDRESS, .value = addrs[i]}, w->r,
            w->view.rec, w->view.platform, &out);
        assert_non_null(strstr(out.text, words[i]));
        assert_int_equal(search_thing_at(w->r, addrs[i]).kind, THING_RANGE);
        sb_free(&out);
    }
}

static void spans_of_a_size_come_one_after_the_other_and_round_again(void **state) {
    struct world *w = *state;
    world_seek(w, UINT64_MAX);
    struct search search = parsed("48 B");
    struct thing pinned = {0};
    uint64_t first = 0, last = 0;
    unsigned spans = 0;
    for (struct match m; spans < 100; spans++, last = m.thing.addr, pinned = m.thing) {
        assert_true(search_step(&search, w->r, w->view.rec, pinned, 1, &m));
        assert_int_equal(replica_span(w->r, (uint32_t)m.thing.index)->elemsize, 48);
        if (m.thing.addr == first)
            break;
        assert_true(m.thing.addr > last);
        first = first ? first : m.thing.addr;
    }
    assert_int_equal(spans, 3); /* 399 objects in spans of 170 slots */
    struct match m;
    pinned = (struct thing){0};
    assert_true(search_step(&search, w->r, w->view.rec, pinned, -1, &m));
    assert_int_equal(m.thing.addr, last);
}

static void a_size_that_no_slot_has_finds_the_next_larger(void **state) {
    struct world *w = *state;
    world_seek(w, UINT64_MAX);
    struct match m;
    struct search search = parsed("33");
    assert_true(search_step(&search, w->r, w->view.rec, (struct thing){0}, 1, &m));
    assert_int_equal(replica_span(w->r, (uint32_t)m.thing.index)->elemsize, 48);
    search = parsed("class 66");
    assert_false(search_step(&search, w->r, w->view.rec, (struct thing){0}, 1, &m));
}

static void events_are_found_both_ways(void **state) {
    struct world *w = *state;
    struct match m;
    struct search search = parsed("collection");
    world_seek(w, 0);
    assert_true(search_step(&search, w->r, w->view.rec, (struct thing){0}, 1, &m));
    uint64_t first = m.seq;
    assert_true(m.moves);
    assert_int_equal(recording_event(w->view.rec, first - 1)->kind, EV_MARKED);
    world_seek(w, first);
    assert_true(search_step(&search, w->r, w->view.rec, (struct thing){0}, 1, &m));
    uint64_t second = m.seq;
    assert_true(second > first);
    world_seek(w, second);
    assert_false(search_step(&search, w->r, w->view.rec, (struct thing){0}, 1, &m));
    assert_true(search_step(&search, w->r, w->view.rec, (struct thing){0}, -1, &m));
    assert_int_equal(m.seq, first);
}

static void refusals_are_no_other_attempts(void **state) {
    struct world *w = *state;
    struct match m;
    struct search search = parsed("refused");
    unsigned n = 0;
    for (world_seek(w, 0); search_step(&search, w->r, w->view.rec, (struct thing){0}, 1, &m); n++) {
        assert_int_equal(recording_event(w->view.rec, m.seq - 1)->w, OUTCOME_REFUSED);
        world_seek(w, m.seq);
    }
    assert_int_equal(n, 2);
}

static void an_object_is_followed_through_its_life(void **state) {
    struct world *w = *state;
    struct match m;
    struct search search = parsed("#6");
    unsigned kinds[4] = {0}, n = 0;
    for (world_seek(w, 0);
         n < 4 && search_step(&search, w->r, w->view.rec, (struct thing){0}, 1, &m);) {
        kinds[n++] = recording_event(w->view.rec, m.seq - 1)->kind;
        world_seek(w, m.seq);
    }
    assert_int_equal(n, 2);
    assert_int_equal(kinds[0], EV_OBJECT);
    assert_int_equal(kinds[1], EV_DROP);
}

static void the_same_thing_again(void **state) {
    struct world *w = *state;
    struct match m;
    bool about;
    struct search search = parsed("#6");
    world_seek(w, 0);
    assert_true(search_step(&search, w->r, w->view.rec, (struct thing){0}, 1, &m));
    uint64_t born = m.seq;
    world_seek(w, born);
    struct thing slot = search_thing_at(w->r, m.thing.addr);
    uint64_t i = search_same(w->view.rec, w->r, slot, 1, &about);
    assert_true(about);
    assert_int_equal(recording_event(w->view.rec, i)->kind, EV_DROP);
    assert_int_equal(search_same(w->view.rec, w->r, slot, -1, &about), NO_EVENT);
    struct thing page = {THING_PAGE, slot.index, slot.addr & ~UINT64_C(8191), 8192};
    i = search_same(w->view.rec, w->r, page, 1, &about);
    assert_true(i < recording_count(w->view.rec) && i >= born);
    search_same(w->view.rec, w->r, (struct thing){.kind = THING_HINT}, 1, &about);
    assert_false(about);
    search_same(w->view.rec, w->r, (struct thing){0}, 1, &about);
    assert_false(about);
}

static void answers_say_where_the_next_is(void **state) {
    struct world *w = *state;
    struct strbuf out = {0};
    world_seek(w, 0);
    struct search search = parsed("collection");
    search_answer(&search, w->r, w->view.rec, w->view.platform, &out);
    assert_non_null(strstr(out.text, "none before"));
    sb_clear(&out);
    world_seek(w, UINT64_MAX);
    search = parsed("48");
    search_answer(&search, w->r, w->view.rec, w->view.platform, &out);
    assert_non_null(strstr(out.text, "3 spans with slots of 48 B"));
    sb_free(&out);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_typed_is_told_apart),
        cmocka_unit_test(nonsense_is_nothing),
        cmocka_unit_test(an_interior_address_is_base_and_offset),
        cmocka_unit_test(addresses_outside_the_arena_are_told_too),
        cmocka_unit_test(spans_of_a_size_come_one_after_the_other_and_round_again),
        cmocka_unit_test(a_size_that_no_slot_has_finds_the_next_larger),
        cmocka_unit_test(events_are_found_both_ways),
        cmocka_unit_test(refusals_are_no_other_attempts),
        cmocka_unit_test(an_object_is_followed_through_its_life),
        cmocka_unit_test(the_same_thing_again),
        cmocka_unit_test(answers_say_where_the_next_is),
    };
    return cmocka_run_group_tests(tests, open_run, close_run);
}
