/*
 * The program under study: see program.h.
 *
 * Each kind of operation has a checker, which refuses what makes no sense before anything happens,
 * and a doer. OP_BEGIN and OP_END stand around the doer alone, so a refused operation leaves no
 * trace.
 */
#include "sim/work/program_internal.h"

#include "sim/base/i18n.h"
#include "sim/base/random.h"

#include <stdlib.h>
#include <string.h>

struct program *program_new(struct os *os, struct sink *sink) {
    struct program *p = xcalloc(1, sizeof *p);
    p->os = os;
    p->checked = HEAP_CHECK;
    p->heap = heap_new(&(struct heap_config){.os = os, .sink = sink});
    return p;
}

void program_free(struct program *p) {
    if (!p)
        return;
    heap_free(p->heap);
    for (size_t i = 0; i < p->count; i++)
        free(p->objects[i].type);
    for (unsigned on = 0; on < MAX_PS; on++)
        free(p->flights[on].mask);
    free(p->objects);
    free(p);
}

struct heap *program_heap(struct program *p) {
    return p->heap;
}

void program_set_checked(struct program *p, bool checked) {
    p->checked = checked;
}

bool program_swept(const struct program *p) {
    return p->swept;
}

uint64_t program_yield(const struct program *p) {
    return p->yield;
}

bool program_ended(const struct program *p) {
    return heap_exited(p->heap, NULL);
}

static struct object *object_find(const struct program *p, uint32_t id) {
    return id < p->count && p->objects[id].exists ? &p->objects[id] : NULL;
}

/* Of an operation that was checked. */
static struct object *object_of(const struct program *p, uint32_t id) {
    struct object *o = object_find(p, id);
    INVARIANT(o);
    return o;
}

bool program_object(const struct program *p, uint32_t id, uint64_t *addr, uint64_t *size) {
    const struct object *o = object_find(p, id);
    if (!o)
        return false;
    INVARIANT(!o->in_flight);
    *addr = o->addr;
    *size = o->size;
    return true;
}

bool program_usable(const struct program *p, uint32_t id) {
    const struct object *o = object_find(p, id);
    return o && !o->collected;
}

/* number: of the operation that allocates it. */
static struct object *object_set(
    struct program *p, uint32_t id, uint64_t addr, uint64_t size, uint32_t number) {
    if (id >= p->count) {
        void *objects = p->objects;
        array_reserve(&objects, &p->cap, id + 1, sizeof *p->objects);
        p->objects = objects;
        memset(p->objects + p->count, 0, (id + 1 - p->count) * sizeof *p->objects);
        p->count = id + 1;
    }
    free(p->objects[id].type);
    struct object *o = &p->objects[id];
    *o = (struct object){.addr = addr, .size = size, .exists = true, .born = number};
    return o;
}

/* --- Does it make sense? --- */

static bool check_object(const struct program *p, uint32_t id, struct error *err) {
    if (!object_find(p, id))
        return error_set(
            err, _("there is no object %u, expected the number of one that was allocated"), id);
    return true;
}

/* ... and may be used: what was collected may be dropped, nothing else. */
static bool check_usable(const struct program *p, uint32_t id, struct error *err) {
    if (!check_object(p, id, err))
        return false;
    if (!program_usable(p, id))
        return error_set(err,
            _("object %u was collected, expected one that a root "
              "reached at the last collection"),
            id);
    return true;
}

static bool check_word(const struct program *p, const struct op *op, struct error *err) {
    const struct object *o = object_find(p, op->id);
    uint64_t ptr_size = p->os->platform->ptr_size;
    if (!check_usable(p, op->id, err))
        return false;
    if (op->word >= o->size / ptr_size)
        return error_set(err, _("object %u has no word %llu, expected one below %llu"), op->id,
            (unsigned long long)op->word, (unsigned long long)(o->size / ptr_size));
    return true;
}

static bool check_store(const struct program *p, const struct op *op, struct error *err) {
    if (!check_word(p, op, err) || !check_usable(p, op->dst, err))
        return false;
    const struct object *dst = object_find(p, op->dst);
    if (op->off && op->off >= dst->size)
        return error_set(err, _("offset %llu is outside object %u, expected less than %llu"),
            (unsigned long long)op->off, op->dst, (unsigned long long)dst->size);
    return true;
}

