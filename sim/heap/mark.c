/*
 * Marking: finding out which objects are live. Each gets its bit in its span's gcmark_bits.
 *
 *   white   not marked
 *   grey    marked, but its pointers have not been followed: it stands on the mark stack
 *   black   marked and followed (at once for objects without pointers)
 *
 * An object is found from any address inside it: the spans table gives the span, division by the
 * slot size the slot. Which of its words are pointers the heap bitmap says; looking stops at the
 * first word whose scan bit is clear. This is precise: nothing but pointers is followed. So a
 * pointer to where no object can be is an error of the program's, and ends it (bad_pointer).
 *
 * The world is stopped. Go collects in the background, with write barriers; what is live in the end
 * is the same.
 */
#include "sim/heap/heap_internal.h"

#include <stdlib.h>

/* Grey objects, and what has been marked so far. */
struct mark_stack {
    const void *table; /* the spans table: with the world stopped it stays where it is */
    uint64_t objects;  /* marked */
    uint64_t *grey;    /* addresses */
    size_t count, cap;
    uint64_t bytes; /* of the objects marked */
};

/* A word of an object: where a pointer was found. base 0: the pointer is a root. */
struct place {
    uint64_t base, off; /* bytes */
};

/* What the spans table has for addr, NULL if it is outside the arena. While marking. */
static ALWAYS_INLINE struct mspan *table_entry(const struct heap *h, uint64_t addr) {
    uint64_t offset = addr - h->arena_start;
    if (UNLIKELY(offset >= h->arena_used - h->arena_start))
        return NULL;
    const void *table = h->mark->table;
    uint64_t page = offset >> GO_PAGE_SHIFT, handle;
    if (UNLIKELY(h->ptr_size == 4))
        handle = ((const uint32_t *)table)[page];
    else
        handle = ((const uint64_t *)table)[page];
    return UNLIKELY(!handle) ? NULL : h->allspans[handle - 1];
}

static bool holds(const struct mspan *s, uint64_t addr) {
    return s->state == SPAN_STATE_INUSE && addr >= s->base && addr < s->limit;
}

/* The span in use whose data holds addr, NULL if there is none. */
static struct mspan *find_span(const struct heap *h, uint64_t addr) {
    if (addr < h->arena_start || addr >= h->arena_used)
        return NULL;
    struct mspan *s = span_of_page(h, (addr - h->arena_start) >> GO_PAGE_SHIFT);
    return s && holds(s, addr) ? s : NULL;
}

static inline uint64_t slot_of(const struct heap *h, const struct mspan *s, uint64_t addr) {
    const struct size_class *c = &h->sizes.classes[s->spanclass >> 1];
    uint64_t offset = addr - s->base;
    return UNLIKELY(!c->size) ? 0 : (offset >> c->shift) * c->mul >> c->shift2;
}

static void push_grey(struct mark_stack *m, uint64_t addr) {
    if (UNLIKELY(m->count == m->cap)) {
        void *grey = m->grey;
        array_reserve(&grey, &m->cap, m->count + 1, sizeof *m->grey);
        m->grey = grey;
    }
    m->grey[m->count++] = addr;
}

/* --- Pointers to nowhere --- */

/* Shows the words at base: the first ones, and those around off. Go's gcDumpObject. */
static void dump_object(struct heap *h, const struct mspan *s, uint64_t base, uint64_t off) {
    enum { FIRST = 128, AROUND = 16 }; /* words */
    INVARIANT(s);
    uint64_t word = h->ptr_size, size = s->elemsize, end = s->base + size - base;
    uint64_t limit = s->limit, elemsize = s->elemsize;
    bool skipped = false;
    heap_print(h, MSG_BAD_OBJECT, base, base >> GO_PAGE_SHIFT, s->base);
    heap_print(h, MSG_BAD_OBJECT_SPAN, limit, s->spanclass, elemsize);
    for (uint64_t i = 0; i < size; i += word) {
        bool around = i < off + AROUND * word && off < i + AROUND * word;
        if (i >= end || (i >= FIRST * word && !around)) {
            skipped = true;
            continue;
        }
        if (skipped)
            heap_print(h, MSG_BAD_SKIPPED, 0, 0, 0);
        skipped = false;
        uint64_t value = heap_load(h, base + i);
        heap_print(h, i == off ? MSG_BAD_WORD_HERE : MSG_BAD_WORD, i, value, 0);
    }
    if (skipped)
        heap_print(h, MSG_BAD_SKIPPED, 0, 0, 0);
}

