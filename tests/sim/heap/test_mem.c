/* System calls and what they change, persistent memory, and records of one size. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "tests/sim/heap/fixture.h"

#include <errno.h>

enum { CHUNK = 256 << 10 };

/* --- System calls --- */

static void assert_range(
    const struct lab *lab, uint64_t addr, enum range_state state, enum range_owner owner) {
    enum range_owner got;
    assert_int_equal(rangemap_state(&lab->h->ranges, addr, &got), state);
    assert_int_equal(got, owner);
}

static void reserved_is_not_the_same_as_checked(void **state) {
    struct lab lab;
    (void)state;
    lab_start(&lab, "linux/amd64");
    assert_range(&lab, lab.h->arena_end - 1, RANGE_CHECKED, OWNER_HEAP);
    assert_range(&lab, lab.h->arena_end, RANGE_NONE, OWNER_NOBODY);
    lab_close(&lab);
    lab_start(&lab, "linux/386");
    assert_range(&lab, lab.h->arena_end - 1, RANGE_RESERVED, OWNER_HEAP);
    assert_range(&lab, 0x8200000 - 1, RANGE_NONE, OWNER_NOBODY);
    lab_close(&lab);
}

static void what_others_have_stays_theirs_when_it_is_only_looked_at(void **state) {
    struct lab lab;
    (void)state;
    lab_open(&lab, "linux/amd64");
    heap_note_range(lab.h, 0xc420100000, 0x2000, RANGE_TAKEN, OWNER_OTHER);
    assert_true(heap_init(lab.h));
    assert_range(&lab, 0xc4200fffff, RANGE_CHECKED, OWNER_HEAP);
    assert_range(&lab, 0xc420100000, RANGE_TAKEN, OWNER_OTHER);
    assert_range(&lab, 0xc420102000, RANGE_CHECKED, OWNER_HEAP);
    lab_close(&lab);
}

static void memory_goes_from_checked_to_mapped_to_released_and_back(void **state) {
    struct lab lab;
    (void)state;
    lab_start(&lab, "linux/amd64");
    uint64_t p = lab.h->arena_alloc;
    uint64_t before = recording_count(lab.rec);
    sys_map(lab.h, p, 0x10000, false, STAT_gc_sys);
    assert_range(&lab, p + 0xffff, RANGE_MAPPED, OWNER_HEAP);
    assert_int_equal(heap_stat(lab.h, STAT_gc_sys), 0x10000);
    sys_unused(lab.h, p + 0x4000, 0x4000);
    assert_range(&lab, p + 0x3fff, RANGE_MAPPED, OWNER_HEAP);
    assert_range(&lab, p + 0x4000, RANGE_RELEASED, OWNER_HEAP);
    assert_range(&lab, p + 0x8000, RANGE_MAPPED, OWNER_HEAP);
    sys_used(lab.h, p, 0x10000);
    assert_range(&lab, p + 0x4000, RANGE_MAPPED, OWNER_HEAP);
    assert_int_equal(lab_count_events(&lab, EV_RANGE, before), 3);
    lab_close(&lab);
}

static void memory_from_anywhere_is_counted_and_forgotten_in_whole_pages(void **state) {
    struct lab lab;
    (void)state;
    lab_start(&lab, "linux/386");
    uint64_t sys = heap_stat(lab.h, STAT_gc_sys);
    uint64_t p = sys_alloc(lab.h, 5000, STAT_gc_sys, OWNER_METADATA);
    assert_int_equal(heap_stat(lab.h, STAT_gc_sys), sys + 5000);
    assert_range(&lab, p + 8191, RANGE_MAPPED, OWNER_METADATA);
    assert_range(&lab, p + 8192, RANGE_NONE, OWNER_NOBODY);
    sys_free(lab.h, p, 5000, STAT_gc_sys);
    assert_int_equal(heap_stat(lab.h, STAT_gc_sys), sys);
    assert_range(&lab, p + 8191, RANGE_NONE, OWNER_NOBODY);
    lab_close(&lab);
}

