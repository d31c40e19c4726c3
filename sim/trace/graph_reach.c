/* Following pointers: see graph.h. */
#include "sim/trace/graph_parts.h"

#include <stdlib.h>
#include <string.h>

/* --- One step --- */

bool graph_slot(const struct replica *r, uint64_t addr, uint64_t *base, uint64_t *size) {
    const struct rspan *s = replica_span(r, replica_span_of(r, addr));
    if (!s || s->state != SPAN_STATE_INUSE || !s->elemsize || addr >= s->limit)
        return false;
    uint64_t index = (addr - s->base) / s->elemsize;
    *base = s->base + index * s->elemsize;
    *size = s->elemsize;
    return index < s->nelems && rspan_slot_allocated(s, index);
}

/* May a collector follow what the word holds? */
static bool is_pointer_word(const struct graph *g, const struct replica *r, uint64_t addr) {
    uint64_t word = (addr - r->heap[HEAP_arena_start]) / g->ptr_size;
    return replica_bitmap(r, word / 4) >> word % 4 & 1;
}

/* The object that has the slot at the moment. */
static uint32_t object_in(const struct graph *g, const struct replica *r, uint64_t base) {
    const struct rspan *s = replica_span(r, replica_span_of(r, base));
    if (!s || spanclass_noscan((unsigned)s->spanclass))
        return 0;
    uint32_t object = graph_table_get(&g->by_slot, base);
    while (object && g->objects[object].born >= r->seq)
        object = g->objects[object].older;
    return object;
}

static const struct graph_version *version_at(
    const struct graph *g, const struct graph_word *w, uint64_t seq) {
    uint32_t v = w->newest;
    while (v && g->versions[v].since >= seq)
        v = g->versions[v].older;
    return v ? &g->versions[v] : NULL;
}

size_t graph_out(const struct graph *g, const struct replica *r, uint64_t base, struct pointer *out,
    size_t most) {
    size_t n = 0;
    uint32_t object = object_in(g, r, base);
    for (uint32_t w = object ? g->objects[object].words : 0; w; w = g->words[w].next) {
        const struct graph_word *word = &g->words[w];
        const struct graph_version *v = version_at(g, word, r->seq);
        uint64_t to, size;
        if (!v || !v->value || !is_pointer_word(g, r, word->addr) ||
            !graph_slot(r, v->value, &to, &size))
            continue;
        if (n < most)
            out[n] =
                (struct pointer){.from = base, .word = word->addr, .to = to, .value = v->value};
        n++;
    }
    return n;
}

size_t graph_in(const struct graph *g, const struct replica *r, uint64_t base, struct pointer *out,
    size_t most) {
    size_t n = 0;
    uint32_t object = graph_table_get(&g->by_slot, base);
    while (object && g->objects[object].born >= r->seq)
        object = g->objects[object].older;
    for (uint32_t i = object ? g->objects[object].in : 0; i; i = g->versions[i].next_in) {
        const struct graph_version *v = &g->versions[i];
        const struct graph_word *word = &g->words[v->word];
        uint64_t from, size;
        bool current = v->since < r->seq && !(v->newer && g->versions[v->newer].since < r->seq);
        if (!current || !graph_slot(r, word->addr, &from, &size) ||
            object_in(g, r, from) != word->object || !is_pointer_word(g, r, word->addr))
            continue;
        if (n < most)
            out[n] =
                (struct pointer){.from = from, .word = word->addr, .to = base, .value = v->value};
        n++;
    }
    return n;
}

/* --- All steps --- */

struct reached {
    uint64_t base, size;
    uint32_t from; /* where it was found, by index; UINT32_MAX: a root */
};

struct reach {
    struct reached *items; /* nearest first */
    size_t count, cap;
    struct graph_table index; /* slot -> its item + 1 */
    uint64_t roots, bytes;
    bool cut;
    /* By address: slots, and the bytes of those before each. */
    uint64_t *sorted, *before;
};

static void add(struct reach *reach, const struct replica *r, uint64_t addr, uint32_t from) {
    uint64_t base, size;
    if (!graph_slot(r, addr, &base, &size) || graph_table_get(&reach->index, base))
        return;
    if (reach->count == REACH_MOST) {
        reach->cut = true;
        return;
    }
    void *items = reach->items;
    array_reserve(&items, &reach->cap, reach->count + 1, sizeof *reach->items);
    reach->items = items;
    reach->items[reach->count++] = (struct reached){base, size, from};
    graph_table_set(&reach->index, base, (uint32_t)reach->count);
    reach->bytes += size;
    reach->roots += from == UINT32_MAX;
}

static bool is_precise(const struct graph *g, uint64_t seq) {
    bool precise = false;
    for (uint32_t i = 1; i < g->mode_count && g->modes[i].since < seq; i++)
        precise = g->modes[i].precise;
    return precise;
}

