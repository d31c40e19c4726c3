/*
 * Events packed: see eventpack.h.
 *
 * Packing and unpacking take the same steps, field by field: what is foretold from what was seen,
 * and the difference from it. So the steps are written once (take_fields), and compiled twice.
 * Fields come in an order in which later ones may be foretold from earlier ones (a kind's new value
 * is close to its old one). This is done for every event of a run, millions a second: numbers are
 * written and read without a branch that depends on them.
 */
#include "sim/trace/eventpack.h"

#include <stdlib.h>
#include <string.h>

enum {
    TOKENS = 255, /* places for what is known by kind and w; a byte says which */
    OTHER_TOKEN = TOKENS,
    PLACES = 1 << 10, /* ... by kind, w and span; a power of two */
    PLACE_SHIFT = 32 - 10,
    HEAD = 2, /* bytes */
    OTHER_HEAD = 3,
    NUMBER = 8,                                /* bytes written or read at once */
    MOST = HEAD + OTHER_HEAD + 4 + 3 * NUMBER, /* that an event takes */
};
_Static_assert(EVENTPACK_MOST >= MOST + NUMBER, "behind the last event there is room");

struct place {
    uint64_t a, b, c;
};

struct eventpack {
    uint32_t tokens[TOKENS]; /* kind and w */
    uint32_t x[TOKENS];      /* the last x of each */
    struct place places[PLACES];
    uint32_t span;   /* spoken of last */
    uint32_t free;   /* its freeindex, by the last SLOT */
    uint32_t op;     /* number of the operation begun last, */
    uint64_t id;     /* its object */
    uint64_t size;   /* and bytes */
    uint64_t object; /* address of the last one */
};

/* How the fields of a kind hang together. */
enum shape {
    SHAPE_PLAIN,  /* each is near its last value */
    SHAPE_CHANGE, /* a old -> b new */
    SHAPE_SPAN,   /* plain, of span x */
    SHAPE_SPAN_CHANGE,
    SHAPE_BITS, /* b old -> c new, bit patterns of a span */
    SHAPE_BITMAP,
    SHAPE_SLOT,
    SHAPE_OBJECT,
    SHAPE_DROP,
    SHAPE_OP_BEGIN,
    SHAPE_OP_END,
};

/* By kind: of a byte, so that there is one for whatever stands in a file. */
static const uint8_t shapes[UINT8_MAX + 1] = {
    [EV_OP_BEGIN] = SHAPE_OP_BEGIN,
    [EV_OP_END] = SHAPE_OP_END,
    [EV_HEAP_SET] = SHAPE_CHANGE,
    [EV_CACHE] = SHAPE_CHANGE,
    [EV_STORE] = SHAPE_CHANGE,
    [EV_TINY] = SHAPE_CHANGE,
    [EV_SPAN_SET] = SHAPE_SPAN_CHANGE,
    [EV_SLOT] = SHAPE_SLOT,
    [EV_BITS] = SHAPE_BITS,
    [EV_BITMAP] = SHAPE_BITMAP,
    [EV_SPAN_BORN] = SHAPE_SPAN,
    [EV_LIST_PUSH] = SHAPE_SPAN,
    [EV_LIST_DROP] = SHAPE_SPAN,
    [EV_TREAP_LEAF] = SHAPE_SPAN,
    [EV_TREAP_TURN] = SHAPE_SPAN,
    [EV_TREAP_CUT] = SHAPE_SPAN,
    [EV_GREY] = SHAPE_SPAN,
    [EV_BLACK] = SHAPE_SPAN,
    [EV_OBJECT] = SHAPE_OBJECT,
    [EV_DROP] = SHAPE_DROP,
};

/* --- Numbers --- */

/* Of how many bytes a number is written: by field, and by code (two bits of the head). Small
 * numbers are the rule. a is mostly an address, not far from another. */
enum field { FIELD_X, FIELD_A, FIELD_B, FIELD_C, FIELDS };
enum { CODES = 4, CODE_WIDEST = CODES - 1 };
static const uint8_t widths[FIELDS][CODES] = {
    {0, 1, 2, 4}, {0, 2, 4, NUMBER}, {0, 1, 2, NUMBER}, {0, 1, 2, NUMBER}};
