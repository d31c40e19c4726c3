/* The text of a dump: see dumptext.h. */
#include "sim/trace/dumptext.h"

#include <inttypes.h>

#define FNV_PRIME UINT64_C(0x100000001b3)

uint64_t fnv_byte(uint64_t hash, uint8_t byte) {
    return (hash ^ byte) * FNV_PRIME;
}

/* A zero byte multiplies by the prime: many of them by its power. */
uint64_t fnv_zeros(uint64_t hash, uint64_t count) {
    for (uint64_t power = FNV_PRIME; count; count >>= 1, power *= power)
        if (count & 1)
            hash *= power;
    return hash;
}

void dump_bounds(struct strbuf *out, const uint64_t heap[HEAP_FIELD_COUNT]) {
    sb_printf(out,
        "heap arena_start=0x%" PRIx64 " arena_used=0x%" PRIx64 " arena_alloc=0x%" PRIx64
        " arena_end=0x%" PRIx64 " reserved=%" PRIu64,
        heap[HEAP_arena_start], heap[HEAP_arena_used], heap[HEAP_arena_alloc], heap[HEAP_arena_end],
        heap[HEAP_arena_reserved]);
    sb_printf(out,
        " bitmap=0x%" PRIx64 " bitmap_mapped=0x%" PRIx64 " spans=0x%" PRIx64 " spans_len=%" PRIu64
        " spans_cap=%" PRIu64 "\n",
        heap[HEAP_bitmap], heap[HEAP_bitmap_mapped], heap[HEAP_spans], heap[HEAP_spans_len],
        heap[HEAP_spans_cap]);
}

void dump_stats(struct strbuf *out, const uint64_t stats[STAT_COUNT]) {
    sb_puts(out, "stats");
    for (unsigned i = 0; i <= STAT_allspans; i++)
        sb_printf(out, " %s=%" PRIu64, stat_name(i), stats[i]);
    sb_puts(out, "\n");
}

void dump_cache(struct strbuf *out, unsigned p, uint64_t tiny, uint64_t offset,
    const uint64_t local[LOCAL_STAT_COUNT]) {
    sb_puts(out, "cache");
    if (p)
        sb_printf(out, " P%u", p);
    sb_printf(out,
        " tiny=0x%" PRIx64 " tinyoffset=%" PRIu64 " local_tinyallocs=%" PRIu64
        " local_scan=%" PRIu64,
        tiny, offset, local[STAT_local_tinyallocs - STAT_LOCAL],
        local[STAT_local_scan - STAT_LOCAL]);
}

void dump_cache_span(struct strbuf *out, unsigned spanclass, uint64_t base) {
    sb_printf(out, " %u:0x%" PRIx64, spanclass, base);
}

static void dump_bits(struct strbuf *out, const struct span_facts *s) {
    static const char digits[] = "0123456789abcdef";
    sb_puts(out, " allocbits=");
    for (uint64_t nibble = 0; nibble < (s->nelems + 7) / 8 * 2; nibble++) {
        unsigned n =
            s->alloc_bits ? (unsigned)(s->alloc_bits[nibble / 16] >> (nibble % 16 * 4)) & 15 : 0;
        sb_add(out, &digits[n], 1);
    }
}

static void dump_inuse(struct strbuf *out, const struct span_facts *s) {
    sb_printf(out,
        " state=inuse class=%" PRIu64 " elemsize=%" PRIu64 " nelems=%" PRIu64 " freeindex=%" PRIu64
        " alloccount=%" PRIu64 " alloccache=0x%" PRIx64,
        s->spanclass, s->elemsize, s->nelems, s->freeindex, s->alloc_count, s->alloc_cache);
    sb_printf(out,
        " incache=%" PRIu64 " needzero=%" PRIu64 " sweepgen=%" PRIu64 " limit=0x%" PRIx64,
        s->incache, s->needzero, s->sweepgen, s->limit);
    dump_bits(out, s);
}

void dump_span(struct strbuf *out, const struct span_facts *s) {
    sb_printf(out, "span 0x%" PRIx64 " npages=%" PRIu64, s->base, s->npages);
    if (s->state == SPAN_STATE_INUSE)
        dump_inuse(out, s);
    else if (s->state == SPAN_STATE_MANUAL)
        sb_puts(out, " state=manual");
    else
        sb_printf(out, " state=free needzero=%" PRIu64 " npreleased=%" PRIu64, s->needzero,
            s->npreleased);
    sb_puts(out, "\n");
}

void dump_address(struct strbuf *out, uint64_t addr) {
    sb_printf(out, " 0x%" PRIx64, addr);
}

void dump_treap_open(struct strbuf *out, uint64_t npages, uint64_t base, uint32_t priority) {
    sb_printf(out, "(%" PRIu64 "@0x%" PRIx64 "/0x%" PRIx32 " ", npages, base, priority);
}

void dump_bitmap(struct strbuf *out, uint64_t hash) {
    sb_printf(out, "bitmap fnv1a=0x%" PRIx64 "\nend\n", hash);
}
