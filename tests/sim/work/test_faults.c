/*
 * Every call to the operating system can fail. Workloads, scripts and the operations of transcripts
 * run on a system of which the n-th call of a kind fails, for n = 1, 2, 3, ... until nothing does.
 * However it fails, Go either has a way around it, and the heap is sound, or says its words and
 * ends the program with status 2; and the replica holds what the heap holds.
 *
 * FAULTS_ALL=1 takes every n and every errno, and the workloads on a platform of each kind; else n
 * doubles.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "sim/base/data.h"
#include "sim/os/fault.h"
#include "sim/work/follow.h"
#include "sim/work/legal.h"
#include "sim/work/script.h"
#include "sim/work/workload.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { TRAVEL_EVERY = 32 }; /* runs; undone and done again as a whole */

/* What runs, and on which platform (NULL: its own). */
struct scenario {
    const char *name, *platform;
    struct op_source *source;
    struct environment env;
    struct error err; /* why it cannot run there */
};

/* What a run came to. */
struct ending {
    uint64_t calls; /* of the fault's kind */
    bool ended;
    char last[256]; /* the last line that Go printed, "" for none */
};

static bool all(void) {
    const char *value = getenv("FAULTS_ALL");
    return value && *value && *value != '0';
}

/* Short, but with everything that asks the system for something. */
static const char small_program[] = "seed 1 2\nkeep o 800\nrepeat 800\n"
                                    "o[] = alloc ~300\nend\ncollect\nrepeat 8\no[] = alloc 3MiB\n"
                                    "end\ncollect\nscavenge\nrepeat 3\no[] = alloc 5MiB\nend\n"
                                    "o[] = alloc 600MiB\ncollect\nscavenge\nalloc 16\n";

/* On Windows memory that was given back is committed again, and there may be none. */
static const char windows_program[] = "platform windows/386\nlimit memory 60MiB\na = alloc 20MiB\n"
                                      "drop a\ncollect\nscavenge\nalloc 38MiB\nalloc 19MiB\n";

static struct scenario open_scenario(const char *name, const char *platform) {
    struct scenario s = {.name = name, .platform = platform};
    const struct environment base = {
        .platform = platform_find(platform ? platform : "linux/amd64"), .provider = PROVIDER_MODEL};
    struct strbuf path = {0};
    if (strchr(name, '\n')) {
        s.source = script_parse("program", name, &s.err);
        env_copy(&s.env, &base);
        assert_true(s.source && script_environment(s.source, &s.env));
    } else {
        sb_puts(&path, name);
        if (strstr(name, ".txt.gz"))
            assert_true(data_path(name, &path));
        s.source = workload_open(path.text, &base, &s.env, NULL, &s.err);
    }
    sb_free(&path);
    if (!s.source)
        fail_msg("%s", s.err.text);
    return s;
}

static void close_scenario(struct scenario *s) {
    s->source->destroy(s->source);
    env_free(&s->env);
}

/* --- A run --- */

struct trial {
    struct os *os;
    struct follower *follower;
    struct program *program;
    struct legal *legal;
};

static struct trial trial_begin(const struct scenario *s, const struct fault *fault) {
    struct trial t;
    struct error err = {""};
    struct os *model = os_model_new(s->env.platform, &s->env.model, &err);
    if (!model)
        fail_msg("%s", err.text);
    t.os = os_fault_new(model, fault);
    t.follower = follower_new(s->env.platform->ptr_size);
    t.program = program_new(t.os, follower_sink(t.follower));
    program_set_checked(t.program, false); /* must_be_sound looks, where it matters */
    t.legal = legal_new(t.program, s->env.platform->ptr_size);
    return t;
}

static void trial_end(struct trial *t) {
    legal_free(t->legal);
    program_free(t->program);
    follower_free(t->follower);
    os_destroy(t->os);
}

static void must_be_sound(struct trial *t) {
    struct strbuf why = {0};
    program_settle(t->program);
    if (!program_ended(t->program))
        heap_check(program_heap(t->program));
    if (!follower_compare(t->follower, program_heap(t->program), &why))
        fail_msg("the replica differs: %s", sb_text(&why));
    sb_free(&why);
}

static void must_travel(struct trial *t) {
    struct strbuf why = {0};
    if (!follower_travel(t->follower, &why))
        fail_msg("there and back differ: %s", sb_text(&why));
    sb_free(&why);
}

