/*
 * Expressions: see expr.h. One pass reads and evaluates, by recursive descent, an operator's
 * precedence a function; both sides of && and || are always evaluated.
 */
#include "sim/lesson/expr.h"

#include "sim/base/i18n.h"
#include "sim/lesson/names.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MAX_DEPTH = 32, NAME_LEN = 48 };

struct parser {
    struct scope *scope;
    const char *at;
    int depth;
    struct error *err;
};

static bool fail(struct parser *p, const char *what) {
    return error_set(p->err, "%s at `%.24s`", what, *p->at ? p->at : "the end");
}

static void blanks(struct parser *p) {
    p->at += strspn(p->at, " \t\n");
}

/* Takes the sign if it is next. */
static bool take(struct parser *p, const char *sign) {
    size_t len = strlen(sign);
    blanks(p);
    if (strncmp(p->at, sign, len) != 0)
        return false;
    p->at += len;
    return true;
}

static bool is_letter(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
}

static bool read_name(struct parser *p, char *name) {
    size_t n = 0;
    blanks(p);
    while (is_letter(p->at[n]) || (n && p->at[n] >= '0' && p->at[n] <= '9'))
        n++;
    if (!n || n >= NAME_LEN)
        return fail(p, n ? "the name is too long" : "expected a name");
    memcpy(name, p->at, n);
    name[n] = '\0';
    p->at += n;
    return true;
}

/* --- Values --- */

static struct value number(enum value_kind kind, int64_t n) {
    return (struct value){.kind = kind, .n = n};
}

bool value_number(const struct value *v, int64_t *n) {
    *n = v->n;
    return v->kind <= VALUE_TRUTH || v->kind == VALUE_OBJECT;
}

static bool needs_number(struct parser *p, const struct value *v, int64_t *n) {
    if (!value_number(v, n))
        return fail(p, "expected a number, or one of its members, before");
    return true;
}

static char *of_kind(enum value_kind kind, int64_t n, char *buf, size_t len) {
    uint64_t size = n < 0 ? 0 - (uint64_t)n : (uint64_t)n;
    size_t sign = n < 0 && kind != VALUE_ADDRESS ? 1 : 0;
    memcpy(buf, "-", sign);
    switch (kind) {
    case VALUE_BYTES: format_size(size, buf + sign, len - sign); break;
    case VALUE_ADDRESS: snprintf(buf, len, "0x%" PRIx64, (uint64_t)n); break;
    case VALUE_TRUTH: snprintf(buf, len, "%s", n ? _("yes") : _("no")); break;
    default: format_count(size, buf + sign, len - sign); break;
    }
    return buf;
}

bool value_text(const struct value *v, const char *way, struct strbuf *out) {
    char buf[48];
    int64_t n = 0;
    if (v->kind == VALUE_TEXT) {
        sb_puts(out, v->text);
        return !*way;
    }
    if (!value_number(v, &n))
        return false;
    if (strcmp(way, "hex") == 0)
        sb_printf(out, "0x%" PRIx64, (uint64_t)n);
    else if (strcmp(way, "dec") == 0)
        sb_printf(out, "%" PRId64, n);
    else if (strcmp(way, "size") == 0)
        sb_puts(out, of_kind(VALUE_BYTES, n, buf, sizeof buf));
    else if (strcmp(way, "count") == 0)
        sb_puts(out, of_kind(VALUE_COUNT, n, buf, sizeof buf));
    else if (strcmp(way, "bytes") == 0)
        sb_printf(out, "%s B", of_kind(VALUE_COUNT, n, buf, sizeof buf));
    else if (strcmp(way, "percent") == 0)
        sb_printf(out, "%" PRId64 " %%", n);
    else if (*way)
        return false;
    else
        sb_puts(
            out, of_kind(v->kind == VALUE_OBJECT ? VALUE_ADDRESS : v->kind, n, buf, sizeof buf));
    return true;
}

/* --- Primary expressions --- */

static bool expression(struct parser *p, struct value *out);

/* The expression up to the parenthesis that closes it. */
static bool enclosed(struct parser *p, struct value *out) {
    if (!expression(p, out))
        return false;
    if (!take(p, ")"))
        return fail(p, "expected `)`");
    return true;
}

static bool read_number(struct parser *p, struct value *out) {
    size_t n = 0;
    while (is_letter(p->at[n]) || (p->at[n] >= '0' && p->at[n] <= '9'))
        n++;
    char *word = xstrndup(p->at, n);
    uint64_t value;
    bool ok = parse_u64(word, &value) && value <= INT64_MAX;
    bool sized = strstr(word, "iB") != NULL;
    bool hex = word[0] == '0' && word[1] == 'x';
    free(word);
    if (!ok)
        return fail(p, "expected a number such as 12, 0x20 or 64KiB");
    p->at += n;
    *out = number(sized ? VALUE_BYTES : hex ? VALUE_ADDRESS : VALUE_COUNT, (int64_t)value);
    return true;
}

