/*
 * Reading a script's commands and assignments, each into statements of the program
 * (script_program.h).
 */
#include "sim/work/script_parse.h"

#include "sim/base/i18n.h"

#include <stdlib.h>
#include <string.h>

/* --- Adding to the program --- */

static struct stmt *add_stmt(struct parser *p, enum stmt_kind kind) {
    struct script_program *g = p->program;
    void *stmts = g->stmts;
    array_reserve(&stmts, &g->stmt_cap, g->stmt_count + 1, sizeof *g->stmts);
    g->stmts = stmts;
    g->stmts[g->stmt_count] = (struct stmt){.kind = kind, .line = p->c.line};
    return &g->stmts[g->stmt_count++];
}

static size_t add_ring(struct parser *p, const char *name, size_t slots, bool single) {
    struct script_program *g = p->program;
    g->slots += slots;
    void *rings = g->rings;
    array_reserve(&rings, &g->ring_cap, g->ring_count + 1, sizeof *g->rings);
    g->rings = rings;
    g->rings[g->ring_count] = (struct script_ring){xstrdup(name), slots, single};
    return g->ring_count++;
}

/* --- Types and rings --- */

/* `label:kind*count` */
static bool parse_type_field(struct parser *p, struct script_type *t) {
    char label[LEX_WORD_MAX] = "", kind[LEX_WORD_MAX];
    uint64_t count = 1;
    size_t labels = t->label_count;
    if (!lex_word(&p->c, kind, _("ptr, word or byte")))
        return false;
    if (lex_accept(&p->c, ":")) {
        memcpy(label, kind, sizeof label);
        if (!lex_word(&p->c, kind, _("ptr, word or byte")))
            return false;
    }
    if (lex_accept(&p->c, "*") && !lex_number(&p->c, &count, _("a count")))
        return false;
    if (count == 0 || t->words + t->tail + count > SCRIPT_MAX_WORDS || count > SCRIPT_MAX_WORDS)
        return lex_fail(&p->c, _("a type of so many parts; expected 1 to %d"), SCRIPT_MAX_WORDS);
    if (t->tail)
        return lex_fail(&p->c, _("words after bytes; expected the bytes at the end of the type"));
    if (*label && script_type_word(t, label) >= 0)
        return lex_fail(&p->c, _("the label \"%s\" comes twice; expected another"), label);
    if (*label && !parser_room_for_name(p))
        return false;
    if (strcmp(kind, "ptr") == 0)
        script_type_add(t, true, count, label);
    else if (strcmp(kind, "word") == 0)
        script_type_add(t, false, count, label);
    else if (strcmp(kind, "byte") == 0)
        t->tail = count;
    else
        return lex_fail(&p->c, _("\"%s\" is no kind of word; expected ptr, word or byte"), kind);
    p->program->labels += t->label_count - labels;
    return true;
}

static bool parse_type(struct parser *p) {
    struct script_program *g = p->program;
    char name[LEX_WORD_MAX];
    if (!lex_word(&p->c, name, _("a name")) || !parser_fresh(p, name) || !lex_need(&p->c, "="))
        return false;
    void *types = g->types;
    array_reserve(&types, &g->type_cap, g->type_count + 1, sizeof *g->types);
    g->types = types;
    struct script_type *t = &g->types[g->type_count++];
    *t = (struct script_type){.name = xstrdup(name)};
    do {
        if (!parse_type_field(p, t))
            return false;
    } while (!lex_at_end(&p->c));
    return true;
}

static bool parse_keep(struct parser *p) {
    char name[LEX_WORD_MAX];
    uint64_t slots;
    if (!lex_word(&p->c, name, _("a name")) || !parser_fresh(p, name) ||
        !lex_number(&p->c, &slots, _("a number of slots")))
        return false;
    if (slots == 0 || slots > SCRIPT_MAX_SLOTS)
        return lex_fail(
            &p->c, _("%llu slots; expected 1 to %d"), (unsigned long long)slots, SCRIPT_MAX_SLOTS);
    if (p->program->slots + slots > SCRIPT_MAX_ALL_SLOTS)
        return lex_fail(&p->c, _("more slots in all; expected at most %d"), SCRIPT_MAX_ALL_SLOTS);
    add_ring(p, name, (size_t)slots, false);
    return true;
}

