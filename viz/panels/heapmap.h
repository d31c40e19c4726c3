/*
 * The heap's pages, read for pictures: what a stretch of the arena holds, merged into one cell, and
 * how a cell is drawn. The regions and the arena panel share it, so that a page looks the same in
 * both.
 *
 * Cost follows pixels. A cell of few pages is exact; in a larger one spans are visited in so many
 * steps, each standing for the pages up to the next step. A span longer than a step costs one visit
 * however long it is, and what follows it is never passed over.
 */
#ifndef ARENA_HEAPMAP_H
#define ARENA_HEAPMAP_H

#include "viz/panels/places.h"
#include "viz/ui.h"

/* What [start, end) of the arena holds. The shares are parts of the whole cell and add up to at
 * most 1; what is missing is not (yet) the heap's. */
struct cell {
    uint64_t start, end; /* bytes */
    float allocated;     /* in allocated slots */
    float open;          /* in free slots of spans in use, and their waste */
    float manual;
    float free;         /* in free spans, */
    float released;     /* and of that, given back to the system */
    float unused;       /* kept for the arena, but no span lies there yet */
    float metadata;     /* the runtime's own records, between blocks of a 32-bit heap */
    float taken;        /* somebody else's memory */
    bool marking;       /* a collection is: of what is allocated ... */
    float marked, grey; /* ... so much is found live, and so much of that waits to be looked into */
    unsigned spanclass; /* the commonest of the spans in use */
    bool any_class;     /* there is one */
    uint32_t span;      /* handle, if all belongs to one span; else 0 */
};

/* Reads cells in ascending order; remembers the span it is in. */
struct heapmap {
    const struct replica *r;
    uint64_t probes;     /* steps in a cell at most */
    uint32_t handle;     /* the span looked at last, 0: none */
    uint64_t start, end; /* its bounds */
};

/* cells: how many will be asked for, about; they share a fixed number of steps. */
void heapmap_begin(struct heapmap *m, const struct replica *r, uint64_t cells);
/* The cell for [start, end). */
struct cell heapmap_cell(struct heapmap *m, uint64_t start, uint64_t end);

/* The live span that holds addr; unlike replica_span_of also inside free spans, where the spans
 * table keeps only its first and last entry up to date. */
uint32_t heapmap_span_at(const struct replica *r, uint64_t addr);

/* Slots of an in-use span, by address: which are touched by [lo, hi), and how many of them are
 * allocated. Returns false if none is (the tail). */
struct slot_run {
    uint64_t first, count, allocated;
    uint64_t marked; /* their mark bits are set */
};
bool heapmap_slots(const struct rspan *s, uint64_t lo, uint64_t hi, struct slot_run *out);
uint64_t heapmap_span_end(const struct rspan *s);

/* The address that the linked panels light: what is hovered, else pinned, else the object allocated
 * last. 0: nothing. chosen (may be NULL): the user pointed at it. */
uint64_t heapmap_focus(const struct view *v, bool *chosen);

/* Draws the cell's composition as a stack, from the bottom: allocated, open, manual, free ... */
void heapmap_draw(struct ui *ui, struct rect box, const struct cell *cell);
/* The colour of a span class as the arena shows it, and its dull form for open slots. */
uint32_t heapmap_class_color(const struct ui *ui, unsigned spanclass);
uint32_t heapmap_open_color(const struct ui *ui, unsigned spanclass);
/* Dots over what holds no pointers. */
void heapmap_draw_noscan(struct ui *ui, struct rect box);

#endif
