/*
 * A target's main program without libFuzzer: NAME [MUTANTS] FILE|DIRECTORY...
 *
 * Gives the target every file, and MUTANTS changed copies of each: bytes changed, runs of bytes cut
 * out, doubled or moved, the end cut off. Which ones follows from the file's bytes and the copy's
 * number alone, so what fails once fails again.
 *
 * The line before a failure names the file and the copy. The last line counts what came back.
 */
#include "sim/base/random.h"
#include "tests/fuzz/fuzz.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { LIMIT_SECONDS = 60, MOST_CHANGES = 6, LONGEST_RUN = 64, MOST_BYTES = 1 << 16 };

struct replay {
    unsigned long mutants; /* of each file */
    unsigned long runs;
};

/* A run of bytes: its beginning, and its length in *len. */
static size_t draw_run(uint64_t *dice, const struct strbuf *bytes, size_t *len) {
    size_t at = random_below(dice, bytes->len), left = bytes->len - at;
    *len = 1 + random_below(dice, left < LONGEST_RUN ? left : LONGEST_RUN);
    return at;
}

static void insert(struct strbuf *bytes, size_t at, const char *run, size_t len) {
    sb_add(bytes, run, len);
    memmove(bytes->text + at + len, bytes->text + at, bytes->len - len - at);
    memcpy(bytes->text + at, run, len);
}

static void cut(struct strbuf *bytes, size_t at, size_t len) {
    memmove(bytes->text + at, bytes->text + at + len, bytes->len - at - len + 1);
    bytes->len -= len;
}

static void change(uint64_t *dice, struct strbuf *bytes) {
    char run[LONGEST_RUN];
    size_t len, at;
    if (!bytes->len)
        return;
    at = draw_run(dice, bytes, &len);
    memcpy(run, bytes->text + at, len);
    switch (random_below(dice, 6)) {
    case 0: bytes->text[at] ^= (char)(1 << random_below(dice, 8)); break;
    case 1: bytes->text[at] = (char)random_below(dice, 256); break;
    case 2: cut(bytes, at, len); break;
    case 3: insert(bytes, at, run, len); break;
    case 4: insert(bytes, random_below(dice, bytes->len), run, len); break;
    default: cut(bytes, at, random_below(dice, 16) ? 1 : bytes->len - at); break;
    }
}

static void give(struct replay *r, const char *path, unsigned long copy, struct strbuf *bytes) {
    /* Memory of just that size, so that a sanitizer sees a step beyond it. */
    uint8_t *data = xmalloc(bytes->len ? bytes->len : 1);
    memcpy(data, sb_text(bytes), bytes->len);
    printf("%s, copy %lu\n", path, copy);
    fflush(stdout);
    alarm(LIMIT_SECONDS);
    LLVMFuzzerTestOneInput(data, bytes->len);
    r->runs++;
    free(data);
}

static void replay_file(struct replay *r, const char *path, const struct strbuf *file) {
    struct strbuf bytes = {0};
    for (unsigned long copy = 0; copy <= r->mutants; copy++) {
        uint64_t dice = file->len * 1000003 + copy;
        sb_clear(&bytes);
        sb_add(&bytes, sb_text(file), file->len);
        for (uint64_t n = copy ? 1 + random_below(&dice, MOST_CHANGES) : 0; n > 0; n--)
            if (bytes.len < MOST_BYTES)
                change(&dice, &bytes);
        give(r, path, copy, &bytes);
    }
    sb_free(&bytes);
}

/* The bytes as they are: gzip is the target's own matter. */
static void read_bytes(const char *path, struct strbuf *out) {
    char chunk[4096];
    size_t got;
    FILE *f = fopen(path, "rb");
    INVARIANT(f);
    while ((got = fread(chunk, 1, sizeof chunk, f)) > 0)
        sb_add(out, chunk, got);
    fclose(f);
}

static void replay(struct replay *r, const char *path) {
    struct strbuf text = {0};
    struct stat st;
    if (stat(path, &st) == 0 && S_ISDIR(st.st_mode)) {
        struct dirent **names;
        int count = scandir(path, &names, NULL, alphasort);
        for (int i = 0; i < count; i++) {
            sb_clear(&text);
            sb_printf(&text, "%s/%s", path, names[i]->d_name);
            if (names[i]->d_name[0] != '.')
                replay(r, text.text);
            free(names[i]);
        }
        free(names);
    } else {
        read_bytes(path, &text);
        replay_file(r, path, &text);
    }
    sb_free(&text);
}

int main(int argc, char **argv) {
    struct replay r = {0};
    int first = 1;
    if (argc > 1 && strspn(argv[1], "0123456789") == strlen(argv[1]))
        r.mutants = strtoul(argv[first++], NULL, 10);
    for (int i = first; i < argc; i++)
        replay(&r, argv[i]);
    printf("%lu passed, 0 failed\n", r.runs);
    return r.runs == 0;
}
