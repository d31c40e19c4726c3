/* What the files of the program share: its objects. program.c runs operations, program_check.c
 * holds what the program knows against the heap. */
#ifndef ARENA_PROGRAM_INTERNAL_H
#define ARENA_PROGRAM_INTERNAL_H

#include "sim/work/program.h"

/* The type of an array's elements, kept to be compared with the heap bitmap. */
struct kept_type {
    uint64_t size, ptrdata; /* bytes */
    uint8_t mask[];
};

struct object {
    uint64_t addr, size; /* bytes as asked for */
    uint32_t born;       /* number of the operation that allocated it */
    bool exists, root, manual;
    bool in_flight;         /* being allocated: it has no address yet */
    bool collected;         /* a collection found that no root reaches it: its memory is gone */
    bool filled;            /* all its bytes are FILL_BYTE */
    struct kept_type *type; /* NULL: pointer-free, or nobody checks */
};

/* An operation in flight on a P. */
struct flight {
    struct op op;
    uint8_t *mask; /* op's: a copy, owned */
    uint32_t number;
};

enum { FILL_BYTE = 0xdb };

struct program {
    struct os *os;
    struct heap *heap;
    struct object *objects; /* by number */
    size_t count, cap;
    uint32_t ops;                  /* begun so far */
    bool started;                  /* init is done */
    bool precise;                  /* collections find the live set themselves, from the roots */
    bool checked;                  /* everything is checked after every operation */
    uint32_t all_checked;          /* with so many begun all objects were looked at last */
    unsigned on;                   /* the P that operations run on, */
    bool interleaved;              /* or, if set, one drawn */
    uint64_t p_random;             /* from this state */
    struct flight flights[MAX_PS]; /* by P; valid while it is busy */
    bool swept;
    uint64_t yield;
};

/* After that operation (NULL: after several), with none in flight. */
void program_check_op(struct program *p, const struct op *op);

#endif
