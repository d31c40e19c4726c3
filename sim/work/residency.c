/* Residency: see residency.h. */
#include "sim/work/residency.h"

#include "sim/trace/replica.h"

#include <stdlib.h>
#include <string.h>

/* What the watch knows of the heap's mapped memory: states in its map. */
#define FRESH   RANGE_MAPPED
#define TOUCHED RANGE_TAKEN

enum {
    ASK_MOST = 1 << 12, /* host pages that one question is about */
    DIRTY_MOST = 32,    /* stretches noted within an operation; with more of them all is asked */
    QUESTION_COST = 1 << 5, /* pages that could be looked through while a question is put */
    ROUND_PAGES = 1 << 12,  /* asked about now and then: after so many ... */
    ROUND_OPS = 1 << 14,    /* ... operations */
    SWEEP_PAGES = 1 << 16,  /* ... and after what may have touched anything */
};

struct stretch {
    uint64_t lo, hi;
};

struct residency {
    struct sink sink; /* first, so that the sink is the watch */
    struct sink *to;
    struct os *os;
    struct rangemap memory;
    uint64_t heap[HEAP_FIELD_COUNT];
    uint64_t page;     /* bytes, of the platform */
    uint64_t parts;    /* host pages that one of these is */
    uint64_t ask_most; /* bytes that one question may be about */
    uint64_t cursor;   /* where the next round goes on */
    struct stretch dirty[DIRTY_MOST];
    size_t dirty_count;
    struct stretch hot; /* lately found to be TOUCHED throughout */
    uint8_t *needzero;  /* by span handle: its memory was used before */
    size_t span_cap;
    uint32_t span; /* that the last slot was taken from */
    unsigned ops;
    bool zeroed; /* the memory of the next object */
    bool all;    /* anything may have been touched */
    bool exited; /* Go ended the program: nothing but OP_END may follow */
    uint8_t answer[ASK_MOST];
};

static void tell(struct residency *w, uint64_t lo, uint64_t hi, bool there) {
    rangemap_set(&w->memory, lo, hi, there ? TOUCHED : FRESH, OWNER_HEAP);
    if (!there && w->hot.lo < hi && lo < w->hot.hi)
        w->hot = (struct stretch){0};
    const struct event ev = {.kind = EV_RESIDENT, .w = there, .a = lo, .b = hi - lo};
    w->to->emit(w->to, &ev);
}

/* --- Asking --- */

/* A page of the platform is in memory if any part of it is. */
static void join_parts(struct residency *w, size_t count) {
    for (size_t i = 0; w->parts > 1 && i < count; i++)
        w->answer[i] = memchr(&w->answer[i * w->parts], 1, w->parts) != NULL;
}

/* Asks about [lo, hi), at most ASK_MOST pages of the host alike, and tells what has become
 * different. */
static void ask(struct residency *w, uint64_t lo, uint64_t hi, bool known) {
    size_t count = (size_t)((hi - lo) / w->page);
    if (!w->os->ops->resident(w->os, lo, hi - lo, w->answer))
        return;
    join_parts(w, count);
    for (size_t i = 0; i < count;) {
        size_t first = i;
        const uint8_t *other = memchr(&w->answer[i], w->answer[i] ? 0 : 1, count - i);
        i = other ? (size_t)(other - w->answer) : count;
        if (w->answer[first] != known)
            tell(w, lo + first * w->page, lo + i * w->page, !known);
    }
}

/* Asks about what of [lo, hi) is known (TOUCHED) or not known (FRESH) to be in memory, for what
 * that many pages cost. Returns where it stopped. */
static uint64_t look(struct residency *w, struct stretch s, bool known, uint64_t pages) {
    uint64_t at = s.lo;
    for (uint64_t cost = 0; at < s.hi && cost < pages;) {
        struct range run;
        uint64_t end = rangemap_run(&w->memory, at, s.hi, &run);
        if (run.state == (known ? TOUCHED : FRESH)) {
            if (end - at > w->ask_most)
                end = at + w->ask_most;
            ask(w, at, end, known);
            cost += QUESTION_COST + (end - at) / w->page;
        } else {
            cost++;
        }
        at = end;
    }
    return at;
}

/* Goes on from where the last round ended, once around at most. */
static void go_round(struct residency *w, uint64_t pages) {
    if (!w->memory.count)
        return;
    uint64_t first = w->memory.ranges[0].start, end = w->memory.ranges[w->memory.count - 1].end;
    uint64_t from = w->cursor > first && w->cursor < end ? w->cursor : first;
    w->cursor = look(w, (struct stretch){from, end}, false, pages);
    if (w->cursor >= end && from > first)
        w->cursor = look(w, (struct stretch){first, from}, false, pages);
}

static void sample(struct residency *w) {
    if (w->exited)
        return;
    for (size_t i = 0; i < w->dirty_count && !w->all; i++)
        look(w, w->dirty[i], false, ASK_MOST);
    bool round = ++w->ops % ROUND_OPS == 0;
    if (w->all || round)
        go_round(w, w->all ? SWEEP_PAGES : ROUND_PAGES);
    w->dirty_count = 0;
    w->all = false;
}

/* --- What events say --- */

