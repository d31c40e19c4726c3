/*
 * Names: see names.h. Three tables: bare names and the groups they open (heap.live), functions,
 * and members of things. All is read from the replica and the recording.
 */
#include "sim/lesson/names.h"

#include "sim/base/i18n.h"
#include "sim/heap/sizeclass.h"
#include "sim/trace/thing.h"

#include <stdio.h>
#include <string.h>

static struct value value_of(enum value_kind kind, uint64_t n) {
    return (struct value){.kind = kind, .n = (int64_t)n};
}

static struct value bytes(uint64_t n) {
    return value_of(VALUE_BYTES, n);
}

static struct value count(uint64_t n) {
    return value_of(VALUE_COUNT, n);
}

static struct value address(uint64_t n) {
    return value_of(VALUE_ADDRESS, n);
}

static struct value truth(bool yes) {
    return value_of(VALUE_TRUTH, yes);
}

/* --- Regions --- */

static uint64_t span_of_two(uint64_t end, uint64_t start) {
    return end > start ? end - start : 0;
}

/* As it is laid out, 0 before; the mheap knows of its table only some steps later. */
static uint64_t spans_start(const struct replica *r) {
    return r->init.reached[STEP_LAYOUT] ? r->init.value[STEP_LAYOUT][0] : 0;
}

/* [start, end) of what is kept for the region. */
static void region_bounds(
    const struct replica *r, uint64_t region, uint64_t *start, uint64_t *end) {
    const uint64_t *h = r->heap;
    uint64_t spans = spans_start(r), spans_end = spans ? spans + r->init.value[STEP_SIZES][0] : 0;
    switch (region) {
    case REGION_SPANS:
        *start = spans;
        *end = spans_end;
        break;
    case REGION_BITMAP:
        *start = spans_end;
        *end = spans_end ? h[HEAP_bitmap] : 0;
        break;
    default:
        *start = h[HEAP_bitmap]; /* the two meet there */
        *end = h[HEAP_arena_end];
        break;
    }
}

static bool region_member(
    struct scope *s, const struct value *of, const char *name, struct value *out) {
    const struct replica *r = scope_replica(s);
    const struct rangemap *ranges = &r->ranges;
    uint64_t start, end;
    region_bounds(r, (uint64_t)of->n, &start, &end);
    if (strcmp(name, "start") == 0)
        *out = address(start);
    else if (strcmp(name, "end") == 0)
        *out = address(end);
    else if (strcmp(name, "bytes") == 0)
        *out = bytes(span_of_two(end, start));
    else if (strcmp(name, "mapped") == 0)
        *out = bytes(rangemap_bytes(ranges, start, end, RANGE_MAPPED) +
                     rangemap_bytes(ranges, start, end, RANGE_RELEASED));
    else if (strcmp(name, "reserved") == 0)
        *out = bytes(rangemap_bytes(ranges, start, end, RANGE_RESERVED));
    else if (strcmp(name, "checked") == 0)
        *out = bytes(rangemap_bytes(ranges, start, end, RANGE_CHECKED));
    else if (strcmp(name, "released") == 0)
        *out = bytes(rangemap_bytes(ranges, start, end, RANGE_RELEASED));
    else if (strcmp(name, "touched") == 0)
        *out = bytes(rangemap_bytes(&r->resident, start, end, RANGE_MAPPED));
    else
        return false;
    return true;
}

/* --- Groups --- */

enum group {
    GROUP_HEAP,
    GROUP_LADDER,
    GROUP_CALLS,
    GROUP_FREE,
    GROUP_TREAP,
    GROUP_SYS,
    GROUP_TINY
};

static bool stat_named(const struct replica *r, const char *name, struct value *out) {
    static const struct {
        const char *name;
        enum stat_id stat;
        enum value_kind kind;
    } known[] = {{"live", STAT_heap_live, VALUE_BYTES}, {"inuse", STAT_heap_inuse, VALUE_BYTES},
        {"idle", STAT_heap_idle, VALUE_BYTES}, {"released", STAT_heap_released, VALUE_BYTES},
        {"sys", STAT_heap_sys, VALUE_BYTES}, {"objects", STAT_heap_objects, VALUE_COUNT},
        {"pages", STAT_pages_in_use, VALUE_COUNT}, {"sweepgen", STAT_sweepgen, VALUE_COUNT},
        {"swept", STAT_pages_swept, VALUE_COUNT}, {"sweepdone", STAT_sweepdone, VALUE_TRUTH}};
    for (size_t i = 0; i < ARRAY_LEN(known); i++)
        if (strcmp(known[i].name, name) == 0) {
            *out = value_of(known[i].kind, r->stats[known[i].stat]);
            return true;
        }
    return false;
}

