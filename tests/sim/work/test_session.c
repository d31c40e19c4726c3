/* Sessions: a workload in a world, recorded; another world, the same workload. */
#include "sim/work/session.h"

#include "sim/work/script.h"
#include "sim/work/workload.h"
#include "tests/sim/limit.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static struct environment model_of(const char *platform) {
    return (struct environment){
        .platform = platform_find(platform), .provider = PROVIDER_MODEL, .seed = {1, 2}};
}

static struct session *start(const char *script, const struct environment *env) {
    struct error err = {""};
    struct op_source *source = script_parse("t.arena", script, &err);
    if (!source)
        fail_msg("refused: %s", err.text);
    struct session *s = session_new(env, source, &err);
    if (!s)
        fail_msg("no session: %s", err.text);
    return s;
}

static void run_to_end(struct session *s) {
    while (session_pump(s, 1000))
        continue;
}

/* The whole heap as text, so that runs can be compared. */
static char *dump_of(struct session *s) {
    struct strbuf dump = {0};
    heap_dump(program_heap(session_program(s)), &dump);
    return dump.text;
}

static void a_script_runs_and_is_recorded(void **state) {
    (void)state;
    struct environment env = model_of("linux/amd64");
    struct session *s = start("x = alloc 24\nx = alloc 100\n", &env);
    run_to_end(s);
    uint64_t addr, size;
    assert_string_equal(session_error(s)->text, "");
    assert_int_equal(recording_op_count(session_recording(s)), 4);
    assert_false(program_object(session_program(s), 1, &addr, &size));
    assert_true(program_object(session_program(s), 2, &addr, &size));
    assert_int_equal(size, 100);
    assert_true(addr >= UINT64_C(0xc000000000));
    session_free(s);
}

static void pumping_stops_after_so_many_operations(void **state) {
    (void)state;
    struct environment env = model_of("linux/amd64");
    struct session *s = start("repeat 9\nalloc 8\nend\n", &env);
    assert_true(session_pump(s, 3));
    assert_int_equal(recording_op_count(session_recording(s)), 3);
    assert_true(session_pump(s, 7));
    assert_int_equal(recording_op_count(session_recording(s)), 10);
    assert_false(session_pump(s, 1));
    assert_false(session_pump(s, 1));
    assert_int_equal(recording_op_count(session_recording(s)), 10);
    session_free(s);
}

static void the_same_seed_gives_the_same_run(void **state) {
    (void)state;
    struct environment env = model_of("linux/amd64");
    static const char script[] = "keep r 50\nrepeat 300\nr[] = alloc 8..100000\nend\n";
    struct session *a = start(script, &env), *b = start(script, &env);
    run_to_end(a);
    while (session_pump(b, 1))
        continue;
    const struct recording *ra = session_recording(a), *rb = session_recording(b);
    assert_int_equal(recording_count(ra), recording_count(rb));
    for (uint64_t i = 0; i < recording_count(ra); i++)
        assert_memory_equal(recording_event(ra, i), recording_event(rb, i), sizeof(struct event));
    session_free(a);
    session_free(b);
}

/* The dump after a workload on four P's, which are drawn from the seed. */
static char *interleaved(const char *seed) {
    struct environment env = model_of("linux/amd64");
    struct strbuf script = {0};
    sb_printf(&script,
        "ps 4\ninterleave %s\nkeep r 100\nrepeat 500\nr[] = alloc 1..3000\nend\n"
        "collect lazily\nrepeat 50\nr[] = alloc 1..3000\nend\n",
        seed);
    struct session *s = start(script.text, &env);
    run_to_end(s);
    assert_string_equal(session_error(s)->text, "");
    assert_int_equal(recording_head(session_recording(s))->more_ps, 3);
    char *dump = dump_of(s);
    struct strbuf replica = {0};
    replica_dump(recording_head(session_recording(s)), 8, &replica);
    assert_string_equal(dump, replica.text);
    sb_free(&replica);
    sb_free(&script);
    session_free(s);
    return dump;
}

static void the_same_seed_interleaves_ps_in_the_same_way(void **state) {
    (void)state;
    char *once = interleaved("7"), *again = interleaved("7"), *other = interleaved("8");
    assert_string_equal(once, again);
    assert_string_not_equal(once, other);
    assert_non_null(strstr(once, "\ncache P3 "));
    free(once);
    free(again);
    free(other);
}

