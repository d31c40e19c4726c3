/*
 * Names: what the words of an expression mean. See expr.h for how they are put together; names.c
 * and names_members.c have the tables.
 */
#ifndef ARENA_NAMES_H
#define ARENA_NAMES_H

#include "sim/lesson/expr.h"

enum { MAX_ARGS = 3 };

/* The value of a bare name (arena_start, heap, ...). False, without err, if there is none. */
bool name_value(struct scope *scope, const char *name, struct value *out);
/* The value of name(args). False and err if there is no such function, or it has none there. */
bool name_call(struct scope *scope, const char *name, const struct value *args, int count,
    struct value *out, struct error *err);
/* The value of of.name. False and err if it has no such member. */
bool name_member(struct scope *scope, const struct value *of, const char *name, struct value *out,
    struct error *err);

#endif
