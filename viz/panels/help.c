/*
 * The key help: a card over the dimmed window with every command of the table in commands.h, by
 * group, flowing through columns and on to further pages. Nothing here names a command: the table
 * does.
 */
#include <string.h>

#include "viz/panels/keys.h"
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
    COLUMN_MIN = 250,
    MAX_COLUMNS = 3,
    HELP_LINES = 4,
};

/* --- Rows and groups --- */

/* One command: chips in a column keys_w wide, and what they do. Draws it, or only measures; returns
 * its height. */
static int draw_command(struct ui *ui, const struct command_info *info, struct rect column,
    int keys_w, int y, bool draw) {
    int pad = px(ui, 2), gap = px(ui, 10);
    struct rect words = rect_make(column.x + keys_w + gap, y + pad, column.w - keys_w - gap, 0);
    words.h = ui_paragraph_height(ui, words.w, FACE_SANS, SIZE_BODY, _(info->help), HELP_LINES);
    int keys_h = keys_draw(ui, info->keys, column.x, y, keys_w, draw);
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

static int draw_head(struct ui *ui, unsigned command, struct rect column, int y, bool draw) {
    if (draw)
        ui_text(ui, rect_make(column.x, y, column.w, px(ui, GROUP_HEAD - 6)), FACE_BOLD, SIZE_BODY,
            0, color_of(ui, COLOR_muted), _(command_info(command)->group));
    return px(ui, GROUP_HEAD);
}

/* What the palette alone has is not listed: it would crowd out the keys. */
static bool is_listed(unsigned command) {
    return command_has_keys(command) || !command_info(command)->keys[0];
}

/* The width of the keys' column for a group. */
static int group_keys_width(struct ui *ui, unsigned command) {
    int keys_w = 0, most = px(ui, KEYS);
    const char *group = command_info(command)->group;
    for (unsigned c = CMD_NONE + 1; c < CMD_COUNT; c++)
        if (is_listed(c) && strcmp(command_info(c)->group, group) == 0) {
            int w = keys_width(ui, command_info(c)->keys);
            keys_w = w > keys_w ? w : keys_w;
        }
    return keys_w > most ? most : keys_w;
}

/* --- Columns and pages --- */

/* The card and the columns on it: the same on every page. */
struct card {
    struct rect box, columns;
    int count, width, gap;
};

static struct card card_of(const struct ui *ui, struct rect area) {
    struct card k = {.gap = px(ui, COLUMN_GAP)};
    int pad = px(ui, PADDING), w = area.w - 2 * px(ui, 20), h = area.h - 2 * px(ui, 8);
    w = w > px(ui, CARD_MAX) ? px(ui, CARD_MAX) : w;
    k.box = rect_make(area.x + (area.w - w) / 2, area.y + (area.h - h) / 2, w, h);
    k.columns = rect_inset(k.box, pad);
    k.columns.y += px(ui, TITLE);
    k.columns.h -= px(ui, TITLE);
    for (k.count = MAX_COLUMNS; k.count > 1; k.count--)
        if (k.columns.w / k.count >= px(ui, COLUMN_MIN))
            break;
    k.width = (k.columns.w - (k.count - 1) * k.gap) / k.count;
    return k;
}

/* Lets all commands flow through the columns and on to further pages, and draws page number
 * `page` (from 1) of them. Returns the number of pages. */
static int flow(struct ui *ui, const struct card *k, int page) {
    int place = 0, y = 0; /* column among those of all pages; height taken there */
    for (unsigned c = CMD_NONE + 1; c < CMD_COUNT; c++) {
        if (!is_listed(c))
            continue;
        struct rect column = {0, 0, k->width, k->columns.h};
        int keys_w = group_keys_width(ui, c);
        int head = group_begins(c) ? px(ui, GROUP_HEAD) : 0;
        int before = head && y ? px(ui, GROUP_GAP) : 0;
        int h = head + draw_command(ui, command_info(c), column, keys_w, 0, false);
        if (y && y + before + h > column.h) { /* goes on in the next column */
            place++;
            y = before = 0;
        }
        bool draw = place / k->count == page - 1;
        column.x = k->columns.x + place % k->count * (k->width + k->gap);
        y += before;
        if (head)
            y += draw_head(ui, c, column, k->columns.y + y, draw);
        y += draw_command(ui, command_info(c), column, keys_w, k->columns.y + y, draw);
    }
    return place / k->count + 1;
}

int help_pages(struct ui *ui, struct rect area) {
    struct card k = card_of(ui, area);
    return flow(ui, &k, 0);
}

void panel_help(struct ui *ui, const struct view *v, struct rect area) {
    struct card k = card_of(ui, area);
    int pages = help_pages(ui, area);
    draw_fill(ui->canvas, area, color_alpha(color_of(ui, COLOR_ground), 200));
    ui_click(ui, area, CMD_HELP, 0);
    ui_card(ui, "panel_help", k.box);
    draw_round(ui->canvas, k.box, px(ui, 10), color_of(ui, COLOR_panel));
    draw_frame(ui->canvas, k.box, px(ui, 10), px(ui, 1), color_of(ui, COLOR_line));
    struct rect title = {k.columns.x, k.columns.y - px(ui, TITLE + 4), k.columns.w, px(ui, 28)};
    ui_text(ui, title, FACE_BOLD, SIZE_TITLE, 0, color_of(ui, COLOR_text), _("Keys"));
    if (v->help_page < pages)
        ui_textf(ui, title, FACE_SANS, SIZE_SMALL, 2, color_of(ui, COLOR_muted),
            _("page %d of %d · press ? for the next, Esc to close"), v->help_page, pages);
    else
        ui_text(ui, title, FACE_SANS, SIZE_SMALL, 2, color_of(ui, COLOR_muted),
            _("press ? or Esc, or click, to close"));
    canvas_clip(ui->canvas, k.box);
    flow(ui, &k, v->help_page);
    canvas_unclip(ui->canvas);
}
