/*
 * Transcripts: see transcript.h.
 *
 * A file is cut into operations (a line that begins with "> ") and the lines each produced. The
 * `os` lines of all of them are given to the replay provider beforehand. Then operation by
 * operation: run it, write down what happened in the same words, compare.
 *
 * What happened outside (system calls, printed messages, the end) is taken from the events, so the
 * same text could be made from any recording.
 */
#include "sim/work/transcript.h"

#include "sim/base/file.h"
#include "sim/os/replay.h"
#include "sim/trace/recording.h"
#include "sim/work/program.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* --- Events as lines --- */

/* Passes events on to a recording (if there is one) and writes the outward ones down. */
struct scribe {
    struct sink sink; /* first */
    struct recording *rec;
    struct strbuf lines;
};

static void write_answer(struct strbuf *out, const struct event *ev) {
    if (ev->c)
        sb_printf(out, " -> 0x%" PRIx64, ev->c);
    else
        sb_puts(out, " -> nil");
}

static void write_call(struct strbuf *out, const struct event *ev) {
    sb_printf(
        out, "os %s addr=0x%" PRIx64 " size=0x%" PRIx64, event_kind_name(ev->kind), ev->a, ev->b);
    if (ev->kind == EV_OS_RESERVE) {
        write_answer(out, ev);
        if (ev->c)
            sb_printf(out, " reserved=%u", ev->w);
    } else if (ev->kind == EV_OS_MAP) {
        sb_printf(out, " reserved=%u", ev->w);
        if (ev->c != ev->a || ev->x) {
            write_answer(out, ev);
            sb_printf(out, " err=%u", ev->x);
        }
    } else if (ev->kind == EV_OS_ALLOC) {
        write_answer(out, ev);
    }
    sb_puts(out, "\n");
}

static void scribe_emit(struct sink *sink, const struct event *ev) {
    struct scribe *s = (struct scribe *)sink;
    char text[256];
    if (s->rec)
        recording_append(s->rec, ev);
    if (ev->kind >= EV_OS_RESERVE && ev->kind <= EV_OS_USED)
        write_call(&s->lines, ev);
    else if (ev->kind == EV_MESSAGE)
        sb_printf(&s->lines, "%s\n", message_text(ev, text, sizeof text));
    else if (ev->kind == EV_MARKED)
        sb_printf(&s->lines, "mark objects=%" PRIu64 " bytes=%" PRIu64 "\n", ev->a, ev->b);
    else if (ev->kind == EV_EXIT)
        sb_printf(&s->lines, "exit %u\n", ev->w);
}

/* --- Reading --- */

enum { MAX_WORDS = 8 };

/* An operation's line in words. */
struct words {
    char *word[MAX_WORDS];
    unsigned count;
};

static void split(char *line, struct words *w) {
    w->count = 0;
    for (char *at = strtok(line, " "); at && w->count < MAX_WORDS; at = strtok(NULL, " "))
        w->word[w->count++] = at;
}

static bool number(const struct words *w, unsigned i, uint64_t *out) {
    return i < w->count && parse_u64(w->word[i], out);
}

/* A pointer mask: hex, one digit for four words, lowest word in the lowest bit of the first digit.
 */
static bool read_mask(const char *text, uint8_t **mask) {
    size_t digits = strlen(text);
    *mask = xcalloc(digits / 2 + 1, 1);
    for (size_t i = 0; i < digits; i++) {
        const char *hex = "0123456789abcdef", *at = strchr(hex, text[i]);
        if (!at)
            return false;
        (*mask)[i / 2] |= (uint8_t)((at - hex) << (i % 2 * 4));
    }
    return true;
}

