/* Narration of P's: which one acts, and what it waits for. */
#include "sim/trace/narrate_parts.h"

#include "sim/base/i18n.h"

void tell_p_born(struct teller *t, const struct event *ev) {
    sb_printf(t->out, _("P%u starts, with an mcache of its own; its record is at %s."), ev->x,
        HEX(ev->a));
}

void tell_switch(struct teller *t, const struct event *ev) {
    sb_printf(t->out, _("P%u acts now, and P%u rests."), ev->x, (unsigned)ev->a);
}

/* Sentences by the lock's rank, with the P that waits and the one that holds it; an mcentral's have
 * its slots' size between. */
struct sentences {
    const char *wait, *got;
};

static const struct sentences by_rank[RANK_COUNT] = {
    [RANK_HEAP] = {N_("P%u waits for the heap's lock, which P%u holds."),
        N_("P%u waits no longer: it has the heap's lock, from P%u.")},
    [RANK_SWEEPBUF] = {N_("P%u waits for the lock of a sweep stack, which P%u holds."),
        N_("P%u waits no longer: it has the lock of the sweep stack, from P%u.")},
    [RANK_GCBITS] = {N_("P%u waits for the lock of the mark bits, which P%u holds."),
        N_("P%u waits no longer: it has the lock of the mark bits, from P%u.")},
    [RANK_PERSISTENT] = {N_("P%u waits for persistentalloc's lock, which P%u holds."),
        N_("P%u waits no longer: it has persistentalloc's lock, from P%u.")},
    [RANK_OS] = {N_("P%u waits to call the system until P%u has done so."),
        N_("P%u waits no longer: it may call the system, after P%u.")},
};

/* The same of an mcentral, by whether its objects hold no pointers. */
static const struct sentences of_mcentral[] = {
    {N_("P%u waits for the lock of mcentral %s with pointers, which P%u holds."),
        N_("P%u waits no longer: it has the lock of mcentral %s with pointers, from P%u.")},
    {N_("P%u waits for the lock of mcentral %s, which P%u holds."),
        N_("P%u waits no longer: it has the lock of mcentral %s, from P%u.")},
};

void tell_wait(struct teller *t, const struct event *ev) {
    unsigned rank = ev->w & 0xff, index = ev->w >> 8, holder = (unsigned)ev->a;
    bool begins = ev->kind == EV_WAIT;
    if (rank == RANK_CENTRAL) {
        const struct sentences *s = &of_mcentral[spanclass_noscan(index)];
        sb_printf(t->out, _(begins ? s->wait : s->got), ev->x, SIZE(ev->b), holder);
    } else if (rank < RANK_COUNT && by_rank[rank].wait) {
        const struct sentences *s = &by_rank[rank];
        sb_printf(t->out, _(begins ? s->wait : s->got), ev->x, holder);
    } else if (begins) {
        sb_printf(t->out, _("P%u waits for all others to stop: a collection is due."), ev->x);
    } else {
        sb_printf(t->out, _("All others have stopped, and P%u goes on."), ev->x);
    }
}
