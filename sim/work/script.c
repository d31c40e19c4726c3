/*
 * Running a script: an interpreter that is asked for one operation after the other.
 *
 * A statement may make several operations (the allocation that makes init come first, the object
 * that a new one replaces), so they go through a short queue; the next statement runs when it is
 * empty. Objects are numbered from 1 in order of allocation and never again, so 0 marks an empty
 * slot. Everything random comes from the script's own generator, which starts the same each time.
 */
#include "sim/work/script.h"

#include "sim/base/file.h"
#include "sim/base/i18n.h"
#include "sim/base/random.h"
#include "sim/work/script_program.h"

#include <stdlib.h>
#include <string.h>

#define NO_TYPE UINT32_MAX

enum { MAX_IDLE_STEPS = 10000000 }; /* well below a second */

struct slot {
    uint32_t id; /* 0: empty */
    uint32_t type;
    uint32_t place; /* in the ring's filled */
};

/* filled holds the numbers of the slots that hold an object, in no order. */
struct ring {
    struct slot *slots;
    uint32_t *filled;
    uint32_t filled_count;
    size_t next; /* the slot that comes next in turn */
};

struct loop {
    size_t stmt;
    uint64_t at, count;
};

struct script {
    struct op_source source;
    struct script_program program;
    struct ring *rings;
    struct loop loops[SCRIPT_MAX_DEPTH];
    size_t depth;
    size_t pc;
    uint64_t random;
    uint32_t objects; /* made so far */
    bool init;        /* has been told */
    bool failed;
    struct op *queue;
    size_t queue_at, queue_count, queue_cap;
    int line;
    struct error *err; /* of the operation being made */
    /* The console: statements from fed on are its lines, those from last on what was fed last. */
    size_t fed, last;
    int fed_lines;
    uint32_t first_object; /* objects of others have the numbers up to it */
};

static bool in_console(const struct script *s) {
    return s->pc > s->fed;
}

static bool fail(struct script *s, const char *fmt, ...) PRINTF_LIKE(2, 3);
static bool fail(struct script *s, const char *fmt, ...) {
    struct strbuf text = {0};
    va_list args;
    va_start(args, fmt);
    sb_vprintf(&text, fmt, args);
    va_end(args);
    error_set(
        s->err, "%s:%d: %s", in_console(s) ? CONSOLE_NAME : s->program.name, s->line, text.text);
    sb_free(&text);
    return false;
}

/* --- Chance --- */

/* An exponential variate times mean, rounded down but at least 1. Von Neumann's way: only
 * comparisons of uniform numbers, so that every machine gets the same bits. */
static uint64_t random_exponential(struct script *s, uint64_t mean) {
    for (uint64_t whole = 0;; whole++) {
        uint64_t first = random_u64(&s->random) >> 32, low = first, run = 1;
        for (uint64_t u; (u = random_u64(&s->random) >> 32) < low; low = u)
            run++;
        if (run % 2 == 1) {
            uint64_t value = mean * whole + (mean * first >> 32);
            return value ? value : 1;
        }
    }
}

static uint64_t evaluate(struct script *s, struct amount amount) {
    size_t pick = amount.count > 1 ? (size_t)random_below(&s->random, amount.count) : 0;
    const struct term *t = &s->program.terms[amount.first + pick];
    switch (t->kind) { /* never: another kind */
    case TERM_RANGE:
        return t->low == t->high ? t->low : t->low + random_below(&s->random, t->high - t->low + 1);
    case TERM_MEAN: return random_exponential(s, t->low);
    case TERM_VARIABLE: return s->loops[t->low].at;
    }
    BUG("term kind %d", t->kind);
}

/* --- Slots --- */

static void empty_slot(struct ring *r, uint32_t at) {
    uint32_t last = r->filled[--r->filled_count];
    r->filled[r->slots[at].place] = last;
    r->slots[last].place = r->slots[at].place;
    r->slots[at].id = 0;
}

static void fill_slot(struct ring *r, uint32_t at, uint32_t id, uint32_t type) {
    struct slot *slot = &r->slots[at];
    if (slot->id == 0) {
        slot->place = r->filled_count;
        r->filled[r->filled_count++] = at;
    }
    slot->id = id;
    slot->type = type;
}

