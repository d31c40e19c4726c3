/*
 * The story: the events around the present one, each told in a sentence, the present one lit.
 *
 * Only events worth reading get a row of their own; runs of bookkeeping between them are one row
 * that counts them. How far is looked is bounded, so a frame's cost does not depend on the run.
 *
 * The replica knows the state now, not then. A row about another moment may use its names only
 * where nothing in between has changed them: `struct names` keeps what has.
 */
#include <inttypes.h>
#include <stdio.h>

#include "viz/panels/panels.h"
#include "viz/panels/sentence.h"

enum {
    MAX_ROWS = 40,     /* each way */
    MAX_SCAN = 4096,   /* events looked at, each way */
    MAX_CHANGED = 64,  /* spans remembered as changed */
    MAX_PARTS = 5,     /* of a row about a system call */
    LINES_PRESENT = 4, /* at most, for the present event's sentence */
    LINES_OTHER = 3,
};

/* What has changed between now and the event looked at. */
struct names {
    uint32_t spans[MAX_CHANGED];
    unsigned count;
    bool all; /* too many, or the regions moved: trust nothing */
};

struct row {
    uint64_t event;  /* of the run's events; the first of them, if merged */
    uint64_t merged; /* 0: one event; else this many bookkeeping events */
    bool open;       /* ... and the run of them goes on beyond what was looked at */
    bool names_hold; /* the replica's names are right for it */
    int height;      /* real pixels */
    bool present;
};

struct rows {
    struct row row[MAX_ROWS];
    int count;
    int height; /* of all */
};

/* --- Names --- */

static void names_pass(struct names *n, const struct event *ev) {
    bool renames = ev->kind == EV_SPAN_BORN ||
                   (ev->kind == EV_SPAN_SET &&
                       (ev->w == SPAN_base || ev->w == SPAN_npages || ev->w == SPAN_elemsize));
    bool moves = ev->kind == EV_HEAP_SET &&
                 (ev->w == HEAP_spans || ev->w == HEAP_bitmap || ev->w == HEAP_arena_start ||
                     ev->w == HEAP_arena_end || ev->w == HEAP_spans_cap);
    if (moves || (renames && n->count == MAX_CHANGED))
        n->all = true;
    else if (renames)
        n->spans[n->count++] = ev->x;
}

static bool names_hold(const struct names *n, const struct event *ev) {
    uint32_t handles[2];
    unsigned mentioned = narrate_spans(ev, handles);
    for (unsigned i = 0; i < mentioned; i++)
        for (unsigned k = 0; k < n->count; k++)
            if (n->spans[k] == handles[i])
                return false;
    return !n->all;
}

/* --- System calls: words in columns, coloured by what became of them --- */

struct part {
    char text[48];
    uint32_t color;
};

static bool is_call(const struct event *ev) {
    return narrate_weight(ev) == WEIGHT_CALL;
}

static struct part *add_part(struct part *parts, int *count, uint32_t color) {
    parts[*count].color = color;
    return &parts[(*count)++];
}

static void outcome_part(struct ui *ui, const struct event *ev, struct part *parts, int *count) {
    bool refused = ev->c == 0 || (ev->kind == EV_OS_MAP && ev->x);
    bool found = !refused && (ev->kind == EV_OS_ALLOC || ev->c == ev->a);
    bool asks = ev->kind == EV_OS_RESERVE || ev->kind == EV_OS_ALLOC;
    if (ev->kind == EV_OS_MAP ? found : !asks)
        return; /* as wanted: nothing to add */
    struct part *p = add_part(parts, count, color_of(ui, COLOR_granted));
    if (refused) {
        p->color = color_of(ui, COLOR_refused);
        snprintf(p->text, sizeof p->text, "→ %s", _("refused"));
    } else if (ev->kind == EV_OS_RESERVE && found) {
        snprintf(p->text, sizeof p->text, "→ %s", ev->w ? _("reserved") : _("free (only checked)"));
    } else {
        if (!found)
            p->color = color_of(ui, ev->kind == EV_OS_MAP ? COLOR_refused : COLOR_attention);
        snprintf(p->text, sizeof p->text, "→ 0x%" PRIx64, ev->c);
    }
}

/* The call in parts that may stand on one line or several. Returns how many. */
static int call_parts(struct ui *ui, const struct view *v, const struct row *row,
    const struct event *ev, struct part parts[MAX_PARTS]) {
    static const enum theme_color region_color[] = {COLOR_spans, COLOR_bitmap, COLOR_arena};
    static const char *const region_name[] = {"spans", "bitmap", "arena"};
    int count = 0;
    char size[32];
    uint32_t text = color_of(ui, COLOR_text);
    struct part *p = add_part(parts, &count, text);
    if (ev->kind == EV_OS_ALLOC)
        snprintf(p->text, sizeof p->text, "%s", call_word(ev->kind));
    else
        snprintf(p->text, sizeof p->text, "%s 0x%" PRIx64, call_word(ev->kind), ev->a);
    p = add_part(parts, &count, text);
    snprintf(p->text, sizeof p->text, "+%s", format_size(ev->b, size, sizeof size));
    int region = ev->kind != EV_OS_RESERVE && ev->kind != EV_OS_ALLOC && row->names_hold
                     ? narrate_region(v->r, v->platform->ptr_size, ev->a)
                     : -1;
    if (region >= 0) {
        p = add_part(parts, &count, color_of(ui, region_color[region]));
        snprintf(p->text, sizeof p->text, "%s", region_name[region]);
    }
    outcome_part(ui, ev, parts, &count);
    return count;
}

