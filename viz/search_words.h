/* Words that events are searched by: see search.h. */
#ifndef ARENA_SEARCH_WORDS_H
#define ARENA_SEARCH_WORDS_H

#include "viz/search.h"

/* Fills kinds, w and word for a word, or the beginning of one that is at least three letters long,
 * in English or the language shown; case does not matter. False if there is no such word. */
bool search_words(const char *text, struct search *out);

#endif