/* How the reference is written, for messages. */
static void ref_text(
    const struct script *s, const struct ref *ref, uint32_t at, struct strbuf *out) {
    const struct script_ring *ring = &s->program.rings[ref->ring];
    sb_puts(out, ring->name);
    if (ref->kind == REF_RECENT)
        sb_printf(out, "[-%llu]", (unsigned long long)ref->index);
    else if (!ring->single)
        sb_printf(out, "[%u]", at);
}

/* The slot that the reference means. */
static bool find_slot(struct script *s, const struct ref *ref, uint32_t *out) {
    const struct script_ring *ring = &s->program.rings[ref->ring];
    struct ring *r = &s->rings[ref->ring];
    uint64_t at = ref->index;
    if (ref->kind == REF_RANDOM) {
        if (r->filled_count == 0)
            return fail(
                s, _("%s[?] while %s is empty; expected an object there"), ring->name, ring->name);
        at = r->filled[random_below(&s->random, r->filled_count)];
    } else if (ref->kind == REF_NEXT) {
        at = r->next;
        r->next = (r->next + 1) % ring->slots;
    } else if (ref->kind == REF_RECENT) {
        at = (r->next + ring->slots - ref->index) % ring->slots;
    } else if (ref->kind == REF_VARIABLE) {
        at = s->loops[ref->index].at;
    }
    if (at >= ring->slots)
        return fail(
            s, _("%s[%llu]; expected 0..%zu"), ring->name, (unsigned long long)at, ring->slots - 1);
    *out = (uint32_t)at;
    return true;
}

/* The slot, which must hold an object. */
static bool find_object(struct script *s, const struct ref *ref, struct slot **out) {
    uint32_t at = 0;
    if (!find_slot(s, ref, &at))
        return false;
    *out = &s->rings[ref->ring].slots[at];
    if ((*out)->id)
        return true;
    struct strbuf text = {0};
    ref_text(s, ref, at, &text);
    fail(s, _("%s holds no object now; expected one assigned and not dropped"), text.text);
    sb_free(&text);
    return false;
}

/* --- Statements --- */

static struct op *push(struct script *s, enum op_code code) {
    void *queue = s->queue;
    array_reserve(&queue, &s->queue_cap, s->queue_count + 1, sizeof *s->queue);
    s->queue = queue;
    s->queue[s->queue_count] = (struct op){.code = code, .line = s->line};
    return &s->queue[s->queue_count++];
}

static void tell_init(struct script *s) {
    if (!s->init)
        push(s, OP_INIT);
    s->init = true;
}

static void make_alloc(struct script *s, const struct stmt *st, uint32_t id) {
    struct op *op = push(s, OP_ALLOC);
    op->id = id;
    op->size = evaluate(s, st->amount);
}

static void make_new(struct script *s, const struct stmt *st, uint32_t id) {
    const struct script_type *t = &s->program.types[st->type];
    struct op *op = push(s, OP_ALLOC_TYPED);
    op->id = id;
    op->elem = script_type_size(t, s->source.ptr_size);
    op->count = st->amount.count ? evaluate(s, st->amount) : 1;
    op->ptrdata = t->ptr_words * s->source.ptr_size;
    op->mask = t->mask;
    if (op->count == 0) /* an empty array is an object of no bytes, whatever its type */
        *op = (struct op){.code = OP_ALLOC, .id = id, .line = s->line};
}

/* The new object comes first: the old one is needed until its name means the new one. */
static bool run_alloc(struct script *s, const struct stmt *st) {
    uint32_t at = 0, id = s->objects + 1;
    if (id == UINT32_MAX)
        return fail(s, _("more than 4294967294 objects; expected a shorter run"));
    tell_init(s);
    if (st->kind == STMT_ALLOC)
        make_alloc(s, st, id);
    else
        make_new(s, st, id);
    s->objects = id;
    if (!st->named)
        return true;
    if (!find_slot(s, &st->target, &at))
        return false;
    struct ring *r = &s->rings[st->target.ring];
    uint32_t old = r->slots[at].id;
    fill_slot(r, at, id, st->kind == STMT_NEW ? (uint32_t)st->type : NO_TYPE);
    if (old)
        push(s, OP_DROP)->id = old;
    return true;
}

