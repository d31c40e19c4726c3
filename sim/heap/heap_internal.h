/*
 * The structures of the allocator, for the files of sim/heap alone. malloc.c tells how they work
 * together; names are those of the Go runtime.
 *
 * Vocabulary:
 *   page          8 KiB (GO_PAGE_SIZE), whatever the hardware's pages are
 *   physical page the hardware's, os->phys_page_size
 *   word          a pointer of the platform, h->ptr_size bytes
 *   record        where Go would keep one of its own structures: an address in the target's space,
 *                 from persistentalloc; ours live in C structs beside
 *   handle        1 + the number of an mspan in birth order, 0 for none (see sim/trace/event.h)
 *
 * Every change of state goes through a function or macro that also emits its event (EMIT below), so
 * that a replica can follow. Arithmetic on addresses is done in 64 bits and cut to the platform's
 * width where Go's could overflow.
 *
 * Fields that several threads change without a common lock are _Atomic; threads.c says which lock
 * keeps what.
 */
#ifndef ARENA_HEAP_INTERNAL_H
#define ARENA_HEAP_INTERNAL_H

#include "sim/base/rangemap.h"
#include "sim/heap/heap.h"
#include "sim/heap/sizeclass.h"

#include <pthread.h>
#include <setjmp.h>
#include <stdatomic.h>
#include <string.h>

enum { CACHE_LINE = 64 }; /* bytes, of the machine that we run on */

/* Allocation and mark bits, bit n of a span at word n / 64, bit n % 64. */
typedef uint64_t gc_bits;

/* A run of pages. Fields are written through the SPAN_SET macro, lists and treap through theirs.
 *
 * What is used together stands together, in lines of the processor's cache, of CACHE_LINE bytes.
 * While a span is dead, only handle, record, list and its links are valid. In use, all are but
 * unusedsince and npreleased; free, those two, and base, npages, state, needzero and sweepgen. */
struct mspan {
    /* Where it is and what is in it: all that marking asks. */
    uint64_t base; /* address */
    uint64_t npages;
    uint64_t state;       /* enum span_state */
    uint64_t limit;       /* end of the data in it: an address */
    uint64_t spanclass;   /* size class << 1 | noscan */
    uint64_t elemsize;    /* bytes of a slot */
    uint64_t nelems;      /* slots */
    gc_bits *gcmark_bits; /* set: found live in this cycle */

    /* Which slots are free. */
    uint64_t freeindex;   /* slots below it are allocated; search from here */
    uint64_t alloc_count; /* allocated slots */
    uint64_t alloc_cache; /* complement of 64 allocation bits, shifted so that bit 0 is freeindex */
    gc_bits *alloc_bits;  /* set: allocated at the last sweep */
    uint64_t needzero;    /* was used before: zero it when allocating */
    uint64_t incache;     /* an mcache holds it */
    _Atomic uint64_t sweepgen; /* == heap's: swept; survives reuse, as in Go */
    uint32_t handle;           /* never changes, nor does record */
    uint16_t list;             /* LIST_NOWHERE if in none */

    /* Its place in that list, owned by the list; and what is asked seldom. */
    struct mspan *next, *prev;
    uint64_t record;
    uint64_t unusedsince; /* virtual time it became free */
    uint64_t npreleased;  /* pages given back to the system */
};

struct mspan_list {
    struct mspan *first, *last;
    uint16_t id; /* enum list_base + index */
};

/* Locks only while threads run the P's, or operations overlap; ranks stand in sim/trace/event.h. */
struct lock {
    enum lock_rank rank;
    unsigned index;         /* among those of its rank */
    atomic_bool locked;     /* by a thread */
    struct mcache *holder;  /* of overlapping P's: who has it, NULL for nobody */
    uint64_t taken, waited; /* how often, and how often not at once; written while held */
};

/* Large free spans (128 pages and more), by size and then by record address. */
struct treap_node {
    struct treap_node *left, *right, *parent;
    uint64_t npages_key;
    struct mspan *span_key;
    uint32_t priority;
    uint32_t index; /* its record in treapalloc */
};

