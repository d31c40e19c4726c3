/* The dump of a heap: every structure as text. See dumptext.h for the lines. */
#include "sim/heap/heap_internal.h"
#include "sim/trace/dumptext.h"

#include <stdlib.h>
#include <string.h>

static void dump_list(const struct mspan_list *list, struct strbuf *out) {
    for (const struct mspan *s = list->first; s; s = s->next)
        dump_address(out, s->base);
}

static void dump_named_list(
    const char *name, const struct mspan_list *list, unsigned pages, struct strbuf *out) {
    if (!list->first)
        return;
    sb_puts(out, name);
    if (pages)
        sb_printf(out, " %u", pages);
    dump_list(list, out);
    sb_puts(out, "\n");
}

static void dump_treap(const struct treap_node *t, struct strbuf *out) {
    if (!t) {
        sb_puts(out, "-");
        return;
    }
    dump_treap_open(out, t->npages_key, t->span_key->base, t->priority);
    dump_treap(t->left, out);
    sb_puts(out, " ");
    dump_treap(t->right, out);
    sb_puts(out, ")");
}

static int by_base(const void *a, const void *b) {
    const struct mspan *x = *(const struct mspan *const *)a, *y = *(const struct mspan *const *)b;
    return x->base < y->base ? -1 : x->base > y->base;
}

static struct span_facts facts_of(const struct mspan *s) {
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

static const uint8_t no_bits[256];

static uint64_t hash_bitmap(const struct heap *h, const struct mspan *s, uint64_t hash) {
    uint64_t index = (s->base - h->arena_start) / (4 * h->ptr_size);
    uint64_t count = (s->npages << GO_PAGE_SHIFT) / (4 * h->ptr_size);
    uint64_t zeros = 0;
    /* Byte numbers grow downward in memory. Most are zero, in long runs. */
    for (const uint8_t *byte = heap_bits_byte(h, index); count; count--, byte--) {
        while (
            count > sizeof no_bits && !memcmp(byte - sizeof no_bits + 1, no_bits, sizeof no_bits)) {
            zeros += sizeof no_bits;
            count -= sizeof no_bits;
            byte -= sizeof no_bits;
        }
        if (!*byte) {
            zeros++;
            continue;
        }
        hash = fnv_byte(fnv_zeros(hash, zeros), *byte);
        zeros = 0;
    }
    return fnv_zeros(hash, zeros);
}

void heap_dump_bounds(const struct heap *h, struct strbuf *out) {
#define X(name) h->name,
    const uint64_t bounds[HEAP_FIELD_COUNT] = {HEAP_FIELDS(X)};
#undef X
    dump_bounds(out, bounds);
}

static void dump_spans(const struct heap *h, struct strbuf *out, uint64_t *hash) {
    const struct mspan **sorted = xmalloc((h->allspans_len + 1) * sizeof(*sorted));
    size_t n = 0;
    for (size_t i = 0; i < h->allspans_len; i++)
        if (h->allspans[i]->state != SPAN_STATE_DEAD)
            sorted[n++] = h->allspans[i];
    qsort(sorted, n, sizeof(*sorted), by_base);
    for (size_t i = 0; i < n; i++) {
        struct span_facts facts = facts_of(sorted[i]);
        dump_span(out, &facts);
        if (sorted[i]->state == SPAN_STATE_INUSE)
            *hash = hash_bitmap(h, sorted[i], *hash);
    }
    free(sorted);
}

static void dump_centrals(const struct heap *h, struct strbuf *out) {
    for (unsigned i = 0; i < NUM_SPAN_CLASSES; i++) {
        const struct mcentral *c = &h->central[i];
        if (!c->nmalloc)
            continue; /* no span, either: mcentral counts what it hands out of the first one */
        sb_printf(out, "central %u nmalloc=%llu nonempty", i, (unsigned long long)c->nmalloc);
        dump_list(&c->nonempty, out);
        sb_puts(out, " empty");
        dump_list(&c->empty, out);
        sb_puts(out, "\n");
    }
}

static void dump_mcache(const struct heap *h, const struct mcache *c, struct strbuf *out) {
    dump_cache(out, c->p, c->tiny, c->tinyoffset, c->local);
    for (unsigned i = 0; i < NUM_SPAN_CLASSES; i++)
        if (c->alloc[i] != h->emptymspan)
            dump_cache_span(out, i, c->alloc[i]->base);
    sb_puts(out, "\n");
}

void heap_dump(const struct heap *h, struct strbuf *out) {
    sb_puts(out, "dump\n");
    heap_dump_bounds(h, out);
    uint64_t stats[STAT_COUNT];
    for (unsigned i = 0; i < STAT_COUNT; i++)
        stats[i] = heap_stat(h, i);
    dump_stats(out, stats);
    for (unsigned p = 0; p < h->ps; p++)
        dump_mcache(h, h->mcaches[p], out);
    uint64_t hash = FNV_START;
    dump_spans(h, out, &hash);
    for (unsigned i = 0; i < NUM_PAGE_LISTS; i++)
        dump_named_list("free", &h->free[i], i, out);
    sb_puts(out, "treap ");
    dump_treap(h->freelarge, out);
    sb_puts(out, "\n");
    for (unsigned i = 0; i < NUM_PAGE_LISTS; i++)
        dump_named_list("busy", &h->busy[i], i, out);
    dump_named_list("busylarge", &h->busylarge, 0, out);
    dump_centrals(h, out);
    dump_bitmap(out, hash);
}
