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

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_the_roots_reach_is_what_a_collection_marks),
        cmocka_unit_test(a_path_tells_why_an_object_is_alive),
        cmocka_unit_test(pointers_are_found_from_both_ends),
        cmocka_unit_test(without_roots_what_was_not_dropped_is_kept),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
