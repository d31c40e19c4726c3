/*
 * The inspector on what describes the arena, and on the runtime's own records: what it says is what
 * the replica of a real run holds.
 */
#include "sim/trace/narrate.h"
#include "tests/viz/panels/world.h"
#include "viz/panels/facts.h"
#include "viz/panels/places.h"

#include <inttypes.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

/* Spans in use; and two that died side by side and became one: the other's record is left. */
static const char SCRIPT[] = "type node = left:ptr right:ptr key:word*4\n"
                             "init\n"
                             "x = new node\n"
                             "y = new node\n"
                             "x.left = y\n"
                             "a = alloc 100KiB\n"
                             "b = alloc 40KiB\n"
                             "c = alloc 40KiB\n"
                             "drop a\n"
                             "drop b\n"
                             "collect\n";

static const struct fact *fact_of(const struct facts *f, const char *label) {
    for (int i = 0; i < f->count; i++)
        if (strcmp(f->fact[i].label, label) == 0)
            return &f->fact[i];
    fail_msg("no fact \"%s\"", label);
    return NULL;
}

static void assert_address(const struct facts *f, const char *label, uint64_t addr) {
    char text[32];
    snprintf(text, sizeof text, "0x%" PRIx64, addr);
    assert_string_equal(fact_of(f, label)->value, text);
}

static void assert_count(const struct facts *f, const char *label, uint64_t n) {
    char text[32];
    format_count(n, text, sizeof text);
    assert_string_equal(fact_of(f, label)->value, text);
}

static bool notes(const struct facts *f, const char *part) {
    for (int i = 0; i < f->count; i++)
        if (f->fact[i].note && strstr(f->fact[i].value, part))
            return true;
    return false;
}

static struct facts about(const struct world *w, struct thing thing) {
    struct facts f = {0};
    inspect(&w->view, thing, &f);
    return f;
}

/* The first span, from handle on, in that state and of at least that many pages; its handle. */
static uint32_t span_of(const struct world *w, enum span_state state, uint64_t pages) {
    for (uint32_t h = 1; replica_span(w->r, h); h++)
        if (replica_span(w->r, h)->state == state && replica_span(w->r, h)->npages >= pages)
            return h;
    fail_msg("no such span");
    return 0;
}

static struct thing entry_of(const struct world *w, uint64_t page) {
    unsigned word = w->view.platform->ptr_size;
    return (struct thing){THING_ENTRY, page, page_entry(w->r, page, word), word};
}

static uint64_t page_number(const struct world *w, uint64_t addr) {
    return (addr - w->r->heap[HEAP_arena_start]) >> GO_PAGE_SHIFT;
}

static void an_entry_of_the_spans_table_leads_to_page_and_record(void **state) {
    (void)state;
    static const char *const platforms[] = {"linux/amd64", "linux/386"};
    for (size_t i = 0; i < ARRAY_LEN(platforms); i++) {
        struct world w;
        world_open(&w, platforms[i], SCRIPT);
        uint32_t handle = span_of(&w, SPAN_STATE_INUSE, 1);
        const struct rspan *s = replica_span(w.r, handle);
        struct thing entry = entry_of(&w, page_number(&w, s->base));
        struct facts f = about(&w, entry);
        assert_address(&f, "spans entry", entry.addr);
        assert_count(&f, "number", entry.index);
        assert_address(&f, "for the page", s->base);
        assert_int_equal(fact_of(&f, "for the page")->thing.kind, THING_PAGE);
        assert_address(&f, "points to", s->record);
        assert_int_equal(fact_of(&f, "points to")->thing.kind, THING_RECORD);
        assert_int_equal(fact_of(&f, "points to")->thing.index, handle);
        world_close(&w);
    }
}

/* Inside a free span the entries of a span that was there before stay. */
static void an_entry_inside_a_free_span_is_left_over(void **state) {
    (void)state;
    struct world w;
    world_open(&w, "linux/amd64", SCRIPT);
    uint32_t handle = span_of(&w, SPAN_STATE_FREE, 3);
    const struct rspan *s = replica_span(w.r, handle);
    uint64_t page = page_number(&w, s->base), end = page + s->npages;
    struct facts f = about(&w, entry_of(&w, page));
    assert_false(notes(&f, "Left over"));
    while (page < end && (!replica_page(w.r, page) || replica_page(w.r, page) == handle))
        page++;
    assert_true(page < end);
    f = about(&w, entry_of(&w, page));
    assert_true(notes(&f, "Left over"));
    world_close(&w);
}

static void entries_are_nil_beyond_the_arena_and_counted_when_many(void **state) {
    (void)state;
    struct world w;
    world_open(&w, "linux/amd64", SCRIPT);
    uint64_t beyond = page_number(&w, w.r->heap[HEAP_arena_used]);
    struct facts f = about(&w, entry_of(&w, beyond));
    assert_string_equal(fact_of(&f, "points to")->value, "nil");
    struct thing many = entry_of(&w, 2);
    many.size *= 512;
    f = about(&w, many);
    assert_count(&f, "entries", 512);
    assert_address(&f, "pages from", w.r->heap[HEAP_arena_start] + 2 * GO_PAGE_SIZE);
    world_close(&w);
}