/* --- Operations --- */

static bool parse_init(struct parser *p) {
    if (p->allocates || p->depth)
        return lex_fail(
            &p->c, _("init happens once, before the first allocation and outside repeat"));
    add_stmt(p, STMT_INIT);
    p->started = p->allocates = true;
    return true;
}

/* `alloc SIZE`, `new TYPE`, `array TYPE COUNT`, whose first word was read. */
static bool parse_new(struct parser *p, enum stmt_kind kind, bool array, const struct ref *target) {
    struct amount amount = {0, 0};
    size_t type = 0;
    if (kind == STMT_NEW) {
        char name[LEX_WORD_MAX];
        if (!lex_word(&p->c, name, _("a type")))
            return false;
        if (!parser_type(p, name, &type))
            return lex_fail(
                &p->c, _("no type is called \"%s\"; expected one of a type line above"), name);
    }
    if (kind == STMT_ALLOC || array) {
        if (!parse_amount(p, &amount, array ? _("a count") : _("a size")))
            return false;
    }
    struct stmt *s = add_stmt(p, kind);
    s->amount = amount;
    s->type = type;
    s->named = target != NULL;
    if (target)
        s->target = *target;
    p->started = p->allocates = true;
    return true;
}

static bool parse_alloc_command(struct parser *p) {
    return parse_new(p, STMT_ALLOC, false, NULL);
}

static bool parse_new_command(struct parser *p) {
    return parse_new(p, STMT_NEW, false, NULL);
}

static bool parse_array_command(struct parser *p) {
    return parse_new(p, STMT_NEW, true, NULL);
}

static bool parse_each(struct parser *p, enum op_code op) {
    struct ref target;
    if (!parse_ref(p, &target, true))
        return false;
    struct stmt *s = add_stmt(p, STMT_EACH);
    s->op = op;
    s->target = target;
    return true;
}

static bool parse_drop(struct parser *p) {
    return parse_each(p, OP_DROP);
}

static bool parse_fill(struct parser *p) {
    return parse_each(p, OP_FILL);
}

static bool parse_root(struct parser *p) {
    return parse_each(p, OP_ROOT);
}

static bool parse_unroot(struct parser *p) {
    return parse_each(p, OP_UNROOT);
}

static bool parse_phase(struct parser *p) {
    char *text = lex_text(&p->c, _("a text"));
    if (!text)
        return false;
    add_stmt(p, STMT_PHASE)->text = text;
    return true;
}

enum { MAX_SECONDS = 366 * 24 * 3600 };

/* An operation that needs no object. */
static bool add_op(struct parser *p, enum op_code op, uint64_t size) {
    struct stmt *s = add_stmt(p, STMT_OP);
    s->op = op;
    s->offset = size;
    return true;
}

static bool parse_collect(struct parser *p) {
    bool lazily = lex_accept_word(&p->c, "lazily");
    return add_op(p, lazily ? OP_COLLECT_LAZY : OP_COLLECT, 0);
}

static bool parse_sweep(struct parser *p) {
    return add_op(p, OP_SWEEP_ONE, 0);
}

static bool parse_scavenge(struct parser *p) {
    return add_op(p, OP_SCAVENGE, 0);
}

static bool parse_precise(struct parser *p) {
    bool on = lex_accept_word(&p->c, "on");
    if (!on && !lex_accept_word(&p->c, "off"))
        return lex_fail(&p->c, _("precise needs a value; expected on or off"));
    return add_op(p, OP_PRECISE, on);
}

static bool parse_gogc(struct parser *p) {
    uint64_t percent;
    if (lex_accept_word(&p->c, "off"))
        return add_op(p, OP_GOGC, UINT64_MAX);
    if (!lex_number(&p->c, &percent, _("a percentage or off")))
        return false;
    return add_op(p, OP_GOGC, percent);
}

