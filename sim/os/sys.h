/*
 * The Go runtime's sys* functions of each GOOS, over a small kernel.
 *
 * The host and the model each are a kernel: they map, unmap and advise. What Go's sysReserve,
 * sysMap and so on make of that differs between Linux, Darwin and Windows, not between the real
 * and the simulated: it is written once, here.
 *
 * A provider embeds struct kernel as its first member, fills ops and calls sys_init.
 */
#ifndef ARENA_SYS_H
#define ARENA_SYS_H

#include "sim/os/os.h"

/* How a mapping's address is meant. */
enum place {
    PLACE_HINT,   /* there if it is free, else anywhere; 0: anywhere */
    PLACE_FIXED,  /* there, replacing what is there: MAP_FIXED */
    PLACE_EXACT,  /* there if it is free, else not at all: VirtualAlloc(MEM_RESERVE) */
    PLACE_WITHIN, /* changes pages of one earlier mapping: VirtualAlloc(MEM_COMMIT) */
};

enum access { ACCESS_NONE, ACCESS_USABLE };

enum advice {
    ADVICE_UNNEEDED, /* MADV_DONTNEED, MADV_FREE: contents may be lost */
    ADVICE_HUGE,     /* MADV_HUGEPAGE */
    ADVICE_NO_HUGE,  /* MADV_NOHUGEPAGE */
};

struct kernel;

typedef void show_range(void *arg, uint64_t addr, uint64_t size, const char *what);

struct kernel_ops {
    const char *name;
    /* Anonymous private memory, zeroed; bytes. addr 0 and the platform's errno when refused. */
    struct os_answer (*mmap)(
        struct kernel *k, uint64_t addr, uint64_t size, enum access access, enum place place);
    /* 0, or the platform's errno. */
    int (*munmap)(struct kernel *k, uint64_t addr, uint64_t size);
    /* Is no page of the range mapped? (mincore, page by page) */
    bool (*is_free)(struct kernel *k, uint64_t addr, uint64_t size);
    void (*advise)(struct kernel *k, uint64_t addr, uint64_t size, enum advice advice);
    /* sysReserve is about to answer this range. */
    void (*granted)(struct kernel *k, uint64_t addr, uint64_t size);
    uint64_t (*brk)(struct kernel *k);
    bool (*resident)(struct kernel *k, uint64_t addr, uint64_t size, uint8_t *pages);
    int (*occupy)(struct kernel *k, uint64_t addr, uint64_t size);
    void (*others)(const struct kernel *k, show_range *show, void *arg);
    void (*destroy)(struct kernel *k);
};

struct kernel {
    struct os os;
    struct os_ops sys; /* what os.ops points to */
    const struct kernel_ops *ops;
};

/* Sets os.platform and gives os the sys* functions of the platform's GOOS. */
void sys_init(struct kernel *k, const struct platform *platform, const struct kernel_ops *ops);

/* errnos that the sys* functions and the kernels give, by platform. */
enum failure { FAILURE_NO_MEMORY, FAILURE_TAKEN, FAILURE_INVALID, FAILURE_COMMIT_LIMIT };
int sys_errno(const struct platform *platform, enum failure failure);

#endif
