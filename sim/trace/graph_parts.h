/* What the files of the graph share: its tables. See graph.c for what they mean. */
#ifndef ARENA_GRAPH_PARTS_H
#define ARENA_GRAPH_PARTS_H

#include "sim/trace/graph.h"

/* An open hash table; index 0 is none. */
struct graph_table {
    uint64_t *keys;
    uint32_t *values;
    size_t count, cap;
};

uint32_t graph_table_get(const struct graph_table *t, uint64_t key);
void graph_table_set(struct graph_table *t, uint64_t key, uint32_t value);
/* Room for that many keys, of which there is none yet. */
void graph_table_room(struct graph_table *t, size_t count);
void graph_table_free(struct graph_table *t);

/* Times are numbers of events: true from the moment after on. */
struct graph_object {
    uint64_t addr;
    uint64_t born, dropped; /* UINT64_MAX: not yet */
    uint32_t older;         /* the object that had the slot before */
    uint32_t words;         /* those that ever held a pointer */
    uint32_t in;            /* the latest pointer to it, current or not */
    uint32_t root;          /* while it is one */
};

struct graph_word {
    uint64_t addr;
    uint32_t object, next; /* next: of the object's */
    uint32_t newest;       /* of its versions */
};

/* What a word held for a time. */
struct graph_version {
    uint64_t value, since;
    uint32_t word, older, newer;
    uint32_t next_in; /* an older pointer to the same object */
};

struct graph_root {
    uint32_t object;
    uint64_t begin, end;
};

struct graph_mode {
    uint64_t since;
    bool precise;
};

struct graph {
    const struct recording *rec;
    unsigned ptr_size;
    uint64_t seen;
    bool too_large;
    uint64_t target; /* the object that the store under way makes another point to: its id */
    struct graph_table by_slot, by_word;
    uint32_t *by_id;
    size_t id_cap;
    struct graph_object *objects;
    struct graph_word *words;
    struct graph_version *versions;
    struct graph_root *roots;
    struct graph_mode *modes;
    size_t object_cap, word_cap, version_cap, root_cap, mode_cap;
    uint32_t object_count, word_count, version_count, root_count, mode_count; /* 0 or, with 0, +1 */
};

#endif
