/*
 * What the narrators share: the sentence being told, and how numbers and spans are put in words.
 * Only narrate*.c include this.
 */
#ifndef ARENA_NARRATE_PARTS_H
#define ARENA_NARRATE_PARTS_H

#include <inttypes.h>
#include <stdio.h>

#include "sim/trace/narrate.h"

struct teller {
    const struct replica *after; /* may be NULL */
    unsigned ptr_size;
    struct strbuf *out;
};

/* Numbers as words, good until the end of the block they are used in. */
#define SIZE(n)  format_size((n), (char[32]){0}, 32)
#define COUNT(n) format_count((n), (char[32]){0}, 32)
#define HEX      "0x%" PRIx64

#define NAME_IN(table, i) ((i) < ARRAY_LEN(table) ? (table)[i] : "?")

/* "" for one, "s" for any other number. */
const char *plural(uint64_t n);
/* The span of a handle; NULL if it, or its base, cannot be known. */
const struct rspan *span_of(const struct teller *t, uint64_t handle);
/* "span 0xc420000000", or "a span" if its base is unknown. Returns buf. */
const char *span_words(const struct teller *t, uint64_t handle, char *buf, size_t len);
#define SPAN(handle) span_words(t, (handle), (char[40]){0}, 40)
/* Begins the sentence with these words, the first letter made a capital. */
void begin_with(struct teller *t, const char *words);
/* " (arena)" and the like: the region that addr lies in, or "". */
const char *region_note(const struct teller *t, uint64_t addr);

/* Tells one kind of event; these fit the table in narrate.c. */
typedef void tell_fn(struct teller *t, const struct event *ev);

/* narrate_start.c: mallocinit, and the calls to the system */
tell_fn tell_step, tell_attempt, tell_message, tell_exit, tell_os, tell_range, tell_meta;
/* narrate_heap.c: the heap's structures */
tell_fn tell_boundary, tell_stat, tell_p_born, tell_span_born, tell_span_set, tell_slot, tell_bits,
    tell_pages;
tell_fn tell_bitmap, tell_list, tell_treap, tell_cache, tell_tiny, tell_nmalloc;

#endif
