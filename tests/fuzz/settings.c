/*
 * The small files that are kept for a person: preferences, themes, progress through the lessons.
 * The same bytes are read as each of them.
 */
#include "sim/lesson/progress.h"
#include "tests/fuzz/fuzz.h"
#include "viz/prefs.h"
#include "viz/theme.h"

static void read_theme(const char *path) {
    struct theme theme;
    struct error err = {""};
    if (!theme_load(path, &theme, &err)) {
        fuzz_refused(&err);
        return;
    }
    for (unsigned class = 0; class <= 70; class ++)
        theme_class_color(&theme, class);
}

static void read_prefs(const char *path) {
    const struct prefs none = {0};
    struct prefs prefs, kept = {0};
    struct strbuf report = {0};
    prefs_read(path, &prefs, &report);
    if (prefs_change(&kept, &none, &prefs) &&
        (kept.width != prefs.width || kept.speed != prefs.speed))
        BUG("what was set is not kept");
    sb_free(&report);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len) {
    struct fuzz_file file = fuzz_file(data, len);
    struct progress progress = {0};
    struct error err = {""};
    read_prefs(file.path);
    read_theme(file.path);
    if (!progress_read(&progress, file.path, &err))
        fuzz_refused(&err);
    progress_free(&progress);
    fuzz_file_close(&file);
    return 0;
}
