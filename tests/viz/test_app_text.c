/* The window's words in another language: all of them change at once, and lessons stay open. */
#include "viz/app_internal.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static void open_app(struct app *app, const char *language, const char *platform) {
    struct error err = {""};
    struct app_options options = {.workload = "strings",
        .language = language,
        .world = {.platform = platform_find(platform), .provider = PROVIDER_MODEL}};
    if (!app_open(app, &options, &err))
        fail_msg("%s", err.text);
    app_finish(app);
}

/* The open lesson's step is that of the same number in the language's list. */
static void assert_open_in_its_language(const struct app *app) {
    const struct lesson_view *v = &app->lesson;
    assert_ptr_equal(v->lesson, app->lessons[v->number]);
    const char *directory = app->language == LANGUAGE_EN ? "lessons/en/" : "lessons/zh/";
    assert_non_null(strstr(v->lesson->path, directory));
}

static void an_open_lesson_stays_open_in_the_other_language(void **state) {
    (void)state;
    struct app app;
    struct error err = {""};
    open_app(&app, "en", "linux/amd64");
    assert_true(app_open_lesson(&app, 1, 3, &err));
    uint64_t at = app.scene->at;
    assert_open_in_its_language(&app);
    app_command(&app, CMD_LANGUAGE, 0);
    assert_open_in_its_language(&app);
    assert_int_equal(app.scene->at, at);
    app_command(&app, CMD_LESSON_NEXT, 0);
    assert_true(app.lesson.number == 1 && app.lesson.step == 4);
    app_command(&app, CMD_LANGUAGE, 0);
    assert_open_in_its_language(&app);
    app_close(&app);
}

/* Step 6 of the first lesson, which is for both widths, speaks of an address. */
static void a_lesson_speaks_of_the_width_it_runs_in(void **state) {
    (void)state;
    struct app app;
    struct error err = {""};
    struct strbuf text = {0};
    open_app(&app, "en", "linux/amd64");
    assert_true(app_open_lesson(&app, 0, 5, &err));
    markdown_text(&app.lesson.prose, &text);
    assert_non_null(strstr(sb_text(&text), "0xc4200000"));
    sb_clear(&text);
    app_command(&app, CMD_TOGGLE_WIDTH, 0);
    markdown_text(&app.lesson.prose, &text);
    assert_non_null(strstr(sb_text(&text), "0x184000"));
    assert_int_equal(app.centre, CENTRE_MAP);
    assert_int_equal(app.scene->pinned.kind, THING_SLOT);
    sb_free(&text);
    app_close(&app);
}

static void a_closed_lesson_runs_on_in_the_other_language(void **state) {
    (void)state;
    struct app app;
    struct error err = {""};
    open_app(&app, "en", "linux/amd64");
    assert_true(app_open_lesson(&app, 1, 3, &err));
    app_command(&app, CMD_LESSON_CLOSE, 0);
    app_command(&app, CMD_LANGUAGE, 0);
    app_command(&app, CMD_COMPARE, 0); /* which runs its script again */
    assert_int_equal(app_scene_count(&app), 2);
    assert_string_equal(app.scenes[1].script.text, app.lessons[1]->steps[3].script->text);
    app_close(&app);
    i18n_set_language(LANGUAGE_EN, NULL);
}

static void the_language_changes_every_word_and_back(void **state) {
    (void)state;
    struct app app;
    struct strbuf told = {0};
    open_app(&app, "en", "linux/amd64");
    assert_string_equal(_(command_info(CMD_PLAY)->help), "play or pause");
    app_command(&app, CMD_LANGUAGE, 0);
    assert_int_equal(app.language, LANGUAGE_ZH);
    assert_string_equal(_(command_info(CMD_PLAY)->help), "播放或暂停");
    app_tell(&app, &told);
    assert_non_null(strstr(sb_text(&told), "language=zh"));
    app_command(&app, CMD_LANGUAGE, 0);
    assert_int_equal(app.language, LANGUAGE_EN);
    assert_string_equal(_(command_info(CMD_PLAY)->help), "play or pause");
    sb_free(&told);
    app_close(&app);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_open_lesson_stays_open_in_the_other_language),
        cmocka_unit_test(a_lesson_speaks_of_the_width_it_runs_in),
        cmocka_unit_test(a_closed_lesson_runs_on_in_the_other_language),
        cmocka_unit_test(the_language_changes_every_word_and_back),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
