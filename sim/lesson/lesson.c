/*
 * Reading lessons: see lesson.h.
 *
 * The file is gone through line by line, since md4c tells no line numbers and those are what an
 * author needs: headings cut it into the introduction and the steps, scripts and views are taken
 * out, and what remains of a part is its prose, which md4c reads.
 */
#include "sim/lesson/lesson.h"

#include "sim/base/file.h"
#include "sim/base/limits.h"
#include "sim/lesson/lesson_parts.h"
#include "sim/work/script.h"

#include <stdlib.h>
#include <string.h>

enum inside { IN_PROSE, IN_CODE, IN_SCRIPT, IN_QUESTION, IN_VIEW, IN_COMMENT };

struct lesson_reader {
    struct lesson *lesson;
    const char *path;
    int line;
    enum inside in;
    int since;            /* line on which that began */
    size_t fence;         /* length of the fence that a block of code began with */
    char mark;            /* ... which is ` or ~ */
    bool shown;           /* IN_SCRIPT: the script belongs to the prose, too */
    size_t scripted;      /* number, from 1, of the last step with a script of its own */
    struct prose prose;   /* of the part being read */
    struct strbuf script; /* or question, being read */
    struct error *err;
};

static bool fail(struct lesson_reader *r, int line, const char *what) {
    return error_set(r->err, "%s:%d: %s", r->path, line, what);
}

/* NULL while the introduction is read. */
static struct lesson_step *current_step(struct lesson_reader *r) {
    struct lesson *l = r->lesson;
    return l->step_count ? &l->steps[l->step_count - 1] : NULL;
}

/* --- Parts --- */

/* What the lines so far make: the introduction or the last step. */
static bool end_part(struct lesson_reader *r) {
    struct lesson_step *step = current_step(r);
    bool said = r->prose.line_count > 0;
    *(step ? &step->prose : &r->lesson->intro) = r->prose;
    r->prose = (struct prose){0};
    if (!r->lesson->title)
        return fail(r, 1, "the lesson has no title; expected a line `# TITLE`");
    if (!step)
        return true;
    if (!said)
        return fail(r, step->line, "the step says nothing; expected prose after its heading");
    if (step->stop.kind == STOP_NONE)
        return fail(
            r, step->line, "the step stops nowhere; expected `<!-- view` with a line `stop ...`");
    if (!step->script)
        return fail(r, step->line,
            "the step has nothing to run; expected a block ```arena here or in a step before");
    return true;
}

static bool begin_step(struct lesson_reader *r, const char *title) {
    struct lesson *l = r->lesson;
    if (!end_part(r))
        return false;
    const struct lesson_step *before = current_step(r);
    const struct lesson_script *script = before ? before->script : NULL;
    void *steps = l->steps;
    array_reserve(&steps, &l->step_cap, l->step_count + 1, sizeof *l->steps);
    l->steps = steps;
    l->steps[l->step_count++] =
        (struct lesson_step){.title = xstrdup(title), .line = r->line, .script = script};
    if (!*title)
        return fail(r, r->line, "the step has no title; expected `## TITLE`");
    return true;
}

static bool set_title(struct lesson_reader *r, const char *title) {
    if (r->lesson->title)
        return fail(r, r->line, "a second title; expected one line `# TITLE`, and steps `## ...`");
    if (r->prose.line_count)
        return fail(r, r->line, "text stands before the title; expected `# TITLE` first");
    if (!*title)
        return fail(r, r->line, "the lesson has no title; expected `# TITLE`");
    r->lesson->title = xstrdup(title);
    return true;
}

static void add_prose(struct lesson_reader *r, const char *line) {
    if (*line || r->prose.line_count)
        prose_add(&r->prose, line, r->line);
}

/* --- Scripts --- */

static bool begin_script(struct lesson_reader *r, const char *info) {
    if (!current_step(r))
        return fail(r, r->line, "a script before the first step; expected it after a `## ...`");
    if (r->scripted == r->lesson->step_count)
        return fail(r, r->line, "the step has a second script; expected one");
    r->scripted = r->lesson->step_count;
    r->shown = strcmp(info, "arena show") == 0;
    if (!r->shown && strcmp(info, "arena") != 0)
        return fail(r, r->line, "unknown words after `arena`; expected `arena` or `arena show`");
    r->in = IN_SCRIPT;
    r->since = r->line;
    sb_clear(&r->script);
    for (int i = 0; i < r->line; i++)
        sb_puts(&r->script, "\n");
    return true;
}

static bool end_script(struct lesson_reader *r) {
    struct lesson *l = r->lesson;
    struct op_source *source = script_parse(r->path, r->script.text, r->err);
    if (!source)
        return false;
    source->destroy(source);
    struct lesson_script *s = xcalloc(1, sizeof *s);
    *s = (struct lesson_script){.file = xstrdup(r->path), .text = xstrdup(r->script.text)};
    void *scripts = l->scripts;
    array_reserve(&scripts, &l->script_cap, l->script_count + 1, sizeof(struct lesson_script *));
    l->scripts = scripts;
    l->scripts[l->script_count++] = s;
    current_step(r)->script = s;
    return true;
}

