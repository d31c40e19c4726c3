/* What the app's files share among themselves: see app.h. */
#ifndef ARENA_APP_INTERNAL_H
#define ARENA_APP_INTERNAL_H

#include "viz/app.h"

/* Shows a line to the user for some seconds. */
void app_notice(struct app *app, const char *fmt, ...) PRINTF_LIKE(2, 3);

/* Runs the scene's workload again in its world, to the same moment. False, the user being told, if
 * that world cannot be. */
bool app_rerun(struct app *app);
/* The scenes shown are scenes[0] to scenes[n - 1]; while there are two, the one without the
 * commands is other_scene. */
unsigned app_scene_count(const struct app *app);
struct scene *app_other_scene(struct app *app);
struct scene_layout *app_scene_layout(struct app *app);
/* Brings the other scene to the moment of the one that commands go to. */
void app_follow(struct app *app);
/* Begins to compare with the same run in the other width (or, same, in the same world), or ends
 * it. */
void app_compare(struct app *app, bool same);
/* Ends it, if it goes on. What one was looking at stays. */
void app_compare_end(struct app *app);

/* Notes where one looks now, so that undo leads there. */
void app_visit(struct app *app);
/* Opens a line to type into. */
void app_prompt_open(struct app *app, enum prompt_kind kind, const char *text);

/* What lesson commands do; false: the command is none. */
bool app_lesson_command(struct app *app, enum command command, int64_t arg);
/* Prose and question anew, in a lesson of another language. */
void app_lesson_refill(struct app *app);
/* The run has begun again in the other width: the step is shown as it is there, if it makes sense.
 */
void app_lesson_other_width(struct app *app);
/* The run may have gone on: is the lesson's challenge done? */
void app_lesson_watch(struct app *app);
/* Writes progress where it is kept, if there is more of it than was written. That it cannot be is
 * told once. */
void app_keep_progress(struct app *app);
/* Something was clicked: true if that answered the lesson's question. */
bool app_lesson_point(struct app *app, struct thing thing);
/* The number typed as an answer has changed; Enter. */
void app_lesson_refresh(struct app *app);
void app_lesson_typed(struct app *app, int direction);

/* Pages over the lesson: reads them in the app's language; the one on top, NULL if there is none;
 * the one about the workload that runs; none any more; what their commands do. */
bool app_open_pages(struct app *app, struct error *err);
const struct page *app_page(const struct app *app);
void app_show_guide(struct app *app);
void app_close_pages(struct app *app);
bool app_page_command(struct app *app, enum command command, int64_t arg);

/* Searching: the text typed has changed; Enter; once more for what was searched last; the next
 * event about the thing pinned or pointed at. direction: 1 or -1. */
void app_search_refresh(struct app *app);
void app_search_accept(struct app *app, int direction);
void app_search_again(struct app *app, int direction);
void app_search_same(struct app *app, int direction);

/* From a function in the source view back to the event's. False: it was not there. */
bool app_leave_function(struct app *app);
/* Scrolls the lesson's step by so many design pixels, as far as there are any. */
void app_scroll_lesson(struct app *app, int by);
/* Scrolls the code in the source view by so many rows, as far as there are any. */
void app_scroll_code(struct app *app, int rows);

/* What is typed into the console, a note, or the name of a file to save to. */
void app_console_refresh(struct app *app); /* of any of them */
void app_console_accept(struct app *app, int direction);
void app_console_close(struct app *app);
void app_note_accept(struct app *app, int direction);
void app_save_accept(struct app *app, int direction);

/* Commands by part. False: the command is another part's. */
bool app_nav_command(struct app *app, enum command command);
bool app_find_command(struct app *app, enum command command, int64_t arg);
/* The views that explain: waste, range. */
bool app_panel_command(struct app *app, enum command command, int64_t arg);
bool app_note_command(struct app *app, enum command command, int64_t arg);

/* Moves the map there, gliding if the window does. Every change of its zoom comes through here. */
void app_look(struct app *app, struct zoom z);
/* The same, around size bytes at addr. */
void app_look_at(struct app *app, uint64_t addr, uint64_t size);
/* What the map shows at this moment; v: the scene's view, whose own zoom does not matter. */
struct zoom app_map_window(const struct app *app, const struct scene *s, const struct view *v);
/* Time has passed: glides go on and end. */
void app_map_tick(struct app *app);
/* The map's part of what commands and the pointer do; app_map_drop: a drag that moved has ended. */
bool app_map_command(struct app *app, enum command command, int64_t arg);
bool app_map_press(struct app *app, int x, int y, bool select);
void app_map_drag(struct app *app, int x, int y);
void app_map_drop(struct app *app, enum drag drag);
bool app_map_wheel(struct app *app, int x, int y, float notches, bool zoom);
/* The rectangle between where the button went down and the pointer. */
struct rect app_map_selection(const struct app *app);

/* Opens built-in workload number i in the present world. */
void app_open_builtin(struct app *app, size_t i);
void app_speed(struct app *app, int direction);
void app_next_theme(struct app *app);
void app_next_language(struct app *app);

/* Scrolls the inspector by so many rows. */
void app_rail_scroll(struct app *app, int rows);
/* Counts on what lived and died in the ranges that are shown, looking at `events` more at most. */
void app_count_ranges(struct app *app, uint64_t events);
/* Works on what is reachable in the scenes that are shown, where that is asked, likewise. */
void app_reach(struct app *app, uint64_t events);

#endif
