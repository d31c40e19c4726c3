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
    const char *name = heap_field_name(ev->w);
    switch (ev->w) {
    case HEAP_arena_used:
        if (ev->a && ev->b > ev->a)
            sb_printf(
                out, _("The arena is used up to %s, %s more."), HEX(ev->b), SIZE(ev->b - ev->a));
        else
            sb_printf(out, _("The arena is used up to %s."), HEX(ev->b));
        break;
    case HEAP_arena_reserved:
        sb_puts(out, ev->b ? _("The arena's address space is really reserved.")
                           : _("The arena's address space is only checked, not reserved."));
        break;
    case HEAP_bitmap_mapped:
        sb_printf(out, _("%s of the heap bitmap are mapped."), SIZE(ev->b));
        break;
    case HEAP_spans_len: sb_printf(out, _("The spans table covers %s pages."), COUNT(ev->b)); break;
    case HEAP_spans_cap:
        sb_printf(out, _("The spans table has room for %s pages."), COUNT(ev->b));
        break;
    default:
        if (ev->a == 0)
            sb_printf(out, _("%s becomes %s."), name, HEX(ev->b));
        else
            sb_printf(out, _("%s moves from %s to %s."), name, HEX(ev->a), HEX(ev->b));
        break;
    }
}

void tell_stat(struct teller *t, const struct event *ev) {
    static const struct {
        const char *gloss;
        bool bytes;
    } about[STAT_COUNT] = {
        [STAT_heap_sys] = {N_("heap memory from the system"), true},
        [STAT_heap_idle] = {N_("bytes in free spans"), true},
        [STAT_heap_inuse] = {N_("bytes in spans in use"), true},
        [STAT_heap_released] = {N_("bytes given back to the system"), true},
        [STAT_heap_objects] = {N_("objects"), false},
        [STAT_heap_live] = {N_("bytes counted as live"), true},
        [STAT_heap_scan] = {N_("bytes that may hold pointers"), true},
        [STAT_tinyallocs] = {N_("tiny objects"), false},
        [STAT_stacks_inuse] = {N_("bytes of manual spans"), true},
        [STAT_mspan_sys] = {N_("memory for mspan records"), true},
        [STAT_mspan_inuse] = {N_("mspan records in use"), true},
        [STAT_mcache_sys] = {N_("memory for mcache records"), true},
        [STAT_gc_sys] = {N_("memory for bitmaps"), true},
        [STAT_other_sys] = {N_("other runtime memory"), true},
        [STAT_pages_in_use] = {N_("pages of spans in use"), false},
        [STAT_pages_swept] = {N_("pages swept"), false},
        [STAT_sweepgen] = {N_("sweep generation"), false},
        [STAT_sweepdone] = {N_("whether sweeping is over"), false},
        [STAT_largealloc] = {N_("bytes of large objects, ever"), true},
        [STAT_nlargealloc] = {N_("large objects, ever"), false},
        [STAT_largefree] = {N_("bytes of large objects freed"), true},
        [STAT_nlargefree] = {N_("large objects freed"), false},
        [STAT_allspans] = {N_("mspan structures, ever"), false},
        [STAT_local_tinyallocs] = {N_("tiny objects, counted in mcache"), false},
        [STAT_local_scan] = {N_("bytes that may hold pointers, counted in mcache"), true},
    };
    bool known = ev->w < STAT_COUNT, up = ev->a >> 63 == 0;
    uint64_t by = up ? ev->a : 0 - ev->a;
    sb_printf(t->out, up ? _("%s (%s) grows by %s.") : _("%s (%s) shrinks by %s."),
        stat_name(ev->w), known ? _(about[ev->w].gloss) : "?",
        known && about[ev->w].bytes ? SIZE(by) : COUNT(by));
}

/* --- Spans --- */

void tell_span_born(struct teller *t, const struct event *ev) {
    sb_printf(
        t->out, _("A new mspan structure, number %u; its record is at %s."), ev->x, HEX(ev->a));
}