/* --- Questions --- */

static bool begin_question(struct lesson_reader *r) {
    if (!current_step(r))
        return fail(r, r->line, "a question before the first step; expected it after a `## ...`");
    if (current_step(r)->question)
        return fail(r, r->line, "the step has a second question; expected one");
    r->in = IN_QUESTION;
    r->since = r->line;
    sb_clear(&r->script);
    return true;
}

static bool end_question(struct lesson_reader *r) {
    struct lesson_step *step = current_step(r);
    INVARIANT(step); /* begin_question saw to that */
    struct question *q = step->question = xcalloc(1, sizeof *q);
    return question_parse(q, r->path, sb_text(&r->script), r->since + 1, r->err);
}

/* --- Lines --- */

/* How long a fence of ` or ~ the line begins with; 0 if none. */
static size_t fence_length(const char *line) {
    size_t len = strspn(line, "`");
    if (!len)
        len = strspn(line, "~");
    return len >= 3 ? len : 0;
}

static bool begin_code(struct lesson_reader *r, const char *line) {
    r->fence = fence_length(line);
    r->mark = *line;
    const char *info = line + r->fence + strspn(line + r->fence, " ");
    if (strcmp(info, "arena") == 0 || strncmp(info, "arena ", 6) == 0) {
        if (!begin_script(r, info))
            return false;
        if (r->shown)
            add_prose(r, line);
        return true;
    }
    if (strcmp(info, "question") == 0)
        return begin_question(r);
    r->in = IN_CODE;
    r->since = r->line;
    add_prose(r, line);
    return true;
}

static bool code_line(struct lesson_reader *r, const char *line) {
    size_t fence = *line == r->mark ? fence_length(line) : 0;
    enum inside in = r->in;
    bool last = fence >= r->fence && !line[fence];
    if (in == IN_CODE || (in == IN_SCRIPT && r->shown))
        prose_add(&r->prose, line, r->line);
    if (in != IN_CODE && !last)
        sb_printf(&r->script, "%s\n", line);
    if (!last)
        return true;
    r->in = IN_PROSE;
    return in == IN_CODE || (in == IN_SCRIPT ? end_script(r) : end_question(r));
}

static bool begin_comment(struct lesson_reader *r, const char *line) {
    const char *rest = line + strlen("<!--");
    rest += strspn(rest, " ");
    bool view = strcmp(rest, "view") == 0;
    if (view && !current_step(r))
        return fail(r, r->line, "a view before the first step; expected it after a `## ...`");
    if (!view && strstr(line, "-->"))
        return true;
    r->in = view ? IN_VIEW : IN_COMMENT;
    r->since = r->line;
    return true;
}

static bool view_line(struct lesson_reader *r, const char *line) {
    line += strspn(line, " ");
    if (!*line)
        return true;
    if (strcmp(line, "-->") == 0) {
        r->in = IN_PROSE;
        return true;
    }
    return lesson_directive(current_step(r), r->path, r->line, line, r->err);
}

static bool prose_line(struct lesson_reader *r, const char *line) {
    const char *title;
    if ((title = after_word(line, "#")))
        return set_title(r, title);
    if ((title = after_word(line, "##")))
        return begin_step(r, title);
    if (strncmp(line, "<!--", 4) == 0)
        return begin_comment(r, line);
    if (fence_length(line))
        return begin_code(r, line);
    add_prose(r, line);
    return true;
}

static bool read_line(struct lesson_reader *r, const char *line) {
    switch (r->in) {
    case IN_PROSE: return prose_line(r, line);
    case IN_CODE:
    case IN_QUESTION:
    case IN_SCRIPT: return code_line(r, line);
    case IN_VIEW: return view_line(r, line);
    case IN_COMMENT:
    default: break;
    }
    if (strstr(line, "-->"))
        r->in = IN_PROSE;
    return true;
}

static bool read_lines(struct lesson_reader *r, const char *text, size_t len) {
    struct strbuf line = {0};
    bool ok = true;
    for (size_t at = 0; ok && at < len;) {
        const char *end = memchr(text + at, '\n', len - at);
        size_t n = end ? (size_t)(end - text) - at : len - at, used = n;
        while (used && strchr(" \t\r", text[at + used - 1]))
            used--;
        sb_clear(&line);
        front_vary(&r->lesson->front, text + at, used, &line);
        r->line++;
        if (r->line <= r->lesson->front.lines) {
            at += n + 1;
            continue;
        }
        ok = memchr(text + at, '\0', n) ? fail(r, r->line, "a zero byte; expected text in UTF-8")
                                        : read_line(r, sb_text(&line));
        at += n + 1;
    }
    sb_free(&line);
    return ok;
}

/* --- What scripts do --- */

/* Called for each operation of a script; false: enough. */
typedef bool op_visitor(void *arg, const struct op *op);

