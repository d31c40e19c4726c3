/* What else follows from a program's tables (cli.h): its manual's sections, and completions for
 * bash, zsh and fish. All of them know which option belongs to which command, and which words can
 * stand where. */
#include "sim/base/cli.h"

#include "sim/base/i18n.h"

#include <string.h>

static bool takes_files(const char *what) {
    return strstr(what, "FILE") || strstr(what, "DIR") || strstr(what, "WORKLOAD");
}

static bool is_shown(const struct cli_command *c) {
    return c->help && *c->name;
}

/* --- The manual --- */

void cli_roff(struct strbuf *out, const char *text) {
    for (const char *at = text; *at; at++) {
        bool first = at == text || at[-1] == '\n';
        if (first && (*at == '.' || *at == '\''))
            sb_puts(out, "\\&");
        switch (*at) {
        case '\\': sb_puts(out, "\\e"); break;
        case '-': sb_puts(out, "\\-"); break;
        case '`': sb_puts(out, "\\(ga"); break;
        case '\'': sb_puts(out, "\\(aq"); break;
        case '^': sb_puts(out, "\\(ha"); break;
        case '~': sb_puts(out, "\\(ti"); break;
        default: sb_add(out, at, 1); break;
        }
    }
}

static void roff_option(struct strbuf *out, const struct cli_option *o) {
    sb_puts(out, ".TP\n\\fB");
    cli_roff(out, o->name);
    sb_puts(out, "\\fR");
    if (o->value) {
        sb_puts(out, " \\fI");
        cli_roff(out, o->value);
        sb_puts(out, "\\fR");
    }
    sb_puts(out, "\n");
    cli_roff(out, o->help);
    sb_puts(out, ".\n");
}

static void roff_command(struct strbuf *out, const struct cli *cli, const struct cli_command *c) {
    sb_printf(out, ".TP\n\\fB%s%s%s\\fR", cli->program, *c->name ? " " : "", c->name);
    if (*c->args) {
        sb_puts(out, " \\fI");
        cli_roff(out, c->args);
        sb_puts(out, "\\fR");
    }
    sb_puts(out, "\n");
    cli_roff(out, c->help);
    sb_puts(out, "\n");
    bool nested = false;
    for (size_t i = 0; i < cli->option_count; i++) {
        const struct cli_option *o = &cli->options[i];
        if (!o->commands || !cli_option_of(o, c))
            continue;
        if (!nested)
            sb_puts(out, ".RS\n");
        nested = true;
        roff_option(out, o);
    }
    if (nested)
        sb_puts(out, ".RE\n");
}

void cli_manual(const struct cli *cli, struct strbuf *out) {
    sb_puts(out, ".SH COMMANDS\n");
    for (size_t i = 0; i < cli->command_count; i++)
        if (cli->commands[i].help)
            roff_command(out, cli, &cli->commands[i]);
    bool any = false;
    for (size_t i = 0; i < cli->option_count; i++) {
        if (cli->options[i].commands)
            continue;
        if (!any)
            sb_puts(out, ".SH OPTIONS\nEvery command takes these.\n");
        any = true;
        roff_option(out, &cli->options[i]);
    }
}

/* --- Parts of completions --- */

/* Words between quotes of the shell; in: NULL adds nothing. */
static void add_words(struct strbuf *out, cli_words_fn *words) {
    if (words)
        words(out);
}

static void add_command_names(struct strbuf *out, const struct cli *cli) {
    const char *space = "";
    for (size_t i = 0; i < cli->command_count; i++) {
        if (!is_shown(&cli->commands[i]))
            continue;
        sb_printf(out, "%s%s", space, cli->commands[i].name);
        space = " ";
    }
}

static void add_option_names(
    struct strbuf *out, const struct cli *cli, const struct cli_command *c) {
    sb_puts(out, "--help");
    for (size_t i = 0; i < cli->option_count; i++)
        if (cli_option_of(&cli->options[i], c))
            sb_printf(out, " %s", cli->options[i].name);
}

/* "--a | --b": a pattern of bash and zsh for the options that have a value. */
static void add_value_pattern(struct strbuf *out, const struct cli *cli) {
    const char *bar = "";
    for (size_t i = 0; i < cli->option_count; i++) {
        if (!cli->options[i].value)
            continue;
        sb_printf(out, "%s%s", bar, cli->options[i].name);
        bar = " | ";
    }
    if (!*bar)
        sb_puts(out, "''");
}

/* A help text up to its first semicolon, inside single quotes, `special` characters behind a
 * backslash. */
