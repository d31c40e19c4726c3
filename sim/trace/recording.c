/*
 * A recording: see recording.h.
 *
 * Events stand in fixed blocks that never move, so that pointers to them stay good while the
 * recording grows. A "head" replica follows the newest event; keyframes are copies of it, taken
 * ever more sparsely as it grows, so that they cost at most about as much as the events themselves.
 */
#include "sim/trace/recording.h"

#include <stdlib.h>

enum {
    BLOCK_EVENTS = 1 << 14,
    KEYFRAME_MIN_GAP = 1 << 14, /* events: stepping over that many takes well under a millisecond */
    MAX_SAMPLES = 1 << 13,      /* a few for every pixel column of a wide window */
};

struct keyframe {
    struct replica *state; /* with state->seq events applied */
};

struct recording {
    struct sink sink; /* first, so that the sink is the recording */
    struct event **blocks;
    size_t block_cap;
    uint64_t count;
    struct replica *head;
    struct keyframe *keyframes;
    size_t keyframe_count, keyframe_cap;
    uint64_t *ops; /* event index of each OP_BEGIN */
    size_t op_count, op_cap;
    struct sample *samples;
    size_t sample_count;
    uint64_t sample_gap; /* events between samples, grows when they are thinned */
    struct mark *marks;
    size_t mark_count, mark_cap;
};

static void sink_emit(struct sink *sink, const struct event *ev) {
    recording_append((struct recording *)sink, ev);
}

struct recording *recording_new(void) {
    struct recording *rec = xcalloc(1, sizeof *rec);
    rec->sink.emit = sink_emit;
    rec->head = replica_new();
    rec->samples = xmalloc(MAX_SAMPLES * sizeof *rec->samples);
    rec->sample_gap = 1;
    return rec;
}

void recording_free(struct recording *rec) {
    if (!rec)
        return;
    for (uint64_t i = 0; i * BLOCK_EVENTS < rec->count; i++)
        free(rec->blocks[i]);
    for (size_t i = 0; i < rec->keyframe_count; i++)
        replica_free(rec->keyframes[i].state);
    replica_free(rec->head);
    free(rec->blocks);
    free(rec->keyframes);
    free(rec->ops);
    free(rec->samples);
    free(rec->marks);
    free(rec);
}

struct sink *recording_sink(struct recording *rec) {
    return &rec->sink;
}

const struct replica *recording_head(const struct recording *rec) {
    return rec->head;
}

static void store_event(struct recording *rec, const struct event *ev) {
    size_t block = (size_t)(rec->count / BLOCK_EVENTS);
    if (rec->count % BLOCK_EVENTS == 0) {
        void *blocks = rec->blocks;
        array_reserve(&blocks, &rec->block_cap, block + 1, sizeof *rec->blocks);
        rec->blocks = blocks;
        rec->blocks[block] = xmalloc(BLOCK_EVENTS * sizeof(struct event));
    }
    rec->blocks[block][rec->count % BLOCK_EVENTS] = *ev;
    rec->count++;
}

static void store_op(struct recording *rec) {
    void *ops = rec->ops;
    array_reserve(&ops, &rec->op_cap, rec->op_count + 1, sizeof *rec->ops);
    rec->ops = ops;
    rec->ops[rec->op_count++] = rec->count - 1;
}

static void add_mark(struct recording *rec, enum mark_kind kind) {
    void *marks = rec->marks;
    array_reserve(&marks, &rec->mark_cap, rec->mark_count + 1, sizeof *rec->marks);
    rec->marks = marks;
    rec->marks[rec->mark_count++] = (struct mark){.seq = rec->count, .kind = (uint8_t)kind};
}

static void note_mark(struct recording *rec, const struct event *ev) {
    if (ev->kind == EV_ATTEMPT && ev->w == OUTCOME_REFUSED)
        add_mark(rec, MARK_REFUSED);
    else if (ev->kind == EV_EXIT)
        add_mark(rec, MARK_FATAL);
    else if (ev->kind == EV_MARKED)
        add_mark(rec, MARK_COLLECTION);
    else if (ev->kind == EV_HEAP_SET && ev->w == HEAP_arena_used &&
             rec->head->init.reached[STEP_DONE])
        add_mark(rec, MARK_GROWTH);
}

/* A keyframe is worth its memory once the events since the last one take as much. */
static void note_keyframe(struct recording *rec) {
    uint64_t last = rec->keyframe_count ? rec->keyframes[rec->keyframe_count - 1].state->seq : 0;
    uint64_t gap = rec->count - last;
    if (gap < KEYFRAME_MIN_GAP || gap % KEYFRAME_MIN_GAP ||
        gap * sizeof(struct event) < replica_memory(rec->head))
        return;
    void *keyframes = rec->keyframes;
    array_reserve(&keyframes, &rec->keyframe_cap, rec->keyframe_count + 1, sizeof *rec->keyframes);
    rec->keyframes = keyframes;
    rec->keyframes[rec->keyframe_count++].state = replica_copy(rec->head);
}