/* The program holds a pointer to addr, where s has no object. Source: heapBitsForObject, with
 * GODEBUG's invalidptr as it is at first. */
NORETURN static void bad_pointer(
    struct heap *h, uint64_t addr, const struct mspan *s, struct place from) {
    bool unused = s->state == SPAN_STATE_INUSE;
    uint64_t page = (addr - h->arena_start) >> GO_PAGE_SHIFT;
    heap_print(h, unused ? MSG_BAD_POINTER_UNUSED : MSG_BAD_POINTER, addr, page, s->base);
    heap_print(h, MSG_BAD_POINTER_SPAN, s->limit, s->state, 0);
    if (from.base) {
        heap_print(h, MSG_BAD_FOUND, from.base, from.off, 0);
        dump_object(h, find_span(h, from.base), from.base, from.off);
    }
    heap_throw(h, MSG_THROW_BAD_POINTER);
}

/* --- Marking --- */

/* Marks the object that holds addr, unless it is marked. Go's heapBitsForObject and greyobject. */
static ALWAYS_INLINE void shade(struct heap *h, uint64_t addr, bool follow, struct place from) {
    struct mspan *s = table_entry(h, addr);
    if (UNLIKELY(!s || s->state == SPAN_STATE_MANUAL))
        return; /* not the heap's: somebody else's memory, or a stack */
    if (UNLIKELY(!holds(s, addr)))
        bad_pointer(h, addr, s, from);
    uint64_t slot = slot_of(h, s, addr), word = slot / 64, bit = UINT64_C(1) << slot % 64;
    uint64_t old = s->gcmark_bits[word];
    if (old & bit)
        return;
    s->gcmark_bits[word] = old | bit;
    EMIT(h, EV_BITS, 1, s->handle, word, old, old | bit);
    h->mark->objects++;
    h->mark->bytes += s->elemsize;
    if (follow && !(s->spanclass & 1)) {
        push_grey(h->mark, s->base + slot * s->elemsize);
        EMIT(h, EV_GREY, 0, s->handle, s->base + slot * s->elemsize, slot, 0);
    }
}

/* Go looks into large objects piece by piece, and names a place by the piece. */
static struct place place_of(uint64_t base, uint64_t off) {
    enum { OBLET = 128 << 10 };
    return (struct place){base + off / OBLET * OBLET, off % OBLET};
}

/* Shades everything that the object at base points to: it is black then. Go's scanobject. */
static void blacken(struct heap *h, uint64_t base) {
    const struct mspan *s = find_span(h, base);
    INVARIANT(s); /* only what is in a span is shaded */
    uint64_t size = s->elemsize;
    EMIT(h, EV_BLACK, 0, s->handle, base, slot_of(h, s, base), 0);
    const uint8_t *bytes = os_host(h->os, base);
    struct bits_at at = heap_bits_at(h, base);
    for (uint64_t i = 0; i < size; i += h->ptr_size, bits_next(&at)) {
        unsigned bits = bits_here(&at);
        if (i != h->ptr_size && !(bits & 2))
            return; /* no pointers from here on; the second word's bit means something else */
        if (!(bits & 1))
            continue;
        uint64_t to = load_word(h, bytes + i);
        if (to && to - base >= size)
            shade(h, to, true, place_of(base, i));
    }
}

static void gc_begin(struct heap *h, void *arg) {
    (void)arg;
    sweep_finish(h);
    next_mark_bit_epoch(h);
    h->mark = xcalloc(1, sizeof *h->mark);
    h->mark->table = os_host(h->os, h->spans);
}

bool heap_gc_begin(struct heap *h) {
    return heap_guard(h, gc_begin, NULL);
}

struct root {
    uint64_t addr;
    bool follow;
};

NEVER_INLINE static void blacken_all(struct heap *h) {
    while (h->mark->count)
        blacken(h, h->mark->grey[--h->mark->count]);
}