static void add_summary(struct strbuf *out, const char *help, const char *special) {
    const char *semicolon = strchr(help, ';');
    size_t end = semicolon ? (size_t)(semicolon - help) : strlen(help);
    if (end && help[end - 1] == '.')
        end--;
    for (size_t i = 0; i < end; i++) {
        if (help[i] == '\'') {
            sb_puts(out, "\xe2\x80\x99"); /* U+2019 needs no quoting */
            continue;
        }
        if (strchr(special, help[i]))
            sb_puts(out, "\\");
        sb_add(out, help + i, 1);
    }
}

/* The loop of bash and zsh that finds the command; count: how many words to look at. */
static void add_search(
    struct strbuf *out, const struct cli *cli, const char *begin, const char *word) {
    sb_printf(out, "    for (%s; i++)); do\n        case %s in\n        ", begin, word);
    add_value_pattern(out, cli);
    sb_printf(out,
        ") i=$((i + 1)) ;;\n"
        "        -*) ;;\n"
        "        *) command=%s; break ;;\n"
        "        esac\n"
        "    done\n",
        word);
}

/* --- bash --- */

/* A `case` of "$command $prev": what values the option has. */
static void bash_value(struct strbuf *out, const struct cli_option *o) {
    sb_puts(out, "    ");
    if (o->commands) {
        const char *bar = "";
        for (const char *at = o->commands; *at; at += strspn(at, " ")) {
            size_t len = strcspn(at, " ");
            sb_printf(out, "%s'%.*s %s'", bar, (int)len, at, o->name);
            bar = " | ";
            at += len;
        }
    } else {
        sb_printf(out, "*' %s'", o->name);
    }
    sb_puts(out, ") words='");
    add_words(out, o->words);
    sb_printf(out, "' files=%s ;;\n", takes_files(o->value) ? "yes" : "");
}

static void bash_command(struct strbuf *out, const struct cli *cli, const struct cli_command *c) {
    sb_printf(out, "        '%s') options='", c->name);
    add_option_names(out, cli, c);
    sb_puts(out, "' words='");
    if (*c->name)
        add_words(out, c->words);
    else
        add_command_names(out, cli);
    sb_printf(out, "' files=%s ;;\n", takes_files(c->args) ? "yes" : "");
}

/* What stands before any command: one of them, or the options of the unnamed one. */
static const struct cli_command no_command = {.name = "", .args = ""};

static void bash_completions(const struct cli *cli, struct strbuf *out) {
    const char *name = cli->program;
    sb_printf(out, "# Completion of %s for bash: `%s completions bash` made it.\n_%s() {\n", name,
        name, name);
    sb_puts(out, "    local cur=${COMP_WORDS[COMP_CWORD]} prev=${COMP_WORDS[COMP_CWORD - 1]}\n"
                 "    local command='' options='' words='' files='' i\n");
    add_search(out, cli, "(i = 1; i < COMP_CWORD", "${COMP_WORDS[i]}");
    sb_puts(out, "    case \"$command $prev\" in\n");
    for (size_t i = 0; i < cli->option_count; i++)
        if (cli->options[i].value)
            bash_value(out, &cli->options[i]);
    sb_puts(out, "    *)\n        case $command in\n");
    bash_command(out, cli, &no_command);
    for (size_t i = 0; i < cli->command_count; i++)
        if (is_shown(&cli->commands[i]))
            bash_command(out, cli, &cli->commands[i]);
    sb_printf(out,
        "        esac\n"
        "        [[ $cur != -* ]] || words=$options files='' ;;\n"
        "    esac\n"
        "    mapfile -t COMPREPLY < <(compgen -W \"$words\" -- \"$cur\")\n"
        "    [[ $files ]] || return 0\n"
        "    mapfile -t -O \"${#COMPREPLY[@]}\" COMPREPLY < <(compgen -f -- \"$cur\")\n"
        "    compopt -o filenames 2>/dev/null || true\n"
        "}\n"
        "complete -F _%s %s\n",
        name, name);
}

/* --- zsh --- */

/* ":WHAT:ACTION" of _arguments: the words, or files, or nothing to offer. */
static void zsh_action(struct strbuf *out, const char *what, cli_words_fn *words) {
    sb_puts(out, ":");
    add_summary(out, what, ":[]");
    if (words) {
        sb_puts(out, ":{compadd ");
        words(out);
        sb_printf(out, "%s}", takes_files(what) ? "; _files" : "");
    } else {
        sb_puts(out, takes_files(what) ? ":_files" : ": ");
    }
}

static void zsh_option(struct strbuf *out, const struct cli_option *o) {
    sb_printf(out, " \\\n        '%s[", o->name);
    add_summary(out, o->help, ":[]");
    sb_puts(out, "]");
    if (o->value)
        zsh_action(out, o->value, o->words);
    sb_puts(out, "'");
}

