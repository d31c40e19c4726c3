/*
 * A recording: see recording.h.
 *
 * Whoever records does no more than to write events down, in the tail. Whole blocks go to a clerk
 * (clerk.h), another thread, who takes them into the chronicle and the archive. What is asked of
 * the recording is answered when he is done with all there are; then the events of the tail are
 * taken into the chronicle, too. While he works, the chronicle and the archive are his.
 *
 * The last blocks stay as they are, in a ring: in their order for the clerk, and for who looks.
 */
#include "sim/trace/recording.h"

#include "sim/trace/archive.h"
#include "sim/trace/chronicle.h"
#include "sim/trace/clerk.h"

#include <stdlib.h>

enum {
    BLOCK = RECORDING_BLOCK,
    RING = 8, /* blocks; together they fit into a processor's second cache */
};

struct recording {
    struct sink sink;         /* first, so that the sink is the recording */
    struct event *next, *end; /* in the tail: where the next event goes, and where it ends */
    struct event *ring[RING]; /* block number n is at n % RING; the tail is number `whole` */
    uint64_t whole;           /* blocks */
    uint64_t settled;         /* so many events are done with, and the clerk rests; 0: not known */
    struct clerk *clerk;
    struct chronicle chronicle;
    struct archive *archive;
};

static void sink_emit(struct sink *sink, const struct event *ev) {
    recording_append((struct recording *)sink, ev);
}

/* The clerk's work. */
static void file_block(void *arg, uint64_t block) {
    struct recording *rec = arg;
    struct chronicle *c = &rec->chronicle;
    const struct event *events = rec->ring[block % RING];
    size_t passed = (size_t)(c->head->seq - block * BLOCK);
    chronicle_pass(c, events + passed, BLOCK - passed);
    archive_add(rec->archive, events, c->head->ops);
    chronicle_keyframe(c);
}

static void begin_block(struct recording *rec) {
    struct event **room = &rec->ring[rec->whole % RING];
    if (!*room)
        *room = xmalloc(BLOCK * sizeof **room);
    rec->next = *room;
    rec->end = *room + BLOCK;
}

struct recording *recording_new(void) {
    struct recording *rec = xcalloc(1, sizeof *rec);
    rec->sink.emit = sink_emit;
    chronicle_init(&rec->chronicle);
    rec->archive = archive_new();
    rec->clerk = clerk_new(file_block, rec);
    begin_block(rec);
    return rec;
}

void recording_free(struct recording *rec) {
    if (!rec)
        return;
    clerk_free(rec->clerk);
    archive_free(rec->archive);
    chronicle_destroy(&rec->chronicle);
    for (size_t i = 0; i < RING; i++)
        free(rec->ring[i]);
    free(rec);
}

struct sink *recording_sink(struct recording *rec) {
    return &rec->sink;
}

/* --- Writing --- */

/* The tail is a whole block. */
static void close_block(struct recording *rec) {
    rec->whole++;
    rec->settled = 0;
    clerk_give(rec->clerk);
    clerk_wait(rec->clerk, RING - 1, RING / 2);
    begin_block(rec);
}

void recording_append(struct recording *rec, const struct event *ev) {
    *rec->next++ = *ev;
    if (UNLIKELY(rec->next == rec->end))
        close_block(rec);
}

uint64_t recording_count(const struct recording *rec) {
    return (rec->whole + 1) * BLOCK - (uint64_t)(rec->end - rec->next);
}

/* Until this chronicle and archive are the clerk's. (Looking brings them up to date; that changes
 * nothing of what there is to see.) */
static void catch_up(const struct recording *looked_at) {
    uint64_t count = recording_count(looked_at);
    if (looked_at->settled == count)
        return;
    struct recording *rec = (struct recording *)looked_at;
    struct chronicle *c = &rec->chronicle;
    clerk_wait(rec->clerk, 0, 0);
    chronicle_pass(c, rec->end - BLOCK + c->head->seq % BLOCK, (size_t)(count - c->head->seq));
    rec->settled = count;
}

bool recording_offer(struct recording *rec, const struct event *ev, struct error *err) {
    catch_up(rec);
    if (!chronicle_offer(&rec->chronicle, ev, err))
        return false;
    rec->settled++;
    recording_append(rec, ev);
    return true;
}

/* --- Looking --- */

const struct replica *recording_head(const struct recording *rec) {
    catch_up(rec);
    return rec->chronicle.head;
}

