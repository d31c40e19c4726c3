/*
 * Places of the address space that have names: where the map can go, and what the path above it
 * says. Some hold others: the space, the reservation in it, the three regions in that.
 */
#ifndef ARENA_PANELS_PLACES_H
#define ARENA_PANELS_PLACES_H

#include "viz/ui.h"
#include "viz/zoom.h"

/* In the order of the keys that go there. */
enum map_place {
    PLACE_SPACE,
    PLACE_RESERVATION,
    PLACE_SPANS,
    PLACE_BITMAP,
    PLACE_ARENA,
    PLACE_METADATA,
    PLACE_COUNT,
};

/* The three regions of the heap as they were laid out, or as they are planned. Bytes. */
struct layout {
    bool laid_out;
    uint64_t spans, spans_size;
    uint64_t bitmap, bitmap_size; /* bitmap: its lowest address */
    uint64_t arena, arena_size;
};
struct layout layout_of(const struct view *v);

/* All of a place, bytes. False: there is none now. Spans and bitmap are the whole regions; the
 * arena is what lies between its lowest and its highest block. */
bool place_extent(const struct view *v, enum map_place place, struct zoom *out);
/* What the map shows when one goes there: of spans, bitmap and arena the part that is in use. */
bool place_window(const struct view *v, enum map_place place, struct zoom *out);
/* The span that holds addr, or (slot) its slot. False: there is none. */
bool place_at(const struct view *v, uint64_t addr, bool slot, struct zoom *out);
/* CMD_GO's argument for that. */
static inline int64_t go_address(uint64_t addr, bool slot) {
    return (int64_t)(addr << 1 | slot);
}
/* The arena as far as it is used; before there is one, the whole space. */
struct zoom place_home(const struct view *v);
/* The bytes that a thing takes, if it has a place at all. */
bool place_of_thing(const struct view *v, struct thing thing, struct zoom *out);

/* Where the program's image ends and its break is: as the run's system says. */
struct session_world place_world(const struct view *v);

/* What of the spans table and of the bitmap is mapped, in bytes of address. */
struct zoom spans_mapped(const struct replica *r, const struct platform *p);
struct zoom bitmap_mapped(const struct replica *r);

/* Page number `page` (from arena_start): its address, its spans entry, its first (highest) bitmap
 * byte; and how many bytes of bitmap a page has. */
uint64_t page_addr(const struct replica *r, uint64_t page);
uint64_t page_entry(const struct replica *r, uint64_t page, unsigned ptr_size);
uint64_t page_bits(const struct replica *r, uint64_t page, unsigned ptr_size);
static inline uint64_t bitmap_bytes_a_page(unsigned ptr_size) {
    return GO_PAGE_SIZE / (4 * (uint64_t)ptr_size);
}

#endif
