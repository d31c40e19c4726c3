/* Questions: see question.h. */
#include "sim/lesson/question.h"

#include <ctype.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* --- Reading --- */

struct question_reader {
    struct question *q;
    const char *path;
    int line;
    bool reason; /* the `why` has begun */
    struct error *err;
};

static bool fail(struct question_reader *r, const char *what) {
    return error_set(r->err, "%s:%d: %s", r->path, r->line, what);
}

/* Cuts `{...}` off the line's end. NULL: there is none. */
static char *cut_expression(char *line) {
    size_t len = strlen(line);
    char *open = strrchr(line, '{');
    if (!len || line[len - 1] != '}' || !open)
        return NULL;
    char *expression = xstrndup(open + 1, (size_t)(line + len - 1 - open - 1));
    while (open > line && open[-1] == ' ')
        open--;
    *open = '\0';
    return expression;
}

static bool read_option(struct question_reader *r, const char *text) {
    struct question *q = r->q;
    if (q->option_count == MAX_OPTIONS)
        return fail(r, "too many options; expected at most 6");
    if (q->answer)
        return fail(r, "options beside an answer; expected one or the other");
    struct question_option *o = &q->options[q->option_count++];
    char *line = xstrdup(text);
    o->condition = cut_expression(line);
    o->line = r->line;
    if (o->condition)
        prose_add(&o->text, line, r->line);
    free(line);
    if (!o->condition)
        return fail(r, "the option has no condition; expected `- TEXT {CONDITION}`");
    return true;
}

static bool read_answer(struct question_reader *r, enum question_kind kind, const char *text) {
    struct question *q = r->q;
    char *line = xstrdup(text);
    if (q->answer || q->option_count) {
        free(line);
        return fail(r, "a second answer; expected one");
    }
    q->kind = kind;
    q->answer = cut_expression(line);
    q->answer_line = r->line;
    free(line);
    if (!q->answer)
        return fail(r, "no expression; expected `answer {...}`, `point {...}` or `do {...}`");
    return true;
}

static bool read_watched(struct question_reader *r, const char *text) {
    struct question *q = r->q;
    if (q->kind != QUESTION_DO || q->watched_count == MAX_WATCHED)
        return fail(r, "nothing can be watched here; expected at most 4 lines `see` below `do`");
    struct question_watch *w = &q->watched[q->watched_count++];
    w->label = xstrdup(text);
    w->expression = cut_expression(w->label);
    w->line = r->line;
    if (!w->expression)
        return fail(r, "nothing is watched; expected `see TEXT {EXPRESSION}`");
    return true;
}

static bool read_hint(struct question_reader *r, const char *text) {
    struct question *q = r->q;
    if (q->kind != QUESTION_DO || q->hint_count == MAX_HINTS)
        return fail(r, "a hint too many; expected at most 3 lines `hint` below `do`");
    prose_add(&q->hints[q->hint_count++], text, r->line);
    return true;
}

static bool read_line(struct question_reader *r, const char *line) {
    struct question *q = r->q;
    const char *text = line + strspn(line, " ");
    bool indented = text > line;
    if (r->reason) {
        prose_add(&q->why, text, r->line);
        return true;
    }
    if (strncmp(line, "- ", 2) == 0)
        return read_option(r, line + 2);
    if (strncmp(line, "answer ", 7) == 0)
        return read_answer(r, QUESTION_NUMBER, line + 7);
    if (strncmp(line, "point ", 6) == 0)
        return read_answer(r, QUESTION_POINT, line + 6);
    if (strncmp(line, "do ", 3) == 0)
        return read_answer(r, QUESTION_DO, line + 3);
    if (strncmp(line, "see ", 4) == 0)
        return read_watched(r, line + 4);
    if (strncmp(line, "hint ", 5) == 0)
        return read_hint(r, line + 5);
    if (strncmp(line, "why ", 4) == 0) {
        r->reason = true;
        prose_add(&q->why, line + 4, r->line);
        return true;
    }
    if (!*text)
        return true;
    if (q->option_count && indented)
        prose_add(&q->options[q->option_count - 1].wrong, text, r->line);
    else if (q->option_count || q->answer)
        return fail(r, "text after the answer; expected it indented, or `why ...`");
    else
        prose_add(&q->ask, text, r->line);
    return true;
}

