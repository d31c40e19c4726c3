/*
 * Events packed: see eventpack.h.
 *
 * Packing and unpacking take the same steps: foretell() from what was seen, the differences, and
 * learn(). Fields are foretold in an order in which later ones may use earlier ones (a kind's
 * new value is close to its old one).
 */
#include "sim/trace/eventpack.h"

#include <stdlib.h>
#include <string.h>

enum {
    FOLLOWERS = 4,
    TOKENS = 1 << 8, /* a power of two: places for what is known by kind and w */
    PLACES = 1 << 9, /* ... and by kind, w and span */
    OTHER_TOKEN = 4,
};

/* Known of a kind and w: what came next, lately first; the last x. */
struct token_memory {
    uint32_t next[FOLLOWERS];
    uint32_t x;
};

struct place_memory {
    uint64_t a, b, c;
};

struct eventpack {
    struct token_memory tokens[TOKENS];
    struct place_memory places[PLACES];
    uint32_t token;  /* of the event before */
    uint32_t span;   /* spoken of last */
    uint64_t object; /* address of the last one */
};

/* How the fields of a kind hang together. */
enum shape {
    SHAPE_PLAIN,  /* each is near its last value */
    SHAPE_CHANGE, /* a old -> b new */
    SHAPE_BITS,   /* b old -> c new, bit patterns */
    SHAPE_SLOT,
    SHAPE_OBJECT,
    SHAPE_OP_END,
};

static enum shape shape_of(unsigned kind) {
    switch (kind) {
    case EV_HEAP_SET:
    case EV_SPAN_SET:
    case EV_CACHE:
    case EV_STORE:
    case EV_TINY: return SHAPE_CHANGE;
    case EV_BITS:
    case EV_BITMAP: return SHAPE_BITS;
    case EV_SLOT: return SHAPE_SLOT;
    case EV_OBJECT: return SHAPE_OBJECT;
    case EV_OP_END: return SHAPE_OP_END;
    default: return SHAPE_PLAIN;
    }
}

/* Is x a span? Then the fields are foretold for each by itself, and x is likely the last one. */
static bool speaks_of_span(unsigned kind) {
    switch (kind) {
    case EV_SPAN_SET:
    case EV_SLOT:
    case EV_BITS:
    case EV_LIST_PUSH:
    case EV_LIST_DROP:
    case EV_TREAP_LEAF:
    case EV_TREAP_TURN:
    case EV_TREAP_CUT:
    case EV_GREY:
    case EV_BLACK: return true;
    default: return false;
    }
}

static bool counts_up(unsigned kind) {
    return kind == EV_OP_BEGIN || kind == EV_OP_END || kind == EV_OBJECT || kind == EV_SPAN_BORN;
}

static uint32_t token_of(const struct event *ev) {
    return ev->kind | (uint32_t)ev->w << 8;
}

static struct token_memory *token_memory(struct eventpack *p, uint32_t token) {
    return &p->tokens[(token * 0x9e3779b1u) >> 24];
}

static struct place_memory *place_memory(struct eventpack *p, const struct event *ev) {
    uint32_t by = token_of(ev) + (speaks_of_span(ev->kind) ? ev->x << 12 : 0);
    return &p->places[(by * 0x9e3779b1u) >> 23];
}

static void start(struct eventpack *p) {
    memset(p, 0, sizeof *p);
}

/* --- Foretelling: each needs the fields before it in the order x, c, a, b (SHAPE_BITS: x, a, b, c)
 * --- */

static uint32_t foretell_x(const struct eventpack *p, unsigned kind, const struct token_memory *t) {
    if (speaks_of_span(kind))
        return p->span;
    return t->x + (counts_up(kind) ? 1 : 0);
}

static uint64_t foretell_a(const struct eventpack *p, const struct event *ev, enum shape shape,
    const struct place_memory *m) {
    switch (shape) {
    case SHAPE_CHANGE:
    case SHAPE_SLOT: return m->b;
    case SHAPE_OBJECT: return m->a + (uint32_t)m->c;
    case SHAPE_OP_END: return p->object;
    default: return ev->kind == EV_OP_BEGIN ? m->a + 1 : m->a;
    }
}

