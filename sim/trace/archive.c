/* Whole blocks of a recording, packed: see archive.h. */
#include "sim/trace/archive.h"

#include "sim/trace/eventpack.h"

#include <stdlib.h>
#include <string.h>

enum { BLOCK = RECORDING_BLOCK, CACHED = RECORDING_NEAR + 1 };

/* An unpacked block. */
struct open_block {
    uint64_t number;
    uint64_t used; /* when, by the cache's clock; 0: never */
    struct event *events;
};

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

struct archive {
    struct packed_block **blocks;
    size_t count, cap;
    uint64_t ops; /* OP_BEGINs in all of them */
    struct eventpack *packer;
    uint8_t *packed; /* room for packing a block */
    struct cache *cache;
};

struct archive *archive_new(void) {
    struct archive *a = xcalloc(1, sizeof *a);
    a->packer = eventpack_new();
    a->packed = xmalloc(BLOCK * EVENTPACK_MOST);
    a->cache = xcalloc(1, sizeof *a->cache);
    a->cache->unpacker = eventpack_new();
    return a;
}

static void cache_free(struct cache *c) {
    for (size_t i = 0; i < CACHED; i++)
        free(c->open[i].events);
    eventpack_free(c->unpacker);
    free(c);
}

void archive_free(struct archive *a) {
    for (size_t i = 0; i < a->count; i++) {
        free(a->blocks[i]->bytes);
        free(a->blocks[i]);
    }
    cache_free(a->cache);
    eventpack_free(a->packer);
    free(a->packed);
    free(a->blocks);
    free(a);
}

size_t archive_memory(const struct archive *a) {
    size_t bytes = sizeof *a + sizeof *a->cache + a->cap * sizeof(struct packed_block *) +
                   (size_t)BLOCK * EVENTPACK_MOST;
    for (size_t i = 0; i < a->count; i++)
        bytes += sizeof *a->blocks[i] + a->blocks[i]->len;
    for (size_t i = 0; i < CACHED; i++)
        bytes += a->cache->open[i].events ? BLOCK * sizeof(struct event) : 0;
    return bytes;
}

/* --- Digests --- */

/* Each key is up to three bits of one word: all set where it is, seldom all where it is not. With
 * some 2000 keys in a block one in 100 seems to be where it is not. */
struct digest_place {
    size_t word;
    uint64_t bits;
};

enum { DIGEST_WORDS = ARRAY_LEN(((struct block_digest *)0)->keys) };

static inline uint64_t key_with(enum digest_key key, uint64_t value) {
    return value * 4 + key + 1;
}

static inline struct digest_place digest_place(uint64_t key) {
    uint64_t hash = key * UINT64_C(0x9e3779b97f4a7c15);
    hash ^= hash >> 32;
    hash *= UINT64_C(0xbf58476d1ce4e5b9);
    return (struct digest_place){.word = (size_t)(hash >> 32) % DIGEST_WORDS,
        .bits = UINT64_C(1) << (hash >> 46 & 63) | UINT64_C(1) << (hash >> 52 & 63) |
                UINT64_C(1) << (hash >> 58)};
}

static inline void digest_add(struct block_digest *d, uint64_t key) {
    struct digest_place place = digest_place(key);
    d->keys[place.word] |= place.bits;
}

/* What keys an event has. */
enum {
    HAS_SPAN = 1,
    HAS_ADDRESS = 2,
    HAS_OBJECT = 4,
    HAS_SPANS = 8 /* event_spans() knows them */
};
static const uint8_t keys_of[EV_COUNT] = {
    [EV_SPAN_BORN] = HAS_SPAN,
    [EV_SPAN_SET] = HAS_SPAN,
    [EV_SLOT] = HAS_SPAN,
    [EV_BITS] = HAS_SPAN,
    [EV_LIST_PUSH] = HAS_SPAN,
    [EV_LIST_DROP] = HAS_SPAN,
    [EV_TREAP_LEAF] = HAS_SPAN,
    [EV_TREAP_TURN] = HAS_SPAN,
    [EV_TREAP_CUT] = HAS_SPAN,
    [EV_GREY] = HAS_SPAN | HAS_ADDRESS,
    [EV_BLACK] = HAS_SPAN | HAS_ADDRESS,
    [EV_PAGES] = HAS_SPANS,
    [EV_CACHE] = HAS_SPANS,
    [EV_OBJECT] = HAS_ADDRESS | HAS_OBJECT,
    [EV_DROP] = HAS_ADDRESS | HAS_OBJECT,
    [EV_STORE] = HAS_OBJECT,
};

