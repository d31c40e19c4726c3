/* Searching: see search.h. The words for events are in search_words.c. */
#include "viz/search.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sim/trace/history.h"
#include "viz/panels/heapmap.h"
#include "viz/search_words.h"
#include "viz/zoom.h"

enum {
    ADDRESS_LEAST = 1 << 16, /* a plain number from here on is an address, below it a size */
    MAX_LOOKS = 1 << 19,     /* events of the right kind that one search looks into */
};

/* --- Reading --- */

static bool read_hex(const char *text, uint64_t *out) {
    enum { LEAST_DIGITS = 6 };
    char *end;
    bool letter = strpbrk(text, "abcdefABCDEF") != NULL;
    *out = strtoull(text, &end, 16);
    return !*end && letter && end - text >= LEAST_DIGITS && text[0] != '-';
}

/* "class 5", "5/scan", "5/noscan"; the word for class in either language. */
static bool read_class(const char *text, struct search *out) {
    const char *words[] = {"class", "size class", _("class")};
    char rest[16] = "";
    unsigned n;
    for (size_t i = 0; i < ARRAY_LEN(words); i++) {
        size_t len = strlen(words[i]);
        if (strncmp(text, words[i], len) == 0) {
            text += len;
            break;
        }
    }
    text += strspn(text, " ");
    int read = sscanf(text, "%u%15s", &n, rest);
    bool scan = strcmp(rest, "/scan") == 0, noscan = strcmp(rest, "/noscan") == 0;
    if (read < 1 || n >= NUM_SIZE_CLASSES || (rest[0] && !scan && !noscan))
        return false;
    *out = (struct search){.kind = SEARCH_CLASS, .value = n, .noscan = scan ? 0 : noscan ? 1 : -1};
    return true;
}

static bool read_number(const char *text, struct search *out) {
    char packed[64]; /* "48 B" as "48B" */
    size_t n = 0;
    for (const char *s = text; *s && n + 1 < sizeof packed; s++)
        if (*s != ' ')
            packed[n++] = *s;
    packed[n] = '\0';
    bool hex = strncmp(packed, "0x", 2) == 0, unit = n && strchr("BbKkMmGgTt", packed[n - 1]);
    if (n > 1 && unit && !hex && (packed[n - 1] == 'B' || packed[n - 1] == 'b') &&
        packed[n - 2] >= '0' && packed[n - 2] <= '9')
        packed[--n] = '\0';
    uint64_t value;
    if (parse_u64(packed, &value)) {
        bool address = hex || (!unit && value >= ADDRESS_LEAST);
        *out = (struct search){.kind = address ? SEARCH_ADDRESS : SEARCH_SIZE, .value = value};
        return address || value > 0;
    }
    *out = (struct search){.kind = SEARCH_ADDRESS};
    return read_hex(packed, &out->value);
}

bool search_parse(const char *text, struct search *out) {
    char trimmed[128];
    size_t n;
    *out = (struct search){.kind = SEARCH_NOTHING};
    text += strspn(text, " ");
    snprintf(trimmed, sizeof trimmed, "%s", text);
    for (n = strlen(trimmed); n && trimmed[n - 1] == ' '; n--)
        trimmed[n - 1] = '\0';
    if (!n)
        return false;
    if (trimmed[0] == '#') {
        out->kind = SEARCH_OBJECT;
        return parse_u64(trimmed + 1, &out->value) && out->value <= UINT32_MAX;
    }
    bool classy = strchr(trimmed, '/') || trimmed[0] < '0' || trimmed[0] > '9';
    return (classy && read_class(trimmed, out)) || read_number(trimmed, out) ||
           search_words(trimmed, out);
}

/* --- Things --- */

