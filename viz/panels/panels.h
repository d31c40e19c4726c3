/*
 * The panels: each draws one aspect of the view into its rectangle. One file a panel.
 */
#ifndef ARENA_PANELS_H
#define ARENA_PANELS_H

#include "viz/ui.h"

/* The platform's whole address space on a ruler: hints and outcomes, image, break, other mappings,
 * and the reservation as three bands. */
void panel_space(struct ui *ui, const struct view *v, struct rect area);
/* The decision flow of mallocinit with the way taken lit. */
void panel_path(struct ui *ui, const struct view *v, struct rect area);
/* Spans, bitmap and arena as linked bands. */
void panel_regions(struct ui *ui, const struct view *v, struct rect area);
/* The map: any part of the address space, from all of it to a word and its bits. */
void panel_map(struct ui *ui, const struct view *v, struct rect area);
/* The statistics over the run; scrub it. */
void panel_timeline(struct ui *ui, const struct view *v, struct rect area);
/* System calls and the latest events, each told in a sentence. */
void panel_story(struct ui *ui, const struct view *v, struct rect area);
/* The lesson's step: prose, and next / previous. */
void panel_lesson(struct ui *ui, const struct view *v, struct rect area);
/* The inspector: everything about the thing that is pinned, or under the pointer; with neither, the
 * heap's numbers. */
void panel_inspect(struct ui *ui, const struct view *v, struct rect area);
/* The first of it beside the pointer, on a card that stays inside the window. */
void panel_card(struct ui *ui, const struct view *v, struct rect window);
/* Where allocations end: the five rungs with counts and shares, the current one's way lit. The
 * height that it, and the two small panels below, need. */
void panel_ladder(struct ui *ui, const struct view *v, struct rect area);
int panel_ladder_height(const struct ui *ui);
/* The mcache of the P that allocates, small. */
void panel_mcache(struct ui *ui, const struct view *v, struct rect area);
int panel_mcache_height(const struct ui *ui);
/* Where spans wait, at length: mcaches and tiny blocks, mcentral, free and busy lists, the treap,
 * sweeping. */
void panel_caches(struct ui *ui, const struct view *v, struct rect area);
/* Where every byte that the system gave is: used, lost, free; each part opens. */
void panel_waste(struct ui *ui, const struct view *v, struct rect area);
/* Between two moments: what lived through, was allocated, died, in all and by size class. */
void panel_interval(struct ui *ui, const struct view *v, struct rect area);
/* Free runs by their length, small. */
void panel_free_runs(struct ui *ui, const struct view *v, struct rect area);
int panel_free_runs_height(const struct ui *ui);
/* Why the present event happened: the rule, and the function that did it; or v->source. */
void panel_source(struct ui *ui, const struct view *v, struct rect area);
/* The bar on top: name, platform, mode switch, provider, playing, event n of N. */
void panel_bar(struct ui *ui, const struct view *v, struct rect area);
/* The world the run is in, row by row, to be changed. */
void panel_world(struct ui *ui, const struct view *v, struct rect area);
/* The numbers of two runs side by side, and the head of each one's column. */
void panel_compare(struct ui *ui, const struct view *a, const struct view *b, struct rect area);
void panel_compare_head(struct ui *ui, const struct view *v, bool chosen, struct rect area);
/* The line that is typed into, over the part of the window that area is. */
void panel_prompt(struct ui *ui, const struct view *v, struct rect area);
/* All keys, over the window: page number v->help_page, from 1, of so many. */
int help_pages(struct ui *ui, struct rect area);
void panel_help(struct ui *ui, const struct view *v, struct rect area);

#endif
