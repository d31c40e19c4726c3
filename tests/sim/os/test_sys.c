/*
 * Go's sys* functions of each system, over a kernel that writes down what it is asked and answers
 * what the test tells it to.
 */
#include "sim/os/sys.h"

#include <inttypes.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#define ELSEWHERE UINT64_C(0x7f0000000000)
#define HINT      UINT64_C(0xc000000000)

struct fake {
    struct kernel kernel;
    struct strbuf asked;     /* one word a call */
    bool hint_fails;         /* mmap without force answers elsewhere */
    bool range_is_free;      /* what mincore says */
    int err;                 /* every mmap fails with this */
    uint64_t boundary;       /* between two reservations: nothing within one crosses it */
    uint64_t granted;        /* bytes, the last */
    uint64_t exact_is_taken; /* PLACE_EXACT fails at this address */
};

static struct os_answer fake_mmap(
    struct kernel *k, uint64_t addr, uint64_t size, enum access access, enum place place) {
    static const char *const places[] = {"mmap", "fixed", "exact", "within"};
    struct fake *f = (struct fake *)k;
    sb_printf(&f->asked, "%s%s:%" PRIx64 "+%" PRIx64 " ", places[place],
        access == ACCESS_USABLE ? "-rw" : "", addr, size);
    if (f->err)
        return (struct os_answer){0, f->err};
    if (place == PLACE_EXACT && addr == f->exact_is_taken)
        return (struct os_answer){0, 487};
    if (place == PLACE_WITHIN && addr < f->boundary && addr + size > f->boundary)
        return (struct os_answer){0, 487};
    if (place == PLACE_HINT && (addr == 0 || f->hint_fails))
        return (struct os_answer){ELSEWHERE, 0};
    return (struct os_answer){addr, 0};
}

static int fake_munmap(struct kernel *k, uint64_t addr, uint64_t size) {
    sb_printf(&((struct fake *)k)->asked, "munmap:%" PRIx64 "+%" PRIx64 " ", addr, size);
    return 0;
}

static bool fake_is_free(struct kernel *k, uint64_t addr, uint64_t size) {
    (void)addr;
    (void)size;
    return ((struct fake *)k)->range_is_free;
}

static void fake_advise(struct kernel *k, uint64_t addr, uint64_t size, enum advice advice) {
    static const char *const advices[] = {"unneeded", "huge", "nohuge"};
    sb_printf(
        &((struct fake *)k)->asked, "%s:%" PRIx64 "+%" PRIx64 " ", advices[advice], addr, size);
}

static void fake_granted(struct kernel *k, uint64_t addr, uint64_t size) {
    (void)addr;
    ((struct fake *)k)->granted = size;
}

static const struct kernel_ops fake_ops = {
    .name = "fake",
    .mmap = fake_mmap,
    .munmap = fake_munmap,
    .is_free = fake_is_free,
    .advise = fake_advise,
    .granted = fake_granted,
};

static struct os *fake_os(struct fake *f, const char *platform) {
    sb_free(&f->asked);
    *f = (struct fake){0};
    const struct platform *p = platform_find(platform);
    sys_init(&f->kernel, p, &fake_ops);
    f->kernel.os.phys_page_size = p->phys_page_size;
    f->kernel.os.huge_page_size = p->huge_page_size;
    return &f->kernel.os;
}

/* What the kernel was asked since the last look. */
static void assert_asked(struct fake *f, const char *expected) {
    assert_string_equal(sb_text(&f->asked), expected);
    sb_clear(&f->asked);
}

static void a_huge_linux_reservation_is_only_probed(void **state) {
    (void)state;
    struct fake f = {0};
    struct os *os = fake_os(&f, "linux/amd64");
    bool reserved = true;
    struct os_answer a = os->ops->reserve(os, HINT, UINT64_C(0x8420002000), &reserved);
    assert_true(a.addr == HINT && a.err == 0 && !reserved);
    assert_true(f.granted == UINT64_C(0x8420002000));
    assert_asked(&f, "mmap:c000000000+10000 munmap:c000000000+10000 ");
    sb_free(&f.asked);
}

