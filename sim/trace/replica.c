/*
 * The replica: applying and undoing events. See replica.h.
 *
 * Every event kind has one handler that takes the event and a direction. Most changes are a value
 * going from old to new: set_value() checks that the value found is the one the event expects, so a
 * heap whose hooks tell less than the truth is caught at the first wrong event.
 */
#include "sim/trace/replica_parts.h"

#include <inttypes.h>

/* Which way an event is taken. */
enum direction { APPLY, UNDO };

/* An event that does not fit the state is a bug, unless it came from outside. */
NORETURN static void misfit(const struct replica *r, int line, const char *why) {
    if (!r->offer) /* never: what the heap tells fits, or one of the two has a bug */
        bug_at(__FILE__, line, "event %" PRIu64 " does not fit: %s", r->seq, why);
    error_set(r->offer->err, "event %" PRIu64 " does not fit the ones before it", r->seq);
    longjmp(r->offer->way_out, 1);
}

#define EXPECT(cond)                                                                               \
    do {                                                                                           \
        if (UNLIKELY(!(cond)))                                                                     \
            misfit(r, __LINE__, #cond);                                                            \
    } while (0)

/* A span for writing. */
static struct rspan *span_at(struct replica *r, uint32_t handle) {
    EXPECT(handle >= 1);
    INVARIANT(handle <= r->span_count); /* replica_offer has looked */
    return replica_span_write(r, handle);
}

/* The same for a value, with what is known of it. */
NORETURN static void unexpected(
    const struct replica *r, const struct event *ev, uint64_t value, uint64_t expected) {
    if (!r->offer) /* never: see above */
        BUG("event %" PRIu64 " (%s, w %u, x %u): found 0x%" PRIx64 ", expected 0x%" PRIx64, r->seq,
            event_kind_name(ev->kind), ev->w, ev->x, value, expected);
    misfit(r, __LINE__, "a value");
}

static void set_value(struct replica *r, const struct event *ev, uint64_t *value, uint64_t old,
    uint64_t fresh, enum direction dir) {
    uint64_t expected = dir == APPLY ? old : fresh;
    if (UNLIKELY(*value != expected))
        unexpected(r, ev, *value, expected);
    *value = dir == APPLY ? fresh : old;
}

static void on_op(struct replica *r, const struct event *ev, enum direction dir) {
    bool begins = (ev->kind == EV_OP_BEGIN) == (dir == APPLY);
    EXPECT(ev->w >> 8 <= r->more_ps);
    struct rop *op = &r->op[ev->w >> 8];
    EXPECT(op->in_flight != begins && (begins || op->number == ev->x));
    *op = (struct rop){.in_flight = begins, .number = begins ? ev->x : 0};
    if (ev->kind == EV_OP_BEGIN)
        r->ops += dir == APPLY ? 1 : (uint64_t)-1;
}

static void on_step(struct replica *r, const struct event *ev, enum direction dir) {
    unsigned step = ev->w & 0xff, old = ev->w >> 8;
    EXPECT(step < STEP_COUNT && r->init.step == (dir == APPLY ? old : step));
    const uint64_t values[] = {ev->a, ev->b, ev->c};
    r->init.step = (uint8_t)(dir == APPLY ? step : old);
    r->init.reached[step] = dir == APPLY;
    for (size_t i = 0; i < ARRAY_LEN(values); i++)
        r->init.value[step][i] = dir == APPLY ? values[i] : 0;
}

static void on_attempt(struct replica *r, const struct event *ev, enum direction dir) {
    EXPECT(ev->x < HINT_COUNT + FALLBACK_COUNT);
    struct attempt *t =
        ev->x < HINT_COUNT ? &r->init.hints[ev->x] : &r->init.fallbacks[ev->x - HINT_COUNT];
    *t = (struct attempt){0};
    if (dir == APPLY)
        *t = (struct attempt){
            .outcome = (uint8_t)ev->w, .addr = ev->a, .size = ev->b, .answer = ev->c};
}

static void on_range(struct replica *r, const struct event *ev, enum direction dir) {
    struct range now;
    unsigned shift_from = dir == APPLY ? 0 : 8, shift_to = 8 - shift_from;
    uint64_t end = ev->a + ev->b;
    rangemap_run(&r->ranges, ev->a, end, &now);
    EXPECT(now.end == end && now.state == (ev->w >> shift_from & 0xff) &&
           now.owner == (ev->x >> shift_from & 0xff));
    rangemap_set(&r->ranges, ev->a, end, (enum range_state)(ev->w >> shift_to & 0xff),
        (enum range_owner)(ev->x >> shift_to & 0xff));
}

static void on_resident(struct replica *r, const struct event *ev, enum direction dir) {
    bool there = (ev->w != 0) == (dir == APPLY);
    uint64_t end = ev->a + ev->b;
    struct range now;
    EXPECT(rangemap_run(&r->resident, ev->a, end, &now) == end);
    EXPECT(now.state == (there ? RANGE_NONE : RANGE_MAPPED));
    rangemap_set(&r->resident, ev->a, end, there ? RANGE_MAPPED : RANGE_NONE,
        there ? OWNER_HEAP : OWNER_NOBODY);
}

static void on_meta(struct replica *r, const struct event *ev, enum direction dir) {
    if (dir == UNDO) {
        INVARIANT(r->meta_count > 0);
        r->meta_count--;
        return;
    }
    void *meta = r->meta;
    array_reserve(&meta, &r->meta_cap, r->meta_count + 1, sizeof *r->meta);
    r->meta = meta;
    r->meta[r->meta_count++] =
        (struct meta_block){.addr = ev->a, .size = ev->b, .what = (uint8_t)ev->w};
}

static void on_span_born(struct replica *r, const struct event *ev, enum direction dir) {
    if (dir == UNDO) {
        struct rspan *s = span_at(r, ev->x);
        INVARIANT(ev->x == r->span_count);
        shared_drop(s->alloc_bits);
        shared_drop(s->mark_bits);
        *s = (struct rspan){0};
        r->span_count--;
        return;
    }
    EXPECT(ev->x == r->span_count + 1);
    r->span_count++;
    *span_at(r, ev->x) = (struct rspan){.record = ev->a, .list = LIST_NOWHERE};
}

static uint64_t *span_field(struct rspan *s, unsigned field) {
#define X(name) offsetof(struct rspan, name),
    static const size_t offsets[] = {SPAN_FIELDS(X)};
#undef X
    INVARIANT(field < ARRAY_LEN(offsets));
    return (uint64_t *)(void *)((char *)s + offsets[field]);
}

/* Adds what the span holds to its class' sums (dir APPLY), or takes it off. */
static void count_span(struct replica *r, const struct rspan *s, enum direction dir) {
    if (s->state != SPAN_STATE_INUSE)
        return;
    INVARIANT(s->spanclass < NUM_SPAN_CLASSES);
    struct class_sum *sum = &r->classes[s->spanclass];
    uint64_t one = dir == APPLY ? 1 : (uint64_t)-1;
    sum->spans += one;
    sum->pages += one * s->npages;
    sum->slots += one * s->nelems;
    sum->taken += one * s->alloc_count;
    sum->slot_bytes += one * s->nelems * s->elemsize;
    sum->taken_bytes += one * s->alloc_count * s->elemsize;
    if (spanclass_size_class((unsigned)s->spanclass) == 0)
        sum->large_asked += one * s->alloc_count * (s->limit - s->base);
}

static void on_span_set(struct replica *r, const struct event *ev, enum direction dir) {
    struct rspan *s = span_at(r, ev->x);
    count_span(r, s, UNDO);
    set_value(r, ev, span_field(s, ev->w), ev->a, ev->b, dir);
    count_span(r, s, APPLY);
    if (ev->w == SPAN_nelems)
        rspan_bits_fit(r, s);
}

/* What count_span would make of one slot more that is taken, or less. */
static void count_slot(struct replica *r, struct rspan *s, uint64_t one) {
    s->alloc_count += one;
    if (s->state != SPAN_STATE_INUSE)
        return;
    INVARIANT(s->spanclass < NUM_SPAN_CLASSES);
    struct class_sum *sum = &r->classes[s->spanclass];
    sum->taken += one;
    sum->taken_bytes += one * s->elemsize;
    if (spanclass_size_class((unsigned)s->spanclass) == 0)
        sum->large_asked += one * (s->limit - s->base);
}

static void on_slot(struct replica *r, const struct event *ev, enum direction dir) {
    struct rspan *s = span_at(r, ev->x);
    set_value(r, ev, &s->freeindex, ev->c & UINT32_MAX, ev->c >> 32, dir);
    set_value(r, ev, &s->alloc_cache, ev->a, ev->b, dir);
    count_slot(r, s, dir == APPLY ? 1 : (uint64_t)-1);
}

static uint32_t bit_count(uint64_t bits) {
    uint32_t n = 0;
    for (; bits; bits &= bits - 1)
        n++;
    return n;
}

/* Mark bits are set by a collection that marks alone; sweeping clears them. */
static void count_marks(
    struct replica *r, struct rspan *s, const struct event *ev, enum direction dir) {
    uint32_t set = bit_count(ev->c & ~ev->b), cleared = bit_count(ev->b & ~ev->c);
    s->marked += dir == APPLY ? set - cleared : cleared - set;
    r->marked += dir == APPLY ? set : (uint64_t)0 - set;
}

static void on_bits(struct replica *r, const struct event *ev, enum direction dir) {
    struct rspan *s = span_at(r, ev->x);
    EXPECT(ev->a < RSPAN_MAX_WORDS);
    uint64_t *bits = rspan_bits_write(r, s, ev->w != 0, (uint32_t)ev->a + 1);
    set_value(r, ev, &bits[ev->a], ev->b, ev->c, dir);
    if (ev->w)
        count_marks(r, s, ev, dir);
}

static void on_pages(struct replica *r, const struct event *ev, enum direction dir) {
    uint32_t old = (uint32_t)ev->c, fresh = (uint32_t)(ev->c >> 32);
    uint32_t expected = dir == APPLY ? old : fresh, value = dir == APPLY ? fresh : old;
    EXPECT(replica_pages_write(r, ev->a, ev->b, expected, value));
}

static void on_bitmap(struct replica *r, const struct event *ev, enum direction dir) {
    EXPECT(ev->w >= 1 && ev->w <= 8);
    uint64_t expected = dir == APPLY ? ev->b : ev->c, value = dir == APPLY ? ev->c : ev->b;
    for (unsigned i = 0; i < ev->w; i++) {
        uint8_t *byte = replica_bitmap_write(r, ev->a + i);
        EXPECT(*byte == (uint8_t)(expected >> (8 * i)));
        *byte = (uint8_t)(value >> (8 * i));
    }
}

/* Links span handle into the list behind prev (0: at the front). */
static void list_link(struct replica *r, unsigned list, uint32_t handle, uint32_t prev) {
    struct rlist *l = &r->lists[list];
    struct rspan *s = span_at(r, handle);
    EXPECT(s->list == LIST_NOWHERE);
    INVARIANT(!prev || span_at(r, prev)->list == list);
    uint32_t next = prev ? span_at(r, prev)->next : l->first;
    s->list = (uint16_t)list;
    s->prev = prev;
    s->next = next;
    *(prev ? &span_at(r, prev)->next : &l->first) = handle;
    *(next ? &span_at(r, next)->prev : &l->last) = handle;
    l->count++;
}

static void list_unlink(struct replica *r, unsigned list, uint32_t handle) {
    struct rlist *l = &r->lists[list];
    struct rspan *s = span_at(r, handle);
    EXPECT(s->list == list);
    *(s->prev ? &span_at(r, s->prev)->next : &l->first) = s->next;
    *(s->next ? &span_at(r, s->next)->prev : &l->last) = s->prev;
    s->list = LIST_NOWHERE;
    s->prev = s->next = 0;
    l->count--;
}

static void on_list(struct replica *r, const struct event *ev, enum direction dir) {
    EXPECT(ev->w < LIST_COUNT);
    bool push = ev->kind == EV_LIST_PUSH;
    EXPECT(push || dir == UNDO || span_at(r, ev->x)->prev == ev->a);
    if (push != (dir == APPLY))
        list_unlink(r, ev->w, ev->x);
    else if (push)
        list_link(r, ev->w, ev->x, ev->a ? r->lists[ev->w].last : 0);
    else
        list_link(r, ev->w, ev->x, (uint32_t)ev->a);
}

/* The pointer that leads to a treap node: from its parent or the root. */
static uint32_t *treap_link(struct replica *r, uint32_t parent, uint32_t child) {
    if (!parent)
        return &r->treap_root;
    struct rspan *p = span_at(r, parent);
    return p->left == child ? &p->left : &p->right;
}

static void treap_leaf_add(struct replica *r, const struct event *ev) {
    struct rspan *s = span_at(r, ev->x);
    EXPECT(ev->b <= r->span_count);
    uint32_t parent = (uint32_t)ev->b;
    uint32_t *link = !parent ? &r->treap_root
                     : ev->c ? &span_at(r, parent)->right
                             : &span_at(r, parent)->left;
    EXPECT(!s->in_treap && *link == 0 && (!parent || span_at(r, parent)->in_treap));
    *link = ev->x;
    s->in_treap = true;
    s->parent = parent;
    s->left = s->right = 0;
    s->priority = (uint32_t)ev->a;
}

static void treap_leaf_cut(struct replica *r, const struct event *ev) {
    struct rspan *s = span_at(r, ev->x);
    uint32_t *link = treap_link(r, s->parent, ev->x);
    EXPECT(s->in_treap && !s->left && !s->right);
    INVARIANT(*link == ev->x);
    EXPECT(s->parent == ev->b && s->priority == (uint32_t)ev->a);
    EXPECT(!s->parent || (link == &span_at(r, s->parent)->right) == (ev->c != 0));
    *link = 0;
    s->in_treap = false;
    s->parent = 0;
    s->priority = 0;
}

static void on_treap_leaf(struct replica *r, const struct event *ev, enum direction dir) {
    if ((ev->kind == EV_TREAP_LEAF) == (dir == APPLY))
        treap_leaf_add(r, ev);
    else
        treap_leaf_cut(r, ev);
}

/* Node x goes down; its child on the other side (right if left is true) comes up. */
static uint32_t treap_turn(struct replica *r, uint32_t x, bool left) {
    struct rspan *down = span_at(r, x);
    uint32_t y = left ? down->right : down->left;
    struct rspan *up = span_at(r, y);
    uint32_t middle = left ? up->left : up->right;
    *treap_link(r, down->parent, x) = y;
    up->parent = down->parent;
    *(left ? &up->left : &up->right) = x;
    down->parent = y;
    *(left ? &down->right : &down->left) = middle;
    if (middle)
        span_at(r, middle)->parent = x;
    return y;
}

static void on_treap_turn(struct replica *r, const struct event *ev, enum direction dir) {
    if (dir == APPLY)
        treap_turn(r, ev->x, ev->w == 0);
    else /* the one that came up is now x's parent: turn it down again, the other way */
        treap_turn(r, span_at(r, ev->x)->parent, ev->w != 0);
}

static void on_cache(struct replica *r, const struct event *ev, enum direction dir) {
    EXPECT(ev->x <= r->more_ps && ev->w < NUM_SPAN_CLASSES);
    INVARIANT(ev->b <= r->span_count); /* replica_offer has looked */
    uint64_t value = r->cache[ev->x][ev->w];
    set_value(r, ev, &value, ev->a, ev->b, dir);
    r->cache[ev->x][ev->w] = (uint32_t)value;
}

static void on_p_born(struct replica *r, const struct event *ev, enum direction dir) {
    EXPECT(ev->x < MAX_PS && ev->x == r->more_ps + (dir == APPLY));
    r->more_ps += dir == APPLY ? 1u : (uint32_t)-1;
}

static void on_switch(struct replica *r, const struct event *ev, enum direction dir) {
    EXPECT(ev->x <= r->more_ps && ev->a <= r->more_ps);
    uint64_t acting = r->acting;
    set_value(r, ev, &acting, ev->a, ev->x, dir);
    r->acting = (uint8_t)acting;
}

/* P x begins to wait, or gets what it waited for. Whoever else waits for the same lock waits for
 * its new holder then. */
static void on_wait(struct replica *r, const struct event *ev, enum direction dir) {
    EXPECT(ev->x <= r->more_ps && ev->a <= r->more_ps);
    struct rwait lock = {true, (uint8_t)ev->w, (uint8_t)(ev->w >> 8), (uint8_t)ev->a};
    struct rwait *wait = &r->wait[ev->x];
    bool begins = (ev->kind == EV_WAIT) == (dir == APPLY);
    EXPECT(wait->waits != begins);
    *wait = begins ? lock : (struct rwait){0};
    if (ev->kind == EV_WAIT || lock.rank == RANK_WORLD)
        return;
    for (unsigned p = 0; p <= r->more_ps; p++) {
        struct rwait *other = &r->wait[p];
        if (p != ev->x && other->waits && other->rank == lock.rank && other->index == lock.index)
            other->holder = dir == APPLY ? (uint8_t)ev->x : lock.holder;
    }
}

static void on_stat(struct replica *r, const struct event *ev, enum direction dir) {
    EXPECT(ev->w < STAT_COUNT);
    uint64_t delta = dir == APPLY ? ev->a : (uint64_t)0 - ev->a;
    r->stats[ev->w] += delta;
    if (ev->w < STAT_LOCAL)
        return;
    EXPECT(ev->x <= r->more_ps);
    r->local[ev->x][ev->w - STAT_LOCAL] += delta;
}

static void on_tiny(struct replica *r, const struct event *ev, enum direction dir) {
    EXPECT(ev->x <= r->more_ps);
    set_value(r, ev, &r->tiny[ev->x], ev->a, ev->b, dir);
    set_value(r, ev, &r->tiny_offset[ev->x], ev->c & UINT32_MAX, ev->c >> 32, dir);
}

/* A tiny object asks for less than a block; the first in a block takes it. */
static void count_object(struct replica *r, const struct event *ev, uint64_t one) {
    unsigned spanclass = ev->w & 0xff, rung = ev->w >> 8;
    INVARIANT(spanclass < NUM_SPAN_CLASSES); /* replica_offer has looked */
    if (spanclass == TINY_SPAN_CLASS && ev->b < TINY_SIZE) {
        r->tiny_sum.objects += one;
        r->tiny_sum.asked += one * ev->b;
        r->tiny_sum.blocks += rung == RUNG_TINY ? 0 : one;
        return;
    }
    /* A large object takes whole pages: its size in the event has 32 bits only. */
    uint64_t took =
        spanclass_size_class(spanclass) ? ev->c & UINT32_MAX : round_up(ev->b, GO_PAGE_SIZE);
    r->classes[spanclass].objects += one;
    r->classes[spanclass].asked += one * ev->b;
    r->classes[spanclass].took += one * took;
}

static void on_object(struct replica *r, const struct event *ev, enum direction dir) {
    uint64_t one = dir == APPLY ? 1 : (uint64_t)-1;
    if (ev->kind == EV_DROP) {
        r->objects_dropped += one;
        return;
    }
    EXPECT(ev->w >> 8 < RUNG_COUNT);
    r->ladder[ev->w >> 8] += one;
    count_object(r, ev, one);
    r->objects_born += one;
}

/* An object waits on top of the others, or the top one's turn has come. */
static void on_grey(struct replica *r, const struct event *ev, enum direction dir) {
    struct rspan *s = span_at(r, ev->x);
    if ((ev->kind == EV_GREY) == (dir == APPLY)) {
        *replica_grey_write(r, r->grey++) = ev->a;
        s->grey++;
    } else {
        EXPECT(r->grey > 0 && s->grey > 0 && replica_grey(r, r->grey - 1) == ev->a);
        r->grey--;
        s->grey--;
    }
}

static void on_marked(struct replica *r, const struct event *ev, enum direction dir) {
    set_value(r, ev, &r->marked, ev->a, 0, dir);
    r->collections += dir == APPLY ? 1 : (uint64_t)-1;
}

static void take(struct replica *r, const struct event *ev, enum direction dir) {
    uint64_t one = dir == APPLY ? 1 : (uint64_t)-1;
    INVARIANT(ev->kind < EV_COUNT);
    switch ((enum event_kind)ev->kind) {
    case EV_OP_BEGIN:
    case EV_OP_END: on_op(r, ev, dir); break;
    case EV_STEP: on_step(r, ev, dir); break;
    case EV_ATTEMPT: on_attempt(r, ev, dir); break;
    case EV_MESSAGE: r->messages += (uint32_t)one; break;
    case EV_EXIT:
        r->exited = dir == APPLY;
        r->status = dir == APPLY ? ev->w : 0;
        break;
    case EV_OS_RESERVE:
    case EV_OS_MAP:
    case EV_OS_ALLOC:
    case EV_OS_FREE:
    case EV_OS_UNUSED:
    case EV_OS_USED: r->os_calls[ev->kind] += one; break;
    case EV_RANGE: on_range(r, ev, dir); break;
    case EV_RESIDENT: on_resident(r, ev, dir); break;
    case EV_HEAP_SET:
        EXPECT(ev->w < HEAP_FIELD_COUNT);
        set_value(r, ev, &r->heap[ev->w], ev->a, ev->b, dir);
        break;
    case EV_STAT_ADD: on_stat(r, ev, dir); break;
    case EV_P_BORN: on_p_born(r, ev, dir); break;
    case EV_SWITCH: on_switch(r, ev, dir); break;
    case EV_WAIT:
    case EV_GOT: on_wait(r, ev, dir); break;
    case EV_META: on_meta(r, ev, dir); break;
    case EV_SPAN_BORN: on_span_born(r, ev, dir); break;
    case EV_SPAN_SET: on_span_set(r, ev, dir); break;
    case EV_SLOT: on_slot(r, ev, dir); break;
    case EV_BITS: on_bits(r, ev, dir); break;
    case EV_PAGES: on_pages(r, ev, dir); break;
    case EV_BITMAP: on_bitmap(r, ev, dir); break;
    case EV_LIST_PUSH:
    case EV_LIST_DROP: on_list(r, ev, dir); break;
    case EV_TREAP_LEAF:
    case EV_TREAP_CUT: on_treap_leaf(r, ev, dir); break;
    case EV_TREAP_TURN: on_treap_turn(r, ev, dir); break;
    case EV_CACHE: on_cache(r, ev, dir); break;
    case EV_TINY: on_tiny(r, ev, dir); break;
    case EV_NMALLOC:
        EXPECT(ev->w < NUM_SPAN_CLASSES);
        r->nmalloc[ev->w] += dir == APPLY ? ev->a : (uint64_t)0 - ev->a;
        break;
    case EV_OBJECT:
    case EV_DROP: on_object(r, ev, dir); break;
    case EV_GREY:
    case EV_BLACK: on_grey(r, ev, dir); break;
    case EV_MARKED: on_marked(r, ev, dir); break;
    case EV_STORE: /* object bytes are not part of the replica */
    case EV_COUNT:
    default: break;
    }
}

void replica_apply(struct replica *r, const struct event *ev) {
    take(r, ev, APPLY);
    r->seq++;
}

void replica_undo(struct replica *r, const struct event *ev) {
    INVARIANT(r->seq > 0);
    take(r, ev, UNDO);
    r->seq--;
}
