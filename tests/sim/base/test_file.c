/* Files: read plain and compressed, written all or nothing. */
#include "sim/base/file.h"

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

static int begin(void **state) {
    struct scratch *s = xcalloc(1, sizeof *s);
    scratch_begin(s);
    *state = s;
    return 0;
}

static int end(void **state) {
    scratch_end(*state);
    free(*state);
    return 0;
}

/* Text that does not compress away to nothing. */
static void make_text(struct strbuf *out) {
    for (unsigned i = 0; i < 20000; i++)
        sb_printf(out, "%x\n", i * 2654435761U);
}

static void plain_files_are_read_whole(void **state) {
    struct strbuf out = {0};
    struct error err = {""};
    bool cut = true;
    assert_true(file_read(scratch_file(*state, "a", "one\0two", 7), &out, &cut, &err));
    assert_int_equal(out.len, 7);
    assert_memory_equal(out.text, "one\0two", 7);
    assert_false(cut);
    sb_free(&out);
}

static void an_empty_file_reads_as_nothing(void **state) {
    struct strbuf out = {0};
    struct error err = {""};
    assert_true(file_read(scratch_file(*state, "a", "", 0), &out, NULL, &err));
    assert_int_equal(out.len, 0);
    assert_string_equal(sb_text(&out), "");
    sb_free(&out);
}

static void compressed_files_are_told_by_their_first_bytes(void **state) {
    struct strbuf text = {0}, out = {0};
    struct error err = {""};
    bool cut = true;
    make_text(&text);
    const char *path = scratch_gzip(*state, "no-suffix", text.text, text.len, 0);
    assert_true(file_read(path, &out, &cut, &err));
    assert_false(cut);
    assert_int_equal(out.len, text.len);
    assert_memory_equal(out.text, text.text, text.len);
    sb_free(&text);
    sb_free(&out);
}

static void compressed_files_cut_short_give_what_there_is(void **state) {
    struct strbuf text = {0};
    struct error err = {""};
    make_text(&text);
    struct stat st;
    assert_int_equal(stat(scratch_gzip(*state, "whole", text.text, text.len, 0), &st), 0);
    size_t size = (size_t)st.st_size;
    size_t keeps[] = {size / 4, size / 2, size - 20, size - 8, size - 4, size - 1};
    for (size_t i = 0; i < ARRAY_LEN(keeps); i++) {
        struct strbuf out = {0};
        bool cut = false;
        const char *path = scratch_gzip(*state, "cut", text.text, text.len, keeps[i]);
        assert_true(file_read(path, &out, &cut, &err));
        assert_true(cut);
        assert_true(out.len > 0 && out.len <= text.len);
        assert_memory_equal(out.text, text.text, out.len);
        sb_clear(&out);
        assert_false(file_read(path, &out, NULL, &err));
        assert_non_null(strstr(err.text, "cut: cannot read: the gzip data stop short"));
        sb_free(&out);
    }
    sb_free(&text);
}

static void damaged_compressed_files_are_refused(void **state) {
    struct strbuf text = {0}, out = {0};
    struct error err = {""};
    bool cut;
    make_text(&text);
    const char *path = scratch_gzip(*state, "good", text.text, text.len, 0);
    struct stat st;
    assert_int_equal(stat(path, &st), 0);
    char *bytes = xmalloc((size_t)st.st_size);
    FILE *f = fopen(path, "rb");
    assert_int_equal(fread(bytes, 1, (size_t)st.st_size, f), (size_t)st.st_size);
    fclose(f);
    for (int i = 1000; i < 1100; i++)
        bytes[i] = (char)0xff;
    path = scratch_file(*state, "bad", bytes, (size_t)st.st_size);
    assert_false(file_read(path, &out, &cut, &err));
    assert_non_null(strstr(err.text, "bad: cannot read: "));
    free(bytes);
    sb_free(&text);
    sb_free(&out);
}

static void missing_files_and_directories_are_refused(void **state) {
    struct strbuf out = {0};
    struct error err = {""};
    struct scratch *s = *state;
    assert_false(file_read("/nonexistent/file", &out, NULL, &err));
    assert_string_equal(err.text, "/nonexistent/file: cannot open: No such file or directory");
    assert_false(file_read(s->dir, &out, NULL, &err));
    assert_non_null(strstr(err.text, ": is a directory, expected a file"));
    sb_free(&out);
}

