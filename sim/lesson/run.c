/*
 * Lessons at work: the list of them, the run of a step, the moment it stops at. See lesson.h.
 */
#include "sim/lesson/lesson.h"

#include "sim/base/data.h"
#include "sim/base/i18n.h"
#include "sim/work/script.h"

#include <dirent.h>
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

/* --- The list --- */

static int compare_names(const void *a, const void *b) {
    return strcmp(*(char *const *)a, *(char *const *)b);
}

/* Their names begin with a number; other files stand beside them, such as the glossary. */
static bool is_lesson(const char *name) {
    size_t len = strlen(name);
    return len > 3 && name[0] >= '0' && name[0] <= '9' && strcmp(name + len - 3, ".md") == 0;
}

/* The sorted paths of the lessons in directory dir, each the caller's. */
static bool list_files(const char *dir, char ***out, size_t *count, struct error *err) {
    size_t cap = 0;
    void *names = NULL;
    DIR *d = opendir(dir);
    if (!d)
        return error_set(err, _("%s: cannot be listed: %s"), dir, strerror(errno));
    *count = 0;
    for (struct dirent *e; (e = readdir(d));) {
        if (!is_lesson(e->d_name))
            continue;
        struct strbuf path = {0};
        sb_printf(&path, "%s/%s", dir, e->d_name);
        array_reserve(&names, &cap, *count + 1, sizeof(char *));
        ((char **)names)[(*count)++] = path.text;
    }
    closedir(d);
    *out = names;
    if (*count)
        qsort(names, *count, sizeof(char *), compare_names);
    return true;
}

void lessons_free(struct lesson **lessons, size_t count) {
    for (size_t i = 0; i < count; i++)
        lesson_free(lessons[i]);
    free(lessons);
}

/* The lesson of that English file in the language, or the English one. */
static struct lesson *load_in(enum language language, const char *english, struct error *err) {
    struct strbuf relative = {0}, path = {0};
    sb_printf(&relative, "lessons/%s/%s", language_code(language), strrchr(english, '/') + 1);
    struct lesson *l = lesson_load(data_path(relative.text, &path) ? path.text : english, err);
    sb_free(&relative);
    sb_free(&path);
    return l;
}

bool lessons_list(enum language language, struct lesson ***out, size_t *count, struct error *err) {
    struct strbuf dir = {0};
    char **paths = NULL;
    size_t n = 0;
    *out = NULL;
    *count = 0;
    bool ok = data_path("lessons/en", &dir)
                  ? list_files(dir.text, &paths, &n, err)
                  : error_set(err, _("the lessons are missing, expected a directory lessons/en"));
    sb_free(&dir);
    struct lesson **lessons = xcalloc(n + 1, sizeof(struct lesson *));
    for (size_t i = 0; ok && i < n; i++) {
        lessons[i] = load_in(language, paths[i], err);
        ok = lessons[i] != NULL;
    }
    for (size_t i = 0; i < n; i++)
        free(paths[i]);
    free(paths);
    if (!ok) {
        lessons_free(lessons, n);
        return false;
    }
    *out = lessons;
    *count = n;
    return true;
}

unsigned lesson_number(const struct lesson *l, size_t place) {
    return l->front.number ? l->front.number : (unsigned)place + 1;
}

/* "1–18, 20": which numbers there are. */
static void list_numbers(struct lesson *const *lessons, size_t count, struct strbuf *out) {
    for (size_t i = 0, last; i < count; i = last + 1) {
        unsigned first = lesson_number(lessons[i], i), n = first;
        for (last = i; last + 1 < count && lesson_number(lessons[last + 1], last + 1) == n + 1;
             last++)
            n++;
        sb_printf(out, n > first ? "%s%u–%u" : "%s%u", i ? ", " : "", first, n);
    }
}

bool lessons_find(struct lesson *const *lessons, size_t count, uint64_t number, size_t *index,
    struct error *err) {
    struct strbuf there = {0};
    for (*index = 0; *index < count; ++*index)
        if (lesson_number(lessons[*index], *index) == number)
            return true;
    list_numbers(lessons, count, &there);
    error_set(
        err, _("there is no lesson %" PRIu64 ", expected one of: %s"), number, sb_text(&there));
    sb_free(&there);
    return false;
}

/* --- Prose --- */

struct markdown lesson_intro(const struct lesson *l) {
    return markdown_parse(sb_text(&l->intro.text), l->intro.text.len);
}

bool lesson_step_prose(const struct lesson *l, size_t step, struct scope *scope,
    struct markdown *out, struct error *err) {
    return prose_markdown(&l->steps[step].prose, l->path, scope, out, err);
}

bool lesson_step_text(const struct lesson *l, size_t step, struct scope *scope, struct strbuf *out,
    struct error *err) {
    struct markdown md;
    bool ok = lesson_step_prose(l, step, scope, &md, err);
    markdown_text(&md, out);
    markdown_free(&md);
    return ok;
}

/* Where the step stops, if it is one of the same run. */
static bool neighbour_stop(
    const struct lesson *l, size_t step, size_t other, const struct recording *rec, uint64_t *seq) {
    return other < l->step_count && l->steps[other].script == l->steps[step].script &&
           lesson_stop_at(&l->steps[other], rec, seq);
}

struct scope lesson_step_scope(
    const struct lesson *l, size_t step, const struct session *session, uint64_t seq) {
    const struct lesson_script *script = l->steps[step].script;
    const struct recording *rec = session_recording(session);
    struct scope s = scope_of(rec, session_env(session)->platform, script->file, script->text, seq);
    uint64_t end = recording_count(rec), other;
    scope_set(&s, SCOPE_END, end);
    scope_set(&s, SCOPE_BEFORE, step && neighbour_stop(l, step, step - 1, rec, &other) ? other : 0);
    scope_set(&s, SCOPE_AFTER, neighbour_stop(l, step, step + 1, rec, &other) ? other : end);
    return s;
}

