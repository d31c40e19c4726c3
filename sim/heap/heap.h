/*
 * The allocator, as the rest of arenascope uses it. malloc.c tells the whole story; heap_internal.h
 * has the structures.
 */
#ifndef ARENA_HEAP_H
#define ARENA_HEAP_H

#include "sim/os/os.h"
#include "sim/trace/event.h"

struct heap;

struct heap_config {
    struct os *os;     /* stays the caller's; must outlive the heap */
    struct sink *sink; /* NULL: nobody listens */
};

/* A Go type as far as the allocator cares: its size and where its pointers are. */
struct heap_type {
    uint64_t size;    /* bytes of one element */
    uint64_t ptrdata; /* bytes of the prefix that holds all pointers; 0: pointer-free */
    const uint8_t
        *mask; /* one bit a word of that prefix, lowest word in the lowest bit of mask[0] */
};

/* What became of an allocation. */
struct heap_object {
    uint64_t addr; /* 0: Go ended the program (heap_exited) */
    uint64_t size; /* bytes the object really takes */
    uint8_t spanclass;
    uint8_t rung;  /* enum rung: where the memory was found */
    bool zerobase; /* size 0: all such objects are at one address outside the heap */
};

struct heap *heap_new(const struct heap_config *config);
void heap_free(struct heap *h);

/* mallocinit. False: Go ended the program. */
bool heap_init(struct heap *h);

/* The two words of P 0's fastrand; those of the other P's follow from them. */
void heap_seed(struct heap *h, uint32_t a, uint32_t b);

/* --- Several P's ---
 *
 * A heap has one P, number 0, at first. With more of them each allocates from an mcache of its own.
 * Functions without a P use the one that acted last, or, threaded, P 0. There are three ways to run
 * them:
 *
 *   in turn      One thread calls, for one P after the other. Nobody ever waits.
 *   overlapping  heap_overlap: operations of several P's are in flight together and wait for each
 *                other's locks, but one goes on at a time, in an order drawn from a seed.
 *   threaded     heap_set_threaded: a thread of the caller's for each P. Only functions that take
 *                a P may be called at the same time, on different P's; all others need the world
 *                stopped: no thread in the heap, and what threads did visible to the caller (a
 *                barrier, a join).
 *
 * The first two can be repeated exactly. */

/* After heap_init, so many P's (up to MAX_PS; there are never fewer than before). False: Go ended
 * the program. */
bool heap_set_ps(struct heap *h, unsigned ps);
unsigned heap_ps(const struct heap *h);
/* Locks lock from here on, or no longer. Events of several threads have no order that could be
 * replayed: a threaded heap has no sink. With the world stopped. */
void heap_set_threaded(struct heap *h, bool threaded);
/* P p acts from here on. Not for threads. */
void heap_act(struct heap *h, unsigned p);

/* Operations may overlap from here on, the order drawn from seed; or, of a heap that has begun with
 * that, go on with another seed. With no operation in flight. */
void heap_overlap(struct heap *h, uint64_t seed);
/* ... or no longer, with none in flight. */
void heap_overlap_end(struct heap *h);
/* Puts an operation in flight on P p, which has none: body will be called, on a stack of its own.
 * The caller goes on at once; the operation when the caller waits for one. Between its steps stand
 * the locks it comes to: there, and where an operation ends, another P may go on. */
typedef void heap_body(struct heap *h, unsigned p, void *arg);
void heap_start_on(struct heap *h, unsigned p, heap_body *body, void *arg);
bool heap_busy(const struct heap *h, unsigned p);
/* Lets operations go on until P p has none in flight / until no P has. */
void heap_await(struct heap *h, unsigned p);
void heap_await_all(struct heap *h);
/* From inside an operation: waits until the others in flight are done, or stopping the world, too.
 * Does nothing where none overlaps. */
void heap_stop_world(struct heap *h);

/* How often the heap's lock, or those of all mcentrals together, were taken, and how often one had
 * to wait for it. Counted where P's are threaded or overlap. */
struct lock_count {
    uint64_t taken, waited;
};
struct lock_count heap_lock_count(const struct heap *h, bool central);

/* mallocgc: size bytes holding values of type (NULL: pointer-free), zeroed. */
struct heap_object heap_malloc(struct heap *h, uint64_t size, const struct heap_type *type);
struct heap_object heap_malloc_on(
    struct heap *h, unsigned p, uint64_t size, const struct heap_type *type);

/* Manually managed spans, as the stack allocator uses: returns the address, 0 if Go ended the
 * program or is out of memory. */
uint64_t heap_alloc_manual(struct heap *h, uint64_t npages);
uint64_t heap_alloc_manual_on(struct heap *h, unsigned p, uint64_t npages);
void heap_free_manual(struct heap *h, uint64_t addr);
void heap_free_manual_on(struct heap *h, unsigned p, uint64_t addr);

