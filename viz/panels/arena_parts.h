/*
 * The parts of the arena panel, one file each. All draw into the same grid (viz/zoom.h); which of
 * them does depends on how many pixels a page and a word get.
 */
#ifndef ARENA_ARENA_PARTS_H
#define ARENA_ARENA_PARTS_H

#include "viz/panels/heapmap.h"

/* What every part needs. */
struct arena_frame {
    struct ui *ui;
    const struct view *v;
    struct arena_grid grid;
    unsigned word;  /* bytes of a pointer */
    uint64_t focus; /* the address to light, 0: none */
    bool chosen;    /* ... because the user points at it */
    uint32_t span;  /* the span that caption and foot are about: the focus' if it is in sight, else
                       the first in use that is; 0: none */
    struct rect foot; /* the line below the grid */
};

enum arena_level { LEVEL_PAGES, LEVEL_SLOTS, LEVEL_WORDS };

enum arena_level arena_level(const struct arena_frame *f);
/* Pixels for so many bytes in a row of the grid. */
double arena_pixels(const struct arena_frame *f, uint64_t bytes);
/* Calls piece for the parts of [lo, hi) in each row of the grid that shows some of it. The box is
 * as high as the row but for the gap between rows; first and last tell whether lo and hi are in it.
 */
struct arena_piece {
    struct rect box;
    uint64_t lo, hi;
    int row;
    bool first, last;
};
bool arena_piece_begin(
    const struct arena_frame *f, uint64_t lo, uint64_t hi, struct arena_piece *p);
bool arena_piece_next(const struct arena_frame *f, uint64_t hi, struct arena_piece *p);

/* A frame of `color` around [lo, hi), open where it wraps to another row. */
void arena_outline(
    const struct arena_frame *f, uint64_t lo, uint64_t hi, int thick, uint32_t color);

/* The first of the texts (fullest first, NULL at the end) that fits the box, in small letters. */
void arena_text_first(
    struct ui *ui, struct rect box, int align, uint32_t color, const char *const *texts);

/* Pages as cells; and the legend below them. */
void arena_draw_pages(const struct arena_frame *f);
void arena_draw_legend(const struct arena_frame *f);

/* Slots of spans, freeindex, the allocation cache. */
void arena_draw_slots(const struct arena_frame *f);
void arena_draw_cache(const struct arena_frame *f);

/* Words and their heap bitmap bits. */
void arena_draw_words(const struct arena_frame *f);
void arena_draw_bitmap_note(const struct arena_frame *f);

#endif
