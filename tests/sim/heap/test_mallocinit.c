/* mallocinit, the part of malloc.c that runs before anything is allocated: its checks, the hints,
 * the plan for 32 bits, and where the parts come to lie. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "tests/sim/heap/fixture.h"

#define SPANS_64  MiB(512) /* 2^39 / 8 KiB pages of 8 bytes */
#define BITMAP_64 GiB(16)  /* 2^39 / 32 */
#define SPANS_32  MiB(2)
#define BITMAP_32 MiB(256)

static void assert_step(const struct lab *lab, size_t n, enum init_step step) {
    const struct event *ev = lab_event(lab, EV_STEP, n);
    assert_non_null(ev);
    assert_int_equal(ev->w & 0xff, step);
}

static void assert_value(
    const struct lab *lab, enum init_step step, uint64_t a, uint64_t b, uint64_t c) {
    const struct init_path *init = &recording_head(lab->rec)->init;
    assert_true(init->reached[step]);
    assert_int_equal(init->value[step][0], a);
    assert_int_equal(init->value[step][1], b);
    assert_int_equal(init->value[step][2], c);
}

/* The start ends the program with status 2 and exactly these lines. */
static void assert_ends(struct lab *lab, const char *lines) {
    struct strbuf said = {0};
    int status = 0;
    assert_false(heap_init(lab->h));
    assert_true(heap_exited(lab->h, &status));
    assert_int_equal(status, 2);
    assert_string_equal(lab_said(lab, &said), lines);
    assert_int_equal(lab_event(lab, EV_EXIT, 0)->w, 2);
    assert_false(recording_head(lab->rec)->init.reached[STEP_DONE]);
    sb_free(&said);
    lab_close(lab);
}

/* --- Checks --- */

static void steps_come_in_the_order_of_the_source(void **state) {
    static const enum init_step steps[] = {STEP_TINY_CLASS, STEP_DEFER_SIZES, STEP_PHYS_PAGE,
        STEP_SIZES, STEP_HINTS, STEP_ROUND, STEP_LAYOUT, STEP_LAST_CHECK, STEP_HEAP_INIT,
        STEP_MCACHE, STEP_DONE};
    struct lab lab;
    (void)state;
    lab_start(&lab, "linux/amd64");
    for (size_t i = 0; i < ARRAY_LEN(steps); i++)
        assert_step(&lab, i, steps[i]);
    assert_null(lab_event(&lab, EV_STEP, ARRAY_LEN(steps)));
    assert_value(&lab, STEP_TINY_CLASS, 2, 16, 16);
    assert_value(&lab, STEP_PHYS_PAGE, 4096, 4096, 0);
    assert_value(&lab, STEP_SIZES, SPANS_64, BITMAP_64, GiB(512));
    lab_close(&lab);
}

static void each_step_names_the_one_before_it(void **state) {
    struct lab lab;
    (void)state;
    lab_start(&lab, "linux/386");
    unsigned before = STEP_NONE;
    const struct event *ev;
    for (size_t n = 0; (ev = lab_event(&lab, EV_STEP, n)); n++) {
        assert_int_equal(ev->w >> 8, before);
        before = ev->w & 0xff;
    }
    assert_int_equal(before, STEP_DONE);
    lab_close(&lab);
}

static void a_tiny_class_of_another_size_ends_the_program(void **state) {
    struct lab lab;
    (void)state;
    lab_open(&lab, "linux/amd64");
    lab.h->sizes.classes[TINY_SIZE_CLASS].size = 24;
    assert_ends(&lab, "fatal error: bad TinySizeClass\n"
                      "runtime: panic before malloc heap initialized\n");
}

/* Of the defer records with 9 to 24 bytes of arguments, those beyond 16 would go to another class.
 */