size_t recording_memory(const struct recording *rec) {
    catch_up(rec);
    size_t bytes = sizeof *rec + archive_memory(rec->archive) + chronicle_memory(&rec->chronicle);
    for (size_t i = 0; i < RING; i++)
        bytes += rec->ring[i] ? BLOCK * sizeof(struct event) : 0;
    return bytes;
}

const struct event *recording_event(const struct recording *rec, uint64_t i) {
    INVARIANT(i < recording_count(rec));
    uint64_t block = i / BLOCK;
    if (block + RING > rec->whole)
        return &rec->ring[block % RING][i % BLOCK];
    catch_up(rec);
    return &archive_events(rec->archive, block)[i % BLOCK];
}

const uint8_t *recording_packed(const struct recording *rec, uint64_t block, size_t *len) {
    catch_up(rec);
    if (block < rec->whole)
        return archive_packed(rec->archive, block, len);
    INVARIANT(block == rec->whole);
    return archive_pack(
        rec->archive, rec->end - BLOCK, (size_t)(recording_count(rec) - block * BLOCK), len);
}

const struct block_digest *recording_digest(const struct recording *rec, uint64_t block) {
    catch_up(rec);
    return block < rec->whole ? archive_digest(rec->archive, block) : NULL;
}

bool recording_may_have(
    const struct recording *rec, uint64_t block, enum digest_key key, uint64_t value) {
    catch_up(rec);
    return block >= rec->whole || archive_may_have(rec->archive, block, key, value);
}

const struct sample *recording_samples(const struct recording *rec, size_t *count) {
    catch_up(rec);
    *count = rec->chronicle.sample_count;
    return rec->chronicle.samples;
}

struct sample recording_peak(const struct recording *rec, enum stat_id stat) {
    INVARIANT(stat == STAT_heap_live || stat == STAT_heap_inuse);
    catch_up(rec);
    return stat == STAT_heap_live ? rec->chronicle.live_peak : rec->chronicle.inuse_peak;
}

const struct mark *recording_marks(const struct recording *rec, size_t *count) {
    catch_up(rec);
    *count = rec->chronicle.mark_count;
    return rec->chronicle.marks;
}

/* --- Operations --- */

uint64_t recording_op_count(const struct recording *rec) {
    return recording_head(rec)->ops;
}

uint64_t recording_op_start(const struct recording *rec, uint64_t op) {
    INVARIANT(op < recording_op_count(rec));
    uint64_t low = 0, high = rec->whole; /* op begins in block low or behind, not behind high */
    while (low < high) {
        uint64_t middle = low + (high - low + 1) / 2;
        if (archive_ops(rec->archive, middle) <= op)
            low = middle;
        else
            high = middle - 1;
    }
    uint64_t i = low * BLOCK;
    for (uint64_t ops = archive_ops(rec->archive, low);; i++)
        if (recording_event(rec, i)->kind == EV_OP_BEGIN && ops++ == op)
            return i;
}

uint64_t recording_op_at(const struct recording *rec, uint64_t i) {
    uint64_t all = recording_op_count(rec);
    if (i >= recording_count(rec))
        return all ? all - 1 : 0;
    uint64_t ops = archive_ops(rec->archive, i / BLOCK);
    const struct event *first = recording_event(rec, i - i % BLOCK);
    for (uint64_t k = 0; k <= i % BLOCK; k++)
        ops += first[k].kind == EV_OP_BEGIN;
    return ops ? ops - 1 : 0;
}

/* --- Moments --- */

/* Steps *r to seq. */
static void step_to(const struct recording *rec, struct replica *r, uint64_t seq) {
    while (r->seq < seq)
        replica_apply(r, recording_event(rec, r->seq));
    while (r->seq > seq)
        replica_undo(r, recording_event(rec, r->seq - 1));
}

void recording_seek(const struct recording *rec, struct replica **r, uint64_t seq) {
    uint64_t count = recording_count(rec);
    catch_up(rec);
    if (seq > count)
        seq = count;
    const struct replica *key = chronicle_near(&rec->chronicle, seq);
    uint64_t key_at = key ? key->seq : 0, at = (*r)->seq;
    uint64_t from_here = at > seq ? at - seq : seq - at;
    uint64_t from_key = key_at > seq ? key_at - seq : seq - key_at;
    if (from_here > from_key + KEYFRAME_MIN_GAP) { /* copying costs about that much stepping */
        replica_free(*r);
        *r = key ? replica_copy(key) : replica_new();
    }
    step_to(rec, *r, seq);
}
