/*
 * The inspector's part about the heap: objects, slots, words, pages and spans. See inspect.c.
 *
 * First what the object is and has lived through (the recording tells, life.h), then its slot and
 * the bits about it, then its span and the shelf where that stands.
 */
#include <inttypes.h>
#include <stdio.h>

#include "sim/base/i18n.h"
#include "viz/life.h"
#include "viz/panels/heapmap.h"
#include "viz/panels/inspect_parts.h"
#include "viz/panels/sentence.h"
#include "viz/panels/shelf.h"
#include "viz/panels/touched.h"

const struct rspan *inspect_span_at(const struct view *v, uint64_t handle) {
    return handle <= v->r->span_count ? replica_span(v->r, (uint32_t)handle) : NULL;
}

/* "1,234 ›", and a click goes there; `never` if there is none. */
static void add_event(
    struct facts *f, const char *label, uint64_t event, const char *never, const struct view *v) {
    char number[32];
    if (event == NO_EVENT) {
        facts_add(f, label, "%s", never);
        f->fact[f->count - 1].color = COLOR_muted;
        return;
    }
    facts_add(f, label, event >= v->at ? _("later, event %s") : _("event %s"),
        format_count(event + 1, number, sizeof number));
    facts_click(f, CMD_SEEK, (int64_t)event + 1);
}

/* --- The object --- */

/* White, grey, black: while a collection marks. */
static void add_color(struct facts *f, const struct view *v, const struct rspan *s, uint64_t slot,
    const struct object_life *o) {
    bool marked = rspan_bit(s->mark_bits, slot);
    if (!v->r->grey && !marked)
        return;
    bool grey = marked && o && o->touched != NO_EVENT &&
                recording_event(v->rec, o->touched)->kind == EV_GREY;
    facts_add(f, _("colour"), "%s",
        grey     ? _("grey: found, not looked into")
        : marked ? _("black: found live")
                 : _("white: not found yet"));
}

static void add_neighbours(struct facts *f, const struct life *l) {
    if (!l->neighbour_count)
        return;
    facts_heading(f, _("IN THE SAME BLOCK"));
    for (int i = 0; i < l->neighbour_count; i++) {
        char label[40], size[32];
        snprintf(label, sizeof label, _("object %" PRIu32), l->neighbours[i].id);
        facts_add(f, label, _("%s at +%u"), format_size(l->neighbours[i].size, size, sizeof size),
            (unsigned)(l->neighbours[i].addr % TINY_SIZE));
        facts_link(f, (struct thing){.kind = THING_EVENT, .index = l->neighbours[i].born});
    }
}

static void add_pointers(struct facts *f, const struct view *v, const struct life *l) {
    if (!l->pointer_count)
        return;
    facts_heading(f, _("POINTS TO"));
    for (int i = 0; i < l->pointer_count; i++) {
        char label[40];
        uint64_t target = l->pointers[i].target;
        uint32_t span = replica_span_of(v->r, target);
        const struct rspan *s = replica_span(v->r, span);
        snprintf(label, sizeof label, _("word %" PRIu64),
            (l->pointers[i].addr - l->object.addr) / v->platform->ptr_size);
        facts_add_address(f, label, target);
        if (s && s->elemsize)
            facts_link(f, (struct thing){.kind = THING_SLOT,
                              .index = span,
                              .addr = target - (target - s->base) % s->elemsize,
                              .size = s->elemsize});
    }
}

/* The answer about this thing, if the app has looked it up. */
static const struct life *life_of(const struct view *v, struct thing thing) {
    for (int i = 0; v->lives && i < 2; i++)
        if (v->lives[i].any && thing_same(v->lives[i].thing, thing) && v->lives[i].at == v->at)
            return &v->lives[i];
    return NULL;
}

