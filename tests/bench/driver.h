/*
 * Drivers of `make bench`: one program that does the same work on one allocator. The workloads
 * (driver.c) are linked with calloc and free (plain.c; other malloc libraries are put in front of
 * it by LD_PRELOAD), or with arenascope's heap (heap.c). rival.go is the same program again for
 * Go's own allocator.
 *
 * A driver prints one line: nanoseconds an operation by the clock, the same by processors' time,
 * bytes that were live, bytes of memory that the process came to beyond what it began with,
 * collections, operations.
 */
#ifndef ARENA_BENCH_DRIVER_H
#define ARENA_BENCH_DRIVER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum kind { KIND_BYTES, KIND_POINTERS }; /* what an object holds: no pointers, or nothing else */

enum { MOST_THREADS = 8 };

/* Pointers that keep objects alive: all that a collector begins with. */
struct roots {
    void **slots; /* NULL: none here */
    size_t count;
};

/* Ready for so many threads. roots[0 .. count) may be filled in later, and change. */
void allocator_open(unsigned threads, struct roots *roots, size_t count);
/* Thread number t begins and ends; with one thread alone it need not say so. */
void allocator_enter(unsigned t);
void allocator_leave(unsigned t);
/* A zeroed object. What no root leads to may be collected meanwhile. */
void *allocator_new(unsigned t, size_t size, enum kind kind);
/* The object will not be used again. */
void allocator_drop(void *object);
/* Do drops do anything? (A collector finds out by itself what is dead.) */
bool allocator_frees(void);
uint64_t allocator_collections(void);

#endif
