/*
 * arenasim: the allocator without a window.
 *
 *   arenasim verify FILE...        does the allocator do what Go's did?
 *   arenasim run WORKLOAD          run a script, a built-in workload or a trace; tell what happened
 *   arenasim transcript WORKLOAD   write down every step, as the transcripts of Go do
 *   arenasim soak                  run random programs and check everything
 *   arenasim stress                real threads on one heap
 *   arenasim platforms             which platforms there are
 *
 * Exit status: 0 all is well, 1 something did not verify, 2 bad input.
 */
#include "sim/trace/narrate.h"
#include "sim/work/session.h"
#include "sim/work/soak.h"
#include "sim/work/stress.h"
#include "sim/work/transcript.h"
#include "sim/work/workload.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

enum { EXIT_FAILED = 1, EXIT_BAD_INPUT = 2 };

static const char usage[] =
    "arenasim: the allocator of Go 1.10, run without a window\n"
    "\n"
    "  arenasim verify [--replica] FILE...\n"
    "      replay transcripts of Go 1.10.8 (plain or gzip) and compare every line;\n"
    "      --replica also checks the replica after every operation, undone and done again\n"
    "  arenasim run [--platform NAME] [--provider host|model] [--events] [--dump] WORKLOAD\n"
    "      run a built-in workload, a script or a GODEBUG=allocfreetrace=1 log;\n"
    "      --events tells every event, --dump shows the whole heap at the end\n"
    "  arenasim transcript WORKLOAD\n"
    "      run it in a simulated space and print its transcript, which can be verified and\n"
    "      compared with Go's; WORKLOAD may also be a transcript, or a file of its `> ` lines\n"
    "  arenasim soak [--seed N] [--runs N] [--ops N] [--seconds S] [--platform NAME]\n"
    "      run random programs through heap, checker and replica; what fails is shrunk to a few\n"
    "      operations, which `arenasim soak FILE` runs again in the same way\n"
    "  arenasim stress [--threads N] [--seconds S] [--platform NAME] [--seed N] [--bare]\n"
    "      N threads, each on a P of its own, allocate and drop while the heap is collected, and\n"
    "      check that nothing is lost or handed out twice; --bare measures small objects alone\n"
    "  arenasim platforms\n"
    "      list the platforms\n"
    "  arenasim help\n";

static int bad_usage(const char *fmt, const char *what) {
    fprintf(stderr, "arenasim: ");
    fprintf(stderr, fmt, what);
    fprintf(stderr, "; see `arenasim help`\n");
    return EXIT_BAD_INPUT;
}

static int verify(int argc, char **argv) {
    struct verify_options options = {0};
    uint64_t passed = 0, failed = 0, operations = 0, events = 0;
    bool unreadable = false;
    int first = 0;
    for (; first < argc && argv[first][0] == '-' && argv[first][1]; first++) {
        if (strcmp(argv[first], "--replica") != 0)
            return bad_usage("unknown option `%s`, expected --replica", argv[first]);
        options.replica = true;
    }
    if (first == argc)
        return bad_usage("%s: no file given, expected transcripts", "verify");
    for (int i = first; i < argc; i++) {
        struct verify_result result;
        transcript_verify(argv[i], &options, &result);
        *(result.passed ? &passed : &failed) += 1;
        operations += result.operations;
        events += result.events;
        unreadable |= result.unreadable;
        fputs(sb_text(&result.why), result.unreadable ? stderr : stdout);
        sb_free(&result.why);
    }
    printf("%" PRIu64 " operations", operations);
    if (options.replica)
        printf(", %" PRIu64 " events followed by the replica, undone and done again", events);
    printf("\n%" PRIu64 " passed, %" PRIu64 " failed\n", passed, failed);
    return unreadable ? EXIT_BAD_INPUT : failed ? EXIT_FAILED : EXIT_SUCCESS;
}

struct run_options {
    struct environment env;
    bool events, dump;
    const char *workload;
};

