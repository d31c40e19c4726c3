/*
 * Things: whatever in a run has a place in the picture and can be named: hovered, pinned, searched
 * for, pointed at in a lesson. A thing is a name, not a copy: what it looks like now the replica
 * tells.
 */
#ifndef ARENA_THING_H
#define ARENA_THING_H

#include <stdbool.h>
#include <stdint.h>

/* Something that can be hovered and pinned, and that lights up wherever it is drawn. */
enum thing_kind {
    THING_NONE,
    THING_HINT,     /* index: 0..127 */
    THING_FALLBACK, /* index: 0..3 */
    THING_STEP,     /* index: enum init_step */
    THING_REGION,   /* index: enum region */
    THING_RANGE,    /* addr, size: a piece of the address space */
    THING_PAGE,     /* addr: a page of the arena; index: its span's handle or 0 */
    THING_SLOT,     /* addr: an object's slot; index: its span's handle; size: bytes */
    THING_WORD,     /* addr: a word of an object; index: the span's handle */
    THING_EVENT,    /* index: event number */
    THING_ENTRY,    /* addr: an entry of the spans table; index: its page, from arena_start; size */
    THING_BITMAP_BYTE, /* addr: a byte of the heap bitmap; index: its number, see replica_bitmap */
    THING_RECORD,      /* addr: an mspan record; index: the span's handle; size: bytes */
    THING_MCACHE,      /* addr: an mcache record; index: the P; size: bytes */
    THING_META,        /* addr, size: memory that the runtime keeps for itself; index: in r->meta */
};

enum region { REGION_SPANS, REGION_BITMAP, REGION_ARENA };

struct thing {
    enum thing_kind kind;
    uint64_t index;
    uint64_t addr;
    uint64_t size;
};

static inline bool thing_same(struct thing a, struct thing b) {
    return a.kind == b.kind && a.index == b.index && a.addr == b.addr;
}

#endif
