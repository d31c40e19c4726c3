/*
 * The heap bitmap: two bits for each word of the arena, which tell a collector where pointers are.
 *
 *      ... bitmap (grows down) ...  | arena (grows up) ...
 *      [ words 8-11 ][ 4-7 ][ 0-3 ] | word 0, word 1, word 2 ...
 *                                  ^ h->bitmap
 *
 * One byte holds four words: pointer bits in its low half, scan bits in its high half, the lowest
 * word lowest.
 *
 *   pointer  this word may hold a pointer
 *   scan     more of the object is worth looking at; a word with scan 0 says that no pointers
 *            follow ("dead"). The second word's scan bit is none but a debugging mark, left 0.
 *
 * Spans of pointer-free objects keep no bitmap. On 64-bit one-word objects are always pointers:
 * their spans are filled in once, when they are made.
 */
#include "sim/heap/heap_internal.h"

#include <string.h>

enum {
    WORDS_PER_BYTE = 4,
    BITMAP_UNIT = 8192, /* mapped in pieces of so many bytes */
    BIT_POINTER = 1,
    BIT_SCAN = 1 << 4,
    ALL_POINTERS = 0xff, /* four words, both bits */
    GROUP = 8,           /* bytes that one event can tell */
};

void map_bits(struct heap *h, uint64_t arena_used) {
    uint64_t n = (arena_used - h->arena_start) / (WORDS_PER_BYTE * h->ptr_size);
    n = round_up(round_up(n, BITMAP_UNIT), h->os->phys_page_size);
    if (h->bitmap_mapped >= n)
        return;
    sys_map(h, h->bitmap - n, n - h->bitmap_mapped, h->arena_reserved, STAT_gc_sys);
    HEAP_SET(h, bitmap_mapped, n);
}

uint8_t *heap_bits_byte(const struct heap *h, uint64_t index) {
    return os_host(h->os, h->bitmap - index - 1);
}

static uint64_t word_number(const struct heap *h, uint64_t addr) {
    return words_of(h, addr - h->arena_start);
}

/* n <= GROUP bytes from byte number index on (downward in memory). */
static uint64_t get_bytes(const struct heap *h, uint64_t index, unsigned n) {
    const uint8_t *byte = heap_bits_byte(h, index);
    uint64_t bytes = 0;
    for (unsigned i = 0; i < n; i++)
        bytes |= (uint64_t)byte[-(int)i] << (8 * i);
    return bytes;
}

/* Writes such, in place of old, and tells it if they differ. */
static void put_bytes(struct heap *h, uint64_t index, unsigned n, uint64_t old, uint64_t fresh) {
    uint8_t *byte = heap_bits_byte(h, index);
    for (unsigned i = 0; i < n; i++)
        byte[-(int)i] = (uint8_t)(fresh >> (8 * i));
    if (old != fresh)
        EMIT(h, EV_BITMAP, n, 0, index, old, fresh);
}

/* Fetches the page of a byte that will be read and then written: one that the system has not given
 * yet it would fetch twice, first for reading alone. */
static void will_be_written(uint8_t *byte) {
    uint8_t none = 0;
    atomic_compare_exchange_strong_explicit(
        (_Atomic uint8_t *)byte, &none, 0, memory_order_relaxed, memory_order_relaxed);
}

/* Tells of the n bytes from number index on that all become `fill`. Nearly always most of them are
 * that already. */
static void tell_fill(struct heap *h, uint64_t index, uint64_t n, uint8_t fill) {
    uint8_t same[4096];
    uint64_t old, fresh, run;
    memset(same, fill, n < sizeof same ? n : sizeof same);
    memset(&fresh, fill, sizeof fresh);
    for (uint64_t end = index + n; index < end; index += run) {
        run = end - index < sizeof same ? end - index : sizeof same;
        uint8_t *lowest = heap_bits_byte(h, index + run - 1);
        will_be_written(lowest);
        if (memcmp(lowest, same, run) == 0)
            continue;
        for (uint64_t i = 0; i < run; i += GROUP)
            if ((old = get_bytes(h, index + i, GROUP)) != fresh)
                emit_event(h, EV_BITMAP, GROUP, 0, index + i, old, fresh);
    }
}

