/* Why, in the heap: spans, slots, lists, the treap, caches, the bitmap, marking and sweeping. See
 * why.h. */
#include "sim/trace/why_parts.h"

#define MALLOC   "sim/heap/malloc.c"
#define MHEAP    "sim/heap/mheap.c"
#define MCENTRAL "sim/heap/mcentral.c"
#define MCACHE   "sim/heap/mcache.c"
#define MSPAN    "sim/heap/mspan.c"
#define MARK     "sim/heap/mark.c"
#define SWEEP    "sim/heap/sweep.c"
#define SCHED    "sim/heap/sched.c"
#define TREAP    "sim/heap/treap.c"

/* Rules that several rows have. */
#define JOINED                                                                                     \
    N_("Free neighbours become one span, so that long runs come back. A page's number finds its "  \
       "neighbour in the spans table: no searching.")

static const struct why_row rows[] = {
    /* --- Spans --- */
    {EV_SPAN_BORN, WHY_ANY, MSPAN, "record_span",
        N_("A run of pages is described by a record, an mspan. Records are never given back: when "
           "a "
           "span dies, the next one gets its record.")},
    {EV_SPAN_SET, WHY_MADE, MSPAN, "mspan_alloc",
        N_("A record that may have been another span's starts from nothing. What it does not need "
           "before it is used, Go leaves as it was.")},
    {EV_SPAN_SET, WHY_GROWN, MHEAP, "grow",
        N_("Fresh pages become a span that counts as in use, and is freed at once: that way it "
           "joins free neighbours like any other.")},
    {EV_SPAN_SET, WHY_JOINED_BEFORE, MHEAP, "join_before", JOINED},
    {EV_SPAN_SET, WHY_JOINED_AFTER, MHEAP, "join_after", JOINED},
    {EV_SPAN_SET, WHY_CUT, MHEAP, "trim",
        N_("A span that is longer than needed is cut, and the rest stays free. Meanwhile both "
           "count as managed by hand, so that the two do not join again.")},
    {EV_SPAN_SET, WHY_FREED, MHEAP, "free_span",
        N_("Pages without objects go back to the heap of pages, where any span class can have "
           "them. "
           "Since when they are unused is noted for the scavenger.")},
    {EV_SPAN_SET, WHY_TAKEN, MHEAP, "alloc_span",
        N_("Whatever was free and is taken is no longer unused or released: the scavenger must not "
           "touch it.")},
    {EV_SPAN_SET, WHY_GIVEN, MHEAP, "alloc_inuse",
        N_("All objects of a span have one size and either all may hold pointers or none. So one "
           "record describes them, and none needs a header.")},
    {EV_SPAN_SET, WHY_MANUAL, MHEAP, "alloc_manual",
        N_("A part of the runtime manages these pages by itself. They hold no objects, and the "
           "collector passes them over.")},
    {EV_SPAN_SET, WHY_RETURNED, MHEAP, "free_manual",
        N_("What was written to these pages is still there: they have to be zeroed before an "
           "object "
           "gets them.")},
    {EV_SPAN_SET, WHY_LIMIT, MCENTRAL, "mcentral_grow",
        N_("The pages are cut into slots of one size. What is left at the end is too small for "
           "another one, and lost.")},
    {EV_SPAN_SET, WHY_SLOTTED, MSPAN, "mspan_init_slots",
        N_("In a fresh span every slot is free: freeindex is 0, and all bits of allocCache are "
           "1.")},
    {EV_SPAN_SET, WHY_LARGE, MALLOC, "alloc_large",
        N_("An object over 32 KiB has a span of its own, of as many pages as it needs. Its one "
           "slot "
           "is taken at once.")},
    {EV_SPAN_SET, WHY_ZEROED, MHEAP, "mheap_alloc",
        N_("Go promises zeroed objects. Pages fresh from the system are zero already; only pages "
           "used before are cleared, and the span remembers which it is.")},
    {EV_SPAN_SET, WHY_CACHED, MCENTRAL, "mcentral_cache_span",
        N_("A span that an mcache holds belongs to one P: nobody else allocates from it or sweeps "
           "it, so it needs no lock.")},
    {EV_SPAN_SET, WHY_FULL, MCACHE, "mcache_refill",
        N_("A full span is of no use to the mcache. It lets go of it; mcentral knows it as one "
           "without free slots already.")},
    {EV_SPAN_SET, WHY_UNCACHED, MCENTRAL, "mcentral_uncache_span",
        N_("Before sweeping can begin every mcache gives its spans up: they must be swept before "
           "anyone allocates from them again.")},
    {EV_SPAN_SET, WHY_REFILLED, MSPAN, "mspan_refill_cache",
        N_("allocCache holds 64 allocation bits, inverted, so that the next free slot is the "
           "lowest "
           "1. It is shifted along as slots go, and filled again from the bits.")},
    {EV_SPAN_SET, WHY_NONE_LEFT, MSPAN, "none_left",
        N_("There is no free slot behind freeindex: it moves to the end, and the span is full.")},
    {EV_SPAN_SET, WHY_FOUND, MCENTRAL, "find_span",
        N_("Sweeping has freed a slot. freeindex goes there, since everything before it is "
           "taken.")},
    {EV_SPAN_SET, WHY_CLAIMED, SWEEP, "sweep_claim",
        N_("Whoever wants to sweep a span first moves its sweepgen from two behind the heap's to "
           "one behind, atomically. Only one can succeed.")},
    {EV_SPAN_SET, WHY_SWEPT, SWEEP, "mspan_sweep",
        N_("Slots without a mark are free again, without being touched: the marks simply become "
           "the "
           "allocation bits. sweepgen then says that the span is swept.")},
    {EV_SPAN_SET, WHY_DIRTY, MCENTRAL, "mcentral_free_span",
        N_("The freed slots still hold what was written to them: they have to be zeroed before "
           "they "
           "are handed out again.")},
    {EV_SPAN_SET, WHY_RELEASED, "sim/heap/scavenge.c", "release",
        N_("What has been free for long takes memory for nothing. It goes back to the system, as "
           "far as whole physical pages fit in.")},
    {EV_SPAN_SET, WHY_DEAD, MSPAN, "mspan_dead",
        N_("The span was taken in by its neighbour. Its record waits for the next span.")},
    {EV_PAGES, WHY_ANY, MHEAP, "table_set",
        N_("From any address to its span in one step: subtract, shift, look up. Free spans only "
           "need entries at their ends, where neighbours look.")},

    /* --- Slots and objects --- */
    {EV_SLOT, WHY_ANY, "sim/heap/heap_internal.h", "take_slot",
        N_("The next free slot is the lowest 1 in allocCache, found by one instruction. freeindex "
           "goes past it, so slots are handed out in the order of their addresses.")},
    {EV_OBJECT, RUNG_TINY, MALLOC, "alloc_tiny",
        N_("Small pointer-free objects share a block of 16 bytes: most are strings and numbers "
           "that "
           "live about as long. The block is free only when all of them are garbage.")},
    {EV_OBJECT, RUNG_MCACHE, MALLOC, "next_slot",
        N_("The mcache had a span with a free slot of this class. No lock, no list, no search: "
           "this "
           "is how almost all allocations go.")},
    {EV_OBJECT, RUNG_MCENTRAL, MCENTRAL, "mcentral_cache_span",
        N_("The mcache's span was full. mcentral had another with free slots, after sweeping if "
           "need be: it serves many allocations to come.")},
    {EV_OBJECT, RUNG_MHEAP, MHEAP, "mheap_alloc",
        N_("No span of this class had room, or the object is large. The mheap found free pages, "
           "the "
           "shortest run that is long enough.")},
    {EV_OBJECT, WHY_ANY, MHEAP, "grow",
        N_("No free run of pages was long enough. The arena grew, by 1 MiB at least, so that the "
           "system is not asked again soon.")},
    {EV_DROP, WHY_ANY, "sim/work/program.c", "do_drop",
        N_("Being garbage changes nothing in the heap. The memory stays taken until a collection "
           "finds that nothing points to it.")},
    {EV_STORE, WHY_ANY, "sim/work/program.c", "do_store",
        N_("A pointer is a word like any other. That it is one, the collector knows from the "
           "bitmap "
           "alone.")},
    {EV_BITMAP, WHY_ANY, "sim/heap/mbitmap.c", "put_bytes",
        N_("Two bits for each word: is it a pointer, and does anything behind it matter to the "
           "collector? Beside the arena, not in it, so that objects stay clean.")},
    {EV_TINY, 0, MCACHE, "mcache_release_all",
        N_("A collection may free the tiny block, so no more objects may be put into it.")},
    {EV_TINY, WHY_ANY, MALLOC, "alloc_tiny",
        N_("The offset moves on, aligned as the object's size suggests. Of two blocks the one with "
           "more room left is kept.")},

    /* --- Lists, treap, caches --- */
    {EV_LIST_PUSH, LIST_FREE, MSPAN, "mspan_list_insert",
        N_("Free spans below 128 pages wait in a list for their length, so that a fit is found "
           "without searching.")},
    {EV_LIST_PUSH, LIST_BUSY, MSPAN, "mspan_list_insert_back",
        N_("Large objects' spans stand in lists by length, swept ones at the end: before the heap "
           "grows, those in front are swept.")},
    {EV_LIST_PUSH, LIST_NONEMPTY, MSPAN, "mspan_list_insert",
        N_("mcentral keeps spans with a free slot apart, so that an mcache gets one without "
           "searching.")},
    {EV_LIST_PUSH, LIST_EMPTY, MSPAN, "mspan_list_insert_back",
        N_("mcentral keeps spans without free slots, and those that an mcache holds. Swept ones "
           "stand at the end: in front there may be some to sweep.")},
    {EV_LIST_DROP, WHY_ANY, MSPAN, "mspan_list_remove",
        N_("A span is in one list at most. It leaves before it is taken, joined, or moved to "
           "another one; links both ways make that one step.")},
    {EV_TREAP_LEAF, WHY_ANY, TREAP, "treap_insert",
        N_("Free spans of 128 pages and more stand in a tree, by length and then address: the best "
           "fit is found in few steps. A random priority is to keep it balanced.")},
    {EV_TREAP_TURN, 0, TREAP, "rotate_left",
        N_("A node with a smaller priority moves up. Turning changes heights and keeps the order, "
           "so random priorities make a tree that is rarely deep.")},
    {EV_TREAP_TURN, WHY_ANY, TREAP, "rotate_right",
        N_("A node with a smaller priority moves up. Turning changes heights and keeps the order, "
           "so random priorities make a tree that is rarely deep.")},
    {EV_TREAP_CUT, WHY_ANY, TREAP, "remove_node",
        N_("A node is turned down until it is a leaf, and taken off: nothing else has to move.")},
    {EV_CACHE, 0, MCACHE, "mcache_release_all",
        N_("After marking, every mcache gives up its spans. They are swept before anyone allocates "
           "from them again.")},
    {EV_CACHE, WHY_ANY, MCACHE, "mcache_refill",
        N_("The mcache holds one span for each span class. When that is full, another takes its "
           "place, and serves without locks until it is full too.")},
    {EV_NMALLOC, WHY_ANY, MCENTRAL, "nmalloc_add",
        N_("Counting each object would cost on every allocation. A span counts as used up when an "
           "mcache takes it, and what is left over is subtracted later.")},
    {EV_P_BORN, WHY_ANY, "sim/heap/threads.c", "add_p",
        N_("Every P has its own mcache: threads that allocate small objects never meet.")},

    /* --- P's at the same time --- */
    {EV_SWITCH, WHY_ANY, "sim/heap/emit.c", "send",
        N_("Several P's are at work, and a step of one comes between steps of another. In which "
           "order is drawn, from a seed, so that the same run can be had again.")},
    {EV_WAIT, RANK_WORLD, SCHED, "heap_stop_world",
        N_("Marking must see pointers that nobody changes meanwhile. So everybody finishes what "
           "they are at, and begins nothing new.")},
    {EV_WAIT, WHY_ANY, SCHED, "wait_for",
        N_("What a lock guards only one P may change at a time. mcaches need none; on every rung "
           "above, P's can meet.")},
    {EV_GOT, RANK_WORLD, SCHED, "heap_stop_world",
        N_("Nobody else is inside the heap any more: it can be collected, or changed as a whole.")},
    {EV_GOT, WHY_ANY, SCHED, "sched_unlock",
        N_("The lock is free again. One of those who waited gets it, and finds whatever the holder "
           "left.")},

    /* --- Collecting --- */
    {EV_BITS, WHY_BITS_MARKED, MARK, "shade",
        N_("A mark is one bit beside the heap, not in the object: marking writes to little memory, "
           "and sweeping needs no look at objects.")},
    {EV_BITS, WHY_BITS_TURNED, SWEEP, "turn_bits",
        N_("What is marked is what is allocated. So the mark bits become the allocation bits, and "
           "the next collection gets fresh ones.")},
    {EV_BITS, WHY_ANY, MSPAN, "mspan_forget_bits",
        N_("A span that goes back to the heap has no slots any more. Its bits are left behind, and "
           "used again two collections later.")},
    {EV_GREY, WHY_ANY, MARK, "shade",
        N_("Grey: known to be live, its own pointers not followed yet. Without pointers it need "
           "not "
           "be looked into, and is done.")},
    {EV_BLACK, WHY_ANY, MARK, "blacken",
        N_("Black: everything that it points to is marked. When nothing is grey any more, whatever "
           "is not marked cannot be reached.")},
    {EV_MARKED, WHY_ANY, MARK, "gc_end",
        N_("All that is live is marked. Two more on sweepgen make every span in the heap one to be "
           "swept, without touching any.")},

    /* --- Statistics --- */
    {EV_STAT_ADD, STAT_heap_live, "sim/heap/emit.c", "stat_add",
        N_("heap_live decides when the next collection begins. It counts a span as full once an "
           "mcache has it: cheaper than counting objects.")},
    {EV_STAT_ADD, STAT_sweepgen, "sim/heap/emit.c", "stat_add",
        N_("Two more on the heap's sweepgen, and every span is one to be swept: no need to visit "
           "them.")},
    {EV_STAT_ADD, STAT_sweepdone, SWEEP, "sweep_one",
        N_("The stack of spans to be swept is empty. Nobody has to sweep before allocating, until "
           "the next collection.")},
    {EV_STAT_ADD, STAT_local_tinyallocs, "sim/heap/heap_internal.h", "local_add",
        N_("Each P counts for itself, without a lock. The sums are made now and then.")},
    {EV_STAT_ADD, STAT_local_scan, "sim/heap/heap_internal.h", "local_add",
        N_("Each P counts for itself, without a lock. The sums are made now and then.")},
    {EV_STAT_ADD, WHY_ANY, "sim/heap/emit.c", "stat_add",
        N_("These counts are what a Go program reads in runtime.MemStats, and what decides when to "
           "collect.")},
};

const struct why_row *why_heap_rows(size_t *count) {
    *count = ARRAY_LEN(rows);
    return rows;
}