static void four_gib_are_reserved_and_a_page_more_is_probed(void **state) {
    (void)state;
    struct fake f = {0};
    struct os *os = fake_os(&f, "linux/amd64");
    bool reserved = false;
    os->ops->reserve(os, HINT, GiB(4), &reserved);
    assert_true(reserved);
    assert_asked(&f, "mmap:c000000000+100000000 ");
    os->ops->reserve(os, HINT, GiB(4) + KiB(4), &reserved);
    assert_false(reserved);
    assert_asked(&f, "mmap:c000000000+10000 munmap:c000000000+10000 ");
    sb_free(&f.asked);
}

static void a_taken_hint_is_given_back_and_refused(void **state) {
    (void)state;
    struct fake f = {0};
    struct os *os = fake_os(&f, "linux/amd64");
    f.hint_fails = true;
    bool reserved = true;
    struct os_answer a = os->ops->reserve(os, HINT, GiB(512), &reserved);
    assert_true(a.addr == 0 && !reserved);
    assert_asked(&f, "mmap:c000000000+10000 munmap:7f0000000000+10000 ");
    assert_true(f.granted == 0);
    sb_free(&f.asked);
}

static void an_ignored_hint_is_forced_if_nothing_is_there(void **state) {
    (void)state;
    struct fake f = {0};
    struct os *os = fake_os(&f, "linux/amd64");
    f.hint_fails = f.range_is_free = true;
    bool reserved = true;
    struct os_answer a = os->ops->reserve(os, HINT, GiB(512), &reserved);
    assert_true(a.addr == HINT);
    assert_asked(&f, "mmap:c000000000+10000 munmap:7f0000000000+10000 fixed:c000000000+10000 "
                     "munmap:c000000000+10000 ");
    sb_free(&f.asked);
}

static void a_failing_mmap_refuses_with_its_errno(void **state) {
    (void)state;
    struct fake f = {0};
    struct os *os = fake_os(&f, "linux/386");
    f.err = 12;
    bool reserved = true;
    struct os_answer a = os->ops->reserve(os, 0x8200000, 0x30202000, &reserved);
    assert_true(a.addr == 0 && a.err == 12 && !reserved);
    assert_true(os->ops->alloc(os, 65536).err == 12);
    assert_asked(&f, "mmap:8200000+30202000 mmap-rw:0+10000 ");
    sb_free(&f.asked);
}

static void linux_32_bit_takes_the_address_it_is_given(void **state) {
    (void)state;
    struct fake f = {0};
    struct os *os = fake_os(&f, "linux/386");
    f.hint_fails = true;
    bool reserved = false;
    struct os_answer a = os->ops->reserve(os, 0x8200000, 0x30202000, &reserved);
    assert_true(a.addr == ELSEWHERE && reserved);
    sb_free(&f.asked);
}

static void a_map_of_the_unreserved_answers_as_it_is(void **state) {
    (void)state;
    struct fake f = {0};
    struct os *os = fake_os(&f, "linux/amd64");
    f.hint_fails = true;
    struct os_answer a = os->ops->map(os, HINT, MiB(1), false);
    assert_true(a.addr == ELSEWHERE && a.err == 0);
    assert_asked(&f, "mmap-rw:c000000000+100000 ");
    sb_free(&f.asked);
}

static void a_map_of_the_reserved_is_forced(void **state) {
    (void)state;
    struct fake f = {0};
    struct os *os = fake_os(&f, "linux/386");
    assert_true(os->ops->map(os, 0x8200000, MiB(1), true).addr == 0x8200000);
    os = fake_os(&f, "darwin/amd64");
    assert_true(os->ops->map(os, HINT, MiB(1), false).addr == HINT);
    assert_asked(&f, "fixed-rw:c000000000+100000 ");
    sb_free(&f.asked);
}

