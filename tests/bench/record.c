/*
 * bench_record: what it costs to record a run, in time and in bytes. Prints figures beside their
 * goals, and writes them to a file (--json FILE). --without PROGRAM names this program built with
 * TRACE=0, to be compared with hooks that nobody listens to.
 *
 * The workload is a churn: LIVE objects of mixed sizes, half of them with pointers, and a random
 * one of them replaced by a new one, with collections and lazy sweeping (GOGC 100). What recording
 * costs is the time of a run that is recorded, less that of the same run when nobody listens,
 * shared out among the events. Runs of all kinds take turns, so that what else goes on in the
 * machine meets all alike, and the medians are compared.
 *
 * A recording has a thread of its own, which packs the events and follows them (recording.c). So
 * what an event costs is told three times: the processor's time of the thread that runs the program
 * and writes events down; of both threads together; and as the clock on the wall has it, waiting
 * for the other thread included. The last one means something only where two processors are free.
 * Of files, where a disk is waited for, it is the clock's time.
 */
#include "sim/base/file.h"
#include "sim/base/random.h"
#include "sim/trace/recfile.h"
#include "sim/work/program.h"
#include "tests/bench/report.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

enum { ROUNDS = 9, LIVE = 1 << 14, WARM_UP = 1 << 16, MEASURED = 1 << 18 };

