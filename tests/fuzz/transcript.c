/*
 * Transcripts: bytes, packed or not, are verified as one, with the replica. None but a true one
 * passes; all others are told apart by a line of the file.
 */
#include "sim/work/transcript.h"

#include "tests/fuzz/fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len) {
    struct fuzz_file file = fuzz_file(data, len);
    const struct verify_options options = {.replica = true};
    struct verify_result result;
    transcript_verify(file.path, &options, &result);
    if (!result.passed && !result.why.len)
        BUG("refused without a word");
    sb_free(&result.why);
    fuzz_file_close(&file);
    return 0;
}
