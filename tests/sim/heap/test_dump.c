/* The dump of a heap, in the transcripts' form. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "tests/sim/heap/fixture.h"

#include <string.h>

static void assert_has_line(const struct lab *lab, const char *line) {
    struct strbuf dump = {0}, wanted = {0};
    heap_dump(lab->h, &dump);
    sb_printf(&wanted, "\n%s\n", line);
    if (!strstr(sb_text(&dump), sb_text(&wanted)))
        fail_msg("no line `%s` in\n%s", line, sb_text(&dump));
    sb_free(&wanted);
    sb_free(&dump);
}

/* What Go 1.10.8 shows of a heap that has just started. */
static void a_heap_that_has_just_started_is_empty(void **state) {
    struct lab lab;
    struct strbuf dump = {0};
    (void)state;
    lab_start(&lab, "linux/amd64");
    heap_dump(lab.h, &dump);
    assert_string_equal(sb_text(&dump),
        "dump\n"
        "heap arena_start=0xc420000000 arena_used=0xc420000000 arena_alloc=0xc420000000 "
        "arena_end=0x14420002000 reserved=0 bitmap=0xc420000000 bitmap_mapped=0x0 "
        "spans=0xc000000000 spans_len=0 spans_cap=67108864\n"
        "stats heap_sys=0 heap_idle=0 heap_inuse=0 heap_released=0 heap_objects=0 heap_live=0 "
        "heap_scan=0 tinyallocs=0 stacks_inuse=0 mspan_sys=0 mspan_inuse=0 mcache_sys=16384 "
        "gc_sys=0 other_sys=245760 pages_in_use=0 pages_swept=0 sweepgen=0 sweepdone=0 "
        "largealloc=0 nlargealloc=0 largefree=0 nlargefree=0 allspans=0\n"
        "cache tiny=0x0 tinyoffset=0 local_tinyallocs=0 local_scan=0\n"
        "treap -\n"
        "bitmap fnv1a=0xcbf29ce484222325\n"
        "end\n");
    sb_free(&dump);
    lab_close(&lab);
}

static void spans_are_shown_by_what_they_are(void **state) {
    struct lab lab;
    (void)state;
    lab_start(&lab, "linux/amd64");
    uint64_t live[] = {lab_new(&lab, 2048), lab_new(&lab, 3)};
    lab_new(&lab, 2048);
    live[0] = lab_new(&lab, 2048);
    lab_collect(&lab, live, 2, true);
    heap_alloc_manual(lab.h, 2);
    assert_has_line(&lab, "span 0xc420000000 npages=1 state=inuse class=75 elemsize=2048 nelems=4 "
                          "freeindex=0 alloccount=1 alloccache=0xfffffffffffffffb incache=0 "
                          "needzero=1 sweepgen=2 limit=0xc420002000 allocbits=40");
    assert_has_line(&lab, "span 0xc420004000 npages=2 state=manual");
    assert_has_line(&lab, "span 0xc420008000 npages=124 state=free needzero=0 npreleased=0");
    assert_has_line(&lab, "free 124 0xc420008000");
    assert_has_line(&lab, "central 75 nmalloc=3 nonempty 0xc420000000 empty");
    lab_close(&lab);
}

static void the_cache_names_its_spans_and_the_tiny_block(void **state) {
    struct lab lab;
    (void)state;
    lab_start(&lab, "linux/386");
    lab_new(&lab, 3);
    lab_new(&lab, 1);
    assert_has_line(
        &lab, "cache tiny=0x18400000 tinyoffset=4 local_tinyallocs=1 local_scan=0 5:0x18400000");
    lab_close(&lab);
}

static void the_treap_is_shown_in_preorder(void **state) {
    struct lab lab;
    (void)state;
    lab_start(&lab, "linux/amd64");
    uint64_t a = heap_alloc_manual(lab.h, 200);
    heap_alloc_manual(lab.h, 8); /* a wall; behind it 120 pages */
    heap_seed(lab.h, 0, 3);
    heap_free_manual(lab.h, a);
    assert_has_line(&lab, "treap (200@0xc420000000/0x6 - -)");
    lab_close(&lab);
}

static void large_objects_are_listed_by_pages(void **state) {
    struct lab lab;
    (void)state;
    lab_start(&lab, "linux/amd64");
    lab_new(&lab, 40000);
    lab_new(&lab, 40001);
    lab_new(&lab, MiB(1));
    assert_has_line(&lab, "busy 5 0xc420000000 0xc42000a000");
    assert_has_line(&lab, "busylarge 0xc420014000");
    lab_close(&lab);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_heap_that_has_just_started_is_empty),
        cmocka_unit_test(spans_are_shown_by_what_they_are),
        cmocka_unit_test(the_cache_names_its_spans_and_the_tiny_block),
        cmocka_unit_test(the_treap_is_shown_in_preorder),
        cmocka_unit_test(large_objects_are_listed_by_pages),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
