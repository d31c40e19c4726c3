/* Workloads: see workload.h. */
#include "sim/work/workload.h"

#include "sim/base/data.h"
#include "sim/base/file.h"
#include "sim/base/i18n.h"
#include "sim/work/importer.h"
#include "sim/work/opfile.h"
#include "sim/work/script.h"

#include <string.h>

/* In the order in which menus show them. Each is a file of workloads/: a script, which has the same
 * title, or what a real program logged, only the lines that the importer reads. */
static const struct {
    const char *name, *file, *title;
} builtins[] = {
    {"small", "small.arena", N_("Many small objects")},
    {"huge", "huge.arena", N_("A few huge objects")},
    {"strings", "strings.arena", N_("Strings")},
    {"trees", "trees.arena", N_("Lists and trees")},
    {"web", "web.arena", N_("A web server")},
    {"json", "json.arena", N_("A JSON document")},
    {"queue", "queue.arena", N_("A queue")},
    {"cache", "cache.arena", N_("A cache with churn")},
    {"leak", "leak.arena", N_("A leak")},
    {"buffers", "buffers.arena", N_("Big buffers")},
    {"workers", "workers.arena", N_("Four workers")},
    {"real64", "real64.log.gz", N_("A real program, 64-bit")},
    {"real32", "real32.log.gz", N_("A real program, 32-bit")},
    {"real119", "real119.log.gz", N_("A real program of Go 1.19")},
};

#define DIRECTORY "sim/work/workloads/"

const char *workload_builtin(size_t i) {
    return i < ARRAY_LEN(builtins) ? builtins[i].name : NULL;
}

const char *workload_builtin_title(size_t i) {
    return i < ARRAY_LEN(builtins) ? builtins[i].title : NULL;
}

/* Where the workload lies: the data file of a built-in one, else the name itself. */
static bool find_file(const char *name, struct strbuf *path, struct error *err) {
    for (size_t i = 0; i < ARRAY_LEN(builtins); i++) {
        if (strcmp(name, builtins[i].name) != 0)
            continue;
        struct strbuf relative = {0};
        sb_printf(&relative, DIRECTORY "%s", builtins[i].file);
        bool found = data_path(relative.text, path);
        sb_free(&relative);
        if (!found)
            return error_set(err,
                _("the file of the built-in workload \"%s\" is missing; expected it "
                  "beside the program or in $ARENASCOPE_DATA"),
                name);
        return true;
    }
    sb_puts(path, name);
    return true;
}

static struct op_source *parse(
    const char *path, const struct strbuf *text, bool cut, struct error *err) {
    if (importer_recognises(sb_text(text), text->len))
        return importer_parse(path, sb_text(text), text->len, cut, err);
    if (cut)
        error_set(err, _("%s: cannot read: the gzip data stop short"), path);
    else if (strlen(sb_text(text)) != text->len)
        error_set(err, _("%s: has zero bytes; expected a script or an allocfreetrace log"), path);
    else if (opfile_recognises(sb_text(text)))
        return opfile_parse(path, sb_text(text), err);
    else
        return script_parse(path, sb_text(text), err);
    return NULL;
}

static void make_environment(
    const struct op_source *source, const struct environment *base, struct environment *out) {
    const struct environment usual = {.platform = platform_find("linux/amd64")};
    env_copy(out, base ? base : &usual);
    if (!script_environment(source, out))
        opfile_environment(source, out);
}

struct op_source *workload_open(const char *name, const struct environment *base,
    struct environment *env_out, struct strbuf *report, struct error *err) {
    struct strbuf path = {0}, text = {0};
    struct op_source *source = NULL;
    bool cut = false;
    *env_out = (struct environment){0};
    if (find_file(name, &path, err) && file_read(path.text, &text, &cut, err))
        source = parse(path.text, &text, cut, err);
    if (source) {
        make_environment(source, base, env_out);
        source->ptr_size = env_out->platform->ptr_size;
        if (report)
            importer_report(source, source->ptr_size, report);
    }
    sb_free(&path);
    sb_free(&text);
    return source;
}

/* Does the file lie in that directory? */
static bool lies_in(const char *path, const char *directory) {
    const char *slash = strrchr(path, '/');
    size_t len = strlen(directory), before = slash ? (size_t)(slash + 1 - path) : 0;
    return before >= len && memcmp(path + before - len, directory, len) == 0;
}

const char *workload_title(const struct op_source *source) {
    const char *title = script_title(source);
    if (title)
        return title;
    const char *name = source->name ? source->name : "", *slash = strrchr(name, '/');
    for (size_t i = 0; i < ARRAY_LEN(builtins); i++)
        if (lies_in(name, DIRECTORY) && strcmp(slash + 1, builtins[i].file) == 0)
            return builtins[i].title;
    return slash ? slash + 1 : name;
}
