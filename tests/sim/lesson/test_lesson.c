/*
 * Lessons: how they are read, and that the shipped ones are true. Each runs its scripts in the
 * simulated space; what its prose says is compared with the run.
 */
#include "sim/lesson/lesson.h"
#include "sim/lesson/source.h"

#include "sim/base/file.h"

#include <inttypes.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

/* --- A moment of a lesson --- */

struct moment {
    struct environment env;
    struct session *session;
    struct replica *r;
    uint64_t seq;
};

static void moment_open(struct moment *m, const struct lesson_step *step) {
    struct error err = {""};
    struct environment base = {
        .platform = platform_find("linux/amd64"), .provider = PROVIDER_MODEL, .seed = {1, 2}};
    *m = (struct moment){.r = replica_new()};
    m->session = lesson_step_session(step, &base, &m->env, &err);
    if (!m->session)
        fail_msg("%s", err.text);
    while (session_pump(m->session, 1000))
        ;
    assert_string_equal(session_error(m->session)->text, "");
    if (!lesson_stop_at(step, session_recording(m->session), &m->seq))
        fail_msg("step \"%s\" never comes to where it stops", step->title);
    recording_seek(session_recording(m->session), &m->r, m->seq);
}

static void moment_close(struct moment *m) {
    replica_free(m->r);
    session_free(m->session);
    env_free(&m->env);
}

/* The event that the step stops after. */
static const struct event *last_event(const struct moment *m) {
    assert_true(m->seq > 0);
    return recording_event(session_recording(m->session), m->seq - 1);
}

/* --- The shipped lessons --- */

struct shelf {
    struct lesson **lessons;
    size_t count;
};

static int open_shelf(void **state) {
    struct shelf *s = xcalloc(1, sizeof *s);
    struct error err = {""};
    if (!lessons_list(LANGUAGE_EN, &s->lessons, &s->count, &err))
        fail_msg("%s", err.text);
    *state = s;
    return 0;
}

static int close_shelf(void **state) {
    struct shelf *s = *state;
    lessons_free(s->lessons, s->count);
    free(s);
    return 0;
}

static const struct lesson_step *find_step(
    const struct shelf *s, size_t lesson, const char *title) {
    assert_true(lesson <= s->count);
    const struct lesson *l = s->lessons[lesson - 1];
    for (size_t i = 0; i < l->step_count; i++)
        if (strcmp(l->steps[i].title, title) == 0)
            return &l->steps[i];
    fail_msg("lesson %zu has no step \"%s\"", lesson, title);
    return NULL;
}

/* Lesson and step, its moment, and its prose. */
struct told {
    struct moment m;
    struct strbuf prose;
};

static void told_open(struct told *t, void **state, size_t lesson, const char *title) {
    const struct lesson_step *step = find_step(*state, lesson, title);
    const struct lesson *l = ((const struct shelf *)*state)->lessons[lesson - 1];
    struct error err;
    t->prose = (struct strbuf){0};
    assert_true(lesson_step_text(l, (size_t)(step - l->steps), NULL, &t->prose, &err));
    moment_open(&t->m, step);
}

static void told_close(struct told *t) {
    moment_close(&t->m);
    sb_free(&t->prose);
}

static void assert_says(const struct told *t, const char *words) {
    if (!strstr(t->prose.text, words))
        fail_msg("the prose does not say \"%s\":\n%s", words, t->prose.text);
}

static void assert_says_address(const struct told *t, uint64_t addr) {
    char text[32];
    snprintf(text, sizeof text, "0x%" PRIx64, addr);
    assert_says(t, text);
}

static void assert_says_size(const struct told *t, uint64_t bytes) {
    char text[32];
    assert_says(t, format_size(bytes, text, sizeof text));
}

/* Hints are written with all 12 digits. */
static void assert_says_hint(const struct told *t, uint64_t addr) {
    char text[32];
    snprintf(text, sizeof text, "0x%012" PRIx64, addr);
    assert_says(t, text);
}

static void both_lessons_are_there(void **state) {
    const struct shelf *s = *state;
    assert_int_equal(s->count, 2);
    assert_string_equal(s->lessons[0]->title, "The 64-bit start");
    assert_string_equal(s->lessons[1]->title, "When hints fail");
    for (size_t i = 0; i < s->count; i++)
        assert_true(s->lessons[i]->intro.line_count > 0 && s->lessons[i]->step_count >= 8);
}