static void assert_too_large(const char *path, uint64_t most, const char *said) {
    struct strbuf out = {0};
    struct error err = {""};
    bool cut;
    assert_false(file_read_most(path, most, &out, &cut, &err));
    assert_non_null(strstr(err.text, said));
    assert_true(out.len <= most + KiB(64)); /* it was not read further */
    sb_free(&out);
}

static void files_are_read_up_to_a_limit(void **state) {
    struct strbuf text = {0}, out = {0};
    struct error err = {""};
    make_text(&text);
    const char *path = scratch_file(*state, "plain", text.text, text.len);
    assert_true(file_read_most(path, text.len, &out, NULL, &err));
    assert_int_equal(out.len, text.len);
    assert_too_large(
        path, KiB(100), "plain: is larger than 100 KiB, the most that is read of such");
    path = scratch_gzip(*state, "packed", text.text, text.len, 0);
    assert_true(file_read_most(path, text.len, &out, NULL, &err));
    assert_too_large(path, text.len - 1, "packed: is larger than ");
    assert_too_large("/dev/zero", KiB(100), "/dev/zero: is larger than 100 KiB");
    sb_free(&text);
    sb_free(&out);
}

static void a_file_that_unpacks_to_very_much_is_read_up_to_the_limit(void **state) {
    size_t len = MiB(32);
    char *nothing = xcalloc(1, len);
    const char *path = scratch_gzip(*state, "bomb.gz", nothing, len, 0);
    struct stat st;
    assert_int_equal(stat(path, &st), 0);
    assert_true(st.st_size < (off_t)KiB(64));
    assert_too_large(path, MiB(1), "bomb.gz: is larger than 1 MiB");
    free(nothing);
}

static void writing_replaces_the_file(void **state) {
    struct strbuf out = {0};
    struct error err = {""};
    const char *path = scratch_file(*state, "w", "a long old text", 15);
    assert_true(file_write(path, "new", 3, &err));
    assert_true(file_read(path, &out, NULL, &err));
    assert_string_equal(out.text, "new");
    sb_free(&out);
}

static void a_write_that_fails_leaves_nothing_behind(void **state) {
    (void)state;
    struct error err = {""};
    assert_false(file_write("/nonexistent/dir/file", "new", 3, &err));
    assert_string_equal(err.text, "/nonexistent/dir/file: cannot write: No such file or directory");
}

static void a_directory_is_not_replaced(void **state) {
    struct error err = {""};
    struct scratch *s = *state;
    char path[200];
    snprintf(path, sizeof path, "%s/sub", s->dir);
    assert_int_equal(mkdir(path, 0700), 0);
    assert_false(file_write(path, "new", 3, &err));
    assert_non_null(strstr(err.text, "sub: cannot write: "));
    assert_int_equal(rmdir(path), 0);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(plain_files_are_read_whole, begin, end),
        cmocka_unit_test_setup_teardown(an_empty_file_reads_as_nothing, begin, end),
        cmocka_unit_test_setup_teardown(compressed_files_are_told_by_their_first_bytes, begin, end),
        cmocka_unit_test_setup_teardown(compressed_files_cut_short_give_what_there_is, begin, end),
        cmocka_unit_test_setup_teardown(damaged_compressed_files_are_refused, begin, end),
        cmocka_unit_test_setup_teardown(missing_files_and_directories_are_refused, begin, end),
        cmocka_unit_test_setup_teardown(files_are_read_up_to_a_limit, begin, end),
        cmocka_unit_test_setup_teardown(
            a_file_that_unpacks_to_very_much_is_read_up_to_the_limit, begin, end),
        cmocka_unit_test_setup_teardown(writing_replaces_the_file, begin, end),
        cmocka_unit_test_setup_teardown(a_write_that_fails_leaves_nothing_behind, begin, end),
        cmocka_unit_test_setup_teardown(a_directory_is_not_replaced, begin, end),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
