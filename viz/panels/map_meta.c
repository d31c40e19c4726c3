/*
 * The runtime's own memory on the map, at its true addresses: the chunks that persistentalloc cuts,
 * what was cut from them, and in it the records that the events name: mspans, mcaches. fixalloc
 * cuts records one after another and every new mspan is one more, so that the place of a record in
 * its block tells its span; each is checked against the address that the span's birth told. Treap
 * nodes and mark bits are handed out again without an event: of those only the block is known.
 */
#include "viz/panels/map_parts.h"

#include "sim/trace/narrate.h"

#include <inttypes.h>
#include <stdio.h>

/* --- Records --- */

static uint64_t record_size(const struct map_frame *f, uint8_t what) {
    switch (what) {
    case META_MSPANS: return f->v->platform->sizeof_mspan;
    case META_MCACHES: return f->v->platform->sizeof_mcache;
    case META_TREAP: return f->v->platform->sizeof_treapnode;
    default: return 0;
    }
}

/* How far the block is drawn lighter than the metadata colour, by what it is for. */
static float shade(uint8_t what) {
    static const float shades[] = {[META_CHUNK] = 0.22f,
        [META_MSPANS] = 0.42f,
        [META_MCACHES] = 0.62f,
        [META_TREAP] = 0.5f,
        [META_SWEEPBUF] = 0.75f,
        [META_ALLSPANS] = 0.55f,
        [META_MARKBITS] = 0.68f};
    return what < ARRAY_LEN(shades) ? shades[what] : 0.5f;
}

static uint32_t span_color(const struct map_frame *f, const struct rspan *s) {
    switch (s->state) {
    case SPAN_STATE_INUSE: return heapmap_class_color(f->ui, (unsigned)s->spanclass);
    case SPAN_STATE_MANUAL: return color_of(f->ui, COLOR_manual);
    case SPAN_STATE_FREE: return color_of(f->ui, COLOR_free_span);
    default: return color_mix(color_of(f->ui, COLOR_panel), color_of(f->ui, COLOR_metadata), 0.3f);
    }
}

static void draw_box(const struct map_frame *f, uint64_t lo, uint64_t hi, uint32_t color,
    struct thing thing, const char *const *texts) {
    struct ui *ui = f->ui;
    struct map_piece p;
    bool told = false;
    for (bool more = map_piece_begin(f, lo, hi, &p); more; more = map_piece_next(f, hi, &p)) {
        struct rect b = p.box;
        if (p.last && b.w > px(ui, 3))
            b.w -= px(ui, 1);
        draw_fill(ui->canvas, b, color);
        ui_hot(ui, p.box, thing);
        struct rect inside = rect_inset(b, px(ui, 4));
        if (!told && b.h >= px(ui, 14))
            told = ui_text_first(ui, inside, 0, map_text_on(ui, color), texts) > 0;
    }
}

static void draw_mspan(const struct map_frame *f, uint32_t handle, uint64_t addr, uint64_t size) {
    const struct rspan *s = replica_span(f->v->r, handle);
    char full[96], least[32];
    if (!s || s->record != addr)
        return;
    if (s->state == SPAN_STATE_DEAD)
        snprintf(full, sizeof full, _("mspan %" PRIu32 ", not in use"), handle);
    else
        snprintf(full, sizeof full, _("mspan %" PRIu32 " of 0x%" PRIx64), handle, s->base);
    snprintf(least, sizeof least, "%" PRIu32, handle);
    const char *texts[] = {full, least, NULL};
    draw_box(f, addr, addr + size, span_color(f, s),
        (struct thing){THING_RECORD, handle, addr, size}, texts);
}

static void draw_mcache(const struct map_frame *f, uint64_t p, uint64_t addr, uint64_t size) {
    char full[48];
    if (p > f->v->r->more_ps)
        return;
    snprintf(full, sizeof full, _("mcache of P %" PRIu64), p);
    const char *texts[] = {full, NULL};
    draw_box(f, addr, addr + size, color_of(f->ui, COLOR_accent),
        (struct thing){THING_MCACHE, p, addr, size}, texts);
}

/* The records in sight of a block; before: how many blocks of its kind came earlier. */
static void draw_records(const struct map_frame *f, const struct meta_block *b, uint64_t before) {
    uint64_t size = record_size(f, b->what);
    if (!size)
        return;
    uint64_t per = b->size / size;
    uint64_t skip = f->grid.start > b->addr ? (f->grid.start - b->addr) / size : 0;
    for (uint64_t i = skip; i < per; i++) {
        uint64_t addr = b->addr + i * size;
        if (addr >= map_grid_end(&f->grid))
            break;
        if (b->what == META_MSPANS)
            draw_mspan(f, (uint32_t)(before * per + i + 1), addr, size);
        else
            draw_mcache(f, before * per + i, addr, size);
    }
}

/* --- Blocks --- */

/* named: what it is for stands in it, unless something else will. */
static void draw_block(const struct map_frame *f, size_t index, bool named) {
    const struct meta_block *b = &f->v->r->meta[index];
    uint32_t color =
        color_mix(color_of(f->ui, COLOR_panel), color_of(f->ui, COLOR_metadata), shade(b->what));
    const char *texts[] = {named ? _(meta_kind_name(b->what)) : NULL, NULL};
    draw_box(f, b->addr, b->addr + b->size, color,
        (struct thing){THING_META, index, b->addr, b->size}, texts);
    map_seen(f, KEY_METADATA);
}

static bool wide_enough(const struct map_frame *f, const struct meta_block *b) {
    enum { NARROWEST = 2 };
    return b->addr < map_grid_end(&f->grid) && b->addr + b->size > f->grid.start &&
           map_pixels(f, b->size) >= px(f->ui, NARROWEST);
}

void map_draw_meta(const struct map_frame *f) {
    enum { RECORD_FROM = 3 };
    const struct replica *r = f->v->r;
    uint64_t before[META_MARKBITS + 1] = {0};
    for (size_t i = 0; i < r->meta_count; i++)
        if (r->meta[i].what == META_CHUNK && wide_enough(f, &r->meta[i]))
            draw_block(f, i, false);
    for (size_t i = 0; i < r->meta_count; i++) {
        const struct meta_block *b = &r->meta[i];
        bool records = (b->what == META_MSPANS || b->what == META_MCACHES) &&
                       map_pixels(f, record_size(f, b->what)) >= px(f->ui, RECORD_FROM);
        if (b->what != META_CHUNK && wide_enough(f, b)) {
            draw_block(f, i, !records);
            if (records)
                draw_records(f, b, before[b->what]);
        }
        if (b->what < ARRAY_LEN(before))
            before[b->what]++;
    }
}
