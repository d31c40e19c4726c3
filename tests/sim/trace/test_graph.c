/* The graph against what the collector itself found, and its answers at every moment. */
#include "sim/trace/graph.h"

#include "sim/work/script.h"
#include "sim/work/session.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

struct world {
    struct session *session;
    const struct recording *rec;
    struct graph *graph;
    struct replica *r;
};

static struct world run(const char *script, const char *platform) {
    struct error err = {""};
    struct environment env = {
        .platform = platform_find(platform), .provider = PROVIDER_MODEL, .seed = {1, 2}};
    struct op_source *source = script_parse("t.arena", script, &err);
    struct world w = {.session = source ? session_new(&env, source, &err) : NULL};
    if (!w.session)
        fail_msg("no session: %s", err.text);
    while (session_pump(w.session, 1000))
        continue;
    assert_string_equal(session_error(w.session)->text, "");
    w.rec = session_recording(w.session);
    w.graph = graph_new(w.rec, env.platform->ptr_size);
    while (!graph_build(w.graph, recording_count(w.rec), 1000))
        assert_false(graph_too_large(w.graph));
    assert_int_equal(graph_seen(w.graph), recording_count(w.rec));
    w.r = replica_new();
    recording_seek(w.rec, &w.r, recording_count(w.rec));
    return w;
}

static void end(struct world *w) {
    replica_free(w->r);
    graph_free(w->graph);
    session_free(w->session);
}

static uint64_t object(const struct world *w, uint32_t id) {
    uint64_t addr, size;
    assert_true(program_object(session_program(w->session), id, &addr, &size));
    return addr;
}

static void assert_marked_is_reached(const struct replica *r, const struct reach *reach) {
    uint64_t marked = 0;
    for (uint32_t h = 1; h <= r->span_count; h++) {
        const struct rspan *s = replica_span(r, h);
        for (uint64_t i = 0; s->state == SPAN_STATE_INUSE && i < s->nelems; i++) {
            bool mark = rspan_bit(s->mark_bits, i);
            assert_int_equal(mark, reach_has(reach, s->base + i * s->elemsize));
            marked += mark;
        }
    }
    assert_int_equal(reach_objects(reach), marked);
}

static const char churn[] = "type node = ptr*2 word ptr byte*40\n"
                            "type leaf = ptr\n"
                            "precise on\n"
                            "keep hold 30\nkeep n 200\nkeep l 50\n"
                            "repeat 30\nhold[] = new node\nroot hold[-1]\nend\n"
                            "repeat 12\n"
                            "  repeat 60\n"
                            "    n[] = new node\nhold[?].0 = n[-1]\nn[-1].1 = hold[?]\n"
                            "    l[] = new leaf\nn[-1].3 = l[-1]\nl[-1].0 = n[-1]+8\n"
                            "    hold[?].2 = n[-1]\n" /* no pointer, whatever its value */
                            "    x = alloc 3..900\nhold[?].1 = x\n"
                            "  end\n"
                            "  hold[?].3 = nil\n"
                            "  drop n\ndrop l\n"
                            "  collect\n"
                            "end\n";

static void what_the_roots_reach_is_what_a_collection_marks(void **state) {
    (void)state;
    static const char *const platforms[] = {"linux/amd64", "linux/386"};
    for (size_t i = 0; i < ARRAY_LEN(platforms); i++) {
        struct world w = run(churn, platforms[i]);
        size_t count, collections = 0;
        const struct mark *marks = recording_marks(w.rec, &count);
        for (size_t m = count; m > 0; m--) { /* backward: nothing needs to be built again */
            if (marks[m - 1].kind != MARK_COLLECTION)
                continue;
            recording_seek(w.rec, &w.r, marks[m - 1].seq);
            struct reach *reach = graph_reach(w.graph, w.r, 0);
            assert_marked_is_reached(w.r, reach);
            assert_int_equal(reach_roots(reach), 30);
            reach_free(reach);
            collections++;
        }
        assert_int_equal(collections, 12);
        end(&w);
    }
}