static bool sys_named(const struct replica *r, const char *name, struct value *out) {
    static const struct {
        const char *name;
        enum stat_id stat;
    } known[] = {{"mspan", STAT_mspan_sys}, {"mcache", STAT_mcache_sys}, {"gc", STAT_gc_sys},
        {"other", STAT_other_sys}, {"stacks", STAT_stacks_inuse}, {"heap", STAT_heap_sys}};
    uint64_t total = 0;
    for (size_t i = 0; i < ARRAY_LEN(known); i++) {
        total += known[i].stat == STAT_stacks_inuse ? 0 : r->stats[known[i].stat];
        if (strcmp(known[i].name, name) == 0) {
            *out = bytes(r->stats[known[i].stat]);
            return true;
        }
    }
    *out = bytes(total);
    return strcmp(name, "total") == 0;
}

static bool ladder_named(const struct replica *r, const char *name, struct value *out) {
    static const char *const names[RUNG_COUNT] = {"tiny", "mcache", "mcentral", "mheap", "system"};
    uint64_t total = 0;
    for (size_t i = 0; i < RUNG_COUNT; i++) {
        total += r->ladder[i];
        if (strcmp(names[i], name) == 0) {
            *out = count(r->ladder[i]);
            return true;
        }
    }
    *out = count(total);
    return strcmp(name, "total") == 0;
}

static bool calls_named(const struct replica *r, const char *name, struct value *out) {
    static const enum event_kind kinds[] = {
        EV_OS_RESERVE, EV_OS_MAP, EV_OS_ALLOC, EV_OS_FREE, EV_OS_UNUSED, EV_OS_USED};
    uint64_t total = 0;
    for (size_t i = 0; i < ARRAY_LEN(kinds); i++) {
        total += r->os_calls[kinds[i]];
        if (strcmp(event_kind_name(kinds[i]), name) == 0) {
            *out = count(r->os_calls[kinds[i]]);
            return true;
        }
    }
    *out = count(total);
    return strcmp(name, "total") == 0;
}

/* Free spans, in lists and in the treap. */
static bool free_named(const struct replica *r, const char *name, struct value *out) {
    uint64_t runs = 0, pages = 0, largest = 0;
    for (uint32_t handle = 1; handle <= r->span_count; handle++) {
        const struct rspan *sp = replica_span(r, handle);
        if (sp->state != SPAN_STATE_FREE)
            continue;
        runs++;
        pages += sp->npages;
        largest = sp->npages > largest ? sp->npages : largest;
    }
    if (strcmp(name, "runs") == 0)
        *out = count(runs);
    else if (strcmp(name, "pages") == 0)
        *out = count(pages);
    else if (strcmp(name, "largest") == 0)
        *out = count(largest);
    else
        return false;
    return true;
}

struct treap_sum {
    uint64_t count, pages, depth;
};

static void add_treap(
    const struct replica *r, uint32_t handle, uint64_t depth, struct treap_sum *sum) {
    const struct rspan *sp = replica_span(r, handle);
    if (!sp)
        return;
    sum->count++;
    sum->pages += sp->npages;
    sum->depth = depth > sum->depth ? depth : sum->depth;
    add_treap(r, sp->left, depth + 1, sum);
    add_treap(r, sp->right, depth + 1, sum);
}

static bool treap_named(const struct replica *r, const char *name, struct value *out) {
    struct treap_sum sum = {0};
    add_treap(r, r->treap_root, 1, &sum);
    if (strcmp(name, "count") == 0)
        *out = count(sum.count);
    else if (strcmp(name, "pages") == 0)
        *out = count(sum.pages);
    else if (strcmp(name, "depth") == 0)
        *out = count(sum.depth);
    else if (strcmp(name, "root") == 0 && r->treap_root)
        *out = value_of(VALUE_SPAN, r->treap_root);
    else
        return false;
    return true;
}

