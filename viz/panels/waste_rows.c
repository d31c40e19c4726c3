/*
 * What a part of the memory is made of, in rows and words. See waste.h.
 */
#include <stdio.h>
#include <stdlib.h>

#include "sim/base/i18n.h"
#include "viz/panels/shelf.h"
#include "viz/panels/waste.h"

enum waste_rows_of waste_rows_of(enum waste_part part) {
    switch (part) {
    case WASTE_ASKED:
    case WASTE_ROUNDING:
    case WASTE_TINY:
    case WASTE_TAIL:
    case WASTE_SLOTS: return ROWS_CLASSES;
    case WASTE_FREE:
    case WASTE_RELEASED: return ROWS_FREE;
    case WASTE_METADATA: return ROWS_RECORDS;
    default: return ROWS_NONE;
    }
}

static int by_bytes(const void *a, const void *b) {
    const struct waste_row *x = a, *y = b;
    if (x->bytes != y->bytes)
        return x->bytes < y->bytes ? 1 : -1;
    return (int)x->id - (int)y->id;
}

static int class_rows(
    const struct replica *r, enum waste_part part, struct waste_row rows[NUM_SPAN_CLASSES]) {
    int n = 0;
    for (unsigned c = 0; c < NUM_SPAN_CLASSES; c++) {
        struct waste_row row = {.id = c, .count = r->classes[c].spans};
        row.bytes = waste_of_class(r, c, part, &row.about);
        if (row.bytes)
            rows[n++] = row;
    }
    qsort(rows, (size_t)n, sizeof *rows, by_bytes);
    return n;
}

int waste_rows(
    const struct replica *r, enum waste_part part, struct waste_row rows[NUM_SPAN_CLASSES]) {
    int n = 0;
    switch (waste_rows_of(part)) {
    case ROWS_NONE: return 0;
    case ROWS_CLASSES: return class_rows(r, part, rows);
    case ROWS_FREE:
        for (unsigned i = 0; i < WASTE_OCTAVES; i++) {
            struct waste_row row = {.id = i};
            row.bytes = waste_free_pages(r, i, &row.count) << GO_PAGE_SHIFT;
            if (row.bytes)
                rows[n++] = row;
        }
        return n;
    case ROWS_RECORDS:
        for (unsigned i = 0; i < RECORD_COUNT; i++) {
            struct waste_row row = {.id = i, .bytes = waste_of_record(r, (enum waste_record)i)};
            if (row.bytes)
                rows[n++] = row;
        }
        return n;
    }
    return n;
}

const struct waste_row *waste_row_find(const struct waste_row *rows, int count, int id) {
    for (int i = 0; i < count; i++)
        if (id >= 0 && rows[i].id == (unsigned)id)
            return &rows[i];
    return count ? rows : NULL;
}

/* --- Words --- */

const char *waste_part_name(enum waste_part part) {
    static const char *const names[WASTE_PARTS] = {N_("asked for"), N_("rounding up"),
        N_("tiny blocks"), N_("span tails"), N_("free slots"), N_("managed by hand"),
        N_("free runs"), N_("given back"), N_("not used yet"), N_("runtime's records")};
    return _(names[part]);
}

static const char *record_name(unsigned record) {
    static const char *const names[RECORD_COUNT] = {N_("heap bitmap"),
        N_("mark bits, sweep stacks"), N_("mspan records"), N_("mcache records"),
        N_("spans table, treap, lists")};
    return _(names[record]);
}

static void class_name(const struct replica *r, unsigned spanclass, char *buf, size_t len) {
    const struct class_sum *c = &r->classes[spanclass];
    const char *kind = spanclass_noscan(spanclass) ? "noscan" : "scan";
    char size[32];
    if (spanclass_size_class(spanclass) == 0)
        snprintf(buf, len, _("large, %s"), kind);
    else
        snprintf(buf, len, "%s B %s",
            format_count(c->slots ? c->slot_bytes / c->slots : 0, size, sizeof size), kind);
}

