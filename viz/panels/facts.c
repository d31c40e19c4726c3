/*
 * The facts: three tables of label and value. THE WORLD is the environment of the run (rows with a
 * key change it on a click), THE HEAP the allocator's numbers now, UNDER THE POINTER everything
 * about the thing hovered or pinned.
 *
 * A short column shows fewer facts of the world, and the heap's table gives way while something is
 * under the pointer. The world's rows are the same whatever the pointer does: they are clicked.
 */
#include "viz/panels/facts.h"

#include <inttypes.h>
#include <stdio.h>

enum { ROW = 18, CAPTION = 24, BETWEEN = 10, NOTE_LINES = 5, BRIEF_BELOW = 380 };

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

/* The last fact added runs a command when clicked. */
static void on_click(struct facts *f, enum command command, int64_t arg) {
    f->fact[f->count - 1].command = command;
    f->fact[f->count - 1].arg = arg;
}

static int fact_height(struct ui *ui, const struct fact *fact, int width) {
    if (!fact->note)
        return px(ui, ROW);
    return ui_paragraph_height(ui, width, FACE_SANS, SIZE_SMALL, fact->value, NOTE_LINES) +
           px(ui, 6);
}

static int facts_height(struct ui *ui, const struct facts *f, int width) {
    int h = px(ui, CAPTION);
    for (int i = 0; i < f->count; i++)
        h += fact_height(ui, &f->fact[i], width);
    return h;
}

/* The key of the fact's command, framed; returns the width it took. */
static int draw_key(struct ui *ui, struct rect row, int x, enum command command) {
    const struct command_info *info = command_info(command);
    if (!info || !info->keys[0])
        return 0;
    char key[2] = {info->keys[0], '\0'};
    struct rect chip = rect_make(x, row.y + px(ui, 1), px(ui, 16), row.h - px(ui, 2));
    draw_frame(ui->canvas, chip, px(ui, 3), px(ui, 1), color_of(ui, COLOR_line));
    ui_text(ui, chip, FACE_MONO, SIZE_SMALL, 1, color_of(ui, COLOR_muted), key);
    return chip.w + px(ui, 6);
}

static void draw_fact(struct ui *ui, const struct fact *fact, struct rect row) {
    if (fact->note) {
        row.y += px(ui, 2);
        ui_paragraph(ui, row, FACE_SANS, SIZE_SMALL, color_of(ui, fact->color), fact->value);
        return;
    }
    enum face face = fact->mono ? FACE_MONO : FACE_SANS;
    bool hovered = fact->command && ui_hovered(ui, row);
    if (hovered)
        draw_round(ui->canvas, rect_make(row.x - px(ui, 6), row.y, row.w + px(ui, 12), row.h),
            px(ui, 4), color_of(ui, COLOR_raised));
    int label_w = text_width(ui->fonts, FACE_SANS, px(ui, SIZE_SMALL), fact->label) + 1;
    if (label_w > row.w / 2 + px(ui, 20))
        label_w = row.w / 2 + px(ui, 20);
    ui_text(ui, rect_make(row.x, row.y, label_w, row.h), FACE_SANS, SIZE_SMALL, 0,
        color_of(ui, COLOR_muted), fact->label);
    int x = row.x + label_w + px(ui, 6);
    if (fact->command)
        x += draw_key(ui, row, x, fact->command);
    ui_text(ui, rect_make(x, row.y, row.x + row.w - x, row.h), face, SIZE_SMALL, 2,
        color_of(ui, fact->color), fact->value);
    if (fact->command)
        ui_click(ui, row, fact->command, fact->arg);
}

/* Draws what fits into area from its top; returns what is left below. */
static struct rect draw_facts(
    struct ui *ui, const char *title, const struct facts *f, struct rect area) {
    struct rect body =
        ui_caption(ui, rect_make(area.x, area.y, area.w, px(ui, CAPTION)), title, "%s", "");
    int y = area.y + px(ui, CAPTION), bottom = area.y + area.h;
    (void)body;
    for (int i = 0; i < f->count; i++) {
        int h = fact_height(ui, &f->fact[i], area.w);
        if (y + h > bottom)
            break;
        draw_fact(ui, &f->fact[i], rect_make(area.x, y, area.w, h));
        y += h;
    }
    y += px(ui, BETWEEN);
    return rect_make(area.x, y, area.w, bottom > y ? bottom - y : 0);
}

/* --- The three tables --- */

/* brief: without what the other panels tell, too. */
static void world_facts(const struct view *v, bool brief, struct facts *f) {
    const struct model_config *m = &v->env->model;
    const struct platform *p = v->platform;
    /* A fixture may have no session: then what the platform usually has. */
    struct session_world real = v->session ? session_world(v->session)
                                           : (struct session_world){.image_end = p->image_end,
                                                 .brk = p->brk,
                                                 .phys_page_size = p->phys_page_size};
    if (!brief) {
        facts_add(f, _("platform"), "%s", p->name);
        on_click(f, CMD_TOGGLE_WIDTH, 0);
    }
    if (v->session) {
        const char *why = session_provider_why(v->session);
        facts_add(f, _("addresses from"), "%s", _(session_provider(v->session)));
        if (why)
            facts_add_note(f, why);
    }
    if (m->address_limit)
        facts_add_size(f, _("address space"), m->address_limit);
    else
        facts_add(f, _("address space"), "%s", _("no limit"));
    on_click(f, CMD_CYCLE_LIMIT, 0);
    facts_add_address(f, _("program break"), real.brk);
    on_click(f, CMD_CYCLE_BREAK, 0);
    if (!brief) {
        facts_add_address(f, _("image ends at"), real.image_end);
        if (real.phys_page_size)
            facts_add_size(f, _("physical page"), real.phys_page_size);
        else
            facts_add(f, _("physical page"), "%s", _("not told"));
    }
    facts_add(f, _("ranges taken"), "%zu", m->taken_count);
    if (p->ptr_size == 8)
        on_click(f, CMD_TAKE_ALL, 0);
    facts_add(f, _("kernel answers"), "%s", m->ignores_hints ? _("elsewhere") : _("as asked"));
    on_click(f, CMD_ELSEWHERE, 0);
}

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

void panel_facts(struct ui *ui, const struct view *v, struct rect area) {
    struct facts world = {0}, heap = {0}, pointer = {0};
    struct thing thing = v->pinned.kind != THING_NONE ? v->pinned : v->hover;
    world_facts(v, area.h < px(ui, BRIEF_BELOW), &world);
    heap_facts(v, &heap);
    inspect(v, thing, &pointer);
    bool any = pointer.count > 0;
    if (!any)
        facts_add_note(&pointer, _("Point at anything to read about it here; click to pin it."));

    struct rect left = draw_facts(ui, _("THE WORLD"), &world, area);
    int pointer_h = facts_height(ui, &pointer, left.w) + px(ui, BETWEEN);
    int heap_h = facts_height(ui, &heap, left.w);
    if (!any || left.h >= heap_h + pointer_h)
        left = draw_facts(ui, _("THE HEAP"), &heap, left);
    if (left.h >= px(ui, CAPTION + ROW))
        draw_facts(ui, v->pinned.kind != THING_NONE ? _("PINNED") : _("UNDER THE POINTER"),
            &pointer, left);
}
