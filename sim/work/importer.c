/*
 * Importing allocfreetrace logs: see importer.h.
 *
 * One pass over the text makes a compact list of records; the text is not kept. Operations are made
 * from the records as they are asked for, because types are laid out for the width that asks.
 *
 * Two hash tables with open addressing serve the pass: addresses to the objects that live there,
 * and type names to types. Capacities are powers of two, at most half full.
 */
#include "sim/work/importer.h"

#include "sim/base/file.h"
#include "sim/base/i18n.h"
#include "sim/work/gotype.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { NO_TYPE = -1 };

/* Larger than any object of any platform; keeps sums of sizes far from overflow. */
#define MAX_SIZE (UINT64_C(1) << 48)

enum record_kind { RECORD_ALLOC, RECORD_DROP, RECORD_GC, RECORD_COLLECT };

struct record {
    enum record_kind kind;
    int line;
    uint32_t id;   /* ALLOC, DROP; GC: its number */
    int32_t type;  /* ALLOC: index, or NO_TYPE */
    uint64_t size; /* ALLOC: bytes in the log */
};

/* One type for both widths: [0] of 4 bytes a word, [1] of 8. */
struct type {
    char *name;
    bool settled;
    struct gotype layout[2];
};

struct home {
    uint64_t addr;
    uint32_t id; /* 0: empty place; an address whose object is gone keeps its place as GONE */
};
#define GONE UINT32_MAX

struct import {
    struct op_source source;
    char *name;
    struct import_report report;
    struct record *records;
    size_t record_count, record_cap;
    struct type *types;
    size_t type_count, type_cap;
    char (*notes)[80]; /* one a collection */
    size_t at;
    uint32_t objects;
};

/* What only the pass needs. */
struct pass {
    struct import *im;
    struct home *homes;
    size_t home_cap, home_used;
    int32_t *type_places; /* index + 1 of a type, 0: empty */
    size_t type_place_cap;
    uint64_t line, top; /* top: the highest address */
    struct error *err;
};

static bool fail(struct pass *p, const char *what, const char *expected) {
    return error_set(p->err, _("%s:%llu: %s; expected %s"), p->im->name,
        (unsigned long long)p->line, what, expected);
}

/* --- Addresses --- */

static uint64_t mix(uint64_t x) {
    x ^= x >> 33;
    x *= UINT64_C(0xff51afd7ed558ccd);
    return x ^ x >> 33;
}

/* The place of addr, or the empty one where it belongs. */
static struct home *home_place(struct home *homes, size_t cap, uint64_t addr) {
    size_t i = (size_t)mix(addr) & (cap - 1);
    while (homes[i].id && homes[i].addr != addr)
        i = (i + 1) & (cap - 1);
    return &homes[i];
}

static void grow_homes(struct pass *p) {
    size_t cap = p->home_cap ? p->home_cap * 2 : 4096, used = 0;
    struct home *grown = xcalloc(cap, sizeof *grown);
    for (size_t i = 0; i < p->home_cap; i++)
        if (p->homes[i].id && p->homes[i].id != GONE) {
            *home_place(grown, cap, p->homes[i].addr) = p->homes[i];
            used++;
        }
    free(p->homes);
    p->homes = grown;
    p->home_cap = cap;
    p->home_used = used;
}

/* Puts object id at addr; returns the one that lived there, 0 if none did. */
static uint32_t settle(struct pass *p, uint64_t addr, uint32_t id) {
    if (2 * (p->home_used + 1) > p->home_cap)
        grow_homes(p);
    struct home *h = home_place(p->homes, p->home_cap, addr);
    uint32_t old = h->id;
    p->home_used += old == 0;
    *h = (struct home){addr, id};
    return old == GONE ? 0 : old;
}

/* The object at addr leaves; 0 if there is none. */
static uint32_t leave(struct pass *p, uint64_t addr) {
    if (p->home_cap == 0)
        return 0;
    struct home *h = home_place(p->homes, p->home_cap, addr);
    uint32_t old = h->id;
    if (old == 0 || old == GONE)
        return 0;
    h->id = GONE;
    return old;
}

