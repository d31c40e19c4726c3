/*
 * Expressions and questions: text is evaluated at the end of a small run, read as a number that
 * somebody typed, and as the lines of a question, which is then checked.
 */
#include "sim/lesson/question.h"

#include "sim/work/script.h"
#include "tests/fuzz/fuzz.h"

#include <stdlib.h>

static const char script[] = "type node = next:ptr value:word*5\n"
                             "keep ring 10\n"
                             "first = new node\n"
                             "repeat 3\n"
                             "ring[] = alloc 100\n"
                             "end\n"
                             "big = alloc 40000\n"
                             "drop first\n"
                             "collect\n";

/* The run that expressions look at: always the same one. */
static struct session *run;

static struct scope scope(void) {
    const struct environment env = {
        .platform = platform_find("linux/amd64"), .provider = PROVIDER_MODEL, .seed = {1, 2}};
    struct error err;
    if (!run) {
        run = session_new(&env, script_parse("run", script, &err), &err);
        fuzz_run(run);
    }
    const struct recording *rec = session_recording(run);
    struct scope s = scope_of(rec, env.platform, "run", script, recording_count(rec));
    scope_set(&s, SCOPE_END, recording_count(rec));
    return s;
}

static void ask(const char *text, struct scope *s) {
    struct question q;
    struct error err = {""};
    int option;
    if (!question_parse(&q, "fuzz", text, 1, &err) || !question_check(&q, "fuzz", s, &option, &err))
        fuzz_refused(&err);
    question_free(&q);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len) {
    char *text = fuzz_text(data, len);
    struct strbuf words = {0};
    struct error err = {""};
    struct scope s = scope();
    int64_t n;
    if (text) {
        question_number(text, &n);
        if (!expr_text(&s, text, &words, &err))
            fuzz_refused(&err);
        ask(text, &s);
    }
    scope_free(&s);
    sb_free(&words);
    free(text);
    return 0;
}
