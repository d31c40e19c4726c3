/*
 * Names behind a dot: members of regions, groups and things. See names.h; all is read from the
 * replica and the recording.
 */
#include "sim/lesson/names_parts.h"

#include "sim/base/i18n.h"
#include "sim/heap/sizeclass.h"
#include "sim/trace/thing.h"

#include <string.h>

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