/* Hands an object over: another name means it, the old one nothing. */
static bool run_move(struct script *s, const struct stmt *st) {
    struct slot *from = NULL;
    uint32_t at = 0;
    if (!find_object(s, &st->value, &from) || !find_slot(s, &st->target, &at))
        return false;
    struct slot moved = *from, *to = &s->rings[st->target.ring].slots[at];
    uint32_t old = to->id;
    if (to == from)
        return true;
    struct ring *source = &s->rings[st->value.ring];
    empty_slot(source, (uint32_t)(from - source->slots));
    fill_slot(&s->rings[st->target.ring], at, moved.id, moved.type);
    if (old)
        push(s, OP_DROP)->id = old;
    return true;
}

static bool run_each_of_all(struct script *s, const struct stmt *st) {
    struct ring *r = &s->rings[st->target.ring];
    const struct script_ring *ring = &s->program.rings[st->target.ring];
    if (r->filled_count == 0)
        return fail(s, _("%s is empty; expected objects there"), ring->name);
    for (uint32_t at = 0; at < ring->slots; at++) {
        if (r->slots[at].id == 0)
            continue;
        push(s, st->op)->id = r->slots[at].id;
        if (st->op == OP_DROP)
            empty_slot(r, at);
    }
    return true;
}

static bool run_each(struct script *s, const struct stmt *st) {
    if (st->target.kind == REF_ALL)
        return run_each_of_all(s, st);
    struct ring *r = &s->rings[st->target.ring];
    struct slot *slot = NULL;
    if (!find_object(s, &st->target, &slot))
        return false;
    push(s, st->op)->id = slot->id;
    if (st->op == OP_DROP)
        empty_slot(r, (uint32_t)(slot - r->slots));
    return true;
}

static bool find_word(
    struct script *s, const struct field *f, const struct slot *slot, uint64_t *word) {
    *word = f->word;
    if (f->kind == FIELD_VARIABLE)
        *word = s->loops[f->word].at;
    if (f->kind != FIELD_LABEL)
        return true;
    int64_t found = -1;
    if (slot->type != NO_TYPE)
        found = script_type_word(&s->program.types[slot->type], f->label);
    if (found < 0)
        return fail(s, _("this object has no word labelled \"%s\"; expected a label of its type"),
            f->label);
    *word = (uint64_t)found;
    return true;
}

static bool run_store(struct script *s, const struct stmt *st) {
    struct slot *target = NULL, *value = NULL;
    uint64_t word = 0;
    if (!find_object(s, &st->target, &target) || !find_word(s, &st->field, target, &word))
        return false;
    if (st->kind == STMT_STORE && !find_object(s, &st->value, &value))
        return false;
    struct op *op = push(s, st->kind == STMT_STORE ? OP_STORE : OP_NIL);
    op->id = target->id;
    op->word = word;
    if (st->kind == STMT_STORE) {
        op->dst = value->id;
        op->off = st->offset * (st->offset_words ? s->source.ptr_size : 1);
    }
    return true;
}

static void run_repeat(struct script *s, const struct stmt *st) {
    uint64_t count = evaluate(s, st->amount);
    if (count == 0) {
        s->pc = st->other + 1;
        return;
    }
    s->loops[s->depth++] = (struct loop){s->pc - 1, 0, count};
}

static void run_end(struct script *s, const struct stmt *st) {
    struct loop *loop = &s->loops[s->depth - 1];
    if (++loop->at < loop->count)
        s->pc = st->other + 1;
    else
        s->depth--;
}

static bool run_statement(struct script *s) {
    const struct stmt *st = &s->program.stmts[s->pc++];
    s->line = st->line;
    switch (st->kind) { /* never: another kind */
    case STMT_INIT: tell_init(s); return true;
    case STMT_ALLOC:
    case STMT_NEW: return run_alloc(s, st);
    case STMT_MOVE: return run_move(s, st);
    case STMT_EACH: return run_each(s, st);
    case STMT_STORE:
    case STMT_NIL: return run_store(s, st);
    case STMT_PHASE: push(s, OP_NOTE)->note = st->text; return true;
    case STMT_OP:
        tell_init(s);
        push(s, st->op)->size = st->offset;
        return true;
    case STMT_NOTHING: return true;
    case STMT_RANDOM: s->random = st->offset; return true;
    case STMT_REPEAT: run_repeat(s, st); return true;
    case STMT_END: run_end(s, st); return true;
    }
    BUG("statement kind %d", st->kind);
}