static bool tiny_named(const struct replica *r, const char *name, struct value *out) {
    if (strcmp(name, "block") == 0)
        *out = address(r->tiny[0]);
    else if (strcmp(name, "offset") == 0)
        *out = bytes(r->tiny_offset[0]);
    else if (strcmp(name, "allocs") == 0)
        *out = count(r->stats[STAT_tinyallocs] + r->stats[STAT_local_tinyallocs]);
    else
        return false;
    return true;
}

static bool group_member(
    const struct replica *r, enum group group, const char *name, struct value *out) {
    static bool (*const named[])(const struct replica *, const char *, struct value *) = {
        [GROUP_HEAP] = stat_named,
        [GROUP_LADDER] = ladder_named,
        [GROUP_CALLS] = calls_named,
        [GROUP_FREE] = free_named,
        [GROUP_TREAP] = treap_named,
        [GROUP_SYS] = sys_named,
        [GROUP_TINY] = tiny_named};
    return named[group](r, name, out);
}

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

/* --- Members of things --- */

static bool span_member(
    const struct replica *r, const struct rspan *sp, const char *name, struct value *out) {
    static const char *const states[] = {N_("dead"), N_("in use"), N_("manual"), N_("free")};
    const struct {
        const char *name;
        struct value value;
    } known[] = {
        {"base", address(sp->base)},
        {"pages", count(sp->npages)},
        {"bytes", bytes(sp->npages * GO_PAGE_SIZE)},
        {"end", address(sp->base + sp->npages * GO_PAGE_SIZE)},
        {"elemsize", bytes(sp->elemsize)},
        {"nelems", count(sp->nelems)},
        {"class", count(spanclass_size_class((unsigned)sp->spanclass))},
        {"spanclass", count(sp->spanclass)},
        {"noscan", truth(spanclass_noscan((unsigned)sp->spanclass))},
        {"freeindex", count(sp->freeindex)},
        {"allocated", count(sp->alloc_count)},
        {"free", count(span_of_two(sp->nelems, sp->alloc_count))},
        {"tail", bytes(sp->npages * GO_PAGE_SIZE - sp->nelems * sp->elemsize)},
        {"incache", truth(sp->incache)},
        {"needzero", truth(sp->needzero)},
        {"sweepgen", count(sp->sweepgen)},
        {"released", count(sp->npreleased)},
        {"record", address(sp->record)},
        {"priority", count(sp->priority)},
        {"state", {.kind = VALUE_TEXT, .text = _(states[sp->state % 4])}},
    };
    (void)r;
    for (size_t i = 0; i < ARRAY_LEN(known); i++)
        if (strcmp(known[i].name, name) == 0) {
            *out = known[i].value;
            return true;
        }
    return false;
}

/* What follows from an object's address alone. */
static bool place_member(
    struct scope *s, const struct value *of, const char *name, struct value *out) {
    const uint64_t *h = scope_replica(s)->heap;
    uint64_t addr = (uint64_t)of->n, into = addr - h[HEAP_arena_start];
    uint64_t page = into / GO_PAGE_SIZE;
    if (strcmp(name, "addr") == 0)
        *out = address(addr);
    else if (strcmp(name, "size") == 0)
        *out = bytes(of->size);
    else if (strcmp(name, "page") == 0)
        *out = count(page);
    else if (strcmp(name, "entry") == 0)
        *out = address(h[HEAP_spans] + page * s->platform->ptr_size);
    else if (strcmp(name, "bits") == 0) /* the address of their byte */
        *out = address(h[HEAP_bitmap] - 1 - into / s->platform->ptr_size / 4);
    else
        return false;
    return true;
}

/* What its span says of it. */
static bool object_member(
    struct scope *s, const struct value *of, const char *name, struct value *out) {
    const struct replica *r = scope_replica(s);
    uint64_t addr = (uint64_t)of->n;
    uint32_t handle = replica_span_of(r, addr);
    const struct rspan *sp = replica_span(r, handle);
    if (place_member(s, of, name, out))
        return true;
    if (!sp)
        return false;
    uint64_t slot = sp->elemsize ? (addr - sp->base) / sp->elemsize : 0;
    if (strcmp(name, "span") == 0)
        *out = value_of(VALUE_SPAN, handle);
    else if (strcmp(name, "slot") == 0)
        *out = count(slot);
    else if (strcmp(name, "taken") == 0)
        *out = bytes(sp->elemsize);
    else if (strcmp(name, "waste") == 0)
        *out = bytes(span_of_two(sp->elemsize, of->size));
    else if (strcmp(name, "allocated") == 0)
        *out = truth(slot < sp->nelems && rspan_slot_allocated(sp, slot));
    else if (strcmp(name, "marked") == 0)
        *out = truth(slot < sp->nelems && rspan_bit(sp->mark_bits, slot));
    else
        return false;
    return true;
}