static void a_bitmap_byte_tells_of_four_words(void **state) {
    (void)state;
    static const char *const names[] = {"word 0", "word 1", "word 2", "word 3"};
    struct world w;
    world_open(&w, "linux/amd64", SCRIPT);
    uint64_t index = 0;
    while (replica_bitmap(w.r, index) == 0)
        index++;
    unsigned byte = replica_bitmap(w.r, index);
    struct thing thing = {THING_BITMAP_BYTE, index, w.r->heap[HEAP_bitmap] - 1 - index, 1};
    struct facts f = about(&w, thing);
    char value[8];
    snprintf(value, sizeof value, "0x%02x", byte);
    assert_address(&f, "bitmap byte", thing.addr);
    assert_string_equal(fact_of(&f, "value")->value, value);
    assert_address(&f, "its four words", w.r->heap[HEAP_arena_start] + index * 32);
    assert_int_equal(fact_of(&f, "its four words")->thing.kind, THING_WORD);
    for (unsigned i = 0; i < 4; i++) {
        const char *text = fact_of(&f, names[i])->value;
        assert_int_equal(strstr(text, "no pointer") == NULL, byte >> i & 1);
        assert_int_equal(strstr(text, "scan on") != NULL, byte >> (4 + i) & 1);
    }
    thing.size = 64;
    f = about(&w, thing);
    assert_count(&f, "bytes", 64);
    assert_address(&f, "to", w.r->heap[HEAP_arena_start] + (index + 64) * 32);
    world_close(&w);
}

static void a_record_tells_of_its_span_while_there_is_one(void **state) {
    (void)state;
    struct world w;
    world_open(&w, "linux/amd64", SCRIPT);
    uint32_t handle = span_of(&w, SPAN_STATE_INUSE, 1);
    const struct rspan *s = replica_span(w.r, handle);
    struct thing record = {THING_RECORD, handle, s->record, w.view.platform->sizeof_mspan};
    struct facts f = about(&w, record);
    assert_address(&f, "mspan record", s->record);
    assert_count(&f, "in allspans, number", handle);
    assert_address(&f, "span", s->base);
    handle = span_of(&w, SPAN_STATE_DEAD, 0); /* a span that was joined to its neighbour */
    record = (struct thing){
        THING_RECORD, handle, replica_span(w.r, handle)->record, w.view.platform->sizeof_mspan};
    f = about(&w, record);
    assert_true(notes(&f, "Not in use"));
    world_close(&w);
}

static void an_mcache_tells_how_many_spans_it_holds(void **state) {
    (void)state;
    struct world w;
    unsigned held = 0;
    world_open(&w, "linux/amd64", "init\nx = alloc 48\ny = alloc 1KiB\nz = alloc 100\n");
    for (unsigned c = 0; c < NUM_SPAN_CLASSES; c++)
        held += w.r->cache[0][c] != 0;
    assert_true(held >= 3);
    struct facts f = about(&w, (struct thing){THING_MCACHE, 0, 0x1000, 2000});
    assert_address(&f, "mcache record", 0x1000);
    assert_count(&f, "of P", 0);
    assert_count(&f, "spans held", held);
    world_close(&w);
}

static void the_runtimes_own_memory_tells_what_it_is_kept_for(void **state) {
    (void)state;
    struct world w;
    world_open(&w, "linux/amd64", SCRIPT);
    assert_true(w.r->meta_count > 2);
    for (size_t i = 0; i < w.r->meta_count; i++) {
        const struct meta_block *b = &w.r->meta[i];
        struct facts f = about(&w, (struct thing){THING_META, i, b->addr, b->size});
        assert_string_equal(fact_of(&f, "kept for")->value, meta_kind_name(b->what));
        assert_address(&f, "from", b->addr);
        assert_int_equal(
            notes(&f, "Handed out again"), b->what == META_TREAP || b->what == META_MARKBITS);
    }
    struct facts f = about(&w, (struct thing){THING_META, w.r->meta_count, 0, 0});
    assert_int_equal(f.count, 0);
    world_close(&w);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_entry_of_the_spans_table_leads_to_page_and_record),
        cmocka_unit_test(an_entry_inside_a_free_span_is_left_over),
        cmocka_unit_test(entries_are_nil_beyond_the_arena_and_counted_when_many),
        cmocka_unit_test(a_bitmap_byte_tells_of_four_words),
        cmocka_unit_test(a_record_tells_of_its_span_while_there_is_one),
        cmocka_unit_test(an_mcache_tells_how_many_spans_it_holds),
        cmocka_unit_test(the_runtimes_own_memory_tells_what_it_is_kept_for),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
