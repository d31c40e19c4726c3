/*
 * The inspector's part about what describes the arena, and the runtime's own records. See
 * inspect.c.
 */
#include "sim/base/i18n.h"
#include "viz/panels/heapmap.h"
#include "viz/panels/inspect_parts.h"
#include "viz/panels/places.h"
#include "viz/panels/sentence.h"

void inspect_entry(const struct view *v, struct thing thing, struct facts *f) {
    uint64_t word = v->platform->ptr_size, count = thing.size / word;
    facts_add_address(f, _("spans entry"), thing.addr);
    if (count > 1) {
        facts_add_count(f, _("entries"), count);
        facts_add_address(f, _("pages from"), page_addr(v->r, thing.index));
        return;
    }
    facts_add_count(f, _("number"), thing.index);
    uint64_t page = page_addr(v->r, thing.index);
    facts_add_address(f, _("for the page"), page);
    facts_link(f, (struct thing){THING_PAGE, heapmap_span_at(v->r, page), page, GO_PAGE_SIZE});
    uint32_t handle = replica_page(v->r, thing.index);
    const struct rspan *s = inspect_span_at(v, handle);
    if (!s) {
        facts_add(f, _("points to"), "%s", _("nil"));
        return;
    }
    facts_add_address(f, _("points to"), s->record);
    facts_link(f, (struct thing){THING_RECORD, handle, s->record, v->platform->sizeof_mspan});
    if (handle != heapmap_span_at(v->r, page_addr(v->r, thing.index)))
        facts_add_note(f, _("Left over: inside a free span only the first and the last entry are "
                            "kept up to date."));
    else
        inspect_span(f, v, handle, true);
}

void inspect_bitmap_byte(const struct view *v, struct thing thing, struct facts *f) {
    static const char *const labels[] = {N_("word 0"), N_("word 1"), N_("word 2"), N_("word 3")};
    uint64_t scale = 4 * (uint64_t)v->platform->ptr_size;
    uint64_t words = v->r->heap[HEAP_arena_start] + thing.index * scale;
    facts_add_address(f, _("bitmap byte"), thing.addr);
    if (thing.size > 1) {
        facts_add_count(f, _("bytes"), thing.size);
        facts_add_address(f, _("words from"), words);
        facts_add_address(f, _("to"), words + thing.size * scale);
        return;
    }
    unsigned byte = replica_bitmap(v->r, thing.index);
    facts_add(f, _("value"), "0x%02x", byte);
    facts_add_address(f, _("its four words"), words);
    facts_link(
        f, (struct thing){THING_WORD, heapmap_span_at(v->r, words), words, v->platform->ptr_size});
    for (unsigned i = 0; i < 4; i++)
        facts_add(f, _(labels[i]), "%s, %s", byte >> i & 1 ? _("pointer") : _("no pointer"),
            byte >> i & 0x10 ? _("scan on") : _("scan no further"));
}

void inspect_record(const struct view *v, struct thing thing, struct facts *f) {
    const struct rspan *s = inspect_span_at(v, thing.index);
    facts_add_address(f, _("mspan record"), thing.addr);
    facts_add_size_hex(f, _("size"), thing.size);
    facts_add_count(f, _("in allspans, number"), thing.index);
    if (s && s->state == SPAN_STATE_DEAD)
        facts_add_note(f, _("Not in use: the record waits for the next span."));
    else if (s)
        inspect_span(f, v, (uint32_t)thing.index, true);
}

void inspect_mcache(const struct view *v, struct thing thing, struct facts *f) {
    unsigned held = 0;
    for (unsigned c = 0; thing.index < MAX_PS && c < NUM_SPAN_CLASSES; c++)
        held += v->r->cache[thing.index][c] != 0;
    facts_add_address(f, _("mcache record"), thing.addr);
    facts_add_size_hex(f, _("size"), thing.size);
    facts_add_count(f, _("of P"), thing.index);
    facts_add_count(f, _("spans held"), held);
}

void inspect_meta(const struct view *v, struct thing thing, struct facts *f) {
    if (thing.index >= v->r->meta_count)
        return;
    facts_add(f, _("kept for"), "%s", _(meta_kind_name(v->r->meta[thing.index].what)));
    facts_add_address(f, _("from"), thing.addr);
    facts_add_size_hex(f, _("size"), thing.size);
    if (v->r->meta[thing.index].what == META_TREAP || v->r->meta[thing.index].what == META_MARKBITS)
        facts_add_note(f, _("Handed out again and again; no event tells which part is whose."));
}
