/* Where a person's files are kept, by the rules of the XDG base directories. */
#include "sim/base/xdg.h"

#include "sim/base/file.h"
#include "tests/sim/scratch.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

static void put(const char *name, const char *value) {
    if (value)
        setenv(name, value, 1);
    else
        unsetenv(name);
}

static void a_directory_follows_from_the_environment(void **state) {
    static const struct {
        const char *config, *home, *path; /* NULL: unset; nowhere */
    } cases[] = {
        {"/conf", "/home/anna", "/conf/arenascope/preferences"},
        {"/conf", NULL, "/conf/arenascope/preferences"},
        {"conf", "/home/anna", "/home/anna/.config/arenascope/preferences"}, /* relative: ignored */
        {"", "/home/anna", "/home/anna/.config/arenascope/preferences"},
        {NULL, "/home/anna", "/home/anna/.config/arenascope/preferences"},
        {NULL, "", NULL},
        {NULL, NULL, NULL},
    };
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        struct strbuf path = {0};
        put("XDG_CONFIG_HOME", cases[i].config);
        put("HOME", cases[i].home);
        assert_int_equal(xdg_path(XDG_CONFIG, "preferences", &path), cases[i].path != NULL);
        assert_string_equal(sb_text(&path), cases[i].path ? cases[i].path : "");
        sb_free(&path);
    }
}

static void progress_is_state_and_no_configuration(void **state) {
    struct strbuf path = {0};
    (void)state;
    put("XDG_STATE_HOME", NULL);
    put("HOME", "/home/anna");
    assert_true(xdg_path(XDG_STATE, "progress", &path));
    assert_string_equal(path.text, "/home/anna/.local/state/arenascope/progress");
    sb_free(&path);
}

static void what_cannot_be_asked_about_is_there(void **state) {
    struct scratch s;
    (void)state;
    scratch_begin(&s);
    scratch_file(&s, "a", "x", 1);
    assert_true(xdg_exists(scratch_path(&s, "a")));
    assert_false(xdg_exists(scratch_path(&s, "b")));
    assert_true(xdg_exists(scratch_path(&s, "a/b"))); /* below a file nothing can be */
    scratch_end(&s);
}

static void directories_are_made_where_they_are_missing(void **state) {
    struct scratch s;
    struct strbuf text = {0};
    struct error err = {""};
    (void)state;
    scratch_begin(&s);
    for (unsigned i = 0; i < 2; i++)
        assert_true(xdg_write(scratch_path(&s, "one/two/file"), "text", 4, &err));
    assert_true(file_read(scratch_path(&s, "one/two/file"), &text, NULL, &err));
    assert_string_equal(text.text, "text");
    sb_free(&text);
    unlink(scratch_path(&s, "one/two/file"));
    rmdir(scratch_path(&s, "one/two"));
    rmdir(scratch_path(&s, "one"));
    scratch_end(&s);
}

static void a_file_in_the_way_of_a_directory_is_named(void **state) {
    struct scratch s;
    struct error err = {""};
    (void)state;
    scratch_begin(&s);
    scratch_file(&s, "one", "x", 1);
    assert_false(xdg_write(scratch_path(&s, "one/two/file"), "text", 4, &err));
    assert_non_null(strstr(err.text, "/one/two: cannot make the directory: Not a directory"));
    assert_int_equal(mkdir(scratch_path(&s, "dir"), 0700), 0);
    assert_false(xdg_write(scratch_path(&s, "dir"), "text", 4, &err));
    assert_non_null(strstr(err.text, "/dir: cannot write: Is a directory"));
    rmdir(scratch_path(&s, "dir"));
    scratch_end(&s);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_directory_follows_from_the_environment),
        cmocka_unit_test(progress_is_state_and_no_configuration),
        cmocka_unit_test(what_cannot_be_asked_about_is_there),
        cmocka_unit_test(directories_are_made_where_they_are_missing),
        cmocka_unit_test(a_file_in_the_way_of_a_directory_is_named),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
