/* Lessons: how they are read, and where their steps stop. The shipped ones have test_course.c. */
#include "sim/lesson/lesson.h"
#include "sim/lesson/source.h"

#include "sim/base/file.h"
#include "sim/base/limits.h"
#include "tests/sim/scratch.h"

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
    m->session = lesson_session(step->script, &base, &m->env, &err);
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

/* --- Reading --- */

#define SCRIPT                                                                                     \
    "```arena\ninit\nphase \"One\"\na = alloc 48\nb = alloc 48\nphase \"Two\"\n"                   \
    "c = alloc 48\n```\n"

#define ONE_STEP "## S\ns\n" SCRIPT "<!-- view\nstop end\n-->\n"

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
                                  "\n<!-- view\nstop end\nshow caches\ncode a/b.c:f\n-->\n"
                                  "<!-- a remark -->\n<!-- a long\nremark\n-->\n\nAfter.\n\n"
                                  "```\n## code, no step\n```\n");
    struct strbuf text = {0};
    struct error err;
    assert_string_equal(l->title, "T");
    assert_int_equal(l->step_count, 1);
    assert_true(lesson_step_text(l, 0, NULL, &text, &err));
    assert_string_equal(text.text, "Before.\n\nAfter.\n\n## code, no step");
    assert_int_equal(l->steps[0].show, SHOW_CACHES);
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
    struct session *s = lesson_session(l->steps[0].script, &base, &env, &err);
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
    stop_of("hint 5 in \"Two\"", &last, &reached);
    assert_false(reached);
}

/* A stop's words are of the last kind that they begin with. */
static void a_kinds_name_that_begins_with_anothers_comes_later(void **state) {
    (void)state;
    for (unsigned i = 0; i < EV_COUNT; i++)
        for (unsigned k = i + 1; k < EV_COUNT; k++) {
            const char *earlier = event_kind_name(i), *later = event_kind_name(k);
            size_t len = strlen(later);
            if (strncmp(earlier, later, len) == 0 && (earlier[len] == ' ' || !earlier[len]))
                fail_msg("`%s` would be taken for `%s`", earlier, later);
        }
}

/* A system call's moment has what came of it. */
static void a_stop_at_a_system_call_is_past_its_outcome(void **state) {
    (void)state;
    const struct event *last;
    bool reached;
    uint64_t seq = stop_of("map", &last, &reached);
    assert_true(reached && seq > 0);
    assert_int_equal(last->kind, EV_RANGE);
    seq = stop_of("alloc 1", &last, &reached);
    assert_true(reached && seq > 0);
    assert_true(last->kind == EV_RANGE || last->kind == EV_STAT_ADD);
}

static void a_run_may_end_before_its_script(void **state) {
    (void)state;
    struct lesson *l = parse_good("# T\n## S\ns\n```arena\nlimit memory 2MiB\na = alloc 8MiB\n"
                                  "b = alloc 8\n```\n<!-- view\nstop end\n-->\n"
                                  "## E\ne\n<!-- view\nstop object 1\n-->\n");
    struct environment world = lesson_world(l);
    struct session *s = NULL;
    struct error err = {""};
    uint64_t seq = 0;
    assert_true(lesson_step_run(l, 0, &world, &s, &err));
    assert_true(lesson_step_stop(l, 0, s, &seq, &err));
    assert_int_equal(seq, recording_count(session_recording(s)));
    struct session *same = s;
    assert_true(lesson_step_run(l, 1, &world, &s, &err));
    assert_ptr_equal(s, same);
    assert_false(lesson_step_stop(l, 1, s, &seq, &err));
    assert_string_equal(err.text, "l.md:15: the run never comes to where the step stops");
    struct scope scope = lesson_step_scope(l, 0, s, seq);
    assert_int_equal(scope.seq[SCOPE_AFTER], recording_count(session_recording(s)));
    scope_free(&scope);
    assert_true(lesson_step_run(l, 0, &world, &s, &err)); /* again, from the beginning */
    assert_true(lesson_step_stop(l, 0, s, &seq, &err));
    session_free(s);
    lesson_free(l);
}

