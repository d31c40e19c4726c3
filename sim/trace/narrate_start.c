/*
 * Narration of the start: the steps of mallocinit, the addresses it asks for, what Go prints when
 * it gives up, and every call to the system with what became of the address space.
 */
#include "sim/trace/narrate_parts.h"

/* --- mallocinit --- */

static void tell_page_size(struct strbuf *out, uint64_t size, uint64_t smallest) {
    if (size == 0)
        sb_puts(out, "The system does not tell its page size.");
    else if (size < smallest)
        sb_printf(out, "The system's pages are %s: too small, %s is the least.", SIZE(size),
            SIZE(smallest));
    else if (!is_pow2(size))
        sb_printf(out, "The system's pages are %" PRIu64 " bytes: not a power of 2.", size);
    else
        sb_printf(out, "The system's pages are %s: large enough, and a power of 2.", SIZE(size));
}

static void tell_plan(struct teller *t, const struct event *ev) {
    struct strbuf *out = t->out;
    switch (ev->w & 0xff) {
    case STEP_SIZES:
        sb_printf(out, "Sizes: %s of spans and %s of bitmap", SIZE(ev->a), SIZE(ev->b));
        if (ev->c)
            sb_printf(out, ", to describe %s of arena", SIZE(ev->c));
        sb_puts(out, ".");
        break;
    case STEP_HINTS:
        sb_printf(out,
            "%u-byte pointers: try up to %" PRIu64 " addresses, from " HEX " on, for %s each.",
            t->ptr_size, ev->c, ev->b, SIZE(ev->a));
        break;
    case STEP_FALLBACK:
        sb_printf(out,
            "The 32-bit plan: the image ends at " HEX
            "; 256 KiB further, rounded up to 1 MiB, is " HEX ".",
            ev->b, ev->a);
        break;
    case STEP_BREAK_CHECK:
        if (ev->a == ev->c)
            sb_printf(out, "The program break " HEX " is not in the way: start at " HEX ".", ev->b,
                ev->c);
        else
            sb_printf(out,
                "The program break " HEX " is in the way of " HEX ": start past it, at " HEX ".",
                ev->b, ev->a, ev->c);
        break;
    case STEP_ROUND:
        if (ev->a == ev->b)
            sb_printf(
                out, HEX " is a multiple of 8 KiB already: nothing is lost to rounding.", ev->a);
        else
            sb_printf(out, "Round " HEX " up to a multiple of 8 KiB, " HEX ": %s are lost.", ev->a,
                ev->b, SIZE(ev->b - ev->a));
        break;
    default:
        sb_printf(out, "Spans start at " HEX "; the bitmap ends at " HEX "; the arena is next.",
            ev->a, ev->b);
        break;
    }
}

void tell_step(struct teller *t, const struct event *ev) {
    struct strbuf *out = t->out;
    switch (ev->w & 0xff) {
    case STEP_NONE: sb_puts(out, "mallocinit has not started."); break;
    case STEP_TINY_CLASS:
        sb_printf(out,
            "Size class %" PRIu64 " serves the tiny allocator: it must hold %" PRIu64
            " bytes, and holds %" PRIu64 ".",
            ev->a, ev->c, ev->b);
        break;
    case STEP_DEFER_SIZES:
        sb_printf(out, "The records of defer fit their size classes: %" PRIu64 " pool%s checked.",
            ev->a, plural(ev->a));
        break;
    case STEP_PHYS_PAGE: tell_page_size(out, ev->a, ev->b); break;
    case STEP_LAST_CHECK:
        if (ev->a)
            sb_printf(
                out, "arena_start " HEX " is a multiple of 8 KiB: the layout is sound.", ev->a);
        else
            sb_puts(out, "arena_start is 0: with 4-byte pointers the heap may lie anywhere.");
        break;
    case STEP_HEAP_INIT:
        sb_printf(out, "mheap starts, with an empty arena at " HEX ".", ev->a);
        break;
    case STEP_MCACHE:
        sb_printf(out, "The first mcache is made; its record is at " HEX ".", ev->a);
        break;
    case STEP_DONE: sb_puts(out, "mallocinit is done: the heap is ready, and still empty."); break;
    case STEP_FAILED: sb_puts(out, "mallocinit fails: there will be no heap."); break;
    case STEP_SIZES:
    case STEP_HINTS:
    case STEP_FALLBACK:
    case STEP_BREAK_CHECK:
    case STEP_ROUND:
    case STEP_LAYOUT: tell_plan(t, ev); break;
    default: sb_printf(out, "mallocinit reaches step %u.", ev->w & 0xffu); break;
    }
}

