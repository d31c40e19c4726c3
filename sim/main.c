/*
 * arenasim: the allocator without a window.
 * `arenasim help` tells its commands, which are the rows of a table below.
 *
 * Exit status: 0 all is well, 1 something did not verify, 2 bad input.
 */
#include "sim/base/file.h"
#include "sim/base/i18n.h"
#include "sim/lesson/course.h"
#include "sim/trace/export.h"
#include "sim/trace/narrate.h"
#include "sim/work/arguments.h"
#include "sim/work/session.h"
#include "sim/work/session_file.h"
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

/* What `export` is asked for. */
struct export_request {
    bool chrome;
    unsigned table;   /* enum export_table; TABLE_COUNT: none */
    uint64_t at;      /* the moment; beyond the end: the end */
    const char *file; /* NULL: standard output */
};

/* What the command line asks for. */
struct request {
    struct verify_options verify;
    struct environment env;       /* of `run` */
    const struct platform *asked; /* by --platform; NULL: none was */
    bool events, memstats, dump, times;
    const char *record; /* the file to be written; NULL: none */
    struct export_request export;
    struct soak_options soak;
    struct stress_options stress;
};

static int bad_input(const struct error *err) {
    fprintf(stderr, "arenasim: %s\n", err->text);
    return EXIT_BAD_INPUT;
}

static int verify(void *into, int count, char **files) {
    const struct verify_options *options = &((struct request *)into)->verify;
    uint64_t passed = 0, failed = 0, operations = 0, events = 0;
    bool unreadable = false;
    for (int i = 0; i < count; i++) {
        struct verify_result result;
        transcript_verify(files[i], options, &result);
        *(result.passed ? &passed : &failed) += 1;
        operations += result.operations;
        events += result.events;
        unreadable |= result.unreadable;
        fputs(sb_text(&result.why), result.unreadable ? stderr : stdout);
        sb_free(&result.why);
    }
    printf("%" PRIu64 " operations", operations);
    if (options->replica)
        printf(", %" PRIu64 " events followed by the replica, undone and done again", events);
    printf("\n%" PRIu64 " passed, %" PRIu64 " failed\n", passed, failed);
    return unreadable ? EXIT_BAD_INPUT : failed ? EXIT_FAILED : EXIT_SUCCESS;
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
    bool new_line = true;
    for (uint64_t i = 0; r->exited && i < recording_count(rec); i++) {
        const struct event *ev = recording_event(rec, i);
        if (ev->kind != EV_MESSAGE)
            continue;
        printf("%s%s", new_line ? "Go: " : "", message_text(ev, words, sizeof words));
        new_line = message_ends_line(ev);
        fputs(new_line ? "\n" : "", stdout);
    }
    if (r->exited)
        printf("Go ended the program with status %u\n", r->status);
}

/* Runs it to the end, into a file as well if there is to be one. */
static bool run_whole(struct session *s, const char *workload, const char *title,
    const char *record, struct error *err) {
    const struct session_view view = {.workload = workload, .title = title};
    struct session_writer *w = record ? session_writer_new(s, record, &view, err) : NULL;
    if (record && !w)
        return false;
    while (session_pump(s, 1 << 12))
        if (w && !session_writer_more(&w, err))
            return false;
    return !w || session_writer_finish(w, recording_count(session_recording(s)), err);
}

static int run(void *into, int count, char **words) {
    const struct request *o = into;
    struct strbuf report = {0};
    struct error err;
    const char *title;
    (void)count;
    struct session *s = session_open(words[0], &o->env, &report, &title, &err);
    fputs(sb_text(&report), stdout);
    sb_free(&report);
    if (!s)
        return bad_input(&err);
    if (o->memstats && !session_program(s)) {
        session_free(s);
        error_set(&err, _("%s: is a recording: it has no heap to ask"), words[0]);
        return bad_input(&err);
    }
    if (!run_whole(s, words[0], title, o->record, &err)) {
        session_free(s);
        return bad_input(&err);
    }
    if (o->events)
        tell_events(session_recording(s), session_env(s)->platform->ptr_size);
    struct strbuf end = {0};
    if (o->memstats)
        heap_memstats_print(program_heap(session_program(s)), &end);
    if (o->dump)
        replica_dump(
            recording_head(session_recording(s)), session_env(s)->platform->ptr_size, &end);
    fputs(sb_text(&end), stdout);
    sb_free(&end);
    tell_result(s);
    bool failed = session_error(s)->text[0];
    if (failed)
        fprintf(stderr, "arenasim: %s\n", session_error(s)->text);
    session_free(s);
    return failed ? EXIT_BAD_INPUT : EXIT_SUCCESS;
}