static void a_long_run_is_run_whole(void **state) {
    (void)state;
    struct lesson *l = parse_good("# T\n## S\n{objects_born}\n```arena\nrepeat 1200\nalloc 8\nend\n"
                                  "```\n<!-- view\nstop end\n-->\n");
    struct environment world = lesson_world(l);
    struct session *s = NULL;
    struct error err = {""};
    uint64_t seq;
    assert_true(lesson_step_run(l, 0, &world, &s, &err));
    assert_true(lesson_step_stop(l, 0, s, &seq, &err));
    assert_int_equal(recording_head(session_recording(s))->objects_born, 1200);
    session_free(s);
    lesson_free(l);
}

static void a_run_that_makes_no_sense_is_told(void **state) {
    (void)state;
    struct lesson *l = parse_good("# T\n## S\ns\n```arena\na = alloc 8\ndrop a\na.0 = nil\n"
                                  "```\n<!-- view\nstop end\n-->\n");
    struct environment world = lesson_world(l);
    struct session *s = NULL;
    struct error err = {""};
    assert_false(lesson_step_run(l, 0, &world, &s, &err));
    assert_non_null(strstr(err.text, "l.md:7: "));
    session_free(s);
    lesson_free(l);
}

static void a_lesson_has_the_world_of_its_platforms(void **state) {
    (void)state;
    static const struct {
        const char *front, *platform;
        bool any;
    } cases[] = {{"", "linux/amd64", false}, {"---\nplatforms: 64\n---\n", "linux/amd64", false},
        {"---\nplatforms: 32\n---\n", "linux/386", false},
        {"---\nplatforms: both\n---\n", "linux/amd64", true}};
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        struct strbuf text = {0};
        sb_printf(&text, "%s# T\n" ONE_STEP, cases[i].front);
        struct lesson *l = parse_good(text.text);
        assert_string_equal(lesson_world(l).platform->name, cases[i].platform);
        assert_int_equal(lesson_step_any_width(l, 0), cases[i].any);
        sb_free(&text);
        lesson_free(l);
    }
    struct lesson *l = parse_good("---\nplatforms: both\n---\n# T\n## S\ns\n```arena\n"
                                  "platform linux/arm\ninit\n```\n<!-- view\nstop end\n-->\n");
    assert_false(lesson_step_any_width(l, 0)); /* the script says which */
    lesson_free(l);
}

static void a_world_that_cannot_be_is_told(void **state) {
    (void)state;
    struct lesson *l = parse_good("# T\n" ONE_STEP);
    struct environment world = lesson_world(l);
    world.model.image_end = 1; /* before the image begins */
    struct session *s = NULL;
    struct error err = {""};
    assert_false(lesson_step_run(l, 0, &world, &s, &err));
    assert_null(s);
    assert_string_not_equal(err.text, "");
    lesson_free(l);
}

static void an_object_has_no_address_before_it_has_been_allocated(void **state) {
    (void)state;
    struct lesson *l = parse_good("# T\n## S\n{a}\n" SCRIPT "<!-- view\nstop op 3\n-->\n");
    struct environment world = lesson_world(l);
    struct session *s = NULL;
    struct error err = {""};
    struct strbuf text = {0};
    uint64_t seq;
    assert_true(lesson_step_run(l, 0, &world, &s, &err));
    assert_true(lesson_step_stop(l, 0, s, &seq, &err));
    struct scope scope = lesson_step_scope(l, 0, s, seq); /* a's allocation has begun */
    assert_false(lesson_step_text(l, 0, &scope, &text, &err));
    assert_string_equal(err.text, "l.md:3: {a}: `a` has not been allocated yet at this moment");
    scope_free(&scope);
    session_free(s);
    sb_free(&text);
    lesson_free(l);
}

/* Lines that are typed after the script's give no names to the lesson. */
static void a_run_may_go_on_after_its_script(void **state) {
    (void)state;
    struct lesson *l =
        parse_good("# T\n## S\n{a.size} {objects_born}\n" SCRIPT "<!-- view\nstop end\n-->\n");
    struct environment world = lesson_world(l);
    struct session *s = NULL;
    struct error err = {""};
    struct strbuf text = {0};
    assert_true(lesson_step_run(l, 0, &world, &s, &err));
    assert_true(session_feed(s, "d = alloc 48\n", &err));
    while (session_pump(s, 1000))
        continue;
    uint64_t end = recording_count(session_recording(s));
    struct scope scope = lesson_step_scope(l, 0, s, end);
    if (!lesson_step_text(l, 0, &scope, &text, &err))
        fail_msg("%s", err.text);
    assert_string_equal(text.text, "48 B 4");
    scope_free(&scope);
    session_free(s);
    sb_free(&text);
    lesson_free(l);
}

