/* How long a lesson takes: see minutes.h. All that is assumed about people stands here. */
#include "sim/lesson/minutes.h"

#include "sim/lesson/columns.h"

#include <string.h>

/* Technical prose, with a picture beside it that is looked at while reading: slower than the 240
 * words a minute of novels. Chinese is read at 400 to 500 characters a minute; the same share. */
static const double words_a_minute = 180, characters_a_minute = 300;

/* A line of code says as much as a sentence of a dozen words. */
static const double seconds_a_code_line = 4;

/* A step stands at a moment; what led to it is walked event by event with the arrow keys, a glance
 * at the picture each. Of many events nobody walks more than a few: the next stop shows the sum. */
static const double seconds_an_event = 2;
enum { EVENTS_WALKED = 5 };

/* To make up one's mind, when question and options are read. A number is worked out and typed, a
 * place is looked for and clicked; a challenge takes several lines, and a second try. */
static const double seconds_to_think[] = {
    [QUESTION_PICK] = 15, [QUESTION_NUMBER] = 30, [QUESTION_POINT] = 15, [QUESTION_DO] = 120};

static bool is_letter(uint32_t c) {
    return (c >= '0' && c <= '9') || ((c | 0x20) >= 'a' && (c | 0x20) <= 'z');
}

/* A word is what stands between blanks or Chinese, if a letter or a digit is in it. */
static void count_words(const char *text, struct lesson_measure *m) {
    bool in_word = false;
    while (*text) {
        uint32_t c = utf8_next(&text);
        m->characters += is_chinese(c);
        m->words += !in_word && is_letter(c);
        in_word = (in_word || is_letter(c)) && c > ' ' && !is_chinese(c);
    }
}

static unsigned count_lines(const char *text) {
    unsigned lines = 0;
    for (; *text; text += strspn(text, "\n")) {
        text += strcspn(text, "\n");
        lines++;
    }
    return lines;
}

static void count_markdown(const struct markdown *md, struct lesson_measure *m) {
    for (size_t i = 0; i < md->count; i++)
        if (md->blocks[i].kind == MD_CODE_BLOCK)
            m->code_lines += count_lines(sb_text(&md->blocks[i].text));
        else
            count_words(sb_text(&md->blocks[i].text), m);
}

static bool count_prose(const struct prose *p, const struct lesson *l, struct scope *scope,
    struct lesson_measure *m, struct error *err) {
    struct strbuf text = {0};
    bool ok = prose_fill(p, l->path, scope, &text, err);
    count_words(sb_text(&text), m);
    sb_free(&text);
    return ok;
}

static bool count_question(const struct question *q, const struct lesson *l, struct scope *scope,
    struct lesson_measure *m, struct error *err) {
    bool ok = count_prose(&q->ask, l, scope, m, err) && count_prose(&q->why, l, scope, m, err);
    for (int i = 0; ok && i < q->option_count; i++)
        ok = count_prose(&q->options[i].text, l, scope, m, err);
    m->questions++;
    m->minutes += seconds_to_think[q->kind] / 60;
    return ok;
}

/* Events from the stop before in the same run to this one, as far as somebody walks them. */
static unsigned count_events(const struct scope *scope) {
    uint64_t now = scope->seq[SCOPE_NOW], before = scope->seq[SCOPE_BEFORE];
    uint64_t between = now > before ? now - before : before - now;
    return between < EVENTS_WALKED ? (unsigned)between : EVENTS_WALKED;
}

static bool measure_step(const struct lesson *l, size_t i, const struct session *s,
    struct lesson_measure *m, struct error *err) {
    const struct lesson_step *step = &l->steps[i];
    struct markdown prose;
    uint64_t seq;
    if (!lesson_step_stop(l, i, s, &seq, err))
        return false;
    struct scope scope = lesson_step_scope(l, i, s, seq);
    bool ok = lesson_step_prose(l, i, &scope, &prose, err);
    count_words(step->title, m);
    count_markdown(&prose, m);
    markdown_free(&prose);
    m->events += count_events(&scope);
    ok = ok && (!step->question || count_question(step->question, l, &scope, m, err));
    scope_free(&scope);
    return ok;
}

bool lesson_measure(const struct lesson *l, const struct environment *base,
    struct lesson_measure *out, struct error *err) {
    struct session *s = NULL;
    struct markdown intro = lesson_intro(l);
    *out = (struct lesson_measure){.steps = (unsigned)l->step_count};
    count_words(l->title, out);
    count_markdown(&intro, out);
    markdown_free(&intro);
    bool ok = true;
    for (size_t i = 0; ok && i < l->step_count; i++)
        ok = lesson_step_run(l, i, base, &s, err) && measure_step(l, i, s, out, err);
    session_free(s);
    out->minutes += out->words / words_a_minute + out->characters / characters_a_minute +
                    (out->code_lines * seconds_a_code_line + out->events * seconds_an_event) / 60;
    return ok;
}

double minutes_tolerance(unsigned declared) {
    return declared > 5 ? declared / 5.0 : 1;
}
