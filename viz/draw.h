/*
 * Drawing: a CPU rasteriser on a 32-bit pixel buffer, and text. Panels draw with this and with
 * nothing else; they know no SDL. Coordinates are pixels; panels multiply their design sizes by
 * ui->scale (see ui.h). Colours are 0xAARRGGBB; alpha blends.
 */
#ifndef ARENA_DRAW_H
#define ARENA_DRAW_H

#include "sim/base/base.h"

struct rect {
    int x, y, w, h;
};

static inline struct rect rect_make(int x, int y, int w, int h) {
    return (struct rect){x, y, w, h};
}
static inline bool rect_has(struct rect r, int x, int y) {
    return x >= r.x && y >= r.y && x < r.x + r.w && y < r.y + r.h;
}
/* r made smaller by d on each side. */
struct rect rect_inset(struct rect r, int d);

struct canvas {
    uint32_t *pixels; /* rows of stride pixels */
    int w, h, stride;
    struct rect clip;      /* nothing is drawn outside */
    struct rect stack[16]; /* of outer clips */
    int depth;
};

struct canvas *canvas_new(int w, int h);
void canvas_free(struct canvas *c);
/* Nothing is drawn outside r (and the clips before) until the matching pop. */
void canvas_clip(struct canvas *c, struct rect r);
void canvas_unclip(struct canvas *c);

void draw_fill(struct canvas *c, struct rect r, uint32_t color);
/* Rounded corners, anti-aliased. */
void draw_round(struct canvas *c, struct rect r, int radius, uint32_t color);
void draw_frame(struct canvas *c, struct rect r, int radius, int thick, uint32_t color);
/* Diagonal stripes every step pixels, fixed to the window so that neighbours line up. */
void draw_hatch(struct canvas *c, struct rect r, int step, uint32_t color);
/* A grid of dots every step pixels. */
void draw_dots(struct canvas *c, struct rect r, int step, uint32_t color);
void draw_line(
    struct canvas *c, float x0, float y0, float x1, float y1, float width, uint32_t color);
/* A filled convex polygon of n points (x0, y0, x1, y1, ...), anti-aliased. */
void draw_polygon(struct canvas *c, const float *xy, int n, uint32_t color);
void draw_circle(struct canvas *c, float x, float y, float radius, uint32_t color);

/* Blends two colours: t = 0 gives a, 1 gives b. */
uint32_t color_mix(uint32_t a, uint32_t b, float t);
/* The colour with another alpha, 0..255. */
uint32_t color_alpha(uint32_t color, unsigned alpha);

/* --- Text --- */

enum face { FACE_SANS, FACE_BOLD, FACE_MONO, FACE_COUNT };

struct fonts;

/* Finds the system's fonts by fontconfig: a sans, its bold, a mono, and one for Chinese that glyphs
 * missing from them are taken from, code point by code point. */
struct fonts *fonts_open(struct error *err);
void fonts_close(struct fonts *f);

/* Size is the font's pixel height (em). Text is UTF-8; invalid bytes show as U+FFFD. */
int text_width(struct fonts *f, enum face face, int size, const char *text);
/* Distance between the baselines of lines, and from the top of a line to its baseline. */
int text_line_height(struct fonts *f, enum face face, int size);
int text_ascent(struct fonts *f, enum face face, int size);
/* Draws with the top-left of the line at x, y; returns the width. */
int text_draw(struct canvas *c, struct fonts *f, enum face face, int size, int x, int y,
    uint32_t color, const char *text);
/* The longest beginning of text that fits max_w, with an ellipsis if something had to go. Appends
 * it. */
void text_fit(
    struct fonts *f, enum face face, int size, int max_w, const char *text, struct strbuf *out);

/* Breaks text into lines no wider than max_w, where Unicode allows (libunibreak), Chinese too.
 * Calls line for each with its bytes [start, end). Returns the number of lines. */
int text_wrap(struct fonts *f, enum face face, int size, int max_w, const char *text,
    void (*line)(void *arg, size_t start, size_t end), void *arg);

/* Writes the canvas as a PNG, all or nothing. */
bool canvas_save_png(const struct canvas *c, const char *path, struct error *err);

#endif
