/* Programs made up at random: see generate.h. */
#include "sim/work/generate.h"

#include "sim/base/random.h"

#include <stdlib.h>

enum {
    MAX_ELEM_WORDS = 512,
    SHORTEST = 20, /* operations of a program */
    MOST_OCCUPIED = 4,
    HUGE_BYTES = 256 << 20,
    MOST_TYPED = 96 << 10,
};

/* Sizes of objects, each kind from its low to its high number of bytes. */
static const struct size_kind {
    uint64_t low, high;
    unsigned weight;
} size_kinds[] = {
    {0, 0, 1},                             /* all at one address */
    {1, 15, 12},                           /* tiny */
    {16, 128, 20},                         /* small, */
    {129, 1024, 20},                       /* ever less so */
    {1025, 32768, 10},                     /* */
    {32760, 32776, 3},                     /* about where large objects begin */
    {32769, 256 << 10, 8},                 /* spans kept in lists */
    {1000 << 10, 1100 << 10, 2},           /* about where the treap begins */
    {256 << 10, 8 << 20, 3},               /* */
    {8 << 20, 64 << 20, 1},                /* several growths */
    {HUGE_BYTES - (1 << 20), 300 << 20, 1} /* a reservation of 256 MiB, and more */
};

/* Operations and how often they come on the average. */
static const struct op_kind {
    enum op_code code;
    unsigned weight;
} op_kinds[] = {{OP_ALLOC, 600}, {OP_ALLOC_TYPED, 400}, {OP_DROP, 360}, {OP_FILL, 100},
    {OP_ROOT, 120}, {OP_UNROOT, 60}, {OP_STORE, 250}, {OP_NIL, 40}, {OP_PRECISE, 6},
    {OP_COLLECT, 20}, {OP_COLLECT_LAZY, 20}, {OP_SWEEP_ONE, 60}, {OP_SCAVENGE, 14}, {OP_GOGC, 6},
    {OP_ADVANCE, 10}, {OP_MANUAL, 40}, {OP_FREE_MANUAL, 36}, {OP_SEED, 2}, {OP_PS, 8}, {OP_ON, 60},
    {OP_INTERLEAVE, 16}};

struct generator {
    uint64_t random;
    struct environment env;
    uint64_t length, drawn;
    unsigned occupied; /* ranges left to be occupied before init */
    bool reckless;     /* asks for more than there can be, now and then */
    /* The mood. */
    unsigned op_weight[ARRAY_LEN(op_kinds)], op_sum;
    unsigned size_weight[ARRAY_LEN(size_kinds)], size_sum;
    uint64_t objects; /* numbers in use */
    uint64_t budget;  /* bytes kept, about */
    uint64_t ps;      /* P's it goes round among, if there are so many */
    uint8_t mask[(MAX_ELEM_WORDS + 7) / 8];
};

static uint64_t below(struct generator *g, uint64_t n) {
    return random_below(&g->random, n);
}

static bool one_in(struct generator *g, uint64_t n) {
    return below(g, n) == 0;
}

static uint64_t between(struct generator *g, uint64_t low, uint64_t high) {
    return low + below(g, high - low + 1);
}

/* Between low and high, each order of magnitude as likely. */
static uint64_t magnitude(struct generator *g, uint64_t low, uint64_t high) {
    uint64_t top = low;
    while (top < high && !one_in(g, 3))
        top *= 2;
    return between(g, low, top < high ? top : high);
}

/* --- The world --- */

static void take(struct generator *g, uint64_t addr, uint64_t size) {
    if (addr + size <= g->env.platform->user_end && !env_is_taken(&g->env, addr))
        env_toggle_taken(&g->env, addr, size);
}

/* Some of the hints, or all; or a place further on, where the arena would have grown to. */
static void take_hints(struct generator *g) {
    uint64_t hint = g->env.platform->hint, count = one_in(g, 4) ? HINT_COUNT : below(g, 6);
    for (uint64_t i = 0; i < count; i++)
        take(g, i << 40 | hint, KiB(64));
    for (uint64_t i = below(g, 4); i > 0; i--)
        take(g, (below(g, 6) << 40 | hint) + MiB(16896 + below(g, 1 << 10)), KiB(64));
}

static void take_blocks(struct generator *g) {
    for (uint64_t i = below(g, 16); i > 0; i--)
        take(g, MiB(100) + between(g, 0, 1700) * MiB(1), between(g, 1, 1024) * KiB(64));
}

