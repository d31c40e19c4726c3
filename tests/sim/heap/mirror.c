/* Comparing replicas: see mirror.h. */
#include "tests/sim/heap/mirror.h"

#include "sim/heap/heap_internal.h"
#include "sim/trace/dumptext.h"

#include <string.h>

/* --- With a heap --- */

/* False, with what differs in why. */
static bool differs(struct strbuf *why, const char *what, uint64_t heap, uint64_t replica) {
    sb_printf(why, "%s: heap 0x%llx, replica 0x%llx", what, (unsigned long long)heap,
        (unsigned long long)replica);
    return false;
}

static uint32_t handle_of(const struct mspan *s) {
    return s ? s->handle : 0;
}

/* heap holds words of them, NULL: none. What one side has more must be zero. */
static bool equal_bits(const gc_bits *heap, uint64_t words, const uint64_t *replica,
    uint32_t replica_words, struct strbuf *why) {
    if (!heap)
        words = 0;
    if (!replica)
        replica_words = 0;
    for (uint64_t w = 0; w < words || w < replica_words; w++) {
        uint64_t x = w < words ? heap[w] : 0, y = w < replica_words ? replica[w] : 0;
        if (x != y)
            return differs(why, "bits", x, y);
    }
    return true;
}

static bool equal_span(const struct mspan *s, const struct rspan *t, struct strbuf *why) {
#define X(name)                                                                                    \
    if (s->name != t->name)                                                                        \
        return differs(why, "span field " #name, s->name, t->name);
    SPAN_FIELDS(X)
#undef X
    if (s->record != t->record || s->list != t->list)
        return differs(why, "span record or list", s->list, t->list);
    if (handle_of(s->prev) != t->prev || handle_of(s->next) != t->next)
        return differs(why, "span links", handle_of(s->next), t->next);
    uint64_t words = (s->nelems + 63) / 64;
    return equal_bits(s->alloc_bits, words, t->alloc_bits, t->bit_words, why) &&
           equal_bits(s->gcmark_bits, words, t->mark_bits, t->bit_words, why);
}

static bool equal_ranges(
    const struct rangemap *heap, const struct rangemap *replica, struct strbuf *why) {
    if (heap->count != replica->count)
        return differs(why, "number of ranges", heap->count, replica->count);
    for (size_t i = 0; i < heap->count; i++) {
        const struct range *x = &heap->ranges[i], *y = &replica->ranges[i];
        if (x->start != y->start || x->end != y->end || x->state != y->state ||
            x->owner != y->owner)
            return differs(why, "range", x->start, y->start);
    }
    return true;
}

static bool equal_cache(const struct mcache *c, const struct replica *r, struct strbuf *why) {
    unsigned p = c->p;
    for (unsigned i = 0; i < NUM_SPAN_CLASSES; i++)
        if (handle_of(c->alloc[i]) != r->cache[p][i])
            return differs(why, "mcache", handle_of(c->alloc[i]), r->cache[p][i]);
    for (unsigned i = 0; i < LOCAL_STAT_COUNT; i++)
        if (c->local[i] != r->local[p][i])
            return differs(why, stat_name(STAT_LOCAL + i), c->local[i], r->local[p][i]);
    if (c->tiny != r->tiny[p] || c->tinyoffset != r->tiny_offset[p])
        return differs(why, "tiny block", c->tiny, r->tiny[p]);
    return true;
}

static bool equal_numbers(const struct heap *h, const struct replica *r, struct strbuf *why) {
#define X(name)                                                                                    \
    if (h->name != r->heap[HEAP_##name])                                                           \
        return differs(why, #name, h->name, r->heap[HEAP_##name]);
    HEAP_FIELDS(X)
#undef X
    for (unsigned i = 0; i < STAT_COUNT; i++)
        if (heap_stat(h, i) != r->stats[i])
            return differs(why, stat_name(i), heap_stat(h, i), r->stats[i]);
    for (unsigned i = 0; i < NUM_SPAN_CLASSES; i++)
        if (h->central[i].nmalloc != r->nmalloc[i])
            return differs(why, "nmalloc", h->central[i].nmalloc, r->nmalloc[i]);
    if (h->ps != r->more_ps + 1)
        return differs(why, "P's", h->ps, r->more_ps + 1);
    for (unsigned p = 0; p < h->ps; p++)
        if (!equal_cache(h->mcaches[p], r, why))
            return false;
    if (h->exited != r->exited || (h->exited && (uint32_t)h->status != r->status))
        return differs(why, "exit", h->exited, r->exited);
    return true;
}

/* The sums of the span classes, added up anew from the heap's spans. */
static bool equal_sums(const struct heap *h, const struct replica *r, struct strbuf *why) {
    uint64_t taken[NUM_SPAN_CLASSES] = {0}, slots[NUM_SPAN_CLASSES] = {0}, pages = 0, large = 0;
    uint64_t told_pages = 0, told_large = 0;
    for (size_t i = 0; i < h->allspans_len; i++) {
        const struct mspan *s = h->allspans[i];
        if (s->state != SPAN_STATE_INUSE)
            continue;
        taken[s->spanclass] += s->alloc_count * s->elemsize;
        slots[s->spanclass] += s->nelems;
        pages += s->npages;
        large += s->spanclass < 2 ? s->limit - s->base : 0;
    }
    for (unsigned c = 0; c < NUM_SPAN_CLASSES; c++) {
        if (taken[c] != r->classes[c].taken_bytes)
            return differs(why, "bytes in allocated slots", taken[c], r->classes[c].taken_bytes);
        if (slots[c] != r->classes[c].slots)
            return differs(why, "slots", slots[c], r->classes[c].slots);
        told_pages += r->classes[c].pages;
        told_large += r->classes[c].large_asked;
    }
    if (pages != told_pages)
        return differs(why, "pages of the span classes", pages, told_pages);
    return large == told_large || differs(why, "bytes asked for, large", large, told_large);
}

static bool equal_treap(
    const struct treap_node *t, const struct replica *r, uint32_t node, struct strbuf *why) {
    if (!t || !node)
        return (!t && !node) || differs(why, "treap node", t != NULL, node);
    const struct rspan *s = replica_span(r, node);
    if (t->span_key->handle != node || t->priority != s->priority || !s->in_treap)
        return differs(why, "treap node", t->span_key->handle, node);
    uint32_t parent = handle_of(t->parent ? t->parent->span_key : NULL);
    if (parent != s->parent)
        return differs(why, "treap parent", parent, s->parent);
    return equal_treap(t->left, r, s->left, why) && equal_treap(t->right, r, s->right, why);
}

static bool equal_dumps(const struct heap *h, const struct replica *r, struct strbuf *why) {
    struct strbuf heap = {0}, replica = {0};
    heap_dump(h, &heap);
    replica_dump(r, (unsigned)h->ptr_size, &replica);
    bool same = strcmp(sb_text(&heap), sb_text(&replica)) == 0;
    if (!same)
        sb_printf(why, "dumps differ:\n%s---\n%s", sb_text(&heap), sb_text(&replica));
    sb_free(&heap);
    sb_free(&replica);
    return same;
}

bool mirror_equal(const struct heap *h, const struct replica *r, struct strbuf *why) {
    if (!equal_numbers(h, r, why) || !equal_ranges(&h->ranges, &r->ranges, why))
        return false;
    if (h->allspans_len != r->span_count)
        return differs(why, "spans", h->allspans_len, r->span_count);
    for (size_t i = 0; i < h->allspans_len; i++)
        if (!equal_span(h->allspans[i], replica_span(r, (uint32_t)i + 1), why))
            return false;
    return equal_sums(h, r, why) && equal_treap(h->freelarge, r, r->treap_root, why) &&
           equal_dumps(h, r, why);
}

/* The heap keeps no list of its metadata, but it adds it up. */
bool mirror_metadata_equal(const struct heap *h, const struct replica *r, struct strbuf *why) {
    enum { RECORDS = 16 << 10 };
    uint64_t sum[META_MARKBITS + 1] = {0}, allspans = 0, mapped = 0;
    const struct fixalloc *treap = &h->treapalloc;
    uint64_t nodes = treap->size ? RECORDS / treap->size : 1; /* in a piece */
    for (size_t i = 0; i < r->meta_count; i++) {
        sum[r->meta[i].what] += r->meta[i].size;
        if (r->meta[i].what == META_ALLSPANS)
            allspans = r->meta[i].addr;
    }
    for (size_t i = 0; i < r->ranges.count; i++)
        if (r->ranges.ranges[i].owner == OWNER_METADATA)
            mapped += r->ranges.ranges[i].end - r->ranges.ranges[i].start;
    const struct stat_cell *st = h->stats;
    const uint64_t heap[] = {st[STAT_mspan_sys].value, st[STAT_mcache_sys].value,
        st[STAT_gc_sys].value - h->bitmap_mapped, (treap->count + nodes - 1) / nodes * RECORDS,
        mapped, h->allspans_addr};
    const uint64_t told[] = {sum[META_MSPANS], sum[META_MCACHES],
        sum[META_MARKBITS] + sum[META_SWEEPBUF], sum[META_TREAP],
        sum[META_CHUNK] + sum[META_MARKBITS] + h->allspans_room * h->ptr_size, allspans};
    for (size_t i = 0; i < ARRAY_LEN(heap); i++)
        if (heap[i] != told[i])
            return differs(why, "metadata", heap[i], told[i]);
    return true;
}

/* count bytes of the heap bitmap from number i on are zero. Their addresses go down. */
static bool all_zero(const struct heap *h, uint64_t i, uint64_t count) {
    const uint8_t *bytes = count ? heap_bits_byte(h, i + count - 1) : NULL;
    return !count || (bytes[0] == 0 && memcmp(bytes, bytes + 1, count - 1) == 0);
}

bool mirror_tables_equal(const struct heap *h, const struct replica *r, struct strbuf *why) {
    for (uint64_t page = 0; page < h->spans_len; page++)
        if (handle_of(span_of_page(h, page)) != replica_page(r, page))
            return differs(why, "spans table, page", page, replica_page(r, page));
    for (uint64_t i = 0, zeros; i < h->bitmap_mapped; i++) {
        zeros = replica_bitmap_zeros(r, i, h->bitmap_mapped);
        if (!all_zero(h, i, zeros))
            return differs(why, "heap bitmap, from byte", i, 0);
        i += zeros;
        if (i < h->bitmap_mapped && *heap_bits_byte(h, i) != replica_bitmap(r, i))
            return differs(why, "heap bitmap, byte", i, replica_bitmap(r, i));
    }
    return true;
}

/* --- By themselves --- */

static uint64_t mix(uint64_t hash, uint64_t value) {
    hash = (hash ^ value) * UINT64_C(0x9e3779b97f4a7c15);
    return hash ^ hash >> 29;
}

static uint64_t mix_all(uint64_t hash, const uint64_t *values, size_t n) {
    for (size_t i = 0; i < n; i++)
        hash = mix(hash, values[i]);
    return hash;
}

static uint64_t mix_attempts(uint64_t hash, const struct attempt *t, size_t n) {
    for (size_t i = 0; i < n; i++)
        hash = mix(mix(mix(mix(hash, t[i].outcome), t[i].addr), t[i].size), t[i].answer);
    return hash;
}

static uint64_t mix_init(uint64_t hash, const struct init_path *init) {
    hash = mix(hash, init->step);
    for (unsigned i = 0; i < STEP_COUNT; i++)
        hash = mix_all(mix(hash, init->reached[i]), init->value[i], 3);
    hash = mix_attempts(hash, init->hints, HINT_COUNT);
    return mix_attempts(hash, init->fallbacks, FALLBACK_COUNT);
}

/* Bits that were never set count as zeros, whether there is room for them or not. */
static uint64_t mix_bits(uint64_t hash, const uint64_t *bits, uint32_t words) {
    for (uint32_t w = 0; bits && w < words; w++)
        if (bits[w])
            hash = mix(mix(hash, w), bits[w]);
    return mix(hash, UINT64_MAX);
}

static uint64_t mix_span(uint64_t hash, const struct rspan *s) {
#define X(name) s->name,
    const uint64_t fields[] = {SPAN_FIELDS(X) s->record, s->list, s->prev, s->next, s->in_treap,
        s->parent, s->left, s->right, s->priority, s->marked, s->grey};
#undef X
    hash = mix_all(hash, fields, ARRAY_LEN(fields));
    return mix_bits(mix_bits(hash, s->alloc_bits, s->bit_words), s->mark_bits, s->bit_words);
}

static uint64_t mix_cache(uint64_t hash, const struct replica *r, unsigned p) {
    const struct rwait *wait = &r->wait[p];
    const uint64_t doing[] = {
        r->op[p].in_flight, r->op[p].number, wait->waits, wait->rank, wait->index, wait->holder};
    hash = mix_all(hash, doing, ARRAY_LEN(doing));
    hash = mix_all(mix(mix(hash, r->tiny[p]), r->tiny_offset[p]), r->local[p], LOCAL_STAT_COUNT);
    for (unsigned i = 0; i < NUM_SPAN_CLASSES; i++)
        hash = mix(hash, r->cache[p][i]);
    return hash;
}

static uint64_t mix_class(uint64_t hash, const struct class_sum *c) {
    const uint64_t numbers[] = {c->spans, c->pages, c->slots, c->taken, c->slot_bytes,
        c->taken_bytes, c->large_asked, c->objects, c->asked, c->took};
    return mix_all(hash, numbers, ARRAY_LEN(numbers));
}

static uint64_t mix_ranges(uint64_t hash, const struct rangemap *m) {
    for (size_t i = 0; i < m->count; i++) {
        const struct range *x = &m->ranges[i];
        hash = mix(mix(mix(mix(hash, x->start), x->end), x->state), x->owner);
    }
    return hash;
}

uint64_t replica_digest(const struct replica *r) {
    const uint64_t numbers[] = {r->seq, r->ops, r->acting, r->exited, r->status, r->messages,
        r->treap_root, r->more_ps, r->grey, r->collections, r->objects_born, r->objects_dropped,
        r->marked, r->ranges.count, r->resident.count, r->span_count, r->meta_count};
    uint64_t hash = mix_init(mix_all(1, numbers, ARRAY_LEN(numbers)), &r->init);
    hash = mix_ranges(mix_ranges(hash, &r->ranges), &r->resident);
    for (uint64_t i = 0; i < r->grey; i++)
        hash = mix(hash, replica_grey(r, i));
    hash = mix_all(hash, r->os_calls, EV_COUNT);
    hash = mix_all(hash, r->heap, HEAP_FIELD_COUNT);
    hash = mix_all(hash, r->stats, STAT_COUNT);
    hash = mix_all(hash, r->nmalloc, NUM_SPAN_CLASSES);
    hash = mix_all(hash, r->ladder, RUNG_COUNT);
    hash = mix(mix(mix(hash, r->tiny_sum.objects), r->tiny_sum.asked), r->tiny_sum.blocks);
    for (unsigned i = 0; i < NUM_SPAN_CLASSES; i++)
        hash = mix_class(hash, &r->classes[i]);
    for (size_t i = 0; i < r->span_count; i++)
        hash = mix_span(hash, replica_span(r, (uint32_t)i + 1));
    for (unsigned i = 0; i < LIST_COUNT; i++)
        hash = mix(mix(mix(hash, r->lists[i].first), r->lists[i].last), r->lists[i].count);
    for (unsigned p = 0; p < MAX_PS; p++)
        hash = mix_cache(hash, r, p);
    for (size_t i = 0; i < r->meta_count; i++)
        hash = mix(mix(mix(hash, r->meta[i].addr), r->meta[i].size), r->meta[i].what);
    return hash;
}

uint64_t replica_tables_digest(const struct replica *r) {
    uint64_t hash = 1, pages = GiB(4) >> GO_PAGE_SHIFT, bytes = MiB(256);
    for (uint64_t page = 0; page < pages; page++)
        if (replica_page(r, page))
            hash = mix(mix(hash, page), replica_page(r, page));
    for (uint64_t i = 0; (i += replica_bitmap_zeros(r, i, bytes)) < bytes; i++)
        hash = mix(mix(hash, i), replica_bitmap(r, i));
    return hash;
}
