/*
 * Narration of the start: the steps of mallocinit, the addresses it asks for, what Go prints when
 * it gives up, and every call to the system with what became of the address space.
 */
#include "sim/trace/narrate_parts.h"

/* --- mallocinit --- */

static void tell_page_size(struct strbuf *out, uint64_t size, uint64_t smallest) {
    if (size == 0)
        sb_puts(out, _("The system does not tell its page size."));
    else if (size < smallest)
        sb_printf(out, _("The system's pages are %s: too small, %s is the least."), SIZE(size),
            SIZE(smallest));
    else if (!is_pow2(size))
        sb_printf(out, _("The system's pages are %" PRIu64 " bytes: not a power of 2."), size);
    else
        sb_printf(out, _("The system's pages are %s: large enough, and a power of 2."), SIZE(size));
}

/* What mallocinit intends. */
static void tell_plan(struct teller *t, const struct event *ev) {
    struct strbuf *out = t->out;
    switch (ev->w & 0xff) {
    case STEP_SIZES:
        if (ev->c)
            sb_printf(out, _("Sizes: %s of spans and %s of bitmap, to describe %s of arena."),
                SIZE(ev->a), SIZE(ev->b), SIZE(ev->c));
        else
            sb_printf(out, _("Sizes: %s of spans and %s of bitmap."), SIZE(ev->a), SIZE(ev->b));
        break;
    case STEP_HINTS:
        sb_printf(out,
            _("%u-byte pointers: try up to %" PRIu64 " addresses, from %s on, for %s each."),
            t->ptr_size, ev->c, HEX(ev->b), SIZE(ev->a));
        break;
    case STEP_FALLBACK:
        sb_printf(out,
            _("The 32-bit plan: the image ends at %s; 256 KiB further, rounded up to 1 MiB, is "
              "%s."),
            HEX(ev->b), HEX(ev->a));
        break;
    default:
        if (ev->a == ev->c)
            sb_printf(out, _("The program break %s is not in the way: start at %s."), HEX(ev->b),
                HEX(ev->c));
        else
            sb_printf(out, _("The program break %s is in the way of %s: start past it, at %s."),
                HEX(ev->b), HEX(ev->a), HEX(ev->c));
        break;
    }
}

/* What mallocinit makes of the addresses it has. */
static void tell_layout(struct strbuf *out, const struct event *ev) {
    switch (ev->w & 0xff) {
    case STEP_ROUND:
        if (ev->a == ev->b)
            sb_printf(out, _("%s is a multiple of 8 KiB already: nothing is lost to rounding."),
                HEX(ev->a));
        else
            sb_printf(out, _("Round %s up to a multiple of 8 KiB, %s: %s are lost."), HEX(ev->a),
                HEX(ev->b), SIZE(ev->b - ev->a));
        break;
    case STEP_LAYOUT:
        sb_printf(out, _("Spans start at %s; the bitmap ends at %s; the arena is next."),
            HEX(ev->a), HEX(ev->b));
        break;
    default:
        if (ev->a)
            sb_printf(
                out, _("arena_start %s is a multiple of 8 KiB: the layout is sound."), HEX(ev->a));
        else
            sb_puts(out, _("arena_start is 0: with 4-byte pointers the heap may lie anywhere."));
        break;
    }
}

void tell_step(struct teller *t, const struct event *ev) {
    struct strbuf *out = t->out;
    switch (ev->w & 0xff) {
    case STEP_NONE: sb_puts(out, _("mallocinit has not started.")); break;
    case STEP_TINY_CLASS:
        sb_printf(out,
            _("Size class %" PRIu64 " serves the tiny allocator: it must hold %" PRIu64
              " bytes, and holds %" PRIu64 "."),
            ev->a, ev->c, ev->b);
        break;
    case STEP_DEFER_SIZES:
        sb_printf(out,
            ngettext("The records of defer fit their size classes: %" PRIu64 " pool checked.",
                "The records of defer fit their size classes: %" PRIu64 " pools checked.", ev->a),
            ev->a);
        break;
    case STEP_PHYS_PAGE: tell_page_size(out, ev->a, ev->b); break;
    case STEP_HEAP_INIT:
        sb_printf(out, _("mheap starts, with an empty arena at %s."), HEX(ev->a));
        break;
    case STEP_MCACHE:
        sb_printf(out, _("The first mcache is made; its record is at %s."), HEX(ev->a));
        break;
    case STEP_DONE:
        sb_puts(out, _("mallocinit is done: the heap is ready, and still empty."));
        break;
    case STEP_FAILED: sb_puts(out, _("mallocinit fails: there will be no heap.")); break;
    case STEP_SIZES:
    case STEP_HINTS:
    case STEP_FALLBACK:
    case STEP_BREAK_CHECK: tell_plan(t, ev); break;
    case STEP_ROUND:
    case STEP_LAYOUT:
    case STEP_LAST_CHECK: tell_layout(out, ev); break;
    default: sb_printf(out, _("mallocinit reaches step %u."), ev->w & 0xffu); break;
    }
}

static void tell_answer(struct strbuf *out, const struct event *ev) {
    switch (ev->w) {
    case OUTCOME_GRANTED: sb_puts(out, _("granted, and really reserved.")); break;
    case OUTCOME_CHECKED:
        sb_puts(out, _("free. Only 64 KiB were probed and given back: nothing is reserved yet."));
        break;
    case OUTCOME_ELSEWHERE:
        sb_printf(out, _("the system answers %s, and Go takes it."), HEX(ev->c));
        break;
    case OUTCOME_REFUSED:
        sb_puts(out,
            ev->x < HINT_COUNT ? _("refused, something else is there.") : _("refused, no room."));
        break;
    default: sb_puts(out, _("not tried.")); break;
    }
}

