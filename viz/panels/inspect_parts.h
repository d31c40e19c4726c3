/*
 * The parts of the inspector, one file each, and what they share. See inspect.c.
 */
#ifndef ARENA_INSPECT_PARTS_H
#define ARENA_INSPECT_PARTS_H

#include "viz/panels/facts.h"

/* 48 B (0x30) */
void facts_add_size_hex(struct facts *f, const char *label, uint64_t bytes);

/* Things of the heap. */
void inspect_page(const struct view *v, struct thing thing, struct facts *f);
void inspect_slot(const struct view *v, struct thing thing, struct facts *f);
void inspect_word(const struct view *v, struct thing thing, struct facts *f);
/* The life of the object that an OBJECT event made; nothing for other events. */
void inspect_object_event(const struct view *v, struct thing thing, struct facts *f);
/* A span's facts; heading: over other things' facts they have one. */
void inspect_span(struct facts *f, const struct view *v, uint32_t handle, bool heading);
/* How much of what is mapped in [lo, hi) is touched, if that is known. */
void inspect_touched(struct facts *f, const struct view *v, uint64_t lo, uint64_t hi);
/* NULL if there is no such span. */
const struct rspan *inspect_span_at(const struct view *v, uint64_t handle);

/* What describes the arena, and the runtime's records. */
void inspect_entry(const struct view *v, struct thing thing, struct facts *f);
void inspect_bitmap_byte(const struct view *v, struct thing thing, struct facts *f);
void inspect_record(const struct view *v, struct thing thing, struct facts *f);
void inspect_mcache(const struct view *v, struct thing thing, struct facts *f);
void inspect_meta(const struct view *v, struct thing thing, struct facts *f);

#endif
