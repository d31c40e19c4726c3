/* Pages over the lesson: a word in bold, clicked or reached by key, and what to look for. */
#include "viz/app_internal.h"

#include "sim/work/workload.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

struct fixture {
    struct app app;
    struct canvas *canvas;
};

static void draw(struct fixture *f) {
    app_draw(&f->app, f->canvas);
}

static void press(struct fixture *f, enum command command, int64_t arg) {
    app_command(&f->app, command, arg);
    draw(f);
}

static void open_app(struct fixture *f, const char *workload) {
    struct error err = {""};
    struct app_options options = {.workload = workload,
        .language = "en",
        .world = {.platform = platform_find("linux/amd64"), .provider = PROVIDER_MODEL}};
    if (!app_open(&f->app, &options, &err))
        fail_msg("%s", err.text);
    f->canvas = canvas_new(1280, 720);
    f->app.ui.record_boxes = true;
    draw(f);
}

/* The same at the first step of lesson 1, which has words in bold. */
static void open_step(struct fixture *f) {
    open_app(f, "small");
    press(f, CMD_LESSON_OPEN, 0);
    assert_non_null(f->app.lesson.lesson);
}

static void close_app(struct fixture *f) {
    canvas_free(f->canvas);
    app_close(&f->app);
}

static const struct hot *find(const struct fixture *f, enum command command) {
    for (size_t i = 0; i < f->app.ui.hot_count; i++)
        if (f->app.ui.hots[i].command == command)
            return &f->app.ui.hots[i];
    return NULL;
}

static void click(struct fixture *f, const struct hot *hot) {
    int x = hot->rect.x + hot->rect.w / 2, y = hot->rect.y + hot->rect.h / 2;
    app_press(&f->app, x, y, false);
    app_release(&f->app, x, y);
    draw(f);
}

static bool shows(const struct fixture *f, const char *words) {
    for (size_t i = 0; i < f->app.ui.box_count; i++)
        if (strstr(f->app.ui.boxes[i].text, words))
            return true;
    return false;
}

static const char *page(const struct fixture *f) {
    const struct page *p = app_page(&f->app);
    return p ? p->title : "";
}

static void a_word_in_bold_leads_to_the_glossary_and_back(void **state) {
    (void)state;
    struct fixture f = {0};
    open_step(&f);
    const char *title = f.app.lesson.lesson->steps[0].title;
    const struct hot *word = find(&f, CMD_TERM);
    assert_non_null(word);
    assert_true(shows(&f, title));
    const char *expected = f.app.glossary.page[word->arg - 1].title;
    click(&f, word);
    assert_string_equal(page(&f), expected);
    assert_true(shows(&f, "Glossary") && shows(&f, expected) && !shows(&f, title));
    assert_null(find(&f, CMD_TERM)); /* a page does not lead to itself */
    assert_non_null(find(&f, CMD_LESSON_OPEN));
    click(&f, find(&f, CMD_PAGE_CLOSE));
    assert_true(shows(&f, title));
    assert_int_equal(f.app.lesson.step, 0);
    close_app(&f);
}

/* Each word once; after the last one the step is there again. */
static unsigned words_of_step(struct fixture *f) {
    unsigned seen = 0;
    for (press(f, CMD_TERM, 0); app_page(&f->app); press(f, CMD_TERM, 0))
        assert_true(++seen < 20);
    return seen;
}

