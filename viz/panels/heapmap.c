/*
 * The heap's pages, read for pictures. See heapmap.h.
 */
#include "viz/panels/heapmap.h"

/* --- Spans by address --- */

uint64_t heapmap_span_end(const struct rspan *s) {
    return s->base + (s->npages << ARENA_PAGE_SHIFT);
}

static bool span_holds(const struct rspan *s, uint64_t addr) {
    return s && s->state != SPAN_STATE_DEAD && addr >= s->base && addr < heapmap_span_end(s);
}

/* Inside a free span the table's entries are those of spans long gone. Spans lie without gaps in
 * what the heap grew by, so the first good entry at or before the page decides. */
uint32_t heapmap_span_at(const struct replica *r, uint64_t addr) {
    uint64_t start = r->heap[HEAP_arena_start];
    if (addr < start || addr >= r->heap[HEAP_arena_used])
        return 0;
    for (uint64_t page = (addr - start) >> ARENA_PAGE_SHIFT;; page--) {
        uint32_t handle = replica_page(r, page);
        const struct rspan *s = replica_span(r, handle);
        if (span_holds(s, addr))
            return handle;
        if (!handle || page == 0 || span_holds(s, start + (page << ARENA_PAGE_SHIFT)))
            return 0;
    }
}

static unsigned bit_count(uint64_t bits) {
    unsigned n = 0;
    for (; bits; bits &= bits - 1)
        n++;
    return n;
}

/* Set bits among [from, to). */
static uint64_t bits_set(const uint64_t *bits, uint64_t from, uint64_t to) {
    uint64_t n = 0;
    if (!bits)
        return 0;
    while (from < to) {
        uint64_t word = bits[from / 64] >> (from % 64);
        uint64_t span = 64 - from % 64;
        if (span > to - from)
            word &= ((uint64_t)1 << (to - from)) - 1;
        n += bit_count(word);
        from += span;
    }
    return n;
}

bool heapmap_slots(const struct rspan *s, uint64_t lo, uint64_t hi, struct slot_run *out) {
    if (lo < s->base)
        lo = s->base;
    if (!s->elemsize || hi <= lo || (lo - s->base) / s->elemsize >= s->nelems)
        return false;
    out->first = (lo - s->base) / s->elemsize;
    uint64_t end = (hi - 1 - s->base) / s->elemsize + 1;
    if (end > s->nelems)
        end = s->nelems;
    out->count = end - out->first;
    uint64_t sure = s->freeindex < end ? s->freeindex : end; /* all below freeindex are taken */
    out->allocated = sure > out->first ? sure - out->first : 0;
    uint64_t from = sure > out->first ? sure : out->first;
    out->allocated += bits_set(s->alloc_bits, from, end);
    out->marked = bits_set(s->mark_bits, out->first, end);
    return true;
}

/* --- Cells --- */

/* A step may cost three cache misses, so a picture's steps are limited to what a few milliseconds
 * allow. */
void heapmap_begin(struct heapmap *m, const struct replica *r, uint64_t cells) {
    enum { STEPS = 12000, MOST = 16, LEAST = 2 };
    uint64_t probes = cells ? STEPS / cells : MOST;
    *m = (struct heapmap){.r = r, .probes = probes > MOST ? MOST : probes < LEAST ? LEAST : probes};
}

/* Sums in bytes while a cell is gathered. */
struct sums {
    double marked, grey, allocated, open, manual, free, released, unused, metadata, taken;
    double by_class[NUM_SPAN_CLASSES];
    unsigned best;
};

static void add_in_use(
    struct sums *sums, const struct rspan *s, uint64_t lo, uint64_t bytes, bool exact) {
    double share = 0, marked = 0, grey = 0;
    struct slot_run run;
    if (s->nelems)
        grey = (double)s->grey / (double)s->nelems;
    if (exact && heapmap_slots(s, lo, lo + bytes, &run)) {
        share = (double)run.allocated / (double)run.count;
        marked = (double)run.marked / (double)run.count;
    } else if (!exact && s->nelems) {
        share = (double)s->alloc_count / (double)s->nelems;
        marked = (double)s->marked / (double)s->nelems;
    }
    marked = marked < share ? marked : share;
    sums->marked += marked * (double)bytes;
    sums->grey += (grey < marked ? grey : marked) * (double)bytes;
    sums->allocated += share * (double)bytes;
    sums->open += (1 - share) * (double)bytes;
    unsigned c = s->spanclass < NUM_SPAN_CLASSES ? (unsigned)s->spanclass : 0;
    sums->by_class[c] += (double)bytes;
    if (sums->by_class[c] > sums->by_class[sums->best])
        sums->best = c;
}

static void add_span(
    struct sums *sums, const struct rspan *s, uint64_t lo, uint64_t bytes, bool exact) {
    switch (s->state) {
    case SPAN_STATE_FREE:
        sums->free += (double)bytes;
        sums->released += (double)bytes * (double)s->npreleased / (double)s->npages;
        break;
    case SPAN_STATE_MANUAL: sums->manual += (double)bytes; break;
    default: add_in_use(sums, s, lo, bytes, exact); break;
    }
}

