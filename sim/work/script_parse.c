/*
 * Reading a script: text to a checked program (script_program.h).
 *
 * A line is a command from a table or an assignment, told apart by what follows its first
 * word. The parser keeps the repeats that are open, since an end must find its repeat and a
 * variable the repeat that counts it. Names are known from the line on that first assigns them.
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

static void add_term(struct parser *p, struct term term) {
    struct script_program *g = p->program;
    void *terms = g->terms;
    array_reserve(&terms, &g->term_cap, g->term_count + 1, sizeof *g->terms);
    g->terms = terms;
    g->terms[g->term_count++] = term;
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

static bool find_ring(const struct parser *p, const char *name, size_t *out) {
    for (size_t i = 0; i < p->program->ring_count; i++)
        if (strcmp(p->program->rings[i].name, name) == 0) {
            *out = i;
            return true;
        }
    return false;
}

static bool find_type(const struct parser *p, const char *name, size_t *out) {
    for (size_t i = 0; i < p->program->type_count; i++)
        if (strcmp(p->program->types[i].name, name) == 0) {
            *out = i;
            return true;
        }
    return false;
}

/* The depth of the open repeat that counts the variable. */
static bool find_variable(const struct parser *p, const char *name, uint64_t *depth) {
    for (size_t i = p->depth; i-- > 0;)
        if (strcmp(p->open[i].variable, name) == 0) {
            *depth = i;
            return true;
        }
    return false;
}

static const struct command *find_command(const char *name);

/* Names are looked for one by one. */
static bool room_for_name(struct parser *p) {
    const struct script_program *g = p->program;
    if (g->ring_count + g->type_count + g->labels >= SCRIPT_MAX_NAMES)
        return lex_fail(
            &p->c, _("too many objects, types and labels; expected at most %d"), SCRIPT_MAX_NAMES);
    return true;
}

/* A name for something new: no word of the language, and not in use. */
static bool check_fresh(struct parser *p, const char *name) {
    size_t at;
    uint64_t depth;
    if (find_command(name) || strcmp(name, "nil") == 0)
        return lex_fail(&p->c, _("\"%s\" is a word of the language; expected another name"), name);
    if (find_ring(p, name, &at) || find_type(p, name, &at) || find_variable(p, name, &depth))
        return lex_fail(&p->c, _("\"%s\" is already something else; expected another name"), name);
    return room_for_name(p);
}

/* --- Amounts, objects, words --- */

static bool parse_variable(struct parser *p, uint64_t *depth) {
    char name[LEX_WORD_MAX];
    if (!lex_word(&p->c, name, _("a variable")))
        return false;
    if (!find_variable(p, name, depth))
        return lex_fail(
            &p->c, _("\"%s\" is unknown here; expected the variable of a repeat around it"), name);
    return true;
}

static bool parse_term(struct parser *p, const char *what) {
    struct term t = {.kind = TERM_RANGE};
    if (lex_accept(&p->c, "~")) {
        t.kind = TERM_MEAN;
        if (!lex_number(&p->c, &t.low, _("a mean")))
            return false;
        if (t.low == 0 || t.low > UINT32_MAX)
            return lex_fail(
                &p->c, _("a mean of %llu; expected 1 to 4294967295"), (unsigned long long)t.low);
    } else if (lex_word_ahead(&p->c)) {
        t.kind = TERM_VARIABLE;
        if (!parse_variable(p, &t.low))
            return false;
    } else {
        if (!lex_number(&p->c, &t.low, what))
            return false;
        t.high = t.low;
        if (lex_accept(&p->c, "..") && !lex_number(&p->c, &t.high, _("the end of the range")))
            return false;
        if (t.high < t.low)
            return lex_fail(&p->c, _("the range %llu..%llu is empty; expected the smaller first"),
                (unsigned long long)t.low, (unsigned long long)t.high);
    }
    add_term(p, t);
    return true;
}

static bool parse_amount(struct parser *p, struct amount *out, const char *what) {
    out->first = p->program->term_count;
    do {
        if (!parse_term(p, what))
            return false;
    } while (lex_accept(&p->c, "|"));
    out->count = p->program->term_count - out->first;
    return true;
}

