/*
 * Soaking: see soak.h.
 *
 * A trial is one program under observation. Batches of trials run in a child; the child tells how
 * far it is through a page of shared memory, so that whatever happens to it, the seed is known.
 * That program is then run once more, writing down each operation just before it runs; that is the
 * list that is shrunk, each try in a child of its own.
 */
#include "sim/work/soak.h"

#include "sim/base/random.h"
#include "sim/work/child.h"
#include "sim/work/follow.h"
#include "sim/work/generate.h"
#include "sim/work/opfile.h"
#include "sim/work/shrink.h"

#include <ctype.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

enum {
    COMPARE_EVERY = 64,  /* operations, on the average */
    BATCH_SECONDS = 10,  /* of trials in one child, so that nothing can pile up */
    TRIAL_SECONDS = 300, /* a trial that takes longer hangs */
    MOST_TRIES = 20000,  /* when shrinking */
    SHRINK_SECONDS = 120,
};

/* What parent and child share. */
struct tally {
    uint64_t seed; /* of the program that runs */
    uint64_t runs, ops, events, ended;
    uint64_t platform_ops[PLATFORM_COUNT];
};

static double now(void) {
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

/* --- A trial --- */

struct trial {
    struct os *os;
    struct follower *follower;
    struct program *program;
    struct legal *legal;
    uint64_t dice; /* when to compare */
};

static bool trial_begin(
    struct trial *t, const struct environment *env, uint64_t seed, struct strbuf *why) {
    struct error err;
    *t = (struct trial){.dice = seed};
    t->os = os_model_new(env->platform, &env->model, &err);
    if (!t->os) {
        sb_printf(why, "%s\n", err.text);
        return false;
    }
    t->follower = follower_new(env->platform->ptr_size);
    t->program = program_new(t->os, follower_sink(t->follower));
    program_set_checked(t->program, true);
    t->legal = legal_new(t->program, env->platform->ptr_size);
    return true;
}

static void trial_end(struct trial *t) {
    legal_free(t->legal);
    program_free(t->program);
    follower_free(t->follower);
    os_destroy(t->os);
}

static void trial_compare(struct trial *t) {
    struct strbuf why = {0};
    if (!program_in_flight(t->program))
        program_check(t->program);
    if (!follower_compare(t->follower, program_heap(t->program), &why)) /* never: a bug */
        BUG("the replica differs:\n%s", sb_text(&why));
}

static void trial_step(struct trial *t, const struct op *op) {
    legal_run(t->legal, op);
    if (random_below(&t->dice, COMPARE_EVERY))
        return;
    if (random_below(&t->dice, 2))
        program_settle(t->program);
    trial_compare(t);
}

static void trial_finish(struct trial *t) {
    struct strbuf why = {0};
    program_settle(t->program);
    trial_compare(t);
    if (!follower_travel(t->follower, &why)) /* never: a bug */
        BUG("the replica is not the same again:\n%s", sb_text(&why));
}

/* --- Random programs --- */

static void count_trial(
    const struct trial *t, const struct platform *platform, struct tally *tally) {
    const struct recording *rec = follower_recording(t->follower);
    uint64_t ops = recording_op_count(rec);
    tally->ops += ops;
    tally->events += recording_count(rec);
    tally->ended += program_ended(t->program);
    for (size_t i = 0; i < PLATFORM_COUNT; i++)
        tally->platform_ops[i] += platform_at(i) == platform ? ops : 0;
}

/* Runs the program of that seed, or as much of it as there is time for. listener may be NULL. */
static void run_seed(const struct soak_options *o, uint64_t seed, struct tally *tally, double until,
    legal_listener *listener, void *arg) {
    struct generator *g = generator_new(seed, o->platform);
    const struct environment *env = generator_env(g);
    struct strbuf why = {0};
    struct trial t;
    if (!trial_begin(&t, env, seed, &why)) /* never: its worlds can be */
        BUG("%s", sb_text(&why));
    legal_listen(t.legal, listener, arg);
    uint64_t length = generator_length(g);
    for (uint64_t i = 0; i < length && !program_ended(t.program) && now() < until; i++) {
        struct op op;
        generator_next(g, t.legal, &op);
        trial_step(&t, &op);
    }
    trial_finish(&t);
    count_trial(&t, env->platform, tally);
    trial_end(&t);
    generator_free(g);
}

/* What the child of a batch does. */
struct batch {
    const struct soak_options *options;
    struct tally *tally;
    double until;
};

static bool is_over(const struct soak_options *o, const struct tally *t) {
    return (o->runs && t->runs >= o->runs) || (o->ops && t->ops >= o->ops);
}

static bool run_batch(void *arg, int log) {
    const struct batch *b = arg;
    const struct soak_options *o = b->options;
    struct tally *t = b->tally;
    (void)log;
    while (!is_over(o, t) && now() < b->until) {
        alarm(TRIAL_SECONDS);
        run_seed(o, t->seed, t, b->until, o->listener, o->listener_arg);
        t->runs++;
        t->seed++;
    }
    return true;
}

/* --- A failure --- */

/* The same program once more, telling its operations. */
struct retelling {
    const struct soak_options *options;
    uint64_t seed;
    unsigned ptr_size;
    int log;
};

static void tell_op(void *arg, const struct op *op) {
    const struct retelling *r = arg;
    struct strbuf line = {0};
    sb_puts(&line, "> ");
    opline_write(op, r->ptr_size, &line); /* programs drawn have no notes */
    sb_puts(&line, "\n");
    ssize_t written = write(r->log, line.text, line.len);
    INVARIANT(written == (ssize_t)line.len);
    sb_free(&line);
    if (r->options->listener) /* never: without one only a bug brings us here */
        r->options->listener(r->options->listener_arg, op);
}

static bool retell(void *arg, int log) {
    struct retelling *r = arg;
    struct tally unused = {0};
    r->log = log;
    alarm(TRIAL_SECONDS);
    run_seed(r->options, r->seed, &unused, now() + TRIAL_SECONDS, tell_op, r);
    return true;
}

/* What a suspect's run in a child has to say to be the same failure. */
struct inquiry {
    const struct soak_options *options;
    const struct suspect *suspect;
    struct strbuf signature;
    double until;
};

static bool run_suspect(void *arg, int log) {
    const struct inquiry *q = arg;
    const struct suspect *s = q->suspect;
    struct strbuf why = {0};
    struct trial t;
    (void)log;
    alarm(TRIAL_SECONDS);
    if (!trial_begin(&t, &s->env, s->count, &why)) /* never: a world can be with less in it */
        BUG("%s", sb_text(&why));
    legal_listen(t.legal, q->options->listener, q->options->listener_arg);
    for (size_t i = 0; i < s->count; i++)
        trial_step(&t, &s->ops[i]);
    trial_finish(&t);
    trial_end(&t);
    return true;
}

/* The first line of what a child said, without its numbers. */
static void sign(const struct child_result *r, struct strbuf *out) {
    sb_clear(out);
    sb_printf(out, "%d ", r->signal);
    for (const char *at = sb_text(&r->said); *at && *at != '\n'; at++)
        if (!isxdigit((unsigned char)*at))
            sb_add(out, at, 1);
}

static bool same_failure(void *arg, const struct suspect *s) {
    struct inquiry *q = arg;
    struct strbuf signature = {0};
    if (now() > q->until)
        return false;
    struct child_result r;
    q->suspect = s;
    child_run(run_suspect, q, &r);
    sign(&r, &signature);
    bool same = r.failed && strcmp(sb_text(&signature), sb_text(&q->signature)) == 0;
    sb_free(&signature);
    child_result_free(&r);
    return same;
}

/* The listed operations as a suspect; there is one at least. The source keeps the masks. */
static struct op_source *read_ops(const char *text, struct suspect *s) {
    struct error err;
    INVARIANT(opfile_recognises(text));
    struct op_source *source = opfile_parse("", text, &err);
    INVARIANT(source);
    size_t cap = 0;
    const struct opline *line;
    for (size_t i = 0; (line = opfile_line(source, i)); i++) {
        void *ops = s->ops;
        array_reserve(&ops, &cap, s->count + 1, sizeof *s->ops);
        s->ops = ops;
        s->ops[s->count++] = line->op;
    }
    return source;
}

static void write_script(const struct suspect *s, struct soak_result *result) {
    struct strbuf *out = &result->script;
    sb_printf(out, "# seed %" PRIu64 "\n", result->seed);
    for (const char *at = sb_text(&result->why); *at;) {
        int len = (int)strcspn(at, "\n");
        sb_printf(out, "# %.*s\n", len, at);
        at += len + (at[len] == '\n');
    }
    opfile_write_world(&s->env, out);
    for (size_t i = 0; i < s->count; i++) {
        sb_puts(out, "> ");
        opline_write(&s->ops[i], s->env.platform->ptr_size, out);
        sb_puts(out, "\n");
    }
}

static void shrink_failure(const struct soak_options *o, const struct child_result *failure,
    const struct environment *env, struct soak_result *result) {
    struct suspect s = {0};
    struct strbuf text = {0};
    struct inquiry q = {
        .options = o, .until = now() + (o->shrink_seconds ? o->shrink_seconds : SHRINK_SECONDS)};
    sb_printf(&text, "platform %s\n%s", env->platform->name, sb_text(&failure->log));
    env_copy(&s.env, env);
    struct op_source *source = read_ops(sb_text(&text), &s);
    sign(failure, &q.signature);
    if (same_failure(&q, &s))
        shrink(&s, same_failure, &q, MOST_TRIES);
    write_script(&s, result);
    source->destroy(source);
    suspect_free(&s);
    sb_free(&q.signature);
    sb_free(&text);
}

static void examine(const struct soak_options *o, uint64_t seed, const struct child_result *batch,
    struct soak_result *result) {
    struct generator *g = generator_new(seed, o->platform);
    const struct environment *env = generator_env(g);
    struct retelling r = {o, seed, env->platform->ptr_size, -1};
    struct child_result again;
    result->failed = true;
    result->seed = seed;
    child_run(retell, &r, &again);
    sb_puts(&result->why, sb_text(again.failed ? &again.said : &batch->said));
    if (!again.failed)
        sb_puts(&result->why, "it did not happen again when the program ran alone\n");
    shrink_failure(o, &again, env, result);
    child_result_free(&again);
    generator_free(g);
}

/* --- All of it --- */

static void show_progress(const struct tally *t, double since) {
    double seconds = now() - since;
    fprintf(stderr, "\r%" PRIu64 " programs, %" PRIu64 " operations, %.0f a second ", t->runs,
        t->ops, (double)t->ops / seconds);
}

void soak(const struct soak_options *options, struct soak_result *result) {
    double begin = now();
    struct tally *t =
        mmap(NULL, sizeof *t, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    INVARIANT(t != MAP_FAILED);
    t->seed = options->seed;
    *result = (struct soak_result){0};
    while (!result->failed && !is_over(options, t)) {
        double left = options->seconds ? begin + options->seconds - now() : BATCH_SECONDS;
        struct batch b = {options, t, now() + (left < BATCH_SECONDS ? left : BATCH_SECONDS)};
        if (left <= 0)
            break;
        struct child_result r;
        child_run(run_batch, &b, &r);
        if (r.failed)
            examine(options, t->seed, &r, result);
        child_result_free(&r);
        if (options->progress)
            show_progress(t, begin);
    }
    if (options->progress)
        fputs("\n", stderr);
    result->runs = t->runs;
    result->ops = t->ops;
    result->events = t->events;
    result->ended = t->ended;
    memcpy(result->platform_ops, t->platform_ops, sizeof t->platform_ops);
    munmap(t, sizeof *t);
}

bool soak_source(
    struct op_source *source, const struct environment *env, struct soak_result *result) {
    struct trial t;
    struct op op;
    struct error err = {""};
    *result = (struct soak_result){.runs = 1};
    sb_printf(&result->why, "%s: ", source->name ? source->name : "the source");
    bool ok = trial_begin(&t, env, 0, &result->why);
    if (ok) {
        sb_clear(&result->why);
        while (!program_ended(t.program) && source->next(source, &op, &err))
            trial_step(&t, &op);
        ok = !err.text[0];
        if (!ok)
            sb_printf(&result->why, "%s\n", err.text);
        trial_finish(&t);
        result->ops = recording_op_count(follower_recording(t.follower));
        result->events = recording_count(follower_recording(t.follower));
        result->ended = program_ended(t.program);
    }
    trial_end(&t);
    result->failed = result->refused = !ok;
    return ok;
}

struct apart {
    struct op_source *source;
    const struct environment *env;
};

static bool run_apart(void *arg, int log) {
    const struct apart *a = arg;
    struct soak_result r;
    if (!soak_source(a->source, a->env, &r))
        fputs(sb_text(&r.why), stderr);
    sb_free(&r.why);
    ssize_t written = write(log, &r, sizeof r); /* its texts stay here */
    INVARIANT(written == (ssize_t)sizeof r);
    return !r.failed;
}

bool soak_source_apart(
    struct op_source *source, const struct environment *env, struct soak_result *result) {
    struct apart a = {source, env};
    struct child_result r;
    child_run(run_apart, &a, &r);
    *result = (struct soak_result){.failed = r.failed};
    if (r.log.len == sizeof *result)
        memcpy(result, r.log.text, sizeof *result);
    result->script = (struct strbuf){0};
    result->why = r.said;
    r.said = (struct strbuf){0};
    child_result_free(&r);
    return !result->failed;
}
