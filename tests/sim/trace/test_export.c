/* Recordings for other programs: what is in them is what is in the recording. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "sim/trace/export.h"
#include "sim/work/session_file.h"

#include <stdlib.h>
#include <string.h>

static struct session *run(const char *workload) {
    struct environment env = {.platform = platform_find("linux/amd64"), .provider = PROVIDER_MODEL};
    struct error err = {""};
    struct session *s = session_open(workload, &env, NULL, NULL, &err);
    if (!s)
        fail_msg("%s", err.text);
    while (session_pump(s, 1000)) {
    }
    return s;
}

/* By hand: under a sanitizer strstr measures all that is left of the text with every call. */
static size_t count_of(const char *text, const char *what) {
    size_t n = 0, len = strlen(what);
    for (const char *at = text; *at; at++)
        n += *at == *what && strncmp(at, what, len) == 0;
    return n;
}

static void chrome_gets_operations_counters_and_marks(void **unused) {
    struct session *s = run("strings");
    const struct recording *rec = session_recording(s);
    struct strbuf out = {0};
    size_t samples, marks;
    (void)unused;
    recording_samples(rec, &samples);
    recording_marks(rec, &marks);
    export_chrome(rec, "a \"quoted\" \\\ttitle", &out);
    assert_non_null(strstr(out.text, "\"name\":\"a \\\"quoted\\\" \\\\\\u0009title\""));
    assert_int_equal(count_of(out.text, "\"ph\":\"X\""), recording_op_count(rec));
    assert_int_equal(count_of(out.text, "\"ph\":\"C\""), 5 * samples);
    assert_int_equal(count_of(out.text, "\"ph\":\"i\""), marks);
    assert_int_equal(count_of(out.text, "{"), count_of(out.text, "}"));
    sb_free(&out);
    session_free(s);
}

/* The sum of a column of numbers. */
static uint64_t column_sum(const char *csv, const char *name) {
    unsigned column = 0;
    uint64_t sum = 0;
    const char *head = strstr(csv, name);
    assert_non_null(head);
    for (const char *c = csv; c < head; c++)
        column += *c == ',';
    for (const char *line = strchr(csv, '\n') + 1; *line; line = strchr(line, '\n') + 1) {
        const char *field = line;
        for (unsigned i = 0; i < column; i++)
            field = strchr(field, ',') + 1;
        sum += strtoull(field, NULL, 0);
    }
    return sum;
}

static void tables_add_up_to_the_statistics(void **unused) {
    struct session *s = run("small");
    const struct recording *rec = session_recording(s);
    struct replica *r = replica_new();
    (void)unused;
    for (uint64_t at = recording_count(rec) / 2;; at = recording_count(rec)) {
        struct strbuf spans = {0}, classes = {0}, samples = {0};
        recording_seek(rec, &r, at);
        export_csv(rec, r, TABLE_SPANS, &spans);
        export_csv(rec, r, TABLE_CLASSES, &classes);
        export_csv(rec, r, TABLE_SAMPLES, &samples);
        uint64_t pages = 0, taken = 0;
        for (uint32_t h = 1; h <= r->span_count; h++) {
            const struct rspan *span = replica_span(r, h);
            pages += span->state == SPAN_STATE_DEAD ? 0 : span->npages;
            taken += span->state == SPAN_STATE_INUSE ? span->alloc_count : 0;
        }
        assert_int_equal(column_sum(spans.text, "pages"), pages);
        assert_int_equal(column_sum(classes.text, "allocated"), taken);
        assert_int_equal(
            column_sum(classes.text, "objects_so_far") + r->tiny_sum.objects, r->objects_born);
        assert_true(count_of(samples.text, "\n") > 1);
        sb_free(&spans);
        sb_free(&classes);
        sb_free(&samples);
        if (at == recording_count(rec))
            break;
    }
    replica_free(r);
    session_free(s);
}

/* A recording may end within operations. */
static void what_was_cut_short_lasts_to_the_end(void **unused) {
    static const struct event events[] = {
        {.kind = EV_P_BORN, .x = 1},
        {.kind = EV_OP_BEGIN, .w = OP_INIT, .a = 1},
        {.kind = EV_OP_BEGIN, .w = OP_ALLOC | 1 << 8, .x = 1, .a = 7, .b = 48},
        {.kind = EV_SPAN_BORN, .x = 1}, /* dead as yet */
        {.kind = EV_OP_END, .w = OP_INIT},
    };
    struct recording *rec = recording_new();
    struct replica *r = replica_new();
    struct strbuf out = {0};
    (void)unused;
    for (size_t i = 0; i < ARRAY_LEN(events); i++)
        recording_append(rec, &events[i]);
    export_chrome(rec, "cut", &out);
    assert_int_equal(count_of(out.text, "\"ph\":\"X\""), 2);
    assert_non_null(strstr(out.text, "\"tid\":1,\"ts\":2,\"dur\":3,\"name\":\"alloc\""));
    sb_clear(&out);
    recording_seek(rec, &r, ARRAY_LEN(events));
    export_csv(rec, r, TABLE_SPANS, &out);
    assert_int_equal(count_of(out.text, "\n"), 1); /* its head */
    sb_free(&out);
    replica_free(r);
    recording_free(rec);
}

static void tables_have_names(void **unused) {
    (void)unused;
    assert_string_equal(export_table_name(TABLE_SPANS), "spans");
    assert_null(export_table_name(TABLE_COUNT));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(chrome_gets_operations_counters_and_marks),
        cmocka_unit_test(what_was_cut_short_lasts_to_the_end),
        cmocka_unit_test(tables_have_names),
        cmocka_unit_test(tables_add_up_to_the_statistics),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
