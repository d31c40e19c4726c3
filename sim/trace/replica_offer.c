/*
 * Events from outside, of a file that may say anything: see replica_offer in replica.h.
 *
 * First their numbers must be such as any run has, so that nothing is looked up beyond a table and
 * no memory is taken on the word of the file. Then they are applied; where replica.c finds that
 * the event does not fit the state, it comes back here instead of aborting.
 */
#include "sim/trace/replica_parts.h"

#include "sim/base/limits.h"

#include <inttypes.h>

static const uint64_t most_bytes = GiB(512); /* of arena; no platform has more */

static bool span_plausible(const struct event *ev) {
    switch (ev->w) {
    case SPAN_npages: return ev->b <= most_bytes >> GO_PAGE_SHIFT;
    case SPAN_nelems: return ev->b <= RSPAN_MAX_WORDS * 64;
    case SPAN_state: return ev->b <= SPAN_STATE_FREE;
    case SPAN_spanclass: return ev->b < NUM_SPAN_CLASSES;
    default: return ev->w < SPAN_FIELD_COUNT;
    }
}

static bool plausible(const struct replica *r, const struct event *ev) {
    uint64_t pages = most_bytes >> GO_PAGE_SHIFT;
    uint32_t spans[2];
    for (unsigned n = event_spans(ev, spans); n > 0; n--)
        if (spans[n - 1] > r->span_count + (ev->kind == EV_SPAN_BORN))
            return false;
    switch (ev->kind) {
    case EV_RANGE:
        return ev->b && ev->a + ev->b > ev->a && ev->w >> 8 < RANGE_STATE_COUNT &&
               ev->x >> 8 <= OWNER_OTHER;
    case EV_RESIDENT: return ev->b && ev->a + ev->b > ev->a;
    case EV_META: return ev->w <= META_MARKBITS;
    case EV_MESSAGE: return ev->x < MSG_COUNT;
    case EV_SPAN_SET: return span_plausible(ev);
    case EV_CACHE: return ev->b <= r->span_count;
    case EV_PAGES: return ev->a <= pages && ev->b <= pages - ev->a;
    case EV_BITMAP: return ev->a < most_bytes / 32;
    case EV_OBJECT: return (ev->w & 0xff) < NUM_SPAN_CLASSES && ev->x < MAX_OBJECTS;
    default: return ev->kind < EV_COUNT;
    }
}

/* One event takes little, but many can take ever more. */
static bool affordable(const struct replica *r) {
    uint64_t most = LIMIT_STATE_BASE + r->seq * LIMIT_STATE_EACH;
    return replica_fresh(r) <= (most < LIMIT_STATE ? most : LIMIT_STATE);
}

bool replica_offer(struct replica *r, const struct event *ev, struct error *err) {
    struct offer offer = {.err = err};
    if (!plausible(r, ev))
        return error_set(err, "event %" PRIu64 " says what cannot be", r->seq);
    bool fits = setjmp(offer.way_out) == 0;
    if (fits) {
        r->offer = &offer;
        replica_apply(r, ev);
    }
    r->offer = NULL;
    if (fits && !affordable(r))
        return error_set(err, "event %" PRIu64 " takes more memory than any run does", r->seq - 1);
    return fits;
}
