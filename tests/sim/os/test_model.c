/*
 * The simulated address space: where ranges come to lie, what is refused, what bytes they hold; and
 * whether it answers as the kernel did under which Go's allocator was recorded.
 */
#include "sim/base/file.h"
#include "sim/os/os.h"
#include "tests/sim/limit.h"

#include <inttypes.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define HINT       UINT64_C(0xc000000000)
#define WHOLE_HEAP UINT64_C(0x8420002000) /* what Go asks for on 64-bit */
#define FIRST_PLAN 0x30202000             /* and on 32-bit */

static struct os *model_with(const char *platform, struct model_config config) {
    struct error err = {""};
    struct os *os = os_model_new(platform_find(platform), &config, &err);
    assert_string_equal(err.text, "");
    assert_non_null(os);
    return os;
}

static struct os *model(const char *platform) {
    return model_with(platform, (struct model_config){0});
}

static void assert_refused(const char *platform, struct model_config config, const char *why) {
    struct error err = {""};
    assert_null(os_model_new(platform_find(platform), &config, &err));
    assert_string_equal(err.text, why);
}

static uint64_t reserve(struct os *os, uint64_t addr, uint64_t size) {
    bool reserved;
    return os->ops->reserve(os, addr, size, &reserved).addr;
}

static uint64_t map(struct os *os, uint64_t addr, uint64_t size) {
    return os->ops->map(os, addr, size, os->platform->ptr_size == 4).addr;
}

static uint64_t alloc(struct os *os, uint64_t size) {
    return os->ops->alloc(os, size).addr;
}

/* Are the bytes there, all equal to that? */
static bool holds(const struct os *os, uint64_t addr, uint64_t size, uint8_t byte) {
    const uint8_t *p = os_host(os, addr);
    for (uint64_t i = 0; i < size; i++)
        if (p[i] != byte)
            return false;
    return true;
}

/* Placement. */

static void reserve_of_a_free_hint_is_granted(void **state) {
    (void)state;
    struct os *os = model("linux/amd64");
    bool reserved = true;
    struct os_answer a = os->ops->reserve(os, HINT, WHOLE_HEAP, &reserved);
    assert_true(a.addr == HINT && a.err == 0 && !reserved);
    os_destroy(os);
}

static void reserve_of_a_taken_hint_is_refused(void **state) {
    (void)state;
    struct os *os = model("linux/amd64");
    assert_int_equal(os->ops->occupy(os, HINT, KiB(64)), 0);
    assert_true(reserve(os, HINT, WHOLE_HEAP) == 0);
    assert_true(reserve(os, HINT | UINT64_C(1) << 40, WHOLE_HEAP) != 0);
    os_destroy(os);
}

static void only_64_kib_of_a_hint_are_looked_at(void **state) {
    (void)state;
    struct os *os = model("linux/amd64");
    assert_int_equal(os->ops->occupy(os, HINT + KiB(64), KiB(64)), 0);
    assert_true(reserve(os, HINT, WHOLE_HEAP) == HINT);
    os_destroy(os);
}

static void occupied_is_occupied_once(void **state) {
    (void)state;
    struct os *os = model("linux/amd64");
    assert_int_equal(os->ops->occupy(os, HINT, KiB(64)), 0);
    assert_int_equal(os->ops->occupy(os, HINT + KiB(60), KiB(64)), 17);
    assert_int_equal(os->ops->occupy(os, HINT + 1, KiB(64)), 22);
    assert_int_equal(os->ops->occupy(os, os->platform->user_end, KiB(64)), 12);
    os_destroy(os);
}

static void mappings_without_an_address_go_top_down(void **state) {
    (void)state;
    struct os *os = model("linux/386");
    uint64_t a = alloc(os, KiB(64)), b = alloc(os, 1), c = alloc(os, KiB(8));
    assert_true(b == a - KiB(4)); /* a byte takes a page */
    assert_true(c == b - KiB(8));
    os->ops->free(os, b, 1);
    assert_true(alloc(os, KiB(8)) == c - KiB(8)); /* the hole is too small */
    assert_true(alloc(os, KiB(4)) == b);          /* the hole fits */
    os_destroy(os);
}

