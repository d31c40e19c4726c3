/*
 * The course: every lesson that ships, in every language, on every platform that it is for, run
 * from beginning to end. Every expression in it means something, every question has one answer, and
 * the languages have the same blocks.
 */
#include "sim/lesson/lesson.h"

#include "sim/lesson/minutes.h"
#include "sim/lesson/pages.h"
#include "sim/lesson/source.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { VARIANTS = 3 };

struct shelf {
    struct lesson **lessons[LANGUAGE_COUNT];
    size_t count[LANGUAGE_COUNT];
};

static int open_shelf(void **state) {
    struct shelf *s = xcalloc(1, sizeof *s);
    struct error err = {""};
    for (enum language l = 0; l < LANGUAGE_COUNT; l++)
        if (!lessons_list(l, &s->lessons[l], &s->count[l], &err))
            fail_msg("%s", err.text);
    *state = s;
    return 0;
}

static int close_shelf(void **state) {
    struct shelf *s = *state;
    for (enum language l = 0; l < LANGUAGE_COUNT; l++)
        lessons_free(s->lessons[l], s->count[l]);
    free(s);
    return 0;
}

/* --- One lesson --- */

static void check_question(
    const struct lesson *l, const struct lesson_step *step, struct scope *scope) {
    struct error err = {""};
    struct grade grade = {0};
    int option;
    if (!question_check(step->question, l->path, scope, &option, &err))
        fail_msg("%s (on %s)", err.text, scope->platform->name);
    if (step->question->kind == QUESTION_DO)
        return; /* test_challenges.c does it */
    struct reply reply;
    assert_true(question_reply(step->question, l->path, scope, &reply, &err));
    assert_true(question_grade(step->question, l->path, scope, &reply, &grade, &err));
    if (!grade.right)
        fail_msg("%s:%d: the right answer is graded as wrong", l->path, step->question->line);
    sb_free(&grade.words);
}

static void check_view(const struct lesson *l, size_t i, struct scope *scope) {
    struct error err = {""};
    struct thing focus;
    uint64_t addr, size;
    if (!lesson_step_focus(l, i, scope, &focus, &err) ||
        (l->steps[i].zoom.place == ZOOM_EXPRESSION &&
            !lesson_step_zoom(l, i, scope, &addr, &size, &err)))
        fail_msg("%s (on %s)", err.text, scope->platform->name);
}

static struct session *run_step(
    const struct lesson *l, const struct lesson_step *step, const struct environment *base) {
    struct environment env;
    struct error err = {""};
    struct session *s = lesson_session(step->script, base, &env, &err);
    if (!s)
        fail_msg("%s", err.text);
    env_free(&env);
    while (session_pump(s, 1000))
        continue;
    if (session_error(s)->text[0])
        fail_msg("%s (in %s, on %s)", session_error(s)->text, l->path, base->platform->name);
    return s;
}

static void check_step(const struct lesson *l, size_t i, const struct environment *base) {
    const struct lesson_step *step = &l->steps[i];
    struct error err = {""};
    struct strbuf text = {0};
    uint64_t seq;
    struct session *s = run_step(l, step, base);
    if (!lesson_stop_at(step, session_recording(s), &seq))
        fail_msg("%s:%d: the run never comes to where the step stops (on %s)", l->path,
            step->stop.line, base->platform->name);
    struct scope scope = lesson_step_scope(l, i, s, seq);
    if (!lesson_step_text(l, i, &scope, &text, &err))
        fail_msg("%s (on %s)", err.text, base->platform->name);
    check_view(l, i, &scope);
    if (step->question)
        check_question(l, step, &scope);
    scope_free(&scope);
    sb_free(&text);
    session_free(s);
}

static void check_lesson(const struct lesson *l) {
    static const char *const platforms[] = {"linux/amd64", "linux/386"};
    for (size_t p = 0; p < ARRAY_LEN(platforms); p++) {
        struct environment base = {.platform = platform_find(platforms[p]),
            .provider = PROVIDER_MODEL,
            .seed = {1, 2},
            .residency = true};
        if (!(p == 0 ? l->front.on_64 : l->front.on_32))
            continue;
        for (size_t i = 0; i < l->step_count; i++)
            check_step(l, i, &base);
    }
}

static void every_lesson_is_true(void **state) {
    const struct shelf *s = *state;
    for (enum language l = 0; l < LANGUAGE_COUNT; l++)
        for (size_t i = 0; i < s->count[l]; i++)
            check_lesson(s->lessons[l][i]);
}

static void every_variant_is_true(void **state) {
    const struct shelf *s = *state;
    for (enum language l = 0; l < LANGUAGE_COUNT; l++)
        for (size_t i = 0; i < s->count[l]; i++)
            for (unsigned v = 1; v < VARIANTS && s->lessons[l][i]->front.varied_count; v++) {
                struct error err = {""};
                struct lesson *other = lesson_load_variant(s->lessons[l][i]->path, v, &err);
                if (!other) {
                    fail_msg("%s", err.text);
                    return;
                }
                check_lesson(other);
                lesson_free(other);
            }
}