struct verifier {
    const char *path;
    struct verify_result *result;
    struct platform platform; /* with the transcript's own sizes */
    struct os *os;
    struct program *program;
    struct scribe scribe;
    bool check_replica;
    uint64_t *hashes; /* of the dump after each operation, */
    uint64_t *seqs;   /* and how many events had been applied then */
    size_t hash_count, hash_cap, seq_cap;
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

/* The number behind " name=" in a platform line. */
static bool platform_number(struct verifier *v, const char *line, const char *name, uint64_t *out) {
    char pattern[40], value[32];
    snprintf(pattern, sizeof pattern, " %s=", name);
    const char *at = strstr(line, pattern);
    if (at && sscanf(at + strlen(pattern), "%31[^ ]", value) == 1 && parse_u64(value, out))
        return true;
    return fail(v, 2, "the platform line has no number `%s`, expected `%s=NUMBER`", name, name);
}

static bool read_platform(struct verifier *v, const char *first, const char *second) {
    char name[64];
    struct replay_world world = {.platform = &v->platform};
    uint64_t mspan, mcache, node, max_mem, ptr_size;
    if (sscanf(first, "# %*s %63s", name) != 1 || !platform_find(name))
        return fail(
            v, 1, "no known platform in `%s`, expected `# go1.10.8 linux/amd64 NAME`", first);
    if (strncmp(second, "platform ", 9) != 0)
        return fail(v, 2, "`%s` is not a platform line, expected `platform ptrsize=...`", second);
    if (!platform_number(v, second, "ptrsize", &ptr_size) ||
        !platform_number(v, second, "maxmem", &max_mem) ||
        !platform_number(v, second, "image_end", &world.image_end) ||
        !platform_number(v, second, "brk", &world.brk) ||
        !platform_number(v, second, "physpage", &world.phys_page_size) ||
        !platform_number(v, second, "hugepage", &world.huge_page_size) ||
        !platform_number(v, second, "sizeof_mspan", &mspan) ||
        !platform_number(v, second, "sizeof_mcache", &mcache) ||
        !platform_number(v, second, "sizeof_treapnode", &node))
        return false;
    v->platform = *platform_find(name);
    if (v->platform.ptr_size != ptr_size || v->platform.max_mem != max_mem)
        return fail(v, 2,
            "%s has %u-byte pointers and _MaxMem 0x%" PRIx64 ", the transcript says "
            "otherwise",
            name, v->platform.ptr_size, v->platform.max_mem);
    v->platform.sizeof_mspan = (unsigned)mspan;
    v->platform.sizeof_mcache = (unsigned)mcache;
    v->platform.sizeof_treapnode = (unsigned)node;
    struct error err;
    v->os = os_replay_new(&world, &err);
    return v->os || fail(v, 2, "%s", err.text);
}

/* --- Running --- */

static bool run_op(struct verifier *v, int line, struct op *op, const char *result_fmt) {
    struct error err;
    uint64_t addr, size;
    if (!program_run(v->program, op, &err))
        return fail(v, line, "%s", err.text);
    if (program_ended(v->program) || !result_fmt)
        return true;
    program_object(v->program, op->id, &addr, &size);
    if (size == 0)
        sb_printf(&v->scribe.lines, "alloc %u zerobase\n", op->id);
    else
        sb_printf(&v->scribe.lines, result_fmt, op->id, addr);
    return true;
}

/* Fresh memory must read as zeros, whatever was there before. */
static void note_dirty(struct verifier *v, uint32_t id) {
    uint64_t addr, size;
    if (!program_object(v->program, id, &addr, &size) || !size)
        return;
    const uint8_t *bytes = os_host(v->os, addr);
    if (bytes[0] == 0 && memcmp(bytes, bytes + 1, size - 1) == 0)
        return;
    v->scribe.lines.len--; /* onto the same line */
    sb_puts(&v->scribe.lines, " DIRTY\n");
}

static bool run_alloc(struct verifier *v, int line, const struct words *w) {
    uint64_t id, ptrdata = 0;
    struct op op = {.code = OP_ALLOC, .line = line};
    uint8_t *mask = NULL;
    bool ok;
    if (w->word[0][0] == 'p') {
        op.code = OP_ALLOC_TYPED;
        ok = w->count == 6 && number(w, 1, &id) && number(w, 2, &op.elem) &&
             number(w, 3, &op.count) && number(w, 4, &ptrdata) && read_mask(w->word[5], &mask);
    } else {
        ok = w->count == 3 && number(w, 1, &id) && number(w, 2, &op.size);
    }
    if (!ok) {
        free(mask);
        return fail(v, line,
            "cannot read the operation, expected `a ID SIZE` or "
            "`p ID ELEM COUNT PTRDATA MASK`");
    }
    op.id = (uint32_t)id;
    op.ptrdata = ptrdata;
    op.mask = mask;
    ok = run_op(v, line, &op, "alloc %u 0x%" PRIx64 "\n");
    free(mask);
    if (ok && !program_ended(v->program))
        note_dirty(v, op.id);
    return ok;
}

static bool run_init(struct verifier *v, int line) {
    sb_puts(&v->scribe.lines, "init\n");
    if (!run_op(v, line, &(struct op){.code = OP_INIT, .line = line}, NULL))
        return false;
    if (!program_ended(v->program))
        heap_dump_bounds(program_heap(v->program), &v->scribe.lines);
    return true;
}

static bool run_occupy(struct verifier *v, int line, const struct words *w) {
    struct op op = {.code = OP_OCCUPY, .line = line};
    if (!number(w, 1, &op.addr) || !number(w, 2, &op.size))
        return fail(v, line, "cannot read the operation, expected `occupy ADDR SIZE`");
    if (!run_op(v, line, &op, NULL))
        return false;
    sb_printf(
        &v->scribe.lines, "occupy addr=0x%" PRIx64 " size=0x%" PRIx64 " err=0\n", op.addr, op.size);
    return true;
}

enum { MAX_BITS_WORDS = 512 }; /* a `b` line shows no more of an object */

static bool run_bits(struct verifier *v, int line, const struct words *w) {
    uint64_t id, addr, size;
    if (!number(w, 1, &id))
        return fail(v, line, "cannot read the operation, expected `b ID`");
    if (!program_object(v->program, (uint32_t)id, &addr, &size))
        return fail(v, line, "there is no object %" PRIu64, id);
    struct heap *h = program_heap(v->program);
    sb_printf(&v->scribe.lines, "bits %" PRIu64 " ", id);
    uint64_t bytes = heap_rounded_size(h, size), most = MAX_BITS_WORDS * v->platform.ptr_size;
    heap_bits(h, addr, bytes < most ? bytes : most, &v->scribe.lines);
    sb_puts(&v->scribe.lines, "\n");
    return true;
}

/* Collections, sweeping and scavenging, which report what they came to. */
static bool run_collector(struct verifier *v, int line, const char *name) {
    static const struct {
        const char *name;
        enum op_code code;
    } known[] = {
        {"g", OP_COLLECT}, {"l", OP_COLLECT_LAZY}, {"w", OP_SWEEP_ONE}, {"s", OP_SCAVENGE}};
    size_t i = 0;
    while (i < ARRAY_LEN(known) && strcmp(known[i].name, name) != 0)
        i++;
    if (i == ARRAY_LEN(known))
        return fail(v, line, "unknown operation `%s`", name);
    if (!run_op(v, line, &(struct op){.code = known[i].code, .line = line}, NULL))
        return false;
    struct strbuf *out = &v->scribe.lines;
    uint64_t yield = program_yield(v->program);
    const struct heap *h = program_heap(v->program);
    switch (known[i].code) {
    case OP_COLLECT:
    case OP_COLLECT_LAZY:
        sb_printf(out, "gc%s heap_live=%" PRIu64, known[i].code == OP_COLLECT ? "" : "lazy",
            heap_stat(h, STAT_heap_live));
        if (known[i].code == OP_COLLECT)
            sb_printf(out, " heap_inuse=%" PRIu64 " heap_idle=%" PRIu64,
                heap_stat(h, STAT_heap_inuse), heap_stat(h, STAT_heap_idle));
        sb_puts(out, "\n");
        break;
    case OP_SWEEP_ONE:
        if (program_swept(v->program))
            sb_printf(out, "sweepone npages=%" PRIu64 "\n", yield);
        else
            sb_puts(out, "sweepone done\n");
        break;
    default:
        sb_printf(out, "scavenge heap_released=%" PRIu64 "\n", heap_stat(h, STAT_heap_released));
    }
    return true;
}

static bool run_manual(struct verifier *v, int line, const struct words *w) {
    uint64_t id, addr, size;
    struct op op = {.code = w->word[0][0] == 'm' ? OP_MANUAL : OP_FREE_MANUAL, .line = line};
    if (!number(w, 1, &id) || (op.code == OP_MANUAL && !number(w, 2, &op.size)))
        return fail(v, line, "cannot read the operation, expected `m ID NPAGES` or `u ID`");
    op.id = (uint32_t)id;
    if (!run_op(v, line, &op, NULL))
        return false;
    if (op.code == OP_FREE_MANUAL)
        sb_printf(&v->scribe.lines, "freemanual %" PRIu64 "\n", id);
    else if (program_object(v->program, op.id, &addr, &size))
        sb_printf(&v->scribe.lines, "manual %" PRIu64 " 0x%" PRIx64 "\n", id, addr);
    return true;
}

/* Operations on one or two objects that print nothing. */
static bool run_simple(struct verifier *v, int line, const struct words *w) {
    static const struct {
        const char *name;
        enum op_code code;
        unsigned args;
    } known[] = {{"f", OP_DROP, 1}, {"x", OP_FILL, 1}, {"root", OP_ROOT, 1},
        {"unroot", OP_UNROOT, 1}, {"seed", OP_SEED, 2}, {"st", OP_STORE, 4}, {"nil", OP_NIL, 2},
        {"precise", OP_PRECISE, 1}};
    for (size_t i = 0; i < ARRAY_LEN(known); i++) {
        if (strcmp(w->word[0], known[i].name) != 0)
            continue;
        uint64_t arg[4] = {0};
        bool ok = w->count == known[i].args + 1;
        for (unsigned n = 0; ok && n < known[i].args; n++)
            ok = number(w, n + 1, &arg[n]);
        if (!ok)
            return fail(v, line, "`%s` takes %u numbers", known[i].name, known[i].args);
        struct op op = {.code = known[i].code,
            .line = line,
            .id = (uint32_t)arg[0],
            .word = arg[1],
            .dst = (uint32_t)arg[2],
            .off = arg[3],
            .size = arg[0],
            .seed = {(uint32_t)arg[0], (uint32_t)arg[1]}};
        return run_op(v, line, &op, NULL);
    }
    return run_collector(v, line, w->word[0]);
}

static bool run_line(struct verifier *v, int line, char *text) {
    struct words w;
    split(text, &w);
    if (!w.count)
        return fail(v, line, "an operation is missing after `>`");
    if (strcmp(w.word[0], "a") == 0 || strcmp(w.word[0], "p") == 0)
        return run_alloc(v, line, &w);
    if (strcmp(w.word[0], "init") == 0)
        return run_init(v, line);
    if (strcmp(w.word[0], "occupy") == 0)
        return run_occupy(v, line, &w);
    if (strcmp(w.word[0], "b") == 0)
        return run_bits(v, line, &w);
    if (strcmp(w.word[0], "m") == 0 || strcmp(w.word[0], "u") == 0)
        return run_manual(v, line, &w);
    if (strcmp(w.word[0], "d") == 0) {
        heap_dump(program_heap(v->program), &v->scribe.lines);
        return true;
    }
    return run_simple(v, line, &w);
}

/* --- Comparing --- */

/* Length of the line at text, without its newline. */
static int line_len(const char *text) {
    return (int)strcspn(text, "\n");
}

static bool compare(struct verifier *v, int line, const char *want, const char *got) {
    for (;; line++) {
        int want_len = line_len(want), got_len = line_len(got);
        if (!*want && !*got)
            return true;
        if (want_len != got_len || memcmp(want, got, (size_t)want_len) != 0 || !*want != !*got) {
            fail(v, line, "differs");
            sb_printf(&v->result->why, "  expected %.*s\n", *want ? want_len : 9,
                *want ? want : "(nothing)");
            if (v->os->diverged)
                sb_printf(&v->result->why, "  got      %s\n", v->os->why.text);
            else
                sb_printf(&v->result->why, "  got      %.*s\n", *got ? got_len : 9,
                    *got ? got : "(nothing)");
            return false;
        }
        want += want_len + (want[want_len] == '\n');
        got += got_len + (got[got_len] == '\n');
    }
}

/* --- The replica --- */

static uint64_t hash_text(const struct strbuf *text) {
    uint64_t hash = UINT64_C(0xcbf29ce484222325);
    for (size_t i = 0; i < text->len; i++)
        hash = (hash ^ (uint8_t)text->text[i]) * UINT64_C(0x100000001b3);
    return hash;
}

static uint64_t hash_replica(const struct verifier *v, const struct replica *r) {
    struct strbuf dump = {0};
    replica_dump(r, v->platform.ptr_size, &dump);
    uint64_t hash = hash_text(&dump);
    sb_free(&dump);
    return hash;
}

/* After an operation: the replica that followed the events must say what the heap says. */
static bool compare_replica(struct verifier *v, int line) {
    struct strbuf heap = {0}, replica = {0};
    heap_dump(program_heap(v->program), &heap);
    replica_dump(recording_head(v->scribe.rec), v->platform.ptr_size, &replica);
    bool same = compare(v, line, heap.text, replica.text);
    if (!same)
        sb_puts(&v->result->why, "  (expected: the heap's dump; got: the replica's)\n");
    void *hashes = v->hashes, *seqs = v->seqs;
    array_reserve(&hashes, &v->hash_cap, v->hash_count + 1, sizeof *v->hashes);
    array_reserve(&seqs, &v->seq_cap, v->hash_count + 1, sizeof *v->seqs);
    v->hashes = hashes;
    v->seqs = seqs;
    v->hashes[v->hash_count] = hash_text(&heap);
    v->seqs[v->hash_count++] = recording_count(v->scribe.rec);
    sb_free(&heap);
    sb_free(&replica);
    return same;
}

static bool same_at(struct verifier *v, const struct replica *r, size_t i, const char *how) {
    if (hash_replica(v, r) == v->hashes[i])
        return true;
    return fail(
        v, 0, "the replica, %s to event %" PRIu64 ", differs from what it was there", how, r->seq);
}

/* Undoes everything, then does it again, comparing at the end of every operation on both ways; then
 * jumps about. */
static bool travel(struct verifier *v) {
    const struct recording *rec = v->scribe.rec;
    struct replica *r = replica_new();
    recording_seek(rec, &r, recording_count(rec));
    bool ok = true;
    for (size_t i = v->hash_count; ok && i-- > 0;) {
        while (r->seq > v->seqs[i])
            replica_undo(r, recording_event(rec, r->seq - 1));
        ok = same_at(v, r, i, "undone");
    }
    while (ok && r->seq > 0)
        replica_undo(r, recording_event(rec, r->seq - 1));
    for (size_t i = 0; ok && i < v->hash_count; i++) {
        while (r->seq < v->seqs[i])
            replica_apply(r, recording_event(rec, r->seq));
        ok = same_at(v, r, i, "done again");
    }
    uint64_t dice = 88172645463325252u;
    for (int n = 0; ok && n < 64 && v->hash_count; n++) {
        dice ^= dice << 13, dice ^= dice >> 7, dice ^= dice << 17;
        size_t i = (size_t)(dice % v->hash_count);
        recording_seek(rec, &r, v->seqs[i]);
        ok = same_at(v, r, i, "sought");
    }
    replica_free(r);
    return ok;
}

/* --- The whole file --- */

/* Cuts the file into lines in place; returns how many. */
static size_t cut_lines(struct strbuf *file, char ***lines) {
    size_t count = 0, cap = 0;
    *lines = NULL;
    for (char *at = file->text; at && *at;) {
        void *array = *lines;
        array_reserve(&array, &cap, count + 1, sizeof **lines);
        *lines = array;
        (*lines)[count++] = at;
        at += strcspn(at, "\n");
        if (*at)
            *at++ = '\0';
    }
    return count;
}

static bool is_op(const char *line) {
    return strncmp(line, "> ", 2) == 0;
}

static bool expect_calls(struct verifier *v, char **lines, size_t count) {
    struct error err;
    for (size_t i = 2; i < count; i++)
        if (strncmp(lines[i], "os ", 3) == 0 && !os_replay_expect(v->os, lines[i] + 3, &err))
            return fail(v, (int)i + 1, "%s", err.text);
    return true;
}

static bool verify_ops(struct verifier *v, char **lines, size_t count) {
    struct strbuf want = {0};
    bool ok = true;
    for (size_t i = 2; ok && i < count;) {
        int line = (int)i + 1;
        if (!is_op(lines[i])) {
            ok = fail(v, line, "`%.40s` stands outside an operation", lines[i]);
            break;
        }
        char *op = lines[i++] + 2;
        sb_clear(&want);
        for (; i < count && !is_op(lines[i]); i++)
            sb_printf(&want, "%s\n", lines[i]);
        sb_clear(&v->scribe.lines);
        ok = run_line(v, line, op) &&
             compare(v, line + 1, sb_text(&want), sb_text(&v->scribe.lines)) &&
             (!v->check_replica || compare_replica(v, line));
        v->result->operations += ok;
    }
    sb_free(&want);
    if (ok && os_replay_left(v->os))
        ok =
            fail(v, (int)count, "%zu recorded system calls were never made", os_replay_left(v->os));
    return ok;
}

static bool verify(struct verifier *v, struct strbuf *file) {
    char **lines;
    size_t count = cut_lines(file, &lines);
    bool ok = count >= 2 ? read_platform(v, lines[0], lines[1])
                         : fail(v, 1,
                               "not a transcript, expected `# go1.10.8 PLATFORM NAME` and "
                               "a platform line");
    if (ok) {
        v->program = program_new(v->os, &v->scribe.sink);
        ok = expect_calls(v, lines, count) && verify_ops(v, lines, count) &&
             (!v->check_replica || travel(v));
    }
    free(lines);
    return ok;
}

void transcript_verify(
    const char *path, const struct verify_options *options, struct verify_result *result) {
    struct verifier v = {.path = path, .result = result, .check_replica = options->replica};
    struct strbuf file = {0};
    struct error err;
    *result = (struct verify_result){0};
    v.scribe.sink.emit = scribe_emit;
    if (options->replica)
        v.scribe.rec = recording_new();
    result->unreadable = !file_read(path, &file, NULL, &err);
    if (result->unreadable)
        sb_printf(&result->why, "%s\n", err.text);
    else
        result->passed = verify(&v, &file);
    if (v.scribe.rec)
        result->events = recording_count(v.scribe.rec);
    program_free(v.program);
    os_destroy(v.os);
    recording_free(v.scribe.rec);
    sb_free(&v.scribe.lines);
    sb_free(&file);
    free(v.hashes);
    free(v.seqs);
}
