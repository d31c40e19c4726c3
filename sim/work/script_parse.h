/*
 * What the files that read scripts share: the parser's state, and how a command is described.
 * script_parse.c reads lines; script_world.c those about the world, script_commands.c all other
 * commands and assignments, with the names, amounts and objects that script_operands.c reads.
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

/* The commands that say something of the world, and the others; the last one's name is NULL. */
extern const struct command script_world_commands[], script_commands[];
/* NULL: there is none of that name. */
const struct command *script_command(const char *name);

/* A line that begins with a name, which was read. */
bool parse_assignment(struct parser *p, const char *name);

/* What is called so, if anything: its number in the program; of a variable the depth of the open
 * repeat that counts it. */
bool parser_ring(const struct parser *p, const char *name, size_t *out);
bool parser_type(const struct parser *p, const char *name, size_t *out);
bool parser_variable(const struct parser *p, const char *name, uint64_t *depth);
/* Names are looked for one by one: there may not be too many. */
bool parser_room_for_name(struct parser *p);
/* A name for something new: no word of the language, and not in use. */
bool parser_fresh(struct parser *p, const char *name);

/* A number, a range, a mean, a variable, or one of several of those. */
bool parse_amount(struct parser *p, struct amount *out, const char *what);
/* An object that exists. A whole ring only where all is set. */
bool parse_ref(struct parser *p, struct ref *ref, bool all);
/* The rest of a reference whose name was read. */
bool parse_ref_after(struct parser *p, struct ref *ref);
/* A word of an object: its number, a label or a variable. */
bool parse_field(struct parser *p, struct field *f);

#endif