static int lesson(void *into, int count, char **words) {
    const struct request *o = into;
    struct error err = {""};
    bool ok = !count     ? course_tell(o->times, stdout, &err)
              : o->times ? error_set(&err, "%s", _("--times takes no lesson: it is about all"))
                         : course_take(words[0], o->asked, stdin, stdout, &err);
    return ok ? EXIT_SUCCESS : bad_input(&err);
}

static int workloads(void *into, int count, char **words) {
    struct error err = {""};
    (void)into;
    return guide_tell(count ? words[0] : NULL, stdout, &err) ? EXIT_SUCCESS : bad_input(&err);
}

/* The whole run, to the file or to standard output. */
static bool write_export(
    struct session *s, const char *title, const struct export_request *e, struct error *err) {
    while (session_pump(s, 1 << 12)) {
    }
    if (session_error(s)->text[0])
        return error_set(err, "%s", session_error(s)->text);
    struct strbuf out = {0};
    struct replica *r = replica_new();
    recording_seek(session_recording(s), &r, e->at);
    if (e->chrome)
        export_chrome(session_recording(s), title, &out);
    else
        export_csv(session_recording(s), r, (enum export_table)e->table, &out);
    bool ok = true;
    if (e->file)
        ok = file_write(e->file, out.text, out.len, err);
    else
        fputs(out.text, stdout);
    replica_free(r);
    sb_free(&out);
    return ok;
}

static int export_command(void *into, int count, char **words) {
    const struct request *o = into;
    const struct export_request *e = &o->export;
    struct error err;
    const char *title;
    (void)count;
    if (e->chrome == (e->table < TABLE_COUNT)) {
        error_set(&err, "%s", _("export: expected one of --chrome and --csv TABLE"));
        return bad_input(&err);
    }
    struct session *s = session_open(words[0], &o->env, NULL, &title, &err);
    if (!s)
        return bad_input(&err);
    bool ok = write_export(s, title, e, &err);
    session_free(s);
    return ok ? EXIT_SUCCESS : bad_input(&err);
}

static int transcript(void *into, int count, char **words) {
    struct strbuf out = {0};
    struct error err;
    (void)into, (void)count;
    bool ok = transcript_print(words[0], &out, &err);
    fputs(sb_text(&out), stdout);
    sb_free(&out);
    return ok ? EXIT_SUCCESS : bad_input(&err);
}

static void tell_soak(const struct soak_options *o, const struct soak_result *r) {
    printf("%" PRIu64 " programs from seed %" PRIu64 " on, %" PRIu64 " operations, %" PRIu64
           " events; Go ended %" PRIu64 "\n",
        r->runs, o->seed, r->ops, r->events, r->ended);
    for (size_t i = 0; i < PLATFORM_COUNT; i++)
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
    if (!source)
        return bad_input(&err);
    if (soak_source_apart(source, &env, result))
        printf("%" PRIu64 " operations, %" PRIu64 " events: nothing is wrong\n", result->ops,
            result->events);
    else if (result->refused) /* never: false without a bug of ours */
        fprintf(stderr, "arenasim: %s", sb_text(&result->why));
    else
        fprintf(stderr, "arenasim: %s: fails:\n%s", file, sb_text(&result->why));
    source->destroy(source);
    env_free(&env);
    if (result->refused)
        return EXIT_BAD_INPUT;
    return result->failed ? EXIT_FAILED : EXIT_SUCCESS; /* never: failed without a bug of ours */
}

