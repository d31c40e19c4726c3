/*
 * Looking through a recording's past and future: the next event about a span or an object, when an
 * object was allocated and freed, and what lived and died between two moments.
 *
 * Moments are numbers of applied events, as everywhere: the state just after event i is moment
 * i + 1. Digests (recording.h) let a search pass over most blocks: it takes milliseconds where
 * there are ten million events.
 */
#ifndef ARENA_HISTORY_H
#define ARENA_HISTORY_H

#include "sim/trace/recording.h"

#define NO_EVENT UINT64_MAX

enum find_what {
    FIND_KIND,   /* an event of the kinds in the bit mask `value` */
    FIND_SPAN,   /* one that changes span handle `value`, its bits or its place in a list, or marks
                    an object in it */
    FIND_OBJECT, /* one that allocates, marks or drops the object of number `value` at [addr,
                    addr + size), or stores a pointer in it */
};

struct find {
    enum find_what what;
    uint64_t value;
    uint64_t addr, size; /* FIND_OBJECT; bytes */
};

/* The first event from number `from` on (forward), or the last one before it. NO_EVENT if none. */
uint64_t recording_find(
    const struct recording *rec, uint64_t from, bool forward, const struct find *find);

/* Does the event answer the question? */
bool find_matches(const struct find *find, const struct event *ev);

/* An object's life, in event numbers. */
struct object_life {
    uint64_t born;       /* OBJECT */
    uint64_t dropped;    /* DROP: the program let go of it; NO_EVENT: never */
    uint64_t swept;      /* the sweep of its span that freed it began; NO_EVENT: never */
    uint64_t touched;    /* last time before the moment asked about that the program stored into it
                            or a collection marked it; NO_EVENT: not since it was born */
    uint32_t id;         /* the program's number for it */
    uint32_t span;       /* handle */
    uint64_t addr, size; /* bytes as asked for; an object in a tiny block begins inside its slot */
};

/* The object that holds addr, or the last one that did, at moment r->seq of the recording. False
 * if none ever did while the span was what it is there. */
bool object_life(
    const struct recording *rec, const struct replica *r, uint64_t addr, struct object_life *out);

/* What to give recording_find to go from event to event of that object. */
struct find find_object(const struct object_life *life);

/* --- Between two moments --- */

/* Slots of one size class. (A block of the tiny allocator is one slot.) */
struct range_class {
    uint64_t lived;     /* allocated before, still allocated at the end */
    uint64_t freed;     /* allocated before, swept since */
    uint64_t born;      /* allocated between, still allocated at the end */
    uint64_t born_died; /* allocated between, and swept again */
    /* The same in bytes of slots. */
    uint64_t lived_bytes, freed_bytes, born_bytes, born_died_bytes;
};

/* Counting takes a look at every event between: it is done in steps, so that a window stays
 * responsive and may give up (free it). */
struct range_count;
struct range_count *range_count_new(const struct recording *rec, uint64_t from, uint64_t to);
void range_count_free(struct range_count *c);
/* Looks at that many events more; true while there are others. */
bool range_count_step(struct range_count *c, uint64_t events);
/* 0 to 1. */
double range_count_progress(const struct range_count *c);
/* By size class, NUM_SIZE_CLASSES of them; the range's once there is nothing left to look at. */
const struct range_class *range_count_classes(const struct range_count *c);

#endif