static void add_object(struct facts *f, const struct view *v, const struct life *l) {
    const struct object_life *o = &l->object;
    const struct rspan *s = inspect_span_at(v, o->span);
    facts_heading(f, l->holds ? _("OBJECT") : _("THE OBJECT THAT WAS HERE"));
    facts_add(f, _("number"), "%" PRIu32, o->id);
    if (o->addr != l->thing.addr)
        facts_add_address(f, _("begins at"), o->addr);
    facts_add_size_hex(f, _("asked for"), o->size);
    if (s && s->elemsize && o->size < s->elemsize && s->spanclass != TINY_SPAN_CLASS)
        facts_add_size_hex(f, _("rounded up to"), s->elemsize);
    else if (s && s->spanclass == TINY_SPAN_CLASS && o->size < TINY_SIZE)
        facts_add_size_hex(f, _("in a tiny block of"), TINY_SIZE);
    add_event(f, _("allocated"), o->born, "", v);
    add_event(f, _("last touched"), o->touched, _("never"), v);
    add_event(f, _("dropped"), o->dropped, _("never"), v);
    add_event(f, _("freed"), o->swept, _("never"), v);
    add_pointers(f, v, l);
    add_neighbours(f, l);
}

/* --- The span, and where it stands --- */

/* 1 for the first of its list; 0: too far to count. */
static unsigned position_in_list(const struct replica *r, uint32_t handle) {
    enum { FAR = 4096 };
    unsigned n = 0;
    for (const struct rspan *s = replica_span(r, handle); s && n < FAR; n++) {
        if (!s->prev)
            return n + 1;
        s = replica_span(r, s->prev);
    }
    return 0;
}

static void add_list(struct facts *f, const struct replica *r, uint32_t handle, unsigned list) {
    char place[64] = "", n[32], count[32];
    unsigned at = position_in_list(r, handle);
    format_count(r->lists[list].count, count, sizeof count);
    if (at)
        snprintf(place, sizeof place, _("%s of %s"), format_count(at, n, sizeof n), count);
    else
        snprintf(place, sizeof place, _("far, of %s"), count);
    if (list < LIST_BUSY)
        facts_add(f, _("mheap's free list"), "%s", place);
    else if (list <= LIST_BUSYLARGE)
        facts_add(f, _("mheap's busy list"), "%s", place);
    else if (list < LIST_EMPTY)
        facts_add(f, _("mcentral's nonempty list"), "%s", place);
    else
        facts_add(f, _("mcentral's empty list"), "%s", place);
}

static void add_shelf(struct facts *f, const struct replica *r, uint32_t handle) {
    const struct rspan *s = replica_span(r, handle);
    for (unsigned p = 0; p <= r->more_ps; p++)
        if (s->state == SPAN_STATE_INUSE && s->spanclass < NUM_SPAN_CLASSES &&
            r->cache[p][s->spanclass] == handle)
            facts_add(f, _("held by"), _("P%u's mcache"), p);
    if (s->list != LIST_NOWHERE)
        add_list(f, r, handle, s->list);
    if (!s->in_treap)
        return;
    unsigned level = 1;
    for (uint32_t up = s->parent; up; up = replica_span(r, up)->parent)
        level++;
    facts_add(f, _("in the treap"), _("level %u"), level);
    facts_link(f, shelf_thing(r, s->parent ? s->parent : handle));
    facts_add(f, _("priority"), "0x%" PRIx32, s->priority);
}

static const char *sweep_state(const struct replica *r, const struct rspan *s) {
    uint64_t gen = r->stats[STAT_sweepgen];
    return s->sweepgen == gen       ? _("swept")
           : s->sweepgen + 1 == gen ? _("being swept")
                                    : _("to be swept");
}

static void add_use(struct facts *f, const struct replica *r, const struct rspan *s) {
    unsigned sizeclass = spanclass_size_class((unsigned)s->spanclass);
    facts_add(f, _("slots allocated"), _("%" PRIu64 " of %" PRIu64), s->alloc_count, s->nelems);
    facts_add_size_hex(f, _("slot size"), s->elemsize);
    const char *kind = spanclass_noscan((unsigned)s->spanclass) ? "noscan" : "scan";
    if (sizeclass)
        facts_add(f, _("size class"), _("%u, %s"), sizeclass, kind);
    else
        facts_add(f, _("size class"), _("0 (large), %s"), kind);
    facts_add(f, _("free index"), "%" PRIu64, s->freeindex);
    if (r->collections)
        facts_add(f, _("sweeping"), "%s", sweep_state(r, s));
}

