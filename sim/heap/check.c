/*
 * Checks: one for each structure, walked over the whole heap. They say what must hold between
 * operations; every one aborts with what it found.
 *
 *   lists    linked both ways, and what stands in each belongs there: free spans and large objects'
 *            by length, small objects' in one of their mcentral's two. No span is in another.
 *   treap    ordered by size and record, a heap by priority; all large free spans and no others
 *   table    every page of a span in use names it; the ends of a free one do. No two free spans are
 *            neighbours: they would have been joined.
 *   slots    counts against bits, allocCache against allocBits, marks only of what is allocated
 *   stacks   every span in use once on the stack that its sweepgen says
 *   bitmap   clear where spans hold no pointers (what objects have: heap_check_object)
 *   ranges   what is in use is mapped, and was not given back
 *   stats    sums over all of this
 */
#include "sim/heap/heap_internal.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

enum {
    MOST_BITMAP = 16 << 10, /* bytes of bitmap looked at in one span: 512 KiB of it on 64-bit */
    MOST_WORDS = 1 << 13,   /* words of one object, at either end */
};

static uint64_t span_end(const struct mspan *s) {
    return s->base + (s->npages << GO_PAGE_SHIFT);
}

static uint64_t first_page(const struct heap *h, const struct mspan *s) {
    return (s->base - h->arena_start) >> GO_PAGE_SHIFT;
}

static bool is_allocated(const struct mspan *s, uint64_t slot) {
    return slot < s->freeindex || (s->alloc_bits[slot / 64] >> slot % 64 & 1);
}

/* --- Lists --- */

/* Returns how many stand in it. */
static size_t check_list(const struct mspan_list *list) {
    const struct mspan *before = NULL;
    size_t n = 0;
    for (const struct mspan *s = list->first; s; before = s, s = s->next, n++)
        INVARIANT(s->list == list->id && s->prev == before);
    INVARIANT(list->last == before);
    return n;
}

/* A free list of n pages holds free spans of n pages and nothing else. */
static size_t check_free_lists(const struct heap *h) {
    size_t listed = 0;
    for (unsigned n = 0; n < NUM_PAGE_LISTS; n++) {
        listed += check_list(&h->free[n]);
        for (const struct mspan *s = h->free[n].first; s; s = s->next)
            INVARIANT(s->state == SPAN_STATE_FREE && s->npages == n);
    }
    return listed;
}

static size_t check_busy_lists(const struct heap *h) {
    size_t listed = 0;
    for (unsigned n = 0; n <= NUM_PAGE_LISTS; n++) {
        const struct mspan_list *list = n < NUM_PAGE_LISTS ? &h->busy[n] : &h->busylarge;
        listed += check_list(list);
        for (const struct mspan *s = list->first; s; s = s->next)
            INVARIANT(s->state == SPAN_STATE_INUSE && s->spanclass >> 1 == 0 &&
                      (n < NUM_PAGE_LISTS ? s->npages == n : s->npages >= NUM_PAGE_LISTS));
    }
    return listed;
}

/* Both lists of an mcentral. What an mcache does not hold stands among the empty ones only if it is
 * full. */
static size_t check_central(const struct mcentral *c, unsigned spanclass) {
    size_t listed = check_list(&c->nonempty) + check_list(&c->empty);
    for (const struct mspan *s = c->nonempty.first; s; s = s->next)
        INVARIANT(s->state == SPAN_STATE_INUSE && s->spanclass == spanclass && !s->incache &&
                  s->alloc_count < s->nelems);
    for (const struct mspan *s = c->empty.first; s; s = s->next)
        INVARIANT(s->state == SPAN_STATE_INUSE && s->spanclass == spanclass &&
                  (s->incache || s->alloc_count == s->nelems));
    return listed;
}

static size_t check_centrals(const struct heap *h) {
    size_t listed = 0;
    for (unsigned i = 0; i < NUM_SPAN_CLASSES; i++)
        listed += check_central(&h->central[i], i);
    return listed;
}

