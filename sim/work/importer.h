/*
 * Importing what a real Go program printed under GODEBUG=allocfreetrace=1: its allocations become
 * operations, so that its heap can be watched being built again.
 *
 * The log and what is made of it:
 *
 *   tracealloc(ADDR, SIZE[, TYPE])   an allocation. TYPE is that of an element. SIZE is what the
 *                                    object takes (its size class), in hex; tiny objects that went
 *                                    into a block already open were never logged.
 *   tracefree(ADDR, SIZE)            a drop: the sweeper found the object dead
 *   tracegc()                        a phase, and a collection. What it found dead is logged after
 *                                    it, as sweeping comes along; we drop it before
 *   anything else                    goroutines, their stacks, the program's own output: ignored
 *
 * The log does not say which words are pointers. An object without TYPE holds none (the runtime
 * logs TYPE wherever it knows it, and knows it wherever there are pointers). With TYPE, its name
 * is asked (gotype.h): `string` or `*T` settle it. Where the name says nothing (`main.Node`), every
 * word is taken for a pointer: the cautious reading, under which nothing live is ever lost. The
 * report counts these.
 *
 * The same log runs in either width. Objects with pointers keep their number of elements (or words)
 * and take the size they have there; pointer-free ones keep their bytes.
 *
 * Objects are numbered from 1 in the order of the log. An allocation at an address that is in use
 * replaces what was there: its end went unlogged.
 */
#ifndef ARENA_IMPORTER_H
#define ARENA_IMPORTER_H

#include "sim/work/op.h"

struct import_report {
    uint64_t lines;      /* of the log */
    uint64_t understood; /* tracealloc, tracefree, tracegc */
    uint64_t ignored;    /* all the others */
    uint64_t allocs, frees, gcs;
    uint64_t replaced;                   /* allocations where an object was still live */
    uint64_t unknown;                    /* frees of what was never seen allocated: nothing to do */
    uint64_t untyped;                    /* allocations without TYPE: pointer-free */
    uint64_t named;                      /* ... whose TYPE settled it */
    uint64_t assumed;                    /* ... whose TYPE did not: all words pointers */
    uint64_t named_types, assumed_types; /* different TYPEs */
    unsigned width; /* bytes of a word of the program logged, judged by its addresses */
    bool truncated; /* the log stops mid-line or mid-file; the last line was left out */
};

/* Is this text (its beginning will do) such a log? */
bool importer_recognises(const char *text, size_t len);

/* Reads a log, plain or gzip. The source is the caller's, to be destroyed by it. NULL and err
 * filled (`FILE:LINE: ...`) if it cannot be read or is no log. */
struct op_source *importer_open(const char *path, struct error *err);

/* The same from text that was read already; name is what messages call it, cut: it is known to stop
 * short. */
struct op_source *importer_parse(
    const char *name, const char *text, size_t len, bool cut, struct error *err);

/* What was understood; NULL if source is no imported log. The source's. */
const struct import_report *importer_result(const struct op_source *source);

/* The same in words for people, several lines, appended to out. ptr_size: bytes of a word where it
 * will run. */
void importer_report(const struct op_source *source, unsigned ptr_size, struct strbuf *out);

#endif