static void when_all_below_is_full_mappings_go_above(void **state) {
    (void)state;
    struct os *os = model("linux/386");
    uint64_t top = alloc(os, KiB(4)), bottom = round_up(os->image_end, KiB(4));
    assert_int_equal(os->ops->occupy(os, bottom, top - bottom), 0);
    assert_int_equal(os->ops->occupy(os, KiB(64), MiB(128)), 0);
    assert_true(alloc(os, MiB(8)) == 0xf5ffe000); /* just above the vdso */
    assert_true(alloc(os, MiB(500)) == 0);
    os_destroy(os);
}

static void a_kernel_that_ignores_hints_can_be_forced_on_linux(void **state) {
    (void)state;
    struct model_config config = {.ignores_hints = true};
    struct os *os = model_with("linux/amd64", config);
    assert_true(reserve(os, HINT, WHOLE_HEAP) == HINT); /* probed by force */
    assert_true(map(os, HINT, MiB(1)) == HINT);
    os_destroy(os);
    os = model_with("linux/386", config);
    uint64_t p = reserve(os, 0x8200000, FIRST_PLAN);
    assert_true(p != 0 && p != 0x8200000);
    os_destroy(os);
    os = model_with("windows/amd64", config);
    p = reserve(os, HINT, GiB(33));
    assert_true(p != 0 && p != HINT);
    os_destroy(os);
}

static void a_map_that_collides_is_answered_elsewhere(void **state) {
    (void)state;
    struct os *os = model("linux/amd64");
    assert_int_equal(os->ops->occupy(os, UINT64_C(0xc420100000), KiB(8)), 0);
    assert_true(reserve(os, HINT, WHOLE_HEAP) == HINT);
    struct os_answer a = os->ops->map(os, UINT64_C(0xc420100000), MiB(1), false);
    assert_true(a.err == 0 && a.addr != 0 && a.addr != UINT64_C(0xc420100000));
    os_destroy(os);
}

static void mips_has_nothing_in_the_upper_half(void **state) {
    (void)state;
    struct os *os = model("linux/mipsle");
    assert_true(alloc(os, KiB(64)) < 0x80000000);
    uint64_t p = reserve(os, 0x90000000, MiB(16));
    assert_true(p != 0 && p + MiB(16) <= 0x80000000);
    os_destroy(os);
}

static void darwin_looks_upward_from_the_hint(void **state) {
    (void)state;
    struct os *os = model("darwin/amd64");
    assert_int_equal(os->ops->occupy(os, HINT, KiB(64)), 0);
    bool reserved = false;
    struct os_answer a = os->ops->reserve(os, HINT, WHOLE_HEAP, &reserved);
    assert_true(a.addr == HINT + KiB(64) && reserved);
    assert_true(alloc(os, KiB(256)) == round_up(os->image_end, KiB(4)));
    assert_true(os->ops->brk(os) == 0);
    os_destroy(os);
}

static void windows_takes_units_of_64_kib_from_below(void **state) {
    (void)state;
    struct os *os = model("windows/386");
    uint64_t a = alloc(os, KiB(4)), b = alloc(os, KiB(4));
    assert_true(a == KiB(64) && b == KiB(128));
    assert_true(reserve(os, 0x500000, FIRST_PLAN) == 0x500000);
    assert_true(reserve(os, 0x500000 + FIRST_PLAN, MiB(256)) != 0x500000 + FIRST_PLAN);
    os->ops->free(os, a, KiB(4));
    assert_true(alloc(os, KiB(8)) == a);
    os_destroy(os);
}

/* Limits. */

static void an_address_limit_counts_reservations(void **state) {
    (void)state;
    struct os *os = model_with("linux/386", (struct model_config){.address_limit = MiB(512)});
    assert_true(reserve(os, 0x8200000, MiB(512)) == 0);
    assert_true(reserve(os, 0x8200000, MiB(500)) == 0x8200000);
    assert_true(map(os, 0x8200000, MiB(500)) == 0x8200000); /* nothing new */
    struct os_answer a = os->ops->alloc(os, MiB(12));
    assert_true(a.addr == 0 && a.err == 12);
    assert_true(alloc(os, MiB(10)) != 0);
    os_destroy(os);
}

