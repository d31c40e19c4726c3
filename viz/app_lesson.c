/*
 * The app: taking a lesson. A step opens with its script's run at the moment where it stops; the
 * run has gone to its end before, so that questions about what comes can be graded.
 */
#include "viz/app_internal.h"

#include <limits.h>
#include <stdio.h>
#include <string.h>

#include "viz/world.h"

enum { SCROLL = 120 }; /* design pixels that a key scrolls a step by */

static bool find_stop(struct app *app, uint64_t *seq, struct error *err) {
    const struct lesson_view *v = &app->lesson;
    struct scene *s = app->scene;
    scene_run_to(s, UINT64_MAX);
    if (session_error(s->session)->text[0])
        return error_set(err, "%s", session_error(s->session)->text);
    return lesson_step_stop(v->lesson, v->step, s->session, seq, err);
}

/* Pins what the step is about, and shows it where the step wants it shown. */
static bool point(struct app *app, struct scope *scope, struct error *err) {
    static const enum centre centres[] = {[SHOW_AS_SUGGESTED] = CENTRE_AUTO,
        [SHOW_PATH] = CENTRE_PATH,
        [SHOW_MAP] = CENTRE_MAP,
        [SHOW_CACHES] = CENTRE_CACHES,
        [SHOW_WASTE] = CENTRE_WASTE,
        [SHOW_RANGE] = CENTRE_RANGE,
        [SHOW_WHY] = CENTRE_WHY};
    const struct lesson_view *v = &app->lesson;
    const struct lesson_step *step = &v->lesson->steps[v->step];
    enum lesson_place place = step->zoom.place;
    uint64_t addr, size;
    app->centre = place && !step->show ? CENTRE_MAP : centres[step->show];
    if (!lesson_step_focus(v->lesson, v->step, scope, &app->scene->pinned, err))
        return false;
    if (place == ZOOM_EXPRESSION) {
        if (!lesson_step_zoom(v->lesson, v->step, scope, &addr, &size, err))
            return false;
        app_look_at(app, addr, size);
    } else if (place) {
        app_map_command(app, CMD_GO_SPACE + (int)(place - ZOOM_SPACE), 0);
    }
    return true;
}

/* The moment at which the step stops, and its words for that. */
static bool show_moment(struct app *app, struct error *err) {
    struct lesson_view *v = &app->lesson;
    struct scene *s = app->scene;
    uint64_t seq = 0;
    if (!find_stop(app, &seq, err) || !lesson_view_fill(v, s->session, seq, err))
        return false;
    app_seek(app, seq);
    struct scope scope = lesson_step_scope(v->lesson, v->step, s->session, seq);
    bool ok = point(app, &scope, err);
    scope_free(&scope);
    return ok;
}

/* Runs the step's script where lessons begin, or there with the other width. */
static bool open_run(struct app *app, struct error *err) {
    const struct lesson_view *v = &app->lesson;
    struct environment world;
    env_copy(&world, &app->home);
    if (v->other_width && lesson_step_any_width(v->lesson, v->step))
        world_other_width(&world);
    bool ok = scene_open_lesson(
        app->scene, v->lesson->steps[v->step].script, v->lesson->title, &world, err);
    env_free(&world);
    return ok;
}

/* Shows the step of app->lesson. */
static bool show_step(struct app *app, struct error *err) {
    struct lesson_view *v = &app->lesson;
    app->playing = false;
    app->lesson_scroll = 0;
    app->notice[0] = '\0'; /* it was about another run */
    app_close_pages(app);
    app_compare_end(app);
    if (!open_run(app, err))
        return false;
    app->owed = 0;
    if (!show_moment(app, err))
        return false;
    if (!app->teaching)
        progress_mark(&app->progress, v->lesson, v->step, STEP_SEEN);
    return true;
}

