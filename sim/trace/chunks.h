/*
 * Sparse arrays in chunks that copies share: copying an array copies the list of its chunks, and a
 * chunk is copied only when one of its holders writes to it.
 *
 * Rules: what chunks_get gives is for reading alone; writing goes through what chunks_write gives,
 * at once (the next copy of the array makes it shared again). Holders of a chunk are counted
 * without locks: arrays that share chunks stay with one thread.
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

/* A block of memory with one holder, all zero; another holder for it (NULL stays NULL); one less.
 */
void *shared_new(size_t bytes);
void *shared_hold(void *block);
/* True: that was the last holder, and the block is gone. */
bool shared_drop(void *block);
/* How many hold it. */
uint32_t shared_holders(const void *block);

/* Called when a chunk has been copied (to has the bytes of what still is another's) or before it
 * goes: chunks may hold shared blocks themselves. May be NULL. */
typedef void chunk_visit(void *chunk);

/* The chunk for reading, NULL if it is all zero. */
static inline void *chunks_get(const struct chunked *c, uint64_t chunk) {
    return chunk < c->count ? c->chunks[chunk] : NULL;
}

/* The chunk for writing: made if there was none, the array's own from here on. */
void *chunks_write(struct chunked *c, uint64_t chunk, size_t bytes, chunk_visit *copied);

/* Makes to (which has nothing) a copy that shares every chunk. */
void chunks_copy(struct chunked *to, const struct chunked *from);
void chunks_free(struct chunked *c, chunk_visit *going);

/* Bytes taken by the array; what is shared counts by its share. */
size_t chunks_memory(const struct chunked *c, size_t bytes);

#endif
