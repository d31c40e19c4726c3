/*
 * The replica: the allocator's whole state, rebuilt from events alone.
 *
 * It is what the window draws. After every event it equals the heap that sent it (the tests compare
 * their dumps byte for byte), and events undo exactly, so that the state at moment t is the same
 * from whichever side it is reached.
 *
 * Reading: the fields below are public for reading; only replica_apply and replica_undo write them.
 * Spans are read by handle (see event.h) with replica_span.
 *
 * Copies share what is large (spans and their bits, the spans table, the heap bitmap) until one of
 * them writes to it: copying takes microseconds. A replica and its copies stay with one thread.
 */
#ifndef ARENA_REPLICA_H
#define ARENA_REPLICA_H

#include "sim/base/rangemap.h"
#include "sim/trace/chunks.h"
#include "sim/trace/event.h"

/* A copy of an mspan. Sizes in bytes unless the name says pages. What pictures of many spans look
 * at is together in one line of the processor's cache. */
struct rspan {
    _Alignas(64) uint64_t base;
    uint64_t npages, state, spanclass, elemsize, nelems, alloc_count, freeindex;
    uint64_t record; /* address of the runtime's mspan record */
    uint64_t alloc_cache, limit, npreleased, unusedsince, incache, needzero, sweepgen;
    uint64_t *alloc_bits, *mark_bits; /* bit_words words each, or NULL: all zero; shared */
    uint32_t bit_words;
    uint32_t marked; /* bits set in mark_bits */
    uint32_t grey;   /* of its objects that many are marked and not yet looked into */
    uint16_t list;   /* enum list_base + index, LIST_NOWHERE if in none */
    bool in_treap;
    uint32_t prev, next;          /* handles, in that list */
    uint32_t parent, left, right; /* handles, in the treap */
    uint32_t priority;
};

struct rlist {
    uint32_t first, last; /* handles */
    uint32_t count;
};

struct attempt {
    uint8_t outcome; /* enum outcome */
    uint64_t addr;   /* asked for */
    uint64_t size;   /* bytes */
    uint64_t answer; /* 0: refused */
};

/* How far mallocinit has come and what it found: the numbers of each step as its STEP event has
 * them. */
struct init_path {
    uint8_t step; /* enum init_step, the latest */
    bool reached[STEP_COUNT];
    uint64_t value[STEP_COUNT][3];
    struct attempt hints[HINT_COUNT];
    struct attempt fallbacks[FALLBACK_COUNT];
};

struct meta_block {
    uint64_t addr, size;
    uint8_t what; /* enum meta_kind */
};

/* One span class in sum, kept with every event so that a picture need not visit its spans. */
struct class_sum {
    /* Now: spans in use, their pages, slots and allocated slots; both kinds of slots in bytes. */
    uint64_t spans, pages, slots, taken, slot_bytes, taken_bytes;
    uint64_t large_asked; /* now: bytes asked for, of classes 0 and 1 (a span's limit tells) */
    /* So far, by OBJECT events: objects that took a slot, bytes they asked for and took. */
    uint64_t objects, asked, took;
};

/* Objects that shared blocks of the tiny allocator, so far. */
struct tiny_sum {
    uint64_t objects, asked, blocks;
};

/* What a P waits for. */
struct rwait {
    bool waits;     /* the rest is valid */
    uint8_t rank;   /* enum lock_rank */
    uint8_t index;  /* of the lock among those of its rank: an mcentral's span class */
    uint8_t holder; /* the P that has it */
};

struct replica {
    uint64_t seq;      /* events applied so far */
    uint64_t ops;      /* operations begun so far */
    bool exited;       /* Go ended the program */
    uint32_t status;   /* with this */
    uint32_t messages; /* Go printed so many lines */

    struct init_path init;
    struct rangemap ranges;
    struct rangemap resident;    /* RANGE_MAPPED: known to be in memory */
    uint64_t os_calls[EV_COUNT]; /* by event kind, EV_OS_* only */

    uint64_t heap[HEAP_FIELD_COUNT]; /* by enum heap_field */
    uint64_t stats[STAT_COUNT];      /* by enum stat_id; what P's count for themselves in sum */

