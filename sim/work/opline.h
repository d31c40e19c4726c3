/*
 * Operations as lines of text, as transcripts have them behind "> ":
 *
 *   occupy ADDR SIZE    init    seed A B
 *   a ID SIZE           p ID ELEM COUNT PTRDATA MASK
 *   f ID  x ID          drop, fill
 *   root ID  unroot ID  st ID WORD DST OFF  nil ID WORD
 *   precise 0|1         g  l  w  s            collect, collect lazily, sweep one, scavenge
 *   m ID NPAGES  u ID   manually managed spans
 *   b ID  d             show an object's bits, dump everything: no operations, only looked at
 *
 * and two that no transcript of Go has: `gogc PERCENT|off` and `advance NANOSECONDS`. MASK is hex,
 * a digit for four words, lowest word in the lowest bit of the first digit.
 */
#ifndef ARENA_OPLINE_H
#define ARENA_OPLINE_H

#include "sim/work/op.h"

enum opline_kind { OPLINE_OP, OPLINE_BITS, OPLINE_DUMP };

struct opline {
    enum opline_kind kind;
    struct op op;  /* OP: all of it; BITS: the id */
    uint8_t *mask; /* what op.mask points to; freed by opline_free */
    size_t mask_digits;
};

/* Reads a line without its "> ". ptr_size: bytes of a word. False and err (without file and line)
 * if it is none. */
bool opline_read(const char *text, unsigned ptr_size, struct opline *out, struct error *err);
void opline_free(struct opline *line);

/* Appends the operation's line, without "> " and newline. False, out untouched, if it has none (a
 * note). */
bool opline_write(const struct op *op, unsigned ptr_size, struct strbuf *out);

#endif
