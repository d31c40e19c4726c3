/* Sources: which functions are found, with what text, and how it looks; what why names exists. */
#include "sim/lesson/source.h"

#include "sim/trace/why.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include <cmocka.h>

static const char heap_file[] = "/* The file. */\n"
                                "#include \"x.h\"\n"
                                "#define EACH(f) \\\n"
                                "f(a) {\n"
                                "static const int table[] = {1};\n"
                                "struct heap *later(int a);\n"
                                "enum { A, B };\n"
                                "\n"
                                "/* Adds one,\n"
                                " * of course. */\n"
                                "static int one(\n"
                                "    int a) {\n"
                                "    return a + 1; /* { */\n"
                                "}\n"
                                "\n"
                                "int *two(int b) {\n"
                                "    call(one(b), \"one(\", one);\n"
                                "    return b->one(later(one, two(1)));\n"
                                "}\n";
static const char os_file[] = "void one(void) {\n}\n\nint three(void) {\n    return 3;\n}\n";
/* What people seldom write. */
static const char odd_file[] =
    "/* At the very top. */\n"
    "word top(int a) {\n"
    "    return 'a' / '\\'' + s.one(a) + \"\\\"one(\" + find(a, three);\n"
    "}\n"
    "/* More\n"
    "/than one\n"
    "*/\n"
    "bare() {\n"
    "    call(top, nothing);\n"
    "}\n"
    "int (*pointer(void))(int) {\n"
    "}\n"
    "struct\n"
    "{\n"
    "};\n"
    "void quoted(void) {\n"
    "    \"unclosed\n"
    "}\n"
    "void remarked(void) {\n"
    "    /* unclosed\n"
    "}\n"
    "void cut(void) {\n"
    "    off();";

static void write_file(const char *dir, const char *name, const char *text) {
    char path[300];
    snprintf(path, sizeof path, "%s/%s", dir, name);
    FILE *f = fopen(path, "w");
    assert_non_null(f);
    fputs(text, f);
    fclose(f);
}

struct fixture {
    char dir[32];
    struct sources *small; /* the files above */
    struct sources *all;   /* the program's own */
};

static int begin(void **state) {
    struct fixture *f = xcalloc(1, sizeof *f);
    char path[300];
    strcpy(f->dir, "/tmp/sources-XXXXXX");
    assert_non_null(mkdtemp(f->dir));
    const char *const directories[] = {"sim", "sim/heap", "sim/os", "sim/work"};
    for (size_t i = 0; i < ARRAY_LEN(directories); i++) {
        snprintf(path, sizeof path, "%s/%s", f->dir, directories[i]);
        mkdir(path, 0777);
    }
    write_file(f->dir, "sim/heap/a.c", heap_file);
    write_file(f->dir, "sim/heap/a.txt", heap_file);
    write_file(f->dir, "sim/heap/a.o", heap_file);
    write_file(f->dir, "sim/os/b.c", os_file);
    write_file(f->dir, "sim/work/odd.c", odd_file);
    snprintf(path, sizeof path, "%s/sim/work/directory.c", f->dir);
    mkdir(path, 0777);
    f->small = sources_open_at(f->dir);
    f->all = sources_open();
    *state = f;
    return 0;
}

static int end(void **state) {
    struct fixture *f = *state;
    sources_free(f->small);
    sources_free(f->all);
    char command[64];
    snprintf(command, sizeof command, "rm -r '%s'", f->dir);
    int status = system(command);
    free(f);
    return status;
}

static void functions_and_nothing_else_are_found(void **state) {
    const struct fixture *f = *state;
    assert_int_equal(source_count(f->small), 8);
    assert_int_equal(source_find(f->small, NULL, "later"), -1);
    assert_int_equal(source_find(f->small, NULL, "f"), -1);
    assert_int_equal(source_find(f->small, NULL, "tw"), -1);
    assert_int_equal(source_find(f->small, NULL, "twos"), -1);
    assert_null(source_at(f->small, -1));
    assert_int_equal(source_find(f->small, NULL, "pointer"), -1);
    assert_int_equal(source_find(f->small, NULL, "cut"), -1); /* it has no end */
    assert_null(source_at(f->small, 8));
}

static void a_function_is_its_comment_and_its_body(void **state) {
    const struct fixture *f = *state;
    const struct source_function *one = source_at(f->small, source_find(f->small, NULL, "one"));
    assert_string_equal(one->file, "sim/heap/a.c");
    assert_int_equal(one->line, 9);
    assert_int_equal(one->len, strlen("/* Adds one,\n * of course. */\nstatic int one(\n    int a) "
                                      "{\n    return a + 1; /* { */\n}\n"));
    assert_memory_equal(one->text, "/* Adds one", 11);
    const struct source_function *two = source_at(f->small, source_find(f->small, NULL, "two"));
    assert_int_equal(two->line, 16);
    assert_memory_equal(two->text, "int *two(int b) {", 17);
    const struct source_function *top = source_at(f->small, source_find(f->small, NULL, "top"));
    assert_int_equal(top->line, 2); /* the file's comment is not its */
    const struct source_function *bare = source_at(f->small, source_find(f->small, NULL, "bare"));
    assert_int_equal(bare->line, 5);
}