/* While the run is not over its end is not known; what has happened is. */
static void a_growing_run_has_no_end_yet(void **state) {
    (void)state;
    struct lesson *l = parse_good("# T\n## S\ns\n" SCRIPT "<!-- view\nstop end\n-->\n"
                                  "## B\nb\n<!-- view\nstop object 1\n-->\n"
                                  "## C\nc\n<!-- view\nstop start in \"Two\"\n-->\n"
                                  "## D\nd\n<!-- view\nstop map\n-->\n");
    struct moment m;
    moment_open(&m, &l->steps[0]);
    const struct recording *rec = session_recording(m.session);
    struct recording *part = recording_new();
    uint64_t count = recording_count(rec), seq, object = 0, map = 0;
    unsigned phases = 0; /* begun */
    for (uint64_t i = 0; i < count; i++) {
        assert_false(lesson_stop_at(&l->steps[0], part, &seq));
        bool seen = lesson_stop_at(&l->steps[1], part, &seq);
        assert_int_equal(seen, object != 0);
        seen = lesson_stop_at(&l->steps[2], part, &seq);
        assert_int_equal(seen, phases == 2);
        seen = lesson_stop_at(&l->steps[3], part, &seq);
        assert_int_equal(seen, map != 0);
        assert_true(!seen || (seq >= map && seq <= i)); /* at first what came of it is not there */
        const struct event *ev = recording_event(rec, i);
        if (ev->kind == EV_OBJECT && !object)
            object = i + 1;
        if (ev->kind == EV_OS_MAP && !map)
            map = i + 1;
        phases += ev->kind == EV_OP_END && ev->w == OP_NOTE;
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

/* What a view of these directives, at the end of the run, points at. */
struct aim {
    bool ok;
    struct thing focus;
    uint64_t addr, size; /* of the zoom */
    struct error err;
};

static struct aim aim_of(const char *directives) {
    struct strbuf text = {0};
    struct moment m;
    struct aim aim = {0};
    sb_printf(&text, "# T\n## S\ns\n" SCRIPT "<!-- view\nstop end\n%s\n-->\n", directives);
    struct lesson *l = parse_good(text.text);
    moment_open(&m, &l->steps[0]);
    struct scope scope = lesson_step_scope(l, 0, m.session, m.seq);
    aim.ok = lesson_step_focus(l, 0, &scope, &aim.focus, &aim.err);
    if (aim.ok && l->steps[0].zoom.place == ZOOM_EXPRESSION)
        aim.ok = lesson_step_zoom(l, 0, &scope, &aim.addr, &aim.size, &aim.err);
    scope_free(&scope);
    moment_close(&m);
    lesson_free(l);
    sb_free(&text);
    return aim;
}

static struct thing focus_of(const char *focus) {
    struct strbuf text = {0};
    sb_printf(&text, "focus %s", focus);
    struct aim aim = aim_of(text.text);
    sb_free(&text);
    if (!aim.ok)
        fail_msg("%s", aim.err.text);
    return aim.focus;
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
    t = focus_of("slot 0 170"); /* which the span has not */
    assert_true(t.kind == THING_PAGE && t.addr == 0xc420000000 && t.index != 0);
    t = focus_of("slot 5 0"); /* inside a free run */
    assert_true(t.kind == THING_PAGE && t.addr == 0xc420000000 + 5 * KiB(8) && t.index == 0);
}

static void an_expression_is_pinned(void **state) {
    (void)state;
    const uint64_t base = 0xc420000000;
    struct thing t = focus_of("{b}");
    assert_true(t.kind == THING_SLOT && t.addr == base + 48 && t.size == 48);
    t = focus_of("{b + 8}");
    assert_true(t.kind == THING_SLOT && t.addr == base + 48);
    t = focus_of("{b.span}");
    assert_true(t.kind == THING_PAGE && t.addr == base && t.size == KiB(8) && t.index != 0);
    t = focus_of("{b.entry}");
    assert_true(t.kind == THING_ENTRY && t.index == 0 && t.addr == 0xc000000000 && t.size == 8);
    t = focus_of("{b.bits}");
    assert_true(t.kind == THING_BITMAP_BYTE && t.index == 1 && t.addr == base - 2);
    t = focus_of("{arena_start + 2 * page_size + 1}"); /* free */
    assert_true(t.kind == THING_PAGE && t.addr == base + 2 * KiB(8));
    t = focus_of("{arena_start + page_size}"); /* where what is free begins */
    assert_true(t.kind == THING_PAGE && t.addr == base + KiB(8) && t.index != 0);
    t = focus_of("{arena_used}"); /* beyond */
    assert_true(t.kind == THING_RANGE && t.addr <= base + MiB(1));
    t = focus_of("{bitmap}");
    assert_true(t.kind == THING_REGION && t.index == REGION_BITMAP);
    t = focus_of("{hint(2)}");
    assert_true(t.kind == THING_HINT && t.index == 2);
    t = focus_of("{fallback(1)}");
    assert_true(t.kind == THING_FALLBACK && t.index == 1);
    t = focus_of("{b.span.end - 8}"); /* the tail behind the last slot */
    assert_true(t.kind == THING_PAGE && t.addr == base);
    t = focus_of("{bitmap.start}"); /* reserved, and not mapped: its page has no byte yet */
    assert_true(t.kind == THING_RANGE && t.addr <= 0xc020000000 && t.size > GiB(1));
    t = focus_of("{0x1000}"); /* below everything */
    assert_true(t.kind == THING_RANGE && t.addr == 0x1000 && t.size == 0);
    t = focus_of("{0x7fffffffffffff00}"); /* above */
    assert_true(t.kind == THING_RANGE && t.addr == 0x7fffffffffffff00 && t.size == 0);
    assert_non_null(strstr(aim_of("focus {mcache(1024)}").err.text, "is no span at this moment"));
}

/* While a span is being made, it is in use before it has an element size. */
static void a_span_without_slots_is_pinned_as_a_page(void **state) {
    (void)state;
    struct lesson *l = parse_good("# T\n## S\ns\n" SCRIPT "<!-- view\nstop span 1\n"
                                  "focus {arena_start}\n-->\n");
    struct moment m;
    struct thing t;
    struct error err = {""};
    moment_open(&m, &l->steps[0]);
    const struct recording *rec = session_recording(m.session);
    for (;; m.seq++) {
        const struct event *ev = recording_event(rec, m.seq);
        if (ev->kind == EV_SPAN_SET && ev->w == SPAN_state && ev->b == SPAN_STATE_INUSE)
            break;
    }
    struct scope scope = lesson_step_scope(l, 0, m.session, m.seq + 1);
    assert_true(lesson_step_focus(l, 0, &scope, &t, &err));
    assert_true(t.kind == THING_PAGE && t.addr == 0xc420000000);
    scope_free(&scope);
    moment_close(&m);
    lesson_free(l);
}

static void the_map_goes_where_an_expression_says(void **state) {
    (void)state;
    const uint64_t base = 0xc420000000;
    struct aim aim = aim_of("zoom {b.span}");
    assert_true(aim.ok && aim.addr == base && aim.size == KiB(8));
    aim = aim_of("zoom {b} 256");
    assert_true(aim.ok && aim.addr == base + 48 && aim.size == 256);
    aim = aim_of("zoom {b.span} 64KiB"); /* a span is no address, but has one */
    assert_true(aim.ok && aim.addr == base && aim.size == KiB(64));
    aim = aim_of("zoom {arena_start - 64} 128");
    assert_true(aim.ok && aim.addr == base - 64 && aim.size == 128);
    aim = aim_of("zoom {nothing}");
    assert_false(aim.ok);
    assert_non_null(strstr(aim.err.text, "l.md:"));
    aim = aim_of("zoom {heap.live}");
    assert_non_null(strstr(aim.err.text, "names no place"));
    aim = aim_of("zoom {bitmap}");
    assert_non_null(strstr(aim.err.text, "has no place"));
}

static void a_very_long_lesson_is_refused(void **state) {
    struct scratch dir;
    struct error err = {""};
    char *text = xcalloc(1, LIMIT_TEXT + 1);
    (void)state;
    memset(text, '\n', LIMIT_TEXT + 1);
    scratch_begin(&dir);
    assert_null(lesson_load(scratch_file(&dir, "long.md", text, LIMIT_TEXT + 1), &err));
    assert_non_null(strstr(err.text, "/long.md: is larger than 1 MiB"));
    assert_null(lesson_load(scratch_file(&dir, "long.md", text, LIMIT_TEXT), &err));
    assert_non_null(strstr(err.text, "/long.md:1: the lesson has no title"));
    free(text);
    scratch_end(&dir);
}

static void what_is_wrong_is_named_with_its_line(void **state) {
    (void)state;
#define STEP     "# T\n## S\ns\n```arena\ninit\n```\n<!-- view\n"
#define QUESTION "```question\nWhy?\n- a {1}\n- b {0}\nwhy So.\n```\n"
    static const struct {
        const char *text, *error;
    } cases[] = {
        {"", "l.md:1: the lesson has no title"},
        {"text\n# T\n", "l.md:2: text stands before the title"},
        {"# T\n# U\n", "l.md:2: a second title"},
        {"# T\n\nintro\n", "l.md:3: the lesson has no steps"},
        {"#\n", "l.md:1: the lesson has no title"},
        {"# T\n##\n", "l.md:2: the step has no title; expected `## TITLE`"},
        {"## S\n", "l.md:1: the lesson has no title"},
        {"# T\n## S\ns\n## U\n", "l.md:2: the step stops nowhere"},
        {"# T", "l.md:1: the lesson has no steps"},
        {"---\nnonsense\n---\n# T\n", "l.md:2: expected KEY: VALUE"},
        {"---\ntitle: U\n---\n# T\n" ONE_STEP, "l.md:2: the title is another than that of"},
        {"# T\n```question\nWhy?\n```\n", "l.md:2: a question before the first step"},
        {"# T\n## S\n" QUESTION QUESTION, "l.md:9: the step has a second question"},
        {"# T\n## S\n```question\nWhy?\n```\n", "l.md:4: the question has no answer"},
        {"# T\n## S\n```question\nWhy?\n", "l.md:3: the block is not closed"},
        {"# T\n## S\n```\ncode\n", "l.md:3: the block is not closed"},
        {"# T\n## S\n```\ncode\n``` c\n", "l.md:3: the block is not closed"},
        {"# T\n## S\n<!-- a\nremark\n", "l.md:3: the comment is not closed"},
        {"# T\n## S\n", "l.md:2: the step says nothing"},
        {"# T\n## S\ns\n", "l.md:2: the step stops nowhere"},
        {"# T\n## S\ns\n<!-- view\nstop end\n-->\n", "l.md:2: the step has nothing to run"},
        {"# T\n```arena\ninit\n```\n", "l.md:2: a script before the first step"},
        {"# T\n<!-- view\n-->\n", "l.md:2: a view before the first step"},
        {"# T\n## S\n```arena\ninit\n", "l.md:3: the block is not closed"},
        {"# T\n## S\n```arena loud\n```\n", "l.md:3: unknown words after `arena`"},
        {"# T\n## S\n```arena\n\ninit\nallocate 5\n```\n", "l.md:6: "},
        {"# T\n## S\ns\n```arena\nrepeat 1000000000\nalloc 8\nend\n```\n<!-- view\nstop end\n-->\n",
            "l.md:5: the script makes more than 1000000 operations"},
        {STEP "stop end\n", "l.md:7: the comment is not closed"},
        {STEP "stop end\nstop end\n-->\n", "l.md:9: this step stops on line 8 already"},
        {STEP "stop end\n-->\n```arena\ninit\n```\n", "l.md:10: the step has a second script"},
        {STEP "halt\n-->\n", "l.md:8: \"halt\" is no directive; expected stop, focus"},
        {STEP "stop\n-->\n", "l.md:8: \"\" is no place to stop"},
        {STEP "\n\nstop\n-->\n", "l.md:10: \"\" is no place to stop"},
        {STEP "stopping\n-->\n", "l.md:8: \"stopping\" is no directive"},
        {STEP "stop in \"One\"\n-->\n", "l.md:8: \"\" is no place to stop"},
        {STEP "stop begin \"One\"\n-->\n", "l.md:8: \"begin \"One\"\" is no place to stop"},
        {STEP "stop end in \"One\n-->\n", "l.md:8: `in \"One` names no phase"},
        {STEP "stop end in \"One\" or\n-->\n", "l.md:8: `in \"One\" or` names no phase"},
        {STEP "stop arena large\n-->\n", "l.md:8: \"large\" is no arena of the 32-bit plan"},
        {STEP "stop hint 128\n-->\n", "l.md:8: \"128\" is no hint; expected 0 to 127"},
        {STEP "stop step nowhere\n-->\n", "l.md:8: \"nowhere\" is no step of mallocinit"},
        {STEP "stop arena 64MiB\n-->\n", "l.md:8: \"64MiB\" is no arena of the 32-bit plan"},
        {STEP "stop object 0\n-->\n", "l.md:8: \"0\" is no count"},
        {STEP "stop end in \"\"\n-->\n", "l.md:8: `in \"\"` names no phase"},
        {STEP "stop end in \"Three\"\n-->\n", "l.md:8: the step's script has no phase \"Three\""},
        {STEP "focus moon\n-->\n", "l.md:8: \"moon\" cannot be pinned"},
        {STEP "focus region stack\n-->\n", "l.md:8: \"stack\" is no region"},
        {STEP "focus slot 1\n-->\n", "l.md:8: \"\" is no slot"},
        {STEP "focus slot x 1\n-->\n", "l.md:8: \"x\" is no page"},
        {STEP "focus {a} b\n-->\n", "l.md:8: \"{a} b\" is no expression"},
        {STEP "show all\n-->\n", "l.md:8: \"all\" cannot be shown"},
        {STEP "focus {p\n-->\n", "l.md:8: \"{p\" is no expression"},
        {STEP "show arena\n-->\n", "l.md:8: \"arena\" cannot be shown"},
        {STEP "zoom heap\n-->\n", "l.md:8: the map cannot show \"heap\""},
        {STEP "zoom {p} 0\n-->\n", "l.md:8: \"0\" is no size"},
        {STEP "code malloc.c\n-->\n", "l.md:8: \"malloc.c\" names no code"},
        {STEP "code malloc.c:\n-->\n", "l.md:8: \"malloc.c:\" names no code"},
        {STEP "code :grow\n-->\n", "l.md:8: \":grow\" names no code"},
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

static void a_lesson_is_found_by_the_number_it_gives_itself(void **state) {
    (void)state;
    static const char *const texts[] = {"---\nnumber: 3\n---\n# A\n" ONE_STEP,
        "---\nnumber: 4\n---\n# B\n" ONE_STEP, "---\nnumber: 9\n---\n# C\n" ONE_STEP};
    struct lesson *lessons[3];
    struct error err = {""};
    size_t index;
    for (int i = 0; i < 3; i++)
        lessons[i] = parse_good(texts[i]);
    assert_true(lessons_find(lessons, 3, 9, &index, &err));
    assert_int_equal(index, 2);
    assert_false(lessons_find(lessons, 3, 1, &index, &err));
    assert_string_equal(err.text, "there is no lesson 1, expected one of: 3–4, 9");
    for (int i = 0; i < 3; i++)
        lesson_free(lessons[i]);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(scripts_and_views_are_no_prose),
        cmocka_unit_test(a_step_goes_on_with_the_script_before),
        cmocka_unit_test(stops_are_found_by_what_happens),
        cmocka_unit_test(a_kinds_name_that_begins_with_anothers_comes_later),
        cmocka_unit_test(a_stop_at_a_system_call_is_past_its_outcome),
        cmocka_unit_test(a_run_may_end_before_its_script),
        cmocka_unit_test(a_long_run_is_run_whole),
        cmocka_unit_test(a_run_that_makes_no_sense_is_told),
        cmocka_unit_test(a_lesson_has_the_world_of_its_platforms),
        cmocka_unit_test(a_world_that_cannot_be_is_told),
        cmocka_unit_test(an_object_has_no_address_before_it_has_been_allocated),
        cmocka_unit_test(a_run_may_go_on_after_its_script),
        cmocka_unit_test(a_growing_run_has_no_end_yet),
        cmocka_unit_test(the_focus_is_a_thing_of_that_moment),
        cmocka_unit_test(an_expression_is_pinned),
        cmocka_unit_test(a_span_without_slots_is_pinned_as_a_page),
        cmocka_unit_test(the_map_goes_where_an_expression_says),
        cmocka_unit_test(a_very_long_lesson_is_refused),
        cmocka_unit_test(what_is_wrong_is_named_with_its_line),
        cmocka_unit_test(a_lesson_is_found_by_the_number_it_gives_itself),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
