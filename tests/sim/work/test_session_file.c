/* Sessions as files: what is opened again is what was left, and can be run again where its workload
 * is at hand. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "sim/base/limits.h"
#include "sim/base/random.h"
#include "sim/trace/recfile.h"
#include "sim/work/session_file.h"
#include "sim/work/workload.h"
#include "tests/sim/heap/mirror.h"
#include "tests/sim/scratch.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

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

/* Hints taken, a seed, a limit: a world of its own. */
static struct session *run(const char *workload) {
    struct environment env = {.platform = platform_find("linux/arm64"),
        .provider = PROVIDER_MODEL,
        .seed = {3, 4},
        .gogc = 60,
        .ps = 2};
    struct error err = {""};
    env_toggle_taken(&env, UINT64_C(0x4000000000), 65536);
    struct session *s = session_open(workload, &env, NULL, NULL, &err);
    if (!s)
        fail_msg("%s", err.text);
    while (session_pump(s, 1000)) {
    }
    env_free(&env);
    return s;
}

static struct session *load(const char *path, struct strbuf *report) {
    struct error err = {""};
    struct session *s = session_load(path, report, &err);
    if (!s)
        fail_msg("%s", err.text);
    return s;
}

static void assert_same_run(const struct session *a, const struct session *b) {
    const struct recording *x = session_recording(a), *y = session_recording(b);
    assert_int_equal(recording_count(x), recording_count(y));
    assert_int_equal(replica_digest(recording_head(x)), replica_digest(recording_head(y)));
    for (uint64_t op = 0; op < recording_op_count(x); op += 37) {
        const char *p = session_phase(a, op), *q = session_phase(b, op);
        assert_int_equal(p != NULL, q != NULL);
        if (p)
            assert_string_equal(p, q);
        assert_int_equal(session_workload_op(a, op), session_workload_op(b, op));
    }
}

static void a_session_opens_again_as_it_was_left(void **state) {
    const char *path = scratch_path(*state, "run.arec");
    const struct bookmark bookmarks[] = {{17, "here it begins"}, {2000, "two\nlines"}};
    const struct session_view view = {"trees", "Lists and trees", 1234, bookmarks, 2};
    struct session *s = run("trees");
    struct strbuf report = {0};
    struct error err = {""};
    assert_true(session_save(s, path, &view, &err));
    assert_null(session_loaded(s));
    struct session *t = load(path, &report);
    assert_string_equal(sb_text(&report), "");
    assert_same_run(s, t);
    const struct session_view *seen = session_loaded(t);
    assert_string_equal(seen->workload, "trees");
    assert_string_equal(seen->title, "Lists and trees");
    assert_int_equal(seen->at, 1234);
    assert_int_equal(seen->bookmark_count, 2);
    assert_int_equal(seen->bookmarks[0].seq, 17);
    assert_string_equal(seen->bookmarks[0].text, "here it begins");
    assert_string_equal(seen->bookmarks[1].text, "two lines");
    const struct environment *a = session_env(s), *b = session_env(t);
    assert_ptr_equal(a->platform, b->platform);
    assert_int_equal(a->provider, b->provider);
    assert_memory_equal(a->seed, b->seed, sizeof a->seed);
    assert_true(a->gogc == b->gogc && a->ps == b->ps);
    assert_true(env_is_taken(b, UINT64_C(0x4000000000)));
    assert_string_equal(session_provider(s), session_provider(t));
    struct session_world x = session_world(s), y = session_world(t);
    assert_true(x.image_end == y.image_end && x.brk == y.brk);
    assert_true(x.phys_page_size == y.phys_page_size);
    assert_null(session_program(t));
    assert_false(session_pump(t, 10));
    session_free(s);
    session_free(t);
}

