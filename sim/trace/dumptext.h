/*
 * The text of a dump, line by line, as the transcripts have it. The heap and its replica each walk
 * their own structures and hand plain numbers to these functions, so that two dumps differ only
 * where the structures do.
 */
#ifndef ARENA_DUMPTEXT_H
#define ARENA_DUMPTEXT_H

#include "sim/base/base.h"
#include "sim/trace/event.h"

struct span_facts {
    uint64_t base, npages, state, spanclass, elemsize, nelems, freeindex, alloc_count, alloc_cache,
        incache, needzero, sweepgen, limit, npreleased;
    const uint64_t *alloc_bits; /* NULL: all zero */
};

/* FNV-1a over 64 bits; bytes that are zero can be taken many at a time. Begin with FNV_START. */
#define FNV_START UINT64_C(0xcbf29ce484222325)
uint64_t fnv_byte(uint64_t hash, uint8_t byte);
uint64_t fnv_zeros(uint64_t hash, uint64_t count);

void dump_bounds(struct strbuf *out, const uint64_t heap[HEAP_FIELD_COUNT]);
void dump_stats(struct strbuf *out, const uint64_t stats[STAT_COUNT]);
/* P p's mcache; p is told from 1 on. local: from STAT_LOCAL on. The line is completed by
 * dump_cache_span calls and a newline. */
void dump_cache(struct strbuf *out, unsigned p, uint64_t tiny, uint64_t offset,
    const uint64_t local[LOCAL_STAT_COUNT]);
void dump_cache_span(struct strbuf *out, unsigned spanclass, uint64_t base);
void dump_span(struct strbuf *out, const struct span_facts *s);
/* " 0x..." for each span of a list that was begun with its name. */
void dump_address(struct strbuf *out, uint64_t addr);
void dump_treap_open(struct strbuf *out, uint64_t npages, uint64_t base, uint32_t priority);
void dump_bitmap(struct strbuf *out, uint64_t hash);

#endif