    struct chunked spans; /* every mspan structure, in order of birth; read with replica_span */
    size_t span_count;
    struct rlist lists[LIST_COUNT];
    uint32_t treap_root;
    uint32_t more_ps; /* P's besides number 0 */
    uint8_t acting;   /* the P whose doing the last event was, and the next is */
    struct rop {      /* by P: the operation it has in flight */
        bool in_flight;
        uint32_t number; /* valid while in flight */
    } op[MAX_PS];
    struct rwait wait[MAX_PS]; /* by P; what it waits for when the program ends stays */
    uint32_t cache[MAX_PS][NUM_SPAN_CLASSES];
    uint64_t local[MAX_PS][LOCAL_STAT_COUNT]; /* statistics from STAT_LOCAL on */
    uint64_t tiny[MAX_PS], tiny_offset[MAX_PS];
    uint64_t nmalloc[NUM_SPAN_CLASSES];
    struct meta_block *meta;
    size_t meta_count, meta_cap;
    uint64_t ladder[RUNG_COUNT];
    struct class_sum classes[NUM_SPAN_CLASSES];
    struct tiny_sum tiny_sum;
    uint64_t grey;                          /* objects marked and not yet looked into */
    uint64_t marked;                        /* objects marked by the collection that is marking */
    uint64_t collections;                   /* MARKED events so far */
    uint64_t objects_born, objects_dropped; /* OBJECT and DROP events so far */

    struct offer *offer; /* an event from outside is being applied; else NULL */

    struct chunked page_table; /* read with replica_page */
    struct chunked bitmap;     /* read with replica_bitmap */
    struct chunked grey_stack; /* read with replica_grey */
};

struct replica *replica_new(void);
/* A copy that may be taken further on its own. (What r has is shared from here on, no more: to who
 * reads r nothing changes.) */
struct replica *replica_copy(const struct replica *r);
void replica_free(struct replica *r);

/* Applies the next event / undoes the last one. The caller gives the events in order; an event that
 * does not fit the state is a bug and aborts. */
void replica_apply(struct replica *r, const struct event *ev);
void replica_undo(struct replica *r, const struct event *ev);
/* Applies an event that comes from outside: false and err if it does not fit. The replica is only
 * good for replica_free then. */
bool replica_offer(struct replica *r, const struct event *ev, struct error *err);

/* --- Reading without side effects --- */

/* The span of a handle, NULL for 0. */
const struct rspan *replica_span(const struct replica *r, uint32_t handle);
/* The spans table's entry for the page number (from arena_start): a handle, 0 if nil or unmapped.
 */
uint32_t replica_page(const struct replica *r, uint64_t page);
/* The lowest address of the heap's arena: h.arena_start on 64-bit. On 32-bit, where that is 0, the
 * lowest block that the heap has mapped, or where the first arena may begin. 0 before mallocinit.
 */
uint64_t replica_arena_base(const struct replica *r);
/* One byte of the heap bitmap, numbered downward from the byte below h.bitmap: it describes the
 * four words from word 4 * index on; low half pointer bits, high half scan bits. */
uint8_t replica_bitmap(const struct replica *r, uint64_t index);
/* How many bytes of the heap bitmap from index on, and before end, are zero. */
uint64_t replica_bitmap_zeros(const struct replica *r, uint64_t index, uint64_t end);
/* Is a collection marking? (It has marked something and not yet all.) */
static inline bool replica_marking(const struct replica *r) {
    return r->marked > 0;
}
/* The address of number i (from 0) of the r->grey objects that wait to be looked into. They are a
 * stack: the last is the next. */
uint64_t replica_grey(const struct replica *r, uint64_t i);
/* The span in use or managed by hand that holds addr; a free one only at its first and last page,
 * since inside it the spans table has stale entries. 0 if none. */
uint32_t replica_span_of(const struct replica *r, uint64_t addr);
/* Is slot index of an in-use span allocated? (Below freeindex, or its allocation bit is set.) */
bool rspan_slot_allocated(const struct rspan *s, uint64_t index);
/* One bit of alloc_bits or mark_bits. */
bool rspan_bit(const uint64_t *bits, uint64_t index);
/* Has any P an operation in flight? */
bool replica_in_op(const struct replica *r);
/* Bytes the replica takes, about; what it shares with copies counts by its share. */
size_t replica_memory(const struct replica *r);
/* Bytes that writing has allocated so far for what copies share: what a copy comes to cost in time
 * is how much this grows after it was taken, and replica_unshared(). */
size_t replica_fresh(const struct replica *r);
size_t replica_unshared(const struct replica *r);

/* Size class of a span class, and whether it holds no pointers. */
static inline unsigned spanclass_size_class(unsigned spanclass) {
    return spanclass >> 1;
}
static inline bool spanclass_noscan(unsigned spanclass) {
    return spanclass & 1;
}

/* Appends the dump of the transcripts ("dump" ... "end"), made from the replica. ptr_size: bytes of
 * a pointer of the platform. */
void replica_dump(const struct replica *r, unsigned ptr_size, struct strbuf *out);

#endif
