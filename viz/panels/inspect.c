/*
 * The inspector: everything about one thing, as facts. It reads the replica and the recording and
 * changes neither.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "viz/panels/inspect_parts.h"
#include "viz/panels/sentence.h"

/* 48 B (0x30) */
void facts_add_size_hex(struct facts *f, const char *label, uint64_t bytes) {
    char size[32];
    facts_add(f, label, "%s (0x%" PRIx64 ")", format_size(bytes, size, sizeof size), bytes);
}

static void add_outcome(struct facts *f, unsigned outcome) {
    static const enum theme_color colors[] = {
        COLOR_muted, COLOR_granted, COLOR_granted, COLOR_attention, COLOR_refused};
    facts_add(f, _("outcome"), "%s", outcome_name(outcome));
    if (outcome < ARRAY_LEN(colors))
        f->fact[f->count - 1].color = colors[outcome];
}

/* --- Addresses asked for --- */

static void inspect_hint(const struct view *v, uint64_t i, struct facts *f) {
    if (i >= HINT_COUNT || v->platform->ptr_size != 8)
        return;
    const struct attempt *a = &v->r->init.hints[i];
    uint64_t addr = i << 40 | v->platform->hint;
    bool taken = env_is_taken(v->env, addr);
    facts_add(f, _("hint"), _("%" PRIu64 " (of 0 to %d)"), i, HINT_COUNT - 1);
    facts_add_address(f, _("address"), addr);
    if (a->size)
        facts_add_size(f, _("asked for"), a->size);
    add_outcome(f, a->outcome);
    if (a->outcome == OUTCOME_ELSEWHERE)
        facts_add_address(f, _("answer"), a->answer);
    facts_add(f, _("somebody else's"), "%s", taken ? _("yes") : _("no"));
    facts_add_note(f, taken ? _("Click it to free its address and run again.")
                            : _("Click it to take its address for somebody else and run again."));
}

static void inspect_fallback(const struct view *v, uint64_t i, struct facts *f) {
    static const uint64_t arena_mib[FALLBACK_COUNT] = {512, 256, 128, 0};
    if (i >= FALLBACK_COUNT)
        return;
    const struct attempt *a = &v->r->init.fallbacks[i];
    facts_add(f, _("attempt"), _("%" PRIu64 " of %d"), i + 1, FALLBACK_COUNT);
    facts_add_size(f, _("initial arena"), MiB(arena_mib[i]));
    add_outcome(f, a->outcome);
    if (a->outcome == OUTCOME_UNTRIED)
        return;
    facts_add_address(f, _("address"), a->addr);
    facts_add_size(f, _("asked for in all"), a->size);
    if (a->answer && a->answer != a->addr)
        facts_add_address(f, _("answer"), a->answer);
}

static void inspect_step(const struct view *v, uint64_t step, struct facts *f) {
    const struct init_path *init = &v->r->init;
    if (step >= STEP_COUNT)
        return;
    facts_add(f, _("step"), "%s", _(init_step_name((unsigned)step)));
    if (!init->reached[step]) {
        facts_add(f, _("reached"), "%s", _("no"));
        return;
    }
    const struct event ev = {.kind = EV_STEP,
        .w = (uint16_t)step,
        .a = init->value[step][0],
        .b = init->value[step][1],
        .c = init->value[step][2]};
    struct strbuf words = {0};
    sentence(&ev, v->r, v->platform->ptr_size, &words);
    facts_add_note(f, sb_text(&words));
    sb_free(&words);
}

/* --- The address space --- */

static void inspect_region(const struct view *v, uint64_t region, struct facts *f) {
    const uint64_t *h = v->r->heap;
    unsigned ptr = v->platform->ptr_size;
    uint64_t spans_end = h[HEAP_spans] + h[HEAP_spans_cap] * ptr;
    switch (region) {
    case REGION_SPANS:
        facts_add(f, _("region"), "spans");
        facts_add_address(f, _("from"), h[HEAP_spans]);
        facts_add_size_hex(f, _("size"), spans_end - h[HEAP_spans]);
        facts_add_count(f, _("pages covered now"), h[HEAP_spans_len]);
        inspect_touched(f, v, h[HEAP_spans], spans_end);
        facts_add_note(f, _("One pointer for each 8 KiB page of arena: to the page's mspan."));
        break;
    case REGION_BITMAP:
        facts_add(f, _("region"), "bitmap");
        facts_add_address(f, _("ends at"), h[HEAP_bitmap]);
        facts_add_size_hex(
            f, _("size"), h[HEAP_bitmap] > spans_end ? h[HEAP_bitmap] - spans_end : 0);
        facts_add_size(f, _("mapped"), h[HEAP_bitmap_mapped]);
        inspect_touched(f, v, spans_end, h[HEAP_bitmap]);
        facts_add_note(f, _("Two bits for each word of arena. It grows downward from its end."));
        break;
    default:
        facts_add(f, _("region"), "arena");
        facts_add_address(f, _("from"), h[HEAP_bitmap]);
        facts_add_address(f, _("used up to"), h[HEAP_arena_used]);
        inspect_touched(f, v, h[HEAP_bitmap], h[HEAP_arena_used]);
        facts_add_address(f, _("reserved up to"), h[HEAP_arena_end]);
        facts_add(f, _("really reserved"), "%s",
            h[HEAP_arena_reserved] ? _("yes") : _("no, only checked"));
        break;
    }
}

