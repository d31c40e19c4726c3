/*
 * Damaged files: a recording, transcripts, scripts, lessons, a log and what is known of progress
 * are flipped and cut at random, thousands of times. Whatever they say then is refused in a line or
 * believed as far as it goes: no crash, no hang, and never more memory than is stated here.
 *
 * Damaged files are looked at in children, many in one; a failure names the seed that makes the
 * file again. CORRUPT_ROUNDS=N takes N of each kind instead of a few hundred.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "sim/base/data.h"
#include "sim/base/file.h"
#include "sim/base/random.h"
#include "sim/lesson/lesson.h"
#include "sim/lesson/progress.h"
#include "sim/work/child.h"
#include "sim/work/session_file.h"
#include "sim/work/transcript.h"
#include "sim/work/workload.h"
#include "tests/sim/limit.h"
#include "tests/sim/scratch.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

enum {
    ROUNDS = 300,      /* of each kind */
    BATCH = 50,        /* in a child */
    SECONDS = 60,      /* for them; a machine may be busy */
    MOST_OPS = 3000,   /* of a damaged workload that still runs */
    MOST_MEMORY = 256, /* MiB that a child may have in memory, sanitizers not counted */
};

struct kind {
    const char *name; /* of the file, which says what it is */
    void (*look)(const char *path);
    struct strbuf bytes; /* undamaged */
};

/* --- Damage --- */

static size_t place(uint64_t *dice, const struct strbuf *sb) {
    return sb->len ? (size_t)random_below(dice, sb->len) : 0;
}

/* A bit, a byte, another byte of the file, or a run of them once more. */
static void flip(struct strbuf *sb, uint64_t *dice) {
    if (!sb->len)
        return;
    size_t at = place(dice, sb), from = place(dice, sb);
    size_t most = sb->len - (at > from ? at : from);
    switch (random_below(dice, 4)) {
    case 0: sb->text[at] ^= (char)(1 << random_below(dice, 8)); break;
    case 1: sb->text[at] = (char)random_below(dice, 256); break;
    case 2: sb->text[at] = sb->text[from]; break;
    default: memmove(sb->text + at, sb->text + from, (size_t)random_below(dice, most) % 64); break;
    }
}

static void damage(struct strbuf *sb, uint64_t seed) {
    uint64_t dice = seed;
    if (random_below(&dice, 4) == 0)
        sb->len = place(&dice, sb);
    for (uint64_t n = random_below(&dice, 8); n; n--)
        flip(sb, &dice);
}

/* --- Looking at it --- */

static void pump(struct session *s) {
    for (int ops = 0; ops < MOST_OPS && session_pump(s, 500);)
        ops += 500;
}

static void open_session(const char *path) {
    const struct environment base = {.platform = platform_find("linux/amd64"),
        .provider = PROVIDER_MODEL,
        .model.memory_limit = MiB(256)};
    struct strbuf report = {0};
    struct error err = {""};
    struct session *s = session_open(path, &base, &report, NULL, &err);
    if (s) {
        struct replica *r = replica_new();
        pump(s);
        recording_seek(session_recording(s), &r, recording_count(session_recording(s)) / 2);
        replica_free(r);
    } else {
        INVARIANT(err.text[0] && !strchr(err.text, '\n'));
    }
    session_free(s);
    sb_free(&report);
}

static void open_transcript(const char *path) {
    struct verify_result result;
    transcript_verify(path, &(struct verify_options){0}, &result);
    INVARIANT(result.passed || result.why.len);
    sb_free(&result.why);
}

static void open_lesson(const char *path) {
    struct error err = {""};
    struct lesson *l = lesson_load(path, &err);
    INVARIANT(l || (err.text[0] && !strchr(err.text, '\n')));
    lesson_free(l);
}

static void open_progress(const char *path) {
    struct progress p = {0};
    struct error err = {""};
    INVARIANT(progress_read(&p, path, &err) || err.text[0]);
    progress_free(&p);
}

/* --- Many of them --- */

struct batch {
    const struct kind *kind;
    const char *dir;
    uint64_t seed;
};

static bool look_at_batch(void *arg, int log) {
    const struct batch *b = arg;
    struct strbuf copy = {0}, path = {0};
    alarm(under_valgrind() ? 10 * SECONDS : SECONDS);
    sb_printf(&path, "%s/%s", b->dir, b->kind->name);
    for (uint64_t seed = b->seed; seed < b->seed + BATCH; seed++) {
        struct error err;
        sb_clear(&copy);
        sb_add(&copy, b->kind->bytes.text, b->kind->bytes.len);
        damage(&copy, seed);
        if (dprintf(log, "%" PRIu64 "\n", seed) < 0 ||
            !file_write(path.text, copy.text, copy.len, &err))
            return false;
        b->kind->look(path.text);
    }
    sb_free(&copy);
    sb_free(&path);
    return true;
}

static uint64_t rounds(void) {
    const char *asked = getenv("CORRUPT_ROUNDS");
    return asked ? strtoull(asked, NULL, 10) : ROUNDS;
}

