/*
 * Markdown in the window. Lines break where Unicode allows it (libunibreak), across runs, Chinese
 * too; a short piece of code stays on one line.
 */
#ifndef ARENA_MARKDOWN_DRAW_H
#define ARENA_MARKDOWN_DRAW_H

#include "sim/lesson/markdown.h"
#include "viz/ui.h"

/* How what is plain looks; all else follows from it. */
struct md_look {
    float size; /* design pixels */
    enum face face;
    enum theme_color color;
};

/* Draws from the top of box down all lines that fit it whole. Returns the height that the whole
 * text takes, pixels: more than box.h if something did not fit. */
int markdown_draw(struct ui *ui, const struct markdown *md, struct rect box, struct md_look look);
/* The same without drawing. w: pixels. */
int markdown_height(struct ui *ui, const struct markdown *md, int w, struct md_look look);

#endif
