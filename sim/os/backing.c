/*
 * Host memory for a simulated address space: see backing.h.
 *
 * The window is one inaccessible host mapping. Whole host pages of a range are mapped anew, which
 * zeroes them and gives the old ones back in one call. Where the host's pages are larger than the
 * target's, a range can begin or end inside a host page: those edges are zeroed by hand and stay
 * accessible, for their other half may be in use.
 *
 * Folded, each chunk of the window belongs to the one or the other piece of the space, or to none;
 * only the piece that has it gets at its bytes.
 */
#include "sim/os/backing.h"

#include "sim/base/i18n.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#define CHUNK KiB(64) /* Windows' unit, and no host has larger pages */
/* Folded, the most is more than the largest recordings need, yet so little that another window has
 * room; the least has some arena, on 32-bit platforms behind spans and bitmap (258 MiB) and what
 * lies below those. */
#define MOST_ROOM     MiB(2368)
#define LEAST_ROOM_32 MiB(512)
#define LEAST_ROOM_64 MiB(256)

enum piece { PIECE_NONE, PIECE_LOW, PIECE_HIGH };

struct backing {
    uintptr_t host;     /* where the window is on the host */
    uint64_t span;      /* bytes of the target's space that it stands for */
    uint64_t base;      /* target address it stands for, valid if laid */
    bool laid;          /* lies over the target */
    uint64_t page_size; /* the host's */
    uint64_t room;      /* bytes of the host's space that it has; folded: less than span */
    /* Folded: the high piece begins at base + split, and lies cut bytes lower than it would. Both
     * are multiples of CHUNK, or 0: one piece, and it is the high one. */
    uint64_t split, cut;
    uint8_t *owner; /* folded: which piece each chunk of the window belongs to; else NULL */
};

static uint64_t spans_size(const struct platform *p) {
    return (p->max_mem + 1) / KiB(8) * p->ptr_size;
}

static uint64_t bitmap_size(const struct platform *p) {
    return (p->max_mem + 1) / (p->ptr_size * 8 / 2);
}

/* Go's largest reservation on 64-bit (a pointer a page, two bits a word, the arena, a page), and
 * 1 GiB for what the 32-bit plan may add behind it. */
static uint64_t span_of(const struct platform *p) {
    if (p->ptr_size == 4)
        return GiB(4);
    return spans_size(p) + bitmap_size(p) + p->max_mem + 1 + KiB(8) + GiB(1);
}

/* A 16th of the window holds the spans and the bitmap of all the arena that the rest has room for.
 */
static void fold(struct backing *b, const struct platform *p) {
    uint64_t whole, kept;
    if (p->ptr_size == 8) {
        b->split = spans_size(p);
        whole = b->split + bitmap_size(p);
        kept = b->room / 16;
    } else {
        whole = round_up(p->user_end, CHUNK);
        b->split = round_down(whole / 2, CHUNK);
        kept = b->room;
    }
    if (whole > kept)
        b->cut = round_down(whole - kept, CHUNK);
    else
        b->split = 0; /* it fits as it is */
    b->owner = xcalloc((size_t)(b->room / CHUNK), sizeof *b->owner);
}

static bool map_window(struct backing *b, uint64_t room) {
    if (room >= SIZE_MAX) /* never: in a 64-bit program */
        return false;
    int flags = MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE;
    void *host = mmap(NULL, (size_t)room, PROT_NONE, flags, -1, 0);
    if (host == MAP_FAILED)
        return false;
    b->host = (uintptr_t)host;
    b->room = room;
    return true;
}

/* As large as the host gives: half of what was wanted, and half of that, or so much as 32-bit
 * programs get. */
static bool map_folded(struct backing *b, uint64_t least) {
    for (uint64_t room = b->span / 2; room > MOST_ROOM; room /= 2)
        if (map_window(b, round_up(room, CHUNK)))
            return true;
    for (uint64_t room = MOST_ROOM; room >= least; room -= MiB(64))
        if (map_window(b, room))
            return true;
    return false;
}

struct backing *backing_new(const struct platform *platform, struct error *err) {
    struct backing *b = xcalloc(1, sizeof *b);
    b->span = span_of(platform);
    b->laid = platform->ptr_size == 4;
    b->page_size = (uint64_t)sysconf(_SC_PAGESIZE);
    bool folded = !map_window(b, b->span);
    uint64_t least = platform->ptr_size == 8 ? LEAST_ROOM_64 : LEAST_ROOM_32;
    if (folded && !map_folded(b, least)) {
        char text[32];
        error_set(err, _("%s: this machine does not give %s of address space: %s"), platform->name,
            format_size(least, text, sizeof text), strerror(errno));
        free(b);
        return NULL;
    }
    if (folded)
        fold(b, platform);
    return b;
}

void backing_free(struct backing *b) {
    if (!b)
        return;
    munmap((void *)b->host, (size_t)b->room);
    free(b->owner);
    free(b);
}

bool backing_window(struct backing *b, uint64_t target_base) {
    if (b->laid)
        return target_base >= b->base && target_base - b->base < b->span;
    b->base = target_base;
    b->laid = true;
    return true;
}

bool backing_covers(const struct backing *b, uint64_t addr, uint64_t size) {
    return b->laid && addr >= b->base && size <= b->span && addr - b->base <= b->span - size;
}

struct bias backing_bias(const struct backing *b) {
    if (!b->laid)
        return (struct bias){0};
    uint64_t low = b->host - b->base;
    return (struct bias){
        .split = b->owner ? b->base + b->split : 0, .low = low, .high = low - b->cut};
}

