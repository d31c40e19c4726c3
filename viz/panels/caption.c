/* See caption.h. */
#include "viz/panels/caption.h"

#include <stdio.h>

void caption_first(struct ui *ui, struct rect row, const char *title, const char *const *texts) {
    enum { GAP = 14, LINE = 18 };
    int letters = 0, gap = px(ui, 1) > 1 ? px(ui, 1) : 1;
    for (const char *p = title; *p; p++)
        letters += ((unsigned char)*p & 0xc0) != 0x80;
    /* As ui_caption sets it: letter by letter. */
    int used = text_width(ui->fonts, FACE_SANS, px(ui, SIZE_SMALL), title) + letters * gap;
    ui_caption(ui, row, title, NULL);
    used += px(ui, GAP);
    struct rect rest = {row.x + used, row.y, row.w - used, px(ui, LINE)};
    ui_text_first(ui, rest, 0, color_of(ui, COLOR_muted), texts);
}

char *format_share(uint64_t n, uint64_t all, char *buf, size_t buf_len) {
    double percent = all ? 100.0 * (double)n / (double)all : 0;
    if (!n)
        buf[0] = '\0';
    else if (n == all)
        snprintf(buf, buf_len, "100%%");
    else if (percent < 0.1)
        snprintf(buf, buf_len, "<0.1%%");
    else
        snprintf(buf, buf_len, "%.1f%%", percent > 99.9 ? 99.9 : percent);
    return buf;
}
