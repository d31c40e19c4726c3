/*
 * Narration: one function a kind of event, each appending a plain sentence.
 *
 * Rules of use:
 *   - A sentence says what happened and its numbers, in the present tense, with no jargon beyond
 *     the runtime's own names.
 *   - Spans are named by their base address, which only a replica knows; without one (or when the
 *     structure has no base yet) the sentence says "a span".
 *   - Nothing here reads memory by an event's numbers unchecked: any record gives a sentence.
 */
#include "sim/trace/narrate_parts.h"

const char *outcome_name(unsigned outcome) {
    static const char *const names[] = {
        [OUTCOME_UNTRIED] = N_("not tried"),
        [OUTCOME_GRANTED] = N_("granted"),
        [OUTCOME_CHECKED] = N_("free, only checked"),
        [OUTCOME_ELSEWHERE] = N_("answered elsewhere"),
        [OUTCOME_REFUSED] = N_("refused"),
    };
    return NAME_IN(names, outcome);
}

const char *span_state_name(unsigned state) {
    static const char *const names[] = {
        [SPAN_STATE_DEAD] = N_("dead"),
        [SPAN_STATE_INUSE] = N_("in use"),
        [SPAN_STATE_MANUAL] = N_("manual"),
        [SPAN_STATE_FREE] = N_("free"),
    };
    return NAME_IN(names, state);
}

const char *meta_kind_name(unsigned kind) {
    static const char *const names[] = {
        [META_CHUNK] = N_("a chunk to cut small records from"),
        [META_MSPANS] = N_("mspan records"),
        [META_MCACHES] = N_("mcache records"),
        [META_TREAP] = N_("treap nodes"),
        [META_SWEEPBUF] = N_("the sweep stacks"),
        [META_ALLSPANS] = N_("the list of all spans"),
        [META_MARKBITS] = N_("allocation and mark bits"),
    };
    return NAME_IN(names, kind);
}

const char *rung_name(unsigned rung) {
    static const char *const names[] = {
        [RUNG_TINY] = N_("the tiny block"),
        [RUNG_MCACHE] = N_("mcache"),
        [RUNG_MCENTRAL] = N_("mcentral"),
        [RUNG_MHEAP] = N_("mheap"),
        [RUNG_OS] = N_("the system"),
    };
    return NAME_IN(names, rung);
}

/* --- Naming --- */

int narrate_region(const struct replica *r, unsigned ptr_size, uint64_t addr) {
    const uint64_t *h = r->heap;
    uint64_t spans_end = h[HEAP_spans] + h[HEAP_spans_cap] * ptr_size;
    if (h[HEAP_bitmap] == 0)
        return -1;
    if (addr >= h[HEAP_spans] && addr < spans_end)
        return 0;
    if (addr >= spans_end && addr < h[HEAP_bitmap])
        return 1;
    if (addr >= h[HEAP_bitmap] && addr < h[HEAP_arena_end])
        return 2;
    /* A 32-bit heap that outgrew its first block goes on in another, anywhere. */
    uint64_t block = h[HEAP_arena_alloc];
    return block && addr >= block && addr < h[HEAP_arena_end] ? 2 : -1;
}

/* " (arena)" and the like, or nothing. */
const char *region_note(const struct teller *t, uint64_t addr) {
    static const char *const notes[] = {" (spans)", " (bitmap)", " (arena)"};
    int region = t->after ? narrate_region(t->after, t->ptr_size, addr) : -1;
    return region < 0 ? "" : notes[region];
}

/* NULL if it cannot be known. */
const struct rspan *span_of(const struct teller *t, uint64_t handle) {
    if (!t->after || handle > t->after->span_count)
        return NULL;
    const struct rspan *s = replica_span(t->after, (uint32_t)handle);
    return s && s->base ? s : NULL;
}

const char *span_words(
    const struct teller *t, uint64_t handle, bool begins, char *buf, size_t len) {
    const struct rspan *s = span_of(t, handle);
    if (s)
        snprintf(buf, len, begins ? _("Span %s") : _("span %s"), HEX(s->base));
    else
        snprintf(buf, len, "%s", begins ? _("A span") : _("a span"));
    return buf;
}

