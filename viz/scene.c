/* Scenes: see scene.h. */
#include "viz/scene.h"

#include "sim/work/session_file.h"
#include "sim/work/workload.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { PUMP_OPS = 64 }; /* operations between looks at how far the run has come */

/* --- Opening --- */

static const char *builtin_name(const char *name) {
    for (size_t i = 0; workload_builtin(i); i++)
        if (strcmp(workload_builtin(i), name) == 0)
            return workload_builtin(i);
    return NULL;
}

/* To event 0 of a new recording, with nothing zoomed or pinned. */
static void begin(struct scene *s) {
    replica_free(s->replica);
    s->replica = replica_new();
    s->at = 0;
    s->running = session_pump(s->session, 0);
    s->errand = (struct errand){0};
    s->hover = s->pinned = (struct thing){0};
    s->lives[0] = s->lives[1] = (struct life){0};
    interval_clear(&s->interval);
    reachview_clear(&s->reach);
    s->zoom = (struct zoom){0};
    s->glide = (struct glide){.on = false};
    s->nav = (struct nav){0};
    notes_leave(&s->notes);
}

void scene_head_moment(struct scene *s, const struct moment *m) {
    s->errand = (struct errand){.on = true, .to_moment = true, .moment = *m};
}

/* Takes over a session and its world. */
static void take(struct scene *s, struct session *session, struct environment *world) {
    session_free(s->session);
    s->session = session;
    env_free(&s->world);
    s->world = *world;
    begin(s);
}

static void free_script(struct scene *s) {
    free(s->script.file);
    free(s->script.text);
    s->script = (struct lesson_script){0};
}

bool scene_open(struct scene *s, const char *workload, struct error *err) {
    struct environment env;
    struct strbuf report = {0};
    const char *title;
    struct session *session = session_open(workload, &s->world, &report, &title, err);
    if (!session) {
        sb_free(&report);
        return false;
    }
    const struct session_view *left = session_loaded(session);
    char *name = xstrdup(workload); /* it may be the scene's own */
    free(s->workload);
    s->workload = name;
    s->builtin = builtin_name(left && left->workload ? left->workload : workload);
    free_script(s);
    snprintf(s->name, sizeof s->name, "%s", title);
    sb_free(&s->report);
    s->report = report;
    env_copy(&env, session_env(session));
    take(s, session, &env);
    notes_free(&s->notes);
    for (size_t i = 0; left && i < left->bookmark_count; i++)
        notes_put(&s->notes, session, left->bookmarks[i].seq, left->bookmarks[i].text);
    if (left) /* a recording opens where it was left */
        scene_seek(s, left->at);
    return true;
}

bool scene_open_lesson(struct scene *s, const struct lesson_script *script, const char *title,
    const struct environment *base, struct error *err) {
    struct environment env;
    struct session *session = lesson_session(script, base, &env, err);
    if (!session)
        return false;
    free(s->workload);
    s->workload = NULL;
    s->builtin = NULL;
    struct lesson_script copy = {xstrdup(script->file), xstrdup(script->text), script->ops};
    free_script(s);
    s->script = copy;
    snprintf(s->name, sizeof s->name, "%s", title);
    sb_clear(&s->report);
    notes_free(&s->notes);
    take(s, session, &env);
    return true;
}

bool scene_open_like(struct scene *s, const struct scene *other, const struct environment *world,
    struct error *err) {
    struct moment m = scene_moment(other);
    bool ok = true;
    if (other->script.text) {
        ok = scene_open_lesson(s, &other->script, other->name, world, err);
    } else {
        env_free(&s->world);
        env_copy(&s->world, world);
        ok = scene_open(s, other->workload, err);
    }
    if (!ok)
        return false;
    env_free(&s->world); /* what the workload said of its world gives way */
    env_copy(&s->world, world);
    ok = session_restart(s->session, &s->world, err);
    begin(s);
    if (ok)
        scene_head_moment(s, &m);
    return ok;
}

void scene_close(struct scene *s) {
    interval_clear(&s->interval);
    reachview_clear(&s->reach);
    session_free(s->session);
    replica_free(s->replica);
    env_free(&s->world);
    sb_free(&s->report);
    free(s->workload);
    free_script(s);
    notes_free(&s->notes);
    *s = (struct scene){0};
}

/* --- Time --- */

uint64_t scene_count(const struct scene *s) {
    return recording_count(session_recording(s->session));
}

void scene_run_to(struct scene *s, uint64_t events) {
    while (s->running && scene_count(s) < events)
        s->running = session_pump(s->session, PUMP_OPS);
    notes_settle(&s->notes, s->session, !s->running);
}

void scene_step_op(struct scene *s, int direction) {
    const struct recording *rec = session_recording(s->session);
    uint64_t op = s->replica->ops; /* the first that begins at or after this moment */
    if (direction > 0) {
        while (op < recording_op_count(rec) && recording_op_start(rec, op) <= s->at)
            op++;
        scene_seek(s, op < recording_op_count(rec) ? recording_op_start(rec, op) : scene_count(s));
    } else if (s->at) {
        scene_seek(s, op ? recording_op_start(rec, op - 1) : 0);
    }
}