static void defer_sizes_of_two_classes_in_one_pool_end_the_program(void **state) {
    struct lab lab;
    (void)state;
    lab_open(&lab, "linux/amd64");
    lab.h->sizes.of_size8[64 / 8] = 6; /* 57 to 64 bytes: 80 */
    assert_ends(&lab, "bad defer size class: i=9 siz=80 defersc=1\n"
                      "fatal error: bad defer size class\n"
                      "runtime: panic before malloc heap initialized\n");
}

static void an_unknown_page_size_ends_the_program(void **state) {
    struct lab lab;
    (void)state;
    lab_open(&lab, "linux/amd64");
    lab.system->os.phys_page_size = 0;
    assert_ends(&lab, "fatal error: failed to get system page size\n"
                      "runtime: panic before malloc heap initialized\n");
}

static void a_page_size_below_4096_ends_the_program(void **state) {
    struct lab lab;
    (void)state;
    lab_open(&lab, "linux/386");
    lab.system->os.phys_page_size = 2048;
    assert_ends(&lab, "system page size (2048) is smaller than minimum page size (4096)\n"
                      "fatal error: bad system page size\n"
                      "runtime: panic before malloc heap initialized\n");
}

static void a_page_size_that_is_no_power_of_two_ends_the_program(void **state) {
    struct lab lab;
    (void)state;
    lab_open(&lab, "linux/amd64");
    lab.system->os.phys_page_size = 12288;
    assert_ends(&lab, "system page size (12288) must be a power of 2\n"
                      "fatal error: bad system page size\n"
                      "runtime: panic before malloc heap initialized\n");
}

static void nothing_is_asked_of_the_system_before_the_checks(void **state) {
    struct lab lab;
    (void)state;
    lab_open(&lab, "linux/amd64");
    lab.system->os.phys_page_size = 4095;
    assert_false(heap_init(lab.h));
    assert_int_equal(lab.system->calls, 0);
    lab_close(&lab);
}

/* --- Hints --- */

static void assert_attempt(const struct lab *lab, size_t n, uint64_t addr, enum outcome outcome) {
    const struct event *ev = lab_event(lab, EV_ATTEMPT, n);
    assert_non_null(ev);
    assert_int_equal(ev->x, n);
    assert_int_equal(ev->a, addr);
    assert_int_equal(ev->w, outcome);
}

/* refused hints, and then a granted one: each is asked for once, in turn. */
static void assert_hints(const char *platform, unsigned refused, const uint64_t *hints) {
    struct lab lab;
    lab_open(&lab, platform);
    enum outcome granted =
        lab.system->platform.goos == GOOS_LINUX ? OUTCOME_CHECKED : OUTCOME_GRANTED;
    lab.system->refuse = refused;
    assert_true(heap_init(lab.h));
    for (unsigned i = 0; i < refused; i++)
        assert_attempt(&lab, i, hints[i], OUTCOME_REFUSED);
    assert_attempt(&lab, refused, hints[refused], granted);
    assert_null(lab_event(&lab, EV_ATTEMPT, refused + 1));
    assert_int_equal(lab.h->spans, hints[refused]);
    assert_int_equal(lab.h->arena_reserved, granted == OUTCOME_GRANTED);
    lab_close(&lab);
}

static void hints_begin_at_c0_and_go_up_by_a_tebibyte(void **state) {
    static const uint64_t hints[] = {0xc000000000, 0x1c000000000, 0x2c000000000, 0x3c000000000};
    (void)state;
    assert_hints("linux/amd64", 0, hints);
    assert_hints("linux/amd64", 3, hints);
    assert_hints("linux/ppc64le", 1, hints);
    assert_hints("darwin/amd64", 1, hints);
}

static void hints_of_arm64_fit_39_bits(void **state) {
    static const uint64_t hints[] = {0x4000000000, 0x14000000000};
    (void)state;
    assert_hints("linux/arm64", 0, hints);
    assert_hints("linux/arm64", 1, hints);
}

static void hints_of_darwin_arm64_fit_its_63_gib(void **state) {
    static const uint64_t hints[] = {0x130000000, 0x10130000000};
    (void)state;
    assert_hints("darwin/arm64", 0, hints);
    assert_hints("darwin/arm64", 1, hints);
}