unsigned narrate_spans(const struct event *ev, uint32_t handles[2]) {
    unsigned n = 0;
    switch (ev->kind) {
    case EV_SPAN_SET:
    case EV_SLOT:
    case EV_BITS:
    case EV_LIST_PUSH:
    case EV_LIST_DROP:
    case EV_TREAP_LEAF:
    case EV_TREAP_TURN:
    case EV_TREAP_CUT: handles[n++] = ev->x; break;
    case EV_PAGES:
        if (ev->c >> 32)
            handles[n++] = (uint32_t)(ev->c >> 32);
        break;
    case EV_CACHE:
        if (ev->a)
            handles[n++] = (uint32_t)ev->a;
        if (ev->b)
            handles[n++] = (uint32_t)ev->b;
        break;
    default: break;
    }
    return n;
}

/* --- The program --- */

static void tell_allocation(struct teller *t, const struct event *ev) {
    struct strbuf *out = t->out;
    switch (ev->w & 0xff) {
    case OP_ALLOC:
        sb_printf(out, _("The program asks for object %" PRIu64 ": %s without pointers."), ev->a,
            SIZE(ev->b));
        break;
    case OP_ALLOC_TYPED:
        sb_printf(out, _("The program asks for object %" PRIu64 ": %s with pointers."), ev->a,
            SIZE(ev->b));
        break;
    case OP_MANUAL:
        sb_printf(out,
            ngettext("The runtime wants %s page for itself, as object %" PRIu64 ".",
                "The runtime wants %s pages for itself, as object %" PRIu64 ".", ev->b),
            COUNT(ev->b), ev->a);
        break;
    default: sb_printf(out, _("Somebody else takes %s at %s."), SIZE(ev->b), HEX(ev->a)); break;
    }
}

static void tell_object_op(struct teller *t, const struct event *ev) {
    struct strbuf *out = t->out;
    switch (ev->w & 0xff) {
    case OP_DROP: sb_printf(out, _("The program lets go of object %" PRIu64 "."), ev->a); break;
    case OP_FILL:
        sb_printf(out, _("The program fills object %" PRIu64 " with 0xdb."), ev->a);
        break;
    case OP_ROOT: sb_printf(out, _("Object %" PRIu64 " becomes a root."), ev->a); break;
    case OP_UNROOT: sb_printf(out, _("Object %" PRIu64 " is no longer a root."), ev->a); break;
    case OP_STORE:
        sb_printf(out, _("The program makes object %" PRIu64 " point to object %" PRIu64 "."),
            ev->a, ev->c);
        break;
    case OP_NIL:
        sb_printf(out, _("The program clears a pointer in object %" PRIu64 "."), ev->a);
        break;
    default:
        sb_printf(out, _("The runtime gives the pages of object %" PRIu64 " back."), ev->a);
        break;
    }
}

/* What steers the run: collections, time, P's. */
static void tell_steering(struct teller *t, const struct event *ev) {
    struct strbuf *out = t->out;
    switch (ev->w & 0xff) {
    case OP_INIT: sb_puts(out, _("The runtime starts: mallocinit.")); break;
    case OP_SEED: sb_puts(out, _("The runtime's random numbers start from a given seed.")); break;
    case OP_PRECISE:
        sb_puts(out, _("Collections find what is live from the roots from now on."));
        break;
    case OP_COLLECT: sb_puts(out, _("A collection runs, and all is swept at once.")); break;
    case OP_COLLECT_LAZY: sb_puts(out, _("A collection runs; allocations will sweep.")); break;
    case OP_GOGC:
        if (ev->b > INT64_MAX)
            sb_puts(out, _("The heap no longer collects by itself."));
        else
            sb_printf(out, _("From now on the heap collects when it has grown by %s percent."),
                COUNT(ev->b));
        break;
    case OP_ADVANCE:
        sb_printf(out, _("%s seconds pass."), COUNT(ev->b / UINT64_C(1000000000)));
        break;
    case OP_SWEEP_ONE: sb_puts(out, _("One span is swept.")); break;
    case OP_SCAVENGE: sb_puts(out, _("All idle memory is offered back to the system.")); break;
    case OP_PS:
        sb_printf(out,
            ngettext("The program runs on %s P now.", "The program runs on %s P's now.", ev->b),
            COUNT(ev->b));
        break;
    case OP_ON: sb_printf(out, _("P%" PRIu64 " does what comes next."), ev->b); break;
    case OP_INTERLEAVE:
        sb_puts(out, ev->b == UINT64_MAX ? _("P's are no longer drawn at random.")
                                         : _("Who does what comes next is drawn at random."));
        break;
    case OP_NOTE: sb_puts(out, _("A new phase of the program begins.")); break;
    default: sb_printf(out, _("The program begins operation %s."), COUNT(ev->x)); break;
    }
}

