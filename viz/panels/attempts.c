/*
 * Words and colours of the addresses asked for: see attempts.h.
 */
#include "viz/panels/attempts.h"

#include <stdio.h>
#include <string.h>

static const uint64_t arena_sizes[FALLBACK_COUNT] = {MiB(512), MiB(256), MiB(128), 0};

static struct hint_tally tally(const struct attempt *a, unsigned count) {
    struct hint_tally t = {0, 0, -1};
    for (unsigned i = 0; i < count; i++) {
        if (a[i].outcome == OUTCOME_UNTRIED)
            continue;
        t.tried++;
        if (a[i].outcome == OUTCOME_REFUSED)
            t.refused++;
        else
            t.used = (int)i;
    }
    return t;
}

struct hint_tally hint_tally(const struct replica *r) {
    return tally(r->init.hints, HINT_COUNT);
}

struct hint_tally fallback_tally(const struct replica *r) {
    return tally(r->init.fallbacks, FALLBACK_COUNT);
}

int hint_asked(const struct replica *r) {
    struct hint_tally t = hint_tally(r);
    bool asking = r->init.step == STEP_HINTS && t.used < 0 && t.tried < HINT_COUNT;
    return asking ? (int)t.tried : -1;
}

int fallback_asked(const struct replica *r) {
    struct hint_tally t = fallback_tally(r);
    bool asking = r->init.step == STEP_FALLBACK || r->init.step == STEP_BREAK_CHECK;
    return asking && t.used < 0 && t.tried < FALLBACK_COUNT ? (int)t.tried : -1;
}

bool init_failed(const struct replica *r) {
    return r->init.step == STEP_FAILED || (r->exited && r->init.step != STEP_DONE);
}

bool reservation_failed(const struct replica *r) {
    return init_failed(r) && fallback_tally(r).refused == FALLBACK_COUNT;
}

uint64_t hint_addr(const struct platform *p, unsigned index) {
    return (uint64_t)index << 40 | p->hint;
}

char *hint_name(const struct platform *p, unsigned index, char *buf, size_t len) {
    uint64_t addr = hint_addr(p, index);
    if ((addr & 0xffffffff) == 0)
        snprintf(buf, len, "0x%04llx", (unsigned long long)(addr >> 32));
    else
        snprintf(buf, len, _("no. %u"), index);
    return buf;
}

char *hints_refused_text(
    const struct view *v, struct hint_tally t, unsigned max_names, char *buf, size_t len) {
    char name[32];
    unsigned said = 0;
    unsigned first = HINT_COUNT, last = 0;
    int at = snprintf(buf, len, _("%u refused: "), t.refused);
    for (unsigned i = 0; i < HINT_COUNT; i++) {
        if (v->r->init.hints[i].outcome != OUTCOME_REFUSED)
            continue;
        first = first == HINT_COUNT ? i : first;
        last = i;
        if (t.refused > max_names || (size_t)at >= len)
            continue;
        hint_name(v->platform, i, name, sizeof name);
        at += snprintf(buf + at, len - (size_t)at, "%s%s", said++ ? _(", ") : "", name);
    }
    if (t.refused > max_names && (size_t)at < len) {
        char end[32];
        hint_name(v->platform, first, name, sizeof name);
        hint_name(v->platform, last, end, sizeof end);
        snprintf(buf + at, len - (size_t)at, _("%s to %s"), name, end);
    }
    return buf;
}

uint64_t fallback_arena(unsigned index) {
    INVARIANT(index < FALLBACK_COUNT);
    return arena_sizes[index];
}

uint64_t fallback_total(const struct replica *r, unsigned index) {
    const struct init_path *p = &r->init;
    if (!p->reached[STEP_SIZES])
        return 0;
    return p->value[STEP_SIZES][0] + p->value[STEP_SIZES][1] + fallback_arena(index) + KiB(8);
}

const char *outcome_word(unsigned outcome) {
    static const char *const words[] = {
        [OUTCOME_UNTRIED] = N_("not tried"),
        [OUTCOME_GRANTED] = N_("granted"),
        [OUTCOME_CHECKED] = N_("granted"),
        [OUTCOME_ELSEWHERE] = N_("elsewhere"),
        [OUTCOME_REFUSED] = N_("refused"),
    };
    INVARIANT(outcome < ARRAY_LEN(words));
    return _(words[outcome]);
}

enum theme_color outcome_color(unsigned outcome) {
    switch (outcome) {
    case OUTCOME_UNTRIED: return COLOR_faint;
    case OUTCOME_REFUSED: return COLOR_refused;
    default: return COLOR_granted;
    }
}