void inspect_span(struct facts *f, const struct view *v, uint32_t handle, bool heading) {
    const struct rspan *s = replica_span(v->r, handle);
    uint64_t start = v->r->heap[HEAP_arena_start];
    if (heading)
        facts_heading(f, _("SPAN"));
    facts_add_address(f, _("span"), s->base);
    facts_link(f, shelf_thing(v->r, handle));
    if (s->state != SPAN_STATE_INUSE)
        facts_add(f, _("span state"), "%s", span_state_name((unsigned)s->state));
    facts_add_count(f, _("pages"), s->npages);
    add_shelf(f, v->r, handle);
    if (s->state == SPAN_STATE_INUSE)
        add_use(f, v->r, s);
    if (s->state == SPAN_STATE_FREE && s->npreleased)
        facts_add_count(f, _("pages given back"), s->npreleased);
    facts_add_address(f, _("mspan record"), s->record);
    facts_link(f, (struct thing){THING_RECORD, handle, s->record, v->platform->sizeof_mspan});
    if (s->base < start)
        return;
    uint64_t page = (s->base - start) >> GO_PAGE_SHIFT, ptr = v->platform->ptr_size;
    uint64_t entry = page_entry(v->r, page, v->platform->ptr_size);
    facts_add_address(f, _("its spans entry"), entry);
    facts_link(f, (struct thing){THING_ENTRY, page, entry, ptr});
}

/* --- Slots, words, pages --- */

static void add_bitmap(struct facts *f, const struct view *v, uint64_t addr, uint64_t size) {
    unsigned ptr = v->platform->ptr_size;
    uint64_t start = v->r->heap[HEAP_arena_start], end = v->r->heap[HEAP_bitmap];
    if (addr < start || !end)
        return;
    uint64_t first = (addr - start) / ptr / 4, last = (addr + size - 1 - start) / ptr / 4;
    facts_add_address(f, _("its bitmap byte"), end - 1 - first);
    facts_link(f, (struct thing){THING_BITMAP_BYTE, first, end - 1 - first, 1});
    if (last > first)
        facts_add_address(f, _("... down to"), end - 1 - last);
}

static void add_slot(struct facts *f, const struct view *v, const struct rspan *s, uint64_t addr,
    const struct life *l) {
    if (!s->elemsize || addr < s->base)
        return;
    uint64_t slot = (addr - s->base) / s->elemsize;
    if (slot >= s->nelems)
        return;
    bool allocated = rspan_slot_allocated(s, slot);
    uint64_t base = s->base + slot * s->elemsize;
    if (l)
        facts_heading(f, _("SLOT"));
    facts_add(f, _("slot"),
        allocated ? _("%" PRIu64 " of %" PRIu64 ", allocated")
                  : _("%" PRIu64 " of %" PRIu64 ", free"),
        slot, s->nelems);
    f->fact[f->count - 1].color = allocated ? COLOR_text : COLOR_muted;
    if (addr != base) {
        facts_add(f, _("address is"), _("slot + %" PRIu64), addr - base);
        facts_link(f,
            (struct thing){THING_SLOT, (uint64_t)replica_span_of(v->r, addr), base, s->elemsize});
    }
    if (allocated)
        add_color(f, v, s, slot, l ? &l->object : NULL);
}

static void add_share(struct facts *f, const char *label, float share) {
    if (share > 0)
        facts_add(f, label, "%.1f %%", (double)share * 100);
}

/* Many pages that the map merged into one cell. */
/* --- Pages --- */

void inspect_touched(struct facts *f, const struct view *v, uint64_t lo, uint64_t hi) {
    char touched[32], mapped[32];
    if (!touched_known(v) || hi <= lo)
        return;
    uint64_t there = rangemap_bytes(&v->r->ranges, lo, hi, RANGE_MAPPED) +
                     rangemap_bytes(&v->r->ranges, lo, hi, RANGE_RELEASED);
    facts_add(f, _("touched"), _("%s of %s mapped"),
        format_size(touched_bytes(v, lo, hi), touched, sizeof touched),
        format_size(there, mapped, sizeof mapped));
    if (there && !touched_bytes(v, lo, hi))
        facts_add_note(f, _("Mapped, but nobody has written here yet: no memory is behind it."));
}

