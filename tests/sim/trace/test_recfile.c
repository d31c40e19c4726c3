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
#include <sys/resource.h>
#include <sys/stat.h>
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
        {.kind = EV_CACHE, .b = UINT64_C(1) << 32},
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

/* A file of these pieces: `kind` and bytes, as many as there are until kind is NULL. */
struct piece_of {
    const char *kind, *data;
    size_t len;
};

static void forge_pieces(const char *path, const struct piece_of *pieces) {
    struct strbuf out = {0};
    struct error err;
    sb_printf(&out, RECFILE_NAME RECFILE_VERSION, event_vocabulary());
    for (; pieces->kind; pieces++)
        put_piece(&out, pieces->kind, pieces->data, pieces->len);
    assert_true(file_write(path, out.text, out.len, &err));
    sb_free(&out);
}

#define PIECE(kind, data)                                                                          \
    { kind, data, sizeof(data) - 1 }

static void pieces_that_make_no_sense_are_refused(void **state) {
    const char *path = scratch_path(*state, "forged.arec");
    static const struct piece_of files[][3] = {
        {PIECE("NEWS", "x")}, {PIECE("TEXT", "a\0b")}, {PIECE("DONE", "1234567")},
        {PIECE("DONE", "\1\0\0\0\0\0\0\0")},               /* there is no event */
        {PIECE("EVTS", "1234567")},                        /* half a head */
        {PIECE("EVTS", "\0\0\0\0\0\0\0\0")},               /* no events */
        {PIECE("EVTS", "\1\20\0\0\0\0\0\0")},              /* 4097 */
        {PIECE("EVTS", "\1\0\0\0\1\0\0\0")},               /* a byte that is not there */
        {PIECE("EVTS", "\1\0\0\0\5\0\0\0\377\0\376\0\0")}, /* no kind of event */
    };
    for (size_t i = 0; i < ARRAY_LEN(files); i++) {
        forge_pieces(path, files[i]);
        assert_refused(path, "is damaged (in the piece at byte 32)");
    }
    forge_pieces(path, (const struct piece_of[]){PIECE("TEXT", "at 5\n"),
                           PIECE("DONE", "\0\0\0\0\0\0\0\0"), {NULL, NULL, 0}});
    struct recfile f;
    struct error err = {""};
    assert_true(recfile_read(path, &f, &err)); /* so it is not the forging */
    assert_string_equal(sb_text(&f.text), "at 5\n");
    recfile_free(&f);
}

/* Only the last block may have fewer events than there is room for. */
static void a_block_behind_one_that_is_not_full_is_refused(void **state) {
    const char *path = scratch_path(*state, "blocks.arec");
    const struct event ev = {.kind = EV_MESSAGE};
    struct strbuf blocks = {0};
    struct eventpack *packer = eventpack_new();
    uint8_t raw[BLOCK_HEAD + EVENTPACK_MOST];
    size_t len = eventpack_pack(packer, &ev, 1, raw + BLOCK_HEAD);
    put_u32(raw, 1);
    put_u32(raw + 4, (uint32_t)len);
    for (int i = 0; i < 2; i++)
        sb_add(&blocks, (const char *)raw, BLOCK_HEAD + len);
    forge_pieces(
        path, (const struct piece_of[]){{"EVTS", blocks.text, BLOCK_HEAD + len}, {NULL, NULL, 0}});
    struct recfile f;
    struct error err = {""};
    assert_true(recfile_read(path, &f, &err));
    assert_int_equal(recording_count(f.rec), 1);
    recfile_free(&f);
    forge_pieces(
        path, (const struct piece_of[]){{"EVTS", blocks.text, blocks.len}, {NULL, NULL, 0}});
    assert_refused(path, "is damaged");
    sb_free(&blocks);
    eventpack_free(packer);
}

static void what_does_not_unpack_to_its_length_is_refused(void **state) {
    const char *path = scratch_path(*state, "lengths.arec");
    uint8_t packed[64], head[PIECE_HEAD] = "TEXT";
    size_t stored = ZSTD_compress(packed, sizeof packed, "at 5\n", 5, 1);
    for (int garbage = 0; garbage < 3; garbage++) {
        struct strbuf out = {0};
        struct error err;
        put_u32(head + 4, garbage == 0 ? 4 : 5);
        put_u32(head + 8, garbage == 2 ? 1u << 30 : (uint32_t)stored);
        memset(packed, 0xee, garbage == 1 ? stored : 0);
        put_u32(head + 12, piece_checksum(head, packed, stored));
        sb_printf(&out, RECFILE_NAME RECFILE_VERSION, event_vocabulary());
        sb_add(&out, (const char *)head, sizeof head);
        sb_add(&out, (const char *)packed, stored);
        assert_true(file_write(path, out.text, out.len, &err));
        assert_refused(path, "is damaged (in the piece at byte 32)");
        sb_free(&out);
    }
}

