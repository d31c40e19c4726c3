/*
 * The replica's state: its life, copies that share what they can, and reading. See replica.h.
 *
 * Spans, spans table and heap bitmap stand in chunks that copies share. The bits of a span are
 * shared blocks of their own, which a copied chunk of spans holds as well.
 */
#include "sim/trace/replica_parts.h"

#include <stdlib.h>
#include <string.h>

/* Small chunks: between two copies few of them are written to, and those alone cost memory. */
enum {
    SPAN_CHUNK = 16,        /* spans */
    PAGE_CHUNK = 1 << 10,   /* spans-table entries: 8 MiB of arena */
    BITMAP_CHUNK = 1 << 12, /* bytes of heap bitmap: 128 KiB of 64-bit arena */
    GREY_CHUNK = 1 << 9,    /* grey objects */
    SPAN_BYTES = SPAN_CHUNK * sizeof(struct rspan),
    PAGE_BYTES = PAGE_CHUNK * sizeof(uint32_t),
    GREY_BYTES = GREY_CHUNK * sizeof(uint64_t),
};

/* --- What chunks of spans hold --- */

static void hold_bits(void *chunk) {
    struct rspan *spans = chunk;
    for (size_t i = 0; i < SPAN_CHUNK; i++) {
        shared_hold(spans[i].alloc_bits);
        shared_hold(spans[i].mark_bits);
    }
}

static void drop_bits(void *chunk) {
    struct rspan *spans = chunk;
    for (size_t i = 0; i < SPAN_CHUNK; i++) {
        shared_drop(spans[i].alloc_bits);
        shared_drop(spans[i].mark_bits);
    }
}

static const struct chunk_contents of_spans = {.copied = hold_bits, .going = drop_bits};

/* --- Life --- */

struct replica *replica_new(void) {
    struct replica *r = xcalloc(1, sizeof *r);
    return r;
}

void replica_free(struct replica *r) {
    if (!r)
        return;
    chunks_free(&r->spans, &of_spans);
    chunks_free(&r->page_table, NULL);
    chunks_free(&r->bitmap, NULL);
    chunks_free(&r->grey_stack, NULL);
    free(r->meta);
    rangemap_free(&r->ranges);
    rangemap_free(&r->resident);
    free(r);
}

struct replica *replica_copy(const struct replica *r) {
    struct replica *copy = xmalloc(sizeof *copy);
    *copy = *r;
    chunks_copy(&copy->spans, &r->spans);
    chunks_copy(&copy->page_table, &r->page_table);
    chunks_copy(&copy->bitmap, &r->bitmap);
    chunks_copy(&copy->grey_stack, &r->grey_stack);
    copy->meta_cap = r->meta_count;
    copy->meta = xmalloc((r->meta_count + 1) * sizeof *copy->meta);
    if (r->meta_count)
        memcpy(copy->meta, r->meta, r->meta_count * sizeof *copy->meta);
    copy->ranges = (struct rangemap){0};
    rangemap_copy(&copy->ranges, &r->ranges);
    copy->resident = (struct rangemap){0};
    rangemap_copy(&copy->resident, &r->resident);
    return copy;
}

size_t replica_fresh(const struct replica *r) {
    return r->spans.fresh + r->page_table.fresh + r->bitmap.fresh + r->grey_stack.fresh;
}

size_t replica_unshared(const struct replica *r) {
    return sizeof *r + r->meta_count * sizeof *r->meta +
           (r->ranges.count + r->resident.count) * sizeof(struct range) +
           (r->spans.count + r->page_table.count + r->bitmap.count + r->grey_stack.count) *
               sizeof(void *);
}

/* What the bits of a chunk's spans take; a shared chunk has them as often as it has holders. */
static size_t bits_memory(const struct rspan *spans) {
    size_t bytes = 0;
    for (size_t i = 0; i < SPAN_CHUNK; i++) {
        size_t words = spans[i].bit_words * sizeof(uint64_t) + sizeof(max_align_t);
        bytes += spans[i].alloc_bits ? words / shared_holders(spans[i].alloc_bits) : 0;
        bytes += spans[i].mark_bits ? words / shared_holders(spans[i].mark_bits) : 0;
    }
    return bytes / shared_holders(spans);
}

