/* Pages beside the lessons: see pages.h. */
#include "sim/lesson/pages.h"

#include "sim/base/data.h"
#include "sim/base/file.h"
#include "sim/base/limits.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

/* --- Building --- */

static struct page *add_page(struct pages *pages) {
    void *page = pages->page;
    array_reserve(&page, &pages->cap, pages->count + 1, sizeof *pages->page);
    pages->page = page;
    struct page *p = &pages->page[pages->count++];
    *p = (struct page){0};
    return p;
}

/* Adds what is between start and end, without blanks around it, as a name. */
static void add_name(struct page *p, const char *start, const char *end) {
    while (start < end && *start == ' ')
        start++;
    while (end > start && end[-1] == ' ')
        end--;
    if (start == end)
        return;
    void *names = p->names;
    array_reserve(&names, &p->name_cap, p->name_count + 1, sizeof *p->names);
    p->names = names;
    p->names[p->name_count++] = xstrndup(start, (size_t)(end - start));
}

/* The length of the separator that text begins with, 0 if with none. */
static size_t separator(const char *text) {
    static const char *const all[] = {",", "、", "，", "（", "）"};
    for (size_t i = 0; i < ARRAY_LEN(all); i++)
        if (strncmp(text, all[i], strlen(all[i])) == 0)
            return strlen(all[i]);
    return 0;
}

static void add_names(struct page *p, const char *text, const char *end) {
    const char *start = text;
    for (size_t len; text < end; text += len ? len : 1) {
        len = separator(text);
        if (!len)
            continue;
        add_name(p, start, text);
        start = text + len;
    }
    add_name(p, start, end);
}

/* Moves the block out of md to the end of the page's text. */
static void take_block(struct page *p, struct md_block *b) {
    struct markdown *to = &p->text;
    void *blocks = to->blocks;
    array_reserve(&blocks, &to->cap, to->count + 1, sizeof *to->blocks);
    to->blocks = blocks;
    to->blocks[to->count++] = *b;
    *b = (struct md_block){0};
}

/* --- Reading --- */

/* The end of an item's names: its first colon. */
static size_t head_length(const char *text) {
    size_t narrow = strcspn(text, ":");
    const char *wide = strstr(text, "：");
    return wide && (size_t)(wide - text) < narrow ? (size_t)(wide - text) : narrow;
}

/* The numbers in the text's last brackets. */
static void read_lessons(struct page *p, const char *text) {
    const char *at = "";
    for (; *text; text++)
        if (*text == '(' || strncmp(text, "（", strlen("（")) == 0)
            at = text;
    for (size_t len; *at && p->lesson_count < MAX_PAGE_LESSONS; at += len ? len : 1) {
        len = strspn(at, "0123456789");
        if (len)
            p->lessons[p->lesson_count++] = (unsigned)strtoul(at, NULL, 10);
    }
}

static void read_item(struct pages *pages, struct md_block *b) {
    struct page *p = add_page(pages);
    const char *text = sb_text(&b->text);
    size_t head = head_length(text);
    add_names(p, text, text + head);
    for (size_t i = 0; i < b->run_count; i++)
        if (b->runs[i].style == MD_STRONG && b->runs[i].start > head)
            add_names(p, text + b->runs[i].start, text + b->runs[i].end);
    p->title = xstrdup(p->name_count ? p->names[0] : "");
    read_lessons(p, text);
    b->kind = MD_PARAGRAPH;
    b->depth = 0;
    take_block(p, b);
}

struct pages glossary_parse(const char *text, size_t len) {
    struct pages out = {0};
    struct markdown md = markdown_parse(text, len);
    for (size_t i = 0; i < md.count; i++)
        if (md.blocks[i].kind == MD_ITEM)
            read_item(&out, &md.blocks[i]);
    markdown_free(&md);
    return out;
}