static void tell_op_begin(struct teller *t, const struct event *ev) {
    if (ev->w >> 8)
        sb_printf(t->out, _("On P%u: "), ev->w >> 8);
    switch (ev->w & 0xff) {
    case OP_OCCUPY:
    case OP_ALLOC:
    case OP_ALLOC_TYPED:
    case OP_MANUAL: tell_allocation(t, ev); break;
    case OP_DROP:
    case OP_FILL:
    case OP_ROOT:
    case OP_UNROOT:
    case OP_STORE:
    case OP_NIL:
    case OP_FREE_MANUAL: tell_object_op(t, ev); break;
    default: tell_steering(t, ev); break;
    }
}

static void tell_op_end(struct teller *t, const struct event *ev) {
    unsigned op = ev->w & 0xff;
    bool address = op == OP_ALLOC || op == OP_ALLOC_TYPED;
    if (address && ev->a)
        sb_printf(t->out, _("The program gets %s."), HEX(ev->a));
    else
        sb_printf(t->out, _("Operation %s (%s) is finished."), COUNT(ev->x), op_code_name(op));
}

static void tell_object(struct teller *t, const struct event *ev) {
    uint64_t asked = ev->b, taken = ev->c & 0xffffffff;
    unsigned rung = ev->w >> 8;
    if (asked == 0)
        sb_printf(t->out, _("Object %u has no bytes: it takes no memory."), ev->x);
    else if (rung == RUNG_TINY)
        sb_printf(
            t->out, _("Object %u: %s in the tiny block, at %s."), ev->x, SIZE(asked), HEX(ev->a));
    else if (asked < TINY_SIZE && (ev->w & 0xff) == TINY_SPAN_CLASS)
        sb_printf(t->out, _("Object %u: %s, the first in a tiny block of %s, from %s."), ev->x,
            SIZE(asked), SIZE(taken), rung_name(rung));
    else if (taken > asked)
        sb_printf(t->out, _("Object %u: %s asked, %s taken, from %s; %s lost to rounding."), ev->x,
            SIZE(asked), SIZE(taken), rung_name(rung), SIZE(taken - asked));
    else
        sb_printf(t->out, _("Object %u: %s asked, %s taken, from %s."), ev->x, SIZE(asked),
            SIZE(taken), rung_name(rung));
}

static void tell_store(struct teller *t, const struct event *ev) {
    if (ev->b)
        sb_printf(t->out, _("Object %u: the word at %s now points to %s."), ev->x, HEX(ev->c),
            HEX(ev->b));
    else
        sb_printf(t->out, _("Object %u: the word at %s is nil now."), ev->x, HEX(ev->c));
}

static void tell_grey(struct teller *t, const struct event *ev) {
    sb_printf(
        t->out, _("The object at %s is live, and grey: its pointers come later."), HEX(ev->a));
}

static void tell_black(struct teller *t, const struct event *ev) {
    sb_printf(t->out, _("The object at %s is looked into; it is black."), HEX(ev->a));
}

static void tell_marked(struct teller *t, const struct event *ev) {
    sb_printf(t->out,
        ngettext("Marking is done: %s object live, %s in all.",
            "Marking is done: %s objects live, %s in all.", ev->a),
        COUNT(ev->a), SIZE(ev->b));
}

static void tell_drop(struct teller *t, const struct event *ev) {
    sb_printf(t->out, _("Object %u is garbage now; its memory stays until a collection."), ev->x);
}

