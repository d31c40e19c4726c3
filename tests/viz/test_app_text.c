/*
 * Words over the whole window: in each language, at several sizes and moments, in every view and
 * right column no text lies over another or leaves the window.
 */
#include "viz/app_internal.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static const struct size { int w, h; } sizes[] = {{960, 600}, {1280, 720}, {1920, 1080}};

static const enum command centres[] = {CMD_PATH, CMD_MAP, CMD_CACHES, CMD_WASTE};
static const enum command rails[] = {CMD_NOW, CMD_WORLD, CMD_INSPECT};

static void open_app(struct app *app, const char *language, const char *platform) {
    struct error err = {""};
    struct app_options options = {.workload = "strings",
        .language = language,
        .world = {.platform = platform_find(platform), .provider = PROVIDER_MODEL}};
    if (!app_open(app, &options, &err))
        fail_msg("%s", err.text);
    app_finish(app);
    app->ui.record_boxes = true;
}

static bool overlap(struct rect a, struct rect b) {
    return a.x < b.x + b.w && b.x < a.x + a.w && a.y < b.y + b.h && b.y < a.y + a.h;
}

static void check_boxes(const struct app *app, struct size size, const char *what) {
    const struct ui *ui = &app->ui;
    assert_true(ui->box_count > 30);
    for (size_t i = 0; i < ui->box_count; i++) {
        struct rect r = ui->boxes[i].rect;
        if (r.w <= 0)
            continue;
        if (r.x < 0 || r.y < 0 || r.x + r.w > size.w || r.y + r.h > size.h)
            fail_msg("%s, %s at %dx%d: text at %d,%d leaves the window", what,
                language_code(app->language), size.w, size.h, r.x, r.y);
        for (size_t j = 0; j < i; j++)
            if (overlap(r, ui->boxes[j].rect))
                fail_msg("%s, %s at %dx%d: texts at %d,%d and %d,%d overlap", what,
                    language_code(app->language), size.w, size.h, r.x, r.y, ui->boxes[j].rect.x,
                    ui->boxes[j].rect.y);
    }
}

/* Every view and right column, at every size. */
static void look_at_all(struct app *app, const char *what) {
    for (size_t s = 0; s < ARRAY_LEN(sizes); s++) {
        struct canvas *canvas = canvas_new(sizes[s].w, sizes[s].h);
        for (size_t c = 0; c < ARRAY_LEN(centres); c++) {
            app->centre = CENTRE_AUTO;
            app_draw(app, canvas);
            if (!(centres[c] == CMD_PATH && app->layout.scene[0].shows == CENTRE_PATH))
                app_command(app, centres[c], 0);
            for (size_t r = 0; r < ARRAY_LEN(rails); r++) {
                app_command(app, rails[r], 0);
                app->notice[0] = '\0';
                app_draw(app, canvas);
                check_boxes(app, sizes[s], what);
            }
        }
        canvas_free(canvas);
    }
}

static void look_along_the_run(const char *language, const char *platform) {
    struct app app;
    open_app(&app, language, platform);
    const uint64_t moments[] = {0, 12, 30, 5000, UINT64_MAX};
    for (size_t i = 0; i < ARRAY_LEN(moments); i++) {
        app_seek(&app, moments[i]);
        look_at_all(&app, platform);
    }
    app_close(&app);
    i18n_set_language(LANGUAGE_EN, NULL);
}

static void english_stays_apart_in_64_bits(void **state) {
    (void)state;
    look_along_the_run("en", "linux/amd64");
}

static void english_stays_apart_in_32_bits(void **state) {
    (void)state;
    look_along_the_run("en", "linux/386");
}

static void chinese_stays_apart_in_64_bits(void **state) {
    (void)state;
    look_along_the_run("zh", "linux/amd64");
}

static void chinese_stays_apart_in_32_bits(void **state) {
    (void)state;
    look_along_the_run("zh", "linux/386");
}

static void words_stay_apart_while_comparing(void **state) {
    (void)state;
    for (enum language l = 0; l < LANGUAGE_COUNT; l++) {
        struct app app;
        open_app(&app, language_code(l), "linux/amd64");
        app_command(&app, CMD_COMPARE, 0);
        app_finish(&app);
        app_seek(&app, UINT64_MAX);
        look_at_all(&app, "comparing");
        app_close(&app);
    }
    i18n_set_language(LANGUAGE_EN, NULL);
}

static void words_stay_apart_in_lessons(void **state) {
    (void)state;
    for (enum language l = 0; l < LANGUAGE_COUNT; l++) {
        struct app app;
        struct error err = {""};
        open_app(&app, language_code(l), "linux/amd64");
        for (size_t step = 0; step < app.lessons[0]->step_count; step += 3) {
            assert_true(app_open_lesson(&app, 0, step, &err));
            look_at_all(&app, "lesson");
        }
        app_close(&app);
    }
    i18n_set_language(LANGUAGE_EN, NULL);
}

static void an_open_lesson_stays_open_in_the_other_language(void **state) {
    (void)state;
    struct app app;
    struct error err = {""};
    open_app(&app, "en", "linux/amd64");
    assert_true(app_open_lesson(&app, 1, 3, &err));
    uint64_t at = app.scene->at;
    assert_string_equal(app.lesson.lesson->steps[app.lesson.step].title, "All 128 refused");
    app_command(&app, CMD_LANGUAGE, 0);
    assert_string_equal(app.lesson.lesson->steps[app.lesson.step].title, "128 个全被拒绝");
    assert_int_equal(app.scene->at, at);
    app_command(&app, CMD_LESSON_NEXT, 0);
    assert_int_equal(app.lesson.step, 4);
    app_command(&app, CMD_LANGUAGE, 0);
    assert_string_equal(app.lesson.lesson->title, "When hints fail");
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
        cmocka_unit_test(english_stays_apart_in_64_bits),
        cmocka_unit_test(english_stays_apart_in_32_bits),
        cmocka_unit_test(chinese_stays_apart_in_64_bits),
        cmocka_unit_test(chinese_stays_apart_in_32_bits),
        cmocka_unit_test(words_stay_apart_while_comparing),
        cmocka_unit_test(words_stay_apart_in_lessons),
        cmocka_unit_test(an_open_lesson_stays_open_in_the_other_language),
        cmocka_unit_test(a_closed_lesson_runs_on_in_the_other_language),
        cmocka_unit_test(the_language_changes_every_word_and_back),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