/* "A web server: `web`": the title before the colon, the name in code. */
static void read_heading(struct pages *pages, const struct md_block *b) {
    struct page *p = add_page(pages);
    const char *text = sb_text(&b->text);
    p->title = xstrndup(text, head_length(text));
    for (size_t i = 0; i < b->run_count; i++)
        if (b->runs[i].style == MD_CODE)
            add_name(p, text + b->runs[i].start, text + b->runs[i].end);
}

struct pages guide_parse(const char *text, size_t len) {
    struct pages out = {0};
    struct markdown md = markdown_parse(text, len);
    for (size_t i = 0; i < md.count; i++) {
        struct md_block *b = &md.blocks[i];
        bool named =
            b->kind == MD_HEADING && b->run_count && b->runs[b->run_count - 1].style == MD_CODE;
        if (named)
            read_heading(&out, b);
        else if (out.count && b->kind != MD_HEADING)
            take_block(&out.page[out.count - 1], b);
    }
    markdown_free(&md);
    return out;
}

/* --- Files --- */

static bool read_file(
    enum language language, const char *name, struct strbuf *out, struct error *err) {
    struct strbuf relative = {0}, path = {0};
    bool found = false;
    for (int i = 0; i < 2 && !found; i++) { /* in the language, else in English */
        sb_clear(&relative);
        sb_printf(&relative, "lessons/%s/%s", language_code(i ? LANGUAGE_EN : language), name);
        found = data_path(sb_text(&relative), &path);
    }
    bool ok = found ? file_read_most(sb_text(&path), LIMIT_TEXT, out, NULL, err)
                    : error_set(err, _("there is no file %s"), sb_text(&relative));
    sb_free(&relative);
    sb_free(&path);
    return ok;
}

static bool load(enum language language, const char *name,
    struct pages (*parse)(const char *text, size_t len), struct pages *out, struct error *err) {
    struct strbuf text = {0};
    bool ok = read_file(language, name, &text, err);
    *out = ok ? parse(sb_text(&text), text.len) : (struct pages){0};
    sb_free(&text);
    return ok;
}

bool glossary_load(enum language language, struct pages *out, struct error *err) {
    return load(language, "glossary.md", glossary_parse, out, err);
}

bool guide_load(enum language language, struct pages *out, struct error *err) {
    return load(language, "workloads.md", guide_parse, out, err);
}

void pages_free(struct pages *pages) {
    for (size_t i = 0; i < pages->count; i++) {
        struct page *p = &pages->page[i];
        for (size_t k = 0; k < p->name_count; k++)
            free(p->names[k]);
        free(p->names);
        free(p->title);
        markdown_free(&p->text);
    }
    free(pages->page);
    *pages = (struct pages){0};
}

/* --- Finding --- */

static int find(const struct pages *pages, const char *name, size_t len) {
    for (size_t i = 0; i < pages->count; i++)
        for (size_t k = 0; k < pages->page[i].name_count; k++) {
            const char *other = pages->page[i].names[k];
            if (strlen(other) == len && strncasecmp(other, name, len) == 0)
                return (int)i;
        }
    return -1;
}

int pages_find(const struct pages *pages, const char *name) {
    size_t len = strlen(name);
    int found = find(pages, name, len);
    if (found < 0 && len > 1 && name[len - 1] == 's')
        found = find(pages, name, len - 1);
    if (found < 0 && len > 2 && strcmp(name + len - 2, "es") == 0)
        found = find(pages, name, len - 2);
    return found;
}

static bool has_word(const char *name, const char *word) {
    size_t len = strlen(word);
    for (; *name; name++)
        if (strncasecmp(name, word, len) == 0)
            return true;
    return false;
}

void pages_like(const struct pages *pages, const char *word, struct strbuf *out) {
    size_t start = out->len;
    for (size_t i = 0; i < pages->count; i++) {
        const struct page *p = &pages->page[i];
        bool has = false;
        for (size_t k = 0; k < p->name_count; k++)
            has |= has_word(p->names[k], word);
        if (has)
            sb_printf(out, "%s%s", out->len > start ? ", " : "", p->title);
    }
}
