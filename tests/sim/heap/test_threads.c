/* P's and locks: what P's have of their own, what they share, and how a heap of several ends. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "tests/sim/heap/fixture.h"

#include <pthread.h>

enum { PS = 3, SPAN_CLASS_48 = 4 << 1 | 1 };

static uint64_t new_on(struct lab *lab, unsigned p, uint64_t size) {
    struct heap_object o = heap_malloc_on(lab->h, p, size, NULL);
    assert_int_not_equal(o.addr, 0);
    return o.addr;
}

static void open_with_ps(struct lab *lab) {
    lab_start(lab, "linux/amd64");
    assert_true(heap_set_ps(lab->h, PS));
    assert_int_equal(heap_ps(lab->h), PS);
}

static void every_p_allocates_from_spans_of_its_own(void **state) {
    struct lab lab;
    struct mspan *spans[PS];
    (void)state;
    open_with_ps(&lab);
    for (unsigned p = 0; p < PS; p++) {
        uint64_t addr = new_on(&lab, p, 48);
        spans[p] = lab_span(&lab, addr);
        assert_ptr_equal(lab.h->mcaches[p]->alloc[SPAN_CLASS_48], spans[p]);
        assert_int_equal(new_on(&lab, p, 48), addr + 48);
        lab_check(&lab);
    }
    assert_ptr_not_equal(spans[0], spans[1]);
    assert_ptr_not_equal(spans[1], spans[2]);
    assert_int_equal(lab.h->central[SPAN_CLASS_48].nmalloc, 3 * spans[0]->nelems);
    lab_close(&lab);
}

static void every_p_has_a_tiny_block_of_its_own(void **state) {
    struct lab lab;
    (void)state;
    open_with_ps(&lab);
    uint64_t first = new_on(&lab, 1, 4), other = new_on(&lab, 2, 4);
    assert_int_not_equal(lab_span(&lab, first)->base, lab_span(&lab, other)->base);
    assert_int_equal(new_on(&lab, 1, 4), first + 4);
    assert_int_equal(new_on(&lab, 2, 8), other + 8);
    assert_int_equal(lab.h->cache.tiny, 0);
    assert_int_equal(lab.h->mcaches[1]->local[STAT_local_tinyallocs - STAT_LOCAL], 1);
    assert_int_equal(heap_stat(lab.h, STAT_local_tinyallocs), 2);
    lab_close(&lab);
}

static void mcache_records_come_from_cachealloc(void **state) {
    struct lab lab;
    (void)state;
    open_with_ps(&lab);
    assert_int_equal(heap_memstats(lab.h).mcache_inuse, PS * lab.system->platform.sizeof_mcache);
    assert_int_equal(lab_count_events(&lab, EV_P_BORN, 0), PS - 1);
    assert_int_equal(lab_event(&lab, EV_P_BORN, 1)->x, 2);
    assert_int_equal(lab_event(&lab, EV_P_BORN, 1)->a,
        lab_event(&lab, EV_P_BORN, 0)->a + lab.system->platform.sizeof_mcache);
    lab_close(&lab);
}

static void a_collection_takes_all_mcaches_back(void **state) {
    struct lab lab;
    (void)state;
    open_with_ps(&lab);
    uint64_t kept[PS];
    for (unsigned p = 0; p < PS; p++) {
        new_on(&lab, p, 3);
        new_on(&lab, p, 3);
        kept[p] = new_on(&lab, p, 48);
    }
    struct heap_marked marked = lab_collect(&lab, kept, PS, true);
    assert_int_equal(marked.bytes, PS * 48);
    assert_int_equal(heap_stat(lab.h, STAT_local_tinyallocs), 0);
    assert_int_equal(heap_stat(lab.h, STAT_tinyallocs), PS);
    assert_int_equal(heap_memstats(lab.h).heap_objects, PS);
    for (unsigned p = 0; p < PS; p++) {
        assert_int_equal(lab.h->mcaches[p]->tiny, 0);
        for (unsigned i = 0; i < NUM_SPAN_CLASSES; i++)
            assert_ptr_equal(lab.h->mcaches[p]->alloc[i], lab.h->emptymspan);
    }
    lab_close(&lab);
}

static void a_p_sweeps_what_another_has_filled(void **state) {
    struct lab lab;
    (void)state;
    open_with_ps(&lab);
    uint64_t addr = new_on(&lab, 1, 48), other = new_on(&lab, 2, 48);
    struct mspan *s = lab_span(&lab, addr);
    for (uint64_t i = 1; i < s->nelems; i++)
        new_on(&lab, 1, 48);
    uint64_t live[] = {addr, other};
    lab_collect(&lab, live, 2, false);
    /* One of the two spans comes first, and P 0 sweeps it before it allocates. */
    new_on(&lab, 0, 48);
    struct mspan *taken = lab.h->cache.alloc[SPAN_CLASS_48];
    assert_int_equal(taken->sweepgen, sweepgen(lab.h));
    assert_true(taken == s || taken == lab_span(&lab, other));
    lab_close(&lab);
}

