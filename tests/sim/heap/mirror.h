/*
 * Comparing replicas with heaps, and with each other, in everything they hold: the dump that users
 * see leaves out mark bits, lists of dead spans, metadata, the address space and mallocinit's path.
 */
#ifndef ARENA_TESTS_MIRROR_H
#define ARENA_TESTS_MIRROR_H

#include "sim/heap/heap.h"
#include "sim/trace/replica.h"

/* Does the replica hold what the heap that it heard holds? If not, why says what differs. Reads the
 * heap bitmap of spans in use alone. */
bool mirror_equal(const struct heap *h, const struct replica *r, struct strbuf *why);

/* Was all of the runtime's own memory told of? Holds for heaps that nobody but the heap itself has
 * taken persistent memory from. */
bool mirror_metadata_equal(const struct heap *h, const struct replica *r, struct strbuf *why);

/* Does every byte of the heap bitmap and every entry of the spans table agree? Slow. */
bool mirror_tables_equal(const struct heap *h, const struct replica *r, struct strbuf *why);

/* A hash of a replica's state, without its spans table and its heap bitmap, which are large; and of
 * those two. Replicas with equal state have equal digests, whatever their history. */
uint64_t replica_digest(const struct replica *r);
uint64_t replica_tables_digest(const struct replica *r);

#endif
