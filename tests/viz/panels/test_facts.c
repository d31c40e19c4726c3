/* The facts and the inspector: the right numbers for each kind of thing, and rows that fit. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "tests/viz/panels/panel_fixture.h"
#include "viz/panels/facts.h"

static const char *value_of(const struct facts *f, const char *label) {
    for (int i = 0; i < f->count; i++)
        if (strcmp(f->fact[i].label, label) == 0)
            return f->fact[i].value;
    return "(no such fact)";
}

static struct facts about(const struct panel_fixture *f, struct thing thing) {
    struct facts facts = {0};
    inspect(&f->view, thing, &facts);
    return facts;
}

static void a_hint_tells_address_and_outcome(void **unused) {
    (void)unused;
    struct panel_fixture *f = fixture_new("linux/amd64", 250, 280);
    fixture_start(f);
    fixture_seek(f, f->view.count);
    struct facts facts = about(f, (struct thing){.kind = THING_HINT, .index = 0});
    assert_string_equal(value_of(&facts, "address"), "0xc000000000");
    assert_string_equal(value_of(&facts, "outcome"), "refused");
    facts = about(f, (struct thing){.kind = THING_HINT, .index = 1});
    assert_string_equal(value_of(&facts, "address"), "0x1c000000000");
    assert_string_equal(value_of(&facts, "outcome"), "free, only checked");
    assert_string_equal(value_of(&facts, "asked for"), "528.5 GiB");
    facts = about(f, (struct thing){.kind = THING_HINT, .index = 2});
    assert_string_equal(value_of(&facts, "outcome"), "not tried");
    facts = about(f, (struct thing){.kind = THING_HINT, .index = HINT_COUNT});
    assert_int_equal(facts.count, 0);
    fixture_free(f);
}

/* One span of 48-byte slots at arena_start, its first two slots taken. */
static struct panel_fixture *with_span(void) {
    struct panel_fixture *f = fixture_new("linux/amd64", 250, 560);
    const uint64_t base = 0x1c420000000;
    static const struct {
        enum span_field field;
        uint64_t value;
    } fields[] = {{SPAN_npages, 1}, {SPAN_state, SPAN_STATE_INUSE}, {SPAN_spanclass, 8},
        {SPAN_elemsize, 48}, {SPAN_nelems, 170}, {SPAN_freeindex, 2}, {SPAN_alloc_count, 2}};
    fixture_start(f);
    fixture_event(f, (struct event){.kind = EV_HEAP_SET, .w = HEAP_arena_start, .b = base});
    fixture_event(f, (struct event){.kind = EV_HEAP_SET, .w = HEAP_bitmap, .b = base});
    fixture_event(f, (struct event){.kind = EV_SPAN_BORN, .x = 1, .a = 0x7ffff7f6b000});
    fixture_event(f, (struct event){.kind = EV_SPAN_SET, .w = SPAN_base, .x = 1, .b = base});
    for (size_t i = 0; i < ARRAY_LEN(fields); i++)
        fixture_event(f,
            (struct event){
                .kind = EV_SPAN_SET, .w = (uint16_t)fields[i].field, .x = 1, .b = fields[i].value});
    /* bytes 0..: word 0 pointer and scan, words 1 and 3 scan alone */
    fixture_event(f, (struct event){.kind = EV_BITMAP, .w = 1, .a = 0, .c = 0xb1});
    fixture_seek(f, f->view.count);
    return f;
}

static void a_slot_tells_its_number_and_state(void **unused) {
    (void)unused;
    struct panel_fixture *f = with_span();
    struct thing slot = {.kind = THING_SLOT, .index = 1, .addr = 0x1c420000030, .size = 48};
    struct facts facts = about(f, slot);
    assert_string_equal(value_of(&facts, "slot"), "1 of 170, allocated");
    assert_string_equal(value_of(&facts, "slot size"), "48 B (0x30)");
    assert_string_equal(value_of(&facts, "span"), "0x1c420000000");
    assert_string_equal(value_of(&facts, "size class"), "4, scan");
    assert_string_equal(value_of(&facts, "its spans entry"), "0x0");
    assert_string_equal(value_of(&facts, "mspan record"), "0x7ffff7f6b000");
    slot.addr += 48;
    facts = about(f, slot);
    assert_string_equal(value_of(&facts, "slot"), "2 of 170, free");
    slot.index = 99; /* no such span */
    facts = about(f, slot);
    assert_int_equal(facts.count, 1);
    fixture_free(f);
}

static void a_word_tells_its_two_bits(void **unused) {
    (void)unused;
    struct panel_fixture *f = with_span();
    struct thing word = {.kind = THING_WORD, .index = 1, .addr = 0x1c420000000};
    struct facts facts = about(f, word);
    assert_string_equal(value_of(&facts, "heap bitmap"), "pointer, scan on");
    assert_string_equal(value_of(&facts, "its bitmap byte"), "0x1c41fffffff");
    word.addr += 8;
    facts = about(f, word);
    assert_string_equal(value_of(&facts, "heap bitmap"), "no pointer, scan on");
    word.addr += 8;
    facts = about(f, word);
    assert_string_equal(value_of(&facts, "heap bitmap"), "no pointer, scan no further");
    assert_string_equal(value_of(&facts, "word of its slot"), "2");
    word.addr += 8;
    facts = about(f, word);
    assert_string_equal(value_of(&facts, "heap bitmap"), "no pointer, scan on");
    fixture_free(f);
}