static void odd_page(struct generator *g) {
    static const uint64_t sizes[] = {KiB(4), KiB(8), KiB(16), KiB(64), KiB(4), KiB(16), 2048, 5000};
    g->env.model.no_page_size = one_in(g, 8);
    g->env.model.phys_page_size = sizes[below(g, ARRAY_LEN(sizes))];
}

static void arrange_faults(struct generator *g) {
    struct model_config *m = &g->env.model;
    const struct platform *p = g->env.platform;
    if (one_in(g, 3)) {
        if (p->ptr_size == 8)
            take_hints(g);
        else
            take_blocks(g);
    }
    if (one_in(g, 5))
        m->address_limit = between(g, 16, 2048) * MiB(1);
    if (one_in(g, 5))
        m->memory_limit = magnitude(g, 1, 1024) * MiB(1);
    if (p->goos == GOOS_LINUX && one_in(g, 5))
        m->brk = p->image_end + below(g, 600) * MiB(1) + below(g, 1 << 20);
    if (p->goos != GOOS_WINDOWS && one_in(g, 6))
        odd_page(g);
    m->ignores_hints = one_in(g, 8);
    g->occupied = one_in(g, 4) ? (unsigned)between(g, 1, MOST_OCCUPIED) : 0;
}

/* --- The mood --- */

/* A weight, changed so that this program does it never, often, or as usual. */
static unsigned mood_of(struct generator *g, unsigned weight) {
    static const unsigned factors[] = {0, 1, 1, 1, 2, 4, 8};
    return weight * factors[below(g, ARRAY_LEN(factors))];
}

static void choose_mood(struct generator *g) {
    for (size_t i = 0; i < ARRAY_LEN(op_kinds); i++)
        g->op_sum += g->op_weight[i] = mood_of(g, op_kinds[i].weight);
    for (size_t i = 0; i < ARRAY_LEN(size_kinds); i++) {
        bool rare = size_kinds[i].high > MiB(2) && !one_in(g, 12);
        g->size_weight[i] = rare ? 0 : mood_of(g, size_kinds[i].weight);
        g->size_sum += g->size_weight[i];
    }
    g->objects = magnitude(g, 4, 2000);
    g->budget = magnitude(g, 1 << 16, 48 << 20);
    g->length = SHORTEST + magnitude(g, 200, 20000);
    g->reckless = one_in(g, 8);
    g->ps = one_in(g, 2) ? 1 : magnitude(g, 2, MAX_PS);
}

struct generator *generator_new(uint64_t seed, const struct platform *platform) {
    struct generator *g = xcalloc(1, sizeof *g);
    size_t platforms = 0;
    g->random = seed;
    while (platform_at(platforms))
        platforms++;
    g->env.platform = platform ? platform : platform_at(below(g, platforms));
    g->env.provider = PROVIDER_MODEL;
    if (!one_in(g, 3))
        arrange_faults(g);
    choose_mood(g);
    return g;
}

void generator_free(struct generator *g) {
    env_free(&g->env);
    free(g);
}

const struct environment *generator_env(const struct generator *g) {
    return &g->env;
}

uint64_t generator_length(const struct generator *g) {
    return g->length;
}

/* --- Operations --- */

/* An index, each as likely as its weight says; 0 if all are 0. */
static size_t pick(struct generator *g, const unsigned *weights, size_t count, unsigned sum) {
    uint64_t at = sum ? below(g, sum) : 0;
    for (size_t i = 0; i < count; i++) {
        if (at < weights[i])
            return i;
        at -= weights[i];
    }
    return 0;
}

static uint64_t draw_size(struct generator *g) {
    size_t i = pick(g, g->size_weight, ARRAY_LEN(size_kinds), g->size_sum);
    uint64_t size = between(g, size_kinds[i].low, size_kinds[i].high);
    if (g->reckless && one_in(g, 500))
        size = g->env.platform->max_mem - magnitude(g, 1, UINT32_MAX / 2);
    return one_in(g, 4) ? round_up(size, 8) : size;
}

static void draw_alloc(struct generator *g, struct op *op) {
    op->id = (uint32_t)below(g, g->objects);
    op->size = draw_size(g);
}

static void draw_mask(struct generator *g, uint64_t words) {
    unsigned density = (unsigned)below(g, 9);
    for (size_t i = 0; i < sizeof g->mask; i++)
        g->mask[i] = 0;
    for (uint64_t w = 0; w < words; w++)
        if (below(g, 8) < density || w + 1 == words)
            g->mask[w / 8] |= (uint8_t)(1u << w % 8);
}

