/* Operations as lines, and files of them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "sim/work/opfile.h"

#include <string.h>

static void every_line_comes_out_as_it_went_in(void **state) {
    static const char *const lines[] = {"occupy 0xc000000000 4096", "init", "seed 1 4294967295",
        "a 7 64", "p 3 48 2 40 51", "p 3 8 1 0 0", "f 1", "x 1", "root 1", "unroot 1", "st 1 2 3 4",
        "nil 1 2", "precise 1", "g", "l", "w", "s", "m 4 17", "u 4", "gogc 100", "gogc off",
        "advance 5000000000"};
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(lines); i++) {
        struct opline line;
        struct error err = {""};
        struct strbuf out = {0};
        if (!opline_read(lines[i], 8, &line, &err))
            fail_msg("%s: %s", lines[i], err.text);
        assert_true(opline_write(&line.op, 8, &out));
        assert_string_equal(out.text, lines[i]);
        opline_free(&line);
        sb_free(&out);
    }
}

static void what_is_only_looked_at_is_no_operation(void **state) {
    struct opline line;
    struct error err;
    (void)state;
    assert_true(opline_read("b 12", 8, &line, &err));
    assert_true(line.kind == OPLINE_BITS && line.op.id == 12);
    assert_true(opline_read("d", 8, &line, &err));
    assert_true(line.kind == OPLINE_DUMP);
}

static void broken_lines_say_what_was_expected(void **state) {
    static const char *const cases[][2] = {{"", "missing after `>`"}, {"  ", "missing after `>`"},
        {"quux 1", "unknown operation `quux`"}, {"a", "expected `a ID SIZE`"},
        {"a 1", "expected `a ID SIZE`"}, {"a 1 x", "expected `a ID SIZE`"},
        {"a 1 2 3", "expected `a ID SIZE`"}, {"a 4294967296 8", "expected `a ID SIZE`"},
        {"a -1 8", "expected `a ID SIZE`"}, {"g 1", "expected `g`"},
        {"p 1 8 1 8 g", "expected `p ID"}, {"p 1 80 1 80 ff", "too short"},
        {"p 1 8 1 18446744073709551608 ff", "too short"},
        {"gogc on", "expected `gogc PERCENT|off`"}, {"seed 1 4294967296", "expected `seed A B`"}};
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        struct opline line;
        struct error err = {""};
        assert_false(opline_read(cases[i][0], 8, &line, &err));
        if (!strstr(err.text, cases[i][1]))
            fail_msg("`%s` does not say `%s`", err.text, cases[i][1]);
    }
}

/* --- Files --- */

static void a_world_of_odd_pages_and_half_a_seed_is_written(void **state) {
    struct environment env = {.platform = platform_find("linux/386"), .seed = {0, 7}};
    struct strbuf out = {0};
    (void)state;
    env.model.no_page_size = true;
    opfile_write_world(&env, &out);
    assert_string_equal(sb_text(&out), "platform linux/386\npage none\nseed 0 7\n");
    sb_free(&out);
}

static struct op_source *parse(const char *text, struct environment *env) {
    struct error err = {""};
    struct op_source *source = opfile_parse("x", text, &err);
    if (!source)
        fail_msg("%s", err.text);
    *env = (struct environment){.platform = platform_find("linux/amd64")};
    assert_true(opfile_environment(source, env));
    return source;
}

static void done(struct op_source *source, struct environment *env) {
    source->destroy(source);
    env_free(env);
}

static void a_script_s_world_may_stand_before_the_operations(void **state) {
    struct environment env;
    struct op_source *source = parse("# a comment\nplatform windows/386\ntake 0x20000000 1MiB\n"
                                     "limit memory 64MiB\n\n> init\nno operation\n> a 1 16\r\n",
        &env);
    struct op op;
    struct error err;
    (void)state;
    assert_string_equal(env.platform->name, "windows/386");
    assert_true(env_is_taken(&env, 0x200fffff));
    assert_int_equal(env.model.memory_limit, MiB(64));
    assert_true(source->next(source, &op, &err) && op.code == OP_INIT && op.line == 6);
    assert_true(source->next(source, &op, &err) && op.code == OP_ALLOC && op.line == 8);
    assert_false(source->next(source, &op, &err));
    assert_string_equal(err.text, "");
    source->rewind(source);
    assert_true(source->next(source, &op, &err) && op.code == OP_INIT);
    done(source, &env);
}

