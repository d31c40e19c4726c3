/*
 * The app: lines that are typed. One prompt is open at a time (prompt.h); while it is, keys and
 * text go to it. What each kind does with its text stands in a table.
 */
#include "viz/app_internal.h"
#include "viz/palette.h"

#include <stdio.h>

/* --- The palette --- */

static void refresh_palette(struct app *app) {
    struct palette_world world = {.lessons = app->lessons,
        .lesson_count = app->lesson_count,
        .notes = &app->scene->notes,
        .glossary = &app->glossary};
    palette_fill(&app->prompt, &world);
}

static void accept_palette(struct app *app, int direction) {
    struct prompt *p = &app->prompt;
    (void)direction;
    if (p->chosen >= p->candidate_count)
        return;
    struct candidate c = p->candidates[p->chosen];
    prompt_close(p);
    app_command(app, c.command, c.arg);
}

/* --- Kinds --- */

static const struct {
    void (*refresh)(struct app *app); /* the text has changed */
    /* Enter (1) or Shift+Enter (-1) was pressed */
    void (*accept)(struct app *app, int direction);
} kinds[PROMPT_KINDS] = {
    [PROMPT_PALETTE] = {refresh_palette, accept_palette},
    [PROMPT_SEARCH] = {app_search_refresh, app_search_accept},
    [PROMPT_NOTE] = {app_console_refresh, app_note_accept},
    [PROMPT_CONSOLE] = {app_console_refresh, app_console_accept},
    [PROMPT_SAVE] = {app_console_refresh, app_save_accept},
    [PROMPT_ANSWER] = {app_lesson_refresh, app_lesson_typed},
};

void app_prompt_open(struct app *app, enum prompt_kind kind, const char *text) {
    prompt_open(&app->prompt, kind, text);
    if (kinds[kind].refresh)
        kinds[kind].refresh(app);
    app->help_page = 0;
    app->dirty = true;
}

bool app_prompt_key(struct app *app, const char *key) {
    struct prompt *p = &app->prompt;
    if (p->kind == PROMPT_NONE)
        return false;
    switch (prompt_key(p, key)) {
    case PROMPT_CHANGED: kinds[p->kind].refresh(app); break;
    case PROMPT_ACCEPTED: kinds[p->kind].accept(app, 1); break;
    case PROMPT_ACCEPTED_BACK: kinds[p->kind].accept(app, -1); break;
    case PROMPT_CANCELLED:
        app_console_close(app);
        prompt_close(p);
        break;
    case PROMPT_IGNORED:
    case PROMPT_MOVED: break;
    }
    app->dirty = true;
    return true;
}

bool app_prompt_text(struct app *app, const char *text) {
    struct prompt *p = &app->prompt;
    if (p->kind == PROMPT_NONE)
        return false;
    p->composing[0] = '\0';
    if (prompt_insert(p, text))
        kinds[p->kind].refresh(app);
    app->dirty = true;
    return true;
}

void app_prompt_compose(struct app *app, const char *text) {
    if (app->prompt.kind == PROMPT_NONE)
        return;
    snprintf(app->prompt.composing, sizeof app->prompt.composing, "%s", text);
    app->dirty = true;
}

/* --- Commands --- */

bool app_find_command(struct app *app, enum command command, int64_t arg) {
    switch (command) {
    case CMD_PALETTE: app_prompt_open(app, PROMPT_PALETTE, ""); return true;
    case CMD_SEARCH: app_prompt_open(app, PROMPT_SEARCH, ""); return true;
    case CMD_CONSOLE: app_prompt_open(app, PROMPT_CONSOLE, ""); return true;
    case CMD_FIND_NEXT: app_search_again(app, 1); return true;
    case CMD_FIND_BACK: app_search_again(app, -1); return true;
    case CMD_SAME_NEXT: app_search_same(app, 1); return true;
    case CMD_SAME_BACK: app_search_same(app, -1); return true;
    default: return app_note_command(app, command, arg);
    }
}