static bool check_size(const struct program *p, uint32_t id, uint64_t size, struct error *err) {
    uint64_t most = p->os->platform->ptr_size == 4 ? UINT32_MAX : INT64_MAX;
    if (id >= MAX_OBJECTS)
        return error_set(
            err, _("object number %u is too large, expected less than %d"), id, MAX_OBJECTS);
    if (size > most)
        return error_set(err,
            _("%llu bytes do not fit the platform's address space, expected at most "
              "%llu"),
            (unsigned long long)size, (unsigned long long)most);
    return true;
}

static bool check_type(const struct program *p, const struct op *op, struct error *err) {
    uint64_t word = p->os->platform->ptr_size;
    if (!op->elem || !op->count || op->elem > UINT64_MAX / op->count)
        return error_set(err,
            _("an array of %llu elements of %llu bytes cannot be, expected at least one "
              "of each"),
            (unsigned long long)op->count, (unsigned long long)op->elem);
    if (op->ptrdata > op->elem || op->ptrdata % word || (op->ptrdata && op->elem % word))
        return error_set(err,
            _("pointers in the first %llu of %llu bytes cannot be, expected whole words "
              "of %llu bytes"),
            (unsigned long long)op->ptrdata, (unsigned long long)op->elem,
            (unsigned long long)word);
    return check_size(p, op->id, op->elem * op->count, err);
}

static bool check_pages(const struct program *p, const struct op *op, struct error *err) {
    if (!op->size)
        return error_set(err, _("0 pages cannot be managed, expected at least one"));
    bool fits = op->size <= UINT64_MAX >> GO_PAGE_SHIFT;
    return check_size(p, op->id, fits ? op->size << GO_PAGE_SHIFT : UINT64_MAX, err);
}

static bool check_manual(const struct program *p, uint32_t id, struct error *err) {
    if (!check_object(p, id, err))
        return false;
    if (!object_of(p, id)->manual)
        return error_set(
            err, _("object %u is no manually managed span, expected the number of one"), id);
    return true;
}

static bool check_ps(const struct program *p, const struct op *op, struct error *err) {
    unsigned now = heap_ps(p->heap);
    if (op->code == OP_PS && (op->size < now || op->size > MAX_PS))
        return error_set(err, _("%llu P's cannot be, expected %u to %d"),
            (unsigned long long)op->size, now, (int)MAX_PS);
    if (op->code == OP_ON && op->size >= now)
        return error_set(
            err, _("there is no P%llu, expected one below %u"), (unsigned long long)op->size, now);
    return true;
}

static bool check_gogc(const struct op *op, struct error *err) {
    if (op->size > INT32_MAX && op->size != UINT64_MAX)
        return error_set(err, _("a GOGC of %llu percent cannot be, expected at most %d or off"),
            (unsigned long long)op->size, INT32_MAX);
    return true;
}

static bool check(const struct program *p, const struct op *op, struct error *err) {
    bool before_init = op->code == OP_OCCUPY || op->code == OP_INIT || op->code == OP_NOTE;
    if (p->started && (op->code == OP_OCCUPY || op->code == OP_INIT))
        return error_set(
            err, _("`%s` after the heap has started, expected before"), op_code_name(op->code));
    if (!p->started && !before_init)
        return error_set(err, _("`%s` before the heap has started, expected `init` first"),
            op_code_name(op->code));
    switch (op->code) {
    case OP_ALLOC: return check_size(p, op->id, op->size, err);
    case OP_ALLOC_TYPED: return check_type(p, op, err);
    case OP_DROP:
    case OP_UNROOT: return check_object(p, op->id, err);
    case OP_FILL:
    case OP_ROOT: return check_usable(p, op->id, err);
    case OP_STORE: return check_store(p, op, err);
    case OP_NIL: return check_word(p, op, err);
    case OP_MANUAL: return check_pages(p, op, err);
    case OP_FREE_MANUAL: return check_manual(p, op->id, err);
    case OP_PS:
    case OP_ON: return check_ps(p, op, err);
    case OP_GOGC: return check_gogc(op, err);
    default: return true;
    }
}

/* --- Doing it --- */

