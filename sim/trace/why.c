/* Why: finding the answer for an event in the tables of why_start.c and why_heap.c. */
#include "sim/trace/why_parts.h"

static const struct rspan *span_of(const struct replica *after, uint32_t handle) {
    return after ? replica_span(after, handle) : NULL;
}

static bool is_swept_now(const struct replica *after, const struct rspan *s) {
    return s->sweepgen + 1 == after->stats[STAT_sweepgen];
}

static bool is_filed(const struct rspan *s) {
    return s->list != LIST_NOWHERE || s->in_treap;
}

/* Has a collection marked, and not yet said that everything is to be swept? Only then mcaches give
 * up spans that are not full. */
static bool is_flushing(const struct replica *after) {
    return after->collections * 2 > after->stats[STAT_sweepgen];
}

/* A span's state changed; unusedsince tells a free span that is being cut (it keeps its time). */
static enum why_span why_state(const struct event *ev, const struct rspan *s) {
    switch (ev->b) {
    case SPAN_STATE_INUSE: return ev->a == SPAN_STATE_DEAD ? WHY_GROWN : WHY_GIVEN;
    case SPAN_STATE_FREE: return ev->a == SPAN_STATE_MANUAL && s->unusedsince ? WHY_CUT : WHY_FREED;
    case SPAN_STATE_MANUAL:
        return ev->a == SPAN_STATE_DEAD || s->unusedsince ? WHY_CUT : WHY_MANUAL;
    default: return WHY_DEAD;
    }
}

/* Is the span taking in the one before it? Then the spans table does not know it there yet. */
static enum why_span why_joined(
    const struct event *ev, const struct replica *after, const struct rspan *s) {
    uint64_t page = (s->base - after->heap[HEAP_arena_start]) >> GO_PAGE_SHIFT;
    return replica_page(after, page) == ev->x ? WHY_JOINED_AFTER : WHY_JOINED_BEFORE;
}

/* A field of a span that is free: it is filed (then only the scavenger touches it), or being
 * joined, cut or taken. */
static enum why_span why_free(
    const struct event *ev, const struct replica *after, const struct rspan *s) {
    switch (ev->w) {
    case SPAN_npages: return ev->b < ev->a ? WHY_CUT : why_joined(ev, after, s);
    case SPAN_npreleased:
        return is_filed(s) ? WHY_RELEASED : ev->b ? why_joined(ev, after, s) : WHY_TAKEN;
    case SPAN_unusedsince: return ev->b ? WHY_FREED : WHY_TAKEN;
    case SPAN_sweepgen: return WHY_GIVEN;
    default: return why_joined(ev, after, s);
    }
}

/* A field of a span in use. */
static enum why_span why_inuse(
    const struct event *ev, const struct replica *after, const struct rspan *s) {
    bool large = spanclass_size_class((unsigned)s->spanclass) == 0;
    bool sweeping = is_swept_now(after, s);
    switch (ev->w) {
    case SPAN_spanclass:
    case SPAN_elemsize: return WHY_GIVEN;
    case SPAN_limit: return large ? WHY_LARGE : WHY_LIMIT;
    case SPAN_nelems: return WHY_SLOTTED;
    case SPAN_alloc_cache:
        return ev->b == UINT64_MAX && !sweeping && !s->alloc_count ? WHY_SLOTTED
               : ev->b == 0 && !sweeping                           ? WHY_NONE_LEFT
                                                                   : WHY_REFILLED;
    case SPAN_incache: return ev->b ? WHY_CACHED : is_flushing(after) ? WHY_UNCACHED : WHY_FULL;
    case SPAN_needzero: return !ev->b ? WHY_ZEROED : large ? WHY_SWEPT : WHY_DIRTY;
    case SPAN_sweepgen: return sweeping ? WHY_CLAIMED : WHY_SWEPT;
    case SPAN_freeindex:
        return sweeping             ? WHY_SWEPT
               : large && ev->b     ? WHY_LARGE
               : ev->b == 0         ? WHY_SLOTTED
               : ev->b == s->nelems ? WHY_NONE_LEFT
                                    : WHY_FOUND;
    case SPAN_alloc_count: return sweeping ? WHY_SWEPT : ev->b ? WHY_LARGE : WHY_GIVEN;
    default: return WHY_GIVEN;
    }
}

/* The occasion on which a span's field changed. */
static enum why_span why_span(const struct event *ev, const struct replica *after) {
    const struct rspan *s = span_of(after, ev->x);
    if (!s)
        return WHY_MADE;
    if (ev->w == SPAN_state)
        return why_state(ev, s);
    switch (s->state) {
    case SPAN_STATE_FREE: return why_free(ev, after, s);
    case SPAN_STATE_INUSE: return why_inuse(ev, after, s);
    case SPAN_STATE_MANUAL: return ev->w == SPAN_needzero && ev->b ? WHY_RETURNED : WHY_MANUAL;
    default:
        return ev->w == SPAN_sweepgen            ? WHY_GROWN
               : ev->w == SPAN_needzero && ev->b ? WHY_CUT
                                                 : WHY_MADE;
    }
}

