/*
 * Preferences: what a person has set in the window and wants to find again. They are lines of
 * `name value` in $XDG_CONFIG_HOME/arenascope/preferences (~/.config/... without that variable),
 * after `#` comments. Options on the command line win over them.
 *
 * The file is for people, too: writing it keeps comments and lines it does not know. A line that
 * cannot be is told once, with its number, and left out; the others hold.
 */
#ifndef ARENA_PREFS_H
#define ARENA_PREFS_H

#include "sim/base/base.h"

enum { PREFS_MIN_W = 640, PREFS_MIN_H = 400, PREFS_MAX_SIDE = 16384 };

/* Zero or "": not set. */
struct prefs {
    char theme[32];    /* dark, light or contrast */
    char language[8];  /* en or zh */
    float scale;       /* of the interface, 0.5 to 4 */
    int width, height; /* of the window, pixels */
    uint64_t speed;    /* events a second while playing */
};

/* Where they are kept; false if neither variable says. */
bool prefs_path(struct strbuf *out);

/* Reads a file into *out; that there is none is fine. What cannot be is appended to report, a line
 * each: "FILE:LINE: ...". */
void prefs_read(const char *path, struct prefs *out, struct strbuf *report);

/* Writes what is set over what the file says of it, all or nothing; its directory is made. */
bool prefs_write(const char *path, const struct prefs *p, struct error *err);

/* Puts what differs between before and after into *kept as after has it; false if nothing does. */
bool prefs_change(struct prefs *kept, const struct prefs *before, const struct prefs *after);

#endif
