/*
 * What benchmarks say: figures beside their goals, as lines and as JSON.
 */
#ifndef ARENA_BENCH_REPORT_H
#define ARENA_BENCH_REPORT_H

#include "sim/base/base.h"

struct report {
    struct strbuf json; /* the figures so far, objects with commas between them */
    unsigned missed;
};

enum goal { NO_GOAL, AT_MOST, AT_LEAST };

/* One figure: a line, and an object in the JSON. unit: "" if it is a mere number. */
void tell(struct report *r, const char *name, double value, const char *unit, enum goal kind,
    double goal);

/* Says how many goals were missed, and writes the figures as one array to the file json (NULL: to
 * none). */
bool report_end(struct report *r, const char *json, struct error *err);

/* Sorts the values; of an even number the upper one in the middle. */
double median(double *values, size_t count);

#endif
