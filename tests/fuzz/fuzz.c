/* What the targets share: see fuzz.h. */
#include "tests/fuzz/fuzz.h"

#include "sim/trace/dumptext.h"
#include "sim/trace/export.h"
#include "sim/trace/graph.h"
#include "sim/trace/narrate.h"
#include "sim/trace/why.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

enum { MOST_TOLD = 500, MOST_EXPORTED = 3000, MOST_LINKED = 20000, MOMENTS = 7 };

char *fuzz_text(const uint8_t *data, size_t len) {
    return len && memchr(data, 0, len) ? NULL : xstrndup((const char *)data, len);
}

struct fuzz_file fuzz_file(const void *data, size_t len) {
    struct fuzz_file f = {.fd = memfd_create("fuzz", 0)};
    INVARIANT(f.fd >= 0 && write(f.fd, data, len) == (ssize_t)len);
    snprintf(f.path, sizeof f.path, "/proc/self/fd/%d", f.fd);
    return f;
}

void fuzz_file_close(struct fuzz_file *f) {
    close(f->fd);
}

void fuzz_refused(const struct error *err) {
    if (!err->text[0] || strchr(err->text, '\n'))
        BUG("a refusal should be one line, but is \"%s\"", err->text);
}

/* --- Running --- */

void fuzz_bound(struct model_config *model) {
    if (!model->memory_limit || model->memory_limit > FUZZ_MEMORY)
        model->memory_limit = FUZZ_MEMORY;
}

struct session *fuzz_session(const struct environment *env, struct op_source *source) {
    struct environment simulated = *env;
    struct error err = {""};
    simulated.provider = PROVIDER_MODEL;
    fuzz_bound(&simulated.model);
    struct session *s = session_new(&simulated, source, &err);
    if (!s)
        fuzz_refused(&err);
    return s;
}

static void compare(struct session *s) {
    struct strbuf heap = {0}, replica = {0};
    unsigned ptr_size = session_env(s)->platform->ptr_size;
    program_settle(session_program(s));
    heap_dump(program_heap(session_program(s)), &heap);
    replica_dump(recording_head(session_recording(s)), ptr_size, &replica);
    if (strcmp(sb_text(&heap), sb_text(&replica)) != 0)
        BUG("the replica is not as the heap");
    sb_free(&heap);
    sb_free(&replica);
}

void fuzz_run(struct session *s) {
    const struct recording *rec = session_recording(s);
    for (int ops = 0; ops < FUZZ_OPS && recording_count(rec) < FUZZ_EVENTS; ops++)
        if (!session_pump(s, 1))
            break;
    if (session_error(s)->text[0])
        fuzz_refused(session_error(s));
    compare(s);
}

/* --- Looking --- */

static void tell(const struct recording *rec, const struct replica *r, unsigned ptr_size) {
    const struct event *ev = recording_event(rec, r->seq - 1);
    struct strbuf words = {0};
    narrate(ev, r, ptr_size, &words);
    struct why why = why_of(ev, r);
    if (!words.len || !why.rule || !why.file)
        BUG("nothing to tell of an event");
    sb_free(&words);
}

static void tell_all(const struct recording *rec, struct replica *r, unsigned ptr_size) {
    uint64_t most = recording_count(rec) < MOST_TOLD ? recording_count(rec) : MOST_TOLD;
    while (r->seq < most) {
        replica_apply(r, recording_event(rec, r->seq));
        tell(rec, r, ptr_size);
    }
}

static void link_all(const struct recording *rec, const struct replica *r, unsigned ptr_size) {
    struct graph *g = graph_new(rec, ptr_size);
    while (!graph_build(g, r->seq, MOST_LINKED) && !graph_too_large(g))
        continue;
    if (!graph_too_large(g))
        reach_free(graph_reach(g, r, 0));
    graph_free(g);
}

static void export_all(const struct recording *rec, const struct replica *r) {
    struct strbuf out = {0};
    for (unsigned table = 0; table < TABLE_COUNT; table++)
        export_csv(rec, r, (enum export_table)table, &out);
    if (recording_count(rec) <= MOST_EXPORTED)
        export_chrome(rec, "fuzz", &out);
    sb_free(&out);
}

void fuzz_look(const struct recording *rec, unsigned ptr_size) {
    uint64_t count = recording_count(rec);
    struct replica *r = replica_new();
    struct strbuf at_end = {0}, again = {0};
    tell_all(rec, r, ptr_size);
    for (unsigned i = 0; i <= MOMENTS; i++)
        recording_seek(rec, &r, count / MOMENTS * (i * 3 % MOMENTS));
    recording_seek(rec, &r, count);
    replica_dump(r, ptr_size, &at_end);
    replica_dump(recording_head(rec), ptr_size, &again);
    if (strcmp(sb_text(&at_end), sb_text(&again)) != 0)
        BUG("the replica differs from what it was there");
    link_all(rec, r, ptr_size);
    export_all(rec, r);
    replica_free(r);
    sb_free(&at_end);
    sb_free(&again);
}