static void every_step_comes_to_its_stop(void **state) {
    const struct shelf *s = *state;
    for (size_t i = 0; i < s->count; i++)
        for (size_t k = 0; k < s->lessons[i]->step_count; k++) {
            const struct lesson_step *step = &s->lessons[i]->steps[k];
            struct moment m;
            moment_open(&m, step);
            struct thing focus = lesson_step_focus(step, m.r, m.env.platform);
            assert_int_equal(focus.kind, step->focus.kind);
            moment_close(&m);
        }
}

static void code_that_steps_name_exists(void **state) {
    const struct shelf *s = *state;
    struct sources *sources = sources_open_at(".");
    for (size_t i = 0; i < s->count; i++)
        for (size_t k = 0; k < s->lessons[i]->step_count; k++) {
            const struct lesson_step *step = &s->lessons[i]->steps[k];
            assert_true(step->code_count > 0);
            for (size_t c = 0; c < step->code_count; c++) {
                const struct lesson_code *code = &step->codes[c];
                const struct source_function *f =
                    source_at(sources, source_find(sources, code->file, code->function));
                if (!f || strcmp(f->file, code->file) != 0)
                    fail_msg("%s, step \"%s\": %s defines no %s", s->lessons[i]->path, step->title,
                        code->file, code->function);
            }
        }
    sources_free(sources);
}

/* --- What they say is so --- */

static void the_three_sizes_are_the_plans(void **state) {
    struct told t;
    told_open(&t, state, 1, "Three sizes");
    const uint64_t *sizes = t.m.r->init.value[STEP_SIZES];
    for (int i = 0; i < 3; i++)
        assert_says_size(&t, sizes[i]);
    uint64_t total = sizes[0] + sizes[1] + sizes[2] + KiB(8);
    assert_int_equal(total, GiB(528) + MiB(512) + KiB(8));
    assert_says(&t, "528.5 GiB and 8 KiB");
    told_close(&t);
}

static void the_first_hint_is_checked_and_not_reserved(void **state) {
    struct told t;
    told_open(&t, state, 1, "Looked at, not taken");
    const struct attempt *first = &t.m.r->init.hints[0];
    assert_int_equal(first->outcome, OUTCOME_CHECKED);
    assert_int_equal(last_event(&t.m)->kind, EV_ATTEMPT);
    told_close(&t);
    told_open(&t, state, 1, "An address you can recognise");
    assert_says_hint(&t, 0xc000000000);
    assert_int_equal(t.m.r->init.value[STEP_HINTS][1], 0xc000000000);
    assert_int_equal(t.m.r->init.value[STEP_HINTS][2], HINT_COUNT);
    told_close(&t);
}

static void the_borders_are_where_lesson_1_says(void **state) {
    struct told t;
    told_open(&t, state, 1, "Spans, bitmap, arena");
    const struct replica *r = t.m.r;
    uint64_t spans = r->init.value[STEP_LAYOUT][0];
    assert_says_address(&t, spans);
    assert_says_address(&t, spans + r->init.value[STEP_SIZES][0]);
    assert_says_address(&t, r->heap[HEAP_arena_start]);
    assert_int_equal(r->heap[HEAP_bitmap], r->heap[HEAP_arena_start]);
    assert_int_equal(r->heap[HEAP_arena_reserved], 0);
    told_close(&t);
}

static void nothing_is_mapped_after_mallocinit(void **state) {
    struct told t;
    told_open(&t, state, 1, "Nothing is there yet");
    assert_int_equal(t.m.r->os_calls[EV_OS_MAP], 0);
    assert_int_equal(t.m.r->os_calls[EV_OS_ALLOC], 1);
    assert_int_equal(t.m.r->init.step, STEP_DONE);
    assert_says_size(&t, KiB(256));
    told_close(&t);
}