static void each_p_draws_random_numbers_of_its_own(void **state) {
    struct lab lab;
    (void)state;
    open_with_ps(&lab);
    heap_seed(lab.h, 0, 0); /* would be zeros for ever, for all but P 0 it is not */
    assert_int_equal(lab.h->cache.fastrand[0] | lab.h->cache.fastrand[1], 0);
    assert_int_not_equal(lab.h->mcaches[1]->fastrand[0], 0);
    assert_int_not_equal(lab.h->mcaches[1]->fastrand[0], lab.h->mcaches[2]->fastrand[0]);
    heap_seed(lab.h, lab.h->mcaches[1]->fastrand[0], 0); /* what it differs by: zeros for P 1 */
    assert_int_equal(lab.h->mcaches[1]->fastrand[0], 1);
    lab_close(&lab);
}

static void a_p_that_finds_no_memory_for_its_records_is_not_born(void **state) {
    struct lab lab;
    int status = 0;
    (void)state;
    lab_start(&lab, "linux/amd64");
    while (lab.h->persistent.off < KiB(256))
        persistentalloc(lab.h, KiB(1), 8, STAT_other_sys, META_SWEEPBUF);
    lab.h->cachealloc.nchunk = 0;
    lab.system->alloc_err = 12;
    assert_false(heap_set_ps(lab.h, MAX_PS));
    assert_true(heap_exited(lab.h, &status));
    assert_int_equal(status, 2);
    assert_int_equal(lab_count_events(&lab, EV_P_BORN, 0), heap_ps(lab.h) - 1);
    lab_close(&lab);
}

/* --- With threads --- */

struct runner {
    struct heap *h;
    unsigned p;
    uint64_t objects;
    pthread_t thread;
};

/* Allocates until Go ends the program. */
static void *run_out(void *arg) {
    struct runner *r = arg;
    while (heap_malloc_on(r->h, r->p, 100 + 1000 * r->p, NULL).addr)
        r->objects++;
    return NULL;
}

/* The one that runs into the fatal error holds the heap's lock then; the others wait for it. */
static void a_fatal_error_ends_all_threads_and_holds_no_lock(void **state) {
    struct test_os *system = test_os_new("linux/amd64");
    struct heap *h = heap_new(&(struct heap_config){.os = &system->os});
    struct runner runners[PS];
    int status = 0;
    (void)state;
    assert_true(heap_init(h));
    assert_true(heap_set_ps(h, PS));
    system->allocs_left = 40; /* then there is no memory for records */
    system->alloc_err = 12;
    heap_set_threaded(h, true);
    for (unsigned p = 0; p < PS; p++) {
        runners[p] = (struct runner){.h = h, .p = p};
        assert_int_equal(pthread_create(&runners[p].thread, NULL, run_out, &runners[p]), 0);
    }
    for (unsigned p = 0; p < PS; p++)
        pthread_join(runners[p].thread, NULL);
    heap_set_threaded(h, false);
    assert_true(heap_exited(h, &status));
    assert_int_equal(status, 2);
    for (unsigned p = 0; p < PS; p++) {
        assert_int_equal(h->mcaches[p]->held_count, 0);
        assert_int_equal(heap_malloc_on(h, p, 8, NULL).addr, 0);
    }
    heap_free(h);
    os_destroy(&system->os);
}

static void *count_to(void *arg) {
    struct runner *r = arg;
    for (unsigned i = 0; i < 20000; i++)
        if (heap_malloc_on(r->h, r->p, 4096, NULL).addr)
            r->objects++;
    return NULL;
}

static void locks_are_taken_only_if_the_heap_is_threaded(void **state) {
    struct test_os *system = test_os_new("linux/386");
    struct heap *h = heap_new(&(struct heap_config){.os = &system->os});
    struct runner runners[PS];
    (void)state;
    assert_true(heap_init(h));
    assert_true(heap_set_ps(h, PS));
    assert_int_not_equal(heap_malloc_on(h, 2, 4096, NULL).addr, 0);
    assert_int_equal(heap_lock_count(h, false).taken, 0);
    heap_set_threaded(h, true);
    for (unsigned p = 0; p < PS; p++) {
        runners[p] = (struct runner){.h = h, .p = p};
        assert_int_equal(pthread_create(&runners[p].thread, NULL, count_to, &runners[p]), 0);
    }
    for (unsigned p = 0; p < PS; p++) {
        pthread_join(runners[p].thread, NULL);
        assert_int_equal(runners[p].objects, 20000);
    }
    heap_set_threaded(h, false);
    assert_true(heap_lock_count(h, false).taken >= PS * 20000 / 2);
    assert_true(heap_lock_count(h, true).taken >= PS * 20000 / 2);
    assert_int_equal(heap_memstats(h).mallocs, PS * 20000 + 1);
    heap_check(h);
    heap_free(h);
    os_destroy(&system->os);
}

