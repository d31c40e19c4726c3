/*
 * Lessons: text is read as one, in two variants; its first steps run, and their prose, views and
 * questions are filled in with what then is there.
 */
#include "sim/lesson/lesson.h"

#include "tests/fuzz/fuzz.h"

#include <stdlib.h>

enum { MOST_STEPS = 3 };

static void refused_if(bool ok, const struct error *err) {
    if (!ok)
        fuzz_refused(err);
}

/* Each part of a step at the scope's moment. */
static void read_step(const struct lesson *l, size_t step, struct scope *scope) {
    const struct lesson_step *s = &l->steps[step];
    struct strbuf text = {0};
    struct markdown prose = {0};
    struct thing focus;
    struct error err = {""};
    uint64_t addr, size;
    int option;
    refused_if(lesson_step_text(l, step, scope, &text, &err), &err);
    refused_if(lesson_step_prose(l, step, scope, &prose, &err), &err);
    refused_if(lesson_step_focus(l, step, scope, &focus, &err), &err);
    if (s->zoom.place == ZOOM_EXPRESSION)
        refused_if(lesson_step_zoom(l, step, scope, &addr, &size, &err), &err);
    if (s->question)
        refused_if(question_check(s->question, l->path, scope, &option, &err), &err);
    sb_free(&text);
    markdown_free(&prose);
}

static void run_step(const struct lesson *l, size_t step) {
    const struct environment usual = {.platform = platform_find("linux/amd64"),
        .provider = PROVIDER_MODEL,
        .model = {.memory_limit = FUZZ_MEMORY}};
    struct environment env;
    struct error err = {""};
    uint64_t seq;
    struct session *s = lesson_session(l->steps[step].script, &usual, &env, &err);
    if (s) {
        fuzz_run(s);
        bool over = !session_pump(s, 0);
        if (lesson_stop_at(&l->steps[step], session_recording(s), &seq) && over) {
            struct scope scope = lesson_step_scope(l, step, s, seq);
            read_step(l, step, &scope);
            scope_free(&scope);
        }
    } else {
        fuzz_refused(&err);
    }
    session_free(s);
    env_free(&env);
}

static void read_lesson(const struct lesson *l) {
    struct markdown intro = lesson_intro(l);
    struct strbuf plain = {0};
    struct error err = {""};
    markdown_text(&intro, &plain);
    for (size_t i = 0; i < l->step_count; i++)
        refused_if(lesson_step_text(l, i, NULL, &plain, &err), &err);
    for (size_t i = 0; i < l->step_count && i < MOST_STEPS; i++)
        run_step(l, i);
    markdown_free(&intro);
    sb_free(&plain);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len) {
    char *text = fuzz_text(data, len);
    for (unsigned variant = 0; text && variant < 2; variant++) {
        struct error err = {""};
        struct lesson *l = lesson_parse_variant("fuzz.md", text, len, variant, &err);
        if (l && variant == 0)
            read_lesson(l);
        if (!l)
            fuzz_refused(&err);
        lesson_free(l);
    }
    free(text);
    return 0;
}