static bool parse_ps(struct parser *p) {
    uint64_t n;
    if (!lex_number(&p->c, &n, _("a number of P's")))
        return false;
    if (n < 1 || n > MAX_PS)
        return lex_fail(
            &p->c, _("%llu P's cannot be; expected 1 to %d"), (unsigned long long)n, (int)MAX_PS);
    return add_op(p, OP_PS, n);
}

static bool parse_on(struct parser *p) {
    uint64_t n;
    if (!lex_number(&p->c, &n, _("a P's number")))
        return false;
    return add_op(p, OP_ON, n);
}

static bool parse_interleave(struct parser *p) {
    uint64_t seed;
    if (lex_accept_word(&p->c, "off"))
        return add_op(p, OP_INTERLEAVE, UINT64_MAX);
    if (!lex_number(&p->c, &seed, _("a seed or off")))
        return false;
    return add_op(p, OP_INTERLEAVE, seed);
}

static bool parse_advance(struct parser *p) {
    uint64_t seconds;
    if (!lex_number(&p->c, &seconds, _("a number of seconds")))
        return false;
    if (seconds > MAX_SECONDS)
        return lex_fail(&p->c, _("%llu seconds are too long; expected at most a year"),
            (unsigned long long)seconds);
    return add_op(p, OP_ADVANCE, seconds * UINT64_C(1000000000));
}

static bool parse_random(struct parser *p) {
    uint64_t seed;
    if (!lex_number(&p->c, &seed, _("a seed")))
        return false;
    add_stmt(p, STMT_RANDOM)->offset = seed;
    return true;
}

static bool parse_repeat(struct parser *p) {
    struct amount amount;
    char variable[LEX_WORD_MAX] = "";
    if (!parse_amount(p, &amount, _("a count")))
        return false;
    if (lex_accept_word(&p->c, "as") &&
        !(lex_word(&p->c, variable, _("a variable")) && parser_fresh(p, variable)))
        return false;
    for (size_t i = amount.first; i < amount.first + amount.count; i++)
        if (p->program->terms[i].high > SCRIPT_MAX_REPEAT)
            return lex_fail(&p->c, _("a repeat of %llu; expected at most %d"),
                (unsigned long long)p->program->terms[i].high, SCRIPT_MAX_REPEAT);
    if (p->depth == SCRIPT_MAX_DEPTH)
        return lex_fail(&p->c, _("repeats inside repeats; expected at most %d"), SCRIPT_MAX_DEPTH);
    struct open_repeat *open = &p->open[p->depth++];
    open->stmt = p->program->stmt_count;
    memcpy(open->variable, variable, sizeof variable);
    add_stmt(p, STMT_REPEAT)->amount = amount;
    p->started = true;
    return true;
}

static bool is_operation(const struct stmt *s) {
    switch (s->kind) {
    case STMT_RANDOM:
    case STMT_REPEAT:
    case STMT_END:
    case STMT_MOVE: return false;
    default: return true;
    }
}

static bool parse_end(struct parser *p) {
    if (p->depth == 0)
        return lex_fail(&p->c, _("an end too many; expected a repeat above it"));
    size_t first = p->open[--p->depth].stmt, i = first + 1;
    while (i < p->program->stmt_count && !is_operation(&p->program->stmts[i]))
        i++;
    if (i == p->program->stmt_count)
        return lex_fail(&p->c, _("nothing happens in this repeat; expected an operation"));
    add_stmt(p, STMT_END)->other = first;
    p->program->stmts[first].other = p->program->stmt_count - 1;
    return true;
}

/* --- Assignments --- */

