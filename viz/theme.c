/*
 * Theme files: one colour a line, every colour once. A line may be empty or a comment ('#' first);
 * the others are `name #rrggbb`, but for `dark yes` or `dark no`.
 */
#include "viz/theme.h"

#include "sim/base/file.h"
#include "sim/base/i18n.h"
#include "sim/base/limits.h"
#include "viz/draw.h"

#include <stdlib.h>
#include <string.h>

enum { CLASS_COUNT = 66 };

static const char *const color_names[COLOR_COUNT] = {
#define X(name) #name,
    THEME_COLORS(X)
#undef X
};

/* What was read so far. */
struct reading {
    const char *path;
    int line;
    struct theme *theme;
    bool seen[COLOR_COUNT];
    bool seen_dark;
};

static int color_index(const char *name) {
    for (int i = 0; i < COLOR_COUNT; i++)
        if (strcmp(color_names[i], name) == 0)
            return i;
    return -1;
}

static bool parse_color(const char *text, uint32_t *out) {
    if (text[0] != '#' || strlen(text) != 7 || strspn(text + 1, "0123456789abcdefABCDEF") != 6)
        return false;
    *out = 0xff000000 | (uint32_t)strtoul(text + 1, NULL, 16);
    return true;
}

static bool read_dark(struct reading *r, const char *value, struct error *err) {
    if (r->seen_dark)
        return error_set(
            err, _("%s:%d: \"dark\" is set twice, expected it once"), r->path, r->line);
    r->seen_dark = true;
    r->theme->dark = strcmp(value, "yes") == 0;
    if (r->theme->dark || strcmp(value, "no") == 0)
        return true;
    return error_set(err, _("%s:%d: dark is \"%s\", expected yes or no"), r->path, r->line, value);
}

static bool read_setting(
    struct reading *r, const char *name, const char *value, struct error *err) {
    if (strcmp(name, "dark") == 0)
        return read_dark(r, value, err);
    int i = color_index(name);
    if (i < 0)
        return error_set(err,
            _("%s:%d: unknown colour \"%s\", expected one of ground, panel, ... %s"), r->path,
            r->line, name, color_names[COLOR_COUNT - 1]);
    if (r->seen[i])
        return error_set(
            err, _("%s:%d: colour \"%s\" is set twice, expected it once"), r->path, r->line, name);
    r->seen[i] = true;
    if (parse_color(value, &r->theme->color[i]))
        return true;
    return error_set(
        err, _("%s:%d: \"%s\" is no colour, expected %s #rrggbb"), r->path, r->line, value, name);
}

/* line is NUL-terminated and taken apart in place. */
static bool read_line(struct reading *r, char *line, struct error *err) {
    static const char blanks[] = " \t\r";
    char *rest = NULL;
    char *name = strtok_r(line, blanks, &rest);
    if (!name || name[0] == '#')
        return true;
    char *value = strtok_r(NULL, blanks, &rest);
    if (!value)
        return error_set(err, _("%s:%d: \"%s\" has no value, expected %s"), r->path, r->line, name,
            strcmp(name, "dark") == 0 ? "yes or no" : "#rrggbb");
    char *extra = strtok_r(NULL, blanks, &rest);
    if (extra)
        return error_set(
            err, _("%s:%d: \"%s\" after the value, expected nothing"), r->path, r->line, extra);
    return read_setting(r, name, value, err);
}

static bool all_seen(const struct reading *r, struct error *err) {
    for (int i = 0; i < COLOR_COUNT; i++)
        if (!r->seen[i])
            return error_set(err, _("%s:%d: the file ends without \"%s\", expected %s #rrggbb"),
                r->path, r->line, color_names[i], color_names[i]);
    if (!r->seen_dark)
        return error_set(err,
            _("%s:%d: the file ends without \"dark\", expected dark yes or dark no"), r->path,
            r->line);
    return true;
}

static bool read_text(struct reading *r, char *text, struct error *err) {
    while (text && *text) {
        char *end = strchr(text, '\n');
        if (end)
            *end++ = '\0';
        r->line++;
        if (!read_line(r, text, err))
            return false;
        text = end;
    }
    return all_seen(r, err);
}

/* The file's name without folders and ending. */
static void name_of(const char *path, char *out, size_t out_len) {
    const char *slash = strrchr(path, '/');
    const char *base = slash ? slash + 1 : path;
    const char *dot = strrchr(base, '.');
    size_t len = dot && dot > base ? (size_t)(dot - base) : strlen(base);
    len = len < out_len - 1 ? len : out_len - 1;
    memcpy(out, base, len);
    out[len] = '\0';
}

bool theme_load(const char *path, struct theme *out, struct error *err) {
    struct strbuf text = {0};
    struct theme theme = {0};
    struct reading r = {.path = path, .theme = &theme};
    bool ok = file_read_most(path, LIMIT_SETTINGS, &text, NULL, err);
    if (ok && text.text && strlen(text.text) != text.len)
        ok = error_set(err, _("%s:1: the file is binary, expected lines of name #rrggbb"), path);
    ok = ok && read_text(&r, text.text, err);
    sb_free(&text);
    if (!ok)
        return false;
    name_of(path, theme.name, sizeof theme.name);
    *out = theme;
    return true;
}

uint32_t theme_class_color(const struct theme *t, unsigned size_class) {
    if (size_class == 0)
        return t->color[COLOR_large];
    unsigned last = CLASS_COUNT - 1;
    unsigned n = size_class - 1 < last ? size_class - 1 : last;
    unsigned at = n * (COLOR_class6 - COLOR_class0); /* in 1/last steps between the seven */
    unsigned step = at / last;
    uint32_t a = t->color[COLOR_class0 + step];
    if (at % last == 0)
        return a;
    return color_mix(a, t->color[COLOR_class0 + step + 1], (float)(at % last) / (float)last);
}