/* Places the parts from left to right, as many lines as it takes; draws them unless only measured.
 * faint: in the colour of what is to come. Returns the number of lines. */
static int flow_parts(
    struct ui *ui, struct rect box, const struct part *parts, int count, bool faint, bool draw) {
    int size = px(ui, SIZE_SMALL), line_h = text_line_height(ui->fonts, FACE_MONO, size);
    int space = text_width(ui->fonts, FACE_MONO, size, " "), x = 0, line = 0;
    for (int i = 0; i < count; i++) {
        int w = text_width(ui->fonts, FACE_MONO, size, parts[i].text) + 1;
        if (x && x + w > box.w) {
            x = 0;
            line++;
        }
        struct rect r = rect_make(box.x + x, box.y + line * line_h, w < box.w ? w : box.w, line_h);
        uint32_t color = parts[i].color;
        if (draw)
            ui_text(ui, r, FACE_MONO, SIZE_SMALL, 0,
                faint ? color_mix(color, color_of(ui, COLOR_panel), 0.5f) : color, parts[i].text);
        x += w + space;
    }
    return line + 1;
}

/* --- Rows --- */

static void row_words(
    const struct view *v, const struct row *row, const struct event *ev, struct strbuf *out) {
    if (!row->merged) {
        sentence(ev, row->names_hold ? v->r : NULL, v->platform->ptr_size, out);
        return;
    }
    char n[32];
    sb_printf(out, ngettext("… %s%s bookkeeping event", "… %s%s bookkeeping events", row->merged),
        format_count(row->merged, n, sizeof n), row->open ? "+" : "");
}

static int row_padding(const struct ui *ui) {
    return px(ui, 3);
}

static int measure(struct ui *ui, const struct view *v, const struct row *row, int width) {
    const struct event *ev = recording_event(v->rec, row->event);
    int padding = 2 * row_padding(ui);
    if (!row->merged && is_call(ev)) {
        struct part parts[MAX_PARTS];
        int count = call_parts(ui, v, row, ev, parts);
        int lines = flow_parts(ui, rect_make(0, 0, width, 0), parts, count, false, false);
        return lines * text_line_height(ui->fonts, FACE_MONO, px(ui, SIZE_SMALL)) + padding;
    }
    struct strbuf words = {0};
    row_words(v, row, ev, &words);
    int h = ui_paragraph_height(ui, width, FACE_SANS, SIZE_SMALL, sb_text(&words),
        row->present ? LINES_PRESENT : LINES_OTHER);
    sb_free(&words);
    return h + padding;
}

static void add_row(
    struct ui *ui, const struct view *v, struct rows *rows, struct row row, int width) {
    if (rows->count == MAX_ROWS)
        return;
    row.height = measure(ui, v, &row, width);
    rows->row[rows->count++] = row;
    rows->height += row.height;
}

/* Rows of the events from `from` on in direction dir (1, -1) until they fill the height. */
static void collect(struct ui *ui, const struct view *v, uint64_t from, int dir, int width,
    int height, struct rows *rows) {
    struct names names = {0};
    uint64_t merged = 0, i = from;
    if (dir < 0 && v->at > 0) /* the present event's own changes lie between, too */
        names_pass(&names, recording_event(v->rec, v->at - 1));
    int scanned = 0;
    for (; i < view_told(v) && scanned < MAX_SCAN && rows->height < height; i += (uint64_t)dir) {
        const struct event *ev = recording_event(v->rec, i);
        scanned++;
        if (dir > 0)
            names_pass(&names, ev);
        if (narrate_weight(ev) < WEIGHT_STEP) {
            merged++;
        } else {
            uint64_t first = dir > 0 ? i - merged : i + 1;
            if (merged)
                add_row(ui, v, rows, (struct row){.event = first, .merged = merged}, width);
            merged = 0;
            add_row(
                ui, v, rows, (struct row){.event = i, .names_hold = names_hold(&names, ev)}, width);
        }
        if (dir < 0)
            names_pass(&names, ev);
    }
    if (merged && rows->height < height)
        add_row(ui, v, rows,
            (struct row){.event = dir > 0 ? i - merged : i + 1,
                .merged = merged,
                .open = scanned == MAX_SCAN},
            width);
}

/* --- Drawing --- */

/* Does the event tell of something refused or ended? */
static bool is_failure(const struct event *ev) {
    return ev->kind == EV_MESSAGE || ev->kind == EV_EXIT ||
           (ev->kind == EV_ATTEMPT && ev->w == OUTCOME_REFUSED) ||
           (ev->kind == EV_STEP && (ev->w & 0xff) == STEP_FAILED);
}

