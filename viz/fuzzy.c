/*
 * Fuzzy matching: see fuzzy.h.
 *
 * best[i][j] is the best score of matching the first i characters typed where the last of them is
 * character j of the text: one pass over a table of 64 by 64 numbers.
 */
#include "viz/fuzzy.h"

#include <stdbool.h>
#include <stddef.h>
#include <string.h>

enum {
    MAX_CHARS = 64,
    POINTS_HIT = 16,
    POINTS_WORD = 12,      /* it begins a word */
    POINTS_FIRST = 8,      /* ... the first one */
    POINTS_NEIGHBOUR = 14, /* right after the one before */
    COST_LENGTH_SHIFT = 2, /* a longer text is less likely meant: so many characters cost one */
    MISS = -1000000,
};

/* Decodes up to MAX_CHARS characters; bytes that are no UTF-8 stand for themselves. */
static size_t decode(const char *text, bool skip_blanks, uint32_t out[MAX_CHARS]) {
    size_t n = 0;
    const unsigned char *s = (const unsigned char *)text;
    while (*s && n < MAX_CHARS) {
        uint32_t c = *s++;
        if (c >= 'A' && c <= 'Z')
            c = c - 'A' + 'a';
        if (c >= 0xc0)
            for (c &= 0x1f; (*s & 0xc0) == 0x80; s++)
                c = c << 6 | (*s & 0x3f);
        if (!skip_blanks || c != ' ')
            out[n++] = c;
    }
    return n;
}

static bool begins_word(const uint32_t *text, size_t at) {
    if (at == 0)
        return true;
    uint32_t before = text[at - 1];
    return before == ' ' || before == '-' || before == '_' || before == '.' || before == '/' ||
           before == '(';
}

static int points(const uint32_t *text, size_t at) {
    return POINTS_HIT + (begins_word(text, at) ? POINTS_WORD : 0) + (at == 0 ? POINTS_FIRST : 0);
}

/* The best score for the row's character at j, after the row above; *from: where that had its. */
static int reach(const int *above, const uint32_t *text, size_t j, uint8_t *from) {
    int best = MISS;
    for (size_t k = 0; k < j; k++) {
        int gap = (int)(j - k - 1);
        int score = above[k] + (gap == 0 ? POINTS_NEIGHBOUR : -(gap < 8 ? gap : 8));
        if (above[k] != MISS && score > best) {
            best = score;
            *from = (uint8_t)k;
        }
    }
    return best == MISS ? MISS : best + points(text, j);
}

int fuzzy_score(const char *typed, const char *text, uint64_t *hits) {
    uint32_t q[MAX_CHARS], t[MAX_CHARS];
    int best[MAX_CHARS][MAX_CHARS];
    uint8_t from[MAX_CHARS][MAX_CHARS];
    size_t n = decode(typed, true, q), m = decode(text, false, t), end = 0;
    if (hits)
        *hits = 0;
    if (n == 0)
        return 0;
    for (size_t i = 0; i < n; i++)
        for (size_t j = 0; j < m; j++) {
            best[i][j] = MISS;
            from[i][j] = 0;
            if (q[i] == t[j])
                best[i][j] = i ? reach(best[i - 1], t, j, &from[i][j]) : points(t, j);
        }
    for (size_t j = 1; j < m; j++)
        if (best[n - 1][j] > best[n - 1][end])
            end = j;
    if (m == 0 || best[n - 1][end] == MISS)
        return FUZZY_NONE;
    int score = best[n - 1][end] - (int)(m >> COST_LENGTH_SHIFT);
    for (size_t i = n; hits && i-- > 0; end = i ? from[i][end] : 0)
        *hits |= UINT64_C(1) << end;
    return score > 0 ? score : 0;
}