static int soak_command(void *into, int count, char **files) {
    const struct soak_options *o = &((struct request *)into)->soak;
    struct soak_result result = {0};
    int status;
    if (count) {
        status = soak_file(files[0], &result);
    } else {
        soak(o, &result);
        if (result.failed) /* never: without a bug of ours */
            tell_failure(&result);
        else
            tell_soak(o, &result);
        status = result.failed ? EXIT_FAILED : EXIT_SUCCESS;
    }
    sb_free(&result.why);
    sb_free(&result.script);
    return status;
}

static int stress(void *into, int count, char **words) {
    const struct stress_options *o = &((struct request *)into)->stress;
    struct stress_result r;
    struct error err = {""};
    char bytes[32], live[32];
    (void)count, (void)words;
    if (!stress_run(o, &r, &err)) {
        printf("stress of %u threads, seed %" PRIu64 ": %s\n0 passed, 1 failed\n", o->threads,
            o->seed, err.text);
        return EXIT_FAILED;
    }
    double seconds = (double)r.nanoseconds / 1e9;
    printf("%s, %u threads, seed %" PRIu64 ": %" PRIu64
           " objects of %s in %.1f s, %.2f million/s\n",
        o->platform->name, o->threads, o->seed, r.allocations,
        format_size(r.bytes, bytes, sizeof bytes), seconds, (double)r.allocations / 1e6 / seconds);
    printf("%" PRIu64 " collections, %s live at the end, %" PRIu64 " manual spans\n", r.collections,
        format_size(r.marked, live, sizeof live), r.manual);
    printf("heap lock taken %" PRIu64 " times, waited for %" PRIu64
           " times; mcentral locks %" PRIu64 " and %" PRIu64 "\n",
        r.heap_lock.taken, r.heap_lock.waited, r.central_locks.taken, r.central_locks.waited);
    printf("1 passed, 0 failed\n");
    return EXIT_SUCCESS;
}

static int platforms(void *into, int count, char **words) {
    const struct platform *p;
    (void)into, (void)count, (void)words;
    for (size_t i = 0; (p = platform_at(i)); i++)
        printf("%-14s %2u-bit pointers, %u address bits, %" PRIu64 "-byte physical pages\n",
            p->name, p->ptr_size * 8, p->addr_bits, p->phys_page_size);
    return EXIT_SUCCESS;
}

/* --- The command line --- */

static bool opt_replica(void *into, const char *value, struct error *err) {
    (void)value, (void)err;
    return ((struct request *)into)->verify.replica = true;
}

static bool opt_events(void *into, const char *value, struct error *err) {
    (void)value, (void)err;
    return ((struct request *)into)->events = true;
}

static bool opt_dump(void *into, const char *value, struct error *err) {
    (void)value, (void)err;
    return ((struct request *)into)->dump = true;
}

static bool opt_memstats(void *into, const char *value, struct error *err) {
    (void)value, (void)err;
    return ((struct request *)into)->memstats = true;
}

static bool opt_times(void *into, const char *value, struct error *err) {
    (void)value, (void)err;
    return ((struct request *)into)->times = true;
}

static bool opt_record(void *into, const char *value, struct error *err) {
    (void)err;
    ((struct request *)into)->record = value;
    return true;
}

static bool opt_chrome(void *into, const char *value, struct error *err) {
    (void)value, (void)err;
    return ((struct request *)into)->export.chrome = true;
}

static bool opt_csv(void *into, const char *value, struct error *err) {
    unsigned *table = &((struct request *)into)->export.table;
    for (*table = 0; export_table_name(*table); ++*table)
        if (strcmp(export_table_name(*table), value) == 0)
            return true;
    return error_set(err, _("there is no table `%s`, expected samples, spans or classes"), value);
}

static void table_words(struct strbuf *out) {
    for (unsigned i = 0; export_table_name(i); i++)
        sb_printf(out, "%s%s", i ? " " : "", export_table_name(i));
}