static void the_first_object_takes_five_calls(void **state) {
    struct told t;
    uint64_t before;
    told_open(&t, state, 1, "The first object climbs");
    const struct recording *rec = session_recording(t.m.session);
    assert_int_equal(t.m.r->os_calls[EV_OS_MAP], 3);
    before = t.m.r->os_calls[EV_OS_ALLOC];
    for (uint64_t i = 0; i < t.m.seq; i++) {
        const struct event *ev = recording_event(rec, i);
        if (ev->kind == EV_OS_MAP)
            assert_says_size(&t, ev->b);
    }
    /* The picture has all three solid. */
    assert_int_equal(rangemap_state(&t.m.r->ranges, 0xc000000000, NULL), RANGE_MAPPED);
    told_close(&t);
    told_open(&t, state, 1, "One page becomes 170 slots");
    assert_int_equal(t.m.r->os_calls[EV_OS_MAP], 3);
    assert_int_equal(t.m.r->os_calls[EV_OS_ALLOC], before + 2);
    assert_int_equal(t.m.r->ladder[RUNG_OS], 1);
    assert_says_address(&t, last_event(&t.m)->a);
    const struct rspan *s = replica_span(t.m.r, replica_span_of(t.m.r, last_event(&t.m)->a));
    assert_int_equal(s->nelems, 170);
    assert_int_equal(s->npages, 1);
    assert_int_equal(s->npages * KiB(8) - s->nelems * s->elemsize, 32);
    assert_int_equal(t.m.r->lists[LIST_FREE + 127].count, 1);
    assert_int_equal(replica_bitmap(t.m.r, 0) & 0xf, 1); /* of words 0 to 3 the first points */
    told_close(&t);
}

static void the_second_object_takes_none(void **state) {
    struct told t;
    told_open(&t, state, 1, "The second one costs nothing");
    assert_says_address(&t, last_event(&t.m)->a);
    assert_int_equal(t.m.r->ladder[RUNG_MCACHE], 1);
    assert_int_equal(t.m.r->ladder[RUNG_OS], 1);
    uint64_t calls = t.m.r->os_calls[EV_OS_MAP] + t.m.r->os_calls[EV_OS_ALLOC];
    recording_seek(session_recording(t.m.session), &t.m.r, UINT64_MAX);
    assert_int_equal(t.m.r->os_calls[EV_OS_MAP] + t.m.r->os_calls[EV_OS_ALLOC], calls);
    assert_int_equal(t.m.r->objects_born, 202);
    told_close(&t);
}

static void taken_hints_are_passed_by(void **state) {
    static const struct {
        const char *title;
        unsigned refused;
    } steps[] = {{"A hint is taken", 1}, {"Three in a row", 3}};
    for (size_t i = 0; i < ARRAY_LEN(steps); i++) {
        struct told t;
        told_open(&t, state, 2, steps[i].title);
        const struct attempt *hints = t.m.r->init.hints;
        for (unsigned k = 0; k < steps[i].refused; k++)
            assert_int_equal(hints[k].outcome, OUTCOME_REFUSED);
        assert_int_equal(hints[steps[i].refused].outcome, OUTCOME_CHECKED);
        assert_says_hint(&t, hints[steps[i].refused].answer);
        told_close(&t);
    }
}

static void on_arm64_the_plan_ends_beyond_39_bits(void **state) {
    struct told t;
    told_open(&t, state, 2, "A smaller world: arm64");
    const struct attempt *first = &t.m.r->init.hints[0];
    assert_int_equal(first->outcome, OUTCOME_CHECKED);
    assert_says_hint(&t, first->answer);
    assert_says_address(&t, first->answer + first->size);
    assert_true(first->answer + first->size > UINT64_C(1) << 39);
    told_close(&t);
}

static void a_64_bit_heap_can_lie_behind_the_image(void **state) {
    struct told t;
    told_open(&t, state, 2, "All 128 refused");
    for (unsigned k = 0; k < HINT_COUNT; k++)
        assert_int_equal(t.m.r->init.hints[k].outcome, OUTCOME_REFUSED);
    told_close(&t);
    told_open(&t, state, 2, "The 32-bit plan on 64 bits");
    const struct attempt *a = &t.m.r->init.fallbacks[0];
    assert_int_equal(a->outcome, OUTCOME_CHECKED);
    assert_says_address(&t, a->answer);
    assert_says_address(&t, t.m.r->init.value[STEP_FALLBACK][1]);
    assert_int_equal(a->size, GiB(17) + KiB(8));
    recording_seek(session_recording(t.m.session), &t.m.r, UINT64_MAX);
    assert_says_address(&t, t.m.r->heap[HEAP_arena_start]);
    told_close(&t);
}

