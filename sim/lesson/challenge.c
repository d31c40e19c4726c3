/*
 * A challenge in a terminal: the step's run goes on with the lines of a script that somebody types,
 * or begins again in another world, until it is where it is to be brought. It has a session of its
 * own; the lesson's next step runs its script anew.
 */
#include "sim/base/i18n.h"
#include "sim/lesson/columns.h"
#include "sim/lesson/terminal_parts.h"
#include "sim/work/script.h"

#include <string.h>

struct challenge {
    struct talk *talk;
    const struct lesson *lesson;
    size_t step;
    const struct environment *base;
    struct environment env; /* the world of the run */
    struct session *session;
    struct strbuf lines; /* of a repeat that has no end yet */
    int hints;           /* told */
    bool tried;          /* something was typed */
};

static const struct question *question_of(const struct challenge *c) {
    return c->lesson->steps[c->step].question;
}

/* --- The run --- */

static bool run(struct challenge *c, struct error *err) {
    while (session_pump(c->session, 1000))
        continue;
    if (session_error(c->session)->text[0])
        return error_set(err, "%s", session_error(c->session)->text);
    return true;
}

/* As in the step, which has run. */
static void begin(struct challenge *c) {
    struct error err;
    session_free(c->session);
    env_free(&c->env);
    c->env = (struct environment){0};
    c->session = lesson_session(c->lesson->steps[c->step].script, c->base, &c->env, &err);
    INVARIANT(c->session);
    INVARIANT(run(c, &err));
}

/* Applies "take hints 5" to env. False and err if the line is about something else. */
static bool read_world(const char *line, struct environment *env, struct error *err) {
    struct strbuf text = {0};
    struct op op;
    sb_printf(&text, "%s\n", line);
    struct op_source *source = script_parse(CONSOLE_NAME, sb_text(&text), err);
    sb_free(&text);
    if (!source)
        return false;
    source->ptr_size = env->platform->ptr_size;
    bool ok = true;
    while (ok && source->next(source, &op, err))
        ok = op.code == OP_INIT; /* every script has that */
    if (!ok)
        error_set(err, _("\"%s\" happens in a world; expected a line that changes it"), line);
    else
        script_environment(source, env);
    source->destroy(source);
    return ok;
}

/* The same run, with what was typed so far, in another world. */
static bool change_world(struct challenge *c, const char *line, struct error *err) {
    struct environment changed;
    env_copy(&changed, &c->env);
    bool ok = read_world(line, &changed, err) && session_restart(c->session, &changed, err);
    struct environment gone = ok ? c->env : changed;
    if (ok)
        c->env = changed;
    env_free(&gone);
    return ok && run(c, err);
}

/* --- What it has come to --- */

/* Tells what is watched; true if the challenge is done. */
static bool look(struct challenge *c) {
    const struct question *q = question_of(c);
    struct strbuf values[MAX_WATCHED] = {{0}};
    uint64_t end = recording_count(session_recording(c->session));
    struct scope scope = lesson_step_scope(c->lesson, c->step, c->session, end);
    struct error err;
    bool done = question_done(q, &scope, values);
    for (int i = 0; i < q->watched_count; i++) {
        const char *label = q->watched[i].label;
        fprintf(c->talk->out, "    %s%*s  %s\n", label, 32 - columns_of(label), "",
            sb_text(&values[i]));
        sb_free(&values[i]);
    }
    if (done) {
        fprintf(c->talk->out, "  %s\n", _("Done."));
        talk_prose(c->talk, &q->why, c->lesson->path, &scope, "  ", &err);
    } else if (scope_replica(&scope)->exited) {
        talk_text(c->talk, _("Go has ended the program: `again` begins anew."), "  ");
    }
    scope_free(&scope);
    return done;
}

static void give_hint(struct challenge *c) {
    const struct question *q = question_of(c);
    uint64_t end = recording_count(session_recording(c->session));
    struct scope scope = lesson_step_scope(c->lesson, c->step, c->session, end);
    struct error err;
    if (c->hints < q->hint_count)
        talk_prose(c->talk, &q->hints[c->hints++], c->lesson->path, &scope, "  ", &err);
    else
        talk_text(c->talk, _("There is no other hint."), "  ");
    scope_free(&scope);
}

/* --- Lines --- */

enum outcome_of_line { LINE_NOTHING, LINE_RAN, LINE_GIVEN_UP };

static enum outcome_of_line tell_error(struct challenge *c, const struct error *err) {
    talk_text(c->talk, err->text, "  ! ");
    return LINE_NOTHING;
}

/* A line of a script; a repeat runs when it has its end. */
static enum outcome_of_line feed(struct challenge *c, const char *line) {
    struct error err;
    sb_printf(&c->lines, "%s\n", line);
    if (script_open_repeats(sb_text(&c->lines)))
        return LINE_NOTHING;
    bool ok = session_feed(c->session, sb_text(&c->lines), &err) && run(c, &err);
    sb_clear(&c->lines);
    return ok ? LINE_RAN : tell_error(c, &err);
}

static enum outcome_of_line obey(struct challenge *c, const char *line) {
    struct error err;
    if (!c->lines.len && strcmp(line, "skip") == 0)
        return LINE_GIVEN_UP;
    if (!c->lines.len && strcmp(line, "hint") == 0) {
        give_hint(c);
        return LINE_NOTHING;
    }
    c->tried |= line[0] != '\0';
    if (strcmp(line, "again") == 0) {
        sb_clear(&c->lines);
        begin(c);
        return LINE_RAN;
    }
    if (!c->lines.len && strncmp(line, "world ", 6) == 0)
        return change_world(c, line + 6, &err) ? LINE_RAN : tell_error(c, &err);
    return feed(c, line);
}

/* Reads lines until it is done, given up, or the input ends. */
static bool play(struct challenge *c) {
    char line[LIMIT_TYPED];
    while (talk_line(c->talk, c->lines.len ? "…" : "›", line)) {
        enum outcome_of_line outcome = obey(c, line);
        if (outcome == LINE_GIVEN_UP)
            return false;
        if (outcome == LINE_RAN && look(c))
            return true;
    }
    return false;
}

void challenge_take(
    struct talk *t, const struct lesson *l, size_t step, const struct environment *base) {
    struct challenge c = {.talk = t, .lesson = l, .step = step, .base = base};
    begin(&c);
    if (!t->told_how)
        talk_text(t,
            _("Type lines of a script: they go on where the run has ended. `world` and a line of "
              "the world, such as `world take hints 3`: the run begins again in that one. Also: "
              "`hint`, `again` (from the beginning), `skip`."),
            "  ");
    t->told_how = true;
    look(&c);
    bool done = play(&c);
    t->right += done;
    t->asked += done || c.tried;
    sb_free(&c.lines);
    session_free(c.session);
    env_free(&c.env);
}
