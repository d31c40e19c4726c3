/*
 * Challenges in the window: lines typed into the console and changes of the world do them.
 */
#include "viz/app_internal.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>
#include <string.h>

struct fixture {
    struct app app;
    struct canvas *canvas;
    size_t lesson; /* the first with challenges */
};

/* Opens the app at step number `step` of the challenges. */
static void open_app(struct fixture *f, size_t step) {
    struct error err = {""};
    struct app_options options = {.workload = "small",
        .world = {.platform = platform_find("linux/amd64"), .provider = PROVIDER_MODEL}};
    if (!app_open(&f->app, &options, &err))
        fail_msg("%s", err.text);
    f->canvas = canvas_new(1280, 720);
    for (f->lesson = 0; f->lesson < f->app.lesson_count; f->lesson++) {
        const struct question *q = f->app.lessons[f->lesson]->steps[0].question;
        if (q && q->kind == QUESTION_DO)
            break;
    }
    if (!app_open_lesson(&f->app, f->lesson, step, &err))
        fail_msg("%s", err.text);
    app_draw(&f->app, f->canvas);
    assert_false(f->app.lesson.quiz.answered);
}

static void close_app(struct fixture *f) {
    canvas_free(f->canvas);
    app_close(&f->app);
}

static void type_line(struct fixture *f, const char *text) {
    if (f->app.prompt.kind != PROMPT_CONSOLE)
        app_command(&f->app, CMD_CONSOLE, 0);
    assert_true(app_prompt_text(&f->app, text));
    assert_true(app_prompt_key(&f->app, "Enter"));
    app_draw(&f->app, f->canvas);
}

static const char *watched(const struct fixture *f, int i) {
    return sb_text(&f->app.lesson.quiz.watched[i]);
}

static void lines_typed_do_it(void **state) {
    (void)state;
    struct fixture f = {0};
    open_app(&f, 0);
    assert_string_equal(watched(&f, 0), "0");
    type_line(&f, "alloc 1024");
    assert_string_equal(watched(&f, 0), "1");
    assert_false(f.app.lesson.quiz.answered);
    type_line(&f, "repeat 16");
    type_line(&f, "alloc 1024");
    type_line(&f, "end");
    assert_string_equal(watched(&f, 0), "3");
    assert_true(f.app.lesson.quiz.answered && f.app.lesson.quiz.right);
    assert_int_equal(progress_of(&f.app.progress, f.app.lessons[f.lesson], 0), STEP_RIGHT);
    close_app(&f);
}

static void what_goes_too_far_starts_over(void **state) {
    (void)state;
    struct fixture f = {0};
    open_app(&f, 0);
    type_line(&f, "repeat 40");
    type_line(&f, "alloc 1024");
    type_line(&f, "end");
    assert_string_equal(watched(&f, 0), "5");
    assert_false(f.app.lesson.quiz.answered);
    app_prompt_key(&f.app, "Escape");
    app_command(&f.app, CMD_ASK_AGAIN, 0);
    assert_string_equal(watched(&f, 0), "0");
    close_app(&f);
}

static void a_changed_world_does_it(void **state) {
    (void)state;
    struct fixture f = {0};
    open_app(&f, 6);
    for (int hint = 0; hint < 5; hint++) {
        assert_false(f.app.lesson.quiz.answered);
        app_command(&f.app, CMD_TAKE_HINT, hint);
        app_finish(&f.app);
        app_draw(&f.app, f.canvas);
    }
    assert_string_equal(watched(&f, 0), "0x5c000000000");
    assert_true(f.app.lesson.quiz.answered);
    close_app(&f);
}

static void hints_are_given_one_by_one(void **state) {
    (void)state;
    struct fixture f = {0};
    open_app(&f, 3);
    for (int i = 1; i <= 5; i++) {
        app_command(&f.app, CMD_CHALLENGE_HINT, 0);
        app_draw(&f.app, f.canvas);
        assert_int_equal(f.app.lesson.quiz.hints_told, i < 3 ? i : 3);
    }
    close_app(&f);
}

/* In another language it is the same run, and what is done stays done. */
static void a_change_of_language_keeps_what_was_typed(void **state) {
    (void)state;
    struct fixture f = {0};
    open_app(&f, 1);
    type_line(&f, "alloc 221184");
    assert_true(f.app.lesson.quiz.answered);
    app_prompt_key(&f.app, "Escape");
    app_command(&f.app, CMD_LANGUAGE, 0);
    app_draw(&f.app, f.canvas);
    assert_true(f.app.lesson.quiz.answered);
    assert_string_equal(watched(&f, 0), "100");
    close_app(&f);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(lines_typed_do_it),
        cmocka_unit_test(what_goes_too_far_starts_over),
        cmocka_unit_test(a_changed_world_does_it),
        cmocka_unit_test(hints_are_given_one_by_one),
        cmocka_unit_test(a_change_of_language_keeps_what_was_typed),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
