/* Operations drawn at random from a seed: objects of all sizes with and without pointers, stores,
 * collections, spans managed by hand. Not all make sense: a program refuses some. */
#ifndef ARENA_TESTS_RANDOM_OPS_H
#define ARENA_TESTS_RANDOM_OPS_H

#include "sim/work/op.h"

struct random_ops {
    uint64_t state;    /* of the generator; not 0 */
    unsigned ptr_size; /* bytes */
    uint8_t mask[16];  /* of the typed object drawn last */
};

/* A number below n. */
uint64_t random_below(struct random_ops *r, uint64_t n);
/* The next operation; neither init nor anything that comes before it. */
void random_op(struct random_ops *r, struct op *op);

#endif