/* --- Types --- */

static uint64_t hash_name(const char *name, size_t len) {
    uint64_t h = UINT64_C(0xcbf29ce484222325); /* FNV-1a */
    for (size_t i = 0; i < len; i++)
        h = (h ^ (unsigned char)name[i]) * UINT64_C(0x100000001b3);
    return h;
}

static int32_t *type_place(const struct pass *p, const char *name, size_t len) {
    size_t i = (size_t)hash_name(name, len) & (p->type_place_cap - 1);
    for (; p->type_places[i]; i = (i + 1) & (p->type_place_cap - 1)) {
        const char *there = p->im->types[p->type_places[i] - 1].name;
        if (strncmp(there, name, len) == 0 && there[len] == '\0')
            break;
    }
    return &p->type_places[i];
}

static void grow_types(struct pass *p) {
    free(p->type_places);
    p->type_place_cap = p->type_place_cap ? p->type_place_cap * 2 : 256;
    p->type_places = xcalloc(p->type_place_cap, sizeof *p->type_places);
    for (size_t i = 0; i < p->im->type_count; i++) {
        const char *name = p->im->types[i].name;
        *type_place(p, name, strlen(name)) = (int32_t)i + 1;
    }
}

static int32_t find_type(struct pass *p, const char *name, size_t len) {
    struct import *im = p->im;
    if (2 * (im->type_count + 1) > p->type_place_cap)
        grow_types(p);
    int32_t *place = type_place(p, name, len);
    if (*place)
        return *place - 1;
    void *types = im->types;
    array_reserve(&types, &im->type_cap, im->type_count + 1, sizeof *im->types);
    im->types = types;
    struct type *t = &im->types[im->type_count++];
    *t = (struct type){.name = xstrndup(name, len)};
    t->settled =
        gotype_layout(t->name, 8, &t->layout[1]) && gotype_layout(t->name, 4, &t->layout[0]);
    if (t->settled)
        im->report.named_types++;
    else
        im->report.assumed_types++;
    *place = (int32_t)im->type_count;
    return *place - 1;
}

/* --- Lines --- */

static struct record *add_record(struct pass *p, enum record_kind kind) {
    struct import *im = p->im;
    void *records = im->records;
    array_reserve(&records, &im->record_cap, im->record_count + 1, sizeof *im->records);
    im->records = records;
    im->records[im->record_count] = (struct record){.kind = kind, .line = (int)p->line};
    return &im->records[im->record_count++];
}

/* A hex number with 0x, stepped over; false on anything else or overflow. */
static bool read_hex(const char **at, const char *end, uint64_t *out) {
    const char *s = *at;
    if (end - s < 3 || s[0] != '0' || s[1] != 'x')
        return false;
    uint64_t n = 0;
    for (s += 2; s < end; s++) {
        int digit = *s >= '0' && *s <= '9' ? *s - '0' : *s >= 'a' && *s <= 'f' ? *s - 'a' + 10 : -1;
        if (digit < 0)
            break;
        if (n >> 60)
            return false;
        n = n << 4 | (uint64_t)digit;
    }
    if (s == *at + 2)
        return false;
    *at = s;
    *out = n;
    return true;
}

/* `0xADDR, 0xSIZE` */
static bool read_pair(struct pass *p, const char **at, const char *end, uint64_t *addr,
    uint64_t *size, const char *form) {
    bool ok = read_hex(at, end, addr) && end - *at > 2 && memcmp(*at, ", ", 2) == 0;
    if (ok) {
        *at += 2;
        ok = read_hex(at, end, size);
    }
    if (!ok)
        return fail(p, _("broken line"), form);
    if (*size > MAX_SIZE)
        return fail(p, _("impossible size"), _("at most 0x1000000000000 bytes"));
    if (*addr > p->top)
        p->top = *addr;
    return true;
}

