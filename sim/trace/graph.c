/*
 * The graph: see graph.h. This file goes through the events; graph_reach.c follows pointers.
 *
 * Nothing that was learnt is forgotten. Of the objects that ever had a slot the latest is found by
 * the slot's address, the ones before it from that; so of the pointers that a word ever held.
 * Indices count from 1, 0 is none.
 */
#include "sim/trace/graph_parts.h"

#include <stdlib.h>
#include <string.h>

/* --- Tables from address to index --- */

static uint32_t *table_place(const struct graph_table *t, uint64_t key) {
    size_t mask = t->cap - 1;
    size_t i = (size_t)((key * UINT64_C(0x9e3779b97f4a7c15)) >> 20) & mask;
    while (t->values[i] && t->keys[i] != key)
        i = (i + 1) & mask;
    return &t->values[i];
}

uint32_t graph_table_get(const struct graph_table *t, uint64_t key) {
    return t->cap ? *table_place(t, key) : 0;
}

void graph_table_room(struct graph_table *t, size_t count) {
    struct graph_table old = *t;
    t->cap = 1 << 10;
    while (t->cap < 2 * count)
        t->cap *= 2;
    INVARIANT(t->cap > old.cap);
    t->keys = xcalloc(t->cap, sizeof *t->keys);
    t->values = xcalloc(t->cap, sizeof *t->values);
    for (size_t i = 0; i < old.cap; i++)
        if (old.values[i]) {
            uint32_t *place = table_place(t, old.keys[i]);
            t->keys[place - t->values] = old.keys[i];
            *place = old.values[i];
        }
    graph_table_free(&old);
}

void graph_table_set(struct graph_table *t, uint64_t key, uint32_t value) {
    if (2 * (t->count + 1) > t->cap)
        graph_table_room(t, t->cap);
    uint32_t *place = table_place(t, key);
    t->count += *place == 0;
    t->keys[place - t->values] = key;
    *place = value;
}

void graph_table_free(struct graph_table *t) {
    free(t->keys);
    free(t->values);
    t->keys = NULL;
    t->values = NULL;
}

/* --- Life --- */

struct graph *graph_new(const struct recording *rec, unsigned ptr_size) {
    struct graph *g = xcalloc(1, sizeof *g);
    g->rec = rec;
    g->ptr_size = ptr_size;
    return g;
}

void graph_free(struct graph *g) {
    if (!g)
        return;
    graph_table_free(&g->by_slot);
    graph_table_free(&g->by_word);
    free(g->by_id);
    free(g->objects);
    free(g->words);
    free(g->versions);
    free(g->roots);
    free(g->modes);
    free(g);
}

uint64_t graph_seen(const struct graph *g) {
    return g->seen;
}

bool graph_too_large(const struct graph *g) {
    return g->too_large;
}

/* Room for one more at the end of an array, all zero; index 0 stays unused. */
static void *one_more(void **array, size_t *cap, uint32_t *count, size_t size) {
    if (!*count)
        *count = 1;
    array_reserve(array, cap, *count + 1, size);
    void *fresh = (char *)*array + *count * size;
    memset(fresh, 0, size);
    ++*count;
    return fresh;
}

/* --- Events --- */

static uint32_t object_by_id(const struct graph *g, uint64_t id) {
    return id < g->id_cap ? g->by_id[id] : 0;
}

static void name_object(struct graph *g, uint32_t id, uint32_t object) {
    if (id >= g->id_cap) {
        size_t old = g->id_cap;
        void *by_id = g->by_id;
        array_reserve(&by_id, &g->id_cap, (size_t)id + 1, sizeof *g->by_id);
        g->by_id = by_id;
        memset(g->by_id + old, 0, (g->id_cap - old) * sizeof *g->by_id);
    }
    g->by_id[id] = object;
}

static void end_root(struct graph *g, uint32_t object, uint64_t at) {
    struct graph_object *o = &g->objects[object];
    if (o->root)
        g->roots[o->root].end = at;
    o->root = 0;
}

static void begin_root(struct graph *g, uint32_t object, uint64_t at) {
    if (!object || g->objects[object].root)
        return;
    void *roots = g->roots;
    struct graph_root *root = one_more(&roots, &g->root_cap, &g->root_count, sizeof *root);
    g->roots = roots;
    *root = (struct graph_root){.object = object, .begin = at, .end = UINT64_MAX};
    g->objects[object].root = g->root_count - 1;
}

