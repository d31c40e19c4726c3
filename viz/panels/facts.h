/*
 * Facts as rows of label and value: what the facts panel draws and the inspector fills.
 */
#ifndef ARENA_FACTS_H
#define ARENA_FACTS_H

#include "viz/panels/panels.h"

enum { MAX_FACTS = 48 };

struct fact {
    char label[64];
    char value[256];
    enum theme_color color; /* of the value */
    bool mono;              /* the value is an address or bits */
    bool heading;           /* the label is a heading over what follows; no value */
    struct thing thing;     /* what the row leads to: lit under the pointer, pinned by a click */
    bool note;              /* the value is a sentence over the whole width; no label */
    enum command command;   /* what a click does, CMD_NONE: nothing */
    int64_t arg;
};

struct facts {
    struct fact fact[MAX_FACTS];
    int count;
};

/* Rows past MAX_FACTS are left out; labels and values longer than their room are cut. */
void facts_add(struct facts *f, const char *label, const char *fmt, ...) PRINTF_LIKE(3, 4);
void facts_add_size(struct facts *f, const char *label, uint64_t bytes);
void facts_add_count(struct facts *f, const char *label, uint64_t n);
void facts_add_address(struct facts *f, const char *label, uint64_t addr);
void facts_add_note(struct facts *f, const char *text);

void facts_heading(struct facts *f, const char *text);
/* The last fact added leads to the thing, or runs a command, when clicked. */
void facts_link(struct facts *f, struct thing thing);
void facts_click(struct facts *f, enum command command, int64_t arg);

/* Everything about a thing in the state that the view shows; nothing for THING_NONE. */
void inspect(const struct view *v, struct thing thing, struct facts *f);

#endif
