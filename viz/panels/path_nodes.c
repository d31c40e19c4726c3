/*
 * What each box of the diagram says: see path_nodes.h. All numbers come from the replica: those
 * that a step's event brought, and the attempts. A step that was not reached has a name and no
 * numbers.
 */
#include "viz/panels/path_nodes.h"

#include "viz/panels/attempts.h"

#include <stdio.h>
#include <string.h>

typedef unsigned long long ull;

static const uint8_t step_of[NODE_COUNT] = {
    [NODE_TINY] = STEP_TINY_CLASS,
    [NODE_DEFER] = STEP_DEFER_SIZES,
    [NODE_PAGE] = STEP_PHYS_PAGE,
    [NODE_SIZES] = STEP_SIZES,
    [NODE_WIDTH] = STEP_SIZES,
    [NODE_HINTS] = STEP_HINTS,
    [NODE_PLAN] = STEP_FALLBACK,
    [NODE_BREAK] = STEP_BREAK_CHECK,
    [NODE_THROW] = STEP_FAILED,
    [NODE_ROUND] = STEP_ROUND,
    [NODE_LAYOUT] = STEP_LAYOUT,
    [NODE_LAST] = STEP_LAST_CHECK,
    [NODE_INIT] = STEP_HEAP_INIT,
};

static bool is_size(enum node n) {
    return n >= NODE_SIZE0 && n <= NODE_SIZE3;
}

static bool reached(const struct view *v, enum node n) {
    const struct init_path *p = &v->r->init;
    if (is_size(n)) {
        unsigned k = n - NODE_SIZE0;
        return p->fallbacks[k].outcome != OUTCOME_UNTRIED || fallback_asked(v->r) == (int)k;
    }
    switch (n) {
    case NODE_WIDTH: return p->reached[STEP_HINTS] || p->reached[STEP_FALLBACK];
    case NODE_THROW: return init_failed(v->r);
    default: return p->reached[step_of[n]];
    }
}

/* The step that a run which failed came to last. */
static enum init_step last_before_failure(const struct init_path *p) {
    unsigned s = STEP_DONE;
    while (s > STEP_NONE && !p->reached[s])
        s--;
    return (enum init_step)s;
}

static bool is_now(const struct view *v, enum node n) {
    const struct init_path *p = &v->r->init;
    if (is_size(n))
        return fallback_asked(v->r) == (int)(n - NODE_SIZE0);
    if (n == NODE_INIT)
        return p->step == STEP_HEAP_INIT || p->step == STEP_MCACHE;
    return n != NODE_WIDTH && n != NODE_THROW && p->step == step_of[n] && p->step != STEP_NONE;
}

static bool is_refused(const struct view *v, enum node n) {
    const struct init_path *p = &v->r->init;
    if (is_size(n))
        return p->fallbacks[n - NODE_SIZE0].outcome == OUTCOME_REFUSED;
    if (n == NODE_HINTS)
        return hint_tally(v->r).refused == HINT_COUNT;
    if (!init_failed(v->r))
        return false;
    if (n == NODE_THROW)
        return true;
    return !reservation_failed(v->r) && n != NODE_WIDTH && step_of[n] == last_before_failure(p);
}

static enum mood mood_of(const struct view *v, enum node n) {
    if (is_refused(v, n))
        return MOOD_REFUSED;
    if (!reached(v, n))
        return MOOD_AHEAD;
    return is_now(v, n) ? MOOD_NOW : MOOD_PASSED;
}

#define LINE(w, n) (w)->line[n], sizeof(w)->line[n]

static void tell_tiny(const uint64_t *val, struct node_words *w) {
    snprintf(LINE(w, 0), _("class %llu is %llu B"), (ull)val[0], (ull)val[1]);
    snprintf(LINE(w, 1), _("wanted: %llu B"), (ull)val[2]);
}

static void tell_page(const uint64_t *val, struct node_words *w) {
    char size[32], least[32];
    unsigned log = 0;
    while (log < 63 && val[0] >> (log + 1))
        log++;
    format_size(val[0], size, sizeof size);
    if (val[0] == 0)
        snprintf(LINE(w, 0), _("not known"));
    else if (is_pow2(val[0]))
        snprintf(LINE(w, 0), "%s = 2^%u", size, log);
    else if (val[0] < val[1]) /* which Go tests first */
        snprintf(LINE(w, 0), "%s", size);
    else
        snprintf(LINE(w, 0), _("not 2^n: %llu"), (ull)val[0]);
    snprintf(LINE(w, 1), _("at least %s"), format_size(val[1], least, sizeof least));
}

static void tell_sizes(const struct view *v, const uint64_t *val, struct node_words *w) {
    char spans[32], bitmap[32], arena[32];
    format_total(val[0], spans, sizeof spans);
    format_total(val[1], bitmap, sizeof bitmap);
    format_total(val[2], arena, sizeof arena);
    if (v->platform->ptr_size == 8)
        snprintf(LINE(w, 0), "%s, %s, %s", spans, bitmap, arena);
    else
        snprintf(LINE(w, 0), "%s, %s", spans, bitmap);
    snprintf(
        LINE(w, 1), v->platform->ptr_size == 8 ? _("spans, bitmap, arena") : _("spans, bitmap"));
}