static int why_bits(const struct event *ev, const struct replica *after) {
    const struct rspan *s = span_of(after, ev->x);
    if (ev->w == 1 && ev->c)
        return WHY_BITS_MARKED;
    return s && is_swept_now(after, s) ? WHY_BITS_TURNED : WHY_BITS_FORGOTTEN;
}

/* Lists by what they hold: the first of their kind. */
static int why_list(unsigned list) {
    return list >= LIST_EMPTY      ? LIST_EMPTY
           : list >= LIST_NONEMPTY ? LIST_NONEMPTY
           : list >= LIST_BUSY     ? LIST_BUSY
                                   : LIST_FREE;
}

/* Is the byte below addr part of the heap's memory? */
static bool is_mapped_below(const struct replica *after, uint64_t addr) {
    struct range run;
    rangemap_run(&after->ranges, addr - 1, addr, &run);
    return run.state == RANGE_MAPPED && run.owner == OWNER_HEAP;
}

static int why_boundary(const struct event *ev, const struct replica *after) {
    if (ev->w == HEAP_arena_start || ev->w == HEAP_spans || ev->w == HEAP_spans_cap)
        return WHY_SET_ONCE + ev->w;
    if (after && after->init.step == STEP_ROUND)
        return WHY_LAID_OUT;
    bool elsewhere = ev->w == HEAP_arena_alloc && after && !is_mapped_below(after, ev->b);
    return elsewhere ? HEAP_arena_end : ev->w;
}

/* sweepdone is taken back when a collection has marked; sweepgen goes on with it. */
static int why_stat(const struct event *ev) {
    return ev->w == STAT_sweepdone && ev->a != 1 ? STAT_sweepgen : ev->w;
}

/* What the rows of the event's kind are told apart by. */
static int aspect_of(const struct event *ev, const struct replica *after) {
    switch ((enum event_kind)ev->kind) {
    case EV_OP_BEGIN:
    case EV_WAIT:
    case EV_GOT:
    case EV_STEP: return ev->w & 0xff;
    case EV_ATTEMPT:
    case EV_META:
    case EV_TREAP_TURN: return ev->w;
    case EV_MESSAGE: return (int)ev->x;
    case EV_STAT_ADD: return why_stat(ev);
    case EV_HEAP_SET: return why_boundary(ev, after);
    case EV_SPAN_SET: return (int)why_span(ev, after);
    case EV_BITS: return why_bits(ev, after);
    case EV_OBJECT: return ev->w >> 8;
    case EV_LIST_PUSH: return why_list(ev->w);
    case EV_TINY:
    case EV_CACHE: return ev->b ? 1 : 0;
    default: return 0;
    }
}

static const struct why_row *row_at(size_t i) {
    size_t start_count, heap_count;
    const struct why_row *start = why_start_rows(&start_count);
    const struct why_row *heap = why_heap_rows(&heap_count);
    return i < start_count                ? &start[i]
           : i < start_count + heap_count ? &heap[i - start_count]
                                          : NULL;
}

static struct why answer(const struct why_row *row) {
    return (struct why){.rule = _(row->rule), .file = row->file, .function = row->function};
}

/* --- The line in the function --- */

static const char *const kind_marks[] = {
#define X(NAME, ...) "EV_" #NAME,
    EVENT_KINDS(X)
#undef X
};
static const char *const step_marks[] = {
#define X(NAME, ...) "STEP_" #NAME,
    INIT_STEPS(X)
#undef X
};
static const char *const message_marks[] = {
#define X(NAME, ...) "MSG_" #NAME,
    MESSAGES(X)
#undef X
};

/* Fields are set by macros that name them; steps and messages go through functions. */
static void set_marks(struct why *why, const struct event *ev) {
    why->mark[1] = NULL;
    switch (ev->kind) {
    case EV_SPAN_SET:
        /* (sweepgen is set at several places, of which the state does not tell which it was) */
        why->mark[0] = ev->w == SPAN_sweepgen ? "EV_SPAN_SET" : "SPAN_SET";
        why->mark[1] = span_field_name(ev->w);
        break;
    case EV_HEAP_SET:
        why->mark[0] = "HEAP_SET";
        why->mark[1] = heap_field_name(ev->w);
        break;
    case EV_STEP: why->mark[0] = step_marks[(ev->w & 0xff) % STEP_COUNT]; break;
    case EV_MESSAGE: why->mark[0] = message_marks[ev->x % MSG_COUNT]; break;
    default: why->mark[0] = kind_marks[ev->kind]; break;
    }
}

/* Every event has one. */
static const struct why_row *row_of(unsigned kind, int aspect) {
    for (size_t i = 0;; i++) {
        const struct why_row *row = row_at(i);
        INVARIANT(row);
        if (row->kind == kind && (row->aspect == aspect || row->aspect == WHY_ANY))
            return row;
    }
}

struct why why_of(const struct event *ev, const struct replica *after) {
    struct why why = answer(row_of(ev->kind, aspect_of(ev, after)));
    set_marks(&why, ev);
    return why;
}

bool why_at(size_t i, struct why *out) {
    const struct why_row *row = row_at(i);
    if (row)
        *out = answer(row);
    return row != NULL;
}
