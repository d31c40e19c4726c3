/* The app: commands of the views in the centre that explain. See app.h. */
#include "viz/app_internal.h"
#include "viz/panels/waste.h"

/* The next or previous part that has anything; around the end. */
static void choose_part(struct app *app, int direction) {
    struct waste w = waste_of(app->scene->replica);
    unsigned part = app->open_part;
    for (unsigned i = 0; i < WASTE_PARTS; i++) {
        part = (part + (unsigned)(direction + WASTE_PARTS)) % WASTE_PARTS;
        if (w.part[part])
            break;
    }
    app->open_part = part;
    app->open_row = -1;
}

static void choose_row(struct app *app, int direction) {
    struct waste_row rows[NUM_SPAN_CLASSES];
    int count = waste_rows(app->scene->replica, (enum waste_part)app->open_part, rows);
    const struct waste_row *open = waste_row_find(rows, count, app->open_row);
    if (open)
        app->open_row = (int)rows[((int)(open - rows) + direction + count) % count].id;
}

bool app_panel_command(struct app *app, enum command command, int64_t arg) {
    switch (command) {
    case CMD_OPEN_PART:
        choose_part(app, 1);
        if (arg) /* clicked: that one */
            app->open_part = (unsigned)(arg - 1);
        break;
    case CMD_OPEN_PART_BACK: choose_part(app, -1); break;
    case CMD_OPEN_ROW:
        choose_row(app, 1);
        if (arg)
            app->open_row = (int)(arg - 1);
        break;
    case CMD_OPEN_ROW_BACK: choose_row(app, -1); break;
    default: return false;
    }
    app->centre = CENTRE_WASTE;
    return true;
}
