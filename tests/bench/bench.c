/*
 * bench: how fast the heap is, beside other allocators on the same machine, in the same run.
 *
 *   bench [--json FILE] [--rounds N] [TRACE...]
 *
 * The drivers beside this program (driver.h) do the work: each workload on each allocator in a
 * process of its own. In every round all of them take turns, so that what else goes on in the
 * machine meets all alike; a figure is the median of its rounds, and one that compares two
 * allocators is the median of what each round says of the two. With one thread, time is
 * processors' time, collections and sweeps included, Go's collector's threads too; with several it
 * is the clock's. Traces are logs of real programs (sim/work/importer.h), replayed.
 *
 * Exit status 1: a goal was missed.
 */
#include "sim/base/file.h"
#include "sim/work/importer.h"
#include "tests/bench/report.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { MOST_ROUNDS = 99, FIRST_TRACE = 10, MOST_WORKLOADS = 32 };

static void check(bool ok, const struct error *err) {
    if (ok)
        return;
    fprintf(stderr, "bench: %s\n", err->text);
    exit(2);
}

/* --- Allocators --- */

enum { OURS, GLIBC, JEMALLOC, MIMALLOC, TCMALLOC, GO, ALLOCATORS };

struct allocator {
    const char *name, *driver;
    const char *libraries[2]; /* the first that there is goes in front of glibc's malloc */
    const char *package;      /* Debian's name for it */
    bool there;
    const char *preload; /* NULL: none */
};

static struct allocator allocators[ALLOCATORS] = {
    [OURS] = {.name = "arenascope", .driver = "heap"},
    [GLIBC] = {.name = "glibc", .driver = "plain"},
    [JEMALLOC] = {.name = "jemalloc",
        .driver = "plain",
        .libraries = {"libjemalloc.so.2"},
        .package = "libjemalloc2"},
    [MIMALLOC] = {.name = "mimalloc",
        .driver = "plain",
        .libraries = {"libmimalloc.so.2", "libmimalloc.so.2.0"},
        .package = "libmimalloc2.0"},
    [TCMALLOC] = {.name = "tcmalloc",
        .driver = "plain",
        .libraries = {"libtcmalloc_minimal.so.4", "libtcmalloc.so.4"},
        .package = "libtcmalloc-minimal4"},
    [GO] = {.name = "Go", .driver = "rival", .package = "golang-go"},
};

/* Where it cannot, the loader says so, and goes on without. */
static bool can_be_preloaded(const char *library) {
    char command[256];
    snprintf(command, sizeof command, "LD_PRELOAD=%s env 2>&1 >/dev/null", library);
    FILE *said = popen(command, "r");
    bool nothing = said && fgetc(said) == EOF;
    return said && pclose(said) == 0 && nothing;
}

static void find_driver(const char *dir, struct allocator *a) {
    char path[512];
    snprintf(path, sizeof path, "%s/%s", dir, a->driver);
    a->there = access(path, X_OK) == 0;
    for (size_t i = 0; i < ARRAY_LEN(a->libraries) && a->libraries[i] && !a->preload; i++)
        if (can_be_preloaded(a->libraries[i]))
            a->preload = a->libraries[i];
    if (a->libraries[0] && !a->preload)
        a->there = false;
}

static void find_allocators(const char *dir) {
    for (size_t i = 0; i < ALLOCATORS; i++) {
        struct allocator *a = &allocators[i];
        find_driver(dir, a);
        if (!a->there)
            printf("%s is not here: package %s\n", a->name, a->package ? a->package : "(none)");
    }
}

/* --- Workloads --- */

enum group { CHURN, OTHER, THREADS, MEMORY };

struct workload {
    const char *title;
    const char *arguments; /* of the driver */
    enum group group;
    double of_tcmalloc; /* at most so much of tcmalloc's time; 0: no goal */
    unsigned threads;   /* 0: one */
};