char *waste_row_name(const struct replica *r, enum waste_part part, const struct waste_row *row,
    char *buf, size_t len) {
    unsigned from = 1u << (row->id < WASTE_OCTAVES ? row->id : 0);
    switch (waste_rows_of(part)) {
    case ROWS_CLASSES: class_name(r, row->id, buf, len); break;
    case ROWS_RECORDS: snprintf(buf, len, "%s", record_name(row->id)); break;
    default:
        if (row->id == 0)
            snprintf(buf, len, "%s", _("1 page"));
        else if (row->id + 1 == WASTE_OCTAVES)
            snprintf(buf, len, _("%u pages or more"), from);
        else
            snprintf(buf, len, _("%u to %u pages"), from, 2 * from - 1);
        break;
    }
    return buf;
}

static void tell_free(const struct replica *r, struct strbuf *out) {
    uint64_t longest = shelf_longest_free(r, NULL);
    char pages[32], size[32];
    if (!longest) {
        sb_puts(out, _("No run of pages is free: the next span makes the heap grow."));
        return;
    }
    sb_printf(out,
        ngettext("The longest free run has %s page (%s). Whatever needs more makes the heap grow, "
                 "however much is free in sum.",
            "The longest free run has %s pages (%s). Whatever needs more makes the heap grow, "
            "however much is free in sum.",
            (unsigned long)longest),
        format_count(longest, pages, sizeof pages),
        format_size(longest << GO_PAGE_SHIFT, size, sizeof size));
}

void waste_tell(
    const struct replica *r, const struct waste *w, enum waste_part part, struct strbuf *out) {
    static const char *const words[WASTE_PARTS] = {
        N_("What the objects in allocated slots asked for. Garbage counts too until a collection "
           "finds it."),
        N_("A slot has one of 66 sizes, a large object whole pages: what its object did not ask "
           "for is lost."),
        N_("Small objects without pointers share blocks of 16 bytes: what none of them has."),
        N_("A span is whole pages, and its slots need not fill them: what is left at its end."),
        N_("Slots not allocated in spans in use. Only objects of the same class can have them."),
        N_("Spans that the program manages by hand, as Go does with stacks."),
        NULL,
        N_("Free runs whose memory was given back: they keep their addresses and cost nothing "
           "until used again."),
        N_("Mapped, but not handed to the heap yet."),
        N_("What the allocator needs for itself: bits for each word and slot, records of spans."),
    };
    if (words[part])
        sb_puts(out, _(words[part]));
    else
        tell_free(r, out);
    if (w->about[part]) {
        sb_puts(out, " ");
        sb_puts(out, _("About (≈): objects have died, and those alive are taken to be like all of "
                       "their class so far."));
    }
}

/* --- Spans --- */

static int add_list(
    const struct replica *r, unsigned list, unsigned spanclass, uint32_t *handles, int n, int max) {
    for (uint32_t h = r->lists[list].first; h && n < max; h = replica_span(r, h)->next)
        if (spanclass == NUM_SPAN_CLASSES || replica_span(r, h)->spanclass == spanclass)
            handles[n++] = h;
    return n;
}

static int add_treap(const struct replica *r, uint32_t node, uint32_t *handles, int n, int max) {
    const struct rspan *s = replica_span(r, node);
    if (!s || n >= max)
        return n;
    n = add_treap(r, s->left, handles, n, max);
    if (n < max)
        handles[n++] = node;
    return add_treap(r, s->right, handles, n, max);
}

int waste_spans(const struct replica *r, enum waste_part part, const struct waste_row *row,
    uint32_t *handles, int max) {
    int n = 0;
    switch (waste_rows_of(part)) {
    case ROWS_CLASSES:
        if (spanclass_size_class(row->id) == 0) {
            for (unsigned list = LIST_BUSY; list <= LIST_BUSYLARGE; list++)
                n = add_list(r, list, row->id, handles, n, max);
            return n;
        }
        n = add_list(r, LIST_NONEMPTY + row->id, row->id, handles, n, max);
        return add_list(r, LIST_EMPTY + row->id, row->id, handles, n, max);
    case ROWS_FREE:
        if (row->id + 1 == WASTE_OCTAVES)
            return add_treap(r, r->treap_root, handles, 0, max);
        for (unsigned pages = 1; pages < NUM_PAGE_LISTS; pages++)
            if (pages >> row->id == 1)
                n = add_list(r, LIST_FREE + pages, NUM_SPAN_CLASSES, handles, n, max);
        return n;
    default: return 0;
    }
}