/* Keys are gathered first, each written down and counted or not: there is no telling what the next
 * event is, and to guess wrong costs more than to write. */
static void digest_events(struct block_digest *d, const struct event *events) {
    enum { AT_ONCE = 64, EACH = 3 };
    uint64_t keys[AT_ONCE * EACH + EACH], kinds = 0;
    uint32_t span = 0, spans[2];
    for (size_t first = 0; first < BLOCK; first += AT_ONCE) {
        uint64_t *next = keys;
        for (const struct event *ev = events + first; ev < events + first + AT_ONCE; ev++) {
            unsigned has = keys_of[ev->kind];
            kinds |= UINT64_C(1) << ev->kind;
            *next = key_with(KEY_SPAN, ev->x);
            next += (has & HAS_SPAN) && ev->x != span; /* often the same again */
            span = has & HAS_SPAN ? ev->x : span;
            *next = key_with(KEY_ADDRESS, ev->a / 16);
            next += (has & HAS_ADDRESS) != 0;
            *next = key_with(KEY_OBJECT, ev->x);
            next += (has & HAS_OBJECT) != 0;
            for (unsigned n = has & HAS_SPANS ? event_spans(ev, spans) : 0; n > 0; n--)
                digest_add(d, key_with(KEY_SPAN, spans[n - 1]));
        }
        for (const uint64_t *key = keys; key < next; key++)
            digest_add(d, *key);
    }
    d->kinds = kinds;
}

const struct block_digest *archive_digest(const struct archive *a, uint64_t block) {
    return &a->blocks[block]->digest;
}

bool archive_may_have(
    const struct archive *a, uint64_t block, enum digest_key key, uint64_t value) {
    struct digest_place place = digest_place(key_with(key, value));
    return (archive_digest(a, block)->keys[place.word] & place.bits) == place.bits;
}

/* --- Blocks --- */

void archive_add(struct archive *a, const struct event *events, uint64_t ops) {
    struct packed_block *b = xcalloc(1, sizeof *b);
    b->len = eventpack_pack(a->packer, events, BLOCK, a->packed);
    b->bytes = xmalloc(b->len);
    memcpy(b->bytes, a->packed, b->len);
    b->ops = a->ops;
    a->ops = ops;
    digest_events(&b->digest, events);
    void *blocks = a->blocks;
    array_reserve(&blocks, &a->cap, a->count + 1, sizeof *a->blocks);
    a->blocks = blocks;
    a->blocks[a->count++] = b;
}

uint64_t archive_ops(const struct archive *a, uint64_t block) {
    return block < a->count ? a->blocks[block]->ops : a->ops;
}

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

const struct event *archive_events(const struct archive *a, uint64_t block) {
    struct cache *c = a->cache;
    if (c->last && c->last->number == block)
        return c->last->events;
    for (size_t i = 0; i < CACHED; i++)
        if (c->open[i].used && c->open[i].number == block) {
            c->last = &c->open[i];
            c->last->used = ++c->clock;
            return c->last->events;
        }
    const struct packed_block *b = a->blocks[block];
    c->last = cache_place(c, block);
    bool ok = eventpack_unpack(c->unpacker, b->bytes, b->len, c->last->events, BLOCK);
    INVARIANT(ok);
    return c->last->events;
}

const uint8_t *archive_packed(const struct archive *a, uint64_t block, size_t *len) {
    *len = a->blocks[block]->len;
    return a->blocks[block]->bytes;
}

const uint8_t *archive_pack(
    const struct archive *a, const struct event *events, size_t count, size_t *len) {
    *len = eventpack_pack(a->packer, events, count, a->packed);
    return a->packed;
}
