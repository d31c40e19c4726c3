/*
 * The life of the object that is pointed at or pinned, as the recording tells it: when it came, was
 * touched and went, which tiny objects share its block, what it points to.
 *
 * Looking it up takes up to milliseconds in a long run, so the app keeps the answer and asks again
 * when the thing or the moment is another.
 */
#ifndef ARENA_LIFE_H
#define ARENA_LIFE_H

#include "sim/trace/history.h"
#include "viz/ui.h"

enum { LIFE_NEIGHBOURS = 6, LIFE_POINTERS = 6 };

struct life {
    struct thing thing; /* what it is the answer for, at that moment of a run that long */
    uint64_t at, count;
    bool any; /* some object holds the address, or did */
    struct object_life object;
    bool holds; /* ... and it does at this moment */
    /* Other objects in the same tiny block, latest first. */
    struct {
        uint64_t addr, size;
        uint32_t id;
        uint64_t born; /* event number */
    } neighbours[LIFE_NEIGHBOURS];
    int neighbour_count;
    /* Pointers that the program stored in it and that still stand, latest first. */
    struct {
        uint64_t addr, target;
    } pointers[LIFE_POINTERS];
    int pointer_count;
};

/* Looks it up anew if *l is not about that; THING_SLOT, THING_WORD and OBJECT events have a life.
 */
void life_update(struct life *l, const struct view *v, struct thing thing);

#endif