static void inspect_pages(const struct view *v, struct thing thing, struct facts *f) {
    struct heapmap map;
    heapmap_begin(&map, v->r, 1);
    struct cell cell = heapmap_cell(&map, thing.addr, thing.addr + thing.size);
    facts_add_address(f, _("pages from"), thing.addr);
    facts_add_count(f, _("pages"), thing.size >> GO_PAGE_SHIFT);
    add_share(f, _("in allocated slots"), cell.allocated);
    add_share(f, _("in free slots"), cell.open);
    add_share(f, _("managed by hand"), cell.manual);
    add_share(f, _("free"), cell.free);
    add_share(f, _("given back"), cell.released);
    add_share(f, _("not used yet"), cell.unused);
    inspect_touched(f, v, thing.addr, thing.addr + thing.size);
}

void inspect_page(const struct view *v, struct thing thing, struct facts *f) {
    const struct rspan *s = inspect_span_at(v, thing.index);
    if (thing.size > GO_PAGE_SIZE) {
        inspect_pages(v, thing, f);
        return;
    }
    facts_add_address(f, _("page"), thing.addr);
    if (!s) {
        facts_add(f, _("span"), "%s", _("none"));
        return;
    }
    if (thing.addr >= s->base)
        facts_add(f, _("page in span"), _("%" PRIu64 " of %" PRIu64),
            ((thing.addr - s->base) >> GO_PAGE_SHIFT) + 1, s->npages);
    inspect_touched(f, v, thing.addr, thing.addr + GO_PAGE_SIZE);
    inspect_span(f, v, (uint32_t)thing.index, false);
}

void inspect_slot(const struct view *v, struct thing thing, struct facts *f) {
    const struct rspan *s = inspect_span_at(v, thing.index);
    const struct life *l = life_of(v, thing);
    facts_add_address(f, _("address"), thing.addr);
    if (!s)
        return;
    if (l)
        add_object(f, v, l);
    add_slot(f, v, s, thing.addr, l);
    if (s->elemsize)
        add_bitmap(f, v, thing.addr - (thing.addr - s->base) % s->elemsize, s->elemsize);
    inspect_span(f, v, (uint32_t)thing.index, true);
}

void inspect_word(const struct view *v, struct thing thing, struct facts *f) {
    const struct rspan *s = inspect_span_at(v, thing.index);
    const struct life *l = life_of(v, thing);
    unsigned ptr = v->platform->ptr_size;
    uint64_t start = v->r->heap[HEAP_arena_start];
    facts_add_address(f, _("address"), thing.addr);
    if (!s || thing.addr < s->base || thing.addr < start)
        return;
    if (s->elemsize)
        facts_add(f, _("word of its slot"), "%" PRIu64, (thing.addr - s->base) % s->elemsize / ptr);
    uint64_t word = (thing.addr - start) / ptr;
    unsigned bits = replica_bitmap(v->r, word / 4) >> (word % 4);
    facts_add(f, _("heap bitmap"), "%s, %s", bits & 1 ? _("pointer") : _("no pointer"),
        bits & 0x10 ? _("scan on") : _("scan no further"));
    uint64_t byte = v->r->heap[HEAP_bitmap] - 1 - word / 4;
    facts_add_address(f, _("its bitmap byte"), byte);
    facts_link(f, (struct thing){THING_BITMAP_BYTE, word / 4, byte, 1});
    if (l)
        add_object(f, v, l);
    add_slot(f, v, s, thing.addr, l);
    inspect_span(f, v, (uint32_t)thing.index, true);
}

void inspect_object_event(const struct view *v, struct thing thing, struct facts *f) {
    const struct life *l = life_of(v, thing);
    if (l)
        add_object(f, v, l);
}
