/*
 * The treap of long free runs (128 pages and more), drawn as the tree it is: by length and address
 * from left to right, by priority from top to bottom.
 */
#ifndef ARENA_PANEL_TREAP_H
#define ARENA_PANEL_TREAP_H

#include "viz/ui.h"

/* Draws it into r. Subtrees that have no room become one box with their count. */
void treap_draw(struct ui *ui, const struct view *v, struct rect r);

#endif
