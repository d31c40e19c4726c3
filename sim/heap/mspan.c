/*
 * mspan: a run of pages, the unit in which everything above a single object is managed. A span is
 * free, or in use (cut into equal slots of one span class, or one large object), or managed by
 * hand, or dead (merged into a neighbour; its structure waits to be used again).
 *
 * Which slots of an in-use span are free:
 *
 *        0 . . . . . . . freeindex . . . . . . . . . . . nelems
 *        |-- allocated --|-- free where allocBits is 0 --|
 *                        [ allocCache: 64 bits, inverted ]
 *
 * allocBits only change at a sweep; between sweeps freeindex moves up over the zeros. allocCache
 * holds the complement of the bits from freeindex on, so that the next free slot is a count of
 * trailing zeros.
 */
#include "sim/heap/heap_internal.h"

#include <stdlib.h>
#include <string.h>

/* --- Lists --- */

void mspan_list_init(struct mspan_list *list, unsigned id) {
    *list = (struct mspan_list){.id = (uint16_t)id};
}

static void must_be_unlinked(const struct mspan *s) {
    INVARIANT(s->list == LIST_NOWHERE && !s->next && !s->prev);
}

void mspan_list_insert(struct heap *h, struct mspan_list *list, struct mspan *s) {
    must_be_unlinked(s);
    s->next = list->first;
    *(list->first ? &list->first->prev : &list->last) = s;
    list->first = s;
    s->list = list->id;
    EMIT(h, EV_LIST_PUSH, list->id, s->handle, 0, 0, 0);
}

void mspan_list_insert_back(struct heap *h, struct mspan_list *list, struct mspan *s) {
    must_be_unlinked(s);
    s->prev = list->last;
    *(list->last ? &list->last->next : &list->first) = s;
    list->last = s;
    s->list = list->id;
    EMIT(h, EV_LIST_PUSH, list->id, s->handle, 1, 0, 0);
}

void mspan_list_remove(struct heap *h, struct mspan_list *list, struct mspan *s) {
    INVARIANT(s->list == list->id);
    EMIT(h, EV_LIST_DROP, list->id, s->handle, s->prev ? s->prev->handle : 0, 0, 0);
    *(s->prev ? &s->prev->next : &list->first) = s->next;
    *(s->next ? &s->next->prev : &list->last) = s->prev;
    s->next = s->prev = NULL;
    s->list = LIST_NOWHERE;
}

/* --- Life and death --- */

/* Makes room for one more entry in Go's allspans array, which lies in memory of its own and moves
 * when it grows. Source: recordspan. */
static void allspans_grow(struct heap *h) {
    uint64_t room = (64 << 10) / h->ptr_size;
    if (room < h->allspans_room * 3 / 2)
        room = h->allspans_room * 3 / 2;
    uint64_t addr = sys_alloc(h, room * h->ptr_size, STAT_other_sys, OWNER_METADATA);
    if (!addr)
        heap_throw(h, MSG_THROW_METADATA);
    EMIT(h, EV_META, META_ALLSPANS, 0, addr, room * h->ptr_size, 0);
    if (h->allspans_room)
        sys_free(h, h->allspans_addr, h->allspans_room * h->ptr_size, STAT_other_sys);
    h->allspans_addr = addr;
    h->allspans_room = room;
}

static struct mspan *record_span(struct heap *h, uint32_t record) {
    INVARIANT(record == h->allspans_len);
    if (h->allspans_len >= h->allspans_room)
        allspans_grow(h);
    void *all = h->allspans;
    array_reserve(&all, &h->allspans_cap, h->allspans_len + 1, sizeof *h->allspans);
    h->allspans = all;
    struct mspan *s = xcalloc_aligned(CACHE_LINE, sizeof *s);
    s->handle = record + 1;
    s->record = h->spanalloc.records[record];
    s->list = LIST_NOWHERE;
    h->allspans[h->allspans_len++] = s;
    EMIT(h, EV_SPAN_BORN, 0, s->handle, s->record, 0, 0);
    stat_add(h, STAT_allspans, 1);
    return s;
}

