/*
 * A scope: what an expression can see. It is one run of a step's script, looked at in one of five
 * moments, with the names that the script has given to objects by then.
 *
 * The run may still be going on: moments that it has not come to are not there.
 */
#ifndef ARENA_SCOPE_H
#define ARENA_SCOPE_H

#include "sim/os/platform.h"
#include "sim/trace/recording.h"

enum scope_moment {
    SCOPE_NOW,
    SCOPE_BEFORE, /* where the step before stops, the run's beginning in the first one */
    SCOPE_AFTER,  /* where the next step stops, the run's end in the last one */
    SCOPE_START,
    SCOPE_END,
    SCOPE_MOMENTS
};

struct scope {
    const struct recording *rec;
    const struct platform *platform;
    const char *script_name, *script;  /* its text */
    uint64_t seq[SCOPE_MOMENTS];       /* events applied; UINT64_MAX: not there (yet) */
    struct replica *at[SCOPE_MOMENTS]; /* brought there when first asked for; the scope's */
    enum scope_moment moment;          /* the one looked at */
};

/* A scope of the run, at moment NOW with seq events applied; START is set, END if the run is over.
 * rec, platform and the texts are the caller's and outlive the scope. */
struct scope scope_of(const struct recording *rec, const struct platform *platform,
    const char *script_name, const char *script, uint64_t seq);
void scope_free(struct scope *s);
/* Says where a moment is. */
void scope_set(struct scope *s, enum scope_moment moment, uint64_t seq);

/* The state at the moment looked at; NULL if the run has not come to it. */
const struct replica *scope_replica(struct scope *s);

/* An object by its name in the script, at that moment, which must be there: name is "p" or "ring",
 * index its slot, or -1 for the one stored last, -2 before it ... False and err if there is none of
 * that name, or no object there. */
bool scope_object(struct scope *s, const char *name, bool indexed, int64_t index, uint64_t *addr,
    uint64_t *size, struct error *err);
/* Events of that kind before the moment. */
uint64_t scope_events(struct scope *s, unsigned kind);

#endif