static const char *owner_name(unsigned owner) {
    static const char *const names[] = {
        N_("nobody"), N_("the heap"), N_("the runtime's records"), N_("others")};
    return owner < ARRAY_LEN(names) ? _(names[owner]) : "?";
}

static void inspect_range(const struct view *v, struct thing thing, struct facts *f) {
    enum range_owner owner = OWNER_NOBODY;
    enum range_state state = rangemap_state(&v->r->ranges, thing.addr, &owner);
    facts_add_address(f, _("from"), thing.addr);
    if (thing.size) {
        facts_add_address(f, _("to"), thing.addr + thing.size);
        facts_add_size_hex(f, _("size"), thing.size);
    }
    facts_add(f, _("state"), "%s", _(range_state_name(state)));
    facts_add(f, _("belongs to"), "%s", owner_name(owner));
    if (owner == OWNER_HEAP && (state == RANGE_MAPPED || state == RANGE_RELEASED))
        inspect_touched(f, v, thing.addr, thing.addr + thing.size);
}

/* --- Events: the fields by the names that the vocabulary gives them --- */

static const char *const event_fields[EV_COUNT][5] = {
#define X(NAME, text, w, x, a, b, c) [EV_##NAME] = {w, x, a, b, c},
    EVENT_KINDS(X)
#undef X
};

/* Kinds (but for calls) and fields in the person's language; what names code (op_code, ptrdata)
 * stays. */
static const char *event_word(const char *word) {
    static const char *const known[] = {N_("op"), N_("op end"), N_("step"), N_("attempt"),
        N_("message"), N_("exit"), N_("range"), N_("heap"), N_("stat"), N_("metadata"), N_("slot"),
        N_("bits"), N_("pages"), N_("list push"), N_("list drop"), N_("treap leaf"),
        N_("treap turn"), N_("treap cut"), N_("object"), N_("grey"), N_("black"), N_("marked"),
        N_("drop"), N_("store"), N_("0 alloc, 1 mark"), N_("0 front, 1 back"),
        N_("0 left, 1 right"), N_("1: really reserved"), N_("1: was reserved"), N_("addr"),
        N_("address"), N_("answer"), N_("arg"), N_("bytes"), N_("count"), N_("delta"), N_("extra"),
        N_("first byte"), N_("first page"), N_("id"), N_("index"), N_("list"), N_("new"),
        N_("new cache"), N_("new span"), N_("new freeindex"), N_("new offset"), N_("number"),
        N_("objects"), N_("old"), N_("old cache"), N_("old freeindex"), N_("old offset"),
        N_("old span"), N_("owner old"), N_("owner new"), N_("range_state old"),
        N_("range_state new"), N_("init_step before"), N_("parent"), N_("priority"), N_("record"),
        N_("result"), N_("rung"), N_("side"), N_("size"), N_("size asked"), N_("span before"),
        N_("span class"), N_("status"), N_("taken"), N_("value"), N_("word")};
    for (size_t i = 0; i < ARRAY_LEN(known); i++)
        if (strcmp(word, known[i]) == 0)
            return _(known[i]);
    return word;
}

/* A field that holds a number of an enumeration, told by its name. */
static const char *enum_word(const char *label, uint64_t value) {
    static const struct {
        const char *label;
        const char *(*name)(unsigned);
    } known[] = {
        {"enum op_code", op_code_name},
        {"enum outcome", outcome_name},
        {"enum init_step", init_step_name},
        {"enum range_state", range_state_name},
        {"enum heap_field", heap_field_name},
        {"enum stat_id", stat_name},
        {"enum meta_kind", meta_kind_name},
        {"enum span_field", span_field_name},
        {"rung", rung_name},
        {"owner", owner_name},
    };
    for (size_t i = 0; i < ARRAY_LEN(known); i++)
        if (strncmp(label, known[i].label, strlen(known[i].label)) == 0)
            return _(known[i].name((unsigned)value));
    return NULL;
}

