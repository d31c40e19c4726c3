/*
 * Telling what happens: every event of the heap leaves through here. Also the two ways in which Go
 * ends a program, which for us end a *run*: what is printed becomes MESSAGE events, the end an EXIT
 * event, and control returns to the function that entered the heap (heap_guard, threads.c). The
 * heap stays as it is, to be looked at.
 */
#include "sim/heap/heap_internal.h"

/* Whose doing it is must be known first; but after the end nothing is anybody's. */
static void send(struct heap *h, const struct event *ev) {
    unsigned p = h->running->p;
    if (UNLIKELY(h->told != p) && !h->exited) {
        const struct event now = {.kind = EV_SWITCH, .x = p, .a = h->told};
        h->told = p;
        h->sink->emit(h->sink, &now);
    }
    h->sink->emit(h->sink, ev);
}

void emit_event(struct heap *h, enum event_kind kind, unsigned w, uint32_t x, uint64_t a,
    uint64_t b, uint64_t c) {
    const struct event ev = {
        .kind = (uint16_t)kind, .w = (uint16_t)w, .x = x, .a = a, .b = b, .c = c};
    send(h, &ev);
}

void emit_change(
    struct heap *h, enum event_kind kind, unsigned w, uint32_t x, uint64_t before, uint64_t now) {
    if (before != now)
        emit_event(h, kind, w, x, before, now, 0);
}

void heap_emit(struct heap *h, struct event ev) {
    if (TRACE && h->sink)
        send(h, &ev);
}

void stat_add(struct heap *h, enum stat_id stat, uint64_t delta) {
    if (!delta)
        return;
    atomic_add(h, &h->stats[stat].value, delta);
    EMIT(h, EV_STAT_ADD, stat, 0, delta, 0, 0);
}

void set_range(
    struct heap *h, uint64_t addr, uint64_t size, enum range_state state, enum range_owner owner) {
    for (uint64_t at = addr, end = addr + size; at < end;) {
        struct range run;
        uint64_t next = rangemap_run(&h->ranges, at, end, &run);
        /* What was only looked at does not become ours where somebody else sits. */
        bool keep = state == RANGE_CHECKED && run.state != RANGE_NONE;
        if (!keep && (run.state != state || run.owner != owner)) {
            rangemap_set(&h->ranges, at, next, state, owner);
            EMIT(h, EV_RANGE, run.state | state << 8, run.owner | owner << 8, at, next - at, 0);
        }
        at = next;
    }
}

void heap_note_range(
    struct heap *h, uint64_t addr, uint64_t size, enum range_state state, enum range_owner owner) {
    set_range(h, addr, size, state, owner);
}

void heap_print(struct heap *h, enum message message, uint64_t a, uint64_t b, uint64_t c) {
    EMIT(h, EV_MESSAGE, 0, message, a, b, c);
}

void heap_exit(struct heap *h, int status) {
    EMIT(h, EV_EXIT, status, 0, 0, 0, 0);
    h->status = status;
    h->exited = true;
    heap_leave(h);
}

void heap_throw(struct heap *h, enum message message) {
    heap_print(h, message, 0, 0, 0);
    if (h->cachealloc.size == 0)
        heap_print(h, MSG_BEFORE_INIT, 0, 0, 0);
    heap_exit(h, 2);
}

bool heap_exited(const struct heap *h, int *status) {
    if (h->exited && status)
        *status = h->status;
    return h->exited;
}
