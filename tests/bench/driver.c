/*
 * The workloads of `make bench`; see driver.h.
 *
 *   driver churn SIZE SLOTS  one of the slots, by lot, gets a new object, its old one is dropped.
 *                            SIZE 0: mixed, 9 to 2,048 bytes, each power of two as likely as the
 *                            next, and each size between two of them
 *   driver trees             binary trees of two-pointer nodes: small ones come and go while a
 * large one stays driver threads N         after Larson and Krishnan: each of N threads replaces
 * objects of 8 to 1,000 bytes, 5,000 slots each; now and then its thread ends, and a new one goes
 * on with what it left driver replay FILE       allocations and drops of a real program, over and
 * over; bench.c wrote them into the file
 */
#include "tests/bench/driver.h"

#include <inttypes.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>

enum {
    LARGE_DEPTH = 18, /* of the tree that stays: 2^19 - 1 nodes */
    SMALL_DEPTH = 10,
    THREAD_SLOTS = 5000,
    THREAD_LEAST = 8,
    THREAD_MOST = 1000,
    THREAD_LIFE = 200000, /* operations */
    THREAD_LIVES = 5,
};

#define POINTERS_FLAG (1u << 31)           /* in a replayed size */
#define WARM_BYTES    ((uint64_t)32 << 20) /* at least so much is allocated, */
#define MEASURED_NS   UINT64_C(150000000)  /* before so long is measured */
#define SEED          UINT64_C(88172645463325252)

static struct roots roots[MOST_THREADS];

/* --- Randomness and clocks --- */

static inline uint64_t next_random(uint64_t *x) {
    *x ^= *x << 13;
    *x ^= *x >> 7;
    *x ^= *x << 17;
    return *x;
}

static uint64_t clock_ns(clockid_t clock) {
    struct timespec t;
    clock_gettime(clock, &t);
    return (uint64_t)t.tv_sec * 1000000000u + (uint64_t)t.tv_nsec;
}

static uint64_t peak_bytes(void) {
    struct rusage usage;
    getrusage(RUSAGE_SELF, &usage);
    return (uint64_t)usage.ru_maxrss << 10;
}

struct measure {
    uint64_t ops, wall, cpu, live, base;
};

static void begin(struct measure *m) {
    m->ops = 0;
    m->cpu = clock_ns(CLOCK_PROCESS_CPUTIME_ID);
    m->wall = clock_ns(CLOCK_MONOTONIC);
}

static bool enough(const struct measure *m) {
    return clock_ns(CLOCK_MONOTONIC) - m->wall >= MEASURED_NS;
}

static void finish(const struct measure *m) {
    uint64_t wall = clock_ns(CLOCK_MONOTONIC) - m->wall;
    uint64_t cpu = clock_ns(CLOCK_PROCESS_CPUTIME_ID) - m->cpu;
    double ops = (double)m->ops;
    printf("%.3f %.3f %" PRIu64 " %" PRIu64 " %" PRIu64 " %" PRIu64 "\n", (double)wall / ops,
        (double)cpu / ops, m->live, peak_bytes() - m->base, allocator_collections(), m->ops);
}

/* --- Churn --- */

/* 9 to 2,048 bytes from random bits; 383 on average. */
static inline size_t mixed_size(uint64_t bits) {
    size_t half = (size_t)8 << (bits >> 61);
    return half + 1 + ((bits >> 32) & (half - 1));
}

struct churn {
    void **slots;
    size_t count, size; /* slots: a power of two; bytes, 0: mixed */
    uint64_t random;
};

static void *new_object(const struct churn *c, uint64_t bits) {
    return allocator_new(0, c->size ? c->size : mixed_size(bits), KIND_BYTES);
}

static void churn(struct churn *c, uint64_t ops) {
    for (uint64_t i = 0; i < ops; i++) {
        uint64_t bits = next_random(&c->random);
        void **slot = &c->slots[bits & (c->count - 1)];
        allocator_drop(*slot);
        *slot = NULL;
        uint64_t *fresh = new_object(c, bits);
        *fresh = bits;
        *slot = fresh;
    }
}