static void a_transcript_s_world_is_its_head(void **state) {
    struct environment env;
    struct op_source *source =
        parse("# go1.10.8 linux/386 x\nplatform ptrsize=4 maxmem=0xffffffff image_end=0x9000000 "
              "brk=0x9001000 physpage=16384 hugepage=0x200000 sizeof_mspan=92 sizeof_mcache=868 "
              "sizeof_treapnode=24\n> init\ninit\nos map addr=0x0\n> d\ndump\n> b 3\n> g\n",
            &env);
    (void)state;
    assert_string_equal(env.platform->name, "linux/386");
    assert_int_equal(env.model.image_end, 0x9000000);
    assert_int_equal(env.model.brk, 0x9001000);
    assert_int_equal(env.model.phys_page_size, 16384);
    assert_true(opfile_line(source, 1)->kind == OPLINE_DUMP);
    assert_true(opfile_line(source, 2)->kind == OPLINE_BITS);
    assert_null(opfile_line(source, 4));
    done(source, &env);
}

static void the_world_is_read_as_it_was_written(void **state) {
    struct environment env = {.platform = platform_find("linux/386"),
        .provider = PROVIDER_MODEL,
        .model = {.brk = 0x9000000,
            .address_limit = MiB(600),
            .memory_limit = MiB(3),
            .phys_page_size = KiB(16),
            .ignores_hints = true},
        .seed = {5, 6}};
    struct environment read;
    struct strbuf text = {0}, again = {0};
    (void)state;
    env_toggle_taken(&env, 0x10000000, 0x20000);
    env_toggle_taken(&env, 0x30000000, 0x10000);
    opfile_write_world(&env, &text);
    sb_puts(&text, "> init\n");
    struct op_source *source = parse(text.text, &read);
    opfile_write_world(&read, &again);
    sb_puts(&again, "> init\n");
    assert_string_equal(text.text, again.text);
    done(source, &read);
    env_free(&env);
    sb_free(&text);
    sb_free(&again);
}

/* The other width has the same objects, in its own words. */
static void operations_fit_either_width(void **state) {
    struct environment env;
    struct op_source *source = parse("> init\n> p 1 48 2 40 51\n> a 2 100\n", &env);
    struct op op;
    struct error err;
    (void)state;
    source->ptr_size = 4;
    source->rewind(source);
    source->next(source, &op, &err);
    assert_true(source->next(source, &op, &err) && op.elem == 24 && op.ptrdata == 20);
    assert_true(op.count == 2 && op.mask[0] == 0x15);
    assert_true(source->next(source, &op, &err) && op.size == 100);
    done(source, &env);
}

/* What looks like a transcript's head behind an operation is a result of it. */
static void a_head_stands_before_the_operations(void **state) {
    struct environment env;
    struct op_source *source = parse("> init\nplatform ptrsize=4\n> a 1 8\n", &env);
    (void)state;
    assert_string_equal(env.platform->name, "linux/amd64");
    assert_non_null(opfile_line(source, 1));
    assert_null(opfile_line(source, 2));
    done(source, &env);
}

static void broken_files_name_the_line(void **state) {
    struct error err = {""};
    (void)state;
    assert_null(opfile_parse("x", "platform linux/pdp11\n> init\n", &err));
    assert_non_null(strstr(err.text, "x:1: "));
    assert_null(opfile_parse("x", "\n> init\nresult\n> a one 2\n", &err));
    assert_non_null(strstr(err.text, "x:4: cannot read the operation"));
    assert_false(opfile_recognises("x = alloc 16\n"));
    assert_true(opfile_recognises("> init"));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_line_comes_out_as_it_went_in),
        cmocka_unit_test(a_world_of_odd_pages_and_half_a_seed_is_written),
        cmocka_unit_test(a_head_stands_before_the_operations),
        cmocka_unit_test(what_is_only_looked_at_is_no_operation),
        cmocka_unit_test(broken_lines_say_what_was_expected),
        cmocka_unit_test(a_script_s_world_may_stand_before_the_operations),
        cmocka_unit_test(a_transcript_s_world_is_its_head),
        cmocka_unit_test(the_world_is_read_as_it_was_written),
        cmocka_unit_test(operations_fit_either_width),
        cmocka_unit_test(broken_files_name_the_line),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