static void tell_hints(const struct view *v, struct node_words *w) {
    struct hint_tally t = hint_tally(v->r);
    char name[32];
    int n = 0;
    if (t.refused) {
        hints_refused_text(v, t, 2, LINE(w, n));
        w->tone[n++] = COLOR_refused;
    }
    if (t.used >= 0) {
        const struct attempt *a = &v->r->init.hints[t.used];
        snprintf(LINE(w, n), _("%s granted: %s"),
            hint_name(v->platform, (unsigned)t.used, name, 32), attempt_reason(v, a));
        w->tone[n] = COLOR_granted;
    } else if (hint_asked(v->r) >= 0) {
        snprintf(LINE(w, n), _("asking for %s"),
            hint_name(v->platform, (unsigned)hint_asked(v->r), name, sizeof name));
        w->tone[n] = COLOR_attention;
    } else if (t.refused) {
        snprintf(LINE(w, n), "%s", attempt_reason(v, &v->r->init.hints[0]));
        w->tone[n] = COLOR_refused;
    }
}

static void tell_plan(const uint64_t *val, struct node_words *w) {
    snprintf(LINE(w, 0), _("0x%llx + 256 KiB,"), (ull)val[1]);
    snprintf(LINE(w, 1), _("up to 1 MiB: 0x%llx"), (ull)val[0]);
    w->keep = 1;
}

static void tell_break(const uint64_t *val, struct node_words *w) {
    bool moved = val[0] != val[2];
    snprintf(w->title, sizeof w->title, "%s",
        moved ? _("break in the way? yes") : _("break in the way? no"));
    w->keep = 1;
    if (val[1] == 0) {
        snprintf(LINE(w, 0), "%s", _("there is none"));
        w->keep = 0;
        return;
    }
    snprintf(LINE(w, 0), _("break 0x%llx"), (ull)val[1]);
    if (moved)
        snprintf(LINE(w, 1), _("start moves to 0x%llx"), (ull)val[2]);
    else
        snprintf(LINE(w, 1), "%s", val[1] < val[0] ? _("below the start") : _("beyond the end"));
}

static void tell_size(const struct view *v, unsigned k, struct node_words *w) {
    const struct attempt *a = &v->r->init.fallbacks[k];
    char size[32];
    uint64_t total = a->outcome != OUTCOME_UNTRIED ? a->size : fallback_total(v->r, k);
    w->thing = (struct thing){.kind = THING_FALLBACK, .index = k};
    w->keep = 1;
    snprintf(w->title, sizeof w->title, "%s",
        fallback_arena(k) ? format_size(fallback_arena(k), size, sizeof size) : _("no arena"));
    if (total && reached(v, (enum node)(NODE_SIZE0 + k)))
        snprintf(LINE(w, 0), _("asks %s"), format_total(total, size, sizeof size));
    if (fallback_asked(v->r) == (int)k) {
        snprintf(LINE(w, 1), "%s", _("asking"));
        w->tone[1] = COLOR_attention;
    } else if (a->outcome != OUTCOME_UNTRIED) {
        snprintf(LINE(w, 1), "%s", attempt_reason(v, a));
        w->tone[1] = outcome_color(a->outcome);
    }
}

static void tell_round(const uint64_t *val, struct node_words *w) {
    snprintf(LINE(w, 0), "0x%llx", (ull)val[1]);
    if (val[0] == val[1])
        snprintf(LINE(w, 1), "%s", _("as it was"));
    else
        snprintf(LINE(w, 1), _("was 0x%llx"), (ull)val[0]);
}

static void tell_layout(const uint64_t *val, struct node_words *w) {
    snprintf(LINE(w, 0), "spans 0x%llx", (ull)val[0]);
    snprintf(LINE(w, 1), "arena 0x%llx", (ull)val[1]);
    w->keep = 1;
}

/* arena_start is 0 on 32-bit platforms: the heap may be anywhere. */
static void tell_last(const uint64_t *val, struct node_words *w) {
    snprintf(LINE(w, 0), "%s", val[0] ? _("whole pages") : "arena_start 0");
    if (val[0])
        snprintf(LINE(w, 1), "0x%llx", (ull)val[0]);
    else
        snprintf(LINE(w, 1), "%s", _("heap anywhere"));
}

/* Go's own words for where the run ended, as far as the steps tell. */
static uint32_t fatal_message(const struct init_path *p) {
    switch (last_before_failure(p)) {
    case STEP_TINY_CLASS: return MSG_THROW_TINY_CLASS;
    case STEP_DEFER_SIZES: return MSG_THROW_DEFER_CLASS;
    case STEP_PHYS_PAGE:
        return p->value[STEP_PHYS_PAGE][0] ? MSG_THROW_PAGE_SIZE : MSG_THROW_NO_PAGE_SIZE;
    case STEP_LAST_CHECK: return MSG_THROW_MISROUNDED;
    case STEP_FALLBACK:
    case STEP_BREAK_CHECK: return MSG_THROW_NO_ARENA;
    default: return MSG_COUNT;
    }
}