static void must_be_clear(const gc_bits *bits, uint64_t nelems) {
    for (uint64_t w = 0; bits && w < (nelems + 63) / 64; w++)
        INVARIANT(!bits[w]);
}

void mspan_forget_bits(struct mspan *s) {
    must_be_clear(s->alloc_bits, s->nelems);
    must_be_clear(s->gcmark_bits, s->nelems);
    s->alloc_bits = s->gcmark_bits = NULL;
}

struct mspan *mspan_alloc(struct heap *h, uint64_t base, uint64_t npages) {
    bool fresh;
    uint32_t record = fixalloc_alloc(h, &h->spanalloc, &fresh);
    stat_add(h, STAT_mspan_inuse, h->spanalloc.size);
    struct mspan *s = fresh ? record_span(h, record) : h->allspans[record];
    must_be_unlinked(s);
    INVARIANT(!s->alloc_bits && !s->gcmark_bits);
    /* As in Go, nelems, allocCache, sweepgen and limit keep what they were. */
    SPAN_SET(h, s, base, base);
    SPAN_SET(h, s, npages, npages);
    SPAN_SET(h, s, alloc_count, 0);
    SPAN_SET(h, s, spanclass, 0);
    SPAN_SET(h, s, incache, 0);
    SPAN_SET(h, s, elemsize, 0);
    SPAN_SET(h, s, state, SPAN_STATE_DEAD);
    SPAN_SET(h, s, unusedsince, 0);
    SPAN_SET(h, s, npreleased, 0);
    SPAN_SET(h, s, needzero, 0);
    SPAN_SET(h, s, freeindex, 0);
    return s;
}

void mspan_dead(struct heap *h, struct mspan *s) {
    must_be_unlinked(s);
    SPAN_SET(h, s, state, SPAN_STATE_DEAD);
    fixalloc_free(&h->spanalloc, s->handle - 1);
    stat_add(h, STAT_mspan_inuse, (uint64_t)0 - h->spanalloc.size);
}

/* --- Bits --- */

enum { GCBITS_ARENA = 64 << 10 };

uint64_t gcbits_bytes(const struct heap *h) {
    return GCBITS_ARENA - h->platform->gcbits_header;
}

static struct gcbits_arena *new_gcbits_arena(struct heap *h) {
    struct gcbits_arena *arena = h->gcbits.free;
    if (arena) {
        uint64_t used = arena->free, all = gcbits_bytes(h);
        h->gcbits.free = arena->next;
        memset(arena->bits, 0, used < all ? used : all);
    } else {
        uint64_t addr = sys_alloc(h, GCBITS_ARENA, STAT_gc_sys, OWNER_METADATA);
        if (!addr)
            heap_throw(h, MSG_THROW_METADATA);
        EMIT(h, EV_META, META_MARKBITS, 0, addr, GCBITS_ARENA, 0);
        arena = xcalloc(1, sizeof *arena + gcbits_bytes(h));
    }
    arena->next = NULL;
    arena->free = 0;
    return arena;
}

/* So many bytes of an arena, NULL if it has none left. Several P's may ask at the same time. Go's
 * tryAlloc. */
static gc_bits *take_bits(const struct heap *h, struct gcbits_arena *arena, uint64_t bytes) {
    if (!arena)
        return NULL;
    uint64_t at = atomic_add(h, &arena->free, bytes);
    return at + bytes > gcbits_bytes(h) ? NULL : arena->bits + at / sizeof(gc_bits);
}

/* The same from a new arena, unless somebody has brought one meanwhile. */
NEVER_INLINE static gc_bits *bits_of_new_arena(struct heap *h, uint64_t bytes) {
    lock(h, &h->gcbits_lock);
    gc_bits *bits = take_bits(h, h->gcbits.next, bytes);
    if (!bits) {
        struct gcbits_arena *arena = new_gcbits_arena(h);
        bits = take_bits(h, arena, bytes);
        arena->next = h->gcbits.next;
        h->gcbits.next = arena;
    }
    unlock(h, &h->gcbits_lock);
    return bits;
}

