/*
 * Residency: which of the heap's memory is really in memory, as the machine's kernel has it.
 *
 * A sink that stands between a heap and its recording. It passes every event on, and before an
 * operation's end adds RESIDENT events: of pages that are touched for the first time, and of pages
 * that were given back. It asks only about pages that events say something happened to, about all
 * others now and then, and never again about a page that is known to be in memory, so that a run
 * takes a few percent longer.
 *
 * What it tells is true at the end of an operation. A page that the machine lacks memory for and
 * swaps out stays "in memory" here. The runtime's own records are not asked about: this program
 * keeps them elsewhere, so the kernel knows nothing of how Go would touch them.
 */
#ifndef ARENA_RESIDENCY_H
#define ARENA_RESIDENCY_H

#include "sim/os/os.h"
#include "sim/trace/event.h"

struct residency;

/* os and to stay the caller's. NULL if the system cannot tell, or only in pieces that do not fit
 * the platform's pages. */
struct residency *residency_new(struct os *os, struct sink *to);
void residency_free(struct residency *w);
/* For the heap, in place of `to`. */
struct sink *residency_sink(struct residency *w);

#endif
