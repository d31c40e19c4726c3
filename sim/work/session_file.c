/* Sessions as files: see session_file.h. */
#include "sim/work/session_internal.h"

#include "sim/base/i18n.h"
#include "sim/base/limits.h"
#include "sim/trace/recfile.h"
#include "sim/work/opfile.h"
#include "sim/work/script.h"
#include "sim/work/workload.h"

#include <inttypes.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

/* --- Writing --- */

struct session_writer {
    const struct session *session;
    struct recfile_writer *file;
    size_t phases; /* written so far */
};

/* One line, whatever the words have in them. */
static void add_line(struct strbuf *out, const char *key, const char *words) {
    sb_printf(out, "%s ", key);
    for (; *words; words++)
        sb_add(out, *words == '\n' ? " " : words, 1);
    sb_puts(out, "\n");
}

static void add_lines(struct strbuf *out, const char *key, const char *text) {
    while (*text) {
        size_t len = strcspn(text, "\n");
        sb_printf(out, "%s %.*s\n", key, (int)len, text);
        text += len + (text[len] == '\n');
    }
}

static bool is_builtin(const char *name) {
    for (size_t i = 0; workload_builtin(i); i++)
        if (strcmp(workload_builtin(i), name) == 0)
            return true;
    return false;
}

/* A built-in workload by its name; a file wherever one is when it is looked for again. */
static void add_workload(struct strbuf *out, const char *name) {
    char *room = xmalloc(PATH_MAX); /* ours, so that no path means that there is no such file */
    const char *path = is_builtin(name) ? name : realpath(name, room);
    if (path)
        add_line(out, "workload", path);
    free(room);
}

static void tell_world(const struct session *s, struct strbuf *out) {
    struct strbuf world = {0};
    opfile_write_world(&s->env, &world);
    add_lines(out, "world", sb_text(&world));
    sb_free(&world);
    if (s->env.gogc)
        sb_printf(out, "gogc %" PRId64 "\n", s->env.gogc);
    if (s->env.ps)
        sb_printf(out, "ps %u\n", s->env.ps);
    if (s->env.residency)
        add_line(out, "residency", "on");
    struct session_world found = session_world(s);
    sb_printf(out, "found 0x%" PRIx64 " 0x%" PRIx64 " %" PRIu64 "\n", found.image_end, found.brk,
        found.phys_page_size);
    add_line(out, "provider", session_provider(s));
    if (session_provider_why(s))
        add_line(out, "why", session_provider_why(s));
}

static void tell_view(const struct session_view *view, struct strbuf *out) {
    if (view->title)
        add_line(out, "title", view->title);
    if (view->workload)
        add_workload(out, view->workload);
    for (size_t i = 0; i < view->bookmark_count; i++) {
        sb_printf(out, "bookmark %" PRIu64, view->bookmarks[i].seq);
        add_line(out, "", view->bookmarks[i].text ? view->bookmarks[i].text : "");
    }
}

/* Phases that have begun since the last time. */
static void tell_phases(struct session_writer *w, struct strbuf *out) {
    const struct session *s = w->session;
    for (; w->phases < s->phase_count; w->phases++) {
        sb_printf(out, "phase %" PRIu64, s->phases[w->phases].op);
        add_line(out, "", s->phases[w->phases].text);
    }
}

static bool give_up(struct session_writer *w) {
    recfile_abandon(w->file);
    free(w);
    return false;
}

struct session_writer *session_writer_new(
    const struct session *s, const char *path, const struct session_view *view, struct error *err) {
    struct session_writer *w = xcalloc(1, sizeof *w);
    struct strbuf text = {0};
    w->session = s;
    w->file = recfile_create(path, err);
    tell_world(s, &text);
    tell_view(view, &text);
    bool ok = w->file && recfile_text(w->file, text.text, err);
    sb_free(&text);
    if (!ok)
        give_up(w);
    return ok ? w : NULL;
}

