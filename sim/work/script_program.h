/*
 * A script once it is checked: what script_compile makes and script.c runs.
 *
 * Statements are an array; a repeat knows its end and an end its repeat. Everything refers to
 * everything else by index, so that the arrays may grow while a script is being read. Every name is
 * a ring of slots; the name of a single object is a ring of one.
 */
#ifndef ARENA_SCRIPT_PROGRAM_H
#define ARENA_SCRIPT_PROGRAM_H

#include "sim/base/limits.h"
#include "sim/work/op.h"

enum term_kind { TERM_RANGE, TERM_MEAN, TERM_VARIABLE };

struct term {
    enum term_kind kind;
    uint64_t low, high; /* RANGE: both ends count; MEAN: low; VARIABLE: low is the repeat's depth */
};

/* One of several terms, each as likely. */
struct amount {
    size_t first, count; /* into terms */
};

enum ref_kind {
    REF_SLOT,     /* slot number index */
    REF_RECENT,   /* index 1: the one stored last, 2: the one before ... */
    REF_VARIABLE, /* the slot that the repeat at depth index counts */
    REF_RANDOM,   /* any object there */
    REF_NEXT,     /* the next slot in turn (to store into) */
    REF_ALL,      /* every object there */
};

struct ref {
    enum ref_kind kind;
    size_t ring;
    uint64_t index;
};

enum field_kind { FIELD_WORD, FIELD_VARIABLE, FIELD_LABEL };

/* A word of an object. */
struct field {
    enum field_kind kind;
    uint64_t word; /* WORD: its number; VARIABLE: a repeat's depth */
    char *label;   /* LABEL */
};

enum stmt_kind {
    STMT_INIT,
    STMT_ALLOC, /* amount bytes */
    STMT_NEW,   /* amount elements of type */
    STMT_MOVE,  /* target = value */
    STMT_EACH,  /* op (DROP, FILL, ROOT, UNROOT) on target */
    STMT_STORE, /* target.field = value + offset */
    STMT_NIL,   /* target.field = nil */
    STMT_PHASE, /* text */
    STMT_OP,    /* op, with offset as its size */
    STMT_RANDOM,
    STMT_REPEAT,  /* amount times, until the statement number other */
    STMT_END,     /* of the statement number other */
    STMT_NOTHING, /* it was taken out */
};

struct stmt {
    enum stmt_kind kind;
    int line;
    bool named; /* ALLOC, NEW: has a target */
    struct ref target, value;
    struct field field;
    uint64_t offset;   /* STORE: bytes or words; RANDOM: the seed */
    bool offset_words; /* STORE */
    struct amount amount;
    size_t type;
    enum op_code op;
    char *text;
    size_t other;
};

struct label {
    char *name;
    uint64_t word;
};

/* A type's layout in words, so that it fits either width. */
struct script_type {
    char *name;
    uint64_t words, tail; /* tail: bytes after the words */
    uint64_t ptr_words;   /* words up to and with the last pointer; 0: pointer-free */
    uint8_t *mask;        /* one bit a word of those */
    size_t mask_cap;
    struct label *labels;
    size_t label_count, label_cap;
};

struct script_ring {
    char *name;
    size_t slots;
    bool single; /* the name of one object, not declared by keep */
};

enum world_kind {
    WORLD_PROVIDER,
    WORLD_TAKE,
    WORLD_TAKE_HINTS,
    WORLD_LIMIT,
    WORLD_LIMIT_MEMORY,
    WORLD_BRK,
    WORLD_IMAGE,
    WORLD_PAGE,
    WORLD_NO_PAGE,
    WORLD_ELSEWHERE,
    WORLD_SEED,
};

/* A line about the world, with its one or two numbers. */
struct world_line {
    enum world_kind kind;
    uint64_t a, b;
};

struct script_program {
    char *name;
    char *title;                     /* NULL: none */
    const struct platform *platform; /* NULL: not said */
    struct world_line *world;
    size_t world_count, world_cap;
    struct script_type *types;
    size_t type_count, type_cap;
    struct script_ring *rings;
    size_t ring_count, ring_cap;
    size_t slots, labels; /* of all rings and types */
    uint64_t taken;       /* ranges of the world */
    struct term *terms;
    size_t term_count, term_cap;
    struct stmt *stmts;
    size_t stmt_count, stmt_cap;
};

/* Fills the zero-initialised program from text. On failure err is filled and program is to be freed
 * all the same. */
bool script_compile(
    struct script_program *program, const char *name, const char *text, struct error *err);
/* Appends more lines to a checked program whose operations have begun, as lines of `name` that are
 * counted from `line` on. On failure the program is as before. */
bool script_compile_more(struct script_program *program, const char *name, int line,
    const char *text, struct error *err);
void script_program_free(struct script_program *program);
/* Leaves the first so many statements, rings and types. */
void script_program_cut(struct script_program *program, size_t stmts, size_t rings, size_t types);

/* Appends count words, pointers or not; label is "" or names the first of them. */
void script_type_add(struct script_type *t, bool pointers, uint64_t count, const char *label);
/* The type's element size in bytes on a platform of that word size. */
uint64_t script_type_size(const struct script_type *t, unsigned ptr_size);
/* The number of the word called label, or -1. */
int64_t script_type_word(const struct script_type *t, const char *label);

#endif
