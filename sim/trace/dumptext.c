/* The text of a dump: see dumptext.h. */
#include "sim/trace/dumptext.h"

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

/* Dumps are made after every operation where a replica is compared, and are numbers for the most
 * part: printf would take most of the time. */
static void put_digits(struct strbuf *out, uint64_t n, unsigned base) {
    char text[20]; /* 2^64 has 20 decimal digits */
    size_t at = sizeof text;
    do {
        text[--at] = "0123456789abcdef"[n % base];
        n /= base;
    } while (n);
    sb_add(out, text + at, sizeof text - at);
}

/* name, which ends in what comes before the number, and the number. */
static void put_dec(struct strbuf *out, const char *name, uint64_t n) {
    sb_puts(out, name);
    put_digits(out, n, 10);
}

static void put_hex(struct strbuf *out, const char *name, uint64_t n) {
    sb_puts(out, name);
    sb_add(out, "0x", 2);
    put_digits(out, n, 16);
}

void dump_bounds(struct strbuf *out, const uint64_t heap[HEAP_FIELD_COUNT]) {
    put_hex(out, "heap arena_start=", heap[HEAP_arena_start]);
    put_hex(out, " arena_used=", heap[HEAP_arena_used]);
    put_hex(out, " arena_alloc=", heap[HEAP_arena_alloc]);
    put_hex(out, " arena_end=", heap[HEAP_arena_end]);
    put_dec(out, " reserved=", heap[HEAP_arena_reserved]);
    put_hex(out, " bitmap=", heap[HEAP_bitmap]);
    put_hex(out, " bitmap_mapped=", heap[HEAP_bitmap_mapped]);
    put_hex(out, " spans=", heap[HEAP_spans]);
    put_dec(out, " spans_len=", heap[HEAP_spans_len]);
    put_dec(out, " spans_cap=", heap[HEAP_spans_cap]);
    sb_puts(out, "\n");
}

void dump_stats(struct strbuf *out, const uint64_t stats[STAT_COUNT]) {
    sb_puts(out, "stats");
    for (unsigned i = 0; i <= STAT_allspans; i++) {
        sb_puts(out, " ");
        sb_puts(out, stat_name(i));
        put_dec(out, "=", stats[i]);
    }
    sb_puts(out, "\n");
}

void dump_cache(struct strbuf *out, unsigned p, uint64_t tiny, uint64_t offset,
    const uint64_t local[LOCAL_STAT_COUNT]) {
    sb_puts(out, "cache");
    if (p)
        sb_printf(out, " P%u", p);
    put_hex(out, " tiny=", tiny);
    put_dec(out, " tinyoffset=", offset);
    put_dec(out, " local_tinyallocs=", local[STAT_local_tinyallocs - STAT_LOCAL]);
    put_dec(out, " local_scan=", local[STAT_local_scan - STAT_LOCAL]);
}

void dump_cache_span(struct strbuf *out, unsigned spanclass, uint64_t base) {
    put_dec(out, " ", spanclass);
    put_hex(out, ":", base);
}

static void dump_bits(struct strbuf *out, const struct span_facts *s) {
    sb_puts(out, " allocbits=");
    uint64_t nibbles = (s->nelems + 7) / 8 * 2;
    for (uint64_t word = 0; word * 16 < nibbles; word++) {
        uint64_t bits = s->alloc_bits ? s->alloc_bits[word] : 0;
        char text[16]; /* lowest first */
        for (unsigned i = 0; i < sizeof text; i++, bits >>= 4)
            text[i] = "0123456789abcdef"[bits & 15];
        uint64_t left = nibbles - word * 16;
        sb_add(out, text, left < sizeof text ? (size_t)left : sizeof text);
    }
}

static void dump_inuse(struct strbuf *out, const struct span_facts *s) {
    put_dec(out, " state=inuse class=", s->spanclass);
    put_dec(out, " elemsize=", s->elemsize);
    put_dec(out, " nelems=", s->nelems);
    put_dec(out, " freeindex=", s->freeindex);
    put_dec(out, " alloccount=", s->alloc_count);
    put_hex(out, " alloccache=", s->alloc_cache);
    put_dec(out, " incache=", s->incache);
    put_dec(out, " needzero=", s->needzero);
    put_dec(out, " sweepgen=", s->sweepgen);
    put_hex(out, " limit=", s->limit);
    dump_bits(out, s);
}

void dump_span(struct strbuf *out, const struct span_facts *s) {
    put_hex(out, "span ", s->base);
    put_dec(out, " npages=", s->npages);
    if (s->state == SPAN_STATE_INUSE) {
        dump_inuse(out, s);
    } else if (s->state == SPAN_STATE_MANUAL) {
        sb_puts(out, " state=manual");
    } else {
        put_dec(out, " state=free needzero=", s->needzero);
        put_dec(out, " npreleased=", s->npreleased);
    }
    sb_puts(out, "\n");
}

void dump_address(struct strbuf *out, uint64_t addr) {
    put_hex(out, " ", addr);
}

void dump_treap_open(struct strbuf *out, uint64_t npages, uint64_t base, uint32_t priority) {
    put_dec(out, "(", npages);
    put_hex(out, "@", base);
    put_hex(out, "/", priority);
    sb_puts(out, " ");
}

void dump_bitmap(struct strbuf *out, uint64_t hash) {
    put_hex(out, "bitmap fnv1a=", hash);
    sb_puts(out, "\nend\n");
}