/* An address or a set of bits reads best in hex, all else as a number. */
static bool reads_as_hex(const char *label, uint64_t value) {
    return value >= KiB(64) && strstr(label, "count") == NULL;
}

static void add_field(struct facts *f, const char *label, uint64_t value) {
    const char *word = enum_word(label, value);
    if (strncmp(label, "enum ", 5) == 0)
        label += 5;
    const char *shown = event_word(label);
    if (word)
        facts_add(f, shown, "%s", word);
    else if (strcmp(label, "delta") == 0)
        facts_add(f, shown, "%+" PRId64, (int64_t)value);
    else if (strncmp(label, "size", 4) == 0)
        facts_add_size_hex(f, shown, value);
    else if (reads_as_hex(label, value))
        facts_add_address(f, shown, value);
    else
        facts_add_count(f, shown, value);
}

/* The name's first "old" becomes "new". */
static void make_new(char *name) {
    char *old = strstr(name, "old");
    for (int i = 0; old && i < 3; i++)
        old[i] = "new"[i];
}

/* "old offset | new << 32" is two fields in one number: the offset, old and new. */
static void add_packed(struct facts *f, const char *label, uint64_t value) {
    const char *bar = strstr(label, " | "), *shift = bar ? strstr(bar, " << ") : NULL;
    char name[40];
    if (!shift) {
        add_field(f, label, value);
        return;
    }
    unsigned by = (unsigned)strtoul(shift + 4, NULL, 10);
    int second = (int)(shift - bar - 3);
    snprintf(name, sizeof name, "%.*s", (int)(bar - label), label);
    add_field(f, name, value & ((UINT64_C(1) << by) - 1));
    if (strncmp(bar + 3, "new", (size_t)second) == 0)
        make_new(name);
    else if (strncmp(bar + 3, "old", (size_t)second) == 0)
        snprintf(name, sizeof name, "%.*s before", (int)(bar - label), label);
    else
        snprintf(name, sizeof name, "%.*s", second, bar + 3);
    add_field(f, name, value >> by);
}

static void inspect_event(const struct view *v, uint64_t index, struct facts *f) {
    if (index >= v->count)
        return;
    const struct event *ev = recording_event(v->rec, index);
    struct strbuf words = {0};
    sentence(ev, index + 1 == v->at ? v->r : NULL, v->platform->ptr_size, &words);
    char number[32];
    facts_add(f, _("event"), _("%s, number %s"),
        call_word(ev->kind) ? call_word(ev->kind) : event_word(event_kind_name(ev->kind)),
        format_count(index + 1, number, sizeof number));
    facts_add_note(f, sb_text(&words));
    sb_free(&words);
    if (ev->kind >= EV_COUNT)
        return;
    const uint64_t values[5] = {ev->w, ev->x, ev->a, ev->b, ev->c};
    for (int i = 0; i < 5; i++)
        if (event_fields[ev->kind][i][0])
            add_packed(f, event_fields[ev->kind][i], values[i]);
}

void inspect(const struct view *v, struct thing thing, struct facts *f) {
    switch (thing.kind) {
    case THING_NONE: break;
    case THING_HINT: inspect_hint(v, thing.index, f); break;
    case THING_FALLBACK: inspect_fallback(v, thing.index, f); break;
    case THING_STEP: inspect_step(v, thing.index, f); break;
    case THING_REGION: inspect_region(v, thing.index, f); break;
    case THING_RANGE: inspect_range(v, thing, f); break;
    case THING_PAGE: inspect_page(v, thing, f); break;
    case THING_SLOT: inspect_slot(v, thing, f); break;
    case THING_WORD: inspect_word(v, thing, f); break;
    case THING_EVENT:
        inspect_event(v, thing.index, f);
        inspect_object_event(v, thing, f);
        break;
    case THING_ENTRY: inspect_entry(v, thing, f); break;
    case THING_BITMAP_BYTE: inspect_bitmap_byte(v, thing, f); break;
    case THING_RECORD: inspect_record(v, thing, f); break;
    case THING_MCACHE: inspect_mcache(v, thing, f); break;
    case THING_META: inspect_meta(v, thing, f); break;
    }
}
