/* The life of an object, and the inspector's rows about it: events, pointers, neighbours, shelves.
 */
#include "tests/viz/panels/world.h"
#include "viz/life.h"
#include "viz/panels/facts.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

static const char script[] = "init\n"
                             "type pair = left:ptr right:ptr\n"
                             "a = new pair\n"
                             "b = new pair\n"
                             "a.right = b\n"
                             "c = alloc 5\n"
                             "d = alloc 3\n"
                             "big = alloc 3000000\n"
                             "drop b\n"
                             "drop big\n"
                             "collect\n";

static const struct event *object_event(const struct world *w, uint32_t id, uint64_t *number) {
    for (uint64_t i = 0; i < w->view.count; i++) {
        const struct event *ev = recording_event(w->view.rec, i);
        if (ev->kind == EV_OBJECT && ev->x == id) {
            *number = i;
            return ev;
        }
    }
    fail_msg("object %u is never made", id);
    return NULL;
}

/* The slot of the object, in the state just after `after` events more. */
static struct thing slot_of(struct world *w, uint32_t id, uint64_t *born) {
    uint64_t addr = object_event(w, id, born)->a;
    world_seek(w, *born + 1);
    uint32_t span = replica_span_of(w->r, addr);
    return (struct thing){.kind = THING_SLOT, .index = span, .addr = addr};
}

static bool has_fact(const struct facts *f, const char *label) {
    for (int i = 0; i < f->count; i++)
        if (strcmp(f->fact[i].label, label) == 0)
            return true;
    return false;
}

static const struct fact *fact_of(const struct facts *f, const char *label) {
    for (int i = 0; i < f->count; i++)
        if (strcmp(f->fact[i].label, label) == 0)
            return &f->fact[i];
    fail_msg("there is no fact \"%s\"", label);
    return &f->fact[0];
}

static struct facts about(struct world *w, struct life lives[2], struct thing thing) {
    struct facts f = {0};
    life_update(&lives[0], &w->view, thing);
    w->view.lives = lives;
    inspect(&w->view, thing, &f);
    return f;
}

static void an_object_leads_to_its_events(void **unused) {
    (void)unused;
    struct world w;
    struct life lives[2] = {{.any = false}};
    uint64_t born;
    world_open(&w, "linux/amd64", script);
    struct thing slot = slot_of(&w, 2, &born);
    struct facts f = about(&w, lives, slot);
    const struct fact *row = fact_of(&f, "allocated");
    assert_int_equal(row->command, CMD_SEEK);
    assert_int_equal(row->arg, born + 1);
    row = fact_of(&f, "freed"); /* still to come */
    assert_memory_equal(row->value, "later", 5);
    assert_true(row->arg > (int64_t)born);
    assert_string_equal(fact_of(&f, "asked for")->value, "16 B (0x10)");
    world_seek(&w, w.view.count);
    f = about(&w, lives, slot);
    assert_true(lives[0].any && !lives[0].holds);
    assert_true(has_fact(&f, "THE OBJECT THAT WAS HERE"));
    world_close(&w);
}

static void pointers_lead_to_what_they_point_to(void **unused) {
    (void)unused;
    struct world w;
    struct life lives[2] = {{.any = false}};
    uint64_t born, target = 0;
    world_open(&w, "linux/amd64", script);
    uint64_t b = object_event(&w, 2, &target)->a;
    struct thing slot = slot_of(&w, 1, &born);
    struct facts f = about(&w, lives, slot);
    assert_false(has_fact(&f, "word 1")); /* not stored yet */
    world_seek(&w, w.view.count - 1);
    f = about(&w, lives, slot);
    const struct fact *row = fact_of(&f, "word 1");
    assert_int_equal(row->thing.kind, THING_SLOT);
    assert_int_equal(row->thing.addr, b);
    assert_false(has_fact(&f, "word 0"));
    world_close(&w);
}

/* Just after the first event of that kind about the slot at addr. */
static void seek_mark(struct world *w, enum event_kind kind, uint64_t addr) {
    for (uint64_t i = 0; i < w->view.count; i++)
        if (recording_event(w->view.rec, i)->kind == kind &&
            recording_event(w->view.rec, i)->a == addr) {
            world_seek(w, i + 1);
            return;
        }
    fail_msg("0x%llx is never marked so", (unsigned long long)addr);
}

