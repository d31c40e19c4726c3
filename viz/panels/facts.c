/*
 * Facts in rows: the inspector's table of the thing that is pinned, or under the pointer, or else
 * of the heap; and the card beside the pointer with the first of them.
 */
#include "viz/panels/facts.h"

#include <inttypes.h>
#include <stdio.h>

enum {
    ROW = 18,
    BELOW = 15, /* a value that stands below its label */
    HEADING = 24,
    CAPTION = 24,
    NOTE_LINES = 5,
    LEAD_W = 9, /* the sign of rows that lead somewhere */
    CARD_W = 264,
    CARD_ROWS = 8,
    CARD_PAD = 8,
};

/* --- A table --- */

void facts_add(struct facts *f, const char *label, const char *fmt, ...) {
    if (f->count == MAX_FACTS)
        return;
    struct fact *fact = &f->fact[f->count++];
    *fact = (struct fact){.color = COLOR_text};
    snprintf(fact->label, sizeof fact->label, "%s", label);
    va_list args;
    va_start(args, fmt);
    vsnprintf(fact->value, sizeof fact->value, fmt, args);
    va_end(args);
}

void facts_add_size(struct facts *f, const char *label, uint64_t bytes) {
    char size[32];
    facts_add(f, label, "%s", format_size(bytes, size, sizeof size));
}

void facts_add_count(struct facts *f, const char *label, uint64_t n) {
    char count[32];
    facts_add(f, label, "%s", format_count(n, count, sizeof count));
}

void facts_add_address(struct facts *f, const char *label, uint64_t addr) {
    facts_add(f, label, "0x%" PRIx64, addr);
    f->fact[f->count - 1].mono = true;
}

void facts_add_note(struct facts *f, const char *text) {
    if (f->count == MAX_FACTS)
        return;
    struct fact *fact = &f->fact[f->count++];
    *fact = (struct fact){.color = COLOR_muted, .note = true};
    snprintf(fact->value, sizeof fact->value, "%s", text);
}

void facts_heading(struct facts *f, const char *text) {
    facts_add(f, text, "%s", "");
    f->fact[f->count - 1].heading = true;
}

void facts_link(struct facts *f, struct thing thing) {
    f->fact[f->count - 1].thing = thing;
}

void facts_click(struct facts *f, enum command command, int64_t arg) {
    f->fact[f->count - 1].command = command;
    f->fact[f->count - 1].arg = arg;
}

static enum face value_face(const struct fact *fact) {
    return fact->mono ? FACE_MONO : FACE_SANS;
}

static int label_width(struct ui *ui, const struct fact *fact) {
    return text_width(ui->fonts, FACE_SANS, px(ui, SIZE_SMALL), fact->label) + 1;
}

/* Is there no room for label and value on one line? Then the value stands below the label. */
static bool fact_breaks(struct ui *ui, const struct fact *fact, int width) {
    return label_width(ui, fact) + px(ui, 6 + LEAD_W) +
               text_width(ui->fonts, value_face(fact), px(ui, SIZE_SMALL), fact->value) >
           width;
}

static int fact_height(struct ui *ui, const struct fact *fact, int width) {
    if (fact->heading)
        return px(ui, HEADING);
    if (!fact->note)
        return px(ui, fact_breaks(ui, fact, width) ? ROW + BELOW : ROW);
    return ui_paragraph_height(ui, width, FACE_SANS, SIZE_SMALL, fact->value, NOTE_LINES) +
           px(ui, 6);
}

static void draw_fact(struct ui *ui, const struct fact *fact, struct rect row) {
    if (fact->note) {
        row.y += px(ui, 2);
        ui_paragraph(ui, row, FACE_SANS, SIZE_SMALL, color_of(ui, fact->color), fact->value);
        return;
    }
    if (fact->heading) {
        ui_caption(
            ui, rect_make(row.x, row.y + px(ui, HEADING - 19), row.w, row.h), fact->label, NULL);
        return;
    }
    bool leads = fact->command || fact->thing.kind != THING_NONE;
    bool hovered = leads && ui_hovered(ui, row);
    if (hovered)
        draw_round(ui->canvas, rect_make(row.x - px(ui, 6), row.y, row.w + px(ui, 12), row.h),
            px(ui, 4), color_of(ui, COLOR_raised));
    bool breaks = fact_breaks(ui, fact, row.w);
    int label_w = breaks ? row.w : label_width(ui, fact), line = px(ui, ROW);
    int x = row.x + (breaks ? 0 : label_w + px(ui, 6)), right = row.x + row.w - px(ui, LEAD_W);
    struct rect value = {x, breaks ? row.y + px(ui, BELOW) : row.y, right - x, line};
    ui_text(ui, rect_make(row.x, row.y, label_w, line), FACE_SANS, SIZE_SMALL, 0,
        color_of(ui, COLOR_muted), fact->label);
    ui_text(ui, value, value_face(fact), SIZE_SMALL, 2, color_of(ui, fact->color), fact->value);
    if (leads)
        ui_text(ui, rect_make(right, value.y, px(ui, LEAD_W), line), FACE_SANS, SIZE_SMALL, 2,
            color_of(ui, COLOR_accent), "\u203a");
    if (fact->thing.kind != THING_NONE)
        ui_hot(ui, row, fact->thing);
    if (fact->command)
        ui_click(ui, row, fact->command, fact->arg);
}

