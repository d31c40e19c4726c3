/*
 * What the narrators share: the sentence being told, and how numbers and spans are put in words.
 * Only narrate*.c include this.
 */
#ifndef ARENA_NARRATE_PARTS_H
#define ARENA_NARRATE_PARTS_H

#include <inttypes.h>
#include <stdio.h>

#include "sim/base/i18n.h"
#include "sim/trace/narrate.h"

struct teller {
    const struct replica *after; /* may be NULL */
    unsigned ptr_size;
    struct strbuf *out;
};

/* Numbers and addresses as words, good until the end of the block they are used in. */
#define SIZE(n)  format_size((n), (char[32]){0}, 32)
#define COUNT(n) format_count((n), (char[32]){0}, 32)
#define HEX(n)   format_hex((n), (char[32]){0}, 32)

/* The i-th of a table of words marked for translation. */
#define NAME_IN(table, i) ((i) < ARRAY_LEN(table) ? _((table)[i]) : "?")

/* The span of a handle; NULL if it, or its base, cannot be known. */
const struct rspan *span_of(const struct teller *t, uint64_t handle);
/* "span 0xc420000000", or "a span" if its base is unknown; with a capital if a sentence begins with
 * it. Returns buf. */
const char *span_words(const struct teller *t, uint64_t handle, bool begins, char *buf, size_t len);
#define SPAN(handle)       span_words(t, (handle), false, (char[64]){0}, 64)
#define FIRST_SPAN(handle) span_words(t, (handle), true, (char[64]){0}, 64)
/* " (arena)" and the like: the region that addr lies in, or "". */
const char *region_note(const struct teller *t, uint64_t addr);

/* Tells one kind of event; these fit the table in narrate.c. */
typedef void tell_fn(struct teller *t, const struct event *ev);

/* narrate_start.c: mallocinit, and the calls to the system */
tell_fn tell_step, tell_attempt, tell_message, tell_exit, tell_os, tell_range, tell_resident,
    tell_meta;
/* narrate_ps.c: P's and their locks */
tell_fn tell_p_born, tell_switch, tell_wait;
/* narrate_heap.c: the heap's structures */
tell_fn tell_boundary, tell_stat, tell_span_born, tell_span_set, tell_slot, tell_bits, tell_pages;
tell_fn tell_bitmap, tell_list, tell_treap, tell_cache, tell_tiny, tell_nmalloc;

#endif