bool question_parse(
    struct question *q, const char *path, const char *text, int first_line, struct error *err) {
    struct question_reader r = {.q = q, .path = path, .line = first_line, .err = err};
    *q = (struct question){.line = first_line};
    for (const char *at = text; *at; r.line++) {
        size_t n = strcspn(at, "\n");
        char *line = xstrndup(at, n);
        bool ok = read_line(&r, line);
        free(line);
        if (!ok)
            return false;
        at += n + (at[n] == '\n');
    }
    r.line = first_line;
    if (!q->ask.line_count)
        return fail(&r, "the question asks nothing; expected its text first");
    if (!q->answer && q->option_count < 2)
        return fail(&r, "the question has no answer; expected two options or more, `answer "
                        "{...}`, `point {...}` or `do {...}`");
    if (!q->why.line_count)
        return fail(&r, "the question gives no reason; expected `why ...`");
    return true;
}

void question_free(struct question *q) {
    prose_free(&q->ask);
    prose_free(&q->why);
    for (int i = 0; i < q->option_count; i++) {
        prose_free(&q->options[i].text);
        prose_free(&q->options[i].wrong);
        free(q->options[i].condition);
    }
    for (int i = 0; i < q->watched_count; i++) {
        free(q->watched[i].label);
        free(q->watched[i].expression);
    }
    for (int i = 0; i < q->hint_count; i++)
        prose_free(&q->hints[i]);
    free(q->answer);
    *q = (struct question){0};
}

/* --- Grading --- */

/* A number the question asks for, or the truth of a condition. */
static bool evaluate(const char *path, int line, struct scope *scope, const char *text,
    struct value *out, int64_t *n, struct error *err) {
    struct error why;
    if (!expr_eval(scope, text, out, &why))
        return error_set(err, "%s:%d: {%s}: %s", path, line, text, why.text);
    if (!value_number(out, n))
        return error_set(err, "%s:%d: {%s} is no number, expected one", path, line, text);
    return true;
}

static bool check_text(
    const struct prose *p, const char *path, struct scope *scope, struct error *err) {
    struct strbuf out = {0};
    bool ok = prose_fill(p, path, scope, &out, err);
    sb_free(&out);
    return ok;
}

static bool find_option(const struct question *q, const char *path, struct scope *scope,
    int *option, struct error *err) {
    struct value v = {0};
    int64_t n = 0;
    *option = -1;
    for (int i = 0; i < q->option_count; i++) {
        const struct question_option *o = &q->options[i];
        if (!evaluate(path, o->line, scope, o->condition, &v, &n, err))
            return false;
        if (n && *option >= 0)
            return error_set(
                err, "%s:%d: this option holds, too; expected one alone", path, o->line);
        if (n)
            *option = i;
    }
    if (*option < 0)
        return error_set(err, "%s:%d: no option holds; expected one", path, q->line);
    return true;
}

/* What the right reply is. */
struct solution {
    int option; /* PICK; else -1 */
    struct value value;
    int64_t n; /* the value's number */
};

static bool solve(const struct question *q, const char *path, struct scope *scope,
    struct solution *out, struct error *err) {
    struct value v = {0};
    int64_t n = 0;
    *out = (struct solution){.option = -1};
    bool ok = check_text(&q->ask, path, scope, err) && check_text(&q->why, path, scope, err);
    for (int i = 0; ok && i < q->option_count; i++)
        ok = check_text(&q->options[i].text, path, scope, err) &&
             check_text(&q->options[i].wrong, path, scope, err);
    for (int i = 0; ok && i < q->hint_count; i++)
        ok = check_text(&q->hints[i], path, scope, err);
    for (int i = 0; ok && i < q->watched_count; i++)
        ok = evaluate(path, q->watched[i].line, scope, q->watched[i].expression, &v, &n, err);
    if (!ok)
        return false;
    return q->kind == QUESTION_PICK
               ? find_option(q, path, scope, &out->option, err)
               : evaluate(path, q->answer_line, scope, q->answer, &out->value, &out->n, err);
}

bool question_check(const struct question *q, const char *path, struct scope *scope, int *option,
    struct error *err) {
    struct solution right;
    bool ok = solve(q, path, scope, &right, err);
    *option = right.option;
    return ok;
}

bool question_reply(const struct question *q, const char *path, struct scope *scope,
    struct reply *out, struct error *err) {
    struct solution right;
    bool ok = solve(q, path, scope, &right, err);
    *out = (struct reply){.option = right.option,
        .number = right.n,
        .thing = {.kind = THING_SLOT, .addr = (uint64_t)right.n, .size = 1}};
    return ok;
}

/* Gives a thing that has a number alone the addresses that it stands for: a hint the one it asks
 * for, a region what is kept for it. */