/* fixalloc: records of one size, cut from 16 KiB chunks; freed ones are used again, last first. */
struct fixalloc {
    uint64_t size;     /* bytes; 0: not initialised */
    enum stat_id stat; /* where its chunks are counted */
    enum meta_kind what;
    uint64_t chunk;    /* address of the unused rest, */
    uint64_t nchunk;   /* its bytes */
    uint64_t inuse;    /* bytes */
    uint64_t *records; /* address of each record ever made */
    size_t count, cap;
    uint32_t *freed; /* stack of record numbers */
    size_t freed_count, freed_cap;
};

/* persistentalloc: memory that is never freed, cut from 256 KiB chunks. */
struct persistent {
    uint64_t base, off;
};

/* A 64 KiB arena of allocation and mark bits. */
struct gcbits_arena {
    struct gcbits_arena *next;
    _Atomic uint64_t free; /* bytes used; more than there are once somebody asked in vain */
    gc_bits bits[];        /* gcbits_bytes() of them */
};

/* Arenas by epoch: bits for the next cycle, the one being marked, and the one being swept away. */
struct gcbits_arenas {
    struct gcbits_arena *free, *_Atomic next, *current, *previous;
};

/* gcSweepBuf: a stack of in-use spans. Only its growth costs metadata, in blocks. Several P's may
 * push, or pop, at the same time, but never one the one and one the other. */
enum { SWEEP_BLOCK = 512 }; /* entries: 4 KiB on 64-bit */
struct sweep_buf {
    struct lock lock;                  /* of its growth */
    _Atomic uint64_t index;            /* spans on it; for a moment less than 0 (pop_unswept) */
    _Atomic size_t blocks;             /* blocks that Go would have */
    size_t spine_cap;                  /* and room for their addresses */
    struct mspan **_Atomic chunks[40]; /* entries: 1, 2, 4, ... blocks of them, as needed */
};
static inline struct mspan **sweep_buf_at(const struct sweep_buf *b, uint64_t i) {
    unsigned chunk = 63 - (unsigned)__builtin_clzll(i / SWEEP_BLOCK + 1);
    return b->chunks[chunk] + (i - ((UINT64_C(1) << chunk) - 1) * SWEEP_BLOCK);
}

/* Each in a line of its own: those that several P's write would slow those that all read. */
struct stat_cell {
    _Alignas(CACHE_LINE) _Atomic uint64_t value;
};

struct mcentral {
    _Alignas(CACHE_LINE) struct lock lock; /* of both lists, and of the spans' place in them */
    unsigned spanclass;
    struct mspan_list nonempty; /* spans with a free slot */
    struct mspan_list empty;    /* spans without, or held by an mcache */
    _Atomic uint64_t nmalloc;   /* slots handed to mcaches, as if all were allocated */
};

/* What belongs to one P. A P is run by one thread at a time, so nothing here needs a lock. Go keeps
 * the last group in the thread (the M). */
struct mcache {
    unsigned p;                /* its number */
    uint64_t tiny, tinyoffset; /* the current tiny block: address (0: none), bytes used */
    struct mspan *alloc[NUM_SPAN_CLASSES];
    gc_bits *bits;      /* for spans to come, of this epoch; where threads run the P's */
    uint64_t bits_left; /* bytes */
    uint64_t live;      /* bytes not yet counted in heap_live; where threads run the P's */

    /* What it has counted: handed in when this P takes the heap's lock, or at a collection. */
    uint64_t local[LOCAL_STAT_COUNT]; /* by enum stat_id, from STAT_LOCAL on */
    uint64_t local_largefree, local_nlargefree, local_nsmallfree[NUM_SIZE_CLASSES];