void tell_attempt(struct teller *t, const struct event *ev) {
    static const uint64_t arena_mib[FALLBACK_COUNT] = {512, 256, 128, 0};
    struct strbuf *out = t->out;
    bool hint = ev->x < HINT_COUNT;
    uint64_t arena = MiB(arena_mib[(hint ? 0 : ev->x - HINT_COUNT) % FALLBACK_COUNT]);
    if (hint)
        sb_printf(out, "Hint %u, " HEX ": ", ev->x, ev->a);
    else
        sb_printf(out, "%s%s, %s in all, at " HEX ": ", arena ? "Arena of " : "No arena yet",
            arena ? SIZE(arena) : "", SIZE(ev->b), ev->a);
    switch (ev->w) {
    case OUTCOME_GRANTED: sb_puts(out, "granted, and really reserved."); break;
    case OUTCOME_CHECKED:
        sb_puts(out, "free. Only 64 KiB were probed and given back: nothing is reserved yet.");
        break;
    case OUTCOME_ELSEWHERE:
        sb_printf(out, "the system answers " HEX ", and Go takes it.", ev->c);
        break;
    case OUTCOME_REFUSED:
        sb_puts(out, hint ? "refused, something else is there." : "refused, no room.");
        break;
    default: sb_puts(out, "not tried."); break;
    }
}

void tell_message(struct teller *t, const struct event *ev) {
    char words[256];
    sb_printf(t->out, "Go prints \"%s\".", message_text(ev, words, sizeof words));
}

void tell_exit(struct teller *t, const struct event *ev) {
    sb_printf(t->out, "Go ends the program with status %u.", ev->w);
}

/* --- Calls to the system --- */

static void tell_reserve(struct teller *t, const struct event *ev) {
    struct strbuf *out = t->out;
    sb_printf(out, "Reserve %s at " HEX "%s: ", SIZE(ev->b), ev->a, region_note(t, ev->a));
    if (ev->c == 0)
        sb_puts(out, "refused.");
    else if (ev->c != ev->a)
        sb_printf(out, "the system answers " HEX ".", ev->c);
    else
        sb_puts(out, ev->w ? "reserved." : "it is free. Only checked, not reserved.");
}

static void tell_map(struct teller *t, const struct event *ev) {
    struct strbuf *out = t->out;
    sb_printf(out, "Map %s at " HEX "%s", SIZE(ev->b), ev->a, region_note(t, ev->a));
    if (ev->x || ev->c == 0)
        sb_printf(out, ": refused, error %u.", ev->x);
    else if (ev->c == ev->a)
        sb_puts(out, ".");
    else
        sb_printf(out, ": the system puts it at " HEX ", and Go cannot use that.", ev->c);
}

void tell_os(struct teller *t, const struct event *ev) {
    struct strbuf *out = t->out;
    switch (ev->kind) {
    case EV_OS_RESERVE: tell_reserve(t, ev); break;
    case EV_OS_MAP: tell_map(t, ev); break;
    case EV_OS_ALLOC:
        sb_printf(out, "Allocate %s from the system: ", SIZE(ev->b));
        if (ev->c)
            sb_printf(out, HEX ".", ev->c);
        else
            sb_printf(out, "refused, error %u.", ev->x);
        break;
    case EV_OS_FREE:
        sb_printf(out, "Give %s at " HEX " back to the system.", SIZE(ev->b), ev->a);
        break;
    case EV_OS_UNUSED:
        sb_printf(out, "Tell the system that %s at " HEX "%s are not needed for now.", SIZE(ev->b),
            ev->a, region_note(t, ev->a));
        break;
    default:
        sb_printf(out, "Tell the system that %s at " HEX "%s are needed again.", SIZE(ev->b), ev->a,
            region_note(t, ev->a));
        break;
    }
}

void tell_range(struct teller *t, const struct event *ev) {
    static const char *const was[] = {
        "unclaimed", "somebody else's", "checked", "reserved", "mapped", "released"};
    sb_printf(t->out, "%s at " HEX "%s: %s before, %s now.", SIZE(ev->b), ev->a,
        region_note(t, ev->a), NAME_IN(was, ev->w & 0xffu), NAME_IN(was, (unsigned)ev->w >> 8));
}

void tell_meta(struct teller *t, const struct event *ev) {
    sb_printf(t->out, "The runtime keeps %s at " HEX " for %s.", SIZE(ev->b), ev->a,
        meta_kind_name(ev->w));
}
