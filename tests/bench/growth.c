/*
 * growth DIRECTORY: how costs grow with the heap. For each quantity a file of points, sizes and
 * seconds, and plots.gp, from which gnuplot makes a picture of each on logarithmic axes: what costs
 * the same for each byte or span is a straight line that rises by one decade a decade, and the
 * lines "like n" beside the points do just that; what costs the same however large all is lies
 * level.
 *
 * Everything runs in a simulated address space, where memory that nobody writes to costs none, and
 * times are of processors. Each point is the median of a few runs. The exponent told is that of the
 * line through the points of the last two decades.
 */
#include "sim/base/file.h"
#include "sim/base/random.h"
#include "sim/heap/heap.h"
#include "sim/trace/recording.h"
#include "tests/bench/report.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

enum { MOST_POINTS = 32, MOST_RUNS = 9 };

static double now(void) {
    struct timespec t;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
    return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static void check(bool ok, const struct error *err) {
    if (ok)
        return;
    fprintf(stderr, "growth: %s\n", err->text);
    exit(2);
}

/* --- A heap --- */

struct lab {
    struct os *os;
    struct heap *heap;
};

static struct lab lab_new(struct sink *sink) {
    struct error err = {"Go ended the program at its start"};
    struct lab l;
    l.os = os_model_new(platform_find("linux/amd64"), &(struct model_config){0}, &err);
    check(l.os != NULL, &err);
    l.heap = heap_new(&(struct heap_config){.os = l.os, .sink = sink});
    check(heap_init(l.heap), &err);
    return l;
}

static void lab_free(struct lab *l) {
    heap_free(l->heap);
    os_destroy(l->os);
}

static uint64_t allocate(struct lab *l, uint64_t size) {
    const struct error err = {"out of memory"};
    uint64_t addr = heap_malloc(l->heap, size, NULL).addr;
    check(addr != 0, &err);
    return addr;
}

static uint64_t allocate_pages(struct lab *l, uint64_t npages) {
    const struct error err = {"out of memory"};
    uint64_t addr = heap_alloc_manual(l->heap, npages);
    check(addr != 0, &err);
    return addr;
}

/* --- What is measured: seconds for all of n --- */

enum { OBJECT = 64, SPAN_OBJECT = 1024 }; /* bytes; a span of the latter has eight */

/* n bytes in small objects, in a heap that has begun. */
static double measure_allocation(uint64_t n) {
    struct lab l = lab_new(NULL);
    allocate(&l, OBJECT);
    double start = now();
    for (uint64_t done = 0; done < n; done += OBJECT)
        allocate(&l, OBJECT);
    double took = now() - start;
    lab_free(&l);
    return took;
}

/* The heap grows to n bytes, a MiB at a time. */
static double measure_grow(uint64_t n) {
    struct lab l = lab_new(NULL);
    double start = now();
    for (uint64_t done = 0; done < n; done += MiB(1))
        allocate_pages(&l, MiB(1) / GO_PAGE_SIZE);
    double took = now() - start;
    lab_free(&l);
    return took;
}

/* Of a row of spans every second one is free. The n others are freed: each joins both sides. */
static double measure_coalesce(uint64_t n) {
    struct lab l = lab_new(NULL);
    uint64_t *spans = xmalloc(2 * n * sizeof *spans);
    for (uint64_t i = 0; i < 2 * n; i++)
        spans[i] = allocate_pages(&l, 1);
    for (uint64_t i = 1; i < 2 * n; i += 2)
        heap_free_manual(l.heap, spans[i]);
    double start = now();
    for (uint64_t i = 0; i < 2 * n; i += 2)
        heap_free_manual(l.heap, spans[i]);
    double took = now() - start;
    free(spans);
    lab_free(&l);
    return took;
}

/* A heap of n spans, every second object of which is marked. */
static double mark_spans(struct lab *l, uint64_t n) {
    uint64_t count = n * (GO_PAGE_SIZE / SPAN_OBJECT), *live = xmalloc(count * sizeof *live);
    for (uint64_t i = 0; i < count; i++)
        live[i] = allocate(l, SPAN_OBJECT);
    for (uint64_t i = 1; i < count; i += 2)
        live[i] = 0;
    const struct error err = {"Go ended the program at a collection"};
    check(heap_gc_begin(l->heap), &err);
    double start = now();
    heap_gc_mark_roots(l->heap, live, count, true);
    double took = now() - start;
    heap_gc_end(l->heap);
    free(live);
    return took;
}

static double measure_mark(uint64_t n) {
    struct lab l = lab_new(NULL);
    double took = mark_spans(&l, n);
    lab_free(&l);
    return took;
}

static double measure_sweep(uint64_t n) {
    struct lab l = lab_new(NULL);
    mark_spans(&l, n);
    double start = now();
    heap_sweep_all(l.heap);
    double took = now() - start;
    lab_free(&l);
    return took;
}

/* One jump to a moment by lot. */
static double seek(const struct recording *rec) {
    enum { SEEKS = 101 };
    double took[SEEKS];
    uint64_t random = 1;
    struct replica *r = replica_new();
    recording_head(rec);
    for (size_t i = 0; i < SEEKS; i++) {
        uint64_t to = random_below(&random, recording_count(rec) + 1);
        double start = now();
        recording_seek(rec, &r, to);
        took[i] = now() - start;
    }
    replica_free(r);
    return median(took, SEEKS);
}

/* ... of a run in which the heap comes to n spans. */
static double measure_seek_spans(uint64_t n) {
    struct recording *rec = recording_new();
    struct lab l = lab_new(recording_sink(rec));
    for (uint64_t i = 0; i < n * (GO_PAGE_SIZE / SPAN_OBJECT); i++)
        allocate(&l, SPAN_OBJECT);
    double took = seek(rec);
    lab_free(&l);
    recording_free(rec);
    return took;
}

/* ... of a run of n events in a heap that stays small: all dies at each collection. */
static double measure_seek_events(uint64_t n) {
    struct recording *rec = recording_new();
    struct lab l = lab_new(recording_sink(rec));
    const struct error err = {"Go ended the program at a collection"};
    heap_set_gogc(l.heap, 100);
    while (recording_count(rec) < n) {
        allocate(&l, OBJECT);
        if (!heap_gc_due(l.heap))
            continue;
        check(heap_gc_begin(l.heap), &err);
        heap_gc_end(l.heap);
    }
    double took = seek(rec);
    lab_free(&l);
    recording_free(rec);
    return took;
}

/* --- Points --- */

struct quantity {
    const char *name, *title, *axis;
    double (*measure)(uint64_t n);
    uint64_t from, to; /* sizes: decades, and half decades between them, and the last */
    double exponent;   /* at most, of the line through the last decades */
};

static const struct quantity quantities[] = {
    {"allocation", "Allocating so many bytes in objects of 64", "bytes", measure_allocation, 1000,
        GiB(10), 1.2},
    {"grow", "Growing the heap, a MiB at a time", "bytes", measure_grow, 1000000, GiB(10), 1.2},
    {"coalesce", "Freeing so many spans, each between two free ones", "spans", measure_coalesce, 10,
        1000000, 1.2},
    {"mark", "Marking every second object of so many spans", "spans", measure_mark, 10, 1000000,
        1.2},
    {"sweep", "Sweeping so many spans, each half live", "spans", measure_sweep, 10, 1000000, 1.2},
    {"seek-spans", "Jumping to any moment of a run with so many spans", "spans", measure_seek_spans,
        10, 1000000, 0.5},
    {"seek-events", "Jumping to any moment of a run of so many events", "events",
        measure_seek_events, 10000, 30000000, 0.2},
};

struct points {
    double n[MOST_POINTS], seconds[MOST_POINTS];
    size_t count;
};

/* What takes long shows little noise. */
static double median_of_runs(const struct quantity *q, uint64_t n) {
    double took[MOST_RUNS];
    size_t runs = n <= q->to / 100 ? MOST_RUNS : n <= q->to / 10 ? 3 : 1;
    for (size_t i = 0; i < runs; i++)
        took[i] = q->measure(n);
    return median(took, runs);
}

static void add_point(struct points *p, const struct quantity *q, uint64_t n) {
    p->n[p->count] = (double)n;
    p->seconds[p->count++] = median_of_runs(q, n);
}

static void measure(struct points *p, const struct quantity *q) {
    p->count = 0;
    for (unsigned i = 0;; i++) {
        double n = (double)q->from * pow(10, i / 2.0);
        if (n > (double)q->to * 0.9)
            break;
        add_point(p, q, (uint64_t)llround(n));
    }
    add_point(p, q, q->to);
}

/* The slope of the line through the points of the last two decades, both axes logarithmic. */
static double exponent(const struct points *p) {
    double sx = 0, sy = 0, sxx = 0, sxy = 0, count = 0;
    for (size_t i = 0; i < p->count; i++) {
        double x = log10(p->n[i]), y = log10(p->seconds[i]);
        if (p->n[i] < p->n[p->count - 1] / 100 * 0.99)
            continue;
        sx += x;
        sy += y;
        sxx += x * x;
        sxy += x * y;
        count++;
    }
    return (count * sxy - sx * sy) / (count * sxx - sx * sx);
}

static void write_points(const char *dir, const struct quantity *q, const struct points *p) {
    struct strbuf text = {0}, path = {0};
    struct error err;
    sb_printf(&text, "# %s\tseconds\n", q->axis);
    for (size_t i = 0; i < p->count; i++)
        sb_printf(&text, "%.0f\t%.9f\n", p->n[i], p->seconds[i]);
    sb_printf(&path, "%s/%s.tsv", dir, q->name);
    check(file_write(path.text, text.text, text.len, &err), &err);
    sb_free(&text);
    sb_free(&path);
}

static void add_plot(
    struct strbuf *plots, const char *dir, const struct quantity *q, const struct points *p) {
    size_t last = p->count - 1;
    if (!plots->len)
        sb_puts(plots, "set terminal pngcairo size 800,600 font ',11'\nset logscale xy\nset grid\n"
                       "set key left top\nset format '10^{%L}'\nset ylabel 'seconds'\n");
    sb_printf(plots, "set output '%s/%s.png'\nset title '%s'\nset xlabel '%s'\nplot ", dir, q->name,
        q->title, q->axis);
    if (q->exponent > 1)
        sb_printf(plots, "%.17g * x title 'like n' with lines dashtype 2 linecolor 'gray50', ",
            p->seconds[last] / p->n[last]);
    sb_printf(plots, "'%s/%s.tsv' title '%s' with linespoints pointtype 7 linecolor '#0060ad'\n",
        dir, q->name, q->name);
}

int main(int argc, char **argv) {
    struct report report = {0};
    struct strbuf plots = {0}, path = {0}, name = {0};
    struct error err;
    if (argc != 2) {
        fprintf(stderr, "growth: expected the directory for what is measured\n");
        return 2;
    }
    for (size_t i = 0; i < ARRAY_LEN(quantities); i++) {
        const struct quantity *q = &quantities[i];
        struct points p;
        measure(&p, q);
        write_points(argv[1], q, &p);
        add_plot(&plots, argv[1], q, &p);
        sb_clear(&name);
        sb_printf(&name, "%s: for %.3g %s", q->name, p.n[p.count - 1], q->axis);
        tell(&report, name.text, p.seconds[p.count - 1] * 1e3, "ms", NO_GOAL, 0);
        tell(&report, "... grows with this power of the size", exponent(&p), "", AT_MOST,
            q->exponent);
    }
    sb_printf(&path, "%s/plots.gp", argv[1]);
    check(file_write(path.text, plots.text, plots.len, &err), &err);
    sb_free(&plots);
    sb_free(&path);
    sb_free(&name);
    check(report_end(&report, NULL, &err), &err);
    return report.missed ? 1 : 0;
}