static void a_limit_below_the_program_itself_refuses_everything(void **state) {
    (void)state;
    struct os *os = model_with("linux/386", (struct model_config){.address_limit = KiB(4)});
    assert_true(alloc(os, KiB(4)) == 0);
    assert_true(reserve(os, 0x8200000, KiB(64)) == 0);
    assert_int_equal(os->ops->occupy(os, 0x40000000, KiB(64)), 12);
    os_destroy(os);
}

static void a_memory_limit_counts_what_is_usable(void **state) {
    (void)state;
    struct os *os = model_with("linux/386", (struct model_config){.memory_limit = MiB(4)});
    assert_true(reserve(os, 0x8200000, FIRST_PLAN) == 0x8200000);
    assert_true(map(os, 0x8200000, MiB(3)) == 0x8200000);
    struct os_answer a = os->ops->map(os, 0x9200000, MiB(2), true);
    assert_true(a.addr == 0 && a.err == 12);
    assert_true(alloc(os, MiB(1)) != 0);
    assert_true(alloc(os, 1) == 0);
    os_destroy(os);
}

static void windows_names_the_commit_limit(void **state) {
    (void)state;
    struct os *os = model_with("windows/amd64", (struct model_config){.memory_limit = MiB(4)});
    uint64_t p = reserve(os, HINT, GiB(33));
    assert_true(p == HINT);
    assert_int_equal(os->ops->map(os, p, MiB(5), true).err, 1455);
    assert_int_equal(os->ops->map(os, p, MiB(4), true).err, 0);
    assert_int_equal(os->ops->map(os, UINT64_C(0xd000000000), MiB(1), true).err, 487);
    os_destroy(os);
}

/* Bytes. */

static void bytes_are_zero_then_kept_then_zero_again(const char *platform, uint64_t at) {
    struct os *os = model(platform);
    bool wide = os->platform->ptr_size == 8;
    assert_true(reserve(os, at, wide ? WHOLE_HEAP : FIRST_PLAN) == at);
    assert_true(map(os, at, MiB(1)) == at);
    assert_true(holds(os, at, MiB(1), 0));
    memset(os_host(os, at), 0xdb, MiB(1));
    assert_true(map(os, at + MiB(1), MiB(1)) == at + MiB(1));
    assert_true(holds(os, at, MiB(1), 0xdb));
    os->ops->unused(os, at + KiB(64), KiB(128));
    assert_true(holds(os, at, KiB(64), 0xdb));
    assert_true(holds(os, at + KiB(192), MiB(1) - KiB(192), 0xdb));
    os->ops->used(os, at + KiB(64), KiB(128));
    assert_true(holds(os, at + KiB(64), KiB(128), 0));
    memset(os_host(os, at + KiB(64)), 0xdb, KiB(128));
    assert_true(holds(os, at, MiB(1), 0xdb));
    os_destroy(os);
}

static void released_memory_reads_as_zeros(void **state) {
    (void)state;
    bytes_are_zero_then_kept_then_zero_again("linux/amd64", HINT);
    bytes_are_zero_then_kept_then_zero_again("linux/386", 0x8200000);
    bytes_are_zero_then_kept_then_zero_again("linux/ppc64le", HINT);
    bytes_are_zero_then_kept_then_zero_again("darwin/amd64", HINT);
    bytes_are_zero_then_kept_then_zero_again("windows/amd64", HINT);
    bytes_are_zero_then_kept_then_zero_again("windows/386", 0x500000);
}

static void freed_memory_comes_back_zeroed(void **state) {
    (void)state;
    struct os *os = model("linux/386");
    uint64_t a = alloc(os, KiB(64));
    memset(os_host(os, a), 0xdb, KiB(64));
    os->ops->free(os, a, KiB(64));
    assert_true(alloc(os, KiB(64)) == a);
    assert_true(holds(os, a, KiB(64), 0));
    os_destroy(os);
}

