/* Preferences: see prefs.h. */
#include "viz/prefs.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sim/base/file.h"
#include "sim/base/i18n.h"
#include "sim/base/limits.h"
#include "sim/base/xdg.h"

/* --- Values --- */

/* Reads the value of one preference; false if it cannot be. */
typedef bool read_fn(struct prefs *p, const char *value);
/* Appends it; nothing if it is not set. */
typedef void show_fn(const struct prefs *p, struct strbuf *out);

static bool one_of(const char *value, const char *const *words, char *out, size_t out_len) {
    for (; *words; words++)
        if (strcmp(value, *words) == 0) {
            snprintf(out, out_len, "%s", value);
            return true;
        }
    return false;
}

static bool read_theme(struct prefs *p, const char *value) {
    static const char *const themes[] = {"dark", "light", "contrast", NULL};
    return one_of(value, themes, p->theme, sizeof p->theme);
}

static void show_theme(const struct prefs *p, struct strbuf *out) {
    sb_puts(out, p->theme);
}

static bool read_language(struct prefs *p, const char *value) {
    static const char *const languages[] = {"en", "zh", NULL};
    return one_of(value, languages, p->language, sizeof p->language);
}

static void show_language(const struct prefs *p, struct strbuf *out) {
    sb_puts(out, p->language);
}

static bool read_scale(struct prefs *p, const char *value) {
    char *end;
    float scale = strtof(value, &end);
    if (*end || end == value || !(scale >= 0.5f && scale <= 4))
        return false;
    p->scale = scale;
    return true;
}

static void show_scale(const struct prefs *p, struct strbuf *out) {
    if (p->scale > 0)
        sb_printf(out, "%g", (double)p->scale);
}

static bool read_size(struct prefs *p, const char *value) {
    int w, h;
    char rest;
    if (sscanf(value, "%dx%d%c", &w, &h, &rest) != 2 || w < PREFS_MIN_W || h < PREFS_MIN_H ||
        w > PREFS_MAX_SIDE || h > PREFS_MAX_SIDE)
        return false;
    p->width = w;
    p->height = h;
    return true;
}

static void show_size(const struct prefs *p, struct strbuf *out) {
    if (p->width && p->height)
        sb_printf(out, "%dx%d", p->width, p->height);
}

static bool read_speed(struct prefs *p, const char *value) {
    uint64_t speed;
    if (!parse_u64(value, &speed) || speed == 0)
        return false;
    p->speed = speed;
    return true;
}

static void show_speed(const struct prefs *p, struct strbuf *out) {
    if (p->speed)
        sb_printf(out, "%llu", (unsigned long long)p->speed);
}

static const struct preference {
    const char *name;
    read_fn *read;
    show_fn *show;
    const char *expected;
} preferences[] = {
    {"theme", read_theme, show_theme, N_("dark, light or contrast")},
    {"language", read_language, show_language, N_("en or zh")},
    {"scale", read_scale, show_scale, N_("a number from 0.5 to 4")},
    {"window", read_size, show_size, N_("WIDTHxHEIGHT from 640x400 to 16384x16384")},
    {"speed", read_speed, show_speed, N_("a number of events a second")},
};

/* --- Lines --- */

/* Splits a line, blanks at both ends cut off, into its first word and the rest. An empty name: a
 * comment or an empty line. */
static void split(const char *line, size_t len, char name[64], char value[128]) {
    name[0] = value[0] = '\0';
    while (len && (*line == ' ' || *line == '\t'))
        line++, len--;
    while (len && strchr(" \t\r", line[len - 1]))
        len--;
    if (!len || *line == '#')
        return;
    size_t word = 0;
    while (word < len && line[word] != ' ' && line[word] != '\t')
        word++;
    snprintf(name, 64, "%.*s", (int)word, line);
    while (word < len && (line[word] == ' ' || line[word] == '\t'))
        word++;
    snprintf(value, 128, "%.*s", (int)(len - word), line + word);
}

static const struct preference *find(const char *name) {
    for (size_t i = 0; i < ARRAY_LEN(preferences); i++)
        if (strcmp(preferences[i].name, name) == 0)
            return &preferences[i];
    return NULL;
}

bool prefs_path(struct strbuf *out) {
    return xdg_path(XDG_CONFIG, "preferences", out);
}

void prefs_read(const char *path, struct prefs *out, struct strbuf *report) {
    struct strbuf text = {0};
    struct error err;
    *out = (struct prefs){0};
    if (xdg_exists(path) && !file_read_most(path, LIMIT_SETTINGS, &text, NULL, &err))
        sb_printf(report, "%s\n", err.text);
    int line = 0;
    for (const char *s = sb_text(&text); *s;) {
        char name[64], value[128];
        size_t len = strcspn(s, "\n");
        line++;
        split(s, len, name, value);
        s += len + (s[len] == '\n');
        const struct preference *p = name[0] ? find(name) : NULL;
        if (name[0] && !p)
            sb_printf(report,
                _("%s:%d: there is no preference `%s`, expected theme, language, scale, window or "
                  "speed\n"),
                path, line, name);
        else if (p && !p->read(out, value))
            sb_printf(report, _("%s:%d: %s cannot be `%s`, expected %s\n"), path, line, name, value,
                _(p->expected));
    }
    sb_free(&text);
}

/* --- Writing --- */

static void add_line(struct strbuf *out, const struct preference *p, const struct prefs *prefs) {
    struct strbuf value = {0};
    p->show(prefs, &value);
    if (value.len)
        sb_printf(out, "%s %s\n", p->name, value.text);
    sb_free(&value);
}

/* The old text with new values; each name once, where it stood first. */
static void rewrite(const char *old, const struct prefs *prefs, struct strbuf *out) {
    bool written[ARRAY_LEN(preferences)] = {false};
    while (*old) {
        char name[64], value[128];
        size_t len = strcspn(old, "\n");
        split(old, len, name, value);
        const struct preference *p = find(name);
        if (!p) {
            sb_add(out, old, len);
            sb_puts(out, "\n");
        } else if (!written[p - preferences]) {
            add_line(out, p, prefs);
            written[p - preferences] = true;
        }
        old += len + (old[len] == '\n');
    }
    for (size_t i = 0; i < ARRAY_LEN(preferences); i++)
        if (!written[i])
            add_line(out, &preferences[i], prefs);
}

bool prefs_write(const char *path, const struct prefs *p, struct error *err) {
    struct strbuf old = {0}, text = {0};
    bool ok = !xdg_exists(path) || file_read_most(path, LIMIT_SETTINGS, &old, NULL, err);
    if (ok) {
        if (!old.len)
            sb_puts(&old, "# What was set in the window of arenascope.\n");
        rewrite(sb_text(&old), p, &text);
        ok = xdg_write(path, sb_text(&text), text.len, err);
    }
    sb_free(&old);
    sb_free(&text);
    return ok;
}

bool prefs_change(struct prefs *kept, const struct prefs *before, const struct prefs *after) {
    bool changed = false;
    for (size_t i = 0; i < ARRAY_LEN(preferences); i++) {
        struct strbuf was = {0}, is = {0};
        preferences[i].show(before, &was);
        preferences[i].show(after, &is);
        if (is.len && strcmp(sb_text(&was), is.text) != 0)
            changed |= preferences[i].read(kept, is.text);
        sb_free(&was);
        sb_free(&is);
    }
    return changed;
}
