/* Names and words of events. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "sim/base/base.h"
#include "sim/trace/event.h"

#include <string.h>

/* count names, each of its own, and none beyond. */
static void assert_names(const char *(*name)(unsigned), unsigned count) {
    for (unsigned i = 0; i < count; i++) {
        assert_true(name(i)[0] != '\0');
        assert_string_not_equal(name(i), "?");
        for (unsigned j = 0; j < i; j++)
            assert_string_not_equal(name(i), name(j));
    }
    assert_string_equal(name(count), "?");
    assert_string_equal(name(UINT32_MAX), "?");
}

static void everything_numbered_has_a_name_of_its_own(void **state) {
    (void)state;
    assert_names(event_kind_name, EV_COUNT);
    assert_names(op_code_name, OP_COUNT);
    assert_names(init_step_name, STEP_COUNT);
    assert_names(range_state_name, RANGE_STATE_COUNT);
    assert_names(stat_name, STAT_COUNT);
    assert_names(span_field_name, SPAN_FIELD_COUNT);
    assert_names(heap_field_name, HEAP_FIELD_COUNT);
    assert_names(lock_rank_name, RANK_COUNT);
}

static void events_are_records_of_32_bytes(void **state) {
    (void)state;
    assert_int_equal(sizeof(struct event), 32);
}

static void lists_do_not_overlap(void **state) {
    (void)state;
    assert_int_equal(LIST_BUSY, 128);
    assert_int_equal(LIST_BUSYLARGE, 256);
    assert_int_equal(LIST_NONEMPTY, 257);
    assert_int_equal(LIST_EMPTY, 257 + 134);
    assert_int_equal(LIST_COUNT, 257 + 268);
    assert_true(LIST_NOWHERE >= LIST_COUNT);
}

static void assert_words(
    enum message message, uint64_t a, uint64_t b, uint64_t c, const char *words) {
    char text[256];
    const struct event ev = {.kind = EV_MESSAGE, .x = message, .a = a, .b = b, .c = c};
    assert_string_equal(message_text(&ev, text, sizeof text), words);
}

static void messages_are_gos_words_with_their_numbers(void **state) {
    (void)state;
    assert_words(MSG_PAGE_TOO_SMALL, 2048, 4096, 9,
        "system page size (2048) is smaller than minimum page size (4096)");
    assert_words(MSG_HEAP_OOM, 65536, 66846720, 0,
        "runtime: out of memory: cannot allocate 65536-byte block (66846720 in use)");
    assert_words(MSG_NOT_USABLE, 0xf7ff0000, 0, 0x7fffffff,
        "runtime: memory allocated by OS (0xf7ff0000) not in usable range [0x0,0x7fffffff)");
    assert_words(MSG_THROW_OOM, 1, 2, 3, "fatal error: out of memory");
    assert_words(MSG_MAP_CONFLICT, UINT64_MAX, 0, UINT64_MAX,
        "runtime: address space conflict: map(0xffffffffffffffff) = 0x0 (err "
        "18446744073709551615)");
}

static void long_lines_come_in_parts(void **state) {
    const struct event parts[] = {{.x = MSG_SWEEP_COUNT, .a = 128, .b = 2, .c = 1},
        {.x = MSG_SWEEP_FREED, .a = 65535}, {.x = MSG_THROW_SWEEP_COUNT}};
    char line[256], *at = line;
    (void)state;
    assert_false(message_ends_line(&parts[0]));
    assert_true(message_ends_line(&parts[1]));
    assert_true(message_ends_line(&parts[2]));
    for (unsigned i = 0; i < 2; i++) {
        message_text(&parts[i], at, 128);
        at += strlen(at);
    }
    assert_string_equal(line, "runtime: nelems=128 nalloc=2 previous allocCount=1 nfreed=65535");
}

static void every_message_has_its_numbers_in_it(void **state) {
    (void)state;
    for (uint32_t m = 0; m < MSG_COUNT; m++) {
        char text[256];
        const struct event ev = {.kind = EV_MESSAGE, .x = m, .a = 1, .b = 2, .c = 3};
        assert_null(strchr(message_text(&ev, text, sizeof text), '%'));
        assert_string_not_equal(text, "");
    }
}

static void an_unknown_message_is_a_question_mark(void **state) {
    (void)state;
    assert_words((enum message)MSG_COUNT, 0, 0, 0, "?");
    assert_true(message_ends_line(&(struct event){.kind = EV_MESSAGE, .x = MSG_COUNT}));
}

/* Every length of buffer: a beginning of the text, ended, and nothing written behind it. */
static void short_buffers_get_the_beginning(void **state) {
    char whole[256], text[256];
    const struct event ev = {.kind = EV_MESSAGE, .x = MSG_BAD_PAGESIZE, .a = 1, .b = 22, .c = 333};
    (void)state;
    message_text(&ev, whole, sizeof whole);
    assert_string_equal(whole, "bad pagesize 0x1 0x16 start 0x14d");
    for (unsigned len = 1; len < sizeof text; len++) {
        memset(text, 'x', sizeof text);
        message_text(&ev, text, len);
        assert_memory_equal(text, whole, strlen(text));
        size_t expected = strlen(whole) < len - 1 ? strlen(whole) : len - 1;
        assert_int_equal(strlen(text), expected);
        for (unsigned i = len; i < sizeof text; i++)
            assert_int_equal(text[i], 'x');
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(everything_numbered_has_a_name_of_its_own),
        cmocka_unit_test(events_are_records_of_32_bytes),
        cmocka_unit_test(lists_do_not_overlap),
        cmocka_unit_test(messages_are_gos_words_with_their_numbers),
        cmocka_unit_test(long_lines_come_in_parts),
        cmocka_unit_test(every_message_has_its_numbers_in_it),
        cmocka_unit_test(an_unknown_message_is_a_question_mark),
        cmocka_unit_test(short_buffers_get_the_beginning),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