static void unused_splits_the_huge_pages_it_cuts(void **state) {
    (void)state;
    struct fake f = {0};
    struct os *os = fake_os(&f, "linux/amd64");
    os->ops->unused(os, 0x40000000, 0x400000); /* whole huge pages */
    assert_asked(&f, "unneeded:40000000+400000 ");
    os->ops->unused(os, 0x40001000, 0x2000); /* within one */
    assert_asked(&f, "nohuge:40000000+200000 unneeded:40001000+2000 ");
    os->ops->unused(os, 0x40100000, 0x200000); /* two neighbours: one call */
    assert_asked(&f, "nohuge:40000000+400000 unneeded:40100000+200000 ");
    os->ops->unused(os, 0x40100000, 0x400000); /* one whole page between them */
    assert_asked(&f, "nohuge:40000000+200000 nohuge:40400000+200000 unneeded:40100000+400000 ");
    os->ops->unused(os, 0x40000000, 0x201000); /* begins at one */
    assert_asked(&f, "nohuge:40200000+200000 unneeded:40000000+201000 ");
    sb_free(&f.asked);
}

static void used_joins_the_huge_pages_between(void **state) {
    (void)state;
    struct fake f = {0};
    struct os *os = fake_os(&f, "linux/amd64");
    os->ops->used(os, 0x40100000, 0x500000);
    assert_asked(&f, "huge:40200000+400000 ");
    os->ops->used(os, 0x40100000, 0x200000);
    assert_asked(&f, "");
    sb_free(&f.asked);
}

static void without_huge_pages_there_is_no_such_advice(void **state) {
    (void)state;
    struct fake f = {0};
    struct os *os = fake_os(&f, "linux/arm64");
    os->ops->unused(os, 0x40001000, 0x2000);
    os->ops->used(os, 0x40000000, 0x400000);
    assert_asked(&f, "unneeded:40001000+2000 ");
    os = fake_os(&f, "darwin/amd64");
    os->ops->unused(os, 0x40001000, 0x2000);
    os->ops->used(os, 0x40000000, 0x400000);
    assert_asked(&f, "unneeded:40001000+2000 ");
    sb_free(&f.asked);
}

static void a_probe_that_the_kernel_refuses_has_nothing_to_give_back(void **state) {
    (void)state;
    struct fake f = {0};
    struct os *os = fake_os(&f, "linux/amd64");
    f.err = 12;
    f.range_is_free = true;
    bool reserved = true;
    struct os_answer a = os->ops->reserve(os, HINT, GiB(512), &reserved);
    assert_true(a.addr == 0 && a.err == 12 && !reserved);
    assert_asked(&f, "mmap:c000000000+10000 fixed:c000000000+10000 ");
    sb_free(&f.asked);
}

static void darwin_reserves_everything_wherever_it_is(void **state) {
    (void)state;
    struct fake f = {0};
    struct os *os = fake_os(&f, "darwin/amd64");
    f.hint_fails = true;
    bool reserved = false;
    struct os_answer a = os->ops->reserve(os, HINT, GiB(512), &reserved);
    assert_true(a.addr == ELSEWHERE && reserved);
    assert_asked(&f, "mmap:c000000000+8000000000 ");
    sb_free(&f.asked);
}

static void windows_reserves_at_the_hint_or_anywhere(void **state) {
    (void)state;
    struct fake f = {0};
    struct os *os = fake_os(&f, "windows/amd64");
    bool reserved = false;
    struct os_answer a = os->ops->reserve(os, HINT, GiB(32), &reserved);
    assert_true(a.addr == HINT && reserved);
    assert_asked(&f, "exact:c000000000+800000000 ");
    f.exact_is_taken = HINT;
    a = os->ops->reserve(os, HINT, GiB(32), &reserved);
    assert_true(a.addr == ELSEWHERE && reserved);
    assert_asked(&f, "exact:c000000000+800000000 mmap:0+800000000 ");
    sb_free(&f.asked);
}

