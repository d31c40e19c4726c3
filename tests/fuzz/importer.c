/*
 * Logs of real Go programs (allocfreetrace, with tracegc in them): bytes are imported, reported on
 * for either width, and run.
 */
#include "sim/work/importer.h"

#include "tests/fuzz/fuzz.h"

static void run(struct op_source *source, const char *platform) {
    struct environment env = {.platform = platform_find(platform)};
    struct strbuf report = {0};
    importer_report(source, env.platform->ptr_size, &report);
    sb_free(&report);
    struct session *s = fuzz_session(&env, source);
    if (s)
        fuzz_run(s);
    session_free(s);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len) {
    static const char *const platforms[] = {"linux/amd64", "linux/386"};
    for (size_t i = 0; i < ARRAY_LEN(platforms); i++) {
        struct error err = {""};
        struct op_source *source =
            importer_parse("fuzz", (const char *)data, len, len % 2 == 1, &err);
        if (source)
            run(source, platforms[i]);
        else
            fuzz_refused(&err);
    }
    return 0;
}
