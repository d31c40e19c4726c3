/*
 * A recording: every event of a run, with keyframes (copies of the replica) so that any moment is
 * near, an index of the operations, samples of the statistics for the timeline, and marks worth
 * jumping to.
 *
 * It is a sink: give recording_sink() to a heap. It may still grow while it is being looked at.
 */
#ifndef ARENA_RECORDING_H
#define ARENA_RECORDING_H

#include "sim/trace/replica.h"

struct recording;

/* The statistics after event seq - 1 (that is, with seq events applied), bytes. */
struct sample {
    uint64_t seq;
    uint64_t heap_live, heap_inuse, heap_idle, heap_released, heap_sys;
};

enum mark_kind { MARK_REFUSED, MARK_GROWTH, MARK_FATAL, MARK_COLLECTION };

struct mark {
    uint64_t seq; /* the state with seq events applied is just after it */
    uint8_t kind; /* enum mark_kind */
};

struct recording *recording_new(void);
void recording_free(struct recording *rec);
struct sink *recording_sink(struct recording *rec);
void recording_append(struct recording *rec, const struct event *ev);

/* The newest state. It changes with every event that is appended. */
const struct replica *recording_head(const struct recording *rec);

/* Number of events. */
uint64_t recording_count(const struct recording *rec);
/* Event number i (0 .. count - 1). The pointer is good until the recording is freed. */
const struct event *recording_event(const struct recording *rec, uint64_t i);

/* Operations: their number, and the event index of operation op's OP_BEGIN. */
uint64_t recording_op_count(const struct recording *rec);
uint64_t recording_op_start(const struct recording *rec, uint64_t op);
/* The operation event i belongs to (the last one begun at or before it). */
uint64_t recording_op_at(const struct recording *rec, uint64_t i);

/* Samples in order of seq: bounded in number however long the run, evenly thinned. */
const struct sample *recording_samples(const struct recording *rec, size_t *count);
const struct mark *recording_marks(const struct recording *rec, size_t *count);

/* Brings *r to the state with seq events applied, by the cheapest way: stepping, or a keyframe and
 * stepping. *r may be replaced by another replica. seq is clamped to the count. */
void recording_seek(const struct recording *rec, struct replica **r, uint64_t seq);

#endif
