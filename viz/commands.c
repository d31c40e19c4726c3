/* Commands: the table of commands.h, and finding in it. */
#include "viz/commands.h"

#include <stdbool.h>
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

enum command command_for_key(const char *key) {
    for (enum command c = CMD_NONE + 1; c < CMD_COUNT; c++)
        if (*key && has_key(infos[c].keys, key))
            return c;
    return CMD_NONE;
}
