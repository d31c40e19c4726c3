/*
 * The shelves that spans stand on while they wait: mcaches, mcentral's lists, the free and busy
 * lists, the treap. The small forms in the right column and the large view share these parts, so
 * that a thing looks the same in both.
 *
 * Every span drawn can be met by the pointer as THING_PAGE of its first page. The span that the
 * user points at, or that the latest object lies in, is lit wherever it stands.
 */
#ifndef ARENA_SHELF_H
#define ARENA_SHELF_H

#include "viz/ui.h"

/* Size classes that mcache and mcentral serve: 1 .. 66; class 0 is large objects. */
enum { SHELF_FIRST_CLASS = 1, SHELF_CLASSES = NUM_SIZE_CLASSES - 1 };

/* The span to light: its handle, 0 if none; *chosen (may be NULL): the user points at it. */
uint32_t shelf_lit(const struct view *v, bool *chosen);
/* The thing that stands for a span; THING_NONE for 0. */
struct thing shelf_thing(const struct replica *r, uint32_t handle);

/* The left edge of column i of count in [x, x + w): columns differ by a pixel at most. */
int shelf_column(int x, int w, int i, int count);

/* One slot of an mcache: how full its span is, from below; empty if it holds none. */
void shelf_draw_slot(
    struct ui *ui, const struct view *v, struct rect r, unsigned p, unsigned spanclass);
/* Both rows of P p's mcache, pointers above, pointer-free below, a column for each size class. */
void shelf_draw_mcache(struct ui *ui, const struct view *v, struct rect r, unsigned p);

/* How many runs of each length up to 127 pages wait in mheap's free lists, as bars that grow up
 * from the bottom of r, logarithmic; the treap's (128 pages and longer) as one more at the right.
 * most: what a bar of full height stands for, never few, so that one does not look like many. */
enum { SHELF_FULL_BAR = 7 };
uint64_t shelf_most_runs(const struct replica *r);
void shelf_draw_free(struct ui *ui, const struct view *v, struct rect r, uint64_t most);
/* The bar of that length (pages; NUM_PAGE_LISTS: the treap) in r. */
struct rect shelf_free_column(struct rect r, unsigned pages);

/* Nodes of the treap, counted up to a limit; pages of its longest run, 0 if it is empty. */
enum { SHELF_TREAP_MOST = 1 << 12 };
uint64_t shelf_treap_count(const struct replica *r, uint32_t node);
uint64_t shelf_treap_longest(const struct replica *r, uint32_t *handle);
/* Pages of the longest free run wherever it stands, 0 if there is none. */
uint64_t shelf_longest_free(const struct replica *r, uint32_t *handle);

#endif