static void the_32_bit_plan_begins_behind_image_or_break(void **state) {
    struct told t;
    told_open(&t, state, 2, "Right behind the image");
    const struct attempt *a = &t.m.r->init.fallbacks[0];
    assert_int_equal(a->outcome, OUTCOME_GRANTED);
    assert_int_equal(a->size, MiB(770) + KiB(8));
    assert_says_address(&t, a->answer);
    assert_says_address(&t, t.m.env.platform->image_end);
    told_close(&t);
    told_open(&t, state, 2, "The break is in the way");
    assert_says_address(&t, t.m.r->init.value[STEP_BREAK_CHECK][1]);
    assert_says_address(&t, t.m.r->init.fallbacks[0].answer);
    told_close(&t);
}

static void a_limit_shrinks_the_arena_alone(void **state) {
    struct told t;
    told_open(&t, state, 2, "Smaller and smaller");
    const struct attempt *a = t.m.r->init.fallbacks;
    assert_says_size(&t, t.m.env.model.address_limit);
    for (int i = 0; i < 3; i++) {
        assert_int_equal(a[i].outcome, i < 2 ? OUTCOME_REFUSED : OUTCOME_GRANTED);
        assert_says_size(&t, a[i].size - KiB(8));
    }
    told_close(&t);
    told_open(&t, state, 2, "A heap that begins at zero");
    const struct replica *r = t.m.r;
    assert_int_equal(r->heap[HEAP_arena_start], 0);
    assert_says_address(&t, r->heap[HEAP_arena_used]);
    assert_int_equal(r->heap[HEAP_bitmap_mapped], MiB(24) + KiB(256));
    assert_says(&t, "24.25 MiB");
    assert_int_equal(round_up(r->heap[HEAP_spans_len] * 4, KiB(4)), KiB(196));
    assert_says(&t, "196 KiB");
    told_close(&t);
}

static void without_any_room_go_ends_in_its_own_words(void **state) {
    struct told t;
    char text[256];
    told_open(&t, state, 2, "No plan left");
    assert_true(t.m.r->exited);
    assert_int_equal(t.m.r->status, 2);
    assert_int_equal(t.m.r->init.fallbacks[3].outcome, OUTCOME_REFUSED);
    const struct recording *rec = session_recording(t.m.session);
    for (uint64_t i = 0; i < t.m.seq; i++)
        if (recording_event(rec, i)->kind == EV_MESSAGE) {
            assert_says(&t, message_text(recording_event(rec, i), text, sizeof text));
            break;
        }
    told_close(&t);
}

/* --- Reading --- */

#define SCRIPT                                                                                     \
    "```arena\ninit\nphase \"One\"\na = alloc 48\nb = alloc 48\nphase \"Two\"\n"                   \
    "c = alloc 48\n```\n"

static struct lesson *parse(const char *text, struct error *err) {
    return lesson_parse("l.md", text, strlen(text), err);
}

static struct lesson *parse_good(const char *text) {
    struct error err = {""};
    struct lesson *l = parse(text, &err);
    if (!l)
        fail_msg("%s", err.text);
    return l;
}

static void scripts_and_views_are_no_prose(void **state) {
    (void)state;
    struct lesson *l = parse_good("# T\n\nIntro.\n\n## S\n\nBefore.\n\n" SCRIPT
                                  "\n<!-- view\nstop end\nshow arena\ncode a/b.c:f\n-->\n"
                                  "<!-- a remark -->\n<!-- a long\nremark\n-->\n\nAfter.\n\n"
                                  "```\n## code, no step\n```\n");
    struct strbuf text = {0};
    struct error err;
    assert_string_equal(l->title, "T");
    assert_int_equal(l->step_count, 1);
    assert_true(lesson_step_text(l, 0, NULL, &text, &err));
    assert_string_equal(text.text, "Before.\n\nAfter.\n\n## code, no step");
    assert_int_equal(l->steps[0].show, SHOW_ARENA);
    assert_string_equal(l->steps[0].codes[0].file, "a/b.c");
    assert_string_equal(l->steps[0].codes[0].function, "f");
    sb_free(&text);
    lesson_free(l);
}

