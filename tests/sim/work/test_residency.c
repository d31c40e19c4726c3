/* Residency: what is touched becomes known, what is given back is no longer in memory, and nothing
 * else about a run changes. */
#include "sim/work/session.h"

#include "sim/work/residency.h"
#include "sim/work/script.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static struct session *run(const char *script, const char *platform, bool residency) {
    struct error err = {""};
    struct environment env = {.platform = platform_find(platform),
        .provider = PROVIDER_MODEL,
        .seed = {1, 2},
        .residency = residency};
    struct op_source *source = script_parse("t.arena", script, &err);
    struct session *s = source ? session_new(&env, source, &err) : NULL;
    if (!s)
        fail_msg("no session: %s", err.text);
    program_set_checked(session_program(s), false); /* checking touches memory */
    while (session_pump(s, 1000))
        continue;
    assert_string_equal(session_error(s)->text, "");
    return s;
}

static uint64_t resident(const struct replica *r, uint64_t lo, uint64_t hi) {
    return rangemap_bytes(&r->resident, lo, hi, RANGE_MAPPED);
}

/* An object without pointers is not written to by the allocator: its memory is mapped, and that is
 * all, until the program fills it. */
static void memory_is_touched_when_it_is_written_to(void **state) {
    (void)state;
    static const char *const platforms[] = {"linux/amd64", "linux/386"};
    for (size_t i = 0; i < ARRAY_LEN(platforms); i++) {
        struct session *s = run("x = alloc 400000\ny = alloc 40000\nfill y\n", platforms[i], true);
        uint64_t x, y, size;
        assert_true(program_object(session_program(s), 1, &x, &size));
        assert_true(program_object(session_program(s), 2, &y, &size));
        const struct replica *r = recording_head(session_recording(s));
        assert_int_equal(rangemap_state(&r->ranges, x, NULL), RANGE_MAPPED);
        assert_int_equal(resident(r, x, x + 400000), 0);
        assert_int_equal(resident(r, y, y + 40000), 40000);
        session_free(s);
    }
}

/* Of 16 GiB of bitmap and 512 MiB of spans a first allocation touches a page each. */
static void bitmap_and_spans_are_touched_where_they_are_used(void **state) {
    (void)state;
    struct session *s = run("type t = ptr*8\nx = new t\n", "linux/amd64", true);
    const struct replica *r = recording_head(session_recording(s));
    uint64_t bitmap = r->heap[HEAP_bitmap], spans = r->heap[HEAP_spans];
    assert_int_equal(r->heap[HEAP_bitmap_mapped], KiB(32));
    assert_int_equal(resident(r, bitmap - KiB(32), bitmap), KiB(4));
    assert_int_equal(resident(r, spans, spans + KiB(8)), KiB(4));
    session_free(s);
}

/* Where the system's pages are larger than this machine's, a whole one is touched at a time. */
static void larger_pages_are_touched_as_a_whole(void **state) {
    (void)state;
    struct session *s = run("x = alloc 400000\ny = alloc 4000\nfill y\n", "linux/ppc64le", true);
    uint64_t y, size, page = session_env(s)->platform->phys_page_size;
    assert_true(program_object(session_program(s), 2, &y, &size));
    const struct replica *r = recording_head(session_recording(s));
    uint64_t lo = round_down(y, page);
    assert_int_equal(page, KiB(64));
    assert_int_equal(resident(r, lo, lo + page), page);
    assert_int_equal(resident(r, r->heap[HEAP_spans], r->heap[HEAP_spans] + page), page);
    session_free(s);
}

static void released_memory_is_no_longer_there(void **state) {
    (void)state;
    static const char script[] = "x = alloc 400000\nfill x\ndrop x\ncollect\nscavenge\n";
    struct session *s = run(script, "linux/amd64", true);
    const struct replica *r = recording_head(session_recording(s));
    uint64_t lo = r->heap[HEAP_arena_start], ever = 0;
    for (uint64_t i = 0; i < recording_count(session_recording(s)); i++) {
        const struct event *ev = recording_event(session_recording(s), i);
        if (ev->kind == EV_RESIDENT && ev->w && ev->a >= lo)
            ever += ev->b;
    }
    assert_true(ever >= 400000);
    assert_true(resident(r, lo, lo + MiB(1)) < KiB(64));
    session_free(s);
}

