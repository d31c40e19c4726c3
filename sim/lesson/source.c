/* The index of functions, and the looks of their text: see source.h. */
#include "sim/lesson/source.h"

#include "sim/base/data.h"
#include "sim/base/file.h"
#include "sim/base/limits.h"

#include <dirent.h>
#include <stdlib.h>
#include <string.h>

struct source_file {
    char *name;
    struct strbuf text;
};

struct sources {
    struct source_file **files;
    size_t file_count, file_cap;
    struct source_function *functions; /* by name, then file */
    size_t count, cap;
};

/* Where the same name is found in several, the earlier one is meant. */
static const char *const directories[] = {
    "sim/heap", "sim/os", "sim/trace", "sim/work", "sim/base"};

/* --- Reading files --- */

static bool is_word(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
}

static const char *line_end(const char *at) {
    const char *end = strchr(at, '\n');
    return end ? end + 1 : at + strlen(at);
}

/* The parenthesis that follows the name of a function that is defined from at on; NULL if something
 * else is. */
static const char *parameters_of(const char *at) {
    if (!is_word(*at))
        return NULL;
    size_t head = strcspn(at, "{;=");
    if (at[head] != '{')
        return NULL;
    const char *open = memchr(at, '(', head);
    return open && is_word(open[-1]) ? open : NULL;
}

/* The beginning of the comment that ends just above at, or at. */
static const char *with_comment(const char *text, const char *at) {
    if (at - text < 4 || memcmp(at - 3, "*/\n", 3) != 0)
        return at;
    for (const char *line = at - 1; line > text; line--)
        if (line[-1] == '\n' && line[0] == '/' && line[1] == '*')
            return line;
    return at;
}

static int line_number(const char *text, const char *at) {
    int n = 1;
    for (; text < at; text++)
        n += *text == '\n';
    return n;
}

/* Adds the function whose definition begins at at; returns what is behind it. */
static const char *add_function(
    struct sources *s, const struct source_file *f, const char *at, const char *open) {
    const char *end = strstr(at, "\n}\n"), *name = open;
    if (!end)
        return line_end(at);
    end += 3;
    while (name > at && is_word(name[-1]))
        name--;
    const char *start = with_comment(f->text.text, at);
    void *functions = s->functions;
    array_reserve(&functions, &s->cap, s->count + 1, sizeof *s->functions);
    s->functions = functions;
    s->functions[s->count++] = (struct source_function){.file = f->name,
        .name = xstrndup(name, (size_t)(open - name)),
        .text = start,
        .len = (size_t)(end - start),
        .line = line_number(f->text.text, start)};
    return end;
}

static void index_file(struct sources *s, const struct source_file *f) {
    bool continued = false; /* the line before ended in a backslash */
    for (const char *at = sb_text(&f->text); *at;) {
        const char *next = line_end(at), *open = continued ? NULL : parameters_of(at);
        continued = next - at >= 2 && next[-2] == '\\';
        at = open ? add_function(s, f, at, open) : next;
    }
}

static void read_file(
    struct sources *s, const char *path, const char *directory, const char *name) {
    struct source_file *f = xcalloc(1, sizeof *f);
    struct strbuf full = {0};
    sb_printf(&full, "%s/%s", directory, name);
    f->name = full.text;
    void *files = s->files;
    array_reserve(&files, &s->file_cap, s->file_count + 1, sizeof *s->files);
    s->files = files;
    s->files[s->file_count++] = f;
    if (file_read_most(path, LIMIT_TEXT, &f->text, NULL, NULL))
        index_file(s, f);
}

static void read_directory(struct sources *s, const char *path, const char *name) {
    DIR *d = opendir(path);
    struct strbuf file = {0};
    for (struct dirent *e; d && (e = readdir(d));) {
        size_t len = strlen(e->d_name);
        if (len < 3 || e->d_name[len - 2] != '.' || !strchr("ch", e->d_name[len - 1]))
            continue;
        sb_clear(&file);
        sb_printf(&file, "%s/%s", path, e->d_name);
        read_file(s, file.text, name, e->d_name);
    }
    if (d)
        closedir(d);
    sb_free(&file);
}

/* --- The index --- */

static int rank(const char *file) {
    int i = 0;
    while (strncmp(file, directories[i], strlen(directories[i])) != 0)
        i++;
    return i;
}

static int compare(const void *a, const void *b) {
    const struct source_function *f = a, *g = b;
    int names = strcmp(f->name, g->name), ranks = rank(f->file) - rank(g->file);
    return names ? names : ranks ? ranks : strcmp(f->file, g->file);
}

struct sources *sources_open_at(const char *top) {
    struct sources *s = xcalloc(1, sizeof *s);
    for (size_t i = 0; i < ARRAY_LEN(directories); i++) {
        struct strbuf path = {0};
        sb_printf(&path, "%s/%s", top, directories[i]);
        read_directory(s, path.text, directories[i]);
        sb_free(&path);
    }
    if (s->count)
        qsort(s->functions, s->count, sizeof *s->functions, compare);
    return s;
}

