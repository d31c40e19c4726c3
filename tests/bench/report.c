/* What benchmarks say; see report.h. */
#include "tests/bench/report.h"

#include "sim/base/file.h"

#include <stdio.h>
#include <stdlib.h>

void tell(struct report *r, const char *name, double value, const char *unit, enum goal kind,
    double goal) {
    bool ok = kind == NO_GOAL || (kind == AT_MOST ? value <= goal : value >= goal);
    printf("%-52s %8.2f %-9s", name, value, unit);
    if (kind != NO_GOAL)
        printf("  goal %s %6.2f  %s", kind == AT_MOST ? "<=" : ">=", goal, ok ? "ok" : "MISSED");
    printf("\n");
    fflush(stdout);
    r->missed += !ok;
    sb_printf(&r->json, "%s\n  {\"name\": \"%s\", \"value\": %.4f, \"unit\": \"%s\"",
        r->json.len ? "," : "", name, value, unit);
    if (kind != NO_GOAL)
        sb_printf(&r->json, ", \"%s\": %.2f", kind == AT_MOST ? "at_most" : "at_least", goal);
    sb_puts(&r->json, "}");
}

bool report_end(struct report *r, const char *json, struct error *err) {
    struct strbuf out = {0};
    sb_printf(&out, "[%s\n]\n", sb_text(&r->json));
    bool ok = !json || file_write(json, out.text, out.len, err);
    sb_free(&out);
    sb_free(&r->json);
    printf("%u missed\n", r->missed);
    return ok;
}

static int by_value(const void *a, const void *b) {
    double x = *(const double *)a, y = *(const double *)b;
    return x < y ? -1 : x > y;
}

double median(double *values, size_t count) {
    qsort(values, count, sizeof *values, by_value);
    return values[count / 2];
}
