/* Front matter: see front.h. */
#include "sim/lesson/front.h"

#include <stdlib.h>
#include <string.h>

struct front_reader {
    struct front *f;
    const char *path;
    int line;
    unsigned variant;
    struct error *err;
};

static bool fail(struct front_reader *r, const char *what) {
    return error_set(r->err, "%s:%d: %s", r->path, r->line, what);
}

static bool read_number(struct front_reader *r, const char *text, unsigned *out) {
    uint64_t n = 0;
    bool ok = parse_u64(text, &n) && n > 0 && n < 1000;
    *out = (unsigned)n;
    if (!ok)
        return fail(r, "expected a number from 1 to 999");
    return true;
}

static bool read_platforms(struct front_reader *r, const char *text) {
    bool both = strcmp(text, "both") == 0;
    r->f->on_64 = both || strcmp(text, "64") == 0;
    r->f->on_32 = both || strcmp(text, "32") == 0;
    if (!r->f->on_64 && !r->f->on_32)
        return fail(r, "expected platforms: 64, 32 or both");
    return true;
}

static bool read_prerequisites(struct front_reader *r, const char *text) {
    struct front *f = r->f;
    if (strcmp(text, "none") == 0)
        return true;
    while (*text) {
        char *word = xstrndup(text, strcspn(text, ", "));
        bool ok = f->prerequisite_count < MAX_PREREQUISITES &&
                  read_number(r, word, &f->prerequisites[f->prerequisite_count]);
        text += strlen(word);
        text += strspn(text, ", ");
        free(word);
        if (!ok)
            return fail(r, "expected prerequisites: none, or up to 8 lessons' numbers");
        f->prerequisite_count++;
    }
    return true;
}

/* The variant's one of the values, which are separated by blanks; there is one at least. */
static char *choose(const char *values, unsigned variant) {
    unsigned count = 0;
    for (const char *p = values; *p; p += strspn(p, " ")) {
        p += strcspn(p, " ");
        count++;
    }
    for (unsigned i = variant % count; i; i--) {
        values += strcspn(values, " ");
        values += strspn(values, " ");
    }
    return xstrndup(values, strcspn(values, " "));
}

static bool read_varied(struct front_reader *r, const char *name, const char *values) {
    struct front *f = r->f;
    if (f->varied_count == MAX_VARIED || !*name || !*values)
        return fail(r, "expected vary NAME: VALUE VALUE ..., at most four of them");
    /* Several vary at different paces, so that all combinations come round. */
    unsigned pace = 1 + 2 * (unsigned)f->varied_count;
    f->varied[f->varied_count++] =
        (struct varied){xstrdup(name), choose(values, r->variant * pace)};
    return true;
}

static bool read_key(struct front_reader *r, const char *key, const char *value) {
    if (strcmp(key, "title") == 0) {
        free(r->f->title); /* said twice, the last one holds */
        r->f->title = xstrdup(value);
        if (!*value)
            return fail(r, "expected title: WORDS");
        return true;
    }
    if (strcmp(key, "number") == 0)
        return read_number(r, value, &r->f->number);
    if (strcmp(key, "minutes") == 0)
        return read_number(r, value, &r->f->minutes);
    if (strcmp(key, "platforms") == 0)
        return read_platforms(r, value);
    if (strcmp(key, "prerequisites") == 0)
        return read_prerequisites(r, value);
    if (strncmp(key, "vary ", 5) == 0)
        return read_varied(r, key + 5, value);
    return fail(
        r, "expected title:, number:, platforms:, prerequisites:, minutes:, vary NAME: or ---");
}

static bool read_line(struct front_reader *r, char *line) {
    char *colon = strchr(line, ':');
    if (!colon)
        return fail(r, "expected KEY: VALUE, or --- at the end");
    *colon = '\0';
    const char *value = colon + 1 + strspn(colon + 1, " ");
    return read_key(r, line, value);
}

bool front_parse(
    struct front *f, const char *path, const char *text, unsigned variant, struct error *err) {
    struct front_reader r = {.f = f, .path = path, .line = 1, .variant = variant, .err = err};
    *f = (struct front){0};
    if (strncmp(text, "---\n", 4) != 0)
        return true;
    for (const char *at = text + 4; *at;) {
        size_t n = strcspn(at, "\n");
        char *line = xstrndup(at, n);
        r.line++;
        bool end = strcmp(line, "---") == 0, ok = end || read_line(&r, line);
        free(line);
        if (!ok)
            return false;
        if (end) {
            f->lines = r.line;
            return true;
        }
        at += n + (at[n] == '\n');
    }
    r.line = 1;
    return fail(&r, "the front matter is not closed; expected a second line ---");
}

void front_free(struct front *f) {
    free(f->title);
    for (int i = 0; i < f->varied_count; i++) {
        free(f->varied[i].name);
        free(f->varied[i].value);
    }
    *f = (struct front){0};
}

void front_vary(const struct front *f, const char *line, size_t len, struct strbuf *out) {
    for (const char *at = line, *end = line + len; at < end;) {
        const struct varied *v = NULL;
        size_t n = 0;
        for (int i = 0; *at == '$' && i < f->varied_count; i++) {
            n = strlen(f->varied[i].name);
            if ((size_t)(end - at - 1) >= n && strncmp(at + 1, f->varied[i].name, n) == 0) {
                v = &f->varied[i];
                break;
            }
        }
        if (v) {
            sb_puts(out, v->value);
            at += n + 1;
        } else {
            sb_add(out, at++, 1);
        }
    }
}
