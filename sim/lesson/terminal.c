/* A lesson in a terminal: see terminal.h. */
#include "sim/lesson/terminal.h"

#include "sim/base/i18n.h"
#include "sim/base/limits.h"
#include "sim/lesson/columns.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

enum { COLUMNS = 78, PAGES_A_LINE = 64, PAGE_LINES = 4 };

/* --- The picture --- */

/* What kind of page: '.' free, '-' nothing there, a letter by size class, 'L' large. */
static char page_letter(const struct replica *r, uint64_t addr) {
    const struct rspan *s = replica_span(r, replica_span_of(r, addr));
    if (!s || s->state == SPAN_STATE_FREE)
        return '.';
    if (s->state == SPAN_STATE_MANUAL)
        return 'M';
    unsigned class = spanclass_size_class((unsigned)s->spanclass);
    return class ? (char)('a' + (class - 1) * 26 / (NUM_SIZE_CLASSES - 1)) : 'L';
}

static void tell_region(
    struct strbuf *out, const char *name, uint64_t start, uint64_t end, uint64_t mapped) {
    char size[32], part[32];
    sb_printf(out, "  %-7s 0x%012" PRIx64 "  %10s", name, start,
        format_size(end > start ? end - start : 0, size, sizeof size));
    sb_printf(out, _(", %s mapped"), format_size(mapped, part, sizeof part));
    sb_puts(out, "\n");
}

static void tell_pages(const struct replica *r, struct strbuf *out) {
    uint64_t base = replica_arena_base(r), used = r->heap[HEAP_arena_used];
    for (int line = 0; line < PAGE_LINES; line++) {
        uint64_t at = base + (uint64_t)line * PAGES_A_LINE * GO_PAGE_SIZE;
        if (at >= used)
            break;
        sb_printf(out, "  0x%012" PRIx64 " ", at);
        for (int i = 0; i < PAGES_A_LINE && at < used; i++, at += GO_PAGE_SIZE)
            sb_printf(out, "%c", page_letter(r, at));
        sb_puts(out, "\n");
    }
    if (used > base)
        sb_puts(
            out, _("  (a page each: a to z its size class, small to large; L large; . free)\n"));
}

static uint64_t mapped_in(const struct replica *r, uint64_t start, uint64_t end) {
    return rangemap_bytes(&r->ranges, start, end, RANGE_MAPPED) +
           rangemap_bytes(&r->ranges, start, end, RANGE_RELEASED);
}

void regions_tell(const struct replica *r, unsigned ptr_size, struct strbuf *out) {
    const uint64_t *h = r->heap;
    uint64_t bitmap = h[HEAP_spans] + h[HEAP_spans_cap] * ptr_size;
    if (!h[HEAP_bitmap]) {
        sb_puts(out, _("  (no heap yet)\n"));
        return;
    }
    tell_region(out, "spans", h[HEAP_spans], bitmap, mapped_in(r, h[HEAP_spans], bitmap));
    tell_region(out, "bitmap", bitmap, h[HEAP_bitmap], mapped_in(r, bitmap, h[HEAP_bitmap]));
    tell_region(out, "arena", h[HEAP_bitmap], h[HEAP_arena_end],
        mapped_in(r, h[HEAP_bitmap], h[HEAP_arena_end]));
    tell_pages(r, out);
}

/* --- Questions --- */

/* A reply from a line: an option's number, a number, or the address of a place. */
static bool read_reply(const struct question *q, const char *line, struct reply *out) {
    int64_t n;
    *out = (struct reply){.option = -1};
    if (!question_number(line, &n))
        return false;
    out->option = (int)n - 1;
    out->number = n;
    out->thing = (struct thing){.kind = THING_SLOT, .addr = (uint64_t)n, .size = 1};
    return q->kind != QUESTION_PICK || (n >= 1 && n <= q->option_count);
}

/* The rest of the line; was there any? */
static bool skip_rest(FILE *in) {
    bool any = false;
    for (int c = getc(in); c != '\n' && c != EOF; c = getc(in))
        any = true;
    return any;
}

/* Asks until there is an answer. False at the end of the input. */
static bool ask(const struct question *q, FILE *in, FILE *out, struct reply *reply) {
    static const char *const prompts[] = {
        N_("number of the answer"), N_("a number"), N_("an address")};
    char line[LIMIT_TYPED];
    for (;;) {
        fprintf(out, "  %s> ", _(prompts[q->kind]));
        fflush(out);
        if (!fgets(line, sizeof line, in)) {
            fputs("\n", out);
            return false;
        }
        if (!strchr(line, '\n') && skip_rest(in))
            continue; /* no answer is that long */
        line[strcspn(line, "\r\n")] = '\0';
        if (read_reply(q, line, reply))
            return true;
    }
}

