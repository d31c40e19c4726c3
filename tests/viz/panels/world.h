/*
 * A whole run, and a canvas to draw it on: what the tests of the start-up panels share.
 *
 * The run is real: a script on the simulated system, so that a panel is tested with states that the
 * allocator can be in and no others.
 */
#ifndef ARENA_TEST_WORLD_H
#define ARENA_TEST_WORLD_H

#include "viz/panels/panels.h"

struct world {
    struct environment env;
    struct op_source *source; /* the session's */
    struct session *session;
    struct replica *r;
    struct canvas *canvas;
    struct fonts *fonts;
    struct theme theme;
    struct ui ui;
    struct view view;
};

typedef void panel_fn(struct ui *ui, const struct view *v, struct rect area);

/* Runs the script to its end on the simulated system; the view is at the end. */
void world_open(struct world *w, const char *platform, const char *script);
void world_close(struct world *w);
/* Looks at the moment with seq events applied. */
void world_seek(struct world *w, uint64_t seq);
/* The first moment at which mallocinit is at the step. */
void world_seek_step(struct world *w, unsigned step);
/* Draws the panel alone on an empty canvas; area is in real pixels. */
void world_draw(struct world *w, panel_fn *panel, struct rect area, float scale);

/* The hot rectangle of a thing, w = 0 if the pointer cannot meet it. */
struct rect world_hot(const struct world *w, enum thing_kind kind, uint64_t index);
/* Pixels in r that have about the theme's colour. */
unsigned world_pixels(const struct world *w, struct rect r, enum theme_color color);
/* What was drawn last: no text is cut, leaves the area or lies over other text. */
void world_check_drawn(const struct world *w, struct rect area);
/* Draws every moment of the run at several sizes: no text is cut, leaves the area or lies over
 * other text. height: of the panel in design pixels. */
void world_check_text(struct world *w, panel_fn *panel, int height);
/* The same in one size, design pixels, at a few moments of the run, in single and half again the
 * scale. */
void world_check_text_in(struct world *w, panel_fn *panel, int width, int height);

#endif