/* The first allocation's first mapping is answered so: the program ends with these lines. */
static void assert_map_failure(
    const char *platform, uint64_t answer, int err, const char *expected_lines) {
    struct lab lab;
    struct strbuf said = {0};
    int status = 0;
    lab_start(&lab, platform);
    lab.system->map_fails = true;
    lab.system->map_answer = answer;
    lab.system->map_err = err;
    assert_int_equal(heap_malloc(lab.h, 16, NULL).addr, 0);
    assert_true(heap_exited(lab.h, &status));
    assert_int_equal(status, 2);
    assert_string_equal(lab_said(&lab, &said), expected_lines);
    sb_free(&said);
    lab_close(&lab);
}

static void pages_that_the_system_has_not_got_are_out_of_memory(void **state) {
    (void)state;
    assert_map_failure("linux/amd64", 0, ENOMEM, "fatal error: runtime: out of memory\n");
    assert_map_failure("linux/386", 0, ENOMEM, "fatal error: runtime: out of memory\n");
}

static void pages_answered_elsewhere_are_a_conflict(void **state) {
    (void)state;
    assert_map_failure("linux/amd64", 0x7f0000000000, 0,
        "runtime: address space conflict: map(0xc420000000) = 0x7f0000000000 (err 0)\n"
        "fatal error: runtime: address space conflict\n");
    assert_map_failure("linux/amd64", 0, EEXIST,
        "runtime: address space conflict: map(0xc420000000) = 0x0 (err 17)\n"
        "fatal error: runtime: address space conflict\n");
}

static void on_windows_the_error_number_says_whether_it_was_memory(void **state) {
    static const char oom[] = "runtime: VirtualAlloc of %u bytes failed with errno=%d\n"
                              "fatal error: out of memory\n";
    static const char other[] = "runtime: VirtualAlloc of %u bytes failed with errno=%d\n"
                                "fatal error: runtime: cannot map pages in arena address space\n";
    static const int errs[] = {8, 1455, 487};
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(errs); i++) {
        struct strbuf words = {0};
        sb_printf(&words, errs[i] == 487 ? other : oom, 1048576u, errs[i]);
        assert_map_failure("windows/amd64", 0, errs[i], words.text);
        sb_free(&words);
    }
}

static void a_map_that_fails_although_it_names_the_address_has_failed(void **state) {
    (void)state;
    assert_map_failure("linux/amd64", 0xc420000000, EEXIST,
        "runtime: address space conflict: map(0xc420000000) = 0xc420000000 (err 17)\n"
        "fatal error: runtime: address space conflict\n");
}

static void reserved_pages_that_cannot_be_mapped_say_so(void **state) {
    (void)state;
    assert_map_failure("linux/386", 0x20000000, 0,
        "fatal error: runtime: cannot map pages in arena address space\n");
    assert_map_failure("darwin/amd64", 0, EACCES,
        "fatal error: runtime: cannot map pages in arena address space\n");
}

enum change { FREE, UNUSED, USED };

static void change(struct lab *lab, enum change what, uint64_t addr) {
    if (what == FREE)
        sys_free(lab->h, addr, KiB(64), STAT_gc_sys);
    else if (what == UNUSED)
        sys_unused(lab->h, addr, KiB(64));
    else
        sys_used(lab->h, addr, KiB(64));
}

struct change_try {
    struct lab *lab;
    enum change what;
    uint64_t addr;
};

static void try_change(struct heap *h, void *arg) {
    const struct change_try *a = arg;
    (void)h;
    change(a->lab, a->what, a->addr);
}

