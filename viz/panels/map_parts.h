/*
 * The parts of the map, one file each. All draw into the same grid (viz/zoom.h); which of them do,
 * and how, depends on what an address is part of (its zone) and on how many pixels things get.
 *
 *   map_ground   every address: whose it is and in what state, merged where it is too small
 *   map_marks    names beside what is too small to say so itself: image, break, hints, growth
 *   map_tables   the spans table's entries and the heap bitmap's bytes
 *   map_pages, map_slots, map_words   the arena, nearer and nearer
 *   map_marking  white, grey and black objects while a collection marks
 *   map_meta     the runtime's own records
 *   map_touched  what of the memory in sight is touched
 *   map_arrows   pointers
 *   map_reach    what is reachable, where that is asked
 *   map_path     the line above: where one is, and ways out
 *   map_legend   the line below: what the patterns in sight mean
 */
#ifndef ARENA_PANELS_MAP_PARTS_H
#define ARENA_PANELS_MAP_PARTS_H

#include "viz/panels/heapmap.h"

/* Entries of the legend, in its order. A part that draws one says so with map_seen. */
enum map_key {
    KEY_NOTHING,
    KEY_CHECKED,
    KEY_RESERVED,
    KEY_MAPPED,
    KEY_TOUCHED,
    KEY_RELEASED,
    KEY_OTHERS,
    KEY_METADATA,
    KEY_HINT,
    KEY_HINT_REFUSED,
    KEY_HINT_GRANTED,
    KEY_BEYOND, /* addresses that no program can have */
    KEY_SPANS,
    KEY_BITMAP,
    KEY_CLASSES,
    KEY_LARGE,
    KEY_FREE_SPAN,
    KEY_MANUAL,
    KEY_NOSCAN,
    KEY_ALLOCATED,
    KEY_FREE_SLOT,
    KEY_MARKED,
    KEY_BLACK,
    KEY_GREY,
    KEY_WHITE,
    KEY_TAIL,
    KEY_FREEINDEX,
    KEY_CACHE,
    KEY_BITS,
    KEY_UNKNOWN, /* words of which the recording does not tell soon enough */
    KEY_COUNT
};

/* What every part needs. */
struct map_frame {
    struct ui *ui;
    const struct view *v;
    struct map_grid grid;
    struct layout l;
    unsigned word;  /* bytes of a pointer */
    uint64_t focus; /* the address to light, 0: none */
    bool chosen;    /* ... because the user points at it */
    uint32_t span;  /* the span that the path is about: the focus' if it is in sight, else the first
                       in use that is; 0: none */
    const struct map_greys *greys; /* NULL: no collection is marking, or slots are not shown */
    struct rect head, foot;        /* the lines above and below the grid */
    bool *seen;                    /* by enum map_key */
};

/* Grey objects in sight, by address. */
enum { MAP_GREYS = 1 << 12 };
struct map_greys {
    uint64_t slots[MAP_GREYS];
    size_t count;
};
void map_find_greys(const struct map_frame *f, struct map_greys *greys);
/* Draws an allocated slot while a collection marks: an outline (white: not found yet), half filled
 * (grey: found), filled (black: and looked into). */
void map_shade_box(struct ui *ui, struct rect box, bool found, bool waits, uint32_t color);
void map_draw_shade(const struct map_frame *f, const struct rspan *s, uint64_t index,
    struct rect box, uint32_t color);

static inline void map_seen(const struct map_frame *f, enum map_key key) {
    f->seen[key] = true;
}

/* What an address is part of, as far as the map draws it apart. */
enum map_zone { ZONE_GROUND, ZONE_SPANS, ZONE_BITMAP, ZONE_ARENA, ZONE_META };
/* The zone at an address, and where it ends. */
enum map_zone map_zone_at(const struct map_frame *f, uint64_t addr, uint64_t *end);
enum theme_color map_zone_color(enum map_zone zone);

enum map_level { LEVEL_PAGES, LEVEL_SLOTS, LEVEL_WORDS };
enum map_level map_level(const struct map_frame *f);
/* Pixels for so many bytes in a row of the grid. */
double map_pixels(const struct map_frame *f, uint64_t bytes);
/* The least power of two of bytes, and of unit, that is at least so many design pixels wide; a row
 * at most. */
uint64_t map_cell_bytes(const struct map_frame *f, uint64_t unit, int narrowest);

/* The parts of [lo, hi) in each row of the grid that shows some of it. The box is as high as the
 * row but for the gap between rows; first and last tell whether lo and hi are in it.
 */
struct map_piece {
    struct rect box;
    uint64_t lo, hi;
    int row;
    bool first, last;
};
bool map_piece_begin(const struct map_frame *f, uint64_t lo, uint64_t hi, struct map_piece *p);
bool map_piece_next(const struct map_frame *f, uint64_t hi, struct map_piece *p);

/* A frame of `color` around [lo, hi), open where it wraps to another row; never too small to be
 * seen. */
void map_outline(const struct map_frame *f, uint64_t lo, uint64_t hi, int thick, uint32_t color);

/* Lines of small text from the top of the box down, as many as it has room for; each as text_first
 * has them, NULL between lines and two at the end. */
void map_text_lines(
    struct ui *ui, struct rect box, const uint32_t *colors, const char *const *texts);
/* Text on a colour: whichever of the theme's two extremes stands out. */
uint32_t map_text_on(const struct ui *ui, uint32_t ground);

void map_draw_ground(const struct map_frame *f);
void map_draw_marks(const struct map_frame *f);
/* [lo, hi) is part of the one zone. */
void map_draw_entries(const struct map_frame *f, uint64_t lo, uint64_t hi);
void map_draw_bitmap(const struct map_frame *f, uint64_t lo, uint64_t hi);
void map_draw_pages(const struct map_frame *f, uint64_t lo, uint64_t hi);
void map_draw_slots(const struct map_frame *f, uint64_t lo, uint64_t hi);
void map_draw_words(const struct map_frame *f, uint64_t lo, uint64_t hi);
/* Where the word or object that is pointed at points to. */
void map_draw_pointers(const struct map_frame *f);
void map_draw_touched(const struct map_frame *f);
/* An arrow from one address to another, as far as they are in sight. */
void map_draw_way(const struct map_frame *f, uint64_t from, uint64_t to);
void map_draw_reach(const struct map_frame *f);
void map_draw_meta(const struct map_frame *f);
/* Its links run CMD_GO. */
void map_draw_path(const struct map_frame *f);
void map_draw_legend(const struct map_frame *f);

/* The slots that a span's allocCache has bits for: [freeindex, the next multiple of 64). */
uint64_t map_cache_end(const struct rspan *s);

/* A metadata record at an address: of an mspan, an mcache, or a treap node. */
struct meta_record {
    uint8_t what; /* enum meta_kind */
    uint64_t addr, size;
    uint64_t number; /* the span's handle; the P; 0 */
};

#endif
