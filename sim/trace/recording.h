/*
 * A recording: every event of a run, with keyframes (copies of the replica) so that any moment is
 * near, samples of the statistics for the timeline, and marks worth jumping to.
 *
 * Events are kept packed (eventpack.h), in blocks: a few bytes each. Blocks lately looked at stay
 * unpacked in a small cache. Beside each block stands a digest of what is in it, so that looking
 * for something (history.h) passes over most blocks.
 *
 * It is a sink: give recording_sink() to a heap. It may still grow while it is being looked at. A
 * recording stays with one thread at a time; what it does with another (recording.c) does not show.
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
/* The same with an event that comes from outside: false and err if it does not fit the events
 * before it. Then the recording is only good for recording_free. */
bool recording_offer(struct recording *rec, const struct event *ev, struct error *err);

/* The newest state. To be asked for again after events were appended. */
const struct replica *recording_head(const struct recording *rec);

/* Number of events. */
uint64_t recording_count(const struct recording *rec);
/* Event number i (0 .. count - 1). The pointer is good until another event is appended, or events
 * in RECORDING_NEAR other blocks (i / RECORDING_BLOCK) were asked for: to keep an event, copy it.
 */
const struct event *recording_event(const struct recording *rec, uint64_t i);
enum { RECORDING_BLOCK = 1 << 12, RECORDING_NEAR = 7 };

/* The events of a block as eventpack.h has them; the last one need not be full. Good until another
 * event is appended, or this is asked for that one again. */
const uint8_t *recording_packed(const struct recording *rec, uint64_t block, size_t *len);

/* A digest of a block: of what it has, and, seldom, of what it has not. The block still being
 * filled has none: NULL, anything may be in it. */
struct block_digest {
    uint64_t kinds;        /* bit i: an event of kind i */
    uint64_t keys[1 << 9]; /* see recording_may_have */
};
const struct block_digest *recording_digest(const struct recording *rec, uint64_t block);
/* What digests know of. */
enum digest_key {
    KEY_SPAN,    /* a span's handle, of events that change it, its bits or its place in a list */
    KEY_ADDRESS, /* 16 bytes of address (divided by 16), of objects born, marked or dropped */
    KEY_OBJECT,  /* an object's id */
};
/* False: no event of the block has it. */
bool recording_may_have(
    const struct recording *rec, uint64_t block, enum digest_key key, uint64_t value);

/* Bytes of memory that it takes, all told. */
size_t recording_memory(const struct recording *rec);

/* Operations: their number, and the event index of operation op's OP_BEGIN. */
uint64_t recording_op_count(const struct recording *rec);
uint64_t recording_op_start(const struct recording *rec, uint64_t op);
/* The operation event i belongs to: the last one begun at or before it. (Where several are in
 * flight a replica's op[acting] says whose doing it is.) */
uint64_t recording_op_at(const struct recording *rec, uint64_t i);

/* Samples in order of seq: bounded in number however long the run, evenly thinned. */
const struct sample *recording_samples(const struct recording *rec, size_t *count);
const struct mark *recording_marks(const struct recording *rec, size_t *count);

/* The sample of the moment with the most of a statistic: STAT_heap_live or STAT_heap_inuse. The
 * first of them, after an operation. All zero before there is one. */
struct sample recording_peak(const struct recording *rec, enum stat_id stat);

/* Brings *r to the state with seq events applied, by the cheapest way: stepping, or a keyframe and
 * stepping. *r may be replaced by another replica. seq is clamped to the count. */
void recording_seek(const struct recording *rec, struct replica **r, uint64_t seq);

#endif
