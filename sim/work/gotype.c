/*
 * Reading Go type names: recursive descent over the spelling, building layouts bottom-up.
 *
 * Alignment is that of gc, the Go compiler: values wider than a word are aligned to a word.
 */
#include "sim/work/gotype.h"

#include <string.h>

enum {
    MAX_NAME = 4096, /* bytes; which bounds the recursion of skip_type as well */
    MAX_DEPTH = 32,
    BUCKET_SLOTS = 8,   /* of a map bucket */
    MAX_INLINE = 128,   /* bytes of a key or value that a bucket holds itself; else a pointer */
    INTERFACE_WORDS = 2 /* type or method table, and data: both pointers to the Go 1.10 runtime */
};

struct reader {
    const char *at;
    unsigned ptr_size;
    unsigned depth;
};

static bool read_type(struct reader *r, struct gotype *out);

/* --- Building --- */

static void scalar(struct gotype *t, uint64_t size, unsigned ptr_size) {
    *t = (struct gotype){.size = size, .align = size < ptr_size ? size : ptr_size};
}

static void words(struct gotype *t, unsigned ptr_size, unsigned count, uint8_t mask) {
    *t = (struct gotype){.size = (uint64_t)count * ptr_size, .align = ptr_size};
    t->mask[0] = mask;
    for (unsigned w = 0; w < count; w++)
        if (mask >> w & 1)
            t->ptr_words = w + 1;
}

static bool has_bit(const struct gotype *t, uint64_t w) {
    return t->mask[w / 8] >> w % 8 & 1;
}

/* Appends a field to a struct. False if it grows too large. */
static bool add_field(struct gotype *s, const struct gotype *field, unsigned ptr_size) {
    uint64_t at = round_up(s->size, field->align);
    if (at + field->size > (uint64_t)GOTYPE_MAX_WORDS * ptr_size)
        return false;
    uint64_t first = at / ptr_size;
    for (uint64_t w = 0; w < field->ptr_words; w++)
        if (has_bit(field, w)) {
            s->mask[(first + w) / 8] |= (uint8_t)(1 << (first + w) % 8);
            s->ptr_words = first + w + 1;
        }
    s->size = at + field->size;
    if (field->align > s->align)
        s->align = field->align;
    return true;
}

static bool add_array(
    struct gotype *s, const struct gotype *elem, uint64_t count, unsigned ptr_size) {
    for (uint64_t i = 0; i < count && elem->size; i++)
        if (!add_field(s, elem, ptr_size))
            return false;
    if (elem->align > s->align)
        s->align = elem->align;
    return true;
}

static void begin_struct(struct gotype *s) {
    *s = (struct gotype){.align = 1};
}

static void end_struct(struct gotype *s) {
    s->size = round_up(s->size, s->align);
}

/* --- Reading --- */

static bool accept(struct reader *r, const char *text) {
    size_t len = strlen(text);
    if (strncmp(r->at, text, len) != 0)
        return false;
    r->at += len;
    return true;
}

/* Steps over a quoted text that begins here; false if it does not end. */
static bool skip_quoted(struct reader *r) {
    for (r->at++; *r->at != '"'; r->at++) {
        r->at += *r->at == '\\';
        if (*r->at == '\0')
            return false;
    }
    r->at++;
    return true;
}

/* Steps over a bracketed group that begins here; false if it does not end. */
static bool skip_group(struct reader *r) {
    unsigned depth = 0;
    do {
        char c = *r->at;
        if (c == '\0')
            return false;
        if (c == '"') {
            if (!skip_quoted(r))
                return false;
            continue;
        }
        depth += c == '(' || c == '[' || c == '{';
        depth -= c == ')' || c == ']' || c == '}';
        r->at++;
    } while (depth);
    return true;
}

static bool is_name(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
           c == '.' || c == '/' || (unsigned char)c >= 0x80;
}

/* A name with its package and type arguments. */
static bool skip_name(struct reader *r) {
    const char *start = r->at;
    while (is_name(*r->at))
        r->at++;
    return r->at > start && (*r->at != '[' || skip_group(r));
}