static void with_its_workload_it_can_be_run_again(void **state) {
    const char *path = scratch_path(*state, "run.arec");
    struct session *s = run("strings");
    struct error err = {""};
    assert_true(session_save(s, path, &(struct session_view){.workload = "strings"}, &err));
    struct session *t = load(path, NULL);
    assert_non_null(session_loaded(t));
    assert_true(session_restart(t, session_env(t), &err));
    assert_null(session_loaded(t));
    while (session_pump(t, 1000)) {
    }
    assert_same_run(s, t);
    session_free(s);
    session_free(t);
}

/* With all that there is to say of a run, and with the least. */
static void what_was_asked_of_the_world_is_kept(void **state) {
    struct environment env = {
        .platform = platform_find("darwin/amd64"), .provider = PROVIDER_HOST, .residency = true};
    struct error err = {""};
    char script[160];
    const char *title;
    snprintf(script, sizeof script, "%s", scratch_file(*state, "mine.arena", "alloc 100\n", 10));
    struct session *s = session_open(script, &env, NULL, &title, &err);
    const struct bookmark silent = {3, NULL};
    const struct session_view view = {
        .workload = script, .bookmarks = &silent, .bookmark_count = 1};
    const char *path = scratch_path(*state, "run.arec");
    assert_true(session_save(s, path, &view, &err));
    struct session *t = session_open(path, NULL, NULL, &title, &err);
    assert_string_equal(title, path);
    assert_true(session_env(t)->residency);
    assert_non_null(session_provider_why(s));
    assert_string_equal(session_provider_why(t), session_provider_why(s));
    assert_string_equal(session_loaded(t)->bookmarks[0].text, "");
    assert_false(session_feed(t, "alloc 8", &err));
    assert_string_equal(err.text, "this is a recording: nothing can be run after it");
    assert_true(session_restart(t, session_env(t), &err)); /* its file is at hand */
    session_free(t);
    assert_true(session_save(s, path, &(struct session_view){0}, &err));
    t = load(path, NULL);
    assert_null(session_loaded(t)->workload);
    session_free(t);
    session_free(s);
}

/* A disk with room for so many bytes, and no more. */
static bool save_within(
    const struct session *s, const char *path, rlim_t bytes, struct error *err) {
    struct rlimit before, few;
    getrlimit(RLIMIT_FSIZE, &before);
    few = (struct rlimit){bytes, before.rlim_max};
    setrlimit(RLIMIT_FSIZE, &few);
    bool ok = session_save(s, path, &(struct session_view){.workload = "small"}, err);
    setrlimit(RLIMIT_FSIZE, &before);
    return ok;
}

static void a_full_disk_leaves_the_old_file(void **state) {
    struct session *s = run("small");
    struct error err = {""};
    const char *path = scratch_file(*state, "run.arec", "old", 3);
    struct stat st;
    signal(SIGXFSZ, SIG_IGN);
    for (rlim_t room = 0; !save_within(s, path, room, &err); room = room ? room * 3 / 2 : 16) {
        assert_ptr_equal(strstr(err.text, path), err.text);
        assert_null(strchr(err.text, '\n'));
        assert_true(stat(path, &st) == 0 && st.st_size == 3);
    }
    assert_int_equal(stat(path, &st), 0);
    for (off_t room = st.st_size - 400; room < st.st_size; room += 16) /* its last parts */
        assert_false(save_within(s, path, (rlim_t)room, &err));
    signal(SIGXFSZ, SIG_DFL);
    struct session *t = load(path, NULL);
    assert_same_run(s, t);
    assert_false(session_save(s, "/nonexistent/run.arec", &(struct session_view){0}, &err));
    assert_non_null(strstr(err.text, "/nonexistent/run.arec"));
    session_free(s);
    session_free(t);
}