/* An array of about the size drawn; one in so many of its types has no pointers. */
static void draw_typed(struct generator *g, struct op *op) {
    unsigned word = g->env.platform->ptr_size;
    uint64_t words = magnitude(g, 1, MAX_ELEM_WORDS), size = draw_size(g);
    if (size > MOST_TYPED && !one_in(g, 200))
        size %= MOST_TYPED; /* their bits cost more than they teach */
    uint64_t pointers = one_in(g, 16) ? 0 : between(g, 1, words);
    op->id = (uint32_t)below(g, g->objects);
    op->elem = words * word;
    op->count = one_in(g, 3) ? 1 : 1 + size / op->elem;
    op->ptrdata = pointers * word;
    op->mask = g->mask;
    draw_mask(g, pointers);
}

/* The number of some object there is. */
static uint32_t draw_object(struct generator *g, const struct legal *l) {
    size_t n = legal_count(l);
    return n ? legal_object(l, below(g, n)).id : 0;
}

static void draw_store(struct generator *g, const struct legal *l, struct op *op) {
    size_t n = legal_count(l);
    if (!n)
        return;
    struct legal_object from = legal_object(l, below(g, n)), to = legal_object(l, below(g, n));
    uint64_t words = from.size / g->env.platform->ptr_size;
    op->id = from.id;
    op->dst = to.id;
    op->word = one_in(g, 2) ? below(g, words ? words : 1) : below(g, 8);
    op->off = one_in(g, 3) && to.size ? below(g, to.size) : 0;
}

static void draw_manual(struct generator *g, struct op *op) {
    op->id = (uint32_t)(g->objects + below(g, 40));
    op->size = one_in(g, 6) ? between(g, 100, 300) : between(g, 1, 32);
}

static void draw_free_manual(struct generator *g, const struct legal *l, struct op *op) {
    for (int tries = 0; tries < 8; tries++) {
        op->id = draw_object(g, l);
        if (op->id >= g->objects)
            return;
    }
}

static void draw(struct generator *g, const struct legal *l, struct op *op) {
    switch (op->code) {
    case OP_ALLOC: draw_alloc(g, op); break;
    case OP_ALLOC_TYPED: draw_typed(g, op); break;
    case OP_STORE:
    case OP_NIL: draw_store(g, l, op); break;
    case OP_MANUAL: draw_manual(g, op); break;
    case OP_FREE_MANUAL: draw_free_manual(g, l, op); break;
    case OP_PS: op->size = magnitude(g, 1, MAX_PS); break;
    case OP_INTERLEAVE: op->size = one_in(g, 4) ? UINT64_MAX : below(g, UINT32_MAX); break;
    case OP_ON: op->size = below(g, g->ps); break;
    case OP_PRECISE: op->size = below(g, 2); break;
    case OP_GOGC: op->size = one_in(g, 2) ? UINT64_MAX : magnitude(g, 1, 400); break;
    case OP_ADVANCE: op->size = magnitude(g, 1, 1000) * UINT64_C(1000000000); break;
    case OP_SEED:
        op->seed[0] = (uint32_t)below(g, 0);
        op->seed[1] = (uint32_t)below(g, 0);
        break;
    default: op->id = draw_object(g, l);
    }
}

/* Somebody maps a range where the heap may want to be. */
static void draw_occupy(struct generator *g, struct op *op) {
    const struct platform *p = g->env.platform;
    uint64_t near = p->ptr_size == 8 ? (below(g, 3) << 40 | p->hint) + below(g, 2) * MiB(16896)
                                     : MiB(128) + below(g, 1024) * MiB(1);
    op->code = OP_OCCUPY;
    op->addr = near + below(g, 64) * KiB(64);
    op->size = magnitude(g, 1, 64) * KiB(64);
}

void generator_next(struct generator *g, const struct legal *l, struct op *op) {
    *op = (struct op){.code = OP_INIT};
    uint64_t number = g->drawn++;
    if (number < g->occupied) {
        draw_occupy(g, op);
    } else if (number == g->occupied + 1) {
        op->code = OP_SEED;
        draw(g, l, op);
    } else if (number > g->occupied) {
        size_t i = pick(g, g->op_weight, ARRAY_LEN(op_kinds), g->op_sum);
        op->code = op_kinds[i].code;
        if (legal_bytes(l) > g->budget && (op->code == OP_ALLOC || op->code == OP_ALLOC_TYPED))
            op->code = OP_DROP;
        draw(g, l, op);
    }
}
