/* Two moments and what happened between them: see interval.h. */
#include "viz/interval.h"

#include <string.h>

static void stop(struct interval *v) {
    range_count_free(v->counting);
    v->counting = NULL;
}

void interval_clear(struct interval *v) {
    stop(v);
    *v = (struct interval){.from = NO_MOMENT, .to = NO_MOMENT};
}

bool interval_ends(const struct interval *v, uint64_t at, uint64_t *from, uint64_t *to) {
    uint64_t end = v->to == NO_MOMENT ? at : v->to;
    if (v->from == NO_MOMENT)
        return false;
    *from = v->from < end ? v->from : end;
    *to = v->from < end ? end : v->from;
    return true;
}

static bool begin(struct interval *v, const struct recording *rec, uint64_t from, uint64_t to) {
    if (v->counted && v->counted_from == from && v->counted_to == to)
        return false;
    v->counting = range_count_new(rec, from, to);
    v->counting_from = from;
    v->counting_to = to;
    return true;
}

bool interval_work(struct interval *v, const struct recording *rec, uint64_t at, uint64_t events) {
    uint64_t from, to;
    if (!interval_ends(v, at, &from, &to))
        return false;
    /* An end that moves with the moment shown is caught up with; another start is another count. */
    bool other = v->counting_from != from || (v->counting_to != to && v->to != NO_MOMENT);
    if (v->counting && other)
        stop(v);
    if (!v->counting && !begin(v, rec, from, to))
        return false;
    if (range_count_step(v->counting, events))
        return true;
    memcpy(v->classes, range_count_classes(v->counting), sizeof v->classes);
    v->counted = true;
    v->counted_from = v->counting_from;
    v->counted_to = v->counting_to;
    stop(v);
    return true;
}

double interval_progress(const struct interval *v) {
    return v->counting ? range_count_progress(v->counting) : 1;
}
