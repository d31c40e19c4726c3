/* Recordings as files: what was written is read; what is damaged, cut or forged does no harm. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "sim/base/file.h"
#include "sim/base/limits.h"
#include "sim/trace/recfile_parts.h"
#include "sim/work/program.h"
#include "tests/sim/heap/fixture.h"
#include "tests/sim/heap/mirror.h"
#include "tests/sim/scratch.h"
#include "tests/sim/trace/random_recording.h"
#include "tests/sim/work/random_ops.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <zstd.h>

enum { FIRST_LINE = sizeof RECFILE_NAME - 1 + 2 + 8 + 1 };

static struct scratch scratch;

static int begin(void **state) {
    scratch_begin(&scratch);
    *state = &scratch;
    return 0;
}

static int end(void **state) {
    scratch_end(*state);
    return 0;
}

static void assert_begins_with(const struct recording *all, const struct recording *part) {
    for (uint64_t i = 0; i < recording_count(part); i++)
        assert_memory_equal(
            recording_event(all, i), recording_event(part, i), sizeof(struct event));
}

static void write_file(const char *path, const struct recording *rec, const char *text) {
    struct error err = {""};
    struct recfile_writer *w = recfile_create(path, &err);
    assert_non_null(w);
    assert_true(recfile_text(w, text, &err));
    assert_true(recfile_finish(w, rec, &err));
}

static void what_was_written_is_read(void **state) {
    const char *path = scratch_path(*state, "run.arec");
    struct recfile f;
    struct error err = {""};
    static const unsigned lengths[] = {0, 30, 4000};
    for (size_t i = 0; i < ARRAY_LEN(lengths); i++) {
        struct recording *rec = random_recording("linux/386", lengths[i], 5 + i);
        write_file(path, rec, "title A run\nat 5\n");
        assert_true(recfile_recognises(path));
        if (!recfile_read(path, &f, &err))
            fail_msg("%s", err.text);
        assert_false(f.cut);
        assert_string_equal(sb_text(&f.text), "title A run\nat 5\n");
        assert_int_equal(recording_count(f.rec), recording_count(rec));
        assert_begins_with(rec, f.rec);
        assert_int_equal(
            replica_digest(recording_head(f.rec)), replica_digest(recording_head(rec)));
        recfile_free(&f);
        recording_free(rec);
    }
}

static void a_run_that_is_killed_leaves_what_it_had_written(void **state) {
    const char *path = scratch_path(*state, "killed.arec");
    char part[512];
    struct recording *rec = random_recording("linux/386", 9000, 3);
    struct recfile f;
    struct error err = {""};
    snprintf(part, sizeof part, "%s.part", path);
    assert_true(recording_count(rec) > 17 * RECORDING_BLOCK);
    struct recfile_writer *w = recfile_create(path, &err);
    assert_true(recfile_text(w, "title X\n", &err) && recfile_events(w, rec, &err));
    assert_true(recfile_read(part, &f, &err)); /* while it is being written */
    assert_true(f.cut);
    assert_true(recording_count(f.rec) + 17 * RECORDING_BLOCK > recording_count(rec));
    assert_begins_with(rec, f.rec);
    recfile_free(&f);
    recfile_abandon(w);
    assert_int_equal(access(part, F_OK), -1);
    assert_int_equal(access(path, F_OK), -1);
    recording_free(rec);
}

static void a_file_cut_short_opens_as_far_as_it_goes(void **state) {
    const char *path = scratch_path(*state, "cut.arec");
    struct recording *rec = random_recording("linux/386", 3000, 8);
    struct strbuf bytes = {0};
    struct recfile f;
    struct error err = {""};
    write_file(path, rec, "title X\n");
    assert_true(file_read(path, &bytes, NULL, &err));
    uint64_t last = 0;
    for (size_t len = FIRST_LINE; len < bytes.len; len += 1 + bytes.len / 97) {
        assert_true(file_write(path, bytes.text, len, &err));
        if (!recfile_read(path, &f, &err))
            fail_msg("%s", err.text);
        assert_true(f.cut);
        assert_true(recording_count(f.rec) >= last);
        last = recording_count(f.rec);
        assert_begins_with(rec, f.rec);
        recfile_free(&f);
    }
    sb_free(&bytes);
    recording_free(rec);
}

static void assert_refused(const char *path, const char *why) {
    struct recfile f;
    struct error err = {""};
    assert_false(recfile_read(path, &f, &err));
    assert_null(f.rec);
    assert_null(strchr(err.text, '\n'));
    if (!strstr(err.text, why))
        fail_msg("%s, expected: %s", err.text, why);
}