static void the_last_of_128_hints_is_7fc0(void **state) {
    struct lab lab;
    (void)state;
    lab_open(&lab, "linux/amd64");
    lab.system->refuse = 127;
    assert_true(heap_init(lab.h));
    assert_attempt(&lab, 127, UINT64_C(0x7fc000000000), OUTCOME_CHECKED);
    assert_int_equal(
        lab_event(&lab, EV_ATTEMPT, 127)->b, SPANS_64 + BITMAP_64 + GiB(512) + GO_PAGE_SIZE);
    assert_false(recording_head(lab.rec)->init.reached[STEP_FALLBACK]);
    lab_close(&lab);
}

static void an_answer_elsewhere_is_taken(void **state) {
    struct lab lab;
    (void)state;
    lab_open(&lab, "windows/amd64");
    lab.system->elsewhere = 0x20000000000;
    assert_true(heap_init(lab.h));
    assert_attempt(&lab, 0, 0xc000000000, OUTCOME_ELSEWHERE);
    assert_int_equal(lab.h->spans, 0x20000000000);
    lab_close(&lab);
}

static void with_all_hints_refused_64_bits_take_the_32_bit_plan(void **state) {
    struct lab lab;
    (void)state;
    lab_open(&lab, "linux/amd64");
    lab.system->refuse = HINT_COUNT;
    assert_true(heap_init(lab.h));
    const struct event *ev = lab_event(&lab, EV_ATTEMPT, HINT_COUNT);
    assert_int_equal(ev->x, HINT_COUNT);
    assert_int_equal(ev->b, SPANS_64 + BITMAP_64 + MiB(512) + GO_PAGE_SIZE);
    /* The image ends at 0x4caed8; 256 KiB on, and up to a mebibyte. */
    assert_int_equal(ev->a, 0x600000);
    assert_value(&lab, STEP_FALLBACK, 0x600000, 0x4caed8, 0x4cb000);
    assert_int_equal(lab.h->arena_start, 0x600000 + SPANS_64 + BITMAP_64);
    assert_int_equal(lab.h->arena_end - lab.h->arena_start, MiB(512) + GO_PAGE_SIZE);
    lab_close(&lab);
}

/* --- The 32-bit plan --- */

static void on_32_bits_no_hint_is_tried(void **state) {
    struct lab lab;
    (void)state;
    lab_start(&lab, "linux/386");
    const struct event *ev = lab_event(&lab, EV_ATTEMPT, 0);
    assert_int_equal(ev->x, HINT_COUNT);
    assert_int_equal(ev->w, OUTCOME_GRANTED);
    assert_int_equal(ev->a, 0x8200000);
    assert_int_equal(ev->b, SPANS_32 + BITMAP_32 + MiB(512) + GO_PAGE_SIZE);
    assert_null(lab_event(&lab, EV_ATTEMPT, 1));
    assert_false(recording_head(lab.rec)->init.reached[STEP_HINTS]);
    assert_value(&lab, STEP_SIZES, SPANS_32, BITMAP_32, 0);
    lab_close(&lab);
}

/* With refused sizes refused, the arena begins with size bytes. */
static void assert_arena_size(unsigned refused, uint64_t size) {
    struct lab lab;
    lab_open(&lab, "linux/386");
    lab.system->refuse = refused;
    assert_true(heap_init(lab.h));
    for (unsigned i = 0; i <= refused; i++) {
        const struct event *ev = lab_event(&lab, EV_ATTEMPT, i);
        assert_int_equal(ev->x, HINT_COUNT + i);
        assert_int_equal(ev->w, i < refused ? OUTCOME_REFUSED : OUTCOME_GRANTED);
    }
    assert_null(lab_event(&lab, EV_ATTEMPT, refused + 1));
    assert_int_equal(lab.h->arena_end - lab.h->arena_alloc, size + GO_PAGE_SIZE);
    lab_close(&lab);
}