/* --- The front matter --- */

/* Those are no lesson, but a place to play in. */
static bool challenges(const struct lesson *l) {
    const struct question *q = l->steps[0].question;
    return q && q->kind == QUESTION_DO;
}

static void lessons_say_what_they_are(void **state) {
    const struct shelf *s = *state;
    for (enum language l = 0; l < LANGUAGE_COUNT; l++)
        for (size_t i = 0; i < s->count[l]; i++) {
            const struct lesson *lesson = s->lessons[l][i];
            const struct front *f = &lesson->front;
            if (!f->title || !f->number || !f->minutes || !(f->on_64 || f->on_32))
                fail_msg(
                    "%s: the front matter lacks title, number, platforms or minutes", lesson->path);
            if (f->minutes < 3 || (f->minutes > 8 && !challenges(lesson)))
                fail_msg("%s: %u minutes, expected 3 to 8", lesson->path, f->minutes);
            for (int k = 0; k < f->prerequisite_count; k++)
                if (f->prerequisites[k] >= f->number)
                    fail_msg("%s: needs lesson %u, which comes later", lesson->path,
                        f->prerequisites[k]);
            if (i && f->number <= s->lessons[l][i - 1]->front.number)
                fail_msg("%s: number %u is not after the lesson before", lesson->path, f->number);
        }
}

static void minutes_are_what_lessons_take(void **state) {
    const struct shelf *s = *state;
    for (enum language l = 0; l < LANGUAGE_COUNT; l++)
        for (size_t i = 0; i < s->count[l]; i++) {
            const struct lesson *lesson = s->lessons[l][i];
            struct environment world = lesson_world(lesson);
            struct lesson_measure m;
            struct error err = {""};
            unsigned said = lesson->front.minutes;
            if (!lesson_measure(lesson, &world, &m, &err))
                fail_msg("%s", err.text);
            if (fabs(m.minutes - said) > minutes_tolerance(said))
                fail_msg("%s: says %u minutes and takes %.1f (see `arenasim lesson --times`)",
                    lesson->path, said, m.minutes);
            if ((m.minutes < 2.5 || m.minutes >= 8.5) && !challenges(lesson))
                fail_msg("%s: takes %.1f minutes, expected 3 to 8", lesson->path, m.minutes);
        }
}

/* --- Words in bold --- */

/* Reports what is bold and in no glossary; returns how many. */
static int look_up(
    const struct pages *glossary, const char *path, const char *where, const struct markdown *md) {
    int missing = 0;
    for (size_t i = 0; i < md->count; i++) {
        const struct md_block *b = &md->blocks[i];
        for (size_t k = 0; k < b->run_count; k++) {
            char *word =
                xstrndup(b->text.text + b->runs[k].start, b->runs[k].end - b->runs[k].start);
            if (b->runs[k].style == MD_STRONG && pages_find(glossary, word) < 0) {
                print_error("%s: %s: **%s** is not in the glossary; if it is no term: *%s*\n", path,
                    where, word, word);
                missing++;
            }
            free(word);
        }
    }
    return missing;
}

static int look_up_prose(const struct pages *glossary, const struct lesson *l, const char *where,
    const struct prose *p) {
    struct markdown md;
    struct error err;
    assert_true(prose_markdown(p, l->path, NULL, &md, &err));
    int missing = look_up(glossary, l->path, where, &md);
    markdown_free(&md);
    return missing;
}

static int look_up_step(
    const struct pages *glossary, const struct lesson *l, const struct lesson_step *step) {
    const struct question *q = step->question;
    int missing = look_up_prose(glossary, l, step->title, &step->prose);
    if (!q)
        return missing;
    missing += look_up_prose(glossary, l, step->title, &q->ask);
    missing += look_up_prose(glossary, l, step->title, &q->why);
    for (int i = 0; i < q->option_count; i++)
        missing += look_up_prose(glossary, l, step->title, &q->options[i].text) +
                   look_up_prose(glossary, l, step->title, &q->options[i].wrong);
    for (int i = 0; i < q->hint_count; i++)
        missing += look_up_prose(glossary, l, step->title, &q->hints[i]);
    return missing;
}

static void what_is_bold_is_in_the_glossary(void **state) {
    const struct shelf *s = *state;
    int missing = 0;
    for (enum language l = 0; l < LANGUAGE_COUNT; l++) {
        struct pages glossary, guide;
        struct error err = {""};
        if (!glossary_load(l, &glossary, &err))
            fail_msg("%s", err.text);
        for (size_t i = 0; i < s->count[l]; i++) {
            const struct lesson *lesson = s->lessons[l][i];
            missing += look_up_prose(&glossary, lesson, lesson->title, &lesson->intro);
            for (size_t k = 0; k < lesson->step_count; k++)
                missing += look_up_step(&glossary, lesson, &lesson->steps[k]);
        }
        if (!guide_load(l, &guide, &err))
            fail_msg("%s", err.text);
        for (size_t i = 0; i < guide.count; i++)
            missing += look_up(&glossary, guide.page[i].title, "", &guide.page[i].text);
        pages_free(&guide);
        pages_free(&glossary);
    }
    assert_int_equal(missing, 0);
}