static void mark_from(struct heap *h, void *arg) {
    const struct root *root = arg;
    INVARIANT(h->mark);
    shade(h, root->addr, root->follow, (struct place){0});
    blacken_all(h);
}

void heap_gc_mark(struct heap *h, uint64_t addr, bool follow) {
    struct root root = {addr, follow};
    heap_guard(h, mark_from, &root);
}

struct roots {
    const uint8_t *words;
    size_t count;
    bool follow;
};

static void mark_roots(struct heap *h, void *arg) {
    const struct roots *r = arg;
    INVARIANT(h->mark);
    const uint8_t *word = r->words;
    for (size_t i = 0; i < r->count; i++, word += h->ptr_size) {
        uint64_t addr = load_word(h, word);
        if (UNLIKELY(!addr))
            continue;
        shade(h, addr, r->follow, (struct place){0});
        if (UNLIKELY(h->mark->count))
            blacken_all(h);
    }
}

void heap_gc_mark_roots(struct heap *h, const void *words, size_t count, bool follow) {
    struct roots roots = {words, count, follow};
    heap_guard(h, mark_roots, &roots);
}

bool heap_gc_marked(const struct heap *h, uint64_t addr) {
    const struct mspan *s = find_span(h, addr);
    uint64_t slot = s ? slot_of(h, s, addr) : 0;
    return s && (s->gcmark_bits[slot / 64] >> slot % 64 & 1);
}

/* What an mcache counted for itself goes to the heap's statistics. Go's purgecachedstats. */
static void purge_cache_stats(struct heap *h, struct mcache *c) {
    flush_cache_stats(h, c);
    stat_add(h, STAT_largefree, c->local_largefree);
    stat_add(h, STAT_nlargefree, c->local_nlargefree);
    c->local_largefree = c->local_nlargefree = 0;
    for (unsigned i = 0; i < NUM_SIZE_CLASSES; i++) {
        h->nsmallfree[i] += c->local_nsmallfree[i];
        c->local_nsmallfree[i] = 0;
    }
}

void mark_free(struct heap *h) {
    if (h->mark)
        free(h->mark->grey);
    free(h->mark);
    h->mark = NULL;
}

static void gc_end(struct heap *h, void *arg) {
    struct heap_marked marked = {h->mark->objects, h->mark->bytes};
    *(struct heap_marked *)arg = marked;
    mark_free(h);
    EMIT(h, EV_MARKED, 0, 0, marked.objects, marked.bytes, 0);
    h->num_gc++;
    for (unsigned p = 0; p < h->ps; p++)
        mcache_release_all(h, h->mcaches[p]);
    for (unsigned p = 0; p < h->ps; p++)
        purge_cache_stats(h, h->mcaches[p]);
    for (unsigned p = 0; p < h->ps; p++)
        h->mcaches[p]->live = 0;
    stat_add(h, STAT_heap_live, marked.bytes - h->stats[STAT_heap_live].value);
    stat_add(h, STAT_sweepgen, 2);
    stat_add(h, STAT_sweepdone, (uint64_t)0 - h->stats[STAT_sweepdone].value);
    stat_add(h, STAT_pages_swept, (uint64_t)0 - h->stats[STAT_pages_swept].value);
    pace_marked(h, marked.bytes);
}

struct heap_marked heap_gc_end(struct heap *h) {
    struct heap_marked marked = {0};
    heap_guard(h, gc_end, &marked);
    return marked;
}

static void sweep_all(struct heap *h, void *arg) {
    (void)arg;
    sweep_finish(h);
}

void heap_sweep_all(struct heap *h) {
    heap_guard(h, sweep_all, NULL);
}

static void sweep_next(struct heap *h, void *npages) {
    *(uint64_t *)npages = sweep_one(h);
}

bool heap_sweep_one_on(struct heap *h, unsigned p, uint64_t *npages) {
    uint64_t n = SWEEP_NONE_LEFT;
    heap_guard_on(h, p, sweep_next, &n);
    *npages = n == SWEEP_NONE_LEFT ? 0 : n;
    return n != SWEEP_NONE_LEFT;
}

bool heap_sweep_one(struct heap *h, uint64_t *npages) {
    return heap_sweep_one_on(h, 0, npages);
}
