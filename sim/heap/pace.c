/*
 * Pace: when to collect, how fast to sweep, and when to give memory back.
 *
 *   trigger   a collection is due when heap_live reaches it: what the last one marked, and a share
 *             of GOGC percent more; at least 4 MiB scaled by GOGC
 *   goal      what the program may use by the time that collection is done (next_gc)
 *   credit    while spans are left to be swept, every span handed out is paid for by sweeping some,
 *             so that all are swept when the trigger is reached
 *
 * In Go a controller moves the trigger below the goal by how long marking took. With the world
 * stopped marking takes no time in which the program allocates, so the share stays where Go begins,
 * 7/8.
 *
 * The scavenger looks round every 2.5 minutes of virtual time and gives back what has been free
 * for 5.
 */
#include "sim/heap/heap_internal.h"

#define HEAP_MINIMUM UINT64_C(4194304) /* bytes, for GOGC 100: below it is not worth collecting */
#define SWEEP_MARGIN UINT64_C(1048576) /* bytes by which sweeping should be done early */
#define SCAVENGE_AGE UINT64_C(300000000000) /* virtual nanoseconds: 5 minutes */

static const double START_RATIO = 7.0 / 8, MOST_RATIO = 0.95;

/* Where the next collection is due, and how much sweeping each allocated byte costs until then.
 * Source: gcSetTriggerRatio. */
static void set_pace(struct heap *h) {
    uint64_t percent = (uint64_t)h->gogc, minimum = HEAP_MINIMUM * percent / 100;
    double most = MOST_RATIO * (double)percent / 100;
    double ratio = START_RATIO < most ? START_RATIO : most;
    uint64_t live = h->stats[STAT_heap_live].value;
    if (!h->stats[STAT_sweepdone].value) { /* leave some growth to sweep in */
        uint64_t sweep_minimum = live + SWEEP_MARGIN * percent / 100;
        minimum = minimum > sweep_minimum ? minimum : sweep_minimum;
    }
    h->gc_trigger = (uint64_t)((double)h->heap_marked * (1 + ratio));
    if (h->gc_trigger < minimum)
        h->gc_trigger = minimum;
    h->next_gc = h->heap_marked + h->heap_marked * percent / 100;
    if (h->next_gc < h->gc_trigger)
        h->next_gc = h->gc_trigger;
}

static void set_sweep_rate(struct heap *h) {
    uint64_t live = h->stats[STAT_heap_live].value, swept = h->stats[STAT_pages_swept].value;
    uint64_t pages = h->stats[STAT_pages_in_use].value;
    int64_t distance = (int64_t)h->gc_trigger - (int64_t)live - (int64_t)SWEEP_MARGIN;
    if (distance < GO_PAGE_SIZE)
        distance = GO_PAGE_SIZE;
    h->sweep_pages_per_byte = 0;
    if (pages <= swept)
        return;
    h->sweep_pages_per_byte = (double)(pages - swept) / (double)distance;
    h->sweep_live_basis = live;
    h->pages_swept_basis = swept;
}

void heap_set_gogc(struct heap *h, int64_t percent) {
    h->gogc = percent < 0 ? -1 : percent;
    h->gc_trigger = h->next_gc = UINT64_MAX;
    if (h->gogc < 0)
        return;
    if (!h->heap_marked) /* as if a collection had just marked what makes the minimum the trigger */
        h->heap_marked =
            (uint64_t)((double)(HEAP_MINIMUM * (uint64_t)h->gogc / 100) / (1 + START_RATIO));
    set_pace(h);
}

bool heap_gc_due(const struct heap *h) {
    return h->gogc >= 0 && h->stats[STAT_heap_live].value >= h->gc_trigger;
}

uint64_t heap_goal(const struct heap *h) {
    return h->next_gc;
}

void pace_marked(struct heap *h, uint64_t marked) {
    h->heap_marked = marked;
    h->sweep_pages_per_byte = 0;
    if (h->gogc < 0)
        return;
    set_pace(h);
    set_sweep_rate(h);
}

void deduct_sweep_credit(struct heap *h, uint64_t bytes, uint64_t keep_pages) {
    if (h->sweep_pages_per_byte == 0)
        return;
    uint64_t grown = h->stats[STAT_heap_live].value - h->sweep_live_basis + bytes;
    int64_t target = (int64_t)(h->sweep_pages_per_byte * (double)grown) - (int64_t)keep_pages;
    while (target > (int64_t)(h->stats[STAT_pages_swept].value - h->pages_swept_basis))
        if (sweep_one(h) == SWEEP_NONE_LEFT) {
            h->sweep_pages_per_byte = 0;
            break;
        }
}

uint64_t heap_advance(struct heap *h, uint64_t nanoseconds) {
    h->now += nanoseconds;
    if (h->now - h->last_scavenge <= SCAVENGE_AGE / 2)
        return 0;
    h->last_scavenge = h->now;
    return heap_scavenge(h, h->now, SCAVENGE_AGE);
}
