/*
 * Checks: one for each structure, walked over the whole heap. They say what must hold; every one
 * aborts with what it found.
 */
#include "sim/heap/heap_internal.h"

#include <inttypes.h>

static void check_list(const struct mspan_list *list) {
    const struct mspan *before = NULL;
    for (const struct mspan *s = list->first; s; before = s, s = s->next)
        INVARIANT(s->list == list->id && s->prev == before);
    INVARIANT(list->last == before);
}

/* A free list of n pages holds free spans of n pages and nothing else. */
static void check_free_lists(const struct heap *h) {
    for (unsigned n = 0; n < NUM_PAGE_LISTS; n++) {
        check_list(&h->free[n]);
        for (const struct mspan *s = h->free[n].first; s; s = s->next)
            INVARIANT(s->state == SPAN_STATE_FREE && s->npages == n);
    }
}

static void check_busy_lists(const struct heap *h) {
    for (unsigned n = 0; n <= NUM_PAGE_LISTS; n++) {
        const struct mspan_list *list = n < NUM_PAGE_LISTS ? &h->busy[n] : &h->busylarge;
        check_list(list);
        for (const struct mspan *s = list->first; s; s = s->next)
            INVARIANT(s->state == SPAN_STATE_INUSE && s->spanclass >> 1 == 0 &&
                      (n < NUM_PAGE_LISTS ? s->npages == n : s->npages >= NUM_PAGE_LISTS));
    }
}

/* Search order by (pages, record), heap order by priority; returns the number of nodes. */
static size_t check_treap(
    const struct treap_node *t, const struct treap_node *low, const struct treap_node *high) {
    if (!t)
        return 0;
    INVARIANT(t->npages_key == t->span_key->npages && t->npages_key >= NUM_PAGE_LISTS);
    INVARIANT(t->span_key->state == SPAN_STATE_FREE && t->span_key->list == LIST_NOWHERE);
    INVARIANT(!low || low->npages_key < t->npages_key ||
              (low->npages_key == t->npages_key && low->span_key->record < t->span_key->record));
    INVARIANT(!high || t->npages_key < high->npages_key ||
              (high->npages_key == t->npages_key && t->span_key->record < high->span_key->record));
    INVARIANT(!t->left || (t->left->parent == t && t->left->priority >= t->priority));
    INVARIANT(!t->right || (t->right->parent == t && t->right->priority >= t->priority));
    return 1 + check_treap(t->left, low, t) + check_treap(t->right, t, high);
}

/* The table names the span on each of its pages; of a free one on the first and the last. */
static void check_table(const struct heap *h, const struct mspan *s) {
    uint64_t page = (s->base - h->arena_start) >> GO_PAGE_SHIFT;
    bool every = s->state != SPAN_STATE_FREE;
    for (uint64_t i = 0; i < s->npages; i += every || i + 1 >= s->npages ? 1 : s->npages - 1)
        if (span_of_page(h, page + i) != s)
            BUG("spans table: page %" PRIu64 " of span 0x%" PRIx64 " names another", i, s->base);
}

static void check_inuse(const struct heap *h, const struct mspan *s) {
    INVARIANT(s->elemsize > 0 && s->nelems == (s->npages << GO_PAGE_SHIFT) / s->elemsize);
    INVARIANT(s->freeindex <= s->nelems && s->alloc_count <= s->nelems);
    INVARIANT(s->limit > s->base && s->limit <= s->base + (s->npages << GO_PAGE_SHIFT));
    INVARIANT(s->alloc_bits && s->gcmark_bits);
    uint64_t allocated = s->freeindex;
    for (uint64_t i = s->freeindex; i < s->nelems; i++)
        allocated += s->alloc_bits[i / 64] >> (i % 64) & 1;
    unsigned size_class = (unsigned)s->spanclass >> 1;
    INVARIANT(size_class == 0 || s->elemsize == h->sizes.classes[size_class].size);
    INVARIANT(s->alloc_count == allocated);
}

static void check_caches(const struct heap *h) {
    for (unsigned i = 0; i < NUM_SPAN_CLASSES; i++) {
        const struct mcentral *c = &h->central[i];
        const struct mspan *cached = h->cache.alloc[i];
        INVARIANT(cached == h->emptymspan ||
                  (cached->incache && cached->spanclass == i && cached->list == c->empty.id));
        check_list(&c->nonempty);
        check_list(&c->empty);
        for (const struct mspan *s = c->nonempty.first; s; s = s->next)
            INVARIANT(s->spanclass == i && !s->incache && s->alloc_count < s->nelems);
        for (const struct mspan *s = c->empty.first; s; s = s->next)
            INVARIANT(s->spanclass == i);
    }
}

/* What the spans add up to, against the statistics. */
static void check_stats(const struct heap *h) {
    uint64_t pages[SPAN_STATE_FREE + 1] = {0};
    uint64_t living = 0, large_free = 0;
    for (size_t i = 0; i < h->allspans_len; i++) {
        const struct mspan *s = h->allspans[i];
        if (s->state == SPAN_STATE_DEAD)
            continue;
        living++;
        pages[s->state] += s->npages;
        large_free += s->state == SPAN_STATE_FREE && s->npages >= NUM_PAGE_LISTS;
    }
    INVARIANT(h->stats[STAT_allspans] == h->allspans_len);
    INVARIANT(h->stats[STAT_mspan_inuse] == living * h->spanalloc.size);
    INVARIANT(h->stats[STAT_pages_in_use] == pages[SPAN_STATE_INUSE]);
    INVARIANT(h->stats[STAT_heap_inuse] == pages[SPAN_STATE_INUSE] << GO_PAGE_SHIFT);
    INVARIANT(h->stats[STAT_heap_idle] == pages[SPAN_STATE_FREE] << GO_PAGE_SHIFT);
    INVARIANT(check_treap(h->freelarge, NULL, NULL) == large_free);
}

void heap_check(const struct heap *h) {
    if (h->exited || !h->cachealloc.size)
        return; /* Go may end in the middle of a change */
    check_free_lists(h);
    check_busy_lists(h);
    check_caches(h);
    for (size_t i = 0; i < h->allspans_len; i++) {
        const struct mspan *s = h->allspans[i];
        if (s->state == SPAN_STATE_DEAD)
            continue;
        check_table(h, s);
        if (s->state == SPAN_STATE_INUSE)
            check_inuse(h, s);
    }
    check_stats(h);
}
