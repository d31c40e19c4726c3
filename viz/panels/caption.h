/*
 * A panel's caption whose figures give way where there is little room.
 */
#ifndef ARENA_CAPTION_H
#define ARENA_CAPTION_H

#include "viz/ui.h"

/* The title at the top of row, beside it the first of the texts (fullest first, NULL at the end)
 * that fits. */
void caption_first(struct ui *ui, struct rect row, const char *title, const char *const *texts);

#endif