struct thing search_thing_at(const struct replica *r, uint64_t addr) {
    uint32_t handle = heapmap_span_at(r, addr);
    const struct rspan *s = replica_span(r, handle);
    if (s && s->state == SPAN_STATE_INUSE && s->elemsize) {
        uint64_t slot = (addr - s->base) / s->elemsize;
        if (slot < s->nelems)
            return (struct thing){THING_SLOT, handle, s->base + slot * s->elemsize, s->elemsize};
    }
    if (addr >= replica_arena_base(r) && addr < r->heap[HEAP_arena_used])
        return (struct thing){
            THING_PAGE, handle, addr & ~(uint64_t)(GO_PAGE_SIZE - 1), GO_PAGE_SIZE};
    struct range range;
    size_t i = rangemap_find(&r->ranges, addr);
    if (i < r->ranges.count && r->ranges.ranges[i].start <= addr) {
        range = r->ranges.ranges[i];
        return (struct thing){THING_RANGE, 0, range.start, range.end - range.start};
    }
    return (struct thing){THING_RANGE, 0, addr, 0};
}

/* --- Spans --- */

static bool span_matches(const struct search *s, const struct rspan *span, uint64_t size) {
    if (span->state != SPAN_STATE_INUSE)
        return false;
    if (s->kind == SEARCH_SIZE)
        return span->elemsize == size;
    return spanclass_size_class((unsigned)span->spanclass) == s->value &&
           (s->noscan < 0 || spanclass_noscan((unsigned)span->spanclass) == (bool)s->noscan);
}

/* The smallest slots there are that hold so many bytes. */
static uint64_t slot_size(const struct replica *r, uint64_t bytes) {
    uint64_t best = 0;
    for (uint32_t h = 1; h <= r->span_count; h++) {
        const struct rspan *s = replica_span(r, h);
        if (s->state == SPAN_STATE_INUSE && s->elemsize >= bytes && (!best || s->elemsize < best))
            best = s->elemsize;
    }
    return best;
}

/* The matching span next to addr; the first or last one of all if there is none beyond. */
static uint32_t next_span(
    const struct search *s, const struct replica *r, uint64_t addr, int direction) {
    uint64_t size = s->kind == SEARCH_SIZE ? slot_size(r, s->value) : 0;
    uint32_t best = 0, around = 0;
    for (uint32_t h = 1; h <= r->span_count; h++) {
        const struct rspan *span = replica_span(r, h);
        if (!span_matches(s, span, size))
            continue;
        uint64_t key = direction > 0 ? span->base : ~span->base;
        uint64_t from = direction > 0 ? addr : ~addr;
        const struct rspan *b = replica_span(r, best), *a = replica_span(r, around);
        if (key > from && (!b || key < (direction > 0 ? b->base : ~b->base)))
            best = h;
        if (!a || key < (direction > 0 ? a->base : ~a->base))
            around = h;
    }
    return best ? best : around;
}

/* The address that the thing pinned stands for, for the search of spans to go on from. */
static uint64_t pinned_base(const struct replica *r, struct thing pinned, int direction) {
    bool inside =
        pinned.kind == THING_PAGE || pinned.kind == THING_SLOT || pinned.kind == THING_WORD;
    const struct rspan *s =
        inside && pinned.index <= r->span_count ? replica_span(r, (uint32_t)pinned.index) : NULL;
    if (s)
        return s->base;
    return direction > 0 ? 0 : UINT64_MAX;
}

/* --- Events --- */

static bool event_matches(const struct search *s, const struct event *ev) {
    if (s->kind == SEARCH_EVENTS)
        return (s->kinds >> ev->kind & 1) && (s->w < 0 || (ev->w & 0xff) == s->w);
    return (ev->kind == EV_OBJECT || ev->kind == EV_DROP || ev->kind == EV_STORE) &&
           ev->x == s->value;
}