    uint32_t fastrand[2];
    enum rung rung; /* the lowest rung of the ladder that the current allocation came to */
    jmp_buf trap;   /* where a Go fatal error leads, set by heap_guard_on */
    bool inside;    /* between heap_guard_on's beginning and end */
    struct lock *held[RANK_COUNT]; /* the locks it holds, in their order */
    unsigned held_count;
    /* Threaded, inside: what its thread had entered before, of another heap. */
    struct mcache *outer;
};

struct heap {
    const struct platform *platform;
    struct os *os;
    struct sink *sink;
    uint64_t ptr_size;
    uint64_t ptr_mask; /* the largest address */
    bool threaded; /* threads run the P's: locks lock. Otherwise one thread runs them in turn. */
    atomic_bool exited;
    unsigned ps;                    /* how many P's there are */
    struct mcache *mcaches[MAX_PS]; /* by P; [0] is &cache */
    struct size_class_table sizes;

    /* Boundaries; what each means stands in malloc.c. arena_reserved and so on are 64-bit wide so
     * that HEAP_SET covers them all. */
    uint64_t arena_start, arena_used, arena_alloc, arena_end, arena_reserved;
    uint64_t bitmap, bitmap_mapped;
    uint64_t spans, spans_len, spans_cap;

    struct stat_cell stats[STAT_COUNT]; /* written by stat_add alone; not the mcaches' */

    struct lock lock; /* of rank HEAP: mheap_.lock */
    struct lock gcbits_lock, persistent_lock, os_lock;

    struct mspan_list free[NUM_PAGE_LISTS]; /* free spans by pages */
    struct treap_node *freelarge;           /* root of the treap of the larger ones */
    struct mspan_list busy[NUM_PAGE_LISTS]; /* spans of large objects by pages */
    struct mspan_list busylarge;
    struct sweep_buf sweep_spans[2]; /* [sweepgen / 2 % 2]: swept; the other: not yet */
    struct mcentral central[NUM_SPAN_CLASSES];
    uint8_t apart[CACHE_LINE]; /* What other P's look at and P 0 writes stand in different lines */
    struct mcache cache;       /* P 0's */
    uint8_t too[CACHE_LINE];
    struct mcache *running;   /* not threaded: the P that acts, or acted last */
    unsigned told;            /* which P the sink knows to be acting */
    struct sched *sched;      /* while operations may overlap, else NULL */
    struct mspan *emptymspan; /* what mcache slots hold before their first span */

    struct mspan **allspans; /* by handle - 1 */
    size_t allspans_len, allspans_cap;
    uint64_t allspans_addr, allspans_room; /* Go's array: address, entries */
    struct treap_node **treap_nodes;       /* by record number */
    size_t treap_node_cap;

    struct fixalloc spanalloc, cachealloc, treapalloc;
    struct persistent persistent;
    struct gcbits_arenas gcbits;

    uint64_t nsmallfree[NUM_SIZE_CLASSES]; /* slots freed, handed in at collections */

    struct mark_stack *mark; /* while marking */

    uint64_t now;           /* virtual nanoseconds, from 1 on */
    uint64_t last_scavenge; /* when the scavenger last looked round */

    /* Pace: see pace.c. */
    int64_t gogc; /* percent, -1: never */
    uint64_t heap_marked, gc_trigger, next_gc;
    _Atomic double sweep_pages_per_byte; /* 0: nothing to pay */
    uint64_t sweep_live_basis, pages_swept_basis;
    uint64_t num_gc;
    struct rangemap ranges;

    atomic_int status; /* of Go's end, once exited */
};

/* --- threads.c: P's and locks --- */

/* The P that the calling thread runs: Go's getg().m.p. For the slow paths; the fast ones are told.
 */
