/*
 * Host memory for a simulated address space: see backing.h.
 *
 * The window is one inaccessible host mapping. Whole host pages of a range are mapped anew, which
 * zeroes them and gives the old ones back in one call. Where the host's pages are larger than the
 * target's, a range can begin or end inside a host page: those edges are zeroed by hand and stay
 * accessible, for their other half may be in use.
 */
#include "sim/os/backing.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

struct backing {
    uintptr_t host;     /* where the window is on the host */
    uint64_t size;      /* bytes */
    uint64_t base;      /* target address it stands for, valid if laid */
    bool laid;          /* lies over the target */
    uint64_t page_size; /* the host's */
};

/* Go's largest reservation on 64-bit (a pointer a page, two bits a word, the arena, a page), and
 * 1 GiB for what the 32-bit plan may add behind it. */
static uint64_t window_size(const struct platform *p) {
    if (p->ptr_size == 4)
        return GiB(4);
    uint64_t arena = p->max_mem + 1;
    uint64_t spans = arena / KiB(8) * p->ptr_size;
    uint64_t bitmap = arena / (p->ptr_size * 8 / 2);
    return spans + bitmap + arena + KiB(8) + GiB(1);
}

struct backing *backing_new(const struct platform *platform, struct error *err) {
    uint64_t size = window_size(platform);
    char text[32];
    format_size(size, text, sizeof text);
    if (size > SIZE_MAX / 2) {
        error_set(err, "%s: a simulated address space of %s needs a 64-bit program", platform->name,
            text);
        return NULL;
    }
    int flags = MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE;
    void *host = mmap(NULL, (size_t)size, PROT_NONE, flags, -1, 0);
    if (host == MAP_FAILED) {
        error_set(err, "%s: this machine does not give %s of address space: %s", platform->name,
            text, strerror(errno));
        return NULL;
    }
    struct backing *b = xcalloc(1, sizeof *b);
    b->host = (uintptr_t)host;
    b->size = size;
    b->laid = platform->ptr_size == 4;
    b->page_size = (uint64_t)sysconf(_SC_PAGESIZE);
    return b;
}

void backing_free(struct backing *b) {
    if (!b)
        return;
    munmap((void *)b->host, (size_t)b->size);
    free(b);
}

bool backing_window(struct backing *b, uint64_t target_base) {
    if (b->laid)
        return target_base >= b->base && target_base - b->base < b->size;
    b->base = target_base;
    b->laid = true;
    return true;
}

bool backing_covers(const struct backing *b, uint64_t addr, uint64_t size) {
    return b->laid && addr >= b->base && size <= b->size && addr - b->base <= b->size - size;
}

intptr_t backing_bias(const struct backing *b) {
    return b->laid ? (intptr_t)(b->host - (uintptr_t)b->base) : 0;
}

/* A range on the host: [start, end), and the whole host pages in it, [inner_start, inner_end). */
struct extent {
    uint64_t start, end, inner_start, inner_end;
};

static struct extent extent_of(const struct backing *b, uint64_t addr, uint64_t size) {
    struct extent x;
    x.start = b->host + (addr - b->base);
    x.end = x.start + size;
    x.inner_start = round_up(x.start, b->page_size);
    x.inner_end = round_down(x.end, b->page_size);
    if (x.inner_start > x.inner_end) /* all within one page */
        x.inner_start = x.inner_end = x.end;
    return x;
}

/* Opens the host pages that [start, end) is a part of, and zeroes the part. */
static bool clear_edge(const struct backing *b, uint64_t start, uint64_t end) {
    if (start >= end)
        return true;
    uint64_t page = round_down(start, b->page_size);
    size_t len = (size_t)(round_up(end, b->page_size) - page);
    if (mprotect((void *)(uintptr_t)page, len, PROT_READ | PROT_WRITE) != 0)
        return false;
    memset((void *)(uintptr_t)start, 0, (size_t)(end - start));
    return true;
}

/* Fresh pages, of that protection, in place of whatever was there. */
static bool remap(const struct backing *b, uint64_t addr, uint64_t size, int prot) {
    struct extent x = extent_of(b, addr, size);
    if (!clear_edge(b, x.start, x.inner_start) || !clear_edge(b, x.inner_end, x.end))
        return false;
    if (x.inner_start == x.inner_end)
        return true;
    int flags = MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE | MAP_FIXED;
    void *at = (void *)(uintptr_t)x.inner_start;
    return mmap(at, (size_t)(x.inner_end - x.inner_start), prot, flags, -1, 0) == at;
}

bool backing_commit(struct backing *b, uint64_t addr, uint64_t size) {
    return backing_covers(b, addr, size) && remap(b, addr, size, PROT_READ | PROT_WRITE);
}

void backing_release(struct backing *b, uint64_t addr, uint64_t size) {
    if (backing_covers(b, addr, size) && !remap(b, addr, size, PROT_READ | PROT_WRITE))
        memset((void *)(uintptr_t)(b->host + (addr - b->base)), 0, (size_t)size);
}

/* Where the host cannot split its mapping (their number is limited) the range stays accessible: the
 * next commit zeroes it. */
void backing_drop(struct backing *b, uint64_t addr, uint64_t size) {
    if (backing_covers(b, addr, size))
        (void)remap(b, addr, size, PROT_NONE);
}
