/* Events packed: whatever they are, they come back; what is no packed block is refused. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "sim/base/random.h"
#include "sim/trace/eventpack.h"

#include <stdlib.h>
#include <string.h>

enum { COUNT = 3000 };

struct bench {
    struct eventpack *packer, *unpacker;
    struct event events[COUNT], back[COUNT];
    uint8_t packed[COUNT * EVENTPACK_MOST];
    size_t len;
};

static struct bench *bench_new(void) {
    struct bench *b = xcalloc(1, sizeof *b);
    b->packer = eventpack_new();
    b->unpacker = eventpack_new();
    return b;
}

static void bench_free(struct bench *b) {
    eventpack_free(b->packer);
    eventpack_free(b->unpacker);
    free(b);
}

static void assert_comes_back(struct bench *b, size_t count) {
    b->len = eventpack_pack(b->packer, b->events, count, b->packed);
    assert_true(b->len <= count * EVENTPACK_MOST);
    memset(b->back, 0xa5, sizeof b->back);
    assert_true(eventpack_unpack(b->unpacker, b->packed, b->len, b->back, count));
    for (size_t i = 0; i < count; i++) {
        const struct event *x = &b->events[i], *y = &b->back[i];
        assert_true(x->kind == y->kind && x->w == y->w && x->x == y->x);
        assert_true(x->a == y->a && x->b == y->b && x->c == y->c);
    }
}

/* Mostly small numbers, but any. */
static uint64_t random_number(uint64_t *state) {
    uint64_t n = random_u64(state);
    return n >> (random_u64(state) % 64);
}

static void any_events_come_back(void **unused) {
    struct bench *b = bench_new();
    uint64_t state = 42;
    (void)unused;
    for (unsigned round = 0; round < 20; round++) {
        for (size_t i = 0; i < COUNT; i++)
            b->events[i] = (struct event){.kind = (uint16_t)(random_u64(&state) % EV_COUNT),
                .w = (uint16_t)random_number(&state),
                .x = (uint32_t)random_number(&state),
                .a = random_number(&state),
                .b = random_number(&state),
                .c = random_number(&state)};
        assert_comes_back(b, COUNT);
    }
    bench_free(b);
}

static void extremes_come_back(void **unused) {
    struct bench *b = bench_new();
    size_t n = 0;
    (void)unused;
    for (unsigned kind = 0; kind < EV_COUNT; kind++)
        for (unsigned set = 0; set < 32; set++)
            b->events[n++ % COUNT] = (struct event){.kind = (uint16_t)kind,
                .w = set & 1 ? UINT16_MAX : 0,
                .x = set & 2 ? UINT32_MAX : 0,
                .a = set & 4 ? UINT64_MAX : 0,
                .b = set & 8 ? UINT64_MAX : 1,
                .c = set & 16 ? UINT64_C(1) << 63 : 0};
    assert_comes_back(b, n < COUNT ? n : COUNT);
    assert_comes_back(b, 0);
    assert_int_equal(b->len, 0);
    bench_free(b);
}

/* A block does not lean on the one before: it can be unpacked by itself. */
static void blocks_stand_alone(void **unused) {
    struct bench *b = bench_new();
    (void)unused;
    for (size_t i = 0; i < COUNT; i++)
        b->events[i] = (struct event){.kind = EV_STORE, .x = 7, .a = i, .b = i + 1, .c = 1 << 20};
    assert_comes_back(b, COUNT);
    size_t first = b->len;
    assert_comes_back(b, COUNT);
    assert_int_equal(b->len, first);
    bench_free(b);
}

static void what_can_be_foretold_takes_two_bytes(void **unused) {
    struct bench *b = bench_new();
    (void)unused;
    for (size_t i = 0; i < COUNT; i++) /* a span's slots, handed out one after the other */
        b->events[i] = (struct event){.kind = EV_SLOT,
            .x = 3,
            .a = UINT64_MAX >> i % 64,
            .b = UINT64_MAX >> i % 64 >> 1,
            .c = i | (uint64_t)(i + 1) << 32};
    assert_comes_back(b, 64);
    assert_true(b->len < 2 * 64 + 32);
    bench_free(b);
}

static void broken_blocks_are_refused_or_give_some_events(void **unused) {
    struct bench *b = bench_new();
    uint64_t state = 7;
    (void)unused;
    for (size_t i = 0; i < COUNT; i++)
        b->events[i] = (struct event){.kind = (uint16_t)(i % EV_COUNT), .x = (uint32_t)i, .b = i};
    assert_comes_back(b, COUNT);
    assert_false(eventpack_unpack(b->unpacker, b->packed, b->len - 1, b->back, COUNT));
    assert_false(eventpack_unpack(b->unpacker, b->packed, b->len, b->back, COUNT - 1));
    assert_false(eventpack_unpack(b->unpacker, b->packed, 0, b->back, COUNT));
    for (unsigned i = 0; i < 2000; i++) {
        uint8_t *at = &b->packed[random_u64(&state) % b->len], was = *at;
        *at = (uint8_t)random_u64(&state);
        if (eventpack_unpack(b->unpacker, b->packed, b->len, b->back, COUNT))
            for (size_t k = 0; k < COUNT; k++)
                assert_true(b->back[k].kind < EV_COUNT);
        *at = was;
    }
    bench_free(b);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(any_events_come_back),
        cmocka_unit_test(extremes_come_back),
        cmocka_unit_test(blocks_stand_alone),
        cmocka_unit_test(what_can_be_foretold_takes_two_bytes),
        cmocka_unit_test(broken_blocks_are_refused_or_give_some_events),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
