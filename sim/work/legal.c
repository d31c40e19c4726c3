/* What a Go program can do: see legal.h. */
#include "sim/work/legal.h"

#include <stdlib.h>
#include <string.h>

/* A pointer in word `word` of the object that has the edge. */
struct edge {
    uint64_t word;
    uint32_t to;
};

struct known {
    struct legal_object is;
    uint64_t elem_words, ptr_words; /* 0: pointer-free */
    uint8_t *mask;
    bool garbage;      /* filled: its words are no pointers */
    bool reached;      /* from a root, while that is being found out */
    uint32_t pointers; /* to it */
    struct edge *edges;
    size_t edge_count, edge_cap;
    size_t place; /* in all */
};

struct legal {
    struct program *program;
    unsigned ptr_size;
    legal_listener *listener;
    void *arg;
    struct known **by_id;
    size_t by_id_cap;
    struct known **all;
    size_t count, cap;
    uint64_t bytes;
    bool started, precise;
};

struct legal *legal_new(struct program *p, unsigned ptr_size) {
    struct legal *l = xcalloc(1, sizeof *l);
    l->program = p;
    l->ptr_size = ptr_size;
    return l;
}

static void known_free(struct known *k) {
    free(k->mask);
    free(k->edges);
    free(k);
}

void legal_free(struct legal *l) {
    if (!l)
        return;
    for (size_t i = 0; i < l->count; i++)
        known_free(l->all[i]);
    free(l->all);
    free(l->by_id);
    free(l);
}

void legal_listen(struct legal *l, legal_listener *listener, void *arg) {
    l->listener = listener;
    l->arg = arg;
}

size_t legal_count(const struct legal *l) {
    return l->count;
}

struct legal_object legal_object(const struct legal *l, size_t i) {
    INVARIANT(i < l->count);
    return l->all[i]->is;
}

uint64_t legal_bytes(const struct legal *l) {
    return l->bytes;
}

/* --- What is known --- */

static struct known *find(const struct legal *l, uint32_t id) {
    return id < l->by_id_cap ? l->by_id[id] : NULL;
}

static void cut_edge(struct legal *l, struct known *k, size_t i) {
    struct known *to = find(l, k->edges[i].to);
    if (to)
        to->pointers--;
    k->edges[i] = k->edges[--k->edge_count];
}

static void cut_edges(struct legal *l, struct known *k) {
    while (k->edge_count)
        cut_edge(l, k, k->edge_count - 1);
}

static void forget(struct legal *l, struct known *k) {
    cut_edges(l, k);
    l->bytes -= k->is.size;
    l->all[k->place] = l->all[--l->count];
    l->all[k->place]->place = k->place;
    l->by_id[k->is.id] = NULL;
    known_free(k);
}

static struct known *learn(struct legal *l, uint32_t id, uint64_t size) {
    if (id >= l->by_id_cap) {
        size_t old = l->by_id_cap;
        void *by_id = l->by_id;
        array_reserve(&by_id, &l->by_id_cap, (size_t)id + 1, sizeof(struct known *));
        l->by_id = by_id;
        memset(l->by_id + old, 0, (l->by_id_cap - old) * sizeof(struct known *));
    }
    INVARIANT(!l->by_id[id]);
    struct known *k = xcalloc(1, sizeof *k);
    k->is = (struct legal_object){.id = id, .size = size};
    k->place = l->count;
    void *all = l->all;
    array_reserve(&all, &l->cap, l->count + 1, sizeof(struct known *));
    l->all = all;
    l->all[l->count++] = l->by_id[id] = k;
    l->bytes += size;
    return k;
}

static void learn_type(struct legal *l, struct known *k, const struct op *op) {
    k->elem_words = op->elem / l->ptr_size;
    k->ptr_words = op->ptrdata / l->ptr_size;
    if (!k->ptr_words)
        return;
    size_t bytes = (size_t)(k->ptr_words + 7) / 8;
    k->mask = xmalloc(bytes);
    memcpy(k->mask, op->mask, bytes);
}

