/*
 * Backing: host memory for the bytes of a simulated address space.
 *
 * A window of host address space stands for a range of target addresses; host = target + bias. On
 * 32-bit platforms the window is the whole space, 4 GiB from target address 0, and ready at once.
 * On 64-bit platforms it is as large as the largest heap (spans, bitmap and arena: 528.5 GiB on
 * linux/amd64) and is laid over the target when the first big reservation is granted; what lies
 * outside, the runtime's own records, has addresses but no bytes.
 *
 * A 32-bit program has no room for that, nor has one whose address space is limited (ulimit -v,
 * valgrind). There the space is folded into a smaller window, in two pieces that are used from
 * different ends: the spans upward from the window's beginning, and from a place further up the
 * bitmap downward and the arena upward; or, on 32-bit platforms, what lies low upward from the
 * beginning and what lies high downward from the end. Where a range would get what another one has,
 * or run out of the window or from one piece into the other, its commit is refused. A heap of a GiB
 * has room.
 *
 * Bytes exist between commit and drop. A fresh commit reads as zeros, and so does what was
 * released. The window itself costs address space only, never memory.
 */
#ifndef ARENA_BACKING_H
#define ARENA_BACKING_H

#include "sim/os/os.h"

struct backing;

/* A reservation bigger than this is the heap's: the window of a 64-bit platform goes there. Spans
 * and bitmap of the smallest 64-bit space, darwin/arm64's, already take 66 MiB. */
#define BACKING_BIG MiB(64)

/* NULL and err when the host will not give so much address space. */
struct backing *backing_new(const struct platform *platform, struct error *err);
void backing_free(struct backing *b);

/* Lays the window over the target from target_base on, if it lies nowhere yet (32-bit: it always
 * does). The bias is fixed from then on. False if it was laid elsewhere before. */
bool backing_window(struct backing *b, uint64_t target_base);

/* Is all of [addr, addr+size) in what the window stands for? */
bool backing_covers(const struct backing *b, uint64_t addr, uint64_t size);

/* Makes [addr, addr+size) readable, writable and zero. False outside the window, if the host is out
 * of memory, or if the space is folded and there is no room. */
bool backing_commit(struct backing *b, uint64_t addr, uint64_t size);
/* Gives the memory back; the range stays usable and reads as zeros. Outside the window: nothing. */
void backing_release(struct backing *b, uint64_t addr, uint64_t size);
/* Gives the memory back and makes the range inaccessible. Outside the window: nothing. */
void backing_drop(struct backing *b, uint64_t addr, uint64_t size);

/* Which of the host's pages of [addr, addr + size) are in memory, as the host's kernel has it: a
 * byte each, 1 or 0. False if it cannot be told: not all of the range has bytes, or it does not lie
 * on the host's pages, of backing_page_size bytes. */
bool backing_resident(const struct backing *b, uint64_t addr, uint64_t size, uint8_t *pages);
uint64_t backing_page_size(const struct backing *b);

/* All zero until the window lies somewhere. */
struct bias backing_bias(const struct backing *b);

#endif
