/*
 * Reading a script's words: names, which are known from the line on that first assigns them; and
 * what stands where a number, an object or a word of one is expected.
 */
#include "sim/work/script_parse.h"

#include "sim/base/i18n.h"

#include <string.h>

/* --- Names --- */

bool parser_ring(const struct parser *p, const char *name, size_t *out) {
    for (size_t i = 0; i < p->program->ring_count; i++)
        if (strcmp(p->program->rings[i].name, name) == 0) {
            *out = i;
            return true;
        }
    return false;
}

bool parser_type(const struct parser *p, const char *name, size_t *out) {
    for (size_t i = 0; i < p->program->type_count; i++)
        if (strcmp(p->program->types[i].name, name) == 0) {
            *out = i;
            return true;
        }
    return false;
}

bool parser_variable(const struct parser *p, const char *name, uint64_t *depth) {
    for (size_t i = p->depth; i-- > 0;)
        if (strcmp(p->open[i].variable, name) == 0) {
            *depth = i;
            return true;
        }
    return false;
}

bool parser_room_for_name(struct parser *p) {
    const struct script_program *g = p->program;
    if (g->ring_count + g->type_count + g->labels >= SCRIPT_MAX_NAMES)
        return lex_fail(
            &p->c, _("too many objects, types and labels; expected at most %d"), SCRIPT_MAX_NAMES);
    return true;
}

bool parser_fresh(struct parser *p, const char *name) {
    size_t at;
    uint64_t depth;
    if (script_command(name) || strcmp(name, "nil") == 0)
        return lex_fail(&p->c, _("\"%s\" is a word of the language; expected another name"), name);
    if (parser_ring(p, name, &at) || parser_type(p, name, &at) || parser_variable(p, name, &depth))
        return lex_fail(&p->c, _("\"%s\" is already something else; expected another name"), name);
    return parser_room_for_name(p);
}

/* --- Amounts, objects, words --- */

static void add_term(struct parser *p, struct term term) {
    struct script_program *g = p->program;
    void *terms = g->terms;
    array_reserve(&terms, &g->term_cap, g->term_count + 1, sizeof *g->terms);
    g->terms = terms;
    g->terms[g->term_count++] = term;
}

static bool parse_variable(struct parser *p, uint64_t *depth) {
    char name[LEX_WORD_MAX];
    if (!lex_word(&p->c, name, _("a variable")))
        return false;
    if (!parser_variable(p, name, depth))
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

bool parse_amount(struct parser *p, struct amount *out, const char *what) {
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

bool parse_ref_after(struct parser *p, struct ref *ref) {
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

bool parse_ref(struct parser *p, struct ref *ref, bool all) {
    char name[LEX_WORD_MAX];
    *ref = (struct ref){0};
    if (!lex_word(&p->c, name, _("an object's name")))
        return false;
    if (!parser_ring(p, name, &ref->ring))
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

bool parse_field(struct parser *p, struct field *f) {
    char name[LEX_WORD_MAX];
    if (!lex_word_ahead(&p->c)) {
        f->kind = FIELD_WORD;
        return lex_number(&p->c, &f->word, _("a word number or a label"));
    }
    lex_word(&p->c, name, "");
    if (parser_variable(p, name, &f->word)) {
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