bool session_writer_more(struct session_writer **w, struct error *err) {
    struct strbuf text = {0};
    tell_phases(*w, &text);
    bool ok = recfile_text((*w)->file, sb_text(&text), err) &&
              recfile_events((*w)->file, session_recording((*w)->session), err);
    sb_free(&text);
    if (!ok) {
        give_up(*w);
        *w = NULL;
    }
    return ok;
}

bool session_writer_finish(struct session_writer *w, uint64_t at, struct error *err) {
    struct strbuf text = {0};
    const struct session *s = w->session;
    tell_phases(w, &text);
    sb_printf(&text, "init %" PRIu64 " %" PRIu64 "\nat %" PRIu64 "\n", s->init, s->own, at);
    bool ok = recfile_text(w->file, text.text, err);
    sb_free(&text);
    if (!ok)
        return give_up(w);
    ok = recfile_finish(w->file, session_recording(s), err);
    free(w);
    return ok;
}

bool session_save(
    const struct session *s, const char *path, const struct session_view *view, struct error *err) {
    struct session_writer *w = session_writer_new(s, path, view, err);
    return w && session_writer_more(&w, err) && session_writer_finish(w, view->at, err);
}

/* --- Loading --- */

void loaded_free(struct loaded *l) {
    if (!l)
        return;
    sb_free(&l->text);
    free(l->bookmarks);
    free(l);
}

/* Takes a number off the words, and the blank behind it. */
static bool take_number(const char **words, uint64_t *n) {
    char text[32];
    size_t len = strcspn(*words, " ");
    if (len == 0 || len >= sizeof text)
        return false;
    memcpy(text, *words, len);
    text[len] = '\0';
    *words += len + ((*words)[len] == ' ');
    return parse_u64(text, n);
}

static bool take_bookmark(struct loaded *l, const char *words) {
    void *bookmarks = l->bookmarks;
    struct bookmark b;
    if (!take_number(&words, &b.seq))
        return false;
    b.text = words;
    array_reserve(&bookmarks, &l->bookmark_cap, l->view.bookmark_count + 1, sizeof b);
    l->bookmarks = bookmarks;
    l->bookmarks[l->view.bookmark_count++] = b;
    l->view.bookmarks = l->bookmarks;
    return true;
}

static bool take_phase(struct session *s, const char *words) {
    uint64_t op;
    if (!take_number(&words, &op) || (s->phase_count && op < s->phases[s->phase_count - 1].op))
        return false;
    session_add_phase(s, op, words);
    return true;
}

static const char *known_provider(const char *words) {
    static const char *const names[] = {"host kernel", "simulated", "replay"};
    for (size_t i = 0; i < ARRAY_LEN(names); i++)
        if (strcmp(names[i], words) == 0)
            return names[i];
    return NULL;
}

static bool take_ps(struct session *s, const char *words) {
    uint64_t n = 0;
    if (!take_number(&words, &n) || n > MAX_PS)
        return false;
    s->env.ps = (unsigned)n;
    return true;
}

/* One line; keys that are not known are from a later program, and passed over. world: gathers the
 * lines about it. */
static bool take_line(struct session *s, char *line, struct strbuf *world) {
    struct loaded *l = s->loaded;
    char *words = line + strcspn(line, " ");
    if (*words)
        *words++ = '\0';
    const char *rest = words;
    if (strcmp(line, "title") == 0)
        l->view.title = words;
    else if (strcmp(line, "workload") == 0)
        l->view.workload = words;
    else if (strcmp(line, "world") == 0)
        sb_printf(world, "%s\n", words);
    else if (strcmp(line, "provider") == 0)
        return (l->provider = known_provider(words)) != NULL;
    else if (strcmp(line, "why") == 0)
        sb_puts(&s->world.why, words);
    else if (strcmp(line, "gogc") == 0)
        s->env.gogc = strtoll(words, NULL, 10);
    else if (strcmp(line, "ps") == 0)
        return take_ps(s, words);
    else if (strcmp(line, "residency") == 0)
        s->env.residency = strcmp(words, "on") == 0;
    else if (strcmp(line, "found") == 0)
        return take_number(&rest, &l->found.image_end) && take_number(&rest, &l->found.brk) &&
               take_number(&rest, &l->found.phys_page_size);
    else if (strcmp(line, "init") == 0)
        return take_number(&rest, &s->init) && take_number(&rest, &s->own);
    else if (strcmp(line, "phase") == 0)
        return take_phase(s, words);
    else if (strcmp(line, "at") == 0)
        return take_number(&rest, &l->view.at);
    else if (strcmp(line, "bookmark") == 0)
        return take_bookmark(l, words);
    return true;
}