size_t replica_memory(const struct replica *r) {
    size_t bytes =
        sizeof *r + r->meta_cap * sizeof *r->meta +
        (r->ranges.cap + r->resident.cap) * sizeof(struct range) +
        chunks_memory(&r->spans, SPAN_BYTES) + chunks_memory(&r->page_table, PAGE_BYTES) +
        chunks_memory(&r->bitmap, BITMAP_CHUNK) + chunks_memory(&r->grey_stack, GREY_BYTES);
    for (size_t i = 0; i < r->spans.count; i++)
        if (r->spans.chunks[i])
            bytes += bits_memory(r->spans.chunks[i]);
    return bytes;
}

/* --- Parts for writing --- */

struct rspan *replica_span_write(struct replica *r, uint32_t handle) {
    uint32_t i = handle - 1;
    struct rspan *chunk = chunks_write(&r->spans, i / SPAN_CHUNK, SPAN_BYTES, &of_spans);
    return &chunk[i % SPAN_CHUNK];
}

/* A block of the span's own with at least the words there were. */
static void bits_own(struct replica *r, uint64_t **bits, uint32_t old_words, uint32_t words) {
    uint64_t *own = shared_new(words * sizeof *own);
    if (*bits)
        memcpy(own, *bits, old_words * sizeof *own);
    shared_drop(*bits);
    *bits = own;
    r->spans.fresh += words * sizeof *own;
}

uint64_t *rspan_bits_write(struct replica *r, struct rspan *s, bool marks, uint32_t words) {
    uint64_t **bits = marks ? &s->mark_bits : &s->alloc_bits;
    uint64_t **others = marks ? &s->alloc_bits : &s->mark_bits;
    uint32_t old = s->bit_words;
    uint64_t slots = (s->nelems + 63) / 64;
    INVARIANT(slots <= RSPAN_MAX_WORDS); /* replica_offer has looked */
    if (words < slots)
        words = (uint32_t)slots;
    if (words > old) {
        s->bit_words = words;
        if (*others)
            bits_own(r, others, old, words);
        bits_own(r, bits, old, words);
    } else if (!*bits || shared_holders(*bits) > 1) {
        bits_own(r, bits, old, old);
    }
    return *bits;
}

void rspan_bits_fit(struct replica *r, struct rspan *s) {
    if (s->alloc_bits)
        rspan_bits_write(r, s, false, 0);
    else if (s->mark_bits)
        rspan_bits_write(r, s, true, 0);
}

/* Are all entries of a chunk of the spans table so? */
static bool pages_are(const uint32_t *chunk, uint32_t value) {
    for (size_t i = 0; chunk && i < PAGE_CHUNK; i++)
        if (chunk[i] != value)
            return false;
    return chunk || value == 0;
}

/* Whole chunks: they all become one and the same. */
static bool chunks_of_pages_write(
    struct replica *r, uint64_t chunk, uint64_t end, uint32_t old, uint32_t fresh) {
    const void *known = NULL;
    uint32_t *all = fresh && chunk < end ? shared_new(PAGE_BYTES) : NULL;
    bool ok = true;
    for (size_t i = 0; all && i < PAGE_CHUNK; i++)
        all[i] = fresh;
    r->page_table.fresh += all ? PAGE_BYTES : 0;
    for (; ok && chunk < end; chunk++) {
        const void *now = chunks_get(&r->page_table, chunk);
        ok = (now && now == known) || pages_are(now, old);
        known = now;
        if (ok)
            chunks_share(&r->page_table, chunk, all);
    }
    shared_drop(all);
    return ok;
}

/* Entries of one chunk. */
static bool entries_write(
    struct replica *r, uint64_t page, uint64_t end, uint32_t old, uint32_t fresh) {
    if (page == end)
        return true;
    uint32_t *chunk = chunks_write(&r->page_table, page / PAGE_CHUNK, PAGE_BYTES, NULL);
    for (; page < end; page++) {
        if (chunk[page % PAGE_CHUNK] != old)
            return false;
        chunk[page % PAGE_CHUNK] = fresh;
    }
    return true;
}

bool replica_pages_write(
    struct replica *r, uint64_t page, uint64_t count, uint32_t old, uint32_t fresh) {
    uint64_t end = page + count, first = round_up(page, PAGE_CHUNK),
             last = round_down(end, PAGE_CHUNK);
    if (first > last) /* within a chunk */
        return entries_write(r, page, end, old, fresh);
    return entries_write(r, page, first, old, fresh) &&
           chunks_of_pages_write(r, first / PAGE_CHUNK, last / PAGE_CHUNK, old, fresh) &&
           entries_write(r, last, end, old, fresh);
}

