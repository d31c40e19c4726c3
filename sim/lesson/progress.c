/* Progress: see progress.h. */
#include "sim/lesson/progress.h"

#include "sim/base/file.h"
#include "sim/base/limits.h"
#include "sim/base/xdg.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char *const words[] = {"", "seen", "wrong", "right"};

static const char *name_of(const struct lesson *l) {
    const char *slash = strrchr(l->path, '/');
    return slash ? slash + 1 : l->path;
}

static struct progress_entry *find(const struct progress *p, const char *lesson, unsigned step) {
    for (size_t i = 0; i < p->count; i++)
        if (p->entries[i].step == step && strcmp(p->entries[i].lesson, lesson) == 0)
            return &p->entries[i];
    return NULL;
}

static void set(struct progress *p, const char *lesson, unsigned step, enum mark_of_step mark) {
    struct progress_entry *e = find(p, lesson, step);
    if (e && e->mark >= mark)
        return;
    p->changed = true;
    if (e) {
        e->mark = mark;
        return;
    }
    void *entries = p->entries;
    array_reserve(&entries, &p->cap, p->count + 1, sizeof *p->entries);
    p->entries = entries;
    p->entries[p->count++] = (struct progress_entry){xstrdup(lesson), step, mark};
}

static void read_line(struct progress *p, const char *line) {
    char lesson[128], word[16], rest;
    unsigned step;
    if (sscanf(line, "%127s %u %15s %c", lesson, &step, word, &rest) != 3)
        return;
    for (unsigned mark = STEP_SEEN; mark < ARRAY_LEN(words); mark++)
        if (strcmp(word, words[mark]) == 0)
            set(p, lesson, step, (enum mark_of_step)mark);
}

bool progress_read(struct progress *p, const char *path, struct error *err) {
    struct strbuf text = {0};
    bool changed = p->changed;
    bool ok = !xdg_exists(path) || file_read_most(path, LIMIT_SETTINGS, &text, NULL, err);
    for (const char *at = ok ? sb_text(&text) : ""; *at;) {
        char *line = xstrndup(at, strcspn(at, "\n"));
        at += strlen(line) + (at[strlen(line)] == '\n');
        read_line(p, line);
        free(line);
    }
    sb_free(&text);
    p->changed = changed;
    return ok;
}

bool progress_write(struct progress *p, const char *path, struct error *err) {
    struct strbuf out = {0};
    if (!p->changed)
        return true;
    for (size_t i = 0; i < p->count; i++)
        sb_printf(&out, "%s %u %s\n", p->entries[i].lesson, p->entries[i].step,
            words[p->entries[i].mark]);
    bool ok = xdg_write(path, sb_text(&out), out.len, err);
    sb_free(&out);
    p->changed = !ok;
    return ok;
}

void progress_reset(struct progress *p) {
    progress_free(p);
    p->changed = true;
}

void progress_free(struct progress *p) {
    for (size_t i = 0; i < p->count; i++)
        free(p->entries[i].lesson);
    free(p->entries);
    *p = (struct progress){0};
}

void progress_mark(
    struct progress *p, const struct lesson *l, size_t step, enum mark_of_step mark) {
    set(p, name_of(l), (unsigned)step + 1, mark);
}

enum mark_of_step progress_of(const struct progress *p, const struct lesson *l, size_t step) {
    const struct progress_entry *e = find(p, name_of(l), (unsigned)step + 1);
    return e ? e->mark : STEP_UNSEEN;
}

struct progress_sum progress_sum(const struct progress *p, const struct lesson *l) {
    struct progress_sum sum = {0};
    for (size_t i = 0; i < l->step_count; i++) {
        enum mark_of_step mark = progress_of(p, l, i);
        sum.seen += mark != STEP_UNSEEN;
        sum.right += mark == STEP_RIGHT;
        sum.questions += l->steps[i].question != NULL;
    }
    return sum;
}