static void last_words(const struct recording *rec, char *out, size_t len) {
    struct strbuf line = {0};
    char words[256];
    *out = '\0';
    for (uint64_t i = 0; i < recording_count(rec); i++) {
        const struct event *ev = recording_event(rec, i);
        if (ev->kind != EV_MESSAGE)
            continue;
        sb_puts(&line, message_text(ev, words, sizeof words));
        if (!message_ends_line(ev))
            continue;
        if (strcmp(line.text, "runtime: panic before malloc heap initialized") != 0)
            snprintf(out, len, "%s", line.text);
        sb_clear(&line);
    }
    sb_free(&line);
}

static struct ending run(struct scenario *s, const struct fault *fault, bool travel) {
    struct trial t = trial_begin(s, fault);
    struct ending o = {0};
    struct op op;
    bool looked = false;
    s->source->ptr_size = s->env.platform->ptr_size;
    s->source->rewind(s->source);
    while (!program_ended(t.program) && s->source->next(s->source, &op, &s->err)) {
        legal_run(t.legal, &op);
        if (!looked && fault->nth && os_fault_calls(t.os) >= fault->nth) {
            looked = true;
            must_be_sound(&t);
        }
    }
    must_be_sound(&t);
    if (travel)
        must_travel(&t);
    o.calls = os_fault_calls(t.os);
    o.ended = program_ended(t.program);
    const struct replica *r = recording_head(follower_recording(t.follower));
    assert_true(!o.ended || r->status == 2);
    last_words(follower_recording(t.follower), o.last, sizeof o.last);
    trial_end(&t);
    return o;
}

/* --- What may come of it --- */

static bool is_one_of(const char *text, const char *const *words) {
    for (; *words; words++)
        if (strcmp(text, *words) == 0)
            return true;
    return false;
}

/* Go's last words, by the call that has failed; what it has a way around is NULL alone. */
static const char *const reserve_words[] = {
    "fatal error: runtime: cannot reserve arena virtual address space",
    "fatal error: out of memory", NULL};
static const char *const map_words[] = {"fatal error: runtime: out of memory",
    "fatal error: out of memory", "fatal error: runtime: cannot map pages in arena address space",
    "fatal error: runtime: address space conflict", NULL};
static const char *const alloc_words[] = {"fatal error: runtime: cannot allocate memory",
    "fatal error: runtime: cannot allocate memory (malloc)", "fatal error: out of memory",
    "runtime: mmap: access denied", "runtime: mmap: too much locked memory (check 'ulimit -l').",
    NULL};
static const char *const free_words[] = {"fatal error: runtime: failed to release pages", NULL};
static const char *const unused_words[] = {"fatal error: runtime: failed to decommit pages", NULL};
static const char *const used_words[] = {"fatal error: runtime: failed to commit pages", NULL};
static const char *const none[] = {NULL};

static void must_be_gos_way(
    const struct scenario *s, const struct fault *fault, const struct ending *o) {
    static const char *const *const words[FAULT_CALLS] = {
        reserve_words, map_words, alloc_words, free_words, unused_words, used_words, none, none};
    bool windows = s->env.platform->goos == GOOS_WINDOWS;
    bool looks = fault->call <= FAULT_ALLOC || windows; /* at the answer */
    bool fatal = fault->call == FAULT_MAP ||
                 (windows && fault->call >= FAULT_FREE && fault->call <= FAULT_USED);
    const char *const *may = looks ? words[fault->call] : none;
    if (o->ended ? !is_one_of(o->last, may) : fatal)
        fail_msg("%.20s on %s, %s number %llu%s fails with error %d: Go %s `%s`", s->name,
            s->env.platform->name, fault_call_name(fault->call), (unsigned long long)fault->nth,
            fault->for_good ? " (and all later ones)" : "", fault->err,
            o->ended ? "ends with" : "goes on after", o->last);
}

/* --- The walk --- */

struct tally {
    uint64_t runs, ended;
};

static uint64_t next_nth(uint64_t n, uint64_t calls) {
    uint64_t next = n + (all() ? 1 : n);
    return n < calls && next > calls ? calls : next;
}

static void walk(struct scenario *s, struct fault fault, struct tally *tally) {
    fault.nth = 0;
    struct ending whole = run(s, &fault, false);
    if (whole.ended && fault.call > FAULT_ALLOC) /* where it ends on its own the way is the same */
        whole.calls = whole.calls > 3 ? 3 : whole.calls;
    for (uint64_t n = 1; n <= whole.calls; n = next_nth(n, whole.calls)) {
        fault.nth = n;
        struct ending o = run(s, &fault, tally->runs % TRAVEL_EVERY == 0);
        assert_true(o.calls >= n);
        if (!whole.ended || o.ended != whole.ended || strcmp(o.last, whole.last) != 0)
            must_be_gos_way(s, &fault, &o);
        tally->runs++;
        tally->ended += o.ended;
    }
}

