/* The course in a terminal: see course.h. */
#include "sim/lesson/course.h"

#include "sim/lesson/columns.h"
#include "sim/lesson/minutes.h"
#include "sim/lesson/pages.h"
#include "sim/lesson/terminal.h"
#include "sim/work/workload.h"

/* --- What there is --- */

static void tell_list(struct lesson *const *lessons, size_t count, FILE *out) {
    for (size_t i = 0; i < count; i++) {
        const struct lesson *l = lessons[i];
        char minutes[32];
        snprintf(minutes, sizeof minutes, _("%u min"), l->front.minutes);
        fprintf(out, "%3u%*s%s  %s\n", lesson_number(l, i), 10 - columns_of(minutes), "", minutes,
            l->title);
    }
}

enum { COLUMN = 11 }; /* of figures */

/* The words right-aligned in a column; Chinese takes two for a character. */
static void add_head(struct strbuf *out, const char *words) {
    sb_printf(out, "%*s%s", COLUMN - columns_of(words), "", words);
}

static void add_row(
    struct strbuf *out, const struct lesson_measure *m, unsigned declared, const char *title) {
    const unsigned figures[] = {m->steps, m->questions, m->words, m->characters, m->events};
    for (size_t i = 0; i < ARRAY_LEN(figures); i++)
        sb_printf(out, "%*u", COLUMN, figures[i]);
    sb_printf(out, "%*.1f%*u  %s\n", COLUMN, m->minutes, COLUMN, declared, title);
}

static void add_heads(struct strbuf *out) {
    static const char *const heads[] = {N_("steps"), N_("questions"), N_("words"), N_("characters"),
        N_("events"), N_("minutes"), N_("declared")};
    sb_puts(out, "   ");
    for (size_t i = 0; i < ARRAY_LEN(heads); i++)
        add_head(out, _(heads[i]));
    sb_puts(out, "\n");
}

static void sum_up(struct lesson_measure *sum, const struct lesson_measure *m) {
    sum->words += m->words;
    sum->characters += m->characters;
    sum->events += m->events;
    sum->steps += m->steps;
    sum->questions += m->questions;
    sum->minutes += m->minutes;
}

/* Runs each lesson, and tells what is in it and how long it takes. */
static bool tell_times(
    struct lesson *const *lessons, size_t count, struct strbuf *out, struct error *err) {
    struct lesson_measure sum = {0};
    unsigned declared = 0;
    add_heads(out);
    for (size_t i = 0; i < count; i++) {
        struct environment world = lesson_world(lessons[i]);
        struct lesson_measure m;
        if (!lesson_measure(lessons[i], &world, &m, err))
            return false;
        sb_printf(out, "%3u", lesson_number(lessons[i], i));
        add_row(out, &m, lessons[i]->front.minutes, lessons[i]->title);
        sum_up(&sum, &m);
        declared += lessons[i]->front.minutes;
    }
    sb_puts(out, "   ");
    add_row(out, &sum, declared, C_("sum", "in all"));
    return true;
}

bool course_tell(bool times, FILE *out, struct error *err) {
    struct lesson **lessons;
    size_t count;
    struct strbuf table = {0};
    if (!lessons_list(language_of_environment(), &lessons, &count, err))
        return false;
    bool ok = !times || tell_times(lessons, count, &table, err);
    if (!times)
        tell_list(lessons, count, out);
    else if (ok)
        fputs(sb_text(&table), out);
    sb_free(&table);
    lessons_free(lessons, count);
    return ok;
}

/* --- Workloads --- */

static void list_workloads(FILE *out) {
    for (size_t i = 0; workload_builtin(i); i++)
        fprintf(out, "  %-10s %s\n", workload_builtin(i), _(workload_builtin_title(i)));
}

static void tell_page(const struct page *page, FILE *out) {
    struct strbuf text = {0}, lines = {0};
    markdown_text(&page->text, &text);
    columns_wrap(sb_text(&text), "  ", 78, &lines);
    fprintf(out, "%s\n\n%s", page->title, sb_text(&lines));
    sb_free(&text);
    sb_free(&lines);
}

bool guide_tell(const char *name, FILE *out, struct error *err) {
    struct pages guide;
    if (!name) {
        list_workloads(out);
        return true;
    }
    if (!guide_load(language_of_environment(), &guide, err))
        return false;
    int page = pages_find(&guide, name);
    if (page >= 0)
        tell_page(&guide.page[page], out);
    else
        error_set(err, _("there is no built-in workload \"%s\"; `workloads` lists them"), name);
    pages_free(&guide);
    return page >= 0;
}

/* --- One lesson --- */

static struct lesson *load_number(uint64_t number, struct error *err) {
    struct lesson **lessons, *found = NULL;
    size_t count, index;
    if (!lessons_list(language_of_environment(), &lessons, &count, err))
        return NULL;
    if (lessons_find(lessons, count, number, &index, err))
        found = lesson_load(lessons[index]->path, err);
    lessons_free(lessons, count);
    return found;
}

bool course_take(
    const char *word, const struct platform *platform, FILE *in, FILE *out, struct error *err) {
    uint64_t number;
    int right = 0, asked = 0;
    struct lesson *l = parse_u64(word, &number) ? load_number(number, err) : lesson_load(word, err);
    if (!l)
        return false;
    struct environment world = lesson_world(l);
    world.platform = platform ? platform : world.platform;
    bool ok = lesson_tell(l, &world, in, out, &right, &asked, err);
    lesson_free(l);
    if (ok && asked)
        fprintf(out, _("\n%d of %d answers were right.\n"), right, asked);
    return ok;
}
