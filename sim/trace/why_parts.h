/* What the files of why share: the table's rows, and the occasions that are told apart. Only why*.c
 * include this. */
#ifndef ARENA_WHY_PARTS_H
#define ARENA_WHY_PARTS_H

#include "sim/base/i18n.h"
#include "sim/trace/why.h"

enum { WHY_ANY = -1 };

struct why_row {
    enum event_kind kind;
    int aspect; /* which events of the kind; WHY_ANY: all that no earlier row is for */
    const char *file, *function;
    const char *rule; /* N_() */
};

/* Rows of mallocinit, messages and system calls / of the heap's structures. *count: how many. */
const struct why_row *why_start_rows(size_t *count);
const struct why_row *why_heap_rows(size_t *count);

/* Occasions on which a span's fields change: aspects of SPAN_SET. */
enum why_span {
    WHY_MADE,
    WHY_GROWN,
    WHY_JOINED_BEFORE,
    WHY_JOINED_AFTER,
    WHY_CUT,
    WHY_FREED,
    WHY_TAKEN,
    WHY_GIVEN,
    WHY_MANUAL,
    WHY_RETURNED,
    WHY_LIMIT,
    WHY_SLOTTED,
    WHY_LARGE,
    WHY_ZEROED,
    WHY_CACHED,
    WHY_FULL,
    WHY_UNCACHED,
    WHY_REFILLED,
    WHY_NONE_LEFT,
    WHY_FOUND,
    WHY_CLAIMED,
    WHY_SWEPT,
    WHY_DIRTY,
    WHY_RELEASED,
    WHY_DEAD,
};

/* Aspects of HEAP_SET: the field; or, where a field is set once, the field plus the first of these;
 * or any field, when mallocinit lays the reservation out. */
enum { WHY_SET_ONCE = 100, WHY_LAID_OUT = 200 };

/* Aspects of BITS. */
enum why_bits { WHY_BITS_TURNED, WHY_BITS_MARKED, WHY_BITS_FORGOTTEN };

#endif