static const uint64_t masks[FIELDS][CODES] = {{0, UINT8_MAX, UINT16_MAX, UINT32_MAX},
    {0, UINT16_MAX, UINT32_MAX, UINT64_MAX}, {0, UINT8_MAX, UINT16_MAX, UINT64_MAX},
    {0, UINT8_MAX, UINT16_MAX, UINT64_MAX}};

static inline unsigned code_of(enum field field, uint64_t n) {
    const uint64_t *most = masks[field];
    return (unsigned)(n > most[0]) + (n > most[1]) + (n > most[2]);
}

/* A difference as a number that is small if it is small either way. */
static inline uint64_t zigzag(uint64_t difference) {
    return difference << 1 ^ ((uint64_t)0 - (difference >> 63));
}
static inline uint64_t unzigzag(uint64_t n) {
    return n >> 1 ^ ((uint64_t)0 - (n & 1));
}

/* Low byte first, whatever the machine's order. */
static inline uint64_t in_file_order(uint64_t n) {
#if __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
    return __builtin_bswap64(n);
#else
    return n;
#endif
}

static inline void put_number(uint8_t *out, uint64_t n) {
    n = in_file_order(n);
    memcpy(out, &n, NUMBER);
}

static inline uint64_t get_number(const uint8_t *in) {
    uint64_t n;
    memcpy(&n, in, NUMBER);
    return in_file_order(n);
}

/* --- Fields: packed or unpacked, as `packing` says --- */

/* The differences of an event's fields as they are written. */
struct written {
    uint64_t n[FIELDS];
    unsigned code[FIELDS];
};

static ALWAYS_INLINE void near(
    struct written *d, enum field field, uint64_t *value, uint64_t foretold, bool packing) {
    if (!packing) {
        *value = foretold + unzigzag(d->n[field]);
        return;
    }
    d->n[field] = zigzag(*value - foretold);
    d->code[field] = code_of(field, d->n[field]);
}

static ALWAYS_INLINE void near_x(struct written *d, uint32_t *x, uint32_t foretold, bool packing) {
    uint64_t value = (uint64_t)(int64_t)(int32_t)(*x - foretold);
    near(d, FIELD_X, &value, 0, packing);
    if (!packing)
        *x = foretold + (uint32_t)value;
}

/* Two numbers in one, of which the upper one changes: it is written as the lower. */
static ALWAYS_INLINE uint64_t swap_halves(uint64_t n) {
    return n << 32 | n >> 32;
}

static ALWAYS_INLINE void near_halves(
    struct written *d, enum field field, uint64_t *value, uint64_t foretold, bool packing) {
    uint64_t turned = swap_halves(*value);
    near(d, field, &turned, swap_halves(foretold), packing);
    if (!packing)
        *value = swap_halves(turned);
}

/* Bits that differ are few and near each other: they, and below them in 6 bits, how far up. Where
 * that is too long for the second code, they are written as they are. */
static ALWAYS_INLINE void near_bits(
    struct written *d, enum field field, uint64_t *value, uint64_t foretold, bool packing) {
    if (!packing) {
        uint64_t n = d->n[field];
        *value = foretold ^ (d->code[field] == CODE_WIDEST ? n : n >> 6 << (n & 63));
        return;
    }
    uint64_t bits = *value ^ foretold;
    unsigned up = bits ? (unsigned)__builtin_ctzll(bits) : 0;
    bool few = bits >> up < UINT16_MAX >> 6;
    uint64_t n = few ? bits >> up << 6 | up : bits;
    d->n[field] = n;
    d->code[field] = few ? code_of(field, n) : CODE_WIDEST;
}

static inline struct place *place_of(struct eventpack *p, uint32_t by) {
    return &p->places[by * 0x9e3779b1u >> PLACE_SHIFT];
}

static ALWAYS_INLINE void take_rest(
    struct written *d, struct event *ev, struct place *m, uint64_t a, bool change, bool packing) {
    near(d, FIELD_C, &ev->c, m->c, packing);
    near(d, FIELD_A, &ev->a, a, packing);
    near(d, FIELD_B, &ev->b, change ? ev->a : m->b, packing);
    *m = (struct place){ev->a, ev->b, ev->c};
}