static void windows_commits_again_without_clearing(void **state) {
    (void)state;
    struct os *os = model("windows/386");
    assert_true(reserve(os, 0x500000, FIRST_PLAN) == 0x500000);
    assert_true(map(os, 0x500000, KiB(16)) == 0x500000);
    memset(os_host(os, 0x500000), 0xdb, KiB(16));
    os->ops->unused(os, 0x502000, KiB(4));
    os->ops->used(os, 0x500000, KiB(16));
    assert_true(holds(os, 0x500000, KiB(8), 0xdb));
    assert_true(holds(os, 0x502000, KiB(4), 0));
    assert_true(holds(os, 0x503000, KiB(4), 0xdb));
    os_destroy(os);
}

static void windows_maps_nothing_across_two_reservations(void **state) {
    (void)state;
    struct os *os = model("windows/386");
    assert_true(reserve(os, 0x10000000, MiB(256)) == 0x10000000);
    assert_true(reserve(os, 0x20000000, MiB(256)) == 0x20000000);
    struct os_answer a = os->ops->map(os, 0x1fff0000, KiB(128), true);
    assert_true(a.addr == 0 && a.err == 487);
    assert_true(map(os, 0x1fff0000, KiB(64)) == 0x1fff0000);
    os->ops->used(os, 0x1fff0000, KiB(128)); /* bit by bit */
    assert_true(holds(os, 0x1fff0000, KiB(128), 0));
    os_destroy(os);
}

static void windows_frees_a_reservation_whole(void **state) {
    (void)state;
    struct os *os = model("windows/386");
    assert_true(reserve(os, 0x10000000, MiB(256)) == 0x10000000);
    os->ops->free(os, 0x10000000, KiB(4));
    assert_true(reserve(os, 0x10000000, MiB(256)) == 0x10000000);
    os_destroy(os);
}

static void the_ends_of_a_32_bit_space_have_bytes(void **state) {
    (void)state;
    struct os *os = model("linux/386");
    uint64_t low = reserve(os, 0x10000, MiB(1)), high = reserve(os, 0xff000000, MiB(8));
    assert_true(low == 0x10000 && high == 0xff000000);
    assert_true(map(os, low, MiB(1)) == low && map(os, high, MiB(8)) == high);
    memset(os_host(os, low), 1, MiB(1));
    memset(os_host(os, high), 2, MiB(8));
    assert_true(holds(os, low, MiB(1), 1));
    os_destroy(os);
}

static void two_spaces_live_side_by_side(void **state) {
    (void)state;
    struct os *a = model("linux/amd64"), *b = model("linux/amd64");
    assert_true(reserve(a, HINT, WHOLE_HEAP) == HINT && reserve(b, HINT, WHOLE_HEAP) == HINT);
    assert_true(map(a, HINT, KiB(8)) == HINT && map(b, HINT, KiB(8)) == HINT);
    memset(os_host(a, HINT), 1, KiB(8));
    assert_true(holds(b, HINT, KiB(8), 0));
    os_destroy(a);
    os_destroy(b);
}

/* A program cannot have more than fits in it, whatever space it simulates. */
static void a_32_bit_program_runs_out_of_room_for_a_64_bit_arena(void **state) {
    (void)state;
    if (sizeof(void *) == 8)
        skip();
    struct os *os = model("linux/amd64");
    uint64_t arena = HINT + GiB(16) + MiB(512);
    assert_true(reserve(os, HINT, WHOLE_HEAP) == HINT);
    assert_true(map(os, arena, MiB(256)) == arena);
    memset(os_host(os, arena + MiB(255)), 1, MiB(1));
    struct os_answer a = os->ops->map(os, arena + MiB(256), GiB(3), false);
    assert_true(a.addr == 0 && a.err == 12);
    assert_true(alloc(os, MiB(1)) != 0);
    os_destroy(os);
}

/* What the space is told to be. */

