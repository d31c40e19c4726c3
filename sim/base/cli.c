/* Reading a command line by its tables, and the help they give: see cli.h. */
#include "sim/base/cli.h"

#include "sim/base/i18n.h"

#include <string.h>

enum { MANY = 1 << 20, HELP_WIDTH = 100, COMMAND_INDENT = 6, OPTION_INDENT = 24 };

/* --- The tables --- */

/* Is name one of the space-separated words? */
static bool has_word(const char *words, const char *name) {
    size_t len = strlen(name);
    for (const char *at = words; (at = strstr(at, name)); at += len)
        if ((at == words || at[-1] == ' ') && (at[len] == ' ' || !at[len]))
            return true;
    return false;
}

bool cli_option_of(const struct cli_option *option, const struct cli_command *command) {
    return !option->commands || (command->name[0] && has_word(option->commands, command->name));
}

/* The first option of that name; len: of the name. NULL if there is none. */
static const struct cli_option *find_option(const struct cli *cli, const char *name, size_t len) {
    for (size_t i = 0; i < cli->option_count; i++) {
        const char *known = cli->options[i].name;
        if (strlen(known) == len && memcmp(known, name, len) == 0)
            return &cli->options[i];
    }
    return NULL;
}

static const struct cli_option *option_of(
    const struct cli *cli, const struct cli_command *command, const char *name) {
    for (size_t i = 0; i < cli->option_count; i++)
        if (strcmp(cli->options[i].name, name) == 0 && cli_option_of(&cli->options[i], command))
            return &cli->options[i];
    return NULL;
}

static const struct cli_command *find_command(const struct cli *cli, const char *name) {
    for (size_t i = 0; i < cli->command_count; i++)
        if (strcmp(cli->commands[i].name, name) == 0)
            return &cli->commands[i];
    return NULL;
}

/* How many words the command takes. */
static void word_bounds(const struct cli_command *command, int *least, int *most) {
    const char *args = command->args;
    *least = *args && *args != '[';
    *most = strstr(args, "...") ? MANY : *args != '\0';
}

/* --- Reading --- */

static bool is_option(const char *arg) {
    return arg[0] == '-' && arg[1];
}

static bool asks_help(const char *arg) {
    return strcmp(arg, "--help") == 0 || strcmp(arg, "-h") == 0;
}

/* Length of an option's name: up to the `=`, if it is a long one. */
static size_t name_length(const char *arg) {
    return strncmp(arg, "--", 2) == 0 ? strcspn(arg, "=") : strlen(arg);
}

static bool is_last(const char *arg) {
    return strcmp(arg, "--") == 0;
}

static bool unknown_command(const struct cli *cli, const char *word, struct error *err) {
    struct strbuf names = {0};
    for (size_t i = 0; i < cli->command_count; i++)
        if (cli->commands[i].help && cli->commands[i].name[0])
            sb_printf(&names, "%s%s", names.len ? ", " : "", cli->commands[i].name);
    error_set(err, _("unknown command `%s`, expected one of: %s"), word, sb_text(&names));
    sb_free(&names);
    return false;
}

/* The command is the first word; it is looked for first, since it says what the options mean. at
 * becomes its place in argv, 0 if there is none. */
static bool read_command(const struct cli *cli, int argc, char **argv, struct cli_line *line,
    int *at, struct error *err) {
    *at = 0;
    for (int i = 1; i < argc && !is_last(argv[i]); i++) {
        if (asks_help(argv[i])) {
            line->command = find_command(cli, "help");
            return true;
        }
        if (*at || !is_option(argv[i])) {
            *at = *at ? *at : i;
            continue;
        }
        size_t len = name_length(argv[i]);
        const struct cli_option *option = find_option(cli, argv[i], len);
        if (option && option->value && !argv[i][len])
            i++;
    }
    const char *name = *at ? argv[*at] : "";
    line->command = find_command(cli, name);
    if (!line->command && !*name)
        line->command = find_command(cli, "help");
    if (line->command)
        return true;
    return unknown_command(cli, name, err);
}

