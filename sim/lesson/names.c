/*
 * Names: see names.h. Two tables: bare names, of which some open a group (heap.live), and
 * functions. names_members.c has what stands behind a dot. All is read from the replica and the
 * recording.
 */
#include "sim/lesson/names_parts.h"

#include "sim/heap/sizeclass.h"
#include "sim/trace/thing.h"

#include <string.h>

/* --- Bare names --- */

static bool thing_named(const char *name, struct value *out) {
    static const struct {
        const char *name;
        enum value_kind kind;
        int n;
    } known[] = {{"spans", VALUE_REGION, REGION_SPANS}, {"bitmap", VALUE_REGION, REGION_BITMAP},
        {"arena", VALUE_REGION, REGION_ARENA}, {"heap", VALUE_GROUP, GROUP_HEAP},
        {"ladder", VALUE_GROUP, GROUP_LADDER}, {"calls", VALUE_GROUP, GROUP_CALLS},
        {"free", VALUE_GROUP, GROUP_FREE}, {"treap", VALUE_GROUP, GROUP_TREAP},
        {"sys", VALUE_GROUP, GROUP_SYS}, {"tiny", VALUE_GROUP, GROUP_TINY}};
    for (size_t i = 0; i < ARRAY_LEN(known); i++)
        if (strcmp(known[i].name, name) == 0) {
            *out = value_of(known[i].kind, (uint64_t)known[i].n);
            return true;
        }
    return false;
}

/* h.arena_start and the like, as in Go. */
static bool field_named(const struct replica *r, const char *name, struct value *out) {
    for (unsigned f = 0; f < HEAP_FIELD_COUNT; f++) {
        if (strcmp(heap_field_name(f), name) != 0)
            continue;
        bool sized = f == HEAP_bitmap_mapped;
        bool counted = f == HEAP_spans_len || f == HEAP_spans_cap;
        *out = sized                      ? bytes(r->heap[f])
               : counted                  ? count(r->heap[f])
               : f == HEAP_arena_reserved ? truth(r->heap[f] != 0)
                                          : address(r->heap[f]);
        return true;
    }
    return false;
}

static bool platform_named(const struct platform *p, const char *name, struct value *out) {
    if (strcmp(name, "ptr_size") == 0)
        *out = bytes(p->ptr_size);
    else if (strcmp(name, "page_size") == 0)
        *out = bytes(GO_PAGE_SIZE);
    else if (strcmp(name, "phys_page_size") == 0)
        *out = bytes(p->phys_page_size);
    else if (strcmp(name, "addr_bits") == 0)
        *out = count(p->addr_bits);
    else if (strcmp(name, "hint_count") == 0)
        *out = count(HINT_COUNT);
    else if (strcmp(name, "image_end") == 0)
        *out = address(p->image_end);
    else if (strcmp(name, "user_end") == 0)
        *out = address(p->user_end);
    else if (strcmp(name, "platform") == 0)
        *out = (struct value){.kind = VALUE_TEXT, .text = p->name};
    else
        return false;
    return true;
}

static uint64_t refused_hints(const struct replica *r) {
    uint64_t n = 0;
    for (int i = 0; i < HINT_COUNT; i++)
        n += r->init.hints[i].outcome == OUTCOME_REFUSED;
    return n;
}

static bool run_named(struct scope *s, const char *name, struct value *out) {
    const struct replica *r = scope_replica(s);
    if (strcmp(name, "collections") == 0)
        *out = count(r->collections);
    else if (strcmp(name, "ops") == 0)
        *out = count(r->ops);
    else if (strcmp(name, "events") == 0)
        *out = count(r->seq);
    else if (strcmp(name, "mspans") == 0)
        *out = count(r->span_count);
    else if (strcmp(name, "objects_born") == 0)
        *out = count(r->objects_born);
    else if (strcmp(name, "objects_dropped") == 0)
        *out = count(r->objects_dropped);
    else if (strcmp(name, "grey") == 0)
        *out = count(r->grey);
    else if (strcmp(name, "exited") == 0)
        *out = truth(r->exited);
    else if (strcmp(name, "ps") == 0)
        *out = count(1 + r->more_ps);
    else if (strcmp(name, "acting") == 0) /* the number of the P */
        *out = count(r->acting);
    else if (strcmp(name, "awaited") == 0 && r->wait[r->acting].waits) /* ... it waits for */
        *out = count(r->wait[r->acting].holder);
    else if (strcmp(name, "hints_refused") == 0)
        *out = count(refused_hints(r));
    else if (strcmp(name, "asked") == 0) /* for each hint */
        *out = bytes(r->init.value[STEP_HINTS][0]);
    else
        return false;
    return true;
}

bool name_value(struct scope *s, const char *name, struct value *out) {
    return thing_named(name, out) || field_named(scope_replica(s), name, out) ||
           platform_named(s->platform, name, out) || run_named(s, name, out);
}

/* --- Functions --- */

static bool span_at(struct scope *s, uint64_t addr, struct value *out, struct error *err) {
    uint32_t handle = replica_span_of(scope_replica(s), addr);
    if (!handle)
        return error_set(err, "no span holds 0x%llx at this moment", (unsigned long long)addr);
    *out = value_of(VALUE_SPAN, handle);
    return true;
}

