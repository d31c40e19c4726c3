/* A lesson in the window: its steps, and its questions, answered with the pointer and by keys. */
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

/* Opens the first step that asks in that way. */
static void open_question(struct fixture *f, enum question_kind kind) {
    struct error err = {""};
    for (size_t i = 0; i < f->app.lesson_count; i++)
        for (size_t step = 0; step < f->app.lessons[i]->step_count; step++) {
            const struct question *q = f->app.lessons[i]->steps[step].question;
            if (!q || q->kind != kind)
                continue;
            if (!app_open_lesson(&f->app, i, step, &err))
                fail_msg("%s", err.text);
            app_work(&f->app, UINT64_MAX);
            return;
        }
    fail_msg("no lesson asks so");
}

static struct progress_sum sum_of(const struct fixture *f) {
    return progress_sum(&f->app.progress, f->app.lesson.lesson);
}

static void a_digit_picks_an_option_once(void **state) {
    (void)state;
    struct fixture f;
    open_it(&f);
    const struct quiz *q = &f.app.lesson.quiz;
    open_question(&f, QUESTION_PICK);
    app_command(&f.app, CMD_ANSWER, 9); /* there are not so many */
    assert_false(q->answered);
    int right = q->right_option;
    app_command(&f.app, CMD_ANSWER, right == 0 ? 2 : 1);
    assert_true(q->answered && !q->right);
    app_command(&f.app, CMD_ANSWER, right + 1);
    assert_false(q->right);
    assert_int_equal(sum_of(&f).right, 0);
    open_question(&f, QUESTION_PICK); /* come back to */
    app_command(&f.app, CMD_ANSWER, right + 1);
    assert_true(q->answered && q->right);
    assert_int_equal(sum_of(&f).right, 1);
    app_draw(&f.app, f.canvas);
    app_command(&f.app, CMD_FORGET_PROGRESS, 0);
    assert_int_equal(sum_of(&f).right, 0);
    close_it(&f);
}

static void a_number_is_typed_and_what_is_none_is_told(void **state) {
    (void)state;
    struct fixture f;
    open_it(&f);
    const struct quiz *q = &f.app.lesson.quiz;
    open_question(&f, QUESTION_NUMBER);
    app_command(&f.app, CMD_ANSWER, 7); /* it begins the number */
    assert_int_equal(f.app.prompt.kind, PROMPT_ANSWER);
    assert_string_equal(f.app.prompt.text, "7");
    app_prompt_text(&f.app, " apples");
    app_draw(&f.app, f.canvas);
    assert_true(f.app.prompt.bad);
    assert_string_equal(f.app.prompt.answer, "A number, such as 48, 0x30 or 64KiB.");
    app_prompt_key(&f.app, "Enter");
    assert_false(q->answered);
    app_prompt_key(&f.app, "Ctrl+u");
    app_prompt_text(&f.app, "7,777,777");
    app_prompt_key(&f.app, "Enter");
    assert_int_equal(f.app.prompt.kind, PROMPT_NONE);
    assert_true(q->answered && !q->right);
    assert_string_equal(q->typed, "7,777,777");
    app_draw(&f.app, f.canvas);
    close_it(&f);
}

static void assert_at(const struct fixture *f, size_t lesson, size_t step) {
    assert_non_null(f->app.lesson.lesson);
    assert_int_equal(f->app.lesson.number, lesson);
    assert_int_equal(f->app.lesson.step, step);
}

static void steps_lead_from_lesson_to_lesson(void **state) {
    (void)state;
    struct fixture f;
    struct error err = {""};
    open_it(&f);
    size_t end = f.app.lessons[0]->step_count - 1, last = f.app.lesson_count - 1;
    assert_true(app_open_lesson(&f.app, 0, end, &err));
    app_command(&f.app, CMD_LESSON_NEXT, 0);
    assert_at(&f, 1, 0);
    app_command(&f.app, CMD_LESSON_BACK, 0);
    assert_at(&f, 0, end);
    app_command(&f.app, CMD_LESSON_BACK, 0);
    assert_at(&f, 0, end - 1);
    app_command(&f.app, CMD_LESSON_RESTART, 0);
    assert_at(&f, 0, 0);
    app_command(&f.app, CMD_LESSON_BACK, 0); /* before the first there is nothing */
    assert_at(&f, 0, 0);
    end = f.app.lessons[last]->step_count - 1;
    assert_true(app_open_lesson(&f.app, last, end, &err));
    app_command(&f.app, CMD_LESSON_NEXT, 0);
    assert_at(&f, last, end);
    assert_string_equal(f.app.notice, "That was the last step. Space plays on from here.");
    app_command(&f.app, CMD_LESSON_CLOSE, 0);
    assert_null(f.app.lesson.lesson);
    app_command(&f.app, CMD_ANSWER, 3); /* without a lesson a digit opens one */
    assert_at(&f, 2, 0);
    close_it(&f);
}

static void a_teacher_goes_on_with_one_key_and_nothing_is_kept(void **state) {
    (void)state;
    struct fixture f;
    open_it(&f);
    open_question(&f, QUESTION_PICK);
    size_t step = f.app.lesson.step;
    app_command(&f.app, CMD_TEACH, 0);
    app_command(&f.app, CMD_ANSWER, f.app.lesson.quiz.right_option + 1);
    assert_true(f.app.lesson.quiz.right);
    assert_int_equal(sum_of(&f).right, 0);
    app_draw(&f.app, f.canvas);
    app_command(&f.app, CMD_PLAY, 0);
    assert_int_equal(f.app.lesson.step, step + 1);
    assert_false(f.app.playing);
    close_it(&f);
}

static void a_step_that_is_not_there_is_told(void **state) {
    (void)state;
    struct fixture f;
    struct error err = {""};
    open_it(&f);
    size_t lesson = f.app.lesson.number, step = f.app.lesson.step;
    assert_false(app_open_lesson(&f.app, 3, 99, &err));
    assert_non_null(strstr(err.text, "lesson 4 has no step 100, expected one of 1 to "));
    assert_false(app_open_lesson(&f.app, 99, 0, &err));
    assert_non_null(strstr(err.text, "there are only "));
    assert_at(&f, lesson, step);
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
        cmocka_unit_test(a_digit_picks_an_option_once),
        cmocka_unit_test(a_number_is_typed_and_what_is_none_is_told),
        cmocka_unit_test(steps_lead_from_lesson_to_lesson),
        cmocka_unit_test(a_teacher_goes_on_with_one_key_and_nothing_is_kept),
        cmocka_unit_test(a_step_that_is_not_there_is_told),
        cmocka_unit_test(progress_is_in_the_file_while_the_window_is_open),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
