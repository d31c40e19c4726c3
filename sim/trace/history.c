/* Searching a recording, and lives of objects: see history.h. */
#include "sim/trace/history.h"

/* What a search looks for, and what tells that a block cannot have it. */
struct search {
    uint64_t kinds;
    unsigned key_count; /* 0: the kinds alone tell; else the block must seem to have one of: */
    struct {
        enum digest_key key;
        uint64_t value;
    } keys[2];
    /* May keep notes behind arg: it is given the events of the kinds, in order. */
    bool (*matches)(void *arg, const struct event *ev);
    void *arg;
};

static uint64_t bit_of(enum event_kind kind) {
    return UINT64_C(1) << kind;
}

/* --- Searching --- */

static bool worth_a_look(const struct recording *rec, const struct search *s, uint64_t block) {
    const struct block_digest *d = recording_digest(rec, block);
    if (!d || !s->key_count)
        return !d || (d->kinds & s->kinds);
    if (!(d->kinds & s->kinds))
        return false;
    for (unsigned i = 0; i < s->key_count; i++)
        if (recording_may_have(rec, block, s->keys[i].key, s->keys[i].value))
            return true;
    return false;
}

static bool found(const struct search *s, const struct event *ev) {
    return (s->kinds >> ev->kind & 1) && s->matches(s->arg, ev);
}

static uint64_t search_forward(
    const struct recording *rec, const struct search *s, uint64_t from, uint64_t end) {
    for (uint64_t i = from; i < end;) {
        uint64_t block = i / RECORDING_BLOCK, next = (block + 1) * RECORDING_BLOCK;
        if (next > end)
            next = end;
        if (!worth_a_look(rec, s, block)) {
            i = next;
            continue;
        }
        for (const struct event *ev = recording_event(rec, i); i < next; i++, ev++)
            if (found(s, ev))
                return i;
    }
    return NO_EVENT;
}

static uint64_t search_back(
    const struct recording *rec, const struct search *s, uint64_t from, uint64_t end) {
    for (uint64_t i = from; i > end;) {
        uint64_t block = (i - 1) / RECORDING_BLOCK, first = block * RECORDING_BLOCK;
        if (first < end)
            first = end;
        if (!worth_a_look(rec, s, block)) {
            i = first;
            continue;
        }
        const struct event *events = recording_event(rec, first);
        for (; i > first; i--)
            if (found(s, &events[i - 1 - first]))
                return i - 1;
    }
    return NO_EVENT;
}

static bool inside(const struct find *f, uint64_t addr) {
    return addr - f->addr < f->size;
}

bool find_matches(const struct find *f, const struct event *ev) {
    uint32_t spans[2];
    switch (f->what) {
    case FIND_KIND: return f->value >> ev->kind & 1;
    case FIND_SPAN:
        for (unsigned n = event_spans(ev, spans); n > 0; n--)
            if (spans[n - 1] == f->value)
                return true;
        return false;
    case FIND_OBJECT:
    default: break;
    }
    switch (ev->kind) {
    case EV_OBJECT:
    case EV_DROP: return ev->x == f->value && inside(f, ev->a);
    case EV_STORE: return ev->x == f->value && inside(f, ev->c);
    case EV_GREY:
    case EV_BLACK: return inside(f, ev->a);
    default: return false;
    }
}

static bool matches_find(void *arg, const struct event *ev) {
    return find_matches(arg, ev);
}

uint64_t recording_find(
    const struct recording *rec, uint64_t from, bool forward, const struct find *find) {
    struct find copy = *find;
    struct search s = {.kinds = UINT64_MAX, .matches = matches_find, .arg = &copy};
    if (find->what == FIND_KIND) {
        s.kinds = find->value;
    } else if (find->what == FIND_SPAN) {
        s.key_count = 1;
        s.keys[0].key = KEY_SPAN;
        s.keys[0].value = find->value;
    } else {
        s.kinds = bit_of(EV_OBJECT) | bit_of(EV_DROP) | bit_of(EV_STORE) | bit_of(EV_GREY) |
                  bit_of(EV_BLACK);
        s.key_count = 2;
        s.keys[0].key = KEY_OBJECT;
        s.keys[0].value = find->value;
        s.keys[1].key = KEY_ADDRESS;
        s.keys[1].value = find->addr / 16;
    }
    uint64_t count = recording_count(rec);
    if (from > count)
        from = count;
    return forward ? search_forward(rec, &s, from, count) : search_back(rec, &s, from, 0);
}