bool app_open_lesson(struct app *app, size_t lesson, size_t step, struct error *err) {
    if (lesson >= app->lesson_count)
        return error_set(err, _("there are only %zu lessons"), app->lesson_count);
    size_t steps = app->lessons[lesson]->step_count;
    if (step >= steps)
        return error_set(err, _("lesson %u has no step %zu, expected one of 1 to %zu"),
            lesson_number(app->lessons[lesson], lesson), step + 1, steps);
    if (app->lesson.number != lesson || !app->lesson.lesson)
        lesson_view_clear(&app->lesson);
    app->lesson.lesson = app->lesson.varied ? app->lesson.varied : app->lessons[lesson];
    app->lesson.number = lesson;
    app->lesson.step = step;
    app->ui.mouse_x = app->ui.mouse_y = -1; /* what it rests on is another thing now */
    return show_step(app, err);
}

void app_lesson_refill(struct app *app) {
    struct error err;
    uint64_t seq = 0;
    if (app->lesson.lesson && (!find_stop(app, &seq, &err) ||
                                  !lesson_view_fill(&app->lesson, app->scene->session, seq, &err)))
        app_notice(app, "%s", err.text);
    app->dirty = true;
}

void app_lesson_other_width(struct app *app) {
    struct lesson_view *v = &app->lesson;
    struct error err;
    if (!v->lesson || !lesson_step_any_width(v->lesson, v->step))
        return;
    v->other_width = !v->other_width;
    if (!show_moment(app, &err))
        app_notice(app, "%s", err.text);
}

static void go_lesson(struct app *app, size_t lesson, size_t step) {
    struct error err;
    if (!app_open_lesson(app, lesson, step, &err))
        app_notice(app, "%s", err.text);
}

/* The first lesson that has steps left to see; the first of all, if none has. */
static size_t first_unseen(const struct app *app) {
    for (size_t i = 0; i < app->lesson_count; i++)
        if (progress_sum(&app->progress, app->lessons[i]).seen < app->lessons[i]->step_count)
            return i;
    return 0;
}

static void go_next(struct app *app) {
    const struct lesson_view *v = &app->lesson;
    if (!v->lesson)
        go_lesson(app, first_unseen(app), 0);
    else if (v->step + 1 < v->lesson->step_count)
        go_lesson(app, v->number, v->step + 1);
    else if (v->number + 1 < app->lesson_count)
        go_lesson(app, v->number + 1, 0);
    else
        app_notice(app, "%s", _("That was the last step. Space plays on from here."));
}

static void go_back(struct app *app) {
    const struct lesson_view *v = &app->lesson;
    if (v->lesson && v->step)
        go_lesson(app, v->number, v->step - 1);
    else if (v->lesson && v->number)
        go_lesson(app, v->number - 1, app->lessons[v->number - 1]->step_count - 1);
}

/* The lesson with other values in its questions, at the same step. */
static void go_variant(struct app *app) {
    struct lesson_view *v = &app->lesson;
    struct error err;
    if (!v->lesson)
        return;
    struct lesson *varied = lesson_load_variant(v->lesson->path, v->variant + 1, &err);
    if (!varied) {
        app_notice(app, "%s", err.text);
        return;
    }
    lesson_free(v->varied);
    v->lesson = v->varied = varied;
    v->variant++;
    go_lesson(app, v->number, v->step);
}

/* --- Answers --- */

static void answer(struct app *app, const struct reply *reply) {
    struct error err;
    uint64_t seq = 0;
    if (!find_stop(app, &seq, &err) ||
        !lesson_view_answer(&app->lesson, app->scene->session, seq, reply, &err))
        app_notice(app, "%s", err.text);
    else if (!app->teaching)
        progress_mark(&app->progress, app->lesson.lesson, app->lesson.step,
            app->lesson.quiz.right ? STEP_RIGHT : STEP_WRONG);
    app->lesson_scroll = INT_MAX; /* what it leads to stands at the end */
    app->dirty = true;
}

/* Is there a question of that kind, waiting? */
static bool asks(const struct app *app, enum question_kind kind) {
    const struct quiz *q = &app->lesson.quiz;
    return app->lesson.lesson && q->question && !q->answered && q->question->kind == kind;
}

bool app_lesson_point(struct app *app, struct thing thing) {
    if (!asks(app, QUESTION_POINT) || thing.kind == THING_NONE)
        return false;
    answer(app, &(struct reply){.option = -1, .thing = thing});
    return true;
}

