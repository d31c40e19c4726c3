/*
 * How the 66 sizes are chosen. (The rule is that of Go's mksizeclasses.)
 *
 *   1. Sizes grow by an alignment that grows itself at powers of two: 8, then 16 up to 128, then an
 *      eighth of the power, and 256 from 2 KiB on: a class is at most an eighth larger than the
 *      one before.
 *   2. A span has as few pages as leave at most an eighth of it over at its end.
 *   3. A size whose span holds no more objects than that of the next larger size is dropped: the
 *      larger one costs the same.
 *   4. What is left over is given back to the slots, in steps of 128 bytes.
 */
#include "sim/heap/sizeclass.h"

static uint32_t next_alignment(uint32_t size, uint32_t align) {
    if (!is_pow2(size))
        return align;
    if (size >= 2048)
        return 256;
    if (size >= 128)
        return size / 8;
    return size >= 16 ? 16 : align;
}

static uint32_t span_bytes(uint32_t size) {
    uint32_t bytes = GO_PAGE_SIZE;
    while (bytes % size > bytes / 8)
        bytes += GO_PAGE_SIZE;
    return bytes;
}

static unsigned choose_sizes(struct size_class *classes) {
    unsigned n = 1; /* class 0 is for large objects */
    uint32_t align = 8;
    for (uint32_t size = align; size <= MAX_SMALL_SIZE; size += align) {
        align = next_alignment(size, align);
        uint32_t bytes = span_bytes(size), npages = bytes / GO_PAGE_SIZE;
        struct size_class *last = &classes[n - 1];
        if (n > 1 && npages == last->npages && bytes / size == bytes / last->size) {
            last->size = size;
            continue;
        }
        INVARIANT(n < NUM_SIZE_CLASSES);
        classes[n++] = (struct size_class){.size = size, .npages = npages};
    }
    return n;
}

static void spread_leftover(struct size_class *c) {
    uint32_t bytes = c->npages * GO_PAGE_SIZE;
    uint32_t larger = (uint32_t)round_down(bytes / (bytes / c->size), LARGE_SIZE_DIV);
    if (larger > c->size)
        c->size = larger;
}

/* Is n * mul >> shift == n / d for all n up to max? Both sides only grow with n, so that it is
 * enough to look where the quotient changes, and at the end. */
static bool divides(uint32_t d, uint64_t mul, unsigned shift, uint32_t max) {
    for (uint32_t q = 1; q * d <= max; q++)
        if ((q * d * mul) >> shift != q || ((q * d - 1) * mul) >> shift != q - 1)
            return false;
    return (max * mul) >> shift == max / d;
}

/* 2^shift / d, rounded up. */
static uint64_t reciprocal(uint32_t d, unsigned shift) {
    return ((UINT64_C(1) << shift) + d - 1) / d;
}

/* Division by multiplication: the smallest shift2 for which it is exact over the whole span, so
 * that 32 bits are enough on 32-bit platforms. */
static void find_magic(struct size_class *c) {
    uint32_t d = c->size, max = c->npages * GO_PAGE_SIZE - 1;
    if (is_pow2(d))
        c->base_mask = (uint16_t)((1u << 16) - d);
    while (d % 2 == 0) {
        c->shift++;
        d >>= 1;
        max >>= 1;
    }
    while (!divides(d, reciprocal(d, c->shift2), c->shift2, max))
        c->shift2++;
    uint64_t mul = reciprocal(d, c->shift2);
    INVARIANT(mul < 1u << 16 && mul * max <= UINT32_MAX);
    c->mul = (uint16_t)mul;
}

/* For each multiple of step from first on: the smallest class that is large enough. */
static void fill_lookup(
    const struct size_class *classes, uint8_t *out, size_t n, uint32_t first, uint32_t step) {
    unsigned c = 0;
    for (size_t i = 0; i < n; i++) {
        while (classes[c].size < first + i * step)
            c++;
        out[i] = (uint8_t)c;
    }
}

void size_classes_make(struct size_class_table *t) {
    *t = (struct size_class_table){0};
    unsigned n = choose_sizes(t->classes);
    INVARIANT(n == NUM_SIZE_CLASSES);
    for (unsigned i = 1; i < n; i++) {
        spread_leftover(&t->classes[i]);
        find_magic(&t->classes[i]);
    }
    fill_lookup(t->classes, t->of_size8, ARRAY_LEN(t->of_size8), 0, SMALL_SIZE_DIV);
    fill_lookup(
        t->classes, t->of_size128, ARRAY_LEN(t->of_size128), SMALL_SIZE_MAX, LARGE_SIZE_DIV);
}

uint64_t size_rounded(const struct size_class_table *t, uint64_t size) {
    if (size <= MAX_SMALL_SIZE)
        return t->classes[size_class_of(t, size)].size;
    return round_up(size, GO_PAGE_SIZE);
}
