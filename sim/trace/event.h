/*
 * Events: the whole vocabulary in which the allocator tells what it does.
 *
 * A hook in sim/heap emits an event at the place where state changes; everything that shows, stores
 * or checks a run (the replica, the recording, exports, statistics) consumes events and nothing
 * else.
 *
 * Rules that every event keeps:
 *   - It is a fixed-size record of plain numbers: no pointers, so that producer and consumer need
 * not share an address space.
 *   - It can be undone from the record alone: where the new state does not determine the old one,
 * the old values ride along.
 *   - Spans are named by *handle*: 1 + the span's index in allspans, 0 for none. A handle names an
 *     mspan structure; the structure (and so the handle) is used again after the span dies.
 *   - Addresses are target addresses.
 *
 * Order: an operation of the program is OP_BEGIN, what it caused, OP_END. Inside, events come in
 * the order in which the Go runtime's code makes the changes. Where several P's have an operation
 * in flight, SWITCH says whose doing is what; operations begin in the order of their numbers.
 */
#ifndef ARENA_EVENT_H
#define ARENA_EVENT_H

#include "sim/base/i18n.h"
#include "sim/base/limits.h"   /* MAX_OBJECTS, MAX_PS */
#include "sim/base/rangemap.h" /* range states and owners */

#include <stdint.h>

struct event {
    uint16_t kind; /* enum event_kind */
    uint16_t w;
    uint32_t x;
    uint64_t a, b, c;
};
_Static_assert(sizeof(struct event) == 32, "two events fit a cache line, and files keep them so");

/* X(NAME, text, w, x, a, b, c): the text is the kind's name for people and files, the rest says
 * what the fields hold ("" = unused, zero). The contract of each stands above it. */