static bool attempt_member(
    struct scope *s, const struct value *of, const char *name, struct value *out) {
    const struct init_path *p = &scope_replica(s)->init;
    bool hint = of->n < HINT_COUNT;
    const struct attempt *a = hint ? &p->hints[of->n] : &p->fallbacks[of->n - HINT_COUNT];
    if (strcmp(name, "addr") == 0)
        *out = address(hint ? (uint64_t)of->n << 40 | s->platform->hint : a->addr);
    else if (strcmp(name, "size") == 0)
        *out = bytes(a->size);
    else if (strcmp(name, "answer") == 0)
        *out = address(a->answer);
    else if (strcmp(name, "tried") == 0)
        *out = truth(a->outcome != OUTCOME_UNTRIED);
    else if (strcmp(name, "refused") == 0)
        *out = truth(a->outcome == OUTCOME_REFUSED);
    else if (strcmp(name, "reserved") == 0)
        *out = truth(a->outcome == OUTCOME_GRANTED);
    else if (strcmp(name, "checked") == 0)
        *out = truth(a->outcome == OUTCOME_CHECKED);
    else if (strcmp(name, "elsewhere") == 0)
        *out = truth(a->outcome == OUTCOME_ELSEWHERE);
    else
        return false;
    return true;
}

static bool class_member(const struct value *of, const char *name, struct value *out) {
    struct size_class_table table;
    size_classes_make(&table);
    const struct size_class *c = &table.classes[of->n];
    uint64_t span = (uint64_t)c->npages * GO_PAGE_SIZE;
    if (strcmp(name, "number") == 0)
        *out = count((uint64_t)of->n);
    else if (strcmp(name, "size") == 0)
        *out = bytes(c->size);
    else if (strcmp(name, "pages") == 0)
        *out = count(c->npages);
    else if (c->size && strcmp(name, "objects") == 0)
        *out = count(span / c->size);
    else if (c->size && strcmp(name, "tail") == 0)
        *out = bytes(span % c->size);
    else
        return false;
    return true;
}

/* How often an mcache has got a span of that span class. */
static uint64_t count_refills(const struct scope *s, uint64_t spanclass) {
    uint64_t n = 0, end = s->seq[s->moment];
    for (uint64_t i = 0; i < end; i++) {
        const struct event *ev = recording_event(s->rec, i);
        n += ev->kind == EV_CACHE && ev->w == spanclass && ev->b;
    }
    return n;
}

static bool central_member(
    struct scope *s, const struct value *of, const char *name, struct value *out) {
    const struct replica *r = scope_replica(s);
    if (strcmp(name, "nonempty") == 0)
        *out = count(r->lists[LIST_NONEMPTY + of->n].count);
    else if (strcmp(name, "empty") == 0)
        *out = count(r->lists[LIST_EMPTY + of->n].count);
    else if (strcmp(name, "nmalloc") == 0)
        *out = count(r->nmalloc[of->n]);
    else if (strcmp(name, "refills") == 0)
        *out = count(count_refills(s, (uint64_t)of->n));
    else
        return false;
    return true;
}

bool name_member(struct scope *s, const struct value *of, const char *name, struct value *out,
    struct error *err) {
    const struct replica *r = scope_replica(s);
    bool known = false;
    switch (of->kind) {
    case VALUE_GROUP: known = group_member(r, (enum group)of->n, name, out); break;
    case VALUE_REGION: known = region_member(s, of, name, out); break;
    case VALUE_OBJECT: known = object_member(s, of, name, out); break;
    case VALUE_ATTEMPT: known = attempt_member(s, of, name, out); break;
    case VALUE_CLASS: known = class_member(of, name, out); break;
    case VALUE_CENTRAL: known = central_member(s, of, name, out); break;
    case VALUE_SPAN:
        if (!of->n)
            return error_set(err, "there is no span to have a `%s`", name);
        known = span_member(r, replica_span(r, (uint32_t)of->n), name, out);
        break;
    default: break;
    }
    if (!known)
        return error_set(err, "there is no member `%s` here", name);
    return true;
}