void tell_attempt(struct teller *t, const struct event *ev) {
    static const uint64_t arena_mib[FALLBACK_COUNT] = {512, 256, 128, 0};
    bool hint = ev->x < HINT_COUNT;
    uint64_t arena = MiB(arena_mib[(hint ? 0 : ev->x - HINT_COUNT) % FALLBACK_COUNT]);
    if (hint)
        sb_printf(t->out, _("Hint %u, %s: "), ev->x, HEX(ev->a));
    else if (arena)
        sb_printf(
            t->out, _("Arena of %s, %s in all, at %s: "), SIZE(arena), SIZE(ev->b), HEX(ev->a));
    else
        sb_printf(t->out, _("No arena yet, %s in all, at %s: "), SIZE(ev->b), HEX(ev->a));
    tell_answer(t->out, ev);
}

void tell_message(struct teller *t, const struct event *ev) {
    char words[256];
    sb_printf(t->out, _("Go prints \"%s\"."), message_text(ev, words, sizeof words));
}

void tell_exit(struct teller *t, const struct event *ev) {
    sb_printf(t->out, _("Go ends the program with status %u."), ev->w);
}

/* --- Calls to the system --- */

/* In these, the last %s before the colon or full stop may be a region, such as " (arena)". */

static void tell_reserve(struct teller *t, const struct event *ev) {
    const char *size = SIZE(ev->b), *at = HEX(ev->a), *region = region_note(t, ev->a);
    if (ev->c == 0)
        sb_printf(t->out, _("Reserve %s at %s%s: refused."), size, at, region);
    else if (ev->c != ev->a)
        sb_printf(
            t->out, _("Reserve %s at %s%s: the system answers %s."), size, at, region, HEX(ev->c));
    else if (ev->w)
        sb_printf(t->out, _("Reserve %s at %s%s: reserved."), size, at, region);
    else
        sb_printf(t->out, _("Reserve %s at %s%s: it is free. Only checked, not reserved."), size,
            at, region);
}

static void tell_map(struct teller *t, const struct event *ev) {
    const char *size = SIZE(ev->b), *at = HEX(ev->a), *region = region_note(t, ev->a);
    if (ev->x || ev->c == 0)
        sb_printf(t->out, _("Map %s at %s%s: refused, error %u."), size, at, region, ev->x);
    else if (ev->c == ev->a)
        sb_printf(t->out, _("Map %s at %s%s."), size, at, region);
    else
        sb_printf(t->out, _("Map %s at %s%s: the system puts it at %s, and Go cannot use that."),
            size, at, region, HEX(ev->c));
}

/* What the system has not done though it was told to. */
static void tell_refused(struct teller *t, const struct event *ev) {
    bool answers = ev->kind == EV_OS_RESERVE || ev->kind == EV_OS_MAP || ev->kind == EV_OS_ALLOC;
    if (ev->x && !answers)
        sb_printf(t->out, _(" It refuses, error %u."), ev->x);
}

void tell_os(struct teller *t, const struct event *ev) {
    struct strbuf *out = t->out;
    switch (ev->kind) {
    case EV_OS_RESERVE: tell_reserve(t, ev); break;
    case EV_OS_MAP: tell_map(t, ev); break;
    case EV_OS_ALLOC:
        if (ev->c)
            sb_printf(out, _("Allocate %s from the system: %s."), SIZE(ev->b), HEX(ev->c));
        else
            sb_printf(
                out, _("Allocate %s from the system: refused, error %u."), SIZE(ev->b), ev->x);
        break;
    case EV_OS_FREE:
        sb_printf(out, _("Give %s at %s back to the system."), SIZE(ev->b), HEX(ev->a));
        break;
    case EV_OS_UNUSED:
        sb_printf(out, _("Tell the system that %s at %s%s are not needed for now."), SIZE(ev->b),
            HEX(ev->a), region_note(t, ev->a));
        break;
    default:
        sb_printf(out, _("Tell the system that %s at %s%s are needed again."), SIZE(ev->b),
            HEX(ev->a), region_note(t, ev->a));
        break;
    }
    tell_refused(t, ev);
}

void tell_range(struct teller *t, const struct event *ev) {
    static const char *const was[] = {N_("unclaimed"), N_("somebody else's"), N_("checked"),
        N_("reserved"), N_("mapped"), N_("released")};
    sb_printf(t->out, _("%s at %s%s: %s before, %s now."), SIZE(ev->b), HEX(ev->a),
        region_note(t, ev->a), NAME_IN(was, ev->w & 0xffu), NAME_IN(was, (unsigned)ev->w >> 8));
}

void tell_resident(struct teller *t, const struct event *ev) {
    const char *text = ev->w ? _("%s at %s%s are touched: from now on they are in memory.")
                             : _("%s at %s%s are no longer in memory.");
    sb_printf(t->out, text, SIZE(ev->b), HEX(ev->a), region_note(t, ev->a));
}

void tell_meta(struct teller *t, const struct event *ev) {
    sb_printf(t->out, _("The runtime keeps %s at %s for %s."), SIZE(ev->b), HEX(ev->a),
        meta_kind_name(ev->w));
}