static void windows_reserves_anywhere_without_a_hint(void **state) {
    (void)state;
    struct fake f = {0};
    struct os *os = fake_os(&f, "windows/amd64");
    bool reserved = false;
    assert_int_equal(os->ops->reserve(os, 0, GiB(1), &reserved).addr, ELSEWHERE);
    assert_asked(&f, "mmap:0+40000000 ");
    sb_free(&f.asked);
}

static void windows_reserves_in_units_of_64_kib(void **state) {
    (void)state;
    struct fake f = {0};
    struct os *os = fake_os(&f, "windows/386");
    bool reserved;
    struct os_answer a = os->ops->reserve(os, 0x38402000, MiB(256), &reserved);
    assert_true(a.addr == 0x38400000);
    assert_asked(&f, "exact:38400000+10002000 ");
    sb_free(&f.asked);
}

static void windows_changes_each_reservation_by_itself(void **state) {
    (void)state;
    struct fake f = {0};
    struct os *os = fake_os(&f, "windows/amd64");
    f.boundary = 0x10003000;
    os->ops->unused(os, 0x10000000, 0x4000);
    assert_asked(&f, "within:10000000+4000 within:10000000+2000 within:10002000+2000 "
                     "within:10002000+1000 within:10003000+1000 ");
    os->ops->used(os, 0x10002000, 0x1000);
    assert_asked(&f, "within-rw:10002000+1000 ");
    assert_true(os->ops->map(os, 0x10002000, 0x2000, true).err == 487);
    sb_free(&f.asked);
}

static void windows_may_have_no_memory_for_a_single_page(void **state) {
    (void)state;
    struct fake f = {0};
    struct os *os = fake_os(&f, "windows/386");
    f.err = 1455;
    assert_int_equal(os->ops->used(os, 0x10000000, 0x2000), 1455);
    assert_asked(&f, "within-rw:10000000+2000 within-rw:10000000+1000 ");
    sb_free(&f.asked);
}

static void errnos_are_the_platforms_own(void **state) {
    (void)state;
    assert_int_equal(sys_errno(platform_find("linux/386"), FAILURE_NO_MEMORY), 12);
    assert_int_equal(sys_errno(platform_find("darwin/amd64"), FAILURE_TAKEN), 17);
    assert_int_equal(sys_errno(platform_find("windows/386"), FAILURE_COMMIT_LIMIT), 1455);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_huge_linux_reservation_is_only_probed),
        cmocka_unit_test(four_gib_are_reserved_and_a_page_more_is_probed),
        cmocka_unit_test(a_taken_hint_is_given_back_and_refused),
        cmocka_unit_test(an_ignored_hint_is_forced_if_nothing_is_there),
        cmocka_unit_test(a_failing_mmap_refuses_with_its_errno),
        cmocka_unit_test(linux_32_bit_takes_the_address_it_is_given),
        cmocka_unit_test(a_map_of_the_unreserved_answers_as_it_is),
        cmocka_unit_test(a_map_of_the_reserved_is_forced),
        cmocka_unit_test(unused_splits_the_huge_pages_it_cuts),
        cmocka_unit_test(used_joins_the_huge_pages_between),
        cmocka_unit_test(without_huge_pages_there_is_no_such_advice),
        cmocka_unit_test(darwin_reserves_everything_wherever_it_is),
        cmocka_unit_test(windows_reserves_at_the_hint_or_anywhere),
        cmocka_unit_test(a_probe_that_the_kernel_refuses_has_nothing_to_give_back),
        cmocka_unit_test(windows_reserves_anywhere_without_a_hint),
        cmocka_unit_test(windows_reserves_in_units_of_64_kib),
        cmocka_unit_test(windows_changes_each_reservation_by_itself),
        cmocka_unit_test(windows_may_have_no_memory_for_a_single_page),
        cmocka_unit_test(errnos_are_the_platforms_own),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
