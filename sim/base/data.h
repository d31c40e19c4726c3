/*
 * Data files: lessons, themes, workloads. They are found beside the program, so that it runs from
 * the source tree and installed alike, from any working directory.
 *
 * Looked in, first match wins:
 *   1. $ARENASCOPE_DATA, and nowhere else, if it is set;
 *   2. every directory from the executable's upwards, and its share/arenascope: the source tree
 *      above build/, or the prefix above bin/.
 * Relative names are the same everywhere: "lessons/en/...", "assets/themes/...".
 */
#ifndef ARENA_DATA_H
#define ARENA_DATA_H

#include "sim/base/base.h"

/* Finds the file or directory of that relative name and puts its path into out (emptied first).
 * False if it is nowhere; out is empty then. */
bool data_path(const char *relative, struct strbuf *out);

/* The same without asking the environment: for what was built with the program. */
bool data_path_beside(const char *relative, struct strbuf *out);

/* ... and starting at directory start in place of the executable's. */
bool data_path_above(const char *start, const char *relative, struct strbuf *out);

#endif
