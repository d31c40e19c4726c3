/* Shrinking: what is needed stays, all else goes. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "sim/work/shrink.h"

#include <string.h>

/* How the suspects of a test fail. */
struct fault {
    unsigned tries;
    bool needs_limit;
};

static void suspect_of(struct suspect *s, size_t count) {
    *s = (struct suspect){.count = count, .env = {.platform = platform_find("linux/386")}};
    s->ops = xcalloc(count, sizeof *s->ops);
    for (size_t i = 0; i < count; i++)
        s->ops[i] = (struct op){.code = OP_ALLOC, .id = (uint32_t)i, .size = 1000 + i};
}

static const struct op *find(const struct suspect *s, uint32_t id) {
    for (size_t i = 0; i < s->count; i++)
        if (s->ops[i].id == id)
            return &s->ops[i];
    return NULL;
}

/* Operations 3, 500 and 997 together fail, in a world with a limit if that is needed. */
static bool three_fail(void *arg, const struct suspect *s) {
    struct fault *f = arg;
    f->tries++;
    return find(s, 3) && find(s, 500) && find(s, 997) &&
           (!f->needs_limit || s->env.model.memory_limit);
}

static void what_is_not_needed_is_left_out(void **state) {
    struct suspect s;
    struct fault f = {0};
    (void)state;
    suspect_of(&s, 1000);
    unsigned tries = shrink(&s, three_fail, &f, 5000);
    assert_int_equal(tries, f.tries);
    assert_int_equal(s.count, 3);
    assert_int_equal(s.ops[0].id, 3);
    assert_int_equal(s.ops[1].id, 500);
    assert_int_equal(s.ops[2].id, 997);
    assert_true(f.tries < 300);
    suspect_free(&s);
}

static void the_world_becomes_plain_but_for_what_is_needed(void **state) {
    struct suspect s;
    struct fault f = {.needs_limit = true};
    (void)state;
    suspect_of(&s, 1000);
    env_toggle_taken(&s.env, 0x10000000, 0x10000);
    env_toggle_taken(&s.env, 0x20000000, 0x10000);
    s.env.model.memory_limit = MiB(64);
    s.env.model.address_limit = MiB(512);
    s.env.model.ignores_hints = true;
    shrink(&s, three_fail, &f, 5000);
    assert_int_equal(s.env.model.memory_limit, MiB(64));
    assert_int_equal(s.env.model.address_limit, 0);
    assert_int_equal(s.env.model.taken_count, 0);
    assert_false(s.env.model.ignores_hints);
    suspect_free(&s);
}

/* Fails if the second of two ranges is taken. */
static bool second_range_fails(void *arg, const struct suspect *s) {
    (void)arg;
    return env_is_taken(&s->env, 0x20000000);
}

static void the_taken_range_that_matters_stays(void **state) {
    struct suspect s;
    (void)state;
    suspect_of(&s, 4);
    env_toggle_taken(&s.env, 0x10000000, 0x10000);
    env_toggle_taken(&s.env, 0x20000000, 0x10000);
    env_toggle_taken(&s.env, 0x30000000, 0x10000);
    shrink(&s, second_range_fails, NULL, 100);
    assert_int_equal(s.count, 0);
    assert_int_equal(s.env.model.taken_count, 1);
    assert_int_equal(s.env.model.taken[0].addr, 0x20000000);
    suspect_free(&s);
}

/* Fails if object 2 has at least 700 bytes. */
static bool large_fails(void *arg, const struct suspect *s) {
    (void)arg;
    const struct op *op = find(s, 2);
    return op && op->size >= 700;
}

static void sizes_become_small(void **state) {
    struct suspect s;
    (void)state;
    suspect_of(&s, 5);
    s.ops[2].size = 1 << 20;
    shrink(&s, large_fails, NULL, 1000);
    assert_int_equal(s.count, 1);
    assert_in_range(s.ops[0].size, 700, 1400);
    suspect_free(&s);
}

/* Fails if all five are there and large enough, in a world with a limit. */
static bool five_fail(void *arg, const struct suspect *s) {
    const struct op *alloc = find(s, 0), *manual = find(s, 1), *typed = find(s, 2),
                    *store = find(s, 3), *least = find(s, 4);
    (*(unsigned *)arg)++;
    return alloc && alloc->size >= 2 && manual && manual->size >= 5 && typed && typed->count >= 3 &&
           store && store->off >= 1 && least && s->env.model.memory_limit;
}

static void five_suspects(struct suspect *s) {
    suspect_of(s, 5);
    s->ops[1].code = OP_MANUAL;
    s->ops[2] = (struct op){.code = OP_ALLOC_TYPED, .id = 2, .count = 100};
    s->ops[3] = (struct op){.code = OP_STORE, .id = 3, .off = 48};
    s->ops[4].size = 1;
    s->env.model.memory_limit = MiB(64);
    s->env.model.phys_page_size = KiB(64);
    env_toggle_taken(&s->env, 0x10000000, 0x10000);
}

static void numbers_of_every_kind_become_small(void **state) {
    struct suspect s;
    unsigned tries = 0;
    (void)state;
    five_suspects(&s);
    shrink(&s, five_fail, &tries, 1000);
    assert_int_equal(s.count, 5);
    assert_in_range(s.ops[0].size, 2, 4);
    assert_in_range(s.ops[1].size, 5, 10);
    assert_in_range(s.ops[2].count, 3, 6);
    assert_int_equal(s.ops[3].off, 1);
    suspect_free(&s);
}

static void wherever_it_stops_what_it_has_still_fails(void **state) {
    unsigned all = 0;
    struct suspect s;
    (void)state;
    five_suspects(&s);
    shrink(&s, five_fail, &all, 1000);
    suspect_free(&s);
    for (unsigned most = 0; most <= all; most++) {
        unsigned tries = 0;
        five_suspects(&s);
        assert_int_equal(shrink(&s, five_fail, &tries, most), most);
        assert_int_equal(tries, most);
        assert_true(five_fail(&tries, &s));
        suspect_free(&s);
    }
}

/* Operation 0 must not be there without 1. */
static bool in_that_order(void *arg, const struct suspect *s) {
    (void)arg;
    return !find(s, 0) || find(s, 1);
}

static void what_could_not_go_at_first_is_tried_again(void **state) {
    struct suspect s;
    (void)state;
    suspect_of(&s, 2);
    shrink(&s, in_that_order, NULL, 100);
    assert_int_equal(s.count, 0);
    suspect_free(&s);
}

static void it_stops_after_so_many_tries(void **state) {
    struct suspect s;
    struct fault f = {0};
    (void)state;
    suspect_of(&s, 1000);
    unsigned tries = shrink(&s, three_fail, &f, 7);
    assert_int_equal(tries, 7);
    assert_int_equal(f.tries, 7);
    assert_true(find(&s, 3) && find(&s, 500) && find(&s, 997));
    suspect_free(&s);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_not_needed_is_left_out),
        cmocka_unit_test(the_world_becomes_plain_but_for_what_is_needed),
        cmocka_unit_test(the_taken_range_that_matters_stays),
        cmocka_unit_test(sizes_become_small),
        cmocka_unit_test(numbers_of_every_kind_become_small),
        cmocka_unit_test(wherever_it_stops_what_it_has_still_fails),
        cmocka_unit_test(what_could_not_go_at_first_is_tried_again),
        cmocka_unit_test(it_stops_after_so_many_tries),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
