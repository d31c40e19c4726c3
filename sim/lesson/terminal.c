/* A lesson in a terminal: see terminal.h. */
#include "sim/lesson/terminal_parts.h"

#include "sim/base/i18n.h"
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

/* --- Talking --- */

void talk_text(struct talk *t, const char *text, const char *indent) {
    struct strbuf lines = {0};
    columns_wrap(text, indent, COLUMNS, &lines);
    fputs(sb_text(&lines), t->out);
    sb_free(&lines);
}

static void talk_markdown(struct talk *t, const struct markdown *md, const char *indent) {
    struct strbuf text = {0};
    markdown_text(md, &text);
    talk_text(t, sb_text(&text), indent);
    sb_free(&text);
}

bool talk_prose(struct talk *t, const struct prose *p, const char *path, struct scope *scope,
    const char *indent, struct error *err) {
    struct markdown md;
    bool ok = prose_markdown(p, path, scope, &md, err);
    talk_markdown(t, &md, indent);
    markdown_free(&md);
    return ok;
}

/* What the glossary says of a word; of none: which words it has. */
static void explain(struct talk *t, const char *word) {
    struct strbuf like = {0};
    struct error err;
    if (!t->has_glossary && !glossary_load(language_of_environment(), &t->glossary, &err)) {
        talk_text(t, err.text, "  ! ");
        return;
    }
    t->has_glossary = true;
    int page = pages_find(&t->glossary, word);
    if (page >= 0) {
        talk_markdown(t, &t->glossary.page[page].text, "  | ");
        return;
    }
    pages_like(&t->glossary, word, &like);
    if (!like.len)
        sb_printf(&like, _("The glossary has no word with \"%s\"; ? lists all."), word);
    talk_text(t, sb_text(&like), "  | ");
    sb_free(&like);
}

/* The rest of the line; was there any? */
static bool skip_rest(FILE *in) {
    bool any = false;
    for (int c = getc(in); c != '\n' && c != EOF; c = getc(in))
        any = true;
    return any;
}

