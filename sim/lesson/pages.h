/*
 * Pages: short texts beside the lessons, each found by its name.
 *
 * The glossary (lessons/LANGUAGE/glossary.md) has a page for each item of its lists. The item's
 * names stand before the first colon, with commas and brackets between them; what is bold behind it
 * leads here, too. The numbers at its end are of the lessons that treat it:
 *
 *     - **heap bitmap**, **bitmap**: the region with ... (3, 12)
 *     - **位图、堆位图**（bitmap、heap bitmap）：...（3、12）
 *
 * The guide (lessons/LANGUAGE/workloads.md) has a page for each section: a built-in workload, and
 * what to look for in it. Its name is the code in the heading:
 *
 *     ## A web server: `web`
 */
#ifndef ARENA_PAGES_H
#define ARENA_PAGES_H

#include "sim/base/i18n.h"
#include "sim/lesson/markdown.h"

enum { MAX_PAGE_LESSONS = 4 };

struct page {
    char *title;
    char **names; /* what it is found by; the first is what it is called */
    size_t name_count, name_cap;
    struct markdown text;
    unsigned lessons[MAX_PAGE_LESSONS];
    size_t lesson_count;
};

struct pages {
    struct page *page;
    size_t count, cap;
};

/* Reads the file in that language, or in English if there is none in it. False and err if it is
 * missing; *out is empty then. Freed with pages_free. */
bool glossary_load(enum language language, struct pages *out, struct error *err);
bool guide_load(enum language language, struct pages *out, struct error *err);
/* The same from text. */
struct pages glossary_parse(const char *text, size_t len);
struct pages guide_parse(const char *text, size_t len);
void pages_free(struct pages *pages);

/* The page of that name, in small or capital letters, or in the plural; -1 if there is none. */
int pages_find(const struct pages *pages, const char *name);
/* Appends the names of pages that have the word in one of theirs ("": of all), separated by commas.
 */
void pages_like(const struct pages *pages, const char *word, struct strbuf *out);

#endif
