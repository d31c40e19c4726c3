/* What the files that know names share: values, and the groups that bare names open. */
#ifndef ARENA_NAMES_PARTS_H
#define ARENA_NAMES_PARTS_H

#include "sim/lesson/names.h"

static inline struct value value_of(enum value_kind kind, uint64_t n) {
    return (struct value){.kind = kind, .n = (int64_t)n};
}

static inline struct value bytes(uint64_t n) {
    return value_of(VALUE_BYTES, n);
}

static inline struct value count(uint64_t n) {
    return value_of(VALUE_COUNT, n);
}

static inline struct value address(uint64_t n) {
    return value_of(VALUE_ADDRESS, n);
}

static inline struct value truth(bool yes) {
    return value_of(VALUE_TRUTH, yes);
}

/* What stands before a dot and is no thing of the heap (heap.live): a value's number. */
enum group {
    GROUP_HEAP,
    GROUP_LADDER,
    GROUP_CALLS,
    GROUP_FREE,
    GROUP_TREAP,
    GROUP_SYS,
    GROUP_TINY
};

#endif