/* Does another part of the program's world lie where the attempt wanted to be? */
static bool overlaps_other(const struct view *v, const struct attempt *a, uint64_t size) {
    const struct rangemap *m = &v->r->ranges;
    for (size_t i = rangemap_find(m, a->addr); i < m->count && m->ranges[i].start < a->addr + size;
         i++)
        if (m->ranges[i].owner == OWNER_OTHER)
            return true;
    if (!v->env)
        return false;
    for (size_t i = 0; i < v->env->model.taken_count; i++) {
        struct taken_range t = v->env->model.taken[i];
        if (t.addr < a->addr + size && a->addr < t.addr + t.size)
            return true;
    }
    return false;
}

static const char *refusal_reason(const struct view *v, const struct attempt *a) {
    /* Above 4 GiB a 64-bit system is only asked for the first 64 KiB. */
    bool probe = v->platform->ptr_size == 8 && a->size > GiB(4);
    if (a->addr >= v->platform->user_end)
        return _("out of space");
    if (overlaps_other(v, a, probe ? KiB(64) : a->size))
        return _("address taken");
    if (v->env && v->env->model.ignores_hints)
        return _("elsewhere");
    if (v->env && v->env->model.address_limit)
        return _("over the limit");
    return probe ? _("address taken") : _("no room");
}

const char *attempt_reason(const struct view *v, const struct attempt *a) {
    switch (a->outcome) {
    case OUTCOME_REFUSED: return refusal_reason(v, a);
    case OUTCOME_CHECKED: return _("only checked");
    case OUTCOME_GRANTED: return _("reserved");
    case OUTCOME_ELSEWHERE: return _("elsewhere");
    default: return "";
    }
}

char *format_addr(uint64_t addr, char *buf, size_t len) {
    unsigned hi = (unsigned)(addr >> 32), mid = (unsigned)(addr >> 16 & 0xffff);
    unsigned lo = (unsigned)(addr & 0xffff);
    if (hi)
        snprintf(buf, len, "0x%x %04x %04x", hi, mid, lo);
    else if (mid)
        snprintf(buf, len, "0x%x %04x", mid, lo);
    else
        snprintf(buf, len, "0x%x", lo);
    return buf;
}

char *format_total(uint64_t bytes, char *buf, size_t len) {
    uint64_t rest = bytes > KiB(8) && bytes % MiB(1) == KiB(8) ? bytes - KiB(8) : bytes;
    if (rest >= GiB(1) && rest % GiB(1) != 0) {
        uint64_t hundredths = (rest % GiB(1)) * 100 / GiB(1);
        snprintf(buf, len, hundredths % 10 ? "%llu.%02llu GiB" : "%llu.%llu GiB",
            (unsigned long long)(rest >> 30),
            (unsigned long long)(hundredths % 10 ? hundredths : hundredths / 10));
        return buf;
    }
    return format_size(rest, buf, len);
}

bool thing_lit(const struct view *v, struct thing t) {
    return t.kind != THING_NONE && (thing_same(v->hover, t) || thing_same(v->pinned, t));
}

/* The width that the text takes; 0: there is no room for it. */
static int said_width(struct ui *ui, const char *text, int room) {
    if (!*text)
        return 0;
    int w = text_width(ui->fonts, FACE_SANS, px(ui, SIZE_SMALL), text) + px(ui, 1);
    return w <= room ? w : 0;
}

bool row_say(struct ui *ui, struct rect *row, uint32_t color, const char *text) {
    int w = said_width(ui, text, row->w);
    if (!w)
        return false;
    ui_text(ui, rect_make(row->x, row->y, w, row->h), FACE_SANS, SIZE_SMALL, 0, color, text);
    row->x += w + px(ui, 12);
    row->w -= w + px(ui, 12);
    return true;
}

void row_say_right(struct ui *ui, struct rect *row, uint32_t color, const char *text) {
    int w = said_width(ui, text, row->w);
    if (!w)
        return;
    struct rect box = {row->x + row->w - w, row->y, w, row->h};
    ui_text(ui, box, FACE_SANS, SIZE_SMALL, 2, color, text);
    row->w -= w + px(ui, 14);
}

void draw_cross(struct ui *ui, float x, float y, float radius, uint32_t color) {
    float thick = 1.2f * ui->scale;
    draw_line(ui->canvas, x - radius, y - radius, x + radius, y + radius, thick, color);
    draw_line(ui->canvas, x - radius, y + radius, x + radius, y - radius, thick, color);
}