void app_lesson_refresh(struct app *app) {
    int64_t n;
    struct prompt *p = &app->prompt;
    p->bad = p->len && !question_number(p->text, &n);
    snprintf(
        p->answer, sizeof p->answer, "%s", p->bad ? _("A number, such as 48, 0x30 or 64KiB.") : "");
}

void app_lesson_typed(struct app *app, int direction) {
    struct reply reply = {.option = -1};
    (void)direction;
    if (!question_number(app->prompt.text, &reply.number))
        return;
    snprintf(app->lesson.quiz.typed, sizeof app->lesson.quiz.typed, "%.31s", app->prompt.text);
    prompt_close(&app->prompt);
    if (asks(app, QUESTION_NUMBER))
        answer(app, &reply);
}

/* A digit: the option, the beginning of the number, or, without a lesson, the lesson to open. */
static void digit(struct app *app, int64_t n) {
    char text[8] = "";
    size_t lesson;
    if (!app->lesson.lesson &&
        lessons_find(app->lessons, app->lesson_count, (uint64_t)n, &lesson, NULL))
        go_lesson(app, lesson, 0);
    else if (asks(app, QUESTION_PICK) && n >= 1 && n <= app->lesson.quiz.question->option_count)
        answer(app, &(struct reply){.option = (int)n - 1});
    else if (asks(app, QUESTION_NUMBER)) {
        if (n >= 1 && n <= 9)
            snprintf(text, sizeof text, "%d", (int)n);
        app_prompt_open(app, PROMPT_ANSWER, text);
    }
}

void app_lesson_watch(struct app *app) {
    struct lesson_view *v = &app->lesson;
    if (!v->lesson || app->scene->running)
        return;
    uint64_t before = v->quiz.looked_at;
    if (lesson_view_watch(v, app->scene->session) && !app->teaching)
        progress_mark(&app->progress, v->lesson, v->step, STEP_RIGHT);
    app->dirty |= v->quiz.looked_at != before;
}

void app_keep_progress(struct app *app) {
    struct error err;
    if (!app->progress_path || progress_write(&app->progress, app->progress_path, &err))
        return;
    app_notice(app, "%s", err.text);
    app->progress_path = NULL; /* not again with every tick; who owns the path may when it ends */
}

static void give_hint(struct app *app) {
    struct quiz *q = &app->lesson.quiz;
    if (app->lesson.lesson && q->question && q->hints_told < q->question->hint_count)
        q->hints_told++;
    app->lesson_scroll = INT_MAX;
    app->dirty = true;
}

void app_scroll_lesson(struct app *app, int by) {
    int most = app->ui.lesson_most, now = app->lesson_scroll < most ? app->lesson_scroll : most;
    app->lesson_scroll = now + by < 0 ? 0 : now + by;
}

bool app_lesson_command(struct app *app, enum command command, int64_t arg) {
    switch (command) {
    case CMD_LESSON_OPEN: go_lesson(app, (size_t)arg, 0); return true;
    case CMD_LESSON_CLOSE:
        lesson_view_clear(&app->lesson);
        app_close_pages(app);
        return true;
    case CMD_LESSON_NEXT: go_next(app); return true;
    case CMD_LESSON_BACK: go_back(app); return true;
    case CMD_LESSON_RESTART:
        if (app->lesson.lesson)
            go_lesson(app, app->lesson.number, 0);
        return true;
    case CMD_LESSON_DOWN: app_scroll_lesson(app, SCROLL); return true;
    case CMD_LESSON_UP: app_scroll_lesson(app, -SCROLL); return true;
    case CMD_ANSWER: digit(app, arg); return true;
    case CMD_ASK_AGAIN: go_variant(app); return true;
    case CMD_CHALLENGE_HINT: give_hint(app); return true;
    case CMD_TEACH: app->teaching = !app->teaching; return true;
    case CMD_PLAY: /* one key advances */
        if (app->teaching && app->lesson.lesson)
            go_next(app);
        return app->teaching && app->lesson.lesson;
    case CMD_FORGET_PROGRESS:
        progress_reset(&app->progress);
        app_notice(
            app, "%s", _("No lesson has been taken: what was seen and answered is forgotten."));
        return true;
    default: return false;
    }
}