static void every_lesson_asks(void **state) {
    const struct shelf *s = *state;
    for (size_t i = 0; i < s->count[LANGUAGE_EN]; i++) {
        const struct lesson *l = s->lessons[LANGUAGE_EN][i];
        int questions = 0;
        for (size_t k = 0; k < l->step_count; k++)
            questions += l->steps[k].question != NULL;
        if (questions < 1)
            fail_msg("%s asks nothing", l->path);
    }
}

/* --- The languages --- */

static bool same_text(const char *a, const char *b) {
    return a && b ? strcmp(a, b) == 0 : a == b;
}

static void same_script(const struct lesson_step *a, const struct lesson_step *b) {
    /* Words (titles, phases, comments) differ; what the script does must not. */
    assert_int_equal(a->script->ops, b->script->ops);
}

static void same_question(
    const struct lesson *l, const struct question *a, const struct question *b) {
    if (!a != !b)
        fail_msg("%s: a question stands in one language only", l->path);
    if (!a || !b)
        return;
    if (a->kind != b->kind || a->option_count != b->option_count)
        fail_msg("%s:%d: the question differs in kind or number of options", l->path, b->line);
    for (int i = 0; i < a->option_count; i++)
        if (strcmp(a->options[i].condition, b->options[i].condition) != 0)
            fail_msg("%s:%d: the option's condition differs", l->path, b->options[i].line);
    if (a->answer && strcmp(a->answer, b->answer) != 0)
        fail_msg("%s:%d: the answer differs", l->path, b->answer_line);
}

static void languages_have_the_same_blocks(void **state) {
    const struct shelf *s = *state;
    assert_int_equal(s->count[LANGUAGE_EN], s->count[LANGUAGE_ZH]);
    for (size_t i = 0; i < s->count[LANGUAGE_EN]; i++) {
        const struct lesson *en = s->lessons[LANGUAGE_EN][i], *zh = s->lessons[LANGUAGE_ZH][i];
        const char *a = strrchr(en->path, '/'), *b = strrchr(zh->path, '/');
        assert_string_equal(a, b);
        if (strcmp(en->path, zh->path) == 0)
            fail_msg("%s is missing in Chinese", en->path);
        if (en->step_count != zh->step_count)
            fail_msg("%s: %zu steps, in English %zu", zh->path, zh->step_count, en->step_count);
        assert_int_equal(en->front.number, zh->front.number);
        assert_int_equal(en->front.minutes, zh->front.minutes);
        for (size_t k = 0; k < en->step_count; k++) {
            const struct lesson_step *e = &en->steps[k], *z = &zh->steps[k];
            if (e->stop.kind != z->stop.kind || e->stop.value != z->stop.value ||
                e->stop.count != z->stop.count || e->stop.phase != z->stop.phase)
                fail_msg("%s:%d: the step stops elsewhere than in English", zh->path, z->line);
            if (e->focus.kind != z->focus.kind || e->show != z->show ||
                e->zoom.place != z->zoom.place || e->code_count != z->code_count ||
                !same_text(e->focus.expression, z->focus.expression) ||
                !same_text(e->zoom.expression, z->zoom.expression))
                fail_msg("%s:%d: the view differs from the English one", zh->path, z->line);
            same_script(e, z);
            same_question(zh, e->question, z->question);
        }
    }
}

/* --- Code --- */

static void the_code_that_is_named_exists(void **state) {
    const struct shelf *s = *state;
    struct sources *sources = sources_open();
    for (enum language l = 0; l < LANGUAGE_COUNT; l++)
        for (size_t i = 0; i < s->count[l]; i++)
            for (size_t k = 0; k < s->lessons[l][i]->step_count; k++) {
                const struct lesson_step *step = &s->lessons[l][i]->steps[k];
                for (size_t c = 0; c < step->code_count; c++)
                    if (source_find(sources, step->codes[c].file, step->codes[c].function) < 0)
                        fail_msg("%s:%d: there is no %s in %s", s->lessons[l][i]->path, step->line,
                            step->codes[c].function, step->codes[c].file);
            }
    sources_free(sources);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_lesson_is_true),
        cmocka_unit_test(every_variant_is_true),
        cmocka_unit_test(lessons_say_what_they_are),
        cmocka_unit_test(minutes_are_what_lessons_take),
        cmocka_unit_test(what_is_bold_is_in_the_glossary),
        cmocka_unit_test(every_lesson_asks),
        cmocka_unit_test(languages_have_the_same_blocks),
        cmocka_unit_test(the_code_that_is_named_exists),
    };
    return cmocka_run_group_tests(tests, open_shelf, close_shelf);
}