static void the_page_size_can_be_hidden_or_odd(void **state) {
    (void)state;
    struct os *os = model_with("linux/amd64", (struct model_config){.no_page_size = true});
    assert_true(os->phys_page_size == 0);
    assert_true(alloc(os, 1) != 0);
    os_destroy(os);
    os = model_with("linux/amd64", (struct model_config){.phys_page_size = 3000});
    assert_true(os->phys_page_size == 3000);
    assert_true(alloc(os, 1) != 0);
    os_destroy(os);
    os = model_with("linux/amd64", (struct model_config){.phys_page_size = KiB(1)});
    assert_true(os->phys_page_size == KiB(1)); /* and the space has the platform's */
    assert_int_equal(alloc(os, KiB(1)) % KiB(4), 0);
    os_destroy(os);
    os = model_with("linux/amd64", (struct model_config){.phys_page_size = KiB(64)});
    uint64_t a = alloc(os, 1);
    assert_true(a % KiB(64) == 0 && alloc(os, 1) == a - KiB(64));
    os_destroy(os);
}

static void a_high_break_stands_in_the_way(void **state) {
    (void)state;
    struct os *os = model_with("linux/386", (struct model_config){.brk = 0x8300000});
    assert_true(os->ops->brk(os) == 0x8300000);
    uint64_t p = reserve(os, 0x8200000, FIRST_PLAN);
    assert_true(p != 0 && p != 0x8200000);
    assert_true(reserve(os, 0x8400000, FIRST_PLAN) == 0x8400000);
    os_destroy(os);
}

static void the_break_follows_the_image(void **state) {
    (void)state;
    struct os *os = model_with("linux/amd64", (struct model_config){.image_end = 0x812345});
    assert_true(os->image_end == 0x812345 && os->ops->brk(os) == 0x813000);
    os_destroy(os);
}

static void an_impossible_space_is_explained(void **state) {
    (void)state;
    assert_refused("linux/386", (struct model_config){.brk = 0x1000},
        "brk 0x1000 is not possible on linux/386; expected an address from the image's end, "
        "0x80f1d08, on, below the stack and the vdso");
    assert_refused("linux/386", (struct model_config){.brk = 0xffffd000},
        "brk 0xffffd000 is not possible on linux/386; expected an address from the image's end, "
        "0x80f1d08, on, below the stack and the vdso");
    assert_refused("windows/386", (struct model_config){.brk = 0x1000},
        "windows/386 tells no program break; expected brk 0");
    assert_refused("linux/amd64", (struct model_config){.image_end = 0x1000},
        "image_end 0x1000 is not possible on linux/amd64; expected an address from 0x400001 on, "
        "below the stack and the libraries");
    struct taken_range outside = {0xfffff000, KiB(8)};
    assert_refused("linux/386", (struct model_config){.taken = &outside, .taken_count = 1},
        "taken range 0xfffff000 of 0x2000 bytes is not in the address space of linux/386; expected "
        "some bytes below 0xffffe000");
}

static void assert_not_possible(const char *platform, struct model_config config) {
    struct error err = {""};
    assert_null(os_model_new(platform_find(platform), &config, &err));
    assert_non_null(strstr(err.text,
        config.taken_count ? " is not in the address space of " : " is not possible on "));
}

static void image_break_and_others_have_to_lie_in_the_space(void **state) {
    (void)state;
    uint64_t end = platform_find("linux/386")->user_end;
    assert_not_possible("linux/386", (struct model_config){.brk = end});
    assert_not_possible("linux/386", (struct model_config){.image_end = end});
    assert_not_possible("linux/386", (struct model_config){.image_end = end + GiB(1)});
    assert_not_possible("linux/386", (struct model_config){.image_end = 0x8048000});
    struct taken_range wrong[] = {{0x10000000, 0}, {0, end + 1}, {end - 1, 2}};
    for (size_t i = 0; i < ARRAY_LEN(wrong); i++)
        assert_not_possible(
            "linux/386", (struct model_config){.taken = &wrong[i], .taken_count = 1});
}

static void what_lies_outside_the_space_is_not_occupied(void **state) {
    (void)state;
    struct os *os = model("linux/386");
    assert_int_equal(os->ops->occupy(os, 0x1000, KiB(4)), 12);
    assert_int_equal(os->ops->occupy(os, 0x10000000, GiB(8)), 12);
    assert_int_equal(os->ops->occupy(os, 0x10000000, 0), 22);
    assert_int_equal(os->ops->occupy(os, 0x10000001, KiB(4)), 22);
    assert_int_equal(os->ops->alloc(os, 0).err, 22);
    os_destroy(os);
    os = model("windows/amd64"); /* above all that is there */
    uint64_t top = round_down(os->platform->user_end - MiB(1), KiB(64));
    assert_int_equal(os->ops->occupy(os, top, KiB(64)), 0);
    os_destroy(os);
}

