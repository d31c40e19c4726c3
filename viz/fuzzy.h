/*
 * Fuzzy matching: the characters typed must occur in a text in their order, with anything between
 * them. Case of ASCII letters and blanks typed do not matter. Of the ways to match the best counts:
 * beginnings of words and runs of neighbours are worth most, gaps cost.
 */
#ifndef ARENA_FUZZY_H
#define ARENA_FUZZY_H

#include <stdint.h>

enum { FUZZY_NONE = -1 };

/* The score, higher is better; FUZZY_NONE if typed is not in text. Both are UTF-8, of which 64
 * characters count. hits (may be NULL): bit i says that character i of text was matched. */
int fuzzy_score(const char *typed, const char *text, uint64_t *hits);

#endif
