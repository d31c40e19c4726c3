/*
 * Verifying transcripts: see transcript.h.
 *
 * A file is cut into operations (a line that begins with "> ") and the lines each produced. The
 * `os` lines of all of them are given to the replay provider beforehand. Then operation by
 * operation: run it, have the scribe write down what happened in the same words, compare.
 *
 * Nothing in a file can make the verifier fail other than by saying where and why.
 */
#include "sim/work/transcript.h"

#include "sim/base/file.h"
#include "sim/work/follow.h"
#include "sim/work/scribe.h"
#include "sim/work/transcript_head.h"

#include <stdlib.h>
#include <string.h>

struct verifier {
    const char *path;
    struct verify_result *result;
    struct transcript_head head;
    struct os *os;
    struct program *program;
    struct scribe scribe;
    bool check_replica;
    struct follower *follower; /* NULL: not asked for */
    char **lines;              /* of the file */
    size_t line_count;
};

static bool fail(struct verifier *v, int line, const char *fmt, ...) PRINTF_LIKE(3, 4);
static bool fail(struct verifier *v, int line, const char *fmt, ...) {
    va_list args;
    va_start(args, fmt);
    sb_printf(&v->result->why, "%s:%d: ", v->path, line);
    sb_vprintf(&v->result->why, fmt, args);
    sb_puts(&v->result->why, "\n");
    va_end(args);
    return false;
}

/* --- The file --- */

/* Cuts the file into lines in place, without what ends them. */
static void cut_lines(struct verifier *v, char *text) {
    size_t cap = 0;
    for (char *at = text; *at;) {
        void *array = v->lines;
        array_reserve(&array, &cap, v->line_count + 1, sizeof *v->lines);
        v->lines = array;
        v->lines[v->line_count++] = at;
        size_t len = strcspn(at, "\n");
        char *next = at + len + (at[len] == '\n');
        at[len && at[len - 1] == '\r' ? len - 1 : len] = '\0';
        at = next;
    }
}

static bool is_op(const char *line) {
    return strncmp(line, "> ", 2) == 0;
}

static bool read_head(struct verifier *v) {
    struct error err;
    int line;
    if (v->line_count < 2)
        return fail(
            v, 1, "not a transcript, expected `# go1.10.8 PLATFORM NAME` and a platform line");
    if (!transcript_head_read(v->lines[0], v->lines[1], &v->head, &line, &err))
        return fail(v, line, "%s", err.text);
    const struct replay_world world = {&v->head.platform, v->head.image_end, v->head.brk,
        v->head.phys_page_size, v->head.huge_page_size};
    v->os = os_replay_new(&world, &err);
    v->result->unreadable = !v->os;
    if (!v->os)
        return fail(v, 2, "%s", err.text);
    return true;
}

static bool expect_calls(struct verifier *v) {
    struct error err;
    for (size_t i = 2; i < v->line_count; i++)
        if (strncmp(v->lines[i], "os ", 3) == 0 && !os_replay_expect(v->os, v->lines[i] + 3, &err))
            return fail(v, (int)i + 1, "%s", err.text);
    return true;
}

/* --- Comparing --- */

static bool compare(struct verifier *v, int line, const struct strbuf *expected) {
    const char *want = sb_text(expected), *got = sb_text(&v->scribe.lines);
    int at = first_difference(&want, &got);
    if (!at)
        return true;
    fail(v, line + at - 1, "differs");
    const char *nothing = "(nothing)";
    struct strbuf *why = &v->result->why;
    sb_printf(
        why, "  expected %.*s\n", line_length(*want ? want : nothing), *want ? want : nothing);
    if (v->os->diverged)
        sb_printf(why, "  got      %s\n", v->os->why.text);
    else
        sb_printf(
            why, "  got      %.*s\n", line_length(*got ? got : nothing), *got ? got : nothing);
    return false;
}

/* --- Running --- */

static bool run_line(struct verifier *v, int line, const char *text) {
    struct error err;
    struct opline op;
    if (!opline_read(text, v->head.platform.ptr_size, &op, &err))
        return fail(v, line, "%s", err.text);
    op.op.line = line;
    bool ok = scribe_run(&v->scribe, v->program, &op, &err);
    if (!ok)
        fail(v, line, "%s", err.text);
    opline_free(&op);
    return ok;
}

/* The operation at line number *at (from 0), moving *at behind its result. */
static bool verify_op(struct verifier *v, size_t *at, struct strbuf *want) {
    int line = (int)*at + 1;
    const char *op = v->lines[(*at)++];
    if (!is_op(op))
        return fail(v, line, "`%.40s` stands outside an operation", op);
    sb_clear(want);
    for (; *at < v->line_count && !is_op(v->lines[*at]); ++*at) {
        sb_puts(want, v->lines[*at]);
        sb_puts(want, "\n");
    }
    sb_clear(&v->scribe.lines);
    if (!run_line(v, line, op + 2) || !compare(v, line + 1, want))
        return false;
    struct strbuf why = {0};
    bool ok = true;
    if (v->follower)
        ok = follower_compare(v->follower, program_heap(v->program), &why);
    if (!ok) /* never: a bug */
        fail(v, line, "the replica differs\n%s", sb_text(&why));
    sb_free(&why);
    return ok;
}

static bool verify_ops(struct verifier *v) {
    struct strbuf want = {0};
    bool ok = true;
    for (size_t at = 2; ok && at < v->line_count;) {
        ok = verify_op(v, &at, &want);
        v->result->operations += ok;
    }
    sb_free(&want);
    INVARIANT(!ok || os_replay_left(v->os) == 0); /* each call is a line, and was compared */
    return ok;
}

static bool travel(struct verifier *v) {
    struct strbuf why = {0};
    bool ok = true;
    if (v->follower)
        ok = follower_travel(v->follower, &why);
    if (!ok) /* never: a bug */
        fail(v, (int)v->line_count, "the replica differs\n%s", sb_text(&why));
    sb_free(&why);
    return ok;
}

static bool verify(struct verifier *v, struct strbuf *file) {
    if (strlen(sb_text(file)) != file->len)
        return fail(v, 1, "has zero bytes, expected a transcript");
    if (file->len)
        cut_lines(v, file->text);
    if (!read_head(v) || !expect_calls(v))
        return false;
    if (v->check_replica) {
        v->follower = follower_new(v->head.platform.ptr_size);
        v->scribe.next = follower_sink(v->follower);
    }
    v->scribe.os = v->os;
    v->program = program_new(v->os, &v->scribe.sink);
    if (!verify_ops(v))
        return false;
    return travel(v);
}

void transcript_verify(
    const char *path, const struct verify_options *options, struct verify_result *result) {
    struct verifier v = {.path = path, .result = result, .check_replica = options->replica};
    struct strbuf file = {0};
    struct error err;
    *result = (struct verify_result){0};
    scribe_init(&v.scribe, NULL);
    result->unreadable = !file_read(path, &file, NULL, &err);
    if (result->unreadable)
        sb_printf(&result->why, "%s\n", err.text);
    else
        result->passed = verify(&v, &file);
    if (v.follower)
        result->events = recording_count(follower_recording(v.follower));
    program_free(v.program);
    os_destroy(v.os);
    follower_free(v.follower);
    scribe_destroy(&v.scribe);
    sb_free(&file);
    free(v.lines);
}