/* Where no span lies: what the address space says. Returns where to look next: mapped memory of the
 * heap gets its spans soon, and page by page. */
static uint64_t add_hole(struct sums *sums, const struct replica *r, uint64_t lo, uint64_t end) {
    struct range run;
    uint64_t next = rangemap_run(&r->ranges, lo, end, &run);
    bool spans_may_follow = run.state == RANGE_MAPPED && run.owner == OWNER_HEAP;
    if (spans_may_follow && next > lo + ARENA_PAGE)
        next = lo + ARENA_PAGE;
    else if (next < end)
        next = round_up(next, ARENA_PAGE);
    if (next > end)
        next = end;
    if (run.state == RANGE_TAKEN)
        sums->taken += (double)(next - lo);
    else if (run.owner == OWNER_METADATA)
        sums->metadata += (double)(next - lo);
    else if (run.owner == OWNER_HEAP)
        sums->unused += (double)(next - lo);
    return next;
}

/* The span at addr, by memory if it is the one looked at before. */
static const struct rspan *seek_span(struct heapmap *m, uint64_t addr) {
    if (!m->handle || addr < m->start || addr >= m->end) {
        m->handle = heapmap_span_at(m->r, addr);
        const struct rspan *s = replica_span(m->r, m->handle);
        if (!s)
            return NULL;
        m->start = s->base;
        m->end = heapmap_span_end(s);
    }
    return replica_span(m->r, m->handle);
}

/* A picture of many spans waits for memory more than for anything else: what will be looked at some
 * steps later is asked for now. */
static void look_ahead(const struct heapmap *m, uint64_t addr, uint64_t step) {
    enum { STEPS = 8 };
    uint64_t ahead = addr - m->r->heap[HEAP_arena_start] + STEPS * step;
    PREFETCH(replica_span(m->r, replica_page(m->r, ahead >> ARENA_PAGE_SHIFT)));
}

static struct cell cell_from(const struct sums *sums, uint64_t start, uint64_t end) {
    double whole = (double)(end - start);
    return (struct cell){
        .start = start,
        .end = end,
        .allocated = (float)(sums->allocated / whole),
        .open = (float)(sums->open / whole),
        .manual = (float)(sums->manual / whole),
        .free = (float)(sums->free / whole),
        .released = (float)(sums->released / whole),
        .unused = (float)(sums->unused / whole),
        .metadata = (float)(sums->metadata / whole),
        .taken = (float)(sums->taken / whole),
        .marked = (float)(sums->marked / whole),
        .grey = (float)(sums->grey / whole),
        .spanclass = sums->best,
        .any_class = sums->by_class[sums->best] > 0,
    };
}

struct cell heapmap_cell(struct heapmap *m, uint64_t start, uint64_t end) {
    struct sums sums = {0};
    uint64_t used = m->r->heap[HEAP_arena_used];
    uint64_t filled = used > start ? (used < end ? used : end) - start : 0;
    uint64_t step = round_up(filled / m->probes, ARENA_PAGE);
    if (step < ARENA_PAGE)
        step = ARENA_PAGE;
    bool exact = end - start <= ARENA_PAGE;
    uint32_t only = 0;
    for (uint64_t at = start; at < end;) {
        look_ahead(m, at, step);
        const struct rspan *s = seek_span(m, at);
        if (!s) {
            at = add_hole(&sums, m->r, at, end);
            continue;
        }
        uint64_t next = m->end > at + step ? m->end : at + step;
        if (step == ARENA_PAGE || next > end)
            next = m->end < end ? m->end : end;
        add_span(&sums, s, at, next - at, exact);
        if (at == start && m->end >= end)
            only = m->handle;
        at = next;
    }
    struct cell cell = cell_from(&sums, start, end);
    cell.span = only;
    cell.marking = replica_marking(m->r);
    return cell;
}

/* --- What to light --- */

static bool in_arena(const struct replica *r, uint64_t addr) {
    return addr && addr >= replica_arena_base(r) && addr < r->heap[HEAP_arena_used];
}

static uint64_t event_addr(const struct view *v, uint64_t number) {
    if (!v->rec || number >= v->count)
        return 0;
    const struct event *ev = recording_event(v->rec, number);
    return ev->kind == EV_OBJECT ? ev->a : 0;
}

/* The arena that a thing is in or speaks of. */
static uint64_t thing_addr(const struct view *v, struct thing t) {
    const struct replica *r = v->r;
    const struct rspan *s;
    uint64_t addr = t.addr;
    switch (t.kind) {
    case THING_PAGE:
    case THING_SLOT:
    case THING_WORD:
    case THING_RANGE: break;
    case THING_EVENT: addr = event_addr(v, t.index); break;
    case THING_ENTRY: addr = page_addr(r, t.index); break;
    case THING_BITMAP_BYTE:
        addr = r->heap[HEAP_arena_start] + t.index * 4 * v->platform->ptr_size;
        break;
    case THING_RECORD:
        s = replica_span(r, (uint32_t)t.index);
        addr = s && s->state != SPAN_STATE_DEAD ? s->base : 0;
        break;
    default: return 0;
    }
    return in_arena(r, addr) ? addr : 0;
}

