/* Recordings to test with. */
#ifndef ARENA_TESTS_RANDOM_RECORDING_H
#define ARENA_TESTS_RANDOM_RECORDING_H

#include "sim/trace/recording.h"

/* A random program of n operations (random_ops.h) on the platform, recorded. The caller's. */
struct recording *random_recording(const char *platform, unsigned n, uint64_t seed);

#endif
