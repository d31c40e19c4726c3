/* The checker finds what is broken: each structure is damaged in a child process, which must abort
 * when the heap is checked. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "tests/sim/heap/fixture.h"

#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

/* A heap with spans of every kind: in the mcache, in both lists of an mcentral, large, managed by
 * hand, free in lists and in the treap (with children). */
struct sample_heap {
    struct lab lab;
    uint64_t small, large, free_small; /* addresses */
};

static void build(struct sample_heap *s) {
    struct lab *lab = &s->lab;
    static const uint32_t priorities[] = {4, 2, 6, 8}; /* the second one is the root */
    uint64_t treap[4], live[3];
    lab_start(lab, "linux/amd64");
    for (unsigned i = 0; i < 4; i++) {
        treap[i] = heap_alloc_manual(lab->h, 128 + i);
        heap_alloc_manual(lab->h, 1);
    }
    live[0] = s->small = lab_new(lab, 1024);
    for (unsigned i = 1; i < 8; i++)
        lab_new(lab, 1024);
    live[1] = lab_new(lab, 1024);
    live[2] = s->large = lab_new(lab, 40000);
    lab_collect(lab, live, 3, true);
    lab_new(lab, 1024);
    lab_new(lab, 64);
    heap_alloc_manual(lab->h, 1);
    s->free_small = heap_alloc_manual(lab->h, 3);
    heap_alloc_manual(lab->h, 1);
    heap_free_manual(lab->h, s->free_small);
    for (unsigned i = 0; i < 4; i++) {
        heap_seed(lab->h, 0, priorities[i] / 2);
        heap_free_manual(lab->h, treap[i]);
    }
    INVARIANT(lab->h->free[3].first && lab->h->freelarge->left && lab->h->freelarge->right);
    lab_check(lab);
}

enum { ABORTED = 99 };

/* exit() also writes what was counted of branches; but a sanitizer would look for leaks. */
static void leave(int status) {
#ifdef __SANITIZE_ADDRESS__
    _exit(status);
#else
    exit(status); // NOLINT(bugprone-signal-handler): the abort is our own
#endif
}

static void on_abort(int sig) {
    (void)sig;
    leave(ABORTED);
}

/* Does damage make the check abort? */
static bool found(void (*damage)(struct sample_heap *s)) {
    pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0) {
        struct sample_heap s;
        int null = open("/dev/null", O_WRONLY | O_CLOEXEC);
        dup2(null, STDERR_FILENO);
        signal(SIGABRT, on_abort);
        build(&s);
        damage(&s);
        heap_check(s.lab.h);
        leave(0);
    }
    int status = 0;
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_true(WIFEXITED(status));
    return WEXITSTATUS(status) == ABORTED;
}

static struct mspan *small_span(struct sample_heap *s) {
    return lab_span(&s->lab, s->small);
}

static void nothing(struct sample_heap *s) {
    (void)s;
}

static void a_sound_heap_passes(void **state) {
    (void)state;
    assert_false(found(nothing));
}

static void cut_free_list(struct sample_heap *s) {
    s->lab.h->free[3].last = NULL;
}
static void file_under_other_length(struct sample_heap *s) {
    lab_span(&s->lab, s->free_small)->npages = 2;
}
static void free_span_in_use(struct sample_heap *s) {
    lab_span(&s->lab, s->free_small)->state = SPAN_STATE_MANUAL;
}
static void large_object_under_other_length(struct sample_heap *s) {
    lab_span(&s->lab, s->large)->npages = 4;
}

static void lists_by_pages_are_checked(void **state) {
    (void)state;
    assert_true(found(cut_free_list));
    assert_true(found(file_under_other_length));
    assert_true(found(free_span_in_use));
    assert_true(found(large_object_under_other_length));
}

static void turn_priority(struct sample_heap *s) {
    struct treap_node *root = s->lab.h->freelarge;
    root->priority = UINT32_MAX;
}
static void swap_children(struct sample_heap *s) {
    struct treap_node *t = s->lab.h->freelarge, *left = t->left;
    t->left = t->right;
    t->right = left;
}
static void drop_node(struct sample_heap *s) {
    s->lab.h->freelarge = NULL;
}
static void change_key(struct sample_heap *s) {
    s->lab.h->freelarge->npages_key++;
}

static void the_treap_is_checked(void **state) {
    (void)state;
    assert_true(found(turn_priority));
    assert_true(found(swap_children));
    assert_true(found(drop_node));
    assert_true(found(change_key));
}

static void forget_table_entry(struct sample_heap *s) {
    const struct heap *h = s->lab.h;
    heap_store(s->lab.h, h->spans + (s->large - h->arena_start) / GO_PAGE_SIZE * 8 + 4 * 8, 0);
}

static void the_spans_table_is_checked(void **state) {
    (void)state;
    assert_true(found(forget_table_entry));
}

