/*
 * Keys as people see them on their keyboard: little framed chips.
 */
#ifndef ARENA_KEYS_H
#define ARENA_KEYS_H

#include "viz/panels/panels.h"

/* Chips for a command's keys from x on, on further lines where they do not fit into w pixels; "": a
 * chip that says the mouse does it. Draws them, or only measures; returns their height. */
int keys_draw(struct ui *ui, const char *keys, int x, int y, int w, bool draw);
/* Their width on one line. */
int keys_width(struct ui *ui, const char *keys);

#endif