#define EVENT_KINDS(X)                                                                             \
    /* The program begins its operation number x (from 0), on P w >> 8. Replica: ops += 1.         \
     * Of a fill, size and extra are the object's size and address. */                             \
    X(OP_BEGIN, "op", "enum op_code | P << 8", "number", "id", "size", "extra")                    \
    /* ... and has finished it, with a result (an address, a byte count; 0 if none). */            \
    X(OP_END, "op end", "enum op_code | P << 8", "number", "result", "", "")                       \
    /* mallocinit reached a step, with the step's numbers. w >> 8: the step before it. */          \
    X(STEP, "step", "enum init_step | old << 8", "index", "value", "value", "value")               \
    /* One address was asked of the system for the arena and answered: hint number x, or, from     \
     * HINT_COUNT on, the 32-bit plan's arena size number x - HINT_COUNT. c: the answer, 0 if      \
     * refused. */                                                                                 \
    X(ATTEMPT, "attempt", "enum outcome", "index", "addr", "size", "answer")                       \
    /* Go prints a message, or a part of a line, by number: message_text() makes the words. */     \
    X(MESSAGE, "message", "", "enum message", "arg", "arg", "arg")                                 \
    /* Go ends the program under study with status w. Nothing but OP_END follows, one for each P   \
     * that has an operation in flight. */                                                         \
    X(EXIT, "exit", "status", "", "", "", "")                                                      \
    /* Calls to the system, in the sys* layer's terms. They change counters alone; what became of  \
     * the address space is told by the RANGE events after them. */                                \
    X(OS_RESERVE, "reserve", "1: really reserved", "errno", "addr", "size", "answer")              \
    X(OS_MAP, "map", "1: was reserved", "errno", "addr", "size", "answer")                         \
    X(OS_ALLOC, "alloc", "", "errno", "addr", "size", "answer")                                    \
    X(OS_FREE, "free", "", "errno", "addr", "size", "")                                            \
    X(OS_UNUSED, "unused", "", "errno", "addr", "size", "")                                        \
    X(OS_USED, "used", "", "errno", "addr", "size", "")                                            \
    /* [a, a+b) was all in one range state (w & 0xff, owner x & 0xff) and is now in another        \
     * (w >> 8, owner x >> 8). Split where the old state changes. */                               \
    X(RANGE, "range", "enum range_state old | new << 8", "owner old | new << 8", "addr", "size",   \
        "")                                                                                        \
    /* [a, a+b) of the heap's memory is found to be in memory now (w = 1: touched for the first    \
     * time), or no longer (w = 0: given back). The machine's kernel says so, when it is asked     \
     * (sim/work/residency.h); runs whose events are to be the same everywhere do not ask. */      \
    X(RESIDENT, "resident", "0 no longer, 1 now", "", "addr", "size", "")                          \
    /* A boundary of the heap (enum heap_field) moved from a to b. */                              \
    X(HEAP_SET, "heap", "enum heap_field", "", "old", "new", "")                                   \
    /* A statistic (enum stat_id) changed by a (two's complement); x: of those that P's count for  \
     * themselves (from STAT_LOCAL on), which P's. */                                              \
    X(STAT_ADD, "stat", "enum stat_id", "P", "delta", "", "")                                      \
    /* One P more, number x, with an mcache whose record is at a. (P 0 has been there always.) */  \
    X(P_BORN, "P", "", "P", "record", "", "")                                                      \
    /* From here on P x acts, no longer P a: every event up to the next of these is its doing. (At \
     * first P 0 acts.) */                                                                         \
    X(SWITCH, "switch", "", "P", "P before", "", "")                                               \
    /* P x comes to a lock that P a holds, and waits. b: of an mcentral, bytes of its slots. For   \
     * the world (RANK_WORLD) it waits until every other P has finished its operation; a is its    \
     * own number. */                                                                              \
    X(WAIT, "wait", "enum lock_rank | index << 8", "P", "holder", "slot size", "")                 \
    /* P x waits no longer: it has the lock, which P a (itself, for the world) had until now. */   \
    X(GOT, "got", "enum lock_rank | index << 8", "P", "holder before", "slot size", "")            \
    /* The runtime took memory for its own records: w says what for (enum meta_kind). */           \
    X(META, "metadata", "enum meta_kind", "", "addr", "size", "")                                  \
    /* A new mspan structure exists, its record at address a; handle x = allspans length. */       \
    X(SPAN_BORN, "mspan", "", "span", "record", "", "")                                            \
    /* One field of a span changed. */                                                             \
    X(SPAN_SET, "span", "enum span_field", "span", "old", "new", "")                               \
    /* A slot was handed out: freeindex c & 0xffffffff -> c >> 32 (the slot is new freeindex - 1), \
     * allocCache a -> b, allocCount += 1. */                                                      \
    X(SLOT, "slot", "", "span", "old cache", "new cache", "old freeindex | new << 32")             \
    /* 64 bits of a span's allocation (w = 0) or mark (w = 1) bitmap. */                           \
    X(BITS, "bits", "0 alloc, 1 mark", "span", "word", "old", "new")                               \
    /* b entries of the spans table from page a on changed from handle c & 0xffffffff to c >> 32.  \
     * Pages are counted from arena_start. */                                                      \
    X(PAGES, "pages", "", "", "first page", "count", "old span | new << 32")                       \
    /* w (1..8) bytes of the heap bitmap, from byte number a on, packed low byte first. Byte 0 is  \
     * the one just below h.bitmap; the numbers grow downward in memory. */                        \
    X(BITMAP, "bitmap", "count", "", "first byte", "old", "new")                                   \
    /* Span x entered list w (enum list_base) at its front (a = 0) or back (a = 1). */             \
    X(LIST_PUSH, "list push", "list", "span", "0 front, 1 back", "", "")                           \
    /* Span x left list w; the one before it was a (0: it was first). */                           \
    X(LIST_DROP, "list drop", "list", "span", "span before", "", "")                               \
    /* The treap of large free spans: a leaf was added under b (0: the root) on side c (0 left,    \
     * 1 right), with priority a. */                                                               \
    X(TREAP_LEAF, "treap leaf", "", "span", "priority", "parent", "side")                          \
    /* Node x went down, its right (w = 0, rotateLeft) or left (w = 1, rotateRight) child up. */   \
    X(TREAP_TURN, "treap turn", "0 left, 1 right", "span", "", "", "")                             \
    /* Leaf x was taken off; fields as in TREAP_LEAF. */                                           \
    X(TREAP_CUT, "treap cut", "", "span", "priority", "parent", "side")                            \
    /* P x's mcache holds another span for span class w. */                                        \
    X(CACHE, "mcache", "span class", "P", "old span", "new span", "")                              \
    /* P x's tiny block: address and offset. */                                                    \
    X(TINY, "tiny", "", "P", "old", "new", "old offset | new << 32")                               \
    /* mcentral of span class w: nmalloc changed by a. */                                          \
    X(NMALLOC, "nmalloc", "span class", "", "delta", "", "")                                       \
    /* An allocation is done: object id x of b bytes (as asked) stands at a. w: span class |       \
     * enum rung << 8; c: bytes taken | bytes holding pointers << 32. Replica: ladder[rung] += 1   \
     */                                                                                            \
    X(OBJECT, "object", "span class | rung << 8", "id", "addr", "size asked",                      \
        "taken | ptrdata << 32")                                                                   \
    /* Marking: an object with pointers was found live and waits to be looked into (grey) ... */   \
    X(GREY, "grey", "", "span", "addr", "slot", "")                                                \
    /* ... and is looked into now: what it points to is shaded next, itself it is black. */        \
    X(BLACK, "black", "", "span", "addr", "slot", "")                                              \
    /* A collection has marked all that is live; sweeping may begin. Replica: collections += 1. */ \
    X(MARKED, "marked", "", "", "objects", "bytes", "")                                            \
    /* The program no longer needs object x (nothing moves until a collection). */                 \
    X(DROP, "drop", "", "id", "addr", "", "")                                                      \
    /* The program wrote b over a at address c of object x (a pointer store). */                   \
    X(STORE, "store", "", "id", "old", "new", "address")

