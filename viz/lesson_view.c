/* A lesson as it is being taken: see lesson_view.h. */
#include "viz/lesson_view.h"

static void quiz_clear(struct quiz *q) {
    markdown_free(&q->ask);
    for (int i = 0; i < MAX_OPTIONS; i++)
        markdown_free(&q->options[i]);
    for (int i = 0; i < MAX_WATCHED; i++)
        sb_free(&q->watched[i]);
    for (int i = 0; i < MAX_HINTS; i++)
        markdown_free(&q->hints[i]);
    markdown_free(&q->words);
    *q = (struct quiz){.picked = -1, .right_option = -1, .looked_at = UINT64_MAX};
}

void lesson_view_clear(struct lesson_view *v) {
    quiz_clear(&v->quiz);
    markdown_free(&v->prose);
    lesson_free(v->varied);
    *v = (struct lesson_view){.quiz = {.picked = -1}};
}

static bool fill_quiz(struct lesson_view *v, struct scope *scope, struct error *err) {
    const struct question *q = v->lesson->steps[v->step].question;
    const char *path = v->lesson->path;
    quiz_clear(&v->quiz);
    v->quiz.question = q;
    if (!q)
        return true;
    bool ok = question_check(q, path, scope, &v->quiz.right_option, err) &&
              prose_markdown(&q->ask, path, scope, &v->quiz.ask, err);
    for (int i = 0; ok && i < q->option_count; i++)
        ok = prose_markdown(&q->options[i].text, path, scope, &v->quiz.options[i], err);
    for (int i = 0; ok && i < q->hint_count; i++)
        ok = prose_markdown(&q->hints[i], path, scope, &v->quiz.hints[i], err);
    return ok;
}

bool lesson_view_fill(
    struct lesson_view *v, const struct session *session, uint64_t seq, struct error *err) {
    struct scope scope = lesson_step_scope(v->lesson, v->step, session, seq);
    markdown_free(&v->prose);
    bool ok =
        lesson_step_prose(v->lesson, v->step, &scope, &v->prose, err) && fill_quiz(v, &scope, err);
    scope_free(&scope);
    if (ok)
        lesson_view_watch(v, session);
    return ok;
}

bool lesson_view_watch(struct lesson_view *v, const struct session *session) {
    struct quiz *q = &v->quiz;
    uint64_t count = recording_count(session_recording(session));
    if (!q->question || q->question->kind != QUESTION_DO || q->looked_at == count)
        return false;
    struct error err;
    struct scope scope = lesson_step_scope(v->lesson, v->step, session, count);
    for (int i = 0; i < MAX_WATCHED; i++)
        sb_clear(&q->watched[i]);
    bool done = question_done(q->question, &scope, q->watched) && !q->answered;
    if (done) {
        q->answered = q->right = true;
        markdown_free(&q->words);
        prose_markdown(&q->question->why, v->lesson->path, &scope, &q->words, &err);
    }
    scope_free(&scope);
    q->looked_at = count;
    return done;
}

bool lesson_view_asks(const struct lesson_view *v) {
    const struct quiz *q = &v->quiz;
    return v->lesson && q->question && !q->answered && q->question->kind != QUESTION_DO;
}

bool lesson_view_answer(struct lesson_view *v, const struct session *session, uint64_t seq,
    const struct reply *reply, struct error *err) {
    struct grade grade = {0};
    struct scope scope = lesson_step_scope(v->lesson, v->step, session, seq);
    bool ok = question_grade(v->quiz.question, v->lesson->path, &scope, reply, &grade, err);
    scope_free(&scope);
    if (ok) {
        v->quiz.answered = true;
        v->quiz.right = grade.right;
        v->quiz.picked = reply->option;
        markdown_free(&v->quiz.words);
        v->quiz.words = markdown_parse(sb_text(&grade.words), grade.words.len);
    }
    sb_free(&grade.words);
    return ok;
}