bool scene_step_mark(struct scene *s, int direction, unsigned kinds) {
    size_t count;
    const struct mark *marks = recording_marks(session_recording(s->session), &count);
    size_t i = 0; /* the first mark after this moment, or at it if we go back */
    while (i < count && (direction > 0 ? marks[i].seq <= s->at : marks[i].seq < s->at))
        i++;
    if (direction > 0) {
        while (i < count && !(kinds >> marks[i].kind & 1))
            i++;
    } else {
        while (i > 0 && !(kinds >> marks[i - 1].kind & 1))
            i--;
        i--; /* 0 becomes past the end */
    }
    if (i >= count)
        return false;
    scene_seek(s, marks[i].seq);
    return true;
}

/* --- The same point of another run --- */

/* Has the operation begun last ended, or the next one to begin here while it goes on? */
static bool between_ops(const struct scene *s) {
    const struct recording *rec = session_recording(s->session);
    uint64_t next = s->replica->ops;
    return !replica_in_op(s->replica) ||
           (next < recording_op_count(rec) && s->at == recording_op_start(rec, next));
}

struct moment scene_moment(const struct scene *s) {
    if (s->errand.on && s->errand.to_moment)
        return s->errand.moment;
    const struct replica *r = s->replica;
    const struct recording *rec = session_recording(s->session);
    return (struct moment){.at_end = s->at == scene_count(s) && !s->running,
        .started = r->ops > 0,
        .op = r->ops ? session_workload_op(s->session, r->ops - 1) : 0,
        .ended = between_ops(s),
        .into = r->ops ? s->at - recording_op_start(rec, r->ops - 1) : 0,
        .step = r->init.step};
}

/* Is the moment inside mallocinit's operation? Then steps tell it better than events. */
static uint64_t find_step(
    const struct recording *rec, uint64_t first, uint64_t end, unsigned step) {
    for (uint64_t i = first; i < end; i++) {
        const struct event *ev = recording_event(rec, i);
        if (ev->kind == EV_STEP && (ev->w & 0xff) >= step)
            return i + 1;
    }
    return end;
}

/* Events that are past at the moment, of those there are. */
static uint64_t moment_seq(const struct scene *s, const struct moment *m) {
    const struct recording *rec = session_recording(s->session);
    uint64_t op = session_recorded_op(s->session, m->op);
    uint64_t next = session_recorded_op(s->session, m->op + 1);
    uint64_t ops = recording_op_count(rec), count = recording_count(rec);
    if (m->at_end || op >= ops)
        return count;
    if (!m->started)
        return 0;
    uint64_t first = recording_op_start(rec, op);
    uint64_t end = next < ops ? recording_op_start(rec, next) : count;
    if (m->ended)
        return end;
    if (recording_event(rec, first)->w == OP_INIT)
        return m->step == STEP_NONE ? first + 1 : find_step(rec, first, end, m->step);
    return m->into < end - first ? first + m->into : end;
}

/* --- Ways --- */

/* Are there all events that the errand needs? */
static bool can_arrive(const struct scene *s) {
    const struct errand *e = &s->errand;
    if (!s->running)
        return true;
    if (!e->to_moment)
        return scene_count(s) >= e->seq;
    return !e->moment.at_end && recording_op_count(session_recording(s->session)) >
                                    session_recorded_op(s->session, e->moment.op + 1);
}

static void arrive(struct scene *s) {
    uint64_t count = scene_count(s);
    uint64_t seq = s->errand.to_moment ? moment_seq(s, &s->errand.moment) : s->errand.seq;
    s->errand.on = false;
    s->at = seq < count ? seq : count;
    recording_seek(session_recording(s->session), &s->replica, s->at);
}

bool scene_work(struct scene *s, uint64_t events) {
    if (!s->errand.on)
        return true;
    uint64_t start = scene_count(s);
    while (!can_arrive(s)) {
        if (scene_count(s) - start >= events)
            return false;
        s->running = session_pump(s->session, PUMP_OPS);
    }
    notes_settle(&s->notes, s->session, !s->running);
    arrive(s);
    return true;
}

void scene_stop(struct scene *s) {
    if (s->errand.on) {
        s->errand = (struct errand){.seq = scene_count(s)};
        arrive(s);
    }
}

void scene_head(struct scene *s, uint64_t seq) {
    s->errand = (struct errand){.on = true, .seq = seq};
}

void scene_seek(struct scene *s, uint64_t seq) {
    scene_head(s, seq);
    scene_work(s, UINT64_MAX);
}

void scene_go(struct scene *s, const struct moment *m) {
    scene_head_moment(s, m);
    scene_work(s, UINT64_MAX);
}

bool scene_rerun(struct scene *s, struct error *err) {
    struct moment m = scene_moment(s);
    if (!session_restart(s->session, &s->world, err))
        return false;
    begin(s);
    scene_head_moment(s, &m);
    return true;
}