/* Draws the facts from number `first` on that fit into area; a line at its end, or at its
 * beginning, says that there are others. */
static void draw_facts(
    struct ui *ui, const char *title, const struct facts *f, int first, struct rect area) {
    int y = area.y + px(ui, CAPTION), bottom = area.y + area.h, row = px(ui, ROW);
    char above[80] = "";
    first = first < f->count ? first : f->count - 1;
    if (first > 0)
        snprintf(
            above, sizeof above, ngettext("%d above", "%d above", (unsigned long)first), first);
    ui_caption(ui, rect_make(area.x, area.y, area.w, px(ui, CAPTION)), title, "%s", above);
    for (int i = first > 0 ? first : 0; i < f->count; i++) {
        int h = fact_height(ui, &f->fact[i], area.w);
        bool last = i + 1 == f->count;
        if (y + h > bottom || (!last && y + h + row > bottom)) {
            ui_textf(ui, rect_make(area.x, y, area.w, row), FACE_SANS, SIZE_SMALL, 0,
                color_of(ui, COLOR_muted),
                ngettext("%d more: Ctrl+PageDown", "%d more: Ctrl+PageDown",
                    (unsigned long)(f->count - i)),
                f->count - i);
            return;
        }
        draw_fact(ui, &f->fact[i], rect_make(area.x, y, area.w, h));
        y += h;
    }
}

/* --- What is shown --- */

static void heap_facts(const struct view *v, struct facts *f) {
    const struct replica *r = v->r;
    uint64_t calls = 0, start = r->heap[HEAP_bitmap], used = r->heap[HEAP_arena_used];
    for (int kind = 0; kind < EV_COUNT; kind++)
        calls += r->os_calls[kind];
    facts_add_size(f, _("arena used"), used > start ? used - start : 0);
    facts_add_size(f, _("in use"), r->stats[STAT_heap_inuse]);
    facts_add_size(f, _("idle"), r->stats[STAT_heap_idle]);
    facts_add_size(f, _("live"), r->stats[STAT_heap_live]);
    facts_add_count(f, _("objects made"), r->objects_born);
    facts_add_count(f, _("mspan structures"), r->span_count);
    facts_add_count(f, _("system calls"), calls);
}

void panel_inspect(struct ui *ui, const struct view *v, struct rect area) {
    struct facts heap = {0}, facts = {0};
    bool pinned = v->pinned.kind != THING_NONE;
    inspect(v, pinned ? v->pinned : v->hover, &facts);
    if (facts.count) {
        draw_facts(ui, pinned ? _("PINNED") : _("UNDER THE POINTER"), &facts,
            pinned ? v->rail_first : 0, area);
        return;
    }
    heap_facts(v, &heap);
    facts_add_note(&heap, _("Point at anything to read about it here; click to pin it."));
    draw_facts(ui, _("THE HEAP"), &heap, 0, area);
}

/* The first facts about what is hovered, without what they lead to. */
static void card_facts(const struct view *v, struct facts *card) {
    struct facts all = {0};
    inspect(v, v->hover, &all);
    for (int i = 0; i < all.count && card->count < CARD_ROWS; i++) {
        if (all.fact[i].heading)
            continue;
        card->fact[card->count] = all.fact[i];
        card->fact[card->count].thing = (struct thing){.kind = THING_NONE};
        card->fact[card->count++].command = CMD_NONE;
    }
}

void panel_card(struct ui *ui, const struct view *v, struct rect window) {
    struct facts card = {0};
    card_facts(v, &card);
    if (!card.count || ui->mouse_x < 0)
        return;
    int pad = px(ui, CARD_PAD), away = px(ui, 16);
    struct rect r = {ui->mouse_x + away, ui->mouse_y + away, px(ui, CARD_W), 2 * pad};
    for (int i = 0; i < card.count; i++)
        r.h += fact_height(ui, &card.fact[i], r.w - 2 * pad);
    if (r.x + r.w > window.x + window.w)
        r.x = ui->mouse_x - away - r.w;
    if (r.y + r.h > window.y + window.h)
        r.y = ui->mouse_y - away - r.h;
    r.x = r.x < window.x ? window.x : r.x;
    r.y = r.y < window.y ? window.y : r.y;
    ui_card(ui, "panel_card", r);
    draw_round(ui->canvas, r, px(ui, 6), color_of(ui, COLOR_raised));
    draw_frame(ui->canvas, r, px(ui, 6), px(ui, 1), color_of(ui, COLOR_faint));
    int y = r.y + pad;
    for (int i = 0; i < card.count; i++) {
        int h = fact_height(ui, &card.fact[i], r.w - 2 * pad);
        draw_fact(ui, &card.fact[i], rect_make(r.x + pad, y, r.w - 2 * pad, h));
        y += h;
    }
}