/* The span's whole bitmap: clear, or all pointers for one-word objects. */
void heap_bits_init_span(struct heap *h, const struct mspan *s) {
    uint64_t first = word_number(h, s->base) / WORDS_PER_BYTE;
    uint64_t n = words_of(h, s->npages << GO_PAGE_SHIFT) / WORDS_PER_BYTE;
    bool one_word = h->ptr_size == 8 && s->elemsize == h->ptr_size;
    uint8_t fill = one_word ? ALL_POINTERS : 0;
    if (TRACE && h->sink)
        tell_fill(h, first, n, fill);
    memset(heap_bits_byte(h, first + n - 1), fill, n);
}

/* Which words of an object hold pointers, while its bits are being written. */
struct layout {
    const struct heap_type *type;
    uint64_t elem_words; /* of one element */
    uint64_t ptr_words;  /* of its prefix with pointers */
    uint64_t last;       /* words up to the last pointer's element prefix: dead from here on */
};

/* Of word number `word` of the object, which is number in_elem of its element. */
static inline unsigned bits_of_word(const struct layout *l, uint64_t word, uint64_t in_elem) {
    if (word >= l->last)
        return 0;
    bool pointer = in_elem < l->ptr_words && (l->type->mask[in_elem / 8] >> (in_elem % 8) & 1);
    return (pointer ? BIT_POINTER : 0u) | (word != 1 ? BIT_SCAN : 0u);
}

/* Bytes of the elements before the last one. */
static uint64_t before_last(uint64_t data_size, const struct heap_type *type) {
    return data_size == type->size ? 0 : (data_size / type->size - 1) * type->size;
}

/* Records that the object of size bytes at addr holds data_size / type->size values of type. Words
 * beyond data_size are dead. Bytes shared with a neighbour keep the neighbour's half. */
void heap_bits_set_type(struct heap *h, uint64_t addr, uint64_t size, uint64_t data_size,
    const struct heap_type *type) {
    if (h->ptr_size == 8 && size == h->ptr_size)
        return; /* heap_bits_init_span did it */
    const struct layout l = {.type = type,
        .elem_words = words_of(h, type->size),
        .ptr_words = words_of(h, type->ptrdata),
        .last = words_of(h, before_last(data_size, type) + type->ptrdata)};
    uint64_t at = word_number(h, addr), words = words_of(h, size), word = 0, in_elem = 0;
    while (word < words) {
        uint64_t index = at / WORDS_PER_BYTE, fresh, old;
        unsigned shift = at % WORDS_PER_BYTE, n = GROUP * WORDS_PER_BYTE - shift;
        if (n > words - word)
            n = (unsigned)(words - word);
        unsigned bytes = (shift + n + WORDS_PER_BYTE - 1) / WORDS_PER_BYTE;
        old = fresh = get_bytes(h, index, bytes);
        for (unsigned i = shift; i < shift + n; i++, word++) {
            unsigned bit = i / WORDS_PER_BYTE * 8 + i % WORDS_PER_BYTE;
            fresh &= ~((uint64_t)(BIT_POINTER | BIT_SCAN) << bit);
            fresh |= (uint64_t)bits_of_word(&l, word, in_elem) << bit;
            in_elem = in_elem + 1 == l.elem_words ? 0 : in_elem + 1;
        }
        put_bytes(h, index, bytes, old, fresh);
        at += n;
    }
}

struct bits_at heap_bits_at(const struct heap *h, uint64_t addr) {
    uint64_t word = word_number(h, addr);
    return (struct bits_at){heap_bits_byte(h, word / WORDS_PER_BYTE), word % WORDS_PER_BYTE};
}

unsigned heap_bits_of_word(const struct heap *h, uint64_t addr) {
    uint64_t word = word_number(h, addr);
    unsigned bits = *heap_bits_byte(h, word / WORDS_PER_BYTE) >> word % WORDS_PER_BYTE;
    return (bits & BIT_POINTER ? 1u : 0u) | (bits & BIT_SCAN ? 2u : 0u);
}

void heap_bits(const struct heap *h, uint64_t addr, uint64_t size, struct strbuf *out) {
    for (uint64_t end = addr + size; addr < end; addr += h->ptr_size)
        sb_printf(out, "%u", heap_bits_of_word(h, addr));
}