static struct workload workloads[MOST_WORKLOADS] = {
    {"churn, 16 bytes", "churn 16", CHURN, 1.0, 0},
    {"churn, 48 bytes", "churn 48", CHURN, 1.0, 0},
    {"churn, 128 bytes", "churn 128", CHURN, 1.0, 0},
    {"churn, 1,024 bytes", "churn 1024", CHURN, 1.0, 0},
    {"churn, mixed", "churn 0", CHURN, 1.25, 0},
    {"large churn, mixed", "churn 0 262144", MEMORY, 0, 0},
    {"binary trees", "trees 0", OTHER, 0, 0},
    {"1 thread", "threads 1", THREADS, 0, 1},
    {"2 threads", "threads 2", THREADS, 0, 2},
    {"4 threads", "threads 4", THREADS, 0, 4},
};
static size_t workload_count = FIRST_TRACE;

/* --- Traces --- */

/* Steps of a driver's replay (driver.c): pairs of a slot and a size. */
struct steps {
    struct strbuf bytes;
    uint32_t *slot_of; /* by the object's number: 1 + its slot, 0 for none */
    size_t slot_cap;
    uint32_t *unused; /* slots that are free again */
    size_t unused_count, unused_cap;
    uint32_t slots;
};

static uint32_t *slot_of(struct steps *s, uint32_t id) {
    size_t old = s->slot_cap;
    void *slots = s->slot_of;
    if (id >= old) {
        array_reserve(&slots, &s->slot_cap, (size_t)id + 1, sizeof *s->slot_of);
        s->slot_of = slots;
        memset(s->slot_of + old, 0, (s->slot_cap - old) * sizeof *s->slot_of);
    }
    return &s->slot_of[id];
}

static void add_step(struct steps *s, uint32_t slot, uint64_t size) {
    const uint32_t step[2] = {slot, (uint32_t)size};
    sb_add(&s->bytes, (const char *)step, sizeof step);
}

static void add_drop(struct steps *s, uint32_t id) {
    uint32_t *slot = slot_of(s, id);
    void *unused = s->unused;
    if (!*slot)
        return;
    add_step(s, *slot - 1, 0);
    array_reserve(&unused, &s->unused_cap, s->unused_count + 1, sizeof *s->unused);
    s->unused = unused;
    s->unused[s->unused_count++] = *slot - 1;
    *slot = 0;
}

static void add_new(struct steps *s, uint32_t id, uint64_t size, bool pointers) {
    const uint64_t flag = UINT64_C(1) << 31;
    add_drop(s, id);
    if (!size || size >= flag)
        return;
    uint32_t slot = s->unused_count ? s->unused[--s->unused_count] : s->slots++;
    *slot_of(s, id) = slot + 1;
    add_step(s, slot, pointers ? round_up(size, 8) | flag : size);
}

static void add_operation(struct steps *s, const struct op *op) {
    if (op->code == OP_ALLOC)
        add_new(s, op->id, op->size, false);
    else if (op->code == OP_ALLOC_TYPED)
        add_new(s, op->id, op->elem * op->count, op->ptrdata != 0);
    else if (op->code == OP_DROP)
        add_drop(s, op->id);
}

/* Writes the steps of a trace to a file for the drivers. */
static void write_steps(const char *trace, const char *path) {
    struct error err = {""};
    struct steps s = {0};
    struct op op;
    struct op_source *source = importer_open(trace, &err);
    check(source != NULL, &err);
    source->ptr_size = 8;
    while (source->next(source, &op, &err))
        add_operation(&s, &op);
    check(!err.text[0], &err);
    check(s.bytes.len || error_set(&err, "%s: allocates nothing", trace), &err);
    check(file_write(path, s.bytes.text, s.bytes.len, &err), &err);
    source->destroy(source);
    sb_free(&s.bytes);
    free(s.slot_of);
    free(s.unused);
}

static const char *file_name(const char *path) {
    const char *slash = strrchr(path, '/');
    return slash ? slash + 1 : path;
}

/* A trace's name, fit for the JSON. Kept for good. */
static char *title_of(const char *trace) {
    struct strbuf title = {0};
    const char *name = file_name(trace), *end = strstr(name, ".gz");
    sb_printf(&title, "%.*s", end ? (int)(end - name) : (int)strlen(name), name);
    for (char *c = title.text; *c; c++)
        if (*c == '"' || *c == '\\')
            *c = '_';
    return title.text;
}

