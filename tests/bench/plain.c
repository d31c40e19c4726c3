/* The driver's allocator: the C library's, or what LD_PRELOAD puts in its place. */
#include "tests/bench/driver.h"

#include <stdlib.h>

void allocator_open(unsigned threads, struct roots *roots, size_t count) {
    (void)threads;
    (void)roots;
    (void)count;
}

void allocator_enter(unsigned t) {
    (void)t;
}

void allocator_leave(unsigned t) {
    (void)t;
}

void *allocator_new(unsigned t, size_t size, enum kind kind) {
    (void)t;
    (void)kind;
    return calloc(1, size);
}

void allocator_drop(void *object) {
    free(object);
}

bool allocator_frees(void) {
    return true;
}

uint64_t allocator_collections(void) {
    return 0;
}