/* a -> b -> c, and d by itself. */
static const char chain[] = "type node = ptr*2 word*2\nprecise on\n"
                            "a = new node\nb = new node\nc = alloc 100\nd = new node\nroot a\n"
                            "a.1 = b\nb.0 = c\nd.0 = b\n"
                            "b.0 = nil\n";

static void a_path_tells_why_an_object_is_alive(void **state) {
    (void)state;
    struct world w = run(chain, "linux/amd64");
    uint64_t a = object(&w, 1), b = object(&w, 2), c = object(&w, 3), d = object(&w, 4), path[2];
    recording_seek(w.rec, &w.r, recording_op_start(w.rec, recording_op_count(w.rec) - 1));
    struct reach *reach = graph_reach(w.graph, w.r, 0);
    assert_int_equal(reach_objects(reach), 3);
    assert_int_equal(reach_bytes(reach), 32 + 32 + 112);
    assert_int_equal(reach_path(reach, c, path, 2), 3);
    assert_true(path[0] == b && path[1] == c);
    assert_int_equal(reach_path(reach, a, path, 2), 1);
    assert_true(path[0] == a);
    assert_int_equal(reach_path(reach, d, path, 2), 0);
    reach_free(reach);
    recording_seek(w.rec, &w.r, recording_count(w.rec)); /* b points to c no longer */
    reach = graph_reach(w.graph, w.r, 0);
    assert_int_equal(reach_objects(reach), 2);
    assert_false(reach_has(reach, c));
    reach_free(reach);
    reach = graph_reach(w.graph, w.r, d);
    assert_true(reach_has(reach, d) && reach_has(reach, b) && !reach_has(reach, a));
    uint64_t bytes;
    assert_int_equal(reach_count(reach, d, d + 1, &bytes), 1);
    assert_int_equal(bytes, 32);
    reach_free(reach);
    end(&w);
}

static void pointers_are_found_from_both_ends(void **state) {
    (void)state;
    struct world w = run(chain, "linux/386");
    uint64_t a = object(&w, 1), b = object(&w, 2), d = object(&w, 4);
    struct pointer p[4];
    assert_int_equal(graph_out(w.graph, w.r, a, p, 4), 1);
    assert_true(p[0].word == a + 4 && p[0].value == b && p[0].to == b);
    assert_int_equal(graph_out(w.graph, w.r, b, p, 4), 0); /* nil since */
    assert_int_equal(graph_in(w.graph, w.r, b, p, 4), 2);
    assert_true(p[0].from == d && p[1].from == a);
    assert_int_equal(graph_in(w.graph, w.r, b, p, 1), 2); /* there are more than fit */
    assert_int_equal(graph_in(w.graph, w.r, a, p, 4), 0);
    end(&w);
}

/* Unless a program asks for roots to be followed, what it has not dropped is all there is. */
static void without_roots_what_was_not_dropped_is_kept(void **state) {
    (void)state;
    struct world w =
        run("keep r 40\nrepeat 200\nr[] = alloc 1..400\nend\ncollect\n", "linux/amd64");
    size_t count;
    const struct mark *marks = recording_marks(w.rec, &count);
    recording_seek(w.rec, &w.r, marks[count - 1].seq);
    struct reach *reach = graph_reach(w.graph, w.r, 0);
    assert_marked_is_reached(w.r, reach);
    assert_true(reach_objects(reach) > 30);
    reach_free(reach);
    end(&w);
}

/* To the moment before operation number op, counted from 0 (init). */
static void look_before(struct world *w, uint64_t op) {
    recording_seek(w->rec, &w->r, recording_op_start(w->rec, op));
}

/* Where the object was born. */
static uint64_t birthplace(const struct world *w, uint32_t id) {
    for (uint64_t i = 0; i < recording_count(w->rec); i++) {
        const struct event *ev = recording_event(w->rec, i);
        if (ev->kind == EV_OBJECT && ev->x == id)
            return ev->a;
    }
    return 0;
}

static uint64_t objects_reached(const struct world *w, uint64_t from) {
    struct reach *reach = graph_reach(w->graph, w->r, from);
    uint64_t count = reach_objects(reach), bytes;
    assert_int_equal(reach_count(reach, 0, UINT64_MAX, &bytes), count);
    assert_int_equal(bytes, reach_bytes(reach));
    reach_free(reach);
    return count;
}