static bool read_alloc(struct pass *p, const char *at, const char *end) {
    static const char form[] = "tracealloc(0xADDR, 0xSIZE[, TYPE])";
    struct import *im = p->im;
    uint64_t addr = 0, size = 0;
    if (!read_pair(p, &at, end, &addr, &size, form))
        return false;
    bool typed = end - at > 3 && memcmp(at, ", ", 2) == 0;
    if (end[-1] != ')' || (!typed && at != end - 1))
        return fail(p, _("broken line"), form);
    INVARIANT(im->objects < GONE - 1); /* LIMIT_INPUT bytes are fewer lines */
    int32_t type = typed ? find_type(p, at + 2, (size_t)(end - 1 - at - 2)) : NO_TYPE;
    uint32_t id = ++im->objects, old = settle(p, addr, id);
    if (old) {
        im->report.replaced++;
        add_record(p, RECORD_DROP)->id = old;
    }
    struct record *r = add_record(p, RECORD_ALLOC);
    r->id = id;
    r->type = type;
    r->size = size;
    im->report.allocs++;
    return true;
}

static bool read_free(struct pass *p, const char *at, const char *end) {
    static const char form[] = "tracefree(0xADDR, 0xSIZE)";
    uint64_t addr = 0, size = 0;
    if (!read_pair(p, &at, end, &addr, &size, form))
        return false;
    if (end - at != 1 || *at != ')')
        return fail(p, _("broken line"), form);
    uint32_t id = leave(p, addr);
    if (id)
        add_record(p, RECORD_DROP)->id = id;
    else
        p->im->report.unknown++;
    p->im->report.frees++;
    return true;
}

static bool read_gc(struct pass *p, const char *at, const char *end) {
    if (end - at != 1 || *at != ')')
        return fail(p, _("broken line"), "tracegc()");
    add_record(p, RECORD_GC)->id = (uint32_t)p->im->report.gcs++;
    return true;
}

static const struct {
    const char *start;
    bool (*read)(struct pass *p, const char *at, const char *end);
} trace_lines[] = {{"tracealloc(", read_alloc}, {"tracefree(", read_free}, {"tracegc(", read_gc}};

/* Which of them the line is, or their number. */
static size_t which_line(const char *line, size_t len) {
    size_t i = 0;
    if (len < 8 || memcmp(line, "trace", 5) != 0)
        return ARRAY_LEN(trace_lines);
    for (; i < ARRAY_LEN(trace_lines); i++) {
        size_t n = strlen(trace_lines[i].start);
        if (len >= n && memcmp(line, trace_lines[i].start, n) == 0)
            break;
    }
    return i;
}

static bool read_line(struct pass *p, const char *line, size_t len) {
    size_t kind = which_line(line, len);
    if (kind == ARRAY_LEN(trace_lines)) {
        p->im->report.ignored++;
        return true;
    }
    p->im->report.understood++;
    if (line[len - 1] == '\r')
        len--;
    return trace_lines[kind].read(p, line + strlen(trace_lines[kind].start), line + len);
}

static bool read_lines(struct pass *p, const char *text, size_t len) {
    const char *end = text + len;
    while (text < end) {
        const char *newline = memchr(text, '\n', (size_t)(end - text));
        p->line++;
        if (!newline) {
            p->im->report.ignored++;
            p->im->report.truncated = true;
            break;
        }
        if (!read_line(p, text, (size_t)(newline - text)))
            return false;
        text = newline + 1;
    }
    p->im->report.lines = p->line;
    if (p->im->report.allocs == 0)
        return error_set(p->err,
            _("%s:%llu: no allocation in the whole file; expected a log of "
              "GODEBUG=allocfreetrace=1 with tracealloc(...) lines"),
            p->im->name, (unsigned long long)p->line);
    return true;
}

bool importer_recognises(const char *text, size_t len) {
    const char *end = text + len;
    while (text < end) {
        const char *newline = memchr(text, '\n', (size_t)(end - text));
        size_t line = newline ? (size_t)(newline - text) : (size_t)(end - text);
        if (which_line(text, line) < ARRAY_LEN(trace_lines))
            return true;
        text += line + 1;
    }
    return false;
}

