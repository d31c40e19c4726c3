/*
 * Narration of the heap's structures: boundaries and statistics, spans with their bits, lists,
 * treap and caches.
 */
#include "sim/trace/narrate_parts.h"

enum { PAGE_SIZE = 8192, WORDS_PER_BITMAP_BYTE = 4 };

static unsigned ones(uint64_t bits) {
    unsigned n = 0;
    for (; bits; bits &= bits - 1)
        n++;
    return n;
}

/* --- Boundaries and statistics --- */

void tell_boundary(struct teller *t, const struct event *ev) {
    struct strbuf *out = t->out;
    switch (ev->w) {
    case HEAP_arena_used:
        if (ev->a && ev->b > ev->a)
            sb_printf(out, "The arena is used up to " HEX ", %s more.", ev->b, SIZE(ev->b - ev->a));
        else
            sb_printf(out, "The arena is used up to " HEX ".", ev->b);
        break;
    case HEAP_arena_reserved:
        sb_printf(out, "The arena's address space is %s.",
            ev->b ? "really reserved" : "only checked, not reserved");
        break;
    case HEAP_bitmap_mapped:
        sb_printf(out, "%s of the heap bitmap are mapped.", SIZE(ev->b));
        break;
    case HEAP_spans_len: sb_printf(out, "The spans table covers %s pages.", COUNT(ev->b)); break;
    case HEAP_spans_cap:
        sb_printf(out, "The spans table has room for %s pages.", COUNT(ev->b));
        break;
    default:
        if (ev->a == 0) {
            sb_printf(out, "%s becomes " HEX ".", heap_field_name(ev->w), ev->b);
            break;
        }
        sb_printf(out, "%s moves from " HEX " to " HEX ".", heap_field_name(ev->w), ev->a, ev->b);
        break;
    }
}

void tell_stat(struct teller *t, const struct event *ev) {
    static const struct {
        const char *gloss;
        bool bytes;
    } about[STAT_COUNT] = {
        [STAT_heap_sys] = {"heap memory from the system", true},
        [STAT_heap_idle] = {"bytes in free spans", true},
        [STAT_heap_inuse] = {"bytes in spans in use", true},
        [STAT_heap_released] = {"bytes given back to the system", true},
        [STAT_heap_objects] = {"objects", false},
        [STAT_heap_live] = {"bytes counted as live", true},
        [STAT_heap_scan] = {"bytes that may hold pointers", true},
        [STAT_tinyallocs] = {"tiny objects", false},
        [STAT_stacks_inuse] = {"bytes of manual spans", true},
        [STAT_mspan_sys] = {"memory for mspan records", true},
        [STAT_mspan_inuse] = {"mspan records in use", true},
        [STAT_mcache_sys] = {"memory for mcache records", true},
        [STAT_gc_sys] = {"memory for bitmaps", true},
        [STAT_other_sys] = {"other runtime memory", true},
        [STAT_pages_in_use] = {"pages of spans in use", false},
        [STAT_pages_swept] = {"pages swept", false},
        [STAT_sweepgen] = {"sweep generation", false},
        [STAT_sweepdone] = {"whether sweeping is over", false},
        [STAT_largealloc] = {"bytes of large objects, ever", true},
        [STAT_nlargealloc] = {"large objects, ever", false},
        [STAT_largefree] = {"bytes of large objects freed", true},
        [STAT_nlargefree] = {"large objects freed", false},
        [STAT_allspans] = {"mspan structures, ever", false},
        [STAT_local_tinyallocs] = {"tiny objects, counted in mcache", false},
        [STAT_local_scan] = {"bytes that may hold pointers, counted in mcache", true},
    };
    bool known = ev->w < STAT_COUNT, up = ev->a >> 63 == 0;
    uint64_t by = up ? ev->a : 0 - ev->a;
    sb_printf(t->out, "%s (%s) %s by %s.", stat_name(ev->w), known ? about[ev->w].gloss : "?",
        up ? "grows" : "shrinks", known && about[ev->w].bytes ? SIZE(by) : COUNT(by));
}

