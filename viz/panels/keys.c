/* Keys as chips: see keys.h. */
#include "viz/panels/keys.h"

#include <stdio.h>
#include <string.h>

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

int keys_draw(struct ui *ui, const char *keys, int x, int y, int w, bool draw) {
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

int keys_width(struct ui *ui, const char *keys) {
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
