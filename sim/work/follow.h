/*
 * Following a heap with a replica, and proving that it does: the replica's dump must equal the
 * heap's at every moment that is compared, again after undoing and redoing everything, and wherever
 * one jumps.
 */
#ifndef ARENA_FOLLOW_H
#define ARENA_FOLLOW_H

#include "sim/heap/heap.h"
#include "sim/trace/recording.h"

struct follower;

/* ptr_size: bytes of a word of the platform. */
struct follower *follower_new(unsigned ptr_size);
void follower_free(struct follower *f);
/* Where the heap's events have to go. */
struct sink *follower_sink(struct follower *f);
const struct recording *follower_recording(const struct follower *f);

/* Compares the two dumps now, and keeps what they say for follower_travel. On a difference false,
 * and the two lines are appended to why. */
bool follower_compare(struct follower *f, const struct heap *h, struct strbuf *why);

/* Undoes everything, does it again, and jumps about: at each moment that was compared the replica
 * must say what it said then. */
bool follower_travel(struct follower *f, struct strbuf *why);

/* The first line in which two texts differ, counted from 1; 0 if they are equal. *want and *got
 * then point to it in each, or to its end. */
int first_difference(const char **want, const char **got);
/* Length of the line at text, without its newline. */
int line_length(const char *text);

#endif
