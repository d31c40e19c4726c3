/* A recording for other programs: see export.h. */
#include "sim/trace/export.h"

#include <inttypes.h>
#include <string.h>

/* --- Chrome's trace format --- */

static void put_string(struct strbuf *out, const char *text) {
    sb_puts(out, "\"");
    for (; *text; text++) {
        if (*text == '"' || *text == '\\')
            sb_puts(out, "\\");
        if ((unsigned char)*text < ' ')
            sb_printf(out, "\\u%04x", (unsigned)*text);
        else
            sb_add(out, text, 1);
    }
    sb_puts(out, "\"");
}

/* An operation in flight on a P. */
struct slice {
    bool open;
    uint64_t start, id, size;
    unsigned op;
};

static void put_slice(
    struct strbuf *out, const struct slice *s, unsigned p, uint64_t end, uint64_t result) {
    sb_printf(out,
        ",\n{\"ph\":\"X\",\"pid\":1,\"tid\":%u,\"ts\":%" PRIu64 ",\"dur\":%" PRIu64
        ",\"name\":\"%s\",\"args\":{\"id\":%" PRIu64 ",\"size\":%" PRIu64 ",\"result\":\"0x%" PRIx64
        "\"}}",
        p, s->start, end - s->start, op_code_name(s->op), s->id, s->size, result);
}

static void put_operations(const struct recording *rec, struct strbuf *out) {
    struct slice slices[MAX_PS] = {{0}};
    uint64_t count = recording_count(rec);
    for (uint64_t i = 0; i < count; i++) {
        const struct event *ev = recording_event(rec, i);
        if (ev->kind != EV_OP_BEGIN && ev->kind != EV_OP_END)
            continue;
        unsigned p = ev->w >> 8;
        if (ev->kind == EV_OP_BEGIN) {
            slices[p] = (struct slice){true, i, ev->a, ev->b, ev->w & 0xff};
        } else {
            put_slice(out, &slices[p], p, i + 1, ev->a);
            slices[p].open = false;
        }
    }
    for (unsigned p = 0; p < MAX_PS; p++) /* what was cut short */
        if (slices[p].open)
            put_slice(out, &slices[p], p, count, 0);
}

static void put_counters(const struct recording *rec, struct strbuf *out) {
    size_t count;
    const struct sample *s = recording_samples(rec, &count);
    for (size_t i = 0; i < count; i++, s++) {
        const struct {
            const char *name;
            uint64_t value;
        } counters[] = {{"heap_live", s->heap_live}, {"heap_inuse", s->heap_inuse},
            {"heap_idle", s->heap_idle}, {"heap_released", s->heap_released},
            {"heap_sys", s->heap_sys}};
        for (size_t k = 0; k < ARRAY_LEN(counters); k++)
            sb_printf(out,
                ",\n{\"ph\":\"C\",\"pid\":1,\"ts\":%" PRIu64
                ",\"name\":\"%s\",\"args\":{\"bytes\":%" PRIu64 "}}",
                s->seq, counters[k].name, counters[k].value);
    }
}

static void put_marks(const struct recording *rec, struct strbuf *out) {
    static const char *const names[] = {[MARK_REFUSED] = "refused",
        [MARK_GROWTH] = "heap grows",
        [MARK_FATAL] = "fatal",
        [MARK_COLLECTION] = "collection"};
    size_t count;
    const struct mark *m = recording_marks(rec, &count);
    for (size_t i = 0; i < count; i++)
        sb_printf(out,
            ",\n{\"ph\":\"i\",\"pid\":1,\"tid\":0,\"s\":\"p\",\"ts\":%" PRIu64 ",\"name\":\"%s\"}",
            m[i].seq, names[m[i].kind]);
}

