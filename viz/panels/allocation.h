/*
 * The allocation that a moment belongs to, read from the events around it: what was asked for, and
 * how far down the ladder it has come: tiny block, mcache, mcentral, mheap, the system. Where there
 * are several P's it is that of the P that acts.
 */
#ifndef ARENA_ALLOCATION_H
#define ARENA_ALLOCATION_H

#include "sim/trace/history.h"
#include "viz/ui.h"

struct allocation {
    bool any;        /* there is one: the latest begun, if it is not too long ago */
    bool done;       /* it has its object */
    uint64_t begin;  /* number of its OP_BEGIN event */
    uint64_t object; /* number of its OBJECT event, if done */
    uint64_t addr;   /* of the object, if done */
    uint64_t size;   /* bytes asked for */
    unsigned p;      /* the P that allocates */
    bool tiny;       /* it goes through the tiny allocator */
    bool large;      /* it goes to mheap at once */
    enum rung first; /* the rung it begins at */
    enum rung rung;  /* the lowest it has come to */
};

/* Looks at a bounded number of events. */
struct allocation allocation_at(const struct view *v);

/* The moment just after the next allocation, after the moment shown, that ended at that rung;
 * NO_EVENT if there is none among the events so far. */
uint64_t allocation_next(const struct view *v, enum rung rung);

/* Did it come by that rung? */
bool allocation_passed(const struct allocation *a, enum rung rung);

#endif