static ALWAYS_INLINE void take_slot(
    struct written *d, struct event *ev, struct place *m, bool packing) {
    uint64_t next = m->c >> 32;
    near_halves(d, FIELD_C, &ev->c, next | (next + 1) << 32, packing);
    near(d, FIELD_A, &ev->a, m->b, packing);
    uint64_t steps = (ev->c >> 32) - (ev->c & UINT32_MAX);
    near(d, FIELD_B, &ev->b, steps < 64 ? ev->a >> steps : 0, packing);
    *m = (struct place){ev->a, ev->b, ev->c};
}

/* Objects of a span stand in its slots. Of a span is kept where slot 0 would be. */
static ALWAYS_INLINE void take_object(
    struct written *d, const struct eventpack *p, struct event *ev, struct place *m, bool packing) {
    near_halves(d, FIELD_C, &ev->c, m->c, packing);
    uint64_t slot = (uint64_t)(p->free - 1) * (uint32_t)ev->c;
    near(d, FIELD_A, &ev->a, m->a + slot, packing);
    near(d, FIELD_B, &ev->b, p->size, packing);
    *m = (struct place){ev->a - slot, ev->b, ev->c};
}

/* Each word of a span's bits is by itself. */
static ALWAYS_INLINE void take_bits(struct written *d, struct eventpack *p, uint32_t by,
    struct event *ev, struct place *m, bool packing) {
    near(d, FIELD_A, &ev->a, m->a, packing);
    m->a = ev->a;
    m = place_of(p, by + (uint32_t)ev->a + 1);
    near_bits(d, FIELD_B, &ev->b, m->c, packing);
    near_bits(d, FIELD_C, &ev->c, ev->b, packing);
    m->c = ev->c;
}

static ALWAYS_INLINE void take_bitmap(
    struct written *d, struct event *ev, struct place *m, bool packing) {
    near(d, FIELD_A, &ev->a, m->a + ev->w, packing);
    near_bits(d, FIELD_B, &ev->b, 0, packing);
    near_bits(d, FIELD_C, &ev->c, m->c, packing);
    *m = (struct place){ev->a, ev->b, ev->c};
}

static ALWAYS_INLINE void take_op_begin(
    struct written *d, struct eventpack *p, struct event *ev, struct place *m, bool packing) {
    near_x(d, &ev->x, p->op + 1, packing);
    take_rest(d, ev, m, m->a + 1, false, packing);
    p->op = ev->x;
    p->id = ev->a;
    p->size = ev->b;
}

/* Everything but kind and w. token: of these, at: its number. */
static ALWAYS_INLINE void take_fields(struct eventpack *p, struct written *d, uint32_t token,
    unsigned at, struct event *ev, bool packing) {
    struct place *m = place_of(p, token);
    enum shape shape = (enum shape)shapes[ev->kind & UINT8_MAX];
    switch (shape) {
    case SHAPE_OP_BEGIN: take_op_begin(d, p, ev, m, packing); return;
    case SHAPE_OP_END:
        near_x(d, &ev->x, p->op, packing);
        take_rest(d, ev, m, m->a ? p->object : 0, false, packing);
        return;
    case SHAPE_OBJECT:
        near_x(d, &ev->x, (uint32_t)p->id, packing);
        take_object(d, p, ev, place_of(p, ev->kind + (p->span << 12)), packing);
        p->object = ev->a;
        return;
    case SHAPE_DROP:
        near_x(d, &ev->x, (uint32_t)p->id, packing);
        take_rest(d, ev, m, m->a, false, packing);
        return;
    case SHAPE_BITMAP:
        near_x(d, &ev->x, 0, packing);
        take_bitmap(d, ev, m, packing);
        return;
    case SHAPE_PLAIN:
    case SHAPE_CHANGE:
        near_x(d, &ev->x, p->x[at], packing);
        p->x[at] = ev->x;
        take_rest(d, ev, m, shape == SHAPE_CHANGE ? m->b : m->a, shape == SHAPE_CHANGE, packing);
        return;
    default: break;
    }
    near_x(d, &ev->x, p->span + (ev->kind == EV_SPAN_BORN), packing);
    p->span = ev->x;
    uint32_t by = token + (ev->x << 12);
    m = place_of(p, by);
    if (shape == SHAPE_SLOT) {
        take_slot(d, ev, m, packing);
        p->free = (uint32_t)(ev->c >> 32);
    } else if (shape == SHAPE_BITS) {
        take_bits(d, p, by, ev, m, packing);
    } else {
        bool change = shape == SHAPE_SPAN_CHANGE;
        take_rest(d, ev, m, change ? m->b : m->a, change, packing);
    }
}

