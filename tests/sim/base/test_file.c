/* Files: read plain and compressed, written all or nothing. */
#include "sim/base/file.h"

#include "tests/sim/scratch.h"

#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zlib.h>

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

static void a_file_that_only_begins_like_a_compressed_one_is_plain(void **state) {
    static const char *const texts[] = {"\x1f", "\x1fy", "x\x8b"};
    for (size_t i = 0; i < ARRAY_LEN(texts); i++) {
        struct strbuf out = {0};
        struct error err = {""};
        const char *path = scratch_file(*state, "a", texts[i], strlen(texts[i]));
        assert_true(file_read(path, &out, NULL, &err));
        assert_string_equal(out.text, texts[i]);
        sb_free(&out);
    }
}

static void add_le(struct strbuf *out, uint32_t n, unsigned bytes) {
    for (unsigned i = 0; i < bytes; i++)
        sb_add(out, &(char){(char)(n >> 8 * i)}, 1);
}

/* A member of one stored block. */
static void add_member(struct strbuf *out, const char *data, size_t len) {
    sb_add(out, "\x1f\x8b\x08\0\0\0\0\0\0\x03\x01", 11);
    add_le(out, (uint32_t)len, 2);
    add_le(out, ~(uint32_t)len, 2);
    sb_add(out, data, len);
    add_le(out, (uint32_t)crc32(0, (const unsigned char *)data, (unsigned)len), 4);
    add_le(out, (uint32_t)len, 4);
}

/* Also if one ends exactly where a piece that was handed over for decompression does. */
static void compressed_files_may_have_several_members(void **state) {
    static const size_t lengths[] = {KiB(64) - 23, 10};
    static char data[KiB(64)];
    memset(data, 'a', sizeof data);
    for (size_t i = 0; i < ARRAY_LEN(lengths); i++) {
        struct strbuf packed = {0}, out = {0};
        struct error err = {""};
        bool cut = true;
        add_member(&packed, data, lengths[i]);
        add_member(&packed, "tail", 4);
        const char *path = scratch_file(*state, "two", packed.text, packed.len);
        assert_true(file_read(path, &out, &cut, &err));
        assert_false(cut);
        assert_int_equal(out.len, lengths[i] + 4);
        assert_string_equal(out.text + lengths[i], "tail");
        sb_free(&packed);
        sb_free(&out);
    }
}

/* With fd in place of the program's own; the latter again: swap back. */
static int put_fd(int fd, int in_place_of) {
    int own = dup(in_place_of);
    assert_true(fd >= 0 && own >= 0);
    assert_int_equal(dup2(fd, in_place_of), in_place_of);
    close(fd);
    return own;
}

static void a_dash_is_standard_input(void **state) {
    struct strbuf out = {0};
    struct error err = {""};
    const char *path = scratch_file(*state, "a", "from outside", 12);
    int own = put_fd(open(path, O_RDONLY | O_CLOEXEC), STDIN_FILENO);
    bool ok = file_read("-", &out, NULL, &err);
    put_fd(own, STDIN_FILENO);
    assert_true(ok);
    assert_string_equal(out.text, "from outside");
    sb_free(&out);
}

static void a_file_that_cannot_be_read_says_why(void **state) {
    struct strbuf out = {0};
    struct error err = {""};
    (void)state;
    assert_false(file_read("/proc/self/mem", &out, NULL, &err)); /* nothing is at its address 0 */
    assert_string_equal(err.text, "/proc/self/mem: cannot read: Input/output error");
    sb_free(&out);
}

static void output_that_did_not_arrive_is_told(void **state) {
    struct error full = {""}, later = {""}, fine = {""};
    (void)state;
    fflush(stdout);
    int own = put_fd(open("/dev/full", O_WRONLY | O_CLOEXEC), STDOUT_FILENO);
    fputs("lost", stdout);
    bool at_once = file_flush_output(&full), afterwards = file_flush_output(&later);
    clearerr(stdout);
    put_fd(own, STDOUT_FILENO);
    assert_false(at_once);
    assert_string_equal(full.text, "standard output: cannot write: No space left on device");
    assert_false(afterwards);
    assert_string_equal(later.text, "standard output: cannot write: Input/output error");
    assert_true(file_flush_output(&fine));
}

/* The path of the file that file_write writes before it renames it. */
static const char *part_of(const char *path) {
    static char part[300];
    snprintf(part, sizeof part, "%s.%ld.part", path, (long)getpid());
    return part;
}

static void assert_not_written(struct scratch *s, const void *data, size_t len, const char *why) {
    struct strbuf out = {0};
    struct error err = {""};
    const char *path = scratch_path(s, "w");
    assert_false(file_write(path, data, len, &err));
    assert_non_null(strstr(err.text, "/w: cannot write: "));
    assert_non_null(strstr(err.text, why));
    assert_true(file_read(path, &out, NULL, &err));
    assert_string_equal(out.text, "old");
    assert_int_equal(access(part_of(path), F_OK), -1);
    sb_free(&out);
}

/* A device that is full takes the place of the new file; then one that cannot be synced. */
static void a_write_that_fails_leaves_the_old_file(void **state) {
    struct scratch *s = *state;
    static char much[KiB(64)];
    const char *part = part_of(scratch_file(s, "w", "old", 3));
    assert_int_equal(symlink("/dev/full", part), 0);
    assert_not_written(s, much, sizeof much, "No space left on device");
    assert_int_equal(symlink("/dev/full", part), 0);
    assert_not_written(s, "new", 3, "No space left on device"); /* seen when it is flushed */
    assert_int_equal(mkfifo(part, 0600), 0);
    int reader = open(part, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
    assert_true(reader >= 0);
    assert_not_written(s, "new", 3, "Invalid argument");
    close(reader);
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
        cmocka_unit_test_setup_teardown(
            a_file_that_only_begins_like_a_compressed_one_is_plain, begin, end),
        cmocka_unit_test_setup_teardown(compressed_files_may_have_several_members, begin, end),
        cmocka_unit_test_setup_teardown(a_dash_is_standard_input, begin, end),
        cmocka_unit_test_setup_teardown(a_file_that_cannot_be_read_says_why, begin, end),
        cmocka_unit_test_setup_teardown(output_that_did_not_arrive_is_told, begin, end),
        cmocka_unit_test_setup_teardown(a_write_that_fails_leaves_the_old_file, begin, end),
        cmocka_unit_test_setup_teardown(a_directory_is_not_replaced, begin, end),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