/* What there is to say at the end may be more than there is room for. */
static void a_full_disk_may_be_found_at_the_end(void **state) {
    struct environment env = {.platform = platform_find("linux/386"), .provider = PROVIDER_MODEL};
    const struct session_view view = {0};
    struct strbuf script = {0};
    struct error err = {""};
    uint64_t dice = 1;
    struct rlimit before, few;
    for (int i = 0; i < 2000; i++)
        sb_printf(&script, "phase %016llx\n", (unsigned long long)random_u64(&dice));
    const char *path = scratch_file(*state, "many.arena", script.text, script.len);
    struct session *s = session_open(path, &env, NULL, NULL, &err);
    while (session_pump(s, 1000)) {
    }
    path = scratch_path(*state, "run.arec");
    getrlimit(RLIMIT_FSIZE, &before);
    few = (struct rlimit){1000, before.rlim_max};
    signal(SIGXFSZ, SIG_IGN);
    setrlimit(RLIMIT_FSIZE, &few);
    struct session_writer *w = session_writer_new(s, path, &view, &err);
    bool ok = w && session_writer_finish(w, 0, &err);
    setrlimit(RLIMIT_FSIZE, &before);
    signal(SIGXFSZ, SIG_DFL);
    assert_non_null(w);
    assert_false(ok);
    assert_ptr_equal(strstr(err.text, path), err.text);
    assert_int_not_equal(access(path, F_OK), 0);
    session_free(s);
    sb_free(&script);
}

static void a_recording_cut_short_is_read_and_told_if_wanted(void **state) {
    struct session *s = run("small");
    struct error err = {""};
    struct strbuf report = {0};
    struct stat st;
    const char *path = scratch_path(*state, "run.arec");
    assert_true(session_save(s, path, &(struct session_view){.workload = "small"}, &err));
    assert_int_equal(stat(path, &st), 0);
    assert_int_equal(truncate(path, st.st_size - 20), 0);
    session_free(load(path, NULL));
    session_free(load(path, &report));
    assert_non_null(strstr(sb_text(&report), "the recording stops short"));
    sb_free(&report);
    session_free(s);
}

static void without_its_workload_it_says_so_and_stays(void **state) {
    struct error err = {""};
    char script[160];
    snprintf(script, sizeof script, "%s",
        scratch_file(*state, "mine.arena", "alloc 100\nalloc 200\n", 20));
    struct session *s = run(script);
    const char *path = scratch_path(*state, "run.arec");
    assert_true(session_save(s, path, &(struct session_view){.workload = script}, &err));
    unlink(script);
    struct session *t = load(path, NULL);
    assert_false(session_restart(t, session_env(t), &err));
    assert_string_equal(
        err.text, "this is a recording, and its workload is not at hand to run it again");
    assert_non_null(session_loaded(t));
    assert_same_run(s, t);
    session_free(s);
    session_free(t);
}

static void written_while_it_runs_it_is_the_same(void **state) {
    const char *path = scratch_path(*state, "run.arec");
    struct environment env = {.platform = platform_find("linux/386"), .provider = PROVIDER_MODEL};
    const struct session_view view = {.workload = "small"};
    struct error err = {""};
    const char *title;
    struct session *s = session_open("small", &env, NULL, &title, &err);
    struct session_writer *w = session_writer_new(s, path, &view, &err);
    while (session_pump(s, 500))
        assert_true(session_writer_more(&w, &err));
    assert_true(session_writer_finish(w, 99, &err));
    struct session *t = load(path, NULL);
    assert_same_run(s, t);
    assert_int_equal(session_loaded(t)->at, 99);
    session_free(t);
    t = session_open(path, NULL, NULL, &title, &err); /* by what it is, not by its name */
    assert_non_null(session_loaded(t));
    session_free(s);
    session_free(t);
}

static void write_text(const char *path, const char *text) {
    struct error err = {""};
    struct recording *rec = recording_new();
    struct recfile_writer *w = recfile_create(path, &err);
    assert_true(recfile_text(w, text, &err) && recfile_finish(w, rec, &err));
    recording_free(rec);
}

