/*
 * Between two moments, by size class: see history.h.
 *
 * What there was at both ends the replicas know. What must be counted is the slots that were
 * allocated between and swept again: for each span, which of its slots are young is kept, and the
 * sweep of a span, which tells its mark bits, says which of them die.
 */
#include "sim/trace/history.h"

#include <stdlib.h>

enum { MAX_WORDS = GO_PAGE_SIZE / 8 / 64 }; /* bits of a span, as in a replica */

/* What is known of a span with young slots. */
struct young {
    uint64_t slots[MAX_WORDS]; /* allocated since the range began */
    uint64_t marks[MAX_WORDS]; /* told by the sweep that goes on */
    uint64_t span_class, elemsize;
    bool sweeping;
};

struct range_count {
    const struct recording *rec;
    uint64_t from, to, at;
    bool done;
    struct replica *start; /* the state at `from` */
    struct young **young;  /* by handle; NULL: nothing learnt of it so far */
    size_t young_cap;
    struct range_class classes[NUM_SIZE_CLASSES];
    /* Of slots born in the range, by size class. */
    uint64_t died[NUM_SIZE_CLASSES], died_bytes[NUM_SIZE_CLASSES];
    uint64_t born[NUM_SIZE_CLASSES], born_bytes[NUM_SIZE_CLASSES];
};

struct range_count *range_count_new(const struct recording *rec, uint64_t from, uint64_t to) {
    struct range_count *c = xcalloc(1, sizeof *c);
    uint64_t count = recording_count(rec);
    c->rec = rec;
    c->to = to < count ? to : count;
    c->from = c->at = from < c->to ? from : c->to;
    c->start = replica_new();
    recording_seek(rec, &c->start, c->from);
    return c;
}

void range_count_free(struct range_count *c) {
    if (!c)
        return;
    for (size_t i = 0; i < c->young_cap; i++)
        free(c->young[i]);
    free(c->young);
    replica_free(c->start);
    free(c);
}

static struct young *young_of(struct range_count *c, uint32_t handle) {
    if (handle >= c->young_cap) {
        size_t old = c->young_cap;
        void *young = c->young;
        array_reserve(&young, &c->young_cap, (size_t)handle + 1, sizeof(struct young *));
        c->young = young;
        for (size_t i = old; i < c->young_cap; i++)
            c->young[i] = NULL;
    }
    if (!c->young[handle]) {
        struct young *y = c->young[handle] = xcalloc(1, sizeof *y);
        const struct rspan *s = replica_span(c->start, handle);
        y->span_class = s ? s->spanclass : 0;
        y->elemsize = s ? s->elemsize : 0;
        y->sweeping = s && (s->sweepgen & 1);
    }
    return c->young[handle];
}

static unsigned class_of(const struct young *y) {
    return spanclass_size_class((unsigned)y->span_class);
}

static void slot_born(struct range_count *c, struct young *y, uint64_t slot) {
    if (slot >= MAX_WORDS * 64)
        return;
    y->slots[slot / 64] |= UINT64_C(1) << slot % 64;
    c->born[class_of(y)]++;
    c->born_bytes[class_of(y)] += y->elemsize;
}

static void sweep_ends(struct range_count *c, struct young *y) {
    for (unsigned w = 0; w < MAX_WORDS; w++) {
        uint64_t dead = y->slots[w] & ~y->marks[w];
        uint64_t n = (uint64_t)__builtin_popcountll(dead);
        c->died[class_of(y)] += n;
        c->died_bytes[class_of(y)] += n * y->elemsize;
        y->slots[w] &= y->marks[w];
        y->marks[w] = 0;
    }
}

static void on_span_set(struct range_count *c, const struct event *ev) {
    struct young *y = young_of(c, ev->x);
    switch (ev->w) {
    case SPAN_spanclass: y->span_class = ev->b; break;
    case SPAN_elemsize: y->elemsize = ev->b; break;
    case SPAN_sweepgen:
        if (y->sweeping)
            sweep_ends(c, y);
        y->sweeping = ev->b & 1; /* odd: between unswept and swept */
        break;
    case SPAN_alloc_count: /* a large object has no SLOT event */
        if (class_of(y) == 0 && ev->a == 0)
            slot_born(c, y, 0);
        break;
    default: break;
    }
}

static void look_at(struct range_count *c, const struct event *ev) {
    switch (ev->kind) {
    case EV_SPAN_SET: on_span_set(c, ev); break;
    case EV_SLOT: slot_born(c, young_of(c, ev->x), (ev->c >> 32) - 1); break;
    case EV_BITS:
        if (ev->w == 1 && ev->c == 0) {
            struct young *y = young_of(c, ev->x);
            if (y->sweeping)
                y->marks[ev->a] |= ev->b;
        }
        break;
    default: break;
    }
}

/* Adds up what the replica knows of a size class: its two span classes. */
static void add_taken(const struct replica *r, unsigned size_class, uint64_t *n, uint64_t *bytes) {
    *n = *bytes = 0;
    for (unsigned noscan = 0; noscan < 2; noscan++) {
        *n += r->classes[2 * size_class + noscan].taken;
        *bytes += r->classes[2 * size_class + noscan].taken_bytes;
    }
}

static void conclude(struct range_count *c) {
    struct replica *end = replica_copy(c->start);
    recording_seek(c->rec, &end, c->to);
    for (unsigned i = 0; i < NUM_SIZE_CLASSES; i++) {
        struct range_class *k = &c->classes[i];
        uint64_t before, before_bytes, after, after_bytes;
        add_taken(c->start, i, &before, &before_bytes);
        add_taken(end, i, &after, &after_bytes);
        k->born = c->born[i] - c->died[i];
        k->born_bytes = c->born_bytes[i] - c->died_bytes[i];
        k->born_died = c->died[i];
        k->born_died_bytes = c->died_bytes[i];
        k->lived = after - k->born;
        k->lived_bytes = after_bytes - k->born_bytes;
        k->freed = before - k->lived;
        k->freed_bytes = before_bytes - k->lived_bytes;
    }
    replica_free(end);
}

bool range_count_step(struct range_count *c, uint64_t events) {
    uint64_t end = c->to - c->at > events ? c->at + events : c->to;
    for (; c->at < end; c->at++)
        look_at(c, recording_event(c->rec, c->at));
    if (c->at == c->to && !c->done) {
        conclude(c);
        c->done = true;
    }
    return !c->done;
}

double range_count_progress(const struct range_count *c) {
    return c->to == c->from ? 1 : (double)(c->at - c->from) / (double)(c->to - c->from);
}

const struct range_class *range_count_classes(const struct range_count *c) {
    return c->classes;
}