/* --- Packing --- */

struct eventpack *eventpack_new(void) {
    return xcalloc(1, sizeof(struct eventpack));
}

void eventpack_free(struct eventpack *p) {
    free(p);
}

static inline uint32_t token_of(const struct event *ev) {
    return ev->kind | (uint32_t)ev->w << 8;
}

static inline unsigned number_of(uint32_t token) {
    return (unsigned)((uint64_t)(token * 0x9e3779b1u) * TOKENS >> 32);
}

static ALWAYS_INLINE uint8_t *put_field(uint8_t *out, const struct written *d, enum field field) {
    put_number(out, d->n[field]);
    return out + widths[field][d->code[field]];
}

static uint8_t *pack_one(struct eventpack *p, const struct event *from, uint8_t *out) {
    struct event ev = *from;
    struct written d;
    uint32_t token = token_of(&ev);
    unsigned at = number_of(token);
    uint8_t *head = out;
    out += HEAD;
    head[0] = (uint8_t)at;
    if (UNLIKELY(p->tokens[at] != token)) {
        p->tokens[at] = token;
        head[0] = OTHER_TOKEN;
        put_number(out, token);
        out += OTHER_HEAD;
    }
    take_fields(p, &d, token, at, &ev, true);
    out = put_field(out, &d, FIELD_X);
    out = put_field(out, &d, FIELD_A);
    out = put_field(out, &d, FIELD_B);
    out = put_field(out, &d, FIELD_C);
    head[1] = (uint8_t)(d.code[FIELD_X] | d.code[FIELD_A] << 2 | d.code[FIELD_B] << 4 |
                        d.code[FIELD_C] << 6);
    return out;
}

size_t eventpack_pack(struct eventpack *p, const struct event *events, size_t count, uint8_t *out) {
    uint8_t *at = out;
    memset(p, 0, sizeof *p);
    for (size_t i = 0; i < count; i++)
        at = pack_one(p, &events[i], at);
    return (size_t)(at - out);
}

/* --- Unpacking --- */

static ALWAYS_INLINE const uint8_t *get_field(
    const uint8_t *in, struct written *d, enum field field, unsigned codes) {
    unsigned code = d->code[field] = codes >> 2 * field & (CODES - 1);
    d->n[field] = get_number(in) & masks[field][code];
    return in + widths[field][code];
}

/* Needs MOST + NUMBER bytes to look at. NULL if this is no event. */
static const uint8_t *unpack_one(struct eventpack *p, const uint8_t *in, struct event *ev) {
    struct written d;
    unsigned at = in[0], codes = in[1];
    in += HEAD;
    uint32_t token;
    if (UNLIKELY(at == OTHER_TOKEN)) {
        token = (uint32_t)get_number(in) & ((1u << 8 * OTHER_HEAD) - 1);
        at = number_of(token);
        p->tokens[at] = token;
        in += OTHER_HEAD;
    } else {
        token = p->tokens[at];
    }
    ev->kind = (uint16_t)(token & 0xff);
    ev->w = (uint16_t)(token >> 8);
    if (ev->kind >= EV_COUNT)
        return NULL;
    in = get_field(in, &d, FIELD_X, codes);
    in = get_field(in, &d, FIELD_A, codes);
    in = get_field(in, &d, FIELD_B, codes);
    in = get_field(in, &d, FIELD_C, codes);
    take_fields(p, &d, token, at, ev, false);
    return in;
}

bool eventpack_unpack(
    struct eventpack *p, const uint8_t *data, size_t len, struct event *events, size_t count) {
    uint8_t last[2 * (MOST + NUMBER)] = {0}; /* the end of the data, and what may be looked at */
    const uint8_t *at = data, *end = data + len;
    bool ends = false; /* the rest of the data is in last */
    memset(p, 0, sizeof *p);
    for (size_t i = 0; i < count; i++) {
        size_t left = (size_t)(end - at);
        if (left == 0)
            return false;
        if (left < MOST + NUMBER && !ends) {
            memcpy(last, at, left);
            at = last;
            end = last + left;
            ends = true;
        }
        at = unpack_one(p, at, &events[i]);
        if (!at || at > end)
            return false;
    }
    return at == end;
}
