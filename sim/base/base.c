/* Foundations: see base.h. */
#include "sim/base/base.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void bug_at(const char *file, int line, const char *fmt, ...) {
    fprintf(stderr, "%s:%d: bug: ", file, line);
    va_list args;
    va_start(args, fmt);
    vfprintf(stderr, fmt, args);
    va_end(args);
    fputc('\n', stderr);
    abort();
}

static void *must(void *p, size_t size) {
    if (!p && size) {
        fprintf(stderr, "arenascope: out of memory asking for %zu bytes for itself\n", size);
        exit(2);
    }
    return p;
}

void *xmalloc(size_t size) {
    return must(malloc(size), size);
}

void *xcalloc(size_t count, size_t size) {
    return must(calloc(count, size), size && count > SIZE_MAX / size ? SIZE_MAX : count * size);
}

void *xcalloc_aligned(size_t align, size_t size) {
    size_t whole = (size + align - 1) / align * align;
    return memset(must(aligned_alloc(align, whole), whole), 0, whole);
}

void *xrealloc(void *p, size_t size) {
    return must(realloc(p, size), size);
}

char *xstrdup(const char *s) {
    return xstrndup(s, strlen(s));
}

char *xstrndup(const char *s, size_t n) {
    char *copy = xmalloc(n + 1);
    INVARIANT(copy);
    memcpy(copy, s, n);
    copy[n] = '\0';
    return copy;
}

void array_reserve(void **array, size_t *cap, size_t need, size_t elem_size) {
    if (need <= *cap)
        return;
    size_t grown = *cap ? *cap * 2 : 16;
    if (grown < need)
        grown = need;
    *array = xrealloc(*array, grown * elem_size);
    *cap = grown;
}

/* What quotes a file's bytes stays one line, and tells a terminal nothing. */
static void as_one_line(char *text) {
    for (; *text; text++)
        if ((unsigned char)*text < ' ' || *text == 0x7f)
            *text = ' ';
}

bool error_set(struct error *err, const char *fmt, ...) {
    if (err) {
        va_list args;
        va_start(args, fmt);
        vsnprintf(err->text, sizeof err->text, fmt, args);
        va_end(args);
        as_one_line(err->text);
    }
    return false;
}

static void sb_room(struct strbuf *sb, size_t extra) {
    void *text = sb->text;
    array_reserve(&text, &sb->cap, sb->len + extra + 1, 1);
    sb->text = text;
}

void sb_add(struct strbuf *sb, const char *text, size_t len) {
    sb_room(sb, len);
    memcpy(sb->text + sb->len, text, len);
    sb->len += len;
    sb->text[sb->len] = '\0';
}

void sb_puts(struct strbuf *sb, const char *text) {
    sb_add(sb, text, strlen(text));
}

void sb_vprintf(struct strbuf *sb, const char *fmt, va_list args) {
    va_list again;
    va_copy(again, args);
    int len = vsnprintf(NULL, 0, fmt, args);
    INVARIANT(len >= 0);
    sb_room(sb, (size_t)len);
    vsnprintf(sb->text + sb->len, (size_t)len + 1, fmt, again);
    va_end(again);
    sb->len += (size_t)len;
}

void sb_printf(struct strbuf *sb, const char *fmt, ...) {
    va_list args;
    va_start(args, fmt);
    sb_vprintf(sb, fmt, args);
    va_end(args);
}

void sb_clear(struct strbuf *sb) {
    sb->len = 0;
    if (sb->text)
        sb->text[0] = '\0';
}

void sb_free(struct strbuf *sb) {
    free(sb->text);
    *sb = (struct strbuf){0};
}

const char *sb_text(const struct strbuf *sb) {
    return sb->text ? sb->text : "";
}

/* The shift that a size suffix stands for, -1 if it is none. */
static int suffix_shift(const char *suffix) {
    static const struct {
        const char *name;
        int shift;
    } known[] = {{"", 0}, {"B", 0}, {"K", 10}, {"KB", 10}, {"KiB", 10}, {"M", 20}, {"MB", 20},
        {"MiB", 20}, {"G", 30}, {"GB", 30}, {"GiB", 30}, {"T", 40}, {"TB", 40}, {"TiB", 40}};
    for (size_t i = 0; i < ARRAY_LEN(known); i++)
        if (strcmp(suffix, known[i].name) == 0)
            return known[i].shift;
    return -1;
}

bool parse_u64(const char *text, uint64_t *out) {
    if (text[0] < '0' || text[0] > '9')
        return false; /* strtoull would take signs and spaces */
    char *end;
    errno = 0;
    bool hex = text[0] == '0' && (text[1] == 'x' || text[1] == 'X');
    unsigned long long n = strtoull(text, &end, hex ? 16 : 10);
    if (errno || (hex && end <= text + 2))
        return false;
    int shift = suffix_shift(end);
    if (shift < 0 || (shift && n > UINT64_MAX >> shift))
        return false;
    *out = (uint64_t)n << shift;
    return true;
}

char *format_size(uint64_t bytes, char *buf, size_t buf_len) {
    static const char *const units[] = {"B", "KiB", "MiB", "GiB", "TiB", "PiB"};
    unsigned unit = 0;
    while (unit + 1 < ARRAY_LEN(units) && bytes >> (10 * (unit + 1)))
        unit++;
    double n = (double)bytes / (double)(UINT64_C(1) << (10 * unit));
    unsigned tenths = (unsigned)(n * 10 + 0.5);
    if (bytes == (bytes >> (10 * unit)) << (10 * unit))
        snprintf(buf, buf_len, "%llu %s", (unsigned long long)(bytes >> (10 * unit)), units[unit]);
    else
        snprintf(buf, buf_len, "%.*f %s", n < 10 ? 2 : tenths % 10 != 0, n, units[unit]);
    return buf;
}

char *format_hex(uint64_t n, char *buf, size_t buf_len) {
    snprintf(buf, buf_len, "0x%" PRIx64, n);
    return buf;
}

char *format_count(uint64_t n, char *buf, size_t buf_len) {
    char digits[24];
    size_t len = (size_t)snprintf(digits, sizeof digits, "%llu", (unsigned long long)n);
    size_t used = 0;
    for (size_t i = 0; i < len && used + 1 < buf_len; i++) {
        if (i && (len - i) % 3 == 0 && used + 2 < buf_len)
            buf[used++] = ',';
        buf[used++] = digits[i];
    }
    buf[used] = '\0';
    return buf;
}
