/* The allocation that a moment belongs to: see allocation.h. */
#include "viz/panels/allocation.h"

enum {
    LOOK_BACK_OPS = 256, /* operations looked at for one that allocates */
    LOOK_EVENTS = 8192,  /* events of it: an allocation may sweep much on its way */
};

/* The rung at which such an event happens. */
static enum rung rung_of(const struct event *ev) {
    switch ((enum event_kind)ev->kind) {
    case EV_SLOT: return RUNG_MCACHE;
    case EV_CACHE:
    case EV_NMALLOC: return RUNG_MCENTRAL;
    case EV_LIST_PUSH:
    case EV_LIST_DROP: return ev->w < LIST_NONEMPTY ? RUNG_MHEAP : RUNG_MCENTRAL;
    case EV_WAIT: return (ev->w & 0xff) == RANK_CENTRAL ? RUNG_MCENTRAL : RUNG_MHEAP;
    case EV_PAGES:
    case EV_SPAN_BORN:
    case EV_TREAP_LEAF:
    case EV_TREAP_CUT: return RUNG_MHEAP;
    case EV_OS_RESERVE:
    case EV_OS_MAP:
    case EV_OS_ALLOC: return RUNG_OS;
    default: return RUNG_TINY;
    }
}

static bool allocates(const struct event *ev) {
    unsigned op = ev->w & 0xff;
    return (op == OP_ALLOC || op == OP_ALLOC_TYPED) && ev->b > 0;
}

static struct allocation begun(const struct event *ev, uint64_t number) {
    struct allocation a = {
        .any = true, .begin = number, .size = ev->b, .p = ev->w >> 8, .rung = RUNG_TINY};
    a.large = a.size > KiB(32);
    a.tiny = a.size < TINY_SIZE && ev->c == 0;
    a.first = a.tiny ? RUNG_TINY : a.large ? RUNG_MHEAP : RUNG_MCACHE;
    a.rung = a.first;
    return a;
}

/* Follows it to its object or to the moment, whichever is first, over what other P's do in
 * between. */
static void follow(const struct view *v, struct allocation *a) {
    uint64_t end = a->begin + LOOK_EVENTS < v->at ? a->begin + LOOK_EVENTS : v->at;
    unsigned acting = a->p;
    for (uint64_t i = a->begin + 1; i < end && !a->done; i++) {
        const struct event *ev = recording_event(v->rec, i);
        if (ev->kind == EV_SWITCH)
            acting = ev->x;
        if (acting != a->p)
            continue;
        if (ev->kind == EV_OP_END)
            return;
        enum rung rung = rung_of(ev);
        if (ev->kind == EV_OBJECT) {
            a->done = true;
            a->object = i;
            a->addr = ev->a;
            a->rung = (enum rung)(ev->w >> 8);
        } else if (rung > a->rung) {
            a->rung = rung;
        }
    }
}

struct allocation allocation_at(const struct view *v) {
    struct allocation none = {.rung = RUNG_COUNT};
    if (!v->rec || !v->at || !recording_op_count(v->rec))
        return none;
    uint64_t op = recording_op_at(v->rec, v->at - 1);
    for (unsigned looked = 0; looked < LOOK_BACK_OPS; looked++, op--) {
        uint64_t begin = recording_op_start(v->rec, op);
        const struct event *ev = recording_event(v->rec, begin);
        bool acts = !v->r->more_ps || ev->w >> 8 == v->r->acting;
        if (begin < v->at && acts && allocates(ev)) {
            struct allocation a = begun(ev, begin);
            follow(v, &a);
            return a;
        }
        if (op == 0)
            break;
    }
    return none;
}

bool allocation_passed(const struct allocation *a, enum rung rung) {
    return a->any && rung >= a->first && rung <= a->rung;
}

/* Can an allocation that ended at the rung be told of in that block? One that comes to the system
 * or to mheap leaves other events behind, in this block or at the end of the one before. */
static bool may_end_at(const struct recording *rec, uint64_t block, enum rung rung) {
    static const uint64_t marks[RUNG_COUNT] = {
        [RUNG_MHEAP] = UINT64_C(1) << EV_PAGES,
        [RUNG_OS] = UINT64_C(1) << EV_OS_MAP | UINT64_C(1) << EV_OS_ALLOC,
    };
    const struct block_digest *here = recording_digest(rec, block);
    const struct block_digest *before = block ? recording_digest(rec, block - 1) : NULL;
    if (!here || !marks[rung])
        return true;
    return (here->kinds & marks[rung]) || (before && (before->kinds & marks[rung]));
}

uint64_t allocation_next(const struct view *v, enum rung rung) {
    for (uint64_t i = v->at; i < v->count;) {
        uint64_t block = i / RECORDING_BLOCK, end = (block + 1) * RECORDING_BLOCK;
        if (!may_end_at(v->rec, block, rung)) {
            i = end;
            continue;
        }
        for (; i < end && i < v->count; i++) {
            const struct event *ev = recording_event(v->rec, i);
            if (ev->kind == EV_OBJECT && ev->w >> 8 == rung)
                return i + 1;
        }
    }
    return NO_EVENT;
}