static void run_churn(struct measure *m, size_t size, size_t count) {
    enum { BATCH = 16384 };
    const size_t mean = size ? size : 383;
    struct churn c = {
        .slots = calloc(count, sizeof(void *)), .count = count, .size = size, .random = SEED};
    roots[0] = (struct roots){c.slots, count};
    for (size_t i = 0; i < count; i++)
        c.slots[i] = new_object(&c, next_random(&c.random));
    churn(&c, WARM_BYTES / mean + 4 * count);
    m->live = count * mean;
    for (begin(m); !enough(m); m->ops += BATCH)
        churn(&c, BATCH);
    finish(m);
}

/* --- Trees --- */

struct node {
    struct node *left, *right;
};

static struct node *new_node(void) {
    return allocator_new(0, sizeof(struct node), KIND_POINTERS);
}

/* Down from a node that is reachable already. */
static void grow(struct node *n, unsigned depth) {
    if (depth == 0)
        return;
    n->left = new_node();
    n->right = new_node();
    grow(n->left, depth - 1);
    grow(n->right, depth - 1);
}

static void fell(struct node *n) {
    if (!n)
        return;
    fell(n->left);
    fell(n->right);
    allocator_drop(n);
}

static uint64_t count(const struct node *n) {
    return n ? 1 + count(n->left) + count(n->right) : 0;
}

static uint64_t plant(void **slot, unsigned depth) {
    struct node *n = new_node();
    *slot = n;
    grow(n, depth);
    return count(n);
}

static void replant(void **slot, unsigned depth, struct measure *m) {
    if (allocator_frees())
        fell(*slot);
    *slot = NULL;
    m->ops += plant(slot, depth);
}

static void run_trees(struct measure *m) {
    void *trees[2] = {NULL, NULL};
    roots[0] = (struct roots){trees, 2};
    m->live = plant(&trees[0], LARGE_DEPTH) * sizeof(struct node);
    for (m->ops = 0; m->ops * sizeof(struct node) < WARM_BYTES;)
        replant(&trees[1], SMALL_DEPTH, m);
    for (begin(m); !enough(m);)
        replant(&trees[1], SMALL_DEPTH, m);
    finish(m);
}

/* --- Threads --- */

struct chain {
    unsigned number;
    uint64_t random;
    pthread_t thread;
    pthread_barrier_t *start;
};

static void *live_once(void *arg) {
    struct chain *c = arg;
    struct roots *r = &roots[c->number];
    uint64_t random = c->random; /* other threads' stand beside it in memory */
    allocator_enter(c->number);
    for (unsigned i = 0; i < THREAD_LIFE; i++) {
        uint64_t bits = next_random(&random);
        void **slot = &r->slots[(bits >> 20) % THREAD_SLOTS];
        allocator_drop(*slot);
        *slot = NULL;
        size_t size = THREAD_LEAST + (bits >> 40) % (THREAD_MOST - THREAD_LEAST + 1);
        uint64_t *fresh = allocator_new(c->number, size, KIND_BYTES);
        *fresh = bits;
        *slot = fresh;
    }
    allocator_leave(c->number);
    c->random = random;
    return NULL;
}

static void live(struct chain *c) {
    pthread_t thread;
    if (pthread_create(&thread, NULL, live_once, c) != 0)
        abort();
    pthread_join(thread, NULL);
}

/* One life to warm up, the others are measured. */
static void *live_on(void *arg) {
    struct chain *c = arg;
    live(c);
    pthread_barrier_wait(c->start);
    for (unsigned i = 0; i < THREAD_LIVES; i++)
        live(c);
    return NULL;
}