static void a_p_that_is_not_there_is_told_with_its_line(void **state) {
    (void)state;
    struct environment env = model_of("linux/amd64");
    struct session *s = start("ps 2\non 1\nalloc 8\non 2\n", &env);
    run_to_end(s);
    assert_string_equal(session_error(s)->text, "t.arena:4: there is no P2, expected one below 2");
    session_free(s);
}

static void a_restart_gives_the_same_run_again(void **state) {
    (void)state;
    struct environment env = model_of("linux/amd64");
    struct session *s = start("keep r 5\nrepeat 50\nr[] = alloc 8..100000\nend\n", &env);
    struct error err = {""};
    run_to_end(s);
    char *first = dump_of(s);
    uint64_t count = recording_count(session_recording(s));
    assert_true(session_restart(s, session_env(s), &err));
    assert_true(recording_count(session_recording(s)) < count);
    run_to_end(s);
    char *second = dump_of(s);
    assert_string_equal(first, second);
    assert_int_equal(recording_count(session_recording(s)), count);
    free(first);
    free(second);
    session_free(s);
}

static void a_restart_in_the_other_width_lays_types_out_anew(void **state) {
    (void)state;
    struct environment env = model_of("linux/amd64"), narrow = model_of("linux/386");
    struct session *s = start("type node = ptr word*2\nx = array node 5\n", &env);
    struct error err = {""};
    uint64_t addr, size;
    run_to_end(s);
    assert_true(program_object(session_program(s), 1, &addr, &size));
    assert_int_equal(size, 5 * 24);
    assert_true(session_restart(s, &narrow, &err));
    assert_string_equal(session_env(s)->platform->name, "linux/386");
    run_to_end(s);
    assert_true(program_object(session_program(s), 1, &addr, &size));
    assert_int_equal(size, 5 * 12);
    assert_true(addr < GiB(4));
    session_free(s);
}

static void taken_hints_of_the_other_width_do_no_harm(void **state) {
    (void)state;
    struct environment env = model_of("linux/amd64");
    for (uint64_t i = 0; i < HINT_COUNT; i++)
        env_toggle_taken(&env, i << 40 | env.platform->hint, KiB(64));
    struct session *s = start("alloc 8\n", &env);
    struct error err = {""};
    run_to_end(s);
    env.platform = platform_other_width(env.platform);
    assert_true(session_restart(s, &env, &err));
    run_to_end(s);
    uint64_t addr, size;
    assert_string_equal(session_error(s)->text, "");
    assert_true(program_object(session_program(s), 1, &addr, &size));
    env_free(&env);
    session_free(s);
}

static void taken_addresses_are_in_the_recording(void **state) {
    (void)state;
    struct environment env = model_of("linux/amd64");
    env_toggle_taken(&env, UINT64_C(0xc000000000), KiB(64));
    struct session *s = start("init\n", &env);
    const struct recording *rec = session_recording(s);
    bool seen = false;
    for (uint64_t i = 0; i < recording_count(rec); i++) {
        const struct event *ev = recording_event(rec, i);
        seen |= ev->kind == EV_RANGE && ev->a == UINT64_C(0xc000000000) && ev->b == KiB(64) &&
                ev->w >> 8 == RANGE_TAKEN && ev->x >> 8 == OWNER_OTHER;
    }
    assert_true(seen);
    run_to_end(s);
    env_free(&env);
    session_free(s);
}

static void a_fatal_error_of_go_ends_the_run_without_an_error(void **state) {
    (void)state;
    struct environment env = model_of("linux/386");
    env.model.address_limit = MiB(1);
    struct session *s = start("alloc 8\nalloc 8\n", &env);
    run_to_end(s);
    assert_true(program_ended(session_program(s)));
    assert_string_equal(session_error(s)->text, "");
    assert_int_equal(recording_op_count(session_recording(s)), 1);
    session_free(s);
}

static void an_operation_that_makes_no_sense_is_told_with_its_line(void **state) {
    (void)state;
    struct environment env = model_of("linux/amd64");
    struct session *s = start("x = alloc 16\n\nx.2 = x\nalloc 8\n", &env);
    run_to_end(s);
    assert_non_null(strstr(session_error(s)->text, "t.arena:3: object 1 has no word 2"));
    assert_int_equal(recording_op_count(session_recording(s)), 2);
    session_free(s);
}