struct sources *sources_open(void) {
    static const char known[] = "/sim/heap/malloc.c"; /* where that is, the others are */
    struct strbuf path = {0};
    bool found = data_path(known + 1, &path);
    if (found)
        path.text[path.len - (sizeof known - 1)] = '\0';
    struct sources *s = sources_open_at(found ? path.text : "");
    sb_free(&path);
    return s;
}

void sources_free(struct sources *s) {
    if (!s)
        return;
    for (size_t i = 0; i < s->count; i++)
        free((char *)s->functions[i].name);
    for (size_t i = 0; i < s->file_count; i++) {
        sb_free(&s->files[i]->text);
        free(s->files[i]->name);
        free(s->files[i]);
    }
    free(s->functions);
    free(s->files);
    free(s);
}

int source_count(const struct sources *s) {
    return (int)s->count;
}

const struct source_function *source_at(const struct sources *s, int i) {
    return i >= 0 && (size_t)i < s->count ? &s->functions[i] : NULL;
}

/* The first function of the name (len bytes of it), or where it would stand. */
static size_t first_of(const struct sources *s, const char *name, size_t len) {
    size_t low = 0, high = s->count;
    while (low < high) {
        size_t middle = (low + high) / 2;
        int order = strncmp(s->functions[middle].name, name, len);
        if (order < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

static bool is_named(const struct source_function *f, const char *name, size_t len) {
    return strlen(f->name) == len && memcmp(f->name, name, len) == 0;
}

static int find(const struct sources *s, const char *file, const char *name, size_t len) {
    int any = -1;
    for (size_t i = first_of(s, name, len); i < s->count; i++) {
        const struct source_function *f = &s->functions[i];
        if (strncmp(f->name, name, len) != 0)
            break;
        if (!is_named(f, name, len))
            continue;
        if (any < 0)
            any = (int)i;
        if (file && strcmp(f->file, file) == 0)
            return (int)i;
    }
    return any;
}

int source_find(const struct sources *s, const char *file, const char *name) {
    return find(s, file, name, strlen(name));
}

/* --- Looks --- */

static bool is_keyword(const char *word, size_t len) {
    static const char *const words[] = {"auto", "bool", "break", "case", "char", "const",
        "continue", "default", "do", "double", "else", "enum", "extern", "false", "float", "for",
        "goto", "if", "inline", "int", "long", "return", "short", "signed", "sizeof", "static",
        "struct", "switch", "true", "typedef", "union", "unsigned", "void", "while", "NULL",
        "uint8_t", "uint16_t", "uint32_t", "uint64_t", "int32_t", "int64_t", "size_t"};
    for (size_t i = 0; i < ARRAY_LEN(words); i++)
        if (strlen(words[i]) == len && memcmp(words[i], word, len) == 0)
            return true;
    return false;
}

/* Length of what stands at text and is shown in one way; len: of text. */
static size_t token_length(const char *text, size_t len) {
    size_t n = 1;
    if (len > 1 && text[0] == '/' && text[1] == '*') {
        for (n = 4; n < len && !(text[n - 2] == '*' && text[n - 1] == '/'); n++) {
        }
        return n < len ? n : len;
    }
    if (text[0] == '"' || text[0] == '\'') {
        while (n < len && text[n] != text[0])
            n += text[n] == '\\' ? 2 : 1;
        return n < len ? n + 1 : len;
    }
    if (is_word(text[0]))
        while (is_word(text[n])) /* a function ends in a brace and a line's end */
            n++;
    return n;
}

static enum source_style style_of(
    const struct sources *s, const struct source_function *f, const char *token, size_t len) {
    if (token[0] == '/' && len > 1)
        return SOURCE_COMMENT;
    if (!is_word(token[0]))
        return SOURCE_PLAIN;
    if (is_keyword(token, len))
        return SOURCE_KEYWORD;
    char before = token > f->text ? token[-1] : '\n';
    bool member = before == '.' || before == '>';
    bool passed = before == ' ' && strchr(",)", token[len]); /* as an argument */
    int i = member || !(passed || token[len] == '(') ? -1 : find(s, f->file, token, len);
    if (i < 0 || (passed && s->functions[i].file != f->file))
        return SOURCE_PLAIN;
    return is_named(f, token, len) ? SOURCE_DEFINED : SOURCE_LINK;
}

void source_styles(const struct sources *s, int i, unsigned char *styles) {
    const struct source_function *f = source_at(s, i);
    INVARIANT(f);
    for (size_t at = 0; at < f->len;) {
        size_t len = token_length(f->text + at, f->len - at);
        memset(styles + at, style_of(s, f, f->text + at, len), len);
        at += len;
    }
}

static bool has_word(const char *text, size_t len, const char *word) {
    size_t n = strlen(word);
    for (size_t i = 0; i + n <= len; i++)
        if (memcmp(text + i, word, n) == 0 && (i == 0 || !is_word(text[i - 1])) &&
            (i + n == len || !is_word(text[i + n])))
            return true;
    return false;
}

bool source_line_has(const char *text, size_t len, const char *const words[2]) {
    return (!words[0] || has_word(text, len, words[0])) &&
           (!words[1] || has_word(text, len, words[1]));
}