/* Each kind of call, once and for good, and with each errno that Go tells apart there. */
static void walk_all(const char *name, const char *platform, struct tally *tally) {
    static const int errs[] = {0, 13, 11, 22}; /* ENOMEM, EACCES, EAGAIN, EINVAL */
    struct scenario s = open_scenario(name, platform);
    for (unsigned call = 0; call <= FAULT_BRK; call++)
        for (unsigned good = 0; good < 2; good++)
            for (size_t e = 0; e < ARRAY_LEN(errs); e++)
                if (e == 0 || (!good && (call == FAULT_ALLOC || (call == FAULT_MAP && e == 3))))
                    walk(&s,
                        (struct fault){
                            .call = (enum fault_call)call, .for_good = good, .err = errs[e]},
                        tally);
    close_scenario(&s);
}

static void tell(const char *what, const struct tally *t) {
    printf("# %s: %llu runs, of which Go ended %llu\n", what, (unsigned long long)t->runs,
        (unsigned long long)t->ended);
}

static void every_call_of_a_small_program_can_fail(void **state) {
    struct tally t = {0};
    (void)state;
    for (size_t i = 0; platform_at(i); i++)
        if (all() || i % 3 == 0 || strcmp(platform_at(i)->name, "windows/386") == 0)
            walk_all(small_program, platform_at(i)->name, &t);
    assert_true(t.runs > 100 && t.ended > 50 && t.ended < t.runs);
    tell("small program", &t);
}

static void every_call_of_the_workloads_can_fail(void **state) {
    static const char *const platforms[] = {
        "linux/amd64", "linux/386", "darwin/arm64", "windows/386"};
    struct tally t = {0};
    (void)state;
    for (size_t w = 0; all() && workload_builtin(w); w++)
        for (size_t i = 0; i < ARRAY_LEN(platforms); i++)
            walk_all(workload_builtin(w), platforms[i], &t);
    if (!all()) {
        walk_all("small", "linux/amd64", &t);
        walk_all("workers", "windows/386", &t);
    }
    tell("workloads", &t);
}

static void every_call_of_transcripts_operations_can_fail(void **state) {
    static const char *const names[] = {"init-arm64", "fallback4-386", "hints3-amd64", "lazy-386",
        "grow-amd64", "crowd-386", "large-386", "bitmap-amd64", "sizes-386", "mix-amd64"};
    struct tally t = {0};
    (void)state;
    for (size_t i = 0; i < (all() ? ARRAY_LEN(names) : 3); i++) {
        char name[64];
        snprintf(name, sizeof name, "tests/data/transcripts/%s.txt.gz", names[i]);
        walk_all(name, NULL, &t);
    }
    tell("transcripts", &t);
}

static void an_occupation_that_fails_is_told(void **state) {
    const struct fault fault = {.call = FAULT_OCCUPY, .nth = 1};
    const struct op op = {.code = OP_OCCUPY, .addr = 0x20000000, .size = 4096};
    struct scenario s = open_scenario(small_program, "linux/386");
    struct trial t = trial_begin(&s, &fault);
    struct error err = {""};
    (void)state;
    assert_false(program_run(t.program, &op, &err));
    assert_string_equal(err.text, "0x1000 bytes at 0x20000000 cannot be occupied (error 12), "
                                  "expected a free range that begins at a page");
    assert_true(program_run(t.program, &op, &err));
    must_be_sound(&t);
    trial_end(&t);
    close_scenario(&s);
}

static void released_pages_may_find_no_memory_when_they_are_used_again(void **state) {
    const struct fault fault = {.call = FAULT_USED};
    struct scenario s = open_scenario(windows_program, NULL);
    struct ending e = run(&s, &fault, true);
    (void)state;
    assert_true(e.ended && e.calls == 1);
    assert_string_equal(e.last, "fatal error: runtime: failed to commit pages");
    close_scenario(&s);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_call_of_a_small_program_can_fail),
        cmocka_unit_test(every_call_of_the_workloads_can_fail),
        cmocka_unit_test(every_call_of_transcripts_operations_can_fail),
        cmocka_unit_test(an_occupation_that_fails_is_told),
        cmocka_unit_test(released_pages_may_find_no_memory_when_they_are_used_again),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
