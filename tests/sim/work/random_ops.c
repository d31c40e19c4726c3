/* Operations drawn at random: see random_ops.h. */
#include "tests/sim/work/random_ops.h"

enum { OBJECTS = 160, MANUAL = 1000 }; /* numbers of spans managed by hand begin at MANUAL */

uint64_t random_below(struct random_ops *r, uint64_t n) {
    r->state ^= r->state << 13;
    r->state ^= r->state >> 7;
    r->state ^= r->state << 17;
    return (r->state >> 16) % n;
}

/* Mostly small, some tiny, some large, a few very large ones. */
static uint64_t random_size(struct random_ops *r) {
    uint64_t kind = random_below(r, 100);
    if (kind < 25)
        return random_below(r, 16);
    if (kind < 80)
        return random_below(r, 2048);
    if (kind < 92)
        return random_below(r, 40000);
    return kind < 96 ? random_below(r, 400000) : 1000000 + random_below(r, 2000000);
}

static void random_type(struct random_ops *r, struct op *op) {
    uint64_t words = 1 + random_below(r, 40), pointers = 1 + random_below(r, words);
    for (unsigned i = 0; i < sizeof r->mask; i++)
        r->mask[i] = (uint8_t)random_below(r, 256);
    op->mask = r->mask;
    op->elem = words * r->ptr_size;
    op->ptrdata = pointers * r->ptr_size;
    r->mask[(pointers - 1) / 8] |= (uint8_t)(1u << (pointers - 1) % 8);
    op->count = random_below(r, 20) ? 1 + random_below(r, 6) : 1 + random_below(r, 600);
}

/* The operation of one percentile. */
static enum op_code code_of(uint64_t percent) {
    static const struct {
        uint64_t below;
        enum op_code code;
    } codes[] = {{40, OP_ALLOC}, {58, OP_ALLOC_TYPED}, {65, OP_DROP}, {75, OP_STORE}, {77, OP_NIL},
        {83, OP_ROOT}, {85, OP_UNROOT}, {87, OP_FILL}, {90, OP_MANUAL}, {92, OP_FREE_MANUAL},
        {94, OP_COLLECT}, {95, OP_COLLECT_LAZY}, {97, OP_SWEEP_ONE}, {98, OP_SCAVENGE},
        {99, OP_GOGC}, {100, OP_ADVANCE}};
    unsigned i = 0;
    while (percent >= codes[i].below)
        i++;
    return codes[i].code;
}

void random_op(struct random_ops *r, struct op *op) {
    *op = (struct op){.code = code_of(random_below(r, 100)),
        .id = (uint32_t)random_below(r, OBJECTS),
        .dst = (uint32_t)random_below(r, OBJECTS),
        .word = random_below(r, 12)};
    switch (op->code) {
    case OP_ALLOC: op->size = random_size(r); break;
    case OP_ALLOC_TYPED: random_type(r, op); break;
    case OP_STORE: op->off = random_below(r, 3) ? 0 : random_below(r, 64); break;
    case OP_GOGC: op->size = random_below(r, 3) ? 50 + random_below(r, 100) : UINT64_MAX; break;
    case OP_ADVANCE: op->size = random_below(r, UINT64_C(400000000000)); break;
    case OP_MANUAL:
        op->id = (uint32_t)(MANUAL + random_below(r, 8));
        op->size = 1 + random_below(r, random_below(r, 4) ? 8 : 300);
        break;
    case OP_FREE_MANUAL: op->id = (uint32_t)(MANUAL + random_below(r, 8)); break;
    default: break;
    }
}
