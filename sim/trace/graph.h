/*
 * The graph of the program's objects, as a recording tells of it: which object points to which,
 * what the roots are, what they reach and why.
 *
 * A replica knows no object's contents, but the recording has every pointer that the program ever
 * stored. The graph is built by one pass over the events, in steps; it keeps when each object was
 * born and each pointer stored, so that it answers for every moment up to where the pass has come.
 * The replica of that moment, given with each question, tells what slots and pointer bits there
 * are: the collector's own rules (sim/heap/mark.c) are followed, and what is reachable from the
 * roots is what a collection in `precise` mode would mark.
 *
 * Where the program did not ask for that mode, nothing is followed: each object not dropped is kept
 * by the program itself, and is a root here.
 *
 * Moments are numbers of applied events. Addresses are of objects' slots unless it says otherwise.
 */
#ifndef ARENA_GRAPH_H
#define ARENA_GRAPH_H

#include "sim/trace/recording.h"

struct graph;

/* More than that, and there is no graph: graph_too_large. */
enum { GRAPH_MOST_OBJECTS = 1 << 21, GRAPH_MOST_STORES = 1 << 22 };

/* ptr_size: bytes of a pointer of the platform. The recording is the caller's and outlives it. */
struct graph *graph_new(const struct recording *rec, unsigned ptr_size);
void graph_free(struct graph *g);
/* Looks at up to `most` events that it has not seen. True: it knows all up to moment seq. */
bool graph_build(struct graph *g, uint64_t seq, uint64_t most);
/* The moment that it knows all up to. */
uint64_t graph_seen(const struct graph *g);
/* The run made more objects, or stored more pointers, than fit. */
bool graph_too_large(const struct graph *g);

/* A pointer: the word that holds it, its value, and the slots that these lie in. */
struct pointer {
    uint64_t from, word, to, value;
};

/* The slot that addr points into, as a collector finds it: in use and allocated; else false.
 * size: bytes. */
bool graph_slot(const struct replica *r, uint64_t addr, uint64_t *base, uint64_t *size);

/* The pointers out of the object in the slot at base, or to it, at moment r->seq: at most `most`.
 * Returns how many there are in all. */
size_t graph_out(const struct graph *g, const struct replica *r, uint64_t base, struct pointer *out,
    size_t most);
size_t graph_in(const struct graph *g, const struct replica *r, uint64_t base, struct pointer *out,
    size_t most);

/* --- Reaching --- */

/* What is reachable, nearest first. */
struct reach;
enum { REACH_MOST = 1 << 20 };

/* From the object in the slot at `from`, or from the roots (0). The caller's. */
struct reach *graph_reach(const struct graph *g, const struct replica *r, uint64_t from);
void reach_free(struct reach *reach);
uint64_t reach_objects(const struct reach *reach);
uint64_t reach_bytes(const struct reach *reach);
/* Roots (or 1) that it began from. */
uint64_t reach_roots(const struct reach *reach);
/* There is more than REACH_MOST objects: the rest is not looked at. */
bool reach_cut(const struct reach *reach);
bool reach_has(const struct reach *reach, uint64_t base);
/* Slots that begin in [lo, hi), and their bytes. */
uint64_t reach_count(const struct reach *reach, uint64_t lo, uint64_t hi, uint64_t *bytes);
/* One shortest way from a root to the slot at base: fills path with at most `most` slots, the last
 * ones of it if it is longer, and returns its length; 0: not reached. */
size_t reach_path(const struct reach *reach, uint64_t base, uint64_t *path, size_t most);

#endif
