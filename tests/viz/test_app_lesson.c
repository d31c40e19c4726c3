/* A lesson in the window: its questions, answered with the pointer. */
#include "sim/base/file.h"
#include "viz/app_internal.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

struct fixture {
    struct app app;
    struct canvas *canvas;
    unsigned hint; /* that the open step asks to point at */
};

/* A lesson's step that asks to point at a hint. */
static bool find_step(struct app *app, size_t *lesson, size_t *step, unsigned *hint) {
    for (*lesson = 0; *lesson < app->lesson_count; ++*lesson)
        for (*step = 0; *step < app->lessons[*lesson]->step_count; ++*step) {
            const struct question *q = app->lessons[*lesson]->steps[*step].question;
            if (q && q->kind == QUESTION_POINT && sscanf(q->answer, "hint(%u)", hint) == 1)
                return true;
        }
    return false;
}

static void open_it(struct fixture *f) {
    struct error err = {""};
    struct app_options options = {.workload = "small",
        .world = {.platform = platform_find("linux/amd64"), .provider = PROVIDER_MODEL}};
    size_t lesson = 0, step = 0;
    if (!app_open(&f->app, &options, &err))
        fail_msg("%s", err.text);
    f->canvas = canvas_new(1280, 720);
    assert_true(find_step(&f->app, &lesson, &step, &f->hint));
    assert_true(app_open_lesson(&f->app, lesson, step, &err));
    app_work(&f->app, UINT64_MAX);
    app_draw(&f->app, f->canvas);
    assert_true(f->app.lesson.quiz.question && !f->app.lesson.quiz.answered);
}

static void close_it(struct fixture *f) {
    canvas_free(f->canvas);
    app_close(&f->app);
}

static void click_hint(struct fixture *f, unsigned hint) {
    const struct ui *ui = &f->app.ui;
    for (size_t i = ui->hot_count; i-- > 0;)
        if (ui->hots[i].command == CMD_TAKE_HINT && ui->hots[i].arg == (int64_t)hint) {
            struct rect r = ui->hots[i].rect;
            app_press(&f->app, r.x + r.w / 2, r.y + r.h / 2, false);
            app_release(&f->app, r.x + r.w / 2, r.y + r.h / 2);
            return;
        }
    fail_msg("hint %u cannot be clicked", hint);
}

static void a_hint_that_is_asked_for_is_pointed_at_not_taken(void **state) {
    (void)state;
    struct fixture f;
    open_it(&f);
    size_t taken = session_env(f.app.scene->session)->model.taken_count;
    click_hint(&f, f.hint);
    assert_true(f.app.lesson.quiz.answered && f.app.lesson.quiz.right);
    assert_int_equal(session_env(f.app.scene->session)->model.taken_count, taken);
    click_hint(&f, f.hint); /* answered: a click is a click again */
    assert_int_not_equal(session_env(f.app.scene->session)->model.taken_count, taken);
    close_it(&f);
}

static void another_hint_is_a_wrong_answer(void **state) {
    (void)state;
    struct fixture f;
    open_it(&f);
    click_hint(&f, f.hint + 1);
    assert_true(f.app.lesson.quiz.answered && !f.app.lesson.quiz.right);
    close_it(&f);
}

static void the_future_is_veiled_until_the_answer(void **state) {
    (void)state;
    struct fixture f;
    open_it(&f);
    assert_true(app_view(&f.app, f.app.scene).veiled);
    click_hint(&f, f.hint);
    assert_false(app_view(&f.app, f.app.scene).veiled);
    close_it(&f);
}

/* Where the lesson makes sense on both widths, the chosen one stays from step to step. */
static void the_other_width_stays_for_the_lesson(void **state) {
    (void)state;
    struct fixture f;
    struct error err = {""};
    open_it(&f);
    const struct lesson *l = f.app.lessons[0];
    assert_true(lesson_step_any_width(l, 1) && lesson_step_any_width(l, 2));
    assert_true(app_open_lesson(&f.app, 0, 1, &err));
    const struct session *const *run = (const struct session *const *)&f.app.scene->session;
    assert_int_equal(session_env(*run)->platform->ptr_size, 8);
    app_command(&f.app, CMD_TOGGLE_WIDTH, 0);
    assert_true(f.app.notice[0]);
    app_command(&f.app, CMD_LESSON_NEXT, 0);
    assert_int_equal(f.app.lesson.step, 2);
    assert_int_equal(session_env(*run)->platform->ptr_size, 4);
    assert_false(f.app.notice[0]); /* it told of another moment */
    app_command(&f.app, CMD_TOGGLE_WIDTH, 0);
    app_command(&f.app, CMD_LESSON_NEXT, 0);
    assert_int_equal(session_env(*run)->platform->ptr_size, 8);
    app_command(&f.app, CMD_TOGGLE_WIDTH, 0);
    assert_true(app_open_lesson(&f.app, 1, 0, &err)); /* another lesson begins as ever */
    assert_int_equal(session_env(*run)->platform->ptr_size, 8);
    close_it(&f);
}

/* A window that is killed has lost nothing of the course. */
static void progress_is_in_the_file_while_the_window_is_open(void **state) {
    (void)state;
    char dir[] = "/tmp/arenascope-test-XXXXXX", path[64];
    struct strbuf text = {0};
    struct error err;
    struct fixture f;
    assert_non_null(mkdtemp(dir));
    snprintf(path, sizeof path, "%s/progress", dir);
    open_it(&f);
    f.app.progress_path = path;
    click_hint(&f, f.hint);
    app_tick(&f.app, 0.01);
    assert_true(file_read_most(path, KiB(64), &text, NULL, &err));
    assert_non_null(strstr(text.text, " right\n"));
    assert_int_equal(unlink(path), 0);
    app_tick(&f.app, 0.01); /* nothing new */
    assert_int_equal(access(path, F_OK), -1);
    rmdir(dir);
    app_command(&f.app, CMD_FORGET_PROGRESS, 0);
    snprintf(path, sizeof path, "/proc/none/progress");
    app_tick(&f.app, 0.01);
    assert_non_null(strstr(f.app.notice, "/proc/none"));
    f.app.notice[0] = '\0';
    app_tick(&f.app, 0.01); /* told once */
    assert_string_equal(f.app.notice, "");
    sb_free(&text);
    close_it(&f);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_hint_that_is_asked_for_is_pointed_at_not_taken),
        cmocka_unit_test(another_hint_is_a_wrong_answer),
        cmocka_unit_test(the_other_width_stays_for_the_lesson),
        cmocka_unit_test(the_future_is_veiled_until_the_answer),
        cmocka_unit_test(progress_is_in_the_file_while_the_window_is_open),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