uint8_t *replica_bitmap_write(struct replica *r, uint64_t index) {
    uint8_t *chunk = chunks_write(&r->bitmap, index / BITMAP_CHUNK, BITMAP_CHUNK, NULL);
    return &chunk[index % BITMAP_CHUNK];
}

uint64_t *replica_grey_write(struct replica *r, uint64_t i) {
    uint64_t *chunk = chunks_write(&r->grey_stack, i / GREY_CHUNK, GREY_BYTES, NULL);
    return &chunk[i % GREY_CHUNK];
}

/* --- Reading --- */

const struct rspan *replica_span(const struct replica *r, uint32_t handle) {
    if (!handle || handle > r->span_count)
        return NULL;
    uint32_t i = handle - 1;
    const struct rspan *chunk = chunks_get(&r->spans, i / SPAN_CHUNK);
    return &chunk[i % SPAN_CHUNK];
}

uint32_t replica_page(const struct replica *r, uint64_t page) {
    const uint32_t *chunk = chunks_get(&r->page_table, page / PAGE_CHUNK);
    return chunk ? chunk[page % PAGE_CHUNK] : 0;
}

uint8_t replica_bitmap(const struct replica *r, uint64_t index) {
    const uint8_t *chunk = chunks_get(&r->bitmap, index / BITMAP_CHUNK);
    return chunk ? chunk[index % BITMAP_CHUNK] : 0;
}

uint64_t replica_grey(const struct replica *r, uint64_t i) {
    INVARIANT(i < r->grey);
    const uint64_t *chunk = chunks_get(&r->grey_stack, i / GREY_CHUNK);
    return chunk[i % GREY_CHUNK];
}

uint64_t replica_bitmap_zeros(const struct replica *r, uint64_t index, uint64_t end) {
    uint64_t i = index;
    while (i < end) {
        const uint8_t *chunk = chunks_get(&r->bitmap, i / BITMAP_CHUNK);
        uint64_t chunk_end = (i / BITMAP_CHUNK + 1) * BITMAP_CHUNK;
        if (chunk_end > end)
            chunk_end = end;
        if (!chunk) {
            i = chunk_end;
            continue;
        }
        for (; i < chunk_end; i++)
            if (chunk[i % BITMAP_CHUNK])
                return i - index;
    }
    return end - index;
}

uint32_t replica_span_of(const struct replica *r, uint64_t addr) {
    uint64_t start = r->heap[HEAP_arena_start];
    if (addr < start || addr >= r->heap[HEAP_arena_used])
        return 0;
    uint32_t handle = replica_page(r, (addr - start) >> GO_PAGE_SHIFT);
    const struct rspan *s = replica_span(r, handle);
    if (s && s->state != SPAN_STATE_DEAD && addr >= s->base &&
        addr - s->base < s->npages << GO_PAGE_SHIFT)
        return handle;
    return 0;
}

bool replica_in_op(const struct replica *r) {
    for (unsigned p = 0; p <= r->more_ps; p++)
        if (r->op[p].in_flight)
            return true;
    return false;
}

bool rspan_bit(const uint64_t *bits, uint64_t index) {
    return bits && (bits[index / 64] >> (index % 64) & 1);
}

bool rspan_slot_allocated(const struct rspan *s, uint64_t index) {
    return index < s->freeindex || rspan_bit(s->alloc_bits, index);
}

/* --- Where the arena begins --- */

/* On 32-bit the heap may have blocks anywhere: the lowest address that is mapped for it and not in
 * the spans or bitmap region. */
static uint64_t lowest_block(const struct replica *r) {
    uint64_t spans = r->heap[HEAP_spans], bitmap = r->heap[HEAP_bitmap];
    for (size_t i = 0; i < r->ranges.count; i++) {
        const struct range *range = &r->ranges.ranges[i];
        bool ours = range->state == RANGE_MAPPED || range->state == RANGE_RELEASED;
        if (range->owner != OWNER_HEAP || !ours)
            continue;
        if (range->start < spans || range->start >= bitmap)
            return range->start;
        if (range->end > bitmap)
            return bitmap;
    }
    return bitmap;
}

uint64_t replica_arena_base(const struct replica *r) {
    return r->heap[HEAP_arena_start] ? r->heap[HEAP_arena_start] : lowest_block(r);
}
