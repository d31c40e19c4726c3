/*
 * The directives of a lesson's views: see lesson.h.
 *
 * A directive is a word from a table and its arguments. Names of steps and events are those that
 * the program shows everywhere, blanks and all, so an argument is the rest of the line.
 */
#include "sim/lesson/lesson_parts.h"

#include <stdlib.h>
#include <string.h>

struct directive {
    struct lesson_step *step;
    const char *path;
    int line;
    struct error *err;
};

static bool fail(const struct directive *d, const char *fmt, ...) PRINTF_LIKE(2, 3);
static bool fail(const struct directive *d, const char *fmt, ...) {
    struct strbuf text = {0};
    va_list args;
    va_start(args, fmt);
    sb_vprintf(&text, fmt, args);
    va_end(args);
    error_set(d->err, "%s:%d: %s", d->path, d->line, sb_text(&text));
    sb_free(&text);
    return false;
}

const char *after_word(const char *text, const char *word) {
    size_t len = strlen(word);
    if (strncmp(text, word, len) != 0 || (text[len] != ' ' && text[len] != '\0'))
        return NULL;
    return text + len + strspn(text + len, " ");
}

/* --- Arguments --- */

static bool read_number(const struct directive *d, const char *text, const char *what,
    uint64_t least, uint64_t end, uint64_t *out) {
    if (parse_u64(text, out) && *out >= least && *out < end)
        return true;
    if (end == UINT64_MAX)
        return fail(d, "\"%s\" is no %s; expected a number from %llu on", text, what,
            (unsigned long long)least);
    return fail(d, "\"%s\" is no %s; expected %llu to %llu", text, what, (unsigned long long)least,
        (unsigned long long)end - 1);
}

static bool read_hint(const struct directive *d, const char *text, uint64_t *out) {
    return read_number(d, text, "hint", 0, HINT_COUNT, out);
}

/* The 32-bit plan's attempt with an arena of that size. */
static bool read_arena(const struct directive *d, const char *text, uint64_t *out) {
    static const uint64_t sizes[FALLBACK_COUNT] = {MiB(512), MiB(256), MiB(128), 0};
    uint64_t size;
    if (parse_u64(text, &size))
        for (*out = 0; *out < FALLBACK_COUNT; ++*out)
            if (sizes[*out] == size)
                return true;
    return fail(
        d, "\"%s\" is no arena of the 32-bit plan; expected 512MiB, 256MiB, 128MiB or 0", text);
}

static bool read_step(const struct directive *d, const char *text, uint64_t *out) {
    struct strbuf known = {0};
    for (*out = STEP_NONE + 1; *out < STEP_COUNT; ++*out) {
        const char *name = init_step_name((unsigned)*out);
        if (strcmp(name, text) == 0) {
            sb_free(&known);
            return true;
        }
        sb_printf(&known, "%s%s", known.len ? ", " : "", name);
    }
    fail(d, "\"%s\" is no step of mallocinit; expected one of: %s", text, known.text);
    sb_free(&known);
    return false;
}

/* --- stop --- */

/* Takes `in "WORDS"` off the end of text. */
static bool cut_phase(const struct directive *d, char *text, char **words) {
    char *in = strstr(text, "in \"");
    *words = NULL;
    if (!in || (in > text && in[-1] != ' '))
        return true;
    char *from = in + strlen("in \""), *to = strchr(from, '"');
    if (!to || to[1] || to == from)
        return fail(d, "`%s` names no phase; expected in \"WORDS\" at the line's end", in);
    *words = xstrndup(from, (size_t)(to - from));
    while (in > text && in[-1] == ' ')
        in--;
    *in = '\0';
    return true;
}

/* `map` or `map 2` or `op end 3`. */
static bool read_event(const struct directive *d, const char *text, struct lesson_stop *stop) {
    const char *rest = NULL;
    for (unsigned kind = 0; kind < EV_COUNT; kind++) {
        const char *after = after_word(text, event_kind_name(kind));
        if (!after)
            continue;
        rest = after; /* of `op` and `op end` the longer one is the later kind */
        stop->value = kind;
    }
    if (!rest)
        return fail(d,
            "\"%s\" is no place to stop; expected start, end, step NAME, hint N, arena SIZE or an "
            "event's kind and number",
            text);
    stop->count = 1;
    return !*rest || read_number(d, rest, "count", 1, UINT64_MAX, &stop->count);
}