static bool is_pointer_word(const struct known *k, uint64_t word) {
    if (!k->ptr_words)
        return false;
    uint64_t in_elem = word % k->elem_words;
    return in_elem < k->ptr_words && (k->mask[in_elem / 8] >> in_elem % 8 & 1);
}

/* Marks what roots reach, and the object that op has made, which is needed still. */
static void find_reached(struct legal *l, const struct op *op) {
    bool allocates = op->code == OP_ALLOC || op->code == OP_ALLOC_TYPED;
    struct known **stack = xmalloc((l->count + 1) * sizeof(struct known *));
    size_t depth = 0;
    for (size_t i = 0; i < l->count; i++) {
        l->all[i]->reached = l->all[i]->is.root || (allocates && l->all[i]->is.id == op->id);
        if (l->all[i]->reached)
            stack[depth++] = l->all[i];
    }
    while (depth) {
        const struct known *k = stack[--depth];
        for (size_t e = 0; e < k->edge_count; e++) {
            struct known *to = find(l, k->edges[e].to);
            INVARIANT(to); /* an edge goes with the object that it leads to */
            if (!to->reached)
                stack[depth++] = to;
            to->reached = true;
        }
    }
    free(stack);
}

/* A collection that followed pointers has left what it had to, and nothing else; but for tiny
 * objects, which share a block. */
static void check_survivors(struct legal *l, const struct op *op) {
    find_reached(l, op);
    for (size_t i = 0; i < l->count; i++) {
        const struct known *k = l->all[i];
        bool usable = program_usable(l->program, k->is.id);
        bool may_stay = k->is.manual || (!k->ptr_words && k->is.size < 16);
        if (k->reached ? !usable : usable && !may_stay) /* never: a bug */
            BUG("object %u is %s by roots, but was %s", k->is.id,
                k->reached ? "reached" : "not reached", usable ? "kept" : "collected");
    }
}

static void forget_collected(struct legal *l) {
    for (size_t i = l->count; i-- > 0;)
        if (!program_usable(l->program, l->all[i]->is.id))
            forget(l, l->all[i]);
}

/* --- Running --- */

static bool run(struct legal *l, const struct op *op) {
    struct error err;
    bool first = op->code != OP_OCCUPY; /* that cannot go wrong, but may be refused */
    if (!program_accepts(l->program, op, &err))
        return false;
    if (l->listener && first)
        l->listener(l->arg, op);
    /* Objects in flight are nobody's yet: where roots decide, one at a time. */
    bool ran = l->precise ? program_run(l->program, op, &err) : program_start(l->program, op, &err);
    if (l->listener && ran && !first)
        l->listener(l->arg, op);
    return ran;
}

/* Makes every pointer to k nil. */
static void nil_pointers_to(struct legal *l, struct known *k) {
    for (size_t i = 0; k->pointers; i++) {
        struct known *from = l->all[i];
        for (size_t e = from->edge_count; e-- > 0;)
            if (from->edges[e].to == k->is.id) {
                run(l,
                    &(struct op){.code = OP_NIL, .id = from->is.id, .word = from->edges[e].word});
                cut_edge(l, from, e);
            }
    }
}

static bool drop(struct legal *l, struct known *k) {
    uint32_t id = k->is.id;
    nil_pointers_to(l, k);
    forget(l, k);
    return run(l, &(struct op){.code = OP_DROP, .id = id});
}

static bool run_alloc(struct legal *l, const struct op *op) {
    struct known *old = find(l, op->id);
    struct error err;
    if ((old && old->is.manual) || !program_accepts(l->program, op, &err))
        return false;
    if (old) {
        nil_pointers_to(l, old);
        forget(l, old);
    }
    run(l, op);
    if (!program_usable(l->program, op->id))
        return false;
    bool typed = op->code == OP_ALLOC_TYPED;
    struct known *k = learn(l, op->id, typed ? op->elem * op->count : op->size);
    if (typed)
        learn_type(l, k, op);
    return true;
}