/* --- The source --- */

/* Runs statements until there is an operation, or none is left. */
static bool fill_queue(struct script *s) {
    s->queue_at = s->queue_count = 0;
    for (uint32_t steps = 0; s->queue_count == 0 && s->pc < s->program.stmt_count; steps++) {
        if (!run_statement(s))
            return false;
        if (steps == MAX_IDLE_STEPS)
            return fail(s, _("nothing happens in %u turns; expected an operation"), steps);
    }
    if (s->queue_count == 0)
        tell_init(s); /* a script about the world alone shows how the heap starts in it */
    return true;
}

static bool script_next(struct op_source *source, struct op *op, struct error *err) {
    struct script *s = (struct script *)source;
    err->text[0] = '\0';
    s->err = err;
    if (s->failed)
        return false;
    if (s->queue_at == s->queue_count && !fill_queue(s)) {
        s->failed = true;
        return false;
    }
    if (s->queue_count == 0)
        return false;
    *op = s->queue[s->queue_at++];
    return true;
}

static void script_rewind(struct op_source *source) {
    struct script *s = (struct script *)source;
    for (size_t i = 0; i < s->program.ring_count; i++) {
        struct ring *r = &s->rings[i];
        memset(r->slots, 0, s->program.rings[i].slots * sizeof *r->slots);
        r->filled_count = 0;
        r->next = 0;
    }
    s->depth = s->pc = 0;
    s->queue_at = s->queue_count = 0;
    s->objects = s->first_object;
    s->init = s->first_object > 0; /* somebody else did */
    s->failed = false;
    s->random = 1;
    s->line = 0;
}

static void script_destroy(struct op_source *source) {
    struct script *s = (struct script *)source;
    for (size_t i = 0; i < s->program.ring_count; i++) {
        free(s->rings[i].slots);
        free(s->rings[i].filled);
    }
    free(s->rings);
    free(s->queue);
    script_program_free(&s->program);
    free(s);
}

static const struct script *as_script(const struct op_source *source) {
    return source->next == script_next ? (const struct script *)source : NULL;
}

/* The rings from number `first` on, empty. */
static void make_rings(struct script *s, size_t first) {
    size_t count = s->program.ring_count;
    s->rings = xrealloc(s->rings, (count ? count : 1) * sizeof *s->rings);
    for (size_t i = first; i < count; i++)
        s->rings[i] = (struct ring){
            .slots = xcalloc(s->program.rings[i].slots, sizeof(struct slot)),
            .filled = xcalloc(s->program.rings[i].slots, sizeof(uint32_t)),
        };
}

struct op_source *script_parse(const char *name, const char *text, struct error *err) {
    struct script_program program = {0};
    if (!script_compile(&program, name, text, err)) {
        script_program_free(&program);
        return NULL;
    }
    struct script *s = xcalloc(1, sizeof *s);
    s->program = program;
    s->source = (struct op_source){
        script_next, script_rewind, script_destroy, program.name, sizeof(uint64_t)};
    s->fed = s->last = program.stmt_count;
    make_rings(s, 0);
    script_rewind(&s->source);
    return &s->source;
}

struct op_source *script_open(const char *path, struct error *err) {
    struct strbuf text = {0};
    struct op_source *source = NULL;
    if (file_read_most(path, LIMIT_SCRIPT, &text, NULL, err)) {
        if (strlen(sb_text(&text)) != text.len)
            error_set(err, _("%s: has zero bytes; expected a script in UTF-8"), path);
        else
            source = script_parse(path, sb_text(&text), err);
    }
    sb_free(&text);
    return source;
}

/* The slot of a ring that index means, from 0 or, backwards from the one stored last, from -1. */
static bool slot_of_index(const struct ring *r, size_t slots, int64_t index, size_t *out) {
    if (index < -(int64_t)slots || index >= (int64_t)slots)
        return false;
    *out = index < 0 ? (r->next + slots - (size_t)-index) % slots : (size_t)index;
    return true;
}