static void the_file_decides_between_functions_of_one_name(void **state) {
    const struct fixture *f = *state;
    int os = source_find(f->small, "sim/os/b.c", "one");
    assert_string_equal(source_at(f->small, os)->file, "sim/os/b.c");
    assert_int_equal(
        source_find(f->small, "sim/os/c.c", "one"), source_find(f->small, NULL, "one"));
}

/* The style of the n-th occurrence of a word (from 1) in the function. */
static int style_at(const struct sources *s, const char *function, const char *word, int n) {
    int i = source_find(s, NULL, function);
    const struct source_function *f = source_at(s, i);
    unsigned char *styles = xmalloc(f->len);
    source_styles(s, i, styles);
    const char *at = f->text - 1;
    while (n--)
        at = strstr(at + 1, word);
    int style = styles[at - f->text];
    assert_int_equal(styles[at - f->text + (ptrdiff_t)strlen(word) - 1], style);
    free(styles);
    return style;
}

static void names_keywords_and_comments_look_different(void **state) {
    const struct fixture *f = *state;
    assert_int_equal(style_at(f->small, "one", "one", 1), SOURCE_COMMENT);
    assert_int_equal(style_at(f->small, "one", "one", 2), SOURCE_DEFINED);
    assert_int_equal(style_at(f->small, "one", "static", 1), SOURCE_KEYWORD);
    assert_int_equal(style_at(f->small, "one", "{ */", 1), SOURCE_COMMENT);
    assert_int_equal(style_at(f->small, "two", "one", 1), SOURCE_LINK);
    assert_int_equal(style_at(f->small, "two", "one", 2), SOURCE_PLAIN); /* in a string */
    assert_int_equal(style_at(f->small, "two", "one", 3), SOURCE_LINK);  /* passed on */
    assert_int_equal(style_at(f->small, "two", "one", 4), SOURCE_PLAIN); /* a member */
    assert_int_equal(style_at(f->small, "two", "later", 1), SOURCE_PLAIN);
    assert_int_equal(style_at(f->small, "top", "word", 1), SOURCE_PLAIN);
    assert_int_equal(style_at(f->small, "top", "one", 1), SOURCE_PLAIN);   /* a member */
    assert_int_equal(style_at(f->small, "top", "one", 2), SOURCE_PLAIN);   /* behind a \" */
    assert_int_equal(style_at(f->small, "top", "three", 1), SOURCE_PLAIN); /* of another file */
    assert_int_equal(style_at(f->small, "top", "/", 1), SOURCE_PLAIN);
    assert_int_equal(style_at(f->small, "bare", "bare", 1), SOURCE_DEFINED);
    assert_int_equal(style_at(f->small, "quoted", "unclosed", 1), SOURCE_PLAIN);
    assert_int_equal(style_at(f->small, "remarked", "unclosed", 1), SOURCE_COMMENT);
}

static void lines_are_found_by_whole_words(void **state) {
    const char line[] = "    SPAN_SET(h, s, npages, 1);";
    const char *both[2] = {"SPAN_SET", "npages"}, *part[2] = {"SPAN_SET", "page"},
               *one[2] = {"SPAN_SET", NULL}, *other[2] = {NULL, "npages"},
               *tail[2] = {"AN_SET", NULL}, *head[2] = {"SPAN", NULL};
    (void)state;
    assert_true(source_line_has(line, sizeof line - 1, both));
    assert_false(source_line_has(line, sizeof line - 1, part));
    assert_true(source_line_has(line, sizeof line - 1, one));
    assert_true(source_line_has(line, sizeof line - 1, other));
    assert_false(source_line_has(line, sizeof line - 1, tail));
    assert_false(source_line_has(line, sizeof line - 1, head));
    assert_false(source_line_has(line, 8, both));
    assert_true(source_line_has("npages", 6, other)); /* all of a line */
}

static void every_function_that_why_names_exists(void **state) {
    const struct fixture *f = *state;
    struct why why;
    for (size_t i = 0; why_at(i, &why); i++) {
        const struct source_function *found =
            source_at(f->all, source_find(f->all, why.file, why.function));
        if (!found || strcmp(found->file, why.file) != 0)
            fail_msg("%s defines no %s", why.file, why.function);
    }
}

static void where_there_are_no_sources_nothing_is_found(void **state) {
    struct sources *none = sources_open_at("/nonexistent");
    (void)state;
    assert_int_equal(source_count(none), 0);
    assert_int_equal(source_find(none, NULL, "grow"), -1);
    sources_free(none);
    setenv("ARENASCOPE_DATA", "/nonexistent", 1);
    none = sources_open();
    unsetenv("ARENASCOPE_DATA");
    assert_int_equal(source_count(none), 0);
    sources_free(none);
    sources_free(NULL);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(functions_and_nothing_else_are_found),
        cmocka_unit_test(a_function_is_its_comment_and_its_body),
        cmocka_unit_test(the_file_decides_between_functions_of_one_name),
        cmocka_unit_test(names_keywords_and_comments_look_different),
        cmocka_unit_test(lines_are_found_by_whole_words),
        cmocka_unit_test(every_function_that_why_names_exists),
        cmocka_unit_test(where_there_are_no_sources_nothing_is_found),
    };
    return cmocka_run_group_tests(tests, begin, end);
}