static void damage_is_told_in_one_line(void **state) {
    const char *path = scratch_path(*state, "damaged.arec");
    struct recording *rec = random_recording("linux/386", 1000, 8);
    struct random_ops random = {.state = 6};
    struct strbuf bytes = {0};
    struct error err = {""};
    write_file(path, rec, "title X\n");
    assert_true(file_read(path, &bytes, NULL, &err));
    for (unsigned i = 0; i < 200; i++) {
        size_t at = FIRST_LINE + random_below(&random, bytes.len - FIRST_LINE);
        struct recfile f;
        bytes.text[at] ^= (char)(1 << i % 8);
        assert_true(file_write(path, bytes.text, bytes.len, &err));
        bool ok = recfile_read(path, &f, &err);
        /* A length that is now too long looks like a cut: no other damage passes. */
        assert_true(ok ? f.cut : strstr(err.text, "is damaged") != NULL);
        if (ok)
            recfile_free(&f);
        bytes.text[at] ^= (char)(1 << i % 8);
    }
    sb_free(&bytes);
    recording_free(rec);
}

static void what_is_no_recording_is_refused(void **state) {
    const char *path = scratch_path(*state, "other");
    struct error err;
    assert_refused(path, "cannot open");
    assert_false(recfile_recognises(path));
    assert_true(file_write(path, "", 0, &err));
    assert_refused(path, "is no recording");
    assert_true(file_write(path, "title x\n", 8, &err));
    assert_refused(path, "is no recording");
    assert_true(file_write(path, "arenascope recording 1 0\n", 25, &err));
    assert_refused(path, "is a recording of another version of arenascope (1 0, expected 2 ");
    assert_true(recfile_recognises(path));
    assert_null(recfile_create("/nowhere/at/all.arec", &err));
    assert_non_null(strstr(err.text, "/nowhere/at/all.arec: cannot write"));
}

/* --- Forged: every checksum is right, the events are not --- */

static void put_piece(struct strbuf *out, const char *kind, const void *data, size_t len) {
    uint8_t head[PIECE_HEAD];
    size_t bound = ZSTD_compressBound(len);
    uint8_t *packed = xmalloc(bound);
    size_t stored = ZSTD_compress(packed, bound, data, len, 1);
    memcpy(head, kind, 4);
    put_u32(head + 4, (uint32_t)len);
    put_u32(head + 8, (uint32_t)stored);
    put_u32(head + 12, piece_checksum(head, packed, stored));
    sb_add(out, (const char *)head, sizeof head);
    sb_add(out, (const char *)packed, stored);
    free(packed);
}

static void forge(const char *path, const struct event *events, size_t count) {
    struct strbuf out = {0};
    struct error err;
    struct eventpack *packer = eventpack_new();
    uint8_t *raw = xmalloc(BLOCK_HEAD + count * EVENTPACK_MOST);
    size_t len = eventpack_pack(packer, events, count, raw + BLOCK_HEAD);
    put_u32(raw, (uint32_t)count);
    put_u32(raw + 4, (uint32_t)len);
    sb_printf(&out, RECFILE_NAME RECFILE_VERSION, event_vocabulary());
    put_piece(&out, "EVTS", raw, BLOCK_HEAD + len);
    assert_true(file_write(path, out.text, out.len, &err));
    sb_free(&out);
    free(raw);
    eventpack_free(packer);
}

static void forged_events_do_no_harm(void **state) {
    const char *path = scratch_path(*state, "forged.arec");
    struct recording *rec = random_recording("linux/386", 250, 77);
    struct random_ops random = {.state = 9};
    size_t count = recording_count(rec) < RECORDING_BLOCK ? recording_count(rec) : RECORDING_BLOCK;
    struct event *events = xmalloc(count * sizeof *events);
    unsigned refused = 0;
    for (size_t i = 0; i < count; i++)
        events[i] = *recording_event(rec, i);
    for (unsigned i = 0; i < 400; i++) {
        struct event *ev = &events[random_below(&random, count)], was = *ev;
        uint64_t value = random_below(&random, UINT64_MAX) >> random_below(&random, 64);
        switch (random_below(&random, 6)) {
        case 0: ev->kind = (uint16_t)(value % EV_COUNT); break;
        case 1: ev->w = (uint16_t)value; break;
        case 2: ev->x = (uint32_t)value; break;
        case 3: ev->a = value; break;
        case 4: ev->b = value; break;
        default: ev->c = value; break;
        }
        forge(path, events, count);
        struct recfile f;
        struct error err = {""};
        if (recfile_read(path, &f, &err)) {
            struct replica *r = replica_copy(recording_head(f.rec)); /* and back, and on */
            recording_seek(f.rec, &r, 0);
            recording_seek(f.rec, &r, UINT64_MAX);
            replica_free(r);
            recfile_free(&f);
        } else {
            assert_non_null(strstr(err.text, "is damaged: event "));
            refused++;
        }
        *ev = was;
    }
    assert_true(refused > 100);
    free(events);
    recording_free(rec);
}