void narrate(
    const struct event *ev, const struct replica *after, unsigned ptr_size, struct strbuf *out) {
    static tell_fn *const tellers[EV_COUNT] = {
        [EV_OP_BEGIN] = tell_op_begin,
        [EV_OP_END] = tell_op_end,
        [EV_STEP] = tell_step,
        [EV_ATTEMPT] = tell_attempt,
        [EV_MESSAGE] = tell_message,
        [EV_EXIT] = tell_exit,
        [EV_OS_RESERVE] = tell_os,
        [EV_OS_MAP] = tell_os,
        [EV_OS_ALLOC] = tell_os,
        [EV_OS_FREE] = tell_os,
        [EV_OS_UNUSED] = tell_os,
        [EV_OS_USED] = tell_os,
        [EV_RANGE] = tell_range,
        [EV_RESIDENT] = tell_resident,
        [EV_HEAP_SET] = tell_boundary,
        [EV_STAT_ADD] = tell_stat,
        [EV_P_BORN] = tell_p_born,
        [EV_SWITCH] = tell_switch,
        [EV_WAIT] = tell_wait,
        [EV_GOT] = tell_wait,
        [EV_META] = tell_meta,
        [EV_SPAN_BORN] = tell_span_born,
        [EV_SPAN_SET] = tell_span_set,
        [EV_SLOT] = tell_slot,
        [EV_BITS] = tell_bits,
        [EV_PAGES] = tell_pages,
        [EV_BITMAP] = tell_bitmap,
        [EV_LIST_PUSH] = tell_list,
        [EV_LIST_DROP] = tell_list,
        [EV_TREAP_LEAF] = tell_treap,
        [EV_TREAP_TURN] = tell_treap,
        [EV_TREAP_CUT] = tell_treap,
        [EV_CACHE] = tell_cache,
        [EV_TINY] = tell_tiny,
        [EV_NMALLOC] = tell_nmalloc,
        [EV_OBJECT] = tell_object,
        [EV_GREY] = tell_grey,
        [EV_BLACK] = tell_black,
        [EV_MARKED] = tell_marked,
        [EV_DROP] = tell_drop,
        [EV_STORE] = tell_store,
    };
    struct teller t = {.after = after, .ptr_size = ptr_size, .out = out};
    if (ev->kind < EV_COUNT)
        tellers[ev->kind](&t, ev);
    else
        sb_printf(out, _("An event of unknown kind %u."), ev->kind);
}

/* --- Weights --- */

enum weight narrate_weight(const struct event *ev) {
    switch ((enum event_kind)ev->kind) {
    case EV_OP_BEGIN:
    case EV_MESSAGE:
    case EV_EXIT:
    case EV_MARKED:
    case EV_OBJECT: return WEIGHT_EVENT;
    case EV_ATTEMPT:
        return ev->w == OUTCOME_REFUSED || ev->w == OUTCOME_ELSEWHERE ? WEIGHT_EVENT : WEIGHT_STEP;
    case EV_STEP: return (ev->w & 0xff) == STEP_FAILED ? WEIGHT_EVENT : WEIGHT_STEP;
    case EV_OS_RESERVE:
    case EV_OS_MAP:
    case EV_OS_ALLOC:
    case EV_OS_FREE:
    case EV_OS_UNUSED:
    case EV_OS_USED: return WEIGHT_CALL;
    case EV_HEAP_SET: return ev->w == HEAP_arena_used ? WEIGHT_STEP : WEIGHT_DETAIL;
    case EV_SPAN_SET: /* the states between are over before anyone could see them */
        return ev->w == SPAN_state && (ev->a == SPAN_STATE_INUSE || ev->b == SPAN_STATE_INUSE)
                   ? WEIGHT_STEP
                   : WEIGHT_DETAIL;
    case EV_P_BORN:
    case EV_SWITCH:
    case EV_WAIT:
    case EV_GOT:
    case EV_META:
    case EV_SPAN_BORN:
    case EV_SLOT:
    case EV_PAGES:
    case EV_LIST_PUSH:
    case EV_LIST_DROP:
    case EV_TREAP_LEAF:
    case EV_TREAP_CUT:
    case EV_CACHE:
    case EV_TINY:
    case EV_GREY:
    case EV_BLACK:
    case EV_DROP:
    case EV_RESIDENT:
    case EV_STORE: return WEIGHT_STEP;
    case EV_OP_END:
    case EV_RANGE:
    case EV_STAT_ADD:
    case EV_BITS:
    case EV_BITMAP:
    case EV_TREAP_TURN:
    case EV_NMALLOC:
    case EV_COUNT: return WEIGHT_DETAIL;
    }
    return WEIGHT_DETAIL;
}