static void add_trace(const char *dir, const char *trace) {
    struct strbuf path = {0}, arguments = {0};
    struct error err = {""};
    check(workload_count < MOST_WORKLOADS ||
              error_set(&err, "more than %d traces", MOST_WORKLOADS - FIRST_TRACE),
        &err);
    sb_printf(&path, "%s/%zu.steps", dir, workload_count);
    write_steps(trace, path.text);
    sb_printf(&arguments, "replay '%s'", path.text);
    workloads[workload_count++] =
        (struct workload){.title = title_of(trace), .arguments = arguments.text, .group = OTHER};
    sb_free(&path);
}

/* --- Running --- */

/* What a driver says. Times in nanoseconds an operation. */
struct sample {
    double wall, cpu, live, peak, collections, ops;
};

static struct sample samples[MOST_WORKLOADS][ALLOCATORS][MOST_ROUNDS];
static unsigned rounds = 7;

static bool is_there(unsigned a) {
    return allocators[a].there;
}

static struct sample run_driver(
    const char *dir, const struct allocator *a, const struct workload *w) {
    struct strbuf command = {0};
    struct error err;
    struct sample s = {0};
    sb_printf(&command, "LD_PRELOAD=%s GOMAXPROCS=%u '%s/%s' %s", a->preload ? a->preload : "",
        w->threads ? w->threads : 1, dir, a->driver, w->arguments);
    FILE *child = popen(command.text, "r");
    int got = child ? fscanf(child, "%lf %lf %lf %lf %lf %lf", &s.wall, &s.cpu, &s.live, &s.peak,
                          &s.collections, &s.ops)
                    : 0;
    bool ok = child && pclose(child) == 0 && got == 6;
    check(ok || error_set(&err, "%s: failed", command.text), &err);
    sb_free(&command);
    return s;
}

static void run_rounds(const char *dir) {
    for (unsigned r = 0; r < rounds; r++) {
        fprintf(stderr, "\rround %u of %u ", r + 1, rounds);
        for (size_t w = 0; w < workload_count; w++)
            for (unsigned a = 0; a < ALLOCATORS; a++)
                if (is_there(a))
                    samples[w][a][r] = run_driver(dir, &allocators[a], &workloads[w]);
    }
    fprintf(stderr, "\r%30s\r", "");
}

/* --- Figures --- */

typedef double figure(const struct sample *s);

static double time_of(const struct sample *s) {
    return s->cpu;
}

static double clock_of(const struct sample *s) {
    return s->wall;
}

static double memory_of(const struct sample *s) {
    return s->peak / s->live;
}

static double collections_of(const struct sample *s) {
    return s->collections;
}

static double middle(size_t w, unsigned a, figure *f) {
    double values[MOST_ROUNDS];
    for (unsigned r = 0; r < rounds; r++)
        values[r] = f(&samples[w][a][r]);
    return median(values, rounds);
}

/* The same figure of a run in terms of another's, of the same round. */
static double middle_ratio(size_t w, unsigned a, size_t of_w, unsigned of_a, figure *f) {
    double values[MOST_ROUNDS];
    for (unsigned r = 0; r < rounds; r++)
        values[r] = f(&samples[w][a][r]) / f(&samples[of_w][of_a][r]);
    return median(values, rounds);
}

static figure *own_time(const struct workload *w) {
    return w->group == THREADS ? clock_of : time_of;
}

static void print_names(const char *what) {
    printf("\n%-40s", what);
    for (unsigned a = 0; a < ALLOCATORS; a++)
        if (is_there(a))
            printf(" %10s", allocators[a].name);
    printf("\n");
}

static void print_row(size_t w, figure *f, int digits) {
    printf("%-40s", workloads[w].title);
    for (unsigned a = 0; a < ALLOCATORS; a++)
        if (is_there(a))
            printf(" %10.*f", digits, middle(w, a, f));
    printf("\n");
}

static void print_tables(void) {
    print_names("nanoseconds an operation");
    for (size_t w = 0; w < workload_count; w++)
        print_row(w, own_time(&workloads[w]), 1);
    print_names("peak memory, in terms of what lives");
    for (size_t w = 0; w < workload_count; w++)
        print_row(w, memory_of, 2);
    printf("\n");
}