static bool run_manual(struct legal *l, const struct op *op) {
    if (find(l, op->id) || !run(l, op) || !program_usable(l->program, op->id))
        return false;
    learn(l, op->id, op->size << GO_PAGE_SHIFT)->is.manual = true;
    return true;
}

static bool run_free_manual(struct legal *l, const struct op *op) {
    struct known *k = find(l, op->id);
    if (!k || !k->is.manual)
        return false;
    forget(l, k);
    return run(l, op);
}

/* The word of k that is written to holds no longer what it held. */
static void cut_word(struct legal *l, struct known *k, uint64_t word) {
    for (size_t e = 0; e < k->edge_count; e++)
        if (k->edges[e].word == word) {
            cut_edge(l, k, e);
            return;
        }
}

static bool run_store(struct legal *l, const struct op *op) {
    struct known *k = find(l, op->id), *to = op->code == OP_STORE ? find(l, op->dst) : NULL;
    if (!k || (op->code == OP_STORE && (!to || to->is.manual)) || !run(l, op))
        return false;
    if (!is_pointer_word(k, op->word))
        return true;
    cut_word(l, k, op->word);
    if (!to)
        return true;
    void *edges = k->edges;
    array_reserve(&edges, &k->edge_cap, k->edge_count + 1, sizeof *k->edges);
    k->edges = edges;
    k->edges[k->edge_count++] = (struct edge){op->word, op->dst};
    to->pointers++;
    return true;
}

static bool run_fill(struct legal *l, const struct op *op) {
    struct known *k = find(l, op->id);
    if (!k || (l->precise && k->ptr_words))
        return false;
    cut_edges(l, k);
    k->garbage = k->ptr_words > 0;
    return run(l, op);
}

static bool run_precise(struct legal *l, const struct op *op) {
    for (size_t i = l->count; op->size && i-- > 0;)
        if (l->all[i]->garbage) {
            drop(l, l->all[i]);
            i = l->count; /* the order has changed */
        }
    l->precise = op->size != 0;
    return run(l, op);
}

static bool run_on_object(struct legal *l, const struct op *op) {
    struct known *k = find(l, op->id);
    if (!k || k->is.manual)
        return false;
    if (op->code == OP_DROP)
        return drop(l, k);
    k->is.root = op->code == OP_ROOT;
    return run(l, op);
}

static bool run_any(struct legal *l, const struct op *op) {
    switch (op->code) {
    case OP_ALLOC:
    case OP_ALLOC_TYPED: return run_alloc(l, op);
    case OP_MANUAL: return run_manual(l, op);
    case OP_FREE_MANUAL: return run_free_manual(l, op);
    case OP_STORE:
    case OP_NIL: return run_store(l, op);
    case OP_FILL: return run_fill(l, op);
    case OP_PRECISE: return run_precise(l, op);
    case OP_DROP:
    case OP_ROOT:
    case OP_UNROOT: return run_on_object(l, op);
    default: return run(l, op);
    }
}

bool legal_run(struct legal *l, const struct op *op) {
    bool before_init = op->code == OP_OCCUPY || op->code == OP_INIT || op->code == OP_NOTE;
    if (program_ended(l->program) || (!l->started && !before_init))
        return false;
    if (op->code == OP_PRECISE)
        program_settle(l->program);
    uint64_t collections = heap_memstats(program_heap(l->program)).num_gc;
    bool ran = run_any(l, op);
    l->started |= ran && op->code == OP_INIT;
    if (!l->precise || collections == heap_memstats(program_heap(l->program)).num_gc)
        return ran;
    if (!program_ended(l->program))
        check_survivors(l, op);
    forget_collected(l);
    return ran;
}