static void on_object(struct graph *g, const struct event *ev, uint64_t at) {
    void *objects = g->objects;
    struct graph_object *o = one_more(&objects, &g->object_cap, &g->object_count, sizeof *o);
    uint32_t index = g->object_count - 1;
    g->objects = objects;
    *o = (struct graph_object){.addr = ev->a, .born = at, .dropped = UINT64_MAX};
    name_object(g, ev->x, index);
    bool tiny = ev->b < TINY_SIZE && spanclass_noscan(ev->w & 0xff);
    if (tiny) /* shares its slot: nothing is to be known of it but that it is there */
        return;
    o->older = graph_table_get(&g->by_slot, ev->a);
    graph_table_set(&g->by_slot, ev->a, index);
}

static void on_drop(struct graph *g, const struct event *ev, uint64_t at) {
    uint32_t object = object_by_id(g, ev->x);
    if (!object)
        return;
    end_root(g, object, at);
    g->objects[object].dropped = at;
}

/* The word of the object, as it is now found by its address. */
static uint32_t word_at(struct graph *g, uint32_t object, uint64_t addr) {
    uint32_t index = graph_table_get(&g->by_word, addr);
    if (index && g->words[index].object == object)
        return index;
    void *words = g->words;
    struct graph_word *w = one_more(&words, &g->word_cap, &g->word_count, sizeof *w);
    index = g->word_count - 1;
    g->words = words;
    *w = (struct graph_word){.addr = addr, .object = object, .next = g->objects[object].words};
    g->objects[object].words = index;
    graph_table_set(&g->by_word, addr, index);
    return index;
}

static void on_store(struct graph *g, const struct event *ev, uint64_t at) {
    uint32_t object = object_by_id(g, ev->x);
    if (!object)
        return;
    uint32_t word = word_at(g, object, ev->c), target = ev->b ? object_by_id(g, g->target) : 0;
    void *versions = g->versions;
    struct graph_version *v = one_more(&versions, &g->version_cap, &g->version_count, sizeof *v);
    uint32_t index = g->version_count - 1;
    g->versions = versions;
    *v = (struct graph_version){
        .value = ev->b, .since = at, .word = word, .older = g->words[word].newest};
    if (v->older)
        g->versions[v->older].newer = index;
    g->words[word].newest = index;
    if (!target)
        return;
    v->next_in = g->objects[target].in;
    g->objects[target].in = index;
}

static void on_precise(struct graph *g, bool on, uint64_t at) {
    void *modes = g->modes;
    struct graph_mode *mode = one_more(&modes, &g->mode_cap, &g->mode_count, sizeof *mode);
    g->modes = modes;
    *mode = (struct graph_mode){.since = at, .precise = on};
}

static void on_op(struct graph *g, const struct event *ev, uint64_t at) {
    switch (ev->w & 0xff) {
    case OP_ROOT: begin_root(g, object_by_id(g, ev->a), at); break;
    case OP_UNROOT:
        if (object_by_id(g, ev->a))
            end_root(g, object_by_id(g, ev->a), at);
        break;
    case OP_STORE: g->target = ev->c; break;
    case OP_PRECISE: on_precise(g, ev->b != 0, at); break;
    default: break;
    }
}

static void on_event(struct graph *g, const struct event *ev, uint64_t at) {
    switch (ev->kind) {
    case EV_OP_BEGIN: on_op(g, ev, at); break;
    case EV_OBJECT: on_object(g, ev, at); break;
    case EV_DROP: on_drop(g, ev, at); break;
    case EV_STORE: on_store(g, ev, at); break;
    default: break;
    }
}

bool graph_build(struct graph *g, uint64_t seq, uint64_t most) {
    uint64_t count = recording_count(g->rec), end = seq < count ? seq : count;
    uint64_t stop = end > g->seen && end - g->seen > most ? g->seen + most : end;
    while (g->seen < stop && !g->too_large) {
        uint64_t block_end = (g->seen / RECORDING_BLOCK + 1) * RECORDING_BLOCK;
        uint64_t to = block_end < stop ? block_end : stop;
        const struct event *ev = recording_event(g->rec, g->seen);
        for (; g->seen < to; g->seen++, ev++)
            on_event(g, ev, g->seen);
        g->too_large = g->object_count > GRAPH_MOST_OBJECTS || g->version_count > GRAPH_MOST_STORES;
    }
    return g->seen >= end && !g->too_large;
}
