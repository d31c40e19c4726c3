/* One line of a script: see script_lex.h. */
#include "sim/work/script_lex.h"

#include "sim/base/i18n.h"

#include <stdio.h>
#include <string.h>

bool lex_fail(struct cursor *c, const char *fmt, ...) {
    struct strbuf text = {0};
    va_list args;
    va_start(args, fmt);
    sb_vprintf(&text, fmt, args);
    va_end(args);
    error_set(c->err, "%s:%d: %s", c->file, c->line, text.text);
    sb_free(&text);
    return false;
}

static bool is_word_start(char ch) {
    return (ch >= 'a' && ch <= 'z') || (ch >= 'A' && ch <= 'Z') || ch == '_' ||
           (unsigned char)ch >= 0x80;
}

static bool is_digit(char ch) {
    return ch >= '0' && ch <= '9';
}

static bool is_word(char ch) {
    return is_word_start(ch) || is_digit(ch);
}

static void skip_blanks(struct cursor *c) {
    while (*c->at == ' ' || *c->at == '\t')
        c->at++;
}

static size_t word_len(const char *s) {
    size_t len = 0;
    while (is_word(s[len]))
        len++;
    return len;
}

bool lex_at_end(struct cursor *c) {
    skip_blanks(c);
    return *c->at == '\0' || *c->at == '#';
}

/* What stands here, for messages: a whole word or one character. */
static int piece_len(const char *s) {
    size_t len = word_len(s);
    return len > LEX_WORD_MAX ? LEX_WORD_MAX : len ? (int)len : 1;
}

bool lex_expected(struct cursor *c, const char *what) {
    struct strbuf found = {0};
    if (lex_at_end(c))
        sb_puts(&found, _("at the end of the line"));
    else
        sb_printf(&found, _("at \"%.*s\""), piece_len(c->at), c->at);
    if (c->usage)
        lex_fail(c, _("expected %s %s; write: %s"), what, found.text, c->usage);
    else
        lex_fail(c, _("expected %s %s"), what, found.text);
    sb_free(&found);
    return false;
}

bool lex_end(struct cursor *c) {
    if (!lex_at_end(c))
        return lex_expected(c, _("nothing more"));
    return true;
}

bool lex_accept(struct cursor *c, const char *text) {
    skip_blanks(c);
    size_t len = strlen(text);
    if (strncmp(c->at, text, len) != 0)
        return false;
    c->at += len;
    return true;
}

bool lex_need(struct cursor *c, const char *text) {
    if (lex_accept(c, text))
        return true;
    char what[16];
    snprintf(what, sizeof what, "\"%s\"", text);
    return lex_expected(c, what);
}

bool lex_accept_word(struct cursor *c, const char *word) {
    skip_blanks(c);
    size_t len = strlen(word);
    if (word_len(c->at) != len || memcmp(c->at, word, len) != 0)
        return false;
    c->at += len;
    return true;
}

bool lex_word_ahead(struct cursor *c) {
    skip_blanks(c);
    return is_word_start(*c->at);
}

bool lex_number_ahead(struct cursor *c) {
    skip_blanks(c);
    return is_digit(*c->at);
}

/* Copies the word or number that begins here. */
static bool take_word(struct cursor *c, char out[LEX_WORD_MAX]) {
    size_t len = word_len(c->at);
    if (len >= LEX_WORD_MAX)
        return lex_fail(
            c, _("\"%.16s...\" is too long; expected at most %d bytes"), c->at, LEX_WORD_MAX - 1);
    memcpy(out, c->at, len);
    out[len] = '\0';
    c->at += len;
    return true;
}

bool lex_word(struct cursor *c, char out[LEX_WORD_MAX], const char *what) {
    return lex_word_ahead(c) ? take_word(c, out) : lex_expected(c, what);
}

bool lex_number(struct cursor *c, uint64_t *out, const char *what) {
    char text[LEX_WORD_MAX];
    if (!lex_number_ahead(c))
        return lex_expected(c, what);
    if (!take_word(c, text))
        return false;
    if (!parse_u64(text, out))
        return lex_fail(
            c, _("\"%s\" is no number; expected %s such as 512, 0x200 or 64KiB"), text, what);
    return true;
}

/* Without the blanks at its end; there is none at its beginning. */
static char *copy_trimmed(const char *s, size_t len) {
    while (s[len - 1] == ' ' || s[len - 1] == '\t')
        len--;
    return xstrndup(s, len);
}

char *lex_text(struct cursor *c, const char *what) {
    if (lex_at_end(c)) {
        lex_expected(c, what);
        return NULL;
    }
    if (*c->at != '"') {
        size_t len = strcspn(c->at, "#");
        char *text = copy_trimmed(c->at, len);
        c->at += len;
        return text;
    }
    const char *start = ++c->at;
    size_t len = strcspn(start, "\"");
    c->at += len;
    if (!lex_need(c, "\""))
        return NULL;
    return xstrndup(start, len);
}
