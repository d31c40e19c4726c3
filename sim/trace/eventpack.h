/*
 * Events packed: a block of events as few bytes, which is how a recording keeps them in memory and
 * in its file.
 *
 * Most of an event can be foretold from those before it: which kind follows which, that the old
 * value of a field is the last new one, that numbers go up by one. What is foretold costs nothing;
 * the rest is written as the (short) difference from it. A block is read from its beginning, and
 * needs no other block.
 *
 * One event is:
 *
 *     1 byte       a number for kind and w, by which they were said before; 255: here they are,
 *     [3 bytes]    kind, w
 *     1 byte       two bits each for x, a, b, c: of how many bytes the difference is
 *     [0..8]...    the differences, low byte first
 */
#ifndef ARENA_EVENTPACK_H
#define ARENA_EVENTPACK_H

#include "sim/trace/event.h"

/* The room that packing needs for an event, bytes: somewhat more than any takes. */
enum { EVENTPACK_MOST = 48 };

/* What packing and unpacking carry along: some 30 KB, for as many blocks as one likes. */
struct eventpack;
struct eventpack *eventpack_new(void);
void eventpack_free(struct eventpack *p);

/* Packs count events into out (room for count * EVENTPACK_MOST bytes); returns the bytes used. */
size_t eventpack_pack(struct eventpack *p, const struct event *events, size_t count, uint8_t *out);

/* The way back: fills count events. False if the len bytes are not exactly such. */
bool eventpack_unpack(
    struct eventpack *p, const uint8_t *data, size_t len, struct event *events, size_t count);

#endif
