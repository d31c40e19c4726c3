/*
 * Front matter: what stands above a lesson between two lines `---`.
 *
 *   ---
 *   title: The hints
 *   number: 4
 *   platforms: 64            64, 32 or both: where the lesson makes sense
 *   prerequisites: 2, 3      or none
 *   minutes: 6
 *   vary size: 16 24 48      $size in the file is one of these, another one each time the
 *                            lesson's questions are asked anew
 *   ---
 */
#ifndef ARENA_FRONT_H
#define ARENA_FRONT_H

#include "sim/base/base.h"

enum { MAX_PREREQUISITES = 8, MAX_VARIED = 4 };

struct front {
    char *title;
    unsigned number, minutes; /* 0: not said */
    bool on_64, on_32;
    unsigned prerequisites[MAX_PREREQUISITES];
    int prerequisite_count;
    struct varied {
        char *name, *value; /* the one chosen */
    } varied[MAX_VARIED];
    int varied_count;
    int lines; /* of the file that it takes; 0: there is none */
};

/* Reads the front matter of text, if it has any; variant chooses among varied values, 0 the first.
 * False and err (path:line: ...) if it is wrong. Freed with front_free in any case. */
bool front_parse(
    struct front *f, const char *path, const char *text, unsigned variant, struct error *err);
void front_free(struct front *f);

/* Appends the line with the chosen values in place of $NAME. */
void front_vary(const struct front *f, const char *line, size_t len, struct strbuf *out);

#endif
