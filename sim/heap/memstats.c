/*
 * MemStats: the heap's statistics as a Go program gets them from runtime.ReadMemStats.
 *
 * Go hands all mcaches' spans back before it counts. Here nothing is changed: what the mcaches hold
 * is taken off again in the sums, which comes to the same.
 */
#include "sim/heap/heap_internal.h"

#include <inttypes.h>

/* Slots handed to the mcaches that no object has taken yet. */
static uint64_t unused_in_caches(const struct heap *h, unsigned spanclass) {
    uint64_t unused = 0;
    for (unsigned p = 0; p < h->ps; p++) {
        const struct mspan *s = h->mcaches[p]->alloc[spanclass];
        unused += s->nelems - s->alloc_count; /* the empty one has none */
    }
    return unused;
}

struct local_frees local_frees(const struct heap *h) {
    struct local_frees f = {0};
    for (unsigned p = 0; p < h->ps; p++) {
        const struct mcache *c = h->mcaches[p];
        f.large += c->local_largefree;
        f.nlarge += c->local_nlargefree;
        for (unsigned i = 0; i < NUM_SIZE_CLASSES; i++)
            f.nsmall[i] += c->local_nsmallfree[i];
    }
    return f;
}

static void count_small(
    const struct heap *h, const struct local_frees *local, struct heap_memstats *m) {
    for (unsigned spanclass = 2; spanclass < NUM_SPAN_CLASSES; spanclass++) {
        unsigned size_class = spanclass >> 1;
        uint64_t mallocs = h->central[spanclass].nmalloc - unused_in_caches(h, spanclass);
        m->by_size[size_class].mallocs += mallocs;
        m->mallocs += mallocs;
        m->total_alloc += mallocs * h->sizes.classes[size_class].size;
    }
    for (unsigned i = 1; i < NUM_SIZE_CLASSES; i++) {
        uint64_t frees = h->nsmallfree[i] + local->nsmall[i];
        m->by_size[i].size = h->sizes.classes[i].size;
        m->by_size[i].frees = frees;
        m->frees += frees;
        m->total_free += frees * h->sizes.classes[i].size;
    }
}

struct heap_memstats heap_memstats(const struct heap *h) {
    const struct stat_cell *st = h->stats;
    struct local_frees local = local_frees(h);
    uint64_t tiny = st[STAT_tinyallocs].value + heap_stat(h, STAT_local_tinyallocs);
    struct heap_memstats m = {.mallocs = st[STAT_nlargealloc].value + tiny,
        .total_alloc = st[STAT_largealloc].value,
        .frees = st[STAT_nlargefree].value + local.nlarge + tiny,
        .total_free = st[STAT_largefree].value + local.large,
        .heap_sys = st[STAT_heap_sys].value,
        .heap_idle = st[STAT_heap_idle].value,
        .heap_inuse = st[STAT_heap_inuse].value,
        .heap_released = st[STAT_heap_released].value,
        .stack_inuse = st[STAT_stacks_inuse].value,
        .mspan_inuse = st[STAT_mspan_inuse].value,
        .mspan_sys = st[STAT_mspan_sys].value,
        .mcache_inuse = h->cachealloc.inuse,
        .mcache_sys = st[STAT_mcache_sys].value,
        .gc_sys = st[STAT_gc_sys].value,
        .other_sys = st[STAT_other_sys].value,
        .next_gc = h->next_gc,
        .num_gc = h->num_gc};
    count_small(h, &local, &m);
    m.heap_alloc = m.total_alloc - m.total_free;
    m.heap_objects = m.mallocs - m.frees;
    m.sys = m.heap_sys + m.stack_inuse + m.mspan_sys + m.mcache_sys + m.gc_sys + m.other_sys;
    return m;
}

void heap_memstats_print(const struct heap *h, struct strbuf *out) {
    const struct heap_memstats m = heap_memstats(h);
    const struct {
        const char *name;
        uint64_t value;
    } fields[] = {{"Alloc", m.heap_alloc}, {"TotalAlloc", m.total_alloc}, {"Sys", m.sys},
        {"Mallocs", m.mallocs}, {"Frees", m.frees}, {"HeapAlloc", m.heap_alloc},
        {"HeapSys", m.heap_sys}, {"HeapIdle", m.heap_idle}, {"HeapInuse", m.heap_inuse},
        {"HeapReleased", m.heap_released}, {"HeapObjects", m.heap_objects},
        {"StackInuse", m.stack_inuse}, {"MSpanInuse", m.mspan_inuse}, {"MSpanSys", m.mspan_sys},
        {"MCacheInuse", m.mcache_inuse}, {"MCacheSys", m.mcache_sys}, {"GCSys", m.gc_sys},
        {"OtherSys", m.other_sys}, {"NextGC", m.next_gc}, {"NumGC", m.num_gc}};
    for (size_t i = 0; i < ARRAY_LEN(fields); i++)
        sb_printf(out, "%-12s %" PRIu64 "\n", fields[i].name, fields[i].value);
    for (unsigned i = 0; i < NUM_SIZE_CLASSES; i++)
        if (m.by_size[i].mallocs)
            sb_printf(out,
                "BySize[%u]%*s Size %" PRIu64 ", Mallocs %" PRIu64 ", Frees %" PRIu64 "\n", i,
                i < 10 ? 3 : 2, "", m.by_size[i].size, m.by_size[i].mallocs, m.by_size[i].frees);
}
