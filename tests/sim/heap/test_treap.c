/* The treap of large free spans, against a plain array. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "tests/sim/heap/fixture.h"

/* A free span of npages at an address that nothing looks at. */
static struct mspan *free_span_of(struct lab *lab, uint64_t npages) {
    struct mspan *s = mspan_alloc(lab->h, lab->h->arena_start, npages);
    SPAN_SET(lab->h, s, state, SPAN_STATE_FREE);
    return s;
}

/* The heap's own checks would miss these spans' pages: the treap is emptied before they run. */
static void close_without_spans(struct lab *lab) {
    while (lab->h->freelarge)
        treap_remove(lab->h, 1);
    for (size_t i = 0; i < lab->h->allspans_len; i++)
        if (lab->h->allspans[i]->state != SPAN_STATE_DEAD)
            mspan_dead(lab->h, lab->h->allspans[i]);
    lab_close(lab);
}

/* Go's generator from the seed (1, 0), worked out by hand: s1 ^= s1 << 17; s1 ^ s0 ^ s1 >> 7 ^
 * s0 >> 16; the sum of both words. */
static void random_numbers_are_those_of_gos_generator(void **state) {
    struct lab lab;
    (void)state;
    lab_start(&lab, "linux/amd64");
    heap_seed(lab.h, 1, 0);
    assert_int_equal(fastrand(lab.h), 0x20401);
    assert_int_equal(fastrand(lab.h), 0x20401 + 0x20403);
    lab_close(&lab);
}

/* Inserts a span with a priority that the test chooses: what fastrand makes of the seed (0, n) for
 * small n is 2 * n. */
static struct mspan *insert_with(struct lab *lab, uint64_t npages, uint32_t priority) {
    struct mspan *s = free_span_of(lab, npages);
    heap_seed(lab->h, 0, priority / 2);
    treap_insert(lab->h, s);
    return s;
}

static void the_search_goes_left_while_that_is_large_enough(void **state) {
    struct lab lab;
    (void)state;
    lab_start(&lab, "linux/amd64");
    insert_with(&lab, 500, 2);
    insert_with(&lab, 300, 4);
    insert_with(&lab, 200, 6);
    insert_with(&lab, 128, 8);
    assert_int_equal(treap_remove(lab.h, 129)->npages, 200);
    assert_int_equal(treap_remove(lab.h, 129)->npages, 300);
    assert_null(treap_remove(lab.h, 501));
    assert_int_equal(treap_remove(lab.h, 1)->npages, 128);
    assert_int_equal(treap_remove(lab.h, 500)->npages, 500);
    assert_null(treap_remove(lab.h, 1));
    close_without_spans(&lab);
}

/* So does Go's: what stands to the right of a left child that is too small goes unseen. */
static void the_search_stops_above_a_left_child_that_is_too_small(void **state) {
    struct lab lab;
    (void)state;
    lab_start(&lab, "linux/amd64");
    insert_with(&lab, 500, 2);
    insert_with(&lab, 128, 4);
    const struct mspan *unseen = insert_with(&lab, 200, 6);
    assert_ptr_equal(lab.h->freelarge->left->right->span_key, unseen);
    assert_int_equal(treap_remove(lab.h, 130)->npages, 500);
    assert_int_equal(treap_remove(lab.h, 130)->npages, 200);
    close_without_spans(&lab);
}

static void equal_spans_are_ordered_by_their_records(void **state) {
    struct lab lab;
    struct mspan *s[6];
    static const unsigned order[] = {3, 0, 5, 1, 4, 2};
    (void)state;
    lab_start(&lab, "linux/amd64");
    for (size_t i = 0; i < ARRAY_LEN(s); i++)
        s[i] = free_span_of(&lab, 200);
    for (size_t i = 0; i < ARRAY_LEN(s); i++)
        treap_insert(lab.h, s[order[i]]);
    for (size_t i = 0; i < ARRAY_LEN(s); i++) /* all fit: the leftmost is taken */
        assert_ptr_equal(treap_remove(lab.h, 150), s[i]);
    close_without_spans(&lab);
}

