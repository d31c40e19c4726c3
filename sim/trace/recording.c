/*
 * A recording: see recording.h.
 *
 * The newest events stand in the tail, as they are. When the tail is a whole block it is packed,
 * and becomes one of the unpacked blocks in the cache.
 *
 * A "head" replica follows the newest event; keyframes are copies of it. They share with it and
 * with each other what does not change between them, so that a keyframe costs what changed; they
 * are taken so sparsely that this stays below KEYFRAME_SHARE bytes an event, as long as the way
 * from one to the next does not get too long.
 */
#include "sim/trace/recording.h"

#include "sim/trace/eventpack.h"

#include <stdlib.h>
#include <string.h>

enum {
    BLOCK = RECORDING_BLOCK,
    CACHED = RECORDING_NEAR + 1,
    KEYFRAME_MIN_GAP = 1 << 14, /* events: stepping over that many takes well under a millisecond */
    KEYFRAME_MAX_GAP = 1 << 20, /* ... and half of that many a few frames' time */
    KEYFRAME_SHARE = 2,         /* bytes an event */
    MAX_SAMPLES = 1 << 13,      /* a few for every pixel column of a wide window */
};

struct keyframe {
    struct replica *state; /* with state->seq events applied */
    size_t fresh;          /* replica_fresh() then */
};

/* An unpacked block. */
struct open_block {
    uint64_t number;
    uint64_t used; /* when, by the cache's clock; 0: never */
    struct event *events;
};

/* Looking changes it, though not the recording. */
struct cache {
    struct open_block open[CACHED];
    struct open_block *last;
    uint64_t clock;
    struct eventpack *unpacker;
};

struct packed_block {
    uint8_t *bytes;
    size_t len;
    uint64_t ops; /* OP_BEGINs before it */
    struct block_digest digest;
};

struct recording {
    struct sink sink; /* first, so that the sink is the recording */
    struct packed_block **blocks;
    size_t block_count, block_cap;
    struct event *tail; /* the events behind the last whole block */
    uint64_t tail_ops;  /* OP_BEGINs before it */
    struct eventpack *packer;
    uint8_t *packed; /* room for packing a block */
    struct cache *cache;
    uint64_t count;
    struct replica *head;
    struct keyframe *keyframes;
    size_t keyframe_count, keyframe_cap;
    struct sample *samples;
    size_t sample_count;
    uint64_t sample_gap; /* events between samples, grows when they are thinned */
    struct sample live_peak, inuse_peak;
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
    rec->tail = xmalloc(BLOCK * sizeof *rec->tail);
    rec->packer = eventpack_new();
    rec->packed = xmalloc(BLOCK * EVENTPACK_MOST);
    rec->cache = xcalloc(1, sizeof *rec->cache);
    rec->cache->unpacker = eventpack_new();
    rec->samples = xmalloc(MAX_SAMPLES * sizeof *rec->samples);
    rec->sample_gap = 1;
    return rec;
}

static void cache_free(struct cache *c) {
    for (size_t i = 0; i < CACHED; i++)
        free(c->open[i].events);
    eventpack_free(c->unpacker);
    free(c);
}