static void check_tiny(const struct heap *h, const struct mcache *c) {
    INVARIANT(c->tinyoffset <= 16);
    if (!c->tiny)
        return;
    const struct mspan *s = span_of_page(h, (c->tiny - h->arena_start) >> GO_PAGE_SHIFT);
    INVARIANT(s && s->state == SPAN_STATE_INUSE && s->elemsize == 16 && (s->spanclass & 1));
    INVARIANT((c->tiny - s->base) % 16 == 0 && is_allocated(s, (c->tiny - s->base) / 16));
}

/* Spans and tiny block of every mcache are its own, and its P holds no lock. */
static void check_caches(const struct heap *h) {
    INVARIANT(h->emptymspan->nelems == 0 && h->emptymspan->alloc_count == 0);
    for (unsigned p = 0; p < h->ps; p++) {
        const struct mcache *c = h->mcaches[p];
        check_tiny(h, c);
        INVARIANT(c->held_count == 0);
        for (unsigned i = 0; i < NUM_SPAN_CLASSES; i++) {
            const struct mspan *s = c->alloc[i];
            INVARIANT(s == h->emptymspan ||
                      (s->incache && s->spanclass == i && s->list == h->central[i].empty.id));
        }
        for (unsigned q = 0; q < p; q++)
            INVARIANT(!c->tiny || c->tiny != h->mcaches[q]->tiny);
    }
}

/* How many mcaches hold s. */
static unsigned holders(const struct heap *h, const struct mspan *s) {
    unsigned n = 0;
    for (unsigned p = 0; p < h->ps; p++)
        n += h->mcaches[p]->alloc[s->spanclass] == s;
    return n;
}

/* --- The treap --- */

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

/* --- The spans table --- */

static void check_table(const struct heap *h, const struct mspan *s) {
    uint64_t page = first_page(h, s);
    bool every = s->state != SPAN_STATE_FREE;
    INVARIANT(s->npages > 0 && s->base >= h->arena_start && span_end(s) <= h->arena_used);
    for (uint64_t i = 0; i < s->npages; i += every || i + 1 >= s->npages ? 1 : s->npages - 1)
        if (span_of_page(h, page + i) != s)
            BUG("spans table: page %" PRIu64 " of span 0x%" PRIx64 " names another", i, s->base);
    if (every)
        return;
    const struct mspan *after = span_of_page(h, page + s->npages);
    INVARIANT(!after || after->state != SPAN_STATE_FREE);
}

/* --- One span --- */

/* All of it is mapped and in use, none given back. */
static void check_mapped(const struct heap *h, const struct mspan *s) {
    struct range run;
    uint64_t end = rangemap_run(&h->ranges, s->base, span_end(s), &run);
    if (end != span_end(s) || run.state != RANGE_MAPPED || run.owner != OWNER_HEAP)
        BUG("span 0x%" PRIx64 " is in use and not mapped all over: %s up to 0x%" PRIx64, s->base,
            range_state_name(run.state), end);
}

static void check_slots(const struct heap *h, const struct mspan *s) {
    uint64_t allocated = 0, words = (s->nelems + 63) / 64;
    bool swept = s->sweepgen == sweepgen(h);
    if (s->nelems % 64) /* no bits for slots that are not there */
        INVARIANT(!((s->alloc_bits[words - 1] | s->gcmark_bits[words - 1]) >> s->nelems % 64));
    for (uint64_t w = 0; w < words; w++) {
        INVARIANT(!swept || !s->gcmark_bits[w]);
        uint64_t below = s->freeindex <= w * 64        ? 0
                         : s->freeindex >= w * 64 + 64 ? UINT64_MAX
                                                       : (UINT64_C(1) << s->freeindex % 64) - 1;
        INVARIANT(!(s->gcmark_bits[w] & ~(s->alloc_bits[w] | below)));
        allocated += (uint64_t)__builtin_popcountll(s->alloc_bits[w] | below);
    }
    INVARIANT(s->alloc_count == allocated);
    if (s->freeindex < s->nelems)
        INVARIANT(s->alloc_cache == ~s->alloc_bits[s->freeindex / 64] >> s->freeindex % 64);
}