static uint64_t foretell_b(const struct event *ev, enum shape shape, const struct place_memory *m) {
    switch (shape) {
    case SHAPE_CHANGE: return ev->a;
    case SHAPE_SLOT: {
        uint64_t steps = (ev->c >> 32) - (ev->c & UINT32_MAX);
        return steps < 64 ? ev->a >> steps : 0;
    }
    case SHAPE_BITS: return ev->kind == EV_BITS && m->a == ev->a ? m->c : 0;
    default: return m->b;
    }
}

static uint64_t foretell_c(const struct event *ev, enum shape shape, const struct place_memory *m) {
    switch (shape) {
    case SHAPE_SLOT: {
        uint64_t free = m->c >> 32;
        return free | (free + 1) << 32;
    }
    case SHAPE_BITS: return ev->kind == EV_BITS ? ev->b : m->c;
    default: return m->c;
    }
}

/* The token of this event becomes the likeliest to follow the one before. */
static void follow(struct eventpack *p, uint32_t token, unsigned at) {
    struct token_memory *before = token_memory(p, p->token);
    for (unsigned i = at < FOLLOWERS ? at : FOLLOWERS - 1; i > 0; i--)
        before->next[i] = before->next[i - 1];
    before->next[0] = token;
    p->token = token;
}

static void learn(
    struct eventpack *p, const struct event *ev, struct token_memory *t, struct place_memory *m) {
    t->x = ev->x;
    *m = (struct place_memory){ev->a, ev->b, ev->c};
    if (speaks_of_span(ev->kind) || ev->kind == EV_SPAN_BORN)
        p->span = ev->x;
    if (ev->kind == EV_OBJECT)
        p->object = ev->a;
}

/* --- Numbers --- */

static uint8_t *put_varint(uint8_t *out, uint64_t n) {
    while (n >= 0x80) {
        *out++ = (uint8_t)(n | 0x80);
        n >>= 7;
    }
    *out++ = (uint8_t)n;
    return out;
}

/* A difference as a number that is small if it is small either way. */
static uint64_t zigzag(uint64_t difference) {
    return difference << 1 ^ (uint64_t)((int64_t)difference >> 63);
}
static uint64_t unzigzag(uint64_t n) {
    return n >> 1 ^ ((uint64_t)0 - (n & 1));
}

/* Bits that differ are few and near each other: how far up, and they alone. */
static uint8_t *put_bits(uint8_t *out, uint64_t bits) {
    unsigned turn = (unsigned)__builtin_ctzll(bits);
    *out++ = (uint8_t)turn;
    return put_varint(out, bits >> turn);
}

struct reader {
    const uint8_t *at, *end;
    bool bad;
};

static uint64_t get_varint(struct reader *r) {
    uint64_t n = 0;
    for (unsigned shift = 0; shift < 64; shift += 7) {
        if (r->at == r->end)
            break;
        uint8_t byte = *r->at++;
        n |= (uint64_t)(byte & 0x7f) << shift;
        if (byte < 0x80)
            return n;
    }
    r->bad = true;
    return 0;
}

static uint64_t get_bits(struct reader *r) {
    unsigned turn = (unsigned)get_varint(r) & 63;
    return get_varint(r) << turn;
}

/* --- Packing --- */

struct eventpack *eventpack_new(void) {
    return xcalloc(1, sizeof(struct eventpack));
}

void eventpack_free(struct eventpack *p) {
    free(p);
}

enum { HAS_X = 1, HAS_A = 2, HAS_B = 4, HAS_C = 8 };

static uint8_t *pack_token(
    struct eventpack *p, const struct event *ev, uint8_t *out, uint8_t *head) {
    uint32_t token = token_of(ev);
    const struct token_memory *before = token_memory(p, p->token);
    unsigned at = 0;
    while (at < FOLLOWERS && before->next[at] != token)
        at++;
    *head = (uint8_t)(at << 4);
    if (at == OTHER_TOKEN) {
        out = put_varint(out, ev->kind);
        out = put_varint(out, ev->w);
    }
    follow(p, token, at);
    return out;
}