/* [lo, hi) may have been touched. */
static void note(struct residency *w, uint64_t lo, uint64_t hi) {
    if (lo >= w->hot.lo && hi <= w->hot.hi)
        return;
    struct range run;
    lo = round_down(lo, w->page);
    hi = round_up(hi, w->page);
    if (rangemap_run(&w->memory, lo, hi, &run) == hi && run.state != FRESH) {
        size_t i = rangemap_find(&w->memory, lo);
        if (run.state == TOUCHED)
            w->hot = (struct stretch){w->memory.ranges[i].start, w->memory.ranges[i].end};
        return;
    }
    struct stretch *last = w->dirty_count ? &w->dirty[w->dirty_count - 1] : NULL;
    if (last && lo <= last->hi && hi >= last->lo) {
        last->lo = lo < last->lo ? lo : last->lo;
        last->hi = hi > last->hi ? hi : last->hi;
    } else if (w->dirty_count < DIRTY_MOST) {
        w->dirty[w->dirty_count++] = (struct stretch){lo, hi};
    } else {
        w->all = true;
    }
}

/* Pages have another span: their entries were written, their bitmap bytes perhaps, too. */
static void note_pages(struct residency *w, const struct event *ev) {
    uint64_t word = w->os->platform->ptr_size, bytes = GO_PAGE_SIZE / (4 * word);
    uint64_t entry = w->heap[HEAP_spans] + ev->a * word,
             bits = w->heap[HEAP_bitmap] - ev->a * bytes;
    note(w, entry, entry + ev->b * word);
    note(w, bits - ev->b * bytes, bits);
}

/* Fresh memory of the system's is zero, and given out as it is. A block of the tiny allocator, and
 * memory that was used before, is zeroed. */
static void note_object(struct residency *w, const struct event *ev) {
    bool tiny = ev->b < TINY_SIZE && spanclass_noscan(ev->w & 0xff);
    bool zeroed = w->zeroed || (w->span < w->span_cap && w->needzero[w->span]);
    w->zeroed = false;
    if (tiny || zeroed)
        note(w, ev->a, ev->a + ev->b); /* objects of no bytes are not told */
}

/* A span of a large object is zeroed as a whole before it is one. */
static void set_needzero(struct residency *w, uint32_t span, bool needzero) {
    w->zeroed |= !needzero;
    if (span >= w->span_cap) {
        size_t old = w->span_cap;
        void *flags = w->needzero;
        array_reserve(&flags, &w->span_cap, span + 1, sizeof *w->needzero);
        w->needzero = flags;
        memset(w->needzero + old, 0, w->span_cap - old);
    }
    w->needzero[span] = needzero;
}

/* What is no longer the heap's memory is gone; of what was given back the kernel is asked. */
static void on_range(struct residency *w, const struct event *ev) {
    unsigned state = ev->w >> 8, owner = ev->x >> 8;
    bool ours = owner == OWNER_HEAP && (state == RANGE_MAPPED || state == RANGE_RELEASED);
    uint64_t end = ev->a + ev->b;
    struct stretch all = {ev->a, end};
    if (state == RANGE_RELEASED)
        look(w, all, true, UINT64_MAX);
    for (uint64_t at = ev->a; at < end;) {
        struct range run;
        uint64_t next = rangemap_run(&w->memory, at, end, &run);
        if (!ours && run.state == TOUCHED)
            tell(w, at, next, false);
        if (!ours)
            rangemap_set(&w->memory, at, next, RANGE_NONE, OWNER_NOBODY);
        else if (run.state == RANGE_NONE)
            rangemap_set(&w->memory, at, next, FRESH, OWNER_HEAP);
        at = next;
    }
    if (ours)
        note(w, ev->a, end);
}

static void on_event(struct residency *w, const struct event *ev) {
    switch (ev->kind) {
    case EV_HEAP_SET: w->heap[ev->w] = ev->b; break;
    case EV_SLOT: w->span = ev->x; break;
    case EV_SPAN_SET:
        if (ev->w == SPAN_needzero)
            set_needzero(w, ev->x, ev->b != 0);
        break;
    case EV_PAGES: note_pages(w, ev); break;
    case EV_BITMAP:
        note(w, w->heap[HEAP_bitmap] - ev->a - ev->w, w->heap[HEAP_bitmap] - ev->a);
        break;
    case EV_OBJECT: note_object(w, ev); break;
    case EV_STORE: note(w, ev->c, ev->c + w->os->platform->ptr_size); break;
    case EV_OP_BEGIN:
        if ((ev->w & 0xff) == OP_FILL && ev->b)
            note(w, ev->c, ev->c + ev->b);
        break;
    case EV_MARKED: w->all = true; break; /* marking read the bitmap and the objects */
    case EV_EXIT: w->exited = true; break;
    default: break;
    }
}

static void sink_emit(struct sink *sink, const struct event *ev) {
    struct residency *w = (struct residency *)sink;
    if (ev->kind == EV_OP_END)
        sample(w);
    w->to->emit(w->to, ev);
    if (ev->kind == EV_RANGE)
        on_range(w, ev);
    else
        on_event(w, ev);
}

struct residency *residency_new(struct os *os, struct sink *to) {
    if (!os->ops->resident || !os->host_page_size || os->phys_page_size % os->host_page_size)
        return NULL;
    uint64_t parts = os->phys_page_size / os->host_page_size;
    if (!parts || parts > ASK_MOST)
        return NULL;
    struct residency *w = xcalloc(1, sizeof *w);
    w->sink.emit = sink_emit;
    w->to = to;
    w->os = os;
    w->page = os->phys_page_size;
    w->parts = parts;
    w->ask_most = ASK_MOST / parts * w->page;
    return w;
}

void residency_free(struct residency *w) {
    if (!w)
        return;
    rangemap_free(&w->memory);
    free(w->needzero);
    free(w);
}

struct sink *residency_sink(struct residency *w) {
    return &w->sink;
}
