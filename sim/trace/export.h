/*
 * A recording for other programs: Chrome's trace format (which Perfetto opens), and tables as CSV.
 *
 * A run has no clock of its own: an event takes a microsecond. The texts are in English, whatever
 * language is set, since programs read them.
 */
#ifndef ARENA_EXPORT_H
#define ARENA_EXPORT_H

#include "sim/trace/recording.h"

/* Appends the whole recording as JSON: operations as slices, one track a P; heap statistics as
 * counters; collections, growth, refusals and the fatal end as instants. title: of the process. */
void export_chrome(const struct recording *rec, const char *title, struct strbuf *out);

enum export_table {
    TABLE_SAMPLES, /* the statistics over time, bytes */
    TABLE_SPANS,   /* every span that is not dead at a moment */
    TABLE_CLASSES, /* every size class that has spans or had objects, in sum */
    TABLE_COUNT
};

/* "samples", "spans", "classes"; NULL past the last. */
const char *export_table_name(unsigned table);

/* Appends a table, the names of its columns first. r: the moment (samples: those up to it). */
void export_csv(const struct recording *rec, const struct replica *r, enum export_table table,
    struct strbuf *out);

#endif