enum event_kind {
#define X(NAME, ...) EV_##NAME,
    EVENT_KINDS(X)
#undef X
        EV_COUNT
};

enum { HINT_COUNT = 128, FALLBACK_COUNT = 4 };

/* Go's pages, whatever the hardware's are: spans are made of them, bytes. */
enum { GO_PAGE_SHIFT = 13, GO_PAGE_SIZE = 1 << GO_PAGE_SHIFT };

/* Operations of the program, as scripts and transcripts name them. */
#define OP_CODES(X)                                                                                \
    X(OCCUPY, "occupy")                                                                            \
    X(INIT, "init")                                                                                \
    X(SEED, "seed")                                                                                \
    X(ALLOC, "alloc")                                                                              \
    X(ALLOC_TYPED, "alloc typed")                                                                  \
    X(DROP, "drop")                                                                                \
    X(FILL, "fill")                                                                                \
    X(ROOT, "root")                                                                                \
    X(UNROOT, "unroot")                                                                            \
    X(STORE, "store")                                                                              \
    X(NIL, "nil")                                                                                  \
    X(PRECISE, "precise")                                                                          \
    X(COLLECT, "collect")                                                                          \
    X(COLLECT_LAZY, "collect lazily")                                                              \
    X(SWEEP_ONE, "sweep one")                                                                      \
    X(GOGC, "gogc")                                                                                \
    X(ADVANCE, "advance")                                                                          \
    X(SCAVENGE, "scavenge")                                                                        \
    X(MANUAL, "alloc manual")                                                                      \
    X(FREE_MANUAL, "free manual")                                                                  \
    X(PS, "ps")                                                                                    \
    X(ON, "on")                                                                                    \
    X(INTERLEAVE, "interleave")                                                                    \
    X(NOTE, "note")

enum op_code {
#define X(NAME, text) OP_##NAME,
    OP_CODES(X)
#undef X
        OP_COUNT
};

/* The steps of mallocinit, in the order of the Go source; the texts are for people and lessons.
 * What a, b, c of the STEP event hold stands beside each. */