static void only_files_are_recognised(void **state) {
    struct scratch *s = *state;
    assert_false(recfile_recognises(s->dir));
    assert_false(recfile_recognises(scratch_file(s, "short", "arena", 5)));
    assert_false(recfile_recognises(scratch_file(s, "text", "a text as long as a name", 24)));
    struct rlimit files, none;
    const char *path = scratch_file(s, "name", RECFILE_NAME, sizeof RECFILE_NAME - 1);
    assert_true(recfile_recognises(path));
    assert_int_equal(getrlimit(RLIMIT_NOFILE, &files), 0);
    none = (struct rlimit){.rlim_cur = 0, .rlim_max = files.rlim_max};
    assert_int_equal(setrlimit(RLIMIT_NOFILE, &none), 0); /* no file can be opened */
    bool is = recfile_recognises(path);
    assert_int_equal(setrlimit(RLIMIT_NOFILE, &files), 0);
    assert_false(is);
}

/* --- Files that cannot be written --- */

/* Text that compresses badly, ended. */
static char *noise(size_t len) {
    char *text = xmalloc(len + 1);
    uint64_t dice = 5;
    for (size_t i = 0; i < len; i++) {
        dice = dice * UINT64_C(6364136223846793005) + 1;
        text[i] = (char)('!' + (dice >> 33) % 90);
    }
    text[len] = '\0';
    return text;
}

static void a_full_disk_is_told(void **state) {
    struct scratch *s = *state;
    struct recording *rec = random_recording("linux/386", 8000, 3);
    char *text = noise(100000); /* more than a stream keeps back */
    struct error err = {""};
    assert_true(recording_count(rec) > 17 * RECORDING_BLOCK);
    for (int what = 0; what < 4; what++) {
        struct strbuf path = {0};
        sb_puts(&path, scratch_path(s, "full.arec"));
        assert_int_equal(symlink("/dev/full", scratch_path(s, "full.arec.part")), 0);
        struct recfile_writer *w = recfile_create(path.text, &err);
        assert_non_null(w);
        if (what == 0)
            assert_false(recfile_text(w, "title x\n", &err));
        else if (what == 1)
            assert_false(recfile_text(w, text, &err));
        else if (what == 2)
            assert_false(recfile_events(w, rec, &err));
        else
            assert_false(recfile_finish(w, rec, &err)); /* lets go of it */
        assert_non_null(strstr(err.text, "full.arec: cannot write: No space left on device"));
        if (what < 3)
            recfile_abandon(w);
        assert_int_equal(access(scratch_path(s, "full.arec.part"), F_OK), -1);
        sb_free(&path);
    }
    free(text);
    recording_free(rec);
}

static void a_file_that_cannot_get_its_name_is_no_file(void **state) {
    struct scratch *s = *state;
    struct recording *rec = recording_new();
    struct error err = {""};
    struct strbuf path = {0};
    sb_puts(&path, scratch_path(s, "named.arec"));
    mkdir(path.text, 0777); /* a directory has the name */
    struct recfile_writer *w = recfile_create(path.text, &err);
    assert_non_null(w);
    assert_false(recfile_finish(w, rec, &err));
    assert_non_null(strstr(err.text, "named.arec: cannot write: "));
    assert_int_equal(access(scratch_path(s, "named.arec.part"), F_OK), -1);
    rmdir(path.text);
    /* What cannot be synced may not be there tomorrow: a device cannot. */
    assert_int_equal(symlink("/dev/null", scratch_path(s, "named.arec.part")), 0);
    w = recfile_create(path.text, &err);
    assert_non_null(w);
    assert_false(recfile_finish(w, rec, &err));
    assert_non_null(strstr(err.text, "named.arec: cannot write: "));
    assert_int_equal(access(path.text, F_OK), -1);
    recfile_abandon(NULL);
    sb_free(&path);
    recording_free(rec);
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
        cmocka_unit_test_setup_teardown(pieces_that_make_no_sense_are_refused, begin, end),
        cmocka_unit_test_setup_teardown(a_block_behind_one_that_is_not_full_is_refused, begin, end),
        cmocka_unit_test_setup_teardown(what_does_not_unpack_to_its_length_is_refused, begin, end),
        cmocka_unit_test_setup_teardown(only_files_are_recognised, begin, end),
        cmocka_unit_test_setup_teardown(a_full_disk_is_told, begin, end),
        cmocka_unit_test_setup_teardown(a_file_that_cannot_get_its_name_is_no_file, begin, end),
        cmocka_unit_test_setup_teardown(what_is_too_large_is_refused, begin, end),
        cmocka_unit_test_setup_teardown(a_bomb_of_text_is_refused, begin, end),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