/* Steps over a type whose layout does not matter. */
static bool skip_type(struct reader *r) {
    static const char *const prefixes[] = {"*", "chan<- ", "<-chan ", "chan "};
    for (size_t i = 0; i < ARRAY_LEN(prefixes);)
        i = accept(r, prefixes[i]) ? 0 : i + 1;
    if (*r->at == '[')
        return skip_group(r) && skip_type(r);
    if (accept(r, "map"))
        if (*r->at == '[' || accept(r, ".bucket") || accept(r, ".hdr"))
            return skip_group(r) && skip_type(r);
    if (accept(r, "func(")) {
        r->at--;
        if (!skip_group(r))
            return false;
        bool result = r->at[0] == ' ' && r->at[1] && !strchr("\"}", r->at[1]);
        if (!result)
            return true;
        r->at++;
        return *r->at == '(' ? skip_group(r) : skip_type(r);
    }
    if (accept(r, "struct {") || accept(r, "interface {")) {
        r->at--;
        return skip_group(r);
    }
    return skip_name(r);
}

static bool skip_to_pointer(struct reader *r, struct gotype *out) {
    words(out, r->ptr_size, 1, 1);
    return skip_type(r);
}

/* `[N]T` or `[]T`, at the bracket. */
static bool read_array(struct reader *r, struct gotype *out) {
    if (accept(r, "[]")) {
        words(out, r->ptr_size, 3, 1);
        return skip_type(r);
    }
    uint64_t count = 0;
    for (r->at++; *r->at >= '0' && *r->at <= '9'; r->at++)
        if ((count = count * 10 + (uint64_t)(*r->at - '0')) > (1U << 20))
            return false;
    struct gotype elem;
    begin_struct(out);
    return accept(r, "]") && read_type(r, &elem) && add_array(out, &elem, count, r->ptr_size);
}

/* `name T`, `name T "tag"` or an embedded `T`. */
static bool read_field(struct reader *r, struct gotype *s) {
    struct reader name = *r;
    while (is_name(*name.at) && *name.at != '.')
        name.at++;
    if (name.at > r->at && *name.at == ' ')
        r->at = name.at + 1;
    struct gotype field;
    if (!read_type(r, &field) || !add_field(s, &field, r->ptr_size))
        return false;
    if (!accept(r, " \""))
        return true;
    r->at--;
    return skip_quoted(r);
}

/* After `struct {`. */
static bool read_struct(struct reader *r, struct gotype *out) {
    begin_struct(out);
    if (accept(r, "}"))
        return true;
    do {
        accept(r, " ");
        if (!read_field(r, out))
            return false;
    } while (accept(r, ";"));
    end_struct(out);
    return accept(r, " }");
}

/* After `map.bucket`: 8 hash bytes, 8 keys, 8 values, the next bucket. */
static bool read_bucket(struct reader *r, struct gotype *out) {
    struct gotype part[2], byte, next;
    if (!accept(r, "[") || !read_type(r, &part[0]) || !accept(r, "]") || !read_type(r, &part[1]))
        return false;
    scalar(&byte, 1, r->ptr_size);
    begin_struct(out);
    add_array(out, &byte, BUCKET_SLOTS, r->ptr_size);
    for (int i = 0; i < 2; i++) {
        if (part[i].size > MAX_INLINE)
            words(&part[i], r->ptr_size, 1, 1);
        INVARIANT(add_array(out, &part[i], BUCKET_SLOTS, r->ptr_size));
    }
    /* A map without pointers keeps its buckets alive by other means. */
    words(&next, r->ptr_size, 1, out->ptr_words != 0);
    INVARIANT(add_field(out, &next, r->ptr_size));
    end_struct(out);
    return true;
}

