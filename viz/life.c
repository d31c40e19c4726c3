/* The life of an object: see life.h. */
#include "viz/life.h"

/* The address that the thing is about, 0 if it is no object's. */
static uint64_t object_addr(const struct view *v, struct thing thing) {
    if (thing.kind == THING_SLOT || thing.kind == THING_WORD)
        return thing.addr;
    if (thing.kind == THING_EVENT && thing.index < v->count) {
        const struct event *ev = recording_event(v->rec, thing.index);
        return ev->kind == EV_OBJECT ? ev->a : 0;
    }
    return 0;
}

static void add_neighbour(struct life *l, const struct event *ev, uint64_t number) {
    if (ev->a == l->object.addr || l->neighbour_count == LIFE_NEIGHBOURS)
        return;
    int n = l->neighbour_count++;
    l->neighbours[n].addr = ev->a;
    l->neighbours[n].size = ev->b;
    l->neighbours[n].id = ev->x;
    l->neighbours[n].born = number;
}

/* Objects of the block, from the moment back to the one that took it. */
static void find_neighbours(struct life *l, const struct view *v) {
    const struct rspan *s = replica_span(v->r, l->object.span);
    if (!s || s->spanclass != TINY_SPAN_CLASS || l->object.size >= TINY_SIZE)
        return;
    uint64_t block = round_down(l->object.addr, TINY_SIZE);
    for (uint64_t i = v->at; i > 0;) {
        uint64_t piece = (i - 1) / RECORDING_BLOCK, start = piece * RECORDING_BLOCK;
        if (!recording_may_have(v->rec, piece, KEY_ADDRESS, block / 16)) {
            i = start;
            continue;
        }
        for (; i > start; i--) {
            const struct event *ev = recording_event(v->rec, i - 1);
            if (ev->kind != EV_OBJECT || ev->a < block || ev->a >= block + TINY_SIZE)
                continue;
            bool took = ev->w >> 8 != RUNG_TINY;
            add_neighbour(l, ev, i - 1);
            if (took || l->neighbour_count == LIFE_NEIGHBOURS)
                return;
        }
    }
}

static bool known_word(const uint64_t *words, int count, uint64_t addr) {
    for (int i = 0; i < count; i++)
        if (words[i] == addr)
            return true;
    return false;
}

/* The last store into each word counts; nil is no pointer. */
static void find_pointers(struct life *l, const struct view *v) {
    enum { LOOKS = 48 };
    struct find find = find_object(&l->object);
    uint64_t words[LOOKS], at = v->at;
    int seen = 0;
    for (int look = 0; look < LOOKS && l->pointer_count < LIFE_POINTERS; look++) {
        at = recording_find(v->rec, at, false, &find);
        if (at == NO_EVENT || at <= l->object.born)
            return;
        const struct event *ev = recording_event(v->rec, at);
        if (ev->kind != EV_STORE || known_word(words, seen, ev->c))
            continue;
        words[seen++] = ev->c;
        if (!ev->b)
            continue;
        l->pointers[l->pointer_count].addr = ev->c;
        l->pointers[l->pointer_count++].target = ev->b;
    }
}

void life_update(struct life *l, const struct view *v, struct thing thing) {
    uint64_t count = v->running ? 0 : v->count; /* what is still to come is looked at once, later */
    if (thing_same(l->thing, thing) && l->at == v->at && l->count == count)
        return;
    *l = (struct life){.thing = thing, .at = v->at, .count = count};
    uint64_t addr = v->rec ? object_addr(v, thing) : 0;
    l->any = addr && object_life(v->rec, v->r, addr, &l->object);
    if (!l->any)
        return;
    l->holds = l->object.swept == NO_EVENT || l->object.swept >= v->at;
    if (!l->holds)
        return;
    find_neighbours(l, v);
    find_pointers(l, v);
}
