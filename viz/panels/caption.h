/*
 * A panel's caption whose figures give way where there is little room; shares in figures.
 */
#ifndef ARENA_CAPTION_H
#define ARENA_CAPTION_H

#include "viz/ui.h"

/* The title at the top of row, beside it the first of the texts (fullest first, NULL at the end)
 * that fits. */
void caption_first(struct ui *ui, struct rect row, const char *title, const char *const *texts);
/* "32.1%": n of all, "" for none; what is neither nothing nor all never reads as 0% or 100%. */
char *format_share(uint64_t n, uint64_t all, char *buf, size_t buf_len);

#endif
