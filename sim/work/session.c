/*
 * Sessions: see session.h.
 *
 * A world is what belongs to one run: the address space, the recording and the program. A restart
 * makes the new world before it lets go of the old, so that a world that cannot be leaves
 * everything as it was.
 */
#include "sim/work/session_internal.h"

#include "sim/work/script.h"

#include "sim/base/i18n.h"
#include "sim/base/limits.h"
#include "sim/work/residency.h"

#include <stdlib.h>

static void world_free(struct world *w) {
    program_free(w->program);
    residency_free(w->residency);
    os_destroy(w->os);
    recording_free(w->recording);
    sb_free(&w->why);
}

/* The taken ranges that a platform can have: above 4 GiB nothing is in a 32-bit space, so that
 * hints stay taken while the width is switched forth and back. */
static void keep_possible(struct environment *env) {
    struct model_config *m = &env->model;
    size_t kept = 0;
    for (size_t i = 0; i < m->taken_count; i++)
        if (env->platform->ptr_size == 8 || m->taken[i].addr <= UINT32_MAX)
            m->taken[kept++] = m->taken[i];
    m->taken_count = kept;
}

/* The host if it was asked for and can be it, else the model. False and err if neither can. */
static bool choose_os(struct world *w, const struct environment *env, struct error *err) {
    if (env->provider == PROVIDER_HOST) {
        struct error host = {""};
        error_set(&host, "%s", _("faults are arranged that a real kernel cannot have"));
        w->os = env_has_faults(env) ? NULL : os_host_new(env->platform, &host);
        if (w->os)
            return true;
        sb_printf(&w->why, _("the simulated space, since %s"), host.text);
    }
    w->simulated = true;
    w->os = os_model_new(env->platform, &env->model, err);
    return w->os != NULL;
}

static void note_other(void *heap, uint64_t addr, uint64_t size, const char *what) {
    (void)what;
    heap_note_range(heap, addr, size, RANGE_TAKEN, OWNER_OTHER);
}

#ifdef __linux__
extern const char __executable_start[]; /* the linker's */
#endif

/* What of the address space is others'. Of the host's only this program's own image is told. */
static void note_others(const struct world *w) {
    struct heap *heap = program_heap(w->program);
    if (w->simulated) {
        os_model_others(w->os, note_other, heap);
        return;
    }
#ifdef __linux__
    uint64_t start = (uintptr_t)__executable_start, end = w->os->image_end;
    note_other(heap, start, end - start, "image");
#endif
}

static bool world_make(struct world *w, const struct environment *env, struct error *err) {
    *w = (struct world){0};
    struct environment possible;
    env_copy(&possible, env);
    keep_possible(&possible);
    bool ok = choose_os(w, &possible, err);
    env_free(&possible);
    if (!ok) {
        sb_free(&w->why);
        return false;
    }
    w->recording = recording_new();
    struct sink *sink = recording_sink(w->recording);
    if (env->residency)
        w->residency = residency_new(w->os, sink);
    w->program = program_new(w->os, w->residency ? residency_sink(w->residency) : sink);
    note_others(w);
    return true;
}

static void rewind_source(struct op_source *source, const struct platform *platform) {
    source->ptr_size = platform->ptr_size;
    source->rewind(source);
}

/* The source from its beginning, for the platform's words. */
static void begin(struct session *s) {
    rewind_source(s->source, s->env.platform);
    if (s->console)
        rewind_source(s->console, s->env.platform);
    s->phase_count = 0;
    s->ops = s->init = s->own = 0;
    s->done = false;
    s->err.text[0] = '\0';
}

struct session *session_new(
    const struct environment *env, struct op_source *source, struct error *err) {
    struct session *s = xcalloc(1, sizeof *s);
    s->source = source;
    if (!world_make(&s->world, env, err)) {
        source->destroy(source);
        free(s);
        return NULL;
    }
    env_copy(&s->env, env);
    begin(s);
    return s;
}

void session_free(struct session *s) {
    if (!s)
        return;
    world_free(&s->world);
    loaded_free(s->loaded);
    if (s->source)
        s->source->destroy(s->source);
    if (s->console)
        s->console->destroy(s->console);
    env_free(&s->env);
    free(s->phases);
    free(s);
}

bool session_restart(struct session *s, const struct environment *env, struct error *err) {
    struct world fresh;
    if (!s->source)
        return error_set(
            err, "%s", _("this is a recording, and its workload is not at hand to run it again"));
    if (!world_make(&fresh, env, err))
        return false;
    world_free(&s->world);
    s->world = fresh;
    loaded_free(s->loaded); /* from here on it is a run */
    s->loaded = NULL;
    struct environment copy;
    env_copy(&copy, env); /* first: env may be this session's own */
    env_free(&s->env);
    s->env = copy;
    begin(s);
    return true;
}

void session_add_phase(struct session *s, uint64_t op, const char *text) {
    void *phases = s->phases;
    array_reserve(&phases, &s->phase_cap, s->phase_count + 1, sizeof *s->phases);
    s->phases = phases;
    s->phases[s->phase_count++] = (struct phase){op, text};
}

/* What the environment sets is not the workload's to change. */
static bool is_overruled(const struct session *s, enum op_code code) {
    return (s->env.gogc && code == OP_GOGC) ||
           (s->env.ps && (code == OP_PS || code == OP_ON || code == OP_INTERLEAVE));
}

/* Who makes the lines fed. */
static struct op_source *console_of(const struct session *s) {
    return s->console ? s->console : s->source;
}