static bool moment_named(const char *name, enum scope_moment *out) {
    static const struct {
        const char *name;
        enum scope_moment moment;
    } known[] = {{"before", SCOPE_BEFORE}, {"after", SCOPE_AFTER}, {"start", SCOPE_START},
        {"end", SCOPE_END}, {"now", SCOPE_NOW}};
    for (size_t i = 0; i < ARRAY_LEN(known); i++)
        if (strcmp(known[i].name, name) == 0) {
            *out = known[i].moment;
            return true;
        }
    return false;
}

/* The expression in parentheses, at another moment. */
static bool at_moment(struct parser *p, enum scope_moment moment, struct value *out) {
    enum scope_moment here = p->scope->moment;
    p->scope->moment = moment;
    bool ok = scope_replica(p->scope) ? enclosed(p, out)
                                      : fail(p, "the run has not come to that moment,");
    p->scope->moment = here;
    return ok;
}

static bool read_text(struct parser *p, struct value *out, char *text, size_t len) {
    size_t n = strcspn(p->at, "\"");
    if (p->at[n] != '"' || n >= len)
        return fail(p, "expected a short text and its closing quote");
    memcpy(text, p->at, n);
    text[n] = '\0';
    p->at += n + 1;
    *out = (struct value){.kind = VALUE_TEXT, .text = text};
    return true;
}

static bool call(struct parser *p, const char *name, struct value *out) {
    struct value args[MAX_ARGS];
    char texts[MAX_ARGS][NAME_LEN];
    enum scope_moment moment;
    int count = 0;
    if (moment_named(name, &moment))
        return at_moment(p, moment, out);
    while (!take(p, ")")) {
        if (count == MAX_ARGS || (count && !take(p, ",")))
            return fail(p, "expected `)`");
        bool quoted = take(p, "\"");
        if (quoted ? !read_text(p, &args[count], texts[count], NAME_LEN)
                   : !expression(p, &args[count]))
            return false;
        count++;
    }
    return name_call(p->scope, name, args, count, out, p->err);
}

/* An object of the script: p or ring[i]. */
static bool object(struct parser *p, const char *name, struct value *out) {
    struct value index = {0};
    int64_t n = 0;
    bool indexed = take(p, "[");
    uint64_t addr, size;
    if (indexed && (!expression(p, &index) || !needs_number(p, &index, &n)))
        return false;
    if (indexed && !take(p, "]"))
        return fail(p, "expected `]`");
    if (!scope_object(p->scope, name, indexed, n, &addr, &size, p->err))
        return false;
    *out = (struct value){.kind = VALUE_OBJECT, .n = (int64_t)addr, .size = size};
    return true;
}

static bool primary(struct parser *p, struct value *out) {
    char name[NAME_LEN];
    blanks(p);
    if (take(p, "("))
        return enclosed(p, out);
    if (*p->at >= '0' && *p->at <= '9')
        return read_number(p, out);
    if (!read_name(p, name))
        return false;
    if (take(p, "("))
        return call(p, name, out);
    return name_value(p->scope, name, out) || object(p, name, out);
}

static bool postfix(struct parser *p, struct value *out) {
    char name[NAME_LEN];
    if (!primary(p, out))
        return false;
    while (take(p, ".")) {
        struct value of = *out;
        if (!read_name(p, name) || !name_member(p->scope, &of, name, out, p->err))
            return false;
    }
    return true;
}

static bool unary(struct parser *p, struct value *out) {
    int64_t n = 0;
    blanks(p);
    bool negates = p->at[0] == '!' && p->at[1] != '=', minus = p->at[0] == '-';
    if (!negates && !minus)
        return postfix(p, out);
    p->at++;
    if (!unary(p, out) || !needs_number(p, out, &n))
        return false;
    *out = negates ? number(VALUE_TRUTH, !n) : number(out->kind, (int64_t)(0 - (uint64_t)n));
    return true;
}

/* --- Operators --- */

/* Where a number is wanted, an object is its address. */
static enum value_kind unit(const struct value *v) {
    return v->kind == VALUE_OBJECT ? VALUE_ADDRESS : v->kind;
}

/* What an address plus a count is, and so on. */
static enum value_kind sum_kind(char op, enum value_kind a, enum value_kind b) {
    if (op == '-' && a == VALUE_ADDRESS && b == VALUE_ADDRESS)
        return VALUE_BYTES;
    if (a == VALUE_ADDRESS || b == VALUE_ADDRESS)
        return VALUE_ADDRESS;
    return a == VALUE_BYTES || b == VALUE_BYTES ? VALUE_BYTES : VALUE_COUNT;
}

static enum value_kind product_kind(char op, enum value_kind a, enum value_kind b) {
    if (op == '/' && (a == b || a == VALUE_COUNT))
        return VALUE_COUNT;
    if (op == '/' && a == VALUE_ADDRESS)
        return VALUE_COUNT;
    if (op == '%' && a == VALUE_ADDRESS)
        return VALUE_BYTES;
    return a == VALUE_BYTES || b == VALUE_BYTES ? VALUE_BYTES : VALUE_COUNT;
}

