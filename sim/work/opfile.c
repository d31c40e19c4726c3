/* Files of operations: see opfile.h. */
#include "sim/work/opfile.h"

#include "sim/work/script.h"
#include "sim/work/transcript_head.h"

#include <stdlib.h>
#include <string.h>

struct opfile {
    struct op_source source; /* first */
    char *name;
    struct environment env; /* what the head says */
    struct opline *lines;
    size_t count, cap, next;
};

static bool is_op(const char *line) {
    return line[0] == '>' && line[1] == ' ';
}

bool opfile_recognises(const char *text) {
    return is_op(text) || strstr(text, "\n> ") != NULL;
}

/* --- The source --- */

/* The file's words as words of another width: the same elements, as many, at the same places. */
static void fit_width(struct op *op, unsigned from, unsigned to) {
    if (from == to)
        return;
    op->off = 0;
    if (!op->ptrdata)
        return;
    op->elem = op->elem / from * to;
    op->ptrdata = op->ptrdata / from * to;
}

static bool opfile_next(struct op_source *source, struct op *op, struct error *err) {
    struct opfile *f = (struct opfile *)source;
    err->text[0] = '\0';
    while (f->next < f->count && f->lines[f->next].kind != OPLINE_OP)
        f->next++;
    if (f->next == f->count)
        return false;
    *op = f->lines[f->next++].op;
    fit_width(op, f->env.platform->ptr_size, source->ptr_size);
    return true;
}

static void opfile_rewind(struct op_source *source) {
    ((struct opfile *)source)->next = 0;
}

static void opfile_destroy(struct op_source *source) {
    struct opfile *f = (struct opfile *)source;
    for (size_t i = 0; i < f->count; i++)
        opline_free(&f->lines[i]);
    free(f->lines);
    free(f->name);
    env_free(&f->env);
    free(f);
}

static const struct opfile *as_opfile(const struct op_source *source) {
    return source->next == opfile_next ? (const struct opfile *)source : NULL;
}

const struct opline *opfile_line(const struct op_source *source, size_t i) {
    const struct opfile *f = as_opfile(source);
    return f && i < f->count ? &f->lines[i] : NULL;
}

bool opfile_environment(const struct op_source *source, struct environment *env) {
    const struct opfile *f = as_opfile(source);
    if (!f)
        return false;
    env_free(env);
    env_copy(env, &f->env);
    return true;
}

/* --- Reading --- */

/* A transcript's world: its platform, where that differs from the usual one. */
static bool read_transcript_head(
    struct opfile *f, const char *first, const char *second, struct error *err) {
    struct transcript_head head;
    struct error why;
    int line;
    if (!transcript_head_read(first, second, &head, &line, &why))
        return error_set(err, "%s:%d: %s", f->name, line, why.text);
    const struct platform *usual = platform_find(head.platform.name);
    f->env.platform = usual;
    if (head.image_end != usual->image_end)
        f->env.model.image_end = head.image_end;
    if (head.brk != usual->brk)
        f->env.model.brk = head.brk;
    f->env.model.no_page_size = head.phys_page_size == 0;
    if (head.phys_page_size != usual->phys_page_size)
        f->env.model.phys_page_size = head.phys_page_size;
    return true;
}

static bool read_script_head(struct opfile *f, const char *text, size_t len, struct error *err) {
    char *head = xstrndup(text, len);
    struct op_source *script = script_parse(f->name, head, err);
    free(head);
    if (!script)
        return false;
    script_environment(script, &f->env);
    script->destroy(script);
    return true;
}

/* The first line of text without its end; the caller frees it. */
static char *line_at(const char *text) {
    size_t len = strcspn(text, "\n");
    return xstrndup(text, len && text[len - 1] == '\r' ? len - 1 : len);
}

static const char *next_line(const char *text) {
    text += strcspn(text, "\n");
    return *text ? text + 1 : text;
}

/* What stands before the first operation. */
static bool read_head(struct opfile *f, const char *text, struct error *err) {
    const char *ops = is_op(text) ? text : strstr(text, "\n> ") + 1;
    char *first = line_at(text), *second = line_at(next_line(text));
    bool transcript = transcript_head_recognises(second) && next_line(text) < ops;
    bool ok = transcript ? read_transcript_head(f, first, second, err)
                         : read_script_head(f, text, (size_t)(ops - text), err);
    free(first);
    free(second);
    return ok;
}

static bool add_line(struct opfile *f, const char *text, int number, struct error *err) {
    struct error why;
    struct opline line;
    if (!opline_read(text, f->env.platform->ptr_size, &line, &why))
        return error_set(err, "%s:%d: %s", f->name, number, why.text);
    line.op.line = number;
    void *lines = f->lines;
    array_reserve(&lines, &f->cap, f->count + 1, sizeof *f->lines);
    f->lines = lines;
    f->lines[f->count++] = line;
    return true;
}

static bool read_ops(struct opfile *f, const char *text, struct error *err) {
    bool ok = true;
    for (int number = 1; ok && *text; number++, text = next_line(text)) {
        if (!is_op(text))
            continue; /* a result, or a comment */
        char *line = line_at(text);
        ok = add_line(f, line + 2, number, err);
        free(line);
    }
    return ok;
}

struct op_source *opfile_parse(const char *name, const char *text, struct error *err) {
    struct opfile *f = xcalloc(1, sizeof *f);
    f->name = xstrdup(name);
    f->source =
        (struct op_source){opfile_next, opfile_rewind, opfile_destroy, f->name, sizeof(uint64_t)};
    f->env =
        (struct environment){.platform = platform_find("linux/amd64"), .provider = PROVIDER_MODEL};
    if (read_head(f, text, err) && read_ops(f, text, err))
        return &f->source;
    opfile_destroy(&f->source);
    return NULL;
}

/* --- Writing --- */

static void write_number(struct strbuf *out, const char *what, uint64_t n) {
    if (n)
        sb_printf(out, "%s 0x%llx\n", what, (unsigned long long)n);
}

void opfile_write_world(const struct environment *env, struct strbuf *out) {
    const struct model_config *m = &env->model;
    sb_printf(out, "platform %s\n", env->platform->name);
    if (env->provider == PROVIDER_MODEL)
        sb_puts(out, "provider model\n");
    for (size_t i = 0; i < m->taken_count; i++)
        sb_printf(out, "take 0x%llx 0x%llx\n", (unsigned long long)m->taken[i].addr,
            (unsigned long long)m->taken[i].size);
    write_number(out, "limit", m->address_limit);
    write_number(out, "limit memory", m->memory_limit);
    write_number(out, "image", m->image_end);
    write_number(out, "brk", m->brk);
    if (m->no_page_size)
        sb_puts(out, "page none\n");
    else
        write_number(out, "page", m->phys_page_size);
    if (m->ignores_hints)
        sb_puts(out, "elsewhere on\n");
    if (env->seed[0] || env->seed[1])
        sb_printf(out, "seed %u %u\n", env->seed[0], env->seed[1]);
}
