/*
 * A clerk: a thread that takes work off another one. The work is pieces with numbers, done one
 * after the other, in order. One thread gives it (and waits for it, and frees the clerk).
 *
 * What the work writes is the clerk's from clerk_give until clerk_wait.
 */
#ifndef ARENA_CLERK_H
#define ARENA_CLERK_H

#include "sim/base/base.h"

struct clerk;

/* The thread begins with the first piece. Where there can be none, whoever gives a piece does it.
 */
struct clerk *clerk_new(void (*work)(void *arg, uint64_t piece), void *arg);
/* Waits for what was given. NULL is allowed. */
void clerk_free(struct clerk *c);

/* Another piece: number 0 the first time, 1 the second. */
void clerk_give(struct clerk *c);
/* If more than `most` of the pieces given are not done: until all but the last `left` are. */
void clerk_wait(struct clerk *c, uint64_t most, uint64_t left);

#endif
