/*
 * What the files that read scripts share: the parser's state, and how a command is described.
 * script_world.c reads the lines about the world, script_parse.c everything else.
 */
#ifndef ARENA_SCRIPT_PARSE_H
#define ARENA_SCRIPT_PARSE_H

#include "sim/work/script_lex.h"
#include "sim/work/script_program.h"

struct open_repeat {
    size_t stmt;
    char variable[LEX_WORD_MAX]; /* "" if it has none */
};

struct parser {
    struct cursor c;
    struct script_program *program;
    struct open_repeat open[SCRIPT_MAX_DEPTH];
    size_t depth;
    bool started;   /* an operation was seen */
    bool allocates; /* an allocation was seen, and so init is over */
};

struct command {
    const char *name;
    bool (*parse)(struct parser *p);
    const char *usage;
    bool world; /* only before the first operation */
};

/* The commands that say something of the world; the last one's name is NULL. */
extern const struct command script_world_commands[];

#endif
