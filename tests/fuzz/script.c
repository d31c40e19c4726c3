/*
 * Scripts: text is read as one, runs, is looked at; what stands behind a byte 1 is then typed into
 * the console.
 */
#include "sim/work/script.h"
#include "tests/fuzz/fuzz.h"

#include <stdlib.h>
#include <string.h>

static void run(struct op_source *source, const char *console) {
    struct environment env = {.platform = platform_find("linux/amd64")};
    struct error err = {""};
    script_environment(source, &env);
    struct session *s = fuzz_session(&env, source);
    env_free(&env);
    if (!s)
        return;
    fuzz_run(s);
    if (console && !session_feed(s, console, &err))
        fuzz_refused(&err);
    else if (console)
        fuzz_run(s);
    fuzz_look(session_recording(s), session_env(s)->platform->ptr_size);
    session_free(s);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len) {
    char *text = fuzz_text(data, len), *console = text ? strchr(text, 1) : NULL;
    struct error err = {""};
    if (console)
        *console++ = '\0';
    script_open_repeats(text ? text : "");
    struct op_source *source = text ? script_parse("fuzz", text, &err) : NULL;
    if (source)
        run(source, console);
    else if (text)
        fuzz_refused(&err);
    free(text);
    return 0;
}
