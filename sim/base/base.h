/*
 * Foundations: what every other file may use.
 *
 * Memory of the tool itself comes from xmalloc and friends, which never return NULL: running out of
 * it ends the program with one line and exit status 2, as bad input does; files are then as after a
 * kill. (The *simulated* program's memory is another matter: see sim/os and sim/heap.)
 *
 * Two kinds of trouble are kept apart everywhere:
 *   a bug      is ours: BUG() prints where and what, and aborts;
 *   a failure  is the world's (bad input, a full disk): functions return false and fill a
 *              struct error with one clear line for the person who can mend it.
 */
#ifndef ARENA_BASE_H
#define ARENA_BASE_H

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#if defined(__GNUC__)
#define PRINTF_LIKE(fmt, args) __attribute__((format(printf, fmt, args)))
#define NORETURN               __attribute__((noreturn))
#define NEVER_INLINE           __attribute__((noinline))
#define UNLIKELY(x)            __builtin_expect(!!(x), 0)
#define PREFETCH(p)            __builtin_prefetch(p) /* it will be read soon */
#ifndef ALWAYS_INLINE                                /* make coverage wants each function once */
#define ALWAYS_INLINE inline __attribute__((always_inline))
#endif
#else
#define PRINTF_LIKE(fmt, args)
#define NORETURN
#define ALWAYS_INLINE inline
#define NEVER_INLINE
#define UNLIKELY(x) (x)
#define PREFETCH(p) ((void)(p))
#endif

#if defined(__x86_64__) || defined(__i386__)
#define PAUSE() __builtin_ia32_pause() /* while looking again and again for another thread */
#else
#define PAUSE() ((void)0)
#endif

#define ARRAY_LEN(a) (sizeof(a) / sizeof((a)[0]))
#define KiB(n)       ((uint64_t)(n) << 10)
#define MiB(n)       ((uint64_t)(n) << 20)
#define GiB(n)       ((uint64_t)(n) << 30)

/* Reports a broken invariant of this program and aborts. */
NORETURN void bug_at(const char *file, int line, const char *fmt, ...) PRINTF_LIKE(3, 4);
#define BUG(...) bug_at(__FILE__, __LINE__, __VA_ARGS__)
/* An invariant that is cheap enough to be checked always. */
#define INVARIANT(cond)                                                                            \
    do {                                                                                           \
        if (UNLIKELY(!(cond)))                                                                     \
            BUG("invariant broken: %s", #cond);                                                    \
    } while (0)

void *xmalloc(size_t size);
void *xcalloc(size_t count, size_t size);
/* Zeroed as well, at a multiple of align, a power of two. */
void *xcalloc_aligned(size_t align, size_t size);
void *xrealloc(void *p, size_t size);
char *xstrdup(const char *s);
/* A copy of the first n bytes of s, NUL-terminated. */
char *xstrndup(const char *s, size_t n);

/* Grows *array (of elements of elem_size bytes) so that it holds at least need elements;
 * capacity at least doubles, new room is not cleared. */
void array_reserve(void **array, size_t *cap, size_t need, size_t elem_size);

/* One line that says what went wrong, for a person. */
struct error {
    char text[512];
};
/* Fills err (NULL is allowed), with blanks for control characters, and returns false, so that
 * callers can `return error_set(...)`. */
bool error_set(struct error *err, const char *fmt, ...) PRINTF_LIKE(2, 3);

/* A growing string; zero-initialise it. text is NUL-terminated once anything was added, NULL
 * before. */
struct strbuf {
    char *text;
    size_t len;
    size_t cap;
};
void sb_add(struct strbuf *sb, const char *text, size_t len);
void sb_puts(struct strbuf *sb, const char *text);
void sb_printf(struct strbuf *sb, const char *fmt, ...) PRINTF_LIKE(2, 3);
void sb_vprintf(struct strbuf *sb, const char *fmt, va_list args);
/* Empties it but keeps the room. */
void sb_clear(struct strbuf *sb);
void sb_free(struct strbuf *sb);
/* The text, never NULL. */
const char *sb_text(const struct strbuf *sb);

/* align must be a power of two. Go's round(). */
static inline uint64_t round_up(uint64_t n, uint64_t align) {
    return (n + align - 1) & ~(align - 1);
}

static inline uint64_t round_down(uint64_t n, uint64_t align) {
    return n & ~(align - 1);
}

static inline bool is_pow2(uint64_t n) {
    return n != 0 && (n & (n - 1)) == 0;
}

/* Parses a whole string as an unsigned number: decimal, or hex after 0x, with an optional suffix
 * K, M, G, T (powers of 1024, "KiB" and "KB" alike). Returns false on anything else or overflow. */
bool parse_u64(const char *text, uint64_t *out);

/* "512 GiB", "8 KiB", "96 B", "528.5 GiB": a size for people. Returns buf. */
char *format_size(uint64_t bytes, char *buf, size_t buf_len);
/* "0xc000000000": an address for people. Returns buf. */
char *format_hex(uint64_t n, char *buf, size_t buf_len);
/* "88,204": a number for people. Returns buf. */
char *format_count(uint64_t n, char *buf, size_t buf_len);

#endif
