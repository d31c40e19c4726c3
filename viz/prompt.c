/* A line that is typed into: see prompt.h. */
#include "viz/prompt.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* --- Text --- */

static bool continues(char ch) {
    return ((unsigned char)ch & 0xc0) == 0x80;
}

/* How many bytes the UTF-8 character at s takes; 0 if it is none. */
static size_t char_len(const char *s) {
    unsigned char first = (unsigned char)*s;
    size_t len = first < 0x80                     ? 1
                 : first >= 0xc2 && first <= 0xdf ? 2
                 : first >= 0xe0 && first <= 0xef ? 3
                 : first >= 0xf0 && first <= 0xf4 ? 4
                                                  : 0;
    for (size_t i = 1; i < len; i++)
        if (!continues(s[i]))
            return 0;
    return len;
}

static size_t char_before(const struct prompt *p, size_t at) {
    while (at > 0 && continues(p->text[--at]))
        continue;
    return at;
}

static size_t char_after(const struct prompt *p, size_t at) {
    if (at < p->len)
        at++;
    while (at < p->len && continues(p->text[at]))
        at++;
    return at;
}

static size_t word_before(const struct prompt *p, size_t at) {
    while (at > 0 && p->text[at - 1] == ' ')
        at--;
    while (at > 0 && p->text[at - 1] != ' ')
        at--;
    return at;
}

static size_t word_after(const struct prompt *p, size_t at) {
    while (at < p->len && p->text[at] == ' ')
        at++;
    while (at < p->len && p->text[at] != ' ')
        at++;
    return at;
}

static void set_text(struct prompt *p, const char *text) {
    snprintf(p->text, sizeof p->text, "%s", text);
    p->len = p->cursor = strlen(p->text);
}

void prompt_open(struct prompt *p, enum prompt_kind kind, const char *text) {
    prompt_close(p);
    p->kind = kind;
    set_text(p, text);
}

void prompt_close(struct prompt *p) {
    p->kind = PROMPT_NONE;
    prompt_clear(p);
    prompt_no_candidates(p);
}

void prompt_clear(struct prompt *p) {
    set_text(p, "");
    p->composing[0] = p->answer[0] = '\0';
    p->bad = false;
    p->back = 0;
}

void prompt_free(struct prompt *p) {
    for (size_t kind = 0; kind < PROMPT_KINDS; kind++)
        for (size_t i = 0; i < p->history_count[kind]; i++)
            free(p->history[kind][i]);
    free(p->candidates);
    *p = (struct prompt){0};
}

bool prompt_insert(struct prompt *p, const char *text) {
    char clean[PROMPT_MAX];
    size_t n = 0;
    while (*text) {
        size_t len = char_len(text);
        bool blank = *text == '\n' || *text == '\t';
        bool control = (unsigned char)*text < ' ' || *text == 0x7f;
        if (len == 0 || p->len + n + len >= sizeof clean)
            return false;
        if (blank)
            clean[n++] = ' ';
        else if (!control)
            memcpy(clean + n, text, len);
        n += blank || control ? 0 : len;
        text += len;
    }
    if (!n)
        return false;
    memmove(p->text + p->cursor + n, p->text + p->cursor, p->len - p->cursor + 1);
    memcpy(p->text + p->cursor, clean, n);
    p->len += n;
    p->cursor += n;
    return true;
}

/* Takes [from, to) out; the cursor is then there. */
static enum prompt_event erase(struct prompt *p, size_t from, size_t to) {
    if (from == to)
        return PROMPT_MOVED;
    memmove(p->text + from, p->text + to, p->len - to + 1);
    p->len -= to - from;
    p->cursor = from;
    return PROMPT_CHANGED;
}

/* --- History and output --- */

void prompt_remember(struct prompt *p) {
    char **lines = p->history[p->kind];
    size_t *count = &p->history_count[p->kind];
    if (!p->len || (*count && strcmp(lines[*count - 1], p->text) == 0))
        return;
    if (*count == HISTORY_MAX) {
        free(lines[0]);
        memmove(lines, lines + 1, --*count * sizeof *lines);
    }
    lines[(*count)++] = xstrdup(p->text);
}

/* Towards older lines (1) or newer ones (-1). */
static enum prompt_event recall(struct prompt *p, int direction) {
    size_t count = p->history_count[p->kind];
    if (direction > 0 ? p->back == count : p->back == 0)
        return PROMPT_MOVED;
    if (p->back == 0)
        memcpy(p->draft, p->text, p->len + 1);
    p->back += direction > 0 ? 1 : (size_t)-1;
    set_text(p, p->back ? p->history[p->kind][count - p->back] : p->draft);
    return PROMPT_CHANGED;
}

void prompt_print(struct prompt *p, const char *line) {
    if (p->output_count == OUTPUT_MAX)
        memmove(p->output, p->output + 1, --p->output_count * sizeof *p->output);
    snprintf(p->output[p->output_count++], sizeof *p->output, "%s", line);
}

/* --- Candidates --- */

void prompt_no_candidates(struct prompt *p) {
    p->candidate_count = p->chosen = 0;
}

void prompt_add_candidate(struct prompt *p, const struct candidate *c) {
    void *candidates = p->candidates;
    array_reserve(&candidates, &p->candidate_cap, p->candidate_count + 1, sizeof *p->candidates);
    p->candidates = candidates;
    p->candidates[p->candidate_count++] = *c;
}