/* P's are drawn from one generator, and how they overlap from another. */
static void interleave(struct program *p, uint64_t seed) {
    p->interleaved = seed != UINT64_MAX;
    p->p_random = seed;
    if (p->interleaved)
        heap_overlap(p->heap, ~seed);
    else
        heap_overlap_end(p->heap);
}

/* The P that carries the operation out. What no P does, such as a collection, counts as P 0's. */
static unsigned choose_p(struct program *p, enum op_code code) {
    bool any = code == OP_ALLOC || code == OP_ALLOC_TYPED || code == OP_MANUAL ||
               code == OP_FREE_MANUAL || code == OP_SWEEP_ONE;
    if (!any)
        return 0;
    if (!p->interleaved)
        return p->on;
    return (unsigned)random_below(&p->p_random, heap_ps(p->heap));
}

static bool can_die(const struct object *o) {
    return o->exists && !o->collected && !o->manual && o->size; /* in flight they have none */
}

/* What no root reaches can no longer be used. */
static void note_collected(struct program *p) {
    for (size_t i = 0; i < p->count; i++) {
        struct object *o = &p->objects[i];
        if (can_die(o) && !heap_gc_marked(p->heap, o->addr))
            o->collected = true;
    }
}

/* Live is what the roots reach; or, unless that was asked for, what was not dropped. In the order
 * of the numbers. What operation number fresh or a later one allocated is still in the program's
 * hands, as good as a root. */
static uint64_t do_collect(struct program *p, bool sweep, uint32_t fresh) {
    if (!heap_gc_begin(p->heap))
        return 0;
    for (size_t i = 0; i < p->count; i++) {
        const struct object *o = &p->objects[i];
        if (can_die(o) && (o->root || o->born >= fresh || !p->precise))
            heap_gc_mark(p->heap, o->addr, p->precise);
    }
    if (program_ended(p))
        return 0;
    if (p->precise)
        note_collected(p);
    struct heap_marked marked = heap_gc_end(p->heap);
    if (sweep)
        heap_sweep_all(p->heap);
    return marked.bytes;
}

static void keep_type(struct program *p, const struct op *op) {
    size_t bytes = (size_t)(op->ptrdata / p->os->platform->ptr_size + 7) / 8;
    struct kept_type *type = xmalloc(sizeof *type + bytes);
    type->size = op->elem;
    type->ptrdata = op->ptrdata;
    memcpy(type->mask, op->mask, bytes);
    p->objects[op->id].type = type;
}

/* The oldest operation that is under way beside number, or number. */
static uint32_t oldest_under_way(const struct program *p, uint32_t number) {
    for (unsigned on = 0; on < heap_ps(p->heap); on++)
        if (heap_busy(p->heap, on) && p->flights[on].number < number)
            number = p->flights[on].number;
    return number;
}

/* Allocation number `number` was a slow one. If another P sees the same, one of them collects. */
static void collect_if_due(struct program *p, uint32_t number) {
    if (!heap_gc_due(p->heap))
        return;
    heap_stop_world(p->heap);
    if (!program_ended(p) && heap_gc_due(p->heap))
        do_collect(p, false, oldest_under_way(p, number));
}

/* mallocgc gives zeroed memory. */
static void check_fresh(const struct program *p, uint64_t addr, uint64_t size) {
    const uint8_t *bytes = os_host(p->os, addr);
    if (bytes[0] || memcmp(bytes, bytes + 1, size - 1) != 0) /* never: a bug */
        BUG("fresh object 0x%llx of %llu bytes is not zero", (unsigned long long)addr,
            (unsigned long long)size);
}

static uint64_t do_alloc(struct program *p, const struct op *op, unsigned on, uint32_t number) {
    struct heap_type type = {.size = op->elem, .ptrdata = op->ptrdata, .mask = op->mask};
    bool typed = op->code == OP_ALLOC_TYPED;
    uint64_t size = typed ? op->elem * op->count : op->size;
    struct heap_object got = heap_malloc_on(p->heap, on, size, typed ? &type : NULL);
    if (program_ended(p))
        return 0;
    object_set(p, op->id, got.addr, size, number);
    if (p->checked && typed && op->ptrdata)
        keep_type(p, op);
    if (p->checked && size)
        check_fresh(p, got.addr, size);
    if (!got.zerobase)
        heap_emit(p->heap, (struct event){.kind = EV_OBJECT,
                               .w = (uint16_t)(got.spanclass | got.rung << 8),
                               .x = op->id,
                               .a = got.addr,
                               .b = size,
                               .c = (got.size & UINT32_MAX) | op->ptrdata << 32});
    if (got.rung >= RUNG_MCENTRAL)
        collect_if_due(p, number);
    return got.addr;
}

