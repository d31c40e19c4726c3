/* Sparse arrays in chunks that copies share: see chunks.h. */
#include "sim/trace/chunks.h"

#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

/* Stands before each shared block; as large as the strictest alignment. */
union header {
    struct {
        _Atomic uint32_t holders;
        uint32_t offset; /* of the header in what was allocated, bytes */
    };
    max_align_t align;
};

/* A large block begins with a line of the processor's cache, so that what its elements hold
 * together is fetched together. A small one does without: there are many. */
enum { CACHE_LINE = 64, LARGE_BLOCK = 512 };

static union header *header_of(const void *block) {
    return (union header *)block - 1;
}

static void *block_new(size_t bytes, const void *from) {
    size_t room = bytes >= LARGE_BLOCK ? CACHE_LINE : 0;
    uint8_t *memory = xmalloc(room + sizeof(union header) + bytes);
    size_t offset = 0;
    if (room)
        offset = round_up((uintptr_t)memory + sizeof(union header), CACHE_LINE) -
                 (uintptr_t)memory - sizeof(union header);
    union header *h = (union header *)(void *)(memory + offset);
    atomic_init(&h->holders, 1);
    h->offset = (uint32_t)offset;
    if (from)
        memcpy(h + 1, from, bytes);
    else
        memset(h + 1, 0, bytes);
    return h + 1;
}

void *shared_new(size_t bytes) {
    return block_new(bytes, NULL);
}

void *shared_hold(void *block) {
    if (block)
        atomic_fetch_add_explicit(&header_of(block)->holders, 1, memory_order_relaxed);
    return block;
}

/* One holder less. What the last one does comes after all that others have done. */
static void let_go(void *block, chunk_visit *going) {
    union header *h = header_of(block);
    if (shared_holders(block) > 1) {
        int before = (int)atomic_fetch_sub_explicit(&h->holders, 1, memory_order_acq_rel);
        if (before > 1) /* never: else, but where two threads let go at once */
            return;
    }
    if (going)
        going(block);
    free((uint8_t *)h - h->offset);
}

void shared_drop(void *block) {
    if (block)
        let_go(block, NULL);
}

uint32_t shared_holders(const void *block) {
    return atomic_load_explicit(&header_of(block)->holders, memory_order_acquire);
}

static void make_room(struct chunked *c, uint64_t chunk) {
    size_t count = (size_t)chunk + 1;
    if (count < c->count + c->count / 2)
        count = c->count + c->count / 2;
    c->chunks = xrealloc(c->chunks, count * sizeof *c->chunks);
    memset(c->chunks + c->count, 0, (count - c->count) * sizeof *c->chunks);
    c->count = count;
}

void *chunks_write(
    struct chunked *c, uint64_t chunk, size_t bytes, const struct chunk_contents *contents) {
    if (chunk >= c->count)
        make_room(c, chunk);
    void *old = c->chunks[chunk];
    if (old && shared_holders(old) == 1)
        return old;
    void *own = c->chunks[chunk] = block_new(bytes, old);
    c->fresh += bytes;
    if (old && contents)
        contents->copied(own);
    if (old)
        let_go(old, contents ? contents->going : NULL);
    return own;
}

void chunks_share(struct chunked *c, uint64_t chunk, void *block) {
    if (chunk >= c->count)
        make_room(c, chunk);
    void *old = c->chunks[chunk];
    c->chunks[chunk] = shared_hold(block);
    shared_drop(old);
}

void chunks_copy(struct chunked *to, const struct chunked *from) {
    to->count = from->count;
    to->chunks = xmalloc((from->count + 1) * sizeof *to->chunks);
    for (size_t i = 0; i < from->count; i++)
        to->chunks[i] = shared_hold(from->chunks[i]);
    to->fresh = from->fresh;
}

void chunks_free(struct chunked *c, const struct chunk_contents *contents) {
    for (size_t i = 0; i < c->count; i++)
        if (c->chunks[i])
            let_go(c->chunks[i], contents ? contents->going : NULL);
    free(c->chunks);
    *c = (struct chunked){0};
}

size_t chunks_memory(const struct chunked *c, size_t bytes) {
    size_t sum = c->count * sizeof *c->chunks;
    for (size_t i = 0; i < c->count; i++)
        if (c->chunks[i])
            sum += (bytes + sizeof(union header)) / shared_holders(c->chunks[i]);
    return sum;
}