static void add_roots(struct reach *reach, const struct graph *g, const struct replica *r) {
    if (is_precise(g, r->seq)) {
        for (uint32_t i = 1; i < g->root_count; i++)
            if (g->roots[i].begin < r->seq && g->roots[i].end >= r->seq)
                add(reach, r, g->objects[g->roots[i].object].addr, UINT32_MAX);
        return;
    }
    for (uint32_t i = 1; i < g->object_count && g->objects[i].born < r->seq; i++)
        if (g->objects[i].dropped >= r->seq)
            add(reach, r, g->objects[i].addr, UINT32_MAX);
}

static void follow(
    struct reach *reach, const struct graph *g, const struct replica *r, uint32_t item) {
    uint32_t object = object_in(g, r, reach->items[item].base);
    for (uint32_t w = object ? g->objects[object].words : 0; w; w = g->words[w].next) {
        const struct graph_version *v = version_at(g, &g->words[w], r->seq);
        if (v && v->value && is_pointer_word(g, r, g->words[w].addr))
            add(reach, r, v->value, item);
    }
}

/* By address: each pass puts them in order of some more bits, the lower ones first. */
static struct reached *in_order(const struct reach *reach) {
    enum { BITS = 11, PLACES = 1 << BITS, UNIT = 3 }; /* slots are multiples of 8 bytes */
    uint64_t low = UINT64_MAX, high = 0;
    for (size_t i = 0; i < reach->count; i++) {
        uint64_t base = reach->items[i].base;
        low = base < low ? base : low;
        high = base > high ? base : high;
    }
    struct reached *from = xmalloc((reach->count + 1) * sizeof *from);
    struct reached *to = xmalloc((reach->count + 1) * sizeof *to);
    if (reach->count)
        memcpy(from, reach->items, reach->count * sizeof *from);
    for (unsigned shift = UNIT; reach->count && (high - low) >> shift; shift += BITS) {
        size_t ends[PLACES + 1] = {0};
        for (size_t i = 0; i < reach->count; i++)
            ends[((from[i].base - low) >> shift) % PLACES + 1]++;
        for (size_t i = 1; i < PLACES; i++)
            ends[i] += ends[i - 1];
        for (size_t i = 0; i < reach->count; i++)
            to[ends[((from[i].base - low) >> shift) % PLACES]++] = from[i];
        struct reached *swapped = from;
        from = to;
        to = swapped;
    }
    free(to);
    return from;
}

static void sort(struct reach *reach) {
    struct reached *items = in_order(reach);
    reach->sorted = xmalloc((reach->count + 1) * sizeof *reach->sorted);
    reach->before = xmalloc((reach->count + 1) * sizeof *reach->before);
    uint64_t bytes = 0;
    for (size_t i = 0; i < reach->count; i++) {
        reach->sorted[i] = items[i].base;
        reach->before[i] = bytes;
        bytes += items[i].size;
    }
    reach->before[reach->count] = bytes;
    free(items);
}

struct reach *graph_reach(const struct graph *g, const struct replica *r, uint64_t from) {
    struct reach *reach = xcalloc(1, sizeof *reach);
    bool follows = from || is_precise(g, r->seq);
    if (!from) /* there may be as many as objects: room for them at once */
        graph_table_room(
            &reach->index, g->by_slot.count < REACH_MOST ? g->by_slot.count : REACH_MOST);
    if (from)
        add(reach, r, from, UINT32_MAX);
    else
        add_roots(reach, g, r);
    for (size_t i = 0; follows && i < reach->count; i++)
        follow(reach, g, r, (uint32_t)i);
    sort(reach);
    return reach;
}

void reach_free(struct reach *reach) {
    if (!reach)
        return;
    graph_table_free(&reach->index);
    free(reach->items);
    free(reach->sorted);
    free(reach->before);
    free(reach);
}

uint64_t reach_objects(const struct reach *reach) {
    return reach->count;
}

uint64_t reach_bytes(const struct reach *reach) {
    return reach->bytes;
}

uint64_t reach_roots(const struct reach *reach) {
    return reach->roots;
}

bool reach_cut(const struct reach *reach) {
    return reach->cut;
}

bool reach_has(const struct reach *reach, uint64_t base) {
    return graph_table_get(&reach->index, base) != 0;
}

/* The first slot at or behind addr. */
static size_t sorted_from(const struct reach *reach, uint64_t addr) {
    size_t low = 0, high = reach->count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (reach->sorted[middle] < addr)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

uint64_t reach_count(const struct reach *reach, uint64_t lo, uint64_t hi, uint64_t *bytes) {
    size_t first = sorted_from(reach, lo), end = sorted_from(reach, hi);
    *bytes = reach->before[end] - reach->before[first];
    return end - first;
}

size_t reach_path(const struct reach *reach, uint64_t base, uint64_t *path, size_t most) {
    uint32_t found = graph_table_get(&reach->index, base);
    size_t length = 0;
    for (uint32_t i = found; i; i = reach->items[i - 1].from + 1) /* UINT32_MAX + 1: a root's */
        length++;
    size_t left = length;
    for (uint32_t i = found; i; i = reach->items[i - 1].from + 1)
        if (--left, length - left <= most)
            path[(length < most ? length : most) - (length - left)] = reach->items[i - 1].base;
    return length;
}
