/*
 * The app: pages that lie over the lesson pane. One is about a workload, one, over that, about a
 * word. Whatever goes on with the lesson takes them away.
 */
#include "viz/app_internal.h"

#include <stdlib.h>

bool app_open_pages(struct app *app, struct error *err) {
    struct pages glossary = {0}, guides = {0};
    bool ok =
        glossary_load(app->language, &glossary, err) && guide_load(app->language, &guides, err);
    if (!ok) {
        pages_free(&glossary);
        return false;
    }
    pages_free(&app->glossary);
    pages_free(&app->guides);
    app->glossary = glossary;
    app->guides = guides;
    app->ui.glossary = &app->glossary;
    if (app->term >= (int)glossary.count) /* languages have the same pages */
        app->term = -1;
    if (app->guide >= (int)guides.count)
        app->guide = -1;
    return true;
}

const struct page *app_page(const struct app *app) {
    return app->term >= 0    ? &app->glossary.page[app->term]
           : app->guide >= 0 ? &app->guides.page[app->guide]
                             : NULL;
}

void app_close_pages(struct app *app) {
    app->term = app->guide = -1;
}

void app_show_guide(struct app *app) {
    const char *workload = app->scene->builtin;
    app->term = -1;
    app->guide = workload ? pages_find(&app->guides, workload) : -1;
    app->lesson_scroll = 0;
}

static void show_term(struct app *app, int page) {
    app->term = page;
    app->lesson_scroll = 0;
}

/* --- The words of what is below --- */

struct word_list {
    const struct pages *glossary;
    int *page; /* each once, in the order of the text */
    size_t count, cap;
};

static void add_word(struct word_list *list, const char *word) {
    int page = pages_find(list->glossary, word);
    for (size_t i = 0; i < list->count; i++)
        if (list->page[i] == page)
            return;
    if (page < 0)
        return;
    void *pages = list->page;
    array_reserve(&pages, &list->cap, list->count + 1, sizeof *list->page);
    list->page = pages;
    list->page[list->count++] = page;
}

static void add_words(struct word_list *list, const struct markdown *md) {
    for (size_t i = 0; i < md->count; i++) {
        const struct md_block *b = &md->blocks[i];
        for (size_t k = 0; k < b->run_count; k++) {
            const struct md_run *run = &b->runs[k];
            char *word = xstrndup(b->text.text + run->start, run->end - run->start);
            if (run->style == MD_STRONG)
                add_word(list, word);
            free(word);
        }
    }
}

/* The words in bold of the step, or of the workload's page; with neither, all that there are. */
static struct word_list words_below(const struct app *app) {
    struct word_list list = {.glossary = &app->glossary};
    const struct quiz *q = &app->lesson.quiz;
    if (app->guide >= 0) {
        add_words(&list, &app->guides.page[app->guide].text);
    } else if (app->lesson.lesson) {
        add_words(&list, &app->lesson.prose);
        add_words(&list, &q->ask);
        for (int i = 0; i < MAX_OPTIONS; i++)
            add_words(&list, &q->options[i]);
        add_words(&list, &q->words);
    } else {
        for (size_t i = 0; i < app->glossary.count; i++)
            add_word(&list, app->glossary.page[i].title);
    }
    return list;
}

/* The word after the one that is shown; after the last one, none. */
static void next_term(struct app *app) {
    struct word_list list = words_below(app);
    size_t next = 0;
    for (size_t i = 0; i < list.count; i++)
        if (list.page[i] == app->term)
            next = i + 1;
    show_term(app, next < list.count ? list.page[next] : -1);
    if (!list.count)
        app_notice(app, "%s", _("Nothing is in bold here."));
    free(list.page);
}

/* --- Commands --- */

static void close_page(struct app *app) {
    if (app->term >= 0)
        app->term = -1;
    else
        app->guide = -1;
    app->lesson_scroll = 0;
}

bool app_page_command(struct app *app, enum command command, int64_t arg) {
    bool goes_on = command == CMD_LESSON_NEXT || command == CMD_LESSON_BACK;
    if (command == CMD_PAGE_CLOSE || (goes_on && app->term >= 0)) {
        close_page(app);
        return true;
    }
    switch (command) {
    case CMD_TERM:
        if (arg > 0 && (size_t)arg <= app->glossary.count)
            show_term(app, (int)arg - 1);
        else
            next_term(app);
        return true;
    case CMD_GUIDE:
        app_show_guide(app);
        if (app->guide < 0)
            app_notice(app, "%s", _("This is no built-in workload: nothing is said about it."));
        return true;
    default: return false;
    }
}