/* Keeps every second sample, and lets those to come stand as far apart as these do now. */
static void thin_samples(struct recording *rec) {
    for (size_t i = 0; i < rec->sample_count / 2; i++)
        rec->samples[i] = rec->samples[2 * i + 1];
    rec->sample_count /= 2;
    rec->sample_gap = rec->samples[rec->sample_count - 1].seq / rec->sample_count;
}

/* Samples stand at least sample_gap events apart, but for the last one, which always says how
 * things are now. */
static void note_sample(struct recording *rec, const struct event *ev) {
    if (ev->kind != EV_OP_END)
        return;
    size_t n = rec->sample_count;
    bool replace_last =
        n >= 2 && rec->samples[n - 1].seq - rec->samples[n - 2].seq < rec->sample_gap;
    if (!replace_last && n == MAX_SAMPLES) {
        thin_samples(rec);
        n = rec->sample_count;
    }
    const uint64_t *st = rec->head->stats;
    rec->samples[replace_last ? n - 1 : n] = (struct sample){.seq = rec->count,
        .heap_live = st[STAT_heap_live],
        .heap_inuse = st[STAT_heap_inuse],
        .heap_idle = st[STAT_heap_idle],
        .heap_released = st[STAT_heap_released],
        .heap_sys = st[STAT_heap_sys]};
    rec->sample_count = replace_last ? n : n + 1;
}

void recording_append(struct recording *rec, const struct event *ev) {
    store_event(rec, ev);
    replica_apply(rec->head, ev);
    if (ev->kind == EV_OP_BEGIN)
        store_op(rec);
    note_mark(rec, ev);
    note_sample(rec, ev);
    note_keyframe(rec);
}

uint64_t recording_count(const struct recording *rec) {
    return rec->count;
}

const struct event *recording_event(const struct recording *rec, uint64_t i) {
    INVARIANT(i < rec->count);
    return &rec->blocks[i / BLOCK_EVENTS][i % BLOCK_EVENTS];
}

uint64_t recording_op_count(const struct recording *rec) {
    return rec->op_count;
}

uint64_t recording_op_start(const struct recording *rec, uint64_t op) {
    INVARIANT(op < rec->op_count);
    return rec->ops[op];
}

uint64_t recording_op_at(const struct recording *rec, uint64_t i) {
    size_t lo = 0, hi = rec->op_count; /* first op that begins after i */
    while (lo < hi) {
        size_t mid = lo + (hi - lo) / 2;
        if (rec->ops[mid] <= i)
            lo = mid + 1;
        else
            hi = mid;
    }
    return lo ? lo - 1 : 0;
}

const struct sample *recording_samples(const struct recording *rec, size_t *count) {
    *count = rec->sample_count;
    return rec->samples;
}

const struct mark *recording_marks(const struct recording *rec, size_t *count) {
    *count = rec->mark_count;
    return rec->marks;
}

/* The keyframe nearest to seq on either side, the empty replica counting as one at 0. */
static const struct replica *nearest_keyframe(const struct recording *rec, uint64_t seq) {
    const struct replica *best = NULL;
    uint64_t best_gap = seq;
    size_t lo = 0, hi = rec->keyframe_count;
    while (lo < hi) {
        size_t mid = lo + (hi - lo) / 2;
        if (rec->keyframes[mid].state->seq <= seq)
            lo = mid + 1;
        else
            hi = mid;
    }
    for (size_t i = lo ? lo - 1 : 0; i <= lo && i < rec->keyframe_count; i++) {
        uint64_t at = rec->keyframes[i].state->seq;
        uint64_t gap = at > seq ? at - seq : seq - at;
        if (gap < best_gap) {
            best_gap = gap;
            best = rec->keyframes[i].state;
        }
    }
    return best;
}

void recording_seek(const struct recording *rec, struct replica **r, uint64_t seq) {
    if (seq > rec->count)
        seq = rec->count;
    const struct replica *key = nearest_keyframe(rec, seq);
    uint64_t key_at = key ? key->seq : 0, at = (*r)->seq;
    uint64_t from_here = at > seq ? at - seq : seq - at;
    uint64_t from_key = key_at > seq ? key_at - seq : seq - key_at;
    if (from_here > from_key + KEYFRAME_MIN_GAP) { /* copying costs about that much stepping */
        replica_free(*r);
        *r = key ? replica_copy(key) : replica_new();
    }
    while ((*r)->seq < seq)
        replica_apply(*r, recording_event(rec, (*r)->seq));
    while ((*r)->seq > seq)
        replica_undo(*r, recording_event(rec, (*r)->seq - 1));
}
