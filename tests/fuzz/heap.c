/*
 * The heap: bytes become a world with its faults and a program's operations, which run as those of
 * `arenasim soak` do: only what is legal, all invariants checked after each, the replica beside
 * the heap, undone, done again and sought.
 */
#include "sim/work/soak.h"
#include "tests/fuzz/fuzz.h"

#include <string.h>

enum {
    MOST_OPS = 400,
    OBJECTS = 48, /* numbers of objects; */
    MANUALS = 8,  /* above them, of spans managed by hand */
    MOST_TYPED =
        1 << 16,      /* bytes of an array with pointers: their bits cost more than they teach */
    MOST_WORDS = 128, /* of an element */
};

struct program_bytes {
    struct op_source source; /* first */
    const struct platform *platform;
    const uint8_t *at, *end;
    unsigned ops;
    uint8_t mask[MOST_WORDS / 8];
};

/* Zeroes after the end. */
static uint64_t take(struct program_bytes *b, int count) {
    uint64_t n = 0;
    while (count-- > 0)
        n = n << 8 | (b->at < b->end ? *b->at++ : 0);
    return n;
}

/* 5 bits of magnitude, 11 behind the leading one: up to 16 MiB, and above it what is refused. */
static uint64_t take_size(struct program_bytes *b) {
    uint64_t n = take(b, 2), shift = n >> 11, fine = (n & 0x7ff) | 0x800;
    if (n < 0x800)
        return n;
    return shift < 24 ? (fine << shift) >> 11 : b->platform->max_mem - ((n & 0x7ff) << 12);
}

/* --- The world --- */

static void take_world(struct program_bytes *b, struct environment *env) {
    size_t platforms = 0;
    while (platform_at(platforms))
        platforms++;
    INVARIANT(platforms);
    env->platform = b->platform = platform_at(take(b, 1) % platforms);
    uint64_t faults = take(b, 1);
    struct model_config *m = &env->model;
    if (faults & 1)
        m->address_limit = MiB(16) + take(b, 1) * MiB(8);
    m->memory_limit = faults & 2 ? KiB(256) << take(b, 1) % 10 : MiB(128);
    if (faults & 4 && b->platform->goos == GOOS_LINUX)
        m->brk = b->platform->image_end + take(b, 2) * KiB(64);
    if (faults & 8)
        m->no_page_size = true;
    for (uint64_t i = faults >> 4 & 3; i > 0; i--) {
        bool wide = b->platform->ptr_size == 8;
        uint64_t addr = wide ? take(b, 1) % HINT_COUNT << 40 | b->platform->hint
                             : MiB(1) + take(b, 2) * KiB(64);
        uint64_t size = KiB(64) << take(b, 1) % 12;
        if (addr + size <= b->platform->user_end && !env_is_taken(env, addr))
            env_toggle_taken(env, addr, size);
    }
    m->ignores_hints = faults & 64;
}

/* --- Operations --- */

static void take_typed(struct program_bytes *b, struct op *op) {
    unsigned word = b->platform->ptr_size;
    uint64_t words = 1 + take(b, 1) % MOST_WORDS, pointers = take(b, 1) % (words + 1);
    op->elem = words * word;
    op->count = 1 + take(b, 2) % (MOST_TYPED / op->elem);
    op->ptrdata = pointers * word;
    memset(b->mask, 0, sizeof b->mask);
    for (uint64_t w = 0; w < pointers; w += 8)
        b->mask[w / 8] = (uint8_t)take(b, 1);
    if (pointers) { /* nothing stands above the last pointer */
        b->mask[(pointers - 1) / 8] |= (uint8_t)(1u << (pointers - 1) % 8);
        b->mask[(pointers - 1) / 8] &= (uint8_t)((2u << (pointers - 1) % 8) - 1);
    }
    op->mask = b->mask;
}

static void take_operands(struct program_bytes *b, struct op *op) {
    op->id = (uint32_t)(take(b, 1) % OBJECTS);
    switch (op->code) {
    case OP_ALLOC: op->size = take_size(b); break;
    case OP_ALLOC_TYPED: take_typed(b, op); break;
    case OP_STORE:
        op->dst = (uint32_t)(take(b, 1) % OBJECTS);
        op->off = take(b, 1);
        op->word = take(b, 1);
        break;
    case OP_NIL: op->word = take(b, 1); break;
    case OP_MANUAL:
        op->size = 1 + take(b, 1);
        op->id = OBJECTS + op->id % MANUALS;
        break;
    case OP_FREE_MANUAL: op->id = OBJECTS + op->id % MANUALS; break;
    case OP_PS: op->size = 1 + take(b, 1) % MAX_PS; break;
    case OP_ON: op->size = take(b, 1) % MAX_PS; break;
    case OP_PRECISE: op->size = take(b, 1) % 2; break;
    case OP_INTERLEAVE:
    case OP_GOGC: {
        uint64_t n = take(b, 1);
        op->size = n == 255 ? UINT64_MAX : n;
        break;
    }
    case OP_ADVANCE: op->size = take(b, 1) * UINT64_C(10000000000); break;
    case OP_SEED: op->seed[0] = (uint32_t)take(b, 2); break;
    default: break;
    }
}

static bool next(struct op_source *source, struct op *op, struct error *err) {
    /* As often as programs do such things, about. */
    static const uint8_t codes[] = {OP_ALLOC, OP_ALLOC, OP_ALLOC, OP_ALLOC_TYPED, OP_ALLOC_TYPED,
        OP_DROP, OP_DROP, OP_STORE, OP_STORE, OP_FILL, OP_ROOT, OP_UNROOT, OP_NIL, OP_PRECISE,
        OP_COLLECT, OP_COLLECT_LAZY, OP_SWEEP_ONE, OP_SCAVENGE, OP_GOGC, OP_ADVANCE, OP_MANUAL,
        OP_FREE_MANUAL, OP_SEED, OP_PS, OP_ON, OP_INTERLEAVE};
    struct program_bytes *b = (struct program_bytes *)source;
    err->text[0] = '\0';
    if (b->at == b->end || b->ops == MOST_OPS)
        return false;
    *op = (struct op){.code = OP_INIT};
    if (b->ops++ > 0) {
        op->code = (enum op_code)codes[take(b, 1) % sizeof codes];
        take_operands(b, op);
    }
    return true;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len) {
    struct program_bytes b = {.source = {.next = next}, .at = data, .end = data + len};
    struct environment env = {.provider = PROVIDER_MODEL};
    struct soak_result result;
    take_world(&b, &env);
    b.source.ptr_size = env.platform->ptr_size;
    soak_source(&b.source, &env, &result);
    if (result.failed && result.ops)
        BUG("%s", sb_text(&result.why));
    sb_free(&result.why);
    sb_free(&result.script);
    env_free(&env);
    return 0;
}