static bool read_stop_place(const struct directive *d, const char *text, struct lesson_stop *stop) {
    const char *rest;
    if (strcmp(text, "start") == 0) {
        stop->kind = STOP_START;
        return true;
    }
    if (strcmp(text, "end") == 0) {
        stop->kind = STOP_END;
        return true;
    }
    if ((rest = after_word(text, "step"))) {
        stop->kind = STOP_STEP;
        return read_step(d, rest, &stop->value);
    }
    if ((rest = after_word(text, "hint"))) {
        stop->kind = STOP_ATTEMPT;
        return read_hint(d, rest, &stop->value);
    }
    if ((rest = after_word(text, "arena"))) {
        stop->kind = STOP_ATTEMPT;
        bool ok = read_arena(d, rest, &stop->value);
        stop->value += HINT_COUNT;
        return ok;
    }
    stop->kind = STOP_EVENT;
    return read_event(d, text, stop);
}

static bool read_stop(const struct directive *d, const char *text) {
    struct lesson_stop *stop = &d->step->stop;
    if (stop->kind != STOP_NONE)
        return fail(d, "this step stops on line %d already; expected one stop", stop->line);
    stop->line = d->line;
    char *place = xstrdup(text);
    bool ok = cut_phase(d, place, &stop->phase_words) && read_stop_place(d, place, stop);
    free(place);
    return ok;
}

/* --- focus, show, zoom, code --- */

static bool read_region(const struct directive *d, const char *text, uint64_t *out) {
    static const char *const names[] = {
        [REGION_SPANS] = "spans", [REGION_BITMAP] = "bitmap", [REGION_ARENA] = "arena"};
    for (*out = 0; *out < ARRAY_LEN(names); ++*out)
        if (strcmp(names[*out], text) == 0)
            return true;
    return fail(d, "\"%s\" is no region; expected spans, bitmap or arena", text);
}

/* `PAGE SLOT` */
static bool read_slot(const struct directive *d, const char *text, struct lesson_focus *focus) {
    char *page = xstrndup(text, strcspn(text, " "));
    const char *slot = text + strlen(page);
    bool ok = read_number(d, page, "page", 0, UINT64_MAX, &focus->index) &&
              read_number(d, slot + strspn(slot, " "), "slot", 0, UINT64_MAX, &focus->slot);
    free(page);
    return ok;
}

/* `{EXPRESSION}` and what stands after it, without blanks between. NULL: it does not begin so. */
static char *read_expression(const char *text, const char **rest) {
    const char *close = strchr(text, '}');
    if (*text != '{' || !close)
        return NULL;
    *rest = close + 1 + strspn(close + 1, " ");
    return xstrndup(text + 1, (size_t)(close - text - 1));
}

static bool read_focus_expression(
    const struct directive *d, const char *text, struct lesson_focus *focus) {
    const char *rest = text;
    free(focus->expression);
    focus->expression = read_expression(text, &rest);
    focus->line = d->line;
    if (!focus->expression || *rest)
        return fail(d, "\"%s\" is no expression; expected {EXPRESSION}", text);
    return true;
}

