/*
 * The fault provider: another provider of which one call fails, the n-th of its kind, or every one
 * from the n-th on. What fails is not passed on, so that the space is as if it had never been
 * asked.
 *
 *   reserve, map, alloc     answer no address, and an errno
 *   free, unused, used      are not done, and answer an errno
 *   brk                     answers 0, as where the system tells no break
 *   resident                cannot be told
 *   occupy                  answers an errno
 *
 * Everything else is the other provider's.
 */
#ifndef ARENA_FAULT_H
#define ARENA_FAULT_H

#include "sim/os/os.h"

enum fault_call {
    FAULT_RESERVE,
    FAULT_MAP,
    FAULT_ALLOC,
    FAULT_FREE,
    FAULT_UNUSED,
    FAULT_USED,
    FAULT_BRK,
    FAULT_RESIDENT,
    FAULT_OCCUPY,
    FAULT_CALLS
};

struct fault {
    enum fault_call call;
    uint64_t nth;  /* from 1; 0: never */
    bool for_good; /* and every one after it */
    int err;       /* the platform's; 0: its ENOMEM */
};

/* other belongs to it from now on. */
struct os *os_fault_new(struct os *other, const struct fault *fault);

/* Calls of the fault's kind so far, with those that failed. */
uint64_t os_fault_calls(const struct os *os);

/* "reserve", "map" and so on; NULL past the last. */
const char *fault_call_name(unsigned call);

#endif
