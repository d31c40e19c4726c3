/* Random numbers that are the same on every machine: splitmix64, whose state is one word of any
 * value, so that any seed will do. */
#ifndef ARENA_RANDOM_H
#define ARENA_RANDOM_H

#include <stdint.h>

static inline uint64_t random_u64(uint64_t *state) {
    *state += UINT64_C(0x9e3779b97f4a7c15);
    uint64_t z = *state;
    z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
    z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
    return z ^ (z >> 31);
}

/* 0 .. n - 1; the bias is below 2^-32 for every n below 2^32. n = 0: any. */
static inline uint64_t random_below(uint64_t *state, uint64_t n) {
    uint64_t r = random_u64(state);
    return n ? r % n : r;
}

#endif
