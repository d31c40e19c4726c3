/*
 * What is known of the words of a few objects. A replica keeps no memory, but the recording tells
 * all that the program under study does to it: an object is zero when it is handed out, a store
 * writes a pointer, a fill writes one byte over all of an object; nothing else is written. So the
 * latest events are gone through once, from so far back to the moment shown. What was handed out
 * before that, and not stored to since, is not known, and nothing is made up for it.
 */
#ifndef ARENA_PANELS_CONTENTS_H
#define ARENA_PANELS_CONTENTS_H

#include "viz/ui.h"

enum {
    CONTENTS_WORDS = 1024,      /* looked after at most */
    CONTENTS_LOOK_BACK = 60000, /* events: a millisecond or so */
};

struct contents {
    uint64_t start; /* address of the first word */
    unsigned word;  /* bytes */
    size_t count;
    uint64_t value[CONTENTS_WORDS];
    bool known[CONTENTS_WORDS];
};

/* The words of [lo, hi), both multiples of the platform's word, at the moment shown. */
void contents_read(const struct view *v, uint64_t lo, uint64_t hi, struct contents *c);
/* False: it is not known. */
bool contents_at(const struct contents *c, uint64_t addr, uint64_t *value);

#endif