/* What stands between the brackets after a ring's name. */
static bool parse_index(struct parser *p, struct ref *ref) {
    size_t slots = p->program->rings[ref->ring].slots;
    if (lex_accept(&p->c, "]")) {
        ref->kind = REF_NEXT;
        return true;
    }
    if (lex_accept(&p->c, "?")) {
        ref->kind = REF_RANDOM;
    } else if (lex_word_ahead(&p->c)) {
        ref->kind = REF_VARIABLE;
        if (!parse_variable(p, &ref->index))
            return false;
    } else {
        ref->kind = lex_accept(&p->c, "-") ? REF_RECENT : REF_SLOT;
        if (!lex_number(&p->c, &ref->index, _("?, a slot, or nothing")))
            return false;
        bool below = ref->kind == REF_RECENT && ref->index == 0;
        if (below || ref->index >= slots + (ref->kind == REF_RECENT))
            return lex_fail(&p->c, _("\"%s\" has no such slot; expected 0..%zu or -1..-%zu"),
                p->program->rings[ref->ring].name, slots - 1, slots);
    }
    return lex_need(&p->c, "]");
}

/* The rest of a reference whose name was read. */
static bool parse_ref_after(struct parser *p, struct ref *ref) {
    const struct script_ring *ring = &p->program->rings[ref->ring];
    if (!lex_accept(&p->c, "[")) {
        ref->kind = ring->single ? REF_SLOT : REF_ALL;
        ref->index = 0;
        return true;
    }
    if (ring->single)
        return lex_fail(&p->c, _("\"%s\" is one object; expected a name declared by keep before ["),
            ring->name);
    return parse_index(p, ref);
}

/* An object that exists. A whole ring only where all is set. */
static bool parse_ref(struct parser *p, struct ref *ref, bool all) {
    char name[LEX_WORD_MAX];
    *ref = (struct ref){0};
    if (!lex_word(&p->c, name, _("an object's name")))
        return false;
    if (!find_ring(p, name, &ref->ring))
        return lex_fail(
            &p->c, _("nothing is called \"%s\"; expected a name assigned on a line above"), name);
    if (!parse_ref_after(p, ref))
        return false;
    if (ref->kind == REF_NEXT || (ref->kind == REF_ALL && !all))
        return lex_fail(&p->c, _("\"%s\" holds many objects; expected one: %s[?], %s[-1] or %s[0]"),
            name, name, name, name);
    return true;
}

static bool label_exists(const struct parser *p, const char *label) {
    for (size_t i = 0; i < p->program->type_count; i++)
        if (script_type_word(&p->program->types[i], label) >= 0)
            return true;
    return false;
}

