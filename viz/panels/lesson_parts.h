/*
 * What the files of the lesson pane share: see lesson.c. A content function draws what may be
 * longer than the pane, from the area's top down, or only measures it; it returns its height.
 */
#ifndef ARENA_LESSON_PARTS_H
#define ARENA_LESSON_PARTS_H

#include "viz/lesson_view.h"
#include "viz/markdown_draw.h"
#include "viz/panels/panels.h"

/* Design pixels. */
enum { LESSON_HEAD_H = 22, LESSON_FOOT_H = 30 };

/* Prose is a little larger than the rest; before a class, much, and its questions with it. */
struct md_look lesson_prose_look(const struct view *v);
struct md_look lesson_card_look(const struct view *v, enum face face);

/* Cuts h pixels off the top or the bottom of *r. */
struct rect take_top(struct rect *r, int h);
struct rect take_bottom(struct rect *r, int h);
/* The title of a step or a page; *rest moves below it. */
void lesson_title(struct ui *ui, const struct view *v, struct rect *rest, const char *title);
/* A word that can be clicked, right-aligned; returns its width and the gap before it. */
int quiet_button(struct ui *ui, struct rect row, const char *label, enum command command);
/* A button that cannot be pressed now. */
void dead_button(struct ui *ui, struct rect r, const char *label);
/* A row that lights up under the pointer. */
void light_row(struct ui *ui, struct rect row);

typedef int lesson_content(struct ui *ui, const struct view *v, struct rect area, bool draw);
/* As much of it as the area has room for, moved up by what was scrolled. */
void draw_scrolled(struct ui *ui, const struct view *v, struct rect area, lesson_content *content);

/* The card of the step's question, or only its height. */
int lesson_card(struct ui *ui, const struct view *v, struct rect card, bool draw);
/* The start page. */
void lesson_start(struct ui *ui, const struct view *v, struct rect area);
/* Lessons under a caption, as rows to click: those of these numbers; NULL: all. Moves *rest below
 * them. */
void lesson_lessons(struct ui *ui, const struct view *v, struct rect *rest, const unsigned *numbers,
    size_t count, bool draw);
/* The built-in workloads, under a caption, as rows to click; moves *rest below them. */
void lesson_workloads(struct ui *ui, const struct view *v, struct rect *rest, bool draw);
/* A page that lies over the lesson: v->page. */
void lesson_page(struct ui *ui, const struct view *v, struct rect area);

#endif
