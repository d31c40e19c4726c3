/*
 * The tour: every step of every lesson as a picture, told in words on the terminal. For machines
 * without a display, and for anyone who wants the lessons as pictures.
 */
#ifndef ARENA_TOUR_H
#define ARENA_TOUR_H

#include "viz/app.h"

/* Writes DIR/lesson-N-step-M.png for each step (DIR is made if it is not there). */
bool tour(struct app *app, const char *dir, int width, int height, struct error *err);

/* Draws the app's picture into a PNG file. */
bool render_png(struct app *app, const char *path, int width, int height, struct error *err);

#endif
