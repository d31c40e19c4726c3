/*
 * The world as people change it: each row is one thing of the environment with its usual values,
 * stepped through forward or back. After a change the run begins again in the new world.
 */
#ifndef ARENA_WORLD_H
#define ARENA_WORLD_H

#include "sim/work/session.h"

/* X(NAME, label) */
#define WORLD_ROWS(X)                                                                              \
    X(PLATFORM, N_("platform"))                                                                    \
    X(PROVIDER, N_("addresses from"))                                                              \
    X(LIMIT, N_("address space"))                                                                  \
    X(MEMORY, N_("memory"))                                                                        \
    X(HINTS, N_("hints taken"))                                                                    \
    X(BREAK, N_("program break"))                                                                  \
    X(IMAGE, N_("image ends at"))                                                                  \
    X(PAGE, N_("physical page"))                                                                   \
    X(ANSWERS, N_("kernel answers"))                                                               \
    X(SEED, N_("random seed"))                                                                     \
    X(GOGC, N_("GOGC"))                                                                            \
    X(PS, N_("P's"))

enum world_row {
#define X(NAME, label) WORLD_##NAME,
    WORLD_ROWS(X)
#undef X
        WORLD_ROW_COUNT
};

/* The row's next (1) or previous (-1) value, going round. */
void world_step(struct environment *env, enum world_row row, int direction);
/* Is there anything to choose? (32-bit platforms have no hints.) */
bool world_has(const struct environment *env, enum world_row row);
/* The row's label, and its value in words, in the person's language. For what is left to the
 * platform, `real` (NULL: none) tells what it is. Returns buf. */
const char *world_label(enum world_row row);
char *world_value(const struct environment *env, const struct session *real, enum world_row row,
    char *buf, size_t buf_len);

/* The same world in the other width. Faults are arranged for addresses of one width: they stay
 * behind. */
void world_other_width(struct environment *env);
/* The address of hint number i, and how many of the 128 are taken. */
uint64_t world_hint(const struct platform *p, unsigned i);
unsigned world_hints_taken(const struct environment *env);
/* Takes hint number i for somebody else, or gives it back. */
void world_toggle_hint(struct environment *env, unsigned i);
/* Takes exactly the first n hints. */
void world_take_hints(struct environment *env, unsigned n);

#endif