/* Every RESIDENT event undoes. */
static void a_run_with_residency_goes_back_to_nothing(void **state) {
    (void)state;
    struct session *s =
        run("repeat 200\nx = alloc 8..60000\nfill x\ndrop x\nend\ncollect\nscavenge\n", "linux/386",
            true);
    const struct recording *rec = session_recording(s);
    struct replica *r = replica_copy(recording_head(rec));
    for (uint64_t i = recording_count(rec); i > 0; i--)
        replica_undo(r, recording_event(rec, i - 1));
    assert_int_equal(r->resident.count, 0);
    replica_free(r);
    session_free(s);
}

static void but_for_its_events_a_run_is_the_same(void **state) {
    (void)state;
    static const char script[] = "keep r 50\nrepeat 500\nr[] = alloc 8..100000\nend\ncollect\n";
    struct session *with = run(script, "linux/amd64", true);
    struct session *without = run(script, "linux/amd64", false);
    const struct recording *a = session_recording(with), *b = session_recording(without);
    uint64_t i = 0, n = recording_count(b), extra = 0;
    for (uint64_t k = 0; k < recording_count(a); k++) {
        struct event ev = *recording_event(a, k);
        if (ev.kind == EV_RESIDENT) {
            extra++;
            continue;
        }
        assert_true(i < n);
        assert_memory_equal(&ev, recording_event(b, i), sizeof ev);
        i++;
    }
    assert_int_equal(i, n);
    assert_true(extra > 10);
    session_free(with);
    session_free(without);
}

/* --- A system that says what it is told to say --- */

static bool touched, unknown; /* the answer to every question; there is none */
static unsigned questions;

static bool answer(struct os *os, uint64_t addr, uint64_t size, uint8_t *pages) {
    (void)addr;
    questions++;
    memset(pages, touched, (size_t)(size / os->host_page_size));
    return !unknown;
}

struct told {
    struct sink sink;
    uint64_t there, gone; /* bytes */
};

static void hear(struct sink *sink, const struct event *ev) {
    struct told *t = (struct told *)sink;
    if (ev->kind == EV_RESIDENT)
        *(ev->w ? &t->there : &t->gone) += ev->b;
}

struct watch {
    struct os_ops ops;
    struct os os;
    struct told told;
    struct residency *w;
};

static void open_watch(struct watch *o) {
    *o = (struct watch){.ops.resident = answer, .told.sink.emit = hear};
    o->os = (struct os){.ops = &o->ops,
        .platform = platform_find("linux/amd64"),
        .phys_page_size = 4096,
        .host_page_size = 4096};
    o->w = residency_new(&o->os, &o->told.sink);
    assert_non_null(o->w);
    touched = true;
    unknown = false;
    questions = 0;
}

static void emit(struct watch *o, struct event ev) {
    residency_sink(o->w)->emit(residency_sink(o->w), &ev);
}

static void set_range(struct watch *o, uint64_t addr, uint64_t size, unsigned state) {
    emit(o, (struct event){.kind = EV_RANGE,
                .w = (uint16_t)(state << 8),
                .x = OWNER_HEAP << 8,
                .a = addr,
                .b = size});
}

static void end_op(struct watch *o) {
    emit(o, (struct event){.kind = EV_OP_END});
}

static void store(struct watch *o, uint64_t addr) {
    emit(o, (struct event){.kind = EV_STORE, .c = addr});
}

static void where_the_system_cannot_tell_nothing_is_known(void **state) {
    struct watch o;
    (void)state;
    open_watch(&o);
    unknown = true;
    set_range(&o, MiB(1), MiB(1), RANGE_MAPPED);
    end_op(&o);
    assert_true(questions > 0 && o.told.there == 0);
    residency_free(o.w);
    o.os.phys_page_size = 0;
    assert_null(residency_new(&o.os, &o.told.sink));
    o.os.phys_page_size = KiB(4) * 8192;
    assert_null(residency_new(&o.os, &o.told.sink)); /* too many parts */
    o.os.phys_page_size = 6000;
    assert_null(residency_new(&o.os, &o.told.sink));
    o.os.host_page_size = 0;
    assert_null(residency_new(&o.os, &o.told.sink));
    o.ops.resident = NULL;
    assert_null(residency_new(&o.os, &o.told.sink));
    residency_free(NULL);
}