static bool class_of_size(uint64_t size, struct value *out, struct error *err) {
    struct size_class_table table;
    if (size < 1 || size > MAX_SMALL_SIZE)
        return error_set(err, "%llu bytes have no size class, expected 1 to %d",
            (unsigned long long)size, MAX_SMALL_SIZE);
    size_classes_make(&table);
    *out = value_of(VALUE_CLASS, size_class_of(&table, size));
    return true;
}

/* The span class for objects of that size. */
static bool span_class(const int64_t *n, int given, uint64_t *out, struct error *err) {
    struct value class = {0};
    if (!class_of_size((uint64_t)n[0], &class, err))
        return false;
    *out = (uint64_t) class.n * 2 + (given > 1 && n[1]);
    return true;
}

/* Events of a kind so far. */
static bool count_events(
    struct scope *s, const struct value *kind, struct value *out, struct error *err) {
    if (kind->kind != VALUE_TEXT)
        return error_set(err, "count() takes an event's kind in quotes");
    for (unsigned k = 0; k < EV_COUNT; k++)
        if (strcmp(event_kind_name(k), kind->text) == 0) {
            *out = count(scope_events(s, k));
            return true;
        }
    return error_set(err, "\"%s\" is no kind of event", kind->text);
}

/* Has Go printed a line with these words in it? */
static bool find_printed(
    struct scope *s, const struct value *words, struct value *out, struct error *err) {
    char text[256];
    bool found = false;
    if (words->kind != VALUE_TEXT)
        return error_set(err, "printed() takes words in quotes");
    for (uint64_t i = 0; i < s->seq[s->moment] && !found; i++) {
        const struct event *ev = recording_event(s->rec, i);
        found = ev->kind == EV_MESSAGE &&
                strstr(message_text(ev, text, sizeof text), words->text) != NULL;
    }
    *out = truth(found);
    return true;
}

/* The two bits of the heap bitmap for the word at addr: 0 pointer, 4 scan. */
static bool bitmap_bit(
    struct scope *s, uint64_t addr, unsigned shift, struct value *out, struct error *err) {
    const struct replica *r = scope_replica(s);
    if (addr < replica_arena_base(r) || addr >= r->heap[HEAP_arena_used])
        return error_set(err, "0x%llx is not in the arena", (unsigned long long)addr);
    uint64_t word = (addr - r->heap[HEAP_arena_start]) / s->platform->ptr_size;
    *out = count(replica_bitmap(r, word / 4) >> (word % 4 + shift) & 1);
    return true;
}

static bool call_numbers(struct scope *s, const char *name, const int64_t *n, int given,
    struct value *out, struct error *err) {
    const struct replica *r = scope_replica(s);
    uint64_t a = (uint64_t)n[0], class;
    if (strcmp(name, "span") == 0)
        return span_at(s, a, out, err);
    if (strcmp(name, "sizeclass") == 0)
        return class_of_size(a, out, err);
    if (strcmp(name, "ptrbit") == 0 || strcmp(name, "scanbit") == 0)
        return bitmap_bit(s, a, *name == 's' ? 4 : 0, out, err);
    if (strcmp(name, "mcentral") == 0 || strcmp(name, "mcache") == 0) {
        if (!span_class(n, given, &class, err))
            return false;
        uint64_t p = given > 2 ? (uint64_t)n[2] : 0;
        if (p >= MAX_PS)
            return error_set(err, "there is no P %llu", (unsigned long long)p);
        *out = name[2] == 'e' ? value_of(VALUE_CENTRAL, class)
                              : value_of(VALUE_SPAN, r->cache[p][class]);
        return true;
    }
    if (strcmp(name, "hint") == 0 || strcmp(name, "fallback") == 0) {
        bool hint = *name == 'h';
        if (a >= (hint ? HINT_COUNT : FALLBACK_COUNT))
            return error_set(err, "%s(%llu); expected 0 to %d", name, (unsigned long long)a,
                (hint ? HINT_COUNT : FALLBACK_COUNT) - 1);
        *out = value_of(VALUE_ATTEMPT, hint ? a : a + HINT_COUNT);
        return true;
    }
    if (strcmp(name, "class") == 0 && a < NUM_SIZE_CLASSES)
        *out = value_of(VALUE_CLASS, a);
    else if (strcmp(name, "page") == 0)
        *out = count((a - r->heap[HEAP_arena_start]) / GO_PAGE_SIZE);
    else if (strcmp(name, "freelist") == 0 && a < NUM_PAGE_LISTS)
        *out = count(r->lists[LIST_FREE + a].count);
    else if (strcmp(name, "min") == 0 && given == 2)
        *out = count((uint64_t)(n[0] < n[1] ? n[0] : n[1]));
    else if (strcmp(name, "max") == 0 && given == 2)
        *out = count((uint64_t)(n[0] > n[1] ? n[0] : n[1]));
    else
        return error_set(err, "there is no function `%s` of such arguments", name);
    return true;
}

bool name_call(struct scope *s, const char *name, const struct value *args, int given,
    struct value *out, struct error *err) {
    int64_t n[MAX_ARGS] = {0};
    if (strcmp(name, "count") == 0 && given == 1)
        return count_events(s, &args[0], out, err);
    if (strcmp(name, "printed") == 0 && given == 1)
        return find_printed(s, &args[0], out, err);
    for (int i = 0; i < given; i++)
        if (!value_number(&args[i], &n[i]))
            return error_set(err, "%s(): argument %d is no number", name, i + 1);
    if (!given)
        return error_set(err, "%s() takes arguments", name);
    return call_numbers(s, name, n, given, out, err);
}
