/*
 * Themes: files in assets/themes/NAME.theme, lines of `name #rrggbb`. A colour keeps its meaning in
 * every panel; these are the meanings.
 */
#ifndef ARENA_THEME_H
#define ARENA_THEME_H

#include "sim/base/base.h"

#define THEME_COLORS(X)                                                                            \
    X(ground)    /* behind everything */                                                           \
    X(panel)     /* a panel's own ground */                                                        \
    X(raised)    /* buttons, boxes on a panel */                                                   \
    X(line)      /* thin separators and frames */                                                  \
    X(text)      /* */                                                                             \
    X(muted)     /* captions, what matters less */                                                 \
    X(faint)     /* what is not there (yet): paths not taken, empty slots */                       \
    X(spans)     /* the spans region and its entries */                                            \
    X(bitmap)    /* the bitmap region and its bytes */                                             \
    X(arena)     /* the arena */                                                                   \
    X(refused)   /* refused, waste, error; nothing else */                                         \
    X(granted)   /* granted, success */                                                            \
    X(attention) /* the current one, the cursor */                                                 \
    X(accent)    /* buttons that are on */                                                         \
    X(on_accent) /* text on accent */                                                              \
    X(metadata)  /* the runtime's own records */                                                   \
    X(other)     /* memory of somebody else: image, libraries */                                   \
    X(free_span) /* pages of free spans */                                                         \
    X(manual)    /* manually managed spans */                                                      \
    X(class0) X(class1) X(class2) X(class3) X(class4) X(class5) X(class6) /* size classes, small   \
    to large */                                                                                    \
        X(large) /* large objects (size class 0) */

enum theme_color {
#define X(name) COLOR_##name,
    THEME_COLORS(X)
#undef X
        COLOR_COUNT
};

struct theme {
    char name[32];
    bool dark;
    uint32_t color[COLOR_COUNT]; /* 0xffrrggbb */
};

/* Reads a theme file. On failure err names file and line. */
bool theme_load(const char *path, struct theme *out, struct error *err);

/* The colour of a span class by its size class: large objects have their own; the 66 classes go
 * from class0 to class6 in steps blended between them. */
uint32_t theme_class_color(const struct theme *t, unsigned size_class);

#endif
