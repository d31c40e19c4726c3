/*
 * A small run made by hand, a view of it and a ui to draw it with: for tests of panels that show
 * the recording.
 */
#ifndef ARENA_TEST_PANEL_FIXTURE_H
#define ARENA_TEST_PANEL_FIXTURE_H

#include "viz/panels/panels.h"

struct panel_fixture {
    struct recording *rec;
    struct replica *r;
    struct environment env;
    struct theme theme;
    struct ui ui;
    struct view view;
};

/* Platform and canvas; the recording is empty. */
struct panel_fixture *fixture_new(const char *platform, int w, int h);
void fixture_free(struct panel_fixture *f);
/* Appends a start at the second hint of linux/amd64: the first one is refused. */
void fixture_start(struct panel_fixture *f);
/* Appends n operations, each growing the statistics by a page, with one event worth a row and
 * `details` that are not. */
void fixture_ops(struct panel_fixture *f, unsigned n, unsigned details);
void fixture_event(struct panel_fixture *f, struct event ev);
/* Shows the state with `at` events applied. */
void fixture_seek(struct panel_fixture *f, uint64_t at);
/* Draws the panel over the whole canvas, afresh. */
void fixture_draw(
    struct panel_fixture *f, void (*panel)(struct ui *, const struct view *, struct rect));
struct rect fixture_area(const struct panel_fixture *f);

/* Do any two texts overlap, or leave the canvas? */
bool fixture_texts_collide(const struct panel_fixture *f);
/* Was a text cut short? */
bool fixture_text_cut(const struct panel_fixture *f);
/* Does a click somewhere run the command? *x, *y: where, *arg: with what. */
bool fixture_find_command(
    const struct panel_fixture *f, enum command command, int *x, int *y, int64_t *arg);

#endif