/* --- Lives --- */

/* A slot of a span, and what is to be learnt of it. */
struct slot {
    uint32_t span;
    unsigned span_class;
    uint64_t index, base, size;
    uint64_t addr; /* inside it */
    bool sweeping; /* the span is being swept, and ... */
    bool marked;   /* ... the slot's mark bit was set */
};

/* The allocation of the object at addr: in a tiny block the one that reaches over it, else the one
 * that began the block. */
static bool is_birth(void *arg, const struct event *ev) {
    const struct slot *slot = arg;
    if (ev->a < slot->base || ev->a - slot->base >= slot->size)
        return false;
    bool began_slot = ev->w >> 8 != RUNG_TINY;
    return began_slot || slot->addr - ev->a < ev->b;
}

/* The end of a sweep of the span that did not find the slot marked. */
static bool is_end(void *arg, const struct event *ev) {
    struct slot *slot = arg;
    if (ev->x != slot->span)
        return false;
    if (ev->kind == EV_BITS) {
        if (ev->w == 1 && ev->a == slot->index / 64 && ev->c == 0)
            slot->marked |= ev->b >> slot->index % 64 & 1;
        return false;
    }
    if (ev->w != SPAN_sweepgen)
        return false;
    bool ends = slot->sweeping;
    slot->sweeping = ev->b & 1; /* odd: between unswept and swept */
    if (slot->sweeping)
        slot->marked = false;
    return ends && !slot->marked;
}

static bool slot_at(const struct replica *r, uint64_t addr, struct slot *slot) {
    uint32_t handle = replica_span_of(r, addr);
    const struct rspan *s = replica_span(r, handle);
    if (!s || s->state != SPAN_STATE_INUSE || !s->elemsize)
        return false;
    uint64_t index = (addr - s->base) / s->elemsize;
    *slot = (struct slot){.span = handle,
        .span_class = (unsigned)s->spanclass,
        .index = index,
        .base = s->base + index * s->elemsize,
        .size = s->elemsize,
        .addr = addr};
    return index < s->nelems;
}

static uint64_t find_birth(const struct recording *rec, const struct slot *slot, uint64_t before) {
    struct slot copy = *slot;
    struct search s = {.kinds = bit_of(EV_OBJECT),
        .key_count = 1,
        .keys = {{KEY_ADDRESS, slot->base / 16}},
        .matches = is_birth,
        .arg = &copy};
    return search_back(rec, &s, before, 0);
}

static uint64_t find_end(const struct recording *rec, const struct slot *slot, uint64_t from) {
    struct slot copy = *slot;
    struct search s = {.kinds = bit_of(EV_SPAN_SET) | bit_of(EV_BITS),
        .key_count = 1,
        .keys = {{KEY_SPAN, slot->span}},
        .matches = is_end,
        .arg = &copy};
    return search_forward(rec, &s, from, recording_count(rec));
}

struct find find_object(const struct object_life *life) {
    return (struct find){
        .what = FIND_OBJECT, .value = life->id, .addr = life->addr, .size = life->size};
}

bool object_life(
    const struct recording *rec, const struct replica *r, uint64_t addr, struct object_life *out) {
    struct slot slot;
    if (!slot_at(r, addr, &slot))
        return false;
    uint64_t born = find_birth(rec, &slot, r->seq);
    if (born == NO_EVENT || (recording_event(rec, born)->w & 0xff) != slot.span_class)
        return false;
    const struct event *ev = recording_event(rec, born);
    *out = (struct object_life){
        .born = born, .id = ev->x, .span = slot.span, .addr = ev->a, .size = ev->b};
    struct find object = find_object(out);
    struct search s = {.kinds = bit_of(EV_DROP),
        .key_count = 1,
        .keys = {{KEY_OBJECT, out->id}, {KEY_ADDRESS, slot.base / 16}},
        .matches = matches_find,
        .arg = &object};
    out->dropped = search_forward(rec, &s, born + 1, recording_count(rec));
    out->swept = find_end(rec, &slot, born + 1);
    if (out->dropped > out->swept) /* of another object with the same number, at the same place */
        out->dropped = NO_EVENT;
    s.kinds = bit_of(EV_STORE) | bit_of(EV_GREY) | bit_of(EV_BLACK);
    s.key_count = 2;
    out->touched = search_back(rec, &s, r->seq, born + 1);
    return true;
}