static void run_threads(struct measure *m, unsigned threads) {
    struct chain chains[MOST_THREADS];
    pthread_barrier_t start;
    pthread_barrier_init(&start, NULL, threads + 1);
    for (unsigned t = 0; t < threads; t++)
        roots[t] = (struct roots){calloc(THREAD_SLOTS, sizeof(void *)), THREAD_SLOTS};
    for (unsigned t = 0; t < threads; t++) {
        chains[t] = (struct chain){.number = t, .random = SEED + t, .start = &start};
        if (pthread_create(&chains[t].thread, NULL, live_on, &chains[t]) != 0)
            abort();
    }
    pthread_barrier_wait(&start);
    begin(m);
    for (unsigned t = 0; t < threads; t++)
        pthread_join(chains[t].thread, NULL);
    m->ops = (uint64_t)threads * THREAD_LIVES * THREAD_LIFE;
    m->live = (uint64_t)threads * THREAD_SLOTS * (THREAD_LEAST + THREAD_MOST) / 2;
    finish(m);
}

/* --- Replay --- */

struct step {
    uint32_t slot, size; /* size 0: drop; else with POINTERS_FLAG, or not */
};

struct script {
    struct step *steps;
    size_t count, slots;
    uint64_t live; /* the most, bytes */
};

static struct script read_script(const char *path) {
    struct script s = {0};
    FILE *f = fopen(path, "rb");
    uint32_t *sizes;
    if (!f || fseek(f, 0, SEEK_END) != 0) {
        fprintf(stderr, "bench: %s cannot be read\n", path);
        exit(2);
    }
    s.count = (size_t)ftell(f) / sizeof *s.steps;
    s.steps = malloc(s.count * sizeof *s.steps);
    rewind(f);
    if (!s.steps || fread(s.steps, sizeof *s.steps, s.count, f) != s.count)
        exit(2);
    fclose(f);
    for (size_t i = 0; i < s.count; i++)
        if (s.steps[i].slot >= s.slots)
            s.slots = (size_t)s.steps[i].slot + 1;
    sizes = calloc(s.slots, sizeof *sizes);
    uint64_t live = 0;
    for (size_t i = 0; i < s.count; i++) {
        uint32_t *size = &sizes[s.steps[i].slot];
        live -= *size;
        *size = s.steps[i].size & ~POINTERS_FLAG;
        live += *size;
        s.live = live > s.live ? live : s.live;
    }
    free(sizes);
    return s;
}

static uint64_t replay_once(const struct script *s, void **slots) {
    uint64_t allocations = 0;
    for (size_t i = 0; i < s->count; i++) {
        struct step step = s->steps[i];
        void **slot = &slots[step.slot];
        if (*slot) {
            allocator_drop(*slot);
            *slot = NULL;
        }
        if (!step.size)
            continue;
        if (step.size & POINTERS_FLAG) {
            *slot = allocator_new(0, step.size & ~POINTERS_FLAG, KIND_POINTERS);
        } else {
            *slot = allocator_new(0, step.size, KIND_BYTES);
            *(uint8_t *)*slot = 1;
        }
        allocations++;
    }
    for (size_t i = 0; i < s->slots; i++) {
        allocator_drop(slots[i]);
        slots[i] = NULL;
    }
    return allocations;
}

static void run_replay(struct measure *m, const char *path) {
    struct script s = read_script(path);
    void **slots = calloc(s.slots, sizeof *slots);
    roots[0] = (struct roots){slots, s.slots};
    m->live = s.live;
    replay_once(&s, slots);
    for (begin(m); !enough(m);)
        m->ops += replay_once(&s, slots);
    finish(m);
}

int main(int argc, char **argv) {
    const char *workload = argc > 1 ? argv[1] : "", *arg = argc > 2 ? argv[2] : "0";
    unsigned threads = strcmp(workload, "threads") == 0 ? (unsigned)atoi(arg) : 1;
    size_t slots = argc > 3 ? strtoul(argv[3], NULL, 10) : 16384;
    if (threads < 1 || threads > MOST_THREADS || slots & (slots - 1))
        return 2;
    struct measure m = {.base = peak_bytes()};
    allocator_open(threads, roots, MOST_THREADS);
    if (strcmp(workload, "churn") == 0)
        run_churn(&m, (size_t)atoi(arg), slots);
    else if (strcmp(workload, "trees") == 0)
        run_trees(&m);
    else if (strcmp(workload, "threads") == 0)
        run_threads(&m, threads);
    else if (strcmp(workload, "replay") == 0)
        run_replay(&m, arg);
    else
        return 2;
    return 0;
}