static void visit_ops(const struct lesson_script *script, op_visitor *visit, void *arg) {
    struct error err;
    struct environment env = {.platform = platform_find("linux/amd64")};
    struct op_source *source = script_parse(script->file, script->text, &err);
    INVARIANT(source); /* it was read before */
    script_environment(source, &env);
    source->ptr_size = env.platform->ptr_size;
    source->rewind(source);
    struct op op;
    while (source->next(source, &op, &err) && visit(arg, &op))
        ;
    source->destroy(source);
    env_free(&env);
}

static bool count_op(void *arg, const struct op *op) {
    (void)op;
    return ++*(uint64_t *)arg <= LESSON_MOST_OPS;
}

struct phase_search {
    const char *words;
    unsigned number; /* of the phase looked at last, from 1 */
    bool found;
};

static bool find_phase(void *arg, const struct op *op) {
    struct phase_search *s = arg;
    if (op->code == OP_NOTE) {
        s->number++;
        s->found = strcmp(op->note, s->words) == 0;
    }
    return !s->found;
}

/* Finds each stop's phase in its step's script. */
static bool find_phases(struct lesson_reader *r) {
    for (size_t i = 0; i < r->lesson->step_count; i++) {
        struct lesson_step *step = &r->lesson->steps[i];
        struct phase_search search = {.words = step->stop.phase_words};
        if (!search.words)
            continue;
        visit_ops(step->script, find_phase, &search);
        if (!search.found)
            return error_set(r->err,
                "%s:%d: the step's script has no phase \"%s\"; expected the words of one", r->path,
                step->stop.line, search.words);
        step->stop.phase = search.number;
    }
    return true;
}

static bool count_ops(struct lesson_reader *r) {
    const struct lesson *l = r->lesson;
    for (size_t i = 0; i < l->script_count; i++) {
        struct lesson_script *script = l->scripts[i];
        visit_ops(script, count_op, &script->ops);
        if (script->ops > LESSON_MOST_OPS)
            return error_set(r->err,
                "%s:%d: the script makes more than %d operations; expected a run that somebody can "
                "step through",
                r->path, 1 + (int)strspn(script->text, "\n"), LESSON_MOST_OPS);
    }
    return true;
}

/* The front matter and the heading say the same. */
static bool check_title(struct lesson_reader *r) {
    const struct lesson *l = r->lesson;
    if (l->front.title && strcmp(l->front.title, l->title) != 0)
        return fail(r, 2, "the title is another than that of the line `# ...`; expected the same");
    return true;
}

static bool read_lesson(struct lesson_reader *r, const char *text, size_t len) {
    if (!read_lines(r, text, len))
        return false;
    if (r->in == IN_CODE || r->in == IN_SCRIPT || r->in == IN_QUESTION)
        return fail(r, r->since, "the block is not closed; expected ``` on a line below");
    if (r->in != IN_PROSE)
        return fail(r, r->since, "the comment is not closed; expected --> on a line below");
    if (!end_part(r))
        return false;
    if (!r->lesson->step_count)
        return fail(r, r->line, "the lesson has no steps; expected `## TITLE`");
    return count_ops(r) && check_title(r) && find_phases(r);
}

struct lesson *lesson_parse_variant(
    const char *path, const char *text, size_t len, unsigned variant, struct error *err) {
    struct lesson *l = xcalloc(1, sizeof *l);
    l->path = xstrdup(path);
    struct lesson_reader r = {.lesson = l, .path = path, .err = err};
    bool ok = front_parse(&l->front, path, text, variant, err) && read_lesson(&r, text, len);
    prose_free(&r.prose);
    sb_free(&r.script);
    if (ok)
        return l;
    lesson_free(l);
    return NULL;
}

struct lesson *lesson_parse(const char *path, const char *text, size_t len, struct error *err) {
    return lesson_parse_variant(path, text, len, 0, err);
}

struct lesson *lesson_load_variant(const char *path, unsigned variant, struct error *err) {
    struct strbuf text = {0};
    struct lesson *l = NULL;
    if (file_read_most(path, LIMIT_TEXT, &text, NULL, err))
        l = lesson_parse_variant(path, sb_text(&text), text.len, variant, err);
    sb_free(&text);
    return l;
}

struct lesson *lesson_load(const char *path, struct error *err) {
    return lesson_load_variant(path, 0, err);
}

static void free_step(struct lesson_step *step) {
    free(step->title);
    free(step->stop.phase_words);
    free(step->focus.expression);
    free(step->zoom.expression);
    prose_free(&step->prose);
    if (step->question)
        question_free(step->question);
    free(step->question);
    for (size_t i = 0; i < step->code_count; i++) {
        free(step->codes[i].file);
        free(step->codes[i].function);
    }
    free(step->codes);
}

void lesson_free(struct lesson *l) {
    if (!l)
        return;
    for (size_t i = 0; i < l->step_count; i++)
        free_step(&l->steps[i]);
    for (size_t i = 0; i < l->script_count; i++) {
        free(l->scripts[i]->file);
        free(l->scripts[i]->text);
        free(l->scripts[i]);
    }
    prose_free(&l->intro);
    front_free(&l->front);
    free(l->steps);
    free(l->scripts);
    free(l->title);
    free(l->path);
    free(l);
}
