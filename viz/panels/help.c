/*
 * The key help: a card over the dimmed window with every command of the table in commands.h, by
 * group, in columns of about equal height. Nothing here names a command: the table does.
 */
#include <stdio.h>
#include <string.h>

#include "viz/panels/panels.h"

enum {
    CARD_MAX = 1180,
    PADDING = 24,
    TITLE = 40,
    GROUP_HEAD = 26,
    GROUP_GAP = 14,
    LINE_GAP = 6,
    KEYS = 124, /* width of the chips' column, at most */
    COLUMN_GAP = 24,
    MAX_COLUMNS = 3,
    MAX_GROUPS = 16,
    HELP_LINES = 4,
};

/* --- Keys --- */

static const char NO_KEY[] = N_("mouse");

/* A key's name as shown: arrows are drawn as arrows, long names shortened. */
static void key_words(const char *key, size_t len, char *out, size_t out_len) {
    static const struct {
        const char *name, *shown;
    } short_names[] = {{"Right", "→"}, {"Left", "←"}, {"Escape", "Esc"}, {"PageDown", "PgDn"},
        {"PageUp", "PgUp"}, {"Backspace", "Bksp"}};
    snprintf(out, out_len, "%.*s", (int)len, key);
    for (size_t i = 0; i < ARRAY_LEN(short_names); i++) {
        size_t n = strlen(short_names[i].name);
        if (len >= n && strncmp(key + len - n, short_names[i].name, n) == 0)
            snprintf(out, out_len, "%.*s%s", (int)(len - n), key, short_names[i].shown);
    }
}

static int chip_width(struct ui *ui, const char *words) {
    int w = text_width(ui->fonts, FACE_MONO, px(ui, SIZE_SMALL), words) + px(ui, 10);
    return w > px(ui, 22) ? w : px(ui, 22);
}

static void draw_chip(struct ui *ui, int x, int y, int w, int h, const char *words) {
    struct rect r = rect_make(x, y, w, h);
    draw_round(ui->canvas, r, px(ui, 4), color_of(ui, COLOR_raised));
    draw_frame(ui->canvas, r, px(ui, 4), px(ui, 1), color_of(ui, COLOR_line));
    ui_text(ui, r, FACE_MONO, SIZE_SMALL, 1, color_of(ui, COLOR_text), words);
}

static int chip_height(const struct ui *ui) {
    return px(ui, 20);
}

/* Chips for the keys from x on, on further lines where they do not fit into w. Draws them, or only
 * measures; returns their height. */
static int draw_keys(struct ui *ui, const char *keys, int x, int y, int w, bool draw) {
    int left = x, top = y, h = chip_height(ui);
    if (!keys[0])
        keys = _(NO_KEY);
    while (*keys) {
        size_t len = strcspn(keys, " ");
        char words[32];
        key_words(keys, len, words, sizeof words);
        int chip = chip_width(ui, words);
        if (x > left && x + chip > left + w) {
            x = left;
            y += h + px(ui, 4);
        }
        if (draw)
            draw_chip(ui, x, y, chip, h, words);
        x += chip + px(ui, 4);
        keys += len;
        keys += strspn(keys, " ");
    }
    return y + h - top;
}

/* --- Rows and groups --- */

/* The width of the keys' chips on one line. */
static int keys_width(struct ui *ui, const char *keys) {
    int w = 0;
    for (keys = keys[0] ? keys : _(NO_KEY); *keys; keys += strspn(keys, " ")) {
        size_t len = strcspn(keys, " ");
        char words[32];
        key_words(keys, len, words, sizeof words);
        w += chip_width(ui, words) + px(ui, 4);
        keys += len;
    }
    return w - px(ui, 4);
}

/* One command: chips in a column keys_w wide, and what they do. Draws it, or only measures; returns
 * its height. */
static int draw_command(struct ui *ui, const struct command_info *info, struct rect column,
    int keys_w, int y, bool draw) {
    int pad = px(ui, 2), gap = px(ui, 10);
    struct rect words = rect_make(column.x + keys_w + gap, y + pad, column.w - keys_w - gap, 0);
    words.h = ui_paragraph_height(ui, words.w, FACE_SANS, SIZE_BODY, _(info->help), HELP_LINES);
    int keys_h = draw_keys(ui, info->keys, column.x, y, keys_w, draw);
    if (draw)
        ui_paragraph(ui, words, FACE_SANS, SIZE_BODY, color_of(ui, COLOR_text), _(info->help));
    int h = words.h + pad > keys_h ? words.h + pad : keys_h;
    return h + px(ui, LINE_GAP);
}

/* A group begins at a command whose group differs from the one before. */
static bool group_begins(unsigned command) {
    const struct command_info *info = command_info(command), *before = command_info(command - 1);
    return info && (!before || strcmp(info->group, before->group) != 0);
}

