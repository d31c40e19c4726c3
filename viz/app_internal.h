/* What the app's files share among themselves: see app.h. */
#ifndef ARENA_APP_INTERNAL_H
#define ARENA_APP_INTERNAL_H

#include "viz/app.h"

/* Shows a line to the user for some seconds. */
void app_notice(struct app *app, const char *fmt, ...) PRINTF_LIKE(2, 3);

/* Runs the scene's workload again in its world, to the same moment. False, the user being told, if
 * that world cannot be. */
bool app_rerun(struct app *app);
/* What the centre shows now. */
enum centre app_centre(const struct app *app);

/* Opens built-in workload number i in the present world. */
void app_open_builtin(struct app *app, size_t i);
void app_speed(struct app *app, int direction);
void app_next_theme(struct app *app);
void app_next_language(struct app *app);

#endif
