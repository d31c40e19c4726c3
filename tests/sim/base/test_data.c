/* Finding data files. */
#include "sim/base/data.h"

#include "tests/sim/scratch.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

static void make_dir(const struct scratch *s, const char *name, char *out, size_t len) {
    snprintf(out, len, "%s/%s", s->dir, name);
    assert_int_equal(mkdir(out, 0700), 0);
}

static void a_file_is_found_upwards_of_the_start(void **state) {
    (void)state;
    struct scratch s;
    struct strbuf found = {0};
    char a[200], b[200];
    scratch_begin(&s);
    make_dir(&s, "a", a, sizeof a);
    make_dir(&s, "a/b", b, sizeof b);
    const char *path = scratch_file(&s, "thing-of-a-test", "x", 1);
    assert_true(data_path_above(b, "thing-of-a-test", &found));
    assert_string_equal(found.text, path);
    assert_false(data_path_above(b, "no-such-thing-of-a-test", &found));
    assert_string_equal(sb_text(&found), "");
    sb_free(&found);
    rmdir(b);
    rmdir(a);
    scratch_end(&s);
}

static void an_installed_file_is_found_in_share_beside_bin(void **state) {
    (void)state;
    struct scratch s;
    struct strbuf found = {0};
    char bin[200], share[200], own[200];
    scratch_begin(&s);
    make_dir(&s, "bin", bin, sizeof bin);
    make_dir(&s, "share", share, sizeof share);
    make_dir(&s, "share/arenascope", own, sizeof own);
    const char *path = scratch_file(&s, "share/arenascope/thing-of-a-test", "x", 1);
    assert_true(data_path_above(bin, "thing-of-a-test", &found));
    assert_string_equal(found.text, path);
    unlink(path);
    sb_free(&found);
    rmdir(own);
    rmdir(share);
    rmdir(bin);
    scratch_end(&s);
}

static void the_environment_is_asked_first(void **state) {
    (void)state;
    struct scratch s;
    struct strbuf found = {0};
    scratch_begin(&s);
    const char *path = scratch_file(&s, "thing-of-a-test", "x", 1);
    assert_false(data_path("thing-of-a-test", &found));
    setenv("ARENASCOPE_DATA", s.dir, 1);
    assert_true(data_path("thing-of-a-test", &found));
    assert_string_equal(found.text, path);
    setenv("ARENASCOPE_DATA", "", 1); /* as if it were not there */
    assert_false(data_path("thing-of-a-test", &found));
    unsetenv("ARENASCOPE_DATA");
    sb_free(&found);
    scratch_end(&s);
}

static void nothing_is_above_a_relative_start(void **state) {
    (void)state;
    struct strbuf found = {0};
    assert_false(data_path_above("no-such-directory", "no-such-thing-of-a-test", &found));
    sb_free(&found);
}

static void the_program_finds_its_own_directory(void **state) {
    (void)state;
    struct strbuf found = {0};
    char exe[1000];
    ssize_t len = readlink("/proc/self/exe", exe, sizeof exe - 1);
    assert_true(len > 0);
    exe[len] = '\0';
    assert_true(data_path(strrchr(exe, '/') + 1, &found));
    assert_string_equal(found.text, exe);
    /* Who says where means there. */
    setenv("ARENASCOPE_DATA", "/nonexistent", 1);
    assert_false(data_path(strrchr(exe, '/') + 1, &found));
    unsetenv("ARENASCOPE_DATA");
    sb_free(&found);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_file_is_found_upwards_of_the_start),
        cmocka_unit_test(an_installed_file_is_found_in_share_beside_bin),
        cmocka_unit_test(the_environment_is_asked_first),
        cmocka_unit_test(nothing_is_above_a_relative_start),
        cmocka_unit_test(the_program_finds_its_own_directory),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