static void place_thing(struct thing *t, struct scope *scope) {
    static const char *const regions[] = {
        [REGION_SPANS] = "spans", [REGION_BITMAP] = "bitmap", [REGION_ARENA] = "arena"};
    char start[32], size[32];
    struct value from, bytes;
    struct error err;
    if (t->kind == THING_HINT) {
        t->addr = t->index << 40 | scope->platform->hint;
    } else if (t->kind == THING_REGION) {
        INVARIANT(t->index < ARRAY_LEN(regions));
        snprintf(start, sizeof start, "%s.start", regions[t->index]);
        snprintf(size, sizeof size, "%s.bytes", regions[t->index]);
        INVARIANT(expr_eval(scope, start, &from, &err));
        INVARIANT(expr_eval(scope, size, &bytes, &err));
        t->addr = (uint64_t)from.n;
        t->size = (uint64_t)bytes.n;
    }
}

/* What was clicked holds the address: its slot, page, entry, byte ... */
static bool holds(struct thing t, uint64_t addr, struct scope *scope) {
    place_thing(&t, scope);
    return t.kind != THING_NONE && t.addr && addr >= t.addr &&
           addr - t.addr < (t.size ? t.size : 1);
}

bool question_number(const char *text, int64_t *out) {
    struct strbuf plain = {0};
    uint64_t n = 0;
    for (; *text; text++)
        if (!strchr(", _", *text))
            sb_add(&plain, text, 1);
    if (plain.len > 1 && plain.text[plain.len - 1] == 'B' && plain.text[plain.len - 2] != 'i')
        plain.text[plain.len - 1] = '\0';
    bool ok = parse_u64(sb_text(&plain), &n) && n <= INT64_MAX;
    sb_free(&plain);
    *out = (int64_t)n;
    return ok;
}

/* Do the words name the value, not as a part of something longer? Of a bare number before a noun
 * one cannot tell what it counts. */
static bool names(const char *words, const char *value) {
    size_t len = strlen(value);
    bool bare = strspn(value, "0123456789,") == len;
    for (const char *at = strstr(words, value); at; at = strstr(at + 1, value)) {
        const char *next = at + len;
        bool begins = at == words || !(isalnum((unsigned char)at[-1]) || strchr(",.", at[-1]));
        bool goes_on = isalnum((unsigned char)*next) || (*next == ' ' && bare) ||
                       (strspn(next, ",.") == 1 && isdigit((unsigned char)next[1]));
        if (begins && !goes_on)
            return true;
    }
    return false;
}

/* Why, and before it the value that is right, unless the reason names it. */
static bool tell_right(const struct question *q, const char *path, struct scope *scope,
    const struct value *v, struct strbuf *words, struct error *err) {
    struct strbuf why = {0}, value = {0};
    value_text(v, "", &value);
    bool ok = prose_fill(&q->why, path, scope, &why, err);
    if (!names(sb_text(&why), sb_text(&value)))
        sb_printf(words, "%s\n\n", sb_text(&value));
    sb_puts(words, sb_text(&why));
    sb_free(&why);
    sb_free(&value);
    return ok;
}

bool question_grade(const struct question *q, const char *path, struct scope *scope,
    const struct reply *reply, struct grade *out, struct error *err) {
    struct solution right;
    *out = (struct grade){0};
    if (!solve(q, path, scope, &right, err))
        return false;
    switch (q->kind) {
    case QUESTION_PICK: out->right = reply->option == right.option; break;
    case QUESTION_NUMBER: out->right = reply->number == right.n; break;
    case QUESTION_POINT: out->right = holds(reply->thing, (uint64_t)right.n, scope); break;
    case QUESTION_DO:
    default: out->right = right.n != 0; break;
    }
    if (!out->right && q->kind == QUESTION_PICK && reply->option >= 0 &&
        reply->option < q->option_count) {
        prose_fill(&q->options[reply->option].wrong, path, scope, &out->words, err);
        if (out->words.len)
            sb_puts(&out->words, "\n"); /* another paragraph */
    }
    if (!out->right && (q->kind == QUESTION_NUMBER || q->kind == QUESTION_POINT))
        return tell_right(q, path, scope, &right.value, &out->words, err);
    return prose_fill(&q->why, path, scope, &out->words, err);
}

bool question_done(
    const struct question *q, struct scope *scope, struct strbuf values[MAX_WATCHED]) {
    struct value v;
    struct error err;
    int64_t n;
    for (int i = 0; i < q->watched_count; i++)
        if (!expr_text(scope, q->watched[i].expression, &values[i], &err)) {
            sb_clear(&values[i]);
            sb_puts(&values[i], "–");
        }
    return expr_eval(scope, q->answer, &v, &err) && value_number(&v, &n) && n;
}
