#include "tests/sim/lesson/scoped.h"

#include "sim/work/script.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

struct run run_of(const char *platform, const char *text) {
    struct error err = {""};
    struct environment env = {.platform = platform_find(platform),
        .provider = PROVIDER_MODEL,
        .seed = {1, 2},
        .residency = true};
    struct op_source *source = script_parse("t", text, &err);
    if (!source)
        fail_msg("%s", err.text);
    script_environment(source, &env);
    struct session *s = session_new(&env, source, &err);
    assert_non_null(s);
    while (session_pump(s, 100))
        continue;
    const struct recording *rec = session_recording(s);
    struct run run = {s, scope_of(rec, env.platform, "t", text, recording_count(rec))};
    scope_set(&run.scope, SCOPE_END, recording_count(rec));
    env_free(&env);
    return run;
}

void run_free(struct run *run) {
    scope_free(&run->scope);
    session_free(run->session);
}

void look_after(struct run *run, uint64_t op) {
    const struct recording *rec = run->scope.rec;
    bool last = op + 1 == recording_op_count(rec);
    scope_set(
        &run->scope, SCOPE_NOW, last ? recording_count(rec) : recording_op_start(rec, op + 1));
}

void says(struct run *run, const char *text, const char *expected) {
    struct strbuf out = {0};
    struct error err = {""};
    if (!expr_text(&run->scope, text, &out, &err))
        fail_msg("%s: %s", text, err.text);
    if (strcmp(sb_text(&out), expected) != 0)
        fail_msg("%s: \"%s\" is not \"%s\"", text, sb_text(&out), expected);
    sb_free(&out);
}

void refuses(struct run *run, const char *text, const char *part) {
    struct strbuf out = {0};
    struct error err = {""};
    if (expr_text(&run->scope, text, &out, &err))
        fail_msg("%s: comes to \"%s\"", text, sb_text(&out));
    if (!strstr(err.text, part))
        fail_msg("%s: \"%s\" does not say \"%s\"", text, err.text, part);
    sb_free(&out);
}
