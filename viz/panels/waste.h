/*
 * What the waste panel lists, for the panel and for the keys that move in it. See waste.c.
 */
#ifndef ARENA_WASTE_H
#define ARENA_WASTE_H

#include "viz/panels/waste_sums.h"
#include "viz/ui.h"

/* One line of what a part is made of: a span class, an octave of free runs, a kind of record. */
struct waste_row {
    unsigned id;    /* span class, octave or enum waste_record */
    uint64_t bytes; /* of the part */
    uint64_t count; /* spans, runs; 0 where there is nothing to count */
    bool about;
};

enum waste_rows_of { ROWS_NONE, ROWS_CLASSES, ROWS_FREE, ROWS_RECORDS };
enum waste_rows_of waste_rows_of(enum waste_part part);

/* Fills rows, most bytes first (free runs and records in their own order); returns how many. */
int waste_rows(
    const struct replica *r, enum waste_part part, struct waste_row rows[NUM_SPAN_CLASSES]);
/* The row with that id, else the first; NULL if there is none. */
const struct waste_row *waste_row_find(const struct waste_row *rows, int count, int id);

const char *waste_part_name(enum waste_part part);
/* "48 B scan", "2 to 3 pages", "heap bitmap". Returns buf. */
char *waste_row_name(const struct replica *r, enum waste_part part, const struct waste_row *row,
    char *buf, size_t len);
/* The part in a sentence, with its numbers. Appends it. */
void waste_tell(
    const struct replica *r, const struct waste *w, enum waste_part part, struct strbuf *out);

/* The first spans behind a row, at most max; returns how many it found. */
int waste_spans(const struct replica *r, enum waste_part part, const struct waste_row *row,
    uint32_t *handles, int max);

#endif
