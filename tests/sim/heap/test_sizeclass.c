/* Size classes: the computed table against the one in Go's source. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "sim/heap/sizeclass.h"

/* class_to_size and class_to_allocnpages of Go 1.10's sizeclasses.go. */
static const uint32_t go_sizes[NUM_SIZE_CLASSES] = {0, 8, 16, 32, 48, 64, 80, 96, 112, 128, 144,
    160, 176, 192, 208, 224, 240, 256, 288, 320, 352, 384, 416, 448, 480, 512, 576, 640, 704, 768,
    896, 1024, 1152, 1280, 1408, 1536, 1792, 2048, 2304, 2688, 3072, 3200, 3456, 4096, 4864, 5376,
    6144, 6528, 6784, 6912, 8192, 9472, 9728, 10240, 10880, 12288, 13568, 14336, 16384, 18432,
    19072, 20480, 21760, 24576, 27264, 28672, 32768};
static const uint32_t go_pages[NUM_SIZE_CLASSES] = {0, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1,
    1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 2, 1, 2, 1, 2, 1, 3, 2, 3, 1, 3, 2, 3, 4,
    5, 6, 1, 7, 6, 5, 4, 3, 5, 7, 2, 9, 7, 5, 8, 3, 10, 7, 4};

static void sizes_and_pages_are_those_of_go(void **state) {
    (void)state;
    struct size_class_table t;
    size_classes_make(&t);
    for (unsigned i = 0; i < NUM_SIZE_CLASSES; i++) {
        assert_int_equal(t.classes[i].size, go_sizes[i]);
        assert_int_equal(t.classes[i].npages, go_pages[i]);
    }
}

static void every_size_gets_the_smallest_class_that_holds_it(void **state) {
    (void)state;
    struct size_class_table t;
    size_classes_make(&t);
    for (uint64_t size = 1; size <= MAX_SMALL_SIZE; size++) {
        unsigned c = size_class_of(&t, size);
        assert_true(go_sizes[c] >= size && go_sizes[c - 1] < size);
    }
}

static void multiplication_divides_every_offset(void **state) {
    (void)state;
    struct size_class_table t;
    size_classes_make(&t);
    for (unsigned i = 1; i < NUM_SIZE_CLASSES; i++) {
        const struct size_class *c = &t.classes[i];
        for (uint32_t offset = 0; offset < c->npages * GO_PAGE_SIZE; offset++) {
            uint32_t slot = (offset >> c->shift) * c->mul >> c->shift2;
            assert_int_equal(slot, offset / c->size);
            if (c->base_mask && c->npages == 1)
                assert_int_equal(offset & c->base_mask, slot * c->size);
        }
    }
}

static void large_sizes_round_up_to_pages(void **state) {
    (void)state;
    struct size_class_table t;
    size_classes_make(&t);
    assert_int_equal(size_rounded(&t, 33), 48);
    assert_int_equal(size_rounded(&t, MAX_SMALL_SIZE), MAX_SMALL_SIZE);
    assert_int_equal(size_rounded(&t, MAX_SMALL_SIZE + 1), 40960);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(sizes_and_pages_are_those_of_go),
        cmocka_unit_test(every_size_gets_the_smallest_class_that_holds_it),
        cmocka_unit_test(multiplication_divides_every_offset),
        cmocka_unit_test(large_sizes_round_up_to_pages),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