void tell_p_born(struct teller *t, const struct event *ev) {
    sb_printf(
        t->out, "P%u starts, with an mcache of its own; its record is at " HEX ".", ev->x, ev->a);
}

/* --- Spans --- */

void tell_span_born(struct teller *t, const struct event *ev) {
    sb_printf(t->out, "A new mspan structure, number %u; its record is at " HEX ".", ev->x, ev->a);
}

void tell_span_set(struct teller *t, const struct event *ev) {
    struct strbuf *out = t->out;
    begin_with(t, SPAN(ev->x));
    switch (ev->w) {
    case SPAN_state:
        sb_printf(out, ": %s before, %s now.", span_state_name((unsigned)ev->a),
            span_state_name((unsigned)ev->b));
        break;
    case SPAN_base: sb_printf(out, " begins at " HEX " now.", ev->b); break;
    case SPAN_npages:
        sb_printf(out, " has %s page%s, %s.", COUNT(ev->b), plural(ev->b), SIZE(ev->b * PAGE_SIZE));
        break;
    case SPAN_spanclass:
        sb_printf(out, " serves size class %" PRIu64 "%s.", ev->b >> 1,
            ev->b & 1 ? ", without pointers" : "");
        break;
    case SPAN_elemsize: sb_printf(out, " has slots of %s.", SIZE(ev->b)); break;
    case SPAN_nelems: sb_printf(out, " has %s slot%s.", COUNT(ev->b), plural(ev->b)); break;
    case SPAN_limit:
    case SPAN_alloc_cache:
        sb_printf(out, ": %s becomes " HEX ".", span_field_name(ev->w), ev->b);
        break;
    default:
        sb_printf(out, ": %s goes from %" PRIu64 " to %" PRIu64 ".", span_field_name(ev->w), ev->a,
            ev->b);
        break;
    }
}

void tell_slot(struct teller *t, const struct event *ev) {
    const struct rspan *s = span_of(t, ev->x);
    uint64_t slot = (ev->c >> 32) - 1;
    sb_printf(t->out, "Slot %" PRIu64 " of %s is handed out", slot, SPAN(ev->x));
    if (s)
        sb_printf(t->out, " (%s)", SIZE(s->elemsize));
    sb_puts(t->out, ".");
}

void tell_bits(struct teller *t, const struct event *ev) {
    const char *bits = ev->w ? "Mark" : "Allocation";
    sb_printf(t->out, "%s bits %" PRIu64 " to %" PRIu64 " of %s: %u set.", bits, ev->a * 64,
        ev->a * 64 + 63, SPAN(ev->x), ones(ev->c));
}

void tell_pages(struct teller *t, const struct event *ev) {
    struct strbuf *out = t->out;
    bool one = ev->b == 1;
    sb_printf(out, "Spans table: %s page%s", COUNT(ev->b), plural(ev->b));
    if (t->after)
        sb_printf(out, one ? " at " HEX : " from " HEX " on",
            t->after->heap[HEAP_arena_start] + ev->a * PAGE_SIZE);
    sb_printf(out, one ? " now points to %s." : " now point to %s.",
        ev->c >> 32 ? SPAN(ev->c >> 32) : "no span");
}

void tell_bitmap(struct teller *t, const struct event *ev) {
    struct strbuf *out = t->out;
    unsigned pointers = ones(ev->c & 0x0f0f0f0f0f0f0f0f), words = ev->w * WORDS_PER_BITMAP_BYTE;
    if (ev->w == 1)
        sb_printf(out, "Heap bitmap byte %s is written: ", COUNT(ev->a));
    else
        sb_printf(out, "Heap bitmap bytes %s to %s are written: ", COUNT(ev->a),
            COUNT(ev->a + ev->w - 1));
    sb_printf(out, "of %u words", words);
    if (t->after)
        sb_printf(out, " from " HEX " on",
            t->after->heap[HEAP_arena_start] + ev->a * WORDS_PER_BITMAP_BYTE * t->ptr_size);
    sb_printf(out, ", %u hold%s pointers.", pointers, pointers == 1 ? "s" : "");
}