static void tell_ratio(struct report *report, size_t w, unsigned rival, double goal) {
    char name[128];
    if (!is_there(rival))
        return;
    snprintf(name, sizeof name, "%s: of %s's time", workloads[w].title, allocators[rival].name);
    tell(report, name, middle_ratio(w, OURS, w, rival, time_of), "", goal > 0 ? AT_MOST : NO_GOAL,
        goal);
}

/* Below that collections wait for 4 MiB, whatever lives (GOGC's least heap). */
static bool has_memory_goal(size_t w) {
    return samples[w][OURS][0].live >= 4 << 20;
}

static void tell_goals(struct report *report) {
    char name[128];
    size_t single = 0;
    for (size_t w = 0; w < workload_count; w++)
        if (workloads[w].group != THREADS)
            tell_ratio(report, w, GO, workloads[w].group == CHURN ? 0.5 : 0);
    for (size_t w = 0; w < workload_count; w++)
        if (workloads[w].group == CHURN)
            tell_ratio(report, w, TCMALLOC, workloads[w].of_tcmalloc);
    for (size_t w = 0; w < workload_count; w++) {
        if (workloads[w].threads == 1)
            single = w;
        if (workloads[w].threads < 2)
            continue;
        snprintf(name, sizeof name, "%s: so many times as fast as 1", workloads[w].title);
        tell(report, name, middle_ratio(single, OURS, w, OURS, clock_of), "",
            workloads[w].threads == 2 ? AT_LEAST : NO_GOAL, 1.7);
    }
    for (size_t w = 0; w < workload_count; w++) {
        if (!has_memory_goal(w))
            continue;
        snprintf(name, sizeof name, "%s: peak memory, live bytes", workloads[w].title);
        tell(report, name, middle(w, OURS, memory_of), "", AT_MOST, 2.2);
    }
}

static void add_samples(struct strbuf *json, size_t w, unsigned a) {
    sb_printf(json,
        "%s\n  {\"workload\": \"%s\", \"allocator\": \"%s\", \"cpu_ns\": %.3f, "
        "\"wall_ns\": %.3f, \"live_bytes\": %.0f, \"peak_in_live\": %.3f, \"collections\": %.0f}",
        json->text && json->text[json->len - 1] == '}' ? "," : "", workloads[w].title,
        allocators[a].name, middle(w, a, time_of), middle(w, a, clock_of), samples[w][a][0].live,
        middle(w, a, memory_of), middle(w, a, collections_of));
}

static void write_json(const char *path, const struct report *report) {
    struct strbuf out = {0};
    struct error err;
    sb_printf(&out, "{\"rounds\": %u,\n\"medians\": [", rounds);
    for (size_t w = 0; w < workload_count; w++)
        for (unsigned a = 0; a < ALLOCATORS; a++)
            if (is_there(a))
                add_samples(&out, w, a);
    sb_printf(&out, "\n],\n\"goals\": [%s\n]}\n", sb_text(&report->json));
    check(file_write(path, out.text, out.len, &err), &err);
    sb_free(&out);
}

/* The directory of this program, where the drivers are. */
static char *own_dir(const char *program) {
    const char *name = file_name(program);
    return name == program ? xstrdup(".") : xstrndup(program, (size_t)(name - program - 1));
}

int main(int argc, char **argv) {
    const char *json = NULL;
    struct report report = {0};
    struct error err;
    char *dir = own_dir(argv[0]);
    uint64_t n;
    for (int i = 1; i < argc; i++) {
        if (strcmp(argv[i], "--json") == 0 && i + 1 < argc) {
            json = argv[++i];
        } else if (strcmp(argv[i], "--rounds") == 0 && i + 1 < argc) {
            bool ok = parse_u64(argv[++i], &n) && n >= 1 && n <= MOST_ROUNDS;
            check(
                ok || error_set(&err, "--rounds %s; expected 1 to %d", argv[i], MOST_ROUNDS), &err);
            rounds = (unsigned)n;
        } else {
            add_trace(dir, argv[i]);
        }
    }
    find_allocators(dir);
    run_rounds(dir);
    print_tables();
    tell_goals(&report);
    printf("%u missed\n", report.missed);
    if (json)
        write_json(json, &report);
    sb_free(&report.json);
    free(dir);
    return report.missed ? 1 : 0;
}