#define INIT_STEPS(X)                                                                              \
    X(NONE, N_("not started"))                                                                     \
    X(TINY_CLASS, N_("check tiny class"))   /* class, its size, wanted size */                     \
    X(DEFER_SIZES, N_("check defer sizes")) /* number of pools */                                  \
    X(PHYS_PAGE, N_("check physical page")) /* size, smallest allowed */                           \
    X(SIZES, N_("three sizes"))             /* spans bytes, bitmap bytes, arena bytes (64-bit) */  \
    X(HINTS, N_("hint loop"))               /* total bytes asked, first hint, number of hints */   \
    X(FALLBACK, N_("32-bit plan"))          /* start address, image end, program break */          \
    X(BREAK_CHECK, N_("break check"))       /* start wanted, break, start used */                  \
    X(ROUND, N_("round"))                   /* p, p1, bytes left */                                \
    X(LAYOUT, N_("layout"))                 /* spans start, bitmap (its end), arena_end */         \
    X(LAST_CHECK, N_("last check"))         /* arena_start */                                      \
    X(HEAP_INIT, N_("mheap init"))          /* arena_used */                                       \
    X(MCACHE, N_("first mcache"))           /* its record's address */                             \
    X(DONE, N_("done"))                                                                            \
    X(FAILED, N_("failed"))

enum init_step {
#define X(NAME, text) STEP_##NAME,
    INIT_STEPS(X)
#undef X
        STEP_COUNT
};

/* What became of one address asked for. */
enum outcome {
    OUTCOME_UNTRIED,
    OUTCOME_GRANTED,   /* there, and really reserved */
    OUTCOME_CHECKED,   /* there, but only looked at: nothing is reserved */
    OUTCOME_ELSEWHERE, /* the system answered with another address, which is used */
    OUTCOME_REFUSED,
};

#define HEAP_FIELDS(X)                                                                             \
    X(arena_start) X(arena_used) X(arena_alloc) X(arena_end) X(arena_reserved) X(bitmap)           \
        X(bitmap_mapped) X(spans) X(spans_len) X(spans_cap)

enum heap_field {
#define X(name) HEAP_##name,
    HEAP_FIELDS(X)
#undef X
        HEAP_FIELD_COUNT
};

/* Statistics, in the order of the dump's stats line; then those of the mcache. */
#define STATS(X)                                                                                   \
    X(heap_sys) X(heap_idle) X(heap_inuse) X(heap_released) X(heap_objects) X(heap_live)           \
        X(heap_scan) X(tinyallocs) X(stacks_inuse) X(mspan_sys) X(mspan_inuse) X(mcache_sys)       \
            X(gc_sys) X(other_sys) X(pages_in_use) X(pages_swept) X(sweepgen) X(sweepdone)         \
                X(largealloc) X(nlargealloc) X(largefree) X(nlargefree) X(allspans)                \
                    X(local_tinyallocs) X(local_scan)

enum stat_id {
#define X(name) STAT_##name,
    STATS(X)
#undef X
        STAT_COUNT,
    STAT_LOCAL = STAT_local_tinyallocs, /* those of an mcache: from here on, */
    LOCAL_STAT_COUNT = STAT_COUNT - STAT_LOCAL
};

/* What a P may have to wait for, in the order of locking: with one held, only those further down
 * may be taken. The text: whose lock it is. */
#define LOCK_RANKS(X)                                                                              \
    X(WORLD, "the world")            /* that all other P's have stopped, to collect */             \
    X(CENTRAL, "mcentral")           /* one mcentral's lists; the index is its span class */       \
    X(HEAP, "the heap")              /* the heap of pages, and the runtime's own records */        \
    X(SWEEPBUF, "a sweep stack")     /* one sweep stack; the index is its number */                \
    X(GCBITS, "the bit arenas")      /* the arenas of allocation and mark bits */                  \
    X(PERSISTENT, "persistentalloc") /* persistentalloc's chunk */                                 \
    X(OS, "the system")              /* calls to the system, what is known of its space */

enum lock_rank {
#define X(NAME, text) RANK_##NAME,
    LOCK_RANKS(X)
#undef X
        RANK_COUNT
};

#define SPAN_FIELDS(X)                                                                             \
    X(base) X(npages) X(state) X(spanclass) X(elemsize) X(nelems) X(freeindex) X(alloc_count)      \
        X(alloc_cache) X(incache) X(needzero) X(sweepgen) X(limit) X(npreleased) X(unusedsince)

