/* Prose: see prose.h. */
#include "sim/lesson/prose.h"

#include <stdlib.h>
#include <string.h>

void prose_free(struct prose *p) {
    sb_free(&p->text);
    free(p->lines);
    *p = (struct prose){0};
}

void prose_add(struct prose *p, const char *line, int number) {
    void *lines = p->lines;
    array_reserve(&lines, &p->line_cap, p->line_count + 1, sizeof *p->lines);
    p->lines = lines;
    p->lines[p->line_count++] = number;
    sb_printf(&p->text, "%s\n", line);
}

/* The expression that begins at the brace: its value goes to out. *at comes to stand behind it. */
static bool fill_one(
    struct scope *scope, const char **at, const char *end, struct strbuf *out, struct error *err) {
    const char *open = *at, *close = memchr(open, '}', (size_t)(end - open));
    if (!close)
        return error_set(err, "`%.*s` is not closed, expected `}` on the same line",
            (int)(end - open < 24 ? end - open : 24), open);
    *at = close + 1;
    if (!scope) {
        sb_add(out, open, (size_t)(close + 1 - open));
        return true;
    }
    char *text = xstrndup(open + 1, (size_t)(close - open - 1));
    struct error why;
    bool ok = expr_text(scope, text, out, &why);
    if (!ok)
        error_set(err, "{%s}: %s", text, why.text);
    free(text);
    return ok;
}

static bool fill_line(
    struct scope *scope, const char *line, const char *end, struct strbuf *out, struct error *err) {
    for (const char *at = line; at < end;) {
        bool escaped = *at == '\\' && at + 1 < end && (at[1] == '{' || at[1] == '}');
        if (*at == '{') {
            if (!fill_one(scope, &at, end, out, err))
                return false;
            continue;
        }
        at += escaped;
        sb_add(out, at++, 1);
    }
    return true;
}

bool prose_fill(const struct prose *p, const char *path, struct scope *scope, struct strbuf *out,
    struct error *err) {
    const char *at = sb_text(&p->text);
    bool code = false;
    for (size_t i = 0; i < p->line_count; i++) {
        const char *end = strchr(at, '\n');
        bool fence = strncmp(at, "```", 3) == 0 || strncmp(at, "~~~", 3) == 0;
        struct error why;
        code ^= fence;
        if (code || fence)
            sb_add(out, at, (size_t)(end - at));
        else if (!fill_line(scope, at, end, out, &why))
            return error_set(err, "%s:%d: %s", path, p->lines[i], why.text);
        sb_puts(out, "\n");
        at = end + 1;
    }
    return true;
}

bool prose_markdown(const struct prose *p, const char *path, struct scope *scope,
    struct markdown *out, struct error *err) {
    struct strbuf text = {0};
    *out = (struct markdown){0};
    bool ok = prose_fill(p, path, scope, &text, err);
    if (ok)
        *out = markdown_parse(sb_text(&text), text.len);
    sb_free(&text);
    return ok;
}