static bool opt_at(void *into, const char *value, struct error *err) {
    uint64_t *at = &((struct request *)into)->export.at;
    return read_number(at, "--at", value, 0, UINT64_MAX, err);
}

static bool opt_output(void *into, const char *value, struct error *err) {
    (void)err;
    ((struct request *)into)->export.file = value;
    return true;
}

static bool opt_bare(void *into, const char *value, struct error *err) {
    (void)value, (void)err;
    return ((struct request *)into)->stress.bare = true;
}

static bool opt_platform(void *into, const char *value, struct error *err) {
    struct request *r = into;
    if (!read_platform(&r->asked, value, err))
        return false;
    r->env.platform = r->soak.platform = r->stress.platform = r->asked;
    return true;
}

static bool opt_provider(void *into, const char *value, struct error *err) {
    return read_provider(&((struct request *)into)->env, value, err);
}

static bool opt_seed(void *into, const char *value, struct error *err) {
    struct request *r = into;
    bool ok = read_number(&r->soak.seed, "--seed", value, 0, UINT64_MAX, err);
    r->stress.seed = r->soak.seed;
    return ok;
}

static bool opt_runs(void *into, const char *value, struct error *err) {
    return read_number(&((struct request *)into)->soak.runs, "--runs", value, 0, UINT64_MAX, err);
}

static bool opt_ops(void *into, const char *value, struct error *err) {
    return read_number(&((struct request *)into)->soak.ops, "--ops", value, 0, UINT64_MAX, err);
}

static bool opt_threads(void *into, const char *value, struct error *err) {
    uint64_t n;
    if (!read_number(&n, "--threads", value, 1, MAX_PS, err))
        return false;
    ((struct request *)into)->stress.threads = (unsigned)n;
    return true;
}

static bool opt_seconds(void *into, const char *value, struct error *err) {
    enum { DAY = 86400 };
    struct request *r = into;
    uint64_t n;
    if (!read_number(&n, "--seconds", value, 0, DAY, err))
        return false;
    r->soak.seconds = (double)n;
    r->stress.milliseconds = n * 1000;
    return true;
}

static int completions(void *into, int count, char **words);
static int manual(void *into, int count, char **words);
static int help(void *into, int count, char **words);

static const struct cli_command commands[] = {
    {"verify", "FILE...",
        N_("replays transcripts of Go 1.10.8 (plain or gzip) and compares every line."), verify,
        NULL},
    {"run", "WORKLOAD",
        N_("runs a built-in workload, a script, or the log of a Go program "
           "(GODEBUG=allocfreetrace=1), and tells what came of it."),
        run, workload_words},
    {"lesson", "[N|FILE.md]",
        N_("takes a lesson here, in the terminal: prose, regions, questions, challenges; without a "
           "number, lists the lessons."),
        lesson, NULL},
    {"workloads", "[NAME]",
        N_("lists the built-in workloads, or tells what to look for in that one."), workloads,
        workload_words},
    {"export", "WORKLOAD", N_("runs it, or opens its recording, and writes it for other programs."),
        export_command, workload_words},
    {"transcript", "WORKLOAD",
        N_("runs it in a simulated space and prints its transcript, which can be verified and "
           "compared with Go's; WORKLOAD may also be a transcript, or a file of its `> ` lines."),
        transcript, workload_words},
    {"soak", "[FILE]",
        N_("runs random programs through heap, checker and replica; what fails is shrunk to a few "
           "operations, which `arenasim soak FILE` runs again in the same way."),
        soak_command, NULL},
    {"stress", "",
        N_("runs threads, each on a P of its own, that allocate and drop while the heap is "
           "collected, and checks that nothing is lost or handed out twice."),
        stress, NULL},
    {"platforms", "", N_("lists the platforms."), platforms, NULL},
    {"completions", "SHELL", N_("prints what completes this command line in bash, zsh or fish."),
        completions, shell_words},
    {"manual", "", NULL, manual, NULL},
    {"help", "", N_("prints this."), help, NULL},
};