static void a_full_recording_ends_the_run(void **state) {
    (void)state;
    struct environment env = model_of("linux/amd64");
    env.most_events = 500;
    struct session *s = start("repeat 100000\nalloc 16\nend\n", &env);
    run_to_end(s);
    uint64_t count = recording_count(session_recording(s));
    assert_in_range(count, 500, 600);
    assert_string_equal(session_error(s)->text,
        "t.arena:2: the recording is full: it has 500 events, the most there can be");
    session_free(s);
}

static void an_error_of_the_source_ends_the_run(void **state) {
    (void)state;
    struct environment env = model_of("linux/amd64");
    struct session *s = start("x = alloc 16\ndrop x\ndrop x\n", &env);
    run_to_end(s);
    assert_string_equal(session_error(s)->text,
        "t.arena:3: x holds no object now; expected one assigned and not dropped");
    session_free(s);
}

static void phases_are_found_by_operation(void **state) {
    (void)state;
    struct environment env = model_of("linux/amd64");
    struct session *s = start("init\nphase one\nalloc 8\nalloc 8\nphase two\nalloc 8\n", &env);
    run_to_end(s);
    assert_null(session_phase(s, 0));
    assert_string_equal(session_phase(s, 1), "one");
    assert_string_equal(session_phase(s, 3), "one");
    assert_string_equal(session_phase(s, 4), "two");
    assert_string_equal(session_phase(s, 99), "two");
    session_free(s);
}

static void faults_are_arranged_by_the_model_whatever_was_asked_for(void **state) {
    (void)state;
    struct environment env = model_of("linux/amd64");
    env.provider = PROVIDER_HOST;
    env.model.ignores_hints = true;
    struct session *s = start("alloc 8\n", &env);
    assert_string_equal(session_provider(s), "simulated");
    assert_string_equal(session_provider_why(s),
        "the simulated space, since faults are arranged that a real kernel cannot have");
    run_to_end(s);
    session_free(s);
}

static void the_model_stands_in_where_the_host_is_another_system(void **state) {
    (void)state;
    struct environment env = model_of("darwin/amd64");
    env.provider = PROVIDER_HOST;
    struct session *s = start("alloc 8\n", &env);
    assert_string_equal(session_provider(s), "simulated");
    assert_non_null(strstr(session_provider_why(s), "the simulated space, since "));
    env.provider = PROVIDER_MODEL;
    struct error err = {""};
    assert_true(session_restart(s, &env, &err));
    assert_null(session_provider_why(s));
    session_free(s);
}

/* What the real kernel gives is its own affair, so only what must hold is asked. Under sanitizers,
 * in a container or on another machine it may refuse, and then the model must have stood in. */
static void the_host_runs_its_own_platform_or_says_why_not(void **state) {
    (void)state;
    struct environment env = model_of(sizeof(void *) == 8 ? "linux/amd64" : "linux/386");
    env.provider = PROVIDER_HOST;
    struct session *s = start("repeat 100\nalloc 8..100000\nend\n", &env);
    bool host = strcmp(session_provider(s), "host kernel") == 0;
    assert_true(host == (session_provider_why(s) == NULL));
    run_to_end(s);
    assert_string_equal(session_error(s)->text, "");
    const struct recording *rec = session_recording(s);
    const struct event *first = recording_event(rec, 0);
    assert_int_equal(first->kind, EV_RANGE);
    uint64_t here = (uint64_t)(uintptr_t)run_to_end;
    if (host) /* its own code is marked as someone's */
        assert_true(here >= first->a && here - first->a < first->b);
    session_free(s);
}

/* Go is out of memory, and would not be in the world that is simulated. */
static void where_the_machine_lacks_room_the_run_says_so(void **state) {
    (void)state;
    struct environment env = model_of("linux/amd64");
    if (sizeof(void *) == 8 && !can_limit())
        skip();
    struct limit limit = limit_space(sizeof(void *) == 8 ? GiB(3) : UINT32_MAX);
    struct session *s = start("alloc 64\nalloc 3GiB\nalloc 64\n", &env);
    limit_lift(&limit);
    run_to_end(s);
    assert_true(program_ended(session_program(s)));
    assert_string_equal(session_error(s)->text,
        "t.arena: this machine has no room for 3 GiB more of linux/amd64's memory");
    session_free(s);
}

