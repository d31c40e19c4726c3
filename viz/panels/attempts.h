/*
 * What the address space panel and the path panel have in common: the addresses that mallocinit
 * asks for, and what became of them, in words and colours.
 *
 * The replica knows each attempt and its outcome; the reason of a refusal is not in the events, so
 * it is read off the environment that the run was given, and only as far as that tells.
 */
#ifndef ARENA_PANELS_ATTEMPTS_H
#define ARENA_PANELS_ATTEMPTS_H

#include "viz/ui.h"

/* The hints so far. */
struct hint_tally {
    unsigned tried;   /* answered, whatever the answer */
    unsigned refused; /* of these */
    int used;         /* the one that was answered with an address, -1 if none */
};

struct hint_tally hint_tally(const struct replica *r);
/* The 32-bit plan's sizes so far: how many were answered, and the one that is used or -1. */
struct hint_tally fallback_tally(const struct replica *r);

/* The hint (the size of the 32-bit plan) that the system is being asked for right now, -1: none. */
int hint_asked(const struct replica *r);
int fallback_asked(const struct replica *r);

/* Did the run end inside mallocinit? And if so, because everything was refused? */
bool init_failed(const struct replica *r);
bool reservation_failed(const struct replica *r);

/* The address of a hint, and its short name: "0x01c0" where the lower 32 bits are zero, "no. 2"
 * where they are not. */
uint64_t hint_addr(const struct platform *p, unsigned index);
char *hint_name(const struct platform *p, unsigned index, char *buf, size_t len);
/* "2 refused: 0x00c0, 0x01c0", or the first and the last if there are more than max_names. */
char *hints_refused_text(
    const struct view *v, struct hint_tally t, unsigned max_names, char *buf, size_t len);

/* The arena sizes of the 32-bit plan, bytes, largest first. */
uint64_t fallback_arena(unsigned index);
/* All that is asked for with it: spans, bitmap, arena and 8 KiB to align. 0: not known yet. */
uint64_t fallback_total(const struct replica *r, unsigned index);

/* "refused", "granted", "checked", "elsewhere", "not tried". */
const char *outcome_word(unsigned outcome);
enum theme_color outcome_color(unsigned outcome);
/* Why it was refused, or what it got instead, in two or three words. Empty if there is nothing to
 * say. */
const char *attempt_reason(const struct view *v, const struct attempt *a);

/* "0x7fff ffff ffff": hex in groups of four. Returns buf. */
char *format_addr(uint64_t addr, char *buf, size_t len);
/* Like format_size, but the 8 KiB that a reservation asks for on top are left out and a half is
 * not lost: "528.5 GiB". */
char *format_total(uint64_t bytes, char *buf, size_t len);

/* Is the thing under the pointer or pinned? */
bool thing_lit(const struct view *v, struct thing t);

/* One line of text at the left end of *row, which shrinks by what was used and a gap. Nothing, and
 * false, where there is no room for all of it. */
bool row_say(struct ui *ui, struct rect *row, uint32_t color, const char *text);
/* The same at the right end. */
void row_say_right(struct ui *ui, struct rect *row, uint32_t color, const char *text);

/* A little cross: refused, whatever the eye makes of the colour. */
void draw_cross(struct ui *ui, float x, float y, float radius, uint32_t color);

#endif
