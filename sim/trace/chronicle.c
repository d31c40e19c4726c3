/* What is learnt from events as they pass: see chronicle.h. */
#include "sim/trace/chronicle.h"

#include <stdlib.h>

enum {
    KEYFRAME_MAX_GAP = 1 << 20, /* events: half of that many take a few frames' time */
    KEYFRAME_SHARE = 2,         /* bytes an event */
    KEYFRAMES_BASE = 1 << 28,   /* bytes of all, where they cost more than their share: so many */
    KEYFRAMES_EACH = 8,         /* ... and so many more for each event */
    MAX_SAMPLES = 1 << 13,      /* a few for every pixel column of a wide window */
};

void chronicle_init(struct chronicle *c) {
    *c = (struct chronicle){.head = replica_new(), .sample_gap = 1};
    c->samples = xmalloc(MAX_SAMPLES * sizeof *c->samples);
}

void chronicle_destroy(struct chronicle *c) {
    for (size_t i = 0; i < c->keyframe_count; i++)
        replica_free(c->keyframes[i].state);
    replica_free(c->head);
    free(c->keyframes);
    free(c->samples);
    free(c->marks);
}

size_t chronicle_memory(const struct chronicle *c) {
    size_t bytes = MAX_SAMPLES * sizeof *c->samples + c->mark_cap * sizeof *c->marks +
                   c->keyframe_cap * sizeof *c->keyframes + replica_memory(c->head);
    for (size_t i = 0; i < c->keyframe_count; i++)
        bytes += replica_memory(c->keyframes[i].state);
    return bytes;
}

/* --- Marks and samples --- */

static void add_mark(struct chronicle *c, enum mark_kind kind) {
    void *marks = c->marks;
    array_reserve(&marks, &c->mark_cap, c->mark_count + 1, sizeof *c->marks);
    c->marks = marks;
    c->marks[c->mark_count++] = (struct mark){.seq = c->head->seq, .kind = (uint8_t)kind};
}

static void note_mark(struct chronicle *c, const struct event *ev) {
    if (ev->kind == EV_ATTEMPT && ev->w == OUTCOME_REFUSED)
        add_mark(c, MARK_REFUSED);
    else if (ev->kind == EV_EXIT)
        add_mark(c, MARK_FATAL);
    else if (ev->kind == EV_MARKED)
        add_mark(c, MARK_COLLECTION);
    else if (ev->kind == EV_HEAP_SET && ev->w == HEAP_arena_used &&
             c->head->init.reached[STEP_DONE])
        add_mark(c, MARK_GROWTH);
}

/* Keeps every second sample, and lets those to come stand as far apart as these do now. */
static void thin_samples(struct chronicle *c) {
    for (size_t i = 0; i < c->sample_count / 2; i++)
        c->samples[i] = c->samples[2 * i + 1];
    c->sample_count /= 2;
    c->sample_gap = c->samples[c->sample_count - 1].seq / c->sample_count;
}

static struct sample sample_now(const struct chronicle *c) {
    const uint64_t *st = c->head->stats;
    return (struct sample){.seq = c->head->seq,
        .heap_live = st[STAT_heap_live],
        .heap_inuse = st[STAT_heap_inuse],
        .heap_idle = st[STAT_heap_idle],
        .heap_released = st[STAT_heap_released],
        .heap_sys = st[STAT_heap_sys]};
}

/* Samples stand at least sample_gap events apart, but for the last one, which always says how
 * things are now. */
static void note_sample(struct chronicle *c) {
    size_t n = c->sample_count;
    bool replace_last = n >= 2 && c->samples[n - 1].seq - c->samples[n - 2].seq < c->sample_gap;
    if (!replace_last && n == MAX_SAMPLES) {
        thin_samples(c);
        n = c->sample_count;
    }
    struct sample now = sample_now(c);
    c->samples[replace_last ? n - 1 : n] = now;
    if (now.heap_live > c->live_peak.heap_live)
        c->live_peak = now;
    if (now.heap_inuse > c->inuse_peak.heap_inuse)
        c->inuse_peak = now;
    c->sample_count = replace_last ? n : n + 1;
}

/* --- Events --- */

/* The kinds of which note makes something. */
static const uint64_t noted = UINT64_C(1) << EV_OP_END | UINT64_C(1) << EV_ATTEMPT |
                              UINT64_C(1) << EV_EXIT | UINT64_C(1) << EV_MARKED |
                              UINT64_C(1) << EV_HEAP_SET;
_Static_assert(EV_COUNT <= 64, "a bit a kind");

/* The head has it already. */
static void note(struct chronicle *c, const struct event *ev) {
    if (ev->kind == EV_OP_END)
        note_sample(c);
    else
        note_mark(c, ev);
}

void chronicle_pass(struct chronicle *c, const struct event *events, size_t count) {
    for (const struct event *ev = events; ev < events + count; ev++) {
        replica_apply(c->head, ev);
        if (noted >> ev->kind & 1)
            note(c, ev);
    }
}

bool chronicle_offer(struct chronicle *c, const struct event *ev, struct error *err) {
    if (!replica_offer(c->head, ev, err))
        return false;
    if (noted >> ev->kind & 1)
        note(c, ev);
    return true;
}

/* --- Keyframes --- */

/* What a keyframe taken now would cost: as much as the last one came to. */
static size_t keyframe_cost(const struct chronicle *c) {
    size_t before = c->keyframe_count ? c->keyframes[c->keyframe_count - 1].fresh : 0;
    return replica_fresh(c->head) - before + replica_unshared(c->head);
}

void chronicle_keyframe(struct chronicle *c) {
    uint64_t last = c->keyframe_count ? c->keyframes[c->keyframe_count - 1].state->seq : 0;
    uint64_t gap = c->head->seq - last;
    if (gap < KEYFRAME_MIN_GAP || gap % KEYFRAME_MIN_GAP)
        return;
    size_t cost = keyframe_cost(c);
    uint64_t most = KEYFRAMES_BASE + c->head->seq * KEYFRAMES_EACH;
    if (gap * KEYFRAME_SHARE < cost && (gap < KEYFRAME_MAX_GAP || c->keyframe_bytes + cost > most))
        return;
    c->keyframe_bytes += cost;
    void *keyframes = c->keyframes;
    array_reserve(&keyframes, &c->keyframe_cap, c->keyframe_count + 1, sizeof *c->keyframes);
    c->keyframes = keyframes;
    c->keyframes[c->keyframe_count++] =
        (struct keyframe){.state = replica_copy(c->head), .fresh = replica_fresh(c->head)};
}

const struct replica *chronicle_near(const struct chronicle *c, uint64_t seq) {
    const struct replica *best = NULL;
    uint64_t best_gap = seq;
    size_t lo = 0, hi = c->keyframe_count;
    while (lo < hi) {
        size_t mid = lo + (hi - lo) / 2;
        if (c->keyframes[mid].state->seq <= seq)
            lo = mid + 1;
        else
            hi = mid;
    }
    for (size_t i = lo ? lo - 1 : 0; i <= lo && i < c->keyframe_count; i++) {
        uint64_t at = c->keyframes[i].state->seq;
        uint64_t gap = at > seq ? at - seq : seq - at;
        if (gap < best_gap) {
            best_gap = gap;
            best = c->keyframes[i].state;
        }
    }
    return best;
}
