/*
 * Size classes: small objects (up to 32 KiB) are rounded up to one of 66 sizes, so that a span of a
 * few pages can be cut into equal slots. Class 0 stands for large objects, which get whole pages.
 *
 * The table is computed at first use by the rule that chose it (sizeclass.c) and tested against the
 * one in Go's source. It depends on nothing: all platforms share it.
 */
#ifndef ARENA_SIZECLASS_H
#define ARENA_SIZECLASS_H

#include "sim/base/base.h"
#include "sim/trace/event.h" /* NUM_SIZE_CLASSES, TINY_SIZE */

enum {
    MAX_SMALL_SIZE = 32 << 10, /* bytes: larger objects are large */
    SMALL_SIZE_MAX = 1024,     /* up to here sizes are looked up in steps of 8 bytes, */
    SMALL_SIZE_DIV = 8,
    LARGE_SIZE_DIV = 128, /* above in steps of 128 */
};

struct size_class {
    uint32_t size;   /* bytes of a slot; 0 for class 0 */
    uint32_t npages; /* of a span */
    /* Slot number = offset >> shift * mul >> shift2, for every offset in the span; for powers of
     * two base_mask != 0 keeps the slot's part of an offset. */
    uint8_t shift, shift2;
    uint16_t mul, base_mask;
};

struct size_class_table {
    struct size_class classes[NUM_SIZE_CLASSES];
    uint8_t of_size8[SMALL_SIZE_MAX / SMALL_SIZE_DIV + 1];
    uint8_t of_size128[(MAX_SMALL_SIZE - SMALL_SIZE_MAX) / LARGE_SIZE_DIV + 1];
};

/* Computes the table. */
void size_classes_make(struct size_class_table *t);

/* The class for an object of that many bytes, 1 <= size <= MAX_SMALL_SIZE. */
static inline unsigned size_class_of(const struct size_class_table *t, uint64_t size) {
    INVARIANT(size <= MAX_SMALL_SIZE);
    if (size <= SMALL_SIZE_MAX - 8)
        return t->of_size8[(size + SMALL_SIZE_DIV - 1) / SMALL_SIZE_DIV];
    return t->of_size128[(size - SMALL_SIZE_MAX + LARGE_SIZE_DIV - 1) / LARGE_SIZE_DIV];
}

/* Bytes that mallocgc takes for a request of size: the class's size, or whole pages. Go's
 * roundupsize. */
uint64_t size_rounded(const struct size_class_table *t, uint64_t size);

#endif
