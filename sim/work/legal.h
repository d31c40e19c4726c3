/*
 * What a program written in Go can do, and what not: follow a pointer to memory that is gone. The
 * heap may rely on that, and operations drawn at random, or with some of them left out, do not keep
 * to it by themselves.
 *
 * Legal runs operations on a program, keeping track of which object points to which:
 *   - before an object is dropped or replaced, the pointers to it become nil;
 *   - an object filled with garbage keeps no pointers, so while collections follow pointers none
 *     that has any is filled, and those that were are dropped before;
 *   - nothing points into manually managed spans, and they are freed, not dropped;
 *   - what the program would refuse (an unknown object, a word outside it) is left out.
 *
 * Since it knows the pointers it also knows what a collection that follows them must leave, and
 * what not; anything else is a bug of marking, and aborts.
 */
#ifndef ARENA_LEGAL_H
#define ARENA_LEGAL_H

#include "sim/work/program.h"

struct legal;

struct legal_object {
    uint32_t id;
    uint64_t size; /* bytes */
    bool manual, root;
};

/* p stays the caller's. */
struct legal *legal_new(struct program *p, unsigned ptr_size);
void legal_free(struct legal *l);

/* Who wants to hear of each operation just before it runs; may be NULL. */
typedef void legal_listener(void *arg, const struct op *op);
void legal_listen(struct legal *l, legal_listener *listener, void *arg);

/* Runs op behind what must come first. False if it is left out. */
bool legal_run(struct legal *l, const struct op *op);

/* The objects there are, in no order. */
size_t legal_count(const struct legal *l);
struct legal_object legal_object(const struct legal *l, size_t i);
/* Bytes of all of them. */
uint64_t legal_bytes(const struct legal *l);

#endif