static void the_smallest_priority_is_on_top(void **state) {
    struct lab lab;
    (void)state;
    lab_start(&lab, "linux/amd64");
    uint32_t least = UINT32_MAX;
    for (unsigned i = 0; i < 50; i++) {
        treap_insert(lab.h, free_span_of(&lab, 128 + i * 37 % 50));
        uint32_t drawn = lab.h->cache.fastrand[0] + lab.h->cache.fastrand[1]; /* by the insertion */
        least = drawn < least ? drawn : least;
        assert_int_equal(lab.h->freelarge->priority, least);
    }
    close_without_spans(&lab);
}

/* Returns the number of nodes; the keys must come in order, above *last, and no node may have a
 * smaller priority than the one above it. */
static size_t check_order(const struct treap_node *t, const struct mspan **last) {
    if (!t)
        return 0;
    size_t n = check_order(t->left, last);
    const struct mspan *s = t->span_key, *before = *last;
    assert_int_equal(t->npages_key, s->npages);
    assert_true(!before || before->npages < s->npages ||
                (before->npages == s->npages && before->record < s->record));
    assert_true(!t->parent || t->parent->priority <= t->priority);
    *last = s;
    return n + 1 + check_order(t->right, last);
}

enum { SPANS = 200 };

/* The same treap as a plain array: which spans are in, and with what priorities. Keys and
 * priorities alone decide its shape: the root of a run of keys is the least priority in it. */
struct plain {
    struct mspan *spans[SPANS]; /* in the order of their keys */
    uint32_t priority[SPANS];
    bool in[SPANS];
};

static size_t root_of(const struct plain *p, size_t from, size_t to) {
    size_t root = SPANS;
    for (size_t i = from; i < to; i++)
        if (p->in[i] && (root == SPANS || p->priority[i] < p->priority[root]))
            root = i;
    return root;
}

/* Where the search for npages ends; SPANS: nowhere. */
static size_t plain_find(const struct plain *p, uint64_t npages) {
    size_t from = 0, to = SPANS, t, left;
    while ((t = root_of(p, from, to)) < SPANS) {
        if (p->spans[t]->npages < npages) {
            from = t + 1;
            continue;
        }
        left = root_of(p, from, t);
        if (left == SPANS || p->spans[left]->npages < npages)
            return t;
        to = t;
    }
    return SPANS;
}

static void plain_insert(struct lab *lab, struct plain *p, size_t i) {
    treap_insert(lab->h, p->spans[i]);
    p->priority[i] =
        lab->h->cache.fastrand[0] + lab->h->cache.fastrand[1]; /* what it has just drawn */
    p->in[i] = true;
}

static void plain_take(struct lab *lab, struct plain *p, uint64_t npages) {
    size_t i = plain_find(p, npages);
    assert_ptr_equal(treap_remove(lab->h, npages), i < SPANS ? p->spans[i] : NULL);
    if (i < SPANS)
        p->in[i] = false;
}

static void random_changes_agree_with_a_plain_array(void **state) {
    struct lab lab;
    struct plain p = {0};
    uint64_t x = 88172645463325252;
    (void)state;
    lab_start(&lab, "linux/386");
    for (size_t i = 0; i < SPANS; i++)
        p.spans[i] = free_span_of(&lab, 128 + i / 3); /* three of each size */
    for (unsigned step = 0; step < 3000; step++) {
        x ^= x << 13, x ^= x >> 7, x ^= x << 17;
        size_t i = (size_t)(x >> 20) % SPANS;
        if (!p.in[i]) {
            plain_insert(&lab, &p, i);
        } else if (x >> 60 < 8) {
            treap_remove_span(lab.h, p.spans[i]);
            p.in[i] = false;
        } else {
            plain_take(&lab, &p, 120 + (x >> 40) % 80);
        }
        size_t count = 0;
        const struct mspan *last = NULL;
        for (size_t k = 0; k < SPANS; k++)
            count += p.in[k];
        assert_int_equal(check_order(lab.h->freelarge, &last), count);
        assert_int_equal(lab.h->treapalloc.inuse, count * 24);
    }
    close_without_spans(&lab);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(random_numbers_are_those_of_gos_generator),
        cmocka_unit_test(the_search_goes_left_while_that_is_large_enough),
        cmocka_unit_test(the_search_stops_above_a_left_child_that_is_too_small),
        cmocka_unit_test(equal_spans_are_ordered_by_their_records),
        cmocka_unit_test(the_smallest_priority_is_on_top),
        cmocka_unit_test(random_changes_agree_with_a_plain_array),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