/* `= y+8` or `= nil` after an object's word. */
static bool parse_store(struct parser *p, const struct ref *target) {
    struct field field = {FIELD_WORD, 0, NULL};
    struct ref value = {REF_SLOT, 0, 0};
    uint64_t offset = 0;
    p->c.usage = "NAME.WORD = OTHER, NAME.WORD = OTHER+BYTES, NAME.WORD = OTHER+COUNT words or "
                 "NAME.WORD = nil";
    bool ok = parse_field(p, &field) && lex_need(&p->c, "=");
    bool nil = ok && lex_accept_word(&p->c, "nil");
    if (ok && !nil)
        ok = parse_ref(p, &value, false) &&
             (!lex_accept(&p->c, "+") || lex_number(&p->c, &offset, _("an offset")));
    if (ok && offset > SCRIPT_MAX_OFFSET)
        ok = lex_fail(&p->c, _("an offset of %llu; expected one inside the object"),
            (unsigned long long)offset);
    if (!ok) {
        free(field.label);
        return false;
    }
    struct stmt *s = add_stmt(p, nil ? STMT_NIL : STMT_STORE);
    s->target = *target;
    s->value = value;
    s->field = field;
    s->offset = offset;
    s->offset_words = !nil && lex_accept_word(&p->c, "words");
    return true;
}

/* What stands after `NAME =`. */
static bool parse_value(struct parser *p, const struct ref *target) {
    if (lex_accept_word(&p->c, "alloc"))
        return parse_new(p, STMT_ALLOC, false, target);
    if (lex_accept_word(&p->c, "new"))
        return parse_new(p, STMT_NEW, false, target);
    if (lex_accept_word(&p->c, "array"))
        return parse_new(p, STMT_NEW, true, target);
    if (!lex_word_ahead(&p->c))
        return lex_expected(&p->c, _("alloc, new, array or an object's name"));
    struct ref value;
    if (!parse_ref(p, &value, false))
        return false;
    struct stmt *s = add_stmt(p, STMT_MOVE);
    s->target = *target;
    s->value = value;
    return true;
}

/* A line that begins with the name of an object. */
bool parse_assignment(struct parser *p, const char *name) {
    struct ref target = {REF_SLOT, 0, 0};
    bool known = parser_ring(p, name, &target.ring);
    p->c.usage = "NAME = alloc SIZE, NAME = new TYPE, NAME = array TYPE COUNT or NAME = OTHER";
    if (!known) {
        if (!lex_accept(&p->c, "="))
            return lex_fail(&p->c,
                _("nothing is called \"%s\"; expected a name assigned or declared by keep above"),
                name);
        if (!parser_fresh(p, name))
            return false;
        target.ring = add_ring(p, name, 1, true);
        return parse_value(p, &target);
    }
    if (!parse_ref_after(p, &target))
        return false;
    if (target.kind == REF_ALL)
        return lex_fail(&p->c, _("\"%s\" has many slots; expected %s[] = ..."), name, name);
    if (target.kind != REF_NEXT && lex_accept(&p->c, "."))
        return parse_store(p, &target);
    return lex_need(&p->c, "=") && parse_value(p, &target);
}

/* --- All of them --- */

const struct command script_commands[] = {
    {"type", parse_type, "type NAME = [LABEL:]ptr|word|byte[*COUNT] ...", false},
    {"keep", parse_keep, "keep NAME SLOTS", false},
    {"init", parse_init, "init", false},
    {"alloc", parse_alloc_command, "alloc SIZE", false},
    {"new", parse_new_command, "new TYPE", false},
    {"array", parse_array_command, "array TYPE COUNT", false},
    {"drop", parse_drop, "drop NAME", false},
    {"fill", parse_fill, "fill NAME", false},
    {"root", parse_root, "root NAME", false},
    {"unroot", parse_unroot, "unroot NAME", false},
    {"phase", parse_phase, "phase \"TEXT\"", false},
    {"collect", parse_collect, "collect [lazily]", false},
    {"sweep", parse_sweep, "sweep", false},
    {"scavenge", parse_scavenge, "scavenge", false},
    {"gogc", parse_gogc, "gogc PERCENT|off", false},
    {"advance", parse_advance, "advance SECONDS", false},
    {"ps", parse_ps, "ps COUNT", false},
    {"on", parse_on, "on P", false},
    {"interleave", parse_interleave, "interleave SEED|off", false},
    {"precise", parse_precise, "precise on|off", false},
    {"random", parse_random, "random SEED", false},
    {"repeat", parse_repeat, "repeat COUNT [as NAME]", false},
    {"end", parse_end, "end", false},
    {NULL, NULL, NULL, false},
};