static uint64_t host_of(const struct backing *b, uint64_t addr) {
    struct bias bias = backing_bias(b);
    return (uintptr_t)bias_host(&bias, addr);
}

/* Folding. */

static enum piece piece_of(const struct backing *b, uint64_t addr) {
    return addr - b->base < b->split ? PIECE_LOW : PIECE_HIGH;
}

/* Where in the window the bytes of addr would be; beyond it, if at or above room. */
static uint64_t offset_of(const struct backing *b, uint64_t addr) {
    return addr - b->base - (piece_of(b, addr) == PIECE_HIGH ? b->cut : 0);
}

static bool has_bytes(const struct backing *b, uint64_t addr) {
    uint64_t offset = offset_of(b, addr);
    return offset < b->room && b->owner[offset / CHUNK] == piece_of(b, addr);
}

/* Makes the range's chunks its piece's, if they are not the other's. */
static bool claim(struct backing *b, uint64_t addr, uint64_t size) {
    if (!b->owner)
        return true;
    enum piece piece = piece_of(b, addr);
    if (piece_of(b, addr + size) != piece)
        return false; /* what follows it does not lie behind it */
    uint64_t offset = offset_of(b, addr);
    if (offset >= b->room || size > b->room - offset)
        return false;
    size_t end = (size_t)((offset + size + CHUNK - 1) / CHUNK);
    for (size_t i = (size_t)(offset / CHUNK); i < end; i++)
        if (b->owner[i] != PIECE_NONE && b->owner[i] != piece)
            return false;
    for (size_t i = (size_t)(offset / CHUNK); i < end; i++)
        b->owner[i] = (uint8_t)piece;
    return true;
}

/* Gives up the chunks that lie wholly in the range. */
static void disclaim(struct backing *b, uint64_t addr, uint64_t size) {
    if (!b->owner)
        return;
    uint64_t offset = offset_of(b, addr);
    size_t end = (size_t)((offset + size) / CHUNK);
    for (size_t i = (size_t)((offset + CHUNK - 1) / CHUNK); i < end; i++)
        b->owner[i] = PIECE_NONE;
}

static uint64_t next_chunk(const struct backing *b, uint64_t addr) {
    return b->base + round_down(addr - b->base, CHUNK) + CHUNK;
}

/* Moves *at to the next part of [*at, end) that has bytes; returns its size, 0 if there is none. */
static uint64_t next_part(const struct backing *b, uint64_t *at, uint64_t end) {
    if (!b->owner)
        return end - *at;
    while (*at < end && !has_bytes(b, *at))
        *at = next_chunk(b, *at);
    uint64_t stop = *at;
    while (stop < end && has_bytes(b, stop))
        stop = next_chunk(b, stop);
    return *at >= end ? 0 : (stop < end ? stop : end) - *at;
}

/* A range on the host: [start, end), and the whole host pages in it, [inner_start, inner_end). */
struct extent {
    uint64_t start, end, inner_start, inner_end;
};

static struct extent extent_of(const struct backing *b, uint64_t addr, uint64_t size) {
    struct extent x;
    x.start = host_of(b, addr);
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
    size_t len = (size_t)(x.inner_end - x.inner_start);
    if (mmap(at, len, prot, flags, -1, 0) != at)
        return false;
#ifdef MADV_NOHUGEPAGE
    /* Else what is in memory would depend on how this machine is set up. */
    if (prot != PROT_NONE)
        (void)madvise(at, len, MADV_NOHUGEPAGE);
#endif
    return true;
}

bool backing_commit(struct backing *b, uint64_t addr, uint64_t size) {
    return backing_covers(b, addr, size) && claim(b, addr, size) &&
           remap(b, addr, size, PROT_READ | PROT_WRITE);
}

void backing_release(struct backing *b, uint64_t addr, uint64_t size) {
    if (!backing_covers(b, addr, size))
        return;
    uint64_t part;
    for (uint64_t at = addr; (part = next_part(b, &at, addr + size)) != 0; at += part)
        if (!remap(b, at, part, PROT_READ | PROT_WRITE))
            memset((void *)(uintptr_t)host_of(b, at), 0, (size_t)part);
}

uint64_t backing_page_size(const struct backing *b) {
    return b->page_size;
}

bool backing_resident(const struct backing *b, uint64_t addr, uint64_t size, uint8_t *pages) {
    uint64_t part = addr;
    if (!backing_covers(b, addr, size) || next_part(b, &part, addr + size) != size)
        return false;
    uint64_t host = host_of(b, addr);
    if (host % b->page_size || size % b->page_size)
        return false;
    void *at = (void *)(uintptr_t)host;
    if (mincore(at, (size_t)size, pages) != 0) /* never: all of the window is mapped */
        return false;
    for (uint64_t i = 0; i < size / b->page_size; i++)
        pages[i] &= 1; /* the other bits are the kernel's */
    return true;
}

/* Where the host cannot split its mapping (their number is limited) the range stays accessible: the
 * next commit zeroes it. */
void backing_drop(struct backing *b, uint64_t addr, uint64_t size) {
    if (!backing_covers(b, addr, size))
        return;
    uint64_t part;
    for (uint64_t at = addr; (part = next_part(b, &at, addr + size)) != 0; at += part) {
        (void)remap(b, at, part, PROT_NONE);
        disclaim(b, at, part);
    }
}
