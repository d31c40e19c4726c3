/* The lines of a dump, and the hash at its end. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "sim/trace/dumptext.h"

#include <string.h>

/* --- FNV-1a --- */

static uint64_t fnv_text(const char *text) {
    uint64_t hash = FNV_START;
    for (; *text; text++)
        hash = fnv_byte(hash, (uint8_t)*text);
    return hash;
}

/* The published values for 64 bits. */
static void hashes_are_those_of_fnv_1a(void **state) {
    (void)state;
    assert_int_equal(fnv_text(""), UINT64_C(0xcbf29ce484222325));
    assert_int_equal(fnv_text("a"), UINT64_C(0xaf63dc4c8601ec8c));
    assert_int_equal(fnv_text("foobar"), UINT64_C(0x85944171f73967e8));
}

static void zeros_in_bulk_hash_as_zeros_one_by_one(void **state) {
    uint64_t one_by_one = fnv_text("something before");
    const uint64_t start = one_by_one;
    (void)state;
    for (uint64_t n = 0; n < 5000; n++) {
        assert_int_equal(fnv_zeros(start, n), one_by_one);
        one_by_one = fnv_byte(one_by_one, 0);
    }
}

static void bulk_adds_up(void **state) {
    uint64_t start = fnv_text("x"), many = UINT64_C(16) << 30;
    (void)state;
    assert_int_equal(fnv_zeros(fnv_zeros(start, many - 7), 7), fnv_zeros(start, many));
    assert_int_not_equal(fnv_zeros(start, many), fnv_zeros(start, many + 1));
}

/* --- Lines --- */

static void assert_text(struct strbuf *out, const char *expected) {
    assert_string_equal(sb_text(out), expected);
    sb_free(out);
}

static void boundaries_are_named_in_the_dumps_order(void **state) {
    struct strbuf out = {0};
    uint64_t heap[HEAP_FIELD_COUNT];
    (void)state;
    for (unsigned i = 0; i < HEAP_FIELD_COUNT; i++)
        heap[i] = 16 + i;
    dump_bounds(&out, heap);
    assert_text(&out, "heap arena_start=0x10 arena_used=0x11 arena_alloc=0x12 arena_end=0x13 "
                      "reserved=20 bitmap=0x15 bitmap_mapped=0x16 spans=0x17 spans_len=24 "
                      "spans_cap=25\n");
}

static void the_mcaches_own_counts_are_not_among_the_statistics(void **state) {
    struct strbuf out = {0};
    uint64_t stats[STAT_COUNT];
    (void)state;
    for (unsigned i = 0; i < STAT_COUNT; i++)
        stats[i] = i;
    dump_stats(&out, stats);
    assert_null(strstr(sb_text(&out), "local"));
    assert_text(&out,
        "stats heap_sys=0 heap_idle=1 heap_inuse=2 heap_released=3 heap_objects=4 heap_live=5 "
        "heap_scan=6 tinyallocs=7 stacks_inuse=8 mspan_sys=9 mspan_inuse=10 mcache_sys=11 "
        "gc_sys=12 other_sys=13 pages_in_use=14 pages_swept=15 sweepgen=16 sweepdone=17 "
        "largealloc=18 nlargealloc=19 largefree=20 nlargefree=21 allspans=22\n");
    dump_cache(&out, 0, 0xabc0, 5, &stats[STAT_LOCAL]);
    dump_cache_span(&out, 7, 0x2000);
    assert_text(&out, "cache tiny=0xabc0 tinyoffset=5 local_tinyallocs=23 local_scan=24 7:0x2000");
    dump_cache(&out, 3, 0, 0, &stats[STAT_LOCAL]);
    assert_text(&out, "cache P3 tiny=0x0 tinyoffset=0 local_tinyallocs=23 local_scan=24");
}

static void allocation_bits_go_low_digit_first_in_whole_bytes(void **state) {
    static const uint64_t bits[] = {UINT64_C(0x80000000000000f1), 0x2};
    struct strbuf out = {0};
    struct span_facts s = {.base = 0x4000,
        .npages = 1,
        .state = SPAN_STATE_INUSE,
        .spanclass = 17,
        .elemsize = 112,
        .nelems = 73,
        .freeindex = 3,
        .alloc_count = 9,
        .alloc_cache = 0xff,
        .incache = 1,
        .needzero = 1,
        .sweepgen = 6,
        .limit = 0x5ff0,
        .npreleased = 99,
        .alloc_bits = bits};
    (void)state;
    dump_span(&out, &s);
    assert_text(&out,
        "span 0x4000 npages=1 state=inuse class=17 elemsize=112 nelems=73 freeindex=3 "
        "alloccount=9 alloccache=0xff incache=1 needzero=1 sweepgen=6 limit=0x5ff0 "
        "allocbits=1f000000000000082000\n");
    s.alloc_bits = NULL; /* all zero */
    s.nelems = 9;
    dump_span(&out, &s);
    assert_non_null(strstr(sb_text(&out), " allocbits=0000\n"));
    sb_free(&out);
}

static void spans_that_hold_no_objects_say_less(void **state) {
    struct strbuf out = {0};
    struct span_facts s = {.base = 0x4000, .npages = 3, .needzero = 1, .npreleased = 2};
    (void)state;
    s.state = SPAN_STATE_FREE;
    dump_span(&out, &s);
    s.state = SPAN_STATE_MANUAL;
    dump_span(&out, &s);
    assert_text(&out, "span 0x4000 npages=3 state=free needzero=1 npreleased=2\n"
                      "span 0x4000 npages=3 state=manual\n");
}

static void the_other_lines_are_as_in_the_transcripts(void **state) {
    struct strbuf out = {0};
    (void)state;
    dump_address(&out, 0xc000);
    dump_treap_open(&out, 130, 0xc000, 0xfeedbeef);
    dump_bitmap(&out, 0x12);
    assert_text(&out, " 0xc000(130@0xc000/0xfeedbeef bitmap fnv1a=0x12\nend\n");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(hashes_are_those_of_fnv_1a),
        cmocka_unit_test(zeros_in_bulk_hash_as_zeros_one_by_one),
        cmocka_unit_test(bulk_adds_up),
        cmocka_unit_test(boundaries_are_named_in_the_dumps_order),
        cmocka_unit_test(the_mcaches_own_counts_are_not_among_the_statistics),
        cmocka_unit_test(allocation_bits_go_low_digit_first_in_whole_bytes),
        cmocka_unit_test(spans_that_hold_no_objects_say_less),
        cmocka_unit_test(the_other_lines_are_as_in_the_transcripts),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
