/* Legal operations: what a Go program cannot do is left out, or made possible first. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "sim/work/legal.h"

#include "sim/work/opline.h"
#include "sim/work/session.h"

#include <stdio.h>

struct stage {
    struct os *os;
    struct program *program;
    struct legal *legal;
    struct strbuf ran; /* operations, separated by semicolons */
};

static void hear(void *arg, const struct op *op) {
    struct stage *st = arg;
    opline_write(op, 8, &st->ran);
    sb_puts(&st->ran, ";");
}

static void stage_open(struct stage *st) {
    struct error err = {""};
    const struct model_config usual = {0};
    *st = (struct stage){.os = os_model_new(platform_find("linux/amd64"), &usual, &err)};
    assert_string_equal(err.text, "");
    st->program = program_new(st->os, NULL);
    st->legal = legal_new(st->program, 8);
    assert_true(legal_run(st->legal, &(struct op){.code = OP_INIT}));
    legal_listen(st->legal, hear, st);
}

static void stage_close(struct stage *st) {
    legal_free(st->legal);
    program_free(st->program);
    os_destroy(st->os);
    sb_free(&st->ran);
}

/* Runs a line; did it run, and which operations did? */
static bool run(struct stage *st, const char *text) {
    struct opline line;
    struct error err = {""};
    assert_true(opline_read(text, 8, &line, &err));
    sb_clear(&st->ran);
    bool ok = legal_run(st->legal, &line.op);
    opline_free(&line);
    return ok;
}

static void runs(struct stage *st, const char *text, const char *expected) {
    assert_true(run(st, text));
    assert_string_equal(sb_text(&st->ran), expected);
}

static void left_out(struct stage *st, const char *text) {
    assert_false(run(st, text));
    assert_string_equal(sb_text(&st->ran), "");
}

static void pointers_to_what_is_dropped_become_nil_first(void **state) {
    struct stage st;
    (void)state;
    stage_open(&st);
    runs(&st, "p 1 16 1 16 3", "p 1 16 1 16 3;");
    runs(&st, "a 2 64", "a 2 64;");
    runs(&st, "st 1 0 2 8", "st 1 0 2 8;");
    runs(&st, "st 1 1 2 0", "st 1 1 2 0;");
    runs(&st, "f 2", "nil 1 1;nil 1 0;f 2;");
    runs(&st, "a 3 64", "a 3 64;");
    runs(&st, "st 1 0 3 0", "st 1 0 3 0;");
    runs(&st, "nil 1 0", "nil 1 0;");
    runs(&st, "f 3", "f 3;");
    assert_int_equal(legal_count(st.legal), 1);
    assert_int_equal(legal_bytes(st.legal), 16);
    stage_close(&st);
}

static void a_replaced_object_is_pointed_to_no_longer(void **state) {
    struct stage st;
    (void)state;
    stage_open(&st);
    run(&st, "p 1 8 1 8 1");
    run(&st, "a 2 64");
    run(&st, "st 1 0 2 0");
    runs(&st, "a 2 128", "nil 1 0;a 2 128;");
    stage_close(&st);
}

static void what_is_unknown_or_outside_is_left_out(void **state) {
    struct stage st;
    (void)state;
    stage_open(&st);
    left_out(&st, "f 7");
    left_out(&st, "root 7");
    left_out(&st, "x 7");
    left_out(&st, "u 7");
    left_out(&st, "st 7 0 7 0");
    run(&st, "a 7 16");
    left_out(&st, "nil 7 2");
    left_out(&st, "u 7");
    left_out(&st, "init");
    stage_close(&st);
}

static void nothing_points_into_manual_spans(void **state) {
    struct stage st;
    (void)state;
    stage_open(&st);
    runs(&st, "m 5 4", "m 5 4;");
    run(&st, "p 1 8 1 8 1");
    left_out(&st, "st 1 0 5 0");
    left_out(&st, "f 5");
    left_out(&st, "a 5 16");
    left_out(&st, "m 1 4");
    runs(&st, "u 5", "u 5;");
    stage_close(&st);
}

/* What the system refuses is not heard of; no pages are none. */
static void what_is_refused_is_left_out(void **state) {
    struct stage st;
    struct error err = {""};
    (void)state;
    st = (struct stage){
        .os = os_model_new(platform_find("linux/amd64"), &(struct model_config){0}, &err)};
    st.program = program_new(st.os, NULL);
    st.legal = legal_new(st.program, 8);
    legal_listen(st.legal, hear, &st);
    left_out(&st, "a 1 8");
    assert_true(legal_run(st.legal, &(struct op){.code = OP_NOTE, .note = "before"}));
    runs(&st, "occupy 0xc000000000 65536", "occupy 0xc000000000 65536;");
    left_out(&st, "occupy 0xc000000000 65536");
    runs(&st, "init", "init;");
    left_out(&st, "m 1 0");
    runs(&st, "m 1 2", "m 1 2;");
    left_out(&st, "m 1 2");
    stage_close(&st);
}