/* --- Lists, treap and caches --- */

/* Which list, in words. mcentral calls its lists nonempty (spans with free slots) and empty (none,
 * or all are some mcache's to give). */
static void list_words(const struct teller *t, const struct event *ev, char *buf, size_t len) {
    const struct rspan *s = span_of(t, ev->x);
    unsigned list = ev->w;
    bool empty = list >= LIST_EMPTY;
    if (list < LIST_BUSY)
        snprintf(buf, len, "the free list for %u page%s", list, plural(list));
    else if (list < LIST_BUSYLARGE)
        snprintf(
            buf, len, "the busy list for %u page%s", list - LIST_BUSY, plural(list - LIST_BUSY));
    else if (list == LIST_BUSYLARGE)
        snprintf(buf, len, "the busy list for large spans");
    else if (s && s->elemsize)
        snprintf(
            buf, len, "mcentral's %s list for %s", empty ? "empty" : "nonempty", SIZE(s->elemsize));
    else
        snprintf(buf, len, "mcentral's %s list for span class %u", empty ? "empty" : "nonempty",
            list - (empty ? LIST_EMPTY : LIST_NONEMPTY));
}

void tell_list(struct teller *t, const struct event *ev) {
    char list[96];
    list_words(t, ev, list, sizeof list);
    begin_with(t, SPAN(ev->x));
    if (ev->kind == EV_LIST_DROP)
        sb_printf(t->out, " leaves %s.", list);
    else
        sb_printf(t->out, " enters %s, at the %s.", list, ev->a ? "back" : "front");
}

void tell_treap(struct teller *t, const struct event *ev) {
    const struct rspan *s = span_of(t, ev->x);
    if (ev->kind == EV_TREAP_TURN) {
        sb_printf(t->out, "The treap turns %s at %s.", ev->w ? "right" : "left", SPAN(ev->x));
        return;
    }
    begin_with(t, SPAN(ev->x));
    if (s)
        sb_printf(t->out, ", %s page%s,", COUNT(s->npages), plural(s->npages));
    sb_printf(t->out, " %s the treap of large free spans.",
        ev->kind == EV_TREAP_LEAF ? "enters" : "leaves");
}

void tell_cache(struct teller *t, const struct event *ev) {
    struct strbuf *out = t->out;
    const struct rspan *s = span_of(t, ev->b);
    sb_printf(out, "P%u's mcache ", ev->x);
    if (ev->b == 0) {
        sb_printf(out, "gives %s back.", SPAN(ev->a));
        return;
    }
    sb_printf(out, "takes %s", SPAN(ev->b));
    if (s && s->elemsize)
        sb_printf(out, " for objects of %s%s", SIZE(s->elemsize),
            spanclass_noscan(ev->w) ? " without pointers" : " with pointers");
    else
        sb_printf(out, " for span class %u", ev->w);
    sb_puts(out, ".");
}

void tell_tiny(struct teller *t, const struct event *ev) {
    if (ev->b == 0)
        sb_printf(t->out, "P%u has no tiny block now.", ev->x);
    else
        sb_printf(t->out, "P%u's tiny block %s " HEX ", %" PRIu64 " of 16 bytes used.", ev->x,
            ev->a == ev->b ? "is still" : "is now", ev->b, ev->c >> 32);
}

void tell_nmalloc(struct teller *t, const struct event *ev) {
    bool up = ev->a >> 63 == 0;
    sb_printf(t->out, "mcentral of span class %u counts %s objects %s.", ev->w,
        COUNT(up ? ev->a : 0 - ev->a), up ? "more" : "less");
}
