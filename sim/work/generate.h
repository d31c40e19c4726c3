/*
 * Programs made up at random: a world and a stream of operations, all of it from one 64-bit seed.
 *
 * Each program has a mood of its own (what it does most, how large its objects are, how many it
 * keeps), so that corners are reached which an average never reaches. Faults are in the world:
 * taken hints, limits on address space and memory, a program break in the way, a kernel that
 * answers elsewhere, odd page sizes; or in the operations: sizes that cannot be had.
 *
 * Operations are drawn with the program's objects in view (legal.h), but not all are legal.
 */
#ifndef ARENA_GENERATE_H
#define ARENA_GENERATE_H

#include "sim/work/legal.h"
#include "sim/work/session.h"

struct generator;

/* platform: NULL for any. */
struct generator *generator_new(uint64_t seed, const struct platform *platform);
void generator_free(struct generator *g);

/* The world of the program, simulated. The generator's. */
const struct environment *generator_env(const struct generator *g);
/* How many operations to draw. */
uint64_t generator_length(const struct generator *g);
/* The next operation of the program whose objects l knows. op->mask is good until the next one. */
void generator_next(struct generator *g, const struct legal *l, struct op *op);

#endif