static bool read_focus(const struct directive *d, const char *text) {
    struct lesson_focus *focus = &d->step->focus;
    const char *rest;
    if (*text == '{')
        return read_focus_expression(d, text, focus);
    if ((rest = after_word(text, "hint"))) {
        focus->kind = THING_HINT;
        return read_hint(d, rest, &focus->index);
    }
    if ((rest = after_word(text, "arena"))) {
        focus->kind = THING_FALLBACK;
        return read_arena(d, rest, &focus->index);
    }
    if ((rest = after_word(text, "step"))) {
        focus->kind = THING_STEP;
        return read_step(d, rest, &focus->index);
    }
    if ((rest = after_word(text, "region"))) {
        focus->kind = THING_REGION;
        return read_region(d, rest, &focus->index);
    }
    if ((rest = after_word(text, "page"))) {
        focus->kind = THING_PAGE;
        return read_number(d, rest, "page", 0, UINT64_MAX, &focus->index);
    }
    if ((rest = after_word(text, "slot"))) {
        focus->kind = THING_SLOT;
        return read_slot(d, rest, focus);
    }
    return fail(d,
        "\"%s\" cannot be pinned; expected hint N, arena SIZE, step NAME, region NAME, page N, "
        "slot PAGE N or {EXPRESSION}",
        text);
}

/* The number of text among names[1] and those after it, 0 if it is none of them. */
static unsigned find_word(const char *text, const char *const *names, unsigned count) {
    for (unsigned i = 1; i < count; i++)
        if (strcmp(names[i], text) == 0)
            return i;
    return 0;
}

static bool read_show(const struct directive *d, const char *text) {
    static const char *const names[] = {[SHOW_PATH] = "path",
        [SHOW_MAP] = "map",
        [SHOW_CACHES] = "caches",
        [SHOW_WASTE] = "waste",
        [SHOW_RANGE] = "range",
        [SHOW_WHY] = "why"};
    d->step->show = (enum lesson_show)find_word(text, names, ARRAY_LEN(names));
    if (d->step->show == SHOW_AS_SUGGESTED)
        return fail(
            d, "\"%s\" cannot be shown; expected path, map, caches, waste, range or why", text);
    return true;
}

static bool read_zoom(const struct directive *d, const char *text) {
    static const char *const names[] = {[ZOOM_SPACE] = "space",
        [ZOOM_RESERVATION] = "reservation",
        [ZOOM_SPANS] = "spans",
        [ZOOM_BITMAP] = "bitmap",
        [ZOOM_ARENA] = "arena",
        [ZOOM_METADATA] = "metadata"};
    struct lesson_zoom *zoom = &d->step->zoom;
    const char *rest;
    zoom->line = d->line;
    zoom->place = (enum lesson_place)find_word(text, names, ARRAY_LEN(names));
    if (zoom->place != ZOOM_NOWHERE)
        return true;
    free(zoom->expression);
    zoom->expression = read_expression(text, &rest);
    zoom->place = ZOOM_EXPRESSION;
    if (!zoom->expression)
        return fail(d,
            "the map cannot show \"%s\"; expected space, reservation, spans, bitmap, arena, "
            "metadata, {EXPRESSION} or {EXPRESSION} SIZE",
            text);
    return !*rest || read_number(d, rest, "size", 1, UINT64_MAX, &zoom->size);
}

static bool read_code(const struct directive *d, const char *text) {
    const char *colon = strchr(text, ':');
    if (!colon || colon == text || !colon[1])
        return fail(d, "\"%s\" names no code; expected FILE:FUNCTION", text);
    struct lesson_step *step = d->step;
    void *codes = step->codes;
    array_reserve(&codes, &step->code_cap, step->code_count + 1, sizeof *step->codes);
    step->codes = codes;
    step->codes[step->code_count++] =
        (struct lesson_code){xstrndup(text, (size_t)(colon - text)), xstrdup(colon + 1)};
    return true;
}

bool lesson_directive(
    struct lesson_step *step, const char *path, int line, const char *text, struct error *err) {
    static const struct {
        const char *word;
        bool (*read)(const struct directive *d, const char *text);
    } known[] = {{"stop", read_stop}, {"focus", read_focus}, {"show", read_show},
        {"zoom", read_zoom}, {"code", read_code}};
    struct directive d = {step, path, line, err};
    for (size_t i = 0; i < ARRAY_LEN(known); i++) {
        const char *rest = after_word(text, known[i].word);
        if (rest)
            return known[i].read(&d, rest);
    }
    return fail(&d, "\"%s\" is no directive; expected stop, focus, show, zoom or code", text);
}