static void what_is_nobodys_memory_is_not_asked_about(void **state) {
    struct watch o;
    (void)state;
    open_watch(&o);
    store(&o, MiB(1));
    emit(&o, (struct event){.kind = EV_OP_BEGIN, .w = OP_FILL, .c = MiB(2)}); /* of no bytes */
    emit(&o, (struct event){.kind = EV_MARKED});
    end_op(&o);
    assert_int_equal(questions, 0);
    residency_free(o.w);
}

static void what_is_unmapped_is_gone(void **state) {
    struct watch o;
    (void)state;
    open_watch(&o);
    set_range(&o, MiB(1), MiB(1), RANGE_MAPPED);
    set_range(&o, MiB(4), MiB(1), RANGE_MAPPED);
    end_op(&o);
    assert_int_equal(o.told.there, MiB(2));
    store(&o, MiB(4)); /* known, and found so quickly from now on */
    set_range(&o, MiB(1), MiB(1), RANGE_NONE);
    assert_int_equal(o.told.gone, MiB(1));
    set_range(&o, MiB(4), MiB(1), RANGE_NONE);
    assert_int_equal(o.told.gone, MiB(2));
    residency_free(o.w);
}

/* More stretches than are kept apart: then everything is asked about. */
static void many_places_may_be_touched_at_once(void **state) {
    struct watch o;
    (void)state;
    open_watch(&o);
    touched = false;
    set_range(&o, MiB(1), MiB(1), RANGE_MAPPED);
    end_op(&o);
    assert_int_equal(o.told.there, 0);
    touched = true;
    for (unsigned i = 0; i < 40; i++)
        store(&o, MiB(1) + i * KiB(16));
    end_op(&o);
    assert_int_equal(o.told.there, MiB(1));
    residency_free(o.w);
}

/* What nothing told of is found sooner or later. */
static void now_and_then_all_is_asked_about(void **state) {
    struct watch o;
    (void)state;
    open_watch(&o);
    touched = false;
    set_range(&o, MiB(1), MiB(1), RANGE_MAPPED);
    end_op(&o);
    touched = true;
    for (unsigned ops = 0; ops < 20000; ops++)
        end_op(&o);
    assert_int_equal(o.told.there, MiB(1));
    residency_free(o.w);
}

/* More than is asked about at a time: the next round goes on from there, and begins anew. */
static void much_memory_is_asked_about_in_rounds(void **state) {
    struct watch o;
    (void)state;
    open_watch(&o);
    touched = false;
    set_range(&o, GiB(1), GiB(1), RANGE_MAPPED);
    emit(&o, (struct event){.kind = EV_MARKED});
    end_op(&o);
    touched = true;
    uint64_t before = 0;
    for (unsigned round = 0; o.told.there < GiB(1) && round < 100; round++) {
        emit(&o, (struct event){.kind = EV_MARKED});
        end_op(&o);
        assert_true(o.told.there > before);
        before = o.told.there;
    }
    assert_int_equal(o.told.there, GiB(1));
    residency_free(o.w);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(memory_is_touched_when_it_is_written_to),
        cmocka_unit_test(bitmap_and_spans_are_touched_where_they_are_used),
        cmocka_unit_test(larger_pages_are_touched_as_a_whole),
        cmocka_unit_test(released_memory_is_no_longer_there),
        cmocka_unit_test(a_run_with_residency_goes_back_to_nothing),
        cmocka_unit_test(but_for_its_events_a_run_is_the_same),
        cmocka_unit_test(where_the_system_cannot_tell_nothing_is_known),
        cmocka_unit_test(what_is_nobodys_memory_is_not_asked_about),
        cmocka_unit_test(what_is_unmapped_is_gone),
        cmocka_unit_test(many_places_may_be_touched_at_once),
        cmocka_unit_test(now_and_then_all_is_asked_about),
        cmocka_unit_test(much_memory_is_asked_about_in_rounds),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