static void do_store(struct program *p, const struct op *op) {
    struct object *o = object_of(p, op->id);
    uint64_t at = o->addr + op->word * p->os->platform->ptr_size;
    uint64_t value = op->code == OP_STORE ? object_of(p, op->dst)->addr + op->off : 0;
    heap_emit(p->heap,
        (struct event){
            .kind = EV_STORE, .x = op->id, .a = heap_load(p->heap, at), .b = value, .c = at});
    heap_store(p->heap, at, value);
    o->filled = false;
}

static void do_drop(struct program *p, const struct op *op) {
    struct object *o = object_of(p, op->id);
    heap_emit(p->heap, (struct event){.kind = EV_DROP, .x = op->id, .a = o->addr});
    o->exists = false;
}

static void do_fill(struct program *p, const struct op *op) {
    struct object *o = object_of(p, op->id);
    if (o->size)
        heap_fill(p->heap, o->addr, o->size, FILL_BYTE);
    o->filled = o->size > 0;
}

static uint64_t do_manual(struct program *p, const struct op *op, unsigned on, uint32_t number) {
    uint64_t addr = heap_alloc_manual_on(p->heap, on, op->size);
    if (!addr)
        return 0;
    object_set(p, op->id, addr, op->size << GO_PAGE_SHIFT, number)->manual = true;
    return addr;
}

static void do_free_manual(struct program *p, const struct op *op, unsigned on) {
    struct object *o = object_of(p, op->id);
    heap_free_manual_on(p->heap, on, o->addr);
    o->exists = false;
}

/* Carries it out on that P; returns what OP_END tells. */
static uint64_t carry_out(struct program *p, const struct op *op, unsigned on, uint32_t number) {
    switch (op->code) { /* never: another code */
    case OP_OCCUPY:
        heap_note_range(p->heap, op->addr, op->size, RANGE_TAKEN, OWNER_OTHER);
        return op->addr;
    case OP_INIT: p->started = heap_init(p->heap); return 0;
    case OP_SEED: heap_seed(p->heap, op->seed[0], op->seed[1]); return 0;
    case OP_ALLOC:
    case OP_ALLOC_TYPED: return do_alloc(p, op, on, number);
    case OP_DROP: do_drop(p, op); return 0;
    case OP_FILL: do_fill(p, op); return 0;
    case OP_ROOT:
    case OP_UNROOT: object_of(p, op->id)->root = op->code == OP_ROOT; return 0;
    case OP_STORE:
    case OP_NIL: do_store(p, op); return 0;
    case OP_PRECISE: p->precise = op->size != 0; return 0;
    case OP_GOGC: heap_set_gogc(p->heap, (int64_t)op->size); return 0;
    case OP_ADVANCE: return heap_advance(p->heap, op->size);
    case OP_COLLECT:
    case OP_COLLECT_LAZY: return do_collect(p, op->code == OP_COLLECT, UINT32_MAX);
    case OP_SWEEP_ONE: p->swept = heap_sweep_one_on(p->heap, on, &p->yield); return p->yield;
    case OP_SCAVENGE: return p->yield = heap_scavenge(p->heap, UINT64_MAX, 0);
    case OP_MANUAL: return do_manual(p, op, on, number);
    case OP_FREE_MANUAL: do_free_manual(p, op, on); return 0;
    case OP_PS: heap_set_ps(p->heap, (unsigned)op->size); return 0;
    case OP_ON: p->on = (unsigned)op->size; return 0;
    case OP_INTERLEAVE: interleave(p, op->size); return 0;
    case OP_NOTE:
    case OP_COUNT: return 0;
    }
    BUG("no operation %d", (int)op->code);
}