static void miscount_slots(struct sample_heap *s) {
    small_span(s)->alloc_count++;
}
static void run_past_the_end(struct sample_heap *s) {
    small_span(s)->freeindex = small_span(s)->nelems + 1;
}
static void other_slot_size(struct sample_heap *s) {
    small_span(s)->elemsize = 512;
    small_span(s)->nelems = 16;
}
static void lose_bits(struct sample_heap *s) {
    small_span(s)->gcmark_bits = NULL;
}
static void move_limit(struct sample_heap *s) {
    lab_span(&s->lab, s->large)->limit += GO_PAGE_SIZE;
}

static void spans_in_use_are_checked(void **state) {
    (void)state;
    assert_true(found(miscount_slots));
    assert_true(found(run_past_the_end));
    assert_true(found(other_slot_size));
    assert_true(found(lose_bits));
    assert_true(found(move_limit));
}

static void other_alloc_cache(struct sample_heap *s) {
    small_span(s)->alloc_cache ^= 1;
}
static void mark_in_swept_span(struct sample_heap *s) {
    small_span(s)->gcmark_bits[0] |= 1;
}
static void bits_behind_the_last_slot(struct sample_heap *s) {
    small_span(s)->alloc_bits[0] |= UINT64_C(1) << 20;
}
static void pointers_where_none_can_be(struct sample_heap *s) {
    const struct heap *h = s->lab.h;
    *heap_bits_byte(h, (s->small - h->arena_start) / 32) = 1;
}
static void pointers_at_the_end_where_none_can_be(struct sample_heap *s) {
    const struct heap *h = s->lab.h;
    uint64_t last = small_span(s)->base + GO_PAGE_SIZE - 32;
    *heap_bits_byte(h, (last - h->arena_start) / 32) = 1;
}
static void memory_of_others(struct sample_heap *s) {
    rangemap_set(&s->lab.h->ranges, s->large, s->large + 0xa000, RANGE_MAPPED, OWNER_METADATA);
}
static void memory_that_is_reserved(struct sample_heap *s) {
    rangemap_set(&s->lab.h->ranges, s->large, s->large + 0xa000, RANGE_RESERVED, OWNER_HEAP);
}
static void memory_given_back(struct sample_heap *s) {
    rangemap_set(
        &s->lab.h->ranges, s->large + 0x2000, s->large + 0x4000, RANGE_RELEASED, OWNER_HEAP);
}

static void bits_and_memory_of_spans_are_checked(void **state) {
    (void)state;
    assert_true(found(other_alloc_cache));
    assert_true(found(mark_in_swept_span));
    assert_true(found(bits_behind_the_last_slot));
    assert_true(found(pointers_where_none_can_be));
    assert_true(found(pointers_at_the_end_where_none_can_be));
    assert_true(found(memory_given_back));
    assert_true(found(memory_of_others));
    assert_true(found(memory_that_is_reserved));
}

static struct sweep_buf *swept_stack(struct sample_heap *s) {
    return &s->lab.h->sweep_spans[sweepgen(s->lab.h) / 2 % 2];
}
static void forget_on_stack(struct sample_heap *s) {
    swept_stack(s)->index--;
}
static void twice_on_stack(struct sample_heap *s) {
    *sweep_buf_at(swept_stack(s), 0) = *sweep_buf_at(swept_stack(s), 1);
}
static void of_another_generation(struct sample_heap *s) {
    small_span(s)->sweepgen -= 2;
}

static void the_sweep_stacks_are_checked(void **state) {
    (void)state;
    assert_true(found(forget_on_stack));
    assert_true(found(twice_on_stack));
    assert_true(found(of_another_generation));
}

static void cache_other_class(struct sample_heap *s) {
    struct mcache *c = &s->lab.h->cache;
    c->alloc[5] = c->alloc[5 << 1 | 1];
}
static void tiny_block_too_long(struct sample_heap *s) {
    s->lab.h->cache.tinyoffset = 17;
}
static void tiny_block_nowhere(struct sample_heap *s) {
    s->lab.h->cache.tiny = s->large;
}
static void cached_but_does_not_know(struct sample_heap *s) {
    s->lab.h->cache.alloc[5 << 1 | 1]->incache = 0;
}

static void the_mcache_is_checked(void **state) {
    (void)state;
    assert_true(found(cache_other_class));
    assert_true(found(cached_but_does_not_know));
    assert_true(found(tiny_block_too_long));
    assert_true(found(tiny_block_nowhere));
}

/* Which statistic break_stat breaks; the child has it from its parent. */
static unsigned broken_stat;

static void break_stat(struct sample_heap *s) {
    s->lab.h->stats[broken_stat].value++;
}
static void break_nmalloc(struct sample_heap *s) {
    s->lab.h->central[5 << 1 | 1].nmalloc++;
}

