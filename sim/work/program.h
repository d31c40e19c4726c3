/*
 * The program under study: carries operations out on a heap and keeps what a program would know,
 * its objects by number and its roots. Emits OP_BEGIN, OBJECT, DROP, STORE and OP_END around what
 * the heap tells.
 */
#ifndef ARENA_PROGRAM_H
#define ARENA_PROGRAM_H

#include "sim/heap/heap.h"
#include "sim/work/op.h"

struct program;

/* os and sink stay the caller's and must outlive the program. */
struct program *program_new(struct os *os, struct sink *sink);
void program_free(struct program *p);
struct heap *program_heap(struct program *p);

/* Carries out one operation. False with err filled if it makes no sense here (an unknown object, a
 * word outside it, an allocation before init): the program is unchanged. A Go fatal error is no
 * failure: it returns true and program_ended() tells. */
bool program_run(struct program *p, const struct op *op, struct error *err);
/* The same, but where P's are interleaved the operation may still be in flight on return: begun, or
 * somewhere on its way, and what it came to not known yet. Up to one a P is, all of them
 * allocations of objects with numbers that were free; any other operation waits until they are
 * done. If they end the program, op is not begun. */
bool program_start(struct program *p, const struct op *op, struct error *err);
/* Waits until nothing is in flight. */
void program_settle(struct program *p);
/* Is anything? */
bool program_in_flight(const struct program *p);
/* Would it be carried out? (Whether a range can be occupied only the attempt shows.) */
bool program_accepts(const struct program *p, const struct op *op, struct error *err);

/* Are all invariants checked after every operation (an INVARIANT aborts)? At first they are in
 * builds with HEAP_CHECK. To be said before the first operation. */
void program_set_checked(struct program *p, bool checked);
/* Checks them now: the heap's, and what the program knows of its objects. */
void program_check(const struct program *p);

/* What the last SWEEP_ONE or SCAVENGE came to: pages that went
 * home (program_swept false: all spans were swept), bytes given back. */
bool program_swept(const struct program *p);
uint64_t program_yield(const struct program *p);

/* Go has ended the program; nothing more can be run. */
bool program_ended(const struct program *p);

/* The object's address and size (as asked for); false if there is none of that number. */
bool program_object(const struct program *p, uint32_t id, uint64_t *addr, uint64_t *size);
/* Is there such an object, be it in flight, and has no collection taken its memory? */
bool program_usable(const struct program *p, uint32_t id);

#endif
