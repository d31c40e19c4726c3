/*
 * Where address space comes from: the operating system as the Go runtime's seven sys* functions see
 * it (sysFault is not used here), behind one interface with these providers:
 *
 *   host    the real kernel of this machine;
 *   model   a simulated address space in which anything can be arranged;
 *   replay  the answers of a recorded transcript; a request that differs from the recorded one is a
 *           failure that names both.
 *
 * A fourth, fault (fault.h), stands before any of these and lets calls of one kind fail.
 *
 * All addresses are target addresses of the platform. os_host says where on the host the bytes of
 * one are, for every address in a range that was mapped (or, on 32-bit platforms, allocated).
 * Memory answered by os_alloc on 64-bit platforms holds the runtime's own records, of which only
 * the addresses matter: it need not be backed.
 */
#ifndef ARENA_OS_H
#define ARENA_OS_H

#include "sim/os/platform.h"

struct os;

struct os_answer {
    uint64_t addr; /* 0: refused */
    int err;       /* the platform's errno, 0 if all is well */
};

/* How a target address becomes a host address: low is added (modulo 2^64) to those below split,
 * high to all others. All zero: they are the same. */
struct bias {
    uint64_t split, low, high;
};

struct os_ops {
    const char *name; /* "host kernel", "simulated", "replay" */
    /* sysReserve: address space only. *reserved: really reserved (true) or merely checked (false).
     */
    struct os_answer (*reserve)(struct os *os, uint64_t addr, uint64_t size, bool *reserved);
    /* sysMap: makes a reserved or checked range usable memory, zeroed. */
    struct os_answer (*map)(struct os *os, uint64_t addr, uint64_t size, bool reserved);
    /* sysAlloc: zeroed memory anywhere. */
    struct os_answer (*alloc)(struct os *os, uint64_t size);
    /* sysFree. Like the two after it, 0 or the platform's errno: then it has not been done, or not
     * to all of the range. */
    int (*free)(struct os *os, uint64_t addr, uint64_t size);
    /* sysUnused / sysUsed: contents no longer needed / needed again. The range stays mapped. */
    int (*unused)(struct os *os, uint64_t addr, uint64_t size);
    int (*used)(struct os *os, uint64_t addr, uint64_t size);
    /* sbrk0: the program break. */
    uint64_t (*brk)(struct os *os);
    /* Which of the host's pages of [addr, addr + size) are in memory: sets a byte for each of them,
     * 1 or 0. Both are multiples of host_page_size and all of it is mapped. False: it cannot be
     * told. NULL: nothing ever can. */
    bool (*resident)(struct os *os, uint64_t addr, uint64_t size, uint8_t *pages);
    /* Something else maps that range (before init). Returns 0 or an errno. */
    int (*occupy)(struct os *os, uint64_t addr, uint64_t size);
    void (*destroy)(struct os *os);
};

struct os {
    const struct os_ops *ops;
    const struct platform *platform;
    uint64_t image_end;      /* firstmoduledata.end */
    uint64_t phys_page_size; /* 0 if the system would not tell */
    uint64_t huge_page_size;
    uint64_t host_page_size; /* bytes; what `resident` tells apart */
    struct bias bias;
    /* Set when a replayed request differs from the recorded one; the heap then stops. */
    bool diverged;
    struct error why;
    /* What a simulated system had to refuse because this machine has no room for it. Go ends the
     * program over that; in the world that is simulated it would not have. Else empty. */
    struct error lack;
};

static inline void *bias_host(const struct bias *b, uint64_t addr) {
    return (void *)(uintptr_t)(addr + (addr < b->split ? b->low : b->high));
}

static inline void *os_host(const struct os *os, uint64_t addr) {
    return bias_host(&os->bias, addr);
}

static inline void os_destroy(struct os *os) {
    if (os)
        os->ops->destroy(os);
}

/* The real kernel. On a 64-bit host a 64-bit platform is asked at its own addresses, so
 * 0xc000000000 is truly tried; a 32-bit platform needs arenascope itself to be a 32-bit program.
 * Fails where this machine cannot be that platform (then use the model). Linux only. */
struct os *os_host_new(const struct platform *platform, struct error *err);

struct taken_range {
    uint64_t addr, size; /* bytes */
};

/* What a simulated address space is like; zero values mean the platform's own. */
struct model_config {
    uint64_t image_end;
    uint64_t brk;
    uint64_t phys_page_size;   /* 0: the platform's, as everywhere */
    bool no_page_size;         /* the system will not tell its page size */
    uint64_t address_limit;    /* RLIMIT_AS: bytes of address space the program may have; 0: none */
    uint64_t memory_limit;     /* bytes that may be mapped or allocated; then ENOMEM. 0: none */
    bool ignores_hints;        /* the kernel answers elsewhere, whatever address is asked for */
    struct taken_range *taken; /* ranges that belong to others (the caller's array, copied) */
    size_t taken_count;
};

struct os *os_model_new(
    const struct platform *platform, const struct model_config *config, struct error *err);

/* What else is in a simulated or real space that the window may want to show: calls show for each
 * range not the heap's (image, program heap, libraries, stack, taken ranges). */
void os_model_others(const struct os *model,
    void (*show)(void *arg, uint64_t addr, uint64_t size, const char *what), void *arg);

#endif
