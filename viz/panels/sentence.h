/*
 * An event's sentence as panels show it: narrate()'s, with numbers kept on one line with their
 * units.
 */
#ifndef ARENA_SENTENCE_H
#define ARENA_SENTENCE_H

#include "sim/trace/narrate.h"

/* As narrate(). */
void sentence(
    const struct event *ev, const struct replica *after, unsigned ptr_size, struct strbuf *out);

/* A kind of event that is a call to the system, in a word; NULL if it is none. */
const char *call_word(unsigned kind);

#endif