/* The object allocated last, looked for among the latest events only. */
static uint64_t latest_object(const struct view *v) {
    enum { LOOK_BACK = 4096 };
    if (!v->rec)
        return 0;
    uint64_t stop = v->at > LOOK_BACK ? v->at - LOOK_BACK : 0;
    for (uint64_t i = v->at; i > stop; i--) {
        uint64_t addr = event_addr(v, i - 1);
        if (in_arena(v->r, addr))
            return addr;
    }
    return 0;
}

uint64_t heapmap_focus(const struct view *v, bool *chosen) {
    uint64_t addr = thing_addr(v, v->hover);
    if (!addr)
        addr = thing_addr(v, v->pinned);
    if (chosen)
        *chosen = addr != 0;
    return addr ? addr : latest_object(v);
}

/* --- Drawing --- */

uint32_t heapmap_class_color(const struct ui *ui, unsigned spanclass) {
    return theme_class_color(ui->theme, spanclass_size_class(spanclass));
}

uint32_t heapmap_open_color(const struct ui *ui, unsigned spanclass) {
    return color_mix(color_of(ui, COLOR_panel), heapmap_class_color(ui, spanclass), 0.42f);
}

void heapmap_draw_noscan(struct ui *ui, struct rect box) {
    int step = px(ui, 4);
    if (box.w >= step && box.h >= step)
        draw_dots(ui->canvas, box, step, color_alpha(color_of(ui, COLOR_ground), 170));
}

/* One layer of the stack: fills from *bottom up. What is there at all gets a pixel. */
static void layer(struct ui *ui, struct rect box, int *bottom, float share, uint32_t color) {
    if (share <= 0)
        return;
    int h = (int)(share * (float)box.h + 0.5f);
    if (h < 1)
        h = 1;
    if (h > *bottom - box.y)
        h = *bottom - box.y;
    draw_fill(ui->canvas, rect_make(box.x, *bottom - h, box.w, h), color);
    *bottom -= h;
}

/* What was given back to the system is dotted, as it is everywhere. */
static void draw_free(struct ui *ui, struct rect box, int *bottom, const struct cell *cell) {
    int top, from = *bottom;
    layer(ui, box, bottom, cell->released, color_of(ui, COLOR_free_span));
    top = *bottom;
    layer(ui, box, bottom, cell->free - cell->released, color_of(ui, COLOR_free_span));
    if (from > top)
        draw_dots(ui->canvas, rect_make(box.x, top, box.w, from - top), px(ui, 4),
            color_of(ui, COLOR_arena));
}

/* While a collection marks: black below, grey on it, white above. */
static void draw_marking(struct ui *ui, struct rect box, int *bottom, const struct cell *cell) {
    uint32_t full = heapmap_class_color(ui, cell->spanclass), panel = color_of(ui, COLOR_panel);
    layer(ui, box, bottom, cell->marked - cell->grey, full);
    int top = *bottom;
    layer(ui, box, bottom, cell->grey, full);
    draw_hatch(ui->canvas, rect_make(box.x, *bottom, box.w, top - *bottom), px(ui, 4), panel);
    layer(ui, box, bottom, cell->allocated - cell->marked, color_mix(panel, full, 0.3f));
    layer(ui, box, bottom, cell->open, color_mix(panel, full, 0.1f));
}

void heapmap_draw(struct ui *ui, struct rect box, const struct cell *cell) {
    if (box.w < 1 || box.h < 1)
        return;
    int bottom = box.y + box.h;
    if (cell->unused > 0)
        draw_fill(ui->canvas, box,
            color_mix(color_of(ui, COLOR_panel), color_of(ui, COLOR_raised), 0.8f));
    if (cell->any_class && cell->marking) {
        draw_marking(ui, box, &bottom, cell);
    } else if (cell->any_class) {
        layer(ui, box, &bottom, cell->allocated, heapmap_class_color(ui, cell->spanclass));
        layer(ui, box, &bottom, cell->open, heapmap_open_color(ui, cell->spanclass));
        if (spanclass_noscan(cell->spanclass))
            heapmap_draw_noscan(ui, rect_make(box.x, bottom, box.w, box.y + box.h - bottom));
    }
    layer(ui, box, &bottom, cell->manual, color_of(ui, COLOR_manual));
    draw_free(ui, box, &bottom, cell);
    layer(ui, box, &bottom, cell->metadata, color_of(ui, COLOR_metadata));
    layer(ui, box, &bottom, cell->taken, color_of(ui, COLOR_other));
}