/* The workload's operations, then those of lines fed. */
static bool next_op(struct session *s, struct op *op) {
    if (s->source->next(s->source, op, &s->err)) {
        if (op->id > s->last_object)
            s->last_object = op->id;
        return true;
    }
    return !s->err.text[0] && s->console && s->console->next(s->console, op, &s->err);
}

static const char *workload_name(const struct session *s) {
    if (script_in_console(console_of(s)))
        return CONSOLE_NAME;
    return s->source->name ? s->source->name : "workload";
}

/* Has the recording room for another operation? (One has a bounded number of events.) */
static bool has_room(struct session *s, const struct op *op) {
    uint64_t most = s->env.most_events ? s->env.most_events : LIMIT_EVENTS;
    char count[32];
    if (recording_count(s->world.recording) >= most)
        return error_set(&s->err,
            _("%s:%d: the recording is full: it has %s events, the most there can be"),
            workload_name(s), op->line, format_count(most, count, sizeof count));
    return true;
}

/* Runs an operation and counts it. False if it makes no sense here. */
static bool run(struct session *s, const struct op *op) {
    struct error err = {""};
    if (!has_room(s, op))
        return false;
    if (!program_start(s->world.program, op, &err))
        return error_set(&s->err, "%s:%d: %s", workload_name(s), op->line, err.text);
    s->ops++;
    return true;
}

/* What the environment has to say once there is a heap. False if that was the end. */
static bool run_own(struct session *s) {
    const struct environment *env = &s->env;
    s->init = s->ops - 1;
    if (env->seed[0] || env->seed[1])
        heap_seed(program_heap(s->world.program), env->seed[0], env->seed[1]);
    const struct op own[] = {
        {.code = OP_GOGC, .size = env->gogc < 0 ? UINT64_MAX : (uint64_t)env->gogc},
        {.code = OP_PS, .size = env->ps},
        {.code = OP_INTERLEAVE, .size = 1},
    };
    const bool wanted[] = {env->gogc != 0, env->ps >= 2, env->ps >= 2};
    bool ok = true;
    for (size_t i = 0; ok && i < ARRAY_LEN(own); i++)
        ok = !wanted[i] || run(s, &own[i]);
    s->own = s->ops - 1 - s->init;
    return ok;
}

/* Runs one operation; false if that was the end. */
static bool step(struct session *s) {
    struct op op;
    do {
        if (!next_op(s, &op))
            return false;
    } while (is_overruled(s, op.code));
    if (!run(s, &op))
        return false;
    if (op.code == OP_NOTE)
        session_add_phase(s, s->ops - 1, op.note);
    bool ended = program_ended(s->world.program);
    if (op.code == OP_INIT && !ended && !run_own(s))
        return false;
    return !program_ended(s->world.program);
}

uint64_t session_workload_op(const struct session *s, uint64_t op) {
    if (op <= s->init)
        return op;
    return op <= s->init + s->own ? s->init : op - s->own;
}

uint64_t session_recorded_op(const struct session *s, uint64_t n) {
    return n <= s->init ? n : n + s->own;
}

/* What Go took for an end of memory may have been this machine's alone: that is told first. */
static void tell_lack(struct session *s) {
    const struct error *lack = &s->world.os->lack;
    if (lack->text[0])
        error_set(&s->err, "%s: %s", workload_name(s), lack->text);
}

bool session_pump(struct session *s, uint64_t max_ops) {
    for (uint64_t i = 0; i < max_ops && !s->done; i++)
        s->done = !step(s);
    if (s->done && s->world.program) {
        program_settle(s->world.program);
        tell_lack(s);
    }
    if (s->done && s->err.text[0])
        script_forget(console_of(s));
    return !s->done;
}

bool session_feed(struct session *s, const char *lines, struct error *err) {
    if (!s->world.program)
        return error_set(err, "%s", _("this is a recording: nothing can be run after it"));
    if (!s->done)
        return error_set(err, "%s", _("the workload has not come to its end yet"));
    if (program_ended(s->world.program))
        return error_set(err, "%s", _("Go has ended the program: nothing can be run after that"));
    if (s->err.text[0] && !script_in_console(console_of(s)))
        return error_set(err, _("the workload has stopped: %s"), s->err.text);
    if (!s->console && !script_is(s->source)) {
        s->console = script_console(s->last_object);
        rewind_source(s->console, s->env.platform);
    }
    if (!script_feed(console_of(s), lines, err))
        return false;
    s->err.text[0] = '\0';
    s->done = false;
    return true;
}

const struct error *session_error(const struct session *s) {
    return &s->err;
}

const char *session_phase(const struct session *s, uint64_t op) {
    size_t low = 0, high = s->phase_count; /* phases below low begin at or before op */
    while (low < high) {
        size_t mid = low + (high - low) / 2;
        if (s->phases[mid].op <= op)
            low = mid + 1;
        else
            high = mid;
    }
    return low ? s->phases[low - 1].text : NULL;
}

const struct environment *session_env(const struct session *s) {
    return &s->env;
}

const struct recording *session_recording(const struct session *s) {
    return s->world.recording;
}

struct program *session_program(struct session *s) {
    return s->world.program;
}

struct session_world session_world(const struct session *s) {
    struct os *os = s->world.os;
    if (s->loaded)
        return s->loaded->found;
    return (struct session_world){
        .image_end = os->image_end, .brk = os->ops->brk(os), .phys_page_size = os->phys_page_size};
}

const char *session_provider(const struct session *s) {
    return s->loaded ? s->loaded->provider : s->world.os->ops->name;
}

const char *session_provider_why(const struct session *s) {
    return s->world.why.text;
}
