/* The tour: see tour.h. */
#include "viz/tour.h"

#include "sim/lesson/columns.h"

#include "sim/base/i18n.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

bool render_png(struct app *app, const char *path, int width, int height, struct error *err) {
    struct canvas *canvas = canvas_new(width, height);
    app_draw(app, canvas);
    bool ok = canvas_save_png(canvas, path, err);
    canvas_free(canvas);
    return ok;
}

static bool make_dir(const char *dir, struct error *err) {
    if (mkdir(dir, 0777) == 0 || errno == EEXIST)
        return true;
    return error_set(err, _("%s: cannot make the directory: %s"), dir, strerror(errno));
}

static void print_wrapped(const char *text) {
    enum { COLUMNS = 78 };
    struct strbuf lines = {0};
    columns_wrap(text, "  ", COLUMNS, &lines);
    fputs(sb_text(&lines), stdout);
    sb_free(&lines);
}

static bool show_step(struct app *app, const char *dir, size_t lesson, size_t step, int width,
    int height, struct error *err) {
    const struct lesson *l = app->lessons[lesson];
    size_t number = lesson_number(l, lesson);
    struct strbuf text = {0}, path = {0};
    if (!app_open_lesson(app, lesson, step, err))
        return false;
    app->notice[0] = '\0';
    app_finish(app); /* the timeline shows the whole run */
    sb_printf(&path, "%s/lesson-%zu-step-%02zu.png", dir, number, step + 1);
    markdown_text(&app->lesson.prose, &text);
    printf(_("\nLesson %zu, step %zu of %zu: %s\n\n"), number, step + 1, l->step_count,
        l->steps[step].title);
    print_wrapped(sb_text(&text));
    bool ok = render_png(app, path.text, width, height, err);
    if (ok)
        printf("\n  [%s]\n", path.text);
    sb_free(&text);
    sb_free(&path);
    return ok;
}

bool tour(struct app *app, const char *dir, int width, int height, struct error *err) {
    size_t pictures = 0;
    if (!make_dir(dir, err))
        return false;
    for (size_t i = 0; i < app->lesson_count; i++) {
        printf("\n=== %s ===\n", app->lessons[i]->title);
        for (size_t k = 0; k < app->lessons[i]->step_count; k++, pictures++)
            if (!show_step(app, dir, i, k, width, height, err))
                return false;
    }
    printf(_("\n%zu pictures are in %s/. With a display, `arenascope` opens the window.\n"),
        pictures, dir);
    return true;
}