/* init, precise on, a, b, c, d, root, a.1 = b, b.0 = c, d.0 = b, b.0 = nil */
static void the_past_is_answered_as_it_was(void **state) {
    (void)state;
    struct world w = run(chain, "linux/amd64");
    uint64_t a = object(&w, 1), b = object(&w, 2), c = object(&w, 3);
    struct pointer p[4];
    look_before(&w, 1);
    assert_int_equal(objects_reached(&w, 0), 0);
    look_before(&w, 3); /* a is there, and nothing else */
    assert_int_equal(objects_reached(&w, 0), 0);
    assert_int_equal(objects_reached(&w, b), 0);
    assert_int_equal(graph_out(w.graph, w.r, b, p, 4) + graph_in(w.graph, w.r, b, p, 4), 0);
    look_before(&w, 7); /* no pointer is stored yet */
    assert_int_equal(objects_reached(&w, 0), 1);
    assert_int_equal(graph_out(w.graph, w.r, a, p, 4) + graph_in(w.graph, w.r, b, p, 4), 0);
    look_before(&w, 10); /* b points to c */
    assert_int_equal(graph_out(w.graph, w.r, b, p, 4), 1);
    assert_int_equal(graph_in(w.graph, w.r, c, p, 4), 1);
    assert_int_equal(graph_in(w.graph, w.r, c, p, 0), 1);
    assert_int_equal(graph_out(w.graph, w.r, b, p, 0), 1);
    recording_seek(w.rec, &w.r, recording_count(w.rec));
    assert_int_equal(graph_in(w.graph, w.r, c, p, 4), 0);
    assert_true(graph_build(w.graph, 5, 1)); /* it knows more than that */
    assert_int_equal(graph_out(w.graph, w.r, 0x1000, p, 4), 0);
    assert_int_equal(graph_in(w.graph, w.r, 0x1000, p, 4), 0);
    assert_int_equal(graph_out(w.graph, w.r, c, p, 4), 0); /* no pointer can be in it */
    end(&w);
}

static void slots_are_what_a_collector_finds(void **state) {
    (void)state;
    struct world w = run("a = alloc 48\nb = alloc 48\n", "linux/amd64");
    uint64_t a = object(&w, 1), base, size;
    assert_true(graph_slot(w.r, a + 60, &base, &size));
    assert_true(base == a + 48 && size == 48);
    assert_false(graph_slot(w.r, a + 96, &base, &size));   /* free */
    assert_false(graph_slot(w.r, a + 8190, &base, &size)); /* the tail */
    assert_false(graph_slot(w.r, a + 8192, &base, &size)); /* a free page */
    assert_false(graph_slot(w.r, a - 1, &base, &size));
    struct replica *r = replica_new(); /* while the span comes into being there is no slot in it */
    bool taken = false;
    for (uint64_t i = 0; i < recording_count(w.rec); i++) {
        const struct event *ev = recording_event(w.rec, i);
        replica_apply(r, ev);
        taken |= ev->kind == EV_SLOT;
        assert_int_equal(graph_slot(r, a, &base, &size), taken);
    }
    replica_free(r);
    end(&w);
}

/* init, precise, 4 objects, root, 5 stores, drop (nothing: the roots count), collect, n */
static void what_was_swept_points_nowhere(void **state) {
    (void)state;
    struct world w = run("type node = ptr*2 word\nprecise on\n"
                         "z = new node\nx = new node\ny = new node\nv = new node\nroot z\n"
                         "z.0 = y\nz.2 = x\nx.0 = y\nx.1 = v\n"
                         "collect\nn = new node\nm = new node\n",
        "linux/amd64");
    uint64_t z = birthplace(&w, 1), x = birthplace(&w, 2), y = birthplace(&w, 3);
    struct pointer p[4];
    look_before(&w, 11); /* collect */
    assert_int_equal(graph_out(w.graph, w.r, x, p, 4), 2);
    assert_int_equal(graph_out(w.graph, w.r, z, p, 4), 1); /* word 2 holds no pointer */
    assert_int_equal(graph_in(w.graph, w.r, x, p, 4), 0);
    assert_int_equal(graph_in(w.graph, w.r, y, p, 4), 2);
    look_before(&w, 12);                                   /* x and v are swept */
    assert_int_equal(graph_out(w.graph, w.r, x, p, 4), 1); /* to y, which is there */
    assert_int_equal(graph_in(w.graph, w.r, y, p, 4), 1);
    assert_int_equal(p[0].from, z);
    recording_seek(w.rec, &w.r, recording_count(w.rec)); /* x's slot is another's */
    assert_true(birthplace(&w, 5) == x);
    assert_int_equal(graph_in(w.graph, w.r, y, p, 4), 1);
    assert_int_equal(graph_out(w.graph, w.r, x, p, 4), 0);
    look_before(&w, 11);
    assert_int_equal(graph_out(w.graph, w.r, x, p, 4), 2); /* then it was x's */
    end(&w);
}

