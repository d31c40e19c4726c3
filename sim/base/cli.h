/*
 * Command lines, by table: a program has commands and options, a row each. Reading the command
 * line, `help`, the manual's sections and the completions of the shells all follow from the rows,
 * so that none of them can forget an option.
 *
 *   program [COMMAND] [OPTION [VALUE]]... [WORD]...
 *
 * Options stand anywhere, also before the command; `--name=VALUE` is `--name VALUE`; after `--` all
 * are words. An option may belong to some commands alone, and two rows may have the same name if no
 * command has both.
 */
#ifndef ARENA_CLI_H
#define ARENA_CLI_H

#include "sim/base/base.h"

/* Appends words that can stand somewhere, separated by spaces. */
typedef void cli_words_fn(struct strbuf *out);

struct cli_option {
    const char *name;     /* "--platform", "-o" */
    const char *value;    /* what help calls its value ("NAME", "FILE"); NULL: it has none */
    const char *commands; /* space-separated names of those that have it; NULL: all */
    const char *help;     /* a phrase, N_() */
    /* Takes the value ("" if it has none) into what the program reads into. */
    bool (*read)(void *into, const char *value, struct error *err);
    cli_words_fn *words; /* the values there are; NULL: they cannot be listed */
};

struct cli_command {
    const char *name; /* "": what is done without a command */
    /* The words after it: "" none, "FILE" one, "[DIR]" one or none, "FILE..." one or more */
    const char *args;
    const char *help; /* sentences, N_(); NULL: not for people, left out everywhere */
    int (*run)(void *into, int count, char **words); /* returns the exit status */
    cli_words_fn *words;                             /* as in an option */
};

struct cli {
    const char *program;
    const char *about; /* one line, N_() */
    const struct cli_command *commands;
    size_t command_count;
    const struct cli_option *options;
    size_t option_count;
};

/* A command line that was read. words point into argv, whose order reading changes. */
struct cli_line {
    const struct cli_command *command;
    char **words;
    int count;
};

/* Reads the command line; options are read into `into`, in their order. `--help` and `-h` stand for
 * the command help. False and err at the first mistake. */
bool cli_read(const struct cli *cli, int argc, char **argv, void *into, struct cli_line *line,
    struct error *err);

/* For an option's read: error_set with "OPTION: `value` cannot be, expected ...". False. */
bool cli_bad_value(struct error *err, const char *option, const char *value, const char *expected);

/* Does the option belong to the command? */
bool cli_option_of(const struct cli_option *option, const struct cli_command *command);

/* Appends what `help` prints. */
void cli_help(const struct cli *cli, struct strbuf *out);
/* Appends the sections COMMANDS and OPTIONS of a manual page (man(7)), in English. */
void cli_manual(const struct cli *cli, struct strbuf *out);
/* Appends text for a manual page: what roff would take for its own is escaped. */
void cli_roff(struct strbuf *out, const char *text);
/* Appends the completion script for bash, zsh or fish. False and err for another shell. */
bool cli_completions(
    const struct cli *cli, const char *shell, struct strbuf *out, struct error *err);

#endif
