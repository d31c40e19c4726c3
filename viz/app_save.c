/*
 * The app: saving. The end of the file's name says as what:
 *
 *   .png    the picture that the window shows
 *   .csv    a table: spans, classes or samples, as the name or the view says
 *   .json   the recording for Perfetto and other readers of Chrome's traces
 *   else    the recording itself, which opens again at this moment, with its notes
 */
#include "viz/app_internal.h"
#include "viz/tour.h"

#include "sim/base/file.h"
#include "sim/trace/export.h"
#include "sim/work/session_file.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static bool ends_with(const char *name, const char *end) {
    size_t len = strlen(name), tail = strlen(end);
    return len > tail && strcmp(name + len - tail, end) == 0;
}

/* The table that the file's name has in it, else the one nearest to what the centre shows. */
static enum export_table table_for(const struct app *app, const char *name) {
    const char *slash = strrchr(name, '/');
    for (unsigned t = 0; t < TABLE_COUNT; t++)
        if (strstr(slash ? slash : name, export_table_name(t)))
            return (enum export_table)t;
    switch (app->layout.scene[0].shows) {
    case CENTRE_MAP: return TABLE_SPANS;
    case CENTRE_CACHES:
    case CENTRE_WASTE:
    case CENTRE_RANGE: return TABLE_CLASSES;
    default: return TABLE_SAMPLES;
    }
}

/* The picture without the prompt that asks for its name. */
static bool save_picture(struct app *app, const char *name, struct error *err) {
    const struct rect bar = app->layout.bar, time = app->layout.scene[0].timeline;
    enum prompt_kind kind = app->prompt.kind;
    app->prompt.kind = PROMPT_NONE;
    bool ok = render_png(app, name, bar.w, time.y + time.h, err);
    app->prompt.kind = kind;
    app->dirty = true;
    return ok;
}

static bool save_text(const char *name, struct strbuf *text, struct error *err) {
    bool ok = file_write(name, sb_text(text), text->len, err);
    sb_free(text);
    return ok;
}

static bool save_recording(struct app *app, const char *name, struct error *err) {
    const struct scene *s = app->scene;
    size_t count = 0;
    struct bookmark *marks = xcalloc(s->notes.count + 1, sizeof *marks);
    for (size_t i = 0; i < s->notes.count; i++)
        if (s->notes.note[i].seq != NOTE_AWAY)
            marks[count++] = (struct bookmark){s->notes.note[i].seq, s->notes.note[i].text};
    const struct session_view view = {.workload = s->workload,
        .title = s->name,
        .at = s->at,
        .bookmarks = marks,
        .bookmark_count = count};
    bool ok = session_save(s->session, name, &view, err);
    free(marks);
    if (ok)
        app_notice(app, _("Saved: arenascope run %s opens it again."), name);
    return ok;
}

static bool save(struct app *app, const char *name, struct error *err) {
    const struct scene *s = app->scene;
    struct strbuf text = {0};
    bool picture = ends_with(name, ".png"), table = ends_with(name, ".csv");
    if (!picture && !table && !ends_with(name, ".json"))
        return save_recording(app, name, err);
    if (table)
        export_csv(session_recording(s->session), s->replica, table_for(app, name), &text);
    else if (!picture)
        export_chrome(session_recording(s->session), s->name, &text);
    if (!(picture ? save_picture(app, name, err) : save_text(name, &text, err)))
        return false;
    app_notice(app, _("Saved as %s."), name);
    return true;
}

void app_save_accept(struct app *app, int direction) {
    struct prompt *p = &app->prompt;
    struct error err;
    (void)direction;
    if (!p->len || save(app, p->text, &err)) {
        prompt_close(p);
        return;
    }
    p->bad = true;
    snprintf(p->answer, sizeof p->answer, "%s", err.text);
}