static uint8_t *pack_one(struct eventpack *p, const struct event *ev, uint8_t *out) {
    uint8_t *head = out++;
    out = pack_token(p, ev, out, head);
    struct token_memory *t = token_memory(p, p->token);
    struct place_memory *m = place_memory(p, ev);
    enum shape shape = shape_of(ev->kind);
    uint32_t x = ev->x - foretell_x(p, ev->kind, t);
    uint64_t a = ev->a - foretell_a(p, ev, shape, m);
    uint64_t b = foretell_b(ev, shape, m), c = foretell_c(ev, shape, m);
    if (shape == SHAPE_BITS) {
        b ^= ev->b;
        c ^= ev->c;
    } else {
        b = ev->b - b;
        c = ev->c - c;
    }
    if (x) {
        *head |= HAS_X;
        out = put_varint(out, zigzag((uint64_t)(int64_t)(int32_t)x));
    }
    if (c && shape != SHAPE_BITS) {
        *head |= HAS_C;
        out = put_varint(out, zigzag(c));
    }
    if (a) {
        *head |= HAS_A;
        out = put_varint(out, zigzag(a));
    }
    if (b) {
        *head |= HAS_B;
        out = shape == SHAPE_BITS ? put_bits(out, b) : put_varint(out, zigzag(b));
    }
    if (c && shape == SHAPE_BITS) {
        *head |= HAS_C;
        out = put_bits(out, c);
    }
    learn(p, ev, t, m);
    return out;
}

size_t eventpack_pack(struct eventpack *p, const struct event *events, size_t count, uint8_t *out) {
    uint8_t *at = out;
    start(p);
    for (size_t i = 0; i < count; i++)
        at = pack_one(p, &events[i], at);
    return (size_t)(at - out);
}

/* --- Unpacking --- */

static void unpack_token(struct eventpack *p, struct reader *r, unsigned at, struct event *ev) {
    uint32_t token;
    if (at < FOLLOWERS) {
        token = token_memory(p, p->token)->next[at];
        ev->kind = (uint16_t)(token & 0xff);
        ev->w = (uint16_t)(token >> 8);
    } else {
        uint64_t kind = get_varint(r), w = get_varint(r);
        r->bad |= kind >= EV_COUNT || w > UINT16_MAX;
        ev->kind = (uint16_t)(kind & 0xff);
        ev->w = (uint16_t)w;
        token = token_of(ev);
    }
    follow(p, token, at);
}

static void unpack_one(struct eventpack *p, struct reader *r, struct event *ev) {
    if (r->at == r->end) {
        r->bad = true;
        return;
    }
    unsigned head = *r->at++;
    r->bad |= head >> 4 > OTHER_TOKEN;
    unpack_token(p, r, head >> 4, ev);
    struct token_memory *t = token_memory(p, p->token);
    enum shape shape = shape_of(ev->kind);
    ev->x = foretell_x(p, ev->kind, t);
    if (head & HAS_X)
        ev->x += (uint32_t)unzigzag(get_varint(r));
    struct place_memory *m = place_memory(p, ev);
    if (shape != SHAPE_BITS)
        ev->c = foretell_c(ev, shape, m) + (head & HAS_C ? unzigzag(get_varint(r)) : 0);
    ev->a = foretell_a(p, ev, shape, m) + (head & HAS_A ? unzigzag(get_varint(r)) : 0);
    ev->b = foretell_b(ev, shape, m);
    if (head & HAS_B)
        ev->b = shape == SHAPE_BITS ? ev->b ^ get_bits(r) : ev->b + unzigzag(get_varint(r));
    if (shape == SHAPE_BITS)
        ev->c = foretell_c(ev, shape, m) ^ (head & HAS_C ? get_bits(r) : 0);
    learn(p, ev, t, m);
}

bool eventpack_unpack(
    struct eventpack *p, const uint8_t *data, size_t len, struct event *events, size_t count) {
    struct reader r = {.at = data, .end = data + len};
    start(p);
    for (size_t i = 0; i < count && !r.bad; i++)
        unpack_one(p, &r, &events[i]);
    return !r.bad && r.at == r.end;
}