/* The message that the run printed last, if the recording has it. */
static bool printed_message(const struct view *v, char *buf, unsigned len) {
    if (!v->rec)
        return false;
    for (uint64_t i = v->at; i > 0; i--) {
        const struct event *ev = recording_event(v->rec, i - 1);
        if (ev->kind == EV_MESSAGE && ev->x >= MSG_THROW_TINY_CLASS) {
            message_text(ev, buf, len);
            return true;
        }
        if (ev->kind == EV_OP_BEGIN)
            break;
    }
    return false;
}

static void tell_throw(const struct view *v, struct node_words *w) {
    const struct init_path *p = &v->r->init;
    if (!init_failed(v->r)) {
        snprintf(w->title, sizeof w->title, "%s", _("all refused: the run ends"));
        return;
    }
    uint32_t msg = fatal_message(p);
    if (msg != MSG_COUNT) {
        struct event ev = {.kind = EV_MESSAGE, .x = msg};
        message_text(&ev, LINE(w, 0));
    } else if (!printed_message(v, LINE(w, 0))) {
        snprintf(LINE(w, 0), "%s", _("the run ended in mallocinit"));
    }
    w->title[0] = '\0';
    w->tone[0] = COLOR_refused;
}

static void tell_reached(const struct view *v, enum node n, struct node_words *w) {
    const uint64_t *val = v->r->init.value[step_of[n]];
    switch (n) {
    case NODE_TINY: tell_tiny(val, w); break;
    case NODE_DEFER:
        snprintf(LINE(w, 0), ngettext("%llu pool agrees", "%llu pools agree", val[0]), (ull)val[0]);
        break;
    case NODE_PAGE: tell_page(val, w); break;
    case NODE_SIZES: tell_sizes(v, val, w); break;
    case NODE_WIDTH:
        snprintf(LINE(w, 0), v->r->init.reached[STEP_HINTS] ? _("yes: 64-bit") : _("no: %u bytes"),
            v->platform->ptr_size);
        break;
    case NODE_HINTS: tell_hints(v, w); break;
    case NODE_PLAN: tell_plan(val, w); break;
    case NODE_BREAK: tell_break(val, w); break;
    case NODE_ROUND: tell_round(val, w); break;
    case NODE_LAYOUT: tell_layout(val, w); break;
    case NODE_LAST: tell_last(val, w); break;
    case NODE_INIT:
        if (v->r->init.reached[STEP_MCACHE])
            snprintf(LINE(w, 0), _("at 0x%llx"), (ull)v->r->init.value[STEP_MCACHE][0]);
        break;
    default: break;
    }
}

void node_describe(const struct view *v, enum node n, struct node_words *w) {
    static const char *const titles[NODE_COUNT] = {
        [NODE_TINY] = N_("tiny class"),
        [NODE_DEFER] = N_("defer sizes"),
        [NODE_PAGE] = N_("page size"),
        [NODE_SIZES] = N_("three sizes"),
        [NODE_WIDTH] = N_("8-byte pointers?"),
        [NODE_HINTS] = N_("128 hints"),
        [NODE_PLAN] = N_("32-bit plan: past image"),
        [NODE_BREAK] = N_("break in the way?"),
        [NODE_ROUND] = N_("round up to 8 KiB"),
        [NODE_LAYOUT] = N_("lay out three regions"),
        [NODE_LAST] = N_("last check"),
        [NODE_INIT] = N_("mheap, first mcache"),
    };
    *w = (struct node_words){.mood = mood_of(v, n)};
    w->tone[0] = w->tone[1] = COLOR_muted;
    w->thing = (struct thing){.kind = THING_STEP, .index = step_of[n]};
    if (titles[n])
        snprintf(w->title, sizeof w->title, "%s", _(titles[n]));
    if (is_size(n))
        tell_size(v, n - NODE_SIZE0, w);
    else if (n == NODE_THROW)
        tell_throw(v, w);
    else if (reached(v, n))
        tell_reached(v, n, w);
    if (w->mood == MOOD_REFUSED && n != NODE_HINTS && !is_size(n))
        w->tone[0] = w->tone[1] = COLOR_refused;
}

enum way way_between(const struct view *v, enum node from, enum node to) {
    if (!reached(v, from) || !reached(v, to))
        return WAY_NOT_TAKEN;
    bool hinted = v->r->init.reached[STEP_HINTS];
    if (from == NODE_WIDTH && to == NODE_PLAN)
        return hinted ? WAY_NOT_TAKEN : WAY_TAKEN;
    if (from == NODE_HINTS && to == NODE_ROUND)
        return hint_tally(v->r).used >= 0 ? WAY_TAKEN : WAY_NOT_TAKEN;
    if (is_size(from) && to == NODE_ROUND)
        return fallback_tally(v->r).used == (int)(from - NODE_SIZE0) ? WAY_TAKEN : WAY_NOT_TAKEN;
    if (to == NODE_THROW)
        return reservation_failed(v->r) ? WAY_REFUSED : WAY_NOT_TAKEN;
    return is_refused(v, from) ? WAY_REFUSED : WAY_TAKEN;
}