/* --- Operations --- */

/* An object of an unknown type: words, all of them pointers. */
static void assume_pointers(const struct import *im, uint64_t size, struct op *op) {
    static const uint8_t one = 1;
    op->count = (size + im->report.width - 1) / im->report.width;
    op->elem = op->ptrdata = im->source.ptr_size;
    op->mask = &one;
}

/* The type that says where an allocation's pointers are; NULL if none does. */
static const struct type *settling_type(const struct import *im, const struct record *r) {
    const struct type *t = r->type == NO_TYPE ? NULL : &im->types[r->type];
    bool fits = t && t->settled && t->layout[im->report.width == 8].size <= r->size;
    return fits ? t : NULL;
}

static void make_alloc(const struct import *im, const struct record *r, struct op *op) {
    const struct type *t = settling_type(im, r);
    const struct gotype *there = t ? &t->layout[im->report.width == 8] : NULL;
    const struct gotype *here = t ? &t->layout[im->source.ptr_size == 8] : NULL;
    op->code = OP_ALLOC;
    op->size = r->size;
    if (r->type == NO_TYPE || r->size == 0 || (t && here->ptr_words == 0))
        return;
    op->code = OP_ALLOC_TYPED;
    if (t) {
        op->elem = here->size;
        op->count = r->size / there->size;
        op->ptrdata = here->ptr_words * im->source.ptr_size;
        op->mask = here->mask;
    } else {
        assume_pointers(im, r->size, op);
    }
    op->size = op->elem * op->count;
}

static bool import_next(struct op_source *source, struct op *op, struct error *err) {
    struct import *im = (struct import *)source;
    err->text[0] = '\0';
    if (im->at > im->record_count)
        return false;
    *op = (struct op){.code = OP_INIT};
    if (im->at++ == 0)
        return true;
    const struct record *r = &im->records[im->at - 2];
    op->line = r->line;
    op->id = r->id;
    switch (r->kind) { /* never: another kind */
    case RECORD_ALLOC: make_alloc(im, r, op); break;
    case RECORD_DROP: op->code = OP_DROP; break;
    case RECORD_GC:
        op->code = OP_NOTE;
        op->note = im->notes[r->id];
        break;
    case RECORD_COLLECT: op->code = OP_COLLECT; break;
    }
    return true;
}

static void import_rewind(struct op_source *source) {
    ((struct import *)source)->at = 0;
}

static void import_destroy(struct op_source *source) {
    struct import *im = (struct import *)source;
    for (size_t i = 0; i < im->type_count; i++)
        free(im->types[i].name);
    free(im->types);
    free(im->records);
    free(im->notes);
    free(im->name);
    free(im);
}

/* The end of the records up to the next collection. */
static size_t cycle_end(const struct import *im, size_t first) {
    size_t end = first;
    while (end < im->record_count && im->records[end].kind != RECORD_GC)
        end++;
    return end;
}

/* What a collection found dead is logged after it, bit by bit, as sweeping comes to it. Here it is
 * dropped before, so that our collection finds it dead too. (Objects made since then were never
 * found dead by it; a log that says so keeps its order.) */
static void place_collections(struct import *im) {
    size_t count = 0, cap = im->record_count + im->report.gcs;
    struct record *placed = xmalloc((cap + 1) * sizeof *placed);
    uint32_t objects = 0;
    for (size_t i = 0; i < im->record_count;) {
        const struct record *gc = im->records[i].kind == RECORD_GC ? &im->records[i++] : NULL;
        size_t end = cycle_end(im, i);
        for (size_t k = i; gc && k < end; k++)
            if (im->records[k].kind == RECORD_DROP && im->records[k].id <= objects)
                placed[count++] = im->records[k];
        uint32_t before = objects;
        if (gc) {
            placed[count++] = *gc;
            placed[count] = *gc;
            placed[count++].kind = RECORD_COLLECT;
        }
        for (; i < end; i++) {
            const struct record *r = &im->records[i];
            if (r->kind == RECORD_ALLOC)
                objects = r->id;
            if (!gc || r->kind != RECORD_DROP || r->id > before)
                placed[count++] = *r;
        }
    }
    free(im->records);
    im->records = placed;
    im->record_count = count;
    im->record_cap = cap;
}