void recording_free(struct recording *rec) {
    if (!rec)
        return;
    for (size_t i = 0; i < rec->block_count; i++) {
        free(rec->blocks[i]->bytes);
        free(rec->blocks[i]);
    }
    for (size_t i = 0; i < rec->keyframe_count; i++)
        replica_free(rec->keyframes[i].state);
    replica_free(rec->head);
    cache_free(rec->cache);
    eventpack_free(rec->packer);
    free(rec->packed);
    free(rec->blocks);
    free(rec->tail);
    free(rec->keyframes);
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

size_t recording_memory(const struct recording *rec) {
    size_t bytes = sizeof *rec + sizeof *rec->cache + rec->block_cap * sizeof *rec->blocks +
                   (size_t)BLOCK * (sizeof *rec->tail + EVENTPACK_MOST) +
                   MAX_SAMPLES * sizeof *rec->samples + rec->mark_cap * sizeof *rec->marks +
                   rec->keyframe_cap * sizeof *rec->keyframes + replica_memory(rec->head);
    for (size_t i = 0; i < rec->block_count; i++)
        bytes += sizeof *rec->blocks[i] + rec->blocks[i]->len;
    for (size_t i = 0; i < CACHED; i++)
        bytes += rec->cache->open[i].events ? BLOCK * sizeof(struct event) : 0;
    for (size_t i = 0; i < rec->keyframe_count; i++)
        bytes += replica_memory(rec->keyframes[i].state);
    return bytes;
}

/* --- Digests --- */

enum {
    DIGEST_BITS = sizeof(((struct block_digest *)0)->keys) * 8,
    DIGEST_KEY_BITS =
        3, /* with some 2000 keys in a block, one in 200 seems to be where it is not */
};

/* Each key is DIGEST_KEY_BITS bits: all set where it is, seldom all where it is not. */
static void digest_bits(enum digest_key key, uint64_t value, uint32_t bits[DIGEST_KEY_BITS]) {
    uint64_t hash = (value * 4 + key + 1) * UINT64_C(0x9e3779b97f4a7c15);
    hash ^= hash >> 32;
    hash *= UINT64_C(0xbf58476d1ce4e5b9);
    for (unsigned i = 0; i < DIGEST_KEY_BITS; i++)
        bits[i] = (uint32_t)(hash >> (64 - 16 * (i + 1))) % DIGEST_BITS;
}

static void digest_add(struct block_digest *d, enum digest_key key, uint64_t value) {
    uint32_t bits[DIGEST_KEY_BITS];
    digest_bits(key, value, bits);
    for (unsigned i = 0; i < DIGEST_KEY_BITS; i++)
        d->keys[bits[i] / 64] |= UINT64_C(1) << bits[i] % 64;
}

static void digest_event(struct block_digest *d, const struct event *ev) {
    d->kinds |= UINT64_C(1) << ev->kind;
    uint32_t spans[2];
    size_t n = event_spans(ev, spans);
    for (size_t i = 0; i < n; i++)
        digest_add(d, KEY_SPAN, spans[i]);
    switch (ev->kind) {
    case EV_OBJECT:
    case EV_DROP:
        digest_add(d, KEY_ADDRESS, ev->a / 16);
        digest_add(d, KEY_OBJECT, ev->x);
        break;
    case EV_STORE: digest_add(d, KEY_OBJECT, ev->x); break;
    case EV_GREY:
    case EV_BLACK: digest_add(d, KEY_ADDRESS, ev->a / 16); break;
    default: break;
    }
}

const struct block_digest *recording_digest(const struct recording *rec, uint64_t block) {
    return block < rec->block_count ? &rec->blocks[block]->digest : NULL;
}

bool recording_may_have(
    const struct recording *rec, uint64_t block, enum digest_key key, uint64_t value) {
    const struct block_digest *d = recording_digest(rec, block);
    uint32_t bits[DIGEST_KEY_BITS];
    digest_bits(key, value, bits);
    for (unsigned i = 0; d && i < DIGEST_KEY_BITS; i++)
        if (!(d->keys[bits[i] / 64] >> bits[i] % 64 & 1))
            return false;
    return true;
}

/* --- Blocks --- */

/* The cache's least used place, for block number: its events are to be filled in. */
static struct open_block *cache_place(struct cache *c, uint64_t number) {
    struct open_block *oldest = &c->open[0];
    for (size_t i = 1; i < CACHED; i++)
        if (c->open[i].used < oldest->used)
            oldest = &c->open[i];
    if (!oldest->events)
        oldest->events = xmalloc(BLOCK * sizeof *oldest->events);
    oldest->number = number;
    oldest->used = ++c->clock;
    return oldest;
}

static const struct event *block_events(const struct recording *rec, uint64_t number) {
    struct cache *c = rec->cache;
    if (c->last && c->last->number == number)
        return c->last->events;
    for (size_t i = 0; i < CACHED; i++)
        if (c->open[i].used && c->open[i].number == number) {
            c->last = &c->open[i];
            c->last->used = ++c->clock;
            return c->last->events;
        }
    const struct packed_block *b = rec->blocks[number];
    c->last = cache_place(c, number);
    bool ok = eventpack_unpack(c->unpacker, b->bytes, b->len, c->last->events, BLOCK);
    INVARIANT(ok);
    return c->last->events;
}

const uint8_t *recording_packed(const struct recording *rec, uint64_t block, size_t *len) {
    if (block < rec->block_count) {
        *len = rec->blocks[block]->len;
        return rec->blocks[block]->bytes;
    }
    INVARIANT(block == rec->block_count);
    *len = eventpack_pack(rec->packer, rec->tail, rec->count % BLOCK, rec->packed);
    return rec->packed;
}

/* The tail is a whole block: it is packed, and stays open for a while. */
static void pack_tail(struct recording *rec) {
    struct packed_block *b = xcalloc(1, sizeof *b);
    b->len = eventpack_pack(rec->packer, rec->tail, BLOCK, rec->packed);
    b->bytes = xmalloc(b->len);
    memcpy(b->bytes, rec->packed, b->len);
    b->ops = rec->tail_ops;
    rec->tail_ops = rec->head->ops;
    for (size_t i = 0; i < BLOCK; i++)
        digest_event(&b->digest, &rec->tail[i]);
    void *blocks = rec->blocks;
    array_reserve(&blocks, &rec->block_cap, rec->block_count + 1, sizeof *rec->blocks);
    rec->blocks = blocks;
    rec->blocks[rec->block_count] = b;
    struct open_block *open = cache_place(rec->cache, rec->block_count++);
    struct event *room = open->events;
    open->events = rec->tail;
    rec->tail = room;
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

/* What a keyframe taken now would cost: as much as the last one came to. */
static size_t keyframe_cost(const struct recording *rec) {
    size_t before = rec->keyframe_count ? rec->keyframes[rec->keyframe_count - 1].fresh : 0;
    return replica_fresh(rec->head) - before + replica_unshared(rec->head);
}

static void note_keyframe(struct recording *rec) {
    uint64_t last = rec->keyframe_count ? rec->keyframes[rec->keyframe_count - 1].state->seq : 0;
    uint64_t gap = rec->count - last;
    if (gap < KEYFRAME_MIN_GAP || gap % KEYFRAME_MIN_GAP)
        return;
    if (gap < KEYFRAME_MAX_GAP && gap * KEYFRAME_SHARE < keyframe_cost(rec))
        return;
    void *keyframes = rec->keyframes;
    array_reserve(&keyframes, &rec->keyframe_cap, rec->keyframe_count + 1, sizeof *rec->keyframes);
    rec->keyframes = keyframes;
    rec->keyframes[rec->keyframe_count++] =
        (struct keyframe){.state = replica_copy(rec->head), .fresh = replica_fresh(rec->head)};
}

/* Keeps every second sample, and lets those to come stand as far apart as these do now. */
static void thin_samples(struct recording *rec) {
    for (size_t i = 0; i < rec->sample_count / 2; i++)
        rec->samples[i] = rec->samples[2 * i + 1];
    rec->sample_count /= 2;
    rec->sample_gap = rec->samples[rec->sample_count - 1].seq / rec->sample_count;
}

static struct sample sample_now(const struct recording *rec) {
    const uint64_t *st = rec->head->stats;
    return (struct sample){.seq = rec->count,
        .heap_live = st[STAT_heap_live],
        .heap_inuse = st[STAT_heap_inuse],
        .heap_idle = st[STAT_heap_idle],
        .heap_released = st[STAT_heap_released],
        .heap_sys = st[STAT_heap_sys]};
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
    struct sample now = sample_now(rec);
    rec->samples[replace_last ? n - 1 : n] = now;
    if (now.heap_live > rec->live_peak.heap_live)
        rec->live_peak = now;
    if (now.heap_inuse > rec->inuse_peak.heap_inuse)
        rec->inuse_peak = now;
    rec->sample_count = replace_last ? n : n + 1;
}

/* The head has it already. */
static void keep_event(struct recording *rec, const struct event *ev) {
    rec->tail[rec->count++ % BLOCK] = *ev;
    note_mark(rec, ev);
    note_sample(rec, ev);
    if (rec->count % BLOCK == 0) {
        pack_tail(rec);
        note_keyframe(rec);
    }
}

void recording_append(struct recording *rec, const struct event *ev) {
    replica_apply(rec->head, ev);
    keep_event(rec, ev);
}

bool recording_offer(struct recording *rec, const struct event *ev, struct error *err) {
    if (!replica_offer(rec->head, ev, err))
        return false;
    keep_event(rec, ev);
    return true;
}

uint64_t recording_count(const struct recording *rec) {
    return rec->count;
}

const struct event *recording_event(const struct recording *rec, uint64_t i) {
    INVARIANT(i < rec->count);
    uint64_t block = i / BLOCK;
    const struct event *events = block < rec->block_count ? block_events(rec, block) : rec->tail;
    return &events[i % BLOCK];
}

/* --- Operations --- */

uint64_t recording_op_count(const struct recording *rec) {
    return rec->head->ops;
}

/* OP_BEGINs before a block, the tail being the last one. */
static uint64_t ops_before(const struct recording *rec, uint64_t block) {
    return block < rec->block_count ? rec->blocks[block]->ops : rec->tail_ops;
}

uint64_t recording_op_start(const struct recording *rec, uint64_t op) {
    INVARIANT(op < rec->head->ops);
    uint64_t low = 0,
             high = rec->block_count; /* op begins in block low or behind, not behind high */
    while (low < high) {
        uint64_t middle = low + (high - low + 1) / 2;
        if (ops_before(rec, middle) <= op)
            low = middle;
        else
            high = middle - 1;
    }
    uint64_t i = low * BLOCK;
    for (uint64_t ops = ops_before(rec, low);; i++)
        if (recording_event(rec, i)->kind == EV_OP_BEGIN && ops++ == op)
            return i;
}

uint64_t recording_op_at(const struct recording *rec, uint64_t i) {
    if (i >= rec->count)
        return rec->head->ops ? rec->head->ops - 1 : 0;
    uint64_t ops = ops_before(rec, i / BLOCK);
    const struct event *first = recording_event(rec, i - i % BLOCK);
    for (uint64_t k = 0; k <= i % BLOCK; k++)
        ops += first[k].kind == EV_OP_BEGIN;
    return ops ? ops - 1 : 0;
}

const struct sample *recording_samples(const struct recording *rec, size_t *count) {
    *count = rec->sample_count;
    return rec->samples;
}

struct sample recording_peak(const struct recording *rec, enum stat_id stat) {
    INVARIANT(stat == STAT_heap_live || stat == STAT_heap_inuse);
    return stat == STAT_heap_live ? rec->live_peak : rec->inuse_peak;
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

/* Steps *r to seq. */
static void step_to(const struct recording *rec, struct replica *r, uint64_t seq) {
    while (r->seq < seq)
        replica_apply(r, recording_event(rec, r->seq));
    while (r->seq > seq)
        replica_undo(r, recording_event(rec, r->seq - 1));
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
    step_to(rec, *r, seq);
}