static int read_run_options(int argc, char **argv, struct run_options *o) {
    for (int i = 0; i < argc; i++) {
        const char *arg = argv[i], *value = i + 1 < argc ? argv[i + 1] : "";
        if (strcmp(arg, "--events") == 0) {
            o->events = true;
        } else if (strcmp(arg, "--dump") == 0) {
            o->dump = true;
        } else if (strcmp(arg, "--platform") == 0) {
            o->env.platform = platform_find(value);
            if (!o->env.platform)
                return bad_usage(
                    "unknown platform `%s`, expected one that `arenasim platforms` lists", value);
            i++;
        } else if (strcmp(arg, "--provider") == 0) {
            bool host = strcmp(value, "host") == 0;
            if (!host && strcmp(value, "model") != 0)
                return bad_usage("unknown provider `%s`, expected host or model", value);
            o->env.provider = host ? PROVIDER_HOST : PROVIDER_MODEL;
            i++;
        } else if (arg[0] == '-' && arg[1]) {
            return bad_usage("unknown option `%s`", arg);
        } else if (o->workload) {
            return bad_usage("a second workload `%s`, expected one", arg);
        } else {
            o->workload = arg;
        }
    }
    return o->workload ? 0 : bad_usage("%s: no workload given", "run");
}

static void tell_event(const struct event *ev, const struct replica *after, unsigned ptr_size) {
    struct strbuf text = {0};
    narrate(ev, after, ptr_size, &text);
    printf("%8" PRIu64 "  %s\n", after->seq, sb_text(&text));
    sb_free(&text);
}

static void tell_events(const struct recording *rec, unsigned ptr_size) {
    struct replica *r = replica_new();
    for (uint64_t i = 0; i < recording_count(rec); i++) {
        replica_apply(r, recording_event(rec, i));
        tell_event(recording_event(rec, i), r, ptr_size);
    }
    replica_free(r);
}

/* What a run came to, in a few lines; Go's last words if it ended the program. */
static void tell_result(const struct session *s) {
    const struct recording *rec = session_recording(s);
    const struct replica *r = recording_head(rec);
    char live[32], inuse[32], sys[32], words[256];
    printf("%s on %s: %" PRIu64 " operations, %" PRIu64 " objects, %" PRIu64 " events\n",
        session_env(s)->platform->name, session_provider(s), r->ops, r->objects_born,
        recording_count(rec));
    printf("heap live %s, in use %s, from the system %s, %zu spans\n",
        format_size(r->stats[STAT_heap_live], live, sizeof live),
        format_size(r->stats[STAT_heap_inuse], inuse, sizeof inuse),
        format_size(r->stats[STAT_heap_sys], sys, sizeof sys), r->span_count);
    for (uint64_t i = 0; r->exited && i < recording_count(rec); i++)
        if (recording_event(rec, i)->kind == EV_MESSAGE)
            printf("Go: %s\n", message_text(recording_event(rec, i), words, sizeof words));
    if (r->exited)
        printf("Go ended the program with status %u\n", r->status);
}

static int run(int argc, char **argv) {
    struct run_options o = {
        .env = {.platform = platform_find("linux/amd64"), .provider = PROVIDER_HOST}};
    struct environment env = {0};
    struct strbuf report = {0};
    struct error err;
    int bad = read_run_options(argc, argv, &o);
    if (bad)
        return bad;
    struct op_source *source = workload_open(o.workload, &o.env, &env, &report, &err);
    struct session *s = source ? session_new(&env, source, &err) : NULL;
    fputs(sb_text(&report), stdout);
    sb_free(&report);
    env_free(&env);
    if (!s) {
        fprintf(stderr, "arenasim: %s\n", err.text);
        return EXIT_BAD_INPUT;
    }
    while (session_pump(s, 1 << 12)) {
    }
    if (o.events)
        tell_events(session_recording(s), session_env(s)->platform->ptr_size);
    if (o.dump) {
        struct strbuf dump = {0};
        heap_dump(program_heap(session_program(s)), &dump);
        fputs(sb_text(&dump), stdout);
        sb_free(&dump);
    }
    tell_result(s);
    bool failed = session_error(s)->text[0];
    if (failed)
        fprintf(stderr, "arenasim: %s\n", session_error(s)->text);
    session_free(s);
    return failed ? EXIT_BAD_INPUT : EXIT_SUCCESS;
}