/* What can be told only when the whole log was seen. */
static void finish(struct import *im, uint64_t top) {
    struct import_report *rep = &im->report;
    rep->width = top > UINT32_MAX ? 8 : 4;
    for (size_t i = 0; i < im->record_count; i++) {
        const struct record *r = &im->records[i];
        if (r->kind != RECORD_ALLOC)
            continue;
        rep->untyped += r->type == NO_TYPE;
        rep->named += r->type != NO_TYPE && settling_type(im, r);
        rep->assumed += r->type != NO_TYPE && !settling_type(im, r);
    }
    im->notes = xcalloc(rep->gcs, sizeof *im->notes);
    for (uint64_t i = 0; i < rep->gcs; i++)
        snprintf(im->notes[i], sizeof *im->notes, "The program collected here (%llu of %llu)",
            (unsigned long long)i + 1, (unsigned long long)rep->gcs);
}

struct op_source *importer_parse(
    const char *name, const char *text, size_t len, bool cut, struct error *err) {
    struct import *im = xcalloc(1, sizeof *im);
    im->name = xstrdup(name);
    im->source =
        (struct op_source){import_next, import_rewind, import_destroy, im->name, sizeof(uint64_t)};
    struct pass p = {.im = im, .err = err};
    bool ok = read_lines(&p, text, len);
    free(p.homes);
    free(p.type_places);
    if (!ok) {
        import_destroy(&im->source);
        return NULL;
    }
    im->report.truncated |= cut;
    finish(im, p.top);
    place_collections(im);
    return &im->source;
}

struct op_source *importer_open(const char *path, struct error *err) {
    struct strbuf text = {0};
    bool cut = false;
    struct op_source *source = NULL;
    if (file_read(path, &text, &cut, err))
        source = importer_parse(path, sb_text(&text), text.len, cut, err);
    sb_free(&text);
    return source;
}

/* --- The report --- */

static const struct import *as_import(const struct op_source *source) {
    return source->next == import_next ? (const struct import *)source : NULL;
}

const struct import_report *importer_result(const struct op_source *source) {
    const struct import *im = as_import(source);
    return im ? &im->report : NULL;
}

static void say(struct strbuf *out, uint64_t n, const char *what) {
    if (n)
        sb_printf(out, "  %llu %s\n", (unsigned long long)n, what);
}

void importer_report(const struct op_source *source, unsigned ptr_size, struct strbuf *out) {
    const struct import *im = as_import(source);
    if (!im)
        return;
    const struct import_report *r = &im->report;
    sb_printf(out, _("%s: %llu lines, %llu understood, %llu of stacks and other text ignored\n"),
        im->name, (unsigned long long)r->lines, (unsigned long long)r->understood,
        (unsigned long long)r->ignored);
    sb_printf(out, _("  %llu allocations, %llu frees, %llu collections, of a %u-bit program\n"),
        (unsigned long long)r->allocs, (unsigned long long)r->frees, (unsigned long long)r->gcs,
        r->width * 8);
    say(out, r->untyped, _("without a type: taken as pointer-free"));
    say(out, r->named, _("whose type's name says where the pointers are"));
    say(out, r->assumed, _("whose type's name does not: every word taken as a pointer"));
    say(out, r->replaced, _("at an address still in use: the object there taken as dropped"));
    say(out, r->unknown, _("frees of objects whose allocation the log does not have: ignored"));
    if (r->width != ptr_size)
        sb_printf(out,
            _("  run with %u-bit words: objects with pointers take the size they have there\n"),
            ptr_size * 8);
    if (r->truncated)
        sb_puts(out, _("  the log stops short: its last line was left out\n"));
}