static void every_built_in_workload_runs_to_its_end(void **state) {
    (void)state;
    static const char *const platforms[] = {"linux/amd64", "linux/386"};
    const char *name;
    for (size_t i = 0; (name = workload_builtin(i)); i++)
        for (size_t p = 0; p < ARRAY_LEN(platforms); p++) {
            struct environment base = model_of(platforms[p]), env;
            struct error err = {""};
            struct op_source *source = workload_open(name, &base, &env, NULL, &err);
            assert_non_null(source);
            struct session *s = session_new(&env, source, &err);
            assert_non_null(s);
            run_to_end(s);
            assert_string_equal(session_error(s)->text, "");
            assert_false(program_ended(session_program(s)));
            session_free(s);
            env_free(&env);
        }
}

static void the_world_decides_when_to_collect(void **state) {
    (void)state;
    static const char script[] = "gogc off\nkeep r 20\nrepeat 400\nr[] = alloc 40KiB\nend\n";
    struct environment env = model_of("linux/amd64");
    struct session *off = start(script, &env);
    env.gogc = 100;
    struct session *on = start(script, &env);
    run_to_end(off);
    run_to_end(on);
    assert_int_equal(recording_head(session_recording(off))->collections, 0);
    assert_true(recording_head(session_recording(on))->collections > 0);
    session_free(off);
    session_free(on);
}

/* What the world says of P's is not the workload's to change. */
static void the_world_decides_how_many_ps_there_are(void **state) {
    (void)state;
    struct environment env = model_of("linux/amd64");
    env.ps = 2;
    struct session *s = start("ps 4\non 3\ninterleave off\nalloc 8\n", &env);
    run_to_end(s);
    assert_string_equal(session_error(s)->text, "");
    assert_int_equal(recording_head(session_recording(s))->more_ps, 1);
    assert_int_equal(recording_op_count(session_recording(s)), 4); /* init, ps, interleave, alloc */
    session_free(s);
}

static void the_world_may_be_without_collections_or_with_half_a_seed(void **state) {
    (void)state;
    struct environment env = model_of("linux/amd64");
    env.gogc = -1;
    env.seed[0] = 0;
    struct session *s = start("keep r 20\nrepeat 400\nr[] = alloc 40KiB\nend\n", &env);
    run_to_end(s);
    assert_int_equal(recording_head(session_recording(s))->collections, 0);
    session_free(s);
}

/* Wherever there is no more room, also between operations of the world. */
static void a_recording_is_full_at_any_operation(void **state) {
    (void)state;
    struct environment env = model_of("linux/amd64");
    env.gogc = 50;
    env.ps = 4;
    uint64_t ops = 0;
    for (env.most_events = 1; ops < 5; env.most_events++) {
        struct session *s = start("alloc 8\nalloc 8\n", &env);
        run_to_end(s);
        uint64_t now = recording_op_count(session_recording(s));
        assert_in_range(now, ops, ops + 1);
        assert_non_null(strstr(session_error(s)->text, "t.arena:"));
        assert_non_null(strstr(session_error(s)->text, "the recording is full"));
        ops = now;
        session_free(s);
    }
}

static void a_world_that_cannot_be_changes_nothing(void **state) {
    (void)state;
    struct environment env = model_of("linux/386");
    struct error err = {""};
    env.model.image_end = 0x1000;
    assert_null(session_new(&env, script_parse("t.arena", "alloc 8\n", &err), &err));
    assert_non_null(strstr(err.text, "image_end 0x1000 is not possible on linux/386"));
    env.model.image_end = 0;
    env_toggle_taken(&env, 0x20000000, KiB(64)); /* what is below 4 GiB stays taken */
    struct session *s = start("alloc 8\n", &env);
    run_to_end(s);
    uint64_t count = recording_count(session_recording(s));
    env.model.image_end = 0x1000;
    assert_false(session_restart(s, &env, &err));
    assert_int_equal(recording_count(session_recording(s)), count);
    env.model.image_end = 0;
    env.provider = PROVIDER_HOST; /* nor can the host be, with faults */
    assert_true(session_restart(s, &env, &err));
    env.model.image_end = 0x1000;
    assert_false(session_restart(s, &env, &err));
    session_free(s);
    env_free(&env);
}