static void windows_ends_over_pages_that_it_does_not_take_back(void **state) {
    static const char *const words[] = {
        [FREE] = "runtime: VirtualFree of 65536 bytes failed with errno=5\n"
                 "fatal error: runtime: failed to release pages\n",
        [UNUSED] = "runtime: VirtualFree of 0 bytes failed with errno=5\n"
                   "fatal error: runtime: failed to decommit pages\n",
        [USED] = "runtime: VirtualAlloc of 0 bytes failed with errno=5\n"
                 "fatal error: runtime: failed to commit pages\n",
    };
    (void)state;
    for (enum change what = FREE; what <= USED; what++) {
        struct lab lab;
        struct strbuf said = {0};
        lab_start(&lab, "windows/amd64");
        struct change_try a = {&lab, what, sys_alloc(lab.h, KiB(64), STAT_gc_sys, OWNER_METADATA)};
        lab.system->change_err = 5;
        assert_false(heap_guard(lab.h, try_change, &a));
        assert_string_equal(lab_said(&lab, &said), words[what]);
        sb_free(&said);
        lab_close(&lab);
    }
}

/* Go never looks at the answer; the range is told as what it still is. */
static void elsewhere_pages_that_are_not_taken_back_stay_as_they_are(void **state) {
    struct lab lab;
    (void)state;
    lab_start(&lab, "linux/amd64");
    uint64_t addr = sys_alloc(lab.h, KiB(64), STAT_gc_sys, OWNER_HEAP);
    lab.system->change_err = ENOMEM;
    change(&lab, UNUSED, addr);
    assert_range(&lab, addr, RANGE_MAPPED, OWNER_HEAP);
    change(&lab, USED, addr);
    assert_range(&lab, addr, RANGE_MAPPED, OWNER_HEAP);
    change(&lab, FREE, addr);
    assert_range(&lab, addr, RANGE_MAPPED, OWNER_HEAP);
    assert_int_equal(heap_stat(lab.h, STAT_gc_sys), 0);
    lab_close(&lab);
}

static void a_request_that_was_not_recorded_ends_the_run(void **state) {
    struct lab lab;
    int status = 0;
    (void)state;
    lab_start(&lab, "linux/amd64");
    lab.system->os.diverged = true; /* as the replay of recorded calls sets it */
    assert_int_equal(heap_malloc(lab.h, 16, NULL).addr, 0);
    assert_true(heap_exited(lab.h, &status));
    assert_int_equal(status, 2);
    assert_int_equal(lab_count_events(&lab, EV_MESSAGE, 0), 0);
    lab_close(&lab);
}

/* The chunk that init needs is refused. */
static void assert_alloc_failure(const char *platform, int err, const char *expected_lines) {
    struct lab lab;
    struct strbuf said = {0};
    lab_open(&lab, platform);
    lab.system->alloc_err = err;
    assert_false(heap_init(lab.h));
    assert_string_equal(lab_said(&lab, &said), expected_lines);
    sb_free(&said);
    lab_close(&lab);
}

static void memory_denied_by_the_system_has_messages_of_its_own(void **state) {
    (void)state;
    assert_alloc_failure("linux/amd64", EACCES, "runtime: mmap: access denied\n");
    assert_alloc_failure(
        "linux/amd64", EAGAIN, "runtime: mmap: too much locked memory (check 'ulimit -l').\n");
    assert_alloc_failure(
        "linux/amd64", ENOMEM, "fatal error: runtime: cannot allocate memory (malloc)\n");
    assert_alloc_failure(
        "darwin/amd64", EACCES, "fatal error: runtime: cannot allocate memory (malloc)\n");
}

static void windows_counts_memory_before_it_is_asked_for(void **state) {
    struct lab lab;
    (void)state;
    lab_start(&lab, "windows/amd64");
    lab.system->alloc_err = 8;
    assert_int_equal(sys_alloc(lab.h, KiB(64), STAT_gc_sys, OWNER_METADATA), 0);
    assert_int_equal(heap_stat(lab.h, STAT_gc_sys), KiB(64));
    lab_close(&lab);
}

static void records_of_our_own_that_find_no_memory_end_the_program(void **state) {
    struct lab lab;
    struct strbuf said = {0};
    (void)state;
    lab_start(&lab, "linux/amd64");
    lab.system->alloc_err = ENOMEM;
    assert_int_equal(heap_malloc(lab.h, 16, NULL).addr, 0);
    assert_string_equal(lab_said(&lab, &said), "fatal error: runtime: cannot allocate memory\n");
    sb_free(&said);
    lab_close(&lab);
}

