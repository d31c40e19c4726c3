/* Progress: it is kept, what is right stays right, and a broken file does no harm. */
#include "sim/lesson/progress.h"

#include "sim/base/limits.h"

#include "sim/base/xdg.h"
#include "tests/sim/scratch.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static struct lesson_step steps[3];
static struct question question;
static struct lesson lesson = {
    .path = "lessons/en/04-the-hints.md", .steps = steps, .step_count = 3};

static void what_is_right_stays_right(void **state) {
    (void)state;
    struct progress p = {0};
    steps[1].question = &question;
    assert_int_equal(progress_of(&p, &lesson, 1), STEP_UNSEEN);
    progress_mark(&p, &lesson, 1, STEP_SEEN);
    progress_mark(&p, &lesson, 1, STEP_WRONG);
    assert_int_equal(progress_of(&p, &lesson, 1), STEP_WRONG);
    progress_mark(&p, &lesson, 1, STEP_RIGHT);
    progress_mark(&p, &lesson, 1, STEP_WRONG);
    progress_mark(&p, &lesson, 0, STEP_SEEN);
    struct progress_sum sum = progress_sum(&p, &lesson);
    assert_int_equal(sum.seen, 2);
    assert_int_equal(sum.right, 1);
    assert_int_equal(sum.questions, 1);
    progress_reset(&p);
    assert_int_equal(progress_of(&p, &lesson, 1), STEP_UNSEEN);
    assert_true(p.changed);
    progress_free(&p);
}

static void it_is_kept_in_a_file(void **state) {
    (void)state;
    struct progress p = {0}, again = {0};
    struct error err;
    struct scratch dir;
    struct strbuf path = {0};
    scratch_begin(&dir);
    sb_printf(&path, "%s/progress", dir.dir);
    progress_mark(&p, &lesson, 0, STEP_SEEN);
    progress_mark(&p, &lesson, 2, STEP_RIGHT);
    assert_true(progress_write(&p, path.text, &err));
    assert_false(p.changed);
    assert_true(progress_read(&again, path.text, &err));
    assert_int_equal(progress_of(&again, &lesson, 0), STEP_SEEN);
    assert_int_equal(progress_of(&again, &lesson, 2), STEP_RIGHT);
    assert_int_equal(progress_of(&again, &lesson, 1), STEP_UNSEEN);
    assert_false(again.changed);
    progress_free(&again);
    progress_mark(&again, &lesson, 1, STEP_SEEN); /* before it was read */
    assert_true(progress_read(&again, path.text, &err));
    assert_int_equal(progress_of(&again, &lesson, 1), STEP_SEEN);
    assert_int_equal(progress_of(&again, &lesson, 2), STEP_RIGHT);
    assert_true(again.changed);
    progress_free(&p);
    progress_free(&again);
    sb_free(&path);
    scratch_end(&dir);
}

static void lessons_and_steps_are_told_apart(void **state) {
    (void)state;
    struct progress p = {0};
    struct lesson beside = {.path = "05-beside.md", .steps = steps, .step_count = 3};
    progress_mark(&p, &lesson, 0, STEP_RIGHT);
    assert_int_equal(progress_of(&p, &beside, 0), STEP_UNSEEN);
    progress_mark(&p, &beside, 0, STEP_SEEN);
    assert_int_equal(progress_of(&p, &beside, 0), STEP_SEEN);
    assert_int_equal(progress_of(&p, &lesson, 0), STEP_RIGHT);
    progress_free(&p);
}

/* Nothing is written where nothing has changed, and nothing read where nothing was written. */
static void no_progress_is_no_file(void **state) {
    (void)state;
    struct progress p = {0};
    struct error err = {""};
    struct scratch dir;
    scratch_begin(&dir);
    const char *path = scratch_path(&dir, "progress");
    assert_true(progress_read(&p, path, &err));
    assert_int_equal(p.count, 0);
    assert_true(progress_write(&p, path, &err));
    assert_false(xdg_exists(path));
    progress_free(&p);
    scratch_end(&dir);
}

static void lines_that_cannot_be_are_left_out(void **state) {
    (void)state;
    static const char text[] = "nonsense\n04-the-hints.md x seen\n04-the-hints.md 1 right\n"
                               "04-the-hints.md 2 perfect\n\n04-the-hints.md 3 seen and more\n";
    struct progress p = {0};
    struct scratch dir;
    struct error err = {""};
    scratch_begin(&dir);
    assert_true(progress_read(&p, scratch_file(&dir, "progress", text, sizeof text - 1), &err));
    assert_int_equal(p.count, 1);
    assert_int_equal(progress_of(&p, &lesson, 0), STEP_RIGHT);
    progress_free(&p);
    assert_true(progress_read(&p, scratch_file(&dir, "empty", "", 0), &err));
    assert_int_equal(p.count, 0);
    progress_free(&p);
    scratch_end(&dir);
}

static void a_file_that_cannot_be_read_is_told(void **state) {
    (void)state;
    struct progress p = {0};
    struct scratch dir;
    struct error err = {""};
    char *large = xcalloc(1, LIMIT_SETTINGS + 1);
    memset(large, '\n', LIMIT_SETTINGS + 1);
    scratch_begin(&dir);
    assert_false(progress_read(&p, dir.dir, &err)); /* a directory */
    assert_non_null(strstr(err.text, "is a directory"));
    assert_int_equal(p.count, 0);
    assert_true(progress_read(&p, scratch_file(&dir, "full", large, LIMIT_SETTINGS), &err));
    assert_false(progress_read(&p, scratch_file(&dir, "large", large, LIMIT_SETTINGS + 1), &err));
    assert_non_null(strstr(err.text, "/large: is larger than 64 KiB"));
    free(large);
    scratch_end(&dir);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_right_stays_right),
        cmocka_unit_test(it_is_kept_in_a_file),
        cmocka_unit_test(lessons_and_steps_are_told_apart),
        cmocka_unit_test(no_progress_is_no_file),
        cmocka_unit_test(lines_that_cannot_be_are_left_out),
        cmocka_unit_test(a_file_that_cannot_be_read_is_told),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