bool script_object(const struct op_source *source, const char *name, bool indexed, int64_t index,
    uint32_t *id, struct error *err) {
    const struct script *s = as_script(source);
    size_t i = 0, at = 0;
    while (s && i < s->program.ring_count && strcmp(s->program.rings[i].name, name) != 0)
        i++;
    if (!s || i == s->program.ring_count)
        return error_set(err, "`%s` is no object of the script", name);
    const struct script_ring *ring = &s->program.rings[i];
    if (indexed == ring->single)
        return error_set(err,
            ring->single ? "`%s` is one object, expected it without [...]"
                         : "`%s` keeps several objects, expected one of them, such as %s[0]",
            name, name);
    if (indexed && !slot_of_index(&s->rings[i], ring->slots, index, &at))
        return error_set(err, "`%s[%lld]`; expected %s[0] to %s[%zu], or from -1 backwards", name,
            (long long)index, name, name, ring->slots - 1);
    *id = s->rings[i].slots[at].id;
    if (!*id)
        return error_set(err, "`%s` holds no object at this moment", name);
    return true;
}

/* --- The console --- */

bool script_feed(struct op_source *source, const char *text, struct error *err) {
    struct script *s = (struct script *)source;
    size_t rings = s->program.ring_count, stmts = s->program.stmt_count;
    INVARIANT(script_is(source) && s->pc == stmts);
    if (!script_compile_more(&s->program, CONSOLE_NAME, s->fed_lines + 1, text, err))
        return false;
    make_rings(s, rings);
    s->last = stmts;
    s->fed_lines++;
    for (const char *c = text; *c; c++)
        s->fed_lines += *c == '\n' && c[1];
    return true;
}

void script_forget(struct op_source *source) {
    struct script *s = (struct script *)source;
    if (!script_in_console(source))
        return;
    for (size_t i = s->last; i < s->program.stmt_count; i++)
        s->program.stmts[i].kind = STMT_NOTHING; /* its texts may be in use */
    s->pc = s->program.stmt_count;
    s->depth = s->queue_at = s->queue_count = 0;
    s->failed = false;
}

bool script_is(const struct op_source *source) {
    return as_script(source) != NULL;
}

bool script_in_console(const struct op_source *source) {
    const struct script *s = as_script(source);
    return s && in_console(s);
}

struct op_source *script_console(uint32_t objects) {
    struct op_source *source = script_parse(CONSOLE_NAME, "", NULL);
    INVARIANT(source);
    ((struct script *)source)->first_object = objects;
    script_rewind(source);
    return source;
}

const char *script_title(const struct op_source *source) {
    const struct script *s = as_script(source);
    return s ? s->program.title : NULL;
}

static void take(struct environment *env, uint64_t addr, uint64_t size) {
    if (!env_is_taken(env, addr))
        env_toggle_taken(env, addr, size);
}

/* 32-bit platforms have no hints, so that nothing is taken there. */
static void take_hints(struct environment *env, uint64_t count, uint64_t size) {
    for (uint64_t i = 0; i < count && env->platform->ptr_size == 8; i++)
        take(env, i << 40 | env->platform->hint, size);
}

static void apply_world(const struct world_line *w, struct environment *env) {
    switch (w->kind) { /* never: another kind */
    case WORLD_PROVIDER: env->provider = (enum provider)w->a; break;
    case WORLD_TAKE: take(env, w->a, w->b); break;
    case WORLD_TAKE_HINTS: take_hints(env, w->a, w->b); break;
    case WORLD_LIMIT: env->model.address_limit = w->a; break;
    case WORLD_LIMIT_MEMORY: env->model.memory_limit = w->a; break;
    case WORLD_BRK: env->model.brk = w->a; break;
    case WORLD_IMAGE: env->model.image_end = w->a; break;
    case WORLD_PAGE: env->model.phys_page_size = w->a; break;
    case WORLD_NO_PAGE: env->model.no_page_size = true; break;
    case WORLD_ELSEWHERE: env->model.ignores_hints = w->a; break;
    case WORLD_SEED:
        env->seed[0] = (uint32_t)w->a;
        env->seed[1] = (uint32_t)w->b;
        break;
    }
}

bool script_environment(const struct op_source *source, struct environment *env) {
    const struct script *s = as_script(source);
    if (!s)
        return false;
    if (s->program.platform)
        env->platform = s->program.platform;
    for (size_t i = 0; i < s->program.world_count; i++)
        apply_world(&s->program.world[i], env);
    return true;
}