static void roots_come_and_go(void **state) {
    (void)state;
    struct world w = run("type node = ptr\nprecise on\na = new node\nb = new node\n"
                         "root a\nroot b\nunroot a\ndrop b\n",
        "linux/amd64");
    static const uint64_t roots[] = {0, 0, 0, 0, 0, 1, 2, 1, 0};
    for (uint64_t op = 0; op < ARRAY_LEN(roots); op++) {
        if (op < recording_op_count(w.rec))
            look_before(&w, op);
        else
            recording_seek(w.rec, &w.r, recording_count(w.rec));
        assert_int_equal(objects_reached(&w, 0), roots[op]);
    }
    end(&w);
}

static void as_many_objects_as_there_are_have_room(void **state) {
    (void)state;
    struct world w = run("repeat 3000\nalloc 48\nend\n", "linux/amd64");
    assert_int_equal(objects_reached(&w, 0), 3000);
    end(&w);
    graph_free(NULL);
    reach_free(NULL);
}

/* --- Recordings made up --- */

static void append(struct recording *rec, struct event ev) {
    recording_append(rec, &ev);
}

/* An operation of that code on objects a and c, as far as the graph looks at it. */
static void append_op(struct recording *rec, unsigned code, uint64_t a, uint64_t b, uint64_t c) {
    append(rec, (struct event){.kind = EV_OP_BEGIN, .w = (uint16_t)code, .a = a, .b = b, .c = c});
    append(rec, (struct event){.kind = EV_OP_END, .w = (uint16_t)code});
}

static void objects_that_nobody_knows_do_no_harm(void **state) {
    (void)state;
    struct recording *rec = recording_new();
    append(rec, (struct event){.kind = EV_OBJECT, .x = 5, .a = 0x1000, .b = 48, .c = 48});
    append_op(rec, OP_ROOT, 77, 0, 0);
    append_op(rec, OP_ROOT, 5, 0, 0);
    append_op(rec, OP_ROOT, 5, 0, 0);
    append_op(rec, OP_UNROOT, 77, 0, 0);
    append_op(rec, OP_UNROOT, 3, 0, 0);
    append_op(rec, OP_STORE, 77, 0, 99);
    append(rec, (struct event){.kind = EV_STORE, .x = 77, .b = 0x2000, .c = 0x1000});
    append(rec, (struct event){.kind = EV_STORE, .x = 5, .b = 0x2000, .c = 0x1000});
    append(rec, (struct event){.kind = EV_DROP, .x = 77});
    struct graph *g = graph_new(rec, 8);
    assert_true(graph_build(g, UINT64_MAX, UINT64_MAX));
    struct replica *r = replica_new();
    struct pointer p[2];
    recording_seek(rec, &r, UINT64_MAX);
    assert_int_equal(graph_in(g, r, 0x1000, p, 2), 0);
    struct reach *reach = graph_reach(g, r, 0);
    assert_int_equal(reach_objects(reach), 0); /* there is no span */
    assert_false(reach_cut(reach));
    reach_free(reach);
    replica_free(r);
    graph_free(g);
    recording_free(rec);
}