static void statistics_are_checked_against_sums(void **state) {
    static const enum stat_id sums[] = {STAT_heap_sys, STAT_heap_idle, STAT_heap_inuse,
        STAT_heap_released, STAT_heap_objects, STAT_stacks_inuse, STAT_mspan_inuse,
        STAT_pages_in_use, STAT_largealloc, STAT_nlargealloc, STAT_largefree, STAT_nlargefree,
        STAT_allspans};
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(sums); i++) {
        broken_stat = sums[i];
        if (!found(break_stat))
            fail_msg("a wrong %s goes unnoticed", stat_name(sums[i]));
    }
    assert_true(found(break_nmalloc));
}

/* --- One object --- */

static void other_size(struct sample_heap *s) {
    heap_check_object(s->lab.h, s->small, 1025, NULL);
}
static void other_place(struct sample_heap *s) {
    heap_check_object(s->lab.h, s->small + 16, 1000, NULL);
}
static void pointers_in_pointer_free_span(struct sample_heap *s) {
    static const uint8_t mask = 1;
    heap_check_object(s->lab.h, s->small, 1024, &(struct heap_type){1024, 8, &mask});
}
static void not_allocated(struct sample_heap *s) {
    heap_check_object(s->lab.h, small_span(s)->base + 7 * 1024, 1024, NULL);
}
static void other_pointers(struct sample_heap *s) {
    const uint8_t mask = 1, other = 2;
    uint64_t addr = lab_typed(&s->lab, &(struct heap_type){64, 16, &mask});
    heap_check_object(s->lab.h, addr, 64, &(struct heap_type){64, 16, &other});
}
static void nothing_wrong_with_it(struct sample_heap *s) {
    const uint8_t mask = 2;
    const struct heap_type type = {64, 16, &mask};
    heap_check_object(s->lab.h, lab_typed(&s->lab, &type), 64, &type);
    heap_check_object(s->lab.h, s->small, 1024, NULL);
    heap_check_object(s->lab.h, s->large, 40000, NULL);
    heap_check_object(s->lab.h, s->large, 40000, &(struct heap_type){40000, 0, &mask});
    for (uint64_t size = 1; size <= 8; size++) {
        uint64_t tiny = lab_new(&s->lab, size);
        heap_check_object(s->lab.h, tiny, size, NULL);
    }
}

/* Elements with a dead tail, fewer than there is room for; one word; more words than are looked at.
 */
static void arrays_are_sound(struct sample_heap *s) {
    const uint8_t first = 1, second = 2;
    const struct heap_type types[] = {{24, 16, &second}, {8, 8, &first}, {4096, 8, &first}};
    static const uint64_t counts[] = {3, 1, 25, 50, 40};
    struct heap *h = s->lab.h;
    for (size_t i = 0; i < ARRAY_LEN(types); i++)
        for (size_t n = 0; n < ARRAY_LEN(counts); n++) {
            uint64_t size = types[i].size * counts[n];
            uint64_t addr = heap_malloc(h, size, &types[i]).addr;
            heap_check_object(h, addr, size, &types[i]);
        }
}
static void arrays_of_32_bits_are_sound(struct sample_heap *s) {
    const uint8_t first = 1, both = 3;
    const struct heap_type types[] = {{12, 8, &both}, {4, 4, &first}, {8, 8, &first}};
    lab_close(&s->lab);
    lab_start(&s->lab, "linux/386");
    for (size_t i = 0; i < ARRAY_LEN(types); i++) {
        uint64_t addr = heap_malloc(s->lab.h, types[i].size * 5, &types[i]).addr;
        heap_check_object(s->lab.h, addr, types[i].size * 5, &types[i]);
    }
}

static void an_object_is_checked_against_its_type(void **state) {
    (void)state;
    assert_true(found(other_size));
    assert_true(found(other_place));
    assert_true(found(pointers_in_pointer_free_span));
    assert_true(found(not_allocated));
    assert_true(found(other_pointers));
    assert_false(found(nothing_wrong_with_it));
    assert_false(found(arrays_are_sound));
    assert_false(found(arrays_of_32_bits_are_sound));
}

/* Go may end in the middle of a change. */
static void a_heap_whose_program_has_ended_is_not_checked(void **state) {
    struct lab lab;
    (void)state;
    lab_start(&lab, "linux/386");
    lab_new(&lab, 64);
    heap_malloc(lab.h, 0xffffffff, NULL);
    lab.h->stats[STAT_heap_idle].value++;
    heap_check(lab.h);
    lab.h->stats[STAT_heap_idle].value--;
    lab_close(&lab);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_sound_heap_passes),
        cmocka_unit_test(lists_by_pages_are_checked),
        cmocka_unit_test(the_treap_is_checked),
        cmocka_unit_test(the_spans_table_is_checked),
        cmocka_unit_test(spans_in_use_are_checked),
        cmocka_unit_test(bits_and_memory_of_spans_are_checked),
        cmocka_unit_test(the_sweep_stacks_are_checked),
        cmocka_unit_test(the_mcache_is_checked),
        cmocka_unit_test(statistics_are_checked_against_sums),
        cmocka_unit_test(an_object_is_checked_against_its_type),
        cmocka_unit_test(a_heap_whose_program_has_ended_is_not_checked),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
