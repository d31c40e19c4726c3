/*
 * Searching: what was typed is an address (an interior one too), a size or class of spans, an
 * object's number, or a word for events; the next and the previous match are moments or things.
 *
 *   0xc420012040   c420012040   842350461024      an address
 *   48 B   48   64KiB                             spans with slots of that size
 *   class 5   5/scan   5/noscan                   spans of that size class
 *   #12                                           what happened to object 12
 *   refused   collection   alloc   mheap_grow     events; English or the language shown
 */
#ifndef ARENA_SEARCH_H
#define ARENA_SEARCH_H

#include "viz/ui.h"

enum search_kind {
    SEARCH_NOTHING,
    SEARCH_ADDRESS,
    SEARCH_SIZE,
    SEARCH_CLASS,
    SEARCH_OBJECT,
    SEARCH_EVENTS
};

struct search {
    enum search_kind kind;
    uint64_t value;   /* the address, size in bytes, size class, or object's number */
    int noscan;       /* CLASS: 0 or 1; -1: either */
    uint64_t kinds;   /* EVENTS: bit i: those of kind i ... */
    int w;            /* ... whose w & 0xff is that; -1: any */
    const char *word; /* EVENTS: as the vocabulary has it */
};

/* Reads what was typed. False if it is nothing that can be searched for. */
bool search_parse(const char *text, struct search *out);

/* Where a search leads. */
struct match {
    bool moves;         /* to the moment seq */
    uint64_t seq;       /* events applied */
    struct thing thing; /* THING_NONE: none. For moments: of an event or an address, to be made a
                           thing of that moment by search_thing_at */
};

/* The match after (1) or before (-1) the moment r->seq and the thing pinned. Things in space come
 * round again at the end. False if there is none. */
bool search_step(const struct search *s, const struct replica *r, const struct recording *rec,
    struct thing pinned, int direction, struct match *out);

/* One line about what is found, or would be next. */
void search_answer(const struct search *s, const struct replica *r, const struct recording *rec,
    const struct platform *platform, struct strbuf *out);

/* What stands at an address in that state: a slot, a page of the arena, or a range of the space. */
struct thing search_thing_at(const struct replica *r, uint64_t addr);

/* The event after or before moment r->seq that is about the same object or span as the thing (that
 * of an event: what it changed). NO_EVENT if there is none; *about is false if the thing is nothing
 * that events are about. */
uint64_t search_same(const struct recording *rec, const struct replica *r, struct thing thing,
    int direction, bool *about);

#endif
