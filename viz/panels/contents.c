/* What is known of words. See contents.h. */
#include "viz/panels/contents.h"

#include <string.h>

/* Objects in sight, by the program's numbers, so that a fill finds its object. */
struct object {
    uint32_t id;
    uint64_t addr, size;
};

struct reading {
    struct contents *c;
    struct object objects[CONTENTS_WORDS];
    size_t count;
    size_t next; /* when full, the oldest goes first */
};

/* All words that lie wholly or partly in [lo, hi). */
static void set_words(struct contents *c, uint64_t lo, uint64_t hi, uint64_t value) {
    uint64_t end = c->start + c->count * c->word;
    lo = lo > c->start ? lo : c->start;
    hi = hi < end ? hi : end;
    for (uint64_t at = round_down(lo, c->word); at < hi; at += c->word) {
        c->value[(at - c->start) / c->word] = value;
        c->known[(at - c->start) / c->word] = true;
    }
}

static bool in_sight(const struct contents *c, uint64_t addr, uint64_t size) {
    return addr < c->start + c->count * c->word && addr + size > c->start;
}

/* A tiny object is one of several in a block, which was zeroed when the first of them came. */
static void on_object(struct reading *r, const struct event *ev) {
    uint64_t taken = ev->c & UINT32_MAX;
    uint64_t size = taken > ev->b ? taken : ev->b;
    if (!size || !in_sight(r->c, ev->a, size))
        return;
    if (ev->w >> 8 != RUNG_TINY)
        set_words(r->c, ev->a, ev->a + size, 0);
    r->objects[r->next] = (struct object){ev->x, ev->a, ev->b};
    r->next = (r->next + 1) % ARRAY_LEN(r->objects);
    if (r->count < ARRAY_LEN(r->objects))
        r->count++;
}

/* The byte that fills write is the program's own business: its words become unknown. */
static void on_fill(struct reading *r, uint64_t id) {
    for (size_t i = 0; i < r->count; i++) {
        const struct object *o = &r->objects[i];
        if (o->id != id)
            continue;
        uint64_t end = r->c->start + r->c->count * r->c->word;
        for (uint64_t at = round_down(o->addr, r->c->word); at < o->addr + o->size;
             at += r->c->word)
            if (at >= r->c->start && at < end)
                r->c->known[(at - r->c->start) / r->c->word] = false;
    }
}

static void on_event(struct reading *r, const struct event *ev) {
    switch (ev->kind) {
    case EV_OBJECT: on_object(r, ev); break;
    case EV_STORE: set_words(r->c, ev->c, ev->c + 1, ev->b); break;
    case EV_OP_BEGIN:
        if ((ev->w & 0xff) == OP_FILL)
            on_fill(r, ev->a);
        break;
    default: break;
    }
}

void contents_read(const struct view *v, uint64_t lo, uint64_t hi, struct contents *c) {
    struct reading r = {.c = c};
    c->start = lo;
    c->word = v->platform->ptr_size;
    c->count = (size_t)((hi - lo) / c->word);
    if (c->count > CONTENTS_WORDS)
        c->count = CONTENTS_WORDS;
    memset(c->known, 0, sizeof c->known);
    if (!v->rec)
        return;
    uint64_t first = v->at > CONTENTS_LOOK_BACK ? v->at - CONTENTS_LOOK_BACK : 0;
    for (uint64_t i = first; i < v->at; i++)
        on_event(&r, recording_event(v->rec, i));
}

bool contents_at(const struct contents *c, uint64_t addr, uint64_t *value) {
    if (addr < c->start || (addr - c->start) / c->word >= c->count)
        return false;
    size_t i = (size_t)((addr - c->start) / c->word);
    *value = c->value[i];
    return c->known[i];
}