/* The matching event from number `from` on, or before it. NO_EVENT if there is none near enough. */
static uint64_t find_event(
    const struct search *s, const struct recording *rec, uint64_t from, bool forward) {
    struct find find = {.what = FIND_KIND, .value = s->kinds};
    if (s->kind == SEARCH_OBJECT) /* by number, wherever it is */
        find = (struct find){.what = FIND_OBJECT, .value = s->value, .size = UINT64_MAX};
    for (unsigned looks = 0; looks < MAX_LOOKS; looks++) {
        uint64_t i = recording_find(rec, from, forward, &find);
        if (i == NO_EVENT || event_matches(s, recording_event(rec, i)))
            return i;
        from = forward ? i + 1 : i;
    }
    return NO_EVENT;
}

/* After the moment, or before the event that led to it. */
static uint64_t next_event(
    const struct search *s, const struct recording *rec, uint64_t seq, int direction) {
    if (direction > 0)
        return find_event(s, rec, seq, true);
    return seq ? find_event(s, rec, seq - 1, false) : NO_EVENT;
}

bool search_step(const struct search *s, const struct replica *r, const struct recording *rec,
    struct thing pinned, int direction, struct match *out) {
    *out = (struct match){.seq = r->seq};
    switch (s->kind) {
    case SEARCH_NOTHING: return false;
    case SEARCH_ADDRESS: out->thing = search_thing_at(r, s->value); return true;
    case SEARCH_SIZE:
    case SEARCH_CLASS: {
        uint32_t handle = next_span(s, r, pinned_base(r, pinned, direction), direction);
        const struct rspan *span = replica_span(r, handle);
        if (span)
            out->thing = (struct thing){THING_PAGE, handle, span->base, GO_PAGE_SIZE};
        return span != NULL;
    }
    default: break;
    }
    uint64_t i = next_event(s, rec, r->seq, direction);
    if (i == NO_EVENT)
        return false;
    const struct event *ev = recording_event(rec, i);
    out->moves = true;
    out->seq = i + 1;
    out->thing = (struct thing){.kind = THING_EVENT, .index = i};
    if (ev->kind == EV_OBJECT || ev->kind == EV_DROP)
        out->thing = (struct thing){.kind = THING_SLOT, .addr = ev->a};
    return true;
}

/* --- Answers --- */

static void answer_address(
    const struct replica *r, const struct platform *p, uint64_t addr, struct strbuf *out) {
    static const char *const states[] = {
#define X(NAME, text) text,
        RANGE_STATES(X)
#undef X
    };
    const uint64_t *h = r->heap;
    uint32_t handle = heapmap_span_at(r, addr);
    const struct rspan *s = replica_span(r, handle);
    char size[32];
    if (s && s->state == SPAN_STATE_INUSE && s->elemsize) {
        uint64_t slot = (addr - s->base) / s->elemsize;
        const char *is =
            slot < s->nelems && rspan_slot_allocated(s, slot) ? _("allocated") : _("free");
        sb_printf(out,
            _("0x%" PRIx64 " = span 0x%" PRIx64 " + 0x%" PRIx64 ": slot %" PRIu64 " of %" PRIu64
              " (from 0), %s, %s"),
            addr, s->base, addr - s->base, slot, s->nelems,
            format_size(s->elemsize, size, sizeof size), is);
    } else if (s) {
        sb_printf(out, _("0x%" PRIx64 " = span 0x%" PRIx64 " + 0x%" PRIx64 ": %s"), addr, s->base,
            addr - s->base, s->state == SPAN_STATE_FREE ? _("free") : _("managed by hand"));
    } else if (h[HEAP_spans_cap] && addr - h[HEAP_spans] < h[HEAP_spans_cap] * p->ptr_size) {
        sb_printf(out, _("0x%" PRIx64 " = spans + 0x%" PRIx64 ": the entry of page %" PRIu64), addr,
            addr - h[HEAP_spans], (addr - h[HEAP_spans]) / p->ptr_size);
    } else if (h[HEAP_bitmap] && addr < h[HEAP_bitmap] &&
               h[HEAP_bitmap] - addr <= h[HEAP_bitmap_mapped]) {
        sb_printf(out,
            _("0x%" PRIx64 " = bitmap - 0x%" PRIx64 ": the bits of 4 words from 0x%" PRIx64), addr,
            h[HEAP_bitmap] - addr,
            h[HEAP_arena_start] + (h[HEAP_bitmap] - 1 - addr) * 4 * p->ptr_size);
    } else {
        enum range_owner owner;
        sb_printf(
            out, _("0x%" PRIx64 ": %s"), addr, _(states[rangemap_state(&r->ranges, addr, &owner)]));
    }
}