/* --- persistentalloc --- */

static void persistent_memory_is_cut_from_chunks(void **state) {
    struct lab lab;
    (void)state;
    lab_start(&lab, "linux/amd64");
    uint64_t chunk = lab.h->persistent.base; /* 16 KiB are the mcaches' */
    assert_int_equal(persistentalloc(lab.h, 10, 1, STAT_other_sys, META_SWEEPBUF), chunk + 0x4000);
    assert_int_equal(persistentalloc(lab.h, 10, 1, STAT_other_sys, META_SWEEPBUF), chunk + 0x400a);
    assert_int_equal(persistentalloc(lab.h, 10, 64, STAT_other_sys, META_SWEEPBUF), chunk + 0x4040);
    assert_int_equal(lab_event(&lab, EV_META, 0)->w, META_CHUNK);
    assert_int_equal(lab_event(&lab, EV_META, 0)->a, chunk);
    assert_int_equal(lab_event(&lab, EV_META, 0)->b, CHUNK);
    lab_close(&lab);
}

static void a_chunk_that_is_too_short_is_left_for_a_fresh_one(void **state) {
    struct lab lab;
    (void)state;
    lab_start(&lab, "linux/amd64");
    uint64_t chunk = lab.h->persistent.base, other_sys = heap_stat(lab.h, STAT_other_sys);
    for (unsigned i = 0; i < 4; i++)
        persistentalloc(lab.h, KiB(60), 1, STAT_other_sys, META_SWEEPBUF);
    assert_int_equal(lab.h->persistent.base, chunk); /* exactly full */
    assert_int_equal(lab.h->persistent.off, CHUNK);
    persistentalloc(lab.h, 1, 1, STAT_other_sys, META_SWEEPBUF);
    assert_int_equal(lab.h->persistent.base, chunk + CHUNK);
    assert_int_equal(heap_stat(lab.h, STAT_other_sys), other_sys + CHUNK);
    lab_close(&lab);
}

static void what_a_chunk_is_used_for_is_counted_there_instead(void **state) {
    struct lab lab;
    (void)state;
    lab_start(&lab, "linux/amd64");
    uint64_t other_sys = heap_stat(lab.h, STAT_other_sys);
    persistentalloc(lab.h, 100, 8, STAT_gc_sys, META_SWEEPBUF);
    assert_int_equal(heap_stat(lab.h, STAT_gc_sys), 100);
    assert_int_equal(heap_stat(lab.h, STAT_other_sys), other_sys - 100);
    lab_close(&lab);
}

static void from_64_kib_on_the_system_is_asked_directly(void **state) {
    struct lab lab;
    (void)state;
    lab_start(&lab, "linux/amd64");
    uint64_t other_sys = heap_stat(lab.h, STAT_other_sys), at = lab.system->alloc_at;
    uint64_t off = lab.h->persistent.off;
    assert_int_equal(persistentalloc(lab.h, KiB(64), 8, STAT_gc_sys, META_SWEEPBUF), at);
    assert_int_equal(heap_stat(lab.h, STAT_gc_sys), KiB(64));
    assert_int_equal(heap_stat(lab.h, STAT_other_sys), other_sys);
    const struct event *told = recording_event(lab.rec, recording_count(lab.rec) - 1);
    assert_int_equal(told->kind, EV_META);
    assert_int_equal(told->a, at);
    assert_int_equal(told->b, KiB(64));
    assert_int_equal(lab.h->persistent.off, off);
    uint64_t before = recording_count(lab.rec);
    lab.system->alloc_err = ENOMEM;
    assert_int_equal(persistentalloc(lab.h, KiB(64), 8, STAT_gc_sys, META_SWEEPBUF), 0);
    assert_int_equal(lab_count_events(&lab, EV_META, before), 0);
    lab.system->alloc_err = 0;
    assert_true(persistentalloc(lab.h, KiB(64) - 1, 1, STAT_gc_sys, META_SWEEPBUF) < at);
    lab_close(&lab);
}

/* --- fixalloc --- */