static unsigned group_end(unsigned first) {
    unsigned c = first + 1;
    while (c < CMD_COUNT && !group_begins(c))
        c++;
    return c;
}

/* The group that begins at the command; returns its height. */
static int draw_group(struct ui *ui, unsigned first, struct rect column, int y, bool draw) {
    int top = y, keys_w = 0, most = px(ui, KEYS);
    unsigned end = group_end(first);
    for (unsigned c = first; c < end; c++) {
        int w = keys_width(ui, command_info(c)->keys);
        keys_w = w > keys_w ? w : keys_w;
    }
    keys_w = keys_w > most ? most : keys_w;
    if (draw)
        ui_text(ui, rect_make(column.x, y, column.w, px(ui, GROUP_HEAD - 6)), FACE_BOLD, SIZE_BODY,
            0, color_of(ui, COLOR_muted), _(command_info(first)->group));
    y += px(ui, GROUP_HEAD);
    for (unsigned c = first; c < end; c++)
        y += draw_command(ui, command_info(c), column, keys_w, y, draw);
    return y + px(ui, GROUP_GAP) - top;
}

/* --- Columns --- */

struct layout {
    unsigned first[MAX_GROUPS]; /* each group's first command */
    int height[MAX_GROUPS];
    int column[MAX_GROUPS];
    int count;
    int tallest;
};

/* Gives groups to columns in their order, none taller than the limit; false if they do not fit. */
static bool fill_columns(struct layout *l, int columns, int limit) {
    int column = 0, h = 0;
    l->tallest = 0;
    for (int i = 0; i < l->count; i++) {
        if (h && h + l->height[i] > limit) {
            column++;
            h = 0;
        }
        h += l->height[i];
        l->column[i] = column;
        if (h > l->tallest)
            l->tallest = h;
    }
    return column < columns && l->tallest <= limit;
}

static struct layout lay_out(struct ui *ui, int columns, int column_w) {
    struct layout l = {0};
    int limit = 0;
    for (unsigned c = CMD_NONE + 1; c < CMD_COUNT && l.count < MAX_GROUPS; c++)
        if (group_begins(c)) {
            l.first[l.count] = c;
            l.height[l.count] = draw_group(ui, c, rect_make(0, 0, column_w, 0), 0, false);
            if (l.height[l.count] > limit)
                limit = l.height[l.count];
            l.count++;
        }
    while (!fill_columns(&l, columns, limit))
        limit += px(ui, 8);
    return l;
}

void panel_help(struct ui *ui, const struct view *v, struct rect area) {
    (void)v;
    draw_fill(ui->canvas, area, color_alpha(color_of(ui, COLOR_ground), 200));
    ui_click(ui, area, CMD_HELP, 0);
    int pad = px(ui, PADDING), w = area.w - 2 * px(ui, 20), gap = px(ui, COLUMN_GAP);
    if (w > px(ui, CARD_MAX))
        w = px(ui, CARD_MAX);
    int columns = MAX_COLUMNS;
    while (columns > 1 && (w - 2 * pad) / columns < px(ui, 250))
        columns--;
    int column_w = (w - 2 * pad - (columns - 1) * gap) / columns;
    struct layout l = lay_out(ui, columns, column_w);
    int h = l.tallest + px(ui, TITLE) + 2 * pad - px(ui, GROUP_GAP);
    if (h > area.h - px(ui, 16))
        h = area.h - px(ui, 16);
    struct rect card = rect_make(area.x + (area.w - w) / 2, area.y + (area.h - h) / 2, w, h);
    draw_round(ui->canvas, card, px(ui, 10), color_of(ui, COLOR_panel));
    draw_frame(ui->canvas, card, px(ui, 10), px(ui, 1), color_of(ui, COLOR_line));
    struct rect in = rect_inset(card, pad);
    struct rect title = rect_make(in.x, in.y - px(ui, 4), in.w, px(ui, 28));
    ui_text(ui, title, FACE_BOLD, SIZE_TITLE, 0, color_of(ui, COLOR_text), _("Keys"));
    ui_text(ui, title, FACE_SANS, SIZE_SMALL, 2, color_of(ui, COLOR_muted),
        _("press ? or Esc, or click, to close"));
    canvas_clip(ui->canvas, card);
    int column = -1, y = 0;
    for (int i = 0; i < l.count; i++) {
        if (l.column[i] != column) {
            column = l.column[i];
            y = in.y + px(ui, TITLE);
        }
        struct rect r = rect_make(in.x + column * (column_w + gap), in.y, column_w, in.h);
        y += draw_group(ui, l.first[i], r, y, true);
    }
    canvas_unclip(ui->canvas);
}
