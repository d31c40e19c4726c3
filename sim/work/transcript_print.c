/*
 * Writing down what a workload does, as a transcript: see transcript.h.
 *
 * Ranges that the world says are taken are there from the start of the simulated space; the
 * `occupy` operations that tell of them are written and not run.
 */
#include "sim/work/transcript.h"

#include "sim/work/opfile.h"
#include "sim/work/scribe.h"
#include "sim/work/transcript_head.h"
#include "sim/work/workload.h"

#include <inttypes.h>
#include <string.h>

struct printer {
    struct op_source *source;
    struct environment env;
    struct os *os;
    struct program *program;
    struct scribe scribe; /* its lines are the transcript */
};

static bool print_line(struct printer *p, const struct opline *line, struct error *err) {
    struct error why;
    struct strbuf *out = &p->scribe.lines;
    size_t before = out->len;
    sb_puts(out, "> ");
    if (line->kind == OPLINE_DUMP)
        sb_puts(out, "d");
    else if (line->kind == OPLINE_BITS)
        sb_printf(out, "b %u", line->op.id);
    else if (!opline_write(&line->op, p->env.platform->ptr_size, out)) {
        out->len = before;
        out->text[before] = '\0';
        return true; /* a note: nothing happens */
    }
    sb_puts(out, "\n");
    if (scribe_run(&p->scribe, p->program, line, &why))
        return true;
    return error_set(err, "%s:%d: %s", p->source->name, line->op.line, why.text);
}

static bool print_op(struct printer *p, const struct op *op, struct error *err) {
    return print_line(p, &(struct opline){.kind = OPLINE_OP, .op = *op}, err);
}

static void print_taken(struct printer *p) {
    const struct model_config *m = &p->env.model;
    for (size_t i = 0; i < m->taken_count; i++)
        sb_printf(&p->scribe.lines,
            "> occupy 0x%" PRIx64 " %" PRIu64 "\noccupy addr=0x%" PRIx64 " size=0x%" PRIx64
            " err=0\n",
            m->taken[i].addr, m->taken[i].size, m->taken[i].addr, m->taken[i].size);
}

/* Go's thread has some random words; so that a real run can be given the same, they are told. */
static void print_seed(struct printer *p) {
    struct op op = {.code = OP_SEED, .seed = {p->env.seed[0], p->env.seed[1]}};
    if (!op.seed[0] && !op.seed[1])
        op.seed[0] = 1; /* what a heap has at first */
    struct error err;
    INVARIANT(print_op(p, &op, &err)); /* the heap has started */
}

static bool print_ops(struct printer *p, struct error *err) {
    struct op op;
    struct error end = {""};
    while (!program_ended(p->program) && p->source->next(p->source, &op, &end)) {
        if (!print_op(p, &op, err))
            return false;
        if (op.code == OP_INIT && !program_ended(p->program))
            print_seed(p);
    }
    if (end.text[0])
        return error_set(err, "%s", end.text);
    const struct opline dump = {.kind = OPLINE_DUMP};
    if (!program_ended(p->program))
        INVARIANT(print_line(p, &dump, err)); /* which nothing refuses */
    return true;
}

static bool print_lines(struct printer *p, struct error *err) {
    const struct opline *line;
    for (size_t i = 0; !program_ended(p->program) && (line = opfile_line(p->source, i)); i++)
        if (!print_line(p, line, err))
            return false;
    return true;
}

/* The name behind the platform in the first line: one word. */
static void write_head(struct printer *p) {
    char name[64];
    const char *title = workload_title(p->source);
    size_t len = strlen(title) < sizeof name ? strlen(title) : sizeof name - 1;
    for (size_t i = 0; i < len; i++)
        name[i] = (unsigned char)title[i] <= ' ' ? '-' : title[i];
    name[len] = '\0';
    transcript_head_write(p->os, *name ? name : "workload", &p->scribe.lines);
}

static bool print(struct printer *p, struct error *err) {
    p->os = os_model_new(p->env.platform, &p->env.model, err);
    if (!p->os)
        return false;
    p->scribe.os = p->os;
    p->program = program_new(p->os, &p->scribe.sink);
    write_head(p);
    print_taken(p);
    return opfile_line(p->source, 0) ? print_lines(p, err) : print_ops(p, err);
}

bool transcript_print(const char *workload, struct strbuf *out, struct error *err) {
    struct printer p = {0};
    scribe_init(&p.scribe, NULL);
    p.source = workload_open(workload, NULL, &p.env, NULL, err);
    bool ok = p.source && print(&p, err);
    if (p.scribe.lines.len)
        sb_add(out, p.scribe.lines.text, p.scribe.lines.len);
    program_free(p.program);
    os_destroy(p.os);
    scribe_destroy(&p.scribe);
    if (p.source)
        p.source->destroy(p.source);
    env_free(&p.env);
    return ok;
}