static void an_event_tells_its_fields_by_name(void **unused) {
    (void)unused;
    struct panel_fixture *f = fixture_new("linux/amd64", 250, 280);
    fixture_start(f);
    fixture_event(
        f, (struct event){.kind = EV_STAT_ADD, .w = STAT_heap_live, .a = 0 - UINT64_C(5)});
    fixture_seek(f, 2);
    struct facts facts = about(f, (struct thing){.kind = THING_EVENT, .index = 5});
    assert_string_equal(value_of(&facts, "event"), "range, number 6");
    assert_string_equal(value_of(&facts, "range_state old"), "nothing");
    assert_string_equal(value_of(&facts, "range_state new"), "checked");
    assert_string_equal(value_of(&facts, "addr"), "0x1c000000000");
    facts = about(f, (struct thing){.kind = THING_EVENT, .index = f->view.count - 1});
    assert_string_equal(value_of(&facts, "stat_id"), "heap_live");
    assert_string_equal(value_of(&facts, "delta"), "-5");
    facts = about(f, (struct thing){.kind = THING_EVENT, .index = f->view.count});
    assert_int_equal(facts.count, 0);
    fixture_free(f);
}

static void every_thing_can_be_inspected_before_the_start(void **unused) {
    (void)unused;
    static const char *const platforms[] = {"linux/amd64", "linux/386"};
    for (size_t p = 0; p < ARRAY_LEN(platforms); p++) {
        struct panel_fixture *f = fixture_new(platforms[p], 250, 280);
        for (int kind = THING_NONE; kind <= THING_EVENT; kind++)
            for (uint64_t i = 0; i < 200; i++)
                about(
                    f, (struct thing){.kind = (enum thing_kind)kind, .index = i, .addr = i << 20});
        fixture_free(f);
    }
}

static void texts_do_not_collide_at_any_height(void **unused) {
    (void)unused;
    for (int h = 160; h <= 640; h += 60) {
        struct panel_fixture *f = fixture_new("linux/amd64", 250, h);
        fixture_start(f);
        fixture_ops(f, 5, 5);
        fixture_seek(f, 12);
        for (int i = 0; i < 2; i++) {
            fixture_draw(f, panel_inspect);
            assert_false(fixture_texts_collide(f));
            f->view.pinned = (struct thing){.kind = THING_HINT, .index = 1};
        }
        fixture_free(f);
    }
}

static void a_short_column_scrolls_to_the_last_fact(void **unused) {
    (void)unused;
    struct panel_fixture *f = with_span();
    f->view.pinned = (struct thing){.kind = THING_SLOT, .index = 1, .addr = 0x1c420000030};
    struct facts facts = about(f, f->view.pinned);
    size_t before = 0;
    for (int first = 0; first < facts.count; first++) {
        f->view.rail_first = first;
        ui_begin(&f->ui);
        panel_inspect(&f->ui, &f->view, rect_make(0, 0, 250, 180));
        assert_false(fixture_texts_collide(f));
        for (size_t i = 0; i < f->ui.box_count; i++)
            assert_true(f->ui.boxes[i].rect.y + f->ui.boxes[i].rect.h <= 180);
        assert_true(first < facts.count - 6 || first == 0 || f->ui.box_count <= before);
        before = f->ui.box_count;
    }
    fixture_free(f);
}

static void the_card_stays_inside_the_window(void **unused) {
    (void)unused;
    static const int at[][2] = {{0, 0}, {639, 0}, {0, 399}, {639, 399}, {320, 200}};
    struct panel_fixture *f = fixture_new("linux/amd64", 640, 400);
    fixture_start(f);
    fixture_seek(f, f->view.count);
    f->view.hover = (struct thing){.kind = THING_HINT, .index = 1};
    for (size_t i = 0; i < ARRAY_LEN(at); i++) {
        f->ui.mouse_x = at[i][0];
        f->ui.mouse_y = at[i][1];
        fixture_draw(f, panel_card);
        assert_true(f->ui.box_count > 4);
        assert_false(fixture_texts_collide(f)); /* nor leave the canvas */
    }
    f->view.hover = (struct thing){.kind = THING_NONE};
    fixture_draw(f, panel_card);
    assert_int_equal(f->ui.box_count, 0);
    fixture_free(f);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_hint_tells_address_and_outcome),
        cmocka_unit_test(a_slot_tells_its_number_and_state),
        cmocka_unit_test(a_word_tells_its_two_bits),
        cmocka_unit_test(an_event_tells_its_fields_by_name),
        cmocka_unit_test(every_thing_can_be_inspected_before_the_start),
        cmocka_unit_test(texts_do_not_collide_at_any_height),
        cmocka_unit_test(a_short_column_scrolls_to_the_last_fact),
        cmocka_unit_test(the_card_stays_inside_the_window),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