/* Reads the option at argv[*i], and moves *i on if its value stands behind it. */
static bool read_option(const struct cli *cli, const struct cli_command *command, int argc,
    char **argv, int *i, void *into, struct error *err) {
    size_t len = name_length(argv[*i]);
    const struct cli_option *any = find_option(cli, argv[*i], len);
    if (!any)
        return error_set(err, _("unknown option `%s`; see `%s help`"), argv[*i], cli->program);
    const struct cli_option *option = option_of(cli, command, any->name);
    if (!option)
        return error_set(
            err, _("%s is no option here, it is one of: %s"), any->name, any->commands);
    bool joined = argv[*i][len] == '=';
    if (!option->value)
        return joined ? error_set(err, _("%s takes no value"), option->name)
                      : option->read(into, "", err);
    if (joined)
        return option->read(into, argv[*i] + len + 1, err);
    if (*i + 1 == argc)
        return error_set(err, _("%s: %s is missing after it"), option->name, option->value);
    return option->read(into, argv[++*i], err);
}

static bool check_words(const struct cli_line *line, struct error *err) {
    const struct cli_command *c = line->command;
    int least, most;
    word_bounds(c, &least, &most);
    if (line->count < least)
        return error_set(err, _("%s: %s is missing"), c->name, c->args);
    if (line->count > most)
        return error_set(err, _("`%s` is one word too many, expected `%s%s%s`"), line->words[most],
            c->name, *c->args ? " " : "", c->args);
    return true;
}

bool cli_read(const struct cli *cli, int argc, char **argv, void *into, struct cli_line *line,
    struct error *err) {
    int at;
    *line = (struct cli_line){.words = argv};
    if (!read_command(cli, argc, argv, line, &at, err))
        return false;
    INVARIANT(line->command);
    if (strcmp(line->command->name, "help") == 0)
        return true;
    bool words_only = false;
    for (int i = 1; i < argc; i++) {
        if (i == at)
            continue;
        if (!words_only && is_last(argv[i]))
            words_only = true;
        else if (words_only || !is_option(argv[i]))
            line->words[line->count++] = argv[i];
        else if (!read_option(cli, line->command, argc, argv, &i, into, err))
            return false;
    }
    return check_words(line, err);
}

bool cli_bad_value(struct error *err, const char *option, const char *value, const char *expected) {
    return error_set(err, _("%s: `%s` cannot be, expected %s"), option, value, expected);
}

/* --- Help --- */

/* Appends the text in lines that begin at that column; the first one is there already. */
static void add_wrapped(struct strbuf *out, const char *text, int column) {
    int x = column;
    while (*text) {
        int word = (int)strcspn(text, " ");
        if (x > column && x + 1 + word > HELP_WIDTH) {
            sb_printf(out, "\n%*s", column, "");
            x = column;
        } else if (x > column) {
            sb_puts(out, " ");
            x++;
        }
        sb_add(out, text, (size_t)word);
        x += word;
        text += word;
        text += strspn(text, " ");
    }
    sb_puts(out, "\n");
}

static void add_option(struct strbuf *out, const struct cli_option *o, int indent) {
    size_t before = out->len;
    sb_printf(out, "%*s%s%s%s", indent, "", o->name, o->value ? " " : "", o->value ? o->value : "");
    int written = (int)(out->len - before), column = indent + OPTION_INDENT;
    sb_printf(out, "%*s", written + 2 <= column ? column - written : 2, "");
    add_wrapped(out, _(o->help), column);
}

/* The options that only this command has, in the order of the table. */
static void add_options_of(struct strbuf *out, const struct cli *cli, const struct cli_command *c) {
    for (size_t i = 0; i < cli->option_count; i++)
        if (cli->options[i].commands && cli_option_of(&cli->options[i], c))
            add_option(out, &cli->options[i], COMMAND_INDENT);
}

void cli_help(const struct cli *cli, struct strbuf *out) {
    sb_printf(out, "%s: %s\n\n", cli->program, _(cli->about));
    for (size_t i = 0; i < cli->command_count; i++) {
        const struct cli_command *c = &cli->commands[i];
        if (!c->help)
            continue;
        sb_printf(out, "  %s%s%s%s%s\n%*s", cli->program, *c->name ? " " : "", c->name,
            *c->args ? " " : "", c->args, COMMAND_INDENT, "");
        add_wrapped(out, _(c->help), COMMAND_INDENT);
        add_options_of(out, cli, c);
    }
    bool any = false;
    for (size_t i = 0; i < cli->option_count; i++) {
        if (cli->options[i].commands)
            continue;
        if (!any)
            sb_printf(out, "\n");
        any = true;
        add_option(out, &cli->options[i], 2);
    }
}
