/* The app: notes at moments of the run (notes.h), and the file that keeps them. */
#include "viz/app_internal.h"

#include "sim/base/limits.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* --- Writing --- */

static void open_note(struct app *app) {
    const struct scene *s = app->scene;
    const struct note *note = notes_at(&s->notes, s->at);
    app->playing = false;
    app_prompt_open(app, PROMPT_NOTE, note ? note->text : "");
}

void app_note_accept(struct app *app, int direction) {
    struct scene *s = app->scene;
    (void)direction;
    if (!notes_put(&s->notes, s->session, s->at, app->prompt.text))
        app_notice(app, _("There are %d notes, and no more can be."), LIMIT_NOTES);
    prompt_remember(&app->prompt);
    prompt_close(&app->prompt);
}

static void delete_note(struct app *app) {
    struct scene *s = app->scene;
    const struct note *note = notes_at(&s->notes, s->at);
    app_notice(app, "%s", note ? _("The note is gone.") : _("There is no note at this moment."));
    notes_put(&s->notes, s->session, s->at, "");
}

/* --- Going there --- */

static void go_to(struct app *app, const struct note *note) {
    if (!note || note->seq == NOTE_AWAY) {
        app_notice(app, "%s", _("There is no such note in this run."));
        return;
    }
    app->playing = false;
    app_seek(app, note->seq);
    app_notice(app, "%s", note->text);
}

bool app_note_command(struct app *app, enum command command, int64_t arg) {
    const struct scene *s = app->scene;
    switch (command) {
    case CMD_NOTE: open_note(app); return true;
    case CMD_NOTE_NEXT: go_to(app, notes_next(&s->notes, s->at, 1)); return true;
    case CMD_NOTE_BACK: go_to(app, notes_next(&s->notes, s->at, -1)); return true;
    case CMD_NOTE_DELETE: delete_note(app); return true;
    case CMD_NOTE_GO:
        go_to(app, (size_t)arg < s->notes.count ? &s->notes.note[arg] : NULL);
        return true;
    case CMD_SAVE: {
        char name[128];
        snprintf(name, sizeof name, "%s.arec", s->builtin ? s->builtin : "run");
        app_prompt_open(app, PROMPT_SAVE, name);
        return true;
    }
    default: return false;
    }
}