/* --- The run --- */

struct session *lesson_session(const struct lesson_script *script, const struct environment *base,
    struct environment *env_out, struct error *err) {
    *env_out = (struct environment){0};
    struct op_source *source = script_parse(script->file, script->text, err);
    INVARIANT(source); /* it was read before */
    env_copy(env_out, base);
    env_out->residency = true; /* lessons speak of touched memory */
    script_environment(source, env_out);
    struct session *s = session_new(env_out, source, err);
    if (!s)
        env_free(env_out);
    return s;
}

bool lesson_step_run(const struct lesson *l, size_t step, const struct environment *base,
    struct session **s, struct error *err) {
    struct environment env;
    if (*s && step && l->steps[step].script == l->steps[step - 1].script)
        return true;
    session_free(*s);
    *s = lesson_session(l->steps[step].script, base, &env, err);
    if (!*s)
        return false;
    env_free(&env);
    while (session_pump(*s, 1000))
        continue;
    if (session_error(*s)->text[0])
        return error_set(err, "%s", session_error(*s)->text);
    return true;
}

struct environment lesson_world(const struct lesson *l) {
    bool only_32 = l->front.on_32 && !l->front.on_64;
    return (struct environment){.platform = platform_find(only_32 ? "linux/386" : "linux/amd64"),
        .provider = PROVIDER_MODEL,
        .seed = {1, 2}, /* as in the window */
        .residency = true};
}

bool lesson_step_any_width(const struct lesson *l, size_t step) {
    static const char *const platforms[] = {"linux/amd64", "linux/386"};
    const struct lesson_script *script = l->steps[step].script;
    struct error err;
    struct op_source *source = script_parse(script->file, script->text, &err);
    INVARIANT(source); /* it was read before */
    bool open = l->front.on_64 && l->front.on_32;
    for (size_t i = 0; i < ARRAY_LEN(platforms); i++) {
        struct environment env = {.platform = platform_find(platforms[i])};
        script_environment(source, &env);
        open = open && env.platform == platform_find(platforms[i]);
        env_free(&env);
    }
    source->destroy(source);
    return open;
}

/* --- The moment --- */

static bool is_note(const struct event *ev, enum event_kind kind) {
    return ev->kind == kind && ev->w == OP_NOTE;
}

/* Nothing will be added to the recording, unless somebody types it. */
static bool is_over(const struct lesson_step *step, const struct recording *rec) {
    uint64_t count = recording_count(rec), ops = recording_op_count(rec);
    if (!count || recording_event(rec, count - 1)->kind != EV_OP_END)
        return false;
    return ops >= step->script->ops || recording_event(rec, count - 2)->kind == EV_EXIT;
}

/* What a stop's phase, or all of the run, is made of. */
struct stretch {
    uint64_t first, end; /* events [first, end) */
    bool over;           /* it will not grow */
};

/* False if the phase has not begun. */
static bool find_stretch(
    const struct lesson_step *step, const struct recording *rec, struct stretch *out) {
    unsigned wanted = step->stop.phase, phase = 0;
    *out = (struct stretch){0, recording_count(rec), is_over(step, rec)};
    for (uint64_t i = 0; wanted && i < out->end; i++) {
        const struct event *ev = recording_event(rec, i);
        if (is_note(ev, EV_OP_END) && phase == wanted)
            out->first = i + 1;
        if (is_note(ev, EV_OP_BEGIN) && phase++ == wanted) {
            out->end = i;
            out->over = true;
        }
    }
    return !wanted || out->first;
}

/* Is it a stop's event, of a stop that has one? */
static bool stops_here(const struct lesson_stop *stop, const struct event *ev) {
    if (stop->kind == STOP_STEP)
        return ev->kind == EV_STEP && (ev->w & 0xff) == stop->value;
    if (stop->kind == STOP_ATTEMPT)
        return ev->kind == EV_ATTEMPT && ev->x == stop->value;
    return ev->kind == stop->value;
}

/* Past the events that tell what came of the one before seq, if that is a system call. */
static uint64_t past_outcome(const struct recording *rec, uint64_t seq, uint64_t end) {
    unsigned kind = recording_event(rec, seq - 1)->kind;
    if (kind < EV_OS_RESERVE || kind > EV_OS_USED)
        return seq;
    for (; seq < end; seq++) {
        kind = recording_event(rec, seq)->kind;
        if (kind != EV_RANGE && kind != EV_STAT_ADD)
            break;
    }
    return seq;
}

bool lesson_stop_at(const struct lesson_step *step, const struct recording *rec, uint64_t *seq) {
    const struct lesson_stop *stop = &step->stop;
    struct stretch s;
    if (!find_stretch(step, rec, &s))
        return false;
    *seq = stop->kind == STOP_START ? s.first : s.end;
    if (stop->kind == STOP_START)
        return true;
    if (stop->kind == STOP_END)
        return s.over;
    uint64_t seen = 0, wanted = stop->kind == STOP_EVENT ? stop->count : 1;
    for (uint64_t i = s.first; i < s.end; i++)
        if (stops_here(stop, recording_event(rec, i)) && ++seen == wanted) {
            *seq = past_outcome(rec, i + 1, s.end);
            return true;
        }
    return false;
}

bool lesson_step_stop(const struct lesson *l, size_t step, const struct session *session,
    uint64_t *seq, struct error *err) {
    if (!lesson_stop_at(&l->steps[step], session_recording(session), seq))
        return error_set(err, _("%s:%d: the run never comes to where the step stops"), l->path,
            l->steps[step].stop.line);
    return true;
}