void tell_span_set(struct teller *t, const struct event *ev) {
    struct strbuf *out = t->out;
    const char *span = FIRST_SPAN(ev->x), *field = span_field_name(ev->w);
    switch (ev->w) {
    case SPAN_state:
        sb_printf(out, _("%s: %s before, %s now."), span, span_state_name((unsigned)ev->a),
            span_state_name((unsigned)ev->b));
        break;
    case SPAN_base: sb_printf(out, _("%s begins at %s now."), span, HEX(ev->b)); break;
    case SPAN_npages:
        sb_printf(out, ngettext("%s has %s page, %s.", "%s has %s pages, %s.", ev->b), span,
            COUNT(ev->b), SIZE(ev->b * PAGE_SIZE));
        break;
    case SPAN_spanclass:
        sb_printf(out,
            ev->b & 1 ? _("%s serves size class %" PRIu64 ", without pointers.")
                      : _("%s serves size class %" PRIu64 "."),
            span, ev->b >> 1);
        break;
    case SPAN_elemsize: sb_printf(out, _("%s has slots of %s."), span, SIZE(ev->b)); break;
    case SPAN_nelems:
        sb_printf(out, ngettext("%s has %s slot.", "%s has %s slots.", ev->b), span, COUNT(ev->b));
        break;
    case SPAN_limit:
    case SPAN_alloc_cache: sb_printf(out, _("%s: %s becomes %s."), span, field, HEX(ev->b)); break;
    default:
        sb_printf(
            out, _("%s: %s goes from %" PRIu64 " to %" PRIu64 "."), span, field, ev->a, ev->b);
        break;
    }
}

void tell_slot(struct teller *t, const struct event *ev) {
    const struct rspan *s = span_of(t, ev->x);
    uint64_t slot = (ev->c >> 32) - 1;
    if (s)
        sb_printf(t->out, _("Slot %" PRIu64 " of %s is handed out (%s)."), slot, SPAN(ev->x),
            SIZE(s->elemsize));
    else
        sb_printf(t->out, _("Slot %" PRIu64 " of %s is handed out."), slot, SPAN(ev->x));
}

void tell_bits(struct teller *t, const struct event *ev) {
    sb_printf(t->out,
        ev->w ? _("Mark bits %" PRIu64 " to %" PRIu64 " of %s: %u set.")
              : _("Allocation bits %" PRIu64 " to %" PRIu64 " of %s: %u set."),
        ev->a * 64, ev->a * 64 + 63, SPAN(ev->x), ones(ev->c));
}

void tell_pages(struct teller *t, const struct event *ev) {
    const char *span = ev->c >> 32 ? SPAN(ev->c >> 32) : _("no span");
    if (t->after)
        sb_printf(t->out,
            ngettext("Spans table: %s page at %s now points to %s.",
                "Spans table: %s pages from %s on now point to %s.", ev->b),
            COUNT(ev->b), HEX(t->after->heap[HEAP_arena_start] + ev->a * PAGE_SIZE), span);
    else
        sb_printf(t->out,
            ngettext("Spans table: %s page now points to %s.",
                "Spans table: %s pages now point to %s.", ev->b),
            COUNT(ev->b), span);
}

void tell_bitmap(struct teller *t, const struct event *ev) {
    struct strbuf *out = t->out;
    unsigned pointers = ones(ev->c & 0x0f0f0f0f0f0f0f0f), words = ev->w * WORDS_PER_BITMAP_BYTE;
    if (ev->w == 1)
        sb_printf(out, _("Heap bitmap byte %s is written: "), COUNT(ev->a));
    else
        sb_printf(out, _("Heap bitmap bytes %s to %s are written: "), COUNT(ev->a),
            COUNT(ev->a + ev->w - 1));
    if (t->after)
        sb_printf(out,
            ngettext("of %u words from %s on, %u holds pointers.",
                "of %u words from %s on, %u hold pointers.", pointers),
            words,
            HEX(t->after->heap[HEAP_arena_start] + ev->a * WORDS_PER_BITMAP_BYTE * t->ptr_size),
            pointers);
    else
        sb_printf(out,
            ngettext("of %u words, %u holds pointers.", "of %u words, %u hold pointers.", pointers),
            words, pointers);
}

/* --- Lists, treap and caches --- */

/* One of mcentral's lists, in words: nonempty (spans with free slots) and empty (none, or all are
 * some mcache's to give). */