static void a_step_goes_on_with_the_script_before(void **state) {
    (void)state;
    struct lesson *l = parse_good("# T\n## A\na\n" SCRIPT "<!-- view\nstop end\n-->\n"
                                  "## B\nb\n<!-- view\nstop start\n-->\n"
                                  "## C\nc\n```arena show\ninit\n```\n<!-- view\nstop end\n-->\n");
    assert_ptr_equal(l->steps[0].script, l->steps[1].script);
    assert_ptr_not_equal(l->steps[1].script, l->steps[2].script);
    struct markdown md;
    struct error err;
    assert_true(lesson_step_prose(l, 1, NULL, &md, &err));
    assert_int_equal(md.count, 1);
    markdown_free(&md);
    assert_true(lesson_step_prose(l, 2, NULL, &md, &err));
    assert_int_equal(md.count, 2);
    assert_int_equal(md.blocks[1].kind, MD_CODE_BLOCK);
    markdown_free(&md);
    lesson_free(l);
}

static uint64_t stop_of(const char *stop, const struct event **last, bool *reached) {
    static struct event none;
    struct strbuf text = {0};
    sb_printf(&text, "# T\n## S\ns\n" SCRIPT "<!-- view\nstop %s\n-->\n", stop);
    struct lesson *l = parse_good(text.text);
    struct environment env,
        base = {.platform = platform_find("linux/amd64"), .provider = PROVIDER_MODEL};
    struct error err = {""};
    struct session *s = lesson_step_session(&l->steps[0], &base, &env, &err);
    assert_non_null(s);
    while (session_pump(s, 1000))
        ;
    uint64_t seq = 0;
    const struct recording *rec = session_recording(s);
    *reached = lesson_stop_at(&l->steps[0], rec, &seq);
    none = seq ? *recording_event(rec, seq - 1) : (struct event){0};
    *last = &none;
    session_free(s);
    env_free(&env);
    lesson_free(l);
    sb_free(&text);
    return seq;
}

static void stops_are_found_by_what_happens(void **state) {
    (void)state;
    static const struct {
        const char *stop;
        unsigned kind;
        uint64_t x;
    } cases[] = {
        {"step hint loop", EV_STEP, 0},
        {"hint 0", EV_ATTEMPT, 0},
        {"object", EV_OBJECT, 1},
        {"object 2", EV_OBJECT, 2},
        {"object 3", EV_OBJECT, 3},
        {"object 1 in \"Two\"", EV_OBJECT, 3},
        {"op end 1", EV_OP_END, 0},
        {"start in \"One\"", EV_OP_END, 1},
        {"end in \"One\"", EV_OP_END, 3},
        {"start in \"Two\"", EV_OP_END, 4},
        {"end in \"Two\"", EV_OP_END, 5},
        {"end", EV_OP_END, 5},
    };
    const struct event *last;
    bool reached;
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        stop_of(cases[i].stop, &last, &reached);
        if (!reached || last->kind != cases[i].kind || last->x != cases[i].x)
            fail_msg(
                "stop %s: %d, %s %u", cases[i].stop, reached, event_kind_name(last->kind), last->x);
    }
    assert_int_equal(stop_of("start", &last, &reached), 0);
    assert_true(reached);
    stop_of("hint 1", &last, &reached);
    assert_false(reached);
    stop_of("object 3 in \"One\"", &last, &reached);
    assert_false(reached);
    stop_of("arena 512MiB", &last, &reached);
    assert_false(reached);
}

/* While the run is not over its end is not known; what has happened is. */
static void a_growing_run_has_no_end_yet(void **state) {
    (void)state;
    struct lesson *l = parse_good("# T\n## S\ns\n" SCRIPT "<!-- view\nstop end\n-->\n"
                                  "## B\nb\n<!-- view\nstop object 1\n-->\n");
    struct moment m;
    moment_open(&m, &l->steps[0]);
    const struct recording *rec = session_recording(m.session);
    struct recording *part = recording_new();
    uint64_t count = recording_count(rec), seq, object = 0;
    for (uint64_t i = 0; i < count; i++) {
        assert_false(lesson_stop_at(&l->steps[0], part, &seq));
        bool seen = lesson_stop_at(&l->steps[1], part, &seq);
        assert_int_equal(seen, object != 0);
        if (recording_event(rec, i)->kind == EV_OBJECT && !object)
            object = i + 1;
        recording_append(part, recording_event(rec, i));
    }
    assert_true(lesson_stop_at(&l->steps[0], part, &seq));
    assert_int_equal(seq, count);
    assert_true(lesson_stop_at(&l->steps[1], part, &seq));
    assert_int_equal(seq, object);
    recording_free(part);
    moment_close(&m);
    lesson_free(l);
}