void export_chrome(const struct recording *rec, const char *title, struct strbuf *out) {
    sb_puts(out, "{\"displayTimeUnit\":\"ms\",\"traceEvents\":[\n"
                 "{\"ph\":\"M\",\"pid\":1,\"name\":\"process_name\",\"args\":{\"name\":");
    put_string(out, title);
    sb_puts(out, "}}");
    for (unsigned p = 0; p <= recording_head(rec)->more_ps; p++)
        sb_printf(out,
            ",\n{\"ph\":\"M\",\"pid\":1,\"tid\":%u,\"name\":\"thread_name\","
            "\"args\":{\"name\":\"P %u\"}}",
            p, p);
    put_operations(rec, out);
    put_counters(rec, out);
    put_marks(rec, out);
    sb_puts(out, "\n]}\n");
}

/* --- Tables --- */

static const char *const table_names[] = {"samples", "spans", "classes"};

const char *export_table_name(unsigned table) {
    return table < ARRAY_LEN(table_names) ? table_names[table] : NULL;
}

static void put_samples(const struct recording *rec, const struct replica *r, struct strbuf *out) {
    size_t count;
    const struct sample *s = recording_samples(rec, &count);
    sb_puts(out, "event,heap_live,heap_inuse,heap_idle,heap_released,heap_sys\n");
    for (size_t i = 0; i < count && s[i].seq <= r->seq; i++)
        sb_printf(out, "%" PRIu64 ",%" PRIu64 ",%" PRIu64 ",%" PRIu64 ",%" PRIu64 ",%" PRIu64 "\n",
            s[i].seq, s[i].heap_live, s[i].heap_inuse, s[i].heap_idle, s[i].heap_released,
            s[i].heap_sys);
}

static void put_spans(const struct replica *r, struct strbuf *out) {
    static const char *const states[] = {"dead", "in use", "manual", "free"};
    sb_puts(out, "span,base,pages,state,span_class,size_class,noscan,slot_size,slots,allocated,"
                 "freeindex,sweepgen,in_mcache,released_pages\n");
    for (uint32_t h = 1; h <= r->span_count; h++) {
        const struct rspan *s = replica_span(r, h);
        if (s->state == SPAN_STATE_DEAD)
            continue;
        sb_printf(out,
            "%u,0x%" PRIx64 ",%" PRIu64 ",%s,%" PRIu64 ",%u,%d,%" PRIu64 ",%" PRIu64 ",%" PRIu64
            ",%" PRIu64 ",%" PRIu64 ",%" PRIu64 ",%" PRIu64 "\n",
            h, s->base, s->npages, states[s->state], s->spanclass,
            spanclass_size_class((unsigned)s->spanclass), spanclass_noscan((unsigned)s->spanclass),
            s->elemsize, s->nelems, s->alloc_count, s->freeindex, s->sweepgen, s->incache,
            s->npreleased);
    }
}

static void put_classes(const struct replica *r, struct strbuf *out) {
    sb_puts(out, "span_class,size_class,noscan,spans,pages,slots,allocated,slot_bytes,"
                 "allocated_bytes,objects_so_far,asked_so_far,taken_so_far\n");
    for (unsigned i = 0; i < NUM_SPAN_CLASSES; i++) {
        const struct class_sum *k = &r->classes[i];
        if (!k->spans && !k->objects)
            continue;
        sb_printf(out,
            "%u,%u,%d,%" PRIu64 ",%" PRIu64 ",%" PRIu64 ",%" PRIu64 ",%" PRIu64 ",%" PRIu64
            ",%" PRIu64 ",%" PRIu64 ",%" PRIu64 "\n",
            i, spanclass_size_class(i), spanclass_noscan(i), k->spans, k->pages, k->slots, k->taken,
            k->slot_bytes, k->taken_bytes, k->objects, k->asked, k->took);
    }
}

void export_csv(const struct recording *rec, const struct replica *r, enum export_table table,
    struct strbuf *out) {
    INVARIANT(table < TABLE_COUNT);
    switch (table) {
    case TABLE_SAMPLES: put_samples(rec, r, out); break;
    case TABLE_SPANS: put_spans(r, out); break;
    case TABLE_CLASSES:
    case TABLE_COUNT:
    default: put_classes(r, out); break;
    }
}