static void mcentral_words(const struct rspan *s, unsigned list, char *buf, size_t len) {
    bool empty = list >= LIST_EMPTY;
    if (s && s->elemsize)
        snprintf(buf, len,
            empty ? _("mcentral's empty list for %s") : _("mcentral's nonempty list for %s"),
            SIZE(s->elemsize));
    else
        snprintf(buf, len,
            empty ? _("mcentral's empty list for span class %u")
                  : _("mcentral's nonempty list for span class %u"),
            list - (empty ? LIST_EMPTY : LIST_NONEMPTY));
}

/* Which list, in words. */
static void list_words(const struct teller *t, const struct event *ev, char *buf, size_t len) {
    unsigned list = ev->w, busy = list - LIST_BUSY;
    if (list < LIST_BUSY)
        snprintf(buf, len,
            ngettext("the free list for %u page", "the free list for %u pages", list), list);
    else if (list < LIST_BUSYLARGE)
        snprintf(buf, len,
            ngettext("the busy list for %u page", "the busy list for %u pages", busy), busy);
    else if (list == LIST_BUSYLARGE)
        snprintf(buf, len, "%s", _("the busy list for large spans"));
    else
        mcentral_words(span_of(t, ev->x), list, buf, len);
}

void tell_list(struct teller *t, const struct event *ev) {
    char list[160];
    list_words(t, ev, list, sizeof list);
    const char *sentence = ev->kind == EV_LIST_DROP ? _("%s leaves %s.")
                           : ev->a                  ? _("%s enters %s, at the back.")
                                                    : _("%s enters %s, at the front.");
    sb_printf(t->out, sentence, FIRST_SPAN(ev->x), list);
}

void tell_treap(struct teller *t, const struct event *ev) {
    const struct rspan *s = span_of(t, ev->x);
    bool enters = ev->kind == EV_TREAP_LEAF;
    if (ev->kind == EV_TREAP_TURN)
        sb_printf(t->out,
            ev->w ? _("The treap turns right at %s.") : _("The treap turns left at %s."),
            SPAN(ev->x));
    else if (!s)
        sb_printf(t->out,
            enters ? _("%s enters the treap of large free spans.")
                   : _("%s leaves the treap of large free spans."),
            FIRST_SPAN(ev->x));
    else
        sb_printf(t->out,
            enters ? ngettext("%s, %s page, enters the treap of large free spans.",
                         "%s, %s pages, enters the treap of large free spans.", s->npages)
                   : ngettext("%s, %s page, leaves the treap of large free spans.",
                         "%s, %s pages, leaves the treap of large free spans.", s->npages),
            FIRST_SPAN(ev->x), COUNT(s->npages));
}

void tell_cache(struct teller *t, const struct event *ev) {
    struct strbuf *out = t->out;
    const struct rspan *s = span_of(t, ev->b);
    if (ev->b == 0)
        sb_printf(out, _("P%u's mcache gives %s back."), ev->x, SPAN(ev->a));
    else if (!s || !s->elemsize)
        sb_printf(out, _("P%u's mcache takes %s for span class %u."), ev->x, SPAN(ev->b), ev->w);
    else
        sb_printf(out,
            spanclass_noscan(ev->w) ? _("P%u's mcache takes %s for objects of %s without pointers.")
                                    : _("P%u's mcache takes %s for objects of %s with pointers."),
            ev->x, SPAN(ev->b), SIZE(s->elemsize));
}

void tell_tiny(struct teller *t, const struct event *ev) {
    if (ev->b == 0)
        sb_printf(t->out, _("P%u has no tiny block now."), ev->x);
    else
        sb_printf(t->out,
            ev->a == ev->b ? _("P%u's tiny block is still %s, %" PRIu64 " of 16 bytes used.")
                           : _("P%u's tiny block is now %s, %" PRIu64 " of 16 bytes used."),
            ev->x, HEX(ev->b), ev->c >> 32);
}

void tell_nmalloc(struct teller *t, const struct event *ev) {
    bool up = ev->a >> 63 == 0;
    uint64_t by = up ? ev->a : 0 - ev->a;
    sb_printf(t->out,
        up ? ngettext("mcentral of span class %u counts %s object more.",
                 "mcentral of span class %u counts %s objects more.", by)
           : ngettext("mcentral of span class %u counts %s object less.",
                 "mcentral of span class %u counts %s objects less.", by),
        ev->w, COUNT(by));
}