static int transcript(int argc, char **argv) {
    struct strbuf out = {0};
    struct error err;
    if (argc != 1)
        return bad_usage("%s: expected one workload", "transcript");
    if (argv[0][0] == '-' && argv[0][1])
        return bad_usage("unknown option `%s`", argv[0]);
    bool ok = transcript_print(argv[0], &out, &err);
    fputs(sb_text(&out), stdout);
    sb_free(&out);
    if (!ok)
        fprintf(stderr, "arenasim: %s\n", err.text);
    return ok ? EXIT_SUCCESS : EXIT_BAD_INPUT;
}

/* One of the options of soak that have a number: where it goes, NULL if it is none. */
static uint64_t *soak_number(struct soak_options *o, uint64_t *seconds, const char *name) {
    if (strcmp(name, "--seed") == 0)
        return &o->seed;
    if (strcmp(name, "--runs") == 0)
        return &o->runs;
    if (strcmp(name, "--ops") == 0)
        return &o->ops;
    return strcmp(name, "--seconds") == 0 ? seconds : NULL;
}

static int read_soak_options(int argc, char **argv, struct soak_options *o, const char **file) {
    uint64_t seconds = 0;
    for (int i = 0; i < argc; i++) {
        const char *arg = argv[i], *value = i + 1 < argc ? argv[i + 1] : "";
        uint64_t *number = soak_number(o, &seconds, arg);
        if (number && !parse_u64(value, number))
            return bad_usage("a number is missing behind `%s`", arg);
        if (strcmp(arg, "--platform") == 0 && !(o->platform = platform_find(value)))
            return bad_usage(
                "unknown platform `%s`, expected one that `arenasim platforms` lists", value);
        if (number || strcmp(arg, "--platform") == 0)
            i++;
        else if (arg[0] == '-' && arg[1])
            return bad_usage("unknown option `%s`", arg);
        else
            *file = arg;
    }
    o->seconds = (double)seconds;
    return EXIT_SUCCESS;
}

static void tell_soak(const struct soak_options *o, const struct soak_result *r) {
    printf("%" PRIu64 " programs from seed %" PRIu64 " on, %" PRIu64 " operations, %" PRIu64
           " events; Go ended %" PRIu64 "\n",
        r->runs, o->seed, r->ops, r->events, r->ended);
    for (size_t i = 0; i < ARRAY_LEN(r->platform_ops) && platform_at(i); i++)
        if (r->platform_ops[i])
            printf("%-14s %12" PRIu64 " operations\n", platform_at(i)->name, r->platform_ops[i]);
}

/* The failure's script goes to standard output, so that it can be kept. */
static void tell_failure(const struct soak_result *r) {
    fprintf(
        stderr, "arenasim: the program of seed %" PRIu64 " fails:\n%s", r->seed, sb_text(&r->why));
    fputs(sb_text(&r->script), stdout);
}

static int soak_file(const char *file, struct soak_result *result) {
    struct environment env;
    struct error err;
    struct op_source *source = workload_open(file, NULL, &env, NULL, &err);
    if (!source) {
        fprintf(stderr, "arenasim: %s\n", err.text);
        return EXIT_BAD_INPUT;
    }
    if (soak_source(source, &env, result))
        printf("%" PRIu64 " operations, %" PRIu64 " events: nothing is wrong\n", result->ops,
            result->events);
    else
        fprintf(stderr, "arenasim: %s: fails:\n%s", file, sb_text(&result->why));
    source->destroy(source);
    env_free(&env);
    return result->failed ? EXIT_FAILED : EXIT_SUCCESS;
}

static int soak_command(int argc, char **argv) {
    struct soak_options o = {.seed = (uint64_t)time(NULL), .progress = isatty(STDERR_FILENO)};
    struct soak_result result = {0};
    const char *file = NULL;
    int status = read_soak_options(argc, argv, &o, &file);
    if (status)
        return status;
    if (file) {
        status = soak_file(file, &result);
    } else {
        soak(&o, &result);
        if (result.failed)
            tell_failure(&result);
        else
            tell_soak(&o, &result);
        status = result.failed ? EXIT_FAILED : EXIT_SUCCESS;
    }
    sb_free(&result.why);
    sb_free(&result.script);
    return status;
}

