/* Chunks that copies share: writing to one array changes no other. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "sim/trace/chunks.h"

enum { BYTES = 64 };

static void what_was_never_written_is_not_there(void **unused) {
    struct chunked c = {0};
    (void)unused;
    assert_null(chunks_get(&c, 0));
    uint8_t *own = chunks_write(&c, 3, BYTES, NULL);
    for (unsigned i = 0; i < BYTES; i++)
        assert_int_equal(own[i], 0);
    assert_ptr_equal(chunks_get(&c, 3), own);
    assert_null(chunks_get(&c, 2));
    assert_null(chunks_get(&c, UINT64_MAX));
    assert_int_equal(c.fresh, BYTES);
    chunks_free(&c, NULL);
}

static void a_copy_shares_until_either_writes(void **unused) {
    struct chunked a = {0}, b = {0};
    (void)unused;
    *(int *)chunks_write(&a, 0, BYTES, NULL) = 1;
    *(int *)chunks_write(&a, 1, BYTES, NULL) = 2;
    chunks_copy(&b, &a);
    assert_ptr_equal(chunks_get(&a, 0), chunks_get(&b, 0));
    *(int *)chunks_write(&a, 0, BYTES, NULL) = 10;
    assert_int_equal(*(int *)chunks_get(&a, 0), 10);
    assert_int_equal(*(int *)chunks_get(&b, 0), 1);
    assert_ptr_equal(chunks_get(&a, 1), chunks_get(&b, 1));
    const void *own = chunks_get(&b, 0); /* alone with it: no need for another */
    assert_ptr_equal(chunks_write(&b, 0, BYTES, NULL), own);
    chunks_free(&a, NULL);
    assert_int_equal(*(int *)chunks_get(&b, 1), 2);
    chunks_free(&b, NULL);
}

static unsigned visits;
static void visit(void *chunk) {
    visits += *(unsigned *)chunk;
}

static const struct chunk_contents visited = {visit, visit};

static void what_chunks_hold_is_visited_when_they_are_copied_and_when_they_go(void **unused) {
    struct chunked a = {0}, b = {0};
    (void)unused;
    *(unsigned *)chunks_write(&a, 0, BYTES, &visited) = 5;
    assert_int_equal(visits, 0);
    chunks_copy(&b, &a);
    chunks_write(&b, 0, BYTES, &visited);
    assert_int_equal(visits, 5);
    chunks_write(&b, 0, BYTES, &visited);
    assert_int_equal(visits, 5);
    struct chunked c = {0};
    chunks_copy(&c, &a);
    chunks_free(&a, &visited); /* c still has it */
    assert_int_equal(visits, 5);
    chunks_free(&c, &visited);
    chunks_free(&b, &visited);
    assert_int_equal(visits, 15);
}

static void memory_counts_what_is_shared_by_its_share(void **unused) {
    struct chunked a = {0}, b = {0};
    (void)unused;
    chunks_write(&a, 0, 1 << 20, NULL);
    size_t alone = chunks_memory(&a, 1 << 20);
    chunks_copy(&b, &a);
    size_t both = chunks_memory(&a, 1 << 20) + chunks_memory(&b, 1 << 20);
    assert_true(alone >= 1 << 20 && both < alone + 1000);
    chunks_free(&a, NULL);
    chunks_free(&b, NULL);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_was_never_written_is_not_there),
        cmocka_unit_test(a_copy_shares_until_either_writes),
        cmocka_unit_test(what_chunks_hold_is_visited_when_they_are_copied_and_when_they_go),
        cmocka_unit_test(memory_counts_what_is_shared_by_its_share),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
