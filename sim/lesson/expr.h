/*
 * Expressions: the numbers in a lesson's prose, and what its questions ask for, are read off the
 * allocator instead of being typed in.
 *
 *   {arena_start}              {span(p).elemsize}         {spans.bytes / page_size}
 *   {heap.inuse - before(heap.inuse)}                     {sizeclass(33).size == 48}
 *   {arena_used - arena_start : hex}
 *
 * Numbers are 64 bits, written 12, 0x20, 64KiB. Operators as in C: || && == != < <= > >= + - * / %
 * ! and parentheses. A name is one of the table in names.c (heap.live, hint(3).addr, ...), or an
 * object of the step's script: p, ring[3], ring[-1]; where a number is wanted, an object is its
 * address. before(...), after(...), start(...) and end(...) look at another moment: where the step
 * before stops, where the next one does, the beginning of the run, its end.
 *
 * A value knows its unit, and so how people write it: bytes as 64 KiB, addresses as 0xc420000000,
 * counts as 1,024. After a colon another way can be asked for: hex, dec, bytes, size, percent.
 */
#ifndef ARENA_EXPR_H
#define ARENA_EXPR_H

#include "sim/lesson/scope.h"

enum value_kind {
    VALUE_COUNT,
    VALUE_BYTES,
    VALUE_ADDRESS,
    VALUE_TRUTH,
    VALUE_TEXT,
    /* Things with members; n names them. */
    VALUE_OBJECT,  /* n: its address */
    VALUE_SPAN,    /* n: its handle */
    VALUE_REGION,  /* n: enum region */
    VALUE_ATTEMPT, /* n: as in EV_ATTEMPT */
    VALUE_CLASS,   /* n: size class */
    VALUE_CENTRAL, /* n: span class */
    VALUE_GROUP,   /* n: which group of names, see names.c */
};

struct value {
    enum value_kind kind;
    int64_t n;
    uint64_t size;    /* VALUE_OBJECT: bytes asked for */
    const char *text; /* VALUE_TEXT: not the value's own */
};

/* Evaluates text at the scope's moment. False and err (without a file's name) if it is no
 * expression, or means nothing then: an unknown name, a division by zero, an object that is not
 * there. */
bool expr_eval(struct scope *scope, const char *text, struct value *out, struct error *err);
/* The same, written for people, with the way after the colon. Appends to out. */
bool expr_text(struct scope *scope, const char *text, struct strbuf *out, struct error *err);

/* Is it a number (or something that has one)? Then *n is that. */
bool value_number(const struct value *v, int64_t *n);
/* As people write it; way: "" or what stands after the colon. False if there is no such way. */
bool value_text(const struct value *v, const char *way, struct strbuf *out);

#endif