static void smaller_and_smaller_arenas_are_asked_for(void **state) {
    (void)state;
    assert_arena_size(0, MiB(512));
    assert_arena_size(1, MiB(256));
    assert_arena_size(2, MiB(128));
    assert_arena_size(3, 0);
}

static void with_everything_refused_the_program_ends(void **state) {
    struct lab lab;
    (void)state;
    lab_open(&lab, "linux/386");
    lab.system->refuse = FALLBACK_COUNT;
    assert_ends(&lab, "fatal error: runtime: cannot reserve arena virtual address space\n"
                      "runtime: panic before malloc heap initialized\n");
}

static void with_128_hints_and_four_sizes_refused_the_program_ends(void **state) {
    struct lab lab;
    (void)state;
    lab_open(&lab, "linux/amd64");
    lab.system->refuse = HINT_COUNT + FALLBACK_COUNT;
    assert_false(heap_init(lab.h));
    assert_int_equal(lab_count_events(&lab, EV_ATTEMPT, 0), HINT_COUNT + FALLBACK_COUNT);
    assert_true(recording_head(lab.rec)->init.reached[STEP_FAILED]);
    lab_close(&lab);
}

/* The break at brk: the plan starts at `start`. */
static void assert_start(uint64_t brk, uint64_t start) {
    struct lab lab;
    lab_open(&lab, "linux/386");
    lab.system->brk = brk;
    assert_true(heap_init(lab.h));
    assert_int_equal(lab_event(&lab, EV_ATTEMPT, 0)->a, start);
    assert_value(&lab, STEP_BREAK_CHECK, 0x8200000, brk, start);
    lab_close(&lab);
}

static void the_plan_starts_above_a_break_that_it_would_cross(void **state) {
    uint64_t size = SPANS_32 + BITMAP_32 + MiB(512) + GO_PAGE_SIZE;
    (void)state;
    assert_start(0x81fffff, 0x8200000); /* below it */
    assert_start(0x8200000, 0x8300000); /* at its start: a mebibyte above, which is round */
    assert_start(0x8200001, 0x8400000); /* inside */
    assert_start(0x8200000 + size - 1, round_up(0x8200000 + size - 1 + MiB(1), MiB(1)));
    assert_start(0x8200000 + size, 0x8200000); /* behind it */
}

/* --- The layout --- */

static void on_64_bits_spans_bitmap_and_arena_stand_side_by_side(void **state) {
    struct lab lab;
    (void)state;
    lab_start(&lab, "linux/amd64");
    const struct heap *h = lab.h;
    assert_int_equal(h->spans, 0xc000000000);
    assert_int_equal(h->spans_cap, SPANS_64 / 8);
    assert_int_equal(h->bitmap, 0xc420000000);
    assert_int_equal(h->arena_start, 0xc420000000);
    assert_int_equal(h->arena_used, 0xc420000000);
    assert_int_equal(h->arena_alloc, 0xc420000000);
    assert_int_equal(h->arena_end, UINT64_C(0x14420002000));
    assert_int_equal(h->bitmap_mapped, 0);
    assert_int_equal(h->spans_len, 0);
    lab_close(&lab);
}

static void on_32_bits_the_arena_starts_at_0(void **state) {
    struct lab lab;
    (void)state;
    lab_start(&lab, "linux/386");
    const struct heap *h = lab.h;
    assert_int_equal(h->arena_start, 0);
    assert_int_equal(h->bitmap, 0x18400000);
    assert_int_equal(h->arena_used, 0x18400000);
    assert_int_equal(h->arena_end, 0x38402000);
    assert_value(&lab, STEP_LAST_CHECK, 0, 0, 0);
    /* What lies below is described from the start on. */
    assert_int_equal(h->bitmap_mapped, 0x18400000 / 16);
    assert_int_equal(h->spans_len * 4, round_up(0x18400000 / GO_PAGE_SIZE * 4, 4096));
    lab_close(&lab);
}