enum span_field {
#define X(name) SPAN_##name,
    SPAN_FIELDS(X)
#undef X
        SPAN_FIELD_COUNT
};

/* mspan states: Go's mSpanState. Dead -> in use (fresh memory) -> free <-> in use | manual;
 * free -> dead when it coalesces into a neighbour. */
enum span_state { SPAN_STATE_DEAD, SPAN_STATE_INUSE, SPAN_STATE_MANUAL, SPAN_STATE_FREE };

enum meta_kind {
    META_CHUNK,    /* 256 KiB from which persistentalloc cuts */
    META_MSPANS,   /* 16 KiB of mspan records */
    META_MCACHES,  /* 16 KiB of mcache records */
    META_TREAP,    /* 16 KiB of treap nodes */
    META_SWEEPBUF, /* spines and blocks of the sweep stacks */
    META_ALLSPANS, /* the allspans array (frees its old self when it grows) */
    META_MARKBITS, /* a 64 KiB arena of allocation and mark bits */
};

enum {
    NUM_SIZE_CLASSES = 67,
    NUM_SPAN_CLASSES = 2 * NUM_SIZE_CLASSES,
    NUM_PAGE_LISTS = 128, /* _MaxMHeapList: 1 << (20 - 13) */
    TINY_SIZE = 16,       /* bytes in a block that tiny objects share: Go weighed 8 (no waste
                             beyond alignment, little sharing) to 32 (twice the risk that one
                             live byte keeps a block) */
    TINY_SIZE_CLASS = 2,
    TINY_SPAN_CLASS = TINY_SIZE_CLASS << 1 | 1, /* tiny objects hold no pointers */
};

/* Lists are numbered so that one field names any of them. */
enum list_base {
    LIST_FREE = 0,                          /* + pages */
    LIST_BUSY = LIST_FREE + NUM_PAGE_LISTS, /* + pages */
    LIST_BUSYLARGE = LIST_BUSY + NUM_PAGE_LISTS,
    LIST_NONEMPTY = LIST_BUSYLARGE + 1,            /* + span class */
    LIST_EMPTY = LIST_NONEMPTY + NUM_SPAN_CLASSES, /* + span class */
    LIST_COUNT = LIST_EMPTY + NUM_SPAN_CLASSES,
    LIST_NOWHERE = 0xffff,
};

/* The ladder: where an allocation found its memory, nearest first. */
enum rung { RUNG_TINY, RUNG_MCACHE, RUNG_MCENTRAL, RUNG_MHEAP, RUNG_OS, RUNG_COUNT };

/* What Go prints when something is wrong, by number. The strings are the runtime's own, since a
 * user will search for them; %x and %d take a, b, c in order. One that ends in a space goes on, in
 * the same line, with the next. THROW_ ones end the run with status 2. */
