/*
 * Files of operations: whatever has lines that begin with "> " (opline.h). Such are transcripts, of
 * which only the operations are read; and files that have in place of a transcript's head a
 * script's lines about the world (script.h):
 *
 *     # a comment
 *     platform linux/386
 *     limit 300MiB
 *     > init
 *     > a 1 4096
 *
 * A transcript says nothing of limits and taken ranges that the run met: those of its `occupy`
 * operations alone are there when it is run again.
 */
#ifndef ARENA_OPFILE_H
#define ARENA_OPFILE_H

#include "sim/work/opline.h"
#include "sim/work/session.h"

/* Does the text have a line that begins with "> "? */
bool opfile_recognises(const char *text);

/* Reads it all. The source gives the operations, without what is only looked at; it is the
 * caller's. name is what messages call it. NULL and err (`FILE:LINE: ...`) on failure. */
struct op_source *opfile_parse(const char *name, const char *text, struct error *err);

/* Applies what the file says of its world to env, whose platform must be set. False, env untouched,
 * if source is no file of operations. */
bool opfile_environment(const struct op_source *source, struct environment *env);

/* Line number i, from 0, with those only looked at; NULL past the last, or if source is no file of
 * operations. The source's. op.line is its place in the file. */
const struct opline *opfile_line(const struct op_source *source, size_t i);

/* The other way round: appends the lines about the world. */
void opfile_write_world(const struct environment *env, struct strbuf *out);

#endif