/* In 64 bits, whatever does not fit; b is not 0 for the others. */
static int64_t multiply(char op, int64_t a, int64_t b) {
    if (op == '*')
        return (int64_t)((uint64_t)a * (uint64_t)b);
    if (b == -1) /* the least number has no opposite, and processors trap */
        return op == '/' ? (int64_t)(0 - (uint64_t)a) : 0;
    return op == '/' ? a / b : a % b;
}

static bool product(struct parser *p, struct value *out) {
    if (!unary(p, out))
        return false;
    for (;;) {
        char op = take(p, "*") ? '*' : take(p, "/") ? '/' : take(p, "%") ? '%' : '\0';
        struct value right;
        int64_t a = 0, b = 0;
        if (!op)
            return true;
        if (!needs_number(p, out, &a) || !unary(p, &right) || !needs_number(p, &right, &b))
            return false;
        if (op != '*' && b == 0)
            return fail(p, "a division by zero");
        *out = number(product_kind(op, unit(out), unit(&right)), multiply(op, a, b));
    }
}

static bool sum(struct parser *p, struct value *out) {
    if (!product(p, out))
        return false;
    for (;;) {
        char op = take(p, "+") ? '+' : take(p, "-") ? '-' : '\0';
        struct value right;
        int64_t a = 0, b = 0;
        if (!op)
            return true;
        if (!needs_number(p, out, &a) || !product(p, &right) || !needs_number(p, &right, &b))
            return false;
        uint64_t n = op == '+' ? (uint64_t)a + (uint64_t)b : (uint64_t)a - (uint64_t)b;
        *out = number(sum_kind(op, unit(out), unit(&right)), (int64_t)n);
    }
}

static bool compare(const char *op, int64_t a, int64_t b) {
    switch (op[0]) {
    case '=': return a == b;
    case '!': return a != b;
    case '<': return op[1] ? a <= b : a < b;
    default: return op[1] ? a >= b : a > b;
    }
}

static bool comparison(struct parser *p, struct value *out) {
    static const char *const ops[] = {"==", "!=", "<=", ">=", "<", ">"};
    if (!sum(p, out))
        return false;
    for (size_t i = 0; i < ARRAY_LEN(ops); i++) {
        struct value right;
        int64_t a = 0, b = 0;
        if (!take(p, ops[i]))
            continue;
        if (!needs_number(p, out, &a) || !sum(p, &right) || !needs_number(p, &right, &b))
            return false;
        *out = number(VALUE_TRUTH, compare(ops[i], a, b));
        return true;
    }
    return true;
}

static bool both(struct parser *p, struct value *out) {
    int64_t a = 0, b = 0;
    if (!comparison(p, out))
        return false;
    while (take(p, "&&")) {
        struct value right;
        if (!needs_number(p, out, &a) || !comparison(p, &right) || !needs_number(p, &right, &b))
            return false;
        *out = number(VALUE_TRUTH, a && b);
    }
    return true;
}

static bool expression(struct parser *p, struct value *out) {
    int64_t a = 0, b = 0;
    if (++p->depth > MAX_DEPTH)
        return fail(p, "too many parentheses");
    bool ok = both(p, out);
    while (ok && take(p, "||")) {
        struct value right;
        ok = needs_number(p, out, &a) && both(p, &right) && needs_number(p, &right, &b);
        if (ok)
            *out = number(VALUE_TRUTH, a || b);
    }
    p->depth--;
    return ok;
}

/* --- All of it --- */

static bool evaluate(struct scope *scope, const char *text, struct value *out, const char **rest,
    struct error *err) {
    struct parser p = {.scope = scope, .at = text, .err = err};
    if (!scope_replica(scope))
        return fail(&p, "the run has not come to that moment,");
    bool ok = expression(&p, out);
    blanks(&p);
    *rest = p.at;
    return ok;
}

bool expr_eval(struct scope *scope, const char *text, struct value *out, struct error *err) {
    const char *rest = "";
    if (!evaluate(scope, text, out, &rest, err))
        return false;
    if (*rest)
        return error_set(err, "expected an operator or the end at `%.24s`", rest);
    return true;
}

bool expr_text(struct scope *scope, const char *text, struct strbuf *out, struct error *err) {
    struct value v = {0};
    const char *rest = "";
    if (!evaluate(scope, text, &v, &rest, err))
        return false;
    if (*rest && *rest != ':')
        return error_set(err, "expected an operator, `:` or the end at `%.24s`", rest);
    rest += *rest == ':';
    rest += strspn(rest, " ");
    if (!value_text(&v, rest, out))
        return error_set(err,
            "`%s` cannot be shown so, expected a number, and after `:` hex, dec, bytes, count, "
            "size or percent",
            text);
    return true;
}