static void too_much_is_told(void **state) {
    (void)state;
    for (int stores = 0; stores < 2; stores++) {
        struct recording *rec = recording_new();
        const struct event object = {.kind = EV_OBJECT, .w = TINY_SPAN_CLASS, .x = 1, .b = 8},
                           store = {.kind = EV_STORE, .x = 1, .b = 1, .c = 0x1000};
        append(rec, object);
        for (unsigned i = stores ? GRAPH_MOST_STORES : GRAPH_MOST_OBJECTS; i > 0; i--)
            append(rec, stores ? store : object);
        struct graph *g = graph_new(rec, 8);
        assert_true(graph_build(g, 1000, UINT64_MAX));
        assert_false(graph_build(g, UINT64_MAX, UINT64_MAX));
        assert_true(graph_too_large(g));
        assert_false(graph_build(g, UINT64_MAX, UINT64_MAX)); /* no more of it */
        graph_free(g);
        recording_free(rec);
    }
}

/* One span of ever so many slots, all taken. */
static void what_is_beyond_the_limit_is_not_reached(void **state) {
    enum { SLOTS = REACH_MOST + 8, SLOT = 16, PAGES = SLOTS * SLOT / GO_PAGE_SIZE + 1 };
    static const uint64_t base = 0xc420000000;
    const uint64_t used = base + PAGES * GO_PAGE_SIZE;
    const struct event span[] = {
        {.kind = EV_HEAP_SET, .w = HEAP_arena_start, .b = base},
        {.kind = EV_HEAP_SET, .w = HEAP_arena_used, .b = used},
        {.kind = EV_SPAN_BORN, .x = 1},
        {.kind = EV_SPAN_SET, .w = SPAN_base, .x = 1, .b = base},
        {.kind = EV_SPAN_SET, .w = SPAN_npages, .x = 1, .b = PAGES},
        {.kind = EV_SPAN_SET, .w = SPAN_elemsize, .x = 1, .b = SLOT},
        {.kind = EV_SPAN_SET, .w = SPAN_nelems, .x = 1, .b = SLOTS},
        {.kind = EV_SPAN_SET, .w = SPAN_limit, .x = 1, .b = used},
        {.kind = EV_SPAN_SET, .w = SPAN_freeindex, .x = 1, .b = SLOTS},
        {.kind = EV_SPAN_SET, .w = SPAN_state, .x = 1, .b = SPAN_STATE_INUSE},
        {.kind = EV_PAGES, .b = PAGES, .c = UINT64_C(1) << 32},
    };
    struct recording *rec = recording_new();
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(span); i++)
        append(rec, span[i]);
    for (uint64_t i = 0; i < SLOTS; i++)
        append(
            rec, (struct event){
                     .kind = EV_OBJECT, .w = 3, .x = (uint32_t)i, .a = base + i * SLOT, .b = SLOT});
    struct graph *g = graph_new(rec, 8);
    assert_true(graph_build(g, UINT64_MAX, UINT64_MAX));
    struct replica *r = replica_new();
    recording_seek(rec, &r, UINT64_MAX);
    struct reach *reach = graph_reach(g, r, 0);
    assert_true(reach_cut(reach));
    assert_int_equal(reach_objects(reach), REACH_MOST);
    assert_true(reach_has(reach, base));
    assert_false(reach_has(reach, base + (SLOTS - 1) * SLOT));
    reach_free(reach);
    replica_free(r);
    graph_free(g);
    recording_free(rec);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_the_roots_reach_is_what_a_collection_marks),
        cmocka_unit_test(a_path_tells_why_an_object_is_alive),
        cmocka_unit_test(pointers_are_found_from_both_ends),
        cmocka_unit_test(the_past_is_answered_as_it_was),
        cmocka_unit_test(slots_are_what_a_collector_finds),
        cmocka_unit_test(what_was_swept_points_nowhere),
        cmocka_unit_test(roots_come_and_go),
        cmocka_unit_test(as_many_objects_as_there_are_have_room),
        cmocka_unit_test(objects_that_nobody_knows_do_no_harm),
        cmocka_unit_test(too_much_is_told),
        cmocka_unit_test(what_is_beyond_the_limit_is_not_reached),
        cmocka_unit_test(without_roots_what_was_not_dropped_is_kept),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
