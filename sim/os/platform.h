/*
 * Platforms: the facts of each GOOS/GOARCH that decide where a heap comes to lie and what its
 * statistics say. A platform is a value chosen at run time; nothing here depends on the machine
 * that arenascope itself runs on.
 */
#ifndef ARENA_PLATFORM_H
#define ARENA_PLATFORM_H

#include "sim/base/base.h"

enum goos { GOOS_LINUX, GOOS_DARWIN, GOOS_WINDOWS };

struct platform {
    const char *name; /* "linux/amd64" */
    enum goos goos;
    unsigned ptr_size;       /* bytes: 4 or 8 */
    unsigned addr_bits;      /* _MHeapMap_TotalBits: the heap spans at most 2^addr_bits bytes */
    uint64_t max_mem;        /* _MaxMem: 2^addr_bits - 1 */
    uint64_t hint;           /* what the hint loop ORs into i << 40; 64-bit only */
    uint64_t user_end;       /* first address a user program cannot have */
    uint64_t phys_page_size; /* bytes; what the platform usually has */
    uint64_t huge_page_size; /* bytes, 0: Go gives no huge-page advice */
    uint64_t image_end;      /* end of a small program's image */
    uint64_t brk;            /* program break at start */
    /* Sizes of the runtime's own structures, bytes. */
    unsigned sizeof_mspan, sizeof_mcache, sizeof_treapnode;
    unsigned sizeof_defer;  /* _defer, which testdefersizes rounds up */
    unsigned gcbits_header; /* gcBitsArena's header */
    unsigned cache_line;    /* CacheLineSize */
};

enum { PLATFORM_COUNT = 10 };
/* The platform of that name, NULL if there is none. */
const struct platform *platform_find(const char *name);
/* Number i from 0; NULL past the last. */
const struct platform *platform_at(size_t i);
/* The one to show when the user switches width: linux/amd64 <-> linux/386 and so on. */
const struct platform *platform_other_width(const struct platform *p);
/* "linux/amd64, linux/386, ..." for error messages. */
void platform_names(struct strbuf *out);

#endif