static int read_stress_options(int argc, char **argv, struct stress_options *o) {
    for (int i = 0; i < argc; i++) {
        const char *arg = argv[i], *value = i + 1 < argc ? argv[i + 1] : "";
        uint64_t n = 0;
        if (strcmp(arg, "--bare") == 0) {
            o->bare = true;
            continue;
        }
        if (strcmp(arg, "--platform") == 0) {
            o->platform = platform_find(value);
            if (!o->platform)
                return bad_usage(
                    "unknown platform `%s`, expected one that `arenasim platforms` lists", value);
        } else if (strcmp(arg, "--threads") == 0) {
            if (!parse_u64(value, &n) || n < 1 || n > MAX_PS)
                return bad_usage("`%s` threads cannot be, expected 1 to 8", value);
            o->threads = (unsigned)n;
        } else if (strcmp(arg, "--seconds") == 0) {
            if (!parse_u64(value, &n) || n > 86400)
                return bad_usage("`%s` seconds cannot be, expected 0 to 86400", value);
            o->milliseconds = n * 1000;
        } else if (strcmp(arg, "--seed") == 0) {
            if (!parse_u64(value, &o->seed))
                return bad_usage("`%s` is no seed, expected a number", value);
        } else {
            return bad_usage("unknown option `%s`", arg);
        }
        i++;
    }
    return 0;
}

static int stress(int argc, char **argv) {
    struct stress_options o = {
        .platform = platform_find("linux/amd64"), .threads = 4, .milliseconds = 5000, .seed = 1};
    struct stress_result r;
    struct error err = {""};
    char bytes[32], live[32];
    int bad = read_stress_options(argc, argv, &o);
    if (bad)
        return bad;
    if (!stress_run(&o, &r, &err)) {
        printf("stress of %u threads, seed %" PRIu64 ": %s\n0 passed, 1 failed\n", o.threads,
            o.seed, err.text);
        return EXIT_FAILED;
    }
    double seconds = (double)r.nanoseconds / 1e9;
    printf("%s, %u threads, seed %" PRIu64 ": %" PRIu64
           " objects of %s in %.1f s, %.2f million/s\n",
        o.platform->name, o.threads, o.seed, r.allocations,
        format_size(r.bytes, bytes, sizeof bytes), seconds, (double)r.allocations / 1e6 / seconds);
    printf("%" PRIu64 " collections, %s live at the end, %" PRIu64 " manual spans\n", r.collections,
        format_size(r.marked, live, sizeof live), r.manual);
    printf("heap lock taken %" PRIu64 " times, waited for %" PRIu64
           " times; mcentral locks %" PRIu64 " and %" PRIu64 "\n",
        r.heap_lock.taken, r.heap_lock.waited, r.central_locks.taken, r.central_locks.waited);
    printf("1 passed, 0 failed\n");
    return EXIT_SUCCESS;
}

static int platforms(void) {
    const struct platform *p;
    for (size_t i = 0; (p = platform_at(i)); i++)
        printf("%-14s %2u-bit pointers, %u address bits, %" PRIu64 "-byte physical pages\n",
            p->name, p->ptr_size * 8, p->addr_bits, p->phys_page_size);
    return EXIT_SUCCESS;
}

int main(int argc, char **argv) {
    const char *command = argc > 1 ? argv[1] : "help";
    if (strcmp(command, "verify") == 0)
        return verify(argc - 2, argv + 2);
    if (strcmp(command, "run") == 0)
        return run(argc - 2, argv + 2);
    if (strcmp(command, "transcript") == 0)
        return transcript(argc - 2, argv + 2);
    if (strcmp(command, "soak") == 0)
        return soak_command(argc - 2, argv + 2);
    if (strcmp(command, "stress") == 0)
        return stress(argc - 2, argv + 2);
    if (strcmp(command, "platforms") == 0)
        return platforms();
    if (strcmp(command, "help") == 0 || strcmp(command, "--help") == 0 ||
        strcmp(command, "-h") == 0) {
        fputs(usage, stdout);
        return EXIT_SUCCESS;
    }
    return bad_usage("unknown command `%s`, expected verify, run, transcript, soak, stress,"
                     " platforms or help",
        command);
}