struct mcache *this_p(const struct heap *h);
/* The current allocation came down to this rung of the ladder. */
void reach_rung(struct heap *h, enum rung rung);
void locks_init(struct heap *h);
/* Leaves the heap if Go has ended the program meanwhile. */
void take_lock(struct heap *h, struct lock *l);
void release_lock(struct heap *h, struct lock *l);
/* The same where nearly always nobody else can run, and nothing is to be done. */
static inline void lock(struct heap *h, struct lock *l) {
    if (h->threaded || h->sched)
        take_lock(h, l);
}
static inline void unlock(struct heap *h, struct lock *l) {
    if (h->threaded || h->sched)
        release_lock(h, l);
}
/* Gives back the calling P's locks and goes where its guard began. */
NORETURN void heap_leave(struct heap *h);
/* Runs body on P number p so that heap_throw comes back here. False: it did, or Go has ended the
 * program before. The P must not be in the heap already. */
bool heap_guard_on(struct heap *h, unsigned p, void (*body)(struct heap *h, void *arg), void *arg);

/* --- sched.c: overlapping P's --- */

/* Is the caller's one of several operations in flight? */
bool sched_overlapping(const struct heap *h);
/* lock and unlock of such a one. */
void sched_lock(struct heap *h, struct lock *l);
/* Another P may go on here. */
void sched_interrupt(struct heap *h);
void sched_unlock(struct heap *h, struct lock *l);
/* Go has ended the program: the lock goes to nobody, and who waits for it finds out. */
void sched_abandon(struct heap *h, struct lock *l);
void sched_free(struct heap *h);

/* --- emit.c: telling what happens, and Go's ways to end --- */

#ifndef TRACE
#define TRACE 1 /* 0 compiles all hooks away */
#endif

void emit_event(struct heap *h, enum event_kind kind, unsigned w, uint32_t x, uint64_t a,
    uint64_t b, uint64_t c);

#define EMIT(h, kind, w, x, a, b, c)                                                               \
    do {                                                                                           \
        if (TRACE && UNLIKELY((h)->sink != NULL))                                                  \
            emit_event((h), (kind), (unsigned)(w), (uint32_t)(x), (a), (b), (c));                  \
    } while (0)

/* The same for a value that was set, unless it was that before. */
void emit_change(
    struct heap *h, enum event_kind kind, unsigned w, uint32_t x, uint64_t before, uint64_t now);
#define EMIT_CHANGE(h, kind, w, x, before, now)                                                    \
    do {                                                                                           \
        if (TRACE && UNLIKELY((h)->sink != NULL))                                                  \
            emit_change((h), (kind), (unsigned)(w), (uint32_t)(x), (before), (now));               \
    } while (0)

/* A plain field, or one that tells others that what was written before it is theirs now. */
static inline void set_field(uint64_t *field, uint64_t value) {
    *field = value;
}
static inline void set_shared_field(_Atomic uint64_t *field, uint64_t value) {
    atomic_store_explicit(field, value, memory_order_release);
}
#define SET_FIELD(field, value)                                                                    \
    _Generic((field), uint64_t * : set_field, _Atomic uint64_t * : set_shared_field)(field, value)