static void a_collection_colours_objects_from_white_over_grey_to_black(void **unused) {
    (void)unused;
    struct world w;
    struct life lives[2] = {{.any = false}};
    uint64_t born;
    world_open(&w, "linux/amd64",
        "type pair = left:ptr right:ptr\nprecise on\na = new pair\nb = new pair\na.right = b\nroot "
        "a\n"
        "collect\n");
    struct thing a = slot_of(&w, 1, &born), b = slot_of(&w, 2, &born);
    struct facts f = about(&w, lives, a);
    assert_false(has_fact(&f, "colour")); /* there is no collection */
    seek_mark(&w, EV_GREY, a.addr);
    f = about(&w, lives, a);
    assert_string_equal(fact_of(&f, "colour")->value, "grey: found, not looked into");
    f = about(&w, lives, b);
    assert_string_equal(fact_of(&f, "colour")->value, "white: not found yet");
    seek_mark(&w, EV_BLACK, b.addr);
    f = about(&w, lives, a);
    assert_string_equal(fact_of(&f, "colour")->value, "black: found live");
    f = about(&w, lives, b);
    assert_string_equal(fact_of(&f, "colour")->value, "black: found live");
    world_close(&w);
}

static void tiny_objects_know_their_neighbours(void **unused) {
    (void)unused;
    struct world w;
    struct life lives[2] = {{.any = false}};
    uint64_t born, other;
    world_open(&w, "linux/amd64", script);
    object_event(&w, 3, &other);
    struct thing slot = slot_of(&w, 4, &born);
    struct facts f = about(&w, lives, slot);
    const struct fact *row = fact_of(&f, "object 3");
    assert_int_equal(row->thing.index, other);
    assert_false(has_fact(&f, "object 4"));
    assert_int_equal(lives[0].neighbour_count, 1);
    world_close(&w);
}

static void a_span_tells_its_shelf(void **unused) {
    (void)unused;
    struct world w;
    struct life lives[2] = {{.any = false}};
    uint64_t born;
    world_open(&w, "linux/amd64", script);
    struct facts f = about(&w, lives, slot_of(&w, 1, &born));
    assert_string_equal(fact_of(&f, "held by")->value, "P0's mcache");
    world_seek(&w, w.view.count);
    uint32_t root = w.r->treap_root;
    assert_true(root);
    f = about(&w, lives,
        (struct thing){.kind = THING_PAGE, .index = root, .addr = replica_span(w.r, root)->base});
    assert_string_equal(fact_of(&f, "in the treap")->value, "level 1");
    world_close(&w);
}

static void all_of_it_fits_the_right_column(void **unused) {
    (void)unused;
    struct world w;
    struct life lives[2] = {{.any = false}};
    uint64_t born;
    world_open(&w, "linux/amd64", script);
    for (uint32_t id = 1; id <= 5; id++) {
        w.view.pinned = slot_of(&w, id, &born);
        world_seek(&w, w.view.count - 1);
        about(&w, lives, w.view.pinned);
        world_draw(&w, panel_inspect, rect_make(10, 10, 248, 560), 1);
        assert_true(w.ui.box_count > 20);
        for (size_t i = 0; i < w.ui.box_count; i++)
            assert_false(w.ui.boxes[i].cut);
    }
    world_close(&w);
}

static void the_answer_is_kept_while_nothing_changes(void **unused) {
    (void)unused;
    struct world w;
    struct life life = {.any = false};
    uint64_t born;
    world_open(&w, "linux/amd64", script);
    struct thing slot = slot_of(&w, 1, &born);
    life_update(&life, &w.view, slot);
    assert_true(life.any);
    life.object.id = 77; /* would be put right if it were looked up again */
    life_update(&life, &w.view, slot);
    assert_int_equal(life.object.id, 77);
    world_seek(&w, born + 2);
    life_update(&life, &w.view, slot);
    assert_int_equal(life.object.id, 1);
    life_update(&life, &w.view, (struct thing){.kind = THING_HINT, .index = 1});
    assert_false(life.any);
    world_close(&w);
}

static void pages_given_back_are_told_of_a_free_span(void **unused) {
    (void)unused;
    struct world w;
    struct life lives[2] = {{.any = false}};
    world_open(&w, "linux/amd64", "big = alloc 3000000\ndrop big\ncollect\nscavenge\n");
    uint32_t root = w.r->treap_root;
    assert_true(root && replica_span(w.r, root)->npreleased);
    struct thing span = {.kind = THING_PAGE, .index = root, .addr = replica_span(w.r, root)->base};
    struct facts f = about(&w, lives, span);
    char pages[32];
    format_count(replica_span(w.r, root)->npreleased, pages, sizeof pages);
    assert_string_equal(fact_of(&f, "pages given back")->value, pages);
    world_close(&w);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_object_leads_to_its_events),
        cmocka_unit_test(pointers_lead_to_what_they_point_to),
        cmocka_unit_test(a_collection_colours_objects_from_white_over_grey_to_black),
        cmocka_unit_test(tiny_objects_know_their_neighbours),
        cmocka_unit_test(a_span_tells_its_shelf),
        cmocka_unit_test(pages_given_back_are_told_of_a_free_span),
        cmocka_unit_test(all_of_it_fits_the_right_column),
        cmocka_unit_test(the_answer_is_kept_while_nothing_changes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
