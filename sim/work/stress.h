/*
 * Stress: a heap under real threads, each on a P of its own.
 *
 * Every thread allocates objects of all kinds into slots of its own, and drops what stood there;
 * each object is filled with a pattern that says whose it is. Now and then the world is stopped, a
 * collection marks what the slots hold, and the threads go on sweeping. Held against each other:
 *
 *   fresh memory is zero, and every object is what its owner wrote until it is dropped: nothing is
 *   handed out twice, nothing is freed that lives;
 *   with the world stopped no two objects overlap, and what is marked is what the slots hold;
 *   at the end, what the heap has counted (MemStats) is what the threads have: nothing is lost;
 *   heap_check finds everything as it must be.
 */
#ifndef ARENA_STRESS_H
#define ARENA_STRESS_H

#include "sim/heap/heap.h"

struct stress_options {
    const struct platform *platform;
    unsigned threads;      /* 1 to MAX_PS */
    uint64_t milliseconds; /* to run; 0: no time at all, which still starts and ends everything */
    uint64_t operations;   /* of each thread; 0: as many as the time allows */
    uint64_t seed;
    unsigned slots;        /* objects that each thread keeps; 0: a few thousand */
    uint64_t memory_limit; /* bytes that the simulated system has; 0: no limit */
    bool bare;             /* for measuring: small objects, no patterns */
};

struct stress_result {
    uint64_t nanoseconds; /* that the threads ran, stops included */
    uint64_t allocations, bytes, manual, collections, marked;
    struct lock_count heap_lock, central_locks;
};

/* Runs it on a simulated system, or on the host's where there is none to be had. What is wrong with
 * the heap is a bug, and aborts. False: there is no such system, or Go has ended the program; err
 * says where. */
bool stress_run(
    const struct stress_options *options, struct stress_result *result, struct error *err);

#endif