/* Sets a field of a span / a boundary of the heap and tells it if it changed. */
#define SPAN_SET(h, s, field, value)                                                               \
    do {                                                                                           \
        uint64_t old_value = (s)->field, new_value = (value);                                      \
        SET_FIELD(&(s)->field, new_value);                                                         \
        EMIT_CHANGE((h), EV_SPAN_SET, SPAN_##field, (s)->handle, old_value, new_value);            \
    } while (0)
#define HEAP_SET(h, field, value)                                                                  \
    do {                                                                                           \
        uint64_t old_value = (h)->field, new_value = (value);                                      \
        (h)->field = new_value;                                                                    \
        EMIT_CHANGE((h), EV_HEAP_SET, HEAP_##field, 0, old_value, new_value);                      \
    } while (0)

/* Adds to what several threads change without a lock; returns what it was. */
static inline uint64_t atomic_add(const struct heap *h, _Atomic uint64_t *to, uint64_t delta) {
    if (h->threaded)
        return atomic_fetch_add_explicit(to, delta, memory_order_relaxed);
    uint64_t old = atomic_load_explicit(to, memory_order_relaxed);
    atomic_store_explicit(to, old + delta, memory_order_relaxed);
    return old;
}
/* Adds delta (may be negative, two's complement) to a statistic. */
void stat_add(struct heap *h, enum stat_id stat, uint64_t delta);
/* The same for a statistic that a P counts for itself. */
static inline void local_add(struct heap *h, struct mcache *c, enum stat_id stat, uint64_t delta) {
    c->local[stat - STAT_LOCAL] += delta;
    if (delta)
        EMIT(h, EV_STAT_ADD, stat, c->p, delta, 0, 0);
}
static inline uint64_t sweepgen(const struct heap *h) {
    return h->stats[STAT_sweepgen].value;
}
/* sweepgen - n in Go's 32 bits. */
static inline uint64_t sweepgen_minus(const struct heap *h, uint32_t n) {
    return (uint32_t)sweepgen(h) - n;
}
void set_range(
    struct heap *h, uint64_t addr, uint64_t size, enum range_state state, enum range_owner owner);
void heap_print(struct heap *h, enum message message, uint64_t a, uint64_t b, uint64_t c);
/* Go's throw: prints, ends the program with status 2 and leaves the heap's entry point. */
NORETURN void heap_throw(struct heap *h, enum message message);
NORETURN void heap_exit(struct heap *h, int status);
/* heap_guard_on the P that acts; of threads, on P 0. */
bool heap_guard(struct heap *h, void (*body)(struct heap *h, void *arg), void *arg);

/* --- mem.c: the seven sys* functions, and persistent memory --- */

uint64_t sys_reserve(struct heap *h, uint64_t addr, uint64_t size, bool *reserved);
void sys_map(struct heap *h, uint64_t addr, uint64_t size, bool reserved, enum stat_id stat);
uint64_t sys_alloc(struct heap *h, uint64_t size, enum stat_id stat, enum range_owner owner);
void sys_free(struct heap *h, uint64_t addr, uint64_t size, enum stat_id stat);
void sys_unused(struct heap *h, uint64_t addr, uint64_t size);
void sys_used(struct heap *h, uint64_t addr, uint64_t size);
uint64_t persistentalloc(
    struct heap *h, uint64_t size, uint64_t align, enum stat_id stat, enum meta_kind what);
void fixalloc_init(struct fixalloc *f, uint64_t size, enum stat_id stat, enum meta_kind what);
/* Returns the number of a record; *fresh: it was never used before. */
uint32_t fixalloc_alloc(struct heap *h, struct fixalloc *f, bool *fresh);
void fixalloc_free(struct fixalloc *f, uint32_t record);
void fixalloc_destroy(struct fixalloc *f);

/* --- mspan.c --- */

void mspan_list_init(struct mspan_list *list, unsigned id);
void mspan_list_insert(struct heap *h, struct mspan_list *list, struct mspan *s);
void mspan_list_insert_back(struct heap *h, struct mspan_list *list, struct mspan *s);
void mspan_list_remove(struct heap *h, struct mspan_list *list, struct mspan *s);
struct mspan *mspan_alloc(struct heap *h, uint64_t base, uint64_t npages);
void mspan_dead(struct heap *h, struct mspan *s);
/* Sizes the span's slots by its class, gives it fresh bits, all slots free. Go's initSpan with the
 * heap bitmap cleared for it. */
void mspan_init_slots(struct heap *h, struct mspan *s);
/* Bytes of a gcbits_arena's bits. */
uint64_t gcbits_bytes(const struct heap *h);
gc_bits *new_mark_bits(struct heap *h, uint64_t nelems);
/* Hands out slot: freeindex goes past it. The one place where a slot becomes allocated. cache: what
 * allocCache is from there on. */
static inline uint64_t take_slot(struct heap *h, struct mspan *s, uint64_t slot, uint64_t cache) {
    EMIT(h, EV_SLOT, 0, s->handle, s->alloc_cache, cache, s->freeindex | (slot + 1) << 32);
    s->freeindex = slot + 1;
    s->alloc_cache = cache;
    s->alloc_count++;
    return slot;
}
/* The next free slot where it is in allocCache and nothing must be refilled; otherwise nelems. Go's
 * nextFreeFast. */
static inline uint64_t mspan_next_free_fast(struct heap *h, struct mspan *s) {
    uint64_t cache = s->alloc_cache;
    if (!cache)
        return s->nelems;
    unsigned bit = (unsigned)__builtin_ctzll(cache);
    uint64_t slot = s->freeindex + bit, next = slot + 1;
    /* At a multiple of 64 the cache would have to be refilled: leave that to the slow path. */
    if (slot >= s->nelems || (next % 64 == 0 && next != s->nelems))
        return s->nelems;
    return take_slot(h, s, slot, cache >> bit >> 1);
}
/* Takes the next free slot at or after freeindex, or returns nelems if there is none. */
uint64_t mspan_next_free(struct heap *h, struct mspan *s);
/* The slot that mspan_next_free would take, without taking it. */
uint64_t mspan_peek_free(const struct mspan *s);
/* Forgets the bits of a span that is no longer in use: none is set, as it was swept empty. */
void mspan_forget_bits(struct mspan *s);
/* A new cycle begins: bits made from now on are for the cycle after it. */
void next_mark_bit_epoch(struct heap *h);
/* Loads allocCache so that its bit 0 is freeindex. */
void mspan_refill_cache(struct heap *h, struct mspan *s);

/* --- treap.c --- */

uint32_t fastrand(struct heap *h);
void treap_insert(struct heap *h, struct mspan *s);
/* Takes out a span of at least npages, nearly the smallest (treap.c); NULL if there is none. */
struct mspan *treap_remove(struct heap *h, uint64_t npages);
void treap_remove_span(struct heap *h, struct mspan *s);

/* --- mheap.c --- */

void mheap_init(struct heap *h, uint64_t spans_start, uint64_t spans_bytes);
struct mspan *mheap_alloc(struct heap *h, uint64_t npages, unsigned spanclass, bool large);
/* Gives a swept span without objects back to the heap; large: it held a large object. */
void mheap_free(struct heap *h, struct mspan *s, bool large);
uint64_t mheap_sys_alloc(struct heap *h, uint64_t n);
/* An mcache counts some things for itself; whoever takes the heap's lock hands his in. */
void flush_cache_stats(struct heap *h, struct mcache *c);
/* The spans table's entry for a page: a handle, 0 if there is none. */
static inline uint32_t table_get(const struct heap *h, uint64_t page) {
    INVARIANT(page < h->spans_len);
    const void *entry = os_host(h->os, h->spans + page * h->ptr_size);
    return h->ptr_size == 8 ? (uint32_t) * (const uint64_t *)entry : *(const uint32_t *)entry;
}
/* The span the table has for a page, NULL if none. */
static inline struct mspan *span_of_page(const struct heap *h, uint64_t page) {
    uint32_t handle = page < h->spans_len ? table_get(h, page) : 0;
    return handle ? h->allspans[handle - 1] : NULL;
}

/* --- mark.c --- */

/* Lets go of what marking keeps, where a fatal error has cut it short. */
void mark_free(struct heap *h);

/* --- sweep.c --- */

#define SWEEP_NONE_LEFT UINT64_MAX

void sweep_buf_free(struct sweep_buf *b);
/* Enters a span in use among the swept ones. */
void sweep_push(struct heap *h, struct mspan *s);
/* Marks s as being swept, by the caller, if it is to be swept. */
bool sweep_claim(struct heap *h, struct mspan *s);
/* Is somebody else sweeping s? */
bool being_swept(const struct heap *h, const struct mspan *s);
/* Sweeps a span that the caller has claimed. True: it went back to the heap. keep: the caller takes
 * care of its place in the lists. */
bool sweep_claimed(struct heap *h, struct mspan *s, bool keep);
/* Sweeps one span (a thread: a few); returns the pages that went home, SWEEP_NONE_LEFT if all spans
 * are swept. */
uint64_t sweep_one(struct heap *h);
void sweep_reclaim(struct heap *h, uint64_t npages);
/* Sweeps everything that is left. */
void sweep_finish(struct heap *h);

/* --- pace.c --- */

/* A collection has marked so many bytes: sets the next one's trigger and the rate of sweeping. */
void pace_marked(struct heap *h, uint64_t marked);
/* Pays for bytes about to be handed out as a span by sweeping, but for keep_pages, which the caller
 * will sweep itself. */
void deduct_sweep_credit(struct heap *h, uint64_t bytes, uint64_t keep_pages);

/* --- memstats.c --- */

/* What all mcaches have counted as freed since the last collection. */
struct local_frees {
    uint64_t large, nlarge, nsmall[NUM_SIZE_CLASSES];
};
struct local_frees local_frees(const struct heap *h);

/* --- mcentral.c, mcache.c --- */

void mcentral_init(struct mcentral *c, unsigned spanclass);
struct mspan *mcentral_cache_span(struct heap *h, struct mcentral *c);
/* heap_live hears what this P has taken. */
void flush_live(struct heap *h, struct mcache *c);
/* Takes a span back from an mcache. */
void mcentral_uncache_span(struct heap *h, struct mcentral *c, struct mspan *s);
/* Files a span that has just been swept and lost objects; true: it went home to the heap. */
bool mcentral_free_span(
    struct heap *h, struct mcentral *c, struct mspan *s, bool keep, bool was_full);
void mcache_init(struct heap *h, struct mcache *c);
void mcache_refill(struct heap *h, struct mcache *c, unsigned spanclass);
/* Gives all spans back to their mcentrals and forgets the tiny block. */
void mcache_release_all(struct heap *h, struct mcache *c);
static inline void set_tiny(struct heap *h, struct mcache *c, uint64_t addr, uint64_t offset) {
    EMIT(h, EV_TINY, 0, c->p, c->tiny, addr, c->tinyoffset | offset << 32);
    c->tiny = addr;
    c->tinyoffset = offset;
}

/* --- malloc.c --- */

/* A pointer of the platform at `at`, which need not be aligned. */
static inline uint64_t load_word(const struct heap *h, const void *at) {
    uint64_t word;
    uint32_t half;
    if (UNLIKELY(h->ptr_size == 4)) {
        memcpy(&half, at, sizeof half);
        return half;
    }
    memcpy(&word, at, sizeof word);
    return word;
}

/* --- mbitmap.c --- */

/* So many bytes in words. */
static inline uint64_t words_of(const struct heap *h, uint64_t bytes) {
    return h->ptr_size == 8 ? bytes / 8 : bytes / 4; /* a shift is not a division */
}

/* Maps more of the bitmap, downward, as arena_used grows. */
void map_bits(struct heap *h, uint64_t arena_used);
void heap_bits_init_span(struct heap *h, const struct mspan *s);
void heap_bits_set_type(
    struct heap *h, uint64_t addr, uint64_t size, uint64_t data_size, const struct heap_type *type);
/* What the bitmap says of the word at addr: pointer 1, scan 2. */
unsigned heap_bits_of_word(const struct heap *h, uint64_t addr);
/* The same of one word after the other. */
struct bits_at {
    const uint8_t *byte;
    unsigned shift; /* of the word's bits in it */
};
struct bits_at heap_bits_at(const struct heap *h, uint64_t addr);
static inline unsigned bits_here(const struct bits_at *at) {
    unsigned bits = *at->byte >> at->shift;
    return (bits & 1) | (bits >> 3 & 2);
}
static inline void bits_next(struct bits_at *at) {
    at->shift = (at->shift + 1) % 4;
    at->byte -= at->shift == 0;
}
/* The byte for the four words from word number 4 * index (counted from arena_start) on. */
uint8_t *heap_bits_byte(const struct heap *h, uint64_t index);

#endif
