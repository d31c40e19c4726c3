/*
 * Blending one pixel: the inner loop of shapes and text alike. Inside viz/draw.c and viz/text.c
 * only; panels use draw.h.
 */
#ifndef ARENA_PIXEL_H
#define ARENA_PIXEL_H

#include <stdint.h>

/* The three channels in 16-bit lanes of one word, so that one multiplication serves all. */
static inline uint64_t pixel_spread(uint32_t color) {
    return (color & 0x00ff00ff) | (uint64_t)(color & 0x0000ff00) << 24;
}

/* src over the opaque dst with weight a, 0..255; exact to the rounding. */
static inline uint32_t pixel_blend(uint32_t dst, uint32_t src, unsigned a) {
    uint64_t v = pixel_spread(src) * a + pixel_spread(dst) * (255 - a);
    v += UINT64_C(0x0000008000800080);
    v = (v + ((v >> 8) & UINT64_C(0x000000ff00ff00ff))) >> 8; /* a division by 255, rounded */
    return 0xff000000 | ((uint32_t)v & 0x00ff00ff) | ((uint32_t)(v >> 24) & 0x0000ff00);
}

#endif