static void what_points_to_each_other_dies_together(void **state) {
    struct stage st;
    (void)state;
    stage_open(&st);
    run(&st, "p 1 8 1 8 1");
    run(&st, "p 2 8 1 8 1");
    run(&st, "st 1 0 2 0");
    run(&st, "st 2 0 1 0");
    for (unsigned i = 3; i < 6; i++) { /* two roots that lead to one object */
        char line[40];
        snprintf(line, sizeof line, "p %u 8 1 8 1", i);
        run(&st, line);
    }
    run(&st, "st 3 0 5 0");
    run(&st, "st 4 0 5 0");
    run(&st, "root 3");
    run(&st, "root 4");
    assert_true(run(&st, "precise 1") && run(&st, "g"));
    assert_int_equal(legal_count(st.legal), 3);
    left_out(&st, "a 6 18446744073709551615");
    stage_close(&st);
}

/* Whatever there is no memory for, down to sweeping behind a collection. */
static void memory_may_run_out_anywhere(void **state) {
    unsigned ended = 0;
    (void)state;
    for (uint64_t limit = KiB(256);; limit += KiB(16)) {
        struct stage st;
        struct error err = {""};
        const struct model_config config = {.memory_limit = limit};
        char line[40];
        st = (struct stage){.os = os_model_new(platform_find("linux/amd64"), &config, &err)};
        st.program = program_new(st.os, NULL);
        st.legal = legal_new(st.program, 8);
        run(&st, "init");
        run(&st, "precise 1");
        run(&st, "m 1 100");
        for (unsigned i = 2; i < 300; i++) {
            snprintf(line, sizeof line, "a %u %u", i, i * 8);
            run(&st, line);
        }
        run(&st, "root 2");
        run(&st, "g");
        bool over = program_ended(st.program);
        assert_true(over || legal_count(st.legal) == 2);
        ended += over;
        stage_close(&st);
        if (!over)
            break;
    }
    assert_true(ended > 10);
}

static void after_the_end_nothing_is_legal(void **state) {
    struct stage st;
    struct error err = {""};
    (void)state;
    st = (struct stage){.os = os_model_new(platform_find("linux/386"),
                            &(struct model_config){.address_limit = 1}, &err)};
    st.program = program_new(st.os, NULL);
    st.legal = legal_new(st.program, 4);
    assert_true(legal_run(st.legal, &(struct op){.code = OP_INIT}));
    assert_true(program_ended(st.program));
    assert_false(legal_run(st.legal, &(struct op){.code = OP_NOTE, .note = "after"}));
    stage_close(&st);
    legal_free(NULL);
}

static void garbage_is_no_pointer(void **state) {
    struct stage st;
    (void)state;
    stage_open(&st);
    run(&st, "p 1 8 1 8 1");
    run(&st, "a 2 16");
    runs(&st, "x 1", "x 1;");
    runs(&st, "x 2", "x 2;");
    runs(&st, "precise 1", "f 1;precise 1;");
    run(&st, "p 3 8 1 8 1");
    left_out(&st, "x 3");
    runs(&st, "x 2", "x 2;");
    stage_close(&st);
}

static void what_was_collected_is_gone(void **state) {
    struct stage st;
    (void)state;
    stage_open(&st);
    run(&st, "precise 1");
    run(&st, "p 1 8 1 8 1");
    run(&st, "a 2 64");
    run(&st, "a 3 64");
    run(&st, "st 1 0 2 32");
    run(&st, "root 1");
    runs(&st, "g", "g;");
    assert_int_equal(legal_count(st.legal), 2);
    left_out(&st, "x 3");
    runs(&st, "x 2", "x 2;");
    run(&st, "nil 1 0");
    run(&st, "l");
    assert_int_equal(legal_count(st.legal), 1);
    assert_int_equal(legal_object(st.legal, 0).id, 1);
    assert_true(legal_object(st.legal, 0).root);
    stage_close(&st);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(pointers_to_what_is_dropped_become_nil_first),
        cmocka_unit_test(a_replaced_object_is_pointed_to_no_longer),
        cmocka_unit_test(what_is_unknown_or_outside_is_left_out),
        cmocka_unit_test(nothing_points_into_manual_spans),
        cmocka_unit_test(what_is_refused_is_left_out),
        cmocka_unit_test(what_points_to_each_other_dies_together),
        cmocka_unit_test(memory_may_run_out_anywhere),
        cmocka_unit_test(after_the_end_nothing_is_legal),
        cmocka_unit_test(garbage_is_no_pointer),
        cmocka_unit_test(what_was_collected_is_gone),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