/* One that stretches over the address from which Linux looks for room; and all that there is. */
static void gaps_end_where_others_begin(void **state) {
    (void)state;
    uint64_t end = platform_find("linux/386")->user_end, base = round_down(end, KiB(4)) - MiB(160);
    struct taken_range taken = {base - MiB(1), MiB(2)};
    struct os *os =
        model_with("linux/386", (struct model_config){.taken = &taken, .taken_count = 1});
    assert_int_equal(alloc(os, KiB(64)), base - MiB(1) - KiB(64));
    os_destroy(os);
    taken = (struct taken_range){0x8049000, end - 0x8049000};
    os = model_with("linux/386", (struct model_config){.taken = &taken, .taken_count = 1});
    struct os_answer a = os->ops->alloc(os, 0x8040000); /* fits below, but for the first 64 KiB */
    assert_true(a.addr == 0 && a.err == 12);
    os_destroy(os);
}

static void darwin_looks_from_the_bottom_at_last(void **state) {
    (void)state;
    struct os *os = model("darwin/amd64");
    uint64_t end = os->platform->user_end, low = reserve(os, end - MiB(1), GiB(1));
    assert_true(low != 0 && low < GiB(16));
    os_destroy(os);
    os = model_with("darwin/amd64", (struct model_config){.ignores_hints = true});
    assert_int_equal(reserve(os, HINT, GiB(1)), low);
    os_destroy(os);
}

static void where_the_machine_has_no_room_memory_is_refused(void **state) {
    (void)state;
    struct error err = {""};
    struct model_config config = {0};
    if (!can_limit() || sizeof(void *) == 4)
        skip();
    struct limit limit = limit_space(MiB(100));
    assert_null(os_model_new(platform_find("linux/amd64"), &config, &err));
    limit_lift(&limit);
    assert_non_null(strstr(err.text, "linux/amd64: this machine does not give 256 MiB"));
    static const char *const platforms[] = {"linux/amd64", "windows/amd64"};
    for (size_t i = 0; i < ARRAY_LEN(platforms); i++) {
        limit = limit_space(GiB(3));
        struct os *os = model(platforms[i]);
        limit_lift(&limit);
        bool reserved;
        uint64_t size = i ? UINT64_C(0x842000000) : WHOLE_HEAP;
        assert_int_equal(os->ops->reserve(os, HINT, size, &reserved).addr, HINT);
        struct os_answer a = os->ops->map(os, HINT + size - MiB(1), MiB(1), reserved);
        assert_int_equal(a.addr, 0);
        assert_int_equal(a.err, i ? 8 : 12);
        assert_non_null(strstr(os->lack.text, "this machine has no room for 1 MiB more of"));
        assert_non_null(strstr(os->lack.text, platforms[i]));
        os_destroy(os);
    }
}

static void taken_ranges_are_others(void **state) {
    (void)state;
    struct taken_range taken[] = {{HINT, KiB(64)}, {HINT | UINT64_C(1) << 40, 1}};
    struct os *os =
        model_with("linux/amd64", (struct model_config){.taken = taken, .taken_count = 2});
    assert_true(reserve(os, HINT, WHOLE_HEAP) == 0);
    assert_true(reserve(os, HINT | UINT64_C(1) << 40, WHOLE_HEAP) == 0);
    assert_true(reserve(os, HINT | UINT64_C(2) << 40, WHOLE_HEAP) != 0);
    os_destroy(os);
}

static void collect(void *arg, uint64_t addr, uint64_t size, const char *what) {
    sb_printf(arg, "%s %" PRIx64 "+%" PRIx64 "\n", what, addr, size);
}