static void nonsense_in_the_text_is_told_in_one_line(void **state) {
    static const char *const nonsense[] = {"at soon\n", "found 1 2\n", "found x\n", "found 1 x 2\n",
        "found 1 2 x\n", "init x\n", "init 1 x\n", "phase x\n", "ps many\n",
        "at 0000000000000000000000000000000000\n", "phase 5 a\nphase 3 b\n", "bookmark x y\n",
        "provider somebody\n", "ps 900\n", "world platform plan9/vax\n", "world take everything\n"};
    const char *path = scratch_path(*state, "text.arec");
    for (size_t i = 0; i < ARRAY_LEN(nonsense); i++) {
        struct error err = {""};
        write_text(path, nonsense[i]);
        assert_null(session_load(path, NULL, &err));
        assert_ptr_equal(strstr(err.text, path), err.text);
        assert_null(strchr(err.text, '\n'));
    }
    static const char *const sense[] = {"color blue\n\nat 10\n", /* of a later program, perhaps */
        "at 10", "residency off\n", ""};
    for (size_t i = 0; i < ARRAY_LEN(sense); i++) {
        write_text(path, sense[i]);
        struct session *s = load(path, NULL);
        assert_int_equal(session_loaded(s)->at, 0);
        assert_false(session_env(s)->residency);
        session_free(s);
    }
}

static void more_notes_than_there_can_be_are_refused(void **state) {
    const char *path = scratch_path(*state, "notes.arec");
    struct strbuf text = {0};
    struct error err = {""};
    sb_puts(&text, "provider simulated\n");
    for (int i = 0; i < LIMIT_NOTES; i++)
        sb_printf(&text, "bookmark %d here\n", i);
    write_text(path, text.text);
    session_free(load(path, NULL));
    sb_puts(&text, "bookmark 99999 one more\n");
    write_text(path, text.text);
    assert_null(session_load(path, NULL, &err));
    assert_non_null(strstr(err.text, "notes.arec: has more than 10000 notes"));
    sb_free(&text);
}

/* Nobody writes into the pipe: reading it would never end. */
static void what_is_no_plain_file_is_not_read_as_the_workload(void **state) {
    struct error err = {""};
    struct strbuf text = {0};
    char fifo[160];
    snprintf(fifo, sizeof fifo, "%s", scratch_path(*state, "fifo"));
    assert_int_equal(mkfifo(fifo, 0600), 0);
    const char *const names[] = {"-", "/dev/zero", fifo};
    const char *path = scratch_path(*state, "text.arec");
    for (size_t i = 0; i < ARRAY_LEN(names); i++) {
        sb_clear(&text);
        sb_printf(&text, "workload %s\n", names[i]);
        write_text(path, text.text);
        struct session *s = load(path, NULL);
        assert_false(session_restart(s, session_env(s), &err));
        session_free(s);
    }
    sb_free(&text);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(more_notes_than_there_can_be_are_refused, begin, end),
        cmocka_unit_test_setup_teardown(a_session_opens_again_as_it_was_left, begin, end),
        cmocka_unit_test_setup_teardown(what_was_asked_of_the_world_is_kept, begin, end),
        cmocka_unit_test_setup_teardown(a_full_disk_leaves_the_old_file, begin, end),
        cmocka_unit_test_setup_teardown(a_full_disk_may_be_found_at_the_end, begin, end),
        cmocka_unit_test_setup_teardown(
            a_recording_cut_short_is_read_and_told_if_wanted, begin, end),
        cmocka_unit_test_setup_teardown(with_its_workload_it_can_be_run_again, begin, end),
        cmocka_unit_test_setup_teardown(without_its_workload_it_says_so_and_stays, begin, end),
        cmocka_unit_test_setup_teardown(written_while_it_runs_it_is_the_same, begin, end),
        cmocka_unit_test_setup_teardown(nonsense_in_the_text_is_told_in_one_line, begin, end),
        cmocka_unit_test_setup_teardown(
            what_is_no_plain_file_is_not_read_as_the_workload, begin, end),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
