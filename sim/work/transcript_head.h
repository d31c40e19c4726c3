/*
 * The first two lines of a transcript: whose it is, and the constants of that platform's build.
 *
 *   # go1.10.8 linux/amd64 NAME
 *   platform ptrsize=8 maxmem=0x7fffffffff image_end=... brk=... physpage=... hugepage=...
 *       sizeof_mspan=... sizeof_mcache=... sizeof_treapnode=...            (one line)
 */
#ifndef ARENA_TRANSCRIPT_HEAD_H
#define ARENA_TRANSCRIPT_HEAD_H

#include "sim/os/replay.h"

struct transcript_head {
    struct platform platform; /* with the transcript's own sizes */
    uint64_t image_end, brk, phys_page_size, huge_page_size;
};

/* Does the line look like the second one of a transcript? */
bool transcript_head_recognises(const char *second);

/* Reads the two lines. On failure false, err, and *line is 1 or 2. */
bool transcript_head_read(const char *first, const char *second, struct transcript_head *head,
    int *line, struct error *err);

/* Appends the two lines for a run of that name on os. */
void transcript_head_write(struct os *os, const char *name, struct strbuf *out);

#endif
