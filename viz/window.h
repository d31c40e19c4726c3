/* The window: shows the app and gives it the user's input, until the user quits. */
#ifndef ARENA_WINDOW_H
#define ARENA_WINDOW_H

#include "viz/app.h"

/* width and height are the window's, at first and, when it closes, at last. tell_state: every
 * change of the app's state is printed, a line each (app_tell). False and err if no window can be
 * had. */
bool window_run(struct app *app, int *width, int *height, bool tell_state, struct error *err);

#endif