/* Without pointers there is nothing in the bitmap. */
static void check_noscan_bitmap(const struct heap *h, const struct mspan *s) {
    uint64_t first = (s->base - h->arena_start) / (4 * h->ptr_size);
    uint64_t bytes = (s->npages << GO_PAGE_SHIFT) / (4 * h->ptr_size);
    if (bytes > MOST_BITMAP)
        bytes = MOST_BITMAP;
    const uint8_t *lowest = heap_bits_byte(h, first + bytes - 1); /* bytes run downward */
    if (lowest[0] || memcmp(lowest, lowest + 1, bytes - 1) != 0)
        BUG("heap bitmap of pointer-free span 0x%" PRIx64 " is not clear", s->base);
}

static void check_inuse(const struct heap *h, const struct mspan *s) {
    unsigned size_class = (unsigned)s->spanclass >> 1;
    INVARIANT(s->spanclass < NUM_SPAN_CLASSES && s->elemsize > 0);
    INVARIANT(s->nelems == (s->npages << GO_PAGE_SHIFT) / s->elemsize);
    INVARIANT(s->freeindex <= s->nelems && s->alloc_count <= s->nelems);
    INVARIANT(s->limit > s->base && s->limit <= span_end(s));
    INVARIANT(s->alloc_bits && s->gcmark_bits && s->alloc_bits != s->gcmark_bits);
    INVARIANT(s->npreleased == 0);
    if (size_class) {
        INVARIANT(s->elemsize == h->sizes.classes[size_class].size);
        INVARIANT(s->npages == h->sizes.classes[size_class].npages);
        INVARIANT(s->limit == s->base + s->elemsize * s->nelems);
        INVARIANT(s->list == LIST_EMPTY + s->spanclass || s->list == LIST_NONEMPTY + s->spanclass);
    } else {
        INVARIANT(s->list >= LIST_BUSY && s->list <= LIST_BUSYLARGE && s->nelems == 1);
    }
    INVARIANT(holders(h, s) == s->incache);
    INVARIANT(s->sweepgen == sweepgen(h) || (s->sweepgen == sweepgen_minus(h, 2) && !s->incache &&
                                                !h->stats[STAT_sweepdone].value));
    check_slots(h, s);
    check_mapped(h, s);
    if (s->spanclass & 1)
        check_noscan_bitmap(h, s);
}

static void check_span(const struct heap *h, const struct mspan *s) {
    if (s->state == SPAN_STATE_DEAD) {
        INVARIANT(s->list == LIST_NOWHERE && !s->alloc_bits && !s->gcmark_bits);
        return;
    }
    check_table(h, s);
    if (s->state == SPAN_STATE_INUSE) {
        check_inuse(h, s);
    } else if (s->state == SPAN_STATE_MANUAL) {
        INVARIANT(s->list == LIST_NOWHERE && s->alloc_count == 0 && !s->npreleased);
        check_mapped(h, s);
    } else {
        INVARIANT(s->state == SPAN_STATE_FREE);
        INVARIANT(s->npreleased <= s->npages && !s->alloc_bits && !s->gcmark_bits);
        INVARIANT(s->list == (s->npages < NUM_PAGE_LISTS ? LIST_FREE + s->npages : LIST_NOWHERE));
    }
}

/* --- The sweep stacks --- */

/* Each span in use of that sweepgen stands on the stack just once. What else is on it was swept out
 * of turn. */
static void check_stack(const struct heap *h, const struct sweep_buf *b, uint64_t gen, bool only) {
    uint8_t *seen = xcalloc(h->allspans_len + 1, 1);
    uint64_t missing = 0;
    for (size_t i = 0; i < h->allspans_len; i++)
        missing += h->allspans[i]->state == SPAN_STATE_INUSE && h->allspans[i]->sweepgen == gen;
    for (size_t i = 0; i < b->index; i++) {
        const struct mspan *s = *sweep_buf_at(b, i);
        bool expected = s->state == SPAN_STATE_INUSE && s->sweepgen == gen;
        INVARIANT(expected || (!only && s->sweepgen == sweepgen(h)));
        INVARIANT(!expected || !seen[s->handle]);
        seen[s->handle] = expected;
        missing -= expected;
    }
    free(seen);
    INVARIANT(missing == 0);
}