static void damage_it_all(struct kind *kind) {
    struct scratch scratch;
    scratch_begin(&scratch);
    for (uint64_t seed = 1; seed <= rounds(); seed += BATCH) {
        struct batch b = {kind, scratch.dir, seed};
        struct child_result r;
        child_run(look_at_batch, &b, &r);
        if (r.failed) {
            const char *log = sb_text(&r.log);
            size_t len = r.log.len ? r.log.len - 1 : 0;
            while (len && log[len - 1] != '\n')
                len--;
            fail_msg("%s damaged with seed %.20s: signal %d: %s", kind->name, log + len, r.signal,
                sb_text(&r.said));
        }
        child_result_free(&r);
    }
    sb_free(&kind->bytes);
    scratch_end(&scratch);
#ifndef __SANITIZE_ADDRESS__
    struct rusage use;
    assert_int_equal(getrusage(RUSAGE_CHILDREN, &use), 0);
    assert_in_range(use.ru_maxrss, 1, MOST_MEMORY * 1024L);
    printf("# %s: %" PRIu64 " damaged files, at most %ld MiB, %ld s so far\n", kind->name, rounds(),
        use.ru_maxrss / 1024, (long)use.ru_utime.tv_sec);
#endif
}

static void damage_data(const char *name, const char *data, void (*look)(const char *path)) {
    struct kind kind = {.name = name, .look = look};
    struct strbuf path = {0};
    struct error err = {""};
    assert_true(data_path(data, &path));
    if (!file_read(path.text, &kind.bytes, NULL, &err))
        fail_msg("%s", err.text);
    sb_free(&path);
    damage_it_all(&kind);
}

static void damaged_recordings_do_no_harm(void **state) {
    const struct environment env = {
        .platform = platform_find("linux/386"), .provider = PROVIDER_MODEL};
    const struct bookmark mark = {17, "a note"};
    const struct session_view view = {"trees", "Lists and trees", 1234, &mark, 1};
    struct kind kind = {.name = "run.arec", .look = open_session};
    struct scratch scratch;
    struct error err = {""};
    (void)state;
    scratch_begin(&scratch);
    struct session *s = session_open("trees", &env, NULL, NULL, &err);
    while (session_pump(s, 1000)) {
    }
    assert_true(session_save(s, scratch_path(&scratch, "run.arec"), &view, &err));
    session_free(s);
    assert_true(file_read(scratch.path, &kind.bytes, NULL, &err));
    scratch_end(&scratch);
    damage_it_all(&kind);
}

static void damaged_transcripts_do_no_harm(void **state) {
    (void)state;
    damage_data("lazy.txt", "tests/data/transcripts/lazy-386.txt.gz", open_transcript);
    damage_data("ops.txt", "tests/data/transcripts/bitmap-amd64.txt.gz", open_session);
}

static void damaged_gzip_does_no_harm(void **state) {
    struct kind kind = {.name = "init.gz", .look = open_transcript};
    struct strbuf path = {0};
    (void)state;
    assert_true(data_path("tests/data/transcripts/init-386.txt.gz", &path));
    FILE *f = fopen(path.text, "rb");
    char piece[4096];
    assert_non_null(f);
    for (size_t got; (got = fread(piece, 1, sizeof piece, f)) > 0;)
        sb_add(&kind.bytes, piece, got);
    fclose(f);
    sb_free(&path);
    damage_it_all(&kind);
}

static void damaged_scripts_do_no_harm(void **state) {
    (void)state;
    damage_data("strings.arena", "sim/work/workloads/strings.arena", open_session);
    damage_data("workers.arena", "sim/work/workloads/workers.arena", open_session);
}

static void damaged_lessons_do_no_harm(void **state) {
    (void)state;
    damage_data("hints.md", "lessons/en/05-when-hints-fail.md", open_lesson);
    damage_data("classes.md", "lessons/zh/08-size-classes.md", open_lesson);
}

static void damaged_logs_do_no_harm(void **state) {
    struct kind kind = {.name = "go.log", .look = open_session};
    struct strbuf path = {0};
    struct error err = {""};
    (void)state;
    assert_true(data_path("tests/data/traces/go1.10-json-amd64.allocfreetrace.gz", &path));
    assert_true(file_read(path.text, &kind.bytes, NULL, &err));
    kind.bytes.len = 60000; /* some of its lines are enough */
    sb_free(&path);
    damage_it_all(&kind);
}

static void damaged_progress_does_no_harm(void **state) {
    struct kind kind = {.name = "progress", .look = open_progress};
    (void)state;
    sb_puts(&kind.bytes, "01-start.md 1 seen\n01-start.md 2 right\n02-x.md 12 wrong\n");
    damage_it_all(&kind);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(damaged_recordings_do_no_harm),
        cmocka_unit_test(damaged_transcripts_do_no_harm),
        cmocka_unit_test(damaged_gzip_does_no_harm),
        cmocka_unit_test(damaged_scripts_do_no_harm),
        cmocka_unit_test(damaged_lessons_do_no_harm),
        cmocka_unit_test(damaged_logs_do_no_harm),
        cmocka_unit_test(damaged_progress_does_no_harm),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
