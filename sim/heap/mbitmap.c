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
    return (addr - h->arena_start) / h->ptr_size;
}

/* Writes n <= GROUP bytes from byte number index on (downward in memory) and tells it if they
 * differ. */
static void put_bytes(struct heap *h, uint64_t index, unsigned n, uint64_t fresh) {
    uint64_t old = 0;
    for (unsigned i = 0; i < n; i++) {
        uint8_t *byte = heap_bits_byte(h, index + i);
        old |= (uint64_t)*byte << (8 * i);
        *byte = (uint8_t)(fresh >> (8 * i));
    }
    if (old != fresh)
        EMIT(h, EV_BITMAP, n, 0, index, old, fresh);
}

/* The span's whole bitmap: clear, or all pointers for one-word objects. */
void heap_bits_init_span(struct heap *h, const struct mspan *s) {
    uint64_t first = word_number(h, s->base) / WORDS_PER_BYTE;
    uint64_t n = (s->npages << GO_PAGE_SHIFT) / (WORDS_PER_BYTE * h->ptr_size);
    bool one_word = h->ptr_size == 8 && s->elemsize == h->ptr_size;
    uint64_t group;
    memset(&group, one_word ? ALL_POINTERS : 0, sizeof group);
    for (uint64_t i = 0; i < n; i += GROUP)
        put_bytes(h, first + i, GROUP, group);
}

/* Which words of an object hold pointers, while its bits are being written. */
struct layout {
    const struct heap_type *type;
    uint64_t elem_words; /* of one element */
    uint64_t ptr_words;  /* of its prefix with pointers */
    uint64_t last;       /* words up to the last pointer's element prefix: dead from here on */
};

static unsigned bits_of_word(const struct layout *l, uint64_t word) {
    if (word >= l->last)
        return 0;
    uint64_t in_elem = word % l->elem_words;
    bool pointer = in_elem < l->ptr_words && (l->type->mask[in_elem / 8] >> (in_elem % 8) & 1);
    return (pointer ? BIT_POINTER : 0u) | (word != 1 ? BIT_SCAN : 0u);
}

/* Records that the object of size bytes at addr holds data_size / type->size values of type. Words
 * beyond data_size are dead. Bytes shared with a neighbour keep the neighbour's half. */
void heap_bits_set_type(struct heap *h, uint64_t addr, uint64_t size, uint64_t data_size,
    const struct heap_type *type) {
    if (h->ptr_size == 8 && size == h->ptr_size)
        return; /* heap_bits_init_span did it */
    uint64_t count = data_size / type->size;
    const struct layout l = {.type = type,
        .elem_words = type->size / h->ptr_size,
        .ptr_words = type->ptrdata / h->ptr_size,
        .last = ((count - 1) * type->size + type->ptrdata) / h->ptr_size};
    uint64_t word = word_number(h, addr), end = word + size / h->ptr_size, first = word;
    while (word < end) {
        uint64_t index = word / WORDS_PER_BYTE, fresh = 0;
        unsigned n = 0;
        for (; n < GROUP && word < end; n++) {
            uint8_t byte = *heap_bits_byte(h, index + n);
            do {
                unsigned shift = word % WORDS_PER_BYTE;
                byte &= (uint8_t) ~((BIT_POINTER | BIT_SCAN) << shift);
                byte |= (uint8_t)(bits_of_word(&l, word - first) << shift);
                word++;
            } while (word % WORDS_PER_BYTE && word < end);
            fresh |= (uint64_t)byte << (8 * n);
        }
        put_bytes(h, index, n, fresh);
    }
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