/* By insertion: they are few, and equals keep their order. */
void prompt_sort_candidates(struct prompt *p) {
    for (size_t i = 1; i < p->candidate_count; i++) {
        struct candidate c = p->candidates[i];
        size_t at = i;
        for (; at > 0 && p->candidates[at - 1].score < c.score; at--)
            p->candidates[at] = p->candidates[at - 1];
        p->candidates[at] = c;
    }
}

static enum prompt_event choose(struct prompt *p, int by) {
    int64_t last = (int64_t)p->candidate_count - 1, to = (int64_t)p->chosen + by;
    bool far = by != 1 && by != -1;
    if (to > last)
        to = far ? last : 0;
    else if (to < 0)
        to = far ? 0 : last;
    p->chosen = (size_t)to;
    return PROMPT_MOVED;
}

/* Up (1) or down (-1). */
static enum prompt_event up_or_down(struct prompt *p, int direction) {
    return p->candidate_count ? choose(p, -direction) : recall(p, direction);
}

/* --- Keys --- */

enum prompt_action {
    ACT_LEFT,
    ACT_RIGHT,
    ACT_WORD_LEFT,
    ACT_WORD_RIGHT,
    ACT_HOME,
    ACT_END,
    ACT_BACKSPACE,
    ACT_DELETE,
    ACT_ERASE_WORD,
    ACT_ERASE_ALL_BEFORE,
    ACT_ERASE_ALL_AFTER,
    ACT_UP,
    ACT_DOWN,
    ACT_PAGE_UP,
    ACT_PAGE_DOWN,
    ACT_ACCEPT,
    ACT_ACCEPT_BACK,
    ACT_CANCEL,
    ACT_COUNT
};

static const struct {
    const char *key;
    enum prompt_action action;
} keys[] = {{"Left", ACT_LEFT}, {"Ctrl+b", ACT_LEFT}, {"Right", ACT_RIGHT}, {"Ctrl+f", ACT_RIGHT},
    {"Ctrl+Left", ACT_WORD_LEFT}, {"Ctrl+Right", ACT_WORD_RIGHT}, {"Home", ACT_HOME},
    {"Ctrl+a", ACT_HOME}, {"End", ACT_END}, {"Ctrl+e", ACT_END}, {"Backspace", ACT_BACKSPACE},
    {"Shift+Backspace", ACT_BACKSPACE}, {"Ctrl+h", ACT_BACKSPACE}, {"Delete", ACT_DELETE},
    {"Ctrl+d", ACT_DELETE}, {"Ctrl+w", ACT_ERASE_WORD}, {"Ctrl+Backspace", ACT_ERASE_WORD},
    {"Ctrl+u", ACT_ERASE_ALL_BEFORE}, {"Ctrl+k", ACT_ERASE_ALL_AFTER}, {"Up", ACT_UP},
    {"Ctrl+p", ACT_UP}, {"Down", ACT_DOWN}, {"Ctrl+n", ACT_DOWN}, {"PageUp", ACT_PAGE_UP},
    {"PageDown", ACT_PAGE_DOWN}, {"Enter", ACT_ACCEPT}, {"Shift+Enter", ACT_ACCEPT_BACK},
    {"Escape", ACT_CANCEL}, {"Ctrl+c", ACT_CANCEL}};

static enum prompt_event move(struct prompt *p, size_t to) {
    p->cursor = to;
    return PROMPT_MOVED;
}

static enum prompt_event act(struct prompt *p, enum prompt_action action) {
    enum { PAGE = 8 };
    size_t at = p->cursor;
    switch (action) {
    case ACT_LEFT: return move(p, char_before(p, at));
    case ACT_RIGHT: return move(p, char_after(p, at));
    case ACT_WORD_LEFT: return move(p, word_before(p, at));
    case ACT_WORD_RIGHT: return move(p, word_after(p, at));
    case ACT_HOME: return move(p, 0);
    case ACT_END: return move(p, p->len);
    case ACT_BACKSPACE: return erase(p, char_before(p, at), at);
    case ACT_DELETE: return erase(p, at, char_after(p, at));
    case ACT_ERASE_WORD: return erase(p, word_before(p, at), at);
    case ACT_ERASE_ALL_BEFORE: return erase(p, 0, at);
    case ACT_ERASE_ALL_AFTER: return erase(p, at, p->len);
    case ACT_UP: return up_or_down(p, 1);
    case ACT_DOWN: return up_or_down(p, -1);
    case ACT_PAGE_UP: return p->candidate_count ? choose(p, -PAGE) : PROMPT_IGNORED;
    case ACT_PAGE_DOWN: return p->candidate_count ? choose(p, PAGE) : PROMPT_IGNORED;
    case ACT_ACCEPT: return PROMPT_ACCEPTED;
    case ACT_ACCEPT_BACK: return PROMPT_ACCEPTED_BACK;
    case ACT_CANCEL: return PROMPT_CANCELLED;
    default: return PROMPT_IGNORED;
    }
}

enum prompt_event prompt_key(struct prompt *p, const char *key) {
    for (size_t i = 0; i < ARRAY_LEN(keys); i++)
        if (strcmp(keys[i].key, key) == 0)
            return act(p, keys[i].action);
    return PROMPT_IGNORED;
}