static void check_stacks(const struct heap *h) {
    unsigned swept = sweepgen(h) / 2 % 2;
    check_stack(h, &h->sweep_spans[swept], sweepgen(h), true);
    check_stack(h, &h->sweep_spans[1 - swept], sweepgen_minus(h, 2), false);
    INVARIANT(!h->stats[STAT_sweepdone].value || h->sweep_spans[1 - swept].index == 0);
}

/* --- Statistics --- */

/* What all spans come to. */
struct sums {
    uint64_t living, pages[SPAN_STATE_FREE + 1], released;
    uint64_t large, large_bytes;      /* large objects */
    uint64_t free_large;              /* free spans that belong into the treap */
    uint64_t listed;                  /* spans in some list */
    uint64_t taken[NUM_SIZE_CLASSES]; /* slots, all of a span counting that an mcache holds */
};

static void add_span(struct sums *sum, const struct mspan *s) {
    unsigned size_class = (unsigned)s->spanclass >> 1;
    sum->listed += s->list != LIST_NOWHERE;
    if (s->state == SPAN_STATE_DEAD)
        return;
    sum->living++;
    sum->pages[s->state] += s->npages;
    sum->released += s->npreleased;
    sum->free_large += s->state == SPAN_STATE_FREE && s->npages >= NUM_PAGE_LISTS;
    if (s->state != SPAN_STATE_INUSE)
        return;
    sum->taken[size_class] += s->incache ? s->nelems : s->alloc_count;
    sum->large += size_class == 0;
    sum->large_bytes += size_class == 0 ? s->elemsize : 0;
}

static void check_spans_stats(const struct heap *h, const struct sums *sum) {
    const struct stat_cell *st = h->stats;
    uint64_t both = sum->pages[SPAN_STATE_INUSE] + sum->pages[SPAN_STATE_FREE];
    INVARIANT(st[STAT_allspans].value == h->allspans_len);
    INVARIANT(st[STAT_mspan_inuse].value == sum->living * h->spanalloc.size);
    INVARIANT(h->spanalloc.inuse == sum->living * h->spanalloc.size);
    INVARIANT(st[STAT_pages_in_use].value == sum->pages[SPAN_STATE_INUSE]);
    INVARIANT(st[STAT_heap_inuse].value == sum->pages[SPAN_STATE_INUSE] << GO_PAGE_SHIFT);
    INVARIANT(st[STAT_heap_idle].value == sum->pages[SPAN_STATE_FREE] << GO_PAGE_SHIFT);
    INVARIANT(st[STAT_stacks_inuse].value == sum->pages[SPAN_STATE_MANUAL] << GO_PAGE_SHIFT);
    INVARIANT(st[STAT_heap_released].value == sum->released << GO_PAGE_SHIFT);
    /* On 32-bit, what was taken outside of any reservation was rounded up to a page more. */
    INVARIANT(h->ptr_size == 4 ? st[STAT_heap_sys].value >= both << GO_PAGE_SHIFT
                               : st[STAT_heap_sys].value == both << GO_PAGE_SHIFT);
    INVARIANT(h->treapalloc.inuse == sum->free_large * h->treapalloc.size);
}

static void check_object_stats(const struct heap *h, const struct sums *sum) {
    const struct stat_cell *st = h->stats;
    INVARIANT(st[STAT_heap_objects].value == sum->large);
    struct local_frees f = local_frees(h);
    INVARIANT(st[STAT_nlargealloc].value - st[STAT_nlargefree].value - f.nlarge == sum->large);
    INVARIANT(st[STAT_largealloc].value - st[STAT_largefree].value - f.large == sum->large_bytes);
    for (unsigned i = 1; i < NUM_SIZE_CLASSES; i++) {
        uint64_t handed_out = h->central[2 * i].nmalloc + h->central[2 * i + 1].nmalloc;
        INVARIANT(handed_out - h->nsmallfree[i] - f.nsmall[i] == sum->taken[i]);
    }
}