/* The world, in a script's words: they make an environment as a script's own do. */
static bool take_world(
    struct session *s, const char *path, const struct strbuf *world, struct error *err) {
    struct error why;
    struct op_source *script = script_parse("world", sb_text(world), &why);
    struct environment env = {.platform = platform_find("linux/amd64")};
    if (!script)
        return error_set(err, _("%s: says of its world what cannot be: %s"), path, why.text);
    script_environment(script, &env);
    script->destroy(script);
    env.gogc = s->env.gogc;
    env.ps = s->env.ps;
    env.residency = s->env.residency;
    s->env = env;
    return true;
}

static bool take_text(struct session *s, const char *path, struct error *err) {
    struct strbuf world = {0};
    char *line = s->loaded->text.text;
    bool ok = true;
    for (int number = 1; ok && line && *line; number++) {
        char *next = line + strcspn(line, "\n");
        if (*next)
            *next++ = '\0';
        ok = take_line(s, line, &world);
        if (!ok)
            error_set(err, _("%s: line %d of what it says of itself makes no sense"), path, number);
        line = next;
    }
    if (ok && s->loaded->view.bookmark_count > LIMIT_NOTES)
        ok = error_set(
            err, _("%s: has more than %d notes, the most there can be"), path, LIMIT_NOTES);
    ok = ok && take_world(s, path, &world, err);
    sb_free(&world);
    return ok;
}

/* Can it be read to its end, whoever named it? Not so standard input, pipes and devices. */
static bool is_plain_file(const char *path) {
    struct stat st;
    return strcmp(path, "-") != 0 && stat(path, &st) == 0 && S_ISREG(st.st_mode);
}

/* The workload, if it is still there: not to have it is no failure. */
static void find_source(struct session *s) {
    const char *name = s->loaded->view.workload;
    struct environment unused;
    if (!name || !(is_builtin(name) || is_plain_file(name)))
        return;
    s->source = workload_open(name, &s->env, &unused, NULL, NULL);
    env_free(&unused);
}

struct session *session_load(const char *path, struct strbuf *report, struct error *err) {
    struct recfile file;
    if (!recfile_read(path, &file, err))
        return NULL;
    struct session *s = xcalloc(1, sizeof *s);
    s->done = true;
    s->world.recording = file.rec;
    s->loaded = xcalloc(1, sizeof *s->loaded);
    s->loaded->text = file.text;
    s->loaded->provider = known_provider("simulated");
    uint64_t count = recording_count(file.rec);
    s->loaded->view.at = count;
    if (!take_text(s, path, err)) {
        session_free(s);
        return NULL;
    }
    s->ops = recording_op_count(file.rec);
    if (s->loaded->view.at > count)
        s->loaded->view.at = count;
    if (file.cut && report)
        sb_printf(report, _("%s: the recording stops short; this is what it has\n"), path);
    find_source(s);
    return s;
}

struct session *session_open(const char *name, const struct environment *base,
    struct strbuf *report, const char **title, struct error *err) {
    struct environment env;
    if (!is_builtin(name) && recfile_recognises(name)) {
        struct session *s = session_load(name, report, err);
        if (s && title)
            *title = s->loaded->view.title ? s->loaded->view.title : name;
        return s;
    }
    struct op_source *source = workload_open(name, base, &env, report, err);
    struct session *s = source ? session_new(&env, source, err) : NULL;
    env_free(&env);
    if (s && title)
        *title = workload_title(source);
    return s;
}

const struct session_view *session_loaded(const struct session *s) {
    return s->loaded ? &s->loaded->view : NULL;
}