/* The text filled in and wrapped. */
static bool tell_prose(const struct prose *p, const char *path, struct scope *scope,
    const char *indent, FILE *out, struct error *err) {
    struct strbuf filled = {0}, lines = {0};
    bool ok = prose_fill(p, path, scope, &filled, err);
    if (ok)
        columns_wrap(sb_text(&filled), indent, COLUMNS, &lines);
    fputs(sb_text(&lines), out);
    sb_free(&filled);
    sb_free(&lines);
    return ok;
}

static bool tell_question(
    const struct question *q, const char *path, struct scope *scope, FILE *out, struct error *err) {
    fputs("\n", out);
    bool ok = tell_prose(&q->ask, path, scope, "  ? ", out, err);
    for (int i = 0; ok && i < q->option_count; i++) {
        char number[24];
        snprintf(number, sizeof number, "    %d. ", i + 1);
        ok = tell_prose(&q->options[i].text, path, scope, number, out, err);
    }
    return ok;
}

/* Without an answer the right one is given. */
static bool answer_itself(const struct question *q, const char *path, struct scope *scope,
    struct reply *reply, struct error *err) {
    struct value v = {0};
    *reply = (struct reply){0};
    if (!question_check(q, path, scope, &reply->option, err) ||
        (q->kind != QUESTION_PICK && !expr_eval(scope, q->answer, &v, err)))
        return false;
    reply->number = v.n;
    reply->thing = (struct thing){.kind = THING_SLOT, .addr = (uint64_t)v.n, .size = 1};
    return true;
}

/* A question, its answer and the reason. */
static bool pose(const struct question *q, const char *path, struct scope *scope, FILE *in,
    FILE *out, int *right, int *asked, struct error *err) {
    struct reply reply;
    struct grade grade = {0};
    struct strbuf lines = {0};
    if (!tell_question(q, path, scope, out, err))
        return false;
    if (q->kind == QUESTION_DO) {
        fprintf(out, "  %s\n", _("A challenge for the window: its console goes on with the run."));
        return true;
    }
    bool answered = ask(q, in, out, &reply);
    if ((!answered && !answer_itself(q, path, scope, &reply, err)) ||
        !question_grade(q, path, scope, &reply, &grade, err))
        return false;
    *asked += answered;
    *right += answered && grade.right;
    fprintf(out, "  %s\n", !answered ? _("The answer:") : grade.right ? _("Right.") : _("Not so."));
    columns_wrap(sb_text(&grade.words), "  ", COLUMNS, &lines);
    fputs(sb_text(&lines), out);
    sb_free(&lines);
    sb_free(&grade.words);
    return true;
}

/* --- Steps --- */

/* One step: false and err if it is not true. */
static bool tell_step(const struct lesson *l, size_t i, struct session *s, FILE *in, FILE *out,
    int *right, int *asked, struct error *err) {
    const struct lesson_step *step = &l->steps[i];
    struct strbuf text = {0}, lines = {0};
    uint64_t seq;
    if (!lesson_step_stop(l, i, s, &seq, err))
        return false;
    struct scope scope = lesson_step_scope(l, i, s, seq);
    fprintf(out, "\n%zu/%zu  %s\n\n", i + 1, l->step_count, step->title);
    bool ok = lesson_step_text(l, i, &scope, &text, err);
    if (ok) {
        columns_wrap(sb_text(&text), "  ", COLUMNS, &lines);
        sb_puts(&lines, "\n");
        regions_tell(scope_replica(&scope), session_env(s)->platform->ptr_size, &lines);
        fputs(sb_text(&lines), out);
    }
    if (ok && step->question)
        ok = pose(step->question, l->path, &scope, in, out, right, asked, err);
    scope_free(&scope);
    sb_free(&text);
    sb_free(&lines);
    return ok;
}

bool lesson_tell(const struct lesson *l, const struct environment *base, FILE *in, FILE *out,
    int *right, int *asked, struct error *err) {
    struct session *s = NULL;
    struct strbuf lines = {0};
    bool ok = true;
    *right = *asked = 0;
    fprintf(out, "%s\n\n", l->title);
    struct markdown intro = lesson_intro(l);
    markdown_text(&intro, &lines);
    markdown_free(&intro);
    struct strbuf wrapped = {0};
    columns_wrap(sb_text(&lines), "  ", COLUMNS, &wrapped);
    fputs(sb_text(&wrapped), out);
    sb_free(&lines);
    sb_free(&wrapped);
    for (size_t i = 0; ok && i < l->step_count; i++)
        ok = lesson_step_run(l, i, base, &s, err) && tell_step(l, i, s, in, out, right, asked, err);
    session_free(s);
    return ok;
}
