/* Where every byte is: see waste_sums.h. */
#include "viz/panels/waste_sums.h"

#include "viz/panels/shelf.h"

/* a - b, and no less than 0: in the middle of an operation the sums may not fit each other yet. */
static uint64_t less(uint64_t a, uint64_t b) {
    return a > b ? a - b : 0;
}

/* bytes * part / whole, without overflow. */
static uint64_t in_ratio(uint64_t bytes, uint64_t part, uint64_t whole) {
    return whole ? (uint64_t)((double)bytes * ((double)part / (double)whole) + 0.5) : 0;
}

/* Blocks of the tiny allocator among the allocated slots of their class, bytes. */
static uint64_t tiny_blocks(const struct replica *r) {
    const struct class_sum *c = &r->classes[TINY_SPAN_CLASS];
    return in_ratio(c->taken_bytes, r->tiny_sum.blocks, r->tiny_sum.blocks + c->objects);
}

static uint64_t tiny_asked(const struct replica *r) {
    uint64_t asked =
        in_ratio(tiny_blocks(r), r->tiny_sum.asked, r->tiny_sum.blocks * (uint64_t)TINY_SIZE);
    return asked < tiny_blocks(r) ? asked : tiny_blocks(r);
}

/* What the live objects of a class asked for, tiny ones too. */
static uint64_t asked_in_class(const struct replica *r, unsigned spanclass) {
    const struct class_sum *c = &r->classes[spanclass];
    uint64_t asked, most = c->taken_bytes;
    if (spanclass_size_class(spanclass) == 0)
        asked = c->large_asked;
    else if (spanclass == TINY_SPAN_CLASS)
        asked = tiny_asked(r) + less(most, tiny_blocks(r)); /* the others ask for all 16 */
    else
        asked = in_ratio(most, c->asked, c->took);
    return asked < most ? asked : most;
}

/* Has something of the class died, so that what the live ones asked for is not known? */
static bool some_died(const struct replica *r, unsigned spanclass) {
    const struct class_sum *c = &r->classes[spanclass];
    uint64_t born = c->objects + (spanclass == TINY_SPAN_CLASS ? r->tiny_sum.blocks : 0);
    return spanclass_size_class(spanclass) != 0 && c->taken && c->taken < born;
}

uint64_t waste_of_class(
    const struct replica *r, unsigned spanclass, enum waste_part part, bool *about) {
    const struct class_sum *c = &r->classes[spanclass];
    uint64_t tiny = spanclass == TINY_SPAN_CLASS ? less(tiny_blocks(r), tiny_asked(r)) : 0;
    *about = part <= WASTE_TINY && some_died(r, spanclass);
    switch (part) {
    case WASTE_ASKED: return asked_in_class(r, spanclass);
    case WASTE_ROUNDING: return less(less(c->taken_bytes, asked_in_class(r, spanclass)), tiny);
    case WASTE_TINY: return tiny;
    case WASTE_TAIL: return less(c->pages << GO_PAGE_SHIFT, c->slot_bytes);
    case WASTE_SLOTS: return less(c->slot_bytes, c->taken_bytes);
    default: return 0;
    }
}

uint64_t waste_of_record(const struct replica *r, enum waste_record record) {
    switch (record) {
    case RECORD_BITMAP: return r->heap[HEAP_bitmap_mapped];
    case RECORD_MARKS: return less(r->stats[STAT_gc_sys], r->heap[HEAP_bitmap_mapped]);
    case RECORD_MSPANS: return r->stats[STAT_mspan_sys];
    case RECORD_MCACHES: return r->stats[STAT_mcache_sys];
    case RECORD_OTHER: return r->stats[STAT_other_sys];
    case RECORD_COUNT: break;
    }
    return 0;
}

struct waste waste_of(const struct replica *r) {
    const uint64_t *st = r->stats;
    struct waste w = {0};
    for (unsigned c = 0; c < NUM_SPAN_CLASSES; c++)
        for (unsigned part = WASTE_ASKED; part <= WASTE_SLOTS; part++) {
            bool about;
            w.part[part] += waste_of_class(r, c, (enum waste_part)part, &about);
            w.about[part] |= about;
        }
    w.part[WASTE_MANUAL] = st[STAT_stacks_inuse];
    w.part[WASTE_FREE] = less(st[STAT_heap_idle], st[STAT_heap_released]);
    w.part[WASTE_RELEASED] = st[STAT_heap_released];
    w.part[WASTE_UNUSED] = less(st[STAT_heap_sys], st[STAT_heap_inuse] + st[STAT_heap_idle]);
    for (unsigned i = 0; i < RECORD_COUNT; i++)
        w.part[WASTE_METADATA] += waste_of_record(r, (enum waste_record)i);
    for (unsigned part = 0; part < WASTE_PARTS; part++)
        w.whole += w.part[part];
    return w;
}

uint64_t waste_free_pages(const struct replica *r, unsigned octave, uint64_t *runs) {
    uint64_t pages = 0, listed = 0;
    *runs = 0;
    for (unsigned n = 1; n < NUM_PAGE_LISTS; n++) {
        uint64_t count = r->lists[LIST_FREE + n].count;
        listed += count * n;
        if (n >> octave == 1) {
            pages += count * n;
            *runs += count;
        }
    }
    if (octave + 1 < WASTE_OCTAVES)
        return pages;
    *runs = shelf_treap_count(r, r->treap_root);
    return less(r->stats[STAT_heap_idle] >> GO_PAGE_SHIFT, listed);
}