static void others_are_told(void **state) {
    (void)state;
    struct os *os = model_with("linux/386", (struct model_config){.brk = 0x8100000});
    assert_int_equal(os->ops->occupy(os, 0x40000000, MiB(1)), 0);
    assert_true(reserve(os, 0x8200000, FIRST_PLAN) == 0x8200000);
    struct strbuf seen = {0};
    os_model_others(os, collect, &seen);
    assert_string_equal(sb_text(&seen), "stack fffdd000+21000\n"
                                        "vdso f5ff6000+8000\n"
                                        "program's own f5fe6000+10000\n"
                                        "image 8048000+aa000\n"
                                        "program heap 80f2000+e000\n"
                                        "taken 40000000+100000\n");
    sb_free(&seen);
    os_destroy(os);
}

static void every_platform_has_room_for_its_heap(void **state) {
    (void)state;
    const struct platform *p;
    for (size_t i = 0; (p = platform_at(i)) != NULL; i++) {
        struct os *os = model(p->name);
        uint64_t arena = p->max_mem + 1;
        uint64_t aux = arena / KiB(8) * p->ptr_size + arena / (p->ptr_size * 4) + KiB(8);
        uint64_t at = p->hint ? p->hint : round_up(os->image_end + KiB(256), MiB(1));
        uint64_t size = aux + (p->ptr_size == 8 ? arena : MiB(512));
        assert_true(reserve(os, at, size) == at);
        assert_true(map(os, at, MiB(1)) == at);
        memset(os_host(os, at), 1, MiB(1));
        assert_true(alloc(os, KiB(256)) != 0);
        os_destroy(os);
    }
}

/* Go's recorded requests, asked of the model. */

struct tally {
    unsigned asked, agreed;
};

/* The number after " key=", or after key itself. */
static uint64_t number(const char *line, const char *key) {
    const char *at = strstr(line, key);
    return at ? strtoull(at + strlen(key), NULL, 0) : 0;
}

static void compare(struct tally *t, const char *line, uint64_t answer) {
    const char *arrow = strstr(line, "-> ");
    uint64_t recorded = arrow ? strtoull(arrow + 3, NULL, 0) : number(line, " addr=");
    t->asked++;
    t->agreed += answer == recorded;
    if (answer != recorded)
        print_message("%s: the model answers 0x%" PRIx64 "\n", line, answer);
}

static void ask(struct os *os, struct tally *t, const char *line) {
    uint64_t addr = number(line, " addr="), size = number(line, " size=");
    bool reserved = number(line, " reserved=") != 0, really = false;
    if (strncmp(line, "occupy ", 7) == 0) {
        assert_int_equal(os->ops->occupy(os, addr, size), number(line, " err="));
    } else if (strncmp(line, "os reserve ", 11) == 0) {
        compare(t, line, os->ops->reserve(os, addr, size, &really).addr);
        assert_int_equal(really, reserved);
    } else if (strncmp(line, "os map ", 7) == 0) {
        compare(t, line, os->ops->map(os, addr, size, reserved).addr);
    } else if (strncmp(line, "os alloc ", 9) == 0) {
        compare(t, line, os->ops->alloc(os, size).addr);
    } else if (strncmp(line, "os free ", 8) == 0) {
        os->ops->free(os, addr, size);
    } else if (strncmp(line, "os unused ", 10) == 0) {
        os->ops->unused(os, addr, size);
    } else if (strncmp(line, "os used ", 8) == 0) {
        os->ops->used(os, addr, size);
    }
}

static struct tally replay(const char *name, const char *platform, uint64_t address_limit) {
    char path[128];
    snprintf(path, sizeof path, "tests/data/transcripts/%s.txt.gz", name);
    struct strbuf text = {0};
    struct error err = {""};
    if (!file_read(path, &text, NULL, &err))
        fail_msg("%s", err.text);
    struct os *os = model_with(platform, (struct model_config){.address_limit = address_limit});
    struct tally t = {0, 0};
    char *rest = NULL;
    for (char *line = strtok_r(text.text, "\n", &rest); line; line = strtok_r(NULL, "\n", &rest))
        ask(os, &t, line);
    os_destroy(os);
    sb_free(&text);
    return t;
}

