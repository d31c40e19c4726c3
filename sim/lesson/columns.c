/* Text for terminals: see columns.h. */
#include "sim/lesson/columns.h"

#include <stdlib.h>
#include <string.h>

uint32_t utf8_next(const char **at) {
    const unsigned char *p = (const unsigned char *)*at;
    int more = *p >= 0xf0 ? 3 : *p >= 0xe0 ? 2 : *p >= 0xc0 ? 1 : 0;
    uint32_t c = more ? *p & (0x3fu >> more) : *p;
    int i = 1;
    for (; i <= more && (p[i] & 0xc0) == 0x80; i++)
        c = c << 6 | (p[i] & 0x3f);
    *at += i;
    return c;
}

bool is_chinese(uint32_t c) {
    return (c >= 0x3400 && c <= 0x9fff) || (c >= 0x20000 && c <= 0x3fffd);
}

/* Scripts whose characters are as wide as two letters: Hangul, Chinese, Japanese, full width. */
static bool is_wide(uint32_t c) {
    return (c >= 0x1100 && c <= 0x115f) || (c >= 0x2e80 && c <= 0xa4cf) ||
           (c >= 0xac00 && c <= 0xd7a3) || (c >= 0xf900 && c <= 0xfaff) ||
           (c >= 0xfe30 && c <= 0xfe6f) || (c >= 0xff00 && c <= 0xff60) ||
           (c >= 0x20000 && c <= 0x3fffd);
}

/* Punctuation that does not begin a line. */
static bool is_closing(uint32_t c) {
    static const uint32_t closing[] = {
        0x3001, 0x3002, 0xff0c, 0xff1a, 0xff1b, 0xff1f, 0xff01, 0xff09, 0x300d, 0x300b, 0x201d};
    for (size_t i = 0; i < ARRAY_LEN(closing); i++)
        if (closing[i] == c)
            return true;
    return false;
}

int columns_of(const char *text) {
    int n = 0;
    while (*text)
        n += is_wide(utf8_next(&text)) ? 2 : 1;
    return n;
}

/* The end of the piece at text that is not broken: a word, or one wide character with the
 * punctuation that belongs to it. */
static const char *piece_end(const char *text) {
    const char *at = text;
    bool wide = is_wide(utf8_next(&at));
    for (;;) {
        const char *after = at;
        uint32_t c = *at ? utf8_next(&after) : ' ';
        if (c == ' ' || c == '\n' || (!is_closing(c) && (wide || is_wide(c))))
            return at;
        at = after;
    }
}

void columns_wrap(const char *text, const char *indent, int width, struct strbuf *out) {
    int column = 0, margin = columns_of(indent);
    while (*text) {
        size_t blanks = strspn(text, " ");
        if (*text == '\n') {
            sb_puts(out, "\n");
            column = 0;
            text++;
            continue;
        }
        const char *word = text + blanks, *end = *word && *word != '\n' ? piece_end(word) : word;
        char *piece = xstrndup(word, (size_t)(end - word));
        int wide = columns_of(piece);
        if (column && column + (int)blanks + wide > width) {
            sb_puts(out, "\n");
            column = 0;
        }
        if (!column && wide) {
            sb_puts(out, indent);
            column = margin;
        } else {
            for (size_t i = 0; i < blanks && wide; i++)
                sb_puts(out, " ");
            column += wide ? (int)blanks : 0;
        }
        sb_puts(out, piece);
        column += wide;
        free(piece);
        text = end;
    }
    if (column)
        sb_puts(out, "\n");
}