/* A collection, with the world stopped, in three steps:
 *   heap_gc_begin   finishes the last sweep and begins a new epoch of mark bits
 *   heap_gc_mark    marks the object that holds addr; follow: and everything it reaches. Go ends
 *                   the program where a pointer leads to memory of the heap without objects
 *   heap_gc_mark_roots  ... from each of a block of the program's pointers
 *   heap_gc_end     takes the mcaches' spans back; what is not marked is garbage from here on, to
 *                   be swept by whoever needs memory (or by heap_sweep_all) */
struct heap_marked {
    uint64_t objects, bytes;
};
bool heap_gc_begin(struct heap *h); /* false: Go ended the program */
void heap_gc_mark(struct heap *h, uint64_t addr, bool follow);
/* words: count pointers of the platform's width, in our own memory; those that are 0 lead nowhere.
 */
void heap_gc_mark_roots(struct heap *h, const void *words, size_t count, bool follow);
/* Between begin and end: is the object that holds addr marked? */
bool heap_gc_marked(const struct heap *h, uint64_t addr);
struct heap_marked heap_gc_end(struct heap *h);
void heap_sweep_all(struct heap *h);
/* Sweeps one span, or a few if threaded: *npages went home. False: all spans are swept. */
bool heap_sweep_one(struct heap *h, uint64_t *npages);
bool heap_sweep_one_on(struct heap *h, unsigned p, uint64_t *npages);
/* Gives free spans that have been so for longer than limit (virtual nanoseconds; 0 with now =
 * UINT64_MAX: all) back to the system; they stay mapped. Returns bytes given back. */
uint64_t heap_scavenge(struct heap *h, uint64_t now, uint64_t limit);

/* GOGC: collect when the heap has grown by that percentage; -1 (at first): never by itself. */
void heap_set_gogc(struct heap *h, int64_t percent);
/* Is a collection due? Asked by whoever drives the heap, after an allocation. */
bool heap_gc_due(const struct heap *h);
/* Bytes that the heap may come to before the next collection is done; UINT64_MAX: no limit. */
uint64_t heap_goal(const struct heap *h);
/* Virtual time passes; every 2.5 minutes what was free for 5 is given back. Returns those bytes. */
uint64_t heap_advance(struct heap *h, uint64_t nanoseconds);

/* What runtime.ReadMemStats tells a Go program. Bytes, and numbers of objects. */
struct heap_memstats {
    uint64_t heap_alloc, total_alloc, total_free, sys, mallocs, frees;
    uint64_t heap_sys, heap_idle, heap_inuse, heap_released, heap_objects;
    uint64_t stack_inuse, mspan_inuse, mspan_sys, mcache_inuse, mcache_sys, gc_sys, other_sys;
    uint64_t next_gc, num_gc;
    struct {
        uint64_t size, mallocs, frees;
    } by_size[NUM_SIZE_CLASSES];
};
struct heap_memstats heap_memstats(const struct heap *h);
/* Appends them as lines of a field's name in Go and its value; of BySize, the sizes that there were
 * objects of. */
void heap_memstats_print(const struct heap *h, struct strbuf *out);

/* Did Go end the program under study? With which status? */
bool heap_exited(const struct heap *h, int *status);

/* The `heap ...` line and the whole dump, in the transcripts' form. */
void heap_dump_bounds(const struct heap *h, struct strbuf *out);
void heap_dump(const struct heap *h, struct strbuf *out);

/* A statistic's value; of one that P's count for themselves, the sum. */
uint64_t heap_stat(const struct heap *h, enum stat_id stat);

/* The heap bitmap of size bytes from addr on, a digit a word (1 pointer, 2 scan, 3 both). */
void heap_bits(const struct heap *h, uint64_t addr, uint64_t size, struct strbuf *out);

/* Bytes that an object of size really takes. Go's roundupsize. */
uint64_t heap_rounded_size(const struct heap *h, uint64_t size);

/* Object memory, for the program under study. Words are the platform's pointers. */
void heap_fill(struct heap *h, uint64_t addr, uint64_t size, uint8_t byte);
void heap_store(struct heap *h, uint64_t addr, uint64_t word);
uint64_t heap_load(const struct heap *h, uint64_t addr);

/* Emits an event from outside the heap (OP_BEGIN, OBJECT, ...) into the heap's sink. */
void heap_emit(struct heap *h, struct event ev);
/* Tells (as RANGE events) what else stands in the address space. */
void heap_note_range(
    struct heap *h, uint64_t addr, uint64_t size, enum range_state state, enum range_owner owner);

/* Walks every structure and aborts with what is wrong at the first broken invariant. */
void heap_check(const struct heap *h);
/* Aborts unless size bytes at addr are an allocated object that the bitmap describes as values of
 * type (NULL: pointer-free). */
void heap_check_object(
    const struct heap *h, uint64_t addr, uint64_t size, const struct heap_type *type);

#ifndef HEAP_CHECK
#define HEAP_CHECK 0 /* 1: programs check everything after every operation */
#endif

#endif