/* Draws the row from the top of r; returns where the next begins. */
static int draw_row(struct ui *ui, const struct view *v, const struct row *row, struct rect r,
    int number_w, bool faint) {
    const struct event *ev = recording_event(v->rec, row->event);
    r.h = row->height;
    bool hovered = ui_hovered(ui, r);
    if (row->present) {
        draw_fill(ui->canvas, r,
            color_mix(color_of(ui, COLOR_panel), color_of(ui, COLOR_attention), 0.12f));
        draw_fill(ui->canvas, rect_make(r.x, r.y, px(ui, 3), r.h), color_of(ui, COLOR_attention));
    } else if (hovered) {
        draw_fill(ui->canvas, r, color_of(ui, COLOR_raised));
    }
    uint32_t text = color_of(ui, COLOR_text), muted = color_of(ui, COLOR_muted);
    uint32_t color = faint || row->merged ? muted : text;
    if (!faint && is_failure(ev))
        color = color_of(ui, COLOR_refused);
    int pad = row_padding(ui), x = r.x + px(ui, 10);
    struct rect number = rect_make(
        x, r.y + pad, number_w, text_line_height(ui->fonts, FACE_SANS, px(ui, SIZE_SMALL)));
    char n[32];
    if (!row->merged)
        ui_text(
            ui, number, FACE_SANS, SIZE_SMALL, 2, muted, format_count(row->event + 1, n, sizeof n));
    x += number_w + px(ui, 8);
    struct rect box = rect_make(x, r.y + pad, r.x + r.w - x - px(ui, 6), r.h - 2 * pad);
    if (!row->merged && is_call(ev)) {
        struct part parts[MAX_PARTS];
        flow_parts(ui, box, parts, call_parts(ui, v, row, ev, parts), faint, true);
    } else {
        struct strbuf words = {0};
        row_words(v, row, ev, &words);
        ui_paragraph(ui, box, FACE_SANS, SIZE_SMALL, color, sb_text(&words));
        sb_free(&words);
    }
    ui_hot(ui, r, (struct thing){.kind = THING_EVENT, .index = row->event});
    ui_click(ui, r, CMD_SEEK, (int64_t)(row->event + (row->merged ? row->merged : 1)));
    return r.y + r.h;
}

/* How many of the rows before are shown: the present row stands a bit below the middle, unless one
 * side has too little to tell. */
static int shown_before(const struct rows *before, int present, int after, int height) {
    int top = (height - present) * 6 / 10, h = 0, n = 0;
    if (after < height - present - top)
        top = height - present - after;
    while (n < before->count && h + before->row[n].height <= top)
        h += before->row[n++].height;
    return n;
}

/* Leads to the reason, at the right end of the caption. */
static void draw_why(struct ui *ui, struct rect area) {
    const char *label = _("why?");
    int w = text_width(ui->fonts, FACE_SANS, px(ui, SIZE_BODY), label) + px(ui, 16);
    struct rect r = {area.x + area.w - w, area.y - px(ui, 2), w, px(ui, 20)};
    ui_button(ui, r, label, false, CMD_WHY, 0);
}

void panel_story(struct ui *ui, const struct view *v, struct rect area) {
    struct rect body = ui_caption(ui, area, _("WHAT JUST HAPPENED"), "%s", "");
    if (v->count == 0) {
        ui_text(ui, rect_make(body.x + px(ui, 10), body.y, body.w - px(ui, 20), px(ui, 24)),
            FACE_SANS, SIZE_BODY, 0, color_of(ui, COLOR_muted), _("nothing yet"));
        return;
    }
    draw_why(ui, area);
    char last[32];
    int number_w =
        text_width(ui->fonts, FACE_SANS, px(ui, SIZE_SMALL),
            format_count(v->at + 99 < v->count ? v->at + 99 : v->count, last, sizeof last)) +
        1;
    int width = body.w - px(ui, 10) - number_w - px(ui, 8) - px(ui, 6);
    struct rows before = {0}, after = {0}, present = {0};
    if (v->at > 0) {
        add_row(ui, v, &present,
            (struct row){.event = v->at - 1, .names_hold = true, .present = true}, width);
        collect(ui, v, v->at - 2, -1, width, body.h, &before);
    }
    collect(ui, v, v->at, 1, width, body.h, &after);

    canvas_clip(ui->canvas, body);
    int y = body.y, bottom = body.y + body.h;
    for (int i = shown_before(&before, present.height, after.height, body.h) - 1; i >= 0; i--)
        y = draw_row(ui, v, &before.row[i], rect_make(body.x, y, body.w, 0), number_w, false);
    if (present.count)
        y = draw_row(ui, v, &present.row[0], rect_make(body.x, y, body.w, 0), number_w, false);
    for (int i = 0; i < after.count && y + after.row[i].height <= bottom; i++)
        y = draw_row(ui, v, &after.row[i], rect_make(body.x, y, body.w, 0), number_w, true);
    canvas_unclip(ui->canvas);
}
