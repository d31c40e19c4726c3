/* Commands: the table of commands.h, and finding in it. */
#include "viz/commands.h"

#include "sim/base/cli.h"
#include "sim/base/i18n.h"

#include <stdlib.h>
#include <string.h>

static const struct command_info infos[CMD_COUNT] = {
#define X(NAME, name, keys, group, help) [CMD_##NAME] = {name, keys, group, help},
    COMMANDS(X)
#undef X
};

const struct command_info *command_info(unsigned command) {
    return command > CMD_NONE && command < CMD_COUNT ? &infos[command] : NULL;
}

/* Is key one of the space-separated keys? */
static bool has_key(const char *keys, const char *key) {
    size_t len = strlen(key);
    while (*keys) {
        size_t word = strcspn(keys, " ");
        if (word == len && memcmp(keys, key, len) == 0)
            return true;
        keys += word;
        keys += strspn(keys, " ");
    }
    return false;
}

bool command_has_keys(unsigned command) {
    const char *keys = infos[command].keys;
    return keys[0] && strcmp(keys, "palette") != 0;
}

enum command command_for_key(const char *key) {
    for (enum command c = CMD_NONE + 1; c < CMD_COUNT; c++)
        if (*key && command_has_keys(c) && has_key(infos[c].keys, key))
            return c;
    return CMD_NONE;
}

/* A group begins at the first command of that group's name. */
static bool begins_group(unsigned c) {
    return c == CMD_NONE + 1 || strcmp(infos[c].group, infos[c - 1].group) != 0;
}

void commands_list(struct strbuf *out) {
    for (unsigned c = CMD_NONE + 1; c < CMD_COUNT; c++) {
        if (begins_group(c))
            sb_printf(out, "%s%s\n", c > CMD_NONE + 1 ? "\n" : "", _(infos[c].group));
        sb_printf(out, "  %-24s %-18s %s\n", infos[c].keys, infos[c].name, _(infos[c].help));
    }
}

static void add_roff(struct strbuf *out, const char *before, const char *text, const char *after) {
    sb_puts(out, before);
    cli_roff(out, text);
    sb_puts(out, after);
}

/* "Right, l": the keys in bold. */
static void add_keys(struct strbuf *out, const char *keys) {
    while (*keys) {
        size_t len = strcspn(keys, " ");
        char *key = xstrndup(keys, len);
        keys += len + strspn(keys + len, " ");
        add_roff(out, "\\fB", key, *keys ? "\\fR, " : "\\fR\n");
        free(key);
    }
}

void commands_manual(struct strbuf *out) {
    sb_puts(out, ".SH KEYS\n");
    for (unsigned c = CMD_NONE + 1; c < CMD_COUNT; c++) {
        if (begins_group(c))
            add_roff(out, ".SS ", infos[c].group, "\n");
        sb_puts(out, infos[c].keys[0] ? ".TP\n" : ".TP\nmouse\n");
        add_keys(out, infos[c].keys);
        add_roff(out, "", infos[c].help, ".\n");
    }
}

/* Is text the name, but for hyphens in place of spaces? */
static bool is_name(const char *name, const char *text) {
    while (*name && (*name == *text || (*name == ' ' && *text == '-')))
        name++, text++;
    return !*name && !*text;
}

enum command command_named(const char *name) {
    for (enum command c = CMD_NONE + 1; c < CMD_COUNT; c++)
        if (is_name(infos[c].name, name))
            return c;
    return CMD_NONE;
}
