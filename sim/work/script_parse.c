/*
 * Reading a script: text to a checked program (script_program.h).
 *
 * A line is a command from a table or an assignment, told apart by what follows its first
 * word. The parser keeps the repeats that are open, since an end must find its repeat and a
 * variable the repeat that counts it.
 */
#include "sim/work/script_parse.h"

#include "sim/base/i18n.h"

#include <stdlib.h>
#include <string.h>

const struct command *script_command(const char *name) {
    for (size_t i = 0; script_world_commands[i].name; i++)
        if (strcmp(script_world_commands[i].name, name) == 0)
            return &script_world_commands[i];
    for (size_t i = 0; script_commands[i].name; i++)
        if (strcmp(script_commands[i].name, name) == 0)
            return &script_commands[i];
    return NULL;
}

static bool unknown_command(struct parser *p, const char *name) {
    struct strbuf known = {0};
    for (size_t i = 0; script_world_commands[i].name; i++)
        sb_printf(&known, "%s, ", script_world_commands[i].name);
    for (size_t i = 0; script_commands[i].name; i++)
        sb_printf(&known, "%s, ", script_commands[i].name);
    lex_fail(&p->c, _("unknown command \"%s\"; expected one of %sor NAME = ..."), name, known.text);
    sb_free(&known);
    return false;
}

static bool parse_line(struct parser *p) {
    char name[LEX_WORD_MAX];
    p->c.usage = NULL;
    if (lex_at_end(&p->c))
        return true;
    if (!lex_word(&p->c, name, _("a command or a name")))
        return false;
    const struct command *command = script_command(name);
    bool assigns = !lex_at_end(&p->c) && strchr("=.[", *p->c.at);
    if (!command && !assigns)
        return unknown_command(p, name);
    if (command && assigns && *p->c.at == '=')
        return parser_fresh(p, name);
    if (command && command->world && p->started)
        return lex_fail(
            &p->c, _("\"%s\" after an operation; expected it before the first one"), name);
    if (command)
        p->c.usage = command->usage;
    return (command ? command->parse(p) : parse_assignment(p, name)) && lex_end(&p->c);
}

/* How many bytes the UTF-8 character at s takes; 0 if it is none or a control character. */
static size_t utf8_len(const unsigned char *s) {
    size_t len = s[0] < 0x80                    ? 1
                 : s[0] >= 0xc2 && s[0] <= 0xdf ? 2
                 : s[0] >= 0xe0 && s[0] <= 0xef ? 3
                 : s[0] >= 0xf0 && s[0] <= 0xf4 ? 4
                                                : 0;
    if (len == 1 && ((s[0] < 0x20 && s[0] != '\t') || s[0] == 0x7f))
        return 0;
    for (size_t i = 1; i < len; i++)
        if ((s[i] & 0xc0) != 0x80)
            return 0;
    return len;
}

static bool check_text(struct parser *p, const char *line) {
    const unsigned char *s = (const unsigned char *)line;
    while (*s) {
        size_t len = utf8_len(s);
        if (len == 0)
            return lex_fail(&p->c, _("byte 0x%02x is no text; expected UTF-8"), s[0]);
        s += len;
    }
    return true;
}

/* Takes the line of len bytes at text, without its end. */
static bool take_line(struct parser *p, const char *text, size_t len) {
    p->c.line++;
    if (len > LIMIT_LINE)
        return lex_fail(&p->c, _("a line of %zu bytes; expected at most %llu"), len,
            (unsigned long long)LIMIT_LINE);
    char *line = xstrndup(text, len && text[len - 1] == '\r' ? len - 1 : len);
    p->c.at = line;
    bool ok = check_text(p, line) && parse_line(p);
    free(line);
    return ok;
}

/* Reads all lines; the parser stands before the first. */
static bool parse_lines(struct parser *p, const char *text) {
    bool ok = true;
    while (ok && *text) {
        size_t len = strcspn(text, "\n");
        ok = take_line(p, text, len);
        text += len + (text[len] == '\n');
    }
    if (ok && p->depth) {
        p->c.line = p->program->stmts[p->open[p->depth - 1].stmt].line;
        ok = lex_fail(&p->c, _("this repeat has no end; expected one below it"));
    }
    return ok;
}

bool script_compile(
    struct script_program *program, const char *name, const char *text, struct error *err) {
    char size[32];
    program->name = xstrdup(name);
    if (strlen(text) > LIMIT_SCRIPT)
        return error_set(err, _("%s: is larger than %s, the most of a script"), name,
            format_size(LIMIT_SCRIPT, size, sizeof size));
    struct parser p = {.c = {.file = program->name, .err = err}, .program = program};
    if (strncmp(text, "\xef\xbb\xbf", 3) == 0)
        text += 3;
    return parse_lines(&p, text);
}

bool script_compile_more(struct script_program *program, const char *name, int line,
    const char *text, struct error *err) {
    struct parser p = {.c = {.file = name, .line = line - 1, .err = err},
        .program = program,
        .started = true,
        .allocates = true};
    size_t stmts = program->stmt_count, rings = program->ring_count, types = program->type_count;
    if (parse_lines(&p, text))
        return true;
    script_program_cut(program, stmts, rings, types);
    return false;
}

size_t script_open_repeats(const char *text) {
    size_t open = 0;
    while (*text) {
        size_t len = strcspn(text, "\n"), blanks = strspn(text, " \t");
        struct cursor c = {.at = text + (blanks < len ? blanks : len)};
        if (lex_accept_word(&c, "repeat"))
            open++;
        else if (open && lex_accept_word(&c, "end"))
            open--;
        text += len + (text[len] == '\n');
    }
    return open;
}
