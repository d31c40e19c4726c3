/*
 * What the name of a Go type says about its layout: size, alignment, and which words are pointers.
 *
 * Types spelled out (`*T`, `[]T`, `[4]string`, `func()`, `struct { F uintptr; x *T }`, ...) are
 * settled by their spelling, map buckets (`map.bucket[K]V`) by how the runtime makes them from K
 * and V, and a few structs of the standard library, the same in many versions of Go, are known. Of
 * any other named type (`main.Node`) the name says nothing.
 */
#ifndef ARENA_GOTYPE_H
#define ARENA_GOTYPE_H

#include "sim/base/base.h"

enum { GOTYPE_MAX_WORDS = 1024 };

struct gotype {
    uint64_t size;      /* bytes */
    uint64_t align;     /* bytes */
    uint64_t ptr_words; /* words up to and with the last pointer; 0: pointer-free */
    uint8_t mask[GOTYPE_MAX_WORDS / 8];
};

/* The layout on a platform of that word size. False if the name does not settle it (or what it
 * spells is larger than GOTYPE_MAX_WORDS words). */
bool gotype_layout(const char *name, unsigned ptr_size, struct gotype *out);

#endif