static gc_bits *bits_of_arena(struct heap *h, uint64_t bytes) {
    gc_bits *bits = take_bits(h, h->gcbits.next, bytes);
    return bits ? bits : bits_of_new_arena(h, bytes);
}

/* Threads take some at once, so that they do not meet at the arena for every span. */
static gc_bits *bits_of_pocket(struct heap *h, struct mcache *c, uint64_t bytes) {
    enum { POCKET = 512 }; /* bytes: several spans' */
    if (c->bits_left < bytes) {
        c->bits = bits_of_arena(h, POCKET);
        c->bits_left = POCKET;
    }
    gc_bits *bits = c->bits;
    c->bits += bytes / sizeof *bits;
    c->bits_left -= bytes;
    return bits;
}

/* A zeroed bit for each slot, in whole 64-bit words, from this epoch's arenas. */
gc_bits *new_mark_bits(struct heap *h, uint64_t nelems) {
    uint64_t bytes = (nelems + 63) / 64 * sizeof(gc_bits);
    return h->threaded ? bits_of_pocket(h, this_p(h), bytes) : bits_of_arena(h, bytes);
}

void next_mark_bit_epoch(struct heap *h) {
    struct gcbits_arenas *g = &h->gcbits;
    struct gcbits_arena **end = &g->previous;
    while (*end)
        end = &(*end)->next;
    *end = g->free; /* nothing points into the previous arenas any more */
    g->free = g->previous;
    g->previous = g->current;
    g->current = g->next;
    g->next = NULL;
    for (unsigned p = 0; p < h->ps; p++)
        h->mcaches[p]->bits_left = 0;
}

void mspan_init_slots(struct heap *h, struct mspan *s) {
    INVARIANT(!s->alloc_bits && !s->gcmark_bits);
    SPAN_SET(h, s, freeindex, 0);
    SPAN_SET(h, s, alloc_cache, UINT64_MAX);
    SPAN_SET(h, s, nelems, (s->npages << GO_PAGE_SHIFT) / s->elemsize);
    s->gcmark_bits = new_mark_bits(h, s->nelems);
    s->alloc_bits = new_mark_bits(h, s->nelems);
    heap_bits_init_span(h, s);
}

/* --- Finding a free slot --- */

static uint64_t cache_of_bits(const struct mspan *s, uint64_t first) {
    return ~s->alloc_bits[first / 64];
}

void mspan_refill_cache(struct heap *h, struct mspan *s) {
    SPAN_SET(h, s, alloc_cache, cache_of_bits(s, s->freeindex) >> s->freeindex % 64);
}

uint64_t mspan_peek_free(const struct mspan *s) {
    uint64_t index = s->freeindex, cache = s->alloc_cache;
    while (!cache && index < s->nelems) {
        index = round_down(index + 64, 64);
        cache = index < s->nelems ? cache_of_bits(s, index) : 0;
    }
    if (index >= s->nelems)
        return s->nelems;
    uint64_t slot = index + (unsigned)__builtin_ctzll(cache);
    return slot < s->nelems ? slot : s->nelems;
}

/* Nothing left: freeindex goes to the end, with the bits looked at last in the cache. */
static uint64_t none_left(struct heap *h, struct mspan *s, uint64_t cache) {
    SPAN_SET(h, s, alloc_cache, cache);
    SPAN_SET(h, s, freeindex, s->nelems);
    return s->nelems;
}

uint64_t mspan_next_free(struct heap *h, struct mspan *s) {
    uint64_t index = s->freeindex, cache = s->alloc_cache;
    if (index == s->nelems)
        return index;
    INVARIANT(index < s->nelems);
    while (!cache) {
        index = round_down(index + 64, 64);
        if (index >= s->nelems)
            return none_left(h, s, cache);
        cache = cache_of_bits(s, index);
    }
    unsigned bit = (unsigned)__builtin_ctzll(cache);
    uint64_t slot = index + bit, next = slot + 1;
    if (slot >= s->nelems)
        return none_left(h, s, cache);
    cache = cache >> bit >> 1; /* C leaves a shift by 64 undefined */
    if (next % 64 == 0 && next != s->nelems)
        cache = cache_of_bits(s, next);
    return take_slot(h, s, slot, cache);
}