static double seconds(clockid_t clock) {
    struct timespec t;
    clock_gettime(clock, &t);
    return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static void check(bool ok, const struct error *err) {
    if (ok)
        return;
    fprintf(stderr, "bench_record: %s\n", err->text);
    exit(2);
}

/* --- Figures --- */

/* One a round. */
struct figures {
    double value[ROUNDS];
};

static double middle(struct figures f) {
    return median(f.value, ROUNDS);
}

/* --- The workload --- */

static const uint8_t node_mask[] = {0x07}; /* three pointers */

struct churn {
    struct os *os;
    struct program *program;
    uint64_t random;
};

static void carry_out(struct churn *c, const struct op *op) {
    struct error err;
    check(program_run(c->program, op, &err), &err);
}

static void replace(struct churn *c, uint32_t id) {
    uint64_t lot = random_u64(&c->random);
    struct op op = {.code = OP_ALLOC, .id = id, .size = 16 + lot % 385};
    if (lot >> 63)
        op = (struct op){.code = OP_ALLOC_TYPED,
            .id = id,
            .elem = 32,
            .count = 1 + (lot >> 32) % 4,
            .ptrdata = 24,
            .mask = node_mask};
    carry_out(c, &op);
}

static void churn(struct churn *c, unsigned times) {
    for (unsigned i = 0; i < times; i++) {
        uint32_t id = (uint32_t)random_below(&c->random, LIVE);
        carry_out(c, &(struct op){.code = OP_DROP, .id = id});
        replace(c, id);
    }
}

/* A heap with all its objects, that has churned for a while. */
static struct churn churn_new(struct sink *sink) {
    struct error err = {""};
    struct churn c = {.random = 1};
    c.os = os_model_new(platform_find("linux/amd64"), &(struct model_config){0}, &err);
    check(c.os != NULL, &err);
    c.program = program_new(c.os, sink);
    carry_out(&c, &(struct op){.code = OP_INIT});
    carry_out(&c, &(struct op){.code = OP_GOGC, .size = 100});
    for (uint32_t id = 0; id < LIVE; id++)
        replace(&c, id);
    churn(&c, WARM_UP);
    return c;
}

static void churn_free(struct churn *c) {
    program_free(c->program);
    os_destroy(c->os);
}

/* The same without a program around the heap: nothing but mallocgc and collections of what is
 * live. Nanoseconds an allocation. */
static double time_allocations(void) {
    enum { ALLOCATIONS = 1 << 20 };
    static uint64_t live[LIVE];
    struct error err = {""};
    uint64_t random = 1;
    double start = 0;
    struct os *os = os_model_new(platform_find("linux/amd64"), &(struct model_config){0}, &err);
    check(os != NULL, &err);
    struct heap *h = heap_new(&(struct heap_config){.os = os});
    check(heap_init(h), &err);
    heap_set_gogc(h, 100);
    for (unsigned i = 0; i < 2 * ALLOCATIONS; i++) {
        if (i == ALLOCATIONS)
            start = seconds(CLOCK_PROCESS_CPUTIME_ID);
        uint64_t lot = random_u64(&random);
        struct heap_object got = heap_malloc(h, 16 + lot % 385, NULL);
        live[(lot >> 32) % LIVE] = got.addr;
        if (got.rung < RUNG_MCENTRAL || !heap_gc_due(h))
            continue;
        heap_gc_begin(h);
        for (size_t k = 0; k < LIVE; k++)
            if (live[k])
                heap_gc_mark(h, live[k], false);
        heap_gc_end(h);
    }
    double took = seconds(CLOCK_PROCESS_CPUTIME_ID) - start;
    heap_free(h);
    os_destroy(os);
    return took / ALLOCATIONS * 1e9;
}

/* --- Measuring --- */

/* A sink that only counts. */
struct counter {
    struct sink sink; /* first */
    uint64_t events;
};

static void count_event(struct sink *sink, const struct event *ev) {
    (void)ev;
    ((struct counter *)sink)->events++;
}

/* Seconds. */
struct times {
    double thread, all; /* of processors: of the thread that asks, and of all of the program's */
    double clock;
};

static struct times times_now(void) {
    return (struct times){seconds(CLOCK_THREAD_CPUTIME_ID), seconds(CLOCK_PROCESS_CPUTIME_ID),
        seconds(CLOCK_MONOTONIC)};
}

static struct times times_since(struct times start) {
    struct times now = times_now();
    return (struct times){now.thread - start.thread, now.all - start.all, now.clock - start.clock};
}

static struct times time_churn(struct churn *c) {
    struct times start = times_now();
    churn(c, MEASURED);
    return times_since(start);
}

/* What one round came to. The churn when nobody listens, when events are counted, and recorded. */
struct round {
    struct times plain, counted, recorded;
    uint64_t events; /* of the churn */
    double memory;   /* bytes an event, in memory */
};

static void measure_hooks(struct round *round) {
    struct counter counter = {.sink.emit = count_event};
    struct churn c = churn_new(NULL);
    round->plain = time_churn(&c);
    churn_free(&c);
    c = churn_new(&counter.sink);
    uint64_t before = counter.events;
    round->counted = time_churn(&c);
    round->events = counter.events - before;
    churn_free(&c);
}

/* All threads' time is that until every event is packed and followed. */
static void measure_recording(struct round *round) {
    struct recording *rec = recording_new();
    struct churn c = churn_new(recording_sink(rec));
    recording_head(rec);
    struct times start = times_now();
    round->recorded = time_churn(&c);
    recording_head(rec);
    round->recorded.all = times_since(start).all;
    round->memory = (double)recording_memory(rec) / (double)recording_count(rec);
    churn_free(&c);
    recording_free(rec);
}

static void tell_rounds(struct report *report, const struct round rounds[ROUNDS]) {
    struct figures counted, thread, all, clock;
    double events = (double)rounds[0].events;
    for (size_t i = 0; i < ROUNDS; i++) {
        const struct round *r = &rounds[i];
        counted.value[i] = (r->counted.thread - r->plain.thread) / events * 1e9;
        thread.value[i] = (r->recorded.thread - r->plain.thread) / events * 1e9;
        all.value[i] = (r->recorded.all - r->plain.all) / events * 1e9;
        clock.value[i] = (r->recorded.clock - r->plain.clock) / events * 1e9;
    }
    tell(report, "events of an operation", events / (2.0 * MEASURED), "", NO_GOAL, 0);
    tell(report, "an event told to somebody who only counts", middle(counted), "ns", NO_GOAL, 0);
    tell(report, "an event recorded in memory: the running thread", middle(thread), "ns", AT_MOST,
        10);
    tell(report, "... and the one that packs and follows it", middle(all), "ns", NO_GOAL, 0);
    tell(report, "... as the clock has it, waiting included", middle(clock), "ns", NO_GOAL, 0);
    tell(report, "an event in memory", rounds[0].memory, "B", AT_MOST, 16);
}

/* How many events a file has. */
static uint64_t events_of(const char *path) {
    struct recfile f;
    struct error err;
    check(recfile_read(path, &f, &err), &err);
    uint64_t count = recording_count(f.rec);
    recfile_free(&f);
    return count;
}

/* Millions of events a second. */
struct file_round {
    double written, run_and_written, read;
};

static void write_all(const struct recording *rec, const char *path) {
    struct error err;
    struct recfile_writer *w = recfile_create(path, &err);
    check(w && recfile_events(w, rec, &err) && recfile_finish(w, rec, &err), &err);
}

/* The run and its file, in turns, as `arenasim run --record` makes them. */
static void run_into(struct recording *rec, const char *path) {
    struct error err;
    struct recfile_writer *w = recfile_create(path, &err);
    check(w != NULL, &err);
    struct churn c = churn_new(recording_sink(rec));
    for (unsigned done = 0; done < MEASURED; done += 1 << 12) {
        churn(&c, 1 << 12);
        check(recfile_events(w, rec, &err), &err);
    }
    check(recfile_finish(w, rec, &err), &err);
    churn_free(&c);
}

static struct file_round measure_file(const char *path) {
    struct recording *rec = recording_new();
    struct file_round round;
    double start = seconds(CLOCK_MONOTONIC);
    run_into(rec, path);
    double run = seconds(CLOCK_MONOTONIC) - start;
    start = seconds(CLOCK_MONOTONIC);
    write_all(rec, path);
    double write = seconds(CLOCK_MONOTONIC) - start;
    start = seconds(CLOCK_MONOTONIC);
    events_of(path);
    double read = seconds(CLOCK_MONOTONIC) - start, events = (double)recording_count(rec) / 1e6;
    round = (struct file_round){events / write, events / run, events / read};
    recording_free(rec);
    return round;
}

static double bytes_an_event(const char *path) {
    struct stat st;
    struct error err = {""};
    check(stat(path, &st) == 0 || error_set(&err, "%s: cannot be read", path), &err);
    return (double)st.st_size / (double)events_of(path);
}

static void tell_file(struct report *report, const char *dir) {
    char path[256];
    struct figures written, run, read;
    snprintf(path, sizeof path, "%s/churn.arec", dir);
    for (size_t i = 0; i < ROUNDS; i++) {
        struct file_round r = measure_file(path);
        written.value[i] = r.written;
        run.value[i] = r.run_and_written;
        read.value[i] = r.read;
    }
    tell(report, "an event in a file", bytes_an_event(path), "B", AT_MOST, 8);
    tell(report, "a recording written", middle(written), "M/s", AT_LEAST, 5);
    tell(report, "a run recorded and written meanwhile", middle(run), "M/s", AT_LEAST, 5);
    tell(report, "a recording read", middle(read), "M/s", NO_GOAL, 0);
    unlink(path);
}

/* What a program says of its allocations. */
static double ask(const char *program) {
    char command[512], line[64] = "";
    struct error err = {""};
    snprintf(command, sizeof command, "'%s' --allocations", program);
    FILE *child = popen(command, "r");
    bool read = child && fgets(line, sizeof line, child);
    if (child)
        pclose(child);
    check(read || error_set(&err, "%s: says nothing", program), &err);
    return strtod(line, NULL);
}

/* All are asked in the same way, each in a process of its own; the first twice, to see how much
 * two answers differ that should not. */
static void tell_hooks(struct report *report, const char *with, const char *without) {
    struct figures on, off, ratio, noise;
    for (size_t i = 0; i < ROUNDS; i++) {
        on.value[i] = ask(with);
        off.value[i] = ask(without);
        noise.value[i] = ask(with) / on.value[i];
        ratio.value[i] = on.value[i] / off.value[i];
    }
    tell(report, "an allocation, hooks with nobody listening", middle(on), "ns", NO_GOAL, 0);
    tell(report, "an allocation, no hooks (TRACE=0)", middle(off), "ns", NO_GOAL, 0);
    tell(report, "... the first in terms of the second", middle(ratio), "", AT_MOST, 1.05);
    tell(report, "... the first asked again, in terms of itself", middle(noise), "", NO_GOAL, 0);
}

static int run(const char *program, const char *json, const char *without) {
    struct report report = {0};
    struct error err = {""};
    struct round rounds[ROUNDS];
    char dir[] = "/tmp/bench-record-XXXXXX";
    check(mkdtemp(dir) || error_set(&err, "cannot make %s", dir), &err);
    for (size_t i = 0; i < ROUNDS; i++) {
        measure_hooks(&rounds[i]);
        measure_recording(&rounds[i]);
    }
    tell_rounds(&report, rounds);
    tell_file(&report, dir);
    if (without)
        tell_hooks(&report, program, without);
    rmdir(dir);
    check(report_end(&report, json, &err), &err);
    return report.missed ? 1 : 0;
}

int main(int argc, char **argv) {
    const char *json = NULL, *without = NULL;
    if (argc == 2 && strcmp(argv[1], "--allocations") == 0)
        return printf("%.3f\n", time_allocations()) < 0;
    for (int i = 1; i + 1 < argc; i += 2)
        if (strcmp(argv[i], "--json") == 0)
            json = argv[i + 1];
        else if (strcmp(argv[i], "--without") == 0)
            without = argv[i + 1];
    return run(argv[0], json, without);
}