static const struct cli_option options[] = {
    {"--replica", NULL, "verify",
        N_("also check the replica after every operation, undone and done again"), opt_replica,
        NULL},
    {"--platform", "NAME", "run lesson export soak stress",
        N_("the platform, instead of linux/amd64 or all"), opt_platform, platform_words},
    {"--provider", "PROVIDER", "run export",
        N_("the real kernel (host) or a simulated address space (model)"), opt_provider,
        provider_words},
    {"--events", NULL, "run", N_("tell every event"), opt_events, NULL},
    {"--memstats", NULL, "run", N_("show what runtime.MemStats tells a Go program at the end"),
        opt_memstats, NULL},
    {"--times", NULL, "lesson",
        N_("show what is in each lesson, and the minutes that it takes, computed and declared"),
        opt_times, NULL},
    {"--record", "FILE", "run",
        N_("write the recording to a file (FILE.part while it runs), for arenascope to open"),
        opt_record, NULL},
    {"--dump", NULL, "run", N_("show the whole heap at the end"), opt_dump, NULL},
    {"--chrome", NULL, "export",
        N_("Chrome's trace format: operations, counters, collections (Perfetto opens it)"),
        opt_chrome, NULL},
    {"--csv", "TABLE", "export", N_("a table as CSV: samples, spans or classes"), opt_csv,
        table_words},
    {"--at", "N", "export", N_("the moment of the table, in events (the end)"), opt_at, NULL},
    {"-o", "FILE", "export", N_("where to write (standard output)"), opt_output, NULL},
    {"--seed", "N", "soak stress", N_("the seed of what is random"), opt_seed, NULL},
    {"--runs", "N", "soak", N_("stop after so many programs"), opt_runs, NULL},
    {"--ops", "N", "soak", N_("stop after so many operations"), opt_ops, NULL},
    {"--threads", "N", "stress", N_("so many threads (4)"), opt_threads, NULL},
    {"--seconds", "N", "soak stress", N_("stop after that time"), opt_seconds, NULL},
    {"--bare", NULL, "stress", N_("measure small objects alone"), opt_bare, NULL},
};

static const struct cli cli = {
    .program = "arenasim",
    .about = N_("the allocator of Go 1.10, run without a window"),
    .commands = commands,
    .command_count = ARRAY_LEN(commands),
    .options = options,
    .option_count = ARRAY_LEN(options),
};

static int print(struct strbuf *text) {
    fputs(sb_text(text), stdout);
    sb_free(text);
    return EXIT_SUCCESS;
}

static int completions(void *into, int count, char **words) {
    struct strbuf out = {0};
    struct error err;
    (void)into, (void)count;
    return cli_completions(&cli, words[0], &out, &err) ? print(&out) : bad_input(&err);
}

/* The manual page's sections that follow from the tables; the Makefile asks for them. */
static int manual(void *into, int count, char **words) {
    struct strbuf out = {0};
    (void)into, (void)count, (void)words;
    cli_manual(&cli, &out);
    return print(&out);
}

static int help(void *into, int count, char **words) {
    struct strbuf out = {0};
    (void)into, (void)count, (void)words;
    cli_help(&cli, &out);
    return print(&out);
}

int main(int argc, char **argv) {
    const struct platform *usual = platform_find("linux/amd64");
    struct request request = {
        .env = {.platform = usual, .provider = PROVIDER_HOST},
        .export = {.table = TABLE_COUNT, .at = UINT64_MAX},
        .soak = {.seed = (uint64_t)time(NULL), .progress = isatty(STDERR_FILENO)},
        .stress = {.platform = usual, .threads = 4, .milliseconds = 5000, .seed = 1},
    };
    struct cli_line line;
    struct error err;
    i18n_set_language(language_of_environment(), NULL); /* or English */
    if (!cli_read(&cli, argc, argv, &request, &line, &err))
        return bad_input(&err);
    int status = line.command->run(&request, line.count, line.words);
    return status != EXIT_SUCCESS || file_flush_output(&err) ? status : bad_input(&err);
}
