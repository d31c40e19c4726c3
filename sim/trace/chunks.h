/*
 * Sparse arrays in chunks that copies share: copying an array copies the list of its chunks, and a
 * chunk is copied only when one of its holders writes to it.
 *
 * Rules: what chunks_get gives is for reading alone; writing goes through what chunks_write gives,
 * at once (the next copy of the array makes it shared again). An array stays with one thread at a
 * time; others that share its chunks may be with other threads.
 */
#ifndef ARENA_CHUNKS_H
#define ARENA_CHUNKS_H

#include "sim/base/base.h"

/* Zero-initialise it. Every call on one array is given the same bytes: the size of its chunks. */
struct chunked {
    void **chunks; /* NULL: all zero */
    size_t count;
    size_t fresh; /* bytes that writing has allocated so far */
};

/* A block of memory with one holder, all zero; another holder for it (NULL stays NULL); one less,
 * and with the last one it goes. */
void *shared_new(size_t bytes);
void *shared_hold(void *block);
void shared_drop(void *block);
/* How many hold it: if one, then nobody else can come to hold it. */
uint32_t shared_holders(const void *block);

/* Chunks may hold shared blocks themselves: what is to be done when one has been copied (its
 * bytes are those of what still is another's), and before one goes. NULL for chunks that hold none.
 */
typedef void chunk_visit(void *chunk);
struct chunk_contents {
    chunk_visit *copied, *going;
};

/* The chunk for reading, NULL if it is all zero. */
static inline void *chunks_get(const struct chunked *c, uint64_t chunk) {
    return chunk < c->count ? c->chunks[chunk] : NULL;
}

/* The chunk for writing: made if there was none, the array's own from here on. */
void *chunks_write(
    struct chunked *c, uint64_t chunk, size_t bytes, const struct chunk_contents *contents);

/* The chunk is that block from here on, which gets another holder (NULL: it is all zero). For
 * chunks that hold no blocks themselves. */
void chunks_share(struct chunked *c, uint64_t chunk, void *block);

/* Makes to (which has nothing) a copy that shares every chunk. */
void chunks_copy(struct chunked *to, const struct chunked *from);
void chunks_free(struct chunked *c, const struct chunk_contents *contents);

/* Bytes taken by the array; what is shared counts by its share. */
size_t chunks_memory(const struct chunked *c, size_t bytes);

#endif