/* Structs of the standard library, as the fields that matter. */
static bool read_known(struct reader *r, const char *name, size_t len, struct gotype *out) {
    static const struct {
        const char *name, *fields;
    } known[] = {
        {"runtime.hmap", "struct { count int; flags [4]uint8; hash0 uint32; "
                         "buckets [2]unsafe.Pointer; nevacuate uintptr; extra unsafe.Pointer }"},
        {"runtime.hiter", "struct { p [8]unsafe.Pointer; start uintptr; flags [4]uint8; "
                          "bucket [2]uintptr }"},
        {"reflect.Value", "struct { typ unsafe.Pointer; ptr unsafe.Pointer; flag uintptr }"},
        {"reflect.sliceHeader", "struct { data unsafe.Pointer; len int; cap int }"},
        {"unsafeheader.Slice", "struct { data unsafe.Pointer; len int; cap int }"},
        {"errors.errorString", "struct { s string }"},
        {"sync.WaitGroup", "[3]uint32"},
    };
    for (size_t i = 0; i < ARRAY_LEN(known); i++)
        if (strlen(known[i].name) == len && memcmp(known[i].name, name, len) == 0) {
            struct reader fields = {known[i].fields, r->ptr_size, r->depth};
            return read_type(&fields, out);
        }
    return false;
}

/* A name that is no composite. */
static bool read_named(struct reader *r, struct gotype *out) {
    static const struct {
        const char *name;
        uint8_t bytes; /* 0: count words, of which mask are pointers */
        uint8_t count, mask;
    } basic[] = {{"bool", 1, 0, 0}, {"int8", 1, 0, 0}, {"uint8", 1, 0, 0}, {"int16", 2, 0, 0},
        {"uint16", 2, 0, 0}, {"int32", 4, 0, 0}, {"uint32", 4, 0, 0}, {"float32", 4, 0, 0},
        {"int64", 8, 0, 0}, {"uint64", 8, 0, 0}, {"float64", 8, 0, 0}, {"complex64", 8, 0, 0},
        {"complex128", 16, 0, 0}, {"int", 0, 1, 0}, {"uint", 0, 1, 0}, {"uintptr", 0, 1, 0},
        {"unsafe.Pointer", 0, 1, 1}, {"string", 0, 2, 1}, {"error", 0, INTERFACE_WORDS, 3},
        {"any", 0, INTERFACE_WORDS, 3}};
    const char *name = r->at;
    if (!skip_name(r))
        return false;
    size_t len = (size_t)(r->at - name);
    for (size_t i = 0; i < ARRAY_LEN(basic); i++) {
        if (strlen(basic[i].name) != len || memcmp(basic[i].name, name, len) != 0)
            continue;
        if (basic[i].bytes)
            scalar(out, basic[i].bytes, r->ptr_size);
        else
            words(out, r->ptr_size, basic[i].count, basic[i].mask);
        return true;
    }
    return read_known(r, name, len, out);
}

static bool read_composite(struct reader *r, struct gotype *out) {
    const char *at = r->at;
    if (*at == '*' || strncmp(at, "func(", 5) == 0 || strncmp(at, "chan ", 5) == 0 ||
        strncmp(at, "chan<- ", 7) == 0 || strncmp(at, "<-chan ", 7) == 0 ||
        strncmp(at, "map[", 4) == 0)
        return skip_to_pointer(r, out);
    if (*at == '[')
        return read_array(r, out);
    accept(r, "noalg.");
    if (accept(r, "struct {"))
        return read_struct(r, out);
    if (accept(r, "map.bucket"))
        return read_bucket(r, out);
    if (accept(r, "map.hdr"))
        return skip_group(r) && skip_type(r) && read_known(r, "runtime.hmap", 12, out);
    if (strncmp(at, "interface {", 11) == 0) {
        words(out, r->ptr_size, INTERFACE_WORDS, 3);
        return skip_type(r);
    }
    return read_named(r, out);
}

static bool read_type(struct reader *r, struct gotype *out) {
    if (r->depth == MAX_DEPTH)
        return false;
    r->depth++;
    bool ok = read_composite(r, out);
    r->depth--;
    return ok;
}

bool gotype_layout(const char *name, unsigned ptr_size, struct gotype *out) {
    struct reader r = {name, ptr_size, 0};
    return strlen(name) <= MAX_NAME && read_type(&r, out) && *r.at == '\0';
}
