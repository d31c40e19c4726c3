/*
 * Where a person's files are kept: the directories of the XDG base directory specification.
 */
#ifndef ARENA_XDG_H
#define ARENA_XDG_H

#include "sim/base/base.h"

enum xdg_dir { XDG_CONFIG, XDG_STATE };

/* Appends the path of the file called name among arenascope's in $XDG_CONFIG_HOME (else ~/.config)
 * or $XDG_STATE_HOME (else ~/.local/state). False if neither variable says. */
bool xdg_path(enum xdg_dir dir, const char *name, struct strbuf *out);
/* file_write, for a file whose directories may have to be made. */
bool xdg_write(const char *path, const void *data, size_t len, struct error *err);
/* Is there anything of that name? (What cannot be asked about is.) */
bool xdg_exists(const char *path);

#endif