/* A heap of PS P's without a sink, as threads have it; `objects` of 4 KiB, two to a span, dead, in
 * spans that are to be swept. */
static struct heap *to_be_swept(struct test_os **system, unsigned objects) {
    *system = test_os_new("linux/amd64");
    struct heap *h = heap_new(&(struct heap_config){.os = &(*system)->os});
    assert_true(heap_init(h));
    assert_true(heap_set_ps(h, PS));
    for (unsigned i = 0; i < objects; i++)
        assert_int_not_equal(heap_malloc(h, 4096, NULL).addr, 0);
    assert_true(heap_gc_begin(h));
    heap_gc_end(h);
    return h;
}

static void done_with(struct heap *h, struct test_os *system) {
    heap_set_threaded(h, false);
    heap_check(h);
    heap_free(h);
    os_destroy(&system->os);
}

static void threads_sweep_several_spans_at_once(void **state) {
    struct test_os *system;
    uint64_t npages;
    (void)state;
    struct heap *h = to_be_swept(&system, 2 * 40);
    assert_true(heap_sweep_one_on(h, 1, &npages));
    assert_int_equal(npages, 1);
    heap_set_threaded(h, true);
    uint64_t total = 1, calls = 0;
    for (; heap_sweep_one_on(h, 1, &npages); calls++)
        total += npages;
    assert_int_equal(total, 40);
    assert_true(calls > 1 && calls < 39 / 4);
    done_with(h, system);
}

static void *sweep_all(void *arg) {
    struct runner *r = arg;
    for (uint64_t npages; heap_sweep_one_on(r->h, r->p, &npages);)
        r->objects += npages;
    return NULL;
}

static void each_span_is_swept_by_one_thread(void **state) {
    enum { SPANS = 3000 };
    struct test_os *system;
    struct runner runners[PS];
    uint64_t swept = 0;
    (void)state;
    struct heap *h = to_be_swept(&system, 2 * SPANS);
    heap_set_threaded(h, true);
    for (unsigned p = 0; p < PS; p++) {
        runners[p] = (struct runner){.h = h, .p = p};
        assert_int_equal(pthread_create(&runners[p].thread, NULL, sweep_all, &runners[p]), 0);
    }
    for (unsigned p = 0; p < PS; p++) {
        pthread_join(runners[p].thread, NULL);
        swept += runners[p].objects;
    }
    assert_int_equal(swept, SPANS);
    done_with(h, system);
}

static void a_thread_takes_mark_bits_for_several_spans(void **state) {
    enum { POCKET = 512 };
    struct test_os *system;
    (void)state;
    struct heap *h = to_be_swept(&system, 0);
    heap_set_threaded(h, true);
    heap_malloc_on(h, 1, 4096, NULL);
    assert_int_equal(h->mcaches[1]->bits_left, POCKET - 2 * sizeof(gc_bits));
    heap_malloc_on(h, 1, 8, NULL); /* a tiny block's span: 512 slots, twice */
    assert_int_equal(h->mcaches[1]->bits_left, POCKET - 2 * sizeof(gc_bits) - 2 * 64);
    assert_int_equal(h->mcaches[2]->bits_left, 0);
    assert_true(heap_gc_begin(h)); /* an epoch's bits are for that epoch */
    assert_int_equal(h->mcaches[1]->bits_left, 0);
    heap_gc_end(h);
    done_with(h, system);
}

static void heap_live_knows_all_when_the_threads_have_stopped(void **state) {
    struct test_os *system;
    (void)state;
    struct heap *h = to_be_swept(&system, 0);
    heap_set_threaded(h, true);
    heap_malloc_on(h, 1, 4096, NULL); /* its span counts as full */
    assert_int_equal(heap_stat(h, STAT_heap_live), 0);
    heap_malloc_on(h, 2, 32768, NULL);
    assert_int_equal(heap_stat(h, STAT_heap_live), 32768);
    heap_set_threaded(h, false);
    assert_int_equal(heap_stat(h, STAT_heap_live), 32768 + 8192);
    done_with(h, system);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_p_allocates_from_spans_of_its_own),
        cmocka_unit_test(every_p_has_a_tiny_block_of_its_own),
        cmocka_unit_test(mcache_records_come_from_cachealloc),
        cmocka_unit_test(a_collection_takes_all_mcaches_back),
        cmocka_unit_test(a_p_sweeps_what_another_has_filled),
        cmocka_unit_test(each_p_draws_random_numbers_of_its_own),
        cmocka_unit_test(a_p_that_finds_no_memory_for_its_records_is_not_born),
        cmocka_unit_test(a_fatal_error_ends_all_threads_and_holds_no_lock),
        cmocka_unit_test(locks_are_taken_only_if_the_heap_is_threaded),
        cmocka_unit_test(threads_sweep_several_spans_at_once),
        cmocka_unit_test(each_span_is_swept_by_one_thread),
        cmocka_unit_test(a_thread_takes_mark_bits_for_several_spans),
        cmocka_unit_test(heap_live_knows_all_when_the_threads_have_stopped),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