static void check_bounds(const struct heap *h) {
    uint64_t bytes = h->arena_used - h->arena_start;
    INVARIANT(h->arena_start <= h->arena_used && h->arena_alloc <= h->arena_end);
    INVARIANT(h->spans_len <= h->spans_cap && h->spans_len >= bytes >> GO_PAGE_SHIFT);
    INVARIANT(h->bitmap_mapped >= bytes / (4 * h->ptr_size));
}

void heap_check(const struct heap *h) {
    if (h->exited || !h->cachealloc.size)
        return; /* Go may end in the middle of a change */
    struct sums sum = {0};
    size_t listed = check_free_lists(h) + check_busy_lists(h) + check_centrals(h);
    check_bounds(h);
    check_caches(h);
    for (size_t i = 0; i < h->allspans_len; i++) {
        check_span(h, h->allspans[i]);
        add_span(&sum, h->allspans[i]);
    }
    INVARIANT(listed == sum.listed);
    INVARIANT(!h->freelarge || !h->freelarge->parent);
    INVARIANT(check_treap(h->freelarge, NULL, NULL) == sum.free_large);
    check_stacks(h);
    check_spans_stats(h, &sum);
    check_object_stats(h, &sum);
}

/* --- One object --- */

/* What the bitmap must say of a word, as heap_bits_of_word does. */
static unsigned expected_bits(
    const struct heap *h, const struct heap_type *type, uint64_t size, uint64_t word) {
    uint64_t elem = type->size / h->ptr_size, in_elem = word % elem;
    uint64_t last = (size - type->size + type->ptrdata) / h->ptr_size; /* dead from there on */
    bool pointer = word < last && in_elem < type->ptrdata / h->ptr_size &&
                   (type->mask[in_elem / 8] >> in_elem % 8 & 1);
    bool scan = word == 0 || (word >= 2 && word < last);
    return (pointer ? 1u : 0u) | (scan ? 2u : 0u);
}

static void check_object_bits(const struct heap *h, const struct mspan *s, uint64_t addr,
    uint64_t size, const struct heap_type *type) {
    uint64_t words = s->elemsize / h->ptr_size;
    if (h->ptr_size == 8 && words == 1) {
        INVARIANT(heap_bits_of_word(h, addr) == 3);
        return;
    }
    for (uint64_t w = 0; w < words; w++) {
        if (w == MOST_WORDS && words > 2 * MOST_WORDS)
            w = words - MOST_WORDS;
        unsigned found = heap_bits_of_word(h, addr + w * h->ptr_size);
        unsigned expected = expected_bits(h, type, size, w);
        if (found != expected)
            BUG("heap bitmap: word %" PRIu64 " of object 0x%" PRIx64 " has %u, its type says %u", w,
                addr, found, expected);
    }
}

void heap_check_object(
    const struct heap *h, uint64_t addr, uint64_t size, const struct heap_type *type) {
    bool noscan = !type || !type->ptrdata, tiny = noscan && size < 16;
    const struct mspan *s = span_of_page(h, (addr - h->arena_start) >> GO_PAGE_SHIFT);
    INVARIANT(s && s->state == SPAN_STATE_INUSE && noscan == (s->spanclass & 1));
    uint64_t slot = (addr - s->base) / s->elemsize, inside = (addr - s->base) % s->elemsize;
    INVARIANT(addr >= s->base && slot < s->nelems && is_allocated(s, slot));
    INVARIANT(inside + size <= s->elemsize && (inside == 0 || tiny));
    uint64_t align = size % 8 == 0 ? 8 : size % 4 == 0 ? 4 : size % 2 == 0 ? 2 : 1;
    INVARIANT(addr % align == 0);
    if (!noscan)
        check_object_bits(h, s, addr, size, type);
}
