/*
 * The replay provider: answers come from a transcript, in order. A request that differs from the
 * recorded one, or comes when none is left, sets os->diverged and os->why, naming both.
 */
#ifndef ARENA_REPLAY_H
#define ARENA_REPLAY_H

#include "sim/os/os.h"

/* What a transcript's `platform` line says. */
struct replay_world {
    const struct platform *platform; /* owned by the caller, outlives the provider */
    uint64_t image_end, brk, phys_page_size, huge_page_size;
};

struct os *os_replay_new(const struct replay_world *world, struct error *err);

/* Adds one recorded call: the text after "os ", such as "map addr=0x1000 size=0x1000 reserved=1".
 * False with err filled if it cannot be understood. */
bool os_replay_expect(struct os *os, const char *call, struct error *err);

/* Recorded calls not asked for yet. */
size_t os_replay_left(const struct os *os);

#endif
