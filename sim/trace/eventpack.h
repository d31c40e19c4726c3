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
 *     1 byte       low half: which of x, a, b, c are not as foretold;
 *                  high half: 0..3 the kind and w are the ones that lately followed the event
 *                  before (0: the last time), 4 they are others:
 *     [varints]    kind, w
 *     [varint]...  for each of x, a, b, c not as foretold, the difference
 */
#ifndef ARENA_EVENTPACK_H
#define ARENA_EVENTPACK_H

#include "sim/trace/event.h"

/* The most bytes that packing one event can take. */
enum { EVENTPACK_MOST = 1 + 1 + 3 + 5 + 10 + 2 * 11 };

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
