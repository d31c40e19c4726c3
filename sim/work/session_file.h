/*
 * Sessions as files: a recording (recfile.h) with what is to be known of its run (the world it met,
 * its phases) and of the looking (the moment shown, bookmarks), so that it opens again as it was
 * left.
 *
 * A session that was loaded has a recording like any other, and no program. It can be started over
 * (session_restart) if its workload is found again where it was.
 *
 * The lines of text in the file, "KEY WORDS", in any order; what repeats is meant to:
 *
 *     title WORDS            workload NAME     what it was opened by
 *     world LINE             the world asked for, in a script's words; also: gogc N, ps N
 *     provider NAME          why WORDS         who provided the addresses
 *     found IMAGE BRK PAGE   of the program and the machine
 *     init OP OWN            the INIT operation, and how many of the environment's came after it
 *     phase OP WORDS
 *     at SEQ                 bookmark SEQ WORDS
 */
#ifndef ARENA_SESSION_FILE_H
#define ARENA_SESSION_FILE_H

#include "sim/work/session.h"

struct bookmark {
    uint64_t seq;
    const char *text;
};

/* What a file keeps besides the run. */
struct session_view {
    const char *workload; /* by which workload_open opens it again; NULL: by nothing */
    const char *title;
    uint64_t at; /* the moment shown, in events applied */
    const struct bookmark *bookmarks;
    size_t bookmark_count;
};

/* Writes all that the session has recorded, in one go. False and err if it cannot. */
bool session_save(
    const struct session *s, const char *path, const struct session_view *view, struct error *err);

/* The same while it runs: PATH.part grows, and is PATH at the end. After a failure nothing is left
 * of it, and of the writer. */
struct session_writer;
struct session_writer *session_writer_new(
    const struct session *s, const char *path, const struct session_view *view, struct error *err);
/* Writes what was recorded since the last time. */
bool session_writer_more(struct session_writer **w, struct error *err);
bool session_writer_finish(struct session_writer *w, uint64_t at, struct error *err);

/* Opens a recording. If its workload is at hand, it can be started over. What there is to tell of
 * the reading (the file was cut short) is appended to report. NULL and err on failure. */
struct session *session_load(const char *path, struct strbuf *report, struct error *err);

/* Opens whatever can be looked at: a recording, or a workload as workload_open does. The name is
 * looked up for workloads first. *title (may be NULL): what to call it, the session's. */
struct session *session_open(const char *name, const struct environment *base,
    struct strbuf *report, const char **title, struct error *err);

/* What its file said, of a session that was loaded (and not started over since); else NULL. */
const struct session_view *session_loaded(const struct session *s);

#endif