static void tell_begin(struct program *p, const struct op *op, unsigned on, uint32_t number) {
    struct event ev = {.kind = EV_OP_BEGIN,
        .w = (uint16_t)(op->code | on << 8),
        .x = number,
        .a = op->id,
        .b = op->size,
        .c = op->ptrdata};
    switch (op->code) {
    case OP_OCCUPY: ev.a = op->addr; break;
    case OP_ALLOC_TYPED: ev.b = op->elem * op->count; break;
    case OP_STORE: ev.c = op->dst; break;
    case OP_FILL:
        ev.b = object_of(p, op->id)->size;
        ev.c = object_of(p, op->id)->addr;
        break;
    default: break;
    }
    heap_act(p->heap, on);
    heap_emit(p->heap, ev);
}

/* Whether a range can be occupied the system alone can tell. */
static bool occupy(struct program *p, const struct op *op, struct error *err) {
    int refused = p->os->ops->occupy(p->os, op->addr, op->size);
    if (refused)
        return error_set(err,
            _("0x%llx bytes at 0x%llx cannot be occupied (error %d), expected a free "
              "range that begins at a page"),
            (unsigned long long)op->size, (unsigned long long)op->addr, refused);
    return true;
}

bool program_accepts(const struct program *p, const struct op *op, struct error *err) {
    if (program_ended(p))
        return error_set(err, _("Go has ended the program, expected no more operations"));
    return check(p, op, err);
}

/* Carries out what has begun, to its end. */
static void finish(struct program *p, const struct op *op, unsigned on, uint32_t number) {
    uint64_t result = carry_out(p, op, on, number);
    heap_emit(p->heap,
        (struct event){
            .kind = EV_OP_END, .w = (uint16_t)(op->code | on << 8), .x = number, .a = result});
}

/* --- In flight --- */

/* May it be in flight together with others? That needs a number that means nothing yet. */
static bool can_fly(const struct program *p, const struct op *op) {
    bool allocates = op->code == OP_ALLOC || op->code == OP_ALLOC_TYPED || op->code == OP_MANUAL;
    return allocates && p->interleaved && heap_ps(p->heap) > 1 && !object_find(p, op->id);
}

static void fly(struct heap *h, unsigned on, void *arg) {
    struct program *p = arg;
    const struct flight *f = &p->flights[on];
    (void)h;
    finish(p, &f->op, on, f->number);
    struct object *o = object_find(p, f->op.id);
    o->exists = !o->in_flight; /* or else nothing came of it */
}

static void take_off(struct program *p, const struct op *op, unsigned on, uint32_t number) {
    struct flight *f = &p->flights[on];
    size_t bytes = (size_t)(op->ptrdata / p->os->platform->ptr_size + 7) / 8;
    free(f->mask);
    *f = (struct flight){.op = *op, .number = number, .mask = xmalloc(bytes + 1)};
    if (bytes)
        memcpy(f->mask, op->mask, bytes);
    f->op.mask = f->mask;
    object_set(p, op->id, 0, 0, number)->in_flight = true;
    heap_start_on(p->heap, on, fly, p);
}

void program_settle(struct program *p) {
    if (!program_in_flight(p))
        return;
    heap_await_all(p->heap);
    if (p->checked)
        program_check_op(p, NULL);
}

bool program_in_flight(const struct program *p) {
    for (unsigned on = 0; on < heap_ps(p->heap); on++)
        if (heap_busy(p->heap, on))
            return true;
    return false;
}

/* --- Running --- */

/* A place for an operation on P on, or (whole) the heap for itself. False: what was in flight has
 * ended the program. */
static bool make_room(struct program *p, unsigned on, bool whole) {
    if (!whole)
        heap_await(p->heap, on);
    if (whole || program_ended(p))
        program_settle(p);
    return !program_ended(p);
}

bool program_start(struct program *p, const struct op *op, struct error *err) {
    bool flies = can_fly(p, op);
    if (!flies && !program_ended(p) && !make_room(p, 0, true))
        return true;
    if (!program_accepts(p, op, err) || (op->code == OP_OCCUPY && !occupy(p, op, err)))
        return false;
    unsigned on = choose_p(p, op->code);
    if (flies && !make_room(p, on, false))
        return true;
    uint32_t number = p->ops++;
    tell_begin(p, op, on, number);
    if (flies) {
        take_off(p, op, on, number);
        return true;
    }
    finish(p, op, on, number);
    if (p->checked)
        program_check_op(p, op);
    return true;
}

bool program_run(struct program *p, const struct op *op, struct error *err) {
    bool done = program_start(p, op, err);
    program_settle(p);
    return done;
}