/* A source without a name that asks for what cannot be. */
static bool next_of_nameless(struct op_source *self, struct op *op, struct error *err) {
    err->text[0] = '\0';
    *op = (struct op){.code = self->ptr_size ? OP_INIT : OP_FILL, .id = 7, .line = 3};
    self->ptr_size = 0;
    return true;
}

static void rewind_nameless(struct op_source *self) {
    (void)self;
}

static void destroy_nameless(struct op_source *self) {
    (void)self;
}

static void a_source_without_a_name_is_called_the_workload(void **state) {
    (void)state;
    struct environment env = model_of("linux/amd64");
    struct op_source source = {next_of_nameless, rewind_nameless, destroy_nameless, NULL, 8};
    struct error err = {""};
    struct session *s = session_new(&env, &source, &err);
    run_to_end(s);
    assert_string_equal(session_error(s)->text,
        "workload:3: there is no object 7, expected the number of one that was allocated");
    session_free(s);
}

static void operations_of_the_world_count_as_the_init(void **state) {
    (void)state;
    struct environment env = model_of("linux/amd64");
    env.gogc = 50;
    env.ps = 4;
    struct session *s = start("phase \"a\"\nalloc 8\nphase \"b\"\nalloc 8\n", &env);
    run_to_end(s);
    assert_string_equal(session_error(s)->text, "");
    /* note, init, gogc, ps, interleave, alloc, note, alloc */
    assert_int_equal(recording_op_count(session_recording(s)), 8);
    static const uint64_t workload[] = {0, 1, 1, 1, 1, 2, 3, 4};
    for (uint64_t op = 0; op < 8; op++)
        assert_int_equal(session_workload_op(s, op), workload[op]);
    static const uint64_t recorded[] = {0, 1, 5, 6, 7};
    for (uint64_t n = 0; n < 5; n++)
        assert_int_equal(session_recorded_op(s, n), recorded[n]);
    assert_string_equal(session_phase(s, 5), "a");
    assert_string_equal(session_phase(s, 6), "b");
    session_free(s);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_world_decides_when_to_collect),
        cmocka_unit_test(the_world_decides_how_many_ps_there_are),
        cmocka_unit_test(the_world_may_be_without_collections_or_with_half_a_seed),
        cmocka_unit_test(a_recording_is_full_at_any_operation),
        cmocka_unit_test(a_world_that_cannot_be_changes_nothing),
        cmocka_unit_test(a_source_without_a_name_is_called_the_workload),
        cmocka_unit_test(operations_of_the_world_count_as_the_init),
        cmocka_unit_test(a_script_runs_and_is_recorded),
        cmocka_unit_test(pumping_stops_after_so_many_operations),
        cmocka_unit_test(the_same_seed_gives_the_same_run),
        cmocka_unit_test(the_same_seed_interleaves_ps_in_the_same_way),
        cmocka_unit_test(a_p_that_is_not_there_is_told_with_its_line),
        cmocka_unit_test(a_restart_gives_the_same_run_again),
        cmocka_unit_test(a_restart_in_the_other_width_lays_types_out_anew),
        cmocka_unit_test(taken_hints_of_the_other_width_do_no_harm),
        cmocka_unit_test(taken_addresses_are_in_the_recording),
        cmocka_unit_test(a_fatal_error_of_go_ends_the_run_without_an_error),
        cmocka_unit_test(an_operation_that_makes_no_sense_is_told_with_its_line),
        cmocka_unit_test(a_full_recording_ends_the_run),
        cmocka_unit_test(an_error_of_the_source_ends_the_run),
        cmocka_unit_test(phases_are_found_by_operation),
        cmocka_unit_test(faults_are_arranged_by_the_model_whatever_was_asked_for),
        cmocka_unit_test(the_model_stands_in_where_the_host_is_another_system),
        cmocka_unit_test(the_host_runs_its_own_platform_or_says_why_not),
        cmocka_unit_test(where_the_machine_lacks_room_the_run_says_so),
        cmocka_unit_test(every_built_in_workload_runs_to_its_end),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