static void promises_of_size_reserve_nothing(void **state) {
    const char *path = scratch_path(*state, "bomb.arec");
    struct strbuf out = {0};
    struct error err;
    uint8_t head[PIECE_HEAD] = "EVTS";
    memset(head + 4, 0xff, 8);
    sb_printf(&out, RECFILE_NAME RECFILE_VERSION, event_vocabulary());
    sb_add(&out, (const char *)head, sizeof head);
    assert_true(file_write(path, out.text, out.len, &err));
    assert_refused(path, "is damaged");
    const struct event far[] = {{.kind = EV_PAGES, .a = UINT64_C(1) << 60, .b = 1},
        {.kind = EV_PAGES, .a = 0, .b = UINT64_C(1) << 60},
        {.kind = EV_BITMAP, .w = 1, .a = UINT64_C(1) << 60},
        {.kind = EV_SPAN_SET, .w = SPAN_nelems, .x = 1, .b = 1 << 20},
        {.kind = EV_RANGE, .a = UINT64_MAX, .b = 5, .w = RANGE_TAKEN << 8},
        {.kind = EV_OBJECT, .x = MAX_OBJECTS, .a = 16, .b = 8}};
    for (size_t i = 0; i < ARRAY_LEN(far); i++) {
        forge(path, &far[i], 1);
        assert_refused(path, "event 0 says what cannot be");
    }
    sb_free(&out);
}

/* The largest that numbers allow. */
static void forged_pages_take_little_memory(void **state) {
    const char *path = scratch_path(*state, "pages.arec");
    const struct event events[] = {{.kind = EV_SPAN_BORN, .x = 1},
        {.kind = EV_PAGES, .b = 1 << 26, .c = UINT64_C(1) << 32},
        {.kind = EV_PAGES, .a = 1, .b = (1 << 26) - 2, .c = 1}};
    struct recfile f;
    struct error err = {""};
    forge(path, events, ARRAY_LEN(events));
    assert_true(recfile_read(path, &f, &err));
    assert_true(recording_memory(f.rec) < MiB(4));
    struct replica *r = replica_new();
    for (uint64_t seq = ARRAY_LEN(events) + 1; seq-- > 0;)
        recording_seek(f.rec, &r, seq);
    assert_int_equal(replica_page(r, 5), 0);
    replica_free(r);
    recfile_free(&f);
}

static void what_is_too_large_is_refused(void **state) {
    const char *path = scratch_path(*state, "large.arec");
    struct recording *rec = random_recording("linux/386", 4000, 5);
    struct recfile f;
    struct error err = {""};
    write_file(path, rec, "title A run\n");
    assert_true(recfile_read_most(path, recording_count(rec), &f, &err));
    recfile_free(&f);
    assert_false(recfile_read_most(path, recording_count(rec) - 1, &f, &err));
    assert_non_null(strstr(err.text, "large.arec: the recording has more than "));
    assert_null(f.rec);
    recording_free(rec);
}

/* A megabyte of blanks is some 40 bytes of the file. */
static void a_bomb_of_text_is_refused(void **state) {
    const char *path = scratch_path(*state, "bomb.arec");
    struct strbuf out = {0};
    struct error err;
    char *blanks = xmalloc(MiB(1));
    memset(blanks, ' ', MiB(1));
    sb_printf(&out, RECFILE_NAME RECFILE_VERSION, event_vocabulary());
    for (uint64_t i = 0; i <= LIMIT_ABOUT / MiB(1) + 1; i++)
        put_piece(&out, "TEXT", blanks, MiB(1));
    assert_true(out.len < KiB(64));
    assert_true(file_write(path, out.text, out.len, &err));
    assert_refused(path, "the recording says more than ");
    free(blanks);
    sb_free(&out);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(what_was_written_is_read, begin, end),
        cmocka_unit_test_setup_teardown(
            a_run_that_is_killed_leaves_what_it_had_written, begin, end),
        cmocka_unit_test_setup_teardown(a_file_cut_short_opens_as_far_as_it_goes, begin, end),
        cmocka_unit_test_setup_teardown(damage_is_told_in_one_line, begin, end),
        cmocka_unit_test_setup_teardown(what_is_no_recording_is_refused, begin, end),
        cmocka_unit_test_setup_teardown(forged_events_do_no_harm, begin, end),
        cmocka_unit_test_setup_teardown(promises_of_size_reserve_nothing, begin, end),
        cmocka_unit_test_setup_teardown(forged_pages_take_little_memory, begin, end),
        cmocka_unit_test_setup_teardown(what_is_too_large_is_refused, begin, end),
        cmocka_unit_test_setup_teardown(a_bomb_of_text_is_refused, begin, end),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
