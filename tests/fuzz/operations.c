/*
 * Files of operations: text is read as one, and what of it is legal runs under every check there
 * is: invariants after each operation, the replica beside the heap, undone, done again and sought.
 */
#include "sim/work/opfile.h"
#include "sim/work/soak.h"
#include "tests/fuzz/fuzz.h"

#include <stdlib.h>

static void run(struct op_source *source) {
    struct environment env = {.platform = platform_find("linux/amd64")};
    struct soak_result result;
    opfile_environment(source, &env);
    fuzz_bound(&env.model);
    source->ptr_size = env.platform->ptr_size;
    soak_source(source, &env, &result);
    if (result.failed && result.ops)
        BUG("%s", sb_text(&result.why));
    sb_free(&result.why);
    sb_free(&result.script);
    env_free(&env);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len) {
    char *text = fuzz_text(data, len);
    struct error err = {""};
    if (text && opfile_recognises(text)) {
        struct op_source *source = opfile_parse("fuzz", text, &err);
        if (source) {
            run(source);
            source->destroy(source);
        } else {
            fuzz_refused(&err);
        }
    }
    free(text);
    return 0;
}