static struct thing focus_of(const char *focus) {
    struct strbuf text = {0};
    struct moment m;
    sb_printf(&text, "# T\n## S\ns\n" SCRIPT "<!-- view\nstop end\nfocus %s\n-->\n", focus);
    struct lesson *l = parse_good(text.text);
    moment_open(&m, &l->steps[0]);
    struct thing t = lesson_step_focus(&l->steps[0], m.r, m.env.platform);
    moment_close(&m);
    lesson_free(l);
    sb_free(&text);
    return t;
}

static void the_focus_is_a_thing_of_that_moment(void **state) {
    (void)state;
    struct thing t = focus_of("hint 3");
    assert_true(t.kind == THING_HINT && t.index == 3);
    t = focus_of("arena 128MiB");
    assert_true(t.kind == THING_FALLBACK && t.index == 2);
    t = focus_of("step layout");
    assert_true(t.kind == THING_STEP && t.index == STEP_LAYOUT);
    t = focus_of("region bitmap");
    assert_true(t.kind == THING_REGION && t.index == REGION_BITMAP);
    t = focus_of("page 5");
    assert_true(t.kind == THING_PAGE && t.addr == 0xc420000000 + 5 * KiB(8));
    t = focus_of("slot 0 2");
    assert_true(t.kind == THING_SLOT && t.addr == 0xc420000060 && t.size == 48 && t.index != 0);
}

static void what_is_wrong_is_named_with_its_line(void **state) {
    (void)state;
#define STEP "# T\n## S\ns\n```arena\ninit\n```\n<!-- view\n"
    static const struct {
        const char *text, *error;
    } cases[] = {
        {"", "l.md:1: the lesson has no title"},
        {"text\n# T\n", "l.md:2: text stands before the title"},
        {"# T\n# U\n", "l.md:2: a second title"},
        {"# T\n\nintro\n", "l.md:3: the lesson has no steps"},
        {"# T\n## S\n", "l.md:2: the step says nothing"},
        {"# T\n## S\ns\n", "l.md:2: the step stops nowhere"},
        {"# T\n## S\ns\n<!-- view\nstop end\n-->\n", "l.md:2: the step has nothing to run"},
        {"# T\n```arena\ninit\n```\n", "l.md:2: a script before the first step"},
        {"# T\n<!-- view\n-->\n", "l.md:2: a view before the first step"},
        {"# T\n## S\n```arena\ninit\n", "l.md:3: the block is not closed"},
        {"# T\n## S\n```arena loud\n```\n", "l.md:3: unknown words after `arena`"},
        {"# T\n## S\n```arena\n\ninit\nallocate 5\n```\n", "l.md:6: "},
        {STEP "stop end\n", "l.md:7: the comment is not closed"},
        {STEP "stop end\nstop end\n-->\n", "l.md:9: this step stops on line 8 already"},
        {STEP "stop end\n-->\n```arena\ninit\n```\n", "l.md:10: the step has a second script"},
        {STEP "halt\n-->\n", "l.md:8: \"halt\" is no directive; expected stop, focus"},
        {STEP "stop\n-->\n", "l.md:8: \"\" is no place to stop"},
        {STEP "stop hint 128\n-->\n", "l.md:8: \"128\" is no hint; expected 0 to 127"},
        {STEP "stop step nowhere\n-->\n", "l.md:8: \"nowhere\" is no step of mallocinit"},
        {STEP "stop arena 64MiB\n-->\n", "l.md:8: \"64MiB\" is no arena of the 32-bit plan"},
        {STEP "stop object 0\n-->\n", "l.md:8: \"0\" is no count"},
        {STEP "stop end in \"\"\n-->\n", "l.md:8: `in \"\"` names no phase"},
        {STEP "stop end in \"Three\"\n-->\n", "l.md:8: the step's script has no phase \"Three\""},
        {STEP "focus moon\n-->\n", "l.md:8: \"moon\" cannot be pinned"},
        {STEP "focus region stack\n-->\n", "l.md:8: \"stack\" is no region"},
        {STEP "focus slot 1\n-->\n", "l.md:8: \"\" is no slot"},
        {STEP "show all\n-->\n", "l.md:8: \"all\" cannot be shown"},
        {STEP "code malloc.c\n-->\n", "l.md:8: \"malloc.c\" names no code"},
    };
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        struct error err = {""};
        struct lesson *l = parse(cases[i].text, &err);
        if (l || strncmp(err.text, cases[i].error, strlen(cases[i].error)) != 0)
            fail_msg("expected \"%s...\", got \"%s\"", cases[i].error, err.text);
        if (strchr(err.text, '\n'))
            fail_msg("more than one line: %s", err.text);
    }
    struct error err = {""};
    assert_null(lesson_parse("l.md", "# T\n\0\n", 6, &err));
    assert_string_equal(err.text, "l.md:2: a zero byte; expected text in UTF-8");
    assert_null(lesson_load("no/such/lesson.md", &err));
    assert_non_null(strstr(err.text, "no/such/lesson.md"));
}