static void answer_spans(const struct search *s, const struct replica *r, struct strbuf *out) {
    uint64_t size = s->kind == SEARCH_SIZE ? slot_size(r, s->value) : 0;
    unsigned long spans = 0;
    uint64_t slots = 0, used = 0;
    for (uint32_t h = 1; h <= r->span_count; h++) {
        const struct rspan *span = replica_span(r, h);
        if (!span_matches(s, span, size))
            continue;
        spans++;
        slots += span->nelems;
        used += span->alloc_count;
        size = span->elemsize;
    }
    char bytes[32];
    if (!spans)
        sb_puts(out, _("No span is in use for that now."));
    else
        sb_printf(out,
            ngettext("%lu span with slots of %s: %" PRIu64 " of %" PRIu64 " slots allocated",
                "%lu spans with slots of %s: %" PRIu64 " of %" PRIu64 " slots allocated", spans),
            spans, format_size(size, bytes, sizeof bytes), used, slots);
}

static void answer_events(const struct search *s, const struct replica *r,
    const struct recording *rec, struct strbuf *out) {
    uint64_t next = next_event(s, rec, r->seq, 1), before = next_event(s, rec, r->seq, -1);
    char a[32], b[32];
    const char *what = s->kind == SEARCH_EVENTS ? _(s->word) : _("object");
    format_count(next + 1, a, sizeof a);
    format_count(before + 1, b, sizeof b);
    if (next != NO_EVENT && before != NO_EVENT)
        sb_printf(out, _("%s: next at event %s, the one before at %s"), what, a, b);
    else if (next != NO_EVENT)
        sb_printf(out, _("%s: next at event %s, none before"), what, a);
    else if (before != NO_EVENT)
        sb_printf(out, _("%s: none later, the one before at event %s"), what, b);
    else
        sb_printf(out, _("%s: not another one in this run"), what);
}

void search_answer(const struct search *s, const struct replica *r, const struct recording *rec,
    const struct platform *platform, struct strbuf *out) {
    switch (s->kind) {
    case SEARCH_NOTHING: break;
    case SEARCH_ADDRESS: answer_address(r, platform, s->value, out); break;
    case SEARCH_SIZE:
    case SEARCH_CLASS: answer_spans(s, r, out); break;
    case SEARCH_OBJECT:
    case SEARCH_EVENTS: answer_events(s, r, rec, out); break;
    }
}

/* --- The same thing again --- */

/* What events about the thing have. */
static bool find_about(
    const struct recording *rec, const struct replica *r, struct thing thing, struct find *find) {
    struct object_life life;
    uint32_t spans[2] = {(uint32_t)thing.index, 0};
    bool object = thing.kind == THING_SLOT || thing.kind == THING_WORD;
    if (object && object_life(rec, r, thing.addr, &life)) {
        *find = find_object(&life);
        return true;
    }
    if (thing.kind == THING_EVENT) {
        if (thing.index >= recording_count(rec) ||
            !event_spans(recording_event(rec, thing.index), spans))
            return false;
    } else if (!object && thing.kind != THING_PAGE) {
        return false;
    }
    *find = (struct find){.what = FIND_SPAN, .value = spans[0]};
    return spans[0] != 0;
}

uint64_t search_same(const struct recording *rec, const struct replica *r, struct thing thing,
    int direction, bool *about) {
    struct find find;
    *about = find_about(rec, r, thing, &find);
    if (!*about || (direction < 0 && r->seq == 0))
        return NO_EVENT;
    return recording_find(rec, direction > 0 ? r->seq : r->seq - 1, direction > 0, &find);
}