static void mips_has_half_the_space(void **state) {
    struct lab lab;
    (void)state;
    lab_start(&lab, "linux/mipsle");
    assert_value(&lab, STEP_SIZES, MiB(1), MiB(128), 0);
    lab_close(&lab);
}

static void a_reservation_off_our_pages_is_rounded_up_and_loses_the_rest(void **state) {
    struct lab lab;
    (void)state;
    lab_open(&lab, "linux/386");
    lab.system->elsewhere = 0x20001000;
    assert_true(heap_init(lab.h));
    uint64_t size = SPANS_32 + BITMAP_32 + MiB(512) + GO_PAGE_SIZE - 0x1000;
    assert_value(&lab, STEP_ROUND, 0x20001000, 0x20002000, size);
    assert_int_equal(lab.h->spans, 0x20002000);
    assert_int_equal(lab.h->arena_used, 0x20002000 + SPANS_32 + BITMAP_32);
    assert_int_equal(lab.h->arena_end, 0x20001000 + size);
    lab_close(&lab);
}

static void the_first_mcache_has_a_record(void **state) {
    struct lab lab;
    (void)state;
    lab_open(&lab, "linux/amd64");
    uint64_t chunk = lab.system->alloc_at;
    assert_true(heap_init(lab.h));
    assert_value(&lab, STEP_MCACHE, chunk, 0, 0);
    assert_int_equal(heap_stat(lab.h, STAT_mcache_sys), KiB(16));
    assert_int_equal(heap_stat(lab.h, STAT_other_sys), KiB(240));
    assert_int_equal(lab.system->calls, 2); /* the reservation, and that chunk */
    lab_close(&lab);
}

static void no_heap_and_no_system_can_be_let_go_of(void **state) {
    (void)state;
    heap_free(NULL);
    os_destroy(NULL);
    backing_free(NULL);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(no_heap_and_no_system_can_be_let_go_of),
        cmocka_unit_test(steps_come_in_the_order_of_the_source),
        cmocka_unit_test(each_step_names_the_one_before_it),
        cmocka_unit_test(a_tiny_class_of_another_size_ends_the_program),
        cmocka_unit_test(defer_sizes_of_two_classes_in_one_pool_end_the_program),
        cmocka_unit_test(an_unknown_page_size_ends_the_program),
        cmocka_unit_test(a_page_size_below_4096_ends_the_program),
        cmocka_unit_test(a_page_size_that_is_no_power_of_two_ends_the_program),
        cmocka_unit_test(nothing_is_asked_of_the_system_before_the_checks),
        cmocka_unit_test(hints_begin_at_c0_and_go_up_by_a_tebibyte),
        cmocka_unit_test(hints_of_arm64_fit_39_bits),
        cmocka_unit_test(hints_of_darwin_arm64_fit_its_63_gib),
        cmocka_unit_test(the_last_of_128_hints_is_7fc0),
        cmocka_unit_test(an_answer_elsewhere_is_taken),
        cmocka_unit_test(with_all_hints_refused_64_bits_take_the_32_bit_plan),
        cmocka_unit_test(on_32_bits_no_hint_is_tried),
        cmocka_unit_test(smaller_and_smaller_arenas_are_asked_for),
        cmocka_unit_test(with_everything_refused_the_program_ends),
        cmocka_unit_test(with_128_hints_and_four_sizes_refused_the_program_ends),
        cmocka_unit_test(the_plan_starts_above_a_break_that_it_would_cross),
        cmocka_unit_test(on_64_bits_spans_bitmap_and_arena_stand_side_by_side),
        cmocka_unit_test(on_32_bits_the_arena_starts_at_0),
        cmocka_unit_test(mips_has_half_the_space),
        cmocka_unit_test(a_reservation_off_our_pages_is_rounded_up_and_loses_the_rest),
        cmocka_unit_test(the_first_mcache_has_a_record),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