static void the_model_answers_as_the_recorded_kernel_did(void **state) {
    (void)state;
    static const struct {
        const char *name, *platform;
        uint64_t address_limit;
        unsigned asked;
    } recordings[] = {
        {"init-amd64", "linux/amd64", 0, 2},
        {"init-386", "linux/386", 0, 4},
        {"hints1-amd64", "linux/amd64", 0, 8},
        {"hints3-amd64", "linux/amd64", 0, 10},
        {"hints127-amd64", "linux/amd64", 0, 134},
        {"hints128-amd64", "linux/amd64", 0, 135},
        {"conflict-amd64", "linux/amd64", 0, 8},
        {"crowd-386", "linux/386", 0, 113},
        {"grow-386", "linux/386", 0, 107},
        {"grow-amd64", "linux/amd64", 0, 116},
        {"large-386", "linux/386", 0, 89},
        {"large-amd64", "linux/amd64", 0, 142},
        {"all-386", "linux/386", 0, 182},
        {"all-amd64", "linux/amd64", 0, 224},
        {"fallback1-386", "linux/386", 0x28000000, 11},
        {"fallback2-386", "linux/386", 0x1c000000, 12},
        {"fallback3-386", "linux/386", 0x14000000, 15},
        {"fallback4-386", "linux/386", 0x08000000, 4},
    };
    for (size_t i = 0; i < ARRAY_LEN(recordings); i++) {
        struct tally t =
            replay(recordings[i].name, recordings[i].platform, recordings[i].address_limit);
        assert_int_equal(t.asked, recordings[i].asked);
        assert_int_equal(t.agreed, t.asked);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reserve_of_a_free_hint_is_granted),
        cmocka_unit_test(reserve_of_a_taken_hint_is_refused),
        cmocka_unit_test(only_64_kib_of_a_hint_are_looked_at),
        cmocka_unit_test(occupied_is_occupied_once),
        cmocka_unit_test(mappings_without_an_address_go_top_down),
        cmocka_unit_test(when_all_below_is_full_mappings_go_above),
        cmocka_unit_test(a_kernel_that_ignores_hints_can_be_forced_on_linux),
        cmocka_unit_test(a_map_that_collides_is_answered_elsewhere),
        cmocka_unit_test(mips_has_nothing_in_the_upper_half),
        cmocka_unit_test(darwin_looks_upward_from_the_hint),
        cmocka_unit_test(windows_takes_units_of_64_kib_from_below),
        cmocka_unit_test(an_address_limit_counts_reservations),
        cmocka_unit_test(a_limit_below_the_program_itself_refuses_everything),
        cmocka_unit_test(a_memory_limit_counts_what_is_usable),
        cmocka_unit_test(windows_names_the_commit_limit),
        cmocka_unit_test(released_memory_reads_as_zeros),
        cmocka_unit_test(freed_memory_comes_back_zeroed),
        cmocka_unit_test(windows_commits_again_without_clearing),
        cmocka_unit_test(windows_maps_nothing_across_two_reservations),
        cmocka_unit_test(windows_frees_a_reservation_whole),
        cmocka_unit_test(the_ends_of_a_32_bit_space_have_bytes),
        cmocka_unit_test(two_spaces_live_side_by_side),
        cmocka_unit_test(a_32_bit_program_runs_out_of_room_for_a_64_bit_arena),
        cmocka_unit_test(the_page_size_can_be_hidden_or_odd),
        cmocka_unit_test(a_high_break_stands_in_the_way),
        cmocka_unit_test(the_break_follows_the_image),
        cmocka_unit_test(an_impossible_space_is_explained),
        cmocka_unit_test(image_break_and_others_have_to_lie_in_the_space),
        cmocka_unit_test(what_lies_outside_the_space_is_not_occupied),
        cmocka_unit_test(gaps_end_where_others_begin),
        cmocka_unit_test(darwin_looks_from_the_bottom_at_last),
        cmocka_unit_test(where_the_machine_has_no_room_memory_is_refused),
        cmocka_unit_test(taken_ranges_are_others),
        cmocka_unit_test(others_are_told),
        cmocka_unit_test(every_platform_has_room_for_its_heap),
        cmocka_unit_test(the_model_answers_as_the_recorded_kernel_did),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