/* The commands to choose from, each with what it does. */
static void zsh_choice(struct strbuf *out, const struct cli *cli) {
    sb_puts(out, " \\\n        '1:command:((");
    for (size_t i = 0; i < cli->command_count; i++) {
        if (!is_shown(&cli->commands[i]))
            continue;
        sb_printf(out, "%s\\:\"", cli->commands[i].name);
        add_summary(out, cli->commands[i].help, ":[]()");
        sb_puts(out, "\" ");
    }
    sb_puts(out, "))'");
}

static void zsh_command(struct strbuf *out, const struct cli *cli, const struct cli_command *c) {
    sb_printf(out, "    '%s') _arguments $common", c->name);
    for (size_t i = 0; i < cli->option_count; i++)
        if (cli->options[i].commands && cli_option_of(&cli->options[i], c))
            zsh_option(out, &cli->options[i]);
    if (!*c->name)
        zsh_choice(out, cli);
    else
        sb_puts(out, " '1: : '");
    if (*c->args) {
        sb_puts(out, " \\\n        '*");
        zsh_action(out, c->args, c->words);
        sb_puts(out, "'");
    }
    sb_puts(out, " ;;\n");
}

/* The file serves the directory of completions that zsh loads from, and `source` alike. */
static void zsh_completions(const struct cli *cli, struct strbuf *out) {
    const char *name = cli->program;
    sb_printf(out, "#compdef %s\n# Completion of %s for zsh: `%s completions zsh` made it.\n", name,
        name, name);
    sb_printf(out, "_%s() {\n    local command='' i common\n", name);
    sb_puts(out, "    common=('(- *)'{-h,--help}'[help]'");
    for (size_t i = 0; i < cli->option_count; i++)
        if (!cli->options[i].commands)
            zsh_option(out, &cli->options[i]);
    sb_puts(out, ")\n");
    add_search(out, cli, "(i = 2; i < CURRENT", "$words[i]");
    sb_puts(out, "    case $command in\n");
    zsh_command(out, cli, &no_command);
    for (size_t i = 0; i < cli->command_count; i++)
        if (is_shown(&cli->commands[i]))
            zsh_command(out, cli, &cli->commands[i]);
    sb_printf(out,
        "    esac\n}\n"
        "if [[ $funcstack[1] == _%s ]]; then _%s \"$@\"; else compdef _%s %s; fi\n",
        name, name, name, name);
}

/* --- fish --- */

/* -a 'WORDS' and whether files may stand there. */
static void fish_values(struct strbuf *out, const char *what, cli_words_fn *words) {
    if (takes_files(what))
        sb_puts(out, " -F");
    if (words) {
        sb_puts(out, " -a '");
        words(out);
        sb_puts(out, "'");
    }
}

static void fish_option(struct strbuf *out, const struct cli *cli, const struct cli_option *o) {
    sb_printf(out, "complete -c %s", cli->program);
    if (o->commands)
        sb_printf(out, " -n '__fish_seen_subcommand_from %s'", o->commands);
    sb_printf(out, o->name[1] == '-' ? " -l %s" : " -s %s", o->name + (o->name[1] == '-' ? 2 : 1));
    if (o->value) {
        sb_puts(out, takes_files(o->value) ? " -r" : " -x");
        fish_values(out, o->value, o->words);
    }
    sb_puts(out, " -d '");
    add_summary(out, o->help, "");
    sb_puts(out, "'\n");
}

static void fish_completions(const struct cli *cli, struct strbuf *out) {
    const char *name = cli->program;
    sb_printf(out, "# Completion of %s for fish: `%s completions fish` made it.\n", name, name);
    sb_printf(out, "complete -c %s -f\ncomplete -c %s -s h -l help -d help\n", name, name);
    for (size_t i = 0; i < cli->command_count; i++) {
        const struct cli_command *c = &cli->commands[i];
        if (!is_shown(c))
            continue;
        sb_printf(out, "complete -c %s -n __fish_use_subcommand -a %s -d '", name, c->name);
        add_summary(out, c->help, "");
        sb_puts(out, "'\n");
        if (!c->words && !takes_files(c->args))
            continue;
        sb_printf(out, "complete -c %s -n '__fish_seen_subcommand_from %s'", name, c->name);
        fish_values(out, c->args, c->words);
        sb_puts(out, "\n");
    }
    for (size_t i = 0; i < cli->option_count; i++)
        fish_option(out, cli, &cli->options[i]);
}

bool cli_completions(
    const struct cli *cli, const char *shell, struct strbuf *out, struct error *err) {
    if (strcmp(shell, "bash") == 0)
        bash_completions(cli, out);
    else if (strcmp(shell, "zsh") == 0)
        zsh_completions(cli, out);
    else if (strcmp(shell, "fish") == 0)
        fish_completions(cli, out);
    else
        return error_set(err, _("no completions for `%s`, expected bash, zsh or fish"), shell);
    return true;
}
