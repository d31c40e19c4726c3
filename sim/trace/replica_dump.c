/* The dump of a replica: see replica.h and dumptext.h. */
#include "sim/trace/dumptext.h"
#include "sim/trace/replica.h"

#include <stdlib.h>

static void dump_list(const struct replica *r, unsigned list, struct strbuf *out) {
    for (uint32_t n = r->lists[list].first; n; n = replica_span(r, n)->next)
        dump_address(out, replica_span(r, n)->base);
}

static void dump_named_list(
    const struct replica *r, const char *name, unsigned list, unsigned pages, struct strbuf *out) {
    if (!r->lists[list].first)
        return;
    sb_puts(out, name);
    if (pages)
        sb_printf(out, " %u", pages);
    dump_list(r, list, out);
    sb_puts(out, "\n");
}

static void dump_treap(const struct replica *r, uint32_t node, struct strbuf *out) {
    const struct rspan *s = replica_span(r, node);
    if (!s) {
        sb_puts(out, "-");
        return;
    }
    dump_treap_open(out, s->npages, s->base, s->priority);
    dump_treap(r, s->left, out);
    sb_puts(out, " ");
    dump_treap(r, s->right, out);
    sb_puts(out, ")");
}

static int by_base(const void *a, const void *b) {
    const struct rspan *x = *(const struct rspan *const *)a, *y = *(const struct rspan *const *)b;
    return x->base < y->base ? -1 : x->base > y->base;
}

static struct span_facts facts_of(const struct rspan *s) {
    return (struct span_facts){.base = s->base,
        .npages = s->npages,
        .state = s->state,
        .spanclass = s->spanclass,
        .elemsize = s->elemsize,
        .nelems = s->nelems,
        .freeindex = s->freeindex,
        .alloc_count = s->alloc_count,
        .alloc_cache = s->alloc_cache,
        .incache = s->incache,
        .needzero = s->needzero,
        .sweepgen = s->sweepgen,
        .limit = s->limit,
        .npreleased = s->npreleased,
        .alloc_bits = s->alloc_bits};
}

static uint64_t hash_bitmap(
    const struct replica *r, const struct rspan *s, unsigned ptr_size, uint64_t hash) {
    uint64_t first = (s->base - r->heap[HEAP_arena_start]) / (4u * ptr_size);
    uint64_t end = first + (s->npages << GO_PAGE_SHIFT) / (4u * ptr_size);
    for (uint64_t i = first; i < end;) {
        uint64_t zeros = replica_bitmap_zeros(r, i, end);
        hash = fnv_zeros(hash, zeros);
        i += zeros;
        if (i < end)
            hash = fnv_byte(hash, replica_bitmap(r, i++));
    }
    return hash;
}

static void dump_mcache(const struct replica *r, unsigned p, struct strbuf *out) {
    dump_cache(out, p, r->tiny[p], r->tiny_offset[p], r->local[p]);
    for (unsigned i = 0; i < NUM_SPAN_CLASSES; i++)
        if (r->cache[p][i])
            dump_cache_span(out, i, replica_span(r, r->cache[p][i])->base);
    sb_puts(out, "\n");
}

void replica_dump(const struct replica *r, unsigned ptr_size, struct strbuf *out) {
    sb_puts(out, "dump\n");
    dump_bounds(out, r->heap);
    dump_stats(out, r->stats);
    for (unsigned p = 0; p <= r->more_ps; p++)
        dump_mcache(r, p, out);

    const struct rspan **sorted = xmalloc((r->span_count + 1) * sizeof(*sorted));
    size_t n = 0;
    for (uint32_t h = 1; h <= r->span_count; h++)
        if (replica_span(r, h)->state != SPAN_STATE_DEAD)
            sorted[n++] = replica_span(r, h);
    qsort(sorted, n, sizeof(*sorted), by_base);
    uint64_t hash = FNV_START;
    for (size_t i = 0; i < n; i++) {
        struct span_facts facts = facts_of(sorted[i]);
        dump_span(out, &facts);
        if (sorted[i]->state == SPAN_STATE_INUSE)
            hash = hash_bitmap(r, sorted[i], ptr_size, hash);
    }
    free(sorted);

    for (unsigned i = 0; i < NUM_PAGE_LISTS; i++)
        dump_named_list(r, "free", LIST_FREE + i, i, out);
    sb_puts(out, "treap ");
    dump_treap(r, r->treap_root, out);
    sb_puts(out, "\n");
    for (unsigned i = 0; i < NUM_PAGE_LISTS; i++)
        dump_named_list(r, "busy", LIST_BUSY + i, i, out);
    dump_named_list(r, "busylarge", LIST_BUSYLARGE, 0, out);
    for (unsigned i = 0; i < NUM_SPAN_CLASSES; i++) {
        if (!r->nmalloc[i])
            continue;
        sb_printf(out, "central %u nmalloc=%llu nonempty", i, (unsigned long long)r->nmalloc[i]);
        dump_list(r, LIST_NONEMPTY + i, out);
        sb_puts(out, " empty");
        dump_list(r, LIST_EMPTY + i, out);
        sb_puts(out, "\n");
    }
    dump_bitmap(out, hash);
}
