/* What the app's files share among themselves: see app.h. */
#ifndef ARENA_APP_INTERNAL_H
#define ARENA_APP_INTERNAL_H

#include "viz/app.h"

/* Events that the run has made so far. */
uint64_t app_event_count(const struct app *app);

/* Shows a line to the user for some seconds. */
void app_notice(struct app *app, const char *fmt, ...) PRINTF_LIKE(2, 3);

/* Replaces session and replica, and begins at event 0. */
void app_take_session(struct app *app, struct session *s);

/* Runs the same workload again in app->world and comes to the same point of it: the same operation,
 * and inside mallocinit the same step. False, with everything as before, if that world cannot be.
 */
bool app_rerun(struct app *app);

/* Opens built-in workload number i in the present world. */
void app_open_builtin(struct app *app, size_t i);
void app_speed(struct app *app, int direction);
void app_next_theme(struct app *app);

#endif
