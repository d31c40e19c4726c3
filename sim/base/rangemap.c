/* A map of the address space: see rangemap.h. */
#include "sim/base/rangemap.h"

#include <stdlib.h>
#include <string.h>

void rangemap_free(struct rangemap *m) {
    free(m->ranges);
    *m = (struct rangemap){0};
}

void rangemap_copy(struct rangemap *to, const struct rangemap *from) {
    void *ranges = to->ranges;
    array_reserve(&ranges, &to->cap, from->count, sizeof *to->ranges);
    to->ranges = ranges;
    if (from->count)
        memcpy(to->ranges, from->ranges, from->count * sizeof *to->ranges);
    to->count = from->count;
}

size_t rangemap_find(const struct rangemap *m, uint64_t addr) {
    size_t lo = 0, hi = m->count;
    while (lo < hi) {
        size_t mid = lo + (hi - lo) / 2;
        if (m->ranges[mid].end <= addr)
            lo = mid + 1;
        else
            hi = mid;
    }
    return lo;
}

enum range_state rangemap_state(const struct rangemap *m, uint64_t addr, enum range_owner *owner) {
    size_t i = rangemap_find(m, addr);
    bool inside = i < m->count && m->ranges[i].start <= addr;
    if (owner)
        *owner = inside ? m->ranges[i].owner : OWNER_NOBODY;
    return inside ? m->ranges[i].state : RANGE_NONE;
}

/* Replaces ranges [at, at + old) by the new ones given. */
static void splice(struct rangemap *m, size_t at, size_t old, const struct range *fresh, size_t n) {
    if (!m->count && !n)
        return; /* there may be no array yet */
    void *ranges = m->ranges;
    if (old + n == 0) /* an empty map has no array at all */
        return;
    array_reserve(&ranges, &m->cap, m->count + n, sizeof *m->ranges);
    m->ranges = ranges;
    memmove(m->ranges + at + n, m->ranges + at + old, (m->count - at - old) * sizeof *m->ranges);
    memcpy(m->ranges + at, fresh, n * sizeof *fresh);
    m->count = m->count - old + n;
}

static bool alike(const struct range *a, const struct range *b) {
    return a->state == b->state && a->owner == b->owner;
}

/* Appends r to the up-to-five pieces that replace the touched ranges, joining it to the last. */
static size_t add_piece(struct range *pieces, size_t n, struct range r) {
    if (r.state == RANGE_NONE)
        return n;
    if (n && pieces[n - 1].end == r.start && alike(&pieces[n - 1], &r)) {
        pieces[n - 1].end = r.end;
        return n;
    }
    pieces[n] = r;
    return n + 1;
}

void rangemap_set(struct rangemap *m, uint64_t start, uint64_t end, enum range_state state,
    enum range_owner owner) {
    INVARIANT(start < end);
    /* Neighbours that merely touch [start, end) take part too: they may have to be joined. */
    size_t first = rangemap_find(m, start ? start - 1 : 0);
    size_t last = first;
    while (last < m->count && m->ranges[last].start <= end)
        last++;
    struct range pieces[5];
    size_t n = 0;
    if (first < last) {
        struct range head = m->ranges[first];
        if (head.end > start)
            head.end = start;
        if (head.start < start)
            n = add_piece(pieces, n, head);
    }
    n = add_piece(pieces, n,
        (struct range){
            .start = start, .end = end, .state = (uint8_t)state, .owner = (uint8_t)owner});
    if (first < last) {
        struct range tail = m->ranges[last - 1];
        if (tail.start < end)
            tail.start = end;
        if (tail.end > end)
            n = add_piece(pieces, n, tail);
    }
    splice(m, first, last - first, pieces, n);
}

uint64_t rangemap_run(const struct rangemap *m, uint64_t start, uint64_t end, struct range *out) {
    size_t i = rangemap_find(m, start);
    *out = (struct range){.start = start, .end = end};
    if (i < m->count && m->ranges[i].start <= start) {
        out->state = m->ranges[i].state;
        out->owner = m->ranges[i].owner;
        if (m->ranges[i].end < end)
            out->end = m->ranges[i].end;
    } else if (i < m->count && m->ranges[i].start < end) {
        out->end = m->ranges[i].start;
    }
    return out->end;
}

uint64_t rangemap_bytes(
    const struct rangemap *m, uint64_t start, uint64_t end, enum range_state state) {
    uint64_t sum = 0;
    for (size_t i = rangemap_find(m, start); i < m->count && m->ranges[i].start < end; i++) {
        const struct range *r = &m->ranges[i];
        uint64_t lo = r->start > start ? r->start : start, hi = r->end < end ? r->end : end;
        if (r->state == state)
            sum += hi - lo;
    }
    return sum;
}