/* --- Languages --- */

/* Do the two lessons differ in words alone? */
static void assert_same_lesson(const struct lesson *a, const struct lesson *b) {
    assert_int_equal(a->step_count, b->step_count);
    for (size_t i = 0; i < a->step_count; i++) {
        const struct lesson_step *x = &a->steps[i], *y = &b->steps[i];
        assert_string_not_equal(x->title, y->title);
        /* Empty lines stand for what is above a script in its file. */
        assert_string_equal(x->script->text + strspn(x->script->text, "\n"),
            y->script->text + strspn(y->script->text, "\n"));
        assert_int_equal(x->stop.kind, y->stop.kind);
        assert_int_equal(x->stop.value, y->stop.value);
        assert_int_equal(x->stop.count, y->stop.count);
        assert_int_equal(x->stop.phase, y->stop.phase);
        assert_int_equal(x->focus.kind, y->focus.kind);
        assert_int_equal(x->focus.index, y->focus.index);
        assert_int_equal(x->show, y->show);
        assert_int_equal(x->code_count, y->code_count);
        for (size_t c = 0; c < x->code_count; c++)
            assert_string_equal(x->codes[c].function, y->codes[c].function);
    }
}

static void chinese_lessons_are_the_english_ones_in_other_words(void **state) {
    const struct shelf *english = *state;
    struct lesson **chinese;
    size_t count;
    struct error err = {""};
    assert_true(lessons_list(LANGUAGE_ZH, &chinese, &count, &err));
    assert_int_equal(count, english->count);
    for (size_t i = 0; i < count; i++) {
        if (strcmp(english->lessons[i]->path, chinese[i]->path) == 0)
            fail_msg("%s is not there in Chinese", chinese[i]->path);
        assert_same_lesson(english->lessons[i], chinese[i]);
    }
    lessons_free(chinese, count);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(both_lessons_are_there),
        cmocka_unit_test(every_step_comes_to_its_stop),
        cmocka_unit_test(code_that_steps_name_exists),
        cmocka_unit_test(the_three_sizes_are_the_plans),
        cmocka_unit_test(the_first_hint_is_checked_and_not_reserved),
        cmocka_unit_test(the_borders_are_where_lesson_1_says),
        cmocka_unit_test(nothing_is_mapped_after_mallocinit),
        cmocka_unit_test(the_first_object_takes_five_calls),
        cmocka_unit_test(the_second_object_takes_none),
        cmocka_unit_test(taken_hints_are_passed_by),
        cmocka_unit_test(on_arm64_the_plan_ends_beyond_39_bits),
        cmocka_unit_test(a_64_bit_heap_can_lie_behind_the_image),
        cmocka_unit_test(the_32_bit_plan_begins_behind_image_or_break),
        cmocka_unit_test(a_limit_shrinks_the_arena_alone),
        cmocka_unit_test(without_any_room_go_ends_in_its_own_words),
        cmocka_unit_test(scripts_and_views_are_no_prose),
        cmocka_unit_test(a_step_goes_on_with_the_script_before),
        cmocka_unit_test(stops_are_found_by_what_happens),
        cmocka_unit_test(a_growing_run_has_no_end_yet),
        cmocka_unit_test(the_focus_is_a_thing_of_that_moment),
        cmocka_unit_test(what_is_wrong_is_named_with_its_line),
        cmocka_unit_test(chinese_lessons_are_the_english_ones_in_other_words),
    };
    return cmocka_run_group_tests(tests, open_shelf, close_shelf);
}