static void keys_go_through_the_words_of_a_step(void **state) {
    (void)state;
    struct fixture f = {0};
    unsigned most = 0;
    open_step(&f);
    for (size_t i = 1; i < f.app.lesson.lesson->step_count; i++) {
        unsigned words = words_of_step(&f);
        most = words > most ? words : most;
        press(&f, CMD_LESSON_NEXT, 0);
    }
    assert_true(most >= 3);
    press(&f, CMD_LESSON_RESTART, 0);
    static const enum command ways_back[] = {CMD_DISMISS, CMD_LESSON_BACK, CMD_LESSON_NEXT};
    for (size_t i = 0; i < ARRAY_LEN(ways_back); i++) {
        press(&f, CMD_TERM, 0);
        assert_non_null(app_page(&f.app));
        press(&f, ways_back[i], 0);
        assert_null(app_page(&f.app));
        assert_int_equal(f.app.lesson.step, 0);
    }
    press(&f, CMD_TERM, 0);
    press(&f, CMD_LESSON_CLOSE, 0);
    assert_true(!app_page(&f.app) && !f.app.lesson.lesson);
    close_app(&f);
}

static void a_workload_that_is_opened_says_what_to_look_for(void **state) {
    (void)state;
    struct fixture f = {0};
    open_app(&f, "small");
    assert_null(app_page(&f.app));
    for (size_t i = 0; workload_builtin(i); i++) {
        press(&f, CMD_WORKLOAD_OPEN, (int64_t)i);
        assert_string_equal(page(&f), workload_builtin_title(i));
        assert_true(shows(&f, "What to look for"));
    }
    press(&f, CMD_DISMISS, 0);
    assert_null(app_page(&f.app));
    press(&f, CMD_GUIDE, 0);
    assert_non_null(app_page(&f.app));
    press(&f, CMD_LESSON_NEXT, 0); /* a lesson is something else */
    assert_true(!app_page(&f.app) && f.app.lesson.lesson);
    press(&f, CMD_GUIDE, 0);
    assert_null(app_page(&f.app));
    close_app(&f);
}

static void a_word_of_the_guide_leads_back_to_it(void **state) {
    (void)state;
    struct fixture f = {0};
    open_app(&f, "trees");
    press(&f, CMD_GUIDE, 0);
    press(&f, CMD_TERM, 0);
    assert_string_equal(page(&f), "bitmap");
    press(&f, CMD_PAGE_CLOSE, 0);
    assert_string_equal(page(&f), "Lists and trees");
    close_app(&f);
}

static void the_language_changes_below_an_open_page(void **state) {
    (void)state;
    struct fixture f = {0};
    open_step(&f);
    press(&f, CMD_TERM, pages_find(&f.app.glossary, "slot") + 1);
    assert_string_equal(page(&f), "slot");
    press(&f, CMD_LANGUAGE, 0);
    assert_string_equal(page(&f), "槽");
    press(&f, CMD_LANGUAGE, 0);
    assert_string_equal(page(&f), "slot");
    close_app(&f);
}

/* A word behind an option is the option's: whoever clicks there answers. */
static void options_are_clicked_whole(void **state) {
    (void)state;
    struct fixture f = {0};
    open_app(&f, "small");
    size_t options = 0;
    struct error err;
    for (size_t i = 0; i < f.app.lesson_count; i++)
        for (size_t k = 0; k < f.app.lessons[i]->step_count; k++) {
            const struct question *q = f.app.lessons[i]->steps[k].question;
            if (!q || q->kind != QUESTION_PICK || i % 6)
                continue;
            assert_true(app_open_lesson(&f.app, i, k, &err));
            draw(&f);
            const struct hot *hot = find(&f, CMD_ANSWER);
            if (!hot)
                continue; /* further down */
            int64_t arg;
            assert_int_equal(ui_command_at(&f.app.ui, hot->rect.x + hot->rect.w / 3,
                                 hot->rect.y + hot->rect.h / 2, &arg),
                CMD_ANSWER);
            options++;
        }
    assert_true(options > 3);
    close_app(&f);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_word_in_bold_leads_to_the_glossary_and_back),
        cmocka_unit_test(keys_go_through_the_words_of_a_step),
        cmocka_unit_test(a_workload_that_is_opened_says_what_to_look_for),
        cmocka_unit_test(a_word_of_the_guide_leads_back_to_it),
        cmocka_unit_test(the_language_changes_below_an_open_page),
        cmocka_unit_test(options_are_clicked_whole),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