#define MESSAGES(X)                                                                                \
    X(PAGE_TOO_SMALL, "system page size (%d) is smaller than minimum page size (%d)")              \
    X(PAGE_NOT_POW2, "system page size (%d) must be a power of 2")                                 \
    X(BAD_DEFER_CLASS, "bad defer size class: i=%d siz=%d defersc=%d")                             \
    X(BAD_PAGESIZE, "bad pagesize %x %x start %x")                                                 \
    X(MAP_CONFLICT, "runtime: address space conflict: map(%x) = %x (err %d)")                      \
    X(VIRTUAL_ALLOC, "runtime: VirtualAlloc of %d bytes failed with errno=%d")                     \
    X(VIRTUAL_FREE, "runtime: VirtualFree of %d bytes failed with errno=%d")                       \
    X(HEAP_OOM, "runtime: out of memory: cannot allocate %d-byte block (%d in use)")               \
    X(NOT_USABLE, "runtime: memory allocated by OS (%x) not in usable range [%x,%x)")              \
    X(MMAP_DENIED, "runtime: mmap: access denied")                                                 \
    X(MMAP_LOCKED, "runtime: mmap: too much locked memory (check 'ulimit -l').")                   \
    X(BEFORE_INIT, "runtime: panic before malloc heap initialized")                                \
    X(BAD_POINTER, "runtime: pointer %x to unallocated span idx=%x span.base()=%x ")               \
    X(BAD_POINTER_UNUSED, "runtime: pointer %x to unused region of span idx=%x span.base()=%x ")   \
    X(BAD_POINTER_SPAN, "span.limit=%x span.state=%d")                                             \
    X(BAD_FOUND, "runtime: found in object at *(%x+%x)")                                           \
    X(BAD_OBJECT, "object=%x k=%x s.base()=%x ")                                                   \
    X(BAD_OBJECT_SPAN, "s.limit=%x s.spanclass=%d s.elemsize=%d s.state=_MSpanInUse")              \
    X(BAD_WORD, " *(object+%d) = %x")                                                              \
    X(BAD_WORD_HERE, " *(object+%d) = %x <==")                                                     \
    X(BAD_SKIPPED, " ...")                                                                         \
    X(SWEEP_COUNT, "runtime: nelems=%d nalloc=%d previous allocCount=%d ")                         \
    X(SWEEP_FREED, "nfreed=%d")                                                                    \
    X(THROW_TINY_CLASS, "fatal error: bad TinySizeClass")                                          \
    X(THROW_DEFER_CLASS, "fatal error: bad defer size class")                                      \
    X(THROW_NO_PAGE_SIZE, "fatal error: failed to get system page size")                           \
    X(THROW_PAGE_SIZE, "fatal error: bad system page size")                                        \
    X(THROW_NO_ARENA, "fatal error: runtime: cannot reserve arena virtual address space")          \
    X(THROW_MISROUNDED, "fatal error: misrounded allocation in mallocinit")                        \
    X(THROW_CONFLICT, "fatal error: runtime: address space conflict")                              \
    X(THROW_MAP_FAILED, "fatal error: runtime: cannot map pages in arena address space")           \
    X(THROW_RELEASE, "fatal error: runtime: failed to release pages")                              \
    X(THROW_DECOMMIT, "fatal error: runtime: failed to decommit pages")                            \
    X(THROW_COMMIT, "fatal error: runtime: failed to commit pages")                                \
    X(THROW_RUNTIME_OOM, "fatal error: runtime: out of memory")                                    \
    X(THROW_OOM, "fatal error: out of memory")                                                     \
    X(THROW_METADATA, "fatal error: runtime: cannot allocate memory")                              \
    X(THROW_METADATA_MALLOC, "fatal error: runtime: cannot allocate memory (malloc)")              \
    X(THROW_SWEEP_COUNT, "fatal error: sweep increased allocation count")                          \
    X(THROW_BAD_POINTER,                                                                           \
        "fatal error: found bad pointer in Go heap (incorrect use of unsafe or cgo?)")

enum message {
#define X(NAME, text) MSG_##NAME,
    MESSAGES(X)
#undef X
        MSG_COUNT
};

/* A number that differs when events differ, in kinds, fields or what these may hold: records of two
 * programs mean the same if it is the same. */
uint32_t event_vocabulary(void);

/* The spans that an event changes (their fields, bits, place in a list, tree or mcache), at most 2;
 * returns how many. */
unsigned event_spans(const struct event *ev, uint32_t spans[2]);

/* The names above as text ("" never occurs); out-of-range numbers give "?". */
const char *event_kind_name(unsigned kind);
const char *op_code_name(unsigned op);
const char *init_step_name(unsigned step);
const char *range_state_name(unsigned state);
const char *stat_name(unsigned stat);
const char *span_field_name(unsigned field);
const char *heap_field_name(unsigned field);
const char *lock_rank_name(unsigned rank);

/* The words of a MESSAGE event, without newline. Returns buf. */
char *message_text(const struct event *ev, char *buf, unsigned buf_len);
/* Is it the line's end? Otherwise the next MESSAGE event goes on. */
bool message_ends_line(const struct event *ev);

/* Where events go. emit must not keep the pointer. */
struct sink {
    void (*emit)(struct sink *self, const struct event *ev);
};

#endif