static void freed_records_are_used_again_last_first(void **state) {
    struct lab lab;
    struct fixalloc f;
    bool fresh;
    (void)state;
    lab_start(&lab, "linux/amd64");
    fixalloc_init(&f, 48, STAT_other_sys, META_TREAP);
    for (uint32_t i = 0; i < 4; i++) {
        assert_int_equal(fixalloc_alloc(lab.h, &f, &fresh), i);
        assert_true(fresh);
    }
    assert_int_equal(f.inuse, 4 * 48);
    fixalloc_free(&f, 2);
    fixalloc_free(&f, 0);
    fixalloc_free(&f, 3);
    assert_int_equal(f.inuse, 48);
    assert_int_equal(fixalloc_alloc(lab.h, &f, &fresh), 3);
    assert_false(fresh);
    assert_int_equal(fixalloc_alloc(lab.h, &f, &fresh), 0);
    assert_int_equal(fixalloc_alloc(lab.h, &f, &fresh), 2);
    assert_int_equal(fixalloc_alloc(lab.h, &f, &fresh), 4);
    assert_true(fresh);
    fixalloc_destroy(&f);
    lab_close(&lab);
}

static void records_fill_a_16_kib_piece_and_then_another(void **state) {
    struct lab lab;
    struct fixalloc f;
    bool fresh;
    (void)state;
    lab_start(&lab, "linux/amd64");
    fixalloc_init(&f, 152, STAT_mspan_sys, META_MSPANS);
    uint64_t first = lab.h->persistent.base + lab.h->persistent.off;
    for (uint32_t i = 0; i < 107; i++) { /* 16384 / 152 = 107.8 */
        fixalloc_alloc(lab.h, &f, &fresh);
        assert_int_equal(f.records[i], first + i * 152u);
    }
    assert_int_equal(heap_stat(lab.h, STAT_mspan_sys), KiB(16));
    persistentalloc(lab.h, 32, 8, STAT_other_sys, META_SWEEPBUF);
    fixalloc_alloc(lab.h, &f, &fresh);
    assert_int_equal(f.records[107], first + KiB(16) + 32);
    assert_int_equal(heap_stat(lab.h, STAT_mspan_sys), KiB(32));
    fixalloc_destroy(&f);
    lab_close(&lab);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reserved_is_not_the_same_as_checked),
        cmocka_unit_test(what_others_have_stays_theirs_when_it_is_only_looked_at),
        cmocka_unit_test(memory_goes_from_checked_to_mapped_to_released_and_back),
        cmocka_unit_test(memory_from_anywhere_is_counted_and_forgotten_in_whole_pages),
        cmocka_unit_test(pages_that_the_system_has_not_got_are_out_of_memory),
        cmocka_unit_test(pages_answered_elsewhere_are_a_conflict),
        cmocka_unit_test(on_windows_the_error_number_says_whether_it_was_memory),
        cmocka_unit_test(a_map_that_fails_although_it_names_the_address_has_failed),
        cmocka_unit_test(reserved_pages_that_cannot_be_mapped_say_so),
        cmocka_unit_test(windows_ends_over_pages_that_it_does_not_take_back),
        cmocka_unit_test(elsewhere_pages_that_are_not_taken_back_stay_as_they_are),
        cmocka_unit_test(a_request_that_was_not_recorded_ends_the_run),
        cmocka_unit_test(memory_denied_by_the_system_has_messages_of_its_own),
        cmocka_unit_test(windows_counts_memory_before_it_is_asked_for),
        cmocka_unit_test(records_of_our_own_that_find_no_memory_end_the_program),
        cmocka_unit_test(persistent_memory_is_cut_from_chunks),
        cmocka_unit_test(a_chunk_that_is_too_short_is_left_for_a_fresh_one),
        cmocka_unit_test(what_a_chunk_is_used_for_is_counted_there_instead),
        cmocka_unit_test(from_64_kib_on_the_system_is_asked_directly),
        cmocka_unit_test(freed_records_are_used_again_last_first),
        cmocka_unit_test(records_fill_a_16_kib_piece_and_then_another),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