bool talk_line(struct talk *t, const char *prompt, char line[LIMIT_TYPED]) {
    for (;;) {
        fprintf(t->out, "  %s ", prompt);
        fflush(t->out);
        if (!fgets(line, LIMIT_TYPED, t->in)) {
            fputs("\n", t->out);
            return false;
        }
        if (!strchr(line, '\n') && skip_rest(t->in)) {
            talk_text(t, _("That line is too long."), "  ! ");
            continue;
        }
        line[strcspn(line, "\r\n")] = '\0';
        size_t mark = line[0] == '?' ? 1 : strncmp(line, "？", 3) == 0 ? 3 : 0;
        if (!mark)
            return true;
        explain(t, line + mark + strspn(line + mark, " "));
    }
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

/* Asks until there is an answer. False at the end of the input. */
static bool ask(struct talk *t, const struct question *q, struct reply *reply) {
    static const char *const prompts[] = {
        N_("number of the answer"), N_("a number"), N_("an address")};
    char line[LIMIT_TYPED], prompt[64];
    snprintf(prompt, sizeof prompt, "%s>", _(prompts[q->kind]));
    while (talk_line(t, prompt, line))
        if (read_reply(q, line, reply))
            return true;
    return false;
}

static bool tell_question(struct talk *t, const struct question *q, const char *path,
    struct scope *scope, struct error *err) {
    fputs("\n", t->out);
    bool ok = talk_prose(t, &q->ask, path, scope, "  ? ", err);
    for (int i = 0; ok && i < q->option_count; i++) {
        char number[24];
        snprintf(number, sizeof number, "    %d. ", i + 1);
        ok = talk_prose(t, &q->options[i].text, path, scope, number, err);
    }
    return ok;
}

/* What is right, where nobody answered. The options have been told, and the answer is known:
 * neither can fail any more. */
static void tell_answer(
    struct talk *t, const struct question *q, const char *path, struct scope *scope, int option) {
    struct strbuf text = {0};
    struct markdown md = {0};
    struct error err;
    bool ok = q->kind == QUESTION_PICK
                  ? prose_markdown(&q->options[option].text, path, scope, &md, &err)
                  : expr_text(scope, q->answer, &text, &err);
    INVARIANT(ok);
    if (q->kind == QUESTION_PICK)
        sb_printf(&text, "%d. ", option + 1);
    markdown_text(&md, &text);
    fprintf(t->out, "  %s %s\n", _("The answer:"), sb_text(&text));
    markdown_free(&md);
    sb_free(&text);
}

/* The reply's grade, and the reason. */
static bool grade(struct talk *t, const struct question *q, const char *path, struct scope *scope,
    const struct reply *reply, bool answered, struct error *err) {
    struct grade grade = {0};
    bool ok = question_grade(q, path, scope, reply, &grade, err);
    if (ok) {
        struct markdown md = markdown_parse(sb_text(&grade.words), grade.words.len);
        t->asked += answered;
        t->right += answered && grade.right;
        if (answered)
            fprintf(t->out, "  %s\n", grade.right ? _("Right.") : _("Not so."));
        talk_markdown(t, &md, "  ");
        markdown_free(&md);
    }
    sb_free(&grade.words);
    return ok;
}

/* A question's answer and the reason; the right answer where none is given. */
static bool pose(struct talk *t, const struct question *q, const char *path, struct scope *scope,
    struct error *err) {
    struct reply reply;
    bool answered = ask(t, q, &reply);
    if (!answered) {
        if (!question_reply(q, path, scope, &reply, err))
            return false;
        tell_answer(t, q, path, scope, reply.option);
    }
    return grade(t, q, path, scope, &reply, answered, err);
}

/* --- Steps --- */

static bool is_challenge(const struct lesson_step *step) {
    return step->question && step->question->kind == QUESTION_DO;
}

/* One step up to its question: false and err if it is not true. */
static bool tell_step(
    struct talk *t, const struct lesson *l, size_t i, struct session *s, struct error *err) {
    const struct lesson_step *step = &l->steps[i];
    struct strbuf picture = {0};
    uint64_t seq;
    if (!lesson_step_stop(l, i, s, &seq, err))
        return false;
    struct scope scope = lesson_step_scope(l, i, s, seq);
    fprintf(t->out, "\n%zu/%zu  %s\n\n", i + 1, l->step_count, step->title);
    bool ok = talk_prose(t, &step->prose, l->path, &scope, "  ", err);
    if (ok) {
        regions_tell(scope_replica(&scope), session_env(s)->platform->ptr_size, &picture);
        fprintf(t->out, "\n%s", sb_text(&picture));
    }
    ok = ok && (!step->question || tell_question(t, step->question, l->path, &scope, err));
    if (step->question && !is_challenge(step))
        ok = ok && pose(t, step->question, l->path, &scope, err);
    scope_free(&scope);
    sb_free(&picture);
    return ok;
}

/* The step and its challenge, which has the address space to itself: in 32 bits there is room for
 * two worlds, and whoever tries another one needs both. The next step runs its script again. */
static bool take_step(struct talk *t, const struct lesson *l, size_t i, struct session **s,
    const struct environment *base, struct error *err) {
    if (!lesson_step_run(l, i, base, s, err) || !tell_step(t, l, i, *s, err))
        return false;
    if (is_challenge(&l->steps[i])) {
        session_free(*s);
        *s = NULL;
        challenge_take(t, l, i, base);
    }
    return true;
}

bool lesson_tell(const struct lesson *l, const struct environment *base, FILE *in, FILE *out,
    int *right, int *asked, struct error *err) {
    struct talk t = {.in = in, .out = out};
    struct session *s = NULL;
    bool ok = true;
    fprintf(out, "%s\n\n", l->title);
    struct markdown intro = lesson_intro(l);
    talk_markdown(&t, &intro, "  ");
    markdown_free(&intro);
    talk_text(&t, _("At a prompt, `? word` says what a word means."), "  ");
    for (size_t i = 0; ok && i < l->step_count; i++)
        ok = take_step(&t, l, i, &s, base, err);
    session_free(s);
    pages_free(&t.glossary);
    *right = t.right;
    *asked = t.asked;
    return ok;
}