static bool parse_field(struct parser *p, struct field *f) {
    char name[LEX_WORD_MAX];
    if (!lex_word_ahead(&p->c)) {
        f->kind = FIELD_WORD;
        return lex_number(&p->c, &f->word, _("a word number or a label"));
    }
    lex_word(&p->c, name, "");
    if (find_variable(p, name, &f->word)) {
        f->kind = FIELD_VARIABLE;
        return true;
    }
    if (!label_exists(p, name))
        return lex_fail(&p->c,
            _("no type has a word labelled \"%s\"; expected a label or a word number"), name);
    f->kind = FIELD_LABEL;
    f->label = xstrdup(name);
    return true;
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
    if (*label && !room_for_name(p))
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
    if (!lex_word(&p->c, name, _("a name")) || !check_fresh(p, name) || !lex_need(&p->c, "="))
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
    if (!lex_word(&p->c, name, _("a name")) || !check_fresh(p, name) ||
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
        if (!find_type(p, name, &type))
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
        !(lex_word(&p->c, variable, _("a variable")) && check_fresh(p, variable)))
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
static bool parse_assignment(struct parser *p, const char *name) {
    struct ref target = {REF_SLOT, 0, 0};
    bool known = find_ring(p, name, &target.ring);
    p->c.usage = "NAME = alloc SIZE, NAME = new TYPE, NAME = array TYPE COUNT or NAME = OTHER";
    if (!known) {
        if (!lex_accept(&p->c, "="))
            return lex_fail(&p->c,
                _("nothing is called \"%s\"; expected a name assigned or declared by keep above"),
                name);
        if (!check_fresh(p, name))
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
/* --- Lines --- */

static const struct command commands[] = {
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
};

static const struct command *find_command(const char *name) {
    for (size_t i = 0; script_world_commands[i].name; i++)
        if (strcmp(script_world_commands[i].name, name) == 0)
            return &script_world_commands[i];
    for (size_t i = 0; i < ARRAY_LEN(commands); i++)
        if (strcmp(commands[i].name, name) == 0)
            return &commands[i];
    return NULL;
}

static bool unknown_command(struct parser *p, const char *name) {
    struct strbuf known = {0};
    for (size_t i = 0; script_world_commands[i].name; i++)
        sb_printf(&known, "%s, ", script_world_commands[i].name);
    for (size_t i = 0; i < ARRAY_LEN(commands); i++)
        sb_printf(&known, "%s, ", commands[i].name);
    lex_fail(&p->c, _("unknown command \"%s\"; expected one of %sor NAME = ..."), name, known.text);
    sb_free(&known);
    return false;
}

static bool parse_line(struct parser *p) {
    char name[LEX_WORD_MAX];
    p->c.usage = NULL;
    if (lex_at_end(&p->c))
        return true;
    if (!lex_word(&p->c, name, _("a command or a name")))
        return false;
    const struct command *command = find_command(name);
    bool assigns = !lex_at_end(&p->c) && strchr("=.[", *p->c.at);
    if (!command && !assigns)
        return unknown_command(p, name);
    if (command && assigns && *p->c.at == '=')
        return check_fresh(p, name);
    if (command && command->world && p->started)
        return lex_fail(
            &p->c, _("\"%s\" after an operation; expected it before the first one"), name);
    if (command)
        p->c.usage = command->usage;
    return (command ? command->parse(p) : parse_assignment(p, name)) && lex_end(&p->c);
}

/* How many bytes the UTF-8 character at s takes; 0 if it is none or a control character. */
static size_t utf8_len(const unsigned char *s) {
    size_t len = s[0] < 0x80                    ? 1
                 : s[0] >= 0xc2 && s[0] <= 0xdf ? 2
                 : s[0] >= 0xe0 && s[0] <= 0xef ? 3
                 : s[0] >= 0xf0 && s[0] <= 0xf4 ? 4
                                                : 0;
    if (len == 1 && ((s[0] < 0x20 && s[0] != '\t') || s[0] == 0x7f))
        return 0;
    for (size_t i = 1; i < len; i++)
        if ((s[i] & 0xc0) != 0x80)
            return 0;
    return len;
}

static bool check_text(struct parser *p, const char *line) {
    const unsigned char *s = (const unsigned char *)line;
    while (*s) {
        size_t len = utf8_len(s);
        if (len == 0)
            return lex_fail(&p->c, _("byte 0x%02x is no text; expected UTF-8"), s[0]);
        s += len;
    }
    return true;
}

/* Takes the line of len bytes at text, without its end. */
static bool take_line(struct parser *p, const char *text, size_t len) {
    p->c.line++;
    if (len > LIMIT_LINE)
        return lex_fail(&p->c, _("a line of %zu bytes; expected at most %llu"), len,
            (unsigned long long)LIMIT_LINE);
    char *line = xstrndup(text, len && text[len - 1] == '\r' ? len - 1 : len);
    p->c.at = line;
    bool ok = check_text(p, line) && parse_line(p);
    free(line);
    return ok;
}

/* Reads all lines; the parser stands before the first. */
static bool parse_lines(struct parser *p, const char *text) {
    bool ok = true;
    while (ok && *text) {
        size_t len = strcspn(text, "\n");
        ok = take_line(p, text, len);
        text += len + (text[len] == '\n');
    }
    if (ok && p->depth) {
        p->c.line = p->program->stmts[p->open[p->depth - 1].stmt].line;
        ok = lex_fail(&p->c, _("this repeat has no end; expected one below it"));
    }
    return ok;
}

bool script_compile(
    struct script_program *program, const char *name, const char *text, struct error *err) {
    char size[32];
    program->name = xstrdup(name);
    if (strlen(text) > LIMIT_SCRIPT)
        return error_set(err, _("%s: is larger than %s, the most of a script"), name,
            format_size(LIMIT_SCRIPT, size, sizeof size));
    struct parser p = {.c = {.file = program->name, .err = err}, .program = program};
    if (strncmp(text, "\xef\xbb\xbf", 3) == 0)
        text += 3;
    return parse_lines(&p, text);
}

bool script_compile_more(struct script_program *program, const char *name, int line,
    const char *text, struct error *err) {
    struct parser p = {.c = {.file = name, .line = line - 1, .err = err},
        .program = program,
        .started = true,
        .allocates = true};
    size_t stmts = program->stmt_count, rings = program->ring_count, types = program->type_count;
    if (parse_lines(&p, text))
        return true;
    script_program_cut(program, stmts, rings, types);
    return false;
}

size_t script_open_repeats(const char *text) {
    size_t open = 0;
    while (*text) {
        size_t len = strcspn(text, "\n"), blanks = strspn(text, " \t");
        struct cursor c = {.at = text + (blanks < len ? blanks : len)};
        if (lex_accept_word(&c, "repeat"))
            open++;
        else if (open && lex_accept_word(&c, "end"))
            open--;
        text += len + (text[len] == '\n');
    }
    return open;
}
