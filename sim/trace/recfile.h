/*
 * Recordings as files: the events, compressed, and lines of text that say what they are of.
 *
 * A file is a first line with the versions of the format and of the events' vocabulary, and pieces:
 *
 *     "arenascope recording 2 89abcdef\n"
 *     piece:  4 bytes  what it is: "TEXT", "EVTS", "DONE"
 *             4 bytes  length of what it holds, unpacked; 4 bytes the same, as it stands here
 *             4 bytes  checksum (CRC-32) of the 12 bytes before and of what it holds
 *             what it holds, compressed by zstd
 *     TEXT    lines, "KEY WORDS"; they belong to whoever made the recording (sim/work/session.h)
 *     EVTS    up to 16 blocks of events: 4 bytes their count, 4 bytes the length, and the block as
 *             eventpack.h has it
 *     DONE    8 bytes: how many events there are. Nothing follows
 *
 * Numbers stand low byte first. A file is written as FILE.part while its run goes on, whole piece
 * by whole piece, and gets its name at the end: after a crash FILE.part has all but the last few
 * events, and can be opened.
 */
#ifndef ARENA_RECFILE_H
#define ARENA_RECFILE_H

#include "sim/trace/recording.h"

/* --- Writing --- */

struct recfile_writer;

/* Begins PATH.part. NULL and err if it cannot be written. After any failure the writer is only
 * good for recfile_abandon. */
struct recfile_writer *recfile_create(const char *path, struct error *err);
bool recfile_text(struct recfile_writer *w, const char *lines, struct error *err);
/* Whole pieces of what the recording has had since the last time. */
bool recfile_events(struct recfile_writer *w, const struct recording *rec, struct error *err);
/* All the events that are left, the end of the file, and its name. Frees the writer, also on
 * failure (then nothing is left of the file). */
bool recfile_finish(struct recfile_writer *w, const struct recording *rec, struct error *err);
void recfile_abandon(struct recfile_writer *w);

/* --- Reading --- */

struct recfile {
    struct recording *rec;
    struct strbuf text; /* all lines, in order */
    bool cut;           /* the file stops short: this is what it has */
};

/* Does the file begin as a recording does? False also if it cannot be read, or is a pipe. */
bool recfile_recognises(const char *path);

/* Reads it all. What a file says is believed only as far as it is checked: memory is bounded by
 * what its pieces really hold and by limits.h, and events that do not fit together are refused.
 * False and err ("FILE: ...") if it is no recording, of another version, too large, or damaged; out
 * is empty then. */
bool recfile_read(const char *path, struct recfile *out, struct error *err);
void recfile_free(struct recfile *f);

#endif
